"""Unit 03, training: optimisers and clipping, a start, early stopping, perplexity, sampling."""

from __future__ import annotations

import numpy as np

from ..init import xavier_uniform
from ..optim import EarlyStopping, early_stopping
from ..text import perplexity, sample
from . import drawing
from .exercise import Case, Exercise, Unusable
from .optimisers import ADAM_STEP, CLIP_GRAD_NORM, PLAIN_SIZES, RMSPROP_STEP, SGD_STEP, group

# --- xavier_uniform ---------------------------------------------------------------------------


def _draw_xavier(rng):
    for kind, shape in (("", (80, 110)), ("", (120, 60)), (drawing.ONES, (1, 4000)),
                        (drawing.ONES, (4000, 1))):  # fmt: skip
        sizes = {"fan_in": shape[0], "fan_out": shape[1]}
        case = (shape, np.random.default_rng(rng.integers(2**32)))
        yield Case(case, sizes, kind) if kind else Case(case, sizes)


def observe_start(value, case):
    """The smallest and the largest value of a matrix, and its quartiles."""
    shape = case.args[0]
    if not isinstance(value, np.ndarray) or value.dtype.kind != "f":
        kind = "nothing" if value is None else f"a {type(value).__name__}"
        if isinstance(value, np.ndarray):
            kind = f"an array of type {value.dtype}"
        raise Unusable(f"returned {kind}; it should return an array of random numbers")
    if value.shape != shape:
        raise Unusable(f"returned the shape {value.shape}; it should be {shape}")
    if not np.isfinite(value).all():
        raise Unusable("returned numbers that are not finite")
    return {
        "smallest and largest": np.array([value.min(), value.max()]),
        "quartiles": np.percentile(value, [25, 50, 75]),
    }


XAVIER_UNIFORM = Exercise(
    "xavier_uniform",
    xavier_uniform,
    _draw_xavier,
    results={"smallest and largest": "", "quartiles": ""},
    observe=observe_start,
    rtol=0.04,
    atol=0.08,
)


@XAVIER_UNIFORM.variant
def between_limits(shape, rng):
    """NumPy's own uniform numbers."""
    fan_in, fan_out = shape
    a = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.variant
def stretched(shape, rng):
    """Numbers between 0 and 1, stretched and moved."""
    limit = (6 / sum(shape)) ** 0.5
    return limit * (2 * rng.random(shape) - 1)


@XAVIER_UNIFORM.variant
def from_variance(shape, rng):
    """From the variance 2 / (fan_in + fan_out): a uniform number has a third of its limit's
    square.
    """
    variance = 2 / (shape[0] + shape[1])
    limit = np.sqrt(3 * variance)
    return rng.uniform(low=-limit, high=limit, size=(shape[0], shape[1]))


@XAVIER_UNIFORM.mistake
def normal_numbers(shape, rng):
    """The numbers are normal, with the right variance; a few lie far outside of the limits."""
    return rng.normal(0, np.sqrt(2 / (shape[0] + shape[1])), shape)


@XAVIER_UNIFORM.mistake
def only_positive(shape, rng):
    """The numbers lie between 0 and a; they should lie between -a and a."""
    return rng.uniform(0, np.sqrt(6 / (shape[0] + shape[1])), shape)


@XAVIER_UNIFORM.mistake
def root_of_limit_left_out(shape, rng):
    """The square root around 6 / (fan_in + fan_out) is missing."""
    a = 6 / (shape[0] + shape[1])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def deviation_as_limit(shape, rng):
    """The limit is the standard deviation: a uniform number reaches further, 6 and not 2."""
    a = np.sqrt(2 / (shape[0] + shape[1]))
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def fan_in_alone(shape, rng):
    """Only fan_in is counted; the sum fan_in + fan_out belongs below the fraction."""
    a = np.sqrt(6 / shape[0])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def fan_out_alone(shape, rng):
    """Only fan_out is counted; the sum fan_in + fan_out belongs below the fraction."""
    a = np.sqrt(6 / shape[1])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def sides_multiplied(shape, rng):
    """fan_in and fan_out are multiplied; they should be added."""
    a = np.sqrt(6 / (shape[0] * shape[1]))
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def bracket_forgotten(shape, rng):
    """The bracket is missing: `6 / fan_in + fan_out` divides first and adds afterwards."""
    a = np.sqrt(6 / shape[0] + shape[1])
    return rng.uniform(-a, a, shape)


@XAVIER_UNIFORM.mistake
def standard_normal(shape, rng):
    """The numbers are standard normal ones, whatever the shape: far too large for a wide layer."""
    return rng.standard_normal(shape)


@XAVIER_UNIFORM.mistake
def zeros(shape, rng):
    """All weights are zero: then all units are the same and stay the same."""
    return np.zeros(shape)


@XAVIER_UNIFORM.mistake
def shape_reversed(shape, rng):
    """The matrix is transposed: its rows are fan_in, what comes in."""
    a = np.sqrt(6 / (shape[0] + shape[1]))
    return rng.uniform(-a, a, shape[::-1])


@XAVIER_UNIFORM.mistake
def own_generator(shape, rng):
    """The numbers come from another generator than `rng`: every matrix would be the same."""
    a = np.sqrt(6 / (shape[0] + shape[1]))
    return np.random.default_rng(0).uniform(-a, a, shape)


# --- early_stopping ---------------------------------------------------------------------------


def _draw_early(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        for better in (True, False):
            best = float(rng.uniform(1.5, 2.5))
            loss = best * (0.9 if better else 1.1)
            state = EarlyStopping(int(rng.integers(6, 9)), best, group(rng, **s), 3)
            yield Case((loss, group(rng, **s), state), s, kind)
    s, loss = PLAIN_SIZES[0], float(rng.uniform(1.5, 2.5))
    first = EarlyStopping(patience=4)
    yield Case((loss, group(rng, **s), first), s, "the first loss of all")
    same = EarlyStopping(5, loss, group(rng, **s), 2)
    yield Case((loss, group(rng, **s), same), s, "a loss that is equal to the best")


EARLY_STOPPING = Exercise(
    "early_stopping",
    early_stopping,
    _draw_early,
    results={
        "state.patience": "",
        "state.best_loss": "",
        "state.best_params.W": "(H, K)",
        "state.best_params.b": "(K,)",
        "state.waited": "",
    },
    weights={"state.patience": 0.5, "state.waited": 2},
)


@EARLY_STOPPING.variant
def two_cases(loss, params, state):
    """A new state in either case."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, state.best_loss, state.best_params, state.waited + 1)


@EARLY_STOPPING.variant
def with_replace(loss, params, state):
    """What does not change is kept by `_replace`."""
    if loss >= state.best_loss:
        return state._replace(waited=state.waited + 1)
    return state._replace(best_loss=loss, best_params=params, waited=0)


@EARLY_STOPPING.variant
def unpacked(loss, params, state):
    """The state taken apart and put together."""
    patience, best_loss, best_params, waited = state
    waited += 1
    if loss < best_loss:
        best_loss, best_params, waited = loss, params.copy(), 0
    return EarlyStopping(patience, best_loss, best_params, waited)


@EARLY_STOPPING.mistake
def highest_kept(loss, params, state):
    """The comparison is reversed: the parameters with the highest loss are kept."""
    if loss > state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def equal_is_better(loss, params, state):
    """An equal loss is taken for a better one: with `<=` a loss that stands still never stops."""
    if loss <= state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def waiting_not_reset(loss, params, state):
    """`waited` goes on counting after a better loss; it starts again from 0."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, state.waited)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def waiting_from_one(loss, params, state):
    """`waited` is 1 after a better loss; nothing has been waited for yet, so it is 0."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 1)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def waiting_not_counted(loss, params, state):
    """`waited` stays as it is where the loss is no better, so the training never stops."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state


@EARLY_STOPPING.mistake
def latest_params_kept(loss, params, state):
    """The latest parameters are kept at every call; keep those of the lowest loss."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, state.best_loss, params, state.waited + 1)


@EARLY_STOPPING.mistake
def latest_loss_kept(loss, params, state):
    """The latest loss is kept as the best one even where it is higher."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return EarlyStopping(state.patience, loss, state.best_params, state.waited + 1)


@EARLY_STOPPING.mistake
def best_params_not_updated(loss, params, state):
    """The lowest loss is noted, but not the parameters that belong to it."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, state.best_params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def best_loss_not_updated(loss, params, state):
    """The best parameters are noted, but not the loss that belongs to them."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, state.best_loss, params, 0)
    return state._replace(waited=state.waited + 1)


@EARLY_STOPPING.mistake
def patience_used_up(loss, params, state):
    """`patience` is counted down; it is a setting, and `waited` does the counting."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, 0)
    return state._replace(patience=state.patience - 1, waited=state.waited + 1)


@EARLY_STOPPING.mistake
def reset_when_worse(loss, params, state):
    """The two cases have changed places for `waited`: it counts the better losses."""
    if loss < state.best_loss:
        return EarlyStopping(state.patience, loss, params, state.waited + 1)
    return state._replace(waited=0)


@EARLY_STOPPING.mistake
def answer_only(loss, params, state):
    """An answer yes or no is returned; the state should come back, with what is best so far."""
    return loss >= state.best_loss


# --- perplexity -------------------------------------------------------------------------------


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


# --- sample -----------------------------------------------------------------------------------

ROWS = 2
"""Different rows of logits; each comes back many times, so that its symbols can be counted."""


def _draw_sample(rng):
    def case(N, V, kind=None, shift=0.0, **options):
        scores = rng.permutation(np.linspace(-1.4, 1.6, V) + rng.uniform(-0.05, 0.05, V))
        rows = np.stack([np.roll(scores, 2 * r) for r in range(min(ROWS, N))])
        if N == 1:
            rows *= 30  # a single draw tells something only where it is nearly certain
        logits = np.tile(rows, (-(-N // len(rows)), 1))[:N] + shift
        logits += 1e-9 * np.arange(1, logits.size + 1).reshape(logits.shape)
        given = (rows, options.get("temperature", 1.0))
        args = (logits, np.random.default_rng(rng.integers(2**32)))
        sizes = {"N": N, "V": V}
        kind = {"kind": kind} if kind else {}
        return Case(args, sizes, given=given, options=options, **kind)

    yield case(2000, 5, temperature=float(rng.uniform(0.4, 0.5)))
    yield case(2400, 6, temperature=float(rng.uniform(2.2, 2.8)))
    yield case(1, 5, drawing.ONES, temperature=0.5)
    yield case(7, 1, drawing.ONES, temperature=0.5)
    yield case(2000, 5, drawing.LARGE, shift=1000.0)


def observe_sample(value, case):
    """How often each symbol was drawn from each of the rows, as a part of all draws.

    A share that is off by less than chance explains (five standard deviations) counts as exact.
    """
    N, V = case.sizes["N"], case.sizes["V"]
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
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
    return np.array([rng.choice(len(row), p=row) for row in p])


@SAMPLE.mistake
def temperature_multiplied(logits, rng, *, temperature=1.0):
    """The logits are multiplied by the temperature; divide by it."""
    z = logits * temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])


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
def not_normalised(logits, rng, *, temperature=1.0):
    """The exponentials are not divided by their sum, so they are no probabilities."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return np.array([rng.choice(len(row), p=row) for row in p])


@SAMPLE.mistake
def exponential_left_out(logits, rng, *, temperature=1.0):
    """The logits are made positive and divided by their sum, without the exponential."""
    p = np.abs(logits / temperature)
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])


@SAMPLE.mistake
def counted_from_one(logits, rng, *, temperature=1.0):
    """Symbols are counted from 1; the first symbol has the number 0."""
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([1 + rng.choice(len(row), p=row) for row in p])


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
    """The draws come from another generator than `rng`: each call would draw the same."""
    rng = np.random.default_rng(0)
    z = logits / temperature
    p = np.exp(z - z.max(axis=1, keepdims=True))
    p = p / p.sum(axis=1, keepdims=True)
    return np.array([rng.choice(len(row), p=row) for row in p])


EXERCISES = (
    SGD_STEP,
    CLIP_GRAD_NORM,
    RMSPROP_STEP,
    ADAM_STEP,
    XAVIER_UNIFORM,
    EARLY_STOPPING,
    PERPLEXITY,
    SAMPLE,
)
