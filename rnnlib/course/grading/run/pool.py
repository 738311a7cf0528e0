"""Where submissions are graded: processes of this machine, or a Dask cluster. One interface.

Both are executors in the sense of `concurrent.futures`. A worker that is lost is replaced, and its
submissions are graded again; a submission that ends its worker twice is left to a person. Ctrl-C is
for the process that grades: it ends its workers.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import active_children, get_context
from pathlib import Path

from rnnlib.course.extras import need
from rnnlib.course.grading import scratch
from rnnlib.course.grading.limits import JOBS_PER_WORKER, TRIES, WORKER_MEMORY


class SchedulerError(Exception):
    """The cluster cannot be used; the message says why."""


def run_all(
    function: Callable,
    jobs: Iterable[tuple[str, Callable[[], tuple]]],
    *,
    workers: int,
    scheduler: str | None = None,
) -> Iterator[tuple[str, object]]:
    """Call ``function(*arguments())`` for every job, on all workers; yield results as they come.

    Whoever wants no more of them closes the generator: what still runs is ended at once.

    Parameters
    ----------
    function : callable
        Can be sent to another process.
    jobs : iterable of (name, callable)
        The callable gives the arguments when it is the job's turn.
    workers : int
        Processes, on this machine.
    scheduler : str, optional
        The address of a Dask scheduler, such as ``tcp://host:8786``.

    Yields
    ------
    (name, result) or (name, exception)
    """
    waiting = list(jobs)[::-1]
    tried: dict[str, int] = {}
    while waiting:
        with _executor(workers, scheduler) as (executor, count):
            running: dict[Future, tuple[str, Callable]] = {}
            broken = False
            while (waiting and not broken) or running:
                while waiting and not broken and len(running) < JOBS_PER_WORKER * count:
                    # After a loss one at a time, so that it is seen who is the cause.
                    if tried and len(running) >= 1:
                        break
                    name, arguments = waiting.pop()
                    try:
                        given = arguments()
                    except Exception as error:
                        yield name, error
                        continue
                    running[executor.submit(function, *given)] = (name, arguments)
                if not running:
                    continue
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    name, arguments = running.pop(future)
                    error = future.exception()
                    if not _is_loss(error):
                        result = error or future.result()
                        yield name, result.taken() if isinstance(result, _Aside) else result
                        continue
                    broken = scheduler is None
                    tried[name] = tried.get(name, 0) + (not running and len(done) == 1)
                    if tried[name] >= TRIES:
                        yield name, error
                    else:
                        waiting.append((name, arguments))


@contextmanager
def _executor(workers: int, scheduler: str | None) -> Iterator[tuple[Executor, int]]:
    if scheduler is not None:
        with _cluster(scheduler) as cluster:
            yield cluster
        return
    # One thread for each process: they share the machine.
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    before = {name: os.environ.get(name) for name in threads}
    os.environ.update(threads)
    others = set(active_children())
    pool = _Workers(
        workers, mp_context=get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
    )
    try:
        yield pool, workers
    except BaseException:  # Ctrl-C, or nobody wants the rest
        for worker in set(active_children()) - others:
            worker.kill()
            worker.join()
        scratch.clear_left()  # what they could not remove
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


class _Workers(ProcessPoolExecutor):
    """Processes that send no long messages.

    One that ends in the middle of a long message leaves the pool waiting for the rest of it.
    """

    def __init__(self, *args, **options):
        super().__init__(*args, **options)
        self._folder = scratch.new_folder()

    def submit(self, function, /, *given):
        return super().submit(_Aside.of, self._folder, function, given)

    def shutdown(self, *args, **options):
        super().shutdown(*args, **options)
        scratch.remove(self._folder)


@dataclass(frozen=True)
class _Aside:
    """A result that was left in a file."""

    path: Path

    @classmethod
    def of(cls, folder: Path, function: Callable, given: tuple) -> _Aside:
        result = function(*given)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            pickle.dump(result, file)
        return cls(Path(file.name))

    def taken(self) -> object:
        result = pickle.loads(self.path.read_bytes())
        self.path.unlink()
        return result


def _begin(parent: int) -> None:
    """Leave Ctrl-C to the process that grades, and end when it ends, for whatever reason."""
    # Not SIG_IGN, which the kernels would inherit.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    if sys.platform == "linux":
        import ctypes
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most == resource.RLIM_INFINITY or most > WORKER_MEMORY:
            resource.setrlimit(resource.RLIMIT_AS, (WORKER_MEMORY, most))

        PR_SET_PDEATHSIG = 1
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it ended in the meantime
            os.kill(os.getpid(), signal.SIGTERM)


@contextmanager
def _cluster(address: str):
    need("A cluster", "cluster")
    from distributed import Client

    try:
        client = Client(address, timeout=10, set_as_default=False)
    except (OSError, ValueError) as error:
        raise SchedulerError(f"there is no Dask scheduler at {address}: {error}") from None
    with client:
        count = len(client.scheduler_info(n_workers=-1)["workers"])
        if not count:
            raise SchedulerError(f"the scheduler at {address} has no workers")
        yield client.get_executor(pure=False, retries=TRIES), count


def _is_loss(error: BaseException | None) -> bool:
    """Whether an error means that the worker was lost, and not that the submission is at fault."""
    return isinstance(error, BrokenProcessPool) or type(error).__name__ == "KilledWorker"
