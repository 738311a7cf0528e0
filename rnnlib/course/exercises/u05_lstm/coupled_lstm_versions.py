"""Right and wrong versions of `coupled_lstm`."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.coupled_lstm import CoupledLSTMParams
from rnnlib.course.exercises.u05_lstm.coupled_lstm import COUPLED_LSTM


@COUPLED_LSTM.variant
def two_loops(xs, h0, c0, params, dhs):
    """A loop forward that keeps what it made, a loop backward that takes it up again."""
    H = h0.shape[1]
    h, c, hs, steps = h0, c0, [], []
    for x in xs:
        a = x @ params.W_xh + h @ params.W_hh + params.b_h
        f = sigmoid(a[:, :H] + params.p_f * c)
        g = np.tanh(a[:, H : 2 * H])
        c_next = f * c + (1 - f) * g
        o = sigmoid(a[:, 2 * H :] + params.p_o * c_next)
        steps.append((x, h, c, f, g, o, c_next))
        h, c = o * np.tanh(c_next), c_next
        hs.append(h)
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(xs))):
        x, h, c, f, g, o, c_next = steps[t]
        dh = dh + dhs[t]
        tanh_c = np.tanh(c_next)
        da_o = dh * tanh_c * o * (1 - o)
        dc = dc + dh * o * (1 - tanh_c**2) + da_o * params.p_o
        da_f = dc * (c - g) * f * (1 - f)
        da_g = dc * (1 - f) * (1 - g**2)
        da = np.concatenate([da_f, da_g, da_o], axis=1)
        dxs[t] = da @ params.W_xh.T
        dh = da @ params.W_hh.T
        dc = dc * f + da_f * params.p_f
        p_f, p_o = (da_f * c).sum(axis=0), (da_o * c_next).sum(axis=0)
        step = CoupledLSTMParams(x.T @ da, h.T @ da, da.sum(axis=0), p_f, p_o)
        grads = grads.map(np.add, step)
    return np.stack(hs), dxs, dh, dc, grads


@COUPLED_LSTM.variant
def columns_as_in_the_paper(xs, h0, c0, params, dhs):
    """Vectors as columns and a matrix for each gate, one example at a time."""
    W_f, W_g, W_o = np.split(params.W_xh.T, 3)
    U_f, U_g, U_o = np.split(params.W_hh.T, 3)
    b_f, b_g, b_o = np.split(params.b_h, 3)
    T, N, H = dhs.shape
    hs, dxs, dh0, dc0 = np.zeros(dhs.shape), np.zeros(xs.shape), h0 * 0, c0 * 0
    grads = params.zeros_like()
    for k in range(N):
        h, c, kept = h0[k], c0[k], []
        for t in range(T):
            x, before = xs[t, k], (h, c)
            f = sigmoid(W_f @ x + U_f @ h + params.p_f * c + b_f)
            g = np.tanh(W_g @ x + U_g @ h + b_g)
            c = g + f * (c - g)
            o = sigmoid(W_o @ x + U_o @ h + params.p_o * c + b_o)
            h = o * np.tanh(c)
            hs[t, k] = h
            kept.append((x, *before, f, g, c, o))
        dh, dc = np.zeros(H), np.zeros(H)
        for t in range(T - 1, -1, -1):
            x, h_old, c_old, f, g, c, o = kept[t]
            dh = dh + dhs[t, k]
            a_o = dh * np.tanh(c) * o * (1 - o)
            dc = dc + a_o * params.p_o + dh * o / np.cosh(c) ** 2
            a_f, a_g = dc * (c_old - g) * f * (1 - f), dc * (1 - f) * (1 - g * g)
            a = np.concatenate([a_f, a_g, a_o])
            grads.W_xh[:] += np.outer(x, a)
            grads.W_hh[:] += np.outer(h_old, a)
            grads.b_h[:] += a
            grads.p_f[:] += a_f * c_old
            grads.p_o[:] += a_o * c
            dxs[t, k] = W_f.T @ a_f + W_g.T @ a_g + W_o.T @ a_o
            dh = U_f.T @ a_f + U_g.T @ a_g + U_o.T @ a_o
            dc = dc * f + a_f * params.p_f
        dh0[k], dc0[k] = dh, dc
    return hs, dxs, dh0, dc0, grads


@COUPLED_LSTM.variant
def arrays_for_all_steps(xs, h0, c0, params, dhs):
    """Arrays over all steps, with the first state in front; the weights in one product each."""
    T, N, H = dhs.shape
    h, c = np.zeros((T + 1, N, H)), np.zeros((T + 1, N, H))
    h[0], c[0] = h0, c0
    f, g, o = np.zeros((3, T, N, H))
    ax = (xs @ params.W_xh + params.b_h).reshape(T, N, 3, H)
    for t in range(T):
        a = ax[t] + (h[t] @ params.W_hh).reshape(N, 3, H)
        f[t], g[t] = sigmoid(a[:, 0] + params.p_f * c[t]), np.tanh(a[:, 1])
        c[t + 1] = f[t] * c[t] + (1 - f[t]) * g[t]
        o[t] = sigmoid(a[:, 2] + params.p_o * c[t + 1])
        h[t + 1] = o[t] * np.tanh(c[t + 1])
    slope = o * (1 - np.tanh(c[1:]) ** 2) + np.tanh(c[1:]) * o * (1 - o) * params.p_o
    da = np.zeros((T, N, 3, H))
    dh, dc = np.zeros((2, N, H))
    for t in range(T)[::-1]:
        dh = dh + dhs[t]
        dc = dc + dh * slope[t]
        da[t, :, 0] = dc * (c[t] - g[t]) * f[t] * (1 - f[t])
        da[t, :, 1] = dc * (1 - f[t]) * (1 - g[t] ** 2)
        da[t, :, 2] = dh * np.tanh(c[t + 1]) * o[t] * (1 - o[t])
        dc = dc * f[t] + da[t, :, 0] * params.p_f
        dh = da[t].reshape(N, -1) @ params.W_hh.T
    flat = da.reshape(T, N, 3 * H)
    grads = CoupledLSTMParams(
        W_xh=np.einsum("tnd,tna->da", xs, flat),
        W_hh=np.einsum("tnh,tna->ha", h[:-1], flat),
        b_h=flat.sum(axis=(0, 1)),
        p_f=(da[:, :, 0] * c[:-1]).sum(axis=(0, 1)),
        p_o=(da[:, :, 2] * c[1:]).sum(axis=(0, 1)),
    )
    return h[1:], flat @ params.W_xh.T, dh, dc, grads


@COUPLED_LSTM.variant
def a_function_for_each_step(xs, h0, c0, params, dhs):
    """A step and its backward as functions of their own, the second one written as a recursion."""
    W = np.vstack([params.W_xh, params.W_hh])
    D, H = params.W_xh.shape[0], h0.shape[1]
    grads = params.zeros_like()
    hs, dxs = np.zeros(dhs.shape, xs.dtype), np.zeros_like(xs)

    def step(xh, c):
        f, g, o = np.split(xh @ W + params.b_h, 3, axis=1)
        f, g = sigmoid(f + params.p_f * c), np.tanh(g)
        c_next = f * c + (1 - f) * g
        return f, g, sigmoid(o + params.p_o * c_next), c_next

    def from_step(t, h, c):
        """Take step t and all later ones; return the gradient of the state before it."""
        if t == len(xs):
            return np.zeros((2, *h.shape))
        xh = np.hstack([xs[t], h])
        f, g, o, c_next = step(xh, c)
        hs[t] = o * np.tanh(c_next)
        dh, dc = from_step(t + 1, hs[t], c_next)
        dh = dh + dhs[t]
        da_o = dh * np.tanh(c_next) * o * (1 - o)
        dc = dc + dh * o * (1 - np.tanh(c_next) ** 2) + params.p_o * da_o
        da_f = f * (1 - f) * dc * (c - g)
        da = np.hstack([da_f, dc * (1 - f) * (1 - g**2), da_o])
        dW, dxh = xh.T @ da, da @ W.T
        grads.W_xh[:] += dW[:D]
        grads.W_hh[:] += dW[D:]
        grads.b_h[:] += da.sum(axis=0)
        grads.p_f[:] += (da_f * c).sum(axis=0)
        grads.p_o[:] += (da[:, 2 * H :] * c_next).sum(axis=0)
        dxs[t] = dxh[:, :D]
        return dxh[:, D:], dc * f + da_f * params.p_f

    dh0, dc0 = from_step(0, h0, c0)
    return hs, dxs, dh0, dc0, grads


# --- the forward pass -------------------------------------------------------------------------

COUPLED_LSTM.slip(
    "output_peephole_at_the_old_cell",
    "o = sigmoid(a[:, 2 * H :] + params.p_o * c_next)",
    "o = sigmoid(a[:, 2 * H :] + params.p_o * c)",
    "the output gate looks at the old cell. Its peephole sees the new one, $c_t$.",
)

COUPLED_LSTM.slip(
    "gates_coupled_the_other_way",
    "c_next = f * c + (1 - f) * g",
    "c_next = (1 - f) * c + f * g",
    "f and 1 - f are exchanged in the new cell: f is the part of the *old* cell that is kept.",
)

COUPLED_LSTM.slip(
    "gates_not_coupled",
    "c_next = f * c + (1 - f) * g",
    "c_next = f * c + g",
    "the candidate comes in whole. With coupled gates 1 - f of it comes in.",
)

COUPLED_LSTM.slip(
    "forget_peephole_left_out",
    "sigmoid(a[:, :H] + params.p_f * c)",
    "sigmoid(a[:, :H])",
    "the forget gate has no peephole: `p_f` times the old cell is missing in its sum.",
)

COUPLED_LSTM.slip(
    "output_peephole_left_out",
    "sigmoid(a[:, 2 * H :] + params.p_o * c_next)",
    "sigmoid(a[:, 2 * H :])",
    "the output gate has no peephole: `p_o` times the new cell is missing in its sum.",
)

COUPLED_LSTM.slip(
    "order_of_the_lstm",
    "g = np.tanh(a[:, H : 2 * H])",
    "g = np.tanh(a[:, 2 * H :])",
    "the candidate is made from the third block of columns. The order is f, g, o.",
)

COUPLED_LSTM.slip(
    "cell_let_out_as_it_is",
    "h, c = o * np.tanh(c_next), c_next",
    "h, c = o * c_next, c_next",
    "the cell is let out as it is: $h_t$ is o times the *tanh* of the cell.",
)

COUPLED_LSTM.slip(
    "first_state_ignored",
    "h, c, hs, steps = h0, c0, [], []",
    "h, c, hs, steps = 0 * h0, 0 * c0, [], []",
    "the sequence starts from zeros: `h0` and `c0` are never used.",
)

# --- the backward pass ------------------------------------------------------------------------

COUPLED_LSTM.slip(
    "coupling_forgotten",
    "da_f = dc * (c - g) * f * (1 - f)",
    "da_f = dc * c * f * (1 - f)",
    "the gradient of f knows the old cell alone. f stands in $c_t$ twice, as f and in 1 - f.",
)

COUPLED_LSTM.slip(
    "coupling_with_the_wrong_sign",
    "da_f = dc * (c - g) * f * (1 - f)",
    "da_f = dc * (c + g) * f * (1 - f)",
    "the two parts of the gradient of f are added with the same sign. f stands in 1 - f with a "
    "minus.",
)

COUPLED_LSTM.slip(
    "candidate_times_f",
    "da_g = dc * (1 - f) * (1 - g**2)",
    "da_g = dc * f * (1 - g**2)",
    "the gradient of the candidate is multiplied by f. In $c_t$ the candidate stands beside 1 - f.",
)

COUPLED_LSTM.slip(
    "way_through_the_output_peephole_missing",
    " + da_o * params.p_o",
    "",
    "the new cell gets nothing through the output gate's peephole. It acts on the loss in three "
    "ways: through the tanh, through that peephole, and along the cell.",
)

COUPLED_LSTM.slip(
    "way_through_the_forget_peephole_missing",
    "dc = dc * f + da_f * params.p_f",
    "dc = dc * f",
    "the old cell gets its gradient along the cell alone. The forget gate saw it too, through "
    "`p_f`.",
)

COUPLED_LSTM.slip(
    "way_through_the_tanh_missing",
    "dc = dc + dh * o * (1 - tanh_c**2) + da_o * params.p_o",
    "dc = dc + da_o * params.p_o",
    "what comes through $h_t$ never reaches the cell: the way through its tanh is missing.",
)

COUPLED_LSTM.slip(
    "cell_gradient_not_carried",
    "dc = dc * f + da_f * params.p_f",
    "dc = np.zeros_like(dc)",
    "the gradient of the cell is not carried to the step before: each step begins with zeros.",
)

COUPLED_LSTM.slip(
    "state_gradient_not_carried",
    "dh = dh + dhs[t]",
    "dh = dhs[t]",
    "the gradient of h that comes back from the later step is dropped: `dhs[t]` is added to it.",
)

COUPLED_LSTM.slip(
    "last_loss_alone",
    "dh = dh + dhs[t]",
    "dh = dh + dhs[t] * (t == len(xs) - 1)",
    "only the loss of the last step takes part. Every step has one: its `dhs[t]`.",
)

COUPLED_LSTM.slip(
    "slope_of_the_tanh_missing",
    "dh * o * (1 - tanh_c**2)",
    "dh * o",
    "the slope of the tanh is missing on the way from $h_t$ to the cell.",
)

COUPLED_LSTM.slip(
    "slope_of_the_output_gate_missing",
    "da_o = dh * tanh_c * o * (1 - o)",
    "da_o = dh * tanh_c",
    "the slope of the output gate's sigmoid is missing.",
)

COUPLED_LSTM.slip(
    "slope_of_the_forget_gate_missing",
    "(c - g) * f * (1 - f)",
    "(c - g)",
    "the slope of the forget gate's sigmoid is missing.",
)

COUPLED_LSTM.slip(
    "peephole_gradients_exchanged",
    "h.T @ da, da.sum(axis=0), p_f, p_o)",
    "h.T @ da, da.sum(axis=0), p_o, p_f)",
    "the gradients of `p_f` and `p_o` are exchanged.",
)

COUPLED_LSTM.slip(
    "forget_peephole_times_the_new_cell",
    "(da_f * c).sum(axis=0)",
    "(da_f * c_next).sum(axis=0)",
    "the gradient of `p_f` is made with the new cell. The forget gate saw the old one.",
)

COUPLED_LSTM.slip(
    "output_peephole_times_the_old_cell",
    "(da_o * c_next).sum(axis=0)",
    "(da_o * c).sum(axis=0)",
    "the gradient of `p_o` is made with the old cell. The output gate saw the new one.",
)

COUPLED_LSTM.slip(
    "gradients_of_one_step",
    "grads = grads.map(np.add, step)",
    "grads = step",
    "the gradients of the weights are those of the first step alone. They add up over time.",
)

COUPLED_LSTM.slip(
    "peephole_gradients_averaged",
    "p_f, p_o = (da_f * c).sum(axis=0), (da_o * c_next).sum(axis=0)",
    "p_f, p_o = (da_f * c).mean(axis=0), (da_o * c_next).mean(axis=0)",
    "the gradients of the peepholes are means over the batch. They are sums, as for a bias.",
)

COUPLED_LSTM.slip(
    "blocks_of_the_gradient_in_another_order",
    "np.concatenate([da_f, da_g, da_o], axis=1)",
    "np.concatenate([da_f, da_o, da_g], axis=1)",
    "the blocks of the gradient stand in the order f, o, g. Backward the order is f, g, o as well.",
)

COUPLED_LSTM.slip(
    "new_state_in_the_weights",
    "step = CoupledLSTMParams(x.T @ da, h.T @ da",
    "step = CoupledLSTMParams(x.T @ da, (o * tanh_c).T @ da",
    "the gradient of `W_hh` is made with the state after the step. `W_hh` met the one before it.",
)

COUPLED_LSTM.slip(
    "first_step_left_out",
    "reversed(range(len(xs)))",
    "range(len(xs) - 1, 0, -1)",
    "the first step is left out of the backward pass: `range(T - 1, 0, -1)` stops at 1.",
)
