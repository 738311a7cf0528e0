"""A linear recurrence without a loop over time, and the minGRU, a recurrent cell made for it.

A recurrence without a nonlinearity, entry by entry::

    h_t = a_t h_{t-1} + b_t

Two steps behind each other are one step of the same kind: (a, b) and then (a', b') make
(a' a, a' b + b'). This composition is associative, so the steps may be joined in any grouping. In
round r every step is joined with the one 2^r before it; after ceil(log2 T) rounds step t holds all
steps from the first to t (Hillis and Steele 1986)::

    scan_round:   a_t <- a_t a_{t-gap}          b_t <- a_t b_{t-gap} + b_t         for t >= gap

Each round is a few operations on whole arrays. It does T log T work instead of T, in log T instead
of T steps: a gain where operations on long arrays are cheap, as on a GPU.

The *minGRU* is a GRU whose gate and candidate look at the input alone, so a_t and b_t are known
before the recurrence starts::

    z_t = sigma(x_t W_z + b_z)      n_t = x_t W_n + b_n      h_t = (1 - z_t) h_{t-1} + z_t n_t

(Its z is the other way round than the library's GRU: z = 1 means "take what is new".) What it gives
up: no gate depends on the state.

References
----------
Blelloch, "Prefix sums and their applications", CMU-CS-90-190 (1990), section 1.4. Martin and Cundy,
"Parallelizing linear recurrent neural nets over sequence length", ICLR 2018. Feng et al., "Were
RNNs all we needed?", arXiv:2410.01201 (2024), section 3.1.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes, same_shape
from rnnlib.activations import sigmoid
from rnnlib.params import Params, parameters

__all__ = [
    "MinGRUParams",
    "linear_loop",
    "linear_scan",
    "min_gru_forward",
    "scan_round",
]


def scan_round(a, b, gap):
    """Join every step with the one `gap` before it; the first `gap` steps stay as they are.

    Parameters
    ----------
    a, b : (T, N, H)
        Step t stands for h -> a_t h + b_t.
    gap : int
        At least 1.

    Returns
    -------
    a, b : (T, N, H)
        New arrays.

    Examples
    --------
    >>> a, b = np.array([[[2.0]], [[3.0]], [[5.0]]]), np.ones((3, 1, 1))
    >>> a, b = scan_round(a, b, 1)
    >>> a.ravel(), b.ravel()
    (array([ 2.,  6., 15.]), array([1., 4., 6.]))
    """
    a, b = as_floats(a=a, b=b)
    match_shapes(("a", a, "T N H"))
    same_shape("b", b, "a", a)
    joined_a, joined_b = a.copy(), b.copy()
    joined_a[gap:] = a[gap:] * a[:-gap]
    joined_b[gap:] = a[gap:] * b[:-gap] + b[gap:]
    return joined_a, joined_b


def linear_scan(a, b, h0):
    """h_t = a_t h_{t-1} + b_t for all t, in ceil(log2 T) rounds.

    Parameters
    ----------
    a, b : (T, N, H)
    h0 : (N, H)

    Returns
    -------
    hs : (T, N, H)

    Examples
    --------
    >>> a, b = np.full((4, 1, 1), 0.5), np.ones((4, 1, 1))
    >>> linear_scan(a, b, np.zeros((1, 1))).ravel()
    array([1.   , 1.5  , 1.75 , 1.875])
    """
    gap = 1
    while gap < len(a):
        a, b = scan_round(a, b, gap)
        gap *= 2
    return a * h0 + b


def linear_loop(a, b, h0):
    """The same with a loop over time.

    Parameters
    ----------
    a, b, h0
        As for `linear_scan`.

    Examples
    --------
    >>> linear_loop(np.full((2, 1, 1), 0.5), np.ones((2, 1, 1)), np.zeros((1, 1))).ravel()
    array([1. , 1.5])
    """
    h, hs = h0, []
    for a_t, b_t in zip(a, b, strict=True):
        h = a_t * h + b_t
        hs.append(h)
    return np.stack(hs)


@parameters
class MinGRUParams(Params):
    """Weights of a minGRU.

    Parameters
    ----------
    W_xz, W_xn : (D, H)
        Of the gate and of the candidate.
    b_z, b_n : (H,)

    Examples
    --------
    >>> MinGRUParams(np.zeros((2, 3)), np.zeros((2, 3)), np.zeros(3), np.zeros(3))
    MinGRUParams(W_xz (2, 3), W_xn (2, 3), b_z (3,), b_n (3,))
    """

    W_xz: np.ndarray
    W_xn: np.ndarray
    b_z: np.ndarray
    b_n: np.ndarray


def min_gru_forward(xs, h0, params, *, scan=linear_scan):
    """A whole sequence through a minGRU.

    Parameters
    ----------
    xs : (T, N, D)
    h0 : (N, H)
    params : MinGRUParams
    scan : callable
        `linear_scan`, `linear_loop`, or another function ``scan(a, b, h0) -> hs``.

    Returns
    -------
    hs : (T, N, H)

    Examples
    --------
    >>> params = MinGRUParams(np.zeros((1, 1)), np.ones((1, 1)), np.zeros(1), np.zeros(1))
    >>> min_gru_forward(np.ones((3, 1, 1)), np.zeros((1, 1)), params).ravel()  # each step half way
    array([0.5  , 0.75 , 0.875])
    """
    (xs,) = as_floats(xs=xs)
    z = sigmoid(xs @ params.W_xz + params.b_z)
    return scan(1 - z, z * (xs @ params.W_xn + params.b_n), h0)
