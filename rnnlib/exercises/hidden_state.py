"""Unit 01, the hidden state: one step, the output, a whole sequence, a count, and a latch."""

from __future__ import annotations

import numpy as np

from ..dense import DenseParams, output_step
from ..rnn import RNNCache, RNNParams, rnn_forward, rnn_step
from . import drawing
from .exercise import Case, Exercise, Unusable

# --- rnn_step ---------------------------------------------------------------------------------


def _weights(rng, D, H, **_):
    return drawing.params(rng, RNNParams, W_xh=(D, H), W_hh=(H, H), b_h=(H,))


def _draw_step(rng):
    plain = [{"N": 3, "D": 4, "H": 5}, {"N": 5, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "NDH"):
        x, h = drawing.array(rng, s["N"], s["D"]), drawing.array(rng, s["N"], s["H"], scale=0.5)
        yield Case((x, h, _weights(rng, **s)), s, kind)
    s = {"N": 3, "D": 4, "H": 4}  # W_xh and W_hh can be taken for each other here
    x, h = drawing.array(rng, 3, 4), drawing.array(rng, 3, 4, scale=0.5)
    yield Case((x, h, _weights(rng, **s)), s, "as many inputs as units")
    x, h = drawing.array(rng, 2, 3, scale=300), drawing.array(rng, 2, 4, scale=0.5)
    yield Case((x, h, _weights(rng, 3, 4)), {"N": 2, "D": 3, "H": 4}, drawing.LARGE)


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


# --- output_step ------------------------------------------------------------------------------


def _draw_output(rng):
    plain = [{"N": 3, "H": 4, "K": 5}, {"N": 4, "H": 6, "K": 2}]
    for kind, s in drawing.sizes(plain, "NHK"):
        h = drawing.array(rng, s["N"], s["H"], scale=0.5)
        yield Case((h, _output_weights(rng, **s)), s, kind)
    s = {"N": 2, "H": 3, "K": 4}
    yield Case((drawing.array(rng, 2, 3, scale=1e3), _output_weights(rng, **s)), s, drawing.LARGE)


def _output_weights(rng, H, K, **_):
    return drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))


OUTPUT_STEP = Exercise("output_step", output_step, _draw_output, results={"logits": "(N, K)"})


@OUTPUT_STEP.variant
def affine(h, params):
    """The equation as it stands."""
    return h @ params.W_hy + params.b_y


@OUTPUT_STEP.variant
def bias_as_weight(h, params):
    """The bias as one more row of the weight, met by a column of ones."""
    ones = np.ones((len(h), 1))
    return np.hstack([h, ones]) @ np.vstack([params.W_hy, params.b_y])


@OUTPUT_STEP.variant
def dot_and_add(h, params):
    """Functions instead of operators."""
    return np.add(np.dot(h, params.W_hy), params.b_y)


@OUTPUT_STEP.variant
def one_class_at_a_time(h, params):
    """A loop over the classes."""
    columns = [h @ params.W_hy[:, k] + params.b_y[k] for k in range(len(params.b_y))]
    return np.stack(columns, axis=1)


@OUTPUT_STEP.mistake
def output_bias_left_out(h, params):
    """`b_y` is never added."""
    return h @ params.W_hy


@OUTPUT_STEP.mistake
def softmax_too_early(h, params):
    """The softmax is already taken. Logits are the raw scores; the loss takes the softmax
    itself.
    """
    z = h @ params.W_hy + params.b_y
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@OUTPUT_STEP.mistake
def log_softmax_too_early(h, params):
    """The log-softmax is already taken. Logits are the raw scores; the loss does that itself."""
    z = h @ params.W_hy + params.b_y
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@OUTPUT_STEP.mistake
def tanh_on_top(h, params):
    """A tanh is taken of the scores. The output layer is only affine: scores may be any size."""
    return np.tanh(h @ params.W_hy + params.b_y)


@OUTPUT_STEP.mistake
def sigmoid_on_top(h, params):
    """A sigmoid is taken of the scores. The output layer is only affine: scores may be any size."""
    return 0.5 * (1 + np.tanh((h @ params.W_hy + params.b_y) / 2))


@OUTPUT_STEP.mistake
def output_weight_transposed(h, params):
    """`W_hy` is transposed. With one example a row it is `h @ W_hy`: (N, H) times (H, K)."""
    return h @ params.W_hy.T + params.b_y


@OUTPUT_STEP.mistake
def output_weight_first(h, params):
    """The weight stands on the left, as with column vectors. Here an example is a row: `h @
    W_hy`.
    """
    return params.W_hy @ h + params.b_y


@OUTPUT_STEP.mistake
def output_elementwise(h, params):
    """`*` is used for a matrix product. In NumPy `*` multiplies entry by entry; the product
    is `@`.
    """
    return h * params.W_hy + params.b_y


@OUTPUT_STEP.mistake
def batch_averaged(h, params):
    """The examples are averaged. Each row of `h` is an example of its own and keeps its own
    scores.
    """
    return h.mean(axis=0) @ params.W_hy + params.b_y


@OUTPUT_STEP.mistake
def bias_subtracted(h, params):
    """`b_y` is subtracted; it should be added."""
    return h @ params.W_hy - params.b_y


@OUTPUT_STEP.mistake
def best_class_returned(h, params):
    """The number of the best class is returned. All K scores are wanted for each example."""
    return np.argmax(h @ params.W_hy + params.b_y, axis=1)


@OUTPUT_STEP.mistake
def first_example_only(h, params):
    """Only the first example of the batch is used; every row of `h` gets a row of scores."""
    return h[0] @ params.W_hy + params.b_y


# --- rnn_forward ------------------------------------------------------------------------------


def _draw_forward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((xs, drawing.array(rng, s["N"], s["H"], scale=0.5), _weights(rng, **s)), s, kind)


RNN_FORWARD = Exercise(
    "rnn_forward",
    rnn_forward,
    _draw_forward,
    results={"hs": "(T, N, H)", "h": "(N, H)"},
    weights={"hs": 2},
    uses=("rnn_step",),
)


@RNN_FORWARD.follow_on
def append_and_stack(xs, h0, params):
    """A list of states, stacked at the end."""
    h = h0
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)


@RNN_FORWARD.variant
def filled_array(xs, h0, params):
    """An array made beforehand and filled by index."""
    hs = np.empty((len(xs), *h0.shape))
    for t in range(len(xs)):
        hs[t] = rnn_step(xs[t], hs[t - 1] if t > 0 else h0, params)
    return hs, hs[-1]


@RNN_FORWARD.variant
def products_first(xs, h0, params):
    """All input products at once, then only what depends on the state; no call of `rnn_step`."""
    inputs = xs @ params.W_xh + params.b_h
    h, hs = h0, np.zeros_like(inputs)
    for t, a in enumerate(inputs):
        h = np.tanh(a + h @ params.W_hh)
        hs[t] = h
    return hs, h


@RNN_FORWARD.variant
def one_example_at_a_time(xs, h0, params):
    """A loop over the batch outside, over time inside."""
    T, N, _ = xs.shape
    hs = np.zeros((T, N, h0.shape[1]))
    for n in range(N):
        h = h0[n]
        for t in range(T):
            h = np.tanh(xs[t, n] @ params.W_xh + h @ params.W_hh + params.b_h)
            hs[t, n] = h
    return hs, hs[-1]


@RNN_FORWARD.variant
def recursive(xs, h0, params):
    """The formula as a recursion: all but the last step, then the last."""
    if len(xs) == 0:
        return np.zeros((0, *h0.shape)), h0

    def states(t):
        before = states(t - 1) if t > 0 else [h0]
        return [*before, rnn_step(xs[t], before[-1], params)]

    hs = np.array(states(len(xs) - 1)[1:])
    return hs, hs[-1].copy()


@RNN_FORWARD.variant
def single_precision_sequence(xs, h0, params):
    """Everything in float32."""
    xs, h, p = xs.astype(np.float32), h0.astype(np.float32), params.astype(np.float32)
    hs = []
    for x in xs:
        h = np.tanh(x @ p.W_xh + h @ p.W_hh + p.b_h)
        hs.append(h)
    return np.array(hs), h


@RNN_FORWARD.mistake
def h0_ignored(xs, h0, params):
    """The sequence starts from zeros and `h0` is never used. (Mind `hs[t - 1]`: for t = 0 it is the
    last row.)
    """
    h = np.zeros_like(h0)
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def state_not_carried(xs, h0, params):
    """Every step starts again from `h0`. The state of one step must go into the next."""
    hs = []
    for x in xs:
        h = rnn_step(x, h0, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def last_step_dropped(xs, h0, params):
    """The last step is missing: `range(T - 1)` stops one too early."""
    h = h0
    hs = []
    for t in range(max(1, len(xs) - 1)):
        h = rnn_step(xs[t], h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def first_step_dropped(xs, h0, params):
    """The first input is skipped: in Python the first step is `xs[0]`."""
    h = h0
    hs = []
    for x in xs[1:] if len(xs) > 1 else xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def h0_kept_in_hs(xs, h0, params):
    """`h0` is kept in `hs`, which then has T + 1 states. It holds the states *after* each step."""
    h = h0
    hs = [h0]
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def state_before_step(xs, h0, params):
    """`hs[t]` holds the state before step t. Take the step first, then keep its result."""
    h = h0
    hs = []
    for x in xs:
        hs.append(h)
        h = rnn_step(x, h, params)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def batch_first(xs, h0, params):
    """The states are stacked with the batch as the first axis. Time is the first axis: `axis=0`."""
    h = h0
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs, axis=1), h


@RNN_FORWARD.mistake
def states_concatenated(xs, h0, params):
    """The states are glued together along the batch by `np.concatenate`. `np.stack` makes a
    new axis
    for time.
    """
    h = h0
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.concatenate(hs), h


@RNN_FORWARD.mistake
def results_exchanged(xs, h0, params):
    """`h` and `hs` are returned in the wrong order: first all states, `hs`, then the final
    one, `h`.
    """
    h = h0
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return h, np.stack(hs)


@RNN_FORWARD.mistake
def appended_after_loop(xs, h0, params):
    """Only the last state is kept. Is the line that keeps it inside the loop, indented as the
    step is?
    """
    h = h0
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
    hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def counted_from_one(xs, h0, params):
    """The steps are counted from 1 to T. Python counts from 0 to T - 1: `range(T)`."""
    h = h0
    hs = []
    for t in range(1, len(xs) + 1):
        h = rnn_step(xs[t], h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def width_of_the_inputs(xs, h0, params):
    """`hs` is made with the shape of `xs`, D numbers in a row. A state has H numbers."""
    h = h0
    hs = np.zeros_like(xs)
    for t in range(len(xs)):
        h = rnn_step(xs[t], h, params)
        hs[t] = h
    return hs, h


@RNN_FORWARD.mistake
def loop_over_batch(xs, h0, params):
    """The loop runs over the batch, as if it were the first axis. Step t of all examples is
    `xs[t]`.
    """
    h = h0
    hs = []
    for n in range(xs.shape[1]):
        h = rnn_step(xs[:, n], h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def backward_in_time(xs, h0, params):
    """The sequence is read from its end; step 1 comes first."""
    h = h0
    hs = []
    for x in xs[::-1]:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def first_state_as_final(xs, h0, params):
    """`h` is the state after the first step. The final state is the last one, `hs[-1]`."""
    h = h0
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), hs[0]


@RNN_FORWARD.mistake
def h0_as_final(xs, h0, params):
    """`h0` is returned as the final state; the final state is the one after the last step."""
    h = h0
    hs = []
    for x in xs:
        h = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h0


@RNN_FORWARD.mistake
def one_array_for_all(xs, h0, params):
    """The same array is kept at every step and written over, so all T states are the last one."""
    h = h0.copy()
    hs = []
    for x in xs:
        h[:] = rnn_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h


@RNN_FORWARD.mistake
def h0_overwritten(xs, h0, params):
    """`h = h0` gives `h0` a second name and `h[:] = ...` writes into it: make a new array a
    step.
    """
    h = h0
    hs = []
    for x in xs:
        h[:] = rnn_step(x, h, params)
        hs.append(h.copy())
    return np.stack(hs), h


# --- count_parameters -------------------------------------------------------------------------


def count_parameters(D, H, K):
    """How many numbers a recurrent network with an output layer learns; no T in it."""
    return (D + H + 1) * H + (H + 1) * K


def _draw_count(rng):
    for _ in range(2):
        D, H, K = (int(n) for n in rng.choice(np.arange(3, 60), 3, replace=False))
        yield Case((D, H, K), {"D": D, "H": H, "K": K})
    for letter in "DHK":
        s = {"D": 3, "H": 7, "K": 5} | {letter: 1}
        yield Case((s["D"], s["H"], s["K"]), s, drawing.ONES)


COUNT_PARAMETERS = Exercise(
    "count_parameters", count_parameters, _draw_count, results={"total": ""}, rtol=0, atol=1e-9
)


@COUNT_PARAMETERS.variant
def one_weight_at_a_time(D, H, K):
    """One term for every array."""
    return D * H + H * H + H + H * K + K


@COUNT_PARAMETERS.variant
def bracketed(D, H, K):
    """Terms taken together: each unit has D + H + 1 numbers."""
    return H * (D + H + 1) + K * (H + 1)


@COUNT_PARAMETERS.variant
def counted_from_arrays(D, H, K):
    """Makes the arrays and counts their entries."""
    shapes = [(D, H), (H, H), (H,), (H, K), (K,)]
    return sum(np.zeros(shape).size for shape in shapes)


@COUNT_PARAMETERS.variant
def as_a_float(D, H, K):
    """A whole number kept as a float."""
    return float(D * H + H**2 + H + H * K + K)


@COUNT_PARAMETERS.mistake
def biases_left_out(D, H, K):
    """The biases are not counted: `b_h` has H numbers, `b_y` has K."""
    return D * H + H * H + H * K


@COUNT_PARAMETERS.mistake
def hidden_bias_left_out(D, H, K):
    """`b_h`, H numbers, is not counted."""
    return D * H + H * H + H * K + K


@COUNT_PARAMETERS.mistake
def output_bias_not_counted(D, H, K):
    """`b_y`, K numbers, is not counted."""
    return D * H + H * H + H + H * K


@COUNT_PARAMETERS.mistake
def recurrent_weight_left_out(D, H, K):
    """`W_hh`, H times H numbers, is not counted: without it there would be no recurrence."""
    return D * H + H + H * K + K


@COUNT_PARAMETERS.mistake
def recurrent_weight_as_vector(D, H, K):
    """`W_hh` is counted as H numbers. Every unit listens to every unit: H times H."""
    return D * H + H + H + H * K + K


@COUNT_PARAMETERS.mistake
def output_layer_left_out(D, H, K):
    """The output layer, `W_hy` and `b_y`, is not counted."""
    return D * H + H * H + H


@COUNT_PARAMETERS.mistake
def output_from_input(D, H, K):
    """`W_hy` is counted as D times K. The output reads the hidden state: H times K."""
    return D * H + H * H + H + D * K + K


@COUNT_PARAMETERS.mistake
def bias_for_every_product(D, H, K):
    """A bias is counted for each of the two products of a step (PyTorch keeps two; one is
    enough).
    """
    return D * H + H + H * H + H + H * K + K


@COUNT_PARAMETERS.mistake
def sides_added(D, H, K):
    """The sides of each matrix are added; a matrix of D rows and H columns has D times H
    numbers.
    """
    return (D + H) + (H + H) + H + (H + K) + K


# --- latch_params -----------------------------------------------------------------------------

ON = 0.5
"""The latch is on where its first unit is above this."""
LONG = 200


def latch_params():
    """One unit that excites itself three times over, and two inputs that win against that."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[3.0]], b_h=[0.0])


def _draw_latch(rng):
    def stretch(sort):
        return [sort] * int(rng.integers(6, 40))

    on, off = stretch("hold"), stretch("quiet")
    script = [*stretch("quiet"), "set", *on, "reset", *off, "set", "set", *stretch("hold")]
    script += ["reset", "reset", *stretch("quiet"), "set", *stretch("hold")]
    yield Case((), given=script)
    script = ["set"] + ["hold"] * LONG + ["reset"] + ["quiet"] * LONG
    yield Case((), kind=f"{LONG} steps between pulses", given=script)


def observe_latch(value, case):
    """Run the network through the pulses in ``case.given``; read at every step whether it is on.

    Returns the readings, 0 or 1, apart for the steps with a pulse "set", those that hold after it,
    the steps with a pulse "reset", and the quiet ones. What is always on does not stay on, what is
    always off does not stay off, and what was not on cannot be switched off: these read as failed.
    """
    if not isinstance(value, RNNParams):
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {kind}; it should return RNNParams(W_xh=..., W_hh=..., b_h=...)")
    H = value.b_h.size
    wanted = {"W_xh": (2, H), "W_hh": (H, H), "b_h": (H,)}
    for name, array in value.items():
        if array.shape != wanted[name]:
            units = "1 unit" if H == 1 else f"{H} units"
            raise Unusable(
                f"gave `{name}` the shape {array.shape}; with 2 inputs (set, reset) and {units}, "
                f"as `b_h` has, it should be {wanted[name]}"
            )
    steps = np.array(case.given)
    pulses = np.stack([steps == "set", steps == "reset"], axis=1).astype(float)
    hs, _, _ = rnn_forward(pulses[:, None, :], np.zeros((1, H)), value)
    on = (hs[:, 0, 0] > ON).astype(int)
    was_on = np.roll(on, 1) | (np.roll(steps, 1) == "reset")  # a second reset finds it off
    return {
        "switches on": on[steps == "set"],
        "stays on": on[steps == "hold"] * (1 - on.min()),
        "switches off": (was_on & (1 - on))[steps == "reset"],
        "stays off": np.maximum(on[steps == "quiet"], 1 - on.max()),
    }


def advise_latch(value):
    """What the numbers of a one-unit latch suggest, where no known mistake behaves like it."""
    if not isinstance(value, RNNParams) or value.W_hh.shape != (1, 1) or value.W_xh.shape != (2, 1):
        return None
    w, b, (s, r) = float(value.W_hh[0, 0]), float(value.b_h[0]), value.W_xh[:, 0]
    if w <= 1:
        return (
            f"`W_hh` is {w:g}: only a unit that excites itself, with more than 1, keeps its value."
        )
    if w < 1.2:
        return (
            f"`W_hh` is hardly above 1: with {w:g} the value that stays lies below {ON}. See the "
            "picture above: which w keeps a high value?"
        )
    if b < -0.5 or b > 0.5:
        return f"the bias of {b:g} pulls the state to one side at each step. It can do without."
    if s <= w or -r <= w:
        return (
            f"a pulse is too weak: against a state that is held with about {w:g} the weights "
            f"{s:g} (set) and {r:g} (reset) do not win."
        )
    return None


LATCH_PARAMS = Exercise(
    "latch_params",
    latch_params,
    _draw_latch,
    results={"switches on": "", "stays on": "", "switches off": "", "stays off": ""},
    weights={"stays on": 3, "switches off": 2},
    observe=observe_latch,
    advise=advise_latch,
    explain={
        "switches on": f"after a pulse on the first input the state is not above {ON}",
        "stays on": f"it forgets: between the pulses the state does not stay above {ON}",
        "switches off": f"a pulse on the second input does not take it from above {ON} to below",
        "stays off": f"it is on where nothing has set it: the state rises above {ON} by itself",
    },
)


@LATCH_PARAMS.variant
def one_unit():
    """The smallest one."""
    return RNNParams(W_xh=np.array([[6.0], [-6.0]]), W_hh=np.array([[3.0]]), b_h=np.zeros(1))


@LATCH_PARAMS.variant
def larger_weights():
    """Weights that drive the tanh to its ends."""
    return RNNParams(W_xh=[[40.0], [-50.0]], W_hh=[[9.0]], b_h=[0.0])


@LATCH_PARAMS.variant
def leaning_off():
    """A negative bias keeps the state off until something happens."""
    return RNNParams(W_xh=[[8.0], [-4.0]], W_hh=[[3.0]], b_h=[-1.0])


@LATCH_PARAMS.variant
def two_units():
    """A second unit that copies the first."""
    return RNNParams(W_xh=[[5.0, 0.0], [-5.0, 0.0]], W_hh=[[2.0, 2.0], [0.0, 0.0]], b_h=[0.0, 0.0])


@LATCH_PARAMS.mistake
def no_recurrence():
    """`W_hh` is 0: nothing of a state reaches the next step, so each pulse is forgotten at once."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[0.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def leaks():
    """`W_hh` is below 1: the state shrinks at every step and fades away."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[0.9]], b_h=[0.0])


@LATCH_PARAMS.mistake
def exactly_one():
    """`W_hh` is 1: it would hold without the tanh, but tanh(h) is a little less than h each
    time.
    """
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[1.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def inputs_swapped():
    """The two inputs are exchanged: the first row of `W_xh` belongs to set, the second to reset."""
    return RNNParams(W_xh=[[-6.0], [6.0]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def set_too_weak():
    """The set pulse does not win against a state held at -1: its weight must be beyond `W_hh`."""
    return RNNParams(W_xh=[[1.5], [-6.0]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def reset_too_weak():
    """The reset pulse does not win: its weight must be negative and beyond `W_hh`, which
    holds on.
    """
    return RNNParams(W_xh=[[6.0], [-1.5]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def switches_itself_on():
    """A positive bias pushes the state up with no pulse at all: before the first set it must be
    off.
    """
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[3.0]], b_h=[1.0])


@LATCH_PARAMS.mistake
def negative_recurrence():
    """`W_hh` is negative: the state changes its sign at every step instead of staying."""
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[-3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def one_input_only():
    """`W_xh` has one row, but there are two inputs: a row for set and a row for reset."""
    return RNNParams(W_xh=[[6.0]], W_hh=[[3.0]], b_h=[0.0])


@LATCH_PARAMS.mistake
def input_weights_in_a_row():
    """`W_xh` is transposed: there are two inputs and one unit, so it has two rows and one
    column.
    """
    return RNNParams(W_xh=[[6.0, -6.0]], W_hh=[[3.0]], b_h=[0.0])


EXERCISES = (RNN_STEP, OUTPUT_STEP, RNN_FORWARD, COUNT_PARAMETERS, LATCH_PARAMS)
