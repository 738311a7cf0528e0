"""Which cells of a submission run where, and which need not run at all.

A marked cell runs in the trusted kernel. Cells that students wrote or changed run in theirs. Of the
cells that were given out, those run that define a name which the student's cells use, directly or
through others: the set-up, helpers. Experiments and figures earn no marks and are left out.
"""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode

WORD = re.compile(r"[^\W\d]\w*")
DEFINED = re.compile(r"^(?:def +(\w+)|class +(\w+)|(\w+) *=[^=])", re.MULTILINE)
BUILTINS = frozenset(dir(builtins))

MAGIC = re.compile(r"^\s*[%!?,;/]|=\s*[%!]|\?\s*$", re.MULTILINE)
MOST_MAGIC, LONGEST = 30, 100_000
"""What is parsed: IPython reads a whole cell again after each line of its own."""

MARKED, RUN, LEFT_OUT = "marked", "run", "left out"


@dataclass(frozen=True)
class Names:
    """The names that a cell binds at its top level and those that it uses anywhere."""

    bound: frozenset[str]
    used: frozenset[str]


@lru_cache(maxsize=4096)
def names_in(source: str) -> Names:
    """The names in a cell, which may hold IPython's magics or not even parse."""
    if len(source) > LONGEST or len(MAGIC.findall(source)) > MOST_MAGIC:
        return _roughly(source)
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
        _leave_out_unreached(tree)
        code = ast.unparse(_SameOnEveryPython().visit(tree))
        table = symtable.symtable(code, "<cell>", "exec")
    except SyntaxError:
        return Names(frozenset(), frozenset())  # nothing of it will run
    except (ValueError, RecursionError, MemoryError):
        return _roughly(source)
    bound: set[str] = set()
    used: set[str] = set()
    _collect(table, bound, used, outermost=True)
    return Names(frozenset(bound), frozenset(used))


def _leave_out_unreached(tree: ast.Module) -> None:
    """Drop what stands behind a `raise`: the last line of an unwritten answer."""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        for place, statement in enumerate(body if isinstance(body, list) else []):
            if isinstance(statement, ast.Raise | ast.Return):
                del body[place + 1 :]
                break


class _SameOnEveryPython(ast.NodeTransformer):
    """Writes a cell so that `symtable` finds the same names in it on every version.

    Since Python 3.12 a comprehension has no table of its own, and its variables look like names of
    the cell; a generator expression still has one, and the same names. An f-string becomes a tuple:
    3.11 cannot write every f-string back. ``x += 1`` needs x, which `symtable` does not say.
    """

    def visit_ListComp(self, node):
        return self.generic_visit(ast.GeneratorExp(node.elt, node.generators))

    visit_SetComp = visit_ListComp

    def visit_DictComp(self, node):
        pair = ast.Tuple([node.key, node.value], ast.Load())
        return self.generic_visit(ast.GeneratorExp(pair, node.generators))

    def visit_JoinedStr(self, node):
        return self.generic_visit(ast.Tuple(node.values, ast.Load()))

    def visit_FormattedValue(self, node):
        parts = [node.value, node.format_spec] if node.format_spec else [node.value]
        return self.generic_visit(ast.Tuple(parts, ast.Load()))

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not isinstance(node.target, ast.Name):
            return node
        before = ast.Name(node.target.id, ast.Load())
        return ast.Assign([node.target], ast.BinOp(before, node.op, node.value), lineno=0)


def _roughly(source: str) -> Names:
    """The names in a cell that is not parsed."""
    found = {name for groups in DEFINED.findall(source) for name in groups if name}
    return Names(frozenset(found), frozenset(WORD.findall(source)))


def _collect(table: symtable.SymbolTable, bound: set, used: set, *, outermost: bool) -> None:
    for symbol in table.get_symbols():
        if outermost or symbol.is_global():
            if symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace():
                bound.add(symbol.get_name())
            if symbol.is_referenced():
                used.add(symbol.get_name())
    for child in table.get_children():
        _collect(child, bound, used, outermost=False)


def plan(notebook: NotebookNode, given: Iterable[str], *, everything: bool = False) -> list[str]:
    """For each cell of the notebook: `MARKED`, `RUN`, `LEFT_OUT`, or "" for what is no code.

    Parameters
    ----------
    notebook : NotebookNode
    given : iterable of str
        The sources of the cells that were given out.
    everything : bool
        Leave no cell out.
    """
    given = set(given)
    kinds, needed = [], set()
    for cell in notebook.cells:
        if cell.cell_type != "code":
            kinds.append("")
        elif is_marked(cell):
            kinds.append(MARKED)
        elif everything or is_solution(cell) or cell.source not in given:
            kinds.append(RUN)
            needed |= names_in(cell.source).used
        else:
            kinds.append(LEFT_OUT)
    grown = True
    while grown:
        grown = False
        for place, cell in enumerate(notebook.cells):
            if kinds[place] == LEFT_OUT and names_in(cell.source).bound & needed:
                kinds[place] = RUN
                needed |= names_in(cell.source).used
                grown = True
    return kinds


def left_out_names(notebook: NotebookNode, kinds: list[str]) -> set[str]:
    """The names that only cells that were left out define."""
    found: set[str] = set()
    for cell, kind in zip(notebook.cells, kinds, strict=True):
        if kind == LEFT_OUT:
            found |= names_in(cell.source).bound
    return found


def is_marked(cell: NotebookNode) -> bool:
    """Whether a cell holds the grader's own tests."""
    about = cell.metadata.get("nbgrader", {})
    return bool(about.get("grade")) and not about.get("solution")


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell is one that students write."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def wanted(source: str, locked: Iterable[str], answers: Iterable[str]) -> tuple[list, list]:
    """What a marked cell needs: names from the student, and locked cells to run beside it.

    Parameters
    ----------
    source : str
        The marked cell.
    locked : iterable of str
        The sources of the cells that students cannot change: they are run in the trusted kernel.
    answers : iterable of str
        The sources of the cells in which students write, as the instructor solved them.
    """
    names = names_in(source)
    free = names.used - names.bound
    theirs = set().union(*(names_in(answer).bound for answer in answers), set())
    beside = [
        cell
        for cell in locked
        if (names_in(cell).bound - theirs) & (free - theirs)  # it brings something that is missing
    ]
    brought = set().union(*(names_in(cell).bound for cell in beside), set())
    fetched = {n for n in free if n in theirs or (n not in brought and n not in BUILTINS)}
    return sorted(fetched), beside
