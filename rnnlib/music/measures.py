"""How good a tune is, as far as a program can tell: its bars, its scale, its end."""

import numpy as np

from rnnlib.music.notation import abc_sections, complete_bars, full_bar, note_durations, read_abc
from rnnlib.music.pitch import key_signature, melody, midi_number

__all__ = ["count_bars", "damaged_tune", "ends_on_keynote", "notes_in_scale"]


def count_bars(texts, *, count=complete_bars):
    """The inner bars of several tunes together, and those that add up.

    Parameters
    ----------
    texts : list of str
        Tunes with their headers.
    count : callable
        As `rnnlib.music.complete_bars`.

    Returns
    -------
    complete, inner : int

    Examples
    --------
    >>> count_bars(["M:2/4\\nK:C Major\\nA|B2c2|d2e|fe3|f3:|"])
    (2, 3)
    """
    total = np.zeros(2, int)
    for text in texts:
        tune = read_abc(text)
        total += count(abc_sections(tune.notes), full_bar(tune.metre, tune.unit))
    return int(total[0]), int(total[1])


def damaged_tune(text, rng, share):
    """A tune in which some symbols of its notes are replaced by others from the same notes.

    Parameters
    ----------
    text : str
        With the three header lines M:, L: and K:.
    rng : numpy.random.Generator
    share : float
        Of the symbols, on average.

    Examples
    --------
    >>> damaged_tune("M:2/4\\nL:1/8\\nK:C Major\\nABcd", np.random.default_rng(0), 0.0)
    'M:2/4\\nL:1/8\\nK:C Major\\nABcd'
    """
    *head, notes = text.split("\n", 3)
    notes = np.array(list(notes))
    hit = rng.random(len(notes)) < share
    notes[hit] = rng.choice(notes, hit.sum())
    return "\n".join([*head, "".join(notes)])


def notes_in_scale(texts):
    """The share of notes that belong to the scale of their tune's key.

    Examples
    --------
    >>> notes_in_scale(["M:2/4\\nK:C Major\\nCDE^F"])
    0.75
    """
    inside = total = 0
    for text in texts:
        signature = key_signature(read_abc(text).key)
        scale = {midi_number(letter, signature) % 12 for letter in "CDEFGAB"}
        midi, _ = melody(text, durations=note_durations, pitch=midi_number)
        notes = midi[~np.isnan(midi)]
        inside += sum(number % 12 in scale for number in notes)
        total += len(notes)
    return inside / total


def ends_on_keynote(text):
    """Whether the last note of a tune is the note that gives its key the name.

    Examples
    --------
    >>> ends_on_keynote("M:2/4\\nK:G Major\\nABAG"), ends_on_keynote("M:2/4\\nK:D Major\\nABAG")
    (True, False)
    """
    midi, _ = melody(text, durations=note_durations, pitch=midi_number)
    key = read_abc(text).key
    return len(midi) > 0 and bool(midi[-1] % 12 == midi_number(key[0], key_signature(key)) % 12)
