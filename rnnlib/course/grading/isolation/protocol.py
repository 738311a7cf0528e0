"""What the two kernels tell each other: every message and its fields, declared once.

Marked cells run in the trusted kernel, the student's functions in the student's; the grader passes
each message on, and watches over the time::

    trusted kernel   -- Fetch, CallFunction -------------->   student's kernel
                     <- Found, Called, CallBack, Unsendable
                     -- Returned, Raised ----------------->   (to a CallBack)
    trusted kernel   -- GiveBack ------------------------->   student's kernel, which says Ended
    grader           -- End ------------------------------>   student's kernel, which says Ended
    grader           -- Lost ----------------------------->   trusted kernel
    trusted kernel   -- Renew ---------------------------->   grader, which says Ended

A message is a dataclass. It travels as a dict with its class's name and its fields; `pack` and
`unpack` do both sides of that. What is annotated as `Text`, `Flag` and so on goes through a reader
when it arrives: it is cut to size and has that type, or the message is refused. Other fields can be
any value that `wire.unpack` makes. A new field is one line here; those of `Called` are those of
`rnnlib.course.checking.calling.Call`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import MISSING, dataclass, fields, make_dataclass
from functools import cache
from typing import Annotated, get_type_hints

from rnnlib.course.checking.calling import Call
from rnnlib.course.grading.isolation import wire
from rnnlib.course.grading.limits import WIRE_TEXT_CHARACTERS, WIRE_TEXTS

GATE = "RNNLIB_GATE"
"""The environment variable with the path of the socket from the student's kernel to the grader."""

FOLDER = "RNNLIB_FOLDER"
"""The environment variable with the folder in which the student's notebook lies."""

RELAY = "RNNLIB_RELAY"
"""The environment variable with the path of the socket from the trusted kernel to the grader."""

CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that steer a terminal, turn a text around, or are half a character."""


# --- how a field is read ------------------------------------------------------------------------


def flag(value) -> bool:
    """Whether it is True, and not something that counts as true."""
    return value is True


def text(value) -> str:
    """A text of a sentence's length, without what would steer the terminal that it is shown in."""
    if not isinstance(value, str):
        raise wire.WireError("something else in place of a text")
    return CONTROLS.sub(" ", value[:WIRE_TEXT_CHARACTERS])


def optional_text(value) -> str | None:
    """A text, or None."""
    return None if value is None else text(value)


def texts(value) -> tuple[str, ...]:
    """Some texts."""
    return tuple(text(part) for part in _list(value)[:WIRE_TEXTS])


def all_texts(value) -> tuple[str, ...]:
    """Texts, however many."""
    return tuple(map(text, _list(value)))


def by_name(value) -> dict[str, object]:
    """Values by name; none where it is something else."""
    return {str(name): part for name, part in value.items()} if isinstance(value, dict) else {}


def values(value) -> dict:
    """Values by whatever they are called."""
    if not isinstance(value, dict):
        raise wire.WireError("something else in place of a dict")
    return value


def _list(value) -> list | tuple:
    if not isinstance(value, list | tuple):
        raise wire.WireError("something else in place of a list")
    return value


Flag = Annotated[bool, flag]
Text = Annotated[str, text]
OptionalText = Annotated[str | None, optional_text]
Texts = Annotated[tuple[str, ...], texts]
AllTexts = Annotated[tuple[str, ...], all_texts]
ByName = Annotated[dict[str, object], by_name]
Values = Annotated[dict[str, object], values]


# --- to the student's kernel --------------------------------------------------------------------


@dataclass
class Fetch:
    """Asks for the values of variables."""

    names: tuple[str, ...]


@dataclass
class CallFunction:
    """Asks for a call of a function.

    Attributes
    ----------
    target : str or int
        The variable that holds it, or the number of a `Handle`.
    lent : dict
        Right versions of earlier functions, by name, that it is to call in place of its own: they
        stay in the trusted kernel, and answer for the time of this call alone.
    args, names : tuple
        The arguments, and what they are called in messages.
    how : dict
        The keywords of `rnnlib.course.checking.calling.call`.
    """

    target: str | int
    lent: dict[str, object]
    args: tuple
    names: tuple[str, ...]
    how: dict[str, object]


@dataclass
class GiveBack:
    """Brings the bodies of functions of the library that are not there: their texts, by module."""

    sources: dict[str, dict[str, str]]


@dataclass
class End:
    """Says that no more requests follow."""


@dataclass
class Returned:
    """What a function returned that was called back."""

    value: object


@dataclass
class Raised:
    """What a function raised that was called back: the name of a class, and a text."""

    kind: str
    text: str


# --- from the student's kernel ------------------------------------------------------------------


@dataclass
class Found:
    """The values of variables, and the names whose newest definition failed."""

    found: Values
    failed: AllTexts


CALL_FIELDS = {
    "value": object,
    "problem": OptionalText,
    "error": OptionalText,
    "unwritten": Flag,
    "timed_out": Flag,
    "changed": Texts,
    "writes": OptionalText,
    "undrawn": Texts,
    "borrowed": OptionalText,
    "warned": Texts,
    "inside": ByName,
    "withheld": Texts,
    "withheld_before": Flag,
}
"""How each field of a `Call` is read; "lost" is not for the student's side to say."""

Called = make_dataclass(
    "Called",
    [(each.name, CALL_FIELDS[each.name]) for each in fields(Call) if each.name != "lost"],
    namespace={
        "__doc__": "What happened in a call: a `Call` without what only the grader knows.",
        "__module__": __name__,
    },
)


@dataclass
class CallBack:
    """Asks for a call of a function that was given as an argument."""

    number: int
    args: tuple
    options: dict[str, object]


@dataclass
class Unsendable:
    """Says why an answer cannot be sent."""

    reason: Text


@dataclass
class Ended:
    """The answer to `End`, `GiveBack` and `Renew`."""


# --- from the grader to the trusted kernel ------------------------------------------------------


@dataclass
class Lost:
    """Says that the student's kernel ended, or was ended, and why."""

    reason: Text


# --- from the trusted kernel to the grader ------------------------------------------------------


@dataclass
class Renew:
    """Asks that the student's kernel be begun anew before it is called again.

    Attributes
    ----------
    whole : bool
        With all of the library's mathematics.
    """

    whole: Flag = False


REQUESTS = (Fetch, CallFunction, GiveBack, End)
REPLIES = (Returned, Raised)

# The first byte of what the trusted kernel sends to the grader, which opens only what is for it.
REQUEST, REPLY, FOR_GRADER = b"R", b"C", b"G"


# --- objects that do not travel -----------------------------------------------------------------


@dataclass
class Handle:
    """An object that stays in the student's kernel: a variable's name, or a number.

    For a function `name` is what it calls itself and `function` says whether it was made with
    ``def`` or ``lambda``; of anything else the trusted kernel knows only the name of its class.
    """

    id: int | str
    callable: Flag = False
    function: Flag = False
    name: Text = ""
    cls: Text = ""
    module: Text = ""


@dataclass
class Function:
    """A function of the trusted kernel's, to be called with `CallBack`."""

    id: int


@dataclass
class Pickled:
    """Any other object of the trusted kernel's, as hexadecimal digits; read on the student's side
    only, as a pickle can run anything.
    """

    digits: str


# --- both sides ---------------------------------------------------------------------------------


def pack(message, refer: Callable[[object], object]) -> bytes:
    """A message as bytes.

    Parameters
    ----------
    message
        One of the classes above.
    refer : callable
        The `Handle`, `Function` or `Pickled` that stands for an object which is no data.
    """
    return wire.pack(_as_dict("message", message), lambda value: _as_dict("!", refer(value)))


def unpack(data: bytes, resolve: Callable, references, known: Callable, expected):
    """The message in some bytes, whoever they come from.

    Parameters
    ----------
    data : bytes
    resolve : callable
        What a reference means here.
    references, expected : sequence of type
        The classes of references and of messages that are read.
    known : callable
        As for `wire.unpack`.

    Raises
    ------
    WireError
        When it is no such message.
    """
    value = wire.unpack(data, lambda plan: resolve(_read("!", plan, references)), known)
    try:
        return _read("message", value, expected)
    except wire.WireError:
        raise
    except (ValueError, TypeError, RecursionError) as error:
        raise wire.WireError(f"not a message: {type(error).__name__}") from error


def no_reference(value):
    """For messages of the grader's own, which hold nothing but texts."""
    raise TypeError(f"{type(value).__name__} is no data")


def no_class(name: str) -> None:
    """For messages that hold no groups of arrays."""


def to_grader(message, refer: Callable[[object], object]) -> bytes:
    """A message of the trusted kernel's, with the byte that tells the grader what it is."""
    kind = REPLY if isinstance(message, REPLIES) else REQUEST
    return (FOR_GRADER if isinstance(message, Renew) else kind) + pack(message, refer)


def from_trusted(frame: bytes) -> tuple[bytes, bytes]:
    """`REQUEST`, `FOR_GRADER`, or `REPLY` for the reply to a `CallBack`; and the packed message."""
    return frame[:1], frame[1:]


def _as_dict(key: str, message) -> dict:
    parts = {each.name: getattr(message, each.name) for each in fields(message)}
    return {key: type(message).__name__, **parts}


def _read(key: str, value, expected):
    """The object of one of these classes that a dict describes; what else is in it is left out."""
    said = value.get(key) if isinstance(value, dict) else None
    cls = next((c for c in expected if isinstance(said, str) and c.__name__ == said), None)
    if cls is None:
        names = " or ".join(c.__name__ for c in expected)
        raise wire.WireError(f"something else than {names}")
    parts, readers = {}, _readers(cls)
    for each in fields(cls):
        if each.name in value:
            reader = readers.get(each.name)
            parts[each.name] = reader(value[each.name]) if reader else value[each.name]
        elif each.default is MISSING:
            raise wire.WireError(f"{cls.__name__} without {each.name}")
    return cls(**parts)


@cache
def _readers(cls: type) -> dict[str, Callable]:
    """The readers of a message's fields, for those that have one."""
    hints = get_type_hints(cls, include_extras=True)
    found = {name: getattr(hint, "__metadata__", None) for name, hint in hints.items()}
    return {name: metadata[0] for name, metadata in found.items() if metadata}
