"""The exercises of unit 07: deep, bidirectional and masked networks."""

from __future__ import annotations

EXERCISES = ()
