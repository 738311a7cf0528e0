"""Drop each entry with probability `rate` and divide the others by 1 - rate."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u07_deep.inputs import as_array, as_parts
from rnnlib.dropout import dropout


def _draw_dropout(rng):
    for variational in (False, True):
        for rate in (0.2, 0.4):
            xs = drawing.array(rng, 6, 50, 60)
            generator = np.random.default_rng(int(rng.integers(1 << 30)))
            yield Case((xs, rate, generator), options={"variational": variational})


def observe_dropout(value, case):
    """What chance cannot change: the factors, the share dropped to a tenth, what is alike."""
    xs = case.args[0]
    parts = as_parts(value, ("ys", "keep"))
    ys = as_array(parts["ys"], "ys", xs.shape)
    keep = np.asarray(parts["keep"])
    if keep.dtype.kind not in "biuf" or keep.ndim != 3:
        raise Unusable("gave a `keep` that is not an array with three axes")
    try:
        keep = np.broadcast_to(keep, xs.shape).astype(float)
    except ValueError:
        raise Unusable(
            f"gave `keep` the shape {keep.shape}; it should be {xs.shape}, or (1, N, H) with one "
            "row for all steps"
        ) from None
    kept = keep[keep != 0]
    dropped = ys == 0
    return {
        "share that is dropped": np.round(np.mean(keep == 0), 1),
        "factor of the others": np.array([kept.min(), kept.max()]) if kept.size else np.zeros(2),
        "ys": np.array([np.abs(ys - xs * keep).max() < 1e-6, np.round(np.mean(dropped), 1)]),
        "from step to step": float((dropped == dropped[:1]).all()),
        "from example to example": float((dropped == dropped[:, :1]).all()),
        "from unit to unit": float((dropped == dropped[:, :, :1]).all()),
    }


DROPOUT = Exercise(
    "dropout",
    dropout,
    _draw_dropout,
    results={
        "share that is dropped": "",
        "factor of the others": "",
        "ys": "",
        "from step to step": "",
        "from example to example": "",
        "from unit to unit": "",
    },
    observe=observe_dropout,
    explain={
        "share that is dropped": "the share of `keep` that is 0 is not the rate",
        "factor of the others": "where `keep` is not 0 it should be 1 / (1 - rate)",
        "ys": "`ys` is not `xs * keep`",
        "from step to step": "new entries at each step, or the same ones with `variational=True`",
        "from example to example": "every example of the batch should lose other entries",
        "from unit to unit": "single units should be dropped, not whole states",
    },
)


@DROPOUT.variant
def drawn_and_scaled(xs, rate, rng, *, variational=False):
    """Uniform numbers against the rate."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.variant
def thrown_coins(xs, rate, rng, *, variational=False):
    """One coin an entry, with binomial; the row is repeated for all steps."""
    T, N, H = xs.shape
    keep = rng.binomial(1, 1 - rate, size=(1 if variational else T, N, H)) / (1 - rate)
    keep = np.repeat(keep, T, axis=0) if variational else keep
    return xs * keep, keep


@DROPOUT.variant
def chosen_values(xs, rate, rng, *, variational=False):
    """rng.choice of the two values with their probabilities."""
    shape = xs[:1].shape if variational else xs.shape
    keep = rng.choice([0.0, 1 / (1 - rate)], p=[rate, 1 - rate], size=shape)
    return keep * xs, keep


@DROPOUT.mistake
def not_scaled(xs, rate, rng, *, variational=False):
    """What is kept is not divided by 1 - rate: everything behind it then sees smaller numbers while
    training than later.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate).astype(float)
    return xs * keep, keep


@DROPOUT.mistake
def multiplied_by_the_rest(xs, rate, rng, *, variational=False):
    """What is kept is *multiplied* by 1 - rate. Divide, so that the mean stays."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) * (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def divided_by_the_rate(xs, rate, rng, *, variational=False):
    """What is kept is divided by the rate. Divide by the share that is kept, 1 - rate."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) / rate
    return xs * keep, keep


@DROPOUT.mistake
def rate_is_what_is_kept(xs, rate, rng, *, variational=False):
    """The rate is taken for the share that is kept. It is the share that is dropped."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) < rate) / rate
    return xs * keep, keep


@DROPOUT.mistake
def comparison_turned_over(xs, rate, rng, *, variational=False):
    """The comparison is turned over: `rng.random(shape) < rate` is True for what is to be
    dropped.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) < rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def always_a_half(xs, rate, rng, *, variational=False):
    """Half of the entries are dropped, whatever the rate is."""
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= 0.5) / 0.5
    return xs * keep, keep


@DROPOUT.mistake
def never_variational(xs, rate, rng, *, variational=False):
    """`variational` is not looked at: the entries are new at each step even when it is True."""
    keep = (rng.random(xs.shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def always_variational(xs, rate, rng, *, variational=False):
    """The same entries are dropped at every step even when `variational` is False."""
    keep = (rng.random((1, *xs.shape[1:])) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def same_for_all_examples(xs, rate, rng, *, variational=False):
    """`variational` makes the examples alike. It should make the steps alike: the 1 in the shape
    belongs to the first axis.
    """
    shape = (xs.shape[0], 1, xs.shape[2]) if variational else xs.shape
    keep = (rng.random(shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def one_row_for_all(xs, rate, rng, *, variational=False):
    """The same units are dropped in every example. Each example has its own."""
    T, N, H = xs.shape
    keep = (rng.random((1 if variational else T, 1, H)) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def whole_states_dropped(xs, rate, rng, *, variational=False):
    """Whole states are dropped at once. Each unit is dropped or kept by itself."""
    T, N, H = xs.shape
    keep = (rng.random((1 if variational else T, N, 1)) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def generator_of_its_own(xs, rate, rng, *, variational=False):
    """Chance comes from elsewhere: from a generator that is made inside, or from `np.random`. Draw
    from `rng`, which is given, so that a run can be repeated.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (np.random.default_rng(0).random(shape) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def only_ys_scaled(xs, rate, rng, *, variational=False):
    """`ys` is divided by 1 - rate, but `keep` is not: the way back multiplies by `keep`, and needs
    the same factor.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate).astype(float)
    return xs * keep / (1 - rate), keep


@DROPOUT.mistake
def one_row_for_the_batch(xs, rate, rng, *, variational=False):
    """`variational` drops the same units in every example as well, with the shape (1, 1, H). Each
    example has its own: (1, N, H).
    """
    T, N, H = xs.shape
    keep = (rng.random((1, 1, H) if variational else (T, N, H)) >= rate) / (1 - rate)
    return xs * keep, keep


@DROPOUT.mistake
def divided_by_what_was_kept(xs, rate, rng, *, variational=False):
    """What is kept is divided by the share that was really kept this time, `keep.mean()`. The
    factor is 1 / (1 - rate), whatever chance did.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.random(shape) >= rate).astype(float)
    keep = keep / keep.mean()
    return xs * keep, keep


@DROPOUT.mistake
def normal_numbers_drawn(xs, rate, rng, *, variational=False):
    """Numbers of the normal distribution are compared with the rate. Only a number spread evenly
    from 0 to 1 is below p with probability p: `rng.random(shape)`.
    """
    shape = (1, *xs.shape[1:]) if variational else xs.shape
    keep = (rng.normal(size=shape) >= rate) / (1 - rate)
    return xs * keep, keep
