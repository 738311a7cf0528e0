"""Which names a cell takes from the cells before it, and which it binds whatever happens in it.

`rnnlib.course.cell_names` says which names stand in a cell. Here their order counts: a cell that
says ``rng = np.random.default_rng(0)`` and then uses `rng` takes none from an earlier cell.
Wherever the order is not plain, a name counts as taken, and not as bound.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass

FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
COMPREHENSIONS = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
LOOPS = ast.For | ast.AsyncFor
WITH = ast.With | ast.AsyncWith
PARTLY_RUN = ast.While | ast.Match | ast.BoolOp | ast.IfExp


@dataclass(frozen=True)
class Flow:
    """The names that a cell takes from before, and those that it has bound at its end for sure."""

    taken: frozenset[str]
    bound: frozenset[str]


def name_flow(tree: ast.Module) -> Flow:
    """How names flow through a cell.

    Parameters
    ----------
    tree : ast.Module
        The cell, without magics.
    """
    reader = _Reader()
    reader._all(tree.body)
    return Flow(frozenset(reader.taken), frozenset(reader.bound))


class _Reader:
    """Goes through code in the order in which it runs."""

    def __init__(self, bound: Iterable[str] = ()):
        self.bound, self.taken = set(bound), set()

    def see(self, node: ast.AST | None) -> None:
        """Note what a statement or an expression takes, then what it binds."""
        if isinstance(node, ast.Name):
            self._name(node)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr):
            self.see(node.value)
            for target in getattr(node, "targets", None) or [node.target]:
                self.see(target)
        elif isinstance(node, ast.AugAssign):
            if isinstance(node.target, ast.Name):
                self.taken |= {node.target.id} - self.bound
            self._all([node.value, node.target])
        elif isinstance(node, ast.Import | ast.ImportFrom):
            self.bound |= {(a.asname or a.name).split(".")[0] for a in node.names} - {"*"}
        elif isinstance(node, FUNCTIONS):
            self._function(node)
        elif isinstance(node, ast.ClassDef):
            self._all([*node.decorator_list, *node.bases, *node.keywords])
            self._perhaps(node.body)
            self.bound.add(node.name)
        elif isinstance(node, COMPREHENSIONS):
            self._comprehension(node)
        elif isinstance(node, LOOPS):
            self.see(node.iter)
            self._perhaps([node.target, *node.body])
            self._perhaps(node.orelse)
        elif isinstance(node, ast.If):
            self.see(node.test)
            ways = [self._perhaps(node.body), self._perhaps(node.orelse)]
            self.bound |= ways[0] & ways[1]
        elif isinstance(node, WITH):  # some hide errors, and then not all of the body has run
            self._perhaps([*node.items, *node.body])
        elif isinstance(node, ast.Try):
            for part in (node.body, *node.handlers, node.orelse, node.finalbody):
                self._perhaps(part if isinstance(part, list) else [part])
        elif isinstance(node, PARTLY_RUN):
            self._perhaps(ast.iter_child_nodes(node))
        elif node is not None:
            self._all(ast.iter_child_nodes(node))

    def _name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.taken |= {node.id} - self.bound
        elif isinstance(node.ctx, ast.Store):
            self.bound.add(node.id)
        else:
            self.bound.discard(node.id)

    def _all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.see(node)

    def _perhaps(self, nodes: Iterable[ast.AST]) -> set[str]:
        """Note what is taken in code that may not run; return what is bound where it does."""
        inner = _Reader(self.bound)
        inner._all(nodes)
        self.taken |= inner.taken
        self.bound -= self.bound - inner.bound  # what it deletes
        return inner.bound

    def _function(self, node: ast.AST) -> None:
        """Its defaults now; its body whenever it is called, perhaps at once."""
        self._all(getattr(node, "decorator_list", []))
        arguments = node.args
        self._all([*arguments.defaults, *(d for d in arguments.kw_defaults if d is not None)])
        own = {a.arg for a in ast.walk(arguments) if isinstance(a, ast.arg)}
        name = getattr(node, "name", None)
        inner = _Reader(self.bound | own | ({name} if name else set()))
        inner._all(node.body if isinstance(node.body, list) else [node.body])
        self.taken |= inner.taken
        if name:
            self.bound.add(name)

    def _comprehension(self, node: ast.AST) -> None:
        inner = _Reader(self.bound)
        for generator in node.generators:
            inner._all([generator.iter, generator.target, *generator.ifs])
        inner._all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self.taken |= inner.taken
