"""Write the most likely symbol at every step, and read it at the next."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u10_attention.inputs import a_decoder, ends, one_symbol_a_text


def greedy_decode(step, state, start, end, S):
    """Write the most likely symbol at every step, and read it at the next."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


def _draw_greedy(rng):
    V = 5
    plain = [{"S": 7, "N": 4, "H": 6}, {"S": 9, "N": 6, "H": 5}]
    for place, (kind, s) in enumerate(drawing.sizes(plain, "SNH")):
        start, end = (4, 0) if place == 1 else (0, 3)
        for _ in range(200):  # some end early, others late or not at all
            step, state = a_decoder(rng, V, s["H"]), drawing.array(rng, s["N"], s["H"])
            ids = greedy_decode(step, state, start, end, s["S"])
            at = ends(ids, end)
            if kind != "ordinary sizes" or (
                (at < s["S"] - 2).any() and (at > s["S"] - 2).any() and (ids == start).any()
            ):
                break
        yield Case((one_symbol_a_text(step), state, start, end, s["S"]), s, kind)
    s = {"S": 8, "N": 3, "H": 4}
    for _ in range(200):
        step, state = a_decoder(rng, V, 4), drawing.array(rng, 3, 4)
        if (ends(greedy_decode(step, state, 0, 3, 8), 3) < 6).all():
            break
    yield Case((one_symbol_a_text(step), state, 0, 3, 8), s, "texts that all end early")


GREEDY_DECODE = Exercise("greedy_decode", greedy_decode, _draw_greedy, results={"ids": "(S, N)"})


@GREEDY_DECODE.variant
def fed_back(step, state, start, end, S):
    """What is written is read; a text that has ended goes on with end marks."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.variant
def ended_kept_apart(step, state, start, end, S):
    """An array of what has ended, and a result that is made beforehand."""
    N = len(state)
    result, ended = np.full((S, N), end), np.zeros(N, bool)
    ids = np.array([start] * N)
    for s in range(S):
        log_probs, state = step(ids, state)
        ids = np.argmax(log_probs, axis=-1)
        ids[ended] = end
        result[s] = ids
        ended |= ids == end
    return result


@GREEDY_DECODE.variant
def texts_one_by_one(step, state, start, end, S):
    """Each text by itself, stopped at its end mark."""
    result = np.full((S, len(state)), end)
    for n in range(len(state)):
        h, symbol = state[n : n + 1], start
        for s in range(S):
            log_probs, h = step(np.array([symbol]), h)
            symbol = result[s, n] = int(log_probs[0].argmax())
            if symbol == end:
                break
    return result


@GREEDY_DECODE.variant
def mended_at_the_end(step, state, start, end, S):
    """Written on and on; what stands after the first end mark is put right afterwards."""
    ids, rows = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        rows.append(ids := log_probs.argmax(axis=1))
    rows = np.array(rows)
    return np.where(np.maximum.accumulate(rows == end, axis=0), end, rows)


@GREEDY_DECODE.mistake
def goes_on_after_the_end(step, state, start, end, S):
    """A text that has ended goes on. After its end mark there are only end marks: ask
    whether the symbol that was *read* is the end mark.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = log_probs.argmax(axis=1)
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def start_read_at_every_step(step, state, start, end, S):
    """The start mark is read at every step. At the second step the decoder reads what it wrote at
    the first.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(np.full(len(state), start), state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def first_state_at_every_step(step, state, start, end, S):
    """The state is not carried on: every step starts from the first `state`."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, _ = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def least_likely_written(step, state, start, end, S):
    """The *least* likely symbol is written: `argmin` stands for `argmax`."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmin(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def start_written_too(step, state, start, end, S):
    """The start mark is written as well, in a row of its own. It is read, not written."""
    ids = np.full(len(state), start)
    written = [ids]
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def kept_before_the_step(step, state, start, end, S):
    """The symbols are kept before the step that makes new ones, so that the first row is the start
    mark and the last symbol is lost.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        written.append(ids)
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
    return np.stack(written)


@GREEDY_DECODE.mistake
def one_text_a_row(step, state, start, end, S):
    """The result has one text a row, (N, S). Time is the first axis."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written, axis=1)


@GREEDY_DECODE.mistake
def all_stop_with_the_first(step, state, start, end, S):
    """Everything stops as soon as *one* text has ended. The others have more to write."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = log_probs.argmax(axis=1)
        written.append(ids)
        if np.any(ids == end):
            break
    return np.stack(written)


@GREEDY_DECODE.mistake
def one_symbol_for_all(step, state, start, end, S):
    """`argmax` has no `axis=1`: it then gives one number for the whole array, not one for each
    text.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax() % log_probs.shape[1])
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def best_text_for_each_symbol(step, state, start, end, S):
    """`argmax` is taken over the texts, `axis=0`. The best *symbol* is wanted, for each text."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = log_probs.argmax(axis=0)
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def start_after_the_end(step, state, start, end, S):
    """The end mark is followed by the start mark. There are only end marks."""
    ids, written, ended = np.full(len(state), start), [], np.zeros(len(state), bool)
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ended, start, log_probs.argmax(axis=1))
        ended = ended | (ids == end)
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def stops_when_all_have_ended(step, state, start, end, S):
    """Everything stops when all texts have ended, with fewer than S rows. The rows that are left
    are end marks.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
        if np.all(ids == end):
            break
    return np.stack(written)


@GREEDY_DECODE.mistake
def one_array_for_all_rows(step, state, start, end, S):
    """One array is written over at every step and appended every time, so that all rows are the
    last one. `ids = ...` makes a new array, `ids[:] = ...` does not.
    """
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids[:] = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)


@GREEDY_DECODE.mistake
def all_end_with_the_first(step, state, start, end, S):
    """As soon as *one* text has ended, all others get end marks, too. They have more to write."""
    ids, result = np.full(len(state), start), np.full((S, len(state)), end)
    for s in range(S):
        log_probs, state = step(ids, state)
        ids = result[s] = log_probs.argmax(axis=1)
        if np.any(ids == end):
            break
    return result


@GREEDY_DECODE.mistake
def last_row_only(step, state, start, end, S):
    """Only the last symbols are returned, (N,). Every step's are kept: (S, N)."""
    ids = np.full(len(state), start)
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
    return ids


@GREEDY_DECODE.mistake
def zeros_after_the_end(step, state, start, end, S):
    """The end mark is followed by zeros. There are only end marks, whatever their number is."""
    ids, written, ended = np.full(len(state), start), [], np.zeros(len(state), bool)
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ended, 0, log_probs.argmax(axis=1))
        ended = ended | (ids == end)
        written.append(ids)
    return np.stack(written)


GREEDY_DECODE.slip(
    "one_step_short",
    "range(S)",
    "range(S - 1)",
    "The last step is left out: `range(S - 1)` stops one too early.",
)

GREEDY_DECODE.slip(
    "zeros_to_begin_with",
    "np.full(len(state), start)",
    "np.zeros(len(state), int)",
    "The symbol 0 is read first. It is the start mark, `start`, whatever its number is.",
)

GREEDY_DECODE.slip(
    "rows_in_one_line",
    "np.stack(written)",
    "np.concatenate(written)",
    "The rows are put one after the other, in one line. `np.stack` puts them one below the other.",
)

GREEDY_DECODE.slip(
    "condition_turned_over",
    "end, log_probs.argmax(axis=1))",
    "log_probs.argmax(axis=1), end)",
    "The two choices of `np.where` are exchanged: first what is taken where the text has ended.",
)

GREEDY_DECODE.slip(
    "probabilities_written",
    "log_probs.argmax(axis=1)",
    "log_probs.max(axis=1)",
    "The largest log-probability is written, `max`; its place is the symbol, `argmax`.",
)


@GREEDY_DECODE.mistake
def ended_in_what_is_read_alone(step, state, start, end, S):
    """The end marks are put into what is read, and not into what is returned."""
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        best = log_probs.argmax(axis=1)
        ids = np.where(ids == end, end, best)
        written.append(best)
    return np.stack(written)


GREEDY_DECODE.slip(
    "one_start_mark_for_all",
    "np.full(len(state), start)",
    "start",
    "The first symbol is a single number. `step` reads one symbol for each text: (N,).",
)
