"""The most probable labels, by a search over prefixes (open task)."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u11_speech.inputs import (
    IMPOSSIBLE,
    as_labels,
    as_log,
    drawn_log_probs,
    with_impossible_symbols,
)
from rnnlib.ctc_decoding import prefix_beam_search

WIDE = "a beam that drops nothing"


def _draw_beam(rng):
    def case(log_probs, width, **settings):
        T, V = log_probs.shape
        return Case((log_probs, width), {"T": T, "V": V, "width": width}, **settings)

    yield case(drawn_log_probs(rng, 9, 4, 1.0), 3)
    yield case(drawn_log_probs(rng, 12, 5, 0.8), 4)
    yield case(_doubled(rng, 5, 9), 5)
    yield case(drawn_log_probs(rng, 10, 4, 0.7), 2)
    yield case(drawn_log_probs(rng, 8, 4), 1, kind="a beam of 1")
    yield case(drawn_log_probs(rng, 1, 5), 3, kind=drawing.ONES)
    yield case(drawn_log_probs(rng, 6, 2), 4, kind=drawing.ONES)
    yield case(drawn_log_probs(rng, 5, 1), 2, kind=drawing.ZEROS)  # the blank alone
    yield case(drawn_log_probs(rng, 4, 3), 500, kind=WIDE)
    yield case(_doubled(rng, 3, 5), 500, kind=WIDE)
    mostly_blank = rng.normal(size=(7, 4))
    mostly_blank[:, 0] += 6.0
    yield case(log_softmax(mostly_blank), 3, kind="hardly anything but blanks")
    yield case(with_impossible_symbols(rng, 9, 4), 3, kind=IMPOSSIBLE)
    # Its probability is below all floats.
    yield case(_doubled(rng, 12, 620), 1, kind="a long sequence")


def _doubled(rng, V, T):
    """Frames that speak for one label, a weak blank between: is it said once or twice?"""
    logits = 0.8 * rng.normal(size=(T, V))
    a = rng.integers(1, V, T // 4 + 1).repeat(4)[:T]
    logits[np.arange(T), a] += 1.0
    logits[:, 0] += 0.8
    return log_softmax(logits)


def observe_beam(value, case):
    """The labels as an array of integers, and the logarithm."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        raise Unusable(f"returned {kind}; it should return labels, log_p")
    possible, log_p = as_log(value[1])
    if not possible:
        raise Unusable("returned a log_p of -inf: the best prefix has some probability")
    return {"labels": as_labels(value[0]), "log_p": log_p}


PREFIX_BEAM_SEARCH = Exercise(
    "prefix_beam_search",
    prefix_beam_search,
    _draw_beam,
    results={"labels": "", "log_p": ""},
    weights={"log_p": 2},
    observe=observe_beam,
)


@PREFIX_BEAM_SEARCH.variant
def dictionary_of_tuples(log_probs, width):
    """A dictionary from prefix to its two logarithms."""
    from collections import defaultdict

    beam = {(): (0.0, -np.inf)}
    for frame in log_probs:
        found = defaultdict(lambda: [-np.inf, -np.inf])
        for prefix, (b, n) in beam.items():
            both = np.logaddexp(b, n)
            found[prefix][0] = np.logaddexp(found[prefix][0], both + frame[0])
            for c in range(1, len(frame)):
                longer = (*prefix, c)
                came = both
                if prefix and c == prefix[-1]:
                    found[prefix][1] = np.logaddexp(found[prefix][1], n + frame[c])
                    came = b
                found[longer][1] = np.logaddexp(found[longer][1], came + frame[c])
        ranked = sorted(found.items(), key=lambda item: -np.logaddexp(*item[1]))
        beam = dict(ranked[:width])
    best = max(beam, key=lambda prefix: np.logaddexp(*beam[prefix]))
    return list(best), np.logaddexp(*beam[best])


@PREFIX_BEAM_SEARCH.variant
def probabilities_with_a_scale(log_probs, width):
    """Probabilities, made larger again after each frame; the scale is kept as a logarithm."""
    blank, label, scale = {"": 1.0}, {"": 0.0}, 0.0
    for frame in np.exp(log_probs):
        new_blank, new_label = {}, {}
        for text in blank:
            total = blank[text] + label[text]
            new_blank[text] = new_blank.get(text, 0.0) + frame[0] * total
            for c in range(1, len(frame)):
                letter = chr(64 + c)
                if text.endswith(letter):
                    new_label[text] = new_label.get(text, 0.0) + frame[c] * label[text]
                    came = blank[text]
                else:
                    came = total
                new_label[text + letter] = new_label.get(text + letter, 0.0) + frame[c] * came
        totals = {
            k: new_blank.get(k, 0.0) + new_label.get(k, 0.0) for k in {**new_blank, **new_label}
        }
        kept = sorted(totals, key=totals.get)[::-1][:width]
        largest = totals[kept[0]]
        scale += np.log(largest)
        blank = {k: new_blank.get(k, 0.0) / largest for k in kept}
        label = {k: new_label.get(k, 0.0) / largest for k in kept}
    best = max(blank, key=lambda k: blank[k] + label[k])
    return [ord(letter) - 64 for letter in best], scale + np.log(blank[best] + label[best])


@PREFIX_BEAM_SEARCH.variant
def collected_by_the_new_prefix(log_probs, width):
    """Asked from the other side: for every candidate, from where could it come?"""
    beam = {(): np.array([0.0, -np.inf])}
    for frame in log_probs:
        V = len(frame)
        candidates = {p for p in beam} | {p + (c,) for p in beam for c in range(1, V)}
        scored = []
        for q in sorted(candidates):
            b = n = -np.inf
            if q in beam:
                b = np.logaddexp.reduce(beam[q]) + frame[0]
                if q:
                    n = beam[q][1] + frame[q[-1]]
            if q and q[:-1] in beam:
                parent = beam[q[:-1]]
                repeats = len(q) > 1 and q[-1] == q[-2]
                came = parent[0] if repeats else np.logaddexp.reduce(parent)
                n = np.logaddexp(n, came + frame[q[-1]])
            scored.append((np.logaddexp(b, n), q, b, n))
        scored.sort(reverse=True)
        beam = {q: np.array([b, n]) for _, q, b, n in scored[:width]}
    labels, pair = max(beam.items(), key=lambda item: np.logaddexp.reduce(item[1]))
    return [int(label) for label in labels], float(np.logaddexp.reduce(pair))


@PREFIX_BEAM_SEARCH.variant
def states_apart(log_probs, width):
    """Each prefix with its last symbol as one key: two entries for a prefix, ranked together."""
    beam = {((), True): 0.0}
    for frame in log_probs:
        found = {}
        for (prefix, silent), log_p in beam.items():
            steps = [((prefix, True), frame[0])]
            for c in range(1, len(frame)):
                goes_on = not silent and prefix[-1:] == (c,)
                steps.append(((prefix if goes_on else (*prefix, c), False), frame[c]))
            for key, step in steps:
                found[key] = np.logaddexp(found.get(key, -np.inf), log_p + step)
        totals = {}
        for (prefix, _), log_p in found.items():
            totals[prefix] = np.logaddexp(totals.get(prefix, -np.inf), log_p)
        kept = set(sorted(totals, key=totals.get, reverse=True)[:width])
        beam = {key: log_p for key, log_p in found.items() if key[0] in kept}
    best = max(kept, key=totals.get)
    return list(best), totals[best]


@PREFIX_BEAM_SEARCH.mistake
def greedy(log_probs, width):
    """The best *path* is returned with its probability, by taking the best symbol of each frame or
    from a beam of paths. Paths that spell the same prefix are added up.
    """
    path = log_probs.argmax(axis=1)
    labels = [k for t, k in enumerate(path) if k and (t == 0 or k != path[t - 1])]
    return labels, log_probs.max(axis=1).sum()


for _name, _old, _new, _sentence in (
    (
        "label_goes_on_left_out",
        "found[prefix][1] = np.logaddexp(found[prefix][1], n + frame[c])",
        "pass",
        "a prefix's last label never goes on for another frame: it does, with "
        "n'(l) = p(last label) n(l).",
    ),
    (
        "repeats_from_both",
        "came = b\n",
        "came = both\n",
        "a label that repeats the last one makes the prefix longer even without a blank between. "
        "Only paths that end in a blank, b(l), can do that.",
    ),
    (
        "repeats_from_label",
        "came = b\n",
        "came = n\n",
        "a repeated label is taken from n(l), the paths that end in that label: they would be "
        "merged. It takes b(l).",
    ),
    (
        "goes_on_from_both",
        "np.logaddexp(found[prefix][1], n + frame[c])",
        "np.logaddexp(found[prefix][1], both + frame[c])",
        "a label goes on from b(l) + n(l). After a blank the same label begins anew and makes the "
        "prefix longer; it goes on from n(l) alone.",
    ),
    (
        "never_repeats",
        "came = b\n",
        "continue\n",
        "a label never follows itself: with a blank between, it does.",
    ),
    (
        "blank_from_label_alone",
        "both + frame[0]",
        "n + frame[0]",
        "a blank follows only after a label: it follows a blank as well, so b'(l) has b(l) + n(l).",
    ),
    (
        "blank_from_blank_alone",
        "both + frame[0]",
        "b + frame[0]",
        "a blank follows only after a blank: it follows a label as well, so b'(l) has b(l) + n(l).",
    ),
    (
        "blank_left_out",
        "found[prefix][0] = np.logaddexp(found[prefix][0], both + frame[0])",
        "pass",
        "no frame is ever a blank: the step b'(l) = p(blank) (b(l) + n(l)) is missing.",
    ),
    (
        "not_added",
        "found[longer][1] = np.logaddexp(found[longer][1], came + frame[c])",
        "found[longer][1] = came + frame[c]",
        "what leads to the same longer prefix is replaced, not added: it may be in the beam "
        "itself, and go on.",
    ),
    (
        "best_of_both",
        "found[longer][1] = np.logaddexp(found[longer][1], came + frame[c])",
        "found[longer][1] = max(found[longer][1], came + frame[c])",
        "of two ways to the same prefix the better one is taken (`max`); they are added.",
    ),
    (
        "best_of_all_ways",
        "np.logaddexp(found[prefix][1], n + frame[c])\n                    came = b\n"
        "                found[longer][1] = np.logaddexp(found[longer][1], came + frame[c])",
        "max(found[prefix][1], n + frame[c])\n                    came = b\n"
        "                found[longer][1] = max(found[longer][1], came + frame[c])",
        "of all ways to the same prefix the best one is taken (`max`); they are added.",
    ),
    (
        "ranked_by_blank",
        "key=lambda item: -np.logaddexp(*item[1])",
        "key=lambda item: -item[1][0]",
        "prefixes are ranked by b alone; rank them by b + n.",
    ),
    (
        "ranked_by_label",
        "key=lambda item: -np.logaddexp(*item[1])",
        "key=lambda item: -item[1][1]",
        "prefixes are ranked by n alone; rank them by b + n.",
    ),
    (
        "ranked_by_the_larger",
        "key=lambda item: -np.logaddexp(*item[1])",
        "key=lambda item: -max(item[1])",
        "prefixes are ranked by the larger of b and n; rank them by the sum.",
    ),
    (
        "ranked_by_mean",
        "key=lambda item: -np.logaddexp(*item[1])",
        "key=lambda item: -np.logaddexp(*item[1]) / (len(item[0]) or 1)",
        "a prefix's score is divided by its length. Nothing is corrected here: log p decides.",
    ),
    (
        "worst_kept",
        "key=lambda item: -np.logaddexp(*item[1])",
        "key=lambda item: np.logaddexp(*item[1])",
        "the *worst* prefixes are kept: the order is turned around.",
    ),
    (
        "nothing_dropped",
        "dict(ranked[:width])",
        "dict(ranked[: 4 * width])",
        "far more prefixes are kept than `width` after a frame.",
    ),
    (
        "one_more_kept",
        "dict(ranked[:width])",
        "dict(ranked[: width + 1])",
        "one prefix more than `width` is kept.",
    ),
    (
        "one_less_kept",
        "dict(ranked[:width])",
        "dict(ranked[: max(1, width - 1)])",
        "one prefix less than `width` is kept.",
    ),
    (
        "beam_of_three",
        "dict(ranked[:width])",
        "dict(ranked[:3])",
        "three prefixes are kept whatever `width` says.",
    ),
    (
        "begins_in_a_label",
        "beam = {(): (0.0, -np.inf)}",
        "beam = {(): (0.0, 0.0)}",
        "the empty prefix begins with b = n = 1; it has not ended in a label, so n is 0 and its "
        "logarithm -inf.",
    ),
    (
        "log_p_of_the_label",
        "return list(best), np.logaddexp(*beam[best])",
        "return list(best), max(beam[best])",
        "log_p is only the larger of b and n; it is their sum.",
    ),
    (
        "probability_returned",
        "return list(best), np.logaddexp(*beam[best])",
        "return list(best), np.exp(np.logaddexp(*beam[best]))",
        "the probability is returned; its logarithm is wanted.",
    ),
    (
        "last_frame_left_out",
        "for frame in log_probs:",
        "for frame in log_probs[:-1] if len(log_probs) > 1 else log_probs:",
        "the last frame is not read.",
    ),
    (
        "last_symbol_left_out",
        "for c in range(1, len(frame)):",
        "for c in range(1, max(2, len(frame) - 1)):",
        "the last symbol is never tried.",
    ),
    (
        "labels_reversed",
        "return list(best), ",
        "return list(best)[::-1], ",
        "the labels come out in reverse.",
    ),
):
    PREFIX_BEAM_SEARCH.slip(_name, _old, _new, _sentence)
