"""The command `rnnlib`: build and verify units, grade a class, run the demo and the benchmark."""

from __future__ import annotations

import argparse
import sys
from functools import partial

from rich.console import Console

from .progress import progress_bar


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit code."""
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
    verify.set_defaults(run=_verify)

    grade = commands.add_parser(
        "grade", help="autograde what lies in submitted/; marks and reasons"
    )
    grade.add_argument("unit")
    grade.set_defaults(run=_grade)

    demo = commands.add_parser(
        "demo", help="release, a sample class, autograding, marks: in .demo/"
    )
    demo.add_argument("unit", nargs="?", default="01_hidden_state")
    demo.set_defaults(run=_demo)

    commands.add_parser("bench", help="speed and memory beside torch.nn", add_help=False)

    options, rest = parser.parse_known_args(argv)
    if options.command == "bench":  # has options of its own
        from .bench import main as bench

        return bench(rest)
    if rest:
        parser.error(f"unknown arguments: {' '.join(rest)}")
    console = Console()
    # Each command imports what it needs: nbgrader alone takes a second.
    from .authoring import UnitError

    try:
        return options.run(options, console)
    except UnitError as error:
        console.print(f"[red]rnnlib {options.command}:[/red]", end=" ")
        console.print(str(error), markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("\nStopped. Nothing is half written; run it again when you like.")
        return 130


def _build(options, console) -> int:
    from .authoring import build_unit, course_root, find_units

    for unit in find_units(course_root(), options.units):
        with progress_bar(console) as progress:
            show = partial(progress.update, progress.add_task(unit.name, total=None))
            seconds = build_unit(unit, lambda done, of, show=show: show(completed=done, total=of))
        console.print(f"{unit.name}: built, released; its cells took {seconds:.1f} s")
    return 0


def _verify(options, console) -> int:
    from .authoring import course_root, find_units, verify_unit

    failed = 0
    for unit in find_units(course_root(), options.units):
        problems = verify_unit(unit)
        failed += bool(problems)
        console.print(f"{unit.name}: {'in order' if not problems else 'not in order'}")
        for problem in problems:
            console.print(f"  - {problem}", markup=False, highlight=False, soft_wrap=True)
    return int(failed > 0)


def _grade(options, console) -> int:
    from .authoring import course_root, find_units
    from .grading.command import run_grade

    (unit,) = find_units(course_root(), [options.unit])
    return run_grade(unit, console)


def _demo(options, console) -> int:
    from .authoring import course_root, find_units
    from .grading.demo import run_demo

    (unit,) = find_units(course_root(), [options.unit])
    return run_demo(unit, console)


if __name__ == "__main__":
    sys.exit(main())
