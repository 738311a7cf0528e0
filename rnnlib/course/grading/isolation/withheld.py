"""In the student's kernel: functions of `rnnlib` that are not there while answers are marked.

`shown_library` puts a call of `withheld` in place of their bodies. When an exercise is marked that
lends them, `give_back` puts the right bodies in: the function stays the same object, so whoever
imported it before has it.
"""

from __future__ import annotations
import __future__

import importlib
import types

WORDS = "`{}` is not there while grading: write it yourself"


class NotWhileGrading(RuntimeError):
    """A function of the library was called that an answer must not use."""


class NotThereWhileGrading(ModuleNotFoundError):
    """A module was imported that is not there while answers are marked."""


_called: dict[str, None] = {}


def withheld(name: str) -> None:
    """Stand in place of a function's body, such as ``"rnnlib.rnn.rnn_step"``'s.

    Raises
    ------
    NotWhileGrading
        Always.
    """
    _called[name] = None
    raise NotWhileGrading(WORDS.format(name))


def note_call(name: str) -> None:
    """Note that a function was asked for, where that is no error."""
    _called[name] = None


def called() -> list[str]:
    """The functions that were called since this was asked last."""
    names = list(_called)
    _called.clear()
    return names


def give_back(sources: dict[str, dict[str, str]]) -> None:
    """Put the right bodies in.

    Parameters
    ----------
    sources : dict
        For each module, the text of each function, by its name or by ``Class.method``.
    """
    for name, functions in sources.items():
        module = importlib.import_module(name)
        for place, source in functions.items():
            _give_back(module, place, source)


def _give_back(module: types.ModuleType, place: str, source: str) -> None:
    owner, _, name = place.rpartition(".")
    holder = getattr(module, owner) if owner else module
    stub = _plain(vars(holder)[name])
    if "withheld" not in stub.__code__.co_names:
        return  # it has been there all the time
    flags = __future__.annotations.compiler_flag
    code = compile(source, module.__file__, "exec", flags=flags, dont_inherit=True)
    made: dict[str, object] = {}
    exec(code, vars(module), made)
    right = _plain(made[name])
    stub.__code__ = right.__code__
    stub.__doc__ = right.__doc__


def _plain(function: object) -> types.FunctionType:
    """The function inside what decorators made of it."""
    while not isinstance(function, types.FunctionType):
        function = getattr(function, "__func__", None) or function.__wrapped__
    return function
