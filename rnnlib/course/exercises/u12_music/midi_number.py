"""The pitch of a note in ABC as a MIDI number."""

from __future__ import annotations

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.music import midi_number

SHARPS = {"F": 1, "C": 1}


FLATS = {"B": -1, "E": -1, "A": -1}


def _draw_midi(rng):
    def case(token, signature, **settings):
        return Case((token, dict(signature)), {"token": repr(token)}, **settings)

    for name in rng.permutation(list("CDEFGAB")):
        yield case(str(name), {"F": 1} if name != "F" else {"B": -1})
    for name in rng.permutation(list("cdefgab")):
        yield case(str(name) + str(rng.choice(["", "2", "/"])), {})
    for name, signature in ((rng.choice(list("FC")), SHARPS), (rng.choice(list("bea")), FLATS)):
        yield case(str(name), signature)
    yield case("^" + str(rng.choice(list("GADgad"))), SHARPS)
    yield case("_" + str(rng.choice(list("DGdg"))), FLATS)
    yield case("_" + str(rng.choice(list("DG"))) + "3/2", SHARPS)
    yield case("^" + str(rng.choice(list("dg"))) + "4", FLATS)
    yield case("=" + str(rng.choice(list("FCfc"))), SHARPS, kind="a natural")
    yield case("^" + str(rng.choice(list("FCfc"))), SHARPS, kind="an accidental and a signature")
    yield case(str(rng.choice(list("BGA"))) + ",", {}, kind="a comma behind the letter")
    yield case(str(rng.choice(list("cde"))) + "'", {}, kind="an apostrophe behind the letter")
    yield case(str(rng.choice(list("DE"))) + ",,3/2", {}, kind="two commas and a length")
    yield case(str(rng.choice(list("fg"))) + "''2", {}, kind="two apostrophes and a length")
    yield case("^^" + str(rng.choice(list("CDFGA"))), {}, kind="two sharps or two flats")
    yield case("__" + str(rng.choice(list("dega"))), FLATS, kind="two sharps or two flats")
    yield case("^c'3/2", SHARPS, kind="everything at once")
    yield case("_B,/", FLATS, kind="everything at once")


MIDI_NUMBER = Exercise(
    "midi_number", midi_number, _draw_midi, results={"midi": ""}, whole=False, rtol=0, atol=1e-9
)


@MIDI_NUMBER.variant
def place_in_a_text(token, signature):
    """The letter's place in a text of all semitones."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.variant
def with_a_dictionary(token, signature):
    """A dictionary for the letters; the octave is counted in a loop."""
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    letter = next(c for c in token if c.upper() in steps)
    number = 60 + steps[letter.upper()] + (12 if letter == letter.lower() else 0)
    for c in token:
        number += {"'": 12, ",": -12, "^": 1, "_": -1}.get(c, 0)
    if not any(c in "^_=" for c in token):
        number += signature.get(letter.upper(), 0)
    return number


@MIDI_NUMBER.variant
def two_octaves_in_a_row(token, signature):
    """Capital and small letters in one long text."""
    accidental = token[: len(token) - len(token.lstrip("^_="))]
    letter, marks = token[len(accidental)], token[len(accidental) + 1 :]
    shift = {"": signature.get(letter.upper(), 0), "^": 1, "_": -1, "=": 0, "^^": 2, "__": -2}
    base = "C D EF G A Bc d ef g a b".index(letter)
    return 60 + base + shift[accidental] + 12 * marks.count("'") - 12 * marks.count(",")


@MIDI_NUMBER.variant
def signature_from_the_letter(token, signature):
    """The signature is written in front of the letter first, as if it were an accidental."""
    name = token.strip("0123456789/")
    if name[0] not in "^_=":
        name = {1: "^", -1: "_"}.get(signature.get(name[0].upper()), "") + name
    letter = name.strip("^_=',")
    number = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 69, "B": 71}[letter.upper()]
    number += name.count("^") - name.count("_")
    return int(number + 12 * (letter.islower() + name.count("'") - name.count(",")))


@MIDI_NUMBER.mistake
def small_letters_as_capitals(token, signature):
    """Small letters sound as low as capitals; they are an octave, 12 semitones, higher."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",")
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def capitals_higher(token, signature):
    """Capital letters sound an octave above small ones; it is the other way round."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.isupper()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def signature_ignored(token, signature):
    """The key signature is not looked at: F and C in D Major are F sharp and C sharp."""
    letter = token.lstrip("^_=")[0]
    shift = token.count("^") - token.count("_")
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def signature_added(token, signature):
    """The signature is added to an accidental; an accidental takes the signature's place."""
    letter = token.lstrip("^_=")[0]
    shift = token.count("^") - token.count("_") + signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def natural_without_effect(token, signature):
    """A natural, `=`, has no effect: the shift of 0 is taken for "no accidental"."""
    letter = token.lstrip("^_=")[0]
    shift = token.count("^") - token.count("_") or signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def signature_for_capitals_alone(token, signature):
    """The signature is looked up by the letter as it stands; its keys are capitals."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter, 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def every_letter_a_semitone(token, signature):
    """The letters are a semitone apart; most neighbours are two apart, E and F, B and C one."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "CDEFGAB".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def every_letter_a_whole_tone(token, signature):
    """The letters are two semitones apart everywhere; E and F are one apart."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + 2 * "CDEFGAB".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def octave_from_a(token, signature):
    """The octave is counted from A; in ABC, as on the piano, it goes from C up to B."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 57 + "A BC D EF G".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def octave_of_seven(token, signature):
    """An octave is counted as 7, its letters; it has 12 semitones."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 7 * octave


@MIDI_NUMBER.mistake
def marks_ignored(token, signature):
    """The marks `'` and `,` behind the letter are passed over."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * letter.islower()


@MIDI_NUMBER.mistake
def marks_exchanged(token, signature):
    """The marks are exchanged: a comma is an octave lower, an apostrophe an octave higher."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count(",") - token.count("'") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def sharps_and_flats_exchanged(token, signature):
    """Accidentals go the wrong way: `^` raises and `_` lowers."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("_") - token.count("^")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def double_sharp_counted_once(token, signature):
    """A double sharp raises by one only: the accidental is looked for, and not counted."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = {"^": 1, "_": -1, "=": 0}[token[0]]
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def single_sharps_and_flats_only(token, signature):
    """Only `^` and `_` are foreseen: a natural gets the signature, two sharps count as one."""
    letter = token.lstrip("^_=")[0]
    if token[0] == "^":
        shift = 1
    elif token[0] == "_":
        shift = -1
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def small_letters_not_found(token, signature):
    """Small letters are looked for among capitals and are not found: `letter.upper()` is there."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter, 0)
    octave = token.count("'") - token.count(",")
    return 60 + "C D EF G A B".index(letter) + shift + 12 * octave


@MIDI_NUMBER.mistake
def accidental_taken_for_the_letter(token, signature):
    """The first symbol is taken for the letter, even where it is an accidental."""
    letter = token[0]
    shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


MIDI_NUMBER.slip(
    "marks_looked_for",
    """octave = token.count("'") - token.count(",") + letter.islower()""",
    """octave = ("'" in token) - ("," in token) + letter.islower()""",
    "The marks are looked for, and not counted: two commas lower by one octave only.",
)

MIDI_NUMBER.slip(
    "octave_of_the_letter_lost",
    """octave = token.count("'") - token.count(",") + letter.islower()""",
    """octave = token.count("'") - token.count(",") or letter.islower()""",
    "The marks take the place of the letter's octave; they are added to it: a small letter is an "
    "octave higher already.",
)

MIDI_NUMBER.slip(
    "sixty_left_out",
    "return 60 + ",
    "return ",
    "The 60 is missing: the C in the middle has that number.",
)


MIDI_NUMBER.slip(
    "signature_without_a_default",
    "signature.get(letter.upper(), 0)",
    "signature[letter.upper()]",
    "A letter that is not in the signature is an error: `signature.get(letter, 0)` gives 0 for it.",
)

MIDI_NUMBER.slip(
    "last_symbol_for_the_letter",
    'token.lstrip("^_=")[0]',
    "token[-1]",
    "The last symbol is taken for the letter, even where it is a mark or a length.",
)

MIDI_NUMBER.slip(
    "octave_of_one",
    "12 * octave",
    "octave",
    "An octave is counted as 1; it has 12 semitones.",
)

MIDI_NUMBER.slip(
    "shift_subtracted",
    "+ shift +",
    "- shift +",
    "The shift is subtracted: sharps lower and flats raise.",
)
