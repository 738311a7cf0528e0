"""nbgrader's formgrader on a graded course, in a real browser: what an instructor sees and does."""

import io
import re

import nbformat
import pytest
from browser import headless, jupyterlab, visit
from classroom import POINTS, SANDBOX, UNIT, hand_in, short_notebook
from nbgrader.api import Gradebook
from rich.console import Console

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.course.grading.collect.roster import Person, enter_people
from rnnlib.course.grading.command import run_feedback, run_grade
from rnnlib.course.grading.standing import read_standings

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())

STUDENT = "one_mistake_each"
TEXT = """The state $h_t$, and a hint:

<details><summary>Hint 1: where to begin</summary>

$$a_t = x_t W$$

</details>

| symbol | code |
|---|---|
| $x_t$ | `x` |
"""
RUNS = "<img src=x onerror=document.title='RAN'>"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A course in which one student, whose name is HTML, has been graded."""
    root = tmp_path_factory.mktemp("formgrader") / "course"
    notebook = short_notebook()
    folded = nbformat.v4.new_code_cell("given = 1", id="folded")
    folded.metadata["jupyter"] = {"source_hidden": True}
    notebook.cells[1:1] = [nbformat.v4.new_markdown_cell(TEXT, id="text"), folded]
    hand_in(root, notebook, only=[STUDENT])
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        book.add_student(STUDENT, first_name=RUNS, last_name=RUNS, email=RUNS)
    run(run_grade, Assignment(UNIT, root), sandbox=SANDBOX)
    return root


def run(command, *words, **options):
    command(*words, Console(file=io.StringIO()), **options)


@pytest.fixture(scope="module")
def browser():
    with headless() as browser:
        yield browser


@pytest.fixture(scope="module")
def tour(root, browser):
    home = root.parent / "home"
    with jupyterlab(root, home) as server, visit(browser, *server) as tour:
        yield tour


@pytest.fixture
def page(tour, root):
    """The page of the one submission."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}") as book:
        number = book.find_submission_notebook(UNIT, UNIT, STUDENT).id
    tour.open(f"formgrader/submissions/{number}/")
    tour.page.locator("input.score").first.wait_for()
    return tour.page


def test_the_class_is_listed_and_no_name_is_run(tour):
    for place in ("manage_assignments", "manage_students", f"gradebook/{UNIT}/{UNIT}"):
        tour.open(f"formgrader/{place}")
        tour.page.locator("tbody tr a").first.wait_for()
        assert tour.page.title() != "RAN" and not tour.page.locator("img[src=x]").count()


def test_a_submission_is_drawn_without_a_network(tour, page):
    assert page.title() != "RAN" and not page.locator("img[src=x]").count()
    assert RUNS in page.locator("#nav-container, nav, .navbar").first.text_content()
    formulas = page.locator("math")
    assert formulas.count() == 3
    assert formulas.first.bounding_box()["height"] > 5
    assert "$" not in page.locator(".text_cell_render").first.inner_text()
    first, second = page.locator(".text_cell_render tbody td").all()[:2]
    gap = second.bounding_box()["x"] - first.locator("math").bounding_box()["x"]
    assert gap > first.locator("math").bounding_box()["width"] + 5, "columns touch"
    assert tour.hosts() == {"127.0.0.1"} and tour.complaints == []


def test_hints_and_given_code_can_be_seen_to_open(page):
    for fold, inside in (("Hint 1", "math"), ("Folded code", "pre")):
        summary = page.locator("summary", has_text=fold)
        assert summary.evaluate("e => getComputedStyle(e).display") == "list-item"
        hidden = page.locator("details", has=summary).locator(inside).first
        assert not hidden.is_visible()
        summary.click()
        assert hidden.is_visible()


def test_a_mark_and_a_comment_are_saved_and_given_back(page, root):
    score = page.locator("input.score[id=grade_rnn_step]")
    score.fill("0.25")
    score.press("Tab")
    comment = page.locator("textarea.comment").first
    comment.fill("Look at the bias.")
    comment.press("Tab")

    def saved():
        standing = read_standings(Assignment(UNIT, root).gradebook, UNIT)[STUDENT]
        marks = {grade.exercise: grade.manual for grade in standing.grades}
        return marks["rnn_step"] == 0.25 and "Look at the bias." in standing.comments.values()

    for _ in range(600):  # the page says nothing when it has saved
        if saved():
            break
        page.wait_for_timeout(100)
    assert saved()
    run(run_feedback, Assignment(UNIT, root))
    text = (root / "feedback" / STUDENT / UNIT / f"{UNIT}.html").read_text(encoding="utf-8")
    assert "Look at the bias." in text
    assert re.search(rf"0\.25 / {POINTS['rnn_step']:g}\D", text)


@pytest.mark.parametrize("width", [1300, 390])
def test_a_feedback_page_fits_a_desktop_and_a_phone(browser, root, width):
    path = root / "feedback" / STUDENT / UNIT / f"{UNIT}.html"
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("table.marks tbody tr").count() == len(POINTS)
    size = page.locator("table.marks td").first.evaluate("e => getComputedStyle(e).fontSize")
    assert float(size.removesuffix("px")) >= 12


def test_names_are_text_before_they_are_in_the_gradebook(root, tmp_path):
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    person = Person("anna", RUNS, "Berg\x1b[2J", "a@x.org", "")
    enter_people(url, tmp_path, [person])
    enter_people(url, tmp_path, [person])
    with Gradebook(url) as book:
        anna = book.find_student("anna")
        assert anna.first_name == RUNS.replace("<", "‹").replace(">", "›")
        assert anna.last_name == "Berg [2J"
