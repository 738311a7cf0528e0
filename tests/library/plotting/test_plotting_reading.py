import numpy as np

from rnnlib.plotting.reading import draw_both_directions, draw_layers, draw_masked_steps, plot_kept


def texts(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def test_padding_carries_the_last_state_and_no_other():
    drawn = texts(draw_masked_steps("sol", padding=3))
    assert drawn.count("·") == 3
    assert drawn.count("$h_3$") == 4 and drawn.count("$h_2$") == 1


def test_every_layer_has_a_state_for_every_step():
    drawn = texts(draw_layers(3))
    assert {"$x_3$", "$h^1_3$", "$h^2_3$", "layer 2"} <= set(drawn)
    assert "$x_4$" not in drawn


def test_every_letter_is_read():
    assert {"m", "á", "s", "forward", "backward"} <= set(texts(draw_both_directions("más")))


def test_what_is_dropped_is_pale():
    keep = np.array([[0, 1.4], [0, 0], [1.4, 1.4]])
    first, second = plot_kept({"new": keep, "same": keep > 0}).axes
    assert [ax.get_title(loc="left") for ax in (first, second)] == ["new", "same"]
    shades = np.asarray(first.collections[0].get_array())
    np.testing.assert_array_equal(shades, (keep > 0).T)
