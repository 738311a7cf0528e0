"""The commands of `rnnlib` that are about a class: their words, and what each calls."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

# Each command imports what it needs: nbgrader alone takes a second.


def add_class_commands(commands) -> None:
    """Add the parsers of these commands.

    Parameters
    ----------
    commands : argparse's subparsers
        Of the command `rnnlib`; each parser sets ``run``, which gets the options and a console.
    """
    roster = commands.add_parser("roster", help="enter a platform's list of students (CSV)")
    roster.add_argument("file")
    roster.add_argument("--db", dest="db_url", help="such as postgresql://user@host/gradebook")
    roster.set_defaults(run=_roster)

    collect = commands.add_parser(
        "collect", help="put what Moodle, Canvas or an exchange delivers into submitted/"
    )
    collect.add_argument("files", nargs="+", metavar="FILE", help="ZIP archives and folders")
    collect.add_argument("--unit", help="whose name no file bears")
    collect.add_argument(
        "--as",
        dest="given",
        action="append",
        default=[],
        metavar="NAME=ID",
        help="whose a delivery is, where no name or number tells; may be repeated",
    )
    collect.add_argument(
        "--worksheet", metavar="CSV", help="Moodle's grading worksheet: the times of the hand-ins"
    )
    collect.add_argument(
        "--replace",
        action="store_true",
        help="take what is collected where no time tells which hand-in is newer",
    )
    collect.add_argument("--db", dest="db_url", help="such as postgresql://user@host/gradebook")
    collect.set_defaults(run=_collect)

    grade = _of_unit(commands, "grade", _grade, "autograde what lies in submitted/")
    grade.add_argument("--workers", type=positive, default=2, help="processes at once (2)")
    grade.add_argument(
        "--scheduler", help="a Dask cluster, such as tcp://host:8786, in place of processes"
    )
    grade.add_argument(
        "--sandbox",
        choices=["bwrap", "none"],
        default="bwrap",
        help="none: students' code runs with your rights",
    )
    grade.add_argument("--anew", action="store_true", help="grade again what was graded before")
    grade.add_argument(
        "--student",
        dest="only",
        action="append",
        default=[],
        metavar="ID",
        help="this one's submission alone; may be repeated",
    )
    grade.add_argument(
        "--exercise",
        dest="exercises",
        action="append",
        default=[],
        metavar="NAME",
        help="enter its marks alone where it was graded before; may be repeated",
    )
    grade.add_argument(
        "--dry-run", action="store_true", help="write nothing; print whose marks would move"
    )
    grade.add_argument(
        "--everything", action="store_true", help="run the cells on which no mark depends, too"
    )

    _of_unit(commands, "report", _report, "a page about a graded class, with the marks of now")

    due = _of_unit(commands, "due", _due, "show or move a due date, or give an extension")
    due.add_argument("date", nargs="?", help="such as '2025-03-03 23:59', in this machine's time")
    due.add_argument("--student", metavar="ID", help="who gets until then; everybody otherwise")

    feedback = _of_unit(
        commands, "feedback", _feedback, "make the pages again whose marks have changed"
    )
    feedback.add_argument("--anew", action="store_true", help="make all pages again")
    feedback.add_argument(
        "--format",
        choices=["moodle", "canvas", "folder"],
        help="and put them together as the platform takes them back",
    )
    feedback.add_argument("--output", help="the archive or folder; in returned/ otherwise")

    show = _of_unit(commands, "show", _show, "one student's marks, with every reason")
    show.add_argument("student")

    gradebook = commands.add_parser(
        "gradebook", help="what the gradebook and its copies hold; put one of them back"
    )
    gradebook.add_argument(
        "--restore",
        nargs="?",
        type=positive,
        const=1,
        metavar="NUMBER",
        help="put this copy back: 1, the newest, unless a number is given",
    )
    gradebook.add_argument("--db", dest="db_url", help="the gradebook, if it is not gradebook.db")
    gradebook.set_defaults(run=_gradebook)

    doctor = commands.add_parser("doctor", help="whether this machine can grade a class")
    doctor.add_argument("--db", dest="db_url", help="the gradebook, if it is not gradebook.db")
    doctor.set_defaults(run=_doctor)

    confirm = _of_unit(
        commands, "confirm", _confirm, "let marks by hand stand where the outcome has changed"
    )
    confirm.add_argument("students", nargs="*", help="everybody if none is named")

    migrate = _of_unit(
        commands, "migrate", _migrate, "give the gradebook the cells that a unit has now"
    )
    migrate.add_argument(
        "--renamed",
        action="append",
        default=[],
        metavar="OLD=NEW",
        help="a cell that has another name now; may be repeated",
    )

    export = commands.add_parser("export", help="the scores as CSV, for Moodle or Canvas")
    export.add_argument("units", nargs="*", help="all that were graded if none is named")
    export.add_argument("--format", choices=["moodle", "canvas", "plain"], default="plain")
    export.add_argument("--output", default="grades.csv")
    export.add_argument("--db", dest="db_url", help="the gradebook, if it is not gradebook.db")
    export.set_defaults(run=_export)

    secret = commands.add_parser(
        "secret", help="show or set what marked cells draw their inputs from"
    )
    secret.add_argument("--new", action="store_true", help="make another one: for the next class")
    secret.add_argument("--set", dest="secret", help="set it, as it was shown on another machine")
    secret.set_defaults(run=_secret)


def positive(text: str) -> int:
    """A number of things, from the command line."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _of_unit(commands, name: str, run, words: str) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=words)
    parser.add_argument("unit")
    parser.add_argument("--db", dest="db_url", help="such as postgresql://user@host/gradebook")
    parser.set_defaults(run=run)
    return parser


def _assignment(options: argparse.Namespace):
    """The unit that a command about a class names, in the course of this folder."""
    from rnnlib.course.authoring import course_root
    from rnnlib.course.authoring.units import marked_unit
    from rnnlib.course.grading.assignment import Assignment

    unit = marked_unit(course_root(), options.unit)
    return _readable(Assignment(unit.name, unit.root, db_url=options.db_url))


def _readable(assignment):
    """The same, with a gradebook that can be read."""
    from rnnlib.course.grading.keeping.gradebook_file import refuse_unfit

    refuse_unfit(assignment.gradebook)
    return assignment


def _roster(options: argparse.Namespace, console: Console) -> int:
    from pathlib import Path

    from rnnlib.course.authoring import course_root
    from rnnlib.course.grading.assignment import Assignment
    from rnnlib.course.grading.collect.collect import run_roster

    assignment = _readable(Assignment("", course_root(), db_url=options.db_url))
    return run_roster(assignment, Path(options.file), console)


def _collect(options: argparse.Namespace, console: Console) -> int:
    from pathlib import Path

    from rnnlib.course.authoring import UnitError, course_root, find_units
    from rnnlib.course.grading.collect.collect import guess_unit, run_collect

    given = dict(text.partition("=")[::2] for text in options.given)
    if not all(given.values()):
        raise UnitError("--as wants NAME=ID, such as --as 'Anna B=anna'")
    if not options.unit:
        units = [unit.name for unit in find_units(course_root(), [])]
        options.unit = guess_unit(units, options.files)
    return run_collect(
        _assignment(options),
        [Path(name) for name in options.files],
        console,
        given=given,
        worksheet=options.worksheet and Path(options.worksheet),
        replace=options.replace,
    )


def _grade(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.grading.command import run_grade

    names = (
        "workers",
        "scheduler",
        "sandbox",
        "anew",
        "everything",
        "only",
        "dry_run",
        "exercises",
    )
    return run_grade(
        _assignment(options), console, **{name: getattr(options, name) for name in names}
    )


def _report(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.grading.command import run_report

    return run_report(_assignment(options), console)


def _due(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import UnitError
    from rnnlib.course.grading.collect.place import parse_time
    from rnnlib.course.grading.command import tell_penalties
    from rnnlib.course.grading.keeping.listed import before_change
    from rnnlib.course.grading.run.due import read_due, set_due
    from rnnlib.course.grading.run.penalties import update_penalties

    assignment = _assignment(options)
    if options.date:
        date = parse_time(options.date)
        if date is None:
            raise UnitError(f"{options.date!r} is no time: write it as in '2025-03-03 23:59'")
        before_change(assignment, "due")
        set_due(assignment, date, options.student)
        tell_penalties(update_penalties(assignment), console)
    due = read_due(assignment)
    when = f"{due.date.astimezone():%Y-%m-%d %H:%M %Z}" if due.date else "never: it has no date"
    console.print(f"{assignment.unit} is due {when}", highlight=False)
    for student, until in sorted(due.extended.items()):
        text = f"  {student}: {until.astimezone():%Y-%m-%d %H:%M %Z}"
        text += " (nothing of theirs was graded yet)" * (student in due.waiting)
        text += "; no student has this id yet: is it right?" * (student in due.unknown)
        console.print(text, markup=False, highlight=False)
    return 0


def _feedback(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.grading.command import run_feedback

    about = {"anew": options.anew, "format": options.format, "output": options.output}
    return run_feedback(_assignment(options), console, **about)


def _show(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.grading.report.one_student import show_student

    show_student(_assignment(options), options.student, console)
    return 0


def _gradebook(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import course_root
    from rnnlib.course.grading.assignment import Assignment
    from rnnlib.course.grading.keeping.listed import run_gradebook

    assignment = Assignment("", course_root(), db_url=options.db_url)
    return run_gradebook(assignment, console, options.restore)


def _doctor(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import course_root
    from rnnlib.course.grading.doctor import run_doctor

    return run_doctor(course_root(), console, options.db_url)


def _confirm(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.grading.command import run_confirm

    return run_confirm(_assignment(options), options.students, console)


def _migrate(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import UnitError
    from rnnlib.course.grading.run.lock import only_run
    from rnnlib.course.grading.run.migrate import migrate

    renamed = dict(text.partition("=")[::2] for text in options.renamed)
    if not all(renamed.values()):
        raise UnitError("--renamed wants OLD=NEW")
    assignment = _assignment(options)
    with only_run(assignment):
        difference, kept = migrate(assignment, renamed)
    if not difference and not kept:
        console.print("The gradebook has the unit's cells already.")
        return 0
    said = f"The gradebook has the unit's cells now ({difference or 'renamed'})."
    said += f" As it was: {kept}." if kept else ""
    said += f" `rnnlib grade {assignment.unit}` marks the new ones."
    console.print(said, markup=False, highlight=False, soft_wrap=True)
    return 0


def _export(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import course_root, find_units
    from rnnlib.course.grading.assignment import Assignment
    from rnnlib.course.grading.command import run_export

    root = course_root()
    _readable(Assignment("", root, db_url=options.db_url))
    units = [unit.name for unit in find_units(root, options.units)] if options.units else []
    return run_export(root, units, options.format, options.output, options.db_url, console)


def _secret(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import UnitError, course_root
    from rnnlib.course.grading.secret import new_secret, read_secret, secret_path, set_secret

    root = course_root()
    if options.secret is not None and not options.secret.strip():
        raise UnitError("a secret has at least one letter; --new makes one")
    if options.secret:
        set_secret(root, options.secret.strip())
    elif options.new:
        new_secret(root)
    if options.new or options.secret:
        console.print("All submissions are marked on other inputs from the next run on.")
    console.print(f"{read_secret(root)}  ({secret_path(root)})", highlight=False, soft_wrap=True)
    return 0
