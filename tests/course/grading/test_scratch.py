"""Temporary folders: what a killed run leaves is removed by the next, and nothing else."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from rnnlib.course.grading import scratch

MAKE = "from rnnlib.course.grading import scratch; print(scratch.new_folder(), flush=True)"


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)


def process(code):
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def test_what_a_killed_process_left_is_removed_and_no_more(tmp_path):
    killed, living = process(MAKE + "; input()"), process(MAKE + "; import time; time.sleep(1000)")
    try:
        left, used = Path(killed.stdout.readline().strip()), Path(living.stdout.readline().strip())
        (left / "deep" / "er").mkdir(parents=True)
        (left / "deep").chmod(0)
        killed.kill()
        killed.wait()
        mine = scratch.new_folder()
        others = [tmp_path / "rnn", tmp_path / "rnn-notes", tmp_path / f"rnn{killed.pid}"]
        for other in others:
            other.mkdir()
        (tmp_path / f"rnn{killed.pid}-link").symlink_to(others[0])
        assert scratch.clear_left() == [left]
        assert not left.exists()
        assert all(folder.is_dir() for folder in [used, mine, *others])
    finally:
        for one in (killed, living):
            one.kill()
            one.wait()


def test_a_folder_of_another_users_is_left_alone(monkeypatch):
    ended = process(MAKE)
    folder = Path(ended.stdout.readline().strip())
    ended.wait()
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert scratch.clear_left() == [] and folder.is_dir()
