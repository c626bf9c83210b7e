"""One loop for everything that is trained: what it learns, where it goes on, and how it fails."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from claim_aug.errors import InputError, OutputError
from claim_aug.generators.diffusion.model import LesionDiffusion
from claim_aug.optimisation.loop import fit
from claim_aug.optimisation.plan import Plan
from claim_aug.training.batches import Batches

PLAN = Plan(steps=12, batch=4, checkpoint_every=4, warmup=3, lr=0.05, ema_decay=0.5)


class Line(nn.Module):
    """A line with dropout; its output is its loss."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng():
            torch.manual_seed(0)
            self.layers = nn.Sequential(nn.Linear(3, 8), nn.Dropout(0.5), nn.Linear(8, 1))

    def forward(self, x, y):
        return (self.layers(x) - y).square().mean()


class Always(Line):
    """A loss that is what it is told."""

    def __init__(self, value):
        super().__init__()
        self.value = value

    def forward(self, x, y):
        return super().forward(x, y) * self.value


class Greedy(Line):
    """Asks for more memory than there is."""

    def forward(self, x, y):
        return torch.empty(1 << 58).sum()


class Broken(Line):
    """Fails for another reason."""

    def forward(self, x, y):
        return self.layers(x.T)


def batches(step):
    rng = np.random.default_rng(step)
    x = torch.from_numpy(rng.normal(size=(4, 3)).astype(np.float32))
    return x, x.sum(1, keepdim=True)


def validated(module):
    return module(*batches(0)).item()


@pytest.fixture
def fitted(accelerator, tmp_path):
    """``fitted(module)`` trains it in a folder of the test's own."""

    def run(module=None, plan=PLAN, folder=tmp_path, about=None, stop_at=None, check=lambda module: None, **options):
        def report(progress):
            if progress.step == stop_at:
                raise KeyboardInterrupt

        folder.mkdir(exist_ok=True)
        return fit(
            module or Line(), batches, check, plan, accelerator, stage="line", folder=folder,
            about={"data": 1} if about is None else about, **{"report": report} | options,
        )  # fmt: skip

    return run


def weights(module):
    return torch.cat([value.flatten() for value in module.state_dict().values()])


def rows(folder):
    with (folder / "line.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_the_loss_falls_when_one_batch_is_learnt_by_heart(tiny, learnable, accelerator, tmp_path):
    """Few slices, always the same, at the same times with the same noise: the network can know the answer."""
    batch = Batches(learnable, tiny, 4, seed=0)(0)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LesionDiffusion(tiny)
    before = model.eval()(*batch).item()
    found = fit(
        model.train(), lambda step: batch, lambda module: None,
        Plan(40, lr=5e-3, ema_decay=0.8, checkpoint_every=40), accelerator,
        stage="diffusion", folder=tmp_path, about={}, report=lambda progress: None,
    )  # fmt: skip
    assert found(*batch).item() < 0.6 * before


def test_it_learns_and_gives_back_the_averaged_weights(fitted):
    module = Line()
    plan = replace(PLAN, steps=60, ema_decay=0.9)
    found = fitted(module, plan)
    test = batches(999)
    assert found(*test).item() < 0.5 * Line().eval()(*test).item()
    assert not found.training
    assert not torch.equal(weights(found), weights(module))


def test_the_average_follows_the_weights_at_its_pace(fitted, tmp_path):
    start = weights(Line())
    moved = {
        decay: abs(weights(fitted(plan=replace(PLAN, ema_decay=decay), folder=tmp_path / str(decay))) - start).max()
        for decay in (0.0, 0.9, 0.999)
    }
    assert 2 * moved[0.999] < moved[0.9] < moved[0.0]


@pytest.mark.parametrize("stop_at", [3, 4, 5, 7, 8, 11])
def test_a_run_that_was_cut_off_goes_on_as_if_it_had_not_been(fitted, tmp_path, stop_at):
    """Bit for bit, before and after any checkpoint, and with the same log."""
    whole = fitted(folder=tmp_path / "whole", check=validated)
    with pytest.raises(KeyboardInterrupt):
        fitted(folder=tmp_path / "cut", stop_at=stop_at, check=validated)
    done = []
    again = fitted(folder=tmp_path / "cut", report=lambda progress: done.append(progress.step), check=validated)
    assert done == list(range((stop_at - 1) // 4 * 4 + 1, 13))
    assert torch.equal(weights(whole), weights(again))
    assert (tmp_path / "cut" / "line.csv").read_bytes() == (tmp_path / "whole" / "line.csv").read_bytes()


def test_a_run_that_was_cut_off_twice_is_still_the_same(fitted, tmp_path):
    whole = fitted(folder=tmp_path / "whole")
    for stop_at in (5, 6, 9, 10):
        with pytest.raises(KeyboardInterrupt):
            fitted(folder=tmp_path / "cut", stop_at=stop_at)
    assert torch.equal(weights(whole), weights(fitted(folder=tmp_path / "cut")))


def test_a_run_that_is_finished_is_not_done_again(fitted, tmp_path):
    first = fitted()
    before = (tmp_path / "line.safetensors").read_bytes(), (tmp_path / "line.csv").read_bytes()
    steps = []
    again = fitted(report=lambda progress: steps.append(progress.step))
    assert steps == []
    assert torch.equal(weights(first), weights(again))
    assert before == ((tmp_path / "line.safetensors").read_bytes(), (tmp_path / "line.csv").read_bytes())


def test_the_seed_decides_what_is_dropped_out_and_global_randomness_does_not(fitted, tmp_path):
    found = []
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        torch.manual_seed(ord(name))
        found.append(weights(fitted(plan=replace(PLAN, seed=seed), folder=tmp_path / name)))
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_the_log_has_a_line_for_every_checkpoint(fitted, tmp_path):
    fitted(check=lambda module: 0.25)
    lines = rows(tmp_path)
    assert [list(row) for row in lines] == [["step", "loss", "validation", "lr"]] * 3
    assert [row["step"] for row in lines] == ["4", "8", "12"]
    assert {row["validation"] for row in lines} == {"0.25"}
    assert [float(row["lr"]) for row in lines] == [PLAN.lr_at(step) for step in (3, 7, 11)]
    assert all(np.isfinite(float(row["loss"])) for row in lines)


def test_without_patients_kept_apart_validation_is_empty(fitted, tmp_path):
    fitted()
    assert {row["validation"] for row in rows(tmp_path)} == {""}


def test_the_last_step_is_a_checkpoint_whatever_the_interval(fitted, tmp_path):
    shown = []
    fitted(plan=replace(PLAN, steps=7, checkpoint_every=5), show=lambda module, step: shown.append(step))
    assert shown == [5, 7]
    assert [row["step"] for row in rows(tmp_path)] == ["5", "7"]


def test_a_checkpoint_is_one_safetensors_file_and_nothing_else_is_left(fitted, tmp_path):
    fitted()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["line.csv", "line.safetensors"]
    with safe_open(tmp_path / "line.safetensors", "pt") as file:
        assert json.loads(file.metadata()["claim-aug training state"])["step"] == 12


@given(st.integers(1, 5000), st.integers(1, 200))
def test_the_rate_rises_and_falls_within_its_bounds(steps, warm):
    plan = Plan(steps=steps, warmup=warm, lr=1e-3)
    rates = [plan.lr_at(step) for step in {0, steps // 20, steps // 2, steps - 1}]
    assert all(0 < rate <= plan.lr for rate in rates)
    assert plan.lr_at(steps - 1) <= plan.lr_at(steps // 2) or steps < 4


@pytest.mark.parametrize(
    ("plan", "about", "reason"),
    [
        (replace(PLAN, steps=20), {"data": 1}, "steps was 12 and is 20"),
        (replace(PLAN, seed=5), {"data": 1}, "seed was 0 and is 5"),
        (PLAN, {"data": 2}, "data was 1 and is 2"),
        (PLAN, {}, "data was 1 and is None"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(fitted, tmp_path, plan, about, reason):
    with pytest.raises(KeyboardInterrupt):
        fitted(stop_at=5)
    with pytest.raises(InputError, match=f"line.safetensors is of another training: {reason}; choose another folder"):
        fitted(plan=plan, about=about)


@pytest.mark.parametrize("content", [b"", b"junk", None])
def test_a_checkpoint_that_cannot_be_read_is_named(fitted, tmp_path, content):
    if content is None:
        fitted()
        content = (tmp_path / "line.safetensors").read_bytes()[:-50]
    (tmp_path / "line.safetensors").write_bytes(content)
    with pytest.raises(InputError, match="line.safetensors cannot be read as a checkpoint; is it truncated"):
        fitted()


def test_a_foreign_file_in_the_place_of_a_checkpoint_is_refused(fitted, tmp_path):
    save_file({"x": torch.ones(2)}, tmp_path / "line.safetensors")
    with pytest.raises(InputError, match="line.safetensors cannot be used as a checkpoint: it is .* something else"):
        fitted()


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_names_its_step_and_the_remedy(fitted, tmp_path, value):
    with pytest.raises(InputError, match=r"the loss is (nan|inf) at step 1: lower --lr \(now 0.05\)"):
        fitted(Always(value))
    assert not (tmp_path / "line.safetensors").exists()


def test_running_out_of_memory_names_the_remedy(fitted):
    with pytest.raises(InputError, match=r"memory ran out at step 1: lower --batch \(now 4\)"):
        fitted(Greedy())


def test_another_failure_is_not_taken_for_memory(fitted):
    with pytest.raises(RuntimeError, match="shapes cannot be multiplied"):
        fitted(Broken())


def test_a_log_that_cannot_be_written_is_said_and_the_checkpoint_before_stays(fitted, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        fitted(stop_at=5)
    before = (tmp_path / "line.safetensors").read_bytes()
    (tmp_path / "line.writing").mkdir()  # in the way of the log
    with pytest.raises(OutputError, match=f"cannot write to {tmp_path}: Is a directory; the checkpoint before"):
        fitted()
    assert (tmp_path / "line.safetensors").read_bytes() == before
