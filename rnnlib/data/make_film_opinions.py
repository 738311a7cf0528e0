"""Make film_opinions.txt.xz from the source package vaderSentiment 3.3.2 of PyPI.

::

    pip download --no-deps --no-binary :all: vaderSentiment==3.3.2
    python rnnlib/data/make_film_opinions.py vaderSentiment-3.3.2.tar.gz

In the package lies an archive with sentences that people have rated, among them 10,605 from film
reviews. Of each are kept the rating, rounded to hundredths, and the text, in plain letters; a
sentence that comes twice is kept once.
"""

import hashlib
import io
import lzma
import sys
import tarfile
import unicodedata
from pathlib import Path

SOURCE_SHA256 = "5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9"
ARCHIVE = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
RATED = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"
PLAIN = str.maketrans({"–": "-", "’": "'", "`": "'", "½": " 1/2", "æ": "ae"})


def make(package):
    """Return the text of film_opinions.txt, made from the bytes of the source package."""
    if hashlib.sha256(package).hexdigest() != SOURCE_SHA256:
        raise ValueError("this is not the source of vaderSentiment 3.3.2: its sha256 differs")
    with tarfile.open(fileobj=io.BytesIO(package)) as files:
        inner = files.extractfile(ARCHIVE).read()
    with tarfile.open(fileobj=io.BytesIO(inner)) as files:
        rated = files.extractfile(RATED).read().decode("utf-8")
    lines = {}
    for line in rated.splitlines():
        _, rating, text = line.split("\t")
        lines.setdefault(plain(text), f"{float(rating):.2f}")
    return "".join(f"{rating}\t{text}\n" for text, rating in lines.items())


def plain(text):
    """Letters without accents, one space between words."""
    parts = unicodedata.normalize("NFD", text.translate(PLAIN))
    return " ".join("".join(c for c in parts if not unicodedata.combining(c)).split())


if __name__ == "__main__":
    text = make(Path(sys.argv[1]).read_bytes())
    target = Path(__file__).with_name("film_opinions.txt.xz")
    target.write_bytes(lzma.compress(text.encode("ascii"), preset=9))
