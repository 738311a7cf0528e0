"""Workers that are kept from test to test: to begin them takes longer than most gradings."""

from contextlib import ExitStack, contextmanager

import pytest

from rnnlib.course.grading.run import pool

begin_workers = pool._executor
OWN = {"test_grading.py", "test_grading_interrupted.py"}
"""Modules that are about a run's own workers."""


class KeptWorkers:
    """Takes the place of what begins and ends a run's workers."""

    def __init__(self):
        self.stack, self.kept = ExitStack(), None

    @contextmanager
    def executor(self, workers, scheduler):
        if scheduler is not None:
            with begin_workers(workers, scheduler) as begun:
                yield begun
            return
        if self.kept is None:
            self.kept, _ = self.stack.enter_context(begin_workers(2, None))
        yield self.kept, workers
        if self.kept._broken:
            self.end()

    def end(self):
        self.stack.close()
        self.kept = None


@pytest.fixture(scope="session")
def kept_workers():
    workers = KeptWorkers()
    yield workers
    workers.end()


@pytest.fixture(scope="module", autouse=True)
def workers(request, kept_workers):
    """Grade with the kept workers, unless a module is about workers."""
    if request.path.name in OWN:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_executor", kept_workers.executor)
        yield
