"""What a grading run says about the kernels that it starts."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from rnnlib.course.grading.isolation import sandbox
from rnnlib.course.grading.limits import CELL_SECONDS, SUBMISSION_SECONDS


@dataclass
class Settings:
    """How much a submission may use.

    Attributes
    ----------
    sandboxed : bool
        Whether bubblewrap is used.
    cell, submission : float
        Seconds for one cell of the student's, and for all of a submission.
    limits : Limits
    hidden : Path, optional
        The course root, which the sandbox must not show.
    unit : str
        What is graded: the library is shown without what it asks for.
    modules : tuple of str
        What the unit's notebook imports: a warm start has it imported.
    """

    sandboxed: bool = True
    cell: float = CELL_SECONDS
    submission: float = SUBMISSION_SECONDS
    limits: sandbox.Limits = field(default_factory=sandbox.Limits)
    hidden: Path | None = None
    unit: str = ""
    modules: tuple[str, ...] = ()
