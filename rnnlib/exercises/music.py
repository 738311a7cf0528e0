"""Unit 12, music: rhythm (in `music_rhythm`), one long text, writing on, copies, pitch, sound."""

from __future__ import annotations

import numpy as np

from ..longtext import continue_text, longest_copy, text_streams
from ..music import frequency, midi_number, tone
from . import drawing
from .exercise import Case, Exercise
from .music_rhythm import COMPLETE_BARS, NOTE_DURATIONS, NOTE_LENGTH

# --- text_streams -----------------------------------------------------------------------------


def _draw_streams(rng):
    def case(L, N, rest, **settings):
        ids = rng.permutation(N * L + 1 + rest) + 100
        return Case((ids, N), {"L": L, "N": N}, **settings)

    yield case(7, 3, 2)
    yield case(5, 4, 1)
    yield case(1, 3, 1, kind=drawing.ONES)
    yield case(6, 1, 0, kind=drawing.ONES)
    yield case(6, 4, 0, kind="a text that is used up")
    yield case(6, 4, 3, kind="one symbol too few")


TEXT_STREAMS = Exercise(
    "text_streams",
    text_streams,
    _draw_streams,
    results={"inputs": "(L, N)", "targets": "(L, N)"},
    rtol=0,
    atol=1e-6,
)


@TEXT_STREAMS.variant
def reshaped(ids, N):
    """A row for each stream, then turned."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    targets = ids[1 : N * L + 1].reshape(N, L).T
    return inputs, targets


@TEXT_STREAMS.variant
def stacked(ids, N):
    """Each stream cut out by itself, then put side by side."""
    L = (len(ids) - 1) // N
    inputs = np.stack([ids[n * L : (n + 1) * L] for n in range(N)], axis=1)
    targets = np.stack([ids[n * L + 1 : (n + 1) * L + 1] for n in range(N)], axis=1)
    return inputs, targets


@TEXT_STREAMS.variant
def by_index(ids, N):
    """The places in the text, worked out first."""
    L = (len(ids) - 1) // N
    places = np.arange(L)[:, None] + L * np.arange(N)
    return ids[places], ids[places + 1]


@TEXT_STREAMS.variant
def in_columns(ids, N):
    """NumPy's order by columns does the turning."""
    L = (len(ids) - 1) // N
    return (
        ids[: N * L].reshape((L, N), order="F"),
        ids[1 : 1 + N * L].reshape((L, N), order="F"),
    )


@TEXT_STREAMS.mistake
def not_turned(ids, N):
    """The streams stand in rows, (N, L); time is the first axis: turn them with `.T`."""
    L = (len(ids) - 1) // N
    return ids[: N * L].reshape(N, L), ids[1 : N * L + 1].reshape(N, L)


@TEXT_STREAMS.mistake
def dealt_out(ids, N):
    """The symbols are dealt out like cards, `reshape(L, N)`: neighbours go to different streams."""
    L = (len(ids) - 1) // N
    return ids[: N * L].reshape(L, N), ids[1 : N * L + 1].reshape(L, N)


@TEXT_STREAMS.mistake
def targets_not_shifted(ids, N):
    """The targets are the inputs themselves; a target is the symbol that comes next."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    return inputs, inputs.copy()


@TEXT_STREAMS.mistake
def targets_before(ids, N):
    """Inputs and targets are exchanged: the network is asked for what came before."""
    L = (len(ids) - 1) // N
    return ids[1 : N * L + 1].reshape(N, L).T, ids[: N * L].reshape(N, L).T


@TEXT_STREAMS.mistake
def turned_around_the_end(ids, N):
    """The inputs are rolled, so the last target of a stream is its own first symbol."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    return inputs, np.roll(inputs, -1, axis=0)


@TEXT_STREAMS.mistake
def shifted_to_the_next_stream(ids, N):
    """The targets are moved along the streams instead of along time."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    return inputs, np.roll(inputs, -1, axis=1)


@TEXT_STREAMS.mistake
def two_ahead(ids, N):
    """The targets are two symbols ahead; they start at `ids[1]`."""
    L = (len(ids) - 2) // N
    return ids[: N * L].reshape(N, L).T, ids[2 : N * L + 2].reshape(N, L).T


@TEXT_STREAMS.mistake
def no_room_for_the_target(ids, N):
    """L is `len(ids) // N`: the last input has no target where the text is used up."""
    L = len(ids) // N
    return ids[: N * L].reshape(N, L).T, ids[1 : N * L + 1].reshape(N, L).T


@TEXT_STREAMS.mistake
def dealt_out_without_room(ids, N):
    """The symbols are dealt out like cards, `reshape(L, N)`, and L has no room for the target."""
    L = len(ids) // N
    return ids[: N * L].reshape(L, N), ids[1 : N * L + 1].reshape(L, N)


@TEXT_STREAMS.mistake
def beginning_left_out(ids, N):
    """What does not fill the streams is left out at the beginning; it should be at the end."""
    L = (len(ids) - 1) // N
    return ids[-N * L - 1 : -1].reshape(N, L).T, ids[len(ids) - N * L :].reshape(N, L).T


@TEXT_STREAMS.mistake
def last_step_lost(ids, N):
    """Each stream loses its last step: the targets are cut out of the inputs."""
    L = (len(ids) - 1) // N
    streams = ids[: N * L].reshape(N, L).T
    return streams[:-1], streams[1:]


@TEXT_STREAMS.mistake
def streams_of_length_n(ids, N):
    """N is taken for the length of a stream; it is the number of streams."""
    L = (len(ids) - 1) // N
    return ids[: N * L].reshape(L, N).T, ids[1 : N * L + 1].reshape(L, N).T


@TEXT_STREAMS.mistake
def nothing_left_out(ids, N):
    """Nothing is left out at the end, so the rest does not fit: cut the text to N * L symbols."""
    L = (len(ids) - 1) // N
    return ids[:-1].reshape(N, L).T, ids[1:].reshape(N, L).T


# --- continue_text ----------------------------------------------------------------------------


def second_best(logits):
    """Chooses the second largest: what takes the largest by itself gives itself away."""
    return int(np.argsort(logits)[-2])


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
    def case(P, length, **settings):
        V = 40
        step, state = small_network(rng, V), drawing.array(rng, 6, scale=0.5)
        prompt = rng.choice(V, P, replace=False)
        sizes = {"P": P, "length": length}
        return Case((prompt, length, step, second_best, state), sizes, **settings)

    yield case(5, 9)
    yield case(8, 6)
    yield case(1, 7, kind=drawing.ONES)
    yield case(6, 1, kind="a single symbol to write")


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
    """One loop over all steps; behind the prompt the chosen symbol is the next input."""
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
    """The state begins anew behind the prompt; it must be carried from there into the writing."""
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
    """All symbols are chosen from the logits behind the prompt: no step is taken between them."""
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


# --- longest_copy -----------------------------------------------------------------------------


def _draw_copy(rng):
    def letters(count, alphabet="ABCDEFG2|"):
        return "".join(rng.choice(list(alphabet), count))

    def planted(front, copied, behind, shift):
        """A text in which `copied` symbols also stand in the source, elsewhere; and the source."""
        part, same = letters(copied), letters(5)  # `same` stands at the same place in both
        text = "q" + same + letters(front) + "x" + part + ("y" + letters(behind) if behind else "")
        source = "k" + same + letters(front + shift) + "u" + part + "v" + letters(60)
        return text, source

    def case(text, source, **settings):
        return Case((text, source), {"text": repr(text), "source": repr(source)}, **settings)

    yield case(*planted(14, int(rng.integers(11, 16)), 12, 7))
    yield case(*planted(25, int(rng.integers(17, 22)), 9, -4))
    first = letters(9)
    yield case(first + "z" + letters(9), letters(3) + "w" + first + letters(20))
    yield case(*planted(11, int(rng.integers(8, 12)), 0, 5), kind="a copy at the text's end")
    whole = letters(int(rng.integers(12, 20)))
    yield case(whole, letters(30) + whole + letters(5), kind="nothing but a copy")
    yield case(letters(12, "abc"), letters(40), kind="nothing in common")


LONGEST_COPY = Exercise(
    "longest_copy", longest_copy, _draw_copy, results={"longest": ""}, rtol=0, atol=1e-9
)


@LONGEST_COPY.variant
def grown_at_every_start(text, source):
    """At every start the best length so far is tried to be beaten."""
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest


@LONGEST_COPY.variant
def lengths_from_above(text, source):
    """All parts of one length, from the longest down, until one is found."""
    for length in range(len(text), 0, -1):
        if any(text[s : s + length] in source for s in range(len(text) - length + 1)):
            return length
    return 0


@LONGEST_COPY.variant
def table_of_runs(text, source):
    """The classic table, one row at a time: how long a run ends at both places."""
    longest, row = 0, [0] * (len(source) + 1)
    for a in text:
        row = [0] + [row[k] + 1 if a == b else 0 for k, b in enumerate(source)]
        longest = max(longest, *row)
    return longest


@LONGEST_COPY.variant
def every_pair_of_ends(text, source):
    """Every part of the text by its two ends."""
    lengths = [
        stop - start
        for start in range(len(text))
        for stop in range(start + 1, len(text) + 1)
        if text[start:stop] in source
    ]
    return max(lengths, default=0)


@LONGEST_COPY.mistake
def one_too_many(text, source):
    """The length is one too large: it is raised before the longer part is known to be there."""
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest + 1


@LONGEST_COPY.mistake
def only_from_the_start(text, source):
    """Only the text's beginning is looked for; a copy may start anywhere."""
    longest = 0
    while longest < len(text) and text[: longest + 1] in source:
        longest += 1
    return longest


@LONGEST_COPY.mistake
def end_left_out(text, source):
    """The last symbol of the text is never looked at: a slice stops *before* its end."""
    longest = 0
    for start in range(len(text)):
        while start + longest + 1 < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest


@LONGEST_COPY.mistake
def same_place_only(text, source):
    """The two texts are compared at the same places; a copy may stand elsewhere in the source."""
    longest = run = 0
    for a, b in zip(text, source):
        run = run + 1 if a == b else 0
        longest = max(longest, run)
    return longest


@LONGEST_COPY.mistake
def with_gaps(text, source):
    """Symbols in the right order count even with others between them; a copy has no gaps."""
    row = [0] * (len(source) + 1)
    for a in text:
        new = [0]
        for k, b in enumerate(source):
            new.append(row[k] + 1 if a == b else max(row[k + 1], new[-1]))
        row = new
    return row[-1]


@LONGEST_COPY.mistake
def common_symbols(text, source):
    """The symbols that the two texts share are counted, in any order."""
    return len(set(text) & set(source))


@LONGEST_COPY.mistake
def symbols_found(text, source):
    """Each symbol is looked for by itself; whole parts of the text should be."""
    return sum(symbol in source for symbol in text)


@LONGEST_COPY.mistake
def last_start_counts(text, source):
    """The length begins at 0 for every start and the last is returned; keep the largest."""
    for start in range(len(text)):
        length = 0
        while start + length < len(text) and text[start : start + length + 1] in source:
            length += 1
    return length


@LONGEST_COPY.mistake
def first_found(text, source):
    """The search ends at the first start that is found at all; a longer copy may come later."""
    for start in range(len(text)):
        length = 0
        while start + length < len(text) and text[start : start + length + 1] in source:
            length += 1
        if length:
            return length
    return 0


@LONGEST_COPY.mistake
def share_of_the_text(text, source):
    """The length is divided by that of the text; the number of symbols is wanted."""
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest / len(text)


@LONGEST_COPY.mistake
def copy_itself(text, source):
    """The copy itself is returned; its length is wanted."""
    best = ""
    for start in range(len(text)):
        while start + len(best) < len(text) and text[start : start + len(best) + 1] in source:
            best = text[start : start + len(best) + 1]
    return best


@LONGEST_COPY.mistake
def lengths_added(text, source):
    """The lengths from all starts are added; the largest one is wanted."""
    total = 0
    for start in range(len(text)):
        length = 0
        while start + length < len(text) and text[start : start + length + 1] in source:
            length += 1
        total += length
    return total


# --- midi_number ------------------------------------------------------------------------------

SHARPS = {"F": 1, "C": 1}
FLATS = {"B": -1, "E": -1, "A": -1}


def _draw_midi(rng):
    def case(token, signature, **settings):
        return Case((token, dict(signature)), {"token": repr(token)}, **settings)

    for name in rng.permutation(list("CDEFGAB"))[:4]:
        yield case(str(name), {"F": 1} if name != "F" else {"B": -1})
    for name in rng.permutation(list("cdefgab"))[:3]:
        yield case(str(name) + str(rng.choice(["", "2", "/"])), {})
    for name, signature in ((rng.choice(list("FC")), SHARPS), (rng.choice(list("bea")), FLATS)):
        yield case(str(name), signature)
    yield case("^" + str(rng.choice(list("GADgad"))), SHARPS)
    yield case("_" + str(rng.choice(list("DGdg"))), FLATS)
    yield case("=" + str(rng.choice(list("FCfc"))), SHARPS, kind="a natural")
    yield case("^" + str(rng.choice(list("FCfc"))), SHARPS, kind="an accidental and a signature")
    yield case(str(rng.choice(list("BGA"))) + ",", {}, kind="a comma behind the letter")
    yield case(str(rng.choice(list("cde"))) + "'", {}, kind="an apostrophe behind the letter")
    yield case(str(rng.choice(list("DE"))) + ",,3/2", {}, kind="two commas and a length")
    yield case("^^" + str(rng.choice(list("CDFGA"))), {}, kind="a double sharp")


MIDI_NUMBER = Exercise(
    "midi_number", midi_number, _draw_midi, results={"midi": ""}, rtol=0, atol=1e-9
)


@MIDI_NUMBER.variant
def place_in_a_text(token, signature):
    """The letter's place in a text of all semitones."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.variant
def with_a_dictionary(token, signature):
    """A dictionary for the letters; the octave is counted in a loop."""
    steps = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
    letter = next(c for c in token if c.upper() in steps)
    number = 60 + steps[letter.upper()] + (12 if letter == letter.lower() else 0)
    for c in token:
        number += {"'": 12, ",": -12, "^": 1, "_": -1}.get(c, 0)
    if not any(c in "^_=" for c in token):
        number += signature.get(letter.upper(), 0)
    return number


@MIDI_NUMBER.variant
def two_octaves_in_a_row(token, signature):
    """Capital and small letters in one long text."""
    accidental = token[: len(token) - len(token.lstrip("^_="))]
    letter, marks = token[len(accidental)], token[len(accidental) + 1 :]
    shift = {"": signature.get(letter.upper(), 0), "^": 1, "_": -1, "=": 0, "^^": 2, "__": -2}
    base = "C D EF G A Bc d ef g a b".index(letter)
    return 60 + base + shift[accidental] + 12 * marks.count("'") - 12 * marks.count(",")


@MIDI_NUMBER.variant
def signature_from_the_letter(token, signature):
    """The signature is written in front of the letter first, as if it were an accidental."""
    name = token.strip("0123456789/")
    if name[0] not in "^_=":
        name = {1: "^", -1: "_"}.get(signature.get(name[0].upper()), "") + name
    letter = name.strip("^_=',")
    number = {"C": 60, "D": 62, "E": 64, "F": 65, "G": 67, "A": 69, "B": 71}[letter.upper()]
    number += name.count("^") - name.count("_")
    return int(number + 12 * (letter.islower() + name.count("'") - name.count(",")))


@MIDI_NUMBER.mistake
def small_letters_as_capitals(token, signature):
    """Small letters sound as low as capitals; they are an octave, 12 semitones, higher."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",")
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def capitals_higher(token, signature):
    """Capital letters sound an octave above small ones; it is the other way round."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.isupper()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def signature_ignored(token, signature):
    """The key signature is not looked at: F and C in D Major are F sharp and C sharp."""
    letter = token.lstrip("^_=")[0]
    shift = token.count("^") - token.count("_")
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def signature_added(token, signature):
    """The signature is added to an accidental; an accidental takes the signature's place."""
    letter = token.lstrip("^_=")[0]
    shift = token.count("^") - token.count("_") + signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def natural_without_effect(token, signature):
    """A natural, `=`, has no effect: the shift of 0 is taken for "no accidental"."""
    letter = token.lstrip("^_=")[0]
    shift = token.count("^") - token.count("_") or signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def signature_for_capitals_alone(token, signature):
    """The signature is looked up by the letter as it stands; its keys are capitals."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter, 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def every_letter_a_semitone(token, signature):
    """The letters are a semitone apart; most neighbours are two apart, E and F, B and C one."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "CDEFGAB".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def every_letter_a_whole_tone(token, signature):
    """The letters are two semitones apart everywhere; E and F are one apart."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + 2 * "CDEFGAB".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def octave_from_a(token, signature):
    """The octave is counted from A; in ABC, as on the piano, it goes from C up to B."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 57 + "A BC D EF G".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def octave_of_seven(token, signature):
    """An octave is counted as 7, its letters; it has 12 semitones."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 7 * octave


@MIDI_NUMBER.mistake
def marks_ignored(token, signature):
    """The marks `'` and `,` behind the letter are passed over."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * letter.islower()


@MIDI_NUMBER.mistake
def marks_exchanged(token, signature):
    """The marks are exchanged: a comma is an octave lower, an apostrophe an octave higher."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count(",") - token.count("'") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def sharps_and_flats_exchanged(token, signature):
    """Accidentals go the wrong way: `^` raises and `_` lowers."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("_") - token.count("^")
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def double_sharp_counted_once(token, signature):
    """A double sharp raises by one only: the accidental is looked for, and not counted."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = {"^": 1, "_": -1, "=": 0}[token[0]]
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def single_sharps_and_flats_only(token, signature):
    """Only `^` and `_` are foreseen: a natural gets the signature, two sharps count as one."""
    letter = token.lstrip("^_=")[0]
    if token[0] == "^":
        shift = 1
    elif token[0] == "_":
        shift = -1
    else:
        shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


@MIDI_NUMBER.mistake
def small_letters_not_found(token, signature):
    """Small letters are looked for among capitals and are not found: `letter.upper()` is there."""
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter, 0)
    octave = token.count("'") - token.count(",")
    return 60 + "C D EF G A B".index(letter) + shift + 12 * octave


@MIDI_NUMBER.mistake
def accidental_taken_for_the_letter(token, signature):
    """The first symbol is taken for the letter, even where it is an accidental."""
    letter = token[0]
    shift = signature.get(letter.upper(), 0)
    octave = token.count("'") - token.count(",") + letter.islower()
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octave


# --- frequency --------------------------------------------------------------------------------


def _draw_frequency(rng):
    for kind, sizes in drawing.sizes([{"M": 6}, {"M": 9}], "M"):
        midi = rng.choice(np.arange(48.0, 90.0), sizes["M"], replace=False)
        yield Case((midi + (69 == midi) * 21,), sizes, kind)
    yield Case((np.array([69.0]),), {"M": 1}, "the A of 440 Hz")


FREQUENCY = Exercise(
    "frequency", frequency, _draw_frequency, results={"hertz": "(M,)"}, rtol=1e-5, atol=0
)


@FREQUENCY.variant
def power_of_two(midi):
    """A power of two."""
    return 440 * 2 ** ((midi - 69) / 12)


@FREQUENCY.variant
def from_one_semitone(midi):
    """The factor of one semitone, first."""
    semitone = 2 ** (1 / 12)
    return 440.0 * semitone ** (midi - 69.0)


@FREQUENCY.variant
def through_logarithms(midi):
    """An exponential of a logarithm."""
    return np.exp(np.log(440) + np.log(2) * (midi - 69) / 12)


@FREQUENCY.mistake
def bracket_missing(midi):
    """The power is divided by 12; the bracket around `(midi - 69) / 12` is missing."""
    return 440 * 2 ** (midi - 69) / 12


@FREQUENCY.mistake
def octave_a_semitone(midi):
    """Each semitone doubles the frequency; twelve of them together do."""
    return 440 * 2 ** (midi - 69)


@FREQUENCY.mistake
def middle_c_is_440(midi):
    """60, the C in the middle, is given 440 Hz; that is the frequency of 69, the A above it."""
    return 440 * 2 ** ((midi - 60) / 12)


@FREQUENCY.mistake
def straight_line(midi):
    """Each semitone adds the same number of Hz; it multiplies by the same factor."""
    return 440 * (1 + (midi - 69) / 12)


@FREQUENCY.mistake
def falling(midi):
    """The sign is reversed: higher notes come out lower."""
    return 440 * 2 ** ((69 - midi) / 12)


@FREQUENCY.mistake
def seven_steps(midi):
    """An octave is taken for 7 steps; it has 12 semitones."""
    return 440 * 2 ** ((midi - 69) / 7)


@FREQUENCY.mistake
def power_of_e(midi):
    """The base is e; an octave is a factor of 2."""
    return 440 * np.exp((midi - 69) / 12)


@FREQUENCY.mistake
def whole_octaves(midi):
    """The division is `//`, so only whole octaves count."""
    return 440 * 2 ** ((midi - 69) // 12)


@FREQUENCY.mistake
def without_440(midi):
    """The ratio to the A is returned, without the 440."""
    return 2 ** ((midi - 69) / 12)


@FREQUENCY.mistake
def angular(midi):
    """The result is multiplied by 2 pi; that belongs into the sine, not into the frequency."""
    return 2 * np.pi * 440 * 2 ** ((midi - 69) / 12)


# --- tone -------------------------------------------------------------------------------------

RATE = 8000


def tone_inside(hertz, seconds, rate):
    """The times, the envelope and the wave of a tone, by the names that the notebook uses."""
    t = np.arange(round(seconds * rate)) / rate
    envelope = np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))
    partials = [
        amplitude * np.sin(2 * np.pi * k * hertz * t)
        for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1))
        if k * hertz < rate / 2
    ]
    return {"t": t, "wave": sum(partials, np.zeros(len(t))), "envelope": envelope}


def _draw_tone(rng):
    def case(low, high, seconds, **settings):
        hertz = float(rng.uniform(low, high))
        return Case((hertz, seconds, RATE), {"hertz": round(hertz)}, **settings)

    for _ in range(2):
        yield case(200, 900, (int(rng.integers(900, 1400)) + 0.7) / RATE)
    yield case(1400, 1900, 0.06, kind="a high note, whose third partial is too high")
    yield case(2100, 2600, 0.06, kind="a note with one partial left")
    yield case(300, 600, 0.02, kind="a note that is very short")


TONE = Exercise(
    "tone", tone, _draw_tone, results={"samples": ""}, intermediates=tone_inside, atol=1e-4
)


@TONE.variant
def loop_over_partials(hertz, seconds, rate):
    """A loop over the partials, then the envelope."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    envelope = np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))
    return wave * envelope


@TONE.variant
def as_a_product(hertz, seconds, rate):
    """All partials in one product; those that are too high get the amplitude 0."""
    k, amplitude = np.array([1, 2, 3]), np.array([0.6, 0.3, 0.1])
    amplitude = np.where(k * hertz < rate / 2, amplitude, 0.0)
    t = np.arange(round(seconds * rate)) / rate
    wave = amplitude @ np.sin(2 * np.pi * hertz * np.outer(k, t))
    return wave * np.clip(np.minimum(t / 0.01, (seconds - t) / 0.03), None, 1)


@TONE.variant
def sample_by_sample(hertz, seconds, rate):
    """One sample after the other, in plain Python."""
    samples = []
    for n in range(round(seconds * rate)):
        t = n / rate
        wave = sum(
            a * np.sin(2 * np.pi * k * hertz * t)
            for k, a in ((1, 0.6), (2, 0.3), (3, 0.1))
            if k * hertz < rate / 2
        )
        samples.append(wave * min(1, t / 0.01, (seconds - t) / 0.03))
    return np.array(samples)


@TONE.mistake
def two_pi_missing(hertz, seconds, rate):
    """The sine is taken of `hertz * t` without 2 pi: a full turn is 2 pi, not 1."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def samples_for_seconds(hertz, seconds, rate):
    """The number of a sample is taken for its time: divide by the rate."""
    t = np.arange(round(seconds * rate))
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def last_sample_at_the_end(hertz, seconds, rate):
    """`linspace` puts the last sample at the very end, so all are a little too far apart."""
    t = np.linspace(0, seconds, round(seconds * rate))
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def cut_instead_of_rounded(hertz, seconds, rate):
    """The number of samples is cut with `int`; `round` gives the nearest whole number."""
    t = np.arange(int(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def too_high_partials_kept(hertz, seconds, rate):
    """Partials above half of the rate are kept: sampled, they sound as other, lower pitches."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def limit_at_the_rate(hertz, seconds, rate):
    """The limit for partials is the rate; half of the rate is the highest that samples can hold."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate * 3 / 4:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def one_partial(hertz, seconds, rate):
    """The lowest partial is the only one: 2 and 3 are missing."""
    t = np.arange(round(seconds * rate)) / rate
    wave = 0.6 * np.sin(2 * np.pi * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def same_frequency_three_times(hertz, seconds, rate):
    """The number k of the partial is missing in the sine: it is the same wave three times."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def last_partial_alone(hertz, seconds, rate):
    """Each partial replaces the one before it: `=` in the place of `+=`."""
    t = np.arange(round(seconds * rate)) / rate
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave = amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def amplitudes_left_out(hertz, seconds, rate):
    """All partials are equally loud, and together they reach beyond 1."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k in (1, 2, 3):
        if k * hertz < rate / 2:
            wave += np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def cosine(hertz, seconds, rate):
    """The wave is made of cosines; sines begin at 0."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.cos(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))


@TONE.mistake
def no_envelope(hertz, seconds, rate):
    """The wave is returned without its envelope: every note would end with a click."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave


@TONE.mistake
def envelope_not_limited(hertz, seconds, rate):
    """The envelope goes on rising: the 1, where it should stop, is missing in the minimum."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(t / 0.01, (seconds - t) / 0.03)


@TONE.mistake
def no_fall_at_the_end(hertz, seconds, rate):
    """The envelope rises but does not fall: the note ends with a click."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, t / 0.01)


@TONE.mistake
def no_rise_at_the_start(hertz, seconds, rate):
    """The envelope falls but does not rise: it begins at full strength."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.minimum(1, (seconds - t) / 0.03)


@TONE.mistake
def largest_of_the_three(hertz, seconds, rate):
    """The envelope is the largest of the three lines; it should be the smallest."""
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    return wave * np.maximum(1, np.maximum(t / 0.01, (seconds - t) / 0.03))


EXERCISES = (
    NOTE_LENGTH,
    NOTE_DURATIONS,
    COMPLETE_BARS,
    TEXT_STREAMS,
    CONTINUE_TEXT,
    LONGEST_COPY,
    MIDI_NUMBER,
    FREQUENCY,
    TONE,
)
