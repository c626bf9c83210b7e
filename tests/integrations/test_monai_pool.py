"""A pool inside MONAI: files, a cache, a loader, with and without workers."""

import numpy as np
import pytest

pytest.importorskip("monai")

from monai.data import CacheDataset, DataLoader
from monai.transforms import Compose, EnsureChannelFirstd, LoadImaged, RandFlipd
from monai.utils import set_determinism

from claim_aug import ScarSynthesizer
from claim_aug.integrations.monai import ScarSynthesizerd
from claim_aug.jobs.pool import build_pool
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.pool import ScarPool

KEYS = ["image", "label"]
COUNT = 6


@pytest.fixture(scope="module")
def scans():
    return [make_phantom(seed, scar=False, shape=(64, 64, 4)) for seed in range(2)]


@pytest.fixture(scope="module")
def folder(scans, tmp_path_factory):
    """The scans as files, and their pool beside them."""
    folder = tmp_path_factory.mktemp("pooled")
    for number, scan in enumerate(scans):
        write_emidec(scan, folder / "scans", f"Case_{number}")
    build_pool(folder / "scans", folder / "pool", ScarSynthesizer(labels="phantom"), count=COUNT, seed=0)
    return folder


@pytest.fixture(autouse=True)
def determined():
    """MONAI's global seed, and as it was afterwards."""
    set_determinism(3)
    yield
    set_determinism(None)


def cached(folder, *more, **settings):
    """Both cases, loaded from their files and kept in memory, a scar of the pool in each that is drawn."""
    files = []
    for number in range(2):
        own = folder / "scans" / f"Case_{number}"
        files.append({"image": own / f"Images/Case_{number}.nii.gz", "label": own / f"Contours/Case_{number}.nii.gz"})
    scar = ScarSynthesizerd("image", "label", pool=str(folder / "pool"), **settings)
    first = [LoadImaged(KEYS, image_only=True), EnsureChannelFirstd(KEYS)]
    return CacheDataset(files, Compose([*first, scar, *more]), progress=False)


def epoch(dataset, workers):
    """Image and labels of every case, in order."""
    loader = DataLoader(dataset, batch_size=2, num_workers=workers)
    (batch,) = list(loader)
    return [tuple(np.asarray(batch[key][number, 0]) for key in KEYS) for number in range(2)]


@pytest.mark.parametrize("workers", [0, 2])
def test_every_epoch_draws_scars_that_the_pool_has_for_this_very_scan(folder, scans, workers):
    dataset, pool = cached(folder), ScarPool(folder / "pool")
    known = [[pool.sample(scan.image, scan.labels, seed=seed) for seed in range(COUNT)] for scan in scans]
    drawn = [set(), set()]
    for _ in range(4):
        for number, (image, labels) in enumerate(epoch(dataset, workers)):
            equal = [
                seed
                for seed, one in enumerate(known[number])
                if np.array_equal(image, one.image) and np.array_equal(labels, one.labels)
            ]
            assert len(equal) == 1
            drawn[number].update(equal)
    assert all(len(seeds) > 1 for seeds in drawn)


@pytest.mark.parametrize("workers", [0, 2])
def test_the_cache_stays_without_scar(folder, scans, workers):
    dataset = cached(folder)
    epoch(dataset, workers)
    for item, scan in zip(dataset._cache, scans, strict=True):
        assert np.array_equal(np.asarray(item["label"])[0], scan.labels)
        assert np.array_equal(np.asarray(item["image"])[0], scan.image)


@pytest.mark.parametrize("workers", [0, 2])
def test_monais_seed_decides_what_is_drawn(folder, workers):
    found = []
    for seed in (1, 1, 2, 4):
        set_determinism(seed)
        found.append(b"".join(labels.tobytes() for _, labels in epoch(cached(folder), workers)))
    assert found[0] == found[1]
    assert len(set(found)) > 1


def test_what_moves_voxels_comes_after_it(folder, scans):
    flipped = epoch(cached(folder, RandFlipd(KEYS, prob=1, spatial_axis=0)), 0)
    for (_, labels), scan in zip(flipped, scans, strict=True):
        new = np.flip(labels, 0) != scan.labels
        assert new.any()
        assert np.isin(np.flip(labels, 0)[new], (3, 4)).all()


def test_what_was_asked_for_collates_for_all(folder):
    dataset = cached(folder, prob=0.5, out_keys={"mask": "new_scar", "parameters": "how"})
    seen = set()
    for _ in range(8):
        for batch in DataLoader(dataset, batch_size=2):
            scarred = (np.asarray(batch["new_scar"]) > 0).any((1, 2, 3, 4)).tolist()
            assert [how != "{}" for how in batch["how"]] == scarred
            seen.update(scarred)
    assert seen == {True, False}
