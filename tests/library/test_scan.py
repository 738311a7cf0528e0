import numpy as np
import torch
from hypothesis import given
from oracle import close, draw, few, seeds, size

from rnnlib.activations import sigmoid
from rnnlib.scan import (
    MinGRUParams,
    linear_loop,
    linear_scan,
    min_gru_forward,
    scan_round,
)


@given(T=size(17), N=size(3), H=size(3), seed=seeds)
@few
def test_the_scan_is_the_loop(T, N, H, seed):
    a, b, h0 = draw(seed, np.float64, (T, N, H), (T, N, H), (N, H))
    close(linear_scan(a, b, h0), linear_loop(a, b, h0), 1e-9)


@given(T=size(9), gap=size(4), seed=seeds)
@few
def test_a_round_joins_two_steps(T, gap, seed):
    a, b, h = draw(seed, np.float64, (T, 1, 2), (T, 1, 2), (1, 2))
    joined_a, joined_b = scan_round(a, b, gap)
    for t in range(T):
        first = (a[t - gap] * h + b[t - gap]) if t >= gap else h
        close(joined_a[t] * h + joined_b[t], a[t] * first + b[t])


def test_a_sum_is_a_recurrence_and_the_rounds_count_it():
    a = b = np.ones((1000, 1, 1))
    np.testing.assert_array_equal(linear_scan(a, b, np.zeros((1, 1))).ravel(), np.arange(1, 1001))


@given(T=size(9), N=size(3), D=size(3), H=size(3), seed=seeds)
@few
def test_min_gru_is_its_equations(T, N, D, H, seed):
    arrays = draw(seed, np.float64, (D, H), (D, H), H, H)
    xs, h0 = draw(seed + 1, np.float64, (T, N, D), (N, H))
    params, h, hs = MinGRUParams(*arrays), torch.tensor(h0), []
    W_xz, W_xn, b_z, b_n = map(torch.tensor, arrays)
    for x in torch.tensor(xs):
        z = torch.sigmoid(x @ W_xz + b_z)
        h = (1 - z) * h + z * (x @ W_xn + b_n)
        hs.append(h)
    close(min_gru_forward(xs, h0, params), torch.stack(hs))
    close(min_gru_forward(xs, h0, params, scan=linear_loop), torch.stack(hs))


def test_no_gate_depends_on_the_state():
    rng = np.random.default_rng(0)
    params = MinGRUParams(*rng.normal(size=(2, 2, 3)), *rng.normal(size=(2, 3)))
    xs = rng.normal(size=(6, 1, 2))
    one, two = (min_gru_forward(xs, np.full((1, 3), h), params) for h in (0.0, 1.0))
    close(two - one, np.cumprod(1 - sigmoid(xs @ params.W_xz + params.b_z), axis=0))
