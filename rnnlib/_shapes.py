"""Arguments checked before any work is done: shapes, in the symbols T, N, D, H of the docstrings.

Every function of the library states the shapes of its arguments in one place::

    sizes = match_shapes(
        ("W_xh", params.W_xh, "D H"),
        ("W_hh", params.W_hh, "H H"),
        ("xs", xs, "T N D"),
        ("h0", h0, "N H"),
    )

The first array that mentions a symbol fixes its size; every later one must agree. The error says
what was expected and what came: ``xs must have shape (T, N, D) with D=9, got (7, 3, 5)``.
"""

from functools import cache
from operator import attrgetter

import numpy as np

__all__ = [
    "ShapeError",
    "as_floats",
    "as_mask",
    "check_gradients",
    "check_params",
    "check_sequence",
    "match_shapes",
    "pair_of_states",
    "same_shape",
]


class ShapeError(ValueError):
    """An array has another shape than the equations ask for.

    Examples
    --------
    >>> issubclass(ShapeError, ValueError)
    True
    """


def match_shapes(*specs, **sizes):
    """Compare arrays with shapes written in symbols; return the size of each symbol.

    Parameters
    ----------
    *specs : (name, array, symbols)
        ``symbols`` is a shape such as ``"T N D"``. ``"4H"`` is four times ``H``; a leading
        ``"..."`` stands for any number of axes.
    **sizes : int
        Sizes that are known beforehand.

    Returns
    -------
    dict
        Symbol -> size.

    Raises
    ------
    ShapeError
        If an array has another number of axes, another size where one is already known, or an
        axis of size 0.

    Examples
    --------
    >>> match_shapes(("W_xh", np.ones((9, 4)), "D H"), ("h0", np.ones((3, 4)), "N H"))
    {'D': 9, 'H': 4, 'N': 3}
    >>> match_shapes(("xs", np.ones((7, 3, 5)), "T N D"), D=9)
    Traceback (most recent call last):
        ...
    rnnlib._shapes.ShapeError: xs must have shape (T, N, D) with D=9, got (7, 3, 5)
    """
    for name, array, symbols in specs:
        shape = np.shape(array)
        wanted, any_before = _factors(symbols)
        tail = shape[max(0, len(shape) - len(wanted)) :] if any_before else shape
        found = dict(sizes)
        fits = len(tail) == len(wanted) and 0 not in shape
        for (factor, letter), size in zip(wanted, tail, strict=False):
            fits = fits and size == factor * found.setdefault(letter, size // factor)
        if not fits:
            raise ShapeError(_message(name, shape, symbols, sizes))
        sizes = found
    return sizes


@cache
def _factors(symbols):
    """Read "... N 4H" as ([(1, "N"), (4, "H")], True); only once: every call of a cell asks."""
    wanted = symbols.split()
    letters = [symbol.lstrip("0123456789") for symbol in wanted if symbol != "..."]
    factors = [int(s[: -len(letter)] or 1) for s, letter in zip(wanted[-len(letters) :], letters)]
    return list(zip(factors, letters)), wanted[0] == "..."


def _message(name, shape, symbols, sizes):
    """Say what was wanted, with the sizes that were already known, and what came."""
    wanted = symbols.split()
    text = f"{name} must have shape ({', '.join(wanted)}{',' * (len(wanted) == 1)})"
    letters = dict.fromkeys(symbol.lstrip("0123456789") for symbol in wanted)
    known = [f"{letter}={sizes[letter]}" for letter in letters if letter in sizes]
    if known:
        text += " with " + ", ".join(known)
    if 0 in shape:
        text += ", no size may be 0"
    return f"{text}, got {shape}"


def same_shape(name, array, like, other):
    """Raise a `ShapeError` if two arrays differ in shape: nothing is broadcast.

    Examples
    --------
    >>> same_shape("dy", np.ones((3, 4)), "y", np.ones((2, 4)))
    Traceback (most recent call last):
        ...
    rnnlib._shapes.ShapeError: dy must have the shape of y, (2, 4), got (3, 4)
    """
    if np.shape(array) != np.shape(other):
        raise ShapeError(
            f"{name} must have the shape of {like}, {np.shape(other)}, got {np.shape(array)}"
        )


def as_floats(**arrays):
    """Turn the arguments into floating-point arrays of one common dtype, without copying floats.

    Parameters
    ----------
    **arrays : array_like
        Named, so that an error can say which one is wrong.

    Returns
    -------
    list of ndarray
        In the order given. float32 stays float32 if all are; integers take the dtype of the
        others, or float64 where there are only integers. Lists of floats are float64.

    Raises
    ------
    ShapeError
        If a nested list is ragged.
    TypeError
        If the entries are not real numbers.

    Examples
    --------
    >>> x, h = as_floats(x=[[1, 2]], h=np.ones((1, 3)))
    >>> x
    array([[1., 2.]])
    >>> as_floats(x=[[1, 2]], h=np.ones((1, 3), dtype=np.float32))[0].dtype
    dtype('float32')
    >>> as_floats(x=[[1, 2], [3]])
    Traceback (most recent call last):
        ...
    rnnlib._shapes.ShapeError: x must be an array: its rows have different lengths
    """
    floats = []
    for name, array in arrays.items():
        try:
            array = np.asarray(array)
        except ValueError:
            raise ShapeError(f"{name} must be an array: its rows have different lengths") from None
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
        floats.append(array)
    if len({array.dtype for array in floats}) > 1 or floats[0].dtype.kind != "f":
        given = [array.dtype for array in floats if array.dtype.kind == "f"]
        dtype = np.result_type(*given) if given else np.float64
        floats = [array.astype(dtype, copy=False) for array in floats]
    return floats


def as_mask(mask, shape, symbols="T N"):
    """Return a mask as booleans of the given shape; None stays None.

    Raises
    ------
    ShapeError
        If the shape differs.
    TypeError
        If the entries are neither booleans nor 0 and 1.

    Examples
    --------
    >>> as_mask([[1, 1], [1, 0]], (2, 2))
    array([[ True,  True],
           [ True, False]])
    """
    if mask is None:
        return None
    mask = np.asarray(mask)
    if mask.shape != shape:
        wanted = ", ".join(symbols.split())
        raise ShapeError(f"mask must have shape ({wanted}) = {shape}, got {mask.shape}")
    if mask.dtype != bool:
        if mask.dtype.kind not in "biuf" or not np.isin(mask, (0, 1)).all():
            raise TypeError(f"mask must hold True and False, or 1 and 0, got dtype {mask.dtype}")
        mask = mask.astype(bool)
    return mask


# What every cell checks first: its weights, then a sequence, and on the way back gradients.


def check_params(params, kind, weights):
    """Check the weights of a cell, before its data, whose errors can then name the sizes.

    Parameters
    ----------
    params : Params
    kind : type
        The class that they must have.
    weights : dict of str to str
        The symbols of each weight, such as ``{"W_xh": "D H"}``; the first that mentions a symbol
        fixes its size. A weight inside a group is named with a dot: ``"norm.gain"``.

    Returns
    -------
    dict
        Symbol -> size: pass it on as ``match_shapes(..., **sizes)``.

    Raises
    ------
    TypeError
        If the parameters are of another class.
    ShapeError
        If a weight does not fit the others.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params = DenseParams([[1.0, 2.0]], [0.0, 0.0])
    >>> check_params(params, DenseParams, {"W_hy": "H K", "b_y": "K"})
    {'H': 1, 'K': 2}
    """
    if not isinstance(params, kind):
        raise TypeError(f"params must be {kind.__name__}, got {type(params).__name__}")
    return match_shapes(*((name, attrgetter(name)(params), weights[name]) for name in weights))


def check_sequence(xs, states, mask, sizes):
    """Check what the forward pass of a cell reads, and make it arrays of one dtype.

    Parameters
    ----------
    xs : (T, N, D)
    states : dict of str to (N, H)
        The states before the first step, by name.
    mask : (T, N) of bool, or None
    sizes : dict
        From `check_params`.

    Returns
    -------
    xs : ndarray
    states : list of ndarray
    mask : ndarray or None
    sizes : dict
        Now with T and N.

    Examples
    --------
    >>> xs, (h0,), mask, sizes = check_sequence([[[1.0]]], {"h0": [[0.0, 0.0]]}, None, {"D": 1})
    >>> sizes
    {'D': 1, 'T': 1, 'N': 1, 'H': 2}
    """
    xs, *arrays = as_floats(xs=xs, **states)
    named = zip(states, arrays)
    sizes = match_shapes(("xs", xs, "T N D"), *((name, a, "N H") for name, a in named), **sizes)
    return xs, arrays, as_mask(mask, (sizes["T"], sizes["N"])), sizes


def check_gradients(dhs, dstates, cache, sizes):
    """Check what the backward pass of a cell reads; where there is no loss, the gradient is zero.

    Parameters
    ----------
    dhs : (T, N, H) or None
        None: no loss at the steps.
    dstates : dict of str to (N, H) or None
        Gradients of the final states, by name. None: no loss on that state.
    cache : named tuple
        With ``xs`` (T, N, D) and ``hs`` (T, N, H).
    sizes : dict
        From `check_params`.

    Returns
    -------
    dhs : ndarray
    dstates : list of ndarray
    sizes : dict
        Now with T and N.

    Examples
    --------
    >>> from rnnlib import RNNCache
    >>> cache = RNNCache(xs=np.ones((3, 1, 1)), h0=None, hs=np.ones((3, 1, 2)), params=None)
    >>> dhs, (dh,), sizes = check_gradients(None, {"dh": [[5.0, 6.0]]}, cache, {"D": 1, "H": 2})
    >>> dhs.any(), dh
    (np.False_, array([[5., 6.]]))
    """
    hs = cache.hs
    dhs = np.zeros_like(hs) if dhs is None else as_floats(dhs=dhs)[0]
    zeros = np.zeros(hs.shape[1:], hs.dtype)
    arrays = as_floats(**{name: zeros if d is None else d for name, d in dstates.items()})
    named = [(name, d, "N H") for name, d in zip(dstates, arrays)]
    known = ("xs", cache.xs, "T N D"), ("hs", hs, "T N H")
    sizes = match_shapes(*known, ("dhs", dhs, "T N H"), *named, **sizes)
    return dhs, arrays, sizes


def pair_of_states(name, state, *, before="", after=""):
    """Take a state (h, c) apart and name its two arrays: those of ``state0`` are h0 and c0.

    Raises
    ------
    TypeError
        If it is no pair.

    Examples
    --------
    >>> pair_of_states("state0", (1.0, 2.0), after="0")
    {'h0': 1.0, 'c0': 2.0}
    """
    if not isinstance(state, (tuple, list)) or len(state) != 2:
        raise TypeError(f"{name} must be a pair (h, c), got {type(state).__name__}")
    return {f"{before}{letter}{after}": array for letter, array in zip("hc", state)}
