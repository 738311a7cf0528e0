"""Folders that grading needs for a while, and what is left of them where it was killed.

Each is named after the process that made it, which removes it in the end. A process that is killed
cannot; the next grading run does.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import psutil

NAME = re.compile(r"rnn(\d+)-.+")


def prefix() -> str:
    """How the names of this process's folders begin."""
    return f"rnn{os.getpid()}-"


def new_folder() -> Path:
    """A folder of this process's, which must remove it."""
    return Path(tempfile.mkdtemp(prefix=prefix()))


def remove(folder: Path) -> None:
    """Remove a folder into which somebody else could write, however deep or locked it is."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for command in (["chmod", "-R", "u+rwx"], ["rm", "-rf"]):
            subprocess.run([*command, "--", str(folder)], capture_output=True, check=False)


def clear_left() -> list[Path]:
    """Remove what ended processes of this user have left in the temporary folder.

    Returns
    -------
    list of Path
        What was found.
    """
    found = []
    for entry in os.scandir(tempfile.gettempdir()):
        named = NAME.fullmatch(entry.name)
        with contextlib.suppress(OSError):
            about = entry.stat(follow_symlinks=False)
            is_ours = entry.is_dir(follow_symlinks=False) and about.st_uid == os.geteuid()
            if named and is_ours and not psutil.pid_exists(int(named.group(1))):
                found.append(Path(entry.path))
    for folder in found:
        remove(folder)
    return found
