"""What a segmenter learns from: slices around the ventricle, on the scan's own grid."""

import nibabel as nib
import numpy as np
import pytest
import torch

from claim_aug.anatomy import LabelScheme
from claim_aug.errors import InputError
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.segmentation.unet import CLASSES, ToClasses, UNetConfig, read_segmenter, write_segmenter
from claim_aug.segmentation.windows import WindowBatches, read_windows

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


def test_every_window_has_one_size_and_holds_its_whole_ventricle(windows, scans):
    sizes = {window.image.shape for window in windows} | {window.labels.shape for window in windows}
    ((rows, columns),) = sizes
    assert rows == columns
    assert rows % 16 == 0
    for number, scan in enumerate(scans):
        own = [window.labels for window in windows if window.patient == f"Case_{number}"]
        wall = [2, 3, 4]
        whole = [plane for plane in np.moveaxis(scan.labels, 2, 0) if np.isin(plane, wall).any() and (plane == 1).any()]
        assert len(own) == len(whole)
        for cut, plane in zip(own, whole, strict=True):
            assert np.isin(cut, wall).sum() == np.isin(plane, wall).sum()


def test_voxels_are_the_scans_own_but_for_their_level(windows, scans):
    window = next(window for window in windows if window.patient == "Case_1")
    inside = window.labels > 0
    plane = next(p for p in range(4) if (scans[1].labels[..., p] > 0).sum() == inside.sum())
    real = scans[1].image[..., plane][scans[1].labels[..., plane] > 0]
    assert np.corrcoef(window.image[inside], real)[0, 1] == pytest.approx(1)
    assert abs(window.image.mean()) < 1
    assert np.diag(window.affine)[:2] == pytest.approx(scans[1].spacing[:2], abs=1e-4)


def test_a_pass_has_every_window_once_and_follows_from_the_seed(windows):
    batches = WindowBatches(windows, 1, seed=3)
    seen = [batches.example(number).labels.sum() for number in range(len(windows))]
    assert sorted(seen) == sorted(window.labels.sum() for window in windows)
    first, again, other = (WindowBatches(windows, 2, seed)(5) for seed in (1, 1, 2))
    assert all(torch.equal(first[key], again[key]) for key in first)
    assert not torch.equal(first["image"], other["image"])
    assert (first["image"].shape[:2], first["affine"].shape) == ((2, 1), (2, 4, 4))


def test_pictures_without_a_spacing_are_windows_too(scans, tmp_path):
    for part, array in (("images", scans[1].image), ("labels", scans[1].labels)):
        (tmp_path / part).mkdir()
        nib.save(nib.Nifti1Image(array, np.eye(4)), tmp_path / part / "a.nii.gz")
    windows, skipped = read_windows(tmp_path, PHANTOM)
    assert windows
    assert skipped == []


def test_a_folder_without_ventricles_or_images_is_refused(scans, tmp_path):
    nib.save(nib.Nifti1Image(np.zeros((20, 20, 3), np.uint8), np.eye(4)), tmp_path / "a.nii.gz")
    with pytest.raises(InputError, match="a of .* has labels alone"):
        read_windows(tmp_path, PHANTOM)
    for part in ("images", "labels"):
        (tmp_path / "set" / part).mkdir(parents=True)
        nib.save(nib.Nifti1Image(np.zeros((20, 20, 3), np.uint8), np.eye(4)), tmp_path / "set" / part / "a.nii.gz")
    with pytest.raises(InputError, match="has no case with a left ventricle"):
        read_windows(tmp_path / "set", PHANTOM)


def test_values_of_a_scheme_become_classes():
    labels = torch.tensor([[[[0, 1, 2, 3, 4, 5]]]])
    assert ToClasses(PHANTOM)(labels).flatten().tolist() == [0, 1, 2, 3, 3, 0]
    assert len(CLASSES) == 4


def test_a_segmenter_comes_back_from_its_folder(tmp_path):
    config = UNetConfig((4, 8), 1)
    network = config.build().eval()
    write_segmenter(network, config, tmp_path, {"size": 32})
    image = torch.randn(1, 1, 32, 32)
    with torch.no_grad():
        assert torch.equal(network(image), read_segmenter(tmp_path)(image))
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(InputError, match="is no folder of a segmenter"):
        read_segmenter(tmp_path)
