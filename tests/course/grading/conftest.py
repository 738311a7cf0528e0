"""A worker that is kept from test to test: to begin one takes longer than most gradings."""

from contextlib import ExitStack, contextmanager

import pytest

from rnnlib.course.grading.run import pool

begin_workers = pool._executor


class KeptWorker:
    """Takes the place of what begins and ends a run's workers.

    One is enough, whatever a test asks for: the tests themselves run on all cores.
    """

    def __init__(self):
        self.stack, self.kept = ExitStack(), None

    @contextmanager
    def executor(self, workers, scheduler):
        if scheduler is not None:
            with begin_workers(workers, scheduler) as begun:
                yield begun
            return
        if self.kept is None:
            self.kept, _ = self.stack.enter_context(begin_workers(1, None))
        yield self.kept, workers
        if self.kept._broken:
            self.end()

    def end(self):
        self.stack.close()
        self.kept = None


@pytest.fixture(scope="session")
def kept_worker():
    worker = KeptWorker()
    yield worker
    worker.end()


@pytest.fixture(scope="module", autouse=True)
def worker(kept_worker):
    """Grade with the kept worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool, "_executor", kept_worker.executor)
        yield


@pytest.fixture(scope="session")
def own_workers():
    """For tests about a run's own workers: in this context it begins and ends them."""

    @contextmanager
    def own():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pool, "_executor", begin_workers)
            yield

    return own
