"""The set-up ends well: what is missing, was interrupted or belongs to others is said or mended.

Nothing is installed here: it runs in a copy, with a small script in Python's place (see
`copied_build`).
"""

import os
import shutil
import subprocess
import sys

import pytest
from copied_build import ALL_OF_IT
from shell import run, script


@pytest.fixture
def somebody():
    """What a command is begun with so that permissions bind it: they do not bind root."""
    if os.geteuid() != 0:
        return []
    command = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]
    if not shutil.which("setpriv") or subprocess.run([*command, "true"]).returncode:
        pytest.skip("root may write everywhere, and setpriv cannot take that away here")
    return command


# ---------------------------------------------------------------- once, and where


def test_set_up_once_and_then_never_again(copy):
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert copy.setup() == (0, "")
    assert copy.calls() == []


def test_an_environment_that_fits_needs_no_other_python(copy, tools):
    copy.setup()
    (tools / "cat").symlink_to(shutil.which("cat"))
    answer = run("make", "setup", cwd=copy.folder, PATH=tools)
    assert (answer.returncode, answer.stdout, answer.stderr) == (0, "", "")


def test_without_make_the_same_is_one_command(copy):
    status, output = copy.setup(sys.executable, ".ci/setup.py")
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert "Activate it: . .venv/bin/activate" in output
    assert copy.setup() == (0, ""), "make finds it as it should be"


def test_in_a_plain_locale_too(copy):
    status, output = copy.setup(LC_ALL="C", PYTHONCOERCECLOCALE="0", PYTHONUTF8="0")
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert copy.setup() == (0, "")


@pytest.mark.parametrize("elsewhere", [".venvs/3.13", "{}/mine"])
def test_another_folder_holds_the_environment_and_its_commands(copy, tmp_path, elsewhere):
    elsewhere = elsewhere.format(tmp_path)
    status, output = copy.setup(VENV=elsewhere)
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert not (copy.folder / ".venv").exists()
    made = copy.folder / elsewhere
    assert (made / ".ready").exists()
    assert copy.setup(VENV=elsewhere) == (0, "")
    script(made / "bin/rnnlib", 'command -v rnnlib; echo "$*"')
    answer = run("make", "demo", "ARGS=--fast", cwd=copy.folder, VENV=elsewhere)
    assert answer.stdout == f"{made}/bin/rnnlib\ndemo --fast\n"


def test_a_folder_of_somebody_else_is_not_emptied(copy, tmp_path):
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "pyvenv.cfg").touch()
    status, output = copy.setup(VENV=theirs)
    assert status != 0 and "set-up did not make it" in output
    assert os.listdir(theirs) == ["pyvenv.cfg"]


def test_commands_come_from_the_environment_and_find_it_first(copy):
    copy.setup()
    script(copy.folder / ".venv/bin/rnnlib", 'echo "$*"; command -v alembic')
    alembic = script(copy.folder / ".venv/bin/alembic", "")
    answer = run("make", "demo", "ARGS=--fast", cwd=copy.folder, PYTHON=copy.python)
    assert answer.stdout == f"demo --fast\n{alembic}\n", "nbgrader calls alembic by its bare name"


def test_new_requirements_are_installed_into_what_is_there(copy):
    copy.setup()
    copy.calls()
    with (copy.folder / "constraints.txt").open("a") as file:
        file.write("# newer\n")
    keepsake = copy.folder / ".venv/keepsake"
    keepsake.touch()
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, ALL_OF_IT)
    assert "Updating .venv" in output
    assert keepsake.exists()


def test_an_environment_that_was_moved_is_made_anew(copy):
    copy.setup()
    copy.calls()
    copy.folder = copy.folder.rename(copy.folder.parent / "elsewhere")
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, ALL_OF_IT)
    assert "another place" in output


# ---------------------------------------------------------------- Pythons


def test_a_python_that_is_too_old_is_refused(copy, tools):
    # One that says it is 3.9, and one that a version manager lists but cannot run.
    script(tools / "python3", 'case "$*" in *version_info*) echo 3.9.18 ;; *) exit 1 ;; esac')
    script(tools / "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    answer = run("make", "setup", cwd=copy.folder, PATH=tools)
    assert answer.returncode != 0
    assert "needs Python 3.11 or newer" in answer.stderr
    assert f"Python 3.9.18, {tools}/python3" in answer.stderr
    assert not (copy.folder / ".venv").exists()

    status, output = copy.setup(sys.executable, ".ci/setup.py", PYTHON=tools / "python3")
    assert status != 0 and "needs Python 3.11 or newer; this is 3.9.18" in output
    assert not (copy.folder / ".venv").exists()


def test_a_python_that_says_nothing_is_passed_over(copy, tools):
    good = 'case "$*" in *version_info*) echo {} ;; -c*) ;; *) echo "{} runs $*" ;; esac'
    script(tools / "python3.14", "exit 0")
    script(tools / "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    script(tools / "python3.12", good.format("3.12.1", "it"))
    script(tools / "python3.11", good.format("3.11.2", "another"))
    answer = run("make", "setup", cwd=copy.folder, PATH=tools)
    assert (answer.returncode, answer.stdout) == (0, "it runs .ci/setup.py\n")


def test_without_any_python_it_says_so(copy, tools):
    answer = run("make", "setup", cwd=copy.folder, PATH=tools)
    assert answer.returncode != 0
    assert "No Python found" in answer.stderr
    answer = run("make", "setup", cwd=copy.folder, PATH=tools, PYTHON="/nowhere/python3")
    assert answer.returncode != 0
    assert "PYTHON=/nowhere/python3 does not name a Python that runs" in answer.stderr


@pytest.mark.parametrize(
    ("modules", "way", "calls"),
    [
        ("venv virtualenv", "-m virtualenv", ALL_OF_IT),
        (
            "venv pip",
            "-m venv --without-pip .venv",
            ["--python .venv/bin/python install pip", *ALL_OF_IT],
        ),
    ],
)
def test_without_ensurepip_there_are_ways_round(copy, modules, way, calls):
    copy.python_has(modules)
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, calls), output
    assert copy.notes("ways") == [way]


@pytest.mark.parametrize("modules", ["venv", "pip"])
def test_without_a_way_round_it_names_the_package(copy, modules):
    copy.python_has(modules)
    status, output = copy.setup()
    assert status != 0
    assert f"apt install python3.{sys.version_info[1]}-venv" in output
    assert not (copy.folder / ".venv").exists()


# ---------------------------------------------------------------- what may not be written


@pytest.fixture
def locked():
    """Take the right to write from a folder, until the test is over."""
    paths = []

    def lock(path):
        paths.append(path)
        path.chmod(0o444 if path.is_file() else 0o555)

    yield lock
    for path in paths:
        path.chmod(0o755)


def test_a_second_user_is_told_what_to_do(copy, somebody, locked):
    locked(copy.folder)
    status, output = copy.setup(*somebody, "make", "setup")
    assert status != 0 and "Traceback" not in output
    assert "Cannot write into" in output and "VENV=/a/folder/of/yours make setup" in output


def test_a_second_user_works_with_what_is_whole(copy, somebody, locked):
    copy.setup()
    locked(copy.folder)
    assert copy.setup(*somebody, "make", "setup") == (0, "")


def test_a_second_user_may_keep_an_environment_elsewhere(copy, somebody, locked, tmp_path):
    for name in "calls", "ways":  # the notes of the stand-in
        (copy.folder / name).touch()
    locked(copy.folder)
    mine = tmp_path / "mine"
    status, output = copy.setup(*somebody, "make", "setup", VENV=mine)
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert (mine / ".ready").exists()


def test_the_lock_of_another_user_is_no_obstacle(copy, somebody, locked):
    (copy.folder / ".venv.lock").touch()
    locked(copy.folder / ".venv.lock")
    status, output = copy.setup(*somebody, "make", "setup")
    assert (status, copy.calls()) == (0, ALL_OF_IT), output


def test_an_environment_that_cannot_be_removed_is_named(copy, somebody, locked):
    (copy.folder / ".venv/lib").mkdir(parents=True)
    locked(copy.folder / ".venv")
    status, output = copy.setup(*somebody, "make", "setup")
    assert status != 0 and "Traceback" not in output
    assert "Cannot remove the old .venv" in output and "VENV=/a/folder/of/yours" in output


def test_without_a_home_that_can_be_written_programs_get_one(copy, somebody, locked, tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    locked(home)
    status, output = copy.setup(*somebody, "make", "setup", HOME=home)
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    script(copy.folder / ".venv/bin/rnnlib", 'echo "$HOME"')
    _, output = copy.setup(*somebody, "make", "demo", HOME=home)
    assert output == f"{copy.folder}/.venv/home\n"
    assert copy.setup("make", "demo", HOME=tmp_path) == (0, f"{tmp_path}\n")
