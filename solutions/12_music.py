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
# # 12 Music
#
# Irish fiddlers write their tunes as plain text. So a network that predicts letters can learn to write tunes, and you can
# hear what it has learned. You can also **measure** it: a bar of a jig must last six eighths, no more and no less, and nobody
# has told the network so. In this unit you write the measure, the reading of one long text, the writing, a test for copying,
# and the small synthesizer that plays the result.
#
# **At the end you can**
# - read a text format with a few short functions, and count which bars add up;
# - cut one long text into streams and train on it with the state carried on (truncated back-propagation);
# - let a network write on from a beginning that you choose;
# - say how much of what it writes is copied, and why no measure is enough by itself;
# - turn letters into pitches, pitches into frequencies, and frequencies into sound.
#
# | | |
# |---|---|
# | **Time** | 2 hours |
# | **You need** | units 01 to 03; the LSTM of unit 05. No music: every term is explained |
# | **Points** | 20: nine short functions (18) and four questions (2) |
#
# The network is trained while you read, in one cell that takes half a minute or so. The players in this unit make sound: mind your
# neighbours, or use headphones.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib import DenseParams, LSTMParams
from rnnlib.course import check, check_answer, working
from rnnlib.data import irish_tunes
from rnnlib.music import abc_sections, full_bar, key_signature, melody, read_abc, synthesize
from rnnlib.plotting import LiveFigure, plot_loss, show
from rnnlib.plotting.sound import listen
from rnnlib.plotting.staff import draw_tune

# %% [markdown]
# ## 12.1 A tune is a text
#
# Here is a tune in **ABC notation**, as people send it to each other by mail:

# %%
tunes = [str(tune) for tune in np.random.default_rng(0).permutation(irish_tunes())]
held_out, training = tunes[:60], tunes[60:]
tune = next(t for t in training if t.startswith("M:6/8") and "K:G Major" in t and len(t) < 170)
print(len(training), "tunes to learn from,", len(held_out), "held out. One of them:\n")
print(tune)

# %% [markdown]
# And the same in staff notation, drawn from that text:

# %% hidden=true
show(
    draw_tune(tune),
    "The tune above in staff notation: a G clef, the key and time signature, notes with stems and beams, bar lines and "
    f"repeat signs. Its text begins with {read_abc(tune).notes.splitlines()[0]}",
)

# %% [markdown]
# Three lines come first: `M:` is the **metre** (6/8: six eighths in a bar), `L:` the unit of length (here always an eighth),
# `K:` the key. Then the notes:
#
# | ABC | meaning |
# |---|---|
# | `C D E F G A B c d e f g a b` | notes from low to high; `c` is an octave above `C` |
# | `C,` `c'` | one octave lower, one octave higher |
# | `^F` `_B` `=c` | sharp, flat, natural: an **accidental**, in front of the letter |
# | `A2` `A/` `A3/2` | twice, half, one and a half times the unit; a letter alone lasts 1 |
# | `z` | a rest: silence |
# | `A>B` `A<B` | **broken rhythm**: the first note gains half of its length and the second loses half of its own, or the other way round |
# | `(3ABc` | a **triplet**: three notes in the time of two |
# | `\|` `:\|` `\|:` `\|\|` | bar line, repeat signs, double bar |
#
# The data are traditional Irish tunes, from the course MIT 6.S191 (see the references). Titles are left out: a network should
# learn the music and not the names.
#
# A given function cuts notes into **sections**, these into **bars**, and these into **tokens**, short texts of one note or
# sign each. A section ends at a double bar or a repeat sign.

# %%
sections = abc_sections(tune.split("\n", 3)[3])
print(len(sections), "sections with", [len(bars) for bars in sections], "bars")
print("first bar:", sections[0][0], "  second bar:", sections[0][1])
print("another text:", abc_sections("A>B (3cde f3/2g/:|"))

# %% [markdown]
# ## 12.2 How long is a note?
#
# **The idea.** Behind the letter stands a length: a whole number, a fraction, or nothing.
#
# | written | above | below | length |
# |---|---|---|---|
# | `A` | nothing: 1 | no slash: 1 | 1 |
# | `A12` | 12 | no slash: 1 | 12 |
# | `A3/2` | 3 | 2 | 1.5 |
# | `A/4` | nothing: 1 | 4 | 0.25 |
# | `A/` | nothing: 1 | a slash alone: 2 | 0.5 |
#
# **The equation:** length = above / below, each with its own value for "nothing".
#
# | code | meaning |
# |---|---|
# | `token` | a text such as `"^c'3/2"`: accidental, letter, octave marks, length |
# | returned | a number, in units of `L:` |
#
# Two tools of Python help here. `"3/2".partition("/")` gives the three parts `("3", "/", "2")`, and for `"12"` it gives
# `("12", "", "")`. And an empty text counts as false: `"" or 1` is 1, `"3" or 1` is `"3"`.
#
# **Your turn.**


# %% exercise="note_length"
def note_length(token):
    """The length of a note, in units of L.

    token: a text such as "A", "B,2", "^c'3/2", "d/".
    Returns a number.
    """
    ### BEGIN SOLUTION
    number = "".join(symbol for symbol in token if symbol in "0123456789/")
    above, slash, below = number.partition("/")
    if slash and not below:
        below = 2
    return int(above or 1) / int(below or 1)
    ### END SOLUTION


# %%
check(note_length)

# %% [markdown]
# <details><summary><b>Hint 1</b>: find the number</summary>
#
# Keep only the symbols that belong to it: `"".join(symbol for symbol in token if symbol in "0123456789/")`.
# </details>
# <details><summary><b>Hint 2</b>: three cases below the slash</summary>
#
# `above, slash, below = number.partition("/")`. No slash: divide by 1. A slash and a number: divide by that. A slash and nothing
# behind it: divide by 2.
# </details>
# <details><summary><b>Hint 3</b>: from text to number</summary>
#
# `int("12")` is 12, but `int("")` is an error. `int(above or 1)` is right in both cases.
# </details>

# %% grade="note_length" points=2

# %% [markdown]
# ## 12.3 A bar, note by note
#
# **The idea.** Most notes last as long as they are written. Two signs change that, and both need a memory while you
# read from left to right:
#
# - `>` changes the note *before* it (times 3/2) and the note *behind* it (times 1/2). `<` does it the other way round.
# - `(3` says that each of the next *three* notes lasts 2/3 of what is written.

# %% hidden=true
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, GREEN, GREY, VERMILLION, tint

bar = ["B", ">", "c", "(3", "d", "e", "f", "g2"]
lengths = [1.5, 0.5, 2 / 3, 2 / 3, 2 / 3, 2]
page = Sketch(6.8, 1.45)
page.text(0.1, 1.15, "B > c (3 d e f g2", ha="left", size=12, family="monospace")
x, names = 0.1, [t for t in bar if t[0].isalpha()]
for name, length, color in zip(names, lengths, [VERMILLION] * 2 + [GREEN] * 3 + [BLUE]):
    wide = 1.05 * length
    page.box(x + wide / 2, 0.62, name, size=(wide - 0.03, 0.36), fill=tint(color), edge=color)
    words = {1.5: "3/2", 0.5: "1/2", 2: "2"}.get(length, "2/3")
    page.text(x + wide / 2, 0.25, words, size=9.5, color=GREY)
    x += wide
show(
    page.figure,
    "The bar B > c (3 d e f g2 as six boxes side by side, each as wide as its note is long: 3/2, 1/2, three times 2/3, and 2. "
    "Together 6.",
)

# %% [markdown]
# **The equation,** for each note:
#
# $$\text{duration} = \text{written length} \times \text{factor of } {>} \text{ or } {<} \times \begin{cases} 2/3 & \text{inside a triplet} \\ 1 & \text{elsewhere} \end{cases}$$
#
# | code | meaning |
# |---|---|
# | `tokens` | the tokens of one bar: notes and rests such as `"B"`, `"g2"`, `"z"`, and the signs `"(3"`, `">"`, `"<"` |
# | | tokens that **begin** with `{` (grace notes, too short to count) or `-` (a tie) take no time and have no entry |
# | `found` | a list: the durations so far |
# | `factor` | what waits for the next note: 1, or 1/2 or 3/2 after a `>` or `<` |
# | `left` | how many notes of a triplet are still to come |
#
# **Your turn.** The first line and the last are given, the loop is yours. Use your `note_length`.


# %% exercise="note_durations"
def note_durations(tokens):
    """How long each note and rest of a bar sounds, in units of L.

    tokens: a list of texts, such as ["B", ">", "c", "(3", "d", "e", "f", "g2"].
    Returns an array with a number for each note or rest, here [1.5, 0.5, 2/3, 2/3, 2/3, 2].
    """
    found, factor, left = [], 1.0, 0
    ### BEGIN SOLUTION
    for token in tokens:
        if token == "(3":
            left = 3
        elif token == ">":
            found[-1] *= 3 / 2
            factor = 1 / 2
        elif token == "<":
            found[-1] *= 1 / 2
            factor = 3 / 2
        elif token[0] not in "{-":
            found.append(note_length(token) * factor * (2 / 3 if left > 0 else 1))
            factor, left = 1.0, left - 1
    ### END SOLUTION
    return np.array(found)


# %%
check(note_durations)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the shape of the loop</summary>
#
# `for token in tokens:` with one case for each kind: `if token == "(3":`, `elif token == ">":`, `elif token == "<":`, and
# `elif token[0] not in "{-":` for notes and rests.
# </details>
# <details><summary><b>Hint 2</b>: the note before, and the note behind</summary>
#
# The note before is already in the list: `found[-1] *= 3 / 2`. The note behind is not there yet: put its factor aside,
# `factor = 1 / 2`, and use it when the note comes.
# </details>
# <details><summary><b>Hint 3</b>: after each note</summary>
#
# Set `factor` back to 1, and count the triplet down: `left = left - 1`. A note belongs to a triplet while `left > 0`.
# </details>

# %% grade="note_durations" points=3

# %% [markdown]
# **Question 1.** The metre is 6/8 and the unit an eighth, so a full bar lasts 6. Which of these bars is complete?
#
# - a) `A2B c2d e`
# - b) `(3ABc d2e`
# - c) `A>B c2 (3def`
# - d) `A3/2B/ c2d/`

# %% answer="complete_bar"
answer_complete_bar = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_complete_bar = "c"
### END SOLUTION

# %%
check_answer("complete_bar", answer_complete_bar)

# %% grade_answer="complete_bar" points=0.5

# %% [markdown]
# ## 12.4 A measure: bars that add up
#
# **The idea.** Add the durations of a bar and compare with the metre. Only one thing needs care: a tune often begins with an
# **upbeat**, a bar that is short on purpose, and then the last bar of the section is short too. So the first and the last bar
# of every section do not count. The others are the **inner** bars.
#
# **The equation:** a bar is complete when $\;|\,\text{sum of its durations} - \text{full}\,| < 10^{-6}$. (Not `==`: three times
# 2/3 is not always 2 to the last digit.)
#
# | code | meaning |
# |---|---|
# | `sections` | a list of sections; a section is a list of bars; a bar is a list of tokens |
# | `full` | how long a full bar is, in units of `L:` |
# | `complete` | how many inner bars add up, over all sections |
# | `inner` | how many inner bars there are |
#
# On paper: a section of the bars `A | B2c2 | d2e | fe4 | f3`, with `full = 4`. Inner are the three in the middle, of lengths 4, 3
# and 5. So `complete` is 1 and `inner` is 3.
#
# **Your turn.** Use your `note_durations`.


# %% exercise="complete_bars"
def complete_bars(sections, full):
    """Count the inner bars, and those of them that add up.

    sections: a list of lists of bars; each bar a list of tokens.  full: a number.
    Returns complete, inner: two whole numbers.
    """
    ### BEGIN SOLUTION
    complete = inner = 0
    for bars in sections:
        for bar in bars[1:-1]:
            inner += 1
            if abs(note_durations(bar).sum() - full) < 1e-6:
                complete += 1
    return complete, inner
    ### END SOLUTION


# %%
check(complete_bars)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the inner bars</summary>
#
# `bars[1:-1]` is a list without its first and its last entry. For a list of one or two it is empty, which is right.
# </details>
# <details><summary><b>Hint 2</b>: two counters</summary>
#
# `complete = inner = 0` before the loops, a loop over the sections, and in it a loop over the inner bars. The sum of a bar is
# `note_durations(bar).sum()`.
# </details>

# %% grade="complete_bars" points=2

# %% [markdown]
# **Try it on real tunes.** How many of their inner bars add up? And does the measure notice damage? We change one symbol in
# every hundred of the notes into another one, at random.


# %%
count = working(complete_bars)


def bars_of(texts):
    """The counts (complete, inner) of many tunes together."""
    total = np.zeros(2, int)
    for text in texts:
        tune = read_abc(text)
        total += count(abc_sections(tune.notes), full_bar(tune.metre, tune.unit))
    return total


def damaged(text, rng, share=0.01):
    """The tune with a few symbols of its notes replaced by others from the same notes."""
    head, notes = text.split("\n", 3)[:3], np.array(list(text.split("\n", 3)[3]))
    hit = rng.random(len(notes)) < share
    notes[hit] = rng.choice(notes, hit.sum())
    return "\n".join([*head, "".join(notes)])


complete, inner = bars_of(tunes)
print(f"real tunes            {complete:,} of {inner:,} inner bars add up: {complete / inner:.1%}")
rng = np.random.default_rng(1)
for share in (0.01, 0.05):
    complete, inner = bars_of([damaged(t, rng, share) for t in tunes[:200]])
    print(f"{share:.0%} of symbols changed  {complete / inner:.0%}")

# %% [markdown]
# In real tunes hardly a bar is wrong, and those that are have mostly lost their double bar. One wrong symbol in a hundred already costs
# bars. It is a good measure: it needs no taste, and a network cannot pass by chance. It says nothing about beauty.
#
# ## 12.5 One long text
#
# **The idea.** We join all tunes into one text and ask a network to predict each next symbol. The text is far too long to be
# read in one go: 130,000 steps, one after the other. So we cut it into N **streams** that are read side by side, as a batch. And from each
# stream we take a piece of T steps at a time: forward, backward, update, next piece. The gradient stops at the piece's
# beginning (**truncated back-propagation**, unit 02), but the **state is carried on** from piece to piece. So nothing is forgotten where a
# piece begins, although nothing is learned across.

# %% hidden=true
words = "M:6/8 K:D A2B c2d e3 f2g|"[:24]
page = Sketch(6.8, 2.25)
page.text(0.1, 2.02, "the text", ha="left", size=10, color=GREY)
colors = (BLUE, GREEN, VERMILLION)
for k, symbol in enumerate(words):
    c = colors[k // 8]
    page.box(
        1.05 + 0.24 * k,
        2.02,
        symbol.replace(" ", "␣"),
        size=(0.22, 0.26),
        font=9,
        fill=tint(c),
        edge=c,
    )
page.text(0.1, 1.5, "N = 3 streams,", ha="left", size=10, color=GREY)
page.text(0.1, 1.28, "pieces of T = 4", ha="left", size=10, color=GREY)
for n in range(3):
    for t in range(8):
        place = 1.75 + 0.24 * t + (0.9 if t >= 4 else 0)
        page.box(
            place, 1.42 - 0.3 * n, words[8 * n + t].replace(" ", "␣"), size=(0.22, 0.26), font=9,
            fill=tint(colors[n]), edge=colors[n],
        )  # fmt: skip
    page.arrow((2.62, 1.42 - 0.3 * n), (3.45, 1.42 - 0.3 * n), head=9)
page.text(3.04, 1.62, "state", size=9, color=GREY)
page.text(2.1, 0.4, "piece 1", size=9.5, color=GREY)
page.text(3.96, 0.4, "piece 2", size=9.5, color=GREY)
page.text(
    4.6,
    0.98,
    "time runs down the first axis\nof the arrays: each stream is\na column there",
    ha="left",
    size=9.5,
    color=GREY,
)
show(
    page.figure,
    "A text of 24 symbols in three colours: symbols 0 to 7, 8 to 15, 16 to 23. Below, the three parts lie one under the other "
    "as three streams, each cut into two pieces of four symbols. Arrows carry the state of each stream from piece 1 to piece 2.",
)

# %% [markdown]
# **The equation.** With $L = \lfloor (\text{length} - 1) / N \rfloor$ steps a stream (each input needs a target, hence the −1):
#
# $$\text{inputs}[t, n] = \text{ids}[nL + t] \qquad\qquad \text{targets}[t, n] = \text{ids}[nL + t + 1]$$
#
# On paper: ids $0, 1, \dots, 7$ and N = 2 give L = 3. The streams are the columns $(0, 1, 2)$ and $(3, 4, 5)$; their targets are
# $(1, 2, 3)$ and $(4, 5, 6)$. The 7 is left over.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | | `ids` | (length,) | the text as numbers |
# | N | `N` | a number | how many streams |
# | | `inputs` | (L, N) | column n is the n-th part of the text |
# | | `targets` | (L, N) | the symbol that follows each of them **in the text** |
#
# **Your turn.**


# %% exercise="text_streams"
def text_streams(ids, N):
    """Cut one long text into N streams.

    ids: (length,) integers.  N: the number of streams.
    Returns inputs: (L, N); targets: (L, N), the symbols that come next.
    """
    ### BEGIN SOLUTION
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    targets = ids[1 : N * L + 1].reshape(N, L).T
    return inputs, targets
    ### END SOLUTION


# %%
check(text_streams)

# %% [markdown]
# <details><summary><b>Hint 1</b>: what fits</summary>
#
# `L = (len(ids) - 1) // N`. The inputs are made of the first `N * L` symbols, the targets of as many, one place later.
# </details>
# <details><summary><b>Hint 2</b>: cut and turn</summary>
#
# `.reshape(N, L)` fills row after row: each row is one part of the text. `.T` turns rows into columns.
# </details>

# %% grade="text_streams" points=2.5

# %% [markdown]
# **Question 2.** A text has 10,001 symbols. You read it in N = 8 streams, with pieces of T = 50 steps. How many updates is one pass
# through the text?

# %% answer="pieces"
answer_pieces = None  # your answer: a number
### BEGIN SOLUTION
answer_pieces = 25
### END SOLUTION

# %%
check_answer("pieces", answer_pieces)

# %% grade_answer="pieces" points=0.5

# %% [markdown]
# **The network**: an LSTM with 128 units and an output layer, 97,000 weights, in NumPy (unit 05 is the place where you write its
# gradients; here the library does it, in float32 because that is faster). A blank line ends a tune. The line `L:1/8` is the
# same in every tune, so it is left out.


# %%
def as_text(tune):
    """What the network reads: the tune without its line L:, and a blank line behind it."""
    return tune.replace("L:1/8\n", "") + "\n\n"


text, text_held_out = ("".join(map(as_text, part)) for part in (training, held_out))
symbols = rnnlib.Vocabulary.from_texts([text, text_held_out])
V, H, N, T, EPOCHS = len(symbols), 128, 8, 64, 10
letters = np.eye(V, dtype=np.float32)  # row k is the one-hot vector of symbol k


@rnnlib.parameters
class TuneModel(rnnlib.Params):
    """A recurrent cell and its output layer."""

    cell: LSTMParams
    out: DenseParams


def zeros(N):
    """The state that knows nothing: h and c."""
    return np.zeros((N, H), np.float32), np.zeros((N, H), np.float32)


def read(ids, state, model):
    """Logits (T, N, V) after each symbol of ids (T, N), the state after the last, and a cache."""
    hs, state, cache = rnnlib.lstm_forward(letters[ids], state, model.cell)
    return rnnlib.output_step(hs, model.out), state, (hs, cache)


def loss_of(ids, model, carry=None):
    """The mean loss a symbol of one text; with `carry` the state is thrown away so often."""
    inputs, targets = ids[:-1, None], ids[1:, None]
    if carry:  # every piece is a row of a batch of its own, and begins with zeros
        inputs, targets = (
            a[: len(a) // carry * carry].reshape(-1, carry).T for a in (inputs, targets)
        )
    logits, _, _ = read(inputs, zeros(inputs.shape[1]), model)
    return rnnlib.cross_entropy(logits.astype(float), targets)


rng = np.random.default_rng(0)
model = TuneModel(rnnlib.init_lstm(V, H, rng), rnnlib.init_dense(H, V, rng)).astype(np.float32)
print(f"{len(text):,} symbols to learn from, {V} different ones; {model.size:,} weights")

# %% [markdown]
# **The dull baselines** first: tables that count which symbol follows the last n − 1 (as in unit 03; where a context is rare,
# the shorter ones help out). They are made in a second. We need their loss on the tunes held out.


# %% hidden=true
class SymbolTable:
    """Counts of what follows each context of up to n - 1 symbols (Witten and Bell's rule)."""

    def __init__(self, text, n):
        self.n, self.counts = n, [{} for _ in range(n)]
        for t, symbol in enumerate(text):
            for k in range(min(n, t + 1)):
                found = self.counts[k].setdefault(text[t - k : t], {})
                found[symbol] = found.get(symbol, 0) + 1

    @property
    def stored(self):
        """How many counts it keeps."""
        return sum(len(found) for counts in self.counts for found in counts.values())

    def next_symbol(self, before):
        """Probabilities of the next symbol (V,)."""
        p = np.full(V, 1 / V)
        for k in range(self.n):
            found = self.counts[k].get(before[len(before) - k :])
            if found is None:
                break
            p *= len(found)
            for symbol, count in found.items():
                p[number_of[symbol]] += count
            p /= sum(found.values()) + len(found)
        return p

    def loss(self, text):
        """Mean loss a symbol, in nats."""
        p = [
            self.next_symbol(text[max(0, t - self.n) : t])[number_of[text[t]]]
            for t in range(1, len(text))
        ]
        return -np.log(p).mean()

    def write(self, prompt, longest, rng):
        """Go on from a prompt until a blank line."""
        made = prompt
        while len(made) < len(prompt) + longest and not made.endswith("\n\n"):
            made += symbols.symbols[rng.choice(V, p=self.next_symbol(made[-self.n :]))]
        return made[len(prompt) :]


number_of = {symbol: k for k, symbol in enumerate(symbols.symbols)}
tables = {n: SymbolTable(text, n) for n in (1, 2, 4, 5, 6, 16)}
table_loss = {n: table.loss(text_held_out) for n, table in tables.items()}
print("table          counts stored   loss held out   perplexity")
for n, table in tables.items():
    name = {1: "letters by frequency", 2: "pairs (n = 2)"}.get(n, f"n = {n}")
    print(f"{name:<20} {table.stored:>9,} {table_loss[n]:>13.2f} {np.exp(table_loss[n]):>12.1f}")

# %% [markdown]
# The best table looks back four or five symbols; longer ones have seen too few of their contexts. Now the network: ten passes through
# the text. **This is the cell that takes a while**: 20 seconds of one processor core, on the machine where this was
# written. The figure is drawn anew after every second pass. Look for the line that carries the state.

# %% tags=["nbval-ignore-output"]
streams = working(text_streams)
inputs, targets = streams(symbols.encode(text), N)
ids_held_out = symbols.encode(text_held_out)
adam, losses, looks, live = rnnlib.adam_state(model), [], {}, LiveFigure()
updates = EPOCHS * (len(inputs) // T)

for epoch in range(EPOCHS):
    state = zeros(N)
    for t in range(0, len(inputs) - T + 1, T):
        logits, state, (hs, cache) = read(
            inputs[t : t + T], state, model
        )  # the state is carried on
        losses.append(rnnlib.cross_entropy(logits, targets[t : t + T]))
        dlogits = rnnlib.cross_entropy_backward(logits, targets[t : t + T])
        dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
        _, _, grads_cell = rnnlib.lstm_backward(dhs, None, cache)  # None: the gradient stops here
        grads, _ = rnnlib.clip_grad_norm(TuneModel(grads_cell, grads_out), 1.0)
        done = len(losses) / updates
        rate = 0.01 * min(1, 50 * done) * (1 - 0.95 * done)  # up quickly, then down slowly
        model, adam = rnnlib.adam_step(model, grads, adam, learning_rate=rate)
    if epoch % 2:
        looks[len(losses) - 1] = loss_of(ids_held_out, model)
        live.show(
            plot_loss(
                losses,
                validation=looks,
                baseline=min(table_loss.values()),
                baseline_label="best table",
            ),
            f"The loss over {len(losses)} updates: {np.mean(losses[-100:]):.2f} nats a symbol on the training text, "
            f"{looks[len(losses) - 1]:.2f} on tunes held out; the best table has {min(table_loss.values()):.2f}.",
        )

network_loss = loss_of(ids_held_out, model)
print(f"held out: network {network_loss:.2f} nats, perplexity {np.exp(network_loss):.1f};", end=" ")
print(
    f"best table {min(table_loss.values()):.2f} nats, perplexity {np.exp(min(table_loss.values())):.1f}"
)

# %% [markdown]
# On dinosaur names (unit 03) a table was as good as the network. Here it loses by far, against a network with about as many numbers as the
# table for n = 6. Why? What comes next in a tune depends on how much of the bar is over, on the metre and key that
# stand at its beginning, and on the phrase four bars ago. A table of five symbols cannot see any of it.
#
# (There is no third part of the tunes that nobody has looked at. The network's size and learning rate were chosen among a handful by the loss on these sixty tunes, and so is
# the best table. Both numbers are a little too good, as question 4 of unit 03 explains; the distance between them is far larger than that.)
#
# **How far back does the network look?** We throw its state away every few symbols and look at the loss on held-out tunes.

# %% tags=["nbval-ignore-output"]
print("state thrown away      loss held out")
memory = {}
for carry in (4, 8, 16, 32, 64, 128, 256):
    memory[carry] = loss_of(ids_held_out, model, carry)
    print(f"every {carry:>3} symbols {memory[carry]:>16.2f}")
print(f"never {network_loss:>24.2f}")

# %% [markdown]
# The longer the state lives, the better, well beyond the 64 steps over which gradients flowed. (Part of the loss in the first rows has another reason: a
# state of zeros in the middle of a tune is something that the network has hardly ever met. Section 12.6 comes back to that.)
#
# ## 12.6 Writing on
#
# **The idea.** Give the network a beginning, the **prompt**, and let it read that symbol by symbol. Its state then knows the prompt.
# Then let it choose a symbol from its logits, **read what it has chosen**, choose again, and so on. The state is carried on all the
# time, through the prompt and through the writing.
#
# **The equations.** With the prompt $x_1 \dots x_P$ and a state $s_0$:
#
# $$z_t,\ s_t = \text{step}(x_t,\ s_{t-1}) \qquad\qquad x_{t+1} = \text{choose}(z_t) \quad \text{for } t \ge P$$
#
# | symbol | code | meaning |
# |---|---|---|
# | $x_1 \dots x_P$ | `prompt` | an array of symbols, at least one |
# | | `length` | how many symbols to write |
# | $s_0$ | `state` | the state before the prompt |
# | | `step(symbol, state)` | returns `logits, state`: the network reads one symbol |
# | | `choose(logits)` | returns one symbol |
# | $x_{P+1} \dots$ | returned | an array of the `length` symbols written, without the prompt |
#
# `step` and `choose` are functions that are handed to yours; you call them. What is inside is not your concern here, so the same
# lines work for any network and any way of choosing.
#
# **Your turn.** Each symbol must be read exactly once.


# %% exercise="continue_text"
def continue_text(prompt, length, step, choose, state):
    """Read a prompt and write on.

    prompt: (P,) integers.  length: how many symbols to write.
    step: a function, step(symbol, state) -> logits, state.  choose: choose(logits) -> symbol.
    state: the state before the prompt.
    Returns an array of the symbols written, (length,).
    """
    ### BEGIN SOLUTION
    for symbol in prompt:
        logits, state = step(symbol, state)
    written = []
    for _ in range(length):
        symbol = choose(logits)
        written.append(symbol)
        logits, state = step(symbol, state)
    return np.array(written)
    ### END SOLUTION


# %%
check(continue_text)

# %% [markdown]
# <details><summary><b>Hint 1</b>: first the prompt</summary>
#
# `for symbol in prompt:` take a step, and put what it returns into `logits, state`. After the loop, `logits` says what may
# come first.
# </details>
# <details><summary><b>Hint 2</b>: then the writing</summary>
#
# A second loop, `length` times: choose a symbol, append it to a list, take a step with **that** symbol and the current state.
# </details>

# %% grade="continue_text" points=2

# %% [markdown]
# **Try it: order a jig.** The prompt says what we want: metre 6/8, key of D. In front of it we put the end of the training text, so that
# the network is in the middle of reading, as it always was in training. Symbols are drawn at **temperature** 0.7 (unit 03).


# %% tags=["nbval-ignore-output"]
def step(symbol, state):
    """The network reads a symbol, or one for each of N rows."""
    one = np.ndim(symbol) == 0
    (h, c), _ = rnnlib.lstm_step(letters[np.atleast_1d(symbol)], state, model.cell)
    logits = rnnlib.output_step(h, model.out).astype(float)
    return (logits[0] if one else logits), (h, c)


def chooser(temperature, seed=1, top_k=None):
    """A function that draws symbols from logits."""
    rng = np.random.default_rng(seed)
    return lambda logits: rnnlib.sample(logits, rng, temperature=temperature, top_k=top_k)


HEARD = text[-400:]  # the end of the training text: one tune and a half
write_on = working(continue_text)
header = "M:6/8\nK:D Major\n"
written = write_on(symbols.encode(HEARD + header), 330, step, chooser(0.7, seed=8), zeros(1))
jig = header + symbols.decode(np.ravel(written)).partition("\n\n")[0]
print(jig)

# %% [markdown]
# The same in staff notation. **A colour lies behind inner bars that do not add up**, with what they hold:

# %% hidden=true tags=["nbval-ignore-output"]
complete, inner = bars_of([jig])
show(
    draw_tune(jig, mark_incomplete=True),
    f"The network's jig in staff notation. {complete} of its {inner} inner bars add up to six eighths.",
)

# %% [markdown]
# Nobody has told the network what a bar is. Now the measurement, over sixty tunes: for each held-out tune the network gets its metre and key, and writes
# a tune of its own. (All sixty at once: the same loop as yours, with sixty rows.)


# %% tags=["nbval-ignore-output"]
headers = ["\n".join(as_text(t).split("\n")[:2]) + "\n" for t in held_out]


def sixty_tunes(temperature, before=HEARD, top_k=None, length=330):
    """A tune for every header; `before` is what the network reads first."""
    longest = len(before) + max(map(len, headers))
    prompts = [(before + head)[-longest:] if before else head for head in headers]
    shortest = min(map(len, prompts))
    prompts = np.array([symbols.encode(p[-shortest:]) for p in prompts]).T
    choose = chooser(temperature, 2, top_k)
    rows = rnnlib.continue_text(prompts, length, step, choose, zeros(60)).T
    return [head + symbols.decode(row).partition("\n\n")[0] for head, row in zip(headers, rows)]


def by_table(n):
    """The same by a table."""
    rng = np.random.default_rng(2)
    return [head + tables[n].write(HEARD + head, 330, rng).strip() for head in headers]


makers = {
    "letters by frequency": by_table(1),
    "table, n = 2": by_table(2),
    "table, n = 5": by_table(5),
    "table, n = 16": by_table(16),
    "network, temperature 1": sixty_tunes(1.0),
    "network, 1, best five only": sixty_tunes(1.0, top_k=5),
    "network, temperature 0.7": sixty_tunes(0.7),
    "network, temperature 0.4": sixty_tunes(0.4),
    "network, 1, no tune before": sixty_tunes(1.0, before=""),
    "real tunes, held out": [as_text(t).strip() for t in held_out],
}
print("sixty tunes by                 inner bars   that add up")
share = {}
for name, made in makers.items():
    complete, inner = bars_of(made)
    share[name] = complete / inner
    print(f"{name:<28} {inner:>12} {share[name]:>12.0%}")

# %% [markdown]
# - **Tables** hardly manage: they cannot count to six. Only with n = 16, which holds a whole bar, it gets better, and we shall see at once how.
# - **The network** gets about four bars of five right, at temperature 1, where it says what it believes, and some more when it is more careful. It is far from the
#   real tunes: after twenty seconds of training it still loses count now and then, and sixty other tunes give a few percent more or less.
# - **Top five**: symbols beyond the five most likely can never be drawn. One slip is enough to spoil a bar, and this prevents the wildest ones.
# - **No tune before** (a state of zeros and only the header): worse, or no better. In training the state was carried on from tune to tune, so the network has
#   met a zero state only at the start of a pass. **Start a network in a state of the kind that it knows.**
#
# What does losing count look like? Of the sixty tunes at temperature 1, here is the one with **most** wrong bars, its first twenty bars:


# %% hidden=true tags=["nbval-ignore-output"]
def wrong_bars(text):
    """How many inner bars of a tune do not add up."""
    complete, inner = bars_of([text])
    return inner - complete


worst = max(makers["network, temperature 1"], key=wrong_bars)
show(
    draw_tune(worst, bars=20, mark_incomplete=True),
    f"The first twenty bars of the tune with most wrong bars: {wrong_bars(worst)} of its {bars_of([worst])[1]} inner bars do not add up. "
    "They have a coloured background and say what they hold.",
)

# %% [markdown]
# ## 12.7 Learned, or copied?
#
# **The idea.** A machine that plays back a stored tune has perfect bars. So we need a second measure: how much stands word for word in
# the training text? The **longest copy** is the longest run of symbols of the new tune that also stands in the source.
#
# | code | meaning |
# |---|---|
# | `text` | what was written |
# | `source` | what it may be copied from |
# | returned | the length of the longest part of `text` that stands somewhere in `source` |
#
# On paper: `"xbcdy"` and the source `"abcde"` have `"bcd"` in common, so the answer is 3.
#
# In Python `"bcd" in "abcde"` says whether one text stands in another, and `text[start:stop]` is a part of it. You need not try all pairs of ends. Let the
# longest length so far be `longest`. At each start try to beat it: as long as the part of length `longest + 1` stands in the source, raise `longest` by 1.
#
# **Your turn.** Mind the end of the text: a slice that reaches beyond it is cut without a word, and a loop that does not notice never ends.


# %% exercise="longest_copy"
def longest_copy(text, source):
    """The length of the longest part of text that stands in source.

    text, source: texts.
    Returns a whole number.
    """
    ### BEGIN SOLUTION
    longest = 0
    for start in range(len(text)):
        while start + longest < len(text) and text[start : start + longest + 1] in source:
            longest += 1
    return longest
    ### END SOLUTION


# %%
check(longest_copy)

# %% [markdown]
# <details><summary><b>Hint 1</b>: two loops</summary>
#
# Outside `for start in range(len(text)):`, inside a `while` that raises `longest`.
# </details>
# <details><summary><b>Hint 2</b>: the condition</summary>
#
# The part to try is `text[start : start + longest + 1]`. It must not reach beyond the end: `start + longest < len(text)`.
# </details>

# %% grade="longest_copy" points=1.5

# %% [markdown]
# **Try it.** How long is a longest copy by chance? The held-out tunes tell: nobody copied them from the training text, but Irish
# tunes share phrases. The headers do not count.

# %% tags=["nbval-ignore-output"]
copy = working(longest_copy)
source = "\n".join(as_text(t).split("\n", 2)[2] for t in training)
copied = {}
print("sixty tunes by               bars that add up   longest copy: mean   largest")
for name in (
    "table, n = 5", "table, n = 16", "network, temperature 1",
    "network, temperature 0.4", "real tunes, held out",
):  # fmt: skip
    lengths = [copy(t.split("\n", 2)[2][:150], source) for t in makers[name] if t.count("\n") > 1]
    copied[name] = np.mean(lengths)
    print(f"{name:<28} {share[name]:>16.0%} {copied[name]:>20.0f} {max(lengths):>9}")

# %% [markdown]
# (Only the first 150 symbols of each tune are looked at, for longer texts have more chances.) The network copies **no more than chance**, as held-out tunes do. The table with n = 16
# is better than shorter ones because it strings together long pieces of real tunes; even so it does not reach the network's
# bars. **The network counts; the table remembers.**
#
# **Question 3.** A machine keeps all training tunes in a drawer and plays one of them at random. Which of these numbers shows that
# something is wrong?
#
# - a) the share of bars that add up
# - b) the loss on the training text
# - c) the longest copy
# - d) the number of different keys

# %% answer="drawer"
answer_drawer = None  # "a", "b", "c" or "d"
### BEGIN SOLUTION
answer_drawer = "c"
### END SOLUTION

# %%
check_answer("drawer", answer_drawer)

# %% grade_answer="drawer" points=0.5

# %% [markdown]
# **Try it: the temperature moves all of it.**

# %% hidden=true tags=["nbval-ignore-output"]
from rnnlib.plotting.style import new_figure, settle, styled

temperatures = (0.3, 0.7, 1.0, 1.5)
bars_at, copy_at = [], []
for temperature in temperatures:
    made = sixty_tunes(temperature, length=220)
    complete, inner = bars_of(made)
    bars_at.append(complete / inner)
    copy_at.append(
        np.mean([copy(t.split("\n", 2)[2][:150], source) for t in made if t.count("\n") > 1])
    )
with styled():
    figure = new_figure(6.8, 2.6)
    left, right = figure.subplots(1, 2)
    left.plot(temperatures, bars_at, "-o", color=BLUE)
    left.axhline(share["real tunes, held out"], color=GREY, linestyle="--", linewidth=1.2)
    left.text(
        1.5,
        share["real tunes, held out"] - 0.02,
        "real tunes, held out",
        size=9,
        color=GREY,
        ha="right",
        va="top",
    )
    left.set(
        xlabel="temperature", ylim=(0, 1.03), yticks=[0, 0.5, 1], title="inner bars that add up"
    )
    right.plot(temperatures, copy_at, "-o", color=BLUE)
    right.axhline(copied["real tunes, held out"], color=GREY, linestyle="--", linewidth=1.2)
    right.text(
        1.5,
        copied["real tunes, held out"] + 0.4,
        "real tunes, held out",
        size=9,
        color=GREY,
        ha="right",
    )
    right.set(xlabel="temperature", ylim=(0, 1.2 * max(*copy_at, copied["real tunes, held out"])))
    right.set_title("longest copy (symbols)")
    settle(figure)
show(
    figure,
    "Left, the share of inner bars that add up: "
    + ", ".join(f"{b:.0%} at temperature {t}" for t, b in zip(temperatures, bars_at))
    + ". Right, the mean longest copy: "
    + ", ".join(f"{c:.0f} symbols at {t}" for t, c in zip(temperatures, copy_at))
    + f"; held-out tunes have {copied['real tunes, held out']:.0f}.",
)

# %% [markdown]
# Cold, the network plays safe: its phrases are longer copies, up to what real tunes share, and no more. Up to temperature 1 the bars hardly suffer; beyond, it loses count. You have seen the same with names
# in unit 03; here two numbers say it.
#
# ## 12.8 From letters to pitches
#
# Now to the sound. **The idea.** Every key of a piano has a number, its **MIDI number**: 60 is the C in the middle, and one more is the next key to the
# right, black or white: a **semitone**. An octave is 12 of them. The seven letters are the white keys, and they are not evenly spread:

# %% hidden=true
page = Sketch(6.8, 1.6)
whites, places = "CDEFGABcdefgab", {}
for k, name in enumerate(whites):
    x = 0.42 + 0.46 * k
    page.box(x, 0.85, "", size=(0.44, 1.2), fill="white", edge=GREY)
    page.text(x, 0.42, name, size=12)
    number = 60 + "C D EF G A B".index(name.upper()) + 12 * name.islower()
    page.text(x, 0.13, str(number), size=8.5, color=GREY)
    if name.upper() in "CDFGA":
        from matplotlib.patches import Rectangle

        page.axes.add_patch(Rectangle((x + 0.1, 0.72), 0.26, 0.74, color="#333333", zorder=4))
show(
    page.figure,
    "Two octaves of a piano: white keys C D E F G A B c d e f g a b with the numbers 60 62 64 65 67 69 71 72 74 76 77 79 81 83, "
    "and black keys between them, except between E and F, B and C, e and f.",
)

# %% [markdown]
# A text holds all of that: in `"C D EF G A B"`, with a space for each black key, a letter's place is its distance from C:
# `"C D EF G A B".index("E")` is 4.
#
# **The equation:**
#
# $$\text{number} = 60 + \text{distance of the letter from C} + \text{shift} + 12 \cdot \text{octaves}$$
#
# - **octaves**: 1 for a small letter, 1 more for each `'`, 1 less for each `,`.
# - **shift**: if the note has an accidental in front, +1 for each `^`, −1 for each `_`, and 0 for `=`. If it has none, what the
#   **key signature** says for its letter, which may be nothing. (An accidental *takes the place* of the signature.)
#
# On paper, in D Major, whose signature raises F and C: `F` is 60 + 5 + 1 = 66. `=F` is 65. `f'2` is 60 + 5 + 1 + 24 = 90. `_B,` is
# 60 + 11 − 1 − 12 = 58.
#
# | code | meaning |
# |---|---|
# | `token` | a note such as `"^c'3/2"` |
# | `signature` | a dictionary from capital letters to 1 or −1, such as `{"F": 1, "C": 1}`; letters that are not in it are not shifted |
# | returned | a whole number |

# %%
for key in ("C Major", "G Major", "D Major", "D Minor", "A Dorian"):
    print(f"{key:<9} {key_signature(key)}")

# %% [markdown]
# **Your turn.** `signature.get("F", 0)` gives the entry for F, and 0 where there is none. `"^^c".count("^")` is 2.


# %% exercise="midi_number"
def midi_number(token, signature):
    """The MIDI number of a note.

    token: a text such as "F", "^c'2", "_B,", "=f3/2".  signature: a dictionary such as {"F": 1}.
    Returns a whole number; "C" is 60.
    """
    ### BEGIN SOLUTION
    letter = token.lstrip("^_=")[0]
    if token[0] in "^_=":
        shift = token.count("^") - token.count("_")
    else:
        shift = signature.get(letter.upper(), 0)
    octaves = letter.islower() + token.count("'") - token.count(",")
    return 60 + "C D EF G A B".index(letter.upper()) + shift + 12 * octaves
    ### END SOLUTION


# %%
check(midi_number)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the letter</summary>
#
# `token.lstrip("^_=")` is the token without what stands in front; its first symbol is the letter. `letter.upper()` is the
# capital, `letter.islower()` is 1 (true) for a small one.
# </details>
# <details><summary><b>Hint 2</b>: the shift</summary>
#
# Two cases. `if token[0] in "^_=":` the accidental decides, also where it is `=` and the shift is 0. `else:` the signature does.
# </details>
# <details><summary><b>Hint 3</b>: the octaves</summary>
#
# `letter.islower() + token.count("'") - token.count(",")`.
# </details>

# %% grade="midi_number" points=2.5

# %% [markdown]
# **Try it: does the network keep to its key?** We count how many notes belong to the scale of the key that the header asked for, and how many tunes
# **end on the keynote**, the note that gives the key its name: G in G Major. (Only tunes that came to an end by themselves.)

# %% tags=["nbval-ignore-output"]
rhythm, pitch = working(note_durations), working(midi_number)


def in_scale(texts):
    """The share of notes that belong to the scale of their tune's key."""
    inside = total = 0
    for text in texts:
        tune = read_abc(text)
        signature = key_signature(tune.key)
        scale = {pitch(letter, signature) % 12 for letter in "CDEFGAB"}
        midi, _ = melody(text, durations=rhythm, pitch=pitch)
        notes = midi[~np.isnan(midi)]
        inside += sum(number % 12 in scale for number in notes)
        total += len(notes)
    return inside / total


def ends_at_home(text):
    """Whether the last note of a tune is its keynote."""
    midi, _ = melody(text, durations=rhythm, pitch=pitch)
    key = read_abc(text).key
    return len(midi) > 0 and midi[-1] % 12 == pitch(key[0], key_signature(key)) % 12


def ended(texts):
    """Those that were not cut off after 330 symbols."""
    return [t for t in texts if len(t.split("\n", 2)[2]) < 320]


print("                            notes in the scale   ends on the keynote")
for name in (
    "letters by frequency", "table, n = 5", "network, temperature 1",
    "network, temperature 0.4", "real tunes, held out",
):  # fmt: skip
    home = np.mean([ends_at_home(t) for t in ended(makers[name])])
    print(f"{name:<28} {in_scale(makers[name]):>16.1%} {home:>20.0%}")

# %% [markdown]
# Both columns teach caution.
# - **Notes in the scale:** nearly all, whoever writes. The key signature does the work, and accidentals are rare. A measure that everybody passes measures nothing.
# - **The end:** real tunes come home more than three times out of four. The network hardly does so more often than a table that looks back four symbols. The metre it keeps,
#   for every bar shows it anew. The key is named once, in the header, two hundred symbols before the end, and so far back its memory does not seem to reach.
#
# ## 12.9 From pitches to frequencies
#
# **The idea.** An octave doubles the frequency, whichever octave it is. Twelve equal steps make an octave, so each semitone multiplies by the same
# factor, $2^{1/12} \approx 1.0595$. One note is fixed by agreement: number 69, the A above the middle C, has 440 vibrations a second (440 Hz).
#
# $$f = 440 \cdot 2^{(m - 69) / 12}$$
#
# On paper: $m = 81$ is an octave above: 880 Hz. $m = 60$ gives $440 \cdot 2^{-9/12} \approx 261.63$ Hz.
#
# | symbol | code | shape | meaning |
# |---|---|---|---|
# | $m$ | `midi` | (M,) | MIDI numbers |
# | $f$ | returned | (M,) | frequencies in Hz |
#
# **Your turn.**


# %% exercise="frequency"
def frequency(midi):
    """The frequency of each MIDI number, in Hz.

    midi: (M,).
    Returns an array (M,).
    """
    ### BEGIN SOLUTION
    return 440 * 2 ** ((midi - 69) / 12)
    ### END SOLUTION


# %%
check(frequency)

# %% [markdown]
# <details><summary><b>Hint</b></summary>
#
# A power is `**`, and it binds more tightly than `/`: put brackets around the whole exponent.
# </details>

# %% grade="frequency" points=1

# %% [markdown]
# ## 12.10 From frequencies to sound
#
# **The idea.** A loudspeaker needs one number for each moment: 8,000 **samples** a second here (`rate`), each between −1 and 1. A pure tone is a sine. A
# tone of an instrument has **partials**: sines of 1, 2, 3 ... times its frequency, each softer than the one before. And a note begins and ends: an **envelope**, a factor
# between 0 and 1, rises in 10 milliseconds and falls in the last 30, or you hear a click.

# %% hidden=true
times = np.linspace(0, 0.2, 1600, endpoint=False)
envelope = np.minimum(1, np.minimum(times / 0.01, (0.2 - times) / 0.03))
with styled():
    figure = new_figure(6.8, 2.3)
    left, right = figure.subplots(1, 2)
    for k, amplitude, color in ((1, 0.6, BLUE), (2, 0.3, GREEN), (3, 0.1, VERMILLION)):
        wave = amplitude * np.sin(2 * np.pi * k * 220 * times)
        left.plot(1000 * times[:110], wave[:110], color=color)
        left.text(14.1, 0.62 - 0.28 * k + 0.1, f"k = {k}", color=color, size=9, va="center")
    left.set(
        xlim=(0, 13.7),
        xlabel="milliseconds",
        yticks=[-0.5, 0, 0.5],
        title="three partials of 220 Hz",
    )
    wave = sum(a * np.sin(2 * np.pi * k * 220 * times) for k, a in ((1, 0.6), (2, 0.3), (3, 0.1)))
    right.plot(1000 * times, wave * envelope, color=GREY, linewidth=0.7)
    right.plot(1000 * times, envelope, color=VERMILLION)
    right.set(xlabel="milliseconds", yticks=[-1, 0, 1], title="their sum under the envelope")
    settle(figure)
show(
    figure,
    "Left, three sines of 220, 440 and 660 Hz with the amplitudes 0.6, 0.3 and 0.1. Right, their sum over 0.2 seconds: it swells "
    "in the first 10 milliseconds, stays, and dies away in the last 30, inside an envelope drawn as a line.",
)

# %% [markdown]
# **The equations.** Sample number $i = 0, 1, 2, \dots$ belongs to the time $t = i / \text{rate}$, and there are round(seconds · rate) of them.
#
# $$\text{wave}(t) = \sum_{k} a_k \sin(2 \pi\, k f\, t), \qquad a_1 = 0.6,\ a_2 = 0.3,\ a_3 = 0.1$$
#
# $$\text{envelope}(t) = \min\left(1,\ \frac{t}{0.01},\ \frac{\text{seconds} - t}{0.03}\right) \qquad\qquad \text{sample} = \text{wave} \cdot \text{envelope}$$
#
# **A trap.** Samples cannot hold a frequency of half of the rate or more: between two samples too much happens. It comes out as *another*, lower one. So **leave out every
# partial with $k f \ge \text{rate} / 2$**.
#
# | symbol | code | meaning |
# |---|---|---|
# | $f$ | `hertz` | the frequency of the lowest partial |
# | | `seconds` | how long the note sounds |
# | | `rate` | samples a second |
# | | returned | an array of round(seconds · rate) numbers between −1 and 1 |
#
# **Your turn.** `np.minimum(a, b)` takes the smaller of two, entry by entry; nest it for three. If you call your variables `t`, `wave` and `envelope`, the check can look at
# them one by one.


# %% exercise="tone"
def tone(hertz, seconds, rate):
    """The samples of one note: three partials under an envelope.

    hertz: a number.  seconds: a number.  rate: samples a second.
    Returns an array of round(seconds * rate) samples.
    """
    ### BEGIN SOLUTION
    t = np.arange(round(seconds * rate)) / rate
    wave = np.zeros(len(t))
    for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):
        if k * hertz < rate / 2:
            wave += amplitude * np.sin(2 * np.pi * k * hertz * t)
    envelope = np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))
    return wave * envelope
    ### END SOLUTION


# %%
check(tone)

# %% [markdown]
# <details><summary><b>Hint 1</b>: the times</summary>
#
# `t = np.arange(round(seconds * rate)) / rate`.
# </details>
# <details><summary><b>Hint 2</b>: the partials</summary>
#
# Begin with `wave = np.zeros(len(t))`, then `for k, amplitude in ((1, 0.6), (2, 0.3), (3, 0.1)):` and add a sine where
# `k * hertz < rate / 2`.
# </details>
# <details><summary><b>Hint 3</b>: the envelope</summary>
#
# `np.minimum(1, np.minimum(t / 0.01, (seconds - t) / 0.03))`
# </details>

# %% grade="tone" points=1.5

# %% [markdown]
# **Try it: look at the sound.** The Fourier transform (`np.fft.rfft`) says how much of each frequency is in the samples. A note of 440 Hz, and then one of 1,500 Hz whose third partial is
# *not* left out, as it should be:

# %%
make_tone = working(tone)
RATE = 8000


def peaks(samples):
    """The frequencies of the strongest peaks, in Hz."""
    strength = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    top = (strength[1:-1] > strength[:-2]) & (strength[1:-1] > strength[2:])
    top &= strength[1:-1] > 0.05 * strength.max()
    return [int(f) for f in np.round((1 + np.flatnonzero(top)) * RATE / len(samples))]


seconds = 1.0
times = np.arange(int(seconds * RATE)) / RATE
careless = sum(a * np.sin(2 * np.pi * k * 1500 * times) for k, a in ((1, 0.6), (2, 0.3), (3, 0.1)))
print("440 Hz, your tone:             peaks at", peaks(make_tone(440.0, seconds, RATE)))
print("1500 Hz, your tone:            peaks at", peaks(make_tone(1500.0, seconds, RATE)))
print("1500 Hz, all partials kept:    peaks at", peaks(careless))

# %% [markdown]
# The partial of 4,500 Hz has become one of 3,500 Hz, a frequency that belongs to nothing: it is mirrored at half of the rate. This is called **aliasing**.
#
# **Question 4.** At 8,000 samples a second, at which frequency would a partial of 6,000 Hz be heard?

# %% answer="mirrored"
answer_mirrored = None  # your answer: a number, in Hz
### BEGIN SOLUTION
answer_mirrored = 2000
### END SOLUTION

# %%
check_answer("mirrored", answer_mirrored)

# %% grade_answer="mirrored" points=0.5

# %% [markdown]
# **Listen.** `melody` (given) reads a tune with your `note_durations` and your `midi_number`, `synthesize` joins your tones. First the beginning of the real
# tune of section 12.1:


# %%
def play(text, longest=7.0, units_a_second=6.5):
    """The samples of a tune's beginning, made by your functions."""
    midi, units = melody(text, durations=working(note_durations), pitch=working(midi_number))
    lasting = units / units_a_second
    notes = np.cumsum(lasting) <= longest
    return synthesize(
        midi[notes], lasting[notes], RATE, frequency=working(frequency), tone=working(tone)
    )


samples = play(tune)
print(
    f"{len(samples) / RATE:.1f} seconds, {len(samples):,} samples between {samples.min():.2f} and {samples.max():.2f}"
)
listen(
    samples, RATE, "The beginning of the real jig of section 12.1, played by a simple synthesizer."
)

# %% [markdown]
# And now the jig that the network wrote in section 12.6:

# %% tags=["nbval-ignore-output"]
listen(
    play(jig),
    RATE,
    "The beginning of the jig that the network wrote, played by the same synthesizer.",
)

# %% [markdown]
# And what letters drawn by frequency sound like, under the same header:

# %% tags=["nbval-ignore-output"]
noise = header + tables[1].write(HEARD + header, 200, np.random.default_rng(3)).replace(
    "\n\n", "\n"
)
listen(
    play(noise, longest=4.0),
    RATE,
    "Letters drawn by their frequency alone: notes without a beat or a direction.",
)

# %% [markdown]
# The third is easily told from the others. The first and the second are closer to each other: the same beat, the same small steps. Listen for what comes back: a real tune
# repeats its phrases and comes home at the end; the network's wanders.
#
# **Try it yourself.** Change the header (`M:9/8`, `M:C`, `K:E Minor`), the seed and the temperature in section 12.6, run the cells from there on, and listen again.
#
# **More training.** Twenty seconds are little, but more of the same does not help: after a dozen passes the held-out loss rises again, for 705 tunes are few. A larger network with
# **dropout** (unit 07) gets further: the next cell takes two to three times as long, and is **not run** unless you set `LONGER = True`. When it was tried, it
# reached 1.08 nats a symbol on the tunes held out, a clear gain, and 86 % of its bars added up at temperature 1, hardly more than before. (Its number of passes was chosen
# on the same tunes, so a little of the gain is luck.) Nothing else in the unit needs it.

# %%
LONGER = False  # set it to True, and wait a minute or two
if LONGER:
    H, N, EPOCHS, rng = 256, 16, 11, np.random.default_rng(0)
    model = TuneModel(rnnlib.init_lstm(V, H, rng), rnnlib.init_dense(H, V, rng)).astype(np.float32)
    inputs, targets = streams(symbols.encode(text), N)
    adam, updates, done = rnnlib.adam_state(model), EPOCHS * (len(inputs) // T), 0
    for epoch in range(EPOCHS):
        state = zeros(N)
        for t in range(0, len(inputs) - T + 1, T):
            hs, state, cache = rnnlib.lstm_forward(letters[inputs[t : t + T]], state, model.cell)
            kept, mask = rnnlib.dropout(hs, 0.5, rng)
            logits = rnnlib.output_step(kept, model.out)
            dlogits = rnnlib.cross_entropy_backward(logits, targets[t : t + T])
            dkept, grads_out = rnnlib.output_step_backward(dlogits, kept, model.out)
            _, _, grads_cell = rnnlib.lstm_backward(
                rnnlib.dropout_backward(dkept, mask), None, cache
            )
            grads, _ = rnnlib.clip_grad_norm(TuneModel(grads_cell, grads_out), 1.0)
            done += 1 / updates
            rate = 0.008 * min(1, 50 * done) * (1 - 0.95 * done)
            model, adam = rnnlib.adam_step(model, grads, adam, learning_rate=rate)
        print(
            f"pass {epoch + 1} of {EPOCHS}: held out {loss_of(ids_held_out, model):.2f} nats a symbol"
        )
    complete, inner = bars_of(sixty_tunes(1.0))
    print(f"{complete / inner:.0%} of {inner} inner bars add up")
else:
    print("not run; set LONGER = True to train a larger network")

# %% [markdown]
# ## Summary
#
# - A measure can be written before the network is: parse, add up, compare. Real tunes pass it nearly always, dull baselines hardly ever.
# - One long text is cut into streams. The state is carried from piece to piece, the gradient is not.
# - Writing on: read the prompt, choose, read what was chosen. Begin in a state of the kind that the network knows.
# - A table of five symbols cannot count to six; a recurrent network can, and nobody has told it to.
# - No number is enough by itself: bars can be had by copying, notes in the scale by a key signature. Ask for the dull baseline every time.
# - The network counts bars, which every bar shows anew, and rarely comes home to its key, which is named once, two hundred symbols before.
# - Pitch is a sum, frequency a power of 2, sound a sum of sines under an envelope, with nothing above half of the rate.
#
# **Next:** pictures that move. Unit 13 predicts the next frame.
#
# ## References
#
# - S. Hochreiter, J. Schmidhuber, *Long short-term memory*, Neural Computation 9 (1997), 1735–1780.
# - D. Eck, J. Schmidhuber, *Finding temporal structure in music: blues improvisation with LSTM recurrent networks*, IEEE Workshop on Neural Networks for Signal Processing (2002).
# - B. L. Sturm, J. F. Santos, O. Ben-Tal, I. Korshunova, *Music transcription modelling and composition using deep learning*, Conference on Computer Simulation of Musical
#   Creativity (2016): an LSTM that writes Irish tunes in ABC.
# - R. J. Williams, J. Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories*, Neural Computation 2 (1990), 490–501: truncated
#   back-propagation through time.
# - I. H. Witten, T. C. Bell, *The zero-frequency problem: estimating the probabilities of novel events in adaptive text compression*, IEEE Transactions on Information Theory 37
#   (1991), 1085–1094: the tables.
# - C. E. Shannon, *Communication in the presence of noise*, Proceedings of the IRE 37 (1949), 10–21: half of the rate.
# - Data: traditional Irish tunes in ABC from MIT 6.S191, *Introduction to Deep Learning*, package `mitdeeplearning` 0.7.5 (see `rnnlib/data/LICENSES.md`).
