"""Cut one long text into N streams that are read side by side."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.sequences import text_streams


def _draw_streams(rng):
    def case(L, N, rest, **settings):
        ids = rng.permutation(N * L + 1 + rest) + 100
        return Case((ids, N), {"L": L, "N": N}, **settings)

    yield case(7, 3, 2)
    yield case(5, 4, 1)
    yield case(1, 3, 1, kind=drawing.ONES)
    yield case(6, 1, 0, kind=drawing.ONES)
    yield case(6, 4, 0, kind="a text that is used up")
    yield case(6, 4, 3, kind="one symbol too few")


TEXT_STREAMS = Exercise(
    "text_streams",
    text_streams,
    _draw_streams,
    results={"inputs": "(L, N)", "targets": "(L, N)"},
    rtol=0,
    atol=1e-6,
)


@TEXT_STREAMS.variant
def reshaped(ids, N):
    """A row for each stream, then turned."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    targets = ids[1 : N * L + 1].reshape(N, L).T
    return inputs, targets


@TEXT_STREAMS.variant
def stacked(ids, N):
    """Each stream cut out by itself, then put side by side."""
    L = (len(ids) - 1) // N
    inputs = np.stack([ids[n * L : (n + 1) * L] for n in range(N)], axis=1)
    targets = np.stack([ids[n * L + 1 : (n + 1) * L + 1] for n in range(N)], axis=1)
    return inputs, targets


@TEXT_STREAMS.variant
def by_index(ids, N):
    """The places in the text, worked out first."""
    L = (len(ids) - 1) // N
    places = np.arange(L)[:, None] + L * np.arange(N)
    return ids[places], ids[places + 1]


@TEXT_STREAMS.variant
def in_columns(ids, N):
    """NumPy's order by columns does the turning."""
    L = (len(ids) - 1) // N
    return (
        ids[: N * L].reshape((L, N), order="F"),
        ids[1 : 1 + N * L].reshape((L, N), order="F"),
    )


@TEXT_STREAMS.mistake
def not_turned(ids, N):
    """The streams stand in rows, (N, L); time is the first axis: turn them with `.T`."""
    L = (len(ids) - 1) // N
    return ids[: N * L].reshape(N, L), ids[1 : N * L + 1].reshape(N, L)


@TEXT_STREAMS.mistake
def dealt_out(ids, N):
    """The symbols are dealt out like cards, `reshape(L, N)`: neighbours go to different streams."""
    L = (len(ids) - 1) // N
    return ids[: N * L].reshape(L, N), ids[1 : N * L + 1].reshape(L, N)


@TEXT_STREAMS.mistake
def targets_not_shifted(ids, N):
    """The targets are the inputs themselves; a target is the symbol that comes next."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    return inputs, inputs.copy()


@TEXT_STREAMS.mistake
def targets_before(ids, N):
    """Inputs and targets are exchanged: the network is asked for what came before."""
    L = (len(ids) - 1) // N
    return ids[1 : N * L + 1].reshape(N, L).T, ids[: N * L].reshape(N, L).T


@TEXT_STREAMS.mistake
def turned_around_the_end(ids, N):
    """The inputs are rolled, so the last target of a stream is its own first symbol."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    return inputs, np.roll(inputs, -1, axis=0)


@TEXT_STREAMS.mistake
def shifted_to_the_next_stream(ids, N):
    """The targets are moved along the streams instead of along time."""
    L = (len(ids) - 1) // N
    inputs = ids[: N * L].reshape(N, L).T
    return inputs, np.roll(inputs, -1, axis=1)


@TEXT_STREAMS.mistake
def two_ahead(ids, N):
    """The targets are two symbols ahead; they start at `ids[1]`."""
    L = (len(ids) - 2) // N
    return ids[: N * L].reshape(N, L).T, ids[2 : N * L + 2].reshape(N, L).T


@TEXT_STREAMS.mistake
def no_room_for_the_target(ids, N):
    """L is `len(ids) // N`: the last input has no target where the text is used up."""
    L = len(ids) // N
    return ids[: N * L].reshape(N, L).T, ids[1 : N * L + 1].reshape(N, L).T


@TEXT_STREAMS.mistake
def dealt_out_without_room(ids, N):
    """The symbols are dealt out like cards, `reshape(L, N)`, and L has no room for the target."""
    L = len(ids) // N
    return ids[: N * L].reshape(L, N), ids[1 : N * L + 1].reshape(L, N)


@TEXT_STREAMS.mistake
def beginning_left_out(ids, N):
    """What does not fill the streams is left out at the beginning; it should be at the end."""
    L = (len(ids) - 1) // N
    return ids[-N * L - 1 : -1].reshape(N, L).T, ids[len(ids) - N * L :].reshape(N, L).T


@TEXT_STREAMS.mistake
def last_step_lost(ids, N):
    """Each stream loses its last step: the targets are cut out of the inputs."""
    L = (len(ids) - 1) // N
    streams = ids[: N * L].reshape(N, L).T
    return streams[:-1], streams[1:]


@TEXT_STREAMS.mistake
def streams_of_length_n(ids, N):
    """N is taken for the length of a stream; it is the number of streams."""
    L = (len(ids) - 1) // N
    return ids[: N * L].reshape(L, N).T, ids[1 : N * L + 1].reshape(L, N).T


@TEXT_STREAMS.mistake
def nothing_left_out(ids, N):
    """Nothing is left out at the end, so the rest does not fit: cut the text to N * L symbols."""
    L = (len(ids) - 1) // N
    return ids[:-1].reshape(N, L).T, ids[1:].reshape(N, L).T


TEXT_STREAMS.slip(
    "one_target_too_few",
    "ids[1 : N * L + 1]",
    "ids[1 : N * L]",
    "One target is missing: a slice stops before its end, so it is `N * L + 1`.",
)

TEXT_STREAMS.slip(
    "true_division",
    "(len(ids) - 1) // N",
    "(len(ids) - 1) / N",
    "The length of a stream is divided with `/`, which makes a float, and slices need whole "
    "numbers: `//`.",
)


@TEXT_STREAMS.mistake
def rolled_without_room(ids, N):
    """L is `len(ids) // N`, and the text is rolled: where it is used up, the last target is its
    very first symbol.
    """
    L = len(ids) // N
    inputs, targets = (a[: N * L].reshape(N, L).T for a in (ids, np.roll(ids, -1)))
    return inputs, targets
