"""How points and shares are written."""

from __future__ import annotations


def points(value: float) -> str:
    """Points as they are written: ``4.25``, ``20``."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if value else "0"


def percent(share: float) -> str:
    """A share in percent; rounding makes neither 100 % nor 0 % of any other share."""
    whole = round(100 * share)
    if 0 < share and whole == 0:
        return "< 1 %"
    return f"{min(whole, 99) if share < 1 else whole} %"
