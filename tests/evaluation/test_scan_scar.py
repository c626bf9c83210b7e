"""What is measured of a scar does not depend on how the scan is stored."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_aug import LVAnatomy
from claim_aug.errors import InputError
from claim_aug.evaluation.scan_scar import measure_scar
from claim_aug.evaluation.wall_cells import neighbour_likeness, unrolled, wall_cells
from claim_aug.phantom import make_phantom

SCAN = make_phantom(10, scar=True, shape=(80, 80, 5), spacing=(1.7, 1.7, 12.0))
KNOWN = {"through_plane": 2, "base": "last", "winding": 1, "anterior_insertion": 40.0}


def measure(image, labels, spacing=SCAN.spacing, **known):
    heart = LVAnatomy.from_labels(labels, "phantom", spacing=spacing, **(KNOWN | known))
    return measure_scar("one", "one", image[heart.box].astype(np.float64), heart)


PLAIN = measure(SCAN.image, SCAN.labels)


@settings(max_examples=10, deadline=None)
@given(gain=st.floats(0.01, 100), offset=st.floats(-1e4, 1e4))
def test_gain_and_offset_do_not_matter(gain, offset):
    found = measure(SCAN.image.astype(np.float64) * gain + offset, SCAN.labels)
    assert np.allclose(found.appearance, PLAIN.appearance, rtol=1e-4, atol=1e-5, equal_nan=True)
    assert np.allclose(found.unrolled, PLAIN.unrolled, rtol=1e-3, atol=1e-3, equal_nan=True)
    assert found.slices.fwhm == PLAIN.slices.fwhm


@pytest.mark.parametrize("axis", [0, 1])
def test_the_order_of_the_axes_does_not_matter(axis):
    def moved(array):
        return np.moveaxis(array, 2, axis)

    spacing = [*SCAN.spacing[:2]]
    spacing.insert(axis, SCAN.spacing[2])
    found = measure(moved(SCAN.image), moved(SCAN.labels), spacing, through_plane=axis)
    assert np.allclose(found.appearance, PLAIN.appearance, equal_nan=True)
    assert np.array_equal(found.cells, PLAIN.cells)
    assert found.segment_percent == PLAIN.segment_percent


@settings(max_examples=5, deadline=None)
@given(factor=st.floats(0.8, 1.4))
def test_the_size_of_the_voxels_does_not_matter(factor):
    found = measure(SCAN.image, SCAN.labels, tuple(factor * size for size in SCAN.spacing))
    assert np.allclose(found.appearance, PLAIN.appearance, equal_nan=True)
    assert (found.burden_percent, found.transmurality) == (PLAIN.burden_percent, PLAIN.transmurality)


def test_a_turned_scar_is_the_same_in_its_own_frame(ventricle):
    rng = np.random.default_rng(0)
    image = rng.normal(100, 10, ventricle.wall.shape)
    scar = ventricle.wall & (np.abs(ventricle.rotational - 100) < 40) & (ventricle.slice_index == 3)
    one = replace(ventricle, infarct=scar)
    turned = replace(one, rotational=np.where(one.wall, (one.rotational + 77) % 360, 0).astype(np.float32))
    first, second = (unrolled(image, heart, scar) for heart in (one, turned))
    assert np.allclose(first, second, atol=1e-5, equal_nan=True)
    assert not np.array_equal(wall_cells(scar, one), wall_cells(scar, turned))


def test_scar_that_goes_on_is_like_its_neighbours(ventricle):
    through = np.isin(ventricle.segment, (2, 8))
    assert neighbour_likeness(through, ventricle) > 0.8
    alone = through & (ventricle.slice_index == 3)
    assert neighbour_likeness(alone, ventricle) is None


def test_old_scar_is_not_judged(ventricle, with_scar):
    image = np.random.default_rng(0).normal(100, 10, ventricle.wall.shape)
    old, new = (ventricle.segment == segment for segment in (8, 11))
    found = measure_scar("one", "one", image, with_scar(ventricle, old | new), old=old)
    alone = measure_scar("one", "one", image, with_scar(ventricle, new))
    assert found.burden_percent == pytest.approx(alone.burden_percent)
    assert found.segment_percent[8] is None
    assert found.segment_percent[11] == 100
    with pytest.raises(InputError, match="none labelled"):
        measure_scar("one", "one", image, with_scar(ventricle, old), old=old)
