"""The formgrader's pages of hostile submissions: from nbgrader's own server, in a real browser.

A browser says itself which scripts it has read, through its debugger, an attribute's and a link's
among them. A page is compared with that of somebody honest: another script, another request or
another active element is something that a submission has brought along.
"""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from nbgrader.api import Gradebook

from rnnlib.course.grading.assignment import Assignment
from rnnlib.course.grading.attacks.chromium import chromium, free_port, server_address
from rnnlib.course.grading.attacks.page_look import active_parts

OPTIONS = ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
OPTIONS += ["--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1"]  # what is asked stays here
SECONDS = 120
"""How long may pass until a server answers or a page is there: for a loaded machine."""

OWN_NAME = re.compile(r"(?<=/autograded/)[^/\"]+(?=/)")
"""A student's name in the address of the notebook that stands above a page."""

EXTENSION = "nbgrader.server_extensions.formgrader"


@contextlib.contextmanager
def browser():
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=chromium(), args=OPTIONS)
        try:
            yield made
        finally:
            made.close()


@contextlib.contextmanager
def formgrader(root: Path):
    """A server with nothing but the formgrader on a course; gives its address and its token."""
    token = secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="fg") as folder:
        home = Path(folder)
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "JPY_"))}
        environment |= {
            "JUPYTER_NO_CONFIG": "1",
            "JUPYTER_TOKEN": token,
            **{f"JUPYTER_{n.upper()}_DIR": str(home / n) for n in ("config", "data", "runtime")},
        }
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--ip=127.0.0.1"]
        command += [f"--port={free_port()}", f"--ServerApp.root_dir={root}"]
        command += [f"--ServerApp.jpserver_extensions={ {EXTENSION: True} }"]
        command += ["--allow-root"] * (hasattr(os, "geteuid") and os.geteuid() == 0)
        with open(home / "log", "wb") as log:
            server = subprocess.Popen(
                command, cwd=root, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        try:
            yield server_address(server, home / "runtime", home / "log", SECONDS), token
        finally:
            server.kill()
            server.wait()


def look_at_submissions(
    assignment: Assignment, opened, honest: str, students: Iterable[str]
) -> Iterator[tuple[str, str]]:
    """What is wrong with students' pages in the formgrader: pairs of a student and a sentence.

    Parameters
    ----------
    assignment : Assignment
        A graded unit.
    opened
        As `browser` gives it.
    honest : str
        A student with nothing hostile: what is on that page is usual.
    students : iterable of str
    """
    wanted = {*students}
    with Gradebook(assignment.gradebook) as book:
        numbers = {
            submission.student.id: notebook.id
            for submission in book.find_assignment(assignment.unit).submissions
            for notebook in submission.notebooks
        }
    with formgrader(assignment.root) as (address, token):
        look = _Look(opened, address, token)
        try:
            usual = look.at(numbers[honest])
            for student in sorted(wanted & {*numbers}):
                for what in look.at(numbers[student]) - usual:
                    yield student, f"in the formgrader: {what}"
        finally:
            look.context.close()


class _Look:
    """Opens pages of one server, one after the other."""

    def __init__(self, opened, address: str, token: str):
        self.address, self.token = address, token
        self.context = opened.new_context()
        self.context.set_default_timeout(1000 * SECONDS)

    def at(self, number: str) -> Counter:
        """What is active on a submission's page: scripts, requests, elements, dialogs."""
        found: Counter = Counter()
        scripts: list[dict] = []
        page = self.context.new_page()
        try:
            page.on("request", lambda request: self._note(found, request.url, number))
            page.on("popup", lambda other: found.update(["another window"]))
            page.on("dialog", lambda dialog: (found.update(["a dialog"]), dialog.dismiss()))
            debugger = self.context.new_cdp_session(page)
            debugger.on("Debugger.scriptParsed", lambda script: scripts.append(script))
            debugger.send("Debugger.enable")
            answer = page.goto(
                f"{self.address}/formgrader/submissions/{number}/?token={self.token}",
                wait_until="load",
            )
            if answer.status != 200:
                found[f"no page, but the status {answer.status}"] += 1
                return found
            for script in scripts:
                text = debugger.send("Debugger.getScriptSource", {"scriptId": script["scriptId"]})
                text = " ".join(text["scriptSource"].split()).replace(number, "")
                if not script["url"].startswith(f"{self.address}/") or script.get("hasSourceURL"):
                    text = f"{script['url']} {text}"
                found[f"the script {_without_counts(text)[:200]}"] += 1
            found.update(active_parts(OWN_NAME.sub("", page.content().replace(number, ""))))
        finally:
            page.close()
        return found

    def _note(self, found: Counter, url: str, number: str) -> None:
        if not url.startswith(f"{self.address}/"):
            found[f"a request to {urlsplit(url).scheme}:{url[:200]}"] += not url.startswith("data:")
            return
        path = urlsplit(url).path.replace(number, "")
        found[f"a request for {path[:200]}"] += 1


def _without_counts(text: str) -> str:
    """A script's text without what says which submission it is, and of how many."""
    return re.sub(r"\d+", "0", text)
