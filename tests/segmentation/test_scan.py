"""Scar in a labelled wall, and ventricle and scar where nothing is labelled, by the start of the package."""

import numpy as np
import pytest

from claim_aug.anatomy import LabelScheme
from claim_aug.errors import AnatomyError
from claim_aug.measures.dice import dice
from claim_aug.phantom import make_phantom
from claim_aug.segmentation import SHIPPED, load_start, read_segmenter
from claim_aug.segmentation.scan import largest_piece, scar_in_wall, segment_scan, segment_wall, to_labels
from claim_aug.segmentation.windows import CAVITY, INFARCT, MVO, MYOCARDIUM


@pytest.fixture(scope="module")
def start():
    return read_segmenter(SHIPPED)


@pytest.fixture(scope="module")
def scan():
    return make_phantom(11, scar=True, mvo=True)


def test_a_ventricle_is_found_in_a_whole_scan_with_its_scar(start, scan):
    found = segment_scan(start, scan.image, scan.spacing)
    ventricle, scar = np.isin(scan.labels, (1, 2, 3, 4)), np.isin(scan.labels, (3, 4))
    assert found.located
    assert found.classes.shape == scan.image.shape
    assert dice(found.classes > 0, ventricle) > 0.85
    assert dice(found.classes >= INFARCT, scar) > 0.4
    assert found.confidence.dtype == np.float32
    assert 0 <= found.confidence.min() <= found.confidence.max() <= 1


def test_it_is_found_whichever_axis_goes_across_slices_and_whatever_a_pixel_measures(start, scan):
    turned = segment_scan(start, np.moveaxis(scan.image, 2, 0), (scan.spacing[2], *scan.spacing[:2]), through_plane=0)
    straight = segment_scan(start, scan.image, scan.spacing)
    assert np.array_equal(np.moveaxis(turned.classes, 0, 2), straight.classes)
    unknown = segment_scan(start, scan.image, None)
    assert dice(unknown.classes > 0, np.isin(scan.labels, (1, 2, 3, 4))) > 0.7


def test_what_shows_no_ventricle_is_refused(start):
    noise = np.random.default_rng(0).normal(100, 10, (96, 96, 5))
    with pytest.raises(AnatomyError, match=r"no left ventricle was found: .* Give its labels"):
        segment_scan(start, noise, (1.5, 1.5, 10.0))


def test_within_a_labelled_wall_scar_stays_in_the_wall(start, scan):
    from claim_aug import LVAnatomy

    anatomy = LVAnatomy.from_labels(scan.labels, "phantom", spacing=scan.spacing, affine=scan.affine)
    found = segment_wall(start, scan.image, anatomy)
    wall, cavity = anatomy.on_grid(anatomy.wall), anatomy.on_grid(anatomy.cavity)
    assert np.array_equal(found.classes >= MYOCARDIUM, wall)
    assert np.array_equal(found.classes == CAVITY, cavity)
    assert not found.confidence[~wall].any()
    assert dice(found.classes >= INFARCT, anatomy.on_grid(anatomy.scar)) > 0.5
    healed = segment_wall(start, scan.image, anatomy.healed())
    assert np.array_equal(found.classes, healed.classes)  # scar that the labels have is not looked at


def test_in_a_wall_the_likeliest_of_what_a_wall_can_have_wins():
    shares = np.array([0.0, 0.7, 0.1, 0.15, 0.05])[:, None]
    assert scar_in_wall(shares, np.array([True]), 1.0) == INFARCT
    assert scar_in_wall(shares, np.array([True]), 0.5) == MYOCARDIUM
    assert scar_in_wall(shares, np.array([False]), 1.0) == 0


def test_classes_become_values_of_a_scheme():
    classes = np.arange(5, dtype=np.uint8)
    assert to_labels(classes, LabelScheme.parse("emidec")).tolist() == [0, 1, 2, 3, 4]
    own = LabelScheme.parse("cavity=500,myocardium=200,infarct=2221")
    assert to_labels(classes, own).tolist() == [0, 500, 200, 2221, 2221]
    assert MVO == 4


def test_only_the_largest_piece_is_kept():
    mask = np.zeros((10, 10), bool)
    mask[:2, :2] = mask[5:9, 5:9] = True
    assert largest_piece(mask).sum() == 16
    assert not largest_piece(np.zeros((3, 3), bool)).any()


def test_the_start_is_a_network_to_train_on_and_a_copy_each_time():
    one, other = load_start(), load_start()
    assert one.training
    assert all(value.requires_grad for value in one.parameters())
    next(one.parameters()).data.zero_()
    assert next(other.parameters()).any()
    assert next(load_start().parameters()).any()
