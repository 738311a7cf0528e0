"""The released notebook outside of JupyterLab: Jupyter Notebook 7, and as a page of nbconvert's.

How VS Code and Colab save it, and that nothing is lost: test_saved_elsewhere.py.
A kernel that has ``rnnlib`` alone, as Colab's would: test_plain_install.py.
"""

import subprocess
import sys

import nbformat
import pytest
from browser import REPOSITORY, headless, jupyterlab, visit

from rnnlib.course.grading.attacks.chromium import why_no_browser

pytestmark = pytest.mark.skipif(bool(why_no_browser()), reason=why_no_browser())
UNIT = "00_start"
LOADS_NOTHING = ["--HTMLExporter.mathjax_url=", "--HTMLExporter.require_js_url="]
"""As docs/running.rst says."""


@pytest.fixture(scope="module")
def browser():
    """One Chromium for all tests."""
    with headless() as browser:
        yield browser


def test_the_options_are_those_that_the_guide_names():
    guide = (REPOSITORY / "docs" / "running.rst").read_text(encoding="utf-8")
    assert all(option in guide for option in LOADS_NOTHING)


def test_nbconverts_page_has_pictures_and_folded_hints_and_asks_for_nothing(browser, tmp_path):
    solved = REPOSITORY / "solutions" / "01_hidden_state" / "01_hidden_state.ipynb"
    command = [sys.executable, "-m", "nbconvert", "--to", "html", *LOADS_NOTHING]
    done = subprocess.run(
        [*command, "--output-dir", tmp_path, solved], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    tour = browser.new_context()
    tour.set_default_timeout(300_000)
    asked = []
    tour.on("request", lambda request: asked.append(request.url))
    page = tour.new_page()
    page.goto((tmp_path / "01_hidden_state.html").as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:", "blob:"))] == []
    outputs = [o for c in nbformat.read(solved, 4).cells for o in c.get("outputs", [])]
    drawn = sum("image/png" in output.get("data", {}) for output in outputs)
    figures = page.locator(".jp-OutputArea-output img")
    assert figures.count() == drawn > 5
    assert all(figure.get_attribute("alt") for figure in figures.all())
    assert page.locator("details").count() > 5 and page.locator("details[open]").count() == 0
    tour.close()


def test_notebook_7_runs_it_and_shows_the_check(browser, tmp_path):
    pytest.importorskip("notebook", reason="notebook is not installed")
    course = tmp_path / "course"
    (course / UNIT).mkdir(parents=True)
    text = (REPOSITORY / "course" / UNIT / f"{UNIT}.ipynb").read_text(encoding="utf-8")
    (course / UNIT / f"{UNIT}.ipynb").write_text(text, encoding="utf-8")
    with jupyterlab(course, tmp_path / "home") as server, visit(browser, *server) as tour:
        tour.open(f"notebooks/{UNIT}/{UNIT}.ipynb")
        tour.page.locator(".jp-Notebook mjx-container[display='true']").first.wait_for()
        tour.wait_for_kernel()
        tour.menu("Run", "Run All Cells")
        check = tour.page.locator(".jp-RenderedHTML", has_text="the sum runs along the rows")
        check.first.wait_for()
        tour.page.locator(".jp-RenderedHTML", has_text="No log is kept").first.wait_for()
        tour.picture("notebook-7")
        assert tour.page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
        assert tour.hosts() == {"127.0.0.1"}
