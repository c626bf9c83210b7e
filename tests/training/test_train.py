"""From slices to a folder of weights: cut off and gone on with, killed, parted among processes."""

import csv
import os
import re
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file

from claim_aug import ScarSynthesizer
from claim_aug.anatomy import LabelScheme
from claim_aug.errors import InputError, OutputError
from claim_aug.generators.diffusion import network
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.generators.diffusion.window import window_of
from claim_aug.optimisation.plan import Plan
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.training.card import TrainingData
from claim_aug.training.run import train_generator
from claim_aug.training.sheet import plot_sheet
from claim_aug.training.slices import controls_of
from claim_aug.training.train import train

WEIGHTS = "weights.safetensors"


@pytest.fixture(scope="module")
def four(tiny_latent):
    """A latent model whose codes are four pixels wide."""
    return replace(tiny_latent, factor=4, codes=3, codec_widths=(8, 8, 8))


def same_model(one, two):
    """Whether two folders hold the same bytes of weights, config and card."""
    return all((one / name).read_bytes() == (two / name).read_bytes() for name in (WEIGHTS, "config.json", "README.md"))


def log(out, stage="diffusion"):
    with (out / "training" / f"{stage}.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_training_leaves_a_model_a_log_a_sheet_and_a_checkpoint(finished):
    assert sorted(str(path.relative_to(finished)) for path in finished.rglob("*") if path.is_file()) == [
        "README.md", "config.json", "training/diffusion.csv", "training/diffusion.safetensors", "training/samples.png",
        WEIGHTS,
    ]  # fmt: skip
    assert [row["step"] for row in log(finished)] == ["2", "4", "6"]
    assert all(float(row["validation"]) > 0 for row in log(finished))
    with Image.open(finished / "training" / "samples.png") as file:
        sheet = np.asarray(file.convert("L"))
    assert min(sheet.shape) > 200
    assert sheet.std() > 20


def test_the_model_paints(finished):
    scan = make_phantom(4, scar=False, shape=(96, 96, 5))
    made = ScarSynthesizer(generator=f"ddpm:{finished}", labels="phantom", steps=2).sample(
        scan.image, scan.labels, seed=1, affine=scan.affine
    )
    assert np.array_equal(made.image[~made.changed], scan.image[~made.changed])


def test_the_folder_holds_the_averaged_weights(finished):
    tensors = load_file(finished / "training" / "diffusion.safetensors")
    name = "denoiser.control.0.bias"
    written = load_file(finished / WEIGHTS)[f"model.{name}"]
    assert torch.equal(written, tensors[f"average.module.{name}"])
    assert not torch.equal(written, tensors[f"module.{name}"])


def test_the_card_says_data_licence_spacing_normalisation_training_and_quality(finished):
    card = (finished / "README.md").read_text()
    assert "phantoms: 20 slices with scar of 5 patients" in card
    for said in (
        "none: synthetic", "32 x 32 pixels of 2.5 mm", "remote myocardium is 0, its blood pool 1",
        "6 steps of 4 slices", "Made for a test.", "Not for diagnosis",
    ):  # fmt: skip
        assert said in card
    quality = float(re.search(r"validation loss \| ([0-9.]+) on patients kept apart", card)[1])
    assert quality == pytest.approx(float(log(finished)[-1]["validation"]), abs=1e-4)


def test_a_training_without_patients_apart_says_so(run, tiny, learnable, accelerator, tmp_path):
    train(learnable, [], tmp_path, tiny, Plan(1, batch=2), TrainingData("x", "y", 6, len(learnable)), accelerator)
    assert "no patients were kept apart" in (tmp_path / "README.md").read_text()
    assert log(tmp_path)[0]["validation"] == ""


def test_progress_counts_every_step_of_every_stage(run, tiny_latent, tmp_path):
    seen = []
    run(tmp_path, tiny_latent, steps=4, every=4, seen=seen)
    assert [(one.stage, one.step, one.steps) for one in seen] == [
        *(("codec", step, 2) for step in (1, 2)),
        *(("diffusion", step, 4) for step in (1, 2, 3, 4)),
    ]
    assert all(np.isfinite(one.loss) for one in seen)


@pytest.mark.parametrize("stop_at", [1, 5])
def test_a_training_that_was_cut_off_ends_in_the_same_bytes(run, tiny, finished, tmp_path, stop_at):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, tiny, stop_at=("diffusion", stop_at))
    assert not (tmp_path / WEIGHTS).exists()
    torch.manual_seed(stop_at)  # nothing may lean on it
    run(tmp_path, tiny)
    assert same_model(tmp_path, finished)
    assert log(tmp_path) == log(finished)


@pytest.mark.parametrize("stop_at", [("codec", 2), ("diffusion", 3)])
def test_latent_that_was_cut_off_in_either_stage_ends_in_the_same_bytes(
    run, tiny_latent, finished_latent, tmp_path, stop_at
):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, tiny_latent, steps=4, stop_at=stop_at)
    run(tmp_path, tiny_latent, steps=4)
    assert same_model(tmp_path, finished_latent)
    for stage in ("codec", "diffusion"):
        assert log(tmp_path, stage) == log(finished_latent, stage)


@pytest.mark.parametrize("factor", [2, 4])
def test_latent_trains_its_autoencoder_and_then_its_diffusion(run, tiny_latent, four, learnable, tmp_path, factor):
    run(tmp_path, {2: tiny_latent, 4: four}[factor], steps=4, every=4)
    model = read_model(tmp_path)
    assert model.config.factor == factor
    assert [row["step"] for row in log(tmp_path, "codec")] == ["2"]
    tensors = load_file(tmp_path / "training" / "codec.safetensors")
    for name, value in model.codec.named_parameters():
        assert torch.equal(value, tensors[f"average.module.codec.{name}"])
    assert not torch.equal(model.codec.spread, torch.ones_like(model.codec.spread))
    sample = ScarSynthesizer(generator=f"latent:{tmp_path}", labels="phantom", steps=1)
    scan = make_phantom(4, scar=False, shape=(96, 96, 5))
    assert sample.sample(scan.image, scan.labels, seed=1, affine=scan.affine).infarct.any()


def test_another_training_in_the_same_folder_is_refused(run, tiny, finished):
    before = (finished / WEIGHTS).read_bytes()
    with pytest.raises(InputError, match="diffusion.safetensors is of another training: steps was 6 and is 8; choose"):
        run(finished, tiny, steps=8)
    with pytest.raises(InputError, match="is of another training: model was .* and is "):
        run(finished, replace(tiny, layers=2))
    assert (finished / WEIGHTS).read_bytes() == before


def test_half_the_bits_are_written_where_asked_for(run, tiny, finished, tmp_path):
    run(tmp_path, tiny, steps=2, half=True)
    assert (tmp_path / WEIGHTS).stat().st_size < 0.65 * (finished / WEIGHTS).stat().st_size


def test_histograms_to_paint_with_may_be_others_than_those_learnt_from(run, tiny, learnable, tmp_path):
    run(tmp_path, tiny, steps=2, controls=controls_of(learnable[:3]))
    assert len(read_model(tmp_path).controls.source_patient) == 3


def test_a_file_in_the_place_of_the_folder_is_said(run, tiny, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match=f"cannot write to {tmp_path / 'out'}: "):
        run(tmp_path / "out", tiny)
    assert (tmp_path / "out").read_text() == "mine"


def test_a_sheet_is_drawn_of_scars_too_thin_for_an_outline(finished, learnable, tmp_path):
    """A voxel between four pixels fills none of them by half."""
    example = learnable[0]
    for place in np.argwhere(example.slice_.wall):  # one of them lies so
        scar = np.zeros_like(example.slice_.scar)
        scar[tuple(place)] = True
        thin = replace(example, slice_=replace(example.slice_, scar=scar))
        if 0 < window_of(thin.slice_)[1][0].max() < 0.5:
            break
    assert 0 < window_of(thin.slice_)[1][0].max() < 0.5
    plot_sheet(read_model(finished), [thin, thin], tmp_path / "sheet.png", "thin")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.size[0] > 100
    assert [path.name for path in tmp_path.iterdir()] == ["sheet.png"]


SCRIPT = """
import os, signal, socket, sys
from pathlib import Path

def online(*_, **__):
    raise SystemExit("a connection was asked for")

socket.socket.connect = socket.socket.connect_ex = socket.create_connection = socket.getaddrinfo = online

import accelerate, torch
from claim_aug.generators.diffusion.config import ModelConfig
from claim_aug.training.card import TrainingData
from claim_aug.optimisation.loop import Plan
from claim_aug.training.phantoms import phantom_slices
from claim_aug.training.slices import split
from claim_aug.training.train import train

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

def report(progress):
    if progress.step == 4:  # the next checkpoint will be written, and not be put in its place
        Path.replace = lambda path, target: die() if target.suffix == ".safetensors" else os.replace(path, target)

out = Path(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]))  # sums in another order have other last bits
scarred = [one for one in phantom_slices(6, 1, spacing=2.5, size=32) if not one.remote]
slices = split(scarred, 0.2, 0)
tiny = ModelConfig(widths=(8, 16), size=32, spacing=2.5)
source = TrainingData("phantoms", "none: synthetic", 5, 20, "Made for a test.")
plan = Plan(steps=6, batch=4, checkpoint_every=2)
train(*slices, out, tiny, plan, source, accelerate.Accelerator(cpu=True), report=report)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_a_training_that_was_killed_goes_on_to_the_same_weights(run, tiny, finished, tmp_path):
    """``kill -9`` of a process of its own, without a network, in the middle of replacing a checkpoint."""
    command = [sys.executable, "-c", SCRIPT, tmp_path, str(torch.get_num_threads())]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert (tmp_path / "training" / "diffusion.safetensors").exists()
    assert not (tmp_path / WEIGHTS).exists()
    steps = []
    run(tmp_path, tiny, seen=steps)
    assert [one.step for one in steps] == [3, 4, 5, 6]
    assert same_model(tmp_path, finished)
    assert log(tmp_path) == log(finished)
    assert not list(tmp_path.rglob("*.writing*"))


TINY = """
import runpy
from claim_aug.generators.diffusion import network
from claim_aug.generators.diffusion.config import ModelConfig

network.DROPOUT = 0.0  # what is dropped out is each process's own
ModelConfig.from_kind = classmethod(lambda cls, kind, **_: cls(kind, widths=(8, 16), size=32, spacing=2.5))
if __name__ == "__main__":
    runpy.run_module("claim_aug", run_name="__main__")
"""


def test_two_processes_train_one_model(tiny, tmp_path, monkeypatch):
    """``accelerate launch -m claim_aug train`` ends with the weights of one process that sees the whole batch.

    The module that is launched is that one, with a tiny network in it.
    """
    for seed in range(2):
        write_emidec(make_phantom(seed, scar=True, mvo=False, shape=(72, 72, 4)), tmp_path / "set", f"Case_{seed}")
    (tmp_path / "tiny_training.py").write_text(TINY)
    paths = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    done = subprocess.run(
        [
            *(sys.executable, "-m", "accelerate.commands.launch", "--multi_gpu", "--num_processes", "2"),
            *("--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no", "--main_process_port", "0"),
            *("-m", "tiny_training", "train", str(tmp_path / "set"), str(tmp_path / "two"), "--labels", "phantom"),
            *("--steps", "6", "--batch", "4", "--checkpoint-every", "6", "--validation", "0", "--device", "cpu"),
        ],
        capture_output=True, text=True, timeout=240, env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": paths},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("trained on 8 slices of 2 patients") == 1
    monkeypatch.setattr(network, "DROPOUT", 0.0)
    monkeypatch.setattr(ModelConfig, "from_kind", lambda kind: tiny)
    plan = Plan(steps=6, batch=4, checkpoint_every=6)
    train_generator(
        tmp_path / "set", tmp_path / "one", LabelScheme.parse("phantom"), plan, validation_share=0, device="cpu"
    )
    for one, two in zip(log(tmp_path / "one"), log(tmp_path / "two"), strict=True):
        assert float(two["loss"]) == pytest.approx(float(one["loss"]), rel=0.01)
    torch.manual_seed(0)
    fresh = LesionDiffusion(tiny).state_dict()
    one, two = (
        torch.cat([(tensors[f"module.{name}"] - value).flatten() for name, value in fresh.items()])
        for tensors in (load_file(tmp_path / name / "training" / "diffusion.safetensors") for name in ("one", "two"))
    )
    assert abs(one).mean() > 1e-4
    assert abs(one - two).mean() < 0.1 * abs(one).mean()
    assert (tmp_path / "one" / "config.json").read_bytes() == (tmp_path / "two" / "config.json").read_bytes()
