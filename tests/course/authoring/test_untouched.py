"""Of the students' notebook runs what depends on them, and what that needs; no experiment twice."""

import nbformat

from rnnlib.course.authoring.untouched import cells_to_run

CELLS = {
    "setup": "import numpy as np\nfrom rnnlib.course import check, working",
    "data": "xs = np.ones(3)",
    "mine": "def rnn_step(x): ...",
    "check": "check(rnn_step)",
    "graded": "grade(rnn_step, points=5, seed=1)",
    "fall back": "step = working(rnn_step)",
    "training": "losses = [step(x) for x in xs for _ in range(10_000)]",
    "direct": "def forward(xs):\n    return [rnn_step(x) for x in xs]",
    "through it": "print(forward(xs))",
    "figure": "print(losses)",
}


def notebook():
    made = nbformat.v4.new_notebook()
    for name, source in CELLS.items():
        cell = nbformat.v4.new_code_cell(source, metadata={"name": name})
        if name in ("mine", "graded", "setup"):
            cell.metadata["nbgrader"] = {"solution": name == "mine", "grade": name == "graded"}
        made.cells.append(cell)
    return made


def test_what_uses_a_students_function_is_run_with_what_it_needs():
    chosen = [cell.metadata["name"] for cell in cells_to_run(notebook())]
    assert chosen == ["setup", "data", "mine", "check", "graded", "direct", "through it"]
