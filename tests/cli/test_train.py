"""``claim-aug train``: a folder of labelled scans in, a generator out."""

import json
import shutil
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
import torch
from PIL import Image

from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.phantom import make_phantom, write_emidec

SHORT = ("--labels", "phantom", "--steps", "2", "--batch", "2", "--checkpoint-every", "2", "--device", "cpu")
WEIGHTS = "weights.safetensors"


@pytest.fixture(scope="module")
def scans():
    return [make_phantom(seed, scar=True, mvo=True, shape=(72, 72, 4)) for seed in range(3)]


@pytest.fixture(scope="module")
def dataset(scans, tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    for number, scan in enumerate(scans):
        write_emidec(scan, folder, f"Case_{number}")
    return folder


@pytest.fixture
def small(tiny, tiny_latent, monkeypatch):
    """Networks that take milliseconds in place of the real ones; latent of the asked factor."""

    def from_kind(kind, **changes):
        if kind == "ddpm":
            return tiny
        factor = changes.get("factor", 2)
        return replace(tiny_latent, factor=factor, codec_widths=(8,) * (2 if factor == 2 else 3))

    monkeypatch.setattr(ModelConfig, "from_kind", from_kind)


def refused(done, reason):
    """One line that says the reason, and exit code 1."""
    assert done.code == 1
    assert done.out == ""
    assert len(done.err.splitlines()) == 1, done.err
    assert done.err.startswith("error: ")
    assert reason in done.err


def test_a_generator_is_trained_and_used(cli, small, case, dataset, tmp_path):
    out = tmp_path / "model"
    options = ("--steps", "1", "--batch", "1", "--licence", "CC BY 4.0")
    done = cli("train", dataset, out, "--labels", "phantom", *options)
    assert done.code == 0, done.err
    learnt, written = done.out.splitlines()
    assert learnt.endswith("slices of 2 patients, 1 patient kept apart")
    assert 3 <= int(learnt.split()[2]) <= 8
    assert written == f"written to {out}; use it with --generator ddpm:{out}"
    assert read_model(out).config == ModelConfig.from_kind("ddpm")
    assert "CC BY 4.0" in (out / "README.md").read_text()
    assert f"trained on | {dataset.name}: " in (out / "README.md").read_text()
    arguments = [*case, tmp_path / "out", "--labels", "phantom", "-n", "1", "--no-preview", "--set", "steps=1"]
    done = cli("generate", *arguments, "--generator", f"ddpm:{out}", "--brightness-sd", "8")
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "out" / "sidecars" / "heart_scar000.json").read_text())
    assert record["request"]["generator"] == f"ddpm:{out}"
    assert '"sampler": "ddim"' in json.dumps(record)
    before, after = (
        nib.load(path).get_fdata() for path in (case[0], tmp_path / "out" / "images" / "heart_scar000.nii.gz")
    )
    assert 0 < (before != after).sum() < 0.1 * before.size


def as_pairs(scans, folder):
    """Stacks in ``images`` and ``labels``."""
    for number, scan in enumerate(scans):
        for part, array in (("images", scan.image), ("labels", scan.labels)):
            (folder / part).mkdir(parents=True, exist_ok=True)
            nib.save(nib.Nifti1Image(array, scan.affine), folder / part / f"patient{number}.nii.gz")


def as_pngs(scans, folder):
    """Slices as grey pictures."""
    for number, scan in enumerate(scans):
        grey = (255 * (scan.image - scan.image.min()) / np.ptp(scan.image)).astype(np.uint8)
        for part, array in (("images", grey), ("labels", scan.labels.astype(np.uint8))):
            (folder / part).mkdir(parents=True, exist_ok=True)
            for index in range(array.shape[2]):
                Image.fromarray(array[..., index]).save(folder / part / f"patient{number}_slice{index:03d}.png")


@pytest.mark.parametrize("layout", [as_pairs, as_pngs])
def test_other_layouts_are_read_too(cli, small, scans, tmp_path, layout):
    layout(scans, tmp_path / "set")
    done = cli("train", tmp_path / "set", tmp_path / "out", *SHORT)
    assert done.code == 0, done.err
    assert "slices of 2 patients, 1 patient kept apart" in done.out
    assert read_model(tmp_path / "out").controls.source_patient.max() == 1


@pytest.mark.parametrize("factor", [2, 4])
def test_latent_is_trained_by_the_same_command(cli, small, case, dataset, tmp_path, factor):
    out = tmp_path / "out"
    done = cli("train", dataset, out, *SHORT, "--generator", "latent", "--factor", factor)
    assert done.code == 0, done.err
    assert f"use it with --generator latent:{out}" in done.out
    assert read_model(out).config.factor == factor
    assert sorted(path.name for path in (out / "training").glob("*.csv")) == ["codec.csv", "diffusion.csv"]
    done = cli("generate", *case, tmp_path / "made", "--labels", "phantom", "-n", "1", "--no-preview", "--generator",
               f"latent:{out}", "--set", "steps=1")  # fmt: skip
    assert done.code == 0, done.err


def test_the_same_data_and_seed_give_the_same_bytes_and_another_seed_does_not(cli, small, dataset, tmp_path):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        torch.manual_seed(ord(name))
        assert cli("train", dataset, tmp_path / name, *SHORT, "--seed", seed).code == 0
    a, b, c = ((tmp_path / name / WEIGHTS).read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_run_again_it_goes_on_and_another_request_is_refused_unless_it_may_start_anew(cli, small, dataset, tmp_path):
    out = tmp_path / "out"
    assert cli("train", dataset, out, *SHORT).code == 0
    first, log = (out / WEIGHTS).read_bytes(), (out / "training" / "diffusion.csv").read_bytes()
    assert cli("train", dataset, out, *SHORT).code == 0
    assert (first, log) == ((out / WEIGHTS).read_bytes(), (out / "training" / "diffusion.csv").read_bytes())
    longer = [*SHORT, "--steps", "3"]
    refused(cli("train", dataset, out, *longer), "is of another training: steps was 2 and is 3; choose another folder")
    assert (out / WEIGHTS).read_bytes() == first
    assert cli("train", dataset, out, *longer, "--overwrite").code == 0
    assert (out / WEIGHTS).read_bytes() != first


def test_a_case_without_ventricle_is_named(cli, small, dataset, tmp_path):
    own = shutil.copytree(dataset, tmp_path / "set")
    path = own / "Case_1" / "Contours" / "Case_1.nii.gz"
    labels = nib.load(path)
    nib.save(nib.Nifti1Image(np.zeros(labels.shape, np.uint8), labels.affine), path)
    done = cli("train", own, tmp_path / "out", *SHORT)
    assert done.code == 0, done.err
    assert "no ventricle could be read from: Case_1" in done.out


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--generator", "gan"], "generator needs to be one of ddpm, latent to be trained, got 'gan'"),
        (["--generator", "latent", "--factor", "3"], "factor needs to be 2 or 4, got 3"),
        (["--validation", "0.6"], "the share of patients for validation needs to be within 0-0.5, got 0.6"),
        (["--validation", "-0.1"], "the share of patients for validation needs to be within 0-0.5, got -0.1"),
        (["--device", "tpu"], "device 'tpu' cannot be used"),
        (["--labels", "cavity=1,myocardium=2,infarct=7"], "Case_0: the label map holds the values"),
        (["--labels", "nonsense"], "nonsense"),
    ],
)
def test_an_impossible_request_is_one_line_and_leaves_nothing(cli, small, dataset, tmp_path, options, reason):
    refused(cli("train", dataset, tmp_path / "out", *SHORT, *options), reason)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "options", [["--steps", "0"], ["--batch", "0"], ["--lr", "0"], ["--checkpoint-every", "0"], ["--seed", "-1"]]
)
def test_a_number_out_of_range_is_refused(cli, dataset, tmp_path, options):
    done = cli("train", dataset, tmp_path / "out", *SHORT, *options)
    assert done.code == 2
    assert options[0] in done.err
    assert not (tmp_path / "out").exists()


def test_a_data_set_that_cannot_be_learnt_from_is_refused(cli, small, scans, tmp_path):
    refused(cli("train", tmp_path / "no", tmp_path / "out", *SHORT), "no is not a folder")
    (tmp_path / "empty").mkdir()
    refused(cli("train", tmp_path / "empty", tmp_path / "out", *SHORT), "holds no label maps")
    write_emidec(make_phantom(0, scar=False, shape=(72, 72, 4)), tmp_path / "healthy", "Case_0")
    refused(cli("train", tmp_path / "healthy", tmp_path / "out", *SHORT), "has no labelled scar to learn from")
    write_emidec(scans[0], tmp_path / "alone", "Case_0")
    refused(cli("train", tmp_path / "alone", tmp_path / "out", *SHORT), "say --validation 0")
    shutil.rmtree(tmp_path / "alone" / "Case_0" / "Images")
    refused(cli("train", tmp_path / "alone", tmp_path / "out", *SHORT), "labels alone; training needs the images too")
    assert not (tmp_path / "out").exists()


def test_one_patient_is_learnt_from_where_nobody_needs_to_be_kept_apart(cli, small, scans, tmp_path):
    write_emidec(scans[0], tmp_path / "alone", "Case_0")
    done = cli("train", tmp_path / "alone", tmp_path / "out", *SHORT, "--validation", "0")
    assert done.code == 0, done.err
    assert "1 patient, 0 patients kept apart" in done.out


def test_a_loss_that_is_not_finite_is_one_line(cli, small, dataset, tmp_path, monkeypatch):
    """As a rate that is far too high makes it: here a weight is not a number from the start."""
    from claim_aug.generators.diffusion import model

    monkeypatch.setattr(model, "RIM_WEIGHT", float("nan"))
    refused(cli("train", dataset, tmp_path / "out", *SHORT), "the loss is nan at step 1: lower --lr (now 0.001)")
    assert not (tmp_path / "out" / WEIGHTS).exists()


def test_an_output_that_is_a_file_is_refused(cli, small, dataset, tmp_path):
    (tmp_path / "out").write_text("mine")
    refused(cli("train", dataset, tmp_path / "out", *SHORT), f"cannot write to {tmp_path / 'out'}")
    refused(cli("train", dataset, tmp_path / "out", *SHORT, "--overwrite"), f"cannot write to {tmp_path / 'out'}")
    assert (tmp_path / "out").read_text() == "mine"


def test_a_damaged_checkpoint_is_named(cli, small, dataset, tmp_path):
    (tmp_path / "out" / "training").mkdir(parents=True)
    path = tmp_path / "out" / "training" / "diffusion.safetensors"
    path.write_bytes(b"torn")
    refused(cli("train", dataset, tmp_path / "out", *SHORT), f"{path} cannot be read as a checkpoint")
    assert cli("train", dataset, tmp_path / "out", *SHORT, "--overwrite").code == 0


def test_a_model_that_cannot_be_read_is_one_line_of_generate(cli, case, tmp_path):
    made = [*case, tmp_path / "out", "--labels", "phantom", "-n", "1", "--no-preview", "--generator"]
    refused(cli("generate", *made, f"ddpm:{tmp_path / 'nowhere'}"), "config.json cannot be read")
    torch.save({"a": torch.ones(1)}, tmp_path / "model.pt")
    refused(cli("generate", *made, f"ddpm:{tmp_path / 'model.pt'}"), "is a pickle")
    refused(cli("generate", *made, "latent"), "claim-aug train DATASET OUT --generator latent")
    assert not (tmp_path / "out").exists()


def test_a_model_to_start_from_is_named_in_the_card(cli, small, dataset, tmp_path):
    assert cli("train", dataset, tmp_path / "first", *SHORT).code == 0
    assert "| started from | random weights |" in (tmp_path / "first" / "README.md").read_text()
    done = cli("train", dataset, tmp_path / "second", *SHORT, "--start", tmp_path / "first")
    assert done.code == 0, done.err
    assert "| started from | first |" in (tmp_path / "second" / "README.md").read_text()


def test_a_model_of_another_kind_or_none_is_no_start(cli, small, dataset, tmp_path):
    done = cli("train", dataset, tmp_path / "out", *SHORT, "--generator", "latent", "--start", "shipped")
    refused(done, "--start shipped is a model of the kind 'ddpm', to be trained is 'latent'")
    refused(
        cli("train", dataset, tmp_path / "out", *SHORT, "--start", tmp_path / "none"), "is no folder of a generator"
    )
    assert not (tmp_path / "out").exists()
