"""`rnnlib bench-grading --growth` and `--mixed`: real classes, as small as they can be."""

import io
import re

import pytest
from classroom import SANDBOX, UNIT, WHY_NOT
from rich.console import Console

from rnnlib.course.authoring import course_root
from rnnlib.course.authoring.units import marked_unit
from rnnlib.course.bench import grading, mixed
from rnnlib.course.bench.grading import Timing

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(SANDBOX != "bwrap", reason=WHY_NOT or "no sandbox"),
]


@pytest.fixture(autouse=True)
def one_worker(monkeypatch):
    """A worker needs as long to begin as ten submissions take."""
    monkeypatch.setattr(grading, "WORKERS", 1)


@pytest.fixture
def unit():
    return marked_unit(course_root(), UNIT)


def run(command, *words):
    console = Console(file=io.StringIO(), width=400)
    return command(words[0], console, *words[1:]), console.file.getvalue()


def test_a_class_and_a_smaller_one_are_graded_and_compared(unit):
    code, said = run(grading.run_bench, unit, 1, 3)
    assert re.search(r"rnnlib grade, 2 submissions +[\d.]+ s", said)
    assert re.search(r"rnnlib grade, 3 submissions +[\d.]+ s", said)
    (memory,) = re.findall(r"3 beside 2: memory ([\d.]+), processor time", said)
    assert code == int(float(memory) > grading.MOST_GROWTH)
    assert 0.5 < float(memory) < 2


@pytest.mark.parametrize(("larger", "code"), [(1.24, 0), (1.26, 1)])
def test_more_memory_for_a_larger_class_is_a_failure(unit, monkeypatch, larger, code):
    taken = iter([Timing(10.0, 10.0, 1000), Timing(100.0, 100.0, int(1000 * larger))])
    monkeypatch.setattr(grading, "hand_in", lambda unit, root, number: None)
    monkeypatch.setattr(grading, "grade_class", lambda unit, root: next(taken))
    assert run(grading.run_bench, unit, 1, 240)[0] == code


def test_a_mixed_class_leaves_honest_marks_alone(unit):
    code, said = run(mixed.run_mixed, unit, 3)
    assert code == 0, said
    assert "1 honest, 1 broken, 1 hostile" in said
    assert "honest ones beside the others and alone: the same marks and reasons" in said


def test_other_marks_in_a_mixed_class_are_a_failure(unit, monkeypatch):
    marks = iter(["alone", "beside others"])
    monkeypatch.setattr(mixed, "read_marks", lambda assignment, student: next(marks))
    monkeypatch.setattr(mixed, "_put_hostile", lambda *about: set())
    monkeypatch.setattr(mixed, "grade_class", lambda unit, root: Timing(1.0, 1.0, 1))
    monkeypatch.setattr(
        mixed,
        "read_records",
        lambda assignment: [{"student": name, "problem": None} for name in assignment.students()],
    )
    code, said = run(mixed.run_mixed, unit, 1)
    assert code == 1 and "other marks" in said
