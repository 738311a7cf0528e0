"""The exercises of every unit, found by the name of the function that students write."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from .exercise import PLAIN, Case, Exercise, Unusable, Version, rebind

UNITS = {
    "01_hidden_state": "hidden_state",
    "02_bptt": "bptt",
    "03_training": "training",
    "04_vanishing": "vanishing",
    "05_lstm": "lstm",
    "06_gru": "gru",
    "07_deep": "deep",
    "08_forecasting": "forecasting",
    "09_text": "text",
    "10_attention": "attention",
    "12_music": "music",
}
"""Each unit's name and the module here that declares its exercises."""

__all__ = [
    "PLAIN",
    "UNITS",
    "Case",
    "Exercise",
    "Unusable",
    "Version",
    "all_exercises",
    "rebind",
    "unit_exercises",
]


def unit_exercises(unit: str) -> dict[str, Exercise]:
    """The exercises of one unit by name, in the order of the notebook."""
    module = import_module(f".{UNITS[unit]}", __name__)
    return {exercise.name: exercise for exercise in module.EXERCISES}


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
