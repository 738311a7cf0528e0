"""Parameters in files: NumPy's .npz, one array a name, no pickles."""

import os

import numpy as np

from rnnlib._shapes import ShapeError

__all__ = ["load_params", "save_params"]


def save_params(path, params):
    """Write parameters to a file.

    Parameters
    ----------
    path : str or Path
        Must end in ``.npz``.
    params : Params

    Notes
    -----
    The file is written beside its place and then moved there: a program that is stopped midway
    leaves the old file whole.

    Examples
    --------
    >>> import tempfile
    >>> from rnnlib import DenseParams
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_params(folder + "/output.npz", DenseParams([[1.0, 2.0]], [0.0, 0.5]))
    ...     load_params(folder + "/output.npz", like=DenseParams([[0.0, 0.0]], [0.0, 0.0])).W_hy
    array([[1., 2.]])
    """
    path = _npz(path)
    beside = f"{path}.{os.getpid()}.part"
    try:
        with open(beside, "wb") as file:
            np.savez(file, **dict(params.items()))
        os.replace(beside, path)
    finally:
        if os.path.exists(beside):
            os.remove(beside)


def load_params(path, like):
    """Read parameters that `save_params` wrote.

    Parameters
    ----------
    path : str or Path
    like : Params
        Parameters of the class and the shapes that are expected, such as freshly initialized ones.
        The dtype is that of the file.

    Returns
    -------
    Params
        Of the class of ``like``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is cut short or damaged, is no .npz file, or holds other names.
    ShapeError
        If an array has another shape; it says which.
    """
    from zipfile import BadZipFile  # here: it would be a tenth of `import rnnlib`

    path = _npz(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
    except FileNotFoundError:
        raise
    except (BadZipFile, OSError, ValueError, EOFError, KeyError) as error:
        raise ValueError(f"{path} is damaged or cut short, or no .npz file: {error}") from error
    expected = dict(like.items())
    missing = [name for name in expected if name not in arrays]
    unknown = [name for name in arrays if name not in expected]
    if missing or unknown:
        parts = [
            f"{what} {', '.join(names)}"
            for what, names in (("lacks", missing), ("also holds", unknown))
            if names
        ]
        raise ValueError(f"{path} holds no {type(like).__name__}: it {' and '.join(parts)}")
    for name, array in arrays.items():
        if array.shape != expected[name].shape:
            raise ShapeError(
                f"{name} must have shape {expected[name].shape}, got {array.shape} in {path}"
            )
        if array.dtype.kind != "f":
            raise ValueError(f"{name} must hold real numbers, got dtype {array.dtype} in {path}")
    values = iter(arrays[name] for name in expected)
    return like.map(lambda _: next(values))


def _npz(path):
    path = os.fspath(path)
    if not path.endswith(".npz"):
        raise ValueError(f"the file's name must end in .npz, got {os.path.basename(path)!r}")
    return path
