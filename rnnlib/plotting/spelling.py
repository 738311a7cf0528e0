"""What a network that spells expects and writes: bars of the next letter, and samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib.plotting.states import plot_hidden_states
from rnnlib.plotting.style import BLUE, GREY, new_figure, settle, styled, tint

__all__ = ["SpellingStages", "plot_spelling_stages", "reading"]

SHOWN = 6


class SpellingStages:
    """The stages of a network that learns to spell, gathered while it learns.

    Parameters
    ----------
    beginning : str
        After which the bars show the next letter.
    stages : int
        How many stages there will be: room is kept for them.

    Examples
    --------
    >>> from rnnlib.spelling import Speller
    >>> speller, stages = Speller(["anna", "hanna"] * 16, H=8), SpellingStages("han", 2)
    >>> for update in speller.learn(60, look=(0, 60)):
    ...     figure, words = stages.add(speller)
    >>> words[:40]
    'What the network expects after han and w'
    """

    def __init__(self, beginning: str, stages: int = 4):
        self.beginning, self.room = beginning, stages
        self.titles: list[str] = []
        self.probabilities: list[np.ndarray] = []
        self.samples: list[list[str]] = []

    def add(self, speller) -> tuple[Figure, str]:
        """Look at the network now; returns the figure of all stages so far, and its description."""
        updates = len(speller.losses)
        self.titles.append(f"after {updates:,} updates" if updates else "before training")
        self.probabilities.append(speller.next_letters(self.beginning))
        self.samples.append(speller.write(6, np.random.default_rng(1)))
        symbols = speller.alphabet.symbols
        figure = plot_spelling_stages(
            self.titles, self.probabilities, self.samples, symbols, room=self.room
        )
        told = [
            f"{title}: most likely {symbols[p.argmax()]} ({p.max():.0%}), words such as "
            + ", ".join(word or "(none)" for word in words[:3])
            for title, p, words in zip(self.titles, self.probabilities, self.samples, strict=True)
        ]
        begun = f"What the network expects after {self.beginning} and what it writes; "
        return figure, begun + "; ".join(told) + "."


@styled()
def plot_spelling_stages(
    titles: Sequence[str],
    probabilities: Sequence[np.ndarray],
    samples: Sequence[Sequence[str]],
    symbols: Sequence[str],
    *,
    room: int = 0,
) -> Figure:
    """Bars of the likeliest next letters, and below them words, one column a stage.

    Parameters
    ----------
    titles : sequence of str
        One a stage.
    probabilities : sequence of array (V,)
        Of the next letter.
    samples : sequence of sequence of str
        Words that the network wrote.
    symbols : sequence of V str
    room : int
        The number of columns, if there are stages to come.
    """
    columns = max(room, len(titles))
    figure = new_figure(1.75 * columns, 3.6)
    panels = figure.subplots(2, columns, squeeze=False, height_ratios=[1.25, 1])
    for column in range(columns):
        bars, words = panels[:, column]
        words.set_axis_off()
        if column >= len(titles):
            bars.set_axis_off()
            continue
        p = probabilities[column]
        best = np.argsort(-p, kind="stable")[:SHOWN]
        bars.bar(range(len(best)), p[best], color=tint(BLUE, 0.75))
        bars.set_xticks(
            range(len(best)), [symbols[k] for k in best], family="DejaVu Sans Mono", size=11
        )
        bars.set(ylim=(0, 1), yticks=[0, 0.5, 1])
        bars.set_title(titles[column], size=10)
        if column == 0:
            bars.set(ylabel="probability", xlabel="next letter")
        else:
            bars.set_yticklabels([])
        text = "\n".join(word[:15] + "…" * (len(word) > 15) or "-" for word in samples[column])
        words.text(
            0, 1, text, va="top", size=9, family="DejaVu Sans Mono", color=GREY, linespacing=1.35
        )
    return settle(figure)


def reading(speller, text: str, *, units: int = 16) -> tuple[Figure, str]:
    """The states of a network while it reads a beginning, and what it expects next.

    Parameters
    ----------
    speller : Speller
    text : str
    units : int
        The first so many units are drawn.

    Returns
    -------
    figure : Figure
    words : str
        Its description.
    """
    read = speller.clean(text)[:24]
    p = speller.next_letters(read)
    best = np.argsort(-p, kind="stable")[:4]
    expected = ", ".join(f"{speller.alphabet.symbols[k]} {p[k]:.0%}" for k in best)
    figure = plot_hidden_states(
        speller.states(read),
        "." + read,
        units=range(min(units, speller.H)),
        title=f"expected next: {expected}",
    )
    words = (
        f"Heat map of the first {units} units while the network reads {read or 'a full stop'}; "
        f"it expects next {expected}."
    )
    return figure, words
