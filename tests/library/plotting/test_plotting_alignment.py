import numpy as np
import pytest

from rnnlib import ShapeError
from rnnlib.plotting.alignment import plot_alignment
from rnnlib.plotting.style import png


def test_words_stand_upright_and_letters_do_not():
    words = plot_alignment([(np.eye(2), ["tierra", "buena"], ["land", "good"])])
    letters = plot_alignment([(np.eye(2), "ab", "cd")])
    for figure, angle in ((words, 90), (letters, 0)):
        assert {text.get_rotation() for text in figure.axes[0].get_xticklabels()} == {angle}


def test_weights_stand_where_their_symbols_stand():
    weights = np.array([[0.1, 0.9, 0.0], [0.7, 0.2, 0.1]])
    figure = plot_alignment([(weights, "a b", "xy")], titles=["one"])
    (ax,) = figure.axes
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a", "␣", "b"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["x", "y"]
    assert np.array_equal(np.asarray(ax.collections[0].get_array()), weights)
    assert ax.yaxis_inverted() and ax.get_title(loc="left") == "one"


def test_panels_share_a_scale_and_the_picture_is_the_same_again():
    panels = [(np.full((2, 3), 0.5), "abc", "xy"), (np.full((3, 5), 0.2), "abcde", "xyz")]
    first = plot_alignment(panels)
    assert {ax.get_xlim() for ax in first.axes} == {(0.0, 5.0)}
    assert {ax.collections[0].get_clim() for ax in first.axes} == {(0, 1)}
    assert png(first) == png(plot_alignment(panels))


def test_what_does_not_fit_is_named():
    with pytest.raises(ShapeError, match=r"\(S, T\) = \(2, 3\) for 'xy' and 'abc', got \(3, 2\)"):
        plot_alignment([(np.ones((3, 2)), "abc", "xy")])
    with pytest.raises(ValueError, match="at least one"):
        plot_alignment([])
    with pytest.raises(ValueError, match="1 panels, and 2 titles"):
        plot_alignment([(np.ones((1, 1)), "a", "b")], titles=["a", "b"])
