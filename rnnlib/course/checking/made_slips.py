"""Slips that nobody wrote down: right versions with one change, made by a program.

A minus for a plus, a factor left out, the wrong axis, an index off by one, a loop that ends too
early, `h0` for `h`: one such change is made at a time in the right versions of an exercise, and
what comes of it is compared with the student's numbers, as that of the known mistakes is. The
sentence says what was changed. Some are true of the numbers, however they came about: a term that
the notebook names is not added, one argument stands for another. The others are about a place in
a program, and are said only if the student's program has it: `Slip.told`.
"""

from __future__ import annotations

import ast
import linecache
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

import numpy as np

from rnnlib.course.checking.experiments import events_of
from rnnlib.course.checking.memory import Memory
from rnnlib.course.checking.slip_changes import OfNumbers, Words, changes
from rnnlib.course.checking.slip_places import Place, plain, said_of
from rnnlib.course.exercises import Case, Exercise, Version

MOST = 140
"""How many changes are tried: each takes about a millisecond."""

EVENTS = 45_000
"""How many calls all of them together may make."""


@dataclass(frozen=True)
class Slip(Version):
    """A right version with one change; the place is None where the sentence is of the numbers."""

    place: Place | None = None

    def told(self, program: ast.AST | None) -> Version | None:
        """The slip with the sentence to say of a student's program; None where nothing is said."""
        if self.place is None:
            return self
        clause = program and said_of(self.text.rstrip("."), self.place, program)
        return Version(self.name, clause + ".", self.function) if clause else None


DANGEROUS = ("lstsq", "svd", "pinv", "solve", "inv(", "while ", "torch", "import ")
"""What may not end, or writes to stderr where a number is not finite."""

_made = Memory()


def made_slips(exercise: Exercise, case: Case) -> list[Slip]:
    """Right versions with one change each, as mistakes with a sentence.

    Parameters
    ----------
    exercise : Exercise
    case : Case
        One case: by the time that it takes fewer slips may be made.
    """
    return _made.of(exercise, 0, lambda: _all_slips(exercise, case))


def _all_slips(exercise: Exercise, case: Case) -> list[Slip]:
    values = [*case.args, *case.options.values()]
    if "torch" in exercise.borrow or any(isinstance(v, np.random.Generator) for v in values):
        return []
    versions = exercise.variants[:1]
    versions += [v for v in [exercise.own, *exercise.variants] if v and v not in versions]
    found: list[Slip] = []
    said, left = Words(exercise, case), EVENTS
    for version in versions:
        source = version.source(exercise.name)
        if any(word in source for word in DANGEROUS):
            continue
        events = events_of(exercise, case, version.function)
        for clause, function, place in _changed(exercise, version, source, said):
            left -= events
            if len(found) >= MOST or left < 0:
                return found
            found.append(Slip(f"slip:{len(found)}", clause + ".", function, place))
    return found


def _changed(exercise: Exercise, version: Version, source: str, said: Words) -> Iterator[tuple]:
    """Each change as a clause, the function with it, and the place that it is about."""
    tree = ast.parse(source)
    filename = f"<slips in {exercise.name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    for parent in list(ast.walk(tree)):
        for name, value in ast.iter_fields(parent):
            places = enumerate(value) if isinstance(value, list) else [(None, value)]
            for place, node in list(places):
                if not isinstance(node, ast.AST):
                    continue
                known = frozenset(said.known)
                for clause, new in changes(node, parent, name, said, source):
                    of_numbers = isinstance(clause, OfNumbers)
                    new = ast.fix_missing_locations(ast.copy_location(new, node))
                    around = None if of_numbers else plain(parent, known)
                    _put(parent, name, place, new)
                    about = None
                    if not of_numbers:
                        one = (plain(each, known) for each in (node, new))
                        about = Place(*one, around, plain(parent, known), known)
                    try:
                        names = dict(version.function.__globals__)
                        exec(_compiled(tree, filename), names)
                        yield clause, names[exercise.name], about
                    except (SyntaxError, ValueError, TypeError):
                        continue
                    finally:
                        _put(parent, name, place, node)


def _compiled(tree: ast.AST, filename: str) -> CodeType:
    """A changed version as code; one that Python warns of, `1[0]`, is an error as any other."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", SyntaxWarning)
        return compile(tree, filename, "exec")


def _put(parent: ast.AST, name: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[place] = node
