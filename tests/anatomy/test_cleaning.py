"""What cannot belong to a left ventricle is left out and counted, and what lies inside it is inside."""

import warnings

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from claim_aug import LVAnatomy
from claim_aug.errors import LabelError, LabelWarning, SpacingWarning, WindingWarning

CROSS = ndimage.generate_binary_structure(2, 1)[..., None]


def read(phantom, labels, **known):
    return LVAnatomy.from_labels(labels, "phantom", **({"affine": phantom.affine, "spacing": phantom.spacing} | known))


def test_labels_as_they_should_be_raise_no_warning(phantom, ventricle):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        anatomy = read(phantom, phantom.labels)
    assert np.array_equal(anatomy.cavity, ventricle.cavity)


@pytest.mark.parametrize("width", [1, 2])
def test_an_unlabelled_gap_between_cavity_and_wall_is_cavity(phantom, ventricle, width):
    gap = phantom.labels.copy()
    gap[(gap == 1) & ~ndimage.binary_erosion(gap == 1, CROSS, width)] = 0
    anatomy = read(phantom, gap)
    wall = ventricle.on_grid(ventricle.wall)
    depths = [one.on_grid(one.transmural)[wall] for one in (anatomy, ventricle)]
    assert np.abs(depths[0] - depths[1]).max() < 0.05
    assert anatomy.mass_g == ventricle.mass_g


def test_pieces_that_no_cavity_touches_are_left_out_and_counted(phantom, ventricle):
    island = phantom.labels.copy()
    island[-12:-6, -12:-6, 3] = 2
    with pytest.warns(LabelWarning, match="36 labelled voxels lie in pieces"):
        anatomy = read(phantom, island)
    assert np.array_equal(anatomy.on_grid(anatomy.wall), ventricle.on_grid(ventricle.wall))
    assert anatomy.box == ventricle.box


def test_an_rv_that_is_read_as_infarct_is_refused_with_the_schemes_that_fit(phantom):
    with pytest.raises(LabelError, match=r"outside of the wall \(scheme emidec.*another scheme \(phantom, acdc, mnms"):
        LVAnatomy.from_labels(np.where(phantom.labels == 5, 3, phantom.labels), "emidec", spacing=phantom.spacing)


def test_labels_that_were_interpolated_are_refused_or_counted(phantom):
    plane = Image.fromarray(phantom.labels[..., 3].T.astype(np.uint8))
    labels = np.array(plane.resize((224, 224), Image.Resampling.BILINEAR))
    assert np.isin(labels, (3, 4)).sum() > 100
    with pytest.raises(LabelError, match="interpolated"):
        LVAnatomy.from_labels(labels, "phantom")


def test_a_rim_of_cavity_round_the_wall_is_counted(phantom):
    rim = phantom.labels.copy()
    ventricle = np.isin(rim, (1, 2))
    rim[ndimage.binary_dilation(ventricle, CROSS) & (rim == 0)] = 1
    with pytest.warns(LabelWarning, match="lie around the ventricle, not in it"):
        anatomy = read(phantom, rim)
    assert not (anatomy.on_grid(anatomy.cavity) & ~np.isin(phantom.labels, (1, 2))).any()


def test_scar_of_a_real_kind_stays_where_it_is(scarred):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        anatomy = read(scarred, scarred.labels)
    assert np.array_equal(anatomy.on_grid(anatomy.scar), np.isin(scarred.labels, (3, 4)))


@pytest.mark.parametrize("factor", [0.1, 10])
def test_a_heart_of_impossible_size_is_warned_of(phantom, factor):
    spacing = tuple(factor * size for size in phantom.spacing)
    with pytest.warns(SpacingWarning, match=r"the wall would have .* mL, a human one has some 10 to 1000"):
        read(phantom, phantom.labels, spacing=spacing)


def test_a_winding_that_nothing_tells_is_warned_of_and_trusted_less(phantom, ventricle):
    with pytest.warns(WindingWarning, match="nothing tells which way AHA segments run"):
        anatomy = LVAnatomy.from_labels(phantom.labels, "phantom", spacing=phantom.spacing)
    assert anatomy.orientation.winding_source == "assumed"
    assert anatomy.anchor.confidence <= 0.5 < ventricle.anchor.confidence


@pytest.mark.parametrize("value", [2**32 + 2, -(2**31) - 1, 1e12])
def test_a_value_beyond_32_bits_is_no_label(phantom, value):
    labels = phantom.labels.astype(np.float64 if isinstance(value, float) else np.int64)
    labels[0, 0, 0] = value
    with pytest.raises(LabelError, match="which is no label"):
        read(phantom, labels)
