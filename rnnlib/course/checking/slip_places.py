"""Does a student's program have the place that a slip is about?

A slip that a program made is one change in a right version. Another program may give the same
numbers and have no such place: no loop that ends too early, no index that is too low. So a sentence
about an operator, an index, a condition or a loop is said only if the changed expression stands in
the student's program, and the right one does not; and it shows the expression.
"""

from __future__ import annotations

import ast
import copy
import inspect
import textwrap
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

LONGEST = 60
"""The longest expression of a student's that is shown."""

TURNED = {ast.Gt: ast.Lt, ast.GtE: ast.LtE}
SIGNS = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class Place(NamedTuple):
    """An expression before and after a change, each alone and with what it stands in.

    All names that the notebook does not use are the same one in it. `known` are the others.
    """

    before: ast.AST
    after: ast.AST
    around_before: ast.AST
    around_after: ast.AST
    known: frozenset[str]


def plain(node: ast.AST, known: frozenset[str] | set[str]) -> ast.AST:
    """A copy in which names alone do not count, and each comparison is written with `<`."""
    return _Plain(known).visit(copy.deepcopy(node))


class _Plain(ast.NodeTransformer):
    def __init__(self, known) -> None:
        self.known = known

    def visit_Name(self, node: ast.Name) -> ast.Name:
        return node if node.id in self.known else ast.Name("_", node.ctx)

    def visit_Call(self, node: ast.Call) -> ast.Call:
        called = node.func
        node = self.generic_visit(node)
        if isinstance(called, ast.Name):
            node.func = ast.Name(called.id, ast.Load())  # which function is called does count
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.Compare:
        node = self.generic_visit(node)
        turned = TURNED.get(type(node.ops[0]))
        if len(node.ops) == 1 and turned:
            return ast.Compare(node.comparators[0], [turned()], [node.left])
        return node


def program_of(function: Callable) -> ast.AST | None:
    """What a function was written as; None where that is not to be had."""
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError, IndentationError, RecursionError):
        return None


def said_of(clause: str, place: Place, program: ast.AST) -> str | None:
    """The clause with the student's own expression; None where there is no such place.

    >>> from rnnlib.course.checking.slip_places import Place, plain, said_of
    >>> right, wrong = (ast.parse(s, mode="eval").body for s in ("h[t - 1]", "h[t]"))
    >>> known = frozenset("ht")
    >>> place = Place(right, wrong, ast.Return(right), ast.Return(wrong), known)
    >>> program = ast.parse("def f(h, t): return 2 * h[t]")
    >>> said_of("an index is one too high", place, program)
    'an index is one too high: `h[t]`'
    >>> said_of("an index is one too high", place, ast.parse("def f(h, t): return h[1]"))
    """
    forms, nodes = _forms(program, place.known)
    pairs = [(place.before, place.after)]
    if isinstance(place.around_after, ast.expr):
        pairs.append((place.around_before, place.around_after))
    for before, after in pairs:
        found = forms.get(_text(after))
        if found is not None and _tells(after, place.known) and _text(before) not in forms:
            return _with_expression(clause, found, after)
    both = {type(place.before), type(place.after)}
    if both == {ast.Compare}:
        return _compared(place, nodes)
    if both == {ast.Call}:
        return _called(clause, place, nodes)
    return None


@lru_cache(maxsize=8)
def _forms(program: ast.AST, known: frozenset[str]) -> tuple[dict[str, ast.AST], list[ast.AST]]:
    """The expressions of a program by their plain texts, and all: the same for every slip."""
    nodes = [n for n in ast.walk(program) if isinstance(n, ast.expr | ast.Slice | ast.AugAssign)]
    forms = {}
    for node in nodes:
        forms.setdefault(_text(plain(node, known)), node)
    return forms, nodes


def _text(node: ast.AST) -> str:
    return ast.unparse(ast.fix_missing_locations(node))


def _tells(node: ast.AST, known: frozenset[str]) -> bool:
    """Whether an expression is more than a name, and of something that the notebook names."""
    if isinstance(node, ast.Name | ast.Constant | ast.Attribute):
        return False
    return any(isinstance(n, ast.Name) and n.id in known - {"np"} for n in ast.walk(node))


def _with_expression(clause: str, found: ast.AST, after: ast.AST) -> str | None:
    shown = ast.unparse(found)
    if isinstance(after, ast.Compare):
        return None  # said with the student's own sign below
    return f"{clause}: `{shown}`" if len(shown) <= LONGEST and "\n" not in shown else None


def _compared(place: Place, nodes: list[ast.AST]) -> str | None:
    """The student's own comparison with the wrong sign, of the same thing on one side."""
    wrong, right = place.after, place.before
    sides = {
        _text(side)
        for side in (wrong.left, wrong.comparators[0])
        if any(isinstance(n, ast.Name) and n.id in place.known for n in ast.walk(side))
    }
    for node in nodes:
        if not isinstance(node, ast.Compare) or len(node.ops) != 1:
            continue
        mine = plain(node, place.known)
        own = {_text(mine.left): 0, _text(mine.comparators[0]): 1}
        theirs = {_text(wrong.left): 0, _text(wrong.comparators[0]): 1}
        same_side = any(side in own and own[side] == theirs[side] for side in sides)
        if type(mine.ops[0]) is type(wrong.ops[0]) and same_side:
            sign = SIGNS.get(type(node.ops[0]))
            belongs = SIGNS.get(type(right.ops[0]))
            if len(ast.unparse(node)) > LONGEST or sign is None or belongs is None:
                return None
            if type(mine.ops[0]) is not type(node.ops[0]):  # it was turned round
                belongs = belongs.replace("<", ">")
            return f"`{sign}` stands where `{belongs}` belongs: `{ast.unparse(node)}`"
    return None


def _called(clause: str, place: Place, nodes: list[ast.AST]) -> str | None:
    """A call of the same function along the wrong axis, or without what is to be handed on."""
    wrong, right = place.after, place.before
    theirs, rights = _keywords(wrong), _keywords(right)
    if theirs == rights or _short(wrong) != _short(right):
        return None
    calls = [n for n in nodes if isinstance(n, ast.Call) and _short(n) == _short(wrong)]
    for key in rights:
        here = [n for n in calls if _keywords(n).get(key) == theirs.get(key)]
        if theirs.get(key) != rights[key] and here:
            shown = ast.unparse(here[0])
            if len(shown) <= LONGEST:
                return f"{clause}: `{shown}`"
    return None


def _keywords(node: ast.Call) -> dict[str, str]:
    return {k.arg: ast.unparse(k.value) for k in node.keywords if k.arg}


def _short(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))
