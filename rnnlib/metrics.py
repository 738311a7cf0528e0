"""How good a classifier is, and for whom: confusion matrix, precision, recall, F1.

One number, the share of right answers, hides which class pays for it. The confusion matrix keeps
all of it: row k holds what became of the examples of class k.
"""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats, match_shapes, same_shape

__all__ = ["class_scores", "confusion_matrix"]


def confusion_matrix(targets, guesses, K):
    """Confusion matrix: counts[k, j] examples of class k were taken for class j.

    Parameters
    ----------
    targets, guesses : (M,) of int
        The right class and the one that was given, each in 0 ... K - 1.
    K : int
        How many classes there are.

    Returns
    -------
    counts : (K, K) of int
        Rows are the truth, columns the guesses: what is right lies on the diagonal.

    Raises
    ------
    ShapeError
        If targets and guesses differ in shape, or are not (M,).
    TypeError, ValueError
        If a class is not an integer in 0 ... K - 1.

    Examples
    --------
    >>> confusion_matrix([0, 0, 1, 2], [0, 1, 1, 1], 3)
    array([[1, 1, 0],
           [0, 1, 0],
           [0, 1, 0]])
    """
    targets, guesses = np.asarray(targets), np.asarray(guesses)
    match_shapes(("targets", targets, "M"))
    same_shape("guesses", guesses, "targets", targets)
    for name, classes in (("targets", targets), ("guesses", guesses)):
        if classes.dtype.kind not in "iu":
            raise TypeError(f"{name} must be integers (class numbers), got dtype {classes.dtype}")
        if classes.min() < 0 or classes.max() >= K:
            wrong = classes[(classes < 0) | (classes >= K)][0]
            raise ValueError(f"{name} must lie in 0 ... {K - 1} (K={K}), got {wrong}")
    counts = np.zeros((K, K), dtype=np.int64)
    np.add.at(counts, (targets, guesses), 1)
    return counts


def class_scores(counts):
    """Precision, recall and F1 of each class.

    ::

        precision_k = counts[k, k] / sum of column k      of what was called k, how much is k
        recall_k    = counts[k, k] / sum of row k         of what is k, how much was called k
        F1_k        = 2 precision_k recall_k / (precision_k + recall_k)

    Parameters
    ----------
    counts : (K, K)
        From `confusion_matrix`.

    Returns
    -------
    precision, recall, f1 : (K,)
        0 where there would be a division by 0: a class that was never given, or never occurs.

    Examples
    --------
    >>> precision, recall, f1 = class_scores([[3, 1], [0, 0]])
    >>> precision, recall
    (array([1., 0.]), array([0.75, 0.  ]))
    """
    (counts,) = as_floats(counts=counts)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size:
        raise ShapeError(f"counts must have shape (K, K), got {counts.shape}")
    right = np.diagonal(counts)
    given, are = counts.sum(axis=0), counts.sum(axis=1)
    # 2 p r / (p + r) = 2 right / (given + are), which has no division by 0 of its own.
    return _share(right, given), _share(right, are), _share(2 * right, given + are)


def _share(part, whole):
    """part / whole, and 0 where there is no whole."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
