"""``claim-aug bank build`` and the generator that it feeds."""

import json
import shutil

import pytest

from claim_aug.phantom import make_phantom, write_emidec


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    for seed in range(3):
        write_emidec(make_phantom(seed, scar=True, mvo=True, shape=(80, 80, 5)), folder, f"Case_{seed}")
    return folder


def test_a_bank_is_built_and_used(cli, case, dataset, tmp_path):
    bank = tmp_path / "bank.safetensors"
    done = cli("bank", "build", dataset, bank, "--labels", "phantom")
    assert done.code == 0, done.err
    assert "textures of 3 scars" in done.out
    assert f"--generator transplant:{bank}" in done.out
    assert bank.stat().st_size < 100_000
    arguments = [*case, tmp_path / "out", "--labels", "phantom", "-n", "1", "--no-preview", "--brightness-ratio", "1.2"]
    done = cli("generate", *arguments, "--generator", f"transplant:{bank}")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "out" / "sidecars" / "heart_scar000.json").read_text())
    assert record["request"]["generator"].endswith("bank.safetensors")
    assert "source_patient" in json.dumps(record)


def test_the_same_data_give_the_same_bank(cli, dataset, tmp_path):
    for name in ("a", "b"):
        assert cli("bank", "build", dataset, tmp_path / name / "x.safetensors", "--labels", "phantom").code == 0
    assert (tmp_path / "a" / "x.safetensors").read_bytes() == (tmp_path / "b" / "x.safetensors").read_bytes()


def test_a_file_is_replaced_only_when_asked_to(cli, dataset, tmp_path):
    bank = tmp_path / "bank.safetensors"
    bank.write_text("mine")
    done = cli("bank", "build", dataset, bank, "--labels", "phantom")
    assert (done.code, "--overwrite" in done.err, bank.read_text()) == (1, True, "mine")
    assert cli("bank", "build", dataset, bank, "--labels", "phantom", "--overwrite").code == 0


def test_an_output_of_another_kind_is_refused(cli, dataset, tmp_path):
    done = cli("bank", "build", dataset, tmp_path / "bank.pt", "--labels", "phantom")
    assert (done.code, "needs to end in .safetensors" in done.err) == (1, True)


def test_labels_without_images_are_refused(cli, dataset, tmp_path):
    labels = next(dataset.glob("*/Contours/*"))
    shutil.copy(labels, tmp_path / labels.name)
    done = cli("bank", "build", tmp_path, tmp_path / "bank.safetensors", "--labels", "phantom")
    assert (done.code, "labels alone; a bank needs the images" in done.err) == (1, True), done.err


def test_a_data_set_without_scar_leaves_nothing(cli, tmp_path):
    cli("phantom", tmp_path / "healthy", "-n", "2", "--no-scar")
    done = cli("bank", "build", tmp_path / "healthy", tmp_path / "bank.safetensors", "--labels", "phantom")
    assert (done.code, "has no labelled scar" in done.err) == (1, True), done.err
    assert not (tmp_path / "bank.safetensors").exists()


def test_an_image_on_another_grid_is_refused_with_its_case(cli, tmp_path):
    scan = make_phantom(0, scar=True, shape=(80, 80, 5))
    write_emidec(scan, tmp_path / "set", "Case_0")
    write_emidec(make_phantom(0, scar=True, shape=(80, 80, 6)), tmp_path / "other", "Case_0")
    shutil.copy(*(tmp_path / name / "Case_0" / "Images" / "Case_0.nii.gz" for name in ("other", "set")))
    done = cli("bank", "build", tmp_path / "set", tmp_path / "bank.safetensors", "--labels", "phantom")
    assert (done.code, "Contours/Case_0.nii.gz lie on different grids" in done.err) == (1, True), done.err


def test_without_a_bank_the_generator_says_how_to_make_one(cli, case, tmp_path):
    done = cli("generate", *case, tmp_path / "out", "--labels", "phantom", "--generator", "transplant")
    assert (done.code, "claim-aug bank build" in done.err) == (1, True)
