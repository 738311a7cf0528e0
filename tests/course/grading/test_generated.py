"""Hostile submissions that nobody has thought of: from a grammar, through all but the kernels."""

import io
import json
import os
from collections import Counter
from random import Random

import nbformat
import pytest
from rich.console import Console

from rnnlib.course.checking.display import MIME
from rnnlib.course.grading.attacks import generated, grammar, made_up
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.course.grading.attacks.delivered import look_at_delivery
from rnnlib.course.grading.attacks.formgrader_look import browser
from rnnlib.course.grading.attacks.generated import open_class, run_generated
from rnnlib.course.grading.attacks.page_look import active_parts
from rnnlib.course.grading.isolation import execute
from rnnlib.course.grading.report import clean
from rnnlib.course.grading.report.terminal import print_marks
from rnnlib.course.grading.run.records import record_path
from rnnlib.course.grading.run.tasks import Outcome

UNIT = "01_hidden_state"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    return open_class(tmp_path_factory.mktemp("hostile"))


def test_a_class_from_the_grammar_harms_nobody(hostile):
    """`rnnlib attacks --generated 2000` tries more; what it finds becomes a test of its own."""
    cases = [made_up.made_up(hostile.released, UNIT, 1, number) for number in range(16)]
    faults = hostile.grade(cases)
    assert [(f.case and f.case.number, f.what) for f in faults] == []


ACTS = """<script>alert(5)</script><img src='data:,x' onerror='document.title = 5'>
<img src='https://loot.example/x.png'>"""


@pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())
def test_nothing_of_theirs_runs_in_the_formgrader_and_what_does_is_seen(hostile):
    """What acts is put behind all cleaning, into one graded notebook itself."""
    cases = [made_up.made_up(hostile.released, UNIT, 1, number) for number in (1, 4)]
    hostile.grade(cases)
    path = hostile.assignment.autograded(cases[-1].student)
    notebook = nbformat.read(path, as_version=4)
    shown = nbformat.v4.new_output("display_data", {"text/html": ACTS})
    next(cell for cell in notebook.cells if cell.cell_type == "code").outputs = [shown]
    nbformat.write(notebook, path)
    with browser() as chromium:
        faults = hostile.look_at_formgrader(cases, chromium)
    assert {fault.case.number for fault in faults} == {4}, [fault.what for fault in faults]
    told = " ".join(fault.what for fault in faults)
    for what in ("a dialog", "script alert(0)", ".title", "<img onerror>", "//loot.example"):
        assert what in told


def test_deliveries_by_chance_are_collected_and_harm_nobody(hostile, tmp_path):
    for number in range(12):
        place = tmp_path / str(number)
        place.mkdir()
        assert list(look_at_delivery(hostile.assignment, 1, number, place)) == []


def test_a_case_can_be_made_again_and_is_another_one_each_time(hostile):
    made = [made_up.made_up(hostile.released, UNIT, 1, number) for number in range(9)]
    again = [made_up.made_up(hostile.released, UNIT, 1, number) for number in range(9)]
    assert made == again
    assert len({case.notebook for case in made}) == 9
    assert made_up.messages(made[0].random("outputs")) == made_up.messages(
        made[0].random("outputs")
    )


def test_names_fit_on_a_disk(tmp_path):
    r = Random(1)
    for number in range(300):
        name = grammar.name(r)
        assert len(os.fsencode(name)) <= 255 and "/" not in name
        os.mkdir(os.fsencode(tmp_path) + b"/" + os.fsencode(f"{number}"))
        os.mkdir(os.fsencode(tmp_path / str(number)) + b"/" + os.fsencode(name))


@pytest.mark.parametrize(
    "page, found",
    [
        ("<p>x</p>", {}),
        ("<img src=x OnErRoR\x0c=alert(1)>", {"<img onerror>": 1, "<img src='x'>": 1}),
        ("<svg/onload=alert(1)>", {"<svg>": 1, "<svg onload>": 1}),
        ("<a href='&#106;ava&Tab;script:alert(1)'>", {"<a href='java\\tscript:alert(1)'>": 1}),
        ("<math><mtext></form><form><mglyph><style></math><img src onerror=x>", None),
        ("<b style='background:url(//x)'>", {"<b style that loads>": 1}),
        ("<a href='https://x.example'>x</a><a href='#y'>y</a>", {}),
        ("<img src='data:image/png;base64,AAAA'>", {}),
        ("<img src='data:image/svg+xml,x'>", {"<img src='data:image/svg+xml,x'>": 1}),
        ("<!-- <script> --><pre>&lt;script&gt;</pre>", {}),
        ("<script src='//x'></script>", {"<script>": 1, "<script src='//x'>": 1}),
    ],
)
def test_what_could_act_in_a_page_is_seen_as_a_browser_sees_it(page, found):
    seen = active_parts(page)
    if found is None:
        assert seen["<form>"] or seen["<img onerror>"]
    else:
        assert seen == Counter(found)


def test_faults_are_told_and_their_cases_kept(hostile, tmp_path, monkeypatch):
    """Where cleaning lets all through, the same class shows it."""
    monkeypatch.setattr(generated, "open_class", lambda root: hostile)
    monkeypatch.setattr(generated, "why_no_browser", lambda: "there is none")
    monkeypatch.setattr(clean, "_clean_html", lambda page: page)
    printed = io.StringIO()
    assert run_generated(Console(file=printed, width=200), 6, 1, tmp_path) == 1
    assert "are not looked at: there is none." in printed.getvalue()
    assert "in the page: <" in printed.getvalue() and "faults" in printed.getvalue()
    assert list(tmp_path.glob(f"1-*/submitted/*/{UNIT}"))


# --- what it found, in its smallest form -------------------------------------------------------


def test_what_another_cell_publishes_as_a_report_is_not_read():
    """A report that is no dict ended the grading of whoever published one."""
    marked = nbformat.v4.new_code_cell("grade(f, points=1)", metadata={"nbgrader": {"grade": True}})
    marked.outputs = [_published({"reasons": ["NameError: name 'f' is not defined"]})]
    own = nbformat.v4.new_code_cell("x")
    for report in ("text", [], None, 5, {}, {"reasons": 5}, {"reasons": [5, None]}):
        own.outputs = [_published(report)]
        notebook = nbformat.v4.new_notebook(cells=[own, marked])
        assert execute._undefined(notebook) == {"f"}


def _published(report):
    return nbformat.v4.new_output("display_data", {MIME: report})


def test_a_reason_steers_no_terminal(hostile):
    """Zero-width characters, separators of lines and escape sequences stood in the table."""
    hostile.grade([])
    printed = io.StringIO()
    path = record_path(hostile.assignment, generated.HONEST)
    record = json.loads(path.read_text())
    graded = hostile.assignment.autograded(generated.HONEST)
    text = graded.read_text(encoding="utf-8")
    graded.write_text(
        text.replace("a reason", "a\\u200b\\u2029\\u001b[2J reason"), encoding="utf-8"
    )
    for mark in record["marks"]:
        mark["reasons"] = ["a\u200b\u2029\x1b[2J reason"]
    path.write_text(json.dumps(record))
    outcome = Outcome(generated.HONEST)
    print_marks(hostile.assignment, [outcome], Console(file=printed, width=120))
    assert "reason" in printed.getvalue()
    assert printed.getvalue().replace("\n", "").isprintable()
