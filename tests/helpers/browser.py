"""A JupyterLab of its own in a headless Chromium, and a notebook in it, for tests and pictures."""

from __future__ import annotations

import contextlib
import json
import os
import re
import secrets
import signal
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from places import ROOT

from rnnlib.course.grading.attacks.chromium import chromium, free_port, server_address

REPOSITORY = ROOT
SECONDS = 600
"""How long may pass until something is there. Waiting ends with the event: on a loaded machine it
may take ten times as long as on a quiet one, and only what never comes is a failure."""

# Quiet: nothing that the browser itself fetches or asks.
BROWSER_OPTIONS = [
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
]
SETTINGS = {
    # No question about news on top of the page.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # All cells are in the page, not only those in sight.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@contextlib.contextmanager
def jupyterlab(root: Path, home: Path):
    """A JupyterLab on the folder `root`, with everything of its own in `home`; gives its address.

    It reads nobody's settings and takes a free port. It is ended in any case, also if this process
    is killed: without anybody who uses it, it ends itself.
    """
    home.mkdir(parents=True, exist_ok=True)
    for name, settings in SETTINGS.items():
        file = home / "settings/@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    token = secrets.token_hex(16)  # on a shared machine nobody else shall get in
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_"))}
    # Threads for small matrices only get into each other's way, and into that of other tests.
    environment |= {f"{name}_NUM_THREADS": "1" for name in ("OPENBLAS", "OMP", "MKL")}
    environment |= {
        "JUPYTER_CONFIG_DIR": str(home / "config"),
        "JUPYTER_DATA_DIR": str(home / "data"),
        "JUPYTER_RUNTIME_DIR": str(home / "runtime"),
        "JUPYTER_TOKEN": token,
        "JUPYTERLAB_SETTINGS_DIR": str(home / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
        "IPYTHONDIR": str(home / "ipython"),
        "RNNLIB_PROGRESS": str(home / "log"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        "PYTHONPATH": os.pathsep.join(
            filter(None, [str(REPOSITORY), os.environ.get("PYTHONPATH")])
        ),
    }
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1"),
        f"--port={free_port()}",
        f"--ServerApp.root_dir={root}",
        "--LabApp.expose_app_in_browser=True",
        "--JupyterNotebookApp.expose_app_in_browser=True",
        # If this process is killed: first the kernels go that nobody listens to, then the server.
        "--MappingKernelManager.cull_idle_timeout=300",
        "--MappingKernelManager.cull_interval=60",
        "--ServerApp.shutdown_no_activity_timeout=300",
        *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
    ]
    log = home / "jupyterlab.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield server_address(server, home / "runtime", log, SECONDS), token
    finally:
        _end(server)


def _end(server: subprocess.Popen) -> None:
    """End a server and its kernels: politely first, so that it can end them itself."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)


@dataclass
class Visit:
    """A page in the browser, and what it asked for and complained about."""

    page: object
    address: str
    token: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        """Go to a path on the server."""
        self.page.goto(f"{self.address}/{path}?token={self.token}", wait_until="domcontentloaded")

    def hosts(self) -> set[str]:
        """All hosts that anything was asked of."""
        return {urlsplit(url).hostname for url in self.requests if urlsplit(url).hostname}

    def wait_for_kernel(self) -> None:
        """Wait until the notebook's kernel answers; in Jupyter Notebook 7, too."""
        self.page.evaluate(
            """async () => {
                const context = jupyterapp.shell.currentWidget.sessionContext;
                await context.ready;
                await context.session.kernel.info;
            }"""
        )

    def picture(self, name: str) -> None:
        """Save a screenshot if the variable BROWSER_PICTURES names a folder."""
        if folder := os.environ.get("BROWSER_PICTURES"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=Path(folder) / f"{name}.png")

    def menu(self, *names: str) -> None:
        """Choose from JupyterLab's menus: ``menu("Run", "Run All Cells")``."""
        bar, *rest = [re.compile(rf"^{re.escape(name)}$") for name in names]
        self.page.locator(".lm-MenuBar-itemLabel", has_text=bar).click()
        for name in rest:
            self.page.locator(".lm-Menu-itemLabel", has_text=name).click()


@contextlib.contextmanager
def headless():
    """A Chromium without a window. It is closed in any case."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=BROWSER_OPTIONS)
        try:
            yield browser
        finally:
            browser.close()


@contextlib.contextmanager
def visit(browser, address: str, token: str, *, width=1200, height=1000, sharpness=1):
    """An empty page for one server, with cookies of its own."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=sharpness
    )
    context.set_default_timeout(SECONDS * 1000)
    tour = Visit(context.new_page(), address, token)
    context.on("request", lambda request: tour.requests.append(request.url))
    tour.page.on("websocket", lambda socket: tour.requests.append(socket.url))
    tour.page.on("pageerror", lambda error: tour.complaints.append(str(error)))
    tour.page.on(
        "console",
        lambda message: message.type == "error" and tour.complaints.append(message.text),
    )
    try:
        yield tour
    finally:
        context.close()


class Notebook:
    """A notebook in JupyterLab. Its cells are found by what its file says about them."""

    def __init__(self, tour: Visit, file: Path, root: Path):
        self.tour, self.page = tour, tour.page
        self.cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
        tour.open(f"lab/tree/{file.relative_to(root).as_posix()}")
        self.page.wait_for_function(
            "n => document.querySelectorAll('.jp-Notebook .jp-Cell').length == n",
            arg=len(self.cells),
        )
        self.wait_until_idle()

    def wait_until_idle(self) -> None:
        """Wait until the kernel is there and has nothing to do.

        JupyterLab says "idle" once before it has heard from the kernel, then "initializing", and
        what is run between the two can be lost: what counts is the kernel's answer.
        """
        self.tour.wait_for_kernel()
        self.page.wait_for_selector(".jp-NotebookPanel-toolbar [data-status='idle']")

    def cell(self, name: str):
        """The first cell that has this id or this line."""
        for number, cell in enumerate(self.cells):
            if cell["id"] == name or name in "".join(cell["source"]).splitlines():
                return self.numbered(number)
        raise LookupError(f"no cell has the id or the line {name!r}")

    def numbered(self, number: int):
        """A cell by its place, from 0."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(number)

    def write(self, name: str, source: str) -> None:
        """Replace what stands in a cell, as by selecting all and pasting."""
        editor = self.cell(name).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.insert_text(source)

    def run(self, name: str) -> str:
        """Run a cell and give the text of its output, when it is through."""
        cell = self.cell(name)
        before = self._number(cell)
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Control+Enter")
        self.page.wait_for_function(
            r"""([cell, before]) => {
                const text = cell.querySelector('.jp-InputArea-prompt').innerText;
                return /\[\d+\]/.test(text) && text != before;
            }""",
            arg=[cell.element_handle(), before],
        )
        return self.output(name)

    def run_all(self) -> None:
        """Run all cells; ends when all are through, or when one of them failed.

        Waits as long as one cell after the other gets its number: each has its own time.
        """
        self.tour.menu("Run", "Run All Cells")
        done = 0
        while done is not True:
            done = self.page.wait_for_function(
                r"""([error, before]) => {
                    const numbered = [...document.querySelectorAll(
                        '.jp-Notebook .jp-CodeCell .jp-InputArea-prompt'
                    )].map(prompt => /\[\d+\]/.test(prompt.innerText));
                    const done = numbered.filter(Boolean).length;
                    return document.querySelector(error) !== null || done == numbered.length
                        || done > before && done;
                }""",
                arg=[ERROR, done],
            ).json_value()

    def output(self, name: str) -> str:
        """The text of a cell's output."""
        outputs = self.cell(name).locator(".jp-OutputArea-output")
        return "\n".join(outputs.all_inner_texts())

    def errors(self) -> list[str]:
        """What cells wrote as an error, or to stderr."""
        return self.page.locator(ERROR).all_inner_texts()

    @staticmethod
    def _number(cell) -> str:
        return cell.locator(".jp-InputArea-prompt").inner_text()


ERROR = (
    ".jp-Notebook [data-mime-type='application/vnd.jupyter.error'],"
    ".jp-Notebook [data-mime-type='application/vnd.jupyter.stderr']"
)
