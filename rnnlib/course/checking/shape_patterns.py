"""What is wrong with a result of another shape than it should have, where its numbers tell.

An axis of size 1 that was lost or kept, axes in another order, a sum or a mean over an axis, one
entry of it alone, one too many or too few along it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations

import numpy as np

Close = Callable[[np.ndarray, np.ndarray], np.ndarray]


def shape_patterns(
    name: str, got: np.ndarray, right: np.ndarray, letters: tuple[str, ...], close: Close
) -> Iterator[tuple[str, str]]:
    """The patterns that explain a wrong shape, as (name, a clause after "when").

    Parameters
    ----------
    name : str
        The result.
    got, right : numpy.ndarray
        What it is and what it should be, of different shapes.
    letters : tuple of str
        The names of the axes of `right`, such as ``("T", "N", "H")``.
    close : callable
        ``close(got, right)`` says entry by entry whether two arrays of one shape are the same.
    """

    def equals(other: np.ndarray) -> bool:
        return other.shape == got.shape and bool(close(got, other).all())

    yield from _size_one(name, got, right, equals)
    if 1 < right.ndim == got.ndim <= 4:
        for order in permutations(range(right.ndim)):
            if equals(right.transpose(order)):
                shape = ", ".join(_letter(letters, axis) for axis in order)
                yield f"axes:{order}", f"the axes of `{name}` come in the order ({shape})"
                break
    for axis in range(right.ndim):
        yield from _one_axis(name, axis, _letter(letters, axis), got, right, equals)


def _size_one(name: str, got, right, equals) -> Iterator[tuple[str, str]]:
    if got.size != right.size or got.squeeze().shape != right.squeeze().shape:
        return
    if equals(right.reshape(got.shape)):
        if got.ndim > right.ndim:
            yield "axis kept", f"`{name}` keeps an axis of size 1 that it should not have"
        elif got.ndim < right.ndim:
            yield (
                "axis lost",
                f"`{name}` has lost an axis of size 1, as by a `squeeze` or an index",
            )


def _one_axis(name: str, axis: int, letter: str, got, right, equals) -> Iterator[tuple[str, str]]:
    size = right.shape[axis]
    for keep in (False, True):
        if equals(right.sum(axis, keepdims=keep)):
            yield f"summed:{axis}", f"`{name}` is summed over {letter}"
        if equals(right.mean(axis, keepdims=keep)):
            yield f"averaged:{axis}", f"`{name}` is averaged over {letter}"
        for place, word in ((0, "first"), (size - 1, "last")):
            if equals(right.take([place] if keep else place, axis)):
                yield f"{word} only:{axis}", f"`{name}` holds only the {word} entry along {letter}"
    if got.ndim != right.ndim:
        return
    for place, word in ((0, "first"), (-1, "last")):
        if equals(np.delete(right, place, axis)):
            yield (
                f"{word} left out:{axis}",
                f"the {word} entry along {letter} is left out of `{name}`",
            )
    longer = list(right.shape)
    longer[axis] += 1
    if list(got.shape) == longer:
        for place, words in ((0, "at the beginning"), (size, "at the end")):
            if equals(np.insert(right, place, got.take(place, axis), axis)):
                yield (
                    f"one too many:{axis}:{place > 0}",
                    f"`{name}` has one entry too many along {letter}, {words}",
                )


def _letter(letters: tuple[str, ...], axis: int) -> str:
    return letters[axis] if axis < len(letters) else f"axis {axis}"
