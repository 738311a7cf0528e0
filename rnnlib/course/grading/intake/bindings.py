"""Which names a cell defines, as far as its text shows it.

Text is searched, not parsed: a cell that does not even parse is somebody's solution too. Every
pattern here stays within a line and never goes back over what it has read, so that a search takes
time in proportion to the text, however long and odd that is.
"""

from __future__ import annotations

import re
from functools import cached_property

_TARGET = re.compile(r"[ \t]*\(?[\w \t,*:;)]*")
"""What can stand in front of an equals sign in an assignment, such as ``a, (b, c)``; the beginning
of ``check(rnn_step, seed=1)`` cannot."""

_BY_TEXT = re.compile(
    r"\b(?:globals|locals|vars|setattr|user_ns|user_global_ns|push|modules)\b|__dict__|__main__"
)
"""What a variable can be set by, with its name as a text."""


def defines(text: str, name: str) -> bool:
    """Whether a cell defines this function, or gives this name a value, at its top level."""
    if name not in text:  # much faster than a pattern
        return False
    name = re.escape(name)
    return bool(
        re.search(
            rf"^(?:(?:async[ \t]+)?def|class)[ \t]+{name}\b|^{name}[ \t]*(?::[^=\n]*)?=(?!=)",
            text,
            flags=re.M,
        )
    )


class Bindings:
    """The names that a cell could give a value to, in any way that its text shows."""

    def __init__(self, text: str):
        self.text = text

    def may_have(self, name: str) -> bool:
        """Whether the cell could give this name a value."""
        if self._anything:
            return True
        if name not in self.text:
            return False
        name = re.escape(name)
        other = rf"\b(?:def|class|as)[ \t]+{name}\b|\b{name}[ \t]*:="
        if re.search(rf"\b{name}\b", self._targets) or re.search(other, self.text):
            return True
        return bool(_BY_TEXT.search(self.text) and re.search(rf"[\"']{name}[\"']", self.text))

    @cached_property
    def _imports(self) -> str:
        """The rest of each line after `import`."""
        lines = self.text.split("\n")
        return "\n".join(line.partition("import")[2] for line in lines if "import" in line)

    @cached_property
    def _targets(self) -> str:
        """What is imported, and what is assigned to."""
        pieces = [piece for line in self.text.split("\n") for piece in line.split("=")[:-1]]
        return "\n".join([self._imports, *(piece for piece in pieces if _TARGET.fullmatch(piece))])

    @cached_property
    def _anything(self) -> bool:
        """Whether it may define names that do not stand in its text, as ``import *`` does."""
        hidden = r"\bexec[ \t]*\(|^[ \t]*%(?:run|load)\b"
        return "*" in self._imports or bool(re.search(hidden, self.text, flags=re.M))
