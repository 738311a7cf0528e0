"""Make surnames.txt from the person providers of the PyPI package Faker 40.54.0.

::

    pip download --no-deps faker==40.54.0
    python rnnlib/data/make_surnames.py faker-40.54.0-py3-none-any.whl

The lists are read from the wheel without running it. Accents are taken off, so that a single letter
does not give the language away, and a name that stands in the lists of two languages is left out:
each name has one right answer. Of the longest lists 800 names are kept.
"""

import ast
import hashlib
import io
import re
import sys
import unicodedata
import zipfile
from collections import Counter
from pathlib import Path

SOURCE_SHA256 = "2dd88ee8cb63a9149e19ef48bdd73879bc3854d8ba2d6c1535e902a762e603f7"
LISTS = {
    "Croatian": ("hr_HR",),
    "Dutch": ("nl_NL",),
    "English": ("en_GB",),
    "Finnish": ("fi_FI",),
    "French": ("fr_FR", "fr_BE"),
    "German": ("de_DE", "de_AT"),
    "Italian": ("it_IT",),
    "Spanish": ("es_ES",),
    "Swedish": ("sv_SE",),
    "Zulu": ("zu_ZA",),
}
MOST = 800
IN_TWO_LETTERS = str.maketrans({"ß": "ss", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})


def make(wheel):
    """Return the text of surnames.txt, made from the bytes of Faker's wheel."""
    if hashlib.sha256(wheel).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not the wheel of faker 40.54.0: its sha256 differs")
    found = {}
    with zipfile.ZipFile(io.BytesIO(wheel)) as files:
        for language, places in LISTS.items():
            sources = [files.read(f"faker/providers/person/{p}/__init__.py") for p in places]
            names = {plain(name) for source in sources for name in last_names(source.decode())}
            found[language] = {name for name in names if re.fullmatch("[a-z]+", name)}
    times = Counter(name for names in found.values() for name in names)
    lines = []
    for language, names in found.items():
        once = sorted((n for n in names if times[n] == 1), key=_by_chance)[:MOST]
        lines.append(f"{language}: {' '.join(sorted(once))}")
    return "\n".join(lines) + "\n"


def last_names(source):
    """All strings in what the class assigns to names that begin with ``last_names``."""
    provider = next(n for n in ast.parse(source).body if isinstance(n, ast.ClassDef))
    for node in provider.body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if getattr(target, "id", "").startswith("last_names"):
                for part in ast.walk(node.value):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


def plain(name):
    """Lower case, without accents."""
    parts = unicodedata.normalize("NFD", name.lower().translate(IN_TWO_LETTERS))
    return "".join(c for c in parts if not unicodedata.combining(c))


def _by_chance(name):
    """A number that has nothing to do with the name, and is always the same."""
    return hashlib.sha256(name.encode()).hexdigest()


if __name__ == "__main__":
    target = Path(__file__).with_name("surnames.txt")
    target.write_text(make(Path(sys.argv[1]).read_bytes()), encoding="ascii")
