"""The way back from a window to a slice, as a linear map that a gradient can follow."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage

from claim_aug.anatomy.roi import Roi
from claim_aug.joint.splines import PAD, coefficients, prefilter, taps


def through(window, places):
    """A window's values at places, by the linear map."""
    index, weight = taps(places, window.shape[0])
    return (coefficients(torch.from_numpy(window)).flatten()[index] * torch.from_numpy(weight)).sum(1)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), size=st.integers(4, 40), beyond=st.floats(0, 3))
def test_it_is_what_scipy_interpolates_to_the_edge_and_beyond_it(seed, size, beyond):
    rng = np.random.default_rng(seed)
    window = rng.standard_normal((size, size))
    places = rng.uniform(-beyond, size - 1 + beyond, (2, 50))
    places[:, :4] = [[0, 0, size - 1, size // 2], [0, size - 1, size - 1, size // 2]]  # on a pixel, and on the corners
    found = ndimage.map_coordinates(window, places, order=3, mode="nearest")
    assert through(window, places).numpy() == pytest.approx(found, abs=1e-10)


def test_it_is_the_window_s_own_way_back():
    rng = np.random.default_rng(0)
    roi = Roi(np.array([20.0, 22.0]), np.array([[0.9, 0.2], [-0.2, 1.1]]), 32)
    mask = np.zeros((40, 44), bool)
    mask[12:28, 14:30] = rng.random((16, 16)) < 0.5
    window = rng.standard_normal((32, 32))
    places = roi.pixels(np.argwhere(mask).T.astype(float))
    assert through(window, places).numpy() == pytest.approx(roi.back(window, mask), abs=1e-10)


def test_one_matrix_filters_rows_and_columns():
    window = np.random.default_rng(1).standard_normal((16, 16))
    padded = np.pad(window, PAD, mode="edge")
    whole = ndimage.spline_filter(padded, mode="nearest")
    assert prefilter(16) @ window @ prefilter(16).T == pytest.approx(whole, abs=1e-10)


def test_the_gradient_is_that_of_the_map():
    window = torch.from_numpy(np.random.default_rng(2).standard_normal((12, 12))).requires_grad_()
    index, weight = taps(np.array([[3.3, 7.8], [4.1, 0.2]]), 12)
    assert torch.autograd.gradcheck(
        lambda p: (coefficients(p).flatten()[index] * torch.from_numpy(weight)).sum(1), window
    )
