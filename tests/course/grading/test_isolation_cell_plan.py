"""Which cells run where: what marks depend on runs, experiments do not; who is asked for what."""

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
    ],
)
def test_the_names_of_a_cell(source, bound, used):
    names = names_in(source)
    assert (set(names.bound), set(names.used)) == (bound, used)


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
