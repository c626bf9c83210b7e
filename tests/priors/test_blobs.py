"""``random`` is the baseline: blobs in the wall, of the burden asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_aug.errors import InputError
from claim_aug.measures.shares import burden
from claim_aug.priors.blobs import RandomPrior


@settings(max_examples=15, deadline=None)
@given(asked=st.floats(1, 90), seed=st.integers(0, 2**31))
def test_the_burden_is_met_inside_the_wall(ventricle, asked, seed):
    mask = RandomPrior(burden=asked).sample(ventricle, np.random.default_rng(seed))
    assert not (mask.scar & ~ventricle.wall).any()
    assert abs(burden(mask.scar, ventricle) - asked) < 0.1


def test_larger_blobs_have_less_border(ventricle):
    def border(size):
        mask = RandomPrior(burden=20, blob_size=size).sample(ventricle, np.random.default_rng(1)).infarct
        return np.logical_xor(mask[1:], mask[:-1]).sum()

    assert border(12.0) < border(2.0)


def test_a_blob_size_out_of_range_is_refused():
    with pytest.raises(InputError, match="blob_size needs"):
        RandomPrior(blob_size=100)
