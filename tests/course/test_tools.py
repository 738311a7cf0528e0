"""nbgrader finds its own commands, whether the environment is activated or not, or needs none."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from nbgrader.dbutil import _temp_alembic_ini

from rnnlib.course.authoring.nbgrader import newest_revision
from rnnlib.course.tools import tools_on_path


def test_the_commands_of_this_environment_are_found_without_activating_it(monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin")
    tools_on_path()
    assert Path(shutil.which("alembic")).parent == Path(sys.executable).parent
    before = os.environ["PATH"]
    tools_on_path()  # once is enough
    assert os.environ["PATH"] == before


def test_a_new_gradebook_has_the_revision_that_alembic_tells():
    command = Path(sys.executable).parent / "alembic"
    with _temp_alembic_ini("sqlite://") as settings:
        told = subprocess.check_output([command, "-c", settings, "heads"], text=True)
    assert told.split()[0] == newest_revision()
