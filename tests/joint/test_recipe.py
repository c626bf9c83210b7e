"""``claim-aug joint-train``: a folder of labelled scans in, a generator and a segmenter out."""

import csv
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.anatomy import LabelScheme
from claim_aug.cli import main
from claim_aug.generators.diffusion.folder import read_model
from claim_aug.joint.recipe import JointPlan
from claim_aug.joint.run import train_jointly
from claim_aug.joint.settings import JointSettings
from claim_aug.optimisation.plan import Plan
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.segmentation.folder import read_segmenter
from claim_aug.segmentation.unet import UNetConfig

PHANTOM = LabelScheme.parse("phantom")
FILES = [f"{part}/{name}" for part in ("generator", "segmenter") for name in ("config.json", "weights.safetensors")]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dataset")
    for number in range(3):
        write_emidec(make_phantom(number, scar=True, shape=(72, 72, 3)), folder, f"Case_{number}")
    return folder


@pytest.fixture(scope="module")
def run(dataset, folders):
    """``run(out)`` trains for four steps; ``stop_at`` cuts it off, as Ctrl-C would."""

    def train(out, *, stop_at=None, seen=None, steps=4, start=None, **settings):
        def report(progress):
            if seen is not None:
                seen.append(progress)
            if progress.step == stop_at:
                raise KeyboardInterrupt

        plan = JointPlan(
            Plan(steps=steps, batch=2, checkpoint_every=2),
            1e-3,
            alone=1,
            settings=JointSettings(weight=0.5, **settings),
            first=(2, 5),
            last=(10, 20),
        )
        return train_jointly(
            dataset, out, PHANTOM, plan, model=folders["ddpm"], start=start, validation_share=0.34, device="cpu",
            config=UNetConfig((4, 8), 1), report=report,
        )  # fmt: skip

    return train


@pytest.fixture(scope="module")
def finished(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("finished")
    return out, run(out)


def log(out):
    with (out / "training" / "joint.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def same(one, two):
    return all((one / name).read_bytes() == (two / name).read_bytes() for name in FILES)


def test_it_leaves_a_generator_a_segmenter_a_log_and_a_checkpoint(finished, folders):
    out, done = finished
    assert sorted(str(path.relative_to(out)) for path in out.rglob("*") if path.is_file()) == sorted(
        [*FILES, "generator/README.md", "segmenter/README.md", "training/joint.csv", "training/joint.safetensors"]
    )
    assert (done.patients, done.validation, done.kind, done.skipped) == (2, 1, "ddpm", [])
    assert [row["step"] for row in log(out)] == ["2", "4"]
    assert all(float(row[name]) > 0 for row in log(out) for name in ("lesion", "feedback", "segmenter"))
    assert float(log(out)[-1]["dice"]) == pytest.approx(done.dice)
    assert "AdamW to 0.001" in (out / "generator" / "README.md").read_text()
    before, after = read_model(folders["ddpm"]).state_dict(), read_model(out / "generator").state_dict()
    assert any(not torch.equal(before[name], after[name]) for name in before)
    assert read_model(out / "generator").controls.source_patient.max() == 1  # of the two patients that were learnt from


def test_both_are_used(finished):
    out, _ = finished
    scan = make_phantom(4, scar=False, shape=(96, 96, 5))
    made = ScarSynthesizer(generator=f"ddpm:{out / 'generator'}", labels="phantom", steps=2).sample(
        scan.image, scan.labels, seed=1, affine=scan.affine
    )
    assert np.array_equal(made.image[~made.changed], scan.image[~made.changed])
    with torch.no_grad():
        assert read_segmenter(out / "segmenter").network(torch.zeros(1, 1, 64, 64)).shape == (1, 5, 64, 64)


@pytest.mark.parametrize("stop_at", [1, 3])
def test_cut_off_and_gone_on_with_it_ends_in_the_same_bytes(run, finished, tmp_path, stop_at):
    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, stop_at=stop_at)
    assert not (tmp_path / "generator").exists()
    torch.manual_seed(stop_at)  # nothing may lean on it
    seen = []
    run(tmp_path, seen=seen)
    assert [one.step for one in seen] == ([1, 2, 3, 4] if stop_at == 1 else [3, 4])
    assert same(tmp_path, finished[0])
    assert log(tmp_path) == log(finished[0])


def test_another_training_in_the_same_folder_is_refused(run, finished):
    with pytest.raises(Exception, match=r"joint.safetensors is of another training: .*objective was 'agree'"):
        run(finished[0], objective="challenge")


def test_it_starts_from_a_segmenter(run, finished, tmp_path):
    """After a step whose rate has hardly risen, the segmenter is still the one that it started from."""
    start, out = finished[0] / "segmenter", tmp_path / "out"
    run(out, steps=1, start=start)
    before, after = (read_segmenter(folder).network.state_dict() for folder in (start, out / "segmenter"))
    far = max(float((after[name] - value).abs().max()) for name, value in before.items() if name.endswith("weight"))
    assert 0 < far < 5e-3


def test_patients_that_steer_are_not_learnt_from(run, tmp_path):
    done = run(tmp_path, objective="improve")
    assert (done.patients, done.validation) == (1, 1)
    assert all(float(row["feedback"]) > 0 for row in log(tmp_path))


SCRIPT = """
import os, signal
from pathlib import Path
from claim_aug.cli import main

def die():
    os.kill(os.getpid(), signal.SIGKILL)

# A checkpoint is written, and not put in its place.
Path.replace = lambda path, target: die() if target.suffix == ".safetensors" else os.replace(path, target)
main()
"""


@pytest.fixture
def cli(monkeypatch, capsys):
    """``cli(...)`` runs ``claim-aug joint-train`` here; exit code, stdout, stderr."""

    def command(*arguments):
        monkeypatch.setattr(sys, "argv", ["claim-aug", "joint-train", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        said = capsys.readouterr()
        return end.value.code or 0, said.out, said.err

    return command


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_the_command_that_was_killed_goes_on_and_says_what_came_of_it(cli, dataset, folders, tmp_path):
    arguments = [
        *(dataset, tmp_path / "out", "--labels", "phantom", "--model", folders["ddpm"], "--device", "cpu"),
        *("--steps", "2", "--batch", "2", "--alone", "0", "--checkpoint-every", "2", "--validation", "0.34"),
    ]
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, "joint-train", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert not (tmp_path / "out" / "generator").exists()
    code, said, _ = cli(*arguments)
    assert code == 0
    assert f"use it with --generator ddpm:{tmp_path / 'out' / 'generator'}" in said
    assert "2 patients, 1 patient kept apart" in said
    assert "Dice of scar on patients kept apart: 0." in said
    assert not list(tmp_path.rglob("*.writing"))


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (["--objective", "win"], "objective needs to be one of agree, challenge, improve, got 'win'"),
        (["--objective", "improve", "--steering", "0"], "a share above 0 and up to 0.5, got 0"),
        (["--objective", "improve", "--steering", "0.9"], "a share above 0 and up to 0.5, got 0.9"),
        (["--start", "nowhere"], "nowhere is no folder of a segmenter"),
        (["--share", "2"], "p needs to be within 0-1, got 2"),
        (["--grad-steps", "99"], "grad_steps needs to be within 0-4"),
        (["--burden", "5"], "--burden needs a range such as 5,30, got '5'"),
        (["--first-burden", "5,9"], "--first-burden needs --burden"),
        (["--validation", "0.9"], "the share of patients for validation needs to be within 0-0.5"),
        (["--model", "nowhere"], "nowhere"),
        (["--labels", "cavity=1,myocardium=2,infarct=7"], "Case_0: the label map holds the values"),
    ],
)
def test_an_impossible_request_is_one_line_and_leaves_nothing(cli, dataset, tmp_path, options, reason):
    code, _, error = cli(dataset, tmp_path / "out", "--labels", "phantom", "--device", "cpu", *options)
    assert code == 1
    assert error.startswith("error: ")
    assert len(error.splitlines()) == 1
    assert reason in error
    assert not (tmp_path / "out").exists()
