"""Any JSON that was meant as a notebook, made into a valid one.

nbformat reads what is nearly right, logs a complaint, and fails later, in somebody else's hands.
Here the notebook is built anew from the few things that grading needs: each cell's kind, text, id
and metadata. Outputs are left out, but for pictures: they are made again when the notebook is
graded, and those that were handed in may be forged.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping

from nbformat import NotebookNode
from nbformat.notebooknode import from_dict

from rnnlib.course.grading.intake.pictures import pictures_of
from rnnlib.course.grading.limits import NOTEBOOK_CELLS, NOTEBOOK_CHARACTERS

KINDS = ("code", "markdown", "raw")
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}

_CELL_KEYS = {"id", "cell_type", "metadata", "source", "outputs", "execution_count"}
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_TAG = re.compile(r"[^,\n]+")
_SURROGATE = re.compile("[\ud800-\udfff]")
_SAID = {
    "strays": "{} in the list of cells could not be read as a cell and was left out",
    "kind": "{} had a kind that notebooks do not have",
    "source": "{} had no text, or something else in its place",
    "newlines": "{} had the line ends of Windows or of an old Mac",
    "characters": "{} had characters that do not exist",
    "metadata": "{} had no metadata, or damaged ones",
    "outputs": "{} had no outputs or no execution count, not even empty ones",
    "keys": "{} had fields that do not belong in a cell",
    "id": "{} had no id; one was given",
    "twins": "{} had the id of another cell; a new one was given",
}


class Unreadable(Exception):
    """What was handed in cannot be graded; the message says why, and what a person can do."""


def tidy(raw: object, name: str = "The notebook") -> tuple[NotebookNode, list[str]]:
    """Build a valid notebook, in today's format, from what a file held.

    Parameters
    ----------
    raw : object
        Parsed JSON, or a notebook that nbformat has read. It is not changed.
    name : str
        What the sentences call the notebook.

    Returns
    -------
    notebook : NotebookNode
        Passes ``nbformat.validate``. Of its metadata only the kernel is kept, of its outputs only
        pictures.
    repairs : list of str
        A sentence for each thing that was mended. None for a valid notebook.

    Raises
    ------
    Unreadable
        When there are no cells in it, or far too many.
    """
    if not isinstance(raw, Mapping):
        raise Unreadable(f"{name} is not a notebook, but other data: ask for the right file.")
    found = _raw_cells(raw, name)
    repairs, current = _about_version(raw, name)
    counts: Counter[str] = Counter()
    cells = []
    for cell in found:
        if isinstance(cell, Mapping):
            cells.append(_cell(cell, counts if current else Counter(), counts))
        else:
            counts["strays"] += 1
    if not cells:
        raise Unreadable(f"{name} has no cells: ask for the notebook that was worked in.")
    if sum(len(cell.source) for cell in cells) > NOTEBOOK_CHARACTERS:
        raise Unreadable(
            f"{name} holds more than {NOTEBOOK_CHARACTERS:,} characters of text: "
            "ask for a notebook without the data that were pasted into it."
        )
    _give_ids(cells, counts if current else Counter())
    metadata = raw.get("metadata")
    if not isinstance(metadata, Mapping) or not isinstance(metadata.get("kernelspec"), Mapping):
        repairs.append(f"{name} did not name its kernel; Python 3 was put in.")
    if current and set(raw) - {"cells", "metadata", "nbformat", "nbformat_minor"}:
        repairs.append(f"{name} had fields that do not belong in a notebook; they were left out.")
    for what, sentence in _SAID.items():
        if counts[what]:
            unit = "thing" if what == "strays" else "cell"
            amount = f"{counts[what]} {unit}" + "s" * (counts[what] > 1)
            repairs.append(f"{name}: {sentence.format(amount)}.")
    notebook = {
        "cells": cells,
        "metadata": {"kernelspec": dict(KERNEL), "language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return from_dict(notebook), repairs


def valid_text(text: str) -> str:
    """The same text, with what UTF-8 cannot hold (half a surrogate pair) replaced."""
    if not _SURROGATE.search(text):
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _raw_cells(raw: Mapping, name: str) -> list:
    cells = raw.get("cells")
    if not isinstance(cells, list):
        sheets = raw.get("worksheets")  # formats 2 and 3
        if not isinstance(sheets, list):
            raise Unreadable(
                f"{name} is not a notebook: it has no list of cells. Ask for the right file."
            )
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, Mapping)]
        cells = [cell for found in lists if isinstance(found, list) for cell in found]
    if len(cells) > NOTEBOOK_CELLS:
        raise Unreadable(
            f"{name} has {len(cells):,} cells, more than {NOTEBOOK_CELLS:,}: look at it by hand."
        )
    return cells


def _about_version(raw: Mapping, name: str) -> tuple[list[str], bool]:
    """A sentence where the format is not today's; and whether today's rules hold for it."""
    major, minor = raw.get("nbformat"), raw.get("nbformat_minor")
    if not (isinstance(major, int) and isinstance(minor, int)):
        return [f"{name} did not say which notebook format it has; today's was put in."], True
    if (major, minor) < (4, 5):
        return [f"{name} had an older notebook format; it was brought up to date."], False
    if (major, minor) > (4, 5):
        return [f"{name} had a newer notebook format; it was read as today's."], True
    return [], True


def _cell(raw: Mapping, strict: Counter, counts: Counter) -> NotebookNode:
    """One cell; `counts` counts what was mended, `strict` what is wrong by today's rules only."""
    kind = raw.get("cell_type")
    text = _text(raw, counts)
    if kind == "heading":  # format 3
        level = raw.get("level")
        text = "#" * (level if level in range(1, 7) else 1) + " " + text
        kind = "markdown"
    elif not (isinstance(kind, str) and kind in KINDS):
        counts["kind"] += 1
        kind = "code" if {"outputs", "input", "execution_count"} & set(raw) else "raw"
    cell = NotebookNode(cell_type=kind, id=raw.get("id"), metadata=_metadata(raw, kind, counts))
    cell.source = text
    allowed = _CELL_KEYS
    if kind == "code":
        strict["outputs"] += not {"outputs", "execution_count"} <= set(raw)
        cell.update(execution_count=None, outputs=pictures_of(raw.get("outputs")))
    else:
        allowed = _CELL_KEYS - {"outputs", "execution_count"} | {"attachments"}
        attachments = _attachments(raw.get("attachments"))
        if attachments:
            cell.attachments = attachments
    strict["keys"] += bool(set(raw) - allowed)
    return cell


def _text(raw: Mapping, counts: Counter) -> str:
    text = next((raw[key] for key in ("source", "input", "text") if key in raw), None)
    if isinstance(text, list) and all(isinstance(line, str) for line in text):
        text = "".join(text)
    if not isinstance(text, str):
        counts["source"] += 1
        lines = text if isinstance(text, list) else []
        text = "".join(line for line in lines if isinstance(line, str))
    valid = valid_text(text)
    counts["characters"] += valid != text
    plain = valid.replace("\r\n", "\n").replace("\r", "\n")
    counts["newlines"] += plain != valid
    return plain


def _metadata(raw: Mapping, kind: str, counts: Counter) -> dict:
    """What grading needs of a cell's metadata, and how the cell is shown."""
    found = raw.get("metadata")
    if not isinstance(found, Mapping):
        counts["metadata"] += 1
        return {}
    kept: dict = {}
    nbgrader = found.get("nbgrader")
    if isinstance(nbgrader, Mapping):
        kept["nbgrader"] = {
            valid_text(key): _scalar(value)
            for key, value in nbgrader.items()
            if isinstance(key, str) and _scalar(value) is not None
        }
    counts["metadata"] += "nbgrader" in found and not isinstance(nbgrader, Mapping)
    tags = found.get("tags")
    if isinstance(tags, list):
        texts = [valid_text(tag) for tag in tags if isinstance(tag, str)]
        kept["tags"] = list(dict.fromkeys(tag for tag in texts if _TAG.fullmatch(tag)))
    jupyter = found.get("jupyter")
    if isinstance(jupyter, Mapping):
        kept["jupyter"] = {
            key: jupyter[key]
            for key in ("source_hidden", "outputs_hidden")
            if isinstance(jupyter.get(key), bool) and (kind == "code" or key == "source_hidden")
        }
    for key in ("deletable", "editable"):
        if isinstance(found.get(key), bool):
            kept[key] = found[key]
    return kept


def _scalar(value: object) -> str | int | float | bool | None:
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if isinstance(value, bool | int | float) else None


def _attachments(found: object) -> dict:
    """Pictures that were pasted into a text cell."""
    if not isinstance(found, Mapping):
        return {}
    return {
        valid_text(name): {
            valid_text(mime): valid_text(data)
            for mime, data in bundle.items()
            if isinstance(mime, str) and isinstance(data, str)
        }
        for name, bundle in found.items()
        if isinstance(name, str) and isinstance(bundle, Mapping)
    }


def _give_ids(cells: list[NotebookNode], counts: Counter) -> None:
    """Every cell an id of its own; always the same ones, so that grading can be repeated."""
    used = {cell.id for cell in cells if isinstance(cell.id, str)}
    seen = set()
    for number, cell in enumerate(cells, start=1):
        valid = isinstance(cell.id, str) and _ID.fullmatch(cell.id)
        if valid and cell.id not in seen:
            seen.add(cell.id)
            continue
        counts["twins" if valid else "id"] += 1
        cell.id = free_id(f"cell-{number}", used)
        used.add(cell.id)


def free_id(wanted: str, used: set[str]) -> str:
    """`wanted`, or the first id that begins with it and is not in use."""
    number, free = 1, wanted
    while free in used:
        number += 1
        free = f"{wanted}-{number}"
    return free
