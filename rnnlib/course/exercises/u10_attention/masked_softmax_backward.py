"""Backward through `masked_softmax`, from the weights."""

from __future__ import annotations

import numpy as np

from rnnlib.attention import masked_softmax_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import weights_to_try


def _draw_softmax_backward(rng):
    plain = [{"S": 5, "N": 4, "T": 7}, {"S": 6, "N": 3, "T": 5}]
    for kind, s, weights in weights_to_try(rng, plain, "SNT"):
        dweights = drawing.array(rng, s["S"], s["N"], s["T"])
        yield Case((dweights, weights), s, kind)


MASKED_SOFTMAX_BACKWARD = Exercise(
    "masked_softmax_backward",
    masked_softmax_backward,
    _draw_softmax_backward,
    results={"dscores": "(S, N, T)"},
    alike=("rnnlib.activations:softmax_backward",),
)


@MASKED_SOFTMAX_BACKWARD.variant
def mean_taken_off(dweights, weights):
    """What is above the weighted mean rises, what is below falls."""
    mean = (weights * dweights).sum(axis=2, keepdims=True)
    return weights * (dweights - mean)


@MASKED_SOFTMAX_BACKWARD.variant
def two_terms(dweights, weights):
    """Multiplied out, in float32."""
    w, product = weights.astype(np.float32), (weights * dweights).astype(np.float32)
    return product - w * np.sum(product, axis=-1)[..., None]


@MASKED_SOFTMAX_BACKWARD.variant
def through_the_jacobian(dweights, weights):
    """The whole Jacobian matrix of each row, diag(w) - w w^T."""
    eye = np.eye(weights.shape[2])
    jacobian = weights[..., None] * eye - weights[..., None] * weights[..., None, :]
    return np.einsum("sntu,snu->snt", jacobian, dweights)


@MASKED_SOFTMAX_BACKWARD.variant
def row_by_row(dweights, weights):
    """A loop over queries and examples."""
    dscores = np.empty(weights.shape)
    for s, n in np.ndindex(*weights.shape[:2]):
        w, dw = weights[s, n], dweights[s, n]
        dscores[s, n] = w * (dw - w @ dw)
    return dscores


@MASKED_SOFTMAX_BACKWARD.mistake
def mean_not_taken_off(dweights, weights):
    """The weighted mean is not taken off. If one weight rises, the others must fall: they sum to
    1.
    """
    return weights * dweights


@MASKED_SOFTMAX_BACKWARD.mistake
def as_if_alone(dweights, weights):
    """The derivative is w (1 - w), as for a sigmoid. Each weight depends on *all* scores of its
    row.
    """
    return dweights * weights * (1 - weights)


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_without_weights(dweights, weights):
    """The plain sum is taken off. It is the sum of weight times gradient."""
    return weights * (dweights - dweights.sum(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def plain_mean_taken_off(dweights, weights):
    """The plain mean is taken off. It is the mean with the weights: their product, summed."""
    return weights * (dweights - dweights.mean(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def outer_weights_left_out(dweights, weights):
    """The factor in front of the bracket is missing. The whole difference is multiplied by the
    weights.
    """
    return dweights - (weights * dweights).sum(axis=2, keepdims=True)


@MASKED_SOFTMAX_BACKWARD.mistake
def bracket_left_out(dweights, weights):
    """The bracket is missing: the weights multiply only the first term. They multiply the
    difference.
    """
    return weights * dweights - (weights * dweights).sum(axis=2, keepdims=True)


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_over_queries(dweights, weights):
    """The sum runs over the queries, `axis=0`. A row of the softmax runs over the keys, the last
    axis.
    """
    return weights * (dweights - (weights * dweights).sum(axis=0, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_over_the_batch(dweights, weights):
    """The sum runs over the examples, `axis=1`. A row of the softmax runs over the keys, the last
    axis.
    """
    return weights * (dweights - (weights * dweights).sum(axis=1, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def sum_over_everything(dweights, weights):
    """The sum runs over the whole array. Each row has its own: `axis=2, keepdims=True`."""
    return weights * (dweights - (weights * dweights).sum())


@MASKED_SOFTMAX_BACKWARD.mistake
def sign_turned(dweights, weights):
    """The difference is the wrong way round: the gradient minus its mean, not the mean minus the
    gradient.
    """
    return weights * ((weights * dweights).sum(axis=2, keepdims=True) - dweights)


@MASKED_SOFTMAX_BACKWARD.mistake
def mean_added(dweights, weights):
    """The weighted mean is added. It is taken off."""
    return weights * (dweights + (weights * dweights).sum(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def difference_of_both(dweights, weights):
    """`weights` minus something is returned, as for a softmax with a cross-entropy after it. There
    is no target: this softmax stands in the middle of a network.
    """
    return weights - dweights


@MASKED_SOFTMAX_BACKWARD.variant
def differences_of_pairs(dweights, weights):
    """Each key compared with every other one; it needs weights that sum to 1."""
    differences = dweights[..., :, None] - dweights[..., None, :]
    return weights * np.einsum("snu,sntu->snt", weights, differences)


@MASKED_SOFTMAX_BACKWARD.mistake
def mean_of_the_products(dweights, weights):
    """The products are averaged: their sum is divided by T. The weights sum to 1, so the sum is the
    weighted mean already.
    """
    return weights * (dweights - (weights * dweights).mean(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def keepdims_left_out(dweights, weights):
    """The sum is taken without `keepdims=True`, and (S, N) does not fit (S, N, T). With it the sum
    is (S, N, 1).
    """
    return weights * (dweights - (weights * dweights).sum(axis=2))


@MASKED_SOFTMAX_BACKWARD.mistake
def dweights_written_over(dweights, weights):
    """The mean is taken off `dweights` in place: `-=` writes into the caller's array."""
    dweights -= (weights * dweights).sum(axis=2, keepdims=True)
    return weights * dweights


@MASKED_SOFTMAX_BACKWARD.mistake
def squares_for_weights(dweights, weights):
    """The weights are multiplied in twice: the products of weight and gradient minus their sum are
    multiplied by the weights once more.
    """
    product = weights * dweights
    return weights * (product - product.sum(axis=2, keepdims=True))


@MASKED_SOFTMAX_BACKWARD.mistake
def as_if_tanh(dweights, weights):
    """The derivative is 1 - w^2, as for a tanh. Each weight depends on *all* scores of its row."""
    return dweights * (1 - weights**2)


MASKED_SOFTMAX_BACKWARD.slip(
    "factors_exchanged",
    "weights * (dweights - mean)",
    "dweights * (weights - mean)",
    "The weights and their gradients are exchanged in the last line: the mean is one of the "
    "gradients.",
)

MASKED_SOFTMAX_BACKWARD.slip(
    "sigmoid_as_well",
    "weights * (dweights - mean)",
    "weights * (1 - weights) * (dweights - mean)",
    "The factor in front is w (1 - w). It is w alone: the rest is in the difference.",
)

MASKED_SOFTMAX_BACKWARD.slip(
    "divided_by_the_keys",
    "weights * (dweights - mean)",
    "weights * (dweights - mean) / weights.shape[2]",
    "The result is divided by T. Nothing in the softmax divides by the number of keys.",
)
