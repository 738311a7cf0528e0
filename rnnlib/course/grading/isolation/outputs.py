"""What a kernel says of a cell, collected as the outputs of a notebook: valid, and not too much."""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

from rnnlib.course.grading.intake.tidy import valid_text
from rnnlib.course.grading.limits import (
    CELL_OUTPUT_BYTES,
    CELL_OUTPUTS,
    ERROR_CHARACTERS,
    ERROR_LINE_CHARACTERS,
    ERROR_LINES,
)

LEFT_OUT = "... the rest of this cell's output is left out\n"


class Collector:
    """The outputs of one cell, as nbformat has them, cut where they are too long."""

    def __init__(self, silent: bool, room: int = CELL_OUTPUT_BYTES):
        self.silent, self.room = silent, room
        self.outputs: list[NotebookNode] = []
        self.status = "ok"
        self.size = 0
        self._by_id: dict[str, NotebookNode] = {}
        self._clear = self._full = False

    def take(self, message: dict) -> bool:
        """Take one message; whether it says that the cell is done."""
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            return content.get("execution_state") == "idle"
        self.size += len(str(content))
        if kind == "error":
            self.status = "error" if self.status == "ok" else self.status
        if self.silent or self._full:
            return False
        if kind == "error":
            self._clear_if_asked()
            self.outputs.append(_cut_error(content))
        elif self.size > self.room or len(self.outputs) >= CELL_OUTPUTS:
            self._full = True
            self.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=LEFT_OUT))
        elif kind == "clear_output":
            self._clear = bool(content.get("wait"))
            if not self._clear:
                self.outputs.clear()
        elif kind == "stream":
            self._stream(content)
        elif kind in ("display_data", "execute_result", "update_display_data"):
            self._display(kind, content)
        return False

    def _stream(self, content: dict) -> None:
        self._clear_if_asked()
        name, text = content.get("name"), valid_text(str(content.get("text", "")))
        last = self.outputs[-1] if self.outputs else None
        if last and last.output_type == "stream" and last.name == name:
            last.text += text
        elif name in ("stdout", "stderr"):
            self.outputs.append(nbformat.v4.new_output("stream", name=name, text=text))

    def _display(self, kind: str, content: dict) -> None:
        transient = content.get("transient")
        place = str(transient.get("display_id")) if isinstance(transient, dict) else None
        data, metadata = _plain(content.get("data")), _plain(content.get("metadata"))
        if not isinstance(data, dict) or not isinstance(metadata, dict):
            return
        if kind == "update_display_data":
            if place in self._by_id:
                self._by_id[place].update(data=data, metadata=metadata)
            return
        self._clear_if_asked()
        more = {"execution_count": None} if kind == "execute_result" else {}
        output = NotebookNode(output_type=kind, data=data, metadata=metadata, **more)
        try:
            nbformat.v4.nbbase.validate(output, kind)
        except nbformat.ValidationError:
            return
        self.outputs.append(output)
        if place:
            self._by_id[place] = output

    def _clear_if_asked(self) -> None:
        if self._clear:
            self.outputs.clear()
            self._clear = False


def _plain(value):
    """Data from a message, as a notebook can hold them: valid texts, dicts with texts as keys."""
    if isinstance(value, str):
        return valid_text(value)
    if isinstance(value, dict):
        return NotebookNode({valid_text(str(key)): _plain(item) for key, item in value.items()})
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _cut_error(content: dict) -> NotebookNode:
    """An error, with no more of its message than a reader would take."""
    lines = content.get("traceback")
    lines = (
        [valid_text(str(line))[:ERROR_LINE_CHARACTERS] for line in lines[-ERROR_LINES:]]
        if isinstance(lines, list)
        else []
    )
    name, value = (
        valid_text(str(content.get(part, "")))[:ERROR_CHARACTERS] for part in ("ename", "evalue")
    )
    return nbformat.v4.new_output("error", ename=name, evalue=value, traceback=lines)
