"""``claim-aug segment``: label maps, confidence and numbers on the scan's own grid."""

import csv
import json

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug.measures.dice import dice
from claim_aug.phantom import make_phantom, write_emidec
from tests.cli.conftest import save_case


@pytest.fixture(scope="module")
def scan():
    return make_phantom(11, scar=True, mvo=True)


def test_with_labels_scar_is_looked_for_in_their_wall(cli, infarcted, scarred, tmp_path):
    done = cli("segment", *infarcted, tmp_path / "out", "--labels", "phantom")
    assert done.code == 0, done.err
    assert "for research only, not for diagnosis" in done.out
    image, labels = nib.load(infarcted[0]), nib.load(tmp_path / "out/labels" / infarcted[0].name)
    np.testing.assert_array_equal(labels.affine, image.affine)
    assert b"research only" in bytes(labels.header["descrip"])
    found = np.asarray(labels.dataobj)
    wall = np.isin(scarred.labels, (2, 3, 4))
    assert np.array_equal(np.isin(found, (2, 3, 4)), wall)
    assert np.array_equal(found[~wall], scarred.labels[~wall])  # the RV stays, too
    assert dice(np.isin(found, (3, 4)), np.isin(scarred.labels, (3, 4))) > 0.4
    confidence = nib.load(tmp_path / "out/confidence" / infarcted[0].name)
    assert confidence.get_data_dtype() == np.float32
    assert 0 < np.asarray(confidence.dataobj).max() <= 1
    (path,) = (tmp_path / "out/reports").iterdir()
    report = json.loads(path.read_text())
    assert report["ventricle"] == "labelled"
    assert "not for diagnosis" in report["RESEARCH"]
    assert report["totals"]["scar"]["voxels"] == int(np.isin(found, (3, 4)).sum())
    with (tmp_path / "out/segmented.csv").open(newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert float(row["scar_percent_lv"]) == report["totals"]["scar"]["percent_lv"]


def test_without_labels_the_ventricle_is_found(cli, scan, tmp_path):
    image, _ = save_case(tmp_path, scan.image, scan.labels, scan.affine)
    done = cli("segment", image, tmp_path / "out", "--json")
    assert done.code == 0, done.err
    (report,) = json.loads(done.out)
    assert report["ventricle"] == "found"
    found = np.asarray(nib.load(tmp_path / "out/labels" / image.name).dataobj)
    assert dice(found > 0, np.isin(scan.labels, (1, 2, 3, 4))) > 0.85


def test_a_folder_is_segmented_case_by_case_and_what_cannot_be_is_named(cli, scan, tmp_path):
    folder = tmp_path / "set"
    write_emidec(scan, folder, "Case_A")
    (folder / "Case_B/Images").mkdir(parents=True)
    noise = np.random.default_rng(0).normal(100, 5, (80, 80, 5)).astype(np.float32)
    nib.save(nib.Nifti1Image(noise, np.diag([1.5, 1.5, 10, 1])), folder / "Case_B/Images/Case_B.nii.gz")
    done = cli("segment", folder, tmp_path / "out", "--unlabelled", "--labels", "phantom")
    assert done.code == 0, done.err
    assert "passed over Case_B: no left ventricle was found" in done.err
    assert [path.stem for path in (tmp_path / "out/reports").iterdir()] == ["Case_A"]
    labelled = cli("segment", folder, tmp_path / "labelled", "--labels", "phantom")
    assert labelled.code == 0, labelled.err
    (path,) = (tmp_path / "labelled/reports").iterdir()
    assert json.loads(path.read_text())["ventricle"] == "labelled"


def test_a_picture_is_segmented_though_its_scale_is_not_known(cli, scan, tmp_path):
    plane = scan.image[..., 4]
    Image.fromarray((255 * plane / plane.max()).astype(np.uint8)).save(tmp_path / "slice.png")
    done = cli("segment", tmp_path / "slice.png", tmp_path / "out")
    assert done.code == 0, done.err
    found = np.array(Image.open(tmp_path / "out/labels/slice.png"))
    assert found.shape == plane.shape
    assert dice(found > 0, np.isin(scan.labels[..., 4], (1, 2, 3, 4))) > 0.7
    assert np.array(Image.open(tmp_path / "out/confidence/slice.png")).dtype == np.uint8


def test_less_caution_finds_more_and_a_senseless_one_is_refused(cli, infarcted, tmp_path):
    def burden(caution):
        out = tmp_path / f"out{caution}"
        done = cli("segment", *infarcted, out, "--labels", "phantom", "--caution", caution, "--json")
        assert done.code == 0, done.err
        return json.loads(done.out)[0]["totals"]["scar"]["percent_lv"]

    assert burden(0.1) < burden(3)
    refused = cli("segment", *infarcted, tmp_path / "no", "--labels", "phantom", "--caution", 0)
    assert refused.code == 1
    assert "--caution needs to be above 0, got 0" in refused.err


def test_refusals_are_one_line_and_nothing_is_written(cli, infarcted, tmp_path):
    for arguments, said in (
        ((tmp_path / "none.nii.gz", tmp_path / "out"), "does not exist"),
        ((tmp_path, infarcted[1], tmp_path / "out"), "is a folder, whose labels lie beside its images"),
        ((infarcted[0], tmp_path / "out", "--model", tmp_path), "is no folder of a segmenter"),
    ):
        done = cli("segment", *arguments)
        assert done.code == 1
        assert said in done.err
        assert len(done.err.strip().splitlines()) == 1
        assert not (tmp_path / "out").exists()
    assert cli("segment", *infarcted, tmp_path / "out", "--labels", "phantom").code == 0
    again = cli("segment", *infarcted, tmp_path / "out", "--labels", "phantom")
    assert again.code == 1
    assert "exists already" in again.err
