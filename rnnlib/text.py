"""Text as numbers and back: vocabulary, one-hot vectors, embeddings, bags of words."""

from dataclasses import dataclass, field

import numpy as np

from rnnlib._shapes import ShapeError, as_floats, as_mask, match_shapes

__all__ = [
    "Vocabulary",
    "bag_of_words",
    "embedding",
    "embedding_backward",
    "one_hot",
    "perplexity",
]


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

    def encode(self, text, *, unknown=None):
        """Turn a text (or a sequence of symbols) into numbers of shape (T,).

        Parameters
        ----------
        text : str, or sequence of str
        unknown : str, optional
            The symbol that stands for all that the vocabulary does not hold.

        Raises
        ------
        ValueError
            If a symbol is unknown and none stands for it; it says which and where.

        Examples
        --------
        >>> Vocabulary(["?", "a", "b"]).encode("abc", unknown="?")
        array([1, 2, 0])
        """
        if unknown is not None:
            (other,) = self.encode([unknown])
            return np.array([self._numbers.get(symbol, other) for symbol in text], dtype=np.int64)
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


def embedding(ids, W_e):
    """Embedding: row ``id`` of W_e. The same as ``one_hot(ids, V) @ W_e``, without the product.

    Parameters
    ----------
    ids : (...) of int
        Each in 0 ... V - 1.
    W_e : (V, E)

    Returns
    -------
    (..., E)

    Examples
    --------
    >>> embedding([2, 0], np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]))
    array([[5., 6.],
           [1., 2.]])
    """
    (W_e,) = as_floats(W_e=W_e)
    match_shapes(("W_e", W_e, "V E"))
    ids = np.asarray(ids)
    _check_ids(ids, len(W_e))
    return W_e[ids]


def embedding_backward(dvectors, ids, W_e):
    """Backward through `embedding`: each gradient is *added* to the row it came from.

    Parameters
    ----------
    dvectors : (..., E)
    ids : (...) of int
    W_e : (V, E)

    Returns
    -------
    dW_e : (V, E)

    Notes
    -----
    ``dW_e[ids] += dvectors`` is wrong: for a symbol that occurs twice NumPy keeps the last of the
    two. ``np.add.at`` adds both.

    Examples
    --------
    >>> embedding_backward(np.ones((3, 1)), [1, 1, 0], np.zeros((3, 1))).ravel()
    array([1., 2., 0.])
    """
    dvectors, W_e = as_floats(dvectors=dvectors, W_e=W_e)
    sizes = match_shapes(("W_e", W_e, "V E"))
    ids = np.asarray(ids)
    match_shapes(("dvectors", dvectors, "... E"), **sizes)
    if dvectors.shape[:-1] != ids.shape:
        raise ShapeError(
            f"dvectors {dvectors.shape} must be one vector for each of ids {ids.shape}"
        )
    _check_ids(ids, len(W_e))
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids.ravel(), dvectors.reshape(-1, W_e.shape[1]))
    return dW_e


def bag_of_words(ids, mask, V):
    """Bag of words: how often each symbol stands in each text. Their order is forgotten.

    Parameters
    ----------
    ids : (T, N) of int
        Padded texts, each id in 0 ... V - 1.
    mask : (T, N) of bool
        True where a symbol is real.
    V : int
        Size of the vocabulary.

    Returns
    -------
    counts : (N, V)
        Floats: they are made to be multiplied by weights.

    Notes
    -----
    ``counts @ W`` adds up the embeddings of the real symbols, without looking them up.

    Examples
    --------
    >>> ids = np.array([[2, 1], [0, 1], [2, 0]])  # "cac" and "bb", padded
    >>> bag_of_words(ids, np.array([[True, True], [True, True], [True, False]]), 3)
    array([[1., 0., 2.],
           [0., 2., 0.]])
    """
    ids = np.asarray(ids)
    _check_ids(ids, V)
    N = match_shapes(("ids", ids, "T N"))["N"]
    mask = as_mask(mask, ids.shape)
    counts = np.zeros((N, V))
    np.add.at(counts, (np.arange(N), ids), mask)
    return counts


def perplexity(loss):
    """Perplexity: exp(loss). A model of perplexity 5 is as unsure as a choice among 5 symbols.

    Parameters
    ----------
    loss : float
        Mean cross-entropy a symbol, in nats. A mean of means of sequences gives another number.

    Returns
    -------
    float

    Examples
    --------
    >>> from rnnlib import cross_entropy
    >>> round(perplexity(cross_entropy(np.zeros((6, 27)), np.arange(6))), 6)
    27.0
    """
    with np.errstate(over="ignore"):  # infinitely unsure
        return float(np.exp(loss))


def _check_ids(ids, V):
    """Integers in 0 ... V - 1, or an error that names the first that is not."""
    if ids.size == 0:
        raise ShapeError(f"ids must not be empty, got shape {ids.shape}")
    if ids.dtype.kind not in "iu":
        raise TypeError(f"ids must be integers, got dtype {ids.dtype}")
    if ids.min() < 0 or ids.max() >= V:
        wrong = ids[(ids < 0) | (ids >= V)][0]
        raise ValueError(f"ids must lie in 0 ... {V - 1} (V={V}), got {wrong}")
