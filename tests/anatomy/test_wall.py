"""Depth and angle on shapes whose answers are known."""

import numpy as np
import pytest

from claim_aug.anatomy.wall import angle_around, transmural_coordinate


def annulus(inner, outer, size=81):
    rows, columns = np.mgrid[:size, :size] - size // 2
    radius = np.hypot(rows, columns)
    return radius < inner, (radius >= inner) & (radius < outer), radius


def test_depth_is_the_share_of_the_way_through_an_annulus():
    cavity, wall, radius = annulus(18, 30)
    expected = (radius - 18) / 12
    assert np.abs(transmural_coordinate(cavity, wall, (1.0, 1.0)) - expected)[wall].max() < 0.08


def test_depth_follows_the_spacing():
    cavity, wall, _ = annulus(18, 30)
    fine = transmural_coordinate(cavity, wall, (1.0, 1.0))
    assert np.allclose(fine, transmural_coordinate(cavity, wall, (2.0, 2.0)), atol=1e-6)


@pytest.mark.parametrize(("offset", "angle"), [((5, 0), 0), ((0, 5), 90), ((-5, 0), 180), ((0, -5), 270)])
def test_angles_run_from_the_first_axis_towards_the_second(offset, angle):
    pixels = tuple(np.array([10 + step, 12]) for step in offset)
    assert angle_around(np.array([10.0, 10.0]), pixels, (1.0, 1.0))[0] == pytest.approx(angle)
    assert angle_around(np.array([[10.0, 10.0], [12.0, 11.0]]), pixels, (1.0, 1.0)) == pytest.approx([angle, 90])
