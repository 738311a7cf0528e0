"""Gradients checked, and looked at: difference quotients, and Jacobians through time.

A derivative written by hand is believed when it agrees with (f(x + e) - f(x - e)) / 2e. The error
of this formula falls like e^2, its rounding grows like 1/e; in float64 e = 1e-5 is a good middle,
where about nine digits are right.
"""

from typing import NamedTuple

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.bptt import cache_segment
from rnnlib.cells import cell_functions
from rnnlib.lstm import LSTMParams
from rnnlib.params import Params
from rnnlib.rnn import rnn_step_backward

__all__ = [
    "GradientReport",
    "ParameterReport",
    "gradient_check",
    "gradient_norms",
    "jacobian_bound",
    "numerical_gradient",
    "rnn_jacobian",
    "singular_values",
    "spectral_radius",
    "state_jacobians",
]


def numerical_gradient(f, x, *, eps=1e-5):
    """Central differences: dL/dx_k = (f(x + eps e_k) - f(x - eps e_k)) / (2 eps), for each entry.

    Parameters
    ----------
    f : callable
        Takes what x is, returns a float.
    x : ndarray or Params
        In float64. Not changed: f gets a copy.
    eps : float

    Returns
    -------
    ndarray or Params
        Like x.

    Raises
    ------
    TypeError
        If x is not float64: in float32 the difference of two nearly equal losses has no digit
        left.
    ValueError
        If f returns NaN or infinity.

    Notes
    -----
    Two evaluations an entry: for small networks only.

    Examples
    --------
    >>> numerical_gradient(lambda x: float((x**2).sum()), np.array([1.0, -3.0])).round(6)
    array([ 2., -6.])
    """
    arrays = dict(x.items()) if isinstance(x, Params) else {"x": np.asarray(x)}
    for name, array in arrays.items():
        if array.dtype != np.float64:
            raise TypeError(f"{name} must be float64 for difference quotients, got {array.dtype}")
    moved = x.copy() if isinstance(x, Params) else np.array(x)
    moved_arrays = dict(moved.items()) if isinstance(x, Params) else {"x": moved}
    gradients = []
    for name, array in moved_arrays.items():
        gradient = np.empty_like(array)
        for place in np.ndindex(array.shape):
            value, ends = array[place], []
            for step in (eps, -eps):
                array[place] = value + step
                ends.append(float(f(moved)))
            array[place] = value
            if not np.isfinite(ends).all():
                raise ValueError(f"f is {ends} near entry {place} of {name}: not finite")
            gradient[place] = (ends[0] - ends[1]) / (2 * eps)
        gradients.append(gradient)
    if not isinstance(x, Params):
        return gradients[0]
    values = iter(gradients)
    return x.map(lambda _: next(values))


class ParameterReport(NamedTuple):
    """The comparison of one parameter: relative error, and the worst entry, theirs and ours."""

    name: str
    shape: tuple
    error: float
    place: tuple
    given: float
    numerical: float
    ok: bool


class GradientReport(NamedTuple):
    """What `gradient_check` found, by parameter. ``print`` it; ``ok`` says it in one word."""

    parameters: tuple
    tolerance: float

    @property
    def ok(self):
        """Whether every parameter agrees."""
        return all(p.ok for p in self.parameters)

    def __str__(self):
        width = max(len(p.name) for p in self.parameters)
        lines = [f"{'':{width}}  relative error (tolerance {self.tolerance:g})"]
        for p in self.parameters:
            line = f"{p.name:{width}}  {p.error:.1e}  {'ok' if p.ok else 'WRONG'}"
            if not p.ok:
                place = ", ".join(map(str, p.place))
                line += f": entry ({place}) is {p.given:.6g}, should be {p.numerical:.6g}"
            lines.append(line)
        return "\n".join(lines)


def gradient_check(f, params, grads, *, eps=1e-5, tolerance=1e-6):
    """Compare a gradient with difference quotients, parameter by parameter.

    Parameters
    ----------
    f : callable
        Params -> loss.
    params : Params, in float64
    grads : Params
        The gradient to be checked.
    eps, tolerance : float
        The error of a parameter is the largest difference of an entry, divided by the parameter's
        largest gradient: small entries are all rounding and need not agree by themselves.

    Returns
    -------
    GradientReport

    Raises
    ------
    TypeError
        If grads is of another class than params, or params not float64.
    ShapeError
        If a gradient has another shape than its parameter.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params = DenseParams([[2.0, 1.0]], [3.0, 5.0])
    >>> loss = lambda p: float((p.W_hy**2).sum() + p.b_y.sum())
    >>> print(gradient_check(loss, params, DenseParams([[4.0, 2.0]], [1.0, 2.0])))
          relative error (tolerance 1e-06)
    W_hy  ...  ok
    b_y   1.0e+00  WRONG: entry (1) is 2, should be 1
    """
    params.map(lambda p, g: p, grads)  # raises if class or shapes differ
    numerical = numerical_gradient(f, params, eps=eps)
    reports = []
    for (name, given), (_, expected) in zip(grads.items(), numerical.items()):
        difference = np.abs(given - expected)
        difference[np.isnan(difference)] = np.inf
        place = tuple(int(k) for k in np.unravel_index(difference.argmax(), difference.shape))
        largest = max(np.abs(expected).max(), 1e-3)
        error = float(difference[place] / largest)
        pair = float(given[place]), float(expected[place])
        reports.append(ParameterReport(name, given.shape, error, place, *pair, error <= tolerance))
    return GradientReport(tuple(reports), tolerance)


def rnn_jacobian(h_next, params, *, activation="tanh"):
    """Jacobian of one step of the simple RNN: dh_t/dh_{t-1} = diag(1 - h_t^2) W_hh^T.

    Parameters
    ----------
    h_next : (H,)
        The state after the step, of one example.
    params : RNNParams
    activation : "tanh" or "relu"

    Returns
    -------
    (H, H)
        Row i, column j: how state i after the step changes with state j before it.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013, eq. 5.

    Examples
    --------
    >>> from rnnlib import RNNParams
    >>> params = RNNParams(W_xh=[[1.0]], W_hh=[[2.0]], b_h=[0.0])
    >>> rnn_jacobian([0.5], params)
    array([[1.5]])
    """
    (h_next,) = as_floats(h_next=h_next)
    H = match_shapes(("W_hh", params.W_hh, "H H"), ("h_next", h_next, "H"))["H"]
    states = np.broadcast_to(h_next, (H, H))
    x = np.zeros((H, len(params.W_xh)))
    return rnn_step_backward(np.eye(H), x, states, states, params, activation=activation)[1]


def state_jacobians(xs, state0, params, **options):
    """Jacobians of the last state by every earlier one: J_t = d state_T / d state_t.

    Parameters
    ----------
    xs : (T, D)
        One sequence.
    state0 : (H,), or for an LSTM a pair (h, c) of (H,)
    params : RNNParams, LSTMParams or GRUParams
    **options
        Of the cell: ``activation``, ``reset``.

    Returns
    -------
    (T + 1, S, S)
        S = H; for an LSTM S = 2H, h before c. The last is the identity. Row i, column j: how entry
        i of the last state changes with entry j of state t.

    Notes
    -----
    J_t is the product of the Jacobians of steps t + 1 ... T. Instead of multiplying them, S copies
    of the sequence go backward side by side, each from another unit vector.

    Examples
    --------
    >>> from rnnlib import RNNParams
    >>> params = RNNParams(W_xh=[[0.0]], W_hh=[[0.5]], b_h=[0.0])
    >>> state_jacobians(np.zeros((3, 1)), np.zeros(1), params).ravel()  # tanh'(0) = 1
    array([0.125, 0.25 , 0.5  , 1.   ])
    """
    forward, backward = cell_functions(params)
    is_lstm = isinstance(params, LSTMParams)
    names = {"h0": state0[0], "c0": state0[1]} if is_lstm else {"h0": state0}
    xs, *state0 = as_floats(xs=xs, **names)
    sizes = match_shapes(("xs", xs, "T D"), D=len(params.W_xh), H=len(params.W_hh))
    match_shapes(*((name, a, "H") for name, a in zip(names, state0)), **sizes)
    T, H, parts = len(xs), sizes["H"], len(state0)
    S = parts * H
    copies = [np.tile(a, (S, 1)) for a in state0]
    cache = forward(
        np.repeat(xs[:, None], S, axis=1), copies if is_lstm else copies[0], params, **options
    )[2]
    jacobians = np.empty((T + 1, S, S))
    jacobians[T] = np.eye(S)
    for t in reversed(range(T)):
        dstate = np.split(jacobians[t + 1], parts, axis=1)
        dstate = backward(None, dstate if is_lstm else dstate[0], cache_segment(cache, t, t + 1))[1]
        jacobians[t] = np.concatenate(dstate, axis=1) if is_lstm else dstate
    return jacobians


def singular_values(jacobians):
    """Singular values of each Jacobian, the largest first.

    The largest is how much a small change of state t can at most be felt in the last state: above
    1 it explodes, far below 1 it has vanished.

    Parameters
    ----------
    jacobians : (T + 1, S, S)

    Returns
    -------
    (T + 1, S)

    Examples
    --------
    >>> singular_values(np.array([[[0.0, 2.0], [1.0, 0.0]]]))
    array([[2., 1.]])
    """
    return np.linalg.svd(jacobians, compute_uv=False)


def gradient_norms(dh, jacobians):
    """How long the gradient of a loss on the last state is at every state: the norms of dL/dh_t.

    ::

        dL/dh_t = dL/dh_T J_t,    J_t = dh_T/dh_t

    Parameters
    ----------
    dh : (H,)
        Gradient with respect to the last state, a row: it stands on the left of J_t.
    jacobians : (T + 1, H, H)
        From `state_jacobians`.

    Returns
    -------
    (T + 1,)
        The last entry is the length of dh itself.

    Examples
    --------
    >>> gradient_norms([3.0, 4.0], np.array([[[0.0, 1.0], [0.0, 0.0]], np.eye(2)]))
    array([3., 5.])
    """
    dh, jacobians = as_floats(dh=dh, jacobians=jacobians)
    match_shapes(("dh", dh, "H"), ("jacobians", jacobians, "T+1 H H"))
    return np.linalg.norm(dh @ jacobians, axis=1)


def jacobian_bound(hs, params):
    """A bound for the largest singular value of J_t = dh_T/dh_t, from two numbers.

    ::

        |J_t| <= (s g)^(T - t),    s = largest singular value of W_hh,    g = largest 1 - h^2

    Parameters
    ----------
    hs : (T, H)
        The states of one example, after every step.
    params : RNNParams

    Returns
    -------
    (T + 1,)
        For t = 0 ... T; the last is 1.

    Notes
    -----
    s g < 1 is enough for gradients to vanish; s g > 1 is needed for them to explode, not enough.

    References
    ----------
    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks",
    ICML 2013, section 2.1.

    Examples
    --------
    >>> from rnnlib import RNNParams
    >>> params = RNNParams(W_xh=[[1.0]], W_hh=[[2.0]], b_h=[0.0])
    >>> jacobian_bound([[0.5], [0.8]], params)  # 2 * (1 - 0.5^2) = 1.5
    array([2.25, 1.5 , 1.  ])
    """
    (hs,) = as_floats(hs=hs)
    sizes = match_shapes(("W_hh", params.W_hh, "H H"), ("hs", hs, "T H"))
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs * hs).max()
    return factor ** np.arange(sizes["T"], -1, -1)


def spectral_radius(W):
    """The largest absolute eigenvalue of a square matrix.

    Parameters
    ----------
    W : (H, H)

    Returns
    -------
    float

    Examples
    --------
    >>> round(spectral_radius([[0.0, 4.0], [1.0, 0.0]]), 6)
    2.0
    """
    (W,) = as_floats(W=W)
    match_shapes(("W", W, "H H"))
    return float(np.abs(np.linalg.eigvals(W)).max())
