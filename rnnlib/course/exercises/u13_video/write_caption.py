"""A caption for one clip: the likeliest word, again and again, until the full stop."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.video.captions import write_caption


def planned_writer(rng, V, plan, first):
    """A writer that writes `plan` and then the full stop, if it is read in the right way.

    Which word comes next depends on the word that was read and on all that came before it: the
    state counts steps and adds up words. Whoever reads other words or drops the state gets others.
    """
    table = {}

    def logits_for(key, word):
        if key not in table:
            table[key] = rng.permutation(V) / V + rng.uniform(0, 0.5 / V, V) - 3.0
            best = table[key].argmax()
            table[key][[word, best]] = table[key][[best, word]]
        return table[key].copy()

    wanted, before = {}, (0, first)
    for n, word in enumerate([*plan, 0]):
        read = 0 if n == 0 else plan[n - 1]
        before = (before[0] + 1, before[1] + (n + 1) * read)
        wanted[(read, *before)] = word
    scramble = rng.integers(1, V, 97)

    def step(word, state):
        if np.ndim(word) != 0 or not 0 <= word < V:
            raise ValueError(f"step reads one word, 0 to {V - 1}; it was given {word!r}")
        count, total = state
        count, total = int(count) + 1, int(total) + (int(count) + 1) * int(word)
        key = (int(word), count, total)
        other = int(scramble[(7 * key[0] + 3 * key[1] + key[2]) % 97])
        return logits_for(key, wanted.get(key, other)), np.array([count, total])

    for key in sorted(wanted):  # drawn now: a step gives the same whenever it is called
        logits_for(key, wanted[key])
    return step


def _draw_caption(rng):
    def case(L, longest, V=30, **settings):
        plan = [int(w) for w in rng.permutation(np.arange(1, V))[:L]]
        sizes = {"L": L, "longest": longest}
        first = int(rng.integers(1, 1000))
        step = planned_writer(rng, V, plan, first)
        return Case((np.array([0, first]), step, longest), sizes, **settings)

    yield case(6, 9)
    yield case(7, 12)
    yield case(9, 5, kind="a caption that is cut off")
    yield case(6, 6, kind="exactly as long as allowed")
    yield case(1, 7, kind="a size of 1")
    yield case(5, 1, kind="a single word allowed")


WRITE_CAPTION = Exercise(
    "write_caption",
    write_caption,
    _draw_caption,
    results={"words": ""},
    rtol=0,
    atol=1e-6,
)


@WRITE_CAPTION.variant
def loop_with_break(state, step, longest):
    """A loop over the words, left at the full stop."""
    words, word = [], 0
    for _ in range(longest):
        logits, state = step(word, state)
        word = int(np.argmax(logits))
        if word == 0:
            break
        words.append(word)
    return np.array(words, int)


@WRITE_CAPTION.variant
def while_there_is_a_word(state, step, longest):
    """A loop with its two conditions on top."""
    logits, state = step(0, state)
    word, words = logits.argmax(), []
    while word != 0 and len(words) < longest:
        words.append(int(word))
        logits, state = step(word, state)
        word = logits.argmax()
    return np.asarray(words)


@WRITE_CAPTION.variant
def cut_at_the_end(state, step, longest):
    """All words are written; the text is cut at the first full stop."""
    text = [0]
    for _ in range(longest):
        logits, state = step(text[-1], state)
        text.append(int(np.argsort(logits)[-1]))
    words = text[1:]
    if 0 in words:
        words = words[: words.index(0)]
    return np.array(words, dtype=np.int64)


@WRITE_CAPTION.variant
def calls_itself(state, step, longest):
    """The first word, and then the rest of the caption."""

    def rest(word, state, left):
        if left == 0:
            return []
        logits, state = step(word, state)
        best = int(np.argmax(logits))
        return [best, *rest(best, state, left - 1)] if best else []

    return np.array(rest(0, state, longest), int)


def _slip(name, old, new, sentence):
    WRITE_CAPTION.slip(name, old, new, sentence)


_slip(
    "writer_forgets",
    "logits, state = step(word, state)",
    "logits, _ = step(word, state)",
    "every step starts from the first state: the one that `step` returns is dropped.",
)
_slip(
    "full_stop_kept",
    "        if word == 0:\n            break\n        words.append(word)\n",
    "        words.append(word)\n        if word == 0:\n            break\n",
    "the full stop is kept: it ends the caption and is no part of it.",
)
_slip(
    "written_to_the_end",
    "        if word == 0:\n            break\n",
    "",
    "the writer goes on after the full stop. There the caption ends.",
)
_slip(
    "begins_with_another_word",
    "words, word = [], 0",
    "words, word = [], 1",
    "the first word that is read is 1. A caption begins with word 0, the full stop.",
)
_slip(
    "least_likely_word",
    "np.argmax(logits)",
    "np.argmin(logits)",
    "the *least* likely word is written: `np.argmax`.",
)
_slip(
    "reads_the_full_stop_each_time",
    "step(word, state)",
    "step(0, state)",
    "the full stop is read at every step. The writer reads the word that it has just written.",
)
_slip(
    "one_word_too_many_allowed",
    "range(longest)",
    "range(longest + 1)",
    "the loop makes room for one word more than `longest`.",
)
_slip(
    "one_word_too_few_allowed",
    "range(longest)",
    "range(longest - 1)",
    "one word less than `longest` may be written: the first word counts too.",
)
_slip(
    "begin_kept",
    "words, word = [], 0",
    "words, word = [0], 0",
    "the 0 with which the writer begins is returned too. It is read, not written.",
)
_slip(
    "empty_where_it_was_cut",
    "    return np.array(words, int)",
    "    return np.array(words if word == 0 else [], int)",
    "a caption without a full stop is thrown away. What was written so far is the answer.",
)


@WRITE_CAPTION.mistake
def best_logit_instead(state, step, longest):
    """the logits of the words are returned. Which words they are is asked: `np.argmax`."""
    words, word = [], 0
    for _ in range(longest):
        logits, state = step(word, state)
        word = int(np.argmax(logits))
        if word == 0:
            break
        words.append(float(np.max(logits)))
    return np.array(words)


@WRITE_CAPTION.mistake
def one_word_alone(state, step, longest):
    """the caption ends after its first word."""
    logits, _ = step(0, state)
    return np.array([int(np.argmax(logits))])
