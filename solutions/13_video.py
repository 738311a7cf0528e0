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
# # 13 Video: convolution and recurrence
#
# A film is a sequence of images. Recurrence is good with sequences, convolution with images, and in this unit you put one inside
# the other: an LSTM whose products are convolutions. It predicts the next frame, notices when something strange happens,
# describes a clip in words, and says what happened, also in places where it has never seen anything happen.
#
# **At the end you can**
# - write a convolution, forward and backward;
# - measure with a gradient which pixels a result depends on, and make that region larger with a recurrent sweep;
# - write the step of a ConvLSTM, forward and backward, and say what it shares with an LSTM;
# - predict frames, raise alarms and write captions, each beside a baseline;
# - find faults in a training program by its behaviour;
# - say in which cases the convolution wins, and why, and in which it does not.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03; the LSTM of unit 05 |
# | **Points** | 20: nine short functions (13.5), one question (0.5), one open task (6) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, LSTMParams, LSTMState, sigmoid
from rnnlib.convlstm import ConvLSTMParams, ConvLSTMStepCache
from rnnlib.convlstm_sequence import init_convlstm
from rnnlib.course import check, check_answer, working
from rnnlib.data.clips import (
    EVENTS,
    bouncing_clips,
    digit_images,
    event_clips,
    scene_captions,
    scene_clips,
    strange_clips,
)
from rnnlib.plotting import show
from rnnlib.plotting.clips import animate, draw_maps, draw_strips
from rnnlib.video.event_params import EventParams

# %% [markdown]
# ## 13.1 Clips
#
# Our clips are small and made on the spot: handwritten digits, shrunk to 4 × 4 pixels, that move along a diagonal and bounce
# off the walls.

# %%
moving = bouncing_clips(3, 12, np.random.default_rng(3))
print("shape:", moving.shape)
animate(moving, "Three small digits move along diagonals and bounce off the edges of their frames.")

# %% hidden=true
show(
    draw_strips({f"clip {n + 1}": moving[:8, n] for n in range(2)}),
    "The first eight frames of two of the clips, side by side: in each frame the digit is one pixel further along its diagonal, "
    "until it meets an edge and turns.",
)

# %% [markdown]
# *Figure 13.1. Eight frames of two clips.*
#
# | symbol | axis | meaning |
# |---|---|---|
# | T, N | time, clip | as everywhere in the course |
# | R, S | rows, columns | of the image |
# | D | channels | 1 for brightness, 3 for red, green and blue |
#
# Time comes first and channels last, so one pixel of one frame is a vector `x[n, r, s]` of D numbers, exactly what a plain
# network reads as one example. That makes the step from LSTM to ConvLSTM very short.
#
# ## 13.2 Convolution
#
# **The idea.** A fully connected layer has a weight for each pair of an input pixel and an output pixel. A **convolution** has a small
# **kernel** of F × F weights, and every output pixel uses the same one on its own neighbourhood. What is learned in one place is known in all.
#
# **The equation,** with $p = (F - 1)/2$, and zeros outside of the image so that the size stays the same:
#
# $$y_{r,s} = b + \sum_{i=0}^{F-1} \sum_{j=0}^{F-1} x_{r+i-p,\; s+j-p}\; W_{i,j}$$
#
# Each $x_{r,s}$ is a vector of D numbers and each $W_{i,j}$ a matrix (D, K): the product is the familiar `x @ W`.
#
# On paper: the image is one row, 5 7 9, and the kernel is 3 × 3 with a single 1, at $i = 1, j = 2$. Then $p = 1$ and
# $y_{r,s} = x_{r,s+1}$: the result is 7 9 0.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $x$ | `x` | (N, R, S, D) | images |
# | $W$ | `W` | (F, F, D, K) | the kernel; F is odd |
# | $b$ | `b` | (K,) | the bias |
# | $y$ | returned | (N, R, S, K) | the result |
#
# **Your turn.** `np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))` lays p zeros around every image. A loop over i and j is enough:
# in each turn *all* pixels are done at once.


# %% exercise="conv2d"
def conv2d(x, W, b):
    """A convolution of the same size.

    x: (N, R, S, D).  W: (F, F, D, K), F odd.  b: (K,).
    Returns y: (N, R, S, K).
    """
    ### BEGIN SOLUTION
    F, (R, S) = len(W), x.shape[1:3]
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    y = b
    for i, j in np.ndindex(F, F):
        y = y + padded[:, i : i + R, j : j + S] @ W[i, j]
    return y
    ### END SOLUTION


# %%
check(conv2d)

# %% [markdown]
# <details><summary><b>Hint 1</b>: what one turn of the loop does</summary>
#
# Fix i and j. The equation then asks for a copy of the image, shifted by i − p rows and j − p columns, multiplied by one matrix.
# </details>
# <details><summary><b>Hint 2</b>: where the shifted image is</summary>
#
# Row r of the image is row r + p of the padded one. So the row r + i − p that is asked for is row r + i of the padded image: the shifted
# image begins at i and is R rows long. The same holds for columns.
# </details>
# <details><summary><b>Hint 3</b>: the bias</summary>
#
# It belongs to an output pixel, not to an entry of the kernel: where must it stand so that it is added once?
# </details>

# %% grade="conv2d" points=1.5

# %% [markdown]
# **Predict first:** the kernel called "right" has a single 1, to the right of its middle. In which direction does the digit move?

# %%
convolve = working(conv2d)
image = digit_images().images[4:5, :, :, None]
kernels = {
    "right": [[0, 0, 0], [0, 0, 1], [0, 0, 0]],
    "mean of nine": np.full((3, 3), 1 / 9),
    "left to right": [[-1, 0, 1]] * 3,
    "top to bottom": np.transpose([[-1, 0, 1]] * 3),
}
W = np.stack([np.array(kernel, float) for kernel in kernels.values()], axis=-1)[:, :, None]
results = convolve(image, W, np.zeros(4))[0]
show(
    draw_maps({"the image": image[0, :, :, 0], **dict(zip(kernels, np.moveaxis(results, 2, 0)))}),
    "A digit 4 of 8 by 8 pixels and what four kernels make of it: moved by one pixel to the left, blurred, its upright edges, "
    "its level edges.",
)
print("weights from 144 pixels to 8 channels of 144 pixels")
print(f"  convolution, F = 3   {3 * 3 * 1 * 8 + 8:>9,}")
print(f"  fully connected      {144 * 144 * 8 + 144 * 8:>9,}")

# %% [markdown]
# *Figure 13.2. A digit, and what four kernels make of it.*
#
# Each pixel *takes* what lies to its right, so the digit moves to the left. The last two kernels find edges. Nobody will
# choose kernels from now on: they are learned, and for that we need gradients.
#
# ## 13.3 The backward pass
#
# **The idea.** Forward, in the turn $(i, j)$ of the loop, a shifted image was multiplied by a matrix. You know the backward pass of
# a product from unit 02. It is the same here, in each turn, with the same shifted window:
#
# $$\frac{\partial L}{\partial W_{i,j}} = \sum_{n,r,s} x_{r+i-p,\,s+j-p}^\top \; \frac{\partial L}{\partial y_{r,s}} \qquad
# \frac{\partial L}{\partial x_{r+i-p,\,s+j-p}} \mathrel{+}= \frac{\partial L}{\partial y_{r,s}} \, W_{i,j}^\top \qquad
# \frac{\partial L}{\partial b} = \sum_{n,r,s} \frac{\partial L}{\partial y_{r,s}}$$
#
# A pixel lies in up to F · F neighbourhoods, hence the $\mathrel{+}=$. What arrives in the ring of zeros is thrown away.
#
# | symbol | code | shape |
# |---|---|---|
# | $\partial L / \partial y$ | `dy` | (N, R, S, K) |
# | $\partial L / \partial x$ | `dx` | (N, R, S, D) |
# | $\partial L / \partial W,\ \partial L / \partial b$ | `dW`, `db` | (F, F, D, K), (K,) |
#
# **Your turn.** Collect the gradient of the *padded* image in an array of zeros, and cut it at the end.
# `np.einsum("nrsd,nrsk->dk", a, b)` multiplies and adds over n, r and s.


# %% exercise="conv2d_backward"
def conv2d_backward(dy, x, W):
    """Backward through conv2d.

    dy: (N, R, S, K).  x: (N, R, S, D).  W: (F, F, D, K).
    Returns dx, dW, db, with the shapes of x, W and b.
    """
    ### BEGIN SOLUTION
    F, (R, S) = len(W), x.shape[1:3]
    p = F // 2
    padded = np.pad(x, ((0, 0), (p, p), (p, p), (0, 0)))
    dpadded, dW = np.zeros_like(padded), np.zeros_like(W)
    for i, j in np.ndindex(F, F):
        dW[i, j] = np.einsum("nrsd,nrsk->dk", padded[:, i : i + R, j : j + S], dy)
        dpadded[:, i : i + R, j : j + S] += dy @ W[i, j].T
    return dpadded[:, p : p + R, p : p + S], dW, dy.sum(axis=(0, 1, 2))
    ### END SOLUTION


# %%
check(conv2d_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: begin with the forward loop</summary>
#
# Copy your forward function. In each turn two lines take the place of the product: one for the gradient of that entry of the kernel, one for the gradient of that
# window.
# </details>
# <details><summary><b>Hint 2</b>: shapes decide</summary>
#
# A window is (N, R, S, D), `dy` is (N, R, S, K), and an entry of the kernel is (D, K). There is one way to multiply them to (D, K), and one to
# get (N, R, S, D).
# </details>
# <details><summary><b>Hint 3</b>: cutting the ring off</summary>
#
# The image begins at row p of the padded one and is R rows long. With F = 1 there is no ring: a slice that counts from the end, such as `[p:-p]`, fails there.
# </details>

# %% grade="conv2d_backward" points=2

# %% [markdown]
# **Try it: learn a kernel from examples.** Somebody has filtered twenty images of noise with a kernel and shows you images and results only.

# %%
back = working(conv2d_backward)
rng = np.random.default_rng(0)
noise = rng.normal(size=(20, 8, 8, 1))
secret = np.array([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]])[:, :, None, None]
wanted = convolve(noise, secret, np.zeros(1))
learned = np.zeros((3, 3, 1, 1))
for _ in range(100):
    error = convolve(noise, learned, np.zeros(1)) - wanted
    _, dW, _ = back(2 * error / error.size, noise, learned)
    learned = learned - 0.4 * dW
print(learned[:, :, 0, 0].round(2) + 0.0)

# %% [markdown]
# That is Sobel's kernel for upright edges, found by gradient descent.
#
# ## 13.4 How far a pixel sees
#
# **The idea.** On which input pixels does one output pixel depend? Ask the gradient: put a 1 at that pixel in `dy`, zeros elsewhere, and run the
# backward pass. Where the gradient of the input is not zero, the pixel *sees*. The region is its **receptive field**.
#
# $$\text{seen}_{r,s} = \Big[\; \tfrac{\partial}{\partial x_{r,s,d}} \textstyle\sum_k y_{\text{row},\text{column},k} \ne 0 \text{ for at least one channel } d \;\Big]$$
#
# | code | shape | meaning |
# |---|---|---|
# | `backward` | a function | `backward(dy)` returns `dx`: (1, R, S, K) → (1, R, S, D), a batch of one image |
# | `shape` | (R, S, K) | of one output image |
# | `row`, `column` | numbers | the output pixel |
# | `seen` | (R, S) | True and False |
#
# **Your turn.**


# %% exercise="receptive_field"
def receptive_field(backward, shape, row, column):
    """Which input pixels an output pixel depends on.

    backward: a function dy -> dx.  shape: (R, S, K) of the output.  row, column: the pixel.
    Returns seen: (R, S) of bool.
    """
    ### BEGIN SOLUTION
    dy = np.zeros((1, *shape))
    dy[0, row, column] = 1
    return np.any(backward(dy)[0] != 0, axis=-1)
    ### END SOLUTION


# %%
check(receptive_field)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the gradient that goes in</summary>
#
# Zeros, with a batch axis in front, and ones in all channels of a single pixel.
# </details>
# <details><summary><b>Hint 2</b>: several channels</summary>
#
# The gradients of two channels may have opposite signs. A plain sum over the channels could then be zero although both are seen.
# </details>

# %% grade="receptive_field" points=1

# %% [markdown]
# **Predict first:** one convolution with F = 3 sees 9 pixels. How many do two see, one after the other?

# %%
field = working(receptive_field)
rng = np.random.default_rng(1)
image = rng.normal(size=(1, 12, 12, 2))
W1, W2 = rng.normal(size=(3, 3, 2, 4)), rng.normal(size=(3, 3, 4, 4))
middle = convolve(image, W1, np.zeros(4))


def back_one(dy):
    """The backward pass of one convolution."""
    return back(dy, image, W1)[0]


def back_two(dy):
    """The backward pass of two."""
    return back_one(back(dy, middle, W2)[0])


fields = {"one convolution": field(back_one, (12, 12, 4), 7, 8)}
fields["two"] = field(back_two, (12, 12, 4), 7, 8)
print({name: int(seen.sum()) for name, seen in fields.items()})

# %% [markdown]
# Each layer adds one ring: 9, 25, 49, ... To see across an image of 12 pixels you need eleven layers, or another idea.
#
# ## 13.5 A recurrent sweep
#
# **The idea** (Visin et al. 2015). Read each *row* of the image as a sequence, from left to right, with a recurrent network. A state carries what came before, so
# each pixel knows everything to its left. Then read the *columns* of the result in the same way, from top to bottom.
#
# Nothing new is needed but a rearrangement: the S columns take the place of the time steps, and all rows of all images are one batch of N · R examples.
#
# $$(N, R, S, D) \;\to\; (S,\ N R,\ D) \;\to\; \text{network} \;\to\; (S,\ N R,\ H) \;\to\; (N, R, S, H)$$
#
# Along columns R and S change their parts.
#
# | code | shape | meaning |
# |---|---|---|
# | `x` | (N, R, S, D) | images |
# | `run` | a function | a recurrent network: `run(xs)` returns `hs`, (T, B, D) → (T, B, H) |
# | `along` | a text | `"rows"` (left to right) or `"columns"` (top to bottom) |
# | `y` | (N, R, S, H) | the states, each at its pixel |
#
# **Your turn.** `reshape` reads numbers in the order of the axes and moves none of them; `transpose` moves axes.


# %% exercise="sweep"
def sweep(x, run, along):
    """A recurrent network along every row, or every column.

    x: (N, R, S, D).  run: a function (T, B, D) -> (T, B, H).  along: "rows" or "columns".
    Returns y: (N, R, S, H).
    """
    ### BEGIN SOLUTION
    if along == "columns":
        x = x.transpose(0, 2, 1, 3)
    N, R, S, D = x.shape
    hs = run(x.transpose(2, 0, 1, 3).reshape(S, N * R, D))
    y = hs.reshape(S, N, R, -1).transpose(1, 2, 0, 3)
    return y if along == "rows" else y.transpose(0, 2, 1, 3)
    ### END SOLUTION


# %%
check(sweep)

# %% [markdown]
# <details><summary><b>Hint 1</b>: rows first</summary>
#
# Which axis is time? Bring it to the front, leave N and R in their order after it, and only then make one axis of the two.
# </details>
# <details><summary><b>Hint 2</b>: back to images</summary>
#
# Take apart what you put together, in the same order, and move the axis of time back to where it came from.
# </details>
# <details><summary><b>Hint 3</b>: columns</summary>
#
# The columns of an image are the rows of the image with its two axes exchanged. Exchange, do the rows, exchange again.
# </details>

# %% grade="sweep" points=1.5

# %% [markdown]
# **Measure it** with your own gradient: a convolution, then a sweep along the rows, then one along the columns. (The library's `sweep_rnn` is your `sweep` with a simple
# RNN; it keeps what its backward pass needs.)

# %%
from rnnlib.sweep import sweep_backward, sweep_rnn

rows, rows_cache = sweep_rnn(middle, rnnlib.init_rnn(4, 4, rng), "rows")
both, both_cache = sweep_rnn(rows, rnnlib.init_rnn(4, 4, rng), "columns")


def back_rows(dy):
    """The backward pass of a sweep along the rows and the convolution."""
    return back_one(sweep_backward(dy, rows_cache)[0])


def back_both(dy):
    """The backward pass of both sweeps and the convolution."""
    return back_rows(sweep_backward(dy, both_cache)[0])


fields["and rows"] = field(back_rows, (12, 12, 4), 7, 8)
fields["and columns"] = field(back_both, (12, 12, 4), 7, 8)
print({name: int(seen.sum()) for name, seen in fields.items()})
show(
    draw_maps(fields),
    "Four maps of 12 by 12 pixels with the receptive field of one pixel: a square of 3 by 3, a square of 5 by 5, a band of three "
    "rows from the left edge to just right of the pixel, and everything above and to the left of it.",
)

# %% [markdown]
# *Figure 13.3. The receptive field of one pixel after one convolution, after two, and after a convolution and one or two sweeps.*
#
# Two sweeps see all that lies above and to the left; two more, from the other sides, would see everything. *Seen* means only
# that the gradient is not zero: how strong it is after many steps is the subject of unit 04.
#
# ## 13.6 An LSTM at every pixel
#
# **The idea** (Shi et al. 2015). In an LSTM the gates come from two products, of the input and of the last state. Turn both into convolutions, and
# every pixel has its own h and c, reads its own neighbourhood in the frame *and in the last state*, and shares its weights with all other pixels. The rest of the cell
# is unchanged, number by number:
#
# $$a_t = x_t * W_{xh} + h_{t-1} * W_{hh} + b_h \qquad\quad i, f, o = \sigma(\cdot),\quad g = \tanh(\cdot) \quad\text{of its parts}$$
#
# $$c_t = f \odot c_{t-1} + i \odot g \qquad\qquad h_t = o \odot \tanh(c_t)$$
#
# Here $*$ is your convolution and $\odot$ the product entry by entry.
#
# | symbol | code | shape |
# |---|---|---|
# | $x_t$ | `x` | (N, R, S, D) |
# | $h, c$ | `state.h`, `state.c` | (N, R, S, H) |
# | $W_{xh}, W_{hh}, b_h$ | in `params` | (F, F, D, 4H), (F, F, H, 4H), (4H,); gates in the order i, f, g, o |
# | | `cache` | `ConvLSTMStepCache(x, h, c, i, f, g, o, c_next, params)`: h and c *before* the step |
#
# **Your turn.** Use your `conv2d`. `sigmoid` is given, and `np.split(a, 4, axis=-1)` cuts the last axis into four.


# %% exercise="convlstm_step"
def convlstm_step(x, state, params):
    """One step of a ConvLSTM.

    x: (N, R, S, D).  state: LSTMState(h, c), each (N, R, S, H).  params: ConvLSTMParams.
    Returns state (an LSTMState), cache (a ConvLSTMStepCache).
    """
    ### BEGIN SOLUTION
    h, c = state
    a = conv2d(x, params.W_xh, params.b_h) + conv2d(h, params.W_hh, 0 * params.b_h)
    i, f, g, o = np.split(a, 4, axis=-1)
    i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
    c_next = f * c + i * g
    cache = ConvLSTMStepCache(x, h, c, i, f, g, o, c_next, params)
    return LSTMState(o * np.tanh(c_next), c_next), cache
    ### END SOLUTION


# %%
check(convlstm_step)

# %% [markdown]
# <details><summary><b>Hint 1</b>: take your LSTM along</summary>
#
# Write the step of unit 05 and exchange the two products. Everything after them acts on each number by itself and needs no change.
# </details>
# <details><summary><b>Hint 2</b>: one bias</summary>
#
# Two convolutions, each with a bias, would add it twice. Give one of them zeros.
# </details>

# %% grade="convlstm_step" points=2

# %% [markdown]
# **Two properties.** With one pixel and F = 1 it must be an LSTM. And a frame that is shifted must give a state that is shifted. **Predict first:** does the second always hold?

# %%
step, rng = working(convlstm_step), np.random.default_rng(0)
x, h, c = (rng.normal(size=(3, 1, 1, size)) for size in (2, 4, 4))
tiny = init_convlstm(2, 4, 1, rng)
flat = LSTMParams(tiny.W_xh[0, 0], tiny.W_hh[0, 0], tiny.b_h)
ours, _ = step(x, LSTMState(h, c), tiny)
theirs, _ = rnnlib.lstm_step(x[:, 0, 0], (h[:, 0, 0], c[:, 0, 0]), flat)
print("one pixel: the same as lstm_step?", np.allclose(ours.h[:, 0, 0], theirs.h))


def last_state(clip, params):
    """h after the last frame, from zeros."""
    zeros = np.zeros((*clip.shape[1:4], len(params.b_h) // 4))
    state = LSTMState(zeros, zeros)
    for frame in clip:
        state, _ = step(frame, state, params)
    return state.h


params = init_convlstm(1, 8, 3, rng)
clip = np.zeros((3, 1, 15, 15, 1))
for t in range(3):
    clip[t, 0, 6, 5 + t] = 1
for name, shift in (("in the middle", 1), ("at the edge", 8)):
    moved = np.roll(last_state(clip, params), shift, axis=2)
    same = np.allclose(last_state(np.roll(clip, shift, axis=3), params), moved)
    print(f"shifted by {shift}, {name}: the state is shifted too? {same}")
print(
    f"weights, 8 channels: {params.size:,}; a plain LSTM with as many states on 12 x 14 pixels: ",
    end="",
)
pixels, units = 12 * 14, 8 * 12 * 14
print(f"{4 * units * (pixels + units + 1):,}")

# %% [markdown]
# At the edge the zeros outside of the image are felt, so there the property ends. In between it is exact: whatever the ConvLSTM learns about a motion in one place
# it knows in every other. Keep this in mind until section 13.11.
#
# ## 13.7 One step back
#
# **The equations** are those of unit 05, with two convolutions at the end. With `dh` and `dc` as they come in:
#
# $$dc \mathrel{+}= dh \odot o \odot (1 - \tanh^2 c_t)$$
#
# $$da_i = dc \odot g \odot i(1-i) \qquad da_f = dc \odot c_{t-1} \odot f(1-f) \qquad da_g = dc \odot i \odot (1-g^2) \qquad da_o = dh \odot \tanh c_t \odot o(1-o)$$
#
# Then $da$, all four side by side, goes back through both convolutions of the step, and $dc_{t-1} = dc \odot f$.
#
# | code | shape | meaning |
# |---|---|---|
# | `dstate` | LSTMState of (N, R, S, H) | gradients of h and c *after* the step |
# | `cache` | from the step | fields x, h, c, i, f, g, o, c_next, params |
# | returned | `dx, dstate, grads` | for x; for h and c *before* the step; a `ConvLSTMParams` |
#
# **Your turn.** Use your `conv2d_backward`.


# %% exercise="convlstm_step_backward"
def convlstm_step_backward(dstate, cache):
    """Backward through one step.

    dstate: LSTMState(dh, dc), each (N, R, S, H).  cache: from convlstm_step.
    Returns dx: (N, R, S, D), dstate (an LSTMState), grads (a ConvLSTMParams).
    """
    ### BEGIN SOLUTION
    x, h, c, i, f, g, o, c_next, params = cache
    dh, dc = dstate
    dc = dc + dh * o * (1 - np.tanh(c_next) ** 2)
    da_i, da_f = dc * g * i * (1 - i), dc * c * f * (1 - f)
    da_g, da_o = dc * i * (1 - g**2), dh * np.tanh(c_next) * o * (1 - o)
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=-1)
    dx, dW_xh, db_h = conv2d_backward(da, x, params.W_xh)
    dh, dW_hh, _ = conv2d_backward(da, h, params.W_hh)
    return dx, LSTMState(dh, dc * f), ConvLSTMParams(dW_xh, dW_hh, db_h)
    ### END SOLUTION


# %%
check(convlstm_step_backward)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the order</summary>
#
# From the end to the beginning: h, then c, then the four gates, then the convolutions. The cell has two ways to the loss; add them first.
# </details>
# <details><summary><b>Hint 2</b>: the convolutions</summary>
#
# The same `da` enters both. One gives `dx`, the gradient of `W_xh` and that of the bias, the other the new `dh` and the gradient of `W_hh`. (Its third result is not needed: the second bias was
# zero.)
# </details>

# %% grade="convlstm_step_backward" points=2

# %% [markdown]
# **Question 1.** A ConvLSTM with F = 3 has read five frames. Far from any edge, on how many pixels of the *first* frame does one pixel of the last h depend?

# %% answer="pixels_seen"
answer_pixels_seen = None  # your answer: a number of pixels
### BEGIN SOLUTION
answer_pixels_seen = 121
### END SOLUTION

# %%
check_answer("pixels_seen", answer_pixels_seen)

# %% grade_answer="pixels_seen" points=0.5

# %% [markdown]
# Your gradient answers it. A 1 at a single pixel of the last h travels back through your step, frame by frame:

# %%
step_back = working(convlstm_step_backward)
params = init_convlstm(1, 4, 3, np.random.default_rng(2))
state, caches = LSTMState(np.zeros((1, 15, 15, 4)), np.zeros((1, 15, 15, 4))), []
for frame in np.random.default_rng(3).normal(size=(5, 1, 15, 15, 1)):
    state, cache = step(frame, state, params)
    caches.append(cache)
dh = np.zeros((1, 15, 15, 4))
dh[0, 7, 7] = 1
dstate, maps = LSTMState(dh, np.zeros_like(dh)), {}
for t in (5, 4, 3, 2, 1):
    dx, dstate, _ = step_back(dstate, caches[t - 1])
    maps[f"frame {t}"] = dx[0, :, :, 0] != 0
print({name: f"{seen.any(axis=0).sum()} columns" for name, seen in maps.items()})
show(
    draw_maps(maps),
    "Which pixels of the five frames one pixel of the last state depends on: squares that grow by one ring with each frame back in time, "
    "from 3 by 3 in frame 5 to 11 by 11 in frame 1.",
)

# %% [markdown]
# *Figure 13.4. The pixels of each frame on which one pixel of the last state depends.*
#
# The receptive field grows with *time*: what moves by one pixel a frame can always be followed.
#
# ## 13.8 The next frame
#
# A convolution on top of h makes an image: $\hat{x}_{t+1} = \sigma(h_t * W + b)$. Trained with the squared error on **only 20 clips**, beside a plain LSTM that reads each frame as a
# vector of 100 numbers. (The training loop is `rnnlib.video.train`: Adam with clipped gradients, as in unit 03. It takes some ten seconds.)

# %% tags=["nbval-ignore-output"]
from rnnlib.video import (
    frame_loss,
    frame_step,
    init_flat_frames,
    init_frames,
    print_loss,
    straight_motion,
    train,
    zero_frame_state,
)

rng = np.random.default_rng(0)
old, new = slice(0, 1000), slice(1000, None)  # digits for training, and others for tests
films = bouncing_clips(20, 9, rng, digits=old).astype(np.float32)
tests = bouncing_clips(100, 9, rng, digits=new).astype(np.float32)
settings = {"batch": 5, "rng": rng, "report": print_loss}
print("ConvLSTM")
conv = init_frames(8, rng, dtype=np.float32)
conv, _ = train(frame_loss, conv, (films,), updates=300, learning_rate=0.04, **settings)
print("plain LSTM")
flat = init_flat_frames(100, 64, rng, dtype=np.float32)
settings |= {"batch": 8, "every": 70, "learning_rate": 0.005}
flat, _ = train(frame_loss, flat, (films,), updates=350, **settings)
for name, net in (("ConvLSTM", conv), ("plain LSTM", flat)):
    seen, unseen = (frame_loss(clips, net)[0] for clips in (films, tests))
    print(
        f"{name:10}  {net.size:6,} weights  error on training clips {seen:.3f}, held out {unseen:.3f}"
    )

# %% [markdown]
# Both have learned the training clips about equally well. On held-out clips the plain LSTM, with eighteen times as many weights, is worse: it overfits more.
#
# **Several frames ahead.** Beyond the end of the clip there is nothing to read but the network's own predictions, as when a network continued a text in unit 12.
#
# | code | shape | meaning |
# |---|---|---|
# | `frames` | (T, N, R, S, D) | the clip so far |
# | `steps` | a number | how many frames to predict, at least 1 |
# | `step` | a function | `step(frame, state)` returns the predicted next frame and the new state |
# | `state` | | before the first frame |
# | returned | (steps, N, R, S, D) | the predicted frames |
#
# **Your turn.** The first prediction is what `step` says after the *last* frame of the clip.


# %% exercise="predict_frames"
def predict_frames(frames, steps, step, state):
    """Read a clip, then predict frames and read them.

    frames: (T, N, R, S, D).  steps: a number.  step: a function.  state: before the first frame.
    Returns predicted: (steps, N, R, S, D).
    """
    ### BEGIN SOLUTION
    for frame in frames:
        guess, state = step(frame, state)
    predicted = []
    for _ in range(steps):
        predicted.append(guess)
        guess, state = step(guess, state)
    return np.stack(predicted)
    ### END SOLUTION


# %%
check(predict_frames)

# %% [markdown]
# <details><summary><b>Hint 1</b>: two loops</summary>
#
# One over the frames that are there, keeping only the newest prediction and the state, and one over the frames to be predicted.
# </details>
# <details><summary><b>Hint 2</b>: what is fed back</summary>
#
# In the second loop the newest prediction is stored, and then read as if it were a frame.
# </details>

# %% grade="predict_frames" points=1.5

# %% [markdown]
# Three baselines: the **last frame** stays; the **average** of all training frames; **straight motion**, which finds the shift between the last two frames and repeats it (it knows what moves, and nothing of walls).
# **Predict first:** who is best one frame ahead, and who four frames ahead?

# %% tags=["nbval-ignore-output"]
roll = working(predict_frames)


def ahead(clips, steps, net):
    """What a network predicts beyond the end of some clips."""
    start = zero_frame_state(clips[0], net)
    return roll(clips, steps, lambda frame, state: frame_step(frame, state, net), start)


past, future = tests[:5], tests[5:]
guesses = {
    "last frame": np.broadcast_to(past[-1], future.shape),
    "average": np.broadcast_to(films.mean(axis=(0, 1)), future.shape),
    "straight motion": straight_motion(past, 4),
    "plain LSTM": ahead(past, 4, flat),
    "ConvLSTM": ahead(past, 4, conv),
}
print("squared error, frames ahead:    1      2      3      4")
for name, guess in guesses.items():
    errors = np.square(guess - future).mean(axis=(1, 2, 3, 4))
    print(f"{name:26}", "  ".join(f"{error:.3f}" for error in errors))

# %% tags=["nbval-ignore-output"] hidden=true
strips = {"true": tests[4:, 0]}
strips |= {
    name: np.concatenate([past[-1:, 0], guesses[name][:, 0]])
    for name in ("straight motion", "plain LSTM", "ConvLSTM")
}
show(
    draw_strips(strips, titles=("last seen", "+1", "+2", "+3", "+4")),
    "One held-out clip: the last frame that was seen and four more, as they were, by straight motion, by the plain LSTM and by the ConvLSTM. The networks' "
    "frames become more and more blurred.",
)

# %% [markdown]
# *Figure 13.5. The last frame that was seen, and four more: the truth and three predictions.*
#
# One frame ahead both networks are about as good as straight motion, which knows nothing of walls but keeps the digit sharp. Further ahead, straight motion runs through the walls and the **plain LSTM
# wins**. A digit can be in 49 places only, and with a weight for every pixel it can learn what happens in each. The ConvLSTM's frames are a little blurred, for the squared error rewards an average of all
# that may come (Mathieu et al. 2016), and it makes each frame from a blurred one. So the convolution learns from few clips with few weights, but it is no winner here. In section 13.11 it is, for a reason.
#
# ## 13.9 Alarms
#
# **The idea.** A network that has learned what normally happens is surprised by the rest. No example of anything strange is needed. We take the prediction error of each frame, divided by the
# brightness of the clip.
#
# - The **score** of a clip is the error of its *worst* frame.
# - The **threshold** comes from *normal* clips alone: the smallest of their scores that at most a given share of them **exceed**.
# - An **alarm** is a score above the threshold.
#
# On paper: normal scores 1, 2, 3, 4 and a share of 0.25. One of the four may lie above, so the threshold is 3. A clip with the score 3 gives no alarm, one with 3.5 does. Of 100 clips and a share of 0.29,
# 29 may lie above, although `0.29 * 100` is a hair below 29 in float64: add a hair (1e-9) before you round.
#
# | code | shape | meaning |
# |---|---|---|
# | `errors` | (T, N) | errors of the frames of N clips to be judged |
# | `normal` | (T, M) | the same of M normal clips |
# | `share` | a number | at least 0, below 1 |
# | returned | `threshold, alarms` | a number; (N,) of True and False |
#
# **Your turn.**


# %% exercise="raise_alarms"
def raise_alarms(errors, normal, share):
    """Which clips are stranger than normal ones.

    errors: (T, N).  normal: (T, M).  share: of the normal clips, how many may lie above.
    Returns threshold, alarms: a number, (N,) of bool.
    """
    ### BEGIN SOLUTION
    scores = np.sort(normal.max(axis=0))
    allowed = int(share * len(scores) + 1e-9)
    threshold = scores[len(scores) - 1 - allowed]
    return threshold, errors.max(axis=0) > threshold
    ### END SOLUTION


# %%
check(raise_alarms)

# %% [markdown]
# <details><summary><b>Hint 1</b>: how many may lie above</summary>
#
# A share of M clips, rounded *down*: a part of a clip cannot give an alarm. Try `0.29 * 100`, and what `int` makes of it.
# </details>
# <details><summary><b>Hint 2</b>: the place of the threshold</summary>
#
# Sort the normal scores. If none may lie above, it is the largest. With each one that may, it is one place further down.
# </details>

# %% grade="raise_alarms" points=1

# %% [markdown]
# Three strange things happen in the second half of some clips: the digit *freezes*, it *vanishes*, or it *jumps* to another place. A baseline without any network takes the difference between a
# frame and the one before as its error. **Predict first:** which of the three does each notice?

# %% tags=["nbval-ignore-output"]
alarm = working(raise_alarms)


def surprise(clips, net=None):
    """Errors (T, N) of all frames but the first three, where no direction is known yet."""
    guesses, state = clips[:-1], net and zero_frame_state(clips[0], net)
    if net is not None:
        guesses = np.zeros_like(clips[:-1])
        for t, frame in enumerate(clips[:-1]):
            guesses[t], state = frame_step(frame, state, net)
    errors = np.square(guesses - clips[1:]).mean(axis=(2, 3, 4))
    return errors[3:] / np.square(clips[0]).mean(axis=(1, 2, 3))


rng = np.random.default_rng(5)
normal, fresh = (bouncing_clips(200, 10, rng, digits=new).astype(np.float32) for _ in range(2))
strange, kinds = strange_clips(150, 10, rng, digits=new)
strange = strange.astype(np.float32)
print("alarms at a share of 5 %:     false   freezes   jumps   vanishes")
for name, net in (("difference of frames", None), ("plain LSTM", flat), ("ConvLSTM", conv)):
    usual = surprise(normal, net)
    shares = [alarm(surprise(fresh, net), usual, 0.05)[1].mean()]
    _, alarms = alarm(surprise(strange, net), usual, 0.05)
    shares += [alarms[kinds == kind].mean() for kind in ("freezes", "jumps", "vanishes")]
    print(f"{name:26}", "".join(f"{share:9.0%}" for share in shares))

# %% [markdown]
# When something freezes, the difference of frames is *smaller* than usual; only a prediction can be surprised by rest. What vanishes is noticed least often: pixel by pixel, an empty frame is less wrong
# than a digit drawn in another place. An alarm knows only what its error measures.
#
# ## 13.10 A caption
#
# **The idea.** From one clip to many words. A ConvLSTM reads a coloured scene; the largest value of each channel over all places goes, at every step, to a GRU that writes: *a red ring moves left*.
# It is trained as the decoder of unit 10 was, on the true words. There are 60 captions (four colours, three shapes, five motions), and **twelve combinations are left out of training**.

# %% tags=["nbval-ignore-output"]
from rnnlib.video import (
    caption_loss,
    caption_start,
    caption_step,
    caption_words,
    encode_captions,
    init_captions,
    nearest_labels,
)

rng = np.random.default_rng(0)
order = rng.permutation(scene_captions()).tolist()
left_out, shown = order[:12], order[12:]
words = caption_words(order)
captions = rng.choice(shown, 480).tolist()
scenes = scene_clips(captions, rng).astype(np.float32)
show(
    draw_strips({text.removeprefix("a "): scenes[:, n] for n, text in enumerate(captions[:3])}),
    "Three scenes of four frames, each with its caption beside it.",
)
writer = init_captions(12, 24, len(words), rng, dtype=np.float32)
data = scenes, encode_captions(captions, words)
settings = {"batch": 8, "rng": rng, "report": print_loss, "every": 40}
writer, _ = train(caption_loss, writer, data, updates=320, learning_rate=0.03, **settings)

# %% [markdown]
# *Figure 13.6. Three scenes of four frames, with their captions.*
#
# **Greedy decoding**, for one clip: read the full stop (word 0), write the likeliest word, read that, and so on, until the likeliest word is the full stop, or `longest` words are written.
#
# | code | meaning |
# |---|---|
# | `state` | the writer's first state |
# | `step` | `step(word, state)` returns `logits` (V,) and the new state |
# | `longest` | a number, at least 1 |
# | returned | an array of word numbers, without any full stop |
#
# **Your turn.**


# %% exercise="write_caption"
def write_caption(state, step, longest):
    """The likeliest words, one after the other.

    state: the first.  step: a function (word, state) -> logits, state.  longest: a number.
    Returns words: an array of at most `longest` whole numbers.
    """
    ### BEGIN SOLUTION
    words, word = [], 0
    for _ in range(longest):
        logits, state = step(word, state)
        word = int(np.argmax(logits))
        if word == 0:
            break
        words.append(word)
    return np.array(words)
    ### END SOLUTION


# %%
check(write_caption)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the order in one turn</summary>
#
# Read, choose, stop if it is over, and only then keep the word.
# </details>
# <details><summary><b>Hint 2</b>: what is carried from turn to turn</summary>
#
# Two things: the state and the word that was just written.
# </details>

# %% grade="write_caption" points=1

# %% [markdown]
# **Exact match** counts captions in which every word is right. Baselines: the commonest training caption for every clip, and the caption of the training clip that is nearest pixel by pixel.
# **Predict first:** how well will it describe the combinations that were left out?

# %% tags=["nbval-ignore-output"]
write = working(write_caption)


def describe(clips):
    """A caption for each clip."""
    seen, h = caption_start(clips, writer)
    texts = []
    for n in range(len(seen)):
        start = seen[n : n + 1], h[n : n + 1]
        found = write(start, lambda word, state: caption_step(word, state, writer), 8)
        texts.append(" ".join(words[word] for word in found))
    return texts


def right(said, true):
    """The share of equal texts."""
    return np.mean([a == b for a, b in zip(said, true)])


commonest = max(shown, key=captions.count)
print("exact match              commonest   nearest clip   network")
for name, texts in (("shown, new places", shown), ("left out", left_out)):
    true = rng.choice(texts, 120).tolist()
    clips = scene_clips(true, rng).astype(np.float32)
    said = describe(clips)
    shares = right([commonest] * 120, true), right(nearest_labels(scenes, captions, clips), true)
    print(f"{name:20} {shares[0]:13.0%} {shares[1]:14.0%} {right(said, true):9.0%}")
parts = [
    right([s.split(" ", 3)[k : k + 1] for s in said], [t.split(" ", 3)[k : k + 1] for t in true])
    for k in (1, 2, 3)
]
print("left out, word by word: colour {:.0%}, shape {:.0%}, motion {:.0%}".format(*parts))
wrong = [(s, t) for s, t in zip(said, true) if s != t]
print(
    f"of its wrong captions, {np.mean([s in shown for s, _ in wrong]):.0%} are among the 48 shown"
)
print("\n".join(f"  says: {s:26} is: {t}" for s, t in wrong[:3]))

# %% [markdown]
# It knows the combinations that it was shown, in any place. It gets the colour of the others right, but then it mostly writes a caption that it was shown, with another shape or another motion: it has learned
# 48 captions rather than four colours, three shapes and five motions. A network need not take a caption apart as you do.
#
# ## 13.11 Open task: what happens?
#
# In five frames a ball moves right, left, up or down, or it *stops*, or it *turns back*. The place of the last frame is drawn in the same way for all six events, so that frame alone says nothing.

# %% hidden=true
clips, labels = event_clips(12, np.random.default_rng(4))
first = [int(np.flatnonzero(labels == k)[0]) for k in (0, 4, 5)]
show(
    draw_strips({EVENTS[labels[n]]: clips[:, n] for n in first}),
    "Three events in five frames: a ball moves to the right, a ball stops in the third frame, and a ball turns back after the third frame.",
)

# %% [markdown]
# *Figure 13.7. Three events.*
#
# **The classifier.** A ConvLSTM reads all frames from a state of zeros. Its last h is reduced to each channel's largest value over all places; an output layer turns
# these into logits, and the loss is the cross-entropy, averaged over the clips:
#
# $$v_{n,k} = \max_{r,s} h_{T,n,r,s,k} \qquad \text{logits} = v\,W_{hy} + b_y \qquad L = -\frac1N \sum_n \log \text{softmax}(\text{logits}_n)_{\text{label}_n}$$
#
# The gradient of a maximum goes to the one place where it was.
#
# **The program below computes the loss and its gradients. It runs without an error, it trains without an error, and its loss comes to rest at 1.79, which is $\log 6$: it guesses. It has four faults.** Find and mend them. It uses your two step functions and may be changed
# in any way; write it anew if you like.
#
# | code | shape | meaning |
# |---|---|---|
# | `clips` | (T, N, R, S, D) | |
# | `labels` | (N,) | whole numbers, 0 to K − 1 |
# | `params` | `EventParams` | `params.cell`, a `ConvLSTMParams`; `params.out`, a `DenseParams` with `W_hy` (H, K) and `b_y` (K,) |
# | returned | `loss, grads` | a number; an `EventParams` |
#
# Each result that is right earns its share of the points, so each fault that you mend counts.


# %% exercise="event_loss" minutes=30
def event_loss(clips, labels, params):
    """The loss of the classifier and its gradients.

    clips: (T, N, R, S, D).  labels: (N,).  params: EventParams(cell, out).
    Returns loss, grads: a number, an EventParams.
    """
    ### BEGIN SOLUTION
    T, N, R, S, D = clips.shape
    H = params.out.W_hy.shape[0]
    zeros = np.zeros((N, R, S, H))

    # Forward: read the frames, take the largest value of each channel, answer.
    state, caches = LSTMState(zeros, zeros), []
    for x in clips:
        state, cache = convlstm_step(x, state, params.cell)
        caches.append(cache)
    h = state.h.reshape(N, R * S, H)
    places = h.argmax(axis=1)[:, None]
    pooled = np.take_along_axis(h, places, axis=1)[:, 0]
    logits = pooled @ params.out.W_hy + params.out.b_y

    # The cross-entropy, averaged over the clips.
    logits = logits - logits.max(axis=1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -log_probs[np.arange(N), labels].mean()

    # Backward: the output layer, the largest value, the frames from the last to the first.
    dlogits = np.exp(log_probs)
    dlogits[np.arange(N), labels] -= 1
    dlogits = dlogits / N
    dpooled = dlogits @ params.out.W_hy.T
    grads_out = DenseParams(pooled.T @ dlogits, dlogits.sum(axis=0))
    dh = np.zeros((N, R * S, H))
    np.put_along_axis(dh, places, dpooled[:, None], axis=1)
    dstate = LSTMState(dh.reshape(N, R, S, H), zeros)
    grads = params.cell.zeros_like()
    for cache in reversed(caches):
        _, dstate, step = convlstm_step_backward(dstate, cache)
        grads = grads.map(np.add, step)
    return loss, EventParams(grads, grads_out)
    ### END SOLUTION


# %%
check(event_loss)

# %% [markdown]
# A **gradient check** compares the gradients with differences of the loss, for the program as it stands in your cell. It shows faults of the backward pass, and takes
# the loss itself for granted, right or wrong.

# %% tags=["nbval-ignore-output"]
from rnnlib.video import event_logits, flat_event_loss, init_events

rng = np.random.default_rng(0)
small = rng.normal(size=(3, 2, 4, 5, 1)), np.array([1, 4])
weights = init_events(2, rng)
try:
    grads = event_loss(*small, weights)[1]
    print(rnnlib.gradient_check(lambda p: event_loss(*small, p)[0], weights, grads))
except NotImplementedError:
    print("The program calls your convlstm_step and convlstm_step_backward: write them first.")

# %% [markdown]
# <details><summary><b>Hint 1</b>: how to search</summary>
#
# Ask of every line which equation it stands for, and of every variable where it was last changed. Two special cases help: with T = 1, and with N = 1, some faults make no difference.
# </details>
# <details><summary><b>Hint 2</b>: where to look</summary>
#
# One fault lies in the forward pass; until it is mended, no result can be right. Another concerns all gradients alike. The remaining two concern the cell's gradients alone.
# </details>

# %% grade="event_loss" points=6

# %% [markdown]
# **Now train it.** All training clips end in the left half of the frame. The network is tested there, and then on clips that end further to the *right*, where it has never seen a ball end. Beside it: the
# nearest training clip by its last frame alone, by its average frame, by all frames; and a plain LSTM on the pixels.
# **Predict first:** what will the two networks score on the right?

# %% tags=["nbval-ignore-output"]
rng = np.random.default_rng(0)
clips, labels = event_clips(240, rng)
left, right_side = event_clips(240, rng), event_clips(240, rng, columns=(7, 8))
settings = {"batch": 8, "rng": rng, "report": print_loss, "learning_rate": 0.04}
print("ConvLSTM, with your program")
mine, _ = train(working(event_loss), init_events(8, rng), (clips, labels), updates=120, **settings)
print("plain LSTM")
plain = EventParams(rnnlib.init_lstm(168, 32, rng), rnnlib.init_dense(32, 6, rng))
settings |= {"batch": 16, "every": 100, "learning_rate": 0.005}
plain, _ = train(flat_event_loss, plain, (clips, labels), updates=300, **settings)

# %% tags=["nbval-ignore-output"]
views = {
    "last frame, nearest": lambda x: x[-1:],
    "average frame, nearest": lambda x: x.mean(axis=0, keepdims=True),
    "whole clip, nearest": lambda x: x,
}
print("right answers              same places   further right   (guessing: 17%)")
for name, view in views.items():
    shares = [
        np.mean(nearest_labels(view(clips), labels, view(x)) == y) for x, y in (left, right_side)
    ]
    print(f"{name:26} {shares[0]:10.0%} {shares[1]:15.0%}")
for name, net in (("plain LSTM", plain), ("ConvLSTM", mine)):
    shares = [np.mean(event_logits(x, net).argmax(axis=1) == y) for x, y in (left, right_side)]
    print(f"{name:26} {shares[0]:10.0%} {shares[1]:15.0%}")

# %% [markdown]
# The plain LSTM does well in the places that it knows and guesses in the others: its weights for the pixels on the right have hardly ever been used. The ConvLSTM does not know where it is looking, and loses nothing.
# **That is what convolution is for:** it need not learn twice what is the same in every place. Where the place itself matters, as with the walls of section 13.8, the same property is a
# burden.
#
# ## 13.12 Going further
#
# Nothing here is marked.
#
# - **More clips.** Train both predictors of section 13.8 on 10, 60 and 200 clips. How do their held-out errors change, and those of straight motion?
# - **Where matters.** Give the ConvLSTM two more input channels, each pixel's row and column. Does it predict bounces better? What happens to the property of section 13.6?
# - **Less blur.** Train on the second predicted frame as well: let `frame_loss` read its own first prediction. Does the error four frames ahead fall?
# - **What vanishes.** Find an error, instead of the squared one, with which the alarm notices it, and count the false alarms again.
# - **Left-out captions.** Show the writer all pairs of colour and shape but not all triples. Does the exact match rise?
#
# ## Summary
#
# - A convolution is a loop over shifted images, each multiplied by a matrix; its backward pass is the same loop.
# - A gradient that begins at one pixel shows what that pixel depends on. Layers, time and recurrent sweeps make the region grow.
# - A ConvLSTM is an LSTM whose products are convolutions: with one pixel they agree, and a shifted clip gives a shifted state, away from the edges.
# - Convolution wins in places that were not in the training set, and needs few weights. Where all places have been seen, a plain LSTM can be as good or better: measure it.
# - Alarms see what their error measures, captions learn what was shown together, and every one of these results needed a baseline to be understood.
#
# **Next:** the same in PyTorch, in unit 14.
#
# ## References
#
# - Y. LeCun, L. Bottou, Y. Bengio, P. Haffner, *Gradient-based learning applied to document recognition*, Proceedings of the IEEE 86 (1998), 2278–2324.
# - X. Shi, Z. Chen, H. Wang, D.-Y. Yeung, W. Wong, W. Woo, *Convolutional LSTM network: a machine learning approach for precipitation nowcasting*, NeurIPS 2015.
# - F. Visin, K. Kastner, K. Cho, M. Matteucci, A. Courville, Y. Bengio, *ReNet: a recurrent neural network based alternative to convolutional networks*, arXiv:1505.00393 (2015).
# - N. Srivastava, E. Mansimov, R. Salakhutdinov, *Unsupervised learning of video representations using LSTMs*, ICML 2015: moving digits.
# - M. Mathieu, C. Couprie, Y. LeCun, *Deep multi-scale video prediction beyond mean square error*, ICLR 2016: why predictions are blurred.
# - O. Vinyals, A. Toshev, S. Bengio, D. Erhan, *Show and tell: a neural image caption generator*, CVPR 2015.
# - J. Donahue et al., *Long-term recurrent convolutional networks for visual recognition and description*, CVPR 2015.
# - Data: E. Alpaydin, C. Kaynak, *Optical recognition of handwritten digits*, UCI Machine Learning Repository (1998), as in scikit-learn 1.7.2 (see `rnnlib/data/LICENSES.md`).
