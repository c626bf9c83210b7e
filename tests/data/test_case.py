"""An image and its labels lie on one grid, or are refused with both named."""

import nibabel as nib
import numpy as np
import pytest

from claim_aug.data.case import Case, naming, stem
from claim_aug.errors import InputError, LabelError


def save(path, data, spacing=(1.5, 1.5, 10.0), shift=0.0):
    affine = np.diag([*spacing, 1.0])
    affine[0, 3] = shift
    nib.save(nib.Nifti1Image(data, affine), path)
    return path


@pytest.fixture
def pair(phantom, tmp_path):
    return save(tmp_path / "image.nii.gz", phantom.image), save(tmp_path / "labels.nii.gz", phantom.labels)


def test_a_case_is_named_after_its_image(pair):
    assert Case.from_files(*pair).name == "image"
    assert stem(pair[0].with_name("Case_P001.v2.nii")) == "Case_P001.v2"


def test_files_of_one_name_are_told_apart_by_their_folders(phantom, tmp_path):
    """EMIDEC's image and labels are."""
    for folder, data in (("Images", phantom.image), ("Contours", phantom.labels[1:])):
        (tmp_path / folder).mkdir()
        save(tmp_path / folder / "Case_0.nii.gz", data)
    with pytest.raises(InputError, match=r"^Images/Case_0.nii.gz and Contours/Case_0.nii.gz lie .*; resample one of"):
        Case.from_files(tmp_path / "Images" / "Case_0.nii.gz", tmp_path / "Contours" / "Case_0.nii.gz")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda path, data: save(path, data[:, :-1]), r"different grids: shape \(112, 112, 7\) and \(112, 111, 7\)"),
        (
            lambda path, data: save(path, data, spacing=(1.5, 1.5, 8.0)),
            "different grids: spacing 1.5 x 1.5 x 10 mm and",
        ),
        (lambda path, data: save(path, data, shift=30.0), "different grids: affine"),
    ],
)
def test_different_grids_are_refused(pair, phantom, change, reason):
    change(pair[1], phantom.labels)
    with pytest.raises(InputError, match=reason):
        Case.from_files(*pair)


@pytest.mark.parametrize(("value", "reason"), [(np.nan, "1 voxels that are NaN"), (-np.inf, "1 voxels that are NaN")])
def test_an_image_that_is_not_finite_is_refused(pair, phantom, value, reason):
    image = phantom.image.copy()
    image[0, 0, 0] = value
    save(pair[0], image)
    with pytest.raises(InputError, match=reason):
        Case.from_files(*pair)


def test_a_constant_image_is_refused(pair, phantom):
    save(pair[0], np.full_like(phantom.image, 7))
    with pytest.raises(InputError, match="is constant"):
        Case.from_files(*pair)


def test_naming_keeps_the_kind_of_an_error():
    with pytest.raises(LabelError, match="^Case_7: odd$"), naming("Case_7"):
        raise LabelError("odd")


def test_a_name_that_is_not_utf_8_is_refused_with_what_to_do():
    with pytest.raises(InputError, match=r"'caf\\udce9' is the name of a file that is not UTF-8 .* rename the file"):
        Case("caf\udce9", ())
