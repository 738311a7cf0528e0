"""Figures that are the same for everybody, shown together with their descriptions."""

from __future__ import annotations

import numpy as np

from rnnlib.plotting.comparisons import draw_rnn_tasks, draw_separate_vs_shared
from rnnlib.plotting.curves import plot_traces
from rnnlib.plotting.networks import draw_compact_and_unrolled, draw_unrolled_rnn
from rnnlib.plotting.style import show

__all__ = [
    "show_recurrent_cell",
    "show_rnn_tasks",
    "show_self_excitation",
    "show_separate_and_shared",
    "show_unrolled_trex",
]


def show_recurrent_cell() -> None:
    """A recurrent cell with its loop, and the same cell unrolled over three steps.

    >>> show_recurrent_cell()  # doctest: +ELLIPSIS
    On the left a recurrent cell: ...
    """
    show(
        draw_compact_and_unrolled(3),
        "On the left a recurrent cell: the input x_t goes into the state h_t through the weights "
        "W_xh, the state goes into the output y_t through W_hy and back into itself through W_hh. "
        "On the right the same cell unrolled over three steps: each state gets an arrow from its "
        "input and one from the state before, with the same weights in every column.",
    )


def show_unrolled_trex() -> None:
    """A network that reads t, r, e, x and predicts the letter that comes next."""
    show(
        draw_unrolled_rnn(4, inputs="trex", outputs="rex."),
        "A recurrent network unrolled over the four letters t, r, e, x. At each step it reads a "
        "letter and its output is the next one: r, e, x, and a full stop for the end.",
    )


def show_separate_and_shared() -> None:
    """Three separate layers above one recurrent layer that is used three times."""
    show(
        draw_separate_vs_shared(3),
        "Above, three separate layers in a row with the weights W_1, W_2 and W_3: three times the "
        "weights. Below, one recurrent layer used three times with the same weights W: the "
        "weights once.",
    )


def show_rnn_tasks() -> None:
    """One to many, many to one, and many to many in two ways."""
    show(
        draw_rnn_tasks(),
        "Four uses of a recurrent network: one to many, many to one, many to many with an output "
        "at every step, and many to many with an encoder that reads first and a decoder that "
        "writes afterwards.",
    )


def show_self_excitation(weights=(0.9, 1.0, 1.5, 3.0), start: float = 0.9, steps: int = 40) -> None:
    """One unit that only listens to itself, for several weights: h <- tanh(w h)."""
    traces = {}
    for w in weights:
        path = [start]
        for _ in range(steps):
            path.append(float(np.tanh(w * path[-1])))
        traces[f"w = {w:g}"] = np.array(path)
    show(
        plot_traces(traces, xlabel="step", ylabel="h"),
        f"One unit that starts at {start:g} and only listens to itself. After {steps} steps it is "
        "at " + ", ".join(f"{path[-1]:.2f} for {name}" for name, path in traces.items()) + ".",
    )
