"""The wall's coordinates mean what they say."""

import warnings

import numpy as np
import pytest
from scipy import ndimage

from claim_aug import LVAnatomy
from claim_aug.errors import AnatomyError, UnanchoredWarning
from claim_aug.phantom import make_phantom


@pytest.mark.parametrize("seed", range(6))
def test_segments_agree_with_a_phantom_that_knows_them_by_construction(seed):
    phantom = make_phantom(seed, shape=(120, 120, 8), spacing=(1.5, 1.5, 10.0))
    wall = phantom.segments > 0
    found = LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine)
    assert np.mean(found.on_grid(found.segment)[wall] == phantom.segments[wall]) > 0.9
    assert found.anchor.septum_extent_deg == pytest.approx(phantom.parameters.rv_attachment_deg, abs=7)


@pytest.mark.parametrize("seed", range(3))
def test_with_one_insertion_alone_the_septum_is_120_degrees(seed):
    phantom = make_phantom(seed, shape=(120, 120, 8), spacing=(1.5, 1.5, 10.0))
    begins = phantom.anterior_insertion_deg
    given = LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine, anterior_insertion=begins)
    assert given.anchor.source == "landmark"
    turned = given.rotational[np.isin(given.segment, (2, 3, 8, 9))]
    assert 119 < np.ptp(turned) <= 120


def test_depth_runs_from_endocardium_to_epicardium(ventricle):
    ring = ventricle.wall & ventricle.cavity.any((0, 1))
    inner = ring & ndimage.binary_dilation(ventricle.cavity, np.ones((3, 3, 1)))
    outer = ring & ~ndimage.binary_erosion(ventricle.wall | ventricle.cavity, np.ones((3, 3, 1)))
    assert ventricle.transmural[ring].min() >= 0
    assert ventricle.transmural[ring].max() <= 1
    assert ventricle.transmural[inner & ~outer].mean() < 0.25
    assert ventricle.transmural[outer & ~inner].mean() > 0.75
    assert abs(np.median(ventricle.transmural[ring]) - 0.5) < 0.1


def test_level_runs_from_base_to_apex(ventricle):
    levels = ventricle.apicobasal.max((0, 1))
    levels = levels[levels > 0]
    assert np.all(np.diff(levels) < 0)  # the base is the last slice
    assert 0 < levels.min() < 0.2
    assert 0.8 < levels.max() <= 1


def test_outside_the_wall_there_is_nothing(ventricle):
    for layer in (ventricle.transmural, ventricle.rotational, ventricle.apicobasal, ventricle.segment):
        assert not layer[~ventricle.wall].any()
    assert set(np.unique(ventricle.segment[ventricle.wall])) >= set(range(1, 17))


def test_mass_is_volume_times_density(phantom):
    anatomy = LVAnatomy.from_labels(phantom.labels, "phantom", spacing=phantom.spacing)
    wall = np.isin(phantom.labels, (2, 3, 4)).sum()
    assert anatomy.mass_g == pytest.approx(wall * np.prod(phantom.spacing) / 1000 * 1.05)


@pytest.mark.parametrize("spacing", [(1.5, 1.5), (10,), 1.5, (0, 1, 1), (1, 1, 1, 1), (1, np.nan, 1)])
def test_a_spacing_that_is_not_of_every_axis_is_refused(phantom, spacing):
    """Filled up with ones, a stack's mass would be off tenfold."""
    with pytest.raises(AnatomyError, match="spacing needs three positive numbers in mm, got"):
        LVAnatomy.from_labels(phantom.labels, "phantom", spacing=spacing)
    assert LVAnatomy.from_labels(phantom.labels[..., 3], "phantom", spacing=(1.5, 1.5)).spacing == (1.5, 1.5, 1.0)


def test_without_spacing_there_is_no_mass(phantom):
    assert LVAnatomy.from_labels(phantom.labels, "phantom").mass_g is None


def test_without_an_rv_it_is_unanchored_and_says_so_once(phantom):
    labels = np.where(phantom.labels == 5, 0, phantom.labels)
    with pytest.warns(UnanchoredWarning, match="unanchored") as caught:
        anatomy = LVAnatomy.from_labels(labels)
    assert len(caught) == 1
    assert anatomy.anchor.angle_deg is None
    assert (anatomy.anchor.source, anatomy.anchor.confidence) == ("none", 0.0)


def test_a_given_angle_anchors_without_a_warning(phantom):
    labels = np.where(phantom.labels == 5, 0, phantom.labels)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        anatomy = LVAnatomy.from_labels(labels, anterior_insertion=-40, winding=1)
    assert anatomy.anchor.angle_deg == 320


def test_the_rv_label_gives_the_angle_of_the_anterior_insertion(phantom, ventricle):
    turn = (ventricle.anchor.angle_deg - phantom.anterior_insertion_deg + 180) % 360 - 180
    assert abs(turn) < 8
    assert ventricle.anchor.source == "rv_label"
    assert ventricle.anchor.confidence > 0.8


def test_a_cap_beyond_the_cavity_is_segment_17(phantom):
    labels = phantom.labels.copy()
    tip = labels[..., 0]
    tip[tip == 1] = 2
    anatomy = LVAnatomy.from_labels(labels, "phantom")
    assert set(np.unique(anatomy.on_grid(anatomy.segment)[..., 0])) <= {0, 17}
    assert 17 not in np.unique(anatomy.on_grid(anatomy.segment)[..., 1:])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda labels: np.where(labels == 2, 0, labels), "no LV myocardium"),
        (lambda labels: np.where(labels == 1, 0, labels), "no LV cavity"),
        (lambda labels: np.zeros_like(labels), "no LV myocardium"),
        (lambda labels: labels[..., :0], "with voxels in it"),
        (lambda labels: labels[None, None], "shape"),
        (lambda labels: np.where((labels == 2) & (np.cumsum(labels == 2).reshape(labels.shape) > 5), 0, labels), "5 v"),
    ],
)  # fmt: skip
def test_what_is_no_ventricle_is_refused(phantom, change, reason):
    with pytest.raises(AnatomyError, match=reason):
        LVAnatomy.from_labels(change(phantom.labels), "phantom")


@pytest.mark.parametrize("spacing", [(0, 1, 1), (1, -1, 1), (1, np.nan, 1), (1, 1, 1, 1)])
def test_impossible_spacing_is_refused(phantom, spacing):
    with pytest.raises(AnatomyError, match="spacing needs three positive numbers"):
        LVAnatomy.from_labels(phantom.labels, "phantom", spacing=spacing)


def test_the_rv_is_found_in_the_image_where_it_is_not_labelled(phantom):
    labels = np.where(phantom.labels == 5, 0, phantom.labels)
    anatomy = LVAnatomy.from_labels(labels, affine=phantom.affine, image=phantom.image)
    assert anatomy.anchor.source == "image"
    assert abs((anatomy.anchor.angle_deg - phantom.anterior_insertion_deg + 180) % 360 - 180) < 15


def test_an_anchor_can_be_required(phantom):
    labels = np.where(phantom.labels == 5, 0, phantom.labels)
    with pytest.raises(AnatomyError, match="unanchored: there is no RV label, so"):
        LVAnatomy.from_labels(labels, require_anchor=True)
    dull = np.random.default_rng(0).normal(size=labels.shape)
    with pytest.raises(AnatomyError, match="and no RV was found in the image"):
        LVAnatomy.from_labels(labels, require_anchor=True, image=dull)


def test_an_image_of_another_shape_is_refused(phantom):
    with pytest.raises(AnatomyError, match="same grid"):
        LVAnatomy.from_labels(phantom.labels, "phantom", image=phantom.image[1:])


def test_levels_are_cut_perpendicular_to_a_tilted_long_axis(phantom):
    """Shearing the stack tilts its axis; a voxel keeps its place along the axis, not its slice."""
    shift = np.arange(7) * 2  # 3 mm a slice of 11 mm: 15 degrees
    sheared = np.stack([np.roll(phantom.labels[..., k], shift[k] - 6, axis=0) for k in range(7)], -1)
    straight = LVAnatomy.from_labels(phantom.labels, "phantom", spacing=phantom.spacing)
    tilted = LVAnatomy.from_labels(sheared, "phantom", spacing=phantom.spacing)
    middle = tilted.apicobasal[..., 3]
    inside = tilted.wall[..., 3]
    rows = np.broadcast_to(np.arange(inside.shape[0])[:, None], inside.shape)
    assert np.ptp(straight.apicobasal[..., 3][straight.wall[..., 3]]) == 0
    # The centre moves to higher rows towards the base, so at one slice higher rows lie nearer to the base.
    assert np.corrcoef(middle[inside], rows[inside])[0, 1] < -0.99
    assert 0.1 < np.ptp(middle[inside]) < 0.5


def test_an_open_basal_ring_is_not_counted_by_the_thirds(phantom):
    labels = phantom.labels.copy()
    top = labels[..., -1]
    rows, _ = np.nonzero(top == 2)
    top[(top == 2) & (np.arange(top.shape[0])[:, None] < np.median(rows))] = 0
    opened = LVAnatomy.from_labels(labels, "phantom", spacing=phantom.spacing)
    counted = LVAnatomy.from_labels(labels[..., :-1], "phantom", spacing=phantom.spacing)
    assert np.array_equal(opened.on_grid(opened.segment)[..., :-1], counted.on_grid(counted.segment))
    assert opened.apicobasal[..., -1].max() == 0  # the open slice lies at the base
    assert opened.wall[..., -1].any()


@pytest.mark.parametrize(
    ("slices", "known"), [(slice(1, 7), True), (slice(2, 5), True), (slice(3, 5), False), (slice(3, 4), False)]
)
def test_a_few_slices_do_not_tell_their_levels(phantom, slices, known):
    anatomy = LVAnatomy.from_labels(phantom.labels[..., slices], "phantom", spacing=phantom.spacing)
    assert anatomy.apicobasal_known is known


def test_a_stack_without_its_apex_has_no_segment_17(phantom):
    anatomy = LVAnatomy.from_labels(phantom.labels[..., 2:], "phantom", spacing=phantom.spacing)
    assert anatomy.segment_voxels()[17] == 0
    assert anatomy.segment_voxels()[14] > 0
