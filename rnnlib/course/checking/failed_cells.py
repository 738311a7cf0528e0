"""Noticing cells that end in an error: the functions they define keep their older version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import ExecutionResult

DEFINITION = re.compile(r"^(?:def +(\w+)|(\w+) *=[^=])", re.MULTILINE)

_failed: set[str] = set()


def watch_cells() -> None:
    """From now on, notice in IPython which cells end in an error; elsewhere nothing happens."""
    try:
        from IPython import get_ipython
    except ImportError:
        return
    shell = get_ipython()
    if shell is not None and _after_cell not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _after_cell)


def failed_definitions() -> set[str]:
    """The functions and variables whose newest definition stands in a cell that failed."""
    return _failed


def remember_failed(names: list[str]) -> None:
    """Set which definitions failed, when the cells were run in another process."""
    _failed.clear()
    _failed.update(names)


def _after_cell(result: ExecutionResult) -> None:
    source = result.info.raw_cell or ""
    names = {name for pair in DEFINITION.findall(source) for name in pair if name}
    if result.success:
        _failed.difference_update(names)
    else:
        _failed.update(names)
