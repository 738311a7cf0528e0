"""One run at a time: two that grade the same unit would do everything twice."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from datetime import datetime

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment


@contextlib.contextmanager
def only_run(assignment: Assignment) -> Iterator[None]:
    """Hold the unit's lock; the system gives it up when the process ends, for whatever reason.

    Raises
    ------
    UnitError
        When another run holds it; the message says which.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where nothing is graded but with --sandbox none
        yield
        return
    path = assignment.records / ".at_work"
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            who = file.read(200).strip() or "it does not say which"
            raise UnitError(
                f"another run is at work on {assignment.unit} ({who}): wait until it has ended"
            ) from None
        file.truncate(0)
        file.write(f"process {os.getpid()}, since {datetime.now():%H:%M:%S}\n")
        file.flush()
        yield
