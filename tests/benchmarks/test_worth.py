"""The table of the study: Dice at equal false scar, patient by patient; and what its arms show."""

import json
from argparse import Namespace

import numpy as np
import pytest
import torch
from study.arms import ARMS, tune_on_twins, twins
from study.comparison import Runs, gain
from worth import AWAY, HOME, Run, table, write

from claim_aug.segmentation.calibrate import ANYWHERE, CAUTIONS, WITHIN_WALL
from claim_aug.segmentation.windows import INFARCT, Windows


def scores(dice, false):
    """A patient with scar and one without, whose false scar is so many times the caution."""
    return {
        "P": [(dice, None) for _ in CAUTIONS],
        "N": [(None, false * caution) for caution in CAUTIONS],
    }


def test_dice_is_taken_where_normals_have_the_false_scar_asked_for():
    steep = [(min(1.0, caution / 4), None) for caution in CAUTIONS]
    arm = Runs({"P": [steep], "N": [[(None, caution) for caution in CAUTIONS]]})
    assert arm.dices(None) == {"P": pytest.approx(0.25)}
    assert arm.dices(2.0) == {"P": pytest.approx(0.5)}


def test_a_patient_counts_once_whatever_the_number_of_seeds():
    arm = Runs({"P": [scores(0.4, 1)["P"], scores(0.6, 1)["P"]], "N": [scores(0, 1)["N"]] * 2})
    assert arm.dices(1.0) == {"P": pytest.approx(0.5)}


def test_a_gain_is_paired_and_in_points():
    one, other = {f"P{n}": 0.5 + n / 100 for n in range(9)}, {f"P{n}": 0.4 + n / 100 for n in range(9)}
    assert gain(one, other) == "+10.0 (+10.0 to +10.0)"


def test_the_table_compares_with_scratch_at_its_best_length(tmp_path, capsys):
    for name, dices in (("scratch", (0.3, 0.4)), ("start", (0.5, 0.6))):
        for course, dice in zip(ARMS[name].courses(3), dices, strict=True):
            run = Run(ARMS[name], course, 3, 0, 0)
            own = {n: dict.fromkeys((ANYWHERE, WITHIN_WALL), s) for n, s in scores(dice, 1).items()}
            write(run.path(tmp_path), {share: {HOME: own, AWAY: own} for share in run.arm.averages})
            assert json.loads(run.path(tmp_path).read_text())
    capsys.readouterr()
    table(Namespace(sizes=[3], seeds=[0], folds=[0], arms=["scratch", "start"], steps=[], false_scar=1.0, out=tmp_path))
    printed = capsys.readouterr().out
    assert "| 3 | start, 800 steps, 0.5 of the start | 0.600 | 1.00 | 0.600 | +20.0 (+20.0 to +20.0) |" in printed
    assert np.char.count(printed, "scratch, 2400 steps") == 4


def test_a_twin_is_the_same_slice_without_its_scar(monkeypatch):
    rng = np.random.default_rng(0)
    healthy = Windows(rng.normal(size=(5, 1, 64, 64)).astype(np.float32), np.full((5, 64, 64), 2, np.uint8))
    scarred = healthy.select(np.array([3, 1]))
    scarred.images[:, :, 30:34, 30:34] += 5
    scarred.classes[:, 30:34, 30:34] = INFARCT
    assert twins(healthy, scarred).tolist() == [3, 1]

    class Patient:
        name = "N"

    shown = []
    monkeypatch.setattr("study.arms.windows_of", lambda patient: healthy)
    monkeypatch.setattr("study.arms.Training", lambda network, plan, device: Shown(shown))
    tune_on_twins(torch.nn.Identity(), [Patient()], {"N": scarred}, 0, torch.device("cpu"))
    windows, batches = shown[0]
    for one, other in zip(*batches.chosen[0].reshape(2, -1), strict=True):
        assert np.abs(windows.images[one] - windows.images[other]).max() == pytest.approx(5, abs=1e-5)
        assert not windows.select(np.array([other])).scarred.any()
    assert torch.equal(batches.motion[:, :8], batches.motion[:, 8:])


class Shown:
    """A training that keeps what it is shown."""

    def __init__(self, shown):
        self.shown = shown

    def show(self, windows, batches):
        self.shown.append((windows, batches))
        return self

    def run(self):
        return None
