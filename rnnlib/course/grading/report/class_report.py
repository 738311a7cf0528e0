"""The instructor's report on a class: one HTML page that stands by itself.

It loads nothing and runs nothing; a policy in its head forbids both. Every string that comes from
a submission is cut to a length, stripped of characters that do not show, and escaped.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from rnnlib.course.exercises import Exercise, exercise_called
from rnnlib.course.files import write_whole
from rnnlib.course.grading.alarms.copies import copied_alarms
from rnnlib.course.grading.limits import NAMED_STUDENTS
from rnnlib.course.grading.report import plots
from rnnlib.course.grading.report.handed_in_logs import way_to
from rnnlib.course.grading.report.people import People
from rnnlib.course.grading.report.written import percent, points
from rnnlib.course.history.tally import Tried
from rnnlib.course.marks import final_score, share_of, total

UNKNOWN = "wrong in a way that is no known mistake"
STATES = {
    "unwritten": ("○", "not written"),
    "unanswered": ("○", "not answered"),
    "borrowed": ("⚑", "not their own work"),
    "error": ("!", "the marked cell stopped with an error"),
}
KINDS = {
    "copied": "the same text",
    "borrowed": "borrowed code",
    "suspicious": "unusual code",
    "tampered": "tampered with",
    "forged": "forged",
    "killed": "ended its process",
    "hung": "did not end",
}


def write_report(
    records: list[dict],
    unit: str,
    path: str | Path,
    *,
    timing: dict[str, float] | None = None,
    copied: dict[str, list[dict]] | None = None,
    misplaced: Sequence[str] = (),
    unconfirmed: Sequence[str] = (),
    people: People | None = None,
    logs: Mapping[str, Mapping[str, Tried]] | None = None,
) -> None:
    """Write the report on a class.

    Parameters
    ----------
    records : list of dict
        One for each submission.
    unit : str
    path : str or Path
        Written beside its place and then moved there.
    timing : dict, optional
        Seconds by what they were spent on, such as ``{"wall clock": 93.1}``, for the whole class.
    copied : dict, optional
        From `copied_alarms`; worked out from the records where it is not given.
    misplaced : sequence of str
        Sentences about what lies in ``submitted/`` and is not taken.
    unconfirmed : sequence of str
        Sentences about marks by hand on an outcome that has changed since.
    people : People, optional
        Names beside ids, links, and who is missing.
    logs : mapping, optional
        From `handed_in`: how those got there who handed in their log.
    """
    copied = copied_alarms(records) if copied is None else copied
    told = {"misplaced": list(misplaced), "unconfirmed": list(unconfirmed)}
    told |= {"people": people or People(), "timing": timing or {}}
    template = _environment().get_template("report.html.j2")
    page = template.render(**_contents(records, unit, copied, logs or {}), **told)
    write_whole(path, page, durable=True)


def clean(text: object, limit: int = 300) -> str:
    """A string from a submission, as it may be shown: on one line, visible, not too long."""
    shown = " ".join(str(text).split())
    shown = "".join(c for c in shown[: 4 * limit] if unicodedata.category(c)[0] != "C")
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def rich(text: object, limit: int = 600) -> Markup:
    """A sentence with `code` in backticks, escaped."""
    parts = re.split(r"`([^`]+)`", clean(text, limit))
    marked = (f"<code>{escape(p)}</code>" if k % 2 else escape(p) for k, p in enumerate(parts))
    return Markup("").join(Markup(part) for part in marked)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("rnnlib.course.grading.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"clean": clean, "rich": rich, "points": points, "percent": percent}
    environment.filters["days"] = days
    return environment


def _contents(records: list[dict], unit: str, copied: dict, logs: Mapping) -> dict:
    """All that the page shows."""
    records = sorted(records, key=lambda record: str(record.get("student")))
    columns = _columns(records)
    rows = [_row(record, columns) for record in records]
    for k, row in enumerate(rows):
        row["id"] = f"s{k}"
    graded = [row for row in rows if row["total"] is not None]
    maximum = sum(column["points"] for column in columns)
    exercises = [_exercise(k, c, rows, logs) for k, c in enumerate(columns)] if graded else []
    seconds = [row["seconds"] for row in rows if row["seconds"] is not None]
    scores = [row["total"] for row in graded]
    alarms = [
        {"row": row, "alarms": [{"kind": "", "where": "", "text": ""} | alarm for alarm in found]}
        for row, record in zip(rows, records)
        if (found := [*_list(record, "alarms"), *copied.get(str(record.get("student")), [])])
    ]
    return {
        "unit": unit,
        "columns": columns,
        "rows": rows,
        "graded": graded,
        "persons": [row for row in rows if row["reason"]],
        "late": [row for row in rows if row["late"]],
        "by_hand": any(cell["by_hand"] for row in rows for cell in row["cells"]),
        "maximum": maximum,
        "scores": scores,
        "median": median(scores) if scores else None,
        "mean": sum(scores) / len(scores) if scores else None,
        "exercises": exercises,
        "alarms": alarms,
        "kinds": KINDS,
        "repairs": _repairs(rows),
        "repaired": sum(bool(row["repairs"]) for row in rows),
        "seconds": _times(rows) if seconds else None,
        "shown": NAMED_STUDENTS,
        "totals_plot": Markup(plots.totals(scores, maximum)) if len(scores) > 1 else "",
        "exercises_plot": Markup(plots.exercises(exercises)) if exercises else "",
        "times_plot": Markup(plots.times(seconds)) if len(seconds) > 1 else "",
    }


def _columns(records: list[dict]) -> list[dict]:
    """The marked cells in the order of the notebook: as most submissions have them."""
    orders = Counter(
        tuple((str(m.get("exercise")), _finite(m.get("points")) or 0.0) for m in _marks(record))
        for record in records
        if _marks(record)
    )
    order = max(orders, key=lambda order: (orders[order], len(order)), default=())
    return [{"key": name, "name": clean(name, 40), "points": worth} for name, worth in order]


def _row(record: dict, columns: list[dict]) -> dict:
    marks = {str(mark.get("exercise")): mark for mark in _marks(record)}
    cells = [_cell(marks.get(column["key"]), column) for column in columns]
    waiting = [c["name"] for c, cell in zip(columns, cells) if marks and cell["score"] is None]
    reason = record.get("problem")
    if not reason and waiting:
        reason = f"no mark yet for {', '.join(waiting)}"
    elif not reason and not marks:
        reason = "there are no marks, and no reason is known"
    penalty = _finite(record.get("penalty")) or 0.0
    earned = total(cell["score"] for cell in cells)
    return {
        "student": str(record.get("student")),
        "name": clean(record.get("student"), 60),
        "cells": cells,
        "total": None if reason else final_score(earned, penalty),
        "penalty": penalty,
        "late": _finite(record.get("late")) or 0.0,
        "reason": clean(reason, 400) if reason else None,
        "repairs": [clean(text) for text in _list(record, "repairs", str)],
        "seconds": _finite((record.get("seconds") or {}).get("total")),
        "stages": record.get("seconds") or {},
    }


def _cell(mark: dict | None, column: dict) -> dict:
    score = _finite(mark.get("score")) if mark else None
    state = str((mark or {}).get("state"))
    share = share_of(score, column["points"])
    level = (
        4 if share >= 1 else 3 if share >= 0.75 else 2 if share >= 0.5 else 1 if share > 0 else 0
    )
    sign, words = STATES.get(state, ("", ""))
    by_hand = bool((mark or {}).get("by_hand"))
    if by_hand:
        auto = _finite(mark.get("auto"))
        gave = "no mark" if auto is None else points(auto)
        sign, words = "✎", f"marked by hand; the grader gave {gave}"
    reasons = _list(mark or {}, "reasons", str)
    return {
        "score": score,
        "share": share,
        "level": "none" if score is None else level,
        "state": state,
        "by_hand": by_hand,
        "sign": sign,
        "words": words or (clean(reasons[0], 200) if reasons and share < 1 else ""),
        "mistakes": [clean(name, 60) for name in _list(mark or {}, "mistakes", str)],
        "reached": _finite((mark or {}).get("reached")),
    }


def _exercise(place: int, column: dict, rows: list[dict], logs: Mapping) -> dict:
    """How an exercise went, and what went wrong in it, the most frequent first."""
    exercise = exercise_called(column["key"])
    sentences = {mistake.name: mistake.text for mistake in exercise.mistakes} if exercise else {}
    marked = [(row, row["cells"][place]) for row in rows]
    marked = [(row, cell) for row, cell in marked if cell["score"] is not None]
    unknown = UNKNOWN if exercise else "wrong"  # a question has no known mistakes
    who = defaultdict(list)
    for row, cell in marked:
        if cell["state"] in STATES:
            who["", STATES[cell["state"]][1]].append(row)
        elif cell["share"] < 1 and not cell["mistakes"]:
            who["", f"{unknown}: {cell['words']}" if cell["words"] else unknown].append(row)
        for name in cell["mistakes"] if cell["share"] < 1 else ():
            who[name, sentences.get(name) or cell["words"]].append(row)
    others = sorted((key for key in who if key[1].startswith(unknown)), key=lambda k: -len(who[k]))
    for key in others[5:]:  # everybody may be wrong in a way of their own
        who["", unknown] += who.pop(key) if key[1] != unknown else []
    mistakes = [
        {"name": name, "text": text[:1].upper() + text[1:], "students": students}
        for (name, text), students in who.items()
    ]
    shares = [cell["share"] for _, cell in marked] or [0.0]
    return column | {
        "id": f"e{place}",
        "count": len(marked),
        "mean": sum(shares) / len(shares),
        "right": sum(share >= 1 for share in shares) / len(shares),
        "best": _best(exercise, marked),
        "way": way_to(column["key"], logs, sentences),
        "lost": column["points"] * (1 - sum(shares) / len(shares)),
        "lost_sum": sum(max(0.0, column["points"] - cell["score"]) for _, cell in marked),
        "mistakes": sorted(
            mistakes, key=lambda m: (m["name"] == "", -len(m["students"]), m["name"])
        ),
    }


def _best(exercise: Exercise | None, marked: list[tuple[dict, dict]]) -> dict | None:
    """The best scores of an open task, and the middle one; None where there is no score."""
    scored = [(cell["reached"], row) for row, cell in marked if cell["reached"] is not None]
    if exercise is None or not exercise.score or not scored:
        return None
    name, better = exercise.score
    scored.sort(key=lambda pair: (pair[0] if better == "lower" else -pair[0], pair[1]["name"]))
    return {
        "name": name,
        "better": better,
        "median": f"{median(score for score, _ in scored):.3g}",
        "first": [{"score": f"{score:.3g}", "student": row} for score, row in scored[:3]],
    }


def _repairs(rows: list[dict]) -> list[dict]:
    """Each repair with the students whose notebooks needed it, the most frequent first."""
    who = defaultdict(list)
    for row in rows:
        for text in dict.fromkeys(row["repairs"]):
            who[text].append(row)
    return [
        {"text": text, "students": students}
        for text, students in sorted(who.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _times(rows: list[dict]) -> dict:
    """The median, the slowest, and the median of each stage."""
    timed = sorted((row for row in rows if row["seconds"] is not None), key=_slowest_first)
    stages = defaultdict(list)
    for row in timed:
        for stage, value in row["stages"].items():
            if stage != "total" and _finite(value) is not None:
                stages[clean(stage, 20)].append(float(value))
    return {
        "median": median(row["seconds"] for row in timed),
        "sum": sum(row["seconds"] for row in timed),
        "slowest": timed[:5],
        "stages": {stage: median(values) for stage, values in stages.items()},
    }


def days(seconds: float) -> str:
    """A time in the unit that people would use: ``3 hours``, ``2 days``."""
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 2 * length or name == "minute":
            count = max(1, round(seconds / length))
            return f"{count} {name}{'s' * (count != 1)}"
    raise AssertionError("a minute is the last")


def _slowest_first(row: dict):
    return (-row["seconds"], row["name"])


def _marks(record: dict) -> list[dict]:
    return _list(record, "marks")


def _list(record: dict, key: str, kind: type = dict) -> list:
    value = record.get(key)
    return [entry for entry in value if isinstance(entry, kind)] if isinstance(value, list) else []


def _finite(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return float(value)
