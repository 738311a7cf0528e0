"""A core on which other programs compute, whatever else the machine is doing."""

import os
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

WAITING_IS_TOLD = pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(),
    reason="the system does not tell how long a process has waited",
)


@contextmanager
def busy_core(*processes: int):
    """Bind `processes` (0: this one) to one core, beside three others that compute for ever.

    Each of the three has a session of its own: Linux divides a core among sessions first.
    """
    cores = os.sched_getaffinity(0)
    command = [sys.executable, "-uc", "print()\nwhile True: pass"]
    for process in processes:
        os.sched_setaffinity(process, {min(cores)})
    others = []
    try:
        for _ in range(3):
            others.append(subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True))
            os.sched_setaffinity(others[-1].pid, {min(cores)})
        for other in others:
            other.stdout.readline()
        yield
    finally:
        if 0 in processes:
            os.sched_setaffinity(0, cores)
        for other in others:
            other.kill()
            other.communicate()
