"""A phantom's picture: late enhancement, as the signal equation has it."""

import dataclasses

import numpy as np
import pytest
from scipy import ndimage

from claim_aug.errors import InputError
from claim_aug.phantom import Phantom, build, make_phantom, sample_parameters

SHAPE, SPACING = (160, 180, 7), (1.6, 1.6, 11.0)


def core(mask: np.ndarray) -> np.ndarray:
    """The mask without its in-plane rim, where partial volume mixes tissues."""
    return ndimage.binary_erosion(mask, np.ones((3, 3, 1)))


@pytest.fixture(scope="module", params=range(4))
def infarcted(request: pytest.FixtureRequest) -> Phantom:
    return make_phantom(request.param, scar=True, mvo=False, shape=SHAPE, spacing=SPACING)


def test_infarct_and_blood_are_brighter_than_remote_wall(infarcted: Phantom) -> None:
    image, labels = infarcted.image, infarcted.labels
    remote = image[core(labels == 2)]
    assert image[labels == 3].mean() > remote.mean() + 2 * remote.std()
    assert image[core(labels == 1)].mean() > remote.mean() + 2 * remote.std()


def test_mvo_is_darker_than_infarct() -> None:
    phantom = make_phantom(3, scar=True, mvo=True, shape=SHAPE, spacing=SPACING)
    assert phantom.image[phantom.labels == 4].mean() < phantom.image[phantom.labels == 3].mean()


def test_scar_is_drawn_into_the_tissue_and_nowhere_else() -> None:
    parameters = sample_parameters(np.random.default_rng(0), shape=SHAPE, spacing=SPACING)
    healthy = build(parameters)
    where = healthy.segments == 10
    scarred = build(parameters, scar=where)
    assert np.array_equal(scarred.labels == 3, where)
    changed = abs(scarred.image - healthy.image) > 0.25 * parameters.noise * parameters.gain
    nearby = ndimage.binary_dilation(where, np.ones((7, 7, 1)))
    assert changed[where].mean() > 0.8
    assert changed[~nearby].mean() < 0.01


def test_a_mask_of_another_shape_is_refused() -> None:
    parameters = sample_parameters(np.random.default_rng(0), shape=SHAPE, spacing=SPACING)
    with pytest.raises(InputError, match="scar has shape"):
        build(parameters, scar=np.ones((4, 4, 4), bool))


@pytest.mark.parametrize(("psir", "air"), [(True, 2048), (False, 0)])
def test_air_lies_at_the_offset(psir: bool, air: float) -> None:
    drawn = sample_parameters(np.random.default_rng(5), shape=SHAPE, spacing=SPACING)
    phantom = build(dataclasses.replace(drawn, psir=psir, zero_border=(0, 0, 0, 0)))
    corner = phantom.image[:6, :6]
    sigma = drawn.noise * drawn.gain
    assert abs(corner.mean() - air) < (0.5 if psir else 1.5) * sigma
    assert corner.std() == pytest.approx(sigma if psir else 0.655 * sigma, rel=0.3)


def test_coins_are_fair_and_requests_are_kept() -> None:
    small = {"shape": (64, 64, 4), "spacing": (2.0, 2.0, 15.0)}
    drawn = [bool((make_phantom(seed, **small).labels == 3).any()) for seed in range(24)]
    assert 4 < sum(drawn) < 20
    assert not any(np.isin(make_phantom(seed, scar=False, **small).labels, (3, 4)).any() for seed in range(4))
    assert all((make_phantom(seed, scar=True, **small).labels == 3).any() for seed in range(4))
