"""CTC's loss and gradient for a padded batch at once: the numbers of `ctc.ctc_gradient`, faster.

The recursion runs over the frames alone, for all examples and all their states together. beta is
the same recursion on each example's frames and states reversed by its own lengths, so that it
begins at each example's own end.
"""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats
from rnnlib.activations import log_softmax
from rnnlib.ctc import BLANK, _incoming, _labels, _may_skip, extend_labels

__all__ = ["ctc_losses"]


def ctc_losses(logits, labels, *, lengths=None):
    """The loss of each example of a padded batch, and the gradients with respect to the logits.

    Parameters
    ----------
    logits : (T, N, V)
    labels : list of N sequences of int
        Of different lengths, 1 ... V - 1.
    lengths : (N,) of int, optional
        How many frames of each example are real; all T if none are given.

    Returns
    -------
    losses : (N,)
        -log p(labels), in float64; infinity where the labels need more frames than there are.
    dlogits : (T, N, V)
        Of each loss: no mean is taken, so divide by what the losses are divided by. 0 after each
        end, and for all of an example whose loss is infinite.

    Raises
    ------
    ShapeError
        If logits is not (T, N, V) or there are not N labels and lengths.
    ValueError
        If a length is not in 1 ... T or a label not in 1 ... V - 1.

    Notes
    -----
    `torch.nn.functional.ctc_loss` takes log-probabilities, and its gradient is right only when it
    is carried on through `log_softmax` to the logits (PyTorch's issue 52241).

    Examples
    --------
    >>> losses, dlogits = ctc_losses(np.zeros((2, 2, 3)), [[1], [2, 2]])
    >>> losses.round(4), dlogits.shape
    (array([1.0986,    inf]), (2, 2, 3))
    """
    (logits,) = as_floats(logits=logits)
    if logits.ndim != 3 or not logits.size:
        raise ShapeError(f"logits must have shape (T, N, V), got {logits.shape}")
    T, N, V = logits.shape
    lengths = np.full(N, T) if lengths is None else np.asarray(lengths)
    if len(labels) != N or lengths.shape != (N,):
        raise ShapeError(f"logits of shape {logits.shape} need {N} labels and {N} lengths")
    if lengths.min() < 1 or lengths.max() > T:
        raise ValueError(f"lengths must lie in 1 ... {T}, got {lengths}")
    labels = [_labels(each, V) for each in labels]
    sizes = np.array([2 * len(each) + 1 for each in labels])
    S = sizes.max()
    states = np.full((N, S), BLANK)
    for n, each in enumerate(labels):
        states[n, : sizes[n]] = extend_labels(each)

    log_probs = log_softmax(logits.astype(np.float64))
    emitted = np.take_along_axis(log_probs, np.broadcast_to(states, (T, N, S)), axis=2)
    examples = np.arange(N)
    # The same recursion from the end: each example's frames and states reversed by its own lengths.
    frames = lengths - 1 - np.arange(T)[:, None]  # (T, N); below 0 after an end
    places = sizes[:, None] - 1 - np.arange(S)  # (N, S)
    back = (frames[..., None], examples[:, None], places)
    log_alpha = _batch_alpha(emitted, states)
    log_beta = _batch_alpha(emitted[back], states[examples[:, None], places])[back]

    ends = log_alpha[lengths - 1, examples]
    last = ends[examples, sizes - 1]
    before = np.where(sizes > 1, ends[examples, sizes - 2], -np.inf)
    log_p = np.logaddexp(last, before)
    real = (np.arange(T)[:, None] < lengths) & (log_p > -np.inf)  # (T, N)
    exists = real[..., None] & (np.arange(S) < sizes[:, None])
    both = np.where(exists, log_alpha + log_beta, -np.inf)
    share = np.zeros_like(both)
    reached = both > -np.inf
    np.exp(both - emitted - np.where(real, log_p, 0)[..., None], out=share, where=reached)
    posteriors = np.zeros_like(log_probs)
    for s in range(S):
        posteriors[:, examples, states[:, s]] += share[:, :, s]
    dlogits = np.where(real[..., None], np.exp(log_probs) - posteriors, 0)
    return -log_p, dlogits.astype(logits.dtype, copy=False)


def _batch_alpha(emitted, states):
    """`ctc_log_alpha` of emissions (T, N, S); what lies after an end is not looked at."""
    skip = _may_skip(states)
    log_alpha = np.full_like(emitted, -np.inf)
    log_alpha[0, :, :2] = emitted[0, :, :2]
    for t in range(1, len(emitted)):
        log_alpha[t] = emitted[t] + _incoming(log_alpha[t - 1], skip)
    return log_alpha
