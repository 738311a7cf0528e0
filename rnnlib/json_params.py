"""Parameters as JSON, for programs in other languages: small numbers in base64, names in clear.

The live pages of the course read such files. `serialization` keeps all digits in NumPy's own
format; here an array is rounded to 16 or 32 bits, which is enough to run a trained network and
makes a file that fits into a web page.
"""

from base64 import b64decode, b64encode

import numpy as np

from rnnlib._shapes import ShapeError

__all__ = ["from_json", "to_json"]

DTYPES = {"float16": "<f2", "float32": "<f4"}


def to_json(params, dtype="float16"):
    """Turn parameters into what `json.dumps` can write.

    Parameters
    ----------
    params : Params
    dtype : "float16" or "float32"
        To what the numbers are rounded: 11 or 24 bits of a number are kept.

    Returns
    -------
    dict
        ``{name: {"shape": [...], "type": dtype, "base64": "..."}}``, bytes in the order of
        rows, the least significant first.

    Raises
    ------
    ValueError
        If a number is not finite or too large for the type, or the type is another.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> stored = to_json(DenseParams([[1.0, 2.0]], [0.0, 0.5]))
    >>> stored["W_hy"]
    {'shape': [1, 2], 'type': 'float16', 'base64': 'ADwAQA=='}
    """
    if dtype not in DTYPES:
        raise ValueError(f"dtype must be one of {', '.join(DTYPES)}, got {dtype!r}")
    stored = {}
    for name, array in params.items():
        with np.errstate(over="ignore"):  # what it becomes is looked at below
            rounded = array.astype(DTYPES[dtype])
        if not np.isfinite(rounded).all():
            raise ValueError(f"{name} holds a number that is no finite {dtype}")
        data = b64encode(rounded.tobytes()).decode("ascii")
        stored[name] = {"shape": list(array.shape), "type": dtype, "base64": data}
    return stored


def from_json(stored, like):
    """Read what `to_json` made, as float64.

    Parameters
    ----------
    stored : dict
    like : Params
        Parameters of the class and the shapes that are expected.

    Returns
    -------
    Params
        Of the class of ``like``; exactly the numbers that another program reads.

    Raises
    ------
    ValueError
        If other names are stored than those of ``like``.
    ShapeError
        If an array has another shape.

    Examples
    --------
    >>> from rnnlib import DenseParams
    >>> params = DenseParams([[0.1, 2.0]], [0.0, 0.5])
    >>> from_json(to_json(params), params).W_hy.round(5)  # 0.1 in 16 bits
    array([[0.09998, 2.     ]])
    """
    expected = dict(like.items())
    if list(stored) != list(expected):
        raise ValueError(f"expected the arrays {', '.join(expected)}, got {', '.join(stored)}")
    arrays = []
    for name, entry in stored.items():
        if tuple(entry["shape"]) != expected[name].shape:
            raise ShapeError(
                f"{name} must have shape {expected[name].shape}, got {tuple(entry['shape'])}"
            )
        numbers = np.frombuffer(b64decode(entry["base64"]), DTYPES[entry["type"]])
        arrays.append(numbers.astype(np.float64).reshape(entry["shape"]))
    values = iter(arrays)
    return like.map(lambda _: next(values))
