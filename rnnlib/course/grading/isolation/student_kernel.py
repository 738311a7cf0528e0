"""The student's kernel: watched, ended when it must be, restarted and brought back to where it was.

This is also where the grader takes part in a marked call. It passes a frame from the trusted kernel
on to the student's, and one frame back; if none comes in time, it ends the student's kernel and
tells the trusted one.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import struct
import tempfile
import time
from pathlib import Path

import psutil

from rnnlib.course.checking import time_limit
from rnnlib.course.checking.calling import SECONDS
from rnnlib.course.grading import scratch
from rnnlib.course.grading.isolation import frames, protocol, sandbox
from rnnlib.course.grading.isolation.kernels import (
    Kernel,
    KernelLost,
    Ran,
    processes_of,
    shared_out_memory,
)
from rnnlib.course.grading.isolation.protocol import FOLDER, GATE, Renew
from rnnlib.course.grading.isolation.settings import Settings
from rnnlib.course.grading.isolation.shown_library import Library, shown_library
from rnnlib.course.grading.isolation.syscalls import seccomp_filter
from rnnlib.course.grading.isolation.warm import (
    WAITS,
    NotWarm,
    WarmStart,
    stay_cold,
    warm_start,
)
from rnnlib.course.grading.isolation.wire import WireError
from rnnlib.course.grading.limits import (
    ALL_OUTPUT_BYTES,
    ANSWER_SECONDS,
    CELL_OUTPUT_BYTES,
    CONNECTION_SECONDS,
    FRAME_SECONDS,
    GRADER_MEMORY,
    KERNEL_RESTARTS,
    KERNEL_SOCKET_FILES,
    OUTLIVE_SECONDS,
    POLL_SECONDS,
    WATCH_SECONDS,
)

EXTENSIONS = ["rnnlib.course.grading.run.output_limit", "rnnlib.course.grading.isolation.agent"]
SERVE = "__import__('rnnlib.course.grading.isolation.agent', fromlist=['serve']).serve()"

EXIT = re.compile(r"^[ \t]*(?:exit|quit)\b[ \t]*(?:\(|$)", re.MULTILINE)
ENDS = re.compile(r"exit|quit|kill|abort|shutdown|restart")
"""Words in a cell that may end the kernel when it is done."""

LONGEST_CALL = time_limit.PATIENCE * SECONDS + ANSWER_SECONDS
"""Seconds by the clock; one that computes is ended after fewer, of processor time."""


class StudentKernel:
    """One submission's kernel.

    Parameters
    ----------
    files : Path
        What was handed in beside the notebook.
    settings : Settings
    begun : float, optional
        When the submission's time began, by `time.monotonic`; now otherwise. Waiting for a core
        does not count.
    """

    def __init__(self, files: Path, settings: Settings, begun: float | None = None):
        self.files, self.settings = files, settings
        self.kernel: Kernel | None = None
        self.alarms: list[dict] = []
        self.where = ""
        self.starting = 0.0  # seconds
        self.whole = False
        self.again: list[Ran] = []  # the cells that were run, once more with the whole library
        self._ran: list[str] = []
        self._starts = 0
        self._serving = False
        self._connection: socket.socket | None = None
        self._watched = time.monotonic()
        self._begun = self._watched if begun is None else begun
        self._request_ends = 0.0
        self._delays: dict[int, float] = {}  # when it began
        self._used: dict[int, float] = {}  # processor time when the call began, by process
        self._computed = 0.0  # since then, by the busiest
        self._room = ALL_OUTPUT_BYTES
        self._own_memory = psutil.Process().memory_info().rss  # when the cell began

    def run(self, source: str) -> Ran:
        """Run one of the notebook's cells."""
        try:
            self._be_ready()
            seconds, room = self._seconds(self.settings.cell), min(CELL_OUTPUT_BYTES, self._room)
            self._own_memory = psutil.Process().memory_info().rss
            ran = self.kernel.run(source, seconds, room=room, check=self._watch)
            self._begun += ran.waited
        except KernelLost as lost:
            self._lose(str(lost))
            raise
        if ENDS.search(source):
            self._outlive(source)
        self._ran.append(source)
        self._room -= ran.size
        return ran

    def _outlive(self, source: str) -> None:
        """See whether the kernel lives on after a cell that may end it a moment later.

        Otherwise the next cell would be the one that is lost, or the one after, as it happens; and
        this one would be run again, and end the kernel again, at each restart.
        """
        if EXIT.search(source):
            text = "asks Python to exit, which was passed over: it costs nothing"
            self.alarms.append({"kind": "killed", "where": self.where, "text": text})
        end = time.monotonic() + OUTLIVE_SECONDS
        while time.monotonic() < end:
            if not self.kernel.is_alive():
                self._lose("ended the kernel in which it ran")
                raise KernelLost("ended the kernel in which it ran")
            time.sleep(POLL_SECONDS / 4)

    def relay(self, trusted: socket.socket) -> None:
        """Pass one frame of the trusted kernel's on, and the answer back."""
        trusted.settimeout(FRAME_SECONDS)
        kind, data = protocol.from_trusted(frames.receive(trusted))
        try:
            if kind == protocol.FOR_GRADER:
                frames.send(trusted, self._renew(data))
                return
            if kind == protocol.REQUEST:
                self._be_ready()
                self._serve()
                self._begin_request(LONGEST_CALL)
                self._used, self._computed = {}, 0.0
            elif self.kernel is None:
                raise KernelLost("ended the kernel in which it ran")
            delays = self.kernel.delays()
            self._pass(data)
            answer = self._answer()
            self._begun += self.kernel.waited(delays)
        except KernelLost as lost:
            self._lose(str(lost))
            answer = protocol.pack(protocol.Lost(str(lost)), protocol.no_reference)
        frames.send(trusted, answer)

    def _renew(self, data: bytes) -> bytes:
        """Begin the kernel anew: another part of the library is lent from now on."""
        renew = protocol.unpack(data, protocol.no_reference, (), protocol.no_class, (Renew,))
        self.stop()
        self.whole = renew.whole
        self._starts = max(0, self._starts - 1)  # no fault of the student's
        return protocol.pack(protocol.Ended(), protocol.no_reference)

    def end_serving(self) -> None:
        """After a marked cell: let the student's kernel run cells again."""
        if self.kernel is None or not self._serving:
            return
        try:
            self._begin_request(ANSWER_SECONDS)
            self._pass(protocol.pack(protocol.End(), protocol.no_reference))
            self._answer()
            self._serving = False
        except KernelLost as lost:
            self._lose(str(lost))

    def stop(self) -> None:
        """End the kernel."""
        self._serving = False
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self.kernel is not None:
            self.kernel.stop()
            self.kernel = None

    def _be_ready(self) -> None:
        """Start the kernel if it does not run, and run again all cells that had run before."""
        if self.kernel is not None and self.kernel.is_alive():
            return
        self.stop()
        self._seconds(1)
        if self._starts > KERNEL_RESTARTS:
            raise KernelLost("was not called: the kernel had been ended too often")
        self._starts += 1
        begun = time.monotonic()
        try:
            self._start()
            self.starting += time.monotonic() - begun
        except KernelLost as lost:
            if self._starts == 1:  # no fault of the student's
                raise RuntimeError(f"the student's kernel {lost}") from lost
            raise
        self.again = []
        for source in list(self._ran):
            seconds, room = self._seconds(self.settings.cell), min(CELL_OUTPUT_BYTES, self._room)
            silent = not self.whole
            ran = self.kernel.run(source, seconds, silent=silent, room=room, check=self._watch)
            self._begun += ran.waited
            if self.whole:
                self._room -= ran.size
                self.again.append(ran)
                if ran.status == "timeout":
                    text = f"did not end within {seconds:.3g} seconds, run with the whole library"
                    self.alarms.append({"kind": "hung", "where": self.where, "text": text})

    def _start(self) -> None:
        with tempfile.TemporaryDirectory(prefix=scratch.prefix()) as folder:
            gate = Path(folder)  # nobody else may enter it
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(str(gate / "gate"))
                listener.listen(1)
                listener.settimeout(CONNECTION_SECONDS)
                if self.settings.sandboxed:
                    sandbox.give_away(gate / "gate")
                    sandbox.give_away(gate)
                self.kernel = self._new_kernel(gate)
                try:
                    self._connection, _ = listener.accept()
                except TimeoutError:
                    raise KernelLost("did not start") from None
            if not self._is_ours(self._connection):
                raise KernelLost("did not start: somebody else answered for it")

    def _is_ours(self, connection: socket.socket) -> bool:
        """Whether it is the kernel that was started, or a process of its own, that connected."""
        if not hasattr(socket, "SO_PEERCRED"):
            return True  # no Linux: the folder of the socket is private
        peer = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        pid, _, _ = struct.unpack("3i", peer)
        started = {self.kernel.pid, self.kernel.entered} - {None}
        with contextlib.suppress(psutil.Error):
            return bool(started & {pid, *(parent.pid for parent in psutil.Process(pid).parents())})
        return False

    def _new_kernel(self, gate: Path) -> Kernel:
        library = shown_library(self.settings.unit, whole=self.whole)
        if not self.settings.sandboxed:
            return Kernel(
                EXTENSIONS,
                environment={
                    **{k: v for k, v in sandbox.environment().items() if k.endswith("_THREADS")},
                    "NBGRADER_EXECUTION": "autograde",
                    "PYTHONPATH": f"{library.package.parent}:{os.environ.get('PYTHONPATH', '')}",
                    GATE: str(gate / "gate"),
                    FOLDER: str(self.files),
                },
            )

        warm = warm_start(sandbox.environment(library), self.settings.modules)
        if warm is not None:
            try:
                return self._sandboxed(gate, library, warm)
            except (NotWarm, KernelLost):
                stay_cold()
        return self._sandboxed(gate, library)

    def _sandboxed(self, gate: Path, library: Library, warm: WarmStart | None = None) -> Kernel:
        """A kernel that begins in the sandbox, or, forked from a warm process, enters it."""
        limits, begin = self.settings.limits, {}
        more = {GATE: str(gate / "gate"), FOLDER: sandbox.SUBMISSION}

        def wrap(command, sockets):
            sandbox.give_away(sockets)
            for path in [sockets, *sockets.iterdir()]:
                sandbox.give_away(path)
            begin["command"] = command[3:]  # without python -P -m
            variables = [f"{name}={value}" for name, value in more.items()]
            inside = WAITS if warm else ["env", *variables, *command]
            return sandbox.sandboxed(
                inside,
                sockets=sockets,
                gate=gate,
                files=self.files,
                limits=limits,
                library=library,
                hidden=self.settings.hidden,
            )

        def enter(pid):
            inside = processes_of(pid)
            if not inside:
                raise NotWarm("the sandbox has ended")
            return warm.kernel(
                inside[-1].pid,
                {
                    "command": begin["command"],
                    "environment": sandbox.environment(library) | more,
                    "limits": limits.of_process(),
                    "user": sandbox.user_inside(),
                    "filter": (seccomp_filter() or b"").hex(),
                },
            )

        path = os.environ.get("PATH", os.defpath)  # of all of the grader's variables only this one
        kernel = Kernel(
            EXTENSIONS,
            wrap=wrap,
            enter=enter if warm else None,
            environment={"PATH": path},
            inherit=False,
        )
        sandbox.take_back(kernel.sockets)  # its sockets are there: it needs no more files in it
        return kernel

    def _serve(self) -> None:
        if not self._serving:
            self.kernel.client.execute(SERVE, silent=True, store_history=False, allow_stdin=False)
            self._serving = True

    def _pass(self, data: bytes) -> None:
        if select.select([self._connection], [], [], 0)[0]:
            raise KernelLost("answered without being asked, or more than once")
        try:
            self._connection.settimeout(ANSWER_SECONDS)
            frames.send(self._connection, data)
        except OSError:
            raise KernelLost("ended the kernel in which it ran") from None

    def _begin_request(self, seconds: float) -> None:
        self._request_ends = time.monotonic() + self._seconds(seconds)
        self._delays = self.kernel.delays()

    def _answer(self) -> bytes:
        """One frame from the student's kernel, in time."""
        reader = frames.FrameReader(self._connection)
        while True:
            most = time_limit.MOST_WAITING * SECONDS
            is_late = self.kernel.is_late(self._request_ends, self._delays, most)
            if is_late or self._computed > SECONDS + ANSWER_SECONDS:
                raise KernelLost(f"did not finish within {SECONDS:g} seconds and was stopped")
            if select.select([self._connection], [], [], POLL_SECONDS)[0]:
                try:
                    frame = reader.read()
                except (EOFError, OSError):
                    raise KernelLost("ended the kernel in which it ran") from None
                except WireError as error:
                    raise KernelLost(f"returned something that cannot be read: {error}") from None
                if frame is not None:
                    return frame
            elif not self.kernel.is_alive():
                raise KernelLost("ended the kernel in which it ran")
            self._watch()

    def _seconds(self, wanted: float) -> float:
        """As many seconds as are wanted, or as there are left for the submission."""
        left = self._begun + self.settings.submission - time.monotonic()
        if left <= 0:
            raise KernelLost(
                f"was not run: the {self.settings.submission:g} seconds for the whole notebook "
                "were used up"
            )
        return min(wanted, left)

    def _watch(self) -> None:
        """Look now and then at memory and processor time of all the sandbox's processes.

        And at the grader's own memory: messages without an end are kept by the sockets' library.
        """
        if time.monotonic() < self._watched + WATCH_SECONDS or self.kernel.pid is None:
            return
        self._watched = time.monotonic()
        total, inside = 0, self.kernel.processes()
        for process in inside:
            with contextlib.suppress(psutil.Error):
                total += process.memory_info().rss
                used = sum(process.cpu_times()[:2])
                since = used - self._used.setdefault(process.pid, used)
                self._computed = max(self._computed, since)
        if psutil.Process().memory_info().rss > self._own_memory + GRADER_MEMORY:
            raise KernelLost("sent more than the grader can hold")
        if total > self.settings.limits.memory < sum(map(shared_out_memory, inside)):
            raise KernelLost("used more memory than there is for a submission")
        written = count = 0
        for folder, _, names in os.walk(self.kernel.sockets):  # follows no links
            count += 1 + len(names)
            for name in names:
                with contextlib.suppress(OSError):
                    written += os.lstat(os.path.join(folder, name)).st_size
            if written > self.settings.limits.file_size or count > KERNEL_SOCKET_FILES:
                raise KernelLost("wrote more to the disk than a submission may")

    def _lose(self, reason: str) -> None:
        kind = "hung" if "seconds" in reason else "killed"
        self.alarms.append({"kind": kind, "where": self.where, "text": reason})
        self.stop()
