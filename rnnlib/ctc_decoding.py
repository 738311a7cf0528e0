"""From a CTC network's output to labels: greedily, by beam search over prefixes, by alignment.

Greedy decoding takes the best symbol of each frame and collapses the path. That is the best *path*.
The best *labels* may be others, which many paths spell. The beam search adds paths up: it keeps a
few prefixes, each with the probability of all its paths (of those that it has not dropped).

References
----------
Graves et al., "Connectionist temporal classification", ICML 2006, section 3.2; Hannun, Maas,
Jurafsky and Ng, "First-pass large vocabulary continuous speech recognition using bi-directional
recurrent DNNs", arXiv:1408.2873 (2014), algorithm 1.
"""

import numpy as np

from rnnlib.ctc import BLANK, _may_skip, _one, collapse, extend_labels

__all__ = ["ctc_align", "ctc_greedy", "prefix_beam_search"]


def ctc_greedy(logits):
    """The labels that the path of each frame's best symbol spells.

    Parameters
    ----------
    logits : (T, V)
        Or log-probabilities: the order is all that counts.

    Returns
    -------
    list of int

    Examples
    --------
    >>> ctc_greedy([[1.0, 0.0, 0.0], [0.0, 2.0, 1.0], [0.0, 2.0, 1.0], [0.0, 0.0, 3.0]])
    [1, 2]
    """
    return collapse(np.argmax(logits, axis=-1))


def prefix_beam_search(log_probs, width):
    """The most probable labels, by a search over prefixes.

    For each prefix l, two log-probabilities: of its paths that end in a blank, b(l), and in its
    last label, n(l). At each frame, from those of the frame before::

        b'(l)      = p(blank) (b(l) + n(l))
        n'(l)      = p(last label of l) n(l)                  the label goes on
        n'(l + c)  = p(c) (b(l) + n(l))     if c is not l's last label
                     p(c) b(l)              if it is: only a blank can have come between

    What leads to the same prefix is added. Then the `width` prefixes with the largest b' + n' are
    kept.

    Parameters
    ----------
    log_probs : (T, V)
    width : int
        How many prefixes are kept after each frame.

    Returns
    -------
    labels : list of int
        The best prefix at the end.
    log_p : float
        Its log-probability, of the paths that the beam has not lost: at most the true one, and
        equal to it when nothing was dropped.

    Examples
    --------
    >>> p = np.array([[0.6, 0.4], [0.6, 0.4]])  # the best path is blank, blank: .36; 1 has .64
    >>> labels, log_p = prefix_beam_search(np.log(p), 2)
    >>> labels, round(float(np.exp(log_p)), 2), ctc_greedy(p)
    ([1], 0.64, [])
    """
    log_probs, _ = _one(log_probs, [])
    if width < 1:
        raise ValueError(f"width must be at least 1, got {width}")
    beam = {(): (0.0, -np.inf)}
    for frame in log_probs.tolist():
        found = {}

        def add(prefix, blank, label, found=found):
            b, n = found.get(prefix, (-np.inf, -np.inf))
            found[prefix] = (np.logaddexp(b, blank), np.logaddexp(n, label))

        for prefix, (blank, label) in beam.items():
            both = np.logaddexp(blank, label)
            add(prefix, both + frame[BLANK], -np.inf)
            for symbol in range(1, len(frame)):
                if prefix and symbol == prefix[-1]:
                    add(prefix, -np.inf, label + frame[symbol])
                    add((*prefix, symbol), -np.inf, blank + frame[symbol])
                else:
                    add((*prefix, symbol), -np.inf, both + frame[symbol])
        best = sorted(found, key=lambda prefix: np.logaddexp(*found[prefix]), reverse=True)
        beam = {prefix: found[prefix] for prefix in best[:width]}
    labels = next(iter(beam))
    return list(labels), float(np.logaddexp(*beam[labels]))


def ctc_align(log_probs, labels):
    """The most probable path that spells the labels, as states: a forced alignment (Viterbi).

    Parameters
    ----------
    log_probs : (T, V)
    labels : (U,) of int

    Returns
    -------
    states : (T,) of int
        For each frame a state of `extend_labels`: label u is state 2u + 1, even states are blanks.

    Raises
    ------
    ValueError
        If no path spells the labels.

    Examples
    --------
    >>> p = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.9, 0.1]])
    >>> ctc_align(np.log(p), [1])
    array([0, 1, 1, 2])
    """
    log_probs, labels = _one(log_probs, labels)
    symbols = extend_labels(labels)
    emitted, skip = log_probs[:, symbols], _may_skip(symbols[None])[0]
    (T, S), score = emitted.shape, np.full(len(symbols), -np.inf)
    score[:2] = emitted[0, :2]
    came = np.zeros((T, S), int)
    for t in range(1, T):
        choices = np.full((3, S), -np.inf)  # stay, one state on, two states on
        choices[0], choices[1, 1:] = score, score[:-1]
        choices[2, 2:] = np.where(skip[2:], score[:-2], -np.inf)
        came[t] = choices.argmax(axis=0)
        score = emitted[t] + choices.max(axis=0)
    state = S - 1 if S == 1 or score[-1] > score[-2] else S - 2
    if score[state] == -np.inf:
        raise ValueError(f"no path of {T} frames spells the labels {labels}")
    states = np.empty(T, int)
    for t in reversed(range(T)):
        states[t] = state
        state -= came[t, state]
    return states
