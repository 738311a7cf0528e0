"""A picture with sliders, where somebody can move them; the same picture without, elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from matplotlib.figure import Figure

from rnnlib.plotting.style import image_bundle, show

__all__ = ["explore", "someone_is_there"]


def explore(draw: Callable[..., tuple[Figure, str]], **sliders: tuple) -> None:
    """Show a picture, and above it sliders that draw it anew.

    Parameters
    ----------
    draw : callable
        ``draw(name=value, ...)`` returns a figure and its description in words.
    **sliders : (first, low, high, step)
        The first value of each argument, and what its slider spans. An underscore in a name
        becomes a space in the label.

    Notes
    -----
    The picture is an output of its own, drawn with the first values, and is there in any case:
    in a stored notebook, on a printed page, where ipywidgets is not installed (a line below the
    picture tells a person so). Sliders are added only where a person can move them (see
    `someone_is_there`), so a notebook that is executed by a program stores no widget that later
    shows an error.

    Examples
    --------
    >>> from rnnlib.plotting.lags import plot_by_lag
    >>> def draw(w):
    ...     return plot_by_lag({f"w = {w}": [w**k for k in range(9)]}), f"after 8 steps {w**8:.4f}"
    >>> explore(draw, w=(0.5, 0.1, 1.5, 0.1))
    after 8 steps 0.0039
    """
    figure, alt = draw(**{name: first for name, (first, *_) in sliders.items()})
    widgets = _widgets() if someone_is_there() else None
    if widgets is None:
        show(figure, alt)
        if someone_is_there():
            print("Sliders need ipywidgets: pip install 'rnnlib[student]'")
        return
    from IPython.display import display

    boxes = {
        name: widgets.FloatSlider(
            value=first, min=low, max=high, step=step, description=name.replace("_", " "),
            readout_format=".2f", style={"description_width": "9em"}, layout={"width": "34em"},
        )
        for name, (first, low, high, step) in sliders.items()
    }  # fmt: skip
    display(widgets.VBox(list(boxes.values())))
    data, metadata = image_bundle(figure, alt)
    picture = display(data, metadata=metadata, raw=True, display_id=True)

    def redraw(change):
        data, metadata = image_bundle(*draw(**{name: box.value for name, box in boxes.items()}))
        picture.update(data, metadata=metadata, raw=True)

    for box in boxes.values():
        box.observe(redraw, names="value")


def someone_is_there() -> bool:
    """Whether a person runs this cell: JupyterLab allows a cell to ask for input, programs do not.

    >>> someone_is_there()
    False
    """
    try:
        from IPython import get_ipython
    except ImportError:
        return False
    kernel = getattr(get_ipython(), "kernel", None)
    return bool(getattr(kernel, "_allow_stdin", False))


def _widgets():
    """The ipywidgets module, or None where it is not installed."""
    try:
        import ipywidgets
    except ImportError:
        return None
    return ipywidgets
