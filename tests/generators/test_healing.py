from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from claim_aug import LVAnatomy
from claim_aug.anatomy.slices import in_plane
from claim_aug.generators.healing import heal, healed_region
from claim_aug.measures.remote import middle_of_wall
from claim_aug.measures.tissue import measure


@pytest.fixture
def heart(scarred):
    return LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine, spacing=scarred.spacing)


@pytest.fixture
def image(scarred, heart):
    return scarred.image[heart.box].astype(float)


def test_the_region_is_the_scar_and_a_rim_within_the_wall(heart):
    region = healed_region(heart)
    assert (region >= heart.scar).all()
    assert not (region & ~heart.wall).any()
    beside = (
        ndimage.binary_dilation(heart.scar, np.expand_dims(ndimage.generate_binary_structure(2, 1), 2)) & heart.wall
    )
    assert (region >= beside).all()
    assert region.sum() < 3 * heart.scar.sum()


def test_beside_new_scar_the_wall_may_stay_bright(heart):
    assert np.array_equal(healed_region(heart, heart.scar), heart.scar)
    half = heart.scar & (np.arange(heart.wall.shape[0]) < np.argwhere(heart.scar)[:, 0].mean())[:, None, None]
    assert heart.scar.sum() < healed_region(heart, half).sum() < healed_region(heart).sum()


def test_healed_scar_is_as_bright_as_remote(heart, image):
    healed = heal(image, heart, healed_region(heart), np.random.default_rng(0))
    middle = middle_of_wall(heart)
    remote = image[middle & ~healed_region(heart)]
    assert healed[heart.scar & middle].mean() == pytest.approx(remote.mean(), abs=0.5 * remote.std())
    assert image[heart.scar & middle].mean() > remote.mean() + 2 * remote.std()


def test_healed_wall_is_as_grainy_as_remote(heart, image):
    healed = heal(image, heart, healed_region(heart), np.random.default_rng(0))
    middle, region = middle_of_wall(heart), healed_region(heart)
    steps = abs(np.diff(healed, axis=0))
    inside, beside = (both[1:] & both[:-1] for both in (region & middle, middle & ~region))
    assert steps[inside].mean() == pytest.approx(steps[beside].mean(), rel=0.25)


def test_nothing_else_changes_and_the_image_stays(heart, image):
    before, region = image.copy(), healed_region(heart)
    healed = heal(image, heart, region, np.random.default_rng(0))
    assert np.array_equal(healed[~region], image[~region])
    assert np.array_equal(image, before)


def test_a_seed_repeats_itself(heart, image):
    one, again, other = (heal(image, heart, heart.scar, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_what_the_scar_looked_like_does_not_matter(heart, image):
    region = healed_region(heart)
    louder = np.where(region, 3 * image + 100, image)
    one, other = (heal(picture, heart, region, np.random.default_rng(0)) for picture in (image, louder))
    assert np.allclose(one[region], other[region])


def test_a_drawing_without_any_noise_is_healed_too(heart):
    image = 100.0 + 200 * heart.cavity + 300 * heart.scar
    healed = heal(image, heart, healed_region(heart), np.random.default_rng(0))
    assert np.isfinite(healed).all()
    assert np.median(healed[heart.scar & middle_of_wall(heart)]) == pytest.approx(100, abs=10)


def test_a_wall_that_is_scar_all_over_is_healed_by_the_rest_of_the_stack(heart, image):
    wall = heart.wall.copy()
    for index, plane in enumerate(in_plane(wall, heart)):
        plane &= index == 3
    full = replace(heart, infarct=wall, mvo=np.zeros_like(wall))
    healed = heal(image, full, wall, np.random.default_rng(0))
    assert np.isfinite(healed).all()
    remote = measure(image, full).remote[3]
    blood = np.median(image[heart.cavity])
    assert np.median(healed[wall & middle_of_wall(heart)]) == pytest.approx(remote, abs=0.1 * (blood - remote))
