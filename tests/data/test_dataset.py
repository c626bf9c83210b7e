"""Folders of scans in the layouts people keep them in."""

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug.data.dataset import find_cases, read_case, read_stack
from claim_aug.errors import InputError
from claim_aug.phantom import write_emidec


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


def test_emidecs_layout(phantom, tmp_path):
    for name in ("Case_B", "Case_A"):
        write_emidec(phantom, tmp_path, name)
    cases = find_cases(tmp_path)
    assert [case.name for case in cases] == ["Case_A", "Case_B"]
    assert cases[0].images[0] == tmp_path / "Case_A" / "Images" / "Case_A.nii.gz"
    assert np.array_equal(read_stack(cases[0].labels).data, phantom.labels)


@pytest.mark.parametrize(
    ("labels", "images"),
    [("labels/a.nii.gz", "images/a.nii.gz"), ("labelsTr/a.nii.gz", "imagesTr/a_0000.nii.gz")],
)
def test_labels_beside_images(tmp_path, labels, images):
    touch(tmp_path, labels, images)
    (case,) = find_cases(tmp_path)
    assert (case.name, case.labels, case.images) == ("a", (tmp_path / labels,), (tmp_path / images,))


def test_a_label_map_without_its_image_is_refused(tmp_path):
    touch(tmp_path, "labels/a.nii.gz", "images/b.nii.gz")
    with pytest.raises(InputError, match="a.nii.gz has no image of the same name"):
        find_cases(tmp_path)


def test_slices_make_a_stack_in_their_order(tmp_path):
    for index in (10, 2, 1):
        Image.fromarray(np.full((4, 5), index, np.uint8)).save(tmp_path / f"Case_P001_slice{index}.png")
    (case,) = find_cases(tmp_path)
    stack = read_stack(case.labels)
    assert case.name == "Case_P001"
    assert stack.data.shape == (4, 5, 3)
    assert stack.data[0, 0].tolist() == [1, 2, 10]
    assert (stack.spacing, stack.through_plane) == (None, 2)


def test_slices_of_different_shapes_are_refused(tmp_path):
    for index in (1, 2):
        Image.fromarray(np.zeros((4, 4 + index), np.uint8)).save(tmp_path / f"a_slice{index}.png")
    with pytest.raises(InputError, match="different grids"):
        read_stack(find_cases(tmp_path)[0].labels)


def test_an_image_comes_with_its_labels(phantom, tmp_path):
    write_emidec(phantom, tmp_path, "Case_A")
    labels, image = read_case(find_cases(tmp_path)[0])
    assert np.array_equal(labels.data, phantom.labels)
    assert np.array_equal(image, phantom.image)


def test_labels_alone_have_no_image(tmp_path):
    Image.fromarray(np.zeros((4, 5), np.uint8)).save(tmp_path / "a_slice1.png")
    assert read_case(find_cases(tmp_path)[0])[1] is None


def test_an_image_of_another_place_is_refused(phantom, tmp_path):
    write_emidec(phantom, tmp_path, "Case_A")
    moved = phantom.affine.copy()
    moved[0, 3] += 20
    path = tmp_path / "Case_A" / "Images" / "Case_A.nii.gz"
    nib.save(nib.Nifti1Image(phantom.image, moved), path)
    with pytest.raises(InputError, match=r"Images/Case_A.* and Contours/Case_A.* lie on different grids: affine"):
        read_case(find_cases(tmp_path)[0])


def test_a_slice_of_another_shape_than_its_labels_is_refused(tmp_path):
    for folder, shape in (("labels", (4, 5)), ("images", (5, 4))):
        (tmp_path / folder).mkdir()
        Image.fromarray(np.zeros(shape, np.uint8)).save(tmp_path / folder / "a_slice1.png")
    with pytest.raises(InputError, match="different grids: shape"):
        read_case(find_cases(tmp_path)[0])


def test_a_folder_without_label_maps_says_what_was_expected(tmp_path):
    touch(tmp_path, "notes.txt")
    with pytest.raises(InputError, match="holds no label maps; expected CASE/Contours"):
        find_cases(tmp_path)
    with pytest.raises(InputError, match="is not a folder"):
        find_cases(tmp_path / "notes.txt")
