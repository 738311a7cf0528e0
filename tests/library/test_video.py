from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, few, seeds, size

import rnnlib
from rnnlib import LSTMState, gradient_check
from rnnlib.conv import conv2d_backward
from rnnlib.data.clips import EVENTS, event_clips
from rnnlib.sweep import receptive_field, sweep, sweep_backward, sweep_rnn
from rnnlib.video import (
    caption_loss,
    caption_start,
    caption_step,
    event_logits,
    event_loss,
    flat_event_loss,
    frame_loss,
    frame_step,
    init_captions,
    init_events,
    init_flat_frames,
    init_frames,
    nearest_labels,
    predict_frames,
    raise_alarms,
    straight_motion,
    train,
    write_caption,
    zero_frame_state,
)
from rnnlib.video.event_params import EventParams


def clips_and_rng(T=4, N=2, R=3, S=4, D=1, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((T, N, R, S, D)), rng


# --- gradients --------------------------------------------------------------------------------


@pytest.mark.parametrize("flat", [False, True])
def test_gradients_of_a_frame_predictor(flat):
    clips, rng = clips_and_rng()
    params = init_flat_frames(12, 3, rng) if flat else init_frames(2, rng)
    loss, grads = frame_loss(clips, params)
    assert gradient_check(lambda p: frame_loss(clips, p)[0], params, grads).ok
    # The loss is that of the frames which the step predicts.
    state, errors = zero_frame_state(clips[0], params), []
    for frame, wanted in pairwise(clips):
        predicted, state = frame_step(frame, state, params)
        errors.append(np.square(predicted - wanted).mean())
    close(loss, np.mean(errors))


@pytest.mark.parametrize("flat", [False, True])
def test_gradients_of_a_classifier(flat):
    clips, rng = clips_and_rng(N=3)
    params = init_events(2, rng)
    if flat:
        params = EventParams(rnnlib.init_lstm(12, 2, rng), params.out)
    labels, loss_of = np.array([5, 0, 2]), flat_event_loss if flat else event_loss
    loss, grads = loss_of(clips, labels, params)
    assert gradient_check(lambda p: loss_of(clips, labels, p)[0], params, grads).ok
    close(loss, rnnlib.cross_entropy(event_logits(clips, params), labels))


def test_gradients_of_a_caption_and_what_lies_behind_its_full_stop():
    clips, rng = clips_and_rng(D=3)
    params, words = init_captions(2, 3, 7, rng), np.array([[3, 6], [1, 0], [0, 5]])
    loss, grads = caption_loss(clips, words, params)
    assert gradient_check(lambda p: caption_loss(clips, words, p)[0], params, grads).ok
    words[2, 1] = 2  # behind the full stop of the second caption
    assert caption_loss(clips, words, params)[0] == loss
    # The loss is that of the words which the step finds likely.
    seen, h = caption_start(clips, params)
    losses = []
    for n, caption in enumerate([[3, 1, 0], [6, 0]]):
        state = seen[n : n + 1], h[n : n + 1]
        for before, word in zip([0, *caption], caption):
            logits, state = caption_step(before, state, params)
            losses.append(rnnlib.cross_entropy(logits, word))
    close(loss, np.mean(losses))


# --- sweeps and receptive fields --------------------------------------------------------------


@given(N=size(3), R=size(4), S=size(4), D=size(3), H=size(3), seed=seeds, rows=st.booleans())
@few
def test_a_sweep_and_its_backward_against_torch(N, R, S, D, H, seed, rows):
    rng = np.random.default_rng(seed)
    x, dy = rng.normal(size=(N, R, S, D)), rng.normal(size=(N, R, S, H))
    params = rnnlib.init_rnn(D, H, rng)
    y, cache = sweep_rnn(x, params, "rows" if rows else "columns")
    dx, grads = sweep_backward(dy, cache)
    leaves = [torch.tensor(a, requires_grad=True) for a in (x, *(w for _, w in params.items()))]
    tx, W, U, b = leaves
    lines = tx if rows else tx.transpose(1, 2)
    h, states = torch.zeros(*lines.shape[:2], H, dtype=torch.float64), []
    for s in range(lines.shape[2]):
        h = torch.tanh(lines[:, :, s] @ W + h @ U + b)
        states.append(h)
    expected = torch.stack(states, dim=2)
    expected = expected if rows else expected.transpose(1, 2)
    expected.backward(torch.tensor(dy))
    close(y, expected)
    close(dx, leaves[0].grad)
    close(grads.W_xh, W.grad)
    close(grads.b_h, b.grad)


def test_a_sweep_goes_along_rows_or_columns_only():
    with pytest.raises(ValueError, match='must be "rows" or "columns"'):
        sweep(np.ones((1, 2, 2, 1)), lambda xs: xs, "diagonals")


@given(F=st.sampled_from([1, 3, 5]), row=st.integers(0, 6), column=st.integers(0, 7), seed=seeds)
@few
def test_the_receptive_field_of_a_convolution_is_its_kernel(F, row, column, seed):
    rng = np.random.default_rng(seed)
    x, W = rng.normal(size=(1, 7, 8, 2)), rng.normal(size=(F, F, 2, 3))
    seen = receptive_field(lambda dy: conv2d_backward(dy, x, W)[0], (7, 8, 3), row, column)
    rows, columns = np.indices((7, 8))
    near = np.maximum(np.abs(rows - row), np.abs(columns - column)) <= F // 2
    np.testing.assert_array_equal(seen, near)


# --- frames, alarms, captions, events ---------------------------------------------------------


def test_predicted_frames_are_those_of_a_loop_over_the_step():
    clips, rng = clips_and_rng(T=5)
    params = init_frames(2, rng)
    start = zero_frame_state(clips[0], params)
    predicted = predict_frames(clips, 3, lambda x, s: frame_step(x, s, params), start)
    state, seen = start, list(clips)
    for t in range(7):
        guess, state = frame_step(seen[t], state, params)
        seen += [guess] if t >= 4 else []
    close(predicted, np.stack(seen[5:]))


@given(down=st.integers(-1, 1), right=st.integers(-1, 1), seed=seeds)
@few
def test_straight_motion_goes_on_as_things_have_moved(down, right, seed):
    rng = np.random.default_rng(seed)
    frames = np.zeros((5, 1, 14, 14, 1))
    sprite = rng.uniform(0.2, 1, (3, 3, 1))
    for t in range(5):
        r, s = 5 + t * down, 5 + t * right
        frames[t, 0, r : r + 3, s : s + 3] = sprite
    np.testing.assert_array_equal(straight_motion(frames[:2], 3), frames[2:])


@given(M=size(40), share=st.floats(0, 0.99), seed=seeds)
@few
def test_no_more_normal_clips_than_the_share_are_above_the_threshold(M, share, seed):
    rng = np.random.default_rng(seed)
    normal = rng.integers(1, 9, (4, M)).astype(float)  # with many equal scores
    threshold, alarms = raise_alarms(normal, normal, share)
    scores = normal.max(axis=0)
    assert alarms.mean() <= share and threshold in scores
    smaller = scores[scores < threshold]
    assert all((scores > score).mean() > share - 1e-12 for score in smaller)


def test_an_alarm_needs_a_share_below_one():
    with pytest.raises(ValueError, match="share must be"):
        raise_alarms(np.ones((2, 3)), np.ones((2, 3)), 1.0)


def test_a_caption_ends_at_the_full_stop_or_at_its_longest():
    def counts(word, state):
        return np.eye(5)[(word + 1) % 5], state

    assert write_caption(None, counts, 9).tolist() == [1, 2, 3, 4]
    assert write_caption(None, counts, 3).tolist() == [1, 2, 3]
    assert write_caption(None, lambda word, state: (np.eye(5)[0], state), 3).tolist() == []


def test_a_shifted_event_gives_the_same_logits_away_from_the_edges():
    rng = np.random.default_rng(0)
    params = init_events(4, rng)
    clips = np.zeros((3, 1, 15, 15, 1))
    clips[:, 0, 6:8, 6:8] = rng.random((3, 2, 2, 1))
    moved = np.roll(clips, (1, -1), axis=(2, 3))
    close(event_logits(moved, params), event_logits(clips, params))


def test_the_nearest_clip_is_the_nearest_of_all():
    rng = np.random.default_rng(1)
    known, asked = rng.normal(size=(3, 6, 2, 2, 1)), rng.normal(size=(3, 4, 2, 2, 1))
    distances = np.square(known[:, None] - asked[:, :, None]).sum(axis=(0, 3, 4, 5))
    labels = np.arange(6) * 10
    np.testing.assert_array_equal(
        nearest_labels(known, labels, asked), labels[distances.argmin(axis=1)]
    )


def test_training_learns_every_event_and_every_clip_takes_part():
    rng = np.random.default_rng(0)
    clips, labels = event_clips(12, rng)
    shown = []

    def loss(x, y, params):
        shown.extend(y.tolist())
        return event_loss(x, y, params)

    _, losses = train(loss, init_events(6, rng), (clips, labels), updates=12, batch=6, rng=rng)
    assert sorted(shown) == sorted(6 * labels.tolist()) and len(EVENTS) == 6
    assert losses[-2:].mean() < losses[:2].mean()


def test_a_state_is_one_of_the_lstm():
    clips, rng = clips_and_rng()
    assert isinstance(zero_frame_state(clips[0], init_frames(2, rng)), LSTMState)
