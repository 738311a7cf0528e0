"""A kernel over sockets in a private folder, and cells run in it with limits on time and output."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import Empty

import psutil
import zmq
from jupyter_client import KernelManager
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from nbformat import NotebookNode

from rnnlib.course.checking.time_limit import core_delay
from rnnlib.course.grading import scratch
from rnnlib.course.grading.isolation.outputs import Collector
from rnnlib.course.grading.limits import (
    BY_THE_CLOCK,
    CELL_OUTPUT_BYTES,
    FLOOD_BYTES,
    INTERRUPT_SECONDS,
    KERNEL_START_SECONDS,
    LAST_OUTPUT_SECONDS,
    MESSAGE_BYTES,
    POLL_SECONDS,
    START_POLL_SECONDS,
)


class KernelLost(Exception):
    """The kernel ended, or had to be ended; the message says why."""


@dataclass
class Ran:
    """What came of running a cell: its outputs, and whether it had to be stopped."""

    outputs: list[NotebookNode]
    status: str = "ok"
    size: int = 0
    waited: float = 0.0
    """Seconds in which it could have run, had other programs left it a core."""


class Kernel:
    """A running kernel.

    Parameters
    ----------
    extensions : list of str
        IPython extensions that it loads at its start.
    wrap : callable, optional
        ``wrap(command, sockets)`` gives the command that really starts it: the sandbox.
    environment : dict
        Environment variables of the process.
    inherit : bool
        Whether it has this process's variables too: tokens and passwords may be among them, and
        the first process of a sandbox can be read from inside.
    folder : Path, optional
        Its working folder; an empty one otherwise.
    enter : callable, optional
        Where `wrap` gives a command that only waits: ``enter(pid)`` starts the kernel beside it,
        once it has written a line, and gives the kernel's process.
    """

    def __init__(
        self,
        extensions: list[str],
        *,
        wrap: Callable[[list[str], Path], list[str]] | None = None,
        enter: Callable[[int], int] | None = None,
        environment: dict[str, str] | None = None,
        inherit: bool = True,
        folder: Path | None = None,
    ):
        self.private = scratch.new_folder()  # a socket's path has 108 bytes at most
        self.sockets = self.private / "s"
        self.sockets.mkdir()
        self.context = zmq.Context()
        self.context.maxmsgsize = MESSAGE_BYTES
        command = ["python", "-P", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        command += ["--log-level=CRITICAL", "--HistoryManager.hist_file=:memory:"]
        for extension in extensions:
            command += ["--ext", extension]
        self.manager = _Manager(
            wrap=wrap,
            sockets=self.sockets,
            transport="ipc",
            ip=str(self.sockets / "k"),
            connection_file=str(self.sockets / "connection.json"),
            kernel_name="python3",
            context=self.context,
        )
        spec = KernelSpec(argv=command, interrupt_mode="message", language="python")
        self.manager._kernel_spec = spec
        self.client: BlockingKernelClient | None = None
        self._inside: list[psutil.Process] = []
        self.entered: int | None = None
        self._end: int | None = None  # can be read when the process that entered has ended
        try:
            with _line_from(enter is not None) as (stdout, wait):
                # What is written past Python shall reach neither the grader's log nor a terminal.
                self.manager.start_kernel(
                    env={**(os.environ if inherit else {}), **(environment or {})},
                    cwd=str(folder or self.private),
                    stdout=stdout,
                    stderr=subprocess.DEVNULL,
                )
                wait()
            if enter is not None:
                self.entered = enter(self.pid)
                self._end = os.pidfd_open(self.entered)
            self._wait_for_sockets()
            self.client = self.manager.client()
            self.client.start_channels(stdin=False, hb=False)
            self._wait_until_ready()
            self._inside = self.processes()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int | None:
        """The process that was started: the kernel, or the sandbox around it."""
        return getattr(self.manager.provisioner, "pid", None)

    def processes(self) -> list[psutil.Process]:
        """All that belongs to it, what was started first left out."""
        found = processes_of(self.pid)
        if self.entered is not None:
            with contextlib.suppress(psutil.Error):
                found += [psutil.Process(self.entered), *processes_of(self.entered)]
        return found

    def delays(self) -> dict[int, float]:
        """Seconds for which each of its processes has waited for a core, where that is told."""
        return {process.pid: core_delay(str(process.pid)) for process in self._inside}

    def waited(self, since: dict[int, float]) -> float:
        """Seconds for which it had to wait for a core since `delays` were asked for."""
        now = self.delays()
        return max((now[pid] - since.get(pid, now[pid]) for pid in now), default=0.0)

    def is_late(self, deadline: float, since: dict[int, float], most: float) -> bool:
        """Whether a deadline by the clock is over, but for up to `most` seconds of waiting."""
        late = time.monotonic() - deadline
        return late > 0 and late > min(self.waited(since), most)

    def is_alive(self) -> bool:
        """Whether its process runs."""
        if self._end is not None and select.select([self._end], [], [], 0)[0]:
            return False
        return self.manager.is_alive()

    def run(
        self,
        source: str,
        seconds: float,
        *,
        silent: bool = False,
        room: int = CELL_OUTPUT_BYTES,
        beside: tuple[int, Callable[[], None]] | None = None,
        check: Callable[[], None] | None = None,
    ) -> Ran:
        """Run a cell and collect its outputs.

        Parameters
        ----------
        source : str
        seconds : float
            When to interrupt it; it is ended when it does not heed that. Seconds in which it waits
            for a core do not count, up to `BY_THE_CLOCK` times as many.
        silent : bool
            Keep no outputs.
        room : int
            How many bytes of output to keep.
        beside : tuple, optional
            A file descriptor, and what to call whenever it can be read, while the cell runs.
        check : callable, optional
            Called now and then; may raise `KernelLost`.

        Raises
        ------
        KernelLost
            When the kernel is no longer there.
        """
        collector = Collector(silent, room)
        message_id = self.client.execute(
            source, silent=silent, store_history=not silent, allow_stdin=False, stop_on_error=False
        )
        poller = zmq.Poller()
        for channel in (self.client.shell_channel, self.client.iopub_channel):
            poller.register(channel.socket, zmq.POLLIN)
        if beside is not None:
            poller.register(beside[0], zmq.POLLIN)
        deadline, interrupted = time.monotonic() + seconds, False
        delays, most = self.delays(), (BY_THE_CLOCK - 1) * seconds
        replied = idle = False
        while not (replied and idle):
            ready = dict(poller.poll(1000 * POLL_SECONDS))
            if beside is not None and beside[0] in ready:
                before = time.monotonic()
                beside[1]()
                deadline += time.monotonic() - before  # that has limits of its own
            for message in self._messages(self.client.iopub_channel):
                if message["parent_header"].get("msg_id") == message_id:
                    idle |= collector.take(message)
            for message in self._messages(self.client.shell_channel):
                replied |= message["parent_header"].get("msg_id") == message_id
            if not ready and not self.is_alive():
                raise KernelLost("ended the kernel in which it ran")
            if collector.size > FLOOD_BYTES:
                raise KernelLost("wrote more output than any reader could take")
            if check is not None:
                check()
            if self.is_late(deadline, delays, most):
                if interrupted:
                    raise KernelLost(f"did not end within {seconds:g} seconds, nor when told to")
                interrupted, deadline = True, time.monotonic() + INTERRUPT_SECONDS
                collector.status = "timeout"
                self.interrupt()
            if replied and not idle:  # the rest of the outputs is on its way
                deadline = min(deadline, time.monotonic() + LAST_OUTPUT_SECONDS)
        size = min(collector.size, room)
        return Ran(collector.outputs, collector.status, size, self.waited(delays))

    def interrupt(self) -> None:
        """Ask the kernel to stop what it does."""
        message = self.client.session.msg("interrupt_request", content={})
        self.client.control_channel.send(message)

    def stop(self) -> None:
        """End the kernel's process, and all that it started in its sandbox."""
        if self.client is not None:
            self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        # Code inside may undo that a sandbox dies with its parent. Its first process is among
        # these, and all others of the sandbox end with that one.
        for process in self._inside:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self._end is not None:
            os.close(self._end)
            self._end = None
        self.manager.cleanup_resources()
        self.context.destroy(linger=0)
        scratch.remove(self.private)

    def _wait_for_sockets(self) -> None:
        """Connect when they are there: ZeroMQ would try again a tenth of a second later."""
        manager = self.manager
        ports = (manager.shell_port, manager.iopub_port, manager.control_port)
        deadline = time.monotonic() + KERNEL_START_SECONDS
        while not all(Path(f"{manager.ip}-{port}").exists() for port in ports):
            if not self.is_alive():
                raise KernelLost("did not start")
            if time.monotonic() > deadline:
                raise KernelLost(f"did not start within {KERNEL_START_SECONDS:g} seconds")
            time.sleep(START_POLL_SECONDS)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + KERNEL_START_SECONDS
        shell, iopub = self.client.shell_channel, self.client.iopub_channel
        answered = heard = False
        while not (answered and heard):
            if not answered or not heard:
                self.client.kernel_info()
            poller = zmq.Poller()
            poller.register(shell.socket, zmq.POLLIN)
            poller.register(iopub.socket, zmq.POLLIN)
            poller.poll(200)
            answered |= any(self._messages(shell))
            heard |= any(self._messages(iopub))
            if not self.is_alive():
                raise KernelLost("did not start")
            if time.monotonic() > deadline:
                raise KernelLost(f"did not start within {KERNEL_START_SECONDS:g} seconds")

    def _messages(self, channel):
        for _ in range(1000):
            try:
                message = channel.get_msg(timeout=0)
            except Empty:
                return
            except Exception as error:  # not signed with the kernel's key, or not a message
                if isinstance(error, zmq.ZMQError):
                    raise KernelLost("broke the connection to its kernel") from error
                continue
            # Students' code knows the key that messages are signed with: they may hold anything.
            if all(isinstance(message.get(part), dict) for part in ("parent_header", "content")):
                yield message


@contextlib.contextmanager
def _line_from(wanted: bool):
    """A process's stdout, and what waits until the process has written a line to it."""
    if not wanted:
        yield subprocess.DEVNULL, lambda: None
        return
    read, write = os.pipe()
    ends = [read, write]

    def wait():
        os.close(ends.pop())
        ready = select.select([read], [], [], KERNEL_START_SECONDS)[0]
        if not ready or not os.read(read, 1):
            raise KernelLost("did not start")

    try:
        yield write, wait
    finally:
        for end in ends:
            os.close(end)


def processes_of(pid: int | None) -> list[psutil.Process]:
    """All that a process has started, itself left out; parents stand before their children."""
    if pid is None:
        return []
    if not _tells_children():
        with contextlib.suppress(psutil.Error):
            return psutil.Process(pid).children(recursive=True)
        return []
    found, left = [], [pid]
    for parent in left:
        for child in _children(parent):
            with contextlib.suppress(psutil.Error):
                found.append(psutil.Process(child))
                left.append(child)
    return found


def shared_out_memory(process: psutil.Process) -> int:
    """Bytes that a process holds; what forked processes share is divided among them."""
    with contextlib.suppress(psutil.Error):
        try:
            return process.memory_full_info().pss
        except (psutil.AccessDenied, AttributeError):
            return process.memory_info().rss
    return 0


@cache
def _tells_children() -> bool:
    """Whether Linux lists a process's children: psutil looks at all processes there are."""
    return Path(f"/proc/self/task/{os.getpid()}/children").exists()


def _children(pid: int) -> list[int]:
    found = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children", encoding="ascii") as file:
                found += [int(number) for number in file.read().split()]
    return found


class _Manager(KernelManager):
    """A KernelManager whose kernel is started by a command that is wrapped in another."""

    def __init__(self, wrap, sockets, **options):
        super().__init__(**options)
        self._wrap, self._sockets = wrap, sockets

    def format_kernel_cmd(self, extra_arguments=None):
        command = super().format_kernel_cmd(extra_arguments)
        return command if self._wrap is None else self._wrap(command, self._sockets)
