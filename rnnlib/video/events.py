"""What happens in a clip: a ConvLSTM reads it, the largest of all places answers.

::

    h_T      = ConvLSTM over the frames, from a state of zeros      (N, R, S, H)
    pooled_h = max over all rows and columns of h_T                 (N, H)
    logits   = pooled W_hy + b_y                                    (N, K)

A shifted clip gives a shifted h_T and the same maximum: the classifier cannot know where something
happens, only that it does. `flat_event_loss` is the same with a plain LSTM that reads each frame as
one long vector; it has weights of its own for every place.
"""

import numpy as np

from rnnlib.convlstm_sequence import convlstm_backward, convlstm_forward, init_convlstm
from rnnlib.dense import output_step, output_step_backward
from rnnlib.init import init_dense
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.lstm_sequence import lstm_backward, lstm_forward
from rnnlib.video.event_params import EventParams

__all__ = [
    "event_logits",
    "event_loss",
    "flat_event_loss",
    "init_events",
    "largest_place",
    "largest_place_backward",
    "nearest_labels",
]


def init_events(H, rng, *, D=1, F=3, K=6, dtype=np.float64):
    """First weights of the classifier with H channels in its state.

    Examples
    --------
    >>> init_events(8, np.random.default_rng(0)).size
    2678
    """
    return EventParams(
        init_convlstm(D, H, F, rng, dtype=dtype), init_dense(H, K, rng).astype(dtype)
    )


def largest_place(h):
    """The largest value of each channel over all rows and columns, and where it is.

    Parameters
    ----------
    h : (N, R, S, H)

    Returns
    -------
    pooled : (N, H)
    places : (N, 1, H) of int
        Pixels counted row by row; the first one where several are equal.

    Examples
    --------
    >>> pooled, places = largest_place(np.array([[3.0, 9.0], [4.0, 5.0]]).reshape(1, 2, 2, 1))
    >>> pooled, places
    (array([[9.]]), array([[[1]]]))
    """
    N, R, S, H = h.shape
    h = h.reshape(N, R * S, H)
    places = h.argmax(axis=1)[:, None]
    return np.take_along_axis(h, places, axis=1)[:, 0], places


def largest_place_backward(dpooled, places, shape):
    """Backward through `largest_place`: that place gets the whole gradient, all others nothing.

    Parameters
    ----------
    dpooled : (N, H)
    places : (N, 1, H)
    shape : (N, R, S, H)

    Returns
    -------
    dh : (N, R, S, H)

    Examples
    --------
    >>> largest_place_backward(np.array([[7.0]]), np.array([[[1]]]), (1, 2, 2, 1))[0, :, :, 0]
    array([[0., 7.],
           [0., 0.]])
    """
    N, R, S, H = shape
    dh = np.zeros((N, R * S, H), dpooled.dtype)
    np.put_along_axis(dh, places, dpooled[:, None], axis=1)
    return dh.reshape(shape)


def event_logits(clips, params):
    """The classifier's answers.

    Parameters
    ----------
    clips : (T, N, R, S, D)
    params : EventParams
        With an LSTM's weights in it, frames are read as vectors.

    Returns
    -------
    logits : (N, K)

    Examples
    --------
    >>> event_logits(np.ones((5, 2, 4, 4, 1)), init_events(3, np.random.default_rng(0))).shape
    (2, 6)
    """
    return (_read_flat if params.cell.W_xh.ndim == 2 else _read)(clips, params)[0]


def event_loss(clips, labels, params):
    """The cross-entropy of a ConvLSTM's answers and its gradients.

    Parameters
    ----------
    clips : (T, N, R, S, D)
    labels : (N,) of int
    params : EventParams

    Returns
    -------
    loss : float
        Averaged over the clips.
    grads : EventParams

    Examples
    --------
    >>> from rnnlib.data.clips import event_clips
    >>> rng = np.random.default_rng(0)
    >>> loss, grads = event_loss(*event_clips(6, rng), init_events(8, rng))
    >>> round(loss)  # log 6 is 1.8
    2
    """
    logits, pooled, places, caches = _read(clips, params)
    dpooled, grads_out = output_step_backward(
        cross_entropy_backward(logits, labels), pooled, params.out
    )
    shape = caches[0].c.shape
    dh = largest_place_backward(dpooled, places, shape)
    _, _, grads = convlstm_backward(None, (dh, np.zeros_like(dh)), caches)
    return cross_entropy(logits, labels), EventParams(grads, grads_out)


def _read(clips, params):
    zeros = np.zeros((*clips.shape[1:4], params.cell.W_hh.shape[2]), clips.dtype)
    _, state, caches = convlstm_forward(clips, (zeros, zeros), params.cell)
    pooled, places = largest_place(state.h)
    return output_step(pooled, params.out), pooled, places, caches


def flat_event_loss(clips, labels, params):
    """As `event_loss`, by a plain LSTM that reads each frame as a vector of R S D numbers.

    Parameters
    ----------
    clips : (T, N, R, S, D)
    labels : (N,) of int
    params : EventParams
        Its cell: LSTMParams.

    Returns
    -------
    loss : float
    grads : EventParams

    Examples
    --------
    >>> from rnnlib import init_lstm
    >>> rng = np.random.default_rng(0)
    >>> params = EventParams(init_lstm(16, 3, rng), init_dense(3, 6, rng))
    >>> loss, grads = flat_event_loss(np.ones((5, 2, 4, 4, 1)), np.array([0, 5]), params)
    >>> grads.cell.W_xh.shape
    (16, 12)
    """
    logits, h, cache = _read_flat(clips, params)
    dh, grads_out = output_step_backward(cross_entropy_backward(logits, labels), h, params.out)
    _, _, grads = lstm_backward(None, (dh, np.zeros_like(dh)), cache)
    return cross_entropy(logits, labels), EventParams(grads, grads_out)


def _read_flat(clips, params):
    T, N = clips.shape[:2]
    zeros = np.zeros((N, len(params.cell.W_hh)), clips.dtype)
    _, state, cache = lstm_forward(clips.reshape(T, N, -1), (zeros, zeros), params.cell)
    return output_step(state.h, params.out), state.h, cache


def nearest_labels(training, labels, clips):
    """A baseline that learns nothing: each clip gets the label of the training clip most like it.

    Parameters
    ----------
    training : (T, M, ...)
    labels : (M,)
    clips : (T, N, ...)

    Returns
    -------
    (N,)
        Labels by the smallest squared difference, over all frames and pixels.

    Examples
    --------
    >>> nearest_labels(np.array([[0.0, 5.0]]), np.array([7, 8]), np.array([[4.0, 1.0, 9.0]]))
    array([8, 7, 8])
    """
    known, asked = (np.moveaxis(c, 1, 0).reshape(c.shape[1], -1) for c in (training, clips))
    squares = np.square(known).sum(axis=1) - 2 * asked @ known.T  # and |asked|^2, the same for all
    return np.asarray(labels)[squares.argmin(axis=1)]
