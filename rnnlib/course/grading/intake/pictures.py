"""The pictures that a notebook held when it was handed in: all that is kept of its outputs.

Cells on which no mark depends are not run when a notebook is graded; what they drew for the student
is shown as it was handed in. Whether a picture is one is looked at where outputs are made harmless.
"""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode

from rnnlib.course.grading.limits import PICTURE_CHARACTERS, PICTURES_CHARACTERS

KIND = "image/png"


def pictures_of(outputs: object) -> list[dict]:
    """Those among a cell's raw outputs, as valid outputs of today's format."""
    found = []
    for output in outputs if isinstance(outputs, list) else ():
        data = output.get("data") if isinstance(output, Mapping) else None
        picture = data.get(KIND) if isinstance(data, Mapping) else None
        if isinstance(picture, list) and all(isinstance(line, str) for line in picture):
            picture = "".join(picture)
        if not isinstance(picture, str) or not picture.isascii():
            continue
        if len(picture) > PICTURE_CHARACTERS:
            continue
        metadata = output.get("metadata")
        about = metadata.get(KIND) if isinstance(metadata, Mapping) else None
        alt = about.get("alt") if isinstance(about, Mapping) else None
        kept = {KIND: {"alt": alt}} if isinstance(alt, str) and alt.isprintable() else {}
        found.append({"output_type": "display_data", "data": {KIND: picture}, "metadata": kept})
    return found


def take_pictures(notebook: NotebookNode) -> dict[str, list]:
    """Take them out of a notebook: by the cell's id, not too many in all."""
    left, taken = PICTURES_CHARACTERS, {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or not cell.outputs:
            continue
        size = sum(len(output.data[KIND]) for output in cell.outputs)
        if size <= left:
            left -= size
            taken[cell.id] = cell.outputs
        cell.outputs = []
    return taken
