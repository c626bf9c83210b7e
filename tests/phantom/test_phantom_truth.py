"""A phantom's truth: anatomy that nests, segments that tile the wall, an insertion where the ventricles meet."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy import ndimage

from claim_aug.errors import InputError
from claim_aug.phantom import Phantom, build, make_phantom, sample_parameters

SEEDS = range(6)
SMALL = (96, 96, 5)


@pytest.fixture(scope="module", params=SEEDS)
def phantom(request: pytest.FixtureRequest) -> Phantom:
    return make_phantom(request.param, scar=True, shape=None if request.param % 2 else SMALL)


def test_shapes_and_types(phantom: Phantom) -> None:
    shape = phantom.parameters.shape
    assert phantom.image.shape == phantom.labels.shape == phantom.segments.shape == shape
    assert (phantom.image.dtype, phantom.labels.dtype, phantom.segments.dtype) == (np.float32, np.uint8, np.uint8)
    assert 0 <= phantom.image.min() < phantom.image.max() <= 4095
    assert np.allclose(np.diag(phantom.affine), (*phantom.spacing, 1))


def test_wall_is_one_ring_around_one_cavity(phantom: Phantom) -> None:
    wall = np.isin(phantom.labels, (2, 3, 4))
    cavity = phantom.labels == 1
    for k in np.flatnonzero(cavity.any(axis=(0, 1))):
        assert np.array_equal(ndimage.binary_fill_holes(wall[..., k]), wall[..., k] | cavity[..., k])
        assert ndimage.label(wall[..., k])[1] == ndimage.label(cavity[..., k])[1] == 1


def test_heart_stays_off_the_borders_of_the_data(phantom: Phantom) -> None:
    low_x, high_x, low_y, high_y = phantom.parameters.zero_border
    i, j, _ = np.nonzero(phantom.labels)
    assert min(i.min() - low_x, j.min() - low_y) >= 1
    assert max(i.max() + high_x - phantom.labels.shape[0], j.max() + high_y - phantom.labels.shape[1]) <= -2


def test_cavity_grows_from_apex_to_base(phantom: Phantom) -> None:
    area = (phantom.labels == 1).sum(axis=(0, 1))
    area = area[: np.flatnonzero(area)[-1] + 1]
    assert np.all(np.diff(area) > -0.1 * area.max())


def test_segments_tile_the_myocardium(phantom: Phantom) -> None:
    assert np.array_equal(phantom.segments > 0, np.isin(phantom.labels, (2, 3, 4)))
    assert set(range(1, 17)) <= set(np.unique(phantom.segments))
    for k in np.flatnonzero((phantom.labels == 1).any(axis=(0, 1))):
        found = set(np.unique(phantom.segments[..., k])) - {0}
        assert found in (set(range(1, 7)), set(range(7, 13)), set(range(13, 17)))


def septal_angles(phantom: Phantom, k: int) -> np.ndarray:
    """Angle from the anterior insertion, towards the septum, of the wall that touches the RV; degrees, sorted."""
    centre = np.argwhere(phantom.labels[..., k] == 1).mean(axis=0)
    touching = ndimage.binary_dilation(phantom.labels[..., k] == 5) & (phantom.segments[..., k] > 0)
    di, dj = ((np.argwhere(touching) - centre) * phantom.spacing[:2]).T
    return np.sort((phantom.anterior_insertion_deg - np.degrees(np.arctan2(dj, di)) + 90) % 360 - 90)


def test_right_ventricle_is_attached_at_the_insertions(phantom: Phantom) -> None:
    rings = np.flatnonzero((phantom.labels == 1).any(axis=(0, 1)))
    angles = septal_angles(phantom, rings[-2])
    assert angles[0] == pytest.approx(0, abs=12)
    assert angles[-1] == pytest.approx(phantom.parameters.rv_attachment_deg, abs=12)
    assert 105 <= phantom.parameters.rv_attachment_deg <= 135


def test_septum_is_where_the_segments_say(phantom: Phantom) -> None:
    next_to_rv = ndimage.binary_dilation(phantom.labels == 5, np.ones((3, 3, 1)))
    touched = phantom.segments[next_to_rv & (phantom.segments > 0)]
    assert np.isin(touched, (2, 3, 8, 9, 14)).mean() > 0.6
    assert not np.isin(touched, (5, 6, 11, 12, 16)).any()


def test_same_seed_same_bytes_other_seed_other_heart() -> None:
    first, again, other = (make_phantom(seed, shape=SMALL) for seed in (1, 1, 2))
    assert first.image.tobytes() == again.image.tobytes()
    assert first.labels.tobytes() == again.labels.tobytes()
    assert first.image.tobytes() != other.image.tobytes()
    assert first.labels.tobytes() != other.labels.tobytes()


@settings(max_examples=25, deadline=None)
@example(1693, 48, 52, 6, 2.0)
@given(st.integers(0, 2**32), st.integers(48, 140), st.integers(48, 140), st.integers(3, 12), st.floats(1.5, 2))
def test_any_grid_holds_a_whole_heart(seed: int, width: int, height: int, slices: int, voxel: float) -> None:
    parameters = sample_parameters(
        np.random.default_rng(seed), shape=(width, height, slices), spacing=(voxel, voxel, 80 / slices)
    )
    labels = build(parameters).labels
    assert {1, 2, 5} <= set(np.unique(labels))
    for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        assert not border.any()


def test_too_small_a_grid_is_refused() -> None:
    with pytest.raises(InputError, match="at least"):
        make_phantom(0, shape=(20, 96, 5))
