"""What albumentations adds: serialisation, replay, choice, and images as it lays them out."""

import json

import numpy as np
import pytest

albumentations = pytest.importorskip("albumentations")

from claim_aug.errors import InputError  # noqa: E402
from claim_aug.integrations.albumentations import ScarSynthesizer  # noqa: E402


@pytest.fixture
def plane(heart):
    return {"image": heart.image[..., 2].copy(), "mask": heart.labels[..., 2].copy()}


def equal(first, second):
    return all(np.array_equal(first[key], second[key]) for key in ("image", "mask"))


def test_it_is_serialised_with_every_argument_and_comes_back_the_same(plane):
    pipeline = albumentations.Compose(
        [
            ScarSynthesizer(labels="phantom", burden=(10, 20), p=0.9, out_keys={"mask": "new"}),
            albumentations.HorizontalFlip(),
        ]
    )
    written = json.loads(json.dumps(albumentations.to_dict(pipeline)))
    again = albumentations.from_dict(written)
    for seed in range(3):
        pipeline.set_random_seed(seed)
        again.set_random_seed(seed)
        assert equal(pipeline(**plane), again(**plane))
    assert "burden" in repr(pipeline)


def test_a_replay_is_equal_bit_for_bit(plane):
    pipeline = albumentations.ReplayCompose(
        [ScarSynthesizer(labels="phantom", p=0.5), albumentations.HorizontalFlip(p=0.5)]
    )
    pipeline.set_random_seed(3)
    for _ in range(6):
        done = pipeline(**plane)
        assert equal(done, albumentations.ReplayCompose.replay(done["replay"], **plane))


def test_one_of_chooses_between_it_and_others(plane):
    choice = albumentations.Compose(
        [albumentations.OneOf([ScarSynthesizer(labels="phantom", p=1), albumentations.GaussNoise(p=1)], p=1)], seed=1
    )
    scarred = [bool((choice(**plane)["mask"] == 3).any()) for _ in range(12)]
    assert 0 < sum(scarred) < 12


@pytest.mark.parametrize("kind", [np.uint8, np.float32])
@pytest.mark.parametrize("channels", [None, 1, 3])
def test_images_keep_their_channels_and_dtype(plane, kind, channels):
    image = (plane["image"] / plane["image"].max() * 255).astype(kind)
    image = image if channels is None else np.stack([image] * channels, axis=-1)
    mask = plane["mask"] if channels is None else plane["mask"][..., None]
    done = albumentations.Compose([ScarSynthesizer(labels="phantom", p=1)])(image=image, mask=mask)
    assert (done["image"].shape, done["image"].dtype) == (image.shape, kind)
    assert (done["mask"].shape, done["mask"].dtype) == (mask.shape, mask.dtype)
    new = np.isin(done["mask"], (3, 4)).reshape(64, 64)
    assert new.any()
    assert np.array_equal(done["image"][~new], image[~new])
    if channels == 3:
        assert (done["image"][new] != image[new]).any(axis=0).all()


def test_a_slice_of_a_pool_is_drawn(heart, plane, tmp_path):
    from claim_aug import ScarSynthesizer as Core
    from claim_aug.jobs.pool import build_pool
    from claim_aug.phantom import write_emidec

    write_emidec(heart, tmp_path / "scans", "Case_3")
    build_pool(tmp_path / "scans", tmp_path / "pool", Core(labels="phantom"), count=3, seed=0)
    done = ScarSynthesizer(pool=str(tmp_path / "pool"), p=1)(**plane)
    assert (done["mask"] == 3).any()


def test_a_tensor_is_refused_with_the_order_to_use(heart, plane):
    import torch

    for data in (plane | {"image": torch.from_numpy(plane["image"])[None]}, plane | {"mask": torch.zeros(8, 8)}):
        with pytest.raises(InputError, match="put ToTensorV2 after the scar"):
            ScarSynthesizer(labels="phantom", p=1.0).written(data, 1)
