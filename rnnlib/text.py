"""Text as numbers: a vocabulary, and one-hot vectors."""

from dataclasses import dataclass, field

import numpy as np

from rnnlib.shapes import ShapeError

__all__ = ["Vocabulary", "one_hot"]


@dataclass(frozen=True)
class Vocabulary:
    """A list of symbols, each with its number.

    Parameters
    ----------
    symbols : str, or sequence of str
        Each symbol once; its place is its number. A symbol may be a character or a word.

    Raises
    ------
    ValueError
        If a symbol comes twice, or there is none.

    Examples
    --------
    >>> vocabulary = Vocabulary(".abc")
    >>> vocabulary.encode("cab.")
    array([3, 1, 2, 0])
    >>> vocabulary.decode([3, 1, 2, 0])
    'cab.'
    >>> len(vocabulary)
    4
    >>> vocabulary.encode("cat")
    Traceback (most recent call last):
        ...
    ValueError: unknown symbol 't' at position 2; the vocabulary holds '.abc'
    """

    symbols: tuple[str, ...]
    _numbers: dict = field(init=False, repr=False, compare=False)

    def __post_init__(self):
        symbols = tuple(self.symbols)
        numbers = {symbol: k for k, symbol in enumerate(symbols)}
        if not symbols:
            raise ValueError("a vocabulary needs at least one symbol")
        if len(numbers) < len(symbols):
            twice = next(s for k, s in enumerate(symbols) if numbers[s] != k)
            raise ValueError(f"the symbol {twice!r} comes twice in the vocabulary")
        object.__setattr__(self, "symbols", symbols)
        object.__setattr__(self, "_numbers", numbers)

    @classmethod
    def from_texts(cls, texts, *, first=()):
        """Collect the symbols of texts, sorted, after those of ``first`` (such as an end mark).

        Examples
        --------
        >>> Vocabulary.from_texts(["abba", "cab"], first=".").symbols
        ('.', 'a', 'b', 'c')
        """
        found = {symbol for text in texts for symbol in text}
        return cls(tuple(first) + tuple(sorted(found - set(first))))

    def __len__(self):
        return len(self.symbols)

    def encode(self, text):
        """Turn a text (or a sequence of symbols) into numbers of shape (T,).

        Raises
        ------
        ValueError
            If a symbol is unknown; it says which and where.
        """
        try:
            return np.array([self._numbers[symbol] for symbol in text], dtype=np.int64)
        except KeyError:
            pass
        place, symbol = next((k, s) for k, s in enumerate(text) if s not in self._numbers)
        short = "".join(self.symbols) if len(self) <= 100 else f"{len(self)} symbols"
        holds = repr(short) if len(self) <= 100 else short
        raise ValueError(
            f"unknown symbol {symbol!r} at position {place}; the vocabulary holds {holds}"
        )

    def decode(self, ids):
        """Turn numbers of shape (T,) into text.

        Raises
        ------
        ValueError
            If a number is not in 0 ... len - 1 (a negative one is not taken from the end).
        """
        ids = np.asarray(ids)
        if ids.size == 0:
            return ""
        _check_ids(ids, len(self))
        if ids.ndim != 1:
            raise ShapeError(f"ids must have shape (T,), got {ids.shape}")
        return "".join(self.symbols[k] for k in ids)


def one_hot(ids, V, *, dtype=np.float64):
    """One-hot vectors: a one at place id, zeros elsewhere.

    Parameters
    ----------
    ids : (...) of int
        Each in 0 ... V - 1.
    V : int
        Size of the vocabulary.
    dtype : float dtype

    Returns
    -------
    (..., V)

    Raises
    ------
    ValueError
        If an id is out of range.

    Examples
    --------
    >>> one_hot([2, 0], 3)
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    ids = np.asarray(ids)
    if ids.size == 0:
        return np.zeros((*ids.shape, V), dtype=dtype)
    _check_ids(ids, V)
    vectors = np.zeros((*ids.shape, V), dtype=dtype)
    np.put_along_axis(vectors, ids[..., None], 1, axis=-1)
    return vectors


def _check_ids(ids, V):
    """Integers in 0 ... V - 1, or an error that names the first that is not."""
    if ids.dtype.kind not in "iu":
        raise TypeError(f"ids must be integers, got dtype {ids.dtype}")
    if ids.min() < 0 or ids.max() >= V:
        wrong = ids[(ids < 0) | (ids >= V)][0]
        raise ValueError(f"ids must lie in 0 ... {V - 1} (V={V}), got {wrong}")
