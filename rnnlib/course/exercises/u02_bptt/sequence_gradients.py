"""The open task: a program for back-propagation through time that fails its gradient check.

It has six faults. Each spoils what comes after it as well, so every part is compared with what
follows from the student's *own* earlier parts: a fault costs once, and mending one earns its share
while the others are still there.
"""

from __future__ import annotations

import numpy as np

from rnnlib.activations import tanh_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u02_bptt.inputs import draw_weights
from rnnlib.dense import DenseParams
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.params import Params
from rnnlib.rnn import rnn_backward, rnn_forward

PARTS = ("loss", "dlogits", "das", "dh0", "grads", "grads_out")


def sequence_gradients(xs, targets, h0, params, out):
    """The mean loss of a network with an output at every step, and its gradients.

    Parameters
    ----------
    xs : (T, N, D)
    targets : (T, N) of int
    h0 : (N, H)
    params : RNNParams
    out : DenseParams

    Returns
    -------
    loss : float
    dlogits : (T, N, K)
    das : (T, N, H)
        The gradients of what goes into each tanh.
    dh0 : (N, H)
    grads : RNNParams
    grads_out : DenseParams
    """
    hs, _, cache = rnn_forward(xs, h0, params)
    logits = hs @ out.W_hy + out.b_y
    dlogits = cross_entropy_backward(logits, targets)
    dhs = dlogits @ out.W_hy.T
    das, dh = np.zeros_like(hs), np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        das[t] = tanh_backward(dhs[t] + dh, hs[t])
        dh = das[t] @ params.W_hh.T
    _, dh0, grads = rnn_backward(dhs, None, cache)
    grads_out = DenseParams(np.einsum("tnh,tnk->hk", hs, dlogits), dlogits.sum(axis=(0, 1)))
    return cross_entropy(logits, targets), dlogits, das, dh0, grads, grads_out


def _draw(rng):
    plain = [
        {"T": 6, "N": 3, "D": 4, "H": 5, "K": 7},
        {"T": 5, "N": 4, "D": 3, "H": 2, "K": 6},
    ]
    kinds = [*drawing.sizes(plain, "TNDHK"), (drawing.LARGE, plain[0])]
    for kind, s in kinds:
        T, N, D, H, K = (s[letter] for letter in "TNDHK")
        out = drawing.params(rng, DenseParams, W_hy=(H, K), b_y=(K,))
        if kind == drawing.LARGE:  # exp of the scores is beyond all floats
            out = DenseParams(900 * out.W_hy, out.b_y)
        xs, h0 = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        targets = rng.integers(0, K, (T, N))
        if min(T * N, K) > 1:
            targets.flat[:2] = 0, 1  # never all the same
        params = draw_weights(rng, **s)
        yield Case((xs, targets, h0, params, out), s, kind)


def _arrays(value, case):
    """The parts of a returned value as arrays of the right shapes, by name."""
    if value is None:
        raise Unusable("returned nothing: does it end with a line `return ...`?")
    if not isinstance(value, tuple | list) or len(value) != len(PARTS):
        raise Unusable(f"does not return the {len(PARTS)} values {', '.join(PARTS)}")
    found = {}
    for name, part in zip(PARTS, value, strict=True):
        if name.startswith("grads"):
            if not isinstance(part, Params):
                kind = "RNNParams" if name == "grads" else "DenseParams"
                raise Unusable(f"returns a {type(part).__name__} for `{name}`, not `{kind}`")
            found.update(part.items())
        else:
            found[name] = part
    T, N, D, H, K = (case.sizes[letter] for letter in "TNDHK")
    shapes = {
        "loss": (), "dlogits": (T, N, K), "das": (T, N, H), "dh0": (N, H),
        "W_xh": (D, H), "W_hh": (H, H), "b_h": (H,), "W_hy": (H, K), "b_y": (K,),
    }  # fmt: skip
    for name, shape in shapes.items():
        found[name] = np.asarray(found.get(name), float)
        if found[name].shape != shape:
            got = found[name].shape
            raise Unusable(f"returns `{name}` of shape {got}; it should be {shape}")
    return found


def observe_gradients(value, case):
    """Each part as it would be if the earlier parts were right and its own error the same."""
    xs, targets, h0, params, out = case.args
    mine = _arrays(value, case)
    true = _arrays(sequence_gradients(*case.args), case)
    hs, _, _ = rnn_forward(xs, h0, params)
    before = np.concatenate([h0[None], hs[:-1]])
    dlogits, das = mine["dlogits"], mine["das"]

    own_loss = dlogits @ out.W_hy.T
    later = own_loss[:-1] + das[1:] @ params.W_hh.T
    # A wrong slope of the tanh is a fault of its own: it does not make this one.
    slopes = (1 - hs**2, 1 - np.tanh(hs) ** 2)
    carried = min((das[:-1] - later * s[:-1] for s in slopes), key=lambda r: np.abs(r).sum())

    def part(*pairs):
        """True arrays, each with the error that this part adds to the student's earlier parts."""
        return np.concatenate([np.ravel(true[name] + error) for name, error in pairs])

    def following(name, from_own, earlier):
        return name, of_size(earlier) * (mine[name] - from_own)

    def of_size(earlier):
        """More than 1 where the student's earlier part is too small: all follows from zeros."""
        largest = np.abs(mine[earlier]).max()
        return max(1.0, np.abs(true[earlier]).max() / max(largest, 1e-300))

    for name in ("dlogits", "das"):
        if np.abs(true[name]).max() > 1e-12 and not mine[name].any():
            raise Unusable(f"returned zeros alone as `{name}`: anything could follow from them")
    summed = "tnd,tnh->dh"
    return {
        "loss and scores": part(
            ("loss", mine["loss"] - true["loss"]), ("dlogits", dlogits - true["dlogits"])
        ),
        "output layer": part(
            following("W_hy", np.einsum(summed, hs, dlogits), "dlogits"),
            following("b_y", dlogits.sum(axis=(0, 1)), "dlogits"),
        ),
        "last step": true["das"][-1]
        + of_size("dlogits") * (das[-1] - own_loss[-1] * slopes[0][-1]),
        "earlier steps": np.concatenate(
            [
                np.ravel(true["das"][:-1] + of_size("dlogits") * carried),
                np.ravel(part(following("dh0", das[0] @ params.W_hh.T, "das"))),
            ]
        ),
        "W_hh": part(following("W_hh", np.einsum(summed, before, das), "das")),
        "W_xh and b_h": part(
            following("W_xh", np.einsum(summed, xs, das), "das"),
            following("b_h", das.sum(axis=(0, 1)), "das"),
        ),
    }


def _of_loss_and_scores(got, right):
    """Which of the two is wrong: the loss comes first, then dlogits."""
    if np.allclose(got[1:], right[1:], rtol=1e-4, atol=1e-5 * np.abs(right).max()):
        return "`loss` is not the mean of the losses at all places; `dlogits` is right."
    return "`dlogits` is not the gradient of the mean loss."


SEQUENCE_GRADIENTS = Exercise(
    "sequence_gradients",
    sequence_gradients,
    _draw,
    results={
        "loss and scores": "",
        "output layer": "",
        "last step": "",
        "earlier steps": "",
        "W_hh": "",
        "W_xh and b_h": "",
    },
    uses=("tanh_backward", "cross_entropy_backward"),
    observe=observe_gradients,
    explain={
        "loss and scores": _of_loss_and_scores,
        "output layer": "`grads_out` is not what follows from your `dlogits`.",
        "last step": "`das[-1]` is not what follows from your `dlogits[-1]`.",
        "earlier steps": "`das` before the last step, or `dh0`, is not what follows from the `das` "
        "of the step after.",
        "W_hh": "`grads.W_hh` is not what follows from your `das`.",
        "W_xh and b_h": "`grads.W_xh` or `grads.b_h` is not what follows from your `das`.",
    },
    borrow=("rnnlib.activations", "rnnlib.text"),
    start="handed_out",
)
