"""What a network sees of a slice, and how its scar comes back to the scan."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from claim_aug import LVAnatomy, ScarMask
from claim_aug.generators.diffusion.window import LIMITS, MIDDLE, SPREAD, scar_intensity, take_slice, window_of
from claim_aug.measures.tissue import measure
from claim_aug.priors.smile import SmilePrior

REMOTE, BLOOD = 120.0, 420.0
INDEX = 3


@pytest.fixture(scope="module")
def mask(ventricle):
    return SmilePrior(burden=30, transmurality=0.9, mvo=0.2).sample(ventricle, np.random.default_rng(2))


def scan(anatomy, noise=9.0, seed=0):
    """A scan of two known intensities, and noise."""
    intensity = np.where(anatomy.cavity, BLOOD, REMOTE)
    return intensity + noise * np.random.default_rng(seed).standard_normal(intensity.shape)


def slice_of(image, mask, anatomy, spacing=1.5, size=56, index=INDEX):
    return take_slice(image, mask, anatomy, measure(image, anatomy), index, spacing=spacing, size=size)


def intensity(window):
    return MIDDLE + SPREAD * window


def inner(share):
    """Pixels far from the border of a mask."""
    return ndimage.binary_erosion(share > 0.99, iterations=2)


def test_remote_is_0_and_blood_1_in_any_units(ventricle, mask):
    for gain, offset in ((1.0, 0.0), (0.01, -3.0), (70.0, 1e4)):
        slice_ = slice_of(gain * scan(ventricle) + offset, mask, ventricle)
        window, masks = window_of(slice_)
        wall, cavity = masks[2:]
        assert np.median(intensity(window[ndimage.binary_erosion(wall > 0.99)])) == pytest.approx(0, abs=0.03)
        assert np.median(intensity(window[inner(cavity)])) == pytest.approx(1, abs=0.03)
        assert slice_.noise == pytest.approx(9 / (BLOOD - REMOTE), rel=0.25)


def test_the_network_sees_single_precision_squares_and_shares(ventricle, mask):
    window, masks = window_of(slice_of(scan(ventricle), mask, ventricle))
    assert (window.shape, window.dtype, masks.shape, masks.dtype) == ((56, 56), "float32", (4, 56, 56), "float32")
    assert masks.min() == 0
    assert masks.max() == 1


def test_the_masks_are_scar_mvo_wall_and_cavity(ventricle, mask):
    index = next(i for i in range(7) if mask.mvo[..., i].any())
    slice_ = slice_of(scan(ventricle), mask, ventricle, index=index)
    scar, mvo, wall, cavity = window_of(slice_)[1]
    assert (mvo <= scar + 1e-6).all()
    assert (scar <= wall + 1e-6).all()
    assert (wall + cavity <= 1 + 1e-6).all()
    assert 0 < mvo.sum() < scar.sum() < wall.sum()
    for layer, volume in zip(
        (scar, mvo, wall, cavity), (mask.scar, mask.mvo, ventricle.wall, ventricle.cavity), strict=True
    ):
        assert layer.sum() == pytest.approx(volume[..., index].sum(), rel=0.02)  # pixels are as large as voxels here


def test_what_is_far_brighter_than_scar_is_cut_off(ventricle, mask):
    image = scan(ventricle)
    image[0, 0] = image[-1, 0] = 1e6
    image[0, -1] = -1e6
    splines = slice_of(image, mask, ventricle).relative_intensity
    values = ndimage.map_coordinates(splines, np.indices(splines.shape), order=3, mode="nearest", prefilter=False)
    assert values.min() >= LIMITS[0] - 1e-6
    assert values.max() <= LIMITS[1] + 1e-6
    assert values.max() == pytest.approx(LIMITS[1])


@pytest.mark.parametrize("spacing", [0.75, 1.0, 1.25])
def test_a_window_finer_than_the_scan_puts_its_scar_back_to_within_the_noise(phantom, ventricle, mask, spacing):
    image = phantom.image[ventricle.box].astype(float)
    tissue = measure(image, ventricle)
    for index in np.flatnonzero(mask.scar.any((0, 1))):
        slice_ = slice_of(image, mask, ventricle, spacing=spacing, size=round(100 / spacing), index=index)
        own = ((image[..., index] - tissue.remote[index]) / tissue.contrast[index])[mask.scar[..., index]]
        inside = ndimage.binary_erosion(slice_.scar)[slice_.scar]
        assert (scar_intensity(window_of(slice_)[0], slice_) - np.clip(own, *LIMITS))[
            inside
        ].std() < 0.35 * slice_.noise


def test_every_voxel_of_the_scar_takes_what_was_painted_and_the_soft_edge_that_was(ventricle, mask):
    slice_ = slice_of(scan(ventricle, noise=0.5), mask, ventricle, spacing=1.5)
    window, masks = window_of(slice_)
    flat = np.full_like(window, (1.8 - MIDDLE) / SPREAD)
    assert np.median(scar_intensity(flat, slice_)) == pytest.approx(1.8, abs=0.02)
    soft = np.where(masks[0] < 1, (0.9 - MIDDLE) / SPREAD, flat)
    painted = np.full(slice_.scar.shape, np.nan)
    painted[slice_.scar] = scar_intensity(soft, slice_)
    inside = ndimage.binary_erosion(slice_.scar, iterations=2)
    assert painted[inside] == pytest.approx(1.8, abs=0.2)
    assert np.nanmin(painted) < 1.4


def test_a_slice_of_any_axis_is_the_same_slice(phantom, ventricle, mask):
    image = scan(ventricle)
    turned = LVAnatomy.from_labels(
        phantom.labels.transpose(2, 0, 1), "phantom", spacing=(11.0, 1.5, 1.5), through_plane=0,
        base="last", winding=1, anterior_insertion=0.0,
    )  # fmt: skip
    moved = ScarMask(mask.infarct.transpose(2, 0, 1), mask.mvo.transpose(2, 0, 1))
    assert turned.wall.shape == moved.infarct.shape
    one = window_of(slice_of(image, mask, ventricle))
    two = window_of(slice_of(image.transpose(2, 0, 1), moved, turned))
    assert two[0] == pytest.approx(one[0], abs=1e-5)
    assert np.array_equal(two[1], one[1])


def test_another_window_shows_the_same_slice(ventricle, mask):
    slice_ = slice_of(scan(ventricle), mask, ventricle)
    closer = replace(slice_, roi=replace(slice_.roi, size=30))
    assert window_of(closer)[0] == pytest.approx(window_of(slice_)[0][13:-13, 13:-13], abs=1e-5)


@pytest.mark.parametrize("noise", [0.0, 1e-12])
def test_a_scan_without_noise_is_seen(ventricle, mask, noise):
    slice_ = slice_of(scan(ventricle, noise), mask, ventricle)
    window, _ = window_of(slice_)
    assert np.isfinite(window).all()
    assert np.median(abs(scar_intensity(window, slice_))) < 0.03
