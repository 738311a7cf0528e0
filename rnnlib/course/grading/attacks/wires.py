"""Attacks on the wire: a patched agent and forged frames."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import (
    ANSWER,
    COUNT,
    EVERYTHING,
    FORWARD,
    GREAT_HASTE,
    HASTE,
    STEP,
    Hostile,
    attack,
)

CALLS = (STEP, FORWARD, COUNT)
AGENT = """
import json, struct
import numpy as np
from rnnlib.course.grading.isolation import agent as a, frames as f, protocol as p
def raw_answer(plan, buffers=b""):
    text = plan if isinstance(plan, bytes) else json.dumps(plan).encode()
    f.send(a._agent.connection, struct.pack(">I", len(text)) + text + buffers)
def answers_with(plan_of, buffers=b""):
    def do_call(self, request):
        raw_answer(plan_of(request), buffers)
        raise SystemExit
    def serve(self):
        while True:
            request = self.receive(*p.REQUESTS)
            try:
                if isinstance(request, p.End):
                    return self.send(p.Ended())
                self.send(self.answer(request))
            except SystemExit:
                pass
    a.Agent.do_call, a.Agent.serve = do_call, serve
def a_call(value, **more):
    plain = dict(message="Called", value=value, problem=None, unwritten=False, timed_out=False,
                 changed=[], undrawn=[], borrowed=None, warned=[], inside={"!": "dict", "v": []})
    plain |= more
    return {"!": "dict", "v": [[k, v] for k, v in plain.items()]}
"""


@attack("marks")
def patched_agent(s: Hostile):
    """Replaces the agent: every answer says right, all points, full share, and nothing noticed."""
    s.begin(
        AGENT
        + """
answers_with(lambda request: a_call(5.0, share=1.0, state="right", score=5, points=5, right=True,
                                    passed=True, lost=False, results={"!": "dict", "v": []}))
"""
    )


@attack("grader", costs=CALLS)
def answers_that_are_no_data(s: Hostile):
    """Answers with bytes that are no packed value: random ones, cut ones, text, nothing."""
    s.begin(
        AGENT
        + """
kinds = [b"", b"\\xff" * 100, b"null", b"[1", b'{"!": "array"}', b'{"!": "dict", "v": 5}',
         b'{"!": "array", "shape": [-1], "dtype": "<f8", "bytes": -8}',
         b'{"!": "array", "shape": [2], "dtype": "O", "bytes": 16}',
         b'{"!": "array", "shape": [2], "dtype": "|V8", "bytes": 16}',
         b'{"!": "scalar", "dtype": "<f8", "bytes": 0}', b'{"!": "named", "cls": 5}', b'1e999',
         b'{"!": "complex", "v": [1]}', b'{"!": "rng", "state": {"a": 1}}', b'{"!": {}}']
turn = iter(range(10**9))
answers_with(lambda request: kinds[next(turn) % len(kinds)], b"x" * 16)
"""
    )


@attack("grader", costs=CALLS)
def answers_that_carry_code(s: Hostile):
    """Answers with a pickle, as only the grader may send one, with callbacks, with odd handles."""
    s.begin(
        AGENT
        + """
import pickle
class Evil:
    def __reduce__(self):
        return os.system, ("touch /tmp/rnnlib_attack",)
handle = {"!": "Handle", "id": 0, "callable": True, "function": True, "name": "f", "cls": "c",
          "module": "m"}
kinds = [{"!": "Pickled", "digits": pickle.dumps(Evil()).hex()}, {"!": "Function", "id": 0},
         handle, handle | {"id": 10**300}, handle | {"id": "os"}, handle | {"id": None},
         handle | {"callable": False, "module": "os", "cls": "system"},
         handle | {"callable": False, "module": "\\ud800", "cls": "\\x00\\ud800"}]
turn = iter(range(10**9))
answers_with(lambda request: a_call(kinds[next(turn) % len(kinds)]))
"""
    )


@attack("grader", costs=CALLS)
def classes_of_the_graders(s: Hostile):
    """Answers with groups and tuples that claim to be classes of the grader's own code."""
    s.begin(
        AGENT
        + """
names = ["rnnlib.course.grading.isolation.trusted.Link", "os.system",
         "rnnlib.course.checking.calling.Call",
         "rnnlib.course.checking.marking.Report", "rnnlib.params.Params", "rnnlib.rnn.RNNCache",
         "rnnlib.course.grading.isolation.trusted.StandIn",
         "rnnlib.course.grading.isolation.protocol.Called", "builtins.type", "x." + "y" * 10_000]
turn = iter(range(10**9))
def plan(request):
    cls = names[next(turn) % len(names)]
    kind = "group" if next(turn) % 4 < 2 else "named"
    return a_call({"!": kind, "cls": cls, "names": ["share", "class", "None"], "v": [1.0, [], {"!":
                   "array", "dtype": "<f8", "shape": [0], "bytes": 0}]})
answers_with(plan)
"""
    )


@attack("grader", costs=CALLS, settings=GREAT_HASTE)
def answers_that_grow(s: Hostile):
    """Answers with millions of empty lists, and with arrays of objects that are nothing yet."""
    s.begin(
        AGENT
        + """
turn = iter(range(10**9))
def plan(request):
    if next(turn) % 2:
        return b'{"!":"dict","v":[["message","Called"],["value",[' + b"[]," * 20_000_000 + b"[]]]]}"
    one = b'{"!":"objects","shape":[1000000]},'
    return b'{"!":"dict","v":[["message","Called"],["value",[' + one * 100_000 + b"1]]]}"
answers_with(plan)
"""
    )


@attack("grader", costs=CALLS, settings=HASTE)
def answers_that_collide(s: Hostile):
    """Answers with a dict whose keys all have one hash, so that reading it takes hours."""
    s.begin(
        AGENT
        + """
step = 2**61 - 1
keys = b",".join(b"[%d,0]" % (k * step) for k in range(1, 400_000))
head = b'{"!":"dict","v":[["message","Called"],["value",{"!":"dict","v":['
answers_with(lambda request: head + keys + b"]}]]}")
"""
    )


@attack("grader", costs=CALLS, settings=GREAT_HASTE)
def answers_with_many_classes(s: Hostile):
    """Answers with thousands of groups, each of a class of its own that must be made."""
    s.begin(
        AGENT
        + """
turn = iter(range(10**9))
def plan(request):
    n = next(turn)
    return a_call([{"!": "group", "cls": "x.X", "names": [f"a{n}_{k}"], "v": [0]}
                   for k in range(20_000)])
answers_with(plan)
"""
    )


@attack("grader", costs=CALLS)
def deep_answers(s: Hostile):
    """Answers with lists in lists, a hundred thousand deep, and with a list that holds itself."""
    s.begin(
        AGENT
        + """
turn = iter(range(10**9))
def plan(request):
    if next(turn) % 2:
        return b"[" * 100_000 + b"]" * 100_000
    return b'{"!":"tuple","v":[' * 5_000 + b"1" + b"]}" * 5_000
answers_with(plan)
"""
    )
    s.write(COUNT, "def count_parameters(*a):\n    x = []\n    x.append(x)\n    return x")


@attack("grader", costs=CALLS)
def giant_answers(s: Hostile):
    """Returns arrays of sixty megabytes and of a gigabyte, and texts of millions of letters."""
    s.write(STEP, "def rnn_step(x, h, params):\n    return np.zeros(8_000_000)")
    s.write(FORWARD, "def rnn_forward(*a):\n    return np.zeros(130_000_000), 'x' * 10**7, {}")
    s.write(COUNT, "def count_parameters(*a):\n    return 'x' * 30_000_000")


@attack("grader", costs=CALLS)
def forged_words(s: Hostile):
    """Answers with hundreds of warnings and changed arguments, HTML and half letters in them."""
    s.begin(
        AGENT
        + """
words = ["<script>alert(1)</script>\\ud800" + str(k) + "x" * 1900 for k in range(250)]
answers_with(lambda request: a_call(0.0, warned=words, changed=words, undrawn=words,
    problem="<img src=x onerror=alert(1)>" * 99, borrowed="`<b>`" * 99,
    inside={"!": "dict", "v": [[w, 1.0] for w in words[:99]]}))
"""
    )


@attack("grader", costs=CALLS, alarms=("killed",))
def giant_frames(s: Hostile):
    """Finds the agent's socket and announces a frame of exabytes, without end."""
    s.wrap(
        STEP,
        """
from rnnlib.course.grading.isolation import agent
agent._agent.connection.sendall(b"\\xff" * 8 + b"x" * 100_000)
""",
    )


@attack("marks", costs=(*CALLS, ANSWER))
def frames_sent_ahead(s: Hostile):
    """Finds the agent's socket among the descriptors, and sends answers before anybody asks."""
    s.begin(
        AGENT
        + """
names = {"rnn_step": 5.0, "seed": 0, "grade": 5.0, "answer_changes": "c"}
plan = {"!": "dict", "v": [["message", "Found"], ["failed", []],
        ["found", {"!": "dict", "v": [list(pair) for pair in names.items()]}]]}
for number in range(3, 200):
    with contextlib.suppress(OSError):
        one = socket.socket(fileno=os.dup(number))
        if one.family == socket.AF_UNIX and one.type == socket.SOCK_STREAM:
            text = json.dumps(plan).encode()
            data = struct.pack(">I", len(text)) + text
            if number == a._agent.connection.fileno():
                for _ in range(3):
                    one.sendall(struct.pack(">Q", len(data)) + data)
"""
    )


@attack("marks", costs=(*CALLS, ANSWER))
def more_variables_than_asked(s: Hostile):
    """Answers the question for variables with more than was asked for: grade, seed, float."""
    s.begin(
        AGENT
        + """
fetch = a.Agent.do_fetch
def do_fetch(self, request):
    answer = fetch(self, request)
    for name in ("grade", "seed", "float", "_link", "_rnnlib", "points", "get_ipython", "In"):
        answer.found[name] = 5.0
    answer.failed = ["x" * 10_000] * 10_000
    return answer
a.Agent.do_fetch = do_fetch
"""
    )


@attack("grader", costs=CALLS, settings=HASTE)
def drips_its_answers(s: Hostile):
    """Sends its answers one byte at a time, so that each takes as long as it may."""
    s.begin(
        AGENT
        + """
def drip(connection, data):
    for byte in struct.pack(">Q", len(data)) + data:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)
f.send = drip
"""
    )


@attack("grader", costs=EVERYTHING, settings=GREAT_HASTE)
def calls_back_without_end(s: Hostile):
    """Asks for callbacks that were never given, with arguments that would fill the memory."""
    s.begin(
        AGENT
        + """
def do_call(self, request):
    while True:
        self.send(p.CallBack(-1, (np.zeros(100_000),), {"out": 1}))
        self.receive(*p.REPLIES)
a.Agent.do_call = do_call
"""
    )
