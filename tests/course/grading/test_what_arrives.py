"""What students hand in, as browsers, Windows, Macs and habits make it: graded, and told."""

import copy
import io
import os
import re
import unicodedata
import zipfile

import nbformat
import pytest
from classroom import (
    POINTS,
    SOLUTION,
    UNIT,
    assignment,
    autograde,
    make_course,
    short_notebook,
    submitted,
)

from rnnlib.course.exercises import unit_exercises
from rnnlib.course.grading.intake.misplaced import misplaced
from rnnlib.course.grading.report.student_marks import read_marks
from rnnlib.course.grading.run.records import read_record
from rnnlib.course.grading.sample_class import StudentNotebook

NFC = "josé"
NOT_UTF8 = b"\x9abung.txt"
"""What Debian's unzip makes of a ZIP archive from Windows with "Übung.txt" in it."""


def code(source, id):
    return nbformat.v4.new_code_cell(source, id=id)


def place(notebook, name):
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return ids.index(name)


class Class:
    """Who handed in what, each in the unit's folder."""

    def __init__(self, root):
        self.root = root
        self.release = nbformat.read(make_course(root, short_notebook()), as_version=4)
        solved = nbformat.read(SOLUTION, as_version=4)
        student = StudentNotebook(self.release, solved, unit_exercises(UNIT))
        student.solve()
        self.right = student.notebook

    def solved(self):
        return copy.deepcopy(self.right)

    def put(self, student, notebook, name=f"{UNIT}.ipynb", folder=UNIT):
        path = self.root / "submitted" / student / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(notebook), encoding="utf-8")
        return path

    def stub_again(self, notebook, name):
        """Put a cell back as it was handed out; returns what stood in it."""
        cell = notebook.cells[place(notebook, name)]
        given = self.release.cells[place(self.release, name)].source
        answer, cell.source = cell.source, given
        return answer


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """A class in which everybody has solved all, and something else is odd."""
    root = tmp_path_factory.mktemp("course")
    those = Class(root)
    those.put("copy", those.release)
    those.put("copy", those.solved(), f"{UNIT} (1).ipynb")
    those.put("json", those.solved(), f"{UNIT}.ipynb.json")
    path = those.put("zip", those.solved())
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.write(path, f"work/{path.name}")
        archive.writestr("work/helpers.py", "value = 1\n")
        archive.writestr("../../outside.ipynb", "{}")
    path.with_suffix(".zip").write_bytes(data.getvalue())
    path.unlink()

    notebook = those.solved()
    step = notebook.cells[place(notebook, "rnn_step")]
    step.source = "from helpers import squash\n\n" + step.source.replace("np.tanh", "squash")
    path = those.put("helper", notebook, folder=f"{UNIT}/in/a folder")
    text = "import numpy as np\n\n\ndef squash(z):\n    return np.tanh(z)\n"
    (path.parent / "helpers.py").write_text(text)
    those.put("no_helper", copy.deepcopy(notebook))
    notebook = copy.deepcopy(notebook)
    notebook.cells.insert(place(notebook, "rnn_step"), code("%%writefile helpers.py\n" + text, "w"))
    those.put("writefile", notebook)

    notebook = those.solved()
    answer = those.stub_again(notebook, "output_step")
    below = place(notebook, "grade_output_step") + 1
    notebook.cells.insert(below, code(answer, "mine"))
    those.put("own_cell", notebook)
    notebook = those.solved()
    names = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    answers = [
        those.stub_again(notebook, name)
        for name, cell in zip(names, notebook.cells, strict=True)
        if cell.metadata.get("nbgrader", {}).get("solution")
    ]
    notebook.cells.append(code("\n\n".join(answers), "mine"))
    those.put("all_at_the_end", notebook)

    for student, source in (("exits", "exit()"), ("quits", "quit()"), ("dies", EXITS)):
        notebook = those.solved()
        notebook.cells.insert(place(notebook, "grade_rnn_forward") + 1, code(source, "ends-it"))
        those.put(student, notebook)

    path = those.put("odd_file", those.solved())
    with open(os.fsencode(path.parent) + b"/" + NOT_UTF8, "wb") as file:
        file.write(b"x")
    those.put(unicodedata.normalize("NFD", NFC), those.solved())
    path = those.put("bom", those.solved())
    (path.parent / "timestamp.txt").write_bytes(b"\xef\xbb\xbf2025-03-02 12:00:00 UTC\r\n")

    those.put("capitals", those.solved(), folder=UNIT.title())
    (root / "submitted" / "no_folder").mkdir()
    nbformat.write(those.solved(), root / "submitted" / "no_folder" / f"{UNIT}.ipynb")
    nbformat.write(those.solved(), root / "submitted" / f"{UNIT}.ipynb")
    (root / "submitted" / "Anna B_77_assignsubmission_file_").mkdir()
    those.put("other", those.solved(), name="02_bptt.ipynb", folder="02_bptt")
    return root


EXITS = "import os\nos._exit(0)"


@pytest.fixture(scope="module")
def outcomes(root):
    names = assignment(root).students()
    return {o.student: o for o in autograde(assignment(root), names, workers=2)}


@pytest.mark.parametrize(
    "student, said",
    [
        ("copy", "is as it was handed out; “01_hidden_state (1).ipynb”"),
        ("json", "was handed in as “01_hidden_state.ipynb.json”"),
        ("zip", "The archive “01_hidden_state.zip” was unpacked."),
        ("helper", "“in/a folder/01_hidden_state.ipynb”"),
        ("writefile", None),
        ("own_cell", "The cell output_step was left as it was handed out; another cell below"),
        ("all_at_the_end", "The cell light_params was left as it was handed out"),
        ("exits", None),
        ("quits", None),
        ("dies", None),
        ("odd_file", None),
        (NFC, None),
        ("bom", None),
    ],
)
def test_an_odd_way_to_hand_in_costs_nothing_and_is_told(root, outcomes, student, said):
    assert outcomes[student].problem is None
    marks = read_marks(assignment(root), student)
    assert {mark.exercise: mark.score for mark in marks} == POINTS
    repairs = read_record(assignment(root), student)["repairs"]
    assert said is None or any(said in text for text in repairs), repairs


@pytest.mark.parametrize("student", ["exits", "quits", "dies"])
def test_the_cell_that_ends_the_kernel_is_named(root, outcomes, student):
    alarms = [a for a in read_record(assignment(root), student)["alarms"] if a["kind"] == "killed"]
    assert [alarm["where"] for alarm in alarms] == ["ends-it"]


def test_a_file_that_is_missing_is_the_reason(root, outcomes):
    marks = {mark.exercise: mark for mark in read_marks(assignment(root), "no_helper")}
    assert marks["rnn_step"].score == 0
    assert "ModuleNotFoundError: No module named 'helpers'" in marks["rnn_step"].reasons[0]


def test_the_time_behind_a_byte_order_mark_is_read(root, outcomes):
    text = (root / "autograded" / "bom" / UNIT / "timestamp.txt").read_text()
    assert text.startswith("2025-03-02 12:00:00")


def test_students_are_known_by_one_form_of_their_names(root, outcomes):
    assert NFC in outcomes
    assert submitted(root, NFC).parent != assignment(root).submitted(NFC)
    assert (root / "autograded" / NFC).is_dir()


def test_whatever_is_not_taken_is_named_with_what_to_do(root):
    said = "\n".join(misplaced(assignment(root)))
    for name in ("capitals/01_Hidden_State", "no_folder/01_hidden_state.ipynb"):
        assert name in said
    assert f"no student's folder: “{UNIT}.ipynb”" in said
    assert re.search("as Moodle delivers it: “Anna B_77_assign.*rnnlib collect submitted", said)
    assert "02_bptt" not in said and "“copy" not in said


def test_two_folders_with_one_name_are_told(tmp_path):
    for form in ("NFC", "NFD"):
        (tmp_path / "submitted" / unicodedata.normalize(form, NFC) / UNIT).mkdir(parents=True)
    (said,) = misplaced(assignment(tmp_path))
    assert "twice" in said and assignment(tmp_path).students() == [NFC]
