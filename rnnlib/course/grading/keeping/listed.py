"""`rnnlib gradebook`: what the gradebook and its copies hold, and one of them put back."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from rich.console import Console

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.keeping.gradebook_file import (
    connect,
    file_of,
    read_contents,
    refuse_unfit,
    without_password,
)
from rnnlib.course.grading.keeping.kept_copies import (
    Copy,
    grade_again,
    keep_copy,
    list_copies,
    put_back,
)
from rnnlib.course.grading.limits import GRADEBOOK_COPIES

ON_A_SERVER = "It is on a database server, whose own backups are yours to make (pg_dump)."


def run_gradebook(assignment: Assignment, console: Console, restore: int | None = None) -> int:
    """Tell what the gradebook and its copies hold; put one of them back.

    Parameters
    ----------
    assignment : Assignment
        Of any unit: all are in the same gradebook.
    console : Console
    restore : int, optional
        The number of a copy as the list has it; 1 is the newest.

    Returns
    -------
    int
        0; 1 where the gradebook is not fit for grading.
    """

    def say(text: str) -> None:
        console.print(text, markup=False, highlight=False, soft_wrap=True)

    url = assignment.gradebook
    if file_of(url) is None:
        if restore is not None:
            raise UnitError(f"{without_password(url)}: {ON_A_SERVER}")
        refuse_unfit(url)
        say(f"{without_password(url)}\n{ON_A_SERVER}")
        return 0
    copies = list_copies(url)
    if restore is not None:
        _restore(assignment, copies, restore, say)
        copies = list_copies(url)
    return _list(url, copies, say)


def _list(url: str, copies: list[Copy], say: Callable[[str], None]) -> int:
    file, unfit = file_of(url), None
    try:
        refuse_unfit(url, change=True)
        if file.exists():
            with closing(connect(file)) as database:
                say(f"{file}: {read_contents(database)}")
        else:
            say(f"{file} is not there yet: it is made at the first run")
    except UnitError as error:
        unfit = str(error)
        say(unfit)
    if not copies:
        say(f"There are no copies: the last {GRADEBOOK_COPIES} are kept, before it is changed.")
        return int(unfit is not None)
    say(f"Copies in {copies[0].path.parent}, each from before a command that changed it:")
    for number, copy in enumerate(copies, 1):
        held = copy.contents or "it cannot be read"
        say(f"  {number}  {_when(copy.time)}  before {copy.before}: {held}")
    say("`rnnlib gradebook --restore NUMBER` puts one back; the present one is kept as a copy.")
    return int(unfit is not None)


def _restore(assignment: Assignment, copies, number: int, say: Callable[[str], None]) -> None:
    if not 1 <= number <= len(copies):
        raise UnitError(
            f"there is no copy {number}: `rnnlib gradebook` lists the {len(copies)} that there are"
        )
    copy = copies[number - 1]
    kept = put_back(assignment.gradebook, copy)
    say(f"The gradebook is as it was at {_when(copy.time)}, before {copy.before}.")
    if kept:
        say(f"What was there is kept: {kept}")
    for unit, count in grade_again(assignment.root / "grading", copy.time).items():
        say(
            f"{count} submissions of {unit} were graded after that: `rnnlib grade {unit}` grades "
            "them again. Marks that were given by hand after that are in the kept one alone."
        )


def before_change(assignment: Assignment, command: str) -> None:
    """Look at the gradebook, and keep a copy of it, before a command changes it.

    Parameters
    ----------
    assignment : Assignment
    command : str
        Such as ``"grade"``; the unit's name is added.
    """
    refuse_unfit(assignment.gradebook, change=True)
    keep_copy(assignment.gradebook, f"{command} {assignment.unit}")


def _when(time: datetime) -> str:
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"
