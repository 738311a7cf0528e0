"""What stands in a unit's built notebook: its outputs, and the numbers that its texts speak of."""

import re

import nbformat
from places import ROOT

SOLUTIONS = ROOT / "solutions"
NUMBER = r"-?\d[\d,]*\.?\d*(?:e[+-]\d+)?"


def outputs_of(unit):
    """The outputs of all cells, in order."""
    notebook = nbformat.read(SOLUTIONS / unit / f"{unit}.ipynb", as_version=4)
    return [o for cell in notebook.cells for o in cell.get("outputs", [])]


def printed_in(outputs):
    """All that was printed."""
    return "\n".join(o.text for o in outputs if o.output_type == "stream")


def numbers(printed, beginning, after="", nth=0):
    """The numbers in a line that begins so, in the part of the text from `after` on."""
    lines = printed[printed.index(after) :].splitlines()
    line = [n for n in lines if re.match(rf"\s*{re.escape(beginning)}(?![\w,.])", n)][nth]
    rest = line.lstrip()[len(beginning) :]
    return [float(n.replace(",", "")) for n in re.findall(NUMBER, rest)]
