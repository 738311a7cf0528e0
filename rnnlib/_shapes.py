"""Shapes checked by the course's own symbols, before any work is done.

Every function of the library states the shapes of its arguments in one place::

    sizes = match_shapes(
        ("W_xh", params.W_xh, "D H"),
        ("W_hh", params.W_hh, "H H"),
        ("xs", xs, "T N D"),
        ("h0", h0, "N H"),
    )

The first array that mentions a symbol fixes its size; every later one must agree. The error then
reads like the table above an exercise: ``xs must have shape (T, N, D) with D=9, got (7, 3, 5)``.
"""

import numpy as np

__all__ = ["ShapeError", "as_floats", "as_mask", "match_shapes", "same_shape"]


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
        wanted = symbols.split()
        tail = shape
        if wanted[0] == "...":
            tail = shape[max(0, len(shape) - len(wanted) + 1) :]
            wanted = wanted[1:]
        found = dict(sizes)
        fits = len(tail) == len(wanted) and 0 not in shape
        for symbol, size in zip(wanted, tail, strict=False):
            letter = symbol.lstrip("0123456789")
            factor = int(symbol[: -len(letter)] or 1)
            fits = fits and size == factor * found.setdefault(letter, size // factor)
        if not fits:
            raise ShapeError(_message(name, shape, symbols, sizes))
        sizes = found
    return sizes


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
