"""What MONAI adds: caching, lazy resampling, inversion, its own loader, array form and names."""

import numpy as np
import pytest
import torch

monai = pytest.importorskip("monai")

from monai.data import CacheDataset, DataLoader, Dataset, MetaTensor, list_data_collate  # noqa: E402
from monai.transforms import (  # noqa: E402
    Compose,
    EnsureChannelFirstd,
    OneOf,
    RandAffined,
    RandFlipd,
    RandGaussianNoised,
    RandSpatialCropSamplesd,
)
from monai.utils import set_determinism  # noqa: E402

from claim_aug.integrations.monai import (  # noqa: E402
    ScarSynthesizer,
    ScarSynthesizerD,
    ScarSynthesizerd,
    ScarSynthesizerDict,
)

KEYS = ["image", "label"]


@pytest.fixture
def data(heart):
    """As LoadImaged gives it, without a channel."""
    affine = torch.from_numpy(heart.affine)
    return {
        "image": MetaTensor(torch.from_numpy(heart.image.copy()), affine=affine),
        "label": MetaTensor(torch.from_numpy(heart.labels.copy()).float(), affine=affine),
    }


@pytest.fixture
def first():
    return EnsureChannelFirstd(KEYS, channel_dim="no_channel")


@pytest.fixture(autouse=True)
def undetermined():
    """Leave MONAI's global seed as it was."""
    yield
    set_determinism(None)


def scar():
    return ScarSynthesizerd("image", "label", labels="phantom")


def scarred(item):
    return bool(np.isin(np.asarray(item["label"]), (3, 4)).any())


def test_it_goes_by_all_of_monais_names():
    assert ScarSynthesizerD is ScarSynthesizerd is ScarSynthesizerDict


def test_a_cache_holds_what_is_before_it_and_every_epoch_has_new_scars(data, first):
    cached = CacheDataset([data], Compose([first, scar()]), progress=False)
    epochs = [np.asarray(cached[0]["label"]).tobytes() for _ in range(3)]
    assert len(set(epochs)) == 3
    assert not scarred(cached._cache[0])


def test_the_synthesizer_as_it_is_is_not_frozen_in_the_cache_either(data, first):
    from claim_aug import ScarSynthesizer as Core

    cached = CacheDataset([data], Compose([first, Core(labels="phantom")]), progress=False)
    assert len({np.asarray(cached[0]["label"]).tobytes() for _ in range(3)}) == 3


def test_lazy_resampling_is_done_before_it(data):
    # Tensors with their channel: behind EnsureChannelFirstd, MONAI 1.6.1 resamples one slice for all when it is lazy.
    ready = {key: MetaTensor(value.as_tensor()[None], affine=value.affine) for key, value in data.items()}
    rotate = RandAffined(KEYS, prob=1, rotate_range=(0, 0, 0.5), mode=("bilinear", "nearest"), lazy=True)
    # Left alone, it interpolates labels, whatever the transforms say.
    done = Compose([rotate, scar()], lazy=True, overrides={"label": {"mode": "nearest"}})(ready)
    assert done["image"].pending_operations == []
    assert scarred(done)


def test_inversion_passes_it_over(data, first):
    pipeline = Compose([first, scar(), RandFlipd(KEYS, prob=1, spatial_axis=0)])
    done = pipeline(data)
    back = pipeline.inverse(done)
    assert scarred(back)
    labels = np.asarray(back["label"]).reshape(data["label"].shape)
    kept = ~np.isin(labels, (3, 4))
    assert np.array_equal(labels[kept], np.asarray(data["label"])[kept])


def test_set_determinism_decides_through_compose(data, first):
    found = []
    for seed in (1, 1, 2):
        set_determinism(seed)
        found.append(np.asarray(Compose([first, scar()])(data)["label"]).tobytes())
    assert found[0] == found[1] != found[2]


def test_monais_own_loader_needs_no_seed_worker(data, first):
    set_determinism(0)
    dataset = Dataset([data] * 6, Compose([first, scar()]))
    found = [np.asarray(batch["label"]).tobytes() for batch in DataLoader(dataset, num_workers=2)]
    assert len(set(found)) == 6


def test_one_of_and_crops_into_several_samples(data, first):
    crop = RandSpatialCropSamplesd(KEYS, roi_size=(60, 60, 4), num_samples=2, random_size=False)
    pipeline = Compose([first, crop, OneOf([scar(), RandGaussianNoised("image", prob=1)])])
    pipeline.set_random_state(0)
    items = [item for _ in range(6) for item in pipeline(data)]
    assert 0 < sum(map(scarred, items)) < 12


def test_two_images_share_one_scar(data, first):
    both = data | {"t1": data["image"] * 2}
    pipeline = Compose([EnsureChannelFirstd(["image", "t1", "label"], channel_dim="no_channel"),
                        ScarSynthesizerd(["image", "t1"], "label", labels="phantom")])  # fmt: skip
    done = pipeline(both)
    changed = [np.asarray(done[key])[0] != np.asarray(both[key]) for key in ("image", "t1")]
    new = np.isin(np.asarray(done["label"])[0], (3, 4))
    for where in changed:
        assert not (where & ~new).any()
        assert where.sum() > 0.9 * new.sum()


def test_missing_keys_are_allowed_where_that_is_asked_for(data):
    passing = ScarSynthesizerd("other", labels="phantom", allow_missing_keys=True)
    assert passing(data).keys() == data.keys()


def test_the_array_form_takes_image_and_label(heart):
    transform = ScarSynthesizer(labels="phantom").set_random_state(0)
    image, label = transform(torch.from_numpy(heart.image)[None], torch.from_numpy(heart.labels)[None])
    again = transform(torch.from_numpy(heart.image)[None], torch.from_numpy(heart.labels)[None], randomize=False)
    assert (label > 2).any()
    assert torch.equal(label, again[1])
    assert torch.equal(image, again[0])
    assert transform.set_random_state(0) is transform


def test_a_batch_of_monai_can_be_augmented(data, first):
    from claim_aug import ScarSynthesizer as Core

    batch = list_data_collate([first(data) for _ in range(2)])
    done = Core(labels="phantom").augment_batch(batch, seed=3)
    assert (done["label"] > 2).flatten(1).any(1).all()
    assert done["image"].shape == batch["image"].shape
