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
# # 7 Deep, bidirectional, masked
#
# So far there was one layer, it read forward, and the sequences of a batch were mostly of one length. Real sequences are not.
# In this unit you learn to handle a batch of different lengths without a single wrong number, and to read in both
# directions. Two kinds of real data show what this is good for: Spanish text that has lost its accents, and speech. At the
# end somebody hands you a program that runs without an error and is wrong in six places.
#
# **At the end you can**
# - pad sequences, make the mask, and *prove* that padding changes nothing;
# - find the last valid state, reverse by length, and write a loss that ignores padding;
# - write a bidirectional layer, forward and backward, and say when it must not be used;
# - judge all of this against a baseline;
# - find faults in a program that raises no error.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03 |
# | **Points** | 20: eight short functions (13), two questions (1) and a program to debug (6) |
#
# `rnn_forward` and `rnn_backward` are given here: they are the functions that you wrote in units 01 and 02, with one
# addition, the mask, which is the subject of the first sections.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import (
    BidirectionalParams,
    DenseParams,
    log_softmax,
    rnn_backward,
    rnn_forward,
    softmax,
)
from rnnlib.course import check, check_answer, working
from rnnlib.data import japanese_vowels, spanish_proverbs
from rnnlib.plotting import show
from rnnlib.plotting.batches import draw_batches, plot_reach

# %% [markdown]
# ## 7.1 Padding, and the mask
#
# **The idea.** An array has one shape; the sequences of a batch do not. So the short ones are filled up to the length of the
# longest: that is **padding**. What stands there means nothing. A second array, the **mask**, says which places are real.

# %% hidden=true
show(
    draw_batches(
        {"padded": ["sol···", "luna··", "camino"], "mask": ["111···", "1111··", "111111"]}
    ),
    "Three words in rows, sol, luna and camino, filled up on the right to six places. The mask has "
    "a 1 at each letter and nothing at the padding.",
)

# %% [markdown]
# *Figure 7.1: a batch of three words, and its mask. The picture has one example a row, as one reads. In the arrays time comes
# first, so an example is a column.*
#
# **The equation.** Steps count from 0. With the length $\ell_n$ of example $n$:
#
# $$m_{t,n} = \begin{cases} \text{True} & \text{if } t < \ell_n \\ \text{False} & \text{else} \end{cases}$$
#
# On paper: the lengths 3 and 1, with $T = 3$, give the rows (True, True), (True, False), (True, False).
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\ell_1 \dots \ell_N$ | `lengths` | (N,) | how many real steps each example has |
# | $T$ | `T` | a number | how many steps the padded array has; may exceed the longest length |
# | $m$ | `mask` | (T, N) | True where a step is real |
#
# **Your turn.** No loop is needed: NumPy can compare a column with a row, entry by entry.


# %% exercise="lengths_to_mask"
def lengths_to_mask(lengths, T):
    """Which steps of a padded batch are real.

    lengths: (N,) integers.  T: the number of steps.
    Returns mask: (T, N), True where t < length.
    """
    ### BEGIN SOLUTION
    return np.arange(T)[:, None] < lengths
    ### END SOLUTION


# %%
check(lengths_to_mask)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# Which numbers belong to the rows of the mask, and which to its columns?
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# An array `a` of shape (T,) becomes a column, (T, 1), when it is indexed with `[:, None]`. Compared with an array of shape (N,), a column gives (T, N).
# </details>

# %% grade="lengths_to_mask" points=1

# %% [markdown]
# **Now the padding itself.** Each sequence is an array of $D$ numbers a step.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `sequences` | a list of N arrays, each $(\ell_n, D)$ | the examples as they come |
# | $x_1 \dots x_T$ | `padded` | (T, N, D) | the same, with zeros after the end; T is the longest length |
# | $m$ | `mask` | (T, N) | from your `lengths_to_mask` |


# %% exercise="pad"
def pad(sequences):
    """Put sequences of different lengths into one array, time first.

    sequences: a list of N arrays, each (its length, D).
    Returns padded: (T, N, D), with zeros after each end; mask: (T, N).
    """
    ### BEGIN SOLUTION
    lengths = np.array([len(s) for s in sequences])
    mask = lengths_to_mask(lengths, max(lengths))
    padded = np.zeros((max(lengths), len(sequences), sequences[0].shape[1]))
    for n, s in enumerate(sequences):
        padded[: len(s), n] = s
    return padded, mask
    ### END SOLUTION


# %%
check(pad)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# Work out the lengths first, then the mask. Then fill an array of zeros, one sequence after the other.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# Example n stands in column n of the padded array, in as many rows as it is long.
# </details>

# %% grade="pad" points=1

# %% [markdown]
# **Try it: what padding costs.** Nine men say the two Japanese vowels /ae/. Each utterance is a sequence of 7 to 29 steps, and a
# step holds 12 numbers (*cepstral coefficients*, which describe the shape of the spectrum at that moment). Batches of 32 are
# padded. **Predict first:** how much of a batch is padding if the utterances are drawn at random, and how much if they are sorted
# by length?

# %%
padding_of = working(pad)
training, testing = japanese_vowels()
lengths = np.array([len(s) for s in training.sequences])


def share_of_padding(order, N=32):
    """The share of all places that is padding, in batches of N, taken in this order."""
    batches = [[training.sequences[n] for n in order[k : k + N]] for k in range(0, 270, N)]
    masks = [padding_of(batch)[1] for batch in batches]
    return 1 - sum(mask.sum() for mask in masks) / sum(mask.size for mask in masks)


print(f"lengths from {lengths.min()} to {lengths.max()}, on average {lengths.mean():.1f}")
drawn = np.random.default_rng(0).permutation(270)
print(f"batches drawn at random:         {share_of_padding(drawn):.0%} is padding")
print(f"batches of about equal lengths:  {share_of_padding(np.argsort(lengths)):.0%} is padding")

# %% [markdown]
# Padding is computed like everything else, and then thrown away. Sorting by length before cutting into batches (*bucketing*)
# saves most of it. The batches themselves should still be taken in random order.
#
# ## 7.2 A step that does nothing
#
# **The idea.** A network that reads padding goes on after the sequence is over: its state moves, because of the recurrent
# weights and the bias, even if the padding is all zeros. So where the mask is False, a step must do **nothing**: the state is
# carried on unchanged.

# %% hidden=true
from rnnlib.plotting.reading import draw_masked_steps

show(
    draw_masked_steps("sol", padding=2),
    "The word sol and two steps of padding. The states h1, h2 and h3 come from the letters. At the "
    "padding no arrow leads from the input to the state, and h3 is carried on unchanged, twice.",
)

# %% [markdown]
# *Figure 7.2: the state after the last letter, $h_3$, is carried through the padding.*
#
# **The equation.** With any step, of an RNN or a GRU, that makes a new state $\tilde h_t$ from $x_t$ and $h_{t-1}$:
#
# $$\tilde h_t = \text{step}(x_t, h_{t-1}) \qquad\qquad
# h_{t,n} = \begin{cases} \tilde h_{t,n} & \text{if } m_{t,n} \\ h_{t-1,n} & \text{else} \end{cases}$$
#
# The choice is made for each example, that is, for each *row* of the state. `np.where(a, b, c)` takes from `b` where `a` is True,
# and from `c` elsewhere.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `step` | a function | `step(x, h)` gives the next state (N, H) |
# | $x_1 \dots x_T$ | `xs` | (T, N, D) | padded inputs |
# | $h_0$ | `h0` | (N, H) | first state |
# | $m$ | `mask` | (T, N) | |
# | $h_1 \dots h_T$ | `hs` | (T, N, H) | the state after each step; after an end, the state that is carried |
# | $h_T$ | `h` | (N, H) | the final state |
#
# **Your turn.** Write the loop of unit 01 once more, for any step, with the mask in it.


# %% exercise="unroll"
def unroll(step, xs, h0, mask):
    """Read a padded batch; an example that has ended keeps its state.

    step: a function, step(x, h) -> next state.  xs: (T, N, D).  h0: (N, H).  mask: (T, N).
    Returns hs: (T, N, H), the state after every step; h: (N, H), the last one.
    """
    ### BEGIN SOLUTION
    h, hs = h0, []
    for x, m in zip(xs, mask):
        h = np.where(m[:, None], step(x, h), h)
        hs.append(h)
    return np.stack(hs), h
    ### END SOLUTION


# %%
check(unroll)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# `zip(xs, mask)` gives, for each step, the inputs (N, D) and a row (N,) of the mask.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# A row of the mask has one entry for each example, but the state has H numbers for each. Make the row a column, (N, 1), and it fits.
# </details>

# %% grade="unroll" points=2.5

# %% [markdown]
# **Try it: does padding change nothing?** That is a claim about behaviour, so test it as one. There are three tests that you can
# apply to *any* code for padded batches: put rubbish into the padding; append fifty more steps of it; read each example
# alone.

# %%
read = working(unroll)
params = rnnlib.init_rnn(12, 16, np.random.default_rng(1))
step = lambda x, h: rnnlib.rnn_step(x, h, params)  # noqa: E731

xs, mask = rnnlib.pad(training.sequences[:4])
T, N, D = xs.shape
h0, everything = np.zeros((N, 16)), np.ones((T + 50, N), bool)
longer = 9 * np.random.default_rng(2).normal(size=(T + 50, N, D))  # rubbish
longer[:T][mask] = xs[mask]
longer_mask = np.vstack([mask, ~everything[:50]])

together, unmasked = read(step, xs, h0, mask)[1], read(step, xs, h0, everything[:T])[1]
print("largest change of a final state     with the mask   without")
for what, k in (("rubbish in the padding", T), ("and 50 more steps of it", T + 50)):
    with_mask = np.abs(read(step, longer[:k], h0, longer_mask[:k])[1] - together).max()
    without = np.abs(read(step, longer[:k], h0, everything[:k])[1] - unmasked).max()
    print(f"{what:<34} {with_mask:>14.3f} {without:>9.3f}")
one = [
    read(step, s[:, None], h0[:1], everything[: len(s), :1])[1][0] for s in training.sequences[:4]
]
print(f"{'each utterance read alone':<34} {np.abs(together - one).max():>14.3f}")

# %% [markdown]
# With the mask, the changes are not small: they are **zero** (for the utterances read alone, zero up to rounding). Remember the
# three tests; you will need them at the end of this unit.
#
# An LSTM has two states, and both are carried. The library's `rnn_forward`, `lstm_forward` and `gru_forward` take a `mask` and do
# what you have just written; their backward functions carry the gradient through in the same way.
#
# ## 7.3 The last valid state
#
# **The idea.** Sometimes the states are there already, and they were computed without a mask. The first $\ell_n$ of them are right
# all the same, because a state does not depend on what comes later. So the last valid one can be picked out:
#
# $$\text{last}_n = h_{\ell_n,\,n} \qquad \text{in code, counted from 0: step } \ell_n - 1$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h_1 \dots h_T$ | `hs` | (T, N, H) | states that go on over the padding |
# | $\ell_1 \dots \ell_N$ | `lengths` | (N,) | |
# | | `last` | (N, H) | the state of each example after its own last step |
#
# **Your turn.** Two index arrays of the same length pick one entry each: `a[[0, 2], [1, 3]]` holds `a[0, 1]` and `a[2, 3]`.


# %% exercise="last_states"
def last_states(hs, lengths):
    """The state of each example after its own last step.

    hs: (T, N, H).  lengths: (N,) integers.
    Returns last: (N, H).
    """
    ### BEGIN SOLUTION
    return hs[lengths - 1, np.arange(len(lengths))]
    ### END SOLUTION


# %%
check(last_states)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# The first index array says which step is wanted of each example, the second which example.
# </details>

# %% grade="last_states" points=1

# %% [markdown]
# **Try it.** The same four utterances, read without a mask. **Predict first:** for how many of the four is `hs[-1]` right?

# %%
last = working(last_states)
hs, _ = read(step, xs, h0, everything[:T])
off = {"last valid state": last(hs, mask.sum(axis=0)) - together, "hs[-1]": hs[-1] - together}
for what, difference in off.items():
    right = np.sum(np.abs(difference).max(axis=1) < 1e-12)
    print(f"no mask, {what:<17} right for {right} of 4")

# %% [markdown]
# Only the longest utterance has no padding, so `hs[-1]` is right for that one alone.
#
# ## 7.4 A loss that ignores padding
#
# **The idea.** When there is a loss at every step, padding must not have one. And the mean must be a mean over what is *real*.
# Two wrong means are tempting: over all $T \cdot N$ places (then the loss depends on how much padding there is), and first over
# each sequence, then over the batch (then a step of a short sequence counts more than one of a long sequence).
#
# **The equation.** With $M$, the number of real steps, and $p = \text{softmax}(\text{logits})$:
#
# $$M = \sum_{t,n} m_{t,n} \qquad
# L = -\frac{1}{M} \sum_{t,n} m_{t,n}\, \log p_{t,n}[\text{target}_{t,n}] \qquad
# \frac{\partial L}{\partial \text{logits}_{t,n}} = \frac{m_{t,n}}{M}\left(p_{t,n} - \text{one-hot}(\text{target}_{t,n})\right)$$
#
# It is the loss of unit 02 with a weight at each place: $1/M$ where the step is real, 0 where it is not.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `logits` | (T, N, K) | scores, also on the padding |
# | | `targets` | (T, N) integers | right classes; on the padding anything |
# | $m$ | `mask` | (T, N) | |
# | $L$ | `loss` | a number | |
# | $\partial L/\partial$ logits | `dlogits` | (T, N, K) | zero on the padding |
#
# **Your turn.** You may use `softmax` and `log_softmax`. `np.eye(K)[targets]` is one-hot.


# %% exercise="masked_cross_entropy"
def masked_cross_entropy(logits, targets, mask):
    """Cross-entropy over the real steps, and its gradient.

    logits: (T, N, K).  targets: (T, N) integers.  mask: (T, N), True where a step counts.
    Returns loss: a number; dlogits: (T, N, K).
    """
    ### BEGIN SOLUTION
    weights = (mask / mask.sum())[:, :, None]
    one_hot = np.eye(logits.shape[2])[targets]
    loss = -(log_softmax(logits) * one_hot * weights).sum()
    dlogits = (softmax(logits) - one_hot) * weights
    return loss, dlogits
    ### END SOLUTION


# %%
check(masked_cross_entropy)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# Begin with the weight of each place, in a shape that fits (T, N, K).
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# A one-hot array picks the log-probability of the right class out of each row: multiply, then sum. The loss and its gradient use the same weights.
# </details>

# %% grade="masked_cross_entropy" points=2

# %% [markdown]
# **Question 1.** A batch holds two sequences, of 2 and of 8 steps. The network has a loss of 1 nat at each step of the short one
# and of 2 nats at each step of the long one. What is the loss of the batch, as you have just written it?

# %% answer="weighed"
answer_weighed = None  # your answer: a number
### BEGIN SOLUTION
answer_weighed = 1.8
### END SOLUTION

# %%
check_answer("weighed", answer_weighed)

# %% grade_answer="weighed" points=0.5

# %% [markdown]
# **Try it: more and more padding.** The same random logits, followed by up to 60 more steps of zeros. **Predict first:** towards
# which number does the mean over *all* places move? (There are five classes.)

# %%
masked_loss = working(masked_cross_entropy)
rng = np.random.default_rng(3)
logits, targets = rng.normal(size=(T, N, 5)), rng.integers(0, 5, (T, N))
print("steps of padding more   masked   all places count")
for more in (0, 20, 60):
    wide = np.concatenate([logits, np.zeros((more, N, 5))])
    classes = np.concatenate([targets, np.zeros((more, N), int)])
    real = np.concatenate([mask, np.zeros((more, N), bool)])
    losses = [masked_loss(wide, classes, m)[0] for m in (real, np.ones_like(real))]
    print(f"{more:>21} {losses[0]:>8.3f} {losses[1]:>18.3f}")

# %% [markdown]
# Towards $\log 5 \approx 1.61$, the loss of a guess: the more padding there is, the more this mean measures the padding.
#
# ## 7.5 Reading backward
#
# **The idea.** Sometimes what comes *later* decides. In Spanish, *esta* is "this" and *está* is "is"; which one is meant shows in
# the words that follow. A network that reads the sequence from its end has seen exactly these. So reverse the sequence. In one
# line, `xs[::-1]`? Look what that does to a padded batch:

# %% hidden=true
show(
    draw_batches(
        {
            "padded": ["sol···", "luna··", "camino"],
            "xs[::-1]": ["···los", "··anul", "onimac"],
            "reversed by length": ["los···", "anul··", "onimac"],
        }
    ),
    "sol, luna and camino, padded to six steps. Flipped as an array, the padding of the short words "
    "comes first. Reversed by length, each word is reversed and its padding stays at the end.",
)

# %% [markdown]
# *Figure 7.3: two ways to reverse a padded batch.*
#
# In the middle the short words **begin with padding**. A network without a mask has then read three steps of nothing before it
# comes to the first letter. No error is raised: the shapes fit. Reverse each example by its own length instead:
#
# $$\text{reversed}_{t,n} = \begin{cases} x_{\ell_n - 1 - t,\;n} & \text{if } t < \ell_n \\ x_{t,n} & \text{else} \end{cases}
# \qquad\text{(counted from 0)}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x$ | `xs` | (T, N, D) | a padded batch |
# | $\ell_1 \dots \ell_N$ | `lengths` | (N,) | |
# | reversed | | (T, N, D) | each example reversed; the padding stays as and where it is |
#
# **Your turn.** A loop over the examples is fine. Do not change `xs`.


# %% exercise="reverse_by_length"
def reverse_by_length(xs, lengths):
    """Reverse each sequence of a batch by itself; the padding stays at the end.

    xs: (T, N, D).  lengths: (N,) integers.
    Returns a new array (T, N, D).
    """
    ### BEGIN SOLUTION
    flipped = xs.copy()
    for n, length in enumerate(lengths):
        flipped[:length, n] = xs[:length, n][::-1]
    return flipped
    ### END SOLUTION


# %%
check(reverse_by_length)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# In a copy of `xs` the padding is in its place already.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# The real steps of one example are a slice of its column; `[::-1]` reverses a slice.
# </details>

# %% grade="reverse_by_length" points=1.5

# %% [markdown]
# **Try it: a mistake that hides.** One utterance is read from its end, alone, and with more and more padding, reversed as an array
# and by length, without any mask. First with a network as it is at the start of training; then with random biases, as a trained
# network has them.

# %%
turn = working(reverse_by_length)
alone, T0 = training.sequences[0][:, None], len(training.sequences[0])
params = rnnlib.init_rnn(12, 16, np.random.default_rng(5))
for words in ("all biases zero", "random biases"):
    truth, _, _ = rnn_forward(alone[::-1], h0[:1], params)
    print(f"{words}: difference to the first state of the utterance alone")
    print("  padding   xs[::-1]   by length")
    for more in (1, 5, 20):
        wide = np.concatenate([alone, np.zeros((more, 1, 12))])
        flipped, _, _ = rnn_forward(wide[::-1], h0[:1], params)
        proper, _, _ = rnn_forward(turn(wide, np.array([T0])), h0[:1], params)
        row = np.linalg.norm(flipped[more] - truth[0]), np.linalg.norm(proper[0] - truth[0])
        print(f"  {more:>7} {row[0]:>10.3f} {row[1]:>11.3f}")
    params.b_h[:] = np.random.default_rng(6).normal(size=16)

# %% [markdown]
# With biases of zero, a state of zeros stays zero on an input of zeros: the mistake does not show. As soon as the biases have
# learned something, it does. That is why it is so hard to find.
#
# **A second way**, and a shorter one: flip the array, and **flip the mask as well**. The padding then comes first, the mask is
# False there, and the state $h_0$ is carried through it to the example's own first step. The library does this, and so will you.
#
# ## 7.6 Both directions
#
# **The idea.** Two cells, each with its own weights. One reads forward, one backward. At every step their states are set side by
# side: the first half knows the past of this step, the second half its future.

# %% hidden=true
from rnnlib.plotting.reading import draw_both_directions

show(
    draw_both_directions("está"),
    "A bidirectional layer over the letters of está. A forward cell passes its state to the right, "
    "a backward cell to the left. At each letter the two states are set side by side.",
)

# %% [markdown]
# *Figure 7.4: a bidirectional layer. No arrow leads from one cell to the other.*
#
# **The equation.** With an arrow for each direction:
#
# $$\overrightarrow{h}_t = \tanh\left(x_t \overrightarrow{W}_{xh} + \overrightarrow{h}_{t-1} \overrightarrow{W}_{hh} + \overrightarrow{b}_h\right)
# \qquad
# \overleftarrow{h}_t = \tanh\left(x_t \overleftarrow{W}_{xh} + \overleftarrow{h}_{t+1} \overleftarrow{W}_{hh} + \overleftarrow{b}_h\right)
# \qquad
# h_t = \left[\overrightarrow{h}_t,\ \overleftarrow{h}_t\right]$$
#
# The backward cell is `rnn_forward` on flipped inputs with a flipped mask. Its states come out in the order in which it read; in
# `hs`, row t must be step t again.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, N, D) | |
# | | `states0` | a pair of (N, H) | the first state of the forward cell, and of the backward cell |
# | | `params.forward`, `params.backward` | `RNNParams` | the two cells |
# | $m$ | `mask` | (T, N) | |
# | $h_1 \dots h_T$ | `hs` | (T, N, 2H) | forward half, backward half; on the padding anything |
# | $\overrightarrow h_T,\ \overleftarrow h_1$ | `states` | a pair of (N, H) | final states; the backward cell's is the one at the *first* step |
# | | `cache` | a pair | both caches, for the backward pass |
#
# **Your turn.** `rnn_forward(xs, h0, params, mask=mask)` returns states, final state and cache, as in unit 01.


# %% exercise="bidirectional_forward"
def bidirectional_forward(xs, states0, params, *, mask):
    """One layer in both directions.

    xs: (T, N, D).  states0: a pair of (N, H).  params: forward and backward, RNNParams each.
    Returns hs: (T, N, 2H); states: a pair of final states (N, H); cache: the pair of caches.
    """
    ### BEGIN SOLUTION
    hs, h, cache = rnn_forward(xs, states0[0], params.forward, mask=mask)
    hs_back, h_back, cache_back = rnn_forward(
        xs[::-1], states0[1], params.backward, mask=mask[::-1]
    )
    hs = np.concatenate([hs, hs_back[::-1]], axis=2)
    return hs, (h, h_back), (cache, cache_back)
    ### END SOLUTION


# %%
check(bidirectional_forward)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# Two calls of `rnn_forward`; the second one gets everything flipped that has a time axis.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# Which of the things that the backward cell returns has a time axis, and is still in the order in which the cell read?
# </details>

# %% grade="bidirectional_forward" points=2

# %% [markdown]
# **Question 2.** One bidirectional layer with $D = 12$ inputs and $H = 32$ units in each cell, and above it an output layer for
# nine classes. How many weights and biases are there in all?

# %% answer="both_sizes"
answer_both_sizes = None  # your answer: a number
### BEGIN SOLUTION
answer_both_sizes = 3465
### END SOLUTION

# %%
check_answer("both_sizes", answer_both_sizes)

# %% grade_answer="both_sizes" points=0.5

# %% [markdown]
# **Backward.** The two cells share nothing but their inputs. So the gradient of `hs` is cut into its halves, each goes back through
# its own cell, and where the two meet again, at the inputs, they are **added**. Mind the order of time on the way in and on the
# way out of the backward cell.
#
# | code | shape | meaning |
# |---|---|---|
# | `dhs` | (T, N, 2H) | gradient of the loss with respect to `hs` |
# | `dstates` | a pair of (N, H) | with respect to the two final states |
# | `cache` | a pair | from `bidirectional_forward` |
# | `dxs` | (T, N, D) | with respect to the inputs |
# | `dstates0` | a pair of (N, H) | with respect to the two first states |
# | `grads` | `BidirectionalParams` | the gradients of both cells |
#
# **Your turn.** `rnn_backward(dhs, dh, cache)` returns `dxs`, `dh0` and `grads`; a group is made with
# `BidirectionalParams(forward, backward)`.


# %% exercise="bidirectional_backward"
def bidirectional_backward(dhs, dstates, cache):
    """Backward through one bidirectional layer.

    dhs: (T, N, 2H).  dstates: a pair of (N, H).  cache: the pair from bidirectional_forward.
    Returns dxs: (T, N, D); dstates0: a pair of (N, H); grads: BidirectionalParams.
    """
    ### BEGIN SOLUTION
    H = dhs.shape[2] // 2
    dxs, dh0, grads = rnn_backward(dhs[:, :, :H], dstates[0], cache[0])
    dxs_back, dh0_back, grads_back = rnn_backward(dhs[::-1, :, H:], dstates[1], cache[1])
    return dxs + dxs_back[::-1], (dh0, dh0_back), BidirectionalParams(grads, grads_back)
    ### END SOLUTION


# %%
check(bidirectional_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# Cut `dhs` along its last axis, at half its width.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# The backward cell's cache holds flipped inputs: it expects a flipped gradient, and gives its `dxs` in the flipped order.
# </details>

# %% grade="bidirectional_backward" points=2

# %% [markdown]
# **Try it: the gradient check** of unit 02, and the question of what each half can see. In a batch with padding, the input of step 5
# is changed. **Predict first:** at which steps does the forward half move, and at which the backward half?

# %%
both_ways, back = working(bidirectional_forward), working(bidirectional_backward)
rng = np.random.default_rng(7)
params = BidirectionalParams(rnnlib.init_rnn(12, 8, rng), rnnlib.init_rnn(12, 8, rng))
params = params.map(lambda p: p + 0.1)
zeros, few_mask = np.zeros((3, 8)), rnnlib.lengths_to_mask([9, 4, 7])
few = rng.normal(size=(9, 3, 12))
weights = rng.normal(size=(9, 3, 16)) * few_mask[:, :, None]
run = lambda inputs: both_ways(inputs, (zeros, zeros), params, mask=few_mask)  # noqa: E731
dxs, _, _ = back(weights, (zeros, zeros), run(few)[2])
numeric = rnnlib.numerical_gradient(lambda inputs: np.sum(weights * run(inputs)[0]), few)
off = np.abs(dxs - numeric).max()
print(
    "dxs: largest difference to a numerical gradient", "below 1e-8" if off < 1e-8 else f"{off:.0e}"
)

changed = few.copy()
changed[4, 0] += 1
moved = np.abs(run(changed)[0] - run(few)[0])[:, 0]
reach = {"forward half": moved[:, :8].max(axis=1), "backward half": moved[:, 8:].max(axis=1)}
show(
    plot_reach(reach, changed=4),
    "Which states move when the input of step 5 is changed: the forward half at steps 5 to 9, the "
    "backward half at steps 1 to 5.",
)

# %% [markdown]
# *Figure 7.5: how far a change at step 5 reaches. White means: not at all.*
#
# Together the two halves know the whole sequence at every step. That is their strength, and a limit: such a network cannot answer
# before the sequence is over, and **it must not predict what it has already read**. Train one to predict the *next* letter of
# dinosaurs' names, as in unit 03, and see.

# %% hidden=true tags=["nbval-ignore-output"]
from rnnlib.data import dinosaur_names
from rnnlib.speakers import SpeakerModel

alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]


def next_letter_loss(both, updates=150, H=32):
    """Train on names, in one or both directions; the loss on 100 held-out names."""
    rng = np.random.default_rng(0)
    stack = rnnlib.init_stack(rnnlib.init_rnn, 27, H, 1, rng, bidirectional=both)
    model = SpeakerModel(stack, rnnlib.init_dense(2 * H if both else H, 27, rng))
    state = rnnlib.adam_state(model)
    for update in range(updates + 1):
        words = rng.choice(names[100:], 32, replace=False) if update < updates else names[:100]
        ids, mask = rnnlib.pad([alphabet.encode(f".{word}.") for word in words])
        zeros = rnnlib.zero_state(model.stack, len(words))
        inputs = rnnlib.one_hot(ids[:-1], 27)
        hs, _, cache = rnnlib.stack_forward(inputs, zeros, model.stack, mask=mask[1:])
        loss, dlogits = masked_loss(rnnlib.output_step(hs, model.out), ids[1:], mask[1:])
        if update < updates:
            dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
            grads = SpeakerModel(rnnlib.stack_backward(dhs, None, cache)[2], grads_out)
            model, state = rnnlib.adam_step(model, grads, state, learning_rate=0.01)
    return loss


print(f"a guess                {np.log(27):.2f} nats a character")
print(f"one direction          {next_letter_loss(both=False):.2f}")
print(f"both directions        {next_letter_loss(both=True):.2f}")

# %% [markdown]
# The networks of unit 03 came to about 1.8 nats a character. The bidirectional one has not learned to predict: at each step its backward
# half has just *read* the letter that it is asked for. Nothing warns you. **If a loss is too good to be true, look for the future
# in it.**
#
# ## 7.7 Spanish accents: where the future is needed
#
# Take the accents away from a Spanish text and ask for them back: *El que mas corre no siempre llega.* Is it *mas* or *más*? The
# input is a letter at each step, without accents. The output at each step is a yes or no: does this letter carry one? We count á é
# í ó ú and ñ.
#
# The data are 4,395 Spanish proverbs. Spanish spelling looks at how a word **ends**: *corazón* has an accent because it ends in n
# and is stressed on the last syllable. At the o, a network that reads forward cannot know how the word ends.
#
# **The baseline** is a list of words: for each word without accents, take the form that was most frequent in the training text; words
# that are not on the list stay as they are. Few letters carry an accent, so accuracy by letter says little (always "no" is right
# nearly everywhere). We count **words**: of those that should have an accent, how many come out right; and of those that should have
# none, how many get one.

# %%
from rnnlib import accents

proverbs = [str(s).lower() for s in np.random.default_rng(0).permutation(spanish_proverbs())]
test_lines, lines = proverbs[:600], proverbs[600:]
letters = accents.accent_vocabulary(proverbs)
spelling = accents.list_of_words(lines)


def report(name, restored):
    """A line of the table."""
    judged = accents.judge_accents(restored, test_lines, spelling)
    print(f"{name:<23}" + "".join(f"{100 * right.mean():>13.1f}" for right in judged.values()))


COLUMNS = f"{'':<23}{'all':>13}{'on the list':>13}{'not on it':>13}{'false':>13}"
listed = [accents.restore_by_list(line, spelling) for line in test_lines]
print("words with an accent that come out right, and false accents, in %")
print(COLUMNS)
report("no accents at all", [accents.without_accents(line) for line in test_lines])
report("list of words", listed)

# %% [markdown]
# Now three plain RNNs, trained with **your** functions. One reads forward. One reads in both directions. A third one reads forward,
# but may **answer two steps later**: it says of letter $t$ at step $t + 2$ whether it carries an accent, so it has seen two more
# letters. Two masks are at work: one says which steps are real, and goes into the network; the other says which letters could carry
# an accent, and goes into the loss.
#
# **Predict first:** in which order will the three finish? While each one learns, it tries a proverb.

# %% tags=["nbval-ignore-output"]
line = max((s for s in test_lines if len(s) < 50), key=lambda s: sum(c in "áéíóú" for c in s))
print("the truth:".ljust(22), line)


def trained(name, **options):
    """A network, and what it makes of the test lines; it shows how it is doing on the way."""
    restore = lambda tagger, lines: accents.restore_by_network(  # noqa: E731
        tagger, lines, letters, both_ways, later=options.get("later", 0)
    )
    print(name)
    watch = lambda update, loss, tagger: print(  # noqa: E731
        f"  after {update:>4} updates: ", restore(tagger, [line])[0]
    )
    tagger = accents.train_tagger(
        lines, letters, (both_ways, back), masked_loss, updates=1000, watch=watch, **options
    )
    return restore(tagger, test_lines)


one = trained("one direction")
two_later = trained("one direction, two steps later", later=2)
both = trained("both directions", both=True)

# %% tags=["nbval-ignore-output"]
pairs = zip(test_lines, both)
combined = [accents.restore_by_list(line, spelling, guess) for line, guess in pairs]
print(COLUMNS)
for name, restored in (
    ("one direction", one), ("one, two steps later", two_later), ("both directions", both),
    ("list of words", listed), ("list, else both", combined),
):  # fmt: skip
    report(name, restored)

# %% [markdown]
# - **Both directions get far more right** than one. No training can show a network what it has not read.
# - **It is the future that counts, not the direction.** The network that reads forward and answers two letters later is about as good
#   as the one that reads from both ends. For accents, a little of the future is enough; where you do not know how much is needed,
#   a bidirectional layer leaves that to the network.
# - **On words that are on it, the list is better** than any of the networks: it has learned by heart what there is to know by heart.
# - **On words that are not on it, the list is helpless**, and the networks get a part of them right: they have learned something
#   like rules. So the best of all is both: look up what is known, ask a network for the rest.
#
# **Where may one use a bidirectional network?** Wherever the whole sequence is there before the answer is wanted: tagging, restoring,
# recognizing. Not for predicting the next letter or tomorrow's temperature, and not for subtitles that must appear while somebody is
# still speaking.
#
# ## 7.8 Open task: a program that is wrong in six places
#
# Back to the nine men. The task is to say **who speaks**: many to one, nine classes, 30 utterances of each speaker to learn from. The
# **baseline** forgets all about time: it takes the mean and the deviation of each of the 12 numbers over the utterance, and these 24
# numbers go into a *logistic regression*, which is an output layer with a softmax and nothing else.

# %%
from rnnlib.speakers import logistic_regression, speaker_features, utterance_summary

x_train, x_test = (utterance_summary(part.sequences) for part in (training, testing))
mean, std = x_train.mean(axis=0), x_train.std(axis=0)
layer = logistic_regression((x_train - mean) / std, training.speakers)
guesses = rnnlib.output_step((x_test - mean) / std, layer).argmax(axis=1)
baseline = np.mean(guesses == testing.speakers)
frequent = np.bincount(testing.speakers).max() / len(testing.speakers)
print(f"always the most frequent speaker      {frequent:.1%}")
print(f"mean, deviation, logistic regression  {baseline:.1%}")

# %% [markdown]
# A strong baseline. Now somebody has written a program with a recurrent network for the same task. The two cells, one for each
# direction, are random and stay as they are; only an output layer is trained, on three things for each utterance: the forward cell's last
# state, the backward cell's last state (after it has read the whole utterance from its end), and the mean of the forward cell's
# states over the utterance. (Such a network is called a *reservoir* or *echo state network*; it trains in a fraction of a second.) A quarter
# of the utterances is held out to measure how good it is.
#
# The program runs. It raises no error and no warning. **It has six faults**, the kind that people really make, and some hide
# others. Find them and mend them. What has to be true when you are done:
#
# - `accuracy` is measured on utterances of which nothing has entered what was learned, neither the weights nor the mean and the
#   deviation; every utterance is either in `kept` or in `held`;
# - what is computed for an utterance does not depend on which others are in its batch, nor on how large the batch is;
# - row n of `features` belongs to utterance `kept[n]`, and its columns are the three things above, in that order.
#
# | code | shape | meaning |
# |---|---|---|
# | `utterances` | a list of arrays $(\ell_n, D)$ | |
# | `speakers` | (N,) integers | |
# | `cells` | `BidirectionalParams` | two random cells |
# | `rng` | a generator | draws which utterances are held out |
# | `batch`, `updates` | numbers | how many utterances are read at once; steps of training |
# | `kept`, `held` | lists or arrays of integers | which utterances are for training, and which are held out |
# | `mean`, `std` | (D,) | what the utterances are standardized with |
# | `features` | (number kept, 3H) | what the output layer is trained on |
# | `layer`, `accuracy` | `DenseParams`, a number | the trained output layer, and how good it is |
#
# You may rewrite as much as you like, and use all of `rnnlib`'s functions for sequences, cells, layers and training. **Do not just read:
# test.** The three tests of section 7.2 and a look at what changes when the held-out utterances change will find every one of them.


# %% exercise="who_speaks" minutes=35
def who_speaks(utterances, speakers, cells, rng, *, batch=32, updates=150):
    """Learn who speaks from some utterances, and measure it on the others.

    utterances: a list of N arrays (length, D).  speakers: (N,) integers.
    cells: BidirectionalParams, which stay as they are.  rng: a generator.
    Returns (kept, held), (mean, std), features, layer, accuracy.
    """
    ### BEGIN SOLUTION
    order = rng.permutation(len(utterances))
    quarter = len(order) // 4
    held, kept = order[:quarter], order[quarter:]

    frames = np.concatenate([utterances[n] for n in kept])
    mean, std = frames.mean(axis=0), frames.std(axis=0)

    def read(sequences):
        """What the two cells make of the utterances: (N, 3H)."""
        by_length = np.argsort([len(s) for s in sequences], kind="stable")
        rows = []
        for start in range(0, len(sequences), batch):
            chosen = by_length[start : start + batch]
            xs, mask = rnnlib.pad([(sequences[n] - mean) / std for n in chosen])
            h0 = np.zeros((len(chosen), len(cells.forward.b_h)))
            hs, h, _ = rnnlib.rnn_forward(xs, h0, cells.forward, mask=mask)
            _, h_back, _ = rnnlib.rnn_forward(xs[::-1], h0, cells.backward, mask=mask[::-1])
            average = (hs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]
            rows.append(np.concatenate([h, h_back, average], axis=1))
        return np.concatenate(rows)[np.argsort(by_length)]

    features = read([utterances[n] for n in kept])
    classes = speakers.max() + 1
    layer = DenseParams(np.zeros((features.shape[1], classes)), np.zeros(classes))
    state = rnnlib.adam_state(layer)
    for _ in range(updates):
        logits = rnnlib.output_step(features, layer)
        dlogits = rnnlib.cross_entropy_backward(logits, speakers[kept])
        _, grads = rnnlib.output_step_backward(dlogits, features, layer)
        layer, state = rnnlib.adam_step(layer, grads, state, learning_rate=0.05)

    guesses = rnnlib.output_step(read([utterances[n] for n in held]), layer).argmax(axis=1)
    return (kept, held), (mean, std), features, layer, np.mean(guesses == speakers[held])
    ### END SOLUTION


# %% [markdown]
# **Run it on the nine men** before you change anything, and again after every fault that you mend. This cell uses the function as it
# stands, right or wrong. The last column is what counts in the end: the trained layer on the 370 test utterances, read properly.

# %% tags=["nbval-ignore-output"]
print("        the program says   on the test utterances   baseline there")
for seed in range(3):
    rng = np.random.default_rng(seed)
    cells = BidirectionalParams(rnnlib.init_rnn(12, 32, rng), rnnlib.init_rnn(12, 32, rng))
    for cell in (cells.forward, cells.backward):
        cell.b_h[:] = 0.5 * rng.normal(size=32)
    parts, scale, features, layer, says = who_speaks(
        training.sequences, training.speakers, cells, rng
    )
    scores = rnnlib.output_step(speaker_features(testing.sequences, scale, cells), layer)
    truth = np.mean(scores.argmax(axis=1) == testing.speakers)
    print(f"start {seed} {says:>16.0%} {truth:>24.0%} {baseline:>16.0%}")

# %%
check(who_speaks)

# %% [markdown]
# <details><summary><b>Where to begin</b></summary>
#
# The program reports less than a guess would get, so one of the faults destroys everything. It has nothing to do with padding: it is
# there with `batch=1` as well. Once it is mended the number looks fine, and five faults are left. A good number is no proof.
# </details>
# <details><summary><b>A way to test</b></summary>
#
# Call the program twice with generators of the same seed, once with `batch=1` and once with `batch=32`, and compare `features` column
# by column. Then change the utterances in `held` (after a first call has told you which they are) and look at which of the returned values
# change.
# </details>

# %% grade="who_speaks" points=6

# %% [markdown]
# The mended program is about as good as the baseline, and not better: who speaks can be heard from *which* sounds there are, and that
# means and deviations know as well. What the network's state adds is little here. But look at the faults: of the six, one made the number
# absurd. **With the other five still in the program, the number looks fine.** Faults of this kind live for years in programs that
# "work". Tests of behaviour find them; looking at the accuracy does not.
#
# ## Summary
#
# - Padding makes the shapes fit; the mask says what is real. Where it is False, a step does nothing: the state is carried, and so is the
#   gradient.
# - Three tests: other padding, more padding, each example alone. The answer must be *the same*, up to rounding.
# - The last valid state is the one at step $\ell_n - 1$, counted from 0; with a mask it is the final state.
# - The loss is one mean over the real steps.
# - `xs[::-1]` puts the padding first. Reverse by length, or flip the mask too.
# - A bidirectional layer is two cells. Forward, their states are joined; backward, the gradients of the inputs are added, after a flip.
# - A short look ahead is often about as good as the whole future; that is how speech is recognized live.
# - Nothing that is held out may enter what is learned.
#
# ## 7.9 Going further
#
# Nothing from here on is marked.
#
# ### What the mask is worth, what order is worth, and depth
#
# A second layer can read the states of the first, and a third layer the states of the second. With the inputs as layer 0,
# $h^0_t = x_t$, it is the equation that you know, with another input each time:
#
# $$h^l_t = \tanh\left(h^{l-1}_t\, W^l_{xh} + h^l_{t-1}\, W^l_{hh} + b^l_h\right)$$
#
# Backward, a stack is read from the top: what `rnn_backward` returns as `dxs` is `dhs` for the layer below. That is all that
# `rnnlib.stack_forward` and `rnnlib.stack_backward` do.

# %% hidden=true
from rnnlib.plotting.reading import draw_layers

show(
    draw_layers(4),
    "Two layers over four steps. Each input goes up into layer 1. Each state of layer 1 goes to the "
    "right, to the next step, and up into layer 2, whose states go to the right as well.",
)

# %% [markdown]
# *Figure 7.6: two layers. A stack that reads forward sees the past and the present, as its lowest layer does; depth does not look into
# the future. What it gains is steps of computation between an input and the answer.*
#
# The next cell trains whole networks on the nine men (not only an output layer), with two starts each. *Shuffled* means that the
# steps of every utterance are put into a random order, in training and in testing.

# %% tags=["nbval-ignore-output"]
from rnnlib.speakers import train_speakers

print("right answers on the test, in %        two starts      20 more steps of padding")
for name, options in (
    ("one layer, with the mask", {}),
    ("without the mask", {"masked": False}),
    ("with the mask, shuffled", {"shuffled": True}),
    ("three layers", {"layers": 3}),
    ("0.3 dropped of the inputs", {"input_dropout": 0.3}),
):
    row = f"{name:<38}"
    shares = [train_speakers(training, testing, seed, **options) for seed in range(2)]
    for column in zip(*shares):
        row += " ".join(f"{100 * share:>6.1f}" for share in column) + "     "
    print(row.rstrip())
print(f"{'baseline':<38}{100 * baseline:>6.1f}")

# %% [markdown]
# - **The mask.** Without it the same network, in the same training, gets far fewer right: the answer has to survive up to 22 steps of
#   nothing. With more padding it gets worse still, although no utterance has changed. With the mask the two blocks are equal.
# - **Order.** With its steps shuffled, an utterance still tells nearly as well who speaks. What does not depend on order needs no
#   recurrent network, and so the baseline is hard to beat here.
# - **Depth** makes no difference that one could be sure of: one utterance of the test is 0.3 %, and random starts differ by as much as
#   the rows do.
#
# > **What you may have read: "Depth is harder to train."** For plain feed-forward networks of many layers that is so, for the reason
# > that you saw in unit 04, and it is why residual connections and layer norm exist. In the table above, three recurrent layers train as
# > well as one. Depth pays where much has to be computed from much data: systems for speech recognition and translation stacked four
# > to eight recurrent layers.
#
# ### Dropout, and where it belongs
#
# While training, set random entries to zero, so that no unit can rely on a certain other one. What is kept is divided by the share
# that is kept, $1 - p$, so that the mean stays as it was; when the network is used, nothing is dropped and nothing has to be scaled. A
# sequence leaves a choice: new entries at every step, or the same entries at all steps (**variational** dropout).

# %% hidden=true
from rnnlib.plotting.reading import plot_kept

ones, rng = np.ones((30, 1, 1000)), np.random.default_rng(8)
kept_of = {
    "new at every step": rnnlib.dropout(ones, 0.3, rng)[1][:, 0],
    "variational": np.repeat(rnnlib.dropout(ones, 0.3, rng, variational=True)[1][:, 0], 30, axis=0),
}
show(
    plot_kept({name: keep[:16, 24:32] for name, keep in kept_of.items()}),
    "Which of 8 units are kept (dark) over 16 steps, at a rate of 0.3. On the left the dropped entries "
    "are scattered at random; on the right a unit is dropped at all steps or never.",
)

# %% [markdown]
# *Figure 7.7: two kinds of dropout.*
#
# Where? Between layers: on what goes *up*. Why not on what goes to the *right*, from step to step? Ask the latch of unit 01, a unit
# that excites itself with $w = 3$ and so holds a bit. A thousand of them are on, and dropout is put on the recurrent path. How many are
# still on after $t$ steps?

# %%
print("steps              " + "".join(f"{t:>8}" for t in (1, 5, 10, 20, 30)))
for name, keep in kept_of.items():
    h, on = np.full(1000, 0.995), []
    for k in keep:
        h = np.tanh(3 * (h * k))
        on.append(np.mean(h > 0.5))
    print(f"{name:<19}" + "".join(f"{on[t - 1]:>8.1%}" for t in (1, 5, 10, 20, 30)))
print("0.7 to the power t " + "".join(f"{0.7**t:>8.1%}" for t in (1, 5, 10, 20, 30)))

# %% [markdown]
# A latch that is dropped **once** has lost its bit for good. With new entries at every step, each of them is dropped sooner or later, and
# what is left falls like $0.7^t$. The variational kind drops three in ten at once and then leaves the others alone. So: dropout between
# layers, of either kind; on the recurrent path not naively. Gal and Ghahramani (2016) drop the same entries of $h$ at all steps on its way
# into the gates of an LSTM; Semeniuta and others (2016) drop what is *newly written* into the cell. Neither touches the cell state,
# which has to be kept.
#
# > **What you may have read: "Never drop inputs."** In the table above, dropping 0.3 of the inputs did no harm that one could be sure
# > of. Whether it helps depends on how much an input repeats what others say. Try it; do not believe in it.
#
# In PyTorch all of this has names: `pack_padded_sequence` does what the mask does; `num_layers`, `bidirectional=True` and `dropout=` are
# arguments of `nn.LSTM`.
#
# ## References
#
# - M. Schuster, K. K. Paliwal, *Bidirectional recurrent neural networks*, IEEE Transactions on Signal Processing 45 (1997), 2673–2681.
# - A. Graves, J. Schmidhuber, *Framewise phoneme classification with bidirectional LSTM and other neural network architectures*, Neural
#   Networks 18 (2005), 602–610: one direction, both, and answers that come later, compared.
# - A. Graves, A. Mohamed, G. Hinton, *Speech recognition with deep recurrent neural networks*, ICASSP 2013: depth.
# - H. Jaeger, *The "echo state" approach to analysing and training recurrent neural networks*, GMD Report 148 (2001).
# - N. Srivastava, G. Hinton, A. Krizhevsky, I. Sutskever, R. Salakhutdinov, *Dropout: a simple way to prevent neural networks from
#   overfitting*, Journal of Machine Learning Research 15 (2014), 1929–1958.
# - W. Zaremba, I. Sutskever, O. Vinyals, *Recurrent neural network regularization*, arXiv:1409.2329 (2014): dropout between layers only.
# - Y. Gal, Z. Ghahramani, *A theoretically grounded application of dropout in recurrent neural networks*, NIPS 2016: the variational kind.
# - S. Semeniuta, A. Severyn, E. Barth, *Recurrent dropout without memory loss*, COLING 2016.
# - M. Kudo, J. Toyama, M. Shimbo, *Multidimensional curve classification using passing-through regions*, Pattern Recognition Letters 20
#   (1999), 1103–1111: the utterances.
# - Data: *Japanese Vowels*, UCI Machine Learning Repository, CC BY 4.0; traditional Spanish proverbs from Debian's `fortunes-es` (see
#   `rnnlib/data/LICENSES.md`).
