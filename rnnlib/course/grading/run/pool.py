"""Where submissions are graded: processes of this machine, or a Dask cluster. One interface.

Both are executors in the sense of `concurrent.futures`. A worker that is lost is replaced, and its
submissions are graded again; a submission that ends its worker twice is left to a person.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import get_context

from rnnlib.course.extras import need
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
                        yield name, error or future.result()
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
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_end_with, initargs=(os.getpid(),)
    )
    try:
        yield pool, workers
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def _end_with(parent: int) -> None:
    """Let a worker, and with it its kernels, end when its parent ends, for whatever reason."""
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
