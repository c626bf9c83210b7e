"""``signal`` paints scar as the scan would show it."""

import numpy as np
import pytest

from claim_aug.errors import InputError
from claim_aug.generators.signal import BRIGHTNESS_LIMITS, SignalGenerator, sample_parameters
from claim_aug.measures.tissue import measure
from claim_aug.priors import ScarMask
from claim_aug.priors.smile import SmilePrior


@pytest.fixture
def region(phantom, ventricle):
    return phantom.image[ventricle.box].astype(np.float64)


@pytest.fixture(scope="module")
def mask(ventricle):
    return SmilePrior(burden=25, transmurality=1.0, mvo=0.0).sample(ventricle, np.random.default_rng(4))


def test_scar_stands_out_from_remote_by_the_brightness_asked_for(region, mask, ventricle):
    tissue = measure(region, ventricle)
    remote, blood = np.median(tissue.remote), np.median(tissue.blood)
    ratios = []
    for brightness in (0.6, 1.0, 1.8):
        painted = (
            SignalGenerator(brightness_ratio=brightness).render(region, mask, ventricle, np.random.default_rng(1)).image
        )
        ratios.append((np.median(painted[mask.scar]) - remote) / (blood - remote))
    assert ratios == pytest.approx([0.6, 1.0, 1.8], rel=0.35)
    assert sorted(ratios) == ratios


def test_mvo_is_darker_than_the_infarct_around_it(region, ventricle):
    both = SmilePrior(burden=35, mvo=0.2).sample(ventricle, np.random.default_rng(2))
    painted = SignalGenerator(brightness_ratio=1.2).render(region, both, ventricle, np.random.default_rng(1)).image
    assert painted[both.mvo].mean() < painted[both.infarct].mean()


def test_the_grey_zone_lies_between_remote_and_infarct_core(region, ventricle):
    zoned = SmilePrior(burden=35, transmurality=0.9, mvo=0.0, grey_zone=0.4).sample(ventricle, np.random.default_rng(2))
    painted = SignalGenerator(brightness_ratio=1.2).render(region, zoned, ventricle, np.random.default_rng(1)).image
    remote = np.median(measure(region, ventricle).remote)
    assert remote < painted[zoned.grey_zone].mean() < painted[zoned.infarct & ~zoned.grey_zone].mean()


def test_the_edge_of_the_scar_is_softer_than_its_interior(region, mask, ventricle):
    from scipy import ndimage

    painted = SignalGenerator(brightness_ratio=1.5).render(region, mask, ventricle, np.random.default_rng(1)).image
    interior = ndimage.binary_erosion(mask.scar, np.ones((3, 3, 1)))
    edge = mask.scar & ~interior & ndimage.binary_dilation(ventricle.healthy & ~mask.scar, np.ones((3, 3, 1)))
    assert painted[edge].mean() < painted[interior].mean()


def test_the_scans_own_noise_stays(region, mask, ventricle):
    """Two scans that differ by their noise alone differ by the same noise after painting."""
    rng = np.random.default_rng(0)
    noise = 8 * rng.standard_normal(region.shape)
    generator = SignalGenerator(brightness_ratio=1.0)
    clean, noisy = (
        generator.render(image, mask, ventricle, np.random.default_rng(1)).image for image in (region, region + noise)
    )
    assert np.corrcoef((noisy - clean)[mask.scar], noise[mask.scar])[0, 1] > 0.8


def test_a_magnitude_image_on_its_noise_floor_stays_positive(ventricle, mask):
    rng = np.random.default_rng(0)
    signal = 60.0 * ventricle.cavity + 2.0 * ventricle.wall
    image = np.hypot(signal + 5 * rng.standard_normal(signal.shape), 5 * rng.standard_normal(signal.shape))
    assert measure(image, ventricle).rician
    painted = SignalGenerator().render(image, mask, ventricle, rng).image
    assert painted[mask.scar].min() >= 0
    assert painted[mask.scar].mean() > 3 * image[mask.scar].mean()


def test_scar_shows_where_the_blood_is_nulled_too(ventricle, mask):
    image = 100 + np.random.default_rng(0).standard_normal(ventricle.wall.shape)
    painted = SignalGenerator(brightness_ratio=1.0).render(image, mask, ventricle, np.random.default_rng(1)).image
    assert painted[mask.scar].mean() > image[mask.scar].mean() + 1.5


@pytest.mark.parametrize("seed", range(5))
def test_drawn_signals_are_plausible(seed):
    drawn = sample_parameters(None, np.random.default_rng(seed))
    assert drawn.t1_scar < drawn.t1_remote
    assert drawn.t1_blood < drawn.t1_remote
    assert BRIGHTNESS_LIMITS[0] <= drawn.brightness_ratio <= BRIGHTNESS_LIMITS[1]
    assert drawn.mvo_ratio < drawn.brightness_ratio
    assert 200 < drawn.inversion_time < 450


def test_voxels_outside_the_mask_are_not_used_but_also_not_changed(region, mask, ventricle):
    painted = SignalGenerator().render(region, mask, ventricle, np.random.default_rng(1)).image
    assert np.array_equal(painted[~mask.scar], region[~mask.scar])


def test_a_brightness_out_of_range_is_refused():
    with pytest.raises(InputError, match="brightness_ratio needs"):
        SignalGenerator(brightness_ratio=9)


def test_an_empty_mvo_is_fine(region, ventricle):
    single = ScarMask(ventricle.segment == 8, np.zeros_like(ventricle.wall))
    assert np.isfinite(SignalGenerator().render(region, single, ventricle, np.random.default_rng(1)).image).all()
