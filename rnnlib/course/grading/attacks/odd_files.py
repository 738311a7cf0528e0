"""Attacks by the file itself: links, pipes, names, and notebooks that are bombs."""

from __future__ import annotations

import json
import os

from nbformat.v4 import new_code_cell

from rnnlib.course.grading.attacks.base import EVERYTHING, HASTE, STEP, Hostile, attack


@attack("grader", refused=True)
def deep_json(s: Hostile):
    """Hands in a million brackets, one in the other."""
    s.text = b'{"cells": ' + b"[" * 1_000_000 + b"]" * 1_000_000 + b"}"


@attack("grader", refused=True)
def wide_json(s: Hostile):
    """Hands in sixteen megabytes of empty lists, which fill half a gigabyte when they are read."""
    s.text = b'{"cells": [' + b"[]," * 5_000_000 + b"[]]}"


@attack("grader")
def odd_numbers(s: Hostile):
    """Uses numbers of a million digits, NaN and infinities as format, count and points."""
    raw = json.loads(json.dumps(s.notebook))
    raw["nbformat_minor"] = 5
    raw["metadata"]["x"] = "NUMBER"
    raw["cells"][0]["execution_count"] = "NUMBER"
    raw["cells"][1]["metadata"]["nbgrader"]["points"] = "NUMBER"
    s.text = json.dumps(raw).replace('"NUMBER"', "9" * 1_000_000, 1).encode()
    s.text = s.text.replace(b'"NUMBER"', b"NaN", 1).replace(b'"NUMBER"', b"1e999", 1)


@attack("grader")
def odd_characters(s: Hostile):
    """Uses half surrogate pairs, null characters and marks that turn text around."""
    s.begin('print("\\ud800 \\x00 \\u202e olleh")\nraise ValueError("\\udfff\\x00")')
    s.say("half a pair: \ud800, and \x00 and \u202e olleh")
    s.also(STEP, 's = "\ud83d"  # \x00 \u202e')
    s.text = json.dumps(s.notebook).encode()


@attack("grader", refused=True)
def too_many_cells(s: Hostile):
    """Hands in a hundred thousand cells."""
    cell = json.dumps(new_code_cell("x = 1", id="x"))
    head = json.dumps(s.notebook).replace('"cells": [', '"cells": [' + (cell + ",") * 100_000)
    s.text = head.encode()


@attack("grader", costs=EVERYTHING, settings=HASTE)
def source_that_parses_slowly(s: Hostile):
    """Fills a cell with thousands of lines of IPython's magic, looked for again after each."""
    s.begin("pass\n" + "x = !ls\ny = %who\nfoo?\n" * 2_000)


@attack("grader", costs=EVERYTHING, settings=HASTE)
def source_that_breaks_parsers(s: Hostile):
    """Nests brackets, attributes, signs and sums so deeply that a parser could crash."""
    for number, text in enumerate(
        (
            "(" * 90_000,
            "x = " + "-" * 90_000 + "1",
            "x = " + "1+" * 90_000 + "1",
            "x = a" + ".b" * 90_000,
            "x = a" + "[0]" * 90_000,
            "x = " + "lambda: " * 20_000 + "0",
            "".join(" " * k + "if 1:\n" for k in range(99)) + " " * 99 + "pass",
            "x = f'{" + "f'{" * 500,
            "\\\n" * 200_000,
        )
    ):
        s.notebook.cells.insert(1, new_code_cell(text, id=f"deep-{number}"))


@attack("grader", costs=EVERYTHING)
def near_copies(s: Hostile):
    """Hands in dozens of cells that nearly look like marked cells, for whoever compares them."""
    text = s.cell("grade-rnn-step").source * 12
    for number in range(60):
        cell = new_code_cell(text[: 1_500 + number] + f"# {number}", id=f"near-{number}")
        s.notebook.cells.append(cell)


@attack("grader")
def slow_patterns(s: Hostile):
    """Fills text cells with what makes patterns try for long: dollars, ticks, brackets, spaces."""
    for text in ("$" * 60_000, "`" * 60_000 + "$", "[" * 60_000, "<" + " " * 60_000, "&" * 60_000):
        s.say(text + "x")
    s.say("$a " * 20_000)
    s.say("**a" * 20_000)


@attack("others", refused=True)
def link_to_the_solutions(s: Hostile):
    """Leaves links to the solutions, the gradebook and somebody else's work in the folder."""

    def place(folder):
        (folder / "data").mkdir()
        (folder / "data" / "s.txt").symlink_to(s.course / "solutions")
        (folder / "g.db").symlink_to(s.course / "gradebook.db")
        (folder / "anna").symlink_to(s.course / "submitted" / "anna")

    s.place = place


@attack("others", refused=True)
def notebook_is_a_link(s: Hostile):
    """Hands in a link to the instructor's notebook in place of its own."""

    def place(folder):
        (notebook,) = folder.glob("*.ipynb")
        notebook.unlink()
        notebook.symlink_to(s.course / "solutions" / folder.name / notebook.name)

    s.place = place


@attack("others", refused=True)
def folder_is_a_link(s: Hostile):
    """Hands in a link to the folder of somebody else."""

    def place(folder):
        for path in folder.iterdir():
            path.unlink()
        folder.rmdir()
        folder.symlink_to(s.course / "submitted" / "anna" / folder.name)

    s.place = place


@attack("others", refused=True)
def timestamp_is_a_link(s: Hostile):
    """Makes the file with the time of handing in a link to a device that never ends."""
    s.place = lambda folder: (folder / "timestamp.txt").symlink_to("/dev/zero")


@attack("grader", refused=True)
def timestamp_is_a_pipe(s: Hostile):
    """Makes the file with the time of handing in a pipe: who reads it waits forever."""
    s.place = lambda folder: os.mkfifo(folder / "timestamp.txt")


@attack("grader")
def timestamp_is_no_time(s: Hostile):
    """Writes a number beyond all dates where the time of handing in is read."""
    s.files["timestamp.txt"] = b"9" * 40


@attack("grader")
def modules_beside_the_notebook(s: Hostile):
    """Hands in files that bear the names of modules that the grader's kernels load."""
    evil = b"import os\nopen('/tmp/rnnlib_attack', 'w')\nos._exit(1)\n"
    names = "ipykernel_launcher sitecustomize usercustomize numpy zmq rnnlib json nbgrader random"
    s.files |= {f"{name}.py": evil for name in names.split()}
    s.files |= {"nbgrader_config.py": evil, "jupyter_config.py": evil, "x.pth": b"import os"}


@attack("grader")
def odd_file_names(s: Hostile):
    """Hands in files with names that commands and pages could take for something else."""
    names = ["-rf", "$(touch rnnlib_attack)", "<img src=x onerror=alert(1)>.txt", "a\nb", "..."]
    s.files |= {name: b"x" for name in names}
