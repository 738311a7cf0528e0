"""An autoregressive model by least squares."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.dense import DenseParams
from rnnlib.forecasting import fit_ar


def _draw_ar(rng):
    for kind, s in drawing.sizes([{"T": 5, "K": 3}, {"T": 6, "K": 2}], "TK"):
        N = 24
        xs = drawing.array(rng, s["T"], N, 1) + rng.uniform(1, 2)
        W = drawing.array(rng, s["T"], s["K"])
        targets = W.T @ xs[:, :, 0] + rng.uniform(2, 3, (s["K"], 1))
        targets = (targets + drawing.array(rng, s["K"], N, scale=0.4))[:, :, None]
        yield Case((xs, targets), s, kind)


FIT_AR = Exercise(
    "fit_ar",
    fit_ar,
    _draw_ar,
    results={"params.W_hy": "(T, K)", "params.b_y": "(K,)"},
    weights={"params.W_hy": 2},
    intermediates=lambda xs, targets: {
        "rows": np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])]),
    },
)


@FIT_AR.variant
def column_of_ones(xs, targets):
    """The windows as rows, with a column of ones; least squares by NumPy."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.variant
def normal_equations(xs, targets):
    """Gauss's normal equations, solved."""
    X = np.concatenate([xs[:, :, 0], np.ones((1, xs.shape[1]))])
    W = np.linalg.solve(X @ X.T, X @ targets[:, :, 0].T)
    return DenseParams(W_hy=W[: len(xs)], b_y=W[len(xs)])


@FIT_AR.variant
def means_taken_off(xs, targets):
    """Without a column of ones: means taken off first, and the bias found from them."""
    X, Y = xs[:, :, 0].T, targets[:, :, 0].T
    W = np.linalg.pinv(X - X.mean(axis=0)) @ (Y - Y.mean(axis=0))
    return DenseParams(W_hy=W, b_y=Y.mean(axis=0) - X.mean(axis=0) @ W)


@FIT_AR.variant
def one_step_after_the_other(xs, targets):
    """A fit for each step ahead, the ones in front."""
    X = np.hstack([np.ones((xs.shape[1], 1)), xs.squeeze(axis=2).T])
    fits = [np.linalg.lstsq(X, y[:, 0], rcond=None)[0] for y in targets]
    return DenseParams(W_hy=np.stack([w[1:] for w in fits], axis=1), b_y=[w[0] for w in fits])


@FIT_AR.mistake
def ones_left_out(xs, targets):
    """the column of ones is missing, so there is no bias: the fit is forced through 0."""
    weights = np.linalg.lstsq(xs[:, :, 0].T, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights, b_y=np.zeros(len(targets)))


@FIT_AR.mistake
def examples_in_the_columns(xs, targets):
    """the windows, or the targets, stand in the columns. In a least squares fit each example is a
    row: `xs[:, :, 0].T` and `targets[:, :, 0].T`.
    """
    rows = np.column_stack([xs[:, :, 0], np.ones(len(xs))])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def reshaped_for_transposed(xs, targets):
    """`reshape` is used to make rows of the windows, and mixes values of different windows.
    Transpose: `.T`.
    """
    T, N, _ = xs.shape
    rows = np.column_stack([xs.reshape(N, T), np.ones(N)])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def targets_reshaped(xs, targets):
    """the targets are brought into shape by `reshape`, and those of different windows get mixed.
    Transpose: `.T`.
    """
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets.reshape(xs.shape[1], len(targets)), rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def bias_from_the_wrong_end(xs, targets):
    """the ones stand last, but the first row of weights is taken for the bias."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[1:], b_y=weights[0])


@FIT_AR.mistake
def newest_step_first(xs, targets):
    """the weights come newest step first, as textbooks count lags. Here they stand in the order of
    the window, oldest first.
    """
    rows = np.column_stack([xs[::-1, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def bias_kept_among_the_weights(xs, targets):
    """all rows of the solution are taken for weights. The last one belongs to the ones: it is the
    bias.
    """
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights, b_y=weights[-1])


@FIT_AR.mistake
def bias_of_zero(xs, targets):
    """the bias is found, and then dropped: `b_y` is 0."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=np.zeros(len(targets)))


@FIT_AR.mistake
def fitted_to_the_last_value(xs, targets):
    """the fit sees the last value of each window alone. Every value of the window has a weight."""
    newest = np.column_stack([xs[-1, :, 0], np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(newest, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:1], b_y=weights[1])


@FIT_AR.mistake
def first_target_for_all(xs, targets):
    """every step ahead gets the weights of the first. Each has a fit of its own."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[0], rcond=None)[0]
    weights = np.repeat(weights, len(targets), axis=1)
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def mean_for_bias(xs, targets):
    """the mean of the targets is taken for the bias. It would be right if the windows had the mean
    0; let a column of ones find it.
    """
    X, Y = xs[:, :, 0].T, targets[:, :, 0].T
    W = np.linalg.lstsq(X, Y - Y.mean(axis=0), rcond=None)[0]
    return DenseParams(W_hy=W, b_y=Y.mean(axis=0))


@FIT_AR.mistake
def matrix_transposed(xs, targets):
    """`W_hy` comes back as (K, T). In this course a weight goes from its rows to its columns."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1].T, b_y=weights[-1])


@FIT_AR.mistake
def whole_answer_of_lstsq(xs, targets):
    """all that `np.linalg.lstsq` gives is used: solution, residuals, rank and more. The solution is
    the first of them: `[0]`.
    """
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def three_axes_given_to_lstsq(xs, targets):
    """an array with three axes is given to `lstsq`. Take the last axis out, and transpose:
    `xs[:, :, 0].T`, `targets[:, :, 0].T`.
    """
    weights = np.linalg.lstsq(xs, targets, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def ones_not_a_column(xs, targets):
    """the ones are a flat array, and `np.concatenate` cannot put it beside a matrix.
    `np.column_stack` makes a column of it.
    """
    rows = np.concatenate([xs[:, :, 0].T, np.ones(xs.shape[1])], axis=1)
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def bias_from_the_other_end(xs, targets):
    """the ones stand first in each row, but the last row of weights is taken for the bias. The bias
    is the row that belongs to the ones.
    """
    rows = np.column_stack([np.ones(xs.shape[1]), xs[:, :, 0].T])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def first_step_ahead_alone(xs, targets):
    """only the first step ahead is fitted. Each of the K steps has weights of its own."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[0], rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1])


@FIT_AR.mistake
def weights_in_a_pair(xs, targets):
    """weights and bias come back as a plain pair. They belong into `DenseParams(W_hy=..., b_y=
    ...)`.
    """
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return weights[:-1], weights[-1]


@FIT_AR.mistake
def bias_with_two_axes(xs, targets):
    """the bias keeps two axes, (1, K), as `weights[-1:]` does. `weights[-1]` is (K,)."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=weights[-1:])


@FIT_AR.mistake
def one_bias_for_all_steps(xs, targets):
    """all steps ahead get the mean of their biases. Each has a bias of its own."""
    rows = np.column_stack([xs[:, :, 0].T, np.ones(xs.shape[1])])
    weights = np.linalg.lstsq(rows, targets[:, :, 0].T, rcond=None)[0]
    return DenseParams(W_hy=weights[:-1], b_y=np.full(len(targets), weights[-1].mean()))


FIT_AR.slip(
    "mean_beside_a_fitted_bias",
    "b_y=weights[-1]",
    "b_y=targets[:, :, 0].mean(axis=1)",
    "the mean of the targets is taken for the bias. It is the row of weights that belongs to the "
    "ones; without ones, the mean of the targets minus the mean window times `W_hy`.",
    of="column_of_ones",
)
