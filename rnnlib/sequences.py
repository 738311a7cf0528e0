"""Sequences in batches: padding and masks, reversal by length, windows, and one long text.

Sequences of a batch differ in length. They are padded to the longest, time first, (T, N, ...), and
a mask (T, N) says what is real. Two things then go wrong without an error message: a reversal that
starts with the padding (use `reverse_by_length`), and a mean that counts it (give the mask to the
loss).
"""

import numpy as np

from rnnlib._shapes import ShapeError

__all__ = [
    "lengths_to_mask",
    "pad",
    "reverse_by_length",
    "stream_batches",
    "text_streams",
    "unpad",
    "windows",
]


def lengths_to_mask(lengths, T=None):
    """Mask of a batch: True for t < length.

    Parameters
    ----------
    lengths : (N,) of int
        Each from 1 to T.
    T : int, optional
        The largest length, if left out.

    Returns
    -------
    mask : (T, N) of bool

    Raises
    ------
    ValueError
        If a length is below 1 or above T.

    Examples
    --------
    >>> lengths_to_mask([3, 1]).astype(int)
    array([[1, 1],
           [1, 0],
           [1, 0]])
    """
    lengths = np.asarray(lengths)
    if lengths.ndim != 1 or lengths.size == 0:
        raise ShapeError(f"lengths must have shape (N,), N at least 1, got {lengths.shape}")
    if lengths.dtype.kind not in "iu":
        raise TypeError(f"lengths must be integers, got dtype {lengths.dtype}")
    T = int(lengths.max()) if T is None else T
    for n, length in enumerate(lengths.tolist()):
        if not 1 <= length <= T:
            raise ValueError(f"lengths must lie in 1 ... {T} (T={T}), got {length} for example {n}")
    return np.arange(T)[:, None] < lengths


def pad(sequences, *, value=0):
    """Put sequences of different lengths into one array, time first.

    Parameters
    ----------
    sequences : list of arrays, (T_n,) or (T_n, D)
        Integers (symbols) stay integers.
    value : number
        What fills the rest.

    Returns
    -------
    padded : (T, N) or (T, N, D)
    mask : (T, N) of bool

    Raises
    ------
    ValueError
        If there is no sequence, or an empty one.
    ShapeError
        If the sequences differ in more than their length.

    Examples
    --------
    >>> padded, mask = pad([[5, 6, 7], [8]])
    >>> padded
    array([[5, 8],
           [6, 0],
           [7, 0]])
    """
    arrays = [np.asarray(sequence) for sequence in sequences]
    if not arrays:
        raise ValueError("there is no sequence to pad")
    for n, array in enumerate(arrays):
        if array.ndim == 0 or len(array) == 0:
            raise ValueError(f"sequence {n} is empty")
        if array.shape[1:] != arrays[0].shape[1:]:
            raise ShapeError(
                f"sequences may differ in length only: sequence 0 has shape {arrays[0].shape}, "
                f"sequence {n} has {array.shape}"
            )
    mask = lengths_to_mask([len(array) for array in arrays])
    padded = np.full((*mask.shape, *arrays[0].shape[1:]), value, np.result_type(*arrays))
    for n, array in enumerate(arrays):
        padded[: len(array), n] = array
    return padded, mask


def unpad(padded, mask):
    """Undo `pad`: a list of the sequences, without the padding.

    Parameters
    ----------
    padded : (T, N, ...)
    mask : (T, N) of bool

    Returns
    -------
    list of arrays, (T_n, ...)

    Examples
    --------
    >>> [sequence.tolist() for sequence in unpad(*pad([[5, 6, 7], [8]]))]
    [[5, 6, 7], [8]]
    """
    padded, mask = np.asarray(padded), np.asarray(mask, dtype=bool)
    if padded.shape[:2] != mask.shape:
        raise ShapeError(f"padded {padded.shape} must begin with the shape of mask, {mask.shape}")
    return [padded[mask[:, n], n] for n in range(mask.shape[1])]


def reverse_by_length(xs, lengths):
    """Reverse each sequence of a batch by itself; the padding stays at the end.

    Parameters
    ----------
    xs : (T, N, ...)
    lengths : (N,) of int

    Returns
    -------
    (T, N, ...)

    Notes
    -----
    ``xs[::-1]`` would put the padding of short sequences first: a network without a mask would
    start on zeros. Applied twice, this changes nothing.

    Examples
    --------
    >>> padded, mask = pad([[5, 6, 7], [8, 9]])
    >>> reverse_by_length(padded, [3, 2])
    array([[7, 9],
           [6, 8],
           [5, 0]])
    """
    xs, lengths = np.asarray(xs), np.asarray(lengths)
    if xs.ndim < 2 or lengths.shape != xs.shape[1:2]:
        raise ShapeError(f"xs {xs.shape} must be (T, N, ...) with N lengths, got {lengths.shape}")
    mask = lengths_to_mask(lengths, len(xs))
    t = np.arange(len(xs))[:, None]
    source = np.where(mask, lengths - 1 - t, t)
    return xs[source, np.arange(len(lengths))]


def windows(series, T, *, horizon=1, stride=1):
    """Cut a series into windows of T values and the values that follow each.

    Parameters
    ----------
    series : (L,) or (L, D)
    T : int
        Length of a window.
    horizon : int
        How many of the next values are targets.
    stride : int
        From one window to the next.

    Returns
    -------
    xs : (T, N, D)
        Windows; D = 1 for a series (L,).
    targets : (horizon, N, D)

    Raises
    ------
    ValueError
        If the series is too short for one window.

    Notes
    -----
    Neighbouring windows share nearly all their values. Split the *series* in time into training
    and test first, and cut each part by itself; a random split of windows tests on what was
    trained on.

    Examples
    --------
    >>> xs, targets = windows([1.0, 2.0, 3.0, 4.0, 5.0], 3)
    >>> xs[:, :, 0].T, targets[:, :, 0]
    (array([[1., 2., 3.],
           [2., 3., 4.]]), array([[4., 5.]]))
    """
    series = np.asarray(series)
    if series.ndim not in (1, 2):
        raise ShapeError(f"series must have shape (L,) or (L, D), got {series.shape}")
    for name, number in (("T", T), ("horizon", horizon), ("stride", stride)):
        if number < 1:
            raise ValueError(f"{name} must be at least 1, got {number}")
    if len(series) < T + horizon:
        raise ValueError(
            f"a series of {len(series)} values is too short for a window of {T} "
            f"and {horizon} to predict"
        )
    series = series.reshape(len(series), -1)
    starts = np.arange(0, len(series) - T - horizon + 1, stride)
    place = starts + np.arange(T + horizon)[:, None]
    return series[place[:T]], series[place[T:]]


def text_streams(ids, N):
    """Cut one long text into N streams of equal length that are read side by side.

    Parameters
    ----------
    ids : (length,)
        The text as numbers.
    N : int
        How many streams.

    Returns
    -------
    inputs : (L, N)
        Column n is the n-th part of the text, from top to bottom.
    targets : (L, N)
        The symbol that follows each input in the text. What does not fill N equal streams is left
        out at the end.

    Raises
    ------
    ValueError
        If the text is too short for N streams of at least one input and its target.

    Examples
    --------
    >>> inputs, targets = text_streams(np.arange(8), N=2)
    >>> inputs.T.tolist(), targets.T.tolist()
    ([[0, 1, 2], [3, 4, 5]], [[1, 2, 3], [4, 5, 6]])
    """
    ids = np.asarray(ids)
    if N < 1:
        raise ValueError(f"N must be at least 1, got N={N}")
    L = (len(ids) - 1) // N
    if L < 1:
        raise ValueError(f"{len(ids)} symbols are too few for {N} streams and their targets")
    return ids[: N * L].reshape(N, L).T, ids[1 : N * L + 1].reshape(N, L).T


def stream_batches(ids, N, T):
    """Cut one long text into N streams, and these into pieces of T: the state can be carried.

    Parameters
    ----------
    ids : (L,)
        The text as numbers (or any series).
    N : int
        Streams read side by side.
    T : int
        Steps a piece (the last piece may be shorter).

    Yields
    ------
    inputs : (t, N), t at most T
    targets : (t, N)
        The next symbol of each: moved by one.

    Raises
    ------
    ValueError
        If the text is too short for N streams of at least one input and target.

    Notes
    -----
    Column n of a piece goes on where column n of the piece before it ended. Hand the final state
    of one piece to the next as its first state; shuffling the pieces would break that. What does
    not fill N equal streams is left out at the end.

    Examples
    --------
    >>> for inputs, targets in stream_batches(np.arange(11), N=2, T=3):
    ...     print(inputs.T.tolist(), targets.T.tolist())
    [[0, 1, 2], [5, 6, 7]] [[1, 2, 3], [6, 7, 8]]
    [[3, 4], [8, 9]] [[4, 5], [9, 10]]
    """
    if N < 1 or T < 1:
        raise ValueError(f"N and T must be at least 1, got N={N}, T={T}")
    inputs, targets = text_streams(ids, N)
    return ((inputs[t : t + T], targets[t : t + T]) for t in range(0, len(inputs), T))
