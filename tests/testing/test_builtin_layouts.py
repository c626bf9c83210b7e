"""The built-in layouts and metrics pass the suites that authors of plugins subclass."""

import pytest

from claim_aug.data import input_layouts, output_layouts
from claim_aug.evaluation.metrics import DEFINITIONS
from claim_aug.plugins import builtin
from claim_aug.testing import LayoutTests, MetricTests, OutputLayoutTests, run_suite

#: Files of a folder in each layout that is read: the image of each label map.
FILES = {
    "emidec": {f"P{n}/Contours/P{n}.nii.gz": f"P{n}/Images/P{n}.nii.gz" for n in range(2)},
    "side_by_side": {f"labels/p{n}.png": f"images/p{n}.png" for n in range(2)},
    "nnunet": {f"labelsTr/p{n}.nii.gz": f"imagesTr/p{n}_0000.nii.gz" for n in range(2)},
    "bids": {f"sub-{n}/anat/sub-{n}_LGE_dseg.nii.gz": f"sub-{n}/anat/sub-{n}_LGE.nii.gz" for n in range(2)},
    "myops": {f"myops_{n}_gd.nii.gz": f"myops_{n}_LGE.nii.gz" for n in range(2)},
    "flat": {f"p{n}_labels.nii.gz": f"p{n}.nii.gz" for n in range(2)},
    "alone": {f"p{n}.nii.gz": None for n in range(2)},
    "folders_of_cases": {f"p{n}/mask.nii.gz": f"p{n}/scan.nii.gz" for n in range(2)},
}


def outcomes(suite):
    """What became of each check, all good; ``passed`` or ``skipped``."""
    results = run_suite(suite)
    assert not {one.check: one.detail for one in results if not one.good}
    return {one.check: one.outcome for one in results}


@pytest.mark.parametrize("name", builtin.LAYOUTS)
def test_a_layout_that_is_read_passes(name):
    body = {"find": staticmethod(getattr(input_layouts, name)), "files": FILES[name]}
    skipped = [check for check, what in outcomes(type(name, (LayoutTests,), body)).items() if what == "skipped"]
    assert skipped == (["test_a_case_whose_image_is_gone_is_no_error"] if name == "alone" else [])


@pytest.mark.parametrize("name", builtin.OUTPUT_LAYOUTS)
def test_a_layout_that_is_written_passes(name):
    suite = type(name, (OutputLayoutTests,), {"layout": getattr(output_layouts, name.upper())})
    assert set(outcomes(suite).values()) == {"passed"}


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda one: one.name)
def test_a_metric_passes(definition):
    outcomes(type(definition.name, (MetricTests,), {"definition": definition}))
