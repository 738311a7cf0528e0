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
import warnings
from contextlib import contextmanager, suppress
from functools import lru_cache

import numpy as np

from rnnlib.course.checking.calling import Call, Remote
from rnnlib.course.checking.diagnosis import right_functions
from rnnlib.course.checking.failed_cells import remember_failed
from rnnlib.course.checking.seeds import use_secret
from rnnlib.course.exercises import exercise_called
from rnnlib.course.grading.isolation import frames, protocol, wire
from rnnlib.course.grading.isolation.protocol import (
    CallBack,
    Called,
    CallFunction,
    Ended,
    Fetch,
    Found,
    Function,
    GiveBack,
    Handle,
    Lost,
    Pickled,
    Raised,
    Renew,
    Returned,
    Unsendable,
)
from rnnlib.course.grading.isolation.shown_library import lent_sources
from rnnlib.course.grading.limits import (
    TRUSTED_MEMORY,
    WIRE_CALLBACK_BYTES,
    WIRE_TEXT_CHARACTERS,
)
from rnnlib.params import Params

resource = None
with suppress(ImportError):  # Windows has none
    import resource

_link = None
_wrong: frozenset[str] = frozenset()


class Foreign:
    """Something that stays in the student's kernel; only the name of its type is known here."""


class StudentLost(Exception):
    """The student's kernel was lost in a call; the message says how."""


class Link:
    """Requests to the student's kernel, by way of the grader, which watches over the time."""

    def __init__(self, connection):
        self.connection = connection
        self.callbacks: list[object] = []
        self.lent: frozenset[str] | None = frozenset()
        self._allowed: tuple[str, ...] = ()

    def lend_only(self, allowed: tuple[str, ...], scored: bool) -> None:
        """Before an exercise is tried: a kernel in which nothing was lent but what this one lends.

        Parameters
        ----------
        allowed : tuple of str
            The modules that the exercise lends.
        scored : bool
            Whether it is marked by what it reaches: all of the library may have been lent.
        """
        self._allowed = allowed
        if not (scored if self.lent is None else self.lent.issubset(allowed)):
            self._renew(whole=False)

    def lend(self, called: Called, scored: bool) -> bool:
        """Whether more of the library was lent after a call; then the call is to be made again."""
        if self.lent is None:
            return False
        if scored and called.withheld_before:
            self._renew(whole=True)
            return True
        wanted = {name.rpartition(".")[0] for name in called.withheld}
        if not any(f"{name}.".startswith(f"{m}.") for name in wanted for m in self._allowed):
            return False
        self.lent |= set(self._allowed)
        self.request(GiveBack(lent_sources(self._allowed)), Ended)
        return True

    def _renew(self, whole: bool) -> None:
        self.request(Renew(whole), Ended)
        self.lent = None if whole else frozenset()

    def request(self, request: Fetch | CallFunction | GiveBack | Renew, expected: type):
        """Send a request and wait for the answer, a message of the class that is expected.

        Raises
        ------
        StudentLost
            When the student's kernel ended or was ended.
        WireError
            When the answer is something else, or could not be sent.
        """
        self.callbacks = []
        with _no_alarm():  # the grader watches the time; half an answer would spoil all that follow
            self._send(request)
            while True:
                answer = self._receive(expected, CallBack, Lost, Unsendable)
                if isinstance(answer, CallBack):
                    self._send(self._call_back(answer))
                elif isinstance(answer, Lost):
                    raise StudentLost(answer.reason)
                elif isinstance(answer, Unsendable):
                    raise wire.WireError(answer.reason)
                else:
                    return answer

    def _send(self, message) -> None:
        frames.send(self.connection, protocol.to_grader(message, self._refer))

    def _receive(self, *expected):
        try:
            data = frames.receive(self.connection)
        except BaseException:
            # Half an answer would spoil all that follow, the next student's too.
            os._exit(1)
        # No pickle and no function of ours is read here: only what stays over there.
        return protocol.unpack(data, self._resolve, (Handle,), _known_class, expected)

    def _call_back(self, asked: CallBack) -> Returned | Raised:
        """Call one of our functions that the student's function was given as an argument."""
        try:
            if len(wire.pack((asked.args, asked.options), _nothing)) > WIRE_CALLBACK_BYTES:
                raise ValueError("the arguments are too large")
            function = self.callbacks[asked.number]
            # A warning would show the function's own lines on the marked cell's stderr.
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return Returned(function(*asked.args, **asked.options))
        except Exception as error:
            return Raised(type(error).__name__, str(error)[:WIRE_TEXT_CHARACTERS])

    def _refer(self, value) -> Handle | Function | Pickled:
        if isinstance(value, StandIn):
            return Handle(value.target)
        if callable(value):
            self.callbacks.append(value)
            return Function(len(self.callbacks) - 1)
        return Pickled(pickle.dumps(value).hex())

    def _resolve(self, handle: Handle):
        if handle.callable:
            return StandIn(self, int(handle.id), handle.name, handle.function)
        return _foreign(handle.module, handle.cls)()


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
    lent : dict, optional
        Right versions of earlier functions that it calls in place of its own.
    """

    def __init__(
        self,
        link: Link,
        target: int | str,
        name: str,
        is_function: bool,
        lent: dict[str, object] | None = None,
    ):
        self.link, self.target = link, target
        self.__name__ = name
        self.is_function = is_function
        self.lent = lent or {}

    def __call__(self, *args, **options):
        result = self.call(args, (), options=options, guarded=False)
        if result.timed_out:
            raise TimeoutError(result.problem)
        if result.unwritten:
            raise NotImplementedError(result.problem)
        if result.problem:
            raise RuntimeError(result.problem)
        return result.value

    def call(self, args, names, **how):
        """Call it over there; never raises. Its keywords are those of `checking.calling.call`."""
        request = CallFunction(self.target, self.lent, tuple(args), tuple(names), how)
        exercise = exercise_called(self.target)
        scored = exercise is not None and bool(exercise.score)
        try:
            if how.get("guarded", True):
                self.link.lend_only(tuple(how.get("allowed", ())), scored)
            answer = self.link.request(request, Called)
            if self.link.lend(answer, scored):
                answer = self.link.request(request, Called)
        except StudentLost as lost:
            return Call(problem=str(lost), lost=True)
        except wire.WireError as error:
            return Call(problem=f"returned something that cannot be read: {error}")
        return Call(**vars(answer))

    def apart(self, exercise: str) -> StandIn | None:
        """The same function with right versions of the earlier ones that it calls."""
        if not self.is_function:
            return None
        lent = right_functions(exercise_called(exercise))
        return StandIn(self.link, self.target, self.__name__, True, lent)

    def earlier(self, names) -> dict[str, object]:
        """The student's own earlier functions, where they were found wrong when they were marked.

        The library's take the place of the others. A student could replace one that was marked as
        right by a simpler one afterwards, with which a later function is easily consistent.
        """
        wrong = [name for name in names if name in _wrong]
        try:
            found = fetch(self.link, wrong) if wrong else {}
        except (StudentLost, wire.WireError):
            found = {}
        return {n: found.get(n) if n in wrong else exercise_called(n).reference for n in names}


def fetch(link: Link, names) -> dict[str, object]:
    """Variables of the student's notebook, as data or stand-ins; also notes what failed there."""
    answer = link.request(Fetch(tuple(names)), Found)
    remember_failed(list(answer.failed))
    for name, value in answer.found.items():
        if isinstance(value, StandIn):
            value.__name__ = value.target = name  # whatever it calls itself
    return {name: value for name, value in answer.found.items() if name in names}


def begin(names: list[str], wrong: list[str], secret: str) -> None:
    """Make the student's variables known here, before a marked cell runs.

    Parameters
    ----------
    names : list of str
        The variables.
    wrong : list of str
        The exercises that were found wrong before.
    secret : str
        What is mixed into the seed.
    """
    global _wrong
    use_secret(secret)
    _wrong = frozenset(wrong)
    _unset(names)
    try:
        _namespace.update(fetch(_link, names))
    except (StudentLost, wire.WireError):
        pass  # the marked cell will say that the name is not defined


def clear() -> None:
    """Forget one student's notebook before the next one's."""
    for name in [name for name in _namespace if name not in _given and name[0] != "_"]:
        del _namespace[name]
    remember_failed([])
    _link.lent = frozenset()  # the next kernel is a new one


def _unset(names) -> None:
    for name in names:
        _namespace.pop(name, None)


def _nothing(value) -> dict:
    """A reference of no meaning, where only the size is wanted."""
    return {"!": "nothing"}


@lru_cache(maxsize=1000)
def _foreign(module: str, name: str) -> type:
    """A class with the name of a student's class, for messages; it can do nothing."""
    plain = re.sub(r"\W", "", name.rpartition(".")[2]) or "object"
    return type(plain, (Foreign,), {"__module__": module})


def _known_class(name: str) -> type | None:
    """One of the library's groups of arrays or named tuples, if its module was imported before."""
    module, _, cls = name.rpartition(".")
    if not module.startswith("rnnlib."):
        return None
    found = getattr(sys.modules.get(module), cls, None)
    if isinstance(found, type) and (issubclass(found, Params) or hasattr(found, "_fields")):
        return found
    return None


@contextmanager
def _no_alarm():
    """Put the time limit of a call off until this is done.

    Blocking its signal would not be enough: another thread could still receive it.
    """
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
        resource.setrlimit(resource.RLIMIT_AS, (TRUSTED_MEMORY, TRUSTED_MEMORY))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ[protocol.RELAY])
    _link = Link(connection)
    _namespace = ipython.user_ns
    _namespace["_rnnlib"] = sys.modules[__name__]
    _given = {*_namespace, "In", "Out", "exit", "quit", "get_ipython"}
