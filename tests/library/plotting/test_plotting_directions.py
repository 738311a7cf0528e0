from rnnlib.plotting.directions import draw_last_states


def test_each_direction_ends_once_in_each_example():
    figure = draw_last_states([5, 3, 1])
    drawn = [text.get_text() for ax in figure.axes for text in ax.texts]
    assert drawn.count("end") == 6
    assert "output[:, 2, H:]" in drawn and "example 3, ← backward" in drawn
    assert sum(len(ax.patches) for ax in figure.axes) == 3 * 2 * 5
