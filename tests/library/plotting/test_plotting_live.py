"""A figure that is replaced in its place: one output in the stored notebook, the last one."""

import nbformat
import pytest
from nbclient import NotebookClient

from rnnlib.plotting import plot_loss
from rnnlib.plotting.live import LiveFigure

CELL = """
from rnnlib.plotting import plot_loss
from rnnlib.plotting.live import LiveFigure

live = LiveFigure()
for n in range(2, 5):
    live.show(plot_loss([3.3, 2.9, 2.7, 2.6][:n]), f"the loss after {n} updates")
    print(n)
"""


def test_a_stored_notebook_holds_the_last_figure_alone():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    NotebookClient(notebook, timeout=600, kernel_name="python3").execute()
    figures = [o for o in notebook.cells[0].outputs if "image/png" in o.get("data", {})]
    assert len(figures) == 1
    assert figures[0].data["text/plain"] == "the loss after 4 updates"
    assert figures[0].metadata["image/png"]["alt"] == "the loss after 4 updates"
    assert 'alt="the loss after 4 updates"' in figures[0].data["text/html"]
    assert not any(o.get("name") == "stderr" for o in notebook.cells[0].outputs)


def test_outside_a_notebook_the_description_is_printed(capsys):
    live = LiveFigure()
    live.show(plot_loss([2.0, 1.0]), "it falls")
    live.show(plot_loss([2.0, 1.0, 0.5]), "it falls on")
    assert capsys.readouterr().out == "it falls\nit falls on\n"


def test_a_description_is_needed():
    with pytest.raises(ValueError, match="needs alt"):
        LiveFigure().show(plot_loss([2.0, 1.0]), " ")
