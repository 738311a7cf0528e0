"""The open task: the whole backward pass of a GRU over a sequence, from the forward equations."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.inputs import GRADS, draw_weights
from rnnlib.gru import GRUParams
from rnnlib.gru_sequence import gru_backward, gru_forward


def _draw_backward(rng):
    # The second size is no short one: whoever measures every gradient instead runs out of time.
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 30, "N": 6, "D": 8, "H": 10}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = (s[letter] for letter in "TNDH")
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        _, _, cache = gru_forward(xs, h0, draw_weights(rng, **s))
        dhs = drawing.array(rng, T, N, H, scale=1 if T < 30 else 20)  # too large to be clipped
        yield Case((dhs, drawing.array(rng, N, H), cache), s, kind)
    s, some = plain[0], drawing.array(rng, 6, 3, 5)
    some[[0, 2, 5]] = 0
    # A loss at some of the steps; a loss on the final state alone.
    for dhs, dh in ((some, np.zeros((3, 5))), (np.zeros((6, 3, 5)), drawing.array(rng, 3, 5))):
        xs = drawing.array(rng, 6, 3, 4)
        _, _, cache = gru_forward(xs, np.zeros((3, 5)), draw_weights(rng, **s))
        yield Case((dhs, dh, cache), s, drawing.ZEROS)


GRU_BACKWARD = Exercise(
    "gru_backward",
    gru_backward,
    _draw_backward,
    results={"dxs": "(T, N, D)", "dh0": "(N, H)", **GRADS},
    weights={"dh0": 2},
)


@GRU_BACKWARD.variant
def one_loop(dhs, dh, cache):
    """One loop from the end; mixture, gates and products in it."""
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h = hs[t - 1] if t > 0 else h0
        (r, z, n), q = gates[t], qs[t]
        dh = dh + dhs[t]
        da_n = dh * (1 - z) * (1 - n**2)
        da_z = dh * (h - n) * z * (1 - z)
        da_r = da_n * q * r * (1 - r)
        dq = da_n * r
        da = np.concatenate([da_r, da_z, da_n], axis=1)
        da_h = np.concatenate([da_r, da_z, dq], axis=1)
        dxs[t] = da @ params.W_xh.T
        dh = dh * z + da_h @ params.W_hh.T
        step = GRUParams(xs[t].T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
        grads = grads.map(np.add, step)
    return dxs, dh, grads


@GRU_BACKWARD.variant
def weight_gradients_at_the_end(dhs, dh, cache):
    """Only the recursion in the loop; each weight gradient is one product."""
    xs, h0, hs, gates, qs, params, *_ = cache
    T, N, H = hs.shape
    before = np.concatenate([h0[None], hs[:-1]])
    r, z, n = gates[:, 0], gates[:, 1], gates[:, 2]
    das, das_h = np.zeros((T, N, 3 * H)), np.zeros((T, N, 3 * H))
    for t in range(T)[::-1]:
        dh = dh + dhs[t]
        da_n = dh * (1 - z[t]) * (1 - n[t] ** 2)
        da_z = dh * (before[t] - n[t]) * z[t] * (1 - z[t])
        das[t] = np.hstack([da_n * qs[t] * r[t] * (1 - r[t]), da_z, da_n])
        das_h[t] = das[t]
        das_h[t, :, 2 * H :] *= r[t]
        dh = dh * z[t] + das_h[t] @ params.W_hh.T
    W_xh, W_hh = np.einsum("tnd,tnh->dh", xs, das), np.einsum("tnk,tnh->kh", before, das_h)
    b_h, b_hn = das.sum(axis=(0, 1)), das_h[:, :, 2 * H :].sum(axis=(0, 1))
    return das @ params.W_xh.T, dh, GRUParams(W_xh, W_hh, b_h, b_hn)


@GRU_BACKWARD.variant
def columns_one_example_at_a_time(dhs, dh, cache):
    """Vectors as columns and a matrix for each gate, one example after the other."""
    xs, h0, hs, gates, qs, params, *_ = cache
    W_r, W_z, W_n = np.split(params.W_xh.T, 3)
    U_r, U_z, U_n = np.split(params.W_hh.T, 3)
    T, N, H = hs.shape
    dxs, dh0, grads = np.zeros_like(xs), np.zeros((N, H)), params.zeros_like()
    for k in range(N):
        back = dh[k]
        for t in range(T - 1, -1, -1):
            h = h0[k] if t == 0 else hs[t - 1, k]
            r, z, n = gates[t, :, k]
            back = back + dhs[t, k]
            n_sum = back * (1 - z) * (1 - n * n)
            z_sum = back * (h - n) * (z - z * z)
            r_sum = n_sum * qs[t, k] * (r - r * r)
            from_x, from_h = (
                np.concatenate([r_sum, z_sum, n_sum]),
                np.concatenate([r_sum, z_sum, n_sum * r]),
            )
            grads.W_xh[:] += np.outer(xs[t, k], from_x)
            grads.W_hh[:] += np.outer(h, from_h)
            grads.b_h[:] += from_x
            grads.b_hn[:] += n_sum * r
            dxs[t, k] = W_r.T @ r_sum + W_z.T @ z_sum + W_n.T @ n_sum
            back = back * z + U_r.T @ r_sum + U_z.T @ z_sum + U_n.T @ (n_sum * r)
        dh0[k] = back
    return dxs, dh0, grads


@GRU_BACKWARD.variant
def a_step_of_its_own(dhs, dh, cache):
    """A function for one step, with a product for each third of the columns; lists added up."""
    xs, h0, hs, gates, qs, params, *_ = cache
    W_xs, W_hs = np.split(params.W_xh, 3, axis=1), np.split(params.W_hh, 3, axis=1)

    def step_back(dh, x, h, r, z, n, q):
        dn, dz = dh - dh * z, dh * h - dh * n
        n_in = dn - dn * n**2
        into_x = [n_in * q * r * (1 - r), dz * z * (1 - z), n_in]
        into_h = [*into_x[:2], n_in * r]
        dx = sum(da @ W.T for da, W in zip(into_x, W_xs))
        dh = dh * z + sum(da @ W.T for da, W in zip(into_h, W_hs))
        return (
            dx,
            dh,
            [
                np.hstack([x.T @ da for da in into_x]),
                np.hstack([h.T @ da for da in into_h]),
                np.hstack([da.sum(axis=0) for da in into_x]),
                into_h[2].sum(axis=0),
            ],
        )

    dxs, steps, before = [], [], [h0, *hs[:-1]]
    for own, x, h, (r, z, n), q in reversed(list(zip(dhs, xs, before, gates, qs))):
        dx, dh, grads = step_back(dh + own, x, h, r, z, n, q)
        dxs.insert(0, dx)
        steps.append(grads)
    return np.stack(dxs), dh, GRUParams(*(sum(arrays) for arrays in zip(*steps)))


GRU_BACKWARD.slip(
    "gates_unpacked_in_another_order",
    "(r, z, n), q = gates[t], qs[t]",
    "(z, r, n), q = gates[t], qs[t]",
    "the first gate in `cache.gates` is taken for z. The order is r, z, n.",
)

# --- the mixture ------------------------------------------------------------------------------

GRU_BACKWARD.slip(
    "direct_path_forgotten",
    "dh = dh * z + da_h @ params.W_hh.T",
    "dh = da_h @ params.W_hh.T",
    "the direct path is missing: the old state stands in the mixture itself, beside z. It is what "
    "makes a GRU remember.",
)

GRU_BACKWARD.slip(
    "direct_path_alone",
    "dh = dh * z + da_h @ params.W_hh.T",
    "dh = dh * z",
    "only the direct path comes back to the old state. It went into the products with `W_hh` too.",
)

GRU_BACKWARD.slip(
    "incoming_gradient_added_whole",
    "dh = dh * z + da_h @ params.W_hh.T",
    "dh = dh + da_h @ params.W_hh.T",
    "what arrives at the new state comes back to the old one as a whole. In the mixture the old "
    "state stands beside z.",
)

GRU_BACKWARD.slip(
    "z_and_its_complement_exchanged",
    "da_n = dh * (1 - z) * (1 - n**2)",
    "da_n = dh * z * (1 - n**2)",
    "the candidate's gradient is multiplied by z. In the mixture it stands beside 1 - z.",
)

GRU_BACKWARD.slip(
    "z_with_the_wrong_sign",
    "da_z = dh * (h - n) * z * (1 - z)",
    "da_z = dh * (n - h) * z * (1 - z)",
    "the gradient of z has the wrong sign: z stands beside the old state, and in 1 - z beside the "
    "candidate.",
)

GRU_BACKWARD.slip(
    "z_in_one_product_alone",
    "da_z = dh * (h - n) * z * (1 - z)",
    "da_z = dh * h * z * (1 - z)",
    "the gradient of z knows the old state alone. z stands in the mixture twice, also in 1 - z.",
)

# --- the gates --------------------------------------------------------------------------------

GRU_BACKWARD.slip(
    "slope_of_the_tanh_missing",
    "(1 - z) * (1 - n**2)",
    "(1 - z)",
    "the slope of the candidate's tanh is missing.",
)

GRU_BACKWARD.slip(
    "slope_of_z_missing",
    "da_z = dh * (h - n) * z * (1 - z)",
    "da_z = dh * (h - n)",
    "the slope of z's sigmoid is missing.",
)

GRU_BACKWARD.slip(
    "slope_of_r_missing",
    "da_r = da_n * q * r * (1 - r)",
    "da_r = da_n * q",
    "the slope of r's sigmoid is missing.",
)

GRU_BACKWARD.slip(
    "r_before_the_tanh",
    "da_r = da_n * q * r * (1 - r)",
    "da_r = dh * (1 - z) * q * r * (1 - r)",
    "the gradient of r has not gone through the tanh. r and q stand inside of it.",
)

GRU_BACKWARD.slip(
    "reset_gate_without_gradient",
    "da_r = da_n * q * r * (1 - r)",
    "da_r = 0 * r",
    "the reset gate gets no gradient. It multiplies q inside the tanh.",
)

GRU_BACKWARD.slip(
    "r_from_the_old_state",
    "da_r = da_n * q * r",
    "da_r = da_n * h * r",
    "the gradient of r is made with the old state. After the product, r multiplies q.",
)

GRU_BACKWARD.slip(
    "dq_without_the_reset_gate",
    "dq = da_n * r",
    "dq = da_n",
    "what goes to q has not met the reset gate, which stands between q and the tanh.",
)

# --- the products -----------------------------------------------------------------------------

GRU_BACKWARD.slip(
    "da_for_da_h",
    "dh = dh * z + da_h @ params.W_hh.T\n        step = GRUParams(xs[t].T @ da, h.T @ da_h,",
    "dh = dh * z + da @ params.W_hh.T\n        step = GRUParams(xs[t].T @ da, h.T @ da,",
    "the products with the state get the same three blocks as those with the input. Between "
    "`W_hn` and the tanh stands the reset gate.",
)

GRU_BACKWARD.slip(
    "columns_in_another_order",
    "da = np.concatenate([da_r, da_z, da_n], axis=1)\n"
    "        da_h = np.concatenate([da_r, da_z, dq], axis=1)",
    "da = np.concatenate([da_z, da_r, da_n], axis=1)\n"
    "        da_h = np.concatenate([da_z, da_r, dq], axis=1)",
    "the blocks of columns stand in the order z, r, n. The weights have r, z, n.",
)

GRU_BACKWARD.slip(
    "second_bias_from_da_n",
    "da.sum(axis=0), dq.sum(axis=0))",
    "da.sum(axis=0), da_n.sum(axis=0))",
    "the gradient of `b_hn` is made of what arrives at the tanh's sum. `b_hn` is a part of q.",
)

GRU_BACKWARD.slip(
    "first_bias_from_da_h",
    "da.sum(axis=0), dq.sum(axis=0))",
    "da_h.sum(axis=0), dq.sum(axis=0))",
    "the gradient of `b_h` has met the reset gate. `b_h` stands outside of it, with the input.",
)

GRU_BACKWARD.slip(
    "biases_averaged",
    "da.sum(axis=0), dq.sum(axis=0))",
    "da.mean(axis=0), dq.mean(axis=0))",
    "the gradients of the biases are means over the batch. They are sums: the mean is taken once, "
    "in the loss.",
)

GRU_BACKWARD.slip(
    "weight_gradient_from_reset_state",
    "h.T @ da_h",
    "(r * h).T @ da_h",
    "the gradient of `W_hh` is made of r times the state. That belongs to the other form, with the "
    "reset before the product.",
)

# --- over time --------------------------------------------------------------------------------

GRU_BACKWARD.slip(
    "state_after_the_step",
    "h = hs[t - 1] if t > 0 else h0",
    "h = hs[t]",
    "`hs[t]` is taken for the state before step t. That is `hs[t - 1]`, and `h0` for the first.",
)

GRU_BACKWARD.slip(
    "last_state_before_the_first_step",
    "h = hs[t - 1] if t > 0 else h0",
    "h = hs[t - 1]",
    "at the first step `hs[t - 1]` is `hs[-1]`, the last state. Before the first step there is "
    "`h0`.",
)

GRU_BACKWARD.slip(
    "gradients_not_accumulated",
    "grads = grads.map(np.add, step)",
    "grads = step",
    "the weight gradients are those of one step. The same weights were used at every step, so they "
    "add up.",
)

GRU_BACKWARD.slip(
    "sum_of_gradients_not_kept",
    "grads = grads.map(np.add, step)",
    "grads.map(np.add, step)",
    "the sum is worked out and not kept: `grads.map` leaves `grads` as it is and returns the sum.",
)

GRU_BACKWARD.slip(
    "losses_of_steps_ignored",
    "dh = dh + dhs[t]",
    "dh = 1 * dh",
    "the losses at the steps, `dhs`, take no part.",
)

GRU_BACKWARD.slip(
    "later_losses_ignored",
    "dh = dh + dhs[t]",
    "dh = dhs[t]",
    "each step sees its own loss alone: what comes back from the later step is left out.",
)

GRU_BACKWARD.slip(
    "loop_forward_in_time",
    "reversed(range(len(xs)))",
    "range(len(xs))",
    "the loop runs from the first step to the last. Gradients come from the end.",
)

GRU_BACKWARD.slip(
    "first_step_left_out",
    "reversed(range(len(xs)))",
    "range(len(xs) - 1, 0, -1)",
    "the first step is left out: counting down, `range(T - 1, 0, -1)` stops at 1.",
)

GRU_BACKWARD.slip(
    "loss_on_final_state_ignored",
    "dxs, grads = np.zeros_like(xs), params.zeros_like()",
    "dxs, grads, dh = np.zeros_like(xs), params.zeros_like(), np.zeros_like(h0)",
    "the gradient of the final state, the argument `dh`, is never used.",
)

GRU_BACKWARD.slip(
    "losses_overwritten",
    "dh = dh + dhs[t]",
    "dhs[t] += dh\n        dh = dhs[t]",
    "`dhs[t] +=` writes into the caller's array. A sum makes a new one.",
)
