"""One hostile submission from the grammar: a folder, a notebook, what its kernel says.

All of it follows from two numbers, the seed and the case's own: a case that broke something can be
made again.
"""

from __future__ import annotations

import base64
import copy
import io
import json
import os
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from rnnlib.course.grading.attacks import grammar as g

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(60)).decode()
MIMES = (
    "text/plain text/html text/markdown text/latex image/png image/jpeg image/gif image/svg+xml "
    "application/javascript application/json application/pdf text/x-unknown application/vnd.jupyter."
    "widget-view+json application/vnd.rnnlib.report+json text/html;x TEXT/HTML image/svg"
).split()
METADATA = (
    "nbgrader rnnlib tags jupyter kernelspec language_info widgets title authors collapsed editable "
    "deletable name trusted slideshow scrolled format raw_mimetype grade_id points grade solution locked "
    "schema_version checksum cell_type task source_hidden outputs_hidden signature orig_nbformat"
).split()


@dataclass
class MadeUp:
    """One case.

    Attributes
    ----------
    number : int
    student : str
        The name of its folder, as `os.fsdecode` has it.
    notebook : bytes
    name : str
        What the notebook's file is called.
    files : dict
        Beside it, by path: bytes, or "link", "pipe", "folder", "hard link".
    """

    number: int
    seed: int
    student: str
    notebook: bytes
    name: str
    files: dict[str, bytes | str] = field(default_factory=dict)

    def random(self, what: str) -> Random:
        """A source of random numbers for what is made later, such as outputs."""
        return Random(f"{self.seed} {self.number} {what}")

    def place(self, root: Path, unit: str) -> Path:
        """Put it into ``submitted/``; what the disk refuses is left out."""
        folder = root / "submitted" / self.student / unit
        folder.mkdir(parents=True)
        (folder / self.name).write_bytes(self.notebook)
        for path, what in self.files.items():
            target = folder / path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                if isinstance(what, bytes):
                    target.write_bytes(what)
                elif what == "pipe":
                    os.mkfifo(target)
                elif what == "folder":
                    target.mkdir()
                elif what == "hard link":
                    os.link(folder / self.name, target)
                else:
                    target.symlink_to(what)
            except (OSError, ValueError):
                continue
        return folder


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
    plain = r.random() < 0.8
    student = f"s{number}" if plain else _with_number(g.name(r), number)
    data = _notebook(r, released)
    name = f"{unit}.ipynb" if r.random() < 0.85 else r.choice((g.name(r), f"{unit} (1).ipynb"))
    files = {}
    if r.random() < 0.4:
        for _ in range(r.randint(1, 4)):
            path = "/".join(g.name(r) for _ in range(r.choice((1, 1, 1, 2, 9))))
            files[path] = _file(r, released, unit)
    if r.random() < 0.1:
        files[f"{unit}.progress.jsonl"] = "\n".join(_dumped(r, _log_line(r, unit)) for _ in range(9)).encode(
            "utf-8", "surrogatepass"
        )
    if r.random() < 0.1:
        files["timestamp.txt"] = g.text(r).encode("utf-8", "surrogatepass")
    if r.random() < 0.05:
        data, name = _zipped(r, data, unit), r.choice(("a.zip", "A.ZIP", f"{unit}.zip"))
    return MadeUp(number, seed, student, data, name, files)


def messages(r: Random) -> list[dict]:
    """What a kernel may say while a cell runs, signed with its key: anything."""
    count = r.choice((0, 1, 1, 2, 3, 3, 20, 700 if r.random() < 0.05 else 4))
    return [_message(r) for _ in range(count)]


def reason(r: Random) -> str:
    """What a student's function may raise or be called."""
    return r.choice((g.text, g.odd, g.html, g.formula, g.link, g.long))(r)


def _message(r: Random) -> dict:
    kind = r.choice(
        "stream stream error display_data display_data display_data execute_result clear_output "
        "update_display_data status comm_open odd".split()
    )
    content = {
        "stream": lambda: {"name": r.choice(("stdout", "stderr", "stdout", g.odd(r))), "text": _shown(r)},
        "error": lambda: {
            "ename": r.choice(("NameError", g.text(r))),
            "evalue": r.choice(("name 'rnn_step' is not defined", g.text(r))),
            "traceback": [_shown(r) for _ in range(r.choice((0, 1, 3, 60)))],
        },
        "clear_output": lambda: {"wait": r.random() < 0.5},
    }.get(kind, lambda: _bundle(r))()
    if r.random() < 0.15:
        content[r.choice([*content, "data", "name"])] = g.junk(r)
    if kind == "status":
        content["execution_state"] = r.choice(("busy", g.odd(r)))
    return {"msg_type": kind, "content": content}


def _bundle(r: Random) -> dict:
    data = {}
    for _ in range(r.randint(1, 3)):
        kind = r.choice((*MIMES, "text/html", "text/html", "image/png", g.odd(r)))
        if kind.startswith("image/") and r.random() < 0.5:
            data[kind] = r.choice((PNG, PNG + g.odd(r), f'{PNG}"><img src=x onerror={g.RUN}>', [PNG]))
        else:
            data[kind] = r.choice((_shown(r), [_shown(r), g.odd(r)], g.junk(r)))
    about = r.choice(({}, {"image/png": {"alt": g.text(r), "width": g.odd(r)}}, {g.odd(r): g.junk(r)}))
    return {"data": data, "metadata": about, "transient": r.choice(({}, {"display_id": "a"}, g.junk(r)))}


def _shown(r: Random) -> str:
    if r.random() < 0.05:
        return g.html(r) * r.choice((20, 400))
    return r.choice((g.text, g.html, g.html, g.odd, g.long, g.markdown))(r)


def _notebook(r: Random, released: dict) -> bytes:
    raw = copy.deepcopy(released)
    cells = raw["cells"]
    for _ in range(r.randint(0, 6)):
        kind = r.choice(("markdown", "markdown", "code", "raw"))
        make = g.code if kind == "code" else g.markdown
        cell = {"cell_type": kind, "id": r.choice((f"x{r.randint(0, 9)}", g.odd(r))), "metadata": {}, "source": make(r)}
        if kind == "code":
            cell |= {"outputs": [_output(r) for _ in range(r.choice((0, 1, 3)))], "execution_count": 1}
        cells.insert(r.randint(0, len(cells)), cell)
    for cell in r.sample(cells, r.randint(0, 3)):
        if r.random() < 0.5 and isinstance(cell.get("source"), str):
            cell["source"] += "\n" + (g.code if cell["cell_type"] == "code" else g.markdown)(r)
        else:
            cell["metadata"][r.choice((*METADATA, g.odd(r)))] = g.junk(r)
    for _ in range(r.choice((0, 0, 0, 1, 2, 8))):
        _damage(r, raw)
    for _ in range(r.choice((0, 0, 0, 1, 3))):
        cells = raw.get("cells")
        if isinstance(cells, list) and cells:
            twin = copy.deepcopy(r.choice(cells))
            cells.insert(r.randint(0, len(cells)), twin)
            if r.random() < 0.5:
                cells.remove(r.choice(cells))
    return _written(r, raw)


def _written(r: Random, raw: dict) -> bytes:
    text = _dumped(r, raw)
    way = r.random()
    if way < 0.9:
        return text.encode("utf-8", "surrogatepass" if r.random() < 0.5 else "replace")
    data = text.encode(r.choice(("utf-8-sig", "utf-16", "utf-32", "cp1252", "latin-1")), "replace")
    if way < 0.93:
        place = r.randrange(len(data))
        data = data[:place] + bytes(r.randrange(256) for _ in range(r.randint(0, 4))) + data[place + r.randint(0, 3) :]
    elif way < 0.95:
        data = data[: r.randrange(len(data))]
    elif way < 0.96:
        data = r.choice((b"PK\x03\x04", b"\x1f\x8b", b"%PDF", b"<<<<<<< a\n", b"<html>", b"", b"[]", b"5")) + data[:9]
    return data


def _dumped(r: Random, raw: object) -> str:
    text = json.dumps(raw, ensure_ascii=r.random() < 0.5)
    if r.random() < 0.05:  # a key that is there twice
        text = text.replace('"metadata":', '"metadata": 5, "metadata":', 1)
    return text


def _damage(r: Random, raw: object) -> None:
    """Put something of the wrong type somewhere, or take something away."""
    here = raw
    for _ in range(r.choice((0, 2, 2, 3, 3, 4, 5, 6))):
        places = list(here) if isinstance(here, dict) else range(len(here))
        if not places:
            return
        place = r.choice(list(places))
        inside = here[place]
        if not isinstance(inside, dict | list) or not inside or r.random() < 0.1:
            break
        here = inside
    places = list(here) if isinstance(here, dict) else list(range(len(here)))
    if not places:
        return
    place, what = r.choice(places), r.random()
    if what < 0.6:
        here[place] = g.junk(r)
    elif what < 0.8:
        del here[place]
    elif isinstance(here, dict):
        here[r.choice((*METADATA, g.odd(r)))] = g.junk(r)
    else:
        here.insert(place, g.junk(r))


def _output(r: Random) -> object:
    if r.random() < 0.2:
        return g.junk(r)
    return {"output_type": r.choice(("display_data", "error", g.odd(r)))} | _bundle(r)


def _log_line(r: Random, unit: str) -> object:
    line = {"unit": unit, "exercise": "rnn_step", "state": r.choice(("right", g.odd(r))), "mistakes": [g.text(r)]}
    line["time"] = r.choice(("2026-01-01T00:00:00", g.junk(r)))
    return r.choice((line, line | {g.odd(r): g.junk(r)}, g.junk(r)))


def _file(r: Random, released: dict, unit: str) -> bytes | str:
    if r.random() < 0.15:
        return r.choice(("pipe", "folder", "hard link", "/etc/passwd", "..", g.name(r)))
    makers = (g.text, g.code, g.odd, lambda r: "", lambda r: "PK\x03\x04" + g.odd(r))
    if r.random() < 0.2:
        return _notebook(r, released)
    return r.choice(makers)(r).encode("utf-8", "surrogatepass")


def _zipped(r: Random, data: bytes, unit: str) -> bytes:
    file = io.BytesIO()
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with zipfile.ZipFile(file, "w", r.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
            names = [f"{unit}.ipynb", f"a/{unit}.ipynb", "../x.ipynb", "/etc/x", "a/../../b", "__MACOSX/._x", ""]
            for name in r.sample(names, r.randint(1, 4)) + [g.name(r) for _ in range(r.randint(0, 3))]:
                name = name.encode("utf-8", "replace").decode() or "x"
                about = zipfile.ZipInfo(name)
                about.external_attr = r.choice((0, 0o120777 << 16, 0o644 << 16, 0o10644 << 16))
                archive.writestr(about, r.choice((data, b"", b"/etc/passwd")))
    return file.getvalue()


def _with_number(name: str, number: int) -> str:
    """A name of its own for each case, which still begins as it did."""
    tail = f"_{number}" if number % 3 else f" {number}"
    data = os.fsencode(name)
    return os.fsdecode(data[: 255 - len(tail)] + tail.encode()) if number % 5 else os.fsdecode(data)
