"""A process that has imported what every notebook imports, and forks a kernel for each submission.

Importing takes most of the time that a kernel needs to start. So a worker keeps one such process;
it never runs a student's code. For each submission bubblewrap makes a new sandbox, as for a kernel
that starts cold, with nothing in it but a process that waits. The fork goes into the namespaces of
that sandbox, gives up all rights, takes the same limits and the same filter of system calls upon
itself, and only then becomes a kernel. It sees what a process sees that bubblewrap started. One
thing would lead out, the program that it is (/proc/self/exe), and in somebody's own Python that is
a file of the sandbox's user. So it runs from a copy of the interpreter in memory, sealed against
writing.

Where any of this does not work, kernels start cold.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import importlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress

from rnnlib.course.grading.limits import KERNEL_START_SECONDS

with suppress(ImportError):  # Windows has none of them, and kernels start cold there
    import fcntl
    import resource

MODULES = (
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "tornado.queues",
    "tornado.platform.asyncio",
    "psutil",
    "IPython.core.completerlib",
    "IPython.core.debugger",
    "IPython.core.oinspect",
    "IPython.extensions.storemagic",
    "sqlite3",
    "matplotlib.pyplot",
    "matplotlib.backends.backend_agg",
    "numpy.testing",
    "rnnlib.course.checking",
    "rnnlib.course.grading.isolation.agent",
    "rnnlib.course.grading.run.output_limit",
)
"""What every kernel imports, as it begins or in a first cell. Not the notebook's way of drawing,
which asks for a kernel when it is imported."""

WAITS = ("sh", "-c", "echo; exec sleep 100000")
"""What is in the sandbox before the kernel: it says when the sandbox is made."""

NAMESPACES = ("mnt", "pid", "net", "ipc", "uts", "cgroup")
NS_GET_USERNS = 0xB701
PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP = 4, 22, 24
PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 36, 38
SECCOMP_MODE_FILTER = 2
LAST_CAPABILITY = 63
CAPABILITY_VERSION = 0x20080522


class NotWarm(Exception):
    """A kernel has to start cold; the message says why."""


class WarmStart:
    """The worker's side: asks its process for kernels.

    Parameters
    ----------
    environment : dict
        The environment variables inside the sandbox.
    modules : iterable of str
        What the unit's notebook imports.
    """

    def __init__(self, environment: dict[str, str], modules=()):
        from rnnlib.course.grading import scratch  # is not there where this starts kernels

        program = self.program = _sealed_interpreter()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.connection = ours
        self.home = scratch.new_folder()
        home = {name: str(self.home) for name in ("HOME", "IPYTHONDIR", "MPLCONFIGDIR")}
        # The notebook's way of drawing: matplotlib reads it when it is imported.
        drawing = {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", __name__, str(theirs.fileno()), *modules],
                env=environment | home | drawing,
                cwd=self.home,
                executable=f"/proc/self/fd/{program}",
                pass_fds=[theirs.fileno(), program],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is the worker's
            )

    def kernel(self, inside: int, request: dict) -> int:
        """Let a kernel begin in a sandbox.

        Parameters
        ----------
        inside : int
            A process of the sandbox.
        request : dict
            What `_become` needs to know.

        Returns
        -------
        int
            The kernel's process.
        """
        names = [n for n in NAMESPACES if _is_other(inside, n)]
        users = ["user"] if _is_other(inside, "user") else []
        files = []
        try:
            _forget(self.program)
            for name in names + users:
                files.append(os.open(f"/proc/{inside}/ns/{name}", os.O_RDONLY | os.O_CLOEXEC))
            if users:  # of bubblewrap's two the outer one owns the other namespaces
                files.insert(0, fcntl.ioctl(files[0], NS_GET_USERNS))
                if os.path.sameopenfile(files[0], files[-1]):
                    os.close(files.pop())
            data = json.dumps(request).encode()
            self.connection.settimeout(KERNEL_START_SECONDS)
            socket.send_fds(self.connection, [data], files)
            answer = self.connection.recv(10_000).decode()
            if not answer.isdigit():
                raise NotWarm(answer or "the process that starts kernels has ended")
            return int(answer)
        except OSError as error:
            raise NotWarm(str(error)) from error
        finally:
            for file in files:
                os.close(file)

    def stop(self) -> None:
        """End the process; kernels that it has started go on."""
        self.connection.close()
        self.process.kill()
        self.process.wait()
        os.close(self.program)
        shutil.rmtree(self.home, ignore_errors=True)


_warm: dict[tuple, WarmStart] = {}
"""This process's warm starts, by what they were begun with: two, where a unit's open task gets more
of the library."""
_cold = False


def warm_start(environment: dict[str, str], modules=()) -> WarmStart | None:
    """This process's warm start, begun when it is first asked for; None where there is none."""
    global _cold
    key = (tuple(environment.items()), tuple(modules))
    if key not in _warm and not _cold:
        try:
            if not _warm:
                atexit.register(stay_cold)
            if len(_warm) > 1:
                _warm.pop(next(iter(_warm))).stop()
            _warm[key] = WarmStart(environment, modules)
        except (NotWarm, OSError):
            _cold = True
    return _warm.get(key)


def running() -> list[WarmStart]:
    """This process's warm starts that have begun."""
    return list(_warm.values())


def stay_cold() -> None:
    """Start every kernel cold from here on."""
    global _cold
    _cold = True
    while _warm:
        _warm.popitem()[1].stop()


def _sealed_interpreter() -> int:
    """A file descriptor of a copy of the interpreter that nobody can write to."""
    if not hasattr(os, "memfd_create") or not hasattr(os, "pidfd_open"):
        raise NotWarm("it needs Linux")
    copy = os.memfd_create("python", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    with open(os.path.realpath(sys.executable), "rb") as program:
        size, done = os.fstat(program.fileno()).st_size, 0
        while done < size:
            done += os.sendfile(copy, program.fileno(), done, size - done)
    os.fchmod(copy, 0o555)
    seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL
    fcntl.fcntl(copy, fcntl.F_ADD_SEALS, seals)
    return copy


def _forget(program: int) -> None:
    """Make the copy of the interpreter look new: what a kernel wrote on it reaches no other.

    Who owns the copy, which is so where the worker is not root, can change its mode and its times
    and give it attributes, sealed or not.
    """
    os.fchmod(program, 0o755)  # attributes can be taken away only where one may write
    for name in os.listxattr(program):
        if name.startswith("user."):
            os.removexattr(program, name)
    os.fchmod(program, 0o555)
    os.utime(program, ns=(0, 0))


def _is_other(process: int, name: str) -> bool:
    mine, other = (f"/proc/{who}/ns/{name}" for who in ("self", process))
    return os.path.exists(other) and os.stat(mine).st_ino != os.stat(other).st_ino


# --- the process that forks ---------------------------------------------------------------------


def main(number: int, modules: list[str]) -> None:
    """Import; then fork a kernel for every request, until there is nobody left to ask."""
    for name in (*MODULES, *modules):
        with suppress(Exception):  # whoever needs it will be told
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    connection = socket.socket(fileno=number)
    # Kernels become its children when the first of two forks has ended; and ended kernels are gone
    # at once, for which the sandbox's first process waits.
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        data, files, _, _ = socket.recv_fds(connection, 1 << 20, 16)
        if not data:
            return
        try:
            answer = _fork(json.loads(data), files, libc)
        finally:
            for file in files:
                os.close(file)
        connection.sendall(answer)


def _fork(request: dict, files: list[int], libc) -> bytes:
    """Fork twice: the first one enters the namespaces, and its child is a process in them."""
    read, write = os.pipe()
    middle = os.fork()
    if middle == 0:
        try:
            for file in files:
                if libc.setns(file, 0) != 0:
                    raise OSError(ctypes.get_errno(), "the namespaces cannot be entered")
            kernel = os.fork()
            if kernel == 0:
                _become(request, libc)
            os.write(write, str(kernel).encode())
        except BaseException as error:
            os.write(write, f"{type(error).__name__}: {error}"[:1000].encode())
        finally:
            os._exit(0)
    os.close(write)
    answer = os.read(read, 4096)
    os.close(read)
    with suppress(ChildProcessError):
        os.waitpid(middle, 0)
    return answer or b"nothing was said"


def _reap(*_) -> None:
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _become(request: dict, libc) -> None:
    """Give up all rights, and be a kernel until the end."""
    try:
        os.closerange(3, 1 << 20)
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.chdir("/tmp")
        os.environ.clear()
        os.environ.update(request["environment"])
        for name, most in request["limits"].items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name.upper()}"), (most, most))
        for number in range(LAST_CAPABILITY + 1):
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
        if request["user"] is not None:
            user = request["user"]
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION, 0)
        _must(libc.capset(header, (ctypes.c_uint32 * 6)()))
        _must(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
        _must(libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))  # its own /proc, as any process has it
        if request["filter"]:
            program = bytes.fromhex(request["filter"])
            kept = ctypes.create_string_buffer(program, len(program))
            about = _Filter(len(program) // 8, ctypes.addressof(kept))
            address = ctypes.addressof(about)
            _must(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, address, 0, 0))
        tempfile.tempdir = None
        sys.argv = request["command"]
        if "numpy" in sys.modules:  # or all submissions would draw the same numbers
            sys.modules["numpy"].random.seed()
        from ipykernel.kernelapp import IPKernelApp

        IPKernelApp.launch_instance(argv=request["command"][1:])
    finally:
        os._exit(0)


class _Filter(ctypes.Structure):
    """What the operating system takes a filter as: its length in instructions, and where it is."""

    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_void_p)]


def _must(failed: int) -> None:
    if failed:
        raise OSError(ctypes.get_errno(), "a right could not be given up")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
