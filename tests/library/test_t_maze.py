import numpy as np
import torch
from hypothesis import given
from oracle import close, few, seeds, size, tensor

from rnnlib.cell_models import train
from rnnlib.t_maze import (
    Episodes,
    discounted_returns,
    init_policy,
    play,
    policy_gradient,
    right_turns,
    without_memory,
)


def drawn(seed, T, N):
    rng = np.random.default_rng(seed)
    lengths = rng.integers(1, T + 1, N)
    lengths[rng.integers(N)] = T
    mask = np.arange(T)[:, None] < lengths
    xs, rewards = rng.normal(size=(T, N, 4)), rng.normal(size=(T, N))
    return Episodes(xs, rng.integers(0, 3, (T, N)), rewards, mask), init_policy(5, rng)


@given(T=size(6), N=size(4), seed=seeds)
@few
def test_returns_are_sums_of_what_is_still_to_come(T, N, seed):
    (_, _, rewards, mask), _ = drawn(seed, T, N)
    returns = discounted_returns(rewards, mask, 0.8)
    for t in range(T):
        later = range(t, T)
        wanted = sum(0.8 ** (s - t) * rewards[s] * mask[s] for s in later) * mask[t]
        close(returns[t], wanted)


@given(T=size(6), N=size(4), seed=seeds)
@few
def test_the_gradient_is_that_of_torch(T, N, seed):
    episodes, policy = drawn(seed, T, N)
    xs, actions, rewards, mask = episodes
    H = len(policy.cell.W_hh)
    W_xh, W_hh, b_h, b_hn, W_hy, b_y = leaves = [tensor(a) for _, a in policy.items()]
    h, loss = torch.zeros(N, H, dtype=torch.float64), 0
    returns = discounted_returns(rewards, mask, 0.9)
    for t in range(T):
        a_x, a_h = torch.tensor(xs[t]) @ W_xh + b_h, h @ W_hh
        r, z = (
            torch.sigmoid(a_x[:, k * H : k * H + H] + a_h[:, k * H : k * H + H]) for k in (0, 1)
        )
        n = torch.tanh(a_x[:, 2 * H :] + r * (a_h[:, 2 * H :] + b_hn))
        h = torch.where(torch.tensor(mask[t])[:, None], (1 - z) * n + z * h, h)
        log_p = (h @ W_hy + b_y).log_softmax(1)[torch.arange(N), torch.tensor(actions[t])]
        advantage = mask[t] * (returns[t] - returns[t][mask[t]].mean())
        loss = loss - (torch.tensor(advantage) * log_p).sum() / N
    loss.backward()
    ours, grads = policy_gradient(*episodes, policy, 0.9)
    close(ours, returns)
    for (name, grad), leaf in zip(grads.items(), leaves, strict=True):
        np.testing.assert_allclose(grad, leaf.grad, rtol=1e-9, atol=1e-10, err_msg=name)


def test_the_maze_shows_the_cue_once_and_rewards_the_turn_to_its_side():
    rng = np.random.default_rng(0)
    xs, actions, rewards, mask = play(init_policy(4, rng), 3, 200, rng)
    assert np.all(xs.sum(axis=2) == mask)
    for n in range(200):
        T = mask[:, n].sum()
        seen, did = xs[:T, n].argmax(axis=1), actions[:T, n]
        assert seen[0] in (0, 1) and rewards[:, n].sum() == rewards[T - 1, n]
        places = np.cumsum(np.r_[0, did[:-1] == 0] * np.r_[True, (seen[:-1] != 3)])
        wanted = np.where(places == 0, seen[0], np.where(places > 3, 3, 2))
        np.testing.assert_array_equal(seen, wanted)
        if seen[-1] == 3 and did[-1] != 0:
            assert rewards[T - 1, n] == (did[-1] == 1 + seen[0])
        else:
            assert T == 40 and rewards[:, n].sum() == 0


def test_with_a_memory_it_is_learned_and_without_one_it_is_not():
    shares = {}
    for limit in (lambda policy: policy, without_memory):
        rng = np.random.default_rng(1)

        def gradients(policy, rng=rng, limit=limit):
            policy = limit(policy)
            return 0.0, policy_gradient(*play(policy, 4, 64, rng), policy, 0.95)[1]

        policy, _ = train(init_policy(12, rng), gradients, 120, 0.02)
        shares[limit] = right_turns(play(limit(policy), 4, 1000, rng, greedy=True))
    with_memory, without = shares.values()
    assert with_memory > 0.9 and without < 0.6
