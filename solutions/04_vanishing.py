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
# # 4 Vanishing and exploding gradients
#
# In unit 01 a network failed to learn which letter came first, when a hundred letters stood in between. The
# network *could* hold the answer. It was the gradient that did not arrive. In this unit you find out why: you
# measure how a gradient shrinks or grows on its way back through time, you learn which number of the network
# decides it, and you try every remedy that fits into this kind of network, in one table.
#
# **At the end you can**
# - write the gradient through many steps as a product of Jacobians, and measure it;
# - say what singular values, the slope of the tanh and the spectral radius have to do with it;
# - bring a recurrent weight to a wanted spectral radius;
# - watch a loss explode, and say what clipping cures and what it does not;
# - compare remedies on a task that asks for memory, next to a dull baseline.
#
# | | |
# |---|---|
# | **Time** | 60 to 90 minutes |
# | **You need** | units 01 and 02; from unit 03 the idea of a training loop; what a matrix product is |
# | **Points** | 20: six short functions (18) and four questions (2) |
#
# Two words of linear algebra come up, *eigenvalue* and *singular value*. Both are explained where they are needed.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, RNNParams, rnn_forward
from rnnlib.course import check, check_answer, working
from rnnlib.plotting import show
from rnnlib.plotting.interactive import explore
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
# (The scale is logarithmic: each line of the grid is a factor. What shrinks by the same *factor* at every step is a
# straight line here.)
#
# Only $w = 1$ keeps it. Everything below **vanishes**, everything above **explodes**, and both go by the same law.
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
# Above $w = 1$ the unit holds its value for ever, and the factor is **below 1** all the same. The better it holds
# ($w = 3$), the faster the gradient dies. That is no accident: a state that stays where it is, although something
# pushes it a little, is a state on which a little push has no effect. And a gradient is about just that, the effect
# of a little push. **A tanh unit that stores a bit safely has a vanishing gradient** (Bengio, Simard and Frasconi
# 1994).

# %% [markdown]
# ## 4.2 The Jacobian of one step
#
# **The idea.** With $H$ units, each number of the new state depends on each number of the old one. That makes
# $H \times H$ slopes, and the table that holds them is the **Jacobian**: the entry in row $i$ and column $j$ says how
# unit $i$ *after* the step changes with unit $j$ *before* it.

# %% hidden=true
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, FAINT, GREEN, VERMILLION, new_figure, settle, styled

with styled():
    page = Sketch(6.6, 2.5)
    before = [
        page.box(1.3, y, f"$h_{{t-1,{j}}}$", size=(0.95, 0.5)) for j, y in enumerate((1.85, 0.65))
    ]
    after = [
        page.box(4.6, y, f"$h_{{t,{i}}}$", size=(0.95, 0.5)) for i, y in enumerate((1.85, 0.65))
    ]
    for j in (0, 1):
        for i in (0, 1):
            lit = (j, i) == (1, 0)
            page.arrow(before[j].right, after[i].left, VERMILLION if lit else FAINT)
    page.text(3.45, 1.24, "$W_{hh}[1, 0]$", color=VERMILLION, ha="left", size=11)
    page.text(5.2, 1.85, "slope $1 - h_{t,0}^2$", color=BLUE, ha="left", size=11)
    page.text(1.3, 2.3, "before", size=10)
    page.text(4.6, 2.3, "after", size=10)
    page.text(3.3, 0.15, r"$J[0, 1] = (1 - h_{t,0}^2)\ W_{hh}[1, 0]$", size=12)
show(
    page.figure,
    "Two units before a step on the left, two after it on the right, with an arrow from each to each. The arrow from "
    "unit 1 to unit 0 is lit: it carries the weight in row 1, column 0 of W_hh, then comes the slope of unit 0. Their "
    "product is the entry of the Jacobian in row 0, column 1.",
)

# %% [markdown]
# **The equation.** Start from one unit of $h_t = \tanh(x_t W_{xh} + h_{t-1} W_{hh} + b_h)$. Unit $j$ reaches unit $i$
# through the weight in *row $j$, column $i$* of $W_{hh}$, and then comes the slope of unit $i$'s tanh:
#
# $$\frac{\partial h_{t,i}}{\partial h_{t-1,j}} = (1 - h_{t,i}^2)\,W_{hh}[j, i]
# \qquad\text{all at once:}\qquad
# \frac{\partial h_t}{\partial h_{t-1}} = \mathrm{diag}(1 - h_t^2)\;W_{hh}^\top$$
#
# **Mind the transpose.** In this course a state is a *row*, and the forward step is `h @ W_hh`: rows of $W_{hh}$ are
# what goes in. In a Jacobian it is the columns that are what goes in. So the weight turns over. Books that write states
# as columns, $W h$, have no transpose here. The gradient of a loss is a row as well, and it stands on the **left**:
# $dh_{t-1} = dh_t \,\frac{\partial h_t}{\partial h_{t-1}} = (dh_t \odot (1 - h_t^2))\,W_{hh}^\top$, which is the line
# of unit 02.
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
# Two factors: the slopes, a vector of length H, and the transposed weight, `params.W_hh.T`. Row i of the weight is to
# be multiplied by slope i.
# </details>
# <details><summary><b>Hint 2</b>: a vector times the rows of a matrix</summary>
#
# NumPy lines a vector of length H up with the *columns*. `v[:, None]` stands it upright, with the shape (H, 1), and
# then `v[:, None] * M` multiplies row i by `v[i]`.
# </details>
# <details><summary><b>Hint 3</b>: the test on paper</summary>
#
# Call yours with `np.array([0.5, 0.0])` and
# `RNNParams(W_xh=np.zeros((1, 2)), W_hh=[[0, 2], [1, 0]], b_h=np.zeros(2))`: it is the example above.
# </details>

# %% grade="rnn_jacobian" points=4

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
with styled():
    page = Sketch(7.0, 1.75)
    places = (0.6, 2.3, 4.0, 5.7)
    boxes = [
        page.box(x, 0.95, f"$h_{{{name}}}$", size=(0.8, 0.5))
        for x, name in zip(places, ("T-3", "T-2", "T-1", "T"))
    ]
    for a, b, late, early in zip(boxes, boxes[1:], ("T-2", "T-1", "T"), ("T-3", "T-2", "T-1")):
        page.arrow((a.right[0], 1.05), (b.left[0], 1.05), FAINT)
        page.arrow((b.left[0], 0.85), (a.right[0], 0.85), VERMILLION)
        page.text(
            (a.x + b.x) / 2,
            0.5,
            rf"$\partial h_{{{late}}} / \partial h_{{{early}}}$",
            color=VERMILLION,
            size=10.5,
        )
    page.arrow((6.75, 0.95), boxes[-1].right, GREEN)
    page.text(6.45, 1.2, "$dh_T$", color=GREEN, size=11)
    page.text(
        places[0] - 0.4,
        1.55,
        "forward in grey; the gradient goes back and meets one Jacobian a step",
        ha="left",
    )
show(
    page.figure,
    "Four states in a row, the last one h_T. The gradient dh_T enters on the right and goes back; between two states it "
    "meets the Jacobian of that step: of h_T with respect to h_T-1 first, of h_T-2 with respect to h_T-3 last.",
)

# %% [markdown]
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
# Begin at the end: `J = np.eye(H)`, and keep it in a list. Then go back through the states, multiply one Jacobian more
# each time, and keep each product.
# </details>
# <details><summary><b>Hint 2</b>: the loop</summary>
#
# `for h in hs[::-1, 0]:` gives the states of the one example from the last to the first. The first of them is $h_T$,
# the state after the last step: just what `rnn_jacobian` wants for the last step.
# </details>
# <details><summary><b>Hint 3</b>: the order at the end</summary>
#
# The list begins with $J_T$. Turn it around, `products[::-1]`, and stack it with `np.stack`.
# </details>

# %% grade="state_jacobians" points=5

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
# Read the column *largest*: that is what survives at best. After twenty steps less than a fiftieth, after sixty about
# a millionth. And it is not one number that shrinks: the *10th* direction is gone long before the first. What the
# past can still say through such a product, it says in very few directions.
#
# Is it true? We can try it without any derivative: change $h_0$ a little, and look at the last state.

# %%
network = random_network(0.9)
start = 0.01 * np.random.default_rng(1).normal(size=H)
last, last_moved = (rnn_forward(xs[:, None], h[None], network)[1][0] for h in (h0, h0 + start))
print(f"distance of the two first states  {np.linalg.norm(start):.1e}")
print(f"distance of the two last states   {np.linalg.norm(last_moved - last):.1e}")
print(f"what J_0 says: |J_0 @ nudge|      {np.linalg.norm(J[0] @ start):.1e}")

# %% [markdown]
# **Question 2.** Let $J = \partial h_T / \partial h_t$, and `J[2, 0]` is 0.8. What does that say?
#
# - a) if unit 0 of $h_t$ is larger by 0.01, then unit 2 of $h_T$ is larger by about 0.008
# - b) if unit 2 of $h_t$ is larger by 0.01, then unit 0 of $h_T$ is larger by about 0.008
# - c) the weight from unit 0 to unit 2 is 0.8
# - d) the loss changes by 0.8 when unit 2 changes by 1

# %% answer="entry"
answer_entry = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_entry = "a"
### END SOLUTION

# %%
check_answer("entry", answer_entry)

# %% grade_answer="entry" points=0.5

# %% [markdown]
# ## 4.4 The gradient at every step
#
# **The idea.** A loss looks at the last state, and its gradient $dh_T$ starts there. How long is the gradient when it
# has come back to $h_t$? A row from the left, once more:
#
# $$dh_t = dh_T\,J_t \qquad\qquad |dh_t| = \sqrt{\textstyle\sum_j dh_{t,j}^2}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $dh_T$ | `dh` | (H,) | the gradient of the loss at the last state |
# | $J_0 \dots J_T$ | `jacobians` | (T + 1, H, H) | from `state_jacobians` |
# | $\lvert dh_0\rvert \dots \lvert dh_T\rvert$ | `norms` | (T + 1,) | the length of the gradient at each state |
#
# **Your turn.** One line is enough: a row times a stack of matrices, `dh @ jacobians`, gives a row for each.


# %% exercise="gradient_norms"
def gradient_norms(dh, jacobians):
    """How long the gradient of a loss on the last state is at every state.

    dh: (H,) gradient at the last state.  jacobians: (T + 1, H, H) from state_jacobians.
    Returns norms: (T + 1,), in the order of time; the last one is the length of dh.
    """
    ### BEGIN SOLUTION
    return np.linalg.norm(dh @ jacobians, axis=1)
    ### END SOLUTION


# %%
check(gradient_norms)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# `dh @ jacobians` has the shape (T + 1, H). `np.linalg.norm(a, axis=...)` takes the lengths along one axis: the one
# that is to disappear.
# </details>
# <details><summary><b>Hint 2</b>: left or right?</summary>
#
# `jacobians @ dh` has the same shape, and it is something else: it pushes a change of $h_t$ *forward*. A gradient goes
# backward, and stands on the left.
# </details>

# %% grade="gradient_norms" points=3

# %% [markdown]
# **Try it: who teaches the weights?** The gradient of $W_{hh}$ is a sum over all steps (unit 02): step $t$ adds
# $h_{t-1}^\top\, da_t$ with $da_t = dh_t \odot (1 - h_t^2)$. How much of it comes from the last ten of the sixty steps?

# %%
norms_of = working(gradient_norms)
products = working(state_jacobians)
dh = np.random.default_rng(6).normal(size=H)
dh /= np.linalg.norm(dh)  # length 1, so that every number below is a share

network = random_network(0.9)
J = products(xs, h0, network)
norms = norms_of(dh, J)
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
# So the gradient is *not* zero, and the weights do learn: from the last few steps. What happened at the beginning has no
# say. That is what "the gradient vanishes" means: **near events drown far ones.**

# %% [markdown]
# ## 4.5 The spectral radius
#
# **The idea.** With one unit the number $w$ decided. For a matrix that is multiplied over and over, the number that
# plays this part is the **spectral radius**: the largest absolute value of its eigenvalues. (A vector that a matrix only
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
# `np.abs` of a complex number is its absolute value. First the radius that `W` has now, then one division and one
# multiplication. `np.linalg.norm(W, 2)` is something else: the largest singular value.
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
    curves[f"radius {radius}"] = norms_of(dh, products(xs, h0, network))[::-1]
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
# Nearly straight lines: a factor a step, as with one unit. But look where the line is level. It is **not** at radius 1:
# at 1.1 the gradient still vanishes. The slopes of the tanh take their part. And the states themselves depend on the
# weights: strong inputs drive the units to −1 and 1, where the slopes are small.
#
# **Try it: two sliders.** Move the spectral radius, and the scale of the input weights. On the left is the gradient, on
# the right are the states of the 32 units while they read the same inputs. (Where widgets do not run you see the picture
# for the first setting. You can change the two numbers in the last line, and run the cell.)


# %%
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
# Things to try:
# - Radius 1.1: turn up the input weights. The states fill with colour (−1 and 1), and the gradient dies faster.
# - Radius 3: the states are at their ends *and* the gradient explodes. A tanh bounds the states; it does not bound
#   gradients.
# - Look for a setting at which the line is level. The stronger the inputs, the larger the radius at which you find it. It
#   lies on the edge between vanishing and exploding, and a change of the weights, such as training makes, moves it.
#
# The same in numbers: the gradient after 60 steps.

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
# **The idea.** The spectral radius tells the long run, not each step. If we want to be *certain*, we need what one step
# can do at most. A vector that goes through the step is stretched by the matrix, at most by its largest singular value
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
# One number: the largest singular value times the largest of all slopes, `(1 - hs**2).max()`. The slope is largest where
# the state is nearest to 0.
# </details>
# <details><summary><b>Hint 2</b>: the powers</summary>
#
# For $h_0$ the power is T, for the last state it is 0: `np.arange(T, -1, -1)` counts down from T to 0.
# </details>

# %% grade="jacobian_bound" points=2

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
# The bound is never broken, and it is far from tight: a random matrix has a largest singular value well above its
# radius (here 1.7 times), and the directions that one step stretches are not those that the next one stretches. At radius 0.4 it proves
# that the gradient vanishes. At 0.9 it proves nothing, and the gradient vanishes all the same.
#
# For an **orthogonal** matrix all of this is one number: every singular value and the absolute value of every eigenvalue
# is 1. It turns vectors and stretches none. Only the slopes are left to shrink a gradient. That is why the course starts
# $W_{hh}$ orthogonal.

# %% [markdown]
# **Question 3.** The largest singular value of $W_{hh}$ is 1.2. In all states the slope $1 - h^2$ is at most 0.8. What is
# certain about the gradient 50 steps back?
#
# - a) it has exploded, because 1.2 is more than 1
# - b) at most about an eighth of its length is left
# - c) exactly 0.13 of its length is left
# - d) nothing is certain

# %% answer="certain"
answer_certain = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_certain = "b"
### END SOLUTION

# %%
check_answer("certain", answer_certain)

# %% grade_answer="certain" points=0.5

# %% [markdown]
# ## 4.7 A task that asks for memory: the adding problem
#
# To see what vanishing gradients do to learning we need a task in which nothing but memory counts. Hochreiter and
# Schmidhuber (1997) made one, and it is used to this day. At every step the network reads two numbers: a random
# **value** between 0 and 1, and a **mark** that is 1 at two steps and 0 elsewhere. At the end it has to say the **sum of
# the two marked values**.
#
# ```
# value   0.35  0.81  0.12  0.97  0.44  0.60
# mark    0     1     0     0     1     0        ->  0.81 + 0.44 = 1.25
# ```
#
# One mark lies in the first half, the other in the second. So the first value has to be kept for up to $T - 1$ steps.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `values` | (T, N) | the random values, time first, one example a column |
# | | `first`, `second` | (N,) | for each example the two steps that are marked, counted from 0 |
# | $x_1 \dots x_T$ | `xs` | (T, N, 2) | value and mark, in this order |
# | | `targets` | (N, 1) | the sums |
#
# **Your turn.** `np.stack([a, b], axis=2)` puts two (T, N) arrays side by side into (T, N, 2).


# %% exercise="adding_batch"
def adding_batch(values, first, second):
    """A batch of the adding problem.

    values: (T, N) numbers.  first, second: (N,) integers, the two marked steps of each example.
    Returns xs: (T, N, 2), value and mark; targets: (N, 1), the sum of the two marked values.
    """
    ### BEGIN SOLUTION
    n = np.arange(values.shape[1])
    marks = np.zeros(values.shape)
    marks[first, n] = marks[second, n] = 1
    targets = values[first, n] + values[second, n]
    return np.stack([values, marks], axis=2), targets[:, None]
    ### END SOLUTION


# %%
check(adding_batch)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one entry for each example</summary>
#
# With `n = np.arange(N)`, the expression `values[first, n]` takes from column 0 the row `first[0]`, from column 1 the
# row `first[1]`, and so on: N numbers.
# </details>
# <details><summary><b>Hint 2</b>: the marks</summary>
#
# Start from `np.zeros(values.shape)` and set the same places: `marks[first, n] = 1`. A loop over the examples is right as
# well.
# </details>
# <details><summary><b>Hint 3</b>: the targets' shape</summary>
#
# N sums have the shape (N,). `[:, None]` makes (N, 1) of it, the shape of a prediction.
# </details>

# %% grade="adding_batch" points=2

# %% [markdown]
# **Try it: the dull baseline.** What does one reach who reads nothing? The best constant answer is 1, the mean of the sum
# of two such numbers. Its mean squared error is their variance: $1/12 + 1/12 = 1/6 \approx 0.167$. Measured:

# %%
make_batch = working(adding_batch)


def adding_problem(T, N, rng):
    """Random values, one mark in each half."""
    return make_batch(
        rng.uniform(size=(T, N)), rng.integers(0, T // 2, N), rng.integers(T // 2, T, N)
    )


example, targets = adding_problem(8, 20_000, np.random.default_rng(0))
print("one example: values", example[:, 0, 0].round(2))
print("             marks ", example[:, 0, 1].astype(int))
print("             target", targets[0].round(2))
print(f"\nalways answering 1: mean squared error {np.mean((targets - 1) ** 2):.3f}")
second_only = (example[4:, :, 0] * example[4:, :, 1]).sum(axis=0) + 0.5
print(f"knowing the second value only:         {np.mean((targets[:, 0] - second_only) ** 2):.3f}")

# %% [markdown]
# A network that ends near 0.167 has learned nothing. One that only sees the near half can come to 0.083. Below that it
# must have carried a number from the first half to the end.

# %% [markdown]
# ## 4.8 Exploding, and clipping
#
# Now the other side. We take a network with **ReLU** units (the slope is 1 or 0, never in between) and start $W_{hh}$ at
# the identity: a unit that is on keeps its value, so at the start hardly anything vanishes. Plain gradient descent, a small
# learning rate, $T = 40$.

# %% hidden=true
Model = rnnlib.parameters(
    type("Model", (rnnlib.Params,), {"__annotations__": {"cell": RNNParams, "out": DenseParams}})
)


def loss_and_grads(xs, targets, model, activation):
    """Mean squared error of the adding problem, read from the last state, and its gradient."""
    h0 = np.zeros((xs.shape[1], len(model.cell.b_h)))
    _, h, cache = rnn_forward(xs, h0, model.cell, activation=activation)
    prediction = rnnlib.output_step(h, model.out)
    loss = rnnlib.mean_squared_error(prediction, targets)
    dprediction = rnnlib.mean_squared_error_backward(prediction, targets)
    dh, grads_out = rnnlib.output_step_backward(dprediction, h, model.out)
    _, _, grads_cell = rnnlib.rnn_backward(None, dh, cache)
    return loss, Model(grads_cell, grads_out)


def identity_start(seed=0, H=32):
    """A ReLU network whose units each keep their value."""
    rng = np.random.default_rng(seed)
    cell = RNNParams(0.5 * rng.normal(size=(2, H)), np.eye(H), np.zeros(H))
    return Model(cell, rnnlib.init_dense(H, 1, rng)), rng


# %% tags=["nbval-ignore-output"]
def descend(max_norm, updates=300, learning_rate=0.003):
    """Plain gradient descent on the adding problem; losses and lengths of the gradient."""
    model, rng = identity_start()
    losses, lengths = [], []
    for _ in range(updates):
        loss, grads = loss_and_grads(*adding_problem(40, 16, rng), model, "relu")
        losses.append(loss)
        lengths.append(rnnlib.grad_norm(grads))
        if max_norm is not None:
            grads, _ = rnnlib.clip_grad_norm(grads, max_norm)  # from unit 03
        model = model.map(lambda p, g: p - learning_rate * g, grads)
    return losses, lengths


free, free_lengths = descend(max_norm=None, updates=3)
clipped, clipped_lengths = descend(max_norm=0.1)
print("           not clipped           clipped to length 0.1")
print("update     loss   gradient          loss   gradient")
for u in (0, 1, 2, 50, 100, 299):
    left = f"{free[u]:>9.0e}{free_lengths[u]:>11.0e}" if u < len(free) else " " * 20
    print(f"{u:>6}{left}{clipped[u]:>14.2f}{clipped_lengths[u]:>11.0f}")
print(f"\nclipped, mean loss of the last 50 updates: {np.mean(clipped[-50:]):.2f}")

# %% [markdown]
# Not clipped, a single update takes the loss beyond all measure. The first gradient was long, and the step along it
# changed $W_{hh}$, which acts forty times in a row. The loss is like a **cliff**: a gentle slope, and then a wall. We can
# look at it: walk from the start along the first gradient, and measure the loss on the way.

# %% hidden=true
model, rng = identity_start()
batch = adding_problem(40, 16, rng)
_, grads = loss_and_grads(*batch, model, "relu")
length = rnnlib.grad_norm(grads)
walked = np.logspace(-4, 1.5, 111)


def loss_after(distance):
    """The loss when one has walked so far against the first gradient."""
    moved = model.map(lambda p, g: p - distance / length * g, grads)
    return loss_and_grads(*batch, moved, "relu")[0]


along = np.array([loss_after(s) for s in walked])
short, long = 0.003 * 0.1, 0.003 * length
with styled():
    fig = new_figure(6.8, 3.1)
    ax = fig.subplots()
    ax.loglog(walked, along, color=BLUE)
    ax.plot(short, loss_after(short), "o", color=GREEN, markersize=8)
    ax.plot(long, loss_after(long), "o", color=VERMILLION, markersize=8)
    about = {"textcoords": "offset points", "ha": "center"}
    ax.annotate("clipped step", (short, loss_after(short)), (0, 10), **about)
    ax.annotate("step without clipping", (long, loss_after(long)), (-85, -4), **about)
    ax.set(xlabel="distance walked against the gradient", ylabel="loss")
    settle(fig)
best = int(along.argmin())
show(
    fig,
    f"The loss along the first gradient, both scales logarithmic. It begins at {along[0]:.0f}, is smallest, "
    f"{along[best]:.1f}, at a distance of {walked[best]:.2f}, and then rises steeply: {loss_after(0.3):.0e} at a distance "
    f"of 0.3. The step without clipping is {long:.0f} long and lands at {loss_after(long):.0e}; the clipped one is "
    f"{short:.4f} long and stays at {loss_after(short):.0f}.",
)

# %% [markdown]
# **Clipping** shortens a gradient that is longer than `max_norm` and keeps its direction. It cannot know how far one may
# go; it only says *not that far*. Here it turns a training that blows up at once into one whose loss falls. It is no
# promise to learn the task: compare the last line of the table with the 0.167 of the dull answer.
#
# **What clipping does not cure.** It multiplies the whole gradient by *one* number. The parts that came from the early
# steps shrink as much as those from the late ones. In a tanh network of spectral radius 0.7, where the gradient vanishes:

# %%
rng = np.random.default_rng(0)
cell = random_network(0.7)
out = rnnlib.init_dense(32, 1, rng)
xs_batch, targets = adding_problem(40, 16, rng)
_, h, cache = rnn_forward(xs_batch, np.zeros((16, 32)), cell)
dprediction = rnnlib.mean_squared_error_backward(rnnlib.output_step(h, out), targets)
dh_last, grads_out = rnnlib.output_step_backward(dprediction, h, out)
dxs, _, grads_cell = rnnlib.rnn_backward(None, dh_last, cache)
norm = rnnlib.grad_norm(Model(grads_cell, grads_out))

print(f"the gradient of all weights is {norm:.2f} long")
print("                    last input   first input    first / last")
for max_norm in (np.inf, 0.1, 0.01):
    factor = min(1, max_norm / norm)
    near, far = (factor * np.linalg.norm(dxs[t]) for t in (-1, 0))
    name = "not clipped" if factor == 1 else f"clipped to {max_norm}"
    print(f"{name:<16} {near:>12.0e} {far:>13.0e} {far / near:>15.0e}")

# %% [markdown]
# The last column does not move. **Clipping cures exploding. It does nothing for vanishing.**

# %% [markdown]
# **Question 4.** A tanh network does not learn the adding problem with $T = 100$. Its gradient is 0.3 long. You add
# clipping with `max_norm=1`. What happens?
#
# - a) the gradient becomes 1 long, so it learns
# - b) the early steps get a larger share of the gradient
# - c) nothing changes
# - d) the gradient becomes 0.3 times as long

# %% answer="clipping"
answer_clipping = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_clipping = "c"
### END SOLUTION

# %%
check_answer("clipping", answer_clipping)

# %% grade_answer="clipping" points=0.5

# %% [markdown]
# ## 4.9 Every remedy, one table
#
# What can be done, without changing the kind of network too much?
#
# | remedy | what it does |
# |---|---|
# | **clipping** | shortens gradients that are too long |
# | **orthogonal start** | every singular value of $W_{hh}$ is 1: the matrix neither shrinks nor stretches, at first |
# | **identity start** | the same, and each unit keeps its own value |
# | **ReLU** | the slope is 1 where a unit is on (and 0 where it is off), so it does not shrink a gradient a little at every step |
# | **layer normalization** | at each step the sum in front of the tanh is brought to mean 0 and variance 1 over the units, so that the tanh is not at its ends |
#
# First the gradient, before any training: how much of the loss reaches the input $k$ steps back, compared with the last
# input? (One random start each, a batch of 16, $T = 40$.)

# %% hidden=true
H = 32
LayerNormModel = rnnlib.parameters(
    type(
        "LayerNormModel",
        (rnnlib.Params,),
        {"__annotations__": {"cell": rnnlib.LayerNormRNNParams, "out": DenseParams}},
    )
)
# name: activation (or layer normalization), start of W_hh, length that gradients are clipped to
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


def start_of(kind, start, rng):
    """A network before training."""
    W_xh = 0.5 * rng.normal(size=(2, H))
    draw = {"xavier": rnnlib.xavier_uniform, "orthogonal": rnnlib.orthogonal}
    W_hh = np.eye(H) if start == "identity" else draw[start]((H, H), rng)
    out = rnnlib.init_dense(H, 1, rng)
    out.b_y[:] = 1.0  # begin at the dull answer
    if kind == "layer norm":
        norm = rnnlib.LayerNormParams(np.ones(H), np.zeros(H))
        return LayerNormModel(rnnlib.LayerNormRNNParams(W_xh, W_hh, norm), out)
    return Model(RNNParams(W_xh, W_hh, np.zeros(H)), out)


def read(xs, model, kind):
    """All states, and how to go back from the last one."""
    h0 = np.zeros((xs.shape[1], H))
    if kind == "layer norm":
        hs, _, cache = rnnlib.layer_norm_rnn_forward(xs, h0, model.cell)
        return hs, lambda dh: rnnlib.layer_norm_rnn_backward(None, dh, cache)
    hs, _, cache = rnn_forward(xs, h0, model.cell, activation=kind)
    return hs, lambda dh: rnnlib.rnn_backward(None, dh, cache)


def gradients(xs, targets, model, kind):
    """Gradients with respect to the inputs and to all weights; and the states."""
    hs, back = read(xs, model, kind)
    dprediction = rnnlib.mean_squared_error_backward(rnnlib.output_step(hs[-1], model.out), targets)
    dh, grads_out = rnnlib.output_step_backward(dprediction, hs[-1], model.out)
    dxs, _, grads_cell = back(dh)
    return dxs, type(model)(grads_cell, grads_out), hs


def reach(model, kind, T, rng):
    """By steps back: the gradient at that input, the last input's being 1; and the mean slope."""
    dxs, _, hs = gradients(*adding_problem(T, 64, rng), model, kind)
    lengths = np.linalg.norm(dxs, axis=(1, 2))[::-1]
    return lengths / lengths[0], np.mean(hs > 0 if kind == "relu" else 1 - hs**2)


curves = {}
for kind, start in dict.fromkeys((kind, start) for kind, start, _ in REMEDIES.values()):
    rng = np.random.default_rng(0)
    name = f"{'ReLU' if kind == 'relu' else kind}, {start.replace('x', 'X')}"
    curves[name], _ = reach(start_of(kind, start, rng), kind, 40, rng)
show(
    plot_by_lag(curves, ylabel="gradient, last input = 1"),
    "The gradient with respect to the input, by steps back, before training. 39 steps back it is, compared with the "
    "last input, " + ", ".join(f"{c[-1]:.0e} for {name}" for name, c in curves.items()) + ".",
)

# %% [markdown]
# Before training, no tanh network is in great trouble, and with layer normalization the gradient even *grows* on its way:
# where the spread of the sums is below 1, dividing by it stretches. ReLU with an orthogonal start looks worst: at each
# step about half of the units are off and pass nothing on. If the start decided, we could stop here.
#
# Now the training: 250 updates with Adam (unit 03), 16 fresh examples each, 32 units, the same learning rate for all, for
# growing $T$. Each number is the mean squared error on 1,000 new examples, from **three random starts** side by side,
# because one alone may be luck. 0.17 is the dull answer. The rows come one after the other; it takes some seconds.


# %% tags=["nbval-ignore-output"]
def train(name, T, seed, updates=250, learning_rate=5e-3):
    """Train one network on the adding problem: its error on new examples, and what went on inside."""
    kind, start, max_norm = REMEDIES[name]
    rng = np.random.default_rng(seed)
    model = start_of(kind, start, rng)
    state = rnnlib.adam_state(model)
    inside = {"longest": 0.0}
    for update in range(updates + 1):
        if update in (0, 50, 250):
            lengths, inside[f"slope {update}"] = reach(model, kind, T, np.random.default_rng(100))
            inside[f"reach {update}"] = lengths[-1]
        _, grads, _ = gradients(*adding_problem(T, 16, rng), model, kind)
        inside["longest"] = max(inside["longest"], rnnlib.grad_norm(grads))
        if max_norm is not None:
            grads, _ = rnnlib.clip_grad_norm(grads, max_norm)
        model, state = rnnlib.adam_step(model, grads, state, learning_rate=learning_rate)
    xs, targets = adding_problem(T, 1000, rng)
    hs, _ = read(xs, model, kind)
    return rnnlib.mean_squared_error(rnnlib.output_step(hs[-1], model.out), targets), inside


LENGTHS = (10, 20, 40)
results = {}
print(f"{'mean squared error':<33}" + "".join(f"{f'T = {T}':<17}" for T in LENGTHS).rstrip())
for name in REMEDIES:
    row = f"{name:<33}"
    for T in LENGTHS:
        results[name, T] = [train(name, T, seed) for seed in range(3)]
        row += f"{' '.join(f'{error:.2f}' for error, _ in results[name, T]):<17}"
    print(row.rstrip(), flush=True)

# %% [markdown]
# Read it from left to right. At $T = 10$ nearly everything beats the dull answer. At $T = 20$ most **tanh** networks are
# back at it, and at $T = 40$ all of them: clipped or not, orthogonal or identity, with layer normalization or without.
# **ReLU with clipping** is below it, in all starts. ReLU **without** clipping is not: it needs both.
#
# Why? The start does not tell. So look inside, *during* training, at $T = 40$: how far the gradient reaches (the gradient
# at the first input, compared with the last), the mean slope of the units (for ReLU: the share of units that are on), and
# the longest gradient of all weights. Each number is the median of the three starts.

# %% hidden=true tags=["nbval-ignore-output"]
print(f"{'':<34}reach of the gradient       slope            longest")
print(f"{'updates':<33}{0:>6} {50:>8} {250:>8}     {0:>4} {50:>6} {250:>6}    gradient")
for name in REMEDIES:
    look = {
        what: np.median([inside[what] for _, inside in results[name, 40]])
        for what in results[name, 40][0][1]
    }
    row = f"{name:<33}" + " ".join(
        f"{look[f'reach {u}']:>{w}.0e}" for u, w in ((0, 6), (50, 8), (250, 8))
    )
    row += "     " + " ".join(
        f"{look[f'slope {u}']:>{w}.2f}" for u, w in ((0, 4), (50, 6), (250, 6))
    )
    print(row + f"{look['longest']:>12.0f}")

# %% [markdown]
# There it is. After fifty updates the gradient of every tanh network has **vanished**, whatever its start was: at the first
# input there is less than a ten-thousandth of what there is at the last one. The slopes have fallen, forty of them are
# multiplied, and the start is forgotten. Layer normalization does not prevent it: the gradient that grew on its way back at the
# start is among the shortest now.
#
# In the ReLU networks the far gradient stays within sight of the near one, or comes back into sight on the way. A unit
# that is on has the slope 1, however large its state has grown. The price stands in the last column: these gradients
# explode, and that is what clipping is for.
#
# **What to take from it, and what not.**
# - These are 250 updates of a small network with one learning rate. With more updates or other settings some rows come
#   further. The table compares remedies; it is not the last word on any of them.
# - Clipping alone cured nothing in the tanh network with a Xavier start: its longest gradient was about 5, so there was little
#   to clip, and what was missing had vanished. With ReLU it made the difference.
# - Layer normalization is a good remedy for other troubles (unit 15 meets it again). It does not make this gradient reach back.
# - A ReLU network of this kind walks a narrow path: nothing bounds its states, and the adding problem, *add and keep*, suits
#   it well.
#
# How far does the best one get?

# %% tags=["nbval-ignore-output"]
errors = [train("ReLU, identity, clipped", 80, seed)[0] for seed in range(3)]
print(
    "ReLU, identity, clipped, T = 80:",
    " ".join(f"{error:.2f}" for error in errors),
    "  (dull: 0.17)",
)

# %% [markdown]
# Unit 05 takes another way. Instead of hoping that $W_{hh}$ stays near the identity, it builds the identity *into the
# network*: a cell to which things are **added**, with gates that open and close. Its Jacobian contains the forget gate, a
# number that the network itself can bring close to 1. This is the LSTM. The adding problem comes from the paper that brought
# it.
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
# - ReLU with an identity start and clipping solved what no tanh network here could. Units 05 and 06 build the remedy into the
#   cell.
#
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
# - J. L. Ba, J. R. Kiros, G. E. Hinton, *Layer normalization*, arXiv:1607.06450 (2016).
