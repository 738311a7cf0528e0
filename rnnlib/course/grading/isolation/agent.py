"""In the student's kernel: calls the student's functions when the trusted kernel asks for it.

The student's code can change everything here, and that is all right: what leaves this process is
data, and whoever lets something else than the function answer has only written another function.
"""

from __future__ import annotations

import builtins
import os
import pickle
import shutil
import socket
import sys
import tempfile
import types
from dataclasses import fields

import numpy as np

from rnnlib.course.grading.isolation import frames, protocol, wire, withheld
from rnnlib.course.grading.isolation.protocol import (
    CallBack,
    Called,
    CallFunction,
    End,
    Ended,
    Fetch,
    Found,
    Function,
    GiveBack,
    Handle,
    Pickled,
    Raised,
    Unsendable,
)
from rnnlib.course.grading.limits import WIRE_INTERMEDIATE_ENTRIES

PASSED_OVER = "exit() was passed over: the cells below are run as well."

_agent = None


class Agent:
    """Answers requests about one notebook's variables.

    Parameters
    ----------
    connection : socket
    namespace : dict
        The notebook's variables.
    """

    def __init__(self, connection, namespace: dict):
        self.connection = connection
        self.namespace = namespace
        self.handles: list[object] = []
        self.withheld_before = False

    def serve(self) -> None:
        """Answer until the grader says that it was the last request."""
        while True:
            request = self.receive(*protocol.REQUESTS)
            if isinstance(request, End):
                self.send(Ended())
                return
            try:
                if isinstance(request, GiveBack):
                    withheld.give_back(request.sources)
                    self.send(Ended())
                    continue
                self.send(self.answer(request))
            except wire.WireError as error:
                self.send(Unsendable(str(error)))
            except Exception as error:  # such as a number of an object that is no longer there
                self.send(Unsendable(f"{type(error).__name__} {error}"))

    def answer(self, request: Fetch | CallFunction) -> Found | Called:
        """The answer to one request."""
        return self.do_fetch(request) if isinstance(request, Fetch) else self.do_call(request)

    def do_fetch(self, request: Fetch) -> Found:
        """The values of variables, and which definitions failed."""
        from rnnlib.course.checking.failed_cells import failed_definitions

        found = {n: self.namespace[n] for n in request.names if n in self.namespace}
        return Found(found, sorted(failed_definitions()))

    def do_call(self, request: CallFunction) -> Called:
        """Call a function on copies of the arguments and say all that happened."""
        from rnnlib.course.checking.calling import Call, call
        from rnnlib.course.rebinding import rebind

        self.withheld_before |= bool(withheld.called())
        function = self.find(request.target)
        if request.lent:
            function = rebind(function, request.lent)
        try:
            result = call(function, request.args, request.names, **request.how)
        except KeyboardInterrupt:  # nobody presses Ctrl-C here
            result = Call(problem=(raised := "raised KeyboardInterrupt"), error=raised)
        result.withheld, result.withheld_before = tuple(withheld.called()), self.withheld_before
        result.inside = {k: v for k, v in result.inside.items() if _is_small(v)}
        return Called(**{each.name: getattr(result, each.name) for each in fields(Called)})

    def find(self, place: int | str):
        """An object of the notebook's, by its variable or its number."""
        return self.namespace[place] if isinstance(place, str) else self.handles[place]

    def send(self, message) -> None:
        """Send a message to the grader."""
        frames.send(self.connection, protocol.pack(message, self.refer))

    def receive(self, *expected):
        """Wait for a message from the grader."""
        data = frames.receive(self.connection)
        # The grader is to be trusted: even pickles are read here.
        references = (Handle, Function, Pickled)
        return protocol.unpack(data, self.resolve, references, _class_of, expected)

    def refer(self, value) -> Handle:
        """What stands for an object that stays here."""
        self.handles.append(value)
        return Handle(
            id=len(self.handles) - 1,
            callable=callable(value),
            function=isinstance(value, types.FunctionType),
            name=str(getattr(value, "__name__", ""))[:60],
            cls=str(type(value).__qualname__)[:60],
            module=str(type(value).__module__)[:60],
        )

    def resolve(self, reference: Handle | Function | Pickled):
        """What the grader's references mean here."""
        if isinstance(reference, Handle):
            return self.find(reference.id)
        if isinstance(reference, Pickled):
            return pickle.loads(bytes.fromhex(reference.digits))
        return self.callback(reference.id)

    def callback(self, number: int):
        """A function that lives with the grader."""

        def function(*args, **options):
            self.send(CallBack(number, args, options))
            answer = self.receive(*protocol.REPLIES)
            if isinstance(answer, Raised):
                raise _error_class(answer.kind)(answer.text)
            return answer.value

        return function


def _error_class(name: str) -> type[Exception]:
    """An error of Python's or the library's by its name."""
    import rnnlib

    found = getattr(builtins, name, None) or getattr(rnnlib, name, None)
    return found if isinstance(found, type) and issubclass(found, Exception) else RuntimeError


def _is_small(value) -> bool:
    """Whether a local variable can be an intermediate result that the marks look at."""
    return (
        isinstance(value, np.ndarray | float | int) and np.size(value) <= WIRE_INTERMEDIATE_ENTRIES
    )


def _class_of(name: str) -> type | None:
    """A class of the library, by its full name."""
    import importlib

    module, _, cls = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), cls, None)
    except ImportError:
        return None


def serve() -> None:
    """Run in the kernel's main thread while a marked cell runs in the trusted kernel."""
    try:
        _agent.serve()
    except BaseException:  # a signal's handler of the student's, say
        _agent.connection.close()  # so the grader need not wait until the time is up
        raise


def load_ipython_extension(ipython) -> None:
    """Connect to the grader, before any cell runs."""
    global _agent
    from rnnlib.course.checking.failed_cells import watch_cells

    withheld.leave_out_statements(ipython)
    watch_cells()
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ[protocol.GATE])
    _agent = Agent(connection, ipython.user_ns)
    if protocol.FOLDER in os.environ:
        _work_in(os.environ[protocol.FOLDER])
    # "exit()" in a notebook ends the kernel some time later, in the middle of any other cell.
    ipython.ask_exit = lambda: print(PASSED_OVER)


def _work_in(folder: str) -> None:
    """Make a folder the notebook's own: it can write there, and import what lies there.

    In the sandbox that is a copy, which goes with the kernel. What was imported so far stays: a
    file there may be called numpy.py.
    """
    if not os.access(folder, os.W_OK):
        copy = os.path.join(tempfile.gettempdir(), "notebook")
        shutil.copytree(folder, copy, copy_function=shutil.copyfile, dirs_exist_ok=True)
        for here, _, _ in os.walk(copy):
            os.chmod(here, 0o755)
        folder = copy
    os.chdir(folder)
    sys.path.insert(0, folder)
