import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from oracle import close, draw, few, seeds, size, tensor

from rnnlib import ShapeError
from rnnlib.conv import conv2d, conv2d_backward, image_patches

kernels = st.sampled_from([1, 3, 5])


def in_torch(x, W, b):
    images, kernel = x.permute(0, 3, 1, 2), W.permute(3, 2, 0, 1).contiguous()
    y = torch.nn.functional.conv2d(images, kernel, b, padding=W.shape[0] // 2)
    return y.permute(0, 2, 3, 1)


@given(N=size(3), R=size(6), S=size(6), D=size(3), K=size(3), F=kernels, seed=seeds)
@few
def test_forward_and_backward_are_those_of_torch(N, R, S, D, K, F, seed):
    arrays = draw(seed, np.float64, (N, R, S, D), (F, F, D, K), K, (N, R, S, K))
    x, W, b, dy = arrays
    leaves = [tensor(a) for a in (x, W, b)]
    y = in_torch(*leaves)
    y.backward(torch.tensor(dy))
    close(conv2d(x, W, b), y)
    for ours, theirs in zip(conv2d_backward(dy, x, W), leaves, strict=True):
        close(ours, theirs.grad)


@given(N=size(3), R=size(4), S=size(4), D=size(4), K=size(4), seed=seeds)
@few
def test_a_kernel_of_one_pixel_is_a_product(N, R, S, D, K, seed):
    x, W, b = draw(seed, np.float64, (N, R, S, D), (1, 1, D, K), K)
    close(conv2d(x, W, b), x @ W[0, 0] + b)


@given(down=st.integers(-2, 2), right=st.integers(-2, 2), F=kernels, seed=seeds)
@few
def test_a_shifted_image_gives_a_shifted_result(down, right, F, seed):
    (small, W, b) = draw(seed, np.float64, (1, 4, 3, 2), (F, F, 2, 3), 3)
    x = np.pad(small, ((0, 0), (4, 4), (4, 4), (0, 0)))
    shift = {"shift": (down, right), "axis": (1, 2)}
    close(conv2d(np.roll(x, **shift), W, b), np.roll(conv2d(x, W, b), **shift))


def test_patches_hold_zeros_outside_of_the_image():
    x = np.arange(1.0, 7.0).reshape(1, 2, 3, 1)
    patches = image_patches(x, 3)
    np.testing.assert_array_equal(patches[0, 0, 0, :, :, 0], [[0, 0, 0], [0, 1, 2], [0, 4, 5]])
    np.testing.assert_array_equal(patches[0, 1, 2, :, :, 0], [[2, 3, 0], [5, 6, 0], [0, 0, 0]])


def test_float32_stays_and_no_argument_is_changed():
    arrays = draw(1, np.float32, (2, 4, 5, 2), (3, 3, 2, 3), 3, (2, 4, 5, 3))
    copies = [a.copy() for a in arrays]
    x, W, b, dy = arrays
    for result in (conv2d(x, W, b), *conv2d_backward(dy, x, W)):
        assert result.dtype == np.float32
    for array, copy in zip(arrays, copies, strict=True):
        np.testing.assert_array_equal(array, copy)


def test_what_does_not_fit_is_refused():
    x, W = np.ones((2, 4, 5, 2)), np.ones((3, 3, 2, 3))
    with pytest.raises(ShapeError, match=r"W must have shape \(F, F, D, K\)"):
        conv2d(x, np.ones((3, 3, 1, 3)), np.ones(3))
    with pytest.raises(ShapeError, match="b must have shape"):
        conv2d(x, W, np.ones(2))
    with pytest.raises(ShapeError, match="dy must have shape"):
        conv2d_backward(np.ones((2, 4, 4, 3)), x, W)
    with pytest.raises(ValueError, match="must be odd, got 2"):
        conv2d(x, np.ones((2, 2, 2, 3)), np.ones(3))
