"""Through-plane axis, basal end and winding are found, however the array is turned."""

from itertools import permutations, product

import numpy as np
import pytest

from claim_aug import LVAnatomy

TURNS = [(order, flips) for order in permutations(range(3)) for flips in product((1, -1), repeat=3)]


def turned(array, order, flips):
    return array.transpose(order)[tuple(slice(None, None, step) for step in flips)]


def turned_affine(affine, shape, order, flips):
    """The affine that keeps every voxel of the turned array where it was."""
    new = np.eye(4)
    for axis, (old, step) in enumerate(zip(order, flips, strict=True)):
        new[:3, axis] = affine[:3, old] * step
        if step < 0:
            new[:3, 3] += affine[:3, old] * (shape[old] - 1)
    new[:3, 3] += affine[:3, 3]
    return new


@pytest.mark.parametrize(("order", "flips"), TURNS)
def test_segments_turn_with_the_array(phantom, ventricle, order, flips):
    affine = turned_affine(phantom.affine, phantom.labels.shape, order, flips)
    found = LVAnatomy.from_labels(turned(phantom.labels, order, flips), "phantom", affine=affine)
    assert found.orientation.through_plane == order.index(2)
    assert np.array_equal(found.on_grid(found.segment), turned(ventricle.on_grid(ventricle.segment), order, flips))


def test_rings_tell_the_axis_where_the_spacing_does_not(phantom):
    for axis in range(3):
        labels = np.moveaxis(phantom.labels, 2, axis)
        assert LVAnatomy.from_labels(labels, "phantom", spacing=(2, 2, 2)).orientation.through_plane == axis


def test_the_wide_end_is_the_base(phantom):
    assert LVAnatomy.from_labels(phantom.labels, "phantom").orientation.base == "last"
    assert LVAnatomy.from_labels(phantom.labels[..., ::-1], "phantom").orientation.base == "first"


def test_what_is_given_is_taken(phantom):
    found = LVAnatomy.from_labels(phantom.labels, "phantom", base="first", winding=1, through_plane=2).orientation
    assert (found.base, found.winding, found.winding_source) == ("first", 1, "given")


def test_a_picture_is_taken_as_displayed_by_convention(phantom):
    """Septum on the left, rows down: from the anterior insertion the segments run counter-clockwise on the screen."""
    shown = phantom.labels[:, :, 4].T
    found = LVAnatomy.from_labels(shown, "phantom")
    truth = phantom.segments[:, :, 4].T
    wall = truth > 0
    assert found.orientation.winding_source == "assumed"
    assert not found.apicobasal_known
    assert np.mean((found.on_grid(found.segment)[..., 0] - 7)[wall] == (truth[wall].astype(int) - 1) % 6) > 0.9
