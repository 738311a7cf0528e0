"""Blocks of columns into the order that another library wants."""

from __future__ import annotations

import numpy as np

from rnnlib.course.exercises import drawing
from rnnlib.course.exercises.exercise import Case, Exercise
from rnnlib.torch_layout import reorder_gates


def _draw_blocks(rng):
    def case(shape, old, new, kind="ordinary sizes"):
        H = shape[-1]
        W = drawing.array(rng, *shape[:-1], len(old) * H)
        sizes = {"D": shape[0]} if len(shape) > 1 else {}
        return Case((W, old, new), {**sizes, "H": H, "old": repr(old), "new": repr(new)}, kind)

    yield case((5, 3), "ifgo", "ogif")
    yield case((3, 4), "rzn", "znr")
    yield case((2, 6), "fiog", "igfo")
    yield case((1, 3), "ifgo", "gifo", drawing.ONES)
    yield case((5, 1), "ifgo", "fgoi", drawing.ONES)
    yield case((4,), "ifgo", "gofi", "a bias, which has one axis")
    yield case((5, 3), "ifgo", "ifgo", "nothing to move")


REORDER_GATES = Exercise(
    "reorder_gates", reorder_gates, _draw_blocks, results={"reordered": "(D, 4H or 3H)"}
)


@REORDER_GATES.variant
def cut_and_joined(W, old, new):
    """Blocks cut on the last axis, joined in the other order."""
    blocks = dict(zip(old, np.split(W, len(old), axis=-1)))
    return np.concatenate([blocks[gate] for gate in new], axis=-1)


@REORDER_GATES.variant
def an_axis_for_the_gates(W, old, new):
    """The last axis taken apart into (G, H), the gates picked by their places."""
    parts = W.reshape(*W.shape[:-1], len(old), -1)
    return parts[..., [old.index(gate) for gate in new], :].reshape(W.shape)


@REORDER_GATES.variant
def column_by_column(W, old, new):
    """The number of every column, then one look-up."""
    H = W.shape[-1] // len(old)
    return W[..., np.concatenate([np.arange(H) + H * old.index(gate) for gate in new])]


@REORDER_GATES.variant
def written_into_place(W, old, new):
    """Each block is copied to where it goes."""
    H, result = W.shape[-1] // len(old), np.empty_like(W)
    for k, gate in enumerate(old):
        j = new.index(gate)
        result[..., j * H : (j + 1) * H] = W[..., k * H : (k + 1) * H]
    return result


_slip = REORDER_GATES.slip
_slip(
    "the_other_way_round",
    "blocks[gate] for gate in new",
    "dict(zip(new, blocks.values()))[gate] for gate in old",
    "the blocks are moved the other way round, from `new` to `old`.",
)
_slip(
    "not_moved",
    "for gate in new",
    "for gate in old",
    "nothing is moved: the blocks stand in the order `old` again.",
)
_slip(
    "cut_on_the_first_axis",
    "np.split(W, len(old), axis=-1)",
    "np.array_split(W, len(old), axis=0)",
    "the rows are cut into blocks. A gate is a block of columns, the last axis.",
)
_slip(
    "joined_on_the_first_axis",
    "for gate in new], axis=-1)",
    "for gate in new], axis=0)",
    "the blocks are put on top of each other. They are columns, the last axis.",
)
_slip(
    "backwards",
    "for gate in new",
    "for gate in new[::-1]",
    "the blocks stand in the order `new`, read backwards.",
)
_slip(
    "two_axes_needed",
    "np.split(W, len(old), axis=-1)",
    "np.split(W, len(old), axis=1)",
    "axis 1 is cut, which a bias does not have. The *last* axis is number -1.",
)


@REORDER_GATES.mistake
def columns_dealt_out(W, old, new):
    """the columns of a gate are taken to lie apart, every G-th one. They lie side by side, H for
    each gate.
    """
    blocks = {gate: W[..., k :: len(old)] for k, gate in enumerate(old)}
    return np.concatenate([blocks[gate] for gate in new], axis=-1)


@REORDER_GATES.mistake
def only_one_column_each(W, old, new):
    """one column is moved for each gate, and the rest stay. A gate has H columns."""
    result = W.copy()
    result[..., : len(old)] = W[..., [old.index(gate) for gate in new]]
    return result


@REORDER_GATES.mistake
def four_gates_always(W, old, new):
    """the last axis is cut into four. How many gates there are says `len(old)`: a GRU has three."""
    H = W.shape[-1] // 4
    blocks = [W[..., k * H : (k + 1) * H] for k in range(4)]
    return np.concatenate([blocks[old.index(gate)] for gate in new], axis=-1)


@REORDER_GATES.mistake
def one_order_only(W, old, new):
    """the last two blocks are swapped, whatever `old` and `new` say."""
    *rest, third, fourth = np.split(W, len(old), axis=-1)
    return np.concatenate([*rest, fourth, third], axis=-1)


@REORDER_GATES.mistake
def sorted_by_letter(W, old, new):
    """the gates are put in alphabetical order, not in the order `new`."""
    blocks = np.split(W, len(old), axis=-1)
    return np.concatenate([blocks[old.index(gate)] for gate in sorted(new)], axis=-1)


@REORDER_GATES.mistake
def stacked_on_an_axis_of_their_own(W, old, new):
    """the blocks lie on an axis of their own. Join them side by side on the last axis."""
    blocks = np.split(W, len(old), axis=-1)
    return np.stack([blocks[old.index(gate)] for gate in new])
