"""Teacher forcing, the targets shifted by one step behind a start symbol."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise


def decoder_inputs(targets, start):
    """Teacher forcing: what the decoder reads is what it should have written one step before."""
    return np.vstack([np.full((1, targets.shape[1]), start), targets[:-1]])


def _draw_inputs(rng):
    plain = [{"S": 6, "N": 4}, {"S": 5, "N": 3}]
    for kind, s in drawing.sizes(plain, "SN"):
        yield Case((rng.integers(0, 30, (s["S"], s["N"])), int(rng.integers(40, 99))), s, kind)


DECODER_INPUTS = Exercise(
    "decoder_inputs", decoder_inputs, _draw_inputs, results={"inputs": "(S, N)"}
)


@DECODER_INPUTS.variant
def a_row_on_top(targets, start):
    """A row of start marks, and all targets but the last."""
    return np.vstack([np.full((1, targets.shape[1]), start), targets[:-1]])


@DECODER_INPUTS.variant
def filled_in(targets, start):
    """An array of start marks, filled from the second row on."""
    inputs = np.full_like(targets, start)
    inputs[1:] = targets[:-1]
    return inputs


@DECODER_INPUTS.variant
def rolled_and_mended(targets, start):
    """All rows one down, and then the first row written over."""
    inputs = np.roll(targets, 1, axis=0)
    inputs[0] = start
    return inputs


@DECODER_INPUTS.variant
def text_by_text(targets, start):
    """One column after the other, as lists."""
    return np.array([[start, *column][:-1] for column in targets.T.tolist()]).T


@DECODER_INPUTS.mistake
def nothing_moved(targets, start):
    """The targets are returned as they are: the decoder reads the very symbol that it is to
    write, and has nothing to learn.
    """
    return targets.copy()


@DECODER_INPUTS.mistake
def moved_the_wrong_way(targets, start):
    """The targets are moved up instead of down, so that each step reads the symbol that comes
    *after* the one it is to write.
    """
    return np.vstack([targets[1:], np.full((1, targets.shape[1]), start)])


@DECODER_INPUTS.mistake
def last_symbol_kept(targets, start):
    """The last target is kept, which makes S + 1 rows. Nothing is written after it, so nobody
    reads it.
    """
    return np.vstack([np.full((1, targets.shape[1]), start), targets])


@DECODER_INPUTS.mistake
def rolled_without_start(targets, start):
    """The rows are rolled, and the last target comes out in the first row: there the start mark
    belongs.
    """
    return np.roll(targets, 1, axis=0)


@DECODER_INPUTS.mistake
def first_target_replaced(targets, start):
    """The start mark replaces the first target, and the others stay where they are. They move
    one row down.
    """
    return np.vstack([np.full((1, targets.shape[1]), start), targets[1:]])


@DECODER_INPUTS.mistake
def zeros_in_front(targets, start):
    """The first row is zeros, and `start` is not used."""
    return np.vstack([np.zeros((1, targets.shape[1]), int), targets[:-1]])


@DECODER_INPUTS.mistake
def moved_across_the_batch(targets, start):
    """The targets are moved to the right, from one text into the next. Time is the first axis:
    they move down.
    """
    return np.hstack([np.full((len(targets), 1), start), targets[:, :-1]])


@DECODER_INPUTS.mistake
def only_start_marks(targets, start):
    """Every row is the start mark, so the decoder is not told what has been written so far."""
    return np.full_like(targets, start)


@DECODER_INPUTS.mistake
def rolled_over_everything(targets, start):
    """`np.roll` has no `axis=0`: it then treats the array as one long row, and texts get mixed."""
    inputs = np.roll(targets, 1)
    inputs[0] = start
    return inputs


@DECODER_INPUTS.mistake
def two_rows_down(targets, start):
    """The targets are moved by two rows. One is enough: step s reads what step s - 1 should have
    written.
    """
    return np.vstack([np.full((2, targets.shape[1]), start), targets])[: len(targets)]


@DECODER_INPUTS.mistake
def targets_written_over(targets, start):
    """The targets themselves are written over, and the loss needs them. Make a new array."""
    targets[1:] = targets[:-1].copy()
    targets[0] = start
    return targets


@DECODER_INPUTS.mistake
def start_at_the_end(targets, start):
    """The start mark is put behind all targets but the last. It comes first: the first step reads
    it.
    """
    return np.vstack([targets[:-1], np.full((1, targets.shape[1]), start)])


@DECODER_INPUTS.mistake
def first_row_lost(targets, start):
    """The row of start marks is left out: there are S - 1 rows. Every step reads something."""
    return targets[:-1].copy()


@DECODER_INPUTS.mistake
def copied_all_the_way_down(targets, start):
    """The rows are moved one by one from the top, in the same array, so that the first target is
    copied all the way down. A row that is still needed is written over.
    """
    inputs = targets.copy()
    for s in range(1, len(targets)):
        inputs[s] = inputs[s - 1]
    inputs[0] = start
    return inputs
