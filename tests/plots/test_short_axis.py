"""Slices lie in the display as a cardiologist expects them, however the array lies."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug import LVAnatomy, ScarSynthesizer
from claim_aug.phantom import make_phantom
from claim_aug.plots.preview import plot_preview
from claim_aug.plots.short_axis import DisplayLayout, chosen_slices, find_display_layout, frames

SCAN = make_phantom(5, scar=True, shape=(96, 96, 6), spacing=(1.5, 1.5, 12.0))


def stored(turns, mirrored, axis):
    """The phantom as another scanner would store it: turned, mirrored, slices along another axis."""
    labels = np.rot90(SCAN.labels, turns)
    labels = labels[:, ::-1] if mirrored else labels
    spacing = [1.5, 1.5]
    spacing.insert(axis, 12.0)
    winding = -1 if mirrored else 1
    reference = LVAnatomy.from_labels(SCAN.labels, "phantom", affine=SCAN.affine, spacing=SCAN.spacing)
    return LVAnatomy.from_labels(
        np.moveaxis(labels, 2, axis), "phantom", spacing=spacing, through_plane=axis,
        winding=winding * reference.orientation.winding, base=reference.orientation.base,
    )  # fmt: skip


@pytest.mark.parametrize(("turns", "mirrored", "axis"), [(0, False, 2), (1, False, 2), (2, True, 2), (3, True, 0)])
def test_septum_is_left_and_anterior_is_up_however_the_array_lies(turns, mirrored, axis):
    heart = stored(turns, mirrored, axis)
    (frame,) = frames(heart, [3])
    rows, columns = np.mgrid[: len(frame.places[0]), : len(frame.places[0])] - (len(frame.places[0]) - 1) / 2
    right = {
        name: columns[frame.cut_mask(np.isin(heart.segment, part), heart) > 0.5].mean() for name, part in WALLS.items()
    }
    down = {
        name: rows[frame.cut_mask(np.isin(heart.segment, part), heart) > 0.5].mean() for name, part in WALLS.items()
    }
    assert right["septal"] < -10 < 10 < right["lateral"]
    assert down["anterior"] < -10 < 10 < down["inferior"]
    assert frame.assumed == ""


WALLS = {"anterior": (1, 7, 13), "septal": (2, 3, 8, 9, 14), "inferior": (4, 10, 15), "lateral": (5, 6, 11, 12, 16)}


def test_the_rv_insertion_is_marked_at_the_epicardium_on_the_upper_left():
    heart = stored(1, True, 2)
    (frame,) = frames(heart, [3])
    x, y = frame.insertion
    outline = np.concatenate(frame.outlines(heart.wall | heart.cavity, heart))
    assert np.linalg.norm(outline - (x, y), axis=1).min() < 4
    assert x < 96
    assert y < 96


def test_a_layout_turns_directions_as_it_turns_slices():
    for layout in (
        DisplayLayout(False, (False, False)),
        DisplayLayout(True, (True, False)),
        DisplayLayout(False, (True, True)),
    ):
        plane = np.zeros((9, 9))
        plane[8, 4] = 1  # along the first axis: 0 degrees
        steps = np.stack(np.meshgrid(*[np.arange(9) - 4.0] * 2, indexing="ij"))
        rows, columns = np.rint(np.tensordot(layout.axes(), steps, 1) + 4).astype(int)
        down, right = np.argwhere(plane[rows, columns])[0] - 4
        assert np.cos(np.radians(layout.angle(0))) == pytest.approx(right / 4, abs=1e-9)
        assert np.sin(np.radians(layout.angle(0))) == pytest.approx(-down / 4, abs=1e-9)


def test_what_is_assumed_is_said(ventricle):
    unknown = replace(ventricle, anchor=replace(ventricle.anchor, angle_deg=None, septum_deg=None))
    assert find_display_layout(unknown).assumed == "orientation assumed"
    orientation = replace(ventricle.orientation, winding_source="assumed")
    assert find_display_layout(replace(ventricle, orientation=orientation)).assumed == "left and right assumed"
    assert frames(unknown, [2])[0].insertion is None


def test_slices_are_counted_from_the_base_and_named_by_their_third(ventricle):
    order = range(7) if ventricle.orientation.base == "first" else range(6, -1, -1)
    titles = [frame.title for frame in frames(ventricle, list(order))]
    assert titles[0] == "slice 1 of 7, basal"
    assert [title.rpartition(" ")[2] for title in titles] == sorted(
        (title.rpartition(" ")[2] for title in titles), key=["basal", "mid", "apical"].index
    )


def test_three_slices_are_chosen_spread_over_the_scar(ventricle):
    scar = ventricle.wall & (ventricle.slice_index >= 2)
    chosen = chosen_slices(ventricle, scar)
    assert len(chosen) == 3
    assert min(chosen) >= 2
    assert len(chosen_slices(ventricle, scar & (ventricle.slice_index == 4))) == 3
    assert 4 in chosen_slices(ventricle, scar & (ventricle.slice_index == 4))


@pytest.mark.parametrize("flat", [False, True])
def test_a_preview_says_that_it_is_synthetic(tmp_path, flat):
    from PIL import Image

    image, labels = (SCAN.image[..., 3], SCAN.labels[..., 3]) if flat else (SCAN.image, SCAN.labels)
    known = {} if flat else {"affine": SCAN.affine}
    synthesizer = ScarSynthesizer(labels="phantom", burden=10)
    samples = [synthesizer.sample(image, labels, seed=seed, **known) for seed in range(1 if flat else 3)]
    plot_preview(image, samples, tmp_path / "preview.png", title="$Case_1")
    with Image.open(tmp_path / "preview.png") as picture:
        assert picture.info["Description"] == "SYNTHETIC scar by claim-aug"
        assert picture.width < 2500
