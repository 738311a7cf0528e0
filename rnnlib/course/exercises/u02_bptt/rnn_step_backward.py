"""Backward through one step, to x_t, h_{t-1} and the weights."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import tanh_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u02_bptt.inputs import draw_weights
from rnnlib.rnn import RNNParams, rnn_step_backward


def _draw_step_backward(rng):
    def case(s, kind, *, x_scale=1.0, h_scale=0.5):
        N, D, H = s["N"], s["D"], s["H"]
        params, x = draw_weights(rng, **s), drawing.array(rng, N, D, scale=x_scale)
        h, dh_next = drawing.array(rng, N, H, scale=h_scale), drawing.array(rng, N, H)
        if kind == drawing.ZEROS:
            dh_next[0] = 0  # no loss for one of the examples
        h_next = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
        return Case((dh_next, x, h, h_next, params), s, kind)

    for kind, s in drawing.sizes([{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}], "NDH"):
        yield case(s, kind)
    s = {"N": 4, "D": 2, "H": 3}
    yield case(s, drawing.ZEROS, h_scale=0.0)  # the first step: a state of zeros


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


RNN_STEP_BACKWARD.slip(
    "square_left_out_of_the_derivative",
    "1 - h_next**2",
    "1 - h_next",
    "the derivative of tanh is written without the square: it is 1 - h_next**2.",
    of="einsum_backward",
)
RNN_STEP_BACKWARD.slip(
    "input_gradient_past_tanh",
    "dx = da @ params.W_xh.T",
    "dx = dh_next @ params.W_xh.T",
    "dx goes back through `W_xh` but not through the tanh: use `da`, not `dh_next`.",
)
RNN_STEP_BACKWARD.slip(
    "input_weight_gradient_past_tanh",
    "W_xh=x.T @ da",
    "W_xh=x.T @ dh_next",
    "the gradient of `W_xh` is made of `dh_next`. It is made of `da`, which has gone through "
    "the tanh.",
)
RNN_STEP_BACKWARD.slip(
    "bias_gradient_past_tanh",
    "b_h=da.sum(axis=0)",
    "b_h=dh_next.sum(axis=0)",
    "the gradient of `b_h` is made of `dh_next`. It is made of `da`, which has gone through "
    "the tanh.",
)
RNN_STEP_BACKWARD.slip(
    "bias_keeps_its_axis",
    "da.sum(axis=0)",
    "da.sum(axis=0, keepdims=True)",
    "the gradient of `b_h` keeps the axis of the batch, (1, H). It has the shape of `b_h`: "
    "leave `keepdims` out.",
)
RNN_STEP_BACKWARD.slip(
    "bias_summed_over_everything",
    "da.sum(axis=0)",
    "da.sum()",
    "the gradient of `b_h` is summed to a single number. Each unit has a bias of its own: sum "
    "over the batch, axis 0.",
)
RNN_STEP_BACKWARD.slip(
    "weights_in_another_order",
    "RNNParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))",
    "RNNParams(h.T @ da, x.T @ da, da.sum(axis=0))",
    "the gradients of `W_xh` and `W_hh` have changed places. Write their names: "
    "`RNNParams(W_xh=..., W_hh=..., b_h=...)`.",
)
RNN_STEP_BACKWARD.slip(
    "batch_of_one_squeezed",
    "return dx, dh, RNNParams",
    "return np.squeeze(dx), np.squeeze(dh), RNNParams",
    "axes of size 1 are squeezed out of dx and dh. A batch of one example is still a batch.",
)


@RNN_STEP_BACKWARD.mistake
def state_worked_out_without_the_bias(dh_next, x, h, h_next, params):
    """the new state is worked out anew, without `b_h`. It is given: `h_next`."""
    da = dh_next * (1 - np.tanh(x @ params.W_xh + h @ params.W_hh) ** 2)
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def incoming_gradient_overwritten(dh_next, x, h, h_next, params):
    """`da` is worked out inside the array `dh_next`, and the caller's gradient is lost. Make a new
    array.
    """
    da = dh_next
    da *= 1 - h_next**2
    return da @ params.W_xh.T, da @ params.W_hh.T, RNNParams(x.T @ da, h.T @ da, da.sum(axis=0))


@RNN_STEP_BACKWARD.mistake
def weights_overwritten(dh_next, x, h, h_next, params):
    """the gradients are written into the arrays of `params`, and the weights are lost. Make a new
    group: `RNNParams(W_xh=..., W_hh=..., b_h=...)`.
    """
    da = tanh_backward(dh_next, h_next)
    dx, dh = da @ params.W_xh.T, da @ params.W_hh.T
    params.W_xh[:], params.W_hh[:], params.b_h[:] = x.T @ da, h.T @ da, da.sum(axis=0)
    return dx, dh, params
