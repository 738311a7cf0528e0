"""Small pieces around PyTorch: weights as leaves, a module over a sequence, letters in chunks.

What goes in and what comes out are NumPy arrays and the library's groups; tensors live in between.
In float64 and on the CPU, so that numbers can be compared with the library's own to the last few
digits. torch is imported when one of the functions is called.
"""

import numpy as np

from rnnlib.cell_models import CellModel
from rnnlib.dense import DenseParams
from rnnlib.rnn import RNNParams
from rnnlib.torch_bridge import _torch, from_torch, to_torch

__all__ = [
    "as_leaves",
    "chunk_loss",
    "gradients_of",
    "letter_modules",
    "one_hot_tensor",
    "prepare_torch",
    "read_modules",
    "run_function",
    "run_module",
]


def prepare_torch():
    """Use one thread, and load now what torch loads when its first optimizer makes a step.

    One thread, because small networks gain nothing by more, and numbers that are measured become
    steady. Loading takes some seconds, which would otherwise fall into somebody's first call.

    Examples
    --------
    >>> prepare_torch()
    >>> import torch
    >>> torch.get_num_threads()
    1
    """
    torch = _torch()
    torch.set_num_threads(1)
    weight = torch.nn.Parameter(torch.ones(2))
    optimizer = torch.optim.SGD([weight], lr=0.1)
    optimizer.zero_grad()
    (2 * weight).backward(torch.ones(2))
    optimizer.step()


def run_module(cell, xs, h, dhs):
    """Run a cell over a sequence, and go backward from the gradients of its states.

    Parameters
    ----------
    cell : torch.nn.Module
        ``cell(x, h)`` returns the next h; it is called once a step.
    xs : (T, N, D)
    h : (N, H)
        The state before the first step.
    dhs : (T, N, H)
        dL/dh at every step.

    Returns
    -------
    hs : (T, N, H)
    grads : dict
        The gradient of each parameter that is registered in the module, by its name.

    Raises
    ------
    TypeError
        If `cell` is no torch.nn.Module.

    Examples
    --------
    >>> import torch
    >>> cell = torch.nn.RNNCell(2, 3, dtype=torch.float64)
    >>> hs, grads = run_module(cell, np.ones((5, 1, 2)), np.zeros((1, 3)), np.ones((5, 1, 3)))
    >>> hs.shape, sorted(grads)
    ((5, 1, 3), ['bias_hh', 'bias_ih', 'weight_hh', 'weight_ih'])
    """
    torch = _torch()
    if not isinstance(cell, torch.nn.Module):
        raise TypeError(f"cell must be an object of a torch.nn.Module, got {type(cell).__name__}")
    h, hs = torch.tensor(h), []
    for x in torch.tensor(xs):
        h = cell(x, h)
        hs.append(h)
    hs = torch.stack(hs)
    if hs.requires_grad:
        (hs * torch.tensor(dhs)).sum().backward()
    named = dict(cell.named_parameters())
    return hs.detach().numpy(), {n: p.grad.numpy() for n, p in named.items() if p.grad is not None}


def run_function(function, xs, h, params, dhs=None):
    """Apply an autograd function to a sequence and its weights, and go backward; or gradcheck it.

    Parameters
    ----------
    function : class
        Derived from torch.autograd.Function; ``apply(xs, h, W_xh, W_hh, b_h)`` returns hs.
    xs : (T, N, D)
    h : (N, H)
    params : RNNParams
    dhs : (T, N, H), optional

    Returns
    -------
    hs, dxs, dh, grads
        The states and the gradients of the three arguments; without `dhs` one bool instead: what
        ``torch.autograd.gradcheck`` says.

    Raises
    ------
    TypeError
        If `function` is no subclass of torch.autograd.Function.
    ValueError
        If an argument gets no gradient.

    Examples
    --------
    >>> import torch
    >>> from rnnlib import init_rnn
    >>> class Doubled(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, xs, *rest):
    ...         ctx.rest = rest
    ...         return 2 * xs
    ...     @staticmethod
    ...     def backward(ctx, dhs):
    ...         return 2 * dhs, *map(torch.zeros_like, ctx.rest)
    >>> params = init_rnn(2, 2, np.random.default_rng(0))
    >>> run_function(Doubled, np.ones((5, 1, 2)), np.zeros((1, 2)), params)  # gradcheck
    True
    """
    torch = _torch()
    if not (isinstance(function, type) and issubclass(function, torch.autograd.Function)):
        raise TypeError(f"{function!r} must be a class derived from torch.autograd.Function")
    arrays = {"xs": xs, "h": h, **dict(params.items())}
    leaves = [torch.tensor(array, requires_grad=True) for array in arrays.values()]
    if dhs is None:
        return torch.autograd.gradcheck(function.apply, leaves, raise_exception=False)
    hs = function.apply(*leaves)
    (hs * torch.tensor(dhs)).sum().backward()
    for name, leaf in zip(arrays, leaves):
        if leaf.grad is None:
            raise ValueError(f"{name} got no gradient: its place in what backward returns is None")
    dxs, dh, *grads = (leaf.grad.numpy() for leaf in leaves)
    return hs.detach().numpy(), dxs, dh, RNNParams(*grads)


def as_leaves(model):
    """Copy the weights of a model of letters into tensors that collect gradients.

    Parameters
    ----------
    model : CellModel
        An RNN and its output layer.

    Returns
    -------
    dict of torch.Tensor
        By name, such as ``"cell.W_xh"``.

    Examples
    --------
    >>> from rnnlib import init_dense, init_rnn
    >>> rng = np.random.default_rng(0)
    >>> leaves = as_leaves(CellModel(init_rnn(3, 5, rng), init_dense(5, 3, rng)))
    >>> list(leaves), leaves["out.b_y"].requires_grad
    (['cell.W_xh', 'cell.W_hh', 'cell.b_h', 'out.W_hy', 'out.b_y'], True)
    """
    torch = _torch()
    return {name: torch.tensor(array, requires_grad=True) for name, array in model.items()}


def gradients_of(leaves):
    """Collect the gradients that lie in the tensors of `as_leaves`; zeros where there is none.

    Returns
    -------
    CellModel

    Examples
    --------
    >>> from rnnlib import init_dense, init_rnn
    >>> rng = np.random.default_rng(0)
    >>> leaves = as_leaves(CellModel(init_rnn(3, 5, rng), init_dense(5, 3, rng)))
    >>> leaves["out.b_y"].sum().backward()
    >>> gradients_of(leaves).out.b_y
    array([1., 1., 1.])
    """
    get = {n: np.zeros(t.shape) if t.grad is None else t.grad.numpy() for n, t in leaves.items()}
    cell = RNNParams(*(get[f"cell.{name}"] for name in ("W_xh", "W_hh", "b_h")))
    return CellModel(cell, DenseParams(get["out.W_hy"], get["out.b_y"]))


def chunk_loss(xs, targets, h, leaves):
    """Run an RNN over some steps, with torch's elementary operations.

    Parameters
    ----------
    xs : (k, N, D)
    targets : (k, N) of int
    h : torch.Tensor
        (N, H), before the first of these steps.
    leaves : dict of torch.Tensor
        From `as_leaves`.

    Returns
    -------
    loss : torch.Tensor
        The mean cross-entropy of these steps, a tensor that knows where it comes from.
    h : torch.Tensor
        After the last of these steps; it knows that too.

    Examples
    --------
    >>> import torch
    >>> from rnnlib import init_dense, init_rnn
    >>> rng = np.random.default_rng(0)
    >>> model = CellModel(init_rnn(3, 5, rng), init_dense(5, 3, rng))
    >>> xs, targets, h = np.ones((4, 2, 3)), np.zeros((4, 2), int), torch.zeros((2, 5)).double()
    >>> loss, h = chunk_loss(xs, targets, h, as_leaves(model))
    >>> loss.ndim, h.shape, h.requires_grad
    (0, torch.Size([2, 5]), True)
    """
    torch = _torch()
    rows = []
    for x in torch.tensor(xs):
        a = x @ leaves["cell.W_xh"] + h @ leaves["cell.W_hh"] + leaves["cell.b_h"]
        h = torch.tanh(a)
        rows.append(h @ leaves["out.W_hy"] + leaves["out.b_y"])
    loss = torch.nn.functional.cross_entropy(torch.cat(rows), torch.tensor(targets).reshape(-1))
    return loss, h


def one_hot_tensor(ids, V):
    """Turn letters as numbers into one-hot vectors: (...) of int to a tensor (..., V).

    Examples
    --------
    >>> one_hot_tensor([2, 0], 3)
    tensor([[0., 0., 1.],
            [1., 0., 0.]], dtype=torch.float64)
    """
    torch = _torch()
    return torch.nn.functional.one_hot(torch.tensor(ids), V).double()


def letter_modules(model, *, batch_first=False):
    """Make torch's layers with the weights of a model of letters.

    Parameters
    ----------
    model : CellModel
        Of an RNN, LSTM or GRU.
    batch_first : bool
        Whether the recurrent layer takes the first axis for the batch, and not for time.

    Returns
    -------
    cell : torch.nn.RNN, torch.nn.LSTM or torch.nn.GRU
    out : torch.nn.Linear

    Examples
    --------
    >>> from rnnlib import init_dense, init_gru
    >>> rng = np.random.default_rng(0)
    >>> letter_modules(CellModel(init_gru(3, 5, rng), init_dense(5, 3, rng)), batch_first=True)
    (GRU(3, 5, batch_first=True), Linear(in_features=5, out_features=3, bias=True))
    """
    torch = _torch()
    cell = to_torch(model.cell, batch_first=batch_first)
    H, K = model.out.W_hy.shape
    out = torch.nn.Linear(H, K, dtype=next(cell.parameters()).dtype)
    with torch.no_grad():
        out.weight.copy_(torch.tensor(model.out.W_hy.T.copy()))
        out.bias.copy_(torch.tensor(model.out.b_y))
    return cell, out


def read_modules(cell, out):
    """Read the weights of the two layers of `letter_modules` back into a group.

    Returns
    -------
    CellModel

    Examples
    --------
    >>> from rnnlib import init_dense, init_rnn
    >>> rng = np.random.default_rng(0)
    >>> model = CellModel(init_rnn(3, 5, rng), init_dense(5, 3, rng))
    >>> read_modules(*letter_modules(model)).out
    DenseParams(W_hy (5, 3), b_y (3,))
    """
    weight, bias = (p.detach().numpy().copy() for p in (out.weight, out.bias))
    return CellModel(from_torch(cell), DenseParams(weight.T.copy(), bias))
