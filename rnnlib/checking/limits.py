"""A call that never returns is stopped: `time_limit`."""

from __future__ import annotations

import _thread
import signal
import threading
from contextlib import contextmanager

AGAIN = 0.1
"""Seconds until the next alarm: a bare ``except:`` in the student's loop may swallow the first."""


class TookTooLong(BaseException):
    """Raised in a call that ran out of time; not an `Exception`, so that few handlers catch it."""


@contextmanager
def time_limit(seconds: float):
    """Raise `TookTooLong` in the body when it runs for longer than `seconds`.

    Works in the main thread, where notebooks run their cells; elsewhere there is no limit. A single
    long call in C is stopped only when it returns to Python.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    armed = True

    def on_alarm(signum, frame):
        if armed:
            raise TookTooLong

    start, stop, number = _real_timer() if hasattr(signal, "setitimer") else _thread_timer()
    before = signal.signal(number, on_alarm)
    start(seconds)
    try:
        try:
            yield
        finally:
            armed = False
    finally:
        stop()
        signal.signal(number, before)


def _real_timer():
    """The operating system's timer: also wakes a sleeping call."""
    return (
        lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN),
        lambda: signal.setitimer(signal.ITIMER_REAL, 0),
        signal.SIGALRM,
    )


def _thread_timer():
    """A thread that simulates a signal: Windows has no timer signal."""
    finished = threading.Event()

    def watch(seconds):
        while not finished.wait(seconds):
            _thread.interrupt_main(signal.SIGINT)
            seconds = AGAIN

    return (
        lambda seconds: threading.Thread(target=watch, args=(seconds,), daemon=True).start(),
        finished.set,
        signal.SIGINT,
    )
