"""Scar in wall coordinates, there and back."""

import numpy as np
import pytest

from claim_aug.generators.texture import DEPTHS, POSITIONS, look_up, patches, span, unroll
from claim_aug.priors.smile import SmilePrior


@pytest.fixture(scope="module")
def scar(ventricle):
    return SmilePrior(burden=25, transmurality=0.9, mvo=0.0).sample(ventricle, np.random.default_rng(4)).infarct


def test_patches_are_the_connected_pieces_of_the_slices(scar, ventricle):
    found = patches(scar, ventricle)
    again = np.zeros_like(scar)
    for patch in found:
        assert not again[patch.voxels].any()
        assert set(patch.voxels[2]) == {patch.plane}
        again[patch.voxels] = True
    assert np.array_equal(again, scar)
    assert [patch.plane for patch in found] == sorted(patch.plane for patch in found)
    assert patches(np.zeros_like(scar), ventricle) == []


def test_pieces_that_are_too_small_can_be_left_out(scar, ventricle):
    sizes = [len(patch.depth) for patch in patches(scar, ventricle)]
    assert [len(p.depth) for p in patches(scar, ventricle, fewest=40)] == [size for size in sizes if size >= 40]


def test_coordinates_run_from_one_side_to_the_other(scar, ventricle):
    patch = max(patches(scar, ventricle), key=lambda patch: len(patch.depth))
    for coordinate in (patch.depth, patch.position):
        assert 0 <= coordinate.min() < 0.1
        assert 0.9 < coordinate.max() <= 1
    assert np.corrcoef(patch.depth, ventricle.transmural[patch.voxels])[0, 1] > 0.9
    assert patch.length * patch.thickness == pytest.approx(len(patch.depth) * 1.5**2)


def test_sizes_are_in_millimetres(ventricle):
    ring = patches(ventricle.wall & (ventricle.slice_index == 3), ventricle)[0]
    assert ring.arc == 360
    half = patches(ventricle.wall & (ventricle.slice_index == 3) & (ventricle.rotational < 180), ventricle)[0]
    assert half.length == pytest.approx(ring.length / 2, rel=0.15)
    assert half.thickness == pytest.approx(ring.thickness, rel=0.15)
    assert 5 < ring.thickness < 15


@pytest.mark.parametrize(("start", "stop"), [(10, 80), (300, 410), (170, 190)])
def test_an_arc_is_found_wherever_it_starts(start, stop):
    first, arc = span(np.arange(start, stop + 1.0) % 360, 1.0)
    assert first % 360 == pytest.approx((start - 0.5) % 360)
    assert arc == pytest.approx(stop - start + 1)


def test_a_single_voxel_is_a_patch_too(ventricle):
    single = np.zeros_like(ventricle.wall)
    single[tuple(np.argwhere(ventricle.wall)[100])] = True
    (patch,) = patches(single, ventricle)
    texture, measured = unroll(np.array([0.7]), patch)
    assert np.allclose(texture, 0.7)
    assert measured.any()


@pytest.mark.parametrize("coordinate", ["depth", "position"])
def test_a_texture_is_unrolled_and_looked_up_again(scar, ventricle, coordinate):
    patch = max(patches(scar, ventricle), key=lambda patch: len(patch.depth))
    values = getattr(patch, coordinate)
    texture, measured = unroll(values, patch)
    assert texture.shape == (DEPTHS, POSITIONS) == measured.shape
    assert measured.mean() > 0.8
    assert np.abs(look_up(texture, patch.depth, patch.position) - values).mean() < 0.05


def test_cells_without_voxels_are_filled_from_those_that_are_used(scar, ventricle):
    patch = max(patches(scar, ventricle), key=lambda patch: len(patch.depth))
    used = patch.position < 0.5
    texture, measured = unroll(np.where(used, 1.0, 99.0), patch, used)
    assert np.allclose(texture, 1)
    assert measured[:, : POSITIONS // 3].mean() > 0.8
    assert not measured[:, 2 * POSITIONS // 3 :].any()


def test_beyond_its_ends_a_texture_is_mirrored():
    ramp = np.tile(np.linspace(0, 1, POSITIONS), (DEPTHS, 1))
    assert look_up(ramp, np.full(3, 0.5), np.array([-0.25, 1.25, 2.25])) == pytest.approx([0.25, 0.75, 0.25])
