"""The exercises of unit 05: LSTM."""

from __future__ import annotations

EXERCISES = ()
