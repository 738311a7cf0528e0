"""What would the right function do with other arguments? A wrong answer often does just that.

Mistakes that nobody wrote down mostly read something else than they should: zeros for a state, a
weight transposed, the first example for all, `h_next` for `h`, the last step alone. So the
reference is tried on arguments that are changed in one place, and where it then gives the student's
numbers, that change is named: what is said has been computed, whatever the student's lines are.
"""

from __future__ import annotations

import copy
import sys
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnlib.course.checking.patterns import arrays_of
from rnnlib.course.checking.results import collect, same
from rnnlib.course.exercises import Case, Exercise

FEWEST = 2
"""Fewer numbers than this may agree by chance."""

EVENTS = 60_000
"""How many calls all trials together may make: about twenty milliseconds of them."""

Numbers = dict[str, np.ndarray]


@dataclass(frozen=True)
class Change:
    """One other way to read the arguments: its name, a clause after "when", and how it is made.

    `make(arrays, values)` changes copies in place: the arrays among the arguments by what one
    writes, such as ``cache.h0``, and the numbers among arguments and options.
    """

    key: str
    clause: str
    make: Callable[[Numbers, dict], None]


def experiments(
    exercise: Exercise, trials: list[tuple[Case, dict, dict]], wrong: list[str]
) -> dict[str, tuple[str, set[str]]]:
    """The changes that give the student's numbers: by name the clause, and which results.

    Parameters
    ----------
    exercise : Exercise
    trials : list of (Case, dict, dict)
        Cases with the student's results and the right ones.
    wrong : list of str
        The results to explain: floats, of the right shape.
    """
    if not trials or _is_given_behaviour(trials[0][0]):
        return {}
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = _found(exercise, trials, wrong)
    said: dict[str, tuple[str, set[str]]] = {}
    explained: set[str] = set()
    for change, fits, alone in sorted(found, key=lambda f: (-len(f[1]), not f[2])):
        if fits - explained:
            names = ", ".join(f"`{n}`" for n in exercise.results if n in fits)
            whole = alone and fits == set(wrong)
            said[change.key] = (change.clause + ("" if whole else f" (in {names})"), fits)
            explained |= fits
    return said


def _found(
    exercise: Exercise, trials: list[tuple[Case, dict, dict]], wrong: list[str]
) -> list[tuple[Change, set[str], bool]]:
    """The changes that give wrong results, which ones, and whether they do nothing else."""
    benches = [_Bench(exercise, case) for case, _, _ in trials]
    found: list[tuple[Change, set[str], bool]] = []
    cost, left = events_of(exercise, trials[0][0]), EVENTS
    for change in _changes(exercise, trials[0][0]):
        left -= cost
        if left < 0:
            break
        fits, alone = set(wrong), True
        for bench, (_, mine, right) in zip(benches, trials, strict=True):
            theirs = bench.results(change) or {}
            fits = {n for n in fits if same(theirs.get(n), mine.get(n), exercise)}
            if not fits:
                break
            moved = {n for n in exercise.results if not same(theirs.get(n), right[n], exercise)}
            alone = alone and moved == fits
        if fits and sum(np.size(mine[n]) for _, mine, _ in trials for n in fits) >= FEWEST:
            found.append((change, fits, alone))
            if alone and fits == set(wrong):
                break
    return found


def _is_given_behaviour(case: Case) -> bool:
    """Whether functions or generators are given: trials would call them once more."""
    values = [*case.args, *case.options.values()]
    return any(callable(v) or isinstance(v, np.random.Generator) for v in values)


class _Bench:
    """One case, with copies of its arguments that may be changed for a trial."""

    def __init__(self, exercise: Exercise, case: Case) -> None:
        self.exercise, self.case = exercise, case
        self.args = copy.deepcopy(case.args)
        self.arrays = arrays_of(exercise.arguments, self.args)
        self.values = {
            name: value
            for name, value in (*zip(exercise.arguments, self.args), *case.options.items())
            if _is_number(value)
        }
        self.kept = {name: array.copy() for name, array in self.arrays.items()}

    def results(self, change: Change, function: Callable | None = None) -> dict | None:
        """What the reference, or a function, does with changed arguments; None if it cannot."""
        values, function = self.values.copy(), function or self.exercise.reference
        try:
            change.make(self.arrays, values)
            if not all(np.isfinite(a).all() for a in self.arrays.values() if a.dtype.kind == "f"):
                return None  # LAPACK would write to stderr
            args = [values.get(n, v) for n, v in zip(self.exercise.arguments, self.args)]
            options = {name: values.get(name, v) for name, v in self.case.options.items()}
            found = collect(self.exercise, function(*args, **options), self.case)
            # Copies: it may be an argument, which is put back.
            return {name: np.array(found[name]) for name in self.exercise.results}
        except Exception:  # whatever a changed argument leads to
            return None
        finally:
            for name, array in self.kept.items():
                self.arrays[name][...] = array


def events_of(exercise: Exercise, case: Case, function: Callable | None = None) -> int:
    """How many calls one trial makes, of the reference or of a function.

    A measure of its time that no clock disturbs.
    """
    bench, count = _Bench(exercise, case), 0

    def listen(frame: object, event: str, what: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(listen)
    try:
        bench.results(Change("", "", lambda arrays, values: None), function)
    finally:
        sys.setprofile(before)
    return max(count, 1)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _changes(exercise: Exercise, case: Case) -> Iterator[Change]:
    arrays = arrays_of(exercise.arguments, case.args)
    real = {name: a for name, a in arrays.items() if a.dtype.kind == "f" and a.size}
    whole = {name: a for name, a in arrays.items() if a.dtype.kind in "iu" and a.size}
    yield from _between(real)
    for name, array in real.items():
        yield from _of_numbers(name)
        yield from _of_places(name, array)
    for name, array in whole.items():
        yield _on(f"more:{name}", f"`{name} + 1` stands for `{name}`", name, lambda a: a + 1)
        yield _on(f"less:{name}", f"`{name} - 1` stands for `{name}`", name, lambda a: a - 1)
        yield from _of_places(name, array)
    for group in (dict(zip(exercise.arguments, case.args, strict=False)), case.options):
        for name, value in group.items():
            if _is_number(value):
                yield from _of_values(name, value)


def _between(arrays: Numbers) -> Iterator[Change]:
    """One array for another of its shape, and both exchanged."""
    for one, a in arrays.items():
        for other, b in arrays.items():
            if one == other or a.shape != b.shape:
                continue

            def replace(found: Numbers, values: dict, one=one, other=other) -> None:
                found[one][...] = found[other]

            def exchange(found: Numbers, values: dict, one=one, other=other) -> None:
                first = found[one].copy()
                found[one][...] = found[other]
                found[other][...] = first

            yield Change(f"for:{one}:{other}", f"`{other}` stands for `{one}`", replace)
            if one < other:
                text = f"`{one}` and `{other}` are exchanged"
                yield Change(f"both:{one}:{other}", text, exchange)


def _on(key: str, clause: str, name: str, new: Callable[[np.ndarray], np.ndarray]) -> Change:
    def make(found: Numbers, values: dict) -> None:
        found[name][...] = new(found[name].copy())

    return Change(key, clause, make)


def _of_numbers(name: str) -> Iterator[Change]:
    """Another number at every place of one array."""
    q = f"`{name}`"
    for key, clause, new in (
        ("zeros", f"{q} counts as zeros", lambda a: 0 * a),
        ("negative", f"{q} is taken with the opposite sign", lambda a: -a),
        ("twice", f"{q} counts twice", lambda a: 2 * a),
        ("tanh", f"a tanh is taken of {q} first", np.tanh),
        ("sigmoid", f"a sigmoid is taken of {q} first", lambda a: 1 / (1 + np.exp(-a))),
        ("rest", f"`1 - {name}` stands for {q}", lambda a: 1 - a),
        ("square", f"{q} is squared first", np.square),
        ("size", f"the sign of {q} is lost, as by `abs`", np.abs),
        ("root", f"the square root of {q} is taken first", np.sqrt),
        ("exp", f"the exponential of {q} is taken first", np.exp),
        ("rounded", f"{q} is cut to whole numbers", np.trunc),
    ):
        yield _on(f"{key}:{name}", clause, name, new)


def _of_places(name: str, array: np.ndarray) -> Iterator[Change]:
    """The numbers of one array in other places, or some of them left out."""
    q = f"`{name}`"
    if array.ndim == 2 and array.shape[0] == array.shape[1] > 1:
        yield _on(f"transposed:{name}", f"{q} is transposed", name, np.transpose)
    for axis in range(array.ndim):
        if array.shape[axis] < 2:
            continue
        along = "" if array.ndim == 1 else f" along its axis {axis}"

        def changed(key: str, clause: str, new: Callable, axis: int = axis) -> Change:
            moved = lambda a: np.moveaxis(new(np.moveaxis(a, axis, 0)), 0, axis)  # noqa: E731
            return _on(f"{key}:{axis}:{name}", clause, name, moved)

        yield changed("reversed", f"{q} is read in reverse{along}", lambda a: a[::-1])
        for key, where, new in (
            ("first for all", "first", lambda a: np.repeat(a[:1], len(a), axis=0)),
            ("last for all", "last", lambda a: np.repeat(a[-1:], len(a), axis=0)),
        ):
            yield changed(key, f"the {where} entry of {q}{along} serves for all", new)
        if array.dtype.kind != "f":
            continue
        mean = f"the mean of {q}{along} stands for each of its entries"
        yield changed("mean", mean, lambda a: np.repeat(a.mean(0, keepdims=True), len(a), axis=0))
        total = f"the sum of {q}{along} stands for each of its entries"
        yield changed("sum", total, lambda a: np.repeat(a.sum(0, keepdims=True), len(a), axis=0))
        for key, clause, new in (
            (
                "late",
                f"the entries of {q}{along} are one place late, or those they meet one place early",
                lambda a: np.roll(a, 1, 0),
            ),
            (
                "early",
                f"the entries of {q}{along} are one place early, or those they meet one place late",
                lambda a: np.roll(a, -1, 0),
            ),
        ):
            yield changed(key, clause, new)
        for place, where in ((0, "first"), (-1, "last")):

            def only(a: np.ndarray, place: int = place) -> np.ndarray:
                kept = np.zeros_like(a)
                kept[place] = a[place]
                return kept

            def without(a: np.ndarray, place: int = place) -> np.ndarray:
                a = a.copy()
                a[place] = 0
                return a

            alone = f"of {q} the {where} entry{along} alone counts"
            yield changed(f"only {where}", alone, only)
            yield changed(f"no {where}", f"the {where} entry of {q}{along} does not count", without)


def _of_values(name: str, value: float) -> Iterator[Change]:
    """Another number for a number."""
    q = f"`{name}`"
    ways = [
        ("more", f"`{name} + 1` stands for {q}", lambda v: v + 1),
        ("less", f"`{name} - 1` stands for {q}", lambda v: v - 1),
    ]
    if isinstance(value, float):
        ways += [
            ("rest", f"`1 - {name}` stands for {q}", lambda v: 1 - v),
            ("zero", f"{q} counts as 0", lambda v: 0.0),
            ("one", f"{q} counts as 1", lambda v: 1.0),
            ("inverse", f"`1 / {name}` stands for {q}", lambda v: 1 / v),
            ("square", f"{q} is squared", lambda v: v**2),
            ("root", f"the square root of {q} is taken", lambda v: v**0.5),
            ("half", f"{q} is halved", lambda v: v / 2),
            ("twice", f"{q} counts twice", lambda v: 2 * v),
            ("negative", f"{q} is taken with the opposite sign", lambda v: -v),
        ]
    for key, clause, new in ways:

        def make(found: Numbers, values: dict, new: Callable = new) -> None:
            values[name] = new(values[name])

        yield Change(f"{key}:{name}", clause, make)
