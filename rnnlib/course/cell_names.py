"""The names that a notebook's cell binds and uses, found by reading it."""

from __future__ import annotations

import ast
import re
import symtable
from dataclasses import dataclass
from functools import lru_cache

from IPython.core.inputtransformer2 import TransformerManager

WORD = re.compile(r"[^\W\d]\w*")
DEFINED = re.compile(r"^(?:def +(\w+)|class +(\w+)|(\w+) *=[^=])", re.MULTILINE)
MAGIC = re.compile(r"^[ \t]*[%!?,;/]|=[ \t]*[%!]|\?[ \t]*$", re.MULTILINE)
MOST_MAGIC, LONGEST = 30, 100_000
"""What is parsed: IPython reads a whole cell again after each line of its own."""
BLANKS, MOST_BLANKS = re.compile(r"(?<=\S)[ \t\f]{20,}"), 10**6
"""Before a character that is no Python, IPython's tokenizer takes the square of so many blanks."""


@dataclass(frozen=True)
class Names:
    """The names that a cell binds at its top level and those that it uses anywhere."""

    bound: frozenset[str]
    used: frozenset[str]


@lru_cache(maxsize=4096)
def names_in(source: str) -> Names:
    """The names in a cell, which may hold IPython's magics or not even parse."""
    blanks = sum(len(run) ** 2 for run in BLANKS.findall(source))
    magics = len(MAGIC.findall(source))
    if len(source) > LONGEST or blanks > MOST_BLANKS or magics > MOST_MAGIC:
        return _roughly(source)
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
        _leave_out_unreached(tree)
        code = ast.unparse(_SameOnEveryPython().visit(tree))
        table = symtable.symtable(code, "<cell>", "exec")
    except SyntaxError:
        return Names(frozenset(), frozenset())  # nothing of it will run
    except (ValueError, RecursionError, MemoryError, SystemError):
        # SystemError: the tokenizer of Python 3.12 and 3.13 at half surrogate pairs.
        return _roughly(source)
    bound: set[str] = set()
    used: set[str] = set()
    _collect(table, bound, used, outermost=True)
    return Names(frozenset(bound), frozenset(used))


def _leave_out_unreached(tree: ast.Module) -> None:
    """Drop what stands after a `raise`: the last line of an unwritten answer."""
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
