"""Runs the tests with every Python that the course supports and that is installed here.

`make test-pythons` calls it; what follows goes to pytest: ``make test-pythons ARGS="-k rnn -x"``.
Each version has an environment of its own, .venvs/3.13 say, which `make setup` makes.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
TESTS = ("-n", "2", "--dist", "loadscope", "--doctest-modules", "tests", "rnnlib")


def find_python(version: str) -> str | None:
    """A Python of this version that really runs: from the PATH, or one that pyenv has installed."""
    name = f"python{version}"
    found = [shutil.which(name, path=folder) for folder in os.get_exec_path()]
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    installed = [(pyenv / "versions").glob(f"{version}{end}/bin/{name}") for end in ("", ".*")]
    newest = sorted((path for paths in installed for path in paths), key=_numbers, reverse=True)
    for candidate in [*filter(None, found), *map(str, newest)]:
        code = "import sys, venv; print('%d.%d' % sys.version_info[:2])"
        try:
            done = subprocess.run([candidate, "-c", code], capture_output=True, text=True)
        except OSError:
            continue
        if done.stdout.strip() == version:  # pyenv's own python3.13 may be there and print nothing
            return candidate
    return None


def try_python(version: str, python: str, options: list[str]) -> tuple[bool, str]:
    """Set up the environment and run the tests: whether all is well, and a line about it."""
    folder = f".venvs/{version}"
    binaries = ROOT / folder / "bin"
    environment = dict(os.environ, PYTHON=python, VENV=folder)
    if subprocess.run(["make", "setup"], cwd=ROOT, env=environment).returncode != 0:
        return False, "no environment: the message is above"
    environment = dict(os.environ, PATH=f"{binaries}{os.pathsep}{os.environ['PATH']}")
    command = [binaries / "python", "-m", "pytest", *TESTS, *options]
    tests = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    last = ""
    for line in tests.stdout:
        print(line, end="", flush=True)
        last = line.strip("= \n") or last
    return tests.wait() == 0, last


def main(options: list[str]) -> int:
    """Try each version; print what came of it. 1 where one failed, or none is here."""
    rows, failed, tried = [], False, 0
    for version in VERSIONS:
        python = find_python(version)
        if python is None:
            rows.append((version, "-", "", "not installed here"))
            continue
        print(f"\n== Python {version}, {python}", flush=True)
        start = time.monotonic()
        well, about = try_python(version, python, options)
        seconds = f"{time.monotonic() - start:.0f} s"
        rows.append((version, "passed" if well else "FAILED", seconds, about))
        failed, tried = failed or not well, tried + 1
    print()
    for version, outcome, seconds, about in rows:
        print(f"Python {version}  {outcome:<6}  {seconds:>6}  {about}")
    if not tried:
        print(f"None of them is here. The course needs Python {VERSIONS[0]} or newer.")
    return int(failed or not tried)


def _numbers(path: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path.parent.parent.name)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
