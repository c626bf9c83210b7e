"""All metrics over one set of scars, slice by slice."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.errors import InputError
from claim_aug.evaluation.intensity import intensity_distance
from claim_aug.evaluation.scar_set import ScarSet


@pytest.fixture
def scan(scarred):
    anatomy = LVAnatomy.from_labels(scarred.labels, "phantom", affine=scarred.affine, spacing=scarred.spacing)
    return scarred.image[anatomy.box].astype(float), anatomy


def test_every_slice_with_scar_is_judged_once(scan):
    found = ScarSet()
    found.add("one", *scan)
    slices = int(scan[1].scar.any((0, 1)).sum())
    assert len(found.crops) == len(found.intensities) == slices
    assert found.patients == ["one"] * slices
    assert found.segmenter == []
    assert found.every_intensity.size == sum(map(len, found.intensities)) > 0


def test_slices_with_scales_of_their_own_are_judged_alike(scan):
    image, anatomy = scan
    gains = np.linspace(0.5, 2, image.shape[2])
    plain, scaled = ScarSet(), ScarSet()
    plain.add("one", image, anatomy)
    scaled.add("one", image * gains - 30, anatomy)
    assert intensity_distance(plain.every_intensity, scaled.every_intensity) == pytest.approx(0, abs=1e-6)
    assert np.allclose(plain.fwhm, scaled.fwhm)


def test_a_segmenter_is_asked_slice_by_slice(scan):
    found = ScarSet()
    found.add("one", *scan, segment=lambda plane, heart: plane > np.inf)
    assert found.segmenter == [0.0] * len(found.crops)


def test_a_scan_without_scar_is_refused(scan):
    with pytest.raises(InputError, match="one has none labelled; leave it out"):
        ScarSet().add("one", scan[0], scan[1].healed())
