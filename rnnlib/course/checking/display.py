"""A report as a student reads it: a small table in a notebook, plain lines elsewhere."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from rnnlib.course.checking.marking import Report
from rnnlib.course.checking.rows import Row
from rnnlib.course.exercises import exercise_called
from rnnlib.course.marks import earned_points

MIME = "application/vnd.rnnlib.report+json"
"""The report for machines: what the table of marks is made from."""

HEADLINES = {
    "right": "everything is right",
    "wrong": "not right yet",
    "unwritten": "not written yet",
    "borrowed": "the library does the work",
    "unanswered": "not answered yet",
}
QUESTION_HEADLINES = HEADLINES | {"right": "right", "wrong": "not right"}
EMPHASIS = re.compile(r"(?<![\w*])\*(\w[^*]*)\*(?![\w*])")
# JupyterLab's colours follow its theme; other programs use the fixed ones after the comma.
GREEN = "var(--jp-success-color1, #1a7f37)"
RED = "var(--jp-error-color1, #c9352b)"
CELL = "text-align:left;padding:.1em .6em .1em 0"
GREY = "var(--jp-ui-font-color2, #767676)"


def text(report: Report, points: float | None = None, headed: str | None = None) -> str:
    """The report as plain text, under another headline if one is given."""
    lines = [f"{_title(report)}: {headed or headline(report, points)}"]
    for row, reason in _shown(report, points):
        lines.append(
            f"  {_mark(row)} {_plain(row.name)}" + (f": {_plain(reason)}" if reason else "")
        )
    for sentence in [*score_lines(report), *diagnosis_lines(report), *report.notes]:
        lines.append(f"  → {_plain(sentence)}")
    return "\n".join(lines)


def diagnosis_lines(report: Report) -> list[str]:
    """A sentence for every known mistake that fits."""
    if report.by_error:  # other causes may end in the same error
        return [f"This happens, for example, when {_lower(text)}" for _, text in report.diagnosis]
    if [key for key, _ in report.diagnosis] == ["advice"]:
        sentence = report.diagnosis[0][1]
        return [sentence[:1].upper() + sentence[1:]]
    if len(report.diagnosis) == 1 and report.complete:
        return [f"This is what you get when {_lower(report.diagnosis[0][1])}"]
    return [f"Part of it is what you get when {_lower(text)}" for _, text in report.diagnosis]


def score_lines(report: Report) -> list[str]:
    """The number that an open task reaches, as a sentence."""
    if report.score is None:
        return []
    name, better = exercise_called(report.exercise).score
    return [f"Your score: {name} {report.score:.3g} ({better} is better)."]


def headline(report: Report, points: float | None = None) -> str:
    """The state in words, with the points if the cell is marked."""
    words = (QUESTION_HEADLINES if report.is_question else HEADLINES)[report.state]
    if report.outdated:
        words = f"your newest version ended in an error; the one before it: {words}"
    return words if points is None else f"{words}, {earned(report, points):g} of {points:g} points"


def earned(report: Report, points: float) -> float:
    """The points for a report, rounded to a hundredth; all of them only where all is right."""
    return earned_points(report.share, points, all_right=report.passed)


def as_html(
    report: Report, points: float | None = None, more: str = "", headed: str | None = None
) -> str:
    """The report as an HTML table that needs nothing from elsewhere and follows the theme.

    `more` is HTML of ours that follows it; `headed` another headline.
    """
    colour = {"right": GREEN, "wrong": RED, "borrowed": RED}.get(report.state, GREY)
    sign = {"right": "✓", "wrong": "✗", "borrowed": "✗"}.get(report.state, "○")
    rows = "".join(
        f'<tr style="background:none">'
        f'<td style="{CELL};color:{_colour(row)};font-weight:bold">{_mark(row)}</td>'
        f'<td style="{CELL};white-space:nowrap">{_rich(row.name)}</td>'
        f'<td style="{CELL}">{_rich(reason)}</td></tr>'
        for row, reason in _shown(report, points)
    )
    table = f'<table style="margin:.4em 0;font-size:inherit">{rows}</table>' if rows else ""
    advice = "".join(
        f'<div style="margin:.4em 0;padding:.4em .8em;background:rgba(230,159,0,.16);'
        f'border-radius:4px">{_rich(sentence)}</div>'
        for sentence in diagnosis_lines(report)
    )
    notes = "".join(
        f'<div style="margin:.3em 0">{_rich(note)}</div>'
        for note in [*score_lines(report), *report.notes]
    )
    return (
        f'<div style="border-left:4px solid {colour};padding:.2em .9em;margin:.4em 0;'
        f'max-width:60em;line-height:1.5">'
        f'<div><b style="color:{colour}">{sign}</b> {_rich(_title(report, "`"))}: '
        f"<b>{html.escape(headed or headline(report, points))}</b></div>"
        f"{table}{advice}{notes}{more}</div>"
    )


def as_data(report: Report, points: float | None = None) -> dict:
    """The report as plain data."""
    return {
        "exercise": report.exercise,
        "state": report.state,
        "share": round(report.share, 6),
        "points": points,
        # Four digits: the last ones differ between machines.
        "score": None if report.score is None else float(f"{report.score:.4g}"),
        "mistakes": [name for name, _ in report.diagnosis],
        "reasons": [
            *([HEADLINES[report.state]] if report.state in ("unwritten", "unanswered") else []),
            *diagnosis_lines(report),
            *report.notes,
            *(f"{row.name}: {row.reason}" for row in report.rows if row.reason),
        ],
    }


class Points(float):
    """Points earned: a float, which nbgrader reads as text, and which a notebook need not show.

    The report above has said it in words.
    """

    def _repr_html_(self) -> str:
        return ""


def publish(
    report: Report, points: float | None = None, more: str = "", *, told: bool = False
) -> None:
    """Show the report: as HTML in a notebook, with `more` HTML after it; as text elsewhere.

    What the check above has `told` already is left out, all but the headline.
    """
    display = _displayer()
    brief = replace(report, rows=[], diagnosis=[], notes=[], score=None) if told else report
    headed = headline(report, points)
    if display is None:
        print(text(brief, points, headed))
        return
    data = {
        "text/plain": text(brief, points, headed),
        "text/html": as_html(brief, points, more, headed),
    }
    if points is not None:
        data[MIME] = as_data(report, points)
    display(data, raw=True)


def say(message: str) -> None:
    """A sentence to the student, in the same look as a report."""
    show_box(_plain(message), _rich(message))


def show_box(plain: str, content: str) -> None:
    """Something to read, as HTML of ours in the same look; as text elsewhere."""
    display = _displayer()
    if display is None:
        print(plain)
        return
    style = f"border-left:4px solid {GREY};padding:.2em .9em;margin:.4em 0"
    box = f'<div style="{style}">{content}</div>'
    display({"text/plain": plain, "text/html": box}, raw=True)


def _displayer():
    """IPython's `display` in a notebook; None elsewhere, also where there is no IPython at all."""
    try:
        from IPython import get_ipython
        from IPython.display import display
    except ImportError:
        return None
    return display if get_ipython() is not None else None


def _title(report: Report, quote: str = "") -> str:
    return f"{'Question ' if report.is_question else ''}{quote}{report.exercise}{quote}"


def _shown(report: Report, points: float | None) -> list[tuple[Row, str]]:
    """The rows to show, each with its reason; a reason that several rows share is given once.

    A marked cell shows none if everything is right: the check above it has listed them.
    """
    if report.passed and points is not None:
        return []
    shown, told = [], set()
    for row in report.rows:
        if row.reason and row.reason in told:
            shown.append((row, "as above"))
        elif row.reason or row.right == 1:
            shown.append((row, row.reason))
            told.add(row.reason)
    return shown


def _mark(row: Row) -> str:
    return "✗" if row.reason else "✓"


def _colour(row: Row) -> str:
    return RED if row.reason else GREEN


def _plain(sentence: str) -> str:
    return EMPHASIS.sub(r"\1", sentence).replace("`", "")


def _rich(sentence: str) -> str:
    """A sentence as HTML: code in backticks, emphasis in asterisks, shapes on their own line."""
    parts = re.split(r"(`[^`]+`)", html.escape(sentence, quote=False))
    for k, part in enumerate(parts):
        if part.startswith("`"):
            parts[k] = f"<code>{part[1:-1]}</code>"
        else:
            parts[k] = EMPHASIS.sub(r"<em>\1</em>", part)
    return "".join(parts).replace(". It was called with ", ".<br>It was called with ")


def _lower(sentence: str) -> str:
    """A sentence as it continues another one: it begins in lower case, unless with a name."""
    first = sentence.split()[0].strip("`,:") if sentence.split() else ""
    symbol = first[1:2] == "_" or (len(first) == 1 and first != "A") or first in ("True", "False")
    if symbol or sentence.startswith(("ReLU", "NumPy")):
        return sentence
    return sentence[:1].lower() + sentence[1:]
