"""Unit 03's optimisers: gradient descent, clipping by norm, RMSprop and Adam."""

from __future__ import annotations

import numpy as np

from ..optim import (
    AdamState,
    RMSpropState,
    SGDState,
    adam_step,
    clip_grad_norm,
    rmsprop_step,
    sgd_step,
)
from ..params import Params, parameters
from . import drawing
from .exercise import Case, Exercise, Unusable


@parameters
class Weights(Params):
    """A group that the notebook does not know: an answer must work for any group."""

    W: np.ndarray  # (H, K)
    b: np.ndarray  # (K,)


def group(rng, H, K, scale=1.0):
    """Random parameters, or gradients, of the class `Weights`."""
    return drawing.params(rng, Weights, W=(H, K), b=(K,)).map(lambda a: scale * a)


def _squares(rng, H, K):
    return group(rng, H, K).map(np.square)


PLAIN_SIZES = [{"H": 3, "K": 4}, {"H": 5, "K": 2}]

# --- sgd_step ---------------------------------------------------------------------------------


def _draw_sgd(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {"learning_rate": float(rng.uniform(0.2, 0.7))}
        yield Case((group(rng, **s), group(rng, **s), SGDState()), s, kind, options=options)
    s = PLAIN_SIZES[0]
    yield Case((group(rng, **s), group(rng, **s), SGDState()), s, "the default learning rate")


def observe_sgd(value, case):
    """The new parameters; the state is empty, so there is nothing of it to compare."""
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if isinstance(value, Params) or not isinstance(value, tuple) or len(value) != 2:
        raise Unusable("returned one value; it should return params, state, in this order")
    params, state = value
    if not isinstance(params, Params):
        kind = type(params).__name__
        raise Unusable(f"returned a {kind} first; `params.map(...)` gives a group of arrays")
    if not isinstance(state, SGDState):
        raise Unusable("returned something else than `state` as its second value")
    return {f"params.{name}": array for name, array in params.items()}


SGD_STEP = Exercise(
    "sgd_step",
    sgd_step,
    _draw_sgd,
    results={"params.W": "(H, K)", "params.b": "(K,)"},
    observe=observe_sgd,
)


@SGD_STEP.variant
def mapped(params, grads, state, *, learning_rate=0.1):
    """The equation for each array."""
    return params.map(lambda p, g: p - learning_rate * g, grads), state


@SGD_STEP.variant
def scaled_first(params, grads, state, *, learning_rate=0.1):
    """First the step, then the difference."""
    step = grads.map(lambda g: -learning_rate * g)
    return params.map(np.add, step), state


@SGD_STEP.variant
def array_by_array(params, grads, state, *, learning_rate=0.1):
    """A new group of the same class, filled array by array."""
    theirs = dict(grads.items())
    new = {name: p - learning_rate * theirs[name] for name, p in params.items()}
    return type(params)(**new), state


@SGD_STEP.mistake
def uphill(params, grads, state, *, learning_rate=0.1):
    """The step is added. The gradient points uphill; the loss falls where it is subtracted."""
    return params.map(lambda p, g: p + learning_rate * g, grads), state


@SGD_STEP.mistake
def learning_rate_left_out(params, grads, state, *, learning_rate=0.1):
    """The whole gradient is subtracted; it should be multiplied by `learning_rate` first."""
    return params.map(lambda p, g: p - g, grads), state


@SGD_STEP.mistake
def learning_rate_written_in(params, grads, state, *, learning_rate=0.1):
    """The number 0.1 stands in the formula; the argument `learning_rate` may be another."""
    return params.map(lambda p, g: p - 0.1 * g, grads), state


@SGD_STEP.mistake
def step_alone(params, grads, state, *, learning_rate=0.1):
    """The step alone is returned; it should be added to the parameters."""
    return grads.map(lambda g: -learning_rate * g), state


@SGD_STEP.mistake
def sign_of_gradient(params, grads, state, *, learning_rate=0.1):
    """The sign of the gradient is used in the place of the gradient."""
    return params.map(lambda p, g: p - learning_rate * np.sign(g), grads), state


@SGD_STEP.mistake
def roles_swapped(params, grads, state, *, learning_rate=0.1):
    """Parameters and gradients have changed places."""
    return grads.map(lambda g, p: g - learning_rate * p, params), state


@SGD_STEP.mistake
def parameters_shrunk(params, grads, state, *, learning_rate=0.1):
    """The gradient multiplies the parameter: p times (1 - learning_rate g) is another formula."""
    return params.map(lambda p, g: p * (1 - learning_rate * g), grads), state


@SGD_STEP.mistake
def divided_by_learning_rate(params, grads, state, *, learning_rate=0.1):
    """The gradient is divided by `learning_rate`; it should be multiplied by it."""
    return params.map(lambda p, g: p - g / learning_rate, grads), state


@SGD_STEP.mistake
def parameters_unchanged(params, grads, state, *, learning_rate=0.1):
    """The old parameters are returned: `map` makes a new group, and its result is not kept."""
    params.map(lambda p, g: p - learning_rate * g, grads)
    return params, state


@SGD_STEP.mistake
def state_left_out(params, grads, state, *, learning_rate=0.1):
    """The parameters alone are returned; all optimisers return params and state."""
    return params.map(lambda p, g: p - learning_rate * g, grads)


@SGD_STEP.mistake
def state_comes_first(params, grads, state, *, learning_rate=0.1):
    """`state` is returned first; the order is params, state."""
    return state, params.map(lambda p, g: p - learning_rate * g, grads)


@SGD_STEP.mistake
def parameters_overwritten(params, grads, state, *, learning_rate=0.1):
    """The arrays in `params` are written over, so the old parameters are lost."""

    def update(p, g):
        p -= learning_rate * g
        return p

    return params.map(update, grads), state


# --- clip_grad_norm ---------------------------------------------------------------------------


def _draw_clip(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        yield Case((group(rng, **s, scale=7), float(rng.uniform(0.5, 1.5))), s, kind)
    s = PLAIN_SIZES[0]
    grads = group(rng, **s, scale=0.1)
    yield Case((grads, float(rng.uniform(2, 3))), s, "a gradient that is short enough")
    yield Case((group(rng, **s, scale=1e6), float(rng.uniform(2, 3))), s, drawing.LARGE)


def _clip_inside(grads, max_norm):
    norm = sum(np.sum(g**2) for _, g in grads.items()) ** 0.5
    return {"norm": norm, "scale": min(1.0, max_norm / norm)}


CLIP_GRAD_NORM = Exercise(
    "clip_grad_norm",
    clip_grad_norm,
    _draw_clip,
    results={"grads.W": "(H, K)", "grads.b": "(K,)", "norm": ""},
    weights={"norm": 2},
    intermediates=_clip_inside,
)


@CLIP_GRAD_NORM.variant
def norm_then_scale(grads, max_norm):
    """The equation, line by line."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    scale = min(1.0, max_norm / norm)
    return grads.map(lambda g: g * scale), norm


@CLIP_GRAD_NORM.variant
def one_long_vector(grads, max_norm):
    """All gradients joined, and NumPy's own norm."""
    norm = np.linalg.norm(np.concatenate([g.ravel() for _, g in grads.items()]))
    if norm > max_norm:
        grads = grads.map(lambda g: g / norm * max_norm)
    return grads, float(norm)


@CLIP_GRAD_NORM.variant
def with_a_loop(grads, max_norm):
    """Squares added up in a loop; an early way out."""
    total = 0.0
    for _, g in grads.items():
        total += (g * g).sum()
    norm = total**0.5
    if norm <= max_norm:
        return grads, norm
    return grads.map(lambda g: max_norm * g / norm), norm


@CLIP_GRAD_NORM.variant
def norm_of_norms(grads, max_norm):
    """The norm of the arrays' norms, and PyTorch's tiny number below the fraction."""
    norm = np.linalg.norm([np.linalg.norm(g) for _, g in grads.items()])
    scale = np.minimum(1.0, max_norm / (norm + 1e-6))
    return grads.map(lambda g: scale * g), norm


@CLIP_GRAD_NORM.mistake
def each_array_clipped(grads, max_norm):
    """Every array is shortened by its own norm: one norm, over all arrays, keeps the direction."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * min(1.0, max_norm / np.sqrt(np.sum(g**2)))), norm


@CLIP_GRAD_NORM.mistake
def clipped_by_value(grads, max_norm):
    """Each entry is cut at `max_norm`. That turns the gradient; it should only get shorter."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: np.clip(g, -max_norm, max_norm)), norm


@CLIP_GRAD_NORM.mistake
def always_scaled(grads, max_norm):
    """A gradient that is short enough is made longer; it should stay as it is."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * max_norm / norm), norm


@CLIP_GRAD_NORM.mistake
def root_left_out(grads, max_norm):
    """The sum of the squares is used as the norm; its square root is missing."""
    norm = sum(np.sum(g**2) for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def norms_added(grads, max_norm):
    """The norms of the arrays are added; add their squares, and take the root at the end."""
    norm = sum(np.sqrt(np.sum(g**2)) for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def sizes_added(grads, max_norm):
    """The sizes of the entries are added; the norm is the root of the sum of their squares."""
    norm = sum(np.sum(np.abs(g)) for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def mean_of_squares(grads, max_norm):
    """The mean of the squares is taken; the norm is the root of their sum."""
    norm = np.sqrt(np.mean(np.concatenate([g.ravel() ** 2 for _, g in grads.items()])))
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def largest_entry(grads, max_norm):
    """The largest entry is used as the norm."""
    norm = max(np.abs(g).max() for _, g in grads.items())
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def last_array_only(grads, max_norm):
    """The norm is that of the last array alone: the loop replaces where it should add."""
    for _, g in grads.items():
        total = np.sum(g**2)
    norm = np.sqrt(total)
    return grads.map(lambda g: g * min(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def norm_afterwards(grads, max_norm):
    """The norm after clipping is returned; the one before tells when a gradient explodes."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    scale = min(1.0, max_norm / norm)
    return grads.map(lambda g: g * scale), norm * scale


@CLIP_GRAD_NORM.mistake
def shortened_to_one(grads, max_norm):
    """The gradient is divided by its norm alone: its length becomes 1 and not `max_norm`."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g / norm if norm > max_norm else g), norm


@CLIP_GRAD_NORM.mistake
def wrong_way_round(grads, max_norm):
    """The comparison is reversed: short gradients are stretched and long ones are left alone."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    return grads.map(lambda g: g * max(1.0, max_norm / norm)), norm


@CLIP_GRAD_NORM.mistake
def never_clipped(grads, max_norm):
    """The gradient comes back as long as it was: `map` makes a new group that is not kept."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    grads.map(lambda g: g * min(1.0, max_norm / norm))
    return grads, norm


@CLIP_GRAD_NORM.mistake
def gradient_overwritten(grads, max_norm):
    """The arrays in `grads` are written over; make new ones."""
    norm = np.sqrt(sum(np.sum(g**2) for _, g in grads.items()))
    if norm > max_norm:
        for _, g in grads.items():
            g *= max_norm / norm
    return grads, norm


# --- rmsprop_step -----------------------------------------------------------------------------

FIRST = "the first step, default settings"


def _draw_rmsprop(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {
            "learning_rate": float(rng.uniform(0.1, 0.3)),
            "decay": float(rng.uniform(0.6, 0.8)),
            "eps": float(rng.uniform(0.1, 0.3)),
        }
        state = RMSpropState(_squares(rng, **s))
        yield Case((group(rng, **s), group(rng, **s), state), s, kind, options=options)
    s = PLAIN_SIZES[0]
    params = group(rng, **s)
    yield Case((params, group(rng, **s), RMSpropState(params.zeros_like())), s, FIRST)


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
    """Array by array, in dictionaries."""
    new, means = {}, {}
    g, old = dict(grads.items()), dict(state.v.items())
    for name, p in params.items():
        means[name] = decay * old[name] + (1 - decay) * g[name] * g[name]
        new[name] = p - learning_rate * g[name] / (np.sqrt(means[name]) + eps)
    return type(params)(**new), state._replace(v=type(params)(**means))


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
    params = params.map(lambda p, g, v: p - learning_rate * g / np.sqrt(v) + eps, grads, v)
    return params, RMSpropState(v)


@RMSPROP_STEP.mistake
def mean_without_its_state(params, grads, state, *, learning_rate=1e-2, decay=0.99, eps=1e-8):
    """The group v is returned as it is; the state is `RMSpropState(v)`."""
    v = state.v.map(lambda v, g: decay * v + (1 - decay) * g**2, grads)
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v)
    return params, v


# --- adam_step --------------------------------------------------------------------------------


def _draw_adam(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {
            "learning_rate": float(rng.uniform(0.1, 0.3)),
            "beta1": float(rng.uniform(0.5, 0.65)),
            "beta2": float(rng.uniform(0.7, 0.85)),
            "eps": float(rng.uniform(0.1, 0.3)),
        }
        state = AdamState(group(rng, **s), _squares(rng, **s), int(rng.integers(2, 5)))
        yield Case((group(rng, **s), group(rng, **s), state), s, kind, options=options)
    s = PLAIN_SIZES[0]
    params = group(rng, **s)
    start = AdamState(params.zeros_like(), params.zeros_like(), 0)
    yield Case((params, group(rng, **s), start), s, FIRST)


ADAM_STEP = Exercise(
    "adam_step",
    adam_step,
    _draw_adam,
    results={
        "params.W": "(H, K)",
        "params.b": "(K,)",
        "state.m.W": "(H, K)",
        "state.m.b": "(K,)",
        "state.v.W": "(H, K)",
        "state.v.b": "(K,)",
        "state.t": "",
    },
    weights={"params.W": 2, "params.b": 2},
)


@ADAM_STEP.variant
def line_by_line(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The equations, one a line."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.variant
def corrected_inside(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The corrections inside of one function for the update."""
    t = 1 + state.t
    m = state.m.map(lambda m, g: m + (1 - beta1) * (g - m), grads)
    v = state.v.map(lambda v, g: v + (1 - beta2) * (np.square(g) - v), grads)

    def update(p, m, v):
        return p - learning_rate * (m / (1 - beta1**t)) / ((v / (1 - beta2**t)) ** 0.5 + eps)

    return params.map(update, m, v), AdamState(m=m, v=v, t=t)


@ADAM_STEP.variant
def corrected_rate(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Both corrections moved into the learning rate and into eps, as the paper proposes."""
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g * g, grads)
    root = (1 - beta2 ** (state.t + 1)) ** 0.5
    rate = learning_rate * root / (1 - beta1 ** (state.t + 1))
    params = params.map(lambda p, m, v: p - rate * m / (np.sqrt(v) + eps * root), m, v)
    return params, state._replace(m=m, v=v, t=state.t + 1)


@ADAM_STEP.variant
def by_name(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Array by array, in dictionaries."""
    t, g = state.t + 1, dict(grads.items())
    m = {name: beta1 * old + (1 - beta1) * g[name] for name, old in state.m.items()}
    v = {name: beta2 * old + (1 - beta2) * g[name] ** 2 for name, old in state.v.items()}
    new = {}
    for name, p in params.items():
        m_hat, v_hat = m[name] / (1 - beta1**t), v[name] / (1 - beta2**t)
        new[name] = p - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    group = type(params)
    return group(**new), AdamState(group(**m), group(**v), t)


@ADAM_STEP.mistake
def not_corrected(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """m and v are used as they are: both began at zero, and that has to be corrected."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m, v)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def only_m_corrected(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """m is corrected for its start at zero, but v is not."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def old_t_in_correction(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The correction uses the old t: this step counts too, and at the first one t is 1."""
    t = state.t
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t + 1)


@ADAM_STEP.mistake
def t_not_counted(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The state keeps the old t, so every step is taken for the same one."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, state.t)


@ADAM_STEP.mistake
def betas_swapped(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """`beta1` and `beta2` are exchanged: beta1 belongs to m, beta2 to v."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta2 * m + (1 - beta2) * g, grads)
    v = state.v.map(lambda v, g: beta1 * v + (1 - beta1) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta2**t))
    v_hat = v.map(lambda v: v / (1 - beta1**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def corrected_means_kept(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The corrected means are kept in the state; the correction is for this step alone."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m = m.map(lambda m: m / (1 - beta1**t))
    v = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m, v)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def gradient_for_mean(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The step is made of the gradient itself; it should be made of its running mean m."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, g, v: p - learning_rate * g / (np.sqrt(v) + eps), grads, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def v_without_square(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """v is a mean of the gradients' sizes; it should be one of their squares."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * np.abs(g), grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def root_of_v_left_out(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The step is divided by v; it should be divided by the square root of v."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (v + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def eps_inside_the_root(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """`eps` is added under the root; here it is added to the root."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / np.sqrt(v + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def weights_of_means_reversed(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """beta and 1 - beta are exchanged in both means: most of the old mean should stay."""
    t = state.t + 1
    m = state.m.map(lambda m, g: (1 - beta1) * m + beta1 * g, grads)
    v = state.v.map(lambda v, g: (1 - beta2) * v + beta2 * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def beta_times_t(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The correction multiplies beta by t; t is a power: `beta1**t`."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1 * t))
    v_hat = v.map(lambda v: v / (1 - beta2 * t))
    params = params.map(
        lambda p, m, v: p - learning_rate * m / (np.sqrt(np.abs(v)) + eps), m_hat, v_hat
    )
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def correction_without_power(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The correction divides by 1 - beta at every step; it should fade: 1 - beta to the power t."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1))
    v_hat = v.map(lambda v: v / (1 - beta2))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def uphill_with_adam(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """The step is added; it goes against the gradient, so it is subtracted."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p + learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def old_adam_state_returned(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The old state is returned, so the means are forgotten after the step."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, state


@ADAM_STEP.mistake
def one_never_added_to_t(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """1 is never added to t, so the first step divides by zero: `t = state.t + 1`."""
    t = state.t
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def bracket_around_eps_left_out(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The bracket below the fraction is missing: `/ np.sqrt(v) + eps` adds `eps` to the weight."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / np.sqrt(v) + eps, m_hat, v_hat)
    return params, AdamState(m, v, t)


@ADAM_STEP.mistake
def state_as_a_plain_tuple(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The state is returned as a plain tuple; the next step needs `AdamState(m, v, t)`."""
    t = state.t + 1
    m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)
    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)
    m_hat = m.map(lambda m: m / (1 - beta1**t))
    v_hat = v.map(lambda v: v / (1 - beta2**t))
    params = params.map(lambda p, m, v: p - learning_rate * m / (np.sqrt(v) + eps), m_hat, v_hat)
    return params, (m, v, t)
