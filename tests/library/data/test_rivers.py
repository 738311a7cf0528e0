import numpy as np

from rnnlib.data import mountain_rivers


def test_the_level_follows_its_law_and_the_snow_waits_for_the_thaw():
    (levels, snowfall, thaws), lying = mountain_rivers(
        300, 50, np.random.default_rng(0), lying=True
    )
    noise = levels[1:] - 0.6 * levels[:-1] - 0.3 * lying[:-1] * thaws[:-1]
    assert abs(noise.std() - 0.05) < 0.002 and abs(noise.mean()) < 0.002
    fallen = np.where(thaws[:-1], 0, lying[:-1]) + snowfall[1:]
    assert np.abs(fallen - lying[1:]).max() < 0.06  # the gauge's error
    days = np.diff(np.flatnonzero(thaws[:, 0]))
    assert 20 <= days.min() and days.max() <= 61


def test_nothing_is_exactly_zero_so_that_every_reading_differs():
    rivers = mountain_rivers(50, 20, np.random.default_rng(1))
    for part in rivers[:2]:
        assert np.unique(part).size == part.size and np.all(part != 0)
