# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 20
#     seconds: 75
# ---

# %% [markdown]
# # 10 Sequence to sequence, and attention
#
# So far a network gave one answer at the end, or one at each step. In translation the answer is a sequence of its own length,
# and what comes first in one language may come last in the other. Two networks share the work: one reads, the other writes.
# All that passes between them has to fit into a single state, and in this unit you measure how tight that is. Then you
# remove the bottleneck with **attention**, the idea that the Transformer was built from. You write it by hand, forward and
# backward.
#
# **At the end you can**
# - build an encoder and a decoder, train them with teacher forcing, and let them write;
# - write attention, forward and backward, and check it;
# - measure what attention is worth, and see where a network looks;
# - turn the equations of a paper, attention with two heads, into both passes.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03; what a GRU is (06); masks (07) |
# | **Points** | 20: eight short functions (12), an open task (7) and two questions (1) |
#
# Given here, since you wrote them earlier: `gru_forward` (with a mask, as in unit 07), `gru_backward`, `output_step` and
# `output_step_backward`.

# %% locked="setup"
from collections import Counter

import numpy as np

import rnnlib
from rnnlib import (
    gru_backward,
    gru_forward,
    output_step,
    output_step_backward,
)
from rnnlib.course import check, check_answer, working
from rnnlib.data import date_readings, written_dates
from rnnlib.data.date_rules import PARTS, date_parts, first_reading, numbers_copied, one_shape
from rnnlib.decoding import beam_search, exact_match
from rnnlib.multihead import init_multihead
from rnnlib.plotting import show
from rnnlib.plotting.alignment import plot_alignment
from rnnlib.plotting.attention import draw_attention, draw_encoder_decoder, plot_share_right
from rnnlib.translation import (
    HeadTranslator,
    Translator,
    decoder_step,
    encode,
    head_gradients,
    init_translator,
    pair_batch,
    train_translator,
)

# %% [markdown]
# ## 10.1 The task
#
# People write the same day in many ways. Computers have one standard way: ISO 8601, year-month-day. We translate the many
# into the one. The dates lie between 1950 and 2049, and each is written in one of twelve formats: four kinds (full, long,
# medium, short) as in the United States, Great Britain and Spain.

# %%
ALL_DAYS = np.arange("1950-01-01", "2050-01-01", dtype="datetime64[D]")
rng = np.random.default_rng(0)
days = rng.permutation(ALL_DAYS)
test_dates = written_dates(days[:1000], rng)
training_dates = written_dates(days[1000:], rng)
clear_dates = [date for date in test_dates if len(date_readings(date.text)) == 1]
for date in test_dates[:12]:
    print(f"{date.text:<33} {date.iso}")

# %% [markdown]
# No **day** of the test occurs in training, in any format, so nothing can be looked up. Short formats can have **two
# readings**: 3/4/26 is the fourth of March in the United States and the third of April in Spain. We keep such texts, and
# count the dates with a single reading separately.
#
# **Baselines first.** The first rule takes the number with four digits for the year, the first other number for the day, and
# always says January. The second knows one shape, "4 March 2026", with the English names. The third knows all twelve
# formats, and takes the first of two readings.


# %%
def share(rule, dates):
    """The share of dates that a rule gets right."""
    return np.mean([rule(date.text) == date.iso for date in dates])


print(f"dates with one reading: {len(clear_dates) / len(test_dates):.0%} of the test\n")
print("right, whole date            all dates   one reading")
rules = {"numbers copied": numbers_copied, "one shape": one_shape, "all rules": first_reading}
for name, rule in rules.items():
    print(f"{name:<25} {share(rule, test_dates):>12.0%} {share(rule, clear_dates):>13.0%}")

# %% [markdown]
# Nobody needs a network for *this* task: where there is one reading, the rules are perfect. We use it because it is small and
# can be judged exactly. The network is told none of the rules; it sees texts and answers.
#
# ## 10.2 One network reads, another writes
#
# The **encoder** reads the text, symbol by symbol. Its final state is a summary of it. The **decoder** starts from that state
# and writes; at each step it reads the symbol that it wrote last. A start mark `^` sets it going, and an end mark `.` says
# that it has finished.

# %% hidden=true
show(
    draw_encoder_decoder("4 mar", "03-"),
    "An encoder reads the symbols 4, space, m, a, r, one state after the other. A single arrow leads from its last state to the first "
    "state of the decoder, which reads the start mark, 0, 3 and writes 0, 3, hyphen.",
)

# %% [markdown]
# *Figure 10.1. Encoder and decoder. The thick arrow is the only connection between them.*
#
# In training we know what should be written. So the decoder does not read its own symbols, which are useless at first, but
# the **right** ones, one step late: **teacher forcing**. All inputs are known beforehand, and the decoder reads them like any
# other sequence.
#
# $$y_1 = \text{start} \qquad\qquad y_k = \text{target}_{k-1}$$
#
# $S$ is the number of the decoder's steps, $T$ that of the encoder's. The function `pair_batch` turns texts and answers into
# arrays; look at what the decoder reads, and when.

# %%
SOURCE = rnnlib.Vocabulary.from_texts([date.text for date in training_dates])
TARGET = rnnlib.Vocabulary("^.-0123456789 ")
START, END = TARGET.encode("^.")


def as_batch(dates):
    """Arrays xs (T, N, D), mask (T, N), ys (S, N, V), targets (S, N) and real (S, N)."""
    return pair_batch([d.text for d in dates], [d.iso for d in dates], SOURCE, TARGET)


batch = as_batch(test_dates[:3])
print(f"{len(SOURCE)} symbols to read, {len(TARGET)} to write\n")
print("the encoder reads ", test_dates[0].text)
print("the decoder reads ", TARGET.decode(batch.ys[:, 0].argmax(axis=1)))
print("and should write  ", TARGET.decode(batch.targets[:, 0]))

# %% [markdown]
# ## 10.3 Encoder and decoder
#
# With a GRU for each of the two:
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
# The encoder starts from zeros. The numbers of examples and units stand in the shapes of the arguments.
# </details>
# <details><summary><b>Hint 2</b>: what is handed over</summary>
#
# You need the final state (N, H) of the encoder, but all states of the decoder. With the mask, the final state is the one
# after each text's own last symbol. The answers need no mask here.
# </details>

# %% grade="encode_decode" points=1.5

# %% [markdown]
# ### The backward pass
#
# The loss is at the decoder's steps. How does the *encoder* learn?
#
# 1. `dlogits` goes through the output layer, which gives a gradient for each state of the decoder.
# 2. These go back through the decoder, and at its beginning the gradient of its first state comes out.
# 3. The decoder's first state **is** the encoder's final state, so this is the gradient that the encoder receives there.
#    No other gradient reaches the encoder.
#
# | code | shape | meaning |
# |---|---|---|
# | `dlogits` | (S, N, V) | gradient of the loss with respect to the logits |
# | `encoder_cache`, `decoder_cache` | `GRUCache` | the third value that `gru_forward` returned; `decoder_cache.hs` holds the states |
# | `out` | `DenseParams` | the output layer |
# | `grads_encoder`, `grads_decoder` | `GRUParams` | gradients of the two cells |
# | `grads_out` | `DenseParams` | gradients of the output layer |
#
# You have `output_step_backward(dlogits, h, params) -> dh, grads` and `gru_backward(dhs, dh, cache) -> dxs, dh0, grads`. In the
# second, `dhs` is the gradient of all states, `dh` that of the final state alone, and `None` stands for zeros.
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
# <details><summary><b>Hint 1</b>: three calls</summary>
#
# One for each of the three steps above, and each hands something to the next. What does the output layer read?
# </details>
# <details><summary><b>Hint 2</b>: two kinds of gradient</summary>
#
# The decoder has a loss at each of its steps, and none on its final state. For the encoder it is the other way round.
# </details>

# %% grade="encode_decode_backward" points=2

# %% [markdown]
# ## 10.4 Writing, and what the bottleneck costs
#
# A trained decoder writes by itself: at each step it takes the most likely symbol and reads it at the next step. That is
# **greedy decoding**. A text that has reached its end mark stays ended, and only end marks follow.
#
# $$y_1 = \text{start} \qquad \text{written}_k = \begin{cases} \text{end} & \text{if } y_k = \text{end} \\
# \arg\max_v\, \log p_k(v) & \text{otherwise} \end{cases} \qquad y_{k+1} = \text{written}_k$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `step` | a function | `step(ids, state)` returns `log_probs` (N, V) and the next state (N, H) |
# | $y_k$ | `ids` | (N,) integers | the symbols that are read at this step |
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
# <details><summary><b>Hint 1</b>: what a step needs</summary>
#
# One symbol for each text, so the first `ids` is an array of N start marks. `np.full` makes it.
# </details>
# <details><summary><b>Hint 2</b>: in the loop</summary>
#
# Take a step, choose the new symbols, keep them. `argmax` needs an axis: the best symbol *of each text* is wanted.
# </details>
# <details><summary><b>Hint 3</b>: the end</summary>
#
# `np.where` chooses for each text. Whether a text had ended is seen in the symbols that were *read*, the old `ids`.
# </details>

# %% grade="greedy_decode" points=2

# %% [markdown]
# Now train it, with gradients from **your** `encode_decode_backward`. Mini-batches, clipping and Adam are those of unit 03; the
# loop has moved into `train_translator`. While it learns you see the loss, the share of dates that are right as a whole (one
# wrong digit makes a wrong date), and what it makes of one text.

# %%
write, back = working(greedy_decode), working(encode_decode_backward)


def translate(model, dates, attend=None):
    """What the network writes (S, N), and the batch that it wrote for."""
    batch = as_batch(dates)
    hs, h, _ = encode(model, batch.xs, batch.mask)
    step = decoder_step(model, hs, batch.mask, attend)
    return write(step, h, START, END, len(batch.targets)), batch


def right_dates(model, dates, attend=None):
    """The share of whole dates that are right."""
    written, batch = translate(model, dates, attend)
    return exact_match(written, batch.targets, batch.real)


def learn(start, gradients, updates, rng, attend=None, N=64, every=30):
    """Train on random batches of N dates; the model, and its share of right dates on the way."""
    curve = [(0, 0.0)]

    def look(update, model, loss, seconds):
        curve.append((update, right_dates(model, clear_dates[:300], attend)))
        sample = TARGET.decode(translate(model, [EXAMPLE], attend)[0][:10, 0])
        print(f"{update:>7} {loss:>7.2f} {curve[-1][1]:>16.0%}    {sample}")

    def draw():
        return as_batch([training_dates[n] for n in rng.integers(len(training_dates), size=N)])

    print(f"updates    loss    dates right    {EXAMPLE.text}, {EXAMPLE.iso}")
    return train_translator(start, gradients, draw, updates, every=every, look=look), curve


EXAMPLE = next(date for date in clear_dates if (date.locale, date.kind) == ("es_ES", "long"))

# %% tags=["nbval-ignore-output"]


def plain_gradients(model, batch):
    """Loss and gradients without attention, with your `encode_decode_backward`."""
    _, h, encoder_cache = encode(model, batch.xs, batch.mask)
    states, _, decoder_cache = gru_forward(batch.ys, h, model.decoder)
    logits = output_step(states, model.out)
    dlogits = rnnlib.cross_entropy_backward(logits, batch.targets, mask=batch.real)
    loss = rnnlib.cross_entropy(logits, batch.targets, mask=batch.real)
    return loss, Translator(*back(dlogits, encoder_cache, decoder_cache, model.out))


H = 48
rng = np.random.default_rng(1)
start = init_translator(len(SOURCE), len(TARGET), H, rng)
plain, plain_curve = learn(start, plain_gradients, 300, rng)

# %% [markdown]
# The loss falls, and yet hardly any date is right as a whole. *A prediction before you run the next cell:* of the single
# symbols, is a quarter right, a half, or three quarters? And how many when the decoder may read the right symbols, as it did
# in training?

# %% tags=["nbval-ignore-output"]
written, batch = translate(plain, test_dates)
right = written == batch.targets
forced = working(encode_decode)(batch.xs, batch.mask, batch.ys, plain.encoder, plain.decoder, plain.out)  # fmt: skip
print("right, of 1,000 dates")
for part, rows in (("year", slice(0, 4)), ("month", slice(5, 7)), ("day", slice(8, 10))):
    print(f"  {part:<33} {np.all(right[rows], axis=0).mean():.0%}")
print(f"  single symbols, own ones read     {right.mean():.0%}")
print(f"  single symbols, right ones read   {np.mean(forced.argmax(axis=2) == batch.targets):.0%}")
print(f"  whole dates                       {np.all(right, axis=0).mean():.0%}")

# %% [markdown]
# Single symbols look much better than whole dates, because hyphens, end marks and the first digits of a year are cheap. That
# is why we count whole dates.
#
# Reading its own symbols instead of the right ones costs the decoder little *here*, since the digits of a date hardly depend
# on each other. In a sentence, one wrong word puts the decoder into a text unlike any that it saw in training. That is the
# weak point of teacher forcing.
#
# **The bottleneck.** What did it get right? The year, and in most formats the year comes last, right before the final state.
# Everything else has to survive until the end of the text, fit into 48 numbers, and be taken apart again. There is room
# enough: a date is one of 36,525, about 15 bits. It is learning to use that room that takes long, as *Going further* shows.
#
# **Question 1.** A text has 35 symbols, and H = 48. Without attention the decoder gets 48 numbers from the encoder. How many
# would it get if it could look at **all** of the encoder's states?

# %% answer="all_states"
answer_all_states = None  # your answer: a number
### BEGIN SOLUTION
answer_all_states = 1680
### END SOLUTION

# %%
check_answer("all_states", answer_all_states)

# %% grade_answer="all_states" points=0.5

# %% [markdown]
# ## 10.5 Attention: look at what you need
#
# The encoder has made a state for every symbol. Why throw away all but the last? At every step, let the decoder look at
# **all** of them and take what it needs now: the month's name when it writes the month, the day when it writes the day.
#
# 1. **Scores.** The decoder's state (the **query**) is compared with every state of the encoder (the **keys**). Each gives one
#    number, which is higher the better the two fit.
# 2. **Weights.** A softmax turns the scores into shares that sum to 1.
# 3. **Context.** The mean of the encoder's states (now called **values**), with these weights.
#
# The output layer then reads the decoder's state and the context, side by side.

# %% hidden=true
show(
    draw_attention("4 mar", (0.03, 0.05, 0.62, 0.2, 0.1)),
    "The five states of the encoder over the symbols 4, space, m, a, r. Lines from each of them, and from the decoder's state, the query, meet in the "
    "weights 0.03, 0.05, 0.62, 0.20 and 0.10. Arrows as thick as the weights lead from there into one context vector, which goes into the logits "
    "together with the decoder's state.",
)

# %% [markdown]
# *Figure 10.2. One step of attention. The query (green) meets every key (blue), and each pair makes one weight. The larger
# the weight, the thicker its arrow into the context.*
#
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
# No score waits for another, so no loop over time is needed. `np.einsum` writes such sums with names for the axes:
# `np.einsum("ij,jk->ik", A, B)` is `A @ B`. An index that appears on the left only is summed over.
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
# <details><summary><b>Hint</b></summary>
#
# Give each axis in the table a letter. Which letter is missing in the result? For one example it is a matrix product.
# </details>

# %% grade="dot_scores" points=0.5

# %% [markdown]
# ### Weights
#
# The weights are a softmax over the keys, the **last** axis. But a short text is followed by padding, and padding must get
# no attention at all.
#
# $$\text{weight}_{k,n,t} = \frac{m_{t,n}\; e^{\text{score}_{k,n,t}}}{\sum_u m_{u,n}\; e^{\text{score}_{k,n,u}}}$$
#
# In code: set the scores of the padding to minus infinity, since $e^{-\infty} = 0$, then take the softmax. Large scores
# overflow, so subtract each row's largest score first.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `scores` | (S, N, T) | |
# | $m$ | `mask` | (T, N) | True where the text is real; mind the order of the axes |
# | | `weights` | (S, N, T) | each row sums to 1, and is 0 on the padding |
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
# `scores` ends in N and T, `mask` is (T, N). Turned over, it fits the last two axes, and NumPy repeats it for every query.
# </details>
# <details><summary><b>Hint 2</b>: minus infinity</summary>
#
# `np.where` makes a new array and leaves the argument as it is. (Not `mask * -np.inf`: 0 times infinity is not a number.)
# </details>

# %% grade="masked_softmax" points=1.5

# %% [markdown]
# **Question 2.** The scores of a row are log 2, log 6 and log 12, and the mask is True, True, False. What is the weight of the
# **second** key?

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
# The same tool as for the scores: which index is summed over this time? The weights already sum to 1, so nothing has to be
# divided.
# </details>

# %% grade="attention_context" points=0.5

# %% [markdown]
# **Try it: from a mean to a choice.** Three values, 10, 20 and 60. *Before you run the cell:* what is the context if all
# scores are 0? And if the second is 50?

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

# %% [markdown]
# With equal scores attention is a plain mean. With one score far above the others it picks out one value, like an index. And
# it is *differentiable*: a small change of a score moves the context a little. That is the whole trick, a choice that a
# gradient can pass through.
#
# ## 10.6 Backward through attention
#
# ### Through the softmax
#
# The weights of a row sum to 1: **if one rises, the others fall**. So a score's gradient depends on the gradients of all
# weights in its row. With the weights $w$ of one row and their gradients $g$:
#
# $$\frac{\partial w_u}{\partial \text{score}_t} = w_u\,(\mathbb 1[u = t] - w_t) \qquad\Rightarrow\qquad
# \frac{\partial L}{\partial \text{score}_t} = w_t \Big( g_t - \sum_u w_u\, g_u \Big)$$
#
# In words: the distance of each gradient from the **weighted mean** of the row's gradients, times the weight. Padding has the
# weight 0 and so gets the gradient 0: the mask is no longer needed.
#
# On paper: $w$ = (1/4, 3/4), $g$ = (4, 0). The weighted mean is 1, and the result is (3/4, −3/4). It sums to 0, as it must:
# raising all scores alike changes nothing.
#
# | code | shape | meaning |
# |---|---|---|
# | `dweights` | (S, N, T) | what comes in, $g$ |
# | `weights` | (S, N, T) | $w$, from the forward pass |
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
# <details><summary><b>Hint</b></summary>
#
# The weighted mean is one number for each row. With `keepdims=True` it keeps three axes, and fits beside `dweights`. What
# does the weight in front of the bracket multiply?
# </details>

# %% grade="masked_softmax_backward" points=2

# %% [markdown]
# ### All of it
#
# What comes in is `dcontext`. Go back through context, softmax and scores, in this order. Context and scores are sums of
# products, and two rules are enough for them: **in a product, each factor's gradient holds the other factor; and what was
# used several times gets the sum of its gradients.** A weight has met all H entries of its value, for example, so
#
# $$\frac{\partial L}{\partial\,\text{weight}_{k,n,t}} = \sum_{i} \text{dcontext}_{k,n,i}\; h_{t,n,i}$$
#
# The encoder's states `hs` are the keys **and** the values, so their gradient is a sum, too.
#
# | code | shape | meaning |
# |---|---|---|
# | `dcontext` | (S, N, H) | what comes in |
# | `queries`, `hs` | (S, N, H), (T, N, H) | the states of decoder and encoder |
# | `weights` | (S, N, T) | from the forward pass |
# | `dqueries` | (S, N, H) | gradient of the decoder's states |
# | `dhs` | (T, N, H) | gradient of the encoder's states, as values and as keys |
#
# **Your turn.** About five lines; one of them calls your `masked_softmax_backward`.


# %% exercise="attend_backward"
def attend_backward(dcontext, queries, hs, weights):
    """Backward through context, softmax and scores; hs are both keys and values.

    dcontext: (S, N, H).  queries: (S, N, H).  hs: (T, N, H).  weights: (S, N, T).
    Returns dqueries: (S, N, H); dhs: (T, N, H).
    """
    ### BEGIN SOLUTION
    dweights = np.einsum("snh,tnh->snt", dcontext, hs)
    dvalues = np.einsum("snt,snh->tnh", weights, dcontext)
    dscores = masked_softmax_backward(dweights, weights)
    dqueries = np.einsum("snt,tnh->snh", dscores, hs)
    dkeys = np.einsum("snt,snh->tnh", dscores, queries)
    return dqueries, dkeys + dvalues
    ### END SOLUTION


# %%
check(attend_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the letters of an einsum</summary>
#
# Write down the einsum of the forward pass. For the gradient of one factor, that factor's letters and the result's letters
# change places. Do this for the context first, then for the scores.
# </details>
# <details><summary><b>Hint 2</b>: how many gradients</summary>
#
# Two from the context (of weights and values), one from the softmax, two from the scores (of queries and keys). Two of the
# five belong to `hs`.
# </details>

# %% grade="attend_backward" points=2

# %% [markdown]
# **Try it: the gradient check.** Your backward pass against central differences of your forward pass, on a batch with padding.


# %%
def attend(queries, hs, mask):
    """Your three functions one after the other; the context (S, N, H), and the weights."""
    weights = softmax_of(score(queries, hs), mask)
    return context_of(weights, hs), weights


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
    print(f"{name:<9} largest difference", "below 1e-7" if off < 1e-7 else f"{off:.0e}")
print(f"largest gradient on the padding: {np.abs(dhs[~few_mask]).max():.0f}")

# %% [markdown]
# ## 10.7 The bottleneck removed
#
# Now the output layer reads the decoder's state and the context side by side, so its gradient is split in two. The half that
# belongs to the context goes through **your** `attend_backward`, and *every* state of the encoder gets a gradient of its
# own. The size of the state, the optimizer and the number of updates are as before.


# %% tags=["nbval-ignore-output"]
def attention_gradients(model, batch):
    """Loss and gradients with attention, with your functions, forward and backward."""
    hs, h, encoder_cache = encode(model, batch.xs, batch.mask)
    states, _, decoder_cache = gru_forward(batch.ys, h, model.decoder)
    context, weights = attend(states, hs, batch.mask)
    seen = np.concatenate([states, context], axis=2)
    logits = output_step(seen, model.out)

    dlogits = rnnlib.cross_entropy_backward(logits, batch.targets, mask=batch.real)
    dseen, grads_out = output_step_backward(dlogits, seen, model.out)
    dstates, dcontext = np.split(dseen, 2, axis=2)
    dqueries, dhs = attend_back(dcontext, states, hs, weights)
    _, dh, grads_decoder = gru_backward(dstates + dqueries, None, decoder_cache)
    _, _, grads_encoder = gru_backward(dhs, dh, encoder_cache)
    loss = rnnlib.cross_entropy(logits, batch.targets, mask=batch.real)
    return loss, Translator(grads_encoder, grads_decoder, grads_out)


rng = np.random.default_rng(1)
start = init_translator(len(SOURCE), len(TARGET), H, rng, context=True)
attentive, attentive_curve = learn(start, attention_gradients, 300, rng, attend)

# %% tags=["nbval-ignore-output"]
show(
    plot_share_right({"with attention": attentive_curve, "without": plain_curve}),
    f"Whole dates right against updates. With attention {attentive_curve[-1][1]:.0%} after 300 updates; without it {plain_curve[-1][1]:.0%}.",
)
print("right, whole date            all dates   one reading")
for name, rule in rules.items():
    print(f"{name:<25} {share(rule, test_dates):>12.0%} {share(rule, clear_dates):>13.0%}")
for name, model, look in (("without attention", plain, None), ("with attention", attentive, attend)):  # fmt: skip
    every, single = (right_dates(model, dates, look) for dates in (test_dates, clear_dates))
    print(f"{name:<25} {every:>12.0%} {single:>13.0%}")

# %% [markdown]
# *Figure 10.3. The share of held-out dates that are right as a whole, while the two networks train.*
#
# After the same number of updates, nearly all dates with one reading are right with attention, and nearly none without it.
# Where there are two readings, the network can only guess, and so can the rules.
#
# ## 10.8 Where does it look?
#
# The weights can be drawn: a row for each symbol that is written, a column for each that was read.


# %% tags=["nbval-ignore-output"]
def weights_of(model, date, attend):
    """Attention weights (S, T), or of all heads, while the network reads the right answer."""
    batch = as_batch([date])
    hs, h, _ = encode(model, batch.xs, batch.mask)
    states, _, _ = gru_forward(batch.ys, h, model.decoder)
    return attend(states, hs, batch.mask)[1][..., 0, :]


chosen = [
    next(d for d in test_dates if (d.locale, d.kind) == key and len(d.text) < 36)
    for key in (("en_US", "full"), ("es_ES", "full"))
]
panels = [(weights_of(attentive, d, attend), d.text, d.iso + ".") for d in chosen]
show(
    plot_alignment(panels),
    f"Heat maps of attention weights for {chosen[0].text} and {chosen[1].text}; a row for each symbol written, a column for each one read.",
)

# %% [markdown]
# *Figure 10.4. Attention weights for one English and one Spanish date. The darker, the more weight.*
#
# The network jumps in the text: to the end for the year, back for the month, back or forth for the day. Nobody told it what
# belongs together.
#
# Two pictures prove nothing. So take all dates among the first 300 of the test in which the month is a word. While a part of
# the answer is written, on which part of the text does the weight lie?


# %% tags=["nbval-ignore-output"]
def attention_by_part(model, attend):
    """Mean weights (..., 3, 5): while year, month and day are written, on each part of the text."""
    tables = []
    for date in test_dates[:300]:
        if (names := date_parts(date.text)) is not None:
            weights = weights_of(model, date, attend)
            on = np.stack([weights[..., names == part].sum(axis=-1) for part in PARTS], axis=-1)
            rows = slice(0, 4), slice(5, 7), slice(8, 10)
            tables.append(np.stack([on[..., r, :].mean(axis=-2) for r in rows], axis=-2))
    return np.mean(tables, axis=0)


def print_parts(table):
    """A row for each part of the answer, a column for each part of the text."""
    print("while writing   " + "".join(f"{part:>10}" for part in PARTS))
    for name, row in zip(("the year", "the month", "the day"), table):
        print(f"{name:<16}" + "".join(f"{cell:>10.0%}" for cell in row))


print_parts(attention_by_part(attentive, attend))

# %% [markdown]
# Be careful with such a table. A state of the encoder knows what was read **up to** its symbol, so a look at the space after
# a word can be a look at the word. And the decoder has the final state as well. The weights show where the network looks, not
# what it sees there, and not why it answers as it does.
#
# **Play with it.** Write a date, misspell it, and see where a network with attention looks, what one without
# attention makes of it, and which answers a beam keeps.

# %%
from rnnlib.plotting import explorables

explorables.live("attention")

# %% [markdown]
# *Figure 10.5. Where does it look? A date, symbol by symbol, with attention and without.*
#
# ## 10.9 Open task: two heads, from the paper
#
# One softmax makes one choice at a time. The Transformer runs several attentions side by side, its **heads**, each on smaller
# vectors of its own. In the notation of Vaswani et al. (2017), for one example, with its queries as rows of $Q$ and all that
# is looked at as rows of $X$:
#
# $$\begin{aligned}
# \text{head}_i &= \text{softmax}\!\left(\frac{(Q W^Q_i)\,(X W^K_i)^\top}{\sqrt{A}}\right) X W^V_i \qquad i = 1, 2\\
# \text{context} &= [\,\text{head}_1,\ \text{head}_2\,]\; W^O
# \end{aligned}$$
#
# $A$ is the size of one head, and the brackets put the two results side by side. (Dot products of longer vectors are larger,
# and a softmax that is certain of one key passes on no gradient: hence the root.)
#
# **Write both passes in one function.** The gradient of the loss with respect to the context comes as an argument. In our
# arrays the matrices of both heads stand side by side: the first A columns of `W_q`, `W_k` and `W_v` belong to head 1, the
# rest to head 2.
#
# | | shape | |
# |---|---|---|
# | `queries`; `hs`; `mask` | (S, N, H); (T, N, H); (T, N) | $Q$; $X$; where `hs` is real |
# | `params.W_q`, `.W_k`, `.W_v`; `.W_o` | (H, 2A) each; (2A, H) | the four matrices, a `MultiHeadParams` |
# | `dcontext` | (S, N, H) | $\partial L / \partial\,\text{context}$ |
# | returned: `context`; `weights` | (S, N, H); (2, S, N, T) | and the softmax of each head |
# | then `dqueries`; `dhs`; `grads` | as `queries`, `hs`; a `MultiHeadParams` | in this order |
#
# You may call your functions from this unit (`attend_backward` does not fit: keys and values are no longer the same array).
# Each result earns its share. The gradients go into a `MultiHeadParams`: make one of zeros with `params.zeros_like()` and write
# into its arrays (`grads.W_q[:, :A] = ...`), or build one from four arrays with `type(params)(...)`.


# %% exercise="two_heads" minutes=40
def two_heads(queries, hs, mask, params, dcontext):
    """Both passes of attention with two heads.

    queries: (S, N, H).  hs: (T, N, H).  mask: (T, N).  params: MultiHeadParams.
    dcontext: (S, N, H).
    Returns context: (S, N, H); weights: (2, S, N, T); dqueries: (S, N, H); dhs: (T, N, H);
    grads: MultiHeadParams.
    """
    ### BEGIN SOLUTION
    A = params.W_q.shape[1] // 2
    context, weights = np.zeros_like(queries), []
    dqueries, dhs, grads = np.zeros_like(queries), np.zeros_like(hs), params.zeros_like()
    for part in (slice(0, A), slice(A, 2 * A)):
        q, k, v = queries @ params.W_q[:, part], hs @ params.W_k[:, part], hs @ params.W_v[:, part]
        w = masked_softmax(dot_scores(q, k) / A**0.5, mask)
        head = attention_context(w, v)
        context = context + head @ params.W_o[part]
        weights.append(w)

        dhead = dcontext @ params.W_o[part].T
        dw = np.einsum("sna,tna->snt", dhead, v)
        dscores = masked_softmax_backward(dw, w) / A**0.5
        dq = np.einsum("snt,tna->sna", dscores, k)
        dk = np.einsum("snt,sna->tna", dscores, q)
        dv = np.einsum("snt,sna->tna", w, dhead)
        # Both heads read the same queries and states, and hs makes keys and values: four sums.
        dqueries = dqueries + dq @ params.W_q[:, part].T
        dhs = dhs + dk @ params.W_k[:, part].T + dv @ params.W_v[:, part].T
        grads.W_q[:, part] = np.einsum("snh,sna->ha", queries, dq)
        grads.W_k[:, part] = np.einsum("tnh,tna->ha", hs, dk)
        grads.W_v[:, part] = np.einsum("tnh,tna->ha", hs, dv)
        grads.W_o[part] = np.einsum("sna,snh->ah", head, dcontext)
    return context, np.stack(weights), dqueries, dhs, grads
    ### END SOLUTION


# %%
check(two_heads)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Draw the arrays as boxes and the uses as arrows. How many arrows leave `queries`, and how many leave `hs`? Each of them
# brings back a gradient. If a gradient is wrong, measure it with `rnnlib.numerical_gradient`, as in section 10.6.
# </details>

# %% grade="two_heads" points=7

# %% [markdown]
# **Now use it.** Your function trains a translator with two heads of 16 numbers each, on batches of 32 dates.

# %% tags=["nbval-ignore-output"]
both_passes = working(two_heads)


def look_twice(queries, hs, mask, params):
    """The forward pass of your two heads: context and weights."""
    return both_passes(queries, hs, mask, params, np.zeros_like(queries))[:2]


def two_head_gradients(model, batch):
    """Loss and gradients with your two heads."""
    return head_gradients(model, batch, both_passes)


rng = np.random.default_rng(1)
start = init_translator(len(SOURCE), len(TARGET), H, rng, context=True)
heads = init_multihead(H, H, 16, 2, rng, dtype=np.float32)
start = HeadTranslator(start.encoder, start.decoder, start.out, heads)
twin, _ = learn(start, two_head_gradients, 160, rng, look_twice, N=32, every=20)


def twin_look(queries, hs, mask):
    """The trained heads."""
    return look_twice(queries, hs, mask, twin.heads)


for number, table in enumerate(attention_by_part(twin, twin_look), start=1):
    print(f"\nhead {number}")
    print_parts(table)

# %% tags=["nbval-ignore-output"]
first, second = weights_of(twin, chosen[0], twin_look)
show(
    plot_alignment(
        [(first, chosen[0].text, chosen[0].iso + "."), (second, chosen[0].text, chosen[0].iso + ".")],
        titles=["head 1", "head 2"],
    ),
    f"Heat maps of the two heads' attention weights while the network writes {chosen[0].iso} for {chosen[0].text}.",
)  # fmt: skip

# %% [markdown]
# *Figure 10.6. Where the two heads look while the same date is written.*
#
# Compare the tables. On average, both heads look mostly at the part that is being written: they have not divided the work.
# A symbol of a date needs one place of the text, and one choice is enough for that. How each head's weights are spread beyond
# it depends on the random start.
#
# ## Summary
#
# - An encoder reads and hands its final state to a decoder, which writes. Without attention, every gradient that the encoder
#   gets comes back through that one state.
# - Teacher forcing: in training the decoder reads the right symbols, one step late. Afterwards it reads its own.
# - Count whole answers: the share of single symbols flatters.
# - Attention: scores, masked softmax, weighted mean. The mask acts before the softmax, as minus infinity.
# - Backward: each factor's gradient holds the other factor; the softmax subtracts the weighted mean; what is used several times
#   gets the sum.
#
# ## 10.10 Going further
#
# Nothing from here on is marked.
#
# ### Where this helps, and where it does not
#
# - **Good at:** answers that are sequences themselves, in another order and of another length: translation, summaries, speech to
#   text, questions to answers.
# - **Not needed** where input and output go step by step (tagging, unit 09), or where rules are known: `date_readings` is exact,
#   fast, and can say that a text is no date. The network always writes something. Try it:

# %% tags=["nbval-ignore-output"]
for text in ("yesterday", "31 February 2020", "4 de March de 2026"):
    written, _ = translate(attentive, [test_dates[0]._replace(text=text)], attend)
    known = date_readings(text) or "no reading"
    print(f"{text:<20} network: {TARGET.decode(written[:10, 0])}   rules: {known}")

# %% [markdown]
# - **Attention costs** S · T scores for every text, and all of the encoder's states have to be kept.
#
# > **What you may have read: "a Transformer is a kind of RNN."** It is not. It kept attention and left out the recurrence: no
# > state is carried from step to step, and without extra information a Transformer layer does not even know in which order its
# > inputs stand. The last section measures that with your functions.
#
# ### Where the gradient reaches the encoder
#
# Without attention it has to come through the final state and then back, step by step. With random weights we measure the
# gradient of the loss at each symbol of a long text. *Before you run the cell:* by what factor will the gradient at the
# first symbol be smaller than at the last?

# %%
fresh = init_translator(len(SOURCE), len(TARGET), H, np.random.default_rng(1))
batch = as_batch([max(test_dates, key=lambda date: len(date.text))])
logits = working(encode_decode)(batch.xs, batch.mask, batch.ys, fresh.encoder, fresh.decoder, fresh.out)  # fmt: skip
loss, guess = rnnlib.cross_entropy(logits, batch.targets), np.log(len(TARGET))
print(f"loss before training {loss:.1f}; a guess among {len(TARGET)} symbols {guess:.1f}")

_, h, encoder_cache = encode(fresh, batch.xs, batch.mask)
_, _, decoder_cache = gru_forward(batch.ys, h, fresh.decoder)
dlogits = rnnlib.cross_entropy_backward(logits, batch.targets)
dstates, _ = output_step_backward(dlogits, decoder_cache.hs, fresh.out)
_, dh, _ = gru_backward(dstates, None, decoder_cache)
dxs, _, _ = gru_backward(None, dh, encoder_cache)
reach = np.linalg.norm(dxs[:, 0], axis=1)
powers = np.log10(reach[-1] / reach[0])
print(
    f"{len(reach)} symbols: from the last to the first the gradient shrinks by 10 to the {powers:.0f}"
)

# %% [markdown]
# At the beginning of training the first symbols get hardly any gradient. That is the problem of unit 04 again, and it comes
# on top of the bottleneck.
#
# ### Give the bottleneck more time
#
# The network without attention is not unable to do it. With four times as many updates:

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(1)
start = init_translator(len(SOURCE), len(TARGET), H, rng)
patient, _ = learn(start, plain_gradients, 1200, rng, every=60)

# %% [markdown]
# It learns late, and how late is a matter of luck: when this unit was written, four random starts reached 2 %, 4 %, 66 % and
# 87 % after 1,200 updates, while three of three were above 95 % after 300 with attention. Yours may differ; other processors
# round differently, and so small a difference is enough to change the luck.
#
# **More to carry.** Two dates in one text, two in the answer, with attention, the same sizes and half as many texts at a time:


# %% tags=["nbval-ignore-output"]
def in_pairs(dates):
    """Two dates in one text, and two in the answer."""
    return [
        a._replace(text=f"{a.text} {b.text}", iso=f"{a.iso} {b.iso}")
        for a, b in zip(dates[::2], dates[1::2])
    ]


rng = np.random.default_rng(0)
start = init_translator(len(SOURCE), len(TARGET), H, rng, context=True)


def draw_pairs():
    """32 texts of two dates."""
    return as_batch(in_pairs([training_dates[n] for n in rng.integers(len(training_dates), size=64)]))  # fmt: skip


def report_pairs(update, model, loss, seconds):
    """A line every 40 updates."""
    right = right_dates(model, in_pairs(clear_dates[:400]), attend)
    print(f"{update:>7} {loss:>7.2f} {right:>16.0%}")


print("updates    loss    both dates right")
both_dates = train_translator(start, attention_gradients, draw_pairs, 320, every=40, look=report_pairs)  # fmt: skip

# %% [markdown]
# Attention copes with twice the length. Without it, the network that has not yet learned one date in this time has no chance
# of learning two; try it.
#
# ### Several texts at once: beam search
#
# Greedy decoding never looks back, but the most likely *text* may begin with the second-best symbol. **Beam search** keeps
# the best few. At each step every one of them is continued with every symbol, and of all these the best few stay, together
# with their states. A text is scored by the sum of its symbols' log-probabilities. (A sum favours short texts: three symbols
# with the probability 0.5 beat six with 0.7. Systems whose answers differ in length therefore divide it by a power of the
# length.) The library's `beam_search` returns the whole beam, which is what it is really good for here: **more than one
# answer**.


# %% tags=["nbval-ignore-output"]
def best_texts(text, width=4):
    """The beam at the end: texts and their probabilities, the best first."""
    batch = as_batch([test_dates[0]._replace(text=text)])
    hs, h, _ = encode(attentive, batch.xs, batch.mask)
    step = decoder_step(attentive, hs, batch.mask, attend)
    texts, scores = beam_search(step, h, START, END, width, 11)
    return [(TARGET.decode(ids)[:10], np.exp(score)) for ids, score in zip(texts, scores)]


for text in ("4 de marzo de 2026", "3/4/26", "5/9/71", "25/4/26", "12/25/99"):
    answers = [f"{iso} {p:>4.0%}" for iso, p in best_texts(text) if p >= 0.01]
    print(f"{text:<20} " + "   ".join(answers))

# %% [markdown]
# Where a text has two readings, look for both of them in the beam, and for dates that are neither: if 3/4/26 comes out as
# 2026-04-04, the month was taken from one reading and the day from the other. While it writes the day, the network would have
# to remember *which number* it took for the month. A single answer would have hidden that.
#
# ### A real translation
#
# Dates can be judged exactly, and rules do them better. Sentences have no rules that are complete. So here are 17,975 verses
# of the Bible in Spanish (1909) and English. It is a religious text because that is the one long translation in the public
# domain that packages carry. Everything is in lower case and without marks, 3 to 25 words long, and whole chapters are held
# out.

# %%
from rnnlib.data.verses import stored_translator, translation_run, verse_pairs
from rnnlib.translation_baselines import nearest_answers, word_for_word, word_lexicon
from rnnlib.verse_answers import fill_unknown, written_words
from rnnlib.verse_translator import encode_words, word_batch, word_step, word_weights

pairs = verse_pairs()
print(f"{len(pairs.training):,} pairs for training, {len(pairs.held_out)} held out")
for pair in pairs.held_out[1:4]:
    print(f"\n{pair.spanish}\n{pair.english}")

# %% [markdown]
# A sentence has many good translations, so "whole answers right" would be near zero for anybody. The usual measure is
# **BLEU**. It compares an answer with a reference that a person wrote, by their **n-grams**, the pieces of n words in a row:
#
# $$p_n = \frac{\text{n-grams that an answer and its reference have in common}}{\text{n-grams of the answers}} \qquad
# \text{BLEU} = 100 \cdot e^{\min(0,\ 1 - R/A)} \cdot \sqrt[4]{p_1\, p_2\, p_3\, p_4}$$
#
# - Counts are **clipped**: "the the the" has one word in common with "the house", not three.
# - $A$ and $R$ count the words of all answers and of all references. The exponential is the **brevity penalty**: without it, the
#   three safest words of each verse would be a fine translation.
# - Above and below the line, **all answers are added up first**. If one of the four shares is 0, so is BLEU.
#
# | code | type | meaning |
# |---|---|---|
# | `answers`, `references` | lists of N lists of words | one reference for each answer |
# | returned | a number | 0 to 100 |
#
# `Counter(zip(*(words[k:] for k in range(n))))` counts the n-grams of a list of words. `a & b` takes the smaller of two counts,
# n-gram by n-gram, and `a.total()` adds them up.
#
# **Your turn**, unmarked: it has a check, and no points.


# %% exercise="bleu"
def bleu(answers, references):
    """BLEU of a set of answers.

    answers, references: lists of N lists of words.
    Returns the score, 0 to 100.
    """
    ### BEGIN SOLUTION
    right, made = np.zeros(4), np.zeros(4)
    for answer, reference in zip(answers, references):
        for n in range(1, 5):
            its = Counter(zip(*(answer[k:] for k in range(n))))
            wanted = Counter(zip(*(reference[k:] for k in range(n))))
            right[n - 1] += (its & wanted).total()
            made[n - 1] += its.total()
    if not right.all():
        return 0.0
    A, R = sum(map(len, answers)), sum(map(len, references))
    return 100 * np.exp(min(0, 1 - R / A)) * np.prod(right / made) ** 0.25
    ### END SOLUTION


# %%
check(bleu)

# %% [markdown]
# <details><summary><b>Hint 1</b>: what to keep</summary>
#
# Two arrays of four numbers, for the numerators and the denominators of $p_1$ to $p_4$. Every answer adds to both.
# </details>
# <details><summary><b>Hint 2</b>: the end</summary>
#
# Only after the loop is anything divided. `np.prod` multiplies the four shares; the fourth root is a power of 0.25.
# </details>
#
# **Baselines first.** The first finds the known verse that has most in common with the new one, and gives its translation. The
# second translates word for word, with a lexicon that it has learned from the same pairs: which English word is most likely
# made by which Spanish one (IBM's Model 1 of 1993). It knows nothing of order.

# %%
score_of = working(bleu)
known = [(pair.spanish.split(), pair.english.split()) for pair in pairs.training]
asked = [pair.spanish.split() for pair in pairs.held_out]
references = [pair.english.split() for pair in pairs.held_out]
lexicon = word_lexicon(known)
answers = {
    "nearest verse": nearest_answers(asked, known),
    "word for word": [word_for_word(words, lexicon) for words in asked],
}
for name, some in answers.items():
    print(f"{name:<26} BLEU {score_of(some, references):.1f}")
print("\n" + " ".join(asked[0]), " ".join(answers["word for word"][0]), sep="\n")

# %% [markdown]
# **The network** is the one you know, with words in place of symbols: embeddings, an encoder that reads in both directions
# (unit 07), a decoder, dot products, softmax, context. `rnnlib train translation` trained it with this library's own forward and
# backward passes, in less than 20 minutes on one core. Here its weights are only loaded. The attention and the greedy
# decoding are **yours**.
#
# It knows 4,497 Spanish and 3,497 English words; all others are `<unk>` to it. Where it writes `<unk>`, attention says which
# Spanish word it was looking at, and the lexicon translates that one, or it is copied. Names need this.


# %% tags=["nbval-ignore-output"]
verse_model, spanish, english = stored_translator()
FIRST, LAST, UNKNOWN = english.encode(["<s>", "</s>", "<unk>"])


def read_verses(sources):
    """Spanish verses, lists of words, as a batch without answers."""
    ids = [spanish.encode(words, unknown="<unk>") for words in sources]
    return word_batch(ids, [[]] * len(ids))


def looks_of(batch, ids):
    """Your attention's weights (S, N, T) while the network writes ids (S, N)."""
    ys = np.concatenate([batch.ys[:1], ids[:-1]])
    return word_weights(verse_model, batch._replace(ys=ys), attend)


def translate_verses(sources):
    """Greedy answers, lists of words: as they are written, and with unknown words looked up."""
    batch = read_verses(sources)
    hs, h = encode_words(verse_model, batch.xs, batch.mask)
    ids = write(word_step(verse_model, hs, batch.mask, attend), h, FIRST, LAST, 32)
    looks = looks_of(batch, ids)
    plain = [written_words(column, english) for column in ids.T]
    filled = [
        fill_unknown(words, looks[:, n, : len(sources[n])], sources[n], lexicon)
        for n, words in enumerate(plain)
    ]
    return plain, filled


plain_answers, filled_answers = [], []
for k in range(0, len(asked), 215):
    plain, filled = translate_verses(asked[k : k + 215])
    plain_answers, filled_answers = plain_answers + plain, filled_answers + filled
answers |= {"network, greedy": plain_answers, "unknown words looked up": filled_answers}
print(
    f"{verse_model.size:,} weights, {sum(one['seconds'] for one in translation_run()['passes']) / 60:.0f} minutes of training\n"
)
for name, some in answers.items():
    print(f"{name:<26} BLEU {score_of(some, references):.1f}")

# %% tags=["nbval-ignore-output"]
for n in (333, 5, 514, 712):
    print(" ".join(asked[n]))
    print("   network    ", " ".join(filled_answers[n]))
    print("   a person   ", " ".join(references[n]), "\n")

# %% [markdown]
# Both texts were translated from Hebrew and Greek, not from each other, and two people never write the same. BLEU is not a
# share of right words, and 100 is out of reach.
#
# **A beam.** Your greedy decoding against `beam_search` with four texts, for every eighth held-out verse. Answers differ in length now,
# so a text's sum of log-probabilities is divided by its length.


# %% tags=["nbval-ignore-output"]
def best_of_beam(words, width=4):
    """The beam's best answer by log-probability a word: words, unknown ones looked up."""
    batch = read_verses([words])
    hs, h = encode_words(verse_model, batch.xs, batch.mask)
    step = word_step(verse_model, hs, batch.mask, attend)
    texts, scores = beam_search(step, h, FIRST, LAST, width, len(words) + 8)
    best = texts[np.argmax(scores / ((texts != LAST).sum(axis=1) + 1))][:, None]
    looks = looks_of(batch, best)[:, 0]
    return fill_unknown(written_words(best[:, 0], english), looks, words, lexicon)


few = slice(0, None, 8)
beam_answers = [best_of_beam(words) for words in asked[few]]
for name, some in (("greedy", filled_answers[few]), ("beam of 4", beam_answers)):
    print(f"{name:<26} BLEU {score_of(some, references[few]):.1f}, {sum(map(len, some))} words")
print(f"{'references':<26}            {sum(map(len, references[few]))} words")

# %% [markdown]
# The beam finds answers that are likelier to the network, and here they are a little better, too.
#
# **Where does it look?** In Spanish an adjective mostly follows its noun, and a pronoun comes before the verb. Try sentences
# of your own: old spelling, no marks ("fué", "á").


# %% tags=["nbval-ignore-output"]
def look_at(text):
    """Weights, source and answer, for `plot_alignment`."""
    batch = read_verses([text.split()])
    hs, h = encode_words(verse_model, batch.xs, batch.mask)
    ids = write(word_step(verse_model, hs, batch.mask, attend), h, FIRST, LAST, 16)
    words = written_words(ids[:, 0], english) + ["</s>"]
    return looks_of(batch, ids)[: len(words), 0], text.split(), words


panels = [look_at("y les dió una tierra buena"), look_at("y el espíritu santo le habló")]
show(
    plot_alignment(panels),
    "Heat maps of attention weights. "
    + " ".join(f"For {' '.join(s)} the network writes {' '.join(w[:-1])}." for _, s, w in panels),
)

# %% [markdown]
# *Figure 10.7. Attention weights while two sentences are translated, a row for each word that is written.*
#
# The rows do not run down the diagonal. While it writes *gave* it looks at *dió*, and then goes back for *them*; it takes
# *buena* before *tierra*, and *santo* before *espíritu*. Nobody told it anything of grammar.
#
# **What fails.** First by length, then by unknown words and repetition.

# %% tags=["nbval-ignore-output"]
print("Spanish words     network   word for word")
for low, high in ((3, 9), (10, 14), (15, 19), (20, 25)):
    chosen = [n for n, words in enumerate(asked) if low <= len(words) <= high]
    row = [
        score_of([answers[name][n] for n in chosen], [references[n] for n in chosen])
        for name in ("unknown words looked up", "word for word")
    ]
    print(f"{low:>3} to {high:<10} {row[0]:>8.1f} {row[1]:>14.1f}")

unread = np.mean([word not in spanish.symbols for words in asked for word in words])
unwritten = np.mean([word == "<unk>" for words in plain_answers for word in words])
print(f"\nunknown words: {unread:.0%} of the Spanish ones, {unwritten:.0%} of what it writes\n")


def most_said(words):
    """How often the most frequent piece of three words is said."""
    return max(Counter(zip(words, words[1:], words[2:])).values(), default=0)


n = max(range(len(asked)), key=lambda n: most_said(filled_answers[n]))
print(" ".join(asked[n]), "  " + " ".join(filled_answers[n]), sep="\n")

# %% [markdown]
# - **Length** up to 25 words is no problem. That is what attention is for.
# - **Unknown words** are one. What the lexicon does not know either is copied, such as *escondíme*, "I hid myself": in this old
#   Spanish a verb with pronouns at its end is one word, and there are thousands of them. Today's systems read and write pieces
#   of words, such as *escondí* and *me* (Sennrich et al. 2016).
# - **Words with two meanings.** "Vuestros ojos porque ven" became "your eyes for come": *ven* is "they see" as well as "come!".
# - **Repetition.** The context does not go into the decoder's state, so nothing but its own words tells the network what it has
#   translated already. When it loses its place, it goes round in circles.
#
# **The field has moved on.** Today Transformers translate. They learn from many millions of sentences, and know far more of the
# world than 16,643 verses tell. Teacher forcing, attention and beams are still in there. BLEU is still printed, beside
# measures that were trained on people's judgements and agree with them better.
#
# ### From here to the Transformer
#
# In 2014 Bahdanau, Cho and Bengio had the idea of attention. They scored with a small network,
# $\tanh(s_k W_q + h_t W_k) \cdot v$: **additive** attention, `rnnlib.additive_scores`. The dot product is one of the scores that
# Luong, Pham and Manning compared in 2015. In 2017 Vaswani and others left out the recurrence. What you have written stays;
# what is around it changes.
#
# **Self-attention.** Let a sequence look at *itself*: queries, keys and values are made from the same inputs. Every symbol
# then reaches every other one in a single step, where a recurrent network needs up to T − 1 steps, and so does its gradient.
#
# **No recurrence, so no order.** Attention is a weighted mean, and a mean does not care in which order things stand. So the
# Transformer adds a vector to each input that says where it stands. With your functions:


# %%
def self_attention(xs, W_q, W_k, W_v):
    """Each symbol looks at all symbols of its own sequence: (T, N, D) to (T, N, E)."""
    scores = score(xs @ W_q / np.sqrt(W_q.shape[1]), xs @ W_k)
    return context_of(softmax_of(scores, np.ones(xs.shape[:2], bool)), xs @ W_v)


def positions(T, D):
    """The sines and cosines of Vaswani et al.: slow and fast waves, (T, 1, D)."""
    angles = np.arange(T)[:, None] / 10000 ** (np.arange(0, D, 2) / D)
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, None]


rng = np.random.default_rng(4)
matrices = [rng.normal(size=(8, 8)) / np.sqrt(8) for _ in range(3)]
symbols, order = rng.normal(size=(6, 1, 8)), rng.permutation(6)
cell = rnnlib.init_rnn(8, 8, rng)
layers = {
    "self-attention": lambda xs: self_attention(xs, *matrices),
    "with positions": lambda xs: self_attention(xs + positions(6, 8), *matrices),
    "recurrent network": lambda xs: rnnlib.rnn_forward(xs, np.zeros((1, 8)), cell)[0],
}
for name, layer in layers.items():
    off = np.abs(layer(symbols)[order] - layer(symbols[order])).max()
    print(f"{name:<18} shuffled inputs, shuffled outputs: largest difference {off:.1f}")

# %% [markdown]
# **A mask against the future.** A decoder that looks at itself must not see what it is about to write. The scores of later
# symbols become minus infinity: your `masked_softmax` with another mask.
#
# **And the rest.** After each attention there is a small feed-forward network at every place. Around both runs a path on which
# the input is *added* to the output (the idea of the LSTM's cell: adding keeps a gradient). Layer normalization brings the
# numbers at each place to mean 0 and variance 1. Unit 04 found that it does not make a *recurrent* gradient reach further
# back; here nothing is multiplied over time, and what it does is keep the size of the sums in hand when many layers are
# stacked.
#
# | | recurrent, with attention | Transformer |
# |---|---|---|
# | how one step sees another | through the states between them, and by attention from decoder to encoder | directly, everywhere |
# | steps that wait for each other, in training | T + S | none within a layer |
# | order | in the recurrence | in vectors that are added |
# | cost in the length T | T (encoder), S · T (attention) | T · T in every layer |
# | memory while writing | a state of fixed size, and the encoder's states | all that has been written |
#
# Where data and machines are large, the Transformer has won: on a graphics card all steps of a layer are computed at once.
# With long sequences T · T hurts, and a state of fixed size is worth something again.
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
# - S. Bengio, O. Vinyals, N. Jaitly, N. Shazeer, *Scheduled sampling for sequence prediction with recurrent neural networks*, NIPS 2015: a remedy for the weak point of teacher forcing.
# - A. Vaswani, N. Shazeer, N. Parmar, J. Uszkoreit, L. Jones, A. N. Gomez, Ł. Kaiser, I. Polosukhin, *Attention is all you need*, NIPS 2017.
# - S. Jain, B. C. Wallace, *Attention is not explanation*, NAACL 2019: what weights do not show.
# - P. F. Brown, S. A. Della Pietra, V. J. Della Pietra, R. L. Mercer, *The mathematics of statistical machine translation*, Computational Linguistics 19 (1993), 263–311: the lexicon.
# - K. Papineni, S. Roukos, T. Ward, W.-J. Zhu, *BLEU: a method for automatic evaluation of machine translation*, ACL 2002.
# - M.-T. Luong, I. Sutskever, Q. V. Le, O. Vinyals, W. Zaremba, *Addressing the rare word problem in neural machine translation*, ACL 2015: unknown words are looked up.
# - R. Sennrich, B. Haddow, A. Birch, *Neural machine translation of rare words with subword units*, ACL 2016: pieces of words.
# - O. Press, L. Wolf, *Using the output embedding to improve language models*, EACL 2017: one table for reading and writing.
# - Data: verses from the Debian packages sword-text-sparv and sword-text-web, both in the public domain, and changed; date formats and names from Unicode's CLDR 45, taken from the package Babel 2.16.0 (see `rnnlib/data/LICENSES.md`).
