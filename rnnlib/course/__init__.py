"""The course around the library: what notebooks call, and the map of the rest.

==============  =================================================================================
`exercises`     what students write: references, inputs, known mistakes, right variants
`checking`      tries an answer, compares it, says what is wrong and gives marks
`history`       how far a student is, by a log of their own, if they keep one
`authoring`     from a unit's source to its notebooks
`grading`       a class: from what was handed in to marks, feedback, report and export
`site`          the course as a web site
`stored`        runs that take too long for a lesson, by ``rnnlib train``
`bench`         how fast the library is, the checks are, and a class is graded
`rebinding`     a function in which other names mean other functions
`cli`           the command ``rnnlib``; `extras` says what must be installed for each part of it
`console`       the terminal that commands print to
==============  =================================================================================

Nothing outside of this package imports it.
"""

from rnnlib.course.checking import check, check_answer, grade, grade_answer, working
from rnnlib.course.history.shown import hand_in_progress, keep_progress, my_progress
from rnnlib.course.threads import one_blas_thread

one_blas_thread()

__all__ = [
    "check",
    "check_answer",
    "grade",
    "grade_answer",
    "hand_in_progress",
    "keep_progress",
    "my_progress",
    "working",
]
