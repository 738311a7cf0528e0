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
# Unit 01 read names forward, unit 02 went backward. Now the two are put into a loop that makes the weights
# better, a little at every turn. At the end your network invents names of dinosaurs, and you will know how good
# it is: not only from looking at the names.
#
# **At the end you can**
# - write the training loop, and say what each of its seven steps is for;
# - write three optimizers and compare them fairly;
# - choose where the weights begin, and show what a bad start costs;
# - test a training loop by overfitting, and stop a real one before it overfits;
# - turn a loss into perplexity and bits, and set it beside a baseline that costs the same;
# - draw new names at any temperature.
#
# | | |
# |---|---|
# | **Time** | 90 to 120 minutes |
# | **You need** | units 01 and 02; means, square roots, logarithms |
# | **Points** | 20: eight short functions (18) and four questions (2) |

# %% locked="setup"
import sys

import numpy as np
from tqdm import tqdm

import rnnlib
from rnnlib import AdamState, DenseParams, EarlyStopping, RMSpropState, RNNParams
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.plotting import LiveFigure, plot_loss, plot_traces, show

# %% [markdown]
# ## 3.1 Seven steps in a loop
# %% hidden=true
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, GREEN, GREY, VERMILLION, tint

sketch = Sketch(7.3, 1.75)
steps = (
    ("1", "draw a\nbatch", BLUE), ("2", "forward", GREEN), ("3", "loss", GREEN),
    ("4", "backward", GREEN), ("5", "clip", VERMILLION), ("6", "update", VERMILLION),
    ("7", "look", BLUE),
)  # fmt: skip
boxes = []
for k, (number, words, color) in enumerate(steps):
    box = sketch.box(0.62 + 1.01 * k, 1.05, fill=tint(color), edge=color, size=(0.82, 0.62))
    sketch.text(box.x, 1.52, number, size=10, color=GREY)
    sketch.text(box.x, box.y, words, size=9.5, linespacing=1.2)
    if boxes:
        sketch.arrow(boxes[-1].right, box.left, head=9)
    boxes.append(box)
first, last = boxes[0], boxes[-1]
sketch.axes.plot([last.x, last.x, first.x], [last.bottom[1], 0.35, 0.35], color=GREY, linewidth=1.6)
sketch.arrow((first.x, 0.35), first.bottom, head=9)
sketch.text((first.x + last.x) / 2, 0.17, "again, until looking says: enough", size=9.5, color=GREY)
show(
    sketch.figure,
    "Seven boxes in a row, joined by arrows: draw a batch, forward, loss, backward, clip, update, look. From "
    "the last an arrow leads back to the first: again, until looking says enough.",
)

# %% [markdown]
# One turn of the loop is an **update**. Steps 2 to 4 are units 01 and 02; this unit writes the others.
#
# **The data** are the names of 1,318 genera of dinosaurs. They are split at random into three parts, and each has
# one use:
#
# - **training**: 1,118 names that the weights are fitted to;
# - **held out**: 100 names that we look at *during* training, to decide when to stop;
# - **test**: 100 names that nobody looks at until the very end.

# %%
alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")  # the full stop begins and ends a name
V = len(alphabet)
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
test, held_out, training = names[:100], names[100:200], names[200:]
print(len(training), "names, for example", ", ".join(training[:5]))

# %% [markdown]
# **Step 1: a mini-batch.** The gradient over all names is exact, and expensive. The gradient over a few names drawn
# at random points in a similar direction and costs far less: so we take many cheap steps instead of few exact ones.
# But names have different lengths, and an array has one shape. So short names are **padded**, and a **mask** says
# which places count:


# %%
def as_batch(words):
    """Inputs (T, N, V), targets (T, N), and a mask (T, N) that is False behind a name's end."""
    ids, mask = rnnlib.pad([alphabet.encode(f".{word}.") for word in words])
    return rnnlib.one_hot(ids[:-1], V), ids[1:], mask[1:]


xs, targets, mask = as_batch(["trex", "mei", "minmi"])
print("xs", xs.shape, " targets", targets.shape, " mask", mask.shape)
for n in range(3):
    row = [letter if m else "-" for letter, m in zip(alphabet.decode(targets[:, n]), mask[:, n])]
    print("targets of name", n, " ", " ".join(row))

# %% [markdown]
# A dash is a place that does not count: no loss there, so no gradient from there. (What the padding holds does not
# matter; that it is a full stop here is chance.)
#
# **Question 1.** How many targets are in this batch, over which the loss is averaged?

# %% answer="targets"
answer_targets = None
### BEGIN SOLUTION
answer_targets = 15
### END SOLUTION

# %%
check_answer("targets", answer_targets)

# %% grade_answer="targets" points=0.5

# %% [markdown]
# **Steps 2, 3 and 4** in one function, from the pieces that you know. The gradient of a model is again a
# `LetterModel`: one number for every weight.


# %%
@rnnlib.parameters
class LetterModel(rnnlib.Params):
    """A recurrent cell and its output layer."""

    cell: RNNParams
    out: DenseParams


def loss_and_grads(words, model):
    """The mean loss a letter in nats, and its gradient for every weight."""
    xs, targets, mask = as_batch(words)
    h0 = np.zeros((len(words), model.cell.b_h.size))
    hs, _, cache = rnnlib.rnn_forward(xs, h0, model.cell)  # step 2: forward
    logits = rnnlib.output_step(hs, model.out)
    loss = rnnlib.cross_entropy(logits, targets, mask=mask)  # step 3: loss
    dlogits = rnnlib.cross_entropy_backward(logits, targets, mask=mask)  # step 4: backward
    dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
    _, _, grads_cell = rnnlib.rnn_backward(dhs, None, cache)
    return loss, LetterModel(grads_cell, grads_out)


def loss_of(words, model):
    """The mean loss a letter alone: for names that the model does not learn from."""
    xs, targets, mask = as_batch(words)
    hs, _, _ = rnnlib.rnn_forward(xs, np.zeros((len(words), model.cell.b_h.size)), model.cell)
    return rnnlib.cross_entropy(rnnlib.output_step(hs, model.out), targets, mask=mask)


H = 64
rng = np.random.default_rng(3)
start = LetterModel(rnnlib.init_rnn(V, H, rng), rnnlib.init_dense(H, V, rng))
loss, grads = loss_and_grads(training[:32], start)
print(f"first loss {loss:.2f}; log {V} = {np.log(V):.2f}")
print(f"{start.size:,} weights, {grads.size:,} gradients")

# %% [markdown]
# And is a mini-batch good enough? We compare the direction of its gradient with that over all 1,118 names, by the
# cosine: 1 is the same direction, 0 is a right angle.


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
# From 32 names on there is little left to gain, for a thirty-fifth of the work. (Later in training, when names pull in
# different directions, batches differ more.)

# %% [markdown]
# ## 3.2 One step downhill
#
# **The idea.** The gradient points where the loss rises fastest. So go a little way in the other direction. How far
# is said by the **learning rate** $\eta$ (eta).
#
# **The equation**, for each weight $p$ and its gradient $g$:
#
# $$p \leftarrow p - \eta\,g$$
#
# On paper: $p = 1$, $g = 2$ and $\eta = 0.1$ give the new weight $1 - 0.1 \cdot 2 = 0.8$. When $g$ comes from a random
# mini-batch, this is called **stochastic gradient descent**, SGD.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $p$ | `params` | a group of arrays | all weights |
# | $g$ | `grads` | a group of the same class | the gradient of each weight |
# | $\eta$ | `learning_rate` | a number | how far to go |
# | | `state` | | what the optimizer remembers; SGD remembers nothing and hands it on |
#
# **Groups of arrays.** A model is several arrays under one name. To do the same to each of them there is `map`. It
# takes a function of one array, or of several when you give it further groups, and makes a new group:

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
# **Your turn.** Do not write into the old arrays: `map` makes new ones. Use no names of arrays such as `W_hy` either:
# the function is for any model. The star in the first line means that `learning_rate` is given by its name.


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
# <details><summary><b>Hint 1</b>: where to begin</summary>
#
# `params.map(lambda p, g: ..., grads)` hands you each weight array `p` with its gradient `g`.
# </details>
# <details><summary><b>Hint 2</b>: two values</summary>
#
# `return new_params, state`: the state comes second, unchanged.
# </details>

# %% grade="sgd_step" points=1.5

# %% [markdown]
# **Try it: how far is a little way?** Sixty steps on one and the same batch of 32 names, with three learning rates.

# %% tags=["nbval-ignore-output"]
step = working(sgd_step)
for learning_rate in (0.03, 0.3, 3.0):
    model, state = start, rnnlib.sgd_state(start)
    losses = []
    for _ in range(60):
        loss, grads = loss_and_grads(training[:32], model)
        model, state = step(model, grads, state, learning_rate=learning_rate)
        losses.append(loss)
    print(
        f"learning rate {learning_rate:<5} last loss {losses[-1]:6.2f}, highest {max(losses):6.2f}"
    )

# %% [markdown]
# Too small: it is on its way, but slowly. Too large: the step goes over the valley and up the other side, where the
# slope is steeper still, and the next step is even larger. The right size lies between, and it has to be tried out.

# %% [markdown]
# ## 3.3 A gradient that is too long
#
# **The idea.** Now and then a gradient is much longer than usual. Its direction may still be useful; its length is
# not. So set a limit. If the gradient is longer, shorten it to the limit; the direction stays.

# %% hidden=true
from rnnlib.plotting.style import PURPLE, new_figure, settle, styled

with styled():
    figure = new_figure(6.8, 2.3)
    ax = figure.subplots()
    limit = 2.0
    g = np.array([5.0, 1.5])
    short = g * limit / np.linalg.norm(g)
    cut = np.clip(g, -limit, limit)
    angle = np.linspace(-0.35, 1.2, 60)
    ax.plot(limit * np.cos(angle), limit * np.sin(angle), color=GREY, linewidth=1, linestyle="--")
    for end, color, words, place in (
        (g, BLUE, "the gradient", (5.1, 1.5)),
        (cut, PURPLE, "each entry cut at 2: turned", (2.15, 1.72)),
        (short, VERMILLION, "shortened to length 2: same direction", (2.15, 0.3)),
    ):
        ax.annotate("", end, (0, 0), arrowprops={"arrowstyle": "-|>", "color": color, "lw": 2})
        ax.text(*place, words, va="center", size=10, color=color)
    ax.text(1.95, -0.45, "length 2", ha="center", size=9, color=GREY)
    ax.set(xlim=(-0.2, 7.4), ylim=(-0.7, 2.1), aspect="equal")
    ax.set_axis_off()
    settle(figure)
show(
    figure,
    f"A gradient ({g[0]:g}, {g[1]:g}) as an arrow. Shortened to length 2 it is ({short[0]:.2f}, {short[1]:.2f}) and "
    f"points in the same direction. With each entry cut at 2 it is ({cut[0]:g}, {cut[1]:g}) and is turned.",
)

# %% [markdown]
# **The equation.** The length, or **norm**, is taken over *all* numbers of *all* arrays, as if they were one long
# vector:
#
# $$\text{norm} = \sqrt{\sum_{\text{all arrays}} \sum_{\text{all entries}} g^2} \qquad\qquad
# g \leftarrow g \cdot \min\left(1,\ \frac{\text{max\_norm}}{\text{norm}}\right)$$
#
# On paper: the arrays $(3)$ and $(4)$ have the norm $\sqrt{9 + 16} = 5$. With a limit of 1 they become $(0.6)$ and
# $(0.8)$. With a limit of 10 they stay as they are.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $g$ | `grads` | a group of arrays | the gradient, before and after |
# | max_norm | `max_norm` | a number | the limit |
# | norm | `norm` | a number | the length *before* clipping: worth watching |
#
# **Your turn.** If you call your variables `norm` and `scale`, the check can look at them one by one.


# %% exercise="clip_grad_norm"
def clip_grad_norm(grads, max_norm):
    """Shorten the gradient to length max_norm, if it is longer.

    grads: a group of arrays.  max_norm: a number above 0.
    Returns grads: the clipped group; norm: its length before.
    """
    ### BEGIN SOLUTION
    norm = np.sqrt(sum(np.sum(g**2) for name, g in grads.items()))
    scale = min(1.0, max_norm / norm)
    return grads.map(lambda g: g * scale), norm
    ### END SOLUTION


# %%
check(clip_grad_norm)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the norm</summary>
#
# Begin with `total = 0` and add `np.sum(g**2)` in a loop `for name, g in grads.items():`. Take the square root
# once, at the end.
# </details>
# <details><summary><b>Hint 2</b>: the scale</summary>
#
# `scale = min(1.0, max_norm / norm)` is 1 for a short gradient. The same scale belongs to every array.
# </details>
# <details><summary><b>Hint 3</b>: all arrays at once</summary>
#
# `grads.map(lambda g: ...)` makes the new group.
# </details>

# %% grade="clip_grad_norm" points=3

# %% [markdown]
# **Try it.** First the loop, steps 1 to 6, as a function: everything that follows uses it. It draws the same batches
# for everybody who trains with the same `seed`, so that comparisons are fair.

# %% tags=["nbval-ignore-output"]
clip = working(clip_grad_norm)


def train(model, step, state, learning_rate, *, updates=100, max_norm=5.0, N=32, seed=5):
    """Train for some updates; returns the model, the losses and the norms of the gradients."""
    rng = np.random.default_rng(seed)
    losses, norms = [], []
    for _ in range(updates):
        words = rng.choice(training, N, replace=False)  # step 1: draw a batch
        loss, grads = loss_and_grads(words, model)  # steps 2, 3 and 4
        grads, norm = clip(grads, max_norm)  # step 5: clip
        model, state = step(model, grads, state, learning_rate=learning_rate)  # step 6: update
        losses.append(loss)
        norms.append(norm)
    return model, np.array(losses), np.array(norms)


step = working(sgd_step)
clipped = {}
print("SGD, learning rate 3      highest loss   last ten   longest gradient")
for max_norm in (np.inf, 0.5):
    _, losses, norms = train(start, step, rnnlib.sgd_state(start), 3.0, max_norm=max_norm)
    clipped["not clipped" if max_norm == np.inf else "clipped at 0.5"] = losses
    row = f"max_norm = {max_norm:<12} {losses.max():>14.1f} {losses[-10:].mean():>10.1f}"
    print(row + f" {norms.max():>14.1f}")

# %% hidden=true tags=["nbval-ignore-output"]
with styled():
    figure = new_figure(6.8, 2.9)
    ax = figure.subplots()
    for (words, losses), color in zip(clipped.items(), (BLUE, VERMILLION)):
        ax.plot(losses, color=color)
        ax.annotate(
            words, (99, losses[-1]), xytext=(6, 0), textcoords="offset points", color=color, va="center",
            annotation_clip=False,
        )  # fmt: skip
    ax.set(yscale="log", xlabel="update", ylabel="loss (nats a letter)", xlim=(0, 99))
    ax.set_yticks([2, 5, 10, 20, 50], ["2", "5", "10", "20", "50"])
    ax.minorticks_off()
    settle(figure)
free, held = clipped.values()
show(
    figure,
    f"SGD with the learning rate 3. Not clipped, the loss shoots up to about {free.max():.0f} nats and does not come "
    f"back; with gradients clipped at length 0.5 it falls to {held[-10:].mean():.1f}.",
)

# %% [markdown]
# The same learning rate, the same start, the same batches: without clipping the loss explodes, with clipping it
# falls. A step that is too long lands where the ground is steep; there the gradient is long, and the next step is
# longer still. Clipping breaks that chain. It does not make a badly chosen learning rate a good one, and it does
# nothing for gradients that are too *short*: unit 04 comes back to both.
#
# ## 3.4 A step size for every weight
#
# **The idea.** One learning rate has to serve all weights. But the loss may be steep in the direction of one weight
# and nearly flat in that of another: a narrow valley. A rate that is safe across the valley is far too small along
# it. Let us look at SGD in such a valley, with two weights only.


# %% hidden=true
VALLEY = np.array([1.0, 40.0])  # how steep it is along and across
BEGIN = (-2.4, 0.35)


def walk(step, state_of, learning_rate, updates=30, **settings):
    """The path of an optimizer through the valley: (updates + 1, 2)."""
    point = DenseParams(W_hy=[[BEGIN[0]]], b_y=[BEGIN[1]])
    state, path = state_of(point), [BEGIN]
    for _ in range(updates):
        grads = DenseParams(VALLEY[0] * point.W_hy, VALLEY[1] * point.b_y)
        point, state = step(point, grads, state, learning_rate=learning_rate, **settings)
        path.append((point.W_hy.item(), point.b_y.item()))
    return np.array(path)


def draw_valley(paths):
    """Each path in a panel of its own over the contours of the valley."""
    with styled():
        figure = new_figure(6.8, 0.55 + 1.25 * len(paths))
        panels = figure.subplots(len(paths), 1, sharex=True, squeeze=False)[:, 0]
        x, y = np.meshgrid(np.linspace(-2.8, 1.0, 120), np.linspace(-0.45, 0.45, 80))
        for ax, (name, path) in zip(panels, paths.items()):
            ax.contour(x, y, x**2 + VALLEY[1] * y**2, 9, colors="#C8C8C8", linewidths=0.8)
            ax.plot(*path.T, "-o", color=BLUE, markersize=3, linewidth=1.1)
            ax.plot(0, 0, "*", color=VERMILLION, markersize=11)
            ax.set_title(name, size=10)
            ax.set(xticks=[], yticks=[], xlim=(-2.8, 1.0), ylim=(-0.45, 0.45))
        settle(figure)
    return figure


path = walk(working(sgd_step), rnnlib.sgd_state, 0.045)
show(
    draw_valley({"SGD, 30 steps": path}),
    "A narrow valley seen from above, with its lowest point marked by a star. SGD jumps from one side to the other "
    f"and creeps along the valley; after 30 steps it is still {np.linalg.norm(path[-1]):.2f} away from the star.",
)

# %% [markdown]
# Across the valley SGD jumps to and fro, and along it, where the way is long, it creeps. A larger learning rate
# would be thrown out. What helps is **a step size for each weight**: small where gradients are usually large, large
# where they are usually small. So keep, for each weight, a running mean of its squared gradient, and divide by its
# root. This is **RMSprop** (root mean square).
#
# **The equations**, for each weight by itself:
#
# $$v \leftarrow \rho\,v + (1 - \rho)\,g^2 \qquad\qquad p \leftarrow p - \eta\,\frac{g}{\sqrt{v} + \varepsilon}$$
#
# The first line is a running mean: of the old one a part $\rho$ stays, the rest is new. With $\rho = 0.99$ it
# remembers about the last 100 steps. On paper: $v = 4$, $g = 2$, $\rho = 0.5$ and $\eta = 0.1$ give
# $v = 0.5 \cdot 4 + 0.5 \cdot 4 = 4$, so the weight moves by $0.1 \cdot 2 / 2 = 0.1$. Had both $g$ and $\sqrt{v}$ been
# a hundred times larger, it would still move by 0.1: **the scale of the gradient cancels**. The tiny $\varepsilon$
# prevents a division by zero.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $v$ | `state.v` | a group like `params` | running mean of the squared gradients, zero at first |
# | $\rho$ | `decay` | a number | how much of the old mean stays |
# | $\varepsilon$ | `eps` | a number | against a division by zero; outside of the root |
# | $\eta$ | `learning_rate` | a number | how far a weight moves when its gradient is as large as usual |
#
# **Your turn.** `map` takes several further groups: `params.map(lambda p, g, v: ..., grads, v)`. The new state is
# `RMSpropState(v)`.


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
# <details><summary><b>Hint 1</b>: first the mean</summary>
#
# `v = state.v.map(lambda v, g: ..., grads)`: the old mean with the gradient. Then use the *new* `v`.
# </details>
# <details><summary><b>Hint 2</b>: then the step</summary>
#
# `params.map(lambda p, g, v: p - learning_rate * g / (...), grads, v)`
# </details>

# %% grade="rmsprop_step" points=3

# %% [markdown]
# ## 3.5 Adam
#
# **The idea.** Two running means: one of the squared gradients, as in RMSprop, and one of the gradients themselves.
# The second smooths the direction: what points to and fro cancels, what points the same way every time adds up
# (this is called *momentum*). And both are corrected for their start.
#
# **Why a correction?** The means begin at zero. After the first step with the gradient 10 and $\beta_1 = 0.9$, the mean
# is $0.9 \cdot 0 + 0.1 \cdot 10 = 1$: far too small, because nine tenths of it are the zero we began with. Divide by
# the part that is *not* the start, $1 - 0.9^1 = 0.1$, and it is 10, as it should be. After $t$ steps that part is
# $1 - \beta^t$, soon nearly 1.
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
# `t = state.t + 1` first; then `m`, then `v`, each with `state.m.map(..., grads)` and so on; then the corrected
# ones; then the parameters.
# </details>
# <details><summary><b>Hint 2</b>: the correction</summary>
#
# `m_hat = m.map(lambda m: m / (1 - beta1**t))`. In Python `**` is "to the power of".
# </details>
# <details><summary><b>Hint 3</b>: what goes into the state</summary>
#
# `m`, `v` and the new `t`; not `m_hat` and `v_hat`, or they would be corrected again at the next step.
# </details>

# %% grade="adam_step" points=4

# %% [markdown]
# **Question 2.** Adam takes its very first step with the learning rate 0.01. One weight has the gradient 0.001,
# another has the gradient 10. How far does each of them move? (Put $t = 1$ into the equations.)
#
# - a) the first by 0.00001, the second by 0.1
# - b) both by about 0.01
# - c) the first by 10, the second by 0.001
# - d) neither moves, because the means begin at zero

# %% answer="first_step"
answer_first_step = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_first_step = "b"
### END SOLUTION

# %%
check_answer("first_step", answer_first_step)

# %% grade_answer="first_step" points=0.5

# %% [markdown]
# **Try it: your three optimizers in the valley.**

# %% hidden=true
paths = {
    "SGD": walk(working(sgd_step), rnnlib.sgd_state, 0.045),
    "RMSprop": walk(working(rmsprop_step), rnnlib.rmsprop_state, 0.1, decay=0.9),
    "Adam": walk(working(adam_step), rnnlib.adam_state, 0.2, beta2=0.9),
}
away = {name: np.linalg.norm(path[-1]) for name, path in paths.items()}
show(
    draw_valley(paths),
    "The same valley three times, 30 steps each. Distance from the lowest point at the end: "
    + ", ".join(f"{name} {far:.2f}" for name, far in away.items())
    + ". RMSprop and Adam go along the valley as fast as across it.",
)

# %% [markdown]
# The two that have a step size for each weight walk along the valley as readily as across it. Adam's mean of the
# gradients carries it past the goal before it comes back: momentum.
#
# Now on the names. To be fair, each optimizer may try **three learning rates**, from the same start, on the same
# batches. A comparison at a single learning rate would compare nothing but that choice.

# %% tags=["nbval-ignore-output"]
optimizers = {
    "SGD": (working(sgd_step), rnnlib.sgd_state, (0.3, 1.0, 3.0)),
    "RMSprop": (working(rmsprop_step), rnnlib.rmsprop_state, (0.001, 0.01, 0.03)),
    "Adam": (working(adam_step), rnnlib.adam_state, (0.001, 0.01, 0.03)),
}
best = {}
print("loss on names held out after 100 updates; learning rate in brackets\n")
for name, (step, state_of, rates) in optimizers.items():
    row = f"{name:<9}"
    for rate in rates:
        model, losses, _ = train(start, step, state_of(start), rate)
        loss = loss_of(held_out, model)
        row += f"{loss:8.2f} ({rate:g})"
        if name not in best or loss < best[name][0]:
            best[name] = loss, rate, losses
    print(row)

# %% hidden=true tags=["nbval-ignore-output"]
smooth = {
    f"{name} ({rate:g})": np.convolve(losses, np.ones(10) / 10, "valid")
    for name, (loss, rate, losses) in best.items()
}
show(
    plot_traces(
        smooth, xlabel="update (mean of ten)", ylabel="loss on the batches (nats a letter)"
    ),
    "The loss on the batches of three optimizers from the same start, each with the best of its three learning "
    "rates: after 100 updates "
    + ", ".join(f"{name} {values[-1]:.2f}" for name, values in smooth.items())
    + ".",
)

# %% [markdown]
# Read the table along the rows first: **the learning rate matters more than the optimizer**. With its best rate,
# plain SGD is not far behind. But then compare the scales: SGD needs a rate about a hundred times larger, and its
# range is narrow, while Adam does well at two neighbouring rates. That is the practical reason why people reach for
# it: it needs less trying.

# %% [markdown]
# ## 3.6 Where to begin
#
# **The idea.** A sum of $n$ random terms grows with $\sqrt n$. So when a unit listens to many inputs, its weights must
# be smaller, or the sums become huge: then every tanh is flat, and a flat function has no gradient. If they are too
# small, everything that goes in fades. **Xavier's start** (after Xavier Glorot) lies between: it keeps the size of
# what flows forward and of what flows backward about the same.
#
# **The equation.** Each entry is drawn evenly between $-a$ and $a$, with
#
# $$a = \sqrt{\frac{6}{\text{fan\_in} + \text{fan\_out}}}$$
#
# On paper: a matrix of 27 rows and 64 columns has $a = \sqrt{6 / 91} \approx 0.257$.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | fan_in | `shape[0]` | a number | how many inputs a unit listens to: rows |
# | fan_out | `shape[1]` | a number | how many units listen to an input: columns |
# | | `rng` | | a random generator: `rng.uniform(low, high, shape)` draws from it |
#
# **Your turn.** Chance must come from `rng`, and from nowhere else, so that the same seed gives the same start. The
# check looks at how your numbers are spread.


# %% exercise="xavier_uniform"
def xavier_uniform(shape, rng):
    """Random weights between -a and a.

    shape: (fan_in, fan_out).  rng: a numpy.random.Generator.
    Returns an array of that shape.
    """
    ### BEGIN SOLUTION
    fan_in, fan_out = shape
    a = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-a, a, shape)
    ### END SOLUTION


# %%
check(xavier_uniform)

# %% [markdown]
# <details><summary><b>Hint 1</b></summary>
#
# `fan_in, fan_out = shape` gives the two sizes their names. Mind the brackets below the fraction.
# </details>
# <details><summary><b>Hint 2</b></summary>
#
# `rng.uniform(low, high, size)` needs the lower end, the upper end, and the shape.
# </details>

# %% grade="xavier_uniform" points=1.5

# %% [markdown]
# **The recurrent weight is special**: it multiplies the state again and again. A matrix that stretches a little
# stretches enormously after fifty steps, one that shrinks a little leaves nothing. An **orthogonal** matrix only
# turns: every vector keeps its length. `rnnlib.orthogonal` makes a random one (the Q of a QR decomposition). We
# multiply a vector of length 1 by four random matrices, fifty times:

# %%
xavier = working(xavier_uniform)
rng = np.random.default_rng(8)
matrices = {
    "normal, deviation 0.01": rng.normal(0, 0.01, (H, H)),
    "Xavier": xavier((H, H), rng),
    "orthogonal": rnnlib.orthogonal((H, H), rng),
    "normal, deviation 1": rng.normal(0, 1, (H, H)),
}
x = rng.normal(size=H)
print("length of a vector after        1 product   10 products   50 products")
for name, W in matrices.items():
    lengths, h = [], x / np.linalg.norm(x)
    for _ in range(50):
        h = h @ W
        lengths.append(np.linalg.norm(h))
    print(f"{name:<28} {lengths[0]:>12.2g} {lengths[9]:>13.2g} {lengths[49]:>13.2g}")

# %% [markdown]
# **Try it: five starts**, trained with Adam for 100 updates on the same batches.


# %% tags=["nbval-ignore-output"]
def started(kind):
    """A model with the start of this kind."""
    rng = np.random.default_rng(3)
    if kind.startswith("Xavier"):
        W_xh, W_hh, W_hy = xavier((V, H), rng), xavier((H, H), rng), xavier((H, V), rng)
        if "orthogonal" in kind:
            W_hh = rnnlib.orthogonal((H, H), rng)
    else:
        scale = {"all zero": 0.0, "normal, deviation 0.01": 0.01, "normal, deviation 1": 1.0}[kind]
        W_xh, W_hh, W_hy = (scale * rng.normal(size=s) for s in ((V, H), (H, H), (H, V)))
    return LetterModel(RNNParams(W_xh, W_hh, np.zeros(H)), DenseParams(W_hy, np.zeros(V)))


step = working(adam_step)
curves = {}
print("start                     first loss   first gradient's norm   loss after 100 (held out)")
for kind in (
    "all zero", "normal, deviation 1", "normal, deviation 0.01", "Xavier", "Xavier, W_hh orthogonal",
):  # fmt: skip
    model = started(kind)
    model, losses, norms = train(model, step, rnnlib.adam_state(model), 0.01, max_norm=1.0)
    curves[kind] = np.convolve(losses, np.ones(5) / 5, "valid")
    print(f"{kind:<25} {losses[0]:>10.2f} {norms[0]:>20.2f} {loss_of(held_out, model):>20.2f}")

# %% hidden=true tags=["nbval-ignore-output"]
shown = {}
for name, curve in curves.items():
    brief = name.replace("normal, deviation", "normal").replace("Xavier, W_hh", "with")
    shown[brief] = np.minimum(curve, 5)
show(
    plot_traces(shown, xlabel="update (mean of five)", ylabel="loss (nats a letter, cut at 5)"),
    "The loss over 100 updates from five starts. At the end: "
    + ", ".join(f"{name} {c[-1]:.2f}" for name, c in curves.items())
    + ".",
)

# %% [markdown]
# - **All zero:** the state is always 0, so the recurrent weights get no gradient. What is learned is how frequent
#   each letter is, in the output's bias, and no more.
# - **Deviation 1:** the first loss is far above log 27, so the network is *sure of nonsense*, and it spends its
#   updates on forgetting it.
# - **Deviation 0.01:** it begins at log 27, but its first updates go into growing the weights.
# - **Xavier**, with or without an orthogonal $W_{hh}$: the best here, and alike. Names are short, about a dozen
#   letters, so a state that keeps its length is worth little. Over hundreds of steps it is worth a lot: unit 04.

# %% [markdown]
# ## 3.7 First overfit fifty names
#
# Before you train for real, **make the network learn a few examples by heart**. It is the best test of a training
# loop that there is: a network with 7,643 weights must be able to learn 50 names. If it cannot, there is a bug.
#
# Can its loss become zero? No: which of the fifty names it is cannot be known before the first letter. But how low
# it can get we can work out. Someone who knows the list by heart gives each of the 50 names the probability 1/50,
# so each name costs $\log 50$ nats in all, spread over its letters and its full stop:
#
# $$\text{lowest possible loss} = \frac{50 \cdot \log 50}{\text{number of targets}}$$
#
# A right loop comes down to that number and stays there. We also break the loop in three ways, to see what a bug
# looks like.


# %% hidden=true
fifty = training[:50]
xs, targets, mask = as_batch(fifty)
floor = 50 * np.log(50) / mask.sum()


def overfit(bug=None, updates=200):
    """The losses while learning fifty names by heart, and the model."""
    model, state, losses = start, rnnlib.adam_state(start), []
    aims = targets
    if bug == "targets not shifted":
        aims = xs.argmax(axis=-1)
    for _ in range(updates):
        hs, _, cache = rnnlib.rnn_forward(xs, np.zeros((50, H)), model.cell)
        logits = rnnlib.output_step(hs, model.out)
        losses.append(rnnlib.cross_entropy(logits, aims, mask=mask))
        dlogits = rnnlib.cross_entropy_backward(logits, aims, mask=mask)
        dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
        _, _, g = rnnlib.rnn_backward(dhs, None, cache)
        if bug == "gradient of W_hh transposed":
            g = RNNParams(g.W_xh, g.W_hh.T.copy(), g.b_h)
        if bug == "gradient of W_hh lost":
            g = RNNParams(g.W_xh, np.zeros((H, H)), g.b_h)
        grads, _ = clip(LetterModel(g, grads_out), 1.0)
        model, state = step(model, grads, state, learning_rate=0.01)
    return np.array(losses), model


# %% tags=["nbval-ignore-output"]
step, clip = working(adam_step), working(clip_grad_norm)
losses, by_heart = overfit()
runs = {"right": losses}
for bug in ("gradient of W_hh transposed", "gradient of W_hh lost", "targets not shifted"):
    runs[bug], _ = overfit(bug)
print(f"lowest possible loss        {floor:.3f}\n")
print("loss after                  100     200 updates")
for name, losses in runs.items():
    print(f"{name:<27} {losses[99]:.3f}   {losses[199]:.3f}")

# %% hidden=true tags=["nbval-ignore-output"]
with styled():
    figure = new_figure(6.8, 3.1)
    ax = figure.subplots()
    ax.axhline(floor, color=GREY, linewidth=1.2, linestyle="--")
    ax.text(2, floor * 0.86, "lowest possible", size=9, color=GREY, va="top")
    for (words, losses), color in zip(runs.items(), (BLUE, VERMILLION, PURPLE, GREEN)):
        ax.plot(losses, color=color)
        lift = {"right": -5, "gradient of W_hh lost": 6}.get(words, 0)
        ax.annotate(
            words.replace("W_hh ", "W_hh\n"), (199, losses[-1]), xytext=(6, lift), textcoords="offset points",
            color=color, va="center", size=9, annotation_clip=False,
        )  # fmt: skip
    ax.set(yscale="log", xlabel="update", ylabel="loss (nats a letter)", xlim=(0, 199))
    ax.set_yticks([0.01, 0.03, 0.1, 0.3, 1, 3], ["0.01", "0.03", "0.1", "0.3", "1", "3"])
    ax.minorticks_off()
    settle(figure)
show(
    figure,
    f"The loss on fifty names, learned by heart. The right loop comes down to {runs['right'][-1]:.2f}, close to the "
    f"lowest possible {floor:.2f}. With W_hh's gradient transposed it stays at "
    f"{runs['gradient of W_hh transposed'][-1]:.2f}; with that gradient lost it is slower; with targets that are not "
    f"shifted it falls to {runs['targets not shifted'][-1]:.3f}, below what is possible.",
)

# %% [markdown]
# Four runs, four lessons:
# - **right:** down to the floor, and there it stays;
# - **transposed:** the loop learns *something*, and on the large task you might blame the data. On fifty names it is
#   plain that something is broken;
# - **lost:** the input weights alone can do much, so the loss falls all the same, only more slowly. Asking "does the
#   loss fall?" would not find this bug. The numerical gradient of unit 02 does;
# - **not shifted:** *below* what is possible. The network is asked for the letter that it has just been given. A
#   loss that is too good is a bug as well.

# %% [markdown]
# ## 3.8 Train for real, and stop in time
#
# Learning by heart is not what we want. A network can lower its loss on the training names by learning what names
# are like, or by learning *these* names. The first helps with new names, the second does not. To see the difference
# we look, every now and then, at names that it does not learn from. When their loss stops falling, we stop, and take
# the weights from when it was **lowest**: **early stopping**.
#
# **The rule**, at every look at the held-out names:
#
# - If the loss is *lower* than the best so far: note it, keep these parameters, and `waited` begins again at 0.
# - If not: `waited` goes up by 1, and everything else stays. When it reaches `patience`, the training ends.
#
# On paper, with a patience of 3:
#
# | look | 1 | 2 | 3 | 4 | 5 | 6 |
# |---|---|---|---|---|---|---|
# | loss | 2.0 | 1.9 | 1.95 | 1.8 | 1.8 | 1.9 |
# | best loss | 2.0 | 1.9 | 1.9 | 1.8 | 1.8 | 1.8 |
# | waited | 0 | 0 | 1 | 0 | 1 | 2 |
#
# | code | meaning |
# |---|---|
# | `loss`, `params` | the loss on held-out names now, and the parameters that it belongs to |
# | `state.patience` | how many looks without a better loss we accept |
# | `state.best_loss`, `state.best_params` | the lowest loss so far (infinite at first), and its parameters |
# | `state.waited` | looks since then |
#
# **Your turn.** A state cannot be written into; make a new one: `EarlyStopping(patience, best_loss, best_params, waited)`.


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
# <details><summary><b>Hint 1</b>: two cases</summary>
#
# `if loss < state.best_loss:` and the rest. Each case returns an `EarlyStopping(...)` with four entries.
# </details>
# <details><summary><b>Hint 2</b>: what stays</summary>
#
# What does not change is handed on: `state.patience`, `state.best_loss`, `state.best_params`.
# </details>

# %% grade="early_stopping" points=2

# %% [markdown]
# **The whole loop, all seven steps, made of your functions.** It takes a few seconds. The curve is drawn anew at
# every second look, and the bar shows how much of the *longest possible* training is done.

# %% tags=["nbval-ignore-output"]
step, clip, note = working(adam_step), working(clip_grad_norm), working(early_stopping)
rng = np.random.default_rng(1)
model = LetterModel(rnnlib.init_rnn(V, H, rng), rnnlib.init_dense(H, V, rng))
state, stopping = rnnlib.adam_state(model), EarlyStopping(patience=8)
losses, looks, live = [], {}, LiveFigure()

progress = tqdm(
    range(1501), file=sys.stdout, delay=0.5, mininterval=0.5,
    bar_format="{desc}{percentage:3.0f} % |{bar:30}| update {n} of at most {total}",
)  # fmt: skip
for update in progress:
    if update % 25 == 0:  # step 7: look
        looks[update] = loss_of(held_out, model)
        stopping = note(looks[update], model, stopping)
        if update % 50 == 25 or stopping.waited >= stopping.patience:
            live.show(
                plot_loss(losses, validation=looks),
                f"After {update} updates the loss on the training names is {np.mean(losses[-20:]):.2f} nats a "
                f"letter. On names held out it was lowest, {stopping.best_loss:.2f}, at update "
                f"{min(looks, key=looks.get)}, and is {looks[update]:.2f} now.",
            )
        if stopping.waited >= stopping.patience:
            break
    words = rng.choice(training, 64, replace=False)  # step 1: draw a batch
    loss, grads = loss_and_grads(words, model)  # steps 2, 3 and 4
    grads, norm = clip(grads, 1.0)  # step 5: clip
    model, state = step(model, grads, state, learning_rate=5e-3)  # step 6: update
    losses.append(loss)

network = stopping.best_params
print(f"stopped after {update} updates; kept: the weights of update {min(looks, key=looks.get)}")

# %% [markdown]
# Look at where the two curves part (*validation* is the loss on the names held out). Up to there the network learns
# what names are like; from there on it learns the training names. What if we do not stop? We go on with the last weights:

# %% tags=["nbval-ignore-output"]
late = dict(looks)
for more in range(update, update + 501):
    if more % 50 == 0:
        late[more] = loss_of(held_out, model)
    loss, grads = loss_and_grads(rng.choice(training, 64, replace=False), model)
    grads, _ = clip(grads, 1.0)
    model, state = step(model, grads, state, learning_rate=5e-3)
    losses.append(loss)

end, lowest = max(late), min(looks, key=looks.get)
show(
    plot_loss(losses, validation=late),
    f"Without stopping: after {len(losses)} updates the loss on training names has fallen to "
    f"{np.mean(losses[-20:]):.2f}, while on names held out it has risen from "
    f"{min(late.values()):.2f} to {late[end]:.2f}.",
)
print("                     training   held out")
print(f"at its best          {np.mean(losses[lowest - 20 : lowest]):>8.2f} {looks[lowest]:>10.2f}")
print(f"without stopping     {np.mean(losses[-20:]):>8.2f} {late[end]:>10.2f}")

# %% [markdown]
# Within seconds the network **overfits**: better and better on the names it has seen, worse and worse on others.
# The training loss alone would have told us that all goes well.

# %% [markdown]
# ## 3.9 How good is that?
#
# **The idea.** A loss in nats says little by itself. Two other forms of the same number say more.
#
# - **Perplexity**: among how many equally likely letters would one be as unsure? A guess among $n$ letters has the
#   loss $\log n$, so the perplexity is the exponential: $\;e^{L}$.
# - **Bits a letter**: how much memory a letter takes when the model is used to compress. A bit is $\log 2$ nats, so
#   it is $\;L / \log 2$.
#
# On paper: $L = \log 27 \approx 3.30$ nats is a perplexity of 27 and $3.30 / 0.693 \approx 4.75$ bits. (The loss must be
# the mean over *letters*. A mean over names of means would be another number.)
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $L$ | `loss` | a number | mean loss a letter, in nats |
#
# **Your turn.**


# %% exercise="perplexity"
def perplexity(loss):
    """The perplexity that belongs to a mean loss in nats. Returns a number."""
    ### BEGIN SOLUTION
    return np.exp(loss)
    ### END SOLUTION


# %%
check(perplexity)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# The exponential function of NumPy is `np.exp`.
# </details>

# %% grade="perplexity" points=1

# %% [markdown]
# **Question 3.** A model has a perplexity of 8. How many bits a letter is that?

# %% answer="bits_a_letter"
answer_bits_a_letter = None
### BEGIN SOLUTION
answer_bits_a_letter = 3
### END SOLUTION

# %%
check_answer("bits_a_letter", answer_bits_a_letter)

# %% grade_answer="bits_a_letter" points=0.5

# %% [markdown]
# **A baseline that costs the same.** A network is worth its trouble only if it beats what is to be had without one.
# An ***n*-gram table** counts which letter follows the last $n - 1$ letters. Where it has seen a context rarely, it
# leans on the shorter one, and so on down to 1/27 for each letter (Witten and Bell's rule). Nothing is trained: one
# pass over the names, and it is done.
#
# Which $n$? At **equal cost in numbers stored**: our network has 7,643 weights, so the table may store at most as many
# counts.


# %% hidden=true
import time


class LetterTable:
    """Counts of the letters that follow each context of up to n - 1 letters."""

    def __init__(self, words, n):
        self.n, self.counts = n, {}
        for word in words:
            ids = alphabet.encode(f".{word}.")
            for t in range(1, len(ids)):
                for k in range(min(n, t + 1)):
                    row = self.counts.setdefault(tuple(ids[t - k : t].tolist()), np.zeros(V))
                    row[ids[t]] += 1

    def next_letter(self, ids):
        """The probabilities of the next letter: each context leans on the next shorter one."""
        p = np.full(V, 1 / V)
        for k in range(min(self.n, len(ids) + 1)):
            row = self.counts.get(tuple(int(i) for i in ids[len(ids) - k :]))
            if row is None:
                break
            kinds = np.count_nonzero(row)
            p = (row + kinds * p) / (row.sum() + kinds)
        return p

    def probabilities(self, words):
        """The probability of each letter of the words, full stops included: (T, N), with 1 as padding."""
        _, targets, mask = as_batch(words)
        p = np.ones(targets.shape)
        for j, word in enumerate(words):
            ids = alphabet.encode(f".{word}.")
            for t in range(1, len(ids)):
                p[t - 1, j] = self.next_letter(ids[:t])[ids[t]]
        return p

    @property
    def stored(self):
        return sum(np.count_nonzero(row) for row in self.counts.values())


def letter_probabilities(words, model):
    """The same from a network."""
    xs, targets, mask = as_batch(words)
    hs, _, _ = rnnlib.rnn_forward(xs, np.zeros((len(words), model.cell.b_h.size)), model.cell)
    p = rnnlib.softmax(rnnlib.output_step(hs, model.out))
    return np.where(mask, np.take_along_axis(p, targets[..., None], axis=-1)[..., 0], 1.0)


# %%
print(" n   counts stored   loss on names held out")
tables = {}
for n in range(1, 6):
    tables[n] = LetterTable(training, n)
    loss = -np.log(tables[n].probabilities(held_out)).sum() / as_batch(held_out)[2].sum()
    fits = "" if tables[n].stored <= start.size else "   more than the network stores"
    print(f"{n:>2} {tables[n].stored:>15,} {loss:>15.2f}{fits}")
table = tables[4]

# %% [markdown]
# So $n = 4$: three letters of memory. Now, for the first and only time, the **test** names. They decided nothing:
# neither the weights, nor when to stop, nor $n$.

# %% tags=["nbval-ignore-output"]
perplexity_of = working(perplexity)
of_letters = as_batch(test)[2]
p_network, p_table = letter_probabilities(test, network), table.probabilities(test)
contenders = {
    "a guess": np.where(of_letters, 1 / V, 1.0),
    "table, n = 1": tables[1].probabilities(test),
    "table, n = 2": tables[2].probabilities(test),
    "table, n = 4": p_table,
    "network, stopped in time": p_network,
    "network, not stopped": letter_probabilities(test, model),
    "half table, half network": (p_table + p_network) / 2,
}
print("100 test names             nats    bits   perplexity")
result = {}
for name, p in contenders.items():
    result[name] = -np.log(p).sum() / of_letters.sum()
    row = f"{name:<25} {result[name]:>6.2f} {result[name] / np.log(2):>7.2f}"
    print(row + f" {perplexity_of(result[name]):>9.1f}")

apart = -np.log(p_network).sum(axis=0) + np.log(p_table).sum(axis=0)  # nats a name
error = apart.std() * np.sqrt(len(test)) / of_letters.sum()
print(f"\nnetwork minus table: {apart.sum() / of_letters.sum():+.2f} nats a letter,")
print(f"give or take {error:.2f} (the standard error over 100 names)")
begin = time.perf_counter()
LetterTable(training, 4)
print(f"the table was made in {time.perf_counter() - begin:.2f} seconds")

# %% [markdown]
# Was that a lucky split, or an unlucky one? The same once more, with two other divisions of the names into training,
# held out and test.


# %% hidden=true tags=["nbval-ignore-output"]
def another_split(split):
    """The losses of table and network on the test names of another random split."""
    mixed = [str(name) for name in np.random.default_rng(split).permutation(dinosaur_names())]
    test, held_out, training = mixed[:100], mixed[100:200], mixed[200:]
    rng = np.random.default_rng(1)
    model = LetterModel(rnnlib.init_rnn(V, H, rng), rnnlib.init_dense(H, V, rng))
    state, stopping = rnnlib.adam_state(model), EarlyStopping(patience=4)
    while stopping.waited < stopping.patience:
        stopping = note(loss_of(held_out, model), model, stopping)
        for _ in range(25):
            _, grads = loss_and_grads(rng.choice(training, 64, replace=False), model)
            model, state = step(model, clip(grads, 1.0)[0], state, learning_rate=5e-3)
    p = (
        LetterTable(training, 4).probabilities(test),
        letter_probabilities(test, stopping.best_params),
    )
    letters = as_batch(test)[2].sum()
    return [-np.log(q).sum() / letters for q in (*p, (p[0] + p[1]) / 2)]


print("split   table   network   half and half")
for split in (1, 2):
    by_table, by_network, mixed = another_split(split)
    print(f"{split:>5} {by_table:>7.2f} {by_network:>9.2f} {mixed:>15.2f}")

# %% [markdown]
# **Read this honestly.**
# - The network beats guessing, letter frequencies and the bigram table by far. It has learned a good deal.
# - It does **not** beat a table of four letters that stores as many numbers and is made in a fraction of a second. On
#   100 test names the two differ by about as much as chance would let them, and the other splits say the same.
# - Half and half is clearly better than either, every time. So the two do not make the same mistakes: each knows
#   something that the other does not.
# - Stopping in time was worth more than a tenth of a nat. Without it the network would have lost clearly.
#
# About 1,100 names are little, and the last three letters hold most of what there is to know about the next one. Where
# the memory has to be long, a table cannot follow: most contexts of ten letters have never been seen before.

# %% [markdown]
# **Question 4.** You train 30 networks with different settings and keep the one with the lowest loss on the held-out
# names: 1.71. What do you expect on names that nobody has looked at?
#
# - a) a little less than 1.71
# - b) a little more than 1.71
# - c) 1.71 on average
# - d) the same as on the training names

# %% answer="chosen"
answer_chosen = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_chosen = "b"
### END SOLUTION

# %%
check_answer("chosen", answer_chosen)

# %% grade_answer="chosen" points=0.5

# %% [markdown]
# ## 3.10 New names
#
# **The idea.** The network gives a probability to every next letter. Draw one, feed it back as the next input, and go
# on until it draws the full stop. The **temperature** $\tau$ says how daring it is: below 1 likely letters become
# likelier still, above 1 all become more alike.

# %% hidden=true
with styled():
    figure = new_figure(6.8, 2.1)
    panels = figure.subplots(1, 3, sharey=True)
    z = np.array([2.0, 1.2, 0.5, 0.0, -1.0])
    bars = {tau: rnnlib.softmax(z / tau) for tau in (0.5, 1.0, 2.0)}
    for ax, (tau, p) in zip(panels, bars.items()):
        ax.bar(list("aeous"), p, color=tint(BLUE, 0.75))
        ax.set_title(f"temperature {tau:g}", size=10)
        ax.set(ylim=(0, 1), yticks=[0, 0.5, 1])
    panels[0].set_ylabel("probability")
    settle(figure)
show(
    figure,
    "Probabilities of five letters from the same logits at three temperatures. The likeliest letter has "
    + ", ".join(f"{p[0]:.0%} at temperature {tau:g}" for tau, p in bars.items())
    + ".",
)

# %% [markdown]
# **The equation:** $\quad p = \text{softmax}(z / \tau)$, and then one symbol is drawn for each row: symbol $k$ with the
# probability $p_k$. As in unit 02, subtract each row's largest number before the exponential; it changes nothing in $p$
# and prevents an overflow.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $z$ | `logits` | (N, V) | scores of the next symbol, one row for each name that is being written |
# | $\tau$ | `temperature` | a number above 0 | divides the logits |
# | | `rng` | | the generator to draw from: `rng.choice(V, p=row)` draws one symbol |
# | | ids | (N,) | the symbols that were drawn, integers 0 to V − 1 |
#
# **Your turn.** The check counts what your function draws, thousands of times. (You may use `rnnlib.softmax`.)


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
# Divide by the temperature first, then take the softmax of each row (`axis=1`, `keepdims=True`).
# </details>
# <details><summary><b>Hint 2</b>: the draw</summary>
#
# `rng.choice(len(row), p=row)` draws one symbol with the probabilities `row`. Do it for each row of `p`, and make an
# array of the list: `np.array([... for row in p])`.
# </details>

# %% grade="sample" points=2

# %% [markdown]
# **Try it: twenty names at each of three temperatures.** A star marks a name that is in the list of real ones (there
# may be none); a dash is an empty name, whose first symbol was the full stop.


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
    rows = np.stack(written, axis=1)
    return [alphabet.decode(row).partition(".")[0] for row in rows]


real = set(names)
for temperature in (0.5, 1.0, 1.5):
    print(f"temperature {temperature}")
    new = generate(network, 20, temperature, np.random.default_rng(7))
    for k in range(0, 20, 4):
        marked = [(name or "-") + ("*" if name in real else "") for name in new[k : k + 4]]
        print("   " + "".join(f"{name:<22}" for name in marked).rstrip())

# %% [markdown]
# Twenty names are a taste and no measurement. So we count, over 500 names each: how many are in the list, how many are
# drawn more than once, how long they are, and how much they surprise the table (its loss on them, in nats a letter).
# Beside them stand names from the table itself, and from the network that learned fifty names by heart.


# %% tags=["nbval-ignore-output"]
def generate_from_table(how_many, rng):
    """Names written by the table of four letters, at temperature 1."""
    made = []
    for _ in range(how_many):
        ids = [0]
        while len(ids) == 1 or (ids[-1] != 0 and len(ids) < 30):
            ids.append(int(rng.choice(V, p=table.next_letter(ids))))
        made.append(alphabet.decode(np.array(ids)).strip("."))
    return made


makers = {
    f"network, {t}": generate(network, 500, t, np.random.default_rng(8)) for t in (0.5, 1.0, 1.5)
}
makers["network not stopped, 1.0"] = generate(model, 500, 1.0, np.random.default_rng(8))
makers["fifty by heart, 1.0"] = generate(by_heart, 500, 1.0, np.random.default_rng(8))
makers["table"] = generate_from_table(500, np.random.default_rng(8))
makers["real test names"] = test
print("                           in the list   repeated   letters   surprise of the table")
for name, made in makers.items():
    made = [word for word in made if word]
    known, repeated = np.mean([w in real for w in made]), 1 - len(set(made)) / len(made)
    surprise = -np.log(table.probabilities(made)).sum() / as_batch(made)[2].sum()
    letters = np.mean([len(w) for w in made])
    print(f"{name:<25} {known:>10.0%} {repeated:>12.0%} {letters:>10.1f} {surprise:>12.2f}")
print("\nfrom the table:", ", ".join(makers["table"][:8]))

# %% [markdown]
# **Read this honestly, too.**
# - **Cold** (0.5): safe names that look right and much alike, many of them more than once.
# - **At 1** the network says what it believes. Its names surprise the table more than real ones do: it is not yet a
#   perfect imitation.
# - **Hot** (1.5): letters in disorder. More variety, less dinosaur.
# - **Fifty by heart:** perfect names, and nearly all of them copies. Whoever shows you generated text that looks perfect
#   should also say how much of it stands in the training data. Our network was stopped in time, and it hardly copies.
# - **The table** writes names that look as good. They surprise it little, of course: they are its own.
#
# There is no single best temperature. It depends on whether you want safe names or new ones.
#
# ## Summary
#
# - A training loop has seven steps: draw a batch, forward, loss, backward, clip, update, look.
# - Clipping by norm shortens a gradient and keeps its direction. It prevents explosions.
# - RMSprop and Adam give each weight a step size of its own. The learning rate still matters most.
# - Xavier's start keeps sizes alike from layer to layer; an orthogonal recurrent weight keeps the state's length.
# - Overfit a few examples first. The loss should reach the floor that you can work out, and not go below it.
# - Stop when the loss on held-out names has not fallen for a while, and keep the best weights.
# - Perplexity is $e^L$, bits are $L / \log 2$; a loss means something only next to a baseline at the same cost.
# - Temperature divides the logits: below 1 safe, above 1 daring.
#
# **Next:** why does a simple recurrent network forget what is long ago? Unit 04 follows the gradient back through time.
#
# ## References
#
# - H. Robbins, S. Monro, *A stochastic approximation method*, Annals of Mathematical Statistics 22 (1951), 400–407.
# - R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, ICML (2013): clipping.
# - T. Tieleman, G. Hinton, *RMSprop*, Coursera, Neural Networks for Machine Learning, lecture 6.5 (2012).
# - D. P. Kingma, J. Ba, *Adam: a method for stochastic optimization*, ICLR (2015).
# - X. Glorot, Y. Bengio, *Understanding the difficulty of training deep feedforward neural networks*, AISTATS (2010).
# - A. M. Saxe, J. L. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep linear
#   neural networks*, ICLR (2014): orthogonal starts.
# - L. Prechelt, *Early stopping – but when?*, in: Neural Networks: Tricks of the Trade, Springer (1998).
# - I. H. Witten, T. C. Bell, *The zero-frequency problem: estimating the probabilities of novel events in adaptive text
#   compression*, IEEE Transactions on Information Theory 37 (1991), 1085–1094: the table.
# - C. E. Shannon, *Prediction and entropy of printed English*, Bell System Technical Journal 30 (1951), 50–64.
# - Data: names of dinosaur genera from the npm package `dinosaurs` 1.2.1 (see `rnnlib/data/LICENSES.md`).
