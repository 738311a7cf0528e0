"""A recurrent network along every row, or every column, of images."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.sweep import sweep


def small_run(rng, D, H):
    """A recurrent network of a few lines whose states depend on all that came before."""
    W_x, W_h = rng.normal(0, 1, (D, H)), rng.normal(0, 0.8, (H, H)) / np.sqrt(H)

    def run(xs):
        if np.ndim(xs) != 3 or np.shape(xs)[2] != D:
            raise ValueError(f"run reads (T, B, D) with D={D}; it was given {np.shape(xs)}")
        h, hs = np.zeros((xs.shape[1], H)), []
        for x in xs:
            h = np.tanh(x @ W_x + h @ W_h + 0.1)
            hs.append(h)
        return np.stack(hs)

    return run


def _draw_sweep(rng):
    plain = [{"N": 3, "R": 5, "S": 7, "D": 4, "H": 6}, {"N": 4, "R": 6, "S": 5, "D": 3, "H": 2}]
    for kind, s in drawing.sizes(plain, "NRSDH"):
        for along in ("rows", "columns"):
            x = drawing.array(rng, s["N"], s["R"], s["S"], s["D"])
            yield Case((x, small_run(rng, s["D"], s["H"]), along), s, kind)


SWEEP = Exercise("sweep", sweep, _draw_sweep, results={"y": "(N, R, S, H)"})


@SWEEP.variant
def time_first(x, run, along):
    """Columns are rows of the turned image; a row's steps come first."""
    if along == "columns":
        x = x.transpose(0, 2, 1, 3)
    N, R, S, D = x.shape
    hs = run(x.transpose(2, 0, 1, 3).reshape(S, N * R, D))
    y = hs.reshape(S, N, R, -1).transpose(1, 2, 0, 3)
    return y if along == "rows" else y.transpose(0, 2, 1, 3)


@SWEEP.variant
def image_by_image(x, run, along):
    """One image after the other: its rows, or its columns, are a batch."""
    ys = []
    for image in x:
        if along == "rows":
            ys.append(run(image.swapaxes(0, 1)).swapaxes(0, 1))
        else:
            ys.append(run(image))
    return np.stack(ys)


@SWEEP.variant
def row_by_row(x, run, along):
    """One row, or one column, of all images after the other."""
    axis = 1 if along == "rows" else 2
    lines = []
    for k in range(x.shape[axis]):
        line = np.take(x, k, axis=axis)
        lines.append(np.moveaxis(run(np.moveaxis(line, 1, 0)), 0, 1))
    return np.stack(lines, axis=axis)


@SWEEP.variant
def two_cases(x, run, along):
    """Both directions written out with moveaxis."""
    N, R, S, D = x.shape
    if along == "rows":
        hs = run(np.moveaxis(x, 2, 0).reshape(S, N * R, D))
        return np.moveaxis(hs.reshape(S, N, R, -1), 0, 2)
    hs = run(np.moveaxis(x, 1, 0).reshape(R, N * S, D))
    return np.moveaxis(hs.reshape(R, N, S, -1), 0, 1)


SWEEP.slip(
    "rows_and_columns_swapped",
    'if along == "rows":\n',
    'if along == "columns":\n',
    "rows and columns are exchanged: along a row the steps are the columns, from left to right.",
    of="two_cases",
)

SWEEP.slip(
    "reshaped_without_moving",
    "np.moveaxis(x, 2, 0).reshape(S, N * R, D)",
    "x.reshape(S, N * R, D)",
    "the image is cut anew without its axes being moved, so the steps mix pixels of several rows. "
    "Bring the axis of time to the front first, then reshape.",
    of="two_cases",
)

SWEEP.slip(
    "put_together_in_another_order",
    "np.moveaxis(hs.reshape(S, N, R, -1), 0, 2)",
    "np.moveaxis(hs.reshape(S, R, N, -1), 0, 1).swapaxes(0, 2).swapaxes(1, 2)",
    "the batch is taken apart in another order than it was put together: N first, then R.",
    of="two_cases",
)

SWEEP.slip(
    "not_moved_back",
    "return np.moveaxis(hs.reshape(S, N, R, -1), 0, 2)",
    "return hs.reshape(N, R, S, -1)",
    "the axes are not moved back: what `run` returns begins with the steps. Take the batch apart, "
    "then move that axis to its old place.",
    of="two_cases",
)

SWEEP.slip(
    "always_along_rows",
    'if along == "rows":\n',
    "if True:\n",
    "`along` takes no part: the sweep goes along the rows each time.",
    of="two_cases",
)

SWEEP.slip(
    "always_along_columns",
    'if along == "rows":\n',
    "if False:\n",
    "`along` takes no part: the sweep goes along the columns each time.",
    of="two_cases",
)

SWEEP.slip(
    "from_the_far_end",
    "run(np.moveaxis(x, 2, 0).reshape(S, N * R, D))",
    "run(np.moveaxis(x, 2, 0)[::-1].reshape(S, N * R, D))[::-1]",
    "rows are read from right to left. They begin at the left.",
    of="two_cases",
)

SWEEP.slip(
    "columns_from_below",
    "run(np.moveaxis(x, 1, 0).reshape(R, N * S, D))",
    "run(np.moveaxis(x, 1, 0)[::-1].reshape(R, N * S, D))[::-1]",
    "columns are read from below. They begin at the top.",
    of="two_cases",
)

SWEEP.slip(
    "result_turned",
    'y if along == "rows" else y.transpose(0, 2, 1, 3)',
    "y",
    "the image is turned for the columns and not turned back.",
    of="time_first",
)


@SWEEP.mistake
def both_ways(x, run, along):
    """both sweeps are added. `along` says which one is asked for."""
    N, R, S, D = x.shape
    hs = run(np.moveaxis(x, 2, 0).reshape(S, N * R, D))
    vs = run(np.moveaxis(x, 1, 0).reshape(R, N * S, D))
    rows = np.moveaxis(hs.reshape(S, N, R, -1), 0, 2)
    return rows + np.moveaxis(vs.reshape(R, N, S, -1), 0, 1)


@SWEEP.mistake
def one_long_row(x, run, along):
    """all rows of an image are read as one long sequence. Each is a sequence of its own."""
    N, R, S, D = x.shape
    turned = x if along == "rows" else x.swapaxes(1, 2)
    hs = run(turned.reshape(N, R * S, D).swapaxes(0, 1))
    y = hs.swapaxes(0, 1).reshape(*turned.shape[:3], -1)
    return y if along == "rows" else y.swapaxes(1, 2)


@SWEEP.mistake
def images_as_time(x, run, along):
    """the images take the place of the steps. The batch holds them; the steps are pixels."""
    N, R, S, D = x.shape
    return run(x.reshape(N, R * S, D)).reshape(N, R, S, -1)


@SWEEP.mistake
def pixels_alone(x, run, along):
    """every pixel is a sequence of one step, so nothing is carried along."""
    return run(x.reshape(1, -1, x.shape[3])).reshape(*x.shape[:3], -1)


@SWEEP.mistake
def columns_read_backwards(x, run, along):
    """Every sequence is read from its far end, and put back. Columns and rows are read from the
    first on.
    """
    if along == "columns":
        x = x.transpose(0, 2, 1, 3)
    N, R, S, D = x.shape
    hs = run(x.transpose(2, 0, 1, 3).reshape(S, N * R, D)[::-1])[::-1]
    y = hs.reshape(S, N, R, -1).transpose(1, 2, 0, 3)
    return y if along == "rows" else y.transpose(0, 2, 1, 3)


@SWEEP.mistake
def axes_only_reshaped(x, run, along):
    """A reshape alone makes the sequences, so pixels of different places come together. Move the
    axis of time to the front first.
    """
    if along == "columns":
        x = x.transpose(0, 2, 1, 3)
    N, R, S, D = x.shape
    y = run(x.reshape(S, N * R, D)).reshape(S, N, R, -1).transpose(1, 2, 0, 3)
    return y if along == "rows" else y.transpose(0, 2, 1, 3)
