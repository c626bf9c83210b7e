"""The 17 segments, by the book."""

import numpy as np
import pytest

from claim_aug.anatomy.aha import NAMES, aha_segment


@pytest.mark.parametrize(
    ("angle", "level", "segment"),
    [
        (359, 0.1, 1), (1, 0.1, 2), (61, 0.1, 3), (121, 0.1, 4), (181, 0.1, 5), (241, 0.1, 6),
        (359, 0.5, 7), (1, 0.5, 8), (61, 0.5, 9), (121, 0.5, 10), (181, 0.5, 11), (241, 0.5, 12),
        (0, 0.9, 13), (16, 0.9, 14), (106, 0.9, 15), (196, 0.9, 16), (286, 0.9, 13),
    ],
)  # fmt: skip
def test_the_anterior_insertion_parts_segments_1_and_2_and_order_runs_over_the_septum(angle, level, segment):
    assert aha_segment(np.float32(angle), np.float32(level)) == segment


def test_beyond_the_cavity_is_the_apex():
    assert aha_segment(np.float32(10), np.float32(0.9), cap=True) == 17
    assert NAMES[17] == "apex"


def test_apical_walls_are_centred_on_the_walls_above_them():
    middles = {7: 330, 10: 150}
    assert aha_segment(np.float32(middles[7]), np.float32(0.9)) == 13
    assert aha_segment(np.float32(middles[10]), np.float32(0.9)) == 15
