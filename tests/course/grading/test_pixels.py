"""Pictures that a page can show, and those that would take a browser's memory or time."""

import base64
import io
import struct

import pytest
from nbformat.v4 import new_output
from PIL import Image

from rnnlib.course.grading.intake.pixels import KINDS, is_picture
from rnnlib.course.grading.report.clean import _clean

PNG, JPEG = KINDS


def saved(kind, **options):
    content = io.BytesIO()
    Image.new("RGB", (640, 480), "white").save(content, kind, **options)
    return content.getvalue()


def shown(content, kind):
    return is_picture(base64.b64encode(content).decode(), kind)


def huge(content, at, number):
    """The same file, with another width and height at a place."""
    end = at + struct.calcsize(number)
    return content[:at] + struct.pack(number, 60_000, 60_000) + content[end:]


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"comment": b"\xff\xc0" * 30}])
def test_jpegs_of_a_usual_size_are_shown_and_huge_ones_not(options):
    content = saved("jpeg", **options)
    assert shown(content, JPEG) and not shown(content, PNG)
    at = content.index(struct.pack(">HH", 480, 640))
    assert not shown(huge(content, at, ">HH"), JPEG)
    # A marker that has no length, or a byte to fill: readers pass over them.
    small = b"\xff\xc0\x00\x11\x08\x00\x01\x00\x01"
    for skipped in (b"\xff\x01", b"\xff", b"\xff\xd0"):
        hidden = content[:2] + skipped + huge(content, at, ">HH")[2:]
        assert not shown(hidden + 70_000 * b"\x00" + small, JPEG)
    assert not shown(content[:20], JPEG)


def test_pngs_of_a_usual_size_are_shown_huge_and_animated_ones_not():
    content = saved("png")
    assert shown(content, PNG) and not shown(content, JPEG)
    assert not shown(huge(content, 16, ">II"), PNG)
    assert not shown(content[:20], PNG)
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "blue")]
    moving = saved("png", save_all=True, append_images=frames)
    assert b"acTL" in moving and not shown(moving, PNG)


@pytest.mark.parametrize("data", [None, 5, ["iVBO"], "", "<b>", "iVBORw0KGgo=", "A"])
def test_what_is_no_picture_is_not_shown(data):
    assert not any(is_picture(data, kind) for kind in KINDS)


def test_a_graded_page_keeps_the_picture_and_leaves_the_bomb_out():
    good, bomb = saved("png"), huge(saved("png"), 16, ">II")
    shown = [
        _clean(new_output("display_data", {PNG: base64.b64encode(content).decode()}))
        for content in (good, bomb)
    ]
    assert list(shown[0].data) == [PNG] and shown[1] is None
