"""How marks add up: what every teacher will ask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib.course.exercises import all_exercises
from rnnlib.course.marks import (
    earned_points,
    earned_share,
    extra_share,
    final_score,
    result_share,
    results_right,
    share_of,
    total,
)


@pytest.mark.parametrize("extras", [1, 2, 5])
@pytest.mark.parametrize("name", ["rnn_step", "lstm_backward", "cross_entropy_backward"])
def test_the_shares_of_a_function_are_all_of_its_points(name, extras):
    exercise = all_exercises()[name]
    shares = [result_share(exercise.share(result)) for result in exercise.results]
    shares += [extra_share(extras)] * extras
    assert sum(shares) == pytest.approx(1.0)
    assert earned_share((1.0, share) for share in shares) == pytest.approx(1.0)


def test_all_right_is_exactly_all_whatever_the_weights_add_up_to():
    weights = dict.fromkeys("abc", 1 / 3 - 1e-12)
    assert results_right(dict.fromkeys("abc", 1.0), weights) == 1.0
    assert results_right({"a": 1.0, "b": 1.0}, weights) < 0.7  # what is missing is wrong
    assert results_right({}, weights) == 0.0


share = st.floats(0, 1)
points = st.floats(0.5, 100)


@given(share, points)
def test_points_lie_between_nothing_and_all_and_only_all_right_earns_all(share, points):
    got = earned_points(share, points, all_right=False)
    assert 0 <= got < points and abs(got - share * points) <= 0.015
    assert earned_points(share, points, all_right=True) == points
    assert type(got) is float


@given(share, share, points)
def test_more_that_is_right_never_earns_less(one, other, points):
    low, high = sorted((one, other))
    assert earned_points(low, points, all_right=False) <= earned_points(
        high, points, all_right=False
    )


def test_what_has_no_mark_counts_as_nothing_and_lateness_takes_no_more_than_there_is():
    assert total([4.25, None, 3.0]) == 7.25
    assert share_of(None, 5) == 0.0 and share_of(2.5, 5) == 0.5 and share_of(0.0, 0.0) == 0.0
    assert final_score(7.25, 2.0) == 5.25
    assert final_score(1.0, 2.0) == 0.0
