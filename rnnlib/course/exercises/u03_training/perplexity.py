"""Perplexity, exp(loss): how many equally likely symbols would leave a model as unsure."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.text import perplexity


def _draw_perplexity(rng):
    for _ in range(3):
        yield Case((float(rng.uniform(0.6, 3.0)),))
    yield Case((float(rng.uniform(20, 30)),), kind="a very bad model")
    yield Case((0.0,), kind="a loss of 0")


PERPLEXITY = Exercise(
    "perplexity", perplexity, _draw_perplexity, results={"perplexity": ""}, rtol=1e-6, atol=0
)


@PERPLEXITY.variant
def exponential(loss):
    """NumPy's exponential."""
    return np.exp(loss)


@PERPLEXITY.variant
def power_of_e(loss):
    """A power of e."""
    return np.e**loss


@PERPLEXITY.variant
def through_bits(loss):
    """First the bits, then a power of two."""
    bits = loss / np.log(2)
    return float(2**bits)


@PERPLEXITY.mistake
def power_of_two(loss):
    """2 is raised to a loss in nats; 2 belongs to bits, and e to nats."""
    return 2**loss


@PERPLEXITY.mistake
def probability(loss):
    """The sign is reversed: exp(-loss) is the typical probability, perplexity is 1 over that."""
    return np.exp(-loss)


@PERPLEXITY.mistake
def loss_itself(loss):
    """The loss is returned as it is."""
    return loss


@PERPLEXITY.mistake
def logarithm(loss):
    """The logarithm is taken; the loss is already one, and the exponential undoes it."""
    return np.log(loss) if loss > 0 else -np.inf


@PERPLEXITY.mistake
def bits(loss):
    """The loss is changed into bits, loss / log 2: that is another measure."""
    return loss / np.log(2)


@PERPLEXITY.mistake
def e_to_the_bits(loss):
    """e is raised to a loss in bits; e belongs to nats, and 2 to bits."""
    return np.exp(loss / np.log(2))


@PERPLEXITY.mistake
def power_of_ten(loss):
    """10 is raised to the loss; the logarithms here are natural, so it is e."""
    return 10.0**loss


@PERPLEXITY.mistake
def less_one(loss):
    """1 is subtracted: `np.expm1` gives exp(loss) - 1."""
    return np.expm1(loss)


@PERPLEXITY.mistake
def whole_number(loss):
    """The result is rounded to a whole number."""
    return round(np.exp(loss))


@PERPLEXITY.mistake
def e_written_out(loss):
    """e is written as 2.718, which is right to four digits alone. `np.exp` knows it better."""
    return 2.718**loss


@PERPLEXITY.mistake
def base_and_exponent_exchanged(loss):
    """the loss is raised to the power of e; e is raised to the power of the loss."""
    return loss**np.e


@PERPLEXITY.mistake
def rounded(loss):
    """the result is rounded to one decimal. Round where it is printed, not where it is worked
    out.
    """
    return round(float(np.exp(loss)), 1)


@PERPLEXITY.mistake
def one_number_in_an_array(loss):
    """an array with one number is returned. The perplexity is a number: `np.exp(loss)`."""
    return np.exp([loss])


@PERPLEXITY.mistake
def zero_taken_for_nothing(loss):
    """a loss of 0 is taken for no loss. A model that is always sure and right has the
    perplexity 1.
    """
    return np.exp(loss) if loss else 0.0


@PERPLEXITY.mistake
def no_more_than_a_guess(loss):
    """the perplexity is held at 27, that of a guess among 27 letters. A model that is sure of the
    wrong letters is worse.
    """
    return min(np.exp(loss), 27.0)
