"""Mutants of right answers: what the checks do with mistakes that nobody wrote down.

A bank of mistakes holds what somebody thought of. A *mutant* is a right version with one small
change that a program made: an operator, an index, an axis, an argument. Each must be rejected, or
stand in the list of those that do the same as the original, with the reason.

=============  ====================================================================
`operators`    the changes, over the syntax tree of a right version
`trial`        tries mutants on an exercise's check, and adds up what came of them
`survey`       ``rnnlib mutants``: all of them, and what survived
=============  ====================================================================

The idea: DeMillo, Lipton and Sayward, "Hints on test data selection", IEEE Computer 11(4), 1978.
"""

from rnnlib.course.mutation.operators import Mutant, mutants
from rnnlib.course.mutation.trial import Outcome, right_versions, survivors, try_exercise

__all__ = ["Mutant", "Outcome", "mutants", "right_versions", "survivors", "try_exercise"]
