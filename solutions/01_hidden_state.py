# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 20
#     seconds: 30
# ---

# %% [markdown]
# # 1 The hidden state
#
# A recurrent network reads a sequence one piece at a time and keeps a note of what it has read: the
# **hidden state**. In this unit you write the few lines that keep this note. Everything is plain
# NumPy, and you can read all of it.
#
# **At the end you can**
# - say why a sequence needs a memory, and show it with a network that has none;
# - write one step, the output and a whole sequence of a recurrent network, for a batch of examples;
# - count its parameters, and say why the length of the sequence is not among them;
# - build, by hand, a network that switches on, remembers, and switches off;
# - read a picture of hidden states, before and after training.
#
# | | |
# |---|---|
# | **Time** | 60 to 90 minutes |
# | **You need** | Python functions; NumPy arrays and their shapes; the matrix product `@`; a rough idea of a feed-forward network and of training |
# | **Points** | 20: five functions (18) and four questions (2) |
#
# **How it works.** Run the cells from top to bottom with <kbd>Shift</kbd>+<kbd>Enter</kbd>. Where a
# cell says `YOUR CODE HERE`, it is your turn: put your lines in the place of `# YOUR CODE HERE` **and**
# of `raise NotImplementedError()`, then run the cell. `check(...)` below it tells you at once what is
# right and what is not, as often as you like. If you are stuck, open a hint. The cells that say *This
# cell is marked* show what you have earned. If an exercise will not come out, read on: the experiments
# then use the library's version and say so. After a restart, or an error that a name *is not defined*,
# choose *Run > Run All Above Selected Cell*.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, RNNCache, RNNParams
from rnnlib.course import check, check_answer, working
from rnnlib.plotting import (
    draw_compact_and_unrolled,
    draw_rnn_tasks,
    draw_separate_vs_shared,
    draw_unrolled_rnn,
    plot_hidden_states_pair,
    plot_loss,
    plot_traces,
    show,
)

# %% [markdown]
# ## 1.1 Why a sequence needs a memory
#
# Someone reads you letters, one after the other. First an **a** and a **b**, in one order or the
# other, then a few more letters that do not matter. At the end you are asked: *which came first?*
#
# ```
# a b q m t x   ->  a
# b a t x q q   ->  b
# ```
#
# You remember it easily. What about a network that has no memory? Give it the last letter and nothing
# else: after `abq` and after `baq` it sees the same **q**, so it must give the same answer, whatever
# its weights are. One of the two is wrong. That is not a matter of training or of size: the same
# input gives the same output.
#
# The usual way out is a **window**: show it the last *w* letters at once. Let us try. The next cell
# trains a small feed-forward network (one hidden layer) on windows. Its code is folded away (click on
# the three dots to see it); units 02 and 03 are about such code.

# %% hidden=true
LETTERS = 8  # a, b and six others


def which_first(gap, N, rng):
    """N strings "ab..." or "ba..." with `gap` letters behind: one-hot (gap + 2, N, LETTERS), answers."""
    answers = rng.integers(0, 2, N)
    others = rng.integers(2, LETTERS, (gap, N))
    return rnnlib.one_hot(np.vstack([answers, 1 - answers, others]), LETTERS), answers


@rnnlib.parameters
class TwoLayers(rnnlib.Params):
    """A feed-forward network: a hidden layer and an output layer."""

    inside: DenseParams
    outside: DenseParams


def window_accuracy(window, gap, seed=0):
    """Train a feed-forward network on the last `window` letters; its share of right answers."""
    rng = np.random.default_rng(seed)
    net = TwoLayers(rnnlib.init_dense(window * LETTERS, 16, rng), rnnlib.init_dense(16, 2, rng))
    state = rnnlib.adam_state(net)
    for _ in range(150):
        x, answers = seen_through(window, which_first(gap, 64, rng))
        h = np.tanh(rnnlib.output_step(x, net.inside))
        dlogits = rnnlib.cross_entropy_backward(rnnlib.output_step(h, net.outside), answers)
        dh, grads_outside = rnnlib.output_step_backward(dlogits, h, net.outside)
        _, grads_inside = rnnlib.output_step_backward(rnnlib.tanh_backward(dh, h), x, net.inside)
        grads = TwoLayers(grads_inside, grads_outside)
        net, state = rnnlib.adam_step(net, grads, state, learning_rate=0.02)

    x, answers = seen_through(window, which_first(gap, 2000, rng))
    logits = rnnlib.output_step(np.tanh(rnnlib.output_step(x, net.inside)), net.outside)
    return np.mean(logits.argmax(axis=1) == answers)


def seen_through(window, strings):
    """The last `window` letters of each string, side by side: (N, window * LETTERS)."""
    xs, answers = strings
    return np.concatenate(list(xs[-window:]), axis=1), answers


print("share of right answers (0.50 is guessing)\n")
print("letters after a and b:    0     1     2     3     4")
for window in (1, 2, 3, 4):
    row = [window_accuracy(window, gap) if window <= gap + 2 else np.nan for gap in range(5)]
    cells = "".join("     -" if np.isnan(a) else f"  {a:.2f}" for a in row)
    print(f"window of {window:>2} {'letter ' if window == 1 else 'letters'}   {cells}")

# %% [markdown]
# Read the table along a row (a dash: the string is shorter than the window). As long as the window still
# shows **one** of the two letters, the answer is always right. As soon as both are out of sight, the network guesses: about 0.50, and no training
# helps. A larger window only moves the cliff, and every letter of the window costs weights of its own.
#
# What we want is a network that has seen *everything so far* at any time, with a fixed number of
# weights. So it must keep a summary and carry it along.

# %% [markdown]
# **Question 1.** A network sees a window of 5 letters. In how many of these strings can it tell which
# came first: `abxxx`, `baxxx`, `abxxxx`, `baxxxxx`, `abxxxxxx`? Put the number into the cell.

# %% answer="window"
answer_window = None  # your answer: a number
### BEGIN SOLUTION
answer_window = 3
### END SOLUTION

# %%
check_answer("window", answer_window)

# %% grade_answer="window" points=0.5

# %% [markdown]
# ## 1.2 One step
#
# **The idea.** Keep a vector $h$, a few dozen numbers: the note. When the next piece $x_t$ of the
# sequence arrives, make a new note out of two things: what has just arrived, and the old note. The
# recipe for that is the same at every step.

# %% hidden=true
show(
    draw_compact_and_unrolled(3),
    "On the left a recurrent cell: the input x_t goes into the state h_t through the weights W_xh, the "
    "state goes into the output y_t through W_hy and back into itself through W_hh. On the right the "
    "same cell unrolled over three steps: each state gets an arrow from its input and one from the "
    "state before, with the same weights in every column.",
)

# %% [markdown]
# Both pictures show the same network. On the left, the arrow that leads back means "one step later".
# On the right, that loop is unrolled: one column a step, time runs to the right. The colours tell the
# weights apart, and each colour returns in every column: **the same weights are used at every step**. (The way up, with $W_{hy}$ to the output
# $y$, is section 1.4.)
#
# **The equation.** All terms are added, and a tanh keeps every number between −1 and 1:
#
# $$h_t = \tanh\left(x_t\,W_{xh} + h_{t-1}\,W_{hh} + b_h\right)$$
#
# Read it aloud: *what comes in* ($x_t W_{xh}$), *what is remembered* ($h_{t-1} W_{hh}$), *where a unit
# leans by itself* ($b_h$). On paper, with one number each: for $x = 1$, $h = 0.5$, $W_{xh} = 0.4$,
# $W_{hh} = -0.6$ and $b_h = 0.1$ the sum is $0.4 - 0.3 + 0.1 = 0.2$, and the new state is
# $\tanh(0.2) \approx 0.197$.
#
# A letter enters as a **one-hot** vector: as many numbers as there are letters, all 0 but for a single 1
# at the letter's place. With 8 letters, $D = 8$. And in practice we read $N$ sequences at once, a
# **batch**: each row of $x$ and $h$ belongs to one of them.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$ | `x` | (N, D) | the input of this step: N examples, D numbers each |
# | $h_{t-1}$ | `h` | (N, H) | the state before the step |
# | $h_t$ | `h_next` | (N, H) | the state after the step |
# | $W_{xh}$ | `params.W_xh` | (D, H) | from the input to the state |
# | $W_{hh}$ | `params.W_hh` | (H, H) | from the old state to the new one |
# | $b_h$ | `params.b_h` | (H,) | the bias, added to every row |
#
# **Your turn:** write one step.


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
# Translate the equation from left to right. It has three terms; every term must come out with the
# shape (N, H). `params.W_xh` is the array $W_{xh}$.
# </details>
# <details><summary><b>Hint 2</b>: which product</summary>
#
# A product of matrices is written `@` in NumPy; `*` multiplies entry by entry. (N, D) `@` (D, H) gives
# (N, H). The bias needs no loop: NumPy adds a vector of length H to each row of an (N, H) array.
# </details>
# <details><summary><b>Hint 3</b>: the form of the line</summary>
#
# `return np.tanh(... @ ... + ... @ ... + ...)`: one tanh around the whole sum.
# </details>

# %% grade="rnn_step" points=5

# %% [markdown]
# **Try it: does the state remember?** We take random weights, no training at all, and feed the two
# strings `ab...` and `ba...` with the same letters behind. The last letters are equal. Are the states?

# %%
step = working(rnn_step)
rng = np.random.default_rng(1)
params = rnnlib.init_rnn(LETTERS, 32, rng)
xs, _ = which_first(12, 1, rng)
other = xs.copy()
other[:2] = xs[1::-1]  # the first two letters, exchanged

h, h_other = np.zeros((1, 32)), np.zeros((1, 32))
print("letters read   distance between the two states")
for t in range(len(xs)):
    h, h_other = step(xs[t], h, params), step(other[t], h_other, params)
    if t in (0, 1, 2, 5, 9, 13):
        print(f"{t + 1:>12}   {np.linalg.norm(h - h_other):.3f}")

# %% [markdown]
# After one letter the states differ, of course. After fourteen they still do, although the last twelve
# letters were the same: **the state carries the past**. It also fades, step by step. How fast, and what
# can be done about it, is the subject of units 04 and 05.
#
# ## 1.3 A whole sequence
#
# **The idea.** Begin with a state $h_0$ (often zeros). Take a step for each input, in order, and hand
# the new state on to the next step. Keep them all.

# %% hidden=true
show(
    draw_unrolled_rnn(4, inputs="trex", outputs="rex."),
    "A recurrent network unrolled over the four letters t, r, e, x. At each step it reads a letter and "
    "its output is the next one: r, e, x, and a full stop for the end.",
)

# %% [markdown]
# **The equation** is the one that you have written, for $t = 1, \dots, T$, with the result of one step
# as the input of the next. Time is the first axis of every array: `xs[0]` is the input of the first
# step, for all examples of the batch. (Formulas count from 1, Python counts from 0: $x_1$ is `xs[0]`.)
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, N, D) | the inputs, time first |
# | $h_0$ | `h0` | (N, H) | the state before the first step |
# | $h_1 \dots h_T$ | `hs` | (T, N, H) | the state after each step |
# | $h_T$ | `h` | (N, H) | the final state |
#
# **Your turn.** Use your `rnn_step`. The last line is given: the *cache* packs up what you had in your
# hands; unit 02 needs it to go backward through time.


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
# A loop over an array runs over its first axis: `for x in xs:` gives one (N, D) array a step.
# </details>
# <details><summary><b>Hint 2</b>: what changes in the loop</summary>
#
# One variable `h` holds the current state. Before the loop it is `h0`; in the loop it is replaced by
# what `rnn_step` returns, which you also append to a list.
# </details>
# <details><summary><b>Hint 3</b>: from a list to an array</summary>
#
# `np.stack(states)` makes an array (T, N, H) of a list of T arrays (N, H).
# </details>

# %% grade="rnn_forward" points=6

# %% [markdown]
# **Try it: what can a letter change?** We read *tyrannosaurus* and *tyranxosaurus* with the same random
# weights. They differ in the sixth letter (step 5, counting from 0). How far apart are the states?

# %%
forward = working(rnn_forward)
alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
V = len(alphabet)


def read_word(word, params):
    """The states (T, H) while a network reads a word."""
    xs = rnnlib.one_hot(alphabet.encode(word), V)[:, None, :]  # (T, 1, V): a batch of one
    hs, *_ = forward(xs, np.zeros((1, params.b_h.size)), params)
    return hs[:, 0]


params = rnnlib.init_rnn(V, 32, np.random.default_rng(2))
word, changed = "tyrannosaurus", "tyranxosaurus"
distance = np.linalg.norm(read_word(word, params) - read_word(changed, params), axis=1)
show(
    plot_traces(
        {"distance": distance},
        xlabel=f"step: the letters of {word}",
        ylabel="distance of the states",
        events={"changed letter": [5]},
    ),
    "Distance between the states of two runs. It is 0 for the first five letters, "
    f"{distance[5]:.1f} at the sixth, which differs, and {distance[-1]:.1f} after the last.",
)

# %% [markdown]
# Before the changed letter nothing moves: **the past cannot see the future**. From that letter on
# every state is another one: **the future has seen the past**.

# %% [markdown]
# **Question 2.** You read a sequence of six inputs and get $h_1 \dots h_6$. Then you change $x_3$ and
# $h_0$, and read it again. Which states change?
#
# - a) only $h_3$
# - b) $h_3$ to $h_6$
# - c) $h_1$ to $h_6$
# - d) only $h_6$

# %% answer="changes"
answer_changes = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_changes = "c"
### END SOLUTION

# %%
check_answer("changes", answer_changes)

# %% grade_answer="changes" points=0.5

# %% [markdown]
# ## 1.4 The output
#
# **The idea.** The state is for the network itself. To say something to the world it is read out by one
# more layer: a score for each of $K$ possible answers. The scores are called **logits**; they may be any
# numbers. The softmax ($e$ to the power of each score, divided by the sum of all) turns them into
# probabilities, and it belongs to the loss, not to this layer.
#
# **The equation:** $\quad y_t = h_t\,W_{hy} + b_y$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h_t$ | `h` | (N, H) | a state |
# | $W_{hy}$ | `params.W_hy` | (H, K) | from the state to the scores |
# | $b_y$ | `params.b_y` | (K,) | bias |
# | $y_t$ | `logits` | (N, K) | a score for each of K classes |
#
# **Your turn.**


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
# <details><summary><b>Hint 1</b></summary>
#
# It is the same kind of line as in `rnn_step`, with one product less and nothing around the sum.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# `h` is (N, H) and the result is (N, K), so the weight stands on the right of `@`.
# </details>

# %% grade="output_step" points=2

# %% [markdown]
# **Try it: what does an untrained network expect?** It has read `tyrannosau` and is asked for the next
# letter. We turn its scores into probabilities.

# %%
scores = working(output_step)
readout = rnnlib.init_dense(32, V, np.random.default_rng(3))
logits = scores(read_word("tyrannosau", params)[-1:], readout)
p = rnnlib.softmax(logits)[0]
best = np.argsort(-p)[:5]
print("next letter:", ", ".join(f"{alphabet.decode([k])} {p[k]:.1%}" for k in best), "...")
print(f"all {V} probabilities: smallest {p.min():.1%}, largest {p.max():.1%}; 1/{V} is {1 / V:.1%}")

# %% [markdown]
# It has no idea: every symbol is about as likely as any other. In section 1.8 it will know better.
#
# ## 1.5 What is shared, and what it saves
#
# Instead of one cell used $T$ times we might have given every step weights of its own, as in an
# ordinary deep network.

# %% hidden=true
show(
    draw_separate_vs_shared(3),
    "Above, three separate layers in a row with the weights W_1, W_2 and W_3: three times the weights. "
    "Below, one recurrent layer used three times with the same weights W: the weights once.",
)

# %% [markdown]
# Sharing has three advantages. The number of weights does not grow with the sequence. What is learned at
# one place of the sequence is known at every other. And the same network reads sequences of any length.
#
# **Your turn:** count the numbers that a recurrent network with an output layer learns. The arrays are
# those of the two tables above: $W_{xh}$, $W_{hh}$, $b_h$, $W_{hy}$, $b_y$.


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
# An array of shape (D, H) holds D · H numbers, one of shape (H,) holds H. Add up the five arrays.
# </details>

# %% grade="count_parameters" points=2

# %% [markdown]
# **Try it: three separate layers against one recurrent layer**, and more than three. Each separate layer
# has its own $W_{xh}$, $W_{hh}$ and $b_h$; the output layer is there once in both.

# %%
count = working(count_parameters)
D, H, K = V, 64, V
recurrent = count(D, H, K)
layer = rnnlib.init_rnn(D, H, np.random.default_rng(0)).size
print("  T   separate layers   one recurrent layer")
for T in (1, 3, 12, 100):
    print(f"{T:>3} {recurrent + (T - 1) * layer:>17,} {recurrent:>21,}")

# %% [markdown]
# **Question 3.** How many parameters does a recurrent network have that reads and predicts the 27 symbols
# of our names ($D = K = 27$) with $H = 100$ units? Work it out, on paper or with your function.

# %% answer="parameters"
answer_parameters = None  # your answer: a number
### BEGIN SOLUTION
answer_parameters = 15_527
### END SOLUTION

# %%
check_answer("parameters", answer_parameters)

# %% grade_answer="parameters" points=0.5

# %% [markdown]
# ## 1.6 A memory that you set by hand
#
# Weights need not be learned: for a small task you can choose them, and then you see what they are for.
#
# **The task: a latch.** The network has two inputs. A pulse (a 1) on the first one **sets** it: the state
# must go above 0.5. A pulse on the second one **resets** it: the state must go below 0.5. Between the
# pulses both inputs are 0 and the state must stay where it is, for hundreds of steps. It begins at 0,
# which is off. No feed-forward network can do that: when nothing arrives, there is nothing to see.
#
# What must $W_{hh}$ be, so that a single unit keeps its value when nothing arrives? Then each step is
# $h_t = \tanh(w\,h_{t-1})$. Watch what becomes of $h = 0.9$ for different $w$:

# %% hidden=true
steps = np.arange(41)
traces = {}
for w in (0.9, 1.0, 1.5, 3.0):
    h, path = 0.9, []
    for _ in steps:
        path.append(h)
        h = np.tanh(w * h)
    traces[f"w = {w}"] = np.array(path)
show(
    plot_traces(traces, xlabel="step", ylabel="h"),
    "One unit that starts at 0.9 and only listens to itself. After 40 steps it is at "
    + ", ".join(f"{path[-1]:.2f} for {name}" for name, path in traces.items())
    + ".",
)

# %% [markdown]
# Below 1 the state dies away. At exactly 1 it still dies, only slowly, because $\tanh(h)$ is always a
# little less than $h$. Above 1 the unit excites itself, the tanh holds it back, and the two agree on a
# value that stays: with $w = 3$ it is 0.995. By symmetry −0.995 stays as well. Two values that stay: that
# is one bit of memory. (0 stays too, but only like a pencil on its tip: the least push, and the state moves
# on to one of the two. Before the first pulse there must be no push.)
#
# **Your turn:** choose the weights of a latch. One unit is enough; if you take more, the first
# one is looked at. The check looks
# at what your network does, not at your numbers: many choices are right.


# %% exercise="latch_params"
def latch_params():
    """Weights for a latch: RNNParams with W_xh (2, H), W_hh (H, H), b_h (H,); H = 1 is enough."""
    ### BEGIN SOLUTION
    return RNNParams(W_xh=[[6.0], [-6.0]], W_hh=[[3.0]], b_h=[0.0])
    ### END SOLUTION


# %%
check(latch_params)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the form of the answer</summary>
#
# `return RNNParams(W_xh=[[...], [...]], W_hh=[[...]], b_h=[...])`. The first row of `W_xh` belongs to the
# input "set", the second to "reset".
# </details>
# <details><summary><b>Hint 2</b>: holding</summary>
#
# Take for `W_hh` one of the w of the picture above: one whose curve stays up.
# </details>
# <details><summary><b>Hint 3</b>: switching</summary>
#
# A pulse must win against the state that is being held. A state of −0.995 contributes −0.995 · `W_hh` to
# the sum; the pulse has to bring that sum well above 0.
# </details>

# %% grade="latch_params" points=3

# %% [markdown]
# **Try it.** Watch your latch at work. (The network that runs here is your `rnn_forward`.)

# %%
latch = working(latch_params)()
forward = working(rnn_forward)
pulses = np.zeros((60, 1, 2))
pulses[[10, 15, 45], 0, 0] = 1  # set
pulses[[30, 35], 0, 1] = 1  # reset
hs, *_ = forward(pulses, np.zeros((1, latch.b_h.size)), latch)
show(
    plot_traces(
        {"state": hs[:, 0, 0]},
        xlabel="step",
        ylabel="h",
        events={"set": pulses[:, 0, 0] > 0, "reset": pulses[:, 0, 1] > 0},
    ),
    f"The state of a latch: {hs[5, 0, 0]:.2f} at the start, {hs[20, 0, 0]:.2f} after the first set pulse, "
    f"{hs[40, 0, 0]:.2f} after the reset, {hs[55, 0, 0]:.2f} after the next set pulse.",
)

# %% [markdown]
# This is a memory cell. Unit 05 will build one that *learns* when to set, hold and reset: the LSTM.
#
# ## 1.7 A loss at every step, or at the end
#
# The same network serves for different tasks. What differs is which outputs are used.

# %% hidden=true
show(
    draw_rnn_tasks(),
    "Four uses of a recurrent network: one to many, many to one, many to many with an output at every "
    "step, and many to many with an encoder that reads first and a decoder that writes afterwards.",
)

# %% [markdown]
# - **Many to one.** Only the final state $h_T$ is read: which letter came first? is this review a good
#   one? The state has to hold all that matters by the time the sequence ends.
# - **Many to many.** Each state is read: which letter comes next? which word class is this word? There is
#   a loss at every step, and the loss of the sequence is their mean:
#
# $$L = \frac{1}{T} \sum_{t=1}^{T} L_t \qquad L_t = -\log p_t(\text{the right answer at step } t)$$
#
# We want to predict letters, so there is a loss at every step. It takes no labels: what is right at one
# step is the input of the next. With a full stop as the mark of beginning and end, *trex* becomes

# %%
name = "trex"
print("input  ", " ".join("." + name))
print("target ", " ".join(name + "."))

# %% [markdown]
# **Where the loss begins.** A network that gives each of 27 symbols the same probability has the loss
# $-\log(1/27) = \log 27 \approx 3.30$ **nats** a letter (a nat is the unit of the natural logarithm). An
# untrained network should begin there; if it does not, something is wrong. It is the cheapest test there
# is, and it finds many mistakes.
#
# ## 1.8 The hidden state before and after training
#
# Now real data: the names of 1,318 genera of dinosaurs. We keep 118 apart and train on the others. How to
# train is the subject of units 02 and 03, so this code is given. Read it for its order: read the names, compare
# with the targets, go back through time, improve the weights. It takes a few seconds.

# %%
from rnnlib.data import dinosaur_names

rng = np.random.default_rng(0)
names = rng.permutation(dinosaur_names())
held_out, training = list(names[:118]), list(names[118:])


def as_batch(words):
    """Inputs (T, N, V), targets (T, N) and a mask (T, N) that is False behind a word's end."""
    T = max(len(word) for word in words) + 1
    ids = np.zeros((T + 1, len(words)), int)  # 0 is the full stop
    mask = np.zeros((T, len(words)), bool)
    for n, word in enumerate(words):
        ids[1 : len(word) + 1, n] = alphabet.encode(word)
        mask[: len(word) + 1, n] = True
    return rnnlib.one_hot(ids[:-1], V), ids[1:], mask


@rnnlib.parameters
class LetterModel(rnnlib.Params):
    """A recurrent cell and its output layer."""

    cell: RNNParams
    out: DenseParams


def loss_and_grads(words, model):
    """The mean loss a letter, and its gradient for every weight."""
    xs, targets, mask = as_batch(words)
    h0 = np.zeros((len(words), model.cell.b_h.size))
    hs, _, cache = rnnlib.rnn_forward(xs, h0, model.cell)
    logits = rnnlib.output_step(hs, model.out)
    loss = rnnlib.cross_entropy(logits, targets, mask=mask)
    dlogits = rnnlib.cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
    _, _, grads_cell = rnnlib.rnn_backward(dhs, None, cache)
    return loss, LetterModel(grads_cell, grads_out)


H = 64
untrained = LetterModel(rnnlib.init_rnn(V, H, rng), rnnlib.init_dense(H, V, rng))
model, state = untrained, rnnlib.adam_state(untrained)
losses, validation = [], {}
for update in range(301):
    if update % 50 == 0:
        validation[update] = loss_and_grads(held_out, model)[0]
    loss, grads = loss_and_grads(rng.choice(training, 64, replace=False), model)
    losses.append(loss)
    model, state = rnnlib.adam_step(model, grads, state, learning_rate=5e-3)

print(
    f"names for training:    first {losses[0]:.2f}, at the end {np.mean(losses[-20:]):.2f} nats a letter"
)
print(f"names held out:        first {validation[0]:.2f}, at the end {validation[300]:.2f}")

# %% [markdown]
# The first loss is close to 3.30, as it should be. Is the last one good? A number means something only next to
# what a dull method reaches. The dullest looks at nothing but how frequent each letter is; a better one counts
# which letter follows which (a *bigram* table): it knows the last letter, and has no other memory.


# %%
def letter_pairs(words):
    """All pairs (letter, next letter) in the words, as numbers: (number of pairs, 2)."""
    return np.concatenate(
        [np.lib.stride_tricks.sliding_window_view(alphabet.encode(f".{w}."), 2) for w in words]
    )


pairs, test_pairs = letter_pairs(training), letter_pairs(held_out)
counts = np.full((V, V), 0.5)  # half a count for pairs that never occur
np.add.at(counts, tuple(pairs.T), 1)
frequency = counts.sum(axis=0) / counts.sum()
bigram = counts / counts.sum(axis=1, keepdims=True)
frequency_loss = -np.mean(np.log(frequency[test_pairs[:, 1]]))
bigram_loss = -np.mean(np.log(bigram[test_pairs[:, 0], test_pairs[:, 1]]))

print("on the names held out, nats a letter")
print(f"  frequencies alone          {frequency_loss:.2f}")
print(f"  the last letter (bigram)   {bigram_loss:.2f}")
print(f"  the recurrent network      {validation[300]:.2f}")
show(
    plot_loss(losses, baseline=bigram_loss, baseline_label="bigram", validation=validation),
    f"The loss falls from {losses[0]:.2f} to {np.mean(losses[-20:]):.2f} nats a letter in 300 updates; on names "
    f"held out it ends at {validation[300]:.2f}, below the bigram's {bigram_loss:.2f}.",
)

# %% [markdown]
# The network beats the table that sees the last letter. So its state holds **more than the last letter**: that
# is what the recurrent weights are for. Now look at the state itself, while it reads a name that it was not
# trained on, before and after training. Each row is a unit; we show the 16 that move most after training, and
# below the mean size over all 64, so that our choice of rows does not mislead.

# %%
forward = working(rnn_forward)
word = max(held_out, key=lambda w: (len(w) == 13, w))
before, after = read_word("." + word, untrained.cell), read_word("." + word, model.cell)
units = np.argsort(-after.std(axis=0))[:16]
show(
    plot_hidden_states_pair(before, after, "." + word, units=units),
    f"Heat maps of 16 hidden units reading {word}. Before training their values are small and mixed, on average "
    f"{np.abs(before[:, units]).mean():.2f} in size; after training they are pushed towards -1 and 1, on average "
    f"{np.abs(after[:, units]).mean():.2f}.",
)
print(
    f"mean size over all {H} units: before {np.abs(before).mean():.2f}, after {np.abs(after).mean():.2f}"
)
print()
print("after reading   next letter, before   after training")
for n in (3, 6, 9, 12):
    row = f".{word[:n]:<13}"
    for net in (untrained, model):
        p = rnnlib.softmax(rnnlib.output_step(read_word("." + word[:n], net.cell)[-1:], net.out))[0]
        best = np.argsort(-p)[:2]
        row += "  " + ", ".join(f"{alphabet.decode([k])} {p[k]:>4.0%}" for k in best) + "     "
    print(row.rstrip())

# %% [markdown]
# Before training the states are pale and all guesses are weak. After training the units take positions, and the
# network expects something definite where something definite follows: after *sa* nearly always a *u*.
#
# Does a unit mean something? Let us ask the data: is there one whose value goes along with whether the letter just
# read is a vowel, or with how far we are in the word? A correlation of 1 would be a unit for just that.

# %%
is_vowel = [letter in "aeiou" for word in held_out for letter in word]
place = [n for word in held_out for n in range(len(word))]
print("best unit's correlation with    before   after training")
for what, values in (("vowel or not", is_vowel), ("place in the word", place)):
    row = f"  {what:<28}"
    for net in (untrained, model):
        hs = np.concatenate([read_word("." + word, net.cell)[1:] for word in held_out])
        r = np.corrcoef(hs.T, values)[-1, :-1]
        row += f"  {np.abs(r).max():.2f}   "
    print(row.rstrip())

# %% [markdown]
# Compare the columns. Vowels: random weights tell them apart almost as well, so training has hardly made a *single*
# unit for them (whether several do it together, this does not show). The place in the word: before, no unit follows it well; after training one follows it closely. Nobody asked
# for that. It helps to predict the end of a name, so it was learned. Without the first column we might have
# been proud of the vowels: **compare with the untrained network before you read a meaning into a unit.** Unit 16
# looks into states more thoroughly.
#
# ## 1.9 Where this helps, and where it does not
#
# Back to the question of the beginning: which came first, a or b? A recurrent network reads the string, and its
# *final* state is read out (many to one). It has the same few weights for every length. Three networks for each
# gap, from different random starts:


# %% tags=["nbval-ignore-output"]
def recurrent_accuracy(gap, seed, H=32):
    """Train a recurrent network to say from its final state which letter came first."""
    rng = np.random.default_rng(seed)
    model = LetterModel(rnnlib.init_rnn(LETTERS, H, rng), rnnlib.init_dense(H, 2, rng))
    state = rnnlib.adam_state(model)
    for _ in range(150):
        xs, answers = which_first(gap, 32, rng)
        _, h, cache = rnnlib.rnn_forward(xs, np.zeros((32, H)), model.cell)
        dlogits = rnnlib.cross_entropy_backward(rnnlib.output_step(h, model.out), answers)
        dh, grads_out = rnnlib.output_step_backward(dlogits, h, model.out)
        _, _, grads_cell = rnnlib.rnn_backward(None, dh, cache)
        grads = LetterModel(grads_cell, grads_out)
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=5e-3)
    xs, answers = which_first(gap, 1000, rng)
    _, h, _ = rnnlib.rnn_forward(xs, np.zeros((1000, H)), model.cell)
    return np.mean(rnnlib.output_step(h, model.out).argmax(axis=1) == answers)


print("letters after a and b   share of right answers, three starts")
for gap in (2, 10, 30, 100):
    print(f"{gap:>21}   " + "  ".join(f"{recurrent_accuracy(gap, seed):.2f}" for seed in range(3)))

# %% [markdown]
# **Good at:** anything where order matters and the sequence may be long: no window, no cliff at the window's end,
# the same weights throughout.
#
# **Bad at:** very long memories. With two or ten letters behind, every start succeeds. With more, some starts, and with a
# hundred most, end near 0.50: within these 150 updates they have learned nothing. The answer was in the state at the
# beginning, but the gradient that should teach the network to keep it hardly arrives. Unit 04 measures that; LSTM and
# GRU (05, 06) are the remedy.
#
# **Bad at:** hurrying. Each step has to wait for the one before, so a machine that could do a thousand products at
# once does them one after the other. Nearly the same arithmetic without the recurrence is one large product:

# %% tags=["nbval-ignore-output"]
import timeit

T, H = 1000, 64
rng = np.random.default_rng(0)
cell, xs, states = (
    rnnlib.init_rnn(LETTERS, H, rng),
    rng.normal(size=(T, 1, LETTERS)),
    rng.normal(size=(T, H)),
)
one_by_one = min(
    timeit.repeat(lambda: rnnlib.rnn_forward(xs, np.zeros((1, H)), cell), number=3, repeat=5)
)
at_once = min(
    timeit.repeat(lambda: np.tanh(states @ cell.W_hh + xs[:, 0] @ cell.W_xh), number=3, repeat=5)
)
print(
    f"{T} steps one after the other take {one_by_one / at_once:.0f} times as long as {T} rows at once"
)

# %% [markdown]
# That is on one processor core; on a graphics card, which can do more at once, the gap is far wider. It is the
# reason why Transformers, which look at all steps at once, took over where data and machines are large (unit 15).
#
# **Not needed** where order does not matter, or where a short window holds all there is to know: then a window or a
# sum is simpler, and as good.

# %% [markdown]
# **Question 4.** You want to know whether a sentence contains the word *not* anywhere. Sentences have up to 30 words.
# Which is the simplest thing that can do it well?
#
# - a) a network that sees the last three words
# - b) the set of words of the sentence, without their order
# - c) a recurrent network that reads every word and answers at the end
# - d) a separate layer for each of the 30 places

# %% answer="simplest"
answer_simplest = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_simplest = "b"
### END SOLUTION

# %%
check_answer("simplest", answer_simplest)

# %% grade_answer="simplest" points=0.5

# %% [markdown]
# ## Summary
#
# - The hidden state is a vector that is updated at each step: $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$.
# - The same weights serve at every step. Their number does not depend on $T$.
# - $h_t$ depends on $x_1 \dots x_t$ and on $h_0$, and on nothing that comes later.
# - Logits are read from the state by an affine layer: from the last state (many to one) or from each (many to many).
# - A unit that excites itself (weight above 1) can hold a bit; one that does not forgets.
# - A loss at every step begins near $\log K$ and has to be compared with a dull baseline.
# - Memory over many steps is hard to learn, and steps cannot be done at once.
#
# **Next:** how do you find good weights? Unit 02 goes back through time.
#
# ## References
#
# - J. L. Elman, *Finding structure in time*, Cognitive Science 14 (1990), 179–211: the network of this unit.
# - M. I. Jordan, *Serial order: a parallel distributed processing approach*, ICS Report 8604, UC San Diego (1986):
#   recurrence from the output instead.
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), chapter 10.
# - A. Karpathy, *The unreasonable effectiveness of recurrent neural networks* (2015): letters, one by one.
# - Data: names of dinosaur genera from the npm package `dinosaurs` 1.2.1 (see `rnnlib/data/LICENSES.md`).
