"""Figures of speech: what is drawn where, and which arguments are refused."""

import numpy as np
import pytest

from rnnlib import ShapeError
from rnnlib.plotting.speech import draw_ctc_states, draw_path, plot_speech, plot_symbols
from rnnlib.plotting.style import FAINT, png


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_a_path_is_drawn_in_three_rows():
    drawn = "".join(t for t in texts(draw_path("·aa·ab")) if len(t) == 1)
    assert drawn == "·aa·ab" + "·a·ab" + "aab"


def test_only_states_on_a_path_have_a_dark_edge():
    figure = draw_ctc_states("·7·7·", 3)  # three frames are just enough: 7, blank, 7
    from matplotlib.colors import to_rgba
    from matplotlib.patches import FancyBboxPatch

    boxes = [p for p in figure.axes[0].patches if isinstance(p, FancyBboxPatch)]
    dark = [to_rgba(FAINT) != p.get_edgecolor() for p in boxes]
    assert np.flatnonzero(dark).tolist() == [1, 5 + 2, 10 + 3]


def test_probabilities_and_speech_are_drawn_and_shapes_are_checked():
    probabilities = np.full((9, 11), 1 / 11)
    figure = plot_symbols([("one", probabilities), ("two", probabilities)], [3, 3, 4])
    assert len(figure.axes) == 2 and len(figure.axes[0].lines) == 3
    assert png(figure)[0][:4] == b"\x89PNG"
    with pytest.raises(ShapeError, match=r"times must have shape \(2, 2\)"):
        plot_symbols([("one", probabilities)], [3, 4], times=np.zeros((3, 2)))
    with pytest.raises(ShapeError, match=r"probabilities must have shape \(T, V\)"):
        plot_symbols([("one", probabilities[0])], [3])
    assert "a" in texts(plot_speech(np.zeros(80), 8000, np.zeros((4, 5)), 20, [("a", 0.01)]))
    with pytest.raises(ShapeError, match="samples must have shape"):
        plot_speech(np.zeros((80, 2)), 8000, np.zeros((4, 5)), 20)
