"""Reading one answer for mentions of what it does not need: by its syntax, or by its words.

A name means a module where the answer imports it, or where the notebook does and the answer gives
it no other meaning: a list called `os` is a list.
"""

from __future__ import annotations

import ast
import re
import sys
from inspect import isclass

import rnnlib
from rnnlib.course.checking.guard import PACKAGE, TORCH_RECURRENT, is_free
from rnnlib.course.grading.alarms.source_text import parse
from rnnlib.course.grading.alarms.suspects import (
    FRAMES,
    MODULES,
    NAMES,
    OPERATORS,
    OTHER_LIBRARIES,
    PARTS,
    PLACES,
    TORCH_LAYERS,
)
from rnnlib.course.grading.limits import PARSED_CHARACTERS

MODULE_NAMES = {"np": "numpy", "rnnlib": "rnnlib"} | {
    name: name for name in ("numpy", "IPython", *OTHER_LIBRARIES, *MODULES, *PARTS)
}
SUBMODULES = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
OWN = "\0"
"""Marks the first part of a dotted name that is the student's own variable: no name can hold it."""
DOTTED = re.compile(r"(?<![\w.])[^\W\d]\w*(?:\s*\.\s*\w+)*")
# Bounded: a word and thousands of blanks would be tried in every way.
ASSIGNED = re.compile(
    r"^[ \t]{0,200}(?:for[ \t]{1,20})?(\w[\w, \t]{0,200}?)[ \t]{0,20}(?:=(?!=)|\bin\b)",
    re.MULTILINE,
)
NO_CODE = re.compile(r"#[^\n]*|\"\"\".*?\"\"\"|'''.*?'''|\"[^\"\n]*\"|'[^'\n]*'", re.DOTALL)
HARMLESS_MAGIC = re.compile(r"%%?(?:time|timeit|capture|matplotlib|precision|pdb|prun)\b")
BORROWED = "the library's own code does what the exercise asks for"
ANSWERS = "the course's own answers"
FOR_STUDENTS = ("", "check", "check_answer", "grade", "grade_answer")
"""What notebooks use of `rnnlib.course.checking`."""

PATCHED = "changes a module that everything else uses too"


class Reader:
    """Reads one answer for mentions.

    Attributes
    ----------
    lends : tuple of str
        The modules of `rnnlib` that the exercise lets the answer call.
    own : bool
        Whether it is a cell of the student's own, and no answer.
    found : dict
        The mentions, by (kind of alarm, first part of the name, why it is told); each is a dict of
        what is mentioned, such as ``"os.listdir"``, and the lines in which it is.
    """

    def __init__(self, lends: tuple[str, ...], *, own: bool = False):
        self.lends, self.own = lends, own
        self.found: dict[tuple[str, str, str], dict[str, set[int]]] = {}

    def read(self, source: str) -> None:
        """Note what the answer mentions."""
        if len(source) > PARSED_CHARACTERS:
            why = f"this answer has {len(source):,} characters, many times what is asked for"
            self._note("suspicious", source[:20] + " ...", 1, why)
            source = source[:PARSED_CHARACTERS]
        tree = parse(source)
        if tree is None:
            source = self._without_magic(source)
            tree = parse(source)
        if tree is None:
            self._read_words(source)
        else:
            self._read_tree(tree)

    def _note(self, kind: str, thing: str, line: int, why: str) -> None:
        things = self.found.setdefault((kind, re.split(r"[.(]", thing)[0], why), {})
        things.setdefault(thing, set()).add(line)

    def _without_magic(self, source: str) -> str:
        """The answer without the lines that only IPython understands, which are noted here."""
        lines = source.split("\n")
        for k, line in enumerate(lines):
            start = line.strip()
            if start.startswith(("!", "%")) or re.match(r"[\w, ]+=\s*[!%]", start):
                if not HARMLESS_MAGIC.match(start):
                    self._note("suspicious", start, k + 1, "a command to IPython or the machine")
                lines[k] = line[: len(line) - len(line.lstrip())] + "pass"
            elif start.endswith("?") and "#" not in start and "'" not in start:
                lines[k] = line[: len(line) - len(line.lstrip())] + "pass"
        return "\n".join(lines)

    # --- where it parses

    def _read_tree(self, tree: ast.Module) -> None:
        own, modules = _bound(tree), dict(MODULE_NAMES)
        for name in own:
            modules.pop(name, None)
        docstrings = _docstrings(tree)
        inside: set[int] = set()  # parts of a dotted name that has been looked at as a whole
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for part in node.names:
                    self._import(node, part.name, None, part.asname, modules)
            elif isinstance(node, ast.ImportFrom):
                for part in node.names:
                    module = "." * node.level + (node.module or "")
                    self._import(node, module, part.name, part.asname, modules)
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and id(node) not in inside:
                parts, root = [], node
                while isinstance(root, ast.Attribute):
                    parts.append(root.attr)
                    inside.add(id(root))
                    root = root.value
                inside.add(id(root))
                name = root.id if isinstance(root, ast.Name) else ""
                known = modules.get(name)
                path = [*(known.split(".") if known else [f"{name}{OWN}"]), *reversed(parts)]
                self._path(path, node.lineno, stored=not isinstance(node.ctx, ast.Load))
            elif isinstance(node, ast.Name) and id(node) not in inside and node.id not in own:
                self._name(node, modules)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                if id(node) not in docstrings:
                    self._string(node.value, node.lineno)
            elif isinstance(node, ast.ClassDef):
                self._class(node)
            elif isinstance(node, ast.Call):
                self._patch(node, modules)

    def _import(self, node, module: str, name: str | None, alias: str | None, modules) -> None:
        """Remember what an import binds; importing a function for itself is a mention of it."""
        path = f"{module}.{name}" if name else module
        root = module.split(".")[0]
        modules[alias or name or root] = path if alias or name else root
        if root == "rnnlib" and name == "*":
            self._note("borrowed", "from rnnlib import *", node.lineno, BORROWED)
        elif root in MODULES:
            self._note("suspicious", path, node.lineno, MODULES[root])
        elif name:
            self._path(path.split("."), node.lineno, imported=True)

    def _name(self, node: ast.Name, modules) -> None:
        path = modules.get(node.id, node.id).split(".")
        if node.id in NAMES and isinstance(node.ctx, ast.Load):
            self._note("suspicious", node.id, node.lineno, NAMES[node.id])
        elif node.id == "working":
            self._note("borrowed", "working", node.lineno, BORROWED)
        elif len(path) > 1 or (path == ["rnnlib"] and isinstance(node.ctx, ast.Load)):
            self._path(path, node.lineno)

    def _string(self, text: str, line: int) -> None:
        place = next((place for place in PLACES if place in text), None)
        if text in FRAMES:
            self._note("suspicious", text, line, FRAMES[text])
        elif place:
            self._note("suspicious", place, line, "a place that is no business of an answer")

    def _class(self, node: ast.ClassDef) -> None:
        for part in node.body:
            if isinstance(part, ast.FunctionDef) and part.name in OPERATORS:
                thing = f"{node.name}.{part.name}"
                self._note("suspicious", thing, part.lineno, "changes how values are compared")

    def _patch(self, node: ast.Call, modules) -> None:
        """`setattr(np, ...)`, which changes a module as an assignment does."""
        if isinstance(node.func, ast.Name) and node.func.id in ("setattr", "delattr") and node.args:
            root = node.args[0]
            while isinstance(root, ast.Attribute):
                root = root.value
            if isinstance(root, ast.Name) and root.id in modules:
                thing = f"{node.func.id}({root.id}, ...)"
                self._note("suspicious", thing, node.lineno, PATCHED)

    def _path(self, path: list[str], line: int, *, stored=False, imported=False) -> None:
        """Look at a dotted name, such as ``rnnlib.rnn.rnn_step``, by its parts."""
        root, thing = path[0], ".".join(path).replace(OWN, "")
        frame = next((part for part in path[1:] if part in FRAMES), None)
        if stored and not root.endswith(OWN):
            self._note("suspicious", thing, line, PATCHED)
        elif frame:
            self._note("suspicious", thing, line, FRAMES[frame])
        elif root in OTHER_LIBRARIES:
            whole = TORCH_RECURRENT not in self.lends and TORCH_LAYERS.intersection(path)
            if root not in self.lends or whole:
                self._note("borrowed", thing, line, "the exercise asks to write this by hand")
        elif root in MODULES:
            self._note("suspicious", thing, line, MODULES[root])
        elif root in PARTS and len(path) > 1 and path[1] in PARTS[root]:
            self._note("suspicious", thing, line, PARTS[root][path[1]])
        elif root == "numpy" and "__dict__" in path:
            self._note("suspicious", thing, line, PATCHED)
        elif root == "rnnlib":
            self._rnnlib(path, thing, line, imported)

    def _rnnlib(self, path: list[str], thing: str, line: int, imported: bool) -> None:
        if len(path) == 1:
            self._note("suspicious", thing, line, "the library as a whole is handed on")
            return
        value = getattr(rnnlib, path[1], None)
        module = path[1] if path[1] in SUBMODULES else ""
        if module and imported and not path[2:]:
            return  # the module alone: what is used of it counts
        if module:
            loaded = sys.modules.get(f"rnnlib.{module}")
            value = vars(loaded).get(path[2]) if loaded and path[2:] else None
        elif value is not None:
            module = str(getattr(value, "__module__", "")).removeprefix("rnnlib.")
        if module.startswith("course"):
            part = [*path[2:], ""][0] if path[1] == "course" else module.split(".")[1]
            if part in ("grading", "marks", "authoring", "bench", "cli"):
                self._note("suspicious", thing, line, "the grader's own code")
            elif part == "exercises" and self.own:
                self._note("suspicious", thing, line, ANSWERS)
            elif part == "exercises" or "working" in path[1:]:
                self._note("borrowed", thing, line, BORROWED)
            elif part == "checking" and [*path[3:], ""][0] not in FOR_STUDENTS:
                self._note("suspicious", thing, line, ANSWERS)
        elif "working" in path[1:]:
            self._note("borrowed", thing, line, BORROWED)
        elif module and not is_free(module) and not isclass(value):
            if f"rnnlib.{module}" not in self.lends:
                self._note("borrowed", thing, line, BORROWED)

    # --- where it does not

    def _read_words(self, source: str) -> None:
        """Read a text that does not parse, word by word, without comments and strings."""
        blank = NO_CODE.sub(lambda match: "\n" * match[0].count("\n"), source)
        own = {name for group in ASSIGNED.findall(blank) for name in re.findall(r"\w+", group)}
        line, before = 1, 0
        for match in DOTTED.finditer(blank):
            path = re.sub(r"\s", "", match[0]).split(".")
            line, before = line + blank.count("\n", before, match.start()), match.start()
            if path[0] in own:
                continue  # a variable of their own
            called = blank[match.end() :].lstrip().startswith("(")
            if len(path) > 1:
                root = MODULE_NAMES.get(path[0], path[0] + OWN)
                self._path([*root.split("."), *path[1:]], line)
            elif path[0] in NAMES and called:
                self._note("suspicious", path[0], line, NAMES[path[0]])
            elif path[0] in OTHER_LIBRARIES:
                self._path(path, line)


def _bound(tree: ast.Module) -> set[str]:
    """The names that the answer itself gives a meaning to, otherwise than by an import."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
    return names


def _docstrings(tree: ast.Module) -> set[int]:
    """The strings that stand as statements of their own, docstrings among them."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
