"""Specks of scar do not count; what hangs together through the slices does."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from claim_aug.segmentation.specks import without_specks
from claim_aug.segmentation.windows import INFARCT, MVO, MYOCARDIUM


def test_pieces_are_measured_through_slices_with_infarct_and_mvo_together():
    classes = np.full((4, 10, 10), MYOCARDIUM, np.uint8)
    classes[0, 0, :3], classes[1, 1, 3], classes[2, 0, 4] = INFARCT, MVO, INFARCT  # five voxels, corner to corner
    classes[3, 9, 9] = INFARCT
    assert (without_specks(classes, 1.0) >= INFARCT).sum() == 5
    assert (without_specks(classes, 1.3) >= INFARCT).sum() == 0
    assert np.array_equal(without_specks(classes, 0.0), classes)
    assert without_specks(classes).dtype == np.uint8


@given(arrays(np.uint8, (2, 6, 6), elements=st.integers(0, 4)), st.floats(0, 50), st.floats(0, 50))
def test_only_scar_becomes_myocardium_and_more_of_it_the_larger_a_piece_needs_to_be(classes, one, other):
    low, high = sorted((one, other))
    some, less = without_specks(classes, low), without_specks(classes, high)
    changed = some != classes
    assert (classes[changed] >= INFARCT).all()
    assert (some[changed] == MYOCARDIUM).all()
    assert not ((less >= INFARCT) & ~(some >= INFARCT)).any()
    assert np.array_equal(without_specks(some, low), some)
