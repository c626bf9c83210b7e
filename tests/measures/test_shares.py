"""How much of a wall is scar, how deep, and where it begins."""

import numpy as np
import pytest

from claim_aug.measures.shares import burden, extent, from_endocardium, sectors, transmurality


def test_a_whole_wall_is_all_of_it(ventricle):
    wall = ventricle.wall
    assert burden(wall, ventricle) == pytest.approx(100)
    assert extent(wall, ventricle) == 1
    assert transmurality(wall, ventricle)[0] == pytest.approx(1)
    assert from_endocardium(wall, ventricle) == 1


def test_the_inner_half_begins_at_the_endocardium_and_the_outer_half_does_not(ventricle):
    inner, outer = (ventricle.wall & part for part in (ventricle.transmural < 0.5, ventricle.transmural > 0.5))
    assert from_endocardium(inner, ventricle) == 1
    assert from_endocardium(outer, ventricle) < 0.05
    assert from_endocardium(outer, ventricle, within=1.0) == 1


def test_one_sector_is_its_share_of_the_wall(ventricle):
    sector = sectors(ventricle)
    first = sector[ventricle.wall].min()
    scar = ventricle.wall & (sector == first)
    assert extent(scar, ventricle) == pytest.approx(1 / len(np.unique(sector[ventricle.wall])))
    assert transmurality(scar, ventricle)[0] == pytest.approx(1)
