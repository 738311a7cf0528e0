import subprocess
import sys

import numpy as np
import pytest
import torch
from oracle import close

from rnnlib import (
    StackParams,
    gru_forward,
    init_gru,
    init_lstm,
    init_rnn,
    init_stack,
    lstm_forward,
    rnn_forward,
    stack_forward,
    zero_state,
)
from rnnlib.torch_bridge import from_torch, to_torch

FORWARD = {"RNN": rnn_forward, "LSTM": lstm_forward, "GRU": gru_forward}


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("name", FORWARD)
def test_a_torch_module_read_computes_the_same(name, bias):
    torch.manual_seed(0)
    module = getattr(torch.nn, name)(4, 5, bias=bias).double()  # both biases random
    params = from_torch(module)
    xs = np.random.default_rng(0).normal(size=(6, 3, 4))
    hs = FORWARD[name](xs, zero_state(params, 3), params)[0]
    close(hs, module(torch.tensor(xs))[0])


@pytest.mark.parametrize("name", FORWARD)
def test_stacked_and_bidirectional_modules_read_compute_the_same(name):
    torch.manual_seed(0)
    module = getattr(torch.nn, name)(4, 5, num_layers=3, bidirectional=True).double()
    params = from_torch(module)
    xs = np.random.default_rng(0).normal(size=(6, 3, 4))
    close(stack_forward(xs, zero_state(params, 3), params)[0], module(torch.tensor(xs))[0])


@pytest.mark.parametrize("both", [False, True])
@pytest.mark.parametrize("init", [init_rnn, init_lstm, init_gru])
def test_there_and_back_changes_nothing(init, both):
    params = init_stack(init, 3, 4, 2, np.random.default_rng(0), bidirectional=both)
    params = params.map(lambda a: a + 0.5).astype(np.float32)
    back = from_torch(to_torch(params))
    assert type(back) is StackParams
    for (name, a), (same, b) in zip(params.items(), back.items(), strict=True):
        assert name == same and a.dtype == b.dtype and (a == b).all()


def test_weights_are_copies():
    params = init_lstm(3, 4, np.random.default_rng(0))
    module = to_torch(params)
    with torch.no_grad():
        module.weight_ih_l0.zero_()
    assert (params.W_xh != 0).all()
    from_torch(module).W_xh[:] = 7
    assert (module.weight_ih_l0 == 0).all()


def test_relu():
    params = init_rnn(3, 4, np.random.default_rng(0))
    xs = np.random.default_rng(0).normal(size=(6, 3, 3))
    hs = rnn_forward(xs, zero_state(params, 3), params, activation="relu")[0]
    close(hs, to_torch(params, activation="relu")(torch.tensor(xs))[0])


def test_the_weights_of_a_relu_network_go_with_relu():
    net = torch.nn.RNN(3, 4, nonlinearity="relu").double()
    xs, params = np.random.default_rng(1).normal(size=(5, 2, 3)), from_torch(net)
    close(
        rnn_forward(xs, zero_state(params, 2), params, activation="relu")[0],
        net(torch.tensor(xs))[0],
    )


def test_errors():
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match=r"module must be torch.nn.RNN, LSTM or GRU, got Linear"):
        from_torch(torch.nn.Linear(3, 4))
    with pytest.raises(ValueError, match="proj_size"):
        from_torch(torch.nn.LSTM(3, 4, proj_size=2))
    with pytest.raises(ValueError, match="the same cell and the same size"):
        to_torch(StackParams((init_rnn(3, 4, rng), init_gru(4, 4, rng))))
    with pytest.raises(ValueError, match="layer normalization"):
        to_torch(init_stack(init_rnn, 3, 4, 2, rng, norm=True))


def test_torch_is_imported_only_when_needed():
    code = (
        "import sys, rnnlib, rnnlib.torch_bridge; "
        "print(sorted({'torch', 'matplotlib', 'IPython', 'nbformat', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_without_pytorch_one_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"needs PyTorch: pip install 'rnnlib\[torch\]'"):
        to_torch(init_rnn(2, 3, np.random.default_rng(0)))
