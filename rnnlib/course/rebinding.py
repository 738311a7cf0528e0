"""The same function with other meanings of the names that it calls."""

from __future__ import annotations

import types
from collections.abc import Callable


def rebind(function: types.FunctionType, names: dict[str, Callable]) -> types.FunctionType:
    """The same function, in which these global names mean these functions."""
    bound = types.FunctionType(
        function.__code__,
        {**function.__globals__, **names},
        function.__name__,
        function.__defaults__,
        function.__closure__,
    )
    bound.__kwdefaults__ = function.__kwdefaults__
    return bound
