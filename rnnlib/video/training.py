"""One training loop for every model of this package: Adam with clipped gradients."""

import numpy as np

from rnnlib.clipping import clip_grad_norm
from rnnlib.optim import adam_state, adam_step

__all__ = ["print_loss", "train"]


def train(loss, params, data, *, updates, batch, rng, learning_rate=0.02, report=None, every=20):
    """Train on batches of clips, drawn without repetition until all have been seen.

    Parameters
    ----------
    loss : callable
        ``loss(*batch, params) -> loss, grads``, for arrays cut from `data`.
    params : Params
    data : tuple of arrays
        The first holds clips (T, N, ...), any other one row or column a clip: its last axis is N.
    updates, batch : int
    rng : numpy.random.Generator
    learning_rate : float
        At the beginning; it falls in a straight line to a tenth.
    report : callable, optional
        ``report(losses, params)`` after every `every` updates.

    Returns
    -------
    params : Params
    losses : (updates,)

    Examples
    --------
    >>> from rnnlib.data.clips import event_clips
    >>> from rnnlib.video import event_loss, init_events
    >>> rng = np.random.default_rng(0)
    >>> params, losses = train(
    ...     event_loss, init_events(4, rng), event_clips(12, rng), updates=2, batch=6, rng=rng
    ... )
    >>> losses.shape
    (2,)
    """
    clips, *others = data
    adam, losses, order = adam_state(params), [], np.zeros(0, int)
    for update in range(updates):
        if len(order) < batch:
            order = rng.permutation(clips.shape[1])
        chosen, order = order[:batch], order[batch:]
        value, grads = loss(clips[:, chosen], *(other[..., chosen] for other in others), params)
        grads, _ = clip_grad_norm(grads, 1.0)
        rate = learning_rate * (1 - 0.9 * update / updates)
        params, adam = adam_step(params, grads, adam, learning_rate=rate)
        losses.append(float(value))
        if report is not None and (update + 1) % every == 0:
            report(losses, params)
    return params, np.array(losses)


def print_loss(losses, params):
    """A report for `train`: the mean of the last ten losses, in a line.

    Examples
    --------
    >>> print_loss([0.5] * 20, None)
    after  20 updates: loss 0.500
    """
    print(f"after {len(losses):3d} updates: loss {np.mean(losses[-10:]):.3f}")
