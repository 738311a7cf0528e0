"""A copy of the build, with a small script in Python's place, whose venv and pip only take notes.

Where one thing must happen before another, the script waits to be told.
"""

import os
import shutil
import signal
import subprocess
import sys

from places import ROOT
from shell import clean_environment, script

STAND_IN = f"""\
if [ "$1" = -c ] && [ "${{2#import }}" != "$2" ] && [ "${{2#import sys}}" = "$2" ]; then
    wanted=${{2#import }}
    for module in $(echo "${{wanted%%;*}}" | sed 's/,/ /g'); do
        case " $(cat modules) " in *" $module "*) ;; *) exit 1 ;; esac
    done
    echo yes
    exit
fi
made() {{ mkdir -p "$1/bin" && cp "$0" "$1/bin/python"; }}
case "$1 $2" in
"-m venv")
    echo "$*" | sed "s|$PWD/||" >>ways
    shift 2
    [ "$1" != --without-pip ] || shift
    made "$1" ;;
"-m virtualenv") echo "$1 $2" >>ways; made "$3" ;;
"-m pip")
    shift 2
    echo "$*" | sed "s|$PWD/||" >>calls
    if [ -f pip-does ]; then . ./pip-does; fi ;;
*) exec "{sys.executable}" "$@" ;;
esac
"""
ALL_OF_IT = [
    "install -c constraints.txt torch setuptools",
    "install -c constraints.txt --no-build-isolation -e .[dev]",
    "check",
]


class Copy:
    """A copy of the build, with the stand-in for Python."""

    def __init__(self, folder):
        self.folder = folder
        programs = [f".ci/{name}" for name in ("setup", "setup.py", "pip_errors.py")]
        for name in ("Makefile", "pyproject.toml", "constraints.txt", *programs):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
        self.ready = folder / ".venv/.ready"
        self.python = script(folder.parent / "bin/python-stand-in", STAND_IN)
        self.processes = []
        self.python_has("ensurepip venv pip")

    def python_has(self, modules):
        (self.folder / "modules").write_text(modules + " ")

    def pip_does(self, text):
        (self.folder / "pip-does").write_text(text)

    def pip_waits(self):
        """Let the first call of pip wait until `go_on`, or for ever."""
        for name in "reached", "go":
            if not (self.folder / name).exists():
                os.mkfifo(self.folder / name)
        self.pip_does(
            "[ -e waited ] || { touch waited .venv/half-built; echo >reached; read word <go; }\n"
        )

    def wait_for_pip(self):
        (self.folder / "reached").read_text()

    def go_on(self):
        (self.folder / "go").write_text("on\n")

    def start(self, *command, **changes):
        process = subprocess.Popen(
            command or ["make", "setup"],
            cwd=self.folder,
            env=clean_environment(**{"PYTHON": self.python} | changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            # A shell's background job ignores Ctrl-C, and what it starts inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.processes.append(process)
        return process

    def setup(self, *command, **changes):
        process = self.start(*command, **changes)
        output, _ = process.communicate(timeout=300)
        return process.returncode, output

    def notes(self, name):
        """What the stand-in was called with since this was last asked."""
        notes = self.folder / name
        lines = notes.read_text().splitlines() if notes.exists() else []
        if lines:
            notes.write_text("")
        return lines

    def calls(self):
        return self.notes("calls")
