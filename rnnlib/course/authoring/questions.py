"""Sealing a unit's questions: from the author's file to the one in the students' `rnnlib`."""

from __future__ import annotations

import json
import tomllib

from rnnlib.course.authoring.rules import UnitError
from rnnlib.course.authoring.units import Unit
from rnnlib.course.checking.sealed_questions import Verdict, normal, seal


def seal_questions(unit: Unit) -> dict[str, dict[str, str]]:
    """The unit's questions by name, sealed.

    The file has a table for every question: ``right``, the right answer, and ``remarks``, what to
    say to each answer::

        [order]
        right = "b"
        remarks.a = "No: ..."
        remarks.b = "Yes: ..."

    Raises
    ------
    UnitError
        When the file is not as described.
    """
    if not unit.questions.exists():
        return {}
    try:
        questions = tomllib.loads(unit.questions.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UnitError(f"{unit.questions}: {error}") from error
    sealed = {}
    for name, question in questions.items():
        if not isinstance(question, dict) or set(question) != {"right", "remarks"}:
            raise UnitError(f"{unit.questions}: [{name}] must have right and remarks")
        remarks = question["remarks"]
        if not (isinstance(remarks, dict) and all(isinstance(r, str) for r in remarks.values())):
            raise UnitError(f"{unit.questions}: [{name}] needs a text for each remark")
        right = normal(question["right"])
        remarks = {normal(answer): text for answer, text in remarks.items()}
        if right not in remarks:
            raise UnitError(f"{unit.questions}: [{name}] has no remark on the right answer")
        sealed[name] = seal(name, {a: Verdict(a == right, text) for a, text in remarks.items()})
    return sealed


def sealed_text(unit: Unit) -> str:
    """The sealed file's text."""
    return json.dumps(seal_questions(unit), indent=1, sort_keys=True) + "\n"
