"""Who speaks: networks and a baseline that tell the speakers of the Japanese vowels apart.

Utterances are arrays (T_n, D); speakers are integers. `train_speakers` trains any stack of simple
recurrent layers, whose final state goes into an output layer.
"""

import numpy as np

from rnnlib.bidirectional import bidirectional_forward
from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.dropout import dropout
from rnnlib.init import init_dense, init_rnn
from rnnlib.losses import cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.pooling import mean_pool
from rnnlib.sequences import pad
from rnnlib.stack import StackParams, init_stack, stack_backward, stack_forward, zero_state

__all__ = [
    "SpeakerModel",
    "logistic_regression",
    "speaker_features",
    "train_speakers",
    "utterance_summary",
]


@parameters
class SpeakerModel(Params):
    """A stack of recurrent layers, and an output layer that reads its final state."""

    stack: StackParams
    out: DenseParams


def utterance_summary(utterances):
    """Mean and deviation of each feature over time: what is left when the order is forgotten.

    Parameters
    ----------
    utterances : list of (T_n, D) arrays

    Returns
    -------
    (N, 2D)

    Examples
    --------
    >>> utterance_summary([np.array([[1.0], [3.0]])])
    array([[2., 1.]])
    """
    return np.array([np.concatenate([u.mean(axis=0), u.std(axis=0)]) for u in utterances])


def logistic_regression(xs, targets, *, updates=400, decay=1e-2):
    """An output layer with a softmax, trained on its own, with weight decay.

    Parameters
    ----------
    xs : (N, D)
        Standardized.
    targets : (N,) of int
    updates : int
    decay : float

    Returns
    -------
    DenseParams

    Examples
    --------
    >>> layer = logistic_regression(np.array([[-1.0], [1.0]]), np.array([0, 1]))
    >>> output_step(np.array([[-2.0], [2.0]]), layer).argmax(axis=1)
    array([0, 1])
    """
    layer = init_dense(xs.shape[1], int(np.max(targets)) + 1, np.random.default_rng(0))
    state = adam_state(layer)
    for _ in range(updates):
        dlogits = cross_entropy_backward(output_step(xs, layer), targets)
        _, grads = output_step_backward(dlogits, xs, layer)
        grads = grads.map(lambda g, p: g + decay * p, layer)
        layer, state = adam_step(layer, grads, state, learning_rate=0.05)
    return layer


def speaker_features(utterances, scale, cells):
    """What two cells, one for each direction, make of utterances: (N, 3H).

    The last state of each, and the mean of the forward cell's states.

    Parameters
    ----------
    utterances : list of (T_n, D) arrays
    scale : pair of (D,)
        Mean and deviation, to standardize with.
    cells : BidirectionalParams

    Returns
    -------
    (N, 3H)

    Examples
    --------
    >>> from rnnlib import BidirectionalParams
    >>> rng = np.random.default_rng(0)
    >>> cells = BidirectionalParams(init_rnn(2, 4, rng), init_rnn(2, 4, rng))
    >>> speaker_features([np.ones((5, 2)), np.ones((3, 2))], (np.zeros(2), np.ones(2)), cells).shape
    (2, 12)
    """
    mean, std = scale
    xs, mask = pad([(u - mean) / std for u in utterances])
    H = len(cells.forward.b_h)
    zeros = np.zeros((len(utterances), H))
    hs, (last, first), _ = bidirectional_forward(xs, (zeros, zeros), cells, mask=mask)
    return np.concatenate([last, first, mean_pool(hs[:, :, :H], mask)], axis=1)


def train_speakers(
    training,
    testing,
    seed,
    *,
    layers=1,
    H=32,
    both=False,
    masked=True,
    shuffled=False,
    updates=150,
    input_dropout=0.0,
    **dropping,
):
    """Train a stack on who speaks, and try it on other utterances.

    Parameters
    ----------
    training, testing : Utterances
        With ``sequences`` and ``speakers``, as `rnnlib.data.japanese_vowels` gives them.
    seed : int
    layers, H : int
    both : bool
        Whether each layer reads in both directions.
    masked : bool
        Whether the network is given the mask; if not, its state goes on over the padding.
    shuffled : bool
        Whether the steps of each utterance are put into a random order, before and after training.
    updates : int
        Of 64 utterances each, with Adam.
    input_dropout : float
        The share of the inputs that is dropped while training.
    **dropping
        ``dropout_rate`` and ``variational`` of `stack_forward`, for dropout between layers.

    Returns
    -------
    pair of float
        The share of right answers on `testing`; and the same with 20 more steps of padding.

    Examples
    --------
    >>> from rnnlib.data import japanese_vowels
    >>> training, testing = japanese_vowels()
    >>> right, with_more_padding = train_speakers(training, testing, 0, updates=2)
    >>> right == with_more_padding
    True
    """
    rng = np.random.default_rng(seed)
    frames = np.concatenate(training.sequences)
    scale = frames.mean(axis=0), frames.std(axis=0)
    xs, mask = _batch(training.sequences, scale, shuffled)
    K = training.speakers.max() + 1
    stack = init_stack(init_rnn, xs.shape[2], H, layers, rng, bidirectional=both)
    model = SpeakerModel(stack, init_dense(2 * H if both else H, K, rng))
    state = adam_state(model)
    for _ in range(updates):
        chosen = rng.choice(len(training.sequences), 64, replace=False)
        T = mask[:, chosen].sum(axis=0).max()
        inputs = xs[:T, chosen]
        if input_dropout:
            inputs, _ = dropout(inputs, input_dropout, rng)
        _, states, cache = stack_forward(
            inputs,
            zero_state(model.stack, 64),
            model.stack,
            mask=mask[:T, chosen] if masked else None,
            rng=rng,
            **dropping,
        )
        h = _final(states)
        dlogits = cross_entropy_backward(output_step(h, model.out), training.speakers[chosen])
        dh, grads_out = output_step_backward(dlogits, h, model.out)
        dstates = [None] * (layers - 1) + [(dh[:, :H], dh[:, H:]) if both else dh]
        _, _, grads = stack_backward(None, dstates, cache)
        grads, _ = clip_grad_norm(SpeakerModel(grads, grads_out), 1.0)
        model, state = adam_step(model, grads, state, learning_rate=0.01)
    xs, mask = _batch(testing.sequences, scale, shuffled)
    longer = np.concatenate([xs, np.zeros((20, *xs.shape[1:]))])
    longer_mask = np.concatenate([mask, np.zeros((20, len(mask[0])), bool)])
    return tuple(
        float(np.mean(_guess(model, x, m if masked else None) == testing.speakers))
        for x, m in ((xs, mask), (longer, longer_mask))
    )


def _batch(utterances, scale, shuffled):
    """Standardized and padded, perhaps with the steps of each utterance in a random order."""
    utterances = [(u - scale[0]) / scale[1] for u in utterances]
    if shuffled:
        rng = np.random.default_rng(9)
        utterances = [rng.permutation(u) for u in utterances]
    return pad(utterances)


def _final(states):
    """The last layer's final state; both directions side by side."""
    return np.concatenate(states[-1], axis=1) if isinstance(states[-1], tuple) else states[-1]


def _guess(model, xs, mask):
    """The likeliest speaker of each utterance, with nothing dropped."""
    _, states, _ = stack_forward(xs, zero_state(model.stack, xs.shape[1]), model.stack, mask=mask)
    return output_step(_final(states), model.out).argmax(axis=1)
