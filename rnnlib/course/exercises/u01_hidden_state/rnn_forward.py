"""A whole sequence, one `rnn_step` after the other with the same weights."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u01_hidden_state.inputs import draw_weights
from rnnlib.rnn import RNNCache, rnn_forward, rnn_step


def _draw_forward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case(
            (xs, drawing.array(rng, s["N"], s["H"], scale=0.5), draw_weights(rng, **s)), s, kind
        )
    s = {"T": 5, "N": 2, "D": 3, "H": 4}
    xs, h0 = drawing.array(rng, 5, 2, 3), drawing.array(rng, 2, 4, scale=0.5)
    xs[2], h0[0] = 0, 0  # a step without input; one example begins at zero
    yield Case((xs, h0, draw_weights(rng, **s)), s, drawing.ZEROS)
    xs = drawing.array(rng, 5, 2, 3)
    yield Case((xs, np.zeros((2, 4)), draw_weights(rng, **s)), s, drawing.ZEROS)


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
    return hs, hs[-1], RNNCache(xs, h0, hs, params)


@RNN_FORWARD.variant
def products_first(xs, h0, params):
    """All input products at once, then only what depends on the state; no call of `rnn_step`."""
    inputs = xs @ params.W_xh + params.b_h
    h, hs = h0, np.zeros_like(inputs)
    for t, a in enumerate(inputs):
        h = np.tanh(a + h @ params.W_hh)
        hs[t] = h
    return hs, h, RNNCache(xs, h0, hs, params)


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
    return hs, hs[-1], RNNCache(xs, h0, hs, params)


@RNN_FORWARD.variant
def recursive(xs, h0, params):
    """The formula as a recursion: all but the last step, then the last."""
    if len(xs) == 0:
        hs = np.zeros((0, *h0.shape))
        return hs, h0, RNNCache(xs, h0, hs, params)

    def states(t):
        before = states(t - 1) if t > 0 else [h0]
        return [*before, rnn_step(xs[t], before[-1], params)]

    hs = np.array(states(len(xs) - 1)[1:])
    return hs, hs[-1].copy(), RNNCache(xs, h0, hs, params)


@RNN_FORWARD.variant
def single_precision_sequence(xs, h0, params):
    """Everything in float32."""
    h, p, hs = h0.astype(np.float32), params.astype(np.float32), []
    for x in xs.astype(np.float32):
        h = np.tanh(x @ p.W_xh + h @ p.W_hh + p.b_h)
        hs.append(h)
    hs = np.array(hs)
    return hs, h, RNNCache(xs, h0, hs, params)


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


RNN_FORWARD.slip(
    "first_state_as_final",
    "return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)",
    "return np.stack(hs), hs[0]",
    "`h` is the state after the first step. The final state is the last one, `hs[-1]`.",
)


RNN_FORWARD.slip(
    "h0_as_final",
    "return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)",
    "return np.stack(hs), h0",
    "`h0` is returned as the final state; the final state is the one after the last step.",
)


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


RNN_FORWARD.slip(
    "states_in_a_list",
    "return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)",
    "return hs, h",
    "the states are returned as a list. `np.stack` makes an array (T, N, H) of it.",
)
RNN_FORWARD.slip(
    "states_squeezed",
    "return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)",
    "return np.stack(hs).squeeze(), h",
    "axes of size 1 are squeezed out of `hs`. A sequence of one step is still a sequence, and "
    "a batch of one example a batch.",
)
RNN_FORWARD.slip(
    "last_step_taken_twice",
    "return np.stack(hs), h, RNNCache(xs, h0, np.stack(hs), params)",
    "return np.stack(hs), rnn_step(xs[-1], h, params)",
    "the last input is read a second time for `h`. After the loop `h` is the final state already.",
)
RNN_FORWARD.slip(
    "read_from_the_end",
    "in xs:\n        h = rnn_step(x, h, params)\n        hs.append(h)",
    "in xs[::-1]:\n        h = rnn_step(x, h, params)\n        hs.insert(0, h)",
    "the sequence is read from its end, and the states are put back in order of time. Step 1 "
    "comes first: `for x in xs`.",
)


@RNN_FORWARD.mistake
def first_state_left_at_zero(xs, h0, params):
    """The loop begins at 1, so that the first input is never read and `hs[0]` is left at zero:
    `range(T)` begins at 0.
    """
    hs = np.zeros((len(xs), *h0.shape))
    h = h0
    for t in range(1, len(xs)):
        h = rnn_step(xs[t], h, params)
        hs[t] = h
    return hs, h


@RNN_FORWARD.mistake
def zeros_for_the_first_state(xs, h0, params):
    """The loop begins at 1, from a first state of zeros. `hs[0]` is a step as well, from `h0`."""
    hs = np.zeros((len(xs), *h0.shape))
    for t in range(1, len(xs)):
        hs[t] = rnn_step(xs[t], hs[t - 1], params)
    return hs, hs[-1]


@RNN_FORWARD.mistake
def h0_as_first_state(xs, h0, params):
    """`h0` is put into `hs[0]` and the first input is never read. `hs[0]` is the state *after* the
    first step.
    """
    hs = np.zeros((len(xs), *h0.shape))
    hs[0] = h0
    for t in range(1, len(xs)):
        hs[t] = rnn_step(xs[t], hs[t - 1], params)
    return hs, hs[-1]


@RNN_FORWARD.mistake
def zeros_before_every_step(xs, h0, params):
    """Every step starts from zeros. The state of one step must go into the next one."""
    hs = np.zeros((len(xs), *h0.shape))
    for t in range(len(xs)):
        hs[t] = rnn_step(xs[t], hs[t], params)
    return hs, hs[-1]


@RNN_FORWARD.mistake
def last_state_left_at_zero(xs, h0, params):
    """The last step is not taken, and its place in `hs` is left at zero: `range(T - 1)` stops one
    too early.
    """
    hs, h = np.zeros((len(xs), *h0.shape)), h0
    for t in range(len(xs) - 1):
        hs[t] = h = rnn_step(xs[t], h, params)
    return hs, h


RNN_FORWARD.slip(
    "states_added_up",
    "h = rnn_step(x, h, params)",
    "h = h + rnn_step(x, h, params)",
    "The state before is added to what `rnn_step` returns. The new state takes its place.",
)
