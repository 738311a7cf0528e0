"""A memory outside the state: a matrix that stores values under keys, written by the delta rule.

At each step a key k, a value v, a rate beta and a query q come in. The memory is asked what it has
under the key; what is missing is added, in part; then it is asked for the query::

    e_t = v_t - M_{t-1}^T k_t               what is wrong with the value found under the key
    M_t = M_{t-1} + beta_t k_t e_t^T        written
    y_t = M_t^T q_t                         read

With keys of length 1 and beta = 1 a new value replaces the old one under its key. If e_t is v_t
instead, values under one key pile up (Hebb's rule, linear attention).

It is also one step of gradient descent on ``|v - M^T k|^2 / 2`` with learning rate beta: a memory
that is fed examples (x, y) as keys and values learns a regression while it reads.

References
----------
Widrow and Hoff, "Adaptive switching circuits", IRE WESCON 1960: the delta rule.
Schlag, Irie and Schmidhuber, "Linear Transformers are secretly fast weight programmers", ICML 2021.
Yang et al., "Parallelizing linear Transformers with the delta rule over sequence length", NeurIPS
2024.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = ["delta_memory", "delta_memory_read"]


def delta_memory_read(ks, vs, qs, betas, M0):
    """Write and read over a sequence: the forward pass alone.

    Parameters
    ----------
    ks, qs : (T, N, A)
    vs : (T, N, E)
    betas : (T, N)
    M0 : (N, A, E)

    Returns
    -------
    ys : (T, N, E)

    Examples
    --------
    >>> k = np.eye(2)[[0, 0]].reshape(2, 1, 2)  # the same key twice
    >>> v = np.array([5.0, 7.0]).reshape(2, 1, 1)
    >>> delta_memory_read(k, v, k, np.ones((2, 1)), np.zeros((1, 2, 1))).ravel()
    array([5., 7.])
    """
    return _forward(ks, vs, qs, betas, M0)[0]


def _forward(ks, vs, qs, betas, M0):
    ks, vs, qs, betas, M0 = as_floats(ks=ks, vs=vs, qs=qs, betas=betas, M0=M0)
    match_shapes(
        ("ks", ks, "T N A"),
        ("qs", qs, "T N A"),
        ("vs", vs, "T N E"),
        ("betas", betas, "T N"),
        ("M0", M0, "N A E"),
    )
    memories, errors = [M0], []
    for k, v, beta in zip(ks, vs, betas, strict=True):
        M = memories[-1]
        errors.append(v - np.einsum("nae,na->ne", M, k))
        memories.append(M + np.einsum("n,na,ne->nae", beta, k, errors[-1]))
    memories = np.stack(memories)
    return np.einsum("tnae,tna->tne", memories[1:], qs), memories, np.stack(errors)


def delta_memory(ks, vs, qs, betas, M0, dys):
    """Both passes over a sequence.

    ::

        dq_t = M_t dy_t                         dM_t += q_t dy_t^T
        de_t = beta_t dM_t^T k_t                dbeta_t = k_t . dM_t e_t
        dv_t = de_t                             dk_t = beta_t dM_t e_t - M_{t-1} de_t
        dM_{t-1} = dM_t - k_t de_t^T

    Parameters
    ----------
    ks, qs : (T, N, A)
    vs : (T, N, E)
    betas : (T, N)
    M0 : (N, A, E)
    dys : (T, N, E)
        Gradient with respect to what is read.

    Returns
    -------
    ys : (T, N, E)
    dks, dvs, dqs, dbetas, dM0 : as the arguments

    Raises
    ------
    ShapeError
        If the shapes do not fit together.

    Examples
    --------
    >>> ones = np.ones((1, 1, 1))
    >>> ys, _, dvs, _, _, _ = delta_memory(ones, 3 * ones, ones, [[0.5]], 0 * ones, ones)
    >>> ys.item(), dvs.item()
    (1.5, 0.5)
    """
    ys, memories, errors = _forward(ks, vs, qs, betas, M0)
    ks, qs, betas, dys = as_floats(ks=ks, qs=qs, betas=betas, dys=dys)
    match_shapes(("ys", ys, "T N E"), ("dys", dys, "T N E"))
    dks, dvs, dbetas, dM = np.empty(ks.shape), np.empty(ys.shape), np.empty(betas.shape), 0
    for t in reversed(range(len(ks))):
        k, e, beta = ks[t], errors[t], betas[t][:, None]
        dM = dM + np.einsum("na,ne->nae", qs[t], dys[t])
        dM_e = np.einsum("nae,ne->na", dM, e)
        dvs[t] = de = beta * np.einsum("nae,na->ne", dM, k)
        dks[t] = beta * dM_e - np.einsum("nae,ne->na", memories[t], de)
        dbetas[t] = (k * dM_e).sum(axis=1)
        dM = dM - np.einsum("na,ne->nae", k, de)
    dqs = np.einsum("tnae,tne->tna", memories[1:], dys)
    return ys, dks, dvs, dqs, dbetas, dM
