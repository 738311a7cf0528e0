"""The exercises of unit 12: music."""

from __future__ import annotations

EXERCISES = ()
