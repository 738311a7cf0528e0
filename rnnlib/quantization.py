"""Weights as whole numbers of few bits, for small devices.

The largest weight becomes the largest whole number, all others are rounded to whole numbers in
between: ``W`` is about ``scale * q``. A weight is off by half a `scale` at most. One scale for a
whole matrix is the simplest form; one for each column is a little more exact.

References
----------
Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only
inference", CVPR 2018.
"""

import numpy as np

from rnnlib._shapes import as_floats

__all__ = ["quantize"]


def quantize(W, bits):
    """Round weights to whole numbers of some bits, the same for both signs.

    Parameters
    ----------
    W : array
    bits : int
        2 to 8.

    Returns
    -------
    q : array of int8
        From -(2^(bits-1) - 1) to 2^(bits-1) - 1.
    scale : float
        ``scale * q`` is about W; 1 if all weights are 0.

    Raises
    ------
    ValueError
        If `bits` is not 2 to 8.

    Examples
    --------
    >>> q, scale = quantize([[0.5, -1.27], [0.004, 0.0]], 8)
    >>> q, round(float(scale), 4)
    (array([[  50, -127],
           [   0,    0]], dtype=int8), 0.01)
    """
    (W,) = as_floats(W=W)
    if not 2 <= bits <= 8:
        raise ValueError(f"bits must be 2 to 8, got {bits}")
    top = 2 ** (bits - 1) - 1
    scale = np.abs(W).max(initial=0) / top or 1.0
    return np.round(W / scale).astype(np.int8), scale
