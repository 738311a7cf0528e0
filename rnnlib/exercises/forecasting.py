"""The exercises of unit 08: forecasting."""

from __future__ import annotations

EXERCISES = ()
