"""Marking one function: try it on fresh inputs, compare every result, say what is wrong.

The rows of a report (`rnnlib.course.marks` says what each is worth):

- one for every result, on inputs in which all sizes differ;
- extras: one for every special kind of input (a size of 1, large numbers), one for arguments that
  must come back unchanged, one for drawing from the random generator where one is given, one for
  giving the same answer again.
"""

from __future__ import annotations

import copy
import types
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from rnnlib.course.checking.calling import Remote, call
from rnnlib.course.checking.diagnosis import Response, diagnose, right_functions
from rnnlib.course.checking.results import KEPT, collect, compare, floats, same
from rnnlib.course.exercises import PLAIN, Case, Exercise, Unusable, all_exercises, rebind
from rnnlib.course.marks import earned_share, extra_share, result_share, results_right
from rnnlib.params import Params


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


@dataclass
class Report:
    """What marking found out about one function.

    `diagnosis` lists the known mistakes that the numbers fit, as pairs (name, sentence), and
    `complete` says whether they account for every wrong result; `score` is a number that an open
    task reaches, on the first case; `state` is
    "right", "wrong", "unwritten", "unanswered" or "borrowed"; `apart` is set where the function was
    marked with other earlier functions than the student's, `outdated` where its newest version
    ended in an error and an older one was marked.
    """

    exercise: str
    rows: list[Row] = field(default_factory=list)
    diagnosis: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    complete: bool = True
    score: float | None = None
    state: str = "wrong"
    apart: bool = False
    is_question: bool = False
    outdated: bool = False

    @property
    def share(self) -> float:
        """The part of the points that was earned, between 0 and 1."""
        if self.state not in ("right", "wrong"):
            return 0.0
        return earned_share((row.right, row.share) for row in self.rows)

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return self.state == "right"


_Pairs = list[tuple[Response, dict[str, object]]]
"""Responses, each with the results that are expected of it."""


def mark(exercise: Exercise, function: Callable, seed: int = 1) -> Report:
    """Try `function` on the inputs that `seed` draws and compare it with the reference.

    Parameters
    ----------
    exercise : Exercise
        What is asked.
    function : callable
        The student's function.
    seed : int
        Chooses the inputs.
    """
    report = Report(exercise.name)
    cases = list(exercise.draw(np.random.default_rng(seed)))
    expected = [_expected(exercise, case) for case in cases]
    responses = _try(exercise, function, cases)
    if exercise.uses and not (_agree(exercise, responses, expected) and not _borrowed(responses)):
        responses, expected, note = _apart(exercise, function, responses, expected)
        report.notes += [note] if note else []
        report.apart = bool(note)
    if responses[0].call.unwritten:
        report.state = "unwritten"
        report.notes = [
            "The line `raise NotImplementedError()` is still reached: your code takes its place. "
            "Delete that line, run the cell, then run this one again."
        ]
        return report
    if borrowed := _borrowed(responses):
        report.state = "borrowed"
        report.notes = [
            f"`{borrowed}` is called on the way; here you write what it does, with NumPy and your "
            "own earlier functions."
        ]
        return report
    report.rows = _rows(exercise, responses, expected)
    report.score = _score(exercise, responses[0])
    if all(row.right == 1 for row in report.rows):
        report.state = "right"
    else:
        report.diagnosis, report.complete = diagnose(exercise, responses, expected, seed)
    warned = dict.fromkeys(message for t in responses for message in t.call.warned)
    report.notes += [f"NumPy warned: {message}." for message in warned]
    return report


def _score(exercise: Exercise, response: Response) -> float | None:
    """The number that an open task reaches; None where there is none, or it is not finite."""
    if not exercise.score or not response.results:
        return None
    reached = floats(response.results.get(exercise.score[0]))
    if reached is None or reached.size != 1 or not np.isfinite(reached).all():
        return None
    return float(reached.reshape(()))


def _try(exercise: Exercise, function: Callable, cases: list[Case]) -> list[Response]:
    """A response for every case, and the first case once more; none after a call that hangs."""
    responses: list[Response] = []
    for case in [*cases, cases[0]]:
        last = responses[-1].call if responses else None
        if last and (last.timed_out or last.lost or last.unwritten):
            result = last
        else:
            result = call(
                function,
                case.args,
                exercise.arguments,
                options=case.options,
                allowed=exercise.borrow,
            )
        responses.append(Response.of(exercise, case, result))
    return responses


def _expected(exercise: Exercise, case: Case, function: Callable | None = None) -> dict:
    if function is None:
        value = exercise.reference(*copy.deepcopy(case.args), **case.options)
    else:
        value = call(function, case.args, exercise.arguments, options=case.options).value
    return collect(exercise, value, case)


def _apart(
    exercise: Exercise,
    function: Callable | Remote,
    responses: list[Response],
    expected: list[dict],
) -> tuple[list[Response], list[dict], str]:
    """Mark a function apart from the earlier ones that it calls, so that one error costs once.

    It is tried with a right version of each earlier function in the place of the student's; or it
    is right if it does just what a right answer does with the student's own. Returns the responses,
    what they are compared with, and a sentence about it.
    """
    cases = [response.case for response in responses[:-1]]
    if isinstance(function, Remote):
        alone = function.apart(exercise.name)
    elif isinstance(function, types.FunctionType):
        alone = rebind(function, right_functions(exercise))
    else:
        alone = None
    if alone is None:
        return responses, expected, ""
    names = " and ".join(f"`{name}`" for name in exercise.uses)
    apart = _try(exercise, alone, cases)
    if isinstance(function, Remote):
        earlier = function.earlier(exercise.uses)
    else:
        earlier = {name: function.__globals__.get(name) for name in exercise.uses}
    if not _agree(exercise, apart, expected) and all(map(callable, earlier.values())):
        mixed = rebind(exercise.own.function, earlier)
        try:
            own = [_expected(exercise, case, mixed) for case in cases]
        except Unusable:
            own = []
        if own and _agree(exercise, responses, own) and not _is_trivial(exercise, cases[0], mixed):
            names = _wrong_ones(exercise, earlier)
            return responses, own, f"Marked with your own {names}, which is not right yet."
    same = all(a.agrees(t, exercise) for a, t in zip(apart, responses, strict=True))
    if same and _borrowed(apart) == _borrowed(responses):
        return responses, expected, ""
    names = _wrong_ones(exercise, earlier)
    return apart, expected, f"Marked with a right {names}; yours is not right yet."


def _wrong_ones(exercise: Exercise, earlier: dict[str, object]) -> str:
    """Which of the student's earlier functions do not pass their checks, for a sentence."""
    names = exercise.uses
    if len(names) > 1:
        tried = {
            name: callable(earlier.get(name)) and mark(all_exercises()[name], earlier[name]).passed
            for name in names
        }
        names = [name for name in names if not tried[name]] or names
    return " and ".join(f"`{name}`" for name in names)


def _is_trivial(exercise: Exercise, case: Case, mixed: Callable) -> bool:
    """Whether the student's earlier functions ignore so much that almost nothing is left to write.

    Otherwise, after an `rnn_step` that returns zeros, a sequence of zeros would be right. One
    argument may be ignored: some honest mistakes do that.
    """
    ignored = 0
    for place, value in enumerate(case.args):
        if isinstance(value, Params):
            other = value.map(lambda array: 1.1 * array + 0.1)
        elif isinstance(value, np.ndarray) and value.dtype.kind == "f":
            other = 1.1 * value + 0.1
        else:
            continue
        args = (*case.args[:place], other, *case.args[place + 1 :])
        moved = []
        for function in (None, mixed):
            try:
                pair = [
                    _expected(exercise, one, function) for one in (case, replace(case, args=args))
                ]
            except (Unusable, ValueError):
                break
            moved.append(not all(same(pair[0][n], pair[1][n], exercise) for n in exercise.results))
        ignored += moved == [True, False]
    return ignored > 1


def _borrowed(responses: list[Response]) -> str | None:
    return next((t.call.borrowed for t in responses if t.call.borrowed), None)


def _agree(exercise: Exercise, responses: list[Response], expected: list[dict]) -> bool:
    return all(
        response.results is not None
        and all(
            compare(exercise, name, response.results.get(name), right[name], response.case) is None
            for name in exercise.results
        )
        for response, right in zip(responses[:-1], expected, strict=True)
    )


def _rows(exercise: Exercise, responses: list[Response], expected: list[dict]) -> list[Row]:
    *firsts, again = responses
    kinds = list(dict.fromkeys(response.case.kind for response in firsts))
    special = [kind for kind in kinds if kind != PLAIN]
    pairs = {
        kind: [(t, e) for t, e in zip(firsts, expected, strict=True) if t.case.kind == kind]
        for kind in kinds
    }
    draws = any(isinstance(value, np.random.Generator) for value in firsts[0].case.args)
    keeps = exercise.values > len(exercise.returned)
    extra = extra_share(len(special) + 1 + bool(exercise.arguments) + draws + keeps)

    rows, extras = [], []
    for name in exercise.results:
        reason = _first_reason(exercise, name, pairs[PLAIN])
        share = result_share(exercise.share(name))
        label = name if exercise.observe else f"`{name}`"
        rows.append(Row(label, float(not reason), share, reason, result=name))
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
        reason = _kept(exercise, pairs[PLAIN], all_right=right == 1)
        label = f"`{KEPT}`, for the backward pass"
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
    constant = hung or not _readable(exercise, firsts[0]) or firsts[0].agrees(again, exercise)
    reason = "the second call gave another answer: something is kept between calls"
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


def _kept(exercise: Exercise, pairs: _Pairs, *, all_right: bool) -> str:
    """What is wrong with the cache. Where results are wrong, only what was given is compared."""
    for response, right in pairs:
        if response.results is None:
            return ""  # said of the results
        if not any(key.startswith(KEPT) for key in response.results):
            return f"no `{KEPT}` is returned: it is the last value, behind {exercise.returned[-1]}"
        for key, wanted in right.items():
            field = key.removeprefix(f"{KEPT}.")
            if field == key or not isinstance(wanted, np.ndarray):
                continue
            if all_right or field in exercise.arguments:
                got = response.results.get(key)
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


def _part(exercise: Exercise, rows: list[Row]) -> float:
    """How far the results are right, by these of their rows."""
    weights = {name: exercise.share(name) for name in exercise.results}
    return results_right({row.result: row.right for row in rows}, weights)


def _property(name: str, holds: bool, right: float, share: float, reason: str) -> Row:
    """A row that earns its share only as far as the results are right."""
    return Row(name, right if holds else 0.0, share, "" if holds else reason)
