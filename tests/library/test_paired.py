import numpy as np
import pytest

from rnnlib import ShapeError
from rnnlib.paired import paired_difference


def test_without_lags_it_is_the_standard_error_of_a_mean():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500))
    found = paired_difference(a, b, lags=0)
    d = a**2 - b**2
    assert found.mean == pytest.approx(d.mean())
    assert found.error == pytest.approx(d.std() / np.sqrt(500))
    assert found.tie


def test_errors_that_stay_alike_are_less_certain_than_they_look():
    """Each difference repeated ten times: the true standard error is that of the tenth part."""
    d = np.random.default_rng(1).normal(size=200) + 3
    long = np.sqrt(np.repeat(d + 2, 10))
    naive = paired_difference(long, np.zeros(2000), lags=0).error
    aware = paired_difference(long, np.zeros(2000), lags=30).error
    truth = d.std() / np.sqrt(200)
    assert naive < 0.4 * truth and aware == pytest.approx(truth, rel=0.3)


def test_arrays_that_do_not_belong_together_are_refused():
    for a, b, lags in ((np.ones(3), np.ones(4), 0), (np.ones(3), np.ones(3), 3)):
        with pytest.raises(ShapeError, match="must have one shape"):
            paired_difference(a, b, lags=lags)
