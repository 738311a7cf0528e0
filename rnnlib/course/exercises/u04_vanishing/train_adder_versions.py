"""Right and wrong versions of `train_adder`."""

from __future__ import annotations

import numpy as np

from rnnlib.clipping import clip_grad_norm
from rnnlib.course.exercises.u04_vanishing.train_adder import TRAIN_ADDER
from rnnlib.dense import DenseParams
from rnnlib.init import init_dense, orthogonal, scale_to_radius
from rnnlib.last_step import LastStepParams, last_step_gradients, last_step_loss
from rnnlib.optim import adam_state, adam_step
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward


@TRAIN_ADDER.variant
def mended(batches, held_out, rng, H=16, learning_rate=0.005, max_norm=1.0):
    """The program as it was handed out, with its faults mended."""
    # A ReLU network whose answer begins near 1, the mean of the targets.
    W_hh = np.eye(H)
    cell = RNNParams(0.5 * rng.normal(size=(2, H)), W_hh, np.zeros(H))
    net = LastStepParams(cell, DenseParams(rng.normal(size=(H, 1)) / np.sqrt(H), np.ones(1)))
    adam, history = adam_state(net), []
    best, best_error = net, np.inf
    for step in range(len(batches) + 1):
        # The held-out error.
        xs, targets = held_out
        h0 = np.zeros((xs.shape[1], H))
        _, h_last, _ = rnn_forward(xs, h0, net.cell, activation="relu")
        error = np.mean((h_last @ net.out.W_hy + net.out.b_y - targets) ** 2)
        history.append((net, error))
        if error < best_error:
            best, best_error = net, error
        if step == len(batches):
            break
        # The gradient of the batch's mean squared error.
        xs, targets = batches[step]
        h0 = np.zeros((xs.shape[1], H))
        _, h, cache = rnn_forward(xs, h0, net.cell, activation="relu")
        dprediction = 2 * (h @ net.out.W_hy + net.out.b_y - targets) / len(targets)
        _, _, grads_cell = rnn_backward(None, dprediction @ net.out.W_hy.T, cache)
        grads_out = DenseParams(h.T @ dprediction, dprediction.sum(axis=0))
        grads = LastStepParams(grads_cell, grads_out)
        # Clip, then take a step with Adam.
        norm = np.sqrt(sum((g**2).sum() for _, g in grads.items()))
        scale = min(1.0, max_norm / norm)
        grads = grads.map(lambda g, scale=scale: g * scale)
        net, adam = adam_step(net, grads, adam, learning_rate=learning_rate)
    return best, history


@TRAIN_ADDER.variant
def with_the_library(batches, held_out, rng, H=16, learning_rate=0.005, max_norm=1.0):
    """Short, from the library's functions, with an orthogonal start."""
    cell = RNNParams(0.3 * rng.normal(size=(2, H)), orthogonal((H, H), rng), np.zeros(H))
    net = LastStepParams(cell, init_dense(H, 1, rng))
    state, history = adam_state(net), []
    for batch in batches:
        history.append((net, last_step_loss(*held_out, net, "relu")))
        _, _, grads, _ = last_step_gradients(*batch, net, "relu")
        grads, _ = clip_grad_norm(grads, max_norm)
        net, state = adam_step(net, grads, state, learning_rate=learning_rate)
    history.append((net, last_step_loss(*held_out, net, "relu")))
    errors = [error for _, error in history]
    return history[int(np.argmin(errors))][0], history


@TRAIN_ADDER.variant
def all_by_hand(batches, held_out, rng, H=16, learning_rate=0.005, max_norm=1.0):
    """Loops over time and Adam written out, on a dictionary that is updated in place."""
    W = {
        "W_xh": rng.normal(size=(2, H)),
        "W_hh": scale_to_radius(np.eye(H) + 0.01 * rng.normal(size=(H, H)), 1.0),
        "b_h": np.zeros(H),
        "W_hy": 0.1 * rng.normal(size=(H, 1)),
        "b_y": np.ones(1),
    }

    def states(xs):
        found = [np.zeros((xs.shape[1], H))]
        for x in xs:
            found.append(np.maximum(0, x @ W["W_xh"] + found[-1] @ W["W_hh"] + W["b_h"]))
        return found

    def snapshot():
        w = {name: array.copy() for name, array in W.items()}
        cell = RNNParams(w["W_xh"], w["W_hh"], w["b_h"])
        net = LastStepParams(cell, DenseParams(w["W_hy"], w["b_y"]))
        answers = states(held_out[0])[-1] @ W["W_hy"] + W["b_y"]
        return net, float(np.square(answers - held_out[1]).mean())

    m, v = ({name: 0 * array for name, array in W.items()} for _ in range(2))
    history = [snapshot()]
    for t, (xs, targets) in enumerate(batches, 1):
        hs = states(xs)
        d = 2 * (hs[-1] @ W["W_hy"] + W["b_y"] - targets) / targets.size
        G = {name: 0 * array for name, array in W.items()}
        G["W_hy"], G["b_y"] = hs[-1].T @ d, d.sum(axis=0)
        dh = d @ W["W_hy"].T
        for x, before, after in zip(xs[::-1], hs[-2::-1], hs[:0:-1], strict=True):
            da = dh * (after > 0)
            G["W_xh"] += x.T @ da
            G["W_hh"] += before.T @ da
            G["b_h"] += da.sum(axis=0)
            dh = da @ W["W_hh"].T
        length = np.linalg.norm(np.concatenate([g.ravel() for g in G.values()]))
        for name in W:
            g = G[name] * (max_norm / length if length > max_norm else 1.0)
            m[name] = 0.9 * m[name] + 0.1 * g
            v[name] = 0.999 * v[name] + 0.001 * g**2
            first, second = m[name] / (1 - 0.9**t), v[name] / (1 - 0.999**t)
            W[name] -= learning_rate * first / (np.sqrt(second) + 1e-8)
        history.append(snapshot())
    return min(history, key=lambda pair: pair[1])[0], history


@TRAIN_ADDER.mistake
def handed_out(batches, held_out, rng, H=16, learning_rate=0.005, max_norm=1.0):
    """nothing of the program is mended yet. Look at the numbers that it makes on its way: states,
    gradients, errors.
    """
    # A ReLU network whose answer begins near 1, the mean of the targets.
    W_hh = 0.1 * rng.normal(size=(H, H))
    cell = RNNParams(0.5 * rng.normal(size=(2, H)), W_hh, np.zeros(H))
    net = LastStepParams(cell, DenseParams(rng.normal(size=(H, 1)) / np.sqrt(H), np.ones(1)))
    adam, history = adam_state(net), []
    best, best_error = net, np.inf
    h = np.zeros((batches[0][0].shape[1], H))
    grads = net.zeros_like()
    for step in range(len(batches) + 1):
        # The held-out error.
        xs, targets = held_out
        h0 = np.zeros((xs.shape[1], H))
        _, h_last, _ = rnn_forward(xs, h0, net.cell, activation="relu")
        prediction = (h_last @ net.out.W_hy + net.out.b_y)[:, 0]
        error = np.mean((prediction - targets) ** 2)
        history.append((net, error))
        if error < best_error:
            best = net
        if step == len(batches):
            break
        # The gradient of the batch's mean squared error.
        xs, targets = batches[step]
        _, h, cache = rnn_forward(xs, h, net.cell, activation="relu")
        dprediction = 2 * (h @ net.out.W_hy + net.out.b_y - targets) / len(targets)
        _, _, grads_cell = rnn_backward(None, dprediction @ net.out.W_hy.T, cache)
        grads_out = DenseParams(h.T @ dprediction, dprediction.sum(axis=0))
        grads = grads.map(np.add, LastStepParams(grads_cell, grads_out))
        # Clip, then take a step with Adam.
        clipped = grads.map(lambda g: np.clip(g, -max_norm, max_norm))
        net, adam = adam_step(net, clipped, adam, learning_rate=learning_rate)
    return best, history


# One fault of the program left in, and some repairs that miss. The sentences name what shows, not
# the line: to find that is the task.
TRAIN_ADDER.slip(
    "start_too_small",
    "np.eye(H)",
    "0.1 * rng.normal(size=(H, H))",
    "the gradient has vanished before the first update: after a few steps back nothing is left.",
)
TRAIN_ADDER.slip(
    "start_too_large",
    "np.eye(H)",
    "3.0 * np.eye(H)",
    "the gradient explodes before the first update: each step back multiplies it.",
)
TRAIN_ADDER.slip(
    "states_carried_on",
    "        h0 = np.zeros((xs.shape[1], H))\n        _, h, cache = rnn_forward(xs, h0, ",
    "        h = np.zeros((xs.shape[1], H)) if step == 0 else h\n"
    "        _, h, cache = rnn_forward(xs, h, ",
    "a batch still hears of the batch before it, although their sequences have nothing to do with "
    "each other.",
)
TRAIN_ADDER.slip(
    "gradients_added_up",
    "        grads = LastStepParams(grads_cell, grads_out)",
    "        old = LastStepParams(grads_cell, grads_out).zeros_like() if step == 0 else old\n"
    "        grads = old = old.map(np.add, LastStepParams(grads_cell, grads_out))",
    "old batches never lose their say: the gradient of each update holds those of all before it.",
)
TRAIN_ADDER.slip(
    "clipped_entry_by_entry",
    "g * scale)",
    "np.clip(g, -max_norm, max_norm))",
    "a clipped gradient points in another direction than before.",
)
TRAIN_ADDER.slip(
    "not_clipped",
    "g * scale)",
    "g * 1.0)",
    "a gradient is never shortened, however long it is.",
)
TRAIN_ADDER.slip(
    "each_array_clipped",
    "g * scale)",
    "g * min(1.0, max_norm / (np.linalg.norm(g) or 1.0)))",
    "each array of the gradient is shortened by a factor of its own, so that the whole changes its "
    "direction.",
)
TRAIN_ADDER.slip(
    "adam_begins_anew",
    "net, adam = adam_step(net, grads, adam,",
    "net, _ = adam_step(net, grads, adam_state(net),",
    "Adam begins anew at every update and remembers no gradient.",
)
TRAIN_ADDER.slip(
    "errors_of_all_pairs",
    "error = np.mean((h_last @ net.out.W_hy + net.out.b_y - targets) ** 2)",
    "error = np.mean(((h_last @ net.out.W_hy + net.out.b_y)[:, 0] - targets) ** 2)",
    "the held-out error stays as large as the baseline's, even for a network that has learned the "
    "task.",
)
TRAIN_ADDER.slip(
    "error_on_the_next_batch",
    "xs, targets = held_out",
    "xs, targets = batches[min(step, len(batches) - 1)]",
    "the held-out error is measured on data that the network is trained on.",
)
TRAIN_ADDER.slip(
    "last_network_returned",
    "best, best_error = net, error",
    "best = net",
    "the network that comes back is the last one, however good it is.",
)
TRAIN_ADDER.slip(
    "first_network_returned",
    "best, best_error = net, error",
    "best_error = error",
    "the network that comes back is the first one, before all training.",
)
TRAIN_ADDER.slip(
    "no_input_weights",
    "0.5 * rng.normal(size=(2, H))",
    "0.0 * rng.normal(size=(2, H))",
    "every unit is silent at the start, and a silent ReLU passes no gradient on.",
)
TRAIN_ADDER.slip(
    "short_gradients_lengthened",
    "scale = min(1.0, max_norm / norm)",
    "scale = max_norm / norm",
    "a gradient that is short enough already is changed too.",
)
TRAIN_ADDER.slip(
    "gradient_of_the_sum",
    " / len(targets)",
    "",
    "each gradient is longer than that of the mean, as often as there are examples, and so it is "
    "clipped too often.",
)
TRAIN_ADDER.slip(
    "half_the_gradient",
    "dprediction = 2 * (",
    "dprediction = (",
    "each gradient is half as long as that of the mean squared error, and so it is clipped too "
    "seldom.",
)
TRAIN_ADDER.slip(
    "root_of_the_error",
    "error = np.mean((h_last @ net.out.W_hy + net.out.b_y - targets) ** 2)",
    "error = np.sqrt(np.mean((h_last @ net.out.W_hy + net.out.b_y - targets) ** 2))",
    "the root of the mean squared error stands in `history`.",
)
TRAIN_ADDER.slip(
    "error_summed",
    "error = np.mean((",
    "error = np.sum((",
    "the squared errors on the held-out data are summed; the history asks for their mean.",
)
TRAIN_ADDER.slip(
    "worst_network_returned",
    "int(np.argmin(errors))",
    "int(np.argmax(errors))",
    "the network that comes back is the worst one of `history`.",
    of="with_the_library",
)
