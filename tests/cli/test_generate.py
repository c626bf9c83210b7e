"""``claim-aug generate``: what it writes."""

import json

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from claim_aug import ScarSynthesizer
from claim_aug.cli.generate import ScarOptions
from claim_aug.data.nifti import NiftiFile


def test_it_writes_images_labels_sidecars_and_a_preview(generate, produced, tmp_path):
    done = generate()
    assert done.code == 0, done.err
    assert produced() == [
        "images/heart_scar000.nii.gz",
        "images/heart_scar001.nii.gz",
        "labels/heart_scar000.nii.gz",
        "labels/heart_scar001.nii.gz",
        "previews/heart.png",
        "sidecars/heart_scar000.json",
        "sidecars/heart_scar001.json",
    ]
    assert "scar000" in done.out
    with Image.open(tmp_path / "out" / "previews" / "heart.png") as preview:
        assert preview.width >= 1000


def test_files_differ_from_the_input_in_the_scar_alone(generate, phantom, tmp_path):
    generate("--no-preview")
    source = nib.load(tmp_path / "heart.nii.gz")
    seen = []
    for replica in range(2):
        image = nib.load(tmp_path / "out" / "images" / f"heart_scar{replica:03d}.nii.gz")
        labels = np.asanyarray(nib.load(tmp_path / "out" / "labels" / f"heart_scar{replica:03d}.nii.gz").dataobj)
        scar = np.isin(labels, (3, 4))
        assert scar.any()
        assert np.array_equal(labels[~scar], phantom.labels[~scar])
        assert np.all(phantom.labels[scar] == 2)
        assert np.array_equal(np.asanyarray(image.dataobj)[~scar], phantom.image[~scar])
        assert image.get_data_dtype() == source.get_data_dtype()
        for field in ("pixdim", "qform_code", "sform_code", "srow_x", "quatern_b", "qoffset_x", "dim"):
            assert image.header[field].tobytes() == source.header[field].tobytes()
        assert image.header["descrip"].item().startswith(b"SYNTHETIC")
        seen.append(scar)
    assert not np.array_equal(*seen)


def test_the_sidecar_says_how_the_sample_came_to_be(generate, tmp_path):
    generate("--burden", "20", "--no-preview")
    record = json.loads((tmp_path / "out" / "sidecars" / "heart_scar000.json").read_text())
    assert "SYNTHETIC" in record
    assert record["parameters"]["prior"]["burden"] == 20
    assert record["parameters"]["realised"]["burden_percent"] == pytest.approx(20, abs=1)
    assert record["anatomy"]["anchor"]["source"] == "rv_label"
    assert len(record["inputs"]["image"]["sha256"]) == 64
    assert record["software"]["claim-aug"]


def test_a_sidecars_seed_gives_its_sample_again(generate, phantom, tmp_path):
    generate("--no-preview")
    seed = json.loads((tmp_path / "out" / "sidecars" / "heart_scar001.json").read_text())["seed"]
    file = NiftiFile.read(tmp_path / "heart.nii.gz")
    again = ScarSynthesizer(labels="phantom").sample(
        phantom.image, phantom.labels, affine=file.affine, spacing=file.spacing, seed=seed
    )
    written = np.asanyarray(nib.load(tmp_path / "out" / "images" / "heart_scar001.nii.gz").dataobj)
    assert np.array_equal(again.image, written)


def test_one_seed_gives_the_same_bytes_and_another_does_not(generate, produced, tmp_path):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate("--seed", seed, out=tmp_path / folder)
    for name in produced(tmp_path / "a"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    name = "images/heart_scar000.nii.gz"
    assert (tmp_path / "a" / name).read_bytes() != (tmp_path / "c" / name).read_bytes()


def test_the_first_samples_do_not_depend_on_how_many_are_asked_for(generate, tmp_path):
    generate("--no-preview", out=tmp_path / "a")
    generate("--no-preview", "-n", "1", out=tmp_path / "b")
    name = "images/heart_scar000.nii.gz"
    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_manual_segments_and_own_masks(generate, case, tmp_path):
    done = generate("--prior", "manual", "--segments", "1,2,7,8", "--transmurality", "0.75", out=tmp_path / "a")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "a" / "sidecars" / "heart_scar000.json").read_text())
    assert record["parameters"]["realised"]["segments"] == [1, 2, 7, 8]
    drawn = tmp_path / "a" / "labels" / "heart_scar000.nii.gz"
    assert generate("--mask", drawn, "--no-preview", out=tmp_path / "b").code == 0
    inputs = json.loads((tmp_path / "b" / "sidecars" / "heart_scar000.json").read_text())["inputs"]
    assert len(inputs["heart_scar000.nii.gz"]["sha256"]) == 64
    first, second = (
        np.asanyarray(nib.load(tmp_path / folder / "labels" / "heart_scar000.nii.gz").dataobj) for folder in "ab"
    )
    assert np.array_equal(first, second)


def test_a_png_pair_gives_png(generate, png_case, tmp_path):
    done = generate("--no-preview", image=png_case[0], labels=png_case[1])
    assert done.code == 0, done.err
    assert "winding 1 is assumed" in done.err
    before = np.array(Image.open(tmp_path / "slice.png"))
    after = np.array(Image.open(tmp_path / "out" / "images" / "slice_scar000.png"))
    scar = np.isin(np.array(Image.open(tmp_path / "out" / "labels" / "slice_scar000.png")), (3, 4))
    assert np.array_equal(before[~scar], after[~scar])
    assert not np.array_equal(before, after)


def test_the_sidecar_holds_the_request(generate, tmp_path):
    generate("--burden", "5,30", "--seed", "9", "--no-preview")
    request = json.loads((tmp_path / "out" / "sidecars" / "heart_scar001.json").read_text())["request"]
    assert request == {
        "seed": 9, "prior": "smile", "generator": "signal", "existing": "keep", "burden": [5, 30],
        "replica": 1,
    }  # fmt: skip


def test_the_demo_needs_no_scan(cli, produced, tmp_path):
    done = cli("generate", "--generator", "signal", "--demo", tmp_path / "out", "-n", "1")
    assert done.code == 0, done.err
    assert "phantom/Case_demo/Images/Case_demo.nii.gz" in produced()
    assert "images/Case_demo_scar000.nii.gz" in produced()


def test_warnings_are_said_once(generate, phantom, case):
    dull = np.random.default_rng(0).normal(size=phantom.labels.shape)
    for path, array in zip(case, (dull, np.where(phantom.labels == 5, 0, phantom.labels)), strict=True):
        nib.save(nib.Nifti1Image(array, phantom.affine), path)
    done = generate("--no-preview")
    assert done.code == 0
    assert done.err.count("unanchored") == 1
    refused = generate("--require-anchor", "--overwrite")
    assert (refused.code, "unanchored" in refused.err) == (1, True)


def test_by_default_the_weights_of_the_package_paint(cli, case, tmp_path):
    done = cli("generate", *case, tmp_path / "out", "--labels", "phantom", "-n", "1", "--no-preview", "--burden", "8")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "out" / "sidecars" / "heart_scar000.json").read_text())
    assert record["request"]["generator"] == record["parameters"]["generator"]["generator"] == "ddpm"
    assert record["parameters"]["generator"]["model"] == "weights"
    assert record["software"]["torch"]


def test_two_patients_whose_files_have_one_name_are_told_apart_by_theirs(generate, produced):
    for name in ("P1", "P2"):
        assert generate("-n", "1", "--no-preview", "--name", name).code == 0
    assert [path for path in produced() if path.startswith("images")] == [
        "images/P1_scar000.nii.gz", "images/P2_scar000.nii.gz",
    ]  # fmt: skip


def test_nothing_is_read_from_the_working_folder(monkeypatch, tmp_path):
    (tmp_path / "weights.safetensors").write_bytes(b"another's")
    monkeypatch.chdir(tmp_path)
    assert ScarOptions(prior="smile", generator="ddpm").files() == []
    assert ScarOptions(prior="smile", generator="ddpm:model").files() == []
