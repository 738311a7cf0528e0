"""Commands as somebody gives them by hand, and a machine with few programs."""

import os
import shutil
import subprocess

from places import ROOT

TOOLS = "bash cp dirname env grep id make mkdir mv printf rm sed sh sleep tail".split()


def clean_environment(**changes):
    """The environment of somebody who calls make by hand, also when these tests run under make."""
    dropped = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTHON", "VENV", "CI"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {name: str(value) for name, value in changes.items()}


def run(*command, cwd=ROOT, **changes):
    """Run a command to its end; keywords are variables of its environment."""
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=clean_environment(**changes),
        capture_output=True,
        text=True,
        timeout=300,
    )


def script(path, text):
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def bare_tools(folder):
    """A folder for the PATH with what every machine has, and no Python, browser or apt-get."""
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder
