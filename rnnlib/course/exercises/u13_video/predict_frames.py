"""Several frames ahead: read the clip, then read what was predicted."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.video.next_frame import predict_frames


def small_predictor(rng, D):
    """A predictor of a few lines whose state depends on everything it has read."""
    W_x, W_h = rng.normal(0, 0.7, (D, D)), rng.normal(0, 0.7, (D, D))

    def step(frame, state):
        if np.ndim(frame) != 4 or np.shape(frame)[3] != D:
            raise ValueError(f"step reads (N, R, S, D) with D={D}; it was given {np.shape(frame)}")
        state = np.tanh(frame @ W_x + 0.9 * state + 0.1)
        return np.tanh(state @ W_h + 0.3 * np.roll(frame, 1, axis=2)) + 0.2, state

    return step


def _draw_predict(rng):
    def case(T, N, R, S, D, steps, **settings):
        frames = drawing.array(rng, T, N, R, S, D)
        state = drawing.array(rng, N, R, S, D, scale=0.6)
        sizes = {"T": T, "N": N, "R": R, "S": S, "D": D, "steps": steps}
        return Case((frames, steps, small_predictor(rng, D), state), sizes, **settings)

    yield case(6, 3, 4, 5, 2, 7)
    yield case(5, 2, 6, 4, 3, 3)
    for letter in "TNRSD":
        s = {"T": 6, "N": 3, "R": 4, "S": 5, "D": 2, letter: 1}
        yield case(**s, steps=4, kind=drawing.ONES)
    yield case(5, 2, 3, 4, 6, 1, kind="one frame ahead")


PREDICT_FRAMES = Exercise(
    "predict_frames",
    predict_frames,
    _draw_predict,
    results={"predicted": "(steps, N, R, S, D)"},
)


@PREDICT_FRAMES.variant
def two_loops_of_frames(frames, steps, step, state):
    """First the clip is read, then what was predicted."""
    for frame in frames:
        guess, state = step(frame, state)
    predicted = []
    for _ in range(steps):
        predicted.append(guess)
        guess, state = step(guess, state)
    return np.stack(predicted)


@PREDICT_FRAMES.variant
def one_loop_of_frames(frames, steps, step, state):
    """One loop over all steps; after the clip the last guess is the next frame."""
    T, guesses = len(frames), []
    for t in range(T + steps - 1):
        frame = frames[t] if t < T else guesses[-1]
        guess, state = step(frame, state)
        guesses.append(guess)
    return np.array(guesses[T - 1 :])


@PREDICT_FRAMES.variant
def clip_that_grows(frames, steps, step, state):
    """The clip grows by each guess, and is read from the front."""
    clip, T, t = list(frames), len(frames), 0
    while len(clip) < T + steps:
        guess, state = step(clip[t], state)
        t += 1
        if t >= T:
            clip.append(guess)
    return np.stack(clip[T:])


@PREDICT_FRAMES.variant
def array_of_frames(frames, steps, step, state):
    """An array of the right shape is filled."""
    predicted = np.empty((steps, *frames.shape[1:]))
    for frame in frames:
        predicted[0], state = step(frame, state)
    for k in range(1, steps):
        predicted[k], state = step(predicted[k - 1], state)
    return predicted


PREDICT_FRAMES.slip(
    "state_stands_still_while_predicting",
    "        guess, state = step(guess, state)",
    "        guess, _ = step(guess, state)",
    "the state stands still while frames are predicted: the new one that `step` returns is "
    "dropped.",
)

PREDICT_FRAMES.slip(
    "state_stands_still_while_reading",
    "        guess, state = step(frame, state)",
    "        guess, after = step(frame, state)",
    "the clip leaves no trace in the state: each of its frames is read from the first state.",
)

PREDICT_FRAMES.slip(
    "last_frame_again_and_again",
    "step(guess, state)",
    "step(frame, state)",
    "the last frame of the clip is read again and again. After the clip, what was predicted is "
    "read.",
)

PREDICT_FRAMES.slip(
    "first_guess_left_out",
    "        predicted.append(guess)\n        guess, state = step(guess, state)\n",
    "        guess, state = step(guess, state)\n        predicted.append(guess)\n",
    "the first predicted frame is left out: what `step` returns for the last frame of the clip is "
    "already a prediction.",
)

PREDICT_FRAMES.slip(
    "last_frame_read_twice",
    "    predicted = []\n",
    "    predicted = []\n    guess, state = step(frames[-1], state)\n",
    "the last frame of the clip is read twice.",
)

PREDICT_FRAMES.slip(
    "one_frame_too_many",
    "range(steps)",
    "range(steps + 1)",
    "one frame too many is predicted: `range(steps)`.",
)

PREDICT_FRAMES.slip(
    "one_frame_too_few",
    "    return np.stack(predicted)",
    "    return np.stack(predicted[:-1] or predicted)",
    "the last of the predicted frames is left out.",
)

PREDICT_FRAMES.slip(
    "frames_of_the_clip_returned",
    "predicted.append(guess)\n        guess, state = step(guess, state)",
    "predicted.append(frame)\n        frame, state = step(frame, state)",
    "the list begins with the last frame of the clip, and that frame is read twice. The guesses "
    "are wanted.",
)

PREDICT_FRAMES.slip(
    "last_frame_not_read",
    "for frame in frames:",
    "for frame in frames[:-1] if len(frames) > 1 else frames:",
    "the last frame of the clip is not read, so its own prediction comes first.",
)


@PREDICT_FRAMES.mistake
def only_the_last_frame_read(frames, steps, step, state):
    """of the clip the last frame alone is read. The frames before it make the state."""
    guess, predicted = frames[-1], []
    for _ in range(steps):
        guess, state = step(guess, state)
        predicted.append(guess)
    return np.stack(predicted)


@PREDICT_FRAMES.mistake
def only_the_first_frame_read(frames, steps, step, state):
    """of the clip the first frame alone is read."""
    guess, predicted = frames[0], []
    for _ in range(steps):
        guess, state = step(guess, state)
        predicted.append(guess)
    return np.stack(predicted)


@PREDICT_FRAMES.mistake
def state_begins_anew(frames, steps, step, state):
    """the state begins anew after the clip. It is carried from there into the prediction."""
    first = state
    for frame in frames:
        guess, state = step(frame, state)
    predicted, state = [], first
    for _ in range(steps):
        predicted.append(guess)
        guess, state = step(guess, state)
    return np.stack(predicted)


PREDICT_FRAMES.slip(
    "last_frame_once_more",
    "    predicted = []\n",
    "    predicted, guess = [], step(frames[-1], state)[0]\n",
    "The last frame is read once more for the first guess. Its guess has been made by then.",
)
