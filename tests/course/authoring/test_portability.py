"""What nbval says of a notebook on another machine is found in its report."""

import nbformat
import pytest

from rnnlib.course.authoring.portability import (
    Machine,
    _kernels,
    compare,
    machines,
    read_report,
)
from rnnlib.course.authoring.units import Unit

REPORT = """<testsuites><testsuite><testcase name="Cell 0"/><testcase name="Cell 3"><failure
message="">Notebook cell execution failed: 4e-10 is not 5e-10</failure></testcase></testsuite>
</testsuites>"""


def test_a_cell_that_differs_is_named():
    (difference,) = read_report("07_deep", REPORT)
    assert (difference.unit, difference.cell) == ("07_deep", "Cell 3")
    assert "4e-10 is not 5e-10" in difference.text


def test_machines_differ_in_threads_and_in_kernels():
    found = [machine.environment for machine in machines()]
    assert {environment["OPENBLAS_NUM_THREADS"] for environment in found} == {"1", "2"}
    kernels = {environment.get("OPENBLAS_CORETYPE") for environment in found} - {None}
    assert "Prescott" in kernels and _kernels() not in kernels


@pytest.mark.slow
def test_a_notebook_that_prints_the_machine_differs(tmp_path):
    cells = ["print(1 + 1)", "import os\nprint(os.environ['OPENBLAS_CORETYPE'])"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    for cell, text in zip(notebook.cells, ("2\n", "Haswell\n")):
        cell.execution_count = 1
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    unit = Unit("90_tiny", tmp_path)
    unit.solution.parent.mkdir(parents=True)
    (tmp_path / "tests" / "helpers").mkdir(parents=True)
    (tmp_path / "tests" / "helpers" / "nbval_sanitize.cfg").write_text("")
    nbformat.write(notebook, unit.solution)
    haswell, prescott = (
        Machine(kernels, {"OPENBLAS_CORETYPE": kernels}) for kernels in ("Haswell", "Prescott")
    )
    assert compare(unit, haswell) == []
    assert [difference.cell for difference in compare(unit, prescott)] == ["Cell 1"]
