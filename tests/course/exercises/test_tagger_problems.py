"""The problems of unit 09's open task: each is one in which mistakes show."""

import numpy as np
import pytest

from rnnlib.course.exercises.u09_text.tagger_problems import (
    CLIPPING,
    CONSTANTS,
    MOVED,
    STOPPING,
    draw_problems,
    observe_trainer,
)
from rnnlib.readers import train_tagger


@pytest.mark.parametrize("seed", range(1, 9))
def test_the_numbers_that_problems_are_drawn_from_need_no_second_try(seed):
    *_, updates, stopping = draw_problems(np.random.default_rng(seed))
    assert updates.given[1].tells_of_clipping() and stopping.given[1].tells_of_stopping()
    assert len(set(CLIPPING)) == len(CLIPPING) and len(set(STOPPING)) == len(STOPPING) > 11


def test_in_which_updates_a_text_was_shows_in_how_far_its_row_has_moved():
    distances = sorted(MOVED.values())
    assert np.min(np.divide(distances[1:], distances[:-1])) > 1.05
    case = draw_problems(np.random.default_rng(3))[0]
    seen = observe_trainer(train_tagger(*case.args), case)
    assert seen["every text once an epoch"] == seen["a new order each epoch"] == 1
    *others, seed = case.args
    assert seed not in CONSTANTS
    # With the wrong number for a seed, each epoch has a new order that is always the same one.
    seen = observe_trainer(train_tagger(*others, 42), case)
    assert seen["every text once an epoch"] == 1 and seen["a new order each epoch"] == 4
