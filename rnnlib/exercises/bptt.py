"""Unit 02, back-propagation through time: differences, one step, a sequence, truncation."""

from __future__ import annotations

import numpy as np

from .. import bptt
from ..activations import softmax, tanh_backward
from ..losses import cross_entropy_backward
from ..rnn import RNNParams, rnn_backward, rnn_forward, rnn_step_backward
from ..text import one_hot
from . import drawing
from .exercise import Case, Exercise

# --- numerical_gradient -----------------------------------------------------------------------


def numerical_gradient(f, x, eps=1e-5):
    """Central differences, entry by entry, in any precision: the unit shows what float32 does."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / (2 * eps)
    return grad


def _draw_numerical(rng):
    for kind, s in drawing.sizes([{"A": 3, "B": 4}, {"A": 5, "B": 2}], "AB"):
        c, x = drawing.array(rng, s["A"], s["B"]), drawing.array(rng, s["A"], s["B"])

        def f(x, c=c):
            return float((c * x**3).sum() + 0.3 * (x * c).sum() ** 2)

        yield Case((f, x, 0.1), s, kind)
    c, x = drawing.array(rng, 2, 3, 4), drawing.array(rng, 2, 3, 4)
    yield Case((lambda x, c=c: float((c * x**4).sum()), x, 0.2), kind="three axes")


NUMERICAL_GRADIENT = Exercise(
    "numerical_gradient", numerical_gradient, _draw_numerical, results={"grad": "the shape of x"}
)


@NUMERICAL_GRADIENT.variant
def by_index(f, x, eps=1e-5):
    """One entry after the other, put back afterwards."""
    x = x.copy()
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        value = x[place]
        x[place] = value + eps
        above = f(x)
        x[place] = value - eps
        below = f(x)
        x[place] = value
        grad[place] = (above - below) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.variant
def with_directions(f, x, eps=1e-5):
    """A direction for every entry, added and subtracted."""
    grad = []
    for k in range(x.size):
        d = np.zeros(x.size)
        d[k] = eps
        d = d.reshape(x.shape)
        grad.append((f(x + d) - f(x - d)) / (2 * eps))
    return np.array(grad).reshape(x.shape)


@NUMERICAL_GRADIENT.variant
def on_a_flat_copy(f, x, eps=1e-5):
    """Works on a flat view of a copy."""
    moved = x.copy()
    flat, grad = moved.reshape(-1), np.empty(x.size)
    for k, value in enumerate(x.ravel()):
        flat[k] = value + eps
        grad[k] = f(moved)
        flat[k] = value - eps
        grad[k] = (grad[k] - f(moved)) / 2 / eps
        flat[k] = value
    return grad.reshape(x.shape)


@NUMERICAL_GRADIENT.mistake
def forward_difference(f, x, eps=1e-5):
    """the step is taken to one side only, f(x + eps) - f(x). Take one to each side: it is far more
    accurate.
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x)) / eps
    return grad


@NUMERICAL_GRADIENT.mistake
def divided_by_eps(f, x, eps=1e-5):
    """the difference is divided by eps. From x - eps to x + eps it is 2 eps."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / eps
    return grad


@NUMERICAL_GRADIENT.mistake
def not_divided(f, x, eps=1e-5):
    """the difference is not divided by the distance, 2 eps."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = f(x + d) - f(x - d)
    return grad


@NUMERICAL_GRADIENT.mistake
def divided_without_brackets(f, x, eps=1e-5):
    """`/ 2 * eps` divides by 2 and then multiplies by eps: write `/ (2 * eps)`."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / 2 * eps
    return grad


@NUMERICAL_GRADIENT.mistake
def all_entries_at_once(f, x, eps=1e-5):
    """all entries are moved at once, which gives one number for all. Move one entry at a time."""
    return np.full_like(x, (f(x + eps) - f(x - eps)) / (2 * eps))


@NUMERICAL_GRADIENT.mistake
def whole_rows(f, x, eps=1e-5):
    """the loop runs over the first axis, so that whole rows move. `np.ndindex(x.shape)` gives every
    single place.
    """
    grad = np.zeros_like(x)
    for i in range(len(x)):
        d = np.zeros_like(x)
        d[i] = eps
        grad[i] = (f(x + d) - f(x - d)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def entry_not_put_back(f, x, eps=1e-5):
    """an entry is not put back before the next one is moved."""
    x = x.copy()
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        x[place] += eps
        above = f(x)
        x[place] -= 2 * eps
        grad[place] = (above - f(x)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def own_step_size(f, x, eps=1e-5):
    """`eps` is not used: a step size of your own stands in its place."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = 1e-5
        grad[place] = (f(x + d) - f(x - d)) / 2e-5
    return grad


@NUMERICAL_GRADIENT.mistake
def sign_exchanged(f, x, eps=1e-5):
    """the two values are exchanged: it is f(x + eps) minus f(x - eps)."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x - d) - f(x + d)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def flat_result(f, x, eps=1e-5):
    """the result is a flat list of numbers. A gradient has the shape of what it is the
    gradient of.
    """
    grad = []
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad.append((f(x + d) - f(x - d)) / (2 * eps))
    return np.array(grad)


@NUMERICAL_GRADIENT.mistake
def argument_moved(f, x, eps=1e-5):
    """the entries of `x` itself are moved and not put back exactly: work on a copy, or keep the old
    value.
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        x[place] += eps
        above = f(x)
        x[place] -= 2 * eps
        grad[place] = (above - f(x)) / (2 * eps)
        x[place] += eps
    return grad


@NUMERICAL_GRADIENT.mistake
def direction_not_cleared(f, x, eps=1e-5):
    """the array with the step is made once, before the loop, and fills up. Make it anew for each
    place, so that one entry alone is moved.
    """
    grad, d = np.zeros_like(x), np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / (2 * eps)
    return grad


@NUMERICAL_GRADIENT.mistake
def one_number_for_all(f, x, eps=1e-5):
    """a single number comes back, the slope where all entries move together. Move one entry at a
    time, and put its number in its place.
    """
    return (f(x + eps) - f(x - eps)) / (2 * eps)


@NUMERICAL_GRADIENT.mistake
def left_in_the_loop(f, x, eps=1e-5):
    """the line `return` is indented too far: it ends the loop after the first entry."""
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / (2 * eps)
        break
    return grad


@NUMERICAL_GRADIENT.mistake
def one_side_over_two_eps(f, x, eps=1e-5):
    """the step is taken to one side only and divided by 2 eps all the same: it is f(x + eps) minus
    f(x - eps).
    """
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x)) / (2 * eps)
    return grad


# --- tanh_backward ----------------------------------------------------------------------------


def _draw_tanh(rng):
    for kind, s in drawing.sizes([{"N": 3, "H": 5}, {"N": 4, "H": 2}], "NH"):
        h = np.tanh(drawing.array(rng, s["N"], s["H"]))
        yield Case((drawing.array(rng, s["N"], s["H"]), h), s, kind)
    h = np.tanh(drawing.array(rng, 2, 3, 4))
    yield Case((drawing.array(rng, 2, 3, 4), h), kind="a whole sequence (T, N, H)")


TANH_BACKWARD = Exercise(
    "tanh_backward", tanh_backward, _draw_tanh, results={"da": "the shape of h"}
)


@TANH_BACKWARD.variant
def in_terms_of_h(dh, h):
    """The derivative written with the result of tanh."""
    return dh * (1 - h**2)


@TANH_BACKWARD.variant
def as_a_product(dh, h):
    """The third binomial formula."""
    return dh * (1 - h) * (1 + h)


@TANH_BACKWARD.variant
def through_cosh(dh, h):
    """Goes back to the argument and uses 1 / cosh squared."""
    return dh / np.cosh(np.arctanh(h)) ** 2


@TANH_BACKWARD.mistake
def square_left_out(dh, h):
    """the square is missing: it is 1 - h**2."""
    return dh * (1 - h)


@TANH_BACKWARD.mistake
def only_the_derivative(dh, h):
    """the incoming gradient `dh` is left out: the chain rule multiplies by it."""
    return 1 - h**2


@TANH_BACKWARD.mistake
def derivative_left_out(dh, h):
    """the gradient is passed on as it is, without the derivative of tanh."""
    return dh * 1.0


@TANH_BACKWARD.mistake
def tanh_taken_again(dh, h):
    """tanh is taken once more. `h` is already the result of the tanh."""
    return dh * (1 - np.tanh(h) ** 2)


@TANH_BACKWARD.mistake
def brackets_left_out(dh, h):
    """the brackets are missing: `dh * 1 - h**2` subtracts from dh. Write `dh * (1 - h**2)`."""
    return dh * 1 - h**2


@TANH_BACKWARD.mistake
def plus_for_minus(dh, h):
    """the sign is wrong: it is 1 - h**2, at most 1."""
    return dh * (1 + h**2)


@TANH_BACKWARD.mistake
def derivative_of_sigmoid(dh, h):
    """the sigmoid's derivative, h (1 - h), is used for that of tanh."""
    return dh * h * (1 - h)


@TANH_BACKWARD.mistake
def tanh_of_gradient(dh, h):
    """tanh is applied to the gradient. Backward one multiplies by the derivative."""
    return np.tanh(dh) * (1 - h**2)


@TANH_BACKWARD.mistake
def root_for_square(dh, h):
    """the derivative of the inverse function, 1 / (1 - h**2), is used."""
    return dh / (1 - h**2)


@TANH_BACKWARD.mistake
def square_of_the_bracket(dh, h):
    """the whole bracket is squared: it is `1 - h**2`, not `(1 - h)**2`."""
    return dh * (1 - h) ** 2


@TANH_BACKWARD.mistake
def twice_for_square(dh, h):
    """`h` is doubled where it should be squared: `h**2`, with two stars."""
    return dh * (1 - h * 2)


@TANH_BACKWARD.mistake
def arguments_exchanged(dh, h):
    """`dh` and `h` have changed places: the derivative is made of `h`, and `dh` is multiplied
    by it.
    """
    return h * (1 - dh**2)


@TANH_BACKWARD.mistake
def h_squared_minus_one(dh, h):
    """the sign is exchanged: the derivative of tanh is 1 - h**2 and never negative."""
    return dh * (h**2 - 1)


# --- cross_entropy_backward -------------------------------------------------------------------


def _draw_cross_entropy(rng):
    for kind, s in drawing.sizes([{"T": 6, "N": 3, "K": 5}, {"T": 5, "N": 4, "K": 7}], "TN"):
        logits = drawing.array(rng, s["T"], s["N"], s["K"])
        yield Case((logits, rng.integers(0, s["K"], (s["T"], s["N"]))), s, kind)
    logits = drawing.array(rng, 5, 2, 3, scale=600)
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
    """the logits themselves are used in the place of their softmax."""
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
    """the way back ends at the probabilities, with -1 / p for the right class. It goes on through
    the softmax, and both together give p minus the one-hot targets.
    """
    with np.errstate(all="ignore"):
        return -one_hot(targets, logits.shape[-1]) / softmax(logits) / targets.size


# --- rnn_step_backward ------------------------------------------------------------------------


def _weights(rng, D, H, **_):
    return drawing.params(rng, RNNParams, W_xh=(D, H), W_hh=(H, H), b_h=(H,))


def _draw_step_backward(rng):
    for kind, s in drawing.sizes([{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}], "NDH"):
        N, D, H = s["N"], s["D"], s["H"]
        params, x = _weights(rng, **s), drawing.array(rng, N, D)
        h, dh_next = drawing.array(rng, N, H, scale=0.5), drawing.array(rng, N, H)
        h_next = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
        yield Case((dh_next, x, h, h_next, params), s, kind)


RNN_STEP_BACKWARD = Exercise(
    "rnn_step_backward",
    rnn_step_backward,
    _draw_step_backward,
    results={
        "dx": "(N, D)",
        "dh": "(N, H)",
        "grads.W_xh": "(D, H)",
        "grads.W_hh": "(H, H)",
        "grads.b_h": "(H,)",
    },
    uses=("tanh_backward",),
    intermediates=lambda dh_next, x, h, h_next, params: {"da": dh_next * (1 - h_next**2)},
)


@RNN_STEP_BACKWARD.follow_on
def line_by_line(dh_next, x, h, h_next, params):
    """A line for each gradient."""
    da = tanh_backward(dh_next, h_next)
    dx = da @ params.W_xh.T
    dh = da @ params.W_hh.T
    return dx, dh, RNNParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))


@RNN_STEP_BACKWARD.variant
def concatenated_backward(dh_next, x, h, h_next, params):
    """x and h side by side, one product for both."""
    da = dh_next * (1 - h_next**2)
    W = np.concatenate([params.W_xh, params.W_hh])
    dboth, dW = da @ W.T, np.concatenate([x, h], axis=1).T @ da
    D = x.shape[1]
    return dboth[:, :D], dboth[:, D:], RNNParams(W_xh=dW[:D], W_hh=dW[D:], b_h=np.sum(da, 0))


@RNN_STEP_BACKWARD.variant
def einsum_backward(dh_next, x, h, h_next, params):
    """Sums over named axes."""
    da = dh_next * (1 - h_next**2)
    return (
        np.einsum("nh,dh->nd", da, params.W_xh),
        np.einsum("nh,kh->nk", da, params.W_hh),
        RNNParams(np.einsum("nd,nh->dh", x, da), np.einsum("nk,nh->kh", h, da), da.sum(0)),
    )


@RNN_STEP_BACKWARD.variant
def example_by_example(dh_next, x, h, h_next, params):
    """One example at a time; outer products are added up."""
    dx, dh, grads = np.zeros_like(x), np.zeros_like(h), params.zeros_like()
    for n in range(len(x)):
        da = dh_next[n] * (1 - h_next[n] ** 2)
        dx[n], dh[n] = params.W_xh @ da, params.W_hh @ da
        one = RNNParams(W_xh=np.outer(x[n], da), W_hh=np.outer(h[n], da), b_h=da)
        grads = grads.map(np.add, one)
    return dx, dh, grads


@RNN_STEP_BACKWARD.mistake
def tanh_derivative_left_out(dh_next, x, h, h_next, params):
    """the derivative of tanh is missing: first da = dh_next * (1 - h_next**2), then all the
    rest.
    """
    da = dh_next
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def derivative_at_old_state(dh_next, x, h, h_next, params):
    """the derivative of tanh is taken at `h`, the state before the step; it belongs to `h_next`."""
    da = dh_next * (1 - h**2)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def recurrent_weight_not_transposed(dh_next, x, h, h_next, params):
    """`W_hh` is not transposed in dh. It is square, so NumPy cannot notice; backward it is
    `W_hh.T`.
    """
    da = dh_next * (1 - h_next**2)
    return da @ params.W_xh.T, da @ params.W_hh, RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def input_weight_not_transposed(dh_next, x, h, h_next, params):
    """`W_xh` is not transposed in dx: (N, H) times (H, D) needs `W_xh.T`."""
    da = dh_next * (1 - h_next**2)
    return da @ params.W_xh, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def weight_gradient_from_new_state(dh_next, x, h, h_next, params):
    """the gradient of `W_hh` uses `h_next`. `W_hh` was multiplied by the state *before* the
    step, `h`.
    """
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h_next.T @ da, da.sum(axis=0))
    return da @ params.W_xh.T, da @ params.W_hh.T, grads


@RNN_STEP_BACKWARD.mistake
def weight_gradient_transposed(dh_next, x, h, h_next, params):
    """the gradient of `W_hh` is transposed: it is `h.T @ da`, as `W_hh` has the old state as
    rows.
    """
    da = dh_next * (1 - h_next**2)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, da.T @ h, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def bias_not_summed(dh_next, x, h, h_next, params):
    """the gradient of `b_h` is not summed over the batch: the same bias was added to every row."""
    da = dh_next * (1 - h_next**2)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da)


@RNN_STEP_BACKWARD.mistake
def bias_averaged(dh_next, x, h, h_next, params):
    """the gradient of `b_h` is a mean over the batch. It is a sum: the mean is taken once, in
    the loss.
    """
    da = dh_next * (1 - h_next**2)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.mean(axis=0))


@RNN_STEP_BACKWARD.mistake
def all_averaged(dh_next, x, h, h_next, params):
    """the gradients of the weights are divided by N. The mean is taken once, in the loss, not
    here.
    """
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ da, da.sum(axis=0)).map(lambda g: g / len(x))
    return da @ params.W_xh.T, da @ params.W_hh.T, grads


@RNN_STEP_BACKWARD.mistake
def state_gradient_past_tanh(dh_next, x, h, h_next, params):
    """dh goes back through `W_hh` but not through the tanh: use `da`, not `dh_next`."""
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))
    return da @ params.W_xh.T, dh_next @ params.W_hh.T, grads


@RNN_STEP_BACKWARD.mistake
def tanh_backward_arguments_exchanged(dh_next, x, h, h_next, params):
    """the arguments of `tanh_backward` are exchanged: first the gradient, `dh_next`, then the
    state, `h_next`.
    """
    da = tanh_backward(h_next, dh_next)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def state_gradient_through_input_weights(dh_next, x, h, h_next, params):
    """dh goes back through `W_xh`, the weights of the input. The state went through `W_hh`."""
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))
    return da @ params.W_xh.T, da @ params.W_xh.T, grads


@RNN_STEP_BACKWARD.mistake
def input_gradient_through_recurrent_weights(dh_next, x, h, h_next, params):
    """dx goes back through `W_hh`, the weights of the state. The input went through `W_xh`."""
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))
    return da @ params.W_hh.T, da @ params.W_hh.T, grads


@RNN_STEP_BACKWARD.mistake
def recurrent_weight_gradient_past_tanh(dh_next, x, h, h_next, params):
    """the gradient of `W_hh` is made of `dh_next`. It is made of `da`, which has gone through the
    tanh.
    """
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ dh_next, da.sum(axis=0))
    return da @ params.W_xh.T, da @ params.W_hh.T, grads


@RNN_STEP_BACKWARD.mistake
def dx_and_dh_exchanged(dh_next, x, h, h_next, params):
    """dx and dh are returned in the other order: first dx, then dh, then grads."""
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))
    return da @ params.W_hh.T, da @ params.W_xh.T, grads


@RNN_STEP_BACKWARD.mistake
def grads_first(dh_next, x, h, h_next, params):
    """grads are returned first: the order is dx, dh, grads."""
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))
    return grads, da @ params.W_xh.T, da @ params.W_hh.T


@RNN_STEP_BACKWARD.mistake
def incoming_gradient_added(dh_next, x, h, h_next, params):
    """`dh_next` itself is added to dh. The old state acts on the loss through the step alone."""
    da = dh_next * (1 - h_next**2)
    grads = RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))
    return da @ params.W_xh.T, dh_next + da @ params.W_hh.T, grads


@RNN_STEP_BACKWARD.mistake
def bias_summed_over_units(dh_next, x, h, h_next, params):
    """the gradient of `b_h` is summed over the units, axis 1. It is summed over the batch, axis 0:
    each unit has a bias of its own.
    """
    da = dh_next * (1 - h_next**2)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.sum(axis=1))


@RNN_STEP_BACKWARD.mistake
def input_weight_gradient_transposed(dh_next, x, h, h_next, params):
    """the gradient of `W_xh` is transposed: it is `x.T @ da`, of the shape of `W_xh`."""
    da = dh_next * (1 - h_next**2)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(da.T @ x, h.T @ da, da.sum(axis=0))


# --- rnn_backward -----------------------------------------------------------------------------


def _draw_backward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        _, _, cache = rnn_forward(xs, h0, _weights(rng, **s))
        yield Case((drawing.array(rng, T, N, H), drawing.array(rng, N, H), cache), s, kind)


RNN_BACKWARD = Exercise(
    "rnn_backward",
    rnn_backward,
    _draw_backward,
    results={
        "dxs": "(T, N, D)",
        "dh0": "(N, H)",
        "grads.W_xh": "(D, H)",
        "grads.W_hh": "(H, H)",
        "grads.b_h": "(H,)",
    },
    uses=("rnn_step_backward",),
)


@RNN_BACKWARD.follow_on
def backward_in_a_loop(dhs, dh, cache):
    """From the last step to the first, adding up."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.variant
def states_with_h0_in_front(dhs, dh, cache):
    """The states with h0 as the first one, so that no step is special."""
    xs, h0, hs, params, *_ = cache
    states = np.concatenate([h0[None], hs])
    dxs, grads = [], params.zeros_like()
    for t in range(len(xs) - 1, -1, -1):
        dx, dh, step = rnn_step_backward(dhs[t] + dh, xs[t], states[t], states[t + 1], params)
        dxs.insert(0, dx)
        grads = grads.map(lambda a, b: a + b, step)
    return np.stack(dxs), dh, grads


@RNN_BACKWARD.variant
def products_at_the_end(dhs, dh, cache):
    """Only the recursion in the loop, weight gradients in one product each."""
    xs, h0, hs, params, *_ = cache
    das = np.zeros_like(hs)
    for t in range(len(xs))[::-1]:
        das[t] = (dhs[t] + dh) * (1 - hs[t] ** 2)
        dh = das[t] @ params.W_hh.T
    before = np.concatenate([h0[None], hs[:-1]])
    W_xh, W_hh = np.einsum("tnd,tnh->dh", xs, das), np.einsum("tnk,tnh->kh", before, das)
    return das @ params.W_xh.T, dh, RNNParams(W_xh, W_hh, das.sum(axis=(0, 1)))


@RNN_BACKWARD.mistake
def not_accumulated(dhs, dh, cache):
    """the weight gradients are not added up: each step overwrites the one before. The same weights
    were used at every step.
    """
    xs, h0, hs, params, *_ = cache
    dxs = np.zeros_like(xs)
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, grads = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def step_losses_ignored(dhs, dh, cache):
    """the losses at the steps, `dhs`, take no part: add `dhs[t]` before each step backward."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def nothing_carried_back(dhs, dh, cache):
    """each step sees its own loss alone: what comes back from the step after it, `dh`, is
    left out.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t], xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def final_loss_ignored(dhs, dh, cache):
    """the gradient on the final state, the argument `dh`, is never used: begin the loop with it."""
    xs, h0, hs, params, *_ = cache
    dxs, grads, dh = np.zeros_like(xs), params.zeros_like(), np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def forward_in_time(dhs, dh, cache):
    """the loop runs from the first step to the last. Gradients come from the end."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in range(len(xs)):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def state_after_for_before(dhs, dh, cache):
    """`hs[t]` is used as the state before step t. That is `hs[t - 1]`, and `h0` at the first
    step.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], hs[t], hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def last_state_for_h0(dhs, dh, cache):
    """at the first step `hs[t - 1]` is `hs[-1]`, the last state. Before the first step there
    is `h0`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], hs[t - 1], hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def zeros_for_h0(dhs, dh, cache):
    """zeros are taken for the state before the first step. It is `h0`, from the cache."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else np.zeros_like(h0)
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def first_step_left_out(dhs, dh, cache):
    """the loop stops before the first step: `range(T - 1, 0, -1)` ends at 1, `range(T - 1, -1, -1)`
    at 0.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in range(len(xs) - 1, 0, -1):
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], hs[t - 1], hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def averaged_over_time(dhs, dh, cache):
    """the weight gradients are divided by T. They add up; the mean is taken once, in the loss."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(lambda a, b: a + b / len(xs), step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def own_loss_added_too_late(dhs, dh, cache):
    """`dhs[t]` is added after the step backward. The loss at step t acts on h_t, so it goes through
    step t as well.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dh, xs[t], h_before, hs[t], params)
        dh = dh + dhs[t]
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def sum_not_kept(dhs, dh, cache):
    """the sum is worked out and not kept: `grads.map` leaves `grads` as it is and returns the sum.
    Write `grads = grads.map(np.add, ...)`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def h0_at_every_step(dhs, dh, cache):
    """`h0` is used as the state before every step. Before step t the state was `hs[t - 1]`, and
    only before the first one `h0`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def handed_on_twice(dhs, dh, cache):
    """what comes back from a step is added to the old `dh`. It takes its place: `dhs[t] + dh` went
    into the step as a whole.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], back, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        dh = dh + back
    return dxs, dh, grads


@RNN_BACKWARD.mistake
def inputs_in_reverse(dhs, dh, cache):
    """the gradients of the inputs stand in reverse order, as the loop made them: that of step t
    belongs to `dxs[t]`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[-1 - t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


# --- truncated_backward -----------------------------------------------------------------------


def truncated_backward(dhs, dh, cache, k):
    """BPTT cut every k steps; see `rnnlib.bptt.truncated_backward`."""
    return bptt.truncated_backward(dhs, dh, cache, k)


def _draw_truncated(rng):
    plain = [
        {"T": 11, "N": 3, "D": 4, "H": 5, "k": 4},
        {"T": 9, "N": 4, "D": 3, "H": 2, "k": 2},
        {"T": 7, "N": 2, "D": 5, "H": 3, "k": 3},
    ]
    kinds = [*drawing.sizes(plain, "TNDHk"), ("k beyond the sequence", {**plain[1], "k": 20})]
    for kind, s in kinds:
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        _, _, cache = rnn_forward(xs, h0, _weights(rng, **s))
        dhs, dh = drawing.array(rng, T, N, H), drawing.array(rng, N, H)
        yield Case((dhs, dh, cache, s["k"]), s, kind)


TRUNCATED_BACKWARD = Exercise(
    "truncated_backward",
    truncated_backward,
    _draw_truncated,
    results=dict(RNN_BACKWARD.results),
    uses=("rnn_step_backward",),
)


@TRUNCATED_BACKWARD.follow_on
def cut_in_the_loop(dhs, dh, cache, k):
    """The loop of `rnn_backward`; the gradient is set to zero at each boundary."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.variant
def piece_by_piece(dhs, dh, cache, k):
    """One ordinary backward pass for each piece of k steps."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for start in reversed(range(0, len(xs), k)):
        if start + k < len(xs):
            dh = np.zeros_like(h0)
        for t in reversed(range(start, min(start + k, len(xs)))):
            h_before = hs[t - 1] if t > 0 else h0
            dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
            grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.variant
def keep_or_drop(dhs, dh, cache, k):
    """What comes back is multiplied by 1 or 0 before it is used."""
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    for t in range(T - 1, -1, -1):
        keep = 1.0 if t == T - 1 or (t + 1) % k else 0.0
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + keep * dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def never_cut(dhs, dh, cache, k):
    """the gradient is never cut: this is full back-propagation, whatever k is."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_one_step_late(dhs, dh, cache, k):
    """the cut is one step off. Pieces are the steps 0 ... k-1, k ... 2k-1: what leaves step k (and
    2k, ...) backward is cut.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if (t + 1) % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def counted_from_the_end(dhs, dh, cache, k):
    """the pieces are counted from the end of the sequence. They begin at 0, k, 2k, ..."""
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    for t in reversed(range(T)):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if (T - t) % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def first_gradient_cut_too(dhs, dh, cache, k):
    """the gradient is cut at t = 0 as well, so that dh0 is zero. The first piece does reach h0."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_at_every_step(dhs, dh, cache, k):
    """the gradient is cut at every step, as if k were 1."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def only_the_last_k_steps(dhs, dh, cache, k):
    """the loop ends after k steps, so that all earlier steps get no gradient. Every piece goes back
    k steps, each with its own losses.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads, T = np.zeros_like(xs), params.zeros_like(), len(xs)
    for t in reversed(range(max(0, T - k), T)):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def state_cut_as_well(dhs, dh, cache, k):
    """the state is set to zero at each boundary too. Only the gradient is cut; the state goes
    on.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = h0 if t == 0 else hs[t - 1] * (t % k > 0)
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def sums_reset_at_boundary(dhs, dh, cache, k):
    """the sum of the weight gradients begins anew at each boundary. All pieces' gradients add
    up.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh, grads = np.zeros_like(dh), params.zeros_like()
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_before_the_step(dhs, dh, cache, k):
    """the cut is made before step t takes what comes back from step t + 1, so that the pieces end
    with the steps k, 2k, ... Step k is the first of its piece: cut after its step backward.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_once(dhs, dh, cache, k):
    """the gradient is cut once, at step k. It is cut at 2k, 3k, ... as well."""
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t == k:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def stopped_at_a_boundary(dhs, dh, cache, k):
    """the loop ends at the last boundary. The pieces before it have losses of their own: set `dh`
    to zeros and go on.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
            break
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def cut_inside_the_pieces(dhs, dh, cache, k):
    """the gradient is cut everywhere but at the boundaries: `t % k` is 0, which counts as false,
    just at the steps k, 2k, ...
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


@TRUNCATED_BACKWARD.mistake
def h0_before_every_piece(dhs, dh, cache, k):
    """`h0` is taken for the state before each piece. Only the gradient is cut; the state before
    step t is `hs[t - 1]`.
    """
    xs, h0, hs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t % k else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    return dxs, dh, grads


EXERCISES = (
    NUMERICAL_GRADIENT,
    TANH_BACKWARD,
    CROSS_ENTROPY_BACKWARD,
    RNN_STEP_BACKWARD,
    RNN_BACKWARD,
    TRUNCATED_BACKWARD,
)
