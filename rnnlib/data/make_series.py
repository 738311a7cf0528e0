"""Make the three series (sunspots by year and by month, El Niño) from the PyPI package statsmodels.

::

    pip download --no-deps statsmodels==0.15.0
    python rnnlib/data/make_series.py statsmodels-0.15.0-*.whl

The wheel holds two csv files and one table in text. Each series becomes a csv file with one value a
line, in the order of time; a month is counted 1 to 12. The numbers are those of the source.
"""

import csv
import hashlib
import re
import sys
import zipfile
from pathlib import Path

FOLDER = "statsmodels/datasets"
SOURCE = {
    "sunspots/sunspots.csv": "f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b",
    "sunspots/src/sunspots_monthly.dat": (
        "cc303d26340b6d599bc2878899f8c50c12323dc04b52a26ad047965ea2b9d2a3"
    ),
    "elnino/elnino.csv": "b647be00e0fd264be9764e317e6b963f35030014ecca2b21b204521716e463ad",
}


def make(sources):
    """Return the text of each csv file by its name, made from the bytes of the sources by name."""
    for name, digest in SOURCE.items():
        if hashlib.sha256(sources[name]).hexdigest() != digest:
            raise ValueError(f"this is not {name} of statsmodels 0.15.0: its sha256 differs")
    yearly, monthly, el_nino = (sources[name].decode("utf-8") for name in SOURCE)
    years = [line.split(",") for line in yearly.splitlines()[1:]]
    # Below a line of dashes: a year and up to twelve numbers; remarks at the end begin with words.
    months = [line.split() for line in monthly.splitlines() if re.match(r"\d{4}\s+\d+\.\d", line)]
    return {
        "sunspots_yearly.csv": _table(["year", "sunspots"], years),
        "sunspots_monthly.csv": _table(["year", "month", "sunspots"], _by_month(months)),
        "el_nino.csv": _table(
            ["year", "month", "temperature"], _by_month(csv.reader(el_nino.splitlines()[1:]))
        ),
    }


def _by_month(rows):
    """A year with its values becomes one row for each month."""
    return [
        (year, str(month), value)
        for year, *values in rows
        for month, value in enumerate(values, start=1)
    ]


def _table(names, rows):
    return "".join(",".join(row) + "\n" for row in [names, *rows])


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as wheel:
        sources = {name: wheel.read(f"{FOLDER}/{name}") for name in SOURCE}
    for name, text in make(sources).items():
        Path(__file__).with_name(name).write_text(text, encoding="ascii", newline="\n")
