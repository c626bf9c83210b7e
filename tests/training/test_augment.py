"""A slice seen another way is the same slice."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_aug.generators.diffusion.window import MIDDLE, SPREAD, look
from claim_aug.training.augment import PLAIN, View, sample_view, seen


def same(one, two, tolerance=1e-4):
    """Whether two pieces look the same."""
    return all(np.allclose(a, b, atol=tolerance) for a, b in zip(look(one.piece), look(two.piece), strict=True))


@pytest.fixture(params=[0, 4])
def piece(request, learnable):
    return learnable[request.param]


def test_plain_is_the_slice_as_inference_sees_it(piece):
    found = seen(piece, PLAIN)
    assert same(found, piece, 0)
    assert np.array_equal(found.infarct, piece.infarct)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_quarter_turn_is_the_turned_picture(piece, quarters):
    found = look(seen(piece, replace(PLAIN, angle=quarters * np.pi / 2)).piece)
    plain = look(piece.piece)
    assert found[0] == pytest.approx(np.rot90(plain[0], -quarters), abs=1e-3)
    assert found[1] == pytest.approx(np.rot90(plain[1], -quarters, axes=(1, 2)), abs=1e-3)


def test_a_mirrored_slice_is_the_flipped_picture(piece):
    found, plain = look(seen(piece, replace(PLAIN, mirrored=True)).piece), look(piece.piece)
    assert found[0] == pytest.approx(plain[0][::-1], abs=1e-4)
    assert found[1] == pytest.approx(plain[1][:, ::-1], abs=1e-4)


def test_a_shift_of_whole_pixels_moves_the_picture(piece):
    found, plain = look(seen(piece, replace(PLAIN, shift=(3.0, -2.0))).piece)[0], look(piece.piece)[0]
    assert found[:-3, 2:] == pytest.approx(plain[3:, :-2], abs=1e-4)


def test_a_larger_scale_shows_the_ventricle_smaller(piece):
    plain, smaller, larger = (look(seen(piece, replace(PLAIN, scale=scale)).piece)[1][2] for scale in (1, 1.12, 0.9))
    assert smaller.sum() == pytest.approx(plain.sum() / 1.12**2, rel=0.05)
    assert larger.sum() == pytest.approx(plain.sum() / 0.9**2, rel=0.05)


@settings(max_examples=15, deadline=None)
@given(gain=st.floats(0.7, 1.4), offset=st.floats(-0.2, 0.2))
def test_gain_and_offset_act_on_picture_and_histogram_alike(learnable, gain, offset):
    piece = learnable[0]
    found = seen(piece, replace(PLAIN, gain=gain, offset=offset))
    heights = [MIDDLE + SPREAD * look(one.piece)[0] for one in (found, piece)]
    assert heights[0] == pytest.approx(gain * heights[1] + offset, abs=1e-4)
    assert found.infarct == pytest.approx(gain * piece.infarct + offset)
    assert np.array_equal(look(found.piece)[1], look(piece.piece)[1])


@settings(max_examples=25)
@given(st.integers(0, 2**32))
def test_a_view_is_drawn_from_its_rng_alone_and_within_limits(seed):
    one, two = (sample_view(np.random.default_rng(seed)) for _ in range(2))
    assert one == two
    assert 0 <= one.angle < 2 * np.pi
    assert 0.88 < one.scale < 1.13
    assert max(map(abs, one.shift)) <= 4
    assert 0.5 < one.gain < 2


def test_views_differ_in_everything():
    rng = np.random.default_rng(0)
    views = [sample_view(rng) for _ in range(20)]
    assert {view.mirrored for view in views} == {True, False}
    assert len({view.angle for view in views}) == len({view.gain for view in views}) == 20


def test_a_turned_window_keeps_pixels_square_in_mm(piece):
    """Also where the scan's voxels are not: the axes are turned in mm."""
    flat = replace(piece, piece=replace(piece.piece, roi=replace(piece.piece.roi, axes=np.diag([2.0, 1.0]))))
    axes = seen(flat, View(0.7, 1.0, False, (0.0, 0.0), 1.0, 0.0)).piece.roi.axes
    mm = np.linalg.norm(axes * np.array([[1.0], [2.0]]), axis=0)  # voxels of 1 x 2 mm
    assert mm == pytest.approx([2.0, 2.0])
