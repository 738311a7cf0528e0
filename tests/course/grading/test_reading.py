"""What students hand in, in every state: found, read and mended, or refused with a sentence."""

import json
import os
import socket
import stat
import warnings

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from places import ROOT

from rnnlib.course.authoring import find_units
from rnnlib.course.grading.intake.folder import find_notebook, read_bytes
from rnnlib.course.grading.intake.reading import read_notebook
from rnnlib.course.grading.intake.tidy import Unreadable, tidy
from rnnlib.course.grading.limits import NOTEBOOK_CELLS, NOTEBOOK_CHARACTERS

UNIT = "05_lstm"
NAME = f"{UNIT}.ipynb"
BUILT = [unit for unit in find_units(ROOT) if unit.release.exists()]


def notebook(**changes):
    """A small notebook as plain data."""
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# LSTM"},
        {
            "cell_type": "code",
            "id": "work",
            "metadata": {"nbgrader": {"grade_id": "lstm_step", "points": 2}, "tags": ["a"]},
            "source": ["x = 1\n", "y = 'é'"],
            "execution_count": 3,
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "5.0"}],
        },
    ]
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return {**whole, **changes}


def with_cell(**changes):
    """The notebook with another code cell; a field that is `...` is left out."""
    data = notebook()
    data["cells"][1] = {k: v for k, v in {**data["cells"][1], **changes}.items() if v is not ...}
    return data


def read(data, unit=UNIT):
    """Read it; what comes out is always valid, and valid for good."""
    if not isinstance(data, bytes):
        data = json.dumps(data).encode()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        result, repairs = read_notebook(data, unit)
        nbformat.validate(result)
    again, more = read_notebook(nbformat.writes(result).encode(), unit)
    assert again == result and more == []
    assert all(text.endswith(".") and "\n" not in text for text in repairs)
    return result, repairs


def refused(data, unit=UNIT):
    """Why it cannot be read."""
    with pytest.raises(Unreadable) as caught:
        read(data, unit)
    said = str(caught.value)
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert said.startswith(NAME) and said.endswith(".") and len(said) < 300
    return said


def put(path, data=b"{}"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


# --- reading ----------------------------------------------------------------------------------


def test_a_good_notebook_needs_no_repair_and_keeps_what_matters():
    result, repairs = read(notebook())
    assert repairs == []
    code = result.cells[1]
    assert code.source == "x = 1\ny = 'é'" and code.id == "work"
    assert code.metadata.nbgrader == {"grade_id": "lstm_step", "points": 2}
    assert code.outputs == [] and code.execution_count is None


@pytest.mark.parametrize("unit", BUILT, ids=lambda unit: unit.name)
def test_every_units_release_is_read_without_a_repair(unit):
    path, renamed = find_notebook(unit.release.parent, unit.name)
    result, repairs = read(read_bytes(path), unit.name)
    given = nbformat.read(unit.release, 4)
    assert renamed == repairs == []
    assert [(c.id, c.source) for c in result.cells] == [(c.id, c.source) for c in given.cells]
    assert [c.metadata for c in result.cells] == [c.metadata for c in given.cells]


@pytest.mark.parametrize(
    "encoding, said",
    [
        ("utf-8-sig", "byte order mark"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("cp1252", "Windows-1252"),
    ],
)
def test_every_encoding_that_editors_write_is_read(encoding, said):
    data = json.dumps(notebook(), ensure_ascii=False).encode(encoding)
    result, repairs = read(data)
    assert result == read(notebook())[0]
    assert len(repairs) == 1 and said in repairs[0]


def test_windows_line_ends_in_the_file_and_in_the_cells():
    file = json.dumps(notebook(), indent=1).replace("\n", "\r\n").encode()
    assert read(file) == read(notebook())
    result, repairs = read(with_cell(source="x = 1\r\ny = 2\rz = 3\n"))
    assert result.cells[1].source == "x = 1\ny = 2\nz = 3\n"
    assert "1 cell had the line ends of Windows" in repairs[0]


def test_format_3_becomes_format_4():
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {"name": "u"},
        "worksheets": [
            {
                "cells": [
                    {"cell_type": "heading", "level": 2, "source": ["LSTM"], "metadata": {}},
                    {
                        "cell_type": "code",
                        "input": ["a = 1\n", "b = 2"],
                        "language": "python",
                        "prompt_number": 1,
                        "outputs": [{"output_type": "pyout", "text": ["5"]}],
                        "metadata": {"nbgrader": {"grade_id": "a"}},
                    },
                ]
            },
            {"cells": [{"cell_type": "markdown", "source": "end"}]},
            "no sheet",
        ],
    }
    result, repairs = read(old)
    assert [(c.cell_type, c.source) for c in result.cells] == [
        ("markdown", "## LSTM"),
        ("code", "a = 1\nb = 2"),
        ("markdown", "end"),
    ]
    assert result.cells[1].metadata.nbgrader.grade_id == "a"
    assert any("older notebook format" in text for text in repairs)


def test_an_older_format_4_is_given_ids_always_the_same():
    old = notebook(nbformat_minor=2)
    for cell in old["cells"]:
        del cell["id"]
    result, repairs = read(old)
    assert [cell.id for cell in result.cells] == ["cell-1", "cell-2"]
    assert repairs == [f"{NAME} had an older notebook format; it was brought up to date."]
    assert read(old)[0] == result


@pytest.mark.parametrize(
    "change, said",
    [
        ({"outputs": ...}, "no outputs"),
        ({"execution_count": ...}, "no outputs or no execution count"),
        ({"metadata": ...}, "no metadata"),
        ({"metadata": [1]}, "no metadata, or damaged"),
        ({"metadata": {"nbgrader": "x"}}, "no metadata, or damaged"),
        ({"id": ...}, "no id"),
        ({"id": 7}, "no id"),
        ({"id": "two words"}, "no id"),
        ({"id": "title"}, "the id of another cell"),
        ({"cell_type": "sql"}, "kind that notebooks do not have"),
        ({"cell_type": ["code"]}, "kind that notebooks do not have"),
        ({"source": ...}, "no text"),
        ({"source": 5}, "no text"),
        ({"source": ["a", 5]}, "no text, or something else"),
        ({"source": "a\ud800"}, "characters that do not exist"),
        ({"attachments": {}}, "do not belong in a cell"),
        ({"prompt": 3}, "do not belong in a cell"),
    ],
    ids=str,
)
def test_each_damage_to_a_cell_is_mended_and_told(change, said):
    result, repairs = read(with_cell(**change))
    assert len(result.cells) == 2
    assert len(repairs) == 1 and said in repairs[0], repairs
    assert repairs[0].startswith(f"{NAME}: 1 cell ")


@pytest.mark.parametrize(
    "change, said",
    [
        ({"metadata": {}}, "did not name its kernel"),
        ({"metadata": 3}, "did not name its kernel"),
        ({"nbformat": None}, "did not say which notebook format"),
        ({"nbformat": "4"}, "did not say which notebook format"),
        ({"nbformat_minor": 99}, "newer notebook format"),
        ({"nbformat": 5}, "newer notebook format"),
        ({"signature": "x"}, "fields that do not belong in a notebook"),
        ({"cells": [*notebook()["cells"], 5, None]}, "2 things in the list of cells"),
    ],
    ids=str,
)
def test_each_damage_to_the_whole_is_mended_and_told(change, said):
    _, repairs = read(notebook(**change))
    assert len(repairs) == 1 and said in repairs[0], repairs


def test_no_numbers_in_outputs_do_not_matter():
    text = json.dumps(notebook()).replace('"execution_count": 3', '"execution_count": NaN')
    result, repairs = read(text.replace('"points": 2', '"points": 1e999').encode())
    assert result.cells[1].metadata.nbgrader == {"grade_id": "lstm_step"}
    assert repairs == [f"{NAME} held numbers that JSON does not have, such as NaN."]


def test_what_a_student_wrote_into_the_metadata_of_the_file_is_dropped():
    metadata = {"rnnlib": {"repairs": ["x"], "unit": UNIT}, "widgets": {"a": "<script>"}}
    result, _ = read(notebook(metadata=notebook()["metadata"] | metadata))
    assert set(result.metadata) == {"kernelspec", "language_info"}


def test_pictures_in_text_stay():
    data = notebook()
    data["cells"][0]["attachments"] = {"a.png": {"image/png": "aGk="}, "b": 3}
    result, _ = read(data)
    assert result.cells[0].attachments == {"a.png": {"image/png": "aGk="}}


def cut(data, where):
    text = json.dumps(data).encode()
    return text[: int(len(text) * where)]


@pytest.mark.parametrize(
    "data, said",
    [
        (b"", "it is empty"),
        (b"\n \n", "it is empty"),
        (b"\x00\x00\x00\x00", "it is empty"),
        (b"\x00\x01", "is not a notebook"),
        (b"print('hello')", "damaged at line 1"),
        (b"PK\x03\x04....", "ZIP archive"),
        (b"%PDF-1.7", "PDF"),
        (b"<!doctype html><html>", "web page"),
        (b"<<<<<<< HEAD\n{}", "a merge that was not finished"),
        (b'{"cells": [\n<<<<<<< HEAD\n{}\n=======\n{}\n>>>>>>> b\n]}', "a merge that was"),
        (b'{"cells": [{]}', "damaged at line 1, column 13"),
        (cut(notebook(), 0.5), "ends in the middle"),
        (cut(notebook(), 0.95), "ends in the middle"),
        (b"[1, 2]", "is not a notebook"),
        (b"null", "is not a notebook"),
        (b"3", "is not a notebook"),
        (b"{}", "no list of cells"),
        (b'{"cells": {}}', "no list of cells"),
        (b'{"cells": []}', "has no cells"),
        (b'{"cells": [1, null]}', "has no cells"),
        (b'{"worksheets": [3]}', "has no cells"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"cells":' * 200_000, "nested too deeply"),
        (notebook(cells=[{}] * (NOTEBOOK_CELLS + 1)), "2,001 cells"),
        (with_cell(source="x" * (NOTEBOOK_CHARACTERS + 1)), "2,000,000 characters"),
        (notebook(metadata={"rnnlib": {"unit": "04_vanishing"}}), "the unit “04_vanishing”"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_notebook_is_refused_with_a_sentence(data, said):
    assert said in refused(data)


def test_a_number_without_end_is_no_trouble():
    text = json.dumps(notebook()).replace('"points": 2', '"points": ' + "9" * 5_000)
    assert "points" not in read(text.encode())[0].cells[1].metadata.nbgrader


def test_metadata_nested_just_below_the_limit_are_dropped():
    deep = json.loads('{"a":' * 400 + "1" + "}" * 400)
    data = with_cell(metadata={"x": deep, "nbgrader": {"y": deep, "grade_id": "z"}})
    data["metadata"]["deep"] = deep
    result, _ = read(data)
    assert result.cells[1].metadata == {"nbgrader": {"grade_id": "z"}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = ("cell_type", "id", "metadata", "source", "outputs", "execution_count", "attachments")
KIND = st.sampled_from(["code", "markdown", "raw", "heading"]) | JSON
ABOUT = st.fixed_dictionaries({}, optional={k: JSON for k in ("nbgrader", "tags", "jupyter")})
CELLS = st.lists(
    st.fixed_dictionaries(
        {},
        optional={key: JSON for key in KEYS}
        | {"cell_type": KIND, "metadata": ABOUT | JSON, "input": JSON, "level": JSON},
    )
    | JSON,
    max_size=4,
)
WHOLE = st.fixed_dictionaries(
    {},
    optional={"cells": CELLS | JSON, "metadata": JSON, "nbformat": JSON, "worksheets": JSON},
)


@settings(max_examples=200, deadline=None)
@given(WHOLE | JSON)
def test_any_json_is_read_or_refused(data):
    try:
        read(data)
    except Unreadable:
        pass


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 400), st.integers(0, 400))
def test_any_bytes_are_read_or_refused(junk, start, length):
    good = json.dumps(notebook()).encode()
    for data in (junk, good[:start] + junk + good[start + length :]):
        try:
            read(data)
        except Unreadable:
            pass


def test_tidying_changes_nothing_in_what_it_is_given():
    data = notebook()
    tidy(data)
    assert data == notebook()


# --- finding ----------------------------------------------------------------------------------


def test_the_notebook_itself_is_found_whatever_else_there_is(tmp_path):
    folder = tmp_path / "anna" / UNIT
    path = put(folder / NAME)
    put(folder / f"{UNIT} (1).ipynb")
    put(folder / ".ipynb_checkpoints" / f"{UNIT}-checkpoint.ipynb")
    (folder / "up").symlink_to(tmp_path)
    assert find_notebook(folder, UNIT) == (path, [])


@pytest.mark.parametrize(
    "name",
    [
        f"{UNIT} (1).ipynb",
        f"{UNIT}-anna.ipynb",
        "05_LSTM.IPYNB",
        f"{UNIT}/{NAME}",
        f"anna/homework/{NAME}",
        "Untitled.ipynb",
    ],
)
def test_a_renamed_notebook_is_found_and_told(tmp_path, name):
    folder = tmp_path / "anna" / UNIT
    path = put(folder / name)
    put(folder / ".ipynb_checkpoints" / NAME)
    put(folder / "__MACOSX" / f"._{NAME}")
    put(folder / f"._{NAME}")
    put(folder / "notes.txt")
    found, (said,) = find_notebook(folder, UNIT)
    assert found == path
    assert f"“{name}”" in said and NAME in said


def test_a_notebook_with_the_units_name_goes_before_others(tmp_path):
    folder = tmp_path / "anna" / UNIT
    put(folder / "scratch.ipynb")
    path = put(folder / f"my {UNIT}.ipynb")
    assert find_notebook(folder, UNIT)[0] == path


@pytest.mark.parametrize(
    "names, said",
    [
        ([], "is missing from what was handed in"),
        (["notes.txt"], "is missing"),
        ([f".ipynb_checkpoints/{NAME}"], "is missing"),
        ([f"{UNIT} (1).ipynb", f"{UNIT} (2).ipynb"], "2 notebooks could be meant"),
        (["a.ipynb", "b.ipynb"], "2 notebooks could be meant (“a.ipynb”, “b.ipynb”)"),
        ([f"{NAME}/x.txt"], "is a folder"),
    ],
)
def test_no_notebook_or_several_is_for_a_person(tmp_path, names, said):
    folder = tmp_path / "anna" / UNIT
    folder.mkdir(parents=True)
    for name in names:
        put(folder / name)
    with pytest.raises(Unreadable) as caught:
        find_notebook(folder, UNIT)
    assert said in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(Unreadable, match="is missing from what was handed in"):
        find_notebook(tmp_path / "nobody" / UNIT, UNIT)


def test_a_flood_of_files_is_refused(tmp_path):
    folder = tmp_path / "anna" / UNIT
    for number in range(2_001):
        put(folder / f"{number}.txt")
    with pytest.raises(Unreadable, match="More than 2,000 files"):
        find_notebook(folder, UNIT)


def test_a_name_that_no_text_can_hold_is_shown_safely(tmp_path):
    folder = tmp_path / "anna" / UNIT
    folder.mkdir(parents=True)
    name = os.fsencode(folder) + b"/\xff\x1b[31m\n" + b"x" * 100 + b".ipynb"
    with open(name, "wb"):
        pass
    found, (said,) = find_notebook(folder, UNIT)
    assert os.fsencode(found) == name
    assert said.encode().isascii() is False and "\x1b" not in said and len(said) < 200


# --- links ------------------------------------------------------------------------------------


@pytest.fixture
def secret(tmp_path):
    """A file that no student may see."""
    return put(tmp_path / "secret" / NAME, b"secret")


def test_a_link_in_the_notebooks_place_is_refused(tmp_path, secret):
    for number, target in enumerate((secret, tmp_path / "nothing", secret.parent)):
        folder = tmp_path / str(number) / UNIT
        folder.mkdir(parents=True)
        (folder / NAME).symlink_to(target)
        with pytest.raises(Unreadable, match="is a link"):
            find_notebook(folder, UNIT)
        with pytest.raises(Unreadable, match="links are not followed"):
            read_bytes(folder / NAME)


def test_a_link_to_a_folder_or_to_another_name_is_not_followed(tmp_path, secret):
    folder = tmp_path / "anna" / UNIT
    folder.mkdir(parents=True)
    (folder / "work").symlink_to(secret.parent)
    (folder / "my.ipynb").symlink_to(secret)
    with pytest.raises(Unreadable, match="There is a link, which is not followed"):
        find_notebook(folder, UNIT)


@pytest.mark.parametrize("level", ["unit", "student"])
def test_the_students_folder_must_not_be_a_link(tmp_path, secret, level):
    real = tmp_path / "real" / UNIT
    put(real / NAME)
    if level == "unit":
        (tmp_path / "anna").mkdir()
        (tmp_path / "anna" / UNIT).symlink_to(real)
    else:
        (tmp_path / "anna").symlink_to(real.parent)
    with pytest.raises(Unreadable, match="is a link: nothing was read"):
        find_notebook(tmp_path / "anna" / UNIT, UNIT)
    with pytest.raises(Unreadable, match="links are not followed"):
        read_bytes(tmp_path / "anna" / UNIT / NAME, within=tmp_path)


def make_pipe(path):
    os.mkfifo(path)


def make_socket(path):
    here = os.getcwd()
    os.chdir(path.parent)  # a socket's path is short
    try:
        socket.socket(socket.AF_UNIX).bind(path.name)
    finally:
        os.chdir(here)


def make_device(path):
    try:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))  # /dev/zero: never ends
    except PermissionError:
        pytest.skip("only root makes devices")


@pytest.mark.parametrize("make", [make_pipe, make_socket, make_device])
def test_a_pipe_a_socket_or_a_device_is_not_read(tmp_path, make):
    folder = tmp_path / "anna" / UNIT
    folder.mkdir(parents=True)
    make(folder / NAME)
    with pytest.raises(Unreadable, match=r"is a (pipe|socket|device), not a file"):
        find_notebook(folder, UNIT)
    with pytest.raises(Unreadable, match=r"not a file|is no file|not permitted"):
        read_bytes(folder / NAME)


def test_bytes_are_read_to_the_limit(tmp_path):
    path = put(tmp_path / "anna" / UNIT / NAME, b"x" * 10)
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else None
    assert read_bytes(path, limit=10) == b"x" * 10
    assert read_bytes(path, within=tmp_path) == b"x" * 10
    for _ in range(5):
        with pytest.raises(Unreadable, match="longer than"):
            read_bytes(path, limit=9)
        with pytest.raises(Unreadable, match="cannot be read"):
            read_bytes(path.with_name("nothing"))
        with pytest.raises(Unreadable, match="not a file"):
            read_bytes(path.parent)
    if before is not None:
        assert len(os.listdir("/proc/self/fd")) == before  # nothing is left open
