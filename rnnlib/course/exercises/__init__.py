"""The exercises of every unit, found by the name of the function that students write.

===================  =====================================================================
`exercise`           what an exercise is: `Exercise` and `Case`
`versions`           known wrong and right versions of its function, and slips
`drawing`            random inputs
``u05_lstm``, ...    the units' exercises, one module each; shared inputs in ``inputs``
``sealed``           the questions' answers, sealed; made by ``rnnlib build``
===================  =====================================================================
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib import import_module
from pkgutil import iter_modules

from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise, Unusable
from rnnlib.course.exercises.versions import Version
from rnnlib.course.rebinding import rebind

UNITS = tuple(
    name[1:] for name in sorted(m.name for m in iter_modules(__path__)) if re.match(r"u\d\d_", name)
)
"""Every unit that declares exercises, in order: the packages here, without the ``u`` in front."""

__all__ = [
    "PLAIN",
    "UNITS",
    "Case",
    "Exercise",
    "Unusable",
    "Version",
    "all_exercises",
    "exercise_called",
    "rebind",
    "unit_exercises",
    "unit_with",
]


def unit_exercises(unit: str) -> dict[str, Exercise]:
    """The exercises of one unit by name, in the order of the notebook."""
    if unit not in UNITS:
        raise KeyError(f"no exercises are declared for {unit!r}; there are {', '.join(UNITS)}")
    module = import_module(f"{__name__}.u{unit}")
    return {exercise.name: exercise for exercise in getattr(module, "EXERCISES", ())}


@lru_cache(maxsize=1024)
def exercise_called(name: str) -> Exercise | None:
    """The exercise of this name, if there is one; of the others only its unit's are loaded."""
    unit = unit_with(name)
    return unit_exercises(unit)[name] if unit else None


@lru_cache(maxsize=1024)
def unit_with(name: str) -> str | None:
    """The unit that an exercise belongs to; None where there is no such exercise."""
    units = (unit for unit, modules in _modules().items() if name in modules)
    return next((unit for unit in units if name in unit_exercises(unit)), None)


@cache
def _modules() -> dict[str, frozenset[str]]:
    """The modules of every unit: each exercise lies in the one that is called like it."""
    folders = {unit: [f"{path}/u{unit}" for path in __path__] for unit in UNITS}
    return {u: frozenset(m.name for m in iter_modules(f)) for u, f in folders.items()}


@cache
def all_exercises() -> dict[str, Exercise]:
    """The exercises of all units by name; a name is used once in the whole course."""
    found: dict[str, Exercise] = {}
    for unit in UNITS:
        for name, exercise in unit_exercises(unit).items():
            if name in found:
                raise ValueError(f"two exercises are called {name!r}; the second is in {unit}")
            found[name] = exercise
    return found
