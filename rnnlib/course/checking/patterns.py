"""What is wrong with numbers that no known mistake gives: a pattern, and where it is.

A *pattern* is a cause that shows in the numbers of any exercise: zeros, a sign, a constant factor,
steps in reverse order, two results exchanged, an argument that comes back as it was. It is
said only if it holds in every case of ordinary sizes in which the result is wrong. A *place* is
where the wrong entries of one case are: "only from t = 1 on".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnlib.params import Params

FEWEST = 4
"""Fewer wrong numbers than this show no pattern."""

TOLD_OF_FEW = (
    *("sign", "divided", "times", "factor", "rounded", "constant", "size", "whole"),
    *("exp", "log", "root", "square", "one more", "one less"),
)
"""Patterns that show in a few numbers too, if they do in two cases."""

NEVER_RIGHT = ("divided", "times", "factor", "exp", "log", "root", "square", "one more", "one less")
"""Patterns that make every number wrong, 0 or 1 aside."""


@dataclass(frozen=True)
class Numbers:
    """One result in one case: what it is, what it should be, and what else there was.

    `letters` name the axes, such as ``("T", "N", "H")``; `sizes` are those of the case; `arguments`
    and `others` (the other results, as they should be) have names; `whole` says that it came as
    integers, `truth` that True and False are asked for.
    """

    got: np.ndarray
    right: np.ndarray
    letters: tuple[str, ...]
    sizes: dict[str, int]
    arguments: dict[str, np.ndarray]
    others: dict[str, np.ndarray]
    whole: bool = False
    truth: bool = False


Close = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""Says entry by entry whether the first is the second, within the exercise's tolerance."""


def axes_of(letters: str) -> tuple[str, ...]:
    """The axes that a shape in letters names: ``"(T, N, H)"`` gives T, N, H."""
    return tuple(part.strip() for part in letters.strip("() ").split(",") if part.strip())


def arrays_of(names: tuple[str, ...], values: tuple) -> dict[str, np.ndarray]:
    """The arrays among arguments, those in groups and caches included, by what one writes."""
    found = {}
    for name, value in zip(names, values, strict=False):
        if isinstance(value, np.ndarray):
            found[name] = value
        elif isinstance(value, Params):
            found |= {f"{name}.{k}": v for k, v in value.items() if isinstance(v, np.ndarray)}
        elif isinstance(value, tuple) and hasattr(value, "_fields"):
            found |= arrays_of(tuple(f"{name}.{f}" for f in value._fields), tuple(value))
    return found


def pattern(
    name: str, cases: list[Numbers], close: Close, *, some_right: bool = False
) -> tuple[str, str] | None:
    """The first pattern that all cases show, as (its name, a clause after "when"); or None.

    Parameters
    ----------
    name : str
        The result.
    cases : list of Numbers
        The cases in which it is wrong, each with a right shape and finite numbers.
    close : callable
    some_right : bool
        Whether it is right in other cases. Few numbers that fit a pattern may then be chance.
    """
    if not cases:
        return None
    few = any(np.size(case.right) < FEWEST for case in cases)
    if few and len(cases) == 1:
        return None
    found = [dict(_patterns(name, case, close)) for case in cases]
    for key, text in found[0].items():
        kind = key.partition(":")[0]
        told = not few or (kind in TOLD_OF_FEW and not (some_right and kind in NEVER_RIGHT))
        # Two fractions are not the same by chance.
        other_result = kind in ("is", "same") and not key.rpartition(":")[2].isdigit()
        told = told or (other_result and all(np.any(c.right != np.trunc(c.right)) for c in cases))
        if told and all(other.get(key) == text for other in found[1:]):
            if kind in ("divided", "times"):
                text = _by_size(name, kind, key, cases, found)
            return key, text
    return None


def _by_size(name: str, kind: str, key: str, cases: list[Numbers], found: list[dict]) -> str:
    """A factor as a size's name if that is sure: cases of several sizes, and no other fits.

    Otherwise as the number that it is, with the names that have it: one of them may be chance.
    """
    keys = [k for k in found[0] if k.startswith(f"{kind}:") and all(k in f for f in found)]
    numbers = [round(_ratio(case) if kind == "times" else 1 / _ratio(case)) for case in cases]
    if len(keys) == 1 and len(set(numbers)) > 1:
        return found[0][key]
    names = [k.partition(":")[2] for k in keys]
    of = f"({' and '.join(names)} {'is' if len(names) == 1 else 'are'} {numbers[0]} there)"
    if kind == "times":
        return f"every entry of `{name}` is {numbers[0]} times the right one {of}"
    return f"every entry of `{name}` is the right one divided by {numbers[0]} {of}"


def part_pattern(name: str, cases: list[Numbers], close: Close) -> tuple[str, str] | None:
    """What all wrong entries of a result have in common, where some are right; or None."""
    found = [dict(_of_wrong_entries(name, case, close)) for case in cases]
    for key, text in found[0].items() if found else ():
        if all(key in other for other in found[1:]):
            return key, text
    return None


def _of_wrong_entries(name: str, case: Numbers, close: Close) -> Iterator[tuple[str, str]]:
    got, right = case.got, case.right
    wrong = ~close(got, right)
    if not 1 < np.count_nonzero(wrong) < wrong.size:
        return
    if not right[wrong].any():
        yield "part not zero", f"`{name}` is not 0 where it should be"
        return
    for key, other, clause in (
        ("part zero", 0 * right, f"the wrong entries of `{name}` are 0"),
        ("part sign", -right, f"the wrong entries of `{name}` have the opposite sign"),
        ("part twice", 2 * right, f"the wrong entries of `{name}` are twice the right ones"),
        ("part half", right / 2, f"the wrong entries of `{name}` are half of the right ones"),
    ):
        if close(got, np.where(wrong, other, right)).all():
            yield key, clause


def merged(patterns: dict[str, tuple[str, str]], results: Iterable[str] = ()) -> dict[str, str]:
    """The patterns of several results as clauses by name: what is said of several is said once.

    Two that are exchanged are one clause; so are those of which the same is true. Where these are
    all fields of a group among `results`, the group is named.
    """
    found = {}
    alike: dict[tuple[str, str], list[str]] = {}
    for name, (key, text) in patterns.items():
        alike.setdefault((key, text.replace(f"`{name}`", "{}")), []).append(name)
    for (key, text), names in alike.items():
        if len(names) > 1 and not key.startswith(("is:", "same:")):
            patterns = {n: pattern for n, pattern in patterns.items() if n not in names}
            found[f"{key}:{names[0]}"] = text.replace("{}", _together(names, tuple(results)))
    for name, (key, text) in patterns.items():
        other = key.removeprefix("is:")
        if patterns.get(other, ("", ""))[0] == f"is:{name}":
            # All fields of two groups: the groups.
            pair = [each.rpartition(".")[0] for each in (name, other)]
            same = name.rpartition(".")[2] == other.rpartition(".")[2] and pair[0] != pair[1]
            first, second = sorted(pair if same and all(pair) else (name, other))
            found[f"exchanged:{first}:{second}"] = f"`{first}` and `{second}` are exchanged"
        else:
            found[f"{key}:{name}"] = text
    return found


def _together(names: list[str], results: tuple[str, ...]) -> str:
    """Several results as one: `grads` for all its fields; or each of them by name."""
    left, parts = list(names), []
    groups = {name[:k] for name in names for k in range(len(name)) if name[k] == "."}
    for group in sorted(groups, key=len):
        fields = [name for name in results if name.startswith(group + ".")]
        if len(fields) > 1 and set(fields) <= set(left):
            left = [name for name in left if name not in fields]
            parts.append(group)
    parts = [f"`{name}`" for name in [*left, *parts]]
    if len(parts) == 1:
        return parts[0]
    return f"each of {', '.join(parts[:-1])} and {parts[-1]}"


def place(wrong: np.ndarray, letters: tuple[str, ...]) -> str:
    """Where the wrong entries are, as "only ...", if they fill one part of an axis; or ""."""
    if wrong.ndim == 0 or wrong.all() or not wrong.any():
        return ""
    for axis, letter in enumerate(letters[: wrong.ndim]):
        others = tuple(k for k in range(wrong.ndim) if k != axis)
        touched = np.flatnonzero(wrong.any(axis=others))
        size = wrong.shape[axis]
        if len(touched) == size or touched[-1] - touched[0] + 1 != len(touched):
            continue
        first, last = int(touched[0]), int(touched[-1])
        at = _axis(axis, letter, wrong.ndim)
        if first == last:
            end = ", the last" if last == size - 1 else ", the first" if not first else ""
            return f"only at {at} {first}{end}"
        if last == size - 1:
            return f"only from {at} {first} on"
        return f"only up to {at} {last}" if not first else f"only at {at} {first} to {last}"
    return ""


def _axis(axis: int, letter: str, ndim: int) -> str:
    if letter == "T":
        return "t ="
    if ndim == 1:
        return "index"
    return "row" if axis == ndim - 2 else "column" if axis == ndim - 1 else f"index {axis} ="


def _patterns(name: str, case: Numbers, close: Close) -> Iterator[tuple[str, str]]:
    """The patterns that one case shows, the plainest first."""
    got, right = case.got, case.right
    if case.whole and np.any(right != np.trunc(right)):
        yield (
            "whole",
            f"`{name}` holds whole numbers alone: an array of integers (`dtype=int`) drops what "
            "stands after the point",
        )
    if case.truth and np.all(got == got.flat[0]):
        return  # what follows from a wrong threshold, say, is no cause
    if not got.any():
        yield (
            "zeros",
            f"`{name}` is 0 everywhere: nothing is written into it, or all that it is made of is 0",
        )
        return
    if got.size > 1 and np.all(got == got.flat[0]):
        yield "constant", f"`{name}` holds the same number everywhere"
        return

    def equals(other: np.ndarray) -> bool:
        return other.shape == got.shape and bool(close(got, other).all())

    for other, array in case.others.items():
        if equals(array) and not close(array, right).all():
            yield f"is:{other}", f"the numbers of `{other}` stand in `{name}`"
    for other, array in case.arguments.items():
        if equals(array):
            yield f"same:{other}", f"`{name}` is `{other}`, as it was given"
    if equals(-right):
        yield "sign", f"the sign of `{name}` is wrong: each entry is the negative of the right one"
    elif np.any(right < 0) and equals(np.abs(right)):
        yield "size", f"`{name}` has lost its signs, as by `abs`"
    yield from _factor(name, case, close)
    for digits in range(4):
        if np.array_equal(got, np.round(right, digits)):
            yield "rounded", f"`{name}` is rounded: pass it on with all its digits"
            break
    if "T" in case.letters[: got.ndim]:
        yield from _in_time(name, case, close)
    if got.ndim > 1:
        last_two = got.shape[-1] == got.shape[-2]
        if last_two and equals(np.swapaxes(right, -1, -2)):
            yield "transposed", f"`{name}` is transposed: rows and columns are exchanged"
        for axis, letter in enumerate(case.letters[: got.ndim]):
            flipped = np.flip(right, axis)
            if letter != "T" and got.shape[axis] > 1 and equals(flipped):
                yield f"flip:{axis}", f"`{name}` has its {letter} entries in reverse order"
    if got.size > FEWEST and bool(close(np.sort(got, None), np.sort(right, None)).all()):
        sparse = 2 * np.count_nonzero(right) < right.size
        look = "at the places that are written to" if sparse else "at reshapes, transposes, orders"
        yield "places", f"`{name}` holds the right numbers in wrong places: look {look}"
    yield from _on_the_way_out(name, case, equals)
    for axis, letter in enumerate(case.letters[: got.ndim]):
        same = np.broadcast_to(got.take([0], axis), got.shape)
        if letter != "T" and got.shape[axis] > 1 and equals(same):
            yield f"same:{axis}", f"`{name}` is the same for every entry along {letter}"


def _on_the_way_out(
    name: str, case: Numbers, equals: Callable[[np.ndarray], bool]
) -> Iterator[tuple[str, str]]:
    """Something that was done to the right numbers: one more function, or an argument added."""
    right, q = case.right, f"`{name}`"
    with np.errstate(all="ignore"):
        for key, other, clause in (
            ("tanh", np.tanh(right), f"a tanh is taken of {q} at the end"),
            ("sigmoid", 1 / (1 + np.exp(-right)), f"a sigmoid is taken of {q} at the end"),
            ("rest", 1 - right, f"{q} is 1 minus the right one"),
            ("square", right**2, f"{q} is the square of the right one"),
            ("root", np.sqrt(right), f"{q} is the square root of the right one"),
            ("exp", np.exp(right), f"{q} is the exponential of the right one"),
            ("log", np.log(right), f"{q} is the logarithm of the right one"),
            ("one more", right + 1, f"{q} is too large by 1 everywhere"),
            ("one less", right - 1, f"{q} is too small by 1 everywhere"),
        ):
            if equals(other):
                yield key, clause
        for other, array in case.arguments.items():
            if array.ndim == 0 or array.shape != right.shape[right.ndim - array.ndim :]:
                continue
            given = f"the given `{other}`" if other == name else f"`{other}`"
            for key, changed, clause in (
                ("plus", right + array, f"{given} is added to {q}"),
                ("minus", right - array, f"{given} is taken off {q}"),
                ("times", right * array, f"{q} is multiplied by {given} once too often"),
            ):
                if equals(changed):
                    yield f"{key}:{other}", clause


def _factor(name: str, case: Numbers, close: Close) -> Iterator[tuple[str, str]]:
    """One factor between all entries and the right ones, in letters or as a number."""
    got, right = case.got, case.right
    factor = _ratio(case)
    if abs(factor) < 1e-6 or abs(abs(factor) - 1) < 1e-3 or not close(got, factor * right).all():
        return
    sizes = {n: s for n, s in case.sizes.items() if isinstance(s, int) and s > 1}
    sizes |= {f"{a}·{b}": x * y for a, x in sizes.items() for b, y in sizes.items() if a < b}
    for key, size in sizes.items():
        words = key if key.isupper() else f"`{key}`"
        if abs(factor * size - 1) < 1e-3:
            yield (
                f"divided:{words}",
                f"every entry of `{name}` is the right one divided by {words}",
            )
        if abs(factor / size - 1) < 1e-3:
            yield f"times:{words}", f"every entry of `{name}` is {words} times the right one"
    for number, words in ((2, "twice"), (0.5, "half")):
        if abs(factor / number - 1) < 1e-3:
            yield f"factor:{words}", f"every entry of `{name}` is {words} the right one"


def _ratio(case: Numbers) -> float:
    """What the largest of the right numbers has been multiplied by; 1 where all are 0."""
    k = np.unravel_index(np.argmax(np.abs(case.right)), case.right.shape)
    return case.got[k] / case.right[k] if case.right[k] else 1.0


def _in_time(name: str, case: Numbers, close: Close) -> Iterator[tuple[str, str]]:
    axis = case.letters.index("T")
    got, right = np.moveaxis(case.got, axis, 0), np.moveaxis(case.right, axis, 0)
    if len(got) < 3:
        return
    if close(got, right[::-1]).all():
        yield "reversed", f"the steps of `{name}` come in reverse order"
    if close(got[1:], right[:-1]).all():
        yield "late", f"`{name}` is one step late: what belongs to t stands at t + 1"
    if close(got[:-1], right[1:]).all():
        yield "early", f"`{name}` is one step early: what belongs to t + 1 stands at t"
    if np.all(got == got[0]) and got[0].size > 1:
        text = f"all steps of `{name}` hold the same numbers"
        if close(got[0], right[-1]).all() or close(got[0], right[0]).all():
            text += ": if an array is written into at every step, a copy of it must be kept"
        yield "one buffer", text
