"""Where in its bar a tune is, symbol by symbol."""

import numpy as np

from rnnlib.music.notation import abc_sections, note_durations

__all__ = ["bar_places"]


def bar_places(text):
    """How much of the bar has been heard after each symbol of a tune.

    Parameters
    ----------
    text : str
        With its header lines; K: is the last of them.

    Returns
    -------
    (length of the text,)
        In units of L:. NaN in the header.

    Notes
    -----
    A symbol that changes the note before it, such as a length, changes the place as well: after
    "A" it is 1, after "A2" it is 2.

    Examples
    --------
    >>> bar_places("M:2/4\\nK:C\\nA2B|c")[10:]
    array([1., 2., 3., 0., 1.])
    """
    first = text.index("\n", text.index("K:")) + 1
    places, bar = np.full(len(text), np.nan), first
    for t in range(first, len(text)):
        if text[t] in "|:":
            bar = t + 1
        heard = abc_sections(text[bar : t + 1])
        places[t] = note_durations(heard[-1][-1]).sum() if heard else 0.0
    return places
