"""Open task: the loss and the gradients of a classifier of clips, a program with four faults."""

from __future__ import annotations

import numpy as np

from rnnlib.convlstm import convlstm_step, convlstm_step_backward
from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import PLAIN, Case, Exercise
from rnnlib.course.exercises.u13_video.inputs import GRADS, draw_weights
from rnnlib.dense import DenseParams
from rnnlib.lstm import LSTMState
from rnnlib.video.event_params import EventParams
from rnnlib.video.events import event_loss


def _draw_loss(rng):
    def case(kind, weights=1.0, **s):
        cell = draw_weights(rng, s["F"], s["D"], s["H"])
        out = drawing.params(rng, DenseParams, W_hy=(s["H"], s["K"]), b_y=(s["K"],))
        out = DenseParams(weights * out.W_hy, out.b_y)
        clips = drawing.array(rng, *(s[letter] for letter in "TNRSD"))
        labels = rng.permutation(s["K"])[np.arange(s["N"]) % s["K"]]
        return Case((clips, labels, EventParams(cell, out)), s, kind)

    plain = [
        {"T": 5, "N": 4, "R": 6, "S": 2, "D": 1, "H": 7, "K": 8, "F": 3},
        {"T": 6, "N": 2, "R": 5, "S": 4, "D": 3, "H": 8, "K": 7, "F": 1},
    ]
    for s in plain:
        yield case(PLAIN, **s)
    for one, other in ("TN", "RS", "HK"):
        yield case(drawing.ONES, **{**plain[0], one: 1, other: 1})
    yield case(drawing.LARGE, weights=3000, T=5, N=3, R=4, S=2, D=1, H=6, K=7, F=3)


EVENT_LOSS = Exercise(
    "event_loss",
    event_loss,
    _draw_loss,
    results={
        "loss": "",
        "grads.out.W_hy": "(H, K)",
        "grads.out.b_y": "(K,)",
        **{name.replace("grads.", "grads.cell."): shape for name, shape in GRADS.items()},
    },
    uses=("convlstm_step", "convlstm_step_backward"),
    borrow=("rnnlib.activations",),  # for `convlstm_step`
    start="program_as_given",
)


@EVENT_LOSS.follow_on
def program_mended(clips, labels, params):
    """The given program without its faults."""
    T, N, R, S, D = clips.shape
    H = params.out.W_hy.shape[0]
    zeros = np.zeros((N, R, S, H))

    state, caches = LSTMState(zeros, zeros), []
    for x in clips:
        state, cache = convlstm_step(x, state, params.cell)
        caches.append(cache)

    h = state.h.reshape(N, R * S, H)
    places = h.argmax(axis=1)[:, None]
    pooled = np.take_along_axis(h, places, axis=1)[:, 0]
    logits = pooled @ params.out.W_hy + params.out.b_y

    logits = logits - logits.max(axis=1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -log_probs[np.arange(N), labels].mean()

    dlogits = np.exp(log_probs)
    dlogits[np.arange(N), labels] -= 1
    dlogits = dlogits / N
    dpooled = dlogits @ params.out.W_hy.T
    grads_out = DenseParams(pooled.T @ dlogits, dlogits.sum(axis=0))

    dh = np.zeros((N, R * S, H))
    np.put_along_axis(dh, places, dpooled[:, None], axis=1)
    dstate = LSTMState(dh.reshape(N, R, S, H), zeros)

    grads = params.cell.zeros_like()
    for cache in reversed(caches):
        _, dstate, step = convlstm_step_backward(dstate, cache)
        grads = grads.map(np.add, step)
    return loss, EventParams(grads, grads_out)


@EVENT_LOSS.variant
def clip_by_clip(clips, labels, params):
    """One clip after the other, with a batch of one; their losses and gradients are averaged."""
    N, total, sums = clips.shape[1], 0.0, params.zeros_like()
    for n in range(N):
        image = clips.shape[2:4]
        nothing = np.zeros((1, *image, len(params.out.W_hy)))
        state, caches = LSTMState(nothing, nothing), []
        for x in clips[:, n : n + 1]:
            state, cache = convlstm_step(x, state, params.cell)
            caches.append(cache)
        pooled = state.h[0].max(axis=(0, 1))
        logits = pooled @ params.out.W_hy + params.out.b_y
        probs = np.exp(logits - logits.max())
        total += np.log(probs.sum()) - (logits - logits.max())[labels[n]]
        dlogits = probs / probs.sum()
        dlogits[labels[n]] -= 1
        largest = state.h == pooled
        dstate = LSTMState(largest * (params.out.W_hy @ dlogits), nothing)
        sums = EventParams(
            sums.cell,
            DenseParams(sums.out.W_hy + np.outer(pooled, dlogits) / N, sums.out.b_y + dlogits / N),
        )
        for cache in caches[::-1]:
            _, dstate, step = convlstm_step_backward(dstate, cache)
            sums = EventParams(sums.cell.map(lambda a, b: a + b / N, step), sums.out)
    return total / N, sums


@EVENT_LOSS.variant
def one_hot_and_masks(clips, labels, params):
    """One-hot targets, the largest place as a mask, gradients that are added at the end."""
    N, K = clips.shape[1], len(params.out.b_y)
    h = c = np.zeros((*clips.shape[1:4], params.cell.W_hh.shape[2]))
    caches = []
    for t in range(len(clips)):
        (h, c), cache = convlstm_step(clips[t], LSTMState(h, c), params.cell)
        caches.append(cache)
    pooled = np.max(h, axis=(1, 2))
    logits = np.einsum("nh,hk->nk", pooled, params.out.W_hy) + params.out.b_y
    top = logits.max(axis=1, keepdims=True)
    probs = np.exp(logits - top)
    norm = probs.sum(axis=1, keepdims=True)
    targets = np.eye(K)[labels]
    loss = float(np.sum((top + np.log(norm) - logits) * targets) / N)
    dlogits = (probs / norm - targets) / N
    mask = h == pooled[:, None, None]
    dh = mask * (dlogits @ params.out.W_hy.T)[:, None, None]
    dc, steps = np.zeros_like(c), []
    for t in range(len(clips) - 1, -1, -1):
        _, (dh, dc), step = convlstm_step_backward(LSTMState(dh, dc), caches[t])
        steps.append(step)
    cell = steps[0].map(lambda *parts: sum(parts), *steps[1:])
    return loss, EventParams(cell, DenseParams(pooled.T @ dlogits, dlogits.sum(axis=0)))


@EVENT_LOSS.variant
def recursion_over_time(clips, labels, params):
    """Forward on the way into the recursion, backward on the way out."""
    N = len(labels)
    found = {}

    def through(t, state):
        if t == len(clips):
            flat = state.h.reshape(N, -1, state.h.shape[-1])
            best = flat.argmax(axis=1)
            rows, units = np.arange(N)[:, None], np.arange(flat.shape[2])
            pooled = flat[rows, best, units]
            logits = pooled @ params.out.W_hy + params.out.b_y
            log_norm = np.logaddexp.reduce(logits, axis=1)
            found["loss"] = np.mean(log_norm - logits[np.arange(N), labels])
            dlogits = np.exp(logits - log_norm[:, None]) / N
            dlogits[np.arange(N), labels] -= 1 / N
            found["out"] = DenseParams(pooled.T @ dlogits, dlogits.sum(axis=0))
            dflat = np.zeros(flat.shape)
            dflat[rows, best, units] = dlogits @ params.out.W_hy.T
            return LSTMState(dflat.reshape(state.h.shape), np.zeros(state.c.shape))
        state, cache = convlstm_step(clips[t], state, params.cell)
        _, dstate, step = convlstm_step_backward(through(t + 1, state), cache)
        found["cell"] = found["cell"].map(np.add, step) if "cell" in found else step
        return dstate

    zeros = np.zeros((*clips.shape[1:4], len(params.out.W_hy)))
    through(0, LSTMState(zeros, zeros))
    return found["loss"], EventParams(found["cell"], found["out"])


@EVENT_LOSS.mistake
def program_as_given(clips, labels, params):
    """the program is as it was given. Four of its lines are wrong."""
    T, N, R, S, D = clips.shape
    H = params.out.W_hy.shape[0]
    zeros = np.zeros((N, R, S, H))

    # Forward: read the frames, take the largest value of each channel, answer.
    start, caches = LSTMState(zeros, zeros), []
    for x in clips:
        state, cache = convlstm_step(x, start, params.cell)
        caches.append(cache)
    h = state.h.reshape(N, R * S, H)
    pooled = h.max(axis=1)
    logits = pooled @ params.out.W_hy + params.out.b_y

    # The cross-entropy, averaged over the clips.
    logits = logits - logits.max(axis=1, keepdims=True)
    log_probs = logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))
    loss = -log_probs[np.arange(N), labels].mean()

    # Backward: the output layer, the largest value, the frames from the last to the first.
    dlogits = np.exp(log_probs)
    dlogits[np.arange(N), labels] -= 1
    dpooled = dlogits @ params.out.W_hy.T
    grads_out = DenseParams(pooled.T @ dlogits, dlogits.sum(axis=0))
    dh = np.repeat(dpooled[:, None], R * S, axis=1) / (R * S)
    dstate = LSTMState(dh.reshape(N, R, S, H), zeros)
    grads = params.cell.zeros_like()
    for cache in reversed(caches):
        _, (dh, dc), step = convlstm_step_backward(dstate, cache)
        dstate = LSTMState(dh, zeros)
        grads = grads.map(np.add, step)
    return loss, EventParams(grads, grads_out)


def _slip(name, old, new, sentence):
    EVENT_LOSS.slip(name, old, new, sentence)


_slip(
    "state_not_carried_over_the_frames",
    "state, cache = convlstm_step(x, state, params.cell)",
    "state, cache = convlstm_step(x, LSTMState(zeros, zeros), params.cell)",
    "every frame is read from a state of zeros, so the last frame alone counts.",
)
_slip(
    "not_divided_by_the_clips",
    "    dlogits = dlogits / N\n",
    "",
    "the gradients are those of the summed loss. The loss is averaged over the N clips.",
)
_slip(
    "gradient_of_a_mean",
    "    np.put_along_axis(dh, places, dpooled[:, None], axis=1)\n",
    "    dh = dh + dpooled[:, None] / (R * S)\n",
    "the gradient goes to all pixels, as that of a mean. Of a maximum it goes to one pixel, the "
    "largest.",
)
_slip(
    "gradient_to_every_pixel_whole",
    "    np.put_along_axis(dh, places, dpooled[:, None], axis=1)\n",
    "    dh = dh + dpooled[:, None]\n",
    "the whole gradient goes to every pixel. Of a maximum it goes to one pixel, the largest.",
)
_slip(
    "cell_gradient_dropped",
    "        _, dstate, step = convlstm_step_backward(dstate, cache)\n",
    "        _, (dh, _), step = convlstm_step_backward(dstate, cache)\n"
    "        dstate = LSTMState(dh, zeros)\n",
    "the gradient of c is set to zero at every step. It begins at zero and is carried along.",
)
_slip(
    "hidden_gradient_dropped",
    "        _, dstate, step = convlstm_step_backward(dstate, cache)\n",
    "        _, (_, dc), step = convlstm_step_backward(dstate, cache)\n"
    "        dstate = LSTMState(zeros, dc)\n",
    "the gradient of h is set to zero after the last frame. Both parts of `dstate` are carried.",
)
_slip(
    "first_frame_s_gradient_alone",
    "grads = grads.map(np.add, step)",
    "grads = step",
    "the weights' gradients are overwritten, so the first frame's alone are left. They add up over "
    "time.",
)
_slip(
    "frames_in_the_order_of_time",
    "for cache in reversed(caches):",
    "for cache in caches:",
    "the backward pass goes through the frames in the order of time. It begins at the last.",
)
_slip(
    "gradient_frozen",
    "_, dstate, step = convlstm_step_backward",
    "_, _, step = convlstm_step_backward",
    "every step gets the gradient of the last state. Pass on the `dstate` that comes back.",
)
_slip(
    "weights_averaged_over_time",
    "grads = grads.map(np.add, step)",
    "grads = grads.map(lambda a, b: a + b / T, step)",
    "the cell's gradients are divided by the number of frames. They are added up.",
)
_slip(
    "loss_summed",
    "labels].mean()",
    "labels].sum()",
    "the loss is summed over the clips while its gradients are those of the mean.",
)
_slip(
    "target_not_taken_off",
    "    dlogits[np.arange(N), labels] -= 1\n",
    "",
    "the gradient of the logits is softmax alone: 1 is taken off at the right class.",
)
_slip(
    "smallest_for_the_largest",
    "h.argmax(axis=1)",
    "h.argmin(axis=1)",
    "the smallest value of each channel is taken. It is the largest.",
)
_slip(
    "mean_for_the_largest_forward",
    "pooled = np.take_along_axis(h, places, axis=1)[:, 0]",
    "pooled = h.mean(axis=1)",
    "the mean of each channel is taken forward. It is the largest value.",
)
_slip(
    "one_place_for_all_channels",
    "places = h.argmax(axis=1)[:, None]",
    "places = np.repeat(h.sum(axis=2).argmax(axis=1)[:, None, None], H, axis=2)",
    "one pixel is chosen for all channels. Each channel has its own largest value.",
)

EVENT_LOSS.slip(
    "cell_state_thrown_away",
    "state, cache = convlstm_step(x, state, params.cell)",
    "state, cache = convlstm_step(x, LSTMState(state.h, zeros), params.cell)",
    "c is set to zeros before each frame, and h alone is carried over.",
    of="program_mended",
)
