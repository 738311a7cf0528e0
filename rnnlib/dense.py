"""The output layer: one affine map, applied to the hidden state at any number of time steps."""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats, match_shapes
from rnnlib._timesteps import sum_rows
from rnnlib.params import Params, parameters

__all__ = ["DenseParams", "output_step", "output_step_backward"]


@parameters
class DenseParams(Params):
    """Weights of the output layer.

    Parameters
    ----------
    W_hy : (H, K)
    b_y : (K,)

    Examples
    --------
    >>> DenseParams(W_hy=np.zeros((4, 3)), b_y=np.zeros(3))
    DenseParams(W_hy (4, 3), b_y (3,))
    """

    W_hy: np.ndarray
    b_y: np.ndarray


def output_step(h, params):
    """Output layer: logits = h W_hy + b_y.

    Parameters
    ----------
    h : (..., H)
        Hidden state (N, H), or all of a sequence (T, N, H).
    params : DenseParams
        W_hy (H, K), b_y (K,).

    Returns
    -------
    logits : (..., K)

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    Examples
    --------
    >>> params = DenseParams(W_hy=[[1.0, 2.0]], b_y=[0.5, 0.0])
    >>> output_step(np.array([[3.0]]), params)
    array([[3.5, 6. ]])
    """
    (h,) = as_floats(h=h)
    _check(h, params)
    # One 2-D product for all steps: a product of 3-D arrays would be one small product a step.
    logits = h.reshape(-1, h.shape[-1]) @ params.W_hy + params.b_y
    return logits.reshape(*h.shape[:-1], -1)


def output_step_backward(dlogits, h, params):
    """Backward through the output layer.

    ::

        dh = dlogits W_hy^T        dW_hy = h^T dlogits        db_y = sum dlogits

    Parameters
    ----------
    dlogits : (..., K)
    h : (..., H)
        What `output_step` was given.
    params : DenseParams

    Returns
    -------
    dh : (..., H)
    grads : DenseParams
        Summed over all leading axes.

    Examples
    --------
    >>> params = DenseParams(W_hy=[[1.0, 2.0]], b_y=[0.5, 0.0])
    >>> dh, grads = output_step_backward(np.ones((1, 2)), np.array([[3.0]]), params)
    >>> dh, grads.W_hy
    (array([[3.]]), array([[3., 3.]]))
    """
    dlogits, h = as_floats(dlogits=dlogits, h=h)
    sizes = _check(h, params)
    match_shapes(("dlogits", dlogits, "... K"), **sizes)
    if dlogits.shape[:-1] != h.shape[:-1]:
        raise ShapeError(
            f"dlogits {dlogits.shape} and h {h.shape} must agree in all axes but the last"
        )
    rows, drows = h.reshape(-1, h.shape[-1]), dlogits.reshape(-1, dlogits.shape[-1])
    dh = (drows @ params.W_hy.T).reshape(h.shape)
    return dh, DenseParams(W_hy=rows.T @ drows, b_y=sum_rows(drows).astype(h.dtype))


def _check(h, params):
    return match_shapes(("W_hy", params.W_hy, "H K"), ("b_y", params.b_y, "K"), ("h", h, "... H"))
