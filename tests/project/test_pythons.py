"""`make test-pythons`: which Pythons it finds, what it runs with them, and what it says."""

import importlib.util
import re
import tomllib

import pytest
import yaml
from places import ROOT

SPEC = importlib.util.spec_from_file_location("test_pythons", ROOT / ".ci" / "test_pythons.py")


@pytest.fixture
def pythons(tmp_path, monkeypatch):
    """The script, on a machine without any Python."""
    module = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(module)
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VERSIONS", ("3.97", "3.98", "3.99"))
    return module


def program(path, lines):
    """An executable shell script."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{lines}\n")
    path.chmod(0o755)
    return path


def test_a_python_that_prints_nothing_is_passed_over(pythons, tmp_path):
    program(tmp_path / "bin" / "python3.98", "exit 127")
    assert pythons.find_python("3.98") is None
    old = program(tmp_path / "pyenv" / "versions" / "3.98.9" / "bin" / "python3.98", "echo 3.98")
    assert pythons.find_python("3.98") == str(old)
    new = program(tmp_path / "pyenv" / "versions" / "3.98.10" / "bin" / "python3.98", "echo 3.98")
    assert pythons.find_python("3.98") == str(new)
    on_path = program(tmp_path / "bin" / "python3.98", "echo 3.98")
    assert pythons.find_python("3.98") == str(on_path)


def test_each_that_is_here_is_tried_and_one_that_fails_is_told(pythons, tmp_path, capfd):
    program(tmp_path / "bin" / "python3.97", "echo 3.97")
    program(tmp_path / "bin" / "python3.99", "echo 3.99")
    program(tmp_path / "bin" / "make", 'echo "$1 $PYTHON $VENV" >>log; test -d "$VENV"')
    run = 'echo "$@" >>log\necho "======== 7 passed ======="\nexit '
    program(tmp_path / ".venvs" / "3.99" / "bin" / "python", run + "0")
    assert pythons.main(["-k", "two words"]) == 1
    out = capfd.readouterr().out
    assert re.search(r"Python 3\.97  FAILED .* no environment", out)
    assert re.search(r"Python 3\.98  - +not installed here", out)
    assert re.search(r"Python 3\.99  passed .* 7 passed\n", out)
    log = (tmp_path / "log").read_text()
    assert f"setup {tmp_path}/bin/python3.99 .venvs/3.99" in log
    assert "-m pytest" in log and "tests rnnlib -k two words" in log

    (tmp_path / "bin" / "python3.97").unlink()
    assert pythons.main([]) == 0
    program(tmp_path / ".venvs" / "3.99" / "bin" / "python", run + "1")
    assert pythons.main([]) == 1
    assert "Python 3.99  FAILED" in capfd.readouterr().out


def test_without_any_it_fails_and_says_so(pythons, capsys):
    assert pythons.main([]) == 1
    assert "None of them is here" in capsys.readouterr().out


def test_the_promise_the_workflow_and_the_command_name_the_same_versions():
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    module = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(module)
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == list(module.VERSIONS)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == f">={module.VERSIONS[0]}"
