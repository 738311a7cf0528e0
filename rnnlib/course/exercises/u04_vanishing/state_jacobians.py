"""Dh_T / dh_t for every t, products of the Jacobians of single steps."""

from __future__ import annotations

import numpy as np

from rnnlib import jacobians
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u04_vanishing.inputs import draw_weights
from rnnlib.course.exercises.u04_vanishing.rnn_jacobian import rnn_jacobian
from rnnlib.rnn import rnn_forward


def state_jacobians(xs, state0, params):
    """The products of the Jacobians; see `rnnlib.jacobians.state_jacobians`."""
    return jacobians.state_jacobians(xs, state0, params)


def _draw_state_jacobians(rng):
    plain = [{"T": 5, "D": 3, "H": 4}, {"T": 7, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "TDH"):
        xs = drawing.array(rng, s["T"], s["D"], scale=0.7)
        yield Case((xs, drawing.array(rng, s["H"], scale=0.5), draw_weights(rng, **s)), s, kind)
    s, xs = plain[0], drawing.array(rng, 5, 3, scale=0.7)
    params = draw_weights(rng, **s)
    params.W_hh[3] = 0.7 * params.W_hh[0] - 0.6 * params.W_hh[1]
    case = (xs, drawing.array(rng, 4, scale=0.5), params)
    yield Case(case, s, "a W_hh without an inverse")


def _observe_products(value, case):
    """The first axis apart: what a result is called tells which state it belongs to."""
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if isinstance(value, list | tuple):
        kind = type(value).__name__
        raise Unusable(f"returned a {kind}; make an array of it with `np.stack`")
    T, H = len(case.args[0]), len(case.args[1])
    try:
        value = np.asarray(value, float)
    except (TypeError, ValueError):
        raise Unusable("returned something that is not an array of numbers") from None
    if value.shape != (T + 1, H, H):
        raise Unusable(
            f"returned the shape {value.shape}; it should be (T + 1, H, H) = {(T + 1, H, H)}: "
            "a matrix for h_0, one for each later state, and the identity for the last"
        )
    if (value == value[0]).all():
        raise Unusable(f"returned one matrix for every t, with {value[0, 0, 0]:.4g} in its corner")
    return {"J_T (the identity)": value[T], "J_T-1 (one step)": value[T - 1], "all J": value}


STATE_JACOBIANS = Exercise(
    "state_jacobians",
    state_jacobians,
    _draw_state_jacobians,
    results={"J_T (the identity)": "", "J_T-1 (one step)": "", "all J": ""},
    weights={"all J": 4},
    uses=("rnn_jacobian",),
    borrow=("rnnlib.rnn", "rnnlib._timesteps"),
    observe=_observe_products,
)


@STATE_JACOBIANS.follow_on
def backward_then_turned(xs, state0, params):
    """From the last state to the first, then turned around."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.variant
def filled_from_the_end(xs, state0, params):
    """An array filled by index."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    T, H = len(xs), len(state0)
    J = np.zeros((T + 1, H, H))
    J[T] = np.eye(H)
    for t in range(T - 1, -1, -1):
        J[t] = J[t + 1] @ rnn_jacobian(hs[t, 0], params)
    return J


@STATE_JACOBIANS.variant
def every_product_anew(xs, state0, params):
    """Each product multiplied out by itself, forward in time."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    T, H = len(xs), len(state0)
    products = []
    for t in range(T + 1):
        J = np.eye(H)
        for k in range(t, T):
            J = rnn_jacobian(hs[k, 0], params) @ J
        products.append(J)
    return np.array(products)


@STATE_JACOBIANS.variant
def unit_vectors_backward(xs, state0, params):
    """Each row is a unit gradient that is carried backward."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    dh = np.eye(len(state0))
    rows = [dh]
    for h in hs[::-1, 0]:
        dh = (dh * (1 - h**2)) @ params.W_hh.T
        rows.insert(0, dh)
    return np.stack(rows)


@STATE_JACOBIANS.mistake
def factors_in_the_wrong_order(xs, state0, params):
    """The new factor stands on the left. The earlier step acts first, so going back its Jacobian
    joins on the right: `J @ rnn_jacobian(...)`.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[::-1, 0]:
        J = rnn_jacobian(h, params) @ J
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def not_turned_around(xs, state0, params):
    """The list begins with the last state. `J[t]` belongs to h_t, so the identity comes last."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products)


@STATE_JACOBIANS.mistake
def from_the_first_state(xs, state0, params):
    """The products start at h_0 and grow forward: that is dh_t/dh_0. Here the last state is the one
    that is differentiated.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[:, 0]:
        J = rnn_jacobian(h, params) @ J
        products.append(J)
    return np.stack(products)


@STATE_JACOBIANS.mistake
def each_step_alone(xs, state0, params):
    """The Jacobians of the single steps are not multiplied: each entry reaches one step far."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    steps = [rnn_jacobian(h, params) for h in hs[:, 0]]
    return np.stack([*steps, np.eye(len(state0))])


@STATE_JACOBIANS.mistake
def entrywise_products(xs, state0, params):
    """`*` multiplies the Jacobians entry by entry; a chain of steps is a matrix product, `@`."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[::-1, 0]:
        J = J * rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def state_before_the_step(xs, state0, params):
    """The slope is taken at the state before the step. `rnn_jacobian` wants the one after it: for
    `J[t]` that is `hs[t]`, which is h_{t+1}.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    before = np.concatenate([state0[None], hs[:-1, 0]])
    J = np.eye(len(state0))
    products = [J]
    for h in before[::-1]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def identity_left_out(xs, state0, params):
    """The identity or a step is left out. T + 1 matrices are wanted, from dh_T/dh_0, the product
    over all steps, to dh_T/dh_T, the identity.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = []
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def ones_for_identity(xs, state0, params):
    """The product starts with a matrix of ones; the identity, `np.eye(H)`, changes nothing."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.ones((len(state0), len(state0))) + np.eye(len(state0)) * 0
    products = [J]
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def read_forward(xs, state0, params):
    """The loop takes the states in their order. Going back from the end, the last state comes
    first: `hs[::-1]`.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[:, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def only_the_whole_product(xs, state0, params):
    """Only the product over all steps is returned; the T + 1 products on the way are wanted too."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
    return J


@STATE_JACOBIANS.mistake
def h0_not_reached(xs, state0, params):
    """`range(T - 1, 0, -1)` stops before 0, so the matrix for h_0 stays empty: end at -1."""
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    T, H = len(xs), len(state0)
    J = np.zeros((T + 1, H, H))
    J[T] = np.eye(H)
    for t in range(T - 1, 0, -1):
        J[t] = J[t + 1] @ rnn_jacobian(hs[t, 0], params)
    return J


@STATE_JACOBIANS.mistake
def batch_axis_kept(xs, state0, params):
    """The states keep their batch axis, (1, H), and each Jacobian gets one axis too many. The one
    example of step t is `hs[t, 0]`.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))[None]
    products = [J]
    for h in hs[::-1]:
        J = J @ rnn_jacobian(h[0], params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def final_state_everywhere(xs, state0, params):
    """The same state, the last one, gives the slope at every step; each step has its own."""
    hs, h, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for _ in xs:
        J = J @ rnn_jacobian(h[0], params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def one_matrix_written_over(xs, state0, params):
    """The product is written into one matrix, `J[:] = ...`, and the list holds that matrix T + 1
    times. `J = J @ ...` makes a new one.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[::-1, 0]:
        J[:] = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def last_step_twice(xs, state0, params):
    """The product starts with the Jacobian of the last step, which the loop multiplies once more.
    Start with the identity.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = rnn_jacobian(hs[-1, 0], params)
    products = [J]
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def network_started_from_zeros(xs, state0, params):
    """The network is run from zeros, and `state0` is never used."""
    hs, _, _ = rnn_forward(xs[:, None], np.zeros((1, len(state0))), params)
    J = np.eye(len(state0))
    products = [J]
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])


@STATE_JACOBIANS.mistake
def undone_with_inverses(xs, state0, params):
    """The whole product is made first, and a step at a time is taken off with `np.linalg.inv`. A
    Jacobian need not have an inverse, and digits are lost: multiply up from the end.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)
    J = np.eye(len(state0))
    for h in hs[:, 0]:
        J = rnn_jacobian(h, params) @ J
    products = [J]
    for h in hs[:, 0]:
        J = J @ np.linalg.inv(rnn_jacobian(h, params))
        products.append(J)
    return np.stack(products)
