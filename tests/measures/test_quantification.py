"""Scar painted where it is known is measured as it is."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.anatomy.lv import MYOCARDIAL_DENSITY
from claim_aug.data.case import Case
from claim_aug.jobs.quantify import quantify_case, scar_report
from claim_aug.measures.quantification import quantify
from claim_aug.measures.segment_means import MEASURES, scar_counts, segment_means


def measured(anatomy, scar, mvo=None):
    """Quantify a ventricle with the given scar, painted bright but for MVO."""
    mvo = np.zeros_like(scar) if mvo is None else mvo
    anatomy = replace(anatomy, infarct=scar & ~mvo, mvo=scar & mvo)
    image = np.random.default_rng(2).normal(np.where(anatomy.infarct, 300, 100), 10.0)
    return quantify(image, anatomy)


@pytest.mark.parametrize("segment", [1, 4, 8, 13, 16])
def test_a_whole_segment_is_all_scar_and_transmural(ventricle, segment):
    found = measured(ventricle, ventricle.segment == segment)
    row = found.segments[segment - 1]
    assert (row.segment, row.scar_percent, row.transmurality_percent) == (segment, 100, 100)
    assert row.transmurality_class == "76-100"
    assert found.scarred_segments == 1
    assert all(other.scar_percent in (0, None) for other in found.segments if other is not row)


def test_the_inner_half_of_a_segment_is_about_half(ventricle):
    row = measured(ventricle, (ventricle.segment == 10) & (ventricle.transmural < 0.5)).segments[9]
    assert row.scar_percent == pytest.approx(50, abs=12)
    assert row.transmurality_percent == pytest.approx(50, abs=12)
    assert row.transmurality_class in ("26-50", "51-75")


def test_transmurality_counts_scarred_sectors_alone(ventricle):
    narrow = (ventricle.segment == 4) & (ventricle.rotational >= 132) & (ventricle.rotational < 144)
    row = measured(ventricle, narrow).segments[3]
    assert row.transmurality_percent == 100
    assert row.scar_percent < 35


@pytest.mark.parametrize(
    ("share", "name"),
    [(0, "0"), (0.1, "1-25"), (25, "1-25"), (25.1, "26-50"), (50, "26-50"), (75, "51-75"), (75.1, "76-100")],
)
def test_classes_of_transmurality(ventricle, share, name):
    row = measured(ventricle, ventricle.segment == 1).segments[0]
    assert replace(row, transmurality_percent=share).transmurality_class == name


def test_segments_sum_to_the_whole(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine)
    found = quantify(scarred.image[anatomy.box].astype(float), anatomy)
    for part in ("wall", "scar", "mvo"):
        amounts, whole = [getattr(row, part) for row in found.segments], getattr(found, part)
        assert sum(one.voxels for one in amounts) == whole.voxels > 0
        for unit in ("ml", "g", "percent_lv"):
            assert sum(getattr(one, unit) for one in amounts) == pytest.approx(getattr(whole, unit))
    assert found.scar.voxels == found.infarct.voxels + found.mvo.voxels == np.isin(scarred.labels, (3, 4)).sum()
    assert found.wall.percent_lv == 100
    assert found.wall.g == pytest.approx(found.wall.ml * MYOCARDIAL_DENSITY) == pytest.approx(anatomy.mass_g)


def test_mvo_is_a_part_of_the_scar(ventricle):
    row = measured(ventricle, ventricle.segment == 8, mvo=ventricle.transmural < 0.5).segments[7]
    assert row.scar_percent == 100
    assert 30 < row.mvo_percent < 70


def test_rules_agree_with_a_bright_label(ventricle):
    found = measured(ventricle, np.isin(ventricle.segment, (3, 4)))
    by_name = {rule.name: rule for rule in found.rules}
    assert by_name["5SD"].dice > 0.95
    assert by_name["FWHM"].dice > 0.6
    assert by_name["FWHM"].found.percent_lv == pytest.approx(found.scar.percent_lv, abs=1)


def test_without_scar_there_are_zeros_and_no_dice(ventricle):
    found = measured(ventricle, ventricle.wall & False)
    assert (found.scar.voxels, found.scar.ml, found.scar.g, found.scar.percent_lv) == (0, 0, 0, 0)
    assert (found.scarred_segments, found.transmurality_percent) == (0, 0)
    assert {row.transmurality_class for row in found.segments if row.wall.voxels} == {"0"}
    assert all(rule.dice is None for rule in found.rules)
    assert found.rules[-1].found.voxels == 0


def test_without_spacing_there_are_no_volumes(phantom):
    anatomy = LVAnatomy.from_labels(phantom.labels, "phantom")
    found = quantify(phantom.image[anatomy.box].astype(float), anatomy)
    assert found.wall.voxels == (phantom.labels == 2).sum()
    for amount in (found.wall, found.segments[0].wall, found.rules[0].found):
        assert (amount.ml, amount.g) == (None, None)


def test_a_segment_beyond_the_stack_has_no_percentages(ventricle):
    row = measured(ventricle, ventricle.segment == 1).segments[16]
    assert row.wall.voxels == 0
    assert (row.scar_percent, row.mvo_percent, row.transmurality_percent, row.transmurality_class) == (None,) * 4


def test_means_and_counts_over_cases(ventricle):
    cases = [measured(ventricle, np.isin(ventricle.segment, where)).segments for where in ((1,), (1, 7), ())]
    assert segment_means(cases, MEASURES["burden"])[1] == pytest.approx(200 / 3)
    assert segment_means(cases, MEASURES["counts"])[7] == pytest.approx(100 / 3)
    assert 17 not in segment_means(cases, MEASURES["mvo"])
    counts = scar_counts(cases)
    assert (counts[1], counts[7], counts[2], counts[17]) == ((2, 3), (1, 3), (0, 3), (0, 0))


@pytest.mark.realdata
@pytest.mark.filterwarnings("ignore::claim_aug.errors.ClaimAugWarning")
def test_a_real_patient_is_measured_as_labelled(realdata):
    folder = realdata / "emidec" / "nifti" / "Case_P100"
    case = Case.from_files(folder / "Images" / "Case_P100.nii.gz", folder / "Contours" / "Case_P100.nii.gz")
    report = quantify_case(case, case.ventricle("emidec"))
    labels = case.labels
    burden = 100 * np.isin(labels, (3, 4)).sum() / np.isin(labels, (2, 3, 4)).sum()
    assert report["totals"]["scar"]["percent_lv"] == pytest.approx(burden, abs=0.1)
    assert 80 < report["totals"]["lv"]["g"] < 200
    assert report["rules"]["FWHM"]["dice"] > 0.5


def test_a_report_is_the_same_for_a_scan_and_for_any_room_around_its_ventricle(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine)
    tight, _ = anatomy.tight()
    report = scar_report(scarred.image, anatomy)
    assert report == scar_report(scarred.image, tight)
    assert report["totals"]["lv"]["voxels"] == anatomy.wall_voxels


def test_a_slice_has_a_report_too(scarred):
    middle = scarred.labels.shape[2] // 2
    anatomy = LVAnatomy.from_labels(scarred.labels[..., middle], "phantom")
    assert scar_report(scarred.image[..., middle], anatomy)["totals"]["scar"]["voxels"] == anatomy.scar.sum()
