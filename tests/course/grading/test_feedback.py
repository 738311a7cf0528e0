"""A feedback page stands by itself."""

import base64
import re

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.converters import GenerateFeedback
from nbgrader.server_extensions.formgrader import handlers
from places import ROOT

from rnnlib.course.checking.display import MIME
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.intake.pictures import take_pictures
from rnnlib.course.grading.intake.tidy import tidy
from rnnlib.course.grading.isolation.execute import NOT_RUN
from rnnlib.course.grading.report.feedback import (
    FeedbackExporter,
    FormulasToMathML,
    key_of_page,
)
from rnnlib.course.grading.report.summary import PageSummary
from rnnlib.course.grading.standing import marks_key

PNG = base64.b64encode(b"\x89PNG\r\n and so on").decode()


def converted(text):
    cell = nbformat.v4.new_markdown_cell(text)
    FormulasToMathML().preprocess_cell(cell, {}, 0)
    return cell.source


def test_formulas_become_mathml():
    assert converted("the state $h_t$ at").startswith("the state <math")
    assert 'display="block"' in converted("$$h_t = \\tanh(x_t\\,W_{xh})$$")


@pytest.mark.parametrize("text", ["`$HOME` and `$PATH`", "costs 5 $ or 6 $ each", "no formula"])
def test_other_dollars_stay(text):
    assert converted(text) == text


def test_what_is_no_latex_stays_readable():
    assert "<math" in converted("$a^2$") and "frac" in converted("$\\frac{1$")


def test_nothing_is_loaded_from_elsewhere():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("hello")])
    page, _ = FeedbackExporter(template_name="classic").from_notebook_node(notebook)
    assert "hello" in page
    assert 'src="http' not in page


# --- the head of a page -----------------------------------------------------------------------


def code_cell(name, source="", *, score=None, points=None, comment=None, outputs=(), hidden=False):
    """A cell as nbgrader's `GetGrades` leaves it."""
    about = {"grade_id": name, "grade": points is not None, "solution": points is None}
    about |= {"locked": points is not None, "cell_type": "code", "schema_version": 3, "task": False}
    if points is not None:
        about |= {"points": points, "score": score}
    if comment:
        about["comment"] = comment
    cell = nbformat.v4.new_code_cell(source, outputs=list(outputs), metadata={"nbgrader": about})
    if hidden:
        cell.metadata["jupyter"] = {"source_hidden": True}
        del cell.metadata["nbgrader"]
    return cell


def result(value, *reasons):
    """What a marked cell shows: the report for machines, and the points."""
    report = {MIME: {"state": "wrong", "reasons": list(reasons)}, "text/plain": "a report"}
    return [
        nbformat.v4.new_output("display_data", report),
        nbformat.v4.new_output("execute_result", {"text/plain": repr(value)}, execution_count=1),
    ]


def headed(cells, penalty=0.0):
    """A page, and the table at its top."""
    notebook = nbformat.v4.new_notebook(cells=cells)
    about = {"notebook": "u", "score": 1.0, "max_score": 2.0, "late_penalty": penalty}
    notebook, resources = PageSummary().preprocess(notebook, {"nbgrader": about})
    exporter = FeedbackExporter(config=GenerateFeedback().config)
    page, _ = exporter.from_notebook_node(notebook, resources=resources)
    head = re.search(r'<table class="marks">.*?</table>', page, re.DOTALL)[0]
    return page, " ".join(re.sub("<[^>]*>", " ", head).split())


def test_the_head_names_each_exercise_with_points_reason_and_place():
    page, head = headed(
        [
            code_cell("f", "def f(): ...", comment="Nearly."),
            code_cell(
                "grade_f", score=1.5, points=2, outputs=result(1.5, "the `bias` <b> is lost")
            ),
            code_cell("grade_g", score=3.0, points=3, outputs=result(3.0)),
        ]
    )
    assert "f 1.5 / 2 the bias &lt;b&gt; is lost a comment g 3 / 3 total 4.5 / 5" in head
    assert 'href="#grade_f"' in page and '<a name="grade_f">' in page
    assert 'href="#comment-f"' in page and '<a name="comment-f">' in page
    assert "Test cell" not in page and 'name="viewport"' in page


def test_marks_by_hand_and_late_work_stand_in_the_head():
    cells = [code_cell("grade_f", score=2.0, points=2, outputs=result(0.5, "wrong"))]
    _, head = headed(cells, penalty=0.5)
    assert "f 2 / 2 marked by hand. late −0.5 total 1.5 / 2" in head


def test_given_code_is_folded_and_what_was_not_run_is_said_once():
    stream = nbformat.v4.new_output("stream", name="stdout", text=NOT_RUN)
    page, _ = headed(
        [
            code_cell("x", "draw_figure()", hidden=True, outputs=[stream]),
            code_cell("y", "draw_other()", hidden=True, outputs=[stream]),
            code_cell("f", "mine = 1"),
            code_cell("grade_f", score=2.0, points=2, outputs=result(2.0)),
        ]
    )
    assert page.count('<details class="given">') == 2
    assert NOT_RUN.strip() not in page
    assert "2 given cells on which no mark depends were not run." in page
    mine = page.index("mine")
    assert page.rfind("<details", 0, mine) < page.rfind("</details>", 0, mine)


def test_the_page_shows_what_cells_that_were_not_run_drew_for_the_student():
    picture = {"output_type": "display_data", "data": {"image/png": PNG}}
    raw = {
        "nbformat": 4, "nbformat_minor": 5, "metadata": {},
        "cells": [
            {"cell_type": "code", "id": "figure", "metadata": {}, "execution_count": 1,
             "source": "draw_figure()", "outputs": [
                 {**picture, "metadata": {"image/png": {"alt": "a curve"}}},
                 {"output_type": "stream", "name": "stdout", "text": "forged"},
                 {**picture, "data": {"text/html": "<b>forged</b>"}},
                 {**picture, "data": {"image/png": "x" * 600_000}}, None, 7]},
            {"cell_type": "code", "id": "other", "metadata": {}, "execution_count": 1,
             "source": "x = 1", "outputs": "none"},
        ],
    }  # fmt: skip
    notebook, _ = tidy(raw)
    nbformat.validate(notebook)
    taken = take_pictures(notebook)
    assert list(taken) == ["figure"] and len(taken["figure"]) == 1
    assert all(cell.outputs == [] for cell in notebook.cells)
    stream = nbformat.v4.new_output("stream", name="stdout", text=NOT_RUN)
    drawn = code_cell("x", "draw_figure()", hidden=True, outputs=[stream, *taken["figure"]])
    page, _ = headed([drawn, code_cell("grade_f", score=2.0, points=2, outputs=result(2.0))])
    assert f"data:image/png;base64,{PNG}" in page and 'alt="a curve"' in page
    assert "not run. Their pictures are those that were handed in." in page and "forged" not in page


def test_pictures_of_a_whole_notebook_have_a_limit():
    cell = nbformat.v4.new_code_cell("x")
    cell.outputs = [nbformat.v4.new_output("display_data", {"image/png": "A" * 499_000})] * 3
    cells = [dict(cell, id=f"c{number}") for number in range(6)]
    notebook, _ = tidy({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    assert 1 <= len(take_pictures(notebook)) < 6


def test_the_page_says_which_marks_it_shows(tmp_path):
    cells = [code_cell("grade_f", score=2.0, points=2, outputs=result(2.0))]
    (tmp_path / "a.html").write_text(headed(cells)[0], encoding="utf-8")
    assert key_of_page(tmp_path / "a.html") == marks_key([("grade_f", 2.0, 2.0)], {}, 0.0)
    assert key_of_page(tmp_path / "none.html") is None


# --- the formgrader's page --------------------------------------------------------------------


def test_the_formgrader_shows_formulas_without_a_network_and_folds_given_code(tmp_path):
    config = Assignment("u", tmp_path, settings=ROOT).config()
    config.HTMLExporter.template_name = "formgrade"  # as nbgrader's extension does
    config.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    cells = [
        nbformat.v4.new_markdown_cell("the state $h_t$"),
        code_cell("x", "draw_figure()", hidden=True),
        code_cell("f", "mine = 1"),
        code_cell("grade_f", score=2.0, points=2, outputs=result(2.0)),
    ]
    about = {"notebook_id": "u", "index": 0, "total": 1, "base_url": "", "student": "anna"}
    exporter = HTMLExporter(config=config)
    page, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=cells), dict(about))
    assert "<math" in page and "$h_t$" not in page
    assert page.count('<details class="given">') == 1
    assert page.index("draw_figure") < page.index("</details>") < page.index("mine")
    assert not re.findall(r'(?:src|href)="https?:[^"]*"', page)
    assert page.count("window.MathJax =") == 1, "the formgrader's script waits for it"
    again, _ = exporter.from_notebook_node(nbformat.v4.new_notebook(cells=cells), dict(about))
    assert again == page
