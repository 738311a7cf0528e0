"""What a unit asks of a student: words, functions, lines, and the minutes that follow from them.

A unit's *core* ends at the heading "Going further", or with the notebook. Its minutes stand in the
unit's head, where the source says ``{core}``::

    # | **Time** | {core} |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nbformat import NotebookNode

PLACEHOLDER = "{core}"
WORDS_A_MINUTE = 200
MINUTES_A_FUNCTION = 5
FURTHER = re.compile(r"^##\s.*Going further", re.MULTILINE)
NO_CODE = ("#", "check(", "check_answer(")
SOLUTION = re.compile(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", re.DOTALL)
NOT_READ = re.compile(r"<summary>.*?</summary>|<[^>]+>|!\[[^]]*\]\([^)]*\)|\]\([^)]*\)", re.DOTALL)


@dataclass(frozen=True)
class Effort:
    """What the core of a unit asks.

    Parameters
    ----------
    words : int
        Of text; formulas count as a word each.
    functions : int
        Short functions to write.
    task_minutes : int
        What the open task took when it was tried: ``minutes=`` of its cell; 0 without one.
    own_lines, given_lines : int
        Lines of code that a student writes, and that are there: neither empty lines nor comments;
        without set-up, checks and marked cells.
    """

    words: int
    functions: int
    task_minutes: int
    own_lines: int
    given_lines: int

    @property
    def minutes(self) -> int:
        """All of it, to the next five minutes."""
        exact = self.words / WORDS_A_MINUTE + MINUTES_A_FUNCTION * self.functions
        return 5 * round((exact + self.task_minutes) / 5)

    def sentence(self) -> str:
        """The minutes and what they are made of, for a unit's head."""
        parts = [
            f"{round(self.words / WORDS_A_MINUTE)} to read",
            f"{MINUTES_A_FUNCTION} for each of {self.functions} short functions",
        ]
        if self.task_minutes:
            parts.append(f"{self.task_minutes} for the open task")
        return f"about {self.minutes} minutes: {', '.join(parts)}"


def effort(notebook: NotebookNode) -> Effort:
    """What a unit's notebook, as `read_source` gives it, asks of a student."""
    words = functions = task_minutes = own = given = 0
    for cell in core(notebook):
        about = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "markdown":
            words += count_words(cell.source)
        elif about.get("grade") or about.get("locked") or _is_answer(about):
            continue
        elif about.get("solution"):
            own += sum(count_lines(part) for part in SOLUTION.findall(cell.source))
            if "minutes" in cell.metadata.get("rnnlib", {}):
                task_minutes += cell.metadata.rnnlib.minutes
            else:
                functions += 1
        else:
            given += count_lines(cell.source)
    return Effort(words, functions, task_minutes, own, given)


def _is_answer(about: dict) -> bool:
    return about.get("grade_id", "").startswith("answer_")


def core(notebook: NotebookNode) -> list[NotebookNode]:
    """The cells before "Going further"."""
    cells = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and FURTHER.search(cell.source):
            break
        cells.append(cell)
    return cells


def count_words(text: str) -> int:
    """The words of a Markdown text; a formula or a piece of code counts as one."""
    text = re.sub(r"```.*?```|\$\$.*?\$\$|\$[^$]+\$|`[^`]+`", " formula ", text, flags=re.DOTALL)
    return len(re.findall(r"\w+(?:[\'’-]\w+)*", NOT_READ.sub(" ", text)))


def count_lines(code: str) -> int:
    """The lines of code: neither empty, nor a comment, nor a check."""
    lines = (line.strip() for line in code.splitlines())
    return sum(bool(line) and not line.startswith(NO_CODE) for line in lines)
