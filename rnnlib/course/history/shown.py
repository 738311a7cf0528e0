"""One's own progress, in a notebook and in a terminal, and the yes or no to a log."""

from __future__ import annotations

import html
import re
from pathlib import Path

from rnnlib.course.checking.display import say, show_box
from rnnlib.course.history.log import as_text, log_path, read
from rnnlib.course.history.tally import UnitSoFar, by_unit

HEADS = ("unit", "written", "right", "points", "the last mistake")
NO_LOG = (
    'No log is kept, so there is nothing to show. `keep_progress("yes")` begins one: a file in a '
    "folder of yours, which is never sent anywhere."
)


def keep_progress(answer: str | None = None) -> None:
    """Begin to keep a log of your checks, or stop and delete it.

    Parameters
    ----------
    answer : str, optional
        "yes" begins a log, or goes on with the one that is there; "no" deletes it, and nothing is
        written from then on. Without an answer everything stays as it is.
    """
    path = log_path()
    word = answer.strip().lower() if isinstance(answer, str) else answer
    if word not in ("yes", "no", None):
        say('Answer `"yes"` or `"no"`. Nothing was changed.')
    elif path is None and word:
        say("Here no log can be kept.")
    elif word == "yes":
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        except OSError as error:
            say(f"The log cannot be written: {error.strerror}. You can work without one.")
            return
        say(f"From now on each check adds a line to `{path}`. It stays on this computer.")
    elif word == "no":
        path.unlink(missing_ok=True)
        say("No log is kept. If there was one, it is deleted.")
    elif path is not None and path.is_file():
        say(f"A log is kept in `{path}`.")
    else:
        say("No log is kept. Everything in the course works without one.")


def my_progress() -> None:
    """Show how far you are in each unit, by your own log."""
    rows = so_far()
    if rows is None:
        say(NO_LOG)
    else:
        show_box(as_plain(rows), as_table(rows))


def hand_in_progress(unit: str, folder: str | Path = ".") -> None:
    """Write the lines about one unit beside its notebook, for an instructor who asked for them.

    Parameters
    ----------
    unit : str
        Such as "05_lstm".
    folder : str or Path
        Where the unit's notebook lies.
    """
    lines = [line for line in _own_lines() or () if line.unit == unit]
    if not lines:
        say(f"Your log has no line about `{unit}`.")
        return
    path = Path(folder) / f"{unit}.progress.jsonl"
    path.write_text("".join(map(as_text, lines)), encoding="utf-8")
    say(f"`{path}` has your {len(lines)} checks of this unit. Hand it in beside the notebook.")


def so_far() -> list[UnitSoFar] | None:
    """How far one is in each unit; None where no log is kept."""
    lines = _own_lines()
    return None if lines is None else by_unit(lines)


def _own_lines():
    path = log_path()
    if path is None or not path.is_file():
        return None
    with path.open(encoding="utf-8", errors="replace") as log:
        return read(log)


def as_plain(rows: list[UnitSoFar]) -> str:
    """The rows as lines of text."""
    lines = [f"{HEADS[0]:<16} {HEADS[1]:>8} {HEADS[2]:>8} {HEADS[3]:>7}  {HEADS[4]}"]
    for row in rows:
        written, right = (f"{n} of {row.exercises}" for n in (row.written, row.right))
        mistake = row.mistake.replace("`", "")
        lines.append(f"{row.unit:<16} {written:>8} {right:>8} {row.earned:>7g}  {mistake}".rstrip())
    return "\n".join(lines)


def as_table(rows: list[UnitSoFar]) -> str:
    """The rows as an HTML table, with a bar for what is right."""
    cell = "text-align:left;padding:.25em .8em .25em 0;vertical-align:top"
    heads = "".join(f'<th scope="col" style="{cell}">{head}</th>' for head in HEADS)
    body = []
    for row in rows:
        share = round(100 * row.right / row.exercises)
        bar = (
            '<div style="width:6em;height:.5em;margin-top:.3em;border-radius:.25em;'
            'background:rgba(127,127,127,.25)">'
            f'<div style="width:{share}%;height:100%;border-radius:.25em;'
            'background:var(--jp-success-color1,#1a7f37)"></div></div>'
        )
        mistake = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(row.mistake, quote=False))
        cells = (
            f"{row.written} of {row.exercises}",
            f"{row.right} of {row.exercises}{bar}",
            f"{row.earned:g}",
            mistake,
        )
        columns = "".join(f'<td style="{cell}">{text}</td>' for text in cells)
        name = html.escape(row.unit.replace("_", " "))
        body.append(
            f'<tr style="background:none"><th scope="row" style="{cell};white-space:nowrap">{name}'
            f"</th>{columns}</tr>"
        )
    return (
        '<table style="font-size:inherit;margin:.4em 0">'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    )
