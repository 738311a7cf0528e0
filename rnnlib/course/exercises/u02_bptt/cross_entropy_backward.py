"""The gradient of the mean cross-entropy with respect to the logits."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.losses import cross_entropy_backward
from rnnlib.text import one_hot


def _draw_cross_entropy(rng):
    for kind, s in drawing.sizes([{"T": 6, "N": 3, "K": 5}, {"T": 5, "N": 4, "K": 7}], "TN"):
        logits = drawing.array(rng, s["T"], s["N"], s["K"])
        # Where T is 6 the last class occurs nowhere: K is not to be found in the targets.
        classes = s["K"] - (s["T"] == 6)
        yield Case((logits, rng.integers(0, classes, (s["T"], s["N"]))), s, kind)
    # The places lie far from each other too: a largest logit for all of them would not do.
    far = 3000.0 * rng.permutation(np.arange(-5, 5)).reshape(5, 2, 1)
    logits = drawing.array(rng, 5, 2, 3, scale=600) + far
    yield Case((logits, rng.integers(0, 3, (5, 2))), {"T": 5, "N": 2, "K": 3}, drawing.LARGE)


CROSS_ENTROPY_BACKWARD = Exercise(
    "cross_entropy_backward",
    cross_entropy_backward,
    _draw_cross_entropy,
    results={"dlogits": "(T, N, K)"},
    borrow=("rnnlib.activations", "rnnlib.text"),
)


@CROSS_ENTROPY_BACKWARD.variant
def probabilities_minus_one_hot(logits, targets):
    """The formula as it stands."""
    return (softmax(logits) - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.variant
def one_subtracted_by_index(logits, targets):
    """The softmax by hand, and 1 subtracted at the places of the targets."""
    z = logits - logits.max(axis=-1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    T, N, _ = logits.shape
    p[np.arange(T)[:, None], np.arange(N), targets] -= 1
    return p / (T * N)


@CROSS_ENTROPY_BACKWARD.variant
def position_by_position(logits, targets):
    """A loop over time and batch."""
    dlogits = np.empty_like(logits)
    for t, n in np.ndindex(targets.shape):
        e = np.exp(logits[t, n] - logits[t, n].max())
        dlogits[t, n] = e / e.sum()
        dlogits[t, n, targets[t, n]] -= 1
    return dlogits / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def not_averaged(logits, targets):
    """the division is missing: the loss is a mean over all T * N places, and so is its gradient."""
    return softmax(logits) - one_hot(targets, logits.shape[-1])


@CROSS_ENTROPY_BACKWARD.mistake
def averaged_over_batch_only(logits, targets):
    """it is divided by N alone: the loss is a mean over time and batch, T * N places."""
    return (softmax(logits) - one_hot(targets, logits.shape[-1])) / logits.shape[1]


@CROSS_ENTROPY_BACKWARD.mistake
def averaged_over_time_only(logits, targets):
    """it is divided by T alone: the loss is a mean over time and batch, T * N places."""
    return (softmax(logits) - one_hot(targets, logits.shape[-1])) / logits.shape[0]


@CROSS_ENTROPY_BACKWARD.mistake
def averaged_over_classes_too(logits, targets):
    """it is divided by the number of classes as well. The mean is over places, T * N of them."""
    return (softmax(logits) - one_hot(targets, logits.shape[-1])) / logits.size


@CROSS_ENTROPY_BACKWARD.mistake
def sign_of_loss_exchanged(logits, targets):
    """the sign is wrong: it is the probabilities minus the one-hot targets."""
    return (one_hot(targets, logits.shape[-1]) - softmax(logits)) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def targets_left_out(logits, targets):
    """the targets take no part: from the probability of the right class 1 is subtracted."""
    return softmax(logits) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def softmax_left_out(logits, targets):
    """the logits themselves are used instead of their softmax."""
    return (logits - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def softmax_over_time(logits, targets):
    """the softmax is taken along the first axis, over time. It runs over the classes, the
    last one.
    """
    return (softmax(logits, axis=0) - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def only_right_class(logits, targets):
    """only the right class gets a gradient: p - 1 there, but p, not 0, everywhere else."""
    y = one_hot(targets, logits.shape[-1])
    return y * (softmax(logits) - 1) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def exp_overflows(logits, targets):
    """the softmax is taken of large numbers as they are, and exp overflows. Subtract the largest
    logit of each place first, or use `softmax`.
    """
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(axis=-1, keepdims=True)
    return (p - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def only_one_hot_divided(logits, targets):
    """brackets are missing: `p - y / n` divides the one-hot targets alone. Write `(p - y) / n`."""
    return softmax(logits) - one_hot(targets, logits.shape[-1]) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def softmax_over_everything(logits, targets):
    """the softmax is taken over all numbers at once. At each place, the probabilities of its
    classes add up to 1: sum over the last axis, with `keepdims=True`.
    """
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum()
    return (p - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def back_through_the_logarithm_only(logits, targets):
    """the backward pass ends at the probabilities, with -1 / p for the right class. It goes on
    through the softmax, and both together give p minus the one-hot targets.
    """
    with np.errstate(all="ignore"):
        return -one_hot(targets, logits.shape[-1]) / softmax(logits) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def softmax_over_batch(logits, targets):
    """the softmax is taken along the batch, axis 1. It runs over the classes, the last axis."""
    return (softmax(logits, axis=1) - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def softmax_taken_twice(logits, targets):
    """the softmax is taken of what is a softmax already. Once is enough."""
    return (softmax(softmax(logits)) - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def class_numbers_subtracted(logits, targets):
    """the number of the class is subtracted from every probability. Make it one-hot first:
    `one_hot(targets, K)`.
    """
    return (softmax(logits) - targets[..., None]) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def log_probabilities(logits, targets):
    """the logarithms of the probabilities are used. It is the probabilities themselves, minus the
    one-hot targets.
    """
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return (log_p - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def loss_returned(logits, targets):
    """the loss is returned, one number. Its gradient has a number for every logit: (T, N, K)."""
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    return -np.take_along_axis(log_p, targets[..., None], axis=-1).mean()


@CROSS_ENTROPY_BACKWARD.mistake
def classes_counted_from_targets(logits, targets):
    """K is taken from the targets, `targets.max() + 1`. The last class need not occur among them:
    K is `logits.shape[-1]`.
    """
    return (softmax(logits) - one_hot(targets, targets.max() + 1)) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def one_taken_from_every_place(logits, targets):
    """`p[..., targets] -= 1` subtracts 1 at every place for each class that is a target anywhere. A
    place has one right class: `p - one_hot(targets, K)`.
    """
    p = softmax(logits)
    p[..., targets.ravel()] -= 1
    return p / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def one_largest_for_all(logits, targets):
    """the largest of all logits is subtracted before the exponential. Where a place lies far below
    it, all its exponentials are 0: take the largest of each place, `max(axis=-1, keepdims=True)`.
    """
    with np.errstate(all="ignore"):
        e = np.exp(logits - logits.max())
        p = e / e.sum(axis=-1, keepdims=True)
    return (p - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def logits_overwritten(logits, targets):
    """the caller's logits are written into, as by `logits -= ...`. Make a new array."""
    logits -= logits.max(axis=-1, keepdims=True)
    return (softmax(logits) - one_hot(targets, logits.shape[-1])) / targets.size


@CROSS_ENTROPY_BACKWARD.mistake
def targets_of_the_whole_batch(logits, targets):
    """1 is subtracted from every example for each target of its time step, as `p[t][:, targets[t]]
    -= 1` does. An example has one right class: `p[t][np.arange(N), targets[t]] -= 1`.
    """
    p = softmax(logits)
    for t, classes in enumerate(targets):
        p[t][:, classes] -= 1
    return p / targets.size
