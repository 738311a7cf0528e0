import hashlib
import re
from importlib.resources import files

import pytest

from rnnlib.data import dinosaur_names
from rnnlib.data.make_dinosaur_names import make


def test_dinosaur_names():
    names = dinosaur_names()
    assert len(names) == len(set(names)) == 1318
    assert list(names) == sorted(names)
    assert all(re.fullmatch("[a-z]+", name) for name in names)
    assert "tyrannosaurus" in names


def test_every_file_is_the_one_the_licences_speak_of():
    folder = files("rnnlib.data")
    rows = dict(
        re.findall(
            r"^\| `([^`]+)`.*`([0-9a-f]{64})`",
            folder.joinpath("LICENSES.md").read_text(),
            re.MULTILINE,
        )
    )
    present = {f.name for f in folder.iterdir() if f.name.endswith((".txt", ".npz", ".csv"))}
    assert rows.keys() == present
    for name, digest in rows.items():
        assert hashlib.sha256(folder.joinpath(name).read_bytes()).hexdigest() == digest, name


def test_the_maker_refuses_another_source():
    with pytest.raises(ValueError, match="its sha256 differs"):
        make(b"tyrannosaurus\n")
