"""Where a network's state comes to rest: fixed points of h -> F(h), and whether they attract.

F is one step of a cell with its input held still. A **fixed point** is a state with F(h) = h. Near
it a small difference is multiplied by the Jacobian J at each step: it dies out if all eigenvalues
of J lie inside the unit circle, and grows along an eigenvector whose eigenvalue lies outside.

They are found with Newton's method, which solves the linearized equation again and again::

    F(h) + J(h) (h' - h) = h'        so        h' = h - (J(h) - I)^-1 (F(h) - h)

From one start it finds at most one of them, and not always: so it is begun at many states that the
network has been in, and in between.

References
----------
Sussillo and Barak, "Opening the black box: low-dimensional dynamics in high-dimensional recurrent
neural networks", Neural Computation 25 (2013), 626-649. They minimize ``|F(h) - h|^2`` by
gradients, which also finds places where the state is only slow.
"""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = ["distinct_fixed_points", "fixed_point"]


def fixed_point(h, F, J, steps):
    """Newton's method for F(h) = h, and the eigenvalues there.

    Parameters
    ----------
    h : (H,)
        Where it begins.
    F : callable
        ``F(h) -> (H,)``, one step.
    J : callable
        ``J(h) -> (H, H)``, the Jacobian dF/dh at h. Row i, column j: how entry i of F(h) changes
        with entry j of h.
    steps : int

    Returns
    -------
    h : (H,)
        After that many steps of the method.
    sizes : (H,)
        Absolute values of the eigenvalues of J there, the largest first.

    Raises
    ------
    numpy.linalg.LinAlgError
        If J - I has no inverse on the way.

    Examples
    --------
    >>> h, sizes = fixed_point(
    ...     np.array([1.0]), lambda h: h / 2 + 3, lambda h: np.array([[0.5]]), 1)
    >>> h, sizes
    (array([6.]), array([0.5]))
    """
    (h,) = as_floats(h=h)
    H = match_shapes(("h", h, "H"))["H"]
    for _ in range(steps):
        h = h - np.linalg.solve(J(h) - np.eye(H), F(h) - h)
    return h, np.sort(np.abs(np.linalg.eigvals(J(h))))[::-1]


def distinct_fixed_points(starts, F, J, *, steps=30, find=fixed_point, near=1e-6, apart=1e-3):
    """All fixed points that are found from some starts, each once.

    Parameters
    ----------
    starts : (M, H)
    F, J : callable
        As for `fixed_point`.
    steps : int
    find : callable
        Another function than `fixed_point`.
    near : float
        The largest ``|F(h) - h|`` that counts as resting.
    apart : float
        Points that are nearer to each other are the same.

    Returns
    -------
    points : (P, H)
        Those from which most eigenvalues lead away come last.
    unstable : (P,) of int
        How many eigenvalues lie outside the unit circle.

    Examples
    --------
    >>> points, unstable = distinct_fixed_points(
    ...     np.array([[-1.0], [0.1], [1.0]]), lambda h: np.tanh(2 * h),
    ...     lambda h: np.diag(2 - 2 * np.tanh(2 * h) ** 2))
    >>> len(points), unstable
    (3, array([0, 0, 1]))
    """
    points, unstable = [], []
    for start in starts:
        try:
            h, sizes = find(start, F, J, steps)
        except np.linalg.LinAlgError:
            continue
        if not np.linalg.norm(F(h) - h) < near:  # NaN too
            continue
        if all(np.linalg.norm(h - other) > apart for other in points):
            points.append(h)
            unstable.append(int(np.sum(sizes > 1)))
    order = np.argsort(unstable, kind="stable")
    return np.array(points)[order], np.array(unstable)[order]
