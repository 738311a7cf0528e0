"""The secret of a course, from which the seeds of marked cells come: made at first use.

It lies in the course root beside the gradebook. Whoever has it can foretell on which inputs answers
are tried; with it, marks can be repeated.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from rnnlib.course.files import write_whole

FILE = "marking_secret"
NONE = "none"
"""In place of a secret: seeds stay as they stand in the marked cells."""


def secret_path(root: Path) -> Path:
    """Where the secret of a course lies."""
    return root / FILE


def read_secret(root: Path) -> str:
    """The secret of a course, `NONE` included; made where there is none yet."""
    path = secret_path(root)
    try:
        found = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        found = ""
    return found or new_secret(root)


def new_secret(root: Path) -> str:
    """Make another secret; returns it."""
    return set_secret(root, secrets.token_hex(16))


def set_secret(root: Path, secret: str) -> str:
    """Write a secret, for its owner alone to read; returns it."""
    write_whole(secret_path(root), secret + "\n", durable=True, private=True)
    return secret
