"""The terminal that commands print to: no text from somebody else can steer it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Unicode's kinds of characters that steer a terminal, turn text around or break lines."""


class PlainConsole(Console):
    """A console that leaves such characters out, wherever the text comes from."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """What rich would print, piece by piece, without what steers."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else plain_text(text), style, control)


def steering(text: str) -> set[str]:
    """The characters of a text that steer, but for line breaks."""
    return {letter for letter in text if unicodedata.category(letter) in UNSEEN} - {"\n"}


def plain_text(text: str) -> str:
    """A text without characters that steer: a question mark for those that take a place."""
    for letter in () if text.isprintable() else steering(text):
        text = text.replace(letter, "?" if cell_len(letter) else "")
    return text
