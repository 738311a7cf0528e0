"""Mutants on an exercise's check: rejected or not, and whether the mistake got its name."""

from __future__ import annotations

import hashlib
import itertools
import linecache
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from rnnlib.course.checking.diagnosis import right_functions
from rnnlib.course.checking.marking import Report, mark
from rnnlib.course.exercises import Exercise, Version
from rnnlib.course.mutation.operators import Mutant, mutants

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Outcome:
    """What a check said of a mutant.

    `verdict` is "survived" (everything is right), "named" (known mistakes explain all that is
    wrong), "partly named", or "unnamed".
    """

    exercise: str
    version: str
    mutant: Mutant
    verdict: str
    sentences: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A short name that stays the same as long as the mutant's text does."""
        return hashlib.sha256(f"{self.exercise}\n{self.mutant.source}".encode()).hexdigest()[:12]


def right_versions(exercise: Exercise) -> list[Version]:
    """The versions to mutate: the first one, as it is taught, and the one that is built on others.

    The rest are there because they look different; what can go wrong in them goes wrong here too.
    """
    first = exercise.variants[:1]
    return first + ([exercise.own] if exercise.own and exercise.own not in first else [])


def as_function(exercise: Exercise, version: Version, source: str) -> Callable | None:
    """The function that a source defines in a notebook in which all earlier ones are right.

    None where the cell itself raises.
    """
    filename = f"<mutant {next(_numbers)}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    names = {**version.function.__globals__, **right_functions(exercise)}
    try:
        exec(compile(source, filename, "exec"), names)
    except Exception:
        return None
    return names[exercise.name]


def try_exercise(
    exercise: Exercise, *, sample: int | None = None, seed: int = 1, rng_seed: int = 0
) -> Iterator[Outcome]:
    """Try the mutants of all right versions of an exercise, or as many as are asked for.

    Parameters
    ----------
    exercise : Exercise
    sample : int, optional
        How many to draw, from those of as many versions.
    seed : int
        Of the inputs that the check draws.
    rng_seed : int
        Of the sample.
    """
    rng = np.random.default_rng(rng_seed)

    def some(all_of_them: list) -> list:
        if sample is None or sample >= len(all_of_them):
            return all_of_them
        return [all_of_them[k] for k in sorted(rng.choice(len(all_of_them), sample, replace=False))]

    found, seen = [], set()
    for version in some(list(right_versions(exercise))):
        for mutant in mutants(version.source(exercise.name), some):
            if mutant.source not in seen:
                seen.add(mutant.source)
                found.append((version, mutant))
    found = some(found)
    for version, mutant in found:
        function = as_function(exercise, version, mutant.source)
        if function is None:
            continue
        report = mark(exercise, function, seed)
        sentences = tuple(text for _, text in report.diagnosis)
        yield Outcome(exercise.name, version.name, mutant, _verdict(report), sentences)


def survivors(exercise: Exercise, **options) -> list[Outcome]:
    """The mutants that a check takes for right."""
    return [o for o in try_exercise(exercise, **options) if o.verdict == "survived"]


def _verdict(report: Report) -> str:
    if report.passed:
        return "survived"
    if report.diagnosis:
        return "named" if report.complete else "partly named"
    return "unnamed"
