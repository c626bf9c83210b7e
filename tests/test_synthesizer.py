"""The promise: outside the scar the output is the input, bit for bit."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from claim_aug import LVAnatomy, ScarMask, ScarSynthesizer
from claim_aug.errors import AnatomyError, EmptyScarError, InputError, LabelError, PluginError

DTYPES = [np.uint8, np.int16, np.uint16, np.int32, np.float16, np.float32, np.float64]


def sample(synthesizer, phantom, seed=0, image=None, labels=None, **geometry):
    image = phantom.image if image is None else image
    labels = phantom.labels if labels is None else labels
    return synthesizer.sample(image, labels, seed=seed, **({"affine": phantom.affine} | geometry))


@settings(max_examples=40, deadline=None)
@given(
    dtype=st.sampled_from(DTYPES),
    prior=st.sampled_from(["smile", "random"]),
    existing=st.sampled_from(["keep", "replace"]),
    axis=st.integers(0, 2),
    seed=st.integers(0, 2**63 - 1),
)
def test_nothing_changes_outside_the_scar(scarred, dtype, prior, existing, axis, seed):
    image = np.moveaxis(scarred.image / (17 if dtype == np.uint8 else 1), 2, axis).astype(dtype)
    labels = np.moveaxis(scarred.labels, 2, axis)
    before, labels_before = image.copy(), labels.copy()
    made = ScarSynthesizer(prior, labels="phantom", existing=existing).sample(image, labels, seed=seed)
    assert image.tobytes() == before.tobytes()
    assert labels.tobytes() == labels_before.tobytes()
    assert (made.image.dtype, made.image.shape) == (image.dtype, image.shape)
    assert (made.labels.dtype, made.labels.shape) == (labels.dtype, labels.shape)
    assert made.image[~made.changed].tobytes() == image[~made.changed].tobytes()
    assert np.array_equal(made.labels[~made.changed], labels[~made.changed])
    scar = made.infarct | made.mvo
    assert scar.any()
    assert np.isin(labels[scar], (2, 3, 4)).all()
    assert np.isfinite(made.image).all()


def test_labels_match_the_scar_that_was_painted(phantom):
    made = sample(ScarSynthesizer(labels="phantom", burden=25, mvo=0.2), phantom)
    assert np.array_equal(made.labels == 3, made.infarct)
    assert np.array_equal(made.labels == 4, made.mvo)
    assert np.array_equal(np.isin(made.labels, (2, 3, 4)), phantom.labels == 2)
    assert np.median(made.image[made.infarct]) > 2 * np.median(phantom.image[phantom.labels == 2])


def test_one_seed_is_one_sample(phantom):
    synthesizer = ScarSynthesizer(labels="phantom")
    first, again, other = (sample(synthesizer, phantom, seed) for seed in (3, 3, 4))
    assert first.image.tobytes() == again.image.tobytes()
    assert first.parameters == again.parameters
    assert first.image.tobytes() != other.image.tobytes()


def test_global_random_state_is_neither_read_nor_moved(phantom):
    np.random.seed(0)  # noqa: NPY002
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    sample(ScarSynthesizer(labels="phantom"), phantom)
    assert np.array_equal(np.random.get_state()[1], state)  # noqa: NPY002


def test_another_generator_leaves_the_mask_as_it_is(phantom):
    faint, bright = (sample(ScarSynthesizer(labels="phantom", brightness_ratio=level), phantom) for level in (0.7, 1.5))
    assert np.array_equal(faint.infarct, bright.infarct)


def test_existing_scar_is_kept(scarred):
    made = sample(ScarSynthesizer(labels="phantom", existing="keep"), scarred)
    old = np.isin(scarred.labels, (3, 4))
    assert np.array_equal(made.labels[old], scarred.labels[old])
    assert np.array_equal(made.image[old], scarred.image[old])
    assert not made.healed.any()


def test_existing_scar_is_healed_before_new_scar_is_drawn(scarred):
    made = sample(ScarSynthesizer(labels="phantom", existing="replace", burden=10), scarred)
    old = np.isin(scarred.labels, (3, 4))
    gone = old & ~(made.infarct | made.mvo)
    assert (made.healed >= old).all()
    assert np.isin(scarred.labels[made.healed], (2, 3, 4)).all()  # and the wall that it brightens
    assert np.array_equal(made.image[~made.changed], scarred.image[~made.changed])
    assert np.all(made.labels[gone] == 2)
    remote = scarred.image[scarred.labels == 2]
    assert abs(made.image[gone].mean() - remote.mean()) < 0.5 * abs(scarred.image[gone].mean() - remote.mean())


def test_existing_scar_can_be_refused(scarred, phantom):
    with pytest.raises(InputError, match="already has .* voxels of scar"):
        sample(ScarSynthesizer(labels="phantom", existing="refuse"), scarred)
    assert sample(ScarSynthesizer(labels="phantom", existing="refuse"), phantom).infarct.any()


def test_real_scar_is_painted_again_inside_its_own_mask(scarred):
    synthesizer = ScarSynthesizer("manual", labels="phantom", existing="replace", mask=scarred.labels)
    made = sample(synthesizer, scarred)
    assert np.array_equal(made.labels, scarred.labels)
    scar = np.isin(scarred.labels, (3, 4))
    assert np.array_equal(made.image[~scar], scarred.image[~scar])


def test_a_slice_and_channels_keep_their_shapes(phantom):
    synthesizer = ScarSynthesizer(labels="phantom")
    image, labels = phantom.image[..., 4], phantom.labels[..., 4]
    made = synthesizer.sample(image, labels, seed=1)
    assert made.image.shape == made.labels.shape == made.infarct.shape == image.shape
    assert np.array_equal(made.image[~made.changed], image[~made.changed])
    stacked = synthesizer.sample(np.stack([phantom.image, phantom.image]), phantom.labels[None], seed=1)
    assert stacked.image.shape == (2, *phantom.image.shape)
    assert stacked.labels.shape == (1, *phantom.labels.shape)
    assert np.array_equal(stacked.image[:, ~stacked.changed], np.stack([phantom.image[~stacked.changed]] * 2))


def test_a_ready_anatomy_gives_the_same_sample(phantom):
    synthesizer = ScarSynthesizer(labels="phantom")
    anatomy = synthesizer.anatomy(phantom.labels, affine=phantom.affine)
    ready = synthesizer.sample(phantom.image, phantom.labels, seed=5, anatomy=anatomy)
    assert ready.image.tobytes() == sample(synthesizer, phantom, 5).image.tobytes()


def test_an_anatomy_of_another_scan_is_refused(phantom):
    anatomy = LVAnatomy.from_labels(phantom.labels[..., 1:], "phantom")
    with pytest.raises(InputError, match="the anatomy is of a scan of shape"):
        ScarSynthesizer(labels="phantom").sample(phantom.image, phantom.labels, seed=0, anatomy=anatomy)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_a_slice_with_a_thin_axis_is_a_slice(phantom, axis):
    image, labels = (np.expand_dims(array[..., 4], axis) for array in (phantom.image, phantom.labels))
    made = ScarSynthesizer(labels="phantom").sample(image, labels, seed=1)
    assert made.image.shape == image.shape
    assert made.anatomy.orientation.through_plane == axis
    assert made.infarct.any()


def test_it_is_clean_under_strict_floating_point_and_warnings(scarred):
    with np.errstate(all="raise", under="ignore"), warnings.catch_warnings():
        warnings.simplefilter("error")
        for seed in range(6):
            for existing in ("keep", "replace"):
                sample(ScarSynthesizer(labels="phantom", existing=existing), scarred, seed)


def test_parameters_say_what_was_drawn_and_what_became_of_it(phantom):
    made = sample(ScarSynthesizer(labels="phantom", burden=20), phantom, seed=2)
    assert made.parameters["prior"]["burden"] == 20
    assert made.parameters["realised"]["burden_percent"] == pytest.approx(20, abs=1)
    assert made.parameters["generator"]["generator"] == "signal"
    assert made.seed == 2


def test_without_an_anchor_the_scar_may_be_anywhere_round_the_wall(phantom):
    labels = np.where(phantom.labels == 5, 0, phantom.labels)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        anatomy = LVAnatomy.from_labels(labels)
    made = [ScarSynthesizer().sample(phantom.image, labels, seed=seed, anatomy=anatomy) for seed in range(30)]
    drawn = [one.parameters["prior"] for one in made]
    angles = np.radians([prior["front"]["sources"][0]["rotational"] for prior in drawn])
    assert abs(np.exp(1j * angles).mean()) < 0.6
    assert {prior["territory"] for prior in drawn} == {None}


def test_it_pickles_small_and_works_again(phantom):
    synthesizer = ScarSynthesizer(labels="phantom", burden=(5, 30))
    packed = pickle.dumps(synthesizer)
    assert len(packed) < 10_000
    assert sample(pickle.loads(packed), phantom).image.tobytes() == sample(synthesizer, phantom).image.tobytes()


@pytest.mark.parametrize(
    ("arguments", "error", "reason"),
    [
        ({"prior": "smiel"}, PluginError, "unknown prior 'smiel'; did you mean 'smile'"),
        ({"generator": "signol"}, PluginError, "unknown generator 'signol'; did you mean 'signal'"),
        ({"burdn": 20}, InputError, "no.* parameter 'burdn'; did you mean 'burden'|parameter 'burdn'"),
        ({"prior": "random", "territory": "LAD"}, InputError, "parameter 'territory'"),
        ({"existing": "heal"}, InputError, "existing needs to be one of keep, replace, refuse"),
        ({"burden": 200}, InputError, "burden needs a number"),
    ],
)
def test_a_wrong_configuration_is_refused_at_once(arguments, error, reason):
    with pytest.raises(error, match=reason):
        ScarSynthesizer(**arguments)


@pytest.mark.parametrize(
    ("change", "error", "reason"),
    [
        (lambda image, labels: (image[..., :3], labels), InputError, "same grid"),
        (lambda image, labels: (np.where(labels == 1, np.nan, image), labels), InputError, "NaN or infinite"),
        (lambda image, labels: (image + 1j, labels), InputError, "real numbers"),
        (lambda image, labels: (np.full_like(image, 5), labels), InputError, "constant over the left ventricle"),
        (lambda image, labels: (image, labels + 20), LabelError, "holds the values"),
        (lambda image, labels: (image, labels * 1.0001), LabelError, "not whole numbers"),
        (lambda image, labels: (image[..., :0], labels[..., :0]), AnatomyError, "voxels in it"),
    ],
)
def test_input_that_cannot_be_used_is_refused(phantom, change, error, reason):
    image, labels = change(phantom.image, phantom.labels)
    with pytest.raises(error, match=reason):
        ScarSynthesizer(labels="phantom").sample(image, labels, seed=0)


@pytest.mark.parametrize("seed", [-1, 1.5, "7", None, True])
def test_a_seed_that_is_no_whole_number_is_refused(phantom, seed):
    with pytest.raises(InputError, match="seed needs to be a whole number from 0"):
        sample(ScarSynthesizer(labels="phantom"), phantom, seed)


def test_something_that_is_no_prior_is_refused():
    with pytest.raises(InputError, match="prior needs to be a name or an object with the method 'sample', got 3"):
        ScarSynthesizer(3)


def test_single_precision_spacing_gives_the_same_sample_as_the_affine(phantom):
    affine = np.diag([1.4583334, 1.4583334, 10, 1])
    synthesizer = ScarSynthesizer(labels="phantom")
    one = synthesizer.sample(phantom.image, phantom.labels, affine=affine, seed=1)
    two = synthesizer.sample(
        phantom.image, phantom.labels, affine=affine, spacing=np.float32([1.4583334, 1.4583334, 10]), seed=1
    )
    assert one.image.tobytes() == two.image.tobytes()


class Outside:
    """A prior that breaks its contract."""

    def sample(self, anatomy, rng):
        return ScarMask(anatomy.cavity, np.zeros_like(anatomy.cavity))


class Nothing:
    """A prior that draws nothing."""

    def sample(self, anatomy, rng):
        return ScarMask(np.zeros_like(anatomy.cavity), np.zeros_like(anatomy.cavity))


@pytest.mark.parametrize(("prior", "reason"), [(Outside(), "broke its contract"), (Nothing(), "empty scar")])
def test_a_prior_is_held_to_its_contract(phantom, prior, reason):
    with pytest.raises((PluginError, EmptyScarError), match=reason):
        sample(ScarSynthesizer(prior, labels="phantom"), phantom)


def test_a_ventricle_that_is_all_scar_has_no_room(phantom):
    labels = np.where(phantom.labels == 2, 3, phantom.labels)
    for prior in ("smile", "random"):
        with pytest.raises(InputError, match="no healthy myocardium left"):
            sample(ScarSynthesizer(prior, labels="phantom"), phantom, labels=labels)
    assert sample(ScarSynthesizer(labels="phantom", existing="replace"), phantom, labels=labels).infarct.any()


def test_one_hot_labels_are_refused_with_what_to_hand_over(phantom):
    one_hot = np.stack([phantom.labels == value for value in range(6)]).astype(np.uint8)
    with pytest.raises(InputError, match=r"if they are one-hot, .* hand over labels.argmax\(0\)"):
        ScarSynthesizer(labels="phantom").sample(phantom.image, one_hot, seed=1)


def test_labels_that_scar_covers_or_cannot_be_written_in_are_noted(phantom):
    myops = np.select([phantom.labels == 1, phantom.labels == 2, phantom.labels == 5], [500, 200, 600], 0)
    myops[(phantom.labels == 2) & (phantom.segments == 7)] = 1220  # oedema
    sample = ScarSynthesizer(labels="myops", segments=(7,), mvo=0.1, burden=5).sample(
        phantom.image, myops, affine=phantom.affine, seed=1
    )
    note = sample.parameters["note"]
    covered = int(((sample.infarct | sample.mvo) & (myops == 1220)).sum())
    assert f"{int(sample.mvo.sum())} voxels of MVO are labelled infarct: myops has no value for MVO" in note
    assert f"{covered} voxels labelled 1220 are labelled scar now" in note


def test_what_an_integer_image_cannot_hold_is_noted(phantom):
    image = np.clip(255 * phantom.image / np.percentile(phantom.image[phantom.labels == 1], 20), 0, 255)
    sample = ScarSynthesizer(labels="phantom", brightness_ratio=3.0, burden=10).sample(
        image.astype(np.uint8), phantom.labels, affine=phantom.affine, seed=1
    )
    assert "voxels of scar are brighter or darker than uint8 can hold" in sample.parameters["note"]
