"""Make the pictures of docs/ that are screenshots: ``python tests/make_pictures.py``.

`docs/check.png` is for the README: a wrong `rnn_step`, and below it the check that names the
mistake, in the student's notebook in JupyterLab.
"""

import shutil
import tempfile
from pathlib import Path

from browser import REPOSITORY, Notebook, headless, jupyterlab, visit

UNIT = "01_hidden_state"
WRONG = '''def rnn_step(x, h, params):
    """One step of a recurrent network."""
    return np.tanh(x @ params.W_xh + h @ params.W_hh.T + params.b_h)'''
# What JupyterLab draws around the cell that is being worked in.
PLAIN = """
    .jp-cell-toolbar, .jp-Collapser { visibility: hidden !important; }
    .jp-Notebook .jp-Cell { border-color: transparent !important; box-shadow: none !important; }
    .jp-InputArea-editor { border-color: #e0e0e0 !important; box-shadow: none !important; }
    .cm-cursorLayer { display: none !important; }
    .cm-activeLine { background: none !important; }
"""


def picture_of_a_check(target: Path) -> None:
    """Write `docs/check.png`."""
    with tempfile.TemporaryDirectory() as folder:
        course = Path(folder) / "course"
        shutil.copytree(REPOSITORY / "course" / UNIT, course / UNIT)
        with (
            headless() as browser,
            jupyterlab(course, Path(folder) / "home") as server,
            visit(browser, *server, width=1150, sharpness=2) as tour,
        ):
            notebook = Notebook(tour, course / UNIT / f"{UNIT}.ipynb", course)
            notebook.run("setup")
            notebook.write("rnn-step", WRONG)
            notebook.run("rnn-step")
            notebook.run("check(rnn_step)")
            tour.page.add_style_tag(content=PLAIN)
            cells = [notebook.cell("rnn-step"), notebook.cell("check(rnn_step)")]
            tour.page.mouse.move(0, 0)
            tour.page.keyboard.press("Escape")
            cells[0].scroll_into_view_if_needed()
            cells[1].scroll_into_view_if_needed()
            first, last = (cell.bounding_box() for cell in cells)
            left = cells[0].locator(".jp-InputArea-prompt").bounding_box()["x"]
            area = {
                "x": left,
                "y": first["y"],
                "width": first["x"] + first["width"] - left,
                "height": last["y"] + last["height"] - first["y"],
            }
            tour.page.screenshot(path=target, clip=area, animations="disabled")


if __name__ == "__main__":
    picture_of_a_check(REPOSITORY / "docs" / "check.png")
    print("docs/check.png")
