"""`make bench-checks`: what it measures, and what it says of it."""

import re
from dataclasses import replace

import pytest

from rnnlib.course.bench import checks
from rnnlib.course.checking import marking
from rnnlib.course.cli import main
from rnnlib.course.exercises import all_exercises


def test_a_slower_check_takes_more_loops(monkeypatch):
    exercise = all_exercises()["rnn_step"]
    plain = checks.time_check(exercise, exercise.variants[0])
    assert plain.right and plain.exercise == "rnn_step" and plain.seconds > 0

    def five_times(*args):
        return [marking.mark(*args) for _ in range(5)][-1]

    monkeypatch.setattr(checks, "mark", five_times)
    assert checks.time_check(exercise, exercise.variants[0]).loops > 2 * plain.loops


def test_a_check_that_errs_is_not_measured():
    exercise = all_exercises()["rnn_step"]
    wrong = replace(exercise, variants=[exercise.mistakes[0]])
    with pytest.raises(ValueError, match=r"rnn_step: the check is wrong about"):
        checks.time_check(wrong, wrong.variants[0])


def test_the_command_prints_median_worst_and_slowest(capsys):
    assert main(["bench-checks", "rnn_step", "count_parameters"]) == 0
    out = capsys.readouterr().out
    exercises = [all_exercises()[name] for name in ("rnn_step", "count_parameters")]
    count = sum(1 + len(exercise.mistakes) for exercise in exercises)
    assert f"{count} checks of 2 exercises, processor time" in out
    assert re.search(r"right answers +median +[\d.]+ ms, worst +[\d.]+ ms", out)
    assert re.search(r"mistakes +median +[\d.]+ ms, worst +[\d.]+ ms", out)
    assert re.search(r"in loops +median +[\d.]+, +worst +[\d.]+", out)
    rows = out.partition("the slowest")[2].splitlines()[1:]
    times = [float(row.split()[-2]) for row in rows if row.strip()]
    assert len(times) == checks.SLOWEST and times == sorted(times, reverse=True)


def test_an_unknown_exercise_is_told(capsys):
    assert main(["bench-checks", "rnn_stop"]) == 1
    assert "no exercise is called 'rnn_stop'; there are: " in capsys.readouterr().out
