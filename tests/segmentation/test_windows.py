"""What a segmenter sees: windows of fixed spacing around the ventricle, and the way back into the scan."""

import numpy as np
import pytest

from claim_aug.anatomy.slices import in_plane
from claim_aug.segmentation.windows import (
    CLASSES,
    INFARCT,
    SIDE,
    class_map,
    cut_windows,
    join_windows,
    on_region,
    wall_slices,
)
from tests.segmentation.conftest import noise_windows


def test_a_window_has_one_size_zero_mean_and_unit_spread(windows):
    assert windows.images.shape[1:] == (1, SIDE, SIDE)
    assert windows.classes.shape == (len(windows), SIDE, SIDE)
    assert np.abs(windows.images.mean((1, 2, 3))).max() < 1e-5
    assert windows.images.std((1, 2, 3)) == pytest.approx(1, abs=1e-4)


def test_the_unit_of_the_image_does_not_matter(hearts):
    region, anatomy = hearts[1]
    one, other = (cut_windows(values, class_map(anatomy), anatomy) for values in (region, 3 * region + 100))
    np.testing.assert_allclose(one.images, other.images, atol=1e-4)


def test_every_slice_with_a_wall_has_a_window_and_scar_is_where_it_was(hearts):
    for region, anatomy in hearts:
        found = cut_windows(region, class_map(anatomy), anatomy)
        assert len(found) == len(wall_slices(anatomy))
        scar = in_plane(anatomy.scar, anatomy)[wall_slices(anatomy)]
        assert found.scarred.tolist() == [plane.sum() > 3 for plane in scar]


def test_classes_go_into_windows_and_back(hearts):
    region, anatomy = hearts[1]
    classes = class_map(anatomy)
    found = cut_windows(region, classes, anatomy)
    shares = np.eye(len(CLASSES), dtype=np.float32)[found.classes].transpose(0, 3, 1, 2)
    again = np.argmax(on_region(shares, anatomy), 1)
    true = in_plane(classes, anatomy)
    assert (again == true).mean() > 0.98
    both = ((again >= INFARCT) & (true >= INFARCT)).sum()
    assert 2 * both / ((again >= INFARCT).sum() + (true >= INFARCT).sum()) > 0.85


def test_windows_with_hardly_any_scar_can_be_left_out():
    windows = join_windows([noise_windows(2, scarred=True), noise_windows(3, scarred=False)])
    assert windows.scarred.tolist() == [True, True, False, False, False]
    assert len(windows.with_scar_from(100)) == 5
    assert len(windows.with_scar_from(101)) == 3
    assert len(windows.select(windows.scarred)) == 2


def test_no_parts_are_no_windows():
    assert len(join_windows([])) == 0
