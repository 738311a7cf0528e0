"""Tunes in ABC notation: their bars, and the lengths of their notes.

ABC writes a tune as text (https://abcnotation.com/wiki/abc:standard:v2.1). A note is a letter::

    ^f'3/2      accidental ^ = _, letter, octave marks ' and , then its length in units of L:

`abc_sections` cuts a text into sections, bars and *tokens*; everything else here works on tokens.
What is covered is what tunes of one voice use: notes, rests, chords, ties, triplets, broken rhythm,
grace notes, bar lines, repeats and endings, key signatures. Words, chord symbols, comments,
ornaments and fields within a line are skipped. Of other tuplets than triplets the notes are read
as written, and ``>>`` as ``>``.
"""

import re
from typing import NamedTuple

import numpy as np

from rnnlib.music.lengths import note_length

__all__ = [
    "Tune",
    "abc_sections",
    "complete_bars",
    "full_bar",
    "note_durations",
    "read_abc",
]

LENGTH = r"(?:[1-9]\d*)?(?://?(?:[1-9]\d*)?)?"
NOTE = rf"(?:(?:\^\^|__|[\^_=])?[A-Ga-g][,']*|z){LENGTH}"
TOKEN = re.compile(
    r"(?P<skipped>\"[^\"\n]*\"|%[^\n]*|![^!\n]*!|\+[a-z]+\+|\[[A-Za-z]:[^\]\n]*\])"
    rf"|(?P<bar>\|:|\|\]|\|\||:\||::|\[\||\|)|(?P<ending>\[[12]|(?<=\|)[12])"
    rf"|(?P<token>\[(?:{NOTE})+\]{LENGTH}|\(3|[<>-]|\{{[^}}\n]*\}}|{NOTE})"
)


class Tune(NamedTuple):
    """A tune in ABC: its metre, unit of length and key as they are written, and its notes."""

    metre: str
    unit: str
    key: str
    notes: str


def read_abc(text):
    """Take an ABC tune apart.

    Parameters
    ----------
    text : str
        Lines M:, L: and K:, then the notes. A missing L: means 1/8; of two lines of one kind the
        first counts; other fields are skipped.

    Returns
    -------
    Tune

    Raises
    ------
    ValueError
        If there is no line M: or no line K:.

    Examples
    --------
    >>> read_abc("M:6/8\\nL:1/8\\nK:D Major\\nABc def|")
    Tune(metre='6/8', unit='1/8', key='D Major', notes='ABc def|')
    """
    fields, notes = {}, []
    for line in text.strip().splitlines():
        if re.match(r"[A-Za-z]:(?![|:])", line):
            fields.setdefault(line[0], line[2:].strip())
        else:
            notes.append(line)
    for letter in "MK":
        if letter not in fields:
            raise ValueError(f"the tune has no line {letter}:")
    return Tune(fields["M"], fields.get("L", "1/8"), fields["K"], "\n".join(notes))


def abc_sections(notes):
    """Cut notes into sections, bars and tokens.

    Parameters
    ----------
    notes : str
        The notes of a tune, without its header lines.

    Returns
    -------
    list of list of list of str
        ``sections[s][b]`` is the list of tokens of a bar: a note or rest with its length, a chord
        in brackets, ``"(3"`` before a triplet, ``">"`` or ``"<"`` between two notes, ``"-"``
        after a tied note, grace notes in braces. A ``">"``, ``"<"`` or ``"-"`` always has a note
        in front of it in its bar, and ``"A//"`` is written ``"A/4"``.

    Notes
    -----
    A section ends at a double bar, a repeat sign or an ending ([1, [2): there a bar may be
    incomplete, for a tune often begins with an upbeat. A line's end is no bar line. What is not
    ABC of this kind is skipped, chord symbols in quotes and comments among it.

    Examples
    --------
    >>> abc_sections("A|B>c (3def|g4:|")
    [[['A'], ['B', '>', 'c', '(3', 'd', 'e', 'f'], ['g4']]]
    """
    sections = [[[]]]
    for match in TOKEN.finditer(notes):
        token, bar = match["token"], sections[-1][-1]
        if match["skipped"]:
            continue
        elif token in ("<", ">", "-") and (not bar or bar[-1] in ("(3", "<", ">", "-")):
            continue  # it needs a note in front of it
        elif token:
            bar.append(token.replace("//", "/4"))
        elif match["bar"] == "|":
            sections[-1].append([])
        else:
            sections.append([[]])
    found = ([bar for bar in bars if bar] for bars in sections)
    return [bars for bars in found if bars]


def full_bar(metre, unit):
    """How many units of length a full bar holds.

    Parameters
    ----------
    metre : str
        As after M:, such as ``"6/8"``; ``"C"`` is 4/4 and ``"C|"`` is 2/2.
    unit : str
        As after L:, such as ``"1/8"``.

    Returns
    -------
    float

    Examples
    --------
    >>> full_bar("6/8", "1/8"), full_bar("C", "1/8"), full_bar("3/4", "1/16")
    (6.0, 8.0, 12.0)
    """
    beats, whole = {"C": "4/4", "C|": "2/2"}.get(metre, metre).split("/")
    return int(beats) / int(whole) * int(unit.partition("/")[2])


def note_durations(tokens):
    """How long each note of a bar sounds, in units of L.

    Parameters
    ----------
    tokens : list of str
        A bar, as `abc_sections` gives it.

    Returns
    -------
    (number of notes and rests,)

    Notes
    -----
    After "(3" the next three notes last 2/3 of what is written. "a>b" makes a longer by one half
    and b shorter by one half, "a<b" the other way round. Grace notes take no time.

    Examples
    --------
    >>> note_durations(["B", ">", "c", "(3", "d", "e", "f", "g2"]).round(2)
    array([1.5 , 0.5 , 0.67, 0.67, 0.67, 2.  ])
    """
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in ("<", ">"):
            if found:
                found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


def complete_bars(sections, full):
    """Count the inner bars, and those of them that add up to the metre.

    Parameters
    ----------
    sections : list of list of list of str
        From `abc_sections`.
    full : float
        What a bar should add up to, from `full_bar`.

    Returns
    -------
    complete, inner : int
        The first and the last bar of a section are not inner: upbeats are meant to be short.

    Examples
    --------
    >>> complete_bars(abc_sections("A|B2c2|d2e|fe4|f3:|"), 4)
    (1, 3)
    """
    inner = [bar for bars in sections for bar in bars[1:-1]]
    fits = [abs(note_durations(bar).sum() - full) < 1e-6 for bar in inner]
    return int(sum(fits)), len(inner)
