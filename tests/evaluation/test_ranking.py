"""The worst scan is the least usual one, and the reason says why."""

from dataclasses import replace

import numpy as np

from claim_aug.evaluation.ranking import WORDS, ranking
from claim_aug.evaluation.scan_scar import APPEARANCE


def test_an_odd_scan_falls_and_the_reason_says_why(synthetic, real):
    best = ranking(synthetic, real)[0].name
    steep = np.array([0.0] * 8 + [50.0, 0.0])
    scans = [replace(s, appearance=s.appearance + steep) if s.name == best else s for s in synthetic]
    found = ranking(scans, real)
    (odd,) = [scan for scan in found if scan.name == best]
    assert found[0].name != best
    assert odd.reason.startswith("a steeper border than real scar, by ")
    assert [scan.score for scan in found] == sorted(scan.score for scan in found)


def test_without_a_real_set_adherence_ranks(synthetic):
    found = ranking(synthetic, [])
    assert found[0].reason.startswith("the labels agree with what FWHM finds, Dice ")
    assert found[0].reason.rpartition(" ")[2] >= found[-1].reason.rpartition(" ")[2]


def test_every_number_of_the_looks_has_words():
    assert tuple(WORDS) == APPEARANCE
