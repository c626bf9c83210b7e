"""Scars on a batch in the main process."""

import json

import numpy as np
import pytest
import torch

from claim_aug import ScarSynthesizer
from claim_aug.adapters.batch import augment_elements
from claim_aug.adapters.keys import Keys
from claim_aug.errors import InputError
from claim_aug.phantom import make_phantom


@pytest.fixture(scope="module")
def batch():
    """Three hearts on one grid."""
    hearts = [make_phantom(seed, scar=False, shape=(64, 64, 4)) for seed in range(3)]
    return {
        "image": torch.from_numpy(np.stack([heart.image for heart in hearts]))[:, None],
        "label": torch.from_numpy(np.stack([heart.labels for heart in hearts]))[:, None],
        "affine": torch.from_numpy(np.stack([heart.affine for heart in hearts])),
        "name": ["a", "b", "c"],
    }


@pytest.fixture(scope="module")
def synthesizer():
    return ScarSynthesizer(labels="phantom")


def test_every_element_gets_its_own_scar(synthesizer, batch):
    done = synthesizer.augment_batch(batch, seed=0)
    assert (done["label"] == 3).flatten(1).any(1).all()
    changed = done["label"] != batch["label"]
    assert len({element.numpy().tobytes() for element in changed}) == 3
    assert not (batch["label"] == 3).any()
    assert done["name"] is batch["name"]
    assert (done["image"].dtype, done["label"].dtype) == (batch["image"].dtype, batch["label"].dtype)


def test_a_seed_decides_and_so_does_pytorchs_where_there_is_none(synthesizer, batch):
    def labels(**settings):
        return synthesizer.augment_batch(batch, **settings)["label"]

    assert torch.equal(labels(seed=1), labels(seed=1))
    assert not torch.equal(labels(seed=1), labels(seed=2))
    torch.manual_seed(1)
    first = labels()
    torch.manual_seed(1)
    assert torch.equal(first, labels())


def test_elements_are_passed_over_one_by_one_and_still_have_every_entry(synthesizer, batch):
    done = synthesizer.augment_batch(batch, seed=1, p=0.5, out_keys={"mask": "new", "parameters": "how"})
    scarred = (done["new"] > 0).flatten(1).any(1).tolist()
    assert 0 < sum(scarred) < 3
    assert [bool(json.loads(how)) for how in done["how"]] == scarred
    assert torch.equal(done["label"][~torch.tensor(scarred)], batch["label"][~torch.tensor(scarred)])


def test_an_element_without_a_ventricle_is_refused_or_kept(synthesizer, batch):
    label = batch["label"].clone()
    label[1] = 0
    with pytest.raises(InputError, match="myocardium"):
        synthesizer.augment_batch(batch | {"label": label}, seed=0)
    done = synthesizer.augment_batch(batch | {"label": label}, seed=0, unusable="keep")
    assert (done["label"] == 3).flatten(1).any(1).tolist() == [True, False, True]


def test_arrays_and_slices_do_as_well(synthesizer, batch):
    arrays = {key: batch[key][..., 2].numpy() for key in ("image", "label")}
    done = synthesizer.augment_batch(arrays, seed=0)
    assert isinstance(done["image"], np.ndarray)
    assert done["label"].shape == arrays["label"].shape
    assert (done["label"] == 3).any()


def test_tensors_of_monai_keep_the_metadata_of_every_element(synthesizer, batch):
    """MONAI's engines take a batch apart again, and write with what they find."""
    data = pytest.importorskip("monai.data")
    items = [
        {
            "image": data.MetaTensor(image, affine=affine * (1 + number), meta={"filename_or_obj": f"{number}.nii"}),
            "label": data.MetaTensor(label, affine=affine * (1 + number)),
        }
        for number, (image, label, affine) in enumerate(
            zip(*(batch[k] for k in ("image", "label", "affine")), strict=True)
        )
    ]
    done = synthesizer.augment_batch(data.list_data_collate(items), seed=0, out_keys={"mask": "new"})
    for before, after in zip(items, data.decollate_batch(done), strict=True):
        for key in ("image", "label"):
            assert torch.equal(after[key].affine, before[key].affine)
        assert torch.equal(after["new"].affine, before["label"].affine)
        assert after["image"].meta["filename_or_obj"] == before["image"].meta["filename_or_obj"]


def test_what_was_made_of_each_element_is_handed_back_beside_the_batch(synthesizer, batch):
    done = augment_elements(synthesizer, batch, Keys("image", "label"), p=0.5, seed=1)
    assert torch.equal(done.batch["image"], synthesizer.augment_batch(batch, p=0.5, seed=1)["image"])
    changed = (done.batch["label"] != batch["label"]).flatten(1).any(1).tolist()
    assert [one.sample is not None for one in done.written] == changed
    assert 0 < sum(changed) < 3
    assert [scan.labels.tolist() for scan in done.scans] == batch["label"][:, 0].tolist()


def test_keys_and_shapes_that_do_not_fit_are_refused(synthesizer, batch):
    with pytest.raises(InputError, match=r"no 'seg', it has 'image', 'label', 'affine', 'name'"):
        synthesizer.augment_batch(batch, label_key="seg")
    with pytest.raises(InputError, match=r"images \(B, C, \*grid\) and labels"):
        synthesizer.augment_batch(batch | {"label": batch["label"][:2]})
    with pytest.raises(InputError, match="within 0-1"):
        synthesizer.augment_batch(batch, p=2)
    with pytest.raises(InputError, match="needs an image under one of"):
        synthesizer.augment_batch({"x": batch["image"], "label": batch["label"]})
    with pytest.raises(InputError, match="needs to be a dictionary such as .*, got tuple$"):
        synthesizer.augment_batch((batch["image"], batch["label"]))


def test_an_element_whose_wall_is_full_of_scar_is_kept_where_that_is_asked_for(synthesizer, batch):
    label = batch["label"].clone()
    label[0][label[0] == 2] = 3
    with pytest.raises(InputError, match="scar"):
        synthesizer.augment_batch(batch | {"label": label}, seed=0)
    done = synthesizer.augment_batch(batch | {"label": label}, seed=0, unusable="keep")
    assert torch.equal(done["label"][0], label[0])
    assert (done["label"][1:] == 3).flatten(1).any(1).all()
