# ---
# jupyter:
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   rnnlib:
#     points: 0
#     seconds: 10
# ---

# %% [markdown]
# # 0 Start here
#
# You are going to write recurrent neural networks by hand, in NumPy, one short function at a time:
# forward, backward, and what people use them for. After each function you learn at once, and exactly,
# what is wrong with it. This notebook shows how that works. Nothing in it is marked.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | Python functions, NumPy arrays, the matrix product `@` |
#
# ## 0.1 How a notebook works
#
# Run the cells from top to bottom: click on one and press <kbd>Shift</kbd>+<kbd>Enter</kbd>. Try it
# with the next cell, which loads what this notebook needs.

# %% locked="setup"
import numpy as np

from rnnlib.course import check, keep_progress, my_progress

# %% [markdown]
# Each unit alternates between four kinds of cells:
#
# - **Text, equations and figures**, to read.
# - **Your cells.** They say `YOUR CODE HERE`. Replace that line **and** `raise NotImplementedError()`
#   by your own lines, then run the cell.
# - **Checks**, such as `check(rnn_step)`. Run one as often as you like. It costs nothing.
# - **Marked cells.** They show what you have earned so far. After you hand in, the same cells are run
#   on other numbers.
#
# In a few places code is folded away: it draws a figure, and you need not read it.
#
# ## 0.2 An exercise to try
#
# **The idea.** The simplest memory is a sum that is carried along. At each step a number comes in, and
# it is added to what has been collected so far.
#
# **The equation.** Begin with $h_0 = 0$; then, for every step $t$,
#
# $$h_t = h_{t-1} + x_t$$
#
# Here we do this for $N$ sequences at once. **Time is the first axis** of every array in this course:
# `xs[0]` holds the first input of all $N$ sequences, `xs[1]` the second.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, N) | the inputs, time first |
# | $h_1 \dots h_T$ | `hs` | (T, N) | the sum after each step |
#
# **Your turn.** The cell below already has an answer in it. It runs, and it is wrong. Run it, run the
# check under it, and read.


# %% exercise="running_sum"
def running_sum(xs):
    """The sums of the inputs so far, for N sequences.

    xs: (T, N) inputs, time first.
    Returns hs: (T, N), the sums after every step.
    """
    ### BEGIN SOLUTION
    h, hs = np.zeros(xs.shape[1]), []
    for x in xs:
        h = h + x
        hs.append(h)
    return np.stack(hs)
    ### END SOLUTION


# %%
check(running_sum)

# %% [markdown]
# **How to read it.** Each line is a result that your function returns, or a special case such as a
# batch of one. A tick says that it is right. A cross comes with the first entry that is wrong and what
# it should be. If your numbers are those of a mistake that people often make, the check names it, as it
# does here: the sum runs along the wrong axis. Nothing is compared letter by letter, so a loop,
# `np.cumsum` or a matrix product are all fine.
#
# Now mend the function, and run the check again until everything is right.
#
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# Which axis of `xs` is time? `np.cumsum` takes an argument that says along which axis it adds.
# </details>
# <details><summary><b>Hint 2</b>: without <code>cumsum</code></summary>
#
# A loop `for x in xs` runs over the first axis, which is time. Carry a sum `h` along, and collect it
# after every step in a list. `np.stack` makes an array of it.
# </details>
#
# If a name *is not defined*, or the kernel was restarted, choose *Run > Run All Above Selected Cell*.
# If an exercise does not work out, read on: the experiments then use the library's version and say so.
#
# ## 0.3 The units
#
# Work through units 01 to 05 in order. The later ones can be chosen freely once you have what they
# need.
#
# {units}
#
# ## 0.4 Notation
#
# One notation for the whole course. To print this sheet, choose *File > Print*.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$ | `x`, a sequence `xs` | (N, D), (T, N, D) | input |
# | $h_t$, $c_t$ | `h`, `hs`; `c`, `cs` | (N, H), (T, N, H) | hidden state, cell state |
# | $W_{xh}$, $W_{hh}$, $b_h$ | `W_xh`, `W_hh`, `b_h` | (D, H), (H, H), (H,) | the recurrent cell; LSTM (D, 4H), gates i, f, g, o; GRU (D, 3H), gates r, z, n |
# | $W_{hy}$, $b_y$ | `W_hy`, `b_y` | (H, K), (K,) | output layer; `logits` (T, N, K) |
# | $L$, $dL/dz$ | `loss`, `dz` | the shape of z | a gradient is named after what it is the gradient of |
# | $T$, $N$, $D$, $H$, $K$, $V$ | | | time, batch, input, hidden, classes, vocabulary |
#
# An array holds one example a row, so the code reads like the equation:
# `np.tanh(x @ W_xh + h @ W_hh + b_h)`.
#
# **Words that come up everywhere**
#
# | word | meaning |
# |---|---|
# | batch | several sequences that are read at once, one a row |
# | hidden state | what a network remembers after a step; it is handed on to the next one |
# | logits | scores for the classes, before the softmax makes probabilities of them |
# | loss | how wrong the predictions are, as one number; training makes it smaller |
# | gradient | how much the loss changes when a number changes a little |
# | forward pass, backward pass | from the inputs to the loss; from the loss back to the gradients |
# | back-propagation through time (BPTT) | the backward pass of an unrolled recurrent network |
# | baseline | a simple method that a network must beat before it is worth its name |
# | held-out data | examples that training never sees, to measure on |
# | overfitting | the loss falls on the training data and rises on held-out data |
# | hyperparameter | a number that is chosen, not learned, such as the learning rate |
#
# ## 0.5 How far am I?
#
# If you like, the course keeps a log for you: a line for each check, with the time, the exercise, what
# was right and which known mistake it was. The log is a file in a folder of yours, `.rnnlib` in your
# home. **It is never sent anywhere**, and everything works without it. Write `"yes"` to begin one; `"no"`
# stops it and deletes it; with `None` nothing changes.

# %%
answer = None  # "yes" or "no"
keep_progress(answer)

# %%
my_progress()

# %% [markdown]
# Come back to this table whenever you like, or type `rnnlib progress` in a terminal. Some instructors
# ask for the log of a unit, because it shows which explanations work:
# `hand_in_progress("01_hidden_state", "../01_hidden_state")` (from `rnnlib.course`) writes it beside
# the notebook. Whether you hand it in is up to you, and no mark depends on it.
#
# **Go on with [unit 01, the hidden state](../01_hidden_state/01_hidden_state.ipynb).**
