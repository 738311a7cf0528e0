import pytest

from rnnlib.plotting.style import png
from rnnlib.plotting.timeline import draw_timeline

EVENTS = [
    (1966, "hidden Markov models", "Baum"),
    (1997, "LSTM", "Hochreiter"),
    (2024, "w" * 20, "F"),
]


def test_what_and_who_stand_beside_each_other_and_do_not_touch():
    figure = draw_timeline(EVENTS)
    figure.draw_without_rendering()
    (axes,) = figure.axes
    words = [text.get_window_extent() for text in axes.texts]
    assert [text.get_text().strip() for text in axes.texts[::2]] == [what for _, what, _ in EVENTS]
    for what, who in zip(words[::2], words[1::2], strict=True):
        assert what.x1 < who.x0 and what.x0 > 0 and who.x1 <= figure.bbox.x1
    assert png(figure)[0] == png(draw_timeline(EVENTS))[0]


def test_later_years_stand_further_to_the_right():
    (axes,) = draw_timeline(EVENTS).axes
    dots = [line.get_xdata()[-1] for line in axes.lines if line.get_marker() == "o"]
    assert dots == pytest.approx([year for year, _, _ in EVENTS])
