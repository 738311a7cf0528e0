"""Six novels, cut into words; R's own format is read."""

import re
import struct

import numpy as np
import pytest

from rnnlib.data import make_novels
from rnnlib.data.novels import novel_parts, novels, word_run, word_vocabulary, word_weights


def test_the_novels():
    books = novels()
    assert [len(chapters) for chapters in books.values()] == [50, 61, 48, 55, 31, 24]
    words = [w for chapters in books.values() for chapter in chapters for w in chapter.split()]
    assert 830_000 < len(words) < 840_000
    pattern = r"[a-z]+('[a-z]+)?|(mrs?|dr|st|messrs)\.|n't|'(s|re|ve|ll|d|m)|[.,;:!?]|--"
    assert all(re.fullmatch(pattern, word) for word in set(words))
    assert all(chapter for chapters in books.values() for chapter in chapters)
    assert not any("chapter" in chapter[:8] for chapters in books.values() for chapter in chapters)


def test_whole_chapters_are_held_out():
    parts, books = novel_parts(), novels()
    assert sum(map(len, parts)) == sum(len(c.split()) for some in books.values() for c in some)
    fifth = books["Sense and Sensibility"][4].split()
    assert parts.test[: len(fifth)] == fifth
    tenth = books["Sense and Sensibility"][9].split()
    assert parts.held_out[: len(tenth)] == tenth


def test_the_vocabulary_goes_by_frequency_and_then_by_the_alphabet():
    assert word_vocabulary(list("bbaaccc"), 4).symbols == ("<unk>", "c", "a", "b")
    with pytest.raises(ValueError, match="V=5 needs 4 different words, got 3"):
        word_vocabulary(list("abc"), 5)


def test_words_and_marks():
    text = "\"Mr. Weston _isn't_ at St. James's; o'clock--no, &c.\""
    assert make_novels.words_of(text) == (
        "mr. weston is n't at st. james 's ; o'clock -- no , etc ."
    )


def test_chapters_and_paragraphs():
    lines = ["EMMA", "By Jane", "VOLUME I", "CHAPTER I", "", "One", "two.", "", "* * *", "",
             "Three", "Chapter 2", "Four", "", "THE END"]  # fmt: skip
    assert list(make_novels.chapters(lines)) == [["one two .", "three"], ["four"]]


def xdr(*numbers):
    return struct.pack(f">{len(numbers)}i", *numbers)


def test_what_r_writes():
    def chars(text):
        return xdr(9, len(text)) + text.encode()

    names = xdr(2 | 1024, 1) + chars("names") + xdr(16, 2) + chars("a") + chars("b") + xdr(254)
    data = b"X\n" + xdr(2, 0, 0) + xdr(19 | 512, 2) + xdr(13, 2, 7, -8) + xdr(16, 1) + chars("z")
    assert make_novels.unserialize(data + names) == {"a": [7, -8], "b": ["z"]}
    with pytest.raises(ValueError, match="R's type 14 is not expected"):
        make_novels.unserialize(b"X\n" + xdr(2, 0, 0, 14))
    with pytest.raises(ValueError, match="not R's format XDR"):
        make_novels.unserialize(b"A\n")


def test_the_stored_run():
    weights, run = word_weights(), word_run()
    assert sum(array.size for array in weights.values()) == 633_992
    assert all(np.isfinite(a).all() and a.dtype == np.float32 for a in weights.values())
    held_out = [epoch["held out"] for epoch in run["epochs"]]
    assert len(held_out) == 8 and min(held_out) < 0.6 * held_out[0]
    assert run["held_out"] == pytest.approx(held_out[-1], abs=0.2)  # half precision costs nothing
