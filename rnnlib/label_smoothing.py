"""Cross-entropy with label smoothing: a little of every class is wanted, so nothing is certain."""

import numpy as np

__all__ = ["smoothed_loss"]


def smoothed_loss(logits, targets, smoothing):
    """Cross-entropy, and the gradient of the cross-entropy with label smoothing.

    Parameters
    ----------
    logits : (M, V)
    targets : (M,) of int
    smoothing : float
        This share of the target's probability is wanted for all words alike, so that a network
        does not become certain of its training set.

    Returns
    -------
    loss : float
        Without smoothing, so that it can be compared.
    dlogits : (M, V)

    References
    ----------
    Szegedy et al., "Rethinking the Inception architecture for computer vision", CVPR 2016,
    section 7.

    Examples
    --------
    >>> loss, dlogits = smoothed_loss(np.zeros((1, 2)), np.array([0]), 0.0)
    >>> round(loss, 4), dlogits
    (0.6931, array([[-0.5,  0.5]]))
    """
    M, V = logits.shape
    p = logits - logits.max(axis=1, keepdims=True)
    chosen = p[np.arange(M), targets]
    np.exp(p, out=p)
    total = p.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - chosen))
    p /= M * total
    p -= p.dtype.type(smoothing / (V * M))
    p[np.arange(M), targets] -= p.dtype.type((1 - smoothing) / M)
    return loss, p
