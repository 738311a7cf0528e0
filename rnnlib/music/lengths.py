"""How long a note is, as it is written."""

__all__ = ["note_length"]


def note_length(token):
    """The length of one note, in units of L.

    Parameters
    ----------
    token : str
        Such as ``"A"``, ``"^c'3"``, ``"B,/"``, ``"d3/2"``, ``"[CEG]2"``.

    Returns
    -------
    float

    Notes
    -----
    A number after a slash divides; a slash alone means /2, two of them /4.

    Examples
    --------
    >>> [note_length(token) for token in ("A", "A3", "A/", "A3/2", "A/4", "A//")]
    [1.0, 3.0, 0.5, 1.5, 0.25, 0.25]
    """
    digits = "".join(c for c in token.rpartition("]")[2] if c in "0123456789/")
    above, slash, below = digits.partition("/")
    divisor = int(below) if below.isdigit() else 2 ** digits.count("/")
    return int(above or 1) / divisor
