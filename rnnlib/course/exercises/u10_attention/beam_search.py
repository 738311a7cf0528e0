"""Write with the `width` best texts kept at every step."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.beam_step import beam_step
from rnnlib.course.exercises.u10_attention.inputs import a_decoder, ends


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


def _tells_apart(*case):
    """Whether the mistakes that often come to the same are all different from each other here."""
    end, S = case[3], case[5]
    found, score = beam_search(*case)
    length = int(ends(found[:, None], end)[0])
    if not 0 < length < S - 1:
        return False
    others = (a_beam_of_one, every_end_mark_is_paid_for, states_not_reordered, ended_texts_go_on)
    scores = [score, *(other(*case)[1] for other in others)]
    return np.diff(np.sort(scores)).min() > 0.01


def _draw_beam_search(rng):
    V, start, end = 5, 0, 3
    plain = [{"S": 7, "H": 6}, {"S": 9, "H": 5}]
    for kind, s in drawing.sizes(plain, "SH"):
        width = int(rng.integers(3, 5))
        for _ in range(1000):
            step, state = a_decoder(rng, V, s["H"], 2.0), drawing.array(rng, 1, s["H"])
            if s["S"] == 1 or s["H"] == 1:
                break
            if _tells_apart(step, state, start, end, width, s["S"]):
                break
        yield Case((step, state, start, end, width, s["S"]), s, kind)
    s = {"S": 6, "H": 4}
    step, state = a_decoder(rng, V, 4), drawing.array(rng, 1, 4)
    yield Case((step, state, start, end, 1, 6), s, "a width of 1")


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
def last_text_returned(step, state, start, end, width, S):
    """The last text of the beam is returned, which is the worst. The best one comes first."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[-1, 1:], scores[-1]


@BEAM_SEARCH.mistake
def start_mark_kept(step, state, start, end, width, S):
    """The start mark is returned in front of the text, which has S symbols."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0], scores[0]


@BEAM_SEARCH.mistake
def scores_begin_again(step, state, start, end, width, S):
    """The scores begin again from zero at every step, so that only the last symbol decides."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(np.zeros(len(texts)), log_probs, width)
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
def probability_returned(step, state, start, end, width, S):
    """The text's probability is returned; its logarithm is wanted."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], np.exp(scores[0])


@BEAM_SEARCH.mistake
def one_step_short(step, state, start, end, width, S):
    """The last step is left out: `range(S - 1)` stops one too early."""
    texts, scores = np.full((1, 1), start), np.zeros(1)
    for _ in range(S - 1):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return texts[0, 1:], scores[0]
