"""Networks of the course, trained beside the same networks in PyTorch: what a student waits for.

Both start from the same weights, see the same batches, clip and update alike (Adam). So both have
the same loss after every update, but for rounding; what differs is the time.
"""

import time
from typing import NamedTuple

import numpy as np

from rnnlib import adam_state, adam_step, adding_problem, clip_grad_norm, init_dense, init_rnn
from rnnlib.adding_models import adding_gradients, adding_start
from rnnlib.attention import attention_backward, attention_forward
from rnnlib.cell_models import CellModel
from rnnlib.data import dinosaur_names, written_dates
from rnnlib.dense import output_step, output_step_backward
from rnnlib.gru_sequence import gru_backward, gru_forward
from rnnlib.letter_models import letter_batch, letter_gradients
from rnnlib.losses import cross_entropy, cross_entropy_backward
from rnnlib.text import Vocabulary
from rnnlib.torch_bridge import to_torch
from rnnlib.translation import Translator, encode, init_translator, pair_batch

__all__ = ["TRAINING", "Task", "train_beside_torch"]


class Task(NamedTuple):
    """One network of the course.

    Attributes
    ----------
    what : str
    start : Params
    draw : callable
        ``draw(rng)`` gives a batch of arrays.
    gradients : callable
        ``gradients(model, batch) -> loss, grads``.
    in_torch : callable
        ``in_torch(start) -> module, loss_of``, and ``loss_of(batch)`` is a tensor.
    learning_rate : float
    """

    what: str
    start: object
    draw: object
    gradients: object
    in_torch: object
    learning_rate: float


def train_beside_torch(task, updates, clock=time.process_time):
    """Take turns: an update here, the same one there.

    Parameters
    ----------
    task : Task
    updates : int
    clock : callable

    Returns
    -------
    dict
        "rnnlib" and "torch": seconds; "losses": the two means over the last tenth.
    """
    import torch

    model, state = task.start, adam_state(task.start)
    module, loss_of = task.in_torch(task.start)
    optimizer = torch.optim.Adam(module.parameters(), lr=task.learning_rate)
    rng, seconds, losses = np.random.default_rng(0), np.zeros(2), []
    for _ in range(updates):
        batch = task.draw(rng)
        begin = clock()
        ours, grads = task.gradients(model, batch)
        grads, _ = clip_grad_norm(grads, 1.0)
        model, state = adam_step(model, grads, state, learning_rate=task.learning_rate)
        middle = clock()
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(batch)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(module.parameters(), 1.0)
        optimizer.step()
        seconds += middle - begin, clock() - middle
        losses.append((float(ours), loss.item()))
    means = np.mean(losses[-max(1, updates // 10) :], axis=0)
    return dict(zip(("rnnlib", "torch"), seconds.tolist())) | {"losses": means.tolist()}


def _names():
    """Unit 03: an RNN of 64 units reads names of dinosaurs, letter by letter."""
    names, alphabet = dinosaur_names(), Vocabulary(".abcdefghijklmnopqrstuvwxyz")
    V, rng = len(alphabet), np.random.default_rng(1)
    return Task(
        "unit 03, names, RNN",
        CellModel(init_rnn(V, 64, rng), init_dense(64, V, rng)),
        lambda rng: letter_batch(rng.choice(names, 64, replace=False), alphabet),
        lambda model, batch: letter_gradients(model, *batch),
        _letters_in_torch,
        5e-3,
    )


def _letters_in_torch(start):
    import torch

    cell, out = _cell(start.cell), _linear(start.out)

    def loss_of(batch):
        xs, targets, mask = map(torch.from_numpy, batch)
        logits = out(cell(xs)[0])
        return torch.nn.functional.cross_entropy(logits[mask], targets[mask])

    return torch.nn.ModuleList([cell, out]), loss_of


def _adding():
    """Unit 05: an LSTM of 16 units on the adding problem over 200 steps, in float32."""
    start = adding_start("bias 5, input -5", 200, np.random.default_rng(0)).astype(np.float32)

    def gradients(model, batch):
        loss, _, grads = adding_gradients(model, *batch)
        return loss, grads

    return Task(
        "unit 05, adding problem, LSTM",
        start,
        lambda rng: [a.astype(np.float32) for a in adding_problem(200, 16, rng)],
        gradients,
        _adding_in_torch,
        0.03,
    )


def _adding_in_torch(start):
    import torch

    cell, out = _cell(start.cell), _linear(start.out)

    def loss_of(batch):
        xs, targets = map(torch.from_numpy, batch)
        return torch.nn.functional.mse_loss(out(cell(xs)[0][-1]), targets)

    return torch.nn.ModuleList([cell, out]), loss_of


def _dates():
    """Unit 10: dates to ISO 8601; encoder and decoder are GRUs of 48 units, with attention."""
    rng = np.random.default_rng(0)
    days = np.arange("1950-01-01", "2050-01-01", dtype="datetime64[D]")
    dates = written_dates(rng.permutation(days)[:5000], rng)
    source = Vocabulary.from_texts([date.text for date in dates])
    target = Vocabulary("^.-0123456789 ")

    def draw(rng):
        batch = [dates[n] for n in rng.integers(len(dates), size=64)]
        return pair_batch([d.text for d in batch], [d.iso for d in batch], source, target)

    start = init_translator(len(source), len(target), 48, rng, context=True)
    return Task("unit 10, dates, attention", start, draw, _date_gradients, _dates_in_torch, 0.01)


def _date_gradients(model, batch):
    hs, h, encoder_cache = encode(model, batch.xs, batch.mask)
    states, _, decoder_cache = gru_forward(batch.ys, h, model.decoder)
    context, cache = attention_forward(states, hs, hs, mask=batch.mask)
    seen = np.concatenate([states, context], axis=2)
    logits = output_step(seen, model.out)
    dlogits = cross_entropy_backward(logits, batch.targets, mask=batch.real)
    dseen, grads_out = output_step_backward(dlogits, seen, model.out)
    dstates, dcontext = np.split(dseen, 2, axis=2)
    dqueries, dkeys, dvalues, _ = attention_backward(dcontext, cache)
    _, dh, grads_decoder = gru_backward(dstates + dqueries, None, decoder_cache)
    _, _, grads_encoder = gru_backward(dkeys + dvalues, dh, encoder_cache)
    loss = cross_entropy(logits, batch.targets, mask=batch.real)
    return loss, Translator(grads_encoder, grads_decoder, grads_out)


def _dates_in_torch(start):
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

    encoder, decoder, out = _cell(start.encoder), _cell(start.decoder), _linear(start.out)

    def loss_of(batch):
        xs, mask, ys, targets, real = map(torch.from_numpy, batch)
        packed = pack_padded_sequence(xs, mask.sum(0), enforce_sorted=False)
        hs, h = encoder(packed)
        hs, _ = pad_packed_sequence(hs, total_length=len(xs))
        states, _ = decoder(ys, h)
        scores = torch.einsum("snh,tnh->snt", states, hs)
        weights = scores.masked_fill(~mask.T, -torch.inf).softmax(-1)
        context = torch.einsum("snt,tnh->snh", weights, hs)
        logits = out(torch.cat([states, context], -1))
        return torch.nn.functional.cross_entropy(logits[real], targets[real])

    return torch.nn.ModuleList([encoder, decoder, out]), loss_of


def _cell(params):
    """Make torch's cell with one bias for each sum: two would learn twice as fast as one."""
    module, H = to_torch(params), len(params.W_hh)
    if "b_hn" in vars(params):
        needed = module.bias_hh_l0.new_tensor([0.0] * 2 * H + [1.0] * H)  # b_hn alone
        module.bias_hh_l0.register_hook(lambda gradient: gradient * needed)
    else:
        module.bias_hh_l0.requires_grad_(False)
    return module


def _linear(params):
    import torch

    K, H = params.W_hy.T.shape
    layer = torch.nn.Linear(H, K, dtype=torch.from_numpy(params.W_hy).dtype)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(params.W_hy.T.copy()))
        layer.bias.copy_(torch.from_numpy(params.b_y.copy()))
    return layer


TRAINING = {"names": (_names, 500), "adding": (_adding, 240), "dates": (_dates, 300)}
"""The maker of each network, and how many updates the unit gives it."""
