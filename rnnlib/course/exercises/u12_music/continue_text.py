"""Let a network go on with a text, symbol by symbol, with its state carried along."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.generation import continue_text


def second_best(logits):
    """Chooses the second largest: what takes the largest by itself gives itself away."""
    return int(np.argsort(logits)[-2])


class InTurn:
    """Chooses the second largest, then the third, and so on in turn.

    As with a choice by chance, who asks twice is given two answers.
    """

    def __init__(self):
        self.asked = 0

    def __eq__(self, other):
        """Whether both choose in the same way: to have been asked changes no argument."""
        return type(self) is type(other)

    __hash__ = None

    def __call__(self, logits):
        """The next choice."""
        self.asked += 1
        return int(np.argsort(logits)[-2 - self.asked % 4])


def small_network(rng, V):
    """A network of a few lines whose state depends on everything it has read, and its first."""
    W_x, W_h, W_y = rng.normal(0, 1.5, (V, 6)), rng.normal(0, 0.9, (6, 6)), rng.normal(0, 2, (6, V))

    def step(symbol, state):
        if np.ndim(symbol) != 0 or not 0 <= symbol < V:
            raise ValueError(f"step reads one symbol, 0 to {V - 1}; it was given {symbol!r}")
        state = np.tanh(W_x[int(symbol)] + state @ W_h + 0.1)
        return state @ W_y, state

    return step


def _draw_continue(rng):
    def case(P, length, choose=second_best, **settings):
        V = 40
        step, state = small_network(rng, V), drawing.array(rng, 6, scale=0.5)
        prompt = rng.choice(V, P, replace=False)
        if P > 4:  # a symbol that comes again
            prompt[-2] = prompt[1]
        sizes = {"P": P, "length": length}
        return Case((prompt, length, step, choose, state), sizes, **settings)

    yield case(5, 9)
    yield case(8, 6)
    yield case(1, 7, kind=drawing.ONES)
    yield case(6, 1, kind="a single symbol to write")
    yield case(4, 8, InTurn(), kind="a choice that differs from call to call")


CONTINUE_TEXT = Exercise(
    "continue_text",
    continue_text,
    _draw_continue,
    results={"written": ""},
    rtol=0,
    atol=1e-6,
)


@CONTINUE_TEXT.variant
def two_loops(prompt, length, step, choose, state):
    """First the prompt is read, then is written."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        symbol = choose(logits)
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.variant
def one_loop(prompt, length, step, choose, state):
    """One loop over all steps; after the prompt the chosen symbol is the next input."""
    written, symbol = [], prompt[0]
    for t in range(len(prompt) + length - 1):
        logits, state = step(symbol, state)
        if t + 1 < len(prompt):
            symbol = prompt[t + 1]
        else:
            symbol = choose(logits)
            written.append(symbol)
    return np.array(written)


@CONTINUE_TEXT.variant
def growing_list(prompt, length, step, choose, state):
    """The text grows, and the network reads it from the front."""
    text, P = [int(s) for s in prompt], len(prompt)
    k = 0
    while len(text) < P + length:
        logits, state = step(text[k], state)
        k += 1
        if k == len(text):
            text.append(choose(logits))
    return np.array(text[P:])


@CONTINUE_TEXT.variant
def array_made_first(prompt, length, step, choose, state):
    """An array of the right length is filled."""
    *before, symbol = prompt
    for each in before:
        _, state = step(each, state)
    written = np.zeros(length, int)
    for k in range(length):
        logits, state = step(symbol, state)
        symbol = written[k] = choose(logits)
    return written


@CONTINUE_TEXT.mistake
def state_not_carried(prompt, length, step, choose, state):
    """Every step starts from the first state: the network forgets all but one symbol."""
    for symbol in prompt:
        logits, _ = step(symbol, state)
    written = []
    for _ in range(length):
        symbol = choose(logits)
        written.append(symbol)
        logits, _ = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def state_lost_after_prompt(prompt, length, step, choose, state):
    """The state begins anew after the prompt; it must be carried from there into the writing."""
    first = state
    for symbol in prompt:
        logits, state = step(symbol, state)
    written, state = [], first
    for _ in range(length):
        symbol = choose(logits)
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def state_frozen_while_writing(prompt, length, step, choose, state):
    """The state stands still while writing; the new one that `step` returns is dropped."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        symbol = choose(logits)
        written.append(symbol)
        logits, _ = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def last_symbol_alone(prompt, length, step, choose, state):
    """Of the prompt the last symbol alone is read; the ones before it make the state."""
    symbol, written = prompt[-1], []
    for _ in range(length):
        logits, state = step(symbol, state)
        symbol = choose(logits)
        written.append(symbol)
    return np.array(written)


@CONTINUE_TEXT.mistake
def first_symbol_alone(prompt, length, step, choose, state):
    """Of the prompt the first symbol alone is read."""
    symbol, written = prompt[0], []
    for _ in range(length):
        logits, state = step(symbol, state)
        symbol = choose(logits)
        written.append(symbol)
    return np.array(written)


@CONTINUE_TEXT.mistake
def last_symbol_twice(prompt, length, step, choose, state):
    """The last symbol of the prompt is read twice: once in the prompt, once more when writing."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        logits, state = step(symbol, state)
        symbol = choose(logits)
        written.append(symbol)
    return np.array(written)


@CONTINUE_TEXT.mistake
def chosen_symbol_not_read(prompt, length, step, choose, state):
    """The network never reads what it has written: the last symbol of the prompt goes in again."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        written.append(choose(logits))
        logits, state = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def no_step_while_writing(prompt, length, step, choose, state):
    """All symbols come from the logits after the prompt; `choose` needs new logits for each."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    return np.array([choose(logits) for _ in range(length)])


@CONTINUE_TEXT.mistake
def most_likely_taken(prompt, length, step, choose, state):
    """The most likely symbol is taken with `argmax`; `choose` should decide."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        symbol = int(np.argmax(logits))
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def prompt_returned_too(prompt, length, step, choose, state):
    """The prompt is returned in front of what was written."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = list(prompt)
    for _ in range(length):
        symbol = choose(logits)
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def prompt_counted(prompt, length, step, choose, state):
    """The prompt is counted in `length`, so too few symbols are written, or none."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length - len(prompt)):
        symbol = choose(logits)
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def first_choice_dropped(prompt, length, step, choose, state):
    """The first choice is read but not kept: what is returned starts one symbol too late."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written, symbol = [], choose(logits)
    for _ in range(length):
        logits, state = step(symbol, state)
        symbol = choose(logits)
        written.append(symbol)
    return np.array(written)


@CONTINUE_TEXT.mistake
def logits_returned(prompt, length, step, choose, state):
    """The logits are kept and returned; the symbols that were chosen are wanted."""
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        written.append(logits)
        logits, state = step(choose(logits), state)
    return np.array(written)


@CONTINUE_TEXT.mistake
def asked_twice(prompt, length, step, choose, state):
    """`choose` is called twice at each step, for what is kept and for what is read. If chance
    decides these are two symbols: keep its answer in a variable.
    """
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        written.append(choose(logits))
        logits, state = step(choose(logits), state)
    return np.array(written)


CONTINUE_TEXT.slip(
    "one_symbol_too_few",
    "range(length)",
    "range(length - 1)",
    "One symbol is missing: `range(length - 1)` stops too early.",
)

CONTINUE_TEXT.slip(
    "last_alone_returned",
    "return np.array(written)",
    "return symbol",
    "The last symbol alone is returned. All that was written is wanted.",
)

CONTINUE_TEXT.slip(
    "first_symbol_of_the_prompt_skipped",
    "in prompt:",
    "in prompt[1:]:",
    "The first symbol of the prompt is not read: `prompt[1:]` begins with the second.",
)


CONTINUE_TEXT.slip(
    "last_of_the_prompt_skipped",
    "in prompt:",
    "in prompt[:-1]:",
    "The last symbol of the prompt is not read: `prompt[:-1]` leaves it out.",
)

CONTINUE_TEXT.slip(
    "prompt_read_at_once",
    "for symbol in prompt:\n        logits, state = step(symbol, state)",
    "logits, state = step(prompt, state)",
    "The whole prompt is handed to `step`, which reads one symbol: take them one after the other.",
)


@CONTINUE_TEXT.mistake
def choices_in_the_prompt_kept(prompt, length, step, choose, state):
    """A symbol is chosen and kept at each step of the prompt, too: nothing is written while it is
    read.
    """
    written = []
    for symbol in prompt:
        logits, state = step(symbol, state)
        written.append(choose(logits))
    for _ in range(length):
        symbol = choose(logits)
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)


CONTINUE_TEXT.slip(
    "state_dropped_in_the_prompt",
    "for symbol in prompt:\n        logits, state = step(symbol, state)",
    "for symbol in prompt:\n        logits, _ = step(symbol, state)",
    "the state that comes back from the prompt is dropped: each of its symbols is read "
    "from the first state.",
    of="two_loops",
)
