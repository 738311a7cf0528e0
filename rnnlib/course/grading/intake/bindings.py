"""Which names a cell defines, as far as its text shows it.

Text is searched, not parsed: a cell that does not even parse is somebody's solution too. No
search looks over the end of a line or tries twice: the text may be of any length.
"""

from __future__ import annotations

import re
from functools import cached_property

_TARGET = re.compile(r"[ \t]*\(?[\w \t,*:;)]*")  # no call: check(rnn_step, seed=1)


def defines(text: str, name: str) -> bool:
    """Whether a cell defines this function, or gives this name a value, at its top level."""
    if name not in text:  # much faster than to search
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
    """What a cell could give a value to, in any way that can be seen in its text."""

    def __init__(self, text: str):
        self.text = text

    def may_have(self, name: str) -> bool:
        """Whether this name could be among them."""
        if self._anything:
            return True
        if name not in self.text:
            return False
        name = re.escape(name)
        other = rf"\b(?:def|class|as)[ \t]+{name}\b|\b{name}[ \t]*:=|[\"']{name}[\"']"
        return bool(re.search(rf"\b{name}\b", self._targets) or re.search(other, self.text))

    @cached_property
    def _imports(self) -> str:
        """What stands behind `import`."""
        lines = self.text.split("\n")
        return "\n".join(line.partition("import")[2] for line in lines if "import" in line)

    @cached_property
    def _targets(self) -> str:
        """What is imported, and what stands before an equals sign."""
        pieces = [piece for line in self.text.split("\n") for piece in line.split("=")[:-1]]
        return "\n".join([self._imports, *(piece for piece in pieces if _TARGET.fullmatch(piece))])

    @cached_property
    def _anything(self) -> bool:
        """Whether names may come from where they cannot be seen."""
        hidden = r"\bexec[ \t]*\(|^[ \t]*%(?:run|load)\b"
        return "*" in self._imports or bool(re.search(hidden, self.text, flags=re.M))
