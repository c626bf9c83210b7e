"""Scars in a data set's own healthy scans: what is shown of them, and to whom."""

import numpy as np
import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.data.case import Case
from claim_aug.errors import EmptyScarError
from claim_aug.jobs.courses import Courses
from claim_aug.jobs.own_scars import own_scars
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.segmentation.windows import INFARCT, MYOCARDIUM, Windows, class_map, cut_windows


@pytest.fixture(scope="module")
def healthy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("healthy")
    write_emidec(make_phantom(4, scar=False, shape=(72, 72, 4)), folder, "Case_4")
    case = Case.from_files(folder / "Case_4/Images/Case_4.nii.gz", folder / "Case_4/Contours/Case_4.nii.gz")
    return case, case.ventricle("phantom", warn=False)


def test_every_window_shows_new_scar_within_the_healthy_wall(healthy):
    case, anatomy = healthy
    synthesizer = ScarSynthesizer(labels="phantom", burden=(10, 20))
    found = own_scars(case, anatomy, synthesizer, copies=2, seed=1)
    real = cut_windows(case.region(anatomy), class_map(anatomy), anatomy)
    assert found.scarred.all()
    assert not real.scarred.any()
    assert 2 <= len(found) <= 2 * len(real)
    for one in found.classes >= MYOCARDIUM:  # the wall of a slice of the scan, but for pixels that two classes share
        assert min((one != other).sum() for other in real.classes >= MYOCARDIUM) <= 0.02 * one.sum()
    again = own_scars(case, anatomy, synthesizer, copies=2, seed=1)
    assert np.array_equal(found.images, again.images)


def test_a_wall_without_room_gives_fewer(healthy):
    class Sometimes:
        """A prior that finds room in every other scar."""

        def __init__(self):
            self.smile, self.calls = ScarSynthesizer(labels="phantom").backends[0], 0

        def sample(self, anatomy, rng):
            self.calls += 1
            if self.calls in (2, 4):  # once among all, and once alone
                raise EmptyScarError("no room")
            return self.smile.sample(anatomy, rng)

    case, anatomy = healthy
    some = own_scars(case, anatomy, ScarSynthesizer(Sometimes(), "signal", labels="phantom"), copies=2, seed=1)
    assert len(some) > 0


def test_scars_in_patients_that_judge_are_not_learnt_from(monkeypatch):
    """A fold learns from scars in its own healthy scans alone, and from these scans as they are."""
    seen = []

    def remember(start, patients, course, device, *, own_scars, **more):
        seen.append((sorted(patients), len(own_scars)))
        return start

    monkeypatch.setattr("claim_aug.jobs.courses.tune", remember)
    window = Windows(np.zeros((1, 1, 64, 64), np.float32), np.full((1, 64, 64), INFARCT, np.uint8))
    patients = dict.fromkeys(("N1", "N2", "P1"), window)
    courses = Courses(None, patients, {"N1": window, "N2": window}, torch.nn.Identity(), "cpu", 0, {}, print)
    courses.begun({"N1": window, "P1": window}, lambda: None)
    assert seen == [(["N1"], 1)]
    courses.begun({"P1": window}, lambda: None)
    assert len(seen) == 1
