"""The loss of one answer for each sequence, at its last real step, and the gradients."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.drawing import drawn_lengths
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u09_text.inputs import MORE_PADDING
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.losses import cross_entropy, cross_entropy_backward


def many_to_one(hs, lengths, targets, params):
    """Loss of one answer for each sequence, given at its last real step, and its gradients."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


def _draw_many_to_one(rng):
    def case(T, N, H, K, kind, longest=None, scale=0.5):
        hs = drawing.array(rng, T, N, H, scale=scale)
        params = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
        targets = rng.permutation(np.arange(N) % K)
        sizes, lengths = {"T": T, "N": N, "H": H, "K": K}, drawn_lengths(rng, longest or T, N)
        if kind == drawing.LARGE:  # a right class whose probability is 0 in a float
            targets[0] = output_step(hs[lengths[0] - 1, 0], params).argmin()
        return Case((hs, lengths, targets, params), sizes, kind)

    plain = [{"T": 7, "N": 4, "H": 5, "K": 3}, {"T": 6, "N": 3, "H": 2, "K": 4}]
    for kind, s in drawing.sizes(plain, "TNHK"):
        yield case(**s, kind=kind)
    yield case(9, 3, 4, 2, MORE_PADDING, longest=6)
    yield case(6, 4, 5, 3, drawing.LARGE, scale=900)


MANY_TO_ONE = Exercise(
    "many_to_one",
    many_to_one,
    _draw_many_to_one,
    results={
        "loss": "",
        "dhs": "(T, N, H)",
        "grads.W_hy": "(H, K)",
        "grads.b_y": "(K,)",
    },
    weights={"dhs": 2.0, "grads.W_hy": 0.5, "grads.b_y": 0.5},
    borrow=("rnnlib.dense", "rnnlib.losses", "rnnlib.activations", "rnnlib._timesteps"),
)


@MANY_TO_ONE.variant
def picked_and_put_back(hs, lengths, targets, params):
    """The last states are picked out, and their gradient is put back to where they came from."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    loss = cross_entropy(logits, targets)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return loss, dhs, grads


@MANY_TO_ONE.variant
def every_line_by_hand(hs, lengths, targets, params):
    """Nothing is borrowed."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    z = last @ params.W_hy + params.b_y
    z = z - z.max(axis=1, keepdims=True)
    log_p = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    dlogits = np.exp(log_p)
    dlogits[n, targets] -= 1
    dlogits /= len(n)
    dhs = np.zeros(hs.shape)
    dhs[lengths - 1, n] = dlogits @ params.W_hy.T
    return -log_p[n, targets].mean(), dhs, DenseParams(last.T @ dlogits, dlogits.sum(axis=0))


@MANY_TO_ONE.variant
def masked_at_every_step(hs, lengths, targets, params):
    """A loss at every step, with a mask that is True at the last real one alone."""
    ends = np.arange(len(hs))[:, None] == lengths - 1
    logits = output_step(hs, params)
    everywhere = np.broadcast_to(targets, ends.shape)
    loss = cross_entropy(logits, everywhere, mask=ends)
    dlogits = cross_entropy_backward(logits, everywhere, mask=ends)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return loss, dhs, grads


@MANY_TO_ONE.variant
def put_back_one_by_one(hs, lengths, targets, params):
    """Loops where indices would do."""
    last = np.stack([hs[length - 1, n] for n, length in enumerate(lengths)])
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = 0 * hs
    for n, length in enumerate(lengths):
        dhs[length - 1, n] = dlast[n]
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def last_row_answers(hs, lengths, targets, params):
    """The last row, `hs[-1]`, is asked and gets the gradient, whatever the lengths are. Each
    example answers at its own last step, `lengths - 1`.
    """
    logits = output_step(hs[-1], params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), hs[-1], params)
    dhs = np.zeros_like(hs)
    dhs[-1] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def gradient_into_the_last_row(hs, lengths, targets, params):
    """The right states are asked, but the gradient is put into the last row, `dhs[-1]`. It goes
    back to where each state came from.
    """
    last = hs[lengths - 1, np.arange(len(lengths))]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[-1] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def length_as_index(hs, lengths, targets, params):
    """The row `lengths` is taken, one too far: steps count from 0, so the last is `lengths - 1`."""
    n = np.arange(len(lengths))
    last = hs[lengths, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def gradient_at_every_step(hs, lengths, targets, params):
    """Every step gets the gradient. Only the state that was asked has changed the loss; the others
    get it later, from the cell's backward.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[:] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def gradient_of_one_step_returned(hs, lengths, targets, params):
    """The gradient of the last states is returned as it is, (N, H). `dhs` has the shape of `hs`,
    with zeros at all other steps.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    return cross_entropy(logits, targets), dlast, grads


@MANY_TO_ONE.mistake
def begun_with_the_states(hs, lengths, targets, params):
    """`dhs` begins as a copy of `hs`. A gradient begins with zeros."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = hs.copy()
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def asked_at_every_step(hs, lengths, targets, params):
    """The question is asked at every real step. Here each sequence answers once, at its end."""
    mask = np.arange(len(hs))[:, None] < lengths
    logits, everywhere = output_step(hs, params), np.broadcast_to(targets, mask.shape)
    dlogits = cross_entropy_backward(logits, everywhere, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return cross_entropy(logits, everywhere, mask=mask), dhs, grads


@MANY_TO_ONE.mistake
def summed_over_the_batch(hs, lengths, targets, params):
    """Loss and gradients are summed over the batch. The loss is a mean over the N sequences."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets) * len(n)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets) * len(n), dhs, grads


@MANY_TO_ONE.mistake
def divided_by_the_steps(hs, lengths, targets, params):
    """Loss and gradients are divided by T as well. There is one answer a sequence, so the mean is
    over N.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets) / len(hs)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets) / len(hs), dhs, grads


@MANY_TO_ONE.mistake
def gradient_divided_again(hs, lengths, targets, params):
    """The gradient is divided by N once more. `cross_entropy_backward` has done it already."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlogits = cross_entropy_backward(logits, targets) / len(n)
    dlast, grads = output_step_backward(dlogits, last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def probabilities_as_logits(hs, lengths, targets, params):
    """A softmax is taken before the loss, which takes one itself: give it the logits."""
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    p = softmax(output_step(last, params))
    dlast, grads = output_step_backward(cross_entropy_backward(p, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return cross_entropy(p, targets), dhs, grads


@MANY_TO_ONE.mistake
def mean_of_states_asked(hs, lengths, targets, params):
    """The mean of the real states is asked. That comes later in this unit; here it is the last."""
    mask = (np.arange(len(hs))[:, None] < lengths) / lengths
    pooled = (hs * mask[:, :, None]).sum(axis=0)
    logits = output_step(pooled, params)
    dpooled, grads = output_step_backward(cross_entropy_backward(logits, targets), pooled, params)
    return cross_entropy(logits, targets), dpooled * mask[:, :, None], grads


@MANY_TO_ONE.mistake
def first_step_answers(hs, lengths, targets, params):
    """The first step is asked, which has read one symbol only. The last real one has read all."""
    logits = output_step(hs[0], params)
    dfirst, grads = output_step_backward(cross_entropy_backward(logits, targets), hs[0], params)
    dhs = np.zeros_like(hs)
    dhs[0] = dfirst
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def whole_steps_filled(hs, lengths, targets, params):
    """The second index is missing in `dhs[lengths - 1] = ...`, which fills these steps for all
    examples. `np.arange(N)` says which example belongs to which step.
    """
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1] = dlast
    return cross_entropy(logits, targets), dhs, grads


@MANY_TO_ONE.mistake
def all_examples_at_each_end(hs, lengths, targets, params):
    """The second index is missing in `hs[lengths - 1]`, which gives all N examples for each of N
    steps. `np.arange(N)` says which example belongs to which step.
    """
    last = hs[lengths - 1]
    logits = output_step(last, params)
    return cross_entropy(logits, targets), hs, params


MANY_TO_ONE.slip(
    "grads_before_dhs",
    "return loss, dhs, grads",
    "return loss, grads, dhs",
    "the last two are returned in the wrong order: it is loss, dhs, grads.",
)


MANY_TO_ONE.slip(
    "gradient_of_the_loss_turned_round",
    "output_step_backward(cross_entropy_backward(logits, targets), last, params)",
    "output_step_backward(-cross_entropy_backward(logits, targets), last, params)",
    "the sign of the gradients is turned round. The minus belongs to the optimizer's step.",
)

MANY_TO_ONE.slip(
    "length_as_index_on_the_way_back",
    "dhs[lengths - 1, n] = dlast",
    "dhs[np.minimum(lengths, len(hs) - 1), n] = dlast",
    "the gradient is put one step too late, or into the last row where there is none. It goes back "
    "to where the state came from, `lengths - 1`.",
)
