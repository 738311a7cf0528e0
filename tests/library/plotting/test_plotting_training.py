"""Figures about training say what they show."""

import re

from rnnlib import adam_state, adam_step, sgd_state, sgd_step
from rnnlib.plotting import training
from rnnlib.valley import walk_valley


def test_the_fixed_figures_have_descriptions(capsys):
    for name in ("show_training_loop", "show_clipping", "show_temperatures"):
        getattr(training, name)()
        assert len(capsys.readouterr().out.split()) > 10, name


def test_the_valley_tells_how_far_each_path_ends_from_the_lowest_point(capsys):
    paths = {
        "SGD": walk_valley(sgd_step, sgd_state, 0.045),
        "Adam": walk_valley(adam_step, adam_state, 0.2, beta2=0.9),
    }
    training.show_valley(paths)
    sgd, adam = map(float, re.findall(r"\d\.\d\d", capsys.readouterr().out))
    assert adam < sgd
