"""How long each note of a bar sounds, in units of the default length L."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u12_music.inputs import letter
from rnnlib.music import note_durations
from rnnlib.music.lengths import note_length

MEET = "signs that meet"


def _draw_durations(rng):
    def case(tokens, **settings):
        return Case((tokens,), {"tokens": repr(tokens)}, **settings)

    def broken(sign, first, second):
        return [letter(rng) + first, sign, letter(rng) + second]

    def triplet(first=""):
        return ["(3", letter(rng) + first, letter(rng), letter(rng)]

    for first, second in ((">", "<"), ("<", ">")):
        tokens = [letter(rng), *broken(first, "2", ""), *triplet("2"), letter(rng) + "2"]
        tokens += [letter(rng), letter(rng) + "3/2", *broken(second, "", "2")]
        tokens += [letter(rng), letter(rng) + str(rng.integers(2, 7))]
        yield case(tokens)
    yield case([letter(rng) + str(k) for k in rng.permutation([2, 3, 4])], kind="plain notes")
    pair = [*triplet(), *broken(">", "", "")]
    yield case(pair, kind="a triplet at the beginning")
    tokens = [letter(rng), f"{{{letter(rng)}}}", letter(rng) + "2", "-", letter(rng), "z2"]
    yield case(tokens, kind="grace notes, ties and rests")
    tokens = [letter(rng) + "2", ">", f"{{{letter(rng)}}}", letter(rng), *triplet()]
    tokens[6:6] = [f"{{{letter(rng)}}}"]
    tokens[8:8] = ["-"]
    yield case([*tokens, letter(rng)], kind="grace notes, ties and rests")
    pair = broken(">", "3", "")
    yield case([*pair, "<", letter(rng) + "2", *triplet(), *triplet("2"), letter(rng)], kind=MEET)
    yield case(["(3", *broken("<", "", "2"), letter(rng), letter(rng), *triplet()], kind=MEET)
    yield case(["(3", *broken(">", "2", ""), letter(rng), letter(rng) + "3"], kind=MEET)
    for place in (1, 2, 3):
        tokens = [*triplet(), letter(rng), letter(rng) + "2"]
        tokens[place] = "z"
        yield case(tokens, kind="a rest in a triplet")


NOTE_DURATIONS = Exercise(
    "note_durations",
    note_durations,
    _draw_durations,
    results={"durations": ""},
    borrow=("rnnlib.music.lengths",),
)


@NOTE_DURATIONS.variant
def factors_that_wait(tokens):
    """A factor for the next note, and a count of what is left of a triplet."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token == ">":
            found[-1] *= 1.5
            factor = 0.5
        elif token == "<":
            found[-1] *= 0.5
            factor = 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.variant
def in_three_passes(tokens):
    """Lengths first; then broken rhythm, then triplets, by their places."""
    tokens = [t for t in tokens if t[0] not in "{-"]
    notes = [k for k, t in enumerate(tokens) if t not in ("(3", ">", "<")]
    lengths = np.array([note_length(tokens[k]) for k in notes])
    for k, token in enumerate(tokens):
        before = sum(place < k for place in notes)
        if token in (">", "<"):
            longer, shorter = (before - 1, before) if token == ">" else (before, before - 1)
            lengths[longer] *= 1.5
            lengths[shorter] *= 0.5
        if token == "(3":
            lengths[before : before + 3] *= 2 / 3
    return lengths


@NOTE_DURATIONS.variant
def looking_around(tokens):
    """Each note looks at the tokens on both sides of it."""
    tokens = [t for t in tokens if t[0] not in "{-"]
    found, triplet = [], []
    for k, token in enumerate(tokens):
        if token == "(3":
            triplet = [2 / 3] * 3
        elif token not in (">", "<"):
            before = tokens[k - 1] if k else ""
            behind = tokens[k + 1] if k + 1 < len(tokens) else ""
            length = note_length(token) * (triplet.pop() if triplet else 1)
            length *= {">": 1.5, "<": 0.5}.get(behind, 1) * {">": 0.5, "<": 1.5}.get(before, 1)
            found.append(length)
    return np.array(found)


@NOTE_DURATIONS.mistake
def broken_rhythm_ignored(tokens):
    """The signs `>` and `<` are passed over: both notes keep their written length."""
    found, left = [], 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token[0] not in "{-<>":
            found.append(note_length(token) * (2 / 3 if left > 0 else 1))
            left -= 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplets_ignored(tokens):
    """The sign (3 is passed over: the three notes last as long as they are written."""
    found, factor = [], 1.0
    for token in tokens:
        if token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-(":
            found.append(note_length(token) * factor)
            factor = 1.0
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplet_never_ends(tokens):
    """The triplet goes on to the end of the bar; it holds for three notes."""
    found, factor, scale = [], 1.0, 1.0
    for token in tokens:
        if token == "(3":
            scale = 2 / 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * scale)
            factor = 1.0
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplet_of_two(tokens):
    """The triplet holds for two notes instead of three: mind where the counting stops."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            left -= 1
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor = 1.0
    return np.array(found)


@NOTE_DURATIONS.mistake
def triplet_of_four(tokens):
    """The triplet holds for four notes instead of three: mind where the counting stops."""
    found, factor, left = [], 1.0, -1
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left >= 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


@NOTE_DURATIONS.mistake
def grace_notes_counted(tokens):
    """Grace notes and ties are counted as notes; what begins with `{` or `-` takes no time."""
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        else:
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


NOTE_DURATIONS.slip(
    "triplet_without_broken_rhythm",
    "note_length(token) * factor * (2 / 3 if left > 0 else 1)",
    "note_length(token) * (2 / 3 if left > 0 else factor)",
    "In a triplet the factor of `>` or `<` is left out. Both factors hold: they are multiplied.",
)

NOTE_DURATIONS.slip(
    "half_a_unit_moved",
    "found[-1] *= 1.5\n            factor = 0.5",
    "found[-1] += 0.5\n            factor = 0.5",
    "At `>` half a *unit* is added to the note before. It gains half of its own length: times 3/2.",
)


@NOTE_DURATIONS.mistake
def grace_notes_in_the_triplet(tokens):
    """Grace notes and ties count as notes of a triplet, and use the factor of `>` or `<` up. They
    change nothing.
    """
    found, factor, left = [], 1.0, 0
    for token in tokens:
        if token == "(3":
            left = 3
        elif token in (">", "<"):
            found[-1] *= 1.5 if token == ">" else 0.5
            factor = 0.5 if token == ">" else 1.5
        else:
            if token[0] not in "{-":
                found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    return np.array(found)


NOTE_DURATIONS.slip(
    "third_of_the_length",
    "2 / 3 if",
    "1 / 3 if",
    "A note of a triplet is given 1/3 of its length; three take the time of two, so it is 2/3.",
)

NOTE_DURATIONS.slip(
    "triplet_stretched",
    "2 / 3 if",
    "3 / 2 if",
    "A note of a triplet is made longer, by 3/2; three take the time of two, so it is 2/3.",
)

NOTE_DURATIONS.slip(
    "rests_left_out",
    'not in "{-"',
    'not in "{-z"',
    "Rests are left out; silence takes time as well.",
)

NOTE_DURATIONS.slip(
    "factor_kept",
    "factor, left = 1.0, left - 1",
    "left -= 1",
    "The factor of a broken rhythm stays for the rest of the bar; it is for one note alone.",
)

NOTE_DURATIONS.slip(
    "smaller_sign_ignored",
    "found[-1] *= 0.5\n            factor = 1.5",
    "pass",
    "The sign `<` is passed over: it works like `>`, the other way round.",
)

NOTE_DURATIONS.slip(
    "triplet_everywhere",
    "if left > 0 else",
    "if left else",
    "Notes count as a triplet's after its end, too: `left` goes below 0, and any number but "
    "0 counts as true. Ask for `left > 0`.",
)

NOTE_DURATIONS.slip(
    "triplet_of_one",
    "left = 1.0, left - 1",
    "left = 1.0, 0",
    "The triplet holds for one note instead of three: `left` goes down by 1, not to 0 at once.",
)

NOTE_DURATIONS.slip(
    "written_length_ignored",
    "note_length(token) * factor",
    "1.0 * factor",
    "The written lengths are not read: `note_length(token)` knows them.",
)

NOTE_DURATIONS.slip(
    "whole_token_compared",
    'token[0] not in "{-"',
    'token not in "{-"',
    "a grace note is counted, as where the whole token is compared with `{`. It *begins* with "
    "`{`: ask for `token[0]`.",
)


NOTE_DURATIONS.slip(
    "broken_rhythm_ends_a_triplet",
    "factor = 0.5",
    "factor, left = 0.5, 0",
    "A `>` inside a triplet ends the triplet. It goes on until its third note.",
)

_SIGNS = (
    'found[-1] *= 1.5\n            factor = 0.5\n        elif token == "<":\n'
    "            found[-1] *= 0.5\n            factor = 1.5"
)
for _name, _first, _second, _sentence in (
    ("signs_exchanged", "*= 0.5; factor = 1.5", "*= 1.5; factor = 0.5",
     "The signs `>` and `<` are exchanged: in a>b the first note is the longer one."),
    ("second_note_unchanged", "*= 1.5", "*= 0.5",
     "The note after `>` or `<` keeps its length; what one note gains the other loses."),
    ("first_note_unchanged", "*= 1; factor = 0.5", "*= 1; factor = 1.5",
     "The note in front of `>` or `<` keeps its length; change `found[-1]` as well."),
    ("doubled_and_halved", "*= 2.0; factor = 0.5", "*= 0.5; factor = 2.0",
     "The longer note of a broken pair is doubled; it gains one half, a factor of 1.5."),
    ("lengths_set", "= 1.5; factor = 0.5", "= 0.5; factor = 1.5",
     "The note in front of `>` or `<` gets the length 3/2 or 1/2, whatever is written after its "
     "letter; these are factors: `*=` and not `=`."),
    ("dotted_pair_turned_round", "*= 0.5; factor = 1.5", "*= 0.5; factor = 1.5",
     "At `>` the two factors are exchanged: the note in front of it is the longer one."),
    ("dotted_pair_second_unchanged", "*= 1.5", "*= 0.5; factor = 1.5",
     "At `>` the second note keeps its length: it loses what the first one gains."),
    ("dotted_length_set", "= 1.5; factor = 0.5", "*= 0.5; factor = 1.5",
     "At `>` the note in front is given the length 3/2, whatever was written. It is a factor: "
     "`*=`."),
):  # fmt: skip
    NOTE_DURATIONS.slip(
        _name,
        _SIGNS,
        f'found[-1] {_first}\n        elif token == "<":\n            found[-1] {_second}',
        _sentence,
    )

NOTE_DURATIONS.slip(
    "rests_beside_the_triplet",
    '        elif token[0] not in "{-":',
    '        elif token[0] == "z" and left > 0:\n'
    "            found.append(note_length(token) * factor)\n"
    '        elif token[0] not in "{-":',
    "A rest inside a triplet keeps its length and is not counted. It is one of the three.",
)
