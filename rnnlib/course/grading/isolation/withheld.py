"""In the student's kernel: functions of `rnnlib` that are not there while answers are marked.

`shown_library` puts a call of `withheld` in place of their bodies. When an exercise is marked that
lends them, `give_back` puts the right bodies in: the function stays the same object, so whoever
imported it before has it.

In a cell, a statement that calls such a function is left out, and the cell goes on: an experiment
below an answer must not cost the answer.
"""

from __future__ import annotations
import __future__

import ast
import importlib
import linecache
import types
from collections.abc import Iterator

NOT_THERE = "is not there while grading: write it yourself"
WORDS = f"`{{}}` {NOT_THERE}"


class NotWhileGrading(RuntimeError):
    """A function of the library was called that an answer must not use."""


class NotThereWhileGrading(ModuleNotFoundError):
    """A module was imported that is not there while answers are marked."""


REFUSALS = (NotWhileGrading, NotThereWhileGrading)


LEFT_OUT = "{}. Left out: line {} of this cell."

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


def is_withheld(function: object) -> bool:
    """Whether a function has no body of its own: `withheld` stands in its place."""
    return "withheld" in getattr(getattr(function, "__code__", None), "co_names", ())


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


def leave_out_statements(ipython) -> None:
    """From now on, a cell goes on after a statement that calls what is not there."""
    ipython.set_custom_exc(REFUSALS, _go_on)
    ipython.events.register("post_run_cell", _count_as_done)


def _go_on(ipython, kind, error, trace, tb_offset=None) -> None:
    """Run the rest of a cell."""
    left = _rest_of_cell(ipython, trace)
    print(LEFT_OUT.format(error, next(left)))
    for statement, code in left:
        try:
            exec(code, ipython.user_ns)
        except (*REFUSALS, NameError) as again:  # what was left out may have made the name
            print(LEFT_OUT.format(again, statement.lineno))
        except Exception:
            ipython.showtraceback()
        except BaseException:
            ipython.showtraceback()
            return


def _rest_of_cell(ipython, trace: types.TracebackType | None) -> Iterator:
    """The line of the statement that failed; then each one after it, and its code."""
    while trace is not None and trace.tb_frame.f_globals is not ipython.user_ns:
        trace = trace.tb_next
    if trace is None:
        yield 1
        return
    name = trace.tb_frame.f_code.co_filename
    body = ast.parse("".join(linecache.getlines(name))).body
    at = max(k for k, node in enumerate(body) if node.lineno <= trace.tb_lineno)
    yield body[at].lineno
    for node in body[at + 1 :]:
        yield node, compile(ast.Module([node], []), name, "exec", dont_inherit=True)


def _count_as_done(result) -> None:
    """What follows need not know of it: the rest of the cell was run."""
    if isinstance(result.error_in_exec, REFUSALS):
        result.error_in_exec = None


def _give_back(module: types.ModuleType, place: str, source: str) -> None:
    owner, _, name = place.rpartition(".")
    holder = getattr(module, owner) if owner else module
    stub = _plain(vars(holder)[name])
    if not is_withheld(stub):
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
