"""A network that learns to spell, made of any step and any output function.

Going forward it calls the functions that it is given, one letter at a time; going back through time
and improving the weights is the library's part.
"""

import numpy as np

from rnnlib.activations import softmax
from rnnlib.cell_models import CellModel
from rnnlib.clipping import clip_grad_norm
from rnnlib.dense import output_step, output_step_backward
from rnnlib.generation import sample
from rnnlib.init import init_dense, init_rnn
from rnnlib.letter_models import letter_batch
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.optim import adam_state, adam_step
from rnnlib.rnn import RNNCache, rnn_backward, rnn_step
from rnnlib.text import Vocabulary, one_hot

__all__ = ["Speller"]


class Speller:
    """A network that learns to spell from a list of words.

    Parameters
    ----------
    words : sequence of str
        What it learns from: words of small letters from a to z.
    step, output : callable
        ``step(x, h, params) -> h_next`` and ``output(h, params) -> logits``: the network itself.
    H : int
        Units.
    seed : int
        Chooses the first weights and the order of the words.

    Attributes
    ----------
    model : CellModel
    losses : list of float
        The loss of each update so far, in nats a letter.
    alphabet : Vocabulary
        The full stop, which begins and ends a word, and the letters from a to z.

    Examples
    --------
    >>> speller = Speller(["anna", "hanna"] * 16, H=8)
    >>> [update for update in speller.learn(60, look=(0, 30, 60))]
    [0, 30, 60]
    >>> speller.losses[-1] < 0.6 * speller.losses[0]
    True
    >>> speller.next_letters("han").shape
    (27,)
    """

    def __init__(self, words, step=rnn_step, output=output_step, *, H=64, seed=0):
        self.words, self.step, self.output, self.H = list(words), step, output, H
        self.alphabet = Vocabulary(".abcdefghijklmnopqrstuvwxyz")
        self._rng = np.random.default_rng(seed)
        V = len(self.alphabet)
        self.model = CellModel(init_rnn(V, H, self._rng), init_dense(H, V, self._rng))
        self.losses = []
        self._optimizer = adam_state(self.model)

    def learn(self, updates, look=(), *, N=32, learning_rate=5e-3):
        """Train, and stop for a look: a generator that yields the number of updates made.

        Parameters
        ----------
        updates : int
        look : collection of int
            After how many updates to yield; 0 is before the first.
        N : int
            Words in a batch.
        learning_rate : float
        """
        for made in range(updates + 1):
            if made in look:
                yield made
            if made < updates:
                self._update(N, learning_rate)

    def _update(self, N, learning_rate):
        words = self._rng.choice(self.words, min(N, len(self.words)), replace=False)
        xs, targets, mask = letter_batch(words, self.alphabet)
        h = h0 = np.zeros((len(words), self.H))
        states, scores = [], []
        for x in xs:
            h = self.step(x, h, self.model.cell)
            states.append(h)
            scores.append(self.output(h, self.model.out))
        hs, logits = np.stack(states), np.stack(scores)
        dlogits = cross_entropy_backward(logits, targets, mask=mask)
        dhs, grads_out = output_step_backward(dlogits, hs, self.model.out)
        _, _, grads_cell = rnn_backward(dhs, None, RNNCache(xs, h0, hs, self.model.cell))
        grads, _ = clip_grad_norm(CellModel(grads_cell, grads_out), 5.0)
        self.model, self._optimizer = adam_step(
            self.model, grads, self._optimizer, learning_rate=learning_rate
        )
        self.losses.append(cross_entropy(logits, targets, mask=mask))

    def clean(self, text):
        """What the network can read of a text: its small letters from a to z."""
        return "".join(letter for letter in text.lower() if "a" <= letter <= "z")

    def states(self, text):
        """The state after the full stop that begins a word, and after each letter: (T + 1, H)."""
        h, states = np.zeros((1, self.H)), []
        for x in one_hot(self.alphabet.encode("." + self.clean(text)), len(self.alphabet)):
            h = self.step(x[None], h, self.model.cell)
            states.append(h)
        return np.concatenate(states)

    def next_letters(self, text):
        """The probability of each symbol after a beginning: (V,)."""
        return softmax(self.output(self.states(text)[-1:], self.model.out))[0]

    def write(self, how_many, rng, beginning="", *, temperature=1.0, longest=24):
        """Words that the network makes up, letter by letter; each ends at its first full stop.

        Parameters
        ----------
        how_many : int
        rng : numpy.random.Generator
        beginning : str
            With what they all begin.
        temperature : float
            Below 1 safer, above 1 more daring.
        longest : int
            The most letters that a word gets.

        Returns
        -------
        list of str
        """
        beginning = self.clean(beginning)
        h = np.repeat(self.states(beginning)[-1:], how_many, axis=0)
        written = []
        for _ in range(max(1, longest - len(beginning))):
            logits = self.output(h, self.model.out)
            ids = sample(logits, rng, temperature=temperature)
            written.append(ids)
            h = self.step(one_hot(ids, len(self.alphabet)), h, self.model.cell)
        rows = np.stack(written, axis=1)
        return [beginning + self.alphabet.decode(row).partition(".")[0] for row in rows]
