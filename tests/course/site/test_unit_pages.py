"""What a visitor of the site reads of a unit: everything but the answers, and nothing of marks."""

import re
import textwrap

import nbformat
import pytest
from places import ROOT

from rnnlib.course.authoring import find_units, read_source
from rnnlib.course.checking.marking import Report
from rnnlib.course.exercises import all_exercises
from rnnlib.course.site.bundle import opening
from rnnlib.course.site.front import cards, live_card, thumbnail, unit_card, unit_rows
from rnnlib.course.site.unit_page import _shown, example, linked, outputs, page
from rnnlib.plotting.explorables import live_pages

UNITS = find_units(ROOT)
BETWEEN = re.compile(r"### BEGIN SOLUTION\n(.*?)\s*### END SOLUTION", re.DOTALL)
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)\s*### END HIDDEN TESTS", re.DOTALL)


@pytest.fixture(scope="module", params=UNITS, ids=lambda unit: unit.name)
def unit(request):
    return request.param


@pytest.fixture(scope="module")
def read(unit):
    """The page, with an empty report in place of each example: those take seconds."""
    solution, release = (nbformat.read(path, 4) for path in (unit.solution, unit.release))
    return page(
        unit,
        solution,
        release,
        beside=[other.name for other in UNITS],
        opening=opening(unit, "rnnlib.whl"),
        found=lambda exercise: Report(exercise.name),
    )


def flat(text):
    """A text without white space."""
    return re.sub(r"\s+", "", text)


def everything(notebook):
    """All sources and outputs as one text."""
    parts = []
    for cell in notebook.cells:
        parts.append(cell.source)
        for output in cell.get("outputs", []):
            parts.append(output.get("text", ""))
            parts += map(str, output.get("data", {}).values())
    return "\n".join(parts)


def test_no_answer_and_no_hidden_seed_is_on_a_page(unit, read):
    source = read_source(unit.source)
    shown = flat(everything(read))
    given = flat("\n".join(c.source for c in nbformat.read(unit.release, 4).cells))
    solutions = [body for cell in source.cells for body in BETWEEN.findall(cell.source)]
    seeds = [body for cell in source.cells for body in HIDDEN.findall(cell.source)]
    assert (len(solutions) >= 5 and seeds) or not unit.marked
    for body in solutions + seeds:
        if flat(body) not in given:  # a line that the lesson shows as well
            assert flat(body) not in shown, textwrap.dedent(body)
    assert "BEGINSOLUTION" not in shown and "BEGINHIDDEN" not in shown


def test_a_page_has_every_text_figure_and_exercise_and_no_marked_cell(unit, read):
    solution = nbformat.read(unit.solution, 4)
    ids = {cell.id for cell in read.cells}
    for cell in solution.cells:
        about = cell.metadata.get("nbgrader", {})
        asks = cell.source.startswith("check_answer(")
        assert (cell.id in ids) == (not about.get("grade") and not asks), cell.id
    kept = everything(read)
    drawn = [
        output
        for cell in solution.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {})
    ]
    assert drawn or not unit.marked
    assert kept.count("<img") >= len(drawn)
    assert "vnd.jupyter.widget" not in str(read)
    theirs = {c.id for c in solution.cells if c.metadata.get("nbgrader", {}).get("solution")}
    written = [cell for cell in read.cells if cell.id in theirs]
    assert written and not any(cell.outputs for cell in written)


def test_given_code_is_folded_and_what_students_write_is_not(unit, read):
    solution = nbformat.read(unit.solution, 4)
    written = {c.id for c in solution.cells if c.metadata.get("nbgrader", {}).get("solution")}
    for cell in read.cells:
        if cell.cell_type == "code":
            theirs = cell.id in written or cell.source.startswith("check(")
            assert ("hide-input" in cell.metadata.get("tags", [])) != theirs, cell.source[:200]


def test_links_lead_to_pages_that_are_there():
    text = "see [unit 05](../05_lstm/05_lstm.ipynb#gates) and [06](../06_gru/06_gru.ipynb)"
    assert linked(text, ["05_lstm"]) == "see [unit 05](05_lstm.ipynb#gates) and 06"


def test_an_example_names_a_mistake_and_shows_no_more_than_a_student_sees():
    report = example(all_exercises()["rnn_step"])
    assert report.state == "wrong" and report.diagnosis and report.complete


def test_a_widget_is_left_out_and_a_figure_is_kept_once():
    figure = {"image/png": "iVBO", "text/html": '<img src="data:," alt="a line">'}
    widget = {"application/vnd.jupyter.widget-view+json": {}, "text/plain": "HBox()"}
    cell = nbformat.v4.new_code_cell(
        outputs=[nbformat.v4.new_output("display_data", data=data) for data in (figure, widget)]
    )
    (kept,) = outputs(cell)
    assert set(kept.data) == {"text/html"}


def test_every_unit_has_a_card_with_a_picture(unit, tmp_path):
    rows = unit_rows((ROOT / "README.md").read_text(encoding="utf-8"))
    if unit.marked:
        assert thumbnail(nbformat.read(unit.solution, 4), tmp_path / "first.png")
        assert (tmp_path / "first.png").stat().st_size < 200_000
    card = unit_card(unit.name, rows[unit.name])
    assert f'href="units/{unit.name}.html"' in card
    assert ("<em>open:</em>" in card) == unit.marked


def test_every_live_page_has_a_card():
    grid = cards(map(live_card, live_pages()))
    assert grid.count("<li>") == len(live_pages()) > 0


def test_a_formula_in_what_a_check_says_is_drawn():
    report = Report("lstm_step", diagnosis=[("old", "The peephole sees $c_{t-1}$, not $c_t$.")])
    html = _shown(report).data["text/html"]
    assert html.count("<math") == 2 and "$" not in re.sub(r'alttext="[^"]*"', "", html)
