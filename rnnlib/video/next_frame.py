"""The next frame: a predictor with a ConvLSTM, one with a plain LSTM, and straight motion.

::

    y_t = sigma(h_t * W + b)      what the frame t + 1 may look like, from the frames 1 ... t

The loss is the squared error, averaged over frames, clips, pixels and channels. With a plain LSTM
each frame is one long vector, and so is the prediction.
"""

import numpy as np

from rnnlib.activations import sigmoid
from rnnlib.conv import conv2d, conv2d_backward
from rnnlib.convlstm import convlstm_step
from rnnlib.convlstm_sequence import convlstm_backward, convlstm_forward, init_convlstm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_lstm
from rnnlib.losses import mean_squared_error, mean_squared_error_backward
from rnnlib.lstm import LSTMState, lstm_step
from rnnlib.lstm_sequence import lstm_backward, lstm_forward
from rnnlib.params import Params, parameters

__all__ = [
    "FrameParams",
    "frame_loss",
    "frame_step",
    "init_flat_frames",
    "init_frames",
    "predict_frames",
    "straight_motion",
    "zero_frame_state",
]

DARK = -1.0
"""The first bias of a pixel: most of a frame is dark."""


@parameters
class FrameParams(Params):
    """A cell, and what makes a frame out of its state.

    Parameters
    ----------
    cell : ConvLSTMParams or LSTMParams
    W : (F, F, H, D), or (H, R S D) with a plain LSTM
    b : (D,), or (R S D,)
    """

    cell: Params
    W: np.ndarray
    b: np.ndarray


def init_frames(H, rng, *, D=1, F=3, dtype=np.float64):
    """First weights of a predictor with a ConvLSTM of H channels.

    Examples
    --------
    >>> init_frames(8, np.random.default_rng(0)).size
    2697
    """
    cell = init_convlstm(D, H, F, rng, dtype=dtype)
    W = 0.1 * rng.normal(size=(F, F, H, D))
    return FrameParams(cell, W.astype(dtype), np.full(D, DARK, dtype))


def init_flat_frames(pixels, H, rng, *, dtype=np.float64):
    """First weights of a predictor with a plain LSTM of H units, for frames of that many pixels.

    Examples
    --------
    >>> init_flat_frames(100, 64, np.random.default_rng(0)).size
    48740
    """
    cell = init_lstm(pixels, H, rng, dtype=dtype)
    W = 0.1 * rng.normal(size=(H, pixels))
    return FrameParams(cell, W.astype(dtype), np.full(pixels, DARK, dtype))


def _is_flat(params):
    return params.W.ndim == 2


def zero_frame_state(frame, params):
    """The state before the first frame: zeros.

    Parameters
    ----------
    frame : (N, R, S, D)
    params : FrameParams

    Returns
    -------
    LSTMState
        (N, R, S, H), or (N, H) with a plain LSTM.

    Examples
    --------
    >>> params = init_frames(4, np.random.default_rng(0))
    >>> zero_frame_state(np.ones((2, 5, 6, 1)), params).h.shape
    (2, 5, 6, 4)
    """
    N, R, S, _ = frame.shape
    shape = (N, len(params.W)) if _is_flat(params) else (N, R, S, params.W.shape[2])
    zeros = np.zeros(shape, frame.dtype)
    return LSTMState(zeros, zeros)


def frame_step(frame, state, params):
    """Read a frame, predict the next.

    Parameters
    ----------
    frame : (N, R, S, D)
    state : LSTMState
    params : FrameParams

    Returns
    -------
    predicted : (N, R, S, D)
    state : LSTMState

    Examples
    --------
    >>> params, frame = init_frames(4, np.random.default_rng(0)), np.ones((2, 5, 6, 1))
    >>> predicted, state = frame_step(frame, zero_frame_state(frame, params), params)
    >>> predicted.shape
    (2, 5, 6, 1)
    """
    if _is_flat(params):
        state, _ = lstm_step(frame.reshape(len(frame), -1), state, params.cell)
        a = output_step(state.h, DenseParams(params.W, params.b)).reshape(frame.shape)
    else:
        state, _ = convlstm_step(frame, state, params.cell)
        a = conv2d(state.h, params.W, params.b)
    return sigmoid(a), state


def frame_loss(clips, params):
    """The mean squared error of all predicted frames, and its gradients.

    Parameters
    ----------
    clips : (T, N, R, S, D)
        From each of the first T - 1 frames the next is predicted.
    params : FrameParams

    Returns
    -------
    loss : float
    grads : FrameParams

    Examples
    --------
    >>> from rnnlib.data.clips import bouncing_clips
    >>> rng = np.random.default_rng(0)
    >>> loss, grads = frame_loss(bouncing_clips(2, 5, rng), init_frames(4, rng))
    >>> grads.W.shape
    (3, 3, 4, 1)
    """
    return (_flat_loss if _is_flat(params) else _conv_loss)(clips, params)


def _conv_loss(clips, params):
    xs, targets = clips[:-1], clips[1:]
    hs, _, caches = convlstm_forward(xs, zero_frame_state(xs[0], params), params.cell)
    flat = hs.reshape(-1, *hs.shape[2:])
    y = sigmoid(conv2d(flat, params.W, params.b)).reshape(targets.shape)
    da = mean_squared_error_backward(y, targets) * y * (1 - y)
    dh, dW, db = conv2d_backward(da.reshape(-1, *da.shape[2:]), flat, params.W)
    _, _, grads = convlstm_backward(dh.reshape(hs.shape), None, caches)
    return mean_squared_error(y, targets), FrameParams(grads, dW, db)


def _flat_loss(clips, params):
    frames = clips.reshape(*clips.shape[:2], -1)
    xs, targets, out = frames[:-1], frames[1:], DenseParams(params.W, params.b)
    hs, _, cache = lstm_forward(xs, zero_frame_state(clips[0], params), params.cell)
    y = sigmoid(output_step(hs, out))
    da = mean_squared_error_backward(y, targets) * y * (1 - y)
    dhs, grads_out = output_step_backward(da, hs, out)
    _, _, grads = lstm_backward(dhs, None, cache)
    return mean_squared_error(y, targets), FrameParams(grads, *(g for _, g in grads_out.items()))


def predict_frames(frames, steps, step, state):
    """Several frames ahead: read what is there, then read what was predicted.

    Parameters
    ----------
    frames : (T, N, R, S, D)
    steps : int
        How many frames to predict; at least 1.
    step : callable
        ``step(frame, state) -> predicted, state``.
    state
        Before the first frame.

    Returns
    -------
    predicted : (steps, N, R, S, D)

    Examples
    --------
    A "network" that expects each frame to be brighter by 1 than the one before:

    >>> frames = np.array([5.0, 6.0]).reshape(2, 1, 1, 1, 1)
    >>> predict_frames(frames, 3, lambda frame, state: (frame + 1, state), None).ravel()
    array([7., 8., 9.])
    """
    for frame in frames:
        guess, state = step(frame, state)
    predicted = [guess]
    while len(predicted) < steps:
        guess, state = step(guess, state)
        predicted.append(guess)
    return np.stack(predicted)


def straight_motion(frames, steps):
    """A baseline: what moved between the last two frames goes on moving, and leaves the frame.

    Parameters
    ----------
    frames : (T, N, R, S, D)
        Only the last two count.
    steps : int

    Returns
    -------
    predicted : (steps, N, R, S, D)
        The last frame, shifted again and again by the step, of at most one pixel up or down and
        one to a side, that explains the last two frames best.

    Examples
    --------
    >>> frames = np.zeros((2, 1, 1, 4, 1))
    >>> frames[0, 0, 0, 0], frames[1, 0, 0, 1] = 1, 1
    >>> straight_motion(frames, 3)[:, 0, 0, :, 0]
    array([[0., 0., 1., 0.],
           [0., 0., 0., 1.],
           [0., 0., 0., 0.]])
    """
    predicted = np.zeros((steps, *frames.shape[1:]), frames.dtype)
    shifts = sorted(((r - 1, s - 1) for r, s in np.ndindex(3, 3)), key=lambda s: s != (0, 0))
    for n in range(frames.shape[1]):
        before, frame = frames[-2, n], frames[-1, n]
        best = min(shifts, key=lambda shift: np.square(_shifted(before, *shift) - frame).sum())
        for k in range(steps):
            predicted[k, n] = frame = _shifted(frame, *best)
    return predicted


def _shifted(frame, down, right):
    """A frame (R, S, D) moved by at most one pixel each way; zeros come in from outside."""
    R, S, _ = frame.shape
    padded = np.pad(frame, ((1, 1), (1, 1), (0, 0)))
    return padded[1 - down : 1 - down + R, 1 - right : 1 - right + S]
