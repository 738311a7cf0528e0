"""The changes that a program makes in a right version, each with a clause that says what it is.

A clause shows an expression only if it is made of names that the notebook uses; other names are
those of the right version, and a student may have none such.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import numpy as np

from rnnlib.course.checking.patterns import arrays_of
from rnnlib.course.checking.slip_places import SIGNS
from rnnlib.course.exercises import Case, Exercise

LONGEST = 32
"""The longest expression that is shown."""

Changed = tuple[str, ast.AST]
"""A clause after "when", and what stands in the place of the old node."""


class OfNumbers(str):
    """A clause that is true of the numbers, whatever the program looks like."""


SIZES = frozenset("TNDHKLV")
GATES = {"gru": {*"rznq"}, "lstm": {*"ifgo"}}
FUNCTIONS = {
    "sum": ("mean", "max"),
    "mean": ("sum",),
    "max": ("min", "mean"),
    "min": ("max",),
    "argmax": ("argmin",),
    "argmin": ("argmax",),
    "maximum": ("minimum",),
    "minimum": ("maximum",),
    "std": ("var",),
    "exp": ("exp2",),
    "tanh": ("sin",),
    "cumsum": ("cumprod",),
    "vstack": ("hstack",),
}
INNER = ("tanh", "exp", "log", "sqrt", "abs", "square", "sigmoid", "softmax", "reversed", "sorted")


class Words:
    """Expressions as text, if they are made of names that stand in the notebook."""

    def __init__(self, exercise: Exercise, case: Case) -> None:
        self.values = dict(zip(exercise.arguments, case.args, strict=False)) | case.options
        parts = [*arrays_of(exercise.arguments, case.args), *exercise.results]
        known = {*self.values, *SIZES, "t", "np"} | {w for p in parts for w in p.split(".")}
        for cell, gates in GATES.items():
            known |= gates if cell in exercise.name else set()
        self.known = known

    def like(self, name: str) -> list[str]:
        """The other arguments that may stand for this one: arrays of its shape, or numbers."""
        kinds = {key: (np.shape(v), type(v)) for key, v in self.values.items() if _is_numeric(v)}
        return [key for key in kinds if key != name and kinds[key] == kinds.get(name)]

    def of(self, node: ast.AST) -> str | None:
        """The expression in backticks; None where it cannot be shown."""
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        text = ast.unparse(node)
        return f"`{text}`" if names and names <= self.known and len(text) <= LONGEST else None


def _is_numeric(value: object) -> bool:
    return isinstance(value, np.ndarray | int | float) and not isinstance(value, bool)


def changes(node, parent, field, said: Words, source: str) -> Iterator[Changed]:
    """The changes of one node, which is the `field` of its parent, in a program's `source`."""
    for kind, made in CHANGES.items():
        if isinstance(node, kind):
            yield from made(node, parent, said)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from _names(node, field, said, source)


def _binary(node: ast.BinOp, parent, said: Words) -> Iterator[Changed]:
    left, right, op = node.left, node.right, node.op
    a, b = said.of(left), said.of(right)

    def other(kind, x=left, y=right):
        return ast.BinOp(x, kind(), y)

    if isinstance(op, ast.Add):
        yield _named(b, "one term of a sum", "is subtracted and not added"), other(ast.Sub)
        yield _named(b, "one term of a sum", "is not added"), left
        yield _named(a, "one term of a sum", "is not added"), right
    elif isinstance(op, ast.Sub):
        taken = "what should be subtracted"
        yield _named(b, taken, "is added and not subtracted"), other(ast.Add)
        yield _named(b, taken, "is left out"), left
        if isinstance(left, ast.Constant):
            yield _named(b, "a number", "stands where 1 minus it belongs"), right
        if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow):
            g = said.of(right.left)
            slope = ast.BinOp(right.left, ast.Mult(), ast.BinOp(left, op, right.left))
            if g:
                yield OfNumbers(f"the slope of a sigmoid is taken of {g}, not of a tanh"), slope
        yield "the two sides of a difference are exchanged", other(ast.Sub, right, left)
    elif isinstance(op, ast.Mult):
        for x, kept, text in ((left, right, a), (right, left, b)):
            if isinstance(x, ast.Constant):
                text = f"`{ast.unparse(x)}`"
            named = text and f"the factor {text}"
            yield _named(named, "one factor", "is left out"), kept
            if not isinstance(x, ast.Constant):
                yield f"{named or 'one factor'} counts twice", other(ast.Mult, node, x)
        yield _named(b, "a factor", "divides and does not multiply"), other(ast.Div)
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
            both = said.of(left.right), b
            named = f"the factors {both[0]} and {both[1]}" if all(both) else None
            yield _named(named, "two factors", "are left out"), left.left
            if ast.unparse(right) == f"1 - {ast.unparse(left.right)}":
                square = ast.BinOp(left.right, ast.Pow(), ast.Constant(2))
                slope = ast.BinOp(ast.Constant(1), ast.Sub(), square)
                clause = f"the slope of a tanh is taken of {both[0]}, not of a sigmoid"
                if both[0]:
                    yield OfNumbers(clause), other(ast.Mult, left.left, slope)
    elif isinstance(op, ast.Div):
        yield _named(b and f"the division by {b}", "a division", "is left out"), left
        yield _named(b, "a number", "multiplies and does not divide"), other(ast.Mult)
        yield "a fraction is upside down", other(ast.Div, right, left)
    elif isinstance(op, ast.Pow) and isinstance(right, ast.Constant):
        what = "root" if right.value == 0.5 else "square"
        yield _named(a and f"the {what} of {a}", f"a {what}", "is left out"), left
    elif isinstance(op, ast.MatMult):
        for x, text, new in ((left, a, lambda y: (y, right)), (right, b, lambda y: (left, y))):
            turned = isinstance(x, ast.Attribute) and x.attr == "T"
            bare = x.value if turned else ast.Attribute(x, "T", ast.Load())
            name = said.of(x.value) if turned else text
            what = "not transposed" if turned else "transposed"
            clause = _named(name, "one matrix of a product", f"is {what}")
            yield clause, other(ast.MatMult, *new(bare))


def _named(name: str | None, otherwise: str, what: str) -> str:
    """A clause about a named expression, which is of the numbers; or one about some place."""
    return OfNumbers(f"{name} {what}") if name else f"{otherwise} {what}"


def _augmented(node: ast.AugAssign, parent, said: Words) -> Iterator[Changed]:
    if isinstance(node.op, ast.Add):
        name = said.of(node.target)
        clause = _named(name, "a sum", "is overwritten at each step and does not add up")
        yield clause, ast.Assign([node.target], node.value)
        yield (
            "a part is subtracted and not added",
            ast.AugAssign(node.target, ast.Sub(), node.value),
        )


def _compared(node: ast.Compare, parent, said: Words) -> Iterator[Changed]:
    if len(node.ops) != 1 or type(node.ops[0]) not in SIGNS:
        return
    old = SIGNS[type(node.ops[0])]
    for kind, sign in SIGNS.items():
        if sign != old:
            new = ast.Compare(node.left, [kind()], node.comparators)
            yield f"`{sign}` stands where `{old}` belongs", new


def _subscripted(node: ast.Subscript, parent, said: Words) -> Iterator[Changed]:
    index = node.slice
    if isinstance(index, ast.Slice):
        name = said.of(node.value)
        for clause, new in _slices(index):
            if name and index.step is not None and new.step is None:
                clause = OfNumbers(f"{name} is not reversed")
            yield clause, _at(node, new)
    elif isinstance(index, ast.Tuple):
        for k, part in enumerate(index.elts):
            for clause, new in _slices(part) if isinstance(part, ast.Slice) else ():
                elts = [*index.elts[:k], new, *index.elts[k + 1 :]]
                yield clause, _at(node, ast.Tuple(elts, ast.Load()))
        if len(index.elts) == 2 and not any(isinstance(e, ast.Slice) for e in index.elts):
            yield "two indices are exchanged", _at(node, ast.Tuple(index.elts[::-1], ast.Load()))
    elif isinstance(node.ctx, ast.Load):
        for by, word in ((1, "high"), (-1, "low")):
            new = _at(node, _plus(index, by))
            old, shown = said.of(node), said.of(new)
            stands = old and shown and OfNumbers(f"{shown} stands for {old}")
            yield stands or f"an index is one too {word}", new


def _slices(index: ast.Slice) -> Iterator[tuple[str, ast.Slice]]:
    """One slice that begins or ends elsewhere, or runs in the other direction."""
    ends = {"lower": index.lower, "upper": index.upper, "step": index.step}
    if index.step is not None:
        yield "something is not reversed that should be", ast.Slice(index.lower, index.upper, None)
        return
    if index.lower is None and index.upper is None:
        turned = ast.UnaryOp(ast.USub(), ast.Constant(1))
        yield "something is reversed that should not be", ast.Slice(None, None, turned)
    for key, begins, edge in (("lower", "begins", "start"), ("upper", "ends", "end")):
        bound = ends[key]
        if bound is not None:
            text = f"a slice {begins} at the {edge} of its array"
            yield text, ast.Slice(**{**ends, key: None})
        for by, when in ((1, "late"), (-1, "early")):
            moved = _plus(bound, by) if bound is not None else ast.Constant(by)
            if bound is not None or ((index.lower or index.upper) and (by > 0) == (key == "lower")):
                yield f"a slice {begins} one place too {when}", ast.Slice(**{**ends, key: moved})


def _at(node: ast.Subscript, index: ast.AST) -> ast.Subscript:
    return ast.Subscript(node.value, index, node.ctx)


def _plus(node: ast.AST, by: int) -> ast.AST:
    """One more or one less, as one would write it: `t`, not `t - 1 + 1`."""
    minus = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
    number = node.operand if minus else node
    if isinstance(number, ast.Constant) and isinstance(number.value, int):
        return ast.Constant((-number.value if minus else number.value) + by)
    if isinstance(node, ast.BinOp) and isinstance(node.right, ast.Constant):
        if isinstance(node.op, ast.Add | ast.Sub) and isinstance(node.right.value, int):
            sign = 1 if isinstance(node.op, ast.Add) else -1
            number = sign * node.right.value + by
            if not number:
                return node.left
            op = ast.Add() if number > 0 else ast.Sub()
            return ast.BinOp(node.left, op, ast.Constant(abs(number)))
    return ast.BinOp(node, ast.Add() if by > 0 else ast.Sub(), ast.Constant(1))


def _attribute(node: ast.Attribute, parent, said: Words) -> Iterator[Changed]:
    if node.attr == "T" and not isinstance(getattr(parent, "op", None), ast.MatMult):
        name = said.of(node.value)
        yield _named(name, "a matrix", "is not transposed"), node.value
    for other in FUNCTIONS.get(node.attr, ()):
        yield (
            f"`{other}` stands where `{node.attr}` belongs",
            (ast.Attribute(node.value, other, node.ctx)),
        )


def _called(node: ast.Call, parent, said: Words) -> Iterator[Changed]:
    name = ast.unparse(node.func)
    short = name.rpartition(".")[2]
    if short in INNER and len(node.args) == 1:
        of = said.of(node.args[0])
        of = f" of {of}" if of else ""
        if short == "reversed":
            yield "a loop runs forward that should run backward", node.args[0]
        else:
            kind = OfNumbers if of else str
            yield kind(f"the `{short}`{of} is left out"), node.args[0]
            yield kind(f"the `{short}`{of} is taken twice"), ast.Call(node.func, [node], [])
    for k, keyword in enumerate(node.keywords):
        rest = [*node.keywords[:k], *node.keywords[k + 1 :]]
        if keyword.arg == "axis" and isinstance(keyword.value, ast.Constant):
            old = keyword.value.value
            for axis in {0, 1, 2} - {old}:
                new = ast.Call(
                    node.func, node.args, [*rest, ast.keyword("axis", ast.Constant(axis))]
                )
                yield f"`{short}` runs along axis {axis} and not along axis {old}", new
        elif keyword.arg not in ("dtype", "keepdims", "out", "strict", "axis", None):
            new = ast.Call(node.func, node.args, rest)
            yield f"`{keyword.arg}` is not handed on to `{short}`", new
    if short == "where" and len(node.args) == 3:
        test, a, b = node.args
        yield "the two branches of a `where` are exchanged", ast.Call(node.func, [test, b, a], [])
    elif isinstance(node.func, ast.Name) and len(node.args) > 1 and short not in ("range", "zip"):
        swapped = [node.args[1], node.args[0], *node.args[2:]]
        clause = f"the first two arguments of `{short}` are exchanged"
        yield clause, ast.Call(node.func, swapped, node.keywords)
    if short == "range":
        for clause, args in _cut(node.args):
            yield clause, ast.Call(node.func, args, [])
        if not (isinstance(parent, ast.Call) and ast.unparse(parent.func) == "reversed"):
            turned = ast.Call(ast.Name("reversed", ast.Load()), [node], [])
            yield "a loop runs in the other direction", turned


def _cut(args: list[ast.expr]) -> Iterator[tuple[str, list[ast.expr]]]:
    """What `range` gets where the first or the last step is left out."""
    first, last = ("a loop leaves out its first step", "a loop leaves out its last step")
    if len(args) == 1:
        yield first, [ast.Constant(1), args[0]]
        yield last, [_plus(args[0], -1)]
    elif len(args) == 2 or ast.unparse(args[2]) in ("1", "-1"):
        by = -1 if len(args) == 3 and ast.unparse(args[2]) == "-1" else 1
        yield first, [_plus(args[0], by), *args[1:]]
        yield last, [args[0], _plus(args[1], -by), *args[2:]]


def _several(node: ast.Tuple | ast.List, parent, said: Words) -> Iterator[Changed]:
    if isinstance(parent, ast.Subscript):
        return
    for k in range(len(node.elts) - 1):
        a, b = node.elts[k : k + 2]
        x, y = said.of(a), said.of(b)
        both = f"{x} and {y}" if x and y else None
        elts = [*node.elts[:k], b, a, *node.elts[k + 2 :]]
        clause = _named(both, "two parts that stand side by side", "are exchanged")
        yield clause, type(node)(elts, node.ctx)


def _unary(node: ast.UnaryOp, parent, said: Words) -> Iterator[Changed]:
    if isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "a minus sign is left out", node.operand
    elif isinstance(node.op, ast.Not | ast.Invert):
        yield "what should be turned into its opposite is not", node.operand


def _names(node: ast.Name, field: str, said: Words, source: str) -> Iterator[Changed]:
    name = said.of(node)
    if name is None or field == "func" or node.id == "np":
        return
    if f"1 - {node.id}" in source:
        rest = ast.BinOp(ast.Constant(1), ast.Sub(), ast.Name(node.id, ast.Load()))
        yield OfNumbers(f"`1 - {node.id}` stands for {name}"), rest
    for other in said.like(node.id):
        yield OfNumbers(f"`{other}` stands for {name}"), ast.Name(other, ast.Load())


CHANGES = {
    ast.BinOp: _binary,
    ast.AugAssign: _augmented,
    ast.Compare: _compared,
    ast.Subscript: _subscripted,
    ast.Attribute: _attribute,
    ast.Call: _called,
    (ast.Tuple, ast.List): _several,
    ast.UnaryOp: _unary,
}
