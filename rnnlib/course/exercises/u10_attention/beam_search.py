"""Write with the `width` best texts kept at every step."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.beam_step import beam_step
from rnnlib.course.exercises.u10_attention.inputs import a_decoder

V = 7
"""How many symbols the decoders know that are drawn here."""


def beam_search(step, state, start, end, width, S):
    """Keep the `width` best texts at every step; the best one, and its log-probability."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs = np.where(ended[:, None], -np.inf, log_probs)
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


def _apart(case, *others):
    """Whether the scores of the right text and of these mistakes are different from each other."""
    scores = []
    for function in (beam_search, *others):
        scores.append(function(*case)[1])
        if np.diff(np.sort(scores)).min(initial=1) <= 0.01:
            return False
    return True


def _order_counts(*case):
    """Whether texts or states in the wrong order, or a single text, come to something else."""
    if not _apart(case, states_not_reordered, a_beam_of_one):
        return False
    return any(texts_keep_their_place(*case)[0] != beam_search(*case)[0])


def _end_counts(*case):
    """Whether all texts end early, and what is done with an ended text makes a difference."""
    return len(stops_when_all_have_ended(*case)[0]) < case[5] and _apart(
        case, every_end_mark_is_paid_for, ended_texts_go_on
    )


def _best_is_open(*case):
    """Whether the best text has no end mark, and another one in the beam has."""
    best, score = beam_search(*case)
    return case[3] not in best and score - only_ended_texts_win(*case)[1] > 0.01


def _found(rng, S, H, width, marks, *wanted):
    """The arguments of a search that has all that is wanted of it."""
    for _ in range(1000):
        case = (a_decoder(rng, V, H, 2.0), drawing.array(rng, 1, H), *marks, width, S)
        if all(test(*case) for test in wanted):
            break
    return case


def _draw_beam_search(rng):
    plain = [{"S": 7, "H": 6}, {"S": 9, "H": 5}]
    for place, (kind, s) in enumerate(drawing.sizes(plain, "SH")):
        wanted = [(_order_counts,), (_end_counts,), (), ()][place]
        marks = (6, 1) if place == 1 else (0, 3)
        yield Case(_found(rng, s["S"], s["H"], 4 - place % 2, marks, *wanted), s, kind)
    s = {"S": 6, "H": 4}
    yield Case(_found(rng, 6, 4, 1, (0, 3)), s, "a width of 1")
    s = {"S": 4, "H": 5}
    yield Case(_found(rng, 4, 5, 3, (0, 3), _best_is_open), s, "a best text without an end mark")


BEAM_SEARCH = Exercise(
    "beam_search",
    beam_search,
    _draw_beam_search,
    results={"ids": "(S,)", "score": ""},
    weights={"ids": 2},
    uses=("beam_step",),
)


@BEAM_SEARCH.follow_on
def texts_in_an_array(step, state, start, end, width, S):
    """All texts of the beam in one array, a column more at every step."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.variant
def texts_as_lists(step, state, start, end, width, S):
    """A list of hypotheses, each with its own text, score and state; ended ones are handed on."""
    beam = [([start], 0.0, state)]
    for _ in range(S):
        ways = []
        for text, score, h in beam:
            if text[-1] == end:
                ways.append(([*text, end], score, h))
                continue
            log_probs, h = step(np.array([text[-1]]), h)
            ways += [([*text, v], score + log_probs[0, v], h) for v in range(log_probs.shape[1])]
        beam = sorted(ways, key=lambda way: -way[1])[:width]
    text, score, _ = beam[0]
    return np.array(text[1:]), score


@BEAM_SEARCH.variant
def traced_back(step, state, start, end, width, S):
    """Parents and symbols are kept, and the best text is read from its end."""
    ids, scores, kept = np.array([start]), np.zeros(1), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        only_end = np.where(np.arange(log_probs.shape[1]) == end, 0.0, -np.inf)
        log_probs = np.where((ids == end)[:, None], only_end, log_probs)
        parents, ids, scores = beam_step(scores, log_probs, width)
        state = state[parents]
        kept.append((parents, ids))
    place, text = 0, []
    for parents, ids in reversed(kept):
        text.append(ids[place])
        place = parents[place]
    return np.array(text[::-1]), scores[0]


@BEAM_SEARCH.variant
def filled_up_with_end_marks(step, state, start, end, width, S):
    """The search stops when the best text has ended: no other one can get likelier than it is."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    while texts[0, -1] != end and texts.shape[1] <= S:
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    found = np.full(S, end)
    found[: texts.shape[1] - 1] = texts[0, 1:]
    return found, scores[0]


@BEAM_SEARCH.mistake
def states_not_reordered(step, state, start, end, width, S):
    """The states are not put in the order of the new texts: a text goes on with the state of
    another one. `state[parents]` belongs to the texts `texts[parents]`.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts = np.column_stack([texts[parents], ids])
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def texts_not_reordered(step, state, start, end, width, S):
    """The texts are not put in the order of the parents: the new symbols belong behind
    `texts[parents]`.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts, ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def ended_texts_go_on(step, state, start, end, width, S):
    """A text that has ended goes on. It has one way to go on, another end mark, and that costs
    nothing.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def every_end_mark_is_paid_for(step, state, start, end, width, S):
    """Every further end mark is paid for with its log-probability. Behind the first one they cost
    nothing: `log_probs[ended, end] = 0`.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        price = log_probs[ended, end]
        log_probs[ended] = -np.inf
        log_probs[ended, end] = price
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def a_beam_of_one(step, state, start, end, width, S):
    """The beam holds one text only: `width` is not used, or the beam begins with `width` copies of
    one text, which stay copies. It begins with a single text, and is cut to `width` ones.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, 1)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def search_state_not_carried(step, state, start, end, width, S):
    """The state is not carried on: at every step all texts start from the first one."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, _ = step(texts[:, -1], np.repeat(state, len(texts), axis=0))
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts = np.column_stack([texts[parents], ids])
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def texts_keep_their_place(step, state, start, end, width, S):
    """The texts keep their places, and only the states are put in the order of the parents: the new
    symbols belong behind `texts[parents]`.
    """
    texts, scores = np.full((width, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[: len(state), -1], state)
        ended = texts[: len(state), -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[: len(ids)], ids]), state[parents]
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def stops_when_all_have_ended(step, state, start, end, width, S):
    """The search stops when all texts have ended, and fewer than S symbols are returned. The steps
    that are left add end marks.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
        if np.all(ids == end):
            break
    return texts[0, 1:], scores[0]


@BEAM_SEARCH.mistake
def only_ended_texts_win(step, state, start, end, width, S):
    """Only a text that has ended may win. The likeliest text is wanted, with or without an end
    mark.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    best = np.argmax(texts[:, -1] == end)
    return texts[best, 1:], scores[best]


BEAM_SEARCH.slip(
    "score_for_each_step",
    "return texts[0, 1:], scores[0]",
    "return texts[0, 1:], scores[0] / S",
    "The score is divided by the number of steps. It is the log-probability of the whole text.",
)

BEAM_SEARCH.slip(
    "all_scores_returned",
    "return texts[0, 1:], scores[0]",
    "return texts[0, 1:], scores",
    "The scores of all texts are returned. The best text's is the first of them.",
)

BEAM_SEARCH.slip(
    "all_texts_returned",
    "return texts[0, 1:], scores[0]",
    "return texts[:, 1:], scores",
    "The whole beam is returned, texts and scores. Only the best text is wanted: the first one.",
)

BEAM_SEARCH.slip(
    "whole_row_is_free",
    "log_probs[ended, end] = 0.0",
    "log_probs[ended] = 0.0",
    "The whole row of a text that has ended is 0: it goes on with any symbol, and that costs "
    "nothing. Only the end mark is free; all others are `-np.inf`.",
)


BEAM_SEARCH.slip(
    "last_text_returned",
    "return texts[0, 1:], scores[0]",
    "return texts[-1, 1:], scores[-1]",
    "The last text of the beam is returned, which is the worst. The best one comes first.",
)

BEAM_SEARCH.slip(
    "start_mark_kept",
    "return texts[0, 1:]",
    "return texts[0]",
    "The start mark is returned in front of the text, which has S symbols.",
)

BEAM_SEARCH.slip(
    "last_symbol_cut_off",
    "return texts[0, 1:]",
    "return texts[0, :-1]",
    "The last symbol is cut off in the place of the start mark: that is the first, `texts[0, 1:]`.",
)

BEAM_SEARCH.slip(
    "scores_begin_again",
    "beam_step(scores,",
    "beam_step(np.zeros(len(texts)),",
    "The scores begin again from zero at every step, so that only the last symbol decides.",
)

BEAM_SEARCH.slip(
    "probability_returned",
    "texts[0, 1:], scores[0]",
    "texts[0, 1:], np.exp(scores[0])",
    "The text's probability is returned; its logarithm is wanted.",
)

BEAM_SEARCH.slip(
    "one_step_short",
    "range(S)",
    "range(S - 1)",
    "The last step is left out: `range(S - 1)` stops one too early.",
)

BEAM_SEARCH.slip(
    "as_many_steps_as_texts",
    "range(S)",
    "range(width)",
    "The loop runs over `width`, the number of texts. There are S steps.",
)

BEAM_SEARCH.slip(
    "start_read_at_every_step",
    "step(texts[:, -1]",
    "step(texts[:, 0]",
    "The start mark is read at every step: `texts[:, 0]`. The last symbol is read, `texts[:, -1]`.",
)

BEAM_SEARCH.slip(
    "end_mark_not_free",
    "        log_probs[ended, end] = 0.0\n",
    "",
    "The row of a text that has ended is minus infinity throughout, so that it drops out. Its "
    "end mark is free: `log_probs[ended, end] = 0`.",
)

BEAM_SEARCH.slip(
    "parents_and_ids_exchanged",
    "parents, ids, scores = beam",
    "ids, parents, scores = beam",
    "What `beam_step` returns is taken in the wrong order: parents, symbols, scores.",
)
