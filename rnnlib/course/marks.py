"""How marks add up: the one place where that is decided.

From one function's results to what a student is given in the end:

1. *Shares.* A function's points are split over the rows of its report: `RESULTS_PART` of them over
   the results, by their weights (`result_share`), the rest evenly over the extras, such as special
   sizes or arguments left alone (`extra_share`).
2. *How far the results are right* (`results_right`). An extra counts only that far: a function that
   does nothing changes nothing, and earns nothing for it.
3. *The share that was earned* (`earned_share`): each row's share, as far as the row is right.
4. *Points* (`earned_points`): rounded to a hundredth, and all of them only where all is right.
5. *Totals* (`total`): what has no mark yet counts as nothing; whoever shows a total says so.
6. *What counts in the end* (`final_score`): less the penalty for late work, and never below 0.

A question is all or nothing. Marks that were given by hand are nbgrader's, in its gradebook, and
take the place of those here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

RESULTS_PART = 0.7
"""The results' part of a function's points; the extras have the rest."""

SMALLEST = 0.01
"""Points are rounded to this, and whoever is not all right lacks at least this much."""


def result_share(weight: float) -> float:
    """The part of a function's points that a result is worth.

    Parameters
    ----------
    weight : float
        The result's part of all results, between 0 and 1.
    """
    return RESULTS_PART * weight


def extra_share(count: int) -> float:
    """The part of a function's points that each of `count` extras is worth."""
    return (1 - RESULTS_PART) / count


def results_right(right: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """How far a function's results are right, together, from 0 to 1.

    Parameters
    ----------
    right : mapping
        How far each result is right, from 0 to 1; one that is missing is wrong.
    weights : mapping
        Each result's part of all of them; they add up to 1, but for rounding.

    Returns
    -------
    float
        Exactly 1 if all are right, whatever the weights add up to.

    Examples
    --------
    >>> results_right({"dx": 1.0, "dh": 0.0}, {"dx": 0.25, "dh": 0.75})
    0.25
    """
    if len(right) == len(weights) and all(value == 1 for value in right.values()):
        return 1.0
    return sum(weights[name] * value for name, value in right.items())


def earned_share(rows: Iterable[tuple[float, float]]) -> float:
    """The part of the points that was earned, between 0 and 1.

    Parameters
    ----------
    rows : iterable of (float, float)
        How far each row is right, and its share.
    """
    return min(1.0, sum(right * share for right, share in rows))


def earned_points(share: float, points: float, *, all_right: bool) -> float:
    """The points for a share of them, rounded to a hundredth; all only where all is right.

    Parameters
    ----------
    share : float
        The part that was earned, between 0 and 1.
    points : float
        What all is worth.
    all_right : bool
        Whether nothing was wrong; rounding takes no mark away then.

    Examples
    --------
    >>> earned_points(0.123456, 5, all_right=False)
    0.62
    >>> earned_points(0.99999, 5, all_right=False), earned_points(0.99999, 5, all_right=True)
    (4.99, 5.0)
    """
    if all_right:
        return float(points)
    return max(0.0, min(round(points * share, 2), points - SMALLEST))


def share_of(score: float | None, points: float) -> float:
    """The part of the points that a score is; 0 where there is no mark, or nothing to earn."""
    return 0.0 if score is None or not points else score / points


def total(scores: Iterable[float | None]) -> float:
    """What scores come to; one that is not there yet counts as 0."""
    return sum(score or 0 for score in scores)


def final_score(score: float, penalty: float) -> float:
    """What a unit counts: its score less the penalty for late work, and never below 0."""
    return max(0.0, score - penalty)
