"""Pictures of reading words: tables of embeddings, answers, pooling, confusions, tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import (
    BLUE,
    GREEN,
    INK,
    LINE_COLOURS,
    TEXT_COLOUR,
    VERMILLION,
    new_figure,
    settle,
    styled,
    tint,
)

__all__ = [
    "draw_answers",
    "draw_lookup",
    "draw_pooling",
    "plot_arrival",
    "plot_by_size",
    "plot_confusions",
    "plot_held_out",
    "plot_tags",
]

_MAP = {"cmap": "RdBu", "edgecolors": "white", "linewidth": 1.5}


@styled()
def draw_lookup(word: str = "anna", symbols: str = "aeimn") -> Figure:
    """A table of embeddings, and a word looked up in it: rows that are copied.

    Parameters
    ----------
    word, symbols : str

    Examples
    --------
    >>> fig = draw_lookup("emma")
    """
    table = np.random.default_rng(2).normal(size=(len(symbols), 4))
    figure = new_figure(6.8, 2.5)
    panels = figure.subplots(1, 2, width_ratios=(1, 1.15))
    rows = table[[symbols.index(letter) for letter in word]]
    titles = "the table $W_e$: a row for each symbol", f"{word}, looked up: a row for each step"
    for ax, numbers, letters, title in zip(panels, (table, rows), (symbols, word), titles):
        ax.pcolormesh(numbers, vmin=-2, vmax=2, **_MAP)
        ax.set_yticks(np.arange(len(letters)) + 0.5, list(letters))
        ax.set(xticks=[], xlabel="E = 4 numbers", ylabel="symbol")
        ax.set_title(title, size=10)
        ax.invert_yaxis()
    return settle(figure)


@styled()
def draw_answers(word: str = "ross") -> Figure:
    """The same network asked once, after its last state, and asked at every step.

    Parameters
    ----------
    word : str
        Four symbols.

    Examples
    --------
    >>> fig = draw_answers("anna")
    """
    page = Sketch(7.4, 2.35)
    for left, title, asked in ((0.5, "many to one", (3,)), (4.3, "many to many", range(4))):
        page.text(left - 0.3, 2.2, title, ha="left", size=10.5)
        before = None
        for t in range(4):
            x = left + 0.85 * t
            letter = page.box(x, 0.3, word[t], fill=tint(BLUE), size=(0.5, 0.38))
            state = page.box(x, 1.05, f"$h_{t + 1}$", fill="#FFFFFF", size=(0.56, 0.42))
            page.arrow(letter.top, state.bottom, BLUE)
            if before is not None:
                page.arrow(before.right, state.left, VERMILLION)
            if t in asked:
                answer = page.box(x, 1.8, "$p$", fill=tint(GREEN), size=(0.5, 0.38))
                page.arrow(state.top, answer.bottom, GREEN)
            before = state
    return page.figure


@styled()
def draw_pooling() -> Figure:
    """States over six steps, and three ways to make one vector of them: last, mean, max.

    Examples
    --------
    >>> fig = draw_pooling()
    """
    states = np.tanh(np.random.default_rng(5).normal(size=(6, 5)))
    figure = new_figure(7.0, 2.5)
    axes = figure.subplots(1, 4, width_ratios=(6, 1.25, 1.25, 1.25))
    axes[0].pcolormesh(states.T, vmin=-1, vmax=1, **_MAP)
    for j, t in enumerate(states.argmax(axis=0)):
        axes[0].plot(t + 0.5, j + 0.5, "o", color=INK, markersize=5)
    axes[0].set(title="states", ylabel="unit", xlabel="step", yticks=[])
    axes[0].set_xticks(np.arange(6) + 0.5, [str(t + 1) for t in range(6)])
    vectors = {"last": states[-1], "mean": states.mean(axis=0), "max": states.max(axis=0)}
    for ax, (title, vector) in zip(axes[1:], vectors.items()):
        ax.pcolormesh(vector[:, None], vmin=-1, vmax=1, **_MAP)
        ax.set(title=title, xticks=[], yticks=[])
    return settle(figure)


@styled()
def plot_by_size(sizes: Sequence[int], curves: Mapping[str, Sequence[float]]) -> Figure:
    """Shares of right answers over the number of examples to learn from.

    Parameters
    ----------
    sizes : sequence of int
    curves : mapping
        Name -> a share for each size.

    Examples
    --------
    >>> fig = plot_by_size([500, 2000], {"counted": [0.66, 0.75], "network": [0.6, 0.7]})
    """
    figure = new_figure(6.8, 2.8)
    ax = figure.subplots()
    for (name, shares), color in zip(curves.items(), (VERMILLION, BLUE, GREEN)):
        ax.semilogx(sizes, shares, "o-", color=color, label=name)
    ax.axhline(0.5, color=INK, linewidth=0.9, linestyle="--")
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.set_xticks([], minor=True)
    ax.set(xlabel="sentences to learn from", ylabel="right answers")
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return settle(figure)


@styled()
def plot_confusions(counts: np.ndarray, names: Sequence[str]) -> Figure:
    """A confusion matrix: rows are the truth, columns the guesses; each row's shares as colours.

    Parameters
    ----------
    counts : (K, K)
    names : sequence of str

    Raises
    ------
    ShapeError
        If there is not one name for each class.

    Examples
    --------
    >>> fig = plot_confusions(np.array([[3, 1], [0, 2]]), ["a", "b"])
    """
    K = len(names)
    if np.shape(counts) != (K, K):
        raise ShapeError(f"counts must have shape (K, K) = ({K}, {K}), got {np.shape(counts)}")
    figure = new_figure(6.4, 4.7)
    ax = figure.subplots()
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    ax.pcolormesh(shares, cmap="Blues", vmin=0, vmax=1, edgecolors="white", linewidth=1)
    for k, j in np.argwhere(counts > 0):
        ink = "white" if shares[k, j] > 0.55 else INK
        ax.text(j + 0.5, k + 0.5, counts[k, j], ha="center", va="center", size=9, color=ink)
    ax.set_xticks(np.arange(K) + 0.5, names, rotation=40, ha="right", rotation_mode="anchor")
    ax.set_yticks(np.arange(K) + 0.5, names)
    ax.set(xlabel="taken for", ylabel="is")
    ax.invert_yaxis()
    return settle(figure)


@styled()
def plot_arrival(curves: Mapping[str, np.ndarray], words: int = 40) -> Figure:
    """The length of a gradient at the first words of texts, on a logarithmic scale.

    Parameters
    ----------
    curves : mapping
        Name -> lengths, at least as many as `words`.
    words : int

    Examples
    --------
    >>> fig = plot_arrival({"last": np.logspace(-8, -3, 40)})
    """
    figure = new_figure(6.8, 2.9)
    ax = figure.subplots()
    for (name, curve), color in zip(curves.items(), LINE_COLOURS):
        ax.semilogy(np.arange(1, words + 1), curve[:words], color=color)
        ax.annotate(
            name, (words, curve[words - 1]), xytext=(6, 0), textcoords="offset points",
            color=TEXT_COLOUR[color], va="center", annotation_clip=False,
        )  # fmt: skip
    ax.set(xlabel="word", ylabel="length of the gradient", xlim=(1, words))
    return settle(figure)


@styled()
def plot_held_out(losses: Sequence[float], *, floor: float | None = None) -> Figure:
    """The held-out loss after each epoch; a dot marks the smallest, where early stopping looks.

    Parameters
    ----------
    losses : sequence of float
    floor : float, optional
        A loss that nothing can fall below in the long run: a dashed line.

    Examples
    --------
    >>> fig = plot_held_out([0.7, 0.4, 0.35, 0.36], floor=0.3)
    """
    figure = new_figure(6.8, 2.7)
    ax = figure.subplots()
    epochs, best = np.arange(1, len(losses) + 1), int(np.argmin(losses))
    ax.plot(epochs, losses, color=BLUE)
    ax.plot(best + 1, losses[best], "o", color=VERMILLION, markersize=6)
    if floor is not None:
        ax.axhline(floor, color=INK, linewidth=0.9, linestyle="--")
    ax.set_xticks(epochs[:: -(-len(losses) // 12)])
    ax.set(xlabel="epoch", ylabel="held-out loss")
    return settle(figure)


@styled()
def plot_tags(
    words: Sequence[str],
    tags: Sequence[int],
    curves: Mapping[str, np.ndarray],
    *,
    ylabel: str = "p(name)",
) -> Figure:
    """The probability of a tag at each word; the words that have it are shaded.

    Parameters
    ----------
    words : sequence of str
    tags : sequence of int
        0 or 1 for each word.
    curves : mapping
        Name -> a probability for each word.
    ylabel : str

    Raises
    ------
    ShapeError
        If a curve or the tags do not have one number for each word.

    Examples
    --------
    >>> fig = plot_tags(["so", "it", "was"], [0, 1, 0], {"both": np.array([0.1, 0.9, 0.2])})
    """
    for name, numbers in {"tags": tags, **curves}.items():
        if np.shape(numbers) != (len(words),):
            raise ShapeError(f"{name} must have shape ({len(words)},), got {np.shape(numbers)}")
    figure = new_figure(7.4, 3.0)
    ax = figure.subplots()
    for t in np.flatnonzero(tags):
        ax.axvspan(t - 0.5, t + 0.5, color=tint(BLUE), linewidth=0)
    for (name, curve), color in zip(curves.items(), (VERMILLION, GREEN)):
        ax.plot(curve, "o-", color=color, markersize=4, label=name)
    ax.set_xticks(range(len(words)), words, rotation=45, ha="right", rotation_mode="anchor")
    ax.set(ylim=(-0.06, 1.06), yticks=[0, 0.5, 1], ylabel=ylabel)
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return settle(figure)
