"""Mending what happens to notebooks in students' hands, before nbgrader looks at them."""

from __future__ import annotations

from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor


class RepairCells(NbGraderPreprocessor):
    """Drops what is left of copied cells and puts deleted marked cells back.

    Runs after nbgrader's DeduplicateIds, which empties the metadata of a copied cell but leaves it
    there, so that the whole batch stops at it. Without its marked cell an exercise would get no
    mark at all, where it may deserve full marks. (nbgrader's own `add_missing_cells` stops with a
    KeyError when the cell before the missing one is missing too.)
    """

    def preprocess(self, nb, resources):
        """Mend one notebook."""
        for cell in nb.cells:
            if cell.metadata.get("nbgrader") == {}:
                del cell.metadata["nbgrader"]
        about = resources["nbgrader"]
        with Gradebook(about["db_url"]) as gradebook:
            source = gradebook.find_notebook(about["notebook"], about["assignment"])
            names = [cell.name for cell in source.source_cells]
            sources = {cell.name: cell for cell in source.source_cells}
            for graded in source.grade_cells:
                place = _index_of(nb, graded.name)
                if place is None:
                    cell = _marked_cell(sources[graded.name], graded.max_score)
                    nb.cells.insert(_place_after(nb, names, graded.name), cell)
                    self.log.warning("The marked cell %s was missing; put back.", graded.name)
        return nb, resources


def _index_of(nb, name: str) -> int | None:
    for index, cell in enumerate(nb.cells):
        if cell.metadata.get("nbgrader", {}).get("grade_id") == name:
            return index
    return None


def _place_after(nb, names: list[str], name: str) -> int:
    """The place behind the nearest earlier cell that is there; else the end."""
    for earlier in reversed(names[: names.index(name)]):
        index = _index_of(nb, earlier)
        if index is not None:
            return index + 1
    return len(nb.cells)


def _marked_cell(source, points: float):
    return new_code_cell(
        source.source,
        metadata={
            "nbgrader": {
                "cell_type": source.cell_type,
                "checksum": source.checksum,
                "grade": True,
                "grade_id": source.name,
                "locked": source.locked,
                "points": points,
                "schema_version": 3,
                "solution": False,
                "task": False,
            }
        },
    )
