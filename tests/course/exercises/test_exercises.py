"""Every exercise of every unit: what it is tried on, its known mistakes and its right answers."""

import re
import zlib

import numpy as np
import pytest
from places import ROOT
from student import can_be_shown, notebook, run_cell, written

from rnnlib import Params
from rnnlib.course.authoring.source import read_source
from rnnlib.course.bench.checks import time_check
from rnnlib.course.checking import grade, mark
from rnnlib.course.checking.display import diagnosis_lines, earned, text
from rnnlib.course.checking.marking import Report
from rnnlib.course.checking.results import collect
from rnnlib.course.exercises import (
    PLAIN,
    UNITS,
    all_exercises,
    unit_exercises,
)
from rnnlib.course.exercises.drawing import REPEATED

SEEDS = (1, 2, 20_000)
EXERCISES = list(all_exercises().values())


def versions(kind):
    return [
        pytest.param(exercise, version, id=f"{exercise.name}-{version.name}")
        for exercise in EXERCISES
        for version in getattr(exercise, kind)
    ]


def exercises(having=lambda exercise: True):
    return pytest.mark.parametrize(
        "exercise", [e for e in EXERCISES if having(e)], ids=lambda exercise: exercise.name
    )


@pytest.fixture
def seeds(request):
    """What a version is tried with: one of SEEDS, by the test's name; all of them with --whole."""
    if request.config.getoption("--whole"):
        return SEEDS
    return SEEDS[zlib.crc32(request.node.name.encode()) % len(SEEDS) :][:1]


def cases(exercise, seed=1):
    return list(exercise.draw(np.random.default_rng(seed)))


def arrays(case):
    """Every array that is handed to the function, with its name."""
    for position, value in enumerate(case.args):
        if isinstance(value, Params):
            yield from value.items()
        elif isinstance(value, np.ndarray):
            yield f"argument {position}", value
        elif isinstance(value, list):  # of sequences
            yield from ((f"argument {position}", v) for v in value if isinstance(v, np.ndarray))


def numbers_in(value):
    """The arrays in an argument, also in a state, a cache or a list, laid flat; letters too."""
    if isinstance(value, np.ndarray):
        yield np.ravel(value)
    elif isinstance(value, Params):
        yield from (np.ravel(array) for _, array in value.items())
    elif isinstance(value, tuple | list):
        for part in value:
            yield from numbers_in(part)
    elif isinstance(value, str):
        yield [ord(letter) for letter in value]


# --- mistakes and variants --------------------------------------------------------------------


@exercises()
def test_enough_mistakes_and_variants_are_known(exercise):
    assert len(exercise.mistakes) >= 8
    assert len(exercise.variants) >= 3


@pytest.mark.parametrize("exercise, mistake", versions("mistakes"))
def test_a_mistake_costs_marks_and_is_named_as_itself_and_alone(exercise, mistake, seeds, capfd):
    function = written(exercise, mistake)
    for seed in seeds:
        report = mark(exercise, function, seed)
        assert report.state == "wrong"
        assert report.share < 1
        assert report.diagnosis == [(mistake.name, mistake.text)], seed
        assert any(row.reason for row in report.rows), "marks are lost for no reason"
        for points in (0.5, 5, 7.25):
            mine = earned(report, points)
            assert type(mine) is float and 0 <= mine <= points - 0.01
        can_be_shown(report)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("exercise, variant", versions("variants"))
def test_a_right_answer_that_looks_different_gets_all_points(exercise, variant, seeds, capfd):
    function = written(exercise, variant)
    for seed in seeds:
        report = mark(exercise, function, seed)
        assert earned(report, 3) == 3, text(report)
        assert not report.notes and not report.diagnosis
        assert all(row.right == 1 and not row.reason for row in report.rows)
        can_be_shown(report)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("unit", UNITS)
def test_the_cells_of_the_solution_get_all_points(unit, seeds, capsys):
    exercises = unit_exercises(unit)
    earlier = {name for exercise in exercises.values() for name in exercise.uses} - set(exercises)
    names = notebook(*earlier, borrow=[m for e in exercises.values() for m in e.borrow])
    found = set()
    for cell in read_source(ROOT / "solutions" / f"{unit}.py").cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        name = nbgrader.get("grade_id", "")
        if not nbgrader.get("solution") or name.startswith("answer_"):
            continue
        run_cell(cell.source, names)
        for seed in seeds:
            assert grade(names[name], points=5, seed=seed) == 5, capsys.readouterr().out
        found.add(name)
    assert found == set(exercises)


@exercises(lambda e: e.arguments and not e.observe)
def test_names_and_order_of_arguments_are_those_that_the_notebook_shows(exercise):
    unit = next(unit for unit in UNITS if exercise.name in unit_exercises(unit))
    source = (ROOT / "solutions" / f"{unit}.py").read_text(encoding="utf-8")
    shown = re.search(rf"^def {exercise.name}\(([^)]*)\)", source, re.MULTILINE).group(1)
    positional = shown.partition("*")[0].strip(" ,")
    assert tuple(part.split("=")[0].strip() for part in positional.split(",")) == exercise.arguments


@exercises()
def test_a_check_answers_at_once(exercise):
    """Measured against a loop on the same machine at the same time: `make bench-checks` says more.

    A loop takes about ten milliseconds of processor time, the slowest check (`sample`) 80 loops.
    """
    for version in (exercise.variants[0], exercise.mistakes[-1]):
        if time_check(exercise, version).loops >= 250:
            assert time_check(exercise, version, rounds=5).loops < 250, version.name


# --- what a mistake's sentence says -----------------------------------------------------------

NO_WAY_TO_BEGIN = """
    when if because this you your use take do don't never forget forgot forgetting missing wrong
    should remember note here there
""".split()


@exercises()
def test_the_sentences_make_sense_after_this_is_what_you_get_when(exercise):
    for mistake in exercise.mistakes:
        (line,) = diagnosis_lines(Report(exercise.name, diagnosis=[(mistake.name, mistake.text)]))
        sentence = line.removeprefix("This is what you get when ")
        assert sentence != line
        first, *rest = sentence.split()
        assert first.lower().strip("`,:") not in NO_WAY_TO_BEGIN, sentence
        assert len(rest) >= 3, sentence
        assert re.search(r"[.?]\)?$", sentence) and "  " not in sentence, sentence
        # In the middle of a sentence only names keep their capital: ReLU, PyTorch, LSTM.
        said = mistake.text.split()[0]
        is_name = said.startswith("`") or sum(letter.isupper() for letter in said) > 1
        is_name |= said == "True" or said[1:2] == "_"
        is_name |= len(said.strip(",")) == 1 and said != "A"
        assert first == (said if is_name else said[:1].lower() + said[1:]), sentence
        clause = re.split(r"[.;:]\s", sentence)[0]
        verb = r"\b(is|are|was|were|has|have|do|does|[a-z]+s)\b"
        assert re.search(verb, clause), f"no verb: {sentence}"


@exercises()
def test_every_mistake_has_words_of_its_own(exercise):
    texts = [mistake.text for mistake in exercise.mistakes]
    assert len(set(texts)) == len(texts)


# --- what a function is tried on --------------------------------------------------------------


def put_there(exercise, case):
    """Arrays that hold zeros or equal numbers because what comes before in the notebook does so.

    A softmax gives 1 to a single key and 0 to padding; a text that has ended has one way to go on.
    """
    if case.kind == PLAIN:
        return ()
    named = dict(zip(exercise.arguments, case.args, strict=False))
    found = {"weights": lambda w: np.allclose(w.sum(axis=-1), 1), "log_probs": np.isneginf}
    return [
        f"argument {exercise.arguments.index(name)}"
        for name, holds in found.items()
        if name in named and np.any(holds(named[name]))
    ]


@exercises()
def test_no_array_is_constant_or_holds_a_zero(exercise):
    """But for the kinds of cases that are there for just that."""
    for case in (case for case in cases(exercise) if case.kind not in REPEATED):
        for name, array in arrays(case):
            if array.dtype.kind == "f" and name in put_there(exercise, case):
                continue
            if array.dtype.kind == "f":
                assert np.all(array != 0), (name, case.kind)
                assert np.unique(array).size == array.size, (name, case.kind)
            elif array.size > 1 and case.kind == PLAIN:
                assert np.unique(array).size > 1, name


@exercises()
def test_on_ordinary_inputs_every_size_differs_and_time_is_at_least_five(exercise):
    plain = [case for case in cases(exercise) if case.kind == PLAIN]
    assert plain
    for case in plain:
        sizes = [size for letter, size in case.sizes.items() if letter.isupper()]
        assert len(set(sizes)) == len(sizes), case.sizes
        assert case.sizes.get("T", 5) >= 5


@exercises(lambda e: e.arguments)
def test_every_size_is_1_at_least_once(exercise):
    drawn = cases(exercise)
    shapes = " ".join(exercise.results.values())
    letters = set(re.findall(r"\b[A-Z]\b", shapes)) | set(filter(str.isupper, drawn[0].sizes))
    if "logits" in exercise.arguments:
        letters.discard("K")  # with a single class every probability is 1
    for letter in letters:
        assert any(case.sizes.get(letter) == 1 for case in drawn), letter


@exercises(lambda e: e.arguments and not e.observe)
def test_the_sizes_that_a_case_names_are_those_of_its_results(exercise):
    for case in cases(exercise):
        results = collect(exercise, exercise.reference(*case.args, **case.options), case)
        for name, letters in exercise.results.items():
            if not re.fullmatch(r"\([A-Z](, [A-Z])*,?\)", letters):
                continue
            shape = tuple(case.sizes[letter] for letter in re.findall("[A-Z]", letters))
            assert np.shape(results[name]) == shape, (name, case.kind)
            assert np.isfinite(results[name]).all(), (name, case.kind)


@exercises(lambda e: e.arguments)
def test_a_seed_gives_the_same_inputs_and_another_seed_gives_others(exercise):
    def drawn(seed):
        numbers = []
        for case in cases(exercise, seed):
            numbers += numbers_in(case.args)
            numbers += [[a] for a in case.args if isinstance(a, int | float)]
            numbers += [[a.random()] for a in case.args if isinstance(a, np.random.Generator)]
        return np.concatenate(numbers)

    np.testing.assert_array_equal(drawn(5), drawn(5))
    assert not np.array_equal(drawn(5), drawn(6))


@exercises(lambda e: not e.observe)
def test_a_result_that_is_off_by_a_hundredth_cannot_hide_in_the_tolerance(exercise):
    for case in cases(exercise):
        value = exercise.reference(*case.args, **case.options)
        results = collect(exercise, value, case)
        for name, right in ((name, results[name]) for name in exercise.results):
            off = np.abs(np.asarray(right)) * 0.01
            scale = np.abs(right).max()
            limit = exercise.rtol * np.abs(right) + exercise.atol * scale
            assert scale == 0 or np.any(off > limit), (name, case.kind)
