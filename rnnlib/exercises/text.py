"""The exercises of unit 09: classifying and tagging text."""

from __future__ import annotations

EXERCISES = ()
