"""A Chromium that is there, and a Jupyter server for it: to look at pages, and for tests."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import subprocess
import time
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Where a Chromium is, if there is one; the variable CHROMIUM can name it."""
    names = [os.environ.get("CHROMIUM", ""), *BROWSERS]
    return next((path for path in map(shutil.which, filter(None, names)) if path), None)


def why_no_browser() -> str:
    """What is missing for the browser, in words; empty where nothing is."""
    try:
        import playwright.sync_api  # noqa: F401
    except ImportError:
        return "Playwright is not installed: pip install playwright"
    if chromium() is None:
        return "there is no Chromium on the PATH (Debian: apt install chromium; or set CHROMIUM)"
    return ""


def free_port() -> int:
    """A port that is free now. If it is taken in the meantime, Jupyter takes another one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def server_address(server: subprocess.Popen, runtime: Path, log: Path, seconds: float) -> str:
    """A Jupyter server's address, as soon as it answers there.

    Parameters
    ----------
    server : subprocess.Popen
    runtime : Path
        Its JUPYTER_RUNTIME_DIR, where it writes which port it took.
    log : Path
        What it says.
    seconds : float
        How long it may take.

    Raises
    ------
    RuntimeError
        If it does not start, with the end of what it said.
    """
    about = runtime / f"jpserver-{server.pid}.json"
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        # A file and a socket send no event: look again and again.
        time.sleep(0.05)
        with contextlib.suppress(OSError, json.JSONDecodeError):
            port = json.loads(about.read_text(encoding="utf-8"))["port"]
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return f"http://127.0.0.1:{port}"
    said = log.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"the Jupyter server did not start:\n{said[-3000:]}")
