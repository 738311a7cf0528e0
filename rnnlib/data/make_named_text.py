"""Make named_text.txt.xz from the Debian package sword-text-web 426.0-1.

::

    apt-get download sword-text-web
    python rnnlib/data/make_named_text.py sword-text-web_426.0-1_all.deb

The package holds an English Bible translation in the public domain, the one long translation of
that kind that packages carry. Of its books those that tell a story are taken. Notes are cut out of
the markup with a space in their place, verses are joined, and sentences split at . ? ! and ;.

The sentences are in lower case. **A word with a capital is a name**: it has one in the middle of a
sentence of the source. A word that opens a sentence, or a quotation, has a capital anyway: there a
word counts as a name if it mostly has a capital where it does not need one. The text is changed,
and is not to be called by the translation's trademark.
"""

import hashlib
import lzma
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections import Counter
from pathlib import Path

SOURCE_SHA256 = "930b23670b352f0829a306501de4bebb5e654a2df02cde2cbe86b802177868e1"
BOOKS = {
    "Gen": "Genesis", "Exod": "Exodus", "Num": "Numbers", "Josh": "Joshua", "Judg": "Judges",
    "Ruth": "Ruth", "1Sam": "1 Samuel", "2Sam": "2 Samuel", "1Kgs": "1 Kings", "2Kgs": "2 Kings",
    "Ezra": "Ezra", "Neh": "Nehemiah", "Esth": "Esther", "Jdt": "Judith", "Dan": "Daniel",
    "Jonah": "Jonah", "1Macc": "1 Maccabees", "Matt": "Matthew", "Mark": "Mark", "Luke": "Luke",
    "John": "John", "Acts": "Acts",
}  # fmt: skip
LENGTHS = range(4, 41)  # shorter sentences say nothing, longer ones are mostly lists


def make(package):
    """Return the text of named_text.txt, made from the bytes of the Debian package."""
    if hashlib.sha256(package).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not sword-text-web 426.0-1: its sha256 differs")
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "package.deb").write_bytes(package)
        subprocess.run(["dpkg-deb", "-x", "package.deb", "."], cwd=folder, check=True)
        module = next(Path(folder).glob("usr/share/sword/modules/texts/ztext/*"))
        texts = dict(book for part in ("ot", "nt") for book in read_books(module, part))
    return named_text(texts)


def read_books(module, part):
    """Each book's id and text. A module's .bzs says where the blocks of its .bzz lie."""
    index = Path(module, f"{part}.bzs").read_bytes()
    blocks = Path(module, f"{part}.bzz").read_bytes()
    for begin, size, _ in struct.iter_unpack("<III", index):
        markup = zlib.decompress(blocks[begin : begin + size]).decode()
        first = re.search(r'<chapter\b[^>]*\bosisID="(\w+)\.1"', markup)
        if first:  # before it stands what the editors say of the book
            yield first[1], plain(markup[first.start() :])


def plain(markup):
    """Without notes, headings and tags; a note leaves a space."""
    text = re.sub(r"<(note|title)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


def named_text(texts):
    """The sentences of `BOOKS`, a line each; a line ``# Genesis`` begins that book."""
    sentences = {book: list(split(text)) for book, text in texts.items()}
    upper, lower = Counter(), Counter()
    for some in sentences.values():
        for word, opens in (pair for sentence in some for pair in sentence):
            if not opens:
                (upper if word[0].isupper() else lower)[word.lower()] += 1
    lines = []
    for book, name in BOOKS.items():
        lines.append(f"# {name}")
        for sentence in sentences[book]:
            if len(sentence) in LENGTHS:
                words = (
                    word.lower()
                    if word == "I" or (opens and upper[word.lower()] <= lower[word.lower()])
                    else word
                    for word, opens in sentence
                )
                lines.append(" ".join(words))
    return "\n".join(lines) + "\n"


def split(text):
    """Sentences as pairs (word, whether it opens the sentence or a quotation)."""
    sentence, opens = [], True
    for token in re.findall(r"[A-Za-z]+(?:’(?!s\b)[A-Za-z]+)?|’s\b|[.?!;:,“‘”’]", text):
        if token in "“‘:":
            opens = True
        if token in "“‘”’":
            continue
        sentence.append((token.replace("’", "'"), opens))
        if token in ".?!;":
            yield sentence
            sentence = []
        opens = token in ".?!;:"
    if sentence:
        yield sentence


if __name__ == "__main__":
    text = make(Path(sys.argv[1]).read_bytes())
    target = Path(__file__).with_name("named_text.txt.xz")
    target.write_bytes(lzma.compress(text.encode("ascii"), preset=9))
