"""CTC against torch in float64 (through log_softmax), against brute force, by its properties."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, few, seeds, tensor

import rnnlib
from rnnlib import ShapeError, log_softmax
from rnnlib.ctc import (
    collapse,
    ctc_brute_force,
    ctc_gradient,
    ctc_log_alpha,
    ctc_posteriors,
    extend_labels,
    frames_needed,
)
from rnnlib.ctc_batch import ctc_losses
from rnnlib.ctc_decoding import ctc_align, ctc_greedy, prefix_beam_search


def torch_losses(logits, labels, lengths):
    """Losses, and their gradient through log_softmax; infinite ones give none."""
    leaf = tensor(logits)
    losses = torch.nn.functional.ctc_loss(
        torch.log_softmax(leaf, dim=2),
        torch.tensor([label for each in labels for label in each], dtype=torch.long),
        torch.tensor(np.asarray(lengths)),
        torch.tensor([len(each) for each in labels]),
        reduction="none",
        zero_infinity=True,
    )
    losses.sum().backward()
    return losses, leaf.grad


@st.composite
def batches(draw, longest=9):
    rng = np.random.default_rng(draw(seeds))
    T, N, V = draw(st.integers(1, longest)), draw(st.integers(1, 4)), draw(st.integers(2, 5))
    lengths = rng.integers(1, T + 1, N)
    labels = [rng.integers(1, V, rng.integers(0, 5)).tolist() for _ in range(N)]
    return 3 * rng.normal(size=(T, N, V)), labels, lengths


@few
@given(batches())
def test_losses_and_gradients_are_torchs(batch):
    logits, labels, lengths = batch
    losses, dlogits = ctc_losses(logits, labels, lengths=lengths)
    expected, gradient = torch_losses(logits, labels, lengths)
    possible = np.array([frames_needed(u) <= t for u, t in zip(labels, lengths)])
    assert np.array_equal(np.isfinite(losses), possible)
    close(np.where(possible, losses, 0), expected)
    close(dlogits, gradient)


@few
@given(batches(longest=5))
def test_one_sequence_is_the_batch_and_brute_force(batch):
    logits, labels, lengths = batch
    losses, dlogits = ctc_losses(logits, labels, lengths=lengths)
    for n, (each, T) in enumerate(zip(labels, lengths)):
        loss, gradient = ctc_gradient(logits[:T, n], each)
        close(loss, losses[n])
        close(gradient, dlogits[:T, n])
        assert not dlogits[T:, n].any()
        log_probs = log_softmax(logits[:T, n])
        close(-ctc_brute_force(log_probs, each), loss)
        posteriors = ctc_posteriors(log_probs, each)
        close(posteriors.sum(axis=1), np.full(T, float(np.isfinite(loss))))


def test_posteriors_are_the_shares_of_the_paths():
    rng = np.random.default_rng(0)
    log_probs, labels = log_softmax(rng.normal(size=(5, 4))), [2, 2]
    weights = np.zeros((5, 4))
    for path in itertools.product(range(4), repeat=5):
        if collapse(path) == labels:
            weights[range(5), path] += np.exp(log_probs[range(5), path].sum())
    close(ctc_posteriors(log_probs, labels), weights / weights.sum(axis=1, keepdims=True))


@few
@given(seeds)
def test_all_labels_together_have_probability_one(seed):
    rng = np.random.default_rng(seed)
    log_probs = log_softmax(2 * rng.normal(size=(4, 3)))
    spelled = {tuple(collapse(path)) for path in itertools.product(range(3), repeat=4)}
    total = sum(
        np.exp(np.logaddexp.reduce(ctc_log_alpha(log_probs, list(u))[-1, -2:])) for u in spelled
    )
    close(total, 1.0)


def test_long_sequences_stay_finite_and_impossible_ones_have_no_gradient():
    rng = np.random.default_rng(1)
    logits, labels = 200 * rng.normal(size=(900, 1, 12)), [rng.integers(1, 12, 80).tolist()]
    losses, dlogits = ctc_losses(logits, labels)
    expected, gradient = torch_losses(logits, labels, [900])
    close(losses, expected, 1e-8)
    close(dlogits, gradient, 1e-6)
    losses, dlogits = ctc_losses(rng.normal(size=(3, 2, 4)), [[1, 1, 2], [3, 2, 1]])
    assert losses[0] == np.inf and np.isfinite(losses[1])
    assert not dlogits[:, 0].any() and dlogits[:, 1].any()
    assert ctc_gradient(np.zeros((2, 3)), [1, 1])[0] == np.inf


def test_a_probability_of_zero_gives_no_nan():
    log_probs = np.array([[0.0, -np.inf], [-np.inf, 0.0], [0.0, -np.inf]])
    close(ctc_posteriors(log_probs, [1]), np.exp(log_probs))


def test_float32_comes_back_as_float32():
    logits = np.random.default_rng(2).normal(size=(6, 2, 4))
    losses, dlogits = ctc_losses(logits.astype(np.float32), [[1, 2], [3]], lengths=[4, 6])
    assert losses.dtype == np.float64 and dlogits.dtype == np.float32
    close(dlogits, ctc_losses(logits, [[1, 2], [3]], lengths=[4, 6])[1], 1e-5)


def test_wrong_arguments_are_named():
    logits = np.zeros((3, 2, 4))
    with pytest.raises(ShapeError, match="logits must have shape"):
        ctc_losses(np.zeros((3, 4)), [[1]])
    with pytest.raises(ShapeError, match="need 2 labels"):
        ctc_losses(logits, [[1]])
    with pytest.raises(ValueError, match=r"lengths must lie in 1 ... 3"):
        ctc_losses(logits, [[1], [2]], lengths=[3, 4])
    for labels in ([0], [4]):
        with pytest.raises(ValueError, match=r"labels must lie in 1 ... 3"):
            ctc_log_alpha(logits[:, 0], labels)
    with pytest.raises(ShapeError, match="log_probs must have shape"):
        ctc_posteriors(logits, [1])
    with pytest.raises(ValueError, match="width must be at least 1"):
        prefix_beam_search(logits[:, 0], 0)


def test_states_and_frames():
    assert extend_labels([]).tolist() == [0]
    assert extend_labels([4]).tolist() == [0, 4, 0]
    assert frames_needed([]) == 0 and frames_needed([2, 2, 2]) == 5
    assert collapse(np.array([2, 2, 0, 2, 1])) == [2, 2, 1] and collapse([]) == []


@few
@given(seeds, st.integers(1, 5), st.integers(2, 4))
def test_a_wide_beam_is_exact_and_a_narrow_one_never_says_more(seed, T, V):
    log_probs = log_softmax(3 * np.random.default_rng(seed).normal(size=(T, V)))
    spelled = {tuple(collapse(path)) for path in itertools.product(range(V), repeat=T)}
    truth = {u: np.logaddexp.reduce(ctc_log_alpha(log_probs, u)[-1, -2:]) for u in spelled}
    labels, log_p = prefix_beam_search(log_probs, 10_000)
    best = max(truth, key=truth.get)
    close(log_p, float(truth[best]))
    close(float(truth[tuple(labels)]), float(truth[best]))
    for width in (1, 2, 3):
        labels, log_p = prefix_beam_search(log_probs, width)
        assert log_p <= truth[tuple(labels)] + 1e-12


def test_greedy_takes_the_best_path_and_the_beam_the_best_labels():
    log_probs = np.log([[0.6, 0.4], [0.6, 0.4]])
    assert ctc_greedy(log_probs) == []
    assert prefix_beam_search(log_probs, 2)[0] == [1]


@few
@given(seeds, st.lists(st.integers(1, 3), max_size=2))
def test_the_alignment_is_the_best_path_that_spells_the_labels(seed, labels):
    log_probs = log_softmax(np.random.default_rng(seed).normal(size=(5, 4)))
    states = ctc_align(log_probs, labels)
    path = extend_labels(labels)[states]
    assert collapse(path) == labels
    best = max(
        log_probs[range(5), p].sum()
        for p in itertools.product(range(4), repeat=5)
        if collapse(p) == labels
    )
    close(log_probs[range(5), path].sum(), best)
    with pytest.raises(ValueError, match="no path of 2 frames"):
        ctc_align(log_probs[:2], [1, 1])


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(5)
    logits, labels = rng.normal(size=(6, 4)), [1, 1, 3]
    numerical = rnnlib.numerical_gradient(lambda z: ctc_gradient(z, labels)[0], logits)
    close(ctc_gradient(logits, labels)[1], numerical, 1e-7)
