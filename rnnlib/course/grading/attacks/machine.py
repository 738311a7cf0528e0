"""Attacks on the machine and the grader: exits, hangs, and what is left running."""

from __future__ import annotations

from rnnlib.course.grading.attacks.base import COUNT, EVERYTHING, FORWARD, STEP, Hostile, attack

QUICK = {"cell_seconds": 2.0}
"""For cells that hang: they need not do so for half a minute."""
ONE_LOSS = {"submission_seconds": 7.0}
"""For calls that hang and are known to: their kernel need not be begun anew three times."""


@attack("grader", right=True, costs=(STEP,), alarms=("killed",))
def exit_in_a_call(s: Hostile):
    """Calls `os._exit(0)` inside a marked function."""
    s.wrap(STEP, "os._exit(0)")


@attack("grader", right=True, alarms=("killed",))
def exit_in_a_cell(s: Hostile):
    """Calls `os._exit(0)` in a cell."""
    s.begin("os._exit(0)")


@attack("grader", right=True, costs=(STEP,), alarms=("killed",))
def crash_in_a_call(s: Hostile):
    """Reads address 0 inside a marked function."""
    s.wrap(STEP, "ctypes.string_at(0)")


@attack("grader", right=True, costs=(STEP,))
def kills_everything(s: Hostile):
    """Sends SIGKILL to every process that it can see, its parent and process 1 among them."""
    s.wrap(STEP, "os.kill(-1, 9)\nos.kill(os.getppid(), 9)\nos.kill(1, 9)\nos.kill(os.getpid(), 9)")


@attack("grader", right=True, costs=(STEP,), alarms=("hung",))
def stops_itself(s: Hostile):
    """Sends itself SIGSTOP inside a marked function: it neither ends nor answers."""
    s.wrap(STEP, "os.kill(os.getpid(), signal.SIGSTOP)\ntime.sleep(1e6)")


@attack("grader", right=True, costs=(STEP,))
def raises_what_ends_kernels(s: Hostile):
    """Raises SystemExit, KeyboardInterrupt and GeneratorExit out of a marked function, in turn."""
    s.wrap(
        STEP,
        """
global _turn
_turn = globals().get("_turn", 0) + 1
raise (SystemExit, KeyboardInterrupt, GeneratorExit, RecursionError, MemoryError)[_turn % 5]
""",
    )


@attack("grader", right=True, costs=EVERYTHING)
def interrupts_itself_later(s: Hostile):
    """Lets a thread interrupt its process again and again, in calls and between them."""
    s.wrap(
        STEP,
        """
import _thread
def again():
    while True:
        time.sleep(0.003)
        _thread.interrupt_main()
threading.Thread(target=again, daemon=True).start()
""",
    )


@attack("grader", right=True, costs=(STEP,), alarms=("killed",))
def closes_all_descriptors(s: Hostile):
    """Closes every file descriptor of its process inside a marked function."""
    s.wrap(STEP, "os.closerange(0, 1000)")


@attack("grader", right=True, costs=(STEP,), alarms=("hung",))
def alarm_handler_replaced(s: Hostile):
    """Ignores SIGALRM and SIGINT, takes the timer away, and never returns."""
    s.wrap(
        STEP,
        """
for number in (signal.SIGALRM, signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 0)
sys.settrace(None)
while True:
    pass
""",
    )


@attack("grader", right=True, costs=EVERYTHING, settings=ONE_LOSS)
def swallows_every_exception(s: Hostile):
    """Loops in a marked function, and catches whatever should stop it."""
    s.wrap(
        STEP,
        """
while True:
    try:
        while True:
            pass
    except BaseException:
        continue
    finally:
        continue
""",
    )


@attack("grader", right=True, alarms=("hung",), settings=QUICK)
def cell_that_never_ends(s: Hostile):
    """Loops in a cell, deaf to interrupts."""
    s.begin(
        """
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        time.sleep(1e6)
    except BaseException:
        pass
"""
    )


@attack("grader", right=True, alarms=("hung",), settings=QUICK)
def cell_that_loops(s: Hostile):
    """Loops in a cell, but heeds an interrupt: what the cell did before it must stay."""
    s.begin("kept = 1\nwhile True:\n    pass")


@attack("grader", right=True, costs=(STEP,))
def huge_regex(s: Hostile):
    """Loops in C: a pattern that tries for years."""
    s.wrap(
        STEP,
        "import re\nre.match(r'(a|aa)+$', 'a' * 10_000 + 'b')\nre.match(r'(a+)+$', 'a' * 99 + 'b')",
    )


@attack(
    "grader",
    right=True,
    costs=EVERYTHING,
    alarms=("hung",),
    settings=ONE_LOSS,
)
def huge_sum(s: Hostile):
    """Loops in C: the sum of a million million numbers."""
    s.wrap(STEP, "sum(range(10**12))")


@attack("grader", right=True, costs=(STEP,))
def huge_power(s: Hostile):
    """Loops in C: a power with a thousand million digits."""
    s.wrap(STEP, "3 ** 10**9")


@attack("others", settings={"submission_seconds": 10.0})
def slow_enough_to_break_off(s: Hostile):
    """Answers so slowly, where a later function's marking calls it, that it is broken off there."""
    s.write(STEP, "def rnn_step(x, h, params):\n    return np.tanh(x @ params.W_xh)")
    s.wrap(STEP, "time.sleep(0.7)")


@attack("machine", right=True)
def children_left_behind(s: Hostile):
    """Leaves children in sessions of their own that ignore all signals and hold all sockets."""
    s.begin(
        """
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        for number in range(1, 64):
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_IGN)
        if os.fork() == 0:
            time.sleep(100_000)
        os._exit(0)
subprocess.Popen(["sleep", "100000"], start_new_session=True)
"""
    )


@attack("machine", right=True)
def threads_left_behind(s: Hostile):
    """Leaves threads that never end, functions for the exit, and finalizers that hang."""
    s.begin(
        """
import atexit
def forever():
    while True:
        time.sleep(0.01)
for _ in range(10):
    threading.Thread(target=forever, daemon=False).start()
atexit.register(forever)
class Undead:
    def __del__(self):
        forever()
builtins.undead = Undead()
"""
    )


@attack("grader", right=True, costs=(STEP, FORWARD, COUNT))
def forks_in_a_call(s: Hostile):
    """Forks inside a marked function, so that two processes answer one question."""
    s.wrap(STEP, "os.fork()")
