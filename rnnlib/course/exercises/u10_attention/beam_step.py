"""One step of beam search, the best `width` of all continuations."""

from __future__ import annotations

import numpy as np

from rnnlib.activations import log_softmax
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise

VERY_UNLIKELY = "texts too unlikely for a float"


def beam_step(scores, log_probs, width):
    """The best `width` of all ways to go on from K hypotheses with one of V symbols."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return parents, ids, totals[best]


def _draw_beam_step(rng):
    plain = [{"K": 4, "V": 6, "B": 3}, {"K": 3, "V": 4, "B": 5}]
    for kind, s in drawing.sizes(plain, "KVB"):
        for _ in range(200):  # several parents survive, and one of them more than once
            log_probs = log_softmax(drawing.array(rng, s["K"], s["V"]))
            log_probs -= rng.uniform(0.01, 0.1, log_probs.shape)  # with one symbol they would be 0
            scores = -np.abs(drawing.array(rng, s["K"], scale=0.5))
            parents, ids, _ = beam_step(scores, log_probs, s["B"])
            if kind != "ordinary sizes" or (
                1 < len(set(parents.tolist())) < len(parents) and len(set(ids.tolist())) > 1
            ):
                break
        yield Case((scores, log_probs, s["B"]), s, kind)
    s = {"K": 4, "V": 5, "B": 3}
    scores = -900 - np.abs(drawing.array(rng, 4))
    yield Case((scores, log_softmax(drawing.array(rng, 4, 5)), 3), s, VERY_UNLIKELY)
    log_probs = log_softmax(drawing.array(rng, 4, 5))
    ended = rng.choice(4, 2, replace=False)
    log_probs[ended], log_probs[ended, rng.integers(5)] = -np.inf, 0.0
    yield Case((-np.abs(drawing.array(rng, 4)), log_probs, 3), s, "texts that have ended")


BEAM_STEP = Exercise(
    "beam_step",
    beam_step,
    _draw_beam_step,
    results={"parents": "(B,)", "ids": "(B,)", "scores": "(B,)"},
)


@BEAM_STEP.variant
def all_in_one_row(scores, log_probs, width):
    """All sums in one row, sorted; the place tells parent and symbol."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return best // log_probs.shape[1], best % log_probs.shape[1], totals[best]


@BEAM_STEP.variant
def as_a_list(scores, log_probs, width):
    """A list of all ways to go on, sorted by Python."""
    ways = [
        (score + log_probs[k, v], k, v)
        for k, score in enumerate(scores)
        for v in range(log_probs.shape[1])
    ]
    best = sorted(ways, reverse=True)[:width]
    return tuple(np.array([way[i] for way in best]) for i in (1, 2, 0))


@BEAM_STEP.variant
def one_after_the_other(scores, log_probs, width):
    """The best, then the best of what is left."""
    totals = log_probs + scores.reshape(-1, 1)
    found = []
    for _ in range(width):
        k, v = np.unravel_index(totals.argmax(), totals.shape)
        found.append((k, v, totals[k, v]))
        totals[k, v] = -np.inf
    parents, ids, best = zip(*found)
    return np.array(parents), np.array(ids), np.array(best)


@BEAM_STEP.variant
def partitioned(scores, log_probs, width):
    """The best ones found without sorting all, then sorted."""
    totals = np.add.outer(scores, np.zeros(log_probs.shape[1])) + log_probs
    flat = totals.flatten()
    best = np.argpartition(flat, len(flat) - width)[len(flat) - width :]
    best = best[np.argsort(flat[best])[::-1]]
    parents, ids = np.unravel_index(best, totals.shape)
    return parents, ids, totals[parents, ids]


@BEAM_STEP.mistake
def scores_so_far_left_out(scores, log_probs, width):
    """The scores so far are left out: a hypothesis is as good as *all* of its symbols together."""
    totals = log_probs.ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def multiplied(scores, log_probs, width):
    """Logarithms are multiplied. Probabilities are multiplied; their logarithms are added."""
    totals = (scores[:, None] * log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def one_way_for_each(scores, log_probs, width):
    """Each hypothesis goes on with its own best symbol. One hypothesis may have two good ways to go
    on, and another none.
    """
    ids = log_probs.argmax(axis=1)
    totals = scores + log_probs.max(axis=1)
    best = np.argsort(-totals)[:width]
    return best, ids[best], totals[best]


@BEAM_STEP.mistake
def worst_kept(scores, log_probs, width):
    """The *worst* ones are kept: `np.argsort` puts the smallest first."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def best_one_last(scores, log_probs, width):
    """The right ones are kept, but the best one comes last. It comes first."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(totals)[-width:]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def parents_and_ids_exchanged(scores, log_probs, width):
    """Parents and symbols are exchanged: first which hypothesis, then which symbol."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return ids, parents, totals[best]


@BEAM_STEP.mistake
def divided_by_the_hypotheses(scores, log_probs, width):
    """The place in the row is divided by the number of hypotheses. A row of the table has V
    entries.
    """
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, len(scores)), totals[best]


@BEAM_STEP.mistake
def last_symbol_scored(scores, log_probs, width):
    """The new scores are those of the last symbol alone. A score is the sum over all symbols."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), log_probs.ravel()[best]


@BEAM_STEP.mistake
def old_scores_returned(scores, log_probs, width):
    """The new scores are those of the parents: the new symbol's logarithm is missing."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return parents, ids, scores[parents]


@BEAM_STEP.mistake
def best_hypothesis_only(scores, log_probs, width):
    """Only the best hypothesis goes on, in several ways. All of them compete."""
    k = scores.argmax()
    best = np.argsort(-log_probs[k])[:width]
    return np.full(len(best), k), best, scores[k] + log_probs[k, best]


@BEAM_STEP.mistake
def probabilities_added(scores, log_probs, width):
    """Probabilities are added to logarithms: there is an `np.exp` too many."""
    totals = (scores[:, None] + np.exp(log_probs)).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def all_kept(scores, log_probs, width):
    """All ways to go on are kept, sorted: `width` is not used."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def scores_as_probabilities(scores, log_probs, width):
    """The new scores are probabilities. They stay logarithms, which do not get too small for a
    float.
    """
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), np.exp(totals[best])


@BEAM_STEP.mistake
def scores_as_a_row(scores, log_probs, width):
    """The scores are added as a row. They belong to the rows of the table: `scores[:, None]` is a
    column.
    """
    totals = (scores + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def one_text_for_each_symbol(scores, log_probs, width):
    """Each symbol goes to the text that it fits best, and to no other one. Several texts may go on
    with the same symbol: all ways compete.
    """
    totals = scores[:, None] + log_probs
    ids = np.argsort(-totals.max(axis=0))[:width]
    return totals.argmax(axis=0)[ids], ids, totals.max(axis=0)[ids]


@BEAM_STEP.mistake
def as_many_as_before(scores, log_probs, width):
    """As many ways are kept as there were texts, K. It is `width` that says how many."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[: len(scores)]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def only_the_best_one(scores, log_probs, width):
    """Only the best way is kept. `width` says how many are."""
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:1]
    return *np.divmod(best, log_probs.shape[1]), totals[best]


@BEAM_STEP.mistake
def width_of_each_text(scores, log_probs, width):
    """Each text keeps ways of its own, as many as `width`. All ways of all texts compete for
    `width` places.
    """
    totals = scores[:, None] + log_probs
    ids = np.argsort(-totals, axis=1)[:, :width]
    parents = np.repeat(np.arange(len(scores)), ids.shape[1])
    return parents, ids.ravel(), np.take_along_axis(totals, ids, axis=1).ravel()


@BEAM_STEP.mistake
def through_probabilities(scores, log_probs, width):
    """The probabilities are multiplied, and the logarithm is taken in the end. Products of many
    small numbers get too small for a float, and become 0: add the logarithms.
    """
    p = (np.exp(scores)[:, None] * np.exp(log_probs)).ravel()
    best = np.argsort(-p)[:width]
    return *np.divmod(best, log_probs.shape[1]), np.log(p[best])


@BEAM_STEP.mistake
def places_returned(scores, log_probs, width):
    """The places in the row of all sums are returned for the symbols. A place is
    `parent * V + symbol`: the symbol is what is left when it is divided by V.
    """
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    return best // log_probs.shape[1], best, totals[best]


BEAM_STEP.slip(
    "divided_by_the_width",
    "best // log_probs.shape[1], best % log_probs.shape[1]",
    "best // width, best % width",
    "The place in the row is divided by `width`. A row of the table has V entries.",
)

BEAM_STEP.slip(
    "table_not_in_one_row",
    "(scores[:, None] + log_probs).ravel()",
    "scores[:, None] + log_probs",
    "The table is not put into one row: `np.argsort` then sorts each row by itself. `ravel()` "
    "is missing.",
)

BEAM_STEP.slip(
    "log_probs_subtracted",
    "scores[:, None] + log_probs",
    "scores[:, None] - log_probs",
    "The log-probabilities are subtracted. They are added to the scores so far.",
)

BEAM_STEP.slip(
    "all_totals_returned",
    "totals[best]",
    "totals",
    "All sums are returned for the new scores. Those of the best are wanted: `totals[best]`.",
)

BEAM_STEP.slip(
    "columns_in_one_row",
    ".ravel()",
    '.ravel(order="F")',
    "The table is put into one row column by column. Row by row, place p was in row p // V.",
)
