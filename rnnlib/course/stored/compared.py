"""The runs behind compared.json and compared.npz: networks of about the same size, the same tasks.

Letters of names: at most 2,600 weights, minibatches of 64 names of about the same length, Adam,
early stopping on 150 names, learning rates 0.01 and 0.03, of which the better one on these 150
names is kept, seeds 0 and 1. The held-out loss is that of 200 other names. The weights of seed 0
are kept, in thousandths.

The adding problem: about 1,500 weights, 1,000 updates with 64 new examples each, learning rate
0.01, falling to 0 in the second half; 30 steps and 10, seeds 0 and 1. The error is that on 1,000
new examples.

Spanish accents: the tagging task of unit 07, one letter a step, answered two steps later; at most
2,900 weights that learn, 3,000 updates with 32 proverbs of about the same length, learning rate
0.01, falling to 0; seeds 0 and 1. What counts are words of 600 held-out proverbs.

Seconds are processor time on one core; they depend on the machine, their order hardly does.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from rnnlib import accents
from rnnlib.course.stored.compared_nets import (
    ACCENTS,
    ADDING,
    ALPHABET,
    HMM,
    LETTERS,
    Cell,
    EchoState,
    V,
    trained,
)
from rnnlib.data import adding_problem, dinosaur_names, spanish_proverbs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATES, SEEDS, EPOCHS, PATIENCE = (0.01, 0.03), (0, 1), 40, 4
LATER = 2  # steps after its letter is an accent answered


def names():
    """Held-out, validation and training names."""
    order = [str(n) for n in np.random.default_rng(0).permutation(dinosaur_names())]
    return order[:200], order[200:350], order[350:]


def batch(words):
    """One-hot inputs, targets, mask."""
    T = max(map(len, words)) + 1
    ids = np.zeros((T + 1, len(words)), int)
    for n, word in enumerate(words):
        ids[1 : len(word) + 1, n] = [ALPHABET.index(letter) for letter in word]
    mask = np.arange(T)[:, None] <= np.array([len(w) for w in words])
    return torch.tensor(np.eye(V, dtype=np.float32)[ids[:-1]]), *map(torch.tensor, (ids[1:], mask))


def letter_loss(model, words):
    """The mean loss a letter of some words."""
    xs, targets, mask = batch(words)
    if isinstance(model, HMM):
        return model.loss(targets, mask)
    return nn.functional.cross_entropy(model(xs)[mask], targets[mask])


def train_letters(name, seed, rate):
    """The best model on the validation names; its losses; seconds."""
    torch.manual_seed(seed)
    held_out, valid, words = names()
    model, rng = LETTERS[name](), np.random.default_rng(seed)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], rate)
    best, kept, since, began = np.inf, None, 0, time.process_time()
    for _ in range(EPOCHS):
        order = rng.permutation(len(words))
        order = order[np.argsort([len(words[k]) for k in order], kind="stable")]
        for start in rng.permutation(np.arange(0, len(words) - 63, 64)):
            optimizer.zero_grad()
            letter_loss(model, [words[k] for k in order[start : start + 64]]).backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        with torch.no_grad():
            loss = float(letter_loss(model, valid))
        since += 1
        if loss < best:
            best, since = loss, 0
            kept = {k: v.clone() for k, v in model.state_dict().items()}
        if since == PATIENCE:
            break
    seconds = time.process_time() - began
    model.load_state_dict(kept)
    with torch.no_grad():
        return model, best, float(letter_loss(model, held_out)), seconds


def train_adding(name, T, seed):
    """Error on new examples after training; weights; seconds."""
    torch.manual_seed(seed)
    model, rng, began = ADDING[name](T), np.random.default_rng(seed), time.process_time()
    with torch.no_grad():
        model.b_y += 1  # the best answer of who knows nothing
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 0.01)

    def error(N, rng):
        xs, targets = (torch.tensor(a, dtype=torch.float32) for a in adding_problem(T, N, rng))
        return (model(xs)[-1] - targets).square().mean()

    for update in range(1000):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * min(1.0, 2 - update / 500)
        optimizer.zero_grad()
        error(64, rng).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    seconds = time.process_time() - began
    with torch.no_grad():
        return float(error(1000, np.random.default_rng(1000))), trained(model), seconds


def proverbs():
    """Held-out and training proverbs, as in unit 07, and their letters."""
    order = np.random.default_rng(0).permutation(spanish_proverbs())
    lines = [str(line).lower() for line in order]
    return lines[:600], lines[600:], accents.accent_vocabulary(lines)


def accent_scores(model, lines, letters):
    """A score above 0 says: an accent. And the letters' targets, and which could carry one."""
    xs, targets, _, possible = accents.accent_batch(lines, letters)
    late = np.concatenate([xs, np.zeros((LATER, *xs.shape[1:]), xs.dtype)])
    scores = model(torch.tensor(late))[LATER:, :, 0]
    return scores, torch.tensor(targets, dtype=torch.float32), torch.tensor(possible)


def train_accents(name, seed):
    """Shares of words that come out right with an accent and wrongly get one; weights; seconds."""
    torch.manual_seed(seed)
    held_out, lines, letters = proverbs()
    model, rng, began = (
        ACCENTS[name](len(letters)),
        np.random.default_rng(seed),
        time.process_time(),
    )
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], 0.01)
    by_length = sorted(lines, key=len)
    for update in range(3000):
        for group in optimizer.param_groups:
            group["lr"] = 0.01 * (1 - update / 3000) + 1e-4
        optimizer.zero_grad()
        start = 32 * rng.integers(len(lines) // 32)
        scores, targets, possible = accent_scores(model, by_length[start : start + 32], letters)
        loss = nn.functional.binary_cross_entropy_with_logits
        loss(scores[possible], targets[possible]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    seconds = time.process_time() - began
    with torch.no_grad():
        yes = (accent_scores(model, held_out, letters)[0] > 0).numpy()
    restored = [accents.put_accents(line, yes[:, n]) for n, line in enumerate(held_out)]
    judged = accents.judge_accents(restored, held_out, {})
    return float(judged["all"].mean()), float(judged["false"].mean()), trained(model), seconds


def weights_of(model):
    """Arrays by name, as `rnnlib.letter_nets` reads them, in thousandths."""
    if isinstance(model, Cell):
        cell = model.cell
        flat = {"W_xh": cell.weight_ih_l0.T, "W_hh": cell.weight_hh_l0.T, "b_h": cell.bias_ih_l0}
        if isinstance(cell, nn.GRU):
            flat["b_hn"] = cell.bias_hh_l0[2 * cell.hidden_size :]
        flat |= {"W_hy": model.W_hy, "b_y": model.b_y}
    elif isinstance(model, EchoState):
        flat = {"W_hy": model.W_hy, "b_y": model.b_y}
    else:
        flat = {k.replace(".", ""): v for k, v in model.state_dict().items()}
    arrays = {k: (1000 * v.detach().numpy()).round() for k, v in flat.items()}
    if any(np.abs(a).max() > 32000 for a in arrays.values()):
        raise ValueError("a weight is too large for two bytes")
    return {k: a.astype(np.int16) for k, a in arrays.items()}


def train(folder: Path, report: Callable[[str], None]) -> None:
    """Train all and write what is known after each; what is in the folder already stays.

    Parameters
    ----------
    folder : Path
        Gets compared.json and compared.npz.
    report : callable
        Gets a line after each network.
    """
    torch.set_num_threads(1)
    runs_file, weights_file = folder / "compared.json", folder / "compared.npz"
    found, arrays = {"letters": {}, "adding": {}, "accents": {}}, {}
    if runs_file.exists():
        found |= json.loads(runs_file.read_text(encoding="ascii"))
        arrays = dict(np.load(weights_file))
    for name in (name for name in LETTERS if name not in found["letters"]):
        tried = {rate: train_letters(name, 0, rate) for rate in RATES}
        rate = min(tried, key=lambda r: tried[r][1])
        runs = [tried[rate]] + [train_letters(name, seed, rate) for seed in SEEDS[1:]]
        found["letters"][name] = {
            "weights": trained(runs[0][0]),
            "learning rate": rate,
            "held out": [round(run[2], 4) for run in runs],
            "seconds": round(float(np.median([run[3] for run in runs])), 1),
        }
        arrays |= {f"{name}/{k}": a for k, a in weights_of(runs[0][0]).items()}
        report(f"letters, {name}: {found['letters'][name]}")
        np.savez_compressed(weights_file, **arrays)
        runs_file.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    for T in (30, 10):
        for name in (n for n in ADDING if str(T) not in found["adding"].get(n, {})):
            runs = [train_adding(name, T, seed) for seed in SEEDS]
            found["adding"].setdefault(name, {})[str(T)] = {
                "weights": runs[0][1],
                "error": [round(run[0], 4) for run in runs],
                "seconds": round(float(np.median([run[2] for run in runs])), 1),
            }
            report(f"adding {T} steps, {name}: {found['adding'][name][str(T)]}")
            runs_file.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    for name in (n for n in ACCENTS if n not in found["accents"]):
        runs = [train_accents(name, seed) for seed in SEEDS]
        found["accents"][name] = {
            "weights": runs[0][2],
            "right": [round(run[0], 4) for run in runs],
            "false": [round(run[1], 4) for run in runs],
            "seconds": round(float(np.median([run[3] for run in runs])), 1),
        }
        report(f"accents, {name}: {found['accents'][name]}")
        runs_file.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
