import numpy as np
import pytest

from rnnlib.plotting.inside import plot_effects, plot_resting_points
from rnnlib.plotting.style import png


def test_bars_are_the_effects_and_marked_symbols_are_coloured():
    effects = {"one": np.array([1.0, -2.0, 0.5]), "two": np.array([0.1, 0.2, 0.3])}
    figure = plot_effects("a b", effects, marked=[1])
    assert len(figure.axes) == 2
    for axes, values in zip(figure.axes, effects.values(), strict=True):
        assert [bar.get_height() for bar in axes.patches] == pytest.approx(values)
        colours = [bar.get_facecolor() for bar in axes.patches]
        assert colours[0] == colours[2] != colours[1]
    assert [t.get_text() for t in figure.axes[-1].get_xticklabels()] == ["a", "␣", "b"]
    assert png(figure)[0] == png(plot_effects("a b", effects, marked=[1]))[0]


def test_points_are_counted_by_their_ways_out_and_saddles_join_neighbours():
    points = np.array([[0.0, 0, 0], [2, 0, 0], [9, 9, 9], [1, 0.1, 0]])
    figure = plot_resting_points(np.ones((5, 3)), points, [0, 0, 0, 1])
    (axes,) = figure.axes
    said = [text.get_text() for text in figure.legends[0].get_texts()]
    assert said == ["3 stable", "1 with 1 way out"]
    (line,) = axes.lines
    assert sorted(line.get_data_3d()[0]) == pytest.approx([0, 1, 2])
