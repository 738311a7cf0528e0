import numpy as np
import pytest

from rnnlib.data.clips import (
    EVENTS,
    bouncing_clips,
    digit_images,
    event_clips,
    scene_captions,
    scene_clips,
    strange_clips,
)


def corners(clip):
    """The first row and column of what is bright, frame by frame."""
    return np.array([[np.flatnonzero(f.any(axis=a))[0] for a in (1, 0)] for f in clip[..., 0] > 0])


def test_digits():
    digits = digit_images()
    assert digits.images.shape == (1797, 8, 8) and digits.images.min() == 0
    assert digits.images.max() == 1 and set(digits.labels.tolist()) == set(range(10))
    assert (digits.images * 16 == np.rint(digits.images * 16)).all()


def test_bouncing_digits_keep_their_light_and_come_back_to_where_they_were():
    clips = bouncing_clips(20, 13, np.random.default_rng(0))
    light = clips.sum(axis=(2, 3, 4))
    np.testing.assert_allclose(light, np.broadcast_to(light[0], light.shape))
    np.testing.assert_array_equal(clips[0], clips[12])  # 6 places there and 6 back
    assert clips.min() == 0 and clips.max() == 1
    assert not np.array_equal(clips[0], clips[1])


def test_strange_clips_are_normal_up_to_their_middle_and_not_beyond():
    rng = np.random.default_rng
    normal, (strange, kinds) = bouncing_clips(30, 10, rng(3)), strange_clips(30, 10, rng(3))
    np.testing.assert_array_equal(strange[:5], normal[:5])
    for n, kind in enumerate(kinds):
        assert not np.array_equal(strange[:, n], normal[:, n])
        still = np.array_equal(strange[-1, n], strange[-2, n])
        assert still or kind == "jumps" or not strange[-1, n].any()


@pytest.mark.parametrize("columns", [(4, 5), (7, 8)])
def test_the_last_frame_of_an_event_is_in_its_columns_and_the_motion_is_the_label_s(columns):
    clips, labels = event_clips(120, np.random.default_rng(1), columns=columns)
    assert np.bincount(labels).tolist() == [20] * 6
    for n, label in enumerate(labels):
        places = corners(clips[:, n])
        assert 4 <= places[-1, 0] <= 6 and columns[0] <= places[-1, 1] <= columns[1]
        steps = np.diff(places, axis=0)
        if label < 4:
            direction = {"right": (0, 1), "left": (0, -1), "up": (-1, 0), "down": (1, 0)}
            assert (steps == direction[EVENTS[label]]).all()
        elif EVENTS[label] == "stops":
            assert steps[:2].any(axis=1).all() and not steps[2:].any()
        else:
            np.testing.assert_array_equal(steps[:2], -steps[2:])


def test_the_last_frame_says_nothing_of_the_event():
    clips, labels = event_clips(6000, np.random.default_rng(2))
    places = corners(clips[-1])
    for label in range(6):
        mine = places[labels == label]
        assert abs(mine[:, 0].mean() - 5) < 0.1 and abs(mine[:, 1].mean() - 4.5) < 0.1


def test_a_scene_shows_what_its_caption_says():
    captions = scene_captions()
    assert len(set(captions)) == 60
    clips = scene_clips(captions, np.random.default_rng(3))
    pixels = {"square": 9, "ring": 8, "cross": 5}
    colours = {"red": (1, 0, 0), "green": (0, 1, 0), "blue": (0, 0, 1), "white": (1, 1, 1)}
    steps = {"right": (0, 3), "left": (0, -3), "up": (-3, 0), "down": (3, 0), "stays": (0, 0)}
    for n, caption in enumerate(captions):
        _, colour, shape, *motion = caption.split()
        light = clips[:, n].sum(axis=(1, 2))
        np.testing.assert_array_equal(light, np.full((4, 3), pixels[shape]) * colours[colour])
        places = corners(clips[:, n].max(axis=-1, keepdims=True))
        assert tuple(places[-1] - places[0]) == steps[motion[-1]]


def test_the_same_seed_gives_the_same_clips():
    for make in (
        lambda rng: bouncing_clips(3, 8, rng),
        lambda rng: event_clips(6, rng)[0],
        lambda rng: scene_clips(scene_captions()[:5], rng),
    ):
        first, again, other = (make(np.random.default_rng(seed)) for seed in (1, 1, 2))
        np.testing.assert_array_equal(first, again)
        assert not np.array_equal(first, other)
