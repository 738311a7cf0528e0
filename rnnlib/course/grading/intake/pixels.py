"""Whether what says that it is a picture is one that a browser can well show.

A few hundred bytes can hold a picture of ten thousand million points, which whoever opens the page
has to find memory for; or one that is drawn anew a thousand times.
"""

from __future__ import annotations

import base64
import binascii
import re
import struct

from rnnlib.course.grading.limits import PICTURE_POINTS

KINDS = ("image/png", "image/jpeg")

_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
_MARKERS_WITH_LENGTH = frozenset((*range(0xC0, 0xD0), *range(0xDA, 0xFF)))
_MARKERS_OF_SIZE = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


def is_picture(data: object, kind: str) -> bool:
    """Whether data of an output are such a picture.

    Parameters
    ----------
    data : object
        In base64, if it is one.
    kind : str
        One of `KINDS`.
    """
    if not isinstance(data, str) or not _BASE64.fullmatch(data):
        return False
    try:
        content = base64.b64decode(data)
        width, height = (_size_of_png if kind == KINDS[0] else _size_of_jpeg)(content)
    except (binascii.Error, ValueError, struct.error):
        return False
    return 0 < width * height <= PICTURE_POINTS


def _size_of_png(content: bytes) -> tuple[int, int]:
    """Width and height; an animation has none."""
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR":
        raise ValueError("no PNG")
    place = 8
    while place + 8 <= len(content):
        length, name = struct.unpack_from(">I4s", content, place)
        if name == b"acTL":
            raise ValueError("an animation")
        place += length + 12
    return struct.unpack_from(">II", content, 16)


def _size_of_jpeg(content: bytes) -> tuple[int, int]:
    """Width and height: of the first frame, which all readers take."""
    if not content.startswith(b"\xff\xd8\xff"):
        raise ValueError("no JPEG")
    place = 2
    while True:
        start, marker, length = struct.unpack_from(">BBH", content, place)
        if start != 0xFF or marker not in _MARKERS_WITH_LENGTH:
            raise ValueError("no segment")  # a reader that skips it would find another size
        if marker in _MARKERS_OF_SIZE:
            height, width = struct.unpack_from(">HH", content, place + 5)
            return width, height
        place += length + 2
