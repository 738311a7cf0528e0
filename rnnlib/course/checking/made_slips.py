"""Slips that nobody wrote down: right versions with one change, made by a program.

A minus for a plus, a factor left out, the wrong axis, an index off by one, a loop that ends too
early, `h0` for `h`: one such change is made at a time in the right versions of an exercise, and
what comes of it is compared with the student's numbers, as that of the known mistakes is. The
sentence says what was changed. It shows an expression only if it is made of names that the notebook
uses; other names are those of the right version, and a student may have none such.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator

import numpy as np

from rnnlib.course.checking.experiments import events_of
from rnnlib.course.checking.memory import Memory
from rnnlib.course.checking.patterns import arrays_of
from rnnlib.course.exercises import Case, Exercise, Version

MOST = 140
"""How many changes are tried: each takes about a millisecond."""

EVENTS = 45_000
"""How many calls all of them together may make."""

LONGEST = 32
"""The longest expression that is shown."""

Changed = tuple[str, ast.AST]
"""A clause after "when", and what stands in the place of the old node."""

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
COMPARED = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}
DANGEROUS = ("lstsq", "svd", "pinv", "solve", "inv(", "while ", "torch", "import ")
"""What may not end, or writes to stderr where a number is not finite."""

_made = Memory()


def made_slips(exercise: Exercise, case: Case) -> list[Version]:
    """Right versions with one change each, as mistakes with a sentence.

    Parameters
    ----------
    exercise : Exercise
    case : Case
        One case: by the time that it takes fewer slips may be made.
    """
    return _made.of(exercise, 0, lambda: _all_slips(exercise, case))


def _all_slips(exercise: Exercise, case: Case) -> list[Version]:
    values = [*case.args, *case.options.values()]
    if "torch" in exercise.borrow or any(isinstance(v, np.random.Generator) for v in values):
        return []
    count = min(MOST, EVENTS // events_of(exercise, case))
    versions = exercise.variants[:1]
    versions += [v for v in [exercise.own, *exercise.variants] if v and v not in versions]
    found: list[Version] = []
    said = _Words(exercise, case)
    for version in versions:
        source = version.source(exercise.name)
        if any(word in source for word in DANGEROUS):
            continue
        for clause, function in _changed(exercise, version, source, said):
            if len(found) >= count:
                return found
            found.append(Version(f"slip:{len(found)}", clause + ".", function))
    return found


def _changed(exercise: Exercise, version: Version, source: str, said: _Words) -> Iterator[tuple]:
    """Each change as a clause and the function with it."""
    tree = ast.parse(source)
    filename = f"<slips in {exercise.name}>"
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    for parent in list(ast.walk(tree)):
        for name, value in ast.iter_fields(parent):
            places = enumerate(value) if isinstance(value, list) else [(None, value)]
            for place, node in list(places):
                if not isinstance(node, ast.AST):
                    continue
                for clause, new in _changes(node, parent, name, said, source):
                    new = ast.fix_missing_locations(ast.copy_location(new, node))
                    _put(parent, name, place, new)
                    try:
                        names = dict(version.function.__globals__)
                        exec(compile(tree, filename, "exec"), names)
                        yield clause, names[exercise.name]
                    except (SyntaxError, ValueError, TypeError):
                        continue
                    finally:
                        _put(parent, name, place, node)


def _put(parent: ast.AST, name: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, name, node)
    else:
        getattr(parent, name)[place] = node


class _Words:
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


def _changes(node, parent, field, said: _Words, source: str) -> Iterator[Changed]:
    for kind, changes in CHANGES.items():
        if isinstance(node, kind):
            yield from changes(node, parent, said)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        yield from _names(node, field, said, source)


def _binary(node: ast.BinOp, parent, said: _Words) -> Iterator[Changed]:
    left, right, op = node.left, node.right, node.op
    a, b = said.of(left), said.of(right)

    def other(kind, x=left, y=right):
        return ast.BinOp(x, kind(), y)

    if isinstance(op, ast.Add):
        yield f"{b or 'one term of a sum'} is subtracted and not added", other(ast.Sub)
        yield f"{b or 'one term of a sum'} is not added", left
        yield f"{a or 'one term of a sum'} is not added", right
    elif isinstance(op, ast.Sub):
        yield f"{b or 'what should be subtracted'} is added and not subtracted", other(ast.Add)
        yield f"{b or 'what should be subtracted'} is left out", left
        if isinstance(left, ast.Constant):
            yield f"{b or 'a number'} stands where 1 minus it belongs", right
        if isinstance(right, ast.BinOp) and isinstance(right.op, ast.Pow):
            g = said.of(right.left)
            slope = ast.BinOp(right.left, ast.Mult(), ast.BinOp(left, op, right.left))
            yield f"the slope of a sigmoid is taken of {g or 'a number'}, not of a tanh", slope
        yield "the two sides of a difference are exchanged", other(ast.Sub, right, left)
    elif isinstance(op, ast.Mult):
        for x, kept, text in ((left, right, a), (right, left, b)):
            if isinstance(x, ast.Constant):
                text = f"`{ast.unparse(x)}`"
            yield f"{'the factor ' + text if text else 'one factor'} is left out", kept
            if not isinstance(x, ast.Constant):
                text = "the factor " + text if text else "one factor"
                yield f"{text} counts twice", other(ast.Mult, node, x)
        yield f"{b or 'a factor'} divides and does not multiply", other(ast.Div)
        if isinstance(left, ast.BinOp) and isinstance(left.op, ast.Mult):
            both = said.of(left.right), b
            named = f"the factors {both[0]} and {both[1]} are" if all(both) else "two factors are"
            yield f"{named} left out", left.left
            if ast.unparse(right) == f"1 - {ast.unparse(left.right)}":
                square = ast.BinOp(left.right, ast.Pow(), ast.Constant(2))
                slope = ast.BinOp(ast.Constant(1), ast.Sub(), square)
                clause = f"the slope of a tanh is taken of {both[0] or 'a gate'}, not of a sigmoid"
                yield clause, other(ast.Mult, left.left, slope)
    elif isinstance(op, ast.Div):
        yield f"the division by {b} is left out" if b else "a division is left out", left
        yield f"{b or 'a number'} multiplies and does not divide", other(ast.Mult)
        yield "a fraction is upside down", other(ast.Div, right, left)
    elif isinstance(op, ast.Pow) and isinstance(right, ast.Constant):
        what = "root" if right.value == 0.5 else "square"
        yield f"the {what} of {a} is left out" if a else f"a {what} is left out", left
    elif isinstance(op, ast.MatMult):
        for x, text, new in ((left, a, lambda y: (y, right)), (right, b, lambda y: (left, y))):
            turned = isinstance(x, ast.Attribute) and x.attr == "T"
            bare = x.value if turned else ast.Attribute(x, "T", ast.Load())
            name = said.of(x.value) if turned else text
            what = "not transposed" if turned else "transposed"
            yield f"{name or 'one matrix of a product'} is {what}", other(ast.MatMult, *new(bare))


def _augmented(node: ast.AugAssign, parent, said: _Words) -> Iterator[Changed]:
    if isinstance(node.op, ast.Add):
        name = said.of(node.target)
        clause = f"{name or 'a sum'} is overwritten at each step and does not add up"
        yield clause, ast.Assign([node.target], node.value)
        yield (
            "a part is subtracted and not added",
            ast.AugAssign(node.target, ast.Sub(), node.value),
        )


def _compared(node: ast.Compare, parent, said: _Words) -> Iterator[Changed]:
    if len(node.ops) != 1 or type(node.ops[0]) not in COMPARED:
        return
    old = COMPARED[type(node.ops[0])]
    for kind, sign in COMPARED.items():
        if sign != old:
            new = ast.Compare(node.left, [kind()], node.comparators)
            yield f"`{sign}` stands where `{old}` belongs", new


def _subscripted(node: ast.Subscript, parent, said: _Words) -> Iterator[Changed]:
    index = node.slice
    if isinstance(index, ast.Slice):
        for clause, new in _slices(index):
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
            clause = f"{shown} stands for {old}" if old and shown else f"an index is one too {word}"
            yield clause, new


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


def _attribute(node: ast.Attribute, parent, said: _Words) -> Iterator[Changed]:
    if node.attr == "T" and not isinstance(getattr(parent, "op", None), ast.MatMult):
        name = said.of(node.value)
        yield f"{name or 'a matrix'} is not transposed", node.value
    for other in FUNCTIONS.get(node.attr, ()):
        yield (
            f"`{other}` stands where `{node.attr}` belongs",
            (ast.Attribute(node.value, other, node.ctx)),
        )


def _called(node: ast.Call, parent, said: _Words) -> Iterator[Changed]:
    name = ast.unparse(node.func)
    short = name.rpartition(".")[2]
    if short in INNER and len(node.args) == 1:
        of = said.of(node.args[0])
        of = f" of {of}" if of else ""
        if short == "reversed":
            yield "a loop runs forward that should run backward", node.args[0]
        else:
            yield f"the `{short}`{of} is left out", node.args[0]
            yield f"the `{short}`{of} is taken twice", ast.Call(node.func, [node], [])
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
        steps = ast.Call(ast.Name("list", ast.Load()), [node], [])
        for cut, word in ((ast.Slice(ast.Constant(1)), "first"), (None, "last")):
            cut = cut or ast.Slice(None, ast.Constant(-1))
            yield f"a loop leaves out its {word} step", ast.Subscript(steps, cut, ast.Load())
        turned = ast.Slice(None, None, ast.Constant(-1))
        yield "a loop runs in the other direction", ast.Subscript(steps, turned, ast.Load())


def _several(node: ast.Tuple | ast.List, parent, said: _Words) -> Iterator[Changed]:
    if isinstance(parent, ast.Subscript):
        return
    for k in range(len(node.elts) - 1):
        a, b = node.elts[k : k + 2]
        x, y = said.of(a), said.of(b)
        both = f"{x} and {y}" if x and y else "two parts that stand side by side"
        elts = [*node.elts[:k], b, a, *node.elts[k + 2 :]]
        yield f"{both} are exchanged", type(node)(elts, node.ctx)


def _unary(node: ast.UnaryOp, parent, said: _Words) -> Iterator[Changed]:
    if isinstance(node.op, ast.USub) and not isinstance(node.operand, ast.Constant):
        yield "a minus sign is left out", node.operand
    elif isinstance(node.op, ast.Not | ast.Invert):
        yield "what should be turned into its opposite is not", node.operand


def _chosen(node: ast.IfExp, parent, said: _Words) -> Iterator[Changed]:
    test = said.of(node.test) or "a condition"
    yield f"{test} plays no part: it counts as true", node.body
    yield f"{test} plays no part: it counts as false", node.orelse


def _names(node: ast.Name, field: str, said: _Words, source: str) -> Iterator[Changed]:
    name = said.of(node)
    if name is None or field == "func" or node.id == "np":
        return
    if f"1 - {node.id}" in source:
        rest = ast.BinOp(ast.Constant(1), ast.Sub(), ast.Name(node.id, ast.Load()))
        yield f"`1 - {node.id}` stands for {name}", rest
    for other in said.like(node.id):
        yield f"`{other}` stands for {name}", ast.Name(other, ast.Load())


CHANGES = {
    ast.BinOp: _binary,
    ast.AugAssign: _augmented,
    ast.Compare: _compared,
    ast.Subscript: _subscripted,
    ast.Attribute: _attribute,
    ast.Call: _called,
    (ast.Tuple, ast.List): _several,
    ast.UnaryOp: _unary,
    ast.IfExp: _chosen,
}
