"""Dates read by rules of growing knowledge: baselines for a network that learns to read them.

Also which part of a written date each symbol belongs to, for a look at where attention goes.
"""

import re

import numpy as np

from rnnlib.data.dates import date_readings

__all__ = ["PARTS", "date_parts", "first_reading", "numbers_copied", "one_shape"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
PARTS = ("weekday", "day", "month", "year", "the rest")
"""What `date_parts` tells apart."""


def numbers_copied(text):
    """The number with four digits is the year, the first other one the day; always January.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        An ISO date.

    Examples
    --------
    >>> numbers_copied("March 4, 2026")
    '2026-01-04'
    """
    numbers = re.findall(r"\d+", text)
    year = next((n for n in numbers if len(n) == 4), "2000")
    day = next((n for n in numbers if len(n) < 4), "1")
    return f"{year}-01-{int(day):02}"


def one_shape(text):
    """One rule for "4 March 2026" and its like, with English months; else `numbers_copied`.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        An ISO date.

    Examples
    --------
    >>> one_shape("4 Mar 2026"), one_shape("March 4, 2026")
    ('2026-03-04', '2026-01-04')
    """
    found = re.fullmatch(r"(\d+) (\w{3})\w* (\d{4})", text)
    if found is None or found[2].lower() not in _MONTHS:
        return numbers_copied(text)
    return f"{found[3]}-{_MONTHS.index(found[2].lower()) + 1:02}-{int(found[1]):02}"


def first_reading(text):
    """All twelve formats are known; of two readings the first is taken.

    Parameters
    ----------
    text : str

    Returns
    -------
    str
        An ISO date; empty if no format fits.

    Examples
    --------
    >>> first_reading("3/4/26"), first_reading("tomorrow")
    ('2026-03-04', '')
    """
    return next(iter(date_readings(text)), "")


_PLACES = (
    (1, "weekday"), (2, "month"), (3, "day"), (4, "year"), (5, "day"), (7, "month"), (9, "year"),
)  # fmt: skip
_WORDS = re.compile(r"(\w+day,? |\w+, )?(?:(\w+) (\d+),? (\d+)|(\d+)( de)? (\w+)( de)? (\d+))")


def date_parts(text):
    """The part of a date that each symbol of a text belongs to.

    Parameters
    ----------
    text : str

    Returns
    -------
    (T,) array of str, or None
        Names from `PARTS`; None where the month is a number.

    Examples
    --------
    >>> date_parts("4 mar 1999").tolist()[:6]
    ['day', 'the rest', 'month', 'month', 'month', 'the rest']
    >>> date_parts("4/3/99") is None
    True
    """
    found = _WORDS.fullmatch(text)
    if found is None:
        return None
    names = np.full(len(text), "the rest", dtype=object)
    for group, name in _PLACES:
        names[found.start(group) : found.end(group)] = name
    return names
