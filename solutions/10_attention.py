# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 20
#     seconds: 60
# ---

# %% [markdown]
# # 10 Sequence to sequence, and attention
#
# Until now a network gave one answer at the end, or one answer a step. Translating is different: the answer is a sequence
# too, it has another length, and what comes first in one language may come last in the other. Two networks do it together:
# one reads, one writes. Between them there is a narrow door, and in this unit you measure how narrow it is. Then you open it:
# with **attention**, which you write by hand, forward and backward. It is the idea from which the Transformer was made.
#
# **At the end you can**
# - build an encoder and a decoder, train them with teacher forcing, and say what the gradient passes on its way;
# - write with a trained decoder: greedily, and with a beam that keeps several texts;
# - write attention, forward and backward, in parts that are checked one by one;
# - measure what it is worth, next to dull baselines, and see where a network looks;
# - say what a Transformer changes, and what it leaves as it is.
#
# | | |
# |---|---|
# | **Time** | 2 to 3 hours |
# | **You need** | units 01 to 03; what a GRU is (06); masks (07) |
# | **Points** | 20: fourteen short functions (18) and four questions (2) |
#
# `gru_forward`, `gru_backward`, `output_step` and `output_step_backward` are given: you wrote them in earlier units. The
# library's `gru_forward` also takes a mask, as in unit 07.

# %% locked="setup"
import re
import time

import numpy as np

import rnnlib
from rnnlib import (
    DenseParams,
    GRUParams,
    gru_backward,
    gru_forward,
    gru_step,
    output_step,
    output_step_backward,
)
from rnnlib.course import check, check_answer, working
from rnnlib.data import WrittenDate, date_readings, written_dates
from rnnlib.plotting import show
from rnnlib.plotting.alignment import plot_alignment
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, GREEN, GREY, VERMILLION, new_figure, settle, styled, tint

# %% [markdown]
# ## 10.1 The task
#
# People write the same day in many ways. Computers have one: ISO 8601, year-month-day. We translate the one into the other.
# The dates come from 1950 to 2049, and each is written in one of twelve formats: four kinds (full, long, medium, short) as in
# the United States, Great Britain and Spain. The formats and names are those that computers use (Unicode's CLDR).

# %%
ALL_DAYS = np.arange("1950-01-01", "2050-01-01", dtype="datetime64[D]")
rng = np.random.default_rng(0)
days = rng.permutation(ALL_DAYS)
test_dates = written_dates(days[:1000], rng)
training_dates = written_dates(days[1000:], rng)
for date in test_dates[:12]:
    print(f"{date.text:<33} {date.iso}")

# %% [markdown]
# The **days** of the test do not occur in training, in no format. So nothing can be looked up.
#
# Short formats can have **two readings**: 3/4/26 is the fourth of March in the United States, and the third of April in Spain.
# Nobody can know which is meant. We keep such texts, and count apart the dates that have one reading.
#
# **Dull baselines first.** How far does one get without any network?
# - *Digits copied*: the number with four digits is the year, the first other number the day, and the month is always January.
# - *The commonest shape*: one rule for "4 March 2026" and its like, with the English names of the months.
# - *All rules*: somebody who knows all twelve formats and all names writes them down. `date_readings` does that; of two readings it
#   takes the first.

# %%
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
one_reading = np.array([len(date_readings(date.text)) == 1 for date in test_dates])


def digits_copied(text):
    """The year, the first other number as the day, and January."""
    numbers = re.findall(r"\d+", text)
    year = next((n for n in numbers if len(n) == 4), "2000")
    day = next((n for n in numbers if len(n) < 4), "1")
    return f"{year}-01-{int(day):02}"


def commonest_shape(text):
    """One rule for one shape: 4 March 2026, 4 Mar 2026, 4 mar 2026."""
    found = re.fullmatch(r"(\d+) (\w{3})\w* (\d{4})", text)
    if found is None or found[2].lower() not in MONTHS:
        return digits_copied(text)
    return f"{found[3]}-{MONTHS.index(found[2].lower()) + 1:02}-{int(found[1]):02}"


def all_rules(text):
    """Every format is known."""
    return date_readings(text)[0]


def share(rule, chosen):
    """The share of dates that a rule gets right."""
    right = [rule(date.text) == date.iso for date, take in zip(test_dates, chosen) if take]
    return np.mean(right)


print(f"dates with one reading: {one_reading.mean():.1%} of the test\n")
print("right, whole date            all dates   one reading")
for name, rule in (
    ("digits copied", digits_copied),
    ("the commonest shape", commonest_shape),
    ("all rules", all_rules),
):
    everything = np.ones_like(one_reading)
    print(f"{name:<25} {share(rule, everything):>12.1%} {share(rule, one_reading):>13.1%}")

# %% [markdown]
# Read the last line twice. For *this* task nobody needs a network: with the rules known, rules are perfect. We use it because it is
# small, real enough, and its answers can be judged to the letter. The network will not be told any of the rules. It gets texts and answers.
#
# ## 10.2 One network reads, one writes
#
# **The idea.** The **encoder** reads the text, symbol by symbol. Its final state is a summary of all it has read. The **decoder** starts
# from that state and writes, symbol by symbol. At each step it reads what it has written last. A start mark `^` sets it going, an end mark
# `.` says that it is done.

# %% hidden=true
with styled():
    page = Sketch(7.4, 2.5)
    before = None
    for t, letter in enumerate("4 mar"):
        state = page.box(0.45 + 0.74 * t, 1.25, f"$h_{t + 1}$", fill=tint(BLUE))
        below = page.box(0.45 + 0.74 * t, 0.4, letter.replace(" ", "␣"), fill="#FFFFFF")
        page.arrow(below.top, state.bottom)
        if before is not None:
            page.arrow(before.right, state.left, BLUE)
        before = state
    for s, (read, write) in enumerate(zip("^03", "03-")):
        x = 4.8 + 0.78 * s
        state = page.box(x, 1.25, f"$s_{s + 1}$", fill=tint(GREEN))
        below = page.box(x, 0.4, read, fill="#FFFFFF")
        above = page.box(x, 2.1, write, fill="#FFFFFF")
        page.arrow(below.top, state.bottom)
        page.arrow(state.top, above.bottom)
        color, width = (VERMILLION, 2.6) if s == 0 else (GREEN, 1.6)
        page.arrow(before.right, state.left, color, width=width)
        before = state
    page.text(1.93, 1.75, "encoder", size=10, color=BLUE)
    page.text(4.1, 1.5, "all there is", size=9.5, color=VERMILLION)
    page.text(6.8, 0.4, "reads", size=9.5, color=GREY, ha="left")
    page.text(6.8, 1.25, "decoder", size=10, color=GREEN, ha="left")
    page.text(6.8, 2.1, "writes", size=9.5, color=GREY, ha="left")
show(
    page.figure,
    "An encoder reads the symbols 4, space, m, a, r, one state after the other. A single arrow leads from its last state to the first "
    "state of the decoder, which reads the start mark, 0, 3 and writes 0, 3, hyphen.",
)

# %% [markdown]
# **In training** we know what should be written. So the decoder does not read its own symbols, which are rubbish at first, but the
# **right** ones, one step late. That is called **teacher forcing**. All inputs are then known beforehand, and the decoder can read
# them in one go, like any sequence.
#
# $$\text{input}_1 = \text{start} \qquad\qquad \text{input}_s = \text{target}_{s-1}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `targets` | (S, N) integers | what should be written: S steps, N texts |
# | | `start` | a number | the start mark |
# | | `inputs` | (S, N) integers | what the decoder reads |
#
# We write $S$ for the steps of the decoder and keep $T$ for those of the encoder.
#
# **Your turn.**


# %% exercise="decoder_inputs"
def decoder_inputs(targets, start):
    """What the decoder reads in training: the targets, one step late.

    targets: (S, N) integers.  start: a number.
    Returns inputs: (S, N) integers.
    """
    ### BEGIN SOLUTION
    first = np.full((1, targets.shape[1]), start)
    return np.vstack([first, targets[:-1]])
    ### END SOLUTION


# %%
check(decoder_inputs)

# %% [markdown]
# <details><summary><b>Hint 1</b>: how many rows</summary>
#
# As many as before: a row of start marks comes on top, and the last row of the targets goes. Nobody reads it.
# </details>
# <details><summary><b>Hint 2</b>: the tools</summary>
#
# `np.full((1, N), start)` is a row of start marks. `np.vstack([a, b])` puts one array on top of another.
# </details>

# %% grade="decoder_inputs" points=1

# %% [markdown]
# **Try it.** The next cell is given; it turns dates into arrays. `SOURCE` and `TARGET` are the two vocabularies.

# %%
SOURCE = rnnlib.Vocabulary.from_texts([date.text for date in training_dates])
TARGET = rnnlib.Vocabulary("^.-0123456789 ")
START, END = TARGET.encode("^.")
late = working(decoder_inputs)


def as_batch(dates):
    """Inputs (T, N, D), their mask, the decoder's inputs (S, N, V), targets (S, N), their mask."""
    ids, mask = rnnlib.pad([SOURCE.encode(date.text) for date in dates])
    targets, real = rnnlib.pad([TARGET.encode(date.iso + ".") for date in dates], value=END)
    xs = rnnlib.one_hot(ids, len(SOURCE), dtype=np.float32)
    ys = rnnlib.one_hot(late(targets, START), len(TARGET), dtype=np.float32)
    return xs, mask, ys, targets, real


xs, mask, ys, targets, real = as_batch(test_dates[:3])
print(f"{len(SOURCE)} symbols to read, {len(TARGET)} to write\n")
print("text   ", test_dates[0].text)
print("reads  ", TARGET.decode(ys[:, 0].argmax(axis=1)))
print("writes ", TARGET.decode(targets[:, 0]))

# %% [markdown]
# **Question 1.** After training nobody knows the right symbols, and the decoder reads its own. What can go wrong that never went wrong in training?
#
# - a) nothing: reading its own symbols is the same as reading the right ones
# - b) the decoder needs the encoder's mask at every step
# - c) after one wrong symbol it reads a text of a kind it has never read, and may go on wrongly from there
# - d) the gradient vanishes

# %% answer="forcing"
answer_forcing = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_forcing = "c"
### END SOLUTION

# %%
check_answer("forcing", answer_forcing)

# %% grade_answer="forcing" points=0.5

# %% [markdown]
# ## 10.3 Encoder and decoder
#
# **The equations**, with a GRU for each of the two:
#
# $$h_t = \text{GRU}_{\text{enc}}(x_t,\, h_{t-1}) \quad\text{from}\quad h_0 = 0$$
#
# $$s_k = \text{GRU}_{\text{dec}}(y_k,\, s_{k-1}) \quad\text{from}\quad s_0 = h_T
# \qquad\qquad \text{logits}_k = s_k W_{hy} + b_y$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, N, D) | the text, one-hot, padded |
# | | `mask` | (T, N) | where the text is real |
# | $y_1 \dots y_S$ | `ys` | (S, N, V) | what the decoder reads, one-hot |
# | | `encoder`, `decoder` | `GRUParams` | the weights of the two cells; `encoder.b_hn` has H entries |
# | $W_{hy}, b_y$ | `out` | `DenseParams` | the output layer |
# | | `logits` | (S, N, V) | scores for the symbol of each step |
#
# You have `gru_forward(xs, h0, params, mask=mask)`, which returns all states, the final state and a cache, and
# `output_step(h, params)`.
#
# **Your turn.**


# %% exercise="encode_decode"
def encode_decode(xs, mask, ys, encoder, decoder, out):
    """An encoder reads, and a decoder goes on from its final state.

    xs: (T, N, D).  mask: (T, N).  ys: (S, N, V).
    encoder, decoder: GRUParams with H units.  out: DenseParams.
    Returns logits: (S, N, V).
    """
    ### BEGIN SOLUTION
    h0 = np.zeros((xs.shape[1], len(encoder.b_hn)))
    _, h, _ = gru_forward(xs, h0, encoder, mask=mask)
    states, _, _ = gru_forward(ys, h, decoder)
    return output_step(states, out)
    ### END SOLUTION


# %%
check(encode_decode)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the first state</summary>
#
# The encoder starts from zeros, (N, H): `np.zeros((xs.shape[1], len(encoder.b_hn)))`.
# </details>
# <details><summary><b>Hint 2</b>: what is handed over</summary>
#
# `hs, h, cache = gru_forward(...)`: the second value is the final state (N, H). With the mask it is the state after each text's own last symbol.
# </details>
# <details><summary><b>Hint 3</b>: the decoder</summary>
#
# `gru_forward(ys, h, decoder)`, without a mask. All of its states go into `output_step`.
# </details>

# %% grade="encode_decode" points=1.5

# %% [markdown]
# **Backward.** Now the way back, and with it the point of this section. The loss is at the decoder's steps. How does the *encoder* learn?
#
# 1. `dlogits` goes through the output layer: a gradient for each state of the decoder.
# 2. These go back through the decoder, and at its beginning a gradient of its first state comes out.
# 3. The decoder's first state **is** the encoder's final state. So that gradient goes into the encoder as the gradient of its final state.
#    No other gradient reaches the encoder.
#
# | code | shape | meaning |
# |---|---|---|
# | `dlogits` | (S, N, V) | gradient of the loss with respect to the logits |
# | `encoder_cache`, `decoder_cache` | `GRUCache` | what `gru_forward` returned as its third value; `decoder_cache.hs` holds the states |
# | `out` | `DenseParams` | the output layer |
# | `grads_encoder`, `grads_decoder` | `GRUParams` | gradients of the two cells |
# | `grads_out` | `DenseParams` | gradients of the output layer |
#
# You have `output_step_backward(dlogits, h, params) -> dh, grads` and `gru_backward(dhs, dh, cache) -> dxs, dh0, grads`. Of the latter, `dhs` is
# the gradient of all states and `dh` that of the final state alone; `None` stands for zeros.
#
# **Your turn.**


# %% exercise="encode_decode_backward"
def encode_decode_backward(dlogits, encoder_cache, decoder_cache, out):
    """Backward through output layer, decoder and encoder.

    dlogits: (S, N, V).  encoder_cache, decoder_cache: from gru_forward.  out: DenseParams.
    Returns grads_encoder: GRUParams; grads_decoder: GRUParams; grads_out: DenseParams.
    """
    ### BEGIN SOLUTION
    dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)
    _, dh, grads_decoder = gru_backward(dstates, None, decoder_cache)
    _, _, grads_encoder = gru_backward(None, dh, encoder_cache)
    return grads_encoder, grads_decoder, grads_out
    ### END SOLUTION


# %%
check(encode_decode_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the output layer</summary>
#
# `dstates, grads_out = output_step_backward(dlogits, decoder_cache.hs, out)`.
# </details>
# <details><summary><b>Hint 2</b>: the decoder</summary>
#
# There is a loss at each of its steps and nothing else behind its final state: `gru_backward(dstates, None, decoder_cache)`.
# </details>
# <details><summary><b>Hint 3</b>: the encoder</summary>
#
# The second value that `gru_backward` returns is the gradient of the first state. For the encoder it is the other way round: nothing at the steps, and
# that gradient at the end.
# </details>

# %% grade="encode_decode_backward" points=1.5

# %% [markdown]
# **Try it: where does a gradient reach the encoder?** With random weights we measure the length of the loss's gradient at each symbol of a long
# text. It has to come through the final state, and then back, step by step.

# %%
rng = np.random.default_rng(1)
H = 48
fresh = [
    rnnlib.init_gru(len(SOURCE), H, rng),
    rnnlib.init_gru(len(TARGET), H, rng),
    rnnlib.init_dense(H, len(TARGET), rng),
]
longest = max(test_dates, key=lambda date: len(date.text))
xs, mask, ys, targets, real = as_batch([longest])
logits = working(encode_decode)(xs, mask, ys, *fresh)
loss = rnnlib.cross_entropy(logits, targets)
print(
    f"loss before training {loss:.2f}; a guess among {len(TARGET)} symbols {np.log(len(TARGET)):.2f}"
)

h0 = np.zeros((1, H))
_, h, encoder_cache = gru_forward(xs, h0, fresh[0], mask=mask)
_, _, decoder_cache = gru_forward(ys, h, fresh[1])
dstates, _ = output_step_backward(
    rnnlib.cross_entropy_backward(logits, targets), decoder_cache.hs, fresh[2]
)
_, dh, _ = gru_backward(dstates, None, decoder_cache)
dxs, _, _ = gru_backward(None, dh, encoder_cache)
reach = np.linalg.norm(dxs[:, 0], axis=1)
print(f"length of the gradient at the last symbol {reach[-1]:.4f}, at the first {reach[0]:.1e}")

# %% [markdown]
# The first symbols hardly learn at first: the gradient has faded on its way. That is the problem of unit 04 once more, and it comes on top of
# the narrow door.
#
# ## 10.4 How good is it? Whole dates
#
# **The idea.** A date with one wrong digit is a wrong date. So we count **exact matches**: the share of texts in which every symbol is right. Behind the
# end mark there may be padding, which does not count.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `predicted` | (S, N) integers | what was written |
# | | `targets` | (S, N) integers | what should have been written |
# | | `mask` | (S, N) | True where a symbol counts |
# | | `share` | a number | the share of the N texts without any error |
#
# **Your turn.** One line is enough. `np.all(a, axis=0)` asks, for each column, whether everything in it is True.


# %% exercise="exact_match"
def exact_match(predicted, targets, mask):
    """The share of texts in which every symbol that counts is right.

    predicted, targets: (S, N) integers.  mask: (S, N).
    Returns share: a number between 0 and 1.
    """
    ### BEGIN SOLUTION
    return np.mean(np.all((predicted == targets) | ~mask, axis=0))
    ### END SOLUTION


# %%
check(exact_match)

# %% [markdown]
# <details><summary><b>Hint 1</b>: what is fine at a place</summary>
#
# A place is fine if the symbols agree **or** if it does not count: `(predicted == targets) | ~mask`.
# </details>
# <details><summary><b>Hint 2</b>: from places to texts</summary>
#
# Time is the first axis, a text is a column: `np.all(..., axis=0)` gives (N,) answers, and their mean is the share.
# </details>

# %% grade="exact_match" points=1

# %% [markdown]
# **Greedy decoding.** A trained decoder writes by itself: at each step the most likely symbol, which it reads at the next. A text that has
# reached its end mark stays ended: behind it there are only end marks, until all are done or there is no room left.
#
# $$y_1 = \text{start} \qquad \text{written}_k = \begin{cases} \text{end} & \text{if the symbol before is end} \\
# \arg\max_v\, \log p_k(v) & \text{else} \end{cases} \qquad y_{k+1} = \text{written}_k$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `step` | a function | `step(ids, state)` returns `log_probs` (N, V) and the next state (N, H) |
# | | `ids` | (N,) integers | the symbols that are read at this step |
# | | `state` | (N, H) | the decoder's first state |
# | | `start`, `end` | numbers | the two marks |
# | $S$ | `S` | a number | how many steps to write |
# | | returned | (S, N) integers | what was written, without the start mark |
#
# **Your turn.**


# %% exercise="greedy_decode"
def greedy_decode(step, state, start, end, S):
    """Write the most likely symbol at every step, and read it at the next.

    step: a function, step(ids, state) -> log_probs (N, V), state (N, H).
    state: (N, H).  start, end: numbers.  S: how many steps.
    Returns ids: (S, N) integers.
    """
    ### BEGIN SOLUTION
    ids, written = np.full(len(state), start), []
    for _ in range(S):
        log_probs, state = step(ids, state)
        ids = np.where(ids == end, end, log_probs.argmax(axis=1))
        written.append(ids)
    return np.stack(written)
    ### END SOLUTION


# %%
check(greedy_decode)

# %% [markdown]
# <details><summary><b>Hint 1</b>: before the loop</summary>
#
# `ids = np.full(len(state), start)`: each text begins with the start mark. And an empty list.
# </details>
# <details><summary><b>Hint 2</b>: in the loop</summary>
#
# Take a step; choose the new `ids`; append them. `log_probs.argmax(axis=1)` gives the best symbol of each text.
# </details>
# <details><summary><b>Hint 3</b>: the end</summary>
#
# `np.where(ids == end, end, ...)`: on the right of `=` stands the *old* `ids`.
# </details>

# %% grade="greedy_decode" points=1.5

# %% [markdown]
# ## 10.5 The narrow door, measured
#
# The code below trains: mini-batches, cross-entropy, clipping, Adam with a rate that falls towards the end, everything as in unit 03, in float32. The gradients are
# **yours**. It is written for the network without attention and for the one with it, which comes later, so you may pass over the lines with `attention` for now.


# %%
write, matches = working(greedy_decode), working(exact_match)


@rnnlib.parameters
class Translator(rnnlib.Params):
    """An encoder, a decoder and an output layer."""

    encoder: GRUParams
    decoder: GRUParams
    out: DenseParams


def new_translator(rng, attention=False, H=48):
    """Random weights; with attention the output layer reads the context as well, 2H numbers."""
    return Translator(
        rnnlib.init_gru(len(SOURCE), H, rng, dtype=np.float32),
        rnnlib.init_gru(len(TARGET), H, rng, dtype=np.float32),
        rnnlib.init_dense(2 * H if attention else H, len(TARGET), rng, dtype=np.float32),
    )


def encode(model, xs, mask):
    """All states of the encoder, the final one, and the cache."""
    h0 = np.zeros((xs.shape[1], len(model.encoder.b_hn)), np.float32)
    return gru_forward(xs, h0, model.encoder, mask=mask)


def decoder_step(model, hs, mask, attend=None):
    """A function step(ids, state) that writes one symbol more, for N texts or N versions of one."""

    def step(ids, state):
        y = rnnlib.one_hot(ids, len(TARGET), dtype=np.float32)
        state, _ = gru_step(y, state, model.decoder)
        seen = state
        if attend is not None:
            shape = (len(hs), len(ids), hs.shape[2])
            here = np.broadcast_to(hs, shape), np.broadcast_to(mask, shape[:2])
            seen = np.concatenate([state, attend(state[None], *here)[0][0]], axis=1)
        return rnnlib.log_softmax(output_step(seen, model.out)), state

    return step


def translate(model, dates, attend=None):
    """What the network writes, greedily, and what it should have written, (S, N) each; a mask."""
    xs, mask, _, targets, real = as_batch(dates)
    hs, h, _ = encode(model, xs, mask)
    step = decoder_step(model, hs, mask, attend)
    return write(step, h, START, END, len(targets)), targets, real


def several(dates, k):
    """k dates in one text, and k in the answer."""
    return [
        WrittenDate(" ".join(d.text for d in group), " ".join(d.iso for d in group), "", "")
        for group in zip(*[iter(dates)] * k)
    ]


def train(gradients, updates, seed, attend=None, N=64, k=1):
    """Train; the model, and how good it is on 300 test dates after every twelfth of the updates."""
    rng = np.random.default_rng(seed)
    model = new_translator(rng, attention=attend is not None)
    state, curve, begin = rnnlib.adam_state(model), [(0, 0.0, 0.0)], time.process_time()
    held_out = [d for d, single in zip(test_dates, one_reading) if single][: 300 * k]
    for update in range(updates):
        chosen = [training_dates[n] for n in rng.integers(len(training_dates), size=N * k)]
        grads = gradients(model, *as_batch(several(chosen, k)))
        grads, _ = rnnlib.clip_grad_norm(grads, 1.0)
        rate = 0.01 * min(1.0, 3 * (1 - update / updates) + 0.02)
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=rate)
        if (update + 1) % (updates // 12) == 0:
            seconds = time.process_time() - begin
            right = matches(*translate(model, several(held_out, k), attend))
            curve.append((update + 1, right, seconds))
    return model, curve


# %% tags=["nbval-ignore-output"]
back = working(encode_decode_backward)


def plain_gradients(model, xs, mask, ys, targets, real):
    """Gradients without attention, with your `encode_decode_backward`."""
    _, h, encoder_cache = encode(model, xs, mask)
    states, _, decoder_cache = gru_forward(ys, h, model.decoder)
    logits = output_step(states, model.out)
    dlogits = rnnlib.cross_entropy_backward(logits, targets, mask=real)
    return Translator(*back(dlogits, encoder_cache, decoder_cache, model.out))


plain, plain_curve = train(plain_gradients, updates=1200, seed=1)
print("without attention\nupdates   whole dates right   seconds of processor time")
for update, right, seconds in plain_curve[2::2]:
    print(f"{update:>7} {right:>19.1%} {seconds:>12.1f}")

# %% [markdown]
# For hundreds of updates nearly no date is right as a whole. Then it begins to learn, and at the end most of the dates are right. This is the *best* of
# four random starts that we tried; the others were at 2 %, 4 % and 66 % after as many updates. What does it get wrong?

# %% tags=["nbval-ignore-output"]
written, targets, _ = translate(plain, test_dates)
right = written == targets
print("right, of 1,000 dates")
for part, rows in (("year", slice(0, 4)), ("month", slice(5, 7)), ("day", slice(8, 10))):
    print(f"  {part:<6} {np.all(right[rows], axis=0).mean():.1%}")
print(f"  single symbols {right.mean():.1%}\n")
for n in np.flatnonzero(~right.all(axis=0) & one_reading)[:6]:
    print(f"{test_dates[n].text:<33} {TARGET.decode(written[:10, n])}   {test_dates[n].iso}")

# %% [markdown]
# Single symbols look much better than whole dates: hyphens and the first digits of a year are cheap. That is why we count whole dates.
#
# **The door.** Whatever the text says has to pass through the final state, 48 numbers, and it has to be put there in a way that the decoder can
# take apart again, piece by piece. A date is not too much for 48 numbers, but it takes long to learn, and for longer texts it gets worse. We will measure that, too.
#
# **Question 2.** A text has 35 symbols, and H = 48. Without attention the decoder gets 48 numbers from the encoder. How many would it get if it could look at
# **all** of the encoder's states?

# %% answer="all_states"
answer_all_states = None  # your answer: a number
### BEGIN SOLUTION
answer_all_states = 1680
### END SOLUTION

# %%
check_answer("all_states", answer_all_states)

# %% grade_answer="all_states" points=0.5

# %% [markdown]
# ## 10.6 Attention: look at what you need
#
# **The idea.** The encoder has made a state for every symbol. Why throw away all but the last? Let the decoder, at every step, look back at **all** of them,
# and take what it needs now: at the month's place a look at the month's name, at the day's place a look at the day.
#
# 1. **Scores.** The decoder's state (the **query**) is compared with every state of the encoder (the **keys**): one number each, the higher the better they fit.
# 2. **Weights.** A softmax turns the scores into shares that sum to 1.
# 3. **Context.** The mean of the encoder's states (now called **values**), with these weights.
#
# The context goes into the output layer, next to the decoder's state.

# %% hidden=true
with styled():
    page = Sketch(7.2, 3.2)
    weights_shown = (0.03, 0.05, 0.62, 0.2, 0.1)
    centre = page.box(2.6, 2.65, "context", size=(1.1, 0.42), fill=tint(VERMILLION), font=11)
    for t, (letter, weight) in enumerate(zip("4 mar", weights_shown)):
        x = 0.7 + 0.95 * t
        state = page.box(x, 1.15, f"$h_{t + 1}$", fill=tint(BLUE))
        below = page.box(x, 0.35, letter.replace(" ", "␣"), fill="#FFFFFF")
        page.arrow(below.top, state.bottom)
        page.arrow(state.top, (2.6 + 0.16 * (t - 2), 2.43), VERMILLION, width=0.6 + 5 * weight)
        page.text(x - 0.18 if t < 3 else x + 0.2, 1.62, f"{weight:.2f}", size=9, color=VERMILLION)
    query = page.box(5.9, 1.15, "$s_k$", fill=tint(GREEN))
    out = page.box(5.9, 2.65, "logits", size=(0.9, 0.42), fill="#FFFFFF", font=11)
    page.arrow(query.top, out.bottom)
    page.arrow(centre.right, out.left, VERMILLION)
    page.text(5.9, 0.68, "query: what do I\nneed now?", size=9.5, color=GREEN)
show(
    page.figure,
    "The five states of the encoder over the symbols 4, space, m, a, r have weights 0.03, 0.05, 0.62, 0.20 and 0.10. Arrows as thick as the weights lead "
    "into one context vector, which goes into the logits together with the decoder's state, the query.",
)

# %% [markdown]
# ### Scores
#
# The simplest comparison is the dot product: large if two vectors point the same way.
#
# $$\text{score}_{k,n,t} = s_{k,n} \cdot h_{t,n} = \sum_{i=1}^{H} s_{k,n,i}\; h_{t,n,i}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $s_1 \dots s_S$ | `queries` | (S, N, H) | the decoder's states |
# | $h_1 \dots h_T$ | `keys` | (T, N, H) | the encoder's states |
# | | `scores` | (S, N, T) | how well each key fits each query **of the same example** |
#
# No loop over time is needed, because no score waits for another. `np.einsum` writes such sums with names for the axes:
# `np.einsum("ij,jk->ik", A, B)` is `A @ B`. An index that stands on the left alone is summed over, and one that stands on both sides is kept.
#
# **Your turn.**


# %% exercise="dot_scores"
def dot_scores(queries, keys):
    """Dot product of every query with every key of the same example.

    queries: (S, N, H).  keys: (T, N, H).
    Returns scores: (S, N, T).
    """
    ### BEGIN SOLUTION
    return np.einsum("snh,tnh->snt", queries, keys)
    ### END SOLUTION


# %%
check(dot_scores)

# %% [markdown]
# <details><summary><b>Hint 1</b>: name the axes</summary>
#
# `queries` are "snh", `keys` are "tnh", and "snt" is wanted. Which index is summed over?
# </details>
# <details><summary><b>Hint 2</b>: without einsum</summary>
#
# For one example `n` it is a matrix product, `queries[:, n] @ keys[:, n].T`, of shape (S, T). A loop over `n` and `np.stack(..., axis=1)` do it as well.
# </details>

# %% grade="dot_scores" points=1

# %% [markdown]
# ### Weights
#
# A softmax over the keys, the **last** axis. But a short text has padding behind its end, and the padding must not get any attention. Not "little": none.
#
# $$\text{weight}_{k,n,t} = \frac{m_{t,n}\; e^{\text{score}_{k,n,t}}}{\sum_u m_{u,n}\; e^{\text{score}_{k,n,u}}}$$
#
# In code: set the scores of the padding to minus infinity, then take the softmax. ($e^{-\infty} = 0$.) Large scores overflow; take off each row's largest score first, which changes
# nothing in the ratio.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `scores` | (S, N, T) | |
# | $m$ | `mask` | (T, N) | True where the text is real; mind the order of the axes |
# | | `weights` | (S, N, T) | each row sums to 1, and is 0 on the padding |
#
# On paper: the scores 0, log 3 and 5, the last one on padding. The weights are 1/4, 3/4 and 0.
#
# **Your turn.**


# %% exercise="masked_softmax"
def masked_softmax(scores, mask):
    """Softmax over the real keys; padding gets the weight 0.

    scores: (S, N, T).  mask: (T, N), True where a key is real.
    Returns weights: (S, N, T).
    """
    ### BEGIN SOLUTION
    scores = np.where(mask.T, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=2, keepdims=True))
    return e / e.sum(axis=2, keepdims=True)
    ### END SOLUTION


# %%
check(masked_softmax)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the mask's shape</summary>
#
# `scores` ends in N and T, `mask` is (T, N). `mask.T` is (N, T), and NumPy repeats it for every query.
# </details>
# <details><summary><b>Hint 2</b>: minus infinity</summary>
#
# `scores = np.where(mask.T, scores, -np.inf)` makes a new array. (Not `scores + mask * -np.inf`: 0 times infinity is not a number.)
# </details>
# <details><summary><b>Hint 3</b>: the softmax</summary>
#
# `e = np.exp(scores - scores.max(axis=2, keepdims=True))`, and then each row is divided by its sum.
# </details>

# %% grade="masked_softmax" points=1.5

# %% [markdown]
# **Question 3.** The scores of a row are log 2, log 6 and log 12, and the mask is True, True, False. What is the weight of the **second** key?

# %% answer="padded_weights"
answer_padded_weights = None  # your answer: a number
### BEGIN SOLUTION
answer_padded_weights = 0.75
### END SOLUTION

# %%
check_answer("padded_weights", answer_padded_weights)

# %% grade_answer="padded_weights" points=0.5

# %% [markdown]
# ### Context
#
# $$\text{context}_{k,n} = \sum_{t=1}^{T} \text{weight}_{k,n,t}\; v_{t,n}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `weights` | (S, N, T) | |
# | $v_1 \dots v_T$ | `values` | (T, N, E) | what is looked at; here the encoder's states, so E = H |
# | | `context` | (S, N, E) | what each query takes |
#
# **Your turn.**


# %% exercise="attention_context"
def attention_context(weights, values):
    """The mean of the values, with the weights of each query.

    weights: (S, N, T).  values: (T, N, E).
    Returns context: (S, N, E).
    """
    ### BEGIN SOLUTION
    return np.einsum("snt,tne->sne", weights, values)
    ### END SOLUTION


# %%
check(attention_context)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# The same tool as for the scores: which index is summed over this time? The weights sum to 1 already, so nothing has to be divided.
# </details>

# %% grade="attention_context" points=1

# %% [markdown]
# **Try it: three limits.** If all scores are equal, attention is a plain mean. If one score is far above the others, it picks that one out, like an index. And in between,
# it is *differentiable*: a small change of a score moves the context a little. That is all the trick: a choice through which a gradient can pass.

# %%
score, softmax_of, context_of = (
    working(dot_scores),
    working(masked_softmax),
    working(attention_context),
)
values = np.array([10.0, 20.0, 60.0]).reshape(3, 1, 1)
real_keys = np.ones((3, 1), bool)
print("scores            weights              context")
for row in ([0, 0, 0], [0, 2, 0], [0, 2.1, 0], [0, 50, 0]):
    weights = softmax_of(np.array(row, float).reshape(1, 1, 3), real_keys)
    print(f"{row!s:<15} {weights[0, 0].round(3)!s:<22} {context_of(weights, values).item():.2f}")


def attend(queries, hs, mask):
    """Your three functions one after the other; the context (S, N, H), and the weights."""
    weights = softmax_of(score(queries, hs), mask)
    return context_of(weights, hs), weights


# %% [markdown]
# (There are other ways to score. Bahdanau, Cho and Bengio, who had the idea in 2014, used a small network: $\tanh(s_k W_q + h_t W_k) \cdot v$. It is called **additive** attention,
# it is `rnnlib.additive_scores`, and it costs more. Luong, Pham and Manning compared several kinds in 2015; the dot product is theirs.)
#
# ## 10.7 Backward through attention
#
# Three parts forward, three parts backward, in the opposite order. What comes in is `dcontext`: the gradient of the loss with respect to the context.
#
# ### Back through the context
#
# The context is a sum of products, weight times value. In a product each factor gets the other one. And what was used several times, gets the **sum** of its gradients: a
# weight has met all E entries of its value, a value has met all S queries.
#
# $$\frac{\partial L}{\partial\,\text{weight}_{k,n,t}} = \sum_{e} \text{dcontext}_{k,n,e}\; v_{t,n,e} \qquad\qquad
# \frac{\partial L}{\partial v_{t,n,e}} = \sum_{k} \text{weight}_{k,n,t}\; \text{dcontext}_{k,n,e}$$
#
# | code | shape | meaning |
# |---|---|---|
# | `dcontext` | (S, N, E) | what comes in |
# | `weights`, `values` | (S, N, T), (T, N, E) | from the forward |
# | `dweights` | (S, N, T) | gradient of the weights |
# | `dvalues` | (T, N, E) | gradient of the values |
#
# **Your turn.**


# %% exercise="attention_context_backward"
def attention_context_backward(dcontext, weights, values):
    """Backward through attention_context.

    dcontext: (S, N, E).  weights: (S, N, T).  values: (T, N, E).
    Returns dweights: (S, N, T); dvalues: (T, N, E).
    """
    ### BEGIN SOLUTION
    dweights = np.einsum("sne,tne->snt", dcontext, values)
    dvalues = np.einsum("snt,sne->tne", weights, dcontext)
    return dweights, dvalues
    ### END SOLUTION


# %%
check(attention_context_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: einsum knows the way back</summary>
#
# Forward: `"snt,tne->sne"`. For the gradient of a factor exchange its letters with those of the result: `"sne,tne->snt"`.
# </details>
# <details><summary><b>Hint 2</b>: the other one</summary>
#
# `"snt,sne->tne"`: the index s stands on the left alone, so it is summed over.
# </details>

# %% grade="attention_context_backward" points=1.5

# %% [markdown]
# ### Back through the softmax
#
# Here is the one step that needs thought. The weights of a row sum to 1: **if one rises, the others fall**. So the gradient of a score is not the gradient of its own weight. With the
# weights $w$ of one row and their gradients $g$:
#
# $$\frac{\partial w_u}{\partial \text{score}_t} = w_u\,(\mathbb 1[u = t] - w_t) \qquad\Rightarrow\qquad
# \frac{\partial L}{\partial \text{score}_t} = w_t \Big( g_t - \sum_u w_u\, g_u \Big)$$
#
# In words: take each gradient's distance from the **weighted mean** of the row's gradients, times the weight. What helps more than the mean gets a higher score. A key with the weight 0, such as padding,
# gets the gradient 0, so the mask is not needed any more.
#
# On paper: $w$ = (1/4, 3/4), $g$ = (4, 0). The weighted mean is 1, and the result is (3/4, −3/4). It sums to 0, as it must: to raise all scores alike changes nothing.
#
# | code | shape | meaning |
# |---|---|---|
# | `dweights` | (S, N, T) | what comes in, $g$ |
# | `weights` | (S, N, T) | $w$, from the forward |
# | `dscores` | (S, N, T) | gradient of the scores |
#
# **Your turn.**


# %% exercise="masked_softmax_backward"
def masked_softmax_backward(dweights, weights):
    """Backward through masked_softmax.

    dweights: (S, N, T).  weights: (S, N, T).
    Returns dscores: (S, N, T).
    """
    ### BEGIN SOLUTION
    mean = (weights * dweights).sum(axis=2, keepdims=True)
    return weights * (dweights - mean)
    ### END SOLUTION


# %%
check(masked_softmax_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the weighted mean</summary>
#
# `(weights * dweights).sum(axis=2, keepdims=True)`: one number for each row. With `keepdims` it stays (S, N, 1) and fits.
# </details>
# <details><summary><b>Hint 2</b>: the rest</summary>
#
# The weights multiply the whole difference: `weights * (dweights - mean)`.
# </details>

# %% grade="masked_softmax_backward" points=2

# %% [markdown]
# ### Back through the scores
#
# Products again: each side gets the other one.
#
# $$\frac{\partial L}{\partial s_{k,n}} = \sum_t \text{dscore}_{k,n,t}\; h_{t,n} \qquad\qquad
# \frac{\partial L}{\partial h_{t,n}} = \sum_k \text{dscore}_{k,n,t}\; s_{k,n}$$
#
# | code | shape | meaning |
# |---|---|---|
# | `dscores` | (S, N, T) | what comes in |
# | `queries`, `keys` | (S, N, H), (T, N, H) | from the forward |
# | `dqueries` | (S, N, H) | gradient of the queries |
# | `dkeys` | (T, N, H) | gradient of the keys |
#
# **Your turn.**


# %% exercise="dot_scores_backward"
def dot_scores_backward(dscores, queries, keys):
    """Backward through dot_scores.

    dscores: (S, N, T).  queries: (S, N, H).  keys: (T, N, H).
    Returns dqueries: (S, N, H); dkeys: (T, N, H).
    """
    ### BEGIN SOLUTION
    dqueries = np.einsum("snt,tnh->snh", dscores, keys)
    dkeys = np.einsum("snt,snh->tnh", dscores, queries)
    return dqueries, dkeys
    ### END SOLUTION


# %%
check(dot_scores_backward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# As in the step through the context: write the forward's einsum down, `"snh,tnh->snt"`, and exchange letters.
# </details>

# %% grade="dot_scores_backward" points=1

# %% [markdown]
# ### All of it
#
# In our network the encoder's states `hs` play two parts: they are the keys **and** the values. So the loss depends on them in two ways, and their gradient is the **sum** of both.
#
# | code | shape | meaning |
# |---|---|---|
# | `dcontext` | (S, N, H) | what comes in |
# | `queries`, `hs` | (S, N, H), (T, N, H) | the states of decoder and encoder |
# | `weights` | (S, N, T) | from the forward |
# | `dqueries` | (S, N, H) | gradient of the decoder's states |
# | `dhs` | (T, N, H) | gradient of the encoder's states, through both ways |
#
# **Your turn.** Use your three functions.


# %% exercise="attend_backward"
def attend_backward(dcontext, queries, hs, weights):
    """Backward through scores, softmax and context; hs are both keys and values.

    dcontext: (S, N, H).  queries: (S, N, H).  hs: (T, N, H).  weights: (S, N, T).
    Returns dqueries: (S, N, H); dhs: (T, N, H).
    """
    ### BEGIN SOLUTION
    dweights, dvalues = attention_context_backward(dcontext, weights, hs)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries, dkeys = dot_scores_backward(dscores, queries, hs)
    return dqueries, dkeys + dvalues
    ### END SOLUTION


# %%
check(attend_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the order</summary>
#
# First back through the context, then through the softmax, then through the scores. What one returns first, goes into the next.
# </details>
# <details><summary><b>Hint 2</b>: the sum</summary>
#
# `hs` stands for `values` in the first call and for `keys` in the last. `dkeys + dvalues` is its gradient.
# </details>

# %% grade="attend_backward" points=1

# %% [markdown]
# **Try it: the gradient check.** Your backward against central differences of your forward, on a batch with padding.

# %%
attend_back = working(attend_backward)
rng = np.random.default_rng(3)
queries, hs, dcontext = (rng.normal(size=shape) for shape in ((4, 3, 5), (6, 3, 5), (4, 3, 5)))
few_mask = rnnlib.lengths_to_mask([6, 3, 4])
_, weights = attend(queries, hs, few_mask)
dqueries, dhs = attend_back(dcontext, queries, hs, weights)
by_difference = (
    rnnlib.numerical_gradient(lambda q: np.sum(dcontext * attend(q, hs, few_mask)[0]), queries),
    rnnlib.numerical_gradient(lambda h: np.sum(dcontext * attend(queries, h, few_mask)[0]), hs),
)
for name, mine, numeric in zip(("dqueries", "dhs"), (dqueries, dhs), by_difference):
    off = np.abs(mine - numeric).max()
    print(f"{name:<9} largest difference", "below 1e-8" if off < 1e-8 else f"{off:.0e}")
print(f"largest gradient on the padding: {np.abs(dhs[~few_mask]).max():.0f}")

# %% [markdown]
# ## 10.8 The door, opened
#
# Now the network with attention. The output layer reads the decoder's state and the context side by side. Going back, its gradient is cut in two; the half that belongs to the context goes through **your** `attend_backward`,
# and *every* state of the encoder gets a gradient of its own. Everything else is as it was: the same sizes, the same optimizer, the same batches.


# %% tags=["nbval-ignore-output"]
def attention_gradients(model, xs, mask, ys, targets, real, attend=attend, attend_back=attend_back):
    """Gradients with attention, with your functions, forward and backward."""
    hs, h, encoder_cache = encode(model, xs, mask)
    states, _, decoder_cache = gru_forward(ys, h, model.decoder)
    context, weights = attend(states, hs, mask)
    seen = np.concatenate([states, context], axis=2)
    logits = output_step(seen, model.out)

    dlogits = rnnlib.cross_entropy_backward(logits, targets, mask=real)
    dseen, grads_out = output_step_backward(dlogits, seen, model.out)
    dstates, dcontext = np.split(dseen, 2, axis=2)
    dqueries, dhs = attend_back(dcontext, states, hs, weights)
    _, dh, grads_decoder = gru_backward(dstates + dqueries, None, decoder_cache)
    _, _, grads_encoder = gru_backward(dhs, dh, encoder_cache)
    return Translator(grads_encoder, grads_decoder, grads_out)


attentive, attentive_curve = train(attention_gradients, updates=420, seed=1, attend=attend)
print("with attention\nupdates   whole dates right   seconds of processor time")
for update, right, seconds in attentive_curve[2::2]:
    print(f"{update:>7} {right:>19.1%} {seconds:>12.1f}")

# %% tags=["nbval-ignore-output"]
with styled():
    figure = new_figure(6.8, 3.0)
    ax = figure.subplots()
    for name, curve, color in (
        ("with attention", attentive_curve, VERMILLION),
        ("without", plain_curve, BLUE),
    ):
        updates, right, _ = np.array(curve).T
        ax.plot(updates, right, color=color, marker="o", markersize=3.5)
        ax.annotate(
            name, (updates[-1], right[-1]), (6, -3), textcoords="offset points", color=color
        )
    ax.set(xlabel="updates", ylabel="whole dates right", ylim=(-0.03, 1.05), xlim=(0, 1420))
    settle(figure)
show(
    figure,
    f"Whole dates right against updates. With attention {attentive_curve[-1][1]:.0%} after {attentive_curve[-1][0]} updates; "
    f"without it {plain_curve[-1][1]:.0%} after {plain_curve[-1][0]}.",
)
numbers = [(name, share(rule, everything), share(rule, one_reading)) for name, rule in (
    ("digits copied", digits_copied), ("the commonest shape", commonest_shape), ("all rules", all_rules))]  # fmt: skip
for name, model, look in (
    ("without attention", plain, None),
    ("with attention", attentive, attend),
):
    written, targets, _ = translate(model, test_dates, look)
    right = np.all(written == targets, axis=0)
    numbers.append((name, right.mean(), right[one_reading].mean()))
print("right, whole date            all dates   one reading")
for name, first, second in numbers:
    print(f"{name:<25} {first:>12.1%} {second:>13.1%}")

# %% [markdown]
# With about a third of the updates the network with attention gets nearly all dates right that *can* be got right. Of the dates with two readings it can only guess, as the rules can.
#
# **Be fair to the loser.** The network without attention is not unable to do it. A date is one of 36,525, about 15 bits, and 48 numbers have room for that. But it learns late, and how late depends on luck: of four starts one was
# at 87 % after 1,200 updates and one at 2 %. With attention three starts of three were above 99 % after 420.
#
# **What if there is more to carry?** Two dates in one text, two in the answer. The same sizes again, 600 updates with 32 texts each, for both. (To save time the library's attention is used here. It computes what yours does, with faster matrix products.)


# %% tags=["nbval-ignore-output"]
def library_attend(queries, hs, mask):
    """rnnlib's attention in the form of yours."""
    context, cache = rnnlib.attention_forward(queries, hs, hs, mask=mask)
    return context, cache.weights


def library_back(dcontext, queries, hs, weights):
    """rnnlib's way back in the form of yours."""
    cache = rnnlib.AttentionCache(queries, hs, hs, weights)
    dqueries, dkeys, dvalues, _ = rnnlib.attention_backward(dcontext, cache)
    return dqueries, dkeys + dvalues


def library_gradients(*batch):
    """Gradients with rnnlib's attention."""
    return attention_gradients(*batch, attend=library_attend, attend_back=library_back)


pairs = several([d for d, single in zip(test_dates, one_reading) if single], 2)
print("two dates in a text            first right   second right   both   seconds")
for name, gradients, look in (
    ("without attention", plain_gradients, None),
    ("with attention", library_gradients, library_attend),
):
    model, curve = train(gradients, updates=600, seed=0, attend=look, N=32, k=2)
    written, targets, _ = translate(model, pairs, look)
    right = written == targets
    first, second = (np.all(right[rows], axis=0).mean() for rows in (slice(0, 10), slice(11, 21)))
    both = np.all(right, axis=0).mean()
    print(f"{name:<25} {first:>16.1%} {second:>14.1%} {both:>6.1%} {curve[-1][2]:>9.1f}")

# %% [markdown]
# Attention hardly notices that the text has doubled. Without it nothing is right yet. And training it longer helps in a telling way: after 1,800 updates of 64 texts (23 seconds) the *first* date was right in 8 % of the texts, and the
# second in **none**. What does not fit through the door has to wait.
#
# ## 10.9 Where does it look?
#
# The weights can be drawn: a row for each symbol that is written, a column for each that was read.


# %% tags=["nbval-ignore-output"]
def weights_of(date):
    """Attention weights (S, T) while the network writes what is right."""
    xs, mask, ys, _, _ = as_batch([date])
    hs, h, _ = encode(attentive, xs, mask)
    states, _, _ = gru_forward(ys, h, attentive.decoder)
    return attend(states, hs, mask)[1][:, 0]


chosen = [
    next(d for d in test_dates if (d.locale, d.kind) == key and len(d.text) < 36)
    for key in (("en_US", "full"), ("es_ES", "full"))
]
panels = [(weights_of(d), d.text, d.iso + ".") for d in chosen]
strongest = [
    f"while writing {target[:4]} it looks most at "
    + ", ".join(f"symbol {t + 1}" for t in weights[:4].argmax(axis=1))
    for weights, _, target in panels
]
show(
    plot_alignment(panels),
    f"Attention weights for {chosen[0].text} and {chosen[1].text}. In the first, {strongest[0]} of {len(chosen[0].text)}; in the second, {strongest[1]} of {len(chosen[1].text)}.",
)

# %% [markdown]
# The order of the columns is that of the text, and the network jumps: to the end for the year, back for the month, back or forth for the day. Nobody told it what belongs to what.
#
# Two pictures prove nothing. So, over all test dates in which the month is written as a word: while a part of the answer is written, on which part of the text does the weight lie?


# %% tags=["nbval-ignore-output"]
def parts_of(text):
    """The name of the part that each symbol of a text belongs to; None where the month is a number."""
    found = re.fullmatch(
        r"(\w+day,? |\w+, )?(?:(\w+) (\d+),? (\d+)|(\d+)( de)? (\w+)( de)? (\d+))", text
    )
    if found is None:
        return None
    names = np.full(len(text), "the rest", dtype=object)
    for group, name in ((1, "weekday"), (2, "month"), (3, "day"), (4, "year"), (5, "day"), (7, "month"), (9, "year")):  # fmt: skip
        names[found.start(group) : found.end(group)] = name
    return names


COLUMNS = ("weekday", "day", "month", "year", "the rest")
tables = []
for date in test_dates[:300]:
    names = parts_of(date.text)
    if names is not None:
        weights = weights_of(date)
        by_column = np.array([weights[:, names == column].sum(axis=1) for column in COLUMNS]).T
        tables.append(
            [by_column[rows].mean(axis=0) for rows in (slice(0, 4), slice(5, 7), slice(8, 10))]
        )
mean_table = np.mean(tables, axis=0)
print(f"mean share of the attention, {len(tables)} dates")
print("while writing   " + "".join(f"{column:>10}" for column in COLUMNS))
for name, row in zip(("the year", "the month", "the day"), mean_table):
    print(f"{name:<16}" + "".join(f"{cell:>10.0%}" for cell in row))

# %% [markdown]
# Be careful with what such a table says. A state of the encoder knows what was read **up to** its symbol, so a look at the space behind a word can be a look at the word. And the decoder has the final state as well. The weights show where the network
# looks, not what it has seen there, and not why it answers as it does.
#
# ## 10.10 Several texts at once: beam search
#
# **The idea.** Greedy decoding takes the best symbol at each step and never looks back. The most likely *text* may begin with the second-best symbol. To try all texts is hopeless: there are $V^S$. **Beam search** keeps the best few, say
# three. At each step every one of them is continued with every symbol, and of all these the best three stay.
#
# The probability of a text is the product of the probabilities of its symbols. Products of many small numbers get too small for a float, so we add logarithms:
#
# $$\log p(y_1 \dots y_k) = \sum_{j=1}^{k} \log p(y_j \mid y_1 \dots y_{j-1}, x)$$
#
# ### One step
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `scores` | (K,) | log-probability of each of the K texts so far |
# | | `log_probs` | (K, V) | log-probability of each next symbol, for each text |
# | B | `width` | a number | how many to keep |
# | | `parents` | (B,) integers | which text is continued, the best first |
# | | `ids` | (B,) integers | with which symbol |
# | | new `scores` | (B,) | log-probabilities of the new texts |
#
# On paper: two texts with the scores −1 and −2; the symbols a and b have the log-probabilities −3, −0.1 after the first and −0.5, −2 after the second. The sums are −4, −1.1 and −2.5, −4. The best two: the first text with b (−1.1), then the second with a (−2.5).
#
# **Your turn.** `ravel()` puts a table into one row; place $p$ of it was in row `p // V` and column `p % V`. `np.argsort(-a)` gives the places of the largest entries first.


# %% exercise="beam_step"
def beam_step(scores, log_probs, width):
    """The best ways to continue K texts by one symbol.

    scores: (K,).  log_probs: (K, V).  width: how many to keep, B.
    Returns parents: (B,) integers; ids: (B,) integers; scores: (B,), the best first.
    """
    ### BEGIN SOLUTION
    totals = (scores[:, None] + log_probs).ravel()
    best = np.argsort(-totals)[:width]
    parents, ids = np.divmod(best, log_probs.shape[1])
    return parents, ids, totals[best]
    ### END SOLUTION


# %%
check(beam_step)

# %% [markdown]
# <details><summary><b>Hint 1</b>: all sums</summary>
#
# `scores[:, None] + log_probs` is a table (K, V): each text with each symbol.
# </details>
# <details><summary><b>Hint 2</b>: the best</summary>
#
# Put the table into one row, `totals`; `best = np.argsort(-totals)[:width]` holds the places of the best, and `totals[best]` their scores.
# </details>
# <details><summary><b>Hint 3</b>: which text, which symbol</summary>
#
# `np.divmod(best, V)` gives both: the row and the column. V is `log_probs.shape[1]`.
# </details>

# %% grade="beam_step" points=1

# %% [markdown]
# ### The whole search
#
# For one source text. It begins with **one** text that holds the start mark, with the score 0.
#
# 1. Take a step for all texts of the beam at once.
# 2. A text that has ended can only go on with one more end mark, and that costs nothing: in its row of `log_probs` everything is $-\infty$ but 0 at `end`.
# 3. `beam_step` says which texts go on, and with what.
# 4. Put texts **and states** into the new order: text number `parents[0]` is continued first, and so on.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `step` | a function | `step(ids, state)` returns `log_probs` (K, V) and the next state (K, H) |
# | | `state` | (1, H) | the decoder's first state |
# | | `start`, `end` | numbers | the two marks |
# | | `width`, `S` | numbers | how many texts to keep; how many steps |
# | | `texts` | (K, 1 + ...) integers | the texts so far, one a row, with the start mark in front |
# | | returned `ids` | (S,) integers | the best text, without the start mark |
# | | returned `score` | a number | its log-probability |
#
# **Your turn.** The first line is given.


# %% exercise="beam_search"
def beam_search(step, state, start, end, width, S):
    """The best text that a beam of `width` texts finds.

    step: a function, step(ids, state) -> log_probs (K, V), state (K, H).
    state: (1, H).  start, end, width, S: numbers.
    Returns ids: (S,) integers; score: its log-probability.
    """
    texts, scores = np.full((1, 1), start), np.zeros(1)
    ### BEGIN SOLUTION
    for _ in range(S):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == end
        log_probs[ended] = -np.inf
        log_probs[ended, end] = 0.0
        parents, ids, scores = beam_step(scores, log_probs, width)
        texts = np.column_stack([texts[parents], ids])
        state = state[parents]
    return texts[0, 1:], scores[0]
    ### END SOLUTION


# %%
check(beam_search)

# %% [markdown]
# <details><summary><b>Hint 1</b>: what is read</summary>
#
# The last symbol of each text: `texts[:, -1]`.
# </details>
# <details><summary><b>Hint 2</b>: texts that have ended</summary>
#
# `ended = texts[:, -1] == end`, then `log_probs[ended] = -np.inf` and `log_probs[ended, end] = 0`.
# </details>
# <details><summary><b>Hint 3</b>: the new beam</summary>
#
# `texts = np.column_stack([texts[parents], ids])` and `state = state[parents]`.
# </details>
# <details><summary><b>Hint 4</b>: the end</summary>
#
# `beam_step` sorts, so the best text is row 0. Leave out its start mark: `texts[0, 1:]`.
# </details>

# %% grade="beam_search" points=1.5

# %% [markdown]
# **Try it: does it help?** The same 150 dates with one reading, greedily and with a beam of four, for both networks.

# %% tags=["nbval-ignore-output"]
search, continue_beam = working(beam_search), working(beam_step)
few_dates = [d for d, single in zip(test_dates, one_reading) if single][:150]


def searched(model, date, width, look):
    """What beam search writes for one date, and its log-probability."""
    xs, mask, _, targets, _ = as_batch([date])
    hs, h, _ = encode(model, xs, mask)
    ids, score = search(decoder_step(model, hs, mask, look), h, START, END, width, len(targets))
    return TARGET.decode(ids), score


print("150 dates              greedy right   beam of 4 right   beam finds a likelier text")
for name, model, look in (
    ("without attention", plain, None),
    ("with attention", attentive, attend),
):
    greedy, beam = ([searched(model, d, width, look) for d in few_dates] for width in (1, 4))
    right = [np.mean([t == d.iso + "." for (t, _), d in zip(r, few_dates)]) for r in (greedy, beam)]
    better = np.mean([b[1] > g[1] + 1e-6 for g, b in zip(greedy, beam)])
    print(f"{name:<18} {right[0]:>16.1%} {right[1]:>17.1%} {better:>28.1%}")

# %% [markdown]
# A network that is sure of itself leaves nothing to search for. A network that is in doubt may gain a little (two dates of 150 are no more than chance). The beam finds texts that are *likelier for the network*; whether they are better is up to the network.
#
# What a beam is really good for here: it gives **more than one answer**. Ask for the four best readings of some texts, with their probabilities:


# %% tags=["nbval-ignore-output"]
def best_texts(text, width=4):
    """The whole beam at the end: texts and their probabilities."""
    xs, mask, *_ = as_batch([WrittenDate(text, "2000-01-01", "", "")])
    hs, h, _ = encode(attentive, xs, mask)
    step = decoder_step(attentive, hs, mask, attend)
    texts, scores, state = np.full((1, 1), START), np.zeros(1), h
    for _ in range(11):
        log_probs, state = step(texts[:, -1], state)
        ended = texts[:, -1] == END
        log_probs[ended] = -np.inf
        log_probs[ended, END] = 0.0
        parents, ids, scores = continue_beam(scores, log_probs, width)
        texts, state = np.column_stack([texts[parents], ids]), state[parents]
    return [(TARGET.decode(row[1:]), np.exp(score)) for row, score in zip(texts, scores)]


for text in ("4 de marzo de 2026", "3/4/26", "5/9/71", "25/4/26", "12/25/99"):
    answers = [f"{iso[:10]} {p:>4.0%}" for iso, p in best_texts(text) if p >= 0.01]
    print(f"{text:<20} " + "   ".join(answers))

# %% [markdown]
# Where a text has two readings, both are among the best, and together they have most of the probability. The network has learned that both occur, and where one number is above 12 it mostly knows that this is the day. Nobody has told it about either.
#
# It has a weakness, too, which a single answer would have hidden: 3/4/26 can also come out as 2026-04-04. The month was taken from one reading and the day from the other. While the day is written, the network would have to remember *which number* it took for the month.
#
# **Question 4.** Text A has 3 symbols, each with the probability 0.5. Text B has 6 symbols, each with the probability 0.7. Which of them does a beam search that adds log-probabilities prefer?
#
# - a) A
# - b) B, because each of its symbols is likelier
# - c) neither, both have the same score
# - d) it depends on the width of the beam

# %% answer="shorter"
answer_shorter = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_shorter = "a"
### END SOLUTION

# %%
check_answer("shorter", answer_shorter)

# %% grade_answer="shorter" points=0.5

# %% [markdown]
# (Translation systems therefore often divide the score by the length, or by a power of it. Our dates all have the same length, so it makes no difference here.)
#
# ## 10.11 From here to the Transformer
#
# In 2017 Vaswani and others took the last step and left out the recurrence. What you have written stays; what is around it changes. In one page:
#
# **1. Scaled dot-product attention is your function.** The paper's equation is, for one example with the queries as rows of $Q$, the keys of $K$, the values of $V$:
#
# $$\text{Attention}(Q, K, V) = \text{softmax}\!\left(\frac{Q K^\top}{\sqrt{d}}\right) V$$
#
# The only new thing is $\sqrt d$, with $d$ = H. Divide your queries by it, and you have it:

# %%
rng = np.random.default_rng(4)
Q, K, V = rng.normal(size=(4, 16)), rng.normal(size=(7, 16)), rng.normal(size=(7, 5))
rows = np.exp(Q @ K.T / np.sqrt(16))
paper = (rows / rows.sum(axis=1, keepdims=True)) @ V
no_padding = np.ones((7, 1), bool)
yours = context_of(softmax_of(score(Q[:, None] / np.sqrt(16), K[:, None]), no_padding), V[:, None])
off = np.abs(paper - yours[:, 0]).max()
print(
    "the paper's equation and your functions: largest difference",
    "below 1e-12\n" if off < 1e-12 else f"{off:.0e}\n",
)

print("why divide: 50 random keys     spread of the scores   largest weight")
print("      H                         plain   divided       plain   divided")
for size in (4, 64, 1024):
    q, k = rng.normal(size=(200, 1, size)), rng.normal(size=(50, 1, size))
    cells = []
    for scale in (1, np.sqrt(size)):
        scores = score(q / scale, k)
        cells.append((scores.std(), softmax_of(scores, np.ones((50, 1), bool)).max(axis=2).mean()))
    (s1, w1), (s2, w2) = cells
    print(f"{size:>7} {s1:>29.1f} {s2:>9.1f} {w1:>11.2f} {w2:>9.2f}")

# %% [markdown]
# The longer the vectors, the larger their dot products, and the softmax puts all on one key. There its derivative, $w\,(1 - w)$, is nearly zero, and nothing is learned. The division keeps the spread at 1.
#
# **2. Self-attention.** The queries need not come from a decoder. Let the sequence look at *itself*: from the same inputs `xs` three matrices make queries, keys and values. Now every symbol can see every other one in a single step. In a
# recurrent network the first symbol reaches the last through T − 1 steps, and so does the gradient.
#
# **3. No recurrence, so no order.** Attention is a weighted mean, and a mean does not care in which order things stand. Shuffle the inputs, and the outputs are shuffled, nothing else. So the Transformer **adds a vector to each input that says where it stands**:


# %%
def self_attention(xs, W_q, W_k, W_v):
    """Each symbol looks at all symbols of its own sequence: (T, N, D) to (T, N, E)."""
    scores = score(xs @ W_q / np.sqrt(W_q.shape[1]), xs @ W_k)
    return context_of(softmax_of(scores, np.ones(xs.shape[:2], bool)), xs @ W_v)


def positions(T, D):
    """The sines and cosines of Vaswani et al.: slow and fast waves, (T, 1, D)."""
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, None]


matrices = [rng.normal(size=(8, 8)) / np.sqrt(8) for _ in range(3)]
symbols = rng.normal(size=(6, 1, 8))
order = rng.permutation(6)
for name, where in (("without positions", 0), ("with positions", positions(6, 8))):
    straight = self_attention(symbols + where, *matrices)[order]
    shuffled = self_attention(symbols[order] + where, *matrices)
    print(
        f"{name:<18} shuffled inputs, shuffled outputs: largest difference {np.abs(straight - shuffled).max():.2f}"
    )
h0 = np.zeros((1, 8))
cell = rnnlib.init_rnn(8, 8, rng)
straight, shuffled = (rnnlib.rnn_forward(s, h0, cell)[0] for s in (symbols, symbols[order]))
print(
    f"{'recurrent network':<18} shuffled inputs, shuffled outputs: largest difference {np.abs(straight[order] - shuffled).max():.2f}"
)

# %% [markdown]
# **4. Several heads.** One softmax makes one choice. A Transformer runs several attentions side by side, each on its own smaller vectors, and sets the results next to each other: one head may look at the month, while another looks at the day.
#
# **5. A mask against the future.** A decoder that looks at itself must not see what it is to write (unit 07: a loss that is too good). The scores of later symbols become minus infinity: the trick of your `masked_softmax`, with another mask.
#
# **6. And the rest.** After each attention a small feed-forward network at every place; around both a path on which the input is *added* to the output (the idea of the LSTM's cell: adding keeps a gradient), and layer normalization (unit 04's remedy).
#
# | | recurrent, with attention | Transformer |
# |---|---|---|
# | how one step sees another | through the states between them, and by attention from decoder to encoder | directly, everywhere |
# | steps that wait for each other, in training | T + S | none within a layer |
# | order | in the recurrence | in vectors that are added |
# | cost in the length T | T (encoder), S · T (attention) | T · T in every layer |
# | memory while writing | a state of fixed size, and the encoder's states | all that has been written |
#
# **Who wins?** Where data and machines are large: the Transformer, because on a graphics card all steps are computed at once. With long sequences T · T hurts, and a state of fixed size is worth something again. Unit 15 sets both on the same
# task, with the same budget.
#
# ## Where this helps, and where it does not
#
# - **Good at:** answers that are sequences themselves, in another order and of another length: translation, summaries, speech to text, questions to answers.
# - **Not needed** where input and output go step by step (tagging, unit 09), or where rules are known: `date_readings` is exact, fast, and can say "I do not know". The network always writes something. Give it "yesterday", and it writes digits all the same.
# - **Attention costs** S · T scores for every text, and all of the encoder's states have to be kept.

# %% tags=["nbval-ignore-output"]
for text in ("yesterday", "31 February 2020", "4 de March de 2026"):
    iso, p = best_texts(text)[0]
    print(
        f"{text:<20} network: {iso[:10]} ({p:.0%})   rules: {date_readings(text) or 'no reading'}"
    )

# %% [markdown]
# ## Summary
#
# - An encoder reads, its final state is handed to a decoder, the decoder writes. All that the encoder learns comes back through that one state.
# - Teacher forcing: in training the decoder reads the right symbols, one step late. Afterwards it reads its own.
# - Greedy decoding takes the best symbol; a beam keeps several texts, and their states with them.
# - Count whole answers. Single symbols flatter.
# - Attention: scores, masked softmax, weighted mean. A choice through which a gradient can pass.
# - Backward: each factor gets the other one; the softmax takes off the weighted mean; what is used twice gets the sum.
# - The mask acts before the softmax, as minus infinity.
# - A Transformer keeps this function, and leaves out the recurrence.
#
# ## References
#
# - I. Sutskever, O. Vinyals, Q. V. Le, *Sequence to sequence learning with neural networks*, NIPS 2014: encoder and decoder, beam search; the source is read from its end.
# - K. Cho, B. van Merriënboer, C. Gulcehre, D. Bahdanau, F. Bougares, H. Schwenk, Y. Bengio, *Learning phrase representations using RNN encoder–decoder for statistical machine
#   translation*, EMNLP 2014.
# - K. Cho, B. van Merriënboer, D. Bahdanau, Y. Bengio, *On the properties of neural machine translation: encoder–decoder approaches*, SSST-8, 2014: quality falls with the length of the sentence.
# - D. Bahdanau, K. Cho, Y. Bengio, *Neural machine translation by jointly learning to align and translate*, ICLR 2015: attention, with additive scores; alignment pictures.
# - M.-T. Luong, H. Pham, C. D. Manning, *Effective approaches to attention-based neural machine translation*, EMNLP 2015: dot-product scores.
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1 (1989), 270–280: teacher forcing.
# - S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, *Scheduled sampling for sequence prediction with recurrent neural networks*, NIPS 2015: what to do about question 1.
# - A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, I. Polosukhin, *Attention is all you need*, NIPS 2017.
# - S. Jain, B. C. Wallace, *Attention is not explanation*, NAACL 2019: what weights do not show.
# - Data: date formats and names from Unicode's CLDR 45, taken from the package Babel 2.16.0 (see `rnnlib/data/LICENSES.md`).
