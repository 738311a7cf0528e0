"""Dates as people write them in English and Spanish, and how they may be read.

The formats are those of Unicode's CLDR, kept in date_formats.txt: full, long, medium and short, for
the United States, Great Britain and Spain. A format is a list of parts: a field, such as ``MMMM``
for the month's name, or the text between two fields.
"""

import datetime
import re
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np

__all__ = ["WrittenDate", "date_readings", "written_dates"]

FIRST, LAST = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)
"""A year of two digits is one of these hundred."""

_PART = re.compile(r"'([^']*)'|(EEEE|MMMM|MMM|MM|M|dd|d|yy|y)|([^'\w]+)")
_NUMBER = {"MM": r"\d\d", "M": r"\d\d?", "dd": r"\d\d", "d": r"\d\d?", "yy": r"\d\d", "y": r"\d{4}"}


class WrittenDate(NamedTuple):
    """A date as somebody wrote it, and what is meant.

    Attributes
    ----------
    text : str
        Such as ``"miércoles, 4 de marzo de 2026"``.
    iso : str
        ``"2026-03-04"``.
    locale : str
        ``"en_US"``, ``"en_GB"`` or ``"es_ES"``.
    kind : str
        ``"full"``, ``"long"``, ``"medium"`` or ``"short"``.
    """

    text: str
    iso: str
    locale: str
    kind: str


def written_dates(days, rng):
    """Write each day in a format drawn at random from twelve: three places, four kinds.

    Parameters
    ----------
    days : sequence of datetime.date, or (N,) of datetime64
        From 1950-01-01 to 2049-12-31: short formats have two digits for the year.
    rng : numpy.random.Generator

    Returns
    -------
    list of WrittenDate

    Raises
    ------
    ValueError
        If a day lies outside of these hundred years.

    Notes
    -----
    Some short dates can be read in two ways: 3/4/26 is the fourth of March in the United States and
    the third of April in Spain. `date_readings` finds them.

    Examples
    --------
    >>> days = np.array(["2026-03-04"], dtype="datetime64[D]").repeat(3)
    >>> for date in written_dates(days, np.random.default_rng(8)):
    ...     print(date.text, "->", date.iso)
    miércoles, 4 de marzo de 2026 -> 2026-03-04
    3/4/26 -> 2026-03-04
    Mar 4, 2026 -> 2026-03-04
    """
    formats = _formats()
    keys = list(formats)
    days = np.asarray(days, dtype="datetime64[D]").tolist()
    for day in days:
        if not FIRST <= day <= LAST:
            raise ValueError(f"days must lie from {FIRST} to {LAST}, got {day}")
    chosen = (keys[k] for k in rng.integers(len(keys), size=len(days)))
    return [
        WrittenDate(write_date(day, formats[key]), day.isoformat(), *key)
        for day, key in zip(days, chosen, strict=True)
    ]


def date_readings(text):
    """Every date that a text may mean, in any of the twelve formats: what rules can know.

    Parameters
    ----------
    text : str

    Returns
    -------
    tuple of str
        ISO dates, sorted; empty if no format fits.

    Examples
    --------
    >>> date_readings("3/4/26"), date_readings("4 mar 2026"), date_readings("tomorrow")
    (('2026-03-04', '2026-04-03'), ('2026-03-04',), ())
    """
    readings = set()
    for pattern, parts in _readers():
        if match := pattern.fullmatch(text):
            day = _meant(match.groups(), parts)
            if day is not None:
                readings.add(day.isoformat())
    return tuple(sorted(readings))


def read_formats(text):
    """Turn the text of date_formats.txt into {(locale, kind): parts}.

    A part is a pair: a field's pattern and its names (None for numbers), or "" and the text between
    two fields.
    """
    names, formats = {}, {}
    for line in text.splitlines():
        locale, key, *values = line.split("\t")
        if key[0] in "ME":
            names[locale, key] = tuple(values)
            continue
        formats[locale, key] = tuple(
            (field, names.get((locale, field))) if field else ("", quoted or between)
            for quoted, field, between in _PART.findall(values[0])
        )
    return formats


def write_date(day, parts):
    """Write one day in one format."""
    return "".join(
        between_or_names if not field else _written(field, between_or_names, day)
        for field, between_or_names in parts
    )


def _written(field, names, day):
    if field == "EEEE":
        return names[day.weekday()]
    if names:
        return names[day.month - 1]
    number = {"M": day.month, "d": day.day, "y": day.year}[field[0]]
    return f"{number % 100:02}" if len(field) == 2 else str(number)


def _meant(groups, parts):
    """The day that the fields of a match name; None if there is no such day, or another weekday."""
    found = {}
    fields = [(field, names) for field, names in parts if field]
    for value, (field, names) in zip(groups, fields, strict=True):
        number = int(value) if names is None else names.index(value) + (field != "EEEE")
        if field == "yy":
            number += 2000 if number < 50 else 1900
        found[field[0]] = number
    try:
        day = datetime.date(found["y"], found["M"], found["d"])
    except ValueError:
        return None
    return day if found.get("E", day.weekday()) == day.weekday() and FIRST <= day <= LAST else None


@cache
def _formats():
    return read_formats(
        files("rnnlib.data").joinpath("date_formats.txt").read_text(encoding="utf-8")
    )


@cache
def _readers():
    """A regular expression for each format, with a group for each field."""
    readers = []
    for parts in _formats().values():
        pattern = ""
        for field, names in parts:
            if not field:
                pattern += re.escape(names)
            else:
                pattern += "(" + ("|".join(names) if names else _NUMBER[field]) + ")"
        readers.append((re.compile(pattern), parts))
    return readers
