"""nbgrader's part in authoring: the release step, which takes the solutions out."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import alembic.config
import nbgrader.api
from alembic.script import ScriptDirectory
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions, NbGraderPreprocessor
from traitlets.config import Config, PyFileConfigLoader

from rnnlib.course.authoring.fingerprint import fingerprint
from rnnlib.course.authoring.rules import UnitError
from rnnlib.course.exercises import exercise_called
from rnnlib.course.tools import tools_on_path

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")


class ClearSolutionsKindly(ClearSolutions):
    """nbgrader's ClearSolutions, but it leaves a stub only inside a function.

    At the top level of a cell (`answer_order = None`) an error would stop "Run all" right there. A
    program that is to be mended takes the place of a stub.
    """

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, cell_index: int
    ) -> tuple[NotebookNode, dict]:
        """Take the solution out of one cell."""
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        cell.metadata.pop("rnnlib", None)  # what the author noted, such as an open task's minutes
        if cell.cell_type == "code":
            exercise = exercise_called(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            if exercise is not None and exercise.start:
                stub = "\n".join(f"    {line}" for line in STUB)
                cell.source = cell.source.replace(stub, exercise.start_body())
            cell.source = "\n".join(line for line in cell.source.split("\n") if line not in STUB)
        return cell, resources


class Fingerprint(NbGraderPreprocessor):
    """Marks a release with its fingerprint, so that a student's work is never overwritten."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        """Add the fingerprint to the notebook's metadata."""
        nb.metadata.setdefault("rnnlib", {})["fingerprint"] = fingerprint(nb)
        return nb, resources


@cache
def newest_revision() -> str:
    """The revision of nbgrader's tables that a new gradebook has.

    nbgrader asks ``alembic heads``, in a process that takes two seconds; here alembic reads it.
    """
    scripts = Path(nbgrader.api.__file__).parent / "alembic"
    config = alembic.config.Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    return ScriptDirectory.from_config(config).get_current_head()


def course_config(course: Path, root: Path | None = None) -> Config:
    """The settings in the ``nbgrader_config.py`` of `course`, for a course that lies at `root`."""
    tools_on_path()
    nbgrader.api.get_alembic_version = newest_revision
    config = PyFileConfigLoader("nbgrader_config.py", path=str(course)).load_config()
    config.CourseDirectory.root = str(root or course)
    return config


def generate_assignment(
    course: Path,
    root: Path,
    name: str,
    *,
    database: bool = False,
    release: Path | None = None,
    db_url: str | None = None,
) -> Path:
    """Run nbgrader's release step below `root` with the settings of `course`.

    Parameters
    ----------
    course : Path
        Where ``nbgrader_config.py`` lies.
    root : Path
        Has ``solutions/NAME/NAME.ipynb``; gets ``course/NAME/NAME.ipynb``.
    name : str
        The unit.
    database : bool
        Whether the assignment is entered in ``root/gradebook.db``.
    release : Path, optional
        Where the release goes; ``root/course`` otherwise.
    db_url : str, optional
        The gradebook; ``root/gradebook.db`` otherwise.

    Returns
    -------
    Path
        The released notebook.
    """
    config = course_config(course, root)
    release = release or root / "course"
    config.CourseDirectory.assignment_id = name
    config.CourseDirectory.release_directory = str(release)
    if db_url:
        config.CourseDirectory.db_url = db_url
    if not database:
        config.SaveCells.enabled = False
        config.GenerateAssignment.no_database = True
    directory = CourseDirectory(config=config)
    gradebook = root / "gradebook.db"
    if database and not db_url and not gradebook.exists():
        gradebook.touch(mode=0o600)  # marks are nobody else's business
    converter = GenerateAssignment(coursedir=directory, config=config)
    converter.force = True
    converter.log.setLevel("ERROR")
    try:
        converter.start()
    except (Exception, SystemExit) as error:
        raise UnitError(f"nbgrader could not make the release of {name}: {error}") from error
    return release / name / f"{name}.ipynb"
