"""One hostile submission from the grammar: a folder, a notebook, what its kernel says.

All of it follows from two numbers, the seed and the case's own: a case that broke something can be
made again.
"""

from __future__ import annotations

import base64
import contextlib
import copy
import io
import json
import os
import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rnnlib.course.grading.attacks import grammar

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
MIMES = """
    text/plain text/html text/html text/html text/markdown text/latex image/png image/png image/jpeg
    image/gif image/svg+xml application/javascript application/json application/pdf text/x-unknown
    application/vnd.jupyter.widget-view+json application/vnd.rnnlib.report+json text/html;x
    TEXT/HTML image/svg
""".split()
METADATA = """
    nbgrader rnnlib tags jupyter kernelspec language_info widgets title authors collapsed editable
    deletable name trusted slideshow scrolled format raw_mimetype grade_id points grade solution
    locked schema_version checksum cell_type task source_hidden outputs_hidden signature
    orig_nbformat
""".split()
KINDS = """
    stream stream error display_data display_data display_data execute_result clear_output
    update_display_data status comm_open odd
""".split()
BEGINNINGS = (b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"<<<<<<< a\n", b"<html>", b"", b"[]", b"5")


@dataclass
class MadeUp:
    """One case.

    Attributes
    ----------
    seed, number : int
    student : str
        The name of its folder, as `os.fsdecode` has it.
    notebook : bytes
    name : str
        What the notebook's file is called.
    files : dict
        Beside it, by path: bytes; or "pipe", "folder", "hard link", or what a link leads to.
    """

    seed: int
    number: int
    student: str
    notebook: bytes
    name: str
    files: dict[str, bytes | str] = field(default_factory=dict)

    def random(self, what: str) -> Random:
        """A source of random numbers for what is made later, such as outputs."""
        return Random(f"{self.seed} {self.number} {what}")

    def place(self, root: Path, unit: str) -> None:
        """Put it into ``submitted/``; what the disk refuses is left out."""
        folder = root / "submitted" / self.student / unit
        folder.mkdir(parents=True)
        (folder / self.name).write_bytes(self.notebook)
        for path, what in self.files.items():
            with contextlib.suppress(OSError, ValueError):
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                _make_file(target, what, folder / self.name)


def made_up(released: dict, unit: str, seed: int, number: int) -> MadeUp:
    """Make a case.

    Parameters
    ----------
    released : dict
        The notebook as students get it, as JSON has it.
    unit : str
    seed, number : int
    """
    r = Random(f"{seed} {number}")
    student = f"s{number}" if r.random() < 0.8 else _with_number(grammar.name(r), number)
    data, name, files = _notebook(r, released), f"{unit}.ipynb", {}
    if r.random() < 0.1:
        name = r.choice((grammar.name(r), f"{unit} (1).ipynb"))
    if r.random() < 0.4:
        for _ in range(r.randint(1, 4)):
            path = "/".join(grammar.name(r) for _ in range(r.choice((1, 1, 1, 2, 9))))
            files[path] = _file(r, released)
    if r.random() < 0.1:
        lines = "\n".join(json.dumps(_log_line(r, unit)) for _ in range(9))
        files[f"{unit}.progress.jsonl"] = lines.encode()
    if r.random() < 0.1:
        files["timestamp.txt"] = grammar.text(r).encode("utf-8", "surrogatepass")
    if r.random() < 0.05:
        data, name = _zipped(r, data, unit), r.choice(("a.zip", "A.ZIP", f"{unit}.zip"))
    return MadeUp(seed, number, student, data, name, files)


def messages(r: Random) -> list[dict]:
    """What a kernel may say while a cell runs, signed with its key: anything."""
    count = r.choice((0, 1, 1, 2, 3, 3, 20, 700 if r.random() < 0.05 else 4))
    return [_message(r) for _ in range(count)]


def reason(r: Random) -> str:
    """What a student's function may raise, or be called."""
    makers = (grammar.text, grammar.odd, grammar.html, grammar.formula, grammar.link, grammar.long)
    return r.choice(makers)(r)


def _message(r: Random) -> dict:
    kind = r.choice(KINDS)
    if kind == "stream":
        name = r.choice(("stdout", "stdout", "stderr", grammar.odd(r)))
        content = {"name": name, "text": _shown(r)}
    elif kind == "error":
        content = {
            "ename": r.choice(("NameError", grammar.text(r))),
            "evalue": r.choice(("name 'rnn_step' is not defined", grammar.text(r))),
            "traceback": [_shown(r) for _ in range(r.choice((0, 1, 3, 60)))],
        }
    elif kind in ("clear_output", "status"):
        content = {"wait": r.random() < 0.5, "execution_state": r.choice(("busy", grammar.odd(r)))}
    else:
        content = _bundle(r)
    if r.random() < 0.15:
        content[r.choice([*content])] = grammar.junk(r)
    return {"msg_type": kind, "content": content}


def _bundle(r: Random) -> dict:
    data = {}
    for _ in range(r.randint(1, 3)):
        kind = r.choice(MIMES) if r.random() < 0.9 else grammar.odd(r)
        if kind.startswith("image/") and r.random() < 0.5:
            escape = f'{PNG}"><img src=x onerror={grammar.RUN}>'
            data[kind] = r.choice((PNG, PNG + grammar.odd(r), escape, [PNG]))
        else:
            data[kind] = r.choice((_shown(r), [_shown(r), grammar.odd(r)], grammar.junk(r)))
    sizes = {"alt": grammar.text(r), "width": grammar.odd(r)}
    return {
        "data": data,
        "metadata": r.choice(({}, {"image/png": sizes}, {grammar.odd(r): grammar.junk(r)})),
        "transient": r.choice(({}, {"display_id": "a"}, grammar.junk(r))),
    }


def _shown(r: Random) -> str:
    if r.random() < 0.05:
        return grammar.html(r) * r.choice((20, 400))
    makers = (grammar.text, grammar.html, grammar.html, grammar.odd, grammar.long, grammar.markdown)
    return r.choice(makers)(r)


def _notebook(r: Random, released: dict) -> bytes:
    raw = copy.deepcopy(released)
    cells = raw["cells"]
    for _ in range(r.randint(0, 6)):
        cells.insert(r.randint(0, len(cells)), _own_cell(r))
    for cell in r.sample(cells, r.randint(0, 3)):
        if r.random() < 0.5:
            cell["source"] = _joined(cell["source"]) + "\n" + _source(r, cell["cell_type"])
        else:
            cell["metadata"][r.choice((*METADATA, grammar.odd(r)))] = grammar.junk(r)
    for _ in range(r.choice((0, 0, 0, 1, 2, 8))):
        _damage(r, raw)
    cells = raw.get("cells")
    for _ in range(r.choice((0, 0, 0, 1, 3))):
        if isinstance(cells, list) and cells:
            cells.insert(r.randint(0, len(cells)), copy.deepcopy(r.choice(cells)))
            if r.random() < 0.5:
                cells.remove(r.choice(cells))
    return _written(r, raw)


def _own_cell(r: Random) -> dict:
    kind = r.choice(("markdown", "markdown", "code", "raw"))
    name = r.choice((f"x{r.randint(0, 9)}", grammar.odd(r)))
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": _source(r, kind)}
    if kind == "code":
        cell |= {"execution_count": 1, "outputs": [_output(r) for _ in range(r.choice((0, 1, 3)))]}
    return cell


def _source(r: Random, kind: str) -> str:
    return (grammar.code if kind == "code" else grammar.markdown)(r)


def _joined(source: str | list[str]) -> str:
    return source if isinstance(source, str) else "".join(source)


def _written(r: Random, raw: dict) -> bytes:
    text = json.dumps(raw, ensure_ascii=r.random() < 0.5)
    if r.random() < 0.05:  # a key that is there twice
        text = text.replace('"metadata":', '"metadata": 5, "metadata":', 1)
    data, way = text.encode("utf-8", r.choice(("surrogatepass", "replace"))), r.random()
    place = r.randrange(len(data))
    if way < 0.03:
        data = text.encode(r.choice(("utf-8-sig", "utf-16", "utf-32", "cp1252")), "replace")
    elif way < 0.06:
        data = data[:place] + r.randbytes(r.randint(0, 4)) + data[place + r.randint(0, 3) :]
    elif way < 0.08:
        data = data[:place]
    elif way < 0.09:
        data = r.choice(BEGINNINGS) + data[:9]
    return data


def _damage(r: Random, raw: object) -> None:
    """Put something of the wrong type somewhere, or take something away."""
    here, place = raw, None
    for _ in range(r.choice((1, 2, 2, 3, 3, 4, 5, 6))):
        places = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not places:
            return
        place = r.choice(places)
        if not isinstance(here[place], dict | list) or not here[place]:
            break
        above, here = here, here[place]
    else:
        here = above
    what = r.random()
    if what < 0.6:
        here[place] = grammar.junk(r)
    elif what < 0.8:
        del here[place]
    elif isinstance(here, dict):
        here[r.choice((*METADATA, grammar.odd(r)))] = grammar.junk(r)
    else:
        here.insert(place, grammar.junk(r))


def _output(r: Random) -> object:
    if r.random() < 0.2:
        return grammar.junk(r)
    return {"output_type": r.choice(("display_data", "error", grammar.odd(r)))} | _bundle(r)


def _log_line(r: Random, unit: str) -> object:
    line = {
        "unit": unit,
        "exercise": "rnn_step",
        "state": r.choice(("right", grammar.odd(r))),
        "mistakes": [grammar.text(r)],
        "time": r.choice(("2026-01-01T00:00:00", grammar.junk(r))),
    }
    return r.choice((line, line | {grammar.odd(r): grammar.junk(r)}, grammar.junk(r)))


def _file(r: Random, released: dict) -> bytes | str:
    if r.random() < 0.15:
        return r.choice(("pipe", "folder", "hard link", "/etc/passwd", "..", grammar.name(r)))
    if r.random() < 0.2:
        return _notebook(r, released)
    text = r.choice((grammar.text, grammar.code, grammar.odd, lambda r: ""))(r)
    return text.encode("utf-8", "surrogatepass")


def _make_file(target: Path, what: bytes | str, notebook: Path) -> None:
    if isinstance(what, bytes):
        target.write_bytes(what)
    elif what == "pipe":
        os.mkfifo(target)
    elif what == "folder":
        target.mkdir()
    elif what == "hard link":
        os.link(notebook, target)
    else:
        target.symlink_to(what)


def _zipped(r: Random, data: bytes, unit: str) -> bytes:
    names = [
        f"{unit}.ipynb",
        f"a/{unit}.ipynb",
        "../x.ipynb",
        "/etc/x",
        "a/../../b",
        "__MACOSX/._x",
    ]
    names = r.sample(names, r.randint(1, 4)) + [grammar.name(r) for _ in range(r.randint(0, 3))]
    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as archive:
        warnings.simplefilter("ignore")  # a name that is there twice
        for name in names:
            about = zipfile.ZipInfo(name.encode("utf-8", "replace").decode() or "x")
            about.external_attr = r.choice((0, 0o120777 << 16, 0o644 << 16, 0o10644 << 16))
            about.compress_type = r.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            archive.writestr(about, r.choice((data, data, b"", b"/etc/passwd")))
    return file.getvalue()


def _with_number(name: str, number: int) -> str:
    """A name of its own for each case, as a rule, which still begins as it did."""
    tail = ("", f" {number}", f"_{number}", f"+{number}", f".{number}")[number % 5]
    return os.fsdecode(os.fsencode(name)[: 255 - len(tail)] + tail.encode())
