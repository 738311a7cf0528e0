"""Open task: REINFORCE for a recurrent policy, from equations to gradients."""

from __future__ import annotations

import numpy as np

from rnnlib import gru_backward, gru_forward, gru_step, gru_step_backward, softmax
from rnnlib.cell_models import CellModel
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.dense import DenseParams
from rnnlib.gru import GRUParams
from rnnlib.t_maze import policy_gradient

ENDS = "all episodes equally long"
NOW = "a discount of 0"
ALL = "a discount of 1"


def _draw_episodes(rng):
    def case(kind, discount=None, weights=1.0, equal=False, **s):
        T, N, D, H, K = (s[letter] for letter in "TNDHK")
        lengths = np.full(N, T) if equal else drawing.drawn_lengths(rng, T, N)
        mask = np.arange(T)[:, None] < lengths
        cell = drawing.params(
            rng, GRUParams, W_xh=(D, 3 * H), W_hh=(H, 3 * H), b_h=(3 * H,), b_hn=(H,)
        )
        out = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
        policy = CellModel(cell, DenseParams(weights * out.W_hy, out.b_y))
        actions = rng.permutation(np.arange(T * N) % K).reshape(T, N)
        xs, rewards = drawing.array(rng, T, N, D), drawing.array(rng, T, N)
        discount = float(rng.uniform(0.6, 0.9)) if discount is None else discount
        return Case((xs, actions, rewards, mask, policy, discount), s, kind)

    plain = [
        {"T": 7, "N": 5, "D": 4, "H": 6, "K": 3},
        {"T": 6, "N": 8, "D": 3, "H": 5, "K": 4},
    ]
    for kind, s in drawing.sizes(plain, "TNDHK"):
        yield case(kind, **s)
    yield case(ENDS, equal=True, T=5, N=4, D=3, H=6, K=2)
    yield case(NOW, 0.0, T=6, N=4, D=3, H=5, K=2)
    yield case(ALL, 1.0, T=6, N=4, D=3, H=5, K=2)
    yield case(drawing.LARGE, weights=3000, T=5, N=4, D=3, H=6, K=2)


POLICY_GRADIENT = Exercise(
    "policy_gradient",
    policy_gradient,
    _draw_episodes,
    results={
        "returns": "(T, N)",
        "grads.cell.W_xh": "(D, 3H)",
        "grads.cell.W_hh": "(H, 3H)",
        "grads.cell.b_h": "(3H,)",
        "grads.cell.b_hn": "(H,)",
        "grads.out.W_hy": "(H, K)",
        "grads.out.b_y": "(K,)",
    },
    weights={"returns": 3, "grads.out.b_y": 2, "grads.out.W_hy": 2},
    borrow=tuple(
        f"rnnlib.{module}"
        for module in (
            "_shapes", "_timesteps", "activations", "cell_models", "cells", "dense", "gru",
            "gru_sequence", "params",
        )
    ),
)  # fmt: skip


@POLICY_GRADIENT.variant
def as_the_equations_stand(xs, actions, rewards, mask, policy, discount):
    """Returns from the back, the baseline, dlogits, and back through the library's GRU."""
    T, N = rewards.shape
    H, K = policy.out.W_hy.shape

    # What is still to come, from the last step to the first.
    returns, later = np.zeros((T, N)), np.zeros(N)
    for t in reversed(range(T)):
        later = mask[t] * (rewards[t] + discount * later)
        returns[t] = later
    running = mask.sum(axis=1, keepdims=True)
    baseline = returns.sum(axis=1, keepdims=True) / running
    advantage = mask * (returns - baseline)

    # Forward, and the gradient of the logits.
    hs, h, cache = gru_forward(xs, np.zeros((N, H)), policy.cell, mask=mask)
    p = softmax(hs @ policy.out.W_hy + policy.out.b_y)
    taken = np.eye(K)[actions]
    dlogits = advantage[:, :, None] * (p - taken) / N

    # Back: the output layer, then time.
    dW_hy = np.einsum("tnh,tnk->hk", hs, dlogits)
    grads_out = DenseParams(dW_hy, dlogits.sum(axis=(0, 1)))
    dhs = dlogits @ policy.out.W_hy.T
    _, _, grads = gru_backward(dhs, np.zeros((N, H)), cache)
    return returns, CellModel(grads, grads_out)


@POLICY_GRADIENT.variant
def step_by_step(xs, actions, rewards, mask, policy, discount):
    """Single steps of the GRU, forwards and backwards; states of ended episodes run on."""
    (T, N), H = rewards.shape, len(policy.cell.W_hh)
    h, hs, caches = np.zeros((N, H)), [], []
    for x in xs:
        h, cache = gru_step(x, h, policy.cell)
        hs.append(h)
        caches.append(cache)

    returns = np.zeros((T + 1, N))
    cell, out = policy.cell.zeros_like(), policy.out.zeros_like()
    dh = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        returns[t] = np.where(mask[t], rewards[t] + discount * returns[t + 1], 0)
        logits = hs[t] @ policy.out.W_hy + policy.out.b_y
        e = np.exp(logits - logits.max(axis=1)[:, None])
        dlogits = e / e.sum(axis=1)[:, None]
        dlogits[np.arange(N), actions[t]] -= 1
        advantage = np.where(mask[t], returns[t] - returns[t][mask[t]].mean(), 0)
        dlogits = dlogits * advantage[:, None] / N
        out = out.map(np.add, DenseParams(hs[t].T @ dlogits, dlogits.sum(axis=0)))
        dh = dh + dlogits @ policy.out.W_hy.T
        _, dh, grads = gru_step_backward(dh, caches[t])
        cell = cell.map(np.add, grads)
    return returns[:T], CellModel(cell, out)


@POLICY_GRADIENT.variant
def powers_of_the_discount(xs, actions, rewards, mask, policy, discount):
    """All returns in one product with a matrix of powers; no mask inside the GRU."""
    T, N = rewards.shape
    lag = np.arange(T) - np.arange(T)[:, None]
    powers = np.where(lag >= 0, float(discount) ** np.maximum(lag, 0), 0)
    returns = mask * (powers @ (mask * rewards))
    means = [r[m].mean() for r, m in zip(returns, mask, strict=True)]
    advantage = returns - np.array(means)[:, None]

    zero = np.zeros((N, policy.out.W_hy.shape[0]))
    hs, _, cache = gru_forward(xs, zero, policy.cell)
    p = softmax(hs @ policy.out.W_hy + policy.out.b_y)
    np.put_along_axis(p, actions[:, :, None], np.take_along_axis(p, actions[:, :, None], 2) - 1, 2)
    dlogits = p * np.where(mask, advantage, 0)[:, :, None] / N
    flat = dlogits.reshape(T * N, -1)
    grads_out = DenseParams(hs.reshape(T * N, -1).T @ flat, flat.sum(axis=0))
    _, _, grads = gru_backward(dlogits @ policy.out.W_hy.T, zero, cache)
    return returns, CellModel(grads, grads_out)


@POLICY_GRADIENT.variant
def episode_by_episode(xs, actions, rewards, mask, policy, discount):
    """Each episode by itself, cut where it ends; gradients are added up."""
    (T, N), H = rewards.shape, len(policy.cell.W_hh)
    returns = np.zeros((T, N))
    for n in range(N):
        for t in range(mask[:, n].sum() - 1, -1, -1):
            returns[t, n] = rewards[t, n] + (discount * returns[t + 1, n] if t + 1 < T else 0)
    baseline = returns.sum(axis=1) / mask.sum(axis=1)
    total = policy.zeros_like()
    for n in range(N):
        L = mask[:, n].sum()
        hs, _, cache = gru_forward(xs[:L, n : n + 1], np.zeros((1, H)), policy.cell)
        d = softmax(hs[:, 0] @ policy.out.W_hy + policy.out.b_y)
        d[np.arange(L), actions[:L, n]] -= 1
        d = d * (returns[:L, n] - baseline[:L])[:, None] / N
        dhs = (d @ policy.out.W_hy.T)[:, None]
        _, _, grads = gru_backward(dhs, np.zeros((1, H)), cache)
        out = DenseParams(hs[:, 0].T @ d, d.sum(axis=0))
        total = total.map(np.add, CellModel(grads, out))
    return returns, total


for _name, _old, _new, _sentence in (
    (
        "reward_of_the_step",
        "rewards[t] + discount * later",
        "rewards[t]",
        "the return is the reward of the step itself. What is still to come belongs to it: an "
        "action early in the corridor is rewarded at the end.",
    ),
    (
        "discount_left_out",
        "rewards[t] + discount * later",
        "rewards[t] + later",
        "later rewards are added without the discount.",
    ),
    (
        "own_reward_discounted",
        "(rewards[t] + discount * later)",
        "(discount * (rewards[t] + later))",
        "the step's own reward is discounted too. Only what comes later is.",
    ),
    (
        "added_up_from_the_front",
        "for t in reversed(range(T)):",
        "for t in range(T):",
        "the rewards are added up from the front, so that a step is praised for what happened "
        "before it. Begin at the last step.",
    ),
    (
        "rewards_after_the_end",
        "later = mask[t] * (rewards[t] + discount * later)",
        "later = rewards[t] + discount * later",
        "what stands behind the end of an episode is counted as a reward. Where the mask is False "
        "there is nothing.",
    ),
    (
        "no_baseline",
        "mask * (returns - baseline)",
        "mask * returns",
        "no baseline is taken away: the returns themselves weigh the gradient.",
    ),
    (
        "baseline_over_all_episodes",
        "running = mask.sum(axis=1, keepdims=True)",
        "running = N",
        "the baseline is divided by N. Only the episodes that still run at step t count.",
    ),
    (
        "one_baseline_for_all_steps",
        "returns.sum(axis=1, keepdims=True) / running",
        "returns.sum() / running.sum()",
        "one mean over all steps is the baseline. Each step has its own.",
    ),
    (
        "baseline_over_time",
        "returns.sum(axis=1, keepdims=True) / running",
        "returns.sum(axis=0, keepdims=True) / mask.sum(axis=0)",
        "the baseline is the mean of an episode over its steps. It is the mean of a step over the "
        "episodes.",
    ),
    (
        "baseline_added",
        "mask * (returns - baseline)",
        "mask * (returns + baseline)",
        "the baseline is added. It is taken away.",
    ),
    (
        "padding_counts",
        "mask * (returns - baseline)",
        "returns - baseline",
        "steps behind the end of an episode, whose return is 0, take part in the gradient: the "
        "baseline alone is left there. Mask the difference.",
    ),
    (
        "advantages_returned",
        "return returns, CellModel",
        "return advantage, CellModel",
        "the returns come back with the baseline taken away. They are asked for as they are.",
    ),
    (
        "sign_turned",
        "(p - taken)",
        "(taken - p)",
        "the sign is turned: going down this gradient makes *worse* actions likelier. The loss has "
        "a minus in front.",
    ),
    (
        "actions_not_subtracted",
        "(p - taken)",
        "p",
        "the action that was taken does not enter: the gradient of a log-softmax is the "
        "probabilities minus a one-hot row.",
    ),
    (
        "likeliest_action",
        "np.eye(K)[actions]",
        "np.eye(K)[p.argmax(axis=2)]",
        "the likeliest action is taken for the one that was done. `actions` says which it was.",
    ),
    (
        "logits_for_probabilities",
        "softmax(hs @ policy.out.W_hy + policy.out.b_y)",
        "hs @ policy.out.W_hy + policy.out.b_y",
        "the softmax is missing: the logits are used as probabilities.",
    ),
    (
        "not_divided",
        "* (p - taken) / N",
        "* (p - taken)",
        "the gradients are summed over the episodes and not divided by N.",
    ),
    (
        "divided_by_all_steps",
        "* (p - taken) / N",
        "* (p - taken) / mask.sum()",
        "the gradients are divided by the number of steps. The loss averages over episodes: "
        "divide by N.",
    ),
    (
        "discounted_once_more",
        "* (p - taken) / N",
        "* (p - taken) / N * float(discount) ** np.arange(T)[:, None, None]",
        "the gradient of step t is multiplied by the discount to the power of t, too. Here the "
        "discount is in the returns alone.",
    ),
    (
        "nothing_through_time",
        "_, _, grads = gru_backward(dhs, np.zeros((N, H)), cache)",
        "single = gru_forward(xs.reshape(1, T * N, -1), np.concatenate([np.zeros((1, N, H)), "
        "hs[:-1]]).reshape(T * N, H), policy.cell)[2]\n    _, _, grads = gru_backward("
        "dhs.reshape(1, T * N, H), np.zeros((T * N, H)), single)",
        "no gradient goes back through time: each step is taken by itself. Then the network cannot "
        "learn to remember the cue.",
    ),
    (
        "last_step_alone",
        "_, _, grads = gru_backward(dhs, np.zeros((N, H)), cache)",
        "_, _, grads = gru_backward(0 * dhs, dhs.sum(axis=0), cache)",
        "all gradients enter at the last step. Each enters at its own: `dhs` is the first argument "
        "of `gru_backward`.",
    ),
    (
        "bias_averaged",
        "dlogits.sum(axis=(0, 1))",
        "dlogits.mean(axis=(0, 1))",
        "the bias's gradient is averaged over steps and episodes. It is the sum: the loss has "
        "averaged already.",
    ),
):
    POLICY_GRADIENT.slip(_name, _old, _new, _sentence)

POLICY_GRADIENT.slip(
    "minus_baseline_behind_the_end",
    "np.where(mask, advantage, 0)[:, :, None]",
    "advantage[:, :, None]",
    "minus the baseline is left as the advantage of steps behind the end of an episode, so they "
    "take part in the gradient. Mask the difference, `mask * (returns - baseline)`.",
    of="powers_of_the_discount",
)
POLICY_GRADIENT.slip(
    "rewards_behind_the_end",
    "returns = mask * (powers @ (mask * rewards))",
    "returns = powers @ rewards",
    "rewards behind the end of an episode count in the returns. An episode is over where `mask` "
    "is False: put 0 there before you add up.",
    of="powers_of_the_discount",
)
POLICY_GRADIENT.slip(
    "advantage_on_the_chosen_alone",
    "advantage[:, :, None] * (p - taken) / N",
    "mask[:, :, None] * (p - advantage[:, :, None] * taken) / N",
    "the advantage multiplies the one-hot row of the action alone. It multiplies the whole "
    "gradient of a step, the probabilities too: `advantage * (p - taken)`.",
    of="as_the_equations_stand",
)


@POLICY_GRADIENT.mistake
def whole_episode_for_every_step(xs, actions, rewards, mask, policy, discount):
    """every step of an episode gets the return of its first step. What came before an action is not
    its merit: the return of step t begins at t.
    """
    (T, N), (H, K) = rewards.shape, policy.out.W_hy.shape
    first = (mask * rewards * float(discount) ** np.arange(T)[:, None]).sum(axis=0)
    returns = mask * first
    baseline = returns.sum(axis=1, keepdims=True) / mask.sum(axis=1, keepdims=True)
    hs, h, cache = gru_forward(xs, np.zeros((N, H)), policy.cell, mask=mask)
    p = softmax(hs @ policy.out.W_hy + policy.out.b_y)
    dlogits = (mask * (returns - baseline))[:, :, None] * (p - np.eye(K)[actions]) / N
    out = DenseParams(np.einsum("tnh,tnk->hk", hs, dlogits), dlogits.sum(axis=(0, 1)))
    _, _, grads = gru_backward(dlogits @ policy.out.W_hy.T, np.zeros((N, H)), cache)
    return returns, CellModel(grads, out)
