"""``rnnlib mutants``: tries mutants of right answers and shows which ones pass a check."""

from __future__ import annotations

import ast
import difflib
from collections import Counter

from rich.console import Console
from rich.table import Table

from rnnlib.course.authoring import UnitError
from rnnlib.course.exercises import Exercise, all_exercises
from rnnlib.course.mutation.trial import Outcome, right_versions, try_exercise
from rnnlib.course.progress import progress_bar


def run_mutants(names: list[str], console: Console, *, sample: int | None = None) -> int:
    """Try the mutants of the named exercises, or of all; print what came of them.

    Parameters
    ----------
    names : list of str
        Exercises; all of them if there is none.
    console : Console
    sample : int, optional
        How many mutants to draw of each exercise; all of them otherwise.

    Returns
    -------
    int
        0: a survivor may do the same as the original, so a person has to look at it.
    """
    exercises = all_exercises()
    unknown = [name for name in names if name not in exercises]
    if unknown:
        raise UnitError(f"there is no exercise {unknown[0]!r}; try one of {', '.join(exercises)}")
    chosen = names or list(exercises)
    table = Table("exercise", "mutants", "named", "in part", "not named", "survive", box=None)
    totals: Counter[str] = Counter()
    survived: list[Outcome] = []
    with progress_bar(console) as progress:
        bar = progress.add_task("mutants", total=len(chosen))
        for name in chosen:
            outcomes = list(try_exercise(exercises[name], sample=sample))
            counts = Counter(outcome.verdict for outcome in outcomes)
            totals += counts
            survived += [outcome for outcome in outcomes if outcome.verdict == "survived"]
            table.add_row(name, *_cells(counts))
            progress.advance(bar)
    table.add_row("all", *_cells(totals), style="bold")
    for outcome in survived:
        console.print(_difference(exercises[outcome.exercise], outcome), markup=False)
    console.print(table)
    return 0


def _cells(counts: Counter[str]) -> list[str]:
    verdicts = ("named", "partly named", "unnamed", "survived")
    return [str(counts.total()), *(str(counts[verdict]) for verdict in verdicts)]


def _difference(exercise: Exercise, outcome: Outcome) -> str:
    """The lines of a survivor that its original does not have."""
    version = next(v for v in right_versions(exercise) if v.name == outcome.version)
    before = _lines(version.source(exercise.name))
    changed = difflib.unified_diff(before, _lines(outcome.mutant.source), lineterm="", n=0)
    lines = [line for line in changed if line[:3] not in ("---", "+++") and line[:2] != "@@"]
    return "\n".join([f"{outcome.exercise}, {outcome.version}: {outcome.mutant.change}", *lines])


def _lines(source: str) -> list[str]:
    """A source as Python writes it, so that only what was changed differs."""
    return ast.unparse(ast.parse(source)).splitlines()
