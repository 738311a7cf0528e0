"""One call of a student's function: on copies of the arguments, with a time limit, recorded."""

from __future__ import annotations

import copy
import io
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stderr, redirect_stdout, suppress
from dataclasses import FrozenInstanceError, dataclass, field
from functools import cache

import numpy as np

from rnnlib.course.checking.guard import Guard
from rnnlib.course.checking.time_limit import TookTooLong, time_limit
from rnnlib.course.checking.writes import line_that_writes
from rnnlib.params import Params

SECONDS = 2.0
"""Processor time for one call: a right answer needs a few milliseconds."""

LINE_CHARACTERS = 160
"""Of a student's line that is quoted: it may hold a table of numbers."""


@dataclass
class Call:
    """What happened in one call.

    `problem` is a sentence about an error, or None; `error` is its first part, which error it is,
    by which two calls can be compared. `unwritten` is set when the function still raises
    `NotImplementedError`, `timed_out` when it was stopped, `lost` when its process ended during the
    call. `changed` names the arguments that it wrote into, `writes` is the line that did it, where
    it can be told; `undrawn` names the random generators that it did not use, `borrowed` a function
    of `rnnlib` or torch that it called. `inside` holds its local variables when it returned.
    `withheld` names functions of `rnnlib` that it called and that are not there while grading;
    `withheld_before` says whether the cells of its notebook had called any.
    """

    value: object = None
    problem: str | None = None
    error: str | None = None
    unwritten: bool = False
    timed_out: bool = False
    lost: bool = False
    changed: tuple[str, ...] = ()
    writes: str | None = None
    undrawn: tuple[str, ...] = ()
    borrowed: str | None = None
    warned: tuple[str, ...] = ()
    inside: dict[str, object] = field(default_factory=dict)
    withheld: tuple[str, ...] = ()
    withheld_before: bool = False


class Remote:
    """A student's function that lives in another process, so that it cannot reach the marks.

    Marking needs these three methods; `rnnlib.course.grading.isolation` has the class that is used.
    """

    def call(self, args: tuple, names: tuple[str, ...], **options: object) -> Call:
        """As the function `call`, with the same keywords."""
        raise NotImplementedError

    def apart(self, exercise: str) -> Remote | None:
        """The same function with right versions of the earlier ones that it calls."""
        raise NotImplementedError

    def earlier(self, names: tuple[str, ...]) -> dict[str, object]:
        """The student's own earlier functions."""
        raise NotImplementedError


def call(
    function: Callable | Remote,
    args: tuple,
    names: tuple[str, ...] = (),
    *,
    options: dict[str, object] | None = None,
    seconds: float = SECONDS,
    allowed: tuple[str, ...] = (),
    guarded: bool = True,
) -> Call:
    """Call ``function(*args, **options)`` with copies of `args`; its errors are noted, not raised.

    Parameters
    ----------
    function : callable
        The student's function.
    args, names : tuple
        The arguments and what they are called in messages.
    options : dict, optional
        Keyword arguments.
    seconds : float
        When to stop it, in processor time; see `time_limit`.
    allowed : tuple of str
        Modules of `rnnlib` that it may call.
    guarded : bool
        Whether to listen for calls into `rnnlib` and torch.
    """
    if isinstance(function, Remote):
        return function.call(
            args, names, options=options or {}, seconds=seconds, allowed=allowed, guarded=guarded
        )
    if "torch" in allowed:
        _load_torch()
    given, options = copy.deepcopy(args), options or {}
    result = Call()
    guard = Guard(allowed, getattr(function, "__code__", None))
    printed = _Dropped()
    with (
        warnings.catch_warnings(record=True) as caught,
        redirect_stdout(printed),
        redirect_stderr(printed),
        _torch_draws_the_same() if "torch" in allowed else nullcontext(),
    ):
        warnings.simplefilter("always")
        try:
            with time_limit(seconds):
                with guard.watch() if guarded else nullcontext():
                    value = function(*given, **options)
                    # It may be a view of an argument, or be changed by the next call; and how it is
                    # copied can be the student's own code.
                    result.value = _copied(value)
        except TookTooLong:
            result.timed_out = True
            result.problem = f"did not finish within {seconds:g} seconds and was stopped"
        except _NotCopied:
            result.problem = "returned something that cannot be copied"
        except NotImplementedError:
            result.unwritten = True
            result.problem = "is not written yet"
        except KeyboardInterrupt:  # of whoever waits for a check
            raise
        except BaseException as error:
            result.error = _raised(error)
            result.problem = result.error + _details(
                error, function, (*args, *options.values()), (*names, *options)
            )
    result.borrowed = guard.borrowed
    result.inside = guard.inside
    result.warned = tuple(dict.fromkeys(str(w.message) for w in caught))
    result.changed = tuple(
        name
        for name, before, after in zip(names, args, given, strict=False)
        if not unchanged(before, after)
    )
    if result.changed:
        result.writes = line_that_writes(function, result.changed)
    result.undrawn = tuple(
        name
        for name, before, after in zip(names, args, given, strict=False)
        if isinstance(before, np.random.Generator)
        and str(before.bit_generator.state) == str(after.bit_generator.state)
    )
    return result


@cache
def _load_torch() -> None:
    """Import torch before the clock runs: an import that is stopped midway leaves it in pieces."""
    from rnnlib.torch_training import prepare_torch

    with suppress(ImportError):  # the function itself will say that it is missing
        prepare_torch()


@contextmanager
def _torch_draws_the_same() -> Iterator[None]:
    """What is dropped is the same in every call; afterwards torch draws as if there had been none.

    Otherwise it would depend on chance whether a dropout that is wrong looks right.
    """
    try:
        from torch.random import default_generator
    except ImportError:
        yield
        return
    before = default_generator.get_state()
    default_generator.manual_seed(0)
    try:
        yield
    finally:
        default_generator.set_state(before)


class _NotCopied(Exception):
    """What was returned cannot be copied."""


def _copied(value: object) -> object:
    if type(value).__module__.partition(".")[0] == "torch":
        return value  # copying it would be noticed as torch's work; it is no result anyway
    try:
        if type(value) in (tuple, list):
            return type(value)(map(_copied, value))
        return copy.deepcopy(value)
    except Exception:
        raise _NotCopied from None


def unchanged(before: object, after: object) -> bool:
    """Whether an argument still holds, bit for bit, what it held before the call."""
    if isinstance(before, Params):
        try:
            pairs = list(zip(before.items(), after.items(), strict=True))
        except (AttributeError, ValueError):
            return False
        return all(a == b and unchanged(x, y) for (a, x), (b, y) in pairs)
    if isinstance(before, np.ndarray):
        return (
            isinstance(after, np.ndarray)
            and before.shape == after.shape
            and before.dtype == after.dtype
            and before.tobytes() == after.tobytes()
        )
    if isinstance(before, np.random.Generator):
        return True  # drawing from it is what it is for
    if isinstance(before, tuple | list):
        return len(before) == len(after) and all(map(unchanged, before, after))
    return bool(before == after)


def shapes_of(args: tuple, names: tuple[str, ...]) -> str:
    """The shapes of the arguments, to stand under an error: ``x (3, 4), params.W_xh (4, 5)``."""
    parts = []
    for name, value in zip(names, args, strict=False):
        if isinstance(value, Params):
            parts += [f"{name}.{_as_written(part)} {a.shape}" for part, a in value.items()]
        elif isinstance(value, tuple) and hasattr(value, "_fields"):  # a cache
            arrays = [f for f in value._fields if isinstance(getattr(value, f), np.ndarray)]
            parts += [f"{name}.{field} {getattr(value, field).shape}" for field in arrays]
        elif isinstance(value, np.ndarray):
            parts.append(f"{name} {value.shape}")
        elif isinstance(value, list) or _holds_arrays(value):  # its full text could fill pages
            shapes = [str(part.shape) for part in value if isinstance(part, np.ndarray)]
            about = ": " + ", ".join(shapes) if 0 < len(shapes) <= 5 else ""
            parts.append(f"{name}, a {type(value).__name__} of {len(value)}{about}")
        elif isinstance(value, float):
            parts.append(f"{name} = {value:.4g}")
        elif not callable(value) and not isinstance(value, np.random.Generator):
            parts.append(f"{name} = {value!r}")
    return ", ".join(parts)


def _as_written(field: str) -> str:
    """The name of an array in a group as one writes it: ``layers.0.W_xh`` is layers[0].W_xh."""
    return re.sub(r"\.(\d+)", r"[\1]", field)


def _holds_arrays(value: object) -> bool:
    """Whether it is a tuple with arrays, caches or groups in it."""
    return isinstance(value, tuple) and any(
        isinstance(part, np.ndarray | Params | tuple) for part in value
    )


def _raised(error: BaseException) -> str:
    """Which error it is, in a beginner's words."""
    text = _plain_words(" ".join(str(error).split()))
    if text.startswith("unsupported operand") and "Params'" in text:
        text = "a group of arrays has no arithmetic of its own; `map` does it array by array"
    if isinstance(error, FrozenInstanceError):
        name = text.split("'")[1]
        text = (
            f"`{name}` cannot be given another array. Add into the one that is there, "
            f"`.{name}[...] += ...`, or make a new group, `grads = grads.map(np.add, step)`"
        )
    return f"raised {type(error).__name__}" + (f": {text}" if text else "")


def _details(error: BaseException, function: Callable, args: tuple, names: tuple[str, ...]) -> str:
    """How the sentence about an error goes on: in which line of theirs, with which inputs."""
    sentence = ""
    filename = getattr(getattr(function, "__code__", None), "co_filename", None)
    own = [f for f in traceback.extract_tb(error.__traceback__) if f.filename == filename]
    if own and own[-1].line:
        line = own[-1].line
        shown = line if len(line) <= LINE_CHARACTERS else line[:LINE_CHARACTERS] + " ..."
        sentence += f", in the line `{shown}`"
    group = next((n for n, value in zip(names, args) if isinstance(value, Params)), None)
    if group is not None:
        fields = [_as_written(name) for name, _ in args[names.index(group)].items()]
        sentence += _about_fields(error, group, fields)
    shapes = shapes_of(args, names)
    return sentence + (f". It was called with {shapes}" if shapes else "")


def _about_fields(error: BaseException, group: str, fields: list[str]) -> str:
    """How to reach the weights, when the error shows that they were not read from their group."""
    unknown = getattr(error, "name", None)
    bare = isinstance(error, NameError) and unknown in fields
    about_group = isinstance(error, TypeError) and "Params" in str(error)
    unpacked = about_group and "__init__" not in str(error)  # "__init__": one was being made
    if bare or unpacked:
        return f". The weights are fields of `{group}`: write `{group}.{unknown or fields[0]}`"
    if isinstance(error, AttributeError) and "Params" in str(error):
        return f". `{group}` has {', '.join(f'`{name}`' for name in fields)}"
    return ""


def _plain_words(text: str) -> str:
    """NumPy's messages about products and powers, in words that a beginner can use."""
    if "bitwise_xor" in text:
        return "`^` is not a power in Python; the square of h is `h**2`"
    product = re.match(r"matmul: Input operand 1 .*\(size (\d+) is different from (\d+)\)", text)
    if product is None:
        return text
    rows, columns = product.groups()
    return f"a product A @ B in which A has {columns} columns and B has {rows} rows"


class _Dropped(io.TextIOBase):
    """A stream that drops what is written to it: a function may print as much as it likes."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)
