"""How many numbers a recurrent network with an output layer learns."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise


def count_parameters(D, H, K):
    """How many numbers a recurrent network with an output layer learns; no T in it."""
    return (D + H + 1) * H + (H + 1) * K


def _draw_count(rng):
    for sizes in (np.arange(3, 60), np.arange(200, 600)):
        D, H, K = (int(n) for n in rng.choice(sizes, 3, replace=False))
        yield Case((D, H, K), {"D": D, "H": H, "K": K})
    for letter in "DHK":
        s = {"D": 3, "H": 7, "K": 5} | {letter: 1}
        yield Case((s["D"], s["H"], s["K"]), s, drawing.ONES)


COUNT_PARAMETERS = Exercise(
    "count_parameters", count_parameters, _draw_count, results={"total": ""}, rtol=0, atol=1e-9
)


@COUNT_PARAMETERS.variant
def one_weight_at_a_time(D, H, K):
    """One term for every array."""
    return D * H + H * H + H + H * K + K


@COUNT_PARAMETERS.variant
def bracketed(D, H, K):
    """Terms taken together: each unit has D + H + 1 numbers."""
    return H * (D + H + 1) + K * (H + 1)


@COUNT_PARAMETERS.variant
def counted_from_arrays(D, H, K):
    """Makes the arrays and counts their entries."""
    shapes = [(D, H), (H, H), (H,), (H, K), (K,)]
    return sum(np.zeros(shape).size for shape in shapes)


@COUNT_PARAMETERS.mistake
def biases_left_out(D, H, K):
    """The biases are not counted: `b_h` has H numbers, `b_y` has K."""
    return D * H + H * H + H * K


@COUNT_PARAMETERS.mistake
def hidden_bias_left_out(D, H, K):
    """`b_h`, H numbers, is not counted."""
    return D * H + H * H + H * K + K


@COUNT_PARAMETERS.mistake
def output_bias_not_counted(D, H, K):
    """`b_y`, K numbers, is not counted."""
    return D * H + H * H + H + H * K


@COUNT_PARAMETERS.mistake
def recurrent_weight_left_out(D, H, K):
    """`W_hh`, H times H numbers, is not counted: without it there would be no recurrence."""
    return D * H + H + H * K + K


@COUNT_PARAMETERS.mistake
def recurrent_weight_as_vector(D, H, K):
    """`W_hh` is counted as H numbers. Every unit listens to every unit: H times H."""
    return D * H + H + H + H * K + K


@COUNT_PARAMETERS.mistake
def output_layer_left_out(D, H, K):
    """The output layer, `W_hy` and `b_y`, is not counted."""
    return D * H + H * H + H


@COUNT_PARAMETERS.mistake
def output_from_input(D, H, K):
    """`W_hy` is counted as D times K. The output reads the hidden state: H times K."""
    return D * H + H * H + H + D * K + K


@COUNT_PARAMETERS.mistake
def bias_for_every_product(D, H, K):
    """A bias is counted for each of the two products of a step (PyTorch keeps two; one is
    enough).
    """
    return D * H + H + H * H + H + H * K + K


@COUNT_PARAMETERS.mistake
def sides_added(D, H, K):
    """The sides of each matrix are added; a matrix of D rows and H columns has D times H
    numbers.
    """
    return (D + H) + (H + H) + H + (H + K) + K


@COUNT_PARAMETERS.mistake
def output_bias_as_units(D, H, K):
    """`b_y` is counted with H numbers. There is one for each class: K."""
    return D * H + H * H + H + H * K + H


@COUNT_PARAMETERS.mistake
def classes_taken_for_inputs(D, H, K):
    """the output layer is counted with D classes. It has K, which may be another number."""
    return D * H + H * H + H + H * D + D


@COUNT_PARAMETERS.mistake
def bracket_left_out(D, H, K):
    """a bracket is missing: `H * D + H + 1` multiplies D alone. With `H * (D + H + 1)` each unit
    has a weight for every input and every unit, and a bias.
    """
    return H * D + H + 1 + K * (H + 1)


@COUNT_PARAMETERS.mistake
def weights_of_one_unit(D, H, K):
    """`W_xh` and `W_hh` are counted for one unit, D and H numbers. Each of the H units has as
    many.
    """
    return D + H + H + H * K + K


@COUNT_PARAMETERS.mistake
def input_weight_left_out(D, H, K):
    """`W_xh`, D times H numbers, is not counted."""
    return H * H + H + H * K + K


@COUNT_PARAMETERS.mistake
def output_weight_left_out(D, H, K):
    """`W_hy`, H times K numbers, is not counted."""
    return D * H + H * H + H + K
