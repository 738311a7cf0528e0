"""From a unit's source to its executed notebook and to what students get.

``solutions/05_lstm.py`` → ``solutions/05_lstm/05_lstm.ipynb`` → ``course/05_lstm/05_lstm.ipynb``
"""

from rnnlib.course.authoring.build import build_unit, release_unit
from rnnlib.course.authoring.rules import UnitError
from rnnlib.course.authoring.units import Unit, course_root, find_units
from rnnlib.course.authoring.verify import verify_unit

__all__ = [
    "Unit",
    "UnitError",
    "build_unit",
    "course_root",
    "find_units",
    "release_unit",
    "verify_unit",
]
