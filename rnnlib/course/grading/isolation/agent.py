"""In the student's kernel: calls the student's functions when the trusted kernel asks for it.

Everything here can be changed by the student's code, and that is all right: what leaves this
process is data, and a student who answers for his own function in another way than by calling it
has written another function.
"""

from __future__ import annotations

import builtins
import os
import pickle
import socket
import types

import numpy as np

from rnnlib.course.grading.isolation import wire

GATE = "RNNLIB_GATE"
"""The environment variable with the path of the socket to the grader."""

FOLDER = "RNNLIB_FOLDER"
"""The environment variable with the folder in which the notebook lies."""

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

    def serve(self) -> None:
        """Answer until the grader says that it was the last request."""
        while True:
            request = self.receive()
            if request["do"] == "end":
                self.send({"ended": True})
                return
            try:
                self.send(getattr(self, f"do_{request['do']}")(request))
            except wire.WireError as error:
                self.send({"unsendable": str(error)})
            except Exception as error:  # such as a number of an object that is no longer there
                self.send({"unsendable": f"{type(error).__name__} {error}"})

    def do_fetch(self, request: dict) -> dict:
        """The values of variables, and which definitions failed."""
        from rnnlib.course.checking.failed_cells import failed_definitions

        found = {n: self.namespace[n] for n in request["names"] if n in self.namespace}
        return {"found": found, "failed": sorted(failed_definitions())}

    def do_call(self, request: dict) -> dict:
        """Call a function on copies of the arguments and say all that happened."""
        from rnnlib.course.checking.calling import call
        from rnnlib.course.checking.diagnosis import right_functions
        from rnnlib.course.exercises import all_exercises, rebind

        target = request["target"]
        function = self.namespace[target] if isinstance(target, str) else self.handles[target]
        if request["apart"]:
            exercise = all_exercises()[request["apart"]]
            function = rebind(function, right_functions(exercise))
        result = call(
            function,
            request["args"],
            request["names"],
            options=request["options"],
            seconds=request["seconds"],
            allowed=request["allowed"],
            guarded=request["guarded"],
        )
        answer = {name: getattr(result, name) for name in request["wanted"]}
        answer["inside"] = {k: v for k, v in result.inside.items() if _is_small(v)}
        return answer

    def send(self, value) -> None:
        """Send a value to the grader."""
        wire.send(self.connection, wire.pack(value, self.refer))

    def receive(self):
        """Wait for a value from the grader."""
        return wire.unpack(wire.receive(self.connection), self.resolve, _class_of)

    def refer(self, value) -> dict:
        """What stands for an object that stays here."""
        self.handles.append(value)
        return {
            "!": "handle",
            "id": len(self.handles) - 1,
            "callable": callable(value),
            "function": isinstance(value, types.FunctionType),
            "name": str(getattr(value, "__name__", ""))[:60],
            "cls": str(type(value).__qualname__)[:60],
            "module": str(type(value).__module__)[:60],
        }

    def resolve(self, plan: dict):
        """What the grader's references mean here."""
        if plan["!"] == "handle":
            place = plan["id"]
            return self.namespace[place] if isinstance(place, str) else self.handles[place]
        if plan["!"] == "pickle":  # from the grader, which is to be trusted
            return pickle.loads(bytes.fromhex(plan["v"]))
        return self.callback(plan["id"])

    def callback(self, number: int):
        """A function that lives with the grader."""

        def function(*args, **options):
            self.send({"callback": number, "args": args, "options": options})
            answer = self.receive()
            if "raised" in answer:
                kind, text = answer["raised"]
                raise getattr(builtins, kind, RuntimeError)(text)
            return answer["value"]

        return function


def _is_small(value) -> bool:
    """Whether a local variable can be an intermediate result that the marks look at."""
    return isinstance(value, np.ndarray | float | int) and np.size(value) <= 10_000


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
    _agent.serve()


def load_ipython_extension(ipython) -> None:
    """Connect to the grader, before any cell runs."""
    global _agent
    from rnnlib.course import checking  # noqa: F401 (noticing failed cells begins with it)

    connection = socket.socket(socket.AF_UNIX)
    connection.connect(os.environ[GATE])
    _agent = Agent(connection, ipython.user_ns)
    if FOLDER in os.environ:
        os.chdir(os.environ[FOLDER])
