"""The discriminator tells apart what differs, not what is alike, and never sees a patient twice."""

import subprocess
import sys

import numpy as np
import pytest

from claim_aug.errors import InputError
from claim_aug.evaluation.discriminator import network
from claim_aug.evaluation.realism import auc, patient_folds, realism
from claim_aug.fields import smooth_field

PATIENTS = np.repeat(np.arange(16), 4)


def crops(sigma, seed):
    """Small pictures of grain in a band of scar."""
    rng = np.random.default_rng(seed)
    scar = np.zeros((16, 16), np.float32)
    scar[5:11] = 1
    return np.stack([np.stack([smooth_field((16, 16), sigma, rng), scar]) for _ in PATIENTS])


def test_what_differs_is_told_apart():
    found = realism(crops(0, 1), crops(1.0, 2), PATIENTS, folds=2, steps=12)
    assert found.auc > 0.9
    assert found.low <= found.auc <= found.high
    assert len(found.folds) == 2


def test_what_is_alike_is_not():
    assert 0.3 < realism(crops(0.5, 1), crops(0.5, 2), PATIENTS, folds=2, steps=12).auc < 0.7


def test_the_same_seed_gives_the_same_result_and_touches_no_global_state():
    import torch

    before = torch.random.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    one, other = (realism(crops(0, 1), crops(0.4, 2), PATIENTS, folds=2, steps=2, seed=5) for _ in range(2))
    assert one == other
    assert torch.equal(torch.random.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


def test_no_patient_is_in_two_folds():
    names = np.random.default_rng(0).permutation(np.repeat([f"case {number}" for number in range(11)], 3))
    fold = patient_folds(names, 4, seed=0)
    assert all(len(set(fold[names == name])) == 1 for name in names)
    sizes = [len(set(names[fold == number])) for number in range(4)]
    assert sorted(sizes) == [2, 3, 3, 3]
    assert np.array_equal(fold, patient_folds(names, 4, seed=0))


def test_the_area_under_the_curve_counts_pairs():
    assert auc(np.array([2.0, 3]), np.array([0.0, 1])) == 1
    assert auc(np.array([1.0, 1]), np.array([1.0, 1])) == 0.5
    assert auc(np.array([0.0, 2]), np.array([1.0, 3])) == 0.25


def test_the_network_is_small():
    assert sum(weight.numel() for part in network(2) for weight in part.parameters()) < 100_000


def test_sets_that_do_not_match_are_refused():
    one = np.zeros((4, 2, 16, 16), np.float32)
    with pytest.raises(InputError, match="give each slice once real and once painted again"):
        realism(one, one[:3], [1, 2, 3, 4])
    with pytest.raises(InputError, match="got 4 folds and 2 patients"):
        realism(one, one, [1, 1, 2, 2])


def test_importing_the_metrics_imports_no_torch():
    code = "import sys, claim_aug.evaluation.scar_set, claim_aug.evaluation.realism; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "False"
