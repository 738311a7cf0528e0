"""A kernel over sockets in a private folder, and cells run in it with limits on time and output."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty

import nbformat
import psutil
import zmq
from jupyter_client import KernelManager
from jupyter_client.blocking import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec
from nbformat import NotebookNode

from rnnlib.course.grading.intake.tidy import valid_text
from rnnlib.course.grading.limits import (
    CELL_OUTPUT_BYTES,
    CELL_OUTPUTS,
    ERROR_CHARACTERS,
    ERROR_LINE_CHARACTERS,
    ERROR_LINES,
    FLOOD_BYTES,
    INTERRUPT_SECONDS,
    KERNEL_START_SECONDS,
    LAST_OUTPUT_SECONDS,
    MESSAGE_BYTES,
    POLL_SECONDS,
)

LEFT_OUT = "... the rest of this cell's output is left out\n"


class KernelLost(Exception):
    """The kernel ended, or had to be ended; the message says why."""


@dataclass
class Ran:
    """What came of running a cell: its outputs, and whether it had to be stopped."""

    outputs: list[NotebookNode]
    status: str = "ok"
    size: int = 0


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
    """

    def __init__(
        self,
        extensions: list[str],
        *,
        wrap: Callable[[list[str], Path], list[str]] | None = None,
        environment: dict[str, str] | None = None,
        inherit: bool = True,
        folder: Path | None = None,
    ):
        self.private = Path(tempfile.mkdtemp(prefix="rnn"))  # a socket's path has 108 bytes at most
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
        try:
            # What is written past Python shall reach neither the grader's log nor a terminal.
            self.manager.start_kernel(
                env={**(os.environ if inherit else {}), **(environment or {})},
                cwd=str(folder or self.private),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self.client = self.manager.client()
            self.client.start_channels(stdin=False, hb=False)
            self._wait_until_ready()
            self._inside = _processes_of(self.pid)
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int | None:
        """The process that was started: the kernel, or the sandbox around it."""
        return getattr(self.manager.provisioner, "pid", None)

    def is_alive(self) -> bool:
        """Whether its process runs."""
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
            When to interrupt it; it is ended when it does not heed that.
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
            if time.monotonic() > deadline:
                if interrupted:
                    raise KernelLost(f"did not end within {seconds:g} seconds, nor when told to")
                interrupted, deadline = True, time.monotonic() + INTERRUPT_SECONDS
                collector.status = "timeout"
                self.interrupt()
            if replied and not idle:  # the rest of the outputs is on its way
                deadline = min(deadline, time.monotonic() + LAST_OUTPUT_SECONDS)
        return Ran(collector.outputs, collector.status, min(collector.size, room))

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
        self.manager.cleanup_resources()
        self.context.destroy(linger=0)
        _remove(self.private)

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


def _processes_of(pid: int | None) -> list[psutil.Process]:
    """All that a process has started, itself left out."""
    with contextlib.suppress(psutil.Error, TypeError):
        return psutil.Process(pid).children(recursive=True)
    return []


class Collector:
    """The outputs of one cell, as nbformat has them, cut where they are too long."""

    def __init__(self, silent: bool, room: int = CELL_OUTPUT_BYTES):
        self.silent, self.room = silent, room
        self.outputs: list[NotebookNode] = []
        self.status = "ok"
        self.size = 0
        self._by_id: dict[str, NotebookNode] = {}
        self._clear = self._full = False

    def take(self, message: dict) -> bool:
        """Take one message; whether it says that the cell is done."""
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            return content.get("execution_state") == "idle"
        self.size += len(str(content))
        if kind == "error":
            self.status = "error" if self.status == "ok" else self.status
        if self.silent or self._full:
            return False
        if kind == "error":
            self._clear_if_asked()
            self.outputs.append(_cut_error(content))
        elif self.size > self.room or len(self.outputs) >= CELL_OUTPUTS:
            self._full = True
            self.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=LEFT_OUT))
        elif kind == "clear_output":
            self._clear = bool(content.get("wait"))
            if not self._clear:
                self.outputs.clear()
        elif kind == "stream":
            self._stream(content)
        elif kind in ("display_data", "execute_result", "update_display_data"):
            self._display(kind, content)
        return False

    def _stream(self, content: dict) -> None:
        self._clear_if_asked()
        name, text = content.get("name"), valid_text(str(content.get("text", "")))
        last = self.outputs[-1] if self.outputs else None
        if last and last.output_type == "stream" and last.name == name:
            last.text += text
        elif name in ("stdout", "stderr"):
            self.outputs.append(nbformat.v4.new_output("stream", name=name, text=text))

    def _display(self, kind: str, content: dict) -> None:
        transient = content.get("transient")
        place = str(transient.get("display_id")) if isinstance(transient, dict) else None
        data, metadata = _plain(content.get("data")), _plain(content.get("metadata"))
        if not isinstance(data, dict) or not isinstance(metadata, dict):
            return
        if kind == "update_display_data":
            if place in self._by_id:
                self._by_id[place].update(data=data, metadata=metadata)
            return
        self._clear_if_asked()
        more = {"execution_count": None} if kind == "execute_result" else {}
        output = NotebookNode(output_type=kind, data=data, metadata=metadata, **more)
        try:
            nbformat.v4.nbbase.validate(output, kind)
        except nbformat.ValidationError:
            return
        self.outputs.append(output)
        if place:
            self._by_id[place] = output

    def _clear_if_asked(self) -> None:
        if self._clear:
            self.outputs.clear()
            self._clear = False


def _plain(value):
    """Data from a message, as a notebook can hold them: valid texts, dicts with texts as keys."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, dict):
        return NotebookNode({valid_text(str(key)): _plain(item) for key, item in value.items()})
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _cut_error(content: dict) -> NotebookNode:
    """An error, with no more of its message than a reader would take."""
    lines = content.get("traceback")
    lines = (
        [valid_text(str(line))[:ERROR_LINE_CHARACTERS] for line in lines[-ERROR_LINES:]]
        if isinstance(lines, list)
        else []
    )
    name, value = (
        valid_text(str(content.get(part, "")))[:ERROR_CHARACTERS] for part in ("ename", "evalue")
    )
    return nbformat.v4.new_output("error", ename=name, evalue=value, traceback=lines)


def _remove(folder: Path) -> None:
    """Remove a folder into which somebody else could write, however deep or locked it is."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*command, "--", str(folder)], capture_output=True, check=False)


class _Manager(KernelManager):
    """A KernelManager whose kernel is started by a command that is wrapped in another."""

    def __init__(self, wrap, sockets, **options):
        super().__init__(**options)
        self._wrap, self._sockets = wrap, sockets

    def format_kernel_cmd(self, extra_arguments=None):
        command = super().format_kernel_cmd(extra_arguments)
        return command if self._wrap is None else self._wrap(command, self._sockets)
