"""The build: what is declared agrees, and what make says is clear. Nothing is installed here."""

import tomllib
from importlib import metadata

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from places import ROOT
from shell import run, script

from rnnlib.course.extras import EXTRAS

# What conda-forge calls by another name than PyPI.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "nbconvert": "nbconvert-core",
    "torch": "pytorch-cpu",
}


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
def extras(project):
    """What each extra brings by itself; dev names the others, and what it adds."""
    declared = project["project"]["optional-dependencies"]
    assert len({line for lines in declared.values() for line in lines}) == len(
        {Requirement(line).name for lines in declared.values() for line in lines}
    ), "a package has the same range wherever it is named"
    tables = {name: by_name(lines) for name, lines in declared.items()}
    everything = tables["dev"].pop("rnnlib")
    assert everything.extras == set(declared) - {"dev"}
    return tables


@pytest.fixture(scope="module")
def dev(extras):
    """All that `.[dev]` installs, beside what the plain package does."""
    return {name: r for table in extras.values() for name, r in table.items()}


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


def test_conda_gets_what_the_pins_are(conda, pins):
    """No channel can be asked here: the pins stand for what a solver would find."""
    for name, requirement in conda.items():
        if name not in ("python", "pip"):
            (pin,) = pins[name].specifier
            assert pin.version in requirement.specifier, f"{requirement} forbids {name} {pin}"


def test_what_an_extra_is_missing_is_found_by_the_names_that_pyproject_has(extras):
    unused = {"jsonschema"}  # a range only: nothing of ours imports it
    for name, table in extras.items():
        if name != "dev":
            assert set(table) - unused == {canonicalize_name(module) for module in EXTRAS[name]}


def test_the_plain_package_needs_little(runtime):
    assert set(runtime) == {"numpy", "matplotlib", "pillow", "threadpoolctl"}


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
    assert "chromium bubblewrap postgresql" in answer.stdout
    assert not (tmp_path / "calls").exists(), "nothing is installed on somebody's own machine"

    answer = run("make", "programs", PATH=tools, CI="true")
    assert answer.returncode == 0
    asked = (tmp_path / "calls").read_text()
    assert "install -y -qq --no-install-recommends chromium bubblewrap postgresql" in asked

    script(tools / "apt-get", "exit 100")
    answer = run("make", "programs", PATH=tools, CI="true")
    assert answer.returncode == 0
    assert "some tests will be skipped" in answer.stdout

    script(tools / "chromium", "exit 0")
    script(tools / "bwrap", "exit 0")
    script(tools / "pg_ctlcluster", "exit 0")
    assert run("make", "programs", PATH=tools).stdout == ""
