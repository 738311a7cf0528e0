import numpy as np
import pytest
from hypothesis import given
from oracle import close, few, seeds, size

from rnnlib import ShapeError
from rnnlib.hmm import hmm_brute_force, hmm_log_forward, hmm_next_symbol, log_sum_exp, viterbi


def chain(seed, T, K, zeros=0.0):
    rng = np.random.default_rng(seed)
    start, trans = rng.dirichlet(np.ones(K)), rng.dirichlet(np.ones(K), K)
    trans = trans * (rng.random((K, K)) >= zeros)
    with np.errstate(divide="ignore"):
        return np.log(start), np.log(trans), np.log(rng.random((T, K)))


@given(T=size(5), K=size(4), seed=seeds)
@few
def test_both_recursions_agree_with_all_paths(T, K, seed):
    log_p, path, log_prob = hmm_brute_force(*chain(seed, T, K))
    log_alpha = hmm_log_forward(*chain(seed, T, K))
    close(log_sum_exp(log_alpha[-1]), log_p)
    found, value = viterbi(*chain(seed, T, K))
    np.testing.assert_array_equal(found, path)
    close(value, log_prob)


@given(T=size(5), K=size(4), seed=seeds)
@few
def test_with_steps_that_cannot_be(T, K, seed):
    arrays = chain(seed, T, K, zeros=0.5)
    log_p, _, log_prob = hmm_brute_force(*arrays)
    close(log_sum_exp(hmm_log_forward(*arrays)[-1]), log_p)
    close(viterbi(*arrays)[1], log_prob)


def test_a_long_sequence_stays_finite():
    log_alpha = hmm_log_forward(*chain(1, 3000, 4))
    assert np.isfinite(log_alpha).all() and log_alpha[-1].max() < -800
    path, log_prob = viterbi(*chain(1, 3000, 4))
    assert path.shape == (3000,) and log_prob < log_sum_exp(log_alpha[-1])


def test_the_next_symbol_is_what_the_longer_sequence_adds():
    rng = np.random.default_rng(0)
    log_start, log_trans, _ = chain(0, 1, 3)
    log_emit = np.log(rng.dirichlet(np.ones(5), 3))
    seen = rng.integers(0, 5, 6)
    now = hmm_log_forward(log_start, log_trans, log_emit[:, seen].T)
    following = hmm_next_symbol(now, log_trans, log_emit)
    close(log_sum_exp(following, axis=-1), np.zeros(6))
    for symbol in range(5):
        more = hmm_log_forward(log_start, log_trans, log_emit[:, [*seen, symbol]].T)
        close(log_sum_exp(more[-1]) - log_sum_exp(now[-1]), following[-1, symbol])


def test_what_does_not_fit_is_refused():
    log_start, log_trans, log_obs = chain(0, 4, 3)
    with pytest.raises(ShapeError, match=r"log_trans must have shape \(K, K\) with K=3"):
        hmm_log_forward(log_start, log_trans[:, :2], log_obs)
    with pytest.raises(ShapeError, match="log_obs must have shape"):
        viterbi(log_start, log_trans, log_obs[:, :2])
