"""Which definitions failed: a cell with a slip in it leaves a function's old version in place."""

from __future__ import annotations

import re

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
    """Take over which definitions failed where the cells ran: in another process."""
    _failed.clear()
    _failed.update(names)


def _after_cell(result) -> None:
    source = result.info.raw_cell or ""
    names = {name for pair in DEFINITION.findall(source) for name in pair if name}
    if result.success:
        _failed.difference_update(names)
    else:
        _failed.update(names)
