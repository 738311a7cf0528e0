import numpy as np
import pytest

from rnnlib import ShapeError
from rnnlib.plotting.batches import draw_batches, plot_reach


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_every_symbol_of_every_batch_is_drawn():
    figure = draw_batches({"padded": ["sol··", "norte"], "flipped": ["··los", "etron"]})
    drawn = texts(figure)
    assert drawn.count("·") == 4 and drawn.count("o") == 4
    assert {"padded", "flipped"} <= set(drawn)


def test_examples_of_two_lengths_are_refused():
    with pytest.raises(ShapeError, match="must have one length"):
        draw_batches({"padded": ["sol", "norte"]})


def test_reach_is_white_where_nothing_moved_and_only_there():
    moved = {"layer 1": np.array([0, 0, 1e-9, 3.0]), "layer 2": np.array([0, 0, 0, 0.5])}
    (ax,) = plot_reach(moved, changed=2).axes
    shades = np.asarray(ax.collections[0].get_array())
    np.testing.assert_array_equal(shades > 0, [[0, 0, 1, 1], [0, 0, 0, 1]])
    assert shades[0, 2] >= 0.15
    assert [label.get_text() for label in ax.get_yticklabels()] == list(moved)
    assert ax.get_xticklabels()[2].get_fontweight() == "bold"


def test_reach_wants_one_length():
    with pytest.raises(ShapeError, match=r"shape \(T,\)"):
        plot_reach({"layer 1": np.zeros(3), "layer 2": np.zeros(4)}, changed=0)
