"""From a unit's source to its executed notebook and to what students get.

``solutions/05_lstm.py`` → ``solutions/05_lstm/05_lstm.ipynb`` → ``course/05_lstm/05_lstm.ipynb``

=============  ====================================================================
`units`        where a unit's files lie
`source`       reads a unit's source: jupytext's percent format and a few words more
`effort`       what a unit asks of a student: words, functions, lines, minutes
`overview`     the table of all units
`rules`        what must be true of a unit
`questions`    seals the answers to its questions
`build`        runs the notebook, checks it, writes it and releases it
`nbgrader`     nbgrader's release step
`verify`       source, notebook and release agree, and the release runs
`hand_out`     what students get, as files: a wheel, and a ZIP archive a unit
`fingerprint`  tells a release that somebody has worked in
=============  ====================================================================
"""

from rnnlib.course.authoring.build import build_unit, release_unit
from rnnlib.course.authoring.effort import effort
from rnnlib.course.authoring.rules import UnitError
from rnnlib.course.authoring.source import read_source
from rnnlib.course.authoring.units import Unit, course_root, find_units
from rnnlib.course.authoring.verify import verify_unit

__all__ = [
    "Unit",
    "UnitError",
    "build_unit",
    "course_root",
    "effort",
    "find_units",
    "read_source",
    "release_unit",
    "verify_unit",
]
