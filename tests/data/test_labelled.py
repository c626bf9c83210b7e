"""The labelled ventricles of a data set: each with its image, or an error that says whose it is."""

import nibabel as nib
import numpy as np
import pytest

from claim_aug.anatomy import LabelScheme
from claim_aug.data.labelled import labelled_cases, naming
from claim_aug.errors import InputError, LabelError
from claim_aug.phantom import make_phantom, write_emidec

SCHEME = LabelScheme.parse("phantom")


@pytest.fixture
def dataset(tmp_path):
    for number in range(2):
        write_emidec(make_phantom(number, scar=bool(number), shape=(64, 64, 3)), tmp_path, f"Case_{number}")
    return tmp_path


def spoil(dataset, folder, change):
    """Case 1 with other voxels."""
    path = dataset / "Case_1" / folder / "Case_1.nii.gz"
    file = nib.load(path)
    nib.save(nib.Nifti1Image(change(np.asanyarray(file.dataobj).copy()), file.affine), path)


def read(dataset):
    skipped = []
    return list(labelled_cases(dataset, SCHEME, skipped, purpose="a test")), skipped


def test_every_case_comes_with_its_image_and_its_ventricle(dataset):
    cases, skipped = read(dataset)
    assert [case.name for case in cases] == ["Case_0", "Case_1"]
    assert [bool(case.anatomy.scar.any()) for case in cases] == [False, True]
    assert all(case.region.shape == case.anatomy.wall.shape for case in cases)
    assert np.array_equal(cases[1].region, cases[1].image[cases[1].anatomy.box])
    assert skipped == []


def test_a_case_without_a_ventricle_is_passed_over(dataset):
    spoil(dataset, "Contours", lambda labels: labels * 0)
    cases, skipped = read(dataset)
    assert [case.name for case in cases] == ["Case_0"]
    assert skipped == ["Case_1"]


@pytest.mark.parametrize(
    ("folder", "change", "kind", "reason"),
    [
        (
            "Images",
            lambda image: image[:-1],
            InputError,
            "Images/Case_1.nii.gz and Contours/Case_1.nii.gz lie on different grids",
        ),
        ("Images", lambda image: np.full(image.shape, np.nan), InputError, "Case_1: the image holds .* NaN"),
        ("Contours", lambda labels: labels + 40, LabelError, "Case_1: "),
    ],
)
def test_what_is_wrong_says_whose_it_is(dataset, folder, change, kind, reason):
    spoil(dataset, folder, change)
    with pytest.raises(kind, match=reason):
        read(dataset)


def test_labels_alone_say_what_needs_the_images(tmp_path):
    write_emidec(make_phantom(0, shape=(64, 64, 3)), tmp_path / "made", "Case_0")
    (tmp_path / "made" / "Case_0" / "Contours").rename(tmp_path / "alone")
    with pytest.raises(InputError, match="Case_0 of .* has labels alone; a test needs the images too"):
        read(tmp_path / "alone")


def test_naming_keeps_the_kind_of_an_error():
    with pytest.raises(LabelError, match="^Case_7: odd$"), naming("Case_7"):
        raise LabelError("odd")
