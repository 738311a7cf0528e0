"""The command `rnnlib`: build and verify units, grade a class, run the demo and the benchmark."""

from __future__ import annotations

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from functools import partial
from multiprocessing import get_context
from typing import TYPE_CHECKING

from rnnlib.course.extras import MissingExtra, need
from rnnlib.course.grading.class_commands import add_class_commands, positive
from rnnlib.course.stored import RUNS, train_stored
from rnnlib.course.tools import tools_on_path

if TYPE_CHECKING:
    from rich.console import Console

PURPOSES = {"build": "Building a unit", "grade": "Grading", "report": "A report"}
"""What a command is for: the subject of the sentence that says what it needs."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    tools_on_path()
    parser = argparse.ArgumentParser(prog="rnnlib", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    build = commands.add_parser(
        "build", help="solutions/NN.py to the notebooks in solutions/, course/"
    )
    build.add_argument(
        "units", nargs="*", help="such as 01_hidden_state; all units if none is named"
    )
    build.set_defaults(run=_build)

    verify = commands.add_parser("verify", help="check that source, notebook and release agree")
    verify.add_argument("units", nargs="*")
    verify.add_argument("--workers", type=positive, default=1, help="processes at once (1)")
    verify.add_argument(
        "--no-run", action="store_true", help="compare texts alone, and run no notebook"
    )
    verify.add_argument(
        "--everything",
        action="store_true",
        help="run the students' notebook whole, with its experiments (long)",
    )
    verify.set_defaults(run=_verify)

    release = commands.add_parser(
        "release", help="what students get: the package as a wheel, a ZIP archive a unit"
    )
    release.add_argument("units", nargs="*", help="all units if none is named")
    release.add_argument("--output", default="dist", help="the folder they go to (dist)")
    release.set_defaults(run=_release)

    effort = commands.add_parser(
        "effort", help="what each unit asks of a student: words, functions, lines, minutes"
    )
    effort.add_argument("units", nargs="*")
    effort.set_defaults(run=_effort)

    portability = commands.add_parser(
        "portability", help="run the notebooks as on other machines; print what differs"
    )
    portability.add_argument("units", nargs="*")
    portability.add_argument("--workers", type=positive, default=2, help="notebooks at once (2)")
    portability.set_defaults(run=_portability)

    add_class_commands(commands)
    commands.add_parser("progress", help="how far you are, by your own log, if you keep one")

    attacks = commands.add_parser("attacks", help="grade the hostile class; what came of each")
    attacks.add_argument("names", nargs="*", help="all attacks if none is named")
    attacks.add_argument(
        "--generated", type=positive, metavar="N", help="N submissions from a grammar instead"
    )
    attacks.add_argument("--seed", type=int, default=1, help="which ones (1)")
    attacks.add_argument(
        "--keep", default=".attacks", help="a folder for those that broke something (.attacks)"
    )
    attacks.set_defaults(run=_attacks)

    bench = commands.add_parser("bench-grading", help="speed beside plain nbgrader autograde")
    bench.add_argument("--unit", default="01_hidden_state")
    bench.add_argument("--submissions", type=positive, default=24)
    bench.add_argument("--growth", type=positive, help="only whether so many need more memory")
    bench.add_argument("--mixed", type=positive, help="only a class of so many, with hostile ones")
    bench.set_defaults(run=_bench_grading)

    bench_checks = commands.add_parser("bench-checks", help="how long each exercise's check takes")
    bench_checks.add_argument("exercises", nargs="*", help="all exercises if none is named")
    bench_checks.add_argument("--rounds", type=positive, default=1, help="of each check (1)")
    bench_checks.set_defaults(run=_bench_checks)

    mutants = commands.add_parser(
        "mutants", help="right answers with one slip made by a program: which pass a check"
    )
    mutants.add_argument("exercises", nargs="*", help="all exercises if none is named")
    mutants.add_argument("--sample", type=positive, help="so many of each exercise")
    mutants.set_defaults(run=_mutants)

    demo = commands.add_parser(
        "demo", help="release, a sample class, autograding, marks: in .demo/"
    )
    demo.add_argument("unit", nargs="?", default="01_hidden_state")
    demo.set_defaults(run=_demo)

    train = commands.add_parser("train", help="train anew what a unit reads from a stored run")
    train.add_argument("name", choices=sorted(RUNS))
    train.add_argument("--into", default=".stored", help="the folder for its files (.stored)")
    train.set_defaults(run=_train)

    site = commands.add_parser("site", help="the course as a web site: units without answers")
    site.add_argument("units", nargs="*", help="all units if none is named")
    site.add_argument("--output", default="site", help="the folder that is made anew (site)")
    site.set_defaults(run=_site)

    commands.add_parser("bench", help="speed and memory beside torch.nn", add_help=False)

    options, rest = parser.parse_known_args(argv)
    try:
        if options.command == "bench":  # has options of its own
            from rnnlib.course.bench import main as bench

            return bench(rest)
        if options.command == "progress":  # a student's: needs nothing that instructors have
            return _progress()
        if rest:
            parser.error(f"unknown arguments: {' '.join(rest)}")
        need(PURPOSES.get(options.command, f"rnnlib {options.command}"), "instructor")
        return _run(options)
    except MissingExtra as missing:
        print(missing, file=sys.stderr)
        return 2


def _run(options: argparse.Namespace) -> int:
    # Each command imports what it needs: nbgrader alone takes a second.
    from rnnlib.course.authoring import UnitError
    from rnnlib.course.console import PlainConsole

    console = PlainConsole()
    try:
        return options.run(options, console)
    except KeyboardInterrupt:
        console.print("\nStopped. Nothing is half written; run it again when you like.")
        return 130
    except Exception as error:
        from rnnlib.course.grading.keeping.gradebook_file import in_words

        said = in_words(error) or (str(error) if isinstance(error, UnitError) else None)
        if said is None:
            raise
        console.print(f"[red]rnnlib {options.command}:[/red]", end=" ")
        console.print(said, markup=False, highlight=False, soft_wrap=True)
        return 1


def _progress() -> int:
    from rnnlib.course.history.shown import NO_LOG, as_plain, so_far

    rows = so_far()
    print(NO_LOG.replace("`", "") if rows is None else as_plain(rows))
    return 0


def _build(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import build_unit, course_root, find_units
    from rnnlib.course.progress import progress_bar

    for unit in find_units(course_root(), options.units):
        with progress_bar(console) as progress:
            show = partial(progress.update, progress.add_task(unit.name, total=None))
            seconds = build_unit(unit, lambda done, of, show=show: show(completed=done, total=of))
        console.print(f"{unit.name}: built, released; its cells took {seconds:.1f} s")
    return 0


def _verify(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import course_root, find_units, verify_unit

    failed = 0
    units = find_units(course_root(), options.units)
    with ExitStack() as stack:
        check = partial(verify_unit, run=not options.no_run, everything=options.everything)
        verified = map(check, units)
        if options.workers > 1:
            context = get_context("spawn")
            pool = stack.enter_context(ProcessPoolExecutor(options.workers, mp_context=context))
            verified = pool.map(check, units)
        for unit, problems in zip(units, verified):
            failed += bool(problems)
            console.print(f"{unit.name}: {'in order' if not problems else 'not in order'}")
            for problem in problems:
                console.print(f"  - {problem}", markup=False, highlight=False, soft_wrap=True)
    return int(failed > 0)


def _release(options: argparse.Namespace, console: Console) -> int:
    from pathlib import Path

    from rnnlib.course.authoring import course_root, find_units
    from rnnlib.course.authoring.hand_out import hand_out

    root = course_root()
    wheel, *archives = hand_out(root, find_units(root, options.units), Path(options.output))
    for path in (wheel, *archives):
        console.print(f"{path}: {path.stat().st_size / 1e6:.1f} MB", soft_wrap=True)
    console.print(f'Students: pip install "{wheel.name}[student]"', markup=False, soft_wrap=True)
    return 0


def _effort(options: argparse.Namespace, console: Console) -> int:
    from rich.table import Table

    from rnnlib.course.authoring import course_root, effort, find_units, read_source

    units = find_units(course_root(), options.units)
    asked = [effort(read_source(unit.source)) for unit in units]
    rows = [
        (a.words, a.functions, a.task_minutes, a.own_lines, a.given_lines, a.minutes) for a in asked
    ]
    table = Table("unit", "words", "functions", "open task", "own lines", "given", "minutes")
    names = [unit.name[:2] for unit in units]
    for name, row in zip([*names, "all"], [*rows, map(sum, zip(*rows))]):
        table.add_row(name, *(f"{number:,}" for number in row))
    console.print(table)
    return 0


def _portability(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import course_root, find_units
    from rnnlib.course.authoring.portability import run_portability

    return run_portability(
        find_units(course_root(), options.units), console, workers=options.workers
    )


def _train(options: argparse.Namespace, console: Console) -> int:
    from pathlib import Path

    folder = Path(options.into)
    train_stored(options.name, folder, partial(console.print, markup=False, soft_wrap=True))
    console.print(f"{options.name}: done; its files are in {folder.resolve()}", soft_wrap=True)
    return 0


def _site(options: argparse.Namespace, console: Console) -> int:
    from pathlib import Path

    from rnnlib.course.authoring import course_root, find_units
    from rnnlib.course.site.making import build_site

    units = find_units(course_root(), options.units)
    return build_site(units, Path(options.output).resolve(), console)


def _attacks(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.grading.attacks import run_attacks

    if options.generated:
        from pathlib import Path

        from rnnlib.course.grading.attacks.generated import run_generated

        return run_generated(console, options.generated, options.seed, Path(options.keep))
    return run_attacks(console, options.names or None)


def _bench_grading(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import course_root
    from rnnlib.course.authoring.units import marked_unit
    from rnnlib.course.bench.grading import run_bench

    unit = marked_unit(course_root(), options.unit)
    if options.mixed:
        from rnnlib.course.bench.mixed import run_mixed

        return run_mixed(unit, console, options.mixed)
    return run_bench(unit, console, options.submissions, options.growth)


def _mutants(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.mutation.survey import run_mutants

    return run_mutants(options.exercises, console, sample=options.sample)


def _bench_checks(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.bench.checks import run_bench_checks

    return run_bench_checks(options.exercises, options.rounds, console)


def _demo(options: argparse.Namespace, console: Console) -> int:
    from rnnlib.course.authoring import course_root
    from rnnlib.course.authoring.units import marked_unit
    from rnnlib.course.grading.demo import run_demo

    return run_demo(marked_unit(course_root(), options.unit), console)


if __name__ == "__main__":
    sys.exit(main())
