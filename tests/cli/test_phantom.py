"""``claim-aug phantom``: layouts, and grids of a data set."""

import json

import nibabel as nib
import numpy as np
import pytest

from claim_aug.jobs.phantoms import Grid, read_grids


@pytest.fixture
def scans(tmp_path):
    """A folder with two images of different grids, the second across its first axis, and a picture-like one."""
    folder = tmp_path / "scans"
    folder.mkdir()
    for name, shape, spacing in (
        ("a", (64, 72, 4), (1.5, 1.5, 9.0)),
        ("b", (5, 60, 60), (8.0, 1.4, 1.4)),
        ("small", (20, 20, 4), (1.5, 1.5, 9.0)),
    ):
        nib.save(nib.Nifti1Image(np.zeros(shape, np.float32), np.diag([*spacing, 1])), folder / f"{name}.nii.gz")
    return folder


def test_nnunets_layout_with_its_table(cli, tmp_path):
    done = cli("phantom", tmp_path / "out", "-n", 2, "--wide", "--layout", "nnunet", "--scar")
    assert done.code == 0, done.err
    assert sorted(path.name for path in (tmp_path / "out/imagesTr").iterdir()) == [
        "Case_000_0000.nii.gz",
        "Case_001_0000.nii.gz",
    ]
    table = json.loads((tmp_path / "out/dataset.json").read_text())
    assert table["numTraining"] == 2
    assert table["channel_names"] == {"0": "LGE"}
    labels = np.asarray(nib.load(tmp_path / "out/labelsTr/Case_000.nii.gz").dataobj)
    assert set(np.unique(labels)) <= set(table["labels"].values())
    assert table["labels"]["infarct"] in labels
    again = cli("phantom", tmp_path / "out", "-n", 2, "--layout", "nnunet")
    assert again.code == 1
    assert "dataset.json exists already" in again.err


def test_grids_are_read_slices_last_and_those_too_small_for_a_heart_are_left_out(scans):
    assert read_grids(scans) == [
        Grid((64, 72, 4), (1.5, 1.5, 9.0)),
        Grid((60, 60, 5), (pytest.approx(1.4), pytest.approx(1.4), 8.0)),
    ]


@pytest.mark.parametrize("wide", [(), ("--wide",)])
def test_phantoms_have_the_grids_of_a_data_set(cli, scans, tmp_path, wide):
    done = cli("phantom", tmp_path / "out", "-n", 4, "--like", scans, *wide)
    assert done.code == 0, done.err
    images = [nib.load(path) for path in sorted((tmp_path / "out").glob("*/Images/*"))]
    found = {image.shape: tuple(map(float, image.header.get_zooms())) for image in images}
    assert set(found) <= {(64, 72, 4), (60, 60, 5)}
    assert all(sizes[2] in (8.0, 9.0) for sizes in found.values())


def test_an_unknown_layout_and_a_folder_without_scans_are_refused(cli, tmp_path):
    done = cli("phantom", tmp_path / "out", "--layout", "bids")
    assert done.code == 1
    assert "--layout needs to be emidec or nnunet, got 'bids'" in done.err
    (tmp_path / "empty").mkdir()
    done = cli("phantom", tmp_path / "out", "--like", tmp_path / "empty")
    assert done.code == 1
    assert "holds no images" in done.err
    assert not (tmp_path / "out").exists()
