"""The output layer of one step, logits = h W_hy + b_y."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.dense import DenseParams, output_step


def _draw_output(rng):
    plain = [{"N": 3, "H": 4, "K": 5}, {"N": 4, "H": 6, "K": 2}]
    for kind, s in drawing.sizes(plain, "NHK"):
        h = drawing.array(rng, s["N"], s["H"], scale=0.5)
        yield Case((h, _output_weights(rng, **s)), s, kind)
    s = {"N": 2, "H": 3, "K": 4}
    yield Case((drawing.array(rng, 2, 3, scale=1e3), _output_weights(rng, **s)), s, drawing.LARGE)
    h = drawing.array(rng, 2, 3, scale=0.5)
    h[0] = 0  # a state before the first step
    yield Case((h, _output_weights(rng, **s)), s, drawing.ZEROS)


def _output_weights(rng, H, K, **_):
    return drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))


OUTPUT_STEP = Exercise("output_step", output_step, _draw_output, results={"logits": "(N, K)"})


@OUTPUT_STEP.variant
def affine(h, params):
    """The equation as it stands."""
    return h @ params.W_hy + params.b_y


@OUTPUT_STEP.variant
def bias_as_weight(h, params):
    """The bias as one more row of the weight, met by a column of ones."""
    ones = np.ones((len(h), 1))
    return np.hstack([h, ones]) @ np.vstack([params.W_hy, params.b_y])


@OUTPUT_STEP.variant
def dot_and_add(h, params):
    """Functions instead of operators."""
    return np.add(np.dot(h, params.W_hy), params.b_y)


@OUTPUT_STEP.variant
def one_class_at_a_time(h, params):
    """A loop over the classes."""
    columns = [h @ params.W_hy[:, k] + params.b_y[k] for k in range(len(params.b_y))]
    return np.stack(columns, axis=1)


@OUTPUT_STEP.mistake
def output_bias_left_out(h, params):
    """`b_y` is never added."""
    return h @ params.W_hy


@OUTPUT_STEP.mistake
def softmax_too_early(h, params):
    """The softmax is already taken. Logits are the raw scores; the loss takes the softmax
    itself.
    """
    z = h @ params.W_hy + params.b_y
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@OUTPUT_STEP.mistake
def log_softmax_too_early(h, params):
    """The log-softmax is already taken. Logits are the raw scores; the loss does that itself."""
    z = h @ params.W_hy + params.b_y
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


@OUTPUT_STEP.mistake
def tanh_on_top(h, params):
    """A tanh is taken of the scores. The output layer is only affine: scores may be any size."""
    return np.tanh(h @ params.W_hy + params.b_y)


@OUTPUT_STEP.mistake
def sigmoid_on_top(h, params):
    """A sigmoid is taken of the scores. The output layer is only affine: scores may be any size."""
    return 0.5 * (1 + np.tanh((h @ params.W_hy + params.b_y) / 2))


@OUTPUT_STEP.mistake
def output_weight_transposed(h, params):
    """`W_hy` is transposed. With one example a row it is `h @ W_hy`: (N, H) times (H, K)."""
    return h @ params.W_hy.T + params.b_y


@OUTPUT_STEP.mistake
def output_weight_first(h, params):
    """The weight stands on the left, as with column vectors. Here an example is a row: `h @
    W_hy`.
    """
    return params.W_hy @ h + params.b_y


@OUTPUT_STEP.mistake
def output_elementwise(h, params):
    """`*` is used for a matrix product. In NumPy `*` multiplies entry by entry; the product
    is `@`.
    """
    return h * params.W_hy + params.b_y


@OUTPUT_STEP.mistake
def batch_averaged(h, params):
    """The examples are averaged. Each row of `h` is an example of its own and keeps its own
    scores.
    """
    return h.mean(axis=0) @ params.W_hy + params.b_y


@OUTPUT_STEP.mistake
def bias_subtracted(h, params):
    """`b_y` is subtracted; it should be added."""
    return h @ params.W_hy - params.b_y


@OUTPUT_STEP.mistake
def best_class_returned(h, params):
    """The number of the best class is returned. All K scores are wanted for each example."""
    return np.argmax(h @ params.W_hy + params.b_y, axis=1)


@OUTPUT_STEP.mistake
def first_example_only(h, params):
    """Only the first example of the batch is used; every row of `h` gets a row of scores."""
    return h[0] @ params.W_hy + params.b_y


@OUTPUT_STEP.mistake
def scores_transposed(h, params):
    """the scores are transposed, (K, N): an example is a row, so they are (N, K)."""
    return params.W_hy.T @ h.T + params.b_y[:, None]


@OUTPUT_STEP.mistake
def output_bias_as_a_column(h, params):
    """`b_y` is turned into a column. It is added to every row: NumPy does that with `b_y` as it
    is.
    """
    return h @ params.W_hy + params.b_y[:, None]


@OUTPUT_STEP.mistake
def bias_for_every_unit(h, params):
    """`b_y` is added once for each of the H units. It is added once to the finished sum, so its
    line stands outside of a loop over the units.
    """
    return h @ params.W_hy + len(params.W_hy) * params.b_y


@OUTPUT_STEP.mistake
def tanh_of_the_state(h, params):
    """tanh is taken of `h` once more. A state has been through the tanh already."""
    return np.tanh(h) @ params.W_hy + params.b_y


@OUTPUT_STEP.mistake
def largest_score_subtracted(h, params):
    """the largest score of each row is subtracted, as a softmax does inside. Logits are the scores
    as they are.
    """
    logits = h @ params.W_hy + params.b_y
    return logits - logits.max(axis=1, keepdims=True)


@OUTPUT_STEP.mistake
def negative_scores_cut(h, params):
    """negative scores are set to 0. The output layer is only affine: scores may be any numbers."""
    return np.maximum(h @ params.W_hy + params.b_y, 0)


@OUTPUT_STEP.mistake
def scores_squeezed(h, params):
    """axes of size 1 are squeezed away. A batch of one example is still a batch: (1, K)."""
    return np.squeeze(h @ params.W_hy + params.b_y)


@OUTPUT_STEP.mistake
def units_not_weighed(h, params):
    """the sum over the units is taken without the weights: `h @ W_hy` weighs each unit for each
    class.
    """
    return h.sum(axis=1, keepdims=True) + params.b_y
