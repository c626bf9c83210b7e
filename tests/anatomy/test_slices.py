"""A slice of a ventricle is a ventricle of one slice."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.anatomy.slices import in_plane, one_slice, slices_with


def test_a_slice_keeps_its_place_in_the_scan(ventricle):
    heart, part = one_slice(ventricle, 3)
    assert heart.wall.shape == (*ventricle.wall.shape[:2], 1)
    assert np.array_equal(heart.transmural, ventricle.transmural[part])
    whole = heart.on_grid(heart.wall)
    assert np.array_equal(whole[..., heart.box[2]], ventricle.on_grid(ventricle.wall)[..., heart.box[2]])
    assert whole.sum() == heart.wall.sum() > 0


def test_only_slices_with_part_of_the_mask_are_given(ventricle):
    mask = ventricle.wall.copy()
    mask[..., [0, 2]] = False
    found = [part[2].start for _, part in slices_with(mask, ventricle)]
    assert found == [index for index in range(mask.shape[2]) if mask[..., index].any()]
    assert 2 not in found


@pytest.mark.parametrize("order", [(2, 0, 1), (0, 2, 1)])
def test_slices_lie_across_whatever_axis_the_stack_has(phantom, order):
    turned = LVAnatomy.from_labels(phantom.labels.transpose(order), "phantom", through_plane=order.index(2))
    across = turned.orientation.through_plane
    for index, (heart, _) in enumerate(slices_with(turned.wall, turned)):
        assert heart.wall.shape[across] == 1
        start = int(np.flatnonzero(turned.wall.any(turned.orientation.in_plane))[0])
        assert np.array_equal(in_plane(heart.wall, heart)[0], in_plane(turned.wall, turned)[start + index])
