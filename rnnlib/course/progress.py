"""The progress bar of every long command."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


def progress_bar(console: Console | None = None, *, width: int = 0) -> Progress:
    """What is being done (at least `width` wide), a bar, how much of how much, and the time."""
    words = TextColumn("{task.description:%s}" % (width or ""))
    return Progress(words, BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console)
