"""How much processor time a forward and backward pass takes, here and in PyTorch.

Processor time, because it does not grow when something else is running; the shortest of several
runs, because the first ones have to fill the memory's caches. Both sides get the same weights, the
same inputs and the same gradients from above.
"""

from time import process_time

from rnnlib.cell_models import first_state
from rnnlib.cells import cell_functions
from rnnlib.lstm import LSTMState
from rnnlib.torch_bridge import _torch, to_torch

__all__ = ["fastest", "layer_seconds"]


def fastest(function, runs=5):
    """Call a function once, then `runs` times more, and return the shortest of these times.

    Returns
    -------
    float
        In seconds of processor time.

    Examples
    --------
    >>> fastest(lambda: sum(range(10))) >= 0
    True
    """
    function()
    seconds = []
    for _ in range(runs):
        start = process_time()
        function()
        seconds.append(process_time() - start)
    return min(seconds)


def layer_seconds(params, T, N, rng, *, runs=5):
    """Time one forward and backward pass of a layer, by the library and by torch.nn.

    Parameters
    ----------
    params : RNNParams, LSTMParams or GRUParams
        In float32 or float64; all arrays take this dtype.
    T, N : int
        Steps and examples.
    rng : numpy.random.Generator
    runs : int

    Returns
    -------
    ours, theirs : float
        In seconds.

    Examples
    --------
    >>> from rnnlib import init_rnn
    >>> from numpy.random import default_rng
    >>> rng = default_rng(0)
    >>> ours, theirs = layer_seconds(init_rnn(3, 4, rng), 5, 2, rng, runs=1)
    >>> ours > 0 and theirs > 0
    True
    """
    torch = _torch()
    D, H, dtype = params.W_xh.shape[0], params.W_hh.shape[0], params.W_xh.dtype
    xs, dhs = (rng.normal(size=(T, N, size)).astype(dtype) for size in (D, H))
    forward, backward = cell_functions(params)
    state, layer = first_state(params, N), to_torch(params)
    dstate = LSTMState(*state) if isinstance(state, LSTMState) else state

    def by_hand():
        _, _, cache = forward(xs, state, params)
        backward(dhs, dstate, cache)

    inputs, from_above = torch.tensor(xs, requires_grad=True), torch.tensor(dhs)

    def in_torch():
        layer.zero_grad()
        layer(inputs)[0].backward(from_above)

    return fastest(by_hand, runs), fastest(in_torch, runs)
