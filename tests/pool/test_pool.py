"""Drawing from a pool: the same scans as rendering would give, recognised by their labels."""

import pickle
import shutil
from dataclasses import replace

import numpy as np
import pytest
import torch

from claim_aug import ScarPool, ScarSynthesizer
from claim_aug.data.commit import begin
from claim_aug.data.provenance import plain
from claim_aug.errors import EmptyScarError, InputError, LeftoverWarning
from claim_aug.jobs.generate import sample_seed
from claim_aug.jobs.pool import build_pool
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.pool.file import open_patient


def rendered(heart, name):
    """What the synthesizer gives for every scar of the pool."""
    synthesizer = ScarSynthesizer(labels="phantom")
    for replica in range(4):
        seed = sample_seed(0, name, replica)
        yield synthesizer.sample(heart.image, heart.labels, affine=heart.affine, seed=seed)


def test_a_drawn_scan_is_the_rendered_one_bit_for_bit(pool, hearts):
    for name, heart in hearts.items():
        for replica, truth in enumerate(rendered(heart, name)):
            drawn = ScarPool(pool).sample(heart.image, heart.labels, seed=replica)
            for part in ("image", "labels", "infarct", "mvo"):
                assert np.array_equal(getattr(drawn, part), getattr(truth, part)), part
            assert drawn.image.dtype == heart.image.dtype
            assert drawn.seed == truth.seed
            assert drawn.parameters == plain(truth.parameters)


def test_scar_that_was_replaced_is_healed_in_the_drawn_scan_too(tmp_path):
    heart = make_phantom(4, scar=True, shape=(64, 64, 4))
    write_emidec(heart, tmp_path / "scans", "Case_4")
    synthesizer = ScarSynthesizer(labels="phantom", existing="replace", burden=8)
    build_pool(tmp_path / "scans", tmp_path / "pool", synthesizer, count=1, seed=0)
    seed = sample_seed(0, "Case_4", 0)
    truth = synthesizer.sample(heart.image, heart.labels, affine=heart.affine, seed=seed)
    drawn = ScarPool(tmp_path / "pool").sample(heart.image, heart.labels, seed=5)
    assert truth.healed.any()
    for part in ("image", "labels", "infarct", "mvo"):
        assert np.array_equal(getattr(drawn, part), getattr(truth, part)), part


def test_the_seed_chooses_the_scar(pool, hearts):
    heart = hearts["Case_1"]
    drawn = [ScarPool(pool).sample(heart.image, heart.labels, seed=seed).labels.tobytes() for seed in (0, 1, 2, 3, 4)]
    assert len(set(drawn)) == 4
    assert drawn[0] == drawn[4]


@pytest.mark.parametrize("kind", [np.float64, np.int32])
def test_a_scan_is_recognised_whatever_its_dtype_and_channel(pool, hearts, kind):
    heart = hearts["Case_2"]
    drawn = ScarPool(pool).sample(heart.image[None], heart.labels[None].astype(kind), seed=1)
    assert drawn.labels.dtype == kind
    assert drawn.image.shape == (1, *heart.image.shape)
    assert np.isin(drawn.labels, (3, 4)).any()


def test_a_single_slice_is_recognised_and_gets_a_scar_that_reaches_it(pool, hearts):
    heart = hearts["Case_1"]
    whole = [sample.labels for sample in rendered(heart, "Case_1")]
    for plane in range(1, 3):
        image, labels = heart.image[..., plane], heart.labels[..., plane]
        for seed in range(6):
            drawn = ScarPool(pool).sample(image, labels, seed=seed)
            assert drawn.mask(1).any() or drawn.mask(2).any()
            assert any(np.array_equal(drawn.labels, scan[..., plane]) for scan in whole)


def test_a_slice_that_no_scar_reaches_holds_none(tmp_path):
    heart = make_phantom(1, scar=False, shape=(64, 64, 4))
    write_emidec(heart, tmp_path / "scans", "Case_1")
    basal = ScarSynthesizer("manual", labels="phantom", segments=(1, 2))
    build_pool(tmp_path / "scans", tmp_path / "pool", basal, count=1, seed=0)
    (file,) = (tmp_path / "pool").iterdir()
    (reached,) = open_patient(file).touched_slices
    away = next(plane for plane in range(4) if plane not in reached)
    with pytest.raises(EmptyScarError, match=f"none of the scars of Case_1 reaches its slice {away}"):
        ScarPool(tmp_path / "pool").sample(heart.image[..., away], heart.labels[..., away], seed=0)


def test_the_input_is_not_changed(pool, hearts):
    heart = hearts["Case_1"]
    before = heart.image.copy(), heart.labels.copy()
    ScarPool(pool).sample(heart.image, heart.labels, seed=0)
    assert np.array_equal(heart.image, before[0])
    assert np.array_equal(heart.labels, before[1])


def test_another_scan_is_refused_with_what_to_do(pool, hearts):
    heart = hearts["Case_1"]
    with pytest.raises(InputError, match="no scars in .* a pool comes first in a pipeline"):
        ScarPool(pool).sample(heart.image, np.roll(heart.labels, 1, 0), seed=0)
    with pytest.raises(EmptyScarError, match="label map is empty"):
        ScarPool(pool).sample(heart.image, heart.labels * 0, seed=0)


def test_an_image_whose_intensities_have_changed_is_refused(pool, hearts):
    heart = hearts["Case_1"]
    with pytest.raises(InputError, match="image of Case_1 is not as it was"):
        ScarPool(pool).sample(heart.image / 2, heart.labels, seed=0)


def test_an_image_of_two_channels_is_refused(pool, hearts):
    heart = hearts["Case_1"]
    with pytest.raises(InputError, match="one channel"):
        ScarPool(pool).sample(np.stack([heart.image] * 2), heart.labels, seed=0)


def test_it_composes_as_a_synthesizer_does_and_is_small_when_pickled(pool, hearts):
    heart = hearts["Case_1"]
    source = pickle.loads(pickle.dumps(ScarPool(pool)))
    assert len(pickle.dumps(source)) < 1000
    torch.manual_seed(1)
    sample = source({"image": torch.from_numpy(heart.image)[None], "label": torch.from_numpy(heart.labels)[None]})
    assert (sample["label"] > 2).any()


def test_a_folder_without_a_pool_is_refused(tmp_path):
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(InputError, match="claim-aug pool build"):
            ScarPool(folder)


def test_a_file_of_a_pool_is_answered_with_its_folder(pool):
    with pytest.raises(InputError, match=f"give the folder that it lies in, {pool}$"):
        ScarPool(next(pool.iterdir()))


def test_a_pool_that_grows_is_read_again(pool, hearts, tmp_path):
    first, second = sorted(pool.iterdir())
    (tmp_path / first.name).write_bytes(first.read_bytes())
    source, heart = ScarPool(tmp_path), hearts["Case_2"]
    with pytest.raises(InputError, match="no scars in"):
        source.sample(heart.image, heart.labels, seed=0)
    (tmp_path / second.name).write_bytes(second.read_bytes())
    assert source.sample(heart.image, heart.labels, seed=0).labels.max() > 2


def test_a_pool_whose_making_was_cut_off_says_so(pool, tmp_path):
    shutil.copytree(pool, tmp_path / "pool")
    begin(tmp_path / "pool" / ".claim-aug")
    with pytest.warns(LeftoverWarning, match="is not whole: a run on it was killed or still goes on"):
        ScarPool(tmp_path / "pool")


def test_two_images_with_one_contour_are_told_apart(phantom, tmp_path):
    """Magnitude and PSIR of one patient, as many hospitals keep them."""
    psir = replace(phantom, image=phantom.image.max() - phantom.image)
    for scan, name in ((phantom, "P1_mag"), (psir, "P1_psir")):
        write_emidec(scan, tmp_path / "scans", name)
    build_pool(tmp_path / "scans", tmp_path / "pool", ScarSynthesizer(labels="phantom"), count=2, seed=0)
    for scan in (phantom, psir):
        sample = ScarPool(tmp_path / "pool").sample(scan.image, scan.labels, seed=1)
        assert np.array_equal(sample.image[sample.labels == scan.labels], scan.image[sample.labels == scan.labels])
        plane = next(index for index in range(scan.image.shape[2]) if sample.infarct[..., index].any())
        ScarPool(tmp_path / "pool").sample(scan.image[..., plane], scan.labels[..., plane], seed=1)
    with pytest.raises(InputError, match="is not as it was when the pool was built"):
        ScarPool(tmp_path / "pool").sample(phantom.image + 1, phantom.labels, seed=1)
