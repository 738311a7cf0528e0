"""The run behind words.npz: a language model over the words of six novels.

Two layers of LSTM with 96 units, read as 32 streams in pieces of 35 words: the state goes on from
piece to piece, the gradient does not (truncated BPTT). The embeddings are the weights of the output
layer, too (weight tying). Dropout on the embeddings, between the layers, and before the output
layer. Adam, gradients clipped to a norm of 1, a learning rate that falls to 0 in the second half.

After each epoch everything is written, so a stopped run continues behind its last whole epoch. The
weights that are kept are in half precision, and it is those that are measured.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import nn

from rnnlib.data.novels import novel_parts, word_vocabulary
from rnnlib.sequences import text_streams

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

V, E, DROPOUT, EPOCHS, STREAMS, STEPS, RATE = 5000, 96, 0.2, 8, 32, 35, 0.003


class WordModel(nn.Module):
    """Embeddings, two layers of LSTM, and an output layer with the embeddings as its weights."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, E)
        self.cell = nn.LSTM(E, E, num_layers=2, dropout=DROPOUT)
        self.drop = nn.Dropout(DROPOUT)
        self.out = nn.Linear(E, V)
        self.out.weight = self.embed.weight
        nn.init.uniform_(self.embed.weight, -0.1, 0.1)
        nn.init.zeros_(self.out.bias)

    def forward(self, ids, state):
        """(T, N) -> logits (T, N, V), and the state to go on with."""
        hs, state = self.cell(self.drop(self.embed(ids)), state)
        return self.out(self.drop(hs)), state


def train_epoch(model, optimizer, streams, epoch):
    """One pass through the streams; the mean loss a word."""
    inputs, targets = map(torch.tensor, streams)
    model.train()
    losses, state, pieces = [], None, range(0, len(inputs), STEPS)
    for number, start in enumerate(pieces):
        done = (epoch + number / len(pieces)) / EPOCHS
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1, 2 * (1 - done))
        logits, state = model(inputs[start : start + STEPS], state)
        state = tuple(s.detach() for s in state)
        loss = nn.functional.cross_entropy(
            logits.flatten(0, 1), targets[start : start + STEPS].flatten()
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
    return float(np.mean(losses))


@torch.no_grad()
def perplexity(model, ids):
    """The perplexity a word of one text, read from its beginning to its end."""
    ids, total, state = torch.tensor(ids), 0.0, None
    model.eval()
    for piece in range(0, len(ids) - 1, 1000):
        read = ids[piece : min(piece + 1000, len(ids) - 1)]
        logits, state = model(read[:, None], state)
        targets = ids[piece + 1 : piece + 1 + len(read)]
        total += float(nn.functional.cross_entropy(logits[:, 0], targets, reduction="sum"))
    return float(np.exp(total / (len(ids) - 1)))


def halved(model):
    """The weights in half precision, by name; the embeddings once."""
    return {
        name: weight.detach().numpy().astype(np.float16)
        for name, weight in model.state_dict().items()
        if name != "out.weight"
    }


def train(folder: Path, report: Callable[[str], None]) -> None:
    """Train, epoch by epoch; what is in the folder already stays.

    Parameters
    ----------
    folder : Path
        Gets words.npz and words.json, and words.pt to go on from.
    report : callable
        Gets a line after each epoch.
    """
    torch.set_num_threads(1)
    parts = novel_parts()
    words = word_vocabulary(parts.training, V)
    ids = {name: words.encode(text, unknown="<unk>") for name, text in parts._asdict().items()}
    streams = text_streams(ids["training"], STREAMS)
    torch.manual_seed(0)
    model = WordModel()
    optimizer = torch.optim.Adam(model.parameters(), RATE)
    found = {"epochs": []}
    to_go_on, runs_file = folder / "words.pt", folder / "words.json"
    if to_go_on.exists():
        was = torch.load(to_go_on, weights_only=True)
        model.load_state_dict(was["model"])
        optimizer.load_state_dict(was["optimizer"])
        found = was["found"]
    for epoch in range(len(found["epochs"]), EPOCHS):
        began = time.process_time()
        torch.manual_seed(epoch)
        loss = train_epoch(model, optimizer, streams, epoch)
        found["epochs"].append(
            {
                "training": round(float(np.exp(loss)), 1),
                "held out": round(perplexity(model, ids["held_out"]), 1),
                "seconds": round(time.process_time() - began),
            }
        )
        report(f"words, epoch {epoch + 1} of {EPOCHS}: {found['epochs'][-1]}")
        state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "found": found}
        torch.save(state, to_go_on.with_suffix(".new"))
        to_go_on.with_suffix(".new").replace(to_go_on)
    weights = halved(model)
    with torch.no_grad():
        for name, weight in model.state_dict().items():
            weight.copy_(torch.tensor(weights.get(name, weights["embed.weight"])))
    found |= {name: round(perplexity(model, ids[name]), 1) for name in ("held_out", "test")}
    np.savez_compressed(folder / "words.npz", **weights)
    runs_file.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    report(f"words, kept: held out {found['held_out']}, test {found['test']}")
