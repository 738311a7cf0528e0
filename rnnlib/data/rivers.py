"""Rivers in the mountains, made up: what a forecast needs was seen weeks ago.

Snow falls now and then and stays where it fell. At a thaw all of it goes into the river.
"""

from typing import NamedTuple

import numpy as np

__all__ = ["Rivers", "mountain_rivers"]


class Rivers(NamedTuple):
    """What is measured on N rivers on T days, each (T, N)."""

    levels: np.ndarray
    snowfall: np.ndarray
    thaws: np.ndarray


def mountain_rivers(T, N, rng, *, lying=False):
    """N rivers for T days.

    Parameters
    ----------
    T, N : int
    rng : numpy.random.Generator
    lying : bool
        Whether to tell how much snow lies, too.

    Returns
    -------
    Rivers
        ``levels``, with a noise of deviation 0.05 that nobody can forecast; ``snowfall`` of the
        day, as a gauge with an error of deviation 0.01 shows it; ``thaws``, of bool: whether it
        thaws on that day, which happens every 20 to 60 days.
    snow : (T, N)
        With ``lying=True``: what lies at the end of the day, before a thaw takes it.

    Examples
    --------
    >>> rivers = mountain_rivers(100, 3, np.random.default_rng(0))
    >>> rivers.levels.shape, rivers.thaws.dtype
    ((100, 3), dtype('bool'))
    """
    levels, falls, lies = (np.zeros((T, N)) for _ in range(3))
    thaws = np.zeros((T, N), bool)
    level, snow, left = 0.05 * rng.normal(size=N), np.zeros(N), rng.integers(0, 60, N)
    for t in range(T):
        thaw = left == 0
        fall = np.where((rng.random(N) < 0.15) & ~thaw, rng.uniform(0.2, 1, N), 0)
        snow = snow + fall
        levels[t], thaws[t], lies[t] = level, thaw, snow
        falls[t] = fall + 0.01 * rng.normal(size=N)
        level = 0.6 * level + 0.3 * snow * thaw + 0.05 * rng.normal(size=N)
        snow, left = np.where(thaw, 0, snow), np.where(thaw, rng.integers(20, 60, N), left - 1)
    rivers = Rivers(levels, falls, thaws)
    return (rivers, lies) if lying else rivers
