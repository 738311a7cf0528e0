"""The changes that make a mutant: each finds its places in a syntax tree and changes one."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

Change = tuple[str, ast.AST]
"""What was changed, in a word, and the node that takes the place of the old one."""


@dataclass(frozen=True)
class Mutant:
    """A right version with one change: what was changed, in which line, and the whole source."""

    change: str
    line: int
    source: str


def mutants(source: str, draw: Callable[[list], list] | None = None) -> Iterator[Mutant]:
    """Every mutant of a function's source, in the order of its lines; no two are alike.

    Parameters
    ----------
    source : str
        A cell that defines one function or several.
    draw : callable, optional
        Draws some of a list: only those changes are made.
    """
    tree = ast.parse(source)
    seen = {ast.dump(tree)}
    changes = [
        (node, change, new, getattr(node, "lineno", 1))
        for node in ast.walk(tree)
        for change, new in _changes_of(node, tree)
    ]
    parents = _parents(tree)
    for old, change, new, line in changes if draw is None else draw(changes):
        _replace(parents, old, new)
        try:
            if (found := ast.dump(tree)) in seen:
                continue
            seen.add(found)
            text = ast.unparse(tree) + "\n"
            ast.parse(text)
        except (SyntaxError, ValueError):  # such as `del` with nothing after it
            continue
        finally:
            _replace(parents, old, old)
        yield Mutant(change, line, text)


# --- which changes a node allows ----------------------------------------------------------------

BINARY = {
    ast.Add: (ast.Sub, ast.Mult),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Add, ast.Div),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.FloorDiv: (ast.Div,),
    ast.Mod: (ast.FloorDiv,),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.BitAnd: (ast.BitOr,),
    ast.BitOr: (ast.BitAnd,),
}
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt, ast.GtE),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
FUNCTIONS = {
    "tanh": ("tan", "sin"),
    "exp": ("expm1",),
    "log": ("log1p",),
    "sum": ("mean", "max"),
    "mean": ("sum", "max"),
    "max": ("min", "sum"),
    "min": ("max",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "zeros": ("ones",),
    "ones": ("zeros",),
    "zeros_like": ("ones_like",),
    "ones_like": ("zeros_like",),
    "sqrt": ("abs",),
    "abs": ("square",),
    "square": ("abs",),
    "vstack": ("hstack",),
    "hstack": ("vstack",),
    "all": ("any",),
    "any": ("all",),
    "cumsum": ("cumprod",),
    "floor": ("ceil",),
    "std": ("var",),
}


def _binary(node: ast.BinOp, tree) -> Iterator[Change]:
    for other in BINARY.get(type(node.op), ()):
        yield "operator", ast.BinOp(node.left, other(), node.right)
    if isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.BitAnd):
        yield "term left out", node.left
        if isinstance(node.op, ast.Add | ast.Mult):
            yield "term left out", node.right
    if isinstance(node.op, ast.Sub | ast.Div | ast.Pow | ast.MatMult):
        yield "operands exchanged", ast.BinOp(node.right, node.op, node.left)
    if isinstance(node.op, ast.MatMult):
        yield "transposed", ast.BinOp(_transposed(node.left), node.op, node.right)
        yield "transposed", ast.BinOp(node.left, node.op, _transposed(node.right))


def _augmented(node: ast.AugAssign, tree) -> Iterator[Change]:
    yield "overwritten instead of added", ast.Assign([node.target], node.value, lineno=1)
    for other in BINARY.get(type(node.op), ())[:1]:
        yield "operator", ast.AugAssign(node.target, other(), node.value)


def _compare(node: ast.Compare, tree) -> Iterator[Change]:
    if len(node.ops) == 1:
        for other in COMPARISONS.get(type(node.ops[0]), ()):
            yield "comparison", ast.Compare(node.left, [other()], node.comparators)


def _constant(node: ast.Constant, tree) -> Iterator[Change]:
    value = node.value
    if isinstance(value, bool):
        yield "constant", ast.Constant(not value)
    elif isinstance(value, int):
        for other in (value + 1, value - 1):
            yield "off by one", ast.Constant(other)
    elif isinstance(value, float):
        yield "constant", ast.Constant(2 * value)
        yield "constant", ast.Constant(-value)


def _unary(node: ast.UnaryOp, tree) -> Iterator[Change]:
    yield "sign or `not` left out", node.operand


def _subscript(node: ast.Subscript, tree) -> Iterator[Change]:
    index = node.slice
    if isinstance(index, ast.Name):
        for sign in (ast.Add, ast.Sub):
            moved = ast.BinOp(index, sign(), ast.Constant(1))
            yield "index off by one", ast.Subscript(node.value, moved, node.ctx)
    elif isinstance(index, ast.Slice):
        for change in _slices(index):
            yield "slice", ast.Subscript(node.value, change, node.ctx)


def _slices(index: ast.Slice) -> Iterator[ast.Slice]:
    if index.lower is not None:
        yield ast.Slice(None, index.upper, index.step)
    if index.upper is not None:
        yield ast.Slice(index.lower, None, index.step)
    if index.step is not None:
        yield ast.Slice(index.lower, index.upper, None)


def _attribute(node: ast.Attribute, tree) -> Iterator[Change]:
    if node.attr == "T":
        yield "transpose left out", node.value
    for other in FUNCTIONS.get(node.attr, ()):
        yield "function", ast.Attribute(node.value, other, node.ctx)
    others = _fields(tree).get(ast.unparse(node.value), ())
    if node.attr in others and isinstance(node.ctx, ast.Load):
        for other in others:
            if other != node.attr:
                yield "field", ast.Attribute(node.value, other, node.ctx)


def _call(node: ast.Call, tree) -> Iterator[Change]:
    if len(node.args) > 1:
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        yield "arguments exchanged", ast.Call(node.func, swapped, node.keywords)
    for k, keyword in enumerate(node.keywords):
        without = [*node.keywords[:k], *node.keywords[k + 1 :]]
        yield f"`{keyword.arg}` left out", ast.Call(node.func, node.args, without)
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant | ast.UnaryOp):
            for other in (0, 1, 2):
                if ast.unparse(keyword.value) == str(other):
                    continue
                changed = [*without, ast.keyword("axis", ast.Constant(other))]
                yield "axis", ast.Call(node.func, node.args, changed)
    name = ast.unparse(node.func)
    if name == "reversed" and node.args:
        yield "not reversed", node.args[0]
    if name in ("range", "enumerate") and node.args:
        if name == "range":
            yield "first left out", _range(node, first=True)
            yield "last left out", _range(node, first=False)
        yield (
            "reversed",
            ast.Call(
                ast.Name("reversed", ast.Load()),
                [ast.Call(ast.Name("list", ast.Load()), [node], [])],
                [],
            ),
        )
    if isinstance(node.func, ast.Attribute) and node.func.attr in ("copy", "reshape", "astype"):
        yield f"`{node.func.attr}` left out", node.func.value


def _range(node: ast.Call, *, first: bool) -> ast.Call:
    """The same range without its first or its last number."""
    inner = ast.Call(ast.Name("list", ast.Load()), [node], [])
    cut = ast.Slice(ast.Constant(1), None) if first else ast.Slice(None, ast.Constant(-1))
    return ast.Subscript(inner, cut, ast.Load())


def _name(node: ast.Name, tree) -> Iterator[Change]:
    if not isinstance(node.ctx, ast.Load):
        return
    names = _local_names(tree)
    if node.id in names and len(names) > 1:  # all others would be most of the mutants
        other = names[names.index(node.id) - 1]
        yield "name", ast.Name(other, node.ctx)


def _tuple(node: ast.Tuple, tree) -> Iterator[Change]:
    if len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
        yield "exchanged", ast.Tuple([node.elts[1], node.elts[0], *node.elts[2:]], node.ctx)


def _if_expression(node: ast.IfExp, tree) -> Iterator[Change]:
    yield "branch", node.body
    yield "branch", node.orelse


def _statement(node: ast.stmt, tree) -> Iterator[Change]:
    if isinstance(node, ast.Assign | ast.AugAssign | ast.Expr | ast.If | ast.For):
        yield "line left out", ast.Pass()
    if isinstance(node, ast.If):
        yield "condition left out", ast.If(ast.Constant(True), node.body, node.orelse)
    if isinstance(node, ast.Continue):
        yield "break for continue", ast.Break()
    if isinstance(node, ast.Break):
        yield "continue for break", ast.Continue()


def _transposed(node: ast.AST) -> ast.AST:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return node.value
    return ast.Attribute(node, "T", ast.Load())


CHANGES: dict[type, tuple[Callable[[ast.AST, ast.AST], Iterator[Change]], ...]] = {
    ast.BinOp: (_binary,),
    ast.AugAssign: (_augmented, _statement),
    ast.Compare: (_compare,),
    ast.Constant: (_constant,),
    ast.UnaryOp: (_unary,),
    ast.Subscript: (_subscript,),
    ast.Attribute: (_attribute,),
    ast.Call: (_call,),
    ast.Name: (_name,),
    ast.Tuple: (_tuple,),
    ast.IfExp: (_if_expression,),
    ast.Assign: (_statement,),
    ast.Expr: (_statement,),
    ast.If: (_statement,),
    ast.For: (_statement,),
    ast.Continue: (_statement,),
    ast.Break: (_statement,),
}


def _changes_of(node: ast.AST, tree: ast.AST) -> Iterator[Change]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    for change in CHANGES.get(type(node), ()):
        yield from change(node, tree)


# --- the tree -----------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _local_names(tree: ast.AST) -> list[str]:
    """The names that the answer's functions bind: arguments and variables."""
    bound = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            bound[node.arg] = None
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound[node.id] = None
    return list(bound)


@lru_cache(maxsize=1)
def _fields(tree: ast.AST) -> dict[str, list[str]]:
    """For each expression with a dot after it, the fields that the answer reads of it."""
    found: dict[str, dict[str, None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            if node.value.id in _local_names(tree):
                found.setdefault(ast.unparse(node.value), {})[node.attr] = None
    return {owner: list(fields) for owner, fields in found.items()}


def _parents(tree: ast.AST) -> dict[int, tuple[ast.AST, str, int | None]]:
    """Where each node hangs: its parent, the parent's field, and the place in a list."""
    found = {}
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if isinstance(value, ast.AST):
                found[id(value)] = (parent, field, None)
            elif isinstance(value, list):
                for k, part in enumerate(value):
                    if isinstance(part, ast.AST):
                        found[id(part)] = (parent, field, k)
    return found


def _replace(parents, old: ast.AST, new: ast.AST) -> None:
    parent, field, place = parents[id(old)]
    if place is None:
        setattr(parent, field, new)
    else:
        getattr(parent, field)[place] = new
