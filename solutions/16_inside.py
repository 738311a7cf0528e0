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
# # 16 Inside the state, and what is next
#
# You can build these networks and train them. What have they *learned*? Here you open trained networks and look: what can be read from a state, which inputs an answer rests
# on, where a state comes to rest, how far a network can count. Every method can fool you, and you will see how. At the end you build a memory that lies outside the state.
#
# **At the end you can**
# - read a property from hidden states with a probe, and say with a control task whether that means anything;
# - find the unit that follows a signal;
# - say which inputs an answer rests on, in two ways, and why the two disagree;
# - find the points where a network comes to rest, and tell which of them attract;
# - set an LSTM by hand so that it counts, and say why a GRU cannot;
# - store weights as whole numbers of 8 bits, and measure what that costs;
# - write a matrix memory with the delta rule, and both of its passes;
# - say what a look inside does not show.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 06; unit 12 and 15 help |
# | **Points** | 20: nine short functions (13.5), one question (0.5), one open task (6) |

# %% locked="setup"
import numpy as np

from rnnlib import Vocabulary, gru_backward, gru_forward, lstm_forward, output_step, rnn_forward
from rnnlib.cell_models import first_state
from rnnlib.counter_cell import right_up_to
from rnnlib.course import check, check_answer, working
from rnnlib.data import irish_tunes
from rnnlib.data.compared import compared_names, compared_weights
from rnnlib.data.inside import inside_model, tune_network
from rnnlib.fixed_points import distinct_fixed_points
from rnnlib.inside_tasks import BASES, dna_with_motif, flip_flops, linear_tasks
from rnnlib.letter_models import letter_batch
from rnnlib.letter_nets import hidden_states, net_logits
from rnnlib.losses import cross_entropy
from rnnlib.lstm import LSTMParams
from rnnlib.music.places import bar_places
from rnnlib.music.tune_model import as_text, init_tune_model, read_tunes, tune_state
from rnnlib.plotting import plot_traces, show
from rnnlib.plotting.inside import plot_effects, plot_resting_points

# %% [markdown]
# ## 16.1 Probes
#
# **The idea.** A state is a vector of numbers without names. To find out whether some property is in it, train a small model, a **probe**, that reads the property from the state. The network
# stays as it is. The simplest probe is ridge regression: least squares with a price on large weights.
#
# $$\bar h = \text{mean of all } h \qquad H_c = H - \bar h \qquad
# W = \big(H_c^\top H_c + \lambda I\big)^{-1} H_c^\top Y \qquad b = \bar y - \bar h\, W$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $H$ | `hs` | (M, H) | M states, from all steps of all sequences |
# | $Y$ | `ys` | (M, K) | what is to be read; for classes, one-hot |
# | $\lambda$ | `strength` | a number | above 0 |
# | $W$, $b$ | returned | (H, K), (K,) | `hs @ W + b` is what the probe says |
#
# `np.linalg.solve(A, B)` is $A^{-1} B$ without the inverse.
#
# **Your turn.**


# %% exercise="ridge_probe"
def ridge_probe(hs, ys, strength):
    """A linear map from states to targets.

    hs: (M, H).  ys: (M, K).  strength: a number.
    Returns W, b: (H, K), (K,).
    """
    ### BEGIN SOLUTION
    mean = hs.mean(axis=0)
    centred = hs - mean
    left = centred.T @ centred + strength * np.eye(hs.shape[1])
    W = np.linalg.solve(left, centred.T @ ys)
    return W, ys.mean(axis=0) - mean @ W
    ### END SOLUTION


# %%
check(ridge_probe)

# %% [markdown]
# <details><summary><b>Hint 1</b>: shapes</summary>
#
# The matrix on the left is (H, H), so the strength stands on a diagonal of that size. Both means are taken over the M states.
# </details>
# <details><summary><b>Hint 2</b>: the bias</summary>
#
# At the mean state the probe says the mean target. Put that into `hs @ W + b`.
# </details>

# %% grade="ridge_probe" points=2

# %% [markdown]
# **The control.** A probe learns, too. How much of what it reads has *it* learned? Hewitt and Liang (2019) try the same probe on a **control task**: each type of symbol (here: each letter) gets a class
# **at random**, and the probe is to read that. Nothing but memorizing helps there. What the probe does better on the real task is its **selectivity**.
#
# $$\text{selectivity} = \text{accuracy on the real classes} - \text{accuracy on the random classes}$$
#
# | code | shape | meaning |
# |---|---|---|
# | `hs`, `ids` | (M, H), (M,) | states; the type of each symbol, 0 to V − 1 |
# | `labels` | (M,) | the real classes, whole numbers from 0 |
# | `by_type` | (V,) | a random class for each type |
# | `train` | (M,) | True where the probes are fitted; they are tried on all others |
# | `strength` | a number | for your `ridge_probe` |
# | returned | `accuracy, control` | shares of right answers on the real and on the random classes |
#
# The answer of a probe is the class with the largest score. `~train` turns True and False round; `np.eye(K)[classes]` is one-hot, with K = `classes.max() + 1`.


# %% exercise="selectivity"
def selectivity(hs, ids, labels, by_type, train, strength):
    """A probe, and the same probe on a control task.

    hs: (M, H).  ids, labels: (M,).  by_type: (V,).  train: (M,) of bool.
    Returns accuracy, control: two numbers.
    """
    ### BEGIN SOLUTION
    found = []
    for classes in (labels, by_type[ids]):
        ys = np.eye(classes.max() + 1)[classes]
        W, b = ridge_probe(hs[train], ys[train], strength)
        said = (hs[~train] @ W + b).argmax(axis=1)
        found.append(np.mean(said == classes[~train]))
    return found[0], found[1]
    ### END SOLUTION


# %%
check(selectivity)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one task</summary>
#
# Write it for `labels` first: one-hot, fit, answer, compare. Then do the same with other classes.
# </details>
# <details><summary><b>Hint 2</b>: the other classes</summary>
#
# `by_type` has a class for each *type*, and `ids` says of each step which type it is. One index does it.
# </details>

# %% grade="selectivity" points=2

# %% [markdown]
# Now look into networks of unit 15. They have read names, letter by letter, to foresee the next letter. Can we read from a state whether the letter that was just read is a vowel? Beside the GRU, which was trained, stands the
# echo state network, whose cell is **random and was never trained**. **Predict first:** in which of the two can a vowel be read better?
#
# Fitted on three quarters of the *words* and tried on the others: steps of one word are too much alike to be parted.

# %%
alphabet, words = Vocabulary(".abcdefghijklmnopqrstuvwxyz"), compared_names()[2]
xs, _, mask = letter_batch(words, alphabet)
letter = xs.argmax(axis=2)
keep = mask & (letter > 0)
word = np.broadcast_to(np.arange(len(words)), letter.shape)[keep]
ids, select = letter[keep], working(selectivity)
vowel = np.isin(np.arange(27), alphabet.encode("aeiouy")).astype(int)
rng = np.random.default_rng(0)
random_classes = [rng.permutation(vowel) for _ in range(5)]  # as many of each as there are vowels
print("                 units   a vowel?   control   selectivity")
for name in ("GRU", "echo state"):
    hs = hidden_states(xs, compared_weights(name))[keep]
    rows = [select(hs, ids, vowel[ids], by_type, word % 4 > 0, 1.0) for by_type in random_classes]
    real, control = np.mean(rows, axis=0)
    print(f"{name:16} {hs.shape[1]:5} {real:9.1%} {control:10.1%} {real - control:+10.1%}")
print(f"always the more frequent answer: {max(vowel[ids].mean(), 1 - vowel[ids].mean()):.1%}")

# %% [markdown]
# A vowel can be read nearly always, from the random network too. So the 98 % of the GRU alone say nothing about what it has learned. The control says why: from 94 units a probe learns *any* division of the
# letters by heart. From the 16 units of the GRU it cannot quite, and there vowels are easier to read than random sets of letters. That difference, six points, is what the probe has found.
#
# ## 16.2 A single unit
#
# **The idea.** Karpathy, Johnson and Fei-Fei (2015) looked at single units of an LSTM that had read books and programs. A few could be understood: one was on inside quotes, one followed the length of the line. To
# find such a unit, correlate all units with the signal, and take the largest correlation, up *or* down:
#
# $$r_k = \frac{\sum_m (h_{mk} - \bar h_k)(s_m - \bar s)}{\lVert h_{\cdot k} - \bar h_k \rVert\; \lVert s - \bar s \rVert}$$
#
# | code | shape | meaning |
# |---|---|---|
# | `hs` | (M, H) | no unit is constant |
# | `signal` | (M,) | |
# | returned | `unit, correlations` | the number of the unit; (H,), with their signs |


# %% exercise="best_unit"
def best_unit(hs, signal):
    """The unit that follows a signal best.

    hs: (M, H).  signal: (M,).
    Returns unit, correlations: a whole number, (H,).
    """
    ### BEGIN SOLUTION
    centred = hs - hs.mean(axis=0)
    wanted = signal - signal.mean()
    lengths = np.linalg.norm(centred, axis=0) * np.linalg.norm(wanted)
    correlations = wanted @ centred / lengths
    return np.abs(correlations).argmax(), correlations
    ### END SOLUTION


# %%
check(best_unit)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# The sum over m for all units at once is a vector times a matrix. `np.linalg.norm` needs an axis for the units and none for the signal.
# </details>

# %% grade="best_unit" points=1

# %% [markdown]
# The network is the LSTM of 128 units that writes the tunes on unit 12's live page. Its bars mostly add up, so something in it should know **how much of the bar is over**. We take the jigs
# among 60 tunes that it has not seen, search in two thirds of them, and measure in the rest. Beside it, again, a network that was never trained.

# %%
tune_model, symbols = tune_network()
held_out = [str(tune) for tune in np.random.default_rng(0).permutation(irish_tunes())[:60]]
jigs = [as_text(tune) for tune in held_out if "M:6/8" in tune]
places = [bar_places(jig) for jig in jigs]
notes = [~np.isnan(place) for place in places]
place = np.concatenate(places)[np.concatenate(notes)]
jig = np.concatenate([np.full(n.sum(), k) for k, n in enumerate(notes)])


def cell_states(model):
    """The cell states of an LSTM after each symbol of the jigs' notes."""
    found = []
    for text, n in zip(jigs, notes):
        _, _, (_, cache) = read_tunes(symbols.encode(text)[:, None], tune_state(model), model)
        found.append(cache.cs[-len(text) :, 0][n])
    return np.concatenate(found)


find, probe, fit = working(best_unit), working(ridge_probe), jig % 3 > 0
untrained = init_tune_model(48, 128, np.random.default_rng(1)).astype(np.float64)
print("                best unit, correlation   read by a probe from all units")
for name, model in (("trained", tune_model), ("untrained", untrained)):
    cs = cell_states(model)
    unit, _ = find(cs[fit], place[fit])
    r = find(cs[~fit], place[~fit])[1][unit]
    W, b = probe(cs[fit], place[fit, None], 1.0)
    error = np.square(cs[~fit] @ W + b - place[~fit, None]).mean() / place[~fit].var()
    print(f"{name:14} {unit:5} {r:15.2f} {1 - error:22.0%} of the variance")
    if name == "trained":
        shown = unit, cs
letters = [np.eye(48)[symbols.encode(text)] for text in jigs]
last_four = np.concatenate(
    [np.hstack([np.roll(x, k, axis=0) for k in range(4)])[n] for x, n in zip(letters, notes)]
)
W, b = probe(last_four[fit], place[fit, None], 1.0)
error = np.square(last_four[~fit] @ W + b - place[~fit, None]).mean() / place[~fit].var()
print(f"no network, the last four symbols {1 - error:25.0%}")

# %%
unit, cs = shown
first = np.flatnonzero(jig == 0)[:60]
lines = {"place in the bar": place, f"−c of unit {unit}": -cs[:, unit]}
show(
    plot_traces(
        {name: ((line - line.mean()) / line.std())[first] for name, line in lines.items()},
        xlabel="symbol of the tune",
        ylabel="standardized",
    ),
    "Two lines over 60 symbols of a jig. The place in the bar rises like a saw, tooth after tooth; the negative cell state of the unit mostly rises and falls with it, less regularly.",
)

# %% [markdown]
# One unit goes down as the bar fills up, and starts again at the bar line. Nobody asked for it, and it is no exact clock. Now the right column: from the *untrained* network the place can be read nearly as well, and best of all from the
# last four symbols, **without any network**. So the 90 % are no sign that the network has learned to count beats. The single unit is a better one: in the random network none follows the bar so closely.
#
# ## 16.3 Which inputs mattered?
#
# **Another kind of sequence:** DNA. A GRU of 12 units reads 30 bases and says at the end whether the motif TATAAT is among them, a box that stands shortly before many genes of bacteria. The other half of the pieces has the
# same six letters in another order. The data are generated, so we know what the network should look at.
#
# **Occlusion.** Replace one step by an input that says nothing, and see how much of the score is lost.
#
# $$\text{lost}_t = \text{score}(x) - \text{score}(x \text{ with } x_t \text{ replaced by blank})$$
#
# | code | shape | meaning |
# |---|---|---|
# | `score` | a function | (T, N, D) → (N,) |
# | `xs`, `blank` | (T, N, D), (D,) | `xs` must stay as it is |
# | returned | (T, N) | |


# %% exercise="occlusion"
def occlusion(score, xs, blank):
    """How much of a score is lost without each step.

    score: a function (T, N, D) -> (N,).  xs: (T, N, D).  blank: (D,).
    Returns lost: (T, N).
    """
    ### BEGIN SOLUTION
    whole, lost = score(xs), []
    for t in range(len(xs)):
        changed = xs.copy()
        changed[t] = blank
        lost.append(whole - score(changed))
    return np.stack(lost)
    ### END SOLUTION


# %%
check(occlusion)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# One row of the answer needs one changed copy of all examples. Start each row from a fresh copy.
# </details>

# %% grade="occlusion" points=1

# %% [markdown]
# **Gradient × input.** Occlusion runs the network T times. A gradient needs one pass back: how steeply does the score rise with each input? Times the input, added up over the D numbers of a step:
#
# $$\text{score} = h_T \cdot w \qquad\quad \text{effect}_t = \sum_d x_{td}\, \frac{\partial\, \text{score}}{\partial x_{td}}$$
#
# If the score were linear in the inputs, this *would be* occlusion with a blank of zeros.
#
# | code | shape | meaning |
# |---|---|---|
# | `xs` | (T, N, D) | |
# | `params` | `GRUParams` | the state before the first step is 0 |
# | `w` | (H,) | what each unit of the last state is worth |
# | returned | (T, N) | |
#
# Lent: `gru_forward(xs, h0, params)` returns `hs, h, cache`; `gru_backward(dhs, dh, cache)` returns `dxs, dh0, grads`. Here `dh` is the gradient of the *last* state, beside what `dhs` says of all states.


# %% exercise="gradient_times_input"
def gradient_times_input(xs, params, w):
    """Gradient times input for the score h_T w of a GRU.

    xs: (T, N, D).  params: GRUParams.  w: (H,).
    Returns effects: (T, N).
    """
    ### BEGIN SOLUTION
    zero = np.zeros((xs.shape[1], len(w)))
    hs, _, cache = gru_forward(xs, zero, params)
    dxs, _, _ = gru_backward(np.zeros_like(hs), zero + w, cache)
    return (xs * dxs).sum(axis=2)
    ### END SOLUTION


# %%
check(gradient_times_input)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# What is the gradient of $h_T \cdot w$ with respect to $h_T$? It is the same for each of the N examples. All other states have no gradient of their own.
# </details>

# %% grade="gradient_times_input" points=1.5

# %% [markdown]
# **Predict first:** all six letters of the motif are needed. Which of the two methods says so?

# %%
net, occlude, slope = inside_model("motif"), working(occlusion), working(gradient_times_input)
w = net.out.W_hy[:, 1] - net.out.W_hy[:, 0]  # how much more "motif" than "no motif"


def motif_score(xs):
    """Above 0: the network says that the motif is there."""
    hs, _, _ = gru_forward(xs, first_state(net.cell, xs.shape[1]), net.cell)
    return hs[-1] @ w + net.out.b_y[1] - net.out.b_y[0]


bases, has, starts = dna_with_motif(30, 400, np.random.default_rng(11))
print(f"right answers: {((motif_score(np.eye(4)[bases]) > 0) == has).mean():.1%}")
pieces = np.flatnonzero(has)
lost = occlude(motif_score, np.eye(4)[bases[:, pieces]], np.full(4, 0.25))
steep = slope(np.eye(4)[bases[:, pieces]], net.cell, w)
print("letter of the motif   ", "".join(f"{letter:>7}" for letter in "TATAAT"))
for name, effects in (("occlusion", lost), ("gradient x input", steep)):
    six = [effects[starts[p] + np.arange(6), k] for k, p in enumerate(pieces)]
    print(f"{name:22}", "".join(f"{value:7.2f}" for value in np.median(six, axis=0)))
print("the first T faded by   ", end="")
for share in (0, 0.5, 0.8, 1):
    faded, at = np.eye(4)[bases[:, pieces]], (starts[pieces], np.arange(len(pieces)))
    faded[at] = (1 - share) * faded[at] + share / 4
    print(f"{share:5.0%}: score {np.median(motif_score(faded)):5.1f}", end="")
print()

# %%
k = int(np.flatnonzero(starts[pieces] == 12)[0])
text = "".join(BASES[base] for base in bases[:, pieces[k]])
show(
    plot_effects(
        text,
        {"occlusion": lost[:, k], "gradient × input": steep[:, k]},
        marked=range(12, 18),
    ),
    "Bars for the 30 letters of a piece of DNA. Above, occlusion: six high bars of about equal height at the letters of TATAAT, nothing elsewhere. Below, gradient times input: bars at the last four letters of the motif, a negative one just behind it, and next to nothing at its first letters and elsewhere.",
)

# %% [markdown]
# Both point to the right place. But occlusion says that each letter is worth as much as all of them, and gradient × input gives the first letters next to nothing. Each answers its own question. Without its first T the motif is gone: that is occlusion.
# But a *little* less of that T changes nothing, as the last line shows: the score stands on a plateau, which ends in a cliff. That flat ground is what a gradient sees. (The losses add up to far more than the score: if each of six is indispensable, each gets all of the credit.)
#
# Is occlusion the one to trust, then? Put the motif in **twice**:

# %%
for name, places_of in (("once", [5]), ("twice", [5, 18])):
    piece = np.random.default_rng(3).integers(0, 4, (30, 1))
    for start in places_of:
        piece[start : start + 6, 0] = [BASES.index(base) for base in "TATAAT"]
    x = np.eye(4)[piece]
    lost_here = occlude(motif_score, x, np.full(4, 0.25))
    print(
        f"{name:6} score {motif_score(x)[0]:6.1f}   most that one letter takes away: {lost_here.max():5.1f}"
    )

# %% [markdown]
# Now each motif stands in for the other, and no single letter matters any more, says occlusion. An answer may rest on something that is there twice.
#
# ## 16.4 Where the state comes to rest
#
# **The network.** Three switches, each set to −1 or 1 by pulses, and held in between. An RNN of 16 units has learned to put out the position of all three (Sussillo and Barak 2013). Sixteen units for three bits: where does it keep them?
#
# **Principal components** are the directions, at right angles, along which states vary most: the rows of $V^\top$ in the singular value decomposition of the centred states. The variance along each is proportional to its singular value squared.
#
# $$H - \bar h = U\,\text{diag}(s)\,V^\top \qquad\quad \text{share}_i = \frac{s_i^2}{\sum_j s_j^2}$$
#
# | code | shape | meaning |
# |---|---|---|
# | `hs` | (M, H) | M ≥ H |
# | `k` | a number | how many |
# | returned | `directions, shares` | (k, H), one a row, in falling order; (k,), shares of the *whole* variance |
#
# `np.linalg.svd(a, full_matrices=False)` returns U, s and $V^\top$. A direction may come out with either sign; the check accepts both.


# %% exercise="principal_components"
def principal_components(hs, k):
    """The directions in which states vary most.

    hs: (M, H).  k: how many.
    Returns directions, shares: (k, H), (k,).
    """
    ### BEGIN SOLUTION
    _, sizes, directions = np.linalg.svd(hs - hs.mean(axis=0), full_matrices=False)
    variances = sizes**2
    return directions[:k], variances[:k] / variances.sum()
    ### END SOLUTION


# %%
check(principal_components)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Centre first. The decomposition sorts by itself. In the shares, the sum runs over *all* directions.
# </details>

# %% grade="principal_components" points=1.5

# %%
switches, rng = inside_model("switches"), np.random.default_rng(3)
cell, components = switches.cell, working(principal_components)
pulses, wanted = flip_flops(60, 40, rng)
hs = rnn_forward(pulses, np.zeros((40, 16)), cell)[0].reshape(-1, 16)
right = (hs @ switches.out.W_hy + switches.out.b_y) * wanted.reshape(-1, 3) > 0
directions, shares = components(hs, 3)
print(f"right positions: {right.mean():.1%}")
print(f"three of sixteen directions hold {shares.sum():.0%} of the variance")

# %% [markdown]
# **Fixed points.** Between pulses the input is 0, and the network only steps on: $F(h) = \tanh(h W_{hh} + b_h)$. A state with $F(h) = h$ stays for ever. To find one, use Newton's method on $F(h) - h = 0$, whose slope is $J - I$:
#
# $$h \leftarrow h - \big(J(h) - I\big)^{-1}\big(F(h) - h\big)$$
#
# J is the Jacobian of unit 04. It also says what happens *near* the point: a small difference is multiplied by J at each step. If all eigenvalues lie inside the unit circle, it dies out, and the point **attracts**. Each eigenvalue outside is a way out.
#
# | code | shape | meaning |
# |---|---|---|
# | `h` | (H,) | where to begin |
# | `F`, `J` | functions | (H,) → (H,); (H,) → (H, H), row i for entry i of F(h) |
# | `steps` | a number | of Newton's method; may be 0 |
# | returned | `h, sizes` | the last h; (H,), the absolute values of the eigenvalues of J *there*, the largest first |
#
# On paper: F(h) = h/2 + 3 has J = 1/2. From h = 0, one step leads to $0 - (-\tfrac12)^{-1} \cdot 3 = 6$, and there it stays.


# %% exercise="fixed_point"
def fixed_point(h, F, J, steps):
    """Newton's method for F(h) = h.

    h: (H,).  F: (H,) -> (H,).  J: (H,) -> (H, H).  steps: a number.
    Returns h, sizes: (H,), (H,).
    """
    ### BEGIN SOLUTION
    identity = np.eye(len(h))
    for _ in range(steps):
        h = h - np.linalg.solve(J(h) - identity, F(h) - h)
    sizes = np.abs(np.linalg.eigvals(J(h)))
    return h, np.sort(sizes)[::-1]
    ### END SOLUTION


# %%
check(fixed_point)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one step</summary>
#
# `np.linalg.solve(A, v)` gives $A^{-1} v$. Both A and v are made from the present h, so they belong inside the loop.
# </details>
# <details><summary><b>Hint 2</b>: eigenvalues</summary>
#
# `np.linalg.eigvals` gives complex numbers where something turns. Their size counts. `np.sort` sorts upwards.
# </details>

# %% grade="fixed_point" points=2

# %% [markdown]
# Start from 200 states that the network was in, and from 200 points half-way between two of them. **Predict first:** how many different points will there be? How many attract?


# %%
def F(h):
    """One step without a pulse."""
    return np.tanh(h @ cell.W_hh + cell.b_h)


def J(h):
    """Unit 04: the slope of each unit, times the transposed weights."""
    return (1 - F(h) ** 2)[:, None] * cell.W_hh.T


rng = np.random.default_rng(0)
seen = hs[rng.integers(0, len(hs), (3, 200))]
starts_at = np.concatenate([seen[0], (seen[1] + seen[2]) / 2])
points, ways_out = distinct_fixed_points(starts_at, F, J, steps=20, find=working(fixed_point))
print("points where it rests:", len(points))
for ways in range(4):
    said = points[ways_out == ways] @ switches.out.W_hy + switches.out.b_y
    example = " ".join(f"{v:+.0f}" for v in np.round(said[np.lexsort(np.round(said.T))][0]) + 0.0)
    print(
        f"  ways out {ways}: {len(said):2} points, such as the one where the switches say {example}"
    )
mean = hs.mean(axis=0)
show(
    plot_resting_points((hs - mean) @ directions.T, (points - mean) @ directions.T, ways_out),
    "The states of the network in three principal components. They gather at eight points that stand like the corners of a cube, all of them stable. Half-way along the twelve edges lie points with one way out, in the six faces points with two, in the middle one with three.",
)

# %% [markdown]
# A **cube**. The eight corners attract: they are the positions of three switches, the memory itself. On each edge, with one switch at 0, lies a saddle with a single way out, a watershed between two corners: a pulse must push the state across it. Each face has a point with two ways out, the middle one with
# three: 8 + 12 + 6 + 1 = 27 = 3³, for each switch can be at −1, 0 or 1. Nobody told the network about cubes. (And nothing here proves that there are no other points.)
#
# **Question 1.** Suppose a network for *four* switches were built in the same way. How many of its points would have exactly one way out?

# %% answer="saddles"
answer_saddles = None  # your answer: a number of points
### BEGIN SOLUTION
answer_saddles = 32
### END SOLUTION

# %%
check_answer("saddles", answer_saddles)

# %% grade_answer="saddles" points=0.5

# %% [markdown]
# ## 16.5 Counting
#
# **The idea.** To know when words such as ab, aabb, aaabbb end, one must count, without a limit. An LSTM can: its cell state is a *sum*, $c_t = f_t c_{t-1} + i_t g_t$. With its gates open, it adds $g_t$ to what is there, and $g_t$ may be 1 or −1.
#
# **Set one by hand.** Inputs: a is (1, 0), b is (0, 1). The cell state of unit 0 must rise by the same amount at each a and fall by just that at each b, so that it is 0 whenever there were as many a as b, even after a thousand of each. Return `LSTMParams(W_xh, W_hh, b_h)`, gates in the order i, f, g, o:
#
# | code | shape for one unit | |
# |---|---|---|
# | `W_xh` | (2, 4) | first row: what a adds before the gates; second row: b |
# | `W_hh` | (1, 4) | |
# | `b_h` | (4,) | |
#
# How far open is a gate? sigmoid(3) = 0.95, sigmoid(9) = 0.9999, and sigmoid(40) is 1 to the last digit.


# %% exercise="counter_params"
def counter_params():
    """An LSTM that counts a up and b down.

    Returns LSTMParams(W_xh=..., W_hh=..., b_h=...).
    """
    ### BEGIN SOLUTION
    return LSTMParams(
        W_xh=[[0.0, 0.0, 20.0, 0.0], [0.0, 0.0, -20.0, 0.0]],
        W_hh=np.zeros((1, 4)),
        b_h=[40.0, 40.0, 0.0, 40.0],
    )
    ### END SOLUTION


# %%
check(counter_params)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the gates</summary>
#
# The gates i and f must be open at every letter. Which of the three arrays does not depend on the letter?
# </details>
# <details><summary><b>Hint 2</b>: up and down</summary>
#
# The third column is the candidate g, a tanh. What must stand there for a, and what for b? And what would happen to the count if the output came back in?
# </details>

# %% grade="counter_params" points=1.5

# %%
counter = working(counter_params)()
for n in (3, 100, 1000):
    letters = np.eye(2)[np.repeat([0, 1], n)][:, None]
    zero = np.zeros((1, len(counter.W_hh)))
    _, _, cache = lstm_forward(letters, (zero, zero), counter)
    counts = cache.cs[-2 * n :, 0, 0]
    top, end = counts[n - 1] / abs(counts[0]), counts[-1] / abs(counts[0])
    print(
        f"{n:5} a and {n:5} b: the count goes up to {round(float(top)):5} and ends at {abs(round(float(end)))}"
    )

# %% [markdown]
# **Why a GRU cannot.** Its state is a weighted *mean*, $h_t = (1 - z)\,n + z\,h_{t-1}$ of the old state and a candidate between −1 and 1. So it never leaves (−1, 1). To tell a thousand numbers apart there, they must lie closer than 0.002 to each other; with ever longer words, closer than any rounding. For an LSTM the steps stay as
# large as they are (Weiss, Goldberg and Yahav 2018).
#
# **Do trained networks count?** Five LSTMs with 143 weights and five GRUs with 158 have learned to foresee the next letter, from words with up to **ten** a. We try longer and longer words, and note how far everything is right from the first b on. **Predict first.**

# %%
print("right up to n =       five seeds         (trained up to 10)")
for kind in ("lstm", "gru"):
    reached = [right_up_to(inside_model(f"{kind} {seed}"), 100) for seed in range(5)]
    print(f"{kind.upper():16}", "".join(f"{n:6}" for n in reached))

# %% [markdown]
# An LSTM *can* count without a limit; these have not learned to. Two go on to two or three times the length that they have seen, one stops where its training stopped, and so do the GRUs, nearly to the letter. "It can" and "it has learned to" are two claims, and good results at the lengths of training prove neither.
#
# ## 16.6 What is next
#
# **Smaller.** A watch or a hearing aid has little memory. Weights can be stored as whole numbers of few bits, and one scale for the whole matrix:
#
# $$\text{top} = 2^{\,\text{bits} - 1} - 1 \qquad \text{scale} = \frac{\max |W|}{\text{top}} \qquad q = \text{round}\Big(\frac{W}{\text{scale}}\Big) \qquad W \approx \text{scale} \cdot q$$
#
# With 8 bits top is 127. If all weights are 0, let the scale be 1.
#
# | code | shape | meaning |
# |---|---|---|
# | `W`, `bits` | (H, K), a number | 2 to 8 bits |
# | returned | `q, scale` | (H, K), of an integer type; a number |


# %% exercise="quantize"
def quantize(W, bits):
    """Weights as whole numbers of few bits.

    W: (H, K).  bits: a number, 2 to 8.
    Returns q, scale: (H, K) of integers, a number.
    """
    ### BEGIN SOLUTION
    top = 2 ** (bits - 1) - 1
    scale = np.abs(W).max() / top
    if scale == 0:
        scale = 1.0
    return np.round(W / scale).astype(int), scale
    ### END SOLUTION


# %%
check(quantize)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# `astype(int)` cuts off what stands behind the point, so round first. The largest weight may be a negative one.
# </details>

# %% grade="quantize" points=1

# %% [markdown]
# **Predict first:** with how few bits does the GRU of unit 15 still write names as well as before?

# %%
whole_numbers, weights = working(quantize), compared_weights("GRU")
texts = letter_batch(compared_names()[0], alphabet)
number = sum(array.size for array in weights.values())
loss = cross_entropy(net_logits(texts[0], weights), texts[1], mask=texts[2])
print(f"as it is, 32 bits: {4 * number:6,} bytes   held-out loss {loss:.2f}")
for bits in (8, 6, 4, 3, 2):
    few = {}
    for name, array in weights.items():
        q, scale = whole_numbers(np.atleast_2d(array), bits)
        few[name] = (scale * q).reshape(array.shape)
    loss = cross_entropy(net_logits(texts[0], few), texts[1], mask=texts[2])
    print(f"{bits} bits:            {bits * number // 8:6,} bytes   held-out loss {loss:.2f}")

# %% [markdown]
# Here 8 bits cost nothing and save three quarters, and 6 bits cost next to nothing; from 4 on it hurts. (Multiplying in whole numbers saves time and power too, on hardware that can do it.)
#
# **Learning without changing a weight** (Hochreiter, Younger and Conwell 2001). An LSTM has been trained on *many* tasks, each a linear function of three numbers. At each step it sees a point and the *answer to the point before*, and has to say the value. Now its weights are fixed, and the functions are new;
# what it learns of them can only be in its state. Beside it: ridge regression, fitted again after each example.

# %%
learner, N = inside_model("lines"), 1000
points_seen, values = linear_tasks(13, N, np.random.default_rng(5))
before = np.concatenate([np.zeros((1, N)), values[:-1]])
inputs = np.concatenate([points_seen, before[:, :, None]], axis=2)
hs, _, _ = lstm_forward(inputs, first_state(learner.cell, N), learner.cell)
errors = {"LSTM": np.square(output_step(hs, learner.out)[:, :, 0] - values).mean(axis=1)}
ridge = np.zeros((13, N))
for k in range(1, 13):
    X, Y = points_seen[:k].transpose(1, 0, 2), values[:k].T[:, :, None]
    fitted = np.linalg.solve(X.transpose(0, 2, 1) @ X + 0.01 * np.eye(3), X.transpose(0, 2, 1) @ Y)
    ridge[k] = np.einsum("nd,nd->n", points_seen[k], fitted[:, :, 0])
errors["ridge regression"] = np.square(ridge - values).mean(axis=1)
print("mean squared error after    0     1     2     3     5    10 examples")
for name, error in errors.items():
    print(f"{name:22}", "".join(f"{error[k]:6.2f}" for k in (0, 1, 2, 3, 5, 10)))

# %% [markdown]
# After ten examples hardly any error is left, and no weight has changed: the network *runs* a learning algorithm that gradient descent has found. But look at the second row. Three numbers are unknown, so three examples are enough if you know that the function is linear. If you can write the right model down, you need no network.
#
# ## 16.7 What a look inside does not show
#
# **That it is used.** A probe shows that something *can be read*. To show that the network uses it, change it in the state, and see whether the answer changes (Belinkov 2022).
#
# **That there is nothing.** A linear probe that fails has not found it *linearly*. And the control task guards against memorizing letters, not against other shortcuts, such as the length of a word.
#
# **Why.** If an answer rests on two things at once, or on either of two, one number for each input cannot say so. An explanation that looks right is not yet one: try the method on random weights, and on data where you *know* what matters (Adebayo et al. 2018).
#
# **Where a state can harm somebody.** A state can hold what nobody wanted in it: a person's origin, age or illness. So treat states as personal data if the inputs were. A network that writes may give back what it has read, word for word (unit 12 measured copies). A tool that ranks people can rest on a stand-in for what it must not use; leaving that column out does not help
# if the state has it. And people who were turned down need somebody who can change the decision more than a heat map.
#
# **What to report.** How the data were divided, and whether one person or text is on both sides; a simple baseline and an untrained network; the control task; all seeds, not the best one; how far outside its training range it was tried; for whom it fails; and what you looked for and did *not* find.
#
# ## 16.8 Open task: a memory outside the state
#
# A state of H numbers must hold all that a network knows. Unit 10 gave it another place to look: *all* old states, which grow with the text. In between lies a **matrix** that stores values under keys: large, but of fixed size. At each step the network brings a key k, a value v, a rate β and a query q. The
# memory is asked what it has under the key; what is *missing* is written; then it is asked for the query:
#
# $$e_t = v_t - M_{t-1}^\top k_t \qquad\quad M_t = M_{t-1} + \beta_t\, k_t\, e_t^\top \qquad\quad y_t = M_t^\top q_t$$
#
# This is the **delta rule** of Widrow and Hoff (1960), today used as a layer in place of attention (Schlag, Irie and Schmidhuber 2021; Yang et al. 2024). To train the layers that make keys, values and rates, one needs its gradients.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $k_t, q_t$ | `ks`, `qs` | (T, N, A) | keys, queries |
# | $v_t$ | `vs` | (T, N, E) | values |
# | $\beta_t$ | `betas` | (T, N) | how much of what is missing is written |
# | $M_0$ | `M0` | (N, A, E) | the memory before the first step |
# | $dL/dy_t$ | `dys` | (T, N, E) | comes in |
# | | returned | | `ys, dks, dvs, dqs, dbetas, dM0`, each with the shape of what it belongs to |
#
# **Write it: both passes.** The derivation is yours. No function of `rnnlib` is lent. Each result earns its share.


# %% exercise="delta_memory" minutes=35
def delta_memory(ks, vs, qs, betas, M0, dys):
    """A matrix memory with the delta rule, forward and backward.

    ks, qs: (T, N, A).  vs, dys: (T, N, E).  betas: (T, N).  M0: (N, A, E).
    Returns ys, dks, dvs, dqs, dbetas, dM0.
    """
    ### BEGIN SOLUTION
    M, memories, errors, ys = M0, [M0], [], []
    for k, v, q, beta in zip(ks, vs, qs, betas):
        e = v - np.einsum("nae,na->ne", M, k)
        M = M + np.einsum("n,na,ne->nae", beta, k, e)
        ys.append(np.einsum("nae,na->ne", M, q))
        errors.append(e)
        memories.append(M)

    dks, dvs, dqs = np.zeros_like(ks), np.zeros_like(vs), np.zeros_like(qs)
    dbetas, dM = np.zeros_like(betas), np.zeros_like(M0)
    for t in reversed(range(len(ks))):
        k, e, beta = ks[t], errors[t], betas[t][:, None]
        # y_t was read from M_t.
        dqs[t] = np.einsum("nae,ne->na", memories[t + 1], dys[t])
        dM = dM + np.einsum("na,ne->nae", qs[t], dys[t])
        # What was written: beta k e.
        dM_e = np.einsum("nae,ne->na", dM, e)
        dbetas[t] = (k * dM_e).sum(axis=1)
        dvs[t] = beta * np.einsum("nae,na->ne", dM, k)
        # The error looked into the old memory, with the key.
        dks[t] = beta * dM_e - np.einsum("nae,ne->na", memories[t], dvs[t])
        dM = dM - np.einsum("na,ne->nae", k, dvs[t])
    return np.stack(ys), dks, dvs, dqs, dbetas, dM
    ### END SOLUTION


# %%
check(delta_memory)

# %% [markdown]
# <details><summary><b>Hint 1</b>: in which order</summary>
#
# Forward first, and keep what the way back needs: every memory and every error. `ys` is a result of its own, so the check shows at once whether it is right. `numerical_gradient` of unit 02 helps with the rest.
# </details>
# <details><summary><b>Hint 2</b>: how often does each thing occur?</summary>
#
# Draw one step as a graph. From the key two ways lead to the result, and from the old memory as well. Where ways meet, gradients are added.
# </details>
# <details><summary><b>Hint 3</b>: a single example</summary>
#
# Derive it for N = 1 with matrices: what is dL/de if dL/dM is known and $M = \dots + \beta\, k\, e^\top$? The other examples are a letter n in an `einsum`.
# </details>

# %% grade="delta_memory" points=6

# %% [markdown]
# **What does it remember?** Eight keys of length 1, a value for each; then new values under the *same* keys, over and over. At the end we ask for the latest. Beside it: Hebb's rule (unit 15), which adds whatever comes.

# %%
memory, rng = working(delta_memory), np.random.default_rng(0)
keys = rng.normal(size=(8, 50, 32))
keys = keys / np.linalg.norm(keys, axis=2, keepdims=True)
print("latest value right      delta rule   Hebb")
for rounds in (1, 2, 8):
    stored = rng.choice([-1.0, 1.0], (8 * rounds, 50, 8))
    ks = np.tile(keys, (rounds + 1, 1, 1))  # in the last round nothing is written
    vs = np.concatenate([stored, stored[:8]])
    betas = np.repeat([1.0, 0.0], [8 * rounds, 8])[:, None] * np.ones((1, 50))
    ys = memory(ks, vs, ks, betas, np.zeros((50, 32, 8)), np.zeros_like(vs))[0][-8:]
    hebb = np.einsum("tna,tne,sna->sne", ks[: 8 * rounds], stored, keys)
    found = [np.mean(np.sign(y) == stored[-8:]) for y in (ys, hebb)]
    print(f"  rounds of writing {rounds} {found[0]:11.0%} {found[1]:9.0%}")

# %% [markdown]
# **Now let it learn.** The task of 16.6 again: points are keys, values are values, both divided by the length of the point, and the next point is the query. The memory *is* the linear function, as far as it is known. How much of an error should it correct? We start with β = 0.3 at all steps, and follow **your** gradient `dbetas`.
# **Predict first:** where will β go?


# %%
def tasks(N, rng):
    """Points of length 1, their values, and the lengths that they had."""
    points, values = linear_tasks(13, N, rng)
    lengths = np.linalg.norm(points, axis=2, keepdims=True)
    return points / lengths, values[:, :, None] / lengths, lengths


def read_and_back(points, values, rate):
    """What the memory says of each next point, and the gradient of the mean squared error."""
    betas, M0 = np.outer(rate, np.ones(points.shape[1])), np.zeros((points.shape[1], 3, 1))
    call = points[:-1], values[:-1], points[1:], betas, M0
    ys = memory(*call, np.zeros_like(values[1:]))[0]
    dys = 2 * (ys - values[1:]) / ys.size
    return ys, memory(*call, dys)[4].sum(axis=1)


rate, rng = np.full(12, 0.3), np.random.default_rng(0)
for update in range(121):
    if update % 40 == 0:
        print(f"update {update:3}   beta of the first five steps:", rate[:5].round(2))
    points, values, _ = tasks(64, rng)
    rate = rate - 2.0 * read_and_back(points, values, rate)[1]
points, values, lengths = tasks(1000, np.random.default_rng(5))
for name, each in (("0.3", np.full(12, 0.3)), ("learned", rate)):
    ys, _ = read_and_back(points, values, each)
    error = np.square((ys - values[1:]) * lengths[1:]).mean(axis=(1, 2))
    print(f"beta {name:8} error after 1, 3, 5 and 10 examples:", error[[0, 2, 4, 9]].round(2))

# %% [markdown]
# Your gradient has found what one can also find by thinking: β = 1, correct the error completely. (With noisy values it would be wiser to believe each example only in part.) So a rule of one line learns about as fast as the LSTM of 16.6, which needed 4,769 weights and 8,000 updates to find its own.
#
# ## 16.9 Going further
#
# Nothing here is marked.
#
# - **Is it used?** Fit a probe for "vowel" on the GRU, and move a state along the probe's direction until it says "consonant". Do the probabilities of the next letter change as they should?
# - **Two seeds.** Train the three switches again with `rnnlib train inside --into /tmp/inside` after changing the seed. Is there always a cube? With a fourth switch?
# - **Slow points.** Start your `fixed_point` from states in the middle of a pulse. Minimize $|F(h) - h|^2$ by gradient descent instead: which points does it find that Newton's method does not?
# - **Integrated gradients** (Sundararajan, Taly and Yan 2017): the mean of the gradient on the way from the blank to the input, times their difference. It adds up to the difference in the score. What does it say of the two motifs?
# - **A quote cell.** Make a text with words in quotes in capitals, train a GRU on it for some seconds, and search for the unit that knows whether a quote is open.
# - **Sensors.** Three accelerometers of a telephone are a sequence of three numbers, 50 a second. Write down, before you train: a baseline, how to divide the data (by person!), what you would report.
# - **One scale a column.** Let `quantize` take one scale for each column. With how many bits is the loss now as good as before?
#
# ## Summary
#
# - A probe shows what can be read from a state. With a control task, an untrained network and a split by sequences it begins to mean something.
# - A single unit may follow a signal that nobody asked for, such as the place in a bar. What a probe reads may be in the last few inputs already.
# - Occlusion asks "what if it were gone", the gradient "what if it were a little less". Plateaus fool the second, redundancy the first.
# - A network that holds three bits has eight points that attract, at the corners of a cube, with saddles between them.
# - An LSTM can count without a limit, a GRU cannot; what is trained counts a little further than it was trained, or not at all.
# - 8 bits a weight are enough here. A network can learn a new task in its state alone. A matrix is a memory that grows with nothing.
#
# **This is the last unit.** You have written every part of a recurrent network by hand, forward and backward, and looked into what it becomes. Take a sequence of your own, choose a baseline first, and find out whether a network is worth it.
#
# ## References
#
# - G. Alain, Y. Bengio, *Understanding intermediate layers using linear classifier probes*, arXiv:1610.01644 (2016). J. Hewitt, P. Liang, *Designing and interpreting probes with control tasks*, EMNLP 2019. Y. Belinkov, *Probing classifiers: promises, shortcomings, and advances*, Computational Linguistics 48 (2022), 207–219.
# - A. Karpathy, J. Johnson, L. Fei-Fei, *Visualizing and understanding recurrent networks*, arXiv:1506.02078 (2015).
# - M. Zeiler, R. Fergus, *Visualizing and understanding convolutional networks*, ECCV 2014. A. Shrikumar, P. Greenside, A. Kundaje, *Learning important features through propagating activation differences*, ICML 2017. M. Sundararajan, A. Taly, Q. Yan, *Axiomatic attribution for deep networks*, ICML 2017. J. Adebayo et al., *Sanity checks for saliency maps*, NeurIPS 2018.
# - D. Sussillo, O. Barak, *Opening the black box: low-dimensional dynamics in high-dimensional recurrent neural networks*, Neural Computation 25 (2013), 626–649.
# - F. Gers, J. Schmidhuber, *LSTM recurrent networks learn simple context-free and context-sensitive languages*, IEEE Transactions on Neural Networks 12 (2001), 1333–1340. G. Weiss, Y. Goldberg, E. Yahav, *On the practical computational power of finite precision RNNs for language recognition*, ACL 2018.
# - B. Jacob et al., *Quantization and training of neural networks for efficient integer-arithmetic-only inference*, CVPR 2018.
# - S. Hochreiter, A. S. Younger, P. Conwell, *Learning to learn using gradient descent*, ICANN 2001.
# - B. Widrow, M. Hoff, *Adaptive switching circuits*, IRE WESCON Convention Record 4 (1960), 96–104. I. Schlag, K. Irie, J. Schmidhuber, *Linear Transformers are secretly fast weight programmers*, ICML 2021. S. Yang et al., *Parallelizing linear Transformers with the delta rule over sequence length*, NeurIPS 2024.
