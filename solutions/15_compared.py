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
# # 15 Compared
#
# A recurrent network is one way among many to read a sequence. Here you write the core of five others, put all of them on one table, with the same task and the
# same number of weights, and test four things that people like to say about recurrent networks. At the end you train a policy that has to remember.
#
# **At the end you can**
# - write the forward recursion and Viterbi's algorithm of a hidden Markov model;
# - write a causal convolution, and find out by experiment what any network looks at;
# - write causal self-attention, for a whole sequence and one step at a time with a cache;
# - compute a linear recurrence without a loop over time;
# - store patterns in a Hopfield network, recall them, and say how many it holds;
# - derive and write REINFORCE for a recurrent policy;
# - say what each of these costs for a new symbol, and what it can reach back to.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03; the GRU of unit 06; units 10 and 11 help |
# | **Points** | 20: nine short functions (13.5), one question (0.5), one open task (6) |

# %% locked="setup"
import numpy as np

from rnnlib import DenseParams, Vocabulary, accents, gru_backward, gru_forward, softmax
from rnnlib.cell_models import CellModel
from rnnlib.course import check, check_answer, working
from rnnlib.data import spanish_proverbs
from rnnlib.data.compared import compared_names, compared_runs, compared_weights
from rnnlib.letter_models import letter_batch
from rnnlib.letter_nets import letter_costs, net_logits, transformer_step
from rnnlib.letter_table import LetterTable
from rnnlib.losses import cross_entropy
from rnnlib.plotting import plot_traces, show
from rnnlib.plotting.clips import draw_maps
from rnnlib.plotting.timeline import draw_timeline

# %% [markdown]
# ## 15.1 One task for all
#
# The task is that of unit 03: the letters of dinosaur names, one after the other. All networks have at most 2,600 weights, learned from the same 968 names, and were stopped when they
# no longer improved on 150 others. Training takes too long for a lesson, so it was done once: `rnnlib train compared` does it again, and the weights are stored. *Here* they are run with **your** functions, on 200 held-out names.
#
# The baseline is a table that counts which letter follows which context:

# %%
held_out, _, training = compared_names()
alphabet = Vocabulary(".abcdefghijklmnopqrstuvwxyz")
xs, targets, mask = letter_batch(held_out, alphabet)
table = {}
print("held-out loss, in nats a letter")
for n in (1, 2, 3, 4, 5):
    counts = LetterTable(training, n, alphabet)
    print(f"  table of {n} letters  {counts.loss(held_out):.2f}   {counts.stored:6,} counts")
    if n == 4:
        table["table of 4"], stored = counts.loss(held_out), counts.stored


def held_out_loss(name, **yours):
    """The loss of a stored network on the held-out names, with your function in it."""
    return cross_entropy(net_logits(xs, compared_weights(name), **yours), targets, mask=mask)


# %% [markdown]
# ## 15.2 Hidden Markov models
#
# **The idea.** Before there were recurrent networks that worked, there was this: a machine is always in one of K states, moves at random, and emits a symbol at each step. We see the
# symbols only. How likely is a sequence? A sum over all paths through the states, $K^T$ of them. But all that came before a step matters only through *where the machine is now*, so the sum
# can be carried along, one number for each state. It is the recursion of CTC (unit 11) with a table of transitions.
#
# $$\log\alpha_1(k) = \log p(k) + \log p(x_1 \mid k) \qquad
# \log\alpha_t(k) = \log p(x_t \mid k) + \log \sum_j \exp\big(\log\alpha_{t-1}(j) + \log p(j \to k)\big)$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\log p(k)$ | `log_start` | (K,) | of the first state |
# | $\log p(j \to k)$ | `log_trans` | (K, K) | row: from; column: into |
# | $\log p(x_t \mid k)$ | `log_obs` | (T, K) | how well each state explains step t |
# | $\log\alpha_t(k)$ | returned | (T, K) | log p($x_1 \dots x_t$, state k) |
#
# What cannot be is `-np.inf`. That holds for a whole row too: where no state explains a step, nothing after it can be. `np.logaddexp.reduce(a, axis=...)` adds probabilities that are given as logarithms.
#
# **Your turn.**


# %% exercise="hmm_log_forward"
def hmm_log_forward(log_start, log_trans, log_obs):
    """The forward recursion of a hidden Markov model.

    log_start: (K,).  log_trans: (K, K), from the row's state.  log_obs: (T, K).
    Returns log_alpha: (T, K).
    """
    ### BEGIN SOLUTION
    rows = [log_start + log_obs[0]]
    for row in log_obs[1:]:
        came = np.logaddexp.reduce(rows[-1][:, None] + log_trans, axis=0)
        rows.append(came + row)
    return np.stack(rows)
    ### END SOLUTION


# %%
check(hmm_log_forward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one state</summary>
#
# Begin with a loop over k. Which column of the table leads into state k? Add it to the last row of the result, reduce, add the observation.
# </details>
# <details><summary><b>Hint 2</b>: all states at once</summary>
#
# The state from which a step comes runs along the rows of the table. The last result must run along the rows too, so it needs a second axis.
# </details>

# %% grade="hmm_log_forward" points=2

# %% [markdown]
# **Predict first:** an HMM with 38 states is about as good as which table of 15.1: one of 2, 3 or 4 letters?

# %%
table["HMM"] = held_out_loss("HMM", forward=working(hmm_log_forward))
print(f"HMM with 38 states: {table['HMM']:.2f} nats a letter")

# %% [markdown]
# **Which path?** To find the *best* path instead of the sum, put `max` in the place of the sum, and note for each state where its maximum came from. At the end, start from the best last
# state and follow the notes back (Viterbi 1967).
#
# $$\delta_t(k) = \log p(x_t \mid k) + \max_j \big(\delta_{t-1}(j) + \log p(j \to k)\big)$$
#
# On paper: two states, and the best way into each of them comes from state 0 at every step. If state 1 wins at the end, the path is 0, 0, …, 0, 1.
#
# | code | shape | meaning |
# |---|---|---|
# | `log_start`, `log_trans`, `log_obs` | as before | |
# | `path` | (T,) | numbers of the states, from the first step to the last |
# | `log_prob` | a number | log p(path, x) |


# %% exercise="viterbi"
def viterbi(log_start, log_trans, log_obs):
    """The likeliest path through the states.

    log_start: (K,).  log_trans: (K, K), from the row's state.  log_obs: (T, K).
    Returns path, log_prob: (T,) whole numbers, a number.
    """
    ### BEGIN SOLUTION
    best, came_from = log_start + log_obs[0], []
    for row in log_obs[1:]:
        steps = best[:, None] + log_trans
        came_from.append(steps.argmax(axis=0))
        best = steps.max(axis=0) + row
    path = [best.argmax()]
    for pointers in came_from[::-1]:
        path.append(pointers[path[-1]])
    return np.array(path[::-1]), best.max()
    ### END SOLUTION


# %%
check(viterbi)

# %% [markdown]
# <details><summary><b>Hint 1</b>: two things for each step</summary>
#
# `max` for the value and `argmax` over the same axis for the note. The first step has a value and no note.
# </details>
# <details><summary><b>Hint 2</b>: the way back</summary>
#
# The note of step t, read at the state of step t, is the state of step t − 1. So the path grows from its end, and is turned round when it is complete.
# </details>

# %% grade="viterbi" points=1.5

# %% [markdown]
# **Try it.** Nobody told the HMM what vowels are. Does it keep states for them? For each state, the share of vowels among the letters that the best paths put there:

# %%
best_path, vowels = working(viterbi), {}
hmm = {
    k: w - np.logaddexp.reduce(w, axis=-1, keepdims=True)
    for k, w in compared_weights("HMM").items()
}
for name in held_out:
    ids = alphabet.encode(name)
    for letter, state in zip(name, best_path(hmm["start"], hmm["trans"], hmm["emit"][:, ids].T)[0]):
        vowels.setdefault(int(state), []).append(letter in "aeiouy")
shares = np.array([np.mean(seen) for seen in vowels.values() if len(seen) >= 10])
print(f"states that explain ten letters or more: {len(shares)}")
print(
    f"of these hold vowels alone: {(shares == 1).sum()}, no vowel: {(shares == 0).sum()}, both: "
    f"{((shares > 0) & (shares < 1)).sum()}"
)

# %% [markdown]
# More than half of the states have chosen a side, though the model has never been told that there are two. That is the strength of an HMM: its states can be read. Its weakness: whatever came before, all that counts for the future is in which of 38 states the machine is.
#
# ## 15.3 Causal convolution
#
# **The idea.** Slide a small kernel along time, as in unit 13, but let it look only at the present and the past. With a **dilation** d it takes every d-th step. Layers with d = 1, 2, 4, …
# reach back twice as far each time (van den Oord et al. 2016).
#
# $$y_t = b + \sum_{i=0}^{F-1} x_{t - i d}\, W_i \qquad\text{with zeros before the first step}$$
#
# On paper: x is 1, 2, 3, 4, the weights are $W_0 = 10$, $W_1 = 1$ and d = 2. Then y is 10, 20, 31, 42.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$ | `xs` | (T, N, D) | |
# | $W_i$ | `W` | (F, D, K) | F taps; `W[0]` meets the present |
# | $b$ | `b` | (K,) | |
# | $d$ | `dilation` | a number | may be larger than T |
# | $y_t$ | returned | (T, N, K) | |


# %% exercise="causal_conv"
def causal_conv(xs, W, b, dilation):
    """Causal dilated convolution over time.

    xs: (T, N, D).  W: (F, D, K).  b: (K,).  dilation: a number, at least 1.
    Returns ys: (T, N, K).
    """
    ### BEGIN SOLUTION
    T, front = len(xs), (len(W) - 1) * dilation
    padded = np.concatenate([np.zeros((front, *xs.shape[1:])), xs])
    ys = b
    for i in range(len(W)):
        begin = front - i * dilation
        ys = ys + padded[begin : begin + T] @ W[i]
    return ys
    ### END SOLUTION


# %%
check(causal_conv)

# %% [markdown]
# <details><summary><b>Hint 1</b>: zeros in front</summary>
#
# Lay as many steps of zeros in front as the last tap looks back. Every tap then reads a piece of length T of this longer array.
# </details>
# <details><summary><b>Hint 2</b>: where the piece begins</summary>
#
# The first tap reads the end of the longer array, the last tap its beginning. Each one in between begins a dilation earlier than the one before.
# </details>

# %% grade="causal_conv" points=1.5

# %%
conv = working(causal_conv)
for name in ("window of 3", "convolution"):
    table[name] = held_out_loss(name, conv=conv)
    print(f"{name:12} {table[name]:.2f} nats a letter")

# %% [markdown]
# (A feed-forward network on a window of three letters *is* one causal convolution with three taps; the other has three layers with two taps each.)
#
# **What does a network look at?** Do not trust an equation: change an input and see which outputs move. If an output moves when a *later* input changes, the network sees the future, and its
# good results mean nothing.
#
# $$\text{seen}_{t,s} = [\,y_t \text{ changes, in any number, when 1 is added to all numbers of } x_s\,]$$
#
# | code | shape | meaning |
# |---|---|---|
# | `net` | a function | `net(xs)` returns `ys`: (T, N, D) → (T, N, K) |
# | `xs` | (T, N, D) | |
# | `seen` | (T, T) | True and False; row: the output's step, column: the input's |


# %% exercise="depends_on"
def depends_on(net, xs):
    """Which inputs each output depends on.

    net: a function (T, N, D) -> (T, N, K).  xs: (T, N, D).
    Returns seen: (T, T) of bool.
    """
    ### BEGIN SOLUTION
    before, columns = net(xs), []
    for s in range(len(xs)):
        changed = xs.copy()
        changed[s] += 1
        columns.append(np.any(net(changed) != before, axis=(1, 2)))
    return np.stack(columns, axis=1)
    ### END SOLUTION


# %%
check(depends_on)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one column</summary>
#
# Changing step s and comparing all outputs with those for `xs` itself gives column s.
# </details>
# <details><summary><b>Hint 2</b>: one at a time</summary>
#
# Each change starts from a fresh copy.
# </details>

# %% grade="depends_on" points=1

# %%
depends, rng = working(depends_on), np.random.default_rng(0)
letters = xs[:16, :2]


def map_of(name):
    """What a stored network looks at."""
    weights = compared_weights(name)
    return depends(lambda xs: net_logits(xs, weights, conv=conv), letters)


maps = {name: map_of(name) for name in ("window of 3", "convolution", "GRU")}
W = rng.normal(size=(3, 27, 4))
maps["not causal"] = depends(lambda xs: conv(xs, W, np.zeros(4), 1)[np.r_[1:16, 15]], letters)
show(
    draw_maps(maps),
    "Four square maps, a row for each output and a column for each input. Window of 3: a band of three steps along the diagonal. Convolution: a band of eight. GRU: everything on and below the diagonal. "
    "The last network's band reaches one step above the diagonal, into the future.",
)
print(
    {name: int(seen[-2].sum()) for name, seen in maps.items()},
    "inputs seen by the last output but one",
)
print("sees the future:", [name for name, seen in maps.items() if np.triu(seen, 1).any()])

# %% [markdown]
# **Question 1.** Four causal layers with three taps each and dilations 1, 2, 4 and 8: on how many inputs does one output depend, the present included?

# %% answer="taps_seen"
answer_taps_seen = None  # your answer: a number of inputs
### BEGIN SOLUTION
answer_taps_seen = 31
### END SOLUTION

# %%
check_answer("taps_seen", answer_taps_seen)

# %% grade_answer="taps_seen" points=0.5

# %% [markdown]
# ## 15.4 Self-attention
#
# **The idea** (Vaswani et al. 2017). In unit 10 a decoder looked at the states of an encoder. Here a sequence looks at itself: each step makes a query, a key and a value, and takes a mean of the values of
# the steps **so far**, weighted by how well their keys fit its query.
#
# $$\text{score}_{t,s} = \frac{q_t \cdot k_s}{\sqrt{A}} \ \text{ for } s \le t, \quad -\infty \text{ for } s > t \qquad
# w_t = \text{softmax}(\text{score}_t) \qquad c_t = \sum_s w_{t,s}\, v_s$$
#
# | symbol | code | shape |
# |---|---|---|
# | $q_t, k_t$ | `qs`, `ks` | (T, N, A) |
# | $v_t$ | `vs` | (T, N, E) |
# | $c_t$ | `context` | (T, N, E) |
# | $w_{t,s}$ | `weights` | (T, N, T): row t of an example adds up to 1 |
#
# `np.einsum("tna,sna->tns", qs, ks)` makes all products at once.


# %% exercise="causal_attention"
def causal_attention(qs, ks, vs):
    """Every step looks at itself and at all steps before it.

    qs, ks: (T, N, A).  vs: (T, N, E).
    Returns context, weights: (T, N, E), (T, N, T).
    """
    ### BEGIN SOLUTION
    T, _, A = qs.shape
    scores = np.einsum("tna,sna->tns", qs, ks) / np.sqrt(A)
    later = np.arange(T) > np.arange(T)[:, None, None]
    scores = np.where(later, -np.inf, scores)
    weights = np.exp(scores - scores.max(axis=2, keepdims=True))
    weights = weights / weights.sum(axis=2, keepdims=True)
    return np.einsum("tns,sne->tne", weights, vs), weights
    ### END SOLUTION


# %%
check(causal_attention)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the mask</summary>
#
# Compare a row of step numbers with a column of them: the result is True above the diagonal. It needs an axis for the batch in the middle. `np.where` then exchanges scores.
# </details>
# <details><summary><b>Hint 2</b>: large scores</summary>
#
# A softmax does not change when the same number is taken from all scores of a row. Which number makes `np.exp` safe?
# </details>

# %% grade="causal_attention" points=2

# %%
attend = working(causal_attention)
table["Transformer"] = held_out_loss("Transformer", attention=attend)
print(f"Transformer, one layer, one head: {table['Transformer']:.2f} nats a letter")
looked = []


def looking_on(qs, ks, vs):
    """Your attention, which leaves its weights behind."""
    context, weights = attend(qs, ks, vs)
    looked.append(weights)
    return context, weights


name = "tyrannosaurus"
word = letter_batch([name], alphabet)[0]
seen = depends(
    lambda xs: net_logits(xs, compared_weights("Transformer"), attention=looking_on), word
)
print("sees the future:", bool(np.triu(seen, 1).any()))
show(
    draw_maps({"looks at": looked[0][:, 0]}),
    "The attention weights for the word tyrannosaurus: a triangle, brightest near its diagonal. Most rows look at a few letters at or just before their own; nothing lies above the diagonal.",
)

# %% [markdown]
# **One letter at a time.** While a network *writes*, the next input is known only after the last output. Only the newest row of the scores is then needed, if the keys and values of earlier steps are
# kept: the **cache**.
#
# | code | shape | meaning |
# |---|---|---|
# | `q`, `k`, `v` | (N, A), (N, A), (N, E) | of the new step |
# | `keys`, `values` | (S − 1, N, A), (S − 1, N, E) | of the steps before; S − 1 may be 0 |
# | returned | `context, keys, values` | (N, E), and the cache of S steps |
#
# The arrays that come in must stay as they are.


# %% exercise="attention_step"
def attention_step(q, k, v, keys, values):
    """One step of causal attention with a cache.

    q, k: (N, A).  v: (N, E).  keys: (S - 1, N, A).  values: (S - 1, N, E).
    Returns context, keys, values: (N, E), (S, N, A), (S, N, E).
    """
    ### BEGIN SOLUTION
    keys, values = np.concatenate([keys, k[None]]), np.concatenate([values, v[None]])
    scores = np.einsum("na,sna->sn", q, keys) / np.sqrt(q.shape[1])
    weights = np.exp(scores - scores.max(axis=0))
    weights = weights / weights.sum(axis=0)
    return np.einsum("sn,sne->ne", weights, values), keys, values
    ### END SOLUTION


# %%
check(attention_step)

# %% [markdown]
# <details><summary><b>Hint 1</b>: first append</summary>
#
# A step looks at itself too, so its key and value join the cache before anything is compared. `k[None]` is a cache of one step.
# </details>
# <details><summary><b>Hint 2</b>: no mask</summary>
#
# Nothing in the cache lies in the future.
# </details>

# %% grade="attention_step" points=1.5

# %%
step, weights = working(attention_step), compared_weights("Transformer")
keys, values = np.zeros((0, 1, 16)), np.zeros((0, 1, 16))
rows = []
for t, x in enumerate(word):
    logits, keys, values = transformer_step(x, t, weights, keys, values, step=step)
    rows.append(logits)
same = np.allclose(np.stack(rows), net_logits(word, weights, attention=attend))
print("letter by letter the same as the whole?", same)
print("numbers in the cache after", len(word), "letters:", keys.size + values.size)

# %% [markdown]
# ## 15.5 A recurrence without a loop
#
# **The idea.** An RNN must wait: $h_t$ needs $h_{t-1}$. Without the tanh it need not. A linear step $h \to a h + b$ followed by another is again a linear step:
#
# $$a'(a h + b) + b' = (a' a)\, h + (a' b + b')$$
#
# So join each step with the one before it. Every step now stands for *two*. Join each with the one two before: four. After $\lceil\log_2 T\rceil$ rounds each step stands for everything from the beginning, and all steps of a round
# are done at once.
#
# **One round:** for $t \ge \text{gap}$, step t is joined with the *earlier* step $t - \text{gap}$; the first `gap` steps stay as they are. All entries of a and b are on their own (no matrices).
#
# | code | shape | meaning |
# |---|---|---|
# | `a`, `b` | (T, N, H) | step t is h → a[t] h + b[t] |
# | `gap` | a number | from 1; may be T or more |
# | returned | `a, b` | new arrays (T, N, H) |


# %% exercise="scan_round"
def scan_round(a, b, gap):
    """Join every step with the one `gap` before it.

    a, b: (T, N, H).  gap: a number.
    Returns a, b: (T, N, H).
    """
    ### BEGIN SOLUTION
    new_a, new_b = a.copy(), b.copy()
    new_a[gap:] = a[gap:] * a[:-gap]
    new_b[gap:] = a[gap:] * b[:-gap] + b[gap:]
    return new_a, new_b
    ### END SOLUTION


# %%
check(scan_round)

# %% [markdown]
# <details><summary><b>Hint 1</b>: which is which</summary>
#
# In the equation above the letters with a prime belong to the step that comes *second*, which is step t.
# </details>
# <details><summary><b>Hint 2</b>: old and new</summary>
#
# Every product is made of the arrays that came in. Do not write into them while they are still read.
# </details>

# %% grade="scan_round" points=1.5

# %%
round_of = working(scan_round)


def scan(a, b, h0):
    """All states of h_t = a_t h_{t-1} + b_t, in rounds."""
    gap, rounds = 1, 0
    while gap < len(a):
        a, b = round_of(a, b, gap)
        gap, rounds = 2 * gap, rounds + 1
    scan.rounds = rounds
    return a * h0 + b


rng = np.random.default_rng(1)
a, b, h = rng.uniform(0.5, 1, (1000, 2, 3)), rng.normal(size=(1000, 2, 3)), rng.normal(size=(2, 3))
found, loop = scan(a, b, h), []
for t in range(1000):
    h = a[t] * h + b[t]
    loop.append(h)
print("1,000 steps: rounds", scan.rounds, " the same as the loop?", np.allclose(found, loop))
table["minGRU"] = held_out_loss("minGRU", scan=scan)
print(f"minGRU, two layers: {table['minGRU']:.2f} nats a letter")

# %% [markdown]
# The **minGRU** (Feng et al. 2024) is a GRU cut down until this works: its gate and its candidate look at the input alone, so $a_t = 1 - z_t$ and $b_t = z_t n_t$ are known before the recurrence starts. What it gives up is that a
# gate can depend on what the network already knows; a second layer gives some of that back.
#
# ## 15.6 The table
#
# The rest are networks that you know, and an **echo state network** (Jaeger 2001): an RNN whose recurrent weights stay random, so that only its output layer learns.

# %%
runs, t = compared_runs()["letters"], 20
for name in ("RNN", "LSTM", "GRU", "echo state"):
    table[name] = held_out_loss(name)
reach = {"window of 3": "last 3", "convolution": "last 8", "table of 4": "last 3"}
reach["Transformer"] = "all"
print("                held-out loss            seconds   per new letter (the 20th)     reads")
print("                here  seed 1   weights  to train   products    kept            letters")
for name, loss in sorted(table.items(), key=lambda row: row[1]):
    if name in runs:
        run, (products, kept) = runs[name], letter_costs(compared_weights(name), t)
        middle = f"{run['held out'][1]:7.2f} {run['weights']:9,} {run['seconds']:9.0f}"
        print(f"{name:14} {loss:6.2f}{middle} {products:10,} {kept:7}", end="")
        print(f"{reach.get(name, 'all, fading'):>17}")
    else:
        print(f"{name:14} {loss:6.2f}   {stored:,} counts, no training {reach[name]:>43}")

# %% [markdown]
# Read it with care. From the best network to the plain RNN and the Transformer it is 0.04 nats, and two seeds differ by about 0.01. In the middle stands a table that only counts, with two and a half times as many numbers. Names are short and
# few: nothing here asks for a long memory or shows what a Transformer does with much data. The columns on the right tell more. The window costs the fewest products; all but the Transformer cost the same for every letter; its products and its cache grow with the text.
# The echo state network has more units than any other, because only its output layer counts as learned, so it is the dearest and the worst: random features are no match for learned ones here.
#
# **A task that needs memory.** The adding problem of unit 04: two numbers are marked somewhere in a sequence, and their sum is asked for at its end. Always answering 1 has an error of 0.167. From the stored run, about 1,500 weights each, 1,000 updates:

# %%
print("mean squared error       10 steps              30 steps")
for name, by_length in compared_runs()["adding"].items():
    cells = []
    for T in ("10", "30"):
        run = by_length[T]
        cells.append("  ".join(f"{e:.4f}" for e in run["error"]) + f"  ({run['seconds']:.0f} s)")
    print(f"{name:14} {cells[0]:>26} {cells[1]:>26}")

# %% [markdown]
# With 10 steps all solve it, the window too, which sees all ten. With 30 steps the window is back near the baseline, since most of the marked numbers lie outside of it, and so is the plain RNN, which *could* see them: its gradient does not reach so far (unit 04). Both gated cells solve it; so do the minGRU, whose gates never see the state, and attention.
# The convolution reaches just far enough, and does well in one run and not in the other, which is why more than one seed is shown.
#
# **A task where the neighbors tell.** The tagging task of unit 07: Spanish proverbs have lost their accents, and a network that reads a letter a step says, two steps later, whether the letter carries one. About 2,800 weights each (the echo state network: 300 units, and only its 301 output weights learn), 3,000 updates. The baseline is the list of words. From the stored run, words of 600 held-out proverbs:

# %%
lines = [str(line).lower() for line in np.random.default_rng(0).permutation(spanish_proverbs())]
spelling = accents.list_of_words(lines[600:])
listed = [accents.restore_by_list(line, spelling) for line in lines[:600]]
judged = accents.judge_accents(listed, lines[:600], spelling)
print("words, in %      right, of those with an accent    an accent too many")
print(
    f"{'list of words':14} {100 * judged['all'].mean():20.0f} {100 * judged['false'].mean():27.1f}"
)
for name, run in compared_runs()["accents"].items():
    cells = [
        "  ".join(f"{100 * r:4.{n}f}" for r in run[k]) for k, n in (("right", 0), ("false", 1))
    ]
    print(f"{name:14} {cells[0]:>22} {cells[1]:>27}  ({run['seconds']:.0f} s)")

# %% [markdown]
# The order is another one. Spanish spelling looks at a few letters before and behind, and the convolution has them in its hands at every step, so it learns fastest, and the plain RNN is close. The LSTM is among the best with letters of names; in 3,000 updates it has not caught up here, and the Transformer, which first must find out what *two places
# back* means, is far behind. The list of words beats them all: with 3,800 proverbs to learn from, knowing a word is better than knowing how Spanish is spelled. **No row wins all three tables.** Ask what your task needs, and measure.
#
# ## 15.7 Hopfield's memory
#
# **The idea** (Hopfield 1982). One of the first recurrent networks has no input at every step and learns without gradients. N units, each −1 or 1, are joined by weights; the patterns to be remembered are made the valleys of an **energy**,
# and recalling means walking downhill from a damaged pattern.
#
# **Store** (Hebb's rule): units that agree in many patterns get a positive weight.
#
# $$W = \frac1N \sum_p x_p\, x_p^\top, \quad\text{then } W_{ii} = 0$$
#
# | code | shape | meaning |
# |---|---|---|
# | `patterns` | (P, N) | whole numbers, −1 and 1 |
# | `W` | (N, N) | |


# %% exercise="hopfield_store"
def hopfield_store(patterns):
    """Hebb's rule.

    patterns: (P, N), entries -1 and 1.
    Returns W: (N, N).
    """
    ### BEGIN SOLUTION
    W = patterns.T @ patterns / patterns.shape[1]
    np.fill_diagonal(W, 0)
    return W
    ### END SOLUTION


# %%
check(hopfield_store)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# A sum of outer products of the rows is one product of two matrices. Its shape says which of the two is transposed.
# </details>

# %% grade="hopfield_store" points=1

# %% [markdown]
# **Recall.** Visit one unit after the other. Each takes the sign of its sum, and stays as it is where the sum is exactly 0:
#
# $$x_i \leftarrow \text{sign}\Big(\sum_j W_{ij}\, x_j\Big) \qquad\qquad E = -\tfrac12\, x^\top W x$$
#
# | code | shape | meaning |
# |---|---|---|
# | `W`, `x` | (N, N), (N,) | `x` must not be changed |
# | `order` | (M,) | which unit is visited when; some twice, some never |
# | returned | `x, energies` | the state at the end; (M + 1,): before the first visit and after each |


# %% exercise="hopfield_recall"
def hopfield_recall(W, x, order):
    """Units change one after the other.

    W: (N, N).  x: (N,), entries -1 and 1.  order: (M,) whole numbers.
    Returns x, energies: (N,), (M + 1,).
    """
    ### BEGIN SOLUTION
    x = x.copy()
    energies = [-0.5 * x @ W @ x]
    for i in order:
        total = W[i] @ x
        if total != 0:
            x[i] = np.sign(total)
        energies.append(-0.5 * x @ W @ x)
    return x, np.array(energies)
    ### END SOLUTION


# %%
check(hopfield_recall)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one visit</summary>
#
# A row of W and the *current* state give the sum; only one entry of the state changes.
# </details>
# <details><summary><b>Hint 2</b>: an energy more than visits</summary>
#
# The list begins with the energy of the state as it came.
# </details>

# %% grade="hopfield_recall" points=1.5

# %% tags=["nbval-ignore-output"]
store, recall, rng = working(hopfield_store), working(hopfield_recall), np.random.default_rng(0)
patterns = rng.choice([-1, 1], (10, 200))
W = store(patterns)
order = np.concatenate([rng.permutation(200) for _ in range(3)])
lines = {}
for damaged in (20, 60, 100):
    start = patterns[0].copy()
    start[:damaged] *= -1
    end, energies = recall(W, start, order)
    print(
        f"{damaged:3} of 200 units turned round; right at the end: {(end == patterns[0]).sum()}; "
        f"energy ever rises: {bool(np.diff(energies).max() > 1e-9)}"
    )
    lines[f"{damaged} turned"] = energies
show(
    plot_traces(lines, xlabel="visits", ylabel="energy"),
    "Three curves of the energy over 600 visits. Each falls in steps, never rises, and is flat after about 200 visits.",
)

# %% [markdown]
# A third of the pattern may be wrong, and it still comes back. With half of it wrong the start has nothing more to do with the pattern, and the walk ends in another valley. The energy never rises, because W is symmetric and has a
# diagonal of zeros; if all units changed at the same time, it could.
#
# **How many patterns?** For random patterns the theory says 0.138 N (Amit, Gutfreund and Sompolinsky 1985). We store P patterns in 500 units, start *at* a pattern, and see how much of it is left when nothing changes any more. **Predict first:** what happens beyond the limit: does the memory become a little worse, or collapse?

# %% tags=["nbval-ignore-output"]
from rnnlib.hopfield import settle  # the same visits, without the energies

print("P / N     agreement with the pattern (1 is all, 0 is chance)")
for load in (0.05, 0.10, 0.13, 0.17, 0.20, 0.25):
    rng = np.random.default_rng(0)
    patterns = rng.choice([-1, 1], (round(500 * load), 500))
    W = store(patterns)
    kept = np.mean([settle(W, pattern, rng) @ pattern / 500 for pattern in patterns[:20]])
    print(f"{load:.2f}      {kept:.2f}  {'#' * round(40 * kept)}")

# %% [markdown]
# Up to the limit nearly everything is kept. Beyond it *all* patterns suffer, the old ones too: at 0.20 N about half of the agreement is left. Today's form of this memory has an energy so steep that it holds exponentially many patterns, and one step of its
# recall is softmax attention (Ramsauer et al. 2021).
#
# ## 15.8 Four things that people say
#
# **"Transformers are a kind of RNN."** Your `attention_step` takes a state and returns a state, so it is recurrent. The question is which state.

# %%
print("numbers kept after  10 letters   100   1,000")
for name in ("GRU", "convolution", "Transformer"):
    kept = [letter_costs(compared_weights(name), t)[1] for t in (10, 100, 1000)]
    print(f"{name:18} {kept[0]:10,} {kept[1]:5,} {kept[2]:7,}")

# %% [markdown]
# True in form, but an RNN in the usual sense has a state of *fixed* size and must choose what to forget.
#
# **"An RNN remembers everything that it has read."** It *could*. We change the first letter of 60 texts, and look at how much the state still differs, relative to its size:

# %%
from rnnlib.letter_nets import hidden_states

text = alphabet.encode("".join(held_out))[: 60 * 21].reshape(60, 21).T
other = text.copy()
other[0] = 1 + text[0] % 26
print("state still differs after      1 letter     5     10     20")
for name in ("echo state", "RNN", "LSTM", "GRU"):
    weights = compared_weights(name)
    one, two = (hidden_states(np.eye(27)[ids], weights) for ids in (text, other))
    gone = np.linalg.norm(one - two, axis=2) / np.linalg.norm(one, axis=2)
    print(f"{name:28} {'  '.join(f'{gone[t].mean():6.1%}' for t in (0, 5, 10, 20))}")

# %% [markdown]
# After 20 letters hardly anything is left. The trained networks have *learned* to forget: a name has about twelve letters. The echo state network learned nothing; it forgets because its spectral radius is below 1. Whether a state of fixed size can hold on to one bit for much longer, you will see in section 15.9.
#
# **"The weights vanish."** What vanishes is the *gradient* on its way back through time. For the trained RNN: the gradient of the last state with respect to earlier inputs, and the size of the weights, which is as it was.

# %%
from rnnlib import RNNParams, rnn_backward, rnn_forward

weights = compared_weights("RNN")
params = RNNParams(weights["W_xh"], weights["W_hh"], weights["b_h"])
hs, _, cache = rnn_forward(np.eye(27)[text], np.zeros((60, 30)), params)
dxs, _, _ = rnn_backward(np.zeros_like(hs), np.random.default_rng(0).normal(size=(60, 30)), cache)
sizes = np.linalg.norm(dxs, axis=2).mean(axis=1)
for k in (0, 5, 10, 20):
    print(f"gradient {k:2} steps back: {sizes[20 - k] / sizes[20]:6.1%}")
print(f"largest singular value of W_hh: {np.linalg.norm(params.W_hh, 2):.1f}")

# %% [markdown]
# Twenty steps back, about a hundredth of the gradient is left, and the weights are as large as ever. (That product of Jacobians is unit 04.) The gradient *of the weights* does not vanish either: it is a sum over all steps, in which the last ones drown the first.
#
# **"GRUs are faster than LSTMs."** With as many *units* a GRU needs three quarters of the recurrent products; the output layer is the same. With as many *weights* it has more units, and the gain is gone:

# %%
for H, what in ((13, "13 units each"), (16, "16 units against 13")):
    gru = {"W_hh": np.ones((H, 3 * H)), "W_hy": np.ones((H, 27))}
    lstm = {"W_hh": np.ones((13, 52)), "W_hy": np.ones((13, 27))}
    products = letter_costs(gru, 1)[0], letter_costs(lstm, 1)[0]
    print(f"{what:22} products a letter: GRU {products[0]:,}, LSTM {products[1]:,}")

# %% [markdown]
# So compare at equal weights or equal time, never at equal units.
#
# ## 15.9 Open task: a policy that remembers
#
# An agent stands at the foot of a **T-shaped maze**. At the first place it sees a cue, *left* or *right*. A corridor follows in which every place looks the same. At its end, the junction, it must turn to the side of the cue: reward 1 for that, 0 for
# the other side. It may go on, turn left or turn right; a turn in the corridor leaves it where it is.
#
# Nobody says which action would have been right; there is only the reward at the end. **REINFORCE** (Williams 1992): let the policy play, and make those actions likelier that were followed by more reward than usual.
#
# **The policy:** a GRU from a state of zeros, and an output layer, whose softmax gives the probabilities of the actions:
# $p(a_t \mid x_1 \dots x_t) = \text{softmax}(h_t W_{hy} + b_y)_{a_t}$.
#
# **The return** of step t is what is still to come, the later the less (with a discount γ), and 0 behind the end of an episode. The **baseline** is the mean return of step t over the episodes that still run then. The loss, averaged over the N episodes:
#
# $$G_t = r_t + \gamma\, G_{t+1} \qquad\quad b_t = \underset{n \text{ running}}{\text{mean}}\, G_{t,n} \qquad\quad
# L = -\frac1N \sum_n \sum_{t \text{ running}} (G_{t,n} - b_t)\, \log p(a_{t,n} \mid x_{1,n} \dots x_{t,n})$$
#
# $G - b$ is a plain number here: no gradient goes through it.
#
# | code | shape | meaning |
# |---|---|---|
# | `xs` | (T, N, D) | what was seen |
# | `actions` | (T, N) | whole numbers, 0 to K − 1 |
# | `rewards` | (T, N) | behind the end of an episode: anything, to be ignored |
# | `mask` | (T, N) | True while an episode runs; the longest runs to the end |
# | `policy` | `CellModel` | `policy.cell`, a `GRUParams`; `policy.out`, a `DenseParams` with `W_hy` (H, K), `b_y` (K,) |
# | `discount` | a number | γ |
# | returned | `returns, grads` | (T, N); a `CellModel` with dL/d of each weight |
#
# **Write it.** `gru_forward(xs, h0, params)` returns `hs, h, cache`, and `gru_backward(dhs, dh, cache)` returns `dxs, dh0, grads`: both are lent, and so is `softmax`. Everything between them is yours. Each gradient earns its share.


# %% exercise="policy_gradient" minutes=35
def policy_gradient(xs, actions, rewards, mask, policy, discount):
    """REINFORCE for a recurrent policy.

    xs: (T, N, D).  actions, rewards, mask: (T, N).  policy: CellModel(cell, out).
    discount: a number.
    Returns returns, grads: (T, N), a CellModel.
    """
    ### BEGIN SOLUTION
    T, N = rewards.shape
    H, K = policy.out.W_hy.shape

    # What is still to come, from the last step to the first.
    returns, later = np.zeros((T, N)), np.zeros(N)
    for t in reversed(range(T)):
        later = mask[t] * (rewards[t] + discount * later)
        returns[t] = later
    running = mask.sum(axis=1, keepdims=True)
    advantage = mask * (returns - returns.sum(axis=1, keepdims=True) / running)

    # Forward, and the gradient of the logits.
    hs, h, cache = gru_forward(xs, np.zeros((N, H)), policy.cell)
    p = softmax(hs @ policy.out.W_hy + policy.out.b_y)
    dlogits = advantage[:, :, None] * (p - np.eye(K)[actions]) / N

    # Back: the output layer, then time.
    dW_hy = np.einsum("tnh,tnk->hk", hs, dlogits)
    dhs = dlogits @ policy.out.W_hy.T
    _, _, grads = gru_backward(dhs, np.zeros((N, H)), cache)
    return returns, CellModel(grads, DenseParams(dW_hy, dlogits.sum(axis=(0, 1))))
    ### END SOLUTION


# %%
check(policy_gradient)

# %% [markdown]
# <details><summary><b>Hint 1</b>: in which order</summary>
#
# Returns first: they need the rewards alone, and the check shows them as a result of their own. Then the baseline, then the network.
# </details>
# <details><summary><b>Hint 2</b>: you have seen this gradient</summary>
#
# Without $G - b$ the loss is the cross-entropy of unit 01 with the actions as targets. What does a number in front of a loss do to its gradient?
# </details>
# <details><summary><b>Hint 3</b>: behind the end</summary>
#
# A step that does not run must have no weight in the loss. Its return is 0, but is the return minus the baseline?
# </details>

# %% grade="policy_gradient" points=6

# %% [markdown]
# **Now let it learn,** in a corridor of four places. Beside it: the same network with its memory switched off (`W_hh` is 0 and the update gate is shut), which is a feed-forward policy. **Predict first:** what is the best that this one can do?

# %% tags=["nbval-ignore-output"]
from rnnlib.t_maze import init_policy, learn, play, right_turns, without_memory

gradient = working(policy_gradient)


def progress(update, share):
    """One line of progress."""
    print(f"  update {update:3}: {share:4.0%} right turns")


policies = {}
for name, limit in (("with memory", None), ("without", without_memory)):
    rng = np.random.default_rng(0)
    print(name)
    policies[name] = learn(
        init_policy(12, rng), gradient, rng, limit=limit, report=progress, every=50
    )

# %% [markdown]
# It has only ever been in a corridor of four places. **Predict first:** how long may the corridor be until it forgets?

# %% tags=["nbval-ignore-output"]
print("right turns, corridor of     1     4    16    64")
for name, policy in policies.items():
    shares = [
        right_turns(play(policy, corridor, 500, np.random.default_rng(1), longest=300))
        for corridor in (1, 4, 16, 64)
    ]
    print(f"{name:24}", "".join(f"{share:6.0%}" for share in shares))

# %% [markdown]
# With a memory it learns to turn to the right side every time, and goes on doing so in corridors much longer than the one it was trained in: it has built a **latch**, as you did by hand in unit 01. Nobody told it that the cue matters. The gradient of a reward at the end, carried back through time, did. Without a memory it is right half of
# the time, and no training can change that.
#
# ## 15.10 Going further
#
# Nothing here is marked.
#
# - **Baum and Welch.** Add the backward recursion to your HMM, and train it by expectation and maximization instead of gradients. Does it reach the same loss?
# - **The seed.** `rnnlib train compared` takes two seeds. With five, which differences between rows are larger than those between seeds?
# - **Longer.** Train the causal convolution on the adding problem with a receptive field that is one step too short. What is its error?
# - **No positions.** Set the positions of the Transformer to 0 in a copy of `transformer_step`. Which words can it no longer tell apart? Try *ab* and *ba*, each followed by the same letter.
# - **Steeper.** Replace the sign in your recall by one step of attention over the stored patterns, $x \leftarrow \text{softmax}(\beta\, x X^\top) X$. How many random patterns does it hold with N = 200?
# - **A harder maze.** Give a reward of −0.02 for each step. Does the policy hurry? Leave out the baseline: how many more updates does it need?
#
# ## A short history

# %% hidden=true
events = [
    (1966, "hidden Markov models", "Baum and Petrie"),
    (1967, "the best path", "Viterbi"),
    (1982, "a memory with an energy", "Hopfield"),
    (1986, "outputs fed back", "Jordan"),
    (1990, "hidden states fed back", "Elman"),
    (1990, "back-propagation through time", "Werbos"),
    (1991, "why gradients vanish", "Hochreiter"),
    (1997, "LSTM", "Hochreiter and Schmidhuber"),
    (2000, "the forget gate", "Gers et al."),
    (2001, "echo states", "Jaeger"),
    (2006, "CTC", "Graves et al."),
    (2014, "sequence to sequence, GRU", "Sutskever et al., Cho et al."),
    (2014, "attention", "Bahdanau et al."),
    (2016, "dilated causal convolution", "van den Oord et al."),
    (2017, "Transformer", "Vaswani et al."),
    (2018, "recurrences as scans", "Martin and Cundy"),
    (2023, "linear recurrences again", "Orvieto et al., Gu and Dao"),
    (2024, "minGRU", "Feng et al."),
]
show(
    draw_timeline(events),
    "A timeline from 1966 to 2024. "
    + "; ".join(f"{year} {what} ({who})" for year, what, who in events)
    + ".",
)

# %% [markdown]
# ## Summary
#
# - An HMM, a convolution, attention and a recurrent cell differ in what they keep: one of K states, a window, everything, a vector of fixed size.
# - With equal weights and few data, on short names, all trained networks lie within a tenth of a nat of each other, and a table of counts keeps up. On a task that needs memory they differ widely.
# - What a network looks at is found by changing its inputs; a network that sees the future shows it at once.
# - Attention step by step is recurrent, with a state that grows. A recurrence without a nonlinearity needs no loop.
# - Hopfield's memory walks downhill, and collapses beyond 0.138 N random patterns.
# - A reward at the end is enough to learn to remember a cue, if gradients flow through time.
#
# **Next:** what trained networks have learned, in unit 16.
#
# ## References
#
# - L. Rabiner, *A tutorial on hidden Markov models and selected applications in speech recognition*, Proceedings of the IEEE 77 (1989), 257–286. A. Viterbi, *Error bounds for convolutional codes and an asymptotically optimum decoding algorithm*, IEEE Transactions on Information Theory 13 (1967), 260–269.
# - A. van den Oord et al., *WaveNet: a generative model for raw audio*, arXiv:1609.03499 (2016). S. Bai, J. Z. Kolter, V. Koltun, *An empirical evaluation of generic convolutional and recurrent networks for sequence modeling*, arXiv:1803.01271 (2018).
# - A. Vaswani et al., *Attention is all you need*, NIPS 2017. A. Katharopoulos et al., *Transformers are RNNs: fast autoregressive transformers with linear attention*, ICML 2020: with a fixed state.
# - E. Martin, C. Cundy, *Parallelizing linear recurrent neural nets over sequence length*, ICLR 2018. L. Feng et al., *Were RNNs all we needed?*, arXiv:2410.01201 (2024). A. Orvieto et al., *Resurrecting recurrent neural networks for long sequences*, ICML 2023. A. Gu, T. Dao, *Mamba: linear-time sequence modeling with selective state spaces*, arXiv:2312.00752 (2023).
# - J. Hopfield, *Neural networks and physical systems with emergent collective computational abilities*, PNAS 79 (1982), 2554–2558. D. Amit, H. Gutfreund, H. Sompolinsky, *Storing infinite numbers of patterns in a spin-glass model of neural networks*, Physical Review Letters 55 (1985), 1530–1533. H. Ramsauer et al., *Hopfield networks is all you need*, ICLR 2021.
# - H. Jaeger, *The "echo state" approach to analysing and training recurrent neural networks*, GMD report 148 (2001).
# - R. Williams, *Simple statistical gradient-following algorithms for connectionist reinforcement learning*, Machine Learning 8 (1992), 229–256. B. Bakker, *Reinforcement learning with long short-term memory*, NIPS 2001: the T-maze.
