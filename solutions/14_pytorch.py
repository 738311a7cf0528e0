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
# # 14 The same in PyTorch
#
# You have written recurrent networks by hand, to the last gradient. Most people use a library. In this unit you open PyTorch, the
# best-known one, and find your own work inside: the same weights in another layout, the same masks, the same backward pass. Every claim
# about it is checked here against numbers that you can compute yourself.
#
# **At the end you can**
# - carry the weights of an RNN, a GRU and an LSTM from one library to another, without losing a digit;
# - say what `PackedSequence`, `h_n` and `detach` are, in terms of masks, last states and truncation;
# - write a cell as an `nn.Module`, and your own backward pass as an `autograd.Function`;
# - train a network in PyTorch and get the same loss as by hand, update by update;
# - find five common faults of a training script;
# - say when PyTorch is faster than NumPy, and when it is not.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03, 05 and 06; masks and both directions from unit 07; PyTorch |
# | **Points** | 20: eight short functions (13), one question (1), one open task (6) |
#
# No other unit needs PyTorch, so it may not be installed. If the next cell says that it is missing, run
# `pip install "torch>=2.3"` in a terminal and restart the kernel. On Linux, adding `--index-url https://download.pytorch.org/whl/cpu` gets a
# much smaller download, which is all that is needed here. Importing it takes a few seconds.

# %% locked="setup"
try:
    import torch
except ImportError:
    raise ImportError(
        'this unit needs PyTorch: run  pip install "torch>=2.3"  in a terminal, then restart the kernel'
    ) from None
import numpy as np

import rnnlib
from rnnlib import GRUParams, RNNParams, rnn_backward, rnn_forward
from rnnlib.cell_models import CellModel
from rnnlib.course import check, check_answer, working
from rnnlib.data import dinosaur_names
from rnnlib.data.novels import novel_parts, word_run, word_vocabulary, word_weights
from rnnlib.letter_models import letter_batch, letter_gradients
from rnnlib.ngrams import NGrams
from rnnlib.plotting import show
from rnnlib.plotting.batches import draw_batches
from rnnlib.plotting.directions import draw_last_states
from rnnlib.torch_speed import fastest, layer_seconds
from rnnlib.torch_training import (
    as_leaves,
    chunk_loss,
    gradients_of,
    letter_modules,
    one_hot_tensor,
    prepare_torch,
    read_modules,
    run_function,
    run_module,
)

prepare_torch()  # one thread

# %% [markdown]
# ## 14.1 Who does the backward pass now?
#
# A **tensor** is an array that remembers where it comes from. Every operation on it adds a node to a **graph**, and `loss.backward()` walks
# through this graph from the end to the beginning, multiplying by local derivatives as you did in unit 02. The result is *added* to the
# field `grad` of each tensor that was made with `requires_grad=True`.
#
# On paper: $h_1 = w h_0$ and $h_2 = w h_1$ with $w = 3$ and $h_0 = 2$. Then $h_2 = w^2 h_0$ and $dh_2/dw = 2 w h_0 = 12$.

# %%
w = torch.tensor(3.0, requires_grad=True)
h = torch.tensor(2.0)
for _ in range(2):
    h = w * h
h.backward()
print("h =", h.item(), " dh/dw =", w.grad.item(), " made by", type(h.grad_fn).__name__)

# %% [markdown]
# That is BPTT: the loop unrolled, one graph through all steps. Between arrays and tensors there are `torch.tensor(array)`, which copies, and
# `tensor.detach().numpy()`, which leaves the graph. PyTorch uses float32 unless told otherwise; we ask for float64, so that two right answers differ only by
# rounding. Two results "agree" from here on if no entry differs by more than $10^{-10}$:

# %%
F64 = torch.float64


def agree(array, tensor):
    """Whether an array and a tensor have the same shape, and the same entries up to rounding."""
    theirs = tensor.detach().numpy()
    return array.shape == theirs.shape and bool(np.abs(array - theirs).max() < 1e-10)


# %% [markdown]
# ## 14.2 The weights of an RNN
#
# **The idea.** `torch.nn.RNN` computes the same function as your `rnn_forward`. It stores an *output* in each row where we store one in each
# column, and it has two biases, which are added before anything else happens:
#
# $$h_t = \tanh(x_t\, W_{ih}^\top + b_{ih} + h_{t-1} W_{hh}^\top + b_{hh})$$
#
# | here | shape | PyTorch | shape |
# |---|---|---|---|
# | `W_xh` | (D, H) | `weight_ih` | (H, D) |
# | `W_hh` | (H, H) | `weight_hh` | (H, H) |
# | `b_h` | (H,) | `bias_ih`, `bias_hh` | (H,) each |
#
# On paper, with D = 2 and H = 1: `W_xh` is a column of two numbers, `weight_ih` a row of the same two. If `b_h` is 3, any two numbers with the
# sum 3 will do as biases.
#
# **Your turn.** `params` is an `RNNParams`, and what you return are NumPy arrays.


# %% exercise="rnn_to_torch"
def rnn_to_torch(params):
    """The weights of a simple RNN as PyTorch stores them.

    params: RNNParams.  Returns weight_ih: (H, D), weight_hh: (H, H), bias_ih: (H,), bias_hh: (H,).
    """
    ### BEGIN SOLUTION
    zeros = np.zeros_like(params.b_h)
    return params.W_xh.T, params.W_hh.T, params.b_h, zeros
    ### END SOLUTION


# %%
check(rnn_to_torch)

# %% [markdown]
# <details><summary><b>Hint 1</b>: a square matrix hides it</summary>
#
# The shape (H, H) does not tell whether a matrix was turned. What does the equation say about it?
# </details>
# <details><summary><b>Hint 2</b>: two places for one bias</summary>
#
# The sum is what counts. The simplest choice leaves one of them without any effect.
# </details>

# %% grade="rnn_to_torch" points=1

# %% [markdown]
# **Try it.** Your arrays go into a layer, which then runs forward and backward. **Predict first:** what is the gradient of each of the two biases, compared with that of our one?

# %%
rng = np.random.default_rng(0)
params = rnnlib.init_rnn(3, 5, rng)
xs, h0, dhs = rng.normal(size=(20, 4, 3)), rng.normal(size=(4, 5)), rng.normal(size=(20, 4, 5))
hs, _, cache = rnn_forward(xs, h0, params)
_, _, grads = rnn_backward(dhs, None, cache)

layer = torch.nn.RNN(3, 5, dtype=F64)
arrays = map(torch.tensor, working(rnn_to_torch)(params))
layer.load_state_dict(dict(zip(layer.state_dict(), arrays)))
output, _ = layer(torch.tensor(xs), torch.tensor(h0)[None])
output.backward(torch.tensor(dhs))
print("states agree:                ", agree(hs, output))
print("gradient of W_xh agrees:     ", agree(grads.W_xh.T, layer.weight_ih_l0.grad))
print("gradient of W_hh agrees:     ", agree(grads.W_hh.T, layer.weight_hh_l0.grad))
for name in ("bias_ih_l0", "bias_hh_l0"):
    print(f"gradient of b_h is that of {name}:", agree(grads.b_h, getattr(layer, name).grad))

# %% [markdown]
# Twenty steps forward and twenty back, and no difference but rounding. (`_l0` means layer 0. The first state has one more axis, for layers and directions: that is the `[None]`.)
#
# Each bias gets the *whole* gradient. Under plain gradient descent both take the same step, so their sum moves twice as far as our `b_h`. Keep this in mind until section 14.10.
#
# ## 14.3 The weights of a GRU
#
# **The idea.** Three gates stand one below the other, in the order r, z, n, so that `weight_ih` has the shape (3H, D). For r and z the two biases are added, as before. Look closely at the candidate:
#
# $$n = \tanh\big(x\, W_{in}^\top + b_{in} + r \odot (h\, W_{hn}^\top + b_{hn})\big)$$
#
# The second bias stands *inside* what the reset gate multiplies. It cannot be added to the first, and it is the reason why our `GRUParams` has a field `b_hn`.
#
# | PyTorch | shape | goes to | shape |
# |---|---|---|---|
# | `weight_ih`, `weight_hh` | (3H, D), (3H, H) | `W_xh`, `W_hh` | (D, 3H), (H, 3H) |
# | `bias_ih`, `bias_hh`, thirds r and z | 2H numbers each | `b_h`, thirds r and z | |
# | `bias_ih`, third n | H numbers | `b_h`, third n | `b_h` is (3H,) |
# | `bias_hh`, third n | H numbers | `b_hn` | (H,) |
#
# **Your turn,** in the other direction this time: from PyTorch to `GRUParams(W_xh, W_hh, b_h, b_hn)`. Change none of the arrays that you are given.


# %% exercise="gru_from_torch"
def gru_from_torch(weight_ih, weight_hh, bias_ih, bias_hh):
    """The weights of a GRU from PyTorch's four arrays.

    weight_ih: (3H, D).  weight_hh: (3H, H).  bias_ih, bias_hh: (3H,).
    Returns GRUParams(W_xh: (D, 3H), W_hh: (H, 3H), b_h: (3H,), b_hn: (H,)).
    """
    ### BEGIN SOLUTION
    H = weight_hh.shape[1]
    b_h = bias_ih.copy()
    b_h[: 2 * H] += bias_hh[: 2 * H]
    return GRUParams(weight_ih.T, weight_hh.T, b_h, bias_hh[2 * H :])
    ### END SOLUTION


# %%
check(gru_from_torch)

# %% [markdown]
# <details><summary><b>Hint 1</b>: how many units</summary>
#
# H is not given, but one of the shapes shows it directly.
# </details>
# <details><summary><b>Hint 2</b>: begin with a copy</summary>
#
# `b_h` is nearly `bias_ih`. Which part of it still lacks something?
# </details>

# %% grade="gru_from_torch" points=2

# %% [markdown]
# **Try it** with a layer as PyTorch makes it, whose biases are random too. Beside it the obvious mistake: both biases added everywhere, as one may do in an RNN or an LSTM.

# %%
torch.manual_seed(0)
layer = torch.nn.GRU(3, 5, dtype=F64)
output, _ = layer(torch.tensor(xs), torch.tensor(h0)[None])
arrays = [p.detach().numpy() for p in layer.parameters()]
read = working(gru_from_torch)(*arrays)
print("your GRUParams: states agree", agree(rnnlib.gru_forward(xs, h0, read)[0], output))
added = GRUParams(read.W_xh, read.W_hh, arrays[2] + arrays[3], np.zeros(5))
print("all added:      states agree", agree(rnnlib.gru_forward(xs, h0, added)[0], output))

# %% [markdown]
# The second line raises no error and looks plausible. Only numbers tell.
#
# **Question 1.** How many numbers does `torch.nn.GRU(10, 20)` learn that `rnnlib.init_gru(10, 20, rng)` does not have? Work it out before you count.

# %% answer="redundant_biases"
answer_redundant_biases = None  # your answer: how many numbers more
### BEGIN SOLUTION
answer_redundant_biases = 40
### END SOLUTION

# %%
check_answer("redundant_biases", answer_redundant_biases)

# %% grade_answer="redundant_biases" points=1

# %% [markdown]
# ## 14.4 Gates in another order
#
# **The idea.** An LSTM's four gates lie side by side, and every library has an order of its own:
#
# | order | used by |
# |---|---|
# | i, f, g, o | PyTorch, Keras, this course |
# | i, o, f, g | ONNX, a format for exchanging networks |
# | i, g, f, o | TensorFlow 1 |
# | i, f, o, g | Stanford's course CS231n |
# | r, z, n for a GRU | PyTorch, this course |
# | z, r, n for a GRU | Keras, ONNX |
#
# The shapes are the same in all of them. A wrong order is never an error, only a bad network.
#
# On paper: with H = 1, the bias `[1, 2, 3, 4]` in the order `"ifgo"` is `[1, 4, 2, 3]` in the order `"iofg"`.
#
# | code | shape | meaning |
# |---|---|---|
# | `W` | (..., G H) | a weight or a bias; its *last* axis holds a block of H columns for each of G gates |
# | `old`, `new` | texts of G letters | the order that it has, the order that is wanted |
# | returned | as `W` | |
#
# **Your turn.** One function for all of them, for three gates or four, for weights and biases.


# %% exercise="reorder_gates"
def reorder_gates(W, old, new):
    """The blocks of columns in another order.

    W: (..., G H).  old, new: texts with the same G letters.  Returns an array of W's shape.
    """
    ### BEGIN SOLUTION
    blocks = dict(zip(old, np.split(W, len(old), axis=-1)))
    return np.concatenate([blocks[gate] for gate in new], axis=-1)
    ### END SOLUTION


# %%
check(reorder_gates)

# %% [markdown]
# <details><summary><b>Hint 1</b>: two steps</summary>
#
# Cut the last axis into blocks, one for each letter of `old`. Then lay them side by side in the order of `new`.
# </details>
# <details><summary><b>Hint 2</b>: finding a block</summary>
#
# A dictionary from letter to block saves all counting.
# </details>

# %% grade="reorder_gates" points=1.5

# %% [markdown]
# **Try it.** An LSTM arrives from elsewhere. We read its weights as they come, and then put into our order first.

# %%
move = working(reorder_gates)
lstm = rnnlib.init_lstm(3, 5, rng).map(lambda a: a + 0.3 * rng.normal(size=a.shape))
zeros = np.zeros((4, 5))
right, _, _ = rnnlib.lstm_forward(xs, (zeros, zeros), lstm)


def in_order(params, old, new):
    """All arrays of a group in another order."""
    return params.map(lambda a: move(a, old, new))


for order, where in (("ifgo", "Keras"), ("iofg", "ONNX"), ("igfo", "TensorFlow 1")):
    stored = in_order(lstm, "ifgo", order)
    row = f"{where:14} {order}"
    for name, got in (("as it is", stored), ("moved", in_order(stored, order, "ifgo"))):
        hs, _, _ = rnnlib.lstm_forward(xs, (zeros, zeros), got)
        row += f"    {name}: same states? {np.allclose(hs, right)}"
    print(row)

# %% [markdown]
# One more trap is not in the weights: some papers and courses write $h_t = z \odot n + (1 - z) \odot h_{t-1}$, with z and 1 − z exchanged. PyTorch, Keras and ONNX write it as we do.
#
# ## 14.5 Packing is masking
#
# **The idea.** In unit 07 a mask said which steps of a padded batch count. PyTorch's recurrent layers know no mask. They take a `PackedSequence`: only the steps that
# count, one behind the other, **step by step**. First come all first steps, then the second steps of all examples that have one, and so on. With the longest example first, those that go on are always the first ones.

# %%
show(
    draw_batches({"padded": ["norte", "luna·", "sol··"], "packed": ["nlsouornltae"]}),
    "Left, three words padded to five letters: norte, luna and sol, a row each. Right, the same twelve letters packed into one row: first n, l, s, then o, u, o, "
    "then r, n, l, then t, a, and last e.",
)

# %% [markdown]
# *Figure 14.1. The same batch, padded and packed. Here `batch_sizes` is 3, 3, 3, 2, 1.*
#
# | code | shape | meaning |
# |---|---|---|
# | `xs` | (T, N, D) | padded; T may be larger than the longest length |
# | `lengths` | (N,) | whole numbers, 1 to T, longest first |
# | `data` | (sum of lengths, D) | the steps that count |
# | `batch_sizes` | (longest length,) | how many examples take part in each step |
#
# **Your turn.** What counts is decided by the lengths alone: a step may hold zeros and still be a step.


# %% exercise="pack"
def pack(xs, lengths):
    """The steps that count, one behind the other.

    xs: (T, N, D).  lengths: (N,), longest first.
    Returns data: (sum of lengths, D), batch_sizes: (longest,).
    """
    ### BEGIN SOLUTION
    mask = np.arange(lengths.max())[:, None] < lengths
    data = xs[: len(mask)][mask]
    return data, mask.sum(axis=1)
    ### END SOLUTION


# %%
check(pack)

# %% [markdown]
# <details><summary><b>Hint 1</b>: with a loop</summary>
#
# At step t, how many examples are longer than t? They are the first ones of the batch.
# </details>
# <details><summary><b>Hint 2</b>: without one</summary>
#
# Make the mask of unit 07. An array that is indexed by a mask of its first axes gives the chosen rows in exactly this order.
# </details>

# %% grade="pack" points=1.5

# %% [markdown]
# **Try it** on names of dinosaurs. Is it what PyTorch makes, and does a packed layer do the same as our mask?

# %%
alphabet = rnnlib.Vocabulary(".abcdefghijklmnopqrstuvwxyz")
V = len(alphabet)
names = [str(name) for name in np.random.default_rng(0).permutation(dinosaur_names())]
words = sorted(names[:32], key=len, reverse=True)
letters, targets, mask = letter_batch(words, alphabet)
lengths = mask.sum(axis=0)

data, batch_sizes = working(pack)(letters, lengths)
packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(letters), lengths)
print("data agrees:", agree(data, packed.data), " batch_sizes:", batch_sizes[:12], "...")
print(f"padding in this batch: {1 - len(data) / mask.size:.0%} of all places")

cell = rnnlib.init_rnn(V, 16, rng)
_, h_masked, _ = rnn_forward(letters, np.zeros((32, 16)), cell, mask=mask)
layer, _ = letter_modules(CellModel(cell, rnnlib.init_dense(16, V, rng)))
_, h_n = layer(packed)
print("last states, mask against packed:", agree(h_masked, h_n[0]))

# %% [markdown]
# The layer never sees the padding, so its last state is that of each example's own last letter, as with our mask. `pad_packed_sequence` unpacks the outputs, with zeros behind each end.
# (`enforce_sorted=False` sorts for you, and back.)
#
# ## 14.6 The last state of two directions
#
# **The idea.** A recurrent layer returns `output`, the states of all steps, and `h_n`, the last ones. With one direction and no padding, `h_n` is the last row of `output`. With two directions many programs
# still take `output[-1]`, and get a backward state that has read a single letter.

# %%
show(
    draw_last_states([5, 3]),
    "The outputs of two examples with five and three steps, two rows each. The forward direction ends at step five and step three; the backward direction "
    "ends at the first step in both.",
)

# %% [markdown]
# *Figure 14.2. Where each direction ends. Dashed places are padding.*
#
# | code | shape | meaning |
# |---|---|---|
# | `output` | (T, N, 2H) | at each step the forward state, then the backward one |
# | `lengths` | (N,) | whole numbers, 1 to T, in any order |
# | `h_n` | (2, N, H) | the state with which each direction *ends*: forward, backward |
#
# **Your turn.** What lies behind an example's end may be anything.


# %% exercise="last_hidden"
def last_hidden(output, lengths):
    """The last states of both directions, read off the outputs.

    output: (T, N, 2H).  lengths: (N,).  Returns h_n: (2, N, H).
    """
    ### BEGIN SOLUTION
    T, N, twice = output.shape
    H = twice // 2
    forward = output[lengths - 1, np.arange(N), :H]
    backward = output[0, :, H:]
    return np.stack([forward, backward])
    ### END SOLUTION


# %%
check(last_hidden)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the backward direction</summary>
#
# It begins with an example's last step. With which step does it end, and is this the same one for all examples?
# </details>
# <details><summary><b>Hint 2</b>: a row of its own for each example</summary>
#
# Two whole-number arrays of length N as indices pick one entry for each n: the first says which step, the second which example.
# </details>

# %% grade="last_hidden" points=1.5

# %% [markdown]
# **Try it** with a bidirectional GRU on the packed names.

# %%
torch.manual_seed(0)
layer = torch.nn.GRU(V, 6, bidirectional=True, dtype=F64)
packed_output, h_n = layer(packed)
output, _ = torch.nn.utils.rnn.pad_packed_sequence(packed_output)
found = working(last_hidden)(output.detach().numpy(), lengths)
print("your h_n and PyTorch's agree:", agree(found, h_n))
last_row = output[-1].detach().numpy()
for n in (0, 31):
    for k, direction in enumerate(("forward", "backward")):
        same = agree(last_row[n, 6 * k : 6 * k + 6], h_n[k, n])
        print(f"output[-1] of {words[n]:18} {direction:9} is its last state: {same}")

# %% [markdown]
# `output[-1]` is right for the forward state of the longest name and for nothing else.
#
# ## 14.7 `detach` is truncation
#
# **The idea.** Truncated BPTT (unit 02) cuts a long sequence into chunks of k steps. The state goes on from chunk to chunk; the gradient does not. In PyTorch the state carries the graph of its whole past along.
# `h.detach()` is the same numbers without the past:
#
# $$h \;\xrightarrow{\ \text{chunk 1}\ }\; h_k \;\xrightarrow{\ \texttt{detach}\ }\; \xrightarrow{\ \text{chunk 2}\ }\; h_{2k} \;\xrightarrow{\ \texttt{detach}\ }\; \cdots$$
#
# | given | meaning |
# |---|---|
# | `leaves = as_leaves(model)` | the weights as tensors that collect gradients |
# | `chunk_loss(xs, targets, h, leaves)` | runs an RNN over some steps; returns the mean loss of these steps and the state after them, both tensors |
# | `loss.backward()` | *adds* gradients to `leaves`, so several calls add up |
# | `gradients_of(leaves)` | what has been collected, as a `CellModel` of arrays |
#
# | symbol | code | shape |
# |---|---|---|
# | inputs, next letters | `xs`, `targets` | (T, N, D), (T, N) |
# | the state before the first step | `h` | (N, H), an array: `torch.tensor(h)` makes a tensor |
# | the chunk's length | `k` | at least 1; the last chunk may be shorter |
#
# **Your turn.** Return the sum of the gradients of all chunks.


# %% exercise="truncated_gradients"
def truncated_gradients(xs, targets, h, model, k):
    """The gradients of truncated BPTT, added over all chunks.

    xs: (T, N, D).  targets: (T, N).  h: (N, H).  model: CellModel.  k: steps of a chunk.
    Returns grads: CellModel.
    """
    ### BEGIN SOLUTION
    leaves, h = as_leaves(model), torch.tensor(h)
    for start in range(0, len(xs), k):
        part = slice(start, start + k)
        loss, h = chunk_loss(xs[part], targets[part], h.detach(), leaves)
        loss.backward()
    return gradients_of(leaves)
    ### END SOLUTION


# %%
check(truncated_gradients)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the loop</summary>
#
# One turn for each chunk: loss and new state, then backward. `range` can count in steps of k, and a slice that goes beyond the end is simply shorter.
# </details>
# <details><summary><b>Hint 2</b>: "Trying to backward through the graph a second time"</summary>
#
# The second chunk's backward pass has walked into the first chunk's graph, which is gone. `retain_graph=True` silences the error, and what you get is no longer truncated. Cut the state instead.
# </details>

# %% grade="truncated_gradients" points=1.5

# %% [markdown]
# **Try it.** How much of the gradient of `W_hh` is left? We compare its direction with that of the full gradient, on streams of 32 letters. **Predict first:** how long must chunks be for a cosine of 0.9?

# %%
stream = alphabet.encode(".".join(names))[: 33 * 40].reshape(40, 33).T
model = CellModel(rnnlib.init_rnn(V, 32, rng), rnnlib.init_dense(32, V, rng))
args = rnnlib.one_hot(stream[:-1], V), stream[1:], np.zeros((40, 32)), model
full = working(truncated_gradients)(*args, 32).cell.W_hh.ravel()
for k in (1, 2, 4, 8, 16):
    cut = working(truncated_gradients)(*args, k).cell.W_hh.ravel()
    cosine = cut @ full / np.sqrt((cut @ cut) * (full @ full))
    print(f"k = {k:2}   cosine with the full gradient {cosine:.2f}")

# %% [markdown]
# Even the gradient of single steps points roughly the right way, and chunks of eight steps have nearly all of it: in names, most of what a letter depends on lies close by. What no chunk can have is
# the influence of a letter on another one more than k steps later.
#
# ## 14.8 Your own cell as an `nn.Module`
#
# **The idea.** A module is an object with weights and a method `forward`. Weights must be `torch.nn.Parameter`: only those are listed by `parameters()`, and only what is listed is given to an optimizer, saved, or moved to a graphics card.
# There is no backward pass to write. A small example, a state that forgets at a rate that is learned:

# %%


class LeakyState(torch.nn.Module):
    """h <- decay * h + x, with a decay that is learned."""

    def __init__(self, decay):
        super().__init__()  # always first: it makes the list of parameters
        self.decay = torch.nn.Parameter(torch.tensor(decay))

    def forward(self, x, h):
        """The next state; the object is called like a function: cell(x, h)."""
        return self.decay * h + x


leaky = LeakyState(0.5)
print("parameters:", [name for name, _ in leaky.named_parameters()])
print("next state:", leaky(torch.tensor(1.0), torch.tensor(4.0)).item())

# %% [markdown]
# **The cell** is one that PyTorch does not have: the minimal gated unit (Zhou et al. 2016), a GRU with a single gate f.
#
# $$f = \sigma(x\,W_{xf} + h\,W_{hf} + b_f) \qquad n = \tanh(x\,W_{xn} + (f \odot h)\,W_{hn} + b_n) \qquad h' = (1 - f) \odot h + f \odot n$$
#
# | code | shape | meaning |
# |---|---|---|
# | `params.W_xh`, `params.W_hh`, `params.b_h` | (D, 2H), (H, 2H), (2H,) | the blocks f and n side by side |
# | `x`, `h` of `forward` | (N, D), (N, H) | tensors |
# | `xs`, `h`, `dhs` | (T, N, D), (N, H), (T, N, H) | arrays, for `run_module` |
#
# **Your turn.** Inside the function, define the class. Its three parameters must be called `W_xh`, `W_hh` and `b_h`; make them with `torch.tensor(params.W_xh)` and so on. Then return `run_module(cell, xs, h, dhs)` for an object
# of your class: it loops over the steps, goes backward from `dhs`, and returns `hs` and the gradients of all parameters that it finds.


# %% exercise="mgu_module"
def mgu_module(xs, h, params, dhs):
    """A minimal gated unit as a module, run forward and backward.

    xs: (T, N, D).  h: (N, H).  params: MGUParams.  dhs: (T, N, H).
    Returns what run_module returns: hs, and a dict of gradients.
    """

    ### BEGIN SOLUTION
    class MGUCell(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.W_xh = torch.nn.Parameter(torch.tensor(params.W_xh))
            self.W_hh = torch.nn.Parameter(torch.tensor(params.W_hh))
            self.b_h = torch.nn.Parameter(torch.tensor(params.b_h))

        def forward(self, x, h):
            H = h.shape[1]
            a = x @ self.W_xh + self.b_h
            f = torch.sigmoid(a[:, :H] + h @ self.W_hh[:, :H])
            n = torch.tanh(a[:, H:] + (f * h) @ self.W_hh[:, H:])
            return (1 - f) * h + f * n

    return run_module(MGUCell(), xs, h, dhs)
    ### END SOLUTION


# %%
check(mgu_module)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the constructor</summary>
#
# As in the example, three times. A tensor that is not wrapped in a `Parameter` is an ordinary attribute, and its gradient is missing from the result.
# </details>
# <details><summary><b>Hint 2</b>: the blocks</summary>
#
# The input's product can be computed for both blocks at once. The state's cannot: its two halves multiply different things.
# </details>

# %% grade="mgu_module" points=2

# %% [markdown]
# **Try it.** The library has this cell in NumPy, with a backward pass by hand.

# %%
mgu = rnnlib.init_mgu(3, 5, rng)
hs, grads = working(mgu_module)(xs, h0, mgu, dhs)
by_hand, _, cache = rnnlib.mgu_forward(xs, h0, mgu)
_, _, expected = rnnlib.mgu_backward(dhs, None, cache)
print("states agree:", np.allclose(hs, by_hand, atol=1e-10))
for name, array in expected.items():
    print(f"gradient of {name} agrees:", np.allclose(grads[name], array, atol=1e-10))

# %% [markdown]
# ## 14.9 Your own backward pass in PyTorch
#
# **The idea.** Sometimes the backward pass that the graph gives is too slow, or uses too much memory, or you have a better one. A `torch.autograd.Function` tells PyTorch: for this operation, do not look inside; here is the derivative. For $y = x^3$:

# %%


class Cube(torch.autograd.Function):
    """y = x^3, with its derivative by hand."""

    @staticmethod
    def forward(ctx, x):
        """ctx is a drawer: what is put in here, backward finds again."""
        ctx.x = x.detach()
        return x.detach() ** 3

    @staticmethod
    def backward(ctx, dy):
        """dL/dy comes in; one gradient goes out for each argument of forward."""
        return dy * 3 * ctx.x**2


x = torch.tensor(2.0, requires_grad=True, dtype=F64)
(10 * Cube.apply(x)).backward()
print("d(10 x^3)/dx at 2:", x.grad.item())

# %% [markdown]
# **Now the whole RNN** as *one* operation of PyTorch, with the passes from unit 02:
#
# $$(xs,\ h,\ W_{xh},\ W_{hh},\ b_h) \;\to\; hs \qquad\qquad dhs \;\to\; (dxs,\ dh,\ dW_{xh},\ dW_{hh},\ db_h)$$
#
# | given | meaning |
# |---|---|
# | `rnn_forward(xs, h, params)` | returns `hs, h_last, cache`; arrays, `params` is an `RNNParams(W_xh, W_hh, b_h)` |
# | `rnn_backward(dhs, None, cache)` | returns `dxs, dh, grads` |
# | `tensor.detach().numpy()`, `torch.tensor(array)` | out of PyTorch, and back into it |
#
# **Your turn.** Define the class; its `forward` takes `ctx` and the five tensors above, in this order. Then return `run_function(YourClass, xs, h, params, dhs)`.


# %% exercise="own_bptt"
def own_bptt(xs, h, params, dhs):
    """BPTT by hand as one operation of PyTorch, run forward and backward.

    xs: (T, N, D).  h: (N, H).  params: RNNParams.  dhs: (T, N, H).
    Returns what run_function returns: hs, dxs, dh, grads.
    """

    ### BEGIN SOLUTION
    class OwnRNN(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *tensors):
            xs, h, *weights = (t.detach().numpy() for t in tensors)
            hs, _, ctx.cache = rnn_forward(xs, h, RNNParams(*weights))
            return torch.tensor(hs)

        @staticmethod
        def backward(ctx, dhs):
            dxs, dh, grads = rnn_backward(dhs.numpy(), None, ctx.cache)
            arrays = dxs, dh, grads.W_xh, grads.W_hh, grads.b_h
            return tuple(torch.tensor(a) for a in arrays)

    return run_function(OwnRNN, xs, h, params, dhs)
    ### END SOLUTION


# %%
check(own_bptt)

# %% [markdown]
# <details><summary><b>Hint 1</b>: two worlds</summary>
#
# Both methods begin by leaving PyTorch, call one function of `rnnlib`, and end by coming back: tensors in, tensors out.
# </details>
# <details><summary><b>Hint 2</b>: how many gradients</summary>
#
# One for each argument of `forward` behind `ctx`, in the same order.
# </details>

# %% grade="own_bptt" points=2

# %% [markdown]
# **Try it.** PyTorch has the gradient check of unit 02 built in, as `torch.autograd.gradcheck`. `run_function` calls it when there is no `dhs`:

# %%
try:
    print("gradcheck:", own_bptt(xs[:6], h0, params, None))
except NotImplementedError:
    print("Write own_bptt first.")

# %% [markdown]
# ## 14.10 The same numbers, update by update
#
# **Now train.** Unit 03's network with 64 units on names of dinosaurs: the same first weights, the same batches, Adam with the learning rate 0.01, gradients clipped at the norm 5. First by hand, with the functions of units 01 to 03.

# %%
training = names[200:]
start_rng = np.random.default_rng(3)
start = CellModel(rnnlib.init_rnn(V, 64, start_rng), rnnlib.init_dense(64, V, start_rng))


def batches(updates=100):
    """The batches of unit 03: always the same."""
    rng = np.random.default_rng(5)
    for _ in range(updates):
        yield letter_batch(rng.choice(training, 32, replace=False), alphabet)


model, state, by_hand = start, rnnlib.adam_state(start), []
for batch in batches():
    loss, grads = letter_gradients(model, *batch)
    grads, _ = rnnlib.clip_grad_norm(grads, 5.0)
    model, state = rnnlib.adam_step(model, grads, state, learning_rate=0.01)
    by_hand.append(loss)
print(f"by hand: first loss {by_hand[0]:.3f}, last loss {by_hand[-1]:.2f}")

# %% [markdown]
# The same in PyTorch. Read it beside the loop above: `zero_grad` is new, because gradients are added to what is there.

# %%


def train_in_torch(both_biases):
    """The same training in PyTorch; returns its losses."""
    cell, out = letter_modules(start)  # torch.nn.RNN and torch.nn.Linear
    cell.bias_hh_l0.requires_grad_(both_biases)
    weights = [p for p in (*cell.parameters(), *out.parameters()) if p.requires_grad]
    adam = torch.optim.Adam(weights, lr=0.01)
    losses = []
    for batch in batches():
        xs, targets, mask = map(torch.tensor, batch)
        hs, _ = cell(xs)
        loss = torch.nn.functional.cross_entropy(out(hs)[mask], targets[mask])
        adam.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 5.0)
        adam.step()
        losses.append(loss.item())
    return np.array(losses)


one, two = train_in_torch(both_biases=False), train_in_torch(both_biases=True)
print("update   by hand   PyTorch   PyTorch, both biases learn")
for k in (0, 1, 10, 30):
    print(f"{k + 1:6} {by_hand[k]:9.3f} {one[k]:9.3f} {two[k]:9.3f}")
print("all 100 losses agree to 6 digits:", np.allclose(by_hand, one, rtol=1e-6))
print("and with both biases:            ", np.allclose(by_hand, two, rtol=1e-6))

# %% [markdown]
# Nothing happens in PyTorch's loop that you have not written yourself. With both biases learning, the first loss is the same and the next ones are not: the sum of two biases takes two steps at a time, as you saw in section 14.2. That is neither better nor worse,
# but it is a reason why two "equal" programs give different numbers.
#
# ## 14.11 Which is faster?
#
# **Predict first:** for which cells, and for which sizes, is PyTorch faster than NumPy? One forward and backward pass of a whole sequence, processor time, one thread; below 1 `rnnlib` is faster.

# %% tags=["nbval-ignore-output"]
sizes = ((50, 1, 27, 64), (50, 32, 27, 64), (50, 32, 64, 128))
print("time of rnnlib / time of PyTorch        T, N, D, H =", *sizes)
for name, dtype in (
    ("rnn", "float32"),
    ("gru", "float32"),
    ("lstm", "float32"),
    ("lstm", "float64"),
):
    init = getattr(rnnlib, f"init_{name}")
    ratios = []
    for T, N, D, H in sizes:
        ours, theirs = layer_seconds(init(D, H, rng, dtype=dtype), T, N, rng, runs=3)
        ratios.append(ours / theirs)
    print(f"{name:5} {dtype}", *(f"{ratio:16.2f}" for ratio in ratios), flush=True)

# %% [markdown]
# Small recurrent networks are cheap in arithmetic and expensive in bookkeeping: at each of the 50 steps PyTorch calls several operations and records a node for each, while our passes compute all input products, and all weight gradients, in one product for the whole sequence. The larger the arrays, the less the bookkeeping
# matters. PyTorch's float32 LSTM is, on most processors, a single operation for all steps, and it wins. And this is the CPU: on a graphics card, with large batches, nobody would choose NumPy.
#
# **Your own module** pays most, since every operation of every step is a node:

# %% tags=["nbval-ignore-output"]
xs32, h32 = rng.normal(size=(50, 32, 27)), np.zeros((32, 64))
dhs32 = rng.normal(size=(50, 32, 64))
mgu = rnnlib.init_mgu(27, 64, rng)


def mgu_by_hand():
    """A forward and a backward pass in NumPy."""
    _, _, cache = rnnlib.mgu_forward(xs32, h32, mgu)
    rnnlib.mgu_backward(dhs32, None, cache)


module = fastest(lambda: working(mgu_module)(xs32, h32, mgu, dhs32), 3)
print(f"a minimal gated unit, rnnlib / your module: {fastest(mgu_by_hand, 3) / module:.2f}")

# %% [markdown]
# `torch.compile(module)` removes bookkeeping: it translates the operations of a module into C++ or machine code, for which it needs a compiler on your machine. We do not run it here, because of what it costs. We measured it once, on a cell like yours in a loop of only *five* steps, forward and backward: the first call took 18 seconds of
# processor time, later calls were 1.8 times as fast as without it, and a sequence of another length was compiled anew, for another 14 seconds. The loop is unrolled, so longer sequences take longer to compile; PyTorch's own recurrent layers are left as they are. It pays in a training run of hours with sequences of one length.
#
# ## 14.12 Open task: why does it not learn?
#
# **The task.** N streams of letters are read side by side in pieces of some steps, as in unit 12. After each piece, one update by plain gradient descent. The state goes on from piece to piece. Dropout on the way from the states to the output layer is on in training. In the end, the loss on held-out streams,
# read in one go from a state of zeros.
#
# **The script in your cell does not work. It has five faults, all of them common in PyTorch programs.** The first one that you meet stops it with an error. The other four let it run (one fails again if the last piece is shorter than the others): the loss even falls a little, and what it reports is wrong. Find and mend all five, or write it anew.
#
# | code | shape | meaning |
# |---|---|---|
# | `ids` | (T, N) | N streams of T letters, as whole numbers; time comes first |
# | `held` | (T', N') | other streams, to judge by |
# | `model` | `CellModel` | the first weights, an RNN and an output layer |
# | `steps` | a number | steps of a piece; the last piece may be shorter |
# | `dropout` | a number | which share of the states' numbers is dropped in training |
# | `learning_rate` | a number | of plain gradient descent |
# | returned | `losses, model, held_loss` | one loss for each piece, before its update; the trained `CellModel`; a number |
#
# `letter_modules(model)` makes `torch.nn.RNN` and `torch.nn.Linear`, both of whose biases learn; `read_modules` is the way back; `one_hot_tensor(ids, V)` has the shape of `ids` with V added. Each fault that you mend earns its share of the points.


# %% exercise="train_stream" minutes=30
def train_stream(ids, held, model, steps, dropout, learning_rate):
    """Train an RNN on streams of letters, piece by piece; judge it on other streams.

    ids: (T, N).  held: (T', N').  model: CellModel.  steps, dropout, learning_rate: numbers.
    Returns losses, model, held_loss.
    """
    ### BEGIN SOLUTION
    V = len(model.out.b_y)
    cell, out = letter_modules(model)
    drop = torch.nn.Dropout(dropout)
    network = torch.nn.ModuleList([cell, drop, out])
    optimizer = torch.optim.SGD(network.parameters(), lr=learning_rate)

    def loss_of(letters, targets, h):
        hs, h = cell(one_hot_tensor(letters, V), h)
        logits = out(drop(hs))
        targets = torch.tensor(targets)
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets.flatten()), h

    h, losses = None, []
    for start in range(0, len(ids) - 1, steps):
        targets = ids[start + 1 : start + 1 + steps]
        loss, h = loss_of(ids[start : start + len(targets)], targets, h)
        h = h.detach()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())

    network.eval()
    with torch.no_grad():
        held_loss, _ = loss_of(held[:-1], held[1:], None)
    return np.array(losses), read_modules(cell, out), held_loss.item()
    ### END SOLUTION


# %%
check(train_stream)

# %% [markdown]
# <details><summary><b>Hint 1</b>: begin with the error</summary>
#
# Read its last line, and think of section 14.7. The remedy that the message itself proposes is not the right one.
# </details>
# <details><summary><b>Hint 2</b>: tests that need no other program</summary>
#
# *Streams:* if you change one stream, do the states of another change? *Loss:* when the logit of the right letter is very large, is the loss near 0? *Updates:* read the same piece twice from the same state, with the learning rate 0. Are the gradients the same? *Judging:*
# measure the held-out loss twice. Does the same number come out?
# </details>
# <details><summary><b>Hint 3</b>: where to look</summary>
#
# One fault lies in a call's arguments, one is a call too many, and three are lines that are missing.
# </details>

# %% grade="train_stream" points=6

# %% [markdown]
# **Try it** on the dinosaurs: 40 streams, ten times through. Beside it the baselines: every letter equally likely, and the frequencies of single letters.

# %% tags=["nbval-ignore-output"]
text = alphabet.encode(".".join(training))
streams = text[: len(text) // 40 * 40].reshape(40, -1).T
text = alphabet.encode(".".join(names[:200]))
held = text[: len(text) // 10 * 10].reshape(10, -1).T
share = np.bincount(streams.ravel(), minlength=V) / streams.size
print(
    f"all letters equally likely {np.log(V):.2f}, by frequency {-np.log(share[held[1:]]).mean():.2f}"
)
trained = start
for turn in range(1, 11):
    losses, trained, held_loss = working(train_stream)(streams, held, trained, 20, 0.1, 0.5)
    print(f"turn {turn:2}: training {np.mean(losses):.2f}, held out {held_loss:.2f}", flush=True)

# %% [markdown]
# The loss is far below both baselines, on letters that were never trained on. (Plain gradient descent is slow: Adam needed fewer updates in section 14.10.) Most scripts that "do not learn" have one of these five faults, and you have now seen how each of them shows.
#
# ## 14.13 Going further: a language model over words
#
# Nothing from here on is marked.
#
# Your networks wrote names and tunes letter by letter. A model of *words* has thousands of symbols, and a strong rival that only counts.
# The text: the six novels of Jane Austen, in lower case, marks as words of their own. Of each novel the chapters 5, 15, ... are the test.

# %%
parts = novel_parts()
words = word_vocabulary(parts.training, 5000)
ids, _, asked = (words.encode(part, unknown="<unk>") for part in parts)
asked = asked[:15001]  # as much of the test as a lesson has time for
print(" ".join(parts.training[:24]))
print(f"{len(ids):,} words to learn from, {len(set(parts.training)):,} different ones")
print(f"the test asks for {len(asked) - 1:,}; {np.mean(asked == 0):.1%} are <unk>")

# %% [markdown]
# **Unknown words.** The vocabulary holds the 4,999 most frequent words; all others are one symbol, `<unk>`. Keep this number in mind: it
# decides what a perplexity means.
#
# ### The rival: Kneser and Ney
#
# **The idea.** A trigram model predicts a word from the two before it, by counting. Most runs of three words come in no training text,
# so three things are needed:
#
# - *Discount:* from every count take $d$, such as 0.85.
# - *Interpolate:* what was taken is given to the model with a context shorter by one word, which has its part in every probability.
# - *Count differently below:* the shorter context is asked when the longer one knows little. What matters then is not how *often* a word
#   came but behind how many *different* words. *Jennings* comes 197 times, nearly always behind *mrs.*; elsewhere it should be rare.
#
# Write $N(\cdot\, w)$ for the number of different words that stand before $w$, and $N(u\,\cdot)$ for the number of different words after $u$:
#
# $$p(w) = \frac{N(\cdot\, w)}{\sum_{w'} N(\cdot\, w')} \qquad
# p(w \mid v) = \frac{\max(N(\cdot\, v w) - d,\, 0) + d\, N(v\, \cdot)\; p(w)}{\sum_{w'} N(\cdot\, v w')} \qquad
# p(w \mid u v) = \frac{\max(n_{uvw} - d,\, 0) + d\, N(u v\, \cdot)\; p(w \mid v)}{\sum_{w'} n_{uvw'}}$$
#
# Only the longest runs are counted by $n_{uvw}$, how often they occur. On paper: in *a b a c a b* the word *b* comes twice, but only ever
# behind *a*, so it counts 1; *a* stands behind *b* and behind *c* and counts 2.
#
# | code | shape | meaning |
# |---|---|---|
# | `ids` | (L,) integers | the text |
# | `k`, `n` | numbers | the length of the runs to count; that of the longest ones; 1 ≤ k ≤ n |
# | `runs` | (G, k) integers | each different run that counts at least 1, sorted |
# | `counts` | (G,) integers | for k = n how often it occurs; for k < n how many different words stand before it |
#
# **Your turn.** A run that only opens the text has no word before it, and is left out where words before it are counted.


# %% exercise="kneser_ney_counts"
def kneser_ney_counts(ids, k, n):
    """What a Kneser-Ney model of n-grams counts for runs of k words.

    ids: (L,).  k, n: numbers, 1 <= k <= n.
    Returns runs: (G, k), sorted; counts: (G,).
    """
    ### BEGIN SOLUTION
    length = k + 1 if k < n else n
    runs = np.lib.stride_tricks.sliding_window_view(ids, length)
    if k < n:
        runs = np.unique(runs, axis=0)[:, 1:]
    return np.unique(runs, axis=0, return_counts=True)
    ### END SOLUTION


# %%
check(kneser_ney_counts)

# %% [markdown]
# <details><summary><b>Hint 1</b>: how often</summary>
#
# `sliding_window_view(ids, n)` from `np.lib.stride_tricks` has a row for each run of n words. What do `axis=0` and `return_counts=True` do
# in `np.unique`? (Tuples in a `Counter` do it as well.)
# </details>
# <details><summary><b>Hint 2</b>: how many different words before</summary>
#
# Take runs of k + 1 words and keep each different one once. Now cut off their first words: how often does a run come?
# </details>
#
# **Your turn again.** The counts behind one context, as rows: row 0 behind nothing, row 1 behind the last word, row 2 behind the last two. Row
# by row, from the top down, smooth them with the formulas above. If a row holds only zeros, the context never came, and the level below has the last word.
#
# | code | shape | meaning |
# |---|---|---|
# | `levels` | (n, V) | counts of all V words behind the last 0, 1, ..., n − 1 words |
# | `d` | a number | the discount |
# | `p` | (V,) | the probability of each word |


# %% exercise="kneser_ney"
def kneser_ney(levels, d):
    """The probabilities of the next word, from counts behind shorter and longer contexts.

    levels: (n, V).  d: a number.
    Returns p: (V,).
    """
    ### BEGIN SOLUTION
    p = levels[0] / levels[0].sum()
    for counts in levels[1:]:
        total = counts.sum()
        if total > 0:
            p = (np.maximum(counts - d, 0) + d * np.count_nonzero(counts) * p) / total
    return p
    ### END SOLUTION


# %%
check(kneser_ney)

# %% [markdown]
# <details><summary><b>Hint 1</b>: it must add up</summary>
#
# How much does the discount take away, all in all, if six different words came? Just that is given to the level below, whose sum is 1.
# </details>
# <details><summary><b>Hint 2</b>: one step</summary>
#
# `np.maximum(counts - d, 0)` keeps words that never came from paying; `np.count_nonzero(counts)` is the number of those that did.
# </details>
#
# **Try it.** First the words that come often and in few places; then whether the probabilities of all 5,000 words add up to 1, behind every
# context of 500 words of the test, seen and unseen; and then the perplexity. *Before you run the cell:* which is better, one word of context or two?

# %%
count, smooth = working(kneser_ney_counts), working(kneser_ney)
runs, before = count(ids, 1, 2)
times = np.bincount(ids)[runs[:, 0]]
print("word          times   different words before")
for k in np.lexsort((-times, before / times))[:5]:
    print(f"{words.symbols[runs[k, 0]]:12} {times[k]:>6} {before[k]:>10}")


def kneser_ney_losses(n, V=5000, number=15001):
    """A model of n-grams, and its loss at each word of the test, with a vocabulary of V words."""
    small, few = (np.where(some < V, some, 0) for some in (ids, asked[:number]))
    grams = NGrams(small, n, V, count)
    return grams, grams.losses(few, lambda levels: smooth(levels, 0.85))


losses = {}
for n, name in ((1, "single words"), (2, "one word of context"), (3, "two words of context")):
    grams, losses[name] = kneser_ney_losses(n)
    print(f"{name:22} perplexity {rnnlib.perplexity(losses[name].mean()):6.1f}")
sums = [smooth(grams.levels(asked[t - 2 : t]), 0.85).sum() for t in range(2, 502)]
print("all sums are 1:", np.allclose(sums, 1, rtol=0, atol=1e-12))

# %% [markdown]
# (0.85 was chosen on the chapters 10, 20, ..., which are held out as well.)
#
# ### What `<unk>` does to a perplexity
#
# The same model, the same text, and a vocabulary of 1,000 words instead of 5,000. Since the numbers follow the frequency, the words beyond 1,000
# simply become number 0.

# %%
_, few = kneser_ney_losses(3, V=1000)
others = len(set(parts.training)) - np.array([5000, 1000]) + 1  # words that share <unk>
for V, nats, share in zip((5000, 1000), (losses["two words of context"], few), others):
    unknown = (asked[1:] == 0) | (asked[1:] >= V)
    paid = nats + unknown * np.log(share)
    row = f"V = {V:5,}: {unknown.mean():5.1%} unknown, perplexity {np.exp(nats.mean()):5.1f}"
    print(f"{row}; if the unknown word is named, too: {np.exp(paid.mean()):6.1f}")

# %% [markdown]
# The small vocabulary seems far better. It only has an easier task: `<unk>` is a frequent symbol, and who predicts it need not say *which* word
# comes. The last column makes it pay: each time one of the words that share `<unk>` has to be named, all of them equally likely. Now the large
# vocabulary wins. **Perplexities of models with different vocabularies cannot be compared.** From here on, all have the same 5,000 words.
#
# ### The network
#
# Four ideas from the literature fit into these lines:
#
# - **Weight tying** (Press and Wolf 2017): words with similar meanings should have similar embeddings, and similar rows in the output layer. So both are
#   *one* matrix. Its gradient is the sum from both places; `backward` adds anyway.
# - **Dropout between layers** (Zaremba et al. 2014): on what goes up, from layer to layer, never on what goes on in time.
# - **Truncated BPTT:** the text is read as 32 streams in pieces of 35 words. The state goes on; `detach` cuts the graph.
# - **Clipping**, as in unit 03.


# %%
class WordModel(torch.nn.Module):
    """Embeddings, two layers of LSTM, and an output layer that shares its weights with the embeddings."""

    def __init__(self, V, E, dropout):
        super().__init__()
        self.embed = torch.nn.Embedding(V, E)
        self.cell = torch.nn.LSTM(E, E, num_layers=2, dropout=dropout)
        self.drop = torch.nn.Dropout(dropout)
        self.out = torch.nn.Linear(E, V)
        self.out.weight = self.embed.weight  # tied: one matrix in two places
        torch.nn.init.uniform_(self.embed.weight, -0.1, 0.1)

    def forward(self, ids, state):
        hs, state = self.cell(self.drop(self.embed(ids)), state)
        return self.out(self.drop(hs)), state


def train_words(model, ids, pieces, learning_rate):
    """Truncated BPTT over 32 streams in pieces of 35 words; a loss for each piece."""
    inputs, targets = map(torch.tensor, rnnlib.text_streams(ids, 32))
    optimizer = torch.optim.Adam(model.parameters(), learning_rate)
    state, found = None, []
    for start in range(0, 35 * pieces, 35):
        logits, state = model(inputs[start : start + 35], state)
        state = [s.detach() for s in state]
        aims = targets[start : start + 35].flatten()
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), aims)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        found.append(loss.item())
    return found


torch.manual_seed(0)
network = WordModel(5000, 96, 0.2)
size = sum(p.numel() for p in network.parameters())
print(f"{size:,} weights; without tying {size + network.embed.weight.numel():,}")

# %% [markdown]
# Sixty pieces, a tenth of one pass through the text:

# %% tags=["nbval-ignore-output"]
found = train_words(network, ids, 60, 0.003)
for start in range(0, 60, 12):
    print(
        f"pieces {start + 1:2} to {start + 12}: perplexity {np.exp(np.mean(found[start : start + 12])):6.0f}"
    )

# %% [markdown]
# From 5,000, where all words are equally likely, to about what the frequencies of single words give: more does not come of a tenth of a pass.
# Eight passes take nine minutes of processor time. So they were done once (`rnnlib train words` does them again), and the weights are stored
# in half precision. Here they are loaded into the module above, and tried on the same 15,000 words as the counts. *Before you run the cell:* who wins?

# %% tags=["nbval-ignore-output"]
run = word_run()
for k in (0, 1, 3, 5, 7):
    epoch = run["epochs"][k]
    print(f"epoch {k + 1:2}: training {epoch['training']:6.1f}, held out {epoch['held out']:6.1f}")
stored = {name: torch.tensor(array) for name, array in word_weights().items()}
network.load_state_dict(stored | {"out.weight": stored["embed.weight"]})
network.eval()


def network_losses(read, carry=True):
    """The loss at each word but the first, in pieces of 35; the state is carried on, or not."""
    state, found = None, []
    with torch.no_grad():
        for start in range(0, len(read) - 1, 35):
            piece = torch.tensor(read[start : start + 36])
            logits, state = network(piece[:-1, None], state if carry else None)
            found.append(
                torch.nn.functional.cross_entropy(logits[:, 0], piece[1:], reduction="none")
            )
    return torch.cat(found).numpy()


losses["the network"] = network_losses(asked)
by_counting, by_network = losses["two words of context"], losses["the network"]
losses["both, mixed"] = -np.log((np.exp(-by_counting) + np.exp(-by_network)) / 2)
losses["state not carried on"] = network_losses(asked, carry=False)
print(f"\n{grams.stored:,} counts, {size:,} weights; perplexity on the test:")
for name, nats in losses.items():
    print(f"  {name:22}{rnnlib.perplexity(nats.mean()):6.1f}")

# %% [markdown]
# - **The network wins,** by 6 percent, with about as many numbers as the trigram has counts. After one pass it was far behind; both
#   its losses were still falling after eight.
# - **What it carries on is its advantage.** With the state thrown away every 35 words it is no better than counting, though no gradient ever crossed
#   such a border in training.
# - **Both together are much better than either,** 15 percent below the network. A mean of their probabilities costs nothing. So they
#   know different things. Which?

# %% tags=["nbval-ignore-output"]
came = np.array([grams.levels(asked[t - 2 : t])[2].sum() for t in range(2, len(asked))])
print("the two words before came   share    counted   network")
for low, high in ((0, 1), (1, 10), (10, 100), (100, np.inf)):
    here = (came >= low) & (came < high)
    row = [rnnlib.perplexity(nats[1:][here].mean()) for nats in (by_counting, by_network)]
    span = (
        "never"
        if high == 1
        else f"{low} times or more"
        if high == np.inf
        else f"{low} to {high - 1} times"
    )
    print(f"{span:26} {here.mean():6.1%} {row[0]:10.1f} {row[1]:9.1f}")

# %% [markdown]
# (The row is about the context, the two words before; not about how hard the next word is. Behind *, and* anything may come.) Where the two
# words came rarely or never, counting has little to say, and the network, which knows similar words, is ahead. Where they came often, both are about equal:
# there the counts know what follows.
#
# **Text.** Both models go on with the same beginning, at three temperatures; `<unk>` is never drawn.


# %% tags=["nbval-ignore-output"]
def counted_logits(read, state):
    """By counting: the state is the last two words."""
    seen = [*(state or []), read][-2:]
    return np.log(smooth(grams.levels(seen), 0.85)), seen


def network_logits(read, state):
    with torch.no_grad():
        logits, state = network(torch.tensor([[read]]), state)
    return logits[0, 0].numpy(), state


def written(step, temperature):
    """Two hundred words behind the beginning of a sentence."""
    rng = np.random.default_rng(14)

    def choose(logits):
        logits = np.where(np.arange(len(logits)) == 0, -np.inf, logits)
        return int(rnnlib.sample(logits, rng, temperature=temperature))

    start = words.encode("she had never been so".split())
    return rnnlib.continue_text(start, 200, step, choose, None).tolist()


hers = set(zip(*(ids[k:].tolist() for k in range(3))))


for name, step in (("counted", counted_logits), ("network", network_logits)):
    for temperature in (0.5, 0.8, 1.0):
        text = written(step, temperature)
        copied = np.mean([run in hers for run in zip(text, text[1:], text[2:])])
        print(
            f"{name}, temperature {temperature}, {copied:.0%} of the runs of three words are hers:"
        )
        print("   ...", " ".join(words.symbols[k] for k in text[:40]))

# %% [markdown]
# Read them aloud. Most of what the trigram writes it has taken from her books, three words at a time, and its sentences turn into others on
# the way. The network makes up more by itself, and more of it is wrong: its lead in perplexity does not show in a few lines. At 0.5 both
# say what is always possible; at 1.0 they take risks and fail. A perplexity near 90 is a choice among 90 words, again and again. What you know from large
# language models takes far more text, and far more weights.
#
# **To try.** Two words of context or three: does `n=4` help? Mix with another share than one half, chosen on `parts.held_out`. Keep a whole novel out instead
# of chapters: who loses more, and why?
#
# ## 14.14 Names in other libraries
#
# | here | PyTorch | Keras | Flax (JAX) |
# |---|---|---|---|
# | `W_xh` (D, G H) | `weight_ih_l0` (G H, D) | `kernel` (D, G H) | a `kernel` (D, H) for each gate: `ii`, `if`, `ig`, `io`; `ir`, `iz`, `in` |
# | `W_hh` (H, G H) | `weight_hh_l0` (G H, H) | `recurrent_kernel` (H, G H) | `hi`, `hf`, `hg`, `ho`; `hr`, `hz`, `hn` |
# | `b_h`, `b_hn` | two biases | `bias`; of a GRU (2, 3H) | one bias a gate; of a GRU's n two |
# | gates | ifgo, rzn | ifgo, zrn | by name |
# | (T, N, D) | the default; `batch_first=True` for (N, T, D) | (N, T, D) | (N, T, D); `time_major=True` for (T, N, D) |
# | LSTM's state | `(h, c)` | `h`, `c` | the carry `(c, h)`: the other way round |
# | all states, last state | `output, h_n` | `return_sequences`, `return_state` | `return_carry` of `nn.RNN` |
# | a mask | `PackedSequence` | `mask`, or `Masking` | `seq_lengths` of `nn.RNN` |
# | truncation | `detach` | `stateful=True` | `jax.lax.stop_gradient` |
#
# **What "dropout" means.**
#
# | where | drops | mask |
# |---|---|---|
# | `torch.nn.LSTM(dropout=p)` | the outputs of each layer but the last; with one layer nothing, and a warning | new at each step |
# | `torch.nn.Dropout(p)` | what you give it | new for each number |
# | Keras `dropout=p` | a layer's inputs | one for all steps |
# | Keras `recurrent_dropout=p` | $h_{t-1}$ on its way into the gates | one for all steps (Gal and Ghahramani 2016) |
# | Flax | nothing by itself: `nn.Dropout` | new for each number, `broadcast_dims` to share it |
#
# In all of them p is the share that is *dropped*, and what is kept is divided by 1 − p in training.
#
# **To try.**
# - Write the LSTM's version of `rnn_to_torch` and compare all gradients.
# - Give `own_bptt` to an optimizer: train unit 03's network with your backward pass inside PyTorch.
# - Write `pack`'s inverse. What goes wrong if the examples are not sorted?
# - Count the nodes: follow `grad_fn.next_functions` from a loss back to the beginning, with and without `detach`.
#
# ## Summary
#
# - A tensor remembers where it comes from; `backward` is your backward pass, and it adds to what is there.
# - PyTorch's recurrent layers compute what you wrote. Weights are transposed, biases come in pairs, and only one of a GRU's is not redundant.
# - A wrong order of gates, or `output[-1]` for `h_n`, raises no error. Compare numbers.
# - A packed sequence is a mask; `detach` is truncation; a module lists its parameters; an `autograd.Function` is a backward pass by hand.
# - With the same start, batches and optimizer, both give the same losses, update by update.
# - For small networks on a CPU NumPy keeps up, because bookkeeping is what costs there.
# - A perplexity belongs to its vocabulary. On little text, well-smoothed counts are hard to beat, and worth mixing in.
#
# **Next:** the same tasks for very different models, in unit 15.
#
# ## References
#
# - A. Paszke et al., *PyTorch: an imperative style, high-performance deep learning library*, NeurIPS 2019.
# - A. G. Baydin, B. A. Pearlmutter, A. A. Radul, J. M. Siskind, *Automatic differentiation in machine learning: a survey*, Journal of Machine Learning Research 18 (2018), 1–43.
# - G.-B. Zhou, J. Wu, C.-L. Zhang, Z.-H. Zhou, *Minimal gated unit for recurrent neural networks*, International Journal of Automation and Computing 13 (2016), 226–234.
# - Y. Gal, Z. Ghahramani, *A theoretically grounded application of dropout in recurrent neural networks*, NeurIPS 2016.
# - J. Ansel et al., *PyTorch 2: faster machine learning through dynamic Python bytecode transformation and graph compilation*, ASPLOS 2024.
# - R. Kneser, H. Ney, *Improved backing-off for m-gram language modeling*, ICASSP 1995.
# - S. F. Chen, J. Goodman, *An empirical study of smoothing techniques for language modeling*, Computer Speech and Language 13 (1999), 359–394.
# - W. Zaremba, I. Sutskever, O. Vinyals, *Recurrent neural network regularization*, arXiv:1409.2329 (2014).
# - O. Press, L. Wolf, *Using the output embedding to improve language models*, EACL 2017.
# - S. Merity, N. S. Keskar, R. Socher, *Regularizing and optimizing LSTM language models*, ICLR 2018.
# - The novels: Debian package `r-cran-janeaustenr`, public domain; see `rnnlib/data/LICENSES.md`.
# - The documentation of `torch.nn.RNN`, `LSTM` and `GRU`, section "Variables"; of `keras.layers.LSTM` and `GRU`; of `flax.linen.LSTMCell`, `GRUCell` and `RNN`.
