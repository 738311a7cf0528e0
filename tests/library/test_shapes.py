import numpy as np
import pytest

from rnnlib._shapes import ShapeError, as_floats, as_mask, match_shapes


def message(*specs, **sizes):
    with pytest.raises(ShapeError) as error:
        match_shapes(*specs, **sizes)
    return str(error.value)


def test_messages_name_the_array_the_shape_and_the_known_sizes():
    xs = np.ones((7, 3, 5))
    assert message(("xs", xs, "T N D"), D=9) == (
        "xs must have shape (T, N, D) with D=9, got (7, 3, 5)"
    )
    assert message(("h", xs, "N H")) == "h must have shape (N, H), got (7, 3, 5)"
    assert message(("b_h", np.ones(5), "H"), H=4) == "b_h must have shape (H,) with H=4, got (5,)"
    assert message(("W_hh", np.ones((4, 5)), "H H")) == "W_hh must have shape (H, H), got (4, 5)"
    assert message(("xs", np.ones((0, 3, 5)), "T N D")) == (
        "xs must have shape (T, N, D), no size may be 0, got (0, 3, 5)"
    )
    assert message(("h", 3.0, "... H"), H=2) == "h must have shape (..., H) with H=2, got ()"


def test_multiples_of_a_symbol():
    assert match_shapes(("W_xh", np.ones((3, 8)), "D 4H")) == {"D": 3, "H": 2}
    assert message(("W_xh", np.ones((3, 9)), "D 4H")) == "W_xh must have shape (D, 4H), got (3, 9)"
    assert "with H=3" in message(("b_h", np.ones(8), "4H"), H=3)


def test_leading_axes_are_free():
    for shape in [(4,), (2, 4), (3, 2, 4)]:
        assert match_shapes(("h", np.ones(shape), "... H")) == {"H": 4}


def test_as_floats_keeps_float32_and_does_not_copy():
    a = np.ones(3, dtype=np.float32)
    (b,) = as_floats(a=a)
    assert b is a
    b, c = as_floats(a=a, c=np.ones(2))
    assert b.dtype == c.dtype == np.float64
    assert as_floats(k=[1, 2])[0].dtype == np.float64
    assert [b.dtype for b in as_floats(a=a, k=[1, 2])] == [np.float32] * 2  # as NumPy's 1 * a


def test_as_floats_names_what_is_wrong():
    with pytest.raises(ShapeError, match="xs must be an array: its rows have different lengths"):
        as_floats(xs=[[1.0], [1.0, 2.0]])
    with pytest.raises(TypeError, match="xs must hold real numbers, got dtype <U1"):
        as_floats(xs=["a"])
    with pytest.raises(TypeError, match="complex128"):
        as_floats(xs=[1j])


def test_as_mask():
    assert as_mask(None, (2, 3)) is None
    assert as_mask(np.ones((2, 3)), (2, 3)).dtype == bool
    with pytest.raises(ShapeError, match=r"mask must have shape \(T, N\) = \(2, 3\), got \(3, 2\)"):
        as_mask(np.ones((3, 2)), (2, 3))
    with pytest.raises(TypeError, match="mask must hold True and False"):
        as_mask(np.full((2, 3), 7), (2, 3))
