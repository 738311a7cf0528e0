"""The networks of unit 15's comparison, in PyTorch: of about the same size, on two tasks."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from rnnlib.init import init_rnn, scale_to_radius
from rnnlib.self_attention import positions

ALPHABET = ".abcdefghijklmnopqrstuvwxyz"
V = len(ALPHABET)


def weight(*shape):
    """A matrix, or a stack of matrices, uniform as in Glorot and Bengio (2010)."""
    limit = (6 / (shape[-2] * int(np.prod(shape[:-2])) + shape[-1])) ** 0.5
    return nn.Parameter(torch.empty(*shape).uniform_(-limit, limit))


def zeros(*shape):
    """A bias."""
    return nn.Parameter(torch.zeros(*shape))


class Conv(nn.Module):
    """Causal convolutions with tanh between, and an output layer; one layer is a window."""

    def __init__(self, D, H, K, F, dilations):
        super().__init__()
        sizes = [D] + [H] * len(dilations)
        self.W = nn.ParameterList([weight(F, a, H) for a in sizes[:-1]])
        self.b = nn.ParameterList([zeros(H) for _ in dilations])
        self.W_hy, self.b_y, self.dilations = weight(H, K), zeros(K), dilations

    def forward(self, xs):
        """(T, N, D) -> (T, N, K)."""
        for W, b, d in zip(self.W, self.b, self.dilations, strict=True):
            ys = xs @ W[0] + b
            for i in range(1, len(W)):
                past = torch.cat([torch.zeros_like(xs[: i * d]), xs])[: len(xs)]
                ys = ys + past @ W[i]
            xs = torch.tanh(ys)
        return xs @ self.W_hy + self.b_y


class Cell(nn.Module):
    """nn.RNN, nn.GRU or nn.LSTM with an output layer; its redundant biases are not used."""

    def __init__(self, kind, D, H, K):
        super().__init__()
        self.cell, self.W_hy, self.b_y = kind(D, H), weight(H, K), zeros(K)
        nn.init.orthogonal_(self.cell.weight_hh_l0)
        nn.init.xavier_uniform_(self.cell.weight_ih_l0)
        with torch.no_grad():
            self.cell.bias_ih_l0.zero_()
            self.cell.bias_hh_l0.zero_()
            if kind is nn.LSTM:
                self.cell.bias_ih_l0[H : 2 * H] = 1
        if kind is not nn.GRU:
            self.cell.bias_hh_l0.requires_grad_(False)
        else:  # of the second bias only the candidate's is not redundant
            keep = torch.arange(3 * H) >= 2 * H
            self.cell.bias_hh_l0.register_hook(lambda grad: grad * keep)

    def forward(self, xs):
        """(T, N, D) -> (T, N, K)."""
        return self.cell(xs)[0] @ self.W_hy + self.b_y


class MinGRU(nn.Module):
    """Layers of minGRU and an output layer. The recurrence is scanned in rounds."""

    def __init__(self, D, H, K, layers=2):
        super().__init__()
        sizes = [D] + [H] * layers
        self.W_xz = nn.ParameterList([weight(a, H) for a in sizes[:-1]])
        self.W_xn = nn.ParameterList([weight(a, H) for a in sizes[:-1]])
        self.b_z = nn.ParameterList([zeros(H) for _ in range(layers)])
        self.b_n = nn.ParameterList([zeros(H) for _ in range(layers)])
        self.W_hy, self.b_y = weight(H, K), zeros(K)

    def forward(self, xs):
        """(T, N, D) -> (T, N, K)."""
        for W_xz, W_xn, b_z, b_n in zip(self.W_xz, self.W_xn, self.b_z, self.b_n, strict=True):
            z = torch.sigmoid(xs @ W_xz + b_z)
            a, b, gap = 1 - z, z * (xs @ W_xn + b_n), 1
            while gap < len(xs):
                b = torch.cat([b[:gap], a[gap:] * b[:-gap] + b[gap:]])
                a = torch.cat([a[:gap], a[gap:] * a[:-gap]])
                gap *= 2
            xs = b
        return xs @ self.W_hy + self.b_y


class Transformer(nn.Module):
    """One layer: positions, causal self-attention with one head, two dense layers, output."""

    def __init__(self, D, E, H, K):
        super().__init__()
        self.W_e = weight(D, E)
        self.W_q, self.W_k, self.W_v, self.W_o = (weight(E, E) for _ in range(4))
        self.W_1, self.b_1, self.W_2, self.b_2 = weight(E, H), zeros(H), weight(H, E), zeros(E)
        self.W_hy, self.b_y, self.E = weight(E, K), zeros(K), E

    def forward(self, xs):
        """(T, N, D) -> (T, N, K)."""
        T = len(xs)
        e = xs @ self.W_e + torch.tensor(positions(T, self.E), dtype=xs.dtype)[:, None]
        u = normed(e)
        scores = torch.einsum("tna,sna->nts", u @ self.W_q, u @ self.W_k) * self.E**-0.5
        scores = scores.masked_fill(torch.triu(torch.ones(T, T, dtype=torch.bool), 1), -torch.inf)
        found = torch.einsum("nts,sne->tne", scores.softmax(-1), u @ self.W_v)
        e = e + found @ self.W_o
        e = e + torch.relu(normed(e) @ self.W_1 + self.b_1) @ self.W_2 + self.b_2
        return normed(e) @ self.W_hy + self.b_y


def normed(e):
    """Mean 0, variance 1, over the last axis."""
    e = e - e.mean(-1, keepdim=True)
    return e / (e.square().mean(-1, keepdim=True) + 1e-5).sqrt()


class EchoState(nn.Module):
    """A recurrent network whose weights stay as they were drawn; the output layer alone learns."""

    def __init__(self, D, H, K):
        super().__init__()
        cell = init_rnn(D, H, np.random.default_rng(15))
        self.cell = nn.RNN(D, H)
        with torch.no_grad():
            self.cell.weight_ih_l0.copy_(torch.tensor(cell.W_xh.T))
            self.cell.weight_hh_l0.copy_(torch.tensor(scale_to_radius(cell.W_hh, 0.9).T))
            self.cell.bias_ih_l0.zero_()
            self.cell.bias_hh_l0.zero_()
        for parameter in self.cell.parameters():
            parameter.requires_grad_(False)
        self.W_hy, self.b_y = weight(H, K), zeros(K)

    def forward(self, xs):
        """(T, N, D) -> (T, N, K)."""
        return self.cell(xs)[0] @ self.W_hy + self.b_y


class HMM(nn.Module):
    """A hidden Markov model; its loss comes from the forward recursion in logarithms."""

    def __init__(self, K):
        super().__init__()
        self.start, self.trans, self.emit = (
            nn.Parameter(torch.randn(*shape)) for shape in ((K,), (K, K), (K, V))
        )

    def loss(self, targets, mask):
        """The mean loss a letter."""
        emit, trans = self.emit.log_softmax(-1), self.trans.log_softmax(-1)
        alpha = self.start.log_softmax(-1) + emit.T[targets[0]]
        for row, going in zip(targets[1:], mask[1:], strict=True):
            new = torch.logsumexp(alpha[:, :, None] + trans, dim=1) + emit.T[row]
            alpha = torch.where(going[:, None], new, alpha)
        return -torch.logsumexp(alpha, dim=1).sum() / mask.sum()


LETTERS = {
    "window of 3": lambda: Conv(V, 23, V, 3, [1]),
    "convolution": lambda: Conv(V, 16, V, 2, [1, 2, 4]),
    "HMM": lambda: HMM(38),
    "RNN": lambda: Cell(nn.RNN, V, 30, V),
    "LSTM": lambda: Cell(nn.LSTM, V, 13, V),
    "GRU": lambda: Cell(nn.GRU, V, 16, V),
    "minGRU": lambda: MinGRU(V, 20, V),
    "echo state": lambda: EchoState(V, 94, V),
    "Transformer": lambda: Transformer(V, 16, 20, V),
}
ADDING = {
    "convolution": lambda T: Conv(2, 14, 1, 2, [1, 2, 4, 8, 16]),
    "RNN": lambda T: Cell(nn.RNN, 2, 37, 1),
    "LSTM": lambda T: Cell(nn.LSTM, 2, 18, 1),
    "GRU": lambda T: Cell(nn.GRU, 2, 21, 1),
    "minGRU": lambda T: MinGRU(2, 25, 1),
    "Transformer": lambda T: Transformer(2, 16, 14, 1),
    "window of 10": lambda T: Conv(2, 64, 1, 10, [1]),
}

ACCENTS = {
    "window of 7": lambda D: Conv(D, 11, 1, 7, [1]),
    "convolution": lambda D: Conv(D, 16, 1, 2, [1, 2, 4, 8]),
    "RNN": lambda D: Cell(nn.RNN, D, 38, 1),
    "LSTM": lambda D: Cell(nn.LSTM, D, 14, 1),
    "GRU": lambda D: Cell(nn.GRU, D, 18, 1),
    "minGRU": lambda D: MinGRU(D, 23, 1),
    "echo state": lambda D: EchoState(D, 300, 1),
    "Transformer": lambda D: Transformer(D, 16, 36, 1),
}


def trained(model):
    """How many weights learn; a bias that its twin makes redundant does not count."""
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    if isinstance(model, Cell) and isinstance(model.cell, nn.GRU):
        count -= 2 * model.cell.hidden_size
    return count
