"""Runs that take too long for a lesson: trained once by ``rnnlib train NAME``, read by a unit.

A run writes into a folder of its own, continues there where it was stopped, and touches nothing
that the units read: who wants its result there copies it to ``rnnlib/data``.

`compared`       unit 15: networks of about the same size on the same tasks
`compared_nets`  these networks, in PyTorch
`inside`         unit 16: small networks to be opened
`translation`    unit 10: Spanish verses into English
`words`          unit 14: a language model over the words of six novels
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from rnnlib.course.extras import need

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["RUNS", "train_stored"]

RUNS = {"compared": ("torch",), "inside": (), "translation": (), "words": ("torch",)}
"""Each run's module here, and the extras that it needs."""


def train_stored(name: str, folder: Path, report: Callable[[str], None]) -> None:
    """Train what a unit reads, or continue where it was stopped.

    Parameters
    ----------
    name : str
        One of `RUNS`.
    folder : Path
        Where its files go; made if it is not there.
    report : callable
        Gets a line whenever something is done.

    Raises
    ------
    MissingExtra
        Where the package that it needs is not installed.
    """
    need(f"rnnlib train {name}", *RUNS[name])
    folder.mkdir(parents=True, exist_ok=True)
    import_module(f"rnnlib.course.stored.{name}").train(folder, report)
