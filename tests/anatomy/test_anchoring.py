"""The order of evidence, and landmarks and affines as evidence."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.anatomy.anchoring import INSERTION_RAS
from claim_aug.anatomy.orientation import APEX_RAS
from claim_aug.errors import AnatomyError, UnanchoredWarning


@pytest.fixture
def unlabelled(phantom):
    return np.where(phantom.labels == 5, 0, phantom.labels)


def short_axis_affine(spacing=(1.5, 1.5, 11.0), turn=0.0, flip=1):
    """Slices across the usual long axis, base last; rows turned by some degrees from the insertion's direction."""
    across = -APEX_RAS / np.linalg.norm(APEX_RAS)
    first = INSERTION_RAS - (INSERTION_RAS @ across) * across
    first /= np.linalg.norm(first)
    second = np.cross(across, first)
    angle = np.radians(turn)
    rows = np.cos(angle) * first - np.sin(angle) * second
    columns = flip * (np.sin(angle) * first + np.cos(angle) * second)
    affine = np.eye(4)
    affine[:3, :3] = np.stack([rows, columns, across], axis=1) * spacing
    return affine


def test_a_landmark_goes_before_a_label(phantom):
    anchor = LVAnatomy.from_labels(phantom.labels, "phantom", anterior_insertion=12).anchor
    assert (anchor.source, anchor.angle_deg, anchor.confidence) == ("landmark", 12, 1)


def test_a_label_goes_before_the_image(phantom):
    anchor = LVAnatomy.from_labels(phantom.labels, "phantom", image=phantom.image).anchor
    assert anchor.source == "rv_label"
    assert anchor.septum_deg == pytest.approx(phantom.parameters.septum_deg, abs=6)


def test_a_landmark_may_be_a_voxel(unlabelled, ventricle):
    from scipy import ndimage

    centre = ndimage.center_of_mass(unlabelled[..., 4] == 1)
    point = (centre[0] + 10, centre[1] + 10, 4)
    anatomy = LVAnatomy.from_labels(unlabelled, anterior_insertion=point, spacing=(1.5, 1.5, 11))
    assert anatomy.anchor.angle_deg == pytest.approx(45, abs=0.5)


@pytest.mark.parametrize("landmark", [np.nan, (1, 2), (1, 2, 3, 4), (np.inf, 1, 1)])
def test_a_landmark_that_is_no_place_is_refused(unlabelled, landmark):
    with pytest.raises(AnatomyError, match="needs to be an angle in degrees or a voxel"):
        LVAnatomy.from_labels(unlabelled, anterior_insertion=landmark)


def test_a_landmark_outside_of_the_scan_is_refused_with_the_numbers_that_were_given(unlabelled):
    with pytest.raises(AnatomyError, match=r"at voxel 900, 900, 2 lies outside of the scan of 112 x 112 x 7; voxels"):
        LVAnatomy.from_labels(unlabelled, anterior_insertion=(900, 900, 2))
    with pytest.raises(AnatomyError, match=r"or a voxel \(three numbers\), got 90, 91"):
        LVAnatomy.from_labels(unlabelled, anterior_insertion=(90, 91))


@pytest.mark.parametrize("turn", [0, 50, 200])
def test_an_oblique_affine_says_where_the_insertion_usually_is(unlabelled, turn):
    anchor = LVAnatomy.from_labels(unlabelled, affine=short_axis_affine(turn=turn)).anchor
    assert anchor.source == "affine"
    assert abs((anchor.angle_deg - turn + 180) % 360 - 180) < 1
    assert anchor.confidence < 0.5


def test_an_affine_also_gives_the_winding(unlabelled):
    for flip in (1, -1):
        orientation = LVAnatomy.from_labels(unlabelled, affine=short_axis_affine(flip=flip)).orientation
        assert orientation.winding == -flip
        assert orientation.winding_source == "affine"


@pytest.mark.parametrize(
    "affine",
    [np.diag([-1.0, -1, 1, 1]), np.diag([1.5, 1.5, 11, 1]), np.diag([-1.5, -1.5, 11, 1])],
    ids=["identity", "axis-aligned", "flipped"],
)
def test_an_affine_aligned_with_the_patient_is_not_trusted(unlabelled, affine):
    with pytest.warns(UnanchoredWarning):
        anatomy = LVAnatomy.from_labels(unlabelled, affine=affine, spacing=(1.5, 1.5, 11))
    assert anatomy.anchor.source == "none"
    assert anatomy.orientation.winding_source == "handedness"


def test_an_affine_whose_spacing_contradicts_the_scans_is_not_trusted(unlabelled):
    with pytest.warns(UnanchoredWarning):
        anatomy = LVAnatomy.from_labels(unlabelled, affine=short_axis_affine((1, 1, 1)), spacing=(1.5, 1.5, 11))
    assert anatomy.anchor.source == "none"


def test_slices_along_the_long_axis_are_not_short_axis_ones(unlabelled):
    affine = short_axis_affine()
    affine[:3, :3] = affine[:3, [2, 0, 1]] / [11, 1.5, 1.5] * [1.5, 1.5, 11]
    with pytest.warns(UnanchoredWarning):
        assert LVAnatomy.from_labels(unlabelled, affine=affine).anchor.source == "none"


def test_a_few_slices_of_one_width_take_their_base_from_an_oblique_affine(unlabelled):
    """Two neighbouring slices differ too little in width to tell base from apex."""
    few, affine = unlabelled[..., 4:6], short_axis_affine()
    assert LVAnatomy.from_labels(few, affine=affine).orientation.base == "last"
    turned = affine @ np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, -1, 1], [0, 0, 0, 1]])
    orientation = LVAnatomy.from_labels(few[..., ::-1], affine=turned).orientation
    assert (orientation.base, orientation.base_found) == ("first", True)
    # Turning the stack round turns handedness and base, so segments run as before.
    assert orientation.winding == LVAnatomy.from_labels(few, affine=affine).orientation.winding


def test_a_clear_taper_outweighs_the_affine(unlabelled):
    affine = short_axis_affine()
    assert LVAnatomy.from_labels(unlabelled[..., ::-1], affine=affine).orientation.base == "first"
