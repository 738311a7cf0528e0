"""The guard: borrowed work is noticed however it was reached, and honest work never is."""

import subprocess
import sys
import threading
import types

import numpy as np
import pytest
import torch
from student import notebook, run_cell, write

import rnnlib
import rnnlib.course.checking.guard
from rnnlib.course.checking import mark
from rnnlib.course.checking.calling import call
from rnnlib.course.exercises import all_exercises

STEP = all_exercises()["rnn_step"]
COUNT = all_exercises()["count_parameters"]

REACHED = {
    "by attribute": """
import rnnlib
def rnn_step(x, h, params):
    return rnnlib.rnn_step(x, h, params)
""",
    "by another name": """
from rnnlib.rnn import rnn_step as theirs
def rnn_step(x, h, params):
    return theirs(x, h, params)
""",
    "by an import inside": """
def rnn_step(x, h, params):
    from rnnlib.rnn import rnn_step
    return rnn_step(x, h, params)
""",
    "by importlib": """
import importlib
def rnn_step(x, h, params):
    return getattr(importlib.import_module("rnnlib.rnn"), "rnn" + "_step")(x, h, params)
""",
    "by a copy of the function": """
import types
from rnnlib.rnn import rnn_step as theirs
copy = types.FunctionType(theirs.__code__, theirs.__globals__, "mine", theirs.__defaults__)
copy.__kwdefaults__ = theirs.__kwdefaults__
def rnn_step(x, h, params):
    return copy(x, h, params)
""",
    "from a thread": """
import threading, rnnlib
def rnn_step(x, h, params):
    found = []
    t = threading.Thread(target=lambda: found.append(rnnlib.rnn_step(x, h, params)))
    t.start()
    t.join()
    return found[0]
""",
    "through a partial": """
import functools, rnnlib
step = functools.partial(rnnlib.rnn_step)
def rnn_step(x, h, params):
    return step(x, h, params)
""",
    "through map": """
import rnnlib
def rnn_step(x, h, params):
    return next(map(rnnlib.rnn_step, [x], [h], [params]))
""",
    "by way of a whole sequence": """
import rnnlib
def rnn_step(x, h, params):
    return rnnlib.rnn_forward(x[None], h, params)[1]
""",
    "in a helper": """
import rnnlib
def helper(*args):
    return rnnlib.rnn_step(*args)
def rnn_step(x, h, params):
    return helper(x, h, params)
""",
    "behind a try": """
import rnnlib
def rnn_step(x, h, params):
    try:
        return rnnlib.rnn_step(x, h, params)
    except BaseException:
        return None
""",
    "a small part of it": """
import rnnlib
def rnn_step(x, h, params):
    return rnnlib.activations.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
""",
    "by what its loops share": """
from rnnlib._timesteps import joined
def rnn_step(x, h, params):
    return np.tanh(joined(x) @ params.W_xh + h @ params.W_hh + params.b_h)
""",
    "by the alias that `working` gives": """
from rnnlib.course.checking import working
def rnn_step(x, h, params):
    return None
theirs = working(rnn_step)
def rnn_step(x, h, params):
    return theirs(x, h, params)
""",
}


@pytest.mark.parametrize("source", REACHED.values(), ids=list(REACHED))
def test_work_borrowed_from_rnnlib_is_noticed_and_earns_nothing(source, capsys):
    report = mark(STEP, run_cell(source)["rnn_step"])
    assert report.state == "borrowed"
    assert report.share == 0
    assert len(report.notes) == 1 and "`rnnlib." in report.notes[0]
    assert "with NumPy and your own earlier functions" in report.notes[0]


TORCH = {
    "a function": """
import torch
def rnn_step(x, h, params):
    a = torch.from_numpy(x @ params.W_xh + h @ params.W_hh + params.b_h)
    return torch.tanh(a).numpy()
""",
    "a tensor's method": """
import torch
def rnn_step(x, h, params):
    a = x @ params.W_xh + h @ params.W_hh + params.b_h
    return ones.new_tensor(a).tanh().numpy()
ones = torch.ones(1)
""",
    "nn.RNN": """
import torch
def rnn_step(x, h, params):
    cell = torch.nn.RNN(x.shape[1], h.shape[1])
    return cell(torch.tensor(x[None], dtype=torch.float32))[0][0].detach().numpy()
""",
    "nn.functional": """
import torch.nn.functional as F
def rnn_step(x, h, params):
    F.relu
    return F.softmax(x, 1)
""",
    "an import inside": """
def rnn_step(x, h, params):
    import torch
    return torch.tensor(x).numpy()
""",
}


@pytest.mark.parametrize("source", TORCH.values(), ids=list(TORCH))
def test_work_borrowed_from_torch_is_noticed(source):
    report = mark(STEP, run_cell(source)["rnn_step"])
    assert report.state == "borrowed"
    assert "`torch" in report.notes[0]


LENT = ("torch", "rnnlib.torch_bridge")

RECURRENT = {
    "a layer": "layer = torch.nn.RNN(3, 4)\n    layer(x)",
    "a cell": "cell = torch.nn.RNNCell(3, 4)\n    cell(x[0])",
    "its kernel": "torch.rnn_tanh_cell(x[0], h, W, U, b, b)",
    "a layer made by the bridge": (
        "layer = rnnlib.torch_bridge.to_torch(rnnlib.RNNParams(np.ones((3, 4)), np.ones((4, 4)), "
        "np.ones(4)))\n    layer(x.double())"
    ),
}


@pytest.mark.parametrize("line", RECURRENT.values(), ids=list(RECURRENT))
def test_lent_torch_comes_without_its_recurrent_layers(line):
    function = write(f"""
import torch, rnnlib.torch_bridge
x, h = torch.ones(5, 2, 3), torch.ones(2, 4)
W, U, b = torch.ones(4, 3), torch.ones(4, 4), torch.ones(4)
def f():
    {line}
""")
    assert "torch" in call(function, (), allowed=LENT).borrowed
    assert call(function, (), allowed=(*LENT, "torch.nn.modules.rnn")).borrowed is None


def test_lent_torch_is_loaded_before_the_clock_runs():
    """Importing it takes longer than a call may; stopped midway, it would be in pieces."""
    script = """
import sys
from rnnlib.course.checking.calling import call
def f():
    import torch
    return torch.ones(2).numpy()
assert "torch" not in sys.modules
print(call(f, (), seconds=0.5, allowed=("torch",)).value)
print(call(f, (), seconds=0.5).borrowed)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.split() == ["[1.", "1.]", "torch.ones"], done.stderr


def test_lent_torch_draws_the_same_in_every_call_and_goes_on_as_if_there_had_been_none():
    """Else it depends on chance whether a wrong dropout looks right."""
    draw = write("import torch\ndef f():\n    return torch.rand(3).numpy()")
    torch.manual_seed(5)
    without = torch.rand(2), torch.rand(2)
    torch.manual_seed(5)
    first, drawn = torch.rand(2), [call(draw, (), allowed=("torch",)).value for _ in range(2)]
    assert torch.equal(first, without[0]) and torch.equal(torch.rand(2), without[1])
    assert np.array_equal(*drawn)


def test_all_else_of_lent_torch_may_be_called():
    function = write("""
import torch
def f():
    cell = torch.nn.Linear(3, 4)
    y = torch.nn.functional.softmax(torch.tanh(cell(torch.ones(2, 3))), dim=1)
    y[:, 0].sum().backward()
    return cell.weight.grad.numpy()
""")
    assert call(function, (), allowed=("torch",)).borrowed is None
    assert "torch" in call(function, (), allowed=()).borrowed


def test_switching_the_guard_off_is_noticed():
    function = write("""
import sys, rnnlib
def rnn_step(x, h, params):
    sys.setprofile(None)
    return rnnlib.rnn_step(x, h, params)
""")
    report = mark(STEP, function)
    assert report.state == "borrowed"
    assert "sys.setprofile" in report.notes[0]
    assert sys.getprofile() is None


NUMPY_ALONE = """
def rnn_step(x, h, params):
    rng = np.random.default_rng(0)
    rng.normal(size=3)
    np.linalg.eigvals(params.W_hh)
    np.fft.fft(x)
    np.einsum("nd,dh->nh", x, params.W_xh)
    np.testing.assert_allclose(x, x)
    np.apply_along_axis(sum, 0, x)
    sorted([3, 1, 2], key=lambda n: -n)
    np.vectorize(float)(x)
    group = RNNParams(*(array for _, array in params.items())).copy().zeros_like()
    RNNCache(x[None], h, h[None], group)
    return np.tanh(x @ params.W_xh + h @ params.W_hh + params.b_h)
"""


def test_numpy_alone_and_groups_of_weights_are_never_flagged():
    report = mark(STEP, write(NUMPY_ALONE))
    assert report.state == "right", report.notes


def test_the_parts_of_a_cache_may_be_looked_up_by_name():
    _, _, cache = rnnlib.gru_forward(
        np.ones((5, 1, 2)), np.ones((1, 3)), rnnlib.init_gru(2, 3, np.random.default_rng(0))
    )
    function = write("def f(cache):\n    return cache.r + cache.z + cache.n\n")
    done = call(function, (cache,))
    assert done.borrowed is None and done.value.shape == (5, 1, 3)


def test_the_earlier_functions_of_the_student_are_never_flagged():
    FORWARD = all_exercises()["rnn_forward"]
    source = FORWARD.variants[0].source("rnn_forward")
    assert mark(FORWARD, write(source, "rnn_step")).state == "right"


def test_only_the_first_borrowing_is_named_and_by_its_module():
    function = write("""
import rnnlib
def rnn_step(x, h, params):
    rnnlib.softmax(x)
    return rnnlib.rnn_step(x, h, params)
""")
    done = call(function, STEP_ARGS)
    assert done.borrowed == "rnnlib.activations.softmax"


STEP_ARGS = next(iter(STEP.draw(np.random.default_rng(0)))).args


def test_an_exercise_may_lend_a_module_and_no_other():
    function = write("""
import rnnlib
def rnn_step(x, h, params):
    return rnnlib.softmax(x)
""")
    assert call(function, STEP_ARGS, allowed=("rnnlib.activations",)).borrowed is None
    assert call(function, STEP_ARGS, allowed=("rnnlib.rnn",)).borrowed is not None


def test_borrowing_in_one_exercise_is_not_held_against_the_next():
    names = run_cell(REACHED["by attribute"])
    FORWARD = all_exercises()["rnn_forward"]
    run_cell(FORWARD.variants[0].source("rnn_forward"), names)
    report = mark(FORWARD, names["rnn_forward"])
    assert report.state == "right"
    assert "`rnn_step`" in report.notes[0]


def test_nothing_listens_after_a_call():
    heard = []

    def mine(frame, event, arg):
        heard.append(event)

    sys.setprofile(mine)
    try:
        call(write("def f():\n    return 1 / 0\n"), ())
        assert sys.getprofile() is mine
    finally:
        sys.setprofile(None)
    assert threading.getprofile() is None
    assert rnnlib.rnn_step(*STEP_ARGS).shape == STEP_ARGS[1].shape


def test_outside_of_a_function_rnnlib_may_be_used():
    """A figure or an experiment at the top of a cell is no borrowing."""
    names = notebook()
    run_cell("import rnnlib\nready = rnnlib.softmax(np.ones(3))", names)
    run_cell("def count_parameters(D, H, K):\n    return D*H + H*H + H + H*K + K", names)
    assert mark(COUNT, names["count_parameters"]).state == "right"


def test_a_module_that_only_looks_like_torch_is_not_torch():
    fake = types.ModuleType("torchlight")
    exec("def lift(x):\n    return x", fake.__dict__)
    function = write("def f(x):\n    return light.lift(x)\n")
    function.__globals__["light"] = fake
    assert call(function, (1,)).borrowed is None
    assert not rnnlib.course.checking.guard._is_torch(len)
    assert rnnlib.course.checking.guard._is_torch(torch.ones(1).sum)
