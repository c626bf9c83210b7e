"""A crop shows the ventricle at a fixed size and scale."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.anatomy.slices import one_slice
from claim_aug.evaluation.crops import ROOM, lv_crop


@pytest.fixture
def scan(ventricle):
    heart, _ = one_slice(replace(ventricle, infarct=ventricle.wall & (ventricle.segment == 8)), 3)
    return np.random.default_rng(0).normal(np.where(heart.wall, 100, 150), 10.0), heart


def test_image_and_scar_come_at_the_size_asked(scan):
    image, heart = scan
    crop = lv_crop(image, heart, heart.scar, size=48)
    assert (crop.shape, crop.dtype) == ((2, 48, 48), np.float32)
    assert (crop[1].min(), crop[1].max()) == (0, 1)


def test_stretched_pixels_fill_the_crop_as_square_ones_do(scan):
    _, heart = scan
    labels = np.repeat(heart.cavity + 2 * heart.wall, 2, axis=0)
    stretched = LVAnatomy.from_labels(labels, through_plane=2, anterior_insertion=0)
    for one, picture in ((heart, heart.wall), (stretched, stretched.wall)):
        rows, columns = np.nonzero(lv_crop(picture * 1.0, one, one.wall, size=64)[1] > 0.5)
        assert np.ptp(rows) == pytest.approx(64 / ROOM, abs=2)
        assert np.ptp(columns) == pytest.approx(64 / ROOM, abs=2)


def test_the_scale_does_not_depend_on_what_the_scar_shows(scan):
    image, heart = scan
    plain, painted = (lv_crop(one, heart, heart.scar)[0] for one in (image, np.where(heart.scar, 900, image)))
    away = lv_crop(image, heart, heart.scar)[1] == 0
    assert np.array_equal(plain[away], painted[away])
    assert plain[away].mean() == pytest.approx(0, abs=1e-4)


def test_gain_and_offset_of_the_scan_do_not_matter(scan):
    image, heart = scan
    assert np.allclose(lv_crop(image, heart, heart.scar), lv_crop(4 * image - 70, heart, heart.scar), atol=1e-4)
