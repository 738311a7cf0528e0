"""What the extras of the package bring, and one sentence where something is missing.

``pip install rnnlib`` brings what `check` needs. All else is an extra in ``pyproject.toml``; who
uses one calls `need` first.
"""

from __future__ import annotations

from importlib.util import find_spec

EXTRAS = {
    "student": ("jupyterlab", "ipykernel", "ipywidgets", "tqdm"),
    "instructor": (
        "nbgrader", "nbclient", "nbconvert", "nbformat", "ipykernel", "jupytext", "nh3",
        "jinja2", "latex2mathml", "markupsafe", "psutil", "rich", "tqdm",
    ),
    "cluster": ("distributed",),
    "postgresql": ("psycopg",),
    "torch": ("torch",),
}  # fmt: skip
"""The packages of each extra that are imported."""

SPOKEN = {"torch": "PyTorch", "distributed": "Dask", "jupyterlab": "JupyterLab"}
"""How a package is called where it has another name."""


class MissingExtra(ImportError):
    """A package of an extra is not installed; the message is one sentence that says which."""


def need(what: str, *extras: str) -> None:
    """Do nothing if all packages of these extras are installed; nothing is imported.

    Parameters
    ----------
    what : str
        What they are needed for: the beginning of a sentence.
    *extras : str
        Names in `EXTRAS`.

    Raises
    ------
    MissingExtra
        If one is missing.

    Examples
    --------
    >>> need("Grading", "instructor")
    """
    for extra in extras:
        for module in EXTRAS[extra]:
            if find_spec(module) is None:
                raise MissingExtra(
                    f"{what} needs {SPOKEN.get(module, module)}: pip install 'rnnlib[{extra}]'"
                )
