"""Makes .venv, once, and leaves it alone while it fits. `make` calls it, through .ci/setup.

Without make, on Windows too: ``py .ci/setup.py`` (or ``python3.12 .ci/setup.py``). It needs the
standard library only. Settings are variables of the environment:

``PYTHON``
    The interpreter that the environment is made with, if it is not the one that runs this.
``VENV``
    Another folder than ``.venv``, such as ``.venvs/3.13`` or ``/home/me/venvs/rnn``.
``PIP_EXTRA_INDEX_URL``
    torch comes first: on Linux the torch of PyPI brings CUDA along, several gigabytes of it. The
    course needs the processor only, and PyTorch's own index has a small build for it:
    ``https://download.pytorch.org/whl/cpu``.
``HTTPS_PROXY``, ``PIP_INDEX_URL``, ``PIP_CERT``
    A proxy, a mirror, the certificates of a network that has its own: pip reads them.

``.venv/.ready`` is written last and holds what the environment was made from. Without it ``.venv``
is half built and is made anew; so it is when it was moved or its Python has gone.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from pip_errors import explain

ROOT = Path(__file__).resolve().parent.parent
NAME = os.environ.get("VENV") or ".venv"
VENV = ROOT / Path(NAME).expanduser()
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
READY = VENV / ".ready"
LOG = VENV / "setup.log"
LOCK = VENV.with_name(VENV.name + ".lock")
BY_MAKE = "MAKELEVEL" in os.environ
AGAIN = "make setup" if BY_MAKE else "python .ci/setup.py"

# Settings that point pip or Python somewhere else than into the environment.
DROPPED = ["PYTHONPATH", "PYTHONHOME", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIREMENT"]
DROPPED += ["PIP_CONSTRAINT", "__PYVENV_LAUNCHER__"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in DROPPED}
ENVIRONMENT.update(
    PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1", PYTHONNOUSERSITE="1"
)


class Stop(Exception):
    """Set-up cannot go on; the arguments say what happened, and what to do about it."""


def say(*lines):
    """Print at once, also into a pipe."""
    print(*lines, sep="\n", flush=True)


# ---------------------------------------------------------------- is there anything to do?


def ask(python, code):
    """What a line of Python prints in that interpreter; nothing where it does not run."""
    try:
        done = subprocess.run(
            [str(python), "-c", code],
            env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
    except OSError:
        return ""
    return done.stdout.decode("utf-8", "replace").strip() if done.returncode == 0 else ""


def version_of(python):
    """Such as 3.12.1; nothing where it does not run."""
    return ask(python, "import sys; print('%d.%d.%d' % sys.version_info[:3])")


def has(python, *modules):
    """Whether these modules can be imported there."""
    return ask(python, "import {}; print('yes')".format(", ".join(modules))) == "yes"


def made_from(version):
    """Everything that decides whether an environment fits."""
    contents = hashlib.sha256()
    for name in ("pyproject.toml", "constraints.txt"):
        contents.update((ROOT / name).read_bytes())
    # The same letters in every locale.
    course, folder = (os.fsencode(p).decode("utf-8", "replace") for p in (str(ROOT), str(VENV)))
    place = {"python": version, "course": course, "folder": folder}
    return dict(place, contents=contents.hexdigest())


def state(version=""):
    """One of three words.

    whole: it fits as it is. stale: sound, but other packages are asked for now. broken: all else.
    """
    try:
        made = json.loads(READY.read_text("utf-8"))
    except (OSError, ValueError):
        return "broken"
    now = made_from(version or version_of(PYTHON))
    if not isinstance(made, dict) or any(made.get(k) != now[k] for k in now if k != "contents"):
        return "broken"
    named = os.environ.get("PYTHON")
    if named and version_of(named) != now["python"]:
        return "broken"
    return "whole" if made.get("contents") == now["contents"] else "stale"


# ---------------------------------------------------------------- one set-up at a time


def lock():
    """Wait until no other set-up works on this folder; the lock lasts as long as the process.

    The system drops it when the last process that holds it ends, however it ends, so it is never
    left behind. A pip that outlives a killed set-up inherits it, and keeps it.
    """
    try:
        LOCK.parent.mkdir(parents=True, exist_ok=True)
        if not os.access(str(LOCK.parent), os.W_OK):
            raise PermissionError
        try:
            handle = os.open(str(LOCK), os.O_RDWR | os.O_CREAT, 0o666)
        except PermissionError:  # made by another user
            handle = os.open(str(LOCK), os.O_RDONLY)
    except OSError as error:
        raise Stop(
            f"Cannot write into {LOCK.parent}{whose(LOCK.parent)}.",
            *([str(error)] if str(error) else []),
            "Clone the course into a folder of your own; or keep the environment elsewhere:",
            f"    VENV=/a/folder/of/yours {AGAIN}",
        ) from None
    if take(handle, wait=False):
        return
    say("Another set-up is at work in this folder; waiting for it to finish.")
    take(handle, wait=True)


def take(handle, wait):
    """Take the lock; whether that succeeded. A file system without locks has to do without."""
    if os.name == "nt":
        import msvcrt
        import time

        while True:
            try:
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                return True
            except OSError:
                if not wait:
                    return False
                time.sleep(1)
    import fcntl

    os.set_inheritable(handle, True)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def whose(path):
    """', which belongs to NAME' where that is somebody else."""
    try:
        import pwd

        owner = path.stat().st_uid
        if owner == os.geteuid():
            return ""
        return f", which belongs to {pwd.getpwuid(owner).pw_name}"
    except (ImportError, OSError, KeyError):
        return ""


# ---------------------------------------------------------------- the work


def run(*command):
    """Run a command with its output in the log; how it ended, and what it said."""
    with LOG.open("ab") as log:
        start = log.tell()
        # Not closed: pip inherits the lock.
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=str(ROOT), env=ENVIRONMENT, stdin=subprocess.DEVNULL,
            stdout=log, stderr=subprocess.STDOUT, close_fds=os.name == "nt",
        )  # fmt: skip
        try:
            process.wait()
        except BaseException:
            process.terminate()
            process.wait()
            raise
    with LOG.open("rb") as log:
        log.seek(start)
        return process.returncode, log.read().decode("utf-8", "replace")


def pip(*words, by=None):
    """Run pip; where it fails, say what happened in words that a reader can act on."""
    status, said = run(*(by or [PYTHON, "-m", "pip"]), *words)
    if status != 0:
        version = version_of(PYTHON).rpartition(".")[0]
        story = f"The whole story is in {Path(NAME) / LOG.name}."
        raise Stop(*explain(said, words[0], NAME, version, AGAIN), story)


def make_anew(python, version):
    """An empty environment with pip in it, by the first way that this Python knows."""
    remains = list(VENV.iterdir()) if VENV.is_dir() else []
    if remains and NAME != ".venv" and LOG not in remains:
        raise Stop(
            f"VENV={NAME} is there already, and set-up did not make it: it would be emptied.",
            "Name a folder that is not there yet.",
        )
    way = way_to(python, version)
    if remains:
        say(
            f"The {NAME} that is here is incomplete, or made for another place or Python: "
            "making it anew."
        )
    say(f"Setting up {NAME} with Python {version}, once: a few minutes.")
    try:
        if VENV.is_symlink() or VENV.is_file():
            VENV.unlink()
        VENV.mkdir(parents=True, exist_ok=True)
        # The log stays, which tells that the folder is ours; .ready goes first, so that a
        # deletion that is interrupted leaves none behind.
        LOG.write_bytes(b"")
        for path in sorted(VENV.iterdir(), key=lambda path: path != READY):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(str(path))
            elif path != LOG:
                path.unlink()
    except OSError as error:
        raise Stop(
            f"Cannot remove the old {NAME}{whose(VENV)}: {error.strerror or error}.",
            "Remove it as its owner, close programs that use it, or choose another folder:",
            f"    VENV=/a/folder/of/yours {AGAIN}",
        ) from None
    status, said = run(python, "-m", *way, VENV)
    if status != 0:
        raise Stop(said.rstrip(), f"Cannot make {VENV} (the message is above).")
    if "--without-pip" in way:
        pip("install", "pip", by=[python, "-m", "pip", "--python", PYTHON])


def way_to(python, version):
    """What makes an environment, of what is installed: Debian splits Python into several parts."""
    if has(python, "ensurepip", "venv"):
        return ["venv"]
    if has(python, "virtualenv"):
        return ["virtualenv"]
    if has(python, "pip", "venv"):
        return ["venv", "--without-pip"]
    short = version.rpartition(".")[0]
    raise Stop(
        f"Python {short} is here, but without the module that makes environments.",
        "Debian and Ubuntu keep it in a package of its own:",
        f"    sudo apt install python{short}-venv",
        "Without the rights for that: install Python from https://www.python.org/downloads,",
        f"or with conda. Then: {AGAIN}",
    )


def set_up():
    """Make the environment, or bring it up to date."""
    # Not the one in the environment itself, which may have to go.
    here = sys.executable if Path(sys.prefix) != VENV else sys._base_executable
    python = os.environ.get("PYTHON") or here
    version = version_of(python)
    if not version:
        raise Stop(f"PYTHON={python} does not name a Python that runs.")
    if tuple(map(int, version.split("."))) < (3, 11):
        raise Stop(
            f"The course needs Python 3.11 or newer; this is {version}, {python}.",
            "Get a newer one from https://www.python.org/downloads",
        )
    if state() == "whole":
        return
    lock()
    kind = state()  # another set-up may just have finished
    if kind == "whole":
        return
    if kind == "stale":
        say(f"Updating {NAME}: pyproject.toml or constraints.txt has changed.")
        READY.unlink()
        LOG.write_bytes(b"")
    else:
        make_anew(python, version)

    say("  1/3  torch (200 MB or more)")
    pip("install", "-c", "constraints.txt", "torch", "setuptools")
    say("  2/3  numpy, jupyterlab, nbgrader and the rest")
    pip("install", "-c", "constraints.txt", "--no-build-isolation", "-e", ".[dev]")
    say("  3/3  checking that all of it fits together")
    pip("check")
    finish()


def finish():
    """Settings for JupyterLab, and last the file that says it is whole."""
    # JupyterLab's question about news would cover the text at every start, and ask the net.
    settings = VENV / "share/jupyter/lab/settings"
    settings.mkdir(parents=True, exist_ok=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    overrides = {"@jupyterlab/apputils-extension:notification": quiet}
    (settings / "overrides.json").write_text(json.dumps(overrides) + "\n", "utf-8")

    new = READY.with_name(".ready.new")
    new.write_text(json.dumps(made_from(version_of(PYTHON))) + "\n", "utf-8")
    os.replace(str(new), str(READY))
    say("Ready.")
    if not BY_MAKE:
        say(
            "Activate it: "
            + (rf"{NAME}\Scripts\activate" if os.name == "nt" else f". {NAME}/bin/activate")
        )


def main():
    """Run, and end with a sentence whatever happens."""
    os.chdir(str(ROOT))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path may have letters that the screen has not
            stream.reconfigure(errors="backslashreplace")
    if sys.argv[1:] == ["--whole"]:  # asked in the environment itself
        return int(state(".".join(map(str, sys.version_info[:3]))) != "whole")
    if sys.argv[1:]:
        say(__doc__)
        return 2

    def interrupt(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        set_up()
    except Stop as stop:
        print("", *stop.args, sep="\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted. It starts over where that is needed: " + AGAIN, file=sys.stderr)
        return 130
    except OSError as error:
        full = error.errno == 28
        print(f"\n{error.filename or VENV}: {error.strerror}", file=sys.stderr)
        print("The disk is full." if full else "Mend that, then: " + AGAIN, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
