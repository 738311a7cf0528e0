import numpy as np

from rnnlib.plotting.series import (
    draw_recursion,
    draw_windows,
    plot_errors_ahead,
    plot_fans,
    plot_lag_weights,
    plot_parts,
)


def test_every_window_and_every_step_is_named():
    (ax,) = draw_windows(T=3, horizon=2, L=7).axes
    words = [text.get_text() for text in ax.texts]
    assert words[:3] == ["window 0", "window 1", "window 2"] and "K = 2 are wanted" in words
    (ax,) = draw_recursion().axes
    assert {"step 1", "step 2", "step 3"} <= {text.get_text() for text in ax.texts}


def test_every_axis_has_a_title():
    times, values = np.arange(40.0), np.random.default_rng(0).normal(size=40)
    fan = times[30:], values[30:], values[30:] - 1, values[30:] + 1
    for figure in (
        plot_parts({"a": (times, values, "spots", 20, 30), "b": (times, values, "°C", 20, 30)}),
        plot_lag_weights(np.array([0.1, -0.5, 1.2])),
        plot_errors_ahead({"one": np.ones(3), "two": np.arange(3.0)}),
        plot_fans(times, values, [fan], "°C"),
    ):
        assert figure.axes[-1].get_xlabel()
        assert all(ax.get_ylabel() for ax in figure.axes)
