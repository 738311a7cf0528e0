"""The rows of a report: what was compared, how far it is right, and why it is not.

`rnnlib.course.marks` says what each is worth:

- one for every result, on inputs in which all sizes differ;
- extras: one for every special kind of input (a size of 1, large numbers), one for arguments that
  must come back unchanged, one for drawing from the random generator where one is given, one for
  giving the same answer again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnnlib.course.checking.responses import Response
from rnnlib.course.checking.results import KEPT, compare, floats, kept_reason, short_of_digits
from rnnlib.course.exercises import PLAIN, Exercise
from rnnlib.course.marks import extra_share, result_share, results_right


@dataclass(frozen=True)
class Row:
    """One line of a report: what was compared, the part of it that is right (0 to 1), and why.

    A row that is not all right and gives no reason has its reason in another row.
    """

    name: str
    right: float
    share: float
    reason: str = ""
    result: str | None = None


SHORT_OF_DIGITS = 0.9
"""How far a result counts as right that lacks digits alone."""

_Pairs = list[tuple[Response, dict[str, object]]]
"""Responses, each with the results that are expected of it."""


def rows_of(exercise: Exercise, responses: list[Response], expected: list[dict]) -> list[Row]:
    """The rows about a function: `responses` to all cases and, last, to the first once more."""
    *firsts, again = responses
    kinds = list(dict.fromkeys(response.case.kind for response in firsts))
    special = [kind for kind in kinds if kind != PLAIN]
    pairs = {
        kind: [(t, e) for t, e in zip(firsts, expected, strict=True) if t.case.kind == kind]
        for kind in kinds
    }
    draws = any(isinstance(value, np.random.Generator) for value in firsts[0].case.args)
    kept = _kept_fields(exercise, expected[0])
    keeps = bool(kept) or exercise.values > len(exercise.returned) or exercise.kept is not None
    extra = extra_share(len(special) + 1 + bool(exercise.arguments) + draws + keeps)

    rows, extras = [], []
    for name in exercise.results:
        reason = _first_reason(exercise, name, pairs[PLAIN])
        share = result_share(exercise.share(name))
        label = name if exercise.observe else f"`{name}`"
        right = float(not reason)
        if not reason and (reason := _short_of_digits(exercise, name, pairs[PLAIN])):
            right = SHORT_OF_DIGITS
        rows.append(Row(label, right, share, reason, result=name))
    right = _part(exercise, rows)

    for kind in special:
        reasons = {name: _first_reason(exercise, name, pairs[kind]) for name in exercise.results}
        part = _part(exercise, [row for row in rows if not reasons[row.result]])
        # What is wrong on ordinary sizes has its own row already.
        news = {
            row.result: reasons[row.result] for row in rows if row.right and reasons[row.result]
        }
        reason = next(iter(news.values()), "")
        if news and len(reasons) > 1 and not exercise.observe and not _whole(pairs[kind]):
            reason = f"`{next(iter(news))}` {reason}"
        extras.append(Row(f"with {kind}", part, extra, reason))

    if keeps:
        reason = _kept(exercise, pairs, all_right=right == 1)
        group = kept[0].partition(".")[0] if kept else KEPT
        label = f"`{group}`, for the backward pass"
        extras.append(_property(label, not reason, right, extra, reason))
    if exercise.arguments:
        changed = dict.fromkeys(name for t in responses for name in t.call.changed)
        names = " and ".join(f"`{name}`" for name in changed)
        line = next((t.call.writes for t in responses if t.call.writes), None)
        where = f" by the line `{line}`" if line else ""
        reason = f"{names} came back changed{where}: make a new array instead of writing into it"
        extras.append(_property("leaves its arguments alone", not changed, right, extra, reason))
    if draws:
        # Only the first case counts: with a single symbol, in a later one, nothing need be drawn.
        undrawn = () if firsts[0].problem else firsts[0].call.undrawn
        names = " and ".join(f"`{name}`" for name in undrawn)
        reason = f"nothing is drawn from {names}: chance must come from the generator that is given"
        label = "draws from the given generator"
        extras.append(_property(label, not undrawn, right, extra, reason))
    # After a call that hangs there was no second one.
    hung = any(response.call.timed_out or response.call.lost for response in firsts)
    constant = hung or not _readable(exercise, firsts[0]) or firsts[0].repeated(again, exercise)
    reason = (
        "the second call gave another answer: something is kept between calls, or an array is "
        "never filled (`np.empty`)"
    )
    if "seed" in exercise.arguments or draws:
        reason += ", or chance comes from elsewhere"
    extras.append(_property("same answer when called again", constant, right, extra, reason))
    # A variable of that name may mean something else: it is of interest only if a result is wrong.
    inside = _inside(exercise, pairs[PLAIN]) if right < 1 else []
    return inside + rows + extras


def _inside(exercise: Exercise, pairs: _Pairs) -> list[Row]:
    """Rows, unmarked, for the local variables that are named as an intermediate result."""
    if exercise.intermediates is None:
        return []
    rows = {}
    for response, _ in pairs:
        for name, right in exercise.intermediates(*response.case.args).items():
            if name in response.call.inside and not (name in rows and rows[name].reason):
                got = response.call.inside[name]
                reason = compare(exercise, name, got, right, response.case) or ""
                rows[name] = Row(f"`{name}`, inside", float(not reason), 0.0, reason)
    return list(rows.values())


def _kept_fields(exercise: Exercise, expected: dict[str, object]) -> list[str]:
    """What is returned for a later function, apart from the results: ``cache.xs``, ..."""
    if exercise.observe is not None:
        return []
    return [
        key
        for key, value in expected.items()
        if key not in exercise.results and isinstance(value, np.ndarray | str)
    ]


def _kept(exercise: Exercise, pairs: dict[str, _Pairs], *, all_right: bool) -> str:
    """What is wrong with the cache. Where results are wrong, only what was given is compared."""
    if exercise.kept is not None:
        usable = [t for each in pairs.values() for t, _ in each if all_right and t.results]
        reasons = (kept_reason(exercise, t.call.value, t.case) for t in usable)
        return next(filter(None, reasons), "")
    for response, right in (pair for each in pairs.values() for pair in each):
        if response.results is None:
            return ""  # said of the results
        if exercise.values > len(exercise.returned) and not any(
            key.startswith(KEPT) for key in response.results
        ):
            return f"no `{KEPT}` is returned: it is the last value, after {exercise.returned[-1]}"
        wrong = any(_first_reason(exercise, name, [(response, right)]) for name in exercise.results)
        for key in _kept_fields(exercise, right):
            field, wanted = key.partition(".")[2], right[key]
            if (all_right and not wrong) or field in exercise.arguments:
                got = response.results.get(key)
                if isinstance(wanted, str) and got != wanted:
                    return f"`{key}` is {got!r}; it should be {wanted!r}"
                if isinstance(wanted, str):
                    continue
                reason = compare(exercise, key, got, wanted, response.case)
                if reason and field in exercise.arguments and np.shape(got) == wanted.shape:
                    return (
                        f"`{key}` is not the `{field}` that was given: does the name `{field}` "
                        "stand for something else by then?"
                    )
                if reason:
                    return f"`{key}` {reason}"
    return ""


def _readable(exercise: Exercise, response: Response) -> bool:
    """Whether every result is made of numbers, so that two of them can be told apart."""
    if not response.results:
        return False
    return all(floats(response.results.get(name)) is not None for name in exercise.results)


def _whole(pairs: _Pairs) -> bool:
    """Whether a call failed as a whole, so that the reason is not about one result."""
    return any(response.problem for response, _ in pairs)


def _first_reason(exercise: Exercise, name: str, pairs: _Pairs) -> str:
    for response, right in pairs:
        if response.problem:
            return response.problem
        reason = compare(exercise, name, response.results.get(name), right[name], response.case)
        if reason:
            return reason
    return ""


def _short_of_digits(exercise: Exercise, name: str, pairs: _Pairs) -> str:
    """Whether digits got lost on the way to a right result that claims to have them all."""
    for response, right in pairs:
        if reason := short_of_digits(exercise, (response.results or {}).get(name), right[name]):
            return reason
    return ""


def _part(exercise: Exercise, rows: list[Row]) -> float:
    """How far the results are right, by these of their rows."""
    weights = {name: exercise.share(name) for name in exercise.results}
    return results_right({row.result: row.right for row in rows}, weights)


def _property(name: str, holds: bool, right: float, share: float, reason: str) -> Row:
    """A row that earns its share only as far as the results are right."""
    return Row(name, right if holds else 0.0, share, "" if holds else reason)
