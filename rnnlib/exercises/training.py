"""Unit 03, training: clipping, three optimisers, a start, early stopping, perplexity, sampling."""

from __future__ import annotations

import numpy as np

from ..init import xavier_uniform
from ..optim import (
    AdamState,
    EarlyStopping,
    RMSpropState,
    SGDState,
    adam_step,
    clip_grad_norm,
    early_stopping,
    rmsprop_step,
    sgd_step,
)
from ..params import Params, parameters
from ..text import perplexity, sample
from . import drawing
from .exercise import Case, Exercise, Unusable


@parameters
class Weights(Params):
    """A group that the notebook does not know: an answer must work for any group."""

    W: np.ndarray  # (H, K)
    b: np.ndarray  # (K,)


def _group(rng, H, K, scale=1.0):
    return drawing.params(rng, Weights, W=(H, K), b=(K,)).map(lambda a: scale * a)


def _squares(rng, H, K):
    return _group(rng, H, K).map(np.square)


PLAIN_SIZES = [{"H": 3, "K": 4}, {"H": 5, "K": 2}]

# --- sgd_step ---------------------------------------------------------------------------------


def _draw_sgd(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {"learning_rate": float(rng.uniform(0.2, 0.7))}
        yield Case((_group(rng, **s), _group(rng, **s), SGDState()), s, kind, options=options)
    s = PLAIN_SIZES[0]
    yield Case((_group(rng, **s), _group(rng, **s), SGDState()), s, "the default learning rate")


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
        yield Case((_group(rng, **s, scale=7), float(rng.uniform(0.5, 1.5))), s, kind)
    s = PLAIN_SIZES[0]
    grads = _group(rng, **s, scale=0.1)
    yield Case((grads, float(rng.uniform(2, 3))), s, "a gradient that is short enough")
    yield Case((_group(rng, **s, scale=1e6), float(rng.uniform(2, 3))), s, drawing.LARGE)


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
        yield Case((_group(rng, **s), _group(rng, **s), state), s, kind, options=options)
    s = PLAIN_SIZES[0]
    params = _group(rng, **s)
    yield Case((params, _group(rng, **s), RMSpropState(params.zeros_like())), s, FIRST)


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
        state = AdamState(_group(rng, **s), _squares(rng, **s), int(rng.integers(2, 5)))
        yield Case((_group(rng, **s), _group(rng, **s), state), s, kind, options=options)
    s = PLAIN_SIZES[0]
    params = _group(rng, **s)
    start = AdamState(params.zeros_like(), params.zeros_like(), 0)
    yield Case((params, _group(rng, **s), start), s, FIRST)


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
            state = EarlyStopping(int(rng.integers(6, 9)), best, _group(rng, **s), 3)
            yield Case((loss, _group(rng, **s), state), s, kind)
    s, loss = PLAIN_SIZES[0], float(rng.uniform(1.5, 2.5))
    first = EarlyStopping(patience=4)
    yield Case((loss, _group(rng, **s), first), s, "the first loss of all")
    same = EarlyStopping(5, loss, _group(rng, **s), 2)
    yield Case((loss, _group(rng, **s), same), s, "a loss that is equal to the best")


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
