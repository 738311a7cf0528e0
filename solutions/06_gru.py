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
# # 6 The GRU
#
# The LSTM remembers because its cell is *added to* and not multiplied by a matrix at every step. It pays for that with two
# states and four blocks of weights. Can one have the same for less? The **gated recurrent unit** (Cho and others, 2014) has
# one state, two gates and three blocks. In this unit you write all of it, forward and backward, and then you find out what
# it saves, what it costs, and what of the difference is left when both get the same budget.
#
# **At the end you can**
# - say what the update gate and the reset gate do, and set them by hand so that a unit holds a number;
# - write both published forms of the candidate, and tell them apart by a test;
# - take the backward step apart into three short functions, and check them by measuring;
# - compare two kinds of network fairly: same budget, several starts, a dull baseline;
# - read a paper or a library whose z means the opposite, and carry the weights over.
#
# | | |
# |---|---|
# | **Time** | 90 minutes |
# | **You need** | units 01, 02 and 04; the LSTM (unit 05) helps, for it is the rival |
# | **Points** | 20: ten short functions (18) and four questions (2) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, GRUCache, GRUParams, GRUStepCache, sigmoid
from rnnlib.course import check, check_answer, working
from rnnlib.plotting import plot_traces, show
from rnnlib.plotting.gru import draw_gru_cell
from rnnlib.plotting.lags import plot_by_lag

# %% [markdown]
# ## 6.1 A mixture of the old and the new
#
# **The idea.** A simple network makes a *new* state at every step and throws the old one away. A GRU makes only a
# proposal for a new state, the **candidate** $n$, and then mixes: so much of the old state, so much of the candidate. How
# much is said, for each unit by itself, by the **update gate** $z$, a number between 0 and 1:
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
    "Both are added, and the sum is h_t.",
)

# %% [markdown]
# (Both gates look at $x_t$ and at $h_{t-1}$; these arrows are left out, and so is the letter $q$ until section 6.3.)
#
# The upper path is the point. Nothing lies on it but one factor: no matrix, no tanh. In unit 04 a gradient lost its
# length because each step multiplied it by $W_{hh}$ and by slopes. Here a part of it comes back multiplied by $z$ alone.
#
# Let us see what $z$ means for a memory. A unit starts at 0.9, and its candidate is −0.5 at every step:

# %% hidden=true
steps = np.arange(61)
kept = {}
for z in (0.99, 0.95, 0.8, 0.5):
    h, path = 0.9, []
    for _ in steps:
        path.append(h)
        h = (1 - z) * -0.5 + z * h
    kept[f"z = {z}"] = np.array(path)
show(
    plot_traces(kept, xlabel="step", ylabel="h"),
    "A unit that starts at 0.9 and moves to its candidate, -0.5. After 60 steps it is at "
    + ", ".join(f"{path[-1]:.2f} for {name}" for name, path in kept.items())
    + ".",
)

# %%
print("bias of z   z = sigma(bias)   kept after 10 steps   after 100   steps until half is left")
for bias in (0, 1, 2, 4, 6):
    z = sigmoid(np.array([float(bias)]))[0]
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
# The weights of r, z and the candidate n stand **side by side** in one array, H columns each, in this order:

# %% hidden=true
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import GREEN, GREY, PURPLE, VERMILLION, styled, tint

with styled():
    page = Sketch(6.8, 1.75)
    blocks = (("r", PURPLE), ("z", VERMILLION), ("n", GREEN))
    for name, y, height, rows in (("$W_{xh}$", 1.25, 0.46, "D"), ("$W_{hh}$", 0.55, 0.6, "H")):
        page.text(0.75, y, name, size=13)
        page.text(1.25, y, rows, size=10, color=GREY)
        for k, (gate, color) in enumerate(blocks):
            label = f"${name.strip('$')[:3]}{name.strip('$')[3]}{gate}}}$"
            page.box(2.3 + 1.6 * k, y, label, size=(1.56, height), fill=tint(color), edge=color)
    for k, words in enumerate(("columns 0 ... H-1", "H ... 2H-1", "2H ... 3H-1")):
        page.text(2.3 + 1.6 * k, 1.62, words, size=9.5, color=GREY)
show(
    page.figure,
    "The arrays W_xh with D rows and W_hh with H rows, each in three blocks of H columns: r in the columns 0 to H-1, z in "
    "H to 2H-1, n in 2H to 3H-1.",
)

# %% [markdown]
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_t$ | `x` | (N, D) | the input |
# | $h_{t-1}$ | `h` | (N, H) | the state before the step |
# | $W_{xr}, W_{xz}, W_{xn}$ | `params.W_xh` | (D, 3H) | from the input, three blocks of columns |
# | $W_{hr}, W_{hz}, W_{hn}$ | `params.W_hh` | (H, 3H) | from the state, three blocks of columns |
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
# `H = h.shape[1]`. Then one sum for all columns, `a = x @ params.W_xh + h @ params.W_hh + params.b_h`, of shape (N, 3H). Its
# last third belongs to the candidate; you do not need it here.
# </details>
# <details><summary><b>Hint 2</b>: taking it apart</summary>
#
# The first H columns are `a[:, :H]`, the next H are `a[:, H:2*H]`. The colon in front says: all rows.
# </details>
# <details><summary><b>Hint 3</b>: the last lines</summary>
#
# `sigmoid(...)` of each part, and `return r, z`, r first.
# </details>

# %% grade="gru_gates" points=2

# %% [markdown]
# **Try it: where do gates stand?** Random weights, random inputs, all biases 0 but those of z.

# %%
gates = working(gru_gates)
rng = np.random.default_rng(0)
D, H, N = 8, 32, 200
x, h = rng.normal(size=(N, D)), 0.5 * rng.normal(size=(N, H))
print("bias of z    r: smallest   mean   largest     z: smallest   mean   largest")
for bias in (0, 2, 5):
    params = rnnlib.init_gru(D, H, np.random.default_rng(1))
    params.b_h[H : 2 * H] = bias
    r, z = gates(x, h, params)
    print(
        f"{bias:>9} {r.min():>13.2f} {r.mean():>6.2f} {r.max():>9.2f}"
        f" {z.min():>15.2f} {z.mean():>6.2f} {z.max():>9.2f}"
    )

# %% [markdown]
# Untrained gates stand around 1/2 and react to what comes in. The bias pushes z up as a whole, and r does not notice: its
# columns are others.
#
# ## 6.3 The candidate, twice
#
# **The idea.** The candidate is made as in a simple network, tanh of input plus past, but the past is heard through the
# reset gate. With $r = 0$ the candidate is made as if there were no past: good for a new beginning. There are two ways to write that, both are published, both are called GRU, and they are **not the same
# function**.
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
# **Your turn.** Return q as well: the way back needs it. If you call it `W_hn`, the last block is
# `W_hn = params.W_hh[:, 2*H:]`.


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
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# First three names for what the equation needs: `W_xn = params.W_xh[:, 2*H:]`, `W_hn = params.W_hh[:, 2*H:]`,
# `b_n = params.b_h[2*H:]`. Then the two equations, one line each.
# </details>
# <details><summary><b>Hint 2</b>: brackets</summary>
#
# Python reads `r * h @ W` from the left: first `r * h`, then the product. That is the *other* form. Give q a line of its own,
# and then write `r * q`.
# </details>

# %% grade="gru_candidate" points=2

# %% [markdown]
# **Before the product** (the paper that brought the GRU): the gate acts on the state itself, and then comes the product.
# There is no $b_{hn}$.
#
# $$q = (r \cdot h_{t-1})\, W_{hn} \qquad n = \tanh(x_t W_{xn} + b_n + q)$$
#
# **Your turn:** the same again, with the gate at the other place.


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
# Two lines of your `gru_candidate` change: q is now `(r * h) @ W_hn`, without a bias, and it enters the tanh as it is, for the
# gate has done its work.
# </details>

# %% grade="gru_candidate_before" points=1.5

# %% [markdown]
# **Try it: a test that tells them apart.** Two units, and weights that you can follow with a pencil: each unit listens to
# the *other* one alone, $W_{hn} = \begin{pmatrix} 0 & 1 \\ 1 & 0 \end{pmatrix}$, there is no input and no bias. The state is
# $(0.5,\ {-0.8})$, and the reset gate is closed for unit 0 and open for unit 1: $r = (0, 1)$. What will the two candidates
# be? Work it out before you run the cell.

# %%
after, before = working(gru_candidate), working(gru_candidate_before)
two = GRUParams(np.zeros((1, 6)), np.zeros((2, 6)), np.zeros(6), np.zeros(2))
two.W_hh[:, 4:] = [[0, 1], [1, 0]]
no_input, state, r = np.zeros((1, 1)), np.array([[0.5, -0.8]]), np.array([[0.0, 1.0]])
print("               unit 0   unit 1")
for name, candidate in (("reset after ", after), ("reset before", before)):
    n, _ = candidate(no_input, state, r, two)
    print(f"{name} {n[0, 0]:>9.3f} {n[0, 1]:>8.3f}")

# %% hidden=true
from rnnlib.plotting.style import BLUE, FAINT

with styled():
    page = Sketch(6.8, 2.2)
    for x0, title, words, lines in (
        (2.0, "after", "unit 0 is deaf: it hears nobody", ((0, VERMILLION), (1, FAINT))),
        (5.4, "before", "unit 0 is mute: nobody hears it", ((0, FAINT), (1, VERMILLION))),
    ):
        page.text(x0, 2.02, f"reset {title}", size=11, weight="bold")
        old = [page.box(x0 - 0.95, y, f"$h_{k}$") for k, y in enumerate((1.5, 0.75))]
        new = [page.box(x0 + 0.95, y, f"$n_{k}$") for k, y in enumerate((1.5, 0.75))]
        for speaker, color in sorted(lines, key=lambda line: line[1] == VERMILLION):
            page.arrow(old[speaker].right, new[1 - speaker].left, color)
        page.text(x0, 0.3, words, size=10, color=BLUE)
        page.text(x0 - 1.55, 1.5, "r = 0", size=9.5, color=GREY)
        page.text(x0 - 1.55, 0.75, "r = 1", size=9.5, color=GREY)
    page.rule(3.5, 0.15, 3.5, 2.1)
show(
    page.figure,
    "Two units that listen to each other; the reset gate of unit 0 is closed. After the product: the arrow from h_1 to n_0 is "
    "cut, unit 0 is deaf and hears nobody. Before the product: the arrow from h_0 to n_1 is cut, unit 0 is mute and nobody "
    "hears it.",
)

# %% [markdown]
# (A coloured arrow passes, a pale one is cut.) **After** the product a closed gate makes its unit *deaf*: unit 0's candidate
# hears nothing. **Before** the product it makes its unit *mute*: nobody's candidate hears unit 0. With the same weights these
# are different functions, so a network trained in one form does not work in the other:

# %%
rng = np.random.default_rng(2)
D, H, N = 5, 16, 100
params = rnnlib.init_gru(D, H, rng)
params.b_hn[:] = 0  # so that nothing but the place of the gate differs
x, h = rng.normal(size=(N, D)), 0.5 * rng.normal(size=(N, H))
print("reset gate             largest difference of the two candidates")
for name, r in (
    ("from gru_gates", gates(x, h, params)[0]),
    ("1/2 everywhere", np.full((N, H), 0.5)),
    ("1 everywhere", np.ones((N, H))),
    ("0 everywhere", np.zeros((N, H))),
):
    n_after, n_before = (candidate(x, h, r, params)[0] for candidate in (after, before))
    print(f"{name:<22} {np.abs(n_after - n_before).max():.3f}")

# %% [markdown]
# They agree where all units have the *same* r, as a common factor may stand on either side of a product. A test with
# constant gates would not have noticed the difference. Remember that when you write tests.
#
# Why are there two? *After* is convenient: all three products with $h_{t-1}$ can be taken at once, as one product with `W_hh`. *Before*, the
# third has to wait for r. Libraries like few and large products. Section 6.8 looks at whether the form matters for learning.
#
# **Question 2.** In a GRU with the reset gate **before** the product, the gate of unit 2 is 0 for once, all other gates
# are 1. What happens at this step?
#
# - a) unit 2's candidate does not hear the old state of any unit
# - b) no candidate hears the old state of unit 2
# - c) the state of unit 2 becomes 0
# - d) nothing, because unit 2 alone is concerned

# %% answer="gru_silenced"
answer_gru_silenced = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_gru_silenced = "b"
### END SOLUTION

# %%
check_answer("gru_silenced", answer_gru_silenced)

# %% grade_answer="gru_silenced" points=0.5

# %% [markdown]
# ## 6.4 One step
#
# **The idea.** Gates, candidate, mixture: the three pieces in this order.
#
# $$h_t = (1 - z) \cdot n + z \cdot h_{t-1}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `reset` | `"after"` or `"before"` | which candidate |
# | $h_t$ | `h_next` | (N, H) | the state after the step |
# | | `cache` | `GRUStepCache(x, h, r, z, n, q, params, reset)` | everything that the step has used and made; `h` is the state *before* it |
#
# **Your turn.** Use your three functions. The last line is given; it needs `h_next`, `r`, `z`, `n` and `q`.


# %% exercise="gru_step"
def gru_step(x, h, params, *, reset="after"):
    """One step of a GRU.

    x: (N, D).  h: (N, H) state before.  params: GRUParams.  reset: "after" or "before".
    Returns h_next: (N, H), the state after; cache: GRUStepCache, for the way back.
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
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# `r, z = gru_gates(x, h, params)`. Both candidates return two values: `n, q = gru_candidate(x, h, r, params)`.
# </details>
# <details><summary><b>Hint 2</b>: which candidate</summary>
#
# `if reset == "after":` ... `else:` ..., with one line in each.
# </details>

# %% grade="gru_step" points=2

# %% [markdown]
# ## 6.5 A whole sequence
#
# **The idea** is the one of unit 01: begin with $h_0$, take a step for each input, hand the state on.
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
# <details><summary><b>Hint 1</b>: the loop</summary>
#
# `h, step = gru_step(x, h, params, reset=reset)`: the new state takes the old one's place. Append `h` to one list and `step` to
# another.
# </details>
# <details><summary><b>Hint 2</b>: after the loop</summary>
#
# `hs = np.stack(states)` makes an array (T, N, H) of the list of states.
# </details>

# %% grade="gru_forward" points=1.5

# %% [markdown]
# **Try it: a unit that holds a number.** The latch of unit 01 held one *bit*: a tanh unit that excites itself comes to rest at
# one of two values. A GRU unit can hold *any* number between −1 and 1. We set its weights by hand. Two inputs: a value, and a
# mark that says "this one". With the mark, z is nearly 0 and the candidate, tanh of the value, is taken. Without it, z is
# nearly 1.

# %%
forward = working(gru_forward)
holder = GRUParams(  # columns: r, z, n
    W_xh=[[0, 0, 1], [0, -20, 0]],  # the value goes to n; the mark closes z
    W_hh=[[0, 0, 0]],
    b_h=[0, 10, 0],
    b_hn=[0],
)
latch = rnnlib.RNNParams(W_xh=[[1.0], [0.0]], W_hh=[[3.0]], b_h=[0.0])
rng = np.random.default_rng(4)
T = 70
values, marked = rng.uniform(-1, 1, T), np.array([5, 27, 48])
xs = np.zeros((T, 1, 2))
xs[:, 0, 0] = values
xs[marked, 0, 1] = 1
hs, _, cache = forward(xs, np.zeros((1, 1)), holder)
show(
    plot_traces(
        {"input": values, "held": hs[:, 0, 0]},
        xlabel="step",
        ylabel="value",
        events={"mark": marked},
    ),
    "The input jumps about at random. At the three marks the unit takes over tanh of the value, "
    + ", ".join(f"{hs[t, 0, 0]:.2f}" for t in marked)
    + ", and keeps each of them until the next mark.",
)
print("mark at step   tanh of the value   held right after   held 20 steps later")
for t in marked:
    print(f"{t:>12} {np.tanh(values[t]):>19.4f} {hs[t, 0, 0]:>18.4f} {hs[t + 20, 0, 0]:>21.4f}")

# %% [markdown]
# **And the gradient?** In unit 04 a tanh unit that stores a bit safely had lost its gradient: a little push had no effect
# on what it held. Push both units a little now, at the beginning, and see what is left of the push 100 steps later. (Nothing
# marked, nothing read on the way.)

# %%
quiet, push = np.zeros((100, 1, 2)), 1e-3
print("what is left of a push of 0.001 after 100 steps")
for name, run, cell, h in (
    ("latch (tanh, w = 3)", rnnlib.rnn_forward, latch, 0.995),
    ("GRU unit, z bias 10", forward, holder, 0.6),
):
    (one, *_), (other, *_) = (run(quiet, np.array([[start]]), cell) for start in (h, h + push))
    print(f"{name:<22} {abs(other[-1, 0, 0] - one[-1, 0, 0]) / push:8.2%}")

# %% [markdown]
# The GRU unit **holds a value and passes its gradient on**. It can do both because holding, here, is not coming to rest: it
# is doing nothing.
#
# ## 6.6 Backward
#
# The step is a chain of small things. Going back, we meet them in reverse order:

# %% hidden=true
show(
    draw_gru_cell(backward=True),
    "The same cell with all arrows reversed. dh_t comes in on the right and is split: times z along the direct path to "
    "h_t-1; times 1 - z to the candidate n, where it meets 1 - n squared; into the gate z times h_t-1 and times -n. From n it "
    "goes to x_t through W_xn transposed, to r times q, and times r and through W_hn transposed to h_t-1.",
)

# %% [markdown]
# Three functions, one for each stage: the mixture, the gates, the products. (All for the form *after*. What changes for the
# other one stands in a box below.)
#
# ### The mixture
#
# **The idea.** $h_t = (1 - z) \cdot n + z \cdot h_{t-1}$ is a sum of two products, entry by entry. Each factor gets the incoming
# gradient times *what it was multiplied by*; $z$ occurs in both products, once with a minus.
#
# $$dn = dh_t \cdot (1 - z) \qquad dz = dh_t \cdot (h_{t-1} - n) \qquad dh^{\text{direct}}_{t-1} = dh_t \cdot z$$
#
# On paper: with $dh_t = 2$, $z = 0.75$, $h_{t-1} = 0.8$, $n = -0.4$: $dn = 0.5$, $dz = 2 \cdot 1.2 = 2.4$, and $1.5$ goes straight
# back to $h_{t-1}$.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $dh_t$ | `dh_next` | (N, H) | the gradient for $h_t$ |
# | $h_{t-1}, z, n$ | `h`, `z`, `n` | (N, H) | from the cache |
# | $dz, dn$ | `dz`, `dn` | (N, H) | the gradients for gate and candidate |
# | $dh^{\text{direct}}_{t-1}$ | `dh` | (N, H) | what goes straight back to the old state |
#
# **Your turn.**


# %% exercise="gru_state_backward"
def gru_state_backward(dh_next, h, z, n):
    """Backward through h_next = (1 - z) * n + z * h.

    dh_next, h, z, n: (N, H).
    Returns dz, dn, dh: (N, H) each; dh is the direct path alone.
    """
    ### BEGIN SOLUTION
    dz = dh_next * (h - n)
    dn = dh_next * (1 - z)
    dh = dh_next * z
    return dz, dn, dh
    ### END SOLUTION


# %%
check(gru_state_backward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Write the mixture without brackets: $h_t = n - z\,n + z\,h_{t-1}$. What stands next to $z$, with its signs? Next to $n$? Next to
# $h_{t-1}$?
# </details>

# %% grade="gru_state_backward" points=2

# %% [markdown]
# ### The gates
#
# **The idea.** Now through the tanh, through the product $r \cdot q$, and through the two sigmoids. As in unit 02, $da$ is the
# gradient for the sum *inside* an activation. The derivative of the tanh is $1 - n^2$ and that of the sigmoid $z\,(1 - z)$, both
# written with the *result*, which the cache has kept.
#
# $$da_n = dn \cdot (1 - n^2) \qquad dq = da_n \cdot r \qquad da_r = \underbrace{da_n \cdot q}_{dr} \cdot\, r\,(1 - r) \qquad
# da_z = dz \cdot z\,(1 - z)$$
#
# On paper: with $dn = 0.5$, $n = -0.4$, $q = 2$, $r = 0.5$: $da_n = 0.5 \cdot 0.84 = 0.42$, $dq = 0.21$,
# $da_r = 0.84 \cdot 0.25 = 0.21$.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $da_r, da_z, da_n$ | `da_r`, `da_z`, `da_n` | (N, H) | gradients for the three sums |
# | $dq$ | `dq` | (N, H) | gradient for $q = h_{t-1} W_{hn} + b_{hn}$ |
#
# **Your turn.** If you give $dr$ a line of its own and call it `dr`, the check looks at it as well.


# %% exercise="gru_gates_backward"
def gru_gates_backward(dz, dn, r, z, n, q):
    """Backward through the tanh, the product r * q and the two sigmoids.

    dz, dn: (N, H) gradients for z and n.  r, z, n, q: (N, H) from the cache.
    Returns da_r, da_z, da_n, dq: (N, H) each.
    """
    ### BEGIN SOLUTION
    da_n = dn * (1 - n**2)
    da_z = dz * z * (1 - z)
    dr = da_n * q
    dq = da_n * r
    da_r = dr * r * (1 - r)
    return da_r, da_z, da_n, dq
    ### END SOLUTION


# %%
check(gru_gates_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# With `da_n`: r and q stand inside the tanh, so everything that comes to them has gone through it.
# </details>
# <details><summary><b>Hint 2</b>: the product r · q</summary>
#
# Each factor gets `da_n` times the *other* one. r then has its sigmoid still to go through; q has not.
# </details>

# %% grade="gru_gates_backward" points=2.5

# %% [markdown]
# ### The products
#
# **The idea.** What is left is products with weights, as in unit 02: `x @ W_xh` and `h @ W_hh`, each with three blocks of columns.
# For the input, the blocks get $da_r, da_z, da_n$. For the state, the third block is not the same: between it and the tanh
# stands the reset gate, so it gets $dq$.
#
# $$da = [\,da_r,\ da_z,\ da_n\,] \qquad da_h = [\,da_r,\ da_z,\ dq\,]$$
#
# | gradient | formula | shapes |
# |---|---|---|
# | $dx$ | $da\;W_{xh}^\top$ | (N, 3H)(3H, D) → (N, D) |
# | $dh_{t-1}$ | $dh^{\text{direct}}_{t-1} + da_h\;W_{hh}^\top$ | (N, 3H)(3H, H) → (N, H) |
# | $dW_{xh}$ | $x^\top da$ | (D, N)(N, 3H) → (D, 3H) |
# | $dW_{hh}$ | $h_{t-1}^\top da_h$ | (H, N)(N, 3H) → (H, 3H) |
# | $db_h$ | sum of $da$ over the batch | (3H,) |
# | $db_{hn}$ | sum of $dq$ over the batch | (H,) |
#
# **Your turn.** `np.concatenate([...], axis=1)` puts arrays side by side. If you call them `da` and `da_h`, the check can tell
# where the first mistake is. The first line is given: it takes the cache apart.


# %% exercise="gru_step_backward"
def gru_step_backward(dh_next, cache):
    """One step backward (reset after the product).

    dh_next: (N, H), gradient for h_next.  cache: GRUStepCache from gru_step.
    Returns dx: (N, D); dh: (N, H), gradient for the state before; grads: GRUParams.
    """
    x, h, r, z, n, q, params, reset = cache
    ### BEGIN SOLUTION
    dz, dn, dh = gru_state_backward(dh_next, h, z, n)
    da_r, da_z, da_n, dq = gru_gates_backward(dz, dn, r, z, n, q)
    da = np.concatenate([da_r, da_z, da_n], axis=1)
    da_h = np.concatenate([da_r, da_z, dq], axis=1)
    dx = da @ params.W_xh.T
    dh = dh + da_h @ params.W_hh.T
    grads = GRUParams(W_xh=x.T @ da, W_hh=h.T @ da_h, b_h=da.sum(axis=0), b_hn=dq.sum(axis=0))
    return dx, dh, grads
    ### END SOLUTION


# %%
check(gru_step_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# Call your two functions, with all their results: `dz, dn, dh = ...` and `da_r, da_z, da_n, dq = ...`. Then `da` and `da_h`.
# </details>
# <details><summary><b>Hint 2</b>: the old state has two ways</summary>
#
# It went straight into the mixture (that is the `dh` you have) *and* into the products with `W_hh`. Gradients of two ways add up:
# `dh = dh + da_h @ params.W_hh.T`.
# </details>
# <details><summary><b>Hint 3</b>: the gradients of the weights</summary>
#
# `grads = GRUParams(W_xh=..., W_hh=..., b_h=..., b_hn=...)`; each has the shape of what it belongs to.
# </details>
# <details><summary><b>For the curious</b>: reset before the product</summary>
#
# Two lines change. With $s = r \cdot h_{t-1}$ and $q = s\,W_{hn}$ the tanh's gradient goes through the matrix first,
# $ds = da_n W_{hn}^\top$; then $da_r = ds \cdot h_{t-1} \cdot r\,(1 - r)$, and $ds \cdot r$ goes to $h_{t-1}$. The gradient of $W_{hn}$
# is $s^\top da_n$, and that of $b_{hn}$ is 0. The library's `gru_step_backward` does both.
# </details>

# %% grade="gru_step_backward" points=2.5

# %% [markdown]
# ### Back through time
#
# **The idea** and the loop are those of unit 02. From the last step to the first: into each state come the gradient of its own
# loss, `dhs[t]`, and what comes back from the step after it, `dh`. Weight gradients add up.
#
# The two lines that put together the cache of step t are given: the state before it, and r, z, n, q from the big cache.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L_t / \partial h_t$ | `dhs` | (T, N, H) | the gradient of each step's own loss |
# | $\partial L / \partial h_T$ | `dh` | (N, H) | the gradient of a loss on the final state |
# | $dx_1 \dots dx_T$ | `dxs` | (T, N, D) | gradients for the inputs |
#
# **Your turn.** Two groups of weights are added by `grads.map(np.add, other)`.


# %% exercise="gru_backward"
def gru_backward(dhs, dh, cache):
    """Back-propagation through time for a GRU.

    dhs: (T, N, H).  dh: (N, H).  cache: GRUCache from gru_forward.
    Returns dxs: (T, N, D); dh0: (N, H); grads: GRUParams.
    """
    xs, h0, hs, gates, qs, params, mask, reset = cache
    dxs, grads = np.zeros_like(xs), params.zeros_like()
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        step = GRUStepCache(xs[t], h_before, *gates[t], qs[t], params, reset)
        ### BEGIN SOLUTION
        dxs[t], dh, step_grads = gru_step_backward(dhs[t] + dh, step)
        grads = grads.map(np.add, step_grads)
        ### END SOLUTION
    return dxs, dh, grads


# %%
check(gru_backward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Two lines in the loop. The first calls `gru_step_backward` with the whole gradient for $h_t$, `dhs[t] + dh`, and the cache of
# the step; its second result takes the place of `dh`. The second line adds the step's gradients to `grads`, and keeps the sum.
# </details>

# %% grade="gru_backward" points=1

# %% [markdown]
# **Try it: is it right?** Measured, as in unit 02: move each weight a little to both sides, and compare.

# %%
backward = working(gru_backward)
forward = working(gru_forward)
rng = np.random.default_rng(5)
T, N, D, H = 6, 2, 3, 4
params = rnnlib.init_gru(D, H, rng).map(lambda a: a + 0.1 * rng.normal(size=a.shape))
xs, h0 = rng.normal(size=(T, N, D)), 0.5 * rng.normal(size=(N, H))
weigh = rng.normal(size=(T, N, H))  # the loss is a weighted sum of all states


def loss_of(cell):
    """A loss with a part at every step."""
    return np.sum(weigh * forward(xs, h0, cell)[0])


_, _, cache = forward(xs, h0, params)
_, _, grads = backward(weigh, np.zeros((N, H)), cache)
print("weights   how many   largest gradient   largest difference to the measured one")
for name, array in params.items():
    measured = rnnlib.numerical_gradient(
        lambda a, name=name: loss_of(GRUParams(**{**dict(params.items()), name: a})), array
    )
    given = dict(grads.items())[name]
    agrees = np.abs(measured - given).max() < 1e-8
    verdict = "below 1e-8" if agrees else "LARGE"
    print(f"{name:<10}{array.size:>8} {np.abs(given).max():>18.3f} {verdict:>22}")

# %% [markdown]
# **Try it: how far does the gradient reach?** A random gradient of length 1 at the last state, and your own
# `gru_step_backward`, step after step. No training: random weights, random inputs, 100 steps. Beside it the simple network and
# the LSTM (whose gradient is that of both its states together).


# %%
def reach(step, step_backward, params, state, split=lambda dstate: [dstate]):
    """The length of the gradient at every state, by steps back from the end."""
    caches, rng = [], np.random.default_rng(7)
    for x in rng.normal(size=(100, 1, 4)):
        state, cache = step(x, state, params)
        caches.append(cache)
    dstate = rng.normal(size=(1, 32))
    dstate /= np.linalg.norm(dstate)
    dstate = (dstate, np.zeros((1, 32))) if len(split(state)) == 2 else dstate
    lengths = [1.0]
    for cache in reversed(caches):
        _, dstate, _ = step_backward(dstate, cache)
        lengths.append(np.sqrt(sum(np.sum(part**2) for part in split(dstate))))
    return np.array(lengths)


def rnn_with_cache(x, h, params):
    """The simple network in the same form."""
    h_next = rnnlib.rnn_step(x, h, params)
    return h_next, (x, h, h_next, params)


step, step_backward = working(gru_step), working(gru_step_backward)
curves, zeros = {}, np.zeros((1, 32))
for bias in (5, 2, 0):
    params = rnnlib.init_gru(4, 32, np.random.default_rng(6))
    params.b_h[32:64] = bias
    curves[f"GRU, z bias {bias}"] = reach(step, step_backward, params, zeros)
curves["LSTM"] = reach(
    rnnlib.lstm_step,
    rnnlib.lstm_step_backward,
    rnnlib.init_lstm(4, 32, np.random.default_rng(6)),
    rnnlib.LSTMState(zeros, zeros),
    split=list,
)
curves["RNN"] = reach(
    rnn_with_cache,
    lambda dh, cache: rnnlib.rnn_step_backward(dh, *cache),
    rnnlib.init_rnn(4, 32, np.random.default_rng(6)),
    zeros,
)
print("gradient left, before any training")
print("                 after 10 steps    after 30    after 100")
for name, curve in curves.items():
    print(f"{name:<16} {curve[10]:>14.0e} {curve[30]:>11.0e} {curve[100]:>12.0e}")
show(
    plot_by_lag(curves),
    "The length of the gradient by steps back, before training. After 100 steps there is left: "
    + ", ".join(f"{curve[100]:.0e} for {name}" for name, curve in curves.items())
    + ".",
)

# %% [markdown]
# Look at the last column. A GRU with the bias 0 passes on **less** than the simple network, whose weights begin orthogonal: 1/2 a
# step is a poor factor. With the bias 5, half of the gradient is left after a hundred steps. The LSTM lies in between, because its
# forget gate begins at $\sigma(1) = 0.73$. So the cell does not cure vanishing by itself. It gives training something to turn: a number
# for each unit and step that decides how much passes. The simple network has nothing of the kind. Unit 04 said that the start does not
# tell; so watch what becomes of it.
#
# **Try it: your own GRU learns.** The adding problem of unit 04: read pairs of a value and a mark, and say at the end the sum
# of the two marked values. The dull answer, always 1, has the error 0.167. Everything that runs in the cell below on the way
# forward and backward in time is yours, if it has passed its check. It takes a few seconds.


# %% tags=["nbval-ignore-output"]
@rnnlib.parameters
class Model(rnnlib.Params):
    """A cell and its output layer."""

    cell: rnnlib.Params
    out: DenseParams


forward, backward = working(gru_forward), working(gru_backward)
rng = np.random.default_rng(0)
T, N, H = 20, 16, 22
model = Model(rnnlib.init_gru(2, H, rng), rnnlib.init_dense(H, 1, rng))
model.out.b_y[:] = 1.0  # begin at the dull answer


def look_inside(cell):
    """Mean z away from the marks and at them, and how much of a gradient comes back to h_0."""
    xs, _ = rnnlib.adding_problem(T, 300, np.random.default_rng(1))
    hs, h, cache = forward(xs, np.zeros((300, H)), cell)
    marked = xs[:, :, 1] == 1
    dh = np.random.default_rng(2).normal(size=h.shape)
    _, dh0, _ = backward(np.zeros_like(hs), dh, cache)
    left = np.linalg.norm(dh0) / np.linalg.norm(dh)
    z = cache.gates[:, 1]
    return f"{z[~marked].mean():>18.2f} {z[marked].mean():>16.2f} {left:>22.0e}"


before = look_inside(model.cell)
state, losses = rnnlib.adam_state(model), []
for _ in range(250):
    xs, targets = rnnlib.adding_problem(T, N, rng)
    hs, h, cache = forward(xs, np.zeros((N, H)), model.cell)
    predictions = rnnlib.output_step(h, model.out)
    losses.append(rnnlib.mean_squared_error(predictions, targets))
    dpredictions = rnnlib.mean_squared_error_backward(predictions, targets)
    dh, grads_out = rnnlib.output_step_backward(dpredictions, h, model.out)
    _, _, grads_cell = backward(np.zeros_like(hs), dh, cache)
    grads, _ = rnnlib.clip_grad_norm(Model(grads_cell, grads_out), 1.0)
    model, state = rnnlib.adam_step(model, grads, state, learning_rate=0.02)
print("updates              mean squared error (dull answer: 0.167)")
for first in (0, 50, 100, 150, 200):
    print(f"{first:>3} to {first + 49:<3} {np.mean(losses[first : first + 50]):>24.3f}")
print("\n            mean z, no mark   mean z at a mark   gradient left at h_0")
print("untrained " + before)
print("trained   " + look_inside(model.cell))

# %% [markdown]
# It has learned the task, with gradients that you have written. And look at the gates: training has **opened** z where nothing is
# marked, and at a mark it stands lower, so that something new comes in. With that, a gradient at the end reaches the beginning. Nobody
# told it to; it follows from the loss.
#
# ## 6.7 What it costs
#
# **Parameters.** The simple network has one block of columns, the GRU three, the LSTM four, and the GRU has $b_{hn}$ on top.
#
# | | blocks | parameters |
# |---|---|---|
# | RNN | 1 | $DH + H^2 + H$ |
# | GRU | 3 | $3\,(DH + H^2 + H) + H$ |
# | LSTM | 4 | $4\,(DH + H^2 + H)$ |
#
# **Time and memory for each step**, measured on the library's cells, which all three are written with the same care. Time: processor
# time, forward and backward through 100 steps, the best of several runs. Memory: what the cache keeps for the way back, apart from the inputs,
# in numbers for each step, example and unit. (The code is folded away.)

# %% hidden=true tags=["nbval-ignore-output"]
import timeit
from time import process_time

from rnnlib.cells import cell_functions

INIT = {"RNN": rnnlib.init_rnn, "GRU": rnnlib.init_gru, "LSTM": rnnlib.init_lstm}
KEPT = {"RNN": ["hs"], "GRU": ["hs", "gates", "qs"], "LSTM": ["hs", "cs", "gates"]}


def zero_state(kind, N, H):
    """The first state: two arrays for an LSTM."""
    zeros = np.zeros((N, H))
    return rnnlib.LSTMState(zeros, zeros) if kind == "LSTM" else zeros


T, D, H = 100, 64, 64
print("              parameters   kept for each step,    microseconds a step, forward and backward")
print("                           example and unit       one example     32 examples")
for kind, init in INIT.items():
    params = init(D, H, np.random.default_rng(0))
    run, run_back = cell_functions(params)
    times = []
    for N in (1, 32):
        xs, dhs = np.random.default_rng(1).normal(size=(2, T, N, D))
        state0 = zero_state(kind, N, H)

        def both(xs=xs, dhs=dhs, state0=state0, run=run, run_back=run_back, params=params):
            return run_back(dhs, None, run(xs, state0, params)[2])

        best = min(timeit.repeat(both, timer=process_time, number=2, repeat=7))
        times.append(best / 2 / T * 1e6)
        cache = run(xs, state0, params)[2]
    kept = sum(getattr(cache, name).size for name in KEPT[kind]) / (T * N * H)
    print(f"{kind:<10} {params.size:>13,} {kept:>15.0f} {times[0]:>24.0f} {times[1]:>15.0f}")

# %% [markdown]
# At the same $H$ the GRU has three quarters of the LSTM's parameters and keeps five sixths of what the LSTM keeps. In time the difference
# is smaller: with a batch of 32 it is a little faster, with a single example about as fast, because there it is not the arithmetic that
# takes the time but the many small calls. (Other machines and libraries give other numbers.) The simple network is two to
# three times as fast as either.
#
# **Question 3.** How many parameters has the cell of a GRU with $D = 27$ inputs and $H = 100$ units, in the form of this course?

# %% answer="gru_weights"
answer_gru_weights = None  # your answer: a number
### BEGIN SOLUTION
answer_gru_weights = 38_500
### END SOLUTION

# %%
check_answer("gru_weights", answer_gru_weights)

# %% grade_answer="gru_weights" points=0.5

# %% [markdown]
# ## 6.8 The same budget, the same task
#
# Which one is better? One training of each would tell next to nothing: another random start gives another number. So: **the same
# number of parameters** (about 1,700 with the output layer, so the units differ), the same number of updates, the same batches,
# the same two learning rates for all, and **five starts** each. Beside them, the dull answer. The task is the adding problem with
# $T = 25$.


# %%
def units_for(kind, budget, D, K):
    """How many units a cell may have so that it and its output layer stay within the budget."""
    sizes = {H: INIT[kind](D, H, np.random.default_rng(0)).size + H * K + K for H in range(1, 80)}
    return max(H for H, size in sizes.items() if size <= budget)


BUDGET = 1700
UNITS = {kind: units_for(kind, BUDGET, 2, 1) for kind in INIT}
print("units within", f"{BUDGET:,}", "parameters:", UNITS)

# %% tags=["nbval-ignore-output"]
EXAM = rnnlib.adding_problem(25, 500, np.random.default_rng(999))
EVERY = 25


def learn(kind, seed, learning_rate, *, updates=300, until=0.0, prepare=None, **options):
    """Train on the adding problem; the error on 500 new examples after every 25 updates."""
    rng, H = np.random.default_rng(seed), UNITS[kind]
    data = np.random.default_rng(1000 + seed)  # apart, so that all cells see the same batches
    model = Model(INIT[kind](2, H, rng), rnnlib.init_dense(H, 1, rng))
    model.out.b_y[:] = 1.0
    if prepare is not None:
        prepare(model.cell, H)
    state, errors = rnnlib.adam_state(model), []
    run, run_back = cell_functions(model.cell)
    for update in range(updates + 1):
        if update % EVERY == 0:
            hs, *_ = run(EXAM[0], zero_state(kind, 500, H), model.cell, **options)
            errors.append(rnnlib.mean_squared_error(rnnlib.output_step(hs[-1], model.out), EXAM[1]))
            if errors[-1] < until:
                break
        xs, targets = rnnlib.adding_problem(25, 16, data)
        hs, _, cache = run(xs, zero_state(kind, 16, H), model.cell, **options)
        predictions = rnnlib.output_step(hs[-1], model.out)
        dpredictions = rnnlib.mean_squared_error_backward(predictions, targets)
        dh, grads_out = rnnlib.output_step_backward(dpredictions, hs[-1], model.out)
        dstate = (dh, np.zeros_like(dh)) if kind == "LSTM" else dh
        _, _, grads_cell = run_back(None, dstate, cache)
        grads, _ = rnnlib.clip_grad_norm(Model(grads_cell, grads_out), 1.0)
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=learning_rate)
    return np.array(errors)


def updates_until(errors, level=0.02):
    """After how many updates the error was first below the level; infinity if never."""
    below = np.flatnonzero(errors < level)
    return EVERY * below[0] if below.size else np.inf


histories = {}
print("adding problem, T = 25; the dull answer has 0.167. Five starts, mean ± standard deviation")
print("                       error after 150      error after 300      updates until below 0.02")
for learning_rate in (0.01, 0.02):
    for kind in INIT:
        runs = np.array([learn(kind, seed, learning_rate) for seed in range(5)])
        histories[kind, learning_rate] = runs
        row = f"{kind:<5} rate {learning_rate:<6}"
        for column in (150 // EVERY, 300 // EVERY):
            row += f"{runs[:, column].mean():>13.4f} ± {runs[:, column].std(ddof=1):.4f}"
        needed = [updates_until(run) for run in runs]
        row += "     " + " ".join("never" if n == np.inf else f"{n:.0f}" for n in needed)
        print(row)

# %% hidden=true tags=["nbval-ignore-output"]
from rnnlib.plotting.style import TEXT_COLOUR, new_figure, settle

with styled():
    figure = new_figure(6.8, 3.2)
    ax = figure.subplots()
    at = EVERY * np.arange(13)
    for kind, color in (("RNN", BLUE), ("LSTM", GREEN), ("GRU", VERMILLION)):
        runs = histories[kind, 0.02]
        ax.fill_between(
            at, runs.min(axis=0), runs.max(axis=0), color=color, alpha=0.18, linewidth=0
        )
        ax.plot(at, np.median(runs, axis=0), color=color)
        ax.annotate(
            kind, (300, np.median(runs[:, -1])), xytext=(8, 0 if kind != "GRU" else -6), textcoords="offset points",
            va="center", color=TEXT_COLOUR[color], annotation_clip=False,
        )  # fmt: skip
    ax.axhline(1 / 6, color=GREY, linewidth=1.2, linestyle=(0, (5, 3)))
    ax.annotate("dull answer", (2, 1 / 6), xytext=(0, -11), textcoords="offset points", color=GREY)
    ax.set(yscale="log", xlabel="update", ylabel="mean squared error", xlim=(0, 300))
    settle(figure)
show(
    figure,
    "Error on new examples against updates, learning rate 0.02, five starts: the line is the median, the band goes from the "
    "best start to the worst. The RNN stays at the dull answer. GRU and LSTM fall far below it; after 150 updates the GRU's "
    f"median is {np.median(histories['GRU', 0.02][:, 6]):.3f}, the LSTM's {np.median(histories['LSTM', 0.02][:, 6]):.3f}; after "
    f"300 they are at {np.median(histories['GRU', 0.02][:, 12]):.4f} and {np.median(histories['LSTM', 0.02][:, 12]):.4f}.",
)

# %% [markdown]
# Read it in three steps.
# - **The RNN learns nothing**, at either rate, from any start. That is the large difference, and it is between gates and no gates.
# - **The GRU is there earlier** than the LSTM, from every start and at both rates: after 150 updates it is far ahead.
# - **In the end both have solved it.** After 300 updates at the better rate their errors are of the same size, about a fortieth of the dull
#   answer or less. With a budget of 150 updates you would have called the GRU much better; with 300, hardly.
#
# **Which part of the GRU does it?** Take it apart: the other place of the reset gate; no reset gate ($r = 1$ throughout: zero weights
# and a bias of 50, where the sigmoid is flat, so training does not move it); a candidate that hears nothing of the past ($r = 0$);
# and an update gate that begins nearly open (bias 2). In the last row an LSTM whose forget gate begins still further open than usual, to
# see whether that is all the difference.

# %% tags=["nbval-ignore-output"]
ONE, ZERO = 50.0, -50.0  # biases at which a sigmoid is 1 or 0, and flat


def fix_reset(bias):
    """Hold the reset gate where the bias says."""

    def prepare(cell, H):
        cell.W_xh[:, :H], cell.W_hh[:, :H], cell.b_h[:H] = 0, 0, bias

    return prepare


def open_update(cell, H):
    """Begin with z at 0.88."""
    cell.b_h[H : 2 * H] = 2


def open_forget(cell, H):
    """Begin with the forget gate at 0.95."""
    cell.b_h[H : 2 * H] = 3


VERSIONS = {
    "GRU as above": ("GRU", {}),
    "GRU, reset before the product": ("GRU", {"reset": "before"}),
    "GRU, no reset gate (r = 1)": ("GRU", {"prepare": fix_reset(ONE)}),
    "GRU, candidate without past (r = 0)": ("GRU", {"prepare": fix_reset(ZERO)}),
    "GRU, update gate begins open (bias 2)": ("GRU", {"prepare": open_update}),
    "LSTM, forget gate begins open (bias 3)": ("LSTM", {"prepare": open_forget}),
}
print("learning rate 0.02: updates until the error is below 0.02, five starts")
for name, (kind, change) in VERSIONS.items():
    needed = [updates_until(learn(kind, s, 0.02, until=0.02, **change)) for s in range(5)]
    row = " ".join("never" if n == np.inf else f"{n:.0f}" for n in needed)
    print(f"{name:<38} {row:<27} median {np.median(needed):.0f}")

# %% [markdown]
# - Before or after the product: **no difference** beyond that of the starts.
# - Without a reset gate it takes longer. But with a candidate that hears *nothing* of the past it is as quick as with the gate. So on this
#   task the reset gate is useful for one thing, to keep the past out of the candidate, and the update gate does the remembering.
# - An update gate that begins open helps. That is the cheapest improvement on this page: one line.
# - The LSTM does not catch up by a more open forget gate. So the GRU's lead here is not a matter of that bias.
#
# These sentences are about this task. Where the new state must be worked out from the old one (a grammar, a game), a candidate without a past
# would be lost.
#
# **Another task.** Is the GRU always ahead? The names of dinosaurs (units 01 and 03), letter by letter: again the same number of
# parameters for all (about 6,000), the same learning rate, the same 300 updates, three starts. Every 50 updates we look at names that
# were held out, and note the best loss on the way (early stopping, as in unit 03). The baseline is the table of letter pairs, the
# bigram. (The code is that of unit 03 and folded away.)

# %% hidden=true tags=["nbval-ignore-output"]
from itertools import pairwise

from rnnlib.data import dinosaur_names

alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
V = len(alphabet)
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
held_out, training = names[:118], names[118:]


def as_batch(words):
    """Inputs (T, N, V), targets (T, N), and a mask (T, N) that is False behind a name's end."""
    ids, mask = rnnlib.pad([alphabet.encode(f".{word}.") for word in words])
    return rnnlib.one_hot(ids[:-1], V), ids[1:], mask[1:]


def learn_names(kind, seed, learning_rate=0.02, updates=300):
    """Train on names; the best loss on the names held out, in nats a letter, and when it was."""
    rng, data = np.random.default_rng(seed), np.random.default_rng(1000 + seed)
    H = units_for(kind, 6000, V, V)
    model = Model(INIT[kind](V, H, rng), rnnlib.init_dense(H, V, rng))
    state, losses = rnnlib.adam_state(model), []
    run, run_back = cell_functions(model.cell)
    for update in range(updates + 1):
        if update % 50 == 0:
            xs, targets, mask = as_batch(held_out)
            hs, *_ = run(xs, zero_state(kind, xs.shape[1], H), model.cell)
            losses.append(
                rnnlib.cross_entropy(rnnlib.output_step(hs, model.out), targets, mask=mask)
            )
        xs, targets, mask = as_batch(data.choice(training, 32, replace=False))
        hs, _, cache = run(xs, zero_state(kind, 32, H), model.cell)
        dlogits = rnnlib.cross_entropy_backward(
            rnnlib.output_step(hs, model.out), targets, mask=mask
        )
        dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
        _, _, grads_cell = run_back(dhs, None, cache)
        grads, _ = rnnlib.clip_grad_norm(Model(grads_cell, grads_out), 1.0)
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=learning_rate)
    return min(losses), H


pairs, test_pairs = (
    np.concatenate([list(pairwise(alphabet.encode(f".{word}."))) for word in part])
    for part in (training, held_out)
)
counts = np.full((V, V), 0.5)
np.add.at(counts, tuple(pairs.T), 1)
bigram = -np.mean(np.log((counts / counts.sum(axis=1, keepdims=True))[tuple(test_pairs.T)]))
print("names: best loss on the names held out, nats a letter, three starts")
print(f"bigram                 {bigram:.2f}")
for kind in INIT:
    found = [learn_names(kind, seed) for seed in range(3)]
    best = np.array([loss for loss, _ in found])
    print(
        f"{kind:<5} {found[0][1]:>3} units        {best.mean():.2f} ± {best.std(ddof=1):.2f}   "
        f"({', '.join(f'{b:.2f}' for b in best)})"
    )

# %% [markdown]
# Here **GRU and LSTM do not differ** by more than the starts do, and the simple network is less than a tenth of a nat behind, far ahead of the
# bigram. Names are short, and the last few letters say most of what can be known: a long memory is worth little. The same networks, another
# task, another result: either task alone would have told you half of it.
#
# **One thing that no training changes.** The state of a GRU is a mean of the old state and of a tanh, so, from zero on, it can never
# leave the interval from −1 to 1. The cell of an LSTM is a sum and can grow. So an LSTM can *count*, for as long as you like. Set by
# hand (gates fully open, candidate 1 whenever the input is 1):

# %%
ones = np.ones((1000, 1, 1))
counter = rnnlib.LSTMParams(  # columns: i, f, g, o
    W_xh=[[0, 0, 50, 0]], W_hh=[[0, 0, 0, 0]], b_h=[50, 50, 0, 50]
)
_, _, lstm_cache = rnnlib.lstm_forward(ones, zero_state("LSTM", 1, 1), counter)
wild = rnnlib.init_gru(1, 32, np.random.default_rng(8)).map(lambda a: 30 * a)
gru_states, _, _ = rnnlib.gru_forward(ones, np.zeros((1, 32)), wild)
print("ones read    LSTM, cell set by hand    GRU, largest of 32 units with wild weights")
for t in (10, 100, 1000):
    print(f"{t:>9} {lstm_cache.cs[t - 1, 0, 0]:>25.2f} {np.abs(gru_states[:t]).max():>45.2f}")

# %% [markdown]
# A GRU would have to count in ever smaller steps, and soon runs out of them (Weiss, Goldberg and Yahav 2018 show that trained networks
# bear this out).
#
# **What to take from it.**
#
# | | GRU against LSTM |
# |---|---|
# | parameters at the same $H$ | three quarters |
# | memory for the way back | five sixths |
# | time a step | the same to a quarter less |
# | adding problem, same budget | both solve it; the GRU needs fewer updates, from all five starts |
# | names, same budget | no difference beyond that of the starts |
# | counting | the LSTM can, the GRU cannot |
#
# And its limits: small networks, two tasks, two learning rates, a few hundred updates, three or five starts.
#
# Others have looked longer. Chung and others (2014) found the GRU comparable to the LSTM, and the choice a matter of the task. Jozefowicz and
# others (2015) tried more than ten thousand cells: the best of them was ahead on some tasks and not on others, and a forget bias of 1, as the
# LSTM has here, closed the gap between LSTM and GRU. Greff and others (2017) found none of eight changed LSTMs significantly better than the
# usual one. If you have to choose, try both.

# %% [markdown]
# ## 6.9 Whose z is it?
#
# **The trap.** In this course, $z = 1$ means *keep*. In other places $z = 1$ means *replace*. Both are called "the update gate", and if
# you mix them up, nothing fails: the network trains, the loaded weights give nonsense. Libraries differ in three things:
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
# (The candidate is called $\tilde h$, h, c or n. The paper of Cho et al. exists in several versions; Keras's documentation says that the first
# one resets after the product, and the published one before.)
#
# **The remedy.** If somebody's z is $1 - z$ here, no data is lost: because $\sigma(-a) = 1 - \sigma(a)$, it is enough to change the sign of
# the sum in front of the sigmoid. That means every weight and bias that leads to z.
#
# On paper: $\sigma(2) \approx 0.881$ and $\sigma(-2) \approx 0.119$; their sum is 1.
#
# **Your turn.** Make a new group; do not write into the old one (`params.copy()` gives a copy to write into). `b_hn` belongs to the
# candidate and stays.


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
# <details><summary><b>Hint 1</b>: which numbers</summary>
#
# The columns H to 2H − 1 of `W_xh` and of `W_hh`, and the same places of `b_h`. H is `len(params.b_hn)`.
# </details>
# <details><summary><b>Hint 2</b>: one way to write it</summary>
#
# `swapped = params.copy()`, then `swapped.W_xh[:, H:2*H] *= -1` and the same for `W_hh`; `b_h` has one axis only.
# </details>

# %% grade="swap_update_gate" points=1

# %% [markdown]
# **Try it: which convention is PyTorch's?** Not by reading: by trying. We make a `torch.nn.GRU` with random weights, run it, and compute
# the same sequence in NumPy under *each* combination of the three conventions. Only one can agree with it. (Importing torch takes a few
# seconds. If it is not installed, the cell says so, and the right column is the library's own.)

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
    r, z, n = (order.index(gate) for gate in "rzn")
    columns = np.concatenate([np.arange(H) + H * block for block in (r, z, n)])
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
# One row of eight agrees, to twelve digits, and the others are plainly wrong, although all eight ran without an error. **When you carry
# weights over, compare the outputs on random numbers, with all biases and $h_0$ different from zero.**
#
# And the other way: give our weights to somebody else. The code below writes each row of the table out as *their* equations, once with our
# weights as they are and once translated, and compares with PyTorch (or, where the reset gate stands before the product, with your own
# `reset="before"`). Where matrices are separate, the order is the one in which the equations stand.

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
# **Question 4.** In a paper you read $h_t = (1 - z)\,h_{t-1} + z\,\tilde h_t$, and you want that network to remember for long from the first
# update on. How should the bias of z begin?
#
# - a) well above 0
# - b) at 0
# - c) well below 0
# - d) it does not matter

# %% answer="gru_other_z"
answer_gru_other_z = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_gru_other_z = "c"
### END SOLUTION

# %%
check_answer("gru_other_z", answer_gru_other_z)

# %% grade_answer="gru_other_z" points=0.5

# %% [markdown]
# ## Summary
#
# - A GRU mixes: $h_t = (1 - z) \cdot n + z \cdot h_{t-1}$. With z near 1 the state and its gradient pass unchanged.
# - The reset gate decides what the candidate hears of the past. After the product it makes a unit deaf, before the product mute: two
#   different functions with the same name.
# - Backward in three stages: the mixture, the gates, the products. The old state gets its gradient on two ways, and they add up.
# - Gates at 1/2 forget within ten steps. Memory comes from gates near 1, by training or by their bias.
# - Three blocks of weights instead of four. With the same budget the GRU was quicker than the LSTM on the adding problem and its equal on
#   names; the large difference is between gates and no gates.
# - A state between −1 and 1 cannot count; the LSTM's cell can.
# - z, the order of the blocks and the place of the reset differ between libraries. Compare outputs on random numbers.
#
# **Next:** unit 07 stacks cells, runs them in both directions, and deals with sequences of different lengths.
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
