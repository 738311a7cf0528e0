"""Frames on a socket: a length, and so many bytes.

Both ends read with a limit: who announces more is not waited for.
"""

from __future__ import annotations

import struct

from rnnlib.course.grading.isolation.wire import WireError
from rnnlib.course.grading.limits import WIRE_FRAME_BYTES

HEADER = struct.Struct(">Q")
AT_ONCE = 2**20
"""Bytes that are asked of a socket in one go."""


def send(connection, data: bytes) -> None:
    """Send one frame."""
    connection.sendall(HEADER.pack(len(data)) + data)


def receive(connection) -> bytes:
    """Wait for one frame.

    Raises
    ------
    EOFError
        When the other side is gone.
    WireError
        When the frame is longer than any that is meant.
    """
    return _exactly(connection, _length(_exactly(connection, HEADER.size)))


class FrameReader:
    """Reads one frame bit by bit, without waiting for what has not come yet."""

    def __init__(self, connection):
        self.connection, self.data = connection, bytearray()

    def read(self) -> bytes | None:
        """Take what is there; the frame, once it is complete.

        Raises
        ------
        EOFError
            When the other side is gone.
        WireError
            When the frame is longer than any that is meant, or more follows it.
        """
        part = self.connection.recv(AT_ONCE)
        if not part:
            raise EOFError
        self.data += part
        if len(self.data) < HEADER.size:
            return None
        end = HEADER.size + _length(self.data)
        if len(self.data) < end:
            return None
        if len(self.data) > end:
            raise WireError("there was more than one answer")
        return bytes(self.data[HEADER.size :])


def _length(header: bytes) -> int:
    (length,) = HEADER.unpack_from(header)
    if length > WIRE_FRAME_BYTES:
        raise WireError(f"a frame of {length:,} bytes")
    return length


def _exactly(connection, count: int) -> bytes:
    data = bytearray()
    while len(data) < count:
        part = connection.recv(min(count - len(data), AT_ONCE))
        if not part:
            raise EOFError
        data += part
    return bytes(data)
