"""One long text: streams to learn from, writing on where it stops, and how much is copied."""

import numpy as np

__all__ = ["continue_text", "longest_copy", "text_streams"]


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


def continue_text(prompt, length, step, choose, state):
    """Let a network go on with a text, symbol by symbol, its state carried on.

    Parameters
    ----------
    prompt : (P,) of int
        What is given; at least one symbol.
    length : int
        How many symbols to write.
    step : callable
        ``step(symbol, state) -> logits, state``: the network reads a symbol.
    choose : callable
        ``choose(logits) -> symbol``.
    state : object
        The state before the prompt.

    Returns
    -------
    (length,) of int
        What was written, without the prompt.

    Examples
    --------
    >>> def step(symbol, state):
    ...     return np.eye(5)[(symbol + state) % 5], state + 1
    >>> continue_text([1, 2], 4, step, np.argmax, 0)
    array([3, 0, 3, 2])
    """
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    while len(written) < length:
        symbol = choose(logits)
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)


def longest_copy(text, source):
    """The length of the longest part of a text that stands word for word in the source.

    Parameters
    ----------
    text, source : str

    Returns
    -------
    int

    Examples
    --------
    >>> longest_copy("xbcdy", "abcde")
    3
    """
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest
