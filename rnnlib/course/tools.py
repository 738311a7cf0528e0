"""The environment's own commands can be called by name, activated or not."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def tools_on_path() -> None:
    """Put the folder of this Python's commands first on PATH, if it is not on it.

    nbgrader calls ``alembic`` by its bare name. ``.venv/bin/rnnlib`` works without activating the
    environment only if that is found, too; otherwise the gradebook would stay without a version.
    """
    folder = str(Path(sys.executable).parent)
    path = os.environ.get("PATH", "")
    if folder not in path.split(os.pathsep):
        os.environ["PATH"] = folder + os.pathsep + path
