"""Hostile submissions, graded between honest ones in the real sandbox."""

import json
import shutil
import tempfile
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from browser import headless, jupyterlab, visit
from places import ROOT

from rnnlib.course.grading.attacks import ATTACKS
from rnnlib.course.grading.attacks.arena import HONEST, Arena
from rnnlib.course.grading.attacks.base import EVERYTHING, UNIT
from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.course.grading.attacks.generated import NO_SENTENCE
from rnnlib.course.grading.attacks.made_up import made_up
from rnnlib.course.grading.attacks.table import WORKERS, as_rst, begin, groups, try_some
from rnnlib.course.grading.intake.submission import Submission
from rnnlib.course.grading.isolation.sandbox import SandboxError, check_sandbox
from rnnlib.course.grading.isolation.syscalls import CLONE, NUMBERS, seccomp_filter

PAGES = [name for name, attack in ATTACKS.items() if attack.aim == "browser"]

try:
    check_sandbox()
except SandboxError as error:
    WHY_NOT = str(error)
else:
    WHY_NOT = ""
needs_sandbox = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "it is there")


@pytest.fixture(scope="module")
def folder():
    """A folder with a short name: a socket's path has 108 bytes at most."""
    path = Path(tempfile.mkdtemp(prefix="atk", dir="/tmp"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def trials(folder, request):
    """The attacks that are asked for, tried in two processes at once."""
    asked = [item.callspec.params for item in request.session.items if hasattr(item, "callspec")]
    names = dict.fromkeys(params["attack"] for params in asked if params.get("attack") in ATTACKS)
    with ProcessPoolExecutor(
        WORKERS, mp_context=get_context("spawn"), initializer=begin, initargs=(str(folder),)
    ) as pool:
        futures = [(group, pool.submit(try_some, group)) for group in groups([*names])]
        yield {name: future for group, future in futures for name in group}


@needs_sandbox
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_gained_nobody_harmed_nothing_left(trials, attack):
    *_, faults = trials[attack].result(timeout=900)[attack]
    assert faults == []


@needs_sandbox
@pytest.mark.parametrize("attack", ["raises_what_ends_kernels", "interrupts_itself_later"])
def test_an_interrupt_ends_the_call_and_is_not_waited_for(trials, attack):
    _, alarms, _ = trials[attack].result(timeout=900)[attack]
    assert "hung" not in alarms


@pytest.fixture(scope="module")
def graded(folder):
    """An arena, and what came of three made up, the attacks on browsers, and somebody honest."""
    arena = Arena(folder / "made")
    try:
        released = json.loads(arena.honest)
        handed = {}
        for number in range(3):
            case = made_up(released, UNIT, 1, number)
            handed[f"s{number}"] = Submission(f"s{number}", case.notebook)
        for name in PAGES:
            s = arena.hostile(ATTACKS[name])
            handed[name] = Submission(name, s.written(), s.files)
        for name, submission in handed.items():
            arena.hand_in(name, submission)
        results = {name: arena.grade(name, {}) for name in [*handed, HONEST]}
    finally:
        arena.close()
    return arena, results


@needs_sandbox
def test_submissions_from_the_grammar_go_through_the_whole_grader(graded):
    arena, results = graded
    for number in range(3):
        result = results[f"s{number}"]
        assert result.problem or len(result.marks) == len(EVERYTHING)
        assert not NO_SENTENCE.search(result.problem or "")
    assert all(results[name].problem is None for name in PAGES)
    assert {m["exercise"]: m["score"] for m in results[HONEST].marks} == arena.full


# --- what a browser makes of it ---------------------------------------------------------------

FOUND = """() => {
  const found = [];
  for (const element of document.querySelectorAll("*"))
    for (const {name, value} of element.attributes)
      if (/loot/.test(value) && (/^on/.test(name) || /^\\s*(javascript|data|vbscript):/i.test(value)
          || ["src", "srcdoc", "action", "data", "background"].includes(name)))
        found.push(element.outerHTML.slice(0, 300));
  for (const script of document.querySelectorAll("script, style, iframe, object, embed, base"))
    if (/loot/.test(script.outerHTML)) found.push(script.outerHTML.slice(0, 300));
  for (const link of document.querySelectorAll("a[href]"))
    if (!/^(https?|file):$/.test(link.protocol)) found.push(link.outerHTML.slice(0, 300));
  return found;
}"""


@pytest.fixture(scope="module")
def browser(graded):
    """A browser, and a Jupyter server on the course with nbgrader's formgrader."""
    if why_no_browser():
        pytest.skip(why_no_browser())
    root = graded[0].root
    with jupyterlab(root, root / "home") as (address, token), headless() as chromium:
        yield chromium, address, token


@needs_sandbox
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("page", ["formgrader", "feedback"])
def test_nothing_runs_in_the_browser_of_who_reads_it(graded, browser, page, name):
    from nbgrader.api import Gradebook

    with Gradebook(f"sqlite:///{graded[0].root / 'gradebook.db'}") as gradebook:
        number = gradebook.find_submission_notebook(UNIT, UNIT, name).id
    path = f"formgrader/submissions/{number}/"
    if page == "feedback":
        path = f"files/feedback/{name}/{UNIT}/{UNIT}.html"
    with visit(*browser) as tour:
        tour.page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        tour.open(path)
        assert tour.page.locator("#notebook, .jp-Notebook, body").first.text_content()
        assert "rnn_step" in tour.page.content()
        assert tour.page.evaluate(FOUND) == []
        assert [url for url in tour.requests if "loot" in url.removeprefix(tour.address)] == []


# --- parts ------------------------------------------------------------------------------------


def test_the_page_of_the_documentation_says_what_is_tried():
    path = ROOT / "docs" / "attacks.rst"
    assert path.read_text(encoding="utf-8") == as_rst(), (
        "write it anew: python -m rnnlib.course.grading.attacks.table"
    )


def test_every_attack_says_what_it_tries_and_what_is_spared():
    assert len(ATTACKS) >= 60
    for attack in ATTACKS.values():
        assert attack.tries.endswith(".") and len(attack.tries) < 120, attack.name
        assert {*attack.costs, *attack.gains, *attack.solved} <= {*EVERYTHING}


def test_an_arena_notices_what_it_is_there_to_notice(folder):
    """Faults are found where an attack gains, loses, or leaves something behind."""
    from rnnlib.course.grading.attacks.arena import MARKER, Attempt
    from rnnlib.course.grading.attacks.base import Attack
    from rnnlib.course.grading.run.tasks import Result

    def faults(earned, **about):
        result = about.pop("result", Result("mallory"))
        attack = Attack(lambda s: None, "marks", **about)
        return Arena.judge(
            Arena.__new__(Arena), Attempt(attack, result, [], earned, {"a": 1.0}), []
        )

    assert faults({"a": 1.0}) == []
    assert faults({"a": 2.0}) == ["a: gained 1"]
    assert faults({"a": 0.5}) == ["a: lost 0.5"]
    assert faults({"a": 0.5}, costs=("a",)) == []
    assert faults({"a": 1.0}, gains=("a",)) == ["a: is said to gain, and does not"]
    assert faults({"a": 1.0}, alarms=("hung",)) == ["no alarm: hung"]
    assert faults({"a": 1.0}, refused=True) == ["problem: None"]
    assert faults({}) == ["a: no marks"]
    assert MARKER not in faults({"a": 1.0})


def test_of_several_attacks_the_one_that_leaves_something_behind_is_named(monkeypatch):
    from rnnlib.course.grading.attacks.arena import Attempt
    from rnnlib.course.grading.attacks.base import Attack
    from rnnlib.course.grading.run.tasks import Result

    def harmless(s): ...
    def litters(s): ...
    def tidy(s): ...

    row, arena = [], Arena.__new__(Arena)
    arena.full = {}

    def try_it(attack):
        row.append(attack.name)
        return Attempt(attack, Result("mallory"), [], {}, {})

    monkeypatch.setattr(arena, "_state", dict)
    monkeypatch.setattr(arena, "_try", try_it)
    monkeypatch.setattr(arena, "grade", lambda student, settings: Result(student))

    def faults(leaves):
        def changes(before):
            found = ["a file"] * leaves(row)
            row.clear()
            return found

        monkeypatch.setattr(arena, "_changes", changes)
        attacks = [Attack(change, "machine") for change in (harmless, litters, tidy)]
        return [each.faults for each in arena.attempt(attacks)]

    assert faults(lambda row: False) == [[], [], []]
    assert faults(lambda row: "litters" in row) == [[], ["left behind: a file"], []]
    together = ["one of harmless, litters, tidy: left behind: a file"]
    assert faults(lambda row: len(row) == 3) == [together] * 3


def test_the_filter_of_system_calls_knows_two_machines_and_says_so_of_others():
    for machine in NUMBERS:
        program = seccomp_filter(machine)
        assert program and len(program) % 8 == 0
        assert CLONE[machine] not in NUMBERS[machine].values()
    assert seccomp_filter("vax") is None
