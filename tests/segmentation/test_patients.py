"""The windows of a data set's patients, and batches that follow from their number."""

import nibabel as nib
import numpy as np
import pytest
import torch

from claim_aug.anatomy import LabelScheme
from claim_aug.errors import InputError
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.segmentation.patients import WindowBatches, read_windows, to_classes
from claim_aug.segmentation.windows import SIDE

PHANTOM = LabelScheme.parse("phantom")


@pytest.fixture(scope="module")
def scans():
    return [make_phantom(seed, scar=bool(seed), mvo=True, shape=(72, 80, 4)) for seed in range(2)]


@pytest.fixture(scope="module")
def windows(scans, tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    for number, scan in enumerate(scans):
        write_emidec(scan, folder, f"Case_{number}")
    return read_windows(folder, PHANTOM)[0]


def test_every_slice_with_a_wall_is_a_window_of_its_patient(windows, scans):
    assert {window.image.shape for window in windows} == {(SIDE, SIDE)}
    for number, scan in enumerate(scans):
        own = [window for window in windows if window.patient == f"Case_{number}"]
        assert len(own) == sum(np.isin(plane, (2, 3, 4)).any() for plane in np.moveaxis(scan.labels, 2, 0))
        assert np.diag(own[0].affine) == pytest.approx([1.5, 1.5, scan.spacing[2], 1], abs=1e-4)
    assert any((window.labels == 5).any() for window in windows)  # the RV, on which segments are anchored


def test_a_pass_has_every_window_once_and_follows_from_the_seed(windows):
    batches = WindowBatches(windows, 1, seed=3)
    seen = [batches.example(number).labels.sum() for number in range(len(windows))]
    assert sorted(seen) == sorted(window.labels.sum() for window in windows)
    first, again, other = (WindowBatches(windows, 2, seed)(5) for seed in (1, 1, 2))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["image"], other["image"])
    assert (first["image"].shape[:2], first["affine"].shape) == ((2, 1), (2, 4, 4))


@pytest.mark.filterwarnings("ignore:the wall would have")
def test_scans_without_a_spacing_have_windows_too(scans, tmp_path):
    for part, array in (("images", scans[1].image), ("labels", scans[1].labels)):
        (tmp_path / part).mkdir()
        nib.save(nib.Nifti1Image(array, np.eye(4)), tmp_path / part / "a.nii.gz")
    windows, skipped = read_windows(tmp_path, PHANTOM)
    assert windows
    assert skipped == []


def test_a_folder_without_ventricles_or_images_is_refused(tmp_path):
    nib.save(nib.Nifti1Image(np.zeros((20, 20, 3), np.uint8), np.eye(4)), tmp_path / "a.nii.gz")
    with pytest.raises(InputError, match="a of .* has labels alone"):
        read_windows(tmp_path, PHANTOM)
    for part in ("images", "labels"):
        (tmp_path / "set" / part).mkdir(parents=True)
        nib.save(nib.Nifti1Image(np.zeros((20, 20, 3), np.uint8), np.eye(4)), tmp_path / "set" / part / "a.nii.gz")
    with pytest.raises(InputError, match="has no case with a left ventricle"):
        read_windows(tmp_path / "set", PHANTOM)


def test_the_rv_is_background_to_the_segmenter():
    assert to_classes(torch.arange(6)).tolist() == [0, 1, 2, 3, 4, 0]
