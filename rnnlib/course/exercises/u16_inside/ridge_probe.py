"""A linear probe: ridge regression from states to targets."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.probes import ridge_probe


def _draw_probe(rng):
    def case(kind, strength, **s):
        hs = drawing.array(rng, s["states"], s["H"]) + rng.uniform(0.5, 2, s["H"])
        ys = drawing.array(rng, s["states"], s["K"]) + rng.uniform(1, 3, s["K"])
        return Case((hs, ys, strength), s, kind)

    plain = [{"states": 12, "H": 4, "K": 3}, {"states": 9, "H": 5, "K": 2}]
    for kind, s in drawing.sizes(plain, "HK"):
        yield case(kind, float(rng.uniform(1.5, 4)), **s)
    yield case("more units than states", float(rng.uniform(0.2, 0.6)), states=4, H=7, K=3)


RIDGE_PROBE = Exercise(
    "ridge_probe",
    ridge_probe,
    _draw_probe,
    results={"W": "(H, K)", "b": "(K,)"},
    weights={"W": 2},
)


@RIDGE_PROBE.variant
def centred_first(hs, ys, strength):
    """States and targets minus their means, one system of equations, then the bias."""
    mean, target = hs.mean(axis=0), ys.mean(axis=0)
    centred = hs - mean
    left = centred.T @ centred + strength * np.eye(hs.shape[1])
    W = np.linalg.solve(left, centred.T @ (ys - target))
    b = target - mean @ W
    return W, b


@RIDGE_PROBE.variant
def with_an_inverse(hs, ys, strength):
    """The inverse itself; targets need not be centred, for centred states add up to zero."""
    X = hs - np.mean(hs, axis=0)
    W = np.linalg.inv(X.T @ X + strength * np.identity(X.shape[1])) @ X.T @ ys
    return W, np.mean(ys - hs @ W, axis=0)


@RIDGE_PROBE.variant
def a_column_of_ones(hs, ys, strength):
    """The bias as one more weight, which alone is not held small."""
    M, H = hs.shape
    X = np.concatenate([hs, np.ones((M, 1))], axis=1)
    cost = strength * np.eye(H + 1)
    cost[-1, -1] = 0
    both = np.linalg.solve(X.T @ X + cost, X.T @ ys)
    return both[:-1], both[-1]


@RIDGE_PROBE.variant
def more_rows(hs, ys, strength):
    """Least squares with H more rows, which ask for weights of zero."""
    H, mean = hs.shape[1], hs.mean(0)
    X = np.vstack([hs - mean, np.sqrt(strength) * np.eye(H)])
    Y = np.vstack([ys - ys.mean(0), np.zeros((H, ys.shape[1]))])
    W = np.linalg.lstsq(X, Y, rcond=None)[0]
    return W, ys.mean(0) - mean @ W


for _name, _old, _new, _sentence in (
    (
        "states_not_centred",
        "centred = hs - mean",
        "centred = hs",
        "the states keep their mean. Take it away first: `hs - hs.mean(axis=0)`.",
    ),
    (
        "means_of_the_rows",
        "mean, target = hs.mean(axis=0), ys.mean(axis=0)\n    centred = hs - mean",
        "mean, target = hs.mean(axis=0), ys.mean(axis=0)\n"
        "    centred = hs - hs.mean(axis=1, keepdims=True)",
        "each state loses the mean of its own units. Each *unit* loses its mean over all states: "
        "axis 0.",
    ),
    (
        "strength_left_out",
        "np.linalg.solve(left, ",
        "np.linalg.pinv(centred.T @ centred) @ (",
        "the strength is left out: this is plain least squares.",
    ),
    (
        "strength_on_all_entries",
        "strength * np.eye(hs.shape[1])",
        "strength",
        "the strength is added to all entries. It belongs on the diagonal alone.",
    ),
    (
        "strength_squared",
        "strength * np.eye",
        "strength**2 * np.eye",
        "the strength is squared.",
    ),
    (
        "strength_taken_away",
        "centred.T @ centred + strength",
        "centred.T @ centred - strength",
        "the strength is taken away from the diagonal. It is added.",
    ),
    (
        "mean_of_products",
        "left = centred.T @ centred + strength * np.eye(hs.shape[1])",
        "left = centred.T @ centred + len(hs) * strength * np.eye(hs.shape[1])",
        "the products are averaged over the states, or `strength` is multiplied by their number: "
        "either makes it M times as strong. The products are sums.",
    ),
    (
        "bias_is_the_mean",
        "b = target - mean @ W",
        "b = target + 0 * (mean @ W)",
        "the bias is the mean of the targets alone. The mean of the states goes through `W`, and "
        "is taken away.",
    ),
    (
        "bias_with_the_wrong_sign",
        "b = target - mean @ W",
        "b = target + mean @ W",
        "the sign in the bias is turned: b is the mean of `ys` *minus* the mean of `hs` times `W`.",
    ),
    (
        "no_bias",
        "b = target - mean @ W",
        "b = np.zeros(ys.shape[1])",
        "the bias is 0.",
    ),
    (
        "scaled_to_variance_one",
        "centred = hs - mean",
        "centred = (hs - mean) / (hs.std(axis=0) + 1e-12)",
        "the units are divided by their standard deviation. Only their mean is taken away.",
    ),
    (
        "weights_transposed",
        "return W, b",
        "return W.T, b",
        "`W` is transposed. It is (H, K), so that `hs @ W + b` reads the targets.",
    ),
    (
        "weights_halved",
        "W = np.linalg.solve(left, centred.T @ (ys - target))",
        "W = np.linalg.solve(2 * left, centred.T @ (ys - target))",
        "the weights are halved: a factor 2 of the gradient stands on one side alone.",
    ),
    (
        "half_the_strength",
        "strength * np.eye",
        "strength / 2 * np.eye",
        "the strength is halved.",
    ),
):
    RIDGE_PROBE.slip(_name, _old, _new, _sentence)


@RIDGE_PROBE.mistake
def bias_held_small_too(hs, ys, strength):
    """the bias is held small as well: a column of ones got the strength on the diagonal too. The
    bias costs nothing.
    """
    X = np.concatenate([hs, np.ones((len(hs), 1))], axis=1)
    both = np.linalg.solve(X.T @ X + strength * np.eye(X.shape[1]), X.T @ ys)
    return both[:-1], both[-1]


RIDGE_PROBE.slip(
    "nothing_centred",
    "centred = hs - mean\n"
    "    left = centred.T @ centred + strength * np.eye(hs.shape[1])\n"
    "    W = np.linalg.solve(left, centred.T @ (ys - target))",
    "left = hs.T @ hs + strength * np.eye(hs.shape[1])\n    W = np.linalg.solve(left, hs.T @ ys)",
    "neither states nor targets are centred before the weights are computed.",
    of="centred_first",
)
