"""Make verses.txt.xz from two Debian packages, read with PyPI's pysword 0.2.8.

::

    apt-get download sword-text-sparv sword-text-web
    python rnnlib/data/make_verses.py sword-text-sparv_2.60-1_all.deb sword-text-web_426.0-1_all.deb

The packages hold a Bible translation each, into Spanish (1909) and English, both in the public
domain and numbered alike: the one long translation of that kind that packages carry. Notes and
headings are cut out of the markup with a space in their place. Where a tag has no space beside
it, one is put in; only a Spanish pronoun stays joined to its verb ("tráeme" and an added "lo").

Lower case, without marks; "'s" is a word of its own. Verses with 3 to 25 words in both languages.
The English text is changed, and is not to be called by the translation's trademark.
"""

import hashlib
import lzma
import re
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

SOURCES = {
    "spaRV1909eb": "5c87f9b2bc97457e8a872f5bae7ea7ce59cb3de1dcee73e4d4740451863694cf",
    "engWEB2015eb": "930b23670b352f0829a306501de4bebb5e654a2df02cde2cbe86b802177868e1",
}
LENGTHS = range(3, 26)
PRONOUN = r"(?:me|te|se|nos|os|l[aeo]s?)\b"
NO_VERB = r"(?:que|como|ellos|Jehová|Dios|Josué)\b"


def make(packages):
    """Return the text of verses.txt.xz, made from the bytes of the two Debian packages."""
    for name, package, sha256 in zip(SOURCES, packages, SOURCES.values(), strict=True):
        if hashlib.sha256(package).hexdigest() != sha256:
            raise ValueError(f"this is not the package of {name}: its sha256 differs")
    from pysword.modules import SwordModules

    with tempfile.TemporaryDirectory() as folder:
        for package in packages:
            Path(folder, "package.deb").write_bytes(package)
            subprocess.run(["dpkg-deb", "-x", "package.deb", "."], cwd=folder, check=True)
        modules = SwordModules(str(Path(folder, "usr/share/sword")))
        modules.parse_modules()
        source, target = (read(modules.get_bible_from_module(name)) for name in SOURCES)
    return "".join(chapters(source, target))


def read(bible):
    """Each verse's markup under (book, chapter, verse), in the order of the books."""
    bible._decompressed_text = cache(bible._decompressed_text)  # else once for each verse
    return {
        (book.osis_name, chapter, verse): bible.get(book.name, chapter, verse, clean=False)
        for part in bible.get_structure().get_books().values()
        for book in part
        for chapter, verses in enumerate(book.chapter_lengths, start=1)
        for verse in range(1, verses + 1)
    }


def chapters(source, target):
    """A line ``# Gen 1`` for each chapter, and under it a line for each of its pairs."""
    here = None
    for place, markup in source.items():
        pair = spanish_words(markup), english_words(target.get(place, ""))
        if all(len(words) in LENGTHS for words in pair):
            if place[:2] != here:
                here = place[:2]
                yield f"# {here[0]} {here[1]}\n"
            yield "\t".join(" ".join(words) for words in pair) + "\n"


def spanish_words(markup):
    """The words of a Spanish verse in lower case, with their accents."""
    verb = rf"\b(?!{NO_VERB})([^\W\d_]+)(?:<[^>]*>)*<transChange\b[^>]*>(?={PRONOUN})"
    apart = re.sub(verb, r"\1", markup)
    return re.findall(r"[^\W\d_]+", plain(apart).lower())


def english_words(markup):
    """The words of an English verse in lower case; "god's" is two."""
    text = re.sub(r"(?<=s)’(?=\s)|-", " ", plain(markup).lower()).replace("’", "'")
    return re.findall(r"[a-z]+(?:'(?!s\b)[a-z]+)?|'s\b", text)


def plain(markup):
    """Without notes, headings and tags; what stood on both sides of a tag stays apart."""
    text = re.sub(r"<(note|title)\b.*?</\1>", " ", markup, flags=re.DOTALL)
    apart = re.sub(r"(?<=\w)(?:<[^>]*>)+(?=\w)", " ", text)
    return " ".join(re.sub(r"<[^>]*>", "", apart).split())


if __name__ == "__main__":
    text = make([Path(name).read_bytes() for name in sys.argv[1:]])
    target = Path(__file__).with_name("verses.txt.xz")
    target.write_bytes(lzma.compress(text.encode(), preset=9))
