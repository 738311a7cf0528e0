"""Networks of several kinds that predict the next letter: what they say, and what a letter costs.

Each is a dict of arrays, as `rnnlib.data.compared` holds them; which kind it is shows in the names
of its arrays. A Transformer has one layer::

    e = x W_e + positions            u = normed(e)
    e = e + causal_attention(u W_q, u W_k, u W_v) W_o
    e = e + relu(normed(e) W_1 + b_1) W_2 + b_2        logits = normed(e) W_hy + b_y

where `normed` is layer normalization without weights. The other kinds are a stack of causal
convolutions with tanh, of minGRU layers, or a cell of the library, each with an output layer; a
hidden Markov model; and an echo state network, whose cell is drawn once and never trained.

The functions that do the work can be exchanged, for those that somebody has written.
"""

from functools import cache

import numpy as np

from rnnlib.activations import log_softmax, relu
from rnnlib.causal_conv import causal_conv
from rnnlib.gru import GRUParams
from rnnlib.gru_sequence import gru_forward
from rnnlib.hmm import hmm_log_forward, hmm_next_symbol, log_sum_exp
from rnnlib.init import init_rnn, scale_to_radius
from rnnlib.lstm import LSTMParams
from rnnlib.lstm_sequence import lstm_forward
from rnnlib.rnn import RNNParams, rnn_forward
from rnnlib.scan import MinGRUParams, linear_scan, min_gru_forward
from rnnlib.self_attention import attention_step, causal_attention, positions

__all__ = [
    "hidden_states",
    "letter_costs",
    "net_logits",
    "normed",
    "reservoir",
    "transformer_step",
]


def normed(e):
    """Mean 0 and variance 1 over the last axis.

    Examples
    --------
    >>> normed(np.array([1.0, 3.0])).round(3)
    array([-1.,  1.])
    """
    e = e - e.mean(axis=-1, keepdims=True)
    return e / np.sqrt(np.square(e).mean(axis=-1, keepdims=True) + 1e-5)


@cache
def reservoir(D, H):
    """The cell of an echo state network: random, of spectral radius 0.9, the same each time.

    References
    ----------
    Jaeger, "The 'echo state' approach to analysing and training recurrent neural networks", GMD
    report 148 (2001).

    Examples
    --------
    >>> reservoir(2, 5)
    RNNParams(W_xh (2, 5), W_hh (5, 5), b_h (5,))
    """
    cell = init_rnn(D, H, np.random.default_rng(15))
    return RNNParams(cell.W_xh, scale_to_radius(cell.W_hh, 0.9), cell.b_h)


def hidden_states(xs, weights):
    """All states h of a recurrent network, an echo state network included.

    Parameters
    ----------
    xs : (T, N, D)
    weights : dict

    Returns
    -------
    hs : (T, N, H)

    Examples
    --------
    >>> weights = {"W_hy": np.ones((5, 3)), "b_y": np.ones(3)}
    >>> hidden_states(np.ones((4, 2, 3)), weights).shape
    (4, 2, 5)
    """
    D, H = xs.shape[2], len(weights["W_hy"])
    zeros = np.zeros((xs.shape[1], H))
    if "W_xh" not in weights:
        return rnn_forward(xs, zeros, reservoir(D, H))[0]
    arrays = [weights[name] for name in ("W_xh", "W_hh", "b_h", "b_hn") if name in weights]
    if "b_hn" in weights:
        return gru_forward(xs, zeros, GRUParams(*arrays))[0]
    if weights["W_hh"].shape[1] == H:
        return rnn_forward(xs, zeros, RNNParams(*arrays))[0]
    return lstm_forward(xs, (zeros, zeros), LSTMParams(*arrays))[0]


def net_logits(
    xs,
    weights,
    *,
    conv=causal_conv,
    attention=causal_attention,
    scan=linear_scan,
    forward=hmm_log_forward,
):
    """What a network says about the next letter at every step.

    Parameters
    ----------
    xs : (T, N, V)
        One-hot letters, of which the first is the full stop.
    weights : dict
    conv, attention, scan, forward : callable
        Other functions than the library's.

    Returns
    -------
    logits : (T, N, V)
        Of a hidden Markov model log-probabilities.

    Examples
    --------
    >>> weights = {"W0": np.ones((2, 3, 4)), "b0": np.zeros(4)}
    >>> net_logits(np.ones((5, 2, 3)), weights | {"W_hy": np.ones((4, 3)), "b_y": np.ones(3)}).shape
    (5, 2, 3)
    """
    if "trans" in weights:
        return _hmm_logits(xs, weights, forward)
    if "W_q" in weights:
        return _transformer_logits(xs, weights, attention)
    hs, layer = xs, 0
    if "W0" in weights:
        while f"W{layer}" in weights:
            hs = np.tanh(conv(hs, weights[f"W{layer}"], weights[f"b{layer}"], 2**layer))
            layer += 1
    elif "W_xz0" in weights:
        while f"W_xz{layer}" in weights:
            arrays = (weights[f"{name}{layer}"] for name in ("W_xz", "W_xn", "b_z", "b_n"))
            params = MinGRUParams(*arrays)
            hs = min_gru_forward(hs, np.zeros((xs.shape[1], len(params.b_z))), params, scan=scan)
            layer += 1
    else:
        hs = hidden_states(xs, weights)
    return hs @ weights["W_hy"] + weights["b_y"]


def _transformer_logits(xs, weights, attention):
    e = xs @ weights["W_e"]
    e = e + positions(len(xs), e.shape[2])[:, None]
    u = normed(e)
    found, _ = attention(*(u @ weights[name] for name in ("W_q", "W_k", "W_v")))
    return _after_attention(e + found @ weights["W_o"], weights)


def _after_attention(e, weights):
    e = e + relu(normed(e) @ weights["W_1"] + weights["b_1"]) @ weights["W_2"] + weights["b_2"]
    return normed(e) @ weights["W_hy"] + weights["b_y"]


def transformer_step(x, t, weights, keys, values, *, step=attention_step):
    """One letter through a Transformer with a cache.

    Parameters
    ----------
    x : (N, V)
    t : int
        Its place, from 0.
    weights : dict
    keys, values : (t, N, E)
        Of the letters before; see `rnnlib.self_attention.empty_cache`.
    step : callable
        Another function than `attention_step`.

    Returns
    -------
    logits : (N, V)
    keys, values : (t + 1, N, E)

    Examples
    --------
    >>> from rnnlib.data.compared import compared_weights
    >>> from rnnlib.self_attention import empty_cache
    >>> logits, keys, values = transformer_step(
    ...     np.eye(27)[:1], 0, compared_weights("Transformer"), *empty_cache(1, 16, 16))
    >>> logits.shape, keys.shape
    ((1, 27), (1, 1, 16))
    """
    e = x @ weights["W_e"]
    e = e + positions(t + 1, e.shape[1])[t]
    u = normed(e)
    q, k, v = (u @ weights[name] for name in ("W_q", "W_k", "W_v"))
    found, keys, values = step(q, k, v, keys, values)
    return _after_attention(e + found @ weights["W_o"], weights), keys, values


def _hmm_logits(xs, weights, forward):
    log_start, log_trans, log_emit = (
        log_softmax(weights[name]) for name in ("start", "trans", "emit")
    )
    first = log_sum_exp(log_start[:, None] + log_emit, axis=0)
    logits = np.empty(xs.shape)
    logits[0] = first
    for n in range(xs.shape[1] if len(xs) > 1 else 0):
        seen = xs[1:, n].argmax(axis=1)  # the full stop that begins a word is not emitted
        log_alpha = forward(log_start, log_trans, log_emit[:, seen].T)
        logits[1:, n] = hmm_next_symbol(log_alpha, log_trans, log_emit)
    return logits


def letter_costs(weights, t):
    """What the t-th letter costs a network that writes: multiplications, and numbers kept.

    A one-hot letter costs no product: a row of the first matrix is looked up. Sums, and functions
    such as tanh, are not counted.

    Parameters
    ----------
    weights : dict
    t : int
        From 1.

    Returns
    -------
    multiplications : int
    kept : int
        Numbers that have to be remembered until the next letter, a letter counted as one.

    Examples
    --------
    >>> V, H = 27, 30
    >>> rnn = {"W_xh": np.ones((V, H)), "W_hh": np.ones((H, H)), "W_hy": np.ones((H, V))}
    >>> letter_costs(rnn, 1) == (H * H + H * V, H)
    True
    """
    if "trans" in weights:
        K = len(weights["start"])
        return K * K + K + K * weights["emit"].shape[1], K
    out = weights["W_hy"].size
    H = len(weights["W_hy"])
    if "W_q" in weights:
        E = H
        dense = 4 * E * E + weights["W_1"].size + weights["W_2"].size
        return dense + 2 * t * E + out, 2 * t * E
    if "W0" in weights:
        kept, products, layer = len(weights["W0"]) - 1, 0, 1
        while f"W{layer}" in weights:
            W = weights[f"W{layer}"]
            products += W.size
            kept += (len(W) - 1) * 2**layer * W.shape[1]
            layer += 1
        return products + out, kept
    if "W_xz0" in weights:
        layers = sum(name.startswith("W_xz") for name in weights)
        between = sum(weights[f"W_x{g}{k}"].size for k in range(1, layers) for g in "zn")
        return between + 2 * H * layers + out, H * layers
    if "W_hh" not in weights:
        return H * H + out, H
    gates = weights["W_hh"].shape[1] // H
    entrywise = {1: 0, 3: 3 * H, 4: 3 * H}[gates]
    return weights["W_hh"].size + entrywise + out, 2 * H if gates == 4 else H
