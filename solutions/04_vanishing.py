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
# # 4 Vanishing and exploding gradients
#
# In unit 01 a network failed to learn which letter came first when a hundred letters stood in between. It *could* hold
# the answer; the gradient did not arrive. In this unit you find out why: you measure how a gradient shrinks or grows on
# its way back through time, and you learn which number of the network decides it. At the end you get a training program
# that does not learn, and you make it learn.
#
# **At the end you can**
# - write the gradient through many steps as a product of Jacobians, and measure it;
# - say what singular values, the slope of the tanh and the spectral radius have to do with it;
# - bring a recurrent weight to a wanted spectral radius;
# - say what clipping cures and what it does not;
# - find out why a training run does not learn.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03; what a matrix product is |
# | **Points** | 20: four short functions (12.5), a program to mend (6.5), two questions (1) |
#
# Two words of linear algebra come up, *eigenvalue* and *singular value*. Both are explained where they are needed.

# %% locked="setup"
from functools import partial

import numpy as np

import rnnlib
from rnnlib import DenseParams, RNNParams, adam_state, adam_step, rnn_backward, rnn_forward
from rnnlib.course import check, check_answer, working
from rnnlib.data import adding_problem
from rnnlib.last_step import (
    LastStepParams,
    gradient_reach,
    init_last_step,
    last_step_gradients,
    last_step_loss,
    train_last_step,
)
from rnnlib.plotting import show
from rnnlib.plotting.interactive import explore
from rnnlib.plotting.jacobians import draw_jacobian, draw_jacobian_product, plot_cliff
from rnnlib.plotting.lags import plot_by_lag, plot_gradients_and_states

# %% [markdown]
# ## 4.1 One unit, on paper
#
# Take the smallest recurrent network: one unit that listens only to itself, without a tanh.
#
# $$h_t = w\,h_{t-1}$$
#
# If $h_{t-1}$ changes by a little, $h_t$ changes by $w$ times as much. After $k$ steps the change has been
# multiplied by $w$ a total of $k$ times:
#
# $$\frac{\partial h_T}{\partial h_{T-k}} = w^k$$
#
# On paper: $0.9^{10} \approx 0.35$, and $0.9^{100} \approx 0.000027$. A little more than 1 instead:
# $1.1^{10} \approx 2.6$, and $1.1^{100} \approx 13\,781$. A gradient that goes back $k$ steps is multiplied by just
# this number.

# %% hidden=true
lags = np.arange(101)
show(
    plot_by_lag(
        {f"w = {w}": float(w) ** lags for w in (1.1, 1.02, 1.0, 0.98, 0.9)},
        ylabel="w to the power of k",
    ),
    "Powers of w over 100 steps, on a logarithmic scale: straight lines that fan out from 1. After 100 steps "
    + ", ".join(f"w = {w} has come to {float(w) ** 100:.2g}" for w in (1.1, 1.02, 1.0, 0.98, 0.9))
    + ".",
)

# %% [markdown]
# *Figure 4.1: powers of w. The scale is logarithmic, so what shrinks by the same factor at every step is a straight line.*
#
# Only $w = 1$ keeps the gradient. Everything below **vanishes**, everything above **explodes**, by the same law.
#
# **Question 1.** A unit has $w = 0.5$. After how many steps is *less than a thousandth* of a gradient left, for the
# first time?

# %% answer="thousandth"
answer_thousandth = None
### BEGIN SOLUTION
answer_thousandth = 10
### END SOLUTION

# %%
check_answer("thousandth", answer_thousandth)

# %% grade_answer="thousandth" points=0.5

# %% [markdown]
# **With the tanh.** Now $h_t = \tanh(w\,h_{t-1})$. The slope of the tanh at that place is $1 - h_t^2$, so one step
# multiplies a change by $w\,(1 - h_t^2)$. The slope is never more than 1, and it is small where the state is near −1
# or 1. Remember the latch of unit 01: one unit that excites itself and comes to rest at a value that stays. That is
# how a network holds a bit. What does a gradient do there?

# %%
print("  w    rests at   slope 1 - h²   factor w (1 - h²)   after 20 steps")
for w in (0.9, 1.1, 1.5, 3.0):
    h = 0.9
    for _ in range(5000):
        h = np.tanh(w * h)
    factor = w * (1 - h**2)
    print(f"{w:>4} {h:>9.3f} {1 - h**2:>12.3f} {factor:>16.3f} {factor**20:>21.0e}")

# %% [markdown]
# Above $w = 1$ the unit keeps its value for ever, and yet the factor is **below 1**. The better it keeps the value
# ($w = 3$), the faster the gradient dies. That is no accident: a state that stays where it is although something pushes
# it a little is a state on which a little push has no effect, and a gradient measures exactly the effect of a little
# push. **A tanh unit that stores a bit safely has a vanishing gradient** (Bengio, Simard and Frasconi 1994).
#
# > **What you may have read:** "the *weights* vanish". They do not, and neither does the state: in the last row the unit
# > holds 0.995 for ever with a weight of 3. It is the *gradient* that vanishes, on its way back.

# %% [markdown]
# ## 4.2 The Jacobian of one step
#
# **The idea.** With $H$ units, each number of the new state depends on each number of the old one. That makes
# $H \times H$ slopes, and the table that holds them is the **Jacobian**: the entry in row $i$ and column $j$ says how
# unit $i$ *after* the step changes with unit $j$ *before* it.

# %% hidden=true
show(
    draw_jacobian(),
    "Two units before a step on the left, two after it on the right, with an arrow from each to each. The arrow from "
    "unit 1 to unit 0 is lit: it carries the weight in row 1, column 0 of W_hh, then comes the slope of unit 0. Their "
    "product is the entry of the Jacobian in row 0, column 1.",
)

# %% [markdown]
# *Figure 4.2: the path that one entry of the Jacobian describes.*
#
# **The equation.** Start from one unit of $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$. Unit $j$ reaches unit $i$
# through the weight in *row $j$, column $i$* of $W_{hh}$, and then comes the slope of unit $i$'s tanh:
#
# $$\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2)\,W_{hh}[j, i]
# \qquad\text{all at once:}\qquad
# \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\;W_{hh}^\top$$
#
# **Mind the transpose.** In this course a state is a *row*, and the forward step is `h @ W_hh`: the rows of $W_{hh}$ belong
# to what goes in. In a Jacobian the *columns* belong to what goes in, so the weight is transposed. (Books that write
# states as columns, $W h$, need no transpose here.) The gradient of a loss is a row as well, and it stands on the
# **left**: $dh_{t-1} = dh_t \,\frac{\partial h_t}{\partial h_{t-1}} = (dh_t \odot (1 - h_t^2))\,W_{hh}^\top$, the line of
# unit 02.
#
# On paper, two units with $W_{hh} = \begin{pmatrix} 0 & 2 \\ 1 & 0 \end{pmatrix}$ and $h_t = (0.5,\ 0)$: the slopes
# are $0.75$ and $1$, and the Jacobian is $\begin{pmatrix} 0 & 0.75 \\ 2 & 0 \end{pmatrix}$: unit 0 hears unit 1 with
# 0.75, unit 1 hears unit 0 with 2.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h_t$ | `h_next` | (H,) | the state *after* the step, of one example |
# | $W_{hh}$ | `params.W_hh` | (H, H) | recurrent weight: row in, column out |
# | $\partial h_t / \partial h_{t-1}$ | `J` | (H, H) | row out, column in |
#
# **Your turn.**


# %% exercise="rnn_jacobian"
def rnn_jacobian(h_next, params):
    """The Jacobian of one step: how the state after it changes with the state before it.

    h_next: (H,) the state after the step.  params: W_hh (H, H).
    Returns J: (H, H). Row i, column j: how unit i after the step changes with unit j before it.
    """
    ### BEGIN SOLUTION
    return (1 - h_next**2)[:, None] * params.W_hh.T
    ### END SOLUTION


# %%
check(rnn_jacobian)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# There are two factors: a vector of slopes, one for each unit after the step, and the transposed weight. Which row of the
# Jacobian belongs to slope i?
# </details>
# <details><summary><b>Hint 2</b>: a vector times the rows of a matrix</summary>
#
# NumPy lines up a vector of length H with the *columns* of a matrix. To multiply the rows, the vector must stand upright,
# with shape (H, 1): look up `None` as an index.
# </details>
# <details><summary><b>Hint 3</b>: the test on paper</summary>
#
# Call your function with `np.array([0.5, 0.0])` and
# `RNNParams(W_xh=np.zeros((1, 2)), W_hh=[[0, 2], [1, 0]], b_h=np.zeros(2))`: it is the example above.
# </details>

# %% grade="rnn_jacobian" points=3.5

# %% [markdown]
# **Try it: forward and backward.** The Jacobian answers two questions. *Forward:* how does the new state move when the
# old one is nudged? (The nudge stands on the right, as a column.) *Backward:* what is the gradient before the step,
# when it is known after? (The gradient stands on the left, as a row.) Both are compared with the truth.

# %%
jacobian = working(rnn_jacobian)
rng = np.random.default_rng(0)
params = rnnlib.init_rnn(3, 4, rng)
x, h, dh_next = rng.normal(size=(1, 3)), 0.5 * rng.normal(size=(1, 4)), rng.normal(size=(1, 4))
h_next = rnnlib.rnn_step(x, h, params)
J = jacobian(h_next[0], params)

nudge = 1e-4 * rng.normal(size=4)
moved = rnnlib.rnn_step(x, h + nudge, params) - h_next
print("forward:  J @ nudge  ", (1e4 * (J @ nudge)).round(3), "  (times 10,000)")
print("          really     ", (1e4 * moved[0]).round(3))
print("backward: dh @ J     ", (dh_next[0] @ J).round(3))
print(
    "          unit 02    ", rnnlib.rnn_step_backward(dh_next, x, h, h_next, params)[1][0].round(3)
)

# %% [markdown]
# ## 4.3 Many steps: a product
#
# **The idea.** From $h_t$ to $h_T$ there are $T - t$ steps, and each has its Jacobian. The chain rule multiplies them.

# %% hidden=true
show(
    draw_jacobian_product(),
    "Four states in a row, the last one h_T. The gradient dh_T enters on the right and goes back; between two states it "
    "meets the Jacobian of that step: of h_T with respect to h_T-1 first, of h_T-2 with respect to h_T-3 last.",
)

# %% [markdown]
# *Figure 4.3: the forward pass is grey; the gradient goes back and meets one Jacobian at every step.*
#
# **The equation.**
#
# $$J_t = \frac{\partial h_T}{\partial h_t}
# = \frac{\partial h_T}{\partial h_{T-1}} \;\frac{\partial h_{T-1}}{\partial h_{T-2}} \cdots
# \frac{\partial h_{t+1}}{\partial h_t}$$
#
# The **last step stands on the left**, the earliest on the right: matrices do not commute, so the order counts. Going
# back from the end, each product comes from the one after it with one more factor **on the right**:
#
# $$J_T = I \qquad\qquad J_t = J_{t+1}\;\frac{\partial h_{t+1}}{\partial h_t}$$
#
# With one unit this is $w^k$ of section 4.1; with $H$ units the number $w$ has become a matrix, and another one at each
# step, because the slopes change.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x_1 \dots x_T$ | `xs` | (T, D) | one sequence |
# | $h_0$ | `state0` | (H,) | its first state |
# | $h_1 \dots h_T$ | `hs` | (T, 1, H) | all states: a batch of one; $h_{t+1}$ is `hs[t, 0]` |
# | $J_0 \dots J_T$ | `J[0]` ... `J[T]` | (T + 1, H, H) | how the **last** state changes with each state |
#
# **Your turn.** The first line is given: it runs the network. Use your `rnn_jacobian`.


# %% exercise="state_jacobians"
def state_jacobians(xs, state0, params):
    """How the last state changes with every state: J_t = dh_T/dh_t for t = 0 ... T.

    xs: (T, D) one sequence.  state0: (H,) its first state.  params: as in rnn_step.
    Returns (T + 1, H, H), in the order of time: J_0 first, the identity last.
    """
    hs, _, _ = rnn_forward(xs[:, None], state0[None], params)  # (T, 1, H)
    ### BEGIN SOLUTION
    J = np.eye(len(state0))
    products = [J]
    for h in hs[::-1, 0]:
        J = J @ rnn_jacobian(h, params)
        products.append(J)
    return np.stack(products[::-1])
    ### END SOLUTION


# %%
check(state_jacobians)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# At the end: the last state changes with itself like the identity. Then go back through the states, multiply by one more
# Jacobian each time, and keep every product in a list.
# </details>
# <details><summary><b>Hint 2</b>: which state, which side</summary>
#
# `rnn_jacobian` wants the state *after* a step. For the last step that is $h_T$, for the first $h_1$: T Jacobians in all.
# The formula says on which side the new factor stands.
# </details>
# <details><summary><b>Hint 3</b>: the order at the end</summary>
#
# The list begins with $J_T$, but $J_0$ is asked for first. `np.stack` makes one array of a list.
# </details>

# %% grade="state_jacobians" points=4.5

# %% [markdown]
# **Try it: what is left after k steps?** A matrix stretches some directions and shrinks others. Its **singular values**
# say by how much: the largest is the most that it can make of any vector, the smallest the least. (`np.linalg.svd`
# computes them, the largest first.) We look at the products of a network with 32 random units that reads random inputs.


# %%
def random_network(radius, input_weights=0.3, H=32, D=2, seed=0):
    """Random weights; the recurrent one is scaled to a spectral radius (section 4.5 is about that)."""
    rng = np.random.default_rng(seed)
    W_hh = rnnlib.scale_to_radius(rng.normal(size=(H, H)), radius)
    return RNNParams(input_weights * rng.normal(size=(D, H)) / np.sqrt(D), W_hh, np.zeros(H))


T, H = 60, 32
xs = np.random.default_rng(5).normal(size=(T, 2))
h0 = np.zeros(H)
products = working(state_jacobians)
J = products(xs, h0, random_network(0.9))
values = np.linalg.svd(J, compute_uv=False)  # (T + 1, H)
print("singular values of dh_T/dh_t")
print("steps back    largest     3rd    10th")
for k in (0, 1, 2, 5, 10, 20, 40, 60):
    print(f"{k:>10} {values[T - k, 0]:>10.1e} {values[T - k, 2]:>7.0e} {values[T - k, 9]:>7.0e}")

# %% [markdown]
# Read the column *largest*: that is what survives at best. After twenty steps less than a fiftieth is left, after sixty
# about a millionth. And it is not one number that shrinks: the *10th* direction is gone long before the first. What the
# past can still tell through such a product, it tells in very few directions.
#
# Is it true? We can try without any derivative: change $h_0$ a little, and look at the last state.

# %%
network = random_network(0.9)
start = 0.01 * np.random.default_rng(1).normal(size=H)
last, last_moved = (rnn_forward(xs[:, None], h[None], network)[1][0] for h in (h0, h0 + start))
print(f"distance of the two first states  {np.linalg.norm(start):.1e}")
print(f"distance of the two last states   {np.linalg.norm(last_moved - last):.1e}")
print(f"what J_0 says: |J_0 @ nudge|      {np.linalg.norm(J[0] @ start):.1e}")

# %% [markdown]
# ## 4.4 The gradient at every step
#
# A loss looks at the last state, and its gradient $dh_T$ starts there. How long is the gradient when it has come back to
# $h_t$? Once more it is a row from the left: $dh_t = dh_T\,J_t$, with the length $|dh_t|$. For all steps at once that is
# `dh @ J`, a row times a stack of matrices.

# %% [markdown]
# **Try it: who teaches the weights?** The gradient of $W_{hh}$ is a sum over all steps (unit 02): step $t$ adds
# $h_{t-1}^\top\, da_t$ with $da_t = dh_t \odot (1 - h_t^2)$. How much of it comes from the last ten of the sixty steps?

# %%
dh = np.random.default_rng(6).normal(size=H)
dh /= np.linalg.norm(dh)  # length 1, so that every number below is a share

network = random_network(0.9)
J = products(xs, h0, network)
norms = np.linalg.norm(dh @ J, axis=1)
hs = rnn_forward(xs[:, None], h0[None], network)[0][:, 0]
das = (dh @ J)[1:] * (1 - hs**2)  # (T, H): h_t is after step t
added = np.linalg.norm(np.vstack([h0, hs[:-1]]), axis=1) * np.linalg.norm(das, axis=1)
print("steps back   length of the gradient")
for k in (0, 1, 5, 10, 20, 40, 60):
    print(f"{k:>10}   {norms[T - k]:.1e}")
print(
    f"\nshare of W_hh's gradient that the last 10 steps give: {added[-10:].sum() / added.sum():.1%}"
)
print(f"share that the first 30 steps give:                   {added[:30].sum() / added.sum():.3%}")

# %% [markdown]
# So the gradient is *not* zero, and the weights do learn: from the last few steps. What happened at the beginning has
# practically no influence. That is what "the gradient vanishes" means: **near events drown out far ones.**

# %% [markdown]
# ## 4.5 The spectral radius
#
# **The idea.** With one unit the number $w$ decided. For a matrix that is multiplied over and over, this role is played by
# the **spectral radius**: the largest absolute value of its eigenvalues. (A vector that a matrix only
# makes longer or shorter, without turning it, is an eigenvector, and the factor is its eigenvalue. For real matrices it
# can be a complex number; then it turns as well, and the absolute value is the factor.) In the long run the powers
# $W^k$ grow or shrink like $\text{radius}^k$.
#
# Multiplying the matrix by a number multiplies all eigenvalues by it. So a random matrix can be brought to any radius:
#
# $$W_{\text{scaled}} = W \cdot \frac{\text{wanted radius}}{\max_i |\lambda_i(W)|}$$
#
# On paper: $\begin{pmatrix} 0 & 4 \\ 1 & 0 \end{pmatrix}$ has the eigenvalues 2 and −2, so its radius is 2. For a radius
# of 0.5 it is to be divided by 4.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $W$ | `W` | (H, H) | a square matrix |
# | | `radius` | a number | the spectral radius that is wanted |
# | $\lambda_i(W)$ | `np.linalg.eigvals(W)` | (H,) | its eigenvalues, complex numbers in general |
#
# **Your turn.**


# %% exercise="scale_to_radius"
def scale_to_radius(W, radius):
    """The same matrix, multiplied by a number so that its spectral radius is `radius`.

    W: (H, H).  radius: a number.
    Returns W_scaled: (H, H), a new array.
    """
    ### BEGIN SOLUTION
    return W * (radius / np.abs(np.linalg.eigvals(W)).max())
    ### END SOLUTION


# %%
check(scale_to_radius)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# First find the radius that `W` has now. The eigenvalues may be complex: NumPy's absolute value of a complex number is the
# right one. (`np.linalg.norm(W, 2)` is something else, the largest singular value.)
# </details>

# %% grade="scale_to_radius" points=2

# %% [markdown]
# **Try it: from vanishing to exploding.** The same random network, the same inputs, six spectral radii. One random start
# is shown; other starts move the lines a little.

# %%
scale = working(scale_to_radius)
curves = {}
for radius in (3.0, 2.0, 1.5, 1.1, 0.9, 0.5):
    network = random_network(1.0)
    network = RNNParams(network.W_xh, scale(network.W_hh, radius), network.b_h)
    curves[f"radius {radius}"] = np.linalg.norm(dh @ products(xs, h0, network), axis=1)[::-1]
print("spectral radius   left after 10 steps    after 30    after 60")
for name, curve in curves.items():
    print(f"{name.split()[1]:>15} {curve[10]:>21.0e} {curve[30]:>11.0e} {curve[60]:>11.0e}")
show(
    plot_by_lag(curves),
    "The length of the gradient against the steps back, on a logarithmic scale, for six spectral radii. After 60 "
    "steps it has come from 1 to "
    + ", ".join(f"{curve[60]:.0e} for {name}" for name, curve in curves.items())
    + ".",
)

# %% [markdown]
# *Figure 4.4: the gradient on its way back, for six spectral radii.*
#
# The lines are nearly straight: a factor for each step, as with one unit. But look where they are level. That is **not** at
# radius 1: at 1.1 the gradient still vanishes, because the slopes of the tanh take their part. And the slopes depend on the
# inputs: strong inputs drive the units to −1 and 1, where the slopes are small. Here is the gradient after 60 steps for
# several strengths:

# %%
print("input weights      radius 0.9        1.1        1.5        2.0        3.0")
for input_weights in (0.1, 0.3, 1.0, 3.0):
    row = ""
    for radius in (0.9, 1.1, 1.5, 2.0, 3.0):
        network = random_network(radius, input_weights)
        row += f"{rnnlib.gradient_norms(dh, rnnlib.state_jacobians(xs, h0, network))[0]:>11.0e}"
    print(f"{input_weights:>13} {' ' * 3}{row}")

# %% [markdown]
# ## 4.6 A bound that cannot be broken
#
# **The idea.** The spectral radius describes the long run, not each step. To be *certain*, we need the most that one step
# can do. A vector that goes through the step is stretched by the matrix, at most by its largest singular value
# $\sigma_1(W_{hh})$, and then multiplied by slopes, each of which is at most the largest one:
#
# $$|J_t| \;\le\; \gamma^{\,T-t} \qquad \gamma = \sigma_1(W_{hh}) \cdot \max_{t, i}\,(1 - h_{t,i}^2)$$
#
# Here $|J_t|$ is the largest singular value of $J_t$. If $\gamma < 1$, the gradient **must** vanish. If $\gamma > 1$, it
# *may* explode; it need not.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $h_1 \dots h_T$ | `hs` | (T, H) | the states of one example |
# | $\sigma_1(W_{hh})$ | `np.linalg.norm(params.W_hh, 2)` | a number | largest singular value |
# | $\gamma^{T} \dots \gamma^{0}$ | `bounds` | (T + 1,) | for $t = 0 \dots T$; the last one is 1 |
#
# **Your turn.**


# %% exercise="jacobian_bound"
def jacobian_bound(hs, params):
    """What the largest singular value of J_t = dh_T/dh_t can be at most, for t = 0 ... T.

    hs: (T, H) states of one example.  params: W_hh (H, H).
    Returns (T + 1,): the bound for h_0 first; 1 for the last state.
    """
    ### BEGIN SOLUTION
    factor = np.linalg.norm(params.W_hh, 2) * (1 - hs**2).max()
    return factor ** np.arange(len(hs), -1, -1)
    ### END SOLUTION


# %%
check(jacobian_bound)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the factor</summary>
#
# $\gamma$ is one number for the whole sequence. The slope is largest where a state is nearest to 0.
# </details>
# <details><summary><b>Hint 2</b>: the powers</summary>
#
# For $h_0$ the exponent is T, for the last state it is 0. How many numbers is that? `np.arange` can count down.
# </details>

# %% grade="jacobian_bound" points=2.5

# %% [markdown]
# **Try it: how good is the bound?** Next to what it bounds, and to the rule of thumb $\text{radius}^k$.

# %%
bound = working(jacobian_bound)
compared = {}
print("after 30 steps back")
print("radius   largest singular value of W   the gradient at most   radius^30     bound")
for radius in (0.4, 0.9, 1.5):
    network = random_network(radius)
    hs = rnn_forward(xs[:, None], h0[None], network)[0][:, 0]
    largest = np.linalg.svd(products(xs, h0, network), compute_uv=False)[:, 0]
    limit = bound(hs, network)
    compared[radius] = largest[::-1], limit[::-1]
    print(
        f"{radius:>6} {np.linalg.norm(network.W_hh, 2):>29.2f} {largest[T - 30]:>22.0e} "
        f"{radius**30:>11.0e} {limit[T - 30]:>9.0e}"
    )
show(
    plot_by_lag(
        {
            "bound, 0.9": compared[0.9][1],
            "bound, 0.4": compared[0.4][1],
            "measured, 0.9": compared[0.9][0],
            "measured, 0.4": compared[0.4][0],
        },
        ylabel="largest singular value",
        span=(1e-30, 1e12),
    ),
    "The largest singular value of the product, measured, against its bound. Radius 0.4: measured "
    f"{compared[0.4][0][60]:.0e} after 60 steps, bound {compared[0.4][1][60]:.0e}. Radius 0.9: measured "
    f"{compared[0.9][0][60]:.0e}, but the bound has grown to {compared[0.9][1][60]:.0e}.",
)

# %% [markdown]
# *Figure 4.5: what the bound allows, and what happens.*
#
# The bound is never broken, and it is far from tight: the largest singular value of a random matrix is well above its
# spectral radius (here 1.7 times), and the directions that one step stretches most are not those that the next one
# stretches. At radius 0.4 the bound proves that the gradient vanishes. At 0.9 it proves nothing, and the gradient vanishes
# all the same.
#
# An **orthogonal** matrix needs no such care: all its singular values are 1, and so are the absolute values of its
# eigenvalues. It rotates vectors and stretches none, so only the slopes can shrink a gradient. That is why this course
# starts $W_{hh}$ orthogonal.

# %% [markdown]
# **Question 2.** The largest singular value of $W_{hh}$ is 1.2. In all states the slope $1 - h^2$ is at most 0.8. Which part
# of a gradient's length can be left 50 steps back, at most? (Two decimals.)

# %% answer="certain"
answer_certain = None  # your answer: a number
### BEGIN SOLUTION
answer_certain = 0.13
### END SOLUTION

# %%
check_answer("certain", answer_certain)

# %% grade_answer="certain" points=0.5

# %% [markdown]
# **Play with it.** The page computes real backward passes while you move the sliders. At which spectral radius does
# the gradient of a simple network stay in sight for 50 steps?

# %%
from rnnlib.plotting import explorables

explorables.live("reach")

# %% [markdown]
# *Figure 4.6: How far back can it see? The gradient by lag, below the bound that you have just computed.*
#
# ## 4.7 A task that asks for memory: the adding problem
#
# To see what vanishing gradients do to learning we need a task in which nothing but memory counts. At every step the
# network reads two numbers: a random **value** between 0 and 1, and a **mark** that is 1 at two steps and 0 elsewhere. At
# the end it has to answer the **sum of the two marked values**.
#
# ```
# value   0.35  0.81  0.12  0.97  0.44  0.60
# mark    0     1     0     0     1     0        ->  0.81 + 0.44 = 1.25
# ```
#
# One mark lies in the first half, the other in the second, so the first value has to be kept for up to $T - 1$ steps.
# (Hochreiter and Schmidhuber 1997 invented the task, with values between −1 and 1 and a somewhat different layout; this
# later form is that of Le, Jaitly and Hinton 2015.) `adding_problem(T, N, rng)` makes a batch: `xs` of shape (T, N, 2) and
# `targets` of shape (N, 1).
#
# **A baseline.** How well can you do without reading the input? The best constant answer is 1, the mean of a sum of two such
# numbers. Its mean squared error is the variance of the sum, $1/12 + 1/12 = 1/6 \approx 0.167$. Measured:

# %%
example, targets = adding_problem(8, 20_000, np.random.default_rng(0))
print("one example: values", example[:, 0, 0].round(2))
print("             marks ", example[:, 0, 1].astype(int))
print("             target", targets[0].round(2))
print(f"\nalways answering 1: mean squared error {np.mean((targets - 1) ** 2):.3f}")
second_only = (example[4:, :, 0] * example[4:, :, 1]).sum(axis=0) + 0.5
print(f"knowing the second value only:         {np.mean((targets[:, 0] - second_only) ** 2):.3f}")

# %% [markdown]
# A network that ends near 0.167 has learned nothing. One that only sees the second half can reach 0.083. Below that, it
# must have carried a number from the first half to the end.

# %% [markdown]
# ## 4.8 Exploding, and clipping
#
# Now the other side. We take a network of **ReLU** units (slope 1 or 0, never in between) and start $W_{hh}$ at the
# identity: a unit that is on keeps its value, so at the start hardly anything vanishes. It answers after the last step, and
# we train it by plain gradient descent with a small learning rate, $T = 40$.


# %% tags=["nbval-ignore-output"]
def descend(max_norm, updates, learning_rate=0.003):
    """Plain gradient descent on the adding problem; prints the loss and the length of the gradient."""
    rng = np.random.default_rng(0)
    net = init_last_step("relu", "identity", rng)
    for update in range(updates + 1):
        loss, _, grads, _ = last_step_gradients(*adding_problem(40, 16, rng), net, "relu")
        if update in (0, 1, 2, 50, 100, 300):
            print(f"{update:>6} {loss:>9.1e} {rnnlib.grad_norm(grads):>10.1e}")
        if max_norm is not None:
            grads, _ = rnnlib.clip_grad_norm(grads, max_norm)  # from unit 03
        net = net.map(lambda w, g: w - learning_rate * g, grads)
    return loss


print("update      loss   gradient, not clipped")
exploded = descend(max_norm=None, updates=2)
print("update      loss   gradient, clipped to length 0.1")
clipped = descend(max_norm=0.1, updates=300)

# %% [markdown]
# Without clipping, a single update takes the loss beyond all bounds. The first gradient was long, and the step along it
# changed $W_{hh}$, which acts forty times in a row. The loss is like a **cliff**: a gentle slope, and then a wall. We can look
# at it: walk from the start along the first gradient, and measure the loss on the way.

# %% hidden=true
rng = np.random.default_rng(0)
net = init_last_step("relu", "identity", rng)
batch = adding_problem(40, 16, rng)
_, _, grads, _ = last_step_gradients(*batch, net, "relu")
length = rnnlib.grad_norm(grads)
walked = np.logspace(-4, 1.5, 111)


def loss_after(distance):
    """The loss when one has walked so far against the first gradient."""
    moved = net.map(lambda w, g: w - distance / length * g, grads)
    return last_step_loss(*batch, moved, "relu")


along = np.array([loss_after(d) for d in walked])
short, long = 0.003 * 0.1, 0.003 * length
show(
    plot_cliff(
        walked,
        along,
        {
            "clipped step": (short, loss_after(short)),
            "step without\nclipping": (long, loss_after(long)),
        },
    ),
    f"The loss along the first gradient. It begins at {along[0]:.0f}, falls, and rises steeply: on linear scales, on the left, "
    f"like a wall. The step without clipping lands at {loss_after(long):.0e}; the clipped one stays at "
    f"{loss_after(short):.0f}.",
)

# %% [markdown]
# *Figure 4.7: the loss along the first gradient, near the start (left) and as a whole (right).*
#
# **Clipping** shortens a gradient that is longer than `max_norm` and keeps its direction. It cannot know how far one may go;
# it only says *not that far*. Here it turns a training run that blows up at once into one whose loss falls.
#
# **What clipping does not cure.** It multiplies the whole gradient by *one* number. The part that came from the early steps
# shrinks as much as the part that came from the late ones. In a tanh network of spectral radius 0.7, whose gradient vanishes:

# %%
rng = np.random.default_rng(0)
net = LastStepParams(random_network(0.7), rnnlib.init_dense(32, 1, rng))
_, dxs, grads, _ = last_step_gradients(*adding_problem(40, 16, rng), net, "tanh")
norm = rnnlib.grad_norm(grads)
print("                    last input   first input    first / last")
for max_norm in (np.inf, 0.1, 0.01):
    factor = min(1, max_norm / norm)
    near, far = (factor * np.linalg.norm(dxs[t]) for t in (-1, 0))
    name = "not clipped" if factor == 1 else f"clipped to {max_norm}"
    print(f"{name:<16} {near:>12.0e} {far:>13.0e} {far / near:>15.0e}")

# %% [markdown]
# The last column does not change. **Clipping cures exploding gradients. It does nothing for vanishing ones.**

# %% [markdown]
# ## 4.9 Open task: a training program that does not learn
#
# The program below trains a ReLU network on the adding problem with $T = 30$. A network of 16 units can learn it in 300
# updates, in a few seconds. This program runs without any complaint, and it does not learn. **Six things in it are wrong.**
# Mend them, or write it anew. This is what it is meant to do:
#
# 1. Start a ReLU network from `rng`, such that a gradient can get through 30 steps.
# 2. For each batch of `batches`, in order: read its sequences from a state of zeros. The batches have nothing to do with each
#    other.
# 3. Compute the gradient of this batch's mean squared error.
# 4. If this gradient, taken over all weights as one long vector, is longer than `max_norm`, shorten it to `max_norm`. Then
#    take one step with Adam (`adam_step`, from unit 03).
# 5. Before each update and after the last one, append `(net, error)` to `history`: the network and its mean squared error on
#    `held_out`.
# 6. Return the network with the smallest held-out error, and `history`.
#
# `LastStepParams(cell, out)` is a group of both groups of weights; its `map` works on all arrays. You may use all of `rnnlib`.
#
# How does one find such faults? Not by changing the learning rate. **Ask of each quantity what you expect, then look:** what is
# the error of a network that always answers 1, and can the printed error fall below it? How long is the gradient at the first
# input, compared with the last (`gradient_reach`)? Is the state before each batch what it should be? What does the gradient of the
# second update depend on? The cell below the program runs it and prints some of it; add your own.


# %% exercise="train_adder" minutes=30
def train_adder(batches, held_out, rng, H=16, learning_rate=0.005, max_norm=1.0):
    """Train a ReLU network on the adding problem.

    batches: list of (xs, targets), xs (T, N, 2), targets (N, 1).  held_out: (xs, targets).
    Returns best: LastStepParams; history: a list of pairs (LastStepParams, held-out error).
    """
    ### BEGIN SOLUTION
    W_hh = np.eye(H)
    cell = RNNParams(0.5 * rng.normal(size=(2, H)), W_hh, np.zeros(H))
    net = LastStepParams(cell, DenseParams(rng.normal(size=(H, 1)) / np.sqrt(H), np.ones(1)))
    adam, history = adam_state(net), []
    best, best_error = net, np.inf
    for step in range(len(batches) + 1):
        # The held-out error.
        xs, targets = held_out
        h0 = np.zeros((xs.shape[1], H))
        _, h_last, _ = rnn_forward(xs, h0, net.cell, activation="relu")
        error = np.mean((h_last @ net.out.W_hy + net.out.b_y - targets) ** 2)
        history.append((net, error))
        if error < best_error:
            best, best_error = net, error
        if step == len(batches):
            break
        # The gradient of the batch's mean squared error.
        xs, targets = batches[step]
        h0 = np.zeros((xs.shape[1], H))
        _, h, cache = rnn_forward(xs, h0, net.cell, activation="relu")
        dprediction = 2 * (h @ net.out.W_hy + net.out.b_y - targets) / len(targets)
        _, _, grads_cell = rnn_backward(None, dprediction @ net.out.W_hy.T, cache)
        grads_out = DenseParams(h.T @ dprediction, dprediction.sum(axis=0))
        grads = LastStepParams(grads_cell, grads_out)
        # Clip, then take a step with Adam.
        norm = np.sqrt(sum((g**2).sum() for _, g in grads.items()))
        scale = min(1.0, max_norm / norm)
        grads = grads.map(lambda g, scale=scale: g * scale)
        net, adam = adam_step(net, grads, adam, learning_rate=learning_rate)
    return best, history
    ### END SOLUTION


# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(0)
batches = [adding_problem(30, 16, rng) for _ in range(300)]
held_out, new = adding_problem(30, 300, rng), adding_problem(30, 1000, rng)
best, history = train_adder(batches, held_out, np.random.default_rng(1))
for update in range(0, 301, 50):
    net, error = history[update]
    far = gradient_reach(*held_out, net, "relu")[0][-1]
    print(
        f"after {update:>3} updates: held-out error {error:8.3f}   reach of the gradient {far:.0e}"
    )
reached = last_step_loss(*new, best, "relu")
print(f"the best network, on new data: {reached:.3f}   (baseline 0.167, second value only 0.083)")

# %%
check(train_adder)

# %% [markdown]
# <details><summary><b>If you are stuck</b></summary>
#
# The check looks at six things, and tells them apart even when several are wrong. Take the first red row. Write down what the
# variable concerned should be at the first and at the second update, print it, and compare.
# </details>

# %% grade="train_adder" points=6.5

# %% [markdown]
# With all six mended the network learns to carry a number across thirty steps; in section 4.10 tanh networks fail at forty.
# None of the faults stopped the program, and one of them, in the evaluation, would have hidden a success. Before you turn
# a hyperparameter, make sure that the program does what you think it does.
#
# > **What you may have read:** "batch normalisation keeps gradients in range". In feed-forward networks it often helps. Over
# > time it is awkward: the statistics differ from step to step, so each step would need its own, also those beyond the longest
# > training sequence; Cooijmans and others (2017) made it work so. **Layer normalization** takes mean and variance over the
# > units of one example at one step, which needs neither a batch nor a length. It keeps the *states* in range. Section 4.10
# > measures that this alone does not let a gradient reach back here. In a Transformer (unit 10) it does another job: there is
# > no product over time, and an additive path carries the gradient.

# %% [markdown]
# Unit 05 takes another way. Instead of hoping that $W_{hh}$ stays near the identity, it builds the identity *into the
# network*: a cell to which things are **added**, with gates that open and close. Its Jacobian contains the forget gate, a
# number that the network itself can bring close to 1. This is the LSTM, and the adding problem comes from the same paper.
#
# ## Summary
#
# - Back through time a gradient is multiplied by one Jacobian a step:
#   $J_t = \frac{\partial h_T}{\partial h_{T-1}} \cdots \frac{\partial h_{t+1}}{\partial h_t}$, and each is
#   $\mathrm{diag}(1 - h^2)\,W_{hh}^\top$.
# - Products of many factors vanish or explode; to stay level is the exception.
# - The spectral radius of $W_{hh}$ decides the long run of the weight, the slopes of the tanh make it smaller. The largest
#   singular value times the largest slope is a bound for one step.
# - A vanished gradient is not zero learning: near events teach, far ones do not.
# - Clipping cures exploding. It changes no ratio between near and far, so it cures no vanishing.
# - A good start helps only as long as training leaves it in place. Measure the gradient *during* training.
# - A training run that does not learn is debugged like any program: say what a quantity should be, then look at it.
# - ReLU with an identity start and clipping can learn the adding problem over 30 steps. Units 05 and 06 build the remedy
#   into the cell.

# %% [markdown]
# ## 4.10 Going further
#
# **Two sliders.** Move the spectral radius and the scale of the input weights. On the left is the gradient, on the right are
# the states of the 32 units while they read the same inputs. (Where widgets do not run you see the picture for the first
# setting; change the two numbers in the last line and run the cell.)


# %% hidden=true
def gradients_and_states(spectral_radius, input_weights):
    """The picture for one setting, and its description."""
    network = random_network(spectral_radius, input_weights)
    hs = rnn_forward(xs[:, None], h0[None], network)[0][:, 0]
    norms = rnnlib.gradient_norms(dh, rnnlib.state_jacobians(xs, h0, network))
    alt = (
        f"Spectral radius {spectral_radius:.2f}, input weights times {input_weights:.2f}: after 60 steps the gradient "
        f"has come from 1 to {norms[0]:.0e}; on average a state is {np.abs(hs).mean():.2f} from 0, and the slope of "
        f"the tanh is {np.mean(1 - hs**2):.2f}."
    )
    return plot_gradients_and_states(norms, hs), alt


explore(
    gradients_and_states, spectral_radius=(1.1, 0.1, 3.0, 0.1), input_weights=(0.3, 0.0, 3.0, 0.1)
)

# %% [markdown]
# *Figure 4.8: the gradient by lag, and the states.* At radius 3 the states are at their limits *and* the gradient explodes: a
# tanh bounds the states, but not the gradients. Look for a setting at which the line is level. It lies on the edge between
# vanishing and exploding, and training moves it.
#
# **Every remedy, one table.** What can be done without changing the kind of network too much?
#
# | remedy | what it does |
# |---|---|
# | clipping | shortens gradients that are too long |
# | orthogonal start | every singular value of $W_{hh}$ is 1: the matrix neither shrinks nor stretches, at first |
# | identity start | the same, and each unit keeps its own value |
# | ReLU | the slope is 1 where a unit is on, so it does not shrink a gradient a little at every step |
# | layer normalization | at each step the sum in front of the tanh is brought to mean 0 and variance 1 over the units |
#
# 250 updates with Adam, 16 fresh examples each, 32 units, one learning rate for all. Each number is the mean squared error on
# 1,000 new examples, from three random starts; the baseline is 0.17.

# %% tags=["nbval-ignore-output"]
# name: kind, start of W_hh, length that gradients are clipped to
REMEDIES = {
    "tanh, Xavier": ("tanh", "xavier", None),
    "tanh, Xavier, clipped": ("tanh", "xavier", 1.0),
    "tanh, orthogonal, clipped": ("tanh", "orthogonal", 1.0),
    "tanh, identity, clipped": ("tanh", "identity", 1.0),
    "layer norm, orthogonal, clipped": ("layer norm", "orthogonal", 1.0),
    "ReLU, identity": ("relu", "identity", None),
    "ReLU, identity, clipped": ("relu", "identity", 1.0),
    "ReLU, orthogonal, clipped": ("relu", "orthogonal", 1.0),
}
inside = {}
print(f"{'mean squared error':<33}" + "".join(f"{f'T = {T}':<17}" for T in (10, 20, 40)).rstrip())
for name, (kind, start, max_norm) in REMEDIES.items():
    row = f"{name:<33}"
    for T in (10, 20, 40):
        errors, looks = [], []
        for seed in range(3):
            rng = np.random.default_rng(seed)
            net, look = train_last_step(
                init_last_step(kind, start, rng), kind, partial(adding_problem, T), rng,
                updates=250, learning_rate=5e-3, max_norm=max_norm, look_at=(0, 50, 250),
            )  # fmt: skip
            errors.append(last_step_loss(*adding_problem(T, 1000, rng), net, kind))
            looks.append(look)
        inside[name] = looks
        row += f"{' '.join(f'{error:.2f}' for error in errors):<17}"
    print(row.rstrip(), flush=True)

# %% [markdown]
# Read it from left to right. At $T = 10$ nearly everything beats the baseline. At $T = 20$ most **tanh** networks are back at
# it, and at $T = 40$ all of them, whatever their start, clipped or not, with layer normalization or without. The **ReLU**
# networks with clipping are below it. Without clipping, the ReLU network with an identity start hardly gets below it at
# $T = 40$: here it needs both.
#
# Why? Look inside at $T = 40$, during training: the reach of the gradient (at the first input, compared with the last), the mean
# slope of the units (for ReLU: the share of units that are on) and the longest gradient. Medians of the three starts.

# %% hidden=true tags=["nbval-ignore-output"]
print(f"{'':<34}reach of the gradient       slope            longest")
print(f"{'updates':<33}{0:>6} {50:>8} {250:>8}     {0:>4} {50:>6} {250:>6}    gradient")
for name, looks in inside.items():
    far, slope, longest = (
        np.median([look[what] for look in looks], axis=0) for what in ("reach", "slope", "longest")
    )
    row = f"{name:<33}" + " ".join(f"{r:>{w}.0e}" for r, w in zip(far, (6, 8, 8)))
    row += "     " + " ".join(f"{v:>{w}.2f}" for v, w in zip(slope, (4, 6, 6)))
    print(row + f"{longest:>12.0f}")

# %% [markdown]
# After fifty updates the gradient of every tanh network has **vanished**, whatever its start was: at the first input there is
# less than a ten-thousandth of what there is at the last one. The slopes have fallen, forty of them are multiplied, and the
# start is forgotten. With layer normalization the gradient even *grows* on its way back before training (dividing by a
# spread below 1 stretches), and yet it vanishes like the others during training.
#
# In the clipped ReLU networks the gradient at the first input stays within sight of the last one's, or comes back into
# sight. A unit that is on has the slope 1, however large its state. The price stands in the last column: some of their gradients are thousands of
# times longer than `max_norm`. That is what clipping is for.
#
# These are 250 updates of small networks with one learning rate: with more updates or other settings some rows would come
# further. And the task suits ReLU well: *add and keep*.

# %% [markdown]
# ## References
#
# - S. Hochreiter, *Untersuchungen zu dynamischen neuronalen Netzen*, diploma thesis, TU München (1991): the problem, first
#   described.
# - Y. Bengio, P. Simard, P. Frasconi, *Learning long-term dependencies with gradient descent is difficult*, IEEE
#   Transactions on Neural Networks 5 (1994), 157–166: to store safely is to lose the gradient.
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997), 1735–1780: the adding problem.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013: the bound, the
#   cliff, clipping by norm.
# - A. M. Saxe, J. L. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep linear neural
#   networks*, ICLR 2014: orthogonal starts.
# - Q. V. Le, N. Jaitly, G. E. Hinton, *A simple way to initialize recurrent networks of rectified linear units*,
#   arXiv:1504.00941 (2015): ReLU and the identity, on the adding problem.
# - T. Cooijmans, N. Ballas, C. Laurent, Ç. Gülçehre, A. Courville, *Recurrent batch normalization*, ICLR 2017.
# - J. L. Ba, J. R. Kiros, G. E. Hinton, *Layer normalization*, arXiv:1607.06450 (2016).
