"""Which names a cell takes from those before it, and which it binds: read, and tried."""

import ast
import contextlib
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnlib.course.authoring.name_flow import name_flow


def flow(source):
    found = name_flow(ast.parse(source))
    return " ".join(sorted(found.taken)), " ".join(sorted(found.bound))


@pytest.mark.parametrize(
    ("source", "taken", "bound"),
    [
        ("rng = f(0)\nx = rng.normal()", "f", "rng x"),
        ("x += 1", "x", "x"),
        ("curves[name] = x", "curves name x", ""),
        ("import numpy as np, os.path\nfrom a import b as c, d", "", "c d np os"),
        ("for seed in (1, 2):\n    print(seed)\nelse:\n    y = 1", "print", ""),
        ("for k in ks:\n    x = k\nprint(x)", "ks print x", ""),
        ("if a:\n    x, y = 1, 2\nelse:\n    x = z = 3", "a", "x"),
        ("[k + a for k in ks if k]", "a ks", ""),
        ("{k: v for k, v in k}", "k", ""),
        ("k = [k for k in range(3)]", "range", "k"),
        ("f = lambda x, *, y=b: x + y + c", "b c", "f"),
        ("def f(x, y=a):\n    z = x\n    return f(z) + b\nb = 1", "a b", "b f"),
        ("b = 1\ndef f():\n    return b", "", "b f"),
        ("@a\nclass C(B):\n    x = y\n    def f(self):\n        return x", "B a y", "C"),
        ("with a as b:\n    c = b\nprint(c)", "a c print", ""),
        ("try:\n    x = a\nexcept E:\n    x = b\nprint(x)", "E a b print x", ""),
        ("while a:\n    b = a\n    print(b)", "a print", ""),
        ("a and (b := c)\nprint(b)", "a b c print", ""),
        ("x = 1\ndel x\nprint(x)", "print x", ""),
        ("x = 1\nif a:\n    del x", "a", ""),
        ("print(f'{x:{y}}')", "print x y", ""),
        ("match a:\n    case [b, *c]:\n        d = b", "a b", ""),
        ("from a import *\nb", "b", ""),
    ],
)
def test_order_counts(source, taken, bound):
    assert flow(source) == (taken, bound)


NAMES = st.sampled_from("abcd")
LINES = st.one_of(
    st.builds("{} = {}".format, NAMES, NAMES),
    st.builds("{} += {}".format, NAMES, NAMES),
    st.builds("{} = [{} for {} in [{}]][0]".format, NAMES, NAMES, NAMES, NAMES),
    st.builds("{} = (lambda {}: {})({})".format, NAMES, NAMES, NAMES, NAMES),
    st.builds("({} > 0) and ({} := {})".format, NAMES, NAMES, NAMES),
    st.builds("{} = {} if {} else {}".format, NAMES, NAMES, NAMES, NAMES),
    st.builds("del {}".format, NAMES),
)


def blocks(lines):
    body = st.lists(lines, min_size=1, max_size=2).map("\n".join)
    inner = body.map(lambda text: textwrap.indent(text, "    "))
    return st.one_of(
        lines,
        st.builds("if {} > 1:\n{}\nelse:\n{}".format, NAMES, inner, inner),
        st.builds("for {} in range({} % 3):\n{}".format, NAMES, NAMES, inner),
        st.builds("with suppress(ValueError):\n{}\n    raise ValueError".format, inner),
        st.builds("try:\n{}\nexcept ValueError:\n{}".format, inner, inner),
        st.builds("while {} > 5:\n{}\n    break".format, NAMES, inner),
        st.builds("def {}({}):\n{}".format, st.just("f"), NAMES, inner).map(lambda t: t + "\nf(1)"),
    )


PROGRAMS = st.lists(blocks(blocks(LINES)), min_size=1, max_size=5)
GIVEN = {"suppress": contextlib.suppress, "range": range, "ValueError": ValueError}


@given(PROGRAMS.map("\n".join), st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_with_what_it_takes_it_runs_and_has_what_it_binds(source, values):
    found = name_flow(ast.parse(source))
    namespace = {n: v for n, v in zip("abcd", values, strict=True) if n in found.taken} | GIVEN
    try:
        exec(source, namespace)
    except NameError as error:
        # A function's own name, which no other cell could bind, or what the program deletes.
        own = isinstance(error, UnboundLocalError) or "free variable" in str(error)
        assert own or f"del {error.name}" in source, source
        return
    assert found.bound <= {*namespace}
