import numpy as np
import pytest

from rnnlib.data import irish_tunes
from rnnlib.music import full_bar
from rnnlib.music.places import bar_places


def test_triplets_broken_rhythm_and_repeats():
    places = bar_places("M:4/4\nK:C\n(3ABc|:A>B|")
    assert np.isnan(places[:10]).all()
    expected = [0, 0, 2 / 3, 4 / 3, 2, 0, 0, 1, 1.5, 2, 0]
    assert places[10:] == pytest.approx(expected)


def test_full_bars_of_a_real_tune_end_where_the_metre_says():
    tune = next(tune for tune in irish_tunes() if "M:6/8" in tune)
    ends = bar_places(tune)[[t - 1 for t, symbol in enumerate(tune) if symbol == "|"]]
    assert np.mean(ends == full_bar("6/8", "1/8")) > 0.7
