"""The same solved unit as other programs save it: all of them get all points."""

import json

import nbformat
import pytest
from barriers import barriers_of_file, needs_axe
from browser import headless
from classroom import (
    POINTS,
    UNIT,
    assignment,
    autograde,
    make_course,
    short_notebook,
    submitted,
)

from rnnlib.course.grading.attacks.chromium import why_no_browser
from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.history.log import Line, as_text


def visual_studio_code(notebook):
    """The format that it begins notebooks in: no ids of cells, its own words about the language."""
    notebook["nbformat_minor"] = 2
    notebook["metadata"]["orig_nbformat"] = 4
    notebook["metadata"]["language_info"] = {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.12.3",
    }
    for cell in notebook["cells"]:
        del cell["id"]
        if cell["cell_type"] == "code":
            cell["metadata"]["vscode"] = {"languageId": "python"}


def colab(notebook):
    """Ids of its own in the metadata, a cell that installs, and outputs of kinds of its own."""
    notebook["nbformat_minor"] = 0
    notebook["metadata"] = {
        "colab": {"provenance": []},
        "kernelspec": {"name": "python3", "display_name": "Python 3"},
        "language_info": {"name": "python"},
    }
    for k, cell in enumerate(notebook["cells"]):
        del cell["id"]
        cell["metadata"] |= {"id": f"Xy{k}", "outputId": f"out{k}"}
        if cell["cell_type"] == "code":
            data = {"application/vnd.google.colaboratory.intrinsic+json": {"type": "string"}}
            shown = {"output_type": "display_data", "data": data | {"text/plain": ["1"]}}
            cell["outputs"] = [shown | {"metadata": {}}]
    install = {
        "cell_type": "code",
        "source": ["%pip install -q rnnlib-0.1.0-py3-none-any.whl"],
        "metadata": {"id": "first"},
        "execution_count": 1,
        "outputs": [],
    }
    notebook["cells"].insert(0, install)


def notebook_7(notebook):
    """Fields for slides in each cell, and the state of all widgets."""
    state = {"application/vnd.jupyter.widget-state+json": {"state": {}, "version_major": 2}}
    notebook["metadata"]["widgets"] = state
    for cell in notebook["cells"]:
        cell["metadata"] |= {"slideshow": {"slide_type": ""}, "tags": [], "editable": True}


def beside_a_log(notebook):
    """As JupyterLab saves it; its log is handed in with it."""


FORMS = [visual_studio_code, colab, notebook_7, beside_a_log]


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """The course root of a class that has been graded."""
    root = tmp_path_factory.mktemp("course")
    make_course(root, short_notebook())
    for form in FORMS:
        notebook = json.loads(nbformat.writes(short_notebook()))
        form(notebook)
        path = submitted(root, form.__name__)
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    line = Line("2026-01-01T10:00:00Z", UNIT, "rnn_step", "right", 1.0)
    path.with_name(f"{UNIT}.progress.jsonl").write_text(as_text(line))
    autograde(assignment(root), [form.__name__ for form in FORMS], workers=1)
    return root


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_what_was_saved_elsewhere_gets_all_points(root, form):
    marks = read_marks(assignment(root), form.__name__)
    assert {mark.exercise: mark.score for mark in marks} == POINTS


@pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())
@needs_axe
def test_axe_finds_no_serious_barrier_on_a_feedback_page(root):
    (page,) = (root / "feedback" / "notebook_7").rglob("*.html")
    with headless() as browser:
        assert barriers_of_file(browser, page) == []
