"""The likeliest path through a hidden Markov model."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Exercise
from rnnlib.course.exercises.u15_compared.inputs import draw_chains
from rnnlib.hmm import viterbi

VITERBI = Exercise(
    "viterbi",
    viterbi,
    draw_chains,
    results={"path": "(T,)", "log_prob": ""},
    weights={"path": 3},
)


@VITERBI.variant
def table_of_pointers(log_start, log_trans, log_obs):
    """A table of best values, and one of where they came from."""
    T, K = log_obs.shape
    best, came_from = np.zeros((T, K)), np.zeros((T, K), int)
    best[0] = log_start + log_obs[0]
    for t in range(1, T):
        ways = best[t - 1][:, None] + log_trans
        came_from[t] = ways.argmax(axis=0)
        best[t] = ways.max(axis=0) + log_obs[t]
    path = [best[-1].argmax()]
    for t in range(T - 1, 0, -1):
        path.append(came_from[t, path[-1]])
    return np.array(path[::-1]), best[-1].max()


@VITERBI.variant
def paths_carried_along(log_start, log_trans, log_obs):
    """Each state keeps its whole best path, so there is no way back to walk."""
    K = len(log_start)
    best = [(log_start[k] + log_obs[0, k], [k]) for k in range(K)]
    for row in log_obs[1:]:
        best = [
            max(((p + log_trans[j, k] + row[k], way) for j, (p, way) in enumerate(best)),
                key=lambda found: found[0])
            for k in range(K)
        ]  # fmt: skip
        best = [(p, [*way, k]) for k, (p, way) in enumerate(best)]
    log_prob, path = max(best, key=lambda found: found[0])
    return np.array(path), log_prob


@VITERBI.variant
def from_the_end(log_start, log_trans, log_obs):
    """The recursion from the last step to the first, and then the path from the front."""
    later, goes_to = np.zeros(len(log_start)), []
    for row in log_obs[:0:-1]:
        ways = log_trans + (row + later)
        goes_to.insert(0, ways.argmax(axis=1))
        later = ways.max(axis=1)
    whole = log_start + log_obs[0] + later
    path = [int(whole.argmax())]
    for pointers in goes_to:
        path.append(int(pointers[path[-1]]))
    return np.asarray(path), float(whole.max())


@VITERBI.variant
def compared_by_hand(log_start, log_trans, log_obs):
    """Plain loops, and the path read from the back by asking again which way was the best."""
    T, K = log_obs.shape
    best = [log_start + log_obs[0]]
    for t in range(1, T):
        row = np.empty(K)
        for k in range(K):
            row[k] = max(best[-1][j] + log_trans[j, k] for j in range(K)) + log_obs[t, k]
        best.append(row)
    path = np.zeros(T, int)
    path[-1] = np.argmax(best[-1])
    for t in range(T - 2, -1, -1):
        path[t] = np.argmax(best[t] + log_trans[:, path[t + 1]])
    return path, np.max(best[-1])


for _name, _old, _new, _sentence in (
    (
        "best_state_of_each_step",
        "path.append(came_from[t, path[-1]])",
        "path.append(best[t - 1].argmax())",
        "at each step the state with the best value is taken. One state may be good although no "
        "good path goes through it: follow where the best path came from.",
    ),
    (
        "path_backwards",
        "path[::-1]",
        "path",
        "the path is returned from its last state to its first: it was collected from the end.",
    ),
    (
        "all_ways_added",
        "best[t] = ways.max(axis=0)",
        "best[t] = np.logaddexp.reduce(ways, axis=0)",
        "all ways into a state are added up, as in the forward recursion. Here the best one counts "
        "(`max`).",
    ),
    (
        "transitions_transposed",
        "best[t - 1][:, None] + log_trans",
        "best[t - 1][:, None] + log_trans.T",
        "the table of transitions is read the wrong way round: from the row's state to the "
        "column's.",
    ),
    (
        "values_along_the_columns",
        "best[t - 1][:, None] + log_trans",
        "best[t - 1] + log_trans",
        "the values of the step before are added along the columns. They belong to the states from "
        "which, the rows: `[:, None]`.",
    ),
    (
        "pointer_one_step_off",
        "came_from[t, path[-1]]",
        "came_from[t - 1, path[-1]]",
        "the pointer of step t - 1 is followed where that of step t is needed: it says from where "
        "step t was reached.",
    ),
    (
        "always_from_the_last_state",
        "came_from[t, path[-1]]",
        "came_from[t, path[0]]",
        "every pointer is read at the last state of the path. Read it at the state that was found "
        "just before.",
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
        "ways.max(axis=0) + log_obs[t]",
        "ways.max(axis=0)",
        "what is observed after the first step is never read: add `log_obs[t]`.",
    ),
    (
        "observation_one_step_late",
        "ways.max(axis=0) + log_obs[t]",
        "ways.max(axis=0) + log_obs[t - 1]",
        "step t reads what was observed at t - 1.",
    ),
    (
        "maximum_over_the_wrong_states",
        "ways.argmax(axis=0)\n        best[t] = ways.max(axis=0)",
        "ways.argmax(axis=1)\n        best[t] = ways.max(axis=1)",
        "the maximum is taken over the states into which the step leads. It is taken over those "
        "from which it comes, the rows: `axis=0`.",
    ),
    (
        "probability_returned",
        "best[-1].max()",
        "np.exp(best[-1].max())",
        "the probability itself is returned with the path. Its logarithm is asked for.",
    ),
    (
        "all_paths_in_the_value",
        "best[-1].max()",
        "np.logaddexp.reduce(best[-1])",
        "the values of all last states are added up in `log_prob`. It is that of the best path "
        "alone.",
    ),
    (
        "last_step_left_out",
        "for t in range(1, T):",
        "for t in range(1, T - 1):",
        "the last step is never filled in: t goes from 1 to T - 1, which is `range(1, T)`.",
    ),
    (
        "likeliest_emission",
        "np.array(path[::-1])",
        "log_obs.argmax(axis=1)",
        "each step's state is the one that fits its observation best. The transitions have a say "
        "too.",
    ),
    (
        "value_without_the_transitions",
        "best[-1].max()",
        "log_obs[np.arange(T), path[::-1]].sum()",
        "`log_prob` adds up the observations alone: the start and the transitions belong to the "
        "probability of a path.",
    ),
):
    VITERBI.slip(_name, _old, _new, _sentence)


@VITERBI.mistake
def greedy_walk(log_start, log_trans, log_obs):
    """the best next state is chosen step by step, from the front, and never taken back. What comes
    later can make another path the best.
    """
    path = [int((log_start + log_obs[0]).argmax())]
    for row in log_obs[1:]:
        path.append(int((log_trans[path[-1]] + row).argmax()))
    log_prob = log_start[path[0]] + log_trans[path[:-1], path[1:]].sum()
    return np.array(path), log_prob + log_obs[np.arange(len(path)), path].sum()


@VITERBI.mistake
def likeliest_of_the_sums(log_start, log_trans, log_obs):
    """all ways are added, as in `hmm_log_forward`, and the best state of each step is taken. The
    path is that of the best way alone.
    """
    log_alpha = [log_start + log_obs[0]]
    for observed in log_obs[1:]:
        came = log_alpha[-1][:, None] + log_trans
        log_alpha.append(observed + np.logaddexp.reduce(came, axis=0))
    return np.argmax(log_alpha, axis=1), log_alpha[-1].max()


@VITERBI.mistake
def overwritten_while_read(log_start, log_trans, log_obs):
    """the best values of a step are written over those of the step before while these are still
    read. Keep the old values until all states are done: write into a new array.
    """
    T, K = log_obs.shape
    best, came_from = log_start + log_obs[0], np.zeros((T, K), int)
    for t in range(1, T):
        for k in range(K):
            ways = best + log_trans[:, k]
            came_from[t, k] = ways.argmax()
            best[k] = ways.max() + log_obs[t, k]
    path = [best.argmax()]
    for t in range(T - 1, 0, -1):
        path.append(came_from[t, path[-1]])
    return np.array(path[::-1]), best.max()


VITERBI.slip(
    "back_from_state_0",
    "path = [best[-1].argmax()]",
    "path = [0]",
    "the way back begins at state 0. It begins at the last step's best state.",
    of="table_of_pointers",
)
