"""What the text of unit 13 says, read from the outputs that stand in it."""

import re

import numpy as np
import pytest
from lesson import SOLUTIONS, numbers, outputs_of, printed_in
from student import notebook, run_cell

from rnnlib.course.checking import grade
from rnnlib.course.exercises import all_exercises
from rnnlib.data.clips import event_clips
from rnnlib.video import init_events, train


@pytest.fixture(scope="module")
def outputs():
    return outputs_of("13_video")


@pytest.fixture(scope="module")
def printed(outputs):
    return printed_in(outputs)


def test_weights_that_the_text_compares(printed):
    assert numbers(printed, "convolution, F = 3") == [80]
    assert numbers(printed, "fully connected") == [144 * 144 * 8 + 144 * 8]
    assert "weights, 8 channels: 2,624" in printed and "8,133,888" in printed
    conv, flat = (
        int(re.search(rf"{name} +([\d,]+) weights", printed)[1].replace(",", ""))
        for name in ("ConvLSTM", "plain LSTM")
    )
    assert 17.5 < flat / conv < 18.5  # "eighteen times as many"


def test_a_kernel_is_learned_from_examples(printed):
    assert "[[ 1.  0. -1.]\n [ 2.  0. -2.]\n [ 1.  0. -1.]]" in printed


def test_receptive_fields(printed):
    assert "{'one convolution': 9, 'two': 25, 'and rows': 30, 'and columns': 90}" in printed
    sides = re.findall(r"'frame (\d)': '(\d+) columns'", printed)
    assert [(int(t), int(side)) for t, side in sides] == [(5, 3), (4, 5), (3, 7), (2, 9), (1, 11)]


def test_the_two_properties_of_the_step(printed):
    assert "the same as lstm_step? True" in printed
    assert "in the middle: the state is shifted too? True" in printed
    assert "at the edge: the state is shifted too? False" in printed


def test_few_clips_are_enough_for_the_convolution_and_it_is_no_winner_further_ahead(printed):
    conv, flat = (
        [
            float(n)
            for n in re.search(rf"{name}.*training clips (.*), held out (.*)", printed).groups()
        ]
        for name in ("ConvLSTM", "plain LSTM")
    )
    assert abs(conv[0] - flat[0]) < 0.005 and conv[1] < flat[1]
    after = "squared error, frames ahead"
    names = ("last frame", "average", "straight motion", "plain LSTM", "ConvLSTM")
    last, average, straight, flat, conv = (numbers(printed, name, after) for name in names)
    assert max(flat[0], conv[0]) < straight[0] + 0.003 < average[0] < last[0]
    assert flat[3] < min(conv[3], straight[3], average[3]) and straight[3] > average[3]


def test_only_a_prediction_is_surprised_by_rest_and_what_vanishes_is_noticed_least(printed):
    after = "alarms at a share of 5 %"
    names = ("difference of frames", "plain LSTM", "ConvLSTM")
    rows = [numbers(printed, name, after) for name in names]
    for false, freezes, jumps, vanishes in rows:
        assert false <= 12 and jumps > 80 and vanishes < min(jumps, freezes + 5)
    assert rows[0][1] < 25 and rows[2][1] > 60


def test_captions_of_combinations_that_were_left_out(printed):
    after = "exact match"
    commonest, nearest, network = numbers(printed, "shown, new places", after)
    assert commonest < 10 and nearest < 75 and network > 80
    commonest, nearest, network = numbers(printed, "left out", after)
    assert commonest == nearest == 0 and network < 50
    colour, shape, motion = numbers(printed, "left out, word by word: colour", after)
    assert colour > 85 and min(shape, motion) < 80
    assert numbers(printed, "of its wrong captions,")[0] > 60


def test_the_convolution_knows_in_other_places_what_it_learned_in_one(printed):
    after = "right answers"
    for name, here, there in (
        ("last frame, nearest", (5, 30), (5, 30)),
        ("average frame, nearest", (70, 100), (5, 30)),
        ("whole clip, nearest", (85, 100), (5, 30)),
        ("plain LSTM", (85, 100), (5, 30)),
        ("ConvLSTM", (90, 100), (90, 100)),
    ):
        shares = numbers(printed, name, after)
        assert here[0] <= shares[0] <= here[1] and there[0] <= shares[1] <= there[1], name


def program_as_given():
    exercise = all_exercises()["event_loss"]
    (version,) = (m for m in exercise.mistakes if m.name == exercise.start)
    names = notebook(*exercise.uses, borrow=exercise.borrow)
    return run_cell(version.source("event_loss"), names)["event_loss"]


def test_the_given_program_guesses_and_earns_nothing():
    given = program_as_given()
    assert grade(given, points=6, seed=3) == 0
    rng = np.random.default_rng(0)
    data = event_clips(48, rng)
    _, losses = train(given, init_events(4, rng), data, updates=40, batch=24, rng=rng)
    assert abs(losses[-5:].mean() - np.log(6)) < 0.1


def test_the_students_cell_holds_the_given_program():
    release = (SOLUTIONS.parent / "course" / "13_video" / "13_video.ipynb").read_text("utf-8")
    assert "convlstm_step(x, start, params.cell)" in release
    assert "put_along_axis" not in release


def test_pictures_have_words_and_the_animation_is_small(outputs):
    pictures = [o for o in outputs if "image/png" in o.get("data", {})]
    assert len(pictures) == 7
    assert all(o.metadata["image/png"]["alt"].strip() for o in pictures)
    (moving,) = (o.data for o in outputs if "image/gif" in o.get("data", {}).get("text/html", ""))
    assert 'alt="' in moving["text/html"] and len(moving["text/html"]) < 40_000
