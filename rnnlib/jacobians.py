"""Jacobians through time: how a state depends on those before it, and how long gradients are.

They show why gradients vanish or explode: the Jacobian of the last state by an early one is a
product with as many factors as there are steps between them.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.bptt import cache_segment
from rnnlib.cells import cell_of
from rnnlib.rnn import rnn_step_backward

__all__ = [
    "gradient_norms",
    "jacobian_bound",
    "rnn_jacobian",
    "singular_values",
    "state_jacobians",
]


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
    params : the parameters of a cell
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
    cell = cell_of(params)
    names = [f"{part}0" for part in cell.parts]
    xs, *state0 = as_floats(xs=xs, **dict(zip(names, cell.to_parts(state0), strict=True)))
    sizes = match_shapes(("xs", xs, "T D"), D=len(params.W_xh), H=len(params.W_hh))
    match_shapes(*((name, a, "H") for name, a in zip(names, state0)), **sizes)
    T, parts = len(xs), len(state0)
    S = parts * sizes["H"]
    copies = cell.from_parts([np.tile(a, (S, 1)) for a in state0])
    cache = cell.forward(np.repeat(xs[:, None], S, axis=1), copies, params, **options)[2]
    jacobians = np.empty((T + 1, S, S))
    jacobians[T] = np.eye(S)
    for t in reversed(range(T)):
        dstate = cell.from_parts(np.split(jacobians[t + 1], parts, axis=1))
        dstate = cell.backward(None, dstate, cache_segment(cache, t, t + 1))[1]
        jacobians[t] = np.concatenate(cell.to_parts(dstate), axis=1)
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
