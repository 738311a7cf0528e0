"""A T-shaped maze that only an agent with a memory can solve, and REINFORCE for a recurrent policy.

At its first place the agent sees a cue, left or right. A corridor follows, where every place looks
the same, and at its end a junction, where it must turn to the side of the cue. It can go on, turn
left or turn right; turning in the corridor and going on at the junction leave it where it is::

    cue - corridor - ... - corridor - junction        reward 1 for the right turn at the junction

Whoever does not remember the cue turns to the wrong side half of the time. Nobody says which action
was right, so there are no targets. REINFORCE (Williams 1992) makes actions likelier that were
followed by more reward than usual. With returns G, a baseline b and N episodes::

    G_t = r_t + discount G_{t+1}         b_t = mean of G_t over the episodes that still run at t
    dL/dtheta = -1/N sum_n sum_t (G_t - b_t) d log p(a_t | x_1 ... x_t) / dtheta

so dL/dlogits_t = (G_t - b_t) (softmax(logits_t) - onehot(a_t)) / N, and the rest is BPTT.

References
----------
Bakker, "Reinforcement learning with long short-term memory", NIPS 2001: the T-maze. Williams,
"Simple statistical gradient-following algorithms for connectionist reinforcement learning", Machine
Learning 8 (1992). Wierstra, Foerster, Peters and Schmidhuber, "Solving deep memory POMDPs with
recurrent policy gradients", ICANN 2007.
"""

from typing import NamedTuple

import numpy as np

from rnnlib.activations import softmax
from rnnlib.cell_models import CellModel, train
from rnnlib.dense import output_step, output_step_backward
from rnnlib.gru import gru_step
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.init import init_dense, init_gru

__all__ = [
    "GO_ON",
    "LEFT",
    "RIGHT",
    "Episodes",
    "discounted_returns",
    "init_policy",
    "learn",
    "play",
    "policy_gradient",
    "right_turns",
    "without_memory",
]

GO_ON, LEFT, RIGHT = 0, 1, 2
"""The actions."""


class Episodes(NamedTuple):
    """What N agents saw, did and got, padded to the longest.

    Attributes
    ----------
    xs : (T, N, 4)
        One-hot: cue left, cue right, corridor, junction. Zeros after the end.
    actions : (T, N) of int
    rewards : (T, N)
    mask : (T, N) of bool
        False after the end of an episode.
    """

    xs: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    mask: np.ndarray


def init_policy(H, rng):
    """A GRU of H units that reads the four observations, and an output for the three actions.

    Examples
    --------
    >>> init_policy(5, np.random.default_rng(0)).out
    DenseParams(W_hy (5, 3), b_y (3,))
    """
    policy = CellModel(init_gru(4, H, rng), init_dense(H, 3, rng))
    policy.out.W_hy[:] *= 0.1  # at first all actions are about as likely
    return policy


def without_memory(policy):
    """The same policy with a state that carries nothing: W_hh is 0, the update gate is shut.

    What is left is a feed-forward network. Apply it after every update.

    Examples
    --------
    >>> policy = without_memory(init_policy(5, np.random.default_rng(0)))
    >>> x, h = np.eye(4)[:1], np.ones((1, 5))
    >>> np.allclose(gru_step(x, h, policy.cell)[0], gru_step(x, -h, policy.cell)[0])
    True
    """
    cell, H = policy.cell.map(np.copy), len(policy.cell.W_hh)
    cell.W_hh[:] = 0
    cell.W_xh[:, H : 2 * H], cell.b_h[H : 2 * H] = 0, -40
    return CellModel(cell, policy.out)


def play(policy, corridor, N, rng, *, longest=40, greedy=False):
    """Let a policy play N episodes.

    Parameters
    ----------
    policy : CellModel
    corridor : int
        Places between the cue and the junction.
    N : int
    rng : numpy.random.Generator
    longest : int
        Steps after which an episode ends without a reward.
    greedy : bool
        Take the likeliest action instead of drawing one.

    Returns
    -------
    Episodes

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> episodes = play(init_policy(5, rng), 3, 4, rng)
    >>> bool(episodes.rewards.sum() <= 4), episodes.xs[0].sum(axis=1)
    (True, array([1., 1., 1., 1.]))
    """
    cues, place = rng.integers(0, 2, N), np.zeros(N, int)
    running, h = np.ones(N, bool), np.zeros((N, len(policy.cell.W_hh)))
    steps = []
    while running.any() and len(steps) < longest:
        seen = np.where(place == 0, cues, np.where(place > corridor, 3, 2))
        x = np.eye(4)[seen] * running[:, None]
        h, _ = gru_step(x, h, policy.cell)
        p = softmax(output_step(h, policy.out))
        drawn = (p.cumsum(axis=1) < rng.random((N, 1))).sum(axis=1).clip(max=2)
        action = p.argmax(axis=1) if greedy else drawn
        turned = running & (place > corridor) & (action != GO_ON)
        steps.append((x, action, (turned & (action == LEFT + cues)).astype(float), running))
        place = place + (running & (place <= corridor) & (action == GO_ON))
        running = running & ~turned
    return Episodes(*(np.stack(part) for part in zip(*steps, strict=True)))


def right_turns(episodes):
    """The share of episodes that ended with the reward.

    Examples
    --------
    >>> rewards = np.array([[0.0, 0.0], [1.0, 0.0]])
    >>> right_turns(Episodes(None, None, rewards, None))
    0.5
    """
    return float(episodes.rewards.sum(axis=0).mean())


def discounted_returns(rewards, mask, discount):
    """G_t = r_t + discount G_{t+1} while an episode runs, and 0 after its end.

    Parameters
    ----------
    rewards : (T, N)
        What stands after an episode's end is ignored.
    mask : (T, N) of bool
    discount : float

    Returns
    -------
    (T, N)

    Examples
    --------
    >>> rewards, mask = np.array([[0.0], [0.0], [1.0]]), np.ones((3, 1), bool)
    >>> discounted_returns(rewards, mask, 0.5).ravel()
    array([0.25, 0.5 , 1.  ])
    """
    returns, later = np.zeros(np.shape(rewards)), np.zeros(np.shape(rewards)[1])
    for t in reversed(range(len(returns))):
        later = np.where(mask[t], rewards[t] + discount * later, 0.0)
        returns[t] = later
    return returns


def policy_gradient(xs, actions, rewards, mask, policy, discount):
    """Returns, and the gradient of REINFORCE with the mean return of each step as a baseline.

    Parameters
    ----------
    xs, actions, rewards, mask
        The fields of `Episodes`.
    policy : CellModel
        A GRU, started from zeros, and an output layer for the actions.
    discount : float

    Returns
    -------
    returns : (T, N)
    grads : CellModel

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> policy = init_policy(5, rng)
    >>> returns, grads = policy_gradient(*play(policy, 2, 8, rng), policy, 0.9)
    >>> grads.out
    DenseParams(W_hy (5, 3), b_y (3,))
    """
    N = xs.shape[1]
    returns = discounted_returns(rewards, mask, discount)
    baseline = returns.sum(axis=1, keepdims=True) / mask.sum(axis=1, keepdims=True)
    advantage = np.where(mask, returns - baseline, 0.0)

    hs, h, cache = gru_forward(xs, np.zeros((N, len(policy.cell.W_hh))), policy.cell, mask=mask)
    p = softmax(output_step(hs, policy.out))
    taken = np.eye(p.shape[-1])[actions]
    dlogits = (p - taken) * advantage[..., None] / N

    dhs, grads_out = output_step_backward(dlogits, hs, policy.out)
    _, _, grads = gru_backward(dhs, np.zeros_like(h), cache)
    return returns, CellModel(grads, grads_out)


def learn(policy, gradient, rng, *, corridor=4, updates=150, limit=None, report=None, every=25):
    """Let a policy play and improve: 64 episodes an update, Adam, a discount of 0.95.

    Parameters
    ----------
    policy : CellModel
    gradient : callable
        `policy_gradient`, or another function like it.
    rng : numpy.random.Generator
    corridor, updates : int
    limit : callable, optional
        Applied to the policy before each update, such as `without_memory`.
    report : callable, optional
        ``report(update, share)``: the share of right turns since the last report.
    every : int
        Updates between two reports.

    Returns
    -------
    policy : CellModel

    Examples
    --------
    >>> rng, shares = np.random.default_rng(0), {}
    >>> policy = init_policy(4, rng)
    >>> learn(policy, policy_gradient, rng, updates=4, report=shares.__setitem__, every=2).out
    DenseParams(W_hy (4, 3), b_y (3,))
    >>> sorted(shares)
    [2, 4]
    """
    limit, shares = limit or (lambda policy: policy), []

    def gradients(policy):
        policy = limit(policy)
        episodes = play(policy, corridor, 64, rng)
        shares.append(right_turns(episodes))
        if report is not None and len(shares) % every == 0:
            report(len(shares), float(np.mean(shares[-every:])))
        return 0.0, gradient(*episodes, policy, 0.95)[1]

    policy, _ = train(policy, gradients, updates, 0.02)
    return limit(policy)
