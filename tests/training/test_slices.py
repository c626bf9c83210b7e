"""What a generator learns from: slices with scar, and patients that stay together."""

import shutil
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from claim_aug import LVAnatomy
from claim_aug.anatomy import LabelScheme
from claim_aug.errors import InputError
from claim_aug.generators.diffusion.control_histogram import histogram
from claim_aug.phantom import make_phantom, write_emidec
from claim_aug.training.slices import FEWEST_VOXELS, controls_of, read_slices, slices_of, split

SCHEME = LabelScheme.parse("phantom")
WINDOW = {"spacing": 2.5, "size": 32}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Two patients with scar and one without."""
    folder = tmp_path_factory.mktemp("dataset")
    for seed, scar in ((0, True), (1, True), (2, False)):
        write_emidec(make_phantom(seed, scar=scar, mvo=scar, shape=(72, 72, 5)), folder, f"Case_{seed}")
    return folder


@pytest.fixture
def own(dataset, tmp_path):
    """A copy that may be changed."""
    return shutil.copytree(dataset, tmp_path / "set")


def rewrite(path, change):
    image = nib.load(path)
    nib.save(nib.Nifti1Image(change(np.asarray(image.dataobj)), image.affine), path)


def test_every_slice_with_scar_is_learnt_from_and_healthy_patients_give_none(dataset):
    found, skipped = read_slices(dataset, SCHEME, **WINDOW)
    assert skipped == []
    assert {example.patient for example in found} == {"Case_0", "Case_1"}
    for seed in (0, 1):
        scan = make_phantom(seed, scar=True, mvo=True, shape=(72, 72, 5))
        scar = np.isin(scan.labels, (3, 4)).sum((0, 1))
        mine = [example for example in found if example.patient == f"Case_{seed}" and not example.remote]
        assert [example.slice_.scar.sum() for example in mine] == [count for count in scar if count >= FEWEST_VOXELS]
        pixel = scan.spacing[0] * scan.spacing[1]
        assert [example.area for example in mine] == pytest.approx(
            [pixel * example.slice_.scar.sum() for example in mine], rel=1e-4
        )


def test_intensities_are_those_of_the_infarct_without_its_mvo(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine, spacing=scarred.spacing)
    image = scarred.image[anatomy.box].astype(float)
    for example in slices_of(image, anatomy, "x", **WINDOW):
        assert example.infarct.size == (example.slice_.scar & ~example.slice_.mvo).sum()
        assert 0.3 < np.median(example.infarct) < 3


def test_a_case_without_ventricle_is_named_and_passed_over(own):
    rewrite(own / "Case_1" / "Contours" / "Case_1.nii.gz", np.zeros_like)
    found, skipped = read_slices(own, SCHEME, **WINDOW)
    assert skipped == ["Case_1"]
    assert {example.patient for example in found} == {"Case_0"}


@pytest.mark.parametrize(
    ("part", "change", "reason"),
    [
        ("Images", lambda a: a[..., :3], "Images/Case_0.nii.gz and Contours/Case_0.nii.gz lie on different grids"),
        ("Images", lambda a: np.where(a > np.median(a), np.nan, a), "Case_0: the image holds .* NaN or infinite"),
        ("Images", lambda a: np.full_like(a, 7), "Case_0: the image is constant over the left ventricle"),
        ("Contours", lambda a: a + np.uint8(40), "Case_0: .*values"),
    ],
)
def test_a_case_that_cannot_be_used_is_named(own, part, change, reason):
    rewrite(own / "Case_0" / part / "Case_0.nii.gz", change)
    with pytest.raises(InputError, match=reason):
        read_slices(own, SCHEME, **WINDOW)


def test_no_scar_in_the_data_is_an_error_that_asks_about_the_scheme(tmp_path):
    write_emidec(make_phantom(0, scar=False, shape=(72, 72, 5)), tmp_path, "Case_0")
    with pytest.raises(InputError, match="no labelled scar to learn from; is .* the right label scheme"):
        read_slices(tmp_path, SCHEME, **WINDOW)


def test_labels_without_images_are_refused(dataset, tmp_path):
    shutil.copy(dataset / "Case_0" / "Contours" / "Case_0.nii.gz", tmp_path)
    with pytest.raises(InputError, match="Case_0 of .* has labels alone; training needs the images too"):
        read_slices(tmp_path, SCHEME, **WINDOW)


def test_a_scheme_that_does_not_fit_says_which_values_it_lacks(dataset):
    with pytest.raises(InputError, match="Case_0: the label map holds the values"):
        read_slices(dataset, LabelScheme.parse("cavity=1,myocardium=2,infarct=3"), **WINDOW)


@given(share=st.floats(0.01, 0.5), seed=st.integers(0, 999))
def test_a_patient_is_on_one_side_only(learnable, share, seed):
    learn, validation = split(learnable, share, seed)
    assert len(learn) + len(validation) == len(learnable)
    names = [{example.patient for example in side} for side in (learn, validation)]
    assert not names[0] & names[1]
    assert names[0] | names[1] == {example.patient for example in learnable}
    assert len(names[1]) == max(1, round(share * 6))


def test_a_split_is_the_seeds(learnable):
    one, again = (split(learnable, 0.3, 5) for _ in range(2))
    assert [p.patient for p in one[1]] == [p.patient for p in again[1]]
    assert len({tuple(sorted({p.patient for p in split(learnable, 0.3, seed)[1]})) for seed in range(9)}) > 1


def test_nobody_is_kept_apart_where_nobody_is_asked_for(learnable):
    assert split(learnable, 0, 0) == (learnable, [])


@pytest.mark.parametrize("share", [-0.1, 0.51, 1.0, float("nan")])
def test_an_impossible_share_is_refused(learnable, share):
    with pytest.raises(InputError, match="share of patients for validation needs to be within 0-0.5"):
        split(learnable, share, 0)


def test_one_patient_cannot_be_kept_apart_from_nobody(learnable):
    alone = [example for example in learnable if example.patient == learnable[0].patient]
    with pytest.raises(InputError, match="validation needs patients of its own, got 1; .*--validation 0"):
        split(alone, 0.1, 0)


def test_every_other_patient_shows_healthy_wall_to_be_painted_as_it_is(dataset):
    found, _ = read_slices(dataset, SCHEME, **WINDOW)
    healthy = [example for example in found if example.remote]
    assert {example.patient for example in healthy} == {"Case_0"}
    labels = make_phantom(0, scar=True, mvo=True, shape=(72, 72, 5)).labels
    assert sum(example.slice_.scar.sum() for example in healthy) < (labels == 2).sum()
    assert not len(controls_of(found).histogram) > len([example for example in found if not example.remote])
    assert all(not example.slice_.mvo.any() for example in healthy)


def test_control_histograms_are_the_slices_own(learnable):
    found = controls_of(learnable)
    names = sorted({example.patient for example in learnable})
    for index, example in enumerate(learnable):
        assert np.array_equal(found.histogram[index], histogram(example.infarct))
        assert names[found.source_patient[index]] == example.patient
        assert found.area[index] == pytest.approx(example.area)
        assert found.noise[index] == pytest.approx(example.slice_.noise)


def test_a_slice_of_mvo_alone_has_no_histogram_to_give(learnable):
    mvo_alone = replace(learnable[0], infarct=np.empty(0))
    assert len(controls_of([mvo_alone, *learnable[1:]]).source_patient) == len(learnable) - 1


def test_mvo_without_any_infarct_is_not_enough_to_learn_from(learnable):
    with pytest.raises(InputError, match="no infarct"):
        controls_of([replace(example, infarct=np.empty(0)) for example in learnable])
