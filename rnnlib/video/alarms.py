"""Alarms: a clip is strange if it is predicted worse than nearly all normal clips."""

import numpy as np

from rnnlib._shapes import as_floats, match_shapes

__all__ = ["raise_alarms"]


def raise_alarms(errors, normal, share):
    """Judge clips by their worst frame, with a threshold from normal clips alone.

    Parameters
    ----------
    errors : (T, N)
        The prediction error of each frame of the clips to be judged.
    normal : (T, M)
        The same of normal clips.
    share : float
        What share of the normal clips may give a false alarm; at least 0 and below 1.

    Returns
    -------
    threshold : float
        The smallest of the normal clips' scores that at most that share of them exceed.
    alarms : (N,) of bool
        Whose score is above the threshold.

    Raises
    ------
    ValueError
        If the share is out of its range.

    Examples
    --------
    >>> normal = np.array([[1.0, 2.0, 3.0, 4.0]])
    >>> threshold, alarms = raise_alarms(np.array([[3.0, 3.5]]), normal, 0.25)
    >>> float(threshold), alarms
    (3.0, array([False,  True]))
    """
    if not 0 <= share < 1:
        raise ValueError(f"share must be at least 0 and below 1, got {share}")
    errors, normal = as_floats(errors=errors, normal=normal)
    match_shapes(("errors", errors, "T N"), ("normal", normal, "T M"))
    scores = np.sort(normal.max(axis=0))
    # 0.29 * 100 is 28.999...: a hair is added, so that it comes out as 29.
    allowed = int(share * len(scores) + 1e-9)
    threshold = scores[len(scores) - 1 - allowed]
    return threshold, errors.max(axis=0) > threshold
