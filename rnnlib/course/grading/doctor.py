"""`rnnlib doctor`: whether this machine can grade a class, in one page before the first one."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.isolation.sandbox import SandboxError, check_sandbox
from rnnlib.course.grading.keeping.gradebook_file import (
    file_of,
    refuse_unfit,
    without_password,
)
from rnnlib.course.grading.keeping.kept_copies import list_copies
from rnnlib.course.grading.limits import GiB
from rnnlib.course.grading.standing import is_there

PACKAGES = ("rnnlib", "nbgrader", "numpy", "nbformat", "ipykernel", "SQLAlchemy")
ROOM = 2 * GiB
"""On the disk: a class of 240 leaves about one, with notebooks, pages and the gradebook."""


@dataclass(frozen=True)
class Finding:
    """What was looked at: `state` is "ok", "look" (grading works) or "stop" (it does not)."""

    state: str
    about: str
    said: str
    todo: str = ""


def examine(root: Path, db_url: str | None = None) -> Iterator[Finding]:
    """Look at all that grading needs.

    Parameters
    ----------
    root : Path
        The course root.
    db_url : str, optional
        The gradebook, if it is not the one that the settings name.
    """
    assignment = Assignment("", root, db_url=db_url)
    checks: list[tuple[str, Callable[[Assignment], Iterator[Finding]]]] = [
        ("versions", _versions),
        ("sandbox", _sandbox),
        ("disk", _disk),
        ("write rights", _rights),
        ("gradebook", _gradebook),
        ("exchange", _exchange),
        ("submitted", _submitted),
    ]
    for about, check in checks:
        try:
            yield from check(assignment)
        except Exception as error:  # the other lines are wanted all the more
            yield Finding("stop", about, f"{type(error).__name__}: {error}")


def run_doctor(root: Path, console: Console, db_url: str | None = None) -> int:
    """Print what was found; returns 1 where grading would not work."""
    stops = 0
    for finding in examine(root, db_url):
        stops += finding.state == "stop"
        sign = {"ok": "[green]ok  [/green]", "look": "[yellow]look[/yellow]"}
        line = f"{sign.get(finding.state, '[red]stop[/red]')}  {finding.about:13} "
        console.print(line + escape(finding.said), highlight=False, soft_wrap=True)
        if finding.todo:
            console.print(f"{'':20}{escape(finding.todo)}", highlight=False, soft_wrap=True)
    return int(stops > 0)


def _versions(assignment: Assignment) -> Iterator[Finding]:
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            yield Finding(
                "stop", "versions", f"{name} is missing", "pip install -e '.[instructor]'"
            )
    yield Finding("ok", "versions", ", ".join(found))
    if shutil.which("alembic") is None:
        todo = "nbgrader calls it when it makes a gradebook: activate the environment"
        yield Finding("look", "versions", "alembic is not on the PATH", todo)


def _sandbox(assignment: Assignment) -> Iterator[Finding]:
    try:
        check_sandbox()
    except SandboxError as error:
        yield Finding("stop", "sandbox", str(error), "docs/grading.rst, The sandbox")
    else:
        yield Finding("ok", "sandbox", "bubblewrap runs a kernel that sees nothing else")


def _disk(assignment: Assignment) -> Iterator[Finding]:
    for path in dict.fromkeys((assignment.root, Path(tempfile.gettempdir()))):
        free = shutil.disk_usage(path).free
        said = f"{free / GiB:.1f} GB free at {path}"
        state, todo = ("ok", "") if free >= ROOM else ("look", "a large class needs about two")
        yield Finding(state, "disk", said, todo)


def _rights(assignment: Assignment) -> Iterator[Finding]:
    root = assignment.root
    names = ("autograded", "feedback", "grading", "submitted")
    places = [root, *(root / name for name in names if (root / name).exists())]
    for path in places:
        if not os.access(path, os.W_OK | os.X_OK):
            yield Finding(
                "stop", "write rights", f"{path} cannot be written", f"chown or chmod {path}"
            )
            return
    yield Finding("ok", "write rights", f"{root}, {len(places) - 1} folders below it")


def _gradebook(assignment: Assignment) -> Iterator[Finding]:
    from nbgrader.api import Gradebook
    from sqlalchemy import inspect, text

    url = assignment.gradebook
    shown = without_password(url)
    try:
        refuse_unfit(url, change=True)
    except UnitError as error:
        yield Finding("stop", "gradebook", str(error))
        return
    if not is_there(url):
        yield Finding("ok", "gradebook", f"{shown}: it is made at the first run")
        return
    with Gradebook(url) as gradebook:
        students = gradebook.students
        units = sorted(assignment.name for assignment in gradebook.assignments)
        tables = inspect(gradebook.db.get_bind()).get_table_names()
        known = (
            "alembic_version" in tables
            and gradebook.db.execute(text("SELECT version_num FROM alembic_version")).scalar()
        )
        named = [student for student in students if student.last_name or student.email]
    yield Finding("ok", "gradebook", f"{shown}: {len(units)} units ({', '.join(units) or 'none'})")
    if not known:
        said = "it does not say of which version of nbgrader it is"
        yield Finding("look", "gradebook", said, "`nbgrader db upgrade` would fail: keep a copy")
    yield _copies(url)
    if not students:
        todo = "`rnnlib roster FILE.csv` enters them; without, everybody who hands in is entered"
        yield Finding("look", "roster", "there are no students in the gradebook", todo)
    else:
        said = f"{len(students)} students, {len(named)} with a name or an e-mail address"
        todo = "" if len(named) == len(students) else "exports will lack the others' columns"
        yield Finding("look" if todo else "ok", "roster", said, todo)


def _copies(url: str) -> Finding:
    if file_of(url) is None:
        todo = "its server's own backups are yours to make: pg_dump"
        return Finding("look", "copies", "of a gradebook on a server none are kept", todo)
    copies = list_copies(url)
    if not copies:
        return Finding("ok", "copies", "none yet: one is kept before each run that changes marks")
    newest = f"{copies[0].time.astimezone():%Y-%m-%d %H:%M}"
    said = f"{len(copies)} of the gradebook, the newest of {newest}"
    return Finding("ok", "copies", said, "`rnnlib gradebook` lists them and puts one back")


def _exchange(assignment: Assignment) -> Iterator[Finding]:
    from nbgrader.exchange.default import Exchange

    path = Path(Exchange(config=assignment.config()).root)
    if not path.is_dir():
        todo = "needed only where students hand in with nbgrader's own exchange"
        yield Finding("ok", "exchange", f"{path} is not there", todo)
    elif not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        yield Finding("look", "exchange", f"{path} cannot be used", f"chmod ugo+rwx {path}")
    else:
        yield Finding("ok", "exchange", str(path))


def _submitted(assignment: Assignment) -> Iterator[Finding]:
    folder = assignment.root / "submitted"
    units = sorted({path.name for path in folder.glob("*/*") if path.is_dir()})
    for unit in units:
        mine = Assignment(unit, assignment.root)
        if mine.solution.is_file():
            yield Finding("ok", "submitted", f"{unit}: {len(mine.students())} students")
    if not units:
        todo = "`rnnlib collect FILE.zip` puts what a platform delivers there"
        yield Finding("ok", "submitted", "nothing has been handed in yet", todo)
