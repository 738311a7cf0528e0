"""Reading what a student handed in, whatever state it is in.

What cannot be read is told in a sentence that says what to do, never in a traceback.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import warnings

import nbformat
from nbformat import NotebookNode

from rnnlib.course.grading.intake.names import shown
from rnnlib.course.grading.intake.tidy import Unreadable, tidy

_NO_NOTEBOOK = "is not a notebook that can be read"
_BEGINNINGS = {
    b"PK\x03\x04": "it is a ZIP archive. Unpack it",
    b"\x1f\x8b": "it is a compressed file. Unpack it",
    b"%PDF": "it is a PDF. Ask for the notebook",
    b"<<<<<<<": "it holds the marks of a merge that was not finished. Ask for a clean one",
    b"<": "it is a web page. Ask for the notebook itself",
}


def read_notebook(data: bytes, unit: str) -> tuple[NotebookNode, list[str]]:
    """A notebook from the bytes that were handed in; what is damaged is mended where it can be.

    Returns
    -------
    notebook : NotebookNode
        Valid, in today's format; see `rnnlib.course.grading.intake.tidy`.
    repairs : list of str
        A sentence for each thing that was mended.

    Raises
    ------
    Unreadable
        When it is no notebook, or another unit's.
    """
    name = f"{unit}.ipynb"
    try:
        with _quiet():
            text, repairs = _decoded(data, name)
            raw, odd = _parsed(text, name)
            _check_unit(raw, unit)
            notebook, mended = tidy(raw, name)
            nbformat.validate(notebook)
    except Unreadable:
        raise
    except RecursionError:
        raise Unreadable(f"{name} {_NO_NOTEBOOK}: it is nested too deeply.") from None
    except Exception as error:  # whatever else somebody may think of: a person must look
        raise Unreadable(f"{name} {_NO_NOTEBOOK}: {type(error).__name__}.") from None
    return notebook, repairs + odd + mended


def _decoded(data: bytes, name: str) -> tuple[str, list[str]]:
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable(f"{name} {_NO_NOTEBOOK}: it is empty. Ask for it again.")
    encoding = json.detect_encoding(data)
    repairs = []
    if encoding == "utf-8-sig":
        repairs.append(f"{name} began with a byte order mark; it was left out.")
    elif encoding != "utf-8":
        repairs.append(f"{name} was stored as {encoding.upper()}, not as UTF-8.")
    try:
        return data.decode(encoding), repairs
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
        return text, [f"{name} was not stored as UTF-8; it was read as Windows-1252."]


def _parsed(text: str, name: str) -> tuple[object, list[str]]:
    """The JSON; what are no numbers there (NaN, 1e999) becomes null, in outputs as a rule."""
    odd = []

    def number(digits: str) -> float | int | None:
        value = float(digits) if len(digits) < 400 else math.inf
        if not math.isfinite(value):
            odd.append(digits)
            return None
        return int(digits) if digits.lstrip("-").isdigit() else value

    try:
        raw = json.loads(
            text, parse_constant=odd.append, parse_float=number, parse_int=number, strict=False
        )
    except json.JSONDecodeError as error:
        raise Unreadable(f"{name} {_NO_NOTEBOOK}: {_why_no_json(text, error)}.") from None
    return raw, [f"{name} held numbers that JSON does not have, such as NaN."] if odd else []


def _why_no_json(text: str, error: json.JSONDecodeError) -> str:
    start = text.lstrip()[:10].encode("utf-8", "replace")
    for beginning, what in _BEGINNINGS.items():
        if start.startswith(beginning):
            return what
    if "\n<<<<<<<" in text and "\n>>>>>>>" in text:
        return _BEGINNINGS[b"<<<<<<<"]
    if start.startswith(b"{") and error.pos >= len(text.rstrip()) - 1:
        return "it ends in the middle. Ask for it again"
    if start.startswith(b"{") and error.msg.startswith("Unterminated string"):
        return "it ends in the middle. Ask for it again"
    return f"it is damaged at line {error.lineno}, column {error.colno}. Ask for it again"


def _check_unit(raw: object, unit: str) -> None:
    with contextlib.suppress(KeyError, TypeError, IndexError):
        said = raw["metadata"]["rnnlib"]["unit"]
        if isinstance(said, str) and said != unit:
            raise Unreadable(
                f"{unit}.ipynb is the notebook of the unit {shown(said)}: ask for the right one."
            )


@contextlib.contextmanager
def _quiet():
    """Without nbformat's warnings and log."""
    log = logging.getLogger("traitlets")
    before = log.disabled
    log.disabled = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before
