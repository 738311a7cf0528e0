"""The labels that the path of each frame's best symbol spells."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u11_speech.inputs import observe_labels
from rnnlib.ctc import collapse
from rnnlib.ctc_decoding import ctc_greedy


def _draw_greedy(rng):
    def case(path, V, scale=1.0, **settings):
        """Logits whose largest entries follow the path, by a small margin in some frames."""
        path = np.array(path)
        logits = scale * rng.normal(size=(len(path), V))
        above = scale * rng.uniform(0.05, 2, len(path))
        logits[np.arange(len(path)), path] = logits.max(axis=1) + above
        return Case((logits,), {"T": len(path), "V": V}, **settings)

    for V in (6, 9):
        a, b, c, d = (int(label) for label in rng.permutation(np.arange(1, V))[:4])
        yield case([0, a, a, 0, a, b, b, c, 0, c, 0, 0, d, V - 1, 0, V - 1, V - 1][: 12 + V - 1], V)
        yield case([c, 0, 0, b, d, d, 0, d, a, a], V)
    yield case([3], 5, kind=drawing.ONES)
    yield case([0, 0, 0], 1, kind=drawing.ONES)
    yield case([0, 0, 0, 0], 4, kind="blanks only")
    yield case([1, 1, 0, 2, 1, 0, 0, 1, 2, 2], 4, 300.0, kind=drawing.LARGE)
    yield case([2, 0, 2, 2, 3, 0, 1, 1, 0, 1], 5, 1e-3, kind="nearly equal logits")
    below = case([2, 2, 0, 3, 3, 0, 3, 1, 0], 4, kind="log-probabilities, all below 0")
    below.args[0][:] = log_softmax(below.args[0])
    yield below


CTC_GREEDY = Exercise(
    "ctc_greedy",
    ctc_greedy,
    _draw_greedy,
    results={"labels": ""},
    uses=("collapse",),
    observe=observe_labels,
)


@CTC_GREEDY.follow_on
def argmax_and_collapse(logits):
    """The best symbol of each frame, collapsed."""
    return collapse(np.argmax(logits, axis=1))


@CTC_GREEDY.variant
def frame_by_frame(logits):
    """A loop over the frames."""
    labels, before = [], 0
    for frame in logits:
        best = max(range(len(frame)), key=lambda k: frame[k])
        if best != 0 and best != before:
            labels.append(best)
        before = best
    return labels


@CTC_GREEDY.variant
def sorted_logits(logits):
    """By sorting, and a mask for the places where something new begins."""
    path = np.argsort(logits, axis=-1)[:, -1]
    new = np.append(True, path[1:] != path[:-1])
    return path[new & (path > 0)].tolist()


@CTC_GREEDY.mistake
def not_collapsed(logits):
    """The path itself is returned, a symbol a frame: it is not collapsed."""
    return np.argmax(logits, axis=1).tolist()


@CTC_GREEDY.mistake
def over_time(logits):
    """The largest is taken over the frames (axis 0); each *frame* has a best symbol (axis 1)."""
    return collapse(np.argmax(logits, axis=0))


@CTC_GREEDY.mistake
def smallest(logits):
    """The smallest logit of each frame is taken: `argmin`."""
    return collapse(np.argmin(logits, axis=1))


@CTC_GREEDY.mistake
def blank_never_chosen(logits):
    """The best *label* of each frame is taken, without the blank: it must be able to win."""
    return collapse(1 + np.argmax(logits[:, 1:], axis=1))


@CTC_GREEDY.mistake
def columns_cut_off(logits):
    """The blank's column is cut off, so that every symbol is one too small."""
    return collapse(np.argmax(logits[:, 1:], axis=1))


@CTC_GREEDY.mistake
def equal_neighbours_kept(logits):
    """Blanks are dropped, but equal neighbours are not merged."""
    path = np.argmax(logits, axis=1)
    return path[path != 0].tolist()


@CTC_GREEDY.mistake
def blanks_dropped_first(logits):
    """The blanks are dropped before equal neighbours are merged: a label said twice comes out
    once.
    """
    path = np.argmax(logits, axis=1)
    path = path[path != 0]
    return [k for t, k in enumerate(path) if t == 0 or k != path[t - 1]]


@CTC_GREEDY.mistake
def blanks_kept(logits):
    """Equal neighbours are merged, but the blanks are still there."""
    path = np.argmax(logits, axis=1)
    return [k for t, k in enumerate(path) if t == 0 or k != path[t - 1]]


@CTC_GREEDY.mistake
def last_frame_left_out(logits):
    """The last frame is not read."""
    return collapse(np.argmax(logits[:-1], axis=1)) if len(logits) > 1 else []


@CTC_GREEDY.mistake
def last_symbol_left_out(logits):
    """The last symbol is cut off: it never wins."""
    return collapse(np.argmax(logits[:, :-1], axis=1))


@CTC_GREEDY.mistake
def largest_magnitude(logits):
    """The largest *magnitude* of each frame is taken: a very negative logit is not likely."""
    return collapse(np.argmax(np.abs(logits), axis=1))
