"""Loss and gradient, averaged over the real steps of a padded batch."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax, softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u07_deep.inputs import MORE_PADDING
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.sequences import lengths_to_mask


def masked_cross_entropy(logits, targets, mask):
    """Loss and gradient, averaged over what is real."""
    return (
        cross_entropy(logits, targets, mask=mask),
        cross_entropy_backward(logits, targets, mask=mask),
    )


def _draw_loss(rng):
    def case(T, N, K, kind, scale=1.0, longest=None):
        mask = lengths_to_mask(drawn_lengths(rng, longest or T, N), T)
        logits = drawing.array(rng, T, N, K, scale=scale)
        sizes = {"T": T, "N": N, "K": K}
        return Case((logits, rng.integers(0, K, (T, N)), mask), sizes, kind)

    plain = [{"T": 7, "N": 4, "K": 3}, {"T": 6, "N": 3, "K": 5}]
    for kind, s in drawing.sizes(plain, "TN"):
        yield case(**s, kind=kind)
    yield case(10, 3, 4, MORE_PADDING, longest=5)
    yield case(6, 3, 4, drawing.LARGE, scale=600)
    holes = case(7, 4, 3, "holes in the mask")
    holes.args[2][rng.permutation(4), np.arange(4)] = False  # a step that counts not, and goes on
    yield holes


MASKED_CROSS_ENTROPY = Exercise(
    "masked_cross_entropy",
    masked_cross_entropy,
    _draw_loss,
    results={"loss": "", "dlogits": "(T, N, K)"},
    borrow=("rnnlib.activations", "rnnlib.text"),
)


@MASKED_CROSS_ENTROPY.variant
def step_by_step(logits, targets, mask):
    """The right entries are picked, summed where the mask is True and divided once."""
    T, N, K = logits.shape
    number = mask.sum()
    picked = np.take_along_axis(log_softmax(logits), targets[:, :, None], axis=2)[:, :, 0]
    loss = -(picked * mask).sum() / number
    dlogits = (softmax(logits) - np.eye(K)[targets]) * mask[:, :, None] / number
    return loss, dlogits


@MASKED_CROSS_ENTROPY.variant
def real_rows_only(logits, targets, mask):
    """Only the real rows are looked at."""
    mask = mask.astype(bool)
    rows, right = logits[mask], targets[mask]
    n = np.arange(len(rows))
    loss = -log_softmax(rows)[n, right].mean()
    drows = softmax(rows)
    drows[n, right] -= 1
    dlogits = np.zeros_like(logits)
    dlogits[mask] = drows / len(rows)
    return loss, dlogits


@MASKED_CROSS_ENTROPY.variant
def without_borrowing(logits, targets, mask):
    """Softmax by hand, with the largest logit subtracted."""
    z = logits - logits.max(axis=-1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=-1, keepdims=True))
    one_hot = targets[:, :, None] == np.arange(logits.shape[2])
    losses = -(log_p * one_hot).sum(axis=2)
    return losses[mask].mean(), (np.exp(log_p) - one_hot) * (mask / mask.sum())[:, :, None]


@MASKED_CROSS_ENTROPY.mistake
def padding_counted(logits, targets, mask):
    """The mask is not used: the padding counts like everything else."""
    number = targets.size
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot).sum() / number
    return loss, (softmax(logits) - one_hot) / number


@MASKED_CROSS_ENTROPY.mistake
def divided_by_all_places(logits, targets, mask):
    """The sum is taken over what is real, but divided by all T times N places. Divide by how many
    the mask counts.
    """
    number, m = targets.size, mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def mean_of_means(logits, targets, mask):
    """Each sequence is averaged first, and then the sequences: a step of a short sequence weighs
    more than one of a long sequence. Take one mean over all real steps.
    """
    weight = (mask / mask.sum(axis=0) / mask.shape[1])[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * weight).sum()
    return loss, (softmax(logits) - one_hot) * weight


@MASKED_CROSS_ENTROPY.mistake
def summed_up(logits, targets, mask):
    """The losses are summed and not averaged: divide both by the number of real steps."""
    m = mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    return -(log_softmax(logits) * one_hot * m).sum(), (softmax(logits) - one_hot) * m


@MASKED_CROSS_ENTROPY.mistake
def divided_by_the_batch(logits, targets, mask):
    """The sum is divided by the number of sequences, N. Divide by the number of real steps."""
    number, m = mask.shape[1], mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def gradient_on_the_padding(logits, targets, mask):
    """The gradient is not 0 on the padding. What does not count in the loss gets no gradient:
    multiply by the mask there, too.
    """
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) / number


@MASKED_CROSS_ENTROPY.mistake
def gradient_over_all_places(logits, targets, mask):
    """The gradient is divided by all T times N places. It is divided by what the loss is divided
    by.
    """
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / targets.size


@MASKED_CROSS_ENTROPY.mistake
def gradient_undivided(logits, targets, mask):
    """The gradient is not divided. It is divided by what the loss is divided by."""
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m


@MASKED_CROSS_ENTROPY.mistake
def logits_zeroed(logits, targets, mask):
    """The logits of the padding are set to 0. Logits of 0 are a guess, and a guess costs log K:
    they still count. Mask the losses.
    """
    m = mask[:, :, None]
    logits = logits * m
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot).sum() / targets.size
    return loss, (softmax(logits) - one_hot) * m / targets.size


@MASKED_CROSS_ENTROPY.mistake
def padding_alone(logits, targets, mask):
    """The mask is turned over: only the padding counts."""
    m = ~mask[:, :, None]
    number = max(m.sum(), 1)
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def minus_one_left_out(logits, targets, mask):
    """The gradient is the softmax alone. At the right class 1 is subtracted."""
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / number
    return loss, softmax(logits) * m / number


@MASKED_CROSS_ENTROPY.mistake
def loss_is_negative(logits, targets, mask):
    """The minus sign of the loss is missing: log-probabilities are negative, a loss is not."""
    number, m = mask.sum(), mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = (log_softmax(logits) * one_hot * m).sum() / number
    return loss, (softmax(logits) - one_hot) * m / number


@MASKED_CROSS_ENTROPY.mistake
def log_of_a_softmax(logits, targets, mask):
    """The softmax is taken first and then the log. With large logits a probability becomes 0 and
    its log infinite: use `log_softmax`.
    """
    number = mask.sum()
    one_hot = np.eye(logits.shape[2])[targets]
    p = (softmax(logits) * one_hot).sum(axis=2)
    loss = -np.log(p[mask]).sum() / number
    return loss, (softmax(logits) - one_hot) * mask[:, :, None] / number


@MASKED_CROSS_ENTROPY.mistake
def mask_taken_for_lengths(logits, targets, mask):
    """The mask is turned into lengths, and the first steps of each example count. It says itself
    which steps count: use it as it is.
    """
    m = (np.arange(len(mask))[:, None] < mask.sum(axis=0))[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * m).sum() / m.sum()
    return loss, (softmax(logits) - one_hot) * m / m.sum()


@MASKED_CROSS_ENTROPY.mistake
def exponentials_too_large(logits, targets, mask):
    """The softmax is written with `np.exp(logits)`, which overflows where a logit is large: take
    off the largest first, or use `softmax` and `log_softmax`.
    """
    e = np.exp(logits)
    p = e / e.sum(axis=2, keepdims=True)
    one_hot = np.eye(logits.shape[2])[targets]
    weights = (mask / mask.sum())[:, :, None]
    loss = -np.log((p * one_hot).sum(axis=2)[mask]).sum() / mask.sum()
    return loss, (p - one_hot) * weights


@MASKED_CROSS_ENTROPY.mistake
def class_zero_taken_for_padding(logits, targets, mask):
    """Class 0 is taken for padding (`targets != 0`). It is a class like any other; what counts is
    in the mask.
    """
    weights = ((targets != 0) / max(np.sum(targets != 0), 1))[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * weights).sum()
    return loss, (softmax(logits) - one_hot) * weights


@MASKED_CROSS_ENTROPY.mistake
def softmax_over_the_examples(logits, targets, mask):
    """The softmax is taken over the examples, axis 1. It is taken over the classes, the last
    axis.
    """
    weights = (mask / mask.sum())[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    z = logits - logits.max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    loss = -(np.log(p) * one_hot * weights).sum()
    return loss, (p - one_hot) * weights


@MASKED_CROSS_ENTROPY.mistake
def gradient_turned_round(logits, targets, mask):
    """The gradient is one-hot minus softmax, with the sign turned round: it is softmax minus
    one-hot.
    """
    weights = (mask / mask.sum())[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * weights).sum()
    return loss, (one_hot - softmax(logits)) * weights


@MASKED_CROSS_ENTROPY.mistake
def logits_zeroed_and_counted(logits, targets, mask):
    """The logits of the padding are set to 0, and each of them adds log K to the loss: a guess
    costs that much. Mask the losses.
    """
    m = mask[:, :, None]
    logits = logits * m
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot).sum() / mask.sum()
    return loss, (softmax(logits) - one_hot) * m / mask.sum()


MASKED_CROSS_ENTROPY.slip(
    "probability_for_its_logarithm",
    "np.take_along_axis(log_softmax(logits),",
    "np.take_along_axis(softmax(logits),",
    "the loss is made of the probabilities. It is made of their logarithms, `log_softmax`.",
)

MASKED_CROSS_ENTROPY.slip(
    "logits_for_log_probabilities",
    "np.take_along_axis(log_softmax(logits),",
    "np.take_along_axis(logits,",
    "the loss is made of the logits as they are. It is made of log-probabilities, `log_softmax`.",
)

MASKED_CROSS_ENTROPY.slip(
    "loss_summed_gradient_averaged",
    "-(picked * mask).sum() / number",
    "-(picked * mask).sum()",
    "the losses are summed. Divide by the number of real steps, as the gradient is.",
)


@MASKED_CROSS_ENTROPY.mistake
def logits_zeroed_alone(logits, targets, mask):
    """The logits of the padding count as 0, and then everything is averaged as if it were real. A
    guess costs log K and has a gradient: mask the losses and the gradient.
    """
    logits = logits * mask[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot).sum() / targets.size
    return loss, (softmax(logits) - one_hot) / targets.size
