"""A cell that torch does not have, as a torch.nn.Module."""

from __future__ import annotations

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise, Unusable
from rnnlib.course.exercises.u14_pytorch.inputs import LENT, torch
from rnnlib.mgu import MGUParams, mgu_backward, mgu_forward
from rnnlib.torch_training import run_module

GRADS = ("W_xh", "W_hh", "b_h")


def mgu_module(xs, h, params, dhs):
    """The same states and gradients, by the library's own passes."""
    hs, _, cache = mgu_forward(xs, h, params)
    grads = mgu_backward(dhs, None, cache)[2]
    return hs, dict(grads.items())


def _draw(rng):
    plain = [{"T": 5, "N": 3, "D": 2, "H": 4}, {"T": 6, "N": 2, "D": 5, "H": 3}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = s.values()
        params = drawing.params(rng, MGUParams, W_xh=(D, 2 * H), W_hh=(H, 2 * H), b_h=(2 * H,))
        arrays = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        yield Case((*arrays, params, drawing.array(rng, T, N, H)), s, kind)


def _observe(returned, case):
    if not isinstance(returned, tuple) or len(returned) != 2 or not isinstance(returned[1], dict):
        raise Unusable("should return what `run_module` returns: hs and a dict of gradients")
    hs, grads = returned
    return {"hs": hs, **{f"grads.{name}": grads.get(name) for name in GRADS}}


MGU_MODULE = Exercise(
    "mgu_module",
    mgu_module,
    _draw,
    results={
        "hs": "(T, N, H)",
        "grads.W_xh": "(D, 2H)",
        "grads.W_hh": "(H, 2H)",
        "grads.b_h": "(2H,)",
    },
    weights={"hs": 2},
    observe=_observe,
    borrow=LENT,
)


@MGU_MODULE.variant
def three_parameters(xs, h, params, dhs):
    """Both products sliced."""

    class MGUCell(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.W_xh = torch.nn.Parameter(torch.tensor(params.W_xh))
            self.W_hh = torch.nn.Parameter(torch.tensor(params.W_hh))
            self.b_h = torch.nn.Parameter(torch.tensor(params.b_h))

        def forward(self, x, h):
            H = h.shape[1]
            a = x @ self.W_xh + self.b_h
            f = torch.sigmoid(a[:, :H] + h @ self.W_hh[:, :H])
            n = torch.tanh(a[:, H:] + (f * h) @ self.W_hh[:, H:])
            return (1 - f) * h + f * n

    return run_module(MGUCell(), xs, h, dhs)


@MGU_MODULE.variant
def registered_by_name(xs, h, params, dhs):
    """The parameters registered in a loop."""

    class MGUCell(torch.nn.Module):
        def __init__(self):
            super().__init__()
            for name, array in params.items():
                self.register_parameter(name, torch.nn.Parameter(torch.from_numpy(array.copy())))

        def forward(self, x, h):
            (x_f, x_n), (W_f, W_n) = (x @ self.W_xh + self.b_h).chunk(2, 1), self.W_hh.chunk(2, 1)
            f = (x_f + h @ W_f).sigmoid()
            return torch.lerp(h, (x_n + (f * h) @ W_n).tanh(), f)

    return run_module(MGUCell(), xs, h, dhs)


@MGU_MODULE.variant
def with_linear(xs, h, params, dhs):
    """torch's functional linear, which transposes the weight itself."""
    linear = torch.nn.functional.linear

    class Cell(torch.nn.Module):
        def __init__(self, W_xh, W_hh, b_h):
            super().__init__()
            self.W_xh, self.W_hh, self.b_h = map(torch.nn.Parameter, (W_xh, W_hh, b_h))

        def forward(self, x, h):
            H = h.shape[1]
            x_f, x_n = linear(x, self.W_xh.T, self.b_h).split(H, dim=-1)
            f = torch.sigmoid(x_f + linear(h, self.W_hh.T[:H]))
            n = torch.tanh(x_n + linear(f * h, self.W_hh.T[H:]))
            return h + f * (n - h)

    return run_module(Cell(*(torch.tensor(a) for _, a in params.items())), xs, h, dhs)


_slip = MGU_MODULE.slip
_slip(
    "weights_not_registered",
    "torch.nn.Parameter(torch.tensor(params.W_hh))",
    "torch.tensor(params.W_hh, requires_grad=True)",
    "`W_hh` is a tensor and no `torch.nn.Parameter`, so the module does not know it and an "
    "optimizer would never change it.",
)
_slip(
    "bias_not_registered",
    "torch.nn.Parameter(torch.tensor(params.b_h))",
    "torch.tensor(params.b_h)",
    "`b_h` is a tensor and no `torch.nn.Parameter`, so it would never be learned.",
)
_slip(
    "nothing_registered",
    "torch.nn.Parameter(torch.tensor(params.W_xh))\n"
    "            self.W_hh = torch.nn.Parameter(torch.tensor(params.W_hh))\n"
    "            self.b_h = torch.nn.Parameter(torch.tensor(params.b_h))",
    "torch.tensor(params.W_xh)\n"
    "            self.W_hh = torch.tensor(params.W_hh)\n"
    "            self.b_h = torch.tensor(params.b_h)",
    "no weight is a `torch.nn.Parameter`: the module has nothing that could be learned.",
)
_slip(
    "the_base_class_not_started",
    "super().__init__()",
    "pass",
    "`super().__init__()` is missing. A module makes its lists of parameters there.",
)
_slip(
    "gate_and_its_complement_swapped",
    "(1 - f) * h + f * n",
    "f * h + (1 - f) * n",
    "f and 1 - f have changed places: f is the part of the candidate.",
)
_slip(
    "candidate_reads_all_of_h",
    "(f * h) @ self.W_hh[:, H:]",
    "h @ self.W_hh[:, H:]",
    "the candidate reads all of h. It reads f * h.",
)
_slip(
    "gate_after_the_product",
    "(f * h) @ self.W_hh[:, H:]",
    "f * (h @ self.W_hh[:, H:])",
    "f is multiplied with the product. It is multiplied with h, before the product.",
)
_slip(
    "mgu_blocks_swapped",
    "self.W_hh[:, :H])\n            n = torch.tanh(a[:, H:] + (f * h) @ self.W_hh[:, H:])",
    "self.W_hh[:, H:])\n            n = torch.tanh(a[:, H:] + (f * h) @ self.W_hh[:, :H])",
    "the two blocks of `W_hh` have changed places: the first belongs to f.",
)
_slip(
    "sigmoid_for_the_candidate",
    "torch.tanh(",
    "torch.sigmoid(",
    "the candidate goes through a sigmoid. It goes through tanh.",
)
_slip(
    "mgu_without_bias",
    "x @ self.W_xh + self.b_h",
    "x @ self.W_xh",
    "`b_h` is never added, so it gets no gradient either.",
)
_slip(
    "state_cut_off",
    "            H = h.shape[1]\n",
    "            h = h.detach()\n            H = h.shape[1]\n",
    "h is detached in every step, so the gradient goes back one step only. The states are right.",
)


@MGU_MODULE.mistake
def gate_left_out(xs, h, params, dhs):
    """the new state is the candidate alone. f says which part of h it takes the place of."""

    class MGUCell(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.W_xh = torch.nn.Parameter(torch.tensor(params.W_xh))
            self.W_hh = torch.nn.Parameter(torch.tensor(params.W_hh))
            self.b_h = torch.nn.Parameter(torch.tensor(params.b_h))

        def forward(self, x, h):
            H = h.shape[1]
            a = x @ self.W_xh + self.b_h
            f = torch.sigmoid(a[:, :H] + h @ self.W_hh[:, :H])
            return torch.tanh(a[:, H:] + (f * h) @ self.W_hh[:, H:])

    return run_module(MGUCell(), xs, h, dhs)


MGU_MODULE.slip(
    "both_blocks_exchanged",
    "            f = torch.sigmoid(a[:, :H] + h @ self.W_hh[:, :H])\n"
    "            n = torch.tanh(a[:, H:] + (f * h) @ self.W_hh[:, H:])",
    "            f = torch.sigmoid(a[:, H:] + h @ self.W_hh[:, H:])\n"
    "            n = torch.tanh(a[:, :H] + (f * h) @ self.W_hh[:, :H])",
    "The two blocks of columns are exchanged: the gate's come first, then the candidate's.",
)
