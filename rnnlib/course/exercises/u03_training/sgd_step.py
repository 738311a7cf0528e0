"""One step of gradient descent, p <- p - learning_rate g."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u03_training.inputs import NESTED, PLAIN_SIZES, group, model
from rnnlib.optim import SGDState, sgd_step
from rnnlib.params import Params


def _draw_sgd(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {"learning_rate": float(rng.uniform(0.2, 0.7))}
        yield Case((group(rng, **s), group(rng, **s), SGDState()), s, kind, options=options)
    s = PLAIN_SIZES[0]
    yield Case((group(rng, **s), group(rng, **s), SGDState()), s, "the default learning rate")
    options = {"learning_rate": 0.3}
    yield Case((model(rng, **s), model(rng, **s), SGDState()), s, NESTED, options=options)


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
    """The new arrays in a list, put into a group in the same order."""
    pairs = zip(params.items(), grads.items(), strict=True)
    new = iter([p - learning_rate * g for (_, p), (_, g) in pairs])
    return params.map(lambda p: next(new)), state


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
    """The sign of the gradient is used instead of the gradient."""
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
    """The parameters alone are returned; all optimizers return params and state."""
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


@SGD_STEP.mistake
def group_made_from_names(params, grads, state, *, learning_rate=0.1):
    """The new group is made from the names in `items()`. Where a group holds another, these
    are names such as `cell.W_xh`, which no class accepts; `map` works for all.
    """
    theirs = dict(grads.items())
    new = {name: p - learning_rate * theirs[name] for name, p in params.items()}
    return type(params)(**new), state


@SGD_STEP.mistake
def names_of_one_class(params, grads, state, *, learning_rate=0.1):
    """The arrays are taken by the names `W_hy` and `b_y`. The function is for any model:
    `map` needs no names.
    """
    W_hy = params.W_hy - learning_rate * grads.W_hy
    b_y = params.b_y - learning_rate * grads.b_y
    return type(params)(W_hy, b_y), state


@SGD_STEP.mistake
def bracket_around_the_difference(params, grads, state, *, learning_rate=0.1):
    """A bracket is in the wrong place: `(p - learning_rate) * g` multiplies the whole
    difference. Only the gradient is multiplied by the learning rate.
    """
    return params.map(lambda p, g: (p - learning_rate) * g, grads), state


@SGD_STEP.mistake
def gradients_overwritten(params, grads, state, *, learning_rate=0.1):
    """The arrays in `grads` are multiplied in place: `*=` changes them for the caller."""
    for _, g in grads.items():
        g *= learning_rate
    return params.map(np.subtract, grads), state


@SGD_STEP.mistake
def learning_rate_subtracted(params, grads, state, *, learning_rate=0.1):
    """Gradient and learning rate are both subtracted; they are multiplied, and the product is."""
    return params.map(lambda p, g: p - g - learning_rate, grads), state
