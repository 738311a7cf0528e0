"""A figure that changes while a cell runs, and stays as one figure when it has ended."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.plotting.style import image_bundle, show

__all__ = ["LiveFigure"]


class LiveFigure:
    """A place on the page for one figure; each `show` puts a new one into it.

    In a notebook the place is made by the first call, so what is printed later stands below it.
    A stored notebook holds the last figure with its description, as after one call of
    `rnnlib.plotting.show`. Outside IPython the description is printed every time.

    Examples
    --------
    >>> from rnnlib.plotting import plot_loss
    >>> live = LiveFigure()
    >>> live.show(plot_loss([3.3, 2.9]), "the loss after 2 updates: 2.9")
    the loss after 2 updates: 2.9
    >>> live.show(plot_loss([3.3, 2.9, 2.7]), "the loss after 3 updates: 2.7")
    the loss after 3 updates: 2.7
    """

    def __init__(self):
        self._place = None

    def show(self, fig: Figure, alt: str) -> None:
        """Show a figure in place of the one before.

        Parameters
        ----------
        fig : Figure
        alt : str
            What the figure shows, in words.

        Raises
        ------
        ValueError
            If `alt` is empty.
        """
        if not _in_notebook() or not isinstance(alt, str) or not alt.strip():
            show(fig, alt)
            return
        from IPython.display import display

        data, metadata = image_bundle(fig, alt)
        if self._place is None:
            self._place = display(data, metadata=metadata, raw=True, display_id=True)
        else:
            self._place.update(data, metadata=metadata, raw=True)


def _in_notebook() -> bool:
    try:
        from IPython.core.interactiveshell import InteractiveShell
    except ImportError:
        return False
    return InteractiveShell.initialized()
