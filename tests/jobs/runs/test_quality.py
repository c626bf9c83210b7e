"""The quality gate: what is wrong with a sample is named, and what is right passes."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug import ScarSynthesizer
from claim_aug.jobs.runs.quality import judge, within
from claim_aug.measures.tissue import measure


@pytest.fixture(scope="module")
def judged(phantom, ventricle):
    """``judged(change)`` judges a sample of the healthy phantom after a change."""
    sample = ScarSynthesizer(labels="phantom", burden=20, brightness_ratio=1.5).sample(
        phantom.image, phantom.labels, seed=1, anatomy=ventricle
    )
    tissue = measure(phantom.image[ventricle.box].astype(float), ventricle)

    def judge_it(change=lambda sample: sample, burden=20.0):
        return judge(change(sample), phantom.image, phantom.labels, ventricle, tissue, burden)

    return judge_it


def with_image(function):
    def change(sample):
        image = sample.image.astype(float).copy()
        function(image, sample)
        return replace(sample, image=image)

    return change


def blind(image, sample):
    image[sample.changed] = np.nan


def spilled(image, sample):
    image[0, 0, 0] += 1


def test_a_sample_as_it_comes_passes(judged):
    quality = judged()
    assert quality.reasons == ()
    assert quality.contrast_to_noise > 5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (with_image(blind), "not finite"),
        (with_image(spilled), "changed outside the scar"),
        (lambda sample: replace(sample, infarct=sample.infarct & False, mvo=sample.mvo & False), "no scar"),
        (lambda sample: replace(sample, infarct=np.roll(sample.infarct, 40, 0)), "outside the wall"),
    ],
)
def test_what_is_wrong_is_named(judged, change, reason):
    assert reason in judged(change).reasons


def test_scar_as_dark_as_healthy_wall_is_not_visible(judged, phantom):
    def faint(image, sample):
        image[sample.changed] = phantom.image[sample.changed]

    quality = judged(with_image(faint))
    assert quality.reasons == ("not visible",)
    assert abs(quality.contrast_to_noise) < 1


@pytest.mark.parametrize(
    ("realised", "asked", "fits"),
    [(20, 20, True), (21.9, 20, True), (12.6, 80, False), (4, (5, 30), False), (33, (5, 30), True), (0.6, 0.2, True)],
)
def test_a_burden_is_met_within_what_voxels_allow(realised, asked, fits):
    assert within(realised, asked) is fits
