"""Draw the next symbol from softmax(logits / temperature)."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.generation import sample

ROWS = 2
"""Different rows of logits; each comes back many times, so that its symbols can be counted."""

GROUPS = 40
"""How many symbols are counted as one where there are many."""


def _draw_sample(rng):
    def case(N, V, kind=None, shift=0.0, **options):
        scores = rng.permutation(np.linspace(-1.4, 1.6, V) + rng.uniform(-0.05, 0.05, V))
        rows = np.stack([np.roll(scores, 2 * r) for r in range(min(ROWS, N))])
        if N == 1 or kind == drawing.LARGE:
            rows *= 30  # a few draws tell something only where they are nearly certain
        logits = np.tile(rows, (-(-N // len(rows)), 1))[:N] + shift
        logits[1::2] -= shift  # rows far apart
        logits += 1e-9 * np.arange(1, logits.size + 1).reshape(logits.shape)
        given = (rows, options.get("temperature", 1.0))
        args = (logits, np.random.default_rng(rng.integers(2**32)))
        sizes = {"N": N, "V": V}
        kind = {"kind": kind} if kind else {}
        return Case(args, sizes, given=given, options=options, **kind)

    yield case(600, 5, temperature=float(rng.uniform(0.4, 0.5)))
    yield case(720, 6, temperature=float(rng.uniform(2.2, 2.8)))
    yield case(1, 5, drawing.ONES, temperature=0.5)
    yield case(7, 1, drawing.ONES, temperature=0.5)
    # Divided first, what is subtracted must be divided as well.
    yield case(40, 5, drawing.LARGE, shift=1000.0, temperature=0.5)
    yield case(40, 5, drawing.LARGE, shift=-1000.0, temperature=2.0)
    yield case(60, 5 * GROUPS, "many symbols, none of them likely", temperature=3.0)


def observe_sample(value, case):
    """How often each symbol was drawn from each of the rows, as a part of all draws.

    A share that is off by less than chance explains (five standard deviations) counts as exact.
    """
    N, V = case.sizes["N"], case.sizes["V"]
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if isinstance(value, list | tuple):
        kind = type(value).__name__
        raise Unusable(f"returned a {kind} of numbers; make an array of it with `np.array`")
    ids = np.asarray(value)
    if ids.shape != (N,):
        got = "a single number" if ids.ndim == 0 else f"the shape {ids.shape}"
        raise Unusable(f"returned {got}; it should return ids of shape (N,) = ({N},)")
    if ids.dtype.kind not in "iu":
        raise Unusable(f"returned numbers of type {ids.dtype}; ids are integers")
    if ids.min() < 0 or ids.max() >= V:
        wrong = ids[(ids < 0) | (ids >= V)][0]
        raise Unusable(f"returned the id {wrong}; with V = {V} ids lie in 0 ... {V - 1}")
    rows, temperature = case.given
    p = np.exp((rows - rows.max(axis=1, keepdims=True)) / temperature)
    p /= p.sum(axis=1, keepdims=True)
    R = len(rows)
    shares = np.array([np.bincount(ids[r::R], minlength=V) / len(ids[r::R]) for r in range(R)])
    if V > GROUPS:  # too many symbols to count each
        shares, p = (each.reshape(R, -1, GROUPS).sum(axis=2) for each in (shares, p))
    chance = 5 * np.sqrt(p * (1 - p) / (N / R))
    return {"share of each symbol": np.where(np.abs(shares - p) <= chance, p, shares)}


SAMPLE = Exercise(
    "sample",
    sample,
    _draw_sample,
    results={"share of each symbol": ""},
    observe=observe_sample,
    borrow=("rnnlib.activations",),
    rtol=0.08,
    atol=0.08,
)


@SAMPLE.variant
def with_choice(logits, rng, *, temperature=1.0):
    """A softmax, and NumPy's own draw for each row."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])


@SAMPLE.variant
def on_a_ruler(logits, rng, *, temperature=1.0):
    """Probabilities laid end to end, and a random point on them, for all rows at once."""
    z = (logits - logits.max(axis=-1, keepdims=True)) / temperature
    p = np.exp(z) / np.exp(z).sum(axis=-1, keepdims=True)
    u = rng.random((len(logits), 1))
    return (p.cumsum(axis=-1) < u).sum(axis=-1).clip(max=logits.shape[1] - 1)


@SAMPLE.variant
def with_gumbel(logits, rng, *, temperature=1.0):
    """The largest of the logits with Gumbel noise added: no softmax at all."""
    return np.argmax(logits / temperature + rng.gumbel(size=logits.shape), axis=-1)


@SAMPLE.variant
def counted_by_multinomial(logits, rng, *, temperature=1.0):
    """One draw from a multinomial for each row."""
    z = logits / temperature - (logits / temperature).max(axis=1, keepdims=True)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return rng.multinomial(1, p).argmax(axis=1)


@SAMPLE.mistake
def temperature_ignored(logits, rng, *, temperature=1.0):
    """The temperature has no effect: the logits are divided by it before the softmax."""
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def temperature_multiplied(logits, rng, *, temperature=1.0):
    """The logits are multiplied by the temperature; divide by it."""
    z = logits * temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def most_likely(logits, rng, *, temperature=1.0):
    """The most likely symbol is taken every time and nothing is drawn."""
    return logits.argmax(axis=1)


@SAMPLE.mistake
def all_equally_likely(logits, rng, *, temperature=1.0):
    """Every symbol is equally likely: the probabilities are not handed on to the draw."""
    N, V = logits.shape
    return rng.choice(V, size=N)


@SAMPLE.mistake
def first_row_for_all(logits, rng, *, temperature=1.0):
    """All draws use the first row; each row of logits has probabilities of its own."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return rng.choice(p.shape[1], size=len(p), p=p[0])


@SAMPLE.mistake
def one_draw_for_all(logits, rng, *, temperature=1.0):
    """One random number serves for all rows; each row needs a draw of its own."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) < rng.random()).sum(axis=1)


@SAMPLE.mistake
def single_symbol(logits, rng, *, temperature=1.0):
    """One symbol is returned for the whole batch; there should be one for each row."""
    z = logits[0] / temperature
    p = np.exp(z - z.max())
    return rng.choice(len(p), p=p / p.sum())


@SAMPLE.mistake
def softmax_over_batch(logits, rng, *, temperature=1.0):
    """The softmax runs over the batch, axis 0; the probabilities of each row must add up to 1."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=0))
    p = p / p.sum(axis=0)
    return np.array([rng.choice(len(row), p=row) for row in p])


@SAMPLE.mistake
def not_normalized(logits, rng, *, temperature=1.0):
    """The exponentials are not divided by their sum, so they are no probabilities."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return np.array([rng.choice(len(row), p=row) for row in p])


@SAMPLE.mistake
def exponential_left_out(logits, rng, *, temperature=1.0):
    """The logits are made positive and divided by their sum, without the exponential."""
    p = np.abs(logits / temperature)
    p = p / p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def counted_from_one(logits, rng, *, temperature=1.0):
    """Symbols are counted from 1; the first symbol has the number 0."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return 1 + (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def overflow(logits, rng, *, temperature=1.0):
    """Large logits overflow in the exponential: subtract each row's largest one first."""
    p = np.exp(logits / temperature)
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])


@SAMPLE.mistake
def probabilities_returned(logits, rng, *, temperature=1.0):
    """The probabilities are returned; a symbol should be drawn from them."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


@SAMPLE.mistake
def generator_made_inside(logits, rng, *, temperature=1.0):
    """The draws come from another generator than `rng`, such as `np.random` or one made
    inside. Draw with `rng.choice` or `rng.random`.
    """
    rng = np.random.default_rng(0)
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def logits_overwritten(logits, rng, *, temperature=1.0):
    """The logits are divided in place, so that the caller's logits change: `logits /
    temperature` makes a new array.
    """
    logits /= temperature
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def one_hot_rows(logits, rng, *, temperature=1.0):
    """Rows of zeros with a 1 are returned, (N, V). The number of the symbol is wanted for each row:
    `argmax(axis=1)` finds it.
    """
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return rng.multinomial(1, p / p.sum(axis=1, keepdims=True))


@SAMPLE.mistake
def ids_as_floats(logits, rng, *, temperature=1.0):
    """The ids are floats. They number the symbols and are integers: `np.zeros(N, dtype=int)` makes
    room for them.
    """
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return 1.0 * (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def columns_normalized_first(logits, rng, *, temperature=1.0):
    """The largest number or the sum is taken down the columns before each row is divided by its
    sum: the rows add up to 1, but are no softmax of their logits. Both belong to each row.
    """
    z = logits / temperature
    p = np.exp(z - z.max(axis=0))
    p = p / p.sum(axis=0)
    p = p / p.sum(axis=1, keepdims=True)
    return (p.cumsum(axis=1) <= rng.random((len(p), 1))).sum(axis=1)


@SAMPLE.mistake
def largest_of_all_rows(logits, rng, *, temperature=1.0):
    """The largest of *all* logits is subtracted, so that in a row far below it every exponential is
    0. Subtract each row's own largest one.
    """
    z = logits / temperature
    p = np.exp(z - z.max())
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])
