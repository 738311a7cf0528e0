import numpy as np
import pytest

from rnnlib import (
    DenseParams,
    ShapeError,
    init_gru,
    init_stack,
    load_params,
    save_params,
)


def network(H=4, dtype=np.float32):
    rng = np.random.default_rng(0)
    return init_stack(init_gru, 3, H, 2, rng, bidirectional=True, norm=True, dtype=dtype)


def test_there_and_back(tmp_path):
    params = network()
    save_params(tmp_path / "network.npz", params)
    loaded = load_params(tmp_path / "network.npz", like=network(dtype=np.float64))
    assert type(loaded) is type(params)
    for (name, a), (same, b) in zip(params.items(), loaded.items(), strict=True):
        assert name == same and a.dtype == b.dtype and (a == b).all()
    assert [f.name for f in tmp_path.iterdir()] == ["network.npz"]


def test_a_file_cut_short_says_so_at_every_length(tmp_path):
    path = tmp_path / "network.npz"
    save_params(path, network())
    whole = path.read_bytes()
    for length in (0, 1, 10, len(whole) // 2, len(whole) - 30, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(ValueError, match="is damaged or cut short"):
            load_params(path, like=network())
    flipped = bytearray(whole)
    flipped[200] ^= 0xFF
    path.write_bytes(flipped)
    with pytest.raises(ValueError, match="is damaged or cut short"):
        load_params(path, like=network())


def test_another_shape_or_other_names_say_so(tmp_path):
    path = tmp_path / "output.npz"
    save_params(path, DenseParams(np.ones((4, 3)), np.ones(3)))
    with pytest.raises(ShapeError, match=r"W_hy must have shape \(5, 3\), got \(4, 3\) in"):
        load_params(path, like=DenseParams(np.ones((5, 3)), np.ones(3)))
    with pytest.raises(
        ValueError, match=r"holds no GRUParams: it lacks W_xh, .* and also holds W_hy"
    ):
        load_params(path, like=init_gru(3, 4, np.random.default_rng(0)))
    np.savez(path, W_hy=np.array([["a"]]), b_y=np.ones(1))
    with pytest.raises(ValueError, match="W_hy must hold real numbers"):
        load_params(path, like=DenseParams([[1.0]], [1.0]))


def test_pickles_are_never_read(tmp_path):
    path = tmp_path / "output.npz"
    np.savez(path, W_hy=np.array([{"a": 1}], dtype=object), b_y=np.ones(1))
    with pytest.raises(ValueError, match="allow_pickle"):
        load_params(path, like=DenseParams([[1.0]], [1.0]))


def test_missing_files_and_wrong_endings(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_params(tmp_path / "nothing.npz", like=network())
    with pytest.raises(ValueError, match=r"must end in .npz, got 'network.pkl'"):
        save_params(tmp_path / "network.pkl", network())


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "network.npz"
    save_params(path, network())
    before = path.read_bytes()

    def full_disk(file, **arrays):
        file.write(b"half")
        raise OSError("No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space left"):
        save_params(path, network())
    assert path.read_bytes() == before
    assert [f.name for f in tmp_path.iterdir()] == ["network.npz"]
