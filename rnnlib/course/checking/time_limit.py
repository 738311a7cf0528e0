"""A call that never returns is stopped: `time_limit`."""

from __future__ import annotations

import _thread
import signal
import sys
import threading
import time
from contextlib import contextmanager

AGAIN = 0.1
"""Seconds until the next alarm: a bare ``except:`` in the student's loop may swallow the first."""

PATIENCE = 5
"""A call that does not compute, but sleeps, is stopped after so many times its limit."""

MOST_WAITING = 45
"""So many times its limit more, if it waits for a core meanwhile and the system tells of it."""


class TookTooLong(BaseException):
    """Raised in a call that ran out of time; not an `Exception`, so that few handlers catch it."""


@contextmanager
def time_limit(seconds: float):
    """Raise `TookTooLong` in the body when it has computed for longer than `seconds`.

    What counts is this thread's processor time: on a busy machine a right answer takes its turn
    late, and is not stopped for it. By the clock there is a last resort, `PATIENCE` times as long,
    in which waiting for a core does not count (up to `MOST_WAITING` times the limit).

    Works in the main thread, where notebooks run their cells; elsewhere there is no limit. In a
    browser's Python, which has neither timers nor threads, every line looks at the time. A single
    long call in C is stopped only when it returns to Python. A body that catches `TookTooLong` is
    still one that took too long.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if without_alarms():
        with _looking_at_every_line(seconds):
            yield
        return

    armed, late = True, False
    caller, tracing = sys._getframe(2), sys.gettrace()
    begun, computed, delayed = time.monotonic(), time.thread_time(), core_delay()

    def is_over():
        if time.thread_time() - computed >= seconds:
            return True
        waited = max(0, core_delay() - delayed)  # the system may have ceased to tell
        slept = time.monotonic() - begun - min(waited, MOST_WAITING * seconds)
        return slept >= PATIENCE * seconds

    def on_alarm(signum, frame):
        nonlocal late
        if armed and (late or is_over()):
            late = True
            insist(frame)
            raise TookTooLong

    def insist(frame):
        # `while True: try: ... except: pass` swallows every alarm: raise once more in the handler.
        while frame is not None and frame is not caller:
            frame.f_trace = on_line
            frame = frame.f_back
        sys.settrace(lambda *called: None)

    def on_line(frame, event, arg):
        if armed and event == "line":
            raise TookTooLong
        return on_line

    start, stop, number = _real_timer() if hasattr(signal, "setitimer") else _thread_timer()
    before = signal.signal(number, on_alarm)
    start(seconds)
    try:
        try:
            yield
        finally:
            armed = False
    except Exception:
        if not late:
            raise
    finally:
        stop()
        signal.signal(number, before)
        sys.settrace(tracing)
    if late:
        raise TookTooLong


def core_delay(task: str = "thread-self") -> float:
    """Seconds that a thread or process, ready to run, has waited for a core.

    0 where the system does not tell: only Linux does. `task` is a name in ``/proc``.
    """
    try:
        with open(f"/proc/{task}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[1]) / 1e9
    except (OSError, ValueError, IndexError, RecursionError):
        return 0.0


def without_alarms() -> bool:
    """Whether there are neither timers nor threads, as for a Python in a browser."""
    return sys.platform == "emscripten"


@contextmanager
def _looking_at_every_line(seconds: float):
    """The same limit, for calls of Python functions, where nothing can wake the interpreter."""
    begun, tracing, late = time.process_time(), sys.gettrace(), False

    def on_line(frame, event, arg):
        nonlocal late
        late = late or time.process_time() - begun >= seconds
        if late:
            raise TookTooLong
        return on_line

    sys.settrace(on_line)
    try:
        yield
    except Exception:
        if not late:
            raise
    finally:
        sys.settrace(tracing)
    if late:
        raise TookTooLong


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
