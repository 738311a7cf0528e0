"""Parameters: a named group of arrays.

A network's weights are written once, as a small dataclass::

    @parameters
    class RNNParams(Params):
        W_xh: np.ndarray  # (D, H)
        W_hh: np.ndarray  # (H, H)
        b_h: np.ndarray  # (H,)

A gradient has one number for each weight, so it is an object of the same class, and so are the
running averages inside an optimizer. A field may itself be a ``Params``, or a tuple of them.

The trade-off: everything is plain and can be looked at by name (``params.rnn.W_xh``), and nothing
is registered, tracked or updated behind your back; what a framework does by itself (collect
parameters, follow the graph) is written out.
"""

from dataclasses import dataclass

import numpy as np

from rnnlib._shapes import ShapeError

__all__ = ["Params", "parameters"]


def parameters(cls):
    """Make a class derived from `Params` a dataclass: the decorator of every group.

    The fields cannot be rebound, and ``==`` does not pretend to compare arrays (it asks whether
    two names mean the same object).

    Examples
    --------
    >>> @parameters
    ... class Shift(Params):
    ...     b: np.ndarray
    >>> Shift([1, 2])
    Shift(b (2,))
    """
    return dataclass(frozen=True, eq=False, repr=False)(cls)


class Params:
    """Base class of all groups of parameters (and so of all gradients).

    Derive from it with the decorator `parameters`; fields are arrays, other ``Params``, or tuples
    of ``Params``. Lists become float64 arrays, integers too; float arrays are kept as they are,
    not copied.

    Notes
    -----
    The fields cannot be rebound, but the arrays can be written to: ``params.b_h[:] = 0`` changes
    every object that shares the array. The library itself never does that.

    Examples
    --------
    >>> @parameters
    ... class Line(Params):
    ...     slope: np.ndarray
    ...     shift: np.ndarray
    >>> line = Line(slope=[[2, 3]], shift=[1])
    >>> line
    Line(slope (1, 2), shift (1,))
    >>> line.size
    3
    >>> line.map(lambda a, b: a - 0.5 * b, line).slope
    array([[1. , 1.5]])
    """

    def __post_init__(self):
        for name, value in vars(self).items():
            object.__setattr__(self, name, _as_leaf(name, value))

    def items(self):
        """List the pairs (dotted name, array), in the order of the fields.

        Examples
        --------
        >>> from rnnlib import DenseParams
        >>> [(name, array.shape) for name, array in DenseParams([[1.0, 2.0]], [0.0, 0.0]).items()]
        [('W_hy', (1, 2)), ('b_y', (2,))]
        """
        return [
            (name + dotted, array)
            for name, value in vars(self).items()
            for dotted, array in _leaves(value)
        ]

    def map(self, fn, *others):
        """Apply ``fn`` to each array, with the array of the same name in ``others``.

        Parameters
        ----------
        fn : callable
            ``fn(array, *arrays_of_others) -> array``.
        *others : Params
            Objects of the same class.

        Returns
        -------
        Params
            Of the same class.

        Raises
        ------
        TypeError
            If one of the others is of another class.
        ShapeError
            If an array has another shape there: nothing is broadcast.
        """
        for other in others:
            _same_form("the group", self, other)
        groups = [vars(group) for group in (self, *others)]
        return type(self)(*(_map(fn, name, *(g[name] for g in groups)) for name in vars(self)))

    def zeros_like(self):
        """Return the same group filled with zeros: where a sum of gradients starts."""
        return self.map(lambda array: np.zeros(array.shape, array.dtype))

    def copy(self):
        """Return a group whose arrays are copies."""
        return self.map(np.copy)

    def astype(self, dtype):
        """Return the group with arrays of another dtype, such as ``np.float32``."""
        return self.map(lambda array: array.astype(dtype))

    @property
    def size(self):
        """How many numbers the group holds: the parameter count."""
        return sum(array.size for _, array in self.items())

    def __repr__(self):
        shapes = ", ".join(f"{name} {array.shape}" for name, array in self.items())
        dtypes = sorted({str(array.dtype) for _, array in self.items()})
        note = "" if dtypes in ([], ["float64"]) else f"; {', '.join(dtypes)}"
        return f"{type(self).__name__}({shapes}{note})"


def _as_leaf(name, value):
    """Keep groups; turn everything else into a floating-point array."""
    if isinstance(value, Params):
        return value
    if isinstance(value, tuple) and not value:
        return value
    if isinstance(value, (tuple, list)) and value and all(isinstance(v, Params) for v in value):
        return tuple(value)
    if isinstance(value, (tuple, list)) and any(isinstance(v, Params) for v in value):
        raise TypeError(f"{name} mixes Params and other values")
    array = np.asarray(value)
    if array.dtype.kind in "biu":
        array = array.astype(np.float64)
    if array.dtype.kind != "f":
        raise TypeError(f"{name} must hold real numbers, got dtype {array.dtype}")
    return array


def _leaves(value):
    """Yield (name with a leading dot, or nothing for an array itself; array)."""
    if isinstance(value, Params):
        for name, array in value.items():
            yield "." + name, array
    elif isinstance(value, tuple):
        for k, part in enumerate(value):
            for name, array in part.items():
                yield f".{k}.{name}", array
    else:
        yield "", value


def _map(fn, name, value, *others):
    for other in others:
        _same_form(name, value, other)
    if isinstance(value, Params):
        return value.map(fn, *others)
    if isinstance(value, tuple):
        return tuple(_map(fn, name, *parts) for parts in zip(value, *others, strict=True))
    return fn(value, *others)


def _same_form(name, value, other):
    if type(value) is not type(other):
        raise TypeError(f"{name} is {type(value).__name__} here, {type(other).__name__} there")
    if isinstance(value, tuple) and len(value) != len(other):
        raise TypeError(f"{name} holds {len(value)} groups here, {len(other)} there")
    if isinstance(value, np.ndarray) and value.shape != other.shape:
        raise ShapeError(f"{name} has shape {value.shape} here, {other.shape} there")
