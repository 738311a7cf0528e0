"""The picture of a GRU's cell, forward and backward."""

import pytest

from rnnlib.plotting.gru import draw_gru_cell


def inside(figure):
    """Whether every text lies on the page."""
    figure.draw_without_rendering()
    width, height = figure.get_size_inches() * figure.dpi
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    return all(b.x0 >= 0 and b.y0 >= 0 and b.x1 <= width and b.y1 <= height for b in boxes)


@pytest.mark.parametrize("backward", [False, True])
def test_all_parts_are_named_and_on_the_page(backward):
    figure = draw_gru_cell(backward=backward)
    words = {text.get_text() for text in figure.axes[0].texts}
    assert {"$h_{t-1}$", "$x_t$", "$r$", "$z$", "$n$", "$h_t$"} <= words
    assert inside(figure)


def test_backward_arrows_are_turned_and_carry_factors():
    forward, backward = (draw_gru_cell(backward=b) for b in (False, True))
    words = {text.get_text() for text in backward.axes[0].texts}
    assert r"$\cdot\,(1-z)$" in words and r"$\cdot\, r$" in words
    arrows = [
        [patch._posA_posB for patch in figure.axes[0].patches if hasattr(patch, "_posA_posB")]
        for figure in (forward, backward)
    ]
    assert [list(reversed(ends)) for ends in arrows[0]] == [list(ends) for ends in arrows[1]]
