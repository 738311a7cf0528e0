"""Your own backward pass, as a torch.autograd.Function."""

from __future__ import annotations

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.course.exercises.u14_pytorch.inputs import LENT, draw_rnn, torch
from rnnlib.rnn import RNNParams, rnn_backward, rnn_forward
from rnnlib.torch_training import run_function


def own_bptt(xs, h, params, dhs):
    """The library's own passes, without torch."""
    hs, _, cache = rnn_forward(xs, h, params)
    return hs, *rnn_backward(dhs, None, cache)


def _draw(rng):
    plain = [{"T": 5, "N": 3, "D": 2, "H": 4}, {"T": 6, "N": 2, "D": 5, "H": 3}]
    for kind, s in drawing.sizes(plain, "TNDH"):
        T, N, D, H = s.values()
        arrays = drawing.array(rng, T, N, D), drawing.array(rng, N, H, scale=0.5)
        yield Case((*arrays, draw_rnn(rng, D, H), drawing.array(rng, T, N, H)), s, kind)


OWN_BPTT = Exercise(
    "own_bptt",
    own_bptt,
    _draw,
    results={
        "hs": "(T, N, H)",
        "dxs": "(T, N, D)",
        "dh": "(N, H)",
        "grads.W_xh": "(D, H)",
        "grads.W_hh": "(H, H)",
        "grads.b_h": "(H,)",
    },
    borrow=(*LENT, "rnnlib.rnn", "rnnlib.activations", "rnnlib._timesteps"),
)


@OWN_BPTT.variant
def cache_in_the_context(xs, h, params, dhs):
    """The cache is kept in `ctx`; five gradients for five arguments."""

    class OwnRNN(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *tensors):
            xs, h, *weights = (t.detach().numpy() for t in tensors)
            hs, _, ctx.cache = rnn_forward(xs, h, RNNParams(*weights))
            return torch.tensor(hs)

        @staticmethod
        def backward(ctx, dhs):
            dxs, dh, grads = rnn_backward(dhs.numpy(), None, ctx.cache)
            arrays = dxs, dh, grads.W_xh, grads.W_hh, grads.b_h
            return tuple(torch.tensor(a) for a in arrays)

    return run_function(OwnRNN, xs, h, params, dhs)


@OWN_BPTT.variant
def forward_again(xs, h, params, dhs):
    """Only the arguments are saved, torch's way; the forward pass runs once more."""

    class Again(torch.autograd.Function):
        @staticmethod
        def forward(ctx, xs, h, W_xh, W_hh, b_h):
            ctx.save_for_backward(xs, h, W_xh, W_hh, b_h)
            xs, h, W_xh, W_hh, b_h = (t.detach().numpy() for t in (xs, h, W_xh, W_hh, b_h))
            return torch.from_numpy(rnn_forward(xs, h, RNNParams(W_xh, W_hh, b_h))[0])

        @staticmethod
        def backward(ctx, dhs):
            xs, h, *weights = (t.detach().numpy() for t in ctx.saved_tensors)
            cache = rnn_forward(xs, h, RNNParams(*weights))[2]
            dxs, dh, grads = rnn_backward(dhs.detach().numpy(), None, cache)
            return *map(torch.from_numpy, (dxs, dh)), *(torch.tensor(a) for _, a in grads.items())

    return run_function(Again, xs, h, params, dhs)


@OWN_BPTT.variant
def loop_of_torch(xs, h, params, dhs):
    """Both loops written out with tensors."""

    class Loop(torch.autograd.Function):
        @staticmethod
        def forward(ctx, xs, h, W, U, b):
            hs = [h]
            for x in xs:
                hs.append(torch.tanh(x @ W + hs[-1] @ U + b))
            ctx.kept = xs, torch.stack(hs), W, U
            return torch.stack(hs[1:])

        @staticmethod
        def backward(ctx, dhs):
            xs, hs, W, U = ctx.kept
            dh, dxs = torch.zeros_like(hs[0]), torch.zeros_like(xs)
            dW, dU, db = torch.zeros_like(W), torch.zeros_like(U), torch.zeros_like(U[0])
            for t in reversed(range(len(xs))):
                da = (dhs[t] + dh) * (1 - hs[t + 1] ** 2)
                dW, dU, db = dW + xs[t].T @ da, dU + hs[t].T @ da, db + da.sum(0)
                dxs[t], dh = da @ W.T, da @ U.T
            return dxs, dh, dW, dU, db

    return run_function(Loop, xs, h, params, dhs)


_slip = OWN_BPTT.slip
_slip(
    "array_returned",
    "return torch.tensor(hs)",
    "return hs",
    "`forward` returns an array. What it returns must be a tensor.",
)
_slip(
    "arrays_for_gradients",
    "return tuple(torch.tensor(a) for a in arrays)",
    "return arrays",
    "`backward` returns arrays. Each gradient must be a tensor.",
)
_slip(
    "gradients_of_the_weights_only",
    "arrays = dxs, dh, grads.W_xh, grads.W_hh, grads.b_h",
    "arrays = grads.W_xh, grads.W_hh, grads.b_h",
    "`backward` returns three gradients. It returns one for *each* argument of `forward`, in their "
    "order: five.",
)
_slip(
    "two_gradients_swapped",
    "arrays = dxs, dh, grads.W_xh, grads.W_hh, grads.b_h",
    "arrays = dh, dxs, grads.W_xh, grads.W_hh, grads.b_h",
    "the gradients of xs and of h have changed places. They stand in the order of the arguments.",
)
_slip(
    "square_weight_transposed",
    "grads.W_hh, grads.b_h",
    "grads.W_hh.T, grads.b_h",
    "the gradient of `W_hh` is transposed. It is of the course's `W_hh`, not of torch's weight.",
)
_slip(
    "gradient_of_the_inputs_forgotten",
    "arrays = dxs, dh,",
    "arrays = 0 * dxs, dh,",
    "the gradient of xs is zero: layers below would not learn.",
)
_slip(
    "gradient_of_the_first_state_forgotten",
    "arrays = dxs, dh,",
    "arrays = dxs, 0 * dh,",
    "the gradient of h, the first state, is zero.",
)
_slip(
    "gradient_from_above_ignored",
    "rnn_backward(dhs.numpy(), None, ctx.cache)",
    "rnn_backward(0 * dhs.numpy() + 1, None, ctx.cache)",
    "`dhs`, which comes from above, is not used: ones take its place. That is right only if the "
    "loss is the sum of the states.",
)
_slip(
    "last_step_counted_twice",
    "rnn_backward(dhs.numpy(), None, ctx.cache)",
    "rnn_backward(dhs.numpy(), dhs[-1].numpy(), ctx.cache)",
    "the last step's gradient counts twice: it is a part of `dhs` already.",
)
_slip(
    "only_the_last_state",
    "rnn_backward(dhs.numpy(), None, ctx.cache)",
    "rnn_backward(None, dhs[-1].numpy(), ctx.cache)",
    "only the gradient of the last state goes back. Every step has one.",
)
_slip(
    "biases_missing",
    "grads.b_h\n",
    "0 * grads.b_h\n",
    "the gradient of `b_h` is zero.",
)
_slip(
    "cache_not_kept",
    "hs, _, ctx.cache = rnn_forward",
    "hs, _, cache = rnn_forward",
    "the cache is lost: what `backward` needs, `forward` leaves in `ctx`.",
)
