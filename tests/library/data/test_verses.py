import re

import numpy as np

from rnnlib.data import make_verses
from rnnlib.data.verses import stored_translator, translation_run, verse_pairs
from rnnlib.verse_translator import MARKS


def test_the_three_parts_share_no_chapter_and_no_verse():
    pairs = verse_pairs()
    assert [len(some) for some in pairs] == [16643, 472, 860]
    for n, some in enumerate(pairs):
        for other in pairs[n + 1 :]:
            assert not {pair.chapter for pair in some} & {pair.chapter for pair in other}
    known = {text for pair in pairs.training for text in pair[1:]}
    assert not any({pair.spanish, pair.english} & known for some in pairs[1:] for pair in some)


def test_words_are_words():
    for _, spanish, english in (pair for some in verse_pairs() for pair in some):
        assert re.fullmatch(r"[a-zñáéíóúüâêîôû]+( [a-zñáéíóúüâêîôû]+)*", spanish)
        assert re.fullmatch(r"[a-z]+('[a-z]+)?( ([a-z]+('[a-z]+)?|'s))*", english)
        assert all(3 <= len(text.split()) <= 25 for text in (spanish, english))


def test_no_two_words_are_glued_together():
    """These came from tags and notes without a space beside them."""
    pairs = [pair for some in verse_pairs() for pair in some]
    spanish = {word for pair in pairs for word in pair.spanish.split()}
    english = {word for pair in pairs for word in pair.english.split()}
    glued = "jehoválos dioslo comolo ellosle quela josuélos casaque partede hablabade porqueno"
    assert not spanish & set(glued.split())
    assert not english & set("godcreated godmade yahwehhad daughtersand christthe".split())
    assert {"tráeme", "júramelo", "dijo"} <= spanish  # pronouns stay with their verbs


def test_what_becomes_of_markup():
    markup = (
        "<w>Y</w> <w>Jehová</w><transChange>los</transChange> <w>dió</w><note>ó <hi>no</hi></note>"
        "<transChange>á él</transChange>; <w>tráeme</w><transChange>lo</transChange>, ¿fué así?"
    )
    assert make_verses.spanish_words(markup) == "y jehová los dió á él tráemelo fué así".split()
    markup = "<w>God’s</w><note>so</note><w>sons’</w> well-being; <w>don’t</w> <q/>“be”"
    assert make_verses.english_words(markup) == "god 's sons well being don't be".split()


def test_the_stored_network_is_made_from_these_verses():
    model, source, target = stored_translator()
    run = translation_run()
    assert run["weights"] == model.size and run["made from"]["pairs"] == [16643, 472, 860]
    assert run["made from"]["sizes"] == {"D": len(source), "V": len(target), "E": 96, "H": 192}
    training = verse_pairs().training
    for vocabulary, part in ((source, 1), (target, 2)):
        assert vocabulary.symbols[:3] == MARKS
        assert set(vocabulary.symbols[3:]) < {w for pair in training for w in pair[part].split()}
    assert all(np.isfinite(array).all() and array.dtype == np.float32 for _, array in model.items())
    held_out = run["held out"]
    assert held_out["word for word"] < held_out["greedy"] < held_out["unknown words looked up"]
