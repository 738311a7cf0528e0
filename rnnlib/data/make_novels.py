"""Make novels.txt.xz from the Debian package r-cran-janeaustenr 1.0.0-1.

::

    apt-get download r-cran-janeaustenr
    python rnnlib/data/make_novels.py r-cran-janeaustenr_1.0.0-1_all.deb

The package holds the six novels of Jane Austen, in the public domain, as lists of lines in R's own
format. Here each is cut into chapters and paragraphs, and these into words and marks in lower case:
"Mr. Weston isn't" becomes ``mr. weston is n't``. Quotation marks, brackets and figures are left
out.
"""

import bz2
import gzip
import hashlib
import lzma
import re
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

SOURCE_SHA256 = "df6bddf211906d1ff404f8ff662c21b34e6660e7f54a311084e749050c019c95"
NOVELS = {
    "sensesensibility": "Sense and Sensibility",
    "prideprejudice": "Pride and Prejudice",
    "mansfieldpark": "Mansfield Park",
    "emma": "Emma",
    "northangerabbey": "Northanger Abbey",
    "persuasion": "Persuasion",
}
HEADING = re.compile(r"(chapter|volume)\b", re.IGNORECASE)
WORD = re.compile(
    r"(?:mrs?|dr|st|messrs)\.|n't|'(?:s|re|ve|ll|d|m)\b"
    r"|[a-z]+(?:'(?!(?:s|re|ve|ll|d|m)\b)[a-z]+)?|[.,;:!?]|--"
)


def make(package):
    """Return the text of novels.txt, made from the bytes of the Debian package."""
    if hashlib.sha256(package).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not r-cran-janeaustenr 1.0.0-1: its sha256 differs")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "package.deb").write_bytes(package)
        subprocess.run(["dpkg-deb", "-x", "package.deb", "."], cwd=folder, check=True)
        data = Path(folder, "usr/lib/R/site-library/janeaustenr/data")
        novels = read_lines(data / "Rdata")
    lines = []
    for name, title in NOVELS.items():
        lines.append(f"# {title}")
        for number, paragraphs in enumerate(chapters(novels[name]), start=1):
            lines += [f"## {number}", *paragraphs]
    return "\n".join(lines) + "\n"


def chapters(lines):
    """The paragraphs of each chapter; what stands before the first one is left out."""
    chapter, paragraph = None, []
    for line in [*lines, ""]:
        if line.strip() and not HEADING.match(line):
            paragraph.append(line)
            continue
        words = words_of(" ".join(paragraph))
        if words and words not in ("finis", "the end") and chapter is not None:
            chapter.append(words)
        paragraph = []
        if line.lower().startswith("chapter"):
            if chapter:
                yield chapter
            chapter = []
    yield chapter


def words_of(text):
    """Words and marks of a text, with a space between them."""
    text = text.lower().replace("_", "").replace("&c", "etc")
    return " ".join(WORD.findall(re.sub(r"n't\b", " n't", text)))


def read_lines(path):
    """The lines of each novel. An .rdx says where in the .rdb each one's compressed bytes lie."""
    index = unserialize(gzip.decompress(path.with_suffix(".rdx").read_bytes()))
    packed = path.with_suffix(".rdb").read_bytes()
    return {
        name: unserialize(unpack(packed[begin : begin + size]))
        for name, (begin, size) in index["variables"].items()
    }


def unpack(block):
    """What R compressed: four bytes with the length, one with the method, and the rest."""
    if block[4:5] == b"2":
        return bz2.decompress(block[5:])
    if block[4:5] == b"Z":
        filters = [{"id": lzma.FILTER_LZMA2}]
        return lzma.decompress(block[5:], format=lzma.FORMAT_RAW, filters=filters)
    return zlib.decompress(block[4:])


def unserialize(data):
    """A value in R's format XDR, version 2 or 3: vectors of whole numbers, texts, and lists.

    A list whose values have names becomes a dict; other attributes are dropped.
    """
    place, symbols = 2, []

    def number():
        nonlocal place
        place += 4
        return int.from_bytes(data[place - 4 : place], "big", signed=True)

    def text():
        nonlocal place
        length = number()
        place += max(length, 0)
        return data[place - length : place].decode() if length >= 0 else None

    def pairs():
        """R's attributes: a chain of pairs, each with a tag."""
        found, flags = {}, number()
        while flags & 255 == 2:
            tag = item()
            found[tag] = item()
            flags = number()
        return found

    def item():
        flags = number()
        kind = flags & 255
        if kind == 255:  # a symbol that was met before
            return symbols[(flags >> 8) - 1]
        if kind == 254:  # NULL
            return None
        if kind == 1:
            symbols.append(item())
            return symbols[-1]
        if kind == 9:
            return text()
        if kind in (10, 13):
            value = [number() for _ in range(number())]
        elif kind in (16, 19):
            value = [item() for _ in range(number())]
        else:
            raise ValueError(f"R's type {kind} is not expected here")
        names = pairs().get("names") if flags & 512 else None
        return value if names is None else dict(zip(names, value, strict=True))

    if data[:2] != b"X\n":
        raise ValueError("this is not R's format XDR")
    version = number()
    place += 8  # versions of R
    if version == 3:
        text()  # the encoding
    return item()


if __name__ == "__main__":
    text = make(Path(sys.argv[1]).read_bytes())
    target = Path(__file__).with_name("novels.txt.xz")
    target.write_bytes(lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME))
