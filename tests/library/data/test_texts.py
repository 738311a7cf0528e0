import re
from collections import Counter

import numpy as np

from rnnlib.data import film_opinions, make_film_opinions, make_named_text, named_text, words_of


def test_film_opinions():
    sentences, ratings = film_opinions()
    assert len(sentences) == len(set(sentences)) == len(ratings) == 10603
    assert all(s == " ".join(s.split()) and s.isascii() for s in sentences)
    assert -4 <= ratings.min() < -3.8 and 3.9 < ratings.max() <= 4
    clear = np.abs(ratings) > 0.3
    assert 0.95 < clear.mean() < 0.98 and 0.49 < np.mean(ratings[clear] > 0) < 0.5
    by_text = dict(zip(sentences, ratings))
    assert by_text["Offers that rare combination of entertainment and education."] == 2.47


def test_plain_letters():
    assert make_film_opinions.plain("Amélie –  ``déjà vu’’ ½") == "Amelie - ''deja vu'' 1/2"


def test_words():
    assert words_of("") == []
    assert words_of("Don't! Can't say it's GOOD...") == [
        "do", "n't", "!", "ca", "n't", "say", "it", "'s", "good", ".", ".", ".",
    ]  # fmt: skip
    assert words_of("''Conan'' won 2 Oscars; the actors' best") == [
        "conan", "won", "2", "oscars", ";", "the", "actors", "best",
    ]  # fmt: skip


def test_named_text():
    books = named_text()
    assert len(books) == 22 and list(books)[::21] == ["Genesis", "Acts"]
    sentences = [sentence.split() for some in books.values() for sentence in some]
    assert {len(words) for words in sentences} == set(range(4, 41))
    words = Counter(word for words in sentences for word in words)
    assert all(re.fullmatch(r"[A-Za-z]+('[a-z]+)?|'s|[.,:;?!]", word) for word in words)
    for name in ("Yahweh", "Abraham", "Egypt", "Philistines"):
        assert words[name] > 30 > words[name.lower()] == 0
    for word in ("and", "then", "behold", "i", "now", "when"):
        assert words[word] > 100 > words[word.capitalize()] == 0
    # Some words are a name in one place only: "the Lord Yahweh", "my lord the king".
    assert words["Lord"] > 100 < words["lord"]


def test_a_note_leaves_a_space_and_a_heading_nothing():
    markup = "<title>A title</title> <w>God</w><note>so <hi>it</hi> is</note><w>made</w> it<q/>."
    assert make_named_text.plain(markup) == "God made it."


def test_what_opens_a_sentence_or_a_quotation():
    text = "Moses’s men didn’t go. He said, “Let me!” Selah"
    first, second, third = make_named_text.split(text)
    assert first == [
        ("Moses", True), ("'s", False), ("men", False), ("didn't", False), ("go", False),
        (".", False),
    ]  # fmt: skip
    assert [word for word, opens in second if opens] == ["He", "Let"]
    assert third == [("Selah", True)]


def test_a_word_that_opens_a_sentence_is_a_name_if_it_has_a_capital_elsewhere():
    text = "Ruth saw Ruth. Now I saw Ruth now. Ruth saw him now. Now the king saw."
    assert make_named_text.named_text({book: text for book in make_named_text.BOOKS}).split("\n")[
        :5
    ] == [
        "# Genesis",
        "Ruth saw Ruth .",
        "now i saw Ruth now .",
        "Ruth saw him now .",
        "now the king saw .",
    ]
