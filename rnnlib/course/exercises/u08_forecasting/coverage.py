"""The share of targets that lie in their interval, for each step ahead."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.forecasting import coverage


def _draw_coverage(rng):
    plain = [{"K": 4, "N": 17}, {"K": 3, "N": 26}]
    for kind, s in drawing.sizes(plain, "KN"):
        targets = drawing.array(rng, s["K"], s["N"])
        # Between 0.9 below and 0.9 above a centre of its own: some miss it on either side.
        centre = 0.6 * drawing.array(rng, s["K"], s["N"])
        below, above = rng.uniform(0.3, 1.2, (2, s["K"], s["N"]))
        above *= 1.6
        for k in range(s["K"]):  # each step has its own share, and misses on both sides
            n = np.arange(s["N"])
            if s["N"] > 3 * s["K"]:
                centre[k] = np.where(n < 3 + k, targets[k] + 2.5, centre[k])
                centre[k] = np.where((n > 9) & (n < 11 + k), targets[k] - 3.0, centre[k])
                inside = (n >= 3 + k) & (n <= 9)
                centre[k] = np.where(inside, targets[k] + 0.11 * rng.uniform(0.5, 1), centre[k])
        yield Case((targets, centre - below, centre + above), s, kind)
    yield _on_the_edge(rng)
    yield _beside_the_edge(rng)


def _on_the_edge(rng):
    """Targets that are the lower end, the upper end or both. Whole numbers: nothing is rounded."""
    K, N = 3, 14
    targets = 8.0 * rng.permutation(np.arange(1, K * N + 1)).reshape(K, N)
    below, above = rng.integers(1, 4, (2, K, N))
    for k in range(K):  # each step has its own number of each sort
        sort = rng.permutation(np.repeat(np.arange(6), (2 + k, 1 + k, 1, 2, 3 - k, 5 - k)))
        below[k, (sort == 0) | (sort == 2)] = 0
        above[k, (sort == 1) | (sort == 2)] = 0
        below[k, sort == 3], above[k, sort == 3] = -1, 2  # the interval lies above its target
        below[k, sort == 4], above[k, sort == 4] = 3, -2  # or below it
    args = targets, targets - below, targets + above
    return Case(args, {"K": K, "N": N}, "targets on the edge")


def _beside_the_edge(rng):
    """Targets that miss an end by very little, or are inside by as little."""
    K, N = 3, 14
    targets = drawing.array(rng, K, N)
    little = 1e-7 * rng.uniform(0.5, 1, (K, N))
    little[:, :4] *= -1
    little[:, 6:] *= np.where(np.arange(N - 6) < 1 + np.arange(K)[:, None], -1, 1)
    at_the_top = rng.permutation(N) % 2 == 0
    lower = np.where(at_the_top, targets - 1, targets - little)
    upper = np.where(at_the_top, targets + little, targets + 1)
    return Case((targets, lower, upper), {"K": K, "N": N}, "targets on the edge")


COVERAGE = Exercise("coverage", coverage, _draw_coverage, results={"coverage": "(K,)"})


@COVERAGE.variant
def mean_of_both(targets, lower, upper):
    """Both comparisons, and the mean along each row."""
    return np.mean((lower <= targets) & (targets <= upper), axis=1)


@COVERAGE.variant
def counted_and_divided(targets, lower, upper):
    """The misses counted, and taken off."""
    missed = (targets < lower) | (targets > upper)
    return 1 - missed.sum(axis=1) / targets.shape[1]


@COVERAGE.variant
def row_by_row(targets, lower, upper):
    """A loop over steps and targets."""
    shares = []
    for k in range(len(targets)):
        hits = [lo <= y <= hi for y, lo, hi in zip(targets[k], lower[k], upper[k])]
        shares.append(sum(hits) / len(hits))
    return np.array(shares)


@COVERAGE.mistake
def too_high_not_noticed(targets, lower, upper):
    """only the lower end is compared: a target above the interval counts as inside."""
    return np.mean(lower <= targets, axis=1)


@COVERAGE.mistake
def too_low_not_noticed(targets, lower, upper):
    """only the upper end is compared: a target below the interval counts as inside."""
    return np.mean(targets <= upper, axis=1)


@COVERAGE.mistake
def either_is_enough(targets, lower, upper):
    """one of the two comparisons is enough, by `|`. Both must hold: `&`."""
    return np.mean((lower <= targets) | (targets <= upper), axis=1)


@COVERAGE.mistake
def share_that_was_missed(targets, lower, upper):
    """the targets *outside* are counted."""
    return np.mean((lower > targets) | (targets > upper), axis=1)


@COVERAGE.mistake
def one_share_for_all_steps(targets, lower, upper):
    """all steps are thrown together. Each step ahead has a share of its own: `axis=1`."""
    return np.mean((lower <= targets) & (targets <= upper))


@COVERAGE.mistake
def share_over_the_steps(targets, lower, upper):
    """the mean runs over the steps, axis 0. It runs over the N targets of a step: `axis=1`."""
    return np.mean((lower <= targets) & (targets <= upper), axis=0)


@COVERAGE.mistake
def hits_not_divided(targets, lower, upper):
    """the hits are counted, and not divided by how many targets there are."""
    return np.sum((lower <= targets) & (targets <= upper), axis=1)


@COVERAGE.mistake
def share_in_percent(targets, lower, upper):
    """the share is given in percent. It lies between 0 and 1."""
    return 100 * np.mean((lower <= targets) & (targets <= upper), axis=1)


@COVERAGE.mistake
def each_hit_returned(targets, lower, upper):
    """it is said for each target whether it was hit. The share of each step is wanted."""
    return ((lower <= targets) & (targets <= upper)).astype(float)


@COVERAGE.mistake
def all_or_nothing(targets, lower, upper):
    """a step counts only if *all* its targets are inside."""
    return ((lower <= targets) & (targets <= upper)).all(axis=1).astype(float)


@COVERAGE.mistake
def ends_exchanged(targets, lower, upper):
    """the ends are exchanged: no target is above the upper end and below the lower one."""
    return np.mean((upper <= targets) & (targets <= lower), axis=1)


@COVERAGE.mistake
def mean_width(targets, lower, upper):
    """the mean width of the interval is measured. Whether it *hits* is asked."""
    return np.mean(upper - lower, axis=1)


@COVERAGE.mistake
def two_signs_in_a_row(targets, lower, upper):
    """`lower <= targets <= upper` is written for whole arrays. Python cannot do that: join two
    comparisons with `&`, each in brackets.
    """
    return np.mean(lower <= targets <= upper, axis=1)


@COVERAGE.mistake
def brackets_left_out(targets, lower, upper):
    """the brackets around the comparisons are missing: `&` binds tighter than `<=`, and comes
    first.
    """
    return np.mean(lower <= targets & targets <= upper, axis=1)


@COVERAGE.mistake
def edges_outside(targets, lower, upper):
    """a target on the edge counts as outside: `<` stands where `<=` belongs."""
    return np.mean((lower < targets) & (targets < upper), axis=1)


@COVERAGE.mistake
def upper_edge_outside(targets, lower, upper):
    """a target on the *upper* edge counts as outside: `<` stands where `<=` belongs."""
    return np.mean((lower <= targets) & (targets < upper), axis=1)


@COVERAGE.mistake
def lower_edge_outside(targets, lower, upper):
    """a target on the *lower* edge counts as outside: `<` stands where `<=` belongs."""
    return np.mean((lower < targets) & (targets <= upper), axis=1)


@COVERAGE.mistake
def divided_by_the_steps(targets, lower, upper):
    """the hits of each step are divided by K, the number of steps. They are divided by the N
    targets of the step.
    """
    return np.sum((lower <= targets) & (targets <= upper), axis=1) / len(targets)
