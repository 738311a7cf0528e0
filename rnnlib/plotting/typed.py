"""A box to type into, where somebody can type; the picture of one text without it, elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from rnnlib.plotting import interactive
from rnnlib.plotting.style import image_bundle, show

__all__ = ["type_into"]


def type_into(
    answer: Callable[[str], tuple[Figure, str] | str], first: str, *, label: str = "type here"
) -> None:
    """Show what a function makes of a text, and above it a box in which the text can be changed.

    Parameters
    ----------
    answer : callable
        ``answer(text)`` returns a figure and its description in words, or a text.
    first : str
        The text with which it begins.
    label : str
        Stands before the box.

    Notes
    -----
    As with `explore`, what is made of the first text is an output of its own and is there in any
    case; the box is added only where a person can type into it and ipywidgets is installed.

    Examples
    --------
    >>> type_into(lambda text: text.upper(), "trex")
    TREX
    """
    there = interactive.someone_is_there()
    widgets = interactive._widgets() if there else None
    result = answer(first)
    if widgets is None:
        if isinstance(result, str):
            print(result)
        else:
            show(*result)
        if there:
            print("The box to type into needs ipywidgets: pip install 'rnnlib[student]'")
        return
    from IPython.display import display

    box = widgets.Text(
        value=first, description=label, style={"description_width": "initial"},
        layout={"width": "34em"},
    )  # fmt: skip
    display(box)
    data, metadata = _bundle(result)
    place = display(data, metadata=metadata, raw=True, display_id=True)

    def renew(change):
        data, metadata = _bundle(answer(change["new"]))
        place.update(data, metadata=metadata, raw=True)

    box.observe(renew, names="value")


def _bundle(result: tuple[Figure, str] | str) -> tuple[dict, dict]:
    if isinstance(result, str):
        return {"text/plain": result}, {}
    return image_bundle(*result)
