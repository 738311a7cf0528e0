"""Initialization: the first values of the weights.

The variance of what flows through a layer should neither grow nor shrink. Weights of inputs and
outputs are uniform, scaled by the numbers of inputs and outputs (Glorot and Bengio 2010). The
recurrent weight, which is applied at every step, starts orthogonal (Saxe et al. 2014): its singular
values are all 1, so at first nothing explodes or vanishes through it.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.dense import DenseParams
from rnnlib.gru import GRUParams
from rnnlib.lstm import LSTMParams
from rnnlib.rnn import RNNParams

__all__ = [
    "init_dense",
    "init_gru",
    "init_lstm",
    "init_rnn",
    "orthogonal",
    "scale_to_radius",
    "spectral_radius",
    "xavier_uniform",
]


def xavier_uniform(shape, rng, *, gain=1.0, dtype=np.float64):
    """Uniform between -a and a with a = gain sqrt(6 / (fan_in + fan_out)).

    Parameters
    ----------
    shape : (fan_in, fan_out)
    rng : numpy.random.Generator
    gain : float
    dtype : float dtype

    Raises
    ------
    ValueError
        If the shape has not two axes of at least 1.

    References
    ----------
    Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks",
    AISTATS 2010, eq. 16.

    Examples
    --------
    >>> W = xavier_uniform((50, 100), np.random.default_rng(0))
    >>> W.shape, bool(np.abs(W).max() <= 0.2)
    ((50, 100), True)
    """
    fan_in, fan_out = _two(shape)
    limit = gain * (6 / (fan_in + fan_out)) ** 0.5
    return _rng(rng).uniform(-limit, limit, size=(fan_in, fan_out)).astype(dtype)


def orthogonal(shape, rng, *, gain=1.0, dtype=np.float64):
    """Random matrix with orthonormal rows or columns (the shorter ones), times gain.

    The Q of a QR decomposition of normal numbers. Its signs are taken from R's diagonal: without
    that the matrix is not uniformly distributed (LAPACK's choice of signs would show).

    Parameters
    ----------
    shape : (rows, columns)
    rng : numpy.random.Generator
    gain : float
        All singular values.
    dtype : float dtype

    References
    ----------
    Saxe, McClelland and Ganguli, "Exact solutions to the nonlinear dynamics of learning in deep
    linear neural networks", ICLR 2014, section 3. Mezzadri, "How to generate random matrices from
    the classical compact groups", Notices of the AMS 54 (2007), section 5.

    Examples
    --------
    >>> W = orthogonal((4, 4), np.random.default_rng(0))
    >>> np.allclose(W.T @ W, np.eye(4))
    True
    """
    rows, columns = _two(shape)
    normal = _rng(rng).standard_normal((max(rows, columns), min(rows, columns)))
    Q, R = np.linalg.qr(normal)
    Q = Q * np.where(np.diag(R) < 0, -1, 1)
    return (gain * (Q if rows >= columns else Q.T)).astype(dtype)


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


def scale_to_radius(W, radius):
    """The same matrix, stretched to a spectral radius: W radius / (largest absolute eigenvalue).

    Parameters
    ----------
    W : (H, H)
    radius : float

    Raises
    ------
    ValueError
        If all eigenvalues are 0: no stretching gives it a radius.

    Notes
    -----
    Without a nonlinearity a state would grow like radius^t in the long run. On the way it may
    grow or shrink otherwise: the singular values bound one step, the eigenvalues tell the end.

    References
    ----------
    Jaeger, "The 'echo state' approach to analysing and training recurrent neural networks",
    GMD report 148 (2001).

    Examples
    --------
    >>> scale_to_radius([[0.0, 4.0], [1.0, 0.0]], 0.5)
    array([[0.  , 1.  ],
           [0.25, 0.  ]])
    """
    now = spectral_radius(W)
    if now == 0:
        raise ValueError("W has the spectral radius 0: it cannot be scaled to another")
    return np.asarray(W) * (float(radius) / now)


def init_rnn(D, H, rng, *, dtype=np.float64):
    """Weights of a simple RNN: W_xh Xavier, W_hh orthogonal, b_h zero.

    Parameters
    ----------
    D, H : int
        Sizes of input and state.
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    RNNParams

    Examples
    --------
    >>> init_rnn(27, 64, np.random.default_rng(0))
    RNNParams(W_xh (27, 64), W_hh (64, 64), b_h (64,))
    """
    return RNNParams(
        W_xh=xavier_uniform((D, H), rng, dtype=dtype),
        W_hh=orthogonal((H, H), rng, dtype=dtype),
        b_h=np.zeros(H, dtype=dtype),
    )


def init_lstm(D, H, rng, *, forget_bias=1.0, dtype=np.float64):
    """Weights of an LSTM: each gate as in `init_rnn`, but the forget gate starts open.

    Parameters
    ----------
    D, H : int
    rng : numpy.random.Generator
    forget_bias : float
        The bias of the forget gate: 1 keeps sigma(1) = 73 % of the cell a step. With 0 only half
        is kept, and after ten steps a thousandth.
    dtype : float dtype

    Returns
    -------
    LSTMParams

    References
    ----------
    Jozefowicz, Zaremba and Sutskever, "An empirical exploration of recurrent network
    architectures", ICML 2015, section 2.2. Gers et al. 2000 already start the gate open.

    Examples
    --------
    >>> init_lstm(27, 2, np.random.default_rng(0)).b_h  # i, f, g, o
    array([0., 0., 1., 1., 0., 0., 0., 0.])
    """
    return LSTMParams(
        W_xh=draw_gates(xavier_uniform, (D, H), 4, rng, dtype),
        W_hh=draw_gates(orthogonal, (H, H), 4, rng, dtype),
        b_h=np.repeat(np.array([0, forget_bias, 0, 0], dtype=dtype), H),
    )


def init_gru(D, H, rng, *, dtype=np.float64):
    """Weights of a GRU: each gate as in `init_rnn`; all biases zero.

    Parameters
    ----------
    D, H : int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    GRUParams

    Examples
    --------
    >>> init_gru(27, 64, np.random.default_rng(0))
    GRUParams(W_xh (27, 192), W_hh (64, 192), b_h (192,), b_hn (64,))
    """
    return GRUParams(
        W_xh=draw_gates(xavier_uniform, (D, H), 3, rng, dtype),
        W_hh=draw_gates(orthogonal, (H, H), 3, rng, dtype),
        b_h=np.zeros(3 * H, dtype=dtype),
        b_hn=np.zeros(H, dtype=dtype),
    )


def init_dense(H, K, rng, *, dtype=np.float64):
    """Weights of an output layer: W_hy Xavier, b_y zero.

    Parameters
    ----------
    H, K : int
    rng : numpy.random.Generator
    dtype : float dtype

    Returns
    -------
    DenseParams

    Examples
    --------
    >>> init_dense(64, 27, np.random.default_rng(0))
    DenseParams(W_hy (64, 27), b_y (27,))
    """
    return DenseParams(W_hy=xavier_uniform((H, K), rng, dtype=dtype), b_y=np.zeros(K, dtype=dtype))


def draw_gates(start, shape, gates, rng, dtype):
    """Draw each gate by itself: the fused matrix has the wrong fan_out, and is not square."""
    return np.concatenate([start(shape, rng, dtype=dtype) for _ in range(gates)], axis=1)


def _two(shape):
    """Two sizes of at least 1, or an error."""
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"shape must be two sizes of at least 1, got {tuple(shape)}")
    return shape


def _rng(rng):
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            f"rng must be a numpy.random.Generator, such as np.random.default_rng(0), got {rng!r}"
        )
    return rng
