"""The course's figures: every one that a notebook draws more than once.

Each function returns a matplotlib `Figure` that pyplot knows nothing of; `show(fig, alt)` puts it
into a notebook together with its description in words. Sizes are chosen for a page of about 700
pixels, colours for every kind of colour vision.

The functions that notebooks call are annotated, unlike the mathematics: they take numbers, texts
and switches, where the mathematics takes arrays, and an annotation says nothing of a shape.

>>> fig = draw_unrolled_rnn(4, inputs="trex")
>>> show(fig, "A recurrent network reads the letters t, r, e, x.")
A recurrent network reads the letters t, r, e, x.
"""

from rnnlib.plotting.backward import draw_backward_rnn
from rnnlib.plotting.comparisons import draw_rnn_tasks, draw_separate_vs_shared
from rnnlib.plotting.curves import plot_loss, plot_traces
from rnnlib.plotting.live import LiveFigure
from rnnlib.plotting.networks import (
    draw_compact_and_unrolled,
    draw_compact_rnn,
    draw_unrolled_rnn,
)
from rnnlib.plotting.states import plot_hidden_states, plot_hidden_states_pair
from rnnlib.plotting.style import show

__all__ = [
    "LiveFigure",
    "draw_backward_rnn",
    "draw_compact_and_unrolled",
    "draw_compact_rnn",
    "draw_rnn_tasks",
    "draw_separate_vs_shared",
    "draw_unrolled_rnn",
    "plot_hidden_states",
    "plot_hidden_states_pair",
    "plot_loss",
    "plot_traces",
    "show",
]
