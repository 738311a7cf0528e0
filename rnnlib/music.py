"""Tunes in ABC notation: their rhythm, their pitches, their sound.

ABC writes a tune as text (https://abcnotation.com/wiki/abc:standard:v2.1). A note is a letter::

    ^f'3/2      accidental ^ = _, letter, octave marks ' and , then its length in units of L:

`abc_sections` cuts a text into sections, bars and *tokens*; everything else here works on tokens.
What is covered is what tunes of one voice use: notes, rests, chords, ties, triplets, broken rhythm,
grace notes, bar lines, repeats and endings, key signatures. Words, ornaments and voices are not.
"""

import re
from typing import NamedTuple

import numpy as np

__all__ = [
    "Tune",
    "abc_sections",
    "bar_accidentals",
    "complete_bars",
    "frequency",
    "full_bar",
    "key_signature",
    "melody",
    "midi_number",
    "note_durations",
    "note_length",
    "read_abc",
    "sharps_of_key",
    "synthesise",
    "tone",
]

LENGTH = r"(?:[1-9]\d*)?(?://?(?:[1-9]\d*)?)?"
NOTE = rf"(?:(?:\^\^|__|[\^_=])?[A-Ga-g][,']*|z){LENGTH}"
TOKEN = re.compile(
    rf"(?P<bar>\|:|\|\]|\|\||:\||::|\[\||\|)|(?P<ending>\[[12]|(?<=\|)[12])"
    rf"|(?P<token>\[(?:{NOTE})+\]{LENGTH}|\(3|[<>-]|\{{[^}}\n]*\}}|{NOTE})"
)
STEPS = "C D EF G A B"
"""A letter's place in this text is its distance from C in semitones."""


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
        behind a tied note, grace notes in braces. A ``">"``, ``"<"`` or ``"-"`` always has a note
        in front of it in its bar, and ``"A//"`` is written ``"A/4"``.

    Notes
    -----
    A section ends at a double bar, a repeat sign or an ending ([1, [2): there a bar may be
    incomplete, for a tune often begins with an upbeat. A line's end is no bar line. What is not
    ABC of this kind is skipped.

    Examples
    --------
    >>> abc_sections("A|B>c (3def|g4:|")
    [[['A'], ['B', '>', 'c', '(3', 'd', 'e', 'f'], ['g4']]]
    """
    sections = [[[]]]
    for match in TOKEN.finditer(notes):
        token, bar = match["token"], sections[-1][-1]
        if token in ("<", ">", "-") and (not bar or bar[-1] in ("(3", "<", ">", "-")):
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
        As behind M:, such as ``"6/8"``; ``"C"`` is 4/4 and ``"C|"`` is 2/2.
    unit : str
        As behind L:, such as ``"1/8"``.

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
    A number behind a slash divides; a slash alone means /2, two of them /4.

    Examples
    --------
    >>> [note_length(token) for token in ("A", "A3", "A/", "A3/2", "A/4", "A//")]
    [1.0, 3.0, 0.5, 1.5, 0.25, 0.25]
    """
    digits = "".join(c for c in token.rpartition("]")[2] if c in "0123456789/")
    above, slash, below = digits.partition("/")
    divisor = int(below) if below.isdigit() else 2 ** digits.count("/")
    return int(above or 1) / divisor


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


MODES = {"Major": 0, "Mixolydian": -1, "Dorian": -2, "Minor": -3}
CIRCLE = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}


def sharps_of_key(key):
    """How many sharps a key has; flats are negative.

    Parameters
    ----------
    key : str
        As behind K:, such as ``"A Dorian"``, ``"F# Minor"``, ``"Bb Major"``; Major may be left out.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the key is not one of C ... B in one of four modes.

    Examples
    --------
    >>> sharps_of_key("D Major"), sharps_of_key("A Dorian"), sharps_of_key("F Major")
    (2, 1, -1)
    """
    tonic, _, mode = key.partition(" ")
    mode = mode or "Major"
    if tonic[:1] not in CIRCLE or tonic[1:] not in ("", "#", "b") or mode not in MODES:
        raise ValueError(f"unknown key {key!r}")
    return CIRCLE[tonic[0]] + 7 * ((tonic[1:] == "#") - (tonic[1:] == "b")) + MODES[mode]


def key_signature(key):
    """The letters that a key raises (1) or lowers (-1).

    Parameters
    ----------
    key : str
        As for `sharps_of_key`.

    Returns
    -------
    dict of str to int

    Examples
    --------
    >>> key_signature("D Major"), key_signature("D Minor"), key_signature("A Minor")
    ({'F': 1, 'C': 1}, {'B': -1}, {})
    """
    sharps = sharps_of_key(key)
    letters = "FCGDAEB" if sharps > 0 else "BEADGCF"
    return dict.fromkeys(letters[: abs(sharps)], 1 if sharps > 0 else -1)


def bar_accidentals(token, signature):
    """The signature for the rest of the bar: an accidental holds on until the bar line.

    Parameters
    ----------
    token : str
        A note.
    signature : dict of str to int
        What holds before it.

    Returns
    -------
    dict of str to int

    Notes
    -----
    An accidental is taken to hold in every octave, as the ABC standard recommends.

    Examples
    --------
    >>> bar_accidentals("=c", {"F": 1, "C": 1})
    {'F': 1, 'C': 0}
    """
    if token[0] not in "^_=":
        return signature
    letter = token.lstrip("^_=")[0].upper()
    return signature | {letter: token.count("^") - token.count("_")}


def midi_number(token, signature):
    """The pitch of a note as a MIDI number: 60 is the C in the middle, one more is a semitone.

    Parameters
    ----------
    token : str
        A note: ``"C"`` is 60, ``"c"`` an octave above, ``"C,"`` one below.
    signature : dict of str to int
        Letters that are raised (1) or lowered (-1) where the note has no accidental of its own.

    Returns
    -------
    int

    Examples
    --------
    >>> [midi_number(token, {"F": 1}) for token in ("C", "F", "=F", "f'", "^G,", "_B")]
    [60, 66, 65, 90, 56, 70]
    """
    letter = token.lstrip("^_=")[0]
    shift = signature.get(letter.upper(), 0)
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    octaves = letter.islower() + token.count("'") - token.count(",")
    return 60 + STEPS.index(letter.upper()) + shift + 12 * octaves


def frequency(midi):
    """The frequency of a MIDI number in equal temperament: 440 Hz for 69.

    Parameters
    ----------
    midi : (...) of numbers

    Returns
    -------
    (...)
        In Hz.

    Examples
    --------
    >>> frequency(np.array([69, 81, 60])).round(2)
    array([440.  , 880.  , 261.63])
    """
    return 440.0 * 2.0 ** ((np.asarray(midi) - 69) / 12)


def tone(hertz, seconds, rate):
    """The samples of one note: three partials under an envelope.

    Parameters
    ----------
    hertz : float
        Frequency of the lowest partial.
    seconds : float
    rate : int
        Samples a second.

    Returns
    -------
    (round(seconds * rate),)
        Between -1 and 1.

    Notes
    -----
    Partials 1, 2, 3 have the amplitudes 0.6, 0.3, 0.1. One at or above half of the rate is left
    out: sampled, it would sound as another, lower pitch. The envelope rises from 0 within 10 ms
    and falls back to 0 in the last 30 ms, so that notes do not click.

    Examples
    --------
    >>> samples = tone(440.0, 0.5, 8000)
    >>> samples.shape, bool(np.abs(samples).max() <= 1)
    ((4000,), True)
    """
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


def melody(text, *, durations=note_durations, pitch=midi_number):
    """The notes of a tune as they sound: pitches and lengths.

    Parameters
    ----------
    text : str
        A tune in ABC.
    durations, pitch : callable
        What reads a bar's rhythm and a note's pitch, as `note_durations` and `midi_number` do.

    Returns
    -------
    midi : (notes,)
        MIDI numbers; NaN for a rest.
    units : (notes,)
        Lengths in units of L. Tied notes of one pitch are one note.

    Notes
    -----
    Repeats are not played twice, and of a chord only the first note sounds.

    Examples
    --------
    >>> melody("M:4/4\\nK:D Major\\nF2 z =F|F2-F2|")
    (array([66., nan, 65., 66.]), array([2., 1., 1., 4.]))
    """
    tune = read_abc(text)
    midi, units, tied = [], [], False
    for bars in abc_sections(tune.notes):
        for bar in bars:
            signature, lengths = key_signature(tune.key), iter(durations(bar))
            for token in bar:
                if token == "-":
                    tied = True
                elif token[0] not in "(<>{":
                    note, length = token.lstrip("["), float(next(lengths))
                    number = np.nan if note[0] == "z" else float(pitch(note, signature))
                    if tied and midi and midi[-1] == number:
                        units[-1] += length
                    else:
                        midi.append(number)
                        units.append(length)
                    signature = signature if note[0] == "z" else bar_accidentals(note, signature)
                    tied = False
    return np.array(midi), np.array(units)


def synthesise(midi, seconds, rate, *, frequency=frequency, tone=tone):
    """The samples of a melody: one tone after the other, silence for a rest.

    Parameters
    ----------
    midi : (notes,)
        MIDI numbers; NaN for a rest.
    seconds : (notes,)
        How long each note sounds.
    rate : int
        Samples a second.
    frequency, tone : callable
        As the functions of these names here.

    Returns
    -------
    (samples,)
        Between -1 and 1.

    Examples
    --------
    >>> synthesise([69, np.nan, 81], [0.5, 0.25, 0.25], 8000).shape
    (8000,)
    """
    return np.concatenate(
        [
            np.zeros(round(s * rate)) if np.isnan(m) else tone(float(frequency(m)), s, rate)
            for m, s in zip(midi, seconds)
        ]
    )
