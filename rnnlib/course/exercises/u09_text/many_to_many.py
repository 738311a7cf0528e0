"""The loss of an answer at every real step, and its gradients."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax, softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u09_text.inputs import MORE_PADDING
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.sequences import lengths_to_mask


def many_to_many(hs, mask, targets, params):
    """Loss of an answer at every real step, and its gradients."""
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


def _draw_many_to_many(rng):
    def case(T, N, H, K, kind, longest=None, scale=0.5):
        mask = lengths_to_mask(drawn_lengths(rng, longest or T, N), T)
        hs = drawing.array(rng, T, N, H, scale=scale)
        params = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
        sizes = {"T": T, "N": N, "H": H, "K": K}
        return Case((hs, mask, rng.integers(K, size=(T, N)), params), sizes, kind)

    plain = [{"T": 7, "N": 4, "H": 5, "K": 3}, {"T": 6, "N": 3, "H": 2, "K": 4}]
    for kind, s in drawing.sizes(plain, "TNHK"):
        yield case(**s, kind=kind)
    yield case(10, 3, 4, 2, MORE_PADDING, longest=6)
    yield case(6, 4, 5, 3, drawing.LARGE, scale=900)


MANY_TO_MANY = Exercise(
    "many_to_many",
    many_to_many,
    _draw_many_to_many,
    results={
        "loss": "",
        "dhs": "(T, N, H)",
        "grads.W_hy": "(H, K)",
        "grads.b_y": "(K,)",
    },
    weights={"dhs": 2.0, "grads.W_hy": 0.5, "grads.b_y": 0.5},
    borrow=("rnnlib.dense", "rnnlib.losses", "rnnlib.activations", "rnnlib._timesteps"),
)


@MANY_TO_MANY.variant
def mask_handed_to_the_loss(hs, mask, targets, params):
    """The mask goes into the loss and its backward; all else knows nothing of it."""
    logits = output_step(hs, params)
    loss = cross_entropy(logits, targets, mask=mask)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return loss, dhs, grads


@MANY_TO_MANY.variant
def all_by_hand(hs, mask, targets, params):
    """The loss of unit 07, and the output layer's backward of unit 02."""
    logits = hs @ params.W_hy + params.b_y
    weights = (mask / mask.sum())[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    z = logits - logits.max(axis=2, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=2, keepdims=True))
    dlogits = (np.exp(log_p) - one_hot) * weights
    loss = -(log_p * one_hot * weights).sum()
    dW = np.einsum("tnh,tnk->hk", hs, dlogits)
    return loss, dlogits @ params.W_hy.T, DenseParams(dW, dlogits.sum(axis=(0, 1)))


@MANY_TO_MANY.variant
def real_rows_alone(hs, mask, targets, params):
    """Only the real rows are looked at."""
    rows = hs[mask]
    logits = output_step(rows, params)
    drows, grads = output_step_backward(cross_entropy_backward(logits, targets[mask]), rows, params)
    dhs = np.zeros_like(hs)
    dhs[mask] = drows
    return cross_entropy(logits, targets[mask]), dhs, grads


@MANY_TO_MANY.mistake
def padding_answers_too(hs, mask, targets, params):
    """The mask is not used: the padding answers, too, and is taught."""
    logits = output_step(hs, params)
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def mask_in_the_loss_alone(hs, mask, targets, params):
    """The mask is given to the loss and not to its backward. Both need it."""
    logits = output_step(hs, params)
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def mask_in_the_backward_alone(hs, mask, targets, params):
    """The mask is given to the backward and not to the loss. Both need it."""
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def states_set_to_zero(hs, mask, targets, params):
    """The states on the padding are set to 0. They still answer, with the bias, and count: give the
    mask to the loss.
    """
    hs = hs * mask[:, :, None]
    logits = output_step(hs, params)
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def mean_of_sequence_means(hs, mask, targets, params):
    """Each sequence is averaged first, and then the sequences, so that a word of a short one weighs
    more. One mean is taken over all real words.
    """
    logits = output_step(hs, params)
    weights = (mask / mask.sum(axis=0) / mask.shape[1])[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    dhs, grads = output_step_backward((softmax(logits) - one_hot) * weights, hs, params)
    return -(log_softmax(logits) * one_hot * weights).sum(), dhs, grads


@MANY_TO_MANY.mistake
def words_summed(hs, mask, targets, params):
    """Loss and gradients are summed over the words. The loss is their mean."""
    logits, number = output_step(hs, params), mask.sum()
    dlogits = number * cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return number * cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def divided_by_all_places(hs, mask, targets, params):
    """The sum over the real words is divided by all T times N places. It is divided by how many are
    real.
    """
    logits, share = output_step(hs, params), mask.mean()
    dlogits = share * cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return share * cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def gradient_divided_by_the_words(hs, mask, targets, params):
    """The gradient is divided by the number of words once more. `cross_entropy_backward` has done
    it already.
    """
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask) / mask.sum()
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def only_the_end_answers(hs, mask, targets, params):
    """Only the last real word of each sentence answers. Here every real word does."""
    ends = np.arange(len(hs))[:, None] == mask.sum(axis=0) - 1
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=ends)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=ends), dhs, grads


@MANY_TO_MANY.mistake
def gradient_of_logits_returned(hs, mask, targets, params):
    """`dlogits` is returned in the place of `dhs`. It still has to go back through the output
    layer.
    """
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    _, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=mask), dlogits, grads


@MANY_TO_MANY.mistake
def weights_of_the_last_step(hs, mask, targets, params):
    """The gradients of the output layer are those of the last step alone. It was used at every
    step, so they are added up.
    """
    logits = output_step(hs, params)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, _ = output_step_backward(dlogits, hs, params)
    _, grads = output_step_backward(dlogits[-1], hs[-1], params)
    return cross_entropy(logits, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def padding_alone_answers(hs, mask, targets, params):
    """The mask is turned over: only the padding is asked."""
    logits = output_step(hs, params)
    other = ~mask if (~mask).any() else mask
    dlogits = cross_entropy_backward(logits, targets, mask=other)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, targets, mask=other), dhs, grads


@MANY_TO_MANY.mistake
def softmax_before_the_loss(hs, mask, targets, params):
    """A softmax is taken before the loss, which takes one itself: give it the logits."""
    p = softmax(output_step(hs, params))
    dlogits = cross_entropy_backward(p, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(p, targets, mask=mask), dhs, grads


@MANY_TO_MANY.mistake
def logits_set_to_zero(hs, mask, targets, params):
    """The logits on the padding are set to 0. Logits of 0 are a guess, and it counts: give the mask
    to the loss.
    """
    logits = output_step(hs, params) * mask[:, :, None]
    dhs, grads = output_step_backward(cross_entropy_backward(logits, targets), hs, params)
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_MANY.mistake
def rows_not_put_back(hs, mask, targets, params):
    """Only the real rows are worked with, `hs[mask]`, and their gradient is not put back to its
    places: `dhs = np.zeros_like(hs)`, then `dhs[mask] = ...`.
    """
    rows = hs[mask]
    logits = output_step(rows, params)
    dlogits = cross_entropy_backward(logits, targets[mask])
    drows, grads = output_step_backward(dlogits, rows, params)
    return cross_entropy(logits, targets[mask]), drows, grads


MANY_TO_MANY.slip(
    "grads_before_dhs",
    "return loss, dhs, grads",
    "return loss, grads, dhs",
    "the last two are returned in the wrong order: it is loss, dhs, grads.",
)


MANY_TO_MANY.slip(
    "gradient_of_the_loss_turned_round",
    "output_step_backward(dlogits, hs, params)",
    "output_step_backward(-dlogits, hs, params)",
    "the sign of the gradients is turned round. The minus belongs to the optimizer's step.",
)

MANY_TO_MANY.slip(
    "padding_as_class_0_in_the_loss",
    "loss = cross_entropy(logits, targets, mask=mask)",
    "loss = cross_entropy(logits, np.where(mask, targets, 0))",
    "padding counts in the loss, with class 0 as its target. The mean is over real words alone.",
)

MANY_TO_MANY.slip(
    "padding_as_class_0_in_the_backward",
    "cross_entropy_backward(logits, targets, mask=mask)",
    "cross_entropy_backward(logits, np.where(mask, targets, 0))",
    "padding counts in the gradients, with class 0 as its target: the mask goes into the "
    "backward pass, too.",
)

MANY_TO_MANY.slip(
    "zeroed_after_the_division",
    "cross_entropy_backward(logits, targets, mask=mask)",
    "cross_entropy_backward(logits, np.where(mask, targets, 0)) * mask[:, :, None]",
    "the gradients of padding are set to 0, but those of words are divided by all places, "
    "padding included.",
)

MANY_TO_MANY.slip(
    "loss_alone_summed",
    "loss = cross_entropy(logits, targets, mask=mask)",
    "loss = cross_entropy(logits, targets, mask=mask) * mask.sum()",
    "the loss is the sum over the words, while its gradients are those of the mean.",
)
