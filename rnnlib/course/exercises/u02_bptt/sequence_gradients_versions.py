"""Right and wrong versions of `sequence_gradients`."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import tanh_backward
from rnnlib.course.exercises.u02_bptt.sequence_gradients import SEQUENCE_GRADIENTS
from rnnlib.dense import DenseParams
from rnnlib.losses import cross_entropy_backward
from rnnlib.rnn import RNNParams


@SEQUENCE_GRADIENTS.variant
def mended(xs, targets, h0, params, out):
    """The program as it was handed out, with its faults mended."""
    T, N = targets.shape
    # Forward through time: the states, and the scores at every step.
    hs, h = [], h0
    for x in xs:
        h = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
        hs.append(h)
    hs = np.stack(hs)  # (T, N, H)
    logits = hs @ out.W_hy + out.b_y  # (T, N, K)
    # The loss: the mean of -log p over all places. Less the largest score, exp cannot overflow.
    logits = logits - logits.max(axis=2, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    right = (np.arange(T)[:, None], np.arange(N), targets)
    loss = -log_p[right].mean()
    # Backward through the loss: probabilities minus one-hot.
    dlogits = np.exp(log_p)
    dlogits[right] -= 1
    dlogits = dlogits / (T * N)
    # Backward through time.
    dW_xh, dW_hh, db_h = (np.zeros_like(w) for w in (params.W_xh, params.W_hh, params.b_h))
    dW_hy, db_y = np.zeros_like(out.W_hy), np.zeros_like(out.b_y)
    das, dh = np.zeros_like(hs), np.zeros_like(h0)
    for t in reversed(range(T)):
        h_before = hs[t - 1] if t > 0 else h0
        dW_hy += hs[t].T @ dlogits[t]
        db_y += dlogits[t].sum(axis=0)
        dh = dh + dlogits[t] @ out.W_hy.T
        da = dh * (1 - hs[t] ** 2)
        dW_xh += xs[t].T @ da
        dW_hh += h_before.T @ da
        db_h += da.sum(axis=0)
        das[t], dh = da, da @ params.W_hh.T
    return loss, dlogits, das, dh, RNNParams(dW_xh, dW_hh, db_h), DenseParams(dW_hy, db_y)


@SEQUENCE_GRADIENTS.variant
def products_after_the_loop(xs, targets, h0, params, out):
    """Only the recursion in the loop; each gradient of a weight is one sum over time and batch."""
    states = [h0]
    for x in xs:
        states.append(np.tanh(x @ params.W_xh + states[-1] @ params.W_hh + params.b_h))
    states = np.stack(states)
    hs, before = states[1:], states[:-1]
    logits = hs @ out.W_hy + out.b_y
    top = logits.max(axis=-1, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=-1, keepdims=True))
    truth = np.arange(logits.shape[-1]) == targets[..., None]
    loss = -(log_p * truth).sum() / targets.size
    dlogits = (np.exp(log_p) - truth) / targets.size
    das = np.einsum("tnk,hk->tnh", dlogits, out.W_hy)
    for t in range(len(xs) - 1, -1, -1):
        if t + 1 < len(xs):
            das[t] += das[t + 1] @ params.W_hh.T
        das[t] *= 1 - hs[t] ** 2
    grads = RNNParams(
        np.einsum("tnd,tnh->dh", xs, das),
        np.einsum("tni,tnj->ij", before, das),
        das.sum(axis=(0, 1)),
    )
    grads_out = DenseParams(np.einsum("tnh,tnk->hk", hs, dlogits), dlogits.sum(axis=(0, 1)))
    return loss, dlogits, das, das[0] @ params.W_hh.T, grads, grads_out


@SEQUENCE_GRADIENTS.variant
def one_example_at_a_time(xs, targets, h0, params, out):
    """Loops over the examples; vectors alone, and outer products."""
    T, N = targets.shape
    dlogits, das = np.zeros((T, N, len(out.b_y))), np.zeros((T, N, len(params.b_h)))
    dh0, loss = np.zeros_like(h0), 0.0
    grads, grads_out = params.zeros_like(), out.zeros_like()
    for n in range(N):
        states = [h0[n]]
        for x in xs[:, n]:
            states.append(np.tanh(x @ params.W_xh + states[-1] @ params.W_hh + params.b_h))
        back = np.zeros(len(params.b_h))
        for t in range(T, 0, -1):
            scores = states[t] @ out.W_hy + out.b_y
            scores = scores - scores.max()
            truth = targets[t - 1, n]
            loss += (np.log(np.exp(scores).sum()) - scores[truth]) / (T * N)
            dy = np.exp(scores) / np.exp(scores).sum() / (T * N)
            dy[truth] -= 1 / (T * N)
            da = (out.W_hy @ dy + back) * (1 - states[t] ** 2)
            more = RNNParams(np.outer(xs[t - 1, n], da), np.outer(states[t - 1], da), da)
            grads = grads.map(np.add, more)
            grads_out = grads_out.map(np.add, DenseParams(np.outer(states[t], dy), dy))
            dlogits[t - 1, n], das[t - 1, n], back = dy, da, params.W_hh @ da
        dh0[n] = back
    return loss, dlogits, das, dh0, grads, grads_out


@SEQUENCE_GRADIENTS.follow_on
def with_the_earlier_functions(xs, targets, h0, params, out):
    """Built from the unit's own `tanh_backward` and `cross_entropy_backward`."""
    hs = np.zeros((*targets.shape, len(params.b_h)))
    for t, x in enumerate(xs):
        h = hs[t - 1] if t > 0 else h0
        hs[t] = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    logits = hs @ out.W_hy + out.b_y
    top = logits.max(axis=2, keepdims=True)
    log_p = logits - top - np.log(np.exp(logits - top).sum(axis=2, keepdims=True))
    loss = -np.take_along_axis(log_p, targets[..., None], axis=2).mean()
    dlogits = cross_entropy_backward(logits, targets)
    das, dh = np.zeros_like(hs), np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        das[t] = tanh_backward(dlogits[t] @ out.W_hy.T + dh, hs[t])
        dh = das[t] @ params.W_hh.T
    before = np.concatenate([h0[None], hs[:-1]])
    dW_xh, dW_hh = (sum(a.T @ da for a, da in zip(f, das, strict=True)) for f in (xs, before))
    dW_hy = sum(h.T @ dy for h, dy in zip(hs, dlogits, strict=True))
    grads = RNNParams(dW_xh, dW_hh, das.sum(axis=(0, 1)))
    return loss, dlogits, das, dh, grads, DenseParams(dW_hy, dlogits.sum(axis=(0, 1)))


@SEQUENCE_GRADIENTS.mistake
def handed_out(xs, targets, h0, params, out):
    """nothing of the program is mended yet. Begin with the smallest input on which it goes wrong:
    one step, one example.
    """
    T, N = targets.shape
    # Forward through time: the states, and the scores at every step.
    hs, h = [], h0
    for x in xs:
        h = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
        hs.append(h)
    hs = np.stack(hs)  # (T, N, H)
    logits = hs @ out.W_hy + out.b_y  # (T, N, K)
    # The loss: the mean of -log p over all places. Less the largest score, exp cannot overflow.
    logits = logits - logits.max(axis=2, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    right = (np.arange(T)[:, None], np.arange(N), targets)
    loss = -log_p[right].mean()
    # Backward through the loss: probabilities minus one-hot.
    dlogits = np.exp(log_p)
    dlogits[right] -= 1
    dlogits = dlogits / T
    # Backward through time.
    dW_xh, dW_hh, db_h = (np.zeros_like(w) for w in (params.W_xh, params.W_hh, params.b_h))
    dW_hy, db_y = np.zeros_like(out.W_hy), np.zeros_like(out.b_y)
    das, dh = np.zeros_like(hs), np.zeros_like(h0)
    for t in reversed(range(T)):
        h_before = hs[t - 1]
        dW_hy += h_before.T @ dlogits[t]
        db_y += dlogits[t].sum(axis=0)
        dh = dh + dlogits[t] @ out.W_hy.T
        da = dh * (1 - np.tanh(hs[t]) ** 2)
        dW_xh += xs[t].T @ da
        dW_hh += h_before.T @ da
        db_h += da.mean(axis=0)
        das[t], dh = da, da @ params.W_hh
    return loss, dlogits, das, dh, RNNParams(dW_xh, dW_hh, db_h), DenseParams(dW_hy, db_y)


# One fault of the program left in, and some repairs that miss. The sentences name what shows, not
# the line: to find that is the task.
_LEFT_IN = (
    (
        "gradient_too_large_for_a_batch",
        "(T * N)",
        "T",
        "all gradients are right for a batch of one, and too large for any other.",
    ),
    (
        "output_sees_another_state",
        "dW_hy += hs[t].T",
        "dW_hy += h_before.T",
        "the gradient of `W_hy` is made of other states than those that the scores were made of.",
    ),
    (
        "slope_taken_elsewhere",
        "(1 - hs[t] ** 2)",
        "(1 - np.tanh(hs[t]) ** 2)",
        "the slope of the tanh is nearly right where a state is small, and too large elsewhere.",
    ),
    (
        "carried_the_wrong_way",
        "da @ params.W_hh.T",
        "da @ params.W_hh",
        "everything is right at the last step, and what comes back to the step before is not.",
    ),
    (
        "no_first_state",
        "hs[t - 1] if t > 0 else h0",
        "hs[t - 1]",
        "the gradient of `W_hh` does not change when `h0` takes another value before the first "
        "step.",
    ),
    (
        "mean_for_the_bias",
        "da.sum(axis=0)",
        "da.mean(axis=0)",
        "the gradient of `b_h` is right for a batch of one, and too small for any other.",
    ),
    (
        "divided_by_the_batch_alone",
        "(T * N)",
        "N",
        "all gradients are right for a sequence of one step, and too large for any other.",
    ),
    (
        "divided_by_nothing",
        "dlogits = dlogits / (T * N)",
        "pass",
        "the gradients belong to the sum of all losses, while `loss` is their mean.",
    ),
    (
        "first_state_everywhere",
        "hs[t - 1] if t > 0 else h0",
        "h0",
        "the gradient of `W_hh` is made of `h0` at every step: right for a sequence of one step.",
    ),
    (
        "zeros_before_the_first_step",
        "hs[t - 1] if t > 0 else h0",
        "hs[t - 1] if t > 0 else np.zeros_like(h0)",
        "the gradient of `W_hh` is right where `h0` is zero, and nowhere else.",
    ),
    (
        "loss_summed",
        "-log_p[right].mean()",
        "-log_p[right].sum()",
        "`loss` is as many times too large as there are places: N T of them.",
    ),
    (
        "own_loss_not_added",
        "dh = dh + dlogits[t] @",
        "dh = dlogits[t] @",
        "no gradient comes back from later steps: each step hears of its own loss alone.",
    ),
    (
        "bias_of_one_step",
        "db_h += da",
        "db_h = da",
        "the gradient of `b_h` is that of a single step: it is not summed over time.",
    ),
    (
        "output_bias_averaged",
        "dlogits[t].sum(axis=0)",
        "dlogits[t].mean(axis=0)",
        "the gradient of `b_y` is right for a batch of one, and too small for any other.",
    ),
)
for _name, _old, _new, _sentence in _LEFT_IN:
    SEQUENCE_GRADIENTS.slip(_name, _old, _new, _sentence)
