"""The build: what is declared agrees, what make says is clear, what was interrupted heals.

Nothing is installed here. The set-up runs in a copy, with a small script in Python's place.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from places import ROOT

# What conda-forge calls by another name than PyPI.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "torch": "pytorch-cpu",
}
TOOLS = "bash cp dirname env grep id make mkdir mv printf rm sed sh sleep tail".split()


# ---------------------------------------------------------------- what is declared


def by_name(lines):
    requirements = [Requirement(line) for line in lines]
    table = {canonicalize_name(r.name): r for r in requirements}
    assert len(table) == len(requirements), "a package is named twice"
    return table


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def runtime(project):
    return by_name(project["project"]["dependencies"])


@pytest.fixture(scope="module")
def dev(project):
    return by_name(project["project"]["optional-dependencies"]["dev"])


@pytest.fixture(scope="module")
def pins():
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    assert lines[0].startswith("# Made by `make pins`")
    return by_name(line for line in lines if not line.startswith("#"))


@pytest.fixture(scope="module")
def conda():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    (pip,) = [entry["pip"] for entry in listed if isinstance(entry, dict)]
    assert pip[-1] == "-e .", "rnnlib itself comes last, when all it needs is there"
    to_pypi = {conda_name: name for name, conda_name in CONDA_NAMES.items()}
    table = by_name([entry for entry in listed if isinstance(entry, str)] + pip[:-1])
    return {to_pypi.get(name, name): requirement for name, requirement in table.items()}


def test_conda_lists_what_pyproject_lists_in_the_same_ranges(project, runtime, dev, conda):
    (setuptools,) = project["build-system"]["requires"]
    wanted = {name: r.specifier for name, r in (runtime | dev).items()}
    wanted["python"] = Requirement("python" + project["project"]["requires-python"]).specifier
    wanted["setuptools"] = Requirement(setuptools).specifier
    listed = {name: r.specifier for name, r in conda.items() if name != "pip"}
    assert listed == wanted


def test_torch_is_the_same_wherever_it_is_asked_for(project, dev):
    assert Requirement(*project["project"]["optional-dependencies"]["torch"]) == dev["torch"]


def test_every_dependency_is_a_range_and_not_a_pin(runtime, dev):
    for requirement in (runtime | dev).values():
        assert requirement.specifier, f"{requirement}: any version at all?"
        assert not any(s.operator in ("==", "===") for s in requirement.specifier), requirement


def test_every_dependency_is_pinned_to_a_version_in_its_range(project, runtime, dev, pins):
    build = by_name(project["build-system"]["requires"])
    for name, requirement in (runtime | dev | build).items():
        assert name in pins, f"{name} has no pin: run make pins"
        (pin,) = pins[name].specifier
        assert pin.version in requirement.specifier, f"{requirement} forbids the pin {pin}"


def test_every_pin_is_an_exact_version_that_any_index_has(pins):
    for pin in pins.values():
        assert pin.url is None
        (specifier,) = pin.specifier
        assert specifier.operator == "=="
        assert Version(specifier.version).local is None, f"{pin}: one platform's build"


def test_every_pin_keeps_the_promise_of_the_oldest_python(project, pins):
    (oldest,) = Requirement("python" + project["project"]["requires-python"]).specifier
    for installed in metadata.distributions():
        pin = pins.get(canonicalize_name(installed.name))
        if pin is None or installed.version not in pin.specifier:
            continue
        allowed = Requirement("python" + installed.metadata.get("Requires-Python", "")).specifier
        assert f"{oldest.version}.0" in allowed, f"{pin} wants Python {allowed}: run make pins"


def test_the_workflow_runs_make_test_on_pythons_that_are_allowed(project):
    job = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text("utf-8"))["jobs"]["test"]
    allowed = Requirement("python" + project["project"]["requires-python"]).specifier
    assert job["strategy"]["matrix"]["python"]
    assert all(version in allowed for version in job["strategy"]["matrix"]["python"])
    *installing, last = [step["run"] for step in job["steps"] if "run" in step]
    assert last == "make test" and all(step.startswith("sudo ") for step in installing)


# ---------------------------------------------------------------- make


def clean_environment(**changes):
    """The environment of somebody who calls make by hand, also when these tests run under make."""
    dropped = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHON", "CI"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {name: str(value) for name, value in changes.items()}


def run(*command, cwd=ROOT, **changes):
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment(**changes),
        capture_output=True,
        text=True,
        timeout=30,
    )


def script(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


@pytest.fixture
def tools(tmp_path):
    """A folder for the PATH with what every machine has, and no Python, browser or apt-get."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


def test_make_alone_lists_every_public_target():
    shown = run("make")
    assert shown.returncode == 0
    assert shown.stdout == run("make", "help").stdout
    listed = {line.split()[0] for line in shown.stdout.splitlines() if line.startswith("  ")}
    assert listed >= set("help demo test lab notebooks lint format bench clean".split())
    (phony,) = [
        line for line in (ROOT / "Makefile").read_text().replace("\\\n", " ").splitlines()
        if line.startswith(".PHONY:")
    ]  # fmt: skip
    assert listed == set(phony.split()[1:]) - {"programs"}


def test_an_unknown_target_fails_and_names_help():
    answer = run("make", "tset")
    assert answer.returncode != 0
    assert "no target 'tset'" in answer.stderr
    assert "make help" in answer.stderr


def test_ci_run_calls_make_test_and_only_that(tmp_path, tools):
    (tools / "make").unlink()
    script(tools / "make", f'echo "$PWD: make $*" >>{tmp_path}/calls; exit 3')
    assert run(ROOT / ".ci/run", cwd="/", PATH=tools).returncode == 3
    assert (tmp_path / "calls").read_text() == f"{ROOT}: make test\n"


def test_without_a_browser_or_a_sandbox_the_tests_go_on_and_say_so(tmp_path, tools):
    script(tools / "apt-get", f"echo $* >>{tmp_path}/calls")
    (tools / "id").unlink()
    script(tools / "id", "echo 0")
    answer = run("make", "programs", PATH=tools)
    assert answer.returncode == 0
    assert "some tests will be skipped" in answer.stdout
    assert "chromium bubblewrap" in answer.stdout
    assert not (tmp_path / "calls").exists(), "nothing is installed on somebody's own machine"

    answer = run("make", "programs", PATH=tools, CI="true")
    assert answer.returncode == 0
    asked = (tmp_path / "calls").read_text()
    assert "install -y -qq --no-install-recommends chromium bubblewrap" in asked

    script(tools / "apt-get", "exit 100")
    answer = run("make", "programs", PATH=tools, CI="true")
    assert answer.returncode == 0
    assert "some tests will be skipped" in answer.stdout

    script(tools / "chromium", "exit 0")
    script(tools / "bwrap", "exit 0")
    assert run("make", "programs", PATH=tools).stdout == ""


# ---------------------------------------------------------------- the set-up


class Copy:
    """A copy of the build, with a stand-in for Python whose venv and pip only take notes."""

    def __init__(self, folder):
        self.folder = folder
        for name in "Makefile", "pyproject.toml", "constraints.txt", ".ci/setup":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        self.ready = folder / ".venv/.ready"
        self.python = script(
            folder.parent / "bin/python-stand-in",
            'case "$1 $2" in\n'
            '"-m venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;\n'
            '"-m pip") shift 2; echo "$*" >>calls; if [ -f pip-does ]; then . ./pip-does; fi ;;\n'
            f'*) exec "{sys.executable}" "$@" ;;\n'
            "esac\n",
        )

    def pip_does(self, text):
        (self.folder / "pip-does").write_text(text)

    def start(self):
        return subprocess.Popen(
            ["make", "setup"],
            cwd=self.folder,
            env=clean_environment(PYTHON=self.python),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def setup(self):
        process = self.start()
        output, _ = process.communicate(timeout=30)
        return process.returncode, output

    def calls(self):
        """What pip was called with since this was last asked."""
        notes = self.folder / "calls"
        lines = notes.read_text().splitlines() if notes.exists() else []
        notes.unlink(missing_ok=True)
        return lines

    def wait_for_pip(self):
        for _ in range(500):
            if (self.folder / "calls").exists():
                return
            time.sleep(0.01)
        pytest.fail("pip was never called")


ALL_OF_IT = [
    "install -c constraints.txt torch setuptools",
    "install -c constraints.txt --no-build-isolation -e .[dev]",
    "check",
]


@pytest.fixture
def copy(tmp_path):
    folder = tmp_path / "a course with spaces"
    folder.mkdir()
    return Copy(folder)


def test_set_up_once_and_then_never_again(copy):
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert copy.setup() == (0, "")
    assert copy.calls() == []


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


def test_a_half_built_environment_heals_by_itself(copy):
    copy.pip_does("touch .venv/half-built; sleep 20\n")
    process = copy.start()
    copy.wait_for_pip()
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    assert not copy.ready.exists()
    copy.calls()

    copy.pip_does("")
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, ALL_OF_IT), output
    assert "making it anew" in output
    assert copy.ready.exists()
    assert not (copy.folder / ".venv/half-built").exists(), "what was there cannot be trusted"


def test_an_environment_that_was_moved_is_made_anew(copy):
    copy.setup()
    copy.calls()
    copy.folder = copy.folder.rename(copy.folder.parent / "elsewhere")
    status, output = copy.setup()
    assert (status, copy.calls()) == (0, ALL_OF_IT)
    assert "another place" in output


def test_two_at_once_wait_for_each_other(copy):
    copy.pip_does("sleep 0.3\n")
    first = copy.start()
    copy.wait_for_pip()
    status, output = copy.setup()
    assert status == 0
    assert "waiting" in output
    first.communicate(timeout=10)
    assert first.returncode == 0
    assert copy.calls() == ALL_OF_IT, "the second had nothing left to do"


@pytest.mark.parametrize(
    ("said", "explained"),
    [
        ("Failed to establish a new connection: [Errno 111] Connection refused", "No network"),
        ("NameResolutionError: Failed to resolve 'pypi.org'", "No network"),
        ("OSError: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: No matching distribution found for torch", "No matching distribution"),
    ],
)
def test_what_goes_wrong_in_pip_is_said_in_plain_words(copy, said, explained):
    copy.pip_does(f'echo "{said}" >&2; exit 1\n')
    status, output = copy.setup()
    assert status != 0
    assert explained in output
    assert ".venv/setup.log" in output
    assert not copy.ready.exists()


def test_a_python_that_is_too_old_is_refused(copy, tools):
    # One that says it is 3.9, and one that a version manager lists but cannot run.
    script(tools / "python3", 'case "$*" in *version_info*) echo 3.9.18 ;; *) exit 1 ;; esac')
    script(tools / "python3.13", "echo 'python3.13: command not found' >&2; exit 127")
    answer = run("make", "setup", cwd=copy.folder, PATH=tools)
    assert answer.returncode != 0
    assert "needs Python 3.11 or newer" in answer.stderr
    assert f"Python 3.9.18, {tools}/python3" in answer.stderr
    assert not (copy.folder / ".venv").exists()


def test_without_any_python_it_says_so(copy, tools):
    answer = run("make", "setup", cwd=copy.folder, PATH=tools)
    assert answer.returncode != 0
    assert "No Python found" in answer.stderr


def test_without_the_venv_module_it_names_the_package(copy, tools):
    script(tools / "python3", 'case "$*" in *version_info*) echo 3.12.4 ;; *) exit 1 ;; esac')
    answer = run("make", "setup", cwd=copy.folder, PATH=tools)
    assert answer.returncode != 0
    assert "apt install python3.12-venv" in answer.stderr
    assert not (copy.folder / ".venv").exists()
