"""A table of letters, the baseline of every network that predicts letters.

It counts which letter follows each context of up to n - 1 letters. A context that was seen rarely
leans on the next shorter one (Witten and Bell 1991)::

    p(letter | context) = (count + k p(letter | shorter context)) / (all counts + k)

where k is the number of different letters that followed the context. The shortest context, that of
no letters, leans on 1 / V.
"""

import numpy as np

from rnnlib.letter_models import letter_batch

__all__ = ["LetterTable"]


class LetterTable:
    """Counts of the letters that follow each context of up to n - 1 letters.

    Parameters
    ----------
    words : sequence of str
        What is counted.
    n : int
        1 counts letters, 2 pairs, and so on.
    alphabet : Vocabulary
        V symbols, of which the full stop is one.

    References
    ----------
    I. H. Witten, T. C. Bell, "The zero-frequency problem", IEEE Transactions on Information
    Theory 37 (1991), method C.

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> table = LetterTable(["ab", "ac"], 2, Vocabulary(".abc"))
    >>> table.next_letter([0, 1]).round(2)  # after an a
    array([0.15, 0.15, 0.35, 0.35])
    >>> table.stored
    9
    """

    def __init__(self, words, n, alphabet):
        self.n, self.alphabet, self.counts = n, alphabet, {}
        for word in words:
            ids = alphabet.encode(f".{word}.")
            for t in range(1, len(ids)):
                for k in range(min(n, t + 1)):
                    context = tuple(ids[t - k : t].tolist())
                    row = self.counts.setdefault(context, np.zeros(len(alphabet)))
                    row[ids[t]] += 1

    @property
    def stored(self):
        """How many counts are above 0: what has to be stored."""
        return sum(int(np.count_nonzero(row)) for row in self.counts.values())

    def next_letter(self, ids):
        """The probabilities (V,) of the letter that follows these numbers, full stop first."""
        V = len(self.alphabet)
        p = np.full(V, 1 / V)
        for k in range(min(self.n, len(ids) + 1)):
            row = self.counts.get(tuple(int(i) for i in ids[len(ids) - k :]))
            if row is None:
                break
            kinds = np.count_nonzero(row)
            p = (row + kinds * p) / (row.sum() + kinds)
        return p

    def probabilities(self, words):
        """The probability of each letter of the words, as `letter_probabilities` of a network.

        Returns
        -------
        (T, N)
            1 after a word's end.
        """
        _, targets, _ = letter_batch(words, self.alphabet)
        p = np.ones(targets.shape)
        for j, word in enumerate(words):
            ids = self.alphabet.encode(f".{word}.")
            for t in range(1, len(ids)):
                p[t - 1, j] = self.next_letter(ids[:t])[ids[t]]
        return p

    def loss(self, words):
        """The mean loss a letter on these words, in nats."""
        letters = sum(len(word) + 1 for word in words)
        return float(-np.log(self.probabilities(words)).sum() / letters)

    def write(self, how_many, rng, longest=30):
        """Words that the table makes up, letter by letter."""
        made = []
        for _ in range(how_many):
            ids = [0]
            while len(ids) == 1 or (ids[-1] != 0 and len(ids) < longest):
                ids.append(int(rng.choice(len(self.alphabet), p=self.next_letter(ids))))
            made.append(self.alphabet.decode(np.array(ids)).strip("."))
        return made
