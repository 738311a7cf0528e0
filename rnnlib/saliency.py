"""Which inputs a network's answer rests on: leave one out, or follow the gradient.

Both give a number for each step of each sequence, for one score. They answer different questions:
**occlusion** says how far the score moves when a step is replaced, **gradient times input** how far
it would move if it went on being as steep as it is here. Where the score stands on a plateau, the
second says "nothing", and the first does not.

References
----------
Zeiler and Fergus, "Visualizing and understanding convolutional networks", ECCV 2014: occlusion.
Shrikumar, Greenside and Kundaje, "Learning important features through propagating activation
differences", ICML 2017: gradient times input, and where it fails.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.gru_sequence import gru_backward, gru_forward

__all__ = ["gradient_times_input", "occlusion"]


def occlusion(score, xs, blank):
    """How much of a score is lost when one step is replaced.

    Parameters
    ----------
    score : callable
        ``score(xs) -> (N,)``.
    xs : (T, N, D)
    blank : (D,)
        What stands in a step's place: an input that says nothing.

    Returns
    -------
    (T, N)
        Positive where the step speaks for the score.

    Examples
    --------
    >>> xs = np.array([1.0, -2.0]).reshape(2, 1, 1)
    >>> occlusion(lambda xs: xs.sum(axis=(0, 2)), xs, np.zeros(1)).ravel()
    array([ 1., -2.])
    """
    xs, blank = as_floats(xs=xs, blank=blank)
    match_shapes(("xs", xs, "T N D"), ("blank", blank, "D"))
    whole, found = score(xs), np.empty(xs.shape[:2])
    for t in range(len(xs)):
        changed = xs.copy()
        changed[t] = blank
        found[t] = whole - score(changed)
    return found


def gradient_times_input(xs, params, w):
    """The gradient of the score h_T w of a GRU, times the input, added up over each step's numbers.

    Parameters
    ----------
    xs : (T, N, D)
    params : GRUParams
        The state before the first step is 0.
    w : (H,)

    Returns
    -------
    (T, N)

    Examples
    --------
    >>> from rnnlib import init_gru
    >>> xs = np.ones((5, 2, 3))
    >>> gradient_times_input(xs, init_gru(3, 4, np.random.default_rng(0)), np.ones(4)).shape
    (5, 2)
    """
    xs, w = as_floats(xs=xs, w=w)
    match_shapes(("xs", xs, "T N D"), ("W_hh", params.W_hh, "H 3H"), ("w", w, "H"))
    zero = np.zeros((xs.shape[1], len(w)))
    hs, _, cache = gru_forward(xs, zero, params)
    dxs, _, _ = gru_backward(np.zeros_like(hs), zero + w, cache)
    return (xs * dxs).sum(axis=2)
