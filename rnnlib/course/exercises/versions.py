"""The known versions of an exercise: functions with a sentence about them, and their source.

A version is usually written out in full, as a student's whole cell. Where the body is long and the
mistake is one slip in it, `slipped` makes the mistake from a version that is written out already.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Version:
    """A mistake or a variant: its name, the sentence about it and the function."""

    name: str
    text: str
    function: Callable

    @classmethod
    def of(cls, exercise: str, function: Callable) -> Version:
        """The version that a function with a docstring is.

        Raises
        ------
        ValueError
            When there is no docstring.
        """
        text = inspect.cleandoc(function.__doc__ or "").replace("\n", " ")
        if not text:
            raise ValueError(f"{exercise}: {function.__name__} needs a docstring that says why")
        return cls(function.__name__, text, function)

    def source(self, name: str) -> str:
        """The function's source as a student's cell that defines `name`, without the docstring."""
        return _source(self.function).replace(f"def {self.name}(", f"def {name}(", 1)

    def body(self) -> str:
        """The function's source below its signature and its docstring, as it is indented there."""
        source = _source(self.function)
        first = ast.parse(source).body[0].body[0]
        return "\n".join(source.splitlines()[first.lineno - 1 :])


@cache
def _source(function: Callable) -> str:
    """A function's source without decorators and docstring."""
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    lines = source.splitlines()[definition.lineno - 1 :]
    docstring = definition.body[0]
    first, last = (line - definition.lineno for line in (docstring.lineno, docstring.end_lineno))
    lines[first : last + 1] = []
    return "\n".join(lines).rstrip() + "\n"


def slipped(
    exercise: str, version: Version, name: str, old: str, new: str, sentence: str
) -> Version:
    """A version like another one, but with one place in its source replaced.

    Parameters
    ----------
    exercise : str
        The name that the function has in a student's cell.
    version : Version
        What is changed.
    name : str
        What the new version is called.
    old, new : str
        A piece of ``version.source(exercise)``, which must occur in it exactly once, and what
        stands there instead.
    sentence : str
        The new version's docstring.

    Raises
    ------
    ValueError
        When `old` does not occur exactly once, or the new source cannot be compiled.
    """
    source = version.source(exercise)
    where = f"{exercise}: the slip {name!r}"
    if source.count(old) != 1:
        times = source.count(old)
        raise ValueError(f"{where}: {old!r} must occur once in {version.name}, not {times} times")
    source = source.replace(old, new)
    try:
        definition = ast.parse(source).body[0]
    except SyntaxError as error:
        raise ValueError(f"{where} cannot be compiled: {error}") from error
    # Written like the other versions: under its own name, with the sentence as docstring.
    lines = source.replace(f"def {exercise}(", f"def {name}(", 1).splitlines(keepends=True)
    lines.insert(definition.body[0].lineno - 1, f"    {sentence!r}\n")
    filename = f"<slip {name} in {exercise}>"
    code = compile("".join(lines), filename, "exec", dont_inherit=True)
    # `inspect` and tracebacks look up the source of a file that does not exist in this cache.
    linecache.cache[filename] = (len("".join(lines)), None, lines, filename)
    made: dict[str, Callable] = {}
    exec(code, version.function.__globals__, made)
    return Version.of(exercise, made[name])
