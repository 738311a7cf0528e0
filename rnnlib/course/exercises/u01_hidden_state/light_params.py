"""The open task of unit 01: weights, set by hand, for a light that listens to letters."""

from __future__ import annotations

import itertools

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.rnn import RNNParams, rnn_forward

LETTERS = "onfxyz"
"""What the network hears; the number of a letter is its row in `W_xh`."""

ON = 0.5
"""The light is on where the first unit is above this."""

MOST_UNITS = 12
LONG = 400


def light_params():
    """Three units: the light, "the last letter was o", "the last two letters were of".

    The light excites itself with 30. What moves it are sums of a letter and a unit that remembers
    what came before; each of them alone leaves at least 5 to the side on which the light is.
    """
    W_xh, W_hh = np.zeros((6, 3)), np.zeros((3, 3))
    W_xh[:3] = [[0, 10, 0], [10, 0, 0], [-10, 0, 10]]  # o, n, f
    W_hh[:, 0] = [30, 40, -5]
    W_hh[1, 2] = 10
    return RNNParams(W_xh, W_hh, b_h=[-20, 0, -15])


def is_lit(text):
    """Whether the light should be on after each letter of a text, as a list of 0 and 1.

    >>> is_lit("xonxoffx")
    [0, 0, 1, 1, 1, 1, 0, 0]
    """
    lit, states = 0, []
    for end in range(1, len(text) + 1):
        heard = text[:end]
        lit = 1 if heard.endswith("on") else 0 if heard.endswith("off") else lit
        states.append(lit)
    return states


def _draw_light(rng):
    yield Case((), given=(_plain_speech(rng, (3, 30)), _look_alikes(rng)))
    yield Case(
        (),
        kind=f"{LONG} letters and more between the words",
        given=(_plain_speech(rng, (LONG, LONG + 50), words=4), ["xon"]),
    )


def _plain_speech(rng, gap, words=12):
    """The two words by turns, and between them letters that mean nothing."""
    text = ""
    for word in ("on", "off") * (words // 2):
        text += "".join(rng.choice(list("xyz"), rng.integers(*gap))) + word
    return text + "xyz"


def _look_alikes(rng, how_many=40, length=60):
    """Texts of equal length, full of parts of the words, with all beginnings."""
    parts = ["on", "off", "o", "n", "f", "of", "ff", "oo", "no", "fo", "x", "y", "z"]
    texts = []
    for number in range(how_many):
        text = ("", "n", "ff", "on", "off", "f", "o")[number % 7]
        while len(text) < length:
            text += str(rng.choice(parts)) * int(rng.choice([1, 1, 1, 2, 4]))
        texts.append(text[:length])
    return texts


def readings(texts, params):
    """Whether the light is on after each letter, for texts of equal length: (T, N) of 0 and 1."""
    ids = np.array([[LETTERS.index(letter) for letter in text] for text in texts]).T
    h0 = np.zeros((len(texts), params.b_h.size))
    hs, _, _ = rnn_forward(np.eye(len(LETTERS))[ids], h0, params)
    return (hs[:, :, 0] > ON).astype(int)


def observe_light(value, case):
    """What the light does with the two texts in ``case.given``, and how many units it has.

    A light that is always on hears no `on` and does not stay on, one that is always off does not
    stay off, and what was not on cannot be switched off: these read as failed.
    """
    H = _units(value)
    speech, look_alikes = case.given
    lit, on = np.array(is_lit(speech)), readings([speech], value)[:, 0]
    before, was_on = np.roll(lit, 1), np.roll(on, 1)
    return {
        "hears on": on[(lit == 1) & (before == 0)] * (1 - on.min()),
        "hears off": (was_on & (1 - on))[(lit == 0) & (before == 1)],
        "stays on": on[(lit == 1) & (before == 1)] * (1 - on.min()),
        "stays off": np.maximum(on[(lit == 0) & (before == 0)], 1 - on.max()),
        "is not fooled": readings(look_alikes, value),
        "units": H,
    }


def _units(value):
    """How many units the parameters have, or `Unusable`."""
    if not isinstance(value, RNNParams):
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {kind}; it should return RNNParams(W_xh=..., W_hh=..., b_h=...)")
    H = value.b_h.size
    if H > MOST_UNITS:
        raise Unusable(f"has {H} units; at most {MOST_UNITS} are allowed")
    wanted = {"W_xh": (len(LETTERS), H), "W_hh": (H, H), "b_h": (H,)}
    for name, array in value.items():
        if array.shape != wanted[name]:
            raise Unusable(
                f"gave `{name}` the shape {array.shape}; with 6 letters and {H} "
                f"unit{'s' * (H != 1)}, as `b_h` has, it should be {wanted[name]}"
            )
    return H


def advise_light(value):
    """The shortest text after which the light is wrong, where no known mistake behaves like it."""
    for length in range(1, 6):
        texts = ["".join(text) for text in itertools.product("xonf", repeat=length)]
        for text, on in zip(texts, readings(texts, value)[-1], strict=True):
            if on != is_lit(text)[-1]:
                is_, should = ("on", "off") if on else ("off", "on")
                return f"the light is {is_} after the text `{text}`; it should be {should}."
    return (
        "the light is right after every text of up to five letters, but not after longer ones: a "
        "state between -1 and 1 drifts. Larger weights drive a tanh to its ends."
    )


LIGHT_PARAMS = Exercise(
    "light_params",
    light_params,
    _draw_light,
    results={
        "hears on": "",
        "hears off": "",
        "stays on": "",
        "stays off": "",
        "is not fooled": "",
    },
    weights={"hears on": 2, "hears off": 2, "stays on": 2, "stays off": 1, "is not fooled": 3},
    observe=observe_light,
    advise=advise_light,
    score=("units", "lower"),
    explain={
        "hears on": "the light is not on right after the n of `on`",
        "hears off": "the light is not on until the last f of `off`, or not off right after it",
        "stays on": "between `on` and `off` the light goes out by itself",
        "stays off": "the light is on where nobody has said `on`",
        "is not fooled": "it is wrong somewhere in texts that are full of o, n and f",
    },
)


@LIGHT_PARAMS.variant
def three_units():
    """The light, a unit for o and a unit for of; margins of 5 everywhere."""
    W_xh, W_hh = np.zeros((6, 3)), np.zeros((3, 3))
    o, n, f = 0, 1, 2
    light, after_o, after_of = 0, 1, 2
    b_h = np.array([-20.0, 0.0, -15.0])
    W_xh[o, after_o] = 10  # 1 after an o, 0 after any other letter
    W_hh[after_o, after_of] = 10
    W_xh[f, after_of] = 10  # both: 5; only one: -5
    W_hh[light, light] = 30
    W_hh[after_o, light] = 40
    W_xh[n, light] = 10
    W_hh[after_of, light] = -5
    W_xh[f, light] = -10
    return RNNParams(W_xh, W_hh, b_h)


@LIGHT_PARAMS.variant
def a_unit_that_knows_the_beginning():
    """A fourth unit is 0 before the first letter and 1 ever after."""
    W_xh, W_hh = np.zeros((6, 4)), np.zeros((4, 4))
    W_xh[0, 1] = 10
    W_hh[1, 2], W_xh[2, 2] = 10, 10
    W_hh[:, 0] = [20, 16, -6, 20]
    W_xh[[1, 2], 0] = 12, -12
    return RNNParams(W_xh, W_hh, [-28, 0, -15, 10])


@LIGHT_PARAMS.variant
def everything_twice():
    """Each unit has a twin, and every unit listens to both: half the weight from each."""
    W_xh = np.zeros((6, 3))
    W_xh[0, 1], W_xh[1, 0], W_xh[2, 0], W_xh[2, 2] = 20, 20, -20, 20
    W_hh = np.array([[60.0, 0, 0], [80, 0, 20], [-10, 0, 0]])
    b_h = np.array([-40.0, 0, -30])
    return RNNParams(np.hstack([W_xh, W_xh]), np.block([[W_hh, W_hh]] * 2) / 2, np.tile(b_h, 2))


@LIGHT_PARAMS.variant
def signs_turned():
    """One unit says "the last letter was no o", another "the last two were not of"."""
    W_xh = np.zeros((6, 3))
    W_xh[[0, 2]] = [[0, -12, 0], [-12, 0, -12]]
    W_xh[1, 0] = 12
    W_hh = np.array([[36.0, 0, 0], [-48, 0, 12], [6, 0, 0]])
    return RNNParams(W_xh, W_hh, np.array([-24.0, 0, 18]))


LIGHT_PARAMS.slip(
    "light_forgets",
    "W_hh[light, light] = 30",
    "W_hh[light, light] = 0",
    "the light has no weight to itself: nothing keeps it on when the letters `on` are over.",
)
LIGHT_PARAMS.slip(
    "never_on",
    "W_xh[n, light] = 10",
    "W_xh[n, light] = 0",
    "the light never comes on: what it gets from an n after an o does not win against the weight "
    "with which it holds itself off.",
)
LIGHT_PARAMS.slip(
    "order_of_the_letters",
    "o, n, f = 0, 1, 2",
    "n, o, f = 0, 1, 2",
    "the rows of `W_xh` are taken in another order than o, n, f, x, y, z: this light listens to "
    "`no`.",
)
LIGHT_PARAMS.slip(
    "light_is_not_first",
    "light, after_o, after_of = 0, 1, 2\n    b_h = np.array([-20.0, 0.0, -15.0])",
    "after_o, after_of, light = 0, 1, 2\n    b_h = np.array([0.0, -15.0, -20.0])",
    "the light is the last unit, but the first one is looked at.",
)
LIGHT_PARAMS.slip(
    "first_f_is_enough",
    "W_xh[f, after_of] = 10",
    "W_xh[f, after_of] = 0\n    b_h[after_of] = -5",
    "the light goes out at the first f of `off`: the letters `of` alone should not do that.",
)
LIGHT_PARAMS.slip(
    "any_two_f",
    "W_hh[after_o, after_of] = 10\n    W_xh[f, after_of] = 10",
    "W_hh[after_o, after_of] = 0\n    W_xh[f, after_of] = 20",
    "the light goes out after any two f in a row, also without an o before them.",
)
LIGHT_PARAMS.slip(
    "one_f_is_enough",
    "W_xh[f, light] = -10",
    "W_xh[f, light] = -60",
    "any f puts the light out, whatever came before it.",
)
LIGHT_PARAMS.slip(
    "n_is_enough",
    "W_xh[n, light] = 10",
    "W_xh[n, light] = 60",
    "any n switches the light on, whatever came before it.",
)
LIGHT_PARAMS.slip(
    "o_is_enough",
    "W_hh[after_o, light] = 40",
    "W_hh[after_o, light] = 60",
    "an o alone switches the light on, one letter later, whatever that letter is.",
)
LIGHT_PARAMS.slip(
    "beginning_not_thought_of",
    "W_xh[n, light] = 10",
    "W_xh[n, light] = 25",
    "a text that begins with n switches the light on: before the first letter the light is at 0, "
    "not at -1, so less is needed to move it.",
)
LIGHT_PARAMS.slip(
    "never_off",
    "W_xh[f, light] = -10",
    "W_xh[f, light] = 0",
    "the light hears `off` and stays on: what `of` and f add up to does not win against the weight "
    "with which it holds itself.",
)


@LIGHT_PARAMS.mistake
def one_letter_late():
    """A unit of its own hears each word and then switches the light: that takes a step more, so
    the light changes one letter late. The light itself has to add up what it needs.
    """
    W_xh, W_hh = np.zeros((6, 5)), np.zeros((5, 5))
    W_xh[0, 1] = 10  # after o
    W_hh[1, 2], W_xh[2, 2] = 10, 10  # after of
    W_hh[1, 3], W_xh[1, 3] = 10, 10  # on
    W_hh[2, 4], W_xh[2, 4] = 5, 10  # off
    W_hh[:, 0] = [30, 0, 0, 25, -25]
    return RNNParams(W_xh, W_hh, [-1, 0, -15, -15, -10])


@LIGHT_PARAMS.mistake
def o_is_remembered_for_ever():
    """the o is never forgotten: an n that comes much later still switches the light on."""
    W_xh, W_hh = np.zeros((6, 3)), np.zeros((3, 3))
    W_xh[0, 1] = 10
    W_hh[1, 1] = 10
    W_hh[1, 2], W_xh[2, 2] = 10, 10
    W_hh[:, 0] = [30, 40, -5]
    W_xh[[1, 2], 0] = 10, -10
    return RNNParams(W_xh, W_hh, [-20, 0, -15])


@LIGHT_PARAMS.mistake
def a_single_unit():
    """one unit has to do everything: it can hold a bit, but it cannot know which letter came
    before.
    """
    return RNNParams([[2.0], [5.0], [-5.0], [0.0], [0.0], [0.0]], [[3.0]], [-1.0])


@LIGHT_PARAMS.mistake
def a_row_for_each_unit():
    """`W_xh` is transposed: it has a row for each of the 6 letters and a column for each unit."""
    W_xh = np.zeros((3, 6))
    W_xh[0, 1], W_xh[0, 2], W_xh[1, 0], W_xh[2, 2] = 10, -10, 10, 10
    W_hh = np.array([[30.0, 0, 0], [40, 0, 10], [-5, 0, 0]])
    return RNNParams(W_xh, W_hh, [-20, 0, -15])
