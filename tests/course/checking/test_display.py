"""Reports as a student reads them: plain, as HTML, and as data for the table of marks."""

import html.parser
import json

import numpy as np
import pytest

from rnnlib.course.checking.display import (
    as_data,
    as_html,
    diagnosis_lines,
    headline,
    publish,
    text,
)
from rnnlib.course.checking.marking import Report
from rnnlib.course.checking.rows import Row

ROWS = [
    Row("`hs`", 1.0, 0.4),
    Row("`h`", 0.0, 0.3, "is <b>wrong</b> & `h[0]` = 3"),
    Row("with a size of 1", 0.5, 0.3),
]


def report(**more):
    return Report("rnn_forward", rows=list(ROWS), **more)


class Balanced(html.parser.HTMLParser):
    """Notes the tags that are open; fails where one is closed that is not the last opened."""

    def __init__(self):
        super().__init__()
        self.open, self.words, self.tags = [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)


def parse(markup):
    parser = Balanced()
    parser.feed(markup)
    assert not parser.open
    return parser, "".join(parser.words)


def test_a_report_in_plain_text():
    lines = text(report(), 6).splitlines()
    assert lines == [
        "rnn_forward: not right yet, 3.3 of 6 points",
        "  ✓ hs",
        "  ✗ h: is <b>wrong</b> & h[0] = 3",
    ]


def test_html_is_well_formed_and_what_a_student_wrote_stays_text():
    parser, words = parse(as_html(report(notes=["NumPy warned: <script>alert(1)</script>."])))
    assert "script" not in parser.tags and "b" in parser.tags
    assert "is <b>wrong</b> & h[0] = 3" in words
    assert "<script>alert(1)</script>" in words
    assert "`" not in words


@pytest.mark.parametrize("state", ["right", "wrong", "unwritten", "borrowed", "unanswered"])
@pytest.mark.parametrize("points", [None, 2.5])
def test_every_state_has_a_headline(state, points):
    shown = Report("f", state=state)
    words = headline(shown, points)
    assert words in text(shown, points)
    assert words in parse(as_html(shown, points))[1]
    assert ("of 2.5 points" in words) == (points is not None)
    assert ("2.5 of 2.5" in words) == (points is not None and state == "right")


def test_states_do_not_rest_on_colour_alone():
    signs = {state: text(Report("f", state=state)) for state in ("right", "wrong", "unwritten")}
    assert len(set(signs.values())) == 3
    marks = [line.split()[0] for line in text(report()).splitlines()[1:]]
    assert marks == ["✓", "✗"]


def test_one_known_mistake_explains_all_and_several_explain_parts():
    one = report(diagnosis=[("a", "The bias is left out.")])
    assert diagnosis_lines(one) == ["This is what you get when the bias is left out."]
    two = report(diagnosis=[("a", "`W` is transposed."), ("b", "ReLU is used for the tanh.")])
    assert diagnosis_lines(two) == [
        "Part of it is what you get when `W` is transposed.",
        "Part of it is what you get when ReLU is used for the tanh.",
    ]


def test_data_can_be_stored_and_name_every_reason():
    wrong = report(diagnosis=[("a", "The bias is left out.")], notes=["A note."])
    data = json.loads(json.dumps(as_data(wrong, 6)))
    assert data["state"] == "wrong" and data["points"] == 6
    assert data["share"] == pytest.approx(0.55)
    assert data["mistakes"] == ["a"]
    assert data["reasons"][:2] == ["This is what you get when the bias is left out.", "A note."]
    assert data["reasons"][2].startswith("`h`: is <b>wrong</b>")


def test_numpy_numbers_in_a_report_can_be_stored():
    made = Report("f", rows=[Row("a", float(np.float64(0.5)), 1.0, "half")])
    assert json.loads(json.dumps(as_data(made, 1)))["share"] == 0.5


def test_where_all_is_right_the_marked_cell_is_short():
    right = Report("f", rows=[Row("`y`", 1.0, 1.0)], state="right")
    assert len(text(right, 5).splitlines()) == 1
    assert len(text(right).splitlines()) == 2


def test_outside_of_a_notebook_a_report_is_printed(capsys):
    publish(report(), 6)
    assert capsys.readouterr().out == text(report(), 6) + "\n"
