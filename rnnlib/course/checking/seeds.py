"""The seeds of marked cells: each is mixed with a secret of the course when a class is graded.

The seed that stands in a marked cell can be found out, and a table of results made at home would
earn all marks. With the secret nobody can foretell the inputs, and the same course can repeat them.
"""

from __future__ import annotations

import hashlib

_secret = ""


def use_secret(secret: str) -> None:
    """Mix this secret into all seeds from here on; with an empty one they stay as they are."""
    global _secret
    _secret = secret


def mixed_seed(seed: int, exercise: str) -> int:
    """The seed that is drawn with, in place of the one that stands in a cell.

    Examples
    --------
    >>> mixed_seed(1234, "rnn_step")
    1234
    """
    if not _secret:
        return seed
    digest = hashlib.sha256(f"{_secret} {seed} {exercise}".encode()).digest()
    return int.from_bytes(digest[:6], "big")
