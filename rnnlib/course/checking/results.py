"""Comparing what a function returned with what it should return, result by result."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from rnnlib.course.checking.patterns import axes_of, place
from rnnlib.course.exercises import Case, Exercise, Unusable
from rnnlib.params import Params

KEPT = "cache"
"""The name of what is returned after the results, for the backward pass."""


def collect(exercise: Exercise, value: object, case: Case) -> dict[str, object]:
    """The named results in a returned value.

    Raises
    ------
    Unusable
        When the value is None, or its parts are not those that are expected.
    """
    if exercise.observe is not None:
        if _holds_complex(value):  # a square of one can be below 0, so that an error vanishes
            raise Unusable("returned complex numbers")
        try:
            with _silence():
                return exercise.observe(value, case)
        except Unusable:
            raise
        except Exception as error:  # a student's value: whatever it does when it is used
            raise Unusable(
                f"returned a {type(value).__name__} that cannot be used: {error}"
            ) from error
    names = exercise.returned
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if len(names) == 1 and isinstance(value, tuple) and not hasattr(value, "_fields"):
        raise Unusable(f"returned {len(value)} values; it should return one, {names[0]}")
    if len(names) == 1 and (hasattr(value, "_fields") or not isinstance(value, tuple)):
        parts = (value,)
    elif not isinstance(value, tuple | list) or len(value) < len(names):
        count = f"{len(value)} values" if isinstance(value, tuple | list) else "one value"
        raise Unusable(f"returned {count}; it should return {', '.join(names)}, in this order")
    elif len(value) > (wanted := exercise.values):
        wanted_names = ", ".join([*names, KEPT][:wanted])
        raise Unusable(f"returned {len(value)} values; it should return {wanted}: {wanted_names}")
    else:
        parts = value
        names = (*names, *[KEPT][: len(parts) - len(names)])
    results = {}
    for name, part in zip(names, parts, strict=True):
        results.update(_expand(name, part))
    return results


@contextmanager
def _silence() -> Iterator[None]:
    """Nothing that is done with a student's value may reach stderr: such a cell earns nothing."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _holds_complex(value: object) -> bool:
    """Whether there are complex numbers in a value, however deep."""
    if isinstance(value, Params):
        return any(_holds_complex(array) for _, array in value.items())
    if isinstance(value, dict):
        return any(map(_holds_complex, value.values()))
    if isinstance(value, tuple | list):
        return any(map(_holds_complex, value))
    return isinstance(value, complex | np.ndarray | np.generic) and bool(np.iscomplexobj(value))


def _expand(name: str, part: object) -> dict[str, object]:
    if isinstance(part, Params):
        return {f"{name}.{key}": array for key, array in part.items()}
    if isinstance(part, tuple) and hasattr(part, "_asdict"):  # may hold groups: state.m.W_xh
        fields = part._asdict().items()
        return {k: v for key, value in fields for k, v in _expand(f"{name}.{key}", value).items()}
    if isinstance(part, tuple | list) and part and all(hasattr(p, "_asdict") for p in part):
        return _over_time([_expand(name, each) for each in part])
    return {name: part}


def _over_time(steps: list[dict[str, object]]) -> dict[str, object]:
    """A list of caches, one a step: each field of all steps as one array, time first."""
    found = {}
    for name in steps[0]:
        arrays = [step.get(name) for step in steps]
        if all(isinstance(a, np.ndarray) and a.shape == np.shape(arrays[0]) for a in arrays):
            found[name] = np.stack(arrays)
    return found


def compare(exercise: Exercise, name: str, got: object, expected: object, case: Case) -> str | None:
    """What is wrong with one result, as a sentence without a subject; None where it is right."""
    if got is None:
        if exercise.observe is not None:
            return "could not be observed"
        group, _, field = name.rpartition(".")
        wanted = f": `{group}` should be a group of arrays with a field `{field}`" if group else ""
        return "is missing" + wanted
    letters = exercise.results.get(name, "")
    if type(got).__module__.partition(".")[0] == "torch":
        return "is a torch tensor; it should be a NumPy array"
    try:
        array = np.asarray(
            got if isinstance(got, bool) or not isinstance(got, int) else _whole(got)
        )
    except OverflowError:
        return "is a number beyond all that a float can hold"
    except ValueError:
        array = np.empty((), object)
    if array.dtype.kind not in "biufc":
        if isinstance(got, np.ndarray):
            return f"holds entries of type {array.dtype}, not numbers"
        return f"is a {type(got).__name__}, not {_a_number_or_array(expected)}"
    if isinstance(got, list | tuple) and not got:
        return f"is an empty {type(got).__name__}, not {_a_number_or_array(expected)}"
    if isinstance(got, list | tuple) and np.ndim(got[0]) == 0:
        return f"is a {type(got).__name__} of numbers; make an array of it with `np.array`"
    if isinstance(got, list | tuple) and isinstance(got[0], list | tuple):
        kind = type(got).__name__
        return f"is a {kind} of {type(got[0]).__name__}s; make an array of it with `np.array`"
    if isinstance(got, list | tuple):
        return f"is a {type(got).__name__} of arrays; join them with `np.stack`"
    expected = np.asarray(expected)
    if array.shape != expected.shape:
        return f"has shape {_shape(array.shape)}; it should be {_letters(letters, expected.shape)}"
    if np.iscomplexobj(array):
        return "holds complex numbers"
    if expected.dtype.kind == "b" and array.dtype.kind != "b" and array.ndim:
        return f"holds numbers of type {array.dtype}; it should hold True and False"
    infinite = np.isinf(expected) & (array == expected)
    if not (np.isfinite(array) | infinite).all():
        where = np.argwhere(~np.isfinite(array) & ~infinite)[0]
        if not array.ndim:
            return f"is {array}"
        return f"holds {array[tuple(where)]} at {_index(name, where)}"
    wrong = ~(close(array, expected, exercise) | infinite)
    floats_for_ints = expected.dtype.kind in "iu" and array.dtype.kind == "f" and array.size > 0
    if not wrong.any() and exercise.whole and floats_for_ints:
        whole = "holds floats" if array.ndim else f"is {array}, a float"
        return f"{whole}; it should be {'integers' if array.ndim else 'an integer'}"
    if not wrong.any():
        return None
    if name in exercise.explain:
        told = exercise.explain[name]
        return told(array, expected) if callable(told) else told
    where = tuple(np.argwhere(wrong)[0])
    values = "{}; it should be {}".format(*_numbers(array[where], expected[where]))
    if expected.ndim == 0:
        return f"is {values}{_for(case)}"
    there = place(wrong, axes_of(letters))
    return (
        f"{np.count_nonzero(wrong)} of {wrong.size} entries are wrong, {there + '; ' * bool(there)}"
        f"first {_index(name, where)} = {values}{_for(case, texts_only=True)}"
    )


def _a_number_or_array(expected: object) -> str:
    return "an array of numbers" if np.ndim(expected) else "a number"


def close(got: np.ndarray, expected: np.ndarray, exercise: Exercise) -> np.ndarray:
    """Entry by entry, whether `got` is `expected` within the exercise's tolerance.

    Nothing is close to an infinity or NaN, and neither widens the tolerance of other entries.
    Where all that is expected is 0, numbers below `atol` count as 0.
    """
    finite = np.isfinite(expected)
    scale = np.abs(expected).max(initial=0.0, where=finite)
    if not scale:  # zeros alone: a sum that cancels leaves a rounding of what was added up
        scale = 1.0
    limit = exercise.rtol * np.abs(expected) + exercise.atol * scale
    # An infinity less another; and a long double that no float can hold.
    with np.errstate(invalid="ignore", over="ignore"):
        return finite & (np.abs(np.asarray(got, float) - np.asarray(expected, float)) <= limit)


def kept_reason(exercise: Exercise, value: object, case: Case) -> str:
    """What is wrong with what an exercise with `kept` returns for a later function; or ""."""
    try:
        with _silence():
            return exercise.kept(value, case) or ""
    except Exception as error:  # a student's value: whatever it does when it is used
        return f"`{KEPT}` cannot be used: {error}"


def short_of_digits(exercise: Exercise, got: object, expected: object) -> str:
    """What to say of a right result in float64 that does not have the digits of one; or ""."""
    array, right = np.asarray(got), np.asarray(expected)
    if array.dtype != np.float64 or right.dtype != np.float64 or array.shape != right.shape:
        return ""
    finite = np.isfinite(array) & np.isfinite(right)
    off = np.abs(array - right, where=finite, out=np.zeros(right.shape)).max(initial=0.0)
    largest = np.abs(right, where=finite, out=np.zeros(right.shape)).max(initial=0.0) or 1.0
    if off <= exercise.digits * largest:
        return ""
    if exercise.observe is not None:
        return "is nearly right, but off by more than it should be"
    return (
        f"is right in {int(-np.log10(off / largest))} digits, and float64 holds 16: is something "
        "in float32 on the way, or rounded, or a small number added?"
    )


def same(a: object, b: object, exercise: Exercise) -> bool:
    """Whether two results agree: same shape, same numbers, NaN and infinity in the same places."""
    x, y = floats(a), floats(b)
    if x is None or y is None:
        return x is y and type(a) is type(b)
    if x.shape != y.shape:
        return False
    finite = np.isfinite(x)
    if (
        not np.array_equal(x[~finite], y[~finite], equal_nan=True)
        or (finite != np.isfinite(y)).any()
    ):
        return False
    return bool(close(x[finite], y[finite], exercise).all())


def repeats(first: object, again: object) -> bool:
    """Whether two returned values hold the same numbers and texts; of other things: yes."""
    if isinstance(first, Params):
        first, again = dict(first.items()), dict(again.items()) if type(again) is type(first) else 0
    if isinstance(first, dict) and isinstance(again, dict):
        return first.keys() == again.keys() and all(repeats(first[k], again[k]) for k in first)
    if isinstance(first, tuple | list) and isinstance(again, tuple | list):
        return len(first) == len(again) and all(map(repeats, first, again))
    if isinstance(first, str) or type(first) is not type(again):
        return first == again
    x, y = floats(first), floats(again)
    if x is None or y is None:
        return True
    return x.shape == y.shape and bool(np.allclose(x, y, rtol=1e-6, atol=1e-12, equal_nan=True))


def floats(value: object) -> np.ndarray | None:
    """A result as an array of floats; None where it cannot be one."""
    try:
        # Complex numbers would lose a part, long doubles all, with a warning on stderr.
        with np.errstate(over="ignore"):
            return None if np.iscomplexobj(value) else np.asarray(value, float)
    except (TypeError, ValueError, OverflowError, RuntimeError):
        return None


def _whole(value: int) -> int | float:
    """A Python integer as it is if NumPy can hold it, else as a float."""
    return value if abs(value) < 2**62 else float(value)


def _numbers(got: float, right: float) -> tuple[str, str]:
    """Both as texts, with as many digits as it takes to see that they differ."""
    for digits in range(4, 18):
        texts = tuple(_number(value, digits) for value in (got, right))
        if texts[0] != texts[1]:
            break
    return texts


def _number(value: float, digits: int) -> str:
    if isinstance(value, numbers.Integral | np.bool_):
        return str(int(value))
    return f"{float(value):.{digits}g}"


def _shape(shape: tuple[int, ...]) -> str:
    return str(tuple(shape)) if shape else "() (a single number)"


def _letters(letters: str, shape: tuple[int, ...]) -> str:
    return f"{letters} = {_shape(shape)}" if letters and shape else _shape(shape)


def _index(name: str, where: Sequence[int]) -> str:
    return f"{name}[{', '.join(str(int(i)) for i in where)}]" if len(where) else name


def _for(case: Case, *, texts_only: bool = False) -> str:
    """The case's sizes for a message; with `texts_only` only if one of them is a text."""
    if texts_only and not any(isinstance(value, str) for value in case.sizes.values()):
        return ""
    return f" for {', '.join(f'{k} = {v}' for k, v in case.sizes.items())}" if case.sizes else ""
