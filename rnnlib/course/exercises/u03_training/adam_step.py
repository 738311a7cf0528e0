"""One step of Adam, both averages corrected for their start at zero."""

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
from rnnlib.optim import AdamState, adam_step


def _draw_adam(rng):
    for kind, s in drawing.sizes(PLAIN_SIZES, "HK"):
        options = {
            "learning_rate": float(rng.uniform(0.1, 0.3)),
            "beta1": float(rng.uniform(0.5, 0.65)),
            "beta2": float(rng.uniform(0.7, 0.85)),
            "eps": float(rng.uniform(0.1, 0.3)),
        }
        t = int(rng.integers(2, 5))
        if s == PLAIN_SIZES[1]:  # later on, where a slow mean is still to be corrected
            options["beta1"], options["beta2"] = rng.uniform((0.9, 0.99), (0.95, 0.999)).tolist()
            t = int(rng.integers(15, 40))
        state = AdamState(group(rng, **s), squares(rng, **s), t)
        yield Case((group(rng, **s), group(rng, **s), state), s, kind, options=options)
    s = PLAIN_SIZES[0]
    params = group(rng, **s)
    start = AdamState(params.zeros_like(), params.zeros_like(), 0)
    yield Case((params, group(rng, **s), start), s, FIRST)
    late = AdamState(group(rng, **s), squares(rng, **s), int(rng.integers(500, 1500)))
    yield Case((params, group(rng, **s), late), s, "many steps, default settings")
    means = AdamState(model(rng, **s), model(rng, **s).map(np.square), 3)
    yield Case((model(rng, **s), model(rng, **s), means), s, NESTED)
    params, grads = group(rng, **s), group(rng, **s)
    grads.W[0] = 0  # the letter of this row was not read: 0 / (0 + eps)
    start = AdamState(params.zeros_like(), params.zeros_like(), 0)
    yield Case((params, grads, start), s, drawing.ZEROS)
    options = {"learning_rate": 0.2, "beta1": 0.6, "beta2": 0.5, "eps": 0.2}
    falling = AdamState(group(rng, **s), squares(rng, **s).map(lambda v: 10 * v), 9)
    yield Case((group(rng, **s), group(rng, **s), falling), s, options=options)


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
def in_lists(params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
    """Array by array, in lists, put back into groups in the same order."""
    t, new, ms, vs = state.t + 1, [], [], []
    groups = (params, grads, state.m, state.v)
    for (_, p), (_, g), (_, m), (_, v) in zip(*(each.items() for each in groups), strict=True):
        ms.append(beta1 * m + (1 - beta1) * g)
        vs.append(beta2 * v + (1 - beta2) * g**2)
        m_hat, v_hat = ms[-1] / (1 - beta1**t), vs[-1] / (1 - beta2**t)
        new.append(p - learning_rate * m_hat / (np.sqrt(v_hat) + eps))

    def in_a_group(arrays):
        left = iter(arrays)
        return params.map(lambda _: next(left))

    return in_a_group(new), AdamState(in_a_group(ms), in_a_group(vs), t)


ADAM_STEP.slip(
    "not_corrected",
    "m / (np.sqrt(v) + eps), m_hat, v_hat)",
    "m / (np.sqrt(v) + eps), m, v)",
    "m and v are used as they are: both began at zero, and that has to be corrected.",
)


ADAM_STEP.slip(
    "only_m_corrected",
    "m_hat, v_hat)",
    "m_hat, v)",
    "m is corrected for its start at zero, but v is not.",
)


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


ADAM_STEP.slip(
    "t_not_counted",
    "AdamState(m, v, t)",
    "AdamState(m, v, state.t)",
    "The state keeps the old t, so every step is taken for the same one.",
)


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


ADAM_STEP.slip(
    "gradient_for_mean",
    "m_hat, v_hat)",
    "grads, v_hat)",
    "The step is made of the gradient itself; it should be made of its running mean m.",
)


ADAM_STEP.slip(
    "v_without_square",
    "(1 - beta2) * g**2",
    "(1 - beta2) * np.abs(g)",
    "v is a mean of the gradients' sizes; it should be one of their squares.",
)


ADAM_STEP.slip(
    "root_of_v_left_out",
    "np.sqrt(v) + eps",
    "v + eps",
    "The step is divided by v; it should be divided by the square root of v.",
)


ADAM_STEP.slip(
    "eps_inside_the_root",
    "(np.sqrt(v) + eps)",
    "np.sqrt(v + eps)",
    "`eps` is added under the root; here it is added to the root.",
)


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


ADAM_STEP.slip(
    "uphill_with_adam",
    "p - learning_rate",
    "p + learning_rate",
    "The step is added; it goes against the gradient, so it is subtracted.",
)


ADAM_STEP.slip(
    "old_adam_state_returned",
    "AdamState(m, v, t)",
    "state",
    "The old state is returned, so the means are forgotten after the step.",
)


ADAM_STEP.slip(
    "one_never_added_to_t",
    "t = state.t + 1",
    "t = state.t",
    "1 is never added to t: `t = state.t + 1`.",
)


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
    with np.errstate(invalid="ignore"):
        params = params.map(lambda p, m, v: p - learning_rate * m / np.sqrt(v) + eps, m_hat, v_hat)
    return params, AdamState(m, v, t)


ADAM_STEP.slip(
    "state_as_a_plain_tuple",
    "AdamState(m, v, t)",
    "(m, v, t)",
    "The state is returned as a plain tuple; the next step needs `AdamState(m, v, t)`.",
)
ADAM_STEP.slip(
    "only_v_corrected",
    "m_hat, v_hat)",
    "m, v_hat)",
    "v is corrected for its start at zero, but m is not.",
)
ADAM_STEP.slip(
    "v_from_the_mean",
    "(1 - beta2) * g**2, grads)",
    "(1 - beta2) * g**2, m)",
    "v is a mean of the squares of m. It is one of the squares of the gradients.",
)
ADAM_STEP.slip(
    "means_in_the_other_order",
    "AdamState(m, v, t)",
    "AdamState(v, m, t)",
    "m and v have changed places in the state: it is `AdamState(m, v, t)`.",
)
ADAM_STEP.slip(
    "root_of_v_kept",
    "AdamState(m, v, t)",
    "AdamState(m, v.map(np.sqrt), t)",
    "the root of v is kept in the state. What goes on is the running mean of the squares, v "
    "itself.",
)
ADAM_STEP.slip(
    "eps_written_in",
    "np.sqrt(v) + eps",
    "np.sqrt(v) + 1e-8",
    "`eps` is not read, as where the number 1e-8 stands in the formula. It is an argument.",
)
ADAM_STEP.slip(
    "eps_left_out",
    "(np.sqrt(v) + eps)",
    "np.sqrt(v)",
    "`eps` is missing below the fraction: a weight without a gradient gives 0 / 0.",
)
ADAM_STEP.slip(
    "betas_written_in",
    "m = state.m.map",
    "beta1, beta2 = 0.9, 0.999\n    m = state.m.map",
    "0.9 and 0.999 are used, whatever `beta1` and `beta2` are. They are arguments and may be "
    "others.",
)
ADAM_STEP.slip(
    "correction_in_the_rate_alone",
    "(np.sqrt(v) + eps * root)",
    "(np.sqrt(v) + eps)",
    "both corrections are moved into the learning rate, and `eps` is added to the root of v "
    "before its correction. In the course `eps` is added to the root of `v_hat`: then it "
    "means the same at every step.",
    of="corrected_rate",
)
ADAM_STEP.slip(
    "old_means_used",
    "m_hat = m.map(lambda m: m / (1 - beta1**t))\n    v_hat = v.map(",
    "m_hat = state.m.map(lambda m: m / (1 - beta1**t))\n    v_hat = state.v.map(",
    "the step is made of the old means. First m and v are brought up to date with this gradient.",
)
ADAM_STEP.slip(
    "means_overwritten",
    "m = state.m.map(lambda m, g: beta1 * m + (1 - beta1) * g, grads)\n"
    "    v = state.v.map(lambda v, g: beta2 * v + (1 - beta2) * g**2, grads)",
    "for (_, m), (_, v), (_, g) in zip(state.m.items(), state.v.items(), grads.items()):\n"
    "        m[...] = beta1 * m + (1 - beta1) * g\n"
    "        v[...] = beta2 * v + (1 - beta2) * g**2\n"
    "    m, v = state.m, state.v",
    "the new means are written into the arrays of the old state; make new ones, with `map`.",
)


@ADAM_STEP.mistake
def group_made_from_names(
    params, grads, state, *, learning_rate=1e-3, beta1=0.9, beta2=0.999, eps=1e-8
):
    """The new groups are made from the names in `items()`. Where a group holds another, these are
    names such as `cell.W_xh`, which no class accepts; `map` works for all.
    """
    t, g, group = state.t + 1, dict(grads.items()), type(params)
    m = {name: beta1 * old + (1 - beta1) * g[name] for name, old in state.m.items()}
    v = {name: beta2 * old + (1 - beta2) * g[name] ** 2 for name, old in state.v.items()}
    new = {}
    for name, p in params.items():
        m_hat, v_hat = m[name] / (1 - beta1**t), v[name] / (1 - beta2**t)
        new[name] = p - learning_rate * m_hat / (np.sqrt(v_hat) + eps)
    return group(**new), AdamState(group(**m), group(**v), t)


ADAM_STEP.slip(
    "betas_exchanged_in_correction",
    "m / (1 - beta1**t)) / ((v / (1 - beta2**t))",
    "m / (1 - beta2**t)) / ((v / (1 - beta1**t))",
    "the corrections are exchanged: m is divided by `1 - beta1**t`, v by `1 - beta2**t`.",
    of="corrected_inside",
)
