"""An IPython extension for the student's kernel: a cell's printed output has an end.

A function that prints at each call can write gigabytes while the notebook runs, and nbgrader would
keep every byte in the graded notebook and in the feedback. The limit is set where the output is
made, so that it costs neither time nor memory. `rnnlib.course.grading.isolation.student_kernel`
loads it.
"""

from __future__ import annotations

import sys

from rnnlib.course.grading.limits import PRINTED_CHARACTERS


class LimitedStream:
    """Stands before a stream and passes on only so much a cell."""

    def __init__(self, stream):
        self._stream = stream
        self._left = PRINTED_CHARACTERS

    def write(self, text: str) -> int:
        """Write what still fits; say once that the rest is left out."""
        if self._left > 0:
            self._stream.write(text[: self._left])
            self._left -= len(text)
            if self._left <= 0:
                self._stream.write(
                    f"\n... the rest, beyond {PRINTED_CHARACTERS:,} characters, is left out\n"
                )
        return len(text)

    def begin_cell(self, *_):
        """Start counting anew."""
        self._left = PRINTED_CHARACTERS

    def __getattr__(self, name):
        return getattr(self._stream, name)


def load_ipython_extension(ipython) -> None:
    """Limit stdout and stderr in this kernel."""
    for name in ("stdout", "stderr"):
        stream = LimitedStream(getattr(sys, name))
        setattr(sys, name, stream)
        ipython.events.register("pre_run_cell", stream.begin_cell)
