# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 20
#     seconds: 45
# ---

# %% [markdown]
# # 1 The hidden state
#
# A recurrent network reads a sequence one piece at a time and keeps a note of what it has read so
# far: the **hidden state**. In this unit you write the few lines that keep this note, in plain
# NumPy, and within the first hour your lines will spell.
#
# **At the end you can**
# - say why a sequence needs a memory, and show it with a network that has none;
# - write one step, the output, and a whole sequence of a recurrent network, for a batch of
#   examples;
# - watch a network learn to spell, and read its hidden state while you type;
# - count its parameters, and say why the length of the sequence is not among them;
# - choose weights by hand so that a network does what you want.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | Python functions; NumPy arrays and their shapes; the matrix product `@`; a rough idea of a feed-forward network and of training |
# | **Points** | 20: five short functions (12.5), three questions (1.5) and an open task (6) |
#
# **How it works.** Run the cells from top to bottom with <kbd>Shift</kbd>+<kbd>Enter</kbd>. Where
# a cell says `YOUR CODE HERE`, it is your turn: replace `# YOUR CODE HERE` **and** `raise
# NotImplementedError()` by your lines, then run the cell. `check(...)` below it tells you at once
# what is right and what is not, as often as you like. If you are stuck, open a hint. The cells
# that say *This cell is marked* show what you have earned. If an exercise does not work out, read
# on: the experiments then use the library's version and say so. After a restart, or when a name
# *is not defined*, choose *Run > Run All Above Selected Cell*.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import RNNCache, RNNParams
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.letter_models import letter_batch, letter_loss
from rnnlib.letter_table import LetterTable
from rnnlib.plotting import LiveFigure, plot_hidden_states, plot_traces, show
from rnnlib.plotting.described import (
    show_recurrent_cell,
    show_rnn_tasks,
    show_self_excitation,
    show_separate_and_shared,
    show_unrolled_trex,
)
from rnnlib.plotting.spelling import SpellingStages, reading
from rnnlib.plotting.typed import type_into
from rnnlib.spelling import Speller
from rnnlib.which_first import LETTERS, two_orders, window_accuracy

# %% [markdown]
# ## 1.1 Why a sequence needs a memory
#
# Someone reads letters to you, one after the other. First come an **a** and a **b**, in one order
# or the other, then a few more letters that do not matter. At the end you are asked: *which came
# first?*
#
# ```
# a b q m t x   ->  a
# b a t x q q   ->  b
# ```
#
# For you this is easy. Now take a network without a memory and give it the last letter and
# nothing else. After `abq` and after `baq` it sees the same **q**, so it must give the same
# answer, whatever its weights are. One of the two answers is wrong. More training does not help,
# and neither does a larger network: the same input gives the same output.
#
# The usual remedy is a **window**: show the network the last *w* letters at once. The next cell
# trains small feed-forward networks on such windows. **Before you run it**, predict the row of a
# window of 2: with how many letters after a and b does it still succeed?

# %%
print("share of right answers (0.50 is guessing; a dash: the string is shorter than the window)\n")
print("letters after a and b     0     1     2     3     4")
for window in (1, 2, 3, 4):
    row = [window_accuracy(window, gap) for gap in range(5)]
    cells = "".join("     -" if np.isnan(share) else f"  {share:.2f}" for share in row)
    print(f"window of {window}            {cells}")

# %% [markdown]
# As long as the window shows at least **one** of the two letters, the answer is right. Once both
# are out of sight the network guesses. A larger window only moves the cliff, and each letter that
# is added to it costs weights of its own.
#
# **Question 1.** Strings with up to 250 letters after a and b should be answered as well. How
# long must the window be at least? A letter enters as 8 numbers, and the hidden layer has 16
# units. How many weights (without biases) lead from the window into that layer?

# %% answer="window"
answer_window = None  # your answer: the number of weights
### BEGIN SOLUTION
answer_window = 32_128
### END SOLUTION

# %%
check_answer("window", answer_window)

# %% grade_answer="window" points=0.5

# %% [markdown]
# What we want instead is a network that knows *everything so far* at any time and still has a
# fixed number of weights. It has to keep a summary and carry it along.
#
# ## 1.2 One step
#
# **The idea.** Keep a vector $h$, a few dozen numbers: the note. When the next piece $x_t$ of the
# sequence arrives, write a new note from two things, what has just arrived and the old note. The
# recipe is the same at every step.

# %%
show_recurrent_cell()

# %% [markdown]
# *Figure 1.1. The same network twice: with a loop that means "one step later", and unrolled, one
# column for each step.*
#
# The colours tell the weights apart, and each colour returns in every column: **the same weights
# are used at every step**. (The arrow upward, $W_{hy}$, is section 1.3.)
#
# **The equation.** Three terms are added, and a tanh keeps every number between −1 and 1:
#
# $$h_t = \tanh\left(x_t\,W_{xh} + h_{t-1}\,W_{hh} + b_h\right)$$
#
# Read it aloud: *what comes in* ($x_t W_{xh}$), *what is remembered* ($h_{t-1} W_{hh}$), *what a
# unit does by itself* ($b_h$). On paper, with one number each: for $x = 1$, $h = 0.5$, $W_{xh} =
# 0.4$, $W_{hh} = -0.6$ and $b_h = 0.1$ the sum is $0.4 - 0.3 + 0.1 = 0.2$, and the new state is
# $\tanh(0.2) \approx 0.197$.
#
# A letter enters as a **one-hot** vector: one number for each letter of the alphabet, all of them
# 0 except for a 1 at the letter's own place. With 8 letters, $D = 8$. In practice we read $N$
# sequences at once, a **batch**: each row of $x$ and $h$ belongs to one of them.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$ | `x` | (N, D) | the input of this step: N examples, D numbers each |
# | $h_{t-1}$ | `h` | (N, H) | the state before the step |
# | $h_t$ | `h_next` | (N, H) | the state after the step |
# | $W_{xh}$ | `params.W_xh` | (D, H) | from the input to the state |
# | $W_{hh}$ | `params.W_hh` | (H, H) | from the old state to the new one |
# | $b_h$ | `params.b_h` | (H,) | the bias, added to every row |


# %% exercise="rnn_step"
def rnn_step(x, h, params):
    """One step of a recurrent network.

    x: (N, D) input.  h: (N, H) state before.  params: W_xh (D, H), W_hh (H, H), b_h (H,).
    Returns h_next: (N, H), the state after.
    """
    ### BEGIN SOLUTION
    return np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
    ### END SOLUTION


# %%
check(rnn_step)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# Translate the equation from left to right. It has three terms, and every term must come out with
# the shape (N, H).
# </details>
# <details><summary><b>Hint 2</b>: which product</summary>
#
# In NumPy `@` is the product of matrices and `*` multiplies entry by entry. Compare the inner
# sizes: (N, D) and (D, H) make (N, H). The bias needs no loop, because NumPy adds a vector of
# length H to each row of an (N, H) array.
# </details>

# %% grade="rnn_step" points=3.5

# %% [markdown]
# **Try it: does the state remember?** Here are random weights, no training at all, and the two
# strings `ab...` and `ba...` followed by the same twelve letters. **Predict:** after the last
# letter, are the two states equal?

# %%
step = working(rnn_step)
rng = np.random.default_rng(1)
params = rnnlib.init_rnn(LETTERS, 32, rng)
xs, other = two_orders(12, rng)  # the same letters but for the order of the first two
h, h_other = np.zeros((1, 32)), np.zeros((1, 32))
print("letters read   distance between the two states")
for t in range(len(xs)):
    h, h_other = step(xs[t], h, params), step(other[t], h_other, params)
    if t in (0, 1, 2, 5, 9, 13):
        print(f"{t + 1:>12}   {np.linalg.norm(h - h_other):.3f}")

# %% [markdown]
# They differ to the end, although the last twelve letters were the same: **the state carries the
# past**.
#
# > **What you may have read: "A recurrent network remembers everything."** The state depends on
# > everything, and that is less than it sounds. Read the column of distances again: the trace of
# > the first two letters becomes fainter with each letter that follows. How fast it fades, and what
# > to do about it, is the subject of units 04 and 05.
#
# ## 1.3 The output
#
# **The idea.** The state is for the network itself. What the network says to the world is read
# out of the state by one more layer, which gives a score to each of $K$ possible answers. These
# scores are called **logits**; they may be any numbers. The **softmax** turns them into
# probabilities: $e$ to the power of each score, divided by the sum of all. It is not part of this
# layer.
#
# **The equation:** $\quad y_t = h_t\,W_{hy} + b_y$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h_t$ | `h` | (N, H) | a state |
# | $W_{hy}$ | `params.W_hy` | (H, K) | from the state to the scores |
# | $b_y$ | `params.b_y` | (K,) | the bias |
# | $y_t$ | `logits` | (N, K) | a score for each of K answers |


# %% exercise="output_step"
def output_step(h, params):
    """Scores for K classes from the hidden state.

    h: (N, H).  params: W_hy (H, K), b_y (K,).
    Returns logits: (N, K).
    """
    ### BEGIN SOLUTION
    return h @ params.W_hy + params.b_y
    ### END SOLUTION


# %%
check(output_step)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# It is the same kind of line as in `rnn_step`, with one product less and nothing around the sum.
# `h` is (N, H) and the result is (N, K): on which side of `@` does the weight stand?
# </details>

# %% grade="output_step" points=1.5

# %% [markdown]
# ## 1.4 It learns to spell
#
# A step and an output: that is a whole network. Let us give it something to learn, the names of
# 1,318 genera of dinosaurs. It reads a name letter by letter and predicts, after each letter, the
# **next** one. Nobody has to label anything, because the right answer at one step is the input of
# the next. A full stop marks the beginning and the end:

# %%
print("input  ", " ".join(".trex"))
print("target ", " ".join("trex."))

# %%
show_unrolled_trex()

# %% [markdown]
# *Figure 1.2. Reading "trex": at each step the output is a prediction of the next letter.*
#
# **The loss** at a step is $-\log$ of the probability that the network gave to the letter that
# did come; the loss of a batch is the mean over all its letters. Its unit is the **nat**, the
# unit of the natural logarithm. There are 27 symbols, so a network that knows nothing and gives
# each of them the same probability has the loss $-\log(1/27) = \log 27 \approx 3.30$ nats a
# letter. An untrained network should begin near that number. If it does not, something is wrong:
# this is the cheapest test there is, and it finds many mistakes.
#
# Training means: change the weights a little so that the loss becomes smaller, again and again.
# How that is done is the subject of units 02 and 03, so here it is lent to you. Each time the
# network *reads*, though, it runs **your** `rnn_step` and **your** `output_step`. We keep 118
# names apart that it never learns from. Run the cell and watch: the bars show which letter it
# expects after *tyrannosau*, and below them are words that it makes up.

# %% tags=["nbval-ignore-output"]
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
held_out, training = names[:118], names[118:]
speller = Speller(training, step=working(rnn_step), output=working(output_step))
untrained = speller.model

live, stages = LiveFigure(), SpellingStages("tyrannosau")
for update in speller.learn(1000, look=(0, 10, *range(100, 1001, 100))):
    if update in (0, 10, 100, 1000):
        live.show(*stages.add(speller))
    loss = letter_loss(speller.model, *letter_batch(held_out, speller.alphabet))
    (word,) = speller.write(1, np.random.default_rng(update))
    print(f"{update:>5} updates   loss on names held out {loss:.2f}   {word}")

# %% [markdown]
# *Figure 1.3. The same network before training and after 10, 100 and 1,000 updates.*
#
# At first the bars are low, the loss is near 3.30, and the words are a jumble of letters. Soon
# vowels and consonants alternate, and in the end most of the words could be the name of a
# dinosaur.
#
# Is that loss good? A number means something only next to a **baseline**. Here are two that need
# no network. One counts how frequent each letter is. The other counts which letter follows which,
# so it knows the last letter and has no other memory.

# %% tags=["nbval-ignore-output"]
print("on the names held out, nats a letter")
for what, n in (("frequencies of the letters", 1), ("a table of pairs of letters", 2)):
    print(f"  {what:<28} {LetterTable(training, n, speller.alphabet).loss(held_out):.2f}")
print(f"  {'your network':<28} {loss:.2f}")

# %% [markdown]
# The network is clearly better than a table that sees the last letter. So its state must hold
# **more than the last letter**. You can watch it: type a name into the box, letter by letter.
# Each row is a unit, each column the state after a letter.

# %% tags=["nbval-ignore-output"]
type_into(lambda text: reading(speller, text), "tyrannosau", label="type a name")

# %% [markdown]
# *Figure 1.4. Sixteen units of the trained network while it reads; above them, what it expects
# next.*
#
# And now the other way round: type a beginning, and the network finishes it, five times.

# %% tags=["nbval-ignore-output"]
dice = np.random.default_rng(4)
type_into(lambda text: ", ".join(speller.write(5, dice, text)), "robo", label="type a beginning")

# %% [markdown]
# **Play with it.** This page needs no kernel: a network of 32 units, trained on the same names, runs in the page
# itself. Type a name and point at a unit to see over which letters it is active. Then switch it off. Which bars move?

# %%
from rnnlib.plotting import explorables

explorables.live("note")

# %% [markdown]
# *Figure 1.5. The note a network keeps: its state after each letter, and what it expects next.*
#
# ## 1.5 A whole sequence
#
# So far the loop over time was hidden in the lent code. Now write it yourself.
#
# **The idea.** Begin with a state $h_0$, often zeros. Take a step for each input, in order, and
# hand the new state on to the next step. Keep all of them. Time is the first axis of every array:
# `xs[0]` is the input of the first step, for all examples of the batch. (Formulas count from 1
# and Python counts from 0, so $x_1$ is `xs[0]`.)
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, N, D) | the inputs, time first |
# | $h_0$ | `h0` | (N, H) | the state before the first step |
# | $h_1 \dots h_T$ | `hs` | (T, N, H) | the state after each step |
# | $h_T$ | `h` | (N, H) | the final state |
#
# Use your `rnn_step`. The last line is given: the *cache* packs up what unit 02 needs to go
# backward through time.


# %% exercise="rnn_forward"
def rnn_forward(xs, h0, params):
    """Read a whole sequence.

    xs: (T, N, D) inputs.  h0: (N, H) first state.  params: as in rnn_step.
    Returns hs: (T, N, H), the state after every step; h: (N, H), the last one; and a cache.
    """
    ### BEGIN SOLUTION
    h = h0
    states = []
    for x in xs:
        h = rnn_step(x, h, params)
        states.append(h)
    hs = np.stack(states)
    ### END SOLUTION
    return hs, h, RNNCache(xs, h0, hs, params)


# %%
check(rnn_forward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# A Python loop over an array runs over its first axis, and here that is time. Which variable has
# to survive from one turn of the loop to the next, and what is it before the first turn?
# </details>
# <details><summary><b>Hint 2</b>: from a list to an array</summary>
#
# Collect the states in a list. NumPy has a function that stacks T arrays of the shape (N, H)
# along a new first axis.
# </details>

# %% grade="rnn_forward" points=4

# %% [markdown]
# **Try it: what can one letter change?** We read *tyrannosaurus* and *tyranxosaurus* with the
# trained weights. They differ in the sixth letter. **Predict** the shape of the curve: how far
# apart are the two states before that letter, at it, and after it?

# %% tags=["nbval-ignore-output"]
forward = working(rnn_forward)


def read_word(word, params):
    """The states (T, H) while a network reads a word."""
    xs = rnnlib.one_hot(speller.alphabet.encode(word), 27)[:, None, :]  # (T, 1, 27): a batch of one
    hs, *_ = forward(xs, np.zeros((1, params.b_h.size)), params)
    return hs[:, 0]


word, changed = "tyrannosaurus", "tyranxosaurus"
trained = speller.model.cell
distance = np.linalg.norm(read_word(word, trained) - read_word(changed, trained), axis=1)
figure = plot_traces({"distance": distance}, xlabel="letter read", ylabel="distance of the states")
figure.axes[0].set_xticks(range(len(word)), list(word))
show(figure, "The distance is " + ", ".join(f"{d:.1f} at {k}" for k, d in zip(word, distance)))

# %% [markdown]
# *Figure 1.6. The distance between the states of two runs that differ in the sixth letter.*
#
# Before the changed letter nothing moves: **the past cannot see the future**. From that letter on
# all states are different: **the future has seen the past**.
#
# **Question 2.** A batch has $N = 2$ sequences of $T = 6$ inputs, and $H = 20$. You read it and
# get `hs`. Then you change $x_3$ of the first sequence and $h_0$ of the second, and read the
# batch again. How many of the numbers in `hs` can change?

# %% answer="changes"
answer_changes = None  # your answer: a number
### BEGIN SOLUTION
answer_changes = 200
### END SOLUTION

# %%
check_answer("changes", answer_changes)

# %% grade_answer="changes" points=0.5

# %% [markdown]
# ## 1.6 What is shared, and what it saves
#
# Instead of using one cell $T$ times we might have given every step weights of its own, as in an
# ordinary deep network.

# %%
show_separate_and_shared()

# %% [markdown]
# *Figure 1.7. Separate layers, and one recurrent layer that is used at every step.*
#
# Sharing has three advantages. The number of weights does not grow with the sequence. What is
# learned at one place is known at every other place. And the same network reads sequences of any
# length.
#
# **Your turn:** how many numbers does a recurrent network with an output layer learn? Its arrays
# are those of the two tables above: $W_{xh}$, $W_{hh}$, $b_h$, $W_{hy}$, $b_y$.


# %% exercise="count_parameters"
def count_parameters(D, H, K):
    """How many numbers are learned with D inputs, H units and K classes? Returns an integer."""
    ### BEGIN SOLUTION
    return D * H + H * H + H + H * K + K
    ### END SOLUTION


# %%
check(count_parameters)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# How many numbers does an array of shape (H, H) hold, and how many one of shape (H,)? There are
# five arrays.
# </details>

# %% grade="count_parameters" points=1

# %% [markdown]
# **Question 3.** With separate layers each of $T = 12$ steps has its own $W_{xh}$, $W_{hh}$ and
# $b_h$; the output layer exists once. With $D = K = 27$ and $H = 100$, how many more numbers does
# that network learn than the recurrent one?

# %% answer="parameters"
answer_parameters = None  # your answer: a number
### BEGIN SOLUTION
answer_parameters = 140_800
### END SOLUTION

# %%
check_answer("parameters", answer_parameters)

# %% grade_answer="parameters" points=0.5

# %% [markdown]
# ## 1.7 A memory that you set by hand
#
# Weights need not be learned. For a small task you can choose them, and then you see what they
# are for.
#
# **The task: a latch.** The network has two inputs. A pulse (a 1) on the first one **sets** it:
# the state must go above 0.5. A pulse on the second one **resets** it: the state must go below
# 0.5. Between the pulses both inputs are 0, and the state must stay where it is, for hundreds of
# steps. It begins at 0, which counts as off. No feed-forward network can do that: when nothing
# arrives, there is nothing to see.
#
# What must $W_{hh}$ be, so that a single unit keeps its value when nothing arrives? Each step is
# then $h_t = \tanh(w\,h_{t-1})$. Here is what becomes of $h = 0.9$ for different $w$:

# %%
show_self_excitation()

# %% [markdown]
# *Figure 1.8. A unit that listens to nothing but itself.*
#
# Below 1 the state dies away. At exactly 1 it still does, only slowly, because $\tanh(h)$ is
# always a little less than $h$. Above 1 the unit excites itself, the tanh holds it back, and the
# two agree on a value that stays; with $w = 3$ it is close to 1. By symmetry the negative value
# stays as well. Two values that stay: that is one bit of memory. (0 stays too, but only like a
# pencil on its tip: the slightest push, and the state moves to one of the two. Before the first
# pulse there must be no push.)
#
# **Your turn.** One unit is enough; if you use more, the first one is looked at. The check tries
# what your network *does*, so many choices of numbers are right.


# %% exercise="latch_params"
def latch_params():
    """Weights for a latch: RNNParams with W_xh (2, H), W_hh (H, H), b_h (H,); H = 1 is enough.

    The first row of W_xh belongs to the input "set", the second to "reset".
    """
    ### BEGIN SOLUTION
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[3.0]], b_h=[0.0])
    ### END SOLUTION


# %%
check(latch_params)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the form of the answer</summary>
#
# Lists of lists become arrays by themselves: a matrix with two rows and one column is `[[1.0],
# [2.0]]`.
# </details>
# <details><summary><b>Hint 2</b>: holding and switching</summary>
#
# Look in Figure 1.8 for a curve that stays up. A pulse must win against the state that is being
# held: how much does that state contribute to the sum, and with which sign?
# </details>

# %% grade="latch_params" points=2.5

# %% [markdown]
# > **What you may have read: "A plain recurrent network has no memory; for that one needs an
# > LSTM."** You have just built a memory with a single tanh unit, and the check made it hold for
# > 200 steps. What is hard is to *learn* such weights from examples (section 1.10, unit 04). The
# > LSTM (unit 05) was made to make that easier.
#
# ## 1.8 One network, several tasks
#
# What differs between tasks is which outputs are used.

# %%
show_rnn_tasks()

# %% [markdown]
# *Figure 1.9. Four uses of the same network.*
#
# - **Many to one.** Only the final state $h_T$ is read. Which letter came first? Is this review a
#   good one? The state has to hold everything that matters until the sequence ends.
# - **Many to many.** Each state is read. Which letter comes next? There is a loss at every step.
# - **One to many**, and **an encoder with a decoder**: the network writes. You have seen the first
#   when it finished your word; the second is unit 10.
#
# ## 1.9 Open task: a light that listens
#
# This task is yours alone: there are no steps and no template. Take pen and paper.
#
# A lamp hears letters, one at a time, out of `o n f x y z`. When it has heard **on**, that is an
# o *directly* followed by an n, the light goes on. When it has heard **off**, it goes out.
# Nothing else may switch it. It begins dark. So it should be
#
# ```
# letters   x o n x y o f x o f f x n o o n
# light     - - ● ● ● ● ● ● ● ● - - - - - ●
# ```
#
# **Choose the weights** of a recurrent network that does this, in `light_params()`. The input is
# one-hot with $D = 6$, the rows of $W_{xh}$ in the order o, n, f, x, y, z. The **first unit** is
# the light: on where it is above 0.5, after the *same* letter that completes the word. The state
# begins at zeros. You may use **at most 12 units**.
#
# **How it is marked.** Your weights are tried on thousands of letters that you do not see: the
# two words with chatter between them, hundreds of meaningless letters between the words, and
# texts full of look-alikes such as `oon`, `nof`, `ffo`, `off` when it is dark anyway, or an n as
# the very first letter. You earn a share for each of: hearing *on*, hearing *off*, staying on,
# staying dark, and not being fooled. When something is wrong, the check shows you the shortest
# text that goes wrong.
#
# **The score** is the number of units. Fewer is better.


# %% exercise="light_params" minutes=30
def light_params():
    """Weights of a network that hears "on" and "off".

    Returns RNNParams: W_xh (6, H), W_hh (H, H), b_h (H,), with H at most 12.
    """
    ### BEGIN SOLUTION
    o, n, f = 0, 1, 2  # the rows of the letters that matter
    light, after_o, after_of = 0, 1, 2  # the units
    W_xh, W_hh, b_h = np.zeros((6, 3)), np.zeros((3, 3)), np.zeros(3)
    W_xh[o, after_o] = 10  # 1 after an o, 0 after anything else
    W_hh[after_o, after_of] = W_xh[f, after_of] = 10
    b_h[after_of] = -15  # it takes both
    W_hh[light, light] = 30  # the light holds itself, on or off
    W_hh[after_o, light] = 40  # an o before: nearly enough to switch it on
    W_xh[n, light] = 10  # and an n now: enough
    W_hh[after_of, light] = -5  # "of" before
    W_xh[f, light] = -10  # and an f now: off
    b_h[light] = -20  # at the beginning the light is at 0, and an n must not switch it
    return RNNParams(W_xh, W_hh, b_h)
    ### END SOLUTION


# %%
check(light_params)

# %% [markdown]
# Your tool: a box in which you can let your network hear any text. Each row is a unit, the first
# one is the light.


# %%
def hear(text):
    """What the units of your network do while it hears a text: a figure and its description."""
    text = "".join(letter for letter in text if letter in "onfxyz") or "x"
    params = working(light_params)()
    xs = np.eye(6)[["onfxyz".index(letter) for letter in text]][:, None]
    hs, *_ = working(rnn_forward)(xs, np.zeros((1, params.b_h.size)), params)
    light = "".join("●" if on else "-" for on in hs[:, 0, 0] > 0.5)
    return plot_hidden_states(
        hs[:, 0], text
    ), f"Heat map of all units; the light while it hears {text}: {light}"


type_into(hear, "xonxyofxoffxnoon", label="let it hear")

# %% [markdown]
# *Figure 1.10. The units while the lamp hears a text.*
#
# <details><summary><b>If you do not know where to begin</b></summary>
#
# Which two facts about the letters before the present one does the lamp need? A unit that knows
# such a fact is easy to build. Then make a table of all situations in which the light is decided,
# with the sum that it gets in each. Write down which of these sums must be positive and which
# negative. If a sum is close to 0, multiply everything by a large number.
# </details>

# %% grade="light_params" points=6

# %%
print("units")
print(f"{working(light_params)().b_h.size:>5}   yours")
for units, whose in (
    (12, "the limit"),
    (4, "one unit knows that a text has begun"),
    (3, "our best"),
):
    print(f"{units:>5}   {whose}")

# %% [markdown]
# ## Summary
#
# - The hidden state is a vector that is updated at each step: $h_t = \tanh(x_t W_{xh} + h_{t-1}
#   W_{hh} + b_h)$.
# - The same weights serve at every step, so their number does not depend on $T$.
# - $h_t$ depends on $x_1 \dots x_t$ and on $h_0$, and on nothing that comes later.
# - Logits are read from the state by an affine layer: from the last state (many to one) or from
#   each (many to many).
# - The loss of a network that predicts one of $K$ symbols begins near $\log K$ and has to be
#   compared with a baseline.
# - A unit that excites itself (with a weight above 1) can hold a bit; one that does not forgets.
#
# **Next:** how does one find good weights? Unit 02 goes back through time.
#
# ## 1.10 Going further
#
# Nothing from here on is marked.
#
# **Long memories are hard to learn.** Back to the question of the beginning: which came first, a
# or b? A recurrent network reads the string, and its final state answers. It has the same weights
# for every length. Three networks for each gap, from different starts:

# %% tags=["nbval-ignore-output"]
from rnnlib.which_first import recurrent_accuracy

print("letters after a and b   share of right answers, three starts")
for gap in (2, 10, 100):
    print(f"{gap:>21}", end="")
    for seed in range(3):
        print(f"   {recurrent_accuracy(gap, seed=seed):.2f}", end="", flush=True)
    print()

# %% [markdown]
# There is no cliff at a window's end. But with a hundred letters in between, some networks end
# near 0.50: within these 150 updates they have learned nothing. Their state held the answer at
# the beginning, and the gradient that should teach them to keep it hardly arrives. Unit 04
# measures that.
#
# **Before and after training.** The state while reading one of the names held out, with the
# random weights of the beginning and with the trained ones. We show the 16 units that move most
# after training.

# %% tags=["nbval-ignore-output"]
from rnnlib.plotting import plot_hidden_states_pair

word = "." + max(held_out, key=lambda w: (len(w) == 13, w))
before, after = read_word(word, untrained.cell), read_word(word, speller.model.cell)
units = np.argsort(-after.std(axis=0))[:16]
sizes = f"{np.abs(before).mean():.2f} before training, {np.abs(after).mean():.2f} after"
show(
    plot_hidden_states_pair(before, after, word, units=units),
    f"Heat maps of 16 units reading {word}. Mean size over all units: {sizes}.",
)
print("mean size over all units:", sizes)

# %% [markdown]
# *Figure 1.11. The same name, read with random and with trained weights.*
#
# Before training the states are pale; after it the units take positions. Does a unit *mean*
# something? Ask the data: is there one whose value goes along with whether the letter just read
# is a vowel, or with how far we are in the word? A correlation of 1 would be a unit for just
# that.

# %% tags=["nbval-ignore-output"]
is_vowel = [letter in "aeiou" for word in held_out for letter in word]
place = [n for word in held_out for n in range(len(word))]
print("best unit's correlation with    before   after training")
for what, values in (("vowel or not", is_vowel), ("place in the word", place)):
    row = f"  {what:<28}"
    for net in (untrained, speller.model):
        hs = np.concatenate([read_word("." + word, net.cell)[1:] for word in held_out])
        r = np.corrcoef(hs.T, values)[-1, :-1]
        row += f"  {np.abs(r).max():.2f}   "
    print(row.rstrip())

# %% [markdown]
# Compare the columns. For vowels, training has changed little: random weights tell them apart
# about as well, because the letter has just come in. The place in the word is another matter: one
# unit follows it much more closely than before. Nobody asked for that; it helps to predict the
# end of a name, so it was learned. **Compare with the untrained network before you read a meaning
# into a unit.**
#
# > **What you may have read: "Sharing weights prevents overfitting."** Let us measure it: 200
# > updates with the same names, once with one cell for all steps, once with a cell for each of the
# > 24 places that a letter can have.

# %% tags=["nbval-ignore-output"]
from rnnlib.separate_steps import train_letters

longest = max(map(len, names)) + 1
for what, cells in (("one shared cell", 1), (f"{longest} separate cells", longest)):
    print(f"{what:<18}  loss while it learns:", end="")
    known, new = train_letters(
        training, held_out, speller.alphabet, cells=cells,
        watch=lambda update, loss: print(f" {loss:.2f}", end="", flush=True),
    )  # fmt: skip
    print(f"\n   in the end {known:.2f} on names that it has seen, {new:.2f} on names held out")

# %% [markdown]
# The separate cells do better on names that they have seen and worse on new ones: they
# **overfit**. So the statement holds here. The shared cell does not prevent it altogether; its
# second number is higher than its first, too.
#
# > **What you may have read: "The output is fed back."** In this unit the *state* is fed back; that
# > is Elman's network (1990). In Jordan's (1986) it is the *output*. The difference is real: then
# > all that the network knows of the past must stand in its output. Take the light as a single
# > output, on or off. Fed back alone, it cannot tell the n of `on` from the n of `xn`, because both
# > times the light was dark.
#
# > **What you may have read: "A Transformer is a kind of recurrent network."** A Transformer (the
# > usual one) carries no state from step to step. It looks at all inputs at once and keeps all of
# > them; a recurrent network keeps one vector of fixed size. So in training a Transformer can work
# > on all steps at the same time, while here each step waits for the one before. How much is that
# > waiting? Nearly the same arithmetic, once step by step and once as one large product:

# %% tags=["nbval-ignore-output"]
import timeit

T, H = 1000, 64
rng = np.random.default_rng(0)
cell = rnnlib.init_rnn(LETTERS, H, rng)
xs, states = rng.normal(size=(T, 1, LETTERS)), rng.normal(size=(T, H))
one_by_one = min(
    timeit.repeat(lambda: rnnlib.rnn_forward(xs, np.zeros((1, H)), cell), number=3, repeat=5)
)
at_once = min(
    timeit.repeat(lambda: np.tanh(states @ cell.W_hh + xs[:, 0] @ cell.W_xh), number=3, repeat=5)
)
print(f"{T} steps one by one take {one_by_one / at_once:.1f} times as long as {T} rows at once")

# %% [markdown]
# On one processor core that ratio is modest, and it explains little. What counts is hardware that
# can do thousands of products at the same time: there the steps still wait, and the large product
# does not.
#
# **Where none of this is needed.** You want to know whether a sentence contains the word *not*
# anywhere. Then order plays no part, and the set of its words is enough. Where a short window
# holds all there is to know, a window is simpler and as good.
#
# ## References
#
# - J. L. Elman, *Finding structure in time*, Cognitive Science 14 (1990), 179–211: the network of
#   this unit.
# - M. I. Jordan, *Serial order: a parallel distributed processing approach*, ICS Report 8604, UC
#   San Diego (1986): recurrence from the output instead.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), chapter 10.
# - A. Karpathy, *The unreasonable effectiveness of recurrent neural networks* (2015): letters, one
#   by one.
# - Data: names of dinosaur genera from the npm package `dinosaurs` 1.2.1 (see
#   `rnnlib/data/LICENSES.md`).
