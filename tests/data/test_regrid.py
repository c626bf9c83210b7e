"""A mask drawn on another grid lands where it was drawn."""

import nibabel as nib
import numpy as np
import pytest

from claim_aug.data.regrid import read_mask_onto
from claim_aug.data.voxels import read_voxels
from claim_aug.errors import InputError, MaskWarning


@pytest.fixture
def scan(phantom, tmp_path):
    nib.save(nib.Nifti1Image(phantom.labels, phantom.affine), tmp_path / "scan.nii.gz")
    return read_voxels(tmp_path / "scan.nii.gz")


def test_a_mask_on_the_scans_grid_is_taken_as_it_is(scan, phantom):
    assert np.array_equal(read_mask_onto(scan.path, scan), phantom.labels)


def test_a_finer_flipped_and_cropped_mask_lands_in_its_place(scan, phantom, tmp_path):
    fine = phantom.labels[20:].repeat(2, axis=0).repeat(2, axis=1)[::-1]
    affine = phantom.affine @ np.diag([-0.5, 0.5, 1, 1])
    affine[:3, 3] = phantom.affine[:3, :3] @ [111.25, -0.25, 0] + phantom.affine[:3, 3]
    nib.save(nib.Nifti1Image(np.ascontiguousarray(fine), affine), tmp_path / "mask.nii.gz")
    with pytest.warns(MaskWarning, match="lies on another grid, .* resampled by nearest neighbour"):
        mask = read_mask_onto(tmp_path / "mask.nii.gz", scan)
    assert np.array_equal(mask[20:], phantom.labels[20:])
    assert not mask[:20].any()


def test_without_an_affine_another_shape_is_refused(scan, tmp_path):
    from PIL import Image

    Image.fromarray(np.zeros((5, 5), np.uint8)).save(tmp_path / "mask.png")
    with pytest.raises(InputError, match="no affine says how they lie"):
        read_mask_onto(tmp_path / "mask.png", scan)
