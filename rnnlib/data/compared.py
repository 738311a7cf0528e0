"""A stored comparison: networks of about the same size on the same tasks.

Made once by ``rnnlib train compared``; `rnnlib.course.stored.compared` says how.
"""

import json
from functools import cache
from importlib.resources import files

import numpy as np

from rnnlib.data import dinosaur_names

__all__ = ["compared_names", "compared_runs", "compared_weights"]


@cache
def compared_runs():
    """What was measured in the stored run.

    Returns
    -------
    dict
        ``["letters"][name]``: weights, learning rate, held-out losses, seconds.
        ``["adding"][name][T]``: weights, errors, seconds.
        ``["accents"][name]``: weights, shares of words that come out right with an accent and
        wrongly get one, seconds.

    Examples
    --------
    >>> sorted(compared_runs()["letters"]["GRU"])
    ['held out', 'learning rate', 'seconds', 'weights']
    """
    text = files("rnnlib.data").joinpath("compared.json").read_text(encoding="ascii")
    return json.loads(text)


def compared_weights(name):
    """The weights of a network that predicts letters, as `rnnlib.letter_nets` reads them.

    Parameters
    ----------
    name : str
        A row of ``compared_runs()["letters"]``.

    Returns
    -------
    dict of str to array

    Examples
    --------
    >>> compared_weights("RNN")["W_hh"].shape
    (30, 30)
    """
    with files("rnnlib.data").joinpath("compared.npz").open("rb") as opened:
        stored = np.load(opened)
        own = [key for key in stored if key.startswith(f"{name}/")]
        if not own:
            raise KeyError(f"there is no network called {name!r}")
        return {key.partition("/")[2]: stored[key] / 1000 for key in own}


def compared_names():
    """The names of the comparison: held out (200), for early stopping (150), for training.

    Examples
    --------
    >>> [len(words) for words in compared_names()]
    [200, 150, 968]
    """
    order = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
    return order[:200], order[200:350], order[350:]
