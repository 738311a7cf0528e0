"""The sandbox: bubblewrap around the student's kernel.

Inside there is no network, no process but the kernel's own, a read-only system and Python
environment, an empty home, and of the course only the files that were handed in and the package
`rnnlib`, as `shown_library` makes it. Limits on memory, processor time, processes and file sizes
are set with prlimit; what they do not count is refused by a filter of system calls.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rnnlib
from rnnlib.course.grading.isolation.shown_library import Library
from rnnlib.course.grading.isolation.syscalls import seccomp_filter
from rnnlib.course.grading.limits import (
    KERNEL_CPU_SECONDS,
    KERNEL_FILE_BYTES,
    KERNEL_FOLDER_BYTES,
    KERNEL_MEMORY,
    KERNEL_OPEN_FILES,
    KERNEL_PROCESSES,
)

PACKAGE = Path(rnnlib.__file__).resolve().parent
SUBMISSION = "/submission"
LIBRARIES = ("purelib", "platlib")
"""Where packages lie, of an environment and of the Python that it was made from."""

TOOLS = ("bwrap", "prlimit", "setpriv")


class SandboxError(Exception):
    """The sandbox cannot run here; the message says why and what to do."""


@dataclass(frozen=True)
class Limits:
    """What a student's kernel may use.

    Attributes
    ----------
    memory : int
        Bytes of address space of one process; and of resident memory of all together.
    cpu : int
        Seconds of processor time of one process.
    processes : int
        Processes and threads.
    file_size, folder_size : int
        Bytes of one file, and of everything in the temporary folder.
    open_files : int
    """

    memory: int = KERNEL_MEMORY
    cpu: int = KERNEL_CPU_SECONDS
    processes: int = KERNEL_PROCESSES
    file_size: int = KERNEL_FILE_BYTES
    folder_size: int = KERNEL_FOLDER_BYTES
    open_files: int = KERNEL_OPEN_FILES

    def of_process(self) -> dict[str, int]:
        """Those that the operating system keeps, by its names."""
        return {
            "as": self.memory,
            "cpu": self.cpu,
            "nproc": self.processes,
            "fsize": self.file_size,
            "nofile": self.open_files,
            "core": 0,
        }


def sandboxed(
    command: list[str],
    *,
    sockets: Path,
    gate: Path,
    files: Path,
    limits: Limits,
    library: Library,
    hidden: Path | None = None,
) -> list[str]:
    """The command that runs `command` in the sandbox.

    Parameters
    ----------
    command : list of str
    sockets : Path
        The folder for the kernel's sockets: the only one that it shares with the outside for
        writing.
    gate : Path
        The folder with the grader's socket.
    files : Path
        What was handed in beside the notebook; in the end the kernel's working folder, read-only.
    limits : Limits
    library : Library
        What is shown of `rnnlib`.
    hidden : Path, optional
        The course root: where it lies below the system or the environment, it is not shown.
    """
    prlimit = ["prlimit", *(f"--{name}={most}" for name, most in limits.of_process().items())]
    inside = [
        *_mounts(limits),
        *_without(hidden),
        *_in_place(library),
        *_way_to(sockets),
        *_fonts(),
        *("--bind", str(sockets), str(sockets)),
        *("--ro-bind", str(gate), str(gate)),
        *("--ro-bind", str(files), SUBMISSION),
        # It changes to SUBMISSION when all is loaded: a file there may be called numpy.py.
        *("--chdir", "/tmp"),
        *("--remount-ro", "/"),
    ]
    if os.geteuid() == 0:  # limits on processes do not bind root
        user = str(user_inside())
        inside += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"]
        inside += ["--no-new-privs", "--bounding-set=-all"]
    command = ["bwrap", *_namespaces(library), *inside, *prlimit, *command]
    program = seccomp_filter()
    if program is None:
        return command
    path = gate / "filter"
    path.write_bytes(program)
    # bubblewrap reads it from a descriptor; only a shell can open one for it.
    command[1:1] = ["--seccomp", "9"]
    return ["sh", "-c", 'exec "$@" 9<"$0"', str(path), *command]


def environment(library: Library | None = None) -> dict[str, str]:
    """The environment variables inside; `library` is the `rnnlib` that is imported there."""
    package = library.package if library else PACKAGE
    return {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": "/tmp",
        "IPYTHONDIR": "/tmp/.ipython",
        "MPLCONFIGDIR": "/tmp/.matplotlib",
        "LANG": "C.UTF-8",
        "PYTHONWARNINGS": "ignore",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONPATH": str(package.parent) if library or _is_editable() else "",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "NBGRADER_EXECUTION": "autograde",
        "JPY_PARENT_PID": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }


def give_away(folder: Path) -> None:
    """Let the sandbox's user write into a folder."""
    user = user_inside()
    if user is not None:
        os.chown(folder, user, user)


def take_back(folder: Path) -> None:
    """Keep the sandbox's user from writing into a folder; if we are not root, it can undo that."""
    if os.geteuid() == 0:
        os.chown(folder, 0, 0)
    folder.chmod(0o555)


@cache
def check_sandbox() -> None:
    """Try the sandbox.

    Raises
    ------
    SandboxError
        Where it cannot run.
    """
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise SandboxError(
            f"{' and '.join(missing)} is not installed: students' code would not be kept in a "
            "sandbox. Install it (Debian, Ubuntu: sudo apt install bubblewrap), or give "
            "--sandbox=none to run students' code with your own rights."
        )
    command = ["bwrap", *_namespaces(), *_mounts(Limits()), "--remount-ro", "/"]
    tried = subprocess.run(
        [*command, sys.executable, "-c", "import rnnlib"],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if tried.returncode != 0:
        words = tried.stderr.strip().splitlines()
        raise SandboxError(
            f"bubblewrap does not work here: {words[-1] if words else 'no reason given'}. Docker "
            "and some distributions forbid user namespaces; see docs/grading.rst. --sandbox=none "
            "runs students' code with your own rights."
        )


def _namespaces(library: Library | None = None) -> list[str]:
    apart = ["--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    apart += ["--unshare-cgroup-try", "--die-with-parent", "--new-session", "--clearenv"]
    if os.geteuid() != 0:
        apart += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    for name, value in environment(library).items():
        apart += ["--setenv", name, value]
    return apart


def _mounts(limits: Limits) -> list[str]:
    flags = ["--ro-bind", "/usr", "/usr"]
    for name in ("bin", "lib", "lib64", "sbin"):
        path = Path("/", name)
        if path.is_symlink():
            flags += ["--symlink", os.readlink(path), str(path)]
        elif path.exists():
            flags += ["--ro-bind", str(path), str(path)]
    for path in ("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts"):
        flags += ["--ro-bind-try", path, path]
    size = str(limits.folder_size)
    flags += ["--proc", "/proc", "--dev", "/dev"]
    for folder in ("/tmp", "/dev/shm"):
        flags += ["--perms", "1777", "--size", size, "--tmpfs", folder]
    flags += ["--remount-ro", "/dev"]
    for path in map(Path, _python()):
        flags += [*_way_to(path), "--ro-bind", str(path), str(path)]
    return flags


def _without(hidden: Path | None) -> list[str]:
    """An empty folder over the course root, if it would be seen; the package and Python come back.

    A course may lie in /usr/local, or in its own environment.
    """
    if hidden is None:
        return []
    hidden = hidden.resolve()
    shown = [Path("/usr"), *map(Path, _python())]
    if not any(hidden.is_relative_to(folder) for folder in shown):
        return []
    flags = ["--tmpfs", str(hidden)]
    for path in (Path(sys.prefix), Path(sys.base_prefix), PACKAGE):
        if path == hidden:  # an environment that is the course root: its own parts alone
            parts = [path / name for name in ("bin", "lib", "lib64", "include", "pyvenv.cfg")]
        else:
            parts = [path] if path.is_relative_to(hidden) else []
        for part in parts:
            if part.is_symlink():  # lib64: another way to lib must not be a mount of its own
                flags += ["--symlink", os.readlink(part), str(part)]
            elif part.exists():
                flags += ["--ro-bind", str(part), str(part)]
    return flags


def _in_place(library: Library) -> list[str]:
    """What is shown over the installed library, and over packages that would do its work.

    The library is also where it lies outside: a warm start has imported it from there.
    """
    base = {"base": sys.base_prefix, "platbase": sys.base_prefix}
    found = [sysconfig.get_path(name, vars=more) for name in LIBRARIES for more in ({}, base)]
    flags = ["--ro-bind", str(library.package), str(PACKAGE)]
    flags += [*_way_to(library.package), "--ro-bind", str(library.package), str(library.package)]
    for folder in (library.package, *library.refused):
        for place in (Path(path, folder.name) for path in dict.fromkeys(found)):
            if place.is_dir() and place.resolve() != PACKAGE:
                flags += ["--ro-bind", str(folder), str(place)]
    return flags


@cache
def _fonts() -> list[str]:
    """Matplotlib's list of fonts: making it anew at each start would take half a second."""
    import matplotlib
    from matplotlib.font_manager import FontManager

    made = Path(matplotlib.get_cachedir(), f"fontlist-v{FontManager.__version__}.json")
    if not made.is_file():
        return []
    place = f"{environment()['MPLCONFIGDIR']}/{made.name}"
    return ["--perms", "1777", "--dir", str(Path(place).parent), "--ro-bind", str(made), place]


def _way_to(path: Path) -> list[str]:
    """The folders above a path, open to all: bubblewrap would copy the modes from outside."""
    return [
        flag
        for folder in reversed(path.parents[:-1])
        for flag in ("--perms", "0755", "--dir", str(folder))
    ]


@cache
def _python() -> list[str]:
    """The folders of the interpreter, its environment and this package, outermost ones only."""
    folders = {sys.prefix, sys.base_prefix, sysconfig.get_paths()["purelib"], PACKAGE}
    folders |= {Path(sys.executable).resolve().parent.parent}
    kept: list[Path] = []
    for folder in sorted(map(Path, folders)):
        if not any(folder.is_relative_to(outer) for outer in [*kept, Path("/usr")]):
            kept.append(folder)
    return [str(folder) for folder in kept]


def _is_editable() -> bool:
    return not PACKAGE.is_relative_to(Path(sysconfig.get_paths()["purelib"]).resolve())


def user_inside() -> int | None:
    """A user's number, another one for each grading process: processes are counted by user.

    None where the grader itself is a user without rights, as which the sandbox runs then.
    """
    return 61_000 + os.getpid() % 4_000 if os.geteuid() == 0 else None
