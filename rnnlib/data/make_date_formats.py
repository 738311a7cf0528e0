"""Make date_formats.txt from the PyPI package Babel 2.16.0, which holds Unicode's CLDR 45.

::

    pip download --no-deps babel==2.16.0
    python rnnlib/data/make_date_formats.py babel-2.16.0-py3-none-any.whl

Taken are the names of months and weekdays and the four standard date formats (full, long, medium,
short) of English as written in the United States and in Great Britain, and of Spanish as written in
Spain. Before anything is written, `written_dates` is compared with Babel itself on every format.
"""

import datetime
import hashlib
import io
import sys
import tempfile
import zipfile
from pathlib import Path

SOURCE_SHA256 = "368b5b98b37c06b7daf6696391c3240c938b37767d4584413e8438c5c435fa8b"
LOCALES = ("en_US", "en_GB", "es_ES")
KINDS = ("full", "long", "medium", "short")


def make(wheel):
    """Return the text of date_formats.txt, made from the bytes of Babel's wheel."""
    if hashlib.sha256(wheel).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not the wheel of Babel 2.16.0: its sha256 differs")
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(io.BytesIO(wheel)).extractall(folder)
        sys.path.insert(0, folder)
        try:
            return _taken()
        finally:
            sys.path.remove(folder)


def _taken():
    from babel import Locale
    from babel.dates import format_date

    from rnnlib.data.dates import read_formats, write_date

    lines = []
    for name in LOCALES:
        locale = Locale.parse(name)
        for field, names, keys in (
            ("MMMM", locale.months["format"]["wide"], range(1, 13)),
            ("MMM", locale.months["format"]["abbreviated"], range(1, 13)),
            ("EEEE", locale.days["format"]["wide"], range(7)),
        ):
            lines.append("\t".join([name, field, *(names[k] for k in keys)]))
        for kind in KINDS:
            lines.append("\t".join([name, kind, locale.date_formats[kind].pattern]))
    text = "\n".join(lines) + "\n"

    formats = read_formats(text)
    for name, kind in formats:
        for number in range(0, 36525, 17):
            day = datetime.date(1950, 1, 1) + datetime.timedelta(days=number)
            ours, theirs = write_date(day, formats[name, kind]), format_date(day, kind, name)
            if ours != theirs:
                raise ValueError(f"{name}, {kind}: {ours!r} here, {theirs!r} in Babel")
    return text


if __name__ == "__main__":
    target = Path(__file__).with_name("date_formats.txt")
    target.write_text(make(Path(sys.argv[1]).read_bytes()), encoding="utf-8")
