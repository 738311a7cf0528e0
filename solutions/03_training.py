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
# # 3 Training, and generating dinosaur names
#
# Unit 01 read names forward, unit 02 went backward. Now the two are put into a loop that makes
# the weights better, a little at every turn. At the end your network invents names of dinosaurs,
# and you train one of your own that has to predict dinosaurs it has never heard of.
#
# **At the end you can**
# - write the training loop, and say what each of its seven steps is for;
# - write three optimizers and compare them fairly;
# - test a training loop by overfitting, and stop a real one before it overfits;
# - turn a loss into perplexity and bits, and set it beside a baseline that costs the same;
# - draw new names at any temperature;
# - train a network under a budget.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 and 02; means, square roots, logarithms |
# | **Points** | 20: six short functions (13), two questions (1) and an open task (6) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import AdamState, DenseParams, EarlyStopping, RMSpropState
from rnnlib.cell_models import CellModel
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.letter_drills import BUGS, lowest_loss, overfit_letters
from rnnlib.letter_models import letter_batch, letter_loss, letter_probabilities
from rnnlib.letter_table import LetterTable
from rnnlib.plotting import LiveFigure, plot_loss
from rnnlib.plotting.training import (
    show_clipping,
    show_temperatures,
    show_training_loop,
    show_valley,
)
from rnnlib.valley import walk_valley

# %% [markdown]
# ## 3.1 Seven steps in a loop
#
# Almost every neural network is trained by the same loop:
#
# 1. **Draw a batch:** a few examples at random.
# 2. **Forward:** compute the outputs with the present weights.
# 3. **Loss:** one number that says how bad they are.
# 4. **Backward:** the gradient of the loss for every weight.
# 5. **Clip:** shorten the gradient if it is too long.
# 6. **Update:** move each weight a little against its gradient.
# 7. **Look:** from time to time, measure on examples that are not learned from; stop when that
#    no longer improves.

# %%
show_training_loop()

# %% [markdown]
# *Figure 3.1. The training loop. One turn is called an update.*
#
# Steps 2 to 4 are units 01 and 02; this unit writes the others.
#
# **The data** are the names of 1,318 genera of dinosaurs, split at random into three parts:
#
# - **training**: 1,118 names that the weights are fitted to;
# - **held out**: 100 names that we look at *during* training, to decide when to stop;
# - **test**: 100 names that are not looked at until the very end.

# %%
alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")  # the full stop begins and ends a name
V, H = len(alphabet), 64
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
test, held_out, training = names[:100], names[100:200], names[200:]
print(len(training), "names, for example", ", ".join(training[:5]))

# %% [markdown]
# **Step 1: a mini-batch.** The gradient over all names is exact, and expensive. The gradient over
# a few names drawn at random points in a similar direction and costs far less, so we take many
# cheap steps instead of few exact ones. Names have different lengths, and an array has one shape.
# Short names are therefore **padded**, and a **mask** says which places count:

# %%
xs, targets, mask = letter_batch(["trex", "mei", "minmi"], alphabet)
print("xs", xs.shape, " targets", targets.shape, " mask", mask.shape)
for n in range(3):
    row = [letter if m else "-" for letter, m in zip(alphabet.decode(targets[:, n]), mask[:, n])]
    print("targets of name", n, " ", " ".join(row))

# %% [markdown]
# A dash is a place that does not count: there is no loss there, so no gradient comes from there.
#
# **Question 1.** A batch holds *tyrannosaurus*, *mei* and *trex*. Over how many targets is its
# loss averaged? Count before you compute.

# %% answer="targets"
answer_targets = None  # your answer: a number
### BEGIN SOLUTION
answer_targets = 23
### END SOLUTION

# %%
check_answer("targets", answer_targets)

# %% grade_answer="targets" points=0.5

# %% [markdown]
# **Steps 2, 3 and 4** in one function, from the pieces that you know. A `CellModel` is a group of
# two groups, `cell` and `out`. Its gradient is again a `CellModel`, with one number for every
# weight.


# %%
def new_model(H, rng):
    """A network of H units that reads letters and predicts the next one, not trained yet."""
    return CellModel(rnnlib.init_rnn(V, H, rng), rnnlib.init_dense(H, V, rng))


def loss_and_grads(words, model):
    """The mean loss a letter in nats, and its gradient for every weight."""
    xs, targets, mask = letter_batch(words, alphabet)
    h0 = np.zeros((len(words), model.cell.b_h.size))
    hs, _, cache = rnnlib.rnn_forward(xs, h0, model.cell)  # step 2: forward
    logits = rnnlib.output_step(hs, model.out)
    loss = rnnlib.cross_entropy(logits, targets, mask=mask)  # step 3: loss
    dlogits = rnnlib.cross_entropy_backward(logits, targets, mask=mask)  # step 4: backward
    dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
    _, _, grads_cell = rnnlib.rnn_backward(dhs, None, cache)
    return loss, CellModel(grads_cell, grads_out)


def loss_on(words, model):
    """The loss alone, for names that are not learned from."""
    return letter_loss(model, *letter_batch(words, alphabet))


start = new_model(H, np.random.default_rng(3))
loss, grads = loss_and_grads(training[:32], start)
print(f"first loss {loss:.2f}; log {V} = {np.log(V):.2f}")
print(f"{start.size:,} weights, {grads.size:,} gradients")

# %% [markdown]
# ## 3.2 One step downhill
#
# **The idea.** The gradient points in the direction in which the loss rises fastest. So go a
# little way in the opposite direction. The **learning rate** $\eta$ (eta) says how far.
#
# **The equation**, for each weight $p$ and its gradient $g$:
#
# $$p \leftarrow p - \eta\,g$$
#
# On paper: $p = 1$, $g = 2$ and $\eta = 0.1$ give the new weight $1 - 0.1 \cdot 2 = 0.8$. When $g$
# comes from a random mini-batch, this is **stochastic gradient descent**, SGD. The learning rate
# is a **hyperparameter**: it is not learned but chosen.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $p$ | `params` | a group of arrays | all weights |
# | $g$ | `grads` | a group of the same class | the gradient of each weight |
# | $\eta$ | `learning_rate` | a number | how far to go |
# | | `state` | | what the optimizer remembers; SGD remembers nothing and hands it on |
#
# **Groups of arrays.** To do the same to each array of a group there is `map`. It takes a
# function of one array, or of several when you give it further groups, and makes a new group:

# %%
group = DenseParams(W_hy=[[1.0, 2.0]], b_y=[3.0, 4.0])
other = DenseParams(W_hy=[[10.0, 20.0]], b_y=[30.0, 40.0])
print(group.map(lambda a: 2 * a).b_y)  # each array, doubled
print(group.map(lambda a, b: a + b, other).b_y)  # each array plus the one of the same name
for name, array in group.items():  # and a loop over all arrays
    print(name, array)

# %% [markdown]
# A group itself knows no arithmetic: `2 * group` is an error, and `map` is the way.
#
# **Your turn.** Do not write into the old arrays. Do not use names of arrays such as `W_hy`
# either, because the function is for any model. (The star in the first line means that
# `learning_rate` is given by its name.)


# %% exercise="sgd_step"
def sgd_step(params, grads, state, *, learning_rate=0.1):
    """One step of gradient descent.

    params, grads: groups of arrays of the same class.  state: is handed on as it is.
    Returns params: the new group; state.
    """
    ### BEGIN SOLUTION
    return params.map(lambda p, g: p - learning_rate * g, grads), state
    ### END SOLUTION


# %%
check(sgd_step)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Which of the calls of `map` above takes two groups? Two values are returned, and the second one
# is not changed.
# </details>

# %% grade="sgd_step" points=1

# %% [markdown]
# **Try it: how far is a little way?** Sixty steps on one and the same batch of 32 names, with
# three learning rates. **Predict:** which one ends lowest?

# %% tags=["nbval-ignore-output"]
step = working(sgd_step)
for learning_rate in (0.03, 0.3, 3.0):
    model, losses = start, []
    for _ in range(60):
        loss, grads = loss_and_grads(training[:32], model)
        model, _ = step(model, grads, rnnlib.sgd_state(model), learning_rate=learning_rate)
        losses.append(loss)
    print(
        f"learning rate {learning_rate:<5} last loss {losses[-1]:6.2f}, highest {max(losses):6.2f}"
    )

# %% [markdown]
# With the smallest rate training is on its way, but slow. With the largest, a step crosses the
# valley and lands on the other side, where the slope is steeper; the next step is larger still.
# The right size lies in between and has to be tried out.
#
# ## 3.3 A gradient that is too long
#
# **The idea.** Now and then a gradient is much longer than usual. Its direction may still be
# useful, but its length is not. So set a limit. If the gradient is longer, shorten it to the
# limit and keep its direction.

# %%
show_clipping()

# %% [markdown]
# *Figure 3.2. A gradient of two numbers, clipped by norm (orange) and, for comparison, entry by
# entry (purple).*
#
# **The equation.** The length, or **norm**, is taken over *all* numbers of *all* arrays, as if
# they were one long vector:
#
# $$\text{norm} = \sqrt{\sum_{\text{all arrays}} \sum_{\text{all entries}} g^2} \qquad\qquad
# g \leftarrow g \cdot \min\left(1,\ \frac{\text{max\_norm}}{\text{norm}}\right)$$
#
# On paper: the arrays $(3)$ and $(4)$ have the norm $\sqrt{9 + 16} = 5$. With a limit of 1 they
# become $(0.6)$ and $(0.8)$. With a limit of 10 they stay as they are. So does a gradient of zeros,
# with any limit: mind that its norm is 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $g$ | `grads` | a group of arrays | the gradient, before and after |
# | max_norm | `max_norm` | a number above 0 | the limit; `np.inf` where there is none |
# | norm | `norm` | a number | the length *before* clipping: worth watching |
#
# **Your turn.** If you call your variables `norm` and `scale`, the check can look at each of them.


# %% exercise="clip_grad_norm"
def clip_grad_norm(grads, max_norm):
    """Shorten the gradient to length max_norm, if it is longer.

    grads: a group of arrays.  max_norm: a number above 0, or np.inf.
    Returns grads: the clipped group; norm: its length before.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for name, g in grads.items()))
    scale = max_norm / norm if norm > max_norm else 1.0
    return grads.map(lambda g: g * scale), norm
    ### END SOLUTION


# %%
check(clip_grad_norm)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the norm</summary>
#
# A loop over `grads.items()` visits every array. Where does the square root belong: inside that
# loop, or after it?
# </details>
# <details><summary><b>Hint 2</b>: the scale</summary>
#
# One and the same number multiplies every array. For a short gradient it must be 1.
# </details>

# %% grade="clip_grad_norm" points=2.5

# %% [markdown]
# **Try it.** Here is the loop, steps 1 to 6, as a function. It draws the same batches for everybody
# who trains with the same `seed`, so that comparisons are fair.

# %% tags=["nbval-ignore-output"]
clip = working(clip_grad_norm)


def train(model, step, state, learning_rate, *, updates=100, max_norm=5.0, seed=5):
    """Train for some updates; returns the model, the losses and the norms of the gradients."""
    rng = np.random.default_rng(seed)
    losses, norms = [], []
    for _ in range(updates):
        words = rng.choice(training, 32, replace=False)  # step 1: draw a batch
        loss, grads = loss_and_grads(words, model)  # steps 2, 3 and 4
        grads, norm = clip(grads, max_norm)  # step 5: clip
        model, state = step(model, grads, state, learning_rate=learning_rate)  # step 6: update
        losses.append(loss)
        norms.append(norm)
    return model, np.array(losses), np.array(norms)


print("SGD, learning rate 3      highest loss   last ten   longest gradient")
for max_norm in (np.inf, 0.5):
    _, losses, norms = train(start, step, rnnlib.sgd_state(start), 3.0, max_norm=max_norm)
    row = f"max_norm = {max_norm:<12} {losses.max():>14.1f} {losses[-10:].mean():>10.1f}"
    print(row + f" {norms.max():>14.1f}")

# %% [markdown]
# The same learning rate, the same start, the same batches: without clipping the loss explodes, with
# clipping it falls. Too long a step lands where the ground is steep. There the gradient is long,
# and the next step is longer still. Clipping breaks that chain. It does not turn a badly chosen
# learning rate into a good one, and it does nothing for gradients that are too *short*. Unit 04
# comes back to both.
#
# ## 3.4 A step size for every weight
#
# **The idea.** One learning rate has to serve all weights. But the loss may be steep in the
# direction of one weight and nearly flat in that of another: a narrow valley. A rate that is safe
# across the valley is far too small along it. Here is SGD in such a valley, with two weights only:

# %%
show_valley({"SGD": walk_valley(working(sgd_step), rnnlib.sgd_state, 0.045)})

# %% [markdown]
# *Figure 3.3. SGD jumps from side to side across the valley and creeps along it.*
#
# A larger learning rate would throw it out of the valley. What helps is **a step size for each
# weight**: small where gradients are usually large, large where they are usually small. So keep,
# for each weight, a running mean of its squared gradient, and divide by its root. This is
# **RMSprop** (root mean square):
#
# $$v \leftarrow \rho\,v + (1 - \rho)\,g^2 \qquad\qquad p \leftarrow p - \eta\,\frac{g}{\sqrt{v} + \varepsilon}$$
#
# The first line is a running mean: a part $\rho$ of the old one stays, the rest is new. With
# $\rho = 0.99$ it remembers about the last 100 steps. On paper: $v = 4$, $g = 2$, $\rho = 0.5$ and
# $\eta = 0.1$ give $v = 0.5 \cdot 4 + 0.5 \cdot 4 = 4$, so the weight moves by $0.1 \cdot 2 / 2 =
# 0.1$. Had both $g$ and $\sqrt{v}$ been a hundred times larger, it would still move by 0.1: **the
# scale of the gradient cancels**. The tiny $\varepsilon$ prevents a division by zero.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $v$ | `state.v` | a group like `params` | running mean of the squared gradients, zero at first |
# | $\rho$ | `decay` | a number | how much of the old mean stays |
# | $\varepsilon$ | `eps` | a number | against a division by zero; outside of the root |
# | $\eta$ | `learning_rate` | a number | how far a weight moves when its gradient is as large as usual |
#
# **Your turn.** The step uses the *new* mean. The new state is `RMSpropState(v)`.


# %% exercise="rmsprop_step"
def rmsprop_step(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """One step of RMSprop.

    params, grads: groups of the same class.  state: state.v is such a group too.
    Returns params: the new group; state: RMSpropState(v) with the new mean.
    """
    ### BEGIN SOLUTION
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)
    ### END SOLUTION


# %%
check(rmsprop_step)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Two calls of `map`, one for each equation. The second one needs three groups: `map` takes as many
# further groups as its function has further arguments.
# </details>

# %% grade="rmsprop_step" points=2.5

# %% [markdown]
# ## 3.5 Adam
#
# **The idea.** Keep two running means: one of the squared gradients, as in RMSprop, and one of the
# gradients themselves. The second smooths the direction. What points back and forth cancels, and
# what points the same way every time adds up; this is called *momentum*. Both means are corrected
# for their start.
#
# **Why a correction?** The means begin at zero. After the first step with the gradient 10 and
# $\beta_1 = 0.9$, the mean is $0.9 \cdot 0 + 0.1 \cdot 10 = 1$. That is far too small, because nine
# tenths of it are the zero we began with. Divide by the part that is *not* the start, $1 - 0.9^1 =
# 0.1$, and it is 10, as it should be. After $t$ steps that part is $1 - \beta^t$, soon nearly 1.
#
# **The equations**, at step $t = 1, 2, 3, \dots$
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1)\,g \qquad\qquad \hat m = \frac{m}{1 - \beta_1^{\,t}}$$
#
# $$v \leftarrow \beta_2 v + (1 - \beta_2)\,g^2 \qquad\qquad \hat v = \frac{v}{1 - \beta_2^{\,t}}$$
#
# $$p \leftarrow p - \eta\,\frac{\hat m}{\sqrt{\hat v} + \varepsilon}$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $m$, $v$ | `state.m`, `state.v` | groups like `params` | running means of $g$ and $g^2$, *not* corrected |
# | $t$ | `state.t` | an integer | steps taken so far: 0 before the first; add 1 first |
# | $\hat m$, $\hat v$ | `m_hat`, `v_hat` | groups like `params` | the corrected means, for this step alone |
# | $\beta_1$, $\beta_2$ | `beta1`, `beta2` | numbers | how much of the old mean stays |
#
# **Before you write it, predict:** Adam takes its very first step with $\eta = 0.01$. One weight
# has the gradient 0.001, another has the gradient 10. How far does each of them move? (Put $t = 1$
# into the equations.)
#
# <details><summary>Compare</summary>
#
# Both by about 0.01. At $t = 1$ the corrected means are $g$ and $g^2$, so the step is $\eta\,g /
# |g|$.
# </details>
#
# **Your turn.** The new state is `AdamState(m, v, t)`.


# %% exercise="adam_step"
def adam_step(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """One step of Adam.

    params, grads: groups of the same class.  state: state.m, state.v are groups, state.t an integer.
    Returns params: the new group; state: AdamState(m, v, t), brought up to date.
    """
    ### BEGIN SOLUTION
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)
    ### END SOLUTION


# %%
check(adam_step)

# %% [markdown]
# <details><summary><b>Hint 1</b>: in which order</summary>
#
# First the number of the step, then the two means, then the corrected ones, then the parameters.
# </details>
# <details><summary><b>Hint 2</b>: what goes into the state</summary>
#
# If the corrected means went into the state, what would happen to them at the next step?
# </details>

# %% grade="adam_step" points=3.5

# %%
show_valley(
    {
        "RMSprop": walk_valley(working(rmsprop_step), rnnlib.rmsprop_state, 0.1, decay=0.9),
        "Adam": walk_valley(working(adam_step), rnnlib.adam_state, 0.2, beta2=0.9),
    }
)

# %% [markdown]
# *Figure 3.4. Your two optimizers in the valley of Figure 3.3, also 30 steps.*
#
# Both walk along the valley as readily as across it. Adam's mean of the gradients carries it past
# the goal before it comes back: momentum.
#
# Now on the names. To be fair, each optimizer may try four learning rates on a grid with the same
# ratios, from the same start and on the same batches. A comparison at a single rate would compare
# little else than that choice.

# %% tags=["nbval-ignore-output"]
optimizers = {
    "SGD": (working(sgd_step), rnnlib.sgd_state, (0.1, 0.3, 1.0, 3.0)),
    "RMSprop": (working(rmsprop_step), rnnlib.rmsprop_state, (0.001, 0.003, 0.01, 0.03)),
    "Adam": (working(adam_step), rnnlib.adam_state, (0.001, 0.003, 0.01, 0.03)),
}
print("loss on names held out after 100 updates; learning rate in brackets\n")
for name, (step, state_of, rates) in optimizers.items():
    print(f"{name:<9}", end="")
    for rate in rates:
        model, _, _ = train(start, step, state_of(start), rate)
        loss = loss_on(held_out, model)
        print(f"{loss:8.2f} ({rate:g})", end="", flush=True)
    print()

# %% [markdown]
# Read along the rows first: **the learning rate matters more than the optimizer**. With its best
# rate, plain SGD is not far behind. Then compare the scales. The rates that suit SGD are about a
# hundred times larger than Adam's, and they depend on how large gradients happen to be; Adam's do
# not, because the scale cancels. That is a practical reason for its popularity: it needs less
# trying.
#
# ## 3.6 First overfit fifty names
#
# Before you train for real, **let the network learn a few examples by heart**. There is no better
# test of a training loop: a network with 7,643 weights must be able to learn 50 names. If
# it cannot, there is a bug.
#
# Can its loss become zero? No. Which of the fifty names it is cannot be known before the first
# letter. But we can work out how low it can get. Someone who knows the list by heart gives each of
# the 50 names the probability 1/50, so each name costs $\log 50$ nats, spread over its letters and
# its full stop:
#
# $$\text{lowest possible loss} = \frac{50 \cdot \log 50}{\text{number of targets}}$$
#
# A correct loop comes down to that number and stays there. We also break the loop in three ways.
# **Predict** for each bug: does the loss still fall? Could you tell from the loss alone?

# %% tags=["nbval-ignore-output"]
step, clip = working(adam_step), working(clip_grad_norm)
fifty = training[:50]
print(f"lowest possible loss        {lowest_loss(fifty):.3f}\n")
print("loss after                  100     200 updates")
by_heart = {}
for bug in (None, *BUGS):
    losses, by_heart[bug] = overfit_letters(fifty, start, alphabet, step, clip, bug=bug)
    print(f"{bug or 'no bug':<27} {losses[99]:.3f}   {losses[199]:.3f}")

# %% [markdown]
# - **no bug:** down to the lowest possible loss, and there it stays;
# - **transposed:** the loop learns *something*. On the large task you might blame the data; on
#   fifty names it is plain that something is broken;
# - **lost:** the other weights can do much by themselves, so the loss falls all the same, only more
#   slowly. Asking "does the loss fall?" would not find this bug. The numerical gradient of unit 02
#   does;
# - **not shifted:** *below* what is possible. The network is asked for the letter that it has just
#   been given. A loss that is too good is a bug as well.
#
# ## 3.7 Train for real, and stop in time
#
# A network can lower its loss on the training names by learning what names are like, or by
# learning *these* names. The first helps with new names, the second does not. To see the
# difference we look, every now and then, at names that it does not learn from. When their loss
# stops falling, we stop, and take the weights from when it was **lowest**: **early stopping**.
#
# **The rule**, at every look at the held-out names:
#
# - If the loss is *lower* than the best so far, note it, keep these parameters, and `waited`
#   begins again at 0.
# - If not, `waited` goes up by 1, and everything else stays. When it reaches `patience`, training
#   ends.
#
# On paper, with a patience of 3:
#
# | look | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|
# | loss | 2.0 | 1.9 | 1.95 | 1.8 | 1.8 | 1.9 |
# | best loss | 2.0 | 1.9 | 1.9 | 1.8 | 1.8 | 1.8 |
# | waited | 0 | 0 | 1 | 0 | 1 | 2 |
#
# A tie is not an improvement. The state is `EarlyStopping(patience, best_loss, best_params,
# waited)`; `best_loss` is infinite at first. It cannot be written into: make a new one.


# %% exercise="early_stopping"
def early_stopping(loss, params, state):
    """Note the loss on held-out data, and the parameters if it is the lowest so far.

    loss: a number.  params: a group of arrays.  state: an EarlyStopping.
    Returns state: the new EarlyStopping.
    """
    ### BEGIN SOLUTION
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, state.best_loss, state.best_params, state.waited + 1)
    ### END SOLUTION


# %%
check(early_stopping)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# There are two cases, and each returns an `EarlyStopping` with four entries. Which entries are
# the old ones in each case?
# </details>

# %% grade="early_stopping" points=1.5

# %% [markdown]
# **The whole loop, all seven steps, made of your functions.** The learning curve is drawn anew
# while it runs.

# %% tags=["nbval-ignore-output"]
step, clip, note = working(adam_step), working(clip_grad_norm), working(early_stopping)
rng = np.random.default_rng(1)
model = new_model(H, rng)
state, stopping = rnnlib.adam_state(model), EarlyStopping(patience=8)
losses, looks, live = [], {}, LiveFigure()

for update in range(1501):
    if update % 25 == 0:  # step 7: look
        looks[update] = loss_on(held_out, model)
        stopping = note(looks[update], model, stopping)
        enough = stopping.waited >= stopping.patience
        if update % 100 == 25 or enough:
            words = f"After {update} updates: loss {losses[-1]:.2f}, held out {looks[update]:.2f}."
            figure = plot_loss(losses, validation=looks)
            figure.axes[0].set_ylabel("loss (nats a letter)")
            live.show(figure, words + " Both fall, then they part.")
        if enough:
            break
    words = rng.choice(training, 64, replace=False)  # step 1: draw a batch
    loss, grads = loss_and_grads(words, model)  # steps 2, 3 and 4
    grads, norm = clip(grads, 1.0)  # step 5: clip
    model, state = step(model, grads, state, learning_rate=5e-3)  # step 6: update
    losses.append(loss)

network, not_stopped = stopping.best_params, model
print(f"stopped after {update} updates; kept: the weights of update {min(looks, key=looks.get)}")

# %% [markdown]
# *Figure 3.5. The learning curve: loss on the batches, and on the names held out ("validation").*
#
# Look where the two curves part. Up to there the network learns what names are like; from there
# on it learns the training names. It **overfits**: better and better on the names it has seen, no
# better on others. The training loss alone would have told us that all is well.
#
# ## 3.8 How good is that?
#
# **The idea.** A loss in nats says little by itself. Two other forms of the same number say more.
#
# - **Perplexity**: among how many equally likely letters would one be as unsure? A guess among $n$
#   letters has the loss $\log n$, so the perplexity is $e^{L}$.
# - **Bits a letter**: how much memory a letter takes when the model is used to compress. A bit is
#   $\log 2$ nats, so it is $L / \log 2$.
#
# On paper: $L = \log 27 \approx 3.30$ nats is a perplexity of 27, or $3.30 / 0.693 \approx 4.75$
# bits. The loss must be the mean over all *letters*, not a mean of the names' means.
#
# **Question 2.** A model has a perplexity of 8 on names. How many bits does it take to store
# *tyrannosaurus* with it, if this name is as hard as the average?

# %% answer="bits"
answer_bits = None  # your answer: a number
### BEGIN SOLUTION
answer_bits = 42
### END SOLUTION

# %%
check_answer("bits", answer_bits)

# %% grade_answer="bits" points=0.5

# %% [markdown]
# **A baseline that costs the same.** A network is worth its trouble only if it beats what can be
# had without one. An ***n*-gram table** counts which letter follows the last $n - 1$ letters. Where
# it has rarely seen a context, it leans on the shorter one, and so on down to 1/27 for each letter
# (Witten and Bell's rule). Nothing is trained; one pass over the names is enough. Which $n$? Our
# network has 7,643 weights, so the table may store at most as many counts:

# %%
print(" n   counts stored   loss on names held out")
tables = {n: LetterTable(training, n, alphabet) for n in range(1, 6)}
for n, table in tables.items():
    fits = "" if table.stored <= start.size else "   more than the network stores"
    print(f"{n:>2} {table.stored:>15,} {table.loss(held_out):>15.2f}{fits}")

# %% [markdown]
# So $n = 4$: three letters of memory. Now, for the first time, the **test** names. They
# decided nothing, neither the weights, nor when to stop, nor $n$.

# %% tags=["nbval-ignore-output"]
of_letters = letter_batch(test, alphabet)[2]
p_network, p_table = letter_probabilities(test, network, alphabet), tables[4].probabilities(test)
contenders = {
    "a guess": np.where(of_letters, 1 / V, 1.0),
    "table, n = 1": tables[1].probabilities(test),
    "table, n = 2": tables[2].probabilities(test),
    "table, n = 4": p_table,
    "network, stopped in time": p_network,
    "half table, half network": (p_table + p_network) / 2,
}
print("100 test names             nats    bits   perplexity")
for name, p in contenders.items():
    nats = -np.log(p).sum() / of_letters.sum()
    print(f"{name:<25} {nats:>6.2f} {nats / np.log(2):>7.2f} {rnnlib.perplexity(nats):>9.1f}")

apart = -np.log(p_network).sum(axis=0) + np.log(p_table).sum(axis=0)  # nats a name
error = apart.std() * np.sqrt(len(test)) / of_letters.sum()
print(f"\nnetwork minus table: {apart.sum() / of_letters.sum():+.2f} nats a letter,")
print(f"give or take {error:.2f} (the standard error over 100 names)")

# %% [markdown]
# **Read this honestly.** The network beats guessing, letter frequencies and the table of pairs by
# far. It does **not** beat a table of four letters that stores as many numbers: on these names the
# two differ by no more than chance allows. Yet half and half is clearly better than either, so
# each knows something that the other does not. The open task will show what.
#
# ## 3.9 New names
#
# **The idea.** The network gives a probability to every next letter. Draw one, feed it back as the
# next input, and go on until it draws the full stop. The **temperature** $\tau$ says how daring it
# is. Below 1, likely letters become likelier still; above 1, all become more alike.

# %%
show_temperatures()

# %% [markdown]
# *Figure 3.6. The same logits at three temperatures.*
#
# **The equation:** $\quad p = \text{softmax}(z / \tau)$, and then one symbol is drawn for each row:
# symbol $k$ with the probability $p_k$. Large logits would overflow in the exponential. Subtract
# each row's largest number first: above and below the fraction line that is the same factor, so $p$
# does not change.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $z$ | `logits` | (N, V) | scores of the next symbol, one row for each name that is being written |
# | $\tau$ | `temperature` | a number above 0 | divides the logits |
# | | `rng` | | the generator to draw from: `rng.choice(V, p=row)` draws one symbol |
# | | ids | (N,) | the symbols that were drawn, integers 0 to V − 1 |
#
# **Your turn.** The check counts what your function draws, thousands of times.


# %% exercise="sample"
def sample(logits, rng, *, temperature=1.0):
    """Draw the next symbol for each row.

    logits: (N, V).  rng: a numpy.random.Generator.  temperature: a number above 0.
    Returns ids: (N,), integers.
    """
    ### BEGIN SOLUTION
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])
    ### END SOLUTION


# %%
check(sample)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the probabilities</summary>
#
# First the temperature, then the softmax of each row by itself: over which axis are the maximum
# and the sum taken? `keepdims=True` keeps a column that fits under each row.
# </details>
# <details><summary><b>Hint 2</b>: the draw</summary>
#
# The table shows how one symbol is drawn from one row. Do it for each row, and make an array of
# the results.
# </details>

# %% grade="sample" points=2

# %% [markdown]
# **Try it: twelve names at each of three temperatures.** A star marks a name that is in the list of
# real ones; a dash is an empty name, whose first symbol was the full stop.


# %% tags=["nbval-ignore-output"]
draw = working(sample)


def generate(model, how_many, temperature, rng, longest=30):
    """Write names letter by letter, all at once; each ends at its first full stop."""
    ids, h = np.zeros(how_many, int), np.zeros((how_many, model.cell.b_h.size))
    written = []
    for _ in range(longest):
        h = rnnlib.rnn_step(rnnlib.one_hot(ids, V), h, model.cell)
        ids = draw(rnnlib.output_step(h, model.out), rng, temperature=temperature)
        written.append(ids)
    return [alphabet.decode(row).partition(".")[0] for row in np.stack(written, axis=1)]


real = set(names)
for temperature in (0.5, 1.0, 1.5):
    print(f"temperature {temperature}")
    new = generate(network, 12, temperature, np.random.default_rng(7))
    for k in range(0, 12, 4):
        marked = [(name or "-") + ("*" if name in real else "") for name in new[k : k + 4]]
        print("   " + "".join(f"{name:<22}" for name in marked).rstrip())

# %% [markdown]
# Cold names are safe and much alike. Hot ones are daring, and soon a jumble of letters. Which
# temperature is best depends on whether you want safe names or new ones. (Numbers over 500 names
# are in section 3.11.)
#
# **Play with it.** The same network after 0, 10, 100, 1,000 and 10,000 updates. Move the first slider and watch the
# names; the wheel shows what a draw is, and what temperature does to it.

# %%
from rnnlib.plotting import explorables

explorables.live("spelling")

# %% [markdown]
# *Figure 3.7. A network learns to spell: five moments of its training, and one draw as a wheel.*
#
# ## 3.10 Open task: dinosaurs that nobody has told it
#
# Since our list was made, many dinosaurs have been described, and others were never in it:
# *halszkaraptor*, *yehuecauhceratops*, *ngwevu*. The marking has 256 such names, and neither you
# nor your notebook's kernel needs to see them: **train a network that predicts them**.
#
# - Return a `CellModel` like those of `new_model(H, rng)`, with at most **2,600 weights**, about a
#   third of what we had so far. `H` is yours to choose; `model.size` counts the weights.
# - Everything is allowed that ends in such parameters: your own functions, the library's, other
#   batches, other learning rates or rates that change, weights that shrink a little at each
#   update, a mean of the weights over many updates, ...
# - Learn from any names in this notebook. Keep some apart to see what helps.
# - Train in the cell of the function but outside of it, so that `name_model()` only returns what
#   was trained. The cell should take no more than about half a minute and print something
#   while it runs.
#
# **How it is marked.** By the perplexity on most of the new names, drawn by the marking. You earn a
# share for being better than a table of one letter, of two, of three, of four letters, and the last
# share for a perplexity 5 percent below that of the table of four, which stores about three times
# as many numbers as your network. The tables are measured on the same names as your network, so the
# limits move a little with each draw. **The score** is your perplexity; lower is better.


# %% exercise="name_model" minutes=35
def name_model():
    """A CellModel with at most 2,600 weights, trained on names of dinosaurs."""
    ### BEGIN SOLUTION
    return TRAINED


def train_for_new_names(H=30, updates=1100, rate=5e-3, decay=0.3):
    """Adam; at each update all weights shrink a little."""
    import rnnlib  # what the notebook has already: so the cell can be run by itself
    from rnnlib.cell_models import CellModel
    from rnnlib.data import dinosaur_names
    from rnnlib.letter_models import letter_batch, letter_gradients, letter_loss

    alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
    names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
    watched, learned = names[100:200], names[200:]
    rng = np.random.default_rng(0)
    model = CellModel(rnnlib.init_rnn(27, H, rng), rnnlib.init_dense(H, 27, rng))
    state = rnnlib.adam_state(model)
    for update in range(updates + 1):
        if update % 100 == 0:
            shown = (letter_batch(words, alphabet) for words in (learned[:100], watched))
            seen, new = (letter_loss(model, *batch) for batch in shown)
            print(f"{update:>5} updates   loss {seen:.2f}, on names held out {new:.2f}", flush=True)
        words = rng.choice(learned, 64, replace=False)
        _, grads = letter_gradients(model, *letter_batch(words, alphabet))
        grads, _ = clip_grad_norm(grads, 1.0)
        falling = rate * min(1, 2 * (1 - update / updates) + 0.02)  # in the second half
        model, state = adam_step(model, grads, state, learning_rate=falling)
        shrunk = 1 - falling * decay
        model = model.map(lambda p, shrunk=shrunk: p * shrunk)
    return model


TRAINED = train_for_new_names()
### END SOLUTION


# %% tags=["nbval-ignore-output"]
check(name_model)

# %% tags=["nbval-ignore-output"] grade="name_model" points=6

# %%
print("perplexity on the new names")
for perplexity, whose in {
    27.0: "a guess",
    18.7: "table of one letter",
    11.9: "table of two letters",
    9.4: "table of three letters",
    8.9: "table of four letters, 7,529 counts",
    8.0: "our best, with 2,577 weights",
}.items():
    print(f"{perplexity:>6.1f}   {whose}")

# %% [markdown]
# The new names are harder than the test names of section 3.8: compare the tables' perplexities in
# both places. Here a network with a third of the numbers beats every table. A likely reason: a
# table knows only contexts that it has counted, and new names bring more contexts that it has not;
# the state of a network can be similar where contexts are similar.
#
# ## Summary
#
# - A training loop has seven steps: draw a batch, forward, loss, backward, clip, update, look.
# - Clipping by norm shortens a gradient and keeps its direction. It prevents explosions.
# - RMSprop and Adam give each weight a step size of its own. The learning rate still matters most.
# - Overfit a few examples first. The loss should reach the lowest value that you can work out, and
#   not go below it.
# - Stop when the loss on held-out names has not fallen for a while, and keep the best weights.
# - Perplexity is $e^L$, bits are $L / \log 2$; a loss means something only next to a baseline at
#   the same cost.
# - Temperature divides the logits: below 1 safe, above 1 daring.
#
# **Next:** why does a simple recurrent network forget what is long ago? Unit 04 follows the
# gradient back through time.
#
# ## 3.11 Going further
#
# Nothing from here on is marked.
#
# **Is a mini-batch good enough?** We compare the direction of its gradient with that over all
# 1,118 names, by the cosine: 1 is the same direction, 0 is a right angle.


# %%
def direction(words):
    """The gradient of these names as one long vector of length 1."""
    _, grads = loss_and_grads(words, start)
    vector = np.concatenate([g.ravel() for _, g in grads.items()])
    return vector / np.linalg.norm(vector)


exact, rng = direction(training), np.random.default_rng(4)
print("names in the batch   cosine with the exact gradient (mean of ten batches)")
for N in (1, 8, 32, 128):
    cosines = [direction(rng.choice(training, N, replace=False)) @ exact for _ in range(10)]
    print(f"{N:>18}   {np.mean(cosines):.2f}")

# %% [markdown]
# From 32 names on there is little left to gain, for a thirty-fifth of the work. (Later in
# training, when names pull in different directions, batches differ more.)
#
# **Where to begin.** A sum of $n$ random terms grows with $\sqrt n$. So when a unit listens to many
# inputs, its weights must be smaller, or the sums become huge: then every tanh is flat, and a flat
# function has no gradient. If they are too small, everything that goes in fades. **Xavier's start**
# (after Xavier Glorot) lies between: each entry is drawn evenly between $-a$ and $a$ with $a =
# \sqrt{6 / (\text{fan\_in} + \text{fan\_out})}$, where fan_in and fan_out are the numbers of rows
# and columns. The recurrent weight is special, because it multiplies the state again and again. An
# **orthogonal** matrix only turns, so every vector keeps its length. Five starts, with Adam for 100
# updates on the same batches:


# %% tags=["nbval-ignore-output"]
def started(kind):
    """A model with the start of this kind."""
    rng = np.random.default_rng(3)
    if kind.startswith("Xavier"):
        matrices = [rnnlib.xavier_uniform(shape, rng) for shape in ((V, H), (H, H), (H, V))]
        if "orthogonal" in kind:
            matrices[1] = rnnlib.orthogonal((H, H), rng)
    else:
        scale = {"all zero": 0.0, "normal, deviation 0.01": 0.01, "normal, deviation 1": 1.0}[kind]
        matrices = [scale * rng.normal(size=shape) for shape in ((V, H), (H, H), (H, V))]
    W_xh, W_hh, W_hy = matrices
    return CellModel(rnnlib.RNNParams(W_xh, W_hh, np.zeros(H)), DenseParams(W_hy, np.zeros(V)))


print("start                     first loss   first gradient's norm   loss after 100 (held out)")
for kind in (
    "all zero", "normal, deviation 1", "normal, deviation 0.01", "Xavier", "Xavier, W_hh orthogonal",
):  # fmt: skip
    model = started(kind)
    model, losses, norms = train(model, step, rnnlib.adam_state(model), 0.01, max_norm=1.0)
    new = loss_on(held_out, model)
    print(f"{kind:<25} {losses[0]:>10.2f} {norms[0]:>20.2f} {new:>20.2f}", flush=True)

# %% [markdown]
# - **All zero:** everything but the output's bias is stuck. The state is 0, so $W_{hy}$ gets no
#   gradient (its gradient is a product with the state) and stays 0. What flows back into the cell
#   is multiplied by $W_{hy}$, so it is 0 as well: neither $W_{xh}$ nor $W_{hh}$ nor $b_h$ ever
#   moves. What the bias learns is how frequent each letter is.
# - **Deviation 1:** the first loss is far above log 27. The network is *sure of nonsense*, and it
#   spends its updates on forgetting it.
# - **Deviation 0.01:** it begins at log 27, but its first updates go into growing the weights.
# - **Xavier**, with or without an orthogonal $W_{hh}$: the best here, and alike. Names are short,
#   so a state that keeps its length is worth little. Over hundreds of steps it is worth a lot:
#   unit 04.
#
# **Without stopping.** The network of section 3.7, trained for another 400 updates:

# %% tags=["nbval-ignore-output"]
model, state, rng = not_stopped, rnnlib.adam_state(not_stopped), np.random.default_rng(2)
for more in range(401):
    if more % 100 == 0:
        seen, new = (loss_on(words, model) for words in (training[:100], held_out))
        print(f"{more:>4} more updates   training {seen:.2f}   held out {new:.2f}", flush=True)
    _, grads = loss_and_grads(rng.choice(training, 64, replace=False), model)
    model, state = step(model, clip(grads, 1.0)[0], state, learning_rate=5e-3)
not_stopped = model

# %% [markdown]
# **Five hundred names of each kind.** How many are in the list, how many come more than once, how
# long they are, and how much they surprise the table of four letters (its loss on them, in nats a
# letter)? Beside them stand names from the table itself, and from the network that learned fifty
# names by heart.

# %% tags=["nbval-ignore-output"]
dice = np.random.default_rng
makers = {
    "network, 0.5": lambda: generate(network, 500, 0.5, dice(8)),
    "network, 1.0": lambda: generate(network, 500, 1.0, dice(8)),
    "network, 1.5": lambda: generate(network, 500, 1.5, dice(8)),
    "network not stopped, 1.0": lambda: generate(not_stopped, 500, 1.0, dice(8)),
    "fifty by heart, 1.0": lambda: generate(by_heart[None], 500, 1.0, dice(8)),
    "table": lambda: tables[4].write(500, dice(8)),
    "real test names": lambda: test,
}
print("                           in the list   repeated   letters   surprise of the table")
for name, make in makers.items():
    made = [word for word in make() if word]
    known, repeated = np.mean([w in real for w in made]), 1 - len(set(made)) / len(made)
    letters, surprise = np.mean([len(w) for w in made]), tables[4].loss(made)
    print(
        f"{name:<25} {known:>10.0%} {repeated:>12.0%} {letters:>10.1f} {surprise:>12.2f}",
        flush=True,
    )

# %% [markdown]
# - **Cold** (0.5): safe names that look right. More of them come twice than at higher temperatures.
# - **At 1** the network says what it believes. Its names surprise the table more than real ones
#   do, so it is not yet a perfect imitation.
# - **Hot** (1.5): more variety, less dinosaur.
# - **Fifty by heart:** perfect names, and nearly all of them copies. Whoever shows you generated
#   text that looks perfect should also say how much of it stands in the training data. Our network
#   was stopped in time, and it hardly copies.
# - **The table** writes names that look as good. They surprise it little, of course: they are its
#   own.
#
# **Choosing costs.** You train 30 networks with different settings and keep the one with the lowest
# loss on the held-out names, 1.71. On names that nobody has looked at, expect a little more than
# that. The lowest of 30 numbers is in part the luckiest one, and that luck does not come back
# with other names. This is why the test names, and those of the open task, are kept apart.
#
# ## References
#
# - H. Robbins, S. Monro, *A stochastic approximation method*, Annals of Mathematical Statistics 22
#   (1951), 400–407.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*,
#   ICML (2013): clipping.
# - T. Tieleman, G. Hinton, *RMSprop*, Coursera, Neural Networks for Machine Learning, lecture 6.5
#   (2012).
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR (2015).
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural
#   networks*, AISTATS (2010).
# - A. M. Saxe, J. L. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning
#   in deep linear neural networks*, ICLR (2014): orthogonal starts.
# - L. Prechelt, *Early stopping – but when?*, in: Neural Networks: Tricks of the Trade, Springer
#   (1998).
# - D. H. Ackley, G. E. Hinton, T. J. Sejnowski, *A learning algorithm for Boltzmann machines*,
#   Cognitive Science 9 (1985), 147–169: temperature.
# - I. H. Witten, T. C. Bell, *The zero-frequency problem: estimating the probabilities of novel
#   events in adaptive text compression*, IEEE Transactions on Information Theory 37 (1991),
#   1085–1094: the table.
# - C. E. Shannon, *Prediction and entropy of printed English*, Bell System Technical Journal 30
#   (1951), 50–64.
# - Data: names of dinosaur genera from the npm package `dinosaurs` 1.2.1 (see
#   `rnnlib/data/LICENSES.md`).
