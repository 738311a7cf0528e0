"""How good a classifier is, and for whom: confusion matrix, precision, recall, F1; edit distance.

One number, the share of right answers, hides which class pays for it. The confusion matrix keeps
all of it: row k holds what became of the examples of class k.
"""

import numpy as np

from rnnlib._shapes import ShapeError, as_floats, match_shapes, same_shape

__all__ = ["class_scores", "confusion_matrix", "edit_distance", "error_rate"]


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


def edit_distance(a, b):
    """The fewest changes (replace, insert, delete one) that make one sequence into another.

    ::

        d(i, j) = min( d(i-1, j) + 1,  d(i, j-1) + 1,  d(i-1, j-1) + [a_i != b_j] )

    Parameters
    ----------
    a, b : sequences
        Of numbers, symbols or words; a string is a sequence of its letters.

    Returns
    -------
    int

    References
    ----------
    Levenshtein, "Binary codes capable of correcting deletions, insertions, and reversals", Soviet
    Physics Doklady 10 (1966); the recursion: Wagner and Fischer, "The string-to-string correction
    problem", Journal of the ACM 21 (1974).

    Examples
    --------
    >>> edit_distance("kitten", "sitting"), edit_distance([1, 2], [])
    (3, 2)
    """
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            change = diagonal + (x != y)
            diagonal = row[j]
            row[j] = min(change, row[j] + 1, row[j - 1] + 1)
    return int(row[-1])


def error_rate(guesses, truths):
    """Edits per label of the truth, over all sequences together (word or label error rate).

    Parameters
    ----------
    guesses, truths : lists of sequences
        As many guesses as truths.

    Returns
    -------
    float
        May be above 1: whoever says too much makes more errors than there are labels.

    Raises
    ------
    ValueError
        If the lists differ in length, or the truths hold no label at all.

    Examples
    --------
    >>> error_rate([[1, 2], [3]], [[1, 2, 4], [5]])
    0.5
    """
    labels = sum(len(truth) for truth in truths)
    if len(guesses) != len(truths) or not labels:
        raise ValueError(
            f"needs as many guesses as truths, and a label: got {len(guesses)} guesses, "
            f"{len(truths)} truths with {labels} labels"
        )
    return sum(map(edit_distance, guesses, truths)) / labels
