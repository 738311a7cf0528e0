import numpy as np
import pytest
from oracle import close, close_params, lengths_to_mask

from rnnlib import (
    BidirectionalParams,
    ShapeError,
    bidirectional_backward,
    bidirectional_forward,
    init_gru,
    init_lstm,
    init_rnn,
    init_stack,
    stack_backward,
    stack_forward,
    zero_state,
)

INIT = {"rnn": init_rnn, "lstm": init_lstm, "gru": init_gru}


def flat(state):
    """Every array of a nested state, in order."""
    return [state] if isinstance(state, np.ndarray) else [a for part in state for a in flat(part)]


def like(state, rng):
    """Random arrays in the form of a state."""
    if isinstance(state, np.ndarray):
        return rng.normal(size=state.shape)
    parts = [like(part, rng) for part in state]
    return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)


def test_gradients_of_two_directions_are_checked_before_they_are_split():
    params = init_stack(init_rnn, 3, 4, 1, np.random.default_rng(1), bidirectional=True)
    hs, _, cache = stack_forward(np.ones((5, 2, 3)), zero_state(params, 2), params)
    close(stack_backward(hs.tolist(), None, cache)[0], stack_backward(hs, None, cache)[0])
    for wrong in (hs[:, :, 1:], hs[0], hs[1:]):
        with pytest.raises(ShapeError, match=r"dhs must have shape \(5, 2, 8\), got"):
            stack_backward(wrong, None, cache)


@pytest.mark.parametrize("cell", INIT)
def test_one_bidirectional_layer_is_a_stack_of_one(cell):
    rng = np.random.default_rng(4)
    stacked = init_stack(INIT[cell], 3, 4, 1, rng, bidirectional=True)
    (params,) = stacked.layers
    xs, mask = rng.normal(size=(6, 2, 3)), lengths_to_mask([6, 4], 6)
    states0 = like(zero_state(params, 2), rng)
    hs, states, cache = bidirectional_forward(xs, states0, params, mask=mask)
    hs_stack, (states_stack,), cache_stack = stack_forward(xs, (states0,), stacked, mask=mask)
    close(hs, hs_stack)
    dhs, dstates = rng.normal(size=hs.shape), like(states, rng)
    dxs, dstates0, grads = bidirectional_backward(dhs, dstates, cache)
    dxs_stack, (dstates0_stack,), grads_stack = stack_backward(dhs, (dstates,), cache_stack)
    close(dxs, dxs_stack)
    for a, b in zip(flat((*states, *dstates0)), flat((*states_stack, *dstates0_stack))):
        close(a, b)
    close_params(grads, grads_stack.layers[0])


def test_the_backward_cell_starts_at_each_examples_own_end():
    rng = np.random.default_rng(5)
    params = BidirectionalParams(init_rnn(3, 4, rng), init_rnn(3, 5, rng))
    xs, lengths = rng.normal(size=(6, 2, 3)), (6, 4)
    hs, states, _ = bidirectional_forward(
        xs, zero_state(params, 2), params, mask=lengths_to_mask(lengths, 6)
    )
    for n, length in enumerate(lengths):
        alone, last, _ = bidirectional_forward(
            xs[:length, n : n + 1], zero_state(params, 1), params
        )
        close(hs[:length, n], alone[:, 0])
        close(states[0][n], last[0][0])
        close(states[1][n], last[1][0])
