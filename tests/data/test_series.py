"""Slices in files of their own are one stack, in the order in which they lie."""

import warnings

import nibabel as nib
import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.data.dataset import find_cases
from claim_aug.errors import InputError, SpacingWarning


def save_slices(phantom, folder, places, *, flat=False):
    """Label maps, one per slice of the phantom; file number ``n`` holds slice ``places[n]``."""
    for number, place in enumerate(places):
        affine = phantom.affine.copy()
        affine[:3, 3] = (phantom.affine @ [0, 0, place, 1])[:3]
        plane = phantom.labels[..., round(place) : round(place) + 1]
        image = nib.Nifti1Image((plane[..., 0] if flat else plane).astype(np.int16), affine)
        nib.save(image, folder / f"P_slice{number:03d}.nii.gz")
    return find_cases(folder)[0]


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4, 5, 6], [6, 5, 4, 3, 2, 1, 0], [3, 0, 6, 1, 5, 2, 4]])
def test_slices_lie_where_they_say_in_whichever_order_they_are_named(phantom, ventricle, tmp_path, order, flat):
    case = save_slices(phantom, tmp_path, order, flat=flat)
    with warnings.catch_warnings():
        warnings.simplefilter("error", SpacingWarning)
        anatomy = case.ventricle("phantom")
    assert np.array_equal(case.labels, phantom.labels)
    assert np.array_equal(anatomy.segment, ventricle.segment)
    assert anatomy.mass_g == pytest.approx(ventricle.mass_g, rel=1e-3)


def test_a_missing_slice_is_warned_of(phantom, tmp_path):
    case = save_slices(phantom, tmp_path, [0, 1, 2, 4, 5, 6])
    with pytest.warns(SpacingWarning, match=r"a gap lies between P_slice002.nii.gz and P_slice003.nii.gz: .* 22 mm"):
        assert case.ventricle("phantom").spacing[2] == pytest.approx(11)


def test_slices_that_overlap_are_warned_of(phantom, tmp_path):
    case = save_slices(phantom, tmp_path, [0, 1, 2, 2.5, 3.5, 4.5])
    with pytest.warns(SpacingWarning, match="there is an overlap between"):
        case.ventricle("phantom")


def test_two_slices_in_one_place_are_refused(phantom, tmp_path):
    with pytest.raises(InputError, match="lie in the same place; remove one"):
        save_slices(phantom, tmp_path, [0, 1, 1, 2]).ventricle("phantom")


def test_slices_that_all_say_the_same_place_have_no_mass(phantom, tmp_path):
    case = save_slices(phantom, tmp_path, [3] * 4)
    with pytest.warns(SpacingWarning, match="all say that they lie in the same place"):
        assert case.ventricle("phantom").mass_g is None


def test_slices_of_two_planes_are_refused(phantom, tmp_path):
    save_slices(phantom, tmp_path, [0, 1])
    turned = phantom.affine @ np.diag([-1, 1, 1, 1])
    nib.save(nib.Nifti1Image(phantom.labels[..., 2:3].astype(np.int16), turned), tmp_path / "P_slice002.nii.gz")
    with pytest.raises(InputError, match="do not lie in parallel"):
        find_cases(tmp_path)[0].ventricle("phantom")


def test_a_slice_is_read_alike_with_and_without_its_third_axis(phantom):
    plane = phantom.labels[..., 3]
    known = {"affine": phantom.affine, "scheme": "phantom"}
    flat, thick = LVAnatomy.from_labels(plane, **known), LVAnatomy.from_labels(plane[..., None], **known)
    assert flat.orientation == thick.orientation
    assert np.array_equal(flat.segment, thick.segment)
    assert flat.mass_g == thick.mass_g
