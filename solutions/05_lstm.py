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
# # 5 LSTM
#
# Unit 04 ended with a promise: instead of hoping that a gradient survives, build a network in which it has a path of its
# own. **Long short-term memory** is that network. It keeps a second state, the *cell*, to which things are added, and three
# gates decide what comes in, what stays and what goes out. In this unit you write all of it by hand, forward and backward,
# and train it with nothing but your own gradients.
#
# **At the end you can**
# - say why adding keeps a gradient where replacing loses it, and measure both;
# - say what each gate is for, and what goes wrong when it is stuck;
# - write an LSTM forward: gates, cell, step, sequence;
# - write it backward, in three parts, each of which is checked by itself;
# - choose the biases that a long memory needs, and show what they change;
# - train an LSTM on a memory of 400 steps and on names, and compare it fairly: same budget, as many weights.
#
# | | |
# |---|---|
# | **Time** | about 2 hours |
# | **You need** | units 01 and 02; from unit 03 what Adam and clipping are for; unit 04 |
# | **Points** | 20: nine short functions (18) and four questions (2) |

# %% locked="setup"
import time

import numpy as np

import rnnlib
from rnnlib import DenseParams, LSTMParams, LSTMState, LSTMStepCache, sigmoid
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.plotting import plot_loss, plot_traces, show
from rnnlib.plotting.gated import draw_lstm_cell, plot_gates
from rnnlib.plotting.interactive import explore
from rnnlib.plotting.lags import plot_by_lag

# %% [markdown]
# ## 5.1 Adding instead of replacing
#
# At every step a simple network **replaces** its state: $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$. Going back, the
# gradient meets a matrix and a slope at each step. Now suppose that we only **add** to the state:
#
# $$c_t = c_{t-1} + \text{something new} \qquad\Rightarrow\qquad \frac{\partial c_t}{\partial c_{t-1}} = 1$$
#
# There is no matrix, and no slope of a tanh. A change of $c_{t-1}$ changes $c_t$ by just as much, and so it goes on, for any
# number of steps. Let us set it beside the curves of unit 04: the same random networks of 32 units, the same inputs, 60
# steps. For the sums we do not even need a derivative: change the first state a little, and look at the last one.

# %% hidden=true
STEPS, UNITS = 60, 32
noise = np.random.default_rng(5).normal(size=(STEPS, 2))
dh_last = np.random.default_rng(6).normal(size=UNITS)
dh_last /= np.linalg.norm(dh_last)


def random_weights(radius, input_weights=0.3, seed=0):
    """Unit 04's network: random weights, the recurrent one scaled to a spectral radius."""
    rng = np.random.default_rng(seed)
    W_hh = rnnlib.scale_to_radius(rng.normal(size=(UNITS, UNITS)), radius)
    return rnnlib.RNNParams(
        input_weights * rng.normal(size=(2, UNITS)) / np.sqrt(2), W_hh, np.zeros(UNITS)
    )


def rnn_curve(radius):
    """The length of the gradient by steps back, in a network of unit 04."""
    J = rnnlib.state_jacobians(noise, np.zeros(UNITS), random_weights(radius))
    return rnnlib.gradient_norms(dh_last, J)[::-1]


def sum_curve(keep, nudge=1e-3):
    """How much of a nudge is left in c = keep * c + x after 0, 1, ... 60 steps."""
    c, moved, left = 0.0, nudge, [1.0]
    for x in noise[:, 0]:
        c, moved = keep * c + x, keep * moved + x
        left.append((moved - c) / nudge)
    return np.array(left)


rnn_curves = {f"RNN, radius {radius}": rnn_curve(radius) for radius in (1.5, 1.1, 0.9)}
curves = {**rnn_curves, "a sum": sum_curve(1.0), "a sum, 0.95 kept": sum_curve(0.95)}
print("left after            10 steps   60 steps")
for name, curve in curves.items():
    print(f"{name:<20} {curve[10]:>9.1g} {curve[60]:>10.1g}")
show(
    plot_by_lag(curves, ylabel="what is left"),
    "What is left of a gradient by steps back. After 60 steps: "
    + ", ".join(f"{name} {curve[-1]:.1g}" for name, curve in curves.items())
    + ". The sum stays level at 1.",
)

# %% [markdown]
# The sum is level at 1, *whatever comes in*. A network's line may be level by luck, for one set of weights and inputs;
# the sum's line is level by construction. And the line of a sum that keeps 95 % a step falls, but at a rate that we choose.
#
# **So why not just add?** Think of the adding problem of unit 04: fifty values come in, two of them are marked, and the sum
# of those two is wanted. A plain sum adds up all fifty. What is missing is someone who decides:
# - **what comes in**: the marked values, nothing else;
# - **what stays**: when the task is over, or a new one begins, the old content has to go;
# - **what goes out**: the content should not disturb the rest of the network while nobody asks for it.
#
# These three decisions are the three **gates** of an LSTM. Each is a number between 0 (shut) and 1 (open), made at each step
# from what the network reads, and a multiplication is all that it does.

# %% [markdown]
# **Question 1.** A cell keeps 0.9 of its content at each step, and nothing comes in. After how many steps is *less than
# half* of it left, for the first time?

# %% answer="half_life"
answer_half_life = None  # your answer: a number
### BEGIN SOLUTION
answer_half_life = 7
### END SOLUTION

# %%
check_answer("half_life", answer_half_life)

# %% grade_answer="half_life" points=0.5

# %% [markdown]
# ## 5.2 The whole cell
#
# Here is one step of an LSTM. Above runs the **cell** $c$: it is multiplied by one gate, something is added, and that is all
# that happens to it. Below are the gates. On the right the cell is let out, as the hidden state $h$.

# %% hidden=true
show(
    draw_lstm_cell(),
    "One step of an LSTM. Above, from left to right: the old cell c_t-1 is multiplied by the forget gate f, then i times g is "
    "added, which gives the new cell c_t, which goes on to the next step. Below, what comes in, x_t and h_t-1, makes the "
    "forget gate f, the input gate i and the output gate o through a sigmoid, and the candidate g through a tanh. On the right "
    "the tanh of the cell, times the output gate o, is h_t.",
)

# %% [markdown]
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
# $\odot$ (in code `*`) multiplies entry by entry: every unit has gates of its own. The name *forget gate* is unlucky: open means
# *keep*.

# %% [markdown]
# ## 5.3 The gates
#
# **The idea.** A gate looks at the input and at the old hidden state, just as a unit of a simple network does: weights,
# a sum, and a squashing function. For a gate that is the **sigmoid** $\sigma$, which lies between 0 and 1.

# %% hidden=true
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, FAINT, GREEN, GREY, VERMILLION, new_figure, settle, styled

with styled():
    figure = new_figure(6.8, 2.2)
    ax = figure.subplots()
    a = np.linspace(-7, 7, 200)
    ax.axhline(0, color=FAINT, linewidth=0.8)
    ax.axhline(1, color=FAINT, linewidth=0.8)
    ax.plot(a, sigmoid(a), color=GREEN)
    ax.plot(a, np.tanh(a), color=GREY, linestyle=(0, (4, 2)))
    ax.annotate(
        "sigmoid: a gate",
        (2.0, sigmoid(2.0)),
        (8, -12),
        textcoords="offset points",
        color="#006B4F",
    )
    ax.annotate(
        "tanh: the candidate",
        (-1.0, np.tanh(-1.0)),
        (8, -4),
        textcoords="offset points",
        color=GREY,
    )
    ax.annotate("shut", (-6.5, 0.02), (0, 5), textcoords="offset points")
    ax.annotate("open", (5.8, 1.0), (0, 5), textcoords="offset points")
    ax.set(xlabel="the sum a", yticks=[-1, 0, 1], xlim=(-7, 7), ylim=(-1.1, 1.3))
    settle(figure)
show(
    figure,
    f"The sigmoid rises from 0, shut, to 1, open: at -4 it is {sigmoid(-4.0):.2f}, at 0 it is 0.50, at 4 it is "
    f"{sigmoid(4.0):.2f}. The tanh rises from -1 to 1.",
)

# %% [markdown]
# **The equations.** Four sums, of the same two things, with four sets of weights. They are kept side by side in one matrix
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
# | $W_{hh}$ | `params.W_hh` | (H, 4H) | the same for the state |
# | $b_h$ | `params.b_h` | (4H,) | the same for the biases |
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
# The sum is that of `rnn_step` in unit 01, without its tanh. Call it `a`; then the check can look at it.
# </details>
# <details><summary><b>Hint 2</b>: four parts</summary>
#
# `i, f, g, o = np.split(a, 4, axis=1)` gives the four parts their names. Then each gets its own squashing function.
# </details>
# <details><summary><b>Hint 3</b>: which function for which part</summary>
#
# `sigmoid` for i, f and o. `np.tanh` for g, the third part.
# </details>

# %% grade="lstm_gates" points=3

# %% [markdown]
# **Try it: a gate is a switch that reads.** One unit, two inputs: a value and a mark. We set the weights by hand. The input
# gate has the bias −4, so it is shut; the mark has the weight 8, so a mark opens it. The forget gate has the bias 4: it stays
# open.

# %%
gates = working(lstm_gates)
switch = LSTMParams(W_xh=np.zeros((2, 4)), W_hh=np.zeros((1, 4)), b_h=[-4, 4, 0, 4])  # i, f, g, o
switch.W_xh[1, 0] = 8  # from the mark to the input gate
switch.W_xh[0, 2] = 1  # from the value to the candidate
print("value  mark      i      f      g      o")
for value, marked in ((0.7, 0), (0.7, 1), (-0.3, 0), (-0.3, 1)):
    i, f, g, o = gates(np.array([[value, marked]]), np.zeros((1, 1)), switch)
    print(f"{value:>5} {marked:>5}  " + "".join(f"{a.item():>7.2f}" for a in (i, f, g, o)))

# %% [markdown]
# The candidate $g$ follows the value all the time. It is the gate that decides whether it counts.
#
# ## 5.4 The cell
#
# **The idea.** The gates are there; now use them. Forget a little of the old, let in a little of the new. Then let out what
# the output gate allows.
#
# **The equations:**
#
# $$c_{next} = f \odot c + i \odot g \qquad\qquad h_{next} = o \odot \tanh(c_{next})$$
#
# On paper: $c = 0.5$, $i = 0.4$, $f = 0.9$, $g = -0.5$, $o = 0.8$. Then $c_{next} = 0.45 - 0.2 = 0.25$, and with
# $\tanh 0.25 \approx 0.245$ it is $h_{next} \approx 0.196$.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $c$ | `c` | (N, H) | the cell before the step |
# | $i, f, g, o$ | `i`, `f`, `g`, `o` | (N, H) each | from `lstm_gates` |
# | $h_{next}$, $c_{next}$ | `h_next`, `c_next` | (N, H) each | hidden state and cell after the step |
#
# The tanh is only on the way out. Nothing squashes the cell itself: the path along $c$ stays a sum.
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
# Two lines, one for each equation, and the cell first: `h_next` needs the *new* cell. Return `h_next` first.
# </details>

# %% grade="lstm_state" points=2

# %% [markdown]
# **Try it: turn the knobs.** The numbers in the picture are those of one unit, worked out by your `lstm_state`. An arrow is
# the thicker, the larger the number that it carries, orange above zero and blue below. A gate is the greener, the more it is
# open. (Where sliders do not run you see the picture for the first setting. You can change the numbers in the last line.)


# %%
def live_cell(c, i, f, g, o):
    """The cell with these numbers, and its description."""
    h_next, c_next = cell(*(np.array([[value]]) for value in (c, i, f, g, o)))
    alt = (
        f"A cell that holds {c:.2f}. Forget gate {f:.2f}, input gate {i:.2f}, candidate {g:.2f}: the new cell is "
        f"{c_next.item():.2f}. Output gate {o:.2f}: the hidden state is {h_next.item():.2f}."
    )
    return draw_lstm_cell(c, i, f, g, o), alt


cell = working(lstm_state)
explore(
    live_cell,
    c=(1.2, -2, 2, 0.1),
    i=(0.1, 0, 1, 0.05),
    f=(0.95, 0, 1, 0.05),
    g=(-0.5, -1, 1, 0.1),
    o=(0.8, 0, 1, 0.05),
)

# %% [markdown]
# Things to try:
# - Set $f = 1$ and $i = 0$, then move $g$: the new cell does not care.
# - Set $f = 0$ and $i = 1$: the old content is gone, the new one is $g$.
# - Set $o = 0$: the cell lives on, but nobody sees it.

# %% [markdown]
# **Question 2.** A cell holds 0.7. Which setting of the gates keeps it at exactly 0.7, for a hundred steps, whatever the
# candidate is?
#
# - a) i = 1, f = 1, o = 0
# - b) i = 0, f = 1, any o
# - c) i = 0, f = 0, o = 1
# - d) i = 1, f = 0, any o

# %% answer="settings"
answer_settings = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_settings = "b"
### END SOLUTION

# %%
check_answer("settings", answer_settings)

# %% grade_answer="settings" points=0.5

# %% [markdown]
# ## 5.5 One step
#
# **The idea.** Put the two together. The state of an LSTM is now a pair, $h$ and $c$, and it has a class of its own with two
# names: `LSTMState(h, c)`. You reach its parts by `state.h` and `state.c`, or take both at once: `h, c = state`.
#
# The way back will need everything that went into a step and came out of it. So the step also returns a **cache**, in which
# all of it has a name. That line is given.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$ | `x` | (N, D) | the input |
# | $h_{t-1}, c_{t-1}$ | `state` | (N, H) each | the state before the step |
# | $h_t, c_t$ | `LSTMState(h_next, c_next)` | (N, H) each | the state after it |
# | | `cache` | | `cache.x`, `cache.h`, `cache.c` before; `cache.i`, `.f`, `.g`, `.o`; `cache.c_next` after; `cache.params` |
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
# First `i, f, g, o = lstm_gates(...)`: which state do the gates look at? Then `h_next, c_next = lstm_state(...)`, with the
# arguments in its order.
# </details>

# %% grade="lstm_step" points=1

# %% [markdown]
# **Try it: a memory with one unit, and what each gate is for.** The network reads three numbers at each step: a value, a
# *write* signal, a *read* signal. It shall remember the last value that came with *write*, give it out when it is told to
# *read*, and say 0 at all other times. One unit is enough, with weights set by hand: *write* opens the input gate **and** shuts
# the forget gate; *read* opens the output gate.

# %%
S = 10.0  # a sum of 10 is as good as open, -10 as good as shut
b_h = [-S, S, 0, -S]  # i shut, f open, o shut
register = LSTMParams(W_xh=np.zeros((3, 4)), W_hh=np.zeros((1, 4)), b_h=b_h)
register.W_xh[1, 0] = 2 * S  # write opens the input gate
register.W_xh[1, 1] = -2 * S  # write shuts the forget gate
register.W_xh[0, 2] = 0.5  # the candidate: the value, so small that a tanh is nearly straight
register.W_xh[2, 3] = 2 * S  # read opens the output gate

# %% [markdown]
# Now let it work on 500 random sequences of 40 steps. And then break it: one gate after the other is **stuck**, open (always 1) or
# shut (always 0).


# %% hidden=true
def memory_task(T, N, rng):
    """Values, write and read signals (T, N, 3), what is wanted (T, N), and where it is read."""
    values, write, read = (
        rng.uniform(-1, 1, (T, N)),
        rng.random((T, N)) < 0.15,
        rng.random((T, N)) < 0.15,
    )
    write[0] = True
    wanted, held = np.zeros((T, N)), np.zeros(N)
    for t in range(T):
        held = np.where(write[t], values[t], held)
        wanted[t] = np.where(read[t], held, 0)
    return np.stack([values, write, read], axis=2).astype(float), wanted, read


def run_register(xs, stuck=None, at=1.0):
    """What the unit gives out, (T, N), and its cell; one gate may be stuck."""
    state, outputs, cells = LSTMState(*np.zeros((2, xs.shape[1], 1))), [], []
    for x in xs:
        values = dict(zip("ifgo", gates(x, state.h, register)))
        if stuck is not None:
            values[stuck] = np.full_like(values[stuck], at)
        state = LSTMState(*cell(state.c, **values))
        outputs.append(state.h[:, 0])
        cells.append(state.c[:, 0])
    return 2.2 * np.stack(outputs), np.stack(cells)  # 2.2 undoes the 0.5, and most of the two tanh


gates, cell = working(lstm_gates), working(lstm_state)
signals, wanted, read = memory_task(40, 500, np.random.default_rng(0))
print("mean squared error              when read   otherwise")
print(f"always answering 0                 {np.mean(wanted[read] ** 2):.3f}       0.000")
for words, stuck, at in (
    ("all gates work", None, 0), ("input gate stuck open", "i", 1), ("input gate stuck shut", "i", 0),
    ("forget gate stuck open (1997)", "f", 1), ("forget gate stuck shut", "f", 0),
    ("output gate stuck open", "o", 1), ("output gate stuck shut", "o", 0),
):  # fmt: skip
    error = (run_register(signals, stuck, at)[0] - wanted) ** 2
    print(f"{words:<30} {error[read].mean():>9.3f} {error[~read].mean():>11.3f}")

# %% [markdown]
# Each gate that is stuck breaks one thing, and you can read from the table which:
# - **Input gate open:** everything is written over what should be kept. **Shut:** nothing ever comes in.
# - **Forget gate open:** the new value is *added* to the old ones. **Shut:** the memory lasts for one step.
# - **Output gate open:** when it is read, nothing changes, but it also speaks when nobody asks. **Shut:** it never says
#   anything.
#
# The same on one sequence, with all gates working:

# %% hidden=true
outputs, cells = run_register(signals)
write = signals[:, :, 1] > 0
one = int(
    np.argmax((read & ~write).sum(axis=0) - 3 * np.abs(write.sum(axis=0) - 4))
)  # a clear example
show(
    plot_traces(
        {"cell": 2 * cells[:, one], "output": outputs[:, one]},
        xlabel="step",
        ylabel="value",
        events={"write": write[:, one], "read": read[:, one]},
    ),
    f"Over 40 steps the cell jumps to a new value at each of {write[:, one].sum()} write signals and is level in "
    f"between. The output is 0, except at {read[:, one].sum()} read signals, where it shows the cell's value.",
)

# %% [markdown]
# These weights were set by hand to show that a cell *can* do it. Whether training finds such weights is another question: that
# is what gradients are for.
#
# ## 5.6 A whole sequence
#
# **The idea.** As in unit 01: the state of one step goes into the next. Keep every $h_t$, for the outputs, and every cache, for
# the way back.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, N, D) | the sequence |
# | $h_0, c_0$ | `state0` | (N, H) each | the state before the first step |
# | $h_1 \dots h_T$ | `hs` | (T, N, H) | the hidden states after each step |
# | $h_T, c_T$ | `state` | (N, H) each | the state after the last step |
# | | `caches` | a list of T | the cache of every step, in the order of time |
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
# `state = state0`, and two empty lists, `hs` and `caches`. In the loop: `state, cache = lstm_step(x, state, params)`, and
# then append to both lists.
# </details>
# <details><summary><b>Hint 2</b>: what belongs into hs</summary>
#
# `state.h`, not the whole state. After the loop `np.stack(hs)` makes one array of the list.
# </details>

# %% grade="lstm_forward" points=2

# %% [markdown]
# **Try it: the same numbers as the library.** `rnnlib.lstm_forward` does what yours does, with other means: the products with
# the inputs of all steps are made at once, and its cache is a few large arrays in the place of a list. (Times differ from
# machine to machine.)

# %% tags=["nbval-ignore-output"]
forward = working(lstm_forward)
rng = np.random.default_rng(1)
params = rnnlib.init_lstm(27, 64, rng)
sequence, state0 = rng.normal(size=(20, 32, 27)), LSTMState(*np.zeros((2, 32, 64)))


def seconds(function, *arguments):
    """The shortest of ten calls."""
    times = []
    for _ in range(10):
        begin = time.perf_counter()
        function(*arguments)
        times.append(time.perf_counter() - begin)
    return min(times)


hs, state, _ = forward(sequence, state0, params)
hs_fast, state_fast, _ = rnnlib.lstm_forward(sequence, state0, params)
difference = max(np.abs(hs - hs_fast).max(), np.abs(state.c - state_fast.c).max())
print("largest difference:", "below 1e-12" if difference < 1e-12 else f"{difference:.0e}")
yours, library = (seconds(f, sequence, state0, params) for f in (forward, rnnlib.lstm_forward))
print(
    f"20 steps of 32 examples, 64 units: yours {1e3 * yours:.1f} ms, the library's {1e3 * library:.1f} ms"
)
rnn = rnnlib.init_rnn(27, 64, rng)
simple = seconds(rnnlib.rnn_forward, sequence, state0.h, rnn)
print(f"a simple network of 64 units in the library: {1e3 * simple:.1f} ms")

# %% [markdown]
# Four sets of weights cost four times the products. Where the time goes besides, unit 06 measures.
#
# **Question 3.** An LSTM reads 27 inputs and has 64 units. How many numbers are in `W_xh`, `W_hh` and `b_h` together?

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
# Now the other way. Forward, a step was two functions, one after the other. Backward it is the same two, **in reverse**: first
# through the cell, then through the gates.
#
# **The idea.** What does the loss say about $c_t$? It hears of it in **two ways**. One leads through $h_t$ of the same step: $c_t$
# goes through the tanh and the output gate, and $h_t$ goes to the loss, and to the next step's gates. The other leads along the
# cell, into $c_{t+1}$. What comes on different ways is **added**.

# %% hidden=true
with styled():
    page = Sketch(7.0, 2.3)
    old = page.box(0.75, 1.65, "$c_{t-1}$", size=(0.8, 0.46))
    new = page.box(3.2, 1.65, "$c_t$", size=(0.8, 0.46))
    out = page.box(3.2, 0.5, "$h_t$", size=(0.8, 0.46))
    page.arrow((old.right[0], 1.74), (new.left[0], 1.74), FAINT)
    page.arrow((new.left[0], 1.56), (old.right[0], 1.56), VERMILLION)
    page.text(1.98, 1.34, "times $f$", color=VERMILLION, size=10.5)
    page.arrow((3.12, new.bottom[1]), (3.12, out.top[1]), FAINT)
    page.arrow((3.28, out.top[1]), (3.28, new.bottom[1]), BLUE)
    page.text(3.42, 1.08, r"times $o\,(1 - \tanh(c_t)^2)$", color=BLUE, size=10.5, ha="left")
    page.arrow((new.right[0], 1.74), (6.6, 1.74), FAINT)
    page.arrow((6.6, 1.56), (new.right[0], 1.56), VERMILLION)
    page.text(3.85, 1.97, "$dc$: from the next step, along the cell", color=VERMILLION, ha="left")
    page.arrow((6.6, 0.5), out.right, BLUE)
    page.text(3.75, 0.2, "$dh$: from the loss and the next step's gates", color=BLUE, ha="left")
    page.text(3.2, 2.08, "both are added")
show(
    page.figure,
    "Gradients at one step. From the right dc comes back along the cell into c_t. Below it dh comes back into h_t, and from "
    "there, times o (1 - tanh squared of c_t), up into c_t. Both are added there; times f the sum goes on to c_t-1.",
)

# %% [markdown]
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
# Look at $dc_{before} = dc_{all} \odot f$: **the path along the cell is multiplied by the forget gate, and by nothing else.** No
# matrix, and no slope.
#
# On paper, with the numbers of section 5.4 and $dh = 1$, $dc = 0.3$: $dc_{all} = 0.3 + 0.8 \cdot (1 - 0.245^2) \approx 1.052$.
# So $dc_{before} \approx 0.947$, $di \approx -0.526$, $df \approx 0.526$, $dg \approx 0.421$ and $do \approx 0.245$.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L/\partial h_t$ | `dh` | (N, H) | all that comes to $h_t$ |
# | $\partial L/\partial c_t$ | `dc` | (N, H) | what comes to $c_t$ from the *next* step |
# | | `cache` | | `cache.c`, `.i`, `.f`, `.g`, `.o`, `.c_next` |
# | $\partial L/\partial c_{t-1}$ | `dc_before` | (N, H) | for the cell before the step |
# | | `di`, `df`, `dg`, `do` | (N, H) each | for the gates, *after* their sigmoid or tanh |
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
# `tanh_c = np.tanh(cache.c_next)`, then `dc_all = dc + ...`. Write `dc + ...`, not `dc += ...`: that would change the
# caller's array.
# </details>
# <details><summary><b>Hint 2</b>: which factor</summary>
#
# In a product such as $f \odot c$, the gradient for one factor is `dc_all` times the *other* one: for $f$ it is `cache.c`, for
# $c$ it is `cache.f`.
# </details>
# <details><summary><b>Hint 3</b>: do</summary>
#
# The output gate acts on $h$ alone, so its gradient starts from `dh`: `dh * tanh_c`.
# </details>

# %% grade="lstm_state_backward" points=3.5

# %% [markdown]
# ## 5.8 Backward through the gates
#
# **The idea.** The gradients `di`, `df`, `dg`, `do` stand behind the squashing functions. Bring each through its own, to the sum in
# front of it. Put the four side by side again, in the order i, f, g, o. From then on it is `rnn_step_backward` of unit 02.
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
# How open can a gate be that still learns? The slope $\sigma(1 - \sigma)$ is at most 0.25, at $\sigma = 0.5$; at 0.99 it is 0.01. A
# gate that is wide open, or firmly shut, hardly changes any more.
#
# **Your turn.** `np.concatenate([...], axis=1)` puts arrays side by side. Call the four parts `da_i`, `da_f`, `da_g`, `da_o` and
# the whole `da`, and the check tells you in which of them the first mistake is. `x`, `h` and the weights are in the cache.


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
# `da_i = di * cache.i * (1 - cache.i)`. The cache holds the gates as they came *out* of the sigmoid: no sigmoid here.
# </details>
# <details><summary><b>Hint 2</b>: one of them is different</summary>
#
# g came out of a tanh: `1 - cache.g**2`.
# </details>
# <details><summary><b>Hint 3</b>: the weights</summary>
#
# `LSTMParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=...)`, with the sum over the rows for the bias.
# </details>

# %% grade="lstm_gates_backward" points=3

# %% [markdown]
# ## 5.9 One step backward
#
# Put the two together. In comes the gradient of the state after the step, `dstate`, with `dstate.h` and `dstate.c`. Out goes
# that of the state before it: `dc` comes from the cell, `dh` from the gates.
#
# | forward | backward |
# |---|---|
# | `i, f, g, o = lstm_gates(x, h, params)` | 2. `lstm_gates_backward(di, df, dg, do, cache)` |
# | `h_next, c_next = lstm_state(c, i, f, g, o)` | 1. `lstm_state_backward(dh, dc, cache)` |
#
# **Your turn.**


# %% exercise="lstm_step_backward"
def lstm_step_backward(dstate, cache):
    """Backward through lstm_step.

    dstate: LSTMState with dh and dc, (N, H) each.  cache: from lstm_step.
    Returns dx: (N, D); dstate: an LSTMState, for the state before the step; grads: LSTMParams.
    """
    dh, dc = dstate
    ### BEGIN SOLUTION
    dc, di, df, dg, do = lstm_state_backward(dh, dc, cache)
    dx, dh, grads = lstm_gates_backward(di, df, dg, do, cache)
    return dx, LSTMState(dh, dc), grads
    ### END SOLUTION


# %%
check(lstm_step_backward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Two lines and a `return`. The `dc` for the step before is the first result of `lstm_state_backward`; the `dh` for the step
# before is the second result of `lstm_gates_backward`. Put them together: `LSTMState(dh, dc)`.
# </details>

# %% grade="lstm_step_backward" points=1

# %% [markdown]
# ## 5.10 Back through time
#
# **The idea.** From the last step to the first, as in unit 02. Two gradients are handed from step to step now, `dh` and `dc`. At
# each step the gradient of its own loss, `dhs[t]`, is added to `dh`: a loss sees $h_t$ and never the cell.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L_t/\partial h_t$ | `dhs` | (T, N, H) | the gradient of each step's own loss |
# | $\partial L/\partial h_T,\ \partial L/\partial c_T$ | `dstate` | (N, H) each | the gradient of a loss on the final state |
# | | `caches` | a list of T | from `lstm_forward` |
# | $dx_1 \dots dx_T$ | `dxs` | (T, N, D) | gradients for the inputs |
# | | `dstate0` | (N, H) each | gradient for the first state |
# | | `grads` | LSTMParams | gradients of the weights, added up over time |
#
# **Your turn.** Two groups of arrays are added by `grads.map(np.add, step)`.


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
        dstate = LSTMState(dh + dhs[t], dc)
        dxs[t], (dh, dc), step = lstm_step_backward(dstate, caches[t])
        grads = grads.map(np.add, step)
    ### END SOLUTION
    return dxs, LSTMState(dh, dc), grads


# %%
check(lstm_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the loop</summary>
#
# `for t in reversed(range(len(caches))):`. In it, make the gradient for the state after step t,
# `LSTMState(dh + dhs[t], dc)`, and hand it to `lstm_step_backward` together with `caches[t]`.
# </details>
# <details><summary><b>Hint 2</b>: what comes back</summary>
#
# `dxs[t], (dh, dc), step = lstm_step_backward(...)` puts all parts in their places; then `grads = grads.map(np.add, step)`.
# </details>

# %% grade="lstm_backward" points=1.5

# %% [markdown]
# **Try it: measure it.** A gradient that has not been measured is a guess. A small LSTM, a random loss on every $h_t$ and on the
# final state; every weight, input and first state is moved a little to both sides.

# %%
forward, backward = working(lstm_forward), working(lstm_backward)
rng = np.random.default_rng(2)
T, N, D, H = 6, 2, 3, 4
params = rnnlib.init_lstm(D, H, rng).map(lambda w: w + 0.2 * rng.normal(size=w.shape))
small, start = rng.normal(size=(T, N, D)), LSTMState(*rng.normal(size=(2, N, H)))
dhs, dlast = rng.normal(size=(T, N, H)), LSTMState(*rng.normal(size=(2, N, H)))


def random_loss(xs, h0, c0, params):
    """A loss whose gradients for hs and for the final state are dhs and dlast."""
    hs, last, _ = forward(xs, LSTMState(h0, c0), params)
    return (hs * dhs).sum() + (last.h * dlast.h).sum() + (last.c * dlast.c).sum()


dxs, dstart, grads = backward(dhs, dlast, forward(small, start, params)[2])
given = {"xs": dxs, "h0": dstart.h, "c0": dstart.c, **dict(grads.items())}
moved = {
    "xs": (small, lambda v: random_loss(v, *start, params)),
    "h0": (start.h, lambda v: random_loss(small, v, start.c, params)),
    "c0": (start.c, lambda v: random_loss(small, start.h, v, params)),
}
for name, array in params.items():
    others = dict(params.items())
    moved[name] = (
        array,
        lambda v, n=name, w=others: random_loss(small, *start, LSTMParams(**{**w, n: v})),
    )
print("gradient   how many   largest   largest difference to the measured one")
for name, (array, loss) in moved.items():
    off = np.abs(rnnlib.numerical_gradient(loss, array) - given[name]).max()
    print(
        f"{name:<10} {array.size:>8} {np.abs(given[name]).max():>9.3f}   {'below 1e-8' if off < 1e-8 else 'LARGE'}"
    )

# %% [markdown]
# **Question 4.** Someone forgets the way through $h$ in `lstm_state_backward`, and writes `dc_all = dc`. The loss looks at the
# hidden states only, so `dstate` is zero at the end and everything comes in through `dhs`. Which weights get a gradient that is
# not zero?
#
# - a) none
# - b) those of the output gate alone
# - c) those of all gates, but smaller ones
# - d) those of the forget gate alone

# %% answer="one_way"
answer_one_way = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_one_way = "b"
### END SOLUTION

# %%
check_answer("one_way", answer_one_way)

# %% grade_answer="one_way" points=0.5

# %% [markdown]
# ## 5.11 The bias of the forget gate
#
# **The idea.** Along the cell the gradient is multiplied by $f$ at each step. With small random weights and a bias of 0 a gate
# begins near $\sigma(0) = 0.5$, and after ten steps a thousandth is left. That is worse than the simple network! So the forget gate
# is opened from the start, by a bias above 0:

# %%
print("bias   forget gate   half is gone after   left after 100 steps")
for bias in (0.0, 1.0, 3.0, 5.0):
    f = sigmoid(bias)
    print(f"{bias:>4} {f:>13.3f} {np.log(0.5) / np.log(f):>14.1f} steps {f**100:>20.0e}")

# %% [markdown]
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $b_h$ | `params.b_h` | (4H,) | the biases of all gates, H each, in the order i, f, g, o |
# | $b_f$ | | (H,) | the second part of it |
# | | `bias` | a number | what all of $b_f$ is set to |
#
# **Your turn.** Everything else stays as it is, and `params` itself is left alone: make new biases with `params.b_h.copy()`.


# %% exercise="open_forget_gate"
def open_forget_gate(params, bias):
    """The same weights, but with this bias for every unit's forget gate.

    params: LSTMParams.  bias: a number.
    Returns opened: a new LSTMParams.
    """
    ### BEGIN SOLUTION
    b_h = params.b_h.copy()
    H = len(b_h) // 4
    b_h[H : 2 * H] = bias
    return LSTMParams(params.W_xh, params.W_hh, b_h)
    ### END SOLUTION


# %%
check(open_forget_gate)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# H is a quarter of the length of `b_h`: `H = len(b_h) // 4`. The forget gate's part is `b_h[H : 2 * H]`. Return
# `LSTMParams(params.W_xh, params.W_hh, b_h)`.
# </details>

# %% grade="open_forget_gate" points=1

# %% [markdown]
# **Try it: against the curves of unit 04.** An LSTM of 32 units whose four recurrent matrices are random, with the spectral radius
# 0.9 each: what unit 04's network had, four times. The same inputs, a loss on the last $h$ whose gradient is 1 long, 60 steps
# back. At each step the state is a pair, so we measure the length of `dh` and `dc` together. Your own functions go forward and
# backward.


# %%
def random_lstm(radius=0.9, seed=0):
    """Four networks of unit 04 side by side."""
    parts = [random_weights(radius, seed=seed + k) for k in range(4)]
    W_xh, W_hh = (np.concatenate([getattr(p, n) for p in parts], axis=1) for n in ("W_xh", "W_hh"))
    return LSTMParams(W_xh, W_hh, np.zeros(4 * len(W_hh)))


def lstm_curve(params):
    """The length of the gradient by steps back; and what of it came along the cell alone, and the cells."""
    _, _, caches = forward(noise[:, None], LSTMState(*np.zeros((2, 1, UNITS))), params)
    dstate, lengths, alone = LSTMState(dh_last[None], np.zeros((1, UNITS))), [1.0], None
    for cache in caches[::-1]:
        _, dstate, _ = step_back(dstate, cache)
        alone = (
            dstate.c if alone is None else alone * cache.f
        )  # from the first step on: only times f
        lengths.append(np.sqrt((dstate.h**2).sum() + (dstate.c**2).sum()))
    return np.array(lengths), np.linalg.norm(alone), np.abs([c.c_next for c in caches]).mean()


step_back, open_gate = working(lstm_step_backward), working(open_forget_gate)
lstm_curves = {}
print("left after                10 steps   60 steps   along the cell alone   mean size of a cell")
for name, curve in rnn_curves.items():
    print(f"{name:<22} {curve[10]:>11.0e} {curve[60]:>10.0e}")
for bias in (0.0, 1.0, 3.0, 5.0):
    curve, alone, size = lstm_curve(open_gate(random_lstm(), bias))
    lstm_curves[f"LSTM, bias {bias:g}"] = curve
    print(
        f"{f'LSTM, forget bias {bias:g}':<22} {curve[10]:>11.0e} {curve[60]:>10.0e} {alone:>22.0e} {size:>21.1f}"
    )
shown = {"RNN, radius 0.9": rnn_curves["RNN, radius 0.9"], **lstm_curves}
show(
    plot_by_lag(shown),
    "The length of the gradient by steps back, for a simple network and four LSTMs. After 60 steps: "
    + ", ".join(f"{name} {curve[60]:.0e}" for name, curve in shown.items())
    + ".",
)

# %% [markdown]
# **Read it carefully.**
# - With the bias 0 the LSTM loses its gradient **faster** than the simple network. An LSTM is no charm against vanishing: it has a
#   *number* that decides it, and the number can be set, and learned.
# - With the bias 1 it loses less than the simple network with the same matrices; with 3 or 5 the line neither
#   falls nor rises much over 60 steps.
# - The column *along the cell alone* multiplies the forget gates and nothing else. The difference to the whole gradient comes on
#   the other ways, through the gates. Those ways have matrices and slopes, and they can vanish, or explode: **LSTM gradients can
#   still explode**, so they are clipped, too.
# - Look at the last column: the longer a cell keeps, the more piles up in it. We come back to this.

# %% [markdown]
# ## 5.12 The adding problem, up to 400 steps
#
# The task of unit 04: two of $T$ random values are marked, and their sum is wanted at the end. Always answering 1 has the mean squared
# error $1/6 \approx 0.167$; knowing only the second value comes to 0.083; below that the network must have carried a number from the
# first half to the end. In unit 04 no tanh network learned it at $T = 40$, and the best, with ReLU, came to about 80.
#
# From here on the library's functions do the work: you have shown that yours give the same numbers forward (5.6), and that their
# gradients are right (5.10). For the last doubt, once more, both, on this task:

# %% hidden=true
Model = rnnlib.parameters(
    type(
        "Model", (rnnlib.Params,), {"__annotations__": {"cell": rnnlib.Params, "out": DenseParams}}
    )
)
DULL = 1 / 6


def read_out(h, model, targets):
    """Loss, gradient of h, and gradient of the output layer."""
    prediction = rnnlib.output_step(h, model.out)
    dprediction = rnnlib.mean_squared_error_backward(prediction, targets)
    return rnnlib.mean_squared_error(prediction, targets), *rnnlib.output_step_backward(
        dprediction, h, model.out
    )


def adding_gradients(xs, targets, model, kind):
    """Gradients for the inputs and for all weights, of the error at the end."""
    H = len(model.out.W_hy)
    zeros = np.zeros((xs.shape[1], H), xs.dtype)
    if kind == "LSTM":
        _, last, cache = rnnlib.lstm_forward(xs, (zeros, zeros), model.cell)
        _, dh, grads_out = read_out(last.h, model, targets)
        dxs, _, grads = rnnlib.lstm_backward(None, (dh, zeros), cache)
    else:
        _, h, cache = rnnlib.rnn_forward(xs, zeros, model.cell, activation=kind)
        _, dh, grads_out = read_out(h, model, targets)
        dxs, _, grads = rnnlib.rnn_backward(None, dh, cache)
    return dxs, Model(grads, grads_out)


def adding_error(model, kind, T, examples=1000):
    """The mean squared error on new examples."""
    xs, targets = rnnlib.adding_problem(T, examples, np.random.default_rng(99))
    zeros = np.zeros((examples, len(model.out.W_hy)))
    if kind == "LSTM":
        h = rnnlib.lstm_forward(xs, (zeros, zeros), model.cell)[1].h
    else:
        h = rnnlib.rnn_forward(xs, zeros, model.cell, activation=kind)[1]
    return rnnlib.mean_squared_error(rnnlib.output_step(h, model.out), targets)


# %%
rng = np.random.default_rng(3)
model = Model(rnnlib.init_lstm(2, 16, rng), rnnlib.init_dense(16, 1, rng))
xs_add, targets = rnnlib.adding_problem(50, 16, rng)
zeros = np.zeros((16, 16))
_, last, caches = forward(xs_add, LSTMState(zeros, zeros), model.cell)
_, dh, _ = read_out(last.h, model, targets)
_, _, mine = backward(np.zeros((50, 16, 16)), LSTMState(dh, zeros), caches)
_, theirs = adding_gradients(xs_add, targets, model, "LSTM")
off = max(np.abs(a - b).max() for (_, a), (_, b) in zip(mine.items(), theirs.cell.items()))
print(
    "largest difference between your gradients and the library's:",
    "below 1e-12" if off < 1e-12 else f"{off:.0e}",
)

# %% [markdown]
# **Which biases?** For a memory of 400 steps a forget bias of 1 is far too small: $0.73^{400}$ is nothing. A bias of 5 keeps the
# content, but then everything that comes in piles up for 400 steps. Before any training, at $T = 400$:
#
# - **bias 1**, **bias 5**: the same forget bias for all units, the input gate at 0.5;
# - **spread** (*chrono initialization*, Tallec and Ollivier 2018): each unit gets a memory of its own length. Draw $u$ evenly between
#   1 and $T - 1$ and set $b_f = \log u$, so that $f = u / (u + 1)$: a unit that forgets over about $u$ steps. And set
#   $b_i = -\log u$: who keeps for long lets in little.

# %%
STARTS = ("bias 1", "bias 5", "spread")


def lstm_start(start, T, rng, H=16):
    """An LSTM before training, with one of the three kinds of biases."""
    cell = rnnlib.init_lstm(2, H, rng)
    if start == "spread":
        cell.b_h[H : 2 * H] = np.log(rng.uniform(1, T - 1, H))
        cell.b_h[:H] = -cell.b_h[H : 2 * H]
    else:
        cell = open_gate(cell, float(start.split()[1]))
    out = rnnlib.init_dense(H, 1, rng)
    out.b_y[:] = 1.0  # begin at the dull answer
    return Model(cell, out)


def reach(model, kind, T):
    """The gradient at the first input, compared with that at the last one."""
    dxs, _ = adding_gradients(
        *rnnlib.adding_problem(T, 64, np.random.default_rng(100)), model, kind
    )
    return np.linalg.norm(dxs[0]) / np.linalg.norm(dxs[-1])


print(
    "before training, T = 400     mean size of c_T   slope of its tanh   gradient, first input / last"
)
for start in STARTS:
    model = lstm_start(start, 400, np.random.default_rng(0))
    xs_add, _ = rnnlib.adding_problem(400, 64, np.random.default_rng(100))
    _, last, _ = rnnlib.lstm_forward(xs_add, LSTMState(*np.zeros((2, 64, 16))), model.cell)
    slope = np.mean(1 - np.tanh(last.c) ** 2)
    print(
        f"{start:<28} {np.abs(last.c).mean():>16.2f} {slope:>19.2f} {reach(model, 'LSTM', 400):>30.0e}"
    )

# %% [markdown]
# With the bias 1 the gradient is gone. With the bias 5 it arrives, but the cells have filled up: the tanh on the way out is at
# its ends, where its slope is small. Spread biases have neither trouble.
#
# **Now train them**, against the simple networks of unit 04: Adam, gradients clipped at length 1, 16 fresh examples for each
# update, about as many weights in all networks (16 units in an LSTM, 32 in a simple network). Each number is the error on 1,000
# new examples, from **three random starts** side by side (two for the longer tasks, to save time). The learning rates were chosen in advance from three for each kind. The
# rows come one after the other; it takes a while. (What fails at one length is not tried at a longer one, except for the best of unit 04.)

# %% tags=["nbval-ignore-output"]
UPDATES = {50: 400, 200: 240, 400: 240}


def train_adding(kind, start, T, seed):
    """Train one network: its error on new examples, and how far its gradient reached on the way."""
    rng = np.random.default_rng(seed)
    if kind == "LSTM":
        model = lstm_start(start, T, rng)
    else:
        W_hh = np.eye(32) if start == "identity" else rnnlib.orthogonal((32, 32), rng)
        model = Model(
            rnnlib.RNNParams(0.5 * rng.normal(size=(2, 32)), W_hh, np.zeros(32)),
            rnnlib.init_dense(32, 1, rng),
        )
        model.out.b_y[:] = 1.0
    # Half the digits are a little faster; gradients that explode on the way need all of them.
    dtype = np.float32 if kind == "LSTM" else np.float64
    model = model.astype(dtype)
    state, reached = rnnlib.adam_state(model), []
    for update in range(UPDATES[T] + 1):
        if T == 50 and update in (0, 50, 400):
            reached.append(reach(model, kind, T))
        xs, targets = rnnlib.adding_problem(T, 16, rng)
        _, grads = adding_gradients(xs.astype(dtype), targets.astype(dtype), model, kind)
        grads, _ = rnnlib.clip_grad_norm(grads, 1.0)
        rate = 0.03 if kind == "LSTM" else 0.005
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=rate)
    return adding_error(model, kind, T), reached


RUNS = {
    "RNN, tanh, orthogonal": ("tanh", "orthogonal", (50,)),
    "RNN, ReLU, identity": ("relu", "identity", (50, 200, 400)),
    "LSTM, forget bias 1": ("LSTM", "bias 1", (50, 200)),
    "LSTM, forget bias 5": ("LSTM", "bias 5", (50,)),
    "LSTM, spread biases": ("LSTM", "spread", (50, 200, 400)),
}
reached = {}
print("mean squared error       T = 50             T = 200      T = 400")
print("updates                  400                240          240")
print(f"always answering 1       {DULL:.3f}              {DULL:.3f}        {DULL:.3f}")
for name, (kind, start, lengths) in RUNS.items():
    row = f"{name:<25}"
    for T in lengths:
        results = [train_adding(kind, start, T, seed) for seed in range(3 if T == 50 else 2)]
        row += f"{' '.join(f'{error:.3f}' for error, _ in results):<{19 if T == 50 else 13}}"
        if T == 50:
            reached[name] = np.median([r for _, r in results], axis=0)
    print(row.rstrip(), flush=True)

# %% [markdown]
# **Read this honestly.**
# - With spread biases the LSTM learns the task at **400 steps**, from every start, to an error far below the dull 0.167. The value that
#   it needs is up to 399 steps old.
# - With the bias 1, a usual choice, it learns 50 steps and not 200 within this budget. It is the same network with other biases!
# - Opening the forget gate *alone*, with the bias 5, is not enough: from most starts it does not even learn 50 steps, because the cells
#   fill up. The input gate has to be nearly shut, too.
# - The ReLU network, the best of unit 04, is good at 50 and back at or near the dull answer beyond.
# - These are 240 updates. With more of them, rows that fail here may come further. And the spread biases were chosen with the length of
#   the task in mind: to know how long the memory must be is worth a lot.
#
# Does the gradient stay? In unit 04 it was there before training and gone after fifty updates. The gradient at the first input,
# compared with the last one, at $T = 50$ (the median of three starts):

# %% tags=["nbval-ignore-output"]
print("updates                       0         50        400")
for name, values in reached.items():
    print(f"{name:<25}" + "".join(f"{value:>10.0e}" for value in values))

# %% [markdown]
# The tanh network's gradient is gone after fifty updates and stays away, as in unit 04. In the LSTM with the bias 1 it goes as well,
# and then **comes back**: near events teach first, but the forget gates can learn to open, and once they do, the beginning is heard.
# With the bias 5 it is there at first, and goes while the network tries to learn. With spread biases it is there all the time.
#
# ## 5.13 Names, with your own LSTM
#
# Now your own functions, all of them: `lstm_forward` and `lstm_backward` train a network on the dinosaur names of unit 03. The
# training loop is that of unit 03; the library gives only the output layer, the loss and Adam.

# %%
forward, backward = working(lstm_forward), working(lstm_backward)
alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
V = len(alphabet)
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
test, held_out, training = names[:100], names[100:200], names[200:]


def as_batch(words):
    """Inputs (T, N, V), targets (T, N), and a mask (T, N) that is False behind a name's end."""
    ids, mask = rnnlib.pad([alphabet.encode(f".{word}.") for word in words])
    return rnnlib.one_hot(ids[:-1], V), ids[1:], mask[1:]


def names_loss(words, model, with_gradient=False):
    """The mean loss a letter; and its gradient for all weights."""
    xs, targets, mask = as_batch(words)
    zeros = np.zeros((len(words), len(model.out.W_hy)))
    hs, _, caches = forward(xs, LSTMState(zeros, zeros), model.cell)
    logits = rnnlib.output_step(hs, model.out)
    loss = rnnlib.cross_entropy(logits, targets, mask=mask)
    if not with_gradient:
        return loss
    dlogits = rnnlib.cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
    _, _, grads = backward(dhs, LSTMState(zeros, zeros), caches)
    return loss, Model(grads, grads_out)


# %% [markdown]
# First the test of unit 03: can it learn five names by heart? If not, something is wrong, and no long training will tell you what.

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(1)
untrained = Model(open_gate(rnnlib.init_lstm(V, 64, rng), 1.0), rnnlib.init_dense(64, V, rng))
model, state = untrained, rnnlib.adam_state(untrained)
print(f"first loss {names_loss(training, untrained):.2f}; log {V} = {np.log(V):.2f}")
for _ in range(100):
    loss, grads = names_loss(training[:5], model, with_gradient=True)
    model, state = rnnlib.adam_step(
        model, rnnlib.clip_grad_norm(grads, 1.0)[0], state, learning_rate=0.02
    )
print(f"five names, 100 updates: {loss:.2f}")

# %% [markdown]
# Now all 1,118 names. Every 25 updates we look at the names held out, and keep the best weights.

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(4)
model, state = untrained, rnnlib.adam_state(untrained)
losses, looks, best = [], {}, (np.inf, None)
for update in range(301):
    if update % 25 == 0:
        looks[update] = names_loss(held_out, model)
        best = min(best, (looks[update], update, model), key=lambda entry: entry[0])
    loss, grads = names_loss(rng.choice(training, 32, replace=False), model, with_gradient=True)
    model, state = rnnlib.adam_step(
        model, rnnlib.clip_grad_norm(grads, 1.0)[0], state, learning_rate=0.01
    )
    losses.append(loss)
_, when, network = best
show(
    plot_loss(losses, validation=looks),
    f"The loss of your LSTM falls from {losses[0]:.2f} to {np.mean(losses[-20:]):.2f} nats a letter in 300 updates; on the names "
    f"held out it is lowest, {best[0]:.2f}, after {when} updates.",
)


# %% [markdown]
# Is that good? Next to it stand tables (as in unit 01), and simple networks from the same loop: one with as many units, one with as
# many weights. The library trains them, and the LSTM from one more random start. (The learning rates are the best of four for each kind.)


# %% hidden=true tags=["nbval-ignore-output"]
def letters_loss(words, model, with_gradient=False):
    """The library's way to the same loss, for both kinds of cell; and its gradient for all weights."""
    xs, targets, mask = as_batch(words)
    zeros = np.zeros((len(words), len(model.out.W_hy)))
    is_lstm = isinstance(model.cell, LSTMParams)
    if is_lstm:
        hs, _, cache = rnnlib.lstm_forward(xs, (zeros, zeros), model.cell)
    else:
        hs, _, cache = rnnlib.rnn_forward(xs, zeros, model.cell)
    logits = rnnlib.output_step(hs, model.out)
    loss = rnnlib.cross_entropy(logits, targets, mask=mask)
    if not with_gradient:
        return loss
    dlogits = rnnlib.cross_entropy_backward(logits, targets, mask=mask)
    dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
    grads = (rnnlib.lstm_backward if is_lstm else rnnlib.rnn_backward)(dhs, None, cache)[2]
    return loss, Model(grads, grads_out)


def train_names(start_of, H, learning_rate, seed):
    """Train with the library; the loss on the test names where that on the names held out is lowest."""
    rng = np.random.default_rng(seed)
    model = Model(start_of(V, H, rng), rnnlib.init_dense(H, V, rng))
    state, best = rnnlib.adam_state(model), (np.inf, None)
    for update in range(301):
        if update % 25 == 0:
            best = min(best, (letters_loss(held_out, model), letters_loss(test, model)))
        _, grads = letters_loss(rng.choice(training, 32, replace=False), model, with_gradient=True)
        grads, _ = rnnlib.clip_grad_norm(grads, 1.0)
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=learning_rate)
    return best[1], model.cell.size


def letter_pairs(words):
    """All pairs (letter, next letter) in the words, as numbers."""
    ids = [alphabet.encode(f".{word}.") for word in words]
    return np.concatenate([np.stack([row[:-1], row[1:]]) for row in ids], axis=1)


counts = np.full((V, V), 0.5)  # half a count for pairs that never occur
np.add.at(counts, tuple(letter_pairs(training)), 1)
last_letter, next_letter = letter_pairs(test)
bigram = -np.mean(np.log((counts / counts.sum(axis=1, keepdims=True))[last_letter, next_letter]))
frequency = -np.mean(np.log((counts.sum(axis=0) / counts.sum())[next_letter]))
mine = names_loss(test, network)
print("100 test names, nats a letter                 weights of the cell")
print(f"letter frequencies          {frequency:.2f}")
print(f"the last letter (bigram)    {bigram:.2f}")
for words, start_of, units, rate, seeds in (
    ("simple network, 64 units", rnnlib.init_rnn, 64, 0.01, (1, 2)),
    ("simple network, 140 units", rnnlib.init_rnn, 140, 0.005, (1,)),
    ("LSTM, 64 units", rnnlib.init_lstm, 64, 0.01, (1,)),
):  # fmt: skip
    results = [train_names(start_of, units, rate, seed) for seed in seeds]
    row = " ".join(f"{error:.2f}" for error, _ in results)
    print(f"{words:<27} {row:<17} {results[0][1]:>19,}")
print(f"your LSTM, 64 units         {mine:.2f} {network.cell.size:>32,}")

# %% [markdown]
# **Read this honestly.** With the same number of updates the LSTM is ahead of the simple network by about a tenth of a nat, and a simple
# network with as many weights does not catch up. It also comes a little below the table of four letters from unit 03 (1.78 on the same
# names), though by no more than chance allows. What it costs: four times the weights at the same number of units, and several times the
# time for each update. And with 1,118 names every one of them begins to learn by heart soon.
#
# **What it writes**, at temperature 0.7 (section 3.10), one letter after the other, with your `lstm_step`:

# %% tags=["nbval-ignore-output"]
one_step = working(lstm_step)
rng, ids, state, written = (
    np.random.default_rng(5),
    np.zeros(12, int),
    LSTMState(*np.zeros((2, 12, 64))),
    [],
)
for _ in range(25):
    state, _ = one_step(rnnlib.one_hot(ids, V), state, network.cell)
    p = rnnlib.softmax(rnnlib.output_step(state.h, network.out) / 0.7)
    ids = np.array([rng.choice(V, p=row) for row in p])
    written.append(ids)
new = [alphabet.decode(row).partition(".")[0] for row in np.stack(written, axis=1)]
for k in range(0, 12, 4):
    print(
        "".join(f"{name + ('*' if name in names else ''):<20}" for name in new[k : k + 4]).rstrip()
    )
print("(* in the list)")

# %% [markdown]
# **What do the gates do while it reads?** A name that it was not trained on, letter by letter. We show the 14 units whose cell moves
# most. The cell's scale is its own: a cell is not bounded.

# %% tags=["nbval-ignore-output"]
word = "." + max(test, key=lambda name: (len(name) == 12, name))
_, _, caches = forward(
    as_batch([word[1:]])[0][: len(word)], LSTMState(*np.zeros((2, 1, 64))), network.cell
)
inside = {
    n: np.stack([getattr(cache, n)[0] for cache in caches]) for n in ("i", "f", "o", "c_next")
}
units = np.argsort(-inside["c_next"].std(axis=0))[:14]
show(
    plot_gates(
        {"input gate": inside["i"], "forget gate": inside["f"], "output gate": inside["o"]},
        word,
        cell=inside["c_next"],
        units=units,
    ),
    f"Heat maps of 14 units reading {word}: input, forget and output gates between 0 and 1, and the cell. On average over these "
    f"units the input gate is {inside['i'][:, units].mean():.2f}, the forget gate {inside['f'][:, units].mean():.2f}, the output "
    f"gate {inside['o'][:, units].mean():.2f}; the largest cell is {np.abs(inside['c_next'][:, units]).max():.1f} in size.",
)

# %% [markdown]
# Go along a row. Where the forget gate is dark and the input gate pale, the cell's colour goes on from letter to letter: it is
# kept. Where the input gate darkens, the cell takes something in. Columns in which many forget gates turn pale at once are places
# where the network lets go.
#
# One name is an anecdote. So we measure, over the hundred test names, and beside it for the **untrained** network: how open the
# forget gates are, in how many units they are nearly always open, and how well the best cell follows the place in the word.

# %% tags=["nbval-ignore-output"]
xs_test, _, mask = as_batch(test)
place = np.broadcast_to(np.arange(len(mask))[:, None], mask.shape)[mask]
print("                                     untrained   trained")
measured = []
for net in (untrained, network):
    _, _, caches = forward(xs_test, LSTMState(*np.zeros((2, 100, 64))), net.cell)
    f = np.stack([cache.f for cache in caches])[mask]
    c = np.stack([cache.c_next for cache in caches])[mask]
    along = np.abs(np.corrcoef(c.T, place)[-1, :-1]).max()
    often = f.mean(axis=0)
    measured.append((f.mean(), np.mean(often > 0.8), np.mean(often < 0.5), along))
for words, before, after in zip(
    ("mean forget gate", "share of units above 0.8", "share of units below 0.5", "best cell's |r| with the place"), *measured
):  # fmt: skip
    print(f"{words:<36} {before:>9.2f} {after:>9.2f}")

# %% [markdown]
# On average the forget gates have closed a little. But the units no longer agree: some keep nearly everything, others let go at
# nearly every letter. **Training has given them memories of different lengths**, out of gates that all began alike. And one cell now
# follows the place in the word closely; before training the best of 64 cells did so, too, but less well. (A cell that adds up whatever comes in
# is a clock of sorts from the start. Unit 01 said it: compare with the untrained network.)
#
# ## 5.14 Where it comes from
#
# > | year | what | who |
# > |---|---|---|
# > | 1991 | The problem: gradients vanish or explode, exponentially in the number of steps | S. Hochreiter, in his diploma thesis |
# > | 1997 | **LSTM**: a cell with $c_t = c_{t-1} + i \odot g$, the *constant error carousel*, with an input and an output gate. **No forget gate**, and a gradient that was cut off at the gates | S. Hochreiter and J. Schmidhuber |
# > | 2000 | **The forget gate.** Without it a cell that reads an endless stream fills up for ever; you saw it in 5.5 and 5.12 | F. Gers, J. Schmidhuber and F. Cummins |
# > | 2000, 2002 | **Peepholes**: gates that also see the cell, for precise timing | F. Gers and J. Schmidhuber; with N. Schraudolph |
# > | 2005 | The whole gradient through time, as you wrote it | A. Graves and J. Schmidhuber |
# > | 2015 | After a search through thousands of architectures: a forget bias of 1 is recommended for every LSTM | R. Jozefowicz, W. Zaremba and I. Sutskever |
# > | 2017 | Eight variants compared in 5,400 runs: none is clearly better than the plain one; the forget gate and the output's tanh matter most | K. Greff and others |
# >
# > **Peepholes.** In our cell the gates see $h$, what the cell has let out. Once the output gate is shut they no longer know what the
# > cell holds. A peephole adds one term to each gate's sum, with a weight for every unit:
# > $\; a_i \mathrel{+}= p_i \odot c_{t-1}, \quad a_f \mathrel{+}= p_f \odot c_{t-1}, \quad a_o \mathrel{+}= p_o \odot c_t$.
# > They help where intervals have to be timed exactly. PyTorch's and Keras's LSTM have none, and neither has ours.
#
# ## Summary
#
# - A cell is added to, not replaced: $c_t = f \odot c_{t-1} + i \odot g$, $\ h_t = o \odot \tanh(c_t)$.
# - Back along the cell the gradient is multiplied by the forget gate, and by nothing else. $f$ near 1 keeps it; $f = 0.5$ loses it
#   faster than a simple network does.
# - Each gate has one job: what comes in, what stays, what goes out. A gate that is stuck breaks just that.
# - Backward the cell has two ways to the loss, through $h_t$ and through $c_{t+1}$. They are added.
# - Gradients along other ways, through the gates, can still explode: clip.
# - Biases decide how long the memory is before training. A long memory needs open forget gates **and** input gates that are nearly
#   shut.
# - On names it was a little better than simple networks, also than one with as many weights; each update costs more.
#
# **Next:** can it be done with fewer gates? Unit 06 writes the GRU.
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
#   Neural Networks and Learning Systems 28 (2017), 2222–2232.
# - C. Tallec, Y. Ollivier, *Can recurrent neural networks warp time?*, ICLR (2018): spread biases.
# - Data: names of dinosaur genera from the npm package `dinosaurs` 1.2.1 (see `rnnlib/data/LICENSES.md`).
