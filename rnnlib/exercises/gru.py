"""The exercises of unit 06: GRU."""

from __future__ import annotations

EXERCISES = ()
