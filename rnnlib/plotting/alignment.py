"""Attention weights as a picture: which symbol was read while which one was written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from rnnlib._shapes import ShapeError
from rnnlib.plotting.style import FAINT, INK, new_figure, settle, styled, visible


@styled()
def plot_alignment(
    panels: Sequence[tuple[np.ndarray, Sequence[str], Sequence[str]]],
    *,
    titles: Sequence[str] = (),
) -> Figure:
    """Heat maps of attention weights, one below the other; the darker, the more weight.

    Words stand upright below their columns.

    Parameters
    ----------
    panels : sequence of (weights, source, target)
        Weights (S, T) of one example; source with T symbols below, target with S at the left.
        Both are a text, or a list of words.
    titles : sequence of str, optional
        A title for each panel.

    Raises
    ------
    ShapeError
        If the weights of a panel are not (S, T) for its texts.
    ValueError
        If there is no panel, or not as many titles.

    Examples
    --------
    >>> fig = plot_alignment([(np.eye(3)[::-1], "abc", "cba")])
    >>> fig = plot_alignment([(np.eye(2)[::-1], ["tierra", "buena"], ["good", "land"])])
    """
    if not panels:
        raise ValueError("panels must hold at least one (weights, source, target)")
    if titles and len(titles) != len(panels):
        raise ValueError(f"there are {len(panels)} panels, and {len(titles)} titles")
    for weights, source, target in panels:
        if np.shape(weights) != (len(target), len(source)):
            raise ShapeError(
                f"weights must have shape (S, T) = ({len(target)}, {len(source)}) for "
                f"{target!r} and {source!r}, got {np.shape(weights)}"
            )
    symbols = max(len(symbol) for _, *both in panels for text in both for symbol in text)
    step, margin = (0.185, 0.62) if symbols == 1 else (0.22, 0.62 + 0.075 * symbols)
    heights = [len(target) * step for _, _, target in panels]
    longest = max(len(source) for _, source, _ in panels)
    figure = new_figure(max(3.2, 0.9 + longest * step), sum(heights) + margin * len(panels) + 0.2)
    rows = figure.subplots(len(panels), 1, squeeze=False, gridspec_kw={"height_ratios": heights})
    for k, (ax, (weights, source, target)) in enumerate(zip(rows[:, 0], panels)):
        ax.pcolormesh(weights, cmap="Blues", vmin=0, vmax=1, edgecolors=FAINT, linewidth=0.4)
        ax.set_xlim(0, longest)
        ax.invert_yaxis()
        upright = {} if symbols == 1 else {"rotation": 90}
        ax.set_xticks(np.arange(len(source)) + 0.5, [visible(c) for c in source], **upright)
        ax.set_yticks(np.arange(len(target)) + 0.5, [visible(c) for c in target])
        ax.tick_params(length=0, labelcolor=INK)
        ax.set_ylabel("written")
        for side in ("bottom", "left"):
            ax.spines[side].set_visible(False)
        if titles:
            ax.set_title(titles[k])
    rows[-1, 0].set_xlabel("read", loc="left")
    return settle(figure)
