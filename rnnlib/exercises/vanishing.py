"""Unit 04, vanishing gradients: Jacobians, their products and bound, the adding problem."""

from __future__ import annotations

import numpy as np

from .. import gradients
from ..init import scale_to_radius
from ..rnn import RNNParams, rnn_forward
from ..sequences import adding_batch
from . import drawing
from .exercise import Case, Exercise, Unusable

# --- rnn_jacobian -----------------------------------------------------------------------------


def rnn_jacobian(h_next, params):
    """The Jacobian of one tanh step; see `rnnlib.gradients.rnn_jacobian`."""
    return gradients.rnn_jacobian(h_next, params)


def _weights(rng, D, H, **_):
    return drawing.params(rng, RNNParams, W_xh=(D, H), W_hh=(H, H), b_h=(H,))


def _draw_jacobian(rng):
    for kind, s in drawing.sizes([{"H": 4}, {"H": 6}], "H"):
        yield Case((drawing.array(rng, s["H"], scale=0.5), _weights(rng, 3, s["H"])), s, kind)


RNN_JACOBIAN = Exercise("rnn_jacobian", rnn_jacobian, _draw_jacobian, results={"J": "(H, H)"})


@RNN_JACOBIAN.variant
def slope_times_rows(h_next, params):
    """Row i of the transposed weight, times the slope of unit i."""
    return (1 - h_next**2)[:, None] * params.W_hh.T


@RNN_JACOBIAN.variant
def diagonal_matrix(h_next, params):
    """As in the books: a diagonal matrix times the transposed weight."""
    return np.diag(1 - h_next * h_next) @ params.W_hh.T


@RNN_JACOBIAN.variant
def transposed_at_the_end(h_next, params):
    """The slopes along the columns of `W_hh`, then the transpose."""
    return (params.W_hh * (1 - h_next**2)).T


@RNN_JACOBIAN.variant
def entry_by_entry(h_next, params):
    """Two loops over the entries."""
    H = len(h_next)
    J = np.zeros((H, H))
    for i in range(H):
        for j in range(H):
            J[i, j] = (1 - h_next[i] ** 2) * params.W_hh[j, i]
    return J


@RNN_JACOBIAN.variant
def from_unit_vectors(h_next, params):
    """Each row is a unit vector that goes backward through the step."""
    da = np.eye(len(h_next)) * (1 - h_next**2)
    return da @ params.W_hh.T


@RNN_JACOBIAN.mistake
def weight_not_transposed(h_next, params):
    """`W_hh` is not transposed: `W_hh[j, i]` leads from unit j to unit i, and row i of J is what
    comes out.
    """
    return (1 - h_next**2)[:, None] * params.W_hh


@RNN_JACOBIAN.mistake
def slopes_along_columns(h_next, params):
    """The slopes multiply the columns of `W_hh.T`. The slope of unit i belongs to row i: write
    `[:, None]`.
    """
    return (1 - h_next**2) * params.W_hh.T


@RNN_JACOBIAN.mistake
def jacobian_transposed(h_next, params):
    """J is transposed: row i is what comes out, column j is what goes in."""
    return (1 - h_next**2) * params.W_hh


@RNN_JACOBIAN.mistake
def slope_left_out(h_next, params):
    """The slope of the tanh, 1 - h², is left out."""
    return params.W_hh.T.copy()


@RNN_JACOBIAN.mistake
def weight_left_out(h_next, params):
    """`W_hh` is left out: only the slopes stand on the diagonal."""
    return np.diag(1 - h_next**2)


@RNN_JACOBIAN.mistake
def state_not_squared(h_next, params):
    """The slope is taken as 1 - h; it is 1 - h²."""
    return (1 - h_next)[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def tanh_taken_again(h_next, params):
    """The slope is taken as 1 - tanh(h)². `h_next` has been through the tanh already: 1 - h²."""
    return (1 - np.tanh(h_next) ** 2)[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def slope_of_the_sigmoid(h_next, params):
    """The slope is taken as h (1 - h), which is the sigmoid's; the tanh has 1 - h²."""
    return (h_next * (1 - h_next))[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def h_for_slope(h_next, params):
    """The state itself stands where its slope 1 - h² belongs."""
    return h_next[:, None] * params.W_hh.T


@RNN_JACOBIAN.mistake
def product_with_vector(h_next, params):
    """The slopes are multiplied with `@`, which gives a vector. Each row keeps its own slope: `*`
    with `[:, None]`.
    """
    return (1 - h_next**2) @ params.W_hh.T


@RNN_JACOBIAN.mistake
def diagonal_times_entrywise(h_next, params):
    """`np.diag(...) * W` multiplies entry by entry, and only the diagonal is left. With a diagonal
    matrix it is `@`.
    """
    return np.diag(1 - h_next**2) * params.W_hh.T


@RNN_JACOBIAN.mistake
def input_weight_used(h_next, params):
    """`W_xh` is used. J says how the new state changes with the old one: that goes through
    `W_hh`.
    """
    return (1 - h_next**2)[:, None] * params.W_xh.T


# --- state_jacobians --------------------------------------------------------------------------


def state_jacobians(xs, state0, params):
    """The products of the Jacobians; see `rnnlib.gradients.state_jacobians`."""
    return gradients.state_jacobians(xs, state0, params)


def _draw_state_jacobians(rng):
    plain = [{"T": 5, "D": 3, "H": 4}, {"T": 7, "D": 2, "H": 3}]
    for kind, s in drawing.sizes(plain, "TDH"):
        xs = drawing.array(rng, s["T"], s["D"], scale=0.7)
        yield Case((xs, drawing.array(rng, s["H"], scale=0.5), _weights(rng, **s)), s, kind)


def _observe_products(value, case):
    """The first axis apart: what a result is called tells which state it belongs to."""
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
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
    return {"J_T (the identity)": value[T], "J_T-1 (one step)": value[T - 1], "all J": value}


STATE_JACOBIANS = Exercise(
    "state_jacobians",
    state_jacobians,
    _draw_state_jacobians,
    results={"J_T (the identity)": "", "J_T-1 (one step)": "", "all J": ""},
    weights={"all J": 4},
    uses=("rnn_jacobian",),
    borrow=("rnnlib.rnn",),
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
    """The identity is left out: dh_T/dh_T, the last of the T + 1 matrices."""
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


# --- gradient_norms ---------------------------------------------------------------------------


def gradient_norms(dh, jacobians):
    """The lengths of dL/dh_t; see `rnnlib.gradients.gradient_norms`."""
    return gradients.gradient_norms(dh, jacobians)


def _draw_norms(rng):
    for kind, s in drawing.sizes([{"T": 6, "H": 4}, {"T": 5, "H": 3}], "TH"):
        jacobians = drawing.array(rng, s["T"] + 1, s["H"], s["H"], scale=0.6)
        yield Case((drawing.array(rng, s["H"]), jacobians), s, kind)


GRADIENT_NORMS = Exercise(
    "gradient_norms", gradient_norms, _draw_norms, results={"norms": "(T + 1,)"}
)


@GRADIENT_NORMS.variant
def row_times_matrices(dh, jacobians):
    """A row times all matrices at once."""
    return np.linalg.norm(dh @ jacobians, axis=1)


@GRADIENT_NORMS.variant
def list_of_norms(dh, jacobians):
    """One matrix after the other."""
    return np.array([np.linalg.norm(dh @ J) for J in jacobians])


@GRADIENT_NORMS.variant
def roots_of_sums(dh, jacobians):
    """The length written out, with named axes."""
    dhs = np.einsum("i,tij->tj", dh, jacobians)
    return np.sqrt((dhs**2).sum(axis=1))


@GRADIENT_NORMS.variant
def columns_of_transposed(dh, jacobians):
    """The transposed matrices times a column."""
    return np.linalg.norm(jacobians.transpose(0, 2, 1) @ dh, axis=-1)


@GRADIENT_NORMS.mistake
def column_on_the_right(dh, jacobians):
    """`dh` stands on the right of J: that pushes a change forward in time. A gradient goes
    backward, as a row on the left.
    """
    return np.linalg.norm(jacobians @ dh, axis=1)


@GRADIENT_NORMS.mistake
def norms_of_jacobians(dh, jacobians):
    """`dh` takes no part: the lengths are those of the matrices."""
    return np.linalg.norm(jacobians, axis=(1, 2))


@GRADIENT_NORMS.mistake
def largest_singular_values(dh, jacobians):
    """The largest singular value of each J is taken. It is what a gradient can keep at most;
    here `dh` is given.
    """
    return np.linalg.norm(jacobians, 2, axis=(1, 2))


@GRADIENT_NORMS.mistake
def root_left_out(dh, jacobians):
    """The square root is left out: the sums of squares are returned."""
    return ((dh @ jacobians) ** 2).sum(axis=1)


@GRADIENT_NORMS.mistake
def entries_added(dh, jacobians):
    """The absolute entries are added up; a length is the root of the sum of squares."""
    return np.abs(dh @ jacobians).sum(axis=1)


@GRADIENT_NORMS.mistake
def largest_entries(dh, jacobians):
    """The largest entry of each gradient is taken for its length."""
    return np.abs(dh @ jacobians).max(axis=1)


@GRADIENT_NORMS.mistake
def one_norm_for_all(dh, jacobians):
    """`np.linalg.norm` is called without an axis, so all steps together give one number."""
    return np.linalg.norm(dh @ jacobians)


@GRADIENT_NORMS.mistake
def norm_over_time(dh, jacobians):
    """The length is taken along the time axis, which leaves a number for each unit:
    `axis=1` is wanted.
    """
    return np.linalg.norm(dh @ jacobians, axis=0)


@GRADIENT_NORMS.mistake
def entrywise_with_dh(dh, jacobians):
    """`*` multiplies entry by entry; a row times a matrix is `@`."""
    return np.linalg.norm(dh * jacobians, axis=1)


@GRADIENT_NORMS.mistake
def gradients_themselves(dh, jacobians):
    """The gradients themselves are returned; their lengths are wanted, one number a step."""
    return dh @ jacobians


@GRADIENT_NORMS.mistake
def reversed_in_time(dh, jacobians):
    """The order is reversed: entry t belongs to h_t, so the last one has the length of `dh`."""
    return np.linalg.norm(dh @ jacobians, axis=1)[::-1]


@GRADIENT_NORMS.mistake
def relative_to_dh(dh, jacobians):
    """The lengths are divided by the length of `dh`."""
    return np.linalg.norm(dh @ jacobians, axis=1) / np.linalg.norm(dh)


# --- scale_to_radius --------------------------------------------------------------------------


def _draw_radius(rng):
    for kind, s in drawing.sizes([{"H": 4}, {"H": 7}], "H"):
        W = drawing.array(rng, s["H"], s["H"], scale=1.7 / np.sqrt(s["H"]))
        if s["H"] > 1:  # its largest eigenvalues are a complex pair: the usual case
            W[:2, :2] = [[0.31, 2.7], [-2.9, 0.33]]
            W = W + 0.01 * rng.uniform(0.5, 1.0, W.shape)
        yield Case((W, float(rng.uniform(0.55, 0.95))), s, kind)


SCALE_TO_RADIUS = Exercise(
    "scale_to_radius", scale_to_radius, _draw_radius, results={"W_scaled": "(H, H)"}
)


@SCALE_TO_RADIUS.variant
def by_eigenvalues(W, radius):
    """Divided by the largest absolute eigenvalue."""
    return W * radius / np.abs(np.linalg.eigvals(W)).max()


@SCALE_TO_RADIUS.variant
def with_eig(W, radius):
    """With the eigenvectors too, which are not needed."""
    values, _ = np.linalg.eig(W)
    return radius / max(abs(v) for v in values) * W


@SCALE_TO_RADIUS.variant
def by_real_and_imaginary_part(W, radius):
    """The absolute value of a complex number written out."""
    values = np.linalg.eigvals(W)
    return W * (radius / np.sqrt(values.real**2 + values.imag**2).max())


@SCALE_TO_RADIUS.mistake
def by_singular_value(W, radius):
    """W is divided by its largest singular value; the spectral radius is the largest absolute
    eigenvalue.
    """
    return W * radius / np.linalg.norm(W, 2)


@SCALE_TO_RADIUS.mistake
def by_frobenius_norm(W, radius):
    """W is divided by its length as one long vector (`np.linalg.norm`), not by an eigenvalue."""
    return W * radius / np.linalg.norm(W)


@SCALE_TO_RADIUS.mistake
def real_parts_only(W, radius):
    """The real parts of the eigenvalues are used; eigenvalues may be complex, and their absolute
    values count.
    """
    return W * radius / np.abs(np.linalg.eigvals(W).real).max()


@SCALE_TO_RADIUS.mistake
def absolute_value_left_out(W, radius):
    """The eigenvalues are used as they are, complex numbers and all; their absolute values count:
    `np.abs`.
    """
    return W * radius / np.linalg.eigvals(W).astype(complex).max()


@SCALE_TO_RADIUS.mistake
def not_divided(W, radius):
    """W is only multiplied by the radius that is wanted; the one that it has now is not divided
    out.
    """
    return W * radius


@SCALE_TO_RADIUS.mistake
def radius_left_out(W, radius):
    """The scaled matrix always has the radius 1: `radius` takes no part."""
    return W / np.abs(np.linalg.eigvals(W)).max()


@SCALE_TO_RADIUS.mistake
def turned_upside_down(W, radius):
    """The fraction stands upside down: divide by the radius that it has, multiply by the one that
    is wanted.
    """
    return W * np.abs(np.linalg.eigvals(W)).max() / radius


@SCALE_TO_RADIUS.mistake
def by_largest_entry(W, radius):
    """W is divided by its largest entry; the spectral radius is the largest absolute eigenvalue."""
    return W * radius / np.abs(W).max()


@SCALE_TO_RADIUS.mistake
def by_smallest_eigenvalue(W, radius):
    """W is divided by the smallest absolute eigenvalue; the largest one is the radius."""
    return W * radius / np.abs(np.linalg.eigvals(W)).min()


@SCALE_TO_RADIUS.mistake
def by_mean_eigenvalue(W, radius):
    """W is divided by the mean of the absolute eigenvalues; the largest one is the radius."""
    return W * radius / np.abs(np.linalg.eigvals(W)).mean()


@SCALE_TO_RADIUS.mistake
def symmetric_eigenvalues(W, radius):
    """`np.linalg.eigvalsh` is used, which reads half of the matrix and takes it for symmetric;
    `eigvals` is for any matrix.
    """
    return W * radius / np.abs(np.linalg.eigvalsh(W)).max()


@SCALE_TO_RADIUS.mistake
def number_returned(W, radius):
    """The factor itself is returned; the scaled matrix is wanted."""
    return radius / np.abs(np.linalg.eigvals(W)).max()


@SCALE_TO_RADIUS.mistake
def scaled_in_place(W, radius):
    """`W *= ...` writes into the caller's matrix; make a new one: `W * ...`."""
    W *= radius / np.abs(np.linalg.eigvals(W)).max()
    return W


# --- jacobian_bound ---------------------------------------------------------------------------


def jacobian_bound(hs, params):
    """The bound for |J_t|; see `rnnlib.gradients.jacobian_bound`."""
    return gradients.jacobian_bound(hs, params)


def _draw_bound(rng):
    for kind, s in drawing.sizes([{"T": 6, "H": 4}, {"T": 5, "H": 3}], "TH"):
        hs = drawing.array(rng, s["T"], s["H"], scale=0.5)
        yield Case((hs, _weights(rng, 2, s["H"])), s, kind)


def _observe_bound(value, case):
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    T = len(case.args[0])
    try:
        value = np.asarray(value, float)
    except (TypeError, ValueError):
        raise Unusable("returned something that is not an array of numbers") from None
    if value.shape != (T + 1,):
        raise Unusable(f"returned the shape {value.shape}; it should be (T + 1,) = {(T + 1,)}")
    return {"for the last state": value[T], "one step back": value[T - 1], "all bounds": value}


JACOBIAN_BOUND = Exercise(
    "jacobian_bound",
    jacobian_bound,
    _draw_bound,
    results={"for the last state": "", "one step back": "", "all bounds": ""},
    weights={"all bounds": 2},
    observe=_observe_bound,
)


@JACOBIAN_BOUND.variant
def power_of_the_factor(hs, params):
    """The factor of one step, to the power of the lag."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.variant
def from_the_svd(hs, params):
    """The first singular value, and the powers in a list."""
    largest = np.linalg.svd(params.W_hh)[1][0]
    slope = np.max(1 - hs * hs)
    return np.array([(largest * slope) ** (len(hs) - t) for t in range(len(hs) + 1)])


@JACOBIAN_BOUND.variant
def factor_by_factor(hs, params):
    """Multiplied up from the end."""
    bounds = [1.0]
    slope = 1 - np.abs(hs).min() ** 2
    for _ in hs:
        bounds.insert(0, bounds[0] * slope * np.linalg.svd(params.W_hh, compute_uv=False).max())
    return np.array(bounds)


@JACOBIAN_BOUND.mistake
def radius_for_singular_value(hs, params):
    """The spectral radius is used. One step may stretch more than that: only the largest singular
    value is a bound.
    """
    factor = np.abs(np.linalg.eigvals(params.W_hh)).max() * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def frobenius_for_singular_value(hs, params):
    """`np.linalg.norm(W)` is used, the length of W as one long vector; `np.linalg.norm(W, 2)` is
    the largest singular value.
    """
    factor = np.linalg.norm(params.W_hh) * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slopes_left_out(hs, params):
    """The slopes of the tanh are left out: the largest 1 - h² belongs into every factor."""
    return np.linalg.norm(params.W_hh, 2) ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def mean_slope(hs, params):
    """The mean slope is used: a bound must hold for the largest."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).mean()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def smallest_slope(hs, params):
    """The slope is taken where h is largest, and there it is smallest: `(1 - hs**2).max()`, not
    `1 - hs.max() ** 2`.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - np.abs(hs).max() ** 2)
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def lags_in_order(hs, params):
    """The powers run forward from 0 to T. For h_t the power is T - t: T for the first, 0 for the
    last.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs) + 1)


@JACOBIAN_BOUND.mistake
def bound_of_h0_left_out(hs, params):
    """The bound for h_0 is left out: T states after the steps, and h_0, make T + 1 numbers."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs) - 1, -1, -1)


@JACOBIAN_BOUND.mistake
def times_the_lag(hs, params):
    """The factor is multiplied by the number of steps; each step multiplies once more: a power."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return np.maximum(factor * np.arange(len(hs), -1, -1), np.arange(len(hs) + 1) == len(hs))


@JACOBIAN_BOUND.mistake
def slope_without_square(hs, params):
    """The slope is taken as 1 - h; it is 1 - h²."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slope_through_tanh_twice(hs, params):
    """The slope is taken as 1 - tanh(h)²; the states have been through the tanh already: 1 - h²."""
    factor = np.linalg.norm(params.W_hh, 2) * (1 - np.tanh(hs) ** 2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def smallest_singular_value(hs, params):
    """The smallest singular value is used. `svd` gives the largest first: take `[0]`."""
    factor = np.linalg.svd(params.W_hh, compute_uv=False)[-1] * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def slope_outside_the_power(hs, params):
    """The slope is not raised to the power with the singular value: bracket the product first."""
    slope = (1 - hs**2).max()
    return slope * np.linalg.norm(params.W_hh, 2) ** np.arange(len(hs), -1, -1)


@JACOBIAN_BOUND.mistake
def one_more_power(hs, params):
    """The powers are one too high: no step lies between the last state and itself, so its bound
    is 1.
    """
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs) + 1, 0, -1)


# --- adding_batch -----------------------------------------------------------------------------


def _draw_adding(rng):
    for kind, T, N in (("", 6, 3), ("", 9, 4), (drawing.ONES, 6, 1), ("2 steps", 2, 3)):
        half = T // 2
        first, second = rng.integers(0, half, N), rng.integers(half, T, N)
        if N > 1 and half > 1:  # never all alike
            first[:2], second[:2] = [0, half - 1], [T - 1, half]
        values = rng.uniform(0.05, 0.95, (T, N))
        case = Case((values, first, second), {"N": N})
        yield Case(case.args, case.sizes, kind) if kind else case


def _observe_adding(value, case):
    if not isinstance(value, tuple | list) or len(value) != 2:
        what = "nothing" if value is None else "one value" if isinstance(value, np.ndarray) else ""
        raise Unusable(f"returned {what or 'something else'}; it should return xs, targets")
    T, N = case.args[0].shape
    xs, targets = value
    if np.shape(xs) != (T, N, 2):
        raise Unusable(f"gave `xs` the shape {np.shape(xs)}; it should be (T, N, 2) = {(T, N, 2)}")
    xs = np.asarray(xs)
    return {"xs[:, :, 0]": xs[:, :, 0], "xs[:, :, 1]": xs[:, :, 1], "targets": targets}


ADDING_BATCH = Exercise(
    "adding_batch",
    adding_batch,
    _draw_adding,
    results={"xs[:, :, 0]": "", "xs[:, :, 1]": "", "targets": ""},
    weights={"xs[:, :, 1]": 2, "targets": 2},
    observe=_observe_adding,
)


@ADDING_BATCH.variant
def marked_by_index(values, first, second):
    """Pairs of indices mark all examples at once."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = 1
    marks[second, n] = 1
    xs = np.stack([values, marks], axis=2)
    return xs, (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.variant
def one_example_after_the_other(values, first, second):
    """A loop over the batch."""
    T, N = values.shape
    xs, targets = np.zeros((T, N, 2)), np.zeros((N, 1))
    xs[:, :, 0] = values
    for n in range(N):
        xs[first[n], n, 1] = xs[second[n], n, 1] = 1
        targets[n] = values[first[n], n] + values[second[n], n]
    return xs, targets


@ADDING_BATCH.variant
def by_comparison(values, first, second):
    """Every step compared with the two that count; the sum from the marks."""
    t = np.arange(len(values))[:, None]
    marks = ((t == first) | (t == second)).astype(float)
    return np.dstack([values, marks]), (values * marks).sum(axis=0)[:, None]


@ADDING_BATCH.mistake
def block_marked(values, first, second):
    """`marks[first] = 1` marks whole rows, for every example. Each example has steps of its own:
    `marks[first, np.arange(N)]`.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first] = 1
    marks[second] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def all_between_marked(values, first, second):
    """All steps between the two are marked as well; only the two count."""
    n = np.arange(values.shape[1])
    t = np.arange(len(values))[:, None]
    marks = ((t >= first) & (t <= second)) * 1.0
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def only_first_marked(values, first, second):
    """Only the first of the two steps is marked."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def only_second_marked(values, first, second):
    """Only the second of the two steps is marked."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[second, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def marks_first(values, first, second):
    """The two numbers of a step are exchanged: first the value, then its mark."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([marks, values], axis=2), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def sum_of_all(values, first, second):
    """The target is the sum of all values; only the two marked ones are added."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), values.sum(axis=0)[:, None]


@ADDING_BATCH.mistake
def mean_of_the_two(values, first, second):
    """The target is the mean of the two values; their sum is wanted."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] + values[second, n])[:, None] / 2


@ADDING_BATCH.mistake
def steps_added(values, first, second):
    """The target is the sum of the two steps' numbers; the values at these steps are added."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), (first + second)[:, None]


@ADDING_BATCH.mistake
def product_of_the_two(values, first, second):
    """The two values are multiplied; their sum is wanted."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), (values[first, n] * values[second, n])[:, None]


@ADDING_BATCH.mistake
def targets_without_axis(values, first, second):
    """`targets` has the shape (N,). A prediction is (N, 1), and a difference of the two would be
    (N, N): add `[:, None]`.
    """
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), values[first, n] + values[second, n]


@ADDING_BATCH.mistake
def stacked_in_front(values, first, second):
    """Values and marks are stacked along the first axis; they are the last axis: `axis=2`."""
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks]), (values[first, n] + values[second, n])[:, None]


@ADDING_BATCH.mistake
def values_overwritten(values, first, second):
    """The marks are written into `values` itself, so the numbers are lost."""
    n = np.arange(values.shape[1])
    targets = (values[first, n] + values[second, n])[:, None]
    marks = values
    marks[:] = 0
    marks[first, n] = marks[second, n] = 1
    return np.stack([values, marks], axis=2), targets


EXERCISES = (
    RNN_JACOBIAN,
    STATE_JACOBIANS,
    GRADIENT_NORMS,
    SCALE_TO_RADIUS,
    JACOBIAN_BOUND,
    ADDING_BATCH,
)
