"""A network that writes tunes: an LSTM over the symbols of ABC, read and sampled step by step."""

import numpy as np

from rnnlib.dense import DenseParams, output_step
from rnnlib.generation import continue_text, sample
from rnnlib.init import init_dense, init_lstm
from rnnlib.losses import cross_entropy
from rnnlib.lstm import LSTMParams
from rnnlib.lstm_sequence import lstm_forward
from rnnlib.params import Params, parameters

__all__ = [
    "TuneModel",
    "as_text",
    "init_tune_model",
    "read_tunes",
    "tune_loss",
    "tune_state",
    "tune_step",
    "write_side_by_side",
]


@parameters
class TuneModel(Params):
    """A recurrent cell and its output layer.

    Attributes
    ----------
    cell : LSTMParams
        With D = V inputs, one for each symbol.
    out : DenseParams
        From H units to V logits.
    """

    cell: LSTMParams
    out: DenseParams


def as_text(tune):
    """What the network reads of a tune: no line ``L:1/8``, and a blank line at the end.

    Examples
    --------
    >>> as_text("M:6/8\\nL:1/8\\nK:D Major\\nABc def|")
    'M:6/8\\nK:D Major\\nABc def|\\n\\n'
    """
    return tune.replace("L:1/8\n", "") + "\n\n"


def init_tune_model(V, H, rng):
    """First weights, as float32.

    Parameters
    ----------
    V, H : int
        Symbols, units.
    rng : numpy.random.Generator

    Examples
    --------
    >>> init_tune_model(V=5, H=3, rng=np.random.default_rng(0)).size == 4 * 3 * (5 + 3 + 1) + 5 * 4
    True
    """
    return TuneModel(init_lstm(V, H, rng), init_dense(H, V, rng)).astype(np.float32)


def tune_state(model, N=1):
    """A state of zeros: h and c, each (N, H).

    Examples
    --------
    >>> h, c = tune_state(init_tune_model(5, 3, np.random.default_rng(0)), N=2)
    >>> h.shape, c.shape
    ((2, 3), (2, 3))
    """
    shape = (N, len(model.cell.W_hh))
    return np.zeros(shape, model.cell.W_hh.dtype), np.zeros(shape, model.cell.W_hh.dtype)


def read_tunes(ids, state, model):
    """Read a piece of N texts.

    Parameters
    ----------
    ids : (T, N) of int
    state : tuple of arrays (N, H)
    model : TuneModel

    Returns
    -------
    logits : (T, N, V)
        After each symbol.
    state : tuple of arrays (N, H)
        After the last.
    cache : tuple
        hs (T, N, H) and the cell's cache, for the gradients.

    Examples
    --------
    >>> model = init_tune_model(5, 3, np.random.default_rng(0))
    >>> logits, state, (hs, cache) = read_tunes([[1], [4]], tune_state(model), model)
    >>> logits.shape, hs.shape
    ((2, 1, 5), (2, 1, 3))
    """
    one_hot = np.eye(len(model.cell.W_xh), dtype=model.cell.W_xh.dtype)
    hs, state, cache = lstm_forward(one_hot[np.asarray(ids)], state, model.cell)
    return output_step(hs, model.out), state, (hs, cache)


def tune_step(symbol, state, model):
    """Read one symbol, or one in each of N rows.

    Parameters
    ----------
    symbol : int or (N,) of int
    state : tuple of arrays (N, H)
        Kept as it is: the state before a symbol can be returned to.
    model : TuneModel

    Returns
    -------
    logits : (V,) or (N, V)
    state : tuple of arrays (N, H)

    Notes
    -----
    As `rnnlib.lstm_step` on one-hot vectors, but the product with a one-hot vector is a row of
    ``W_xh``, and looked up as such: several times faster for a single text.

    Examples
    --------
    >>> model = init_tune_model(5, 3, np.random.default_rng(0))
    >>> logits, state = tune_step(4, tune_state(model), model)
    >>> logits.shape, state[0].shape
    ((5,), (1, 3))
    """
    h, c = state
    cell, H = model.cell, len(model.cell.W_hh)
    a = cell.W_xh[np.atleast_1d(symbol)] + h @ cell.W_hh + cell.b_h
    gates = 0.5 + 0.5 * np.tanh(0.5 * a)  # the logistic function; g, in the middle, is a tanh
    i, f, o = gates[:, :H], gates[:, H : 2 * H], gates[:, 3 * H :]
    c = f * c + i * np.tanh(a[:, 2 * H : 3 * H])
    h = o * np.tanh(c)
    logits = h @ model.out.W_hy + model.out.b_y
    return (logits[0] if np.ndim(symbol) == 0 else logits), (h, c)


def tune_loss(ids, model, *, forget_after=None):
    """The mean loss a symbol of one text, in nats.

    Parameters
    ----------
    ids : (length,) of int
    model : TuneModel
    forget_after : int, optional
        The state is thrown away after so many symbols, again and again.

    Returns
    -------
    float

    Examples
    --------
    >>> model = init_tune_model(5, 3, np.random.default_rng(0))
    >>> round(tune_loss(np.arange(40) % 5, model), 1)
    1.7
    """
    inputs, targets = ids[:-1, None], ids[1:, None]
    if forget_after is not None:  # every piece is a row of a batch of its own, begun with zeros
        whole = len(inputs) // forget_after * forget_after
        inputs, targets = (a[:whole].reshape(-1, forget_after).T for a in (inputs, targets))
    logits, _, _ = read_tunes(inputs, tune_state(model, inputs.shape[1]), model)
    return float(cross_entropy(logits.astype(float), targets))


def write_side_by_side(headers, model, symbols, rng, *, before="", length=330, temperature=1.0,
                       top_k=None):  # fmt: skip
    """A tune for every header, all at once: a row of a batch each.

    Parameters
    ----------
    headers : list of str
    model : TuneModel
    symbols : rnnlib.Vocabulary
    rng : numpy.random.Generator
    before : str
        What the network reads first.
    length : int
        The most symbols of a tune, its header not counted.
    temperature, top_k
        As in `rnnlib.sample`.

    Returns
    -------
    list of str
        Each ends where the network wrote a blank line.

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> rng = np.random.default_rng(0)
    >>> model = init_tune_model(5, 3, rng)
    >>> tunes = write_side_by_side(["ab", "c"], model, Vocabulary("abcd|"), rng, length=3)
    >>> [len(tune) for tune in tunes]
    [5, 4]
    """
    # Rows of one length: a prompt that is longer than the shortest one loses its beginning.
    prompts = [before + header for header in headers]
    shortest = min(map(len, prompts))
    rows = np.array([symbols.encode(prompt[-shortest:]) for prompt in prompts]).T
    written = continue_text(
        rows,
        length,
        lambda ids, state: tune_step(ids, state, model),
        lambda logits: sample(logits.astype(float), rng, temperature=temperature, top_k=top_k),
        tune_state(model, len(headers)),
    )
    texts = (symbols.decode(row).partition("\n\n")[0] for row in written.T)
    return [header + text for header, text in zip(headers, texts)]
