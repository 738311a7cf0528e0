"""The instructor's page: everything is on it, nothing of a submission gets out of its place."""

import html.parser
import re

import pytest
from barriers import barriers_of_file, needs_axe
from browser import BROWSER_OPTIONS, headless
from made_up_class import make_records

from rnnlib.course.exercises import all_exercises
from rnnlib.course.grading.attacks.chromium import chromium, why_no_browser
from rnnlib.course.grading.report.class_report import clean, rich, write_report
from rnnlib.course.grading.report.people import People
from rnnlib.course.grading.report.written import percent

UNIT = "01_hidden_state"
HOSTILE = (
    '<script>alert(1)</script><img src="//x.org/a" onerror=alert(1)>" $x_1$ {{ 7*7 }} \u202e\0'
)


class Page(html.parser.HTMLParser):
    """The elements of a page, and its text without what is in <style>."""

    VOID = frozenset({"meta", "wbr", "br", "img", "link", "use", "path"})

    def __init__(self, text):
        super().__init__()
        self.elements, self.ids, self.links, self.words, self.open = [], [], [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self.ids += [value for name, value in attributes if name == "id"]
        self.links += [v for n, v in attributes if n in ("href", "xlink:href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def report(tmp_path, records, **options):
    write_report(records, UNIT, tmp_path / "report.html", **options)
    return Page((tmp_path / "report.html").read_text(encoding="utf-8"))


# --- what stands on it ------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 2, 3, 60, 400])
def test_any_class_has_a_page(tmp_path, size):
    page = report(tmp_path, make_records(UNIT, size))
    assert f"Marks for {UNIT}" in page.text
    assert len(page.ids) == len(set(page.ids))
    for link in page.links:
        assert link.startswith("#") and link[1:] in page.ids
    assert len([e for e in page.elements if e[0] == "tr"]) == (size and size + 1 + 2 * (size > 1))


@pytest.mark.parametrize("better, best", [("lower", "3.1"), ("higher", "4.25")])
def test_the_best_scores_of_an_open_task_are_listed(tmp_path, monkeypatch, better, best):
    records = make_records(UNIT, 12)
    task = all_exercises()["latch_params"]
    monkeypatch.setattr(task, "score", ("seconds", better))
    reached = iter((4.25, 3.1, 3.7, *[None] * 20))
    for mark in (m for record in records for m in record["marks"]):
        mark["reached"] = next(reached) if mark["exercise"] == task.name else None
    page = report(tmp_path, records)
    assert f"Best seconds ({better} is better): {best} " in page.text
    assert "median 3.7" in page.text


def test_a_class_that_all_needs_a_person(tmp_path):
    records = make_records(UNIT, 3)
    records = [r | {"problem": "it is not JSON", "marks": [], "seconds": {}} for r in records]
    page = report(tmp_path, records)
    assert "3 submissions: 0 graded, 3 for a person" in page.text
    assert page.text.count("it is not JSON") == 3


def test_totals_counts_and_shares_are_right(tmp_path):
    records = make_records(UNIT, 4)
    for k, record in enumerate(records):
        record["problem"] = None
        record["marks"] = [
            {"exercise": "rnn_step", "points": 5.0, "score": 5.0 * (k > 0), "state": "wrong"}
            | {"mistakes": ["bias_left_out"] if k == 0 else [], "reasons": []},
            {"exercise": "output_step", "points": 3.0, "score": [1.5, 3.0, 3.0, 0.0][k]}
            | {"state": ["wrong", "right", "right", "borrowed"][k], "mistakes": [], "reasons": []},
        ]
    page = report(tmp_path, records)
    assert "median 6.5 of 8" in page.text and "mean 5.62 of 8" in page.text
    assert "5 points; all right: 75 %; mean: 75 %; lost in all: 5 points" in page.text
    assert "3 points; all right: 50 %; mean: 62 %; lost in all: 4.5 points" in page.text
    sentence = all_exercises()["rnn_step"].mistakes[0].text.replace("`", "")
    assert f"1 of 4 {sentence} bias_left_out anna" in page.text
    assert "1 of 4 Not their own work david" in page.text
    assert "1 of 4 Wrong in a way that is no known mistake anna" in page.text


def test_the_most_frequent_mistake_comes_first(tmp_path):
    page = report(tmp_path, make_records(UNIT, 60))
    part = page.text.split(" 5 points; all right")[1].split(" 6 points; all right")[0]
    names = "|".join(mistake.name for mistake in all_exercises()["rnn_step"].mistakes)
    counts = [int(n) for n in re.findall(rf"(\d+) of \d+ (?:(?! of \d).)*? (?:{names})\b", part)]
    assert len(counts) > 3 and counts == sorted(counts, reverse=True)


def test_what_is_no_known_mistake_is_told_by_its_reason(tmp_path):
    records = [
        {"student": f"s{k}", "marks": [{"exercise": "rnn_step", "points": 5.0, "score": 0.0}]}
        for k in range(9)
    ]
    for k, record in enumerate(records):
        reason = "did not finish" if k < 2 else f"raised Error{k}"
        record["marks"][0] |= {"state": "wrong", "mistakes": [], "reasons": [reason]}
    text = report(tmp_path, records).text
    assert "2 of 9 Wrong in a way that is no known mistake: did not finish s0 , s1" in text
    assert "3 of 9 Wrong in a way that is no known mistake s" in text
    assert all(f"s{k} " in text.split("Alarms")[1] for k in range(9))


def test_a_mark_that_a_person_must_give_leaves_the_total_open(tmp_path):
    records = make_records(UNIT, 3)
    records[0]["problem"] = None
    records[0]["marks"][0]["score"] = None
    page = report(tmp_path, records)
    assert "anna : no mark yet for rnn_step" in page.text


def test_alarms_repairs_and_times_are_told(tmp_path):
    records = make_records(UNIT, 12)
    records[3]["alarms"] = [{"kind": "tampered", "where": "np", "text": "`np.tanh` was changed."}]
    records[4]["repairs"] = ["The notebook was called `Copy of 01.ipynb`."]
    copied = {records[5]["student"]: [{"kind": "copied", "where": "f", "text": "Compare with me."}]}
    page = report(tmp_path, records, copied=copied, timing={"wall clock": 93.4})
    assert "tampered with np np.tanh was changed." in page.text
    assert "the same text Compare with me." in page.text
    assert "An alarm is a question, no verdict." in page.text
    assert "1 of 12 The notebook was called Copy of 01.ipynb . eva" in page.text
    assert "wall clock 93 s" in page.text and "The slowest:" in page.text


def test_names_links_and_who_is_missing(tmp_path):
    records = make_records(UNIT, 3)
    who, other = records[0]["student"], records[1]["student"]
    people = People(
        names={who: "Anna <b>Berg", "zoe": "Zoë Z"},
        links={who: {"page": "../../feedback/a%20b/u.html", "files": "../../submitted/a"}},
        missing=("zoe",),
        ungraded=("emil",),
        strangers=(other,),
    )
    page = report(tmp_path, records, people=people)
    assert f"{who} Anna <b>Berg page files" in page.text
    assert "../../feedback/a%20b/u.html" in page.links
    assert "Nothing was handed in by zoe (Zoë Z)." in page.text
    assert "not graded yet: emil." in page.text
    assert f"not in the list of students: {other}." in page.text


def test_late_work_and_marks_by_hand_are_told(tmp_path):
    records = make_records(UNIT, 3)
    for record in records:
        record["problem"] = None
    mark = records[0]["marks"][0]
    mark |= {"by_hand": True, "auto": 1.0, "score": 2.5, "points": 5.0}
    records[1] |= {"late": 3 * 3600.0, "penalty": 2.0}
    page = report(tmp_path, records, unconfirmed=["anna, rnn_step: `x`"])
    assert "✎ 2.5" in page.text and "✎ marked by hand" in page.text
    assert f"{records[1]['student']} : 3 hours; 2 points taken off" in page.text
    assert "Marks by hand to be confirmed" in page.text and "anna, rnn_step: x" in page.text


def test_copies_are_looked_for_where_nobody_has(tmp_path):
    records = make_records(UNIT, 12)
    records[1]["digest"] = records[0]["digest"]
    assert "the two files are equal to the last byte" in report(tmp_path, records).text


def test_the_same_records_give_the_same_bytes_in_any_order(tmp_path):
    records = make_records(UNIT, 12)
    write_report(records, UNIT, tmp_path / "a.html")
    write_report(records[::-1], UNIT, tmp_path / "b.html")
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_figures_have_a_text_alternative_with_the_numbers(tmp_path):
    page = report(tmp_path, make_records(UNIT, 12))
    figures = [attributes for tag, attributes in page.elements if tag == "svg"]
    assert len(figures) == 3 and all(f["role"] == "img" for f in figures)
    tags = [tag for tag, _ in page.elements]
    assert tags.count("desc") == 3 and tags.count("title") == 4  # the page's own is one
    assert "rnn_step: " in page.text and " of the points on average" in page.text


@pytest.mark.parametrize(
    "share, words", [(0, "0 %"), (1, "100 %"), (0.999, "99 %"), (0.001, "< 1 %"), (0.5, "50 %")]
)
def test_only_all_is_a_hundred_percent(share, words):
    assert percent(share) == words


# --- what comes from submissions --------------------------------------------------------------


def hostile_records():
    """Every string of a record says what an attacker would."""

    def spoil(value, key=""):
        if isinstance(value, dict):
            return {k: spoil(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [spoil(v, key) for v in value]
        if isinstance(value, str) and key != "state":
            return f"{value} {HOSTILE}" + "y" * 5000
        return value

    records = make_records(UNIT, 6)
    for record in records:
        record["alarms"] = [{"kind": "suspicious", "where": "x", "text": "`x`"}] * 40
        record["repairs"] = ["r"] * 40
    return spoil(records)


def test_nothing_from_a_submission_becomes_markup(tmp_path):
    page = report(tmp_path, hostile_records(), timing={HOSTILE: 1.0})
    assert not {tag for tag, _ in page.elements} & {"script", "img", "iframe", "object", "link"}
    for _, attributes in page.elements:
        assert not [name for name in attributes if name.startswith("on")]
    assert all(link.startswith("#") for link in page.links)
    assert "{{ 7*7 }}" in page.text and "49 " not in page.text[:20]
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "\u202e" not in text and "\0" not in text and "y" * 1000 not in text


def test_the_policy_forbids_scripts_and_everything_from_elsewhere(tmp_path):
    page = report(tmp_path, make_records(UNIT, 3))
    policy = next(
        a["content"] for tag, a in page.elements if a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'") and "script" not in policy
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"url\((?!#)|@import|https?://(?!www\.w3\.org/)", text)


@pytest.mark.parametrize(
    "spoiled",
    [
        {},
        {"marks": None, "answers": None, "seconds": None, "alarms": None, "repairs": None},
        {"marks": [{}], "answers": {"f": None}, "seconds": {"total": "soon"}, "alarms": [{}]},
        {
            "marks": [{"exercise": "f", "points": "5", "score": float("nan")}],
            "seconds": {"total": 1},
        },
        {"marks": ["x"], "alarms": "x", "repairs": [None], "student": 5},
        {"marks": [{"exercise": "f", "points": 0.0, "score": 0.0}], "student": "a" * 999},
        {"marks": [{"exercise": "f", "points": 1.0, "score": 2.0}], "seconds": {"total": True}},
    ],
)
def test_a_record_that_is_not_as_it_should_be_stops_nothing(tmp_path, spoiled):
    report(tmp_path, [spoiled])
    report(tmp_path, [spoiled, *make_records(UNIT, 3)])


def test_a_dollar_in_a_name_is_no_formula(tmp_path):
    marks = [{"exercise": r"a$\frac$", "points": 1.0, "score": k, "state": "?"} for k in (0, 1)]
    records = [{"student": str(k), "marks": [mark]} for k, mark in enumerate(marks)]
    assert report(tmp_path, records).text.split().count(r"a$\frac$") >= 3


def test_strings_are_shown_on_one_line_and_not_too_long():
    assert clean("a\n b\u202ec\x07", 10) == "a bc"
    assert clean("abcdef", 4) == "abc…"
    assert str(rich("`a<b` & <i>")) == "<code>a&lt;b</code> &amp; &lt;i&gt;"


# --- in a browser -----------------------------------------------------------------------------


@pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "there is a browser")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_browser_shows_it_and_asks_for_nothing_else(tmp_path, scheme):
    from playwright.sync_api import sync_playwright

    write_report(hostile_records(), UNIT, tmp_path / "report.html")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=["--no-sandbox", *BROWSER_OPTIONS]
        )
        page = browser.new_page(color_scheme=scheme, viewport={"width": 900, "height": 800})
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("dialog", lambda dialog: (said.append("dialog"), dialog.dismiss()))
        page.on("request", lambda request: asked.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        width = page.evaluate("document.documentElement.scrollWidth")
        paper, ink = (
            page.evaluate(f"getComputedStyle(document.body).{what}")
            for what in ("backgroundColor", "color")
        )
        paths = "[...document.querySelectorAll('svg.plot path')]"
        fills = page.evaluate(f"{paths}.map(path => getComputedStyle(path).fill)")
        browser.close()
    assert said == [] and len(asked) == 1
    assert width <= 900  # wide tables scroll in their own place
    lightness = [sum(map(int, re.findall(r"\d+", colour)[:3])) / 3 for colour in (paper, ink)]
    assert (lightness[0] > lightness[1]) == (scheme == "light")
    assert abs(lightness[0] - lightness[1]) > 150
    assert {"light": "rgb(0, 114, 178)", "dark": "rgb(75, 163, 217)"}[scheme] in fills


@pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser() or "there is a browser")
@needs_axe
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_barrier(tmp_path, scheme):
    write_report(make_records(UNIT, 30), UNIT, tmp_path / "report.html")
    with headless() as browser:
        assert barriers_of_file(browser, tmp_path / "report.html", scheme) == []
