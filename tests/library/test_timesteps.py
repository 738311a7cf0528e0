import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from oracle import few, size

from rnnlib._timesteps import NUMBERS, ROWS, by_gate, joined, previous, step_groups, sum_rows


@given(T=st.integers(1, 400), N=st.integers(1, 400), H=st.integers(1, 300))
@few
def test_groups_cover_every_step_once_and_are_no_larger_than_they_should_be(T, N, H):
    groups = step_groups(T, N, H)
    steps = [t for group in groups for t in range(group.start, group.stop)]
    assert steps == list(range(T))
    rows = max(ROWS, NUMBERS / H)
    assert all((group.stop - group.start - 1) * N < rows for group in groups)


@given(T=size(9), data=st.data())
@few
def test_previous_is_the_sequence_moved_by_one(T, data):
    states, state0 = np.random.default_rng(0).normal(size=(T, 2, 3)), np.ones((2, 3))
    start = data.draw(st.integers(0, T - 1))
    stop = data.draw(st.integers(start + 1, T))
    moved = np.concatenate([state0[None], states[:-1]])
    assert (previous(states, state0, slice(start, stop)) == moved[start:stop]).all()


def test_gates_and_rows():
    W = np.arange(24.0).reshape(2, 12)
    assert (by_gate(W, 4) == np.stack(np.split(W, 4, axis=1))).all()
    assert by_gate(W, 4).flags.c_contiguous
    assert np.shares_memory(joined(W.reshape(2, 4, 3)), W)


def test_many_rows_are_added_without_loss():
    rows = np.random.default_rng(0).normal(size=(100, 64, 3)).astype(np.float32)
    exact = rows.astype(np.float64).sum(axis=(0, 1))
    np.testing.assert_allclose(sum_rows(rows), exact, rtol=1e-12)
    np.testing.assert_allclose(sum_rows(rows[:, :, 1:]), exact[1:], rtol=1e-12)
