"""The command `rnnlib`: what it says where something is amiss, and its exit codes."""

import os
import shutil
import subprocess
import sys

import pytest
from places import ROOT

from rnnlib.course.authoring import UnitError
from rnnlib.course.cli import main
from rnnlib.course.extras import MissingExtra
from rnnlib.course.grading.run.pool import run_all

UNIT = "01_hidden_state"


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one unit that is not built, as the current folder."""
    (tmp_path / "solutions").mkdir()
    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    shutil.copy(ROOT / "solutions" / f"{UNIT}.py", tmp_path / "solutions")
    shutil.copy(ROOT / "solutions" / f"{UNIT}.questions.toml", tmp_path / "solutions")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, *words):
    """The exit code of a command and what it printed, in one line."""
    code = main(list(words))
    out, err = capsys.readouterr()
    assert not err
    assert "Traceback" not in out
    return code, " ".join(out.split())


def test_verify_finds_the_unit_in_order(capsys, monkeypatch):
    monkeypatch.chdir(ROOT / "course")  # any folder of the course will do
    assert run(capsys, "verify", UNIT) == (0, f"{UNIT}: in order")


def test_verify_tells_what_is_not_in_order(course, capsys):
    code, out = run(capsys, "verify")
    assert code == 1
    assert f"{UNIT}: not in order - it is not built: run `make notebooks`" in out


def test_verify_tells_a_source_that_is_wrong(course, capsys):
    source = course / "solutions" / f"{UNIT}.py"
    source.write_text(source.read_text().replace("points: 20", "points: 21", 1))
    code, out = run(capsys, "verify", UNIT)
    assert code == 1
    assert "the points add up to 20; the header says 21" in out


@pytest.mark.parametrize("command", ["build", "verify", "grade", "demo"])
def test_an_unknown_unit_is_told_with_those_that_there_are(course, capsys, command):
    code, out = run(capsys, command, "07_nothing")
    assert code == 1
    assert f"no unit is called '07_nothing'; there are: {UNIT}" in out


@pytest.mark.parametrize(
    "words", [["build"], ["verify"], ["grade", UNIT], ["demo"]], ids=lambda words: words[0]
)
def test_outside_of_the_course_the_way_back_is_told(tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    code, out = run(capsys, *words)
    assert code == 1
    assert "does not lie in the course" in out and "Change into the folder" in out


def test_nothing_handed_in_is_told_with_the_place(course, capsys):
    code, out = run(capsys, "grade", UNIT)
    assert code == 1
    assert f"nothing has been handed in for {UNIT}" in out
    assert f"submitted/STUDENT/{UNIT}/{UNIT}.ipynb" in out


def test_a_demo_of_a_unit_that_is_not_built_is_told(course, capsys):
    code, out = run(capsys, "demo")
    assert code == 1 and "is not built yet" in out


def test_a_class_whose_unit_is_not_built_is_told(course, capsys):
    handed_in = course / "submitted" / "ada" / UNIT / f"{UNIT}.ipynb"
    handed_in.parent.mkdir(parents=True)
    shutil.copy(ROOT / "course" / UNIT / f"{UNIT}.ipynb", handed_in)
    code, out = run(capsys, "grade", UNIT)
    assert code == 1 and UNIT in out


def test_brackets_in_a_message_are_shown_as_they_are(course, capsys, monkeypatch):
    def fails(*args, **more):
        raise UnitError("[window] has no remark, see shape [3, 4]")

    monkeypatch.setattr("rnnlib.course.authoring.verify_unit", fails)
    code, out = run(capsys, "verify")
    assert code == 1 and "[window] has no remark, see shape [3, 4]" in out


def test_an_interrupt_is_no_traceback(course, capsys, monkeypatch):
    def interrupted(*args, **more):
        raise KeyboardInterrupt

    monkeypatch.setattr("rnnlib.course.authoring.verify_unit", interrupted)
    code, out = run(capsys, "verify")
    assert code == 130 and "Stopped" in out


@pytest.mark.parametrize("words", [[], ["no-such-command"], ["verify", "--no-such-option"]])
def test_wrong_words_get_the_usage_and_exit_code_2(words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2
    assert "usage: rnnlib" in capsys.readouterr().err


def test_the_command_as_a_module_from_another_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "rnnlib.course.cli", "verify"],
        cwd=tmp_path,
        env=dict(os.environ, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert "does not lie in the course" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_without_a_sandbox_nothing_is_graded_unless_that_is_asked_for(course, capsys, monkeypatch):
    from rnnlib.course.grading import command
    from rnnlib.course.grading.isolation.sandbox import SandboxError

    def refuse():
        raise SandboxError("bwrap is not installed ... give --sandbox=none")

    monkeypatch.setattr(command, "check_sandbox", refuse)
    path = course / "submitted" / "anna" / UNIT / f"{UNIT}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    code, out = run(capsys, "grade", UNIT)
    assert code == 1 and "bwrap is not installed" in out and "--sandbox=none" in out
    assert not (course / "gradebook.db").exists() and path.read_text() == "{}"


def test_a_report_on_nothing_and_an_export_of_nothing_are_told(course, capsys):
    code, out = run(capsys, "report", UNIT)
    assert code == 1 and f"nothing of {UNIT} has been graded" in out
    code, out = run(capsys, "export", "--format", "moodle")
    assert code == 1 and "there is no gradebook" in out
    assert not list(course.glob("*.csv")) and not (course / "gradebook.db").exists()


@pytest.mark.parametrize(
    ("missing", "words", "sentence"),
    [
        ("nbgrader", ["grade", UNIT], "Grading needs nbgrader: pip install 'rnnlib[instructor]'"),
        ("rich", ["verify"], "rnnlib verify needs rich: pip install 'rnnlib[instructor]'"),
        ("jupytext", ["build"], "Building a unit needs jupytext: pip install 'rnnlib[instructor]'"),
        ("torch", ["bench"], "The benchmark needs PyTorch: pip install 'rnnlib[torch]'"),
        (
            "psycopg",
            ["export", "--db", "postgresql://localhost/gradebook"],
            "A gradebook in PostgreSQL needs psycopg: pip install 'rnnlib[postgresql]'",
        ),
    ],
)
def test_what_is_not_installed_is_told_with_its_extra(
    course, capsys, monkeypatch, missing, words, sentence
):
    monkeypatch.setitem(sys.modules, missing, None)
    assert main(words) == 2
    assert capsys.readouterr() == ("", sentence + "\n")


def test_grading_on_a_cluster_names_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        MissingExtra, match=r"A cluster needs Dask: pip install 'rnnlib\[cluster\]'"
    ):
        list(run_all(len, [("a", tuple)], workers=1, scheduler="tcp://127.0.0.1:9"))


def test_a_secret_is_shown_set_and_made_anew(course, capsys):
    code, first = run(capsys, "secret")
    assert code == 0 and str(course / "marking_secret").replace(" ", "") in first.replace(" ", "")
    assert run(capsys, "secret")[1] == first
    assert run(capsys, "secret", "--set", "as-last-year")[1].split()[-2] == "as-last-year"
    assert "as-last-year" not in run(capsys, "secret", "--new")[1]
    code, out = run(capsys, "secret", "--set", " ")
    assert code == 1 and "at least one letter" in out
