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
# Irish fiddlers send each other tunes as plain text. So a network that predicts the next symbol can learn to write tunes, and
# you can hear what it has learned. You can also **measure** it: every bar of a jig must last six eighths, no more and no less,
# and nobody has told the network so.
#
# **At the end you can**
# - decide, with a few lines of code, whether a bar adds up;
# - cut one long text into streams and train on it with the state carried on;
# - let a network continue a beginning of your choice;
# - tell learning from copying;
# - control what a network writes without changing a single weight: that is your open task.
#
# | | |
# |---|---|
# | **Time** | {core} |
# | **You need** | units 01 to 03; the LSTM of unit 05. No music: every term is explained |
# | **Points** | 20: six short functions (13), two questions (1) and an open task (6) |
#
# This unit makes sound. Use headphones, or warn your neighbours.

# %% locked="setup"
import numpy as np

import rnnlib
from rnnlib.course import check, check_answer, working
from rnnlib.data import irish_tunes
from rnnlib.music import (
    SymbolTable,
    TuneModel,
    abc_sections,
    as_text,
    count_bars,
    damaged_tune,
    ends_on_keynote,
    full_bar,
    init_tune_model,
    melody,
    note_length,
    notes_in_scale,
    read_tunes,
    synthesize,
    tune_loss,
    tune_state,
    tune_step,
    write_side_by_side,
)
from rnnlib.plotting import LiveFigure, plot_loss, show
from rnnlib.plotting.music import draw_durations, draw_streams, draw_tone, plot_temperatures
from rnnlib.plotting.sound import listen
from rnnlib.plotting.staff import draw_tune

# %% [markdown]
# ## 12.1 A tune is a text
#
# Here is a tune in **ABC notation**, the way it is sent by mail:

# %%
tunes = [str(tune) for tune in np.random.default_rng(0).permutation(irish_tunes())]
held_out, training = tunes[:60], tunes[60:]
tune = next(t for t in training if t.startswith("M:6/8") and "K:G Major" in t and len(t) < 170)
print(len(training), "tunes to learn from,", len(held_out), "held out. One of them:\n")
print(tune)

# %% hidden=true
show(draw_tune(tune), "The tune above in staff notation, drawn from its text.")

# %% [markdown]
# *Figure 12.1. The same tune in staff notation.*
#
# And this is how it begins, played by a simple synthesizer:

# %% hidden=true
RATE = 8000


def play(text, longest=7.0, units_a_second=6.5, **tools):
    """The samples of a tune's beginning."""
    midi, units = melody(text)
    lasting = units / units_a_second
    notes = np.cumsum(lasting) <= longest
    return synthesize(midi[notes], lasting[notes], RATE, **tools)


listen(play(tune), RATE, "The beginning of the jig above, played by a simple synthesizer.")

# %% [markdown]
# Three lines come first: `M:` is the **metre** (6/8: six eighths in a bar), `L:` the unit of length (here always an eighth) and
# `K:` the key. Then come the notes:
#
# | ABC | meaning |
# |---|---|
# | `C D E F G A B c d e f g a b` | notes from low to high; `c` is an octave above `C` |
# | `C,` `c'` | one octave lower, one octave higher |
# | `^F` `_B` `=c` | sharp, flat, natural |
# | `A` `A2` `A/` `A3/2` | 1, 2, 1/2 and 3/2 times the unit |
# | `z` | a rest: silence |
# | `A>B` `A<B` | **broken rhythm**: the first note becomes half as long again and the second half as long; or the other way round |
# | `(3ABc` | a **triplet**: three notes in the time of two |
# | `\|` `:\|` `\|:` `\|\|` | bar line, repeat signs, double bar |
#
# The tunes are traditional and come from the course MIT 6.S191 (see the references). Titles are left out.
#
# A given function cuts the notes into **sections**, the sections into **bars** and the bars into **tokens**: short texts of one
# note or sign each. A section ends at a double bar or a repeat sign.

# %%
sections = abc_sections(tune.split("\n", 3)[3])
print(len(sections), "sections with", [len(bars) for bars in sections], "bars")
print("first bar:", sections[0][0], "  second bar:", sections[0][1])
print("another text:", abc_sections("A>B (3cde f3/2g/:|"))

# %% [markdown]
# ## 12.2 How long does each note of a bar last?
#
# Most notes last as long as they are written. Two signs change that, and both need a memory while you read from left to right:
#
# - `>` changes the note *before* it (times 3/2) and the note *after* it (times 1/2). `<` does the opposite.
# - `(3` says that each of the next *three* notes lasts 2/3 of what is written.

# %% hidden=true
show(
    draw_durations(),
    "Six notes as boxes, each as wide as its note is long: 3/2, 1/2, three times 2/3, and 2.",
)

# %% [markdown]
# *Figure 12.2. The bar* `B > c (3 d e f g2` *in time. It lasts 6 units.*
#
# $$\text{duration} = \text{written length} \times \text{factor of } {>} \text{ or } {<} \times \begin{cases} 2/3 & \text{inside a triplet} \\ 1 & \text{elsewhere} \end{cases}$$
#
# | code | meaning |
# |---|---|
# | `tokens` | the tokens of one bar: notes and rests such as `"B"`, `"g2"`, `"z"`, and the signs `"(3"`, `">"`, `"<"` |
# | | tokens that **begin** with `{` (grace notes) or `-` (a tie) take no time and have no entry |
# | `note_length(token)` | given: the written length of a note or rest, such as 1.5 for `"A3/2"` |
# | returned | an array: one duration for each note or rest |
#
# **Your turn.** Before you write: what must you remember from one token to the next?


# %% exercise="note_durations"
def note_durations(tokens):
    """How long each note and rest of a bar sounds, in units of L.

    tokens: a list of texts, such as ["B", ">", "c", "(3", "d", "e", "f", "g2"].
    Returns an array with a number for each note or rest, here [1.5, 0.5, 2/3, 2/3, 2/3, 2].
    """
    ### BEGIN SOLUTION
    found, factor, left = [], 1.0, 0
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
    return np.array(found)
    ### END SOLUTION


# %%
check(note_durations)

# %% [markdown]
# <details><summary><b>Hint 1</b>: what to remember</summary>
#
# Three things: the durations so far, the factor that waits for the next note, and how many notes of a triplet are still to come.
# </details>
# <details><summary><b>Hint 2</b>: a sign between two notes</summary>
#
# When you meet `>`, the note before it already has its duration, which you can change. The note after it is not there yet: put
# its factor aside. After a note, set aside nothing.
# </details>

# %% grade="note_durations" points=3

# %% [markdown]
# ## 12.3 A measure: bars that add up
#
# Add the durations of a bar and compare the sum with the metre. One thing needs care. A tune often begins with an **upbeat**, a
# bar that is short on purpose, and then the last bar of the section is short too. So the first and the last bar of each section
# do not count. All others are **inner** bars.
#
# A bar is complete when $\;|\,\text{sum of its durations} - \text{full}\,| < 10^{-6}$. (Why not `==`? Three times 2/3 is not
# always 2 to the last digit.)
#
# | code | meaning |
# |---|---|
# | `sections` | a list of sections; a section is a list of bars; a bar is a list of tokens, which may be empty |
# | `full` | how long a full bar is, in units of `L:` |
# | `complete`, `inner` | how many inner bars add up, and how many there are, over all sections |
#
# On paper: the section `A | B2c2 | d2e | fe4 | f3` with `full = 4` has three inner bars, of lengths 4, 3 and 5. So `complete` is
# 1 and `inner` is 3.
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
# <details><summary><b>Hint</b>: the inner bars</summary>
#
# A slice leaves out the first and the last entry of a list. What is left of a list with one or two entries? Is that right?
# </details>

# %% grade="complete_bars" points=2

# %% [markdown]
# **Try it on real tunes.** Does the measure notice damage? We replace one symbol in a hundred by another one, at random.
# *Before you run the cell, guess: what share of the bars will survive?*

# %%
count = working(complete_bars)
complete, inner = count_bars(tunes, count=count)
print(f"real tunes            {complete:,} of {inner:,} inner bars add up: {complete / inner:.1%}")
rng = np.random.default_rng(1)
for share in (0.01, 0.05):
    complete, inner = count_bars([damaged_tune(t, rng, share) for t in tunes[:200]], count=count)
    print(f"{share:.0%} of symbols changed  {complete / inner:.0%}")

# %% [markdown]
# Nearly all bars of real tunes add up, and a little damage costs some of them. The measure needs no taste, and you cannot pass
# it by chance. It says nothing about beauty.
#
# ## 12.4 One long text
#
# We join all tunes into one text and train a network to predict each next symbol. The text has 130,000 symbols, far too many to
# unroll. So we cut it into N **streams** that are read side by side, as a batch, and take a piece of T steps at a time: forward,
# backward, update, next piece. The gradient stops where the piece begins (**truncated back-propagation**, unit 02), but the
# **state is carried on** from piece to piece. The network can remember across the border; it just gets no gradient across it.

# %% hidden=true
show(
    draw_streams("M:6/8 K:D A2B c2d e3 f2g|"[:24], N=3, T=4),
    "A text of 24 symbols in three colours. Below, its three parts stand side by side as the columns of an array, with time "
    "running down; each is cut into two pieces of four symbols, and arrows carry the state from the first piece to the second.",
)

# %% [markdown]
# *Figure 12.3. A text as* $N = 3$ *streams: the columns of the array. Each stream continues in the same column of the next piece. The
# 25th symbol of the text is only a target, and not drawn.*
#
# With $L = \lfloor (\text{length} - 1) / N \rfloor$ steps a stream (each input needs a target, hence the −1):
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
# <details><summary><b>Hint</b>: rows and columns</summary>
#
# `reshape` fills an array row after row, and here each *column* is one part of the text. How do you turn rows into columns? The
# targets are cut like the inputs, from a text that begins one symbol later.
# </details>

# %% grade="text_streams" points=2.5

# %% [markdown]
# **Question 1.** A text has 10,001 symbols. You read it in N = 8 streams, in pieces of T = 50 steps. How many updates make one
# pass through the text?

# %% answer="pieces"
answer_pieces = None  # your answer: a number
### BEGIN SOLUTION
answer_pieces = 25
### END SOLUTION

# %%
check_answer("pieces", answer_pieces)

# %% grade_answer="pieces" points=0.5

# %% [markdown]
# ## 12.5 The baseline and the network
#
# The network is an LSTM with 128 units and an output layer. You wrote the gradients of an LSTM in unit 05; here the library
# computes them, in float32 because that is faster. A blank line ends a tune, and the line `L:1/8`, which is the same everywhere,
# is left out. The **baseline** is a table that counts which symbol follows the last n − 1, as in unit 03; a rare context gets
# help from the shorter ones.

# %%
text, text_held_out = ("".join(map(as_text, part)) for part in (training, held_out))
symbols = rnnlib.Vocabulary.from_texts([text, text_held_out])
V, H, N, T, PASSES = len(symbols), 128, 8, 64, 10
model = init_tune_model(V, H, np.random.default_rng(0))
print(f"{len(text):,} symbols to learn from, {V} different ones; {model.size:,} weights\n")

tables, table_loss = {}, {}
print("table          counts stored   loss held out   perplexity")
for n in (1, 2, 4, 5, 6, 16):
    tables[n] = SymbolTable(text, n, symbols)
    table_loss[n] = tables[n].loss(text_held_out)
    name = {1: "symbols by frequency", 2: "pairs (n = 2)"}.get(n, f"n = {n}")
    stored, perplexity = tables[n].stored, np.exp(table_loss[n])
    print(f"{name:<20} {stored:>9,} {table_loss[n]:>13.2f} {perplexity:>12.1f}")

# %% [markdown]
# The best table looks back three or four symbols; longer contexts are too rare. Now the network: ten passes through the text.
# **This cell takes a while**: half a minute on a fast machine, a few minutes on a slow or busy one. Watch what the network writes
# after each pass, and look for the line that carries the state.

# %% tags=["nbval-ignore-output"]
inputs, targets = working(text_streams)(symbols.encode(text), N)
ids_held_out = symbols.encode(text_held_out)
header, best_table = "M:6/8\nK:D Major\n", min(table_loss.values())
adam, losses, looks, live = rnnlib.adam_state(model), [], {}, LiveFigure()
updates = PASSES * (len(inputs) // T)

for number in range(1, PASSES + 1):
    state = tune_state(model, N)
    for t in range(0, len(inputs) - T + 1, T):
        piece, wanted = inputs[t : t + T], targets[t : t + T]
        logits, state, (hs, cache) = read_tunes(piece, state, model)  # the state is carried on
        losses.append(rnnlib.cross_entropy(logits, wanted))
        dlogits = rnnlib.cross_entropy_backward(logits, wanted)
        dhs, grads_out = rnnlib.output_step_backward(dlogits, hs, model.out)
        _, _, grads_cell = rnnlib.lstm_backward(dhs, None, cache)  # None: the gradient stops here
        grads, _ = rnnlib.clip_grad_norm(TuneModel(grads_cell, grads_out), 1.0)
        done = len(losses) / updates
        rate = 0.01 * min(1, 50 * done) * (1 - 0.95 * done)  # up quickly, then slowly down
        model, adam = rnnlib.adam_step(model, grads, adam, learning_rate=rate)
        if len(losses) % 100 == 0:
            figure = plot_loss(
                losses, validation=looks or None, baseline=best_table, baseline_label="best table"
            )
            live.show(figure, f"The loss after {len(losses)} updates: {losses[-1]:.1f} nats.")
    looks[len(losses) - 1] = tune_loss(ids_held_out, model, forget_after=len(ids_held_out) // 20)
    wrote = write_side_by_side([header], model, symbols, np.random.default_rng(number), length=60)
    print(
        f"pass {number:>2}, held out {looks[len(losses) - 1]:.2f}:", repr(wrote[0][len(header) :])
    )

network_loss = tune_loss(ids_held_out, model)
print(f"held out: network {network_loss:.2f} nats, perplexity {np.exp(network_loss):.1f};", end=" ")
print(f"best table {best_table:.2f} nats, perplexity {np.exp(best_table):.1f}")

# %% [markdown]
# *Figure 12.4. The loss in nats a symbol while the network learns.*
#
# On dinosaur names (unit 03) a table was as good as the network. Here it loses by far, although the table for n = 6 stores
# about as many numbers as the network has weights. Why? What comes next in a tune depends on how much of the bar is over, on the
# metre and key at the beginning, and on the phrase four bars ago. A table of five symbols sees none of that.
#
# (There is no third part of the tunes that nobody has looked at. The network's size and learning rate were chosen among a handful
# by the loss on these sixty tunes, and so is the best table. Both numbers are a little too good; the gap between them is much
# larger than that.)
#
# ## 12.6 Writing on
#
# Give the network a beginning, the **prompt**, and let it read that symbol by symbol. Its state then knows the prompt. Now let it
# choose a symbol from its logits, **read what it has chosen**, choose again, and so on. With the prompt $x_1 \dots x_P$ and a
# state $s_0$:
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
# `step` and `choose` are functions that your function receives and calls. So the same lines work for any network and any way of
# choosing.
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
# <details><summary><b>Hint 1</b>: two loops</summary>
#
# One loop reads the prompt, another one writes. What does the second need from the first?
# </details>
# <details><summary><b>Hint 2</b>: the order inside the second loop</summary>
#
# Choose, keep, read. `choose` is called once for each symbol: if it draws at random, a second call gives a different symbol.
# </details>

# %% grade="continue_text" points=2

# %% [markdown]
# **Try it: order a jig.** The prompt says what we want: metre 6/8, key of D. We put the end of the training text in front of it,
# so that the network is in the middle of reading, as it always was in training. Symbols are drawn at **temperature** 0.7.


# %% tags=["nbval-ignore-output"]
HEARD = text[-400:]  # the end of the training text: about one tune and a half
rng = np.random.default_rng(8)
written = working(continue_text)(
    symbols.encode(HEARD + header), 330,
    lambda symbol, state: tune_step(symbol, state, model),
    lambda logits: rnnlib.sample(logits.astype(float), rng, temperature=0.7),
    tune_state(model),
)  # fmt: skip
jig = header + symbols.decode(np.ravel(written)).partition("\n\n")[0]
print(jig)
listen(play(jig), RATE, "The beginning of the jig that the network wrote.")

# %% hidden=true tags=["nbval-ignore-output"]
complete, inner = count_bars([jig])
show(
    draw_tune(jig, mark_incomplete=True),
    f"The network's jig in staff notation. {complete} of its {inner} inner bars add up.",
)

# %% [markdown]
# *Figure 12.5. The network's jig. If an inner bar does not add up, it gets a coloured background and a label: how many eighths it
# holds, and how many there should be.*
#
# Now the measurement. Each of the sixty held-out tunes lends its metre and key, and everybody writes a tune for it: tables, the
# network, and the network in a more careful mood. *Which of them do you expect to reach half of the bars?*

# %% tags=["nbval-ignore-output"]
headers = ["\n".join(as_text(t).split("\n")[:2]) + "\n" for t in held_out]


def sixty(temperature=1.0, before=HEARD, length=330):
    """A tune by the network for every header."""
    rng = np.random.default_rng(2)
    return write_side_by_side(
        headers, model, symbols, rng, before=before, temperature=temperature, length=length
    )


def by_table(n):
    """The same by a table."""
    rng = np.random.default_rng(2)
    return [head + tables[n].write(HEARD + head, 330, rng).strip() for head in headers]


writers = {
    "symbols by frequency": lambda: by_table(1),
    "table, n = 5": lambda: by_table(5),
    "table, n = 16": lambda: by_table(16),
    "network, temperature 1": sixty,
    "network, temperature 0.7": lambda: sixty(0.7),
    "network, 1, no tune before": lambda: sixty(before=""),
    "real tunes, held out": lambda: [as_text(t).strip() for t in held_out],
}
print("sixty tunes by                 inner bars   that add up")
makers, share = {}, {}
for name, write in writers.items():
    makers[name] = write()
    complete, inner = count_bars(makers[name], count=count)
    share[name] = complete / inner
    print(f"{name:<28} {inner:>12} {share[name]:>12.0%}")

# %% [markdown]
# - **Tables** cannot count to six. With n = 16, a context as long as a bar, they do better, and section 12.7 shows how.
# - **The network** gets most of its bars right at temperature 1, where it says what it believes. It is far from real tunes, though:
#   now and then it loses count.
# - **No tune before** means a state of zeros and only the header. In training the state was carried on from tune to tune, so the
#   network has met a zero state only at the start of a pass. Start a network in a state of the kind that it knows.
#
# **Play with it.** Give a key and two bars, and the network goes on. You can listen to it.

# %%
from rnnlib.plotting import explorables

explorables.live("tune")

# %% [markdown]
# *Figure 12.6. A tune that never was: your first bars in blue, bars that do not add up on red.*
#
# ## 12.7 Learned, or copied?
#
# A machine that plays back a stored tune has perfect bars. So we need a second measure. The **longest copy** is the longest run of
# symbols of a new tune that also stands in the training text.
#
# | code | meaning |
# |---|---|
# | `text` | what was written |
# | `source` | what it may be copied from |
# | returned | the length of the longest part of `text` that stands somewhere in `source` |
#
# On paper: `"xbcdy"` and the source `"abcde"` have `"bcd"` in common, so the answer is 3.
#
# In Python `"bcd" in "abcde"` says whether one text stands in another. You need not try every pair of a start and an end: once you
# have found a copy of some length, only a longer one is of interest.
#
# **Your turn.** Mind the end of the text: a slice that reaches beyond it is silently cut, and a loop that does not notice never
# ends.


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
# <details><summary><b>Hint</b>: try to beat it</summary>
#
# Keep the longest length so far. At each start, ask whether a part that is longer by one stands in the source, as long as the
# answer is yes.
# </details>

# %% grade="longest_copy" points=1.5

# %% [markdown]
# **Try it.** How long is a copy by chance? The held-out tunes tell: nobody copied them from the training text, but Irish tunes
# share phrases. (Headers do not count, and only the first 150 symbols of each tune do, because a longer text has more chances.)

# %% tags=["nbval-ignore-output"]
source = "\n".join(as_text(t).split("\n", 2)[2] for t in training)


def copies(texts):
    """The longest copy of each tune."""
    copy = working(longest_copy)
    return [copy(t.split("\n", 2)[2][:150], source) for t in texts if t.count("\n") > 1]


copied = {}
print("sixty tunes by               bars that add up   longest copy: mean   largest")
for name in (
    "table, n = 5", "table, n = 16", "network, temperature 1",
    "network, temperature 0.7", "real tunes, held out",
):  # fmt: skip
    lengths = copies(makers[name])
    copied[name] = np.mean(lengths)
    print(f"{name:<28} {share[name]:>16.0%} {copied[name]:>20.0f} {max(lengths):>9}")

# %% [markdown]
# The network copies about as much as held-out tunes do. The table with n = 16 beats the shorter ones because it strings together
# long pieces of real tunes, and still it does not reach the network's bars. **The network counts; the table remembers.**
#
# **Think.** A machine keeps all training tunes in a drawer and plays one of them at random. Which numbers in this unit would look
# splendid, and which one would give it away?
#
# <details><summary>Answer</summary>
#
# Its bars and its loss on the training text would be perfect. The longest copy gives it away: it is as long as the text that was
# looked at. No single number is enough.
# </details>
#
# ## 12.8 From numbers to sound
#
# A loudspeaker needs one number for each moment: 8,000 **samples** a second here (`rate`), each between −1 and 1. A pure tone is a
# sine. The tone of an instrument has **partials**: sines of 1, 2, 3 ... times its frequency, each softer than the one before. And
# a note begins and ends: an **envelope**, a factor between 0 and 1, rises in 10 milliseconds and falls in the last 30; otherwise you
# hear a click.

# %% hidden=true
show(
    draw_tone(),
    "Left, three sines of 220, 440 and 660 Hz with the amplitudes 0.6, 0.3 and 0.1. Right, their sum over 0.2 seconds inside its "
    "envelope, which rises at once, stays at 1 and falls at the end.",
)

# %% [markdown]
# *Figure 12.7. Left: three partials of 220 Hz. Right: their sum, times the envelope.*
#
# Sample number $i = 0, 1, 2, \dots$ belongs to the time $t = i / \text{rate}$, and there are round(seconds · rate) of them.
#
# $$\text{wave}(t) = \sum_{k} a_k \sin(2 \pi\, k f\, t), \qquad a_1 = 0.6,\ a_2 = 0.3,\ a_3 = 0.1$$
#
# $$\text{envelope}(t) = \min\left(1,\ \frac{t}{0.01},\ \frac{\text{seconds} - t}{0.03}\right) \qquad\qquad \text{sample} = \text{wave} \cdot \text{envelope}$$
#
# **A trap.** Samples cannot represent a frequency of half the rate or more. It comes out as *another*, lower one: this is called
# **aliasing**. So **leave out every partial with** $k f \ge \text{rate} / 2$.
#
# | symbol | code | meaning |
# |---|---|---|
# | $f$ | `hertz` | the frequency of the lowest partial |
# | | `seconds` | how long the note sounds |
# | | `rate` | samples a second |
# | | returned | an array of round(seconds · rate) numbers between −1 and 1 |
#
# **Your turn.** `np.minimum(a, b)` takes the smaller of two, entry by entry. If you call your variables `t`, `wave` and `envelope`,
# the check can look at them one by one.


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
# <details><summary><b>Hint</b>: three steps</summary>
#
# First all the times. Then the wave, beginning with zeros, to which each partial that is low enough is added. Then the envelope:
# the smaller of 1 and the smaller of the two lines.
# </details>

# %% grade="tone" points=2

# %% [markdown]
# **Listen** to the network once more, now with your tones:

# %% tags=["nbval-ignore-output"]
listen(play(jig, tone=working(tone)), RATE, "The network's jig, played by your synthesizer.")

# %% [markdown]
# **Look at the sound.** The Fourier transform says how much of each frequency is in the samples. A note of 1,500 Hz by your
# function, and one whose third partial is *not* left out:

# %%
times = np.arange(RATE) / RATE
careless = sum(a * np.sin(2 * np.pi * k * 1500 * times) for k, a in ((1, 0.6), (2, 0.3), (3, 0.1)))
for name, samples in (("yours", working(tone)(1500.0, 1.0, RATE)), ("careless", careless)):
    strength = np.abs(np.fft.rfft(samples * np.hanning(RATE)))
    peak = (strength[1:-1] > strength[:-2]) & (strength[1:-1] > strength[2:])
    peak &= strength[1:-1] > 0.05 * strength.max()
    print(f"1500 Hz, {name + ':':<10} peaks at", [int(f) for f in 1 + np.flatnonzero(peak)])

# %% [markdown]
# The partial of 4,500 Hz has become one of 3,500 Hz: it is mirrored at half the rate.
#
# **Question 2.** At 8,000 samples a second, at which frequency would a partial of 6,000 Hz be heard?

# %% answer="mirrored"
answer_mirrored = None  # your answer: a number, in Hz
### BEGIN SOLUTION
answer_mirrored = 2000
### END SOLUTION

# %%
check_answer("mirrored", answer_mirrored)

# %% grade_answer="mirrored" points=0.5

# %% [markdown]
# ## 12.9 Open task: never lose count
#
# The network loses count now and then. You are not allowed to train it any further. **With its weights as they are, make it write
# tunes whose bars add up.**
#
# Write `write_tunes(headers, model, state, alphabet, rng)`.
#
# | code | meaning |
# |---|---|
# | `headers` | a list of texts such as `"M:6/8\nK:D Major\n"`; the metre may be `6/8`, `C` or `C\|`, and `full_bar("C", "1/8")` says how long a bar is |
# | `model` | a `TuneModel`: a small one that you have never seen, and that loses count more often than yours |
# | `state` | its state when it has just read other tunes: begin each of your tunes there |
# | `alphabet` | a text: number k stands for `alphabet[k]` |
# | `rng` | a random generator: all chance comes from it |
# | returned | a list of texts, one tune for each header, **in this order**. Each begins with its header |
#
# `tune_step(symbol, state, model)` returns `logits` (V,) and the next state. It changes nothing, so you can return to any earlier
# state. `rnnlib.sample(logits.astype(float), rng)` draws a symbol, as in section 12.6. You may use everything that you wrote in this
# unit, and all of `rnnlib.music`.
#
# What is measured, on headers and a network that your notebook never sees:
# - each tune has at least 6 inner bars and at most 500 symbols;
# - each begins at `state`, and the network has read its whole header;
# - **at least 90 %, and then at least 98 %, of all inner bars add up**;
# - the tunes are still the *network's*: on average its own loss on them stays below 2.2 nats a symbol (when it writes freely, it is
#   between 1 and 1.5). Full bars count only then: they are easily made without a network;
# - at least 40 % of the bars differ from each other, and the tunes are not copied: the longest copy, in the first 150 symbols, is
#   at most 45 symbols long on average.
#
# A call has two seconds of processor time for three tunes. There are many ways to do it, and any of them will do. Think about *when*
# you can know that a bar is wrong, and about what you still have in your hands at that moment.


# %% exercise="write_tunes" minutes=35
def write_tunes(headers, model, state, alphabet, rng):
    """Tunes whose bars add up, by a network that loses count.

    headers: a list of texts.  model: a TuneModel.  state: its state before each tune.
    alphabet: number k stands for alphabet[k].  rng: a random generator.
    Returns a list of texts, a tune with its header for each.
    """
    ### BEGIN SOLUTION
    tunes, begun = [], state
    for header in headers:
        full = full_bar(header.partition("\n")[0][2:], "1/8")
        state = begun
        for symbol in header:
            logits, state = tune_step(alphabet.index(symbol), state, model)
        notes, inner, tries = "", 0, 0
        kept = notes, logits, state
        while len(notes) < 330 and not notes.endswith("\n\n"):
            p = np.exp((logits - logits.max()) / 0.9)
            if inner < 7 and notes.endswith("\n"):
                p[alphabet.index("\n")] = 0  # too short to end
            k = rng.choice(len(p), p=p / p.sum())
            notes += alphabet[k]
            logits, state = tune_step(k, state, model)
            if notes[-1] == "|":  # with a note after it, the bar before the line is an inner one
                complete, inner = complete_bars(abc_sections(notes + "z"), full)
                if complete < inner and tries < 40:
                    (notes, logits, state), tries = kept, tries + 1
                else:
                    kept, tries = (notes, logits, state), 0
        tunes.append(header + notes.strip())
    return tunes
    ### END SOLUTION


# %%
check(write_tunes)

# %% grade="write_tunes" points=6

# %% [markdown]
# **Your function and the network that you trained:** twelve tunes, beside the baselines. (Ours goes back to the beginning of the bar,
# state and all, whenever a bar line comes too early or too late.)

# %% tags=["nbval-ignore-output"]
state = tune_state(model)
for symbol in symbols.encode(HEARD):
    _, state = tune_step(symbol, state, model)
yours = []
for k in range(0, 12, 3):
    yours += working(write_tunes)(
        headers[k : k + 3], model, state, "".join(symbols.symbols), np.random.default_rng(k)
    )
    print(f"{len(yours)} tunes written")
complete, inner = count_bars(yours)
print(f"\nlongest copy: {np.mean(copies(yours)):.0f} symbols on average")
print("full bars: table, n = 16        ", f"{share['table, n = 16']:>5.0%}")
print("           network, temperature 1", f"{share['network, temperature 1']:>4.0%}")
print("           network, your way     ", f"{complete / inner:>4.0%}")
print("           our best on the check  100%")

# %% tags=["nbval-ignore-output"]
best = max(yours, key=len)
print(best)
listen(play(best), RATE, "The longest of the tunes that your function wrote.")

# %% [markdown]
# What you have built has a name: **constrained decoding**. Large language models write valid JSON or compilable code in the same
# way: the weights propose, a program checks.
#
# ## 12.10 Going further
#
# Nothing here is marked.
#
# **How far back does the network look?** We throw its state away every few symbols and look at the loss on held-out tunes.

# %% tags=["nbval-ignore-output"]
print("state thrown away      loss held out")
for carry in (4, 16, 64, 256):
    print(f"every {carry:>3} symbols {tune_loss(ids_held_out, model, forget_after=carry):>16.2f}")
print(f"never {network_loss:>24.2f}")

# %% [markdown]
# The longer the state lives, the better, even beyond the 64 steps over which gradients flowed. (Part of the loss in the first rows has
# another reason: in the middle of a tune, a state of zeros is something that the network hardly ever met.)
#
# **The temperature** moves both measures:

# %% hidden=true tags=["nbval-ignore-output"]
temperatures = (0.3, 0.7, 1.0, 1.5)
bars_at, copy_at = [], []
for temperature in temperatures:
    made = sixty(temperature, length=220)
    complete, inner = count_bars(made)
    bars_at.append(complete / inner)
    copy_at.append(np.mean(copies(made)))
    print(f"temperature {temperature}: {bars_at[-1]:.0%} of the bars add up")
show(
    plot_temperatures(
        temperatures,
        bars_at,
        copy_at,
        real_bars=share["real tunes, held out"],
        real_copy=copied["real tunes, held out"],
    ),
    "Left, the share of inner bars that add up: "
    + ", ".join(f"{b:.0%} at temperature {t}" for t, b in zip(temperatures, bars_at))
    + ". Right, the mean longest copy: "
    + ", ".join(f"{c:.0f} symbols at {t}" for t, c in zip(temperatures, copy_at))
    + f"; held-out tunes have {copied['real tunes, held out']:.0f}.",
)

# %% [markdown]
# *Figure 12.8. Cold, the network plays safe and its copies are longer, about as long as those of real tunes. Hot, it loses count.*
#
# **Does it keep to its key?** We count the notes that belong to the scale of the key in the header, and the tunes that end on the
# **keynote**, the note that gives the key its name. (Only tunes that came to an end by themselves.)

# %% tags=["nbval-ignore-output"]
print("                            notes in the scale   ends on the keynote")
for name in (
    "symbols by frequency", "table, n = 5", "network, temperature 1", "network, temperature 0.7",
    "real tunes, held out",
):  # fmt: skip
    ended = [t for t in makers[name] if len(t.split("\n", 2)[2]) < 320]
    home = np.mean([ends_on_keynote(t) for t in ended])
    print(f"{name:<28} {notes_in_scale(makers[name]):>16.1%} {home:>20.0%}")

# %% [markdown]
# Be careful with both columns. Nearly all notes lie in the scale, whoever writes: the key signature does the work, and a measure that
# everybody passes measures nothing. As for the end, most real tunes come home, and most
# tunes written here do not. Sixty tunes are too few to tell the network from the table in that column. Every bar shows the metre
# anew; the key is named once, in the header, two hundred symbols before the end. Would a better network come home?
#
# **Try it yourself.** Change the header (`M:9/8`, `K:E Minor`), the seed and the temperature in section 12.6. Or let your
# `write_tunes` reward tunes that end on the keynote.
#
# ## Summary
#
# - A measure can be written before the network is. Ask it about real data, about damaged data and about baselines first.
# - One long text is cut into streams. The state is carried from piece to piece, the gradient is not.
# - To continue a text, read the prompt, choose, and read what was chosen. Begin in a state of the kind that the network knows.
# - A table of five symbols cannot count to six; a recurrent network can most of the time, and nobody has told it to.
# - No number is enough by itself: full bars can be had by copying.
# - A state is a value. Keep it, and you can go back to it: the weights propose, your program checks.
#
# **Next:** pictures that move. Unit 13 predicts the next frame. All terms of the course, in English and Spanish, stand in the
# [glossary](../../docs/glossary.rst).
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
