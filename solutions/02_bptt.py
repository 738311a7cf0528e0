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
# training stands on: the gradient of the loss with respect to every weight, back through all time steps. The
# first function measures gradients by trying them out, slowly but surely, and it will tell you whether the next
# four are right. Another one leaves a part of the gradient out, on purpose. At the end you get a program that
# looks fine and is wrong in six places, and you have everything you need to find them.
#
# **At the end you can**
# - measure a gradient by finite differences, and say how far such a measurement can be trusted;
# - go backward through tanh, the softmax loss, one recurrent step and a whole sequence;
# - say why the gradient of a shared weight is a sum over time;
# - cut the gradient after k steps, and measure what that costs;
# - debug a backward pass with a gradient check.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | unit 01; the derivative of a function of one variable; the chain rule |
# | **Points** | 20: six short functions (13), a program to mend (6), two questions (1) |
#
# **A word on names.** A gradient is named after what it is the gradient of: `dh` is $\partial L/\partial h$ and
# has the shape of `h`, for every `h`. $L$ is always one number, the loss.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, RNNParams, one_hot, rnn_forward, softmax
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.plotting import draw_backward_rnn, show

# %% [markdown]
# ## 2.1 A gradient by trial
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
# You need an array that differs from `x` in one entry alone, and `x` itself must stay as it is. An array of zeros
# like `x` with a single entry that is not zero helps: what happens when you add it to `x`, or subtract it?
# </details>
# <details><summary><b>Hint 2</b>: the division</summary>
#
# How far is it from the left point to the right one? And mind the brackets: in Python, `a / 2 * b` first divides
# by 2 and then *multiplies* by `b`.
# </details>

# %% grade="numerical_gradient" points=2.5

# %% [markdown]
# **Try it: which step is best?** Make a guess before you run the cell: is a smaller step always better? We take a
# function whose gradient is known, $f(x) = \sum e^{x}$, and look at the error for steps from $10^{-1}$ to $10^{-13}$,
# in double precision (`float64`) and in single precision (`float32`).

# %%
measure = working(numerical_gradient)
x = np.random.default_rng(0).normal(size=100)
print("step     mean error, relative to the largest entry")
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
# Read from top to bottom, each column is a valley. In the upper half the formula is at fault: its error falls with
# $\varepsilon^2$. In the lower half it is rounding: $f(x+\varepsilon)$ and $f(x-\varepsilon)$ agree in nearly all
# their digits, so the difference consists of the few that are left, and those are divided by a tiny number. Double
# precision is at its best near $10^{-5}$, with about ten correct digits. Single precision carries only seven digits in
# all: its valley is shallow, its best step is larger, and at $10^{-5}$ only about one digit is right. **Measure gradients
# in float64.**
#
# One more limit. Compare an error with the *largest* entry of the gradient, not entry by entry: where the true gradient
# is nearly 0, the measurement shows nothing but rounding, and its relative error means nothing.

# %% [markdown]
# **Question 1.** The network of unit 01 has 7,643 parameters. How many times must the loss be computed to measure its
# gradient once in this way?

# %% answer="evaluations"
answer_evaluations = None  # your answer: a number
### BEGIN SOLUTION
answer_evaluations = 15_286
### END SOLUTION

# %%
check_answer("evaluations", answer_evaluations)

# %% grade_answer="evaluations" points=0.5

# %% [markdown]
# That is why nobody trains like this, and why everybody should test like this.
#
# ## 2.2 Backward through tanh
#
# **The idea.** Suppose somebody tells you how the loss changes with the *result* of a function, `dh`. How does it
# change with its *argument*? Multiply by the derivative of the function: that is the chain rule, and a backward pass
# consists of nothing else.
#
# For $h = \tanh(a)$ the derivative is $1 - \tanh(a)^2 = 1 - h^2$. That is convenient: we need not keep $a$, since the
# result $h$ is enough.
#
# $$da = dh \cdot (1 - h^2)$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\partial L/\partial h$ | `dh` | any | the gradient for the result |
# | $h$ | `h` | the same | the result of the tanh, from the forward pass |
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
# One line is enough. `h` is already the result of the tanh, so no tanh is taken in this function. Mind the brackets.
# </details>

# %% grade="tanh_backward" points=1

# %% [markdown]
# **Predict, then run:** a unit has the state $h = 0.99$. Does most of a gradient pass back through its tanh, half of it,
# a fiftieth, or nothing?

# %%
for h in (0.0, 0.5, 0.9, 0.99, 1.0):
    print(
        f"h = {h:<5} of a gradient of 1, {working(tanh_backward)(np.ones(1), np.array([h]))[0]:.4f} passes"
    )

# %% [markdown]
# A unit near its limits is called *saturated*: it hardly passes a gradient on, so it hardly learns. Unit 04 comes back to
# this.

# %% [markdown]
# ## 2.3 Two steps on paper
#
# Before any matrix appears, here is the whole of back-propagation through time with plain numbers: one unit, two steps,
# and, to keep the sums short, the loss $L = h_1 + h_2$, so there is a loss at every step. The forward pass:
#
# $$h_1 = \tanh(w_x x_1 + w_h h_0 + b) \qquad h_2 = \tanh(w_x x_2 + w_h h_1 + b)$$
#
# Now the backward pass, **from the end**. How does $L$ change with $h_2$? Only directly: $dh_2 = 1$. Through the tanh:
# $da_2 = dh_2 (1 - h_2^2)$. How does it change with $h_1$? In two ways: directly, by 1, and through $h_2$, into which
# $h_1$ goes with the factor $w_h$. Gradients along different paths add up:
#
# $$dh_1 = 1 + da_2\,w_h \qquad da_1 = dh_1\,(1 - h_1^2)$$
#
# And with $w_h$? It was used **twice**: with $h_1$ in the second step, with $h_0$ in the first. A change of $w_h$ affects
# both, and the two effects on the loss add up: $dw_h = da_2\,h_1 + da_1\,h_0$. Likewise $dw_x = da_2\,x_2 + da_1\,x_1$
# and $db = da_2 + da_1$. **That is why the gradient of a shared weight is a sum over time.**
#
# Take a pencil and compute $da_2$, $da_1$ and $dw_h$ for $x_1 = 1$, $x_2 = -1$, $h_0 = 0.5$, $w_x = 0.6$, $w_h = 0.8$,
# $b = 0.1$, to three digits. (You will need $\tanh 1.1 \approx 0.800$ and $\tanh 0.14 \approx 0.139$.) Then run the
# cell. It also measures the gradients with your first function.

# %%
x1, x2, h0, w_x, w_h, b = 1.0, -1.0, 0.5, 0.6, 0.8, 0.1


def two_steps(w):
    """h_1 and h_2 for w = (w_h, w_x, b)."""
    h1 = np.tanh(w[1] * x1 + w[0] * h0 + w[2])
    return h1, np.tanh(w[1] * x2 + w[0] * h1 + w[2])


weights = np.array([w_h, w_x, b])
h1, h2 = two_steps(weights)
da2 = 1.0 * (1 - h2**2)
da1 = (1.0 + da2 * w_h) * (1 - h1**2)
print(f"states     h1 = {h1:.3f}     h2 = {h2:.3f}")
print(f"backward   da2 = {da2:.3f}    da1 = {da1:.3f}")
by_hand = np.array([da2 * h1 + da1 * h0, da2 * x2 + da1 * x1, da2 + da1])
print("by hand    dw_h, dw_x, db =", by_hand.round(3))
print("measured   dw_h, dw_x, db =", measure(lambda w: sum(two_steps(w)), weights).round(3))

# %% [markdown]
# The measured gradient agrees with the one computed by hand. Everything that follows is the same with matrices.
#
# ## 2.4 Where gradients begin: the loss
#
# **The idea.** At every step the network gives scores (logits) $y$ for $K$ classes; the softmax turns them into
# probabilities $p$; the loss is $-\log p_c$ of the right class $c$, and we take the **mean** over all $T \cdot N$ places.
# The backward pass through logarithm and softmax together is short, because the logarithm undoes the exponential:
#
# $$-\log p_c = -\log \frac{e^{y_c}}{\sum_j e^{y_j}} = -y_c + \log \sum_j e^{y_j}
# \qquad\Rightarrow\qquad \frac{\partial(-\log p_c)}{\partial y_k} = \frac{e^{y_k}}{\sum_j e^{y_j}} - [k = c] = p_k - [k = c]$$
#
# ($[k = c]$ is 1 if $k$ is the right class, and 0 otherwise: the one-hot code of the target.) With the mean:
#
# $$dy = \frac{p - \text{one-hot(target)}}{T\,N}$$
#
# A wrong class with a probability of 0.7 is pushed down by 0.7; the right one, at 0.2, is pushed up by 0.8. The division
# by $T N$ comes from the mean. It stands here, once, and nowhere else.
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
# <details><summary><b>Hint 1</b>: the two numbers</summary>
#
# K is the length of the last axis of `logits`, and T · N is the number of targets. Both can be read from the arrays.
# </details>
# <details><summary><b>Hint 2</b>: the sign</summary>
#
# What should happen to the score of the right class when you take a small step *against* the gradient?
# </details>

# %% grade="cross_entropy_backward" points=2

# %% [markdown]
# **Try it:** the gradient tells how to improve. We start from random scores, take steps against the gradient, and watch
# the loss.

# %%
backward_of_loss = working(cross_entropy_backward)
rng = np.random.default_rng(1)
logits, targets = rng.normal(size=(4, 2, 5)), rng.integers(0, 5, (4, 2))
print("steps   loss    probability of the right class, in the worst place")
for n in range(5):
    p = softmax(logits)[np.arange(4)[:, None], np.arange(2), targets]
    print(f"{50 * n:>5}   {-np.log(p).mean():.3f}   {p.min():.3f}")
    for _ in range(50):
        logits = logits - 1.0 * backward_of_loss(logits, targets)

# %% [markdown]
# ## 2.5 One step backward
#
# **The idea.** In the forward pass a step made $h_t$ from $x_t$, $h_{t-1}$ and the weights. In the backward pass it gets
# `dh_next`, the gradient of $h_t$, and must find the gradient of each thing that went in. Write the step in two lines
# and go through them in reverse:
#
# $$a = x\,W_{xh} + h\,W_{hh} + b_h \qquad h_{next} = \tanh(a)$$
#
# The tanh comes first and gives `da`. Then the sum: each term gets `da` as it is. Then the products, with one rule for all
# of them. If $a = u\,W$, then $a_{nj} = \sum_i u_{ni} W_{ij}$, and by the chain rule
#
# $$\frac{\partial L}{\partial u_{ni}} = \sum_j da_{nj}\,W_{ij} = (da\,W^T)_{ni} \qquad
# \frac{\partial L}{\partial W_{ij}} = \sum_n u_{ni}\,da_{nj} = (u^T da)_{ij}$$
#
# In words: each factor gets the product of `da` and *the other factor*, transposed. The bias was added to each of the N
# rows, so its gradient is the sum over the rows. (No weight needs $dx$; it is for whatever made $x$, such as a layer
# below.) The table is complete except for three formulas, which are yours:
#
# | gradient | formula | shapes | code |
# |---|---|---|---|
# | $da$ | $dh_{next} \cdot (1 - h_{next}^2)$ | (N, H) | `da` |
# | $dx$ | $da\,W_{xh}^T$ | (N, H)(H, D) → (N, D) | `dx` |
# | $dh$ | ? | → (N, H) | `dh` |
# | $dW_{xh}$ | $x^T da$ | (D, N)(N, H) → (D, H) | `W_xh=` |
# | $dW_{hh}$ | ? | → (H, H) | `W_hh=` |
# | $db_h$ | ? | → (H,) | `b_h=` |
#
# The gradients of the weights are returned as `RNNParams(W_xh=..., W_hh=..., b_h=...)`: the same class as the weights,
# because there is one number for each weight.
#
# **Your turn.** If you name the gradient after the tanh `da`, the check looks at it too, and tells you whether a mistake
# comes before or after it.


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
# The tanh was the last thing that the step did, so it comes first now, and you have a function for it. Everything else is
# made from its result.
# </details>
# <details><summary><b>Hint 2</b>: shapes that cannot help</summary>
#
# `W_hh` is square, so a forgotten transpose changes no shape. The same is true of `h` and `h_next`: which of the two did
# $W_{hh}$ multiply in the forward pass?
# </details>
# <details><summary><b>Hint 3</b>: the bias</summary>
#
# A sum over the rows, with shape (H,). Not a mean: the mean has been taken in the loss, once.
# </details>

# %% grade="rnn_step_backward" points=3

# %% [markdown]
# ## 2.6 Back through time
#
# **The idea.** Put the steps together, from the last to the first. Each state receives two gradients: that of its own
# loss, and that of all later losses, which comes back through the step after it. The two add up.

# %% hidden=true
show(
    draw_backward_rnn(3),
    "A network unrolled over three steps with a loss at each. Gradients run backward: from each loss down into its state, "
    "and from each state to the one before, as da_t times W_hh transposed. Each step adds its part to the gradients of "
    "the shared weights.",
)

# %% [markdown]
# *Figure 2.1: a network unrolled over three steps. The forward pass is grey; gradients flow from each loss down into its
# state (green), from each state to the one before (red), and into the shared weights (blue).*
#
# In formulas, for $t = T, \dots, 1$:
#
# $$dh_t = \underbrace{\frac{\partial L_t}{\partial h_t}}_{\text{own loss}} +
# \underbrace{da_{t+1}\,W_{hh}^T}_{\text{all later losses}} \qquad da_t = dh_t \cdot (1 - h_t^2)$$
#
# $$dW_{xh} = \sum_t x_t^T\,da_t \qquad dW_{hh} = \sum_t h_{t-1}^T\,da_t \qquad db_h = \sum_t \sum_n da_t$$
#
# It is a recursion: $dh_t$ collects *every* effect of $h_t$ on the loss, now and later. After the last step there is
# nothing later, except the gradient of a loss on the final state, if there is one: that is the argument `dh`.
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
# **Your turn.** `a.map(np.add, b)` takes two groups of arrays of the same class, such as two `RNNParams`, applies
# `np.add` to each pair of arrays of the same name, and returns the sums as a new group. `a` itself stays as it is. (A
# group's arrays cannot be exchanged: `grads.W_hh += ...` is an error. Write into the array, `grads.W_hh[:] += ...`.)


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
# Time runs backward. One variable, `dh`, is handed from step to step, as `h` was in the forward pass. What is it when the
# loop has ended?
# </details>
# <details><summary><b>Hint 2</b>: what goes into a step</summary>
#
# `rnn_step_backward` needs the *whole* gradient of $h_t$. It has two parts: look at the first formula.
# </details>
# <details><summary><b>Hint 3</b>: the state before</summary>
#
# Before step t the state was that of step t − 1. Watch the first step: in Python `hs[-1]` is the *last* state, and no
# error tells you.
# </details>

# %% grade="rnn_backward" points=3

# %% [markdown]
# **Try it: is it right?** Do not take a check's word for it: measure. A small network reads random letters and has to
# predict other random ones. Your own `numerical_gradient` moves every weight; your own functions do the backward pass.
# The output layer $y = h\,W_{hy} + b_y$ is given; it follows the rule of section 2.5 at every step:
#
# $$dW_{hy} = \sum_t h_t^T\,dy_t \qquad db_y = \sum_t \sum_n dy_t \qquad \frac{\partial L_t}{\partial h_t} = dy_t\,W_{hy}^T$$
#
# The last of the three goes into `rnn_backward` as `dhs`.

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

print("weights   how many   largest gradient   difference from the measured one")
for name, array in weights.items():
    measured = measure(lambda values, name=name: loss_with(**{name: values}), array)
    agrees = np.abs(measured - given[name]).max() < 1e-9
    print(
        f"{name:<10}{array.size:>8} {np.abs(given[name]).max():>18.4f} {'below 1e-9' if agrees else 'LARGE':>22}"
    )

# %% [markdown]
# For every weight the two agree to better than nine decimal places. If one formula were wrong, at one step, this table
# would show it. Keep the habit: **a gradient that has not been measured is a guess.**

# %% [markdown]
# ## 2.7 Truncation
#
# **The idea.** Going back through 10,000 steps means keeping 10,000 states in memory and waiting for 10,000 steps before
# the weights improve once. *Truncated* back-propagation cuts the sequence into pieces of k steps. In the forward pass the
# state is handed on from piece to piece as if nothing had happened. In the backward pass the gradient stops at each
# boundary.

# %% hidden=true
show(
    draw_backward_rnn(4, cut=2),
    "The same picture with four steps and k = 2. The state still goes forward from step 2 to step 3, but no gradient comes "
    "back from step 3 to step 2: it is cut.",
)

# %% [markdown]
# *Figure 2.2: truncation with k = 2. The state goes forward from step 2 to step 3; no gradient comes back.*
#
# The steps 0 to k−1 are the first piece, k to 2k−1 the second, and so on (counted from 0, as in Python; the last piece may
# be shorter). The gradient of a loss reaches the steps of its own piece, never those before.
#
# **Your turn:** `rnn_backward` with one more decision. What leaves the first step of a piece backward is dropped, except at
# the very beginning of the sequence, where the gradient of $h_0$ is wanted.


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
# Start from your `rnn_backward`. Which variable carries the gradient from a piece to the one before it, and at which
# moment must it be emptied?
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# The remainder of a division, `%`, tells whether `t` is the first step of a piece. Try it on paper for k = 3 and t = 0 to 6.
# </details>

# %% grade="truncated_backward" points=1.5

# %% [markdown]
# **Try it: what does the cut cost?** The truncated gradient differs from the true one, and training follows it all the
# same. How different are their directions? The *cosine* of the angle between two gradients is 1 when they point the same
# way and 0 when they are perpendicular. We look at $W_{hh}$ in two tasks of 60 steps, before any training. One network
# reads dinosaur names, end to end, and predicts each next letter. The other reads *one* letter, then nothing for 59 steps,
# and is asked at the end which letter it was. Which of them suffers more from truncation?

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
# With a loss at every step and short dependencies, pieces of ten steps give a cosine above 0.9. In the other task everything that matters happened at the first step. Only the last piece has a loss, so the truncated gradient sees the
# last k steps and, for every k below 60, *never* the first one. At k = 30 the cosine looks better than things are: during
# those 30 steps all inputs are 0, so the gradient of $W_{xh}$ is exactly 0, and the network never learns to read the letter
# at all. This is a **bias**, not noise: more data do not remove it. (Cutting at random places and weighting what is left
# makes the mean right again: Tallec and Ollivier 2017.)
#
# **Question 2.** A sequence of 25 steps is read with k = 10. Count the steps from 1. Which is the earliest step that the
# gradient of the loss at step 19 reaches?

# %% answer="horizon"
answer_horizon = None  # your answer: a number
### BEGIN SOLUTION
answer_horizon = 11
### END SOLUTION

# %%
check_answer("horizon", answer_horizon)

# %% grade_answer="horizon" points=0.5

# %% [markdown]
# ## 2.8 Open task: a program that fails its gradient check
#
# Here is a whole program: forward pass, loss, and back-propagation through time in one function, the way one writes it on
# a first evening. It runs, nothing warns, and every shape is right. **Six places in it are wrong**, all of them slips that
# people make. The forward pass, the loss and the comments are right. Find the slips and mend them, or write the function
# anew if you prefer, with a loop of its own in each direction: the library's `rnn_forward` and `rnn_backward` are not to be
# called in it.
#
# | returned value | shape | meaning |
# |---|---|---|
# | `loss` | a number | mean of $-\log p$ over all T · N places |
# | `dlogits` | (T, N, K) | its gradient with respect to the logits |
# | `das` | (T, N, H) | with respect to the argument of the tanh, at every step |
# | `dh0` | (N, H) | with respect to the first state |
# | `grads` | RNNParams | with respect to $W_{xh}$, $W_{hh}$, $b_h$ |
# | `grads_out` | DenseParams | with respect to $W_{hy}$, $b_y$ |
#
# You could read the code until your eyes hurt. It is better to experiment:
#
# - **Measure.** The cell below the program compares $W_{hh}$ with your `numerical_gradient`. Do the same for the other
#   arrays, and look at the *ratio* of the two gradients as well as at their difference.
# - **Make the problem small.** With T = 1 there is no way back through time, with N = 1 no batch. An error that disappears
#   when a size becomes 1 says where it lives. Try `h0` = 0, small weights, and large ones too.
# - **Follow the gradient.** A fault spoils everything computed after it. Begin with the first quantity that is wrong.
# - **One change at a time,** then measure again. Agreement on one special input proves little.


# %% exercise="sequence_gradients" minutes=30
def sequence_gradients(xs, targets, h0, params, out):
    """Loss and gradients of a recurrent network with an output at every step.

    xs: (T, N, D).  targets: (T, N), integers.  h0: (N, H).  params: RNNParams.  out: DenseParams.
    Returns loss, dlogits, das, dh0, grads, grads_out.
    """
    ### BEGIN SOLUTION
    T, N = targets.shape
    # Forward through time: the states, and the scores at every step.
    hs, h = [], h0
    for x in xs:
        h = np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
        hs.append(h)
    hs = np.stack(hs)  # (T, N, H)
    logits = hs @ out.W_hy + out.b_y  # (T, N, K)
    # The loss: the mean of -log p over all places. Less the largest score, exp cannot overflow.
    logits = logits - logits.max(axis=2, keepdims=True)
    log_p = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    right = (np.arange(T)[:, None], np.arange(N), targets)
    loss = -log_p[right].mean()
    # Backward through the loss: probabilities minus one-hot.
    dlogits = np.exp(log_p)
    dlogits[right] -= 1
    dlogits = dlogits / (T * N)
    # Backward through time.
    dW_xh, dW_hh, db_h = (np.zeros_like(w) for w in (params.W_xh, params.W_hh, params.b_h))
    dW_hy, db_y = np.zeros_like(out.W_hy), np.zeros_like(out.b_y)
    das, dh = np.zeros_like(hs), np.zeros_like(h0)
    for t in reversed(range(T)):
        h_before = hs[t - 1] if t > 0 else h0
        dW_hy += hs[t].T @ dlogits[t]
        db_y += dlogits[t].sum(axis=0)
        dh = dh + dlogits[t] @ out.W_hy.T
        da = dh * (1 - hs[t] ** 2)
        dW_xh += xs[t].T @ da
        dW_hh += h_before.T @ da
        db_h += da.sum(axis=0)
        das[t], dh = da, da @ params.W_hh.T
    return loss, dlogits, das, dh, RNNParams(dW_xh, dW_hh, db_h), DenseParams(dW_hy, db_y)
    ### END SOLUTION


# %%
T, N, D, H, K = 5, 3, 4, 6, 7  # change these
rng = np.random.default_rng(0)
xs, targets = rng.normal(size=(T, N, D)), rng.integers(0, K, (T, N))
h0 = rng.normal(size=(N, H))
params, out = rnnlib.init_rnn(D, H, rng), rnnlib.init_dense(H, K, rng)


def loss_with_W_hh(W_hh):
    """The loss as a function of W_hh alone."""
    moved = RNNParams(params.W_xh, W_hh, params.b_h)
    return sequence_gradients(xs, targets, h0, moved, out)[0]


measured = measure(loss_with_W_hh, params.W_hh)
computed = sequence_gradients(xs, targets, h0, params, out)[4].W_hh
apart = np.abs(computed - measured).max() / np.abs(measured).max()
print(f"W_hh: difference {'below 1e-7' if apart < 1e-7 else f'{apart:.2f}'} of the largest entry")

# %%
check(sequence_gradients)

# %% [markdown]
# <details><summary><b>If you are stuck</b></summary>
#
# The check has a row for each part of the program. It compares each part with what follows from *your own* earlier parts,
# so a row can turn green while an earlier one is still red. Start with the first red row and ask: on which inputs is this
# part right? For a gradient of a weight, write the sum over time of section 2.6 on paper for T = 2, term by term, and
# compare it with what the loop adds up.
# </details>

# %% grade="sequence_gradients" points=6

# %% [markdown]
# None of these slips raises an error. With any single one of them left in, a network even learns something about dinosaur
# names: its loss falls (with a learning rate of 0.1). That is what makes them expensive: one looks for the cause everywhere
# else. A gradient check shows each of them within a minute.

# %% [markdown]
# ## Summary
#
# - Finite differences measure any gradient, with two evaluations for each number, in float64, with a step near $10^{-5}$.
#   They are for tests only.
# - Backward through tanh: multiply by $1 - h^2$. Backward through softmax and cross-entropy: probabilities minus one-hot,
#   divided by the number of places, once.
# - Backward through a product: each factor gets the product of `da` and the other factor, transposed.
# - Through time: $dh_t$ is the gradient of the step's own loss plus what comes back from step t + 1. Start at the end.
# - Weights are shared, so their gradients are sums over the steps.
# - Truncation makes updates cheap, and it is biased: what lies before the cut receives no gradient.
# - A backward pass is debugged by measuring: small sizes, one quantity at a time, from the loss backward.
#
# **Next:** unit 03 uses these gradients: optimizers, a real training loop, and new dinosaurs.

# %% [markdown]
# ## 2.9 Going further: what truncation saves
#
# One update of the weights with full back-propagation needs all the states of the sequence in memory. With truncation it
# needs those of one piece. Measured for sequences of growing length, against pieces of k = 50 steps, which are 1 in both
# columns:

# %% tags=["nbval-ignore-output"] hidden=true
import time
import tracemalloc


def cost(T, N=8, D=27, H=64):
    """Processor time and peak memory of one forward and backward pass over T steps."""
    rng = np.random.default_rng(0)
    params = rnnlib.init_rnn(D, H, rng)
    xs = one_hot(rng.integers(0, D, (T, N)), D)
    seconds = []
    tracemalloc.start()
    for _ in range(3):
        start = time.process_time()
        hs, _, cache = rnn_forward(xs, np.zeros((N, H)), params)
        rnnlib.rnn_backward(hs, None, cache)
        seconds.append(time.process_time() - start)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return np.array([min(seconds), peak])


cost(50)  # once to warm up
piece = cost(50)
print("             full back-propagation, for one update")
print("    T          time      memory")
for T in (50, 200, 800, 3200):
    seconds, memory = cost(T) / piece
    print(f"{T:>5} {seconds:>10.0f} times {memory:>5.0f} times")

# %% [markdown]
# For full back-propagation, time and memory grow in proportion to T. A piece of 50 steps costs the same however long the
# sequence is. And there is a way to save memory *without* a bias: keep every tenth state or so, and compute the others
# again during the backward pass (`rnnlib.checkpointed_backward`).

# %% [markdown]
# ## References
#
# - D. E. Rumelhart, G. E. Hinton, R. J. Williams, *Learning representations by back-propagating errors*, Nature 323 (1986),
#   533–536.
# - P. J. Werbos, *Backpropagation through time: what it does and how to do it*, Proceedings of the IEEE 78 (1990), 1550–1560.
# - R. J. Williams, J. Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories*,
#   Neural Computation 2 (1990), 490–501: truncation.
# - C. Tallec, Y. Ollivier, *Unbiasing truncated backpropagation through time*, arXiv 1705.08209 (2017).
# - I. Goodfellow, Y. Bengio, A. Courville, *Deep Learning*, MIT Press (2016), section 10.2.2.
