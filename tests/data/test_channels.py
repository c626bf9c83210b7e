"""Of several channels the LGE one is taken, or nobody guesses."""

import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug.data.case import Case
from claim_aug.data.channels import lge_channel
from claim_aug.data.dataset import find_cases
from claim_aug.errors import InputError


@pytest.fixture
def dataset(tmp_path):
    """A data set of nnU-Net's with three channels, each of its own brightness."""

    def make(names):
        for folder in ("imagesTr", "labelsTr"):
            (tmp_path / folder).mkdir(exist_ok=True)
        labels = np.zeros((6, 6, 3), np.uint8)
        nib.save(nib.Nifti1Image(labels, np.eye(4)), tmp_path / "labelsTr" / "P1.nii.gz")
        for number in range(3):
            image = np.arange(108, dtype=np.int16).reshape(6, 6, 3) + 1000 * number
            nib.save(nib.Nifti1Image(image, np.eye(4)), tmp_path / "imagesTr" / f"P1_{number:04d}.nii.gz")
        if names is not None:
            table = {"channel_names": {str(number): name for number, name in enumerate(names)}}
            (tmp_path / "dataset.json").write_text(json.dumps(table))
        return tmp_path

    return make


@pytest.mark.parametrize(
    "name", ["LGE", "lge", "DE", "LGE-MRI", "gd", "PSIR", "late gadolinium", "Delayed Enhancement"]
)
def test_the_channel_that_is_called_lge_is_taken(dataset, name):
    (case,) = find_cases(dataset(["C0", name, "T2"]), images_for="a test")
    assert case.image_paths[0].name == "P1_0001.nii.gz"


@pytest.mark.parametrize("names", [["C0", "T1", "T2"], ["LGE", "PSIR", "T2"], ["MODE", "wide", "edge"], None])
def test_where_none_or_several_are_called_so_it_is_asked_for(dataset, names):
    with pytest.raises(InputError, match="it has 0 .*, 1 .*, 2 .*Say which one is"):
        find_cases(dataset(names), images_for="a test")


@pytest.mark.parametrize("asked", ["2", "T2", "t2"])
def test_what_is_asked_for_is_taken(dataset, asked):
    (case,) = find_cases(dataset(["C0", "LGE", "T2"]), images_for="a test", channel=asked)
    assert case.image_paths[0].name == "P1_0002.nii.gz"


def test_a_channel_that_there_is_not_is_refused(dataset):
    with pytest.raises(InputError, match="has no channel 'T1'; it has 0 C0, 1 LGE, 2 T2"):
        find_cases(dataset(["C0", "LGE", "T2"]), images_for="a test", channel="T1")


def test_one_channel_may_have_any_name():
    assert lge_channel({"0": "MRI"}, None, "set") == 0


def test_an_image_of_another_channel_is_refused_with_the_right_one(dataset):
    folder = dataset(["C0", "LGE", "T2"])
    with pytest.raises(InputError, match=r"P1_0000.nii.gz is C0, by its dataset.json; the LGE image is .*P1_0001"):
        Case.from_files(folder / "imagesTr" / "P1_0000.nii.gz", folder / "labelsTr" / "P1.nii.gz")
    Case.from_files(folder / "imagesTr" / "P1_0001.nii.gz", folder / "labelsTr" / "P1.nii.gz")


@pytest.mark.parametrize("text", ["{", "[]", '{"channel_names": 3}', "[" * 100_000, '{"channel_names": {"a": "b"}}'])
def test_a_damaged_dataset_json_is_named(dataset, text):
    folder = dataset(None)
    (folder / "dataset.json").write_text(text)
    with pytest.raises(InputError, match=r"dataset.json cannot be read"):
        find_cases(folder, images_for="a test")


@pytest.mark.parametrize("name", ["", ".hidden", "a/b", "..", "x" * 300, "a\\b", "nul\0"])
def test_a_name_that_cannot_be_a_file_s_is_refused(dataset, name):
    folder = dataset(["C0", "LGE", "T2"])
    with pytest.raises(InputError, match="a case needs a name"):
        Case.from_files(folder / "imagesTr" / "P1_0001.nii.gz", folder / "labelsTr" / "P1.nii.gz", name)
