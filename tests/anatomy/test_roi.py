"""The window: so many mm a pixel, around the ventricle, whatever the scan's own grid."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from claim_aug import LVAnatomy
from claim_aug.anatomy.roi import Roi, place_roi
from claim_aug.anatomy.slices import in_plane
from claim_aug.phantom import make_phantom

SIZE = 48


def pixel_mm(roi, anatomy):
    """Sides of a pixel in mm."""
    voxel = np.array([anatomy.spacing[axis] for axis in anatomy.orientation.in_plane])
    return np.linalg.norm(roi.axes * voxel[:, None], axis=0)


def heart_in(roi, anatomy, index):
    """Where wall and cavity of a slice lie in the window, (2, voxels)."""
    heart = in_plane(anatomy.wall | anatomy.cavity, anatomy)[index]
    return roi.pixels(np.argwhere(heart).T.astype(float))


@pytest.mark.filterwarnings("ignore:the wall would have")
@settings(max_examples=25, deadline=None)
@given(
    rows=st.floats(0.5, 2.5), columns=st.floats(0.5, 2.5), pixel=st.floats(3.0, 6.0), order=st.permutations([0, 1, 2])
)
def test_a_pixel_has_the_asked_size_whatever_the_scan(ventricle, rows, columns, pixel, order):
    turned = LVAnatomy.from_labels(
        ventricle.on_grid(ventricle.wall).transpose(order) * 2 + ventricle.on_grid(ventricle.cavity).transpose(order),
        "phantom", spacing=np.array([rows, columns, 9.0])[list(order)], through_plane=list(order).index(2),
        winding=1, base="first", anterior_insertion=0.0,
    )  # fmt: skip
    assert pixel_mm(place_roi(turned, 2, spacing=pixel, size=SIZE), turned) == pytest.approx([pixel, pixel])


def test_the_ventricle_of_the_slice_is_in_the_middle(ventricle):
    for index in range(ventricle.wall.shape[2]):
        places = heart_in(place_roi(ventricle, index, spacing=2.0, size=SIZE), ventricle, index)
        assert (places.min(1) + places.max(1)) / 2 == pytest.approx([(SIZE - 1) / 2] * 2)


def test_a_huge_ventricle_is_seen_smaller_and_fits(ventricle):
    huge = replace(ventricle, spacing=(6.0, 5.0, 11.0))
    for index in range(huge.wall.shape[2]):
        roi = place_roi(huge, index, spacing=1.25, size=SIZE)
        mm = pixel_mm(roi, huge)
        assert mm[0] == pytest.approx(mm[1])
        assert mm[0] > 2 * 1.25
        places = heart_in(roi, huge, index)
        assert places.min() > 0
        assert places.max() < SIZE - 1


@pytest.mark.parametrize("axis", [0, 1])
def test_a_stretched_picture_without_spacing_is_seen_round(axis):
    """A picture made twice as long as it was has no mm; the window undoes the stretch."""
    labels = make_phantom(3, scar=False, shape=(96, 96, 5)).labels[:, :, 2]
    known = {"anterior_insertion": 0.0, "winding": 1}
    long = LVAnatomy.from_labels(np.repeat(labels, 2, axis=axis), "phantom", **known)
    plain = LVAnatomy.from_labels(labels, "phantom", **known)
    sides = {}
    for name, anatomy in (("long", long), ("plain", plain)):
        sides[name] = np.ptp(heart_in(place_roi(anatomy, 0, spacing=2.5, size=SIZE), anatomy, 0), axis=1)
        assert sides[name][0] == pytest.approx(sides[name][1], rel=0.06)
    assert sides["long"] == pytest.approx(sides["plain"], rel=0.06)


def test_a_slice_without_ventricle_gets_the_window_of_the_stack(ventricle):
    wall, cavity = ventricle.wall.copy(), ventricle.cavity.copy()
    wall[..., 0] = cavity[..., 0] = False
    empty = replace(ventricle, wall=wall, cavity=cavity)
    roi = place_roi(empty, 0, spacing=2.0, size=SIZE)
    whole = np.argwhere((wall | cavity).any(2))
    assert np.array_equal(roi.centre, (whole.min(0) + whole.max(0)) / 2)


@given(
    angle=st.floats(0, 6.3), scale=st.floats(0.3, 3), x=st.floats(-50, 50), y=st.floats(-50, 50), size=st.integers(1, 9)
)
def test_pixels_and_voxels_are_each_others_inverse(angle, scale, x, y, size):
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    roi = Roi(np.array([x, y]), scale * turn, size)
    there_and_back = roi.pixels(roi.voxels())
    assert there_and_back == pytest.approx(np.indices((size, size)), abs=1e-6)


def test_a_window_on_the_scans_own_grid_is_a_crop(ventricle):
    plane = np.random.default_rng(0).normal(size=(40, 50))
    roi = Roi(np.array([20.5, 24.5]), np.eye(2), 10)
    assert roi.cut(plane) == pytest.approx(plane[16:26, 20:30])
    mask = plane > 0
    assert np.array_equal(roi.cut_mask(mask), mask[16:26, 20:30])
    inside = np.zeros(plane.shape, bool)
    inside[18:24, 22:28] = True
    assert roi.back(roi.cut(plane), inside) == pytest.approx(plane[inside], abs=1e-6)


def test_a_pixel_over_half_a_mask_is_half_of_it():
    mask = np.zeros((20, 20), bool)
    mask[:10] = True
    shares = Roi(np.array([9.5, 9.5]), np.eye(2), 9).cut_mask(mask)
    assert np.array_equal(shares[4], np.full(9, 0.5))
    assert np.array_equal(shares[[0, 8]], [np.ones(9), np.zeros(9)])


def test_a_smooth_slice_survives_a_turned_window():
    plane = ndimage.gaussian_filter(np.random.default_rng(1).normal(size=(60, 60)), 3)
    turn = np.array([[np.cos(0.6), -np.sin(0.6)], [np.sin(0.6), np.cos(0.6)]])
    roi = Roi(np.array([30.2, 29.1]), 0.9 * turn, 40)
    mask = np.zeros(plane.shape, bool)
    mask[25:35, 24:34] = True
    assert roi.back(roi.cut(plane), mask) == pytest.approx(plane[mask], abs=0.02 * np.ptp(plane))
