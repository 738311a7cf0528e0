"""`live`: the page itself for a person, a still picture for a program, words elsewhere."""

import base64
import io
import re
from html import unescape

import pytest
from PIL import Image

from rnnlib.plotting import explorables

NAMES = explorables.live_pages()


@pytest.fixture
def shown(monkeypatch):
    """What is displayed in a notebook: the bundles, in order."""
    bundles = []
    monkeypatch.setattr(explorables, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: bundles.append(bundle))
    return bundles


def test_there_are_seven_pages():
    assert NAMES == ["attention", "cell", "collapse", "note", "reach", "spelling", "tune"]


@pytest.mark.parametrize("name", NAMES)
def test_a_program_gets_a_still_picture_and_its_text(name, shown):
    explorables.live(name)
    (bundle,) = shown
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width == 760 and picture.height > 300
    assert len(bundle["text/plain"]) > 100
    assert "<script" not in bundle["text/html"] and "<iframe" not in bundle["text/html"]
    assert sum(map(len, bundle.values())) < 200_000


@pytest.mark.parametrize("name", NAMES)
def test_a_person_gets_the_page_in_a_frame_that_reaches_nothing(name, shown, monkeypatch):
    monkeypatch.setattr(explorables.interactive, "someone_is_there", lambda: True)
    explorables.live(name)
    frame = shown[0]["text/html"]
    page = (explorables.PAGES / f"{name}.html").read_text(encoding="utf-8")
    assert unescape(re.search(r'srcdoc="([^"]*)"', frame).group(1)) == page
    assert 'sandbox="allow-scripts"' in frame
    assert 1000 < int(re.search(r'height="(\d+)"', frame).group(1)) < 2500


def test_elsewhere_the_text_is_printed(capsys):
    explorables.live("note")
    assert capsys.readouterr().out.startswith("A network of 32 units has read")


def test_an_unknown_page_is_named():
    with pytest.raises(ValueError, match="no live page 'nose'; there are attention, cell"):
        explorables.live("nose")
