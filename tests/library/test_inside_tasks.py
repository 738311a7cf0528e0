import numpy as np

from rnnlib.inside_tasks import (
    BASES,
    MOTIF,
    dna_with_motif,
    equal_halves,
    flip_flops,
    linear_tasks,
)


def test_a_switch_stands_where_its_last_pulse_put_it():
    xs, targets = flip_flops(60, 4, np.random.default_rng(0), switches=2, share=0.2)
    assert xs.shape == targets.shape == (60, 4, 2) and set(np.unique(xs)) == {-1, 0, 1}
    for n in range(4):
        for k in range(2):
            last = None
            for x, target in zip(xs[:, n, k], targets[:, n, k], strict=True):
                last = x or last
                assert target == last
    assert 0.1 < np.mean(xs[1:] != 0) < 0.3


def test_words_have_equal_halves_between_full_stops():
    for n in (1, 2, 7):
        assert equal_halves(n).tolist() == [0] + [1] * n + [2] * n + [0]


def test_each_task_is_linear_and_has_weights_of_its_own():
    points, values = linear_tasks(9, 400, np.random.default_rng(0))
    weights = [np.linalg.lstsq(points[:, n], values[:, n])[0] for n in range(400)]
    assert all(np.allclose(points[:, n] @ weights[n], values[:, n]) for n in range(400))
    assert np.std(weights) ** 2 * 3 == np.clip(np.std(weights) ** 2 * 3, 0.85, 1.15)


def test_the_motif_is_where_it_is_said_to_be_and_nowhere_else():
    ids, has, starts = dna_with_motif(12, 400, np.random.default_rng(0))
    texts = ["".join(BASES[base] for base in column) for column in ids.T]
    assert [text.find(MOTIF) for text in texts] == starts.tolist()
    assert (has == (starts >= 0)).all() and 0.4 < has.mean() < 0.65
    assert set(starts[has]) == set(range(7))  # at both ends, too
    others = [text for text, found in zip(texts, has, strict=True) if not found]
    letters = sorted(MOTIF)
    assert all(any(sorted(t[k : k + 6]) == letters for k in range(7)) for t in others)
