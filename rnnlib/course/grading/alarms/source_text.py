"""Reading the text of an answer: it may be anything, and nothing of it is run."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from dataclasses import dataclass, field

from rnnlib.course.grading.limits import COMMENT_WORDS, COMPARED_CHARACTERS


@dataclass
class Text:
    """An answer as it is compared.

    `form` is its code without names, comments and spacing; `statements` its statements as they
    stand; `names` its local names in the order in which they come.
    """

    form: str = ""
    statements: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    comments: set[str] = field(default_factory=set)


def parse(source: str) -> ast.Module | None:
    """The syntax tree of a text; None if it is not Python, or nested too deeply to be read."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in their strings
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read(source: str) -> Text:
    """An answer as it is compared."""
    source = source[:COMPARED_CHARACTERS]
    comments = _comments(source)
    tree = parse(source)
    try:
        if tree is None:
            lines = [" ".join(line.split("#")[0].split()) for line in source.splitlines()]
            lines = [line for line in lines if line]
            return Text("\n".join(lines), lines, [], comments)
        _strip(tree)
        statements = [
            ast.dump(node)
            for node in ast.walk(tree)
            if isinstance(node, ast.stmt)
            and not hasattr(node, "body")
            and type(node) is not ast.Pass
        ]
        heads = (getattr(n, "iter", None) or getattr(n, "test", None) for n in ast.walk(tree))
        statements += [ast.dump(head) for head in heads if head is not None]
        names = _rename(tree)
        return Text(ast.dump(tree), statements, names, comments)
    except RecursionError:
        return Text(comments=comments)


def _strip(tree: ast.Module) -> None:
    """Take out what any answer has: docstrings, annotations, imports, a stub's `raise`, checks."""
    for node in list(ast.walk(tree)):
        if isinstance(node, ast.arg):
            node.annotation = None
        elif isinstance(node, ast.FunctionDef):
            node.returns = None
        body = getattr(node, "body", None)
        if isinstance(body, list):
            node.body = [n for n in body if not _is_in_any_answer(n)] or [ast.Pass()]


def _is_in_any_answer(node: ast.stmt) -> bool:
    if isinstance(node, ast.Expr):
        call = isinstance(node.value, ast.Call) and isinstance(node.value.func, ast.Name)
        return isinstance(node.value, ast.Constant) or (call and node.value.func.id == "check")
    unwritten = isinstance(node, ast.Raise) and "NotImplementedError" in ast.dump(node)
    return unwritten or isinstance(node, ast.Import | ast.ImportFrom | ast.Pass)


def _rename(tree: ast.Module) -> list[str]:
    """Number the local names in the order in which they come; returns what they were called."""
    arguments = {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
    local = arguments | {
        n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    numbers: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            node.arg = numbers.setdefault(node.arg, f"v{len(numbers)}")
        elif isinstance(node, ast.Name) and node.id in local:
            node.id = numbers.setdefault(node.id, f"v{len(numbers)}")
    return list(numbers)


def _comments(source: str) -> set[str]:
    """The comments of at least four words, without spacing."""
    found = set()
    # Since Python 3.12 the tokenizer stumbles over null characters and half surrogate pairs.
    source = source.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            if token.type == tokenize.COMMENT:
                comment = " ".join(token.string.strip("# ").split())
                if len(comment.split()) >= COMMENT_WORDS and comment != "YOUR CODE HERE":
                    found.add(comment)
    except (tokenize.TokenError, SyntaxError):
        pass
    return found
