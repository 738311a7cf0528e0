"""Penalties for late work, brought up to the due dates and marks that the gradebook has now.

nbgrader works a penalty out when a submission is graded. After that a due date is moved, somebody
gets an extension or a mark by hand: the penalty would stay what it was.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.standing import is_there, submissions_in

_SILENT = logging.getLogger(f"{__name__}.silent")
_SILENT.addHandler(logging.NullHandler())
_SILENT.propagate = False


@dataclass(frozen=True)
class Moved:
    """A penalty that has changed: whose, what it was, what it is."""

    student: str
    before: float
    now: float


def update_penalties(
    assignment: Assignment, *, before_change: Callable[[], object] | None = None
) -> list[Moved]:
    """Work out the penalties of a unit anew, with the rule of ``nbgrader_config.py``.

    Parameters
    ----------
    assignment : Assignment
    before_change : callable, optional
        Called before anything is changed, if anything is.

    Returns
    -------
    list of Moved
        Whose penalty has changed, by student.
    """
    from nbgrader.api import Gradebook
    from nbgrader.preprocessors import AssignLatePenalties

    if not is_there(assignment.gradebook):
        return []
    rule = AssignLatePenalties(config=assignment.config(), log=_SILENT)
    rule.init_plugin()
    moved, changes = [], []
    with Gradebook(assignment.gradebook) as gradebook:
        for submission in submissions_in(gradebook, assignment.unit):
            for notebook in submission.notebooks:
                before, now = notebook.late_submission_penalty, _penalty(rule, submission, notebook)
                if (before or 0.0) != (now or 0.0):
                    changes.append((notebook, now))
                    moved.append(Moved(submission.student_id, before or 0.0, now or 0.0))
        if moved and before_change is not None:
            before_change()
        for notebook, now in changes:
            notebook.late_submission_penalty = now
        if moved:
            gradebook.db.commit()
    return sorted(moved, key=lambda one: one.student)


def _penalty(rule, submission, notebook) -> float | None:
    """As nbgrader's own preprocessor does it."""
    late = submission.total_seconds_late
    if late <= 0:
        return None
    penalty = rule.plugin_inst.late_submission_penalty(submission.student_id, notebook.score, late)
    return None if penalty is None else rule._check_late_penalty(notebook, penalty)
