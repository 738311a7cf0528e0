"""One step of self-attention with a cache."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.self_attention import attention_step

FIRST = "the first step"


def _draw_step(rng):
    def case(kind, scale=1.0, **s):
        S, N, A, E = (s[letter] for letter in "SNAE")
        q, k = (drawing.array(rng, N, A, scale=scale) for _ in range(2))
        keys, values = drawing.array(rng, S - 1, N, A, scale=scale), drawing.array(rng, S - 1, N, E)
        return Case((q, k, drawing.array(rng, N, E), keys, values), s, kind)

    plain = [{"S": 7, "N": 2, "A": 4, "E": 5}, {"S": 6, "N": 5, "A": 3, "E": 2}]
    for kind, s in drawing.sizes(plain, "NAE"):
        yield case(kind, **s)
    yield case(FIRST, S=1, N=3, A=4, E=2)
    yield case(drawing.LARGE, scale=100.0, S=8, N=2, A=5, E=3)
    yield case(PLAIN, S=12, N=3, A=5, E=4)


ATTENTION_STEP = Exercise(
    "attention_step",
    attention_step,
    _draw_step,
    results={"context": "(N, E)", "keys": "(S, N, A)", "values": "(S, N, E)"},
    weights={"context": 4},
    borrow=("rnnlib.activations",),
)


@ATTENTION_STEP.variant
def appended_and_looked_at(q, k, v, keys, values):
    """Append, score all, softmax, mean."""
    keys, values = np.concatenate([keys, k[None]]), np.concatenate([values, v[None]])
    scores = np.einsum("na,sna->sn", q, keys) / np.sqrt(q.shape[1])
    w = np.exp(scores - scores.max(axis=0))
    w = w / w.sum(axis=0)
    return np.einsum("sn,sne->ne", w, values), keys, values


@ATTENTION_STEP.variant
def example_by_example(q, k, v, keys, values):
    """A loop over the examples."""
    keys, values = np.append(keys, [k], axis=0), np.append(values, [v], axis=0)
    context = []
    for n in range(len(q)):
        scores = keys[:, n] @ q[n] * q.shape[1] ** -0.5
        w = np.exp(scores - scores.max())
        context.append(w @ values[:, n] / w.sum())
    return np.array(context), keys, values


@ATTENTION_STEP.variant
def running_sums(q, k, v, keys, values):
    """The new step first, then the old ones: numerator and denominator are running sums."""
    top = (q * k).sum(axis=1) / q.shape[1] ** 0.5
    total, weighted = np.ones(len(q)), v + 0.0
    for old_k, old_v in zip(keys, values, strict=True):
        score = (q * old_k).sum(axis=1) / q.shape[1] ** 0.5
        larger = np.maximum(top, score)
        before, now = np.exp(top - larger), np.exp(score - larger)
        total = total * before + now
        weighted = weighted * before[:, None] + old_v * now[:, None]
        top = larger
    return weighted / total[:, None], np.vstack([keys, k[None]]), np.vstack([values, v[None]])


for _name, _old, _new, _sentence in (
    (
        "present_not_looked_at",
        'np.einsum("na,sna->sn", q, keys)',
        "np.where(np.arange(len(keys))[:, None] < max(len(keys) - 1, 1), "
        'np.einsum("na,sna->sn", q, keys), -np.inf)',
        "the step does not look at itself: append its key and value first, then look.",
    ),
    (
        "present_alone",
        'return np.einsum("sn,sne->ne", w, values), ',
        "return v, ",
        "the step looks at itself alone. It looks at everything in the cache.",
    ),
    (
        "put_in_front",
        "np.concatenate([keys, k[None]]), np.concatenate([values, v[None]])",
        "np.concatenate([k[None], keys]), np.concatenate([v[None], values])",
        "the new step is put in front of the old ones. The cache is in the order of time.",
    ),
    (
        "oldest_forgotten",
        "np.concatenate([keys, k[None]]), np.concatenate([values, v[None]])",
        "np.concatenate([keys[1:], k[None]]), np.concatenate([values[1:], v[None]])",
        "the oldest step is dropped. This cache keeps everything.",
    ),
    (
        "query_stored_as_key",
        "np.concatenate([keys, k[None]])",
        "np.concatenate([keys, q[None]])",
        "the query is stored in place of the key. A query asks once and is not needed again.",
    ),
    (
        "scale_left_out",
        "/ np.sqrt(q.shape[1])",
        "",
        "the scores are not divided by the square root of A.",
    ),
    (
        "scale_of_the_values",
        "np.sqrt(q.shape[1])",
        "np.sqrt(v.shape[1])",
        "the scores are divided by the square root of E, the size of the values. The size of the "
        "keys counts, A.",
    ),
    (
        "scale_without_the_root",
        "np.sqrt(q.shape[1])",
        "q.shape[1]",
        "the scores are divided by A. Its square root is asked for.",
    ),
    (
        "key_asks_itself",
        'np.einsum("na,sna->sn", q, keys)',
        'np.einsum("na,sna->sn", k, keys)',
        "the new *key* is compared with the keys. The query is, `q`.",
    ),
    (
        "softmax_over_the_batch",
        "w = np.exp(scores - scores.max(axis=0))\n    w = w / w.sum(axis=0)",
        "w = np.exp(scores - scores.max())\n    w = w / np.maximum(w.sum(axis=1, keepdims=True), "
        "1e-300)",
        "the weights are divided by their sum over the batch. Those of one example, over the "
        "steps, add up to 1.",
    ),
    (
        "softmax_over_everything",
        "w = np.exp(scores - scores.max(axis=0))\n    w = w / w.sum(axis=0)",
        "w = np.exp(scores - scores.max())\n    w = w / w.sum()",
        "one softmax is taken over all examples together. Each example has its own.",
    ),
    (
        "overflow",
        "np.exp(scores - scores.max(axis=0))",
        "np.exp(scores)",
        "the largest score is not taken away before `np.exp`: with large scores it overflows.",
    ),
    (
        "plain_mean",
        "w = w / w.sum(axis=0)",
        "w = np.ones(scores.shape) / len(scores)",
        "a plain mean of all values is taken. The weights are the softmax of the scores.",
    ),
    (
        "mean_of_the_weighted",
        "w = w / w.sum(axis=0)",
        "w = w / w.sum(axis=0) / len(w)",
        "the weighted values are averaged once more: the weights already add up to 1.",
    ),
    (
        "old_cache_returned",
        "w, values), keys, values",
        "w, values), keys[:-1], values[:-1]",
        "the cache is returned as it came in. The next step needs the new key and value too.",
    ),
):
    ATTENTION_STEP.slip(_name, _old, _new, _sentence)


@ATTENTION_STEP.mistake
def last_one_overwritten(q, k, v, keys, values):
    """the last step of the cache is overwritten by the new one. Append it."""
    keys, values = keys.copy(), values.copy()
    if len(keys):
        keys[-1], values[-1] = k, v
    else:
        keys, values = k[None], v[None]
    scores = np.einsum("na,sna->sn", q, keys) / np.sqrt(q.shape[1])
    w = np.exp(scores - scores.max(axis=0))
    return np.einsum("sn,sne->ne", w / w.sum(axis=0), values), keys, values
