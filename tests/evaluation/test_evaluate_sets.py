"""Two sets of one kind are fine, and every planted fault is found."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from claim_aug.evaluation.evaluate_sets import evaluate_sets
from claim_aug.evaluation.metrics import GROUPS
from claim_aug.evaluation.scan_scar import measure_scar


@pytest.fixture(scope="module")
def alike(synthetic, real, judge):
    return judge(synthetic, real, leaks=())


def test_two_sets_of_one_kind_are_fine(alike):
    compared = [metric for metric in alike.values() if metric.chance is not None]
    assert len(compared) >= 12
    assert {one.name: one.sentence for one in compared if one.verdict not in ("fine", "too few to tell")} == {}
    assert sum(metric.verdict == "fine" for metric in compared) >= 9
    assert alike["copies"].value == 0
    assert alike["leaks"].verdict == "fine"


def test_a_set_is_at_no_distance_from_itself(real, judge):
    found = judge(real, real)
    distances = ("brightness", "blood", "texture", "profile", "frechet", "transmurality", "territories", "segments")
    for name in (*distances, "neighbours", "pair_excess"):
        assert found[name].value == pytest.approx(0, abs=1e-4), name
    for name in ("seam", "burden", "spread"):
        assert found[name].value == pytest.approx(1), name
    assert found["copies"].verdict == "do not use"


def test_the_interval_holds_the_value_and_the_groups_come_in_order(alike):
    for metric in alike.values():
        if metric.low is not None:
            assert metric.low <= metric.value + 1e-9
            assert metric.value <= metric.high + 1e-9
    groups = [metric.group for metric in alike.values()]
    assert groups == sorted(groups, key=GROUPS.index)


def test_the_same_seed_gives_the_same_numbers(synthetic, real, judge, alike):
    assert judge(synthetic, real, leaks=()) == alike


def test_without_a_real_set_nothing_is_compared(synthetic, judge):
    found = judge(synthetic, [])
    assert found["auc"].value is None
    assert "no real set" in found["auc"].sentence
    assert found["adherence"].verdict == "fine"
    assert found["leaks"].verdict == found["changed"].verdict == "not judged"


def test_labels_three_voxels_off_do_not_adhere(scans, measured, real, judge, with_scar, alike):
    def shifted(image, heart):
        moved = np.zeros_like(heart.scar)
        moved[3:] = heart.scar[:-3]
        return image, with_scar(heart, moved)

    found = judge(measured(scans["synthetic"], shifted), real)
    assert found["adherence"].value < alike["adherence"].value - 0.15
    assert "look again" in {found[name].verdict for name in ("adherence", "auc", "brightness", "seam")}


def test_scars_of_one_shape_and_place_are_not_diverse(scans, synthetic, real, judge):
    found = judge([replace(synthetic[0], name=one.name, patient="one") for one in synthetic], real)
    assert found["pair_dice"].value == 1
    assert found["pair_dice"].verdict == "do not use"
    assert found["largest_share"].verdict == "look again"
    assert found["spread"].value == pytest.approx(0)
    assert found["spread"].verdict != "fine"


def test_verbatim_copies_are_named(synthetic, real):
    copied = [replace(real[3], name="copied", patient="copied")]
    metrics, nearest = evaluate_sets([*synthetic, *copied], real, resamples=2, permutations=2)
    assert {(copy.synthetic, copy.real) for copy in nearest.copies} == {("copied", real[3].name)}
    assert min(copy.correlation for copy in nearest.copies) > 0.99
    (metric,) = [metric for metric in metrics if metric.name == "copies"]
    assert metric.verdict == "look again"


def test_copies_with_noise_are_named(scans, synthetic, real):
    name, image, heart = scans["real"][10]
    remote = image[heart.healthy & (heart.transmural > 0.2) & (heart.transmural < 0.8)].std()
    noisy = image + np.random.default_rng(0).normal(0, remote, image.shape)
    copied = measure_scar("noisy", "noisy", noisy, heart)
    _, nearest = evaluate_sets([*synthetic, copied], real, resamples=2, permutations=2)
    assert {(copy.synthetic, copy.real) for copy in nearest.copies} == {("noisy", name)}


def test_a_set_of_copies_is_not_for_use(real, judge):
    found = judge([replace(one, name=f"copy of {one.name}", patient=f"copy of {one.name}") for one in real], real)
    assert found["copies"].verdict == "do not use"


def test_scar_in_the_wrong_territory_is_found(scans, measured, judge, with_scar):
    def within(*segments):
        return lambda image, heart: (image, with_scar(heart, np.isin(heart.segment, segments)))

    one, other = (measured(scans[kind], within(*where)) for kind, where in (("real", (7, 8)), ("synthetic", (11, 12))))
    found = judge(other, one)
    assert found["territories"].value == pytest.approx(1, abs=0.01)
    assert found["territories"].verdict == found["segments"].verdict == "look again"
    assert judge(one, one)["territories"].value == 0


def test_half_the_burden_is_found(scans, measured, real, synthetic, judge, with_scar):
    def halved(image, heart):
        voxels = np.argwhere(heart.scar)
        order = np.argsort(heart.rotational[heart.scar], kind="stable")[: len(voxels) // 2]
        mask = np.zeros_like(heart.scar)
        mask[tuple(voxels[order].T)] = True
        return image, with_scar(heart, mask)

    every = [*real, *synthetic]
    found = judge(measured([*scans["real"], *scans["synthetic"]], halved), every)
    assert found["burden"].value == pytest.approx(0.5, abs=0.02)
    assert found["burden"].verdict == "look again"


def test_smoothed_scar_is_found(scans, measured, real, judge):
    def smoothed(image, heart):
        return np.where(heart.scar, ndimage.gaussian_filter(image, (1.5, 1.5, 0)), image), heart

    found = judge(measured(scans["synthetic"], smoothed), real)
    assert found["texture"].verdict == found["auc"].verdict == "look again"


def test_the_size_asked_for_is_compared_with_the_size_labelled(synthetic, judge):
    asked = [replace(one, asked_burden_percent=one.burden_percent + 4) for one in synthetic]
    found = judge(asked, [])
    assert found["burden_error"].value == pytest.approx(4)
    assert found["burden_error"].verdict == "look again"


def test_leaks_and_changed_backgrounds_forbid_use(synthetic, judge):
    found = judge([replace(synthetic[0], changed_outside=1), *synthetic[1:]], [], leaks=("some",))
    assert (found["changed"].value, found["changed"].verdict) == (1, "do not use")
    assert (found["leaks"].value, found["leaks"].verdict) == (1, "do not use")
