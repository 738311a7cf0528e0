"""The figures: what is on them, what they refuse, and how they reach a notebook."""

import base64
import io
import subprocess
import sys
import warnings
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure
from PIL import Image

from rnnlib import plotting
from rnnlib._shapes import ShapeError
from rnnlib.plotting import gated, interactive, lags, style

RNG = np.random.default_rng(7)
HS = np.tanh(RNG.normal(size=(6, 5)))
LONG = RNG.normal(size=(120, 70))
LOSSES = 2 + np.exp(-np.arange(40) / 9)

FIGURES = {
    "compact": lambda: plotting.draw_compact_rnn(),
    "unrolled": lambda: plotting.draw_unrolled_rnn(),
    "one step": lambda: plotting.draw_unrolled_rnn(1),
    "letters": lambda: plotting.draw_unrolled_rnn(4, "trex", "rex\n", highlight=[1, 4]),
    "words": lambda: plotting.draw_unrolled_rnn(
        3, ["not", "bad", "at all"], [None, None, "positive"], highlight=np.int64(3)
    ),
    "no outputs": lambda: plotting.draw_unrolled_rnn(2, "ab", [None, None]),
    "both": lambda: plotting.draw_compact_and_unrolled(),
    "shared": lambda: plotting.draw_separate_vs_shared(),
    "shared 1": lambda: plotting.draw_separate_vs_shared(1),
    "tasks": lambda: plotting.draw_rnn_tasks(),
    "states": lambda: plotting.plot_hidden_states(HS, "raptor", title="a name", units=[4, 0, 2]),
    "one state": lambda: plotting.plot_hidden_states(HS[:1, :1], "a"),
    "long": lambda: plotting.plot_hidden_states(LONG, "ab \n" * 30),
    "nan": lambda: plotting.plot_hidden_states(np.full((2, 3), np.nan), "ab"),
    "pair": lambda: plotting.plot_hidden_states_pair(0.2 * HS, HS, "raptor"),
    "loss": lambda: plotting.plot_loss(
        LOSSES, baseline=2.7, baseline_label="letter frequencies", validation={0: 3, 39: 2.1}
    ),
    "one loss": lambda: plotting.plot_loss([2.0]),
    "burst": lambda: plotting.plot_loss([2.0, np.inf, np.nan], validation=LOSSES[:3]),
    "traces": lambda: plotting.plot_traces({f"unit {k}": HS[:, k % 5] for k in range(8)}),
    "one moment": lambda: plotting.plot_traces({"h": [0.5]}, events={"set": [0]}),
    "latch": lambda: plotting.plot_traces(
        {"state": HS[:, 0]}, ylabel="h", events={"set": [1], "reset": HS[:, 1] > 0}
    ),
    "lags": lambda: lags.plot_by_lag({f"w = {w}": w ** np.arange(40.0) for w in (0.5, 1.0, 1.2)}),
    "one lag": lambda: lags.plot_by_lag({"all": [1.0, 0.0, np.inf]}, span=(1e-9, 10)),
    "gradients": lambda: lags.plot_gradients_and_states(0.5 ** np.arange(7.0), HS),
    "cell": lambda: gated.draw_lstm_cell(),
    "live cell": lambda: gated.draw_lstm_cell(c=-1.98, i=0.1, f=0.95, g=-0.5, o=0.8),
    "silent cell": lambda: gated.draw_lstm_cell(c=0.0, i=0.0, f=1.0, g=0.0, o=0.0),
    "gates": lambda: gated.plot_gates(
        {"input gate": HS**2, "output gate": 1 - HS**2}, "raptor", cell=3 * HS, units=[4, 0]
    ),
    "one gate": lambda: gated.plot_gates({"f": HS[:1, :1] ** 2}, "a"),
}
every_figure = pytest.mark.parametrize("draw", FIGURES.values(), ids=FIGURES.keys())


def words(figure):
    """Every text that the figure shows."""
    figure.draw_without_rendering()
    return [
        text.get_text()
        for text in figure.findobj(matplotlib.text.Text)
        if text.get_visible() and text.get_text()
    ]


def labels_at_ends(figure):
    return [text for ax in figure.axes for text in ax.texts]


@every_figure
def test_a_figure_fits_the_page_is_not_cut_off_and_is_the_same_each_time(draw):
    """One test, because drawing is what takes time."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = draw()
        first = style.png(figure)
    data, width, height = first
    assert type(figure) is Figure
    assert width <= 760 and height <= 500
    pixels = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    inner = pixels[4:-4, 4:-4]
    assert (inner < 100).any()
    for edge in (pixels[:4], pixels[-4:], pixels[:, :4], pixels[:, -4:]):
        assert (edge == 255).all()
    assert style.png(figure) == first  # drawn once more
    assert style.png(draw()) == first  # made once more
    figure.draw_without_rendering()
    for text in labels_at_ends(figure):
        box = text.get_window_extent()
        assert min(box.min) >= 0 and (box.max <= figure.bbox.max).all(), text


def test_settings_outside_neither_matter_nor_change():
    expected = style.png(FIGURES["pair"]())
    with matplotlib.rc_context({"axes.facecolor": "black", "font.size": 30, "savefig.dpi": 10}):
        before = dict(matplotlib.rcParams)
        assert style.png(FIGURES["pair"]()) == expected
        assert dict(matplotlib.rcParams) == before


def test_pyplot_stays_empty():
    code = (
        "import sys, numpy as np\n"
        "from rnnlib.plotting import *\n"
        "draw_unrolled_rnn(); plot_loss(np.ones(4)); plot_hidden_states(np.ones((2, 2)), 'ab')\n"
        "show(draw_rnn_tasks(), 'four tasks')\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
        "assert 'IPython' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    assert (done.stdout, done.stderr) == ("four tasks\n", "")


@pytest.mark.parametrize("colour", style.TEXT_COLOUR.values())
def test_letters_are_readable_on_white(colour):
    """WCAG AA: a contrast of at least 4.5 to 1."""
    rgb = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 4.5


# What is on them


def test_compact_rnn_names_its_three_matrices_once():
    assert sorted(words(plotting.draw_compact_rnn())) == sorted(
        ["$x_t$", "$h_t$", "$y_t$", "$W_{xh}$", "$W_{hh}$", "$W_{hy}$"]
    )


def test_unrolled_rnn_repeats_each_matrix_in_its_own_colour():
    figure = plotting.draw_unrolled_rnn(5)
    shown = words(figure)
    for name in ("$W_{xh}$", "$W_{hh}$", "$W_{hy}$"):
        assert shown.count(name) == 5
    assert {"$h_0$", "$h_{1}$", "$h_{5}$", "$x_{5}$", "$y_{5}$"} <= set(shown)
    colours = {
        text.get_text(): text.get_color()
        for text in figure.axes[0].texts
        if text.get_text().startswith("$W")
    }
    assert len(set(colours.values())) == 3


def test_unrolled_rnn_shows_symbols_and_leaves_out_missing_outputs():
    shown = words(plotting.draw_unrolled_rnn(3, "a b", [None, None, "yes"]))
    assert [s for s in shown if s in ("a", "␣", "b", "yes")] == ["a", "␣", "b", "yes"]
    assert "$y_{3}$" in shown and "$y_{1}$" not in shown
    assert shown.count("$W_{hy}$") == 1


def test_unrolled_rnn_highlights_one_step():
    def lit(figure):
        fills = [patch.get_facecolor() for patch in figure.axes[0].patches]
        return fills.count(matplotlib.colors.to_rgba("#FFDF7E"))

    assert lit(plotting.draw_unrolled_rnn(4)) == 0
    assert lit(plotting.draw_unrolled_rnn(4, highlight=2)) == 3
    assert lit(plotting.draw_unrolled_rnn(4, highlight=(1, 2, 4))) == 9


def test_compact_and_unrolled_shows_both():
    shown = words(plotting.draw_compact_and_unrolled(2))
    assert {"$h_t$", "$h_0$", "$h_{2}$", "unroll"} <= set(shown) and "$h_{3}$" not in shown
    assert shown.count("$W_{hh}$") == 3


def test_separate_layers_have_their_own_weights_and_the_recurrent_one_shares():
    shown = words(plotting.draw_separate_vs_shared(3))
    assert [shown.count(w) for w in ("$W_{1}$", "$W_{2}$", "$W_{3}$", "$W$")] == [1, 1, 1, 3]
    assert "3 times\nthe weights" in shown and "the weights\nonce" in shown


def test_tasks_are_all_four():
    shown = words(plotting.draw_rnn_tasks())
    assert (shown.count("one to many"), shown.count("many to one")) == (1, 1)
    assert shown.count("many to many") == 2


def test_hidden_states_have_time_to_the_right_and_a_fixed_scale():
    figure = plotting.plot_hidden_states(HS, "raptor", title="six letters")
    mesh = figure.axes[0].collections[0]
    np.testing.assert_array_equal(mesh.get_array(), HS.T)
    assert mesh.get_clim() == (-1, 1)
    ax, bar = figure.axes
    assert [t.get_text() for t in ax.get_xticklabels()] == list("raptor")
    assert [t.get_text() for t in ax.get_yticklabels()] == list("01234")
    assert (ax.get_title("left"), ax.get_ylabel()) == ("six letters", "unit")
    assert bar.get_ylabel() == "activation"


def test_hidden_states_follow_the_order_of_units():
    figure = plotting.plot_hidden_states(HS, list("raptor"), units=np.array([4, 0]))
    ax = figure.axes[0]
    np.testing.assert_array_equal(ax.collections[0].get_array(), HS.T[[4, 0]])
    assert [t.get_text() for t in ax.get_yticklabels()] == ["4", "0"]
    top, bottom = (ax.transData.transform((0, row))[1] for row in (0, 1))
    assert top > bottom


def test_hidden_states_make_spaces_visible():
    figure = plotting.plot_hidden_states(HS[:3], ["a", " ", "\n"])
    assert [t.get_text() for t in figure.axes[0].get_xticklabels()] == ["a", "␣", "↵"]


def test_pair_has_one_scale_one_order_and_unit_0_on_top_in_both():
    figure = plotting.plot_hidden_states_pair(0.1 * HS, HS, "raptor", ("then", "now"))
    left, right, bar = figure.axes
    assert [ax.get_title("left") for ax in (left, right)] == ["then", "now"]
    for ax, hs in ((left, 0.1 * HS), (right, HS)):
        np.testing.assert_allclose(ax.collections[0].get_array(), hs.T)
        assert ax.collections[0].get_clim() == (-1, 1)
        assert ax.get_ylim() == (4.5, -0.5)
    assert bar.get_ylabel() == "activation"


def test_loss_is_labelled_and_shows_its_baseline():
    figure = FIGURES["loss"]()
    (ax,) = figure.axes
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("update", "loss (nats a character)")
    shown = [text.get_text() for text in labels_at_ends(figure)]
    assert shown == ["letter frequencies", "validation", "training"]
    dashed = ax.lines[0]
    assert list(dashed.get_ydata()) == [2.7, 2.7] and dashed.get_linestyle() == "--"
    np.testing.assert_array_equal(ax.lines[1].get_xdata(), [0, 39])
    np.testing.assert_array_equal(ax.lines[2].get_ydata(), LOSSES)


def test_traces_are_named_at_their_ends_without_a_legend():
    figure = plotting.plot_traces({"a": [0, 1, 0], "b": [1, 0, 1]}, xlabel="step", ylabel="h")
    (ax,) = figure.axes
    assert ax.get_legend() is None
    assert [text.get_text() for text in labels_at_ends(figure)] == ["a", "b"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("step", "h")
    assert len({line.get_color() for line in ax.lines}) == 2


def test_traces_draw_events_above_the_lines():
    figure = FIGURES["latch"]()
    strip, ax = figure.axes
    assert [text.get_text() for text in strip.texts] == ["set", "reset"]
    stems = [[path.vertices[0, 0] for path in c.get_paths()] for c in strip.collections]
    assert stems == [[1], np.flatnonzero(HS[:, 1] > 0).tolist()]
    assert strip.get_xlim() == ax.get_xlim()


@pytest.mark.parametrize("last", [[0.5] * 6, [0.99, 0.98, 0.1, 0.11, 0.97], [0, 0, 1, 1]])
def test_labels_at_line_ends_do_not_overlap(last):
    figure = plotting.plot_traces({f"line {k}": [0.5, y] for k, y in enumerate(last)})
    figure.draw_without_rendering()
    boxes = sorted((t.get_window_extent() for t in labels_at_ends(figure)), key=lambda b: b.y0)
    for lower, upper in pairwise(boxes):
        assert lower.y1 <= upper.y0 + 0.5
    assert boxes[0].y0 >= 0 and boxes[-1].y1 <= figure.bbox.y1


def test_lstm_cell_shows_what_its_numbers_come_to():
    assert not [word for word in words(FIGURES["cell"]()) if "=" in word]
    shown = words(gated.draw_lstm_cell(c=1.2, i=0.5, f=0.75, g=-0.4, o=0.5))
    assert {"$c_{t-1}$ = 1.20", "$f c$ = 0.90", "$i g$ = −0.20", "$c_t$ = 0.70"} <= set(shown)
    assert {"tanh = 0.60", "$h_t$ = 0.30"} <= set(shown)


def test_gates_go_from_0_to_1_and_the_cell_from_minus_to_plus_its_largest():
    left, middle, right, *bars = FIGURES["gates"]().axes
    for ax, expected in ((left, HS**2), (middle, 1 - HS**2), (right, 3 * HS)):
        np.testing.assert_allclose(ax.collections[0].get_array(), expected.T[[4, 0]])
    largest = 3 * np.abs(HS).max()
    clims = [ax.collections[0].get_clim() for ax in (left, middle, right)]
    assert clims == [(0, 1), (0, 1), (-largest, largest)]
    assert [t.get_text() for t in left.get_xticklabels()] == list("raptor")
    assert [t.get_text() for t in left.get_yticklabels()] == ["4", "0"]


# What they refuse


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: plotting.draw_unrolled_rnn(0), "T must be .* at least 1, got 0"),
        (lambda: plotting.draw_compact_and_unrolled(2.5), "T must be a whole number"),
        (lambda: plotting.draw_separate_vs_shared(-1), "T must be"),
        (lambda: plotting.draw_unrolled_rnn(4, "raptor"), "inputs .* T=4 steps, got 6"),
        (lambda: plotting.draw_unrolled_rnn(3, outputs="ab"), "outputs .* T=3 steps, got 2"),
        (lambda: plotting.plot_hidden_states(HS[0], "raptor"), r"hs must .*\(T, H\), got \(5,\)"),
        (
            lambda: plotting.plot_hidden_states(HS[:, None], "raptor"),
            r"got \(6, 1, 5\): choose one example of the batch, hs\[:, n\]",
        ),
        (lambda: plotting.plot_hidden_states(HS, "rex"), "labels .* T=6 steps of hs, got 3"),
        (lambda: plotting.plot_hidden_states(HS[:0], ""), "at least one step"),
        (lambda: plotting.plot_hidden_states_pair(HS, HS[:, :2], "raptor"), "the same shape"),
        (lambda: plotting.plot_hidden_states_pair(HS, HS, "rex"), "labels .* of before, got 3"),
        (lambda: plotting.plot_loss(HS), r"losses must have shape \(U,\), got \(6, 5\)"),
        (lambda: plotting.plot_loss(2.0), "got a single number"),
        (lambda: plotting.plot_loss([]), "at least one value"),
        (lambda: plotting.plot_loss(LOSSES, validation=[1, 2]), "each of the 40 updates, got 2"),
        (lambda: plotting.plot_traces({"h": HS}), r"series\['h'\] must have shape \(T,\)"),
        (lambda: plotting.plot_traces({"a": [1, 2], "b": [1]}), "same length T, got .*'b': 1"),
        (lambda: gated.plot_gates({"i": HS}, "rex"), "labels .* of i, got 3"),
        (lambda: gated.plot_gates({"i": HS}, "raptor", cell=HS[:, 1:]), "the same shape .*cell"),
        (
            lambda: plotting.plot_traces({"a": [1, 2]}, events={"set": np.array([True])}),
            r"events\['set'\] must have shape \(T,\) with T=2, got \(1,\)",
        ),
    ],
)
def test_wrong_shapes_are_explained(draw, says):
    with pytest.raises(ShapeError, match=says):
        draw()


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: plotting.draw_unrolled_rnn(4, highlight=5), "steps from 1 to T=4, got 5"),
        (lambda: plotting.plot_hidden_states(HS, "raptor", units=[5]), "units from 0 to 4"),
        (lambda: plotting.plot_hidden_states(HS, "raptor", units=[]), "got none"),
        (lambda: plotting.plot_hidden_states_pair(HS, HS, "raptor", ["x"]), "titles must be two"),
        (lambda: plotting.plot_traces({}), "at least one line"),
        (lambda: gated.plot_gates({}, "raptor"), "at least one array"),
        (lambda: gated.plot_gates({"i": HS}, "raptor", units=[5]), "units from 0 to 4"),
        (lambda: gated.draw_lstm_cell(c=1.0, f=0.5), "all of c, i, f, g and o"),
        (lambda: plotting.plot_traces({"a": [1, 2]}, events={"set": [2]}), "0 to T-1=1, got .2."),
    ],
)
def test_wrong_values_are_explained(draw, says):
    with pytest.raises(ValueError, match=says):
        draw()


# How they reach a notebook


@pytest.fixture
def published(monkeypatch):
    """What show() sends to a notebook that seems to be there."""
    sent = []
    monkeypatch.setattr(InteractiveShell, "initialized", classmethod(lambda cls: True))
    monkeypatch.setattr(
        "IPython.core.display_functions.publish_display_data",
        lambda data, metadata=None, **rest: sent.append((data, metadata)),
    )
    return sent


def test_show_publishes_one_image_with_its_description(published, capsys):
    assert plotting.show(plotting.draw_rnn_tasks(), "Four tasks.") is None
    ((data, metadata),) = published
    assert metadata == {"image/png": {"alt": "Four tasks.", "width": 742, "height": 295}}
    assert data.keys() == {"text/html", "image/png", "text/plain"}
    assert 'alt="Four tasks." width="742" height="295"' in data["text/html"]
    assert data["image/png"] in data["text/html"]
    assert data["text/plain"] == "Four tasks."
    image = Image.open(io.BytesIO(base64.b64decode(data["image/png"], validate=True)))
    assert image.size == (2 * 742, 2 * 295)
    assert image.info == {}  # no date, no version
    assert len(data["image/png"]) < 60_000
    assert capsys.readouterr() == ("", "")


def test_show_closes_a_figure_of_pyplot(published):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    figure, ax = plt.subplots()
    ax.plot([1, 2])
    plotting.show(figure, "a line")
    assert plt.get_fignums() == before and len(published) == 1


def test_show_keeps_the_colours_of_a_photograph(published):
    figure = style.new_figure(2, 2)
    figure.add_axes((0, 0, 1, 1)).imshow(RNG.random((200, 200, 3)))
    plotting.show(figure, "noise")
    image = Image.open(io.BytesIO(base64.b64decode(published[0][0]["image/png"])))
    assert image.mode == "RGB"


@pytest.mark.parametrize("alt", ["", "  \n", None])
def test_show_asks_for_a_description(alt, published):
    with pytest.raises(ValueError, match="needs alt: a sentence"):
        plotting.show(plotting.draw_compact_rnn(), alt)
    assert not published


def test_show_outside_a_notebook_prints_the_description(capsys, monkeypatch):
    monkeypatch.setattr(InteractiveShell, "initialized", classmethod(lambda cls: False))
    plotting.show(plotting.draw_compact_rnn(), "A cell with a loop.")
    assert capsys.readouterr() == ("A cell with a loop.\n", "")


def test_show_does_without_ipython(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "IPython.display", None)
    plotting.show(plotting.draw_compact_rnn(), "A cell with a loop.")
    assert capsys.readouterr() == ("A cell with a loop.\n", "")


def test_gradients_are_drawn_backward_and_a_cut_is_marked():
    words = [text.get_text() for text in plotting.draw_backward_rnn(3).axes[0].texts]
    assert "$h_{3}$" in words and "$L_{3}$" in words and "cut" not in words
    assert sum("W_{hh}^T" in word for word in words) == 3
    words = [text.get_text() for text in plotting.draw_backward_rnn(4, cut=2).axes[0].texts]
    assert "cut" in words and sum("W_{hh}^T" in word for word in words) == 3


# --- how far a gradient reaches ---------------------------------------------------------------


def test_lags_are_on_a_logarithmic_scale_with_one_marked():
    figure = lags.plot_by_lag({"w = 0.5": 0.5 ** np.arange(9.0)}, span=(1e-3, 10))
    (ax,) = figure.axes
    assert ax.get_yscale() == "log" and ax.get_ylim() == (1e-3, 10)
    assert [line for line in ax.lines if set(line.get_ydata()) == {1}]
    assert "w = 0.5" in words(figure)


def test_gradients_are_drawn_by_lag_and_states_in_time():
    norms = 0.5 ** np.arange(6, -1, -1.0)
    figure = lags.plot_gradients_and_states(norms, HS)
    left, right, _ = figure.axes
    np.testing.assert_allclose(left.lines[-1].get_ydata(), norms[::-1])
    np.testing.assert_allclose(right.images[0].get_array(), HS.T)
    assert {"gradient", "states"} <= set(words(figure))


def test_lags_refuse_what_cannot_be_drawn():
    with pytest.raises(ValueError, match="at least one line"):
        lags.plot_by_lag({})
    with pytest.raises(ValueError, match="must not be negative"):
        lags.plot_by_lag({"a": [1.0, -1.0]})
    with pytest.raises(ShapeError, match="same length"):
        lags.plot_by_lag({"a": [1.0], "b": [1.0, 2.0]})
    with pytest.raises(ShapeError, match=r"norms must have shape \(T\+1,\) with T=6"):
        lags.plot_gradients_and_states(np.ones(6), HS)


# --- sliders ----------------------------------------------------------------------------------


def a_line(slope):
    return lags.plot_by_lag({"a": slope ** np.arange(5.0)}), f"slope {slope:.1f}"


def test_without_a_person_there_is_the_picture_and_no_widget(published):
    interactive.explore(a_line, slope=(0.5, 0.1, 2.0, 0.1))
    ((data, metadata),) = published
    assert data["text/plain"] == metadata["image/png"]["alt"] == "slope 0.5"


@pytest.mark.parametrize("broken", [False, True])
def test_with_a_person_sliders_redraw_the_picture(published, monkeypatch, capsys, broken):
    shown = []

    class Picture:
        def update(self, data, **rest):
            shown.append(data["text/plain"])

    def display(thing, display_id=False, **rest):
        shown.append(thing["text/plain"] if isinstance(thing, dict) else thing)
        return Picture() if display_id else None

    monkeypatch.setattr(interactive, "someone_is_there", lambda: True)
    monkeypatch.setattr("IPython.display.display", display)
    if broken:  # ipywidgets is not installed
        monkeypatch.setitem(sys.modules, "ipywidgets", None)
        interactive.explore(a_line, slope=(0.5, 0.1, 2.0, 0.1))
        assert shown == ["slope 0.5"]
        assert "pip install 'rnnlib[student]'" in capsys.readouterr().out
        return
    interactive.explore(a_line, slope=(0.5, 0.1, 2.0, 0.1))
    box, picture = shown
    (slider,) = box.children
    assert (slider.description, slider.value, slider.max, picture) == (
        "slope",
        0.5,
        2.0,
        "slope 0.5",
    )
    slider.value = 1.5
    assert shown[-1] == "slope 1.5"
