"""Whatever works for all cells works for each that is declared."""

import dataclasses

import numpy as np
import pytest
from oracle import close, close_params, lengths_to_mask

import rnnlib
from rnnlib import (
    BidirectionalParams,
    bidirectional_backward,
    bidirectional_forward,
    cell_functions,
    cell_of,
    checkpointed_backward,
    checkpointed_forward,
    gradient_check,
    numerical_gradient,
    rnn_step,
    state_jacobians,
    truncated_backward,
    zero_state,
)
from rnnlib.cells import CELLS

T, N, D, H = 7, 3, 2, 4
MASK = lengths_to_mask([7, 5, 1], T)
every_cell = pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.params.__name__)


def problem(cell):
    rng = np.random.default_rng(0)
    params = cell.init(D, H, rng).map(lambda a: a + rng.normal(size=a.shape) / 3)
    state0, dstate = (cell.from_parts([rng.normal(size=(N, H)) for _ in cell.parts]) for _ in "ab")
    return params, rng.normal(size=(T, N, D)), state0, rng.normal(size=(T, N, H)), dstate


def same(cell, ours, theirs, tolerance=1e-12):
    close(ours[0], theirs[0], tolerance)
    for a, b in zip(cell.to_parts(ours[1]), cell.to_parts(theirs[1]), strict=True):
        close(a, b, tolerance)
    close_params(ours[2], theirs[2], tolerance)


def test_every_group_of_recurrent_weights_is_declared_once():
    groups = [v for v in vars(rnnlib).values() if dataclasses.is_dataclass(v)]
    recurrent = [g for g in groups if {"W_xh", "W_hh"} <= {f.name for f in dataclasses.fields(g)}]
    assert sorted(g.__name__ for g in recurrent) == sorted(c.params.__name__ for c in CELLS)


@every_cell
def test_its_parameters_lead_to_it(cell):
    params = cell.init(D, H, np.random.default_rng(0), dtype=np.float32)
    assert cell_of(params) is cell
    assert cell_functions(params) == (cell.forward, cell.backward)
    assert {a.dtype.name for _, a in params.items()} == {"float32"}
    assert params.W_xh.shape[0] == D and params.W_hh.shape[0] == H
    arrays = cell.to_parts(zero_state(params, N))
    assert [(a.shape, a.dtype.name, a.any()) for a in arrays] == len(arrays) * [
        ((N, H), "float32", False)
    ]


@every_cell
def test_the_declared_fields_are_those_over_time(cell):
    params, xs, state0, _, _ = problem(cell)
    cache = cell.forward(xs, state0, params, mask=MASK)[2]
    found = {name for name in cache._fields if len(np.shape(getattr(cache, name))) > 0
             and np.shape(getattr(cache, name))[0] == T}  # fmt: skip
    assert set(cell.over_time) == found
    states = {f"{part}{end}" for part in cell.parts for end in "0s"}
    assert states <= set(cache._fields)


@every_cell
def test_a_sequence_is_a_loop_over_its_steps(cell):
    params, xs, state, dhs, dstate = problem(cell)
    expected, _, cache = cell.forward(xs, state, params)
    dxs, dstate0, total = cell.backward(dhs, dstate, cache)
    calls, grads = [], params.zeros_like()
    for x, hs in zip(xs, expected):
        before, result = state, cell.step(x, state, params)
        if cell.step is rnn_step:
            state, arguments = result, (x, before, result, params)
        else:
            state, arguments = result[0], result[1:]
        calls.append(arguments)
        close(cell.to_parts(state)[0], hs, 1e-9)
    for t in reversed(range(T)):
        dh, *rest = cell.to_parts(dstate)
        arriving = cell.from_parts([dh + dhs[t], *rest])
        dx, dstate, g = cell.step_backward(arriving, *calls[t])
        close(dx, dxs[t], 1e-9)
        grads = grads.map(np.add, g)
    for a, b in zip(cell.to_parts(dstate), cell.to_parts(dstate0), strict=True):
        close(a, b, 1e-9)
    close_params(grads, total, 1e-9)


@every_cell
@pytest.mark.parametrize("mask", [None, MASK], ids=["whole", "masked"])
def test_its_gradient_is_that_of_difference_quotients(cell, mask):
    params, xs, state0, dhs, dstate = problem(cell)

    def loss(params=params, xs=xs):
        hs, state, _ = cell.forward(xs, state0, params, mask=mask)
        pairs = zip(cell.to_parts(state), cell.to_parts(dstate))
        return float((hs * dhs).sum() + sum((a * b).sum() for a, b in pairs))

    cache = cell.forward(xs, state0, params, mask=mask)[2]
    dxs, _, grads = cell.backward(dhs, dstate, cache)
    report = gradient_check(loss, params, grads, tolerance=1e-7)
    assert report.ok, str(report)
    close(dxs, numerical_gradient(lambda xs: loss(xs=xs), xs), 1e-7)


@every_cell
def test_checkpoints_and_truncation_give_its_gradient(cell):
    params, xs, state0, dhs, dstate = problem(cell)
    exact = cell.backward(dhs, dstate, cell.forward(xs, state0, params, mask=MASK)[2])
    kept = checkpointed_forward(xs, state0, params, every=3, mask=MASK)[2]
    same(cell, checkpointed_backward(dhs, dstate, kept), exact)
    cache = cell.forward(xs, state0, params, mask=MASK)[2]
    same(cell, truncated_backward(dhs, dstate, cache, T), exact)

    total, first, last = params.zeros_like(), None, state0
    for start in range(0, T, 3):  # pieces of three steps, the state carried on
        piece = slice(start, start + 3)
        _, last, cached = cell.forward(xs[piece], last, params, mask=MASK[piece])
        _, d, grads = cell.backward(dhs[piece], dstate if start + 3 >= T else None, cached)
        total, first = total.map(np.add, grads), d if first is None else first
    _, dstate0, grads = truncated_backward(dhs, dstate, cache, 3)
    close_params(grads, total, 1e-12)
    for a, b in zip(cell.to_parts(dstate0), cell.to_parts(first), strict=True):
        close(a, b, 1e-12)


@every_cell
def test_it_reads_in_both_directions(cell):
    params, xs, _, _, _ = problem(cell)
    other = cell.init(D, 5, np.random.default_rng(1))
    both = BidirectionalParams(params, other)
    hs, _, cache = bidirectional_forward(xs, zero_state(both, N), both, mask=MASK)
    dhs = np.random.default_rng(2).normal(size=hs.shape)
    loss = lambda b: float(  # noqa: E731
        (dhs * bidirectional_forward(xs, zero_state(b, N), b, mask=MASK)[0]).sum()
    )
    report = gradient_check(loss, both, bidirectional_backward(dhs, None, cache)[2], tolerance=1e-7)
    assert report.ok, str(report)


@every_cell
def test_its_jacobians_are_those_of_difference_quotients(cell):
    params, xs, _, _, _ = problem(cell)
    start = np.random.default_rng(3).normal(size=len(cell.parts) * H)
    split = lambda flat: np.split(flat, len(cell.parts), axis=-1)  # noqa: E731

    def final(flat):
        state = cell.forward(xs[:4, :1], cell.from_parts(split(flat[None])), params)[1]
        return np.concatenate(cell.to_parts(state), axis=1)[0]

    jacobian = state_jacobians(xs[:4, 0], cell.from_parts(split(start)), params)[0]
    for i in range(len(start)):
        close(jacobian[i], numerical_gradient(lambda v: final(v)[i], start), 1e-8)  # noqa: B023


def test_what_is_no_cell_is_refused_by_name():
    for wrong in (None, np.ones(3), rnnlib.DenseParams([[1.0]], [1.0])):
        with pytest.raises(TypeError, match=r"must be RNNParams, .*, got " + type(wrong).__name__):
            cell_of(wrong)
