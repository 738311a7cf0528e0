"""Values as bytes that carry no code.

A packed value is a line of JSON followed by the arrays' raw numbers. What is read from the
student's side can become numbers, strings, arrays, lists, tuples, dicts and groups of arrays, and
nothing else: no pickle, no class that the reader does not have, no method of the sender's.
"""

from __future__ import annotations

import json
import re
import struct
from collections import namedtuple
from collections.abc import Callable
from dataclasses import fields, make_dataclass
from functools import lru_cache
from math import prod

import numpy as np

from rnnlib.course.grading.limits import (
    WIRE_CLASSES,
    WIRE_DICT_ENTRIES,
    WIRE_FIELDS,
    WIRE_FRAME_BYTES,
    WIRE_NESTING,
    WIRE_OBJECTS,
    WIRE_PLAN_BYTES,
)
from rnnlib.params import Params

NUMBERS = "biufcSU"
"""NumPy's kinds of entries that travel as raw bytes: numbers, and texts of a fixed length."""

DTYPE = re.compile(r"[<>|=]?(?:b1|[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32)|[SU]\d{1,4})")
"""Such entries as a dtype is written; sizes are cut, as NumPy would try any."""

NAME = re.compile(r"[A-Za-z]\w{0,60}")
"""A field of a group or named tuple: none that begins with an underscore."""

LENGTH = struct.Struct(">I")
"""How long the JSON is, in front of it."""


class WireError(ValueError):
    """A value that cannot be sent, or bytes that do not hold a value."""


def pack(value: object, refer: Callable[[object], dict]) -> bytes:
    """A value as bytes.

    Parameters
    ----------
    value : object
    refer : callable
        What stands for an object that is no data, such as a function; a dict with the key ``"!"``.

    Raises
    ------
    WireError
        When it is too large or too deep.
    """
    buffers: list[bytes] = []

    def item(value, depth=0):
        if depth > WIRE_NESTING:
            raise WireError("it is nested too deeply")
        if value is None or (isinstance(value, bool | str) and type(value) in (bool, str)):
            return value
        if isinstance(value, np.ndarray):
            array = np.asarray(value)
            if array.dtype.kind not in NUMBERS:
                return {"!": "objects", "shape": list(array.shape)}
            return {"!": "array", "shape": list(array.shape), **raw(array)}
        if isinstance(value, np.generic):
            array = np.asarray(value)
            return {"!": "scalar", **raw(array)} if array.dtype.kind in NUMBERS else refer(value)
        if isinstance(value, int):
            # What no float can hold is all the same; a huge number must not fill the memory.
            return int(value) if value.bit_length() < 2000 else (1 if value > 0 else -1) << 2000
        if isinstance(value, float):
            return float(value)
        if isinstance(value, complex):
            return {"!": "complex", "v": [value.real, value.imag]}
        if isinstance(value, Params):
            names = [field.name for field in fields(value)]
            parts = [item(getattr(value, name), depth + 1) for name in names]
            return {"!": "group", "cls": _class(value), "names": names, "v": parts}
        if isinstance(value, tuple) and hasattr(value, "_fields"):
            parts = [item(part, depth + 1) for part in value]
            return {"!": "named", "cls": _class(value), "names": list(value._fields), "v": parts}
        if isinstance(value, list):
            return [item(part, depth + 1) for part in value]
        if isinstance(value, tuple):
            return {"!": "tuple", "v": [item(part, depth + 1) for part in value]}
        if isinstance(value, dict):
            pairs = [[item(k, depth + 1), item(v, depth + 1)] for k, v in value.items()]
            return {"!": "dict", "v": pairs}
        if isinstance(value, np.random.Generator) and isinstance(
            value.bit_generator, np.random.PCG64
        ):
            return {"!": "rng", "state": value.bit_generator.state}
        return refer(value)

    def raw(array):
        buffers.append(np.ascontiguousarray(array).tobytes())
        return {"dtype": array.dtype.str, "bytes": len(buffers[-1])}

    text = json.dumps(item(value)).encode()
    if len(text) > WIRE_PLAN_BYTES:
        raise WireError(f"it holds more than {WIRE_PLAN_BYTES:,} bytes beside its arrays")
    packed = LENGTH.pack(len(text)) + text + b"".join(buffers)
    if len(packed) > WIRE_FRAME_BYTES:
        raise WireError(f"it has {len(packed):,} bytes; {WIRE_FRAME_BYTES:,} are the limit")
    return packed


def unpack(data: bytes, resolve: Callable[[dict], object], known: Callable[[str], type | None]):
    """The value in some bytes, whoever they come from.

    Parameters
    ----------
    data : bytes
    resolve : callable
        What a reference (a dict with the key ``"!"``) means here.
    known : callable
        The class of a group or named tuple, by its full name, or None: a class made up on the spot
        takes its place, with fields of the same names.

    Raises
    ------
    WireError
        When the bytes are not what `pack` makes.
    """
    try:
        (length,) = LENGTH.unpack_from(data)
        if length > WIRE_PLAN_BYTES:
            raise WireError(f"it holds more than {WIRE_PLAN_BYTES:,} bytes beside its arrays")
        plan = json.loads(data[LENGTH.size : LENGTH.size + length])
        return _Reader(memoryview(data)[LENGTH.size + length :], resolve, known).item(plan)
    except WireError:
        raise
    except Exception as error:  # whatever hostile bytes may do to json and NumPy
        raise WireError(f"not a packed value: {type(error).__name__}") from error


class _Reader:
    def __init__(self, buffers: memoryview, resolve, known):
        self.buffers, self.place = buffers, 0
        self.objects, self.made_up = 0, set()
        self.resolve, self.known = resolve, known

    def item(self, plan, depth=0):
        if depth > WIRE_NESTING:
            raise WireError("it is nested too deeply")
        if isinstance(plan, list):
            return [self.item(part, depth + 1) for part in plan]
        if not isinstance(plan, dict):
            return plan
        kind = plan["!"]
        if kind == "array":
            return self.numbers(plan).reshape(_shape(plan)).copy()
        if kind == "scalar":
            (number,) = self.numbers(plan)
            return number
        if kind == "objects":
            shape = _shape(plan)
            self.objects += prod(shape)
            if self.objects > WIRE_OBJECTS:
                raise WireError("too many objects")
            return np.empty(shape, object)
        if kind == "complex":
            return complex(*map(float, plan["v"]))
        if kind == "dict":
            if len(plan["v"]) > WIRE_DICT_ENTRIES:
                raise WireError(f"a dict with more than {WIRE_DICT_ENTRIES:,} entries")
            return {self.item(k, depth + 1): self.item(v, depth + 1) for k, v in plan["v"]}
        if kind == "rng":
            return _generator(plan["state"])
        if kind in ("tuple", "named", "group"):
            parts = [self.item(part, depth + 1) for part in plan["v"]]
            return tuple(parts) if kind == "tuple" else self.fielded(kind, plan, parts)
        return self.resolve(plan)

    def numbers(self, plan) -> np.ndarray:
        if not DTYPE.fullmatch(plan["dtype"]):
            raise WireError("an array of something else than numbers or texts")
        beginning, self.place = self.place, self.place + int(plan["bytes"])
        if not beginning <= self.place <= len(self.buffers):
            raise WireError("an array that is cut short")
        return np.frombuffer(self.buffers[beginning : self.place], np.dtype(plan["dtype"]))

    def fielded(self, kind, plan, parts):
        names = tuple(plan["names"])
        if len(names) != len(parts) or len(names) > WIRE_FIELDS or len(set(names)) != len(names):
            raise WireError("fields without names")
        if not all(isinstance(name, str) and NAME.fullmatch(name) for name in names):
            raise WireError("fields with names that Python does not allow here")
        cls = self.known(str(plan["cls"]))
        if cls is None or _names(cls) != names:
            self.made_up.add(names)
            if len(self.made_up) > WIRE_CLASSES:
                raise WireError("too many kinds of groups")
            cls = _made_up(kind, str(plan["cls"]).rpartition(".")[2], names)
        if kind == "named":
            return cls(*parts)
        group = object.__new__(cls)  # as it was sent; checking its shapes is not our task here
        for name, part in zip(names, parts):
            object.__setattr__(group, name, part)
        return group


def _shape(plan) -> tuple[int, ...]:
    shape = tuple(plan["shape"])
    if not all(type(size) is int and size >= 0 for size in shape):
        raise WireError("a shape that is not made of sizes")
    return shape


def _generator(state) -> np.random.Generator:
    generator = np.random.Generator(np.random.PCG64(0))
    generator.bit_generator.state = state
    return generator


def _class(value) -> str:
    return f"{type(value).__module__}.{type(value).__qualname__}"


def _names(cls) -> tuple[str, ...]:
    if hasattr(cls, "_fields"):
        return tuple(cls._fields)
    return tuple(field.name for field in fields(cls))


@lru_cache(maxsize=1000)
def _made_up(kind: str, name: str, names: tuple[str, ...]) -> type:
    name = name if NAME.fullmatch(name) else "Group"
    if kind == "named":
        return namedtuple(name, names, rename=True)
    return make_dataclass(name, names, bases=(Params,), frozen=True, eq=False, repr=False)
