"""What somebody might use in place of rnnlib: the same LSTM by other libraries, if they are here.

Each maker gets the weights, the inputs and the gradients of the outputs, and returns two functions
without arguments, forward and forward + backward; None where a library cannot go backward. One that
is not installed raises ImportError.
"""

import time
from importlib.metadata import version
from typing import NamedTuple

import numpy as np

from rnnlib.course.bench.rows import SIZES, Row, problem, torch_module
from rnnlib.lstm_sequence import lstm_backward, lstm_forward
from rnnlib.stack import zero_state

__all__ = ["INSTEAD", "INSTEAD_SIZES", "Instead", "instead"]

INSTEAD_SIZES = [SIZES[0], SIZES[2]]


class Instead(NamedTuple):
    """What can be timed, and what is to be said of the rest.

    Attributes
    ----------
    functions : dict of str to (forward, both)
        By the library's name.
    first : dict of str to float
        Seconds of the first call of both: where a library compiles, it does so then.
    missing : dict of str to str
        Why there is nothing to be timed, in a few words.
    versions : dict of str to str
        Of the libraries that the benchmark does not name elsewhere.
    """

    functions: dict
    first: dict
    missing: dict
    versions: dict


def instead(size):
    """Make the functions of all libraries for one size; their outputs are compared first.

    Raises
    ------
    AssertionError
        If the outputs of a library are others than rnnlib's.
    """
    params, xs, dhs = problem(Row("lstm", "float32", *size))
    found = Instead({}, {}, {}, {})
    for name, make in INSTEAD.items():
        try:
            forward, both = make(params, xs, dhs)
        except ImportError as error:
            found.missing[name] = f"{error.name} is not installed"
            continue
        if name in PACKAGES:
            found.versions[name] = version(PACKAGES[name])
        hs = np.asarray(forward())
        start = time.process_time()
        if both is not None:
            both()
        found.first[name] = time.process_time() - start
        found.functions[name] = forward, both
        expected = found.functions["rnnlib"][0]()
        np.testing.assert_allclose(hs, expected, atol=1e-4, rtol=0, err_msg=name)
    return found


def _rnnlib(params, xs, dhs):
    state0 = zero_state(params, xs.shape[1])

    def forward():
        return lstm_forward(xs, state0, params)[0]

    def both():
        return lstm_backward(dhs, None, lstm_forward(xs, state0, params)[2])

    return forward, both


def _torch(params, xs, dhs):
    forward, both = torch_module(params, xs, dhs)
    return lambda: forward().detach(), both


def _torch_loop(params, xs, dhs):
    """The equations in a loop over time, as a cell of one's own is written in PyTorch."""
    import torch

    inputs, outputs_gradient = torch.from_numpy(xs).requires_grad_(), torch.from_numpy(dhs)
    W_xh, W_hh, b_h = (torch.from_numpy(a.copy()).requires_grad_() for _, a in params.items())
    leaves = inputs, W_xh, W_hh, b_h

    def run():
        h = c = torch.zeros(dhs.shape[1:])
        hs = []
        for x in inputs:
            i, f, g, o = (x @ W_xh + h @ W_hh + b_h).chunk(4, 1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
            hs.append(h)
        return torch.stack(hs)

    return (lambda: run().detach()), lambda: torch.autograd.grad(run(), leaves, outputs_gradient)


def _jax(params, xs, dhs):
    """``lax.scan``, compiled."""
    import jax
    from jax import numpy as jnp

    weights = tuple(jnp.asarray(array) for _, array in params.items())
    inputs, outputs_gradient = jnp.asarray(xs), jnp.asarray(dhs)

    def run(weights, inputs):
        W_xh, W_hh, b_h = weights

        def step(state, x):
            h, c = state
            i, f, g, o = jnp.split(x @ W_xh + h @ W_hh + b_h, 4, axis=1)
            c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
            h = jax.nn.sigmoid(o) * jnp.tanh(c)
            return (h, c), h

        zeros = jnp.zeros(dhs.shape[1:])
        return jax.lax.scan(step, (zeros, zeros), inputs)[1]

    forward = jax.jit(run)
    both = jax.jit(lambda weights, inputs, dhs: jax.vjp(run, weights, inputs)[1](dhs))
    return (
        lambda: forward(weights, inputs).block_until_ready(),
        lambda: jax.block_until_ready(both(weights, inputs, outputs_gradient)),
    )


def _onnxruntime(params, xs, dhs):
    """The operator LSTM of ONNX; gates in its order i, o, f, c."""
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    (T, N, D), H = xs.shape, dhs.shape[2]

    def weight(name, array):
        gates = array.reshape(-1, 4, H)[:, [0, 3, 1, 2]].reshape(-1, 4 * H)
        return numpy_helper.from_array(np.ascontiguousarray(gates.T)[None], name)

    bias = np.concatenate([params.b_h, np.zeros_like(params.b_h)]).reshape(2, 4, H)
    bias = numpy_helper.from_array(bias[:, [0, 3, 1, 2]].reshape(1, 8 * H), "B")
    node = helper.make_node("LSTM", ["xs", "W", "R", "B"], ["hs"], hidden_size=H)
    tensor = helper.make_tensor_value_info
    graph = helper.make_graph(
        [node],
        "lstm",
        [tensor("xs", TensorProto.FLOAT, [T, N, D])],
        [tensor("hs", TensorProto.FLOAT, [T, 1, N, H])],
        [weight("W", params.W_xh), weight("R", params.W_hh), bias],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return (lambda: session.run(None, {"xs": xs})[0][:, 0]), None


INSTEAD = {
    "rnnlib": _rnnlib,
    "torch.nn": _torch,
    "torch, a loop over time": _torch_loop,
    "JAX, lax.scan": _jax,
    "onnxruntime": _onnxruntime,
}
"""Makers by name; rnnlib first, because the others are compared with it."""

PACKAGES = {"JAX, lax.scan": "jax", "onnxruntime": "onnxruntime"}
