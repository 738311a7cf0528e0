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
# # 9 Text: classify and tag
#
# A surname: which language is it from? A review: is the guest pleased in the end? A report: which of its words does the speaker deny?
# In this unit a recurrent network reads text and answers, once for the whole text or once for every word. Each time it has to beat something
# dull first. Sometimes it does not, and you will see why. On other texts nothing dull can win, and you will be able to *prove* that.
#
# **At the end you can**
# - give every symbol a vector of its own and train it, also where a symbol repeats;
# - ask a network for one answer a sequence, and for one answer a step, forward and backward;
# - build the baseline that every text classifier has to beat: counted words, and counted n-grams;
# - say for *whom* a classifier is good: confusion matrix, precision, recall, F1;
# - show what the final state forgets, and mend it with pooling;
# - tag words with a network that reads in both directions, and say how far one direction can get at best.
#
# | | |
# |---|---|
# | **Time** | 2 hours |
# | **You need** | units 01 to 03, and masks and both directions from unit 07 |
# | **Points** | 20: eleven short functions (18) and four questions (2) |
#
# What earlier units have written is given here: the cells, the output layer, the loss. The arrays are as always: time first, one example a
# column.

# %% locked="setup"
from collections import Counter

import numpy as np

import rnnlib
from rnnlib import (
    BidirectionalParams,
    DenseParams,
    cross_entropy,
    cross_entropy_backward,
    output_step,
    output_step_backward,
)
from rnnlib.course import check, check_answer, working
from rnnlib.data import surnames
from rnnlib.data.sentences import denials, opinions
from rnnlib.plotting import show

# %% [markdown]
# ## 9.1 A vector for every symbol
#
# **The idea.** Until now a letter went into the network as a one-hot vector: a 1 in one place, zeros elsewhere. Times a matrix $W$, that picks *one
# row* of $W$. So leave out the zeros, and pick the row. The matrix is called an **embedding**: it holds one vector for each symbol, and it is trained
# like any other weight. With 27 letters that saves a little. With 50,000 words there is no other way.
# %% hidden=true
from rnnlib.plotting.style import GREEN, GREY, VERMILLION, new_figure, settle, styled

table = np.random.default_rng(2).normal(size=(5, 4))
with styled():
    figure = new_figure(6.8, 2.3)
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.15))
    left.pcolormesh(table, cmap="RdBu", vmin=-2, vmax=2, edgecolors="white", linewidth=1.5)
    left.set_yticks(np.arange(5) + 0.5, list("aeimn"))
    left.set(title="the table $W_e$: a row a symbol", xticks=[], xlabel="E = 4 numbers")
    left.invert_yaxis()
    picked = table[[0, 4, 4, 0]]
    right.pcolormesh(picked, cmap="RdBu", vmin=-2, vmax=2, edgecolors="white", linewidth=1.5)
    right.set_yticks(np.arange(4) + 0.5, list("anna"))
    right.set(title="anna, looked up: a row a step", xticks=[], xlabel="E = 4 numbers")
    right.invert_yaxis()
    settle(figure)
show(
    figure,
    "On the left a table with a row of four numbers, drawn as colours, for each of the letters a, e, i, m and n. On the right the "
    "word anna: four rows, copied out of the table. The first and the last are the row of a, the two in the middle the row of n.",
)

# %% [markdown]
# **The equation.** With the number $k = \text{id}_{t,n}$ of the symbol that example $n$ has at step $t$:
#
# $$x_{t,n} = W_e[k] \qquad \text{(row } k \text{, counted from 0)}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | id | `ids` | (T, N) integers | the number of each symbol, 0 to V − 1 |
# | $W_e$ | `W_e` | (V, E) | the table: a row of E numbers for each of V symbols |
# | $x$ | `xs` | (T, N, E) | the vectors, ready for a cell |
#
# **Your turn.** NumPy does all of it at once: an array of integers may be an index.


# %% exercise="embedding"
def embedding(ids, W_e):
    """Look up the vector of each symbol.

    ids: (T, N) integers.  W_e: (V, E).
    Returns xs: (T, N, E).
    """
    ### BEGIN SOLUTION
    return W_e[ids]
    ### END SOLUTION


# %%
check(embedding)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# `W_e[3]` is row 3. `W_e[[3, 0]]` is two rows, (2, E). What is `W_e[ids]`?
# </details>

# %% grade="embedding" points=1

# %% [markdown]
# **Try it: is it the same, and what does it save?** A batch of 32 sentences of 20 words, with 5,000 words in the vocabulary and vectors of 50 numbers.

# %%
look_up = working(embedding)
rng = np.random.default_rng(0)
small_ids, small = rng.integers(30, size=(20, 32)), rng.normal(size=(30, 50))
same = np.allclose(look_up(small_ids, small), rnnlib.one_hot(small_ids, 30) @ small)
print("one-hot times matrix, and looked up: the same?", same)
T, N, V, E = 20, 32, 5_000, 50
print(f"one-hot:    {T * N * V:>12,} numbers to hold, {T * N * V * E:>12,} multiplications")
print(f"looked up:  {T * N:>12,} numbers to hold, {0:>12} multiplications")

# %% [markdown]
# **And backward.** A row that was copied gets the gradient of its copy. A row that was copied *three times* gets the **sum** of three gradients: it has
# changed the loss in three places.
#
# $$\frac{\partial L}{\partial W_e[k]} = \sum_{t,n \,:\, \text{id}_{t,n} = k} \frac{\partial L}{\partial x_{t,n}}$$
#
# On paper: the word *anna* with $E = 1$ and the gradients 1, 2, 3, 4 at its letters. Row a gets $1 + 4 = 5$, row n gets $2 + 3 = 5$, all other rows get 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L / \partial x$ | `dvectors` | (T, N, E) | the gradient at each place: what a cell's backward returns as `dxs` |
# | id | `ids` | (T, N) integers | |
# | $W_e$ | `W_e` | (V, E) | only its shape is needed |
# | $\partial L / \partial W_e$ | `dW_e` | (V, E) | zero for symbols that do not occur |
#
# **Your turn.** There is a trap in the line that comes to mind first.


# %% exercise="embedding_backward"
def embedding_backward(dvectors, ids, W_e):
    """Gradient of the table: each vector's gradient is added to the row it came from.

    dvectors: (T, N, E).  ids: (T, N) integers.  W_e: (V, E).
    Returns dW_e: (V, E).
    """
    ### BEGIN SOLUTION
    dW_e = np.zeros_like(W_e)
    np.add.at(dW_e, ids, dvectors)
    return dW_e
    ### END SOLUTION


# %%
check(embedding_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the trap</summary>
#
# `a[[0, 0]] += 1` adds 1 to `a[0]` **once**: NumPy reads `a[0]` twice, adds, and writes the result twice.
# </details>
# <details><summary><b>Hint 2</b>: the way out</summary>
#
# `np.add.at(a, index, values)` adds once for each index, also for an index that repeats. Or go through the symbols one by one: `dvectors[ids == k]` are the
# gradients of all places where symbol k stands.
# </details>

# %% grade="embedding_backward" points=2

# %% [markdown]
# **Try it: how much the trap costs.** The loss is the sum of `weights * xs` over a batch of words. We compare the gradient with central differences, and with what `dW_e[ids] += dvectors`
# would have given.

# %%
back_to_table = working(embedding_backward)
letters = rnnlib.Vocabulary("<abcdefghijklmnopqrstuvwxyz>")
few_ids, _ = rnnlib.pad([letters.encode(word) for word in ("anna", "emma", "mina", "nina")])
rng = np.random.default_rng(1)
W_e, weights = rng.normal(size=(28, 2)), rng.normal(size=(4, 4, 2))
gradient = back_to_table(weights, few_ids, W_e)
numeric = rnnlib.numerical_gradient(lambda W: np.sum(weights * look_up(few_ids, W)), W_e)
trap = np.zeros_like(W_e)
trap[few_ids] += weights
print("anna, emma, mina, nina: the first of two gradients of each row")
print("letter   occurs   yours   by difference   the trap")
for letter in "aeimnz":
    k = letters.encode(letter)[0]
    row = f"{gradient[k, 0]:>8.3f} {numeric[k, 0]:>15.3f} {trap[k, 0]:>10.3f}"
    print(f"{letter:>6} {np.sum(few_ids == k):>8} {row}")

# %% [markdown]
# Where a letter occurs once, the trap does no harm. Where it occurs often, all gradients but one are lost. No error appears, and the network still learns something: such a mistake can
# live for years.
#
# **Question 1.** A batch holds 32 sentences of 20 words, the vocabulary has 10,000 words, $E = 50$. How many *rows* of `dW_e` can be different from zero, at most?

# %% answer="touched"
answer_touched = None  # your answer: a number
### BEGIN SOLUTION
answer_touched = 640
### END SOLUTION

# %%
check_answer("touched", answer_touched)

# %% grade_answer="touched" points=0.5

# %% [markdown]
# ## 9.2 One answer for a whole sequence
#
# **The idea.** A network that reads has a state after every step. Which of them are asked? For **one answer a sequence** (*many to one*: the language of a name) ask the last real state: it
# has read everything. For **one answer a step** (*many to many*: a tag for every word) ask them all. Everything below the output layer stays the same.

# %% hidden=true
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, tint

with styled():
    page = Sketch(7.4, 2.35)
    for left, title, asked in ((0.5, "many to one", (3,)), (4.3, "many to many", range(4))):
        page.text(left - 0.3, 2.2, title, ha="left", size=10.5)
        before = None
        for t in range(4):
            x = left + 0.85 * t
            letter = page.box(x, 0.3, "ross"[t], fill=tint(BLUE), size=(0.5, 0.38))
            state = page.box(x, 1.05, f"$h_{t + 1}$", fill="#FFFFFF", size=(0.56, 0.42))
            page.arrow(letter.top, state.bottom, BLUE)
            if before is not None:
                page.arrow(before.right, state.left, VERMILLION)
            if t in asked:
                answer = page.box(x, 1.8, "$p$", fill=tint(GREEN), size=(0.5, 0.38))
                page.arrow(state.top, answer.bottom, GREEN)
            before = state
show(
    page.figure,
    "The name ross, read letter by letter, twice. Many to one: only the last of the four states has an arrow up to an answer p. "
    "Many to many: each of the four states has one.",
)

# %% [markdown]
# **The equations.** With the length $\ell_n$ of example $n$, steps counted from 1:
#
# $$\text{logits}_n = h_{\ell_n,n} W_{hy} + b_y \qquad
# L = -\frac{1}{N} \sum_n \log \text{softmax}(\text{logits}_n)[\text{target}_n]$$
#
# $$\frac{\partial L}{\partial h_{t,n}} = \begin{cases} \dfrac{\partial L}{\partial \text{logits}_n} W_{hy}^T & \text{if } t = \ell_n \\ 0 & \text{else} \end{cases}$$
#
# The zeros are no mistake. The earlier states get their gradient as well, but from the *cell*: `rnn_backward` carries it from step to step. What you return is what the output layer
# alone knows.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h$ | `hs` | (T, N, H) | all states, padded |
# | $\ell$ | `lengths` | (N,) integers | |
# | target | `targets` | (N,) integers | the right class of each sequence |
# | $W_{hy}, b_y$ | `params` | `DenseParams` | the output layer, with K classes |
# | $L$ | `loss` | a number | a mean over the N sequences |
# | $\partial L / \partial h$ | `dhs` | (T, N, H) | zero but for each example's last real step |
# | | `grads` | `DenseParams` | the output layer's gradients |
#
# **Your turn.** You may use what earlier units have written: `output_step(h, params)`, `cross_entropy(logits, targets)`, `cross_entropy_backward(logits, targets)`, which is `dlogits`, and
# `output_step_backward(dlogits, h, params)`, which returns `dh` and `grads`. The last states are picked as in unit 07.


# %% exercise="many_to_one"
def many_to_one(hs, lengths, targets, params):
    """One answer for each sequence, from its last real state: the loss, and the way back.

    hs: (T, N, H).  lengths: (N,) integers.  targets: (N,) integers.  params: DenseParams.
    Returns loss: a number; dhs: (T, N, H); grads: DenseParams.
    """
    ### BEGIN SOLUTION
    n = np.arange(len(lengths))
    last = hs[lengths - 1, n]
    logits = output_step(last, params)
    loss = cross_entropy(logits, targets)
    dlast, grads = output_step_backward(cross_entropy_backward(logits, targets), last, params)
    dhs = np.zeros_like(hs)
    dhs[lengths - 1, n] = dlast
    return loss, dhs, grads
    ### END SOLUTION


# %%
check(many_to_one)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the way forward</summary>
#
# `last = hs[lengths - 1, np.arange(N)]` is (N, H). It goes through `output_step`, and the logits through `cross_entropy`.
# </details>
# <details><summary><b>Hint 2</b>: the way back</summary>
#
# `output_step_backward(dlogits, last, params)` gives the gradient of `last`, (N, H), and the `grads`.
# </details>
# <details><summary><b>Hint 3</b>: back to where it came from</summary>
#
# `dhs = np.zeros_like(hs)`, and then the same index as on the way forward, on the left: `dhs[lengths - 1, np.arange(N)] = ...`
# </details>

# %% grade="many_to_one" points=2.5

# %% [markdown]
# **The data: 6,514 surnames from ten languages**, without accents, in lower case. A name that is usual in two of them was left out, so each has one right answer. (What a list calls Swedish is usual in
# Sweden. It says how a language is *spelt*, and nothing about the person who bears the name.) Split at random; the test is looked at only after training.

# %%
by_language = surnames()
LANGUAGES = list(by_language)
pairs = [(name, k) for k, names in enumerate(by_language.values()) for name in names]
pairs = [pairs[i] for i in np.random.default_rng(0).permutation(len(pairs))]
test_names, names = ([name for name, _ in part] for part in (pairs[:1200], pairs[1200:]))
y_test, y_train = (np.array([k for _, k in part]) for part in (pairs[:1200], pairs[1200:]))
print(len(names), "names for training,", len(test_names), "for testing")
for k, language in enumerate(LANGUAGES):
    some = [name for name, y in zip(names, y_train) if y == k][:5]
    print(f"{language:<9} {np.sum(y_train == k):>4}   {', '.join(some)}")

# %% [markdown]
# **The machine** for the whole unit stands in the next cells: a model is a table, a cell (or two of them, for both directions) and an output layer. `read` goes up to the states, and hands back
# a function that goes down again. `train` needs a *head* besides: a function that turns states into a loss and `dhs`. Your `many_to_one` is the first head.


# %% hidden=true
@rnnlib.parameters
class Reader(rnnlib.Params):
    """A table of embeddings, a cell or a pair of them, an output layer."""

    W_e: np.ndarray
    cell: rnnlib.Params
    out: DenseParams


def new_reader(V, K, seed, *, E=16, H=32, init=rnnlib.init_rnn, both=False):
    """A model with random weights, in float32, which is faster."""
    rng = np.random.default_rng(seed)
    cell = init(E, H, rng, dtype=np.float32)
    if both:
        cell = BidirectionalParams(cell, init(E, H, rng, dtype=np.float32))
    W_e = (0.5 * rng.normal(size=(V, E))).astype(np.float32)
    return Reader(W_e, cell, rnnlib.init_dense(2 * H if both else H, K, rng, dtype=np.float32))


def read(model, ids, mask):
    """All states (T, N, H), and a function from dhs back to the gradients of table and cell."""
    if isinstance(model.cell, BidirectionalParams):
        forward, backward = rnnlib.bidirectional_forward, rnnlib.bidirectional_backward
    else:
        forward, backward = rnnlib.cell_functions(model.cell)[:2]
    xs = look_up(ids, model.W_e)
    hs, _, cache = forward(xs, rnnlib.zero_state(model.cell, ids.shape[1]), model.cell, mask=mask)

    def go_back(dhs):
        dxs, _, grads_cell = backward(dhs.astype(hs.dtype), None, cache)
        return back_to_table(dxs, ids, model.W_e), grads_cell

    return hs, go_back


def train(model, texts, targets, head, *, updates, N, seed=0, learning_rate=0.01):
    """Adam on batches drawn at random. head(hs, mask, targets, out) gives loss, dhs, grads."""
    rng, state = np.random.default_rng(seed), rnnlib.adam_state(model)
    for update in range(updates):
        chosen = rng.integers(len(texts), size=N)
        ids, mask = rnnlib.pad([texts[i] for i in chosen])
        hs, go_back = read(model, ids, mask)
        _, dhs, grads_out = head(hs, mask, [targets[i] for i in chosen], model.out)
        grads = Reader(*go_back(dhs), grads_out).map(lambda g, p: g.astype(p.dtype), model)
        grads, _ = rnnlib.clip_grad_norm(grads, 1.0)
        rate = learning_rate * (1 - update / updates) + 1e-4
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=rate)
    return model


# %%
answer_at_the_end = working(many_to_one)


def last_head(hs, mask, targets, out):
    """The last real state answers."""
    return answer_at_the_end(hs, mask.sum(axis=0), np.array(targets), out)


def guesses_of(model, texts, pool=rnnlib.last_pool):
    """The class of the largest logit for each text; `pool` makes one state of all."""
    ids, mask = rnnlib.pad(texts)
    return output_step(pool(read(model, ids, mask)[0], mask), model.out).argmax(axis=1)


def encode_names(names):
    """Each name as numbers, with a mark where it begins and one where it ends."""
    return [letters.encode(f"<{name}>") for name in names]


# %% tags=["nbval-ignore-output"]
model = new_reader(len(letters), 10, seed=0, H=64)
model = train(model, encode_names(names), y_train, last_head, updates=1200, N=64)
network = guesses_of(model, encode_names(test_names))
on_training = np.mean(guesses_of(model, encode_names(names)) == y_train)
print(f"RNN, final state: {np.mean(network == y_test):.1%} of the test names are right")
print(f"                  {on_training:.1%} of the training names")
for name, y, k in list(zip(test_names, y_test, network))[:8]:
    print(f"   {name:<14} {LANGUAGES[y]:<9}" + ("" if y == k else f"  taken for {LANGUAGES[k]}"))

# %% [markdown]
# Ten classes, and about two names in three are right. Is that good? Nobody can say, before there is a baseline.
#
# ## 9.3 The dull baseline: count, and forget the order
#
# **The idea.** Put the symbols of a text into a bag: count how often each of them is in there, and forget where. Each text becomes a row of V counts, whatever its length, and a **logistic regression**, an
# output layer alone, makes an answer of it. It costs next to nothing, and in real text it is hard to beat.
#
# **The equation.**
#
# $$c_{n,k} = \sum_t m_{t,n} \cdot [\,\text{id}_{t,n} = k\,] \qquad \text{where } [\ldots] \text{ is 1 if it is true, else 0}$$
#
# On paper: *anna* with the alphabet a, b, n gives the counts (2, 0, 2).
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | id | `ids` | (T, N) integers | on the padding anything: do not look for zeros |
# | $m$ | `mask` | (T, N) | True where a symbol is real |
# | $V$ | `V` | a number | size of the vocabulary |
# | $c$ | `counts` | (N, V) | a row for each text |
#
# **Your turn.** The trap of section 9.1 waits here again.


# %% exercise="bag_of_words"
def bag_of_words(ids, mask, V):
    """Count how often each symbol stands in each text.

    ids: (T, N) integers.  mask: (T, N), True where a symbol is real.  V: size of the vocabulary.
    Returns counts: (N, V).
    """
    ### BEGIN SOLUTION
    one_hot = np.eye(V)[ids]
    return (one_hot * mask[:, :, None]).sum(axis=0)
    ### END SOLUTION


# %%
check(bag_of_words)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one-hot vectors can be added</summary>
#
# `np.eye(V)[ids]` is (T, N, V). Summed over time, it counts.
# </details>
# <details><summary><b>Hint 2</b>: the padding</summary>
#
# `mask[:, :, None]` is (T, N, 1). Multiply before you sum.
# </details>

# %% grade="bag_of_words" points=1.5

# %% [markdown]
# **Try it.** A bag of letters knows nothing of their order. A little of it comes back when *pairs* and *triples* of neighbouring letters are counted as symbols too: **n-grams**. *ross*, with its marks, has
# the pairs `<r ro os ss s>`. All baselines below are logistic regressions on counts.


# %%
def n_grams(symbols, most):
    """All runs of 1 up to `most` neighbouring symbols, in order."""
    return [
        tuple(symbols[i : i + n]) for n in range(1, most + 1) for i in range(len(symbols) - n + 1)
    ]


def count_n_grams(train_texts, test_texts, most):
    """Counts (N, V) for training and test; the vocabulary is what at least two texts hold."""
    times = Counter(gram for text in train_texts for gram in set(n_grams(text, most)))
    known = rnnlib.Vocabulary(sorted(gram for gram, n in times.items() if n > 1))
    kept = set(known.symbols)

    def count(texts):
        ids = [known.encode([g for g in n_grams(text, most) if g in kept]) for text in texts]
        counts = np.zeros((len(texts), len(known)), np.float32)
        for row, each in zip(counts, ids):
            np.add.at(row, each, 1)
        return counts

    return count(train_texts), count(test_texts)


def logistic_regression(x, y, x_test, K, updates=1000):
    """Train an output layer alone, with a little weight decay; its guesses on the test."""
    rng = np.random.default_rng(1)
    layer = rnnlib.init_dense(x.shape[1], K, rng, dtype=np.float32).map(lambda p: 0.1 * p)
    state = rnnlib.adam_state(layer)
    for update in range(updates):
        chosen = rng.integers(len(x), size=128)
        dlogits = cross_entropy_backward(output_step(x[chosen], layer), y[chosen])
        _, grads = output_step_backward(dlogits, x[chosen], layer)
        grads = grads.map(lambda g, p: g + 3e-4 * p, layer)
        rate = 0.01 * (1 - update / updates) + 1e-4
        layer, state = rnnlib.adam_step(layer, grads, state, learning_rate=rate)
    return output_step(x_test, layer).argmax(axis=1)


# %% tags=["nbval-ignore-output"]
count = working(bag_of_words)
bags = [
    count(*rnnlib.pad(encode_names(part)), len(letters)).astype(np.float32)
    for part in (names, test_names)
]
results = {"the most frequent language": np.full(1200, np.bincount(y_train).argmax())}
results["letters, counted"] = logistic_regression(bags[0], y_train, bags[1], 10)
for most, words in ((2, "letters and pairs"), (3, "letters, pairs, triples")):
    x, x_test = count_n_grams([f"<{n}>" for n in names], [f"<{n}>" for n in test_names], most)
    results[f"{words}, counted"] = logistic_regression(x, y_train, x_test, 10)
results["RNN, final state"] = network
print("right answers on the test")
for name, guesses in results.items():
    print(f"{name:<34}{np.mean(guesses == y_test):>6.1%}")

# %% [markdown]
# Here is the honest result: **the counted n-grams win.** A bag of single letters is far behind, so order does matter. But it is the order of *neighbours*: *-sson*, *-inen*, *sch*, *-ic*. Pairs and triples
# hold that, and no state has to be learned for it. A better network comes nearer and does not overtake: when this notebook was written, a GRU with max pooling (section 9.6) had 72 % right. This is how it often goes with short texts
# and little data. Keep it in mind when somebody shows you a network without a baseline.
#
# ## 9.4 Good for whom?
#
# **The idea.** One number hides who pays for it. The **confusion matrix** keeps everything: row $k$ holds what became of the examples of class $k$.
#
# $$C_{k,j} = \text{how many examples of class } k \text{ were taken for class } j$$
#
# On paper: the truth 0, 0, 1 and the guesses 0, 1, 1 give the rows (1, 1) and (0, 1). What is right lies on the diagonal. (Some books and programs put the truth in the columns. Look before you read one.)
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `targets` | (M,) integers | the right classes of M examples |
# | | `guesses` | (M,) integers | what the classifier says |
# | $K$ | `K` | a number | how many classes there are, also if one of them does not occur |
# | $C$ | `counts` | (K, K) | rows: truth, columns: guesses |
#
# **Your turn.**


# %% exercise="confusion_matrix"
def confusion_matrix(targets, guesses, K):
    """Count what was taken for what.

    targets, guesses: (M,) integers, 0 to K - 1.  K: how many classes there are.
    Returns counts: (K, K); counts[k, j] examples of class k were taken for class j.
    """
    ### BEGIN SOLUTION
    counts = np.zeros((K, K), dtype=int)
    np.add.at(counts, (targets, guesses), 1)
    return counts
    ### END SOLUTION


# %%
check(confusion_matrix)

# %% [markdown]
# <details><summary><b>Hint 1</b>: with a loop</summary>
#
# `for target, guess in zip(targets, guesses):` and in it one entry goes up by 1.
# </details>
# <details><summary><b>Hint 2</b>: without one</summary>
#
# A pair of index arrays is an index: `(targets, guesses)`. The same pair comes often, so `np.add.at`.
# </details>

# %% grade="confusion_matrix" points=1

# %% [markdown]
# **Two shares for each class.** Of what was *called* Finnish, how much is Finnish? That is the **precision**, a look down a column. Of what *is* Finnish, how much was found? That is the **recall**, a look along
# a row. Either alone is easy to have: call everything Finnish, and the recall is 1. So the two are joined into **F1**, which is high only if both are.
#
# $$\text{precision}_k = \frac{C_{k,k}}{\sum_j C_{j,k}} \qquad
# \text{recall}_k = \frac{C_{k,k}}{\sum_j C_{k,j}} \qquad
# \text{F1}_k = \frac{2 \cdot \text{precision}_k \cdot \text{recall}_k}{\text{precision}_k + \text{recall}_k}$$
#
# Where that would be $0 / 0$ (a class that was never given, or that does not occur) the score is 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $C$ | `counts` | (K, K) | from `confusion_matrix` |
# | | `precision`, `recall`, `f1` | (K,) each | numbers from 0 to 1 |
#
# **Your turn.** Use F1 $= 2\,C_{k,k} / (\text{row's sum} + \text{column's sum})$ if you like: it is the same, and you can check that on paper.


# %% exercise="class_scores"
def class_scores(counts):
    """Precision, recall and F1 of each class; 0 where there is nothing to divide by.

    counts: (K, K), rows are the truth, columns the guesses.
    Returns precision, recall, f1: (K,) each.
    """
    ### BEGIN SOLUTION
    right, given, are = np.diag(counts), counts.sum(axis=0), counts.sum(axis=1)
    precision = right / np.maximum(given, 1)
    recall = right / np.maximum(are, 1)
    return precision, recall, 2 * right / np.maximum(given + are, 1)
    ### END SOLUTION


# %%
check(class_scores)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the sums</summary>
#
# `np.diag(counts)` is the diagonal. `counts.sum(axis=0)` adds up each column, `counts.sum(axis=1)` each row.
# </details>
# <details><summary><b>Hint 2</b>: nothing divided by nothing</summary>
#
# If a sum is 0, what stands above it is 0, too. Then it may be divided by anything but 0: `np.maximum(sums, 1)`. The sums are whole numbers, so no other entry changes.
# </details>

# %% grade="class_scores" points=1.5

# %% [markdown]
# **Try it.**

# %% tags=["nbval-ignore-output"]
confusions, scores = working(confusion_matrix), working(class_scores)
counts_network = confusions(y_test, network, 10)
listed = results["letters, pairs, triples, counted"]
rows = [scores(confusions(y_test, guesses, 10)) for guesses in (network, listed)]
print("                   RNN, final state         triples, counted")
print("                   precision recall   F1    precision recall   F1")
for k, language in enumerate(LANGUAGES):
    cells = "   ".join(f"{p[k]:>8.2f} {r[k]:>7.2f} {f[k]:>6.2f}" for p, r, f in rows)
    print(f"{language:<9} {np.sum(y_test == k):>5}   {cells}")
print("\n                                     right   mean F1 of the ten")
for name in ("the most frequent language", "RNN, final state", "letters, pairs, triples, counted"):
    f1 = scores(confusions(y_test, results[name], 10))[2]
    print(f"{name:<34} {np.mean(results[name] == y_test):>7.1%} {f1.mean():>9.2f}")
both_ways = counts_network + counts_network.T
print("\nmost often taken for each other by the network:")
for place in np.argsort(np.triu(both_ways, 1), axis=None)[:-5:-1]:
    k, j = divmod(int(place), 10)
    print(f"   {LANGUAGES[k]} and {LANGUAGES[j]}: {both_ways[k, j]} names")

# %% hidden=true tags=["nbval-ignore-output"]
with styled():
    figure = new_figure(6.4, 4.7)
    ax = figure.subplots()
    shares = counts_network / counts_network.sum(axis=1, keepdims=True)
    ax.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for k, j in np.argwhere(counts_network > 0):
        ink = "white" if shares[k, j] > 0.55 else "#1A1A1A"
        ax.text(j + 0.5, k + 0.5, counts_network[k, j], ha="center", va="center", size=9, color=ink)
    ax.set_xticks(np.arange(10) + 0.5, LANGUAGES, rotation=40, ha="right", rotation_mode="anchor")
    ax.set_yticks(np.arange(10) + 0.5, LANGUAGES)
    ax.set(xlabel="taken for", ylabel="is")
    ax.invert_yaxis()
    settle(figure)
off = counts_network * (1 - np.eye(10, dtype=int))
k, j = np.unravel_index(off.argmax(), off.shape)
show(
    figure,
    f"The network's confusion matrix as a picture: ten languages, rows the truth, columns the guesses, with the counts. "
    f"Most lies on the diagonal. The largest entry beside it: {off[k, j]} names that are {LANGUAGES[k]} were taken for {LANGUAGES[j]}.",
)

# %% [markdown]
# Zulu is nearly always found, by either: no other language here spells like that. English is the hardest for both. The languages that are mistaken for each other are mostly neighbours on the map, Italian and Spanish first of all.
# And *the most frequent language* shows why one number is not enough: its share of right answers is low, but its mean F1 is far lower, because nine of ten classes are never
# found at all. The more unequal the classes are, the farther apart the two numbers get.
#
# **Question 2.** Of 80 Finnish names in a test, a classifier calls 60 Finnish. Altogether it calls 120 names Finnish. What is its F1 for Finnish?

# %% answer="finnish"
answer_finnish = None  # your answer: a number
### BEGIN SOLUTION
answer_finnish = 0.6
### END SOLUTION

# %%
check_answer("finnish", answer_finnish)

# %% grade_answer="finnish" points=0.5

# %% [markdown]
# ## 9.5 Where counting must fail
#
# **The idea.** Is there text on which a bag of words *cannot* win, whatever is done with the counts? Yes, and we can make it: a small grammar of guests' opinions on a guest house. Each sentence praises one thing and
# blames another. Which of them counts in the end is said by *but* and *although*; *not* and *far from* turn an adjective over. And the sentences come in **pairs**: the same words, each equally
# often, and the opposite meaning.

# %%
sentences, labels = opinions(4000, np.random.default_rng(1))
test_sentences, test_labels = opinions(1000, np.random.default_rng(2))
short = [k for k in range(0, 1000, 2) if len(" ".join(test_sentences[k])) < 80][:3]
for k in (n for first in short for n in (first, first + 1)):
    print("good" if test_labels[k] else "bad ", "  ", " ".join(test_sentences[k]))

equal = [Counter(a) == Counter(b) for a, b in zip(test_sentences[::2], test_sentences[1::2])]
opposite = test_labels[::2] != test_labels[1::2]
seen = {" ".join(s) for s in sentences} & {" ".join(s) for s in test_sentences}
print(
    f"\n{len(equal)} pairs in the test: the same words, equally often, in {np.mean(equal):.0%} of them;"
)
print(
    f"the opposite meaning in {np.mean(opposite):.0%}. Test sentences that are in the training: {len(seen)}"
)

# %% [markdown]
# **The proof** takes three lines. The two sentences of a pair have the same counts. Any function of the counts, a logistic regression, a deep network, anything, gives both the same answer. They have
# opposite labels, so of the two it gets exactly one right. On the whole test it is right **half of the time: not about half, exactly half.**
#
# Pairs and triples of neighbouring words escape the proof, since *good but* is another pair than *poor but*. How far do they get?

# %% tags=["nbval-ignore-output"]
words = rnnlib.Vocabulary.from_texts(
    sentences + opinions(400, np.random.default_rng(3), tail=20)[0]
)
V = len(words)


def encode(sentences):
    """Sentences as numbers, one for each word."""
    return [words.encode(sentence) for sentence in sentences]


bags = [
    count(*rnnlib.pad(encode(part)), V).astype(np.float32) for part in (sentences, test_sentences)
]
guess = logistic_regression(bags[0], labels, bags[1], 2)
print(
    "right answers on the test, 1,000 sentences of",
    f"{np.mean(list(map(len, test_sentences))):.0f} words",
)
print(f"{'words, counted':<40}{np.mean(guess == test_labels):>6.1%}")
print(f"   the same answer for both of a pair: {np.mean(guess[::2] == guess[1::2]):.0%}")
for most in (2, 3, 4):
    x, x_test = count_n_grams(sentences, test_sentences, most)
    guess = logistic_regression(x, labels, x_test, 2)
    print(f"{f'runs of up to {most} words, counted':<40}{np.mean(guess == test_labels):>6.1%}")

# %% [markdown]
# The bag of words stands where the proof puts it. Longer runs help little: between the adjective and *but* or *although* there are words that do not matter, and the longer the runs, the
# rarer each of them is. Now your network, from three random starts.

# %% tags=["nbval-ignore-output"]
texts, test_texts = encode(sentences), encode(test_sentences)
readers = [
    train(new_reader(V, 2, seed), texts, labels, last_head, updates=800, N=32, seed=seed)
    for seed in range(3)
]
shares = [np.mean(guesses_of(reader, test_texts) == test_labels) for reader in readers]
print(f"{'RNN, final state, three starts':<40}" + "  ".join(f"{s:>6.1%}" for s in shares))
best = readers[int(np.argmax(shares))]

# %% [markdown]
# Order has won. What does the network think *while* it reads? We ask it after every word, which is many to many, for both sentences of a pair.

# %% hidden=true tags=["nbval-ignore-output"]
pair = next(
    k
    for k in range(0, 1000, 2)
    if "but" in test_sentences[k]
    and max(map(len, test_sentences[k : k + 2])) <= 13
    and "not" in test_sentences[k]
)
with styled():
    figure = new_figure(7.2, 4.6)
    alt = []
    for ax, k in zip(figure.subplots(2, 1), (pair, pair + 1)):
        ids, mask = rnnlib.pad([test_texts[k]])
        good = rnnlib.softmax(output_step(read(best, ids, mask)[0], best.out))[:, 0, 1]
        ax.plot(good, "o-", color=GREEN if test_labels[k] else VERMILLION, markersize=4)
        ax.axhline(0.5, color=GREY, linewidth=0.8, linestyle=":")
        ax.set_xticks(
            range(len(good)), test_sentences[k], rotation=35, ha="right", rotation_mode="anchor"
        )
        ax.set(ylim=(-0.06, 1.06), yticks=[0, 0.5, 1], ylabel="p(good)")
        ax.set_title("means something good" if test_labels[k] else "means something bad")
        alt.append(f"“{' '.join(test_sentences[k])}” ends at {good[-1]:.2f}")
    settle(figure)
show(
    figure,
    "The probability of good after every word, for the two sentences of a pair. "
    + "; ".join(alt)
    + ".",
)

# %% [markdown]
# Only the last dot was trained: nobody asked before the end. What the network says on its way is a guess in the middle of the sentence, and it turns over at the words that decide.
#
# **Question 3.** Which of these could tell the two sentences of a pair apart?
#
# - a) a deep feed-forward network on the counts of the words
# - b) the mean of the words' *embeddings*, and a deep network on top of it
# - c) the mean of a recurrent network's *states*, and a logistic regression on top of it
# - d) none of them: a mean forgets the order

# %% answer="tell_apart"
answer_tell_apart = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_tell_apart = "c"
### END SOLUTION

# %%
check_answer("tell_apart", answer_tell_apart)

# %% grade_answer="tell_apart" points=0.5

# %% [markdown]
# ## 9.6 What the final state forgets, and pooling
#
# **The idea.** Real reviews do not stop when they have said what matters. They go on about the train, the rain and the children. The final state has to carry the answer through all of that, step after step. And, as
# unit 04 has shown, the gradient has to come back through all of it. So ask not the last state alone, but **all of them**: put one vector together from all states. This is **pooling**.
#
# - the **mean**: every step counts alike;
# - the **max**: for each unit, the step at which it was largest. A unit that cries out *once*, wherever, is heard.

# %% hidden=true
states = np.tanh(np.random.default_rng(5).normal(size=(6, 5)))
with styled():
    figure = new_figure(7.0, 2.4)
    axes = figure.subplots(1, 4, width_ratios=(6, 1.25, 1.25, 1.25))
    axes[0].pcolormesh(states.T, cmap="RdBu", vmin=-1, vmax=1, edgecolors="white", linewidth=1.5)
    winners = states.argmax(axis=0)
    for j, t in enumerate(winners):
        axes[0].plot(t + 0.5, j + 0.5, "o", color="#1A1A1A", markersize=5)
    axes[0].set(title="states", ylabel="unit", yticks=[])
    axes[0].set_xticks(np.arange(6) + 0.5, [f"step {t + 1}" for t in range(6)])
    for ax, vector, title in zip(
        axes[1:], (states[-1], states.mean(axis=0), states.max(axis=0)), ("last", "mean", "max")
    ):
        ax.pcolormesh(
            vector[:, None], cmap="RdBu", vmin=-1, vmax=1, edgecolors="white", linewidth=1.5
        )
        ax.set(title=title, xticks=[], yticks=[])
    settle(figure)
show(
    figure,
    "Five units over six steps, their states drawn as colours. A dot marks the step at which each unit is largest: at the steps "
    + ", ".join(str(t + 1) for t in winners)
    + ". Beside it the three ways to make one vector of them: the last column, the mean over the steps, which is paler, "
    "and the max, which holds the five marked values.",
)

# %% [markdown]
# **The equations.** With the mask $m$ and the lengths $\ell_n = \sum_t m_{t,n}$:
#
# $$\text{mean}_n = \frac{1}{\ell_n} \sum_t m_{t,n}\, h_{t,n} \qquad\qquad
# \frac{\partial L}{\partial h_{t,n}} = \frac{m_{t,n}}{\ell_n} \frac{\partial L}{\partial \text{mean}_n}$$
#
# On paper: a unit has the values 1 and 3, and a padding of 9 behind them. The mean is 2. A gradient of 10 at the mean becomes 5 at each of the two real steps, and 0 at the padding.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h$ | `hs` | (T, N, H) | states; on the padding anything |
# | $m$ | `mask` | (T, N) | True where a step is real; at least one in each column |
# | mean | `pooled` | (N, H) | |
# | $\partial L / \partial$ mean | `dpooled` | (N, H) | |
# | $\partial L / \partial h$ | `dhs` | (T, N, H) | |
#
# **Your turn**, forward and backward.


# %% exercise="mean_pool"
def mean_pool(hs, mask):
    """The mean of the real states of each example.

    hs: (T, N, H).  mask: (T, N).
    Returns pooled: (N, H).
    """
    ### BEGIN SOLUTION
    lengths = mask.sum(axis=0)
    return (hs * mask[:, :, None]).sum(axis=0) / lengths[:, None]
    ### END SOLUTION


# %%
check(mean_pool)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the sum</summary>
#
# `hs * mask[:, :, None]` sets the padding to 0; then the sum over axis 0 is a sum of real states.
# </details>
# <details><summary><b>Hint 2</b>: the division</summary>
#
# The lengths, (N,), belong to the rows of the (N, H) sum: `lengths[:, None]`.
# </details>

# %% grade="mean_pool" points=1.5


# %% exercise="mean_pool_backward"
def mean_pool_backward(dpooled, hs, mask):
    """Gradient of the states, from the gradient of their mean.

    dpooled: (N, H).  hs: (T, N, H).  mask: (T, N).
    Returns dhs: (T, N, H).
    """
    ### BEGIN SOLUTION
    share = dpooled / mask.sum(axis=0)[:, None]
    return mask[:, :, None] * share
    ### END SOLUTION


# %%
check(mean_pool_backward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Every real step gets the same share, `dpooled / lengths[:, None]`, (N, H). Times `mask[:, :, None]`, (T, N, 1), NumPy makes (T, N, H) of it.
# </details>

# %% grade="mean_pool_backward" points=1.5

# %% [markdown]
# **The max.** Only the step that was largest has changed the result, so it gets the whole gradient, and the others get none:
#
# $$\text{max}_{n,j} = \max_{t \,:\, m_{t,n}} h_{t,n,j}$$
#
# $$\frac{\partial L}{\partial h_{t,n,j}} = \begin{cases} \dfrac{\partial L}{\partial \text{max}_{n,j}} & \text{if } t \text{ is the step where unit } j \text{ of example } n \text{ was largest} \\ 0 & \text{else} \end{cases}$$
#
# On paper: the values −3 and −1, and a padding of 0 behind them. The max is −1. If the 0 wins, the padding has been counted. Setting it to 0, as for a mean, does not help: it has to be **smaller than everything**.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h$ | `hs` | (T, N, H) | states; on the padding anything |
# | $m$ | `mask` | (T, N) | |
# | max | `pooled` | (N, H) | the largest value over the real steps, for each unit by itself |
# | $\partial L / \partial$ max | `dpooled` | (N, H) | |
# | $\partial L / \partial h$ | `dhs` | (T, N, H) | one entry that is not zero for each example and unit |
#
# **Your turn.** `np.inf` is infinity. `np.where(a, b, c)` takes from `b` where `a` is True, and from `c` elsewhere.


# %% exercise="max_pool"
def max_pool(hs, mask):
    """For each unit the largest value over the real steps.

    hs: (T, N, H).  mask: (T, N).
    Returns pooled: (N, H).
    """
    ### BEGIN SOLUTION
    return np.where(mask[:, :, None], hs, -np.inf).max(axis=0)
    ### END SOLUTION


# %%
check(max_pool)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Set the padding to `-np.inf` with `np.where(mask[:, :, None], hs, ...)`, then `.max(axis=0)`.
# </details>

# %% grade="max_pool" points=1.5


# %% exercise="max_pool_backward"
def max_pool_backward(dpooled, hs, mask):
    """Gradient of the states, from the gradient of their maximum.

    dpooled: (N, H).  hs: (T, N, H).  mask: (T, N).
    Returns dhs: (T, N, H).
    """
    ### BEGIN SOLUTION
    real = np.where(mask[:, :, None], hs, -np.inf)
    return (real == real.max(axis=0)) * dpooled
    ### END SOLUTION


# %%
check(max_pool_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where was it?</summary>
#
# Set the padding to `-np.inf` as before. Then either compare every entry with the maximum, `real == real.max(axis=0)`, or ask for its step: `real.argmax(axis=0)`, (N, H).
# </details>
# <details><summary><b>Hint 2</b>: putting it there</summary>
#
# The comparison is (T, N, H), True in one place for each unit: times `dpooled`, that is the answer. With the steps it takes three indices: `dhs[steps, np.arange(N)[:, None], np.arange(H)] = dpooled`.
# </details>
# <details><summary><b>Two steps equally large?</b></summary>
#
# With real numbers that hardly happens. The comparison would then give the gradient to both, `argmax` to the first. The check takes either.
# </details>

# %% grade="max_pool_backward" points=2

# %% [markdown]
# **Question 4.** The states of one sentence are an array of $T = 20$ steps and $H = 32$ units, without padding, and no two numbers are equal. Every entry of `dpooled` is different from zero. How many entries of `dhs` are different from zero
# after max pooling?

# %% answer="winners"
answer_winners = None  # your answer: a number
### BEGIN SOLUTION
answer_winners = 32
### END SOLUTION

# %%
check_answer("winners", answer_winners)

# %% grade_answer="winners" points=0.5

# %% [markdown]
# **Try it: how much gradient comes to the first words?** An untrained network, 200 sentences with 40 words and more behind them that do not matter. For each way to make one vector: how long is the gradient that arrives at
# each word's embedding?

# %%
mean_of, mean_back = working(mean_pool), working(mean_pool_backward)
max_of, max_back = working(max_pool), working(max_pool_backward)


def pooled_head(pool, pool_backward):
    """A head that pools, and then answers once for each sequence."""

    def head(hs, mask, targets, out):
        pooled = pool(hs, mask)
        logits = output_step(pooled, out)
        dlogits = cross_entropy_backward(logits, np.array(targets))
        dpooled, grads = output_step_backward(dlogits, pooled, out)
        return cross_entropy(logits, np.array(targets)), pool_backward(dpooled, hs, mask), grads

    return head


HEADS = {
    "last": last_head,
    "mean": pooled_head(mean_of, mean_back),
    "max": pooled_head(max_of, max_back),
}
POOLS = {"last": rnnlib.last_pool, "mean": mean_of, "max": max_of}
long_sentences, long_labels = opinions(200, np.random.default_rng(4), tail=40)
ids, mask = rnnlib.pad(encode(long_sentences))
untrained = new_reader(V, 2, seed=0).map(lambda p: p.astype(float))
xs = look_up(ids, untrained.W_e)
hs, _, cache = rnnlib.rnn_forward(xs, np.zeros((200, 32)), untrained.cell, mask=mask)
arriving = {}
print("mean length of the gradient at word       1        10        20        40")
for name, head in HEADS.items():
    _, dhs, _ = head(hs, mask, long_labels, untrained.out)
    dxs, _, _ = rnnlib.rnn_backward(dhs, None, cache)
    arriving[name] = np.linalg.norm(dxs, axis=2).mean(axis=1)
    print(f"{name:<35}" + "".join(f"{arriving[name][t - 1]:>10.1e}" for t in (1, 10, 20, 40)))

# %% hidden=true
with styled():
    figure = new_figure(6.8, 2.9)
    ax = figure.subplots()
    for (name, curve), color in zip(arriving.items(), (VERMILLION, BLUE, GREEN)):
        ax.semilogy(np.arange(1, 41), curve[:40], color=color)
        ax.annotate(
            name, (40, curve[39]), xytext=(6, 0), textcoords="offset points", color=color, va="center",
            annotation_clip=False,
        )  # fmt: skip
    ax.set(xlabel="word", ylabel="gradient that arrives", xlim=(1, 40))
    settle(figure)
show(
    figure,
    f"The length of the gradient at the words 1 to 40, on a logarithmic scale. Asked at the end it falls from {arriving['last'][39]:.0e} at "
    f"word 40 to {arriving['last'][0]:.0e} at word 1. With the mean it stays near {arriving['mean'][9]:.0e}, with the max near {arriving['max'][9]:.0e}, at all words alike.",
)

# %% [markdown]
# From the last state nearly nothing arrives at the words that matter. From a pooled vector every word has a way of one step to the answer. But a gradient is only a promise. So train: sentences without a tail, and with tails of about 10, 20 and 30 words, three ways to
# answer, two starts each. Tested without a tail, with about 30 words, and with 100, longer than anything in the training.

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(5)
with_tails, tail_labels = [], []
for tail in (0, 10, 20, 30):
    some, their_labels = opinions(1000, rng, tail=tail)
    with_tails += encode(some)
    tail_labels += their_labels.tolist()
tails_test = {t: opinions(400, np.random.default_rng(6), tail=t) for t in (0, 30, 100)}


def by_tail(name, pool, start, head, updates=700, **options):
    """Train from this start, and print the right answers for each length of tail."""
    reader = new_reader(V, 2, start, **options)
    reader = train(reader, with_tails, tail_labels, head, updates=updates, N=32, seed=start)
    shares = [np.mean(guesses_of(reader, encode(s), pool) == y) for s, y in tails_test.values()]
    print(f"{name:<30}" + "".join(f"{share:>10.1%}" for share in shares))


print("right answers with a tail of           0        30       100")
print(f"{'words, counted (by proof)':<30}" + f"{0.5:>10.1%}" * 3)
for name in HEADS:
    for start in range(2):
        by_tail(f"RNN, {name}, start {start + 1}", POOLS[name], start, HEADS[name])

# %% [markdown]
# - **Asked at its end, the network learns next to nothing** in this time, not even for the sentences without a tail. The answer is not hard: trained without tails, the same network got it. It is the way back that is too long.
# - **The max** is right nearly always, and with 100 words behind as well as with none. Once a unit has cried out, no tail can make it unsaid.
# - **The mean** can do it as well, but it is learned less surely: from one of the two starts it was not, in the same time. In a mean over forty words each has a small say.
# - One start more or less can change a row. When *all* training sentences had a tail of 30 words, the max, too, failed from one start of two, and the mean from two of three. Pooling opens a way; it does not promise that it is found.
#
# And still, order matters: the *states* are pooled, and each of them knows what came before it. The mean of the *embeddings* would be a bag of words again.
#
# **Pooling is not the only cure.** The gates of unit 06 keep what matters through the tail, and a bidirectional network has a second final state, at the *first* word. **Optional:** set `MORE = True` and run the cell. It takes about ten
# seconds. When this notebook was written, the three columns were 100 % for the GRU with its last state (1,600 updates) and for the plain network in both directions with its two final states.

# %%
MORE = False
if MORE:

    def ends_pool(hs, mask):
        """The forward cell's last state beside the backward cell's, which is at the first step."""
        half = hs.shape[2] // 2
        return np.concatenate([rnnlib.last_pool(hs, mask)[:, :half], hs[0, :, half:]], axis=1)

    def ends_backward(dpooled, hs, mask):
        """Each half goes back to the state that it came from."""
        half = hs.shape[2] // 2
        dhs = rnnlib.last_pool_backward(dpooled, hs, mask)
        dhs[:, :, half:] = 0
        dhs[0, :, half:] = dpooled[:, half:]
        return dhs

    by_tail("GRU, last", rnnlib.last_pool, 0, last_head, 1600, init=rnnlib.init_gru)
    by_tail("both directions", ends_pool, 0, pooled_head(ends_pool, ends_backward), both=True)

# %% [markdown]
# ## 9.7 An answer for every word
#
# **The idea.** Now *many to many*. Somebody reports what was said of the house, and denies some of it: *it is not true that the food was fine*. Which words are denied? Each word gets a tag: 1 if it is part of a statement that the speaker denies, else 0. The denial
# may come first (*it is false that ...*) or last (*that ... is false*). And *is not false* denies nothing.

# %%
reports, tags = denials(3000, np.random.default_rng(1))
seen = {" ".join(report) for report in reports}
more_reports, more_tags = denials(620, np.random.default_rng(2))
fresh = [k for k, report in enumerate(more_reports) if " ".join(report) not in seen]
test_reports, test_tags = ([part[k] for k in fresh] for part in (more_reports, more_tags))
print("What is denied, in capital letters:")
short = [k for k, report in enumerate(test_reports) if 60 < len(" ".join(report)) < 95][:6]
for report, marks in ((test_reports[k], test_tags[k]) for k in short):
    print("  ", " ".join(word.upper() if mark else word for word, mark in zip(report, marks)))
print(
    f"\n{len(reports)} reports for training, {len(test_reports)} for testing, none of them in both"
)

# %% [markdown]
# **The equation** is that of unit 07: one mean over all real words of the batch. What is new is the way back through the output layer, which has been used at *every* step: its gradients are added up over all of them.
#
# $$\text{logits}_{t,n} = h_{t,n} W_{hy} + b_y \qquad
# L = -\frac{1}{M} \sum_{t,n} m_{t,n} \log \text{softmax}(\text{logits}_{t,n})[\text{target}_{t,n}] \qquad M = \sum_{t,n} m_{t,n}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h$ | `hs` | (T, N, H) | all states |
# | $m$ | `mask` | (T, N) | True where a word is real |
# | target | `targets` | (T, N) integers | a tag for every word; on the padding anything |
# | | `params` | `DenseParams` | the same output layer at every step |
# | $L$ | `loss` | a number | |
# | $\partial L / \partial h$ | `dhs` | (T, N, H) | zero on the padding |
# | | `grads` | `DenseParams` | |
#
# **Your turn.** `output_step` and its backward take (T, N, H) as well as (N, H). `cross_entropy` and its backward take `mask=mask`.


# %% exercise="many_to_many"
def many_to_many(hs, mask, targets, params):
    """An answer at every real step: the loss, and the way back.

    hs: (T, N, H).  mask: (T, N).  targets: (T, N) integers.  params: DenseParams.
    Returns loss: a number; dhs: (T, N, H); grads: DenseParams.
    """
    ### BEGIN SOLUTION
    logits = output_step(hs, params)
    loss = cross_entropy(logits, targets, mask=mask)
    dlogits = cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads = output_step_backward(dlogits, hs, params)
    return loss, dhs, grads
    ### END SOLUTION


# %%
check(many_to_many)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Four calls in a row: the logits, the loss, `dlogits`, and `dhs, grads`. The mask belongs to the loss *and* to its backward.
# </details>

# %% grade="many_to_many" points=2

# %% [markdown]
# **Try it.** First the baselines. *Nothing is denied* is the majority. And a **window**: a logistic regression that sees the word and 3, or 6, words to either side, each with its place.
#
# How far can one direction get? In *it is false that ...* whoever reads forward knows all in time. In *that ... is false* nobody can know it at the statement's words: half of such statements are denied. So on those words a forward reader is right half of the time in the long run, whatever it
# does, and everywhere else it can be right always. That is a bound that we can compute before we train anything.


# %%
def kinds_of_words(report):
    """For each word: 0 outside of statements, 1 in one judged before it, 2 in one judged behind."""
    kinds, begin = np.zeros(len(report), int), 0
    for end, word in enumerate(report):
        if word in (",", "."):
            clause = report[begin:end]
            if clause[0] == "it":
                kinds[begin + clause.index("that") + 1 : end] = 1
            else:
                kinds[begin + 1 : end - 1 - clause[::-1].index("is")] = 2
            begin = end + 1
    return kinds


truth = np.concatenate(test_tags)
kinds = np.concatenate([kinds_of_words(report) for report in test_reports])
before, behind = np.mean(kinds == 1), np.mean(kinds == 2)
print(f"{len(truth):,} words; {truth.mean():.1%} are denied")
print(
    f"in a statement that is judged before it: {before:.1%}; in one judged behind it: {behind:.1%}"
)
print("the best that one direction can reach in the long run:")
print(f"  forward   1 - {behind:.3f} / 2 = {1 - behind / 2:.1%}")
print(f"  backward  1 - {before:.3f} / 2 = {1 - before / 2:.1%}")

# %% tags=["nbval-ignore-output"]
tag_words = rnnlib.Vocabulary.from_texts(reports)
VT = len(tag_words)


def windows_of(report, width):
    """For each word the numbers of itself and of its neighbours, a range of numbers for each place."""
    ids = np.pad(tag_words.encode(report), width, constant_values=VT)
    places = [ids[i : i + len(report)] + i * (VT + 1) for i in range(2 * width + 1)]
    return np.stack(places, axis=1)


def window_tagger(width, updates=1500):
    """A logistic regression on a window: its weights are a table with two columns."""
    x, y = np.concatenate([windows_of(r, width) for r in reports]), np.concatenate(tags)
    rng = np.random.default_rng(0)
    layer = DenseParams(np.zeros(((2 * width + 1) * (VT + 1), 2)), np.zeros(2))
    state = rnnlib.adam_state(layer)
    for update in range(updates):
        chosen = rng.integers(len(x), size=256)
        logits = layer.W_hy[x[chosen]].sum(axis=1) + layer.b_y
        dlogits = cross_entropy_backward(logits, y[chosen])
        grads = layer.zeros_like()
        np.add.at(grads.W_hy, x[chosen], dlogits[:, None])
        grads.b_y[:] = dlogits.sum(axis=0)
        rate = 0.02 * (1 - update / updates) + 1e-4
        layer, state = rnnlib.adam_step(layer, grads, state, learning_rate=rate)
    return [
        (layer.W_hy[windows_of(r, width)].sum(axis=1) + layer.b_y).argmax(axis=1)
        for r in test_reports
    ]


at_every_word = working(many_to_many)


def tag_head(hs, mask, targets, out):
    """Every real word answers."""
    return at_every_word(hs, mask, rnnlib.pad(targets)[0], out)


def tags_of(model, texts):
    """The tags of each text, and the probability of a 1."""
    ids, mask = rnnlib.pad(texts)
    p = rnnlib.softmax(output_step(read(model, ids, mask)[0], model.out))[:, :, 1]
    return rnnlib.unpad((p > 0.5).astype(int), mask), rnnlib.unpad(p, mask)


def turned(sequences):
    """Each sequence from its end to its beginning."""
    return [sequence[::-1] for sequence in sequences]


tag_texts = [tag_words.encode(report) for report in reports]
tag_test = [tag_words.encode(report) for report in test_reports]
settings = {"updates": 500, "N": 32}
forward = train(new_reader(VT, 2, 0), tag_texts, tags, tag_head, **settings)
backward = train(new_reader(VT, 2, 0), turned(tag_texts), turned(tags), tag_head, **settings)
both = train(new_reader(VT, 2, 0, both=True), tag_texts, tags, tag_head, **settings)
found = {
    "nothing is denied": [np.zeros_like(marks) for marks in test_tags],
    "window of 3 to either side": window_tagger(3),
    "window of 6 to either side": window_tagger(6),
    "RNN, forward": tags_of(forward, tag_test)[0],
    "RNN, backward": turned(tags_of(backward, turned(tag_test))[0]),
    "RNN, both directions": tags_of(both, tag_test)[0],
}
print("right tags               all   judged before  judged behind     F1   whole reports")
for name, guess in found.items():
    flat = np.concatenate(guess)
    shares = [np.mean((flat == truth)[kinds == kind]) for kind in (1, 2)]
    f1 = scores(confusions(truth, flat, 2))[2][1]
    whole = np.mean([np.array_equal(g, m) for g, m in zip(guess, test_tags)])
    row = f"{np.mean(flat == truth):>6.1%} {shares[0]:>14.1%} {shares[1]:>14.1%} {f1:>6.2f}"
    print(f"{name:<27}{row} {whole:>12.1%}")

# %% [markdown]
# - **Each direction alone** is right where the judgement has been read, and guesses where it has not. Both come out close to their bounds, and no training will lift them over these.
# - **Both directions** tag nearly every word right: at each word one of the two halves has read the judgement.
# - **The windows** are of little use. The judgement is often farther away than they see, and *not* turns the meaning of *true* and *false* over, which no sum of weights can express.
# - **F1** is that of the denied words. *Nothing is denied* has two tags in three right, and an F1 of 0.
#
# The same report, word by word, as one direction and as both see it:

# %% hidden=true tags=["nbval-ignore-output"]
shown = next(
    k
    for k, (report, marks) in enumerate(zip(test_reports, test_tags))
    if report[0] == "that"
    and "it" in report
    and marks[1] == 1
    and marks.sum() < 16
    and 18 <= len(report) <= 24
)
with styled():
    figure = new_figure(7.4, 3.0)
    ax = figure.subplots()
    denied = np.flatnonzero(test_tags[shown])
    for t in denied:
        ax.axvspan(t - 0.5, t + 0.5, color=tint(BLUE), linewidth=0)
    curves = {}
    for name, reader, color in (("forward", forward, VERMILLION), ("both", both, GREEN)):
        curves[name] = tags_of(reader, [tag_test[shown]])[1][0]
        ax.plot(curves[name], "o-", color=color, markersize=4, label=name)
    ax.set_xticks(
        range(len(test_reports[shown])),
        test_reports[shown],
        rotation=45,
        ha="right",
        rotation_mode="anchor",
    )
    ax.set(ylim=(-0.06, 1.06), yticks=[0, 0.5, 1], ylabel="p(denied)")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    settle(figure)
first = test_reports[shown].index("is")
show(
    figure,
    f"The probability that a word is denied, for each word of “{' '.join(test_reports[shown])}”. Denied are the shaded words. Both "
    f"directions are on the right side of one half throughout. The forward network gives the words of the first statement between "
    f"{curves['forward'][1:first].min():.2f} and {curves['forward'][1:first].max():.2f}: it does not know yet.",
)

# %% [markdown]
# ## Where this helps, and where it does not
#
# - **Short texts, little data, classes that show in neighbours:** count n-grams. It takes a second, and it won on the surnames.
# - **Order over a distance** (*but*, *although*, *not*): nothing that counts can do it. A network that reads can, because its state can.
# - **Long texts with much that does not matter:** pool. The max is the bold choice, the mean the careful one. A final state needs gates to survive that.
# - **An answer for every word, and the text is complete:** both directions. First compute what one direction could reach.
# - Sentences of our own grammar are *clean*: the vocabulary is small, every word is known. Real opinions hold irony, misspelt and unknown words, and labels on which people do not agree. 100 % here is a proof that the mechanism works, and no promise for real reviews.
#
# ## Summary
#
# - An embedding is a table of vectors. Forward: pick rows. Backward: add each gradient to its row, with `np.add.at`, because rows repeat.
# - Many to one: ask the last real state; its gradient goes back to that one step. Many to many: ask them all; one mean over the real words.
# - A bag of words is the first baseline, n-grams are the second. Two texts with the same counts get the same answer: that is how to prove that counting fails.
# - Confusion matrix: rows truth, columns guesses. Precision looks down a column, recall along a row, F1 needs both. Nothing divided by nothing is 0.
# - Pooling shortens the way: mean (divide by the length) and max (padding at minus infinity; the winner gets the gradient).
# - One direction knows one side. What it cannot know can be counted beforehand.
#
# ## References
#
# - Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, *A neural probabilistic language model*, Journal of Machine Learning Research 3 (2003), 1137–1155: a learned table of word vectors.
# - R. Collobert, J. Weston, L. Bottou, M. Karlen, K. Kavukcuoglu, P. Kuksa, *Natural language processing (almost) from scratch*, Journal of Machine Learning Research 12 (2011), 2493–2537: tagging with windows, and the max over time.
# - B. Pang, L. Lee, S. Vaithyanathan, *Thumbs up? Sentiment classification using machine learning techniques*, EMNLP 2002: bags of words on reviews.
# - S. Wang, C. D. Manning, *Baselines and bigrams: simple, good sentiment and topic classification*, ACL 2012.
# - M. Iyyer, V. Manjunatha, J. Boyd-Graber, H. Daumé III, *Deep unordered composition rivals syntactic methods for text classification*, ACL 2015: how far a mean of embeddings gets, and where it fails.
# - A. Joulin, E. Grave, P. Bojanowski, T. Mikolov, *Bag of tricks for efficient text classification*, EACL 2017: counted n-grams, fast.
# - M. Schuster, K. K. Paliwal, *Bidirectional recurrent neural networks*, IEEE Transactions on Signal Processing 45 (1997), 2673–2681.
# - Z. Huang, W. Xu, K. Yu, *Bidirectional LSTM-CRF models for sequence tagging*, arXiv:1508.01991 (2015).
# - Data: surnames from the Python package Faker (MIT; see `rnnlib/data/LICENSES.md`); sentences from `rnnlib/data/sentences.py`.
