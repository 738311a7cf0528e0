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
# # 5 LSTM
#
# Unit 04 ended with a promise: build a network in which a gradient has a path of its own. **Long short-term memory** is
# that network. It keeps a second state, the *cell*, to which things are added, and three gates decide what comes in, what
# stays and what goes out. You write all of it by hand, forward and backward, and train it with nothing but your own
# gradients.
#
# **At the end you can**
# - say why adding keeps a gradient where replacing loses it, and measure both;
# - say what each gate is for, and what goes wrong when it is stuck;
# - write an LSTM forward and backward, and show that its gradients are right;
# - choose the biases that a long memory needs;
# - turn the equations of a cell that nobody has explained to you into both of its passes.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 and 02; from unit 03 what Adam and clipping are for; unit 04 |
# | **Points** | 20: seven short functions (13), an open task (6) and two questions (1) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import LSTMParams, LSTMState, LSTMStepCache, sigmoid
from rnnlib.adding_models import (
    ALWAYS_ONE,
    adding_error,
    adding_gradients,
    adding_start,
    gradient_reach,
)
from rnnlib.cell_models import CellModel, train
from rnnlib.coupled_lstm import CoupledLSTMParams, init_coupled_lstm
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.letter_models import letter_batch, letter_gradients, letter_loss, write_words
from rnnlib.plotting import LiveFigure, plot_loss, plot_traces, show
from rnnlib.plotting.gated import draw_lstm_cell, plot_gates
from rnnlib.plotting.lags import plot_by_lag
from rnnlib.plotting.lstm import draw_cell_gradients, explore_cell, plot_squashing
from rnnlib.reach import lstm_reach, random_lstm, rnn_reach, sum_reach
from rnnlib.register import memory_task, run_register

# %% [markdown]
# ## 5.1 Adding instead of replacing
#
# At every step a simple network **replaces** its state: $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$. In the backward
# pass the gradient meets a matrix and a slope at each step. Now suppose that we only **add** to the state:
#
# $$c_t = c_{t-1} + \text{something new} \qquad\Rightarrow\qquad \frac{\partial c_t}{\partial c_{t-1}} = 1$$
#
# There is no matrix, and no slope of a tanh. Whatever changes $c_{t-1}$ changes $c_t$ by just as much, for any number of
# steps. The next cell sets such a sum beside the random networks of unit 04: 32 units, the same inputs, 60 steps.

# %% hidden=true
curves = {f"RNN, radius {radius}": rnn_reach(radius) for radius in (1.5, 1.1, 0.9)}
curves |= {"a sum": sum_reach(1.0), "a sum, 0.95 kept": sum_reach(0.95)}
print("left after            10 steps   60 steps")
for name, curve in curves.items():
    print(f"{name:<20} {curve[10]:>9.1g} {curve[60]:>10.1g}")
show(
    plot_by_lag(curves, ylabel="what is left"),
    "What is left of a gradient by steps back. The sum stays level at 1; the sum that keeps 0.95 falls to about a twentieth "
    "after 60 steps; the networks of radius 1.1 and 0.9 fall much further, that of radius 1.5 drifts above 1.",
)

# %% [markdown]
# *Figure 5.1. What is left of a gradient, by steps back: simple networks of unit 04, a sum, and a sum that keeps 95 % at
# each step.*
#
# The sum is level at 1, *whatever comes in*. A network's line may be level by luck, for one set of weights and inputs; the
# sum's is level by construction. And where a sum keeps 95 %, we choose how fast its line falls.
#
# **So why not just add?** In the adding problem of unit 04, fifty values come in and two of them are marked. A plain sum
# adds up all fifty. Someone has to decide
# - **what comes in**: the marked values, nothing else;
# - **what stays**: when one task is over and the next begins, the old content has to go;
# - **what goes out**: the content should not disturb the rest of the network while nobody asks for it.
#
# These decisions are the three **gates** of an LSTM. A gate is a number between 0 (shut) and 1 (open), made at each step
# from what the network reads, and all it does is multiply.

# %% [markdown]
# **Question 1.** A cell keeps 0.9 of its content at each step, and nothing comes in. After how many *whole* steps is less
# than half of it left for the first time?

# %% answer="half_life"
answer_half_life = None  # your answer: a whole number
### BEGIN SOLUTION
answer_half_life = 7
### END SOLUTION

# %%
check_answer("half_life", answer_half_life)

# %% grade_answer="half_life" points=0.5

# %% [markdown]
# ## 5.2 The whole cell
#
# The **cell** $c$ runs along the top: it is multiplied by one gate, and something is added to it. The gates are below. On
# the right the cell is let out, as the hidden state $h$.

# %% hidden=true
show(
    draw_lstm_cell(),
    "One step of an LSTM. Along the top, from left to right: the old cell c_t-1 is multiplied by the forget gate f, then i "
    "times g is added, which gives the new cell c_t, which goes on to the next step. Below, what comes in, x_t and h_t-1, "
    "makes the forget gate f, the input gate i and the output gate o through a sigmoid, and the candidate g through a tanh. "
    "On the right the tanh of the cell, times the output gate o, is h_t.",
)

# %% [markdown]
# *Figure 5.2. One step of an LSTM.*
#
# $$i, f, o = \sigma(\ldots) \qquad g = \tanh(\ldots) \qquad\qquad c_t = f \odot c_{t-1} + i \odot g \qquad\qquad
# h_t = o \odot \tanh(c_t)$$
#
# | | name | what it decides |
# |---|---|---|
# | $i$ | input gate | how much of the candidate comes in |
# | $f$ | forget gate | how much of the old cell stays: **1 keeps, 0 forgets** |
# | $g$ | candidate | what is on offer: between −1 and 1, so the cell can also count down |
# | $o$ | output gate | how much of the cell is let out |
# | $c$ | cell | the memory; not bounded, and the gates do not see it |
# | $h$ | hidden state | what the gates of the next step see, and what the output layer reads |
#
# $\odot$ (in code `*`) multiplies entry by entry: every unit has gates of its own. The name *forget gate* is unlucky: open
# means *keep*.

# %% [markdown]
# ## 5.3 The gates
#
# **The idea.** A gate looks at the input and at the old hidden state, just as a unit of a simple network does: weights,
# a sum, and a squashing function. For a gate that is the **sigmoid** $\sigma$, which lies between 0 and 1.

# %% hidden=true
show(
    plot_squashing(),
    "The sigmoid rises from 0, shut, through 0.5 at 0, to 1, open; at -4 it is 0.02, at 4 it is 0.98. The tanh rises from -1 "
    "to 1.",
)

# %% [markdown]
# *Figure 5.3. A gate is a sigmoid of its sum, the candidate a tanh.*
#
# **The equations.** Four sums of the same two things, with four sets of weights. They stand side by side in one matrix
# with $4H$ columns, so that one product makes them all. **The order of the parts is i, f, g, o**, as in PyTorch:
#
# $$a = x\,W_{xh} + h\,W_{hh} + b_h = (a_i,\ a_f,\ a_g,\ a_o)$$
#
# $$i = \sigma(a_i) \qquad f = \sigma(a_f) \qquad g = \tanh(a_g) \qquad o = \sigma(a_o)$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$ | `x` | (N, D) | the input of this step |
# | $h_{t-1}$ | `h` | (N, H) | the hidden state before the step |
# | $W_{xh}$ | `params.W_xh` | (D, 4H) | columns 0 to H−1 for i, then H for f, H for g, H for o |
# | $W_{hh}, b_h$ | `params.W_hh`, `params.b_h` | (H, 4H), (4H,) | the same for the state, and the biases |
# | $a$ | `a` | (N, 4H) | the four sums, side by side |
# | $i, f, g, o$ | `i`, `f`, `g`, `o` | (N, H) each | the gates and the candidate |
#
# **Your turn.** `np.split(a, 4, axis=1)` cuts `a` into four blocks of columns. You may use `sigmoid`.


# %% exercise="lstm_gates"
def lstm_gates(x, h, params):
    """The gates of one step.

    x: (N, D).  h: (N, H).  params: W_xh (D, 4H), W_hh (H, 4H), b_h (4H,).
    Returns i, f, g, o: (N, H) each.
    """
    ### BEGIN SOLUTION
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    i, f, g, o = np.split(a, 4, axis=1)
    return sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    ### END SOLUTION


# %%
check(lstm_gates)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# The sum is that of `rnn_step` in unit 01, without its tanh. Give it the name `a`; then the check can look at it.
# </details>
# <details><summary><b>Hint 2</b>: which function for which part</summary>
#
# Three of the four parts are gates, and one may be negative.
# </details>

# %% grade="lstm_gates" points=2

# %% [markdown]
# ## 5.4 The cell
#
# **The idea.** Forget a little of the old, let in a little of the new, and let out what the output gate allows.
#
# $$c_{next} = f \odot c + i \odot g \qquad\qquad h_{next} = o \odot \tanh(c_{next})$$
#
# On paper: $c = 0.5$, $i = 0.4$, $f = 0.9$, $g = -0.5$, $o = 0.8$. Then $c_{next} = 0.45 - 0.2 = 0.25$, and with
# $\tanh 0.25 \approx 0.245$ it is $h_{next} \approx 0.196$.
#
# All of them are (N, H). The tanh is only on the way out: nothing squashes the cell itself, and the path along $c$ stays
# a sum.
#
# **Your turn.**


# %% exercise="lstm_state"
def lstm_state(c, i, f, g, o):
    """The new cell, and what it lets out.

    c: (N, H) the cell before.  i, f, g, o: (N, H) each.
    Returns h_next, c_next: (N, H) each.
    """
    ### BEGIN SOLUTION
    c_next = f * c + i * g
    return o * np.tanh(c_next), c_next
    ### END SOLUTION


# %%
check(lstm_state)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# The hidden state is made from the *new* cell, so work out the cell first. But mind the order of what you return.
# </details>

# %% grade="lstm_state" points=1.5

# %% [markdown]
# **Try it: turn the knobs.** The numbers in the picture come from your `lstm_state`. The larger a number, the thicker its
# arrow: orange above zero, blue below. The more a gate is open, the greener it is. Before you move anything: which gates
# keep a content of 0.7 for a hundred steps, whatever the candidate? What happens with $f = 0$ and $i = 1$? With $o = 0$?
# (Where sliders do not run you see the first setting.)

# %%
explore_cell(working(lstm_state))

# %% [markdown]
# *Figure 5.4. A cell with the numbers of one unit.* ($f = 1$ and $i = 0$ keep the content for ever. $f = 0$ and $i = 1$
# replace it by $g$. With $o = 0$ the cell lives on, but nobody sees it.)
#
# ## 5.5 One step
#
# **The idea.** Put the two together. The state of an LSTM is a pair, $h$ and $c$, and has a class of its own with two
# names: `LSTMState(h, c)`. You reach its parts by `state.h` and `state.c`, or take both at once: `h, c = state`. The
# backward pass will need everything that went into a step and came out of it, so the step also returns a **cache**, in
# which all of it has a name. That line is given.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h_{t-1}, c_{t-1}$ | `state` | (N, H) each | the state before the step |
# | $h_t, c_t$ | `LSTMState(h_next, c_next)` | (N, H) each | the state after it |
# | | `cache` | | `cache.x`, `.h`, `.c` before; `.i`, `.f`, `.g`, `.o`; `.c_next` after; `.params` |
#
# **Your turn.** Two lines. Keep the old `h` and `c` as they are: the cache needs them.


# %% exercise="lstm_step"
def lstm_step(x, state, params):
    """One step.

    x: (N, D).  state: LSTMState with h and c, (N, H) each.  params: as in lstm_gates.
    Returns state: the new LSTMState; cache: an LSTMStepCache.
    """
    h, c = state
    ### BEGIN SOLUTION
    i, f, g, o = lstm_gates(x, h, params)
    h_next, c_next = lstm_state(c, i, f, g, o)
    ### END SOLUTION
    cache = LSTMStepCache(x, h, c, i, f, g, o, c_next, params)
    return LSTMState(h_next, c_next), cache


# %%
check(lstm_step)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Your two functions, one after the other. Which part of the state do the gates look at, and which part is forgotten?
# </details>

# %% grade="lstm_step" points=1

# %% [markdown]
# **Try it: a memory with one unit, and what each gate is for.** The network reads three numbers at each step: a value, a
# *write* signal and a *read* signal. It must remember the last value that came with *write*, give it out when it is told to
# *read*, and say 0 at all other times. One unit is enough, with weights set by hand:

# %%
S = 10.0  # a sum of 10 is as good as open, -10 as good as shut
register = LSTMParams(W_xh=np.zeros((3, 4)), W_hh=np.zeros((1, 4)), b_h=[-S, S, 0, -S])
register.W_xh[1, 0] = 2 * S  # write opens the input gate
register.W_xh[1, 1] = -2 * S  # write shuts the forget gate
register.W_xh[0, 2] = 0.1  # the candidate: the value, so small that a tanh is nearly straight
register.W_xh[2, 3] = 2 * S  # read opens the output gate

# %% [markdown]
# Now we break it: one gate after the other is **stuck**, open (always 1) or shut (always 0), on 500 random sequences of 40
# steps. **Predict first**: what will each of the six do, when it is read and when it is not?

# %% hidden=true
parts = working(lstm_gates), working(lstm_state)
signals, wanted, read = memory_task(40, 500, np.random.default_rng(0))
print("mean squared error              when read   otherwise")
print(f"always answering 0                 {np.mean(wanted[read] ** 2):.3f}       0.000")
for words, stuck, at in (
    ("all gates work", None, 0), ("input gate stuck open", "i", 1), ("input gate stuck shut", "i", 0),
    ("forget gate stuck open (1997)", "f", 1), ("forget gate stuck shut", "f", 0),
    ("output gate stuck open", "o", 1), ("output gate stuck shut", "o", 0),
):  # fmt: skip
    outputs, _ = run_register(signals, *parts, register, stuck=stuck, at=at)
    error = (10 * outputs - wanted) ** 2  # 10 undoes the 0.1
    print(f"{words:<30} {error[read].mean():>9.3f} {error[~read].mean():>11.3f}")

# %% [markdown]
# Each gate that is stuck breaks one thing:
# - **Input gate open:** everything is written over what should be kept. **Shut:** nothing ever comes in.
# - **Forget gate open:** the new value is *added* to the old ones. **Shut:** the memory lasts for one step.
# - **Output gate open:** reading still works, but the unit also speaks when nobody asks. **Shut:** it never says anything.
#
# ## 5.6 A whole sequence
#
# **The idea.** As in unit 01, the state of one step goes into the next. Keep every $h_t$, for the outputs, and every cache,
# for the backward pass.
#
# **Your turn.**


# %% exercise="lstm_forward"
def lstm_forward(xs, state0, params):
    """A whole sequence.

    xs: (T, N, D).  state0: LSTMState with h and c, (N, H) each.
    Returns hs: (T, N, H); state: the last LSTMState; caches: a list with the cache of every step.
    """
    ### BEGIN SOLUTION
    state, hs, caches = state0, [], []
    for x in xs:
        state, cache = lstm_step(x, state, params)
        hs.append(state.h)
        caches.append(cache)
    return np.stack(hs), state, caches
    ### END SOLUTION


# %%
check(lstm_forward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# Two empty lists and a state that each step replaces. In the loop, both lists grow by one entry.
# </details>
# <details><summary><b>Hint 2</b>: what belongs in hs</summary>
#
# The hidden states alone, not the pairs. `np.stack` makes one array of a list of arrays.
# </details>

# %% grade="lstm_forward" points=2

# %% [markdown]
# **Try it: the same numbers as the library.** `rnnlib.lstm_forward` does what yours does by other means: it takes the
# products with the inputs of all steps at once, and keeps a few large arrays instead of a list of caches.

# %%
forward = working(lstm_forward)
rng = np.random.default_rng(1)
params = rnnlib.init_lstm(27, 64, rng)
sequence, state0 = rng.normal(size=(20, 32, 27)), LSTMState(*np.zeros((2, 32, 64)))
hs, state, _ = forward(sequence, state0, params)
hs_fast, state_fast, _ = rnnlib.lstm_forward(sequence, state0, params)
difference = max(np.abs(hs - hs_fast).max(), np.abs(state.c - state_fast.c).max())
print("largest difference:", "below 1e-12" if difference < 1e-12 else f"{difference:.0e}")

# %% [markdown]
# **Question 2.** An LSTM reads 27 inputs and has 64 units. How many numbers are in `W_xh`, `W_hh` and `b_h` together?

# %% answer="lstm_parameters"
answer_lstm_parameters = None  # your answer: a number
### BEGIN SOLUTION
answer_lstm_parameters = 23552
### END SOLUTION

# %%
check_answer("lstm_parameters", answer_lstm_parameters)

# %% grade_answer="lstm_parameters" points=0.5

# %% [markdown]
# ## 5.7 Backward through the cell
#
# Backward, the two functions of a step come **in reverse**: first through the cell, then through the gates.
#
# **The idea.** How does $c_t$ act on the loss? In **two ways**. One leads through $h_t$ of the same step: $c_t$ goes through
# the tanh and the output gate, and $h_t$ goes to the loss and to the next step's gates. The other leads along the cell,
# into $c_{t+1}$. Gradients along different paths add up.

# %% hidden=true
show(
    draw_cell_gradients(),
    "Gradients at one step. From the right dc comes back along the cell into c_t. Below it dh comes back into h_t, and from "
    "there, times o (1 - tanh squared of c_t), up into c_t. Both are added there; times f the sum goes on to c_t-1.",
)

# %% [markdown]
# *Figure 5.5. Two paths meet at the cell.*
#
# **The equations.** First everything that arrives at the new cell (call it `dc_all`):
#
# $$dc_{all} = dc + dh \odot o \odot (1 - \tanh(c_{next})^2)$$
#
# Then each of the five things that went in gets its gradient: `dc_all` (or `dh`, for $o$) times *the other factor* of its
# product.
#
# | forward | gradient | code |
# |---|---|---|
# | $f \odot c$ | $dc_{before} = dc_{all} \odot f \qquad df = dc_{all} \odot c$ | the first and the third result |
# | $i \odot g$ | $di = dc_{all} \odot g \qquad dg = dc_{all} \odot i$ | the second and the fourth |
# | $o \odot \tanh(c_{next})$ | $do = dh \odot \tanh(c_{next})$ | the last |
#
# Look at $dc_{before} = dc_{all} \odot f$: **the path along the cell is multiplied by the forget gate, and by nothing
# else.** On paper, with the numbers of section 5.4 and $dh = 1$, $dc = 0.3$: $dc_{all} = 0.3 + 0.8 \cdot (1 - 0.245^2)
# \approx 1.052$. So $dc_{before} \approx 0.947$, $di \approx -0.526$, $df \approx 0.526$, $dg \approx 0.421$ and
# $do \approx 0.245$.
#
# All of them are (N, H). `dh` is all that comes to $h_t$, `dc` what comes to $c_t$ from the *next* step.
#
# **Your turn.** If you call the two intermediate results `tanh_c` and `dc_all`, the check looks at them as well.


# %% exercise="lstm_state_backward"
def lstm_state_backward(dh, dc, cache):
    """Backward through lstm_state.

    dh, dc: (N, H), gradients for h_next and c_next.  cache: from lstm_step.
    Returns dc_before, di, df, dg, do: (N, H) each, in the order of lstm_state's arguments.
    """
    ### BEGIN SOLUTION
    tanh_c = np.tanh(cache.c_next)
    dc_all = dc + dh * cache.o * (1 - tanh_c**2)
    return dc_all * cache.f, dc_all * cache.g, dc_all * cache.c, dc_all * cache.i, dh * tanh_c
    ### END SOLUTION


# %%
check(lstm_state_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# With what arrives at the cell, as a new array: `+=` on `dc` would change the caller's.
# </details>
# <details><summary><b>Hint 2</b>: which factor</summary>
#
# In a product, each factor's gradient is what arrives times the *other* factor. The output gate acts on $h$ alone: what
# arrives there?
# </details>

# %% grade="lstm_state_backward" points=2.5

# %% [markdown]
# ## 5.8 Backward through the gates
#
# **The idea.** `di`, `df`, `dg`, `do` are gradients of what *came out of* the squashing functions. Take each back through
# its own, to the sum that went in. Put the four side by side again, in the order i, f, g, o. From there on it is
# `rnn_step_backward` of unit 02.
#
# **The equations.** The slope of the sigmoid is $\sigma' = \sigma\,(1 - \sigma)$, so again the result is enough:
#
# $$da_i = di \odot i\,(1 - i) \qquad da_f = df \odot f\,(1 - f) \qquad da_g = dg \odot (1 - g^2) \qquad da_o = do \odot o\,(1 - o)$$
#
# | gradient | formula | shapes |
# |---|---|---|
# | $da$ | $(da_i,\ da_f,\ da_g,\ da_o)$ side by side | (N, 4H) |
# | $dx$ | $da\,W_{xh}^T$ | (N, 4H)(4H, D) → (N, D) |
# | $dh$ | $da\,W_{hh}^T$ | (N, 4H)(4H, H) → (N, H) |
# | $dW_{xh}$, $dW_{hh}$ | $x^T da$, $\ h^T da$ | (D, 4H), (H, 4H) |
# | $db_h$ | sum of $da$ over the batch | (4H,) |
#
# The slope $\sigma(1 - \sigma)$ is 0.25 at $\sigma = 0.5$ and 0.01 at 0.99: a gate that is wide open, or firmly shut, hardly
# learns any more.
#
# **Your turn.** `np.concatenate([...], axis=1)` puts arrays side by side. Call the four parts `da_i`, `da_f`, `da_g`, `da_o`
# and the whole `da`, and the check tells you in which of them the first mistake is.


# %% exercise="lstm_gates_backward"
def lstm_gates_backward(di, df, dg, do, cache):
    """Backward through lstm_gates.

    di, df, dg, do: (N, H) each, from lstm_state_backward.  cache: from lstm_step.
    Returns dx: (N, D); dh: (N, H), for the hidden state before the step; grads: LSTMParams.
    """
    x, h, params = cache.x, cache.h, cache.params
    ### BEGIN SOLUTION
    da_i = di * cache.i * (1 - cache.i)
    da_f = df * cache.f * (1 - cache.f)
    da_g = dg * (1 - cache.g**2)
    da_o = do * cache.o * (1 - cache.o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
    grads = LSTMParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))
    return da @ params.W_xh.T, da @ params.W_hh.T, grads
    ### END SOLUTION


# %%
check(lstm_gates_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# The cache holds the gates as they came *out of* the sigmoid, so no sigmoid is needed here. And one of the four came out of
# a tanh.
# </details>
# <details><summary><b>Hint 2</b>: the weights</summary>
#
# `grads` is an `LSTMParams`, and each of its three arrays has the shape of what it belongs to.
# </details>

# %% grade="lstm_gates_backward" points=2.5

# %% [markdown]
# ## 5.9 Back through time
#
# **The idea.** From the last step to the first, as in unit 02. Two gradients are handed from step to step now, `dh` and
# `dc`. At each step the gradient of its own loss, `dhs[t]`, is added to `dh`: a loss sees $h_t$ and never the cell. Then
# come your two functions, in reverse. The `dc` for the step before comes out of the first, the `dh` out of the second.
#
# **Your turn.** Two groups of arrays are added entry by entry with `grads.map(np.add, other)`, which returns a new group.


# %% exercise="lstm_backward"
def lstm_backward(dhs, dstate, caches):
    """Back-propagation through time.

    dhs: (T, N, H).  dstate: LSTMState with dh and dc, (N, H) each.  caches: from lstm_forward.
    Returns dxs: (T, N, D); dstate0: LSTMState; grads: LSTMParams.
    """
    dxs = np.zeros((len(caches), *caches[0].x.shape))
    grads = caches[0].params.zeros_like()
    dh, dc = dstate
    ### BEGIN SOLUTION
    for t in reversed(range(len(caches))):
        dc, di, df, dg, do = lstm_state_backward(dh + dhs[t], dc, caches[t])
        dxs[t], dh, step = lstm_gates_backward(di, df, dg, do, caches[t])
        grads = grads.map(np.add, step)
    ### END SOLUTION
    return dxs, LSTMState(dh, dc), grads


# %%
check(lstm_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the loop</summary>
#
# It runs over t from T − 1 down to 0. The first of your two functions gets everything that arrives at $h_t$: from the later
# step *and* from this step's own loss.
# </details>
# <details><summary><b>Hint 2</b>: what is handed on</summary>
#
# At the end of a turn, `dh` and `dc` must be those of the state *before* step t, and `grads` must have grown.
# </details>

# %% grade="lstm_backward" points=1.5

# %% [markdown]
# **Try it: measure it.** A gradient that has not been measured is a guess. A small LSTM, a random loss on every $h_t$; every
# weight is moved a little to both sides.

# %%
forward, backward = working(lstm_forward), working(lstm_backward)
rng = np.random.default_rng(2)
params = rnnlib.init_lstm(3, 4, rng).map(lambda w: w + 0.2 * rng.normal(size=w.shape))
small, start = rng.normal(size=(6, 2, 3)), LSTMState(*rng.normal(size=(2, 2, 4)))
dhs, zeros = rng.normal(size=(6, 2, 4)), np.zeros((2, 4))
_, _, grads = backward(dhs, LSTMState(zeros, zeros), forward(small, start, params)[2])
measured = rnnlib.numerical_gradient(lambda p: (forward(small, start, p)[0] * dhs).sum(), params)
print("gradient   how many   largest   largest difference to the measured one")
for (name, given), (_, expected) in zip(grads.items(), measured.items()):
    off = np.abs(given - expected).max()
    verdict = "below 1e-8" if off < 1e-8 else "LARGE"
    print(f"{name:<10} {given.size:>8} {np.abs(given).max():>9.3f}   {verdict}")

# %% [markdown]
# Leave out the path through $h_t$ (`dc_all = dc`), and with a loss on $h$ alone only the output gate's weights get a
# gradient. Such a network still trains a little, and without this test nobody notices.
#
# ## 5.10 How long does a new LSTM remember?
#
# **The idea.** Along the cell the gradient is multiplied by $f$ at each step. With small random weights and a bias of 0 a
# gate begins near $\sigma(0) = 0.5$, and after ten steps a thousandth is left. So the forget gate is opened from the start,
# by a bias above 0. But an open forget gate keeps *everything* that comes in: then the input gate should begin nearly shut.
#
# Four random networks of unit 04 side by side make an LSTM of 32 units; only its biases differ. The loss is on the last
# $h$, and we follow its gradient 60 steps back. *Along the cell* is what the forget gates alone pass on, without the ways
# through the gates. **Predict first**: which row keeps most, and in which does most of it come along the cell?

# %%
print("                                            after 60 steps           size of")
print("biases                     f   10 steps   in all   along the cell   the cells")
print(f"{'RNN, radius 0.9':<32} {curves['RNN, radius 0.9'][10]:>5.0e} {curves['RNN, radius 0.9'][60]:>8.0e}")  # fmt: skip
shown = {"RNN, radius 0.9": curves["RNN, radius 0.9"]}
for forget, into in ((0.0, 0.0), (1.0, 0.0), (5.0, 0.0), (5.0, -5.0)):
    curve, along, size = lstm_reach(random_lstm(forget, into))
    name = f"LSTM, f {forget:g}" + (f", i {into:g}" if into else "")
    shown[name] = curve
    print(
        f"{name:<22} {sigmoid(forget):>7.3f} {curve[10]:>7.0e} {curve[60]:>8.0e}"
        f" {along / curve[60]:>14.0%} {size:>13.2f}"
    )
show(
    plot_by_lag(shown),
    "The length of the gradient by steps back, for a simple network and four LSTMs. With the forget bias 0 the LSTM's line "
    "falls faster than the simple network's; with 1 more slowly; with 5 it stays within a factor of ten of 1.",
)

# %% [markdown]
# *Figure 5.6. The length of the gradient by steps back, before any training. Named by the biases of the forget gate (f) and
# the input gate (i, where it is not 0).*
#
# - With the bias 0 the LSTM loses its gradient **faster** than the simple network. An LSTM is not immune to vanishing
#   gradients: it has a *number* that decides, and the number can be set, and learned.
# - With the forget bias 5 alone the gradient stays large, but look at the column *along the cell*: only a few per cent came
#   that way. The rest came through the gates, where there are matrices and slopes, and those paths can vanish **or
#   explode**. So LSTM gradients are clipped, too.
# - Shut the input gates as well (−5), and nearly all of the gradient comes along the cell. (A share above 100 % means that
#   the other paths cancel a little of it.) **This is the picture that textbooks draw; it holds when the gates are set for
#   it.** The cells stay small, too: nothing piles up in them.
#
# > **What you may have read:** *"the LSTM solves the vanishing gradient"*, or simply that memory in a network *is called
# > LSTM*. A simple network has a memory as well (unit 01), and an LSTM whose forget gates stand at 0.5 has a shorter one.
# > What an LSTM adds is a path whose length is a parameter.
#
# ## 5.11 The adding problem, up to 400 steps
#
# The task of unit 04: two of $T$ random values are marked, and their sum is wanted at the end. The baseline, always
# answering 1, has the mean squared error $1/6 \approx 0.167$; below 0.083 a network must have carried a number from the first
# half to the end. In unit 04 the best was a ReLU network.
#
# From here on the library does the work: yours gives the same numbers (5.6) and right gradients (5.9). All networks have
# about as many weights (16 units in an LSTM, 32 in a simple network), the same number of updates, and 16 fresh examples for
# each. Each number is the error on 1,000 new examples from one random start, printed as soon as it is trained.

# %% tags=["nbval-ignore-output"]
UPDATES = {50: 400, 200: 240, 400: 240}


def train_adding(start, T, seed):
    """Train one network on the adding problem: its error on new examples."""
    rng = np.random.default_rng(seed)
    is_lstm, options = start != "identity", {} if start != "identity" else {"activation": "relu"}
    dtype = np.float32 if is_lstm else np.float64  # half the digits are a little faster

    def gradients(model):
        xs, targets = (a.astype(dtype) for a in rnnlib.adding_problem(T, 16, rng))
        loss, _, grads = adding_gradients(model, xs, targets, **options)
        return loss, grads

    model = adding_start(start, T, rng).astype(dtype)
    model, _ = train(model, gradients, UPDATES[T], 0.03 if is_lstm else 0.005)
    return adding_error(
        model, *rnnlib.adding_problem(T, 1000, np.random.default_rng(99)), **options
    )


print(f"mean squared error; the baseline has {ALWAYS_ONE:.3f}")
for start, words, lengths in (
    ("identity", "RNN, ReLU, identity", {50: 3, 200: 2}),
    ("bias 1", "LSTM, f 1", {50: 3, 200: 2}),
    ("bias 5", "LSTM, f 5", {50: 3}),
    ("bias 5, input -5", "LSTM, f 5, i -5", {50: 3, 200: 2, 400: 1}),
):
    for T, starts in lengths.items():
        print(f"{words:<20} T = {T:<5}", end="", flush=True)
        for seed in range(starts):
            print(f"{train_adding(start, T, seed):>7.3f}", end="", flush=True)
        print()

# %% [markdown]
# - With both biases set, the LSTM learns the task at **400 steps**, far below the baseline: a value that is up to 399 steps
#   old is still there. It is the same network as in the other LSTM rows; at most 32 of its 1,233 numbers began elsewhere.
# - With the bias 1, the usual choice, it learns 50 steps and not 200 within this budget.
# - Opening the forget gate *alone* is not enough: from most starts it does not even learn 50 steps, because the cells fill
#   up. The last row is the control: the same forget bias, with the input gate nearly shut.
# - The ReLU network is good at 50 steps and back at the baseline at 200.
#
# All of this is within 240 or 400 updates; with more, rows that fail here may come further. And whoever sets a bias of 5
# knows that the memory must be long, which is worth a lot.
#
# ## 5.12 Names, with your own LSTM
#
# Now your own functions train a network on the dinosaur names of unit 03; the library gives only the output layer, the loss
# and Adam. Watch it learn to spell: the lines below the figure are names that it writes on the way, letter by letter, with
# your `lstm_step` (temperature 0.7, section 3.9).

# %%
alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
test, held_out, training = names[:100], names[100:200], names[200:]
passes = working(lstm_forward), working(lstm_backward)
rng = np.random.default_rng(1)
untrained = CellModel(rnnlib.init_lstm(27, 64, rng), rnnlib.init_dense(64, 27, rng))

# %% tags=["nbval-ignore-output"]
rng, live, looks, best = np.random.default_rng(4), LiveFigure(), {}, (np.inf, 0, None)


def gradients(model):
    """Loss and gradients on 32 of the training names, by your functions."""
    words = [str(word) for word in rng.choice(training, 32, replace=False)]
    return letter_gradients(model, *letter_batch(words, alphabet), passes=passes)


def look(update, model, losses):
    """The loss on the held-out names, the figure, and from time to time some names."""
    global best
    looks[update] = letter_loss(model, *letter_batch(held_out, alphabet), passes=passes)
    best = min(best, (looks[update], update, model), key=lambda entry: entry[0])
    live.show(
        plot_loss(losses or [looks[0]], validation=looks),
        f"After {update} updates the loss on held-out names is {looks[update]:.2f} nats a letter.",
    )
    if update in (0, 25, 50, 100, 200, 300):
        some = np.random.default_rng(update)
        written = write_words(model, alphabet, some, words=4, step=working(lstm_step))
        print(f"{update:>4} updates: " + "  ".join(word or "(nothing)" for word in written))


_, losses = train(untrained, gradients, 300, 0.01, look=look)
network = best[2]
print(f"best on held-out names: {best[0]:.2f} nats a letter, after {best[1]} updates")
print(f"100 test names: {letter_loss(network, *letter_batch(test, alphabet), passes=passes):.2f}")

# %% [markdown]
# *Figure 5.7. Your LSTM learns names: loss on the training names, and on held-out names every 25 updates.*
#
# The gap between the two lines is overfitting; the weights of the best update are kept. Is it a good number? Unit 06 has
# all results on names in one table, under one protocol.
#
# ## 5.13 Open task: a cell from its equations
#
# In section 5.11 an open forget gate needed a shut input gate. Why set two gates, if one could do? The **coupled** LSTM has
# no input gate: *what is forgotten makes room for what comes in*. And its gates have **peepholes**: each gate sees the cell
# of its own unit, even while the output gate is shut. This is how papers write it, with vectors as columns:
#
# $$\begin{aligned}
# f_t &= \sigma(W_f x_t + U_f h_{t-1} + p_f \odot c_{t-1} + b_f)\\
# g_t &= \tanh(W_g x_t + U_g h_{t-1} + b_g)\\
# c_t &= f_t \odot c_{t-1} + (1 - f_t) \odot g_t\\
# o_t &= \sigma(W_o x_t + U_o h_{t-1} + p_o \odot c_t + b_o)\\
# h_t &= o_t \odot \tanh(c_t)
# \end{aligned}$$
#
# **Write both passes over a sequence, in one function.** The gradient of the loss with respect to each $h_t$ comes as an
# argument; there is no further loss on the last state. How you keep what the backward pass needs is up to you. In our
# arrays an example is a row, and the blocks stand in the order **f, g, o**:
#
# | | shape | |
# |---|---|---|
# | `xs`; `h0`, `c0`; `dhs` | (T, N, D); (N, H); (T, N, H) | inputs; first state; $\partial L_t / \partial h_t$ |
# | `params.W_xh`, `.W_hh`, `.b_h` | (D, 3H), (H, 3H), (3H,) | $W_f, W_g, W_o$; $U_f, U_g, U_o$; $b_f, b_g, b_o$ |
# | `params.p_f`, `.p_o` | (H,) each | the peepholes |
# | returned: `hs`; `dxs`; `dh0`, `dc0`; `grads` | as `dhs`, `xs`, `h0`, `c0`; a `CoupledLSTMParams` | in this order |
#
# Draw the paths before you write: on how many does $c_t$ reach the loss? Each result earns its share, so a right forward
# pass counts even if a gradient is wrong. `rnnlib.numerical_gradient`, as in section 5.9, tells you which gradient that is.
# You may use `sigmoid`, and write more than one function in the cell.


# %% exercise="coupled_lstm" minutes=35
def coupled_lstm(xs, h0, c0, params, dhs):
    """Both passes of an LSTM with coupled gates and peepholes.

    xs: (T, N, D).  h0, c0: (N, H).  params: CoupledLSTMParams.  dhs: (T, N, H).
    Returns hs: (T, N, H); dxs: (T, N, D); dh0, dc0: (N, H); grads: CoupledLSTMParams.
    """
    ### BEGIN SOLUTION
    H = h0.shape[1]
    h, c, hs, steps = h0, c0, [], []
    for x in xs:
        a = x @ params.W_xh + h @ params.W_hh + params.b_h
        f = sigmoid(a[:, :H] + params.p_f * c)
        g = np.tanh(a[:, H : 2 * H])
        c_next = f * c + (1 - f) * g
        o = sigmoid(a[:, 2 * H :] + params.p_o * c_next)
        steps.append((x, h, c, f, g, o, c_next))
        h, c = o * np.tanh(c_next), c_next
        hs.append(h)
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    dh, dc = np.zeros_like(h0), np.zeros_like(c0)
    for t in reversed(range(len(xs))):
        x, h, c, f, g, o, c_next = steps[t]
        dh = dh + dhs[t]
        tanh_c = np.tanh(c_next)
        da_o = dh * tanh_c * o * (1 - o)
        # Three paths lead to the new cell: from later steps, through its tanh, its peephole.
        dc = dc + dh * o * (1 - tanh_c**2) + da_o * params.p_o
        da_f = dc * (c - g) * f * (1 - f)
        da_g = dc * (1 - f) * (1 - g**2)
        da = np.concatenate([da_f, da_g, da_o], axis=1)
        dxs[t] = da @ params.W_xh.T
        dh = da @ params.W_hh.T
        dc = dc * f + da_f * params.p_f
        p_f, p_o = (da_f * c).sum(axis=0), (da_o * c_next).sum(axis=0)
        step = CoupledLSTMParams(x.T @ da, h.T @ da, da.sum(axis=0), p_f, p_o)
        grads = grads.map(np.add, step)
    return np.stack(hs), dxs, dh, dc, grads
    ### END SOLUTION


# %%
check(coupled_lstm)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# $f_t$ stands in the equations twice. $c_t$ goes along the cell, through the tanh, *and* into gates. In which order must you
# visit the gates, going back?
# </details>

# %% grade="coupled_lstm" points=6

# %% [markdown]
# **Now use it.** Its forget bias is 5 and there is no second bias to set; in section 5.11 the LSTM with this forget bias
# failed at 50 steps from most starts. Your function trains 18 units, fewer weights than the LSTM has. (It does both passes
# at once, so it is called twice for each update: for the answer, and again when the loss knows its gradient.)

# %% tags=["nbval-ignore-output"]
both_passes, T, H = working(coupled_lstm), 50, 18
rng, nothing = np.random.default_rng(0), np.zeros((16, 18))
start = CellModel(init_coupled_lstm(2, H, rng, forget_bias=5.0), rnnlib.init_dense(H, 1, rng))
start.out.b_y[:] = 1.0  # begin at the baseline


def coupled_gradients(model):
    """Loss and gradients on 16 fresh examples, by your function."""
    xs, targets = rnnlib.adding_problem(T, 16, rng)
    dhs = np.zeros((T, 16, H))
    hs, *_ = both_passes(xs, nothing, nothing, model.cell, dhs)
    answer = rnnlib.output_step(hs[-1], model.out)
    danswer = rnnlib.mean_squared_error_backward(answer, targets)
    dhs[-1], grads_out = rnnlib.output_step_backward(danswer, hs[-1], model.out)
    *_, grads = both_passes(xs, nothing, nothing, model.cell, dhs)
    return rnnlib.mean_squared_error(answer, targets), CellModel(grads, grads_out)


def report(update, model, losses):
    """A line every 50 updates."""
    if losses:
        print(f"{update:>4} updates: mean of the last errors {np.mean(losses[-50:]):.3f}")


coupled, _ = train(start, coupled_gradients, 300, 0.03, every=50, look=report)
error = adding_error(coupled, *rnnlib.adding_problem(T, 1000, np.random.default_rng(99)))
print(f"1,000 new examples: {error:.3f}; the baseline has {ALWAYS_ONE:.3f}")

# %% [markdown]
# It learns what the LSTM with the same forget bias did not: with $1 - f$ on the candidate, an open forget gate shuts the
# input by itself. The price is that $c_t$ is a mean of old and new and stays between −1 and 1, so this cell cannot count.
# Unit 06 takes the idea one step further and drops the cell as well.
#
# ## 5.14 Summary
#
# - A cell is added to, not replaced: $c_t = f \odot c_{t-1} + i \odot g$, $\ h_t = o \odot \tanh(c_t)$.
# - Backward along the cell the gradient is multiplied by the forget gate, and by nothing else. $f$ near 1 keeps it; $f = 0.5$
#   loses it faster than a simple network does.
# - Each gate has one job: what comes in, what stays, what goes out. A gate that is stuck breaks just that.
# - The cell acts on the loss in two ways, through $h_t$ and through $c_{t+1}$. Their gradients add up.
# - Biases decide how long the memory is before training. A long memory needs open forget gates **and** input gates that are
#   nearly shut, or coupled gates.
# - Gradients along other paths, through the gates, can still explode: clip.
#
# **Next:** can it be done with fewer gates and one state? Unit 06 writes the GRU.
#
# ## 5.15 Going further
#
# Nothing from here on is marked.
#
# ### What do the gates do while it reads?
#
# Your network of section 5.12 reads a name that it was not trained on. Below are three units: the one whose cell follows
# the place in the word best (over the hundred test names), the one whose forget gate is open most, and the one whose forget
# gate is open least.

# %% tags=["nbval-ignore-output"]
xs_test, _, mask = letter_batch(test, alphabet)
place = np.broadcast_to(np.arange(len(mask))[:, None], mask.shape)[mask]
inside = {}
for words, net in (("untrained", untrained), ("trained", network)):
    _, _, caches = passes[0](xs_test, LSTMState(*np.zeros((2, 100, 64))), net.cell)
    f, c = (np.stack([getattr(cache, n) for cache in caches])[mask] for n in ("f", "c_next"))
    inside[words] = f.mean(axis=0), np.abs(np.corrcoef(c.T, place)[-1, :-1])
open_, follows = inside["trained"]
chosen = [int(np.argmax(follows)), int(np.argmax(open_)), int(np.argmin(open_))]
word = "." + max(test, key=lambda name: (len(name) == 12, name))
_, _, caches = passes[0](
    letter_batch([word[1:]], alphabet)[0][: len(word)],
    LSTMState(*np.zeros((2, 1, 64))),
    network.cell,
)
step_by_step = {n: np.stack([getattr(s, n)[0] for s in caches]) for n in ("i", "f", "o", "c_next")}
show(
    plot_gates(
        {
            "input gate": step_by_step["i"],
            "forget gate": step_by_step["f"],
            "output gate": step_by_step["o"],
        },
        word,
        cell=step_by_step["c_next"],
        units=chosen,
    ),
    f"Heat maps of three units reading {word}, letter by letter: input, forget and output gate between 0 and 1, and the cell. "
    f"The first unit's cell follows the place in the word, the second's forget gate is open throughout, the third's is not.",
)
print("forget gates over 100 test names          untrained   trained")
for words, number in (("mean", np.mean), ("most open unit", np.max), ("least open unit", np.min)):
    print(f"{words:<40} {number(inside['untrained'][0]):>10.2f} {number(open_):>9.2f}")
print(f"{'best |r| of a cell with the place':<40} {inside['untrained'][1].max():>10.2f} {follows.max():>9.2f}")  # fmt: skip

# %% [markdown]
# *Figure 5.8. Three units of the trained network while it reads a name; in each panel the rows are units and the columns
# letters, from the dot that begins the name. Top row: the cell that follows the place best. Middle: the forget gate that is
# open most. Bottom: the one that is open least.*
#
# Read a row across the panels. Where the forget gate is dark and the input gate pale, the cell keeps its colour from letter
# to letter. Where the forget gate is pale, the colour changes with every letter. Before training all forget gates stood near
# $\sigma(1) = 0.73$; after it the most and the least open unit are far apart. **Training has given the units memories of
# different lengths.** One cell follows the place in the word closely; but before training the best of 64 cells did so
# fairly well, too. (A cell that adds up whatever comes in is a clock of sorts from the start, so compare with the untrained
# network, as unit 01 said.)
#
# ### Spread biases
#
# Instead of one forget bias for all units, each may get a memory of its own length (*chrono initialization*, Tallec and
# Ollivier 2018): draw $u$ evenly between 1 and $T - 1$, set $b_f = \log u$, so that $f = u / (u + 1)$, and $b_i = -b_f$.
# `adding_start("spread", T, rng)` does it. Try it in section 5.11: here it does about as well as the pair 5 and −5. It needs
# the length of the task, not a good guess of one bias.
#
# ### Does the gradient stay during training?
#
# In unit 04 a gradient that was there before training was gone after fifty updates. At $T = 50$, the gradient at the first
# input compared with that at the last one, in one run each:

# %% tags=["nbval-ignore-output"]
print("updates              0        100        200        300        400")
for biases in ("bias 1", "bias 5", "bias 5, input -5"):
    rng = np.random.default_rng(0)
    print(f"{biases:<17}", end="", flush=True)

    def follow(update, model, losses):
        """How far a gradient reaches now."""
        print(f"{gradient_reach(model, 50):>7.0e}    ", end="", flush=True)

    def on_fresh_examples(model, rng=rng):
        """Loss and gradients on 16 fresh examples."""
        loss, _, grads = adding_gradients(model, *rnnlib.adding_problem(50, 16, rng))
        return loss, grads

    train(adding_start(biases, 50, rng), on_fresh_examples, 400, 0.03, every=100, look=follow)
    print()

# %% [markdown]
# With the bias 1 the gradient all but vanishes, and then **comes back**: near events teach first, the forget gates learn to
# open, and the beginning is heard. With the bias 5 alone it goes while the network tries to learn. With both biases set it
# is there all the time.
#
# ### A register at work
#
# Section 5.5's unit on one sequence, with all gates working:

# %% hidden=true
outputs, cells = run_register(signals, *parts, register)
write = signals[:, :, 1] > 0
one = int(np.argmax((read & ~write).sum(axis=0) - 3 * np.abs(write.sum(axis=0) - 4)))
show(
    plot_traces(
        {"cell": 10 * cells[:, one], "output": 10 * outputs[:, one]},
        xlabel="step",
        ylabel="value",
        events={"write": write[:, one], "read": read[:, one]},
    ),
    f"Over 40 steps the cell jumps to a new value at each of {write[:, one].sum()} write signals and is level in "
    f"between. The output is 0, except at {read[:, one].sum()} read signals, where it shows the cell's value.",
)

# %% [markdown]
# *Figure 5.9. The cell takes a value at each write signal and holds it; the output shows it at each read signal. (Both are
# multiplied by 10, which undoes the small weight 0.1.)*
#
# ### Where it comes from
#
# | year | what | who |
# |---|---|---|
# | 1991 | The problem: gradients vanish or explode, exponentially in the number of steps | S. Hochreiter, in his diploma thesis |
# | 1997 | **LSTM**: a cell with $c_t = c_{t-1} + i \odot g$, the *constant error carousel*, with an input and an output gate. **No forget gate**, and a gradient that was cut off at the gates | S. Hochreiter and J. Schmidhuber |
# | 2000 | **The forget gate.** Without it a cell that reads an endless stream fills up for ever | F. Gers, J. Schmidhuber and F. Cummins |
# | 2000, 2002 | **Peepholes**: gates that also see the cell, for precise timing | F. Gers and J. Schmidhuber; with N. Schraudolph |
# | 2005 | The whole gradient through time, as you wrote it | A. Graves and J. Schmidhuber |
# | 2015 | After a search through thousands of architectures: a forget bias of 1 is recommended for every LSTM | R. Jozefowicz, W. Zaremba and I. Sutskever |
# | 2017 | Eight variants compared in 5,400 runs, coupled gates and no peepholes among them: none is clearly better than the plain one; the forget gate and the output's tanh matter most | K. Greff and others |
#
# The cell of 5.13 puts two of these variants together. PyTorch's and Keras's LSTM have neither.
#
# ## References
#
# - S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU München (1991).
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997), 1735–1780.
# - F. A. Gers, J. Schmidhuber, F. Cummins, *Learning to forget: continual prediction with LSTM*, Neural Computation 12 (2000),
#   2451–2471.
# - F. A. Gers, J. Schmidhuber, *Recurrent nets that time and count*, IJCNN (2000): peepholes.
# - F. A. Gers, N. N. Schraudolph, J. Schmidhuber, *Learning precise timing with LSTM recurrent networks*, Journal of Machine
#   Learning Research 3 (2002), 115–143.
# - A. Graves, J. Schmidhuber, *Framewise phoneme classification with bidirectional LSTM and other neural network architectures*,
#   Neural Networks 18 (2005), 602–610.
# - R. Jozefowicz, W. Zaremba, I. Sutskever, *An empirical exploration of recurrent network architectures*, ICML (2015).
# - K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, *LSTM: a search space odyssey*, IEEE Transactions on
#   Neural Networks and Learning Systems 28 (2017), 2222–2232: coupled gates (there CIFG) and peepholes.
# - C. Tallec, Y. Ollivier, *Can recurrent neural networks warp time?*, ICLR (2018): spread biases.
# - Data: names of dinosaur genera from the npm package `dinosaurs` 1.2.1 (see `rnnlib/data/LICENSES.md`).
