"""In the trusted kernel, where marked cells run: stand-ins for what the student defined.

The student's functions stay in the student's kernel. A marked cell that says ``grade(rnn_step,
...)`` gets a `StandIn` here; a call sends the arguments over and brings data back.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
import socket
import sys
import time
from contextlib import contextmanager, suppress
from functools import lru_cache

from rnnlib.course.checking.calling import SECONDS, Call, Remote
from rnnlib.course.checking.failed_cells import remember_failed
from rnnlib.course.exercises import all_exercises
from rnnlib.course.grading.isolation import wire
from rnnlib.params import Params

resource = None
with suppress(ImportError):  # Windows has none
    import resource

RELAY = "RNNLIB_RELAY"
"""The environment variable with the path of the socket to the grader."""

CALL = ("value", "problem", "unwritten", "timed_out", "changed", "undrawn", "borrowed", "warned")
LONGEST_TEXT, MOST_TEXTS = 2000, 20
MEMORY = 8 * 2**30
"""Bytes of address space: what a student's data can make our code ask for has an end."""

CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
LONGEST_CALLBACK = 2**20

_link = None
_wrong: frozenset[str] = frozenset()


class Foreign:
    """Something that stays in the student's kernel; only the name of its type is known here."""


class Lost(Exception):
    """The student's kernel was lost in a call; the message says how."""


class Link:
    """Requests to the student's kernel, by way of the grader, which watches over the time."""

    def __init__(self, connection):
        self.connection = connection
        self.callbacks: list[object] = []

    def request(self, **request) -> dict:
        """Send a request and wait for the answer.

        Raises
        ------
        Lost
            When the student's kernel ended or was ended.
        WireError
            When the answer is no data.
        """
        self.callbacks = []
        with _no_alarm():  # the grader keeps the time; half an answer would spoil all that follow
            self._send(b"R", request)
            while True:
                answer = self._receive()
                if isinstance(answer, dict) and "callback" in answer:
                    self._send(b"C", self._call_back(answer))
                    continue
                if not isinstance(answer, dict):
                    raise wire.WireError("an answer that is none")
                if "lost" in answer:
                    raise Lost(_text(answer["lost"]))
                if "unsendable" in answer:
                    raise wire.WireError(_text(answer["unsendable"]))
                return answer

    def _send(self, kind: bytes, value) -> None:
        wire.send(self.connection, kind + wire.pack(value, self._refer))

    def _receive(self):
        try:
            data = wire.receive(self.connection)
        except BaseException:
            # Half an answer would spoil all that follow, the next student's too.
            os._exit(1)
        return wire.unpack(data, self._resolve, _known_class)

    def _call_back(self, asked: dict) -> dict:
        """Call one of our functions that the student's function was given as an argument."""
        try:
            if len(wire.pack(asked, _nothing)) > LONGEST_CALLBACK:
                raise ValueError("the arguments are too large")
            function = self.callbacks[asked["callback"]]
            return {"value": function(*asked["args"], **asked["options"])}
        except Exception as error:
            return {"raised": (type(error).__name__, str(error)[:LONGEST_TEXT])}

    def _refer(self, value) -> dict:
        if isinstance(value, StandIn):
            return {"!": "handle", "id": value.target}
        if callable(value):
            self.callbacks.append(value)
            return {"!": "callback", "id": len(self.callbacks) - 1}
        return {"!": "pickle", "v": pickle.dumps(value).hex()}

    def _resolve(self, plan: dict):
        if plan["!"] != "handle":
            raise wire.WireError("a reference that does not exist")
        if plan["callable"]:
            return StandIn(self, int(plan["id"]), _text(plan["name"]), bool(plan["function"]))
        return _foreign(_text(plan["module"]), _text(plan["cls"]))()


class StandIn(Remote):
    """Stands for a function in the student's kernel.

    Parameters
    ----------
    link : Link
    target : str or int
        The variable that holds it (which also finds it after a restart), or its number there.
    name : str
    is_function : bool
        Whether it was made with ``def`` or ``lambda``.
    apart : str
        An exercise, for a version that calls right versions of the earlier functions.
    """

    def __init__(
        self, link: Link, target: int | str, name: str, is_function: bool, apart: str = ""
    ):
        self.link, self.target = link, target
        self.__name__ = name
        self.is_function = is_function
        self.exercise = apart

    def __call__(self, *args, **options):
        result = self.call(args, (), options=options, guarded=False)
        if result.timed_out:
            raise TimeoutError(result.problem)
        if result.unwritten:
            raise NotImplementedError(result.problem)
        if result.problem:
            raise RuntimeError(result.problem)
        return result.value

    def call(self, args, names, *, options=None, seconds=SECONDS, allowed=(), guarded=True):
        """Call it over there; never raises."""
        try:
            answer = self.link.request(
                do="call",
                target=self.target,
                apart=self.exercise,
                args=tuple(args),
                names=tuple(names),
                options=options or {},
                seconds=seconds,
                allowed=tuple(allowed),
                guarded=guarded,
                wanted=CALL,
            )
            return _call(answer)
        except Lost as lost:
            return Call(problem=str(lost), lost=True)
        except wire.WireError as error:
            return Call(problem=f"returned something that cannot be read: {error}")

    def apart(self, exercise: str) -> StandIn | None:
        """The same function with right versions of the earlier ones that it calls."""
        if not self.is_function:
            return None
        return StandIn(self.link, self.target, self.__name__, True, apart=exercise)

    def earlier(self, names) -> dict[str, object]:
        """The student's own earlier functions, where they were found wrong when they were marked.

        Others are taken for right: one that was marked as right may have been replaced since, by
        one that is so simple that a later function is easily consistent with it.
        """
        wrong = [name for name in names if name in _wrong]
        if not wrong:
            return dict.fromkeys(names)
        try:
            found = fetch(self.link, wrong)
        except (Lost, wire.WireError):
            found = {}
        exercises = all_exercises()
        return {n: found.get(n) if n in wrong else exercises[n].reference for n in names}


def fetch(link: Link, names) -> dict[str, object]:
    """Variables of the student's notebook, as data or stand-ins; also notes what failed there."""
    answer = link.request(do="fetch", names=tuple(names))
    found, failed = answer.get("found"), answer.get("failed")
    if not isinstance(found, dict) or not isinstance(failed, list):
        raise wire.WireError("an answer that is none")
    remember_failed([_text(name) for name in failed])
    for name, value in found.items():
        if isinstance(value, StandIn):
            value.__name__ = value.target = name  # whatever it calls itself
    return {name: value for name, value in found.items() if name in names}


def begin(names: list[str], wrong: list[str]) -> None:
    """Make the student's variables known here, before a marked cell runs; and what was wrong."""
    global _wrong
    _wrong = frozenset(wrong)
    _unset(names)
    try:
        _namespace.update(fetch(_link, names))
    except (Lost, wire.WireError):
        pass  # the marked cell will say that the name is not defined


def clear() -> None:
    """Forget one student's notebook before the next one's."""
    for name in [name for name in _namespace if name not in _given and name[0] != "_"]:
        del _namespace[name]
    remember_failed([])


def _unset(names) -> None:
    for name in names:
        _namespace.pop(name, None)


def _call(answer: dict) -> Call:
    """What the student's side says about a call, with nothing in it but data of the right kind."""
    strings = {
        name: tuple(_text(part) for part in answer[name][:MOST_TEXTS])
        for name in ("changed", "undrawn", "warned")
    }
    maybe = {
        name: None if answer[name] is None else _text(answer[name])
        for name in ("problem", "borrowed")
    }
    inside = answer["inside"] if isinstance(answer["inside"], dict) else {}
    return Call(
        value=answer["value"],
        unwritten=answer["unwritten"] is True,
        timed_out=answer["timed_out"] is True,
        inside={str(name): value for name, value in inside.items()},
        **strings,
        **maybe,
    )


def _nothing(value) -> dict:
    return {"!": "nothing"}


def _text(value) -> str:
    """A text from the student's side, without what would steer a terminal that it is shown in."""
    if not isinstance(value, str):
        raise wire.WireError("a text that is none")
    return CONTROLS.sub(" ", value[:LONGEST_TEXT])


@lru_cache(maxsize=1000)
def _foreign(module: str, name: str) -> type:
    """A class that bears the name of the student's, for messages, and can do nothing."""
    plain = re.sub(r"\W", "", name.rpartition(".")[2]) or "object"
    return type(plain, (Foreign,), {"__module__": module})


def _known_class(name: str) -> type | None:
    """One of the library's groups of arrays or named tuples, if its module is there already."""
    module, _, cls = name.rpartition(".")
    if not module.startswith("rnnlib."):
        return None
    found = getattr(sys.modules.get(module), cls, None)
    if isinstance(found, type) and (issubclass(found, Params) or hasattr(found, "_fields")):
        return found
    return None


@contextmanager
def _no_alarm():
    """Let the time limit of a call wait; to block its signal would not do, with several threads."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    start = time.monotonic()
    left, again = signal.setitimer(signal.ITIMER_REAL, 0)
    try:
        yield
    finally:
        if left:
            left = max(left - (time.monotonic() - start), 0.001)
            signal.setitimer(signal.ITIMER_REAL, left, again)


def load_ipython_extension(ipython) -> None:
    """Connect to the grader."""
    global _link, _namespace, _given
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ[RELAY])
    _link = Link(connection)
    _namespace = ipython.user_ns
    _namespace["_rnnlib"] = sys.modules[__name__]
    _given = {*_namespace, "In", "Out", "exit", "quit", "get_ipython"}
