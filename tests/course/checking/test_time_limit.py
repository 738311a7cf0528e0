"""A call that never returns is stopped, whatever it does, and nothing stays behind."""

import signal
import sys
import threading
import time

import pytest
from busy import WAITING_IS_TOLD, busy_core
from student import write

from rnnlib.course.checking import time_limit as limits
from rnnlib.course.checking.calling import call
from rnnlib.course.checking.time_limit import TookTooLong, time_limit

ENDLESS = {
    "a loop": """
def f():
    while True:
        pass
""",
    "a loop inside a try": """
def f():
    n = 0
    try:
        while True:
            n += sum(range(10))
    except:
        pass
    return 5
""",
    "a try inside a loop": """
def f():
    while True:
        try:
            sum(range(100))
        except:
            pass
""",
    "a finally that goes on": """
def f():
    while True:
        try:
            sum(range(100))
        finally:
            continue
""",
    "a sleep": """
import time
def f():
    time.sleep(100_000)
""",
    "an answer to the stop": """
def f():
    try:
        while True:
            sum(range(10))
    except BaseException:
        raise ValueError("swallowed")
""",
    "a generator": """
import itertools
def f():
    return sum(1 for _ in itertools.count())
""",
}


@pytest.mark.parametrize("source", ENDLESS.values(), ids=list(ENDLESS))
def test_an_endless_call_is_stopped_and_says_so(source):
    done = call(write(source), (), seconds=0.2)
    assert done.timed_out
    assert done.problem == "did not finish within 0.2 seconds and was stopped"
    assert done.value is None


def state():
    return (
        signal.getitimer(signal.ITIMER_REAL),
        signal.getsignal(signal.SIGALRM),
        sys.gettrace(),
        sys.getprofile(),
        threading.getprofile(),
    )


@pytest.mark.parametrize(
    "source",
    [
        "def f():\n    return 1\n",
        "def f():\n    return 1 / 0\n",
        ENDLESS["a loop"],
        ENDLESS["a try inside a loop"],
        "def f():\n    raise SystemExit\n",
    ],
    ids=["returns", "raises", "is stopped", "is stopped in a try", "exits"],
)
def test_no_alarm_handler_or_tracing_stays_behind(source):
    before = state()
    call(write(source), (), seconds=0.1)
    assert state() == before
    time.sleep(0.15)  # a late alarm would end this process


def test_a_handler_that_was_there_is_put_back():
    def mine(signum, frame):
        raise AssertionError("called")

    old = signal.signal(signal.SIGALRM, mine)
    try:
        with pytest.raises(TookTooLong), time_limit(0.05):
            while True:
                pass
        assert signal.getsignal(signal.SIGALRM) is mine
    finally:
        signal.signal(signal.SIGALRM, old)


def test_within_the_limit_errors_and_values_pass_through():
    with time_limit(30):
        value = 3
    assert value == 3
    with pytest.raises(KeyError, match="mine"), time_limit(30):
        raise KeyError("mine")


def test_in_another_thread_there_is_no_limit_and_no_error():
    found = []

    def work():
        done = call(
            write("import time\ndef f():\n    time.sleep(0.1)\n    return 7\n"), (), seconds=0.01
        )
        found.append(done)

    before = state()
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found[0].value == 7 and not found[0].timed_out
    assert state() == before


def test_a_call_that_has_to_wait_for_the_processor_is_not_stopped(monkeypatch):
    """Ten times its limit by the clock, next to nothing of it computing."""
    monkeypatch.setattr(limits, "PATIENCE", 1000)
    done = call(write("import time\ndef f():\n    time.sleep(1)\n    return 1\n"), (), seconds=0.1)
    assert done.value == 1 and not done.timed_out


@WAITING_IS_TOLD
def test_waiting_for_a_core_does_not_use_up_the_last_resort(monkeypatch):
    """Beside other work a call may take longer by the clock than one that sleeps."""
    monkeypatch.setattr(limits, "PATIENCE", 1.5)
    source = """import time
def f():
    begun = time.thread_time()
    while time.thread_time() < begun + 0.4: pass
    return 1
"""
    with busy_core(0):
        begun = time.monotonic()
        done = call(write(source), (), seconds=0.5)
        assert time.monotonic() - begun > 0.75
        assert done.value == 1 and not done.timed_out
        monkeypatch.setattr(limits, "MOST_WAITING", 0)
        assert call(write(source), (), seconds=0.5).timed_out


def test_what_a_call_has_computed_is_what_stops_it(monkeypatch):
    """It gets its whole time on the processor, however late, and not much more."""
    monkeypatch.setattr(limits, "PATIENCE", 1000)
    begun = time.thread_time()
    assert call(write(ENDLESS["a loop"]), (), seconds=0.3).timed_out
    assert 0.3 <= time.thread_time() - begun < 1


def test_without_a_timer_of_the_system_a_thread_stops_the_call(monkeypatch):
    """As on Windows."""
    monkeypatch.delattr(signal, "setitimer")
    before = signal.getsignal(signal.SIGINT)
    for name in ("a loop", "a try inside a loop", "an answer to the stop"):
        assert call(write(ENDLESS[name]), (), seconds=0.2).timed_out, name
    assert call(write("def f():\n    return 1\n"), (), seconds=0.2).value == 1
    assert signal.getsignal(signal.SIGINT) is before


def test_after_a_stop_the_next_call_has_its_whole_time():
    call(write(ENDLESS["a loop"]), (), seconds=0.1)
    done = call(write("import time\ndef f():\n    time.sleep(0.15)\n    return 1\n"), (), seconds=5)
    assert done.value == 1


def test_without_timers_and_threads_every_line_looks_at_the_time(monkeypatch):
    """As for a Python in a browser. What swallows the one exception there is not stopped."""
    before = sys.gettrace()
    monkeypatch.setattr(limits, "without_alarms", lambda: True)
    monkeypatch.setattr(threading.Thread, "start", None)
    monkeypatch.delattr(signal, "setitimer")
    for name in ("a loop", "a generator", "an answer to the stop"):
        assert call(write(ENDLESS[name]), (), seconds=0.2).timed_out, name
    done = call(write("def f():\n    return 1 / 0\n"), (), seconds=5)
    assert done.problem.startswith("raised ZeroDivisionError")
    assert call(write("def f():\n    return 1\n"), (), seconds=5).value == 1
    assert sys.gettrace() is before
