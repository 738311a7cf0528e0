"""How to work through a unit: what its page offers to download, and what to type then."""

from __future__ import annotations

from rnnlib.course.authoring.hand_out import lines_to_open
from rnnlib.course.authoring.units import Unit


def opening(unit: Unit, wheel: str) -> str:
    """Markdown for a unit's page; `wheel` is the name of the package's file in ``downloads``."""
    first, second = lines_to_open(unit.name, wheel)
    return (
        ":::{admonition} Work through it\n:class: work\n"
        "This page is for reading. To write the functions, with checks and hints, download "
        f"{{download}}`the unit <../downloads/{unit.name}.zip>` and "
        f"{{download}}`the package <../downloads/{wheel}>`. Unpack the unit, put the package into "
        f"its folder, and type there\n\n```text\n{first}\n{second}\n```\n:::"
    )
