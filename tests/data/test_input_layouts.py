"""Which layout a folder has, which cases are in it, and what they are called."""

import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug.data.dataset import find_cases
from claim_aug.data.dataset_json import named_scheme
from claim_aug.data.input_layouts import find_dataset
from claim_aug.errors import InputError


def touch(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")


@pytest.mark.parametrize(
    ("layout", "files"),
    [
        ("EMIDEC", ["Case_1/Contours/Case_1.nii.gz", "Case_1/Images/Case_1.nii.gz"]),
        ("images/ beside labels/", ["labels/Case_1.png", "images/Case_1.png"]),
        ("nnU-Net", ["labelsTr/Case_1.nii.gz", "imagesTr/Case_1_0000.nii.gz"]),
        ("MyoPS", ["train/Case_1_LGE.nii.gz", "train/Case_1_C0.nii.gz", "truth/Case_1_gd.nii.gz"]),
        ("a folder for each case", ["Case_1/lge.nii", "Case_1/cine.nii", "Case_1/mask.nii", "Case_2/a.txt"]),
        ("NAME beside NAME_labels", ["Case_1.nii.gz", "Case_1_labels.nii.gz", "Case_1.json"]),
        ("label maps alone", ["Case_1.nii.gz"]),
    ],
)
def test_a_layout_is_recognised_and_named(tmp_path, layout, files):
    touch(tmp_path, *files)
    found = find_dataset(tmp_path)
    assert layout in found.layout
    (case,) = found.cases
    assert case.name in ("Case_1", "mask")  # of one folder alone nothing tells what differs
    assert len(case.image_paths) == (layout != "label maps alone")
    assert not found.lacking


def test_bids_pairs_by_subject_and_session(tmp_path):
    touch(tmp_path, "sub-01/ses-1/anat/sub-01_ses-1_LGE.nii.gz", "sub-01/ses-1/anat/sub-01_ses-1_cine.nii.gz")
    touch(tmp_path, "derivatives/x/sub-01/ses-1/anat/sub-01_ses-1_desc-scar_dseg.nii.gz")
    touch(tmp_path, "sub-02/anat/sub-02_acq-psir_LGE.nii.gz", "derivatives/x/sub-02/anat/sub-02_dseg.nii.gz")
    found = find_dataset(tmp_path)
    assert [case.name for case in found.cases] == ["sub-01_ses-1", "sub-02"]
    assert [case.image_paths[0].name for case in found.cases] == [
        "sub-01_ses-1_LGE.nii.gz",
        "sub-02_acq-psir_LGE.nii.gz",
    ]


def test_names_come_from_what_differs_in_the_paths(tmp_path):
    for case in ("p1", "p2"):
        touch(tmp_path, f"site/{case}/rest/image.nii.gz", f"site/{case}/rest/label.nii.gz")
    assert [case.name for case in find_cases(tmp_path)] == ["p1", "p2"]


def test_a_csv_pairs_files_of_any_name_and_stacks_rows_of_one_case(tmp_path):
    touch(tmp_path, "a/1.png", "b/1.png", "a/2.png", "b/2.png", "a/3.png", "b/3.png")
    (tmp_path / "pairs.csv").write_text("case,image,labels\nx,a/1.png,b/1.png\nx,a/2.png,b/2.png\ny,a/3.png,b/3.png\n")
    cases = find_cases(tmp_path / "pairs.csv")
    assert [(case.name, len(case.label_paths), len(case.image_paths)) for case in cases] == [("x", 2, 2), ("y", 1, 1)]


@pytest.mark.parametrize("text", ["", "image,mask\na,b\n", "image,labels\na,\n"])
def test_another_csv_is_refused_with_its_columns(tmp_path, text):
    (tmp_path / "pairs.csv").write_text(text)
    with pytest.raises(InputError, match="needs the columns image and labels"):
        find_cases(tmp_path / "pairs.csv")


def test_a_case_that_lacks_its_image_does_not_hide_the_others(tmp_path):
    touch(tmp_path, "labels/a.nii.gz", "labels/b.nii.gz", "images/b.nii.gz")
    found = find_dataset(tmp_path)
    assert [case.name for case in found.cases] == ["a", "b"]
    assert list(found.lacking) == ["a"]
    with pytest.raises(InputError, match="no image of the same name"):
        find_cases(tmp_path)


def test_samples_of_one_bids_scan_are_cases_of_their_own(tmp_path):
    for number in range(2):
        touch(tmp_path, f"sub-01_scar00{number}/anat/sub-01_scar00{number}_LGE.nii.gz")
        touch(tmp_path, f"derivatives/seg/sub-01_scar00{number}/anat/sub-01_scar00{number}_dseg.nii.gz")
    assert [case.name for case in find_cases(tmp_path)] == ["sub-01_scar000", "sub-01_scar001"]


def test_slices_in_one_folder_with_their_label_maps_come_in_the_order_of_their_numbers(tmp_path):
    touch(tmp_path, *(f"a_slice{number}{end}.png" for number in (2, 10) for end in ("", "_labels")))
    (case,) = find_cases(tmp_path)
    assert [path.name for path in case.image_paths] == ["a_slice2.png", "a_slice10.png"]


def test_the_only_channel_is_the_one_and_numbers_of_patients_are_none(tmp_path):
    touch(tmp_path / "nnunet", "labelsTr/Case_1.nii.gz", "imagesTr/Case_1_0001.nii.gz")
    touch(tmp_path / "plain", *(f"{folder}/patient_000{n}.nii.gz" for n in (1, 2) for folder in ("images", "labels")))
    assert find_cases(tmp_path / "nnunet")[0].image_paths[0].name == "Case_1_0001.nii.gz"
    assert [case.image_paths[0].name for case in find_cases(tmp_path / "plain")] == [
        "patient_0001.nii.gz",
        "patient_0002.nii.gz",
    ]


def test_a_file_ending_that_is_not_read_is_named(tmp_path):
    touch(tmp_path, "labelsTr/a.mha")
    (tmp_path / "dataset.json").write_text(json.dumps({"file_ending": ".mha"}))
    with pytest.raises(InputError, match=r"file ending '.mha'; convert"):
        find_cases(tmp_path)


def test_scans_of_another_format_are_named(tmp_path):
    touch(tmp_path, "Case_1/Images/Case_1.hdr", "Case_1/Images/Case_1.img")
    with pytest.raises(InputError, match=r"it has .hdr, .img, which are not read: convert them to .nii.gz"):
        find_dataset(tmp_path)


def test_stacks_that_share_a_name_are_no_slices(tmp_path):
    for number in range(2):
        for folder in ("images", "labels"):
            (tmp_path / folder).mkdir(exist_ok=True)
            nib.save(nib.Nifti1Image(np.ones((4, 5, 3), np.uint8), np.eye(4)), tmp_path / folder / f"{number}.nii")
    rows = "".join(f"x,images/{number}.nii,labels/{number}.nii\n" for number in range(2))
    (tmp_path / "pairs.csv").write_text(f"case,image,labels\n{rows}")
    (case,) = find_cases(tmp_path / "pairs.csv")
    with pytest.raises(InputError, match=r"each is a stack itself, of shape \(4, 5, 3\)"):
        _ = case.labels


def test_nifti_slices_are_stacked_by_where_they_lie(tmp_path):
    for index in range(3):  # named against their order in space
        affine = np.diag([1.0, 1, 8, 1])
        affine[2, 3] = -8.0 * index
        for folder in ("images", "labels"):
            (tmp_path / folder).mkdir(exist_ok=True)
            plane = np.full((4, 5, 1), index, np.uint8)
            nib.save(nib.Nifti1Image(plane, affine), tmp_path / folder / f"a_slice{index}.nii.gz")
    (case,) = find_cases(tmp_path)
    assert case.name == "a"
    assert case.image[0, 0].tolist() == case.labels[0, 0].tolist() == [2, 1, 0]


@pytest.mark.parametrize(
    ("labels", "scheme"),
    [
        ({"background": 0, "LV blood pool": 1, "LV myocardium": 2, "scar": 3, "no-reflow": 4, "RV": 5},
         "background=0,cavity=1,myocardium=2,infarct=3,mvo=4,rv=5"),
        ({"background": 0, "whole heart": 1}, None),
        ({"background": 0, "cavity": [1, 2]}, None),
    ],
)  # fmt: skip
def test_names_of_labels_are_read_as_a_scheme_or_not_at_all(labels, scheme):
    assert named_scheme(labels) == scheme
