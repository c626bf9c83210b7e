"""Angles on a circle."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claim_aug.anatomy.anchor import circular_median, contact_arc, turn_between

ANGLES = st.floats(0, 359.99)


@given(start=ANGLES, extent=st.floats(1, 170))
def test_the_arc_is_found_wherever_it_starts(start, extent):
    found, width = contact_arc(start + np.linspace(0, extent, 20))
    assert abs(turn_between(np.array(found), start)) < 1e-6
    assert width == pytest.approx(extent, abs=1e-6)


@given(middle=ANGLES)
def test_the_median_ignores_a_slice_that_is_wrong(middle):
    angles = (np.array([middle - 3, middle, middle + 3, middle + 120]) % 360).tolist()
    assert abs(turn_between(np.array(circular_median(angles, [1, 1, 1, 1])), middle)) <= 3 + 1e-6
