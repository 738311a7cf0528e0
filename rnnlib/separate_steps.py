"""A network with weights of its own for every step, to be compared with a recurrent one.

    h_t = tanh(x_t W_xh[t] + h_{t-1} W_hh[t] + b_h[t])

Nothing that is learned at one place of a sequence is known at another.
"""

import numpy as np

from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense, init_rnn
from rnnlib.letter_models import letter_batch
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.rnn import rnn_step, rnn_step_backward

__all__ = ["StepModel", "step_model_loss_and_grads", "train_letters"]


@parameters
class StepModel(Params):
    """Recurrent cells, and an output layer that all steps share.

    Parameters
    ----------
    cells : tuple of RNNParams
        One for each step, or a single one that serves at every step.
    out : DenseParams
    """

    cells: tuple
    out: DenseParams


def step_model_loss_and_grads(words, model, alphabet):
    """The mean loss a letter in nats, and its gradient for every weight.

    Parameters
    ----------
    words : sequence of str
    model : StepModel
    alphabet : Vocabulary

    Returns
    -------
    loss : float
    grads : StepModel

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> rng = np.random.default_rng(0)
    >>> model = StepModel((init_rnn(3, 4, rng),), init_dense(4, 3, rng))
    >>> loss, grads = step_model_loss_and_grads(["ab", "b"], model, Vocabulary(".ab"))
    >>> bool(loss > 0), len(grads.cells)
    (True, 1)
    """
    xs, targets, mask = letter_batch(words, alphabet)
    number = [min(t, len(model.cells) - 1) for t in range(len(xs))]
    states = [np.zeros((len(words), model.cells[0].b_h.size))]
    for t, x in enumerate(xs):
        states.append(rnn_step(x, states[-1], model.cells[number[t]]))
    hs = np.stack(states[1:])
    logits = output_step(hs, model.out)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads_out = output_step_backward(dlogits, hs, model.out)

    grads = [cell.map(np.zeros_like) for cell in model.cells]
    dh = np.zeros_like(states[0])
    for t in reversed(range(len(xs))):
        cell = model.cells[number[t]]
        _, dh, g = rnn_step_backward(dhs[t] + dh, xs[t], states[t], states[t + 1], cell)
        grads[number[t]] = grads[number[t]].map(np.add, g)
    return cross_entropy(logits, targets, mask=mask), StepModel(tuple(grads), grads_out)


def train_letters(words, held_out, alphabet, *, cells, H=64, updates=200, N=64, seed=0, watch=None):
    """Train such a network on words; its losses on words like those, and on words held out.

    Parameters
    ----------
    words, held_out : sequence of str
    alphabet : Vocabulary
    cells : int
        How many cells: 1 for a recurrent network, as many as there are steps for separate ones.
    H, updates, N, seed : int
    watch : callable, optional
        ``watch(update, loss)`` is called at every 40th update.

    Returns
    -------
    training, new : float
        The mean loss a letter in nats, on as many training words as there are held-out ones, and
        on those.

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> words = ["anna", "hanna"] * 4
    >>> known, new = train_letters(words, ["hanah"], Vocabulary(".anh"), cells=1, H=4, N=4)
    >>> known < new
    True
    """
    rng = np.random.default_rng(seed)
    V = len(alphabet)
    model = StepModel(tuple(init_rnn(V, H, rng) for _ in range(cells)), init_dense(H, V, rng))
    state = adam_state(model)
    for update in range(updates):
        batch = rng.choice(words, N, replace=False)
        loss, grads = step_model_loss_and_grads(batch, model, alphabet)
        if watch is not None and update % 40 == 0:
            watch(update, loss)
        grads, _ = clip_grad_norm(grads, 5.0)
        model, state = adam_step(model, grads, state, learning_rate=5e-3)
    known = words[: len(held_out)]
    return tuple(step_model_loss_and_grads(w, model, alphabet)[0] for w in (known, held_out))
