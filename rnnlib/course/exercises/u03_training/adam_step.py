"""One step of Adam, both averages corrected for their start at zero."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u03_training.inputs import FIRST, PLAIN_SIZES, group, squares
from rnnlib.optim import AdamState, adam_step


def _draw_adam(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {
            "learning_rate": float(rng.uniform(0.1, 0.3)),
            "beta1": float(rng.uniform(0.5, 0.65)),
            "beta2": float(rng.uniform(0.7, 0.85)),
            "eps": float(rng.uniform(0.1, 0.3)),
        }
        state = AdamState(group(rng, **s), squares(rng, **s), int(rng.integers(2, 5)))
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
