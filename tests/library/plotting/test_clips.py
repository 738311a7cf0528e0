import io

import numpy as np
import pytest
from PIL import Image

from rnnlib.plotting.clips import animate, draw_maps, draw_strips


def noise(*shape):
    return np.random.default_rng(0).random(shape)


def test_an_animation_holds_every_frame_and_needs_no_network():
    picture = animate(noise(6, 2, 8, 5, 1), "Noise, and nothing else.", scale=4)
    image = Image.open(io.BytesIO(picture.data))
    assert image.n_frames == 6 and image.size == ((5 + 1 + 5) * 4, 8 * 4)
    html = picture._repr_html_()
    assert 'src="data:image/gif;base64,' in html and "http" not in html and "<script" not in html
    assert html.count("Noise, and nothing else.") == 2 and repr(picture) == picture.alt


@pytest.mark.parametrize("T", [2, 4, 9, 30])
def test_an_animation_stops_within_five_seconds_if_it_can(T):
    image = Image.open(io.BytesIO(animate(noise(T, 1, 8, 8, 3), "Noise.").data))
    rounds = image.info["loop"] + 1 if "loop" in image.info else 1
    assert rounds == 1 or rounds * T * image.info["duration"] <= 5000


def test_an_animation_needs_words():
    with pytest.raises(ValueError, match="needs alt"):
        animate(noise(3, 1, 4, 4, 1), " ")


def test_the_same_clips_give_the_same_bytes():
    assert animate(noise(4, 1, 6, 6, 1), "a").data == animate(noise(4, 1, 6, 6, 1), "b").data


def test_strips_have_an_axis_for_each_frame_and_a_name_for_each_clip():
    figure = draw_strips({"one": noise(4, 8, 8, 1), "two": noise(3, 8, 8, 3)}, first=5)
    assert len(figure.axes) == 7
    assert [text.get_text() for text in figure.texts] == ["one", "two"]
    assert figure.axes[0].get_title() == "5"
    named = draw_strips({"one": noise(2, 6, 9, 1)}, titles=("last", "next"))
    assert [axes.get_title() for axes in named.axes] == ["last", "next"]


def test_maps_have_their_titles_and_zeros_are_no_trouble():
    figure = draw_maps({"seen": np.eye(4) > 0, "nothing": np.zeros((4, 4))})
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["seen", "nothing"]
