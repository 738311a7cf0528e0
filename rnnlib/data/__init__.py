"""Data sets that come with the library; LICENSES.md says where each is from."""

from functools import cache
from importlib.resources import files

__all__ = ["dinosaur_names"]


@cache
def dinosaur_names():
    """The names of 1,318 genera of dinosaurs, in lower case, a to z, sorted.

    Returns
    -------
    tuple of str

    Notes
    -----
    Sorted names next to each other are alike. Shuffle them before a split into training and
    validation, or the validation set is all z.

    Examples
    --------
    >>> names = dinosaur_names()
    >>> len(names), names[0], names[-1]
    (1318, 'aachenosaurus', 'zupaysaurus')
    """
    text = files("rnnlib.data").joinpath("dinosaur_names.txt").read_text(encoding="ascii")
    return tuple(text.split())
