"""The table of what a start is worth: Dice at equal false scar, patient by patient."""

import json
from argparse import Namespace

import numpy as np
import pytest
from worth import Arm, Training, gain, table, write

from claim_aug.segmentation.calibrate import ANYWHERE, CAUTIONS, WITHIN_WALL
from claim_aug.segmentation.tuning import COURSES, FROM_SCRATCH


def scores(dice, false):
    """A patient with scar and one without, whose false scar is so many times the caution."""
    return {
        "P": [(dice, None) for _ in CAUTIONS],
        "N": [(None, false * caution) for caution in CAUTIONS],
    }


def test_dice_is_taken_where_normals_have_the_false_scar_asked_for():
    steep = [(min(1.0, caution / 4), None) for caution in CAUTIONS]
    arm = Arm({"P": [steep], "N": [[(None, caution) for caution in CAUTIONS]]})
    assert arm.dices(None) == {"P": pytest.approx(0.25)}
    assert arm.dices(2.0) == {"P": pytest.approx(0.5)}


def test_a_patient_counts_once_whatever_the_number_of_seeds():
    arm = Arm({"P": [scores(0.4, 1)["P"], scores(0.6, 1)["P"]], "N": [scores(0, 1)["N"]] * 2})
    assert arm.dices(1.0) == {"P": pytest.approx(0.5)}


def test_a_gain_is_paired_and_in_points():
    one, other = {f"P{n}": 0.5 + n / 100 for n in range(9)}, {f"P{n}": 0.4 + n / 100 for n in range(9)}
    assert gain(one, other) == "+10.0 (+10.0 to +10.0)"


def test_the_table_compares_with_scratch_at_its_best_length(tmp_path, capsys):
    for start, courses, dices in (("scratch", FROM_SCRATCH, (0.3, 0.4)), ("start", COURSES, (0.5, 0.6))):
        for course, dice in zip(courses, dices, strict=True):
            run = Training(start, course, 3, 0, 0)
            found = {share: {n: dict.fromkeys((ANYWHERE, WITHIN_WALL), s) for n, s in scores(dice, 1).items()}
                     for share in run.averages}  # fmt: skip
            write(run.path(tmp_path), found)
            assert json.loads(run.path(tmp_path).read_text())
    capsys.readouterr()
    table(
        Namespace(sizes=[3], seeds=[0], folds=[0], starts="scratch,start", longest=2400, false_scar=1.0, out=tmp_path)
    )
    printed = capsys.readouterr().out
    assert "3 | start, 800 steps, 0.5 of the start | 0.600 | 1.00 | 0.600 | +20.0 (+20.0 to +20.0)" in printed
    assert np.char.count(printed, "scratch, 2400 steps") == 2
