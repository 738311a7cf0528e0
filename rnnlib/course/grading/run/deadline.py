"""A deadline for what the grader does itself with a submission: reading, cleaning, making a page.

The cells of a submission have limits of their own. What comes after them can be made to take hours,
too: by outputs, texts and formulas that were written for that.
"""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Iterator

from rnnlib.course.grading.limits import LAST_SECONDS


class Overdue(Exception):
    """It took too long; the message says how long."""


@contextlib.contextmanager
def deadline(seconds: float) -> Iterator[None]:
    """Raise `Overdue` in the body after so many seconds by the clock, and end the process if that
    does not help: a single call in C cannot be interrupted, and the pool replaces a worker.

    An outer deadline goes on when an inner one has ended. Where there are no alarms (another thread
    than the main one, Windows) there is no deadline.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return

    def on_alarm(signum, frame):
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # which ends the process
        signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)
        raise Overdue(f"it took longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, on_alarm)
    begun = time.monotonic()
    left, _ = signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - begun), 0.01))
