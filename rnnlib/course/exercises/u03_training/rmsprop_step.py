"""One step of RMSprop, each gradient divided by a running root mean square."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u03_training.inputs import (
    FIRST,
    NESTED,
    PLAIN_SIZES,
    group,
    model,
    squares,
)
from rnnlib.optim import RMSpropState, rmsprop_step


def _draw_rmsprop(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {
            "learning_rate": float(rng.uniform(0.1, 0.3)),
            "decay": float(rng.uniform(0.6, 0.8)),
            "eps": float(rng.uniform(0.1, 0.3)),
        }
        state = RMSpropState(squares(rng, **s))
        yield Case((group(rng, **s), group(rng, **s), state), s, kind, options=options)
    s = PLAIN_SIZES[0]
    params = group(rng, **s)
    yield Case((params, group(rng, **s), RMSpropState(params.zeros_like())), s, FIRST)
    means = RMSpropState(model(rng, **s).map(np.square))
    yield Case((model(rng, **s), model(rng, **s), means), s, NESTED)
    params, grads = group(rng, **s), group(rng, **s)
    grads.W[0] = 0  # the letter of this row was not read: 0 / (0 + eps)
    yield Case((params, grads, RMSpropState(params.zeros_like())), s, drawing.ZEROS)


RMSPROP_STEP = Exercise(
    "rmsprop_step",
    rmsprop_step,
    _draw_rmsprop,
    results={
        "params.W": "(H, K)",
        "params.b": "(K,)",
        "state.v.W": "(H, K)",
        "state.v.b": "(K,)",
    },
)


@RMSPROP_STEP.variant
def two_maps(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The two equations."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.variant
def moved_towards(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The mean moved a part of the way towards the new square; a rate for each weight."""
    v = state.v.map(lambda v, g: v + (1 - decay) * (np.square(g) - v), grads)
    rates = v.map(lambda v: learning_rate / (v**0.5 + eps))
    return params.map(lambda p, r, g: p - r * g, rates, grads), RMSpropState(v=v)


@RMSPROP_STEP.variant
def filled_by_name(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """Array by array, in dictionaries; `map` goes through them in the same order."""
    new, means = {}, {}
    g, old = dict(grads.items()), dict(state.v.items())
    for name, p in params.items():
        means[name] = decay * old[name] + (1 - decay) * g[name] * g[name]
        new[name] = p - learning_rate * g[name] / (np.sqrt(means[name]) + eps)
    new, means = iter(new.values()), iter(means.values())
    return params.map(lambda p: next(new)), state._replace(v=params.map(lambda p: next(means)))


@RMSPROP_STEP.mistake
def decay_reversed(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """`decay` and `1 - decay` are exchanged: most of the old mean should stay."""
    v = state.v.map(lambda v, g: (1 - decay) * v + decay * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def squares_only_added(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The squares are added up and never fade: that is Adagrad, whose steps shrink for ever."""
    v = state.v.map(lambda v, g: v + g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def new_square_at_full_weight(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The factor `1 - decay` is missing: the two weights of a mean add up to 1."""
    v = state.v.map(lambda v, g: decay * v + g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def root_of_mean_left_out(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The gradient is divided by v; the square root of v has the gradient's own size."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (v + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def eps_under_the_root(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """`eps` is added under the root; here it is added to the root."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / np.sqrt(v + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def eps_left_out(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """`eps` is missing below the fraction: a weight without a gradient gives 0 / 0."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    with np.errstate(invalid="ignore"):
        params = params.map(lambda p, g, v: p - learning_rate * g / np.sqrt(v), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def old_mean_used(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The gradient is divided by the root of the old mean; first v is brought up to date."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, state.v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def old_state_returned(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The old state is returned: the new mean v is forgotten after the step."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, state


@RMSPROP_STEP.mistake
def uphill_scaled(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The step is added; it goes against the gradient, so it is subtracted."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p + learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def rate_written_in(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The number 0.01 stands in the formula; the argument `learning_rate` may be another."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - 0.01 * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def gradient_not_squared(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """v is a mean of the gradients' sizes; it should be one of their squares."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * np.abs(g), grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def mean_overwritten(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The arrays in `state.v` are written over; make new ones."""
    theirs = dict(grads.items())
    for name, v in state.v.items():
        v *= decay
        v += (1 - decay) * theirs[name] ** 2
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, state.v)
    return params, state


@RMSPROP_STEP.mistake
def bracket_left_out(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The bracket below the fraction is missing: `/ np.sqrt(v) + eps` adds `eps` to the weight."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    with np.errstate(invalid="ignore"):
        params = params.map(lambda p, g, v: p - learning_rate * g / np.sqrt(v) + eps, grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def mean_without_its_state(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The group v is returned as it is; the state is `RMSpropState(v)`."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, v


@RMSPROP_STEP.mistake
def group_made_from_names(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The new groups are made from the names in `items()`. Where a group holds another, these are
    names such as `cell.W_xh`, which no class accepts; `map` works for all.
    """
    new, means = {}, {}
    g, old = dict(grads.items()), dict(state.v.items())
    for name, p in params.items():
        means[name] = decay * old[name] + (1 - decay) * g[name] ** 2
        new[name] = p - learning_rate * g[name] / (np.sqrt(means[name]) + eps)
    return type(params)(**new), RMSpropState(type(params)(**means))


RMSPROP_STEP.slip(
    "mean_corrected",
    "learning_rate * g / (np.sqrt(v) + eps)",
    "learning_rate * g / (np.sqrt(v / (1 - decay)) + eps)",
    "v is divided by 1 - decay before the root. RMSprop uses v as it is; the correction "
    "belongs to Adam, where it fades.",
)
RMSPROP_STEP.slip(
    "one_mean_for_each_array",
    "(1 - decay) * g**2",
    "(1 - decay) * np.mean(g**2)",
    "the squares of an array are averaged, so that all its weights get the same v. Each "
    "weight has a running mean of its own.",
)
RMSPROP_STEP.slip(
    "root_kept_in_the_state",
    "RMSpropState(v)",
    "RMSpropState(v.map(np.sqrt))",
    "the root of v is kept in the state. What goes on is the running mean of the squares, v "
    "itself.",
)
RMSPROP_STEP.slip(
    "decay_written_in",
    "decay * v + (1 - decay) * g**2",
    "0.99 * v + 0.01 * g**2",
    "the numbers 0.99 and 0.01 stand in the formula; the argument `decay` may be another.",
)
RMSPROP_STEP.slip(
    "eps_written_in",
    "np.sqrt(v) + eps",
    "np.sqrt(v) + 1e-8",
    "`eps` is not read, as where the number 1e-8 stands in the formula. It is an argument.",
)
RMSPROP_STEP.slip(
    "sign_divided",
    "learning_rate * g / (np.sqrt(v) + eps)",
    "learning_rate * np.sign(g) / (np.sqrt(v) + eps)",
    "the sign of the gradient is divided by the root of v; it should be the gradient itself.",
)


@RMSPROP_STEP.mistake
def eps_beside_the_fraction(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """`eps` is added to the fraction: it belongs below, `g / (np.sqrt(v) + eps)`."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    with np.errstate(invalid="ignore"):
        params = params.map(lambda p, g, v: p - learning_rate * (g / np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def mean_of_the_gradients(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The gradient is not squared: v is a mean of the gradients themselves. Where it is negative
    its root is nan; take `g**2`.
    """
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g, grads)
    with np.errstate(invalid="ignore"):
        params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, RMSpropState(v)
