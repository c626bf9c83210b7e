import numpy as np
import pytest
from scipy import ndimage

from claim_aug import ScarMask
from claim_aug.fields import smooth_field
from claim_aug.generators.as_acquired import as_acquired, with_mean
from claim_aug.measures.tissue import measure
from claim_aug.priors.smile import SmilePrior

REMOTE, BLOOD, SCAR, MVO, NOISE = 100.0, 300.0, 260.0, 120.0, 15.0


@pytest.fixture(scope="module")
def mask(ventricle):
    return SmilePrior(burden=35, transmurality=1.0, mvo=0).sample(ventricle, np.random.default_rng(2))


@pytest.fixture(scope="module")
def noise(ventricle):
    return NOISE * smooth_field(ventricle.wall.shape, (1.2, 1.2, 0), np.random.default_rng(1)).astype(float)


@pytest.fixture(scope="module")
def scan(ventricle, noise):
    """A scan of two tissues whose noise went through the same k-space as they did."""
    tissue = np.where(ventricle.cavity, BLOOD, REMOTE)
    return ndimage.gaussian_filter(tissue, (1.2, 1.2, 0)) + noise


def acquired(scan, mask, ventricle, scar=SCAR):
    """Flat scar as the scan would show it."""
    painted = np.where(mask.mvo, MVO, np.where(mask.scar, scar, scan))
    rng = np.random.default_rng(0)
    return as_acquired(painted, mask, ventricle, measure(scan, ventricle), rng)


def inner(mask):
    """Scar that lies two voxels from everything else."""
    return ndimage.binary_erosion(mask.scar, np.ones((5, 5, 1)))


def test_all_but_the_scar_stays_bit_for_bit(scan, mask, ventricle):
    before = scan.copy()
    result = acquired(scan, mask, ventricle)
    assert np.array_equal(result[~mask.scar], scan[~mask.scar])
    assert np.array_equal(scan, before)


def test_flat_scar_gets_the_scans_own_noise(scan, mask, ventricle, noise):
    result = acquired(scan, mask, ventricle)
    again, own = (np.abs(np.diff(image, 2, axis=0)) for image in (result, noise))
    both = inner(mask)[1:-1]
    assert again[both].mean() == pytest.approx(own[both].mean(), rel=0.25)


def test_the_noise_goes_on_across_the_border(scan, mask, ventricle, noise):
    """Neighbours on both sides of the border are about as alike as neighbours in the wall."""
    shown = np.where(mask.scar, acquired(scan, mask, ventricle) - acquired(scan - noise, mask, ventricle), noise)
    healthy = ventricle.wall & ~mask.scar
    crossing = mask.scar[1:] & healthy[:-1] | mask.scar[:-1] & healthy[1:]
    steps = np.diff(shown, axis=0)
    assert np.abs(steps[crossing]).mean() < 1.4 * np.abs(steps[healthy[1:] & healthy[:-1]]).mean()
    apart = np.where(mask.scar, np.roll(noise, 7, 1), noise)
    assert np.abs(np.diff(apart, axis=0)[crossing]).mean() > 1.7 * np.abs(steps[healthy[1:] & healthy[:-1]]).mean()


def test_the_border_is_soft(scan, mask, ventricle):
    result = acquired(scan, mask, ventricle)
    edge = mask.scar & ndimage.binary_dilation(ventricle.wall & ~mask.scar, np.ones((3, 3, 1)))
    assert REMOTE + 30 < result[edge].mean() < result[inner(mask)].mean() - 30


@pytest.mark.parametrize("mean", [150.0, SCAR, 400.0])
def test_light_gives_an_infarct_its_mean_and_least_at_its_border(mean, scan, mask, ventricle):
    painted = np.where(mask.scar, 200.0, scan)
    result = with_mean(painted, mean, mask, measure(scan, ventricle))
    assert result[mask.infarct].mean() == pytest.approx(mean)
    assert np.array_equal(result[~mask.scar], scan[~mask.scar])
    within = inner(mask)
    border = mask.infarct & ~ndimage.binary_erosion(mask.infarct, np.ones((3, 3, 1)))
    assert abs(result - painted)[border].mean() < 0.8 * abs(result - painted)[within].mean()


def test_mvo_stays_as_dark_as_it_was_painted(scan, ventricle):
    mask = SmilePrior(burden=35, transmurality=1.0, mvo=0.2).sample(ventricle, np.random.default_rng(2))
    result = acquired(scan, mask, ventricle)
    assert np.median(result[mask.mvo]) < np.median(result[mask.infarct]) - 0.7 * (SCAR - MVO)


def test_texture_beyond_the_noise_stays(scan, mask, ventricle):
    texture = 60 * smooth_field(scan.shape, (3, 3, 0), np.random.default_rng(5))
    result = acquired(scan, mask, ventricle, SCAR + texture)
    deep = inner(mask)
    assert np.corrcoef(result[deep], texture[deep])[0, 1] > 0.85


def test_a_drawing_without_noise_gets_next_to_none(mask, ventricle):
    drawing = np.where(ventricle.cavity, BLOOD, REMOTE)
    steps = np.abs(np.diff(acquired(drawing, mask, ventricle), 2, axis=0))
    assert steps[inner(mask)[1:-1]].mean() < 0.1 * (SCAR - REMOTE)


def test_where_no_wall_is_healthy_nothing_is_known_of_the_noise(scan, ventricle):
    everything = ScarMask(ventricle.wall.copy(), np.zeros_like(ventricle.wall))
    assert np.isfinite(acquired(scan, everything, ventricle)).all()
