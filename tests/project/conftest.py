"""What tests of the build share."""

import os
import signal

import pytest
from browser import headless
from copied_build import Copy
from shell import bare_tools


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "un cours à Zürich"  # spaces, and letters that are not ASCII
    folder.mkdir()
    copy = Copy(folder)
    yield copy
    for process in copy.processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="module")
def browser():
    """One Chromium for a file's tests."""
    with headless() as browser:
        yield browser


@pytest.fixture
def tools(tmp_path):
    return bare_tools(tmp_path / "tools")
