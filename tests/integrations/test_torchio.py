"""What torchio adds: history and replay, export, dictionaries, random choice, batches."""

import json

import numpy as np
import pytest
import torch

torchio = pytest.importorskip("torchio")

from claim_aug import ScarPool  # noqa: E402
from claim_aug.errors import ClaimAugError  # noqa: E402
from claim_aug.integrations.torchio import MAJOR, ScarSynthesizer  # noqa: E402

version_1 = pytest.mark.skipif(MAJOR != 1, reason=f"torchio {torchio.__version__} is not version 1")
version_2 = pytest.mark.skipif(MAJOR < 2, reason=f"torchio {torchio.__version__} is not version 2")


def image(kind, array, affine):
    tensor = torch.from_numpy(array.copy())[None]
    return (
        getattr(torchio, kind)(tensor=tensor, affine=affine)
        if MAJOR == 1
        else getattr(torchio, kind)(tensor, affine=affine)
    )


@pytest.fixture
def subject(heart):
    return torchio.Subject(
        lge=image("ScalarImage", heart.image, heart.affine), seg=image("LabelMap", heart.labels, heart.affine)
    )


@pytest.fixture
def transform():
    return ScarSynthesizer(
        "lge", "seg", labels="phantom", burden=(10, 20), out_keys={"mask": "new", "parameters": "how"}
    )


def equal(first, second, names=("lge", "seg", "new")):
    return all(torch.equal(first[name].data, second[name].data) for name in names)


@version_1
def test_the_history_replays_bit_for_bit(subject, transform):
    flipped = torchio.Compose([transform, torchio.RandomFlip(axes=(0,), flip_probability=1)])(subject)
    assert [name.name for name in flipped.history] == ["SeededScar", "Flip"]
    assert equal(flipped, flipped.get_composed_history()(subject))


@version_1
def test_a_subject_that_was_passed_over_has_no_history(subject):
    assert ScarSynthesizer("lge", "seg", p=0, labels="phantom")(subject).history == []


@version_1
def test_it_is_not_inverted(subject, transform):
    done = torchio.Compose([transform, torchio.RandomFlip(axes=(0,), flip_probability=1)])(subject)
    with pytest.warns(RuntimeWarning, match="SeededScar"):
        back = done.apply_inverse_transform()
    assert np.isin(back["seg"].data.numpy(), (3, 4)).any()


@version_1
def test_it_is_exported_with_every_argument(transform):
    config = transform.to_hydra_config()
    assert config["_target_"].endswith("ScarSynthesizer")
    assert (config["image_key"], config["labels"], config["burden"]) == ("lge", "phantom", [10, 20])
    assert "burden=(10, 20)" in repr(transform)


@version_1
def test_a_dictionary_of_tensors_needs_nothing_more(heart):
    plain = {"lge": torch.from_numpy(heart.image)[None], "seg": torch.from_numpy(heart.labels)[None], "age": 60}
    done = ScarSynthesizer("lge", "seg", labels="phantom")(plain)
    assert isinstance(done, dict)
    assert (done["seg"] > 2).any()
    assert done["age"] == 60


@version_1
def test_the_loader_of_torchio_collates_and_its_batch_can_be_augmented(subject):
    from claim_aug import ScarSynthesizer as Core

    loader = torchio.SubjectsLoader(torchio.SubjectsDataset([subject] * 3), batch_size=3)
    batch = next(iter(loader))
    done = Core(labels="phantom").augment_batch(batch, image_key="lge", label_key="seg", seed=1)
    assert (done["seg"]["data"] > 2).flatten(1).any(1).all()
    assert not (batch["seg"]["data"] == 3).any()


@version_2
def test_the_history_is_json_and_gives_the_same_scar_again(subject, transform):
    done = transform(subject)
    (applied,) = done.applied_transforms
    assert applied.name == "ScarSynthesizer"
    params = json.loads(json.dumps(applied.params))
    batch = torchio.SubjectsBatch.from_subjects([subject])
    assert equal(done, transform.apply_transform(batch, params).unbatch()[0])


@version_2
def test_every_subject_of_a_batch_gets_its_own_scar_and_history(subject):
    transform = ScarSynthesizer("lge", "seg", p=0.5, labels="phantom")
    torch.manual_seed(0)
    done = transform(torchio.SubjectsBatch.from_subjects([subject] * 8)).unbatch()
    scarred = [bool(np.isin(one["seg"].data.numpy(), (3, 4)).any()) for one in done]
    assert 0 < sum(scarred) < 8
    assert [bool(one.applied_transforms) for one in done] == scarred
    assert len({one["seg"].data.numpy().tobytes() for one in done}) == sum(scarred) + 1


@version_2
def test_one_seed_serves_all_when_parameters_are_shared(subject):
    transform = ScarSynthesizer("lge", "seg", per_instance=False, labels="phantom")
    first, second = transform(torchio.SubjectsBatch.from_subjects([subject] * 2)).unbatch()
    assert equal(first, second, ("lge", "seg"))


@version_2
def test_the_batch_of_torchio_2_goes_through_the_synthesizer_as_it_is(subject):
    from claim_aug import ScarSynthesizer as Core

    batch = torchio.SubjectsBatch.from_subjects([subject] * 2)
    done = Core(labels="phantom")(batch)
    assert (done.seg.data > 2).flatten(1).any(1).all()
    assert not (batch.seg.data == 3).any()


@version_2
def test_it_is_exported_with_every_argument_and_its_own_module(transform):
    config = transform.to_hydra()
    assert config["_target_"] == "claim_aug.integrations.torchio.ScarSynthesizer"
    assert (config["image_key"], config["labels"]) == ("lge", "phantom")


def test_one_of_chooses_between_it_and_others(subject, transform):
    torch.manual_seed(0)
    noise = torchio.RandomNoise() if MAJOR == 1 else torchio.Noise(std=0.1)
    choice = torchio.OneOf([ScarSynthesizer("lge", "seg", labels="phantom"), noise])
    scarred = [bool((choice(subject)["seg"].data == 3).any()) for _ in range(12)]
    assert 0 < sum(scarred) < 12


def test_the_wrong_keys_are_answered_with_those_there_are(subject):
    with pytest.raises(ClaimAugError, match=r"no 'image', it has 'lge', 'seg'; .* image_key="):
        ScarSynthesizer(labels="phantom")(subject)


def test_as_it_is_the_synthesizer_asks_which_image_where_there_are_two(subject, heart):
    from claim_aug import ScarSynthesizer as Core

    two = torchio.Subject(lge=subject["lge"], cine=subject["lge"], seg=subject["seg"])
    with pytest.raises(ClaimAugError, match=r"one ScalarImage and one LabelMap, it has 'lge', 'cine' and 'seg'"):
        Core(labels="phantom")(two)


def test_a_pool_stands_where_the_synthesizer_does(subject, heart, tmp_path):
    from claim_aug import ScarSynthesizer as Core
    from claim_aug.jobs.pool import build_pool
    from claim_aug.phantom import write_emidec

    write_emidec(heart, tmp_path / "scans", "Case_3")
    build_pool(tmp_path / "scans", tmp_path / "pool", Core(labels="phantom"), count=3, seed=0)
    transform = ScarSynthesizer("lge", "seg", pool=str(tmp_path / "pool"))
    torch.manual_seed(0)
    assert (transform(subject)["seg"].data == 3).any()
    assert (torchio.Compose([ScarPool(tmp_path / "pool")])(subject)["seg"].data == 3).any()
    with pytest.raises(ClaimAugError, match="leave burden away, or pool"):
        ScarSynthesizer("lge", "seg", pool="pool", burden=20)
