import numpy as np
import pytest

from rnnlib import GRUParams, LSTMParams, RNNParams, lstm_forward, output_step, rnn_forward
from rnnlib.cell_models import first_state
from rnnlib.data import irish_tunes
from rnnlib.data.inside import inside_model, inside_names, tune_network
from rnnlib.inside_tasks import flip_flops, linear_tasks
from rnnlib.music.tune_model import as_text, tune_loss


def test_every_network_is_read_as_what_it_is():
    kinds = {"switches": RNNParams, "motif": GRUParams, "lines": LSTMParams}
    kinds |= {f"lstm {k}": LSTMParams for k in range(5)}
    kinds |= {f"gru {k}": GRUParams for k in range(5)}
    assert inside_names() == list(kinds)
    for name, kind in kinds.items():
        assert type(inside_model(name).cell) is kind
    with pytest.raises(KeyError, match="no network called"):
        inside_model("lstm")


def test_the_switches_hold_for_a_long_time():
    model = inside_model("switches")
    xs, targets = flip_flops(400, 20, np.random.default_rng(1))
    hs, _, _ = rnn_forward(xs, np.zeros((20, 16)), model.cell)
    assert np.mean(output_step(hs, model.out) * targets > 0.5) > 0.999


def test_the_lines_are_learned_from_ten_examples():
    model = inside_model("lines")
    points, values = linear_tasks(12, 500, np.random.default_rng(1))
    before = np.concatenate([np.zeros((1, 500)), values[:-1]])[:, :, None]
    xs = np.concatenate([points, before], axis=2)
    hs, _, _ = lstm_forward(xs, first_state(model.cell, 500), model.cell)
    errors = np.square(output_step(hs, model.out)[:, :, 0] - values).mean(axis=1)
    assert errors[0] > 0.8 and errors[10] < 0.05


def test_the_network_of_the_live_page_reads_tunes():
    model, symbols = tune_network()
    held_out = [str(t) for t in np.random.default_rng(0).permutation(irish_tunes())[:10]]
    assert tune_loss(symbols.encode("".join(map(as_text, held_out))), model) < 1.4
