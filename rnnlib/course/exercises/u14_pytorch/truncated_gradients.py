"""Truncated BPTT: detach the state between chunks."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.course.exercises.u14_pytorch.inputs import LENT, draw_model, torch
from rnnlib.dense import output_step, output_step_backward
from rnnlib.losses import cross_entropy_backward
from rnnlib.rnn import rnn_backward, rnn_forward
from rnnlib.torch_training import as_leaves, chunk_loss, gradients_of


def truncated_gradients(xs, targets, h, model, k):
    """The library's own passes, chunk by chunk."""
    grads = model.zeros_like()
    for start in range(0, len(xs), k):
        part = slice(start, start + k)
        hs, h, cache = rnn_forward(xs[part], h, model.cell)
        dlogits = cross_entropy_backward(output_step(hs, model.out), targets[part])
        dhs, out = output_step_backward(dlogits, hs, model.out)
        cell = rnn_backward(dhs, None, cache)[2]
        grads = grads.map(np.add, type(model)(cell, out))
    return grads


def _draw(rng):
    def case(T, N, D, H, K, k, kind=PLAIN):
        args = drawing.array(rng, T, N, D), rng.integers(K, size=(T, N))
        args = (*args, drawing.array(rng, N, H, scale=0.5), draw_model(rng, D, H, K), k)
        return Case(args, {"T": T, "N": N, "D": D, "H": H, "classes": K, "k": k}, kind)

    plain = [
        # No size is k or the number of chunks: a wrong factor is not taken for another one.
        {"T": 8, "N": 3, "D": 7, "H": 6, "K": 5, "k": 4},
        {"T": 12, "N": 2, "D": 5, "H": 7, "K": 6, "k": 3},
    ]
    for kind, s in drawing.sizes(plain, "TNDHk"):
        yield case(**s, kind=kind)
    yield case(7, 2, 3, 4, 5, 3, "a last chunk that is shorter")
    yield case(5, 2, 3, 4, 3, 9, "one chunk for all steps")


TRUNCATED_GRADIENTS = Exercise(
    "truncated_gradients",
    truncated_gradients,
    _draw,
    results={
        "grads.cell.W_xh": "(D, H)",
        "grads.cell.W_hh": "(H, H)",
        "grads.cell.b_h": "(H,)",
        "grads.out.W_hy": "(H, classes)",
        "grads.out.b_y": "(classes,)",
    },
    weights={"grads.cell.W_hh": 3},
    borrow=LENT,
)


@TRUNCATED_GRADIENTS.variant
def cut_before_each_chunk(xs, targets, h, model, k):
    """One backward pass a chunk; the gradients add up in the leaves."""
    leaves, h = as_leaves(model), torch.tensor(h)
    for start in range(0, len(xs), k):
        part = slice(start, start + k)
        loss, h = chunk_loss(xs[part], targets[part], h.detach(), leaves)
        loss.backward()
    return gradients_of(leaves)


@TRUNCATED_GRADIENTS.variant
def one_backward_at_the_end(xs, targets, h, model, k):
    """The losses are added, and one backward pass goes through all chunks, each cut off."""
    leaves, total = as_leaves(model), 0.0
    h = torch.from_numpy(h)
    for start in range(0, len(xs), k):
        loss, h = chunk_loss(xs[start : start + k], targets[start : start + k], h, leaves)
        total = total + loss
        h = h.detach()
    total.backward()
    return gradients_of(leaves)


@TRUNCATED_GRADIENTS.variant
def by_way_of_numpy(xs, targets, h, model, k):
    """The state leaves torch between two chunks, which cuts as well."""
    leaves = as_leaves(model)
    while len(xs):
        loss, state = chunk_loss(xs[:k], targets[:k], torch.tensor(h), leaves)
        loss.backward()
        h = state.detach().numpy()
        xs, targets = xs[k:], targets[k:]
    return gradients_of(leaves)


_slip = TRUNCATED_GRADIENTS.slip
_slip(
    "not_cut",
    "        loss, h = chunk_loss(xs[part], targets[part], h.detach(), leaves)\n"
    "        loss.backward()",
    "        loss, h = chunk_loss(xs[part], targets[part], h, leaves)\n"
    "        loss.backward(retain_graph=True)",
    "nothing is cut: the gradient of each chunk's loss goes back through all earlier chunks, and "
    "that is full BPTT. `h.detach()` cuts.",
)
_slip(
    "graph_used_twice",
    "h.detach()",
    "h",
    "the state still knows the chunk before it, so the second backward pass comes to a graph that "
    "is gone. Give each chunk `h.detach()`.",
)
_slip(
    "state_forgotten",
    "h.detach()",
    "torch.zeros_like(h)",
    "every chunk begins with a state of zeros. The gradient is cut; the state goes on.",
)
_slip(
    "first_state_again",
    "loss, h = chunk_loss",
    "loss, _ = chunk_loss",
    "every chunk begins with the first state. It begins with the last state of the chunk before.",
)
_slip(
    "last_chunk_only",
    "        loss.backward()",
    "    loss.backward()",
    "only the last chunk goes backward: `loss.backward()` belongs into the loop.",
)
_slip(
    "rest_dropped",
    "range(0, len(xs), k)",
    "range(0, len(xs) - k + 1, k)",
    "a last chunk with fewer than k steps is left out.",
)
_slip(
    "overlapping_chunks",
    "range(0, len(xs), k)",
    "range(0, len(xs), 1)",
    "a chunk begins at every step. One begins every k steps.",
)
_slip(
    "one_chunk",
    "slice(start, start + k)",
    "slice(start, start + len(xs))",
    "every chunk goes on to the end. It has k steps.",
)
_slip(
    "weights_detached_too",
    "        loss.backward()",
    "        loss.detach().requires_grad_().backward()",
    "the *loss* is detached, so no gradient reaches a weight: all are zero. What is cut is the "
    "state.",
)
_slip(
    "one_step_lost",
    "slice(start, start + k)",
    "slice(start, start + max(k - 1, 1))",
    "the last step of each chunk is left out: `start + k` is not taken by a slice any more.",
)


@TRUNCATED_GRADIENTS.mistake
def mean_over_the_chunks(xs, targets, h, model, k):
    """the gradients are averaged over the chunks. They add up."""
    leaves, h = as_leaves(model), torch.tensor(h)
    starts = range(0, len(xs), k)
    for start in starts:
        part = slice(start, start + k)
        loss, h = chunk_loss(xs[part], targets[part], h.detach(), leaves)
        (loss / len(starts)).backward()
    return gradients_of(leaves)


@TRUNCATED_GRADIENTS.mistake
def detached_at_every_step(xs, targets, h, model, k):
    """the gradient is cut at every step, not every k steps."""
    leaves, h = as_leaves(model), torch.tensor(h)
    for start in range(0, len(xs), k):
        steps = min(k, len(xs) - start)
        for t in range(start, start + steps):
            loss, h = chunk_loss(xs[t : t + 1], targets[t : t + 1], h.detach(), leaves)
            (loss / steps).backward()
    return gradients_of(leaves)


TRUNCATED_GRADIENTS.slip(
    "zeros_for_each_chunk",
    "h.detach(), leaves)",
    "h.detach() * (start == 0), leaves)",
    "Each later chunk begins with a state of zeros. The state goes on; its graph alone is cut off.",
)
