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
# # 2 Back-propagation through time
#
# In unit 01 the weights were random, or set by hand, or trained by code that was given. Now you write what
# training stands on: the gradient of the loss with respect to every weight, back through all time steps. It
# is six short functions. The first one measures gradients by trying, slowly but surely, and it will tell you
# whether the next four are right. The last one leaves a part of the gradient out, on purpose.
#
# **At the end you can**
# - measure a gradient by differences, and say how far such a measurement can be trusted;
# - go backward through tanh, the softmax loss, one recurrent step and a whole sequence;
# - say why the gradient of a shared weight is a sum over time;
# - cut the gradient after k steps, and measure what that costs and what it saves.
#
# | | |
# |---|---|
# | **Time** | 90 to 120 minutes |
# | **You need** | unit 01; the derivative of a function of one variable; the chain rule |
# | **Points** | 20: six functions (18) and four questions (2) |
#
# **A word on names.** A gradient is named after what it is the gradient of: `dh` is $\partial L/\partial h$ and
# has the shape of `h`, for every `h`. $L$ is always one number, the loss.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import RNNParams, one_hot, rnn_forward, softmax
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.plotting import draw_backward_rnn, show

# %% [markdown]
# ## 2.1 A gradient by trying
#
# **The idea.** A derivative says how much the loss changes when a number changes a little. So: change it a
# little, and look. For one number $x$, a step $\varepsilon$ to each side:
#
# $$\frac{\partial f}{\partial x} \approx \frac{f(x + \varepsilon) - f(x - \varepsilon)}{2\,\varepsilon}$$
#
# On paper: for $f(x) = x^3$ at $x = 2$ with $\varepsilon = 0.1$ this is $(9.261 - 6.859) / 0.2 = 12.01$; the
# truth is $3x^2 = 12$. With a step to one side only, $(9.261 - 8) / 0.1 = 12.61$: much worse. Stepping to both
# sides cancels the largest part of the error.
#
# For an array, do it for **each entry alone**, with all others as they are.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $f$ | `f` | | a function that takes an array like `x` and returns one number |
# | $x$ | `x` | any | where the gradient is wanted; must come back unchanged |
# | $\varepsilon$ | `eps` | | the step |
# | $\partial f/\partial x$ | `grad` | that of `x` | one number for each entry |
#
# **Your turn.** `np.ndindex(x.shape)` runs through the places of an array of any shape.


# %% exercise="numerical_gradient"
def numerical_gradient(f, x, eps=1e-5):
    """The gradient of f at x by central differences.

    f: array -> number.  x: an array of any shape.  eps: the step.
    Returns grad, of the shape of x.
    """
    ### BEGIN SOLUTION
    grad = np.zeros_like(x)
    for place in np.ndindex(x.shape):
        d = np.zeros_like(x)
        d[place] = eps
        grad[place] = (f(x + d) - f(x - d)) / (2 * eps)
    return grad
    ### END SOLUTION


# %%
check(numerical_gradient)

# %% [markdown]
# <details><summary><b>Hint 1</b>: how to move one entry</summary>
#
# Make an array `d` of zeros like `x` and put `eps` at one place: `d[place] = eps`. Then `x + d` and `x - d` are
# new arrays that differ from `x` in that entry alone.
# </details>
# <details><summary><b>Hint 2</b>: the division</summary>
#
# From `x - d` to `x + d` it is `2 * eps`. Mind the brackets: `a / 2 * eps` divides by 2 and *multiplies* by eps.
# </details>

# %% grade="numerical_gradient" points=3

# %% [markdown]
# **Try it: which step is best?** Smaller steps should be better, until they are not. We take a loss whose gradient
# is known, $f(x) = \sum e^{x}$, and look at the error for steps from $10^{-1}$ to $10^{-13}$, in double and in single
# precision.

# %%
measure = working(numerical_gradient)
x = np.random.default_rng(0).normal(size=100)
print("step     mean error, as a part of the largest entry")
print("         float64   float32")
for n in range(1, 14):
    row = f"1e-{n:02}"
    for dtype in (np.float64, np.float32):

        def f(x, dtype=dtype):
            return np.exp(x.astype(dtype)).sum()

        grad = measure(f, x.astype(dtype), eps=dtype(10.0**-n))
        error = np.abs(grad - np.exp(x)).mean() / np.exp(x).max()
        row += f"    1e{np.log10(error):+03.0f}" if error > 0 else "        0"
    print(row)

# %% [markdown]
# A valley, read from top to bottom. On the upper side the formula is at fault: its error falls with $\varepsilon^2$.
# On the lower side it is rounding: $f(x+\varepsilon)$ and $f(x-\varepsilon)$ agree in nearly all digits, their
# difference is made of the few that are left, and it is divided by a tiny number. Double precision is at its best near
# $10^{-5}$, with ten digits right. Single precision carries seven digits in all: its valley is shallow, lies elsewhere,
# and with a step of $10^{-5}$ hardly more than one digit is right. **Measure gradients in float64.**
#
# One more limit. Compare errors with the largest entry of the gradient, not entry by entry: where the true gradient is
# nearly 0, all that the measurement shows is rounding, and its *relative* error means nothing.

# %% [markdown]
# **Question 1.** The network of unit 01 has 7,643 parameters. How often must the loss be worked out to measure its
# gradient in this way, once?

# %% answer="evaluations"
answer_evaluations = None  # your answer: a number
### BEGIN SOLUTION
answer_evaluations = 15_286
### END SOLUTION

# %%
check_answer("evaluations", answer_evaluations)

# %% grade_answer="evaluations" points=0.5

# %% [markdown]
# That is why nobody trains like this, and everybody tests like this.
#
# ## 2.2 Backward through tanh
#
# **The idea.** Suppose somebody tells you how the loss changes with the *result* of a function, `dh`. How does it
# change with its *argument*? Multiply by the function's derivative: that is the chain rule, and it is all there is to
# going backward.
#
# For $h = \tanh(a)$ the derivative is $1 - \tanh(a)^2 = 1 - h^2$. It is convenient: we need not remember $a$, the result
# $h$ is enough.
#
# $$da = dh \cdot (1 - h^2)$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L/\partial h$ | `dh` | any | the gradient for the result |
# | $h$ | `h` | the same | the result of the tanh, from the way forward |
# | $\partial L/\partial a$ | `da` | the same | the gradient for the argument |
#
# **Your turn.**


# %% exercise="tanh_backward"
def tanh_backward(dh, h):
    """From dL/dh to dL/da, where h = tanh(a). dh, h and the result da have the same shape."""
    ### BEGIN SOLUTION
    return dh * (1 - h**2)
    ### END SOLUTION


# %%
check(tanh_backward)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# One line. `h` is the result of the tanh already: no tanh in this function. And mind the brackets.
# </details>

# %% grade="tanh_backward" points=2

# %% [markdown]
# **Question 2.** A unit has the state $h = 0.99$. What becomes of a gradient that goes back through its tanh?
#
# - a) almost all of it passes
# - b) about a fiftieth of it passes
# - c) nothing passes
# - d) it becomes larger

# %% answer="saturated"
answer_saturated = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_saturated = "b"
### END SOLUTION

# %%
check_answer("saturated", answer_saturated)

# %% grade_answer="saturated" points=0.5

# %% [markdown]
# ## 2.3 Two steps on paper
#
# Before any matrix, the whole of back-propagation through time with plain numbers: one unit, two steps, and for the sake
# of short sums the loss $L = h_1 + h_2$, a loss at every step. Forward:
#
# $$h_1 = \tanh(w_x x_1 + w_h h_0 + b) \qquad h_2 = \tanh(w_x x_2 + w_h h_1 + b)$$
#
# Now backward, **from the end**. How does $L$ change with $h_2$? Only directly: $dh_2 = 1$. Through the tanh:
# $da_2 = dh_2 (1 - h_2^2)$. How does it change with $h_1$? In two ways: directly, by 1, and because $h_1$ goes into $h_2$
# with the factor $w_h$:
#
# $$dh_1 = 1 + da_2\,w_h \qquad da_1 = dh_1\,(1 - h_1^2)$$
#
# And with $w_h$? It was used **twice**: with $h_1$ in the second step, with $h_0$ in the first. A change of $w_h$ changes
# both, and the changes of the loss add up: $dw_h = da_2\,h_1 + da_1\,h_0$. Likewise $dw_x = da_2\,x_2 + da_1\,x_1$ and
# $db = da_2 + da_1$. That is the reason why gradients of shared weights are sums over time.
#
# Take a pencil and do it with $x_1 = 1$, $x_2 = -1$, $h_0 = 0.5$, $w_x = 0.6$, $w_h = 0.8$, $b = 0.1$, to three digits. (You
# will want $\tanh 1.1 = 0.800$ and $\tanh 0.14 = 0.139$.) Then compare:

# %% hidden=true
x1, x2, h0, w_x, w_h, b = 1.0, -1.0, 0.5, 0.6, 0.8, 0.1
h1 = np.tanh(w_x * x1 + w_h * h0 + b)
h2 = np.tanh(w_x * x2 + w_h * h1 + b)
print(
    f"forward    h1 = tanh({w_x * x1 + w_h * h0 + b:.2f}) = {h1:.3f}    h2 = tanh({w_x * x2 + w_h * h1 + b:.3f}) = {h2:.3f}"
)
dh2 = 1.0
da2 = dh2 * (1 - h2**2)
dh1 = 1.0 + da2 * w_h
da1 = dh1 * (1 - h1**2)
print(f"step 2     dh2 = {dh2:.3f}   da2 = {da2:.3f}")
print(f"step 1     dh1 = 1 + {da2:.3f} * {w_h} = {dh1:.3f}   da1 = {da1:.3f}")
print(f"weights    dw_h = {da2:.3f} * {h1:.3f} + {da1:.3f} * {h0} = {da2 * h1 + da1 * h0:.3f}")
print(
    f"           dw_x = {da2:.3f} * ({x2:.0f}) + {da1:.3f} * {x1:.0f} = {da2 * x2 + da1 * x1:.3f}    db = {da2 + da1:.3f}"
)


def loss_of(w):
    """L for w = (w_h, w_x, b)."""
    h1 = np.tanh(w[1] * x1 + w[0] * h0 + w[2])
    return h1 + np.tanh(w[1] * x2 + w[0] * h1 + w[2])


print("measured   dw_h, dw_x, db =", measure(loss_of, np.array([w_h, w_x, b])).round(3))

# %% [markdown]
# The measured gradient agrees with the one worked out. Everything that follows is this, with matrices.
#
# ## 2.4 Where gradients begin: the loss
#
# **The idea.** At every step the network gives scores (logits) $y$ for $K$ classes; the softmax turns them into
# probabilities $p$; the loss is $-\log p$ of the right class, and we take the **mean** over all $T \cdot N$ places. Going
# back through the logarithm and the softmax together, almost everything cancels, and what is left is as short as it
# could be: *the probabilities minus the truth*.
#
# $$dy = \frac{p - \text{one-hot(target)}}{T\,N}$$
#
# A class that got a probability of 0.7 and was wrong is pushed down by 0.7; the right one, at 0.2, is pushed up by 0.8.
# The division by $T N$ comes from the mean. It stands here, once, and nowhere else.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $y$ | `logits` | (T, N, K) | the scores |
# | | `targets` | (T, N) | the number of the right class, 0 to K−1 |
# | $dy$ | `dlogits` | (T, N, K) | the gradient of the mean loss |
#
# **Your turn.** You may use `softmax(logits)`, along the last axis, and `one_hot(targets, K)`, of shape (T, N, K).


# %% exercise="cross_entropy_backward"
def cross_entropy_backward(logits, targets):
    """Gradient of the mean cross-entropy with respect to the logits.

    logits: (T, N, K).  targets: (T, N), integers.  Returns dlogits: (T, N, K).
    """
    ### BEGIN SOLUTION
    return (softmax(logits) - one_hot(targets, logits.shape[-1])) / targets.size
    ### END SOLUTION


# %%
check(cross_entropy_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# K is `logits.shape[-1]`, and T · N is the number of targets, `targets.size`.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# The order matters: probabilities minus one-hot. With the other sign, training would go uphill.
# </details>

# %% grade="cross_entropy_backward" points=3

# %% [markdown]
# **Try it:** the gradient says how to improve. We start from random scores, take steps against the gradient, and watch
# the loss.

# %%
backward_of_loss = working(cross_entropy_backward)
rng = np.random.default_rng(1)
logits, targets = rng.normal(size=(4, 2, 5)), rng.integers(0, 5, (4, 2))
print("steps   loss    probability of the right class, smallest of all places")
for n in range(5):
    p = softmax(logits)[np.arange(4)[:, None], np.arange(2), targets]
    print(f"{50 * n:>5}   {-np.log(p).mean():.3f}   {p.min():.3f}")
    for _ in range(50):
        logits = logits - 1.0 * backward_of_loss(logits, targets)

# %% [markdown]
# ## 2.5 One step backward
#
# **The idea.** Forward, a step made $h_t$ from $x_t$, $h_{t-1}$ and the weights. Backward, it gets `dh_next`, the gradient
# for $h_t$, and must say what that means for each of the things that went in. Write the step in two lines and go
# through them in reverse:
#
# $$a = x\,W_{xh} + h\,W_{hh} + b_h \qquad h_{next} = \tanh(a)$$
#
# First the tanh gives `da`. Then the sum: each term gets `da` as it is. Then the products. For a product such as
# $h\,W_{hh}$ with $h$ of shape (N, H) and $W_{hh}$ of shape (H, H), the shapes tell you nearly all: the
# gradient for $h$ has shape (N, H), that for $W_{hh}$ has (H, H), and both are products of `da` with *the other factor*,
# transposed. No weight needs $dx$; it is for whatever made $x$, such as a layer below. The bias was added to each of the N
# rows, so its gradient is the sum over the rows.
#
# | gradient | formula | shapes | code |
# |---|---|---|---|
# | $da$ | $dh_{next} \cdot (1 - h_{next}^2)$ | (N, H) | `tanh_backward(...)` |
# | $dx$ | $da\,W_{xh}^T$ | (N, H)(H, D) → (N, D) | `dx` |
# | $dh$ | $da\,W_{hh}^T$ | (N, H)(H, H) → (N, H) | `dh` |
# | $dW_{xh}$ | $x^T da$ | (D, N)(N, H) → (D, H) | `W_xh=` |
# | $dW_{hh}$ | $h^T da$ | (H, N)(N, H) → (H, H) | `W_hh=` |
# | $db_h$ | sum of $da$ over the batch | (H,) | `b_h=` |
#
# The gradients of the weights are returned as `RNNParams(W_xh=..., W_hh=..., b_h=...)`: the same class as the weights,
# because there is one number for each weight.
#
# **Your turn.** If you call the first line's result `da`, the check looks at it as well and tells you whether the
# mistake is before or after it.


# %% exercise="rnn_step_backward"
def rnn_step_backward(dh_next, x, h, h_next, params):
    """One step backward.

    dh_next: (N, H), gradient for h_next.  x: (N, D).  h: (N, H), state before.  h_next: (N, H), after.
    Returns dx: (N, D); dh: (N, H); grads: RNNParams with the gradients of the weights.
    """
    ### BEGIN SOLUTION
    da = tanh_backward(dh_next, h_next)
    dx = da @ params.W_xh.T
    dh = da @ params.W_hh.T
    grads = RNNParams(W_xh=x.T @ da, W_hh=h.T @ da, b_h=da.sum(axis=0))
    return dx, dh, grads
    ### END SOLUTION


# %%
check(rnn_step_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# `da = tanh_backward(dh_next, h_next)`. Everything else is made from `da`.
# </details>
# <details><summary><b>Hint 2</b>: shapes that cannot help</summary>
#
# `W_hh` is square, so `da @ W_hh` and `da @ W_hh.T` have the same shape, and only one is right. The table says which. The
# same for `h` and `h_next`: what did $W_{hh}$ multiply on the way forward?
# </details>
# <details><summary><b>Hint 3</b>: the bias</summary>
#
# A sum over the rows: `da.sum(axis=0)`. Not a mean: the mean has been taken in the loss.
# </details>

# %% grade="rnn_step_backward" points=4

# %% [markdown]
# ## 2.6 Back through time
#
# **The idea.** Put the steps together, from the last to the first. Into each state come two gradients: that of its own
# loss, and that of all later losses, which comes back through the step after it.

# %% hidden=true
show(
    draw_backward_rnn(3),
    "A network unrolled over three steps with a loss at each. Gradients run backward: from each loss down into its state, "
    "and from each state to the one before, as da_t times W_hh transposed. Each step adds its part to the gradients of "
    "the shared weights.",
)

# %% [markdown]
# In formulas, for $t = T, \dots, 1$:
#
# $$dh_t = \underbrace{\frac{\partial L_t}{\partial h_t}}_{\text{own loss}} +
# \underbrace{da_{t+1}\,W_{hh}^T}_{\text{all later losses}} \qquad da_t = dh_t \cdot (1 - h_t^2)$$
#
# $$dW_{xh} = \sum_t x_t^T\,da_t \qquad dW_{hh} = \sum_t h_{t-1}^T\,da_t \qquad db_h = \sum_t \sum_n da_t$$
#
# It is a recursion: $dh_t$ collects *everything* that happens to the loss through $h_t$, now and later. At the last step
# nothing comes from later, except the gradient of a loss on the final state, if there is one: that is the argument `dh`.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L_t/\partial h_t$ | `dhs` | (T, N, H) | the gradient of each step's own loss |
# | $\partial L/\partial h_T$ | `dh` | (N, H) | the gradient of a loss on the final state |
# | | `cache` | | from `rnn_forward`: `xs`, `h0`, `hs`, `params` |
# | $dx_1 \dots dx_T$ | `dxs` | (T, N, D) | gradients for the inputs |
# | $dh_0$ | `dh0` | (N, H) | gradient for the first state |
# | | `grads` | RNNParams | gradients of the weights, added up over time |
#
# **Your turn.** Two groups of arrays of the same class are added by `grads.map(np.add, other)`.


# %% exercise="rnn_backward"
def rnn_backward(dhs, dh, cache):
    """Back-propagation through time.

    dhs: (T, N, H).  dh: (N, H).  cache: from rnn_forward.
    Returns dxs: (T, N, D); dh0: (N, H); grads: RNNParams.
    """
    xs, h0, hs, params = cache.xs, cache.h0, cache.hs, cache.params
    dxs = np.zeros_like(xs)
    grads = params.zeros_like()
    ### BEGIN SOLUTION
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
    ### END SOLUTION
    return dxs, dh, grads


# %%
check(rnn_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the loop</summary>
#
# `for t in reversed(range(len(xs))):`. One variable, `dh`, is handed from step to step, as `h` was on the way forward.
# After the last turn of the loop it is $dh_0$.
# </details>
# <details><summary><b>Hint 2</b>: what goes into a step</summary>
#
# `rnn_step_backward` wants the whole gradient for $h_t$: its own loss's, `dhs[t]`, plus what came back, `dh`.
# </details>
# <details><summary><b>Hint 3</b>: the state before</summary>
#
# Before step t the state was `hs[t - 1]`. At `t = 0` that would be `hs[-1]`, which Python takes for the *last* state:
# there it must be `h0`.
# </details>

# %% grade="rnn_backward" points=4

# %% [markdown]
# **Try it: is it right?** Not because a check says so: measure it. A small network reads random letters and is asked
# for other random ones. Your own `numerical_gradient` moves every weight; your own functions go backward. The output layer
# $y = h\,W_{hy} + b_y$ is given; it is a product and a sum, as in 2.5, at all steps:
#
# $$dW_{hy} = \sum_t h_t^T\,dy_t \qquad db_y = \sum_t \sum_n dy_t \qquad \frac{\partial L_t}{\partial h_t} = dy_t\,W_{hy}^T$$
#
# The last of the three is what goes into `rnn_backward` as `dhs`.

# %%
measure, backward = working(numerical_gradient), working(rnn_backward)
backward_of_loss = working(cross_entropy_backward)
rng = np.random.default_rng(2)
T, N, D, H, K = 7, 3, 5, 6, 5
params, out = rnnlib.init_rnn(D, H, rng), rnnlib.init_dense(H, K, rng)
xs = one_hot(rng.integers(0, D, (T, N)), D)
targets, h0 = rng.integers(0, K, (T, N)), np.zeros((N, H))
weights = {**dict(params.items()), **dict(out.items())}


def loss_with(**moved):
    """The mean loss of the network with some weights moved."""
    w = {**weights, **moved}
    hs, _, _ = rnn_forward(xs, h0, RNNParams(w["W_xh"], w["W_hh"], w["b_h"]))
    return rnnlib.cross_entropy(hs @ w["W_hy"] + w["b_y"], targets)


hs, _, cache = rnn_forward(xs, h0, params)
dlogits = backward_of_loss(hs @ out.W_hy + out.b_y, targets)
_, _, grads = backward(dlogits @ out.W_hy.T, np.zeros((N, H)), cache)
given = dict(grads.items())
given["W_hy"] = sum(hs[t].T @ dlogits[t] for t in range(T))
given["b_y"] = dlogits.sum(axis=(0, 1))

print("weights   how many   largest gradient   largest difference to the measured one")
for name, array in weights.items():
    measured = measure(lambda values, name=name: loss_with(**{name: values}), array)
    agrees = np.abs(measured - given[name]).max() < 1e-9
    print(
        f"{name:<10}{array.size:>8} {np.abs(given[name]).max():>18.4f} {'below 1e-9' if agrees else 'LARGE':>22}"
    )

# %% [markdown]
# Nine digits behind the point agree, for every weight. If one formula were wrong, at one step, this table would show
# it. Keep the habit: **a gradient that has not been measured is a guess.**

# %% [markdown]
# **Question 3.** Why is the gradient of $W_{hh}$ a *sum* over the time steps?
#
# - a) because the steps are equally important
# - b) because the loss is a sum over time
# - c) because the same $W_{hh}$ was used at every step, and a change of it changes each of them
# - d) because the gradient is computed backward

# %% answer="summed"
answer_summed = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_summed = "c"
### END SOLUTION

# %%
check_answer("summed", answer_summed)

# %% grade_answer="summed" points=0.5

# %% [markdown]
# ## 2.7 Cutting it short
#
# **The idea.** Going back through 10,000 steps takes 10,000 states in memory and 10,000 steps of time before the weights
# improve once. *Truncated* back-propagation cuts the sequence into pieces of k steps. Forward, the state is handed on from
# piece to piece as if nothing had happened. Backward, the gradient stops at each boundary.

# %% hidden=true
show(
    draw_backward_rnn(4, cut=2),
    "The same picture with four steps and k = 2. The state still goes forward from step 2 to step 3, but no gradient comes "
    "back from step 3 to step 2: it is cut.",
)

# %% [markdown]
# The steps 0 to k−1 are the first piece, k to 2k−1 the second, and so on (counted as in Python; the last piece may be
# shorter). A loss is blamed on the steps of its own piece, and never on those before.
#
# **Your turn:** `rnn_backward` with one more line. After the step at the beginning of a piece, nothing is handed on, except
# at the very beginning, where the gradient for $h_0$ is wanted.


# %% exercise="truncated_backward"
def truncated_backward(dhs, dh, cache, k):
    """As rnn_backward, but the gradient is cut at the steps k, 2k, 3k, ... Returns dxs, dh0, grads."""
    xs, h0, hs, params = cache.xs, cache.h0, cache.hs, cache.params
    dxs = np.zeros_like(xs)
    grads = params.zeros_like()
    ### BEGIN SOLUTION
    for t in reversed(range(len(xs))):
        h_before = hs[t - 1] if t > 0 else h0
        dxs[t], dh, step = rnn_step_backward(dhs[t] + dh, xs[t], h_before, hs[t], params)
        grads = grads.map(np.add, step)
        if t % k == 0 and t > 0:
            dh = np.zeros_like(dh)
    ### END SOLUTION
    return dxs, dh, grads


# %%
check(truncated_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# Copy your loop from `rnn_backward`. At its end, if step `t` is the first one of a piece, set `dh` to zeros.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# `t % k` is the remainder of t divided by k: it is 0 for t = 0, k, 2k, ...
# </details>

# %% grade="truncated_backward" points=2

# %% [markdown]
# **Try it: what does the cut cost?** The truncated gradient is another one than the true one; training follows it all the
# same. How far does it point in another direction? The *cosine* between two gradients is 1 when they point the same way
# and 0 when they have nothing to do with each other. We look at $W_{hh}$ in two tasks of 60 steps, before training: one
# network reads dinosaur names, end to end, and predicts each next letter; the other reads *one* letter, then nothing for 59
# steps, and is asked at the end which one it was.

# %% hidden=true
full, truncated = working(rnn_backward), working(truncated_backward)
forward_loss = working(cross_entropy_backward)


def cosines(xs, targets, ks, last_only, seed=0, H=48):
    """The cosine between truncated and full gradient of W_hh, for each k."""
    rng = np.random.default_rng(seed)
    params, out = rnnlib.init_rnn(xs.shape[-1], H, rng), rnnlib.init_dense(H, xs.shape[-1], rng)
    hs, h, cache = rnn_forward(xs, np.zeros((xs.shape[1], H)), params)
    dhs = forward_loss(hs @ out.W_hy + out.b_y, targets) @ out.W_hy.T
    if last_only:
        dhs[:-1] = 0  # a loss at the last step alone
    g = full(dhs, np.zeros_like(h), cache)[2].W_hh
    found = []
    for k in ks:
        part = truncated(dhs, np.zeros_like(h), cache, k)[2].W_hh
        found.append((g * part).sum() / np.sqrt((g**2).sum() * (part**2).sum()))
    return np.array(found)


alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
names = alphabet.encode("." + ".".join(dinosaur_names()))
T, N = 60, 32
ids = names[: (T + 1) * N].reshape(N, T + 1).T
letter = np.random.default_rng(3).integers(0, 27, N)
silence = np.zeros((T, N, 27))
silence[0] = one_hot(letter, 27)
ks = np.array([1, 2, 3, 5, 10, 20, 30, 60])
next_letter = cosines(one_hot(ids[:-1], 27), ids[1:], ks, last_only=False)
first_letter = cosines(silence, np.repeat(letter[None], T, axis=0), ks, last_only=True)
print("k                            " + "".join(f"{k:>7}" for k in ks))
print("names, loss at every step    " + "".join(f"{c:7.2f}" for c in next_letter))
print("one letter, asked at the end " + "".join(f"{c:7.2f}" for c in first_letter))

# %% [markdown]
# With a loss at every step and short dependencies, pieces of ten steps give nearly the true direction. In the other task
# all that matters happened at the first step. Only the last piece has a loss, so the truncated gradient sees the last k
# steps and, for every k below 60, *never* the first one. Half the sequence, k = 30, looks better in this table than it is:
# in those 30 steps all inputs are 0, so the gradient of $W_{xh}$ is exactly 0. However often it is followed, nobody ever
# tells the network to read that letter. This is a **bias**: more data do not mend it. (One can cut at random places and weigh what is left, so
# that the mean is right again: Tallec and Ollivier 2017.)
#
# **And what does it save?** One update of the weights needs the states of one piece in memory. Measured, for sequences of
# growing length, with full back-propagation against pieces of k = 50 steps:

# %% tags=["nbval-ignore-output"] hidden=true
import time
import tracemalloc


def cost(T, k, N=8, D=27, H=64):
    """Seconds until the first update and megabytes at the peak, for T steps in pieces of k."""
    rng = np.random.default_rng(0)
    params = rnnlib.init_rnn(D, H, rng)
    xs = one_hot(rng.integers(0, D, (T, N)), D)
    h = np.zeros((N, H))
    tracemalloc.start()
    start = time.perf_counter()
    for begin in range(0, T, k):
        hs, h, cache = rnn_forward(xs[begin : begin + k], h, params)
        rnnlib.rnn_backward(hs, None, cache)
        if begin == 0:
            seconds = time.perf_counter() - start
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return seconds, peak / 1e6


cost(100, 50)  # once to warm up
print("         until the first update        peak memory")
print("    T    full          k = 50          full      k = 50")
for T in (50, 200, 800, 3200):
    (s, m), (s_cut, m_cut) = cost(T, T), cost(T, 50)
    print(f"{T:>5} {s * 1e3:>7.1f} ms {s_cut * 1e3:>12.1f} ms {m:>11.1f} MB {m_cut:>7.1f} MB")

# %% [markdown]
# Full back-propagation: time and memory for one update grow with T. In pieces they do not. And with full back-propagation
# there is a way to save memory without a bias: keep every tenth state or so, and work the others out again on the way back
# (`rnnlib.checkpointed_backward`).

# %% [markdown]
# **Question 4.** A sequence is read with k = 10. Counting steps from 1, which earlier steps does the loss at step 21 reach?
#
# - a) none, because the state was cut as well
# - b) the steps 11 to 20
# - c) the steps 12 to 20: ten steps in all
# - d) none: step 21 is the first of its piece

# %% answer="horizon"
answer_horizon = None  # your answer: "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_horizon = "d"
### END SOLUTION

# %%
check_answer("horizon", answer_horizon)

# %% grade_answer="horizon" points=0.5

# %% [markdown]
# ## Summary
#
# - Differences measure any gradient: two evaluations for each number, in float64, with a step near $10^{-5}$. For tests only.
# - Backward through tanh: multiply by $1 - h^2$. Backward through softmax and cross-entropy: probabilities minus one-hot,
#   divided by the number of places, once.
# - Backward through one step: `da`, then each factor gets `da` times the other one, transposed.
# - Through time: $dh_t$ is the own loss's gradient plus what comes back from step t + 1. Start at the end.
# - Weights are shared, so their gradients add up over the steps.
# - Truncation saves time and memory for each update and is biased: what lies before the cut is never blamed.
#
# **Next:** unit 03 uses these gradients: optimizers, a real training loop, and new dinosaurs.
#
# ## References
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating errors*, Nature 323 (1986),
#   533–536.
# - P. J. Werbos, *Backpropagation through time: what it does and how to do it*, Proceedings of the IEEE 78 (1990), 1550–1560.
# - R. J. Williams, J. Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories*,
#   Neural Computation 2 (1990), 490–501: truncation.
# - C. Tallec, Y. Ollivier, *Unbiasing truncated backpropagation through time*, arXiv 1705.08209 (2017).
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), section 10.2.2.
