"""The forward recursion of a hidden Markov model in logarithms."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Exercise, Unusable
from rnnlib.course.exercises.u15_compared.inputs import CANNOT, chain, draw_chains
from rnnlib.hmm import hmm_log_forward

NEVER = -1e15
"""A logarithm below this is taken for that of 0."""


def observe_alpha(value, case):
    """The logarithms, with -inf in place of whatever stands for it."""
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "iuf":
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {kind}; it should return an array (T, K) of floats")
    return {"log_alpha": np.where(value <= NEVER, -np.inf, value)}


def _draw_forward(rng):
    yield from draw_chains(rng)
    case = chain(rng, T=6, K=3, kind=CANNOT)
    case.args[2][3] = -np.inf  # no state explains step 3: from there on nothing can be
    yield case


HMM_LOG_FORWARD = Exercise(
    "hmm_log_forward",
    hmm_log_forward,
    _draw_forward,
    results={"log_alpha": "(T, K)"},
    observe=observe_alpha,
)


@HMM_LOG_FORWARD.variant
def states_in_a_loop(log_start, log_trans, log_obs):
    """A loop over the steps, and one over the states."""
    T, K = log_obs.shape
    log_alpha = np.full((T, K), -np.inf)
    log_alpha[0] = log_start + log_obs[0]
    for t in range(1, T):
        for k in range(K):
            came = log_alpha[t - 1] + log_trans[:, k]
            log_alpha[t, k] = log_obs[t, k] + np.logaddexp.reduce(came)
    return log_alpha


@HMM_LOG_FORWARD.variant
def by_matrix(log_start, log_trans, log_obs):
    """All states at once."""
    rows = [log_start + log_obs[0]]
    for row in log_obs[1:]:
        rows.append(row + np.logaddexp.reduce(rows[-1][:, None] + log_trans, axis=0))
    return np.stack(rows)


@HMM_LOG_FORWARD.variant
def scaled_probabilities(log_start, log_trans, log_obs):
    """Probabilities that are scaled to a sum of 1 at each step, and the logarithm of the scales."""
    trans, scale, rows = np.exp(log_trans), 0.0, []
    p = np.exp(log_start)
    for t, row in enumerate(log_obs):
        p = (p if t == 0 else p @ trans) * np.exp(row)
        total = p.sum() if p.any() else 1.0
        scale += np.log(total)
        p = p / total
        rows.append(np.where(p > 0, np.log(np.where(p > 0, p, 1)) + scale, -np.inf))
    return np.array(rows)


@HMM_LOG_FORWARD.variant
def largest_taken_out(log_start, log_trans, log_obs):
    """The largest term is taken out of each sum by hand; -1e300 for what cannot be."""
    a = np.maximum(log_start + log_obs[0], -1e300)
    log_alpha = [a]
    for row in log_obs[1:]:
        terms = np.maximum(a[:, None] + log_trans, -1e300)
        top = terms.max(axis=0)
        a = np.log(np.exp(terms - top).sum(axis=0)) + top + row
        log_alpha.append(a)
    return np.vstack(log_alpha)


for _name, _old, _new, _sentence in (
    (
        "transitions_transposed",
        "log_trans[:, k]",
        "log_trans[k]",
        "the table of transitions is read the wrong way round: its rows are the states from which, "
        "its columns those into which. Into state k leads the *column* k.",
    ),
    (
        "best_alone",
        "np.logaddexp.reduce(came)",
        "came.max()",
        "the best way into a state is taken (`max`). That is Viterbi's recursion; here all ways "
        "add up.",
    ),
    (
        "logarithms_added",
        "np.logaddexp.reduce(came)",
        "came.sum()",
        "logarithms are summed, which multiplies the probabilities. `np.logaddexp.reduce` adds the "
        "probabilities.",
    ),
    (
        "sum_of_probabilities",
        "np.logaddexp.reduce(came)",
        "np.log(max(np.exp(came).sum(), 1e-320))",
        "the sum is formed of probabilities, `np.log(np.exp(...).sum())`: right until they are too "
        "small for a float. A few hundred steps are enough for that.",
    ),
    (
        "start_left_out",
        "log_start + log_obs[0]",
        "log_obs[0]",
        "`log_start` is never used: the first state has probabilities of its own.",
    ),
    (
        "first_observation_left_out",
        "log_start + log_obs[0]",
        "log_start",
        "the first step has no observation: `log_obs[0]` belongs to it.",
    ),
    (
        "observations_left_out",
        "log_obs[t, k] + ",
        "",
        "what is observed after the first step is never read: add `log_obs[t]`.",
    ),
    (
        "observation_one_step_late",
        "log_obs[t, k] + ",
        "log_obs[t - 1, k] + ",
        "step t reads what was observed at t - 1.",
    ),
    (
        "observation_before_the_step",
        "log_alpha[t - 1] + log_trans[:, k]\n            log_alpha[t, k] = log_obs[t, k] + ",
        "log_alpha[t - 1] + log_trans[:, k] + log_obs[t]\n            log_alpha[t, k] = ",
        "the observation is added to the state from which the step comes. It belongs to the state "
        "into which it leads.",
    ),
    (
        "always_from_the_start",
        "came = log_alpha[t - 1]",
        "came = log_alpha[0]",
        "every step comes from the first one: it comes from step t - 1.",
    ),
    (
        "stays_in_its_state",
        "log_alpha[t - 1] + log_trans[:, k]",
        "log_alpha[t - 1, k : k + 1] + log_trans[k, k]",
        "a state is reached from itself alone: any state may come before it.",
    ),
    (
        "start_at_every_step",
        "log_obs[t, k] + ",
        "log_start[k] + log_obs[t, k] + ",
        "`log_start` is added at every step. It belongs to the first one.",
    ),
    (
        "mean_of_the_ways",
        "np.logaddexp.reduce(came)",
        "np.logaddexp.reduce(came) - np.log(K)",
        "the ways into a state are averaged. Their probabilities are added.",
    ),
    (
        "last_step_left_out",
        "range(1, T)",
        "range(1, T - 1)",
        "the last step is never filled in: t goes from 1 to T - 1, which is `range(1, T)`.",
    ),
    (
        "probabilities_returned",
        "return log_alpha",
        "return np.exp(log_alpha)",
        "probabilities are returned. They soon are too small for a float: return their logarithms.",
    ),
    (
        "made_to_sum_to_one",
        "return log_alpha",
        "return log_alpha - np.logaddexp.reduce(log_alpha, axis=1)[:, None]",
        "each row is divided by its sum. That gives the probability of a state *given* the "
        "observations so far; here both together are asked for.",
    ),
):
    HMM_LOG_FORWARD.slip(_name, _old, _new, _sentence)


@HMM_LOG_FORWARD.mistake
def infinity_less_infinity(log_start, log_trans, log_obs):
    """The largest logarithm is taken off where it is -inf, and `-inf - (-inf)` is nan. The
    logarithm of a sum of zeros is -inf: `np.logaddexp.reduce` knows it.
    """
    rows = [log_start + log_obs[0]]
    for row in log_obs[1:]:
        top = rows[-1].max()
        with np.errstate(divide="ignore", invalid="ignore"):
            rows.append(row + top + np.log(np.exp(rows[-1] - top) @ np.exp(log_trans)))
    return np.stack(rows)


HMM_LOG_FORWARD.slip(
    "sum_over_the_states_to_come",
    "came = log_alpha[t - 1] + log_trans[:, k]",
    "came = log_alpha[t - 1, k] + log_trans[k]",
    "the sum is over the states that come after. It is over those before, the rows of `log_trans`.",
    of="states_in_a_loop",
)
