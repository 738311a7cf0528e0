"""Questions: answers in any form, remarks that cannot be read beforehand."""

import base64
import itertools
import json
import string
import tomllib
from importlib.resources import files

import numpy as np
import pytest
from places import ROOT

from rnnlib.course.checking import check_answer, grade_answer
from rnnlib.course.checking.sealed_questions import (
    Verdict,
    all_questions,
    near_miss,
    normal,
    open_sealed,
    seal,
)

SOURCES = sorted((ROOT / "solutions").glob("*.questions.toml"))
QUESTIONS = {
    name: question
    for path in SOURCES
    for name, question in tomllib.loads(path.read_text(encoding="utf-8")).items()
}
EVERY = pytest.mark.parametrize("name", QUESTIONS)


@pytest.mark.parametrize(
    "answer, form",
    [
        ("b", "b"),
        ("B", "b"),
        (" B) ", "b"),
        ("(b)", "b"),
        ("b.", "b"),
        (1088, "1088"),
        (1088.0, "1088"),
        ("1,088", "1088"),
        (" 1088 ", "1088"),
        ("1_088", "1088"),
        (np.int64(1088), "1088"),
        (np.float32(1088), "1088"),
        (np.array(1088), "1088"),
        (0.1 + 0.2, "0.3"),
        ("-3", "-3"),
        (-3, "-3"),
    ],
)
def test_an_answer_has_one_normal_form(answer, form):
    assert normal(answer) == form


def test_different_answers_keep_different_forms():
    forms = [normal(a) for a in ("a", "b", 1, 10, 100, 15527, 15528, 0.5, -0.5, "", "ab")]
    assert len(set(forms)) == len(forms)


@EVERY
def test_the_right_answer_earns_all_and_every_other_nothing(name, capsys):
    question = QUESTIONS[name]
    earned = grade_answer(name, question["right"], points=0.5)
    assert earned == 0.5 and isinstance(earned, float)
    for answer, remark in question["remarks"].items():
        right = normal(answer) == normal(question["right"])
        assert grade_answer(name, answer, points=0.5) == (0.5 if right else 0.0)
        check_answer(name, answer)
        out = capsys.readouterr().out
        assert remark.replace("`", "").replace("*", "") in out.replace("*", "")


@EVERY
def test_every_letter_that_is_offered_has_a_remark(name):
    question = QUESTIONS[name]
    letters = sorted(a for a in question["remarks"] if a in string.ascii_letters)
    if letters:
        assert len(letters) >= 3
        assert letters == list(string.ascii_lowercase[: len(letters)])
    else:
        assert len(question["remarks"]) >= 3, "foresee the numbers that mistakes lead to"


def test_a_name_is_used_once_in_the_course():
    names = [n for path in SOURCES for n in tomllib.loads(path.read_text(encoding="utf-8"))]
    assert len(set(names)) == len(names)
    assert set(all_questions()) == set(names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name.partition(".")[0])
def test_a_sealed_file_holds_no_remark_and_no_answer_in_the_clear(path):
    questions = tomllib.loads(path.read_text(encoding="utf-8"))
    sealed_file = (
        files("rnnlib.course.exercises") / "sealed" / f"{path.name.partition('.')[0]}.json"
    )
    sealed = json.loads(sealed_file.read_text(encoding="utf-8"))
    wanted = [question.pop("wanted") for question in sealed.values()]
    assert all(words == "a number" or words.startswith("one of the letters a,") for words in wanted)
    text = json.dumps(sealed)
    locked = [value for question in sealed.values() for value in question.values()]
    decoded = "".join(base64.b64decode(value).decode("latin-1") for value in locked)
    for question in questions.values():
        for remark in question["remarks"].values():
            words = remark.split()
            for piece in map(" ".join, itertools.pairwise(words)):
                assert piece not in text and piece not in decoded
        right = str(question["right"])
        if len(right) > 2:
            assert f'"{right}"' not in text
    assert "true" not in text and "right" not in text and "[true" not in decoded


def test_the_order_of_a_sealed_question_does_not_tell_which_answer_is_right():
    verdicts = {letter: Verdict(letter == "c", f"On {letter}.") for letter in "abcd"}
    sealed = seal("q", verdicts)
    turned = seal("q", dict(reversed(verdicts.items())))
    assert list(sealed) == list(turned) and sealed == turned


def test_the_same_answer_to_another_question_has_another_seal():
    verdict = {"a": Verdict(True, "Yes: of course.")}
    one, two = seal("one", verdict), seal("two", verdict)
    assert not set(one) - {"wanted"} & set(two)
    assert open_sealed("one", one, "A").remark == "Yes: of course."
    assert open_sealed("two", one, "a") is None


@EVERY
@pytest.mark.parametrize(
    "answer", [None, "", "   ", ...], ids=["None", "empty", "spaces", "an ellipsis"]
)
def test_a_missing_answer_is_told_from_a_wrong_one(name, answer, capsys):
    assert grade_answer(name, answer, points=1) == 0.0
    assert "not answered yet" in capsys.readouterr().out


@EVERY
@pytest.mark.parametrize(
    "answer",
    [
        "zebra",
        98765.4321,
        True,
        [1, 2],
        {"a"},
        np.arange(3),
        np.zeros((2, 2)),
        len,
        float("nan"),
        float("inf"),
        10**400,
        (1, 2),
        b"a",
    ],
    ids=repr,
)
def test_an_unforeseen_answer_gets_a_sentence_and_no_points(name, answer, capsys):
    assert grade_answer(name, answer, points=1) == 0.0
    check_answer(name, answer)
    out, err = capsys.readouterr()
    assert not err and "not right" in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (6.58, "Close: a whole number is wanted."),
        ("7.4", "Close: a whole number is wanted."),
        (5.6, ""),
        (70, ""),
        (6, ""),  # it has a remark of its own
    ],
)
def test_a_number_that_becomes_right_by_rounding_is_told_so(answer, hint):
    remarks = {"7": Verdict(True, "Yes."), "6": Verdict(False, "One too few.")}
    assert near_miss("steps", seal("steps", remarks), answer).startswith(hint or "")
    assert bool(near_miss("steps", seal("steps", remarks), answer)) == bool(hint)


def test_too_many_digits_are_close_too():
    sealed = seal("share", {"0.53": Verdict(True, "Yes."), "0.5": Verdict(False, "No.")})
    assert near_miss("share", sealed, 0.5314) == "Close: give it with fewer digits."
    assert near_miss("share", sealed, 0.61) == ""


def test_a_question_that_does_not_exist_is_told(capsys):
    check_answer("no_such_question", "a")
    assert grade_answer("no_such_question", "a", points=1) == 0.0
    assert capsys.readouterr().out.count("no question called no_such_question") == 2
