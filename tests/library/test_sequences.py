import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from oracle import few, seeds, size

from rnnlib import (
    ShapeError,
    adding_batch,
    adding_problem,
    lengths_to_mask,
    pad,
    reverse_by_length,
    stream_batches,
    text_streams,
    unpad,
    windows,
)


@given(lengths=st.lists(size(7), min_size=1, max_size=5), D=size(3), seed=seeds)
@few
def test_pad_and_back(lengths, D, seed):
    rng = np.random.default_rng(seed)
    sequences = [rng.normal(size=(length, D)) for length in lengths]
    padded, mask = pad(sequences, value=9.0)
    assert padded.shape == (max(lengths), len(lengths), D)
    assert (mask == lengths_to_mask(lengths)).all()
    assert mask.sum(axis=0).tolist() == lengths
    assert (padded[~mask] == 9).all()
    for before, after in zip(sequences, unpad(padded, mask), strict=True):
        assert (before == after).all()


@given(lengths=st.lists(size(7), min_size=1, max_size=5), seed=seeds)
@few
def test_reverse_by_length_is_a_reversal_of_each(lengths, seed):
    rng = np.random.default_rng(seed)
    sequences = [rng.normal(size=(length, 2)) for length in lengths]
    padded, mask = pad(sequences)
    turned = reverse_by_length(padded, lengths)
    for before, after in zip(sequences, unpad(turned, mask), strict=True):
        assert (before[::-1] == after).all()
    assert (turned[~mask] == 0).all()
    assert (reverse_by_length(turned, lengths) == padded).all()


def test_symbols_stay_integers_and_float32_stays():
    assert pad([[1, 2], [3]])[0].dtype.kind == "i"
    assert pad([np.ones((2, 3), np.float32), np.ones((1, 3), np.float32)])[0].dtype == np.float32


@given(L=st.integers(2, 30), T=size(5), horizon=size(3), stride=size(3))
@few
def test_windows_agree_with_slices(L, T, horizon, stride):
    series = np.random.default_rng(0).normal(size=(L, 2))
    if L < T + horizon:
        with pytest.raises(ValueError, match="too short for a window"):
            windows(series, T, horizon=horizon, stride=stride)
        return
    xs, targets = windows(series, T, horizon=horizon, stride=stride)
    starts = range(0, L - T - horizon + 1, stride)
    assert xs.shape == (T, len(starts), 2) and targets.shape == (horizon, len(starts), 2)
    for n, start in enumerate(starts):
        assert (xs[:, n] == series[start : start + T]).all()
        assert (targets[:, n] == series[start + T : start + T + horizon]).all()


@given(L=st.integers(2, 60), N=size(4), T=size(7))
@few
def test_streams_go_on_where_they_ended(L, N, T):
    ids = np.arange(L)
    if (L - 1) // N < 1:
        with pytest.raises(ValueError, match="too few"):
            stream_batches(ids, N, T)
        return
    pieces = list(stream_batches(ids, N, T))
    inputs = np.concatenate([x for x, _ in pieces])
    targets = np.concatenate([y for _, y in pieces])
    assert (targets == inputs + 1).all()
    assert (np.diff(inputs, axis=0) == 1).all()
    assert inputs.size == (L - 1) // N * N
    assert len(np.unique(inputs)) == inputs.size
    assert all(len(x) == T for x, _ in pieces[:-1])


def test_errors():
    with pytest.raises(
        ValueError, match=r"lengths must lie in 1 ... 5 \(T=5\), got 6 for example 1"
    ):
        lengths_to_mask([5, 6], 5)
    with pytest.raises(ValueError, match="got 0 for example 0"):
        reverse_by_length(np.ones((5, 2)), [0, 3])
    with pytest.raises(TypeError, match="lengths must be integers"):
        lengths_to_mask([1.5])
    with pytest.raises(ShapeError, match=r"lengths must have shape \(N,\)"):
        lengths_to_mask([])
    with pytest.raises(ShapeError, match="with N lengths"):
        reverse_by_length(np.ones((5, 2)), [1, 2, 3])
    with pytest.raises(ValueError, match="sequence 1 is empty"):
        pad([[1], []])
    with pytest.raises(ValueError, match="no sequence to pad"):
        pad([])
    with pytest.raises(ShapeError, match="sequences may differ in length only"):
        pad([np.ones((2, 3)), np.ones((2, 4))])
    with pytest.raises(ShapeError, match="must begin with the shape of mask"):
        unpad(np.ones((2, 3)), np.ones((3, 2)))
    with pytest.raises(ShapeError, match=r"series must have shape \(L,\) or \(L, D\)"):
        windows(np.ones((5, 2, 2)), 3)
    with pytest.raises(ValueError, match="stride must be at least 1, got 0"):
        windows(np.ones(9), 3, stride=0)
    with pytest.raises(ValueError, match="N and T must be at least 1"):
        stream_batches(np.arange(9), 0, 3)


def test_adding_problem_marks_one_step_in_each_half_and_adds_them():
    xs, targets = adding_problem(7, 500, np.random.default_rng(0))
    values, marks = xs[..., 0], xs[..., 1]
    assert xs.shape == (7, 500, 2) and targets.shape == (500, 1)
    assert 0 <= values.min() and values.max() < 1 and set(marks.ravel()) == {0, 1}
    assert (marks[:3].sum(axis=0) == 1).all() and (marks[3:].sum(axis=0) == 1).all()
    assert (marks.max(axis=1) == 1).all(), "a step is never marked"
    np.testing.assert_allclose(targets[:, 0], (values * marks).sum(axis=0))
    with pytest.raises(ValueError, match="T must be at least 2"):
        adding_problem(1, 5, np.random.default_rng(0))
    with pytest.raises(ShapeError, match=r"second must have shape \(3,\), got \(2,\)"):
        adding_batch(np.ones((5, 3)), [0, 1, 2], [3, 4])
    with pytest.raises(ShapeError, match=r"values must have shape \(T, N\)"):
        adding_batch(np.ones(5), [0], [3])
    for steps in ([5], [-1], [1.0]):
        with pytest.raises(ValueError, match=r"first must hold steps in 0 ... 4 \(T=5\)"):
            adding_batch(np.ones((5, 1)), steps, [3])


@given(st.integers(2, 60), st.integers(1, 6))
def test_streams_are_the_pieces_of_stream_batches_and_follow_the_text(length, N):
    ids = np.arange(length)
    if (length - 1) // N < 1:
        with pytest.raises(ValueError, match="too few"):
            text_streams(ids, N)
        return
    inputs, targets = text_streams(ids, N)
    assert np.array_equal(targets, inputs + 1)
    assert np.array_equal(inputs.T.ravel(), ids[: inputs.size])
    pieces = list(stream_batches(ids, N, 3))
    assert np.array_equal(np.concatenate([piece for piece, _ in pieces]), inputs)
