"""Folders of scans in the layouts people keep them in."""

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug.anatomy import LabelScheme
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.errors import InputError, LabelError
from claim_aug.phantom import make_phantom, write_emidec

SCHEME = LabelScheme.parse("phantom")


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_emidecs_layout(phantom, tmp_path):
    for name in ("Case_B", "Case_A"):
        write_emidec(phantom, tmp_path, name)
    cases = find_cases(tmp_path)
    assert [case.name for case in cases] == ["Case_A", "Case_B"]
    assert cases[0].image_paths[0] == tmp_path / "Case_A" / "Images" / "Case_A.nii.gz"
    assert np.array_equal(cases[0].labels, phantom.labels)


@pytest.mark.parametrize(
    ("labels", "images"),
    [("labels/a.nii.gz", "images/a.nii.gz"), ("labelsTr/a.nii.gz", "imagesTr/a_0000.nii.gz")],
)
def test_labels_beside_images(tmp_path, labels, images):
    touch(tmp_path, labels, images)
    (case,) = find_cases(tmp_path)
    assert (case.name, case.label_paths, case.image_paths) == ("a", (tmp_path / labels,), (tmp_path / images,))


def test_a_label_map_without_its_image_is_refused(tmp_path):
    touch(tmp_path, "labels/a.nii.gz", "images/b.nii.gz")
    with pytest.raises(InputError, match="a.nii.gz has no image of the same name"):
        find_cases(tmp_path)


def test_slices_make_a_stack_in_their_order(tmp_path):
    for index in (10, 2, 1):
        Image.fromarray(np.full((4, 5), index, np.uint8)).save(tmp_path / f"Case_P001_slice{index}.png")
    (case,) = find_cases(tmp_path)
    assert case.name == "Case_P001"
    assert case.labels.shape == (4, 5, 3)
    assert case.labels[0, 0].tolist() == [1, 2, 10]


def test_slices_of_different_shapes_are_refused(tmp_path):
    for index in (1, 2):
        Image.fromarray(np.zeros((4, 4 + index), np.uint8)).save(tmp_path / f"a_slice{index}.png")
    with pytest.raises(InputError, match="no slices of one stack: shape"):
        find_cases(tmp_path)[0].labels  # noqa: B018


def test_an_image_comes_with_its_labels(phantom, tmp_path):
    write_emidec(phantom, tmp_path, "Case_A")
    (case,) = find_cases(tmp_path)
    assert np.array_equal(case.labels, phantom.labels)
    assert np.array_equal(case.image, phantom.image)


def test_labels_alone_have_no_image(tmp_path):
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(tmp_path / "a_slice1.png")
    assert find_cases(tmp_path)[0].image is None


def test_an_image_of_another_place_is_refused(phantom, tmp_path):
    write_emidec(phantom, tmp_path, "Case_A")
    moved = phantom.affine.copy()
    moved[0, 3] += 20
    path = tmp_path / "Case_A" / "Images" / "Case_A.nii.gz"
    nib.save(nib.Nifti1Image(phantom.image, moved), path)
    with pytest.raises(InputError, match=r"Images/Case_A.* and Contours/Case_A.* lie on different grids: affine"):
        find_cases(tmp_path)[0].image  # noqa: B018


def test_a_slice_of_another_shape_than_its_labels_is_refused(tmp_path):
    for folder, shape in (("labels", (4, 5)), ("images", (5, 4))):
        (tmp_path / folder).mkdir()
        Image.fromarray(np.zeros(shape, np.uint8)).save(tmp_path / folder / "a_slice1.png")
    with pytest.raises(InputError, match="different grids: shape"):
        find_cases(tmp_path)[0].image  # noqa: B018


def test_a_folder_without_label_maps_says_what_was_expected(tmp_path):
    touch(tmp_path, "notes.txt")
    with pytest.raises(InputError, match="holds no label maps; expected CASE/Contours"):
        find_cases(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        find_cases(tmp_path / "notes.txt")


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
    skipped = Skipped()
    return list(iter_cases(find_cases(dataset, images_for="a test"), SCHEME, on_error=skipped)), skipped


def test_every_case_comes_with_its_image_and_its_ventricle(dataset):
    read_cases, skipped = read(dataset)
    assert [case.name for case, _ in read_cases] == ["Case_0", "Case_1"]
    assert [bool(anatomy.scar.any()) for _, anatomy in read_cases] == [False, True]
    assert all(case.region(anatomy).shape == anatomy.wall.shape for case, anatomy in read_cases)
    assert skipped == []


def test_the_cases_of_the_list_keep_no_voxels(dataset):
    cases = find_cases(dataset)
    for case, _ in iter_cases(cases, SCHEME):
        assert "labels" in vars(case)
    assert not any("labels" in vars(case) for case in cases)


def test_a_case_without_a_ventricle_is_passed_over(dataset):
    spoil(dataset, "Contours", lambda labels: labels * 0)
    read_cases, skipped = read(dataset)
    assert [case.name for case, _ in read_cases] == ["Case_0"]
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


def test_any_bad_case_is_passed_over_where_that_is_asked_for(dataset):
    spoil(dataset, "Contours", lambda labels: labels + 40)
    skipped = Skipped(InputError)
    assert [case.name for case, _ in iter_cases(find_cases(dataset), SCHEME, on_error=skipped)] == ["Case_0"]
    assert "Case_1.nii.gz: the label map holds" in skipped.reasons["Case_1"]
    with skipped.passing_over(find_cases(dataset)[0]):
        raise InputError("no room")
    with pytest.raises(InputError, match=r"Case_1 \(and 1 more\) cannot be used: Case_1.nii.gz"):
        skipped.refuse_all(2)
