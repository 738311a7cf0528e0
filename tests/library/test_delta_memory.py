import numpy as np
import pytest
from hypothesis import given
from oracle import close, few, seeds, size, tensor

from rnnlib import ShapeError
from rnnlib.delta_memory import delta_memory, delta_memory_read


def drawn(seed, T, N, A, E):
    rng = np.random.default_rng(seed)
    ks, qs = rng.normal(size=(2, T, N, A)) / np.sqrt(A)
    vs, dys = rng.normal(size=(2, T, N, E))
    return ks, vs, qs, rng.uniform(0, 1, (T, N)), rng.normal(size=(N, A, E)), dys


@given(T=size(6), N=size(3), A=size(4), E=size(4), seed=seeds)
@few
def test_gradients_are_those_of_automatic_differentiation(T, N, A, E, seed):
    *arrays, dys = drawn(seed, T, N, A, E)
    ys, *grads = delta_memory(*arrays, dys)
    leaves = [tensor(array) for array in arrays]
    ks, vs, qs, betas, M = leaves
    loss, found = 0, []
    for t in range(T):
        wrong = vs[t] - (ks[t][:, None] @ M)[:, 0]
        M = M + betas[t][:, None, None] * ks[t][:, :, None] * wrong[:, None]
        found.append((qs[t][:, None] @ M)[:, 0])
        loss = loss + (found[-1] * tensor(dys[t])).sum()
    loss.backward()
    for t in range(T):
        close(ys[t], found[t])
    for grad, leaf in zip(grads, leaves, strict=True):
        close(grad, leaf.grad)
    close(delta_memory_read(*arrays), ys)


def test_with_full_rate_the_latest_value_is_read_exactly():
    ks, vs, _, _, M0, _ = drawn(0, 6, 3, 4, 2)
    ks = ks / np.linalg.norm(ks, axis=2, keepdims=True)
    close(delta_memory_read(ks, vs, ks, np.ones((6, 3)), M0), vs)


def test_a_step_is_one_of_gradient_descent():
    ks, vs, _, betas, M0, _ = drawn(1, 1, 1, 4, 2)
    k, v, M = ks[0, 0], vs[0, 0], M0[0]
    gradient = -np.outer(k, v - M.T @ k)  # of |v - M^T k|^2 / 2
    ys = delta_memory_read(*(np.tile(a, (4,) + (1,) * (a.ndim - 1)) for a in (ks, vs)),
                           np.eye(4)[:, None], np.r_[betas, np.zeros((3, 1))], M0)  # fmt: skip
    close(ys[:, 0], M - betas[0, 0] * gradient)


def test_shapes_are_checked():
    ks, vs, qs, betas, M0, dys = drawn(0, 5, 3, 4, 2)
    with pytest.raises(ShapeError, match="M0 must have shape"):
        delta_memory(ks, vs, qs, betas, M0[:, :3], dys)
    with pytest.raises(ShapeError, match="dys must have shape"):
        delta_memory(ks, vs, qs, betas, M0, dys[:, :, :1])
