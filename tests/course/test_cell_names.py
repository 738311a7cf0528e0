"""The names in a cell, whatever stands in it."""

import pytest

from rnnlib.course.cell_names import names_in


@pytest.mark.parametrize(
    "source", ['s = "\ud83d"  # \x00 \u202e', "s = 1  # \ud800", "!ls \udfff\ns = 2"]
)
def test_half_surrogate_pairs_end_nothing(source):
    """Since Python 3.12 the tokenizer stumbles over them, with errors that differ by release."""
    assert "s" in names_in(source).bound
