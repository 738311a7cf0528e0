"""nbgrader finds its own commands, whether the environment is activated or not."""

import os
import shutil
import sys
from pathlib import Path

from rnnlib.course.tools import tools_on_path


def test_the_commands_of_this_environment_are_found_without_activating_it(monkeypatch):
    monkeypatch.setenv("PATH", "/usr/bin")
    tools_on_path()
    assert Path(shutil.which("alembic")).parent == Path(sys.executable).parent
    before = os.environ["PATH"]
    tools_on_path()  # once is enough
    assert os.environ["PATH"] == before
