"""Generating text: a symbol drawn, a text continued, and how much of it was learned by heart."""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes
from rnnlib.activations import softmax

__all__ = ["continue_text", "longest_copy", "sample"]


def sample(logits, rng, *, temperature=1.0, top_k=None):
    """Draw the next symbol: softmax(logits / temperature), among the k most likely.

    Parameters
    ----------
    logits : (..., V)
    rng : numpy.random.Generator
    temperature : float
        1 draws from the model, lower is more careful, 0 takes the most likely.
    top_k : int, optional
        Only the k largest logits can be drawn.

    Returns
    -------
    ids : (...) of int

    Raises
    ------
    ValueError
        If a logit is NaN or +inf, the temperature negative, or top_k not in 1 ... V.

    Notes
    -----
    Ties at the k-th place are broken towards the smaller number, so exactly k remain.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> sample(np.tile([0.0, 1.0, 2.0], (4, 1)), rng, temperature=0)
    array([2, 2, 2, 2])
    >>> bool((sample(np.zeros((99, 5)), rng, top_k=2) < 2).all())
    True
    """
    (logits,) = as_floats(logits=logits)
    V = match_shapes(("logits", logits, "... V"))["V"]
    if not (logits < np.inf).all():
        raise ValueError("logits must be finite (or -inf for impossible), got NaN or inf")
    if (logits.max(axis=-1) == -np.inf).any():
        raise ValueError("all logits are -inf: no symbol is possible")
    if not temperature >= 0:
        raise ValueError(f"temperature must be at least 0, got {temperature}")
    if top_k is not None and not 1 <= top_k <= V:
        raise ValueError(f"top_k must lie in 1 ... {V} (V={V} logits), got {top_k}")
    if temperature == 0:
        return logits.argmax(axis=-1)
    if top_k is not None:
        order = np.argsort(-logits, axis=-1, kind="stable")
        logits = logits.copy()
        np.put_along_axis(logits, order[..., top_k:], -np.inf, axis=-1)
    # The largest logit first to 0: only what is far below it may overflow, to -inf, rightly.
    with np.errstate(over="ignore"):
        logits = logits - logits.max(axis=-1, keepdims=True)
        p = softmax(logits.astype(np.float64) / temperature)
    cumulated = p.cumsum(axis=-1)
    draws = rng.random((*logits.shape[:-1], 1)) * cumulated[..., -1:]
    return (cumulated <= draws).sum(axis=-1)


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
