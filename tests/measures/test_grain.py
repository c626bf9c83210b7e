import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claim_aug.fields import smooth_field
from claim_aug.measures.grain import Grain, continued, measure_grain, sample_grain, smoothness

SHAPE = (60, 60, 4)
ANYWHERE = np.ones(SHAPE, bool)


@given(st.floats(0.7, 2.0), st.floats(0.7, 2.0), st.floats(0.1, 1000))
def test_what_a_field_was_made_with_is_measured(rows, columns, sd):
    field = sd * smooth_field(SHAPE, (rows, columns, 0), np.random.default_rng(0)).astype(float)
    grain = measure_grain(field, ANYWHERE, 2)
    assert grain.sd == pytest.approx(sd, rel=0.05)
    assert grain.sigma == pytest.approx((rows, columns, 0), rel=0.15)


def test_more_of_the_same_has_the_same_grain():
    grain = Grain(7.0, (1.2, 0.8, 0.0))
    again = measure_grain(sample_grain(grain, SHAPE, 2, np.random.default_rng(1)), ANYWHERE, 2)
    assert again.sd == pytest.approx(7, rel=0.02)
    assert again.sigma == pytest.approx(grain.sigma, rel=0.15)


def test_slices_get_the_same_field_whichever_axis_counts_them():
    one = sample_grain(Grain(1.0, (1.2, 0.8, 0.0)), SHAPE, 2, np.random.default_rng(1))
    other = sample_grain(Grain(1.0, (0.0, 1.2, 0.8)), (4, 60, 60), 0, np.random.default_rng(1))
    assert np.allclose(one, np.moveaxis(other, 0, 2))


def test_only_the_tissue_counts():
    field = np.random.default_rng(0).standard_normal(SHAPE)
    tissue = ANYWHERE.copy()
    tissue[:, 30:] = False
    loud = np.where(tissue, field, 1000 * field)
    assert measure_grain(loud, tissue, 2) == measure_grain(field, tissue, 2)


def test_noise_of_one_voxel_is_not_smooth():
    assert smoothness(np.random.default_rng(3).standard_normal(SHAPE), ANYWHERE, 0) < 0.4


def test_hardly_any_tissue_has_no_grain():
    nothing = np.zeros(SHAPE, bool)
    nothing[0, :3, 0] = True
    assert measure_grain(np.ones(SHAPE), nothing, 2) == Grain(0.0, (0.0, 0.0, 0.0))


def test_continued_grain_goes_on_where_that_beside_ends():
    grain = Grain(7.0, (1.5, 1.2, 0.0))
    there = sample_grain(grain, SHAPE, 2, np.random.default_rng(1))
    region = np.zeros(SHAPE, bool)
    region[20:40, 20:40] = True
    field = continued(there, region, ~region, grain, 2, np.random.default_rng(2))
    assert np.corrcoef(field[20, 20:40].ravel(), there[19, 20:40].ravel())[0, 1] > 0.8
    assert abs(np.corrcoef(field[28:32, 28:32].ravel(), there[28:32, 28:32].ravel())[0, 1]) < 0.4
    assert field[region].std() == pytest.approx(7, rel=0.15)


def test_continued_grain_is_a_field_of_its_own_where_nothing_is_known():
    grain, nothing = Grain(7.0, (1.5, 1.2, 0.0)), np.zeros(SHAPE, bool)
    field = continued(np.zeros(SHAPE), ANYWHERE, nothing, grain, 2, np.random.default_rng(2))
    assert np.array_equal(field, sample_grain(grain, SHAPE, 2, np.random.default_rng(2)))
