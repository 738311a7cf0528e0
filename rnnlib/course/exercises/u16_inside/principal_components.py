"""Principal components of hidden states."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise, Unusable
from rnnlib.probes import principal_components


def _draw_cloud(rng):
    def case(kind, M, H, k):
        rotation, _ = np.linalg.qr(rng.normal(size=(H, H)))
        cloud, _ = np.linalg.qr(drawing.array(rng, M, H))  # columns at right angles
        cloud = cloud - cloud.mean(axis=0)
        hs = cloud * 3.0 * 0.6 ** np.arange(H) @ rotation + rng.uniform(2, 4, H)
        return Case((hs, k), {"states": M, "H": H, "k": k}, kind)

    yield case(PLAIN, 30, 5, 2)
    yield case(PLAIN, 24, 4, 3)
    yield case(PLAIN, 40, 6, 4)
    yield case("all of them", 20, 3, 3)
    yield case(drawing.ONES, 12, 1, 1)
    yield case(drawing.ONES, 20, 4, 1)


def observe_components(value, case):
    """Directions with their entry of largest size made positive: the sign means nothing."""
    directions, shares = (np.asarray(part, float) for part in value)
    k, H = case.sizes["k"], case.sizes["H"]
    if directions.shape != (k, H):
        raise Unusable(
            f"gave `directions` the shape {directions.shape}; they should be ({k}, {H}): one "
            "direction a row"
        )
    if shares.shape != (k,):
        raise Unusable(f"gave `shares` the shape {shares.shape}; it should be ({k},)")
    largest = np.abs(directions).argmax(axis=1)
    signs = np.where(directions[np.arange(k), largest] < 0, -1.0, 1.0)
    return {"directions": directions * signs[:, None], "shares": shares}


PRINCIPAL_COMPONENTS = Exercise(
    "principal_components",
    principal_components,
    _draw_cloud,
    results={"directions": "(k, H)", "shares": "(k,)"},
    observe=observe_components,
)


@PRINCIPAL_COMPONENTS.variant
def by_svd(hs, k):
    """A singular value decomposition of the centred states."""
    centred = hs - hs.mean(axis=0)
    _, sizes, directions = np.linalg.svd(centred, full_matrices=False)
    variances = sizes**2
    return directions[:k], variances[:k] / variances.sum()


@PRINCIPAL_COMPONENTS.variant
def by_eigenvectors(hs, k):
    """Eigenvectors of the covariance; eigh gives the largest last."""
    covariance = np.atleast_2d(np.cov(hs.T))
    values, vectors = np.linalg.eigh(covariance)
    return vectors[:, ::-1][:, :k].T, values[::-1][:k] / values.sum()


@PRINCIPAL_COMPONENTS.variant
def sorted_by_hand(hs, k):
    """Eigenvectors of the products, sorted, shares of the trace; opposite directions."""
    X = hs - np.mean(hs, 0)
    values, vectors = np.linalg.eigh(X.T @ X)
    order = np.argsort(-values)[:k]
    return -vectors.T[order], values[order] / np.trace(X.T @ X)


@PRINCIPAL_COMPONENTS.variant
def shares_from_projections(hs, k):
    """The share is the variance along each direction over that of all units."""
    directions = np.linalg.svd(hs - hs.mean(0))[2][:k]
    along = (hs @ directions.T).var(axis=0)
    return directions, along / hs.var(axis=0).sum()


for _name, _old, _new, _sentence in (
    (
        "not_centred",
        "centred = hs - hs.mean(axis=0)",
        "centred = hs",
        "the states keep their mean: the first direction points from 0 to the mean.",
    ),
    (
        "means_of_the_rows",
        "hs.mean(axis=0)",
        "hs.mean(axis=1, keepdims=True)",
        "each state loses the mean of its own units. Each unit loses its mean over all states: "
        "axis 0.",
    ),
    (
        "mean_of_everything",
        "hs.mean(axis=0)",
        "hs.mean()",
        "one mean of all numbers is taken away. Each unit has its own: axis 0.",
    ),
    (
        "sizes_not_squared",
        "variances = sizes**2",
        "variances = sizes",
        "the singular values are not squared. A variance is a square.",
    ),
    (
        "share_of_those_kept",
        "variances[:k] / variances.sum()",
        "variances[:k] / variances[:k].sum()",
        "the shares are those of the k directions that are kept. They are shares of the *whole* "
        "variance.",
    ),
    (
        "variances_returned",
        "variances[:k] / variances.sum()",
        "variances[:k] / len(hs)",
        "variances are returned, not shares of the whole.",
    ),
    (
        "smallest_first",
        "return directions[:k], variances[:k] / variances.sum()",
        "return directions[::-1][:k], variances[::-1][:k] / variances.sum()",
        "the *least* important directions come first: `np.linalg.eigh` sorts that way.",
    ),
    (
        "columns_for_rows",
        "return directions[:k], ",
        "return directions.T[:k], ",
        "the columns are taken for the directions. `np.linalg.svd` has them in the rows of its "
        "last result, `np.linalg.eigh` in columns.",
    ),
    (
        "scaled_to_variance_one",
        "centred = hs - hs.mean(axis=0)",
        "centred = (hs - hs.mean(axis=0)) / hs.std(axis=0)",
        "the units are divided by their standard deviation. Only their mean is taken away.",
    ),
    (
        "directions_scaled",
        "return directions[:k], ",
        "return directions[:k] * sizes[:k, None], ",
        "the directions are multiplied by the singular values. Their length is 1.",
    ),
    (
        "shares_add_up",
        "variances[:k] / variances.sum()",
        "np.cumsum(variances[:k]) / variances.sum()",
        "the shares are added up from the first on. Each direction has its own.",
    ),
    (
        "last_of_the_whole",
        "variances[:k] / variances.sum()",
        "variances[:k] / variances.max()",
        "the shares are relative to the largest variance, not to the sum of all.",
    ),
    (
        "fourth_powers",
        "variances = sizes**2",
        "variances = sizes**4",
        "the variances are squared once more: singular values of the covariance are variances "
        "already.",
    ),
):
    PRINCIPAL_COMPONENTS.slip(_name, _old, _new, _sentence)


@PRINCIPAL_COMPONENTS.mistake
def transposed(hs, k):
    """the directions stand in columns: one direction a *row* is asked for, (k, H)."""
    _, sizes, directions = np.linalg.svd(hs - hs.mean(axis=0), full_matrices=False)
    return directions[:k].T, sizes[:k] ** 2 / np.sum(sizes**2)


@PRINCIPAL_COMPONENTS.mistake
def single_units(hs, k):
    """the units that vary most are returned. A direction may mix all units."""
    variances = hs.var(axis=0)
    order = np.argsort(-variances)[:k]
    return np.eye(hs.shape[1])[order], variances[order] / variances.sum()
