"""A table that predicts the next symbol of a text: the baseline of a network that reads it."""

import numpy as np

__all__ = ["SymbolTable"]


class SymbolTable:
    """Counts of what follows each context of up to n - 1 symbols.

    A context that was never seen is cut from the front until it was; how far the longer contexts
    are trusted is Witten and Bell's rule: a context followed by many different symbols is trusted
    less.

    Parameters
    ----------
    text : str
        What is counted.
    n : int
        The last n - 1 symbols are the context.
    symbols : rnnlib.Vocabulary

    Notes
    -----
    I. H. Witten, T. C. Bell, *The zero-frequency problem*, IEEE Transactions on Information Theory
    37 (1991), 1085-1094, method C.

    Examples
    --------
    >>> from rnnlib import Vocabulary
    >>> table = SymbolTable("abababab", n=2, symbols=Vocabulary("ab"))
    >>> table.next_symbol("a").round(2)
    array([0.1, 0.9])
    """

    def __init__(self, text, n, symbols):
        self.n, self.symbols, self.counts = n, symbols, [{} for _ in range(n)]
        self._number = {symbol: k for k, symbol in enumerate(symbols.symbols)}
        for t, symbol in enumerate(text):
            for k in range(min(n, t + 1)):
                found = self.counts[k].setdefault(text[t - k : t], {})
                found[symbol] = found.get(symbol, 0) + 1

    @property
    def stored(self):
        """How many counts it keeps."""
        return sum(len(found) for counts in self.counts for found in counts.values())

    def next_symbol(self, before):
        """Probabilities of the next symbol, (V,)."""
        p = np.full(len(self.symbols), 1 / len(self.symbols))
        for k in range(self.n):
            found = self.counts[k].get(before[len(before) - k :])
            if found is None:
                break
            p *= len(found)
            for symbol, count in found.items():
                p[self._number[symbol]] += count
            p /= sum(found.values()) + len(found)
        return p

    def loss(self, text):
        """The mean loss a symbol, in nats."""
        p = [
            self.next_symbol(text[max(0, t - self.n) : t])[self._number[text[t]]]
            for t in range(1, len(text))
        ]
        return float(-np.log(p).mean())

    def write(self, prompt, longest, rng):
        """Go on from a prompt until a blank line, and return what was written."""
        made = prompt
        while len(made) < len(prompt) + longest and not made.endswith("\n\n"):
            k = rng.choice(len(self.symbols), p=self.next_symbol(made[-self.n :]))
            made += self.symbols.symbols[k]
        return made[len(prompt) :]
