from dataclasses import FrozenInstanceError

import numpy as np
import pytest

from rnnlib import DenseParams, Params, RNNParams, ShapeError, parameters


@parameters
class Network(Params):
    layers: tuple
    out: DenseParams


def network(dtype=np.float64):
    cells = [RNNParams(np.ones((2, 3)), np.ones((3, 3)), np.ones(3)) for _ in range(2)]
    return Network(cells, DenseParams(np.ones((3, 1)), [4])).astype(dtype)


def test_names_go_down_into_groups_and_tuples():
    names = [name for name, _ in network().items()]
    assert names[:3] == ["layers.0.W_xh", "layers.0.W_hh", "layers.0.b_h"]
    assert names[-2:] == ["out.W_hy", "out.b_y"]
    assert network().layers[1].W_xh.shape == (2, 3)


def test_size_repr_dtype():
    assert network().size == 2 * (6 + 9 + 3) + 4
    assert repr(network().out) == "DenseParams(W_hy (3, 1), b_y (1,))"
    assert repr(network(np.float32).out) == "DenseParams(W_hy (3, 1), b_y (1,); float32)"
    assert {a.dtype for _, a in network(np.float32).items()} == {np.dtype(np.float32)}


def test_lists_and_integers_become_floats_and_float_arrays_are_kept():
    W = np.ones((1, 2), dtype=np.float32)
    params = DenseParams(W, [1, 2])
    assert params.W_hy is W
    assert params.b_y.dtype == np.float64
    with pytest.raises(TypeError, match="b_y must hold real numbers"):
        DenseParams(W, ["a"])


def test_map_copy_zeros_like():
    a = network()
    total = a.map(lambda x, y, z: x + y + z, a, a)
    assert (total.layers[0].W_xh == 3).all() and (total.out.b_y == 12).all()
    assert all((z == 0).all() for _, z in a.zeros_like().items())
    for (_, x), (_, y) in zip(a.items(), a.copy().items(), strict=True):
        assert not np.shares_memory(x, y)


def test_map_refuses_another_class_or_another_number_of_groups():
    a = network()
    with pytest.raises(TypeError, match="Network here, DenseParams there"):
        a.map(np.add, a.out)
    with pytest.raises(TypeError, match="layers holds 2 groups here, 1 there"):
        a.map(np.add, Network(a.layers[:1], a.out))
    with pytest.raises(TypeError, match="layers mixes Params and other values"):
        Network([a.layers[0], 3.0], a.out)


def test_map_does_not_broadcast():
    a = DenseParams(np.ones((3, 2)), np.ones(2))
    with pytest.raises(ShapeError, match=r"W_hy has shape \(3, 2\) here, \(2,\) there"):
        a.map(np.add, DenseParams(np.ones(2), np.ones(2)))


def test_fields_cannot_be_rebound():
    with pytest.raises(FrozenInstanceError):
        network().out.b_y = np.zeros(1)
