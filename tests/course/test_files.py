"""Files are whole or as they were; no link is followed, and what has no end is not read."""

import os

import pytest

from rnnlib.course.files import FileRefused, TooManyFiles, read_file, walk, write_whole


def test_a_file_is_written_in_the_place_of_one_that_is_read_only(tmp_path):
    path = tmp_path / "new folder" / "marks.csv"
    write_whole(path, "ä\n")
    path.chmod(0o444)
    write_whole(path, b"\xef\xbb\xbfb\r\n", durable=True)
    assert path.read_bytes() == b"\xef\xbb\xbfb\r\n"
    assert os.listdir(path.parent) == ["marks.csv"]


def test_what_cannot_be_written_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "marks.csv"
    write_whole(path, "old")

    def fail(descriptor):
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="the disk is full"):
        write_whole(path, "new", durable=True)
    assert path.read_text() == "old" and os.listdir(tmp_path) == ["marks.csv"]


def test_what_a_killed_process_left_beside_it_is_no_obstacle_and_no_way_out(tmp_path):
    path, other = tmp_path / "marks.csv", tmp_path / "other"
    other.write_text("not mine")
    os.symlink(other, tmp_path / f".marks.csv.{os.getpid()}.new")
    write_whole(path, "new")
    assert path.read_text() == "new" and not path.is_symlink()
    assert other.read_text() == "not mine"


@pytest.fixture
def folder(tmp_path):
    """Files in folders, a link out of it, and a pipe."""
    folder = tmp_path / "handed in"
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "deep.txt").write_text("deep")
    (folder / "top.txt").write_text("top")
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "solutions.txt").write_text("secret")
    os.symlink(tmp_path / "secret", folder / "link")
    os.mkfifo(folder / "pipe")
    return folder


def test_a_walk_tells_links_and_pipes_and_enters_neither(folder):
    kinds = {str(entry.path.relative_to(folder)): entry.kind for entry in walk(folder)}
    assert kinds == {
        "a": "a folder",
        "a/b": "a folder",
        "a/b/deep.txt": "a file",
        "top.txt": "a file",
        "link": "a link",
        "pipe": "a pipe",
    }


def test_a_walk_has_an_end(folder):
    names = {entry.path.name for entry in walk(folder, deepest=1)}
    assert "b" in names and "deep.txt" not in names
    assert "b" not in {entry.path.name for entry in walk(folder, skip=["a"])}
    with pytest.raises(TooManyFiles):
        list(walk(folder, most=5))
    assert list(walk(folder / "not there")) == []
    with pytest.raises(FileNotFoundError):
        list(walk(folder / "not there", strict=True))


@pytest.mark.parametrize(
    "name, reason",
    [
        ("link/solutions.txt", "a link"),
        ("link", "a link"),
        ("pipe", "a pipe"),
        ("a", "a folder"),
        ("top.txt", "too large"),
    ],
)
def test_what_is_no_file_or_too_large_is_not_read(folder, name, reason):
    with pytest.raises(FileRefused, match=reason):
        read_file(folder / name, within=folder, limit=2)


def test_a_regular_file_is_read(folder):
    assert read_file(folder / "a" / "b" / "deep.txt", within=folder, limit=4) == b"deep"
    with pytest.raises(FileNotFoundError):
        read_file(folder / "missing", limit=4)
