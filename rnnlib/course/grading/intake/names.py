"""Texts and names from somebody else, fit for a sentence or for comparing."""

from __future__ import annotations

import unicodedata

from rnnlib.course.grading.intake.tidy import valid_text


def in_short(error: BaseException) -> str:
    """An error in a few words, fit for a terminal."""
    text = "".join(c if c.isprintable() else " " for c in valid_text(str(error)))
    return " ".join(text.split())[:500] or type(error).__name__


def shown(name: object) -> str:
    """A name from somebody else, fit for a sentence."""
    text = valid_text(str(name))
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return f"“{text if len(text) <= 60 else text[:57] + '...'}”"


def as_text(name: str) -> str:
    """A person's name as it may stand in the gradebook, whose pages do not all escape it."""
    text = "".join(letter if letter.isprintable() else " " for letter in valid_text(name))
    return text.translate({ord("<"): "‹", ord(">"): "›"})


def same_form(name: str) -> str:
    """A name in the one Unicode form in which names are compared (NFC).

    A Mac writes "é" as "e" and an accent (NFD), a keyboard as one letter: two names that nobody can
    tell apart would be two students.
    """
    return unicodedata.normalize("NFC", name)
