"""From a unit's source to its executed notebook and to what students get.

``solutions/05_lstm.py`` → ``solutions/05_lstm/05_lstm.ipynb`` → ``course/05_lstm/05_lstm.ipynb``
"""

from .build import build_unit, release_unit
from .rules import UnitError
from .units import Unit, course_root, find_units
from .verify import verify_unit

__all__ = [
    "Unit",
    "UnitError",
    "build_unit",
    "course_root",
    "find_units",
    "release_unit",
    "verify_unit",
]
