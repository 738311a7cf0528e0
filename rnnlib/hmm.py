"""A hidden Markov model in logarithms: how likely a sequence is, and the likeliest path through it.

K states; at each step the model is in one of them and emits a symbol. A path z_1 ... z_T through
the states, together with what was observed, has the probability::

    p(z, x) = start(z_1) p(x_1 | z_1)  prod_{t>1} trans(z_{t-1}, z_t) p(x_t | z_t)

There are K^T paths. Both recursions read each step once, because all that came before a step enters
it through one number for each state::

    forward    log_alpha_t(k) = log_obs_t(k) + logsumexp_j (log_alpha_{t-1}(j) + log_trans(j, k))
    Viterbi    delta_t(k)     = log_obs_t(k) + max_j       (delta_{t-1}(j)     + log_trans(j, k))

logsumexp over alpha_T is the logarithm of p(x), max over delta_T that of the best path. These are
the recursions of CTC (`ctc`), whose table of transitions follows from the labels. What the
observations are does not matter here: `log_obs` holds log p(x_t | state k), a row a step.

References
----------
Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
Proceedings of the IEEE 77 (1989), section III.
"""

from itertools import product

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = [
    "hmm_brute_force",
    "hmm_log_forward",
    "hmm_next_symbol",
    "log_sum_exp",
    "viterbi",
]


def log_sum_exp(values, axis=None):
    """log(sum(exp(values))) without leaving the logarithms; -inf where all values are -inf.

    Parameters
    ----------
    values : array_like
    axis : int, optional

    Examples
    --------
    >>> log_sum_exp(np.array([-1000.0, -1000.0])).round(4)
    np.float64(-999.3069)
    >>> log_sum_exp(np.array([-np.inf, -np.inf]))
    np.float64(-inf)
    """
    return np.logaddexp.reduce(np.asarray(values), axis=axis)


def hmm_log_forward(log_start, log_trans, log_obs):
    """The forward recursion: log p(x_1 ... x_t, state k at step t).

    Parameters
    ----------
    log_start : (K,)
        Logarithms of the probabilities of the first state; -inf where it cannot be.
    log_trans : (K, K)
        From the state of the row to that of the column.
    log_obs : (T, K)
        log p(x_t | state k).

    Returns
    -------
    log_alpha : (T, K)

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    Examples
    --------
    >>> log_start, log_trans = np.log([0.5, 0.5]), np.log([[0.9, 0.1], [0.2, 0.8]])
    >>> log_obs = np.log([[0.5, 0.1], [0.1, 0.6]])
    >>> np.exp(hmm_log_forward(log_start, log_trans, log_obs)).round(4)
    array([[0.25  , 0.05  ],
           [0.0235, 0.039 ]])
    """
    log_start, log_trans, log_obs = _checked(log_start, log_trans, log_obs)
    log_alpha = np.empty_like(log_obs)
    log_alpha[0] = log_start + log_obs[0]
    for t in range(1, len(log_obs)):
        came = log_sum_exp(log_alpha[t - 1][:, None] + log_trans, axis=0)
        log_alpha[t] = came + log_obs[t]
    return log_alpha


def viterbi(log_start, log_trans, log_obs):
    """The likeliest path through the states.

    Parameters
    ----------
    log_start, log_trans, log_obs
        As for `hmm_log_forward`.

    Returns
    -------
    path : (T,) of int
        If several are equally likely, one of them.
    log_prob : float
        log p(path, x).

    Examples
    --------
    >>> log_start, log_trans = np.log([0.5, 0.5]), np.log([[0.9, 0.1], [0.2, 0.8]])
    >>> path, log_prob = viterbi(log_start, log_trans, np.log([[0.5, 0.1], [0.1, 0.6]]))
    >>> path, round(float(np.exp(log_prob)), 4)  # state 1 twice: 0.5 * 0.1 * 0.8 * 0.6
    (array([1, 1]), 0.024)
    """
    log_start, log_trans, log_obs = _checked(log_start, log_trans, log_obs)
    best, came_from = log_start + log_obs[0], []
    for row in log_obs[1:]:
        steps = best[:, None] + log_trans
        came_from.append(steps.argmax(axis=0))
        best = steps.max(axis=0) + row
    path = [int(best.argmax())]
    for pointers in reversed(came_from):
        path.append(int(pointers[path[-1]]))
    return np.array(path[::-1]), best.max()


def hmm_brute_force(log_start, log_trans, log_obs):
    """log p(x) added up over all K^T paths, and the best of them; to check what is faster.

    Parameters
    ----------
    log_start, log_trans, log_obs
        As for `hmm_log_forward`.

    Returns
    -------
    log_p : float
        log p(x).
    path : (T,) of int
        The likeliest; of several the first in the order of their numbers.
    log_prob : float
        log p(path, x).

    Examples
    --------
    >>> log_start, log_trans = np.log([0.5, 0.5]), np.log([[0.9, 0.1], [0.2, 0.8]])
    >>> log_obs = np.log([[0.5, 0.1], [0.1, 0.6]])
    >>> log_p, path, log_prob = hmm_brute_force(log_start, log_trans, log_obs)
    >>> round(float(np.exp(log_p)), 4), path
    (0.0625, array([1, 1]))
    """
    log_start, log_trans, log_obs = _checked(log_start, log_trans, log_obs)
    T, K = log_obs.shape
    paths = np.array(list(product(range(K), repeat=T)))
    log_probs = log_start[paths[:, 0]] + log_obs[np.arange(T), paths].sum(axis=1)
    log_probs = log_probs + log_trans[paths[:, :-1], paths[:, 1:]].sum(axis=1)
    best = int(log_probs.argmax())
    return log_sum_exp(log_probs), paths[best], log_probs[best]


def hmm_next_symbol(log_alpha, log_trans, log_emit):
    """log p(x_{t+1} | x_1 ... x_t) for every symbol, from one row of the forward recursion.

    Parameters
    ----------
    log_alpha : (..., K)
        Rows of `hmm_log_forward`.
    log_trans : (K, K)
    log_emit : (K, V)
        log p(symbol | state).

    Returns
    -------
    (..., V)

    Examples
    --------
    >>> log_trans, log_emit = np.log([[0.9, 0.1], [0.2, 0.8]]), np.log([[0.7, 0.3], [0.4, 0.6]])
    >>> np.exp(hmm_next_symbol(np.log([0.02, 0.02]), log_trans, log_emit)).round(3)
    array([0.565, 0.435])
    """
    log_alpha, log_trans, log_emit = as_floats(
        log_alpha=log_alpha, log_trans=log_trans, log_emit=log_emit
    )
    match_shapes(
        ("log_trans", log_trans, "K K"),
        ("log_emit", log_emit, "K V"),
        ("log_alpha", log_alpha, "... K"),
    )
    now = log_alpha - log_sum_exp(log_alpha, axis=-1)[..., None]
    after = log_sum_exp(now[..., :, None] + log_trans, axis=-2)
    return log_sum_exp(after[..., :, None] + log_emit, axis=-2)


def _checked(log_start, log_trans, log_obs):
    log_start, log_trans, log_obs = as_floats(
        log_start=log_start, log_trans=log_trans, log_obs=log_obs
    )
    match_shapes(
        ("log_start", log_start, "K"),
        ("log_trans", log_trans, "K K"),
        ("log_obs", log_obs, "T K"),
    )
    return log_start, log_trans, log_obs
