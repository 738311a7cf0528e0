"""The head of a feedback page: what each exercise earned, why, and where it stands on the page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape
from nbconvert.filters.highlight import Highlight2HTML
from nbgrader.preprocessors import NbGraderPreprocessor

from rnnlib.course.grading.isolation.execute import NOT_RUN
from rnnlib.course.grading.marked_cell import marks_of
from rnnlib.course.grading.report.written import points
from rnnlib.course.grading.standing import marks_key
from rnnlib.course.marks import final_score, total

REASON_CHARACTERS = 240
REMEMBERED = 1_000
"""Texts, formulas and pieces of code that are kept as HTML: a unit has a tenth of that."""
REMEMBERED_CHARACTERS = 5_000
"""Of one of them: students may hand in anything, and a worker makes hundreds of pages."""

STYLE = """
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
table.marks { border-collapse: collapse; width: 100%; margin: .6em 0; font-size: 14px; }
table.marks th, table.marks td { padding: .35em .6em; border-bottom: 1px solid #ccc;
  text-align: left; vertical-align: top; }
table.marks td { overflow-wrap: anywhere; }
table.marks td.points { text-align: right; white-space: nowrap; }
table.marks tr.lost td.points { font-weight: bold; color: #8a3b00; }
table.marks tfoot th, table.marks tfoot td { border-top: 2px solid #888; font-weight: bold; }
p.not-run { color: #555; }
details.given > summary { cursor: pointer; padding: .3em .6em; color: #555; }
div.output_area, div.input_area, div.rendered_html { overflow-x: auto; }
img { max-width: 100%; height: auto; }
@media (max-width: 45rem) {
  div.prompt, div.out_prompt_overlay { display: none; }
  div.nbgrader_cell .panel-heading { height: auto; overflow: hidden; }
  .container { width: auto; padding: 0 .4rem; }
  #notebook-container { padding: 0; box-shadow: none; }
}
@media print {
  details.given > summary { display: none; }
  table.marks tr { break-inside: avoid; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
}
</style>
"""
"""On a phone no prompts; on paper no folds."""

CONTENTS = re.compile(r'<div id="toc">.*?</div>', re.DOTALL)
"""nbgrader's own list of "test cells" in a page's head."""


@dataclass(frozen=True)
class Line:
    """One exercise in the head of a page."""

    cell: str
    exercise: str
    score: float | None
    points: float
    reason: str
    comment: str | None


class PageSummary(NbGraderPreprocessor):
    """Makes the table at the top of a page, from what nbgrader's `GetGrades` found before it.

    It also notes which marks the page shows, so that it can be seen when the gradebook has others,
    and says once what the notebook says at every cell that was not run.
    """

    def preprocess(self, nb, resources):
        """Read marks, comments and reasons; the head goes into the resources as HTML."""
        about = [cell.metadata.nbgrader for cell in nb.cells if cell.metadata.get("nbgrader")]
        marks = {a.grade_id: (float(a.score or 0), float(a.points)) for a in about if "score" in a}
        comments = {a.grade_id: a.comment for a in about if a.get("comment")}
        penalty = float(resources["nbgrader"].get("late_penalty") or 0)
        lines = [_line(mark, marks, comments) for mark in marks_of(nb) if mark["cell"] in marks]
        not_run = drawn = 0
        for cell in nb.cells:
            kept = [out for out in cell.get("outputs", []) if out.get("text") != NOT_RUN]
            if "outputs" in cell and len(kept) < len(cell.outputs):
                cell.outputs = kept
                not_run += 1
                drawn += bool(kept)
        key = marks_key(((c, s, p) for c, (s, p) in marks.items()), comments, penalty)
        resources["nbgrader"] |= {"marks_key": key, "head": head(lines, penalty, not_run, drawn)}
        return nb, resources


class FoldGivenCode(Highlight2HTML):
    """Code that the notebook shows folded is folded on the page, too, whoever folded it."""

    def __init__(self, **options):
        super().__init__(**options)
        self._coloured = lru_cache(REMEMBERED)(super().__call__)

    def __call__(self, source, language=None, metadata=None):
        """One cell's code as HTML; most cells are the same on all pages of a unit."""
        if len(source) > REMEMBERED_CHARACTERS or "magics_language" in (metadata or {}):
            code = super().__call__(source, language=language, metadata=metadata)
        else:
            code = self._coloured(source, language)
        if not (metadata or {}).get("jupyter", {}).get("source_hidden"):
            return code
        return f'<details class="given"><summary>Folded code</summary>{code}</details>'


def head(lines: list[Line], penalty: float, not_run: int, drawn: int = 0) -> Markup:
    """The table of exercises, as HTML."""
    rows = [_row(line) for line in lines]
    earned, worth = total(line.score for line in lines), total(line.points for line in lines)
    end = []
    if penalty:
        minus = Markup('<tr class="lost"><th scope="row">late</th>')
        end.append(
            minus + Markup('<td class="points">−{}</td><td></td></tr>').format(points(penalty))
        )
    end.append(
        Markup(
            '<tr><th scope="row">total</th><td class="points">{} / {}</td><td></td></tr>'
        ).format(points(final_score(earned, penalty)), points(worth))
    )
    note = Markup("")
    if not_run:
        note = Markup(
            '<p class="not-run">{} given cells on which no mark depends were not run.{}</p>'
        )
        shown = " Their pictures are those that were handed in." if drawn else ""
        note = note.format(not_run, shown)
    columns = Markup(
        '<thead><tr><th scope="col">exercise</th><th scope="col">points</th>'
        '<th scope="col">why</th></tr></thead>'
    )
    return (
        Markup('<div id="toc"><table class="marks">')
        + columns
        + Markup("<tbody>")
        + Markup("").join(rows)
        + Markup("</tbody><tfoot>")
        + Markup("").join(end)
        + Markup("</tfoot></table>")
        + note
        + Markup("</div>")
    )


def _line(mark: dict, marks: dict, comments: dict) -> Line:
    score, worth = marks[mark["cell"]]
    reason = next(iter(mark["reasons"]), "") if score < worth else ""
    nobody = mark["score"] is None and not score
    if mark["score"] is not None and abs(mark["score"] - score) > 1e-6:
        reason = f"marked by hand. {reason}".strip()
    elif nobody:
        reason = "no mark by the grader"
    about = comments.get(mark["cell"]) or comments.get(mark["exercise"])
    where = mark["exercise"] if mark["exercise"] in comments else mark["cell"]
    return Line(
        mark["cell"],
        mark["exercise"],
        score,
        worth,
        reason,
        where if about and about != "No response." else None,
    )


def _row(line: Line) -> Markup:
    reason = line.reason.replace("`", "")
    if len(reason) > REASON_CHARACTERS:
        reason = reason[: REASON_CHARACTERS - 1] + "…"
    more = Markup("")
    if line.comment:
        more = Markup(' <a href="#comment-{}">a comment</a>').format(line.comment)
    # A long name breaks where words end.
    return Markup(
        '<tr class="{}"><th scope="row"><a href="#{}">{}</a></th>'
        '<td class="points">{} / {}</td><td>{}{}</td></tr>'
    ).format(
        "lost" if (line.score or 0) < line.points else "all",
        line.cell,
        Markup("_<wbr>").join(line.exercise.split("_")),
        points(line.score or 0.0),
        points(line.points),
        escape(" ".join(reason.split())),
        more,
    )
