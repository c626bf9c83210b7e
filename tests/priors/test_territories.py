"""Territories are whole, and follow the sources."""

import numpy as np
import pytest

from claim_aug.priors.territories import FEEDING, TERRITORIES, draw_segments


def test_every_segment_is_fed():
    assert set(FEEDING) == set(range(1, 18))
    assert all(sum(shares) == pytest.approx(1) for shares in FEEDING.values())


def test_segments_2_7_8_and_13_are_always_lad():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        assert {2, 7, 8, 13} <= set(draw_segments("LAD", rng))
        assert not {2, 7, 8, 13} & set(draw_segments("RCA", rng) + draw_segments("LCX", rng))


@pytest.mark.parametrize("artery", TERRITORIES)
def test_territories_differ_between_patients(artery):
    assert len({draw_segments(artery, np.random.default_rng(seed)) for seed in range(50)}) > 3


def test_a_border_moves_as_a_whole():
    """Where the LCX feeds the inferior wall, it also feeds the inferolateral wall next to it."""
    for seed in range(100):
        fed = set(draw_segments("LCX", np.random.default_rng(seed)))
        assert {5, 11} <= fed or not fed & {4, 10}
