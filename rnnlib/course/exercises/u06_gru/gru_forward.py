"""A whole sequence, one `gru_step` after the other."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u06_gru.inputs import SEQUENCE_SIZES, SIGMOID, draw_weights
from rnnlib.gru import GRUCache, gru_step
from rnnlib.gru_sequence import gru_forward


def _draw_forward(rng):
    for kind, s in drawing.sizes(SEQUENCE_SIZES, "TNDH"):
        xs, h0 = (
            drawing.array(rng, s["T"], s["N"], s["D"]),
            drawing.array(rng, s["N"], s["H"], scale=0.5),
        )
        yield Case((xs, h0, draw_weights(rng, **s)), s, kind)
    s, xs = SEQUENCE_SIZES[0], drawing.array(rng, 6, 3, 4)
    xs[[0, 3]] = 0
    yield Case((xs, np.zeros((3, 5)), draw_weights(rng, **s)), s, drawing.ZEROS)
    xs, h0 = drawing.array(rng, 6, 3, 4), drawing.array(rng, 3, 5, scale=0.5)
    yield Case((xs, h0, draw_weights(rng, **s)), s, 'reset="before"', options={"reset": "before"})


GRU_FORWARD = Exercise(
    "gru_forward",
    gru_forward,
    _draw_forward,
    results={"hs": "(T, N, H)", "h": "(N, H)"},
    weights={"hs": 2},
    uses=("gru_step",),
    borrow=SIGMOID,
)


@GRU_FORWARD.follow_on
def two_lists(xs, h0, params, *, reset="after"):
    """A list of states and a list of what each step kept."""
    h, states, steps = h0, [], []
    for x in xs:
        h, step = gru_step(x, h, params, reset=reset)
        states.append(h)
        steps.append(step)
    hs = np.stack(states)
    gates = np.stack([[s.r, s.z, s.n] for s in steps])
    qs = np.stack([s.q for s in steps])
    return hs, h, GRUCache(xs, h0, hs, gates, qs, params, None, reset)


@GRU_FORWARD.variant
def filled_by_index(xs, h0, params, *, reset="after"):
    """Arrays made beforehand."""
    T, (N, H) = len(xs), h0.shape
    hs, gates, qs = np.empty((T, N, H)), np.empty((T, 3, N, H)), np.empty((T, N, H))
    for t in range(T):
        before = hs[t - 1] if t > 0 else h0
        hs[t], (_, _, *gates[t], qs[t], _, _) = gru_step(xs[t], before, params, reset=reset)
    return hs, hs[-1], GRUCache(xs, h0, hs, gates, qs, params, None, reset)


@GRU_FORWARD.variant
def sequence_without_gru_step(xs, h0, params, *, reset="after"):
    """All input products at once, no call of an earlier function."""
    H, h, hs, gates, qs = h0.shape[1], h0, [], [], []
    W_rz, W_n = params.W_hh[:, : 2 * H], params.W_hh[:, 2 * H :]
    for a in xs @ params.W_xh + params.b_h:
        rz = sigmoid(a[:, : 2 * H] + h @ W_rz)
        r, z = rz[:, :H], rz[:, H:]
        q = h @ W_n + params.b_hn if reset == "after" else (r * h) @ W_n
        n = np.tanh(a[:, 2 * H :] + (r * q if reset == "after" else q))
        h = z * h + (1 - z) * n
        hs.append(h)
        gates.append([r, z, n])
        qs.append(q)
    hs, gates, qs = np.array(hs), np.array(gates), np.array(qs)
    return hs, h, GRUCache(xs, h0, hs, gates, qs, params, None, reset)


@GRU_FORWARD.variant
def sequence_in_single_precision(xs, h0, params, *, reset="after"):
    """Everything in float32."""
    h, p, hs, gates, qs = h0.astype(np.float32), params.astype(np.float32), [], [], []
    for x in xs.astype(np.float32):
        h, step = gru_step(x, h, p, reset=reset)
        hs.append(h)
        gates.append([step.r, step.z, step.n])
        qs.append(step.q)
    hs, gates, qs = np.stack(hs), np.stack(gates), np.stack(qs)
    return hs, h, GRUCache(xs, h0, hs, gates, qs, params, None, reset)


@GRU_FORWARD.mistake
def h0_ignored(xs, h0, params, *, reset="after"):
    """the sequence starts from zeros and `h0` is never used."""
    h, hs = np.zeros_like(h0), []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def state_not_carried(xs, h0, params, *, reset="after"):
    """every step starts again from `h0`. The state of one step must go into the next."""
    hs = []
    for x in xs:
        h, _ = gru_step(x, h0, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def reset_not_handed_on(xs, h0, params, *, reset="after"):
    """`reset` is not handed on to `gru_step`, which then takes "after" in every case."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def step_not_unpacked(xs, h0, params, *, reset="after"):
    """the result of `gru_step` is not taken apart. It returns two values: `h, step =
    gru_step(...)`.
    """
    h, hs = h0, []
    for x in xs:
        h = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def state_before_each_step(xs, h0, params, *, reset="after"):
    """`hs[t]` holds the state before step t. Take the step first, then keep its result."""
    h, hs = h0, []
    for x in xs:
        hs.append(h)
        h, _ = gru_step(x, h, params, reset=reset)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def h0_kept_as_first_state(xs, h0, params, *, reset="after"):
    """`h0` is kept in `hs`, which then has T + 1 states. It holds the states *after* each step."""
    h, hs = h0, [h0]
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def last_step_dropped(xs, h0, params, *, reset="after"):
    """the last step is missing: `range(T - 1)` stops one too early."""
    h, hs = h0, []
    for t in range(max(1, len(xs) - 1)):
        h, _ = gru_step(xs[t], h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def first_step_dropped(xs, h0, params, *, reset="after"):
    """the first input is skipped: in Python the first step is `xs[0]`."""
    h, hs = h0, []
    for x in xs[1:] if len(xs) > 1 else xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def read_from_the_end(xs, h0, params, *, reset="after"):
    """the sequence is read from the end. Forward, time runs from `xs[0]` on."""
    h, hs = h0, []
    for x in xs[::-1]:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def stacked_along_the_batch(xs, h0, params, *, reset="after"):
    """the states are stacked with the batch as the first axis. Time is the first axis: `axis=0`."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs, axis=1), h


@GRU_FORWARD.mistake
def first_state_for_last(xs, h0, params, *, reset="after"):
    """h is the state after the first step. The final state is the last one, `hs[-1]`."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), hs[0]


@GRU_FORWARD.mistake
def left_after_one_step(xs, h0, params, *, reset="after"):
    """the line `return` is indented too far: it ends the loop after the first step."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
        break
    return np.stack(hs), h


@GRU_FORWARD.mistake
def read_from_the_end_and_turned(xs, h0, params, *, reset="after"):
    """the sequence is read from the end, and the states are turned around again. Forward, time runs
    from `xs[0]` on.
    """
    h, hs = h0, []
    for x in xs[::-1]:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs[::-1]), h


@GRU_FORWARD.mistake
def last_state_stays_zero(xs, h0, params, *, reset="after"):
    """the last step is missing, and the last state of `hs` is still zero: `range(T - 1)` stops one
    too early.
    """
    h, hs = h0, np.zeros((len(xs), *h0.shape))
    for t in range(len(xs) - 1):
        hs[t], _ = gru_step(xs[t], h, params, reset=reset)
        h = hs[t]
    return hs, h


@GRU_FORWARD.mistake
def one_array_written_over(xs, h0, params, *, reset="after"):
    """one array is written over at each step, `h[:] = ...`, and every entry of the list is that
    array. Keep the state that `gru_step` makes anew.
    """
    h, hs = h0.copy(), []
    for x in xs:
        h[:], _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h


@GRU_FORWARD.mistake
def list_not_stacked(xs, h0, params, *, reset="after"):
    """hs is returned as a list. `np.stack(hs)` makes one array of it."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return hs, h


@GRU_FORWARD.mistake
def h0_for_last(xs, h0, params, *, reset="after"):
    """h is `h0`, the state before the first step. The final state is the last one, `hs[-1]`."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.stack(hs), h0


@GRU_FORWARD.mistake
def axes_of_size_one_squeezed(xs, h0, params, *, reset="after"):
    """`np.squeeze` takes every axis of size 1 away. `hs` stays (T, N, H)."""
    h, hs = h0, []
    for x in xs:
        h, _ = gru_step(x, h, params, reset=reset)
        hs.append(h)
    return np.squeeze(np.stack(hs)), h


@GRU_FORWARD.mistake
def first_state_stays_zero(xs, h0, params, *, reset="after"):
    """`range(1, T)` begins with the second step, and the first state of `hs` is still zero. The
    step from `h0` reads `xs[0]`.
    """
    hs = np.zeros((len(xs), *h0.shape))
    for t in range(1, len(xs)):
        hs[t], _ = gru_step(xs[t], hs[t - 1], params, reset=reset)
    return hs, hs[-1]
