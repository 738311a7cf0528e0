"""A score for each clip, a threshold from normal clips alone, and who is above it."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.video.alarms import raise_alarms


def _draw_alarms(rng):
    def case(T, N, M, share, at=None, **settings):
        normal = rng.uniform(0.2, 1.0, (T, M))
        normal[rng.integers(T, size=M), np.arange(M)] += rng.uniform(0.3, 1.5, M)
        ranked = np.sort(normal.max(axis=0))
        threshold = ranked[M - 1 - int(share * M + 1e-9)]
        # Scores on both sides of the threshold, close and far, whose means say something else.
        errors = rng.uniform(0.01, 0.9, (T, N)) * threshold
        worst = threshold * np.resize([1.02, 0.97, 1.6, 0.92, 3.0], N)
        worst = worst * rng.uniform(0.99, 1.01, N)
        errors[rng.integers(T, size=N), np.arange(N)] = worst
        errors[:, ::2] *= np.where(errors[:, ::2] == worst[::2], 1, 0.1)
        if at is not None:
            errors[rng.integers(T), at] = threshold
            errors[errors[:, at] > threshold, at] *= 0.4
        sizes = {"T": T, "N": N, "M": M, "share": share}
        return Case((errors, normal, share), sizes, **settings)

    yield case(6, 9, 23, 0.1)
    yield case(7, 10, 41, 0.3)
    yield case(1, 9, 23, 0.1, kind=drawing.ONES)
    yield case(6, 1, 23, 0.1, kind=drawing.ONES)
    yield case(6, 9, 1, 0.1, kind=drawing.ONES)
    yield case(6, 9, 16, 0.0, kind="no false alarm allowed")
    yield case(5, 8, 16, 0.25, kind="a share that comes out even")
    for M, share in ((100, 0.29), (50, 0.58)):  # below 29 and 29 by a hair, in float64
        yield case(5, 8, M, share, kind="a share that comes out even")
    yield case(5, 8, 16, 0.25, at=3, kind=drawing.EQUAL)
    tied = case(5, 8, 20, 0.22, kind=drawing.EQUAL)
    ranked = np.argsort(tied.args[1].max(axis=0))
    tied.args[1][:, ranked[13:17]] = tied.args[1][:, ranked[14:15]]
    yield tied
    tied = case(5, 8, 16, 0.25, kind=drawing.EQUAL)
    ranked = np.argsort(tied.args[1].max(axis=0))
    tied.args[1][:, ranked[:9]] = tied.args[1][:, ranked[:1]]  # as many clips, fewer scores
    yield tied
    yield case(8, 7, 39, 0.3)  # 11.7 clips: rounded down, not to the nearest


RAISE_ALARMS = Exercise(
    "raise_alarms",
    raise_alarms,
    _draw_alarms,
    results={"threshold": "", "alarms": "(N,)"},
    whole=False,
)


@RAISE_ALARMS.variant
def sorted_scores(errors, normal, share):
    """The scores in order; so many may lie above."""
    scores = np.sort(normal.max(axis=0))
    allowed = int(share * len(scores) + 1e-9)
    threshold = scores[len(scores) - 1 - allowed]
    return threshold, errors.max(axis=0) > threshold


@RAISE_ALARMS.variant
def largest_first(errors, normal, share):
    """In falling order, the place is the number that is allowed."""
    scores = sorted((column.max() for column in normal.T), reverse=True)
    threshold = scores[int(np.floor(round(share * len(scores), 6)))]
    return threshold, np.array([column.max() > threshold for column in errors.T])


@RAISE_ALARMS.variant
def tried_one_by_one(errors, normal, share):
    """Every normal score is tried; the smallest that will do is kept."""
    scores = np.max(normal, axis=0)
    fit = [score for score in scores if np.mean(scores > score) <= share]
    threshold = min(fit)
    return threshold, np.any(errors > threshold, axis=0)


RAISE_ALARMS.slip(
    "mean_for_the_worst_frame",
    "errors.max(axis=0) > threshold",
    "errors.mean(axis=0) > threshold",
    "the clips to be judged are scored by the mean of their errors. A score is the worst frame's.",
)

RAISE_ALARMS.slip(
    "normal_clips_by_their_mean",
    "normal.max(axis=0)",
    "normal.mean(axis=0)",
    "the normal clips are scored by the mean of their errors. The score is the worst frame's.",
)

RAISE_ALARMS.slip(
    "worst_clip_of_each_frame",
    "np.sort(normal.max(axis=0))",
    "np.sort(normal.max(axis=1))",
    "the largest error is taken over the clips, one for each frame. A score belongs to a clip: "
    "take it over time, axis 0.",
)

RAISE_ALARMS.slip(
    "at_the_threshold_too",
    "> threshold",
    ">= threshold",
    "a score that equals the threshold raises an alarm. Above it is asked: `>`.",
)

RAISE_ALARMS.slip(
    "alarms_below",
    "> threshold",
    "< threshold",
    "the clips *below* the threshold raise the alarm. Strange is what is predicted badly.",
)

RAISE_ALARMS.slip(
    "one_false_alarm_more",
    "len(scores) - 1 - allowed",
    "len(scores) - 1 - min(allowed + 1, len(scores) - 1)",
    "the threshold is one place too low, so one normal clip more than allowed is above it.",
)

RAISE_ALARMS.slip(
    "one_false_alarm_less",
    "len(scores) - 1 - allowed",
    "len(scores) - 1 - max(allowed - 1, 0)",
    "the threshold is one place too high: a smaller normal score keeps to the share as well.",
)

RAISE_ALARMS.slip(
    "from_the_small_end",
    "scores[len(scores) - 1 - allowed]",
    "scores[allowed]",
    "the share is counted from the small end, so nearly all normal clips give an alarm. Count from "
    "the largest.",
)

RAISE_ALARMS.slip(
    "rounded_up",
    "int(share * len(scores) + 1e-9)",
    "min(int(np.ceil(share * len(scores) - 1e-9)), len(scores) - 1)",
    "the number of false alarms is rounded up, which is more than the share. Round down.",
)

RAISE_ALARMS.slip(
    "largest_of_all",
    "scores[len(scores) - 1 - allowed]",
    "scores[-1]",
    "`share` takes no part: the threshold is the largest normal score.",
)


@RAISE_ALARMS.mistake
def from_the_clips_to_be_judged(errors, normal, share):
    """the threshold comes from the clips that are judged, so that share of them always raises an
    alarm. It comes from normal clips alone.
    """
    scores = np.sort(errors.max(axis=0))
    threshold = scores[len(scores) - 1 - int(share * len(scores))]
    return threshold, errors.max(axis=0) > threshold


@RAISE_ALARMS.mistake
def quantile_between_scores(errors, normal, share):
    """the threshold lies between two scores, as `np.quantile` puts it. It is one of the normal
    clips' scores.
    """
    threshold = np.quantile(normal.max(axis=0), 1 - share)
    return threshold, errors.max(axis=0) > threshold


@RAISE_ALARMS.mistake
def every_frame_by_itself(errors, normal, share):
    """every frame counts for itself in the threshold. A normal clip has one score, its worst
    frame's.
    """
    scores = np.sort(normal.ravel())
    threshold = scores[len(scores) - 1 - int(share * len(scores))]
    return threshold, errors.max(axis=0) > threshold


@RAISE_ALARMS.mistake
def mean_and_two_deviations(errors, normal, share):
    """the threshold is the mean and two standard deviations of the normal scores. No such rule
    keeps to the share that is given.
    """
    scores = normal.max(axis=0)
    threshold = scores.mean() + 2 * scores.std()
    return threshold, errors.max(axis=0) > threshold


@RAISE_ALARMS.mistake
def equal_scores_once(errors, normal, share):
    """equal scores count once (`np.unique`). Each normal clip counts, with its score."""
    scores = np.unique(normal.max(axis=0))
    threshold = scores[len(scores) - 1 - int(share * len(scores) + 1e-9)]
    return threshold, errors.max(axis=0) > threshold


RAISE_ALARMS.slip(
    "cut_below_a_whole_number",
    " + 1e-9",
    "",
    "`int` cuts a product that is below a whole number by a hair: 0.29 * 100 is 28.999999999999996."
    " Add a hair before you cut, or round to a few digits.",
)

for _name, _old, _new, _sentence in (
    (
        "rounded_to_the_nearest",
        "int(share * len(scores) + 1e-9)",
        "round(share * len(scores))",
        "the number of false alarms is rounded to the nearest whole number, which may be more than "
        "the share. Round down.",
    ),
    (
        "frames_counted",
        "int(share * len(scores) + 1e-9)",
        "int(share * len(normal) + 1e-9)",
        "`share` is taken of the number of frames, `len(normal)`. It is one of the clips.",
    ),
    (
        "share_without_alarm",
        "int(share * len(scores) + 1e-9)",
        "int((1 - share) * len(scores) - 1 + 1e-9)",
        "so many alarms are allowed as should *not* come: 1 - share stands for the share.",
    ),
    (
        "share_of_the_judged",
        "int(share * len(scores) + 1e-9)",
        "min(int(share * errors.shape[1] + 1e-9), len(scores) - 1)",
        "`share` is taken of the number of clips that are judged. It is one of the normal clips.",
    ),
):
    RAISE_ALARMS.slip(_name, _old, _new, _sentence)
