"""What a student and an instructor see: JupyterLab in a headless Chromium.

`BROWSER_PICTURES=/some/folder pytest tests/test_browser.py` keeps screenshots.
"""

import re
import shutil

import nbformat
import pytest
from browser import REPOSITORY, Notebook, jupyterlab, visit
from student import run_cell

from rnnlib.course.checking import display, mark
from rnnlib.course.exercises import all_exercises
from rnnlib.course.grading.attacks.chromium import why_no_browser

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())

UNIT = "01_hidden_state"
FOLDED = "02_bptt"
WRONG = """def rnn_step(x, h, params):
    return np.tanh(x @ params.W_xh + h @ params.W_hh)"""
RIGHT = """def rnn_step(x, h, params):
    return np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)"""


@pytest.fixture(scope="module")
def notebook(browser, tmp_path_factory):
    """A student's notebook, in JupyterLab on a copy of course/, run from top to bottom."""
    folder = tmp_path_factory.mktemp("student")
    course = copy(REPOSITORY / "course", folder / "course")
    with jupyterlab(course, folder / "home") as server, visit(browser, *server) as tour:
        notebook = Notebook(tour, course / UNIT / f"{UNIT}.ipynb", course)
        tour.picture("opened")
        notebook.run_all()
        tour.picture("run")
        yield notebook


def copy(source, target):
    """Copy a folder without what JupyterLab puts into it."""
    return shutil.copytree(source, target, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))


def squeeze(text: str) -> str:
    """The text without its white space: HTML breaks lines elsewhere."""
    return re.sub(r"\s+", "", text)


def hue(box) -> str:
    """Which colour the bar beside a report has: the largest of its red, green and blue."""
    colour = box.evaluate("e => getComputedStyle(e).borderLeftColor")
    parts = [float(x) for x in re.findall(r"[\d.]+", colour)[:3]]
    return ("red", "green", "blue")[parts.index(max(parts))]


def earned_and_points(seen: str) -> tuple[float, float]:
    """What a marked cell says, and nothing else: no bare number stands below its one line."""
    (line,) = seen.strip().splitlines()
    earned, points = re.search(r", ([\d.]+) of ([\d.]+) points$", line).groups()
    return float(earned), float(points)


def test_run_all_goes_through_without_an_error(notebook):
    assert notebook.errors() == []
    assert notebook.page.locator(".jp-Dialog").count() == 0


def test_title_and_equations_are_rendered(notebook):
    title = "".join(notebook.cells[0]["source"]).splitlines()[0].removeprefix("# ")
    assert title in notebook.page.locator(".jp-Notebook h1").first.inner_text()

    displayed = sum("".join(cell["source"]).count("\n$$") for cell in notebook.cells)
    equations = notebook.page.locator(".jp-Notebook mjx-container[display='true']")
    equations.nth(displayed - 1).wait_for()
    assert equations.count() == displayed > 0
    assert notebook.page.locator("mjx-merror").count() == 0
    texts = notebook.page.locator(".jp-MarkdownOutput").all_inner_texts()
    assert not [text for text in texts if "$" in text], "a formula stands there as it was typed"


def test_given_code_is_folded_away(browser, tmp_path):
    """In a unit that has some: in the first one everything that is given can be read."""
    course = tmp_path / "course"
    copy(REPOSITORY / "course" / FOLDED, course / FOLDED)
    with jupyterlab(course, tmp_path / "home") as server, visit(browser, *server) as tour:
        notebook = Notebook(tour, course / FOLDED / f"{FOLDED}.ipynb", course)
        folded = [
            number
            for number, cell in enumerate(notebook.cells)
            if cell["metadata"].get("jupyter", {}).get("source_hidden")
        ]
        assert folded
        for number in folded:
            cell = notebook.numbered(number)
            assert cell.locator(".jp-InputPlaceholder").is_visible()
            assert not cell.locator(".jp-InputArea-editor").is_visible()


def test_every_figure_is_there_and_has_a_text_alternative(notebook):
    solved = nbformat.read(REPOSITORY / "solutions" / UNIT / f"{UNIT}.ipynb", 4)
    outputs = (output for cell in solved.cells for output in cell.get("outputs", []))
    drawn = sum("image/png" in output.get("data", {}) for output in outputs)
    figures = notebook.page.locator(".jp-Notebook .jp-OutputArea-output img")
    live = notebook.page.locator(".jp-Notebook .jp-OutputArea-output iframe[srcdoc]")
    assert figures.count() + live.count() == drawn > 5
    for figure in figures.all():
        figure.evaluate("image => image.decode()")  # fails if it cannot be shown
        assert len(figure.get_attribute("alt") or "") > 20


def test_a_wrong_step_is_told_what_is_wrong(notebook):
    notebook.write("rnn-step", WRONG)
    notebook.run("rnn-step")
    seen = notebook.run("check(rnn_step)")
    notebook.tour.picture("wrong")

    report = mark(all_exercises()["rnn_step"], run_cell(WRONG)["rnn_step"])
    (diagnosis,) = display.diagnosis_lines(report)
    assert squeeze(diagnosis.replace("`", "")) in squeeze(seen)
    box = notebook.cell("check(rnn_step)").locator(".jp-RenderedHTML > div").first
    assert hue(box) == "red"
    assert "✗" in box.locator("table tr").first.inner_text()
    earned, points = earned_and_points(notebook.run("grade-rnn-step"))
    assert 0 <= earned < points


def test_a_right_step_is_all_green_and_earns_its_points(notebook):
    notebook.write("rnn-step", RIGHT)
    notebook.run("rnn-step")
    seen = notebook.run("check(rnn_step)")
    notebook.tour.picture("right")

    assert "✗" not in seen
    box = notebook.cell("check(rnn_step)").locator(".jp-RenderedHTML > div").first
    assert hue(box) == "green"
    rows = box.locator("table tr").all_inner_texts()
    assert len(rows) > 1 and all("✓" in row for row in rows)
    earned, points = earned_and_points(notebook.run("grade-rnn-step"))
    assert earned == points > 0


def test_nothing_comes_from_elsewhere_and_nothing_complains(notebook):
    assert notebook.tour.hosts() == {"127.0.0.1"}
    assert notebook.tour.complaints == []


def test_formgrader_shows_the_assignment(browser, tmp_path):
    course = copy(REPOSITORY / "solutions", tmp_path / "course" / "solutions").parent
    shutil.copy(REPOSITORY / "nbgrader_config.py", course)
    with jupyterlab(course, tmp_path / "home") as server, visit(browser, *server) as tour:
        tour.open("lab")
        tour.menu("Nbgrader", "Formgrader")
        formgrader = tour.page.frame_locator("iframe[src*='formgrader']")
        row = formgrader.locator("#main-table tr", has_text=UNIT)
        row.wait_for()
        tour.picture("formgrader")
        assert (course / "gradebook.db").exists(), "the formgrader works in another course"
        assert tour.hosts() == {"127.0.0.1"}
