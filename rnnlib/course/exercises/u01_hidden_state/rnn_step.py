"""One step, h_t = tanh(x_t W_xh + h_{t-1} W_hh + b_h)."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u01_hidden_state.inputs import draw_weights
from rnnlib.rnn import rnn_step


def _draw_step(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        x, h = drawing.array(rng, s["N"], s["D"]), drawing.array(rng, s["N"], s["H"], scale=0.5)
        yield Case((x, h, draw_weights(rng, **s)), s, kind)
    s = {"N": 3, "D": 4, "H": 4}  # W_xh and W_hh can be taken for each other here
    x, h = drawing.array(rng, 3, 4), drawing.array(rng, 3, 4, scale=0.5)
    yield Case((x, h, draw_weights(rng, **s)), s, "as many inputs as units")
    s = {"N": 5, "D": 3, "H": 4}
    x, h = drawing.array(rng, 5, 3, scale=3000), drawing.array(rng, 5, 4, scale=0.5)
    yield Case((x, h, draw_weights(rng, **s)), s, drawing.LARGE)
    for zero in ("state", "input", "bias"):  # the first step, padding, and weights at the start
        x, h = drawing.array(rng, 5, 3), drawing.array(rng, 5, 4, scale=0.5)
        params = draw_weights(rng, **s)
        {"state": h, "input": x, "bias": params.b_h}[zero][:] = 0
        yield Case((x, h, params), s, drawing.ZEROS)


RNN_STEP = Exercise("rnn_step", rnn_step, _draw_step, results={"h_next": "(N, H)"})


@RNN_STEP.variant
def textbook(x, h, params):
    """The equation as it stands."""
    return np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)


@RNN_STEP.variant
def concatenated(x, h, params):
    """One product with x and h side by side, as deeplearning.ai writes it."""
    both = np.concatenate([x, h], axis=1)
    W = np.concatenate([params.W_xh, params.W_hh], axis=0)
    return np.tanh(both @ W + params.b_h)


@RNN_STEP.variant
def with_einsum(x, h, params):
    """Sums over named axes."""
    a = np.einsum("nd,dh->nh", x, params.W_xh) + np.einsum("nk,kh->nh", h, params.W_hh)
    return np.tanh(a + params.b_h)


@RNN_STEP.variant
def one_by_one(x, h, params):
    """Loops over examples and units, no matrix product."""
    N, H = h.shape
    h_next = np.zeros((N, H))
    for n in range(N):
        for j in range(H):
            a = params.b_h[j]
            for i in range(x.shape[1]):
                a += x[n, i] * params.W_xh[i, j]
            for k in range(H):
                a += h[n, k] * params.W_hh[k, j]
            h_next[n, j] = np.tanh(a)
    return h_next


@RNN_STEP.variant
def single_precision(x, h, params):
    """Everything in float32."""
    x, h, p = x.astype(np.float32), h.astype(np.float32), params.astype(np.float32)
    return np.tanh(x @ p.W_xh + h @ p.W_hh + p.b_h)


@RNN_STEP.variant
def columns(x, h, params):
    """Examples as columns, as on paper, and transposed back."""
    return np.tanh(params.W_xh.T @ x.T + params.W_hh.T @ h.T + params.b_h[:, None]).T


@RNN_STEP.mistake
def bias_left_out(x, h, params):
    """`b_h` is never added."""
    return np.tanh(x @ params.W_xh + h @ params.W_hh)


@RNN_STEP.mistake
def tanh_left_out(x, h, params):
    """The sum is returned without the tanh around it."""
    return x @ params.W_xh + h @ params.W_hh + params.b_h


@RNN_STEP.mistake
def state_ignored(x, h, params):
    """The previous state `h` takes no part: without the term `h @ W_hh` there is no memory."""
    return np.tanh(x @ params.W_xh + params.b_h)


@RNN_STEP.mistake
def input_ignored(x, h, params):
    """The input `x` takes no part: the term `x @ W_xh` is missing."""
    return np.tanh(h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def recurrent_weight_transposed(x, h, params):
    """`W_hh` is transposed. It is square, so NumPy cannot notice. `h` stands on the left, and
    `W_hh` as it is: `h @ W_hh`.
    """
    return np.tanh(x @ params.W_xh + h @ params.W_hh.T + params.b_h)


@RNN_STEP.mistake
def input_weight_transposed(x, h, params):
    """`W_xh` is transposed. With one example a row it is `x @ W_xh`: (N, D) times (D, H)."""
    return np.tanh(x @ params.W_xh.T + h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def weights_exchanged(x, h, params):
    """`W_xh` and `W_hh` are exchanged: `x` goes with `W_xh`, and `h` with `W_hh`."""
    return np.tanh(x @ params.W_hh + h @ params.W_xh + params.b_h)


@RNN_STEP.mistake
def weight_first(x, h, params):
    """The weight stands on the left, as with column vectors. Here an example is a row: `x @
    W_xh`.
    """
    return np.tanh(params.W_xh @ x + params.W_hh @ h + params.b_h)


@RNN_STEP.mistake
def elementwise_product(x, h, params):
    """`*` is used for a matrix product. In NumPy `*` multiplies entry by entry; the product
    is `@`.
    """
    return np.tanh(x * params.W_xh + h * params.W_hh + params.b_h)


@RNN_STEP.mistake
def tanh_of_each_term(x, h, params):
    """tanh is taken of each term and then summed. First the whole sum, then one tanh around it."""
    return np.tanh(x @ params.W_xh) + np.tanh(h @ params.W_hh) + np.tanh(params.b_h)


@RNN_STEP.mistake
def tanh_too_early(x, h, params):
    """The bracket of the tanh closes too early, so that the bias is added outside."""
    return np.tanh(x @ params.W_xh + h @ params.W_hh) + params.b_h


@RNN_STEP.mistake
def recurrent_term_outside(x, h, params):
    """The term `h @ W_hh` stands outside of the tanh. One tanh goes around the whole sum."""
    return np.tanh(x @ params.W_xh + params.b_h) + h @ params.W_hh


@RNN_STEP.mistake
def recurrent_term_subtracted(x, h, params):
    """The term `h @ W_hh` is subtracted; all three terms are added."""
    return np.tanh(x @ params.W_xh - h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def bias_added_twice(x, h, params):
    """`b_h` is added twice. There is one bias for the sum, not one for each product."""
    return np.tanh(x @ params.W_xh + params.b_h + h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def sigmoid_for_tanh(x, h, params):
    """The sigmoid is used for the tanh: all states come out between 0 and 1."""
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    return 0.5 * (1 + np.tanh(a / 2))


@RNN_STEP.mistake
def relu_for_tanh(x, h, params):
    """ReLU is used for the tanh: negative values become 0."""
    return np.maximum(0, x @ params.W_xh + h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def old_state_added(x, h, params):
    """The old state is added to the new one. The state is replaced: `h` acts through `W_hh`
    alone.
    """
    return h + np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def state_overwritten(x, h, params):
    """The new state is written into `h` itself, so the caller's old state is lost."""
    h[:] = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return h


@RNN_STEP.mistake
def state_product_elementwise(x, h, params):
    """`*` is used between `h` and `W_hh`. In NumPy `*` multiplies entry by entry; the product
    is `@`.
    """
    return np.tanh(x @ params.W_xh + h * params.W_hh + params.b_h)


@RNN_STEP.mistake
def bias_as_a_column(x, h, params):
    """`b_h` is turned into a column. It is added to every row: NumPy does that with `b_h` as it
    is.
    """
    return np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h[:, None])


@RNN_STEP.mistake
def bias_taken_off(x, h, params):
    """`b_h` is subtracted; all three terms are added."""
    return np.tanh(x @ params.W_xh + h @ params.W_hh - params.b_h)


@RNN_STEP.mistake
def concatenated_the_other_way(x, h, params):
    """`h` and `x` are joined in one order and their weights in the other: the part of the columns
    that belongs to `x` must meet `W_xh`.
    """
    both = np.concatenate([h, x], axis=1)
    return np.tanh(both @ np.concatenate([params.W_xh, params.W_hh]) + params.b_h)


@RNN_STEP.mistake
def tan_for_tanh(x, h, params):
    """`np.tan` is taken, the tangent of an angle. The function that stays between -1 and 1 is
    `np.tanh`.
    """
    return np.tan(x @ params.W_xh + h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def old_state_returned(x, h, params):
    """the old state `h` is returned as it was. The new one, `np.tanh(...)`, is what is wanted."""
    return h.copy()


@RNN_STEP.mistake
def first_state_for_all(x, h, params):
    """the state of the first example, `h[0]`, is used for the whole batch. Each row of `h` belongs
    to one example.
    """
    return np.tanh(x @ params.W_xh + h[0] @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def one_hot_taken_for_granted(x, h, params):
    """one row of `W_xh` is looked up, where `x` is largest. That is right for one-hot inputs alone;
    `x @ W_xh` is right for all.
    """
    return np.tanh(params.W_xh[x.argmax(axis=1)] + h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def squeezed(x, h, params):
    """axes of size 1 are squeezed away. A batch of one example is still a batch: (1, H)."""
    return np.squeeze(np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h))


@RNN_STEP.mistake
def own_tanh_overflows(x, h, params):
    """the tanh is written with exponentials, and with large sums that becomes inf / inf. `np.tanh`
    knows how to avoid it.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    with np.errstate(all="ignore"):
        return (np.exp(2 * a) - 1) / (np.exp(2 * a) + 1)


@RNN_STEP.mistake
def own_tanh_overflows_on_both_sides(x, h, params):
    """the tanh is written as (e^a - e^-a) / (e^a + e^-a), which is inf / inf where a sum is far
    from 0. `np.tanh` knows how to avoid it.
    """
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    with np.errstate(all="ignore"):
        return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))


@RNN_STEP.mistake
def tanh_of_both_parts(x, h, params):
    """A tanh is taken of each of the two terms, and the bias is in the second. It is taken once, of
    their sum.
    """
    return np.tanh(x @ params.W_xh) + np.tanh(h @ params.W_hh + params.b_h)


@RNN_STEP.mistake
def inputs_of_all_examples(x, h, params):
    """The inputs of all examples are added up for each of them. Each has its own row."""
    return np.tanh((x @ params.W_xh).sum(axis=0) + h @ params.W_hh + params.b_h)
