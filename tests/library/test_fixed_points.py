import numpy as np
from hypothesis import given
from oracle import close, few, seeds, size

from rnnlib.fixed_points import distinct_fixed_points, fixed_point


@given(H=size(5), seed=seeds)
@few
def test_a_linear_step_is_solved_at_once(H, seed):
    rng = np.random.default_rng(seed)
    A, b = rng.uniform(-0.4, 0.4, (H, H)) / H, rng.normal(size=H)
    h, sizes = fixed_point(rng.normal(size=H), lambda h: A @ h + b, lambda h: A, 1)
    close(A @ h + b, h, 1e-9)
    close(sizes, sorted(np.abs(np.linalg.eigvals(A)), reverse=True), 1e-9)


def turning(angle, radius):
    """A step that turns and stretches."""
    A = radius * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return lambda h: A @ h, lambda h: A


def test_what_turns_is_judged_by_its_size():
    for radius, ways in ((0.9, 0), (1.1, 2)):
        F, J = turning(1.5, radius)
        _, sizes = fixed_point(np.ones(2), F, J, 2)
        close(sizes, [radius, radius], 1e-9)
        assert distinct_fixed_points(np.ones((3, 2)), F, J)[1].tolist() == [ways]


def test_points_are_found_once_and_what_does_not_rest_is_left_out():
    def F(h):
        return np.tanh(2 * h)

    def J(h):
        return np.diag(2 - 2 * np.tanh(2 * h) ** 2)

    starts = np.random.default_rng(0).uniform(-1, 1, (60, 2))
    points, unstable = distinct_fixed_points(starts, F, J)
    assert np.bincount(unstable).tolist() == [4, 4, 1]  # a square: corners, edges, the middle
    assert np.all(np.diff(unstable) >= 0)
    for point in points:
        close(F(point), point, 1e-6)

    def lost(h, F, J, steps):
        return h * np.nan, h

    assert len(distinct_fixed_points(starts, F, J, find=lost)[0]) == 0

    def singular(h, F, J, steps):
        raise np.linalg.LinAlgError

    assert len(distinct_fixed_points(starts, F, J, find=singular)[0]) == 0
