"""What holds for every form in every framework."""

import copy
import json
import pickle

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader

from claim_aug import ScarSynthesizer, seed_worker
from claim_aug.errors import ClaimAugError

SCAR = (3, 4)


def same(first, second):
    """Whether two pairs of image and labels are equal, bit for bit."""
    return all(one.dtype == two.dtype and np.array_equal(one, two) for one, two in zip(first, second, strict=True))


def chain(error):
    """An error and what caused it: MONAI wraps what its transforms raise."""
    while error is not None:
        yield error
        error = error.__cause__


def said(form, transform, data):
    """Our message for data that cannot be used."""
    with pytest.raises(Exception, match=r"\w") as caught:
        form.run(form.compose([transform]), data)
    ours = [error for error in chain(caught.value) if isinstance(error, ClaimAugError)]
    assert ours, caught.value
    return str(ours[0])


def loaded(form, samples, transform, *, workers, seed=0, length=6):
    """Labels of a data set through PyTorch's own loader, in order."""
    torch.manual_seed(seed)
    form.seed(transform, seed)
    loader = DataLoader(samples(form, transform, length), num_workers=workers, worker_init_fn=seed_worker)
    return [batch[0].numpy() for batch in loader]


def test_it_puts_a_scar_into_image_and_labels_and_changes_nothing_else(form):
    transform = form.transform()
    image, labels = form.arrays(form.run(transform, form.data()))
    old_image, old_labels = form.truth
    scar = np.isin(labels, SCAR)
    assert scar.any()
    assert np.array_equal(labels[~scar], old_labels[~scar])
    assert np.array_equal(image[~scar], old_image[~scar])
    assert not np.array_equal(image, old_image)


def test_with_probability_0_the_output_is_the_input(native):
    transform = native.compose([native.gated(0)])
    for _ in range(3):
        assert same(native.arrays(native.run(transform, native.data())), native.arrays(native.data()))


def test_the_frameworks_seed_decides_the_result(form):
    transform = form.transform()
    results = []
    for seed in (1, 1, 2):
        form.seed(transform, seed)
        results.append(form.arrays(form.run(transform, form.data())))
    assert same(results[0], results[1])
    assert not same(results[0], results[2])


def test_the_frameworks_random_state_moves_on_equally_whatever_comes_of_the_gate(native):
    if native.framework == "albumentations":
        pytest.skip("albumentations itself draws no parameters where it passes over")
    results = []
    for p in (0, 1):
        first, second = native.gated(p), native.transform()
        native.seed(first, 1)
        native.seed(second, 1)
        if native.framework == "monai":
            second.set_random_state(state=first.R)
        native.run(first, native.data())
        results.append(native.arrays(native.run(second, native.data())))
    assert same(*results)


def test_two_calls_differ(form):
    transform = form.transform()
    first, second = (form.arrays(form.run(transform, form.data())) for _ in range(2))
    assert not same(first, second)


def test_types_dtypes_and_metadata_are_kept(form):
    before = form.data()
    after = form.run(form.transform(), form.data())
    assert type(after) is type(before)
    for key in ("image", form.label_key):
        assert type(after[key]) is type(before[key])
        value, old = (data[key].data if form.framework == "torchio" else data[key] for data in (after, before))
        assert (value.dtype, value.shape) == (old.dtype, old.shape)
        if hasattr(before[key], "affine"):
            affines = [getattr(data[key].affine, "data", data[key].affine) for data in (after, before)]
            assert np.array_equal(*affines)
        if hasattr(before[key], "meta"):
            assert after[key].meta["filename_or_obj"] == key
    name = after.name if form.framework == "torchio" else after["name"]
    assert name == "Case_3"


def test_the_input_is_not_changed(form):
    data = form.data()
    before = copy.deepcopy(form.arrays(data))
    keys = set(data)
    form.run(form.transform(), data)
    assert same(form.arrays(data), before)
    assert set(data) == keys


def test_two_workers_never_repeat_each_other(form, samples):
    found = loaded(form, samples, form.transform(), workers=2, length=8)
    assert len({labels.tobytes() for labels in found}) == 8


@pytest.mark.parametrize("workers", [0, 2])
def test_a_seed_gives_the_same_epoch_again(form, samples, workers):
    transform = form.transform()
    first, second = (loaded(form, samples, transform, workers=workers, seed=5) for _ in range(2))
    assert all(np.array_equal(*pair) for pair in zip(first, second, strict=True))


def test_a_batch_collates_when_only_some_get_a_scar(native, samples):
    transform = native.gated(0.5, out_keys={"mask": "new_scar", "parameters": "how"})
    native.seed(transform, 1)

    def read(data):
        how = data.how if native.framework == "torchio" else data["how"]
        return {"scar": torch.from_numpy(native.extra(data, "new_scar").copy()), "how": how}

    (batch,) = DataLoader(samples(native, transform, 12, read=read), batch_size=12)
    scarred = batch["scar"].flatten(1).any(1).tolist()
    assert 0 < sum(scarred) < 12
    assert [how != "{}" for how in batch["how"]] == scarred


def test_the_extra_mask_is_the_new_scar_and_the_parameters_are_those_drawn(native):
    transform = native.transform(burden=20, out_keys={"mask": "new_scar", "parameters": "how"})
    data = native.run(native.compose([transform]), native.data())
    mask, (_, labels) = native.extra(data, "new_scar"), native.arrays(data)
    assert mask.dtype == np.uint8
    assert np.array_equal(mask > 0, np.isin(labels, SCAR))
    how = json.loads(data.how if native.framework == "torchio" else data["how"])
    assert how["prior"]["burden"] == 20
    assert how["seed"] >= 0


def test_it_is_small_when_pickled_and_works_after(form):
    transform = form.transform()
    form.run(transform, form.data())
    packed = pickle.dumps(transform)
    assert len(packed) < 10_000
    again = pickle.loads(packed)
    form.seed(transform, 4)
    first = form.arrays(form.run(transform, form.data()))
    form.seed(again, 4)
    assert same(first, form.arrays(form.run(again, form.data())))


@pytest.mark.parametrize("order", ["before", "after", "nested", "twice"])
def test_it_composes_with_spatial_transforms(form, order):
    scar, flip = form.transform(), form.flip()
    pipeline = {
        "before": [scar, flip],
        "after": [flip, scar],
        "nested": [form.compose([flip]), form.compose([scar])],
        "twice": [scar, flip, scar],
    }[order]
    image, labels = form.arrays(form.run(form.compose(pipeline), form.data()))
    old_image, old_labels = (np.flip(array, 0) for array in form.truth)
    scar = np.isin(labels, SCAR)
    assert scar.any()
    if form.framework != "batchgeneratorsv2":  # its flip is drawn
        assert np.array_equal(image[~scar], old_image[~scar])
        assert np.isin(old_labels[scar], (2,)).all()


def test_a_missing_label_map_is_named(form):
    message = said(form, form.transform(), form.without(form.label_key))
    assert "label" in message
    assert "image" in message


def test_labels_on_another_grid_are_refused(form):
    data = form.data()
    if form.framework == "torchio":
        with pytest.raises(Exception, match="shape"):
            data["label"].set_data(data["label"].data[:, :-1])
            form.run(form.transform(), data)
        return
    data[form.label_key] = data[form.label_key][..., :-1]
    with pytest.raises(Exception, match=r"\w") as caught:
        form.run(form.transform(), data)
    # AlbumentationsX compares grids itself, and says "aligned".
    assert any("shape" in str(error) or "aligned" in str(error) for error in chain(caught.value))


def test_a_subject_without_a_ventricle_is_refused_or_kept(form):
    data = form.data()
    if form.framework == "torchio":
        data["label"].set_data(data["label"].data * 0)
    else:
        data[form.label_key] = data[form.label_key] * 0
    assert "myocardium" in said(form, form.transform(), data)
    if form.native:
        result = form.run(form.transform(unusable="keep"), data)
        assert same(form.arrays(result), form.arrays(data))


@pytest.mark.parametrize(
    "wrong", [{"burdn": 20}, {"prior": "smyle"}, {"out_keys": {"masks": "x"}}, {"unusable": "drop"}]
)
def test_a_wrong_setting_is_an_error_when_it_is_made(native, wrong):
    with pytest.raises(ClaimAugError):
        native.transform(**wrong)


def test_a_probability_beyond_1_is_refused(native):
    with pytest.raises(ClaimAugError, match="within 0-1"):
        native.gated(1.5)


def test_every_form_has_the_parameters_of_the_synthesizer(form):
    settings = {"prior": "manual", "segments": (7, 8), "transmurality": 0.5, "generator": "signal", "existing": "keep"}
    if form.framework == "albumentations":
        settings["segments"] = (7, 8, 9, 10, 11, 12)
    _, labels = form.arrays(form.run(form.transform(**settings), form.data()))
    image, old = form.truth
    affine = None if form.framework in ("albumentations", "batchgeneratorsv2") else form.heart.affine
    truth = ScarSynthesizer(labels="phantom", **settings).sample(image, old, affine=affine, seed=0)
    assert np.array_equal(np.isin(labels, SCAR), np.isin(truth.labels, SCAR))


def test_numpys_warnings_as_errors_do_not_stop_it(form):
    transform = form.transform()
    with np.errstate(all="raise"):
        for _ in range(8):
            form.run(transform, form.data())
