"""Accents for Spanish text: which letters carry one, by networks and by a list of words.

The input is text without accents, one letter a step; the answer at each step is yes or no. Letters
that could carry an accent (a, e, i, o, u, n) are the only ones that are asked.
"""

import re
from collections import Counter, defaultdict

import numpy as np

from rnnlib.bidirectional import BidirectionalParams
from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import DenseParams, output_step, output_step_backward
from rnnlib.init import init_dense, init_rnn
from rnnlib.optim import adam_state, adam_step
from rnnlib.params import Params, parameters
from rnnlib.rnn import rnn_backward, rnn_forward
from rnnlib.sequences import pad
from rnnlib.text import Vocabulary, one_hot

__all__ = [
    "AccentTagger",
    "accent_batch",
    "accent_vocabulary",
    "judge_accents",
    "list_of_words",
    "put_accents",
    "restore_by_list",
    "restore_by_network",
    "train_tagger",
    "without_accents",
]

ACCENTED, PLAIN = "áéíóúñ", "aeioun"
TO_PLAIN = str.maketrans(ACCENTED, PLAIN)
WORD = re.compile(r"\w+")


@parameters
class AccentTagger(Params):
    """A recurrent cell, or one for each direction, and an output layer with two scores a step."""

    cell: Params
    out: DenseParams


def without_accents(line):
    """The text with a, e, i, o, u, n in place of á, é, í, ó, ú, ñ.

    >>> without_accents("el corazón")
    'el corazon'
    """
    return line.translate(TO_PLAIN)


def accent_vocabulary(lines):
    """The vocabulary of all letters of these lines, without accents.

    >>> len(accent_vocabulary(["está"]))
    4
    """
    return Vocabulary(sorted(set(without_accents("".join(lines)))))


def accent_batch(lines, letters):
    """Lines as a padded batch.

    Parameters
    ----------
    lines : list of str
        With their accents.
    letters : Vocabulary
        V symbols, from `accent_vocabulary`.

    Returns
    -------
    xs : (T, N, V) float32
        One-hot letters without accents.
    targets : (T, N) of int
        1 where the letter carries an accent.
    mask : (T, N) of bool
        The real steps.
    possible : (T, N) of bool
        The real steps whose letter could carry an accent.

    Examples
    --------
    >>> xs, targets, mask, possible = accent_batch(["está", "sol"], accent_vocabulary(["está sol"]))
    >>> targets[:, 0], possible[:, 1]
    (array([0, 0, 0, 1]), array([False,  True, False, False]))
    """
    ids, mask = pad([letters.encode(without_accents(line)) for line in lines])
    targets, _ = pad([[int(c in ACCENTED) for c in line] for line in lines])
    able = [k for k in range(len(letters)) if letters.decode([k]) in PLAIN]
    return one_hot(ids, len(letters), dtype=np.float32), targets, mask, mask & np.isin(ids, able)


def put_accents(line, yes):
    """The text with an accent at every letter where `yes` is true and that can carry one.

    >>> put_accents("esta", [0, 0, 0, 1])
    'está'
    """
    accented = dict(zip(PLAIN, ACCENTED))
    return "".join(accented.get(c, c) if y else c for c, y in zip(without_accents(line), yes))


def list_of_words(lines):
    """The most frequent spelling of each word, by the word without accents.

    >>> list_of_words(["él está", "está aquí"])
    {'el': 'él', 'esta': 'está', 'aqui': 'aquí'}
    """
    forms = defaultdict(Counter)
    for word in WORD.findall("\n".join(lines)):
        forms[without_accents(word)][word] += 1
    return {plain: counts.most_common(1)[0][0] for plain, counts in forms.items()}


def restore_by_list(line, spelling, otherwise=None):
    """Accents from a list of words; words that are not on it as `otherwise` has them.

    Parameters
    ----------
    line : str
    spelling : dict of str to str
        From `list_of_words`.
    otherwise : str, optional
        The same line, restored in another way.

    Examples
    --------
    >>> restore_by_list("esta aqui", {"esta": "está"})
    'está aqui'
    """
    plain = without_accents(line)
    guesses = iter(WORD.findall(plain if otherwise is None else otherwise))

    def pick(found):
        guess = next(guesses)
        return spelling.get(found[0], guess)

    return WORD.sub(pick, plain)


def judge_accents(restored, truth, spelling):
    """How many words come out right, and how many get an accent that they should not have.

    Parameters
    ----------
    restored, truth : list of str
        The same lines, restored and as they should be.
    spelling : dict
        The list of words, to tell words that are on it from the others.

    Returns
    -------
    dict of str to (N,) array of bool
        ``"all"``, ``"on the list"``, ``"not on it"``: of each word that should have an accent,
        whether it came out right. ``"false"``: of each other word, whether it was changed.

    Examples
    --------
    >>> judged = judge_accents(["está alla, él"], ["está allá, el"], {"esta": "está"})
    >>> judged["all"], judged["false"]
    (array([ True, False]), array([ True]))
    """
    judged = {"all": [], "on the list": [], "not on it": [], "false": []}
    for guess, line in zip(restored, truth):
        for a, b in zip(WORD.findall(guess), WORD.findall(line)):
            plain = without_accents(b)
            if b == plain:
                judged["false"].append(a != b)
            else:
                judged["all"].append(a == b)
                judged["on the list" if plain in spelling else "not on it"].append(a == b)
    return {name: np.array(values, bool) for name, values in judged.items()}


def train_tagger(
    lines, letters, both_directions, loss, *, both=False, later=0, updates=1600, watch=None, seed=0
):
    """Train a network that says where the accents go.

    Parameters
    ----------
    lines : list of str
        With their accents; taken in batches of 32 of about equal length.
    letters : Vocabulary
    both_directions : pair of callables
        `bidirectional_forward` and `bidirectional_backward`, or functions like them.
    loss : callable
        ``loss(logits, targets, mask)`` gives the loss and its gradient.
    both : bool
        Whether to read in both directions; otherwise forward alone.
    later : int
        So many steps after a letter is the answer for it given.
    updates : int
        Updates with Adam.
    watch : callable, optional
        ``watch(update, loss, tagger)``, called five times on the way.
    seed : int

    Returns
    -------
    AccentTagger
        With 48 units (in each direction), in float32.

    Examples
    --------
    >>> from rnnlib import bidirectional_backward, bidirectional_forward
    >>> from rnnlib import cross_entropy, cross_entropy_backward
    >>> both_directions = bidirectional_forward, bidirectional_backward
    >>> def loss(*args, mask):
    ...     return cross_entropy(*args, mask=mask), cross_entropy_backward(*args, mask=mask)
    >>> lines = ["está aquí", "allá está"]
    >>> letters = accent_vocabulary(lines)
    >>> tagger = train_tagger(
    ...     lines, letters, both_directions, lambda *args: loss(*args[:2], mask=args[2]),
    ...     both=True, updates=60,
    ... )
    >>> restore_by_network(tagger, ["esta aqui"], letters, bidirectional_forward)
    ['está aquí']
    """
    rng, H = np.random.default_rng(seed), 48
    cell = init_rnn(len(letters), H, rng, dtype=np.float32)
    if both:
        cell = BidirectionalParams(cell, init_rnn(len(letters), H, rng, dtype=np.float32))
    tagger = AccentTagger(cell, init_dense(2 * H if both else H, 2, rng, dtype=np.float32))
    state = adam_state(tagger)
    by_length = sorted(lines, key=len)
    batches = [accent_batch(by_length[k : k + 32], letters) for k in range(0, len(lines), 32)]
    for update in range(1, updates + 1):
        xs, targets, mask, possible = batches[rng.integers(len(batches))]
        hs, back = _read(tagger.cell, xs, mask, later, both_directions)
        value, dlogits = loss(output_step(hs[later:], tagger.out), targets, possible)
        dhs = np.zeros_like(hs)
        dhs[later:], grads_out = output_step_backward(
            dlogits.astype(np.float32), hs[later:], tagger.out
        )
        grads, _ = clip_grad_norm(AccentTagger(back(dhs), grads_out), 1.0)
        rate = 0.01 * (1 - update / updates) + 1e-4
        tagger, state = adam_step(tagger, grads, state, learning_rate=rate)
        if watch is not None and update % max(1, updates // 5) == 0:
            watch(update, float(value), tagger)
    return tagger


def restore_by_network(tagger, lines, letters, both_forward, *, later=0):
    """Lines with the accents that a network gives them; see `train_tagger`."""
    xs, _, mask, _ = accent_batch(lines, letters)
    hs, _ = _read(tagger.cell, xs, mask, later, (both_forward, None))
    yes = output_step(hs[later:], tagger.out).argmax(axis=2)
    return [put_accents(line, yes[:, n]) for n, line in enumerate(lines)]


def _read(cell, xs, mask, later, both_directions):
    """All states, and a function from their gradients to those of the cell.

    Behind the text come `later` empty steps, in which late answers are given.
    """
    N = xs.shape[1]
    xs = np.concatenate([xs, np.zeros((later, *xs.shape[1:]), xs.dtype)])
    mask = np.concatenate([np.ones((later, N), bool), mask])
    forward, backward = both_directions
    if isinstance(cell, BidirectionalParams):
        h0 = np.zeros((N, len(cell.forward.b_h)), xs.dtype)
        hs, _, cache = forward(xs, (h0, h0), cell, mask=mask)
        return hs, lambda dhs: backward(dhs, (h0, h0), cache)[2]
    h0 = np.zeros((N, len(cell.b_h)), xs.dtype)
    hs, _, cache = rnn_forward(xs, h0, cell, mask=mask)
    return hs, lambda dhs: rnn_backward(dhs, h0, cache)[2]
