"""The names in a cell, whatever stands in it."""

import time

import pytest

from rnnlib.course.cell_names import names_in


@pytest.mark.parametrize(
    "source", ['s = "\ud83d"  # \x00 \u202e', "s = 1  # \ud800", "!ls \udfff\ns = 2"]
)
def test_half_surrogate_pairs_end_nothing(source):
    """Since Python 3.12 the tokenizer stumbles over them, with errors that differ by release."""
    assert "s" in names_in(source).bound


HARD = {
    "blanks": "a" + " " * 90_000 + "$",
    "runs of blanks": ("a" + " " * 400 + "$") * 220,
    "lines": "\n" * 90_000 + "$",
    "questions": "? " * 45_000,
    "signs": "$" * 90_000,
}


@pytest.mark.parametrize("source", HARD.values(), ids=HARD)
def test_no_text_takes_the_square_of_its_length(source):
    """A submission of such cells took five minutes; one takes half a second at most."""
    start = time.process_time()
    names_in(source)
    assert time.process_time() - start < 30
    assert names_in("x0 = 1" + " " * 2000 + "+ y").bound == {"x0"}
