import pytest

from rnnlib.bleu import bleu


def words(*texts):
    return [text.split() for text in texts]


@pytest.mark.parametrize(
    "answers, references, score",
    [
        (
            words(
                "he gave the holy bread to them", "the king of israel said to his son go up and see"
            ),
            words(
                "he gave them the holy bread",
                "the king of israel said to his servants go up and see the land",
            ),
            56.918789060486766,
        ),
        (
            words(
                "and the lord said to him i will go with you to the land of the king",
                "in the beginning god made the heavens and the the earth",
            ),
            words(
                "yahweh said to him i will go with you to the land",
                "in the beginning god created the heavens and the earth",
            ),
            58.2323399718028,
        ),
        (words("a b c d e"), words("a b x d e"), 0.0),
    ],
    ids=["short answers", "long answers", "no four words in common"],
)
def test_the_score_is_that_of_sacrebleu(answers, references, score):
    """Of sacrebleu 2.6.0, with ``tokenize="none", smooth_method="none"``."""
    assert bleu(answers, references) == pytest.approx(score, rel=1e-9)


def test_sums_over_all_answers_are_not_a_mean_of_scores():
    answers, references = words("a b c d", "a b x"), words("a b c d", "a b y")
    assert bleu(answers[1:], references[1:]) == 0
    assert 50 < bleu(answers, references) < 100


def test_every_answer_needs_a_reference():
    with pytest.raises(ValueError, match="zip"):
        bleu(words("a b c d"), [])
