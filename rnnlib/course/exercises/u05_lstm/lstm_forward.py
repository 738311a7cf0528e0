"""A whole sequence, `lstm_step` after `lstm_step`; the caches are kept in a list."""

from __future__ import annotations

import numpy as np

from rnnlib import lstm_sequence
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u05_lstm.inputs import draw_state, draw_weights, states_with_zeros
from rnnlib.lstm import LSTMState, LSTMStepCache, lstm_step


def lstm_forward(xs, state0, params):
    """`rnnlib.lstm_forward` with a list of caches, one for each step."""
    hs, state, cache = lstm_sequence.lstm_forward(xs, state0, params)
    before = zip([cache.h0, *cache.hs], [cache.c0, *cache.cs], strict=True)
    steps = zip(cache.xs, before, cache.gates, cache.cs, strict=False)
    caches = [LSTMStepCache(x, h, c, *gates, c_next, params) for x, (h, c), gates, c_next in steps]
    return hs, state, caches


def _draw_forward(rng):
    plain = [{"T": 6, "N": 3, "D": 4, "H": 5}, {"T": 5, "N": 4, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        xs = drawing.array(rng, s["T"], s["N"], s["D"])
        yield Case((xs, draw_state(rng, s["N"], s["H"]), draw_weights(rng, **s)), s, kind)
    s, xs = plain[0], drawing.array(rng, 6, 3, 4)
    xs[[0, 3]] = 0
    state, _ = states_with_zeros(draw_state(rng, 3, 5))
    yield Case((xs, state, draw_weights(rng, **s)), s, drawing.ZEROS)


LSTM_FORWARD = Exercise(
    "lstm_forward",
    lstm_forward,
    _draw_forward,
    results={
        "hs": "(T, N, H)",
        "state.h": "(N, H)",
        "state.c": "(N, H)",
        "caches.c": "(T, N, H)",
        "caches.c_next": "(T, N, H)",
    },
    weights={"hs": 3},
    uses=("lstm_step",),
    borrow=("rnnlib.activations",),  # for `lstm_gates`
)


@LSTM_FORWARD.follow_on
def two_lists(xs, state0, params):
    """A list of states and a list of caches."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.variant
def counted_and_filled(xs, state0, params):
    """An array for the states, filled by index."""
    hs = np.empty((len(xs), *state0.h.shape))
    caches = [None] * len(xs)
    state = state0
    for t in range(len(xs)):
        state, caches[t] = lstm_step(xs[t], state, params)
        hs[t] = state.h
    return hs, state, caches


@LSTM_FORWARD.variant
def lists_of_everything(xs, state0, params):
    """All pairs first, h and the cache taken from them afterwards."""
    pairs = []
    for x in xs:
        pairs.append(lstm_step(x, pairs[-1][0] if pairs else state0, params))
    states, caches = zip(*pairs)
    return np.array([state.h for state in states]), states[-1], list(caches)


@LSTM_FORWARD.mistake
def started_from_zeros(xs, state0, params):
    """the sequence starts from zeros and `state0` is never used."""
    state, hs, caches = LSTMState(np.zeros_like(state0.h), np.zeros_like(state0.c)), [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def started_again_at_each_step(xs, state0, params):
    """every step starts again from `state0`. The state of one step must go into the next."""
    hs, caches = [], []
    for x in xs:
        state, cache = lstm_step(x, state0, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def cell_not_carried(xs, state0, params):
    """h goes into the next step, but the cell does not: each step begins with the cell of
    `state0`. Carry the whole state.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, LSTMState(state.h, state0.c), params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def h_not_carried(xs, state0, params):
    """the cell goes into the next step, but h does not: each step begins with the h of `state0`.
    Carry the whole state.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, LSTMState(state0.h, state.c), params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def cells_collected(xs, state0, params):
    """`hs` holds the cells. It should hold what the cells let out, `state.h`."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.c)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def kept_before_the_step(xs, state0, params):
    """`hs[t]` holds h before step t. Take the step first, then keep `state.h`."""
    state, hs, caches = state0, [], []
    for x in xs:
        hs.append(state.h)
        state, cache = lstm_step(x, state, params)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def last_input_dropped(xs, state0, params):
    """the last step is missing: `range(T - 1)` stops one too early."""
    state, hs, caches = state0, [], []
    for t in range(max(1, len(xs) - 1)):
        state, cache = lstm_step(xs[t], state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def first_input_dropped(xs, state0, params):
    """the first input is skipped: in Python the first step is `xs[0]`."""
    state, hs, caches = state0, [], []
    for x in xs[1:] if len(xs) > 1 else xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def stacked_along_the_batch(xs, state0, params):
    """the states are stacked with the batch as the first axis. Time is the first axis:
    `np.stack(hs)`.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs, axis=1), state, caches


@LSTM_FORWARD.mistake
def glued_along_the_batch(xs, state0, params):
    """the states are glued together along the batch by `np.concatenate`. `np.stack` makes a new
    axis for time.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.concatenate(hs), state, caches


@LSTM_FORWARD.mistake
def kept_after_the_loop(xs, state0, params):
    """the lines that keep h and the cache stand after the loop, so that the last step alone is
    kept. Indent them as the step is.
    """
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
    hs.append(state.h)
    caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def one_cache_for_all(xs, state0, params):
    """the cache of the last step alone is returned. Each step has a cache of its own: append it to
    `caches`, and return the list.
    """
    state, hs = state0, []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
    return np.stack(hs), state, cache


@LSTM_FORWARD.mistake
def no_cache_kept(xs, state0, params):
    """no cache is kept: the list is empty at the end. Append each step's cache to it."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, _ = lstm_step(x, state, params)
        hs.append(state.h)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def state_and_hs_exchanged(xs, state0, params):
    """the state and hs are returned in the wrong order: it is hs, state, caches."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return state, np.stack(hs), caches


@LSTM_FORWARD.mistake
def first_state_returned(xs, state0, params):
    """the state before the first step, `state0`, is returned as the final one."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state0, caches


@LSTM_FORWARD.mistake
def read_from_the_end(xs, state0, params):
    """the inputs are read from the last to the first."""
    state, hs, caches = state0, [], []
    for x in xs[::-1]:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def list_of_states_not_stacked(xs, state0, params):
    """hs is returned as a list. `np.stack(hs)` makes one array of it."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return hs, state, caches


@LSTM_FORWARD.mistake
def whole_states_kept(xs, state0, params):
    """`hs` holds whole states, h and c. It should hold `state.h` alone."""
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state)
        caches.append(cache)
    return np.stack(hs), state, caches


@LSTM_FORWARD.mistake
def no_state_to_begin_with(xs, state0, params):
    """the loop begins without a state: `state = state0` stands before it."""
    hs, caches = [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)  # noqa: F821
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches


LSTM_FORWARD.slip(
    "first_state_kept_as_well",
    "state, hs, caches = state0, [], []",
    "state, hs, caches = state0, [state0.h], []",
    "`hs` begins with the h of `state0`, and so it has T + 1 entries. It holds the h *after* each "
    "step.",
)

LSTM_FORWARD.slip(
    "caches_in_reverse",
    "caches.append(cache)",
    "caches.insert(0, cache)",
    "the caches are put in front of the list, so the last step comes first. They stand in the "
    "order of time: `caches.append(cache)`.",
)

LSTM_FORWARD.slip(
    "final_state_without_its_names",
    "np.stack(hs), state, caches",
    "np.stack(hs), state.h, caches",
    "the final state is not returned as an `LSTMState`, which holds h *and* c. Return the state of "
    "the last step as it is.",
)

LSTM_FORWARD.slip(
    "axes_of_size_one_squeezed",
    "np.stack(hs)",
    "np.squeeze(np.stack(hs))",
    "`np.squeeze` takes every axis of size 1 away. `hs` stays (T, N, H).",
)


@LSTM_FORWARD.mistake
def batch_read_as_time(xs, state0, params):
    """the batch is taken for time, `xs[:, t]`, as where the batch comes first. Here time is the
    first axis: step t reads `xs[t]`.
    """
    state, hs, caches = state0, [], []
    for t in range(xs.shape[1]):
        state, cache = lstm_step(xs[:, t], state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs, axis=1), state, caches


@LSTM_FORWARD.mistake
def one_array_written_over(xs, state0, params):
    """one array is written over at each step, `h[:] = ...`, and every entry of the list is that
    array. Keep `state.h`, which each step makes anew.
    """
    h, c, hs, caches = state0.h.copy(), state0.c.copy(), [], []
    for x in xs:
        state, cache = lstm_step(x, LSTMState(h, c), params)
        h[:], c[:] = state
        hs.append(h)
        caches.append(cache)
    return np.stack(hs), LSTMState(h, c), caches


@LSTM_FORWARD.mistake
def last_h_for_all(xs, state0, params):
    """`hs` holds the last h at every step. Keep `state.h` within the loop, after each step."""
    state, caches = state0, []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        caches.append(cache)
    return np.stack([state.h] * len(xs)), state, caches


LSTM_FORWARD.slip(
    "cell_started_from_zeros",
    "state, hs, caches = state0,",
    "state, hs, caches = LSTMState(state0.h, np.zeros_like(state0.c)),",
    "the cell starts from zeros: of `state0` only h is used. Begin with both, `state = state0`.",
)
