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
# # 6 The GRU
#
# The LSTM remembers because its cell is *added to* and not multiplied by a matrix at every step. It pays for that with two
# states and four blocks of weights. Can one have the same for less? The **gated recurrent unit** (Cho and others, 2014) has
# one state, two gates and three blocks. You write it forward in five short functions, find out what it saves and what it
# costs, and then derive its whole backward pass on your own.
#
# **At the end you can**
# - say what the update gate and the reset gate do, and set them by hand so that a unit holds a number;
# - write both published forms of the candidate, and tell them apart by a test;
# - read a paper or a library whose z means the opposite, and carry the weights over;
# - compare two kinds of network fairly: same budget, several starts, a baseline, and a control;
# - derive a backward pass over a sequence from the forward equations alone.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01, 02 and 04; from unit 05 how an LSTM goes backward: you will do the same here |
# | **Points** | 20: six short functions (12), an open task (7) and two questions (1) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import GRUCache, GRUParams, GRUStepCache, sigmoid
from rnnlib.adding_models import ALWAYS_ONE, adding_error, adding_gradients
from rnnlib.cell_models import CellModel, train, units_for
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.letter_models import letter_batch, letter_gradients, letter_loss
from rnnlib.plotting import LiveFigure, plot_loss, plot_traces, show
from rnnlib.plotting.gru import draw_gru_cell

# %% [markdown]
# ## 6.1 A mixture of the old and the new
#
# **The idea.** A simple network makes a *new* state at every step and throws the old one away. A GRU makes only a
# proposal for a new state, the **candidate** $n$, and then mixes the two. For each unit, the **update gate** $z$, a number
# between 0 and 1, says how much of the old state stays:
#
# $$h_t = (1 - z) \cdot n + z \cdot h_{t-1}$$
#
# With $z = 1$ the state stays as it is, to the last digit. With $z = 0$ it is replaced. (The dot is the product entry by
# entry, `*` in NumPy.) The second gate, the **reset gate** $r$, decides how much of the past the candidate gets to hear.

# %% hidden=true
show(
    draw_gru_cell(),
    "A GRU cell. The old state h_t-1 goes along the top and is multiplied by z: that much of it is kept. Below, the input "
    "x_t and what is heard of the old state, q, multiplied by the reset gate r, make the candidate n; 1 - z of it is taken. "
    "Both are added, and the sum is h_t. Both gates look at x_t and at h_t-1.",
)

# %% [markdown]
# *Figure 6.1. One step of a GRU. (The letter $q$ is explained in section 6.3.)*
#
# The upper path is the point. Only one factor lies on it: no matrix, no tanh. In unit 04 a gradient vanished because each
# step multiplied it by $W_{hh}$ and by slopes. Here a part of it comes back multiplied by $z$ alone. What does $z$ mean for
# a memory?

# %%
print("bias of z   z = sigma(bias)   kept after 10 steps   after 100   steps until half is left")
for bias in (0, 1, 2, 4, 6):
    z = sigmoid(float(bias))
    half = np.log(0.5) / np.log(z)
    print(f"{bias:>9} {z:>17.4f} {z**10:>21.4f} {z**100:>11.4f} {half:>26.0f}")

# %% [markdown]
# A gate that stands at 1/2, which is where an untrained one stands, has forgotten nearly everything after ten steps. **A GRU
# is able to remember; it does not do so by itself.** Its gates have to be near 1, by training or by their bias.
#
# **Question 1.** A unit has the state 0.8, the candidate is −0.4, and $z = 0.75$. What is the new state?

# %% answer="gru_mixture"
answer_gru_mixture = None  # your answer: a number
### BEGIN SOLUTION
answer_gru_mixture = 0.5
### END SOLUTION

# %%
check_answer("gru_mixture", answer_gru_mixture)

# %% grade_answer="gru_mixture" points=0.5

# %% [markdown]
# ## 6.2 The gates
#
# **The idea.** A gate is a small layer of its own: it looks at the input and at the old state, and a sigmoid makes a number
# between 0 and 1 of each sum.
#
# $$r = \sigma(x_t W_{xr} + h_{t-1} W_{hr} + b_r) \qquad z = \sigma(x_t W_{xz} + h_{t-1} W_{hz} + b_z)$$
#
# The weights of r, z and the candidate n stand **side by side** in one array, H columns each, in this order.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$, $h_{t-1}$ | `x`, `h` | (N, D), (N, H) | the input; the state before the step |
# | $W_{xr}, W_{xz}, W_{xn}$ | `params.W_xh` | (D, 3H) | from the input: columns 0 to H−1, H to 2H−1, 2H to 3H−1 |
# | $W_{hr}, W_{hz}, W_{hn}$ | `params.W_hh` | (H, 3H) | from the state, the same three blocks |
# | $b_r, b_z, b_n$ | `params.b_h` | (3H,) | the biases, three parts |
# | $r, z$ | `r`, `z` | (N, H) | reset gate, update gate |
#
# On paper: if the sums for one unit are $0$ for r and $\log 3 \approx 1.0986$ for z, then $r = 1/2$ and $z = 3/4$.
#
# **Your turn.** `sigmoid` is given. `A[:, H:2*H]` is the second block of the columns of `A`.


# %% exercise="gru_gates"
def gru_gates(x, h, params):
    """The two gates of a GRU.

    x: (N, D) input.  h: (N, H) state before.
    params: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), blocks r, z, n.
    Returns r: (N, H), reset gate; z: (N, H), update gate.
    """
    ### BEGIN SOLUTION
    H = h.shape[1]
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    r = sigmoid(a[:, :H])
    z = sigmoid(a[:, H : 2 * H])
    return r, z
    ### END SOLUTION


# %%
check(gru_gates)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# One sum for all columns at once, of shape (N, 3H). Its last third belongs to the candidate; you do not need it here.
# </details>
# <details><summary><b>Hint 2</b>: taking it apart</summary>
#
# H is the number of columns of `h`. A colon in front says: all rows.
# </details>

# %% grade="gru_gates" points=2.5

# %% [markdown]
# ## 6.3 The candidate, twice
#
# **The idea.** The candidate is made as in a simple network, tanh of input plus past, but the past is heard through the
# reset gate. With $r = 0$ the candidate is made as if there were no past: good for a new beginning. There are two ways to
# write that. Both are published, both are called GRU, and they are **not the same function**.
#
# **After the product** (PyTorch, Keras, cuDNN, and the default here): the product with $W_{hn}$ is taken first, and has a
# bias $b_{hn}$ of its own; then the gate.
#
# $$q = h_{t-1} W_{hn} + b_{hn} \qquad n = \tanh(x_t W_{xn} + b_n + r \cdot q)$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $r$ | `r` | (N, H) | the reset gate, from `gru_gates` |
# | $W_{xn}, W_{hn}$ | the **last** H columns of `params.W_xh`, `params.W_hh` | (D, H), (H, H) | weights of the candidate |
# | $b_n$ | the last H numbers of `params.b_h` | (H,) | bias, outside of the gate |
# | $b_{hn}$ | `params.b_hn` | (H,) | bias, inside of the gate |
# | $q$ | `q` | (N, H) | what comes from the state, *before* the gate |
# | $n$ | `n` | (N, H) | the candidate |
#
# On paper, with one number each: $x_t W_{xn} + b_n = 0.3$, $q = -0.4$ and $r = 0.5$ give $n = \tanh(0.1) \approx 0.0997$.
#
# **Your turn.** Return q as well: the backward pass needs it.


# %% exercise="gru_candidate"
def gru_candidate(x, h, r, params):
    """The candidate, with the reset gate after the product.

    x: (N, D).  h: (N, H).  r: (N, H) reset gate.
    params: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), b_hn (H,).
    Returns n: (N, H), the candidate; q: (N, H), what r multiplies.
    """
    ### BEGIN SOLUTION
    H = h.shape[1]
    W_xn, W_hn, b_n = params.W_xh[:, 2 * H :], params.W_hh[:, 2 * H :], params.b_h[2 * H :]
    q = h @ W_hn + params.b_hn
    n = np.tanh(x @ W_xn + b_n + r * q)
    return n, q
    ### END SOLUTION


# %%
check(gru_candidate)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Name the last blocks first; then the two equations are one line each. Mind that Python reads `r * h @ W` from the left,
# which is the *other* form.
# </details>

# %% grade="gru_candidate" points=2.5

# %% [markdown]
# **Before the product** (the paper that brought the GRU): the gate acts on the state itself, and then comes the product.
# There is no $b_{hn}$.
#
# $$q = (r \cdot h_{t-1})\, W_{hn} \qquad n = \tanh(x_t W_{xn} + b_n + q)$$
#
# **Your turn:** the same again, with the gate in the other place.


# %% exercise="gru_candidate_before"
def gru_candidate_before(x, h, r, params):
    """The candidate, with the reset gate before the product.

    x: (N, D).  h: (N, H).  r: (N, H) reset gate.
    params: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,).
    Returns n: (N, H), the candidate; q: (N, H), the product of what is left of h.
    """
    ### BEGIN SOLUTION
    H = h.shape[1]
    W_xn, W_hn, b_n = params.W_xh[:, 2 * H :], params.W_hh[:, 2 * H :], params.b_h[2 * H :]
    q = (r * h) @ W_hn
    n = np.tanh(x @ W_xn + b_n + q)
    return n, q
    ### END SOLUTION


# %%
check(gru_candidate_before)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Only two lines of your `gru_candidate` change. Which of them still knows r?
# </details>

# %% grade="gru_candidate_before" points=2

# %% [markdown]
# **Try it: a test that tells them apart.** Two units, and weights that you can follow with a pencil: each unit listens to
# the *other* one alone, $W_{hn} = \begin{pmatrix} 0 & 1 \\ 1 & 0 \end{pmatrix}$; there is no input and no bias. The state is
# $(0.5,\ {-0.8})$, and the reset gate is shut for unit 0 and open for unit 1: $r = (0, 1)$. **Predict** the two candidates
# before you run the cell.

# %%
after, before = working(gru_candidate), working(gru_candidate_before)
two = GRUParams(np.zeros((1, 6)), np.zeros((2, 6)), np.zeros(6), np.zeros(2))
two.W_hh[:, 4:] = [[0, 1], [1, 0]]
no_input, state, r = np.zeros((1, 1)), np.array([[0.5, -0.8]]), np.array([[0.0, 1.0]])
print("               unit 0   unit 1")
for name, candidate in (("reset after ", after), ("reset before", before)):
    n, _ = candidate(no_input, state, r, two)
    print(f"{name} {n[0, 0]:>9.3f} {n[0, 1]:>8.3f}")

# %% [markdown]
# **After** the product a shut gate makes its unit *deaf*: unit 0's candidate hears nothing. **Before** the product it makes
# its unit *mute*: nobody's candidate hears unit 0. So a network trained in one form does not work in the other. With the
# *same* r for all units the two agree, because a common factor may stand on either side of a product: a test with constant
# gates would not notice the difference. Why are there two? *After*, all three products with $h_{t-1}$ can be taken at
# once; *before*, the third has to wait for r.
#
# ## 6.4 One step
#
# **The idea.** Gates, candidate, mixture: the three pieces in this order.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `reset` | `"after"` or `"before"` | which candidate |
# | $h_t$ | `h_next` | (N, H) | the state after the step, $(1 - z) \cdot n + z \cdot h_{t-1}$ |
# | | `cache` | `GRUStepCache(x, h, r, z, n, q, params, reset)` | everything that the step has used and made; `h` is the state *before* it |
#
# **Your turn.** Use your three functions. The last line is given; it needs `h_next`, `r`, `z`, `n` and `q`.


# %% exercise="gru_step"
def gru_step(x, h, params, *, reset="after"):
    """One step of a GRU.

    x: (N, D).  h: (N, H) state before.  params: GRUParams.  reset: "after" or "before".
    Returns h_next: (N, H), the state after; cache: GRUStepCache, for the backward pass.
    """
    ### BEGIN SOLUTION
    r, z = gru_gates(x, h, params)
    if reset == "after":
        n, q = gru_candidate(x, h, r, params)
    else:
        n, q = gru_candidate_before(x, h, r, params)
    h_next = (1 - z) * n + z * h
    ### END SOLUTION
    return h_next, GRUStepCache(x, h, r, z, n, q, params, reset)


# %%
check(gru_step)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Both candidates return two values, and take the same arguments. The mixture is the same for both.
# </details>

# %% grade="gru_step" points=2

# %% [markdown]
# ## 6.5 A whole sequence
#
# **The idea** is that of unit 01: begin with $h_0$, take a step for each input, hand the state on.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, N, D) | the inputs |
# | $h_0$ | `h0` | (N, H) | the state before the first step |
# | $h_1 \dots h_T$ | `hs` | (T, N, H) | the state after each step |
# | | `steps` | a list of T caches | what `gru_step` returned as its second value |
# | | `GRUCache` | | the same as arrays: `cache.gates` is (T, 3, N, H), with r, z, n; `cache.qs` is (T, N, H) |
#
# **Your turn.** The last lines are given. They pack everything into one cache, and they need your `hs` (an array), `h` (the
# last state) and `steps` (a list).


# %% exercise="gru_forward"
def gru_forward(xs, h0, params, *, reset="after"):
    """Read a whole sequence with a GRU.

    xs: (T, N, D).  h0: (N, H).  params: GRUParams.  reset: handed on to gru_step.
    Returns hs: (T, N, H), the state after every step; h: (N, H), the last one; and a GRUCache.
    """
    ### BEGIN SOLUTION
    h, states, steps = h0, [], []
    for x in xs:
        h, step = gru_step(x, h, params, reset=reset)
        states.append(h)
        steps.append(step)
    hs = np.stack(states)
    ### END SOLUTION
    gates = np.stack([[step.r, step.z, step.n] for step in steps])
    qs = np.stack([step.q for step in steps])
    return hs, h, GRUCache(xs, h0, hs, gates, qs, params, None, reset)


# %%
check(gru_forward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# The new state takes the old one's place, and two lists grow by one entry each. `np.stack` makes an array of a list.
# </details>

# %% grade="gru_forward" points=2

# %% [markdown]
# **Try it: a unit that holds a number.** The latch of unit 01 held one *bit*. A GRU unit can hold *any* number between −1
# and 1. We set its weights by hand. Two inputs: a value, and a mark that says "this one". With the mark, z is nearly 0 and
# the candidate, tanh of the value, is taken. Without it, z is nearly 1.

# %%
forward = working(gru_forward)
holder = GRUParams(  # columns: r, z, n
    W_xh=[[0, 0, 1], [0, -20, 0]],  # the value goes to n; the mark shuts z
    W_hh=[[0, 0, 0]],
    b_h=[0, 10, 0],
    b_hn=[0],
)
values, marked = np.random.default_rng(4).uniform(-1, 1, 70), np.array([5, 27, 48])
xs = np.zeros((70, 1, 2))
xs[:, 0, 0] = values
xs[marked, 0, 1] = 1
hs, _, _ = forward(xs, np.zeros((1, 1)), holder)
show(
    plot_traces(
        {"input": values, "held": hs[:, 0, 0]},
        xlabel="step",
        ylabel="value",
        events={"mark": marked},
    ),
    "The input jumps about at random. At the three marks the unit takes over tanh of the value and keeps it until the next.",
)
latch = rnnlib.RNNParams(W_xh=[[1.0], [0.0]], W_hh=[[3.0]], b_h=[0.0])
quiet, push = np.zeros((100, 1, 2)), 1e-3
print("what is left of a push of 0.001 after 100 steps")
for name, run, cell, h in (
    ("latch (tanh, w = 3)", rnnlib.rnn_forward, latch, 0.995),
    ("GRU unit, z bias 10", forward, holder, 0.6),
):
    (one, *_), (other, *_) = (run(quiet, np.array([[start]]), cell) for start in (h, h + push))
    print(f"{name:<22} {abs(other[-1, 0, 0] - one[-1, 0, 0]) / push:8.0%}")

# %% [markdown]
# *Figure 6.2. A unit with weights set by hand takes a value at each mark and holds it.*
#
# In unit 04 a tanh unit that stores a bit safely had lost its gradient: a little push had no effect on what it held. The
# GRU unit **holds a value and passes its gradient on**. It can do both because holding, here, means doing nothing.
#
# ## 6.6 Whose z is it?
#
# **The trap.** In this course, $z = 1$ means *keep*. In other places $z = 1$ means *replace*. Both are called "the update
# gate", and if you mix them up, nothing fails: the loaded weights just give nonsense.
#
# | | gate blocks stored as | $z = 1$ means | reset |
# |---|---|---|---|
# | this course; PyTorch `nn.GRU` | r, z, n | keep | after |
# | Keras `GRU` (default) | z, r, h | keep | after |
# | ONNX `GRU` (default) | z, r, h | keep | before |
# | Cho et al. 2014 | separate matrices | keep | before |
# | D2L | separate matrices z, r, h | keep | before |
# | Chung et al. 2014; Bahdanau et al. 2015 | separate matrices | **replace** | before |
# | deeplearning.ai | separate matrices u, r, c (u is z) | **replace** | before |
#
# **The remedy.** If somebody's z is $1 - z$ here, no data is lost: because $\sigma(-a) = 1 - \sigma(a)$, it is enough to
# change the sign of the sum that goes into the sigmoid. That means every weight and bias that leads to z.
#
# **Your turn.** Make a new group; do not write into the old one (`params.copy()` gives a copy to write into). `b_hn` belongs
# to the candidate and stays. (Before you begin: if a paper writes $h_t = (1 - z)\,h_{t-1} + z\,\tilde h_t$ and you want a
# long memory from the first update on, where should the bias of z begin?)


# %% exercise="swap_update_gate"
def swap_update_gate(params):
    """Weights for which z becomes 1 - z, everything else being the same.

    params: GRUParams, columns r, z, n: W_xh (D, 3H), W_hh (H, 3H), b_h (3H,), b_hn (H,).
    Returns a new GRUParams.
    """
    ### BEGIN SOLUTION
    H = len(params.b_hn)
    swapped = params.copy()
    for array in (swapped.W_xh, swapped.W_hh, swapped.b_h):
        array[..., H : 2 * H] *= -1
    return swapped
    ### END SOLUTION


# %%
check(swap_update_gate)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# One block of columns, in three arrays. H is `len(params.b_hn)`; `b_h` has one axis only.
# </details>

# %% grade="swap_update_gate" points=1

# %% [markdown]
# (In that paper's notation the bias should begin well *below* 0.) Do not trust a table, though: **when you carry weights
# over, compare the outputs on random numbers, with all biases and $h_0$ different from zero.** Section 6.12 does it for
# PyTorch and for each row of the table.
#
# ## 6.7 What it costs
#
# | | blocks | parameters |
# |---|---|---|
# | RNN | 1 | $DH + H^2 + H$ |
# | GRU | 3 | $3\,(DH + H^2 + H) + H$ |
# | LSTM | 4 | $4\,(DH + H^2 + H)$ |
#
# **Question 2.** How many parameters has the cell of a GRU with $D = 27$ inputs and $H = 100$ units, in the form of this
# course?

# %% answer="gru_weights"
answer_gru_weights = None  # your answer: a number
### BEGIN SOLUTION
answer_gru_weights = 38_500
### END SOLUTION

# %%
check_answer("gru_weights", answer_gru_weights)

# %% grade_answer="gru_weights" points=0.5

# %% [markdown]
# Time, at the same $H$, as a ratio to the simple network: processor time, forward and backward through 100 steps of 32
# examples in the library, whose cells are written with the same care. (Other machines and libraries give other ratios.)

# %% tags=["nbval-ignore-output"]
import timeit
from time import process_time

from rnnlib.cells import cell_of

INIT = {"RNN": rnnlib.init_rnn, "GRU": rnnlib.init_gru, "LSTM": rnnlib.init_lstm}
xs, dhs = np.random.default_rng(1).normal(size=(2, 100, 32, 64))
took = {}
for kind, init in INIT.items():
    params = init(64, 64, np.random.default_rng(0))
    cell = cell_of(params)
    state0 = cell.zero_state(params, 32)

    def both(cell=cell, state0=state0, params=params):
        """Forward and backward."""
        return cell.backward(dhs, None, cell.forward(xs, state0, params)[2])

    took[kind] = min(timeit.repeat(both, timer=process_time, number=2, repeat=5))
    print(
        f"{kind:<5} {params.size:>7,} parameters   {took[kind] / took['RNN']:>5.1f} times the RNN's time"
    )

# %% [markdown]
# The GRU has three quarters of the LSTM's parameters. In time the two are closer, and both take several times as long as
# the simple network.
#
# ## 6.8 The same budget, the same task
#
# Which one is better? One training of each would tell next to nothing: another random start gives another number. So: **the
# same number of parameters** (about 1,700 with the output layer, so the units differ), the same batches, the same learning
# rate, and **five starts** each. The task is the adding problem with $T = 25$; the baseline, always answering 1, has the
# error 0.167. We count the updates until the error on 500 new examples is below 0.02.
#
# If one of them is ahead, is it because of its form or because of how its gates begin? An LSTM begins with $f = 0.73$ and
# $i = 0.5$, a GRU with $z = 0.5$. So there are **controls**: a GRU that begins with $z = 0.88$ (bias 2), and an LSTM that
# begins with the same mixture, $f = 0.88$ and $i = 1 - 0.88$ (biases 2 and −2).

# %% tags=["nbval-ignore-output"]
EXAM = rnnlib.adding_problem(25, 500, np.random.default_rng(999))
UNITS = {kind: units_for(init, 1700, 2, 1) for kind, init in INIT.items()}
print("units:", UNITS)


def updates_needed(kind, seed, biases=(), **options):
    """After how many of 300 updates the error is below 0.02; "never" if it is not."""
    rng, data, H = np.random.default_rng(seed), np.random.default_rng(1000 + seed), UNITS[kind]
    model = CellModel(INIT[kind](2, H, rng), rnnlib.init_dense(H, 1, rng))
    model.out.b_y[:] = 1.0  # begin at the baseline
    for block, bias in biases:
        model.cell.b_h[block * H : (block + 1) * H] = bias
    errors = []

    def gradients(model):
        loss, _, grads = adding_gradients(model, *rnnlib.adding_problem(25, 16, data), **options)
        return loss, grads

    def look(update, model, losses):
        errors.append(adding_error(model, *EXAM, **options))
        return errors[-1] < 0.02

    train(model, gradients, 300, 0.02, look=look)
    return str(25 * (len(errors) - 1)) if errors[-1] < 0.02 else "never"


print("updates until the error is below 0.02, five starts")
for words, kind, biases in (
    ("RNN", "RNN", ()), ("LSTM, f 1", "LSTM", ()), ("LSTM, f 2, i -2", "LSTM", ((0, -2), (1, 2))),
    ("GRU, z 0", "GRU", ()), ("GRU, z 2", "GRU", ((1, 2),)),
):  # fmt: skip
    print(f"{words:<18}", end="", flush=True)
    for seed in range(5):
        print(f"{updates_needed(kind, seed, biases):>7}", end="", flush=True)
    print()

# %% [markdown]
# - **The RNN learns nothing** from any start. That is the large difference, and it is between gates and no gates.
# - **The GRU is there earlier than the usual LSTM**, but look at the control: an LSTM that begins with $f = 0.88$ and
#   $i = 0.12$ catches up with the usual GRU. So a good part of the lead is how the gates *begin*.
# - Compared at the same mixture, $z = 0.88$ against $f = 0.88$ and $i = 0.12$, the GRU still needs fewer updates.
#
# Each of these sentences would have been another with one row less. "The GRU learns faster than the LSTM" is true of the
# first LSTM row, and most of it goes away with two biases.
#
# These sentences are about this task. Where the new state must be worked out from the old one (a grammar, a game), things
# may be different.
#
# ## 6.9 Names: all results on one page
#
# Units 01, 03, 05 and this one measure losses on the dinosaur names, and the numbers do not agree. They cannot: networks of
# different sizes were trained for different numbers of updates, and a loss on the **held-out** names that chose the best
# update is a little too good, while one on the **test** names is not. Here everything is under one protocol: 1,118 training
# names, 300 updates of 32 names, every 25 updates a look at 100 held-out names, the best of these weights tried on 100 test
# names. Two starts each; learning rates that were the best of four for each kind. First in the table, without any network,
# the counts of letter pairs (the bigram).

# %% tags=["nbval-ignore-output"]
alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
test, held_out = letter_batch(names[:100], alphabet), letter_batch(names[100:200], alphabet)
training = names[200:]


def learn_names(init, H, rate, seed):
    """The lowest loss on held-out names, and that on the test names at the same update."""
    rng, best = np.random.default_rng(seed), (np.inf, np.inf)
    start = CellModel(init(27, H, rng), rnnlib.init_dense(H, 27, rng))

    def gradients(model):
        words = [str(word) for word in rng.choice(training, 32, replace=False)]
        return letter_gradients(model, *letter_batch(words, alphabet))

    def look(update, model, losses):
        nonlocal best
        best = min(best, (letter_loss(model, *held_out), letter_loss(model, *test)))

    train(start, gradients, 300, rate, look=look)
    return best


xs, targets, mask = letter_batch(training, alphabet)
pairs = np.full((27, 27), 0.5)  # half a count for pairs that never occur
np.add.at(pairs, (xs.argmax(axis=2)[mask], targets[mask]), 1)
log_p = np.log(pairs / pairs.sum(axis=1, keepdims=True))
row = [-np.mean(log_p[xs.argmax(axis=2)[m], y[m]]) for xs, y, m in (held_out, test)]
print("nats a letter         weights   held out, best      test")
print(f"bigram              {pairs.size:>9,}   {row[0]:.2f}               {row[1]:.2f}")
for words, init, H, rate in (
    ("RNN, 64 units", rnnlib.init_rnn, 64, 0.01),
    ("RNN, 140 units", rnnlib.init_rnn, 140, 0.005),
    ("GRU, 74 units", rnnlib.init_gru, 74, 0.01),
    ("LSTM, 64 units", rnnlib.init_lstm, 64, 0.01),
):
    size = init(27, H, np.random.default_rng(0)).size
    print(f"{words:<20}{size:>9,}   ", end="", flush=True)
    results = []
    for seed in (1, 2):
        results.append(learn_names(init, H, rate, seed))
        print(f"{results[-1][0]:.2f} ", end="", flush=True)
    print("         " + " ".join(f"{on_test:.2f}" for _, on_test in results))

# %% [markdown]
# Three things explain why the units print different numbers:
# - **The column.** The same simple network has about 1.78 on the held-out names, which chose its best update, and about 1.85
#   on the test names. Unit 03's figure shows the first kind of number, tables of test losses the second.
# - **The names.** A hundred names are few. Other names, another split, and all numbers move together by several hundredths.
# - **Size and updates.** With more weights overfitting begins earlier: 140 units are no better here than 64.
#
# Within one column the order is clear: counts of pairs, simple networks, gated networks. On the held-out names the gated
# networks are ahead by less than a tenth of a nat, on these test names by about a tenth; **GRU and LSTM do not differ** by
# more than the starts and the choice of the names do. Names are short, and the last few letters say most of what can be
# known, so a long memory is worth little.
#
# ## 6.10 Open task: the whole backward pass
#
# In unit 05 you took the LSTM's backward pass apart into pieces that somebody had chosen for you. Here is the GRU once more,
# in the form *after*, and nothing else:
#
# $$r = \sigma(x_t W_{xr} + h_{t-1} W_{hr} + b_r) \qquad z = \sigma(x_t W_{xz} + h_{t-1} W_{hz} + b_z) \qquad
# q = h_{t-1} W_{hn} + b_{hn}$$
#
# $$n = \tanh(x_t W_{xn} + b_n + r \cdot q) \qquad h_t = (1 - z) \cdot n + z \cdot h_{t-1}$$
#
# The step is a chain of small things. Going back, we meet them in reverse order:

# %% hidden=true
show(
    draw_gru_cell(backward=True),
    "The same cell with all arrows reversed. dh_t comes in on the right and is split: times z along the direct path to "
    "h_t-1; times 1 - z to the candidate n, where it meets 1 - n squared; into the gate z times h_t-1 and times -n. From n it "
    "goes to x_t through W_xn transposed, to r times q, and times r and through W_hn transposed to h_t-1. From the sums of "
    "both gates, da_r and da_z, it goes on to x_t and to h_t-1.",
)

# %% [markdown]
# *Figure 6.3. The paths of a gradient through one step. ($da_r$ and $da_z$ belong to the sums inside the sigmoids.)*
#
# **Write the backward pass over a sequence**, with the loss at every step in `dhs` and a loss on the final state in `dh`.
# Write as many functions in the cell as you like.
#
# | | shape | |
# |---|---|---|
# | `dhs`; `dh` | (T, N, H); (N, H) | $\partial L_t / \partial h_t$; $\partial L / \partial h_T$ |
# | `cache.xs`, `.h0`, `.hs`, `.params` | | inputs, first state, states *after* each step, weights |
# | `cache.gates`; `cache.qs` | (T, 3, N, H); (T, N, H) | r, z, n of each step; q of each step |
# | returned: `dxs`; `dh0`; `grads` | as `cache.xs`; `cache.h0`; a `GRUParams` | in this order |
#
# Count the paths before you write: in how many ways does $h_{t-1}$ act on $h_t$? Check yourself with
# `rnnlib.numerical_gradient`, as in section 5.9: it tells you which of the gradients is wrong.


# %% exercise="gru_backward" minutes=35
def gru_backward(dhs, dh, cache):
    """Back-propagation through time for a GRU.

    dhs: (T, N, H).  dh: (N, H).  cache: GRUCache from gru_forward (reset after the product).
    Returns dxs: (T, N, D); dh0: (N, H); grads: GRUParams.
    """
    ### BEGIN SOLUTION
    xs, h0, hs, gates, qs, params, *_ = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h = hs[t - 1] if t > 0 else h0
        (r, z, n), q = gates[t], qs[t]
        dh = dh + dhs[t]
        # Through the mixture and the activations, to the sums.
        da_n = dh * (1 - z) * (1 - n**2)
        da_z = dh * (h - n) * z * (1 - z)
        da_r = da_n * q * r * (1 - r)
        dq = da_n * r
        # Through the products; the reset gate stands between W_hn and the tanh.
        da = np.concatenate([da_r, da_z, da_n], axis=1)
        da_h = np.concatenate([da_r, da_z, dq], axis=1)
        dxs[t] = da @ params.W_xh.T
        dh = dh * z + da_h @ params.W_hh.T
        step = GRUParams(xs[t].T @ da, h.T @ da_h, da.sum(axis=0), dq.sum(axis=0))
        grads = grads.map(np.add, step)
    return dxs, dh, grads
    ### END SOLUTION


# %%
check(gru_backward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Go from the right of the figure to the left, and write down what arrives at each of the three sums before you multiply by
# any matrix. The products with the input and those with the state do not get the same three blocks.
# </details>

# %% grade="gru_backward" points=7

# %% [markdown]
# **Your own GRU learns.** The adding problem with 20 steps; everything that runs forward and backward in time is yours. Watch
# it leave the baseline, and then look at the update gates.

# %% tags=["nbval-ignore-output"]
passes, T, H = (working(gru_forward), working(gru_backward)), 20, 22
rng, live = np.random.default_rng(0), LiveFigure()
start = CellModel(rnnlib.init_gru(2, H, rng), rnnlib.init_dense(H, 1, rng))
start.out.b_y[:] = 1.0  # begin at the baseline


def own_gradients(model):
    """Loss and gradients on 16 fresh examples."""
    loss, _, grads = adding_gradients(model, *rnnlib.adding_problem(T, 16, rng), passes=passes)
    return loss, grads


def watch(update, model, losses):
    """The loss so far, beside the baseline."""
    last = np.mean(losses[-50:]) if losses else ALWAYS_ONE
    figure = plot_loss(
        losses or [ALWAYS_ONE], baseline=ALWAYS_ONE, baseline_label="always answering 1"
    )
    figure.axes[0].set_ylabel("squared error")
    live.show(
        figure,
        f"After {update} updates the mean of the last errors is {last:.3f}; the baseline has 0.167.",
    )


trained, losses = train(start, own_gradients, 250, 0.02, look=watch)
print(
    f"mean error of the last 50 updates: {np.mean(losses[-50:]):.3f}; the baseline has {ALWAYS_ONE:.3f}"
)
print("            mean z, no mark   mean z at a mark   gradient left at h_0")
for words, model in (("untrained", start), ("trained", trained)):
    xs, _ = rnnlib.adding_problem(T, 300, np.random.default_rng(1))
    hs, h, cache = passes[0](xs, np.zeros((300, H)), model.cell)
    dh = np.random.default_rng(2).normal(size=h.shape)
    _, dh0, _ = passes[1](np.zeros_like(hs), dh, cache)
    marked, z = xs[:, :, 1] == 1, cache.gates[:, 1]
    left = np.linalg.norm(dh0) / np.linalg.norm(dh)
    print(f"{words:<9} {z[~marked].mean():>17.2f} {z[marked].mean():>18.2f} {left:>22.0e}")

# %% [markdown]
# *Figure 6.4. The error of your GRU on fresh examples during training.*
#
# Training has **opened** z where nothing is marked, and at a mark it stands lower, so that something new comes in. With
# that, a gradient at the end reaches the beginning. Nobody told it to; it follows from the loss.
#
# ## 6.11 Summary
#
# - A GRU mixes: $h_t = (1 - z) \cdot n + z \cdot h_{t-1}$. With z near 1 the state and its gradient pass unchanged.
# - The reset gate decides what the candidate hears of the past. After the product it makes a unit deaf, before the product
#   mute: two different functions with the same name.
# - Gates at 1/2 forget within ten steps. Memory comes from gates near 1, by training or by their bias.
# - Three blocks of weights instead of four. How the gates begin matters as much as the kind of cell; the large difference is
#   between gates and no gates.
# - z, the order of the blocks and the place of the reset differ between libraries. Compare outputs on random numbers.
#
# **Next:** unit 07 stacks cells, runs them in both directions, and deals with sequences of different lengths.
#
# ## 6.12 Going further
#
# Nothing from here on is marked.
#
# ### Backward with the reset before the product
#
# With $s = r \cdot h_{t-1}$ and $q = s\,W_{hn}$, the tanh's gradient goes through the matrix first: which paths change? Extend
# your `gru_backward`, and compare it with the library's, which does both.
#
# ### Which part of the GRU does it?
#
# The other place of the reset gate; no reset gate ($r = 1$ throughout: a bias of 50, where the sigmoid is flat); a candidate
# that hears nothing of the past ($r = 0$). In section 6.8's setting:

# %% tags=["nbval-ignore-output"]
print("updates until the error is below 0.02, three starts")
for words, biases, options in (
    ("as in 6.8", (), {}),
    ("reset before the product", (), {"reset": "before"}),
    ("no reset gate (r = 1)", ((0, 50),), {}),
    ("candidate without past (r = 0)", ((0, -50),), {}),
):
    print(f"{words:<32}", end="", flush=True)
    for seed in range(3):
        print(f"{updates_needed('GRU', seed, biases, **options):>7}", end="", flush=True)
    print()

# %% [markdown]
# On this task a candidate that hears *nothing* of the past learns about as quickly as one with a reset gate, and without a
# reset gate it takes longer. So here the reset gate is useful for one thing, to keep the past out of the candidate, and the
# update gate does the remembering.
#
# ### Counting
#
# The state of a GRU is a mean of the old state and of a tanh, so, from zero on, it never leaves the interval from −1 to 1.
# The cell of an LSTM is a sum and can grow. So an LSTM can *count* (gates fully open, candidate 1 whenever the input is 1):

# %%
ones = np.ones((1000, 1, 1))
counter = rnnlib.LSTMParams([[0, 0, 50, 0]], [[0, 0, 0, 0]], [50, 50, 0, 50])  # i, f, g, o
zeros = np.zeros((1, 1))
_, _, lstm_cache = rnnlib.lstm_forward(ones, (zeros, zeros), counter)
wild = rnnlib.init_gru(1, 32, np.random.default_rng(8)).map(lambda a: 30 * a)
gru_states, _, _ = rnnlib.gru_forward(ones, np.zeros((1, 32)), wild)
print("ones read    LSTM, cell set by hand    GRU, largest of 32 units with wild weights")
for t in (10, 100, 1000):
    print(f"{t:>9} {lstm_cache.cs[t - 1, 0, 0]:>25.2f} {np.abs(gru_states[:t]).max():>45.2f}")

# %% [markdown]
# A GRU would have to count in ever smaller steps, and soon runs out of them (Weiss, Goldberg and Yahav 2018 show that trained
# networks bear this out).
#
# ### Which convention is PyTorch's?
#
# Not by reading: by trying. A `torch.nn.GRU` with random weights runs a sequence, and NumPy computes the same under *each*
# combination of the three conventions. Only one can agree. (If torch is not installed, the cell says so and compares with
# the library's own.)

# %%
rng = np.random.default_rng(9)
T, N, D, H = 7, 3, 4, 5
weights = rnnlib.init_gru(D, H, rng).map(lambda a: a + 0.3 * rng.normal(size=a.shape))
xs, h0 = rng.normal(size=(T, N, D)), 0.5 * rng.normal(size=(N, H))
try:
    import torch

    from rnnlib.torch_bridge import to_torch

    with torch.no_grad():
        theirs = to_torch(weights)(torch.from_numpy(xs), torch.from_numpy(h0[None]))[0].numpy()
except ImportError:
    print("torch is not installed: compared with rnnlib's GRU instead")
    theirs = rnnlib.gru_forward(xs, h0, weights)[0]

swap, forward = working(swap_update_gate), working(gru_forward)


def read_as(order, meaning, reset):
    """The states, if the blocks are in this order, z has this meaning and reset this place."""
    columns = np.concatenate([np.arange(H) + H * order.index(gate) for gate in "rzn"])
    mine = GRUParams(
        weights.W_xh[:, columns], weights.W_hh[:, columns], weights.b_h[columns], weights.b_hn
    )
    mine = mine if meaning == "keep" else swap(mine)
    return forward(xs, h0, mine, reset=reset)[0]


print("blocks   z = 1 means   reset     largest difference to torch.nn.GRU")
for order in ("rzn", "zrn"):
    for meaning in ("keep", "replace"):
        for reset in ("after", "before"):
            off = np.abs(read_as(order, meaning, reset) - theirs).max()
            verdict = "none (below 1e-12)" if off < 1e-12 else f"{off:.2f}"
            print(f"{', '.join(order)}  {meaning:<13} {reset:<9} {verdict}")

# %% [markdown]
# One row of eight agrees, to twelve digits, and the others are plainly wrong, although all eight ran without an error. And
# the other way: the next cell writes each row of section 6.6's table out as *their* equations, with our weights as they are
# and translated, and compares with PyTorch (or, where the reset gate stands before the product, with `reset="before"`).

# %%
CONVENTIONS = {  # name: (order of the blocks, what z = 1 means, place of the reset gate)
    "PyTorch": ("rzn", "keep", "after"),
    "Keras": ("zrn", "keep", "after"),
    "ONNX": ("zrn", "keep", "before"),
    "Cho et al. 2014": ("rzn", "keep", "before"),
    "D2L": ("zrn", "keep", "before"),
    "Chung et al. 2014": ("rzn", "replace", "before"),
    "Bahdanau et al. 2015": ("rzn", "replace", "before"),
    "deeplearning.ai": ("zrn", "replace", "before"),
}


def as_they_write_it(xs, h, p, order, meaning, reset):
    """A GRU in somebody else's convention, equation by equation."""
    part = {gate: slice(H * k, H * k + H) for k, gate in enumerate(order)}
    R, Z, C = part["r"], part["z"], part["n"]
    for x in xs:
        r = sigmoid(x @ p.W_xh[:, R] + h @ p.W_hh[:, R] + p.b_h[R])
        z = sigmoid(x @ p.W_xh[:, Z] + h @ p.W_hh[:, Z] + p.b_h[Z])
        past = r * (h @ p.W_hh[:, C] + p.b_hn) if reset == "after" else (r * h) @ p.W_hh[:, C]
        c = np.tanh(x @ p.W_xh[:, C] + p.b_h[C] + past)
        h = z * h + (1 - z) * c if meaning == "keep" else (1 - z) * h + z * c
    return h


def translate(p, order, meaning):
    """Our weights (r, z, n; keep) for somebody else."""
    p = p if meaning == "keep" else swap(p)
    columns = np.concatenate([np.arange(H) + H * "rzn".index(gate) for gate in order])
    return GRUParams(p.W_xh[:, columns], p.W_hh[:, columns], p.b_h[columns], p.b_hn)


references = {"after": theirs[-1], "before": forward(xs, h0, weights, reset="before")[0][-1]}
print("                     weights as they are   translated")
for name, (order, meaning, reset) in CONVENTIONS.items():
    row = f"{name:<21}"
    for p in (weights, translate(weights, order, meaning)):
        off = np.abs(as_they_write_it(xs, h0, p, order, meaning, reset) - references[reset]).max()
        row += f"{'the same' if off < 1e-12 else f'off by {off:.2f}':>19}"
    print(row)

# %% [markdown]
# ### What others found
#
# Chung and others (2014) found the GRU comparable to the LSTM, and the choice a matter of the task. Jozefowicz and others
# (2015) tried more than ten thousand cells: the best of them was ahead on some tasks and not on others, and a forget bias of
# 1 closed the gap between LSTM and GRU. Greff and others (2017) found none of eight changed LSTMs significantly better than
# the usual one. If you have to choose, try both.
#
# ## References
#
# - K. Cho, B. van Merriënboer, C. Gulcehre, D. Bahdanau, F. Bougares, H. Schwenk, Y. Bengio, *Learning phrase representations using RNN
#   encoder–decoder for statistical machine translation*, EMNLP 2014: the GRU, reset before the product.
# - J. Chung, C. Gulcehre, K. Cho, Y. Bengio, *Empirical evaluation of gated recurrent neural networks on sequence modeling*,
#   arXiv:1412.3555 (2014): LSTM, GRU and tanh compared; z turned over.
# - D. Bahdanau, K. Cho, Y. Bengio, *Neural machine translation by jointly learning to align and translate*, ICLR 2015: z turned over.
# - R. Jozefowicz, W. Zaremba, I. Sutskever, *An empirical exploration of recurrent network architectures*, ICML 2015.
# - K. Greff, R. K. Srivastava, J. Koutník, B. R. Steunebrink, J. Schmidhuber, *LSTM: a search space odyssey*, IEEE Transactions on Neural
#   Networks and Learning Systems 28 (2017).
# - G. Weiss, Y. Goldberg, E. Yahav, *On the practical computational power of finite precision RNNs for language recognition*, ACL 2018:
#   what can count and what cannot.
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997): the rival, and the adding problem.
