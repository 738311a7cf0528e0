"""Which line of a function writes into an argument, read from its text."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator

CHANGING = {
    *("append", "extend", "insert", "pop", "popleft", "remove", "clear", "update", "setdefault"),
    *("sort", "reverse", "fill", "put", "resize", "partition", "itemset", "shuffle"),
}
"""Methods that change what they are called on, and functions that change what they are given."""


def line_that_writes(function: Callable, names: tuple[str, ...]) -> str | None:
    """The first line that writes into one of the arguments `names`, or into a part of one.

    Other names for an argument are followed: ``dh, dc = dstate``, ``for dh in dhs``. None where the
    text is not to be had, or no line is seen to do it.

    >>> def scaled(x, factor):
    ...     y = x
    ...     y *= factor
    ...     return y
    >>> line_that_writes(scaled, ("x",))
    'y *= factor'
    """
    try:
        source = textwrap.dedent(inspect.getsource(function))
        tree = ast.parse(source)
    except (OSError, TypeError, SyntaxError, ValueError, IndentationError, RecursionError):
        return None
    aliases = _aliases(tree, set(names))
    lines = source.splitlines()
    for node in sorted(_writes(tree), key=lambda node: node.lineno):
        if _root(_target(node)) in aliases:
            return lines[node.lineno - 1].strip()
    return None


def _aliases(tree: ast.AST, names: set[str]) -> set[str]:
    """The names, and those that are given to them or to their parts without a copy."""
    found, before = set(names), -1
    while before != len(found):
        before = len(found)
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign):
                pairs = [(target, node.value) for target in node.targets]
            elif isinstance(node, ast.For | ast.comprehension):
                pairs = [(node.target, node.iter)]
            else:
                continue
            for target, value in pairs:
                found |= _given(target, value, found)
    return found


def _given(target: ast.expr, value: ast.expr, known: set[str]) -> set[str]:
    """The names in `target` that stand for something known, or for a part of it."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        pairs = zip(target.elts, value.elts, strict=False)
        return set().union(*(_given(t, v, known) for t, v in pairs))
    # In `a[0] = x` nothing new is named: numbers are copied into `a`.
    names = {node.id for node in ast.walk(target) if isinstance(node, ast.Name)}
    if not isinstance(target, ast.Name | ast.Tuple | ast.List):
        return set()
    called = isinstance(value, ast.Call) and isinstance(value.func, ast.Name)
    if called and value.func.id in ("zip", "enumerate", "reversed", "list", "iter", "next"):
        sources = value.args
    else:
        sources = [value]
    return names if any(_root(source) in known for source in sources) else set()


def _writes(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AugAssign):
            yield node
        elif isinstance(node, ast.Assign):
            if any(isinstance(t, ast.Subscript | ast.Attribute) for t in node.targets):
                yield node
        elif isinstance(node, ast.Call):
            out = any(keyword.arg == "out" for keyword in node.keywords)
            if out or getattr(node.func, "attr", "") in CHANGING or _name(node.func) == "at":
                yield node


def _target(node: ast.AST) -> ast.expr:
    """What a writing statement writes into."""
    if isinstance(node, ast.AugAssign):
        return node.target
    if isinstance(node, ast.Assign):
        return next(t for t in node.targets if isinstance(t, ast.Subscript | ast.Attribute))
    for keyword in node.keywords:
        if keyword.arg == "out":
            return keyword.value
    module = _root(node.func) in ("np", "numpy", "rng", "random")
    return node.args[0] if module and node.args else node.func


def _name(node: ast.expr) -> str:
    return getattr(node, "attr", "")


def _root(node: ast.AST) -> str | None:
    """The name at the beginning of ``a.b[c].d``; None where a copy or another value stands."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
        node = node.value
    return node.id if isinstance(node, ast.Name) else None
