"""The command that tries every attack, and the table of what came of each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rnnlib.course.authoring import UnitError
from rnnlib.course.grading.attacks.base import ATTACKS
from rnnlib.course.grading.attacks.remains import REMAINS
from rnnlib.course.grading.isolation.sandbox import check_sandbox
from rnnlib.course.progress import progress_bar

Row = tuple[str, list[str], list[str]]
"""What came of an attack: its marks, alarms and faults."""

WORKERS = 2
TOGETHER = 8
"""Attacks between two honest submissions."""

AIMS = {
    "marks": "Marks",
    "tests": "Tests and right values",
    "others": "Other students' work, and the course",
    "grader": "The grader",
    "machine": "The machine",
    "browser": "The browser and the terminal of whoever reads the graded work",
}


def run_attacks(console: Console, names: list[str] | None = None) -> int:
    """Try the attacks, graded between honest submissions; print what came of each.

    Parameters
    ----------
    console : Console
    names : list of str, optional
        The attacks to try; all of them otherwise.

    Returns
    -------
    int
        0; 1 where one came through.
    """
    unknown = sorted({*(names or ())} - {*ATTACKS})
    if unknown:
        raise UnitError(f"there is no attack {', '.join(unknown)}; there are {', '.join(ATTACKS)}")
    check_sandbox()
    chosen = list(names or ATTACKS)
    found = {}
    with progress_bar(console) as progress:
        bar = progress.add_task("attacks", total=len(chosen))
        for name, row in try_all(chosen):
            found[name] = row
            progress.advance(bar)
    table = Table("attack", "marks", "alarms", "what happened", box=None, pad_edge=False)
    for name in chosen:
        marks, alarms, faults = found[name]
        word = "[red]" + escape("; ".join(faults)) if faults else _verdict(name)
        table.add_row(name, escape(marks), ", ".join(alarms), word)
    console.print(table)
    bad = sum(bool(faults) for *_, faults in found.values())
    gained = sum(bool(ATTACKS[name].gains) for name in chosen)
    console.print(
        f"{len(chosen)} attacks, {bad} of which came through; {gained} earn marks, as "
        "docs/attacks.rst says under “What remains possible”."
    )
    return int(bool(bad))


def try_all(names: list[str]) -> Iterator[tuple[str, Row]]:
    """Try attacks in two processes; yield each one's marks, alarms and faults."""
    with tempfile.TemporaryDirectory(prefix="atk") as folder:
        with ProcessPoolExecutor(
            WORKERS, mp_context=get_context("spawn"), initializer=begin, initargs=(folder,)
        ) as pool:
            futures = [(group, pool.submit(try_some, group)) for group in groups(names)]
            for group, future in futures:
                try:
                    yield from future.result().items()
                except Exception as error:
                    yield from dict.fromkeys(group, _stopped(error)).items()


def groups(names: list[str]) -> list[list[str]]:
    """Attacks that are graded in a row: a few with the same settings, so that they share those."""
    by_settings: dict[str, list[str]] = {}
    for name in names:
        by_settings.setdefault(repr(ATTACKS[name].settings), []).append(name)
    return [
        chosen[k : k + TOGETHER]
        for chosen in by_settings.values()
        for k in range(0, len(chosen), TOGETHER)
    ]


_arena = None


def begin(folder: str) -> None:
    """Make an arena for this process, in a folder of its own below this one."""
    global _arena
    from rnnlib.course.grading.attacks.arena import Arena

    _arena = Arena(Path(tempfile.mkdtemp(prefix="a", dir=folder)))


def try_some(names: list[str]) -> dict[str, Row]:
    """Try attacks in this process, after `begin`: for each its marks, alarms and faults."""
    try:
        tried = _arena.attempt([ATTACKS[name] for name in names])
    except Exception as error:
        if len(names) == 1:
            return {names[0]: _stopped(error)}
        return {name: row for each in names for name, row in try_some([each]).items()}
    return {
        each.attack.name: (each.marks, sorted({a["kind"] for a in each.alarms}), each.faults)
        for each in tried
    }


def _stopped(error: Exception) -> Row:
    return "none", [], [f"the grader stopped: {error!r}"]


def _verdict(name: str) -> str:
    attack = ATTACKS[name]
    if attack.gains:
        return "[yellow]earns marks[/yellow]" + ", raises an alarm" * bool(attack.alarms)
    if attack.refused:
        return "left to a person"
    return "nothing gained, nobody harmed, nothing left"


def as_rst() -> str:
    """The page of the documentation."""
    lines = [
        "Attacks",
        "=======",
        "",
        ".. Made by `python -m rnnlib.course.grading.attacks.table`; a test holds it to the code.",
        "",
        f"{len(ATTACKS)} hostile submissions are graded in the tests, a few in a row between two "
        "honest ones, in the same process. None gains a mark but those under `What remains "
        "possible`_, none changes an honest neighbour's marks, the gradebook, the course or the "
        "machine, and none leaves a process or a file behind. ``rnnlib attacks`` tries them all on "
        "your machine and prints what came of each.",
        "",
        "What nobody has thought of is the normal case. ``rnnlib attacks --generated 2000 --seed "
        "1`` makes hostile notebooks, outputs, texts, metadata, files and names from a grammar. It "
        "takes them through all of grading but the kernels: everybody gets a mark or a sentence, "
        "pages hold nothing active, the terminal and tables nothing raw, and somebody honest keeps "
        "the marks. The formgrader's own pages are opened in a browser: no script runs there, and "
        "nothing is asked for, that is not on an honest student's page. Deliveries and lists of "
        "students are made, too, and collected twice: each file is put in its place or named, and "
        "nobody hands in for somebody else. Submissions that break something are kept in "
        "``.attacks``; a few are tried in the tests.",
        "",
    ]
    for aim, title in AIMS.items():
        chosen = [attack for attack in ATTACKS.values() if attack.aim == aim]
        lines += [title, "-" * len(title), "", ".. list-table::", "   :header-rows: 1", ""]
        lines += ["   * - attack", "     - what it tries", "     - what comes of it"]
        for attack in chosen:
            lines += [f"   * - ``{attack.name}``", f"     - {_rst(attack.tries)}"]
            lines += [f"     - {_outcome(attack)}"]
        lines.append("")
    title = "What remains possible"
    lines += [title, "-" * len(title), ""]
    for sentence, words in REMAINS.items():
        lines += [f"**{sentence}** {_rst(' '.join(words.split()))}", ""]
    return "\n".join(lines)


def _outcome(attack) -> str:
    names = [f"``{name}``" for name in attack.gains]
    if names:
        alarm = "raises an alarm" if attack.alarms else "raises no alarm; see below"
        return f"**Earns** the marks of {' and '.join(names)}, and {alarm}."
    if attack.refused:
        return "Left to a person, without marks."
    costs = " and ".join(f"``{name}``" for name in attack.costs)
    if attack.right:
        lost = f"Right answers keep their marks{f', but for {costs}' if costs else ''}."
        alarms = " and ".join(sorted(attack.alarms))
        return f"{lost} Alarm: {alarms}." if alarms else lost
    return "No mark gained."


def _rst(text: str) -> str:
    return text.replace("`", "``")


if __name__ == "__main__":
    from rnnlib.course.authoring import course_root

    # `base` as the package knows it, not as this script does.
    path = course_root() / "docs" / "attacks.rst"
    path.write_text(as_rst(), encoding="utf-8")
