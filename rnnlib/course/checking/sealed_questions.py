"""Questions with checked answers, which do not carry the answer in the clear.

Each answer that the author thought of, right or wrong, has a remark, encrypted with a key made from
the answer itself: only someone who gives that answer can read it. A program can try all four
letters; the seal is there for the student who opens the file and would rather not see the answer.

The sealed files lie in ``rnnlib/course/exercises/sealed``; `rnnlib build` makes them from
``solutions/NN_unit.questions.toml``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ROUNDS = 2_000
"""Rounds of PBKDF2 for one answer: some milliseconds."""


@dataclass(frozen=True)
class Verdict:
    """Whether an answer is right, and the remark on it."""

    right: bool
    remark: str


def seal(name: str, answers: dict[str, Verdict]) -> dict[str, str]:
    """The sealed form of a question: for every answer a tag and the encrypted verdict.

    Only ``wanted``, which tells a letter from a number, can be read as it is.
    """
    letters = all(len(answer) == 1 and answer.isalpha() for answer in answers)
    sealed = {
        "wanted": "one of the letters " + ", ".join(sorted(answers)) if letters else "a number"
    }
    for answer, verdict in answers.items():
        tag, stream = _keys(name, answer)
        plain = json.dumps([verdict.right, verdict.remark], ensure_ascii=False).encode()
        sealed[tag] = base64.b64encode(_xor(plain, stream)).decode()
    return dict(sorted(sealed.items()))  # the order must not tell which is which


def open_sealed(name: str, sealed: dict[str, str], answer: object) -> Verdict | None:
    """The verdict on an answer, or None if it is not among those that have a remark."""
    tag, stream = _keys(name, normal(answer))
    if tag not in sealed:
        return None
    right, remark = json.loads(_xor(base64.b64decode(sealed[tag]), stream))
    return Verdict(right, remark)


def near_miss(name: str, sealed: dict[str, str], answer: object) -> str:
    """A hint for a number that has no remark but becomes right by rounding; "" for any other."""
    try:
        number = float(normal(answer))
        whole = [math.floor(number), math.ceil(number)]
    except (ValueError, OverflowError):
        return ""
    if number not in whole:
        for near in whole:
            verdict = open_sealed(name, sealed, near)
            if verdict is not None and verdict.right:
                return (
                    "Close: a whole number is wanted. Is it the one below yours or the one above?"
                )
    for digits in (1, 2, 3, 4):
        near = round(number, digits)
        verdict = open_sealed(name, sealed, near) if near != number else None
        if verdict is not None and verdict.right:
            return "Close: give it with fewer digits."
    return ""


def normal(answer: object) -> str:
    """An answer in its normal form: ``" B) "`` is ``"b"``; ``"1,088"`` and 1088.0, ``"1088"``.

    ``1,088`` without quotes is the tuple (1, 88) to Python; it is taken for what was meant.
    """
    if isinstance(answer, tuple) and answer and all(isinstance(part, int) for part in answer):
        answer = str(answer[0]) + "".join(f"{part:03}" for part in answer[1:])
    words = str(answer).strip().strip("().").strip().lower()
    try:
        return f"{float(words.replace(',', '')):.6g}"
    except ValueError:
        return words


@cache
def all_questions() -> dict[str, dict[str, str]]:
    """Every sealed question of the course by name."""
    found: dict[str, dict[str, str]] = {}
    folder = files("rnnlib.course.exercises") / "sealed"
    for file in sorted(folder.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".json"):
            found.update(json.loads(file.read_text(encoding="utf-8")))
    return found


def _keys(name: str, answer: str) -> tuple[str, bytes]:
    """A tag to find the answer by, and a seed for the key stream that encrypts its remark."""
    key = hashlib.pbkdf2_hmac("sha256", answer.encode(), name.encode(), ROUNDS, dklen=48)
    return key[:12].hex(), key[12:]


def _xor(data: bytes, seed: bytes) -> bytes:
    stream = hashlib.shake_256(seed).digest(len(data))
    return bytes(a ^ b for a, b in zip(data, stream, strict=True))
