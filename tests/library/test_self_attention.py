import numpy as np
import pytest
import torch
from hypothesis import given
from oracle import close, draw, few, seeds, size, tensor

from rnnlib import ShapeError
from rnnlib.causal_conv import depends_on
from rnnlib.self_attention import (
    attention_step,
    causal_attention,
    causal_attention_backward,
    empty_cache,
    positions,
)


@given(T=size(7), N=size(3), A=size(4), E=size(4), seed=seeds)
@few
def test_forward_and_backward_are_those_of_torch(T, N, A, E, seed):
    arrays = draw(seed, np.float64, (T, N, A), (T, N, A), (T, N, E), (T, N, E))
    *qkv, dcontext = arrays
    leaves = [tensor(a) for a in qkv]
    q, k, v = (leaf.permute(1, 0, 2) for leaf in leaves)
    theirs = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    theirs.permute(1, 0, 2).backward(torch.tensor(dcontext))
    context, weights = causal_attention(*qkv)
    close(context, theirs.permute(1, 0, 2))
    close(weights.sum(axis=2), np.ones((T, N)))
    for ours, leaf in zip(causal_attention_backward(dcontext, weights, *qkv), leaves, strict=True):
        close(ours, leaf.grad)


@given(T=size(7), N=size(3), A=size(4), E=size(4), seed=seeds)
@few
def test_one_step_at_a_time_gives_the_same(T, N, A, E, seed):
    qs, ks, vs = draw(seed, np.float64, (T, N, A), (T, N, A), (T, N, E))
    (keys, values), contexts = empty_cache(N, A, E), []
    for t in range(T):
        context, keys, values = attention_step(qs[t], ks[t], vs[t], keys, values)
        contexts.append(context)
        assert keys.shape == (t + 1, N, A) and values.shape == (t + 1, N, E)
    close(np.stack(contexts), causal_attention(qs, ks, vs)[0])


def test_the_past_alone_is_seen():
    (xs,) = draw(3, np.float64, (6, 2, 4))
    seen = depends_on(lambda xs: causal_attention(xs, xs, xs)[0], xs)
    np.testing.assert_array_equal(seen, np.tri(6, dtype=bool))


def test_without_positions_the_order_of_what_came_before_makes_no_difference():
    qs, ks, vs = draw(4, np.float64, (5, 1, 3), (5, 1, 3), (5, 1, 3))
    order = [2, 0, 3, 1, 4]
    before, after = causal_attention(qs, ks, vs)[0], causal_attention(qs, ks[order], vs[order])[0]
    close(before[-1], after[-1])
    assert np.unique(positions(50, 8).round(6), axis=0).shape == (50, 8)


def test_large_scores_do_not_overflow():
    xs = 1e4 * draw(5, np.float64, (5, 2, 3))[0]
    with np.errstate(over="raise", invalid="raise"):
        assert np.isfinite(causal_attention(xs, xs, xs)[0]).all()


def test_what_does_not_fit_is_refused():
    with pytest.raises(ShapeError, match="ks must have shape"):
        causal_attention(np.ones((3, 2, 4)), np.ones((3, 2, 5)), np.ones((3, 2, 4)))
