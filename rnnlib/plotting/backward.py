"""The unrolled network with its gradients: forward in grey, backward in colour."""

from __future__ import annotations

from matplotlib.figure import Figure

from rnnlib.plotting.networks import LIT_FILL, STATE_FILL, check_steps
from rnnlib.plotting.sketch import Sketch
from rnnlib.plotting.style import BLUE, FAINT, GREEN, VERMILLION, styled

PITCH = 1.75
APART = 0.09  # forward and backward arrows run side by side


@styled()
def draw_backward_rnn(T: int = 3, cut: int | None = None) -> Figure:
    """Gradients on their way back through an unrolled network with a loss at every step.

    Into each state come two gradients: of its own loss, from above, and of all later losses, from
    the right. Below, each step's part of the weight gradient goes into one sum.

    Parameters
    ----------
    T : int
        Number of time steps; up to 4 stay within 760 pixels.
    cut : int, optional
        Draw truncated back-propagation: nothing goes back from step `cut` + 1 to step `cut`.

    Raises
    ------
    ShapeError
        If T is below 1.

    Examples
    --------
    >>> draw_backward_rnn(3).get_size_inches().tolist()
    [7.05, 3.7]
    """
    check_steps(T)
    left = 0.55
    sketch = Sketch(round(left + PITCH * T + 1.25, 2), 3.7)
    y = 2.1
    before = sketch.box(left, y, "$h_0$", fill=STATE_FILL, dashed=True)
    columns = [left + PITCH * t for t in range(1, T + 1)]
    total = sketch.box(
        (columns[0] + columns[-1]) / 2, 0.5, size=(PITCH * (T - 1) + 2.2, 0.46), fill=LIT_FILL
    )
    sketch.text(total.x, total.y, r"$dW_{xh},\ dW_{hh},\ db_h$: each step adds its part", size=10.5)
    for t, x in enumerate(columns, 1):
        state = sketch.box(x, y, f"$h_{{{t}}}$", fill=STATE_FILL)
        loss = sketch.box(x, y + 1.2, f"$L_{{{t}}}$")
        sketch.arrow((x - APART, state.top[1]), (x - APART, loss.bottom[1]), FAINT)
        sketch.arrow((x + APART, loss.bottom[1]), (x + APART, state.top[1]), GREEN)
        own = rf"$\partial L_{{{t}}}/\partial h_{{{t}}}$"
        sketch.text(x + 0.18, y + 0.62, own, size=10, color=GREEN, ha="left")
        sketch.arrow(state.bottom, (x, total.top[1]), BLUE)
        sketch.text(x + 0.08, y - 0.72, f"$da_{{{t}}}$", size=10, color=BLUE, ha="left")
        ends = (before.right[0], state.left[0])
        sketch.arrow((ends[0], y + APART), (ends[1], y + APART), FAINT)
        middle = sum(ends) / 2
        if cut is not None and t == cut + 1:
            sketch.text(middle, y - APART - 0.02, "✕", size=14, color=VERMILLION)
            sketch.text(middle, y - 0.36, "cut", size=10, color=VERMILLION)
        else:
            sketch.arrow((ends[1], y - APART), (ends[0], y - APART), VERMILLION)
            sketch.text(middle, y - 0.3, f"$da_{{{t}}} W_{{hh}}^T$", size=10, color=VERMILLION)
        before = state
    return sketch.figure
