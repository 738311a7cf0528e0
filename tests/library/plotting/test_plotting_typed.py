"""Boxes to type into, and figures of a network that spells."""

import pytest

from rnnlib.plotting import described, interactive
from rnnlib.plotting.spelling import SpellingStages, reading
from rnnlib.plotting.typed import type_into
from rnnlib.spelling import Speller


def test_without_a_person_the_first_text_is_shown(capsys):
    type_into(lambda text: f"{text} and more", "tyranno")
    assert capsys.readouterr().out == "tyranno and more\n"


def test_with_a_person_there_is_a_box_that_renews_what_is_shown(monkeypatch):
    ipywidgets = pytest.importorskip("ipywidgets")
    shown = []

    class Place:
        def update(self, data, **_):
            shown.append(data)

    def display(*args, **options):
        shown.append(args[0])
        return Place() if options.get("display_id") else None

    monkeypatch.setattr(interactive, "someone_is_there", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    type_into(lambda text: text.upper(), "a", label="type a name")
    box = shown[0]
    assert isinstance(box, ipywidgets.Text) and box.description == "type a name"
    box.value = "ab"
    assert [each["text/plain"] for each in shown[1:]] == ["A", "AB"]


def test_without_ipywidgets_a_person_is_told(monkeypatch, capsys):
    monkeypatch.setattr(interactive, "someone_is_there", lambda: True)
    monkeypatch.setattr(interactive, "_widgets", lambda: None)
    type_into(str.upper, "a")
    assert "ipywidgets" in capsys.readouterr().out


def test_stages_are_gathered_and_told():
    speller, stages = Speller(["anna", "hanna"] * 8, H=5), SpellingStages("han", 3)
    for update in speller.learn(20, look=(0, 20)):
        figure, words = stages.add(speller)
        assert ("after 20 updates" in words) == (update == 20)
    assert len(figure.axes) == 6 and "before training" in words


def test_reading_shows_a_column_for_each_letter_and_the_full_stop():
    figure, words = reading(Speller(["anna"], H=5), "An-na")
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == list(".anna")
    assert "reads anna" in words


def test_the_fixed_figures_have_descriptions(capsys):
    for name in described.__all__:
        getattr(described, name)()
        assert len(capsys.readouterr().out.split()) > 10, name
