"""The exercises of unit 10: sequence to sequence, and attention."""

from __future__ import annotations

EXERCISES = ()
