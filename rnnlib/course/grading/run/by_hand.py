"""Marks that a person gave: they survive a regrade, and say so where the outcome has changed.

nbgrader asks for every mark by hand again after a regrade, and its flag for that looks like "not
marked yet". Here the flag is raised only where the grader now gives another mark, or the cell is
worth another number of points, and the mark by hand counts all the same until somebody decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.marked_cell import exercise_of
from rnnlib.course.grading.run.tasks import Outcome
from rnnlib.course.grading.standing import Standing, is_there, submissions_in

Marks = dict[str, tuple[float | None, bool]]
"""By the id of a grade: the grader's mark, and whether a person has to look."""


def marks_by_hand(grades: Iterable) -> Marks:
    """What stands under each mark by hand, before a submission is graded again."""
    return {g.id: (g.auto_score, g.needs_manual_grade) for g in grades if _by_hand(g)}


def keep_by_hand(grades: Iterable, before: Marks, points: Mapping[str, float]) -> None:
    """After a submission was graded again: raise the flag where a mark by hand stands on something
    else now, and leave it as it was elsewhere.

    Parameters
    ----------
    grades : iterable
        nbgrader's grades of one submission, which are changed.
    before : dict
        From `marks_by_hand`.
    points : mapping
        What each cell was worth when it was graded last, by name.
    """
    for grade in grades:
        if grade.id not in before:
            continue
        auto, was_open = before[grade.id]
        worth = points.get(grade.name, grade.max_score)
        changed = auto != grade.auto_score or worth != grade.max_score
        grade.needs_manual_grade = changed or was_open


def marks_of_others(grades: Iterable, exercises: Collection[str]) -> Marks:
    """What the exercises have that shall stay as they are, where they were graded before."""
    return {
        grade.id: (grade.auto_score, grade.needs_manual_grade)
        for grade in grades
        if grade.auto_score is not None and exercise_of(grade.name) not in exercises
    }


def keep_others(grades: Iterable, before: Marks) -> None:
    """Put these marks back."""
    for grade in grades:
        if grade.id in before:
            grade.auto_score, grade.needs_manual_grade = before[grade.id]


def points_of(record: dict | None) -> dict[str, float]:
    """What each cell was worth when a submission was graded last, by its record."""
    marks = (record or {}).get("marks")
    return {mark["cell"]: mark["points"] for mark in marks or () if "cell" in mark}


def confirm(assignment: Assignment, students: Iterable[str] = ()) -> list[tuple[str, str]]:
    """Let the marks by hand stand as they are, also where the outcome has changed under them.

    Parameters
    ----------
    assignment : Assignment
    students : iterable of str, optional
        Whose; everybody's otherwise.

    Returns
    -------
    list of (str, str)
        Student and marked cell of each that was open.
    """
    from nbgrader.api import Gradebook

    if not is_there(assignment.gradebook):
        return []
    wanted, confirmed = set(students), []
    with Gradebook(assignment.gradebook) as gradebook:
        for submission in submissions_in(gradebook, assignment.unit):
            if wanted and submission.student_id not in wanted:
                continue
            for notebook in submission.notebooks:
                for grade in notebook.grades:
                    if _by_hand(grade) and grade.needs_manual_grade:
                        grade.needs_manual_grade = False
                        confirmed.append((submission.student_id, grade.name))
        gradebook.db.commit()
    return sorted(confirmed)


def changed_under(standing: Standing) -> list[str]:
    """Sentences about marks by hand whose exercise has come out differently since."""
    return [
        f"{standing.student}, {grade.exercise}: {grade.manual:g} of {grade.points:g} by hand; the "
        f"grader's mark is now {'none' if grade.auto is None else f'{grade.auto:g}'}"
        for grade in standing.to_confirm
    ]


def would_move(
    outcome: Outcome, standing: Standing | None, exercises: Collection[str] = ()
) -> list[str]:
    """Sentences about marks that another run would change; those by hand stay.

    Parameters
    ----------
    outcome : Outcome
    standing : Standing or None
        What the gradebook has now.
    exercises : collection of str
        Whose marks alone; those of all otherwise.
    """
    name = outcome.student
    if outcome.again:
        return []
    if standing is None:
        found = sum(score or 0 for score in outcome.marks.values())
        return [f"{name}: new, {outcome.problem or f'{found:g} points'}"]
    if outcome.problem and all(grade.auto is None for grade in standing.grades):
        return []  # it could not be read before, either
    if outcome.problem:
        return [f"{name}: no marks but those by hand any more, because {outcome.problem}"]
    told = []
    for grade in standing.grades:
        now = outcome.marks.get(grade.cell)
        if now == grade.auto or (exercises and grade.exercise not in exercises):
            continue
        before = "no mark" if grade.auto is None else f"{grade.auto:g}"
        after = "no mark" if now is None else f"{now:g}"
        by = None if None in (now, grade.auto) else now - grade.auto
        text = f"{name}: {grade.exercise} {before} -> {after}"
        text += "" if by is None else f" ({by:+g})"
        text += f"; {grade.manual:g} by hand stays" if grade.by_hand else ""
        told.append(text)
    return told


def _by_hand(grade) -> bool:
    return grade.manual_score is not None
