"""Writing with a trained decoder: a beam of several texts, and how many answers are right.

A decoder is a function ``step(ids, state) -> log_probs, state``: it reads one symbol for each text,
``ids`` (K,), and gives the log-probabilities (K, V) of the next symbols and the next states (K, H).

`beam_search` keeps the best few texts. At each step every one of them is continued with every
symbol, and the best of all these stay::

    score(y_1 ... y_k) = sum over j of log p(y_j | y_1 ... y_{j-1})

With a width of 1 it is greedy decoding. The trade-off: it finds texts that are likelier *for the
network*, at the price of `width` times the work; whether they are better is up to the network.
"""

import numpy as np

from rnnlib._shapes import match_shapes

__all__ = ["beam_search", "beam_step", "exact_match"]


def beam_step(scores, log_probs, width):
    """The best ways to continue K texts by one symbol.

    Parameters
    ----------
    scores : (K,)
        Log-probability of each text so far.
    log_probs : (K, V)
        Log-probability of each next symbol, for each text.
    width : int
        How many to keep, B.

    Returns
    -------
    parents : (B,) of int
        Which text is continued, the best first.
    ids : (B,) of int
        With which symbol.
    scores : (B,)

    Examples
    --------
    >>> beam_step(np.array([-1.0, -2.0]), np.array([[-3.0, -0.1], [-0.5, -2.0]]), 2)
    (array([0, 1]), array([1, 0]), array([-1.1, -2.5]))
    """
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals, kind="stable")[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return parents, ids, totals[best]


def beam_search(step, state, start, end, width, S):
    """The best texts that a beam of `width` texts finds for one source.

    Parameters
    ----------
    step : callable
        ``step(ids, state) -> log_probs, state``.
    state : (1, H)
        The decoder's first state.
    start, end : int
        The marks.
    width : int
        How many texts are kept; 1 is greedy decoding.
    S : int
        How many symbols are written; after its end mark a text has end marks only.

    Returns
    -------
    texts : (B, S) of int
        The whole beam without the start mark, the best text first.
    scores : (B,)
        Log-probabilities.

    Notes
    -----
    Texts and states are put into the new order together: a state belongs to its text. A sum of
    log-probabilities favours short texts, so systems whose answers differ in length divide it by a
    power of the length.

    References
    ----------
    Sutskever, Vinyals and Le, "Sequence to sequence learning with neural networks", NIPS 2014,
    section 3.2.

    Examples
    --------
    The first symbol 1 is likelier than 2, but 2 can be continued with certainty:

    >>> table = np.log([[1e-9, 0.6, 0.4], [0.5, 0.25, 0.25], [1.0, 1e-9, 1e-9]])
    >>> step = lambda ids, state: (table[ids], state)
    >>> texts, scores = beam_search(step, np.zeros((1, 1)), start=0, end=0, width=1, S=2)
    >>> texts, np.exp(scores).round(2)
    (array([[1, 0]]), array([0.3]))
    >>> texts, scores = beam_search(step, np.zeros((1, 1)), start=0, end=0, width=2, S=2)
    >>> texts, np.exp(scores).round(2)
    (array([[2, 0],
           [1, 0]]), array([0.4, 0.3]))
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for k in range(S):
        log_probs, state = step(texts[:, -1], state)
        log_probs = np.array(log_probs)
        ended = (texts[:, -1] == end) & (k > 0)
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts = np.column_stack([texts[parents], ids])
        state = state[parents]
    return texts[:, 1:], scores


def exact_match(predicted, targets, mask):
    """The share of texts in which every symbol that counts is right.

    Parameters
    ----------
    predicted, targets : (S, N) of int
    mask : (S, N) of bool
        True where a symbol counts.

    Returns
    -------
    float

    Examples
    --------
    >>> exact_match([[1, 1], [2, 0]], [[1, 1], [2, 2]], [[True, True], [True, True]])
    0.5
    """
    predicted, targets, mask = np.asarray(predicted), np.asarray(targets), np.asarray(mask, bool)
    match_shapes(
        ("targets", targets, "S N"), ("predicted", predicted, "S N"), ("mask", mask, "S N")
    )
    return float(np.mean(np.all((predicted == targets) | ~mask, axis=0)))
