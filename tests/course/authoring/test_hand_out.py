"""What students get as files: everything that they need, and no solution."""

import shutil
import zipfile

import nbformat
import pytest
from places import ROOT

from rnnlib.course.authoring import UnitError, find_units
from rnnlib.course.authoring.hand_out import _archive, hand_out
from rnnlib.course.authoring.units import Unit

UNIT = "01_hidden_state"


@pytest.mark.slow
def test_the_wheel_and_the_archives_hold_no_solution(tmp_path):
    wheel, archive = hand_out(ROOT, find_units(ROOT, [UNIT]), tmp_path / "dist")
    with zipfile.ZipFile(wheel) as files:
        names = files.namelist()
    assert "rnnlib/course/checking/__init__.py" in names
    assert f"rnnlib/course/exercises/sealed/{UNIT}.json" in names
    assert not [name for name in names if name.startswith(("solutions", "course", "tests"))]
    assert not [name for name in names if name.endswith((".ipynb", ".toml"))]
    with zipfile.ZipFile(archive) as files:
        words = files.read(f"{UNIT}/README.txt").decode()
        assert f'pip install "./{wheel.name}[student]"' in words
        assert f"{UNIT}/{UNIT}.ipynb" in files.namelist()
        assert (
            files.read(f"{UNIT}/{UNIT}.ipynb")
            == (ROOT / "course" / UNIT / f"{UNIT}.ipynb").read_bytes()
        )


def test_every_units_archive_is_the_same_twice_and_has_no_marker():
    for unit in find_units(ROOT):
        data = _archive(unit)
        assert data == _archive(unit)
        assert b"BEGIN SOLUTION" not in data


def test_a_release_that_somebody_has_worked_in_is_not_handed_out(tmp_path):
    unit = Unit(UNIT, tmp_path)
    with pytest.raises(UnitError, match="is not built yet"):
        _archive(unit)
    unit.release.parent.mkdir(parents=True)
    shutil.copy(ROOT / "course" / UNIT / f"{UNIT}.ipynb", unit.release)
    notebook = nbformat.read(unit.release, as_version=4)
    notebook.cells[-1].source += "\n# mine"
    nbformat.write(notebook, unit.release)
    with pytest.raises(UnitError, match="somebody has worked in it"):
        _archive(unit)
