"""Which cells run where: what marks depend on runs, experiments do not; who is asked for what."""

import sys

import nbformat
import pytest

from rnnlib.course.grading.isolation.cell_plan import LEFT_OUT, MARKED, RUN, names_in, plan, wanted


def notebook(*cells):
    """Cells as (kind, source): given, solution, marked, own, text."""
    made = nbformat.v4.new_notebook()
    for kind, source in cells:
        if kind == "text":
            made.cells.append(nbformat.v4.new_markdown_cell(source))
            continue
        cell = nbformat.v4.new_code_cell(source)
        if kind in ("solution", "marked"):
            cell.metadata["nbgrader"] = {"solution": kind == "solution", "grade": kind == "marked"}
        made.cells.append(cell)
    return made, [source for kind, source in cells if kind == "given"]


@pytest.mark.parametrize(
    "source, bound, used",
    [
        ("import numpy as np\nfrom a.b import c as d", {"np", "d"}, set()),
        ("def f(x):\n    y = x + z\n    return np.tanh(y)", {"f"}, {"z", "np"}),
        ("a, (b, *c) = g(); k[0] = 1", {"a", "b", "c"}, {"g", "k"}),
        ("def f():\n    global n\n    n = 1", {"f", "n"}, set()),
        ("[t for t in ts]", set(), {"ts"}),
        ("%matplotlib inline\nx = 1", {"x"}, {"get_ipython"}),
        ("def broken(:\n    use(np)", set(), set()),
        ("x = await load()", {"x"}, {"load"}),
        (
            "def f(x):\n    raise NotImplementedError()\n    return i, o",
            {"f"},
            {"NotImplementedError"},
        ),
        ("for i in range(3): pass", {"i"}, {"range"}),
        # Comprehensions, nested and in every place: their variables are nobody's names.
        ("a = [[k * t for t in row] for row in table]", {"a"}, {"k", "table"}),
        ("{k: v for k, v in pairs}; {s for s in them if s}", set(), {"pairs", "them"}),
        ("def f(xs):\n    return [t + z for t in xs], {t: y for t in xs}", {"f"}, {"z", "y"}),
        ("ys = [[t for t in ts] for t in t]", {"ys"}, {"t", "ts"}),
        ("class A:\n    n = 2\n    m = [n * t for t in ts]", {"A"}, {"n", "ts"}),
        ("f(lambda t: [t * s for s in ss])", set(), {"f", "ss"}),
        ("[y := g(t) for t in ts]; [w for t in ts if (w := t)]", {"y", "w"}, {"g", "ts", "w"}),
        ("def f():\n    return [y := t for t in ts], y", {"f"}, {"ts"}),
        ("while (line := read()): pass", {"line"}, {"read"}),
        # Scopes within scopes.
        (
            "def f():\n    n = 1\n    def g():\n        nonlocal n\n        n += d\n    return g",
            {"f"},
            {"d"},
        ),
        (
            "def f():\n    def g():\n        global n\n        n += 1\n    return g",
            {"f", "n"},
            {"n"},
        ),
        ("class A(B):\n    size = 1\n    def f(self):\n        return size", {"A"}, {"B", "size"}),
        ("@d(k)\ndef f(x: T = v, *a: U) -> R: ...", {"f"}, {"d", "k", "T", "v", "U", "R"}),
        ("total += one", {"total"}, {"total", "one"}),
        ("a[i] += one; a.b += two", set(), {"a", "i", "one", "two"}),
        # Names that only statements bind.
        ("try:\n    f()\nexcept E as error:\n    g(error)", {"error"}, {"f", "E", "g", "error"}),
        ("try:\n    f()\nexcept* E as many: ...", {"many"}, {"f", "E"}),
        (
            "match p:\n    case P(x=a, y=[b, *c]): ...\n    case {k.v: d, **e} as g: ...",
            {"a", "b", "c", "d", "e", "g"},
            {"p", "P", "k"},
        ),
        ("with open(p) as (a, b): ...", {"a", "b"}, {"open", "p"}),
        ("n: T = v", {"n"}, {"T", "v"}),
        # Strings with code in them.
        ("f'{x!r:>{width}} {[t for t in ts]}'", set(), {"x", "width", "ts"}),
        ("f'{chr(10)}\\n' f'' 'x'", set(), {"chr"}),
        ("def f(a):\n    return f'{a} {b:{a}}'", {"f"}, {"b"}),
    ],
)
def test_the_names_of_a_cell(source, bound, used):
    names = names_in(source)
    assert (set(names.bound), set(names.used)) == (bound, used)


NEW_SYNTAX = [
    ((3, 12), "def f[T: int](x: T) -> list[T]:\n    return g(x)", {"f"}, {"int", "list", "g"}),
    ((3, 12), "class C[T](B):\n    z: T = k\n    def f(self, x: T): ...", {"C"}, {"B", "k"}),
    ((3, 12), "type X[T] = dict[T, [t for t in ts]]", {"X"}, {"dict", "ts"}),
    ((3, 12), "f'{a['k']} {'\\n'.join(f'{t}' for t in ts)}'", set(), {"a", "ts"}),
    ((3, 14), "t'{a} {[t for t in ts]}'", set(), {"a", "ts"}),
    ((3, 14), "try:\n    f()\nexcept E, F: ...", set(), {"f", "E", "F"}),
]


@pytest.mark.parametrize("since, source, bound, used", NEW_SYNTAX)
def test_the_names_of_a_cell_in_newer_syntax(since, source, bound, used):
    if sys.version_info < since:
        bound, used = set(), set()  # here it does not parse: nothing of it will run
    names = names_in(source)
    assert (set(names.bound), set(names.used)) == (bound, used)


@pytest.mark.parametrize("source", ["x = '\ud800'", "x = f'{y}\ud800'", "x = " + "[" * 5000])
def test_a_cell_that_no_parser_takes_still_has_names(source):
    assert names_in(source).bound <= {"x"}


def test_the_variable_of_a_comprehension_needs_no_cell():
    book, given = notebook(
        ("given", "t = train()"), ("solution", "def f(ts):\n    return [t + 1 for t in ts]")
    )
    assert plan(book, given) == [LEFT_OUT, RUN]
    book.cells[1].source = "losses = [t for t in range(3)]"
    assert plan(book, given) == [LEFT_OUT, RUN]


def test_a_list_that_is_added_to_needs_the_cell_that_begins_it():
    book, given = notebook(("given", "scores = [1]"), ("own", "scores += [2]"))
    assert plan(book, given) == [RUN, RUN]


def test_experiments_are_left_out_and_what_an_answer_needs_is_not():
    book, given = notebook(
        ("text", "# A lesson"),
        ("given", "import numpy as np"),
        ("given", "scale = 2.0"),
        ("given", "def helper(x):\n    return scale * x"),
        ("solution", "def f(x):\n    return np.tanh(helper(x))"),
        ("given", "check(f)"),
        ("given", "h = f(np.ones(3)); show(h)"),
        ("marked", "grade(f, points=1)"),
    )
    assert plan(book, given) == ["", RUN, RUN, RUN, RUN, LEFT_OUT, LEFT_OUT, MARKED]
    assert plan(book, given, everything=True) == ["", *[RUN] * 6, MARKED]


def test_a_local_name_of_an_answer_needs_no_cell():
    book, given = notebook(
        ("given", "h = train()"), ("solution", "def f(x):\n    h = x\n    return h")
    )
    assert plan(book, given) == [LEFT_OUT, RUN]


def test_what_students_wrote_or_changed_is_run():
    book, given = notebook(("given", "a = 1"), ("own", "b = 2"), ("given", "c = 3"))
    book.cells[2].source = "c = a + 1"
    assert plan(book, given) == [RUN, RUN, RUN]


def test_a_marked_cell_asks_the_student_only_for_what_students_write():
    fetched, beside = wanted(
        "from rnnlib.course import grade\nseed = 1\ngrade(f, points=abs(np.ones(2)), seed=seed)",
        locked=["import numpy as np\nimport rnnlib", "tolerance = 1"],
        answers=["def f(x): ..."],
    )
    assert fetched == ["f"] and beside == ["import numpy as np\nimport rnnlib"]


def test_a_student_who_rebinds_a_name_of_the_tests_changes_no_test():
    # np and abs are the grader's own, whatever the student's notebook makes of them.
    fetched, _ = wanted("assert abs(f(np.ones(2))) < 1", ["import numpy as np"], ["def f(x): ..."])
    assert fetched == ["f"]


def test_what_no_locked_cell_brings_is_fetched_as_data():
    fetched, beside = wanted("assert model.size > 3 and f", ["import os"], ["def f(): ..."])
    assert fetched == ["f", "model"] and beside == []
