"""The rules that a unit must keep; a broken one is reported in a sentence."""

from __future__ import annotations

import re
from collections import Counter

from nbformat import NotebookNode

from rnnlib.course.authoring.effort import core

MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS")

SLOW_MACHINE = 3
"""How many times the seconds in its header a unit may take: on a slow or busy machine."""


class UnitError(Exception):
    """A unit cannot be built or does not hold together; the message says what to do."""


def check_source(notebook: NotebookNode, exercises: set[str], questions: set[str]) -> list[str]:
    """What is wrong with a unit's notebook before it is run.

    Every exercise has a check, and in the core a marked cell, if the unit has points.

    Parameters
    ----------
    notebook : NotebookNode
        From `read_source`.
    exercises, questions : set of str
        The names that are declared for this unit in `rnnlib.course.exercises`, and in its
        questions file.
    """
    problems = []
    graded = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    ids = Counter(cell.metadata.nbgrader.grade_id for cell in graded)
    problems += [f"grade_id {name!r} is used {n} times" for name, n in ids.items() if n > 1]

    total = sum(cell.metadata.nbgrader.get("points", 0) for cell in graded)
    wanted = notebook.metadata.rnnlib.points
    if abs(total - wanted) > 1e-9:
        problems.append(f"the points add up to {total:g}; the header says {wanted:g}")

    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    written = {c.metadata.nbgrader.grade_id for c in graded if c.metadata.nbgrader.solution}
    answered = {name.removeprefix("answer_") for name in written if name.startswith("answer_")}
    written -= {f"answer_{name}" for name in answered}
    in_core = {cell.id for cell in core(notebook)}
    further = {c.metadata.nbgrader.grade_id for c in graded if c.id not in in_core}
    for name in sorted(written | exercises):
        marked = wanted > 0 and name not in further
        problems += _missing(
            name, name in written, name in exercises, "exercise", "check", ids, code, marked
        )
    for name in sorted(answered | questions):
        problems += _missing(
            name,
            name in answered,
            name in questions,
            "answer",
            "check_answer",
            ids,
            code,
            wanted > 0,
        )
    for cell in graded:
        begin, end = (cell.source.count(marker) for marker in MARKERS[:2])
        if cell.metadata.nbgrader.solution and (begin == 0 or begin != end):
            problems.append(
                f"{cell.metadata.nbgrader.grade_id}: no ### BEGIN/END SOLUTION in its cell"
            )
    return problems


def _missing(
    name: str,
    has_cell: bool,
    declared: bool,
    word: str,
    check: str,
    ids: Counter,
    code: str,
    marked: bool,
) -> list[str]:
    """What an exercise or a question lacks.

    A unit of 0 points has no marked cells, and an exercise below "Going further" needs none.
    """
    problems = []
    if not has_cell:
        problems.append(f'{name} is declared, but no cell says {word}="{name}"')
        return problems
    if not declared:
        problems.append(f"{name} has a cell, but no declaration")
    call = f'check_answer("{name}"' if word == "answer" else f"check({name})"
    if call not in code:
        problems.append(f"{name} has no check: no cell calls {call}")
    grade_id = f"grade_answer_{name}" if word == "answer" else f"grade_{name}"
    if marked and grade_id not in ids:
        problems.append(
            f'{name} has no marked cell: # %% {grade_id.removesuffix("_" + name)}="{name}"'
        )
    return problems


def check_executed(notebook: NotebookNode, seconds: float) -> list[str]:
    """What is wrong with a notebook after it was run; `seconds` is its processor time."""
    problems = []
    limit = notebook.metadata.rnnlib.seconds
    if seconds > SLOW_MACHINE * limit:
        problems.append(
            f"it took {seconds:.1f} s of processor time; its header says {limit:g} s, and a slow "
            f"or busy machine is allowed {SLOW_MACHINE} times that"
        )
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            name = cell.metadata.get("nbgrader", {}).get("grade_id", cell.id)
            if output.output_type == "error":
                problems.append(f"cell {name} raised {output.ename}: {output.evalue}")
            if output.output_type == "stream" and output.name == "stderr":
                problems.append(f"cell {name} writes to stderr: {output.text.strip()[:200]}")
            if "image/png" in output.get("data", {}):
                about = output.metadata.get("image/png", {})
                if not (isinstance(about, dict) and str(about.get("alt", "")).strip()):
                    problems.append(
                        f"cell {name} draws a figure with no text alternative: show(fig, alt)"
                    )
    problems += _not_full_marks(notebook)
    return problems


def values(cell: NotebookNode) -> list[str]:
    """What an executed cell returned, as text: a marked cell's points."""
    return [o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"]


def _not_full_marks(notebook: NotebookNode) -> list[str]:
    """The marked cells whose solution does not earn all points."""
    problems = []
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if not nbgrader.get("grade"):
            continue
        earned = values(cell)
        if earned != [repr(float(nbgrader["points"]))]:
            problems.append(
                f"{nbgrader['grade_id']}: the solution earns {' '.join(earned) or 'nothing'} "
                f"of {nbgrader['points']:g} points"
            )
    return problems


def check_release(notebook: NotebookNode) -> list[str]:
    """What must not be in the students' notebook: markers, outputs, hidden seeds."""
    problems = []
    for cell in notebook.cells:
        for marker in MARKERS:
            if marker in cell.source:
                problems.append(f"cell {cell.id} still holds the marker {marker}")
        if cell.cell_type == "code" and cell.outputs:
            problems.append(f"cell {cell.id} still holds outputs")
        if re.search(r"^seed = (?!1$)\d+$", cell.source, re.MULTILINE):
            problems.append(f"cell {cell.id} still holds a hidden seed")
    return problems
