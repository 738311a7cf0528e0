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
# A surname: which language is it from? A sentence of a film review: did the critic like the film? A page of an old book
# without capital letters: which words are names? In this unit a recurrent network reads real text and gives one answer for the
# whole of it, or one for every word. Each time it has to beat a baseline that only counts. Twice it does not, and you will
# find out why. Once it does, on words that nobody has ever shown to it.
#
# **At the end you can**
# - give every symbol a vector of its own, and train it;
# - ask a network for one answer per sequence, or per step;
# - write the baseline that any text classifier has to beat, and prove what it cannot do;
# - say for *whom* a classifier is good: precision, recall, F1;
# - pool states, and probe what a trained network has learned;
# - build a complete trainer for a tagger that reads in both directions.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03; masks and both directions (07); early stopping (08) |
# | **Points** | 20: eight short functions (12), an open task (7) and two questions (1) |
#
# Cells, output layer, loss and optimizer are given: they are those of earlier units.

# %% locked="setup"
from collections import Counter

import numpy as np

import rnnlib
from rnnlib import (
    bidirectional_backward,
    bidirectional_forward,
    clip_grad_norm,
    cross_entropy,
    cross_entropy_backward,
    output_step,
    output_step_backward,
    pad,
)
from rnnlib.counting import count_n_grams
from rnnlib.course import check, check_answer, working
from rnnlib.data import film_opinions, named_text, surnames, words_and_names, words_of
from rnnlib.data.sentences import opinions
from rnnlib.heads import last_head, pooled_head, pooled_logits, tag_chances, tag_head
from rnnlib.plotting import show
from rnnlib.plotting.text import (
    draw_answers,
    draw_lookup,
    draw_pooling,
    plot_arrival,
    plot_by_size,
    plot_confusions,
    plot_held_out,
    plot_tags,
)
from rnnlib.readers import Reader, init_reader, train_reader
from rnnlib.word_means import train_word_means, word_mean_logits

# %% [markdown]
# ## 9.1 A vector for every symbol
#
# Until now a letter went into the network as a one-hot vector. Multiplied by a matrix, it picks out *one row*. So leave out
# the zeros and pick the row. The matrix is called an **embedding**: a vector for each symbol, trained like any other weight.
# With 50,000 words that is the difference between possible and not.

# %% hidden=true
show(
    draw_lookup("anna"),
    "A table with a row of four numbers, as colours, for each of the letters a, e, i, m, n. Beside it the word anna: the rows of a, n, n, a, copied.",
)

# %% [markdown]
# *Figure 9.1. Looking up a word. The rows of a and of n are copied twice each.*
#
# With the number $k = \text{id}_{t,n}$ of the symbol that example $n$ has at step $t$: $\; x_{t,n} = W_e[k]$, row $k$ counted from 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | id | `ids` | (T, N) integers | the number of each symbol, 0 to V − 1 |
# | $W_e$ | `W_e` | (V, E) | the table: a row for each of V symbols |
# | $x$ | `xs` | (T, N, E) | the vectors, ready for a cell |
#
# **Your turn.** NumPy does all of it at once.


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
# An array of integers may be an index: `table[3]` is one row, `table[[3, 0]]` is two rows. What do you get if the index has
# two axes?
# </details>

# %% grade="embedding" points=0.5

# %% [markdown]
# **Backward.** A row that was copied three times has changed the loss in three places, so it gets the **sum** of three
# gradients:
#
# $$\frac{\partial L}{\partial W_e[k]} = \sum_{t,n \,:\, \text{id}_{t,n} = k} \frac{\partial L}{\partial x_{t,n}}$$
#
# On paper: *anna* with $E = 1$ and the gradients 1, 2, 3, 4 at its letters. Row a gets $1 + 4 = 5$, row n gets $2 + 3 = 5$, and
# all others get 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L / \partial x$ | `dvectors` | (T, N, E) | what a cell's backward pass returns as `dxs` |
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
# `a[[0, 0]] += 1` adds 1 to `a[0]` **once**: NumPy reads it twice, adds, and writes the same result twice.
# </details>
# <details><summary><b>Hint 2</b>: two ways out</summary>
#
# Look up `np.add.at`. Or go through the symbols one by one, and collect the gradients of all places where each stands.
# </details>

# %% grade="embedding_backward" points=1.5

# %% [markdown]
# **Try it: what the trap costs.** The loss is the sum of `weights * xs` over four names. *Before you run the cell:* for which
# letters will the trap still give the right gradient?

# %%
look_up, back_to_table = working(embedding), working(embedding_backward)
letters = rnnlib.Vocabulary("<abcdefghijklmnopqrstuvwxyz>")
few_ids, _ = pad([letters.encode(word) for word in ("anna", "emma", "mina", "nina")])
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
# Where a letter occurs once, the trap does no harm; elsewhere all gradients but one are lost. No error appears, and the network
# still learns something: such a mistake can live for years.
#
# **Question 1.** A batch holds 32 sentences of 20 words, the vocabulary has 10,000 words, and $E = 50$. How many *rows* of
# `dW_e` can be different from zero, at most?

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
# For **one answer per sequence** (*many to one*: the language of a name) ask the last real state, which has read everything.
# For **one answer per step** (*many to many*: a tag for every word) ask all states. The rest of the network stays the same.

# %% hidden=true
show(
    draw_answers("ross"),
    "The name ross, read letter by letter, twice. Many to one: only the last of the four states has an arrow up to an answer. "
    "Many to many: each state has one.",
)

# %% [markdown]
# *Figure 9.2. Many to one, and many to many.*
#
# With the length $\ell_n$ of example $n$, and steps counted from 1:
#
# $$\text{logits}_n = h_{\ell_n,n} W_{hy} + b_y \qquad
# L = -\frac{1}{N} \sum_n \log \text{softmax}(\text{logits}_n)[\text{target}_n]$$
#
# $$\frac{\partial L}{\partial h_{t,n}} = \begin{cases} \dfrac{\partial L}{\partial \text{logits}_n} W_{hy}^T & \text{if } t = \ell_n \\ 0 & \text{otherwise} \end{cases}$$
#
# The zeros are no mistake: earlier states get their gradient through the *cell*. What you return is what the output layer alone
# knows.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h$ | `hs` | (T, N, H) | all states, padded |
# | $\ell$ | `lengths` | (N,) integers | |
# | target | `targets` | (N,) integers | the right class of each sequence |
# | $W_{hy}, b_y$ | `params` | `DenseParams` | the output layer, with K classes |
# | $L$ | `loss` | a number | a mean over the N sequences |
# | $\partial L / \partial h$ | `dhs` | (T, N, H) | zero except at each example's last real step |
# | | `grads` | `DenseParams` | the output layer's gradients |
#
# **Your turn.** You have `output_step(h, params)`, `cross_entropy(logits, targets)`, `cross_entropy_backward(logits, targets)`,
# which returns `dlogits`, and `output_step_backward(dlogits, h, params)`, which returns `dh, grads`. Logits may be large: the loss
# stays finite in `cross_entropy`, and not in the logarithm of a softmax, whose numbers may be 0.


# %% exercise="many_to_one"
def many_to_one(hs, lengths, targets, params):
    """One answer for each sequence, from its last real state: the loss and its gradients.

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
# <details><summary><b>Hint 1</b>: picking</summary>
#
# One state for each example: that takes two index arrays of length N, one for the step, one for the example. Python counts
# steps from 0.
# </details>
# <details><summary><b>Hint 2</b>: the backward pass</summary>
#
# The gradient (N, H) belongs in `dhs` at the places where the states were picked.
# </details>

# %% grade="many_to_one" points=2

# %% [markdown]
# **The data: 6,514 surnames from ten languages**, without accents; none is common in two of them. (A list says how names are
# *spelt* in a country, and nothing about the person who bears one.) Most are for training, 600 are held out to decide when to
# stop, and 1,200 are for a test that is looked at only at the end.

# %%
by_language = surnames()
LANGUAGES = list(by_language)
pairs = [(f"<{name}>", k) for k, some in enumerate(by_language.values()) for name in some]
pairs = [pairs[i] for i in np.random.default_rng(0).permutation(len(pairs))]
parts = pairs[1800:], pairs[1200:1800], pairs[:1200]
names, names_held, names_test = ([name for name, _ in part] for part in parts)
y_train, y_held, y_test = (np.array([k for _, k in part]) for part in parts)
for k, language in enumerate(LANGUAGES):
    some = [name.strip("<>") for name, y in zip(names, y_train) if y == k][:5]
    print(f"{language:<9} {np.sum(y_train == k):>4}   {', '.join(some)}")

# %% [markdown]
# **The network** is a `Reader`: a table `W_e`, a `cell` and an output layer `out`. `train_reader` draws batches, lets a *head*
# turn states into a loss and its gradients, and takes steps of Adam. Your `many_to_one` is the first head. `look` measures the
# held-out loss; the model with the smallest one is kept.

# %% tags=["nbval-ignore-output"]
at_the_end = last_head(working(many_to_one))
ids_train, ids_held, ids_test = (
    [letters.encode(name) for name in some] for some in (names, names_held, names_test)
)


def look(update, model, loss):
    """The held-out loss of a model that judges names."""
    held = cross_entropy(pooled_logits(model, ids_held, rnnlib.last_pool), y_held)
    print(f"{update:>4} updates   training loss {loss:.2f}   held-out loss {held:.2f}")
    return held


model = init_reader(len(letters), 10, np.random.default_rng(0), H=64)
model = train_reader(model, ids_train, y_train, at_the_end, updates=500, N=64, look=look)
by_network = pooled_logits(model, ids_test, rnnlib.last_pool).argmax(axis=1)
print(f"RNN, final state: {np.mean(by_network == y_test):.1%} of the test right")

# %% [markdown]
# Ten classes, and about two names in three are right. Is that good? Nobody can say before there is a baseline.
#
# ## 9.3 The baseline: count, and forget the order
#
# Put the symbols of a text into a **bag**: *anna* with the alphabet a, b, n becomes the counts (2, 0, 2). Every text is then a
# row of V counts, and an output layer alone can make an answer of it: `counts @ W + b`. Its weights need not even be trained:
# **naive Bayes** *counts* them.
#
# Each class has a bag of its own, with all symbols of its training texts, and a text is drawn from one of these bags, symbol by
# symbol. Which bag was it more likely? The probabilities multiply, so their logarithms add up. *Naive*, because neighbours
# are taken to have nothing to do with each other.
#
# With $n_{v,k}$ for how often symbol $v$ occurs in all texts of class $k$, and $N_k$ for how many texts there are:
#
# $$W_{v,k} = \log \frac{n_{v,k} + 1}{\sum_{u} (n_{u,k} + 1)} \qquad b_k = \log \frac{N_k}{N}$$
#
# The 1 is for symbols that a class has never had: without it a single one would decide everything. On paper: a class that
# holds *a* twice and *b* never gets the shares 3/4 and 1/4.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `counts` | (N, V) | how often each symbol occurs in each text |
# | | `targets` | (N,) integers | the class of each text; every class occurs |
# | | `K` | a number | how many classes there are |
# | $W$, $b$ | returned | (V, K), (K,) | weights that were counted |
#
# **Your turn.**


# %% exercise="naive_bayes"
def naive_bayes(counts, targets, K):
    """An output layer whose weights are counted.

    counts: (N, V).  targets: (N,) integers.  K: a number.
    Returns W: (V, K); b: (K,).
    """
    ### BEGIN SOLUTION
    one_hot = np.eye(K)[targets]
    times = counts.T @ one_hot + 1
    return np.log(times / times.sum(axis=0)), np.log(one_hot.mean(axis=0))
    ### END SOLUTION


# %%
check(naive_bayes)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the sums</summary>
#
# Which rows of `counts` belong to class k, and along which axis are they added up? Or make `targets` one-hot: a single matrix
# product then adds up all classes.
# </details>
# <details><summary><b>Hint 2</b>: the shares</summary>
#
# After the 1 has been added everywhere, each *column* is divided by its own sum.
# </details>

# %% grade="naive_bayes" points=1.5

# %% [markdown]
# Some order comes back when *pairs* and *triples* of neighbours are counted as symbols too: **n-grams**. `<ross>` has the
# pairs `<r ro os ss s>`. *Before you run the cell, write down a guess:* will letters, pairs, or triples reach the network?

# %% tags=["nbval-ignore-output"]
count_weights = working(naive_bayes)
results = {"the most frequent language": np.full(1200, np.bincount(y_train).argmax())}
for most, what in enumerate(("letters", "letters and pairs", "letters, pairs, triples"), 1):
    x, x_test = count_n_grams(names, names_test, most)
    W, b = count_weights(x, y_train, 10)
    results[f"{what}, counted"] = (x_test @ W + b).argmax(axis=1)
results["RNN, final state"] = by_network
print("right answers on the test")
for name, guesses in results.items():
    print(f"{name:<34}{np.mean(guesses == y_test):>6.1%}")

# %% [markdown]
# **The counted n-grams win.** Letters alone are far behind, so order matters, but it is the order of *neighbours*: *-sson*,
# *-inen*, *sch*. Pairs and triples hold that, and no state has to be learned for it. Remember it when somebody shows you a
# network without a baseline.
#
# ## 9.4 Good for whom?
#
# The **confusion matrix** shows who pays for the errors: row $k$ holds what became of the examples of class $k$.
#
# $$C_{k,j} = \text{how many examples of class } k \text{ were taken for class } j$$
#
# Of what was *called* Finnish, how much is Finnish? That is the **precision**: look down a column. Of what *is* Finnish, how
# much was found? That is the **recall**: look along a row. Call everything Finnish, and the recall is 1. So the two are joined
# into **F1**, which is high only if both are.
#
# $$\text{precision}_k = \frac{C_{k,k}}{\sum_j C_{j,k}} \qquad
# \text{recall}_k = \frac{C_{k,k}}{\sum_j C_{k,j}} \qquad
# \text{F1}_k = \frac{2 \cdot \text{precision}_k \cdot \text{recall}_k}{\text{precision}_k + \text{recall}_k}$$
#
# Where that would be $0 / 0$, the score is 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $C$ | `counts` | (K, K) | rows: truth, columns: guesses |
# | | `precision`, `recall`, `f1` | (K,) each | numbers from 0 to 1 |
#
# **Your turn.**


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
# <details><summary><b>Hint 1</b>: the three ingredients</summary>
#
# The diagonal, the sum of each column, the sum of each row. F1 can be written with these alone; work it out on paper.
# </details>
# <details><summary><b>Hint 2</b>: nothing divided by nothing</summary>
#
# If a sum is 0, the number above it is 0, too. Dividing by anything but 0 then gives the right score.
# </details>

# %% grade="class_scores" points=1.5

# %% tags=["nbval-ignore-output"]
scores, triples = working(class_scores), "letters, pairs, triples, counted"
confused = rnnlib.confusion_matrix(y_test, by_network, 10)
rows = [scores(rnnlib.confusion_matrix(y_test, results[name], 10)) for name in results]
print("                   RNN                      triples, counted")
print("                   precision recall   F1    precision recall   F1")
for k, language in enumerate(LANGUAGES):
    cells = "   ".join(f"{p[k]:>8.2f} {r[k]:>7.2f} {f[k]:>6.2f}" for p, r, f in rows[:2:-1])
    print(f"{language:<9} {np.sum(y_test == k):>5}   {cells}")
print("\n                                     right   mean F1 of the ten")
for name, (_, _, f1) in zip(results, rows):
    print(f"{name:<34} {np.mean(results[name] == y_test):>7.1%} {f1.mean():>9.2f}")

# %% hidden=true tags=["nbval-ignore-output"]
both_ways = np.triu(confused + confused.T, 1)
k, j = np.unravel_index(both_ways.argmax(), both_ways.shape)
show(
    plot_confusions(confused, LANGUAGES),
    f"The confusion matrix of the network: ten languages, rows the truth, columns the guesses. Most lies on the diagonal. "
    f"Most often taken for each other: {LANGUAGES[k]} and {LANGUAGES[j]}.",
)

# %% [markdown]
# *Figure 9.3. What the network takes for what; colours are shares of a row.*
#
# Zulu is nearly always found: no other language here is spelt like it. English is hard for both methods. *The most frequent
# language* shows why one number is not enough: its mean F1 is far below its share, as nine of ten classes are never found.
#
# **Question 2.** Of 80 Finnish names in a test, a classifier calls 60 Finnish. Altogether it calls 120 names Finnish. What is
# its F1 for Finnish?

# %% answer="finnish"
answer_finnish = None  # your answer: a number
### BEGIN SOLUTION
answer_finnish = 0.6
### END SOLUTION

# %%
check_answer("finnish", answer_finnish)

# %% grade_answer="finnish" points=0.5

# %% [markdown]
# ## 9.5 Real opinions
#
# Sentences that people wrote about films, rated by others from −4 to 4. Those near 0 are left out; the rest is *good* or *bad*,
# about half and half. A word has a number of its own if five training sentences hold it; all others share one, `<new>`. Your
# baseline first:

# %%
sentences, ratings = film_opinions()
kept = np.random.default_rng(0).permutation(np.flatnonzero(np.abs(ratings) > 0.3))
liked = (ratings[kept] > 0).astype(int)
texts = [words_of(sentences[i]) for i in kept]
times = Counter(word for text in texts[2200:] for word in set(text))
words = rnnlib.Vocabulary(["<new>", *sorted(word for word, n in times.items() if n >= 5)])
reviews = [words.encode(text, unknown="<new>") for text in texts]
test, held, train = slice(0, 1600), slice(1600, 2200), slice(2200, None)
bags = rnnlib.bag_of_words(*pad(reviews), len(words))


def counted(number):
    """Naive Bayes from so many sentences: weights, and what is right on the test."""
    W, b = count_weights(bags[train][:number], liked[train][:number], 2)
    return W, b, np.mean((bags[test] @ W + b).argmax(axis=1) == liked[test])


W, b, share = counted(None)
pull = W[:, 1] - W[:, 0]
for name, sign in (("good", -1), ("bad", 1)):
    order = np.argsort((sign * pull).round(9), kind="stable")
    print(f"most {name}: {', '.join(words.symbols[v] for v in order[:12])}")
for n in kept[:3]:
    print(f"{ratings[n]:>5.1f}  {sentences[n]}")
print(f"\n{len(bags[train]):,} sentences to learn from, {len(words):,} words")
print(f"naive Bayes: {share:.1%} of the test right")

# %% [markdown]
# Nearly four sentences in five are right, from counting.
#
# ## 9.6 What the final state forgets, and pooling
#
# A critic says what matters anywhere in a sentence. The final state has to carry it through all that follows, and in training
# the gradient has to come back through it (unit 04). So let **all** states answer together, by making one vector of them:
#
# - the **mean**: every step counts alike;
# - the **max**: for each unit, the step at which it was largest. A unit that cries out *once*, wherever, is heard.

# %% hidden=true
show(
    draw_pooling(),
    "Five units over six steps, their states as colours; a dot marks the step at which each unit is largest. Beside them three vectors: "
    "the last column, the mean over the steps, which is paler, and the max, which holds the five marked values.",
)

# %% [markdown]
# *Figure 9.4. Three ways to make one vector of all states. The dots mark what the max takes.*
#
# The library has the mean. You write the max. Only the step that was largest has changed the result, so it gets the whole
# gradient:
#
# $$\text{max}_{n,j} = \max_{t \,:\, m_{t,n}} h_{t,n,j} \qquad
# \frac{\partial L}{\partial h_{t,n,j}} = \begin{cases} \dfrac{\partial L}{\partial \text{max}_{n,j}} & \text{if unit } j \text{ of example } n \text{ was largest at step } t \\ 0 & \text{otherwise} \end{cases}$$
#
# On paper: the values −3 and −1, followed by a padding of 0. The max is −1. If the 0 wins, the padding has been counted.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h$ | `hs` | (T, N, H) | states; on the padding anything |
# | $m$ | `mask` | (T, N) | True where a step is real; at least one in each column |
# | max | `pooled` | (N, H) | the largest value over the real steps, for each unit by itself |
# | $\partial L / \partial$ max | `dpooled` | (N, H) | |
# | $\partial L / \partial h$ | `dhs` | (T, N, H) | one entry that is not zero for each example and unit |
#
# **Your turn**, forward and backward.


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
# The padding must be smaller than everything, and `-np.inf` is. `np.where(a, b, c)` takes from `b` where `a` is True and from
# `c` elsewhere. The mask has one axis less than the states.
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
# Take the padding out of the race as before. Then compare every entry with the maximum, or ask `argmax` for its step.
# </details>
# <details><summary><b>Hint 2</b>: putting it there</summary>
#
# A comparison has the shape (T, N, H). What does it give, multiplied by `dpooled`? (If two steps are equally large, the check
# accepts either.)
# </details>

# %% grade="max_pool_backward" points=1.5

# %% [markdown]
# **Try it: how much gradient reaches the first words?** An untrained network reads the 200 longest sentences.

# %%
max_of, max_back = working(max_pool), working(max_pool_backward)
HEADS = {
    "last": (rnnlib.last_pool, at_the_end),
    "mean": (rnnlib.mean_pool, pooled_head(rnnlib.mean_pool, rnnlib.mean_pool_backward)),
    "max": (max_of, pooled_head(max_of, max_back)),
}
longest = np.argsort([-len(text) for text in reviews], kind="stable")[:200]
ids, mask = pad([reviews[n] for n in longest])
fresh = init_reader(len(words), 2, np.random.default_rng(0), dtype=float)
hs, _, cache = rnnlib.rnn_forward(look_up(ids, fresh.W_e), np.zeros((200, 32)), fresh.cell, mask=mask)  # fmt: skip
arriving = {}
for name, (_, head) in HEADS.items():
    dxs, _, _ = rnnlib.rnn_backward(head(hs, mask, liked[longest], fresh.out)[1], None, cache)
    arriving[name] = np.linalg.norm(dxs, axis=2).mean(axis=1)
    ratio = arriving[name][0] / arriving[name][29]
    print(f"{name:<5} gradient at word 1, over that at word 30: {ratio:.0e}")

# %% hidden=true
show(
    plot_arrival(arriving, 30),
    "The length of the gradient at the words 1 to 30, on a logarithmic scale. For the last state it falls steeply towards the first words; "
    "for mean and max it is about the same at all words.",
)

# %% [markdown]
# *Figure 9.5. How much gradient arrives at each word's embedding, for three ways to make one vector of all states.*
#
# But a gradient is only a promise, so we train: a plain RNN asked in each of the three ways, and a GRU in both directions with
# the max. *Before you run the cell:* which of them will beat the counts?


# %% tags=["nbval-ignore-output"]
def train_on_reviews(name, number=None, updates=200, **sizes):
    """Train with this head on the first sentences; the model with the smallest held-out loss."""
    pool, head = HEADS[name]

    def look(update, model, loss):
        loss = cross_entropy(pooled_logits(model, reviews[held], pool), liked[held])
        print(f"{loss:.2f}", end=" ")
        return loss

    model = init_reader(len(words), 2, np.random.default_rng(0), H=16, scale=0.2, **sizes)
    settings = {"updates": updates, "N": 64, "every": updates // 5, "look": look}
    print("held-out loss:", end=" ")
    return train_reader(model, reviews[train][:number], liked[train][:number], head, **settings)


def report(name, model, kind):
    """A line: what is right on the test."""
    logits = pooled_logits(model, reviews[test], HEADS[kind][0])
    share = np.mean(logits.argmax(axis=1) == liked[test])
    print(f"  {name:<24}{share:>6.1%} right on the test")
    return share


for kind in HEADS:
    report(f"RNN, {kind}", train_on_reviews(kind), kind)
critic = train_on_reviews("max", both=True, init=rnnlib.init_gru)
best = report("GRU, both ways, max", critic, "max")
print(f"naive Bayes: {share:.1%}")

# %% [markdown]
# Asked at its end, the network learns least in this time; pooling helps. But all stay below the counted words. They are not too
# small: the held-out loss of the large one soon stops falling, because there are too few sentences to learn a vector for every
# word.
#
# **Do more sentences help?** 500, 2,000, or all. Between counting and reading stands a second baseline: the **mean of the
# embeddings** of all words, and an output layer. It learns a vector for each word, as the network does, and forgets the order,
# as counting does.


# %% tags=["nbval-ignore-output"]
def averaged(number):
    """The mean of embeddings, learned from so many sentences: what is right on the test."""
    first, targets = bags[train][:number], liked[train][:number]
    model = train_word_means(
        first, targets, bags[held], liked[held], 2, updates=200, rng=np.random.default_rng(0)
    )
    return np.mean(word_mean_logits(model, bags[test]).argmax(axis=1) == liked[test])


sizes, by_reading = (500, 2000, len(bags[train])), []
for number, updates in ((500, 60), (2000, 120)):
    model = train_on_reviews("max", number, updates, both=True, init=rnnlib.init_gru)
    by_reading.append(report(f"GRU, {number:,} sentences", model, "max"))
curves = {
    "naive Bayes": [counted(number)[2] for number in sizes],
    "mean of embeddings": [averaged(number) for number in sizes],
    "GRU, both ways, max": [*by_reading, best],
}
print("right on the test      ", "".join(f"{number:>7,}" for number in sizes))
for name, shares in curves.items():
    print(f"{name:<24}", "".join(f"{share:>7.1%}" for share in shares))

# %% hidden=true tags=["nbval-ignore-output"]
show(
    plot_by_size(sizes, curves),
    "Right answers on the test after learning from 500, 2,000 and about 8,000 sentences. All three curves rise. They end at: "
    + ", ".join(f"{name} {shares[-1]:.0%}" for name, shares in curves.items())
    + ".",
)

# %% [markdown]
# *Figure 9.6. Who wins with how many examples. The dashed line is guessing.*
#
# Counting is ahead from beginning to end, since it has only one number to learn for each word and class. The mean of embeddings
# needs more sentences, the network most: from 2,000 to 8,000 it gains most, and only draws level with the mean. So what it
# reads beyond the single words has earned it nothing yet. Networks that win this task have read millions of unrated sentences
# first, and know their words beforehand.
#
# **Look at the mistakes:** the ten sentences about which the network was most certain, and wrong.

# %% tags=["nbval-ignore-output"]
good = rnnlib.softmax(pooled_logits(critic, reviews[test], max_of))[:, 1]
print("p(good)  rated  sentence")
for n in np.argsort(-np.abs(good - liked[test]))[:10]:
    print(f"{good[n]:>7.2f} {ratings[kept[n]]:>6.1f}  {sentences[kept[n]][:100]}")

# %% [markdown]
# Which words misled it? Where is the opinion in the *structure* (not, but, if only), where is it irony, and where would you
# doubt the rating?
#
# ## 9.7 What has it learned? A probe
#
# Does the network *read*, or does it only add up words like the baseline? Real sentences differ in everything at once. So we ask
# with **controlled** sentences, in which one thing changes.


# %% tags=["nbval-ignore-output"]
def judge(some):
    """p(good) for each text by the network, and by naive Bayes."""
    ids = [words.encode(words_of(text), unknown="<new>") for text in some]
    bag = rnnlib.bag_of_words(*pad(ids), len(words))
    both = pooled_logits(critic, ids, max_of), bag @ W + b
    return [rnnlib.softmax(logits)[:, 1] for logits in both]


probes = [
    f"the acting is {turn}{word} ." for word in ("good", "great", "bad", "dull") for turn in ("", "not ")
]  # fmt: skip
probes += ["the story is good but the acting is bad .", "the story is bad but the acting is good ."]
print("network  counted")
for text, p, q in zip(probes, *judge(probes)):
    print(f"{p:>7.2f}  {q:>7.2f}  {text}")

# %% [markdown]
# In the counted column *not* moves every sentence in the same direction, *not good* and *not bad* alike. And the last two hold
# the same words, so they get the same number. That is a proof: **any function of the counts gives two texts with the same counts the same
# answer**, a deep network on the counts included.
#
# So here are 1,000 made-up sentences in **pairs**: the same words, each equally often, and the opposite meaning. *Before you run
# the cell:* how many can the counts get right? And the network, which can read?

# %% tags=["nbval-ignore-output"]
pairs, meant = opinions(1000, np.random.default_rng(2))
for k in (0, 1):
    print("good" if meant[k] else "bad ", " ".join(pairs[k]))
equal = [Counter(one) == Counter(other) for one, other in zip(pairs[::2], pairs[1::2])]
print(f"pairs with the same words, equally often: {np.mean(equal):.0%} of {len(equal)};", end=" ")
print(f"with opposite meanings: {np.mean(meant[::2] != meant[1::2]):.0%}\n")
by_critic, by_counts = (p > 0.5 for p in judge([" ".join(text) for text in pairs]))
same = np.mean(by_critic[::2] == by_critic[1::2])
print(f"words, counted:                   {np.mean(by_counts == meant):.1%} right")
print(f"GRU, taught by real reviews:      {np.mean(by_critic == meant):.1%} right;", end=" ")
print(f"the same answer to both of a pair: {same:.0%}")
made_up, made_up_meant = opinions(4000, np.random.default_rng(1))
seen = rnnlib.Vocabulary.from_texts(made_up)
pupil = init_reader(len(seen), 2, np.random.default_rng(0))
made_up = [seen.encode(text) for text in made_up]
pupil = train_reader(
    pupil, made_up, made_up_meant, at_the_end, updates=400, N=32,
    look=lambda update, model, loss: print(f"{update:>4} updates, loss {loss:.2f}"),
)  # fmt: skip
logits = pooled_logits(pupil, [seen.encode(text) for text in pairs], rnnlib.last_pool)
print(f"RNN, taught by 4,000 such pairs:  {np.mean(logits.argmax(axis=1) == meant):.1%} right")

# %% [markdown]
# - **The counts** are right exactly half of the time, as proved.
# - **The network taught by real reviews** could tell the two apart, and hardly ever does. In reviews single words give so much
#   away that it learned to add them up.
# - **A smaller network** learns the rules almost perfectly where nothing else helps.
#
# What a network *can* do and what it *has learned* are two things. A test score does not tell them apart; a probe does.
#
# **Your own sentence.** Change it, and see how the judgement moves, word by word:

# %% tags=["nbval-ignore-output"]
sentence = "It begins as a funny and clever film, but the end is not only dull, it is a mess."
heard = words_of(sentence)
opinion = judge([" ".join(heard[: t + 1]) for t in range(len(heard))])
show(
    plot_tags(
        heard, [0] * len(heard), dict(zip(("network", "counted"), opinion)), ylabel="p(good)"
    ),
    f"The probability that the critic liked it, after each word of “{sentence}”, by the network and by naive Bayes.",
)

# %% [markdown]
# *Figure 9.7. A sentence, judged after each of its words.*
#
# ## 9.8 An answer for every word
#
# Now *many to many*. The text is an English Bible, the one long translation in the public domain that comes in a package, in
# lower case. **Which words are names?** The answers cost nothing: in the middle of a sentence a capital means a name (or
# a title: *the Lord*, but *my lord the king*). The first word of a sentence counts as a name if it mostly has a capital
# elsewhere.

# %%
books = named_text()
TEST_BOOKS, HELD_BOOKS = ("Judges", "Ruth", "Nehemiah", "Esther", "Daniel", "Acts"), ("John", "Ezra", "Judith")  # fmt: skip
train_books = [book for book in books if book not in TEST_BOOKS + HELD_BOOKS]


def some_of(chosen, number):
    """Texts and tags of so many sentences, drawn at random from these books."""
    all_of_them = [sentence for book in chosen for sentence in books[book]]
    drawn = np.random.default_rng(0).permutation(len(all_of_them))[:number]
    return words_and_names([all_of_them[i] for i in drawn])


tag_texts, tags = some_of(train_books, 6000)
held_texts, held_tags = some_of(HELD_BOOKS, 600)
test_texts, test_tags = some_of(TEST_BOOKS, 3000)
known = {word for text in tag_texts for word in text}
is_new = np.array([word not in known for text in test_texts for word in text])
truth = np.concatenate(test_tags)
for text, marks in zip(test_texts[:40], test_tags):
    if len(text) < 20 and sum(marks) > 1:
        print("  ", " ".join(word.upper() if mark else word for word, mark in zip(text, marks)))
print(f"\n{len(truth):,} words to test, {truth.mean():.1%} of them names")
print(
    f"{is_new.mean():.1%} are not in the training texts; {truth[is_new].mean():.0%} of these are names"
)

# %% [markdown]
# Whole books are held out: a tagger is used on texts with a cast of their own. Every new word reaches the network as the same
# number, `<new>`, so in training it must meet `<new>`, too. The trick: **a word has a number of its own only if it stands in at
# least two training books.** A reader without its book would have found any other word new.
#
# The loss is one mean over all real words of the batch (unit 07). New is the backward pass of the output layer: used at *every*
# step, its gradients add up over all of them.
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
# **Your turn.** `output_step` and its backward pass take (T, N, H) as well as (N, H). `cross_entropy` and its backward pass
# take `mask=mask`. Logits may be large here, too.


# %% exercise="many_to_many"
def many_to_many(hs, mask, targets, params):
    """An answer at every real step: the loss and its gradients.

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
# The same four calls as in `many_to_one`, without any picking. The mask belongs to the loss *and* to its gradient.
# </details>

# %% grade="many_to_many" points=2

# %% [markdown]
# **Baselines.** A **word list** remembers whether a word was mostly a name in training. For a new word we try *no name*, and
# *name*. Beside them a network that reads forward. *Before you run the cell:* why can a reader do better on new words?

# %% tags=["nbval-ignore-output"]
in_books = Counter(
    word for book in train_books for word in set(" ".join(books[book]).lower().split())
)
tag_words = rnnlib.Vocabulary(["<new>", *sorted(word for word in known if in_books[word] > 1)])
tag_ids, held_ids, test_ids = (
    [tag_words.encode(text, unknown="<new>") for text in some]
    for some in (tag_texts, held_texts, test_texts)
)
times = Counter(pair for pair in zip(np.concatenate(tag_texts), np.concatenate(tags)))


def line(name, guesses):
    """Precision, recall and F1 of names; what is right of all words that are new."""
    flat = np.concatenate(guesses).astype(int)
    p, r, f = (score[1] for score in scores(rnnlib.confusion_matrix(truth, flat, 2)))
    new = np.mean((flat == truth)[is_new])
    return f"{name:<28}{p:>10.2f}{r:>8.2f}{f:>6.2f}{new:>16.1%}"


def from_the_list(new):
    """A tag for each word by the list, and this one for a new word."""
    tag = {word: times[word, 1] > times[word, 0] for word in known}
    return [[tag.get(word, new) for word in text] for text in test_texts]


HEADING = "names                        precision  recall    F1   new words right"
start = init_reader(len(tag_words), 2, np.random.default_rng(0), H=16)
one_way = train_reader(
    start, tag_ids, tags, tag_head(working(many_to_many)), updates=400, N=32,
    look=lambda update, model, loss: print(f"{update:>4} updates, loss {loss:.3f}"),
)  # fmt: skip
lines = [
    line("word list, new: no name", from_the_list(0)),
    line("word list, new: name", from_the_list(1)),
    line("RNN, forward", [p > 0.5 for p in tag_chances(one_way, test_ids)]),
]
print(HEADING, *lines, sep="\n")

# %% [markdown]
# **Here the network wins**, above all on new words, where a list has one guess for all. The network has not seen them either.
# It has seen what stands before them: *the son of …*, *said to …*.
#
# ## 9.9 Open task: a trainer for the tagger
#
# What stands *behind* a word tells as well: *… said*. Both directions would see it. This time you write the whole training. The
# start `model` is a `Reader` with `W_e`, `cell` (a pair of cells, `BidirectionalParams`) and `out`. Write `train_tagger` so
# that
#
# - each epoch goes through **all** texts once, in batches of 32 and in a new random order, which follows from `seed`;
# - embedding, both directions and output layer are all trained, padding neither is read nor counts, the gradient of the whole
#   model is clipped to a norm of 1, and Adam takes the step;
# - after each epoch the loss on the held-out texts (a mean over all their real words) is measured;
# - training ends after `epochs` epochs, or earlier: as soon as the smallest held-out loss is `patience` epochs old;
# - the model with the smallest held-out loss is returned, together with the list of the held-out losses, one for each epoch.
#
# | | |
# |---|---|
# | `texts`, `held_texts` | lists of texts, each a list of numbers of words |
# | `tags`, `held_tags` | a list of tags, 0 or 1, for each text |
# | `embedding`, `embedding_backward`, `many_to_many` | yours |
# | `pad(sequences)` | returns (T, N) and the mask |
# | `rnnlib.zero_state(cell, N)` | the first states of both directions |
# | `bidirectional_forward(xs, state0, cell, mask=mask)` | returns `hs` (T, N, 2H), the final states and a cache |
# | `bidirectional_backward(dhs, None, cache)` | returns `dxs`, the first states' gradients, the cells' `grads` |
# | `clip_grad_norm(grads, 1.0)` | returns the clipped gradients and their norm |
# | `rnnlib.adam_state(model)`, `rnnlib.adam_step(model, grads, state, learning_rate=...)` | the second returns a new model and a new state |
#
# Gradients have the form of the model: `Reader(dW_e, grads_cell, grads_out)`. `read_texts` and `train_reader` are closed for
# this task. Print a line after each epoch. The check tries your trainer on small problems and looks at what it makes of them: the
# weights after a few updates, which texts are in an update and in which order, which losses you return, which model, and when you
# stop.


# %% exercise="train_tagger" minutes=40
def train_tagger(model, texts, tags, held_texts, held_tags, epochs, patience, learning_rate, seed):
    """Train a tagger that reads in both directions, with early stopping.

    model: Reader, the start.  texts, held_texts: lists of lists of integers.
    tags, held_tags: lists of lists of 0 and 1.  epochs, patience, seed: numbers.
    Returns best: Reader; losses: list, the held-out loss after each epoch.
    """
    ### BEGIN SOLUTION

    def passes(model, texts, tags):
        ids, mask = pad(texts)
        targets, _ = pad(tags)
        xs = embedding(ids, model.W_e)
        first = rnnlib.zero_state(model.cell, len(texts))
        hs, _, cache = bidirectional_forward(xs, first, model.cell, mask=mask)
        loss, dhs, grads_out = many_to_many(hs, mask, targets, model.out)
        dxs, _, grads_cell = bidirectional_backward(dhs, None, cache)
        return loss, Reader(embedding_backward(dxs, ids, model.W_e), grads_cell, grads_out)

    rng, state = np.random.default_rng(seed), rnnlib.adam_state(model)
    best, losses, waited = model, [], 0
    while len(losses) < epochs and waited < patience:
        order = rng.permutation(len(texts))
        for begin in range(0, len(texts), 32):
            batch = order[begin : begin + 32]
            _, grads = passes(model, [texts[i] for i in batch], [tags[i] for i in batch])
            grads, _ = clip_grad_norm(grads, 1.0)
            model, state = rnnlib.adam_step(model, grads, state, learning_rate=learning_rate)
        loss, _ = passes(model, held_texts, held_tags)
        if not losses or loss < min(losses):
            best, waited = model, 0
        else:
            waited += 1
        losses.append(loss)
        print(f"epoch {len(losses):>2}   held-out loss {loss:.3f}")
    return best, losses
    ### END SOLUTION


# %%
check(train_tagger)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Begin with one batch: forward, loss, backward, one step of Adam, and see whether the loss of that same batch falls when you
# repeat it. Then epochs, then the held-out loss, then stopping. The loss that you measure is a forward pass, too.
# </details>

# %% grade="train_tagger" points=7

# %% [markdown]
# **Now use it** on the names:

# %% tags=["nbval-ignore-output"]
start = init_reader(len(tag_words), 2, np.random.default_rng(0), H=16, both=True)
tagger, losses = working(train_tagger)(start, tag_ids, tags, held_ids, held_tags, 4, 2, 0.01, 0)
lines.append(line("RNN, both directions", [p > 0.5 for p in tag_chances(tagger, test_ids)]))
print(HEADING, *lines, sep="\n")

# %% hidden=true tags=["nbval-ignore-output"]
show(
    plot_held_out(losses),
    "The held-out loss after each epoch: " + ", ".join(f"{loss:.3f}" for loss in losses) + ".",
)

# %% [markdown]
# *Figure 9.8. The learning curve of your trainer. The dot is the model that it returns.*
#
# Compare the last two lines: the second direction takes more time and changes little. In this text most of the evidence stands
# *before* a name. And few epochs are enough; afterwards the network begins to learn its training books by heart.
#
# One sentence, as both networks see it; new words stand in brackets:

# %% hidden=true tags=["nbval-ignore-output"]
new_names = [
    sum(word not in known and mark for word, mark in zip(text, marks))
    for text, marks in zip(test_texts, test_tags)
]
shown = next(k for k, text in enumerate(test_texts) if new_names[k] > 1 and 12 < len(text) < 22)
labels = [word if word in known else f"[{word}]" for word in test_texts[shown]]
curves = {"forward": tag_chances(one_way, [test_ids[shown]])[0], "both": tag_chances(tagger, [test_ids[shown]])[0]}  # fmt: skip
show(
    plot_tags(labels, test_tags[shown], curves),
    f"The probability that a word is a name, for each word of “{' '.join(labels)}”, by the forward network and by both directions. "
    "Names are shaded.",
)

# %% [markdown]
# *Figure 9.9. Which words are names? Shaded: those that have a capital in print.*
#
# ## Summary
#
# - An embedding is a table. Forward: pick rows. Backward: add each gradient to its row, and mind rows that repeat.
# - Many to one asks the last real state, many to many asks them all.
# - Naive Bayes is an output layer whose weights are counted: hard to beat on short texts with little data, and blind to order.
# - Precision looks down a column of the confusion matrix, recall along a row, and F1 needs both.
# - Pooling shortens the gradient's way. The padding of a max is minus infinity.
# - A test score does not say what was learned. Controlled sentences do.
# - On words never seen, memory is worth nothing and context much: there the tagger wins.
#
# ## 9.10 Going further
#
# Nothing from here on is marked.
#
# - **Is the trick needed?** Give every word of the training texts its own number (`> 0` instead of `> 1`), and train
#   again. What becomes of the recall? Where does the network now meet `<new>` in training?
# - **Gates.** Train the tagger with `init=rnnlib.init_gru`. Your `train_tagger` need not be changed.
# - **Both at once.** Add the logits of naive Bayes and of the network. Is the sum better than either?
# - **Your own text.** Tag a page of a novel with the tagger. Which of its names does it find, and what does that say about
#   texts of another kind than those in training?
# - **Order from the real thing.** Mix the made-up pairs with the real reviews in training. Does the probe get better, and the
#   test no worse?

# %% [markdown]
# ## References
#
# - Y. Bengio, R. Ducharme, P. Vincent, C. Jauvin, *A neural probabilistic language model*, Journal of Machine Learning Research 3 (2003), 1137–1155: a learned table of word vectors.
# - R. Collobert, J. Weston, L. Bottou, M. Karlen, K. Kavukcuoglu, P. Kuksa, *Natural language processing (almost) from scratch*, Journal of Machine Learning Research 12 (2011), 2493–2537: tagging with windows, named entities, and the max over time.
# - B. Pang, L. Lee, S. Vaithyanathan, *Thumbs up? Sentiment classification using machine learning techniques*, EMNLP 2002: bags of words on reviews.
# - S. Wang, C. D. Manning, *Baselines and bigrams: simple, good sentiment and topic classification*, ACL 2012.
# - M. Iyyer, V. Manjunatha, J. Boyd-Graber, H. Daumé III, *Deep unordered composition rivals syntactic methods for text classification*, ACL 2015: how far a mean of embeddings gets, and where it fails.
# - A. Joulin, E. Grave, P. Bojanowski, T. Mikolov, *Bag of tricks for efficient text classification*, EACL 2017: counted n-grams, fast.
# - M. Schuster, K. K. Paliwal, *Bidirectional recurrent neural networks*, IEEE Transactions on Signal Processing 45 (1997), 2673–2681.
# - L. Prechelt, *Early stopping – but when?*, in Neural Networks: Tricks of the Trade, Springer 1998.
# - Z. Huang, W. Xu, K. Yu, *Bidirectional LSTM-CRF models for sequence tagging*, arXiv:1508.01991 (2015).
# - Data: surnames from the package Faker (MIT); film sentences from C. Hutto, E. Gilbert, *VADER: a parsimonious rule-based model for sentiment analysis of social media text*, ICWSM 2014 (MIT); an English Bible text in the public domain; see `rnnlib/data/LICENSES.md`. The made-up pairs are from `rnnlib/data/sentences.py`.
