"""Pitches of tunes in ABC notation: keys, accidentals, MIDI numbers, and a tune as it sounds."""

import re

import numpy as np

from rnnlib.music.notation import abc_sections, note_durations, read_abc

__all__ = ["bar_accidentals", "key_signature", "melody", "midi_number", "sharps_of_key"]

MODES = {"maj": 0, "ion": 0, "lyd": 1, "mix": -1, "dor": -2, "min": -3, "aeo": -3, "phr": -4}
MODES |= {"loc": -5, "m": -3, "": 0}
"""Of a mode's name the first three letters count, in any case; m is minor."""

KEY = re.compile(r"([A-G])([#b]?) *([A-Za-z]*)")
CIRCLE = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}
STEPS = "C D EF G A B"
"""A letter's place in this text is its distance from C in semitones."""


def sharps_of_key(key):
    """How many sharps a key has; flats are negative.

    Parameters
    ----------
    key : str
        As after K:, such as ``"A Dorian"``, ``"F# Minor"``, ``"Bb"``, ``"Em"``, ``"Ador"``.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the key is not one of C ... B in one of the modes.

    Examples
    --------
    >>> sharps_of_key("D Major"), sharps_of_key("A Dorian"), sharps_of_key("F"), sharps_of_key("Em")
    (2, 1, -1, 1)
    """
    found = KEY.fullmatch(key.strip())
    mode = found[3].lower() if found else None
    if mode is None or (mode if len(mode) < 3 else mode[:3]) not in MODES:
        raise ValueError(f"unknown key {key!r}")
    return CIRCLE[found[1]] + 7 * ((found[2] == "#") - (found[2] == "b")) + MODES[mode[:3]]


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
    Repeats are not played twice, and of a chord only the first note sounds. A tied note keeps its
    accidental over the bar line; the notes after it do not.

    Examples
    --------
    >>> melody("M:4/4\\nK:D Major\\nF2 z =F|F2-F2|")
    (array([66., nan, 65., 66.]), array([2., 1., 1., 4.]))
    """
    tune = read_abc(text)
    midi, units, tied, before = [], [], False, ""
    for bars in abc_sections(tune.notes):
        for bar in bars:
            signature, lengths = key_signature(tune.key), iter(durations(bar))
            for token in bar:
                if token == "-":
                    tied = True
                elif token[0] not in "(<>{":
                    note, length = token.lstrip("["), float(next(lengths))
                    number = np.nan if note[0] == "z" else float(pitch(note, signature))
                    place = note.rstrip("/0123456789")
                    if tied and place == before:  # no accidental of its own: that of the first
                        number = midi[-1]
                    if tied and midi and midi[-1] == number:
                        units[-1] += length
                    else:
                        midi.append(number)
                        units.append(length)
                    signature = signature if note[0] == "z" else bar_accidentals(note, signature)
                    tied, before = False, place.lstrip("^_=")
    return np.array(midi), np.array(units)
