"""Which of several notebooks was worked in, and what is taken out of an archive."""

import io
import stat
import zipfile
from pathlib import PurePosixPath

import nbformat
import pytest

from rnnlib.course.grading.intake.archives import inside, unzip
from rnnlib.course.grading.intake.choice import choose
from rnnlib.course.grading.intake.tidy import Unreadable

UNIT = "05_lstm"
STUBS = {"f": "def f():\n    ...", "g": "def g():\n    ..."}


def notebook(**answers):
    cells = []
    for name, stub in STUBS.items():
        cell = nbformat.v4.new_code_cell(answers.get(name, stub), id=name)
        cell.metadata["nbgrader"] = {"grade_id": name, "solution": True}
        cells.append(cell)
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells)).encode()


F, G = "def f():\n    return 1", "def g():\n    return 2"
UNTOUCHED, HALF, WHOLE, OTHER = notebook(), notebook(f=F), notebook(f=F, g=G), notebook(g=G)


def chosen(**files):
    """By a letter, as keyword arguments can be: `e` has the right name."""
    names = {"e": f"{UNIT}.ipynb", "a": f"{UNIT} (1).ipynb", "b": f"{UNIT}-Copy1.ipynb"}
    names |= {"u": "Untitled.ipynb"}
    files = {PurePosixPath(names[letter]): data for letter, data in files.items()}
    path, repairs = choose(sorted(files), UNIT, stubs=STUBS, read=files.__getitem__)
    return next(letter for letter, name in names.items() if name == str(path)), repairs


@pytest.mark.parametrize(
    "files, letter, said",
    [
        ({"e": WHOLE}, "e", None),
        ({"e": WHOLE, "a": UNTOUCHED}, "e", None),
        ({"e": WHOLE, "a": WHOLE}, "e", None),
        ({"e": WHOLE, "a": HALF}, "e", None),
        ({"e": UNTOUCHED, "a": UNTOUCHED}, "e", None),
        ({"e": UNTOUCHED, "a": HALF}, "a", "as it was handed out; “05_lstm (1).ipynb”, with 1 a"),
        ({"e": UNTOUCHED, "u": WHOLE}, "u", "with 2 answers, was graded"),
        ({"e": UNTOUCHED, "a": HALF, "b": WHOLE}, "b", "with 2 answers"),
        ({"e": HALF, "a": WHOLE}, "a", "all the answers of 05_lstm.ipynb and 1 more"),
        ({"e": HALF, "a": OTHER}, "e", "other answers stand in “05_lstm (1).ipynb”"),
        ({"e": b"no notebook", "a": WHOLE}, "a", "with 2 answers"),
        ({"a": UNTOUCHED, "b": WHOLE}, "b", "hold no other answers"),
        ({"a": HALF, "u": OTHER}, "a", "was handed in as"),
        ({"a": WHOLE, "b": WHOLE}, "a", "hold no other answers"),
    ],
)
def test_the_notebook_that_was_worked_in_is_taken_and_told(files, letter, said):
    found, repairs = chosen(**files)
    assert found == letter
    assert (said is None and not repairs) or (len(repairs) == 1 and said in repairs[0])


@pytest.mark.parametrize(
    "files, said",
    [
        ({"e": UNTOUCHED, "a": HALF, "b": OTHER}, "is as it was handed out, and 2 notebooks"),
        ({"a": HALF, "b": OTHER}, "is missing from what was handed in, and 2 notebooks"),
        ({"a": UNTOUCHED, "b": UNTOUCHED}, "2 notebooks could be meant"),
    ],
)
def test_a_person_is_asked_where_nobody_can_know(files, said):
    with pytest.raises(Unreadable) as caught:
        chosen(**files)
    assert said in str(caught.value)


def packed(files):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_only_files_inside_the_archive_are_taken():
    link = zipfile.ZipInfo("link.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    files = {"a/b.ipynb": b"1", "../up": b"2", "/etc/x": b"3", "__MACOSX/._b": b"4", "C:/x": b"5"}
    data = packed(files | {link: b"/etc/passwd", "a\\c.txt": b"6"})
    assert unzip(data, "it") == {PurePosixPath("a/b.ipynb"): b"1", PurePosixPath("a/c.txt"): b"6"}
    assert inside("a/" * 20 + "x") is None and inside("x" * 300) is None


def test_an_archive_is_bounded_whatever_it_says():
    with pytest.raises(Unreadable, match="holds more than"):
        unzip(packed({"bomb": bytes(10_000_000)}), "it", limit=1_000_000)
    with pytest.raises(Unreadable, match="more than 2,000 files"):
        unzip(packed({str(k): b"" for k in range(2_001)}), "it")


CUT = packed({"a": b"x" * 99})[:-30]


# Named: an archive holds the time, and two workers must know a test by the same name.
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", CUT], ids=["empty", "four bytes", "cut off"])
def test_a_broken_archive_is_refused_with_a_sentence(data):
    with pytest.raises(Unreadable, match="cannot be read: ask for it again"):
        unzip(data, "it")


def test_damage_inside_an_archive_is_refused():
    data = bytearray(packed({"a": bytes(range(256)) * 9}))
    data[60:70] = b"\0" * 10
    with pytest.raises(Unreadable, match="cannot be read"):
        unzip(bytes(data), "it")
