"""The length written behind one note in ABC, in units of the default length L."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u12_music.inputs import letter
from rnnlib.music import note_length


def _draw_length(rng):
    def case(length, name="", **settings):
        token = (name or letter(rng)) + length
        return Case((token,), {"token": repr(token)}, **settings)

    yield case("")
    above = [str(whole) for whole in rng.permutation(np.arange(2, 9))]
    yield case(above[0])
    yield case(above[1], f"{rng.choice(list('DGAB'))},")
    yield case("3/2", f"^{rng.choice(list('cde'))}'")
    yield case(f"{rng.choice([5, 7])}/4", f"_{rng.choice(list('BEbe'))}")
    yield case("/4", "z")
    yield case(str(rng.integers(11, 17)), kind="a number with two digits")
    yield case(f"{rng.choice([3, 5])}/16", kind="a number with two digits")
    yield case("/", kind="a slash alone")
    yield case("/", f"={rng.choice(list('CF'))},", kind="a slash alone")
    yield case(f"{rng.choice([3, 5, 7])}/", kind="a slash alone")


NOTE_LENGTH = Exercise(
    "note_length", note_length, _draw_length, results={"length": ""}, rtol=1e-6, atol=0
)


@NOTE_LENGTH.variant
def partitioned(token):
    """Digits and slash picked out, then cut at the slash."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    if slash and not below:
        below = "2"
    return int(above or 1) / int(below or 1)


@NOTE_LENGTH.variant
def stripped(token):
    """Everything in front of the number is stripped off."""
    number = token.lstrip("^_=abcdefgzABCDEFG',")
    if "/" not in number:
        return float(number) if number else 1.0
    above, below = number.split("/")
    return (float(above) if above else 1.0) / (float(below) if below else 2.0)


@NOTE_LENGTH.variant
def one_symbol_at_a_time(token):
    """A loop over the symbols, with a flag for the slash."""
    above, below, behind = "", "", False
    for c in token:
        if c == "/":
            behind = True
        elif c.isdigit() and behind:
            below += c
        elif c.isdigit():
            above += c
    if behind and below == "":
        below = "2"
    return int(above or "1") / int(below or "1")


@NOTE_LENGTH.variant
def with_regular_expression(token):
    """A regular expression finds the two numbers."""
    import re

    above, slash, below = re.search(r"(\d*)(/?)(\d*)$", token).groups()
    return int(above or 1) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def always_one(token):
    """The length behind the letter is not read at all: every note lasts 1."""
    return 1.0


@NOTE_LENGTH.mistake
def nothing_means_zero(token):
    """A note without a number lasts 0; no number above the slash means 1."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 0) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def slash_ignored(token):
    """The slash is passed over, and 3/2 is read as 32."""
    number = "".join(c for c in token if c.isdigit())
    return float(number or (0.5 if "/" in token else 1))


@NOTE_LENGTH.mistake
def below_ignored(token):
    """What stands behind the slash is dropped, so 3/2 is read as 3."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return float(above or 1)


@NOTE_LENGTH.mistake
def above_ignored(token):
    """What stands in front of the slash is dropped, so 3/2 is read as 1/2."""
    number = "".join(c for c in token if c in "0123456789/")
    if "/" not in number:
        return float(number or 1)
    return 1 / int(number.partition("/")[2] or 2)


@NOTE_LENGTH.mistake
def always_halved(token):
    """A slash always halves, whatever number stands behind it."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) / (2 if slash else 1)


@NOTE_LENGTH.mistake
def turned_over(token):
    """The fraction is turned over: 3/2 is three divided by two."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    if not slash:
        return float(above or 1)
    return int(below or 2) / int(above or 1)


@NOTE_LENGTH.mistake
def whole_numbers_only(token):
    """The division is `//`, which drops what is behind the point; `/` keeps it."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) // int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def one_digit(token):
    """One digit is read and no more, so 12 is read as 1."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above[:1] or 1) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def last_digit(token):
    """The last digit alone is read, so 3/2 lasts 2 and 12 lasts 2."""
    digits = [c for c in token if c.isdigit()]
    return float(digits[-1]) if digits else 1.0


@NOTE_LENGTH.mistake
def slash_alone_divides_by_one(token):
    """A slash with no number behind it changes nothing; it divides by 2."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) / int(below or 1)


@NOTE_LENGTH.mistake
def slash_alone_is_an_error(token):
    """A slash with no number behind it is not foreseen: an empty text is no number."""
    number = "".join(c for c in token if c in "0123456789/")
    if "/" not in number:
        return float(number or 1)
    above, below = number.split("/")
    return int(above or 1) / int(below)


@NOTE_LENGTH.mistake
def behind_the_first_symbol(token):
    """The number is looked for behind the first symbol of the token. In front of it there may be an
    accidental, and behind the letter an octave mark.
    """
    above, slash, below = token[1:].partition("/")
    return int(above or 1) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def one_digit_below(token):
    """Below the slash one digit is read and no more, so 3/16 is read as 3/1."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) / int(below[:1] or (2 if slash else 1))


@NOTE_LENGTH.mistake
def two_below_without_a_slash(token):
    """The 2 for "nothing below" is used without a slash, too: then it is 1."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) / int(below or 2)


@NOTE_LENGTH.mistake
def text_returned(token):
    """The number is returned as it is written, a text; `int` makes a number of it."""
    number = "".join(c for c in token if c in "0123456789/")
    return number or "1"


@NOTE_LENGTH.mistake
def nothing_is_no_number(token):
    """An empty text is handed to `int`, which is an error: `int(above or 1)` foresees it."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above) / int(below or (2 if slash else 1))


@NOTE_LENGTH.mistake
def slash_alone_only_without_a_number(token):
    """A slash alone divides by 2 only where no number stands in front of it: 3/ is 3/2 as well."""
    number = "".join(c for c in token if c in "0123456789/")
    above, slash, below = number.partition("/")
    return int(above or 1) / int(below or (2 if number == "/" else 1))


@NOTE_LENGTH.mistake
def rests_not_foreseen(token):
    """Only letters of notes are stripped off. A rest, `z`, has a length as well."""
    above, slash, below = token.lstrip("^_=ABCDEFGabcdefg,'").partition("/")
    return int(above or 1) / int(below or (2 if slash else 1))
