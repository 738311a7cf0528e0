"""A unit's folder as an archive to download, and the lines that say how to open it."""

from __future__ import annotations

import io
import zipfile

from rnnlib.course.authoring.units import Unit

DAY = (1980, 1, 1, 0, 0, 0)
"""The date of all files in an archive: the same course makes the same site."""


def commands(unit: Unit, address: str) -> str:
    """What one types to open a unit; `address` is that of the course's repository, or empty.

    >>> from pathlib import Path
    >>> print(commands(Unit("05_lstm", Path()), "https://example.org/course"))
    pip install "rnnlib[student] @ git+https://example.org/course"
    jupyter lab 05_lstm.ipynb
    """
    source = address or "ADDRESS-OF-THE-COURSE"
    return f'pip install "rnnlib[student] @ git+{source}"\njupyter lab {unit.name}.ipynb'


def opening(unit: Unit, address: str) -> str:
    """How to work through a unit, for its page: where its archive is, and what to type."""
    ask = "" if address else " Ask who teaches the course for its address."
    return (
        f":::{{admonition}} Work through it\n:class: work\n"
        "This page is for reading. To write the functions, with checks and hints: "
        f"{{download}}`download the unit <../downloads/{unit.name}.zip>`, unpack it, and type in "
        f"its folder\n\n```text\n{commands(unit, address)}\n```\n{ask}\n:::"
    )


def archive(unit: Unit, address: str) -> bytes:
    """A unit's folder as students get it, with the lines that open it, as a zip file."""
    folder = unit.release.parent
    files = {
        f"{unit.name}/{path.relative_to(folder).as_posix()}": path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    }
    lines = commands(unit, address).replace("\n", "\n    ")
    ask = "" if address else "\n(Ask who teaches the course for its address.)\n"
    words = f"A unit of the course on recurrent neural networks. In this folder:\n\n    {lines}\n"
    files[f"{unit.name}/README.txt"] = f"{words}{ask}".encode()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, content in files.items():
            packed.writestr(zipfile.ZipInfo(name, DAY), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
