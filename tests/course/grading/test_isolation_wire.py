"""What two processes exchange: everything an exercise needs comes through, and nothing runs."""

import dataclasses
import json
import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from rnnlib import LSTMParams, LSTMState, RNNParams
from rnnlib.course.checking.calling import Call
from rnnlib.course.exercises import all_exercises
from rnnlib.course.grading.isolation import frames, protocol, wire
from rnnlib.course.grading.isolation.trusted import Link, StandIn, _known_class
from rnnlib.course.grading.limits import WIRE_FRAME_BYTES, WIRE_TEXT_CHARACTERS, WIRE_TEXTS
from rnnlib.params import Params


def refuse(thing):
    raise wire.WireError(f"no reference is meant here: {thing!r}")


def there_and_back(value, known=_known_class):
    kept = []

    def refer(thing):
        kept.append(thing)
        return {"!": "kept", "id": len(kept) - 1}

    return wire.unpack(wire.pack(value, refer), lambda plan: kept[plan["id"]], known)


def same(a, b):
    if isinstance(a, Params):
        return type(a) is type(b) and all(
            m == n and same(x, y) for (m, x), (n, y) in zip(a.items(), b.items(), strict=True)
        )
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, np.random.Generator):
        return a.bit_generator.state == b.bit_generator.state
    if isinstance(a, tuple | list):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return a is b or (type(a) is type(b) and (a == b or a != a))


@pytest.mark.parametrize("name", all_exercises())
def test_what_an_exercise_gives_and_what_it_returns_come_through(name):
    exercise = all_exercises()[name]
    for case in exercise.draw(np.random.default_rng(0)):
        assert same(case.args, there_and_back(case.args))
        assert same(dict(case.options), there_and_back(dict(case.options)))
        returned = exercise.reference(*case.args, **case.options)
        assert same(returned, there_and_back(returned))


dtypes = st.one_of(
    hnp.floating_dtypes(), hnp.integer_dtypes(), hnp.boolean_dtypes(), hnp.complex_number_dtypes()
)


@given(hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)))
def test_arrays_of_any_kind_and_shape_come_through_bit_for_bit(array):
    back = there_and_back(array)
    assert same(array, back) and back.flags.writeable
    assert same(array.T, there_and_back(array.T))


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(plain)
def test_plain_values_come_through(value):
    assert same(value, there_and_back(value))


def test_groups_and_named_tuples_keep_their_class_or_get_one_of_the_same_fields():
    state = LSTMState(np.ones((2, 3)), np.zeros((2, 3)))
    assert type(there_and_back(state)) is LSTMState
    group = there_and_back(RNNParams(np.ones((2, 3)), np.ones((3, 3)), np.ones(3)))
    assert type(group) is RNNParams
    unknown = there_and_back(state, known=lambda name: None)
    assert unknown._fields == ("h", "c") and same(tuple(unknown), tuple(state))
    # The name of a class with fields of another group: not taken for it.
    plan = {"!": "group", "cls": "rnnlib.lstm.LSTMParams", "names": ["a"], "v": [1.0]}
    made_up = wire.unpack(_packed(plan), refuse, _known_class)
    assert not isinstance(made_up, LSTMParams) and made_up.a == 1.0


def _packed(plan, buffers=b""):
    text = json.dumps(plan).encode()
    return struct.pack(">I", len(text)) + text + buffers


@pytest.mark.parametrize(
    "plan",
    [
        {"!": "Pickled", "digits": "80049"},
        {"!": "Function", "id": 0},
        {"!": "Handle", "callable": True},
        {"!": "Handle", "id": "os", "callable": True, "name": "f"},
        {"!": "array", "dtype": "|O", "shape": [1], "bytes": 8},
        {"!": "array", "dtype": "<f8", "shape": [2], "bytes": 8},
        {"!": "array", "dtype": "<f8", "shape": [-1], "bytes": 8},
        {"!": "array", "dtype": "<f8", "shape": [10**12], "bytes": 8},
        {"!": "array", "dtype": "<f8", "shape": [1], "bytes": -8},
        {"!": "objects", "shape": [10**9]},
        {"!": "named", "cls": "x", "names": ["__class__"], "v": [1]},
        {"!": "named", "cls": "x", "names": ["a", "a"], "v": [1, 2]},
        {"!": "group", "cls": "os.system", "names": ["a.b"], "v": [1]},
        {"!": "dict", "v": [[[1], 2]]},
        {"!": "rng", "state": {"bit_generator": "PCG64", "state": 1}},
        {"no": "kind"},
        [[[[]]] * 3, {"!": "no such kind"}],
    ],
    ids=str,
)
def test_what_a_reader_must_not_take_is_refused(plan):
    link = Link(None)
    with pytest.raises(wire.WireError):
        protocol.unpack(
            _packed({"!": "dict", "v": [["message", "Returned"], ["value", plan]]}, b"\0" * 8),
            link._resolve,
            [protocol.Handle],
            _known_class,
            [protocol.Returned],
        )


def test_nesting_has_an_end_on_both_sides():
    deep = []
    for _ in range(100):
        deep = [deep]
    with pytest.raises(wire.WireError, match="deep"):
        wire.pack(deep, refuse)
    with pytest.raises(wire.WireError, match="deep"):
        wire.unpack(_packed(deep), refuse, _known_class)
    with pytest.raises(wire.WireError):
        wire.unpack(struct.pack(">I", 200_000) + b"[" * 200_000, refuse, _known_class)


@settings(max_examples=500)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_or_refused(data):
    try:
        wire.unpack(data, refuse, _known_class)
    except wire.WireError:
        pass


@settings(max_examples=300)
@given(plain, st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_damaged_bytes_are_a_value_or_refused(value, place, damage):
    packed = bytearray(wire.pack(value, refuse))
    place %= len(packed)
    packed[place : place + len(damage)] = damage
    try:
        wire.unpack(bytes(packed), refuse, _known_class)
    except wire.WireError:
        pass


def test_subclasses_of_arrays_and_numbers_arrive_as_plain_ones():
    class Equal(np.ndarray):
        def __eq__(self, other):
            return True

    class One(int):
        def __eq__(self, other):
            return True

    back = there_and_back([np.ones(2).view(Equal), One(7)])
    assert type(back[0]) is np.ndarray and type(back[1]) is int and back[1] == 7


def test_a_stand_in_bears_the_name_it_was_asked_for():
    link = Link(None)
    handle = protocol.Handle(0, callable=True, name="x" * 99, function=True)
    assert isinstance(link._resolve(handle), StandIn)


# --- messages -----------------------------------------------------------------------------------


class Pipe:
    """A socket of which what is sent can be received, a few bytes at a time."""

    def __init__(self, data=b"", size=7):
        self.data, self.size = data, size

    def sendall(self, data):
        self.data += data

    def recv(self, count):
        part, self.data = self.data[: min(count, self.size)], self.data[min(count, self.size) :]
        return part


def read(message, expected):
    data = protocol.pack(message, refuse)
    return protocol.unpack(data, refuse, [protocol.Handle], _known_class, expected)


def called(**more):
    plain = {each.name: None for each in dataclasses.fields(protocol.Called)}
    return protocol.Called(
        **plain | dict(changed=(), undrawn=(), warned=(), withheld=(), inside={}) | more
    )


def test_what_a_student_gives_to_a_callback_makes_the_grader_warn_of_nothing(recwarn):
    """A warning would show a line of the hidden tests, and a path of the instructor's machine."""
    link = Link(None)
    link.callbacks = [lambda x: np.log(x).sum() + np.mean(x[:0])]
    answer = link._call_back(protocol.CallBack(0, (np.array([-1.0]),), {}))
    assert np.isnan(answer.value) and not recwarn.list


def test_a_call_is_told_with_all_its_fields_but_that_it_was_lost():
    told = Call(
        value=np.ones(2),
        problem="raised",
        error="raised",
        unwritten=True,
        timed_out=True,
        lost=True,
        changed=("x",),
        writes="x += 1",
        undrawn=("rng",),
        borrowed="rnnlib.rnn_step",
        warned=("overflow",),
        inside={"z": 1.0},
        withheld=("rnnlib.rnn.rnn_step",),
        withheld_before=True,
    )
    others = [each.name for each in dataclasses.fields(Call) if each.name != "value"]
    assert all(getattr(told, name) for name in others)  # nothing is left as it is by itself
    names = [each.name for each in dataclasses.fields(protocol.Called)]
    message = protocol.Called(**{name: getattr(told, name) for name in names})
    heard = Call(**vars(read(message, [protocol.Called])))
    assert not heard.lost
    assert all(same(getattr(heard, name), getattr(told, name)) for name in names)


@pytest.mark.parametrize(
    "field, sent",
    [
        ("problem", 5),
        ("borrowed", ["torch"]),
        ("changed", "x"),
        ("warned", [1]),
        ("undrawn", None),
    ],
)
def test_a_message_with_a_field_of_another_type_is_refused(field, sent):
    with pytest.raises(wire.WireError):
        read(called(**{field: sent}), [protocol.Called])


def test_what_a_message_says_is_cut_to_size_and_steers_no_terminal():
    heard = read(
        called(problem="\x1b[2J" + "x" * 9999, warned=["w"] * 999, unwritten=1, inside=5),
        [protocol.Called],
    )
    assert heard.problem.startswith(" [2Jxx") and len(heard.problem) == WIRE_TEXT_CHARACTERS
    assert len(heard.warned) == WIRE_TEXTS
    assert heard.unwritten is False and heard.inside == {}


def test_a_message_that_was_not_expected_or_is_not_whole_is_refused():
    with pytest.raises(wire.WireError, match="something else than Found"):
        read(called(), [protocol.Found])
    for value in ({"message": "Found", "found": {}}, {"message": ["Found"]}, [], 5, {}):
        data = wire.pack(value, refuse)
        with pytest.raises(wire.WireError):
            protocol.unpack(data, refuse, [protocol.Handle], _known_class, [protocol.Found])


KEYS = (
    *("!", "message", "v", "names", "cls", "dtype", "shape", "bytes", "state", "id", "callable"),
    *("array", "scalar", "objects", "complex", "dict", "rng", "tuple", "named", "group", "Handle"),
    *("Called", "Found", "CallBack", "Unsendable", "Lost", "<f8", "|O", "<U9999", "__class__"),
    *("rnnlib.lstm.LSTMState", "rnnlib.rnn.RNNParams", "rnnlib.course.marks", "PCG64"),
)
numbers = st.sampled_from([-1, 0, 1, 2, 10**9, 2**63, 10**400, 1e308, float("nan"), True])
foreign = st.recursive(
    st.none() | numbers | st.text(max_size=3) | st.sampled_from(KEYS),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=8,
)


def damaged(plan, draw):
    """The same plan with something else in one place, deep or not, or without it."""
    if isinstance(plan, dict | list) and plan and draw(st.integers(0, 9)) > 1:
        places = list(plan) if isinstance(plan, dict) else range(len(plan))
        place = draw(st.sampled_from(places))
        copy = dict(plan) if isinstance(plan, dict) else list(plan)
        if draw(st.integers(0, 9)) == 0:
            del copy[place]
        else:
            copy[place] = damaged(copy[place], draw)
        return copy
    return draw(foreign)


@settings(max_examples=400)
@given(st.data())
def test_a_message_with_anything_in_its_places_is_read_or_refused(data):
    group = RNNParams(np.ones((2, 3)), np.ones((3, 3)), np.ones(3))
    value = [LSTMState(np.ones((2, 3)), np.zeros((2, 3))), group, {"a": (1, 2j)}, np.float32(1)]
    value += [np.random.default_rng(1), np.array([None]), object(), "text"]
    handle = protocol.Handle(0, callable=True, name="f", function=True)
    packed = protocol.pack(called(value=value, inside={"z": 1.0}, warned=("w",)), lambda _: handle)
    (length,) = struct.unpack_from(">I", packed)
    plan, buffers = json.loads(packed[4 : 4 + length]), packed[4 + length :]
    for _ in range(data.draw(st.integers(1, 3))):
        plan = damaged(plan, data.draw)
    expected = (protocol.Called, protocol.CallBack, protocol.Lost, protocol.Unsendable)
    try:
        heard = protocol.unpack(
            _packed(plan, buffers), Link(None)._resolve, (protocol.Handle,), _known_class, expected
        )
    except wire.WireError:
        return
    assert isinstance(heard, expected)


@settings(max_examples=200)
@given(st.binary(max_size=40), st.integers(1, 20), st.booleans())
def test_any_stream_is_frames_an_end_or_refused(data, size, whole):
    data = frames.HEADER.pack(len(data)) + data if whole else data
    reader, pipe = frames.FrameReader(Pipe(data, size=size)), Pipe(data, size=size)
    for receive in (reader.read, lambda: frames.receive(pipe)):
        try:
            while receive() is None:
                pass
        except (wire.WireError, EOFError):
            pass


def test_frames_arrive_in_pieces_and_have_an_end():
    pipe = Pipe()
    frames.send(pipe, b"x" * 100)
    sent = pipe.data
    assert frames.receive(pipe) == b"x" * 100
    with pytest.raises(EOFError):
        frames.receive(pipe)
    reader = frames.FrameReader(Pipe(sent))
    pieces = [reader.read() for _ in range(-(-len(sent) // 7))]
    assert pieces[-1] == b"x" * 100 and not any(pieces[:-1])
    with pytest.raises(wire.WireError, match="more than one"):
        frames.FrameReader(Pipe(sent + b"y", size=1000)).read()
    too_long = frames.HEADER.pack(WIRE_FRAME_BYTES + 1)
    for receive in (frames.receive, lambda pipe: frames.FrameReader(pipe).read()):
        with pytest.raises(wire.WireError, match="frame of"):
            receive(Pipe(too_long, size=8))
