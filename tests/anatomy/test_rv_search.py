"""The RV found in the image: near the truth, the same however the array is turned, and silent where there is none."""

from dataclasses import dataclass, replace
from pathlib import Path

import nibabel as nib
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.anchor import UNANCHORED, Anchor, anchor_from_rv, turn_between
from claim_aug.anatomy.labels import SCHEMES, LabelScheme
from claim_aug.anatomy.rv_search import find_rv
from claim_aug.anatomy.wall import cavity_centres
from claim_aug.phantom import make_phantom

SEEDS = range(6)


@dataclass(frozen=True)
class Stack:
    """A scan as the search gets it, slices first; labels are those of the scheme."""

    image: NDArray[np.float64]
    labels: NDArray[np.int32]
    scheme: LabelScheme
    spacing: tuple[float, float]
    winding: int = -1

    def found(self) -> Anchor:
        masks = self.scheme.read(self.labels)
        centres = cavity_centres(masks.cavity, masks.wall)
        return find_rv(self.image, masks.cavity, masks.wall, masks.scar, centres, self.spacing, winding=self.winding)

    def labelled(self) -> Anchor:
        masks = self.scheme.read(self.labels)
        centres = cavity_centres(masks.cavity, masks.wall)
        return anchor_from_rv(masks.rv, masks.wall, centres, self.spacing, winding=self.winding)


def phantom_stack(seed: int) -> Stack:
    phantom = make_phantom(seed)
    image, labels = (np.moveaxis(array, 2, 0) for array in (phantom.image, phantom.labels))
    return Stack(image.astype(np.float64), labels.astype(np.int32), SCHEMES["phantom"], phantom.spacing[:2])


def error_deg(anchor: Anchor, truth: float | None) -> float:
    assert anchor.angle_deg is not None
    assert truth is not None
    return abs(float(turn_between(np.array(anchor.angle_deg), truth)))


@pytest.fixture(scope="module", params=SEEDS)
def stack(request: pytest.FixtureRequest) -> Stack:
    return phantom_stack(request.param)


def test_finds_the_insertion_without_its_label(stack: Stack) -> None:
    anchor = stack.found()
    assert anchor.source == "image"
    assert 0.5 <= anchor.confidence <= 1
    assert error_deg(anchor, stack.labelled().angle_deg) <= 15


def test_finds_an_rv_much_darker_than_the_left_ventricle(stack: Stack) -> None:
    rv = ndimage.gaussian_filter((stack.labels == 5).astype(float), (0, 0.7, 0.7))
    drop = 0.4 * (np.median(stack.image[stack.labels == 1]) - np.median(stack.image[stack.labels == 2]))
    assert error_deg(replace(stack, image=stack.image - drop * rv).found(), stack.labelled().angle_deg) <= 15


def test_turning_the_array_turns_the_answer_with_it(stack: Stack) -> None:
    turned = replace(
        stack,
        image=np.rot90(stack.image, axes=(1, 2)),
        labels=np.rot90(stack.labels, axes=(1, 2)),
        spacing=stack.spacing[::-1],
    )
    # rot90 takes the second in-plane axis onto the first, reversed.
    assert error_deg(turned.found(), stack.found().angle_deg + 90) < 0.1


@pytest.mark.parametrize(("axis", "mirrored"), [(1, lambda angle: 180 - angle), (2, lambda angle: -angle)])
def test_a_mirrored_array_gives_the_mirrored_angle(stack: Stack, axis: int, mirrored) -> None:
    flipped = replace(
        stack, image=np.flip(stack.image, axis), labels=np.flip(stack.labels, axis), winding=-stack.winding
    )
    assert error_deg(flipped.found(), mirrored(stack.found().angle_deg)) < 0.1


@pytest.mark.parametrize("oblique", [30, 60])
def test_an_oblique_turn_moves_the_answer_by_a_few_degrees_at_most(stack: Stack, oblique: int) -> None:
    square = ndimage.zoom(stack.image, (1, stack.spacing[0], stack.spacing[1]), order=1)
    labels = ndimage.zoom(stack.labels, (1, stack.spacing[0], stack.spacing[1]), order=0)
    upright = replace(stack, image=square, labels=labels, spacing=(1.0, 1.0))
    turned = replace(
        upright,
        image=ndimage.rotate(square, oblique, axes=(1, 2), order=1, mode="nearest"),
        labels=ndimage.rotate(labels, oblique, axes=(1, 2), order=0),
    )
    assert error_deg(turned.found(), upright.found().angle_deg + oblique) <= 8


@pytest.mark.parametrize("texture_mm", [0.0, 2.0])
def test_does_not_guess_where_only_lung_surrounds_the_ventricle(stack: Stack, texture_mm: float) -> None:
    ventricle = np.isin(stack.labels, (1, 2, 3, 4))
    wall = np.median(stack.image[stack.labels == 2])
    contrast = np.median(stack.image[stack.labels == 1]) - wall
    noise = np.random.default_rng(0).standard_normal(stack.image.shape)
    noise = ndimage.gaussian_filter(noise, (0, texture_mm, texture_mm))
    lung = wall - 0.3 * contrast + 0.3 * contrast * noise / noise.std()
    assert replace(stack, image=np.where(ventricle, stack.image, lung)).found() == UNANCHORED


def test_does_not_guess_on_an_image_without_contrast(stack: Stack) -> None:
    assert replace(stack, image=np.zeros_like(stack.image)).found() == UNANCHORED


@pytest.mark.realdata
@pytest.mark.parametrize("frame", ["01", "14"])
def test_agrees_with_the_rv_label_of_a_cine_scan(realdata: Path, frame: str) -> None:
    name = realdata / "acdc" / "patient101" / f"patient101_frame{frame}"
    scan, truth = nib.load(f"{name}.nii.gz"), nib.load(f"{name}_gt.nii.gz")
    image, labels = (np.moveaxis(np.asarray(file.dataobj), 2, 0) for file in (scan, truth))
    rows, columns = (float(size) for size in scan.header.get_zooms()[:2])
    stack = Stack(image.astype(np.float64), labels.astype(np.int32), SCHEMES["acdc"], (rows, columns))
    assert error_deg(stack.found(), stack.labelled().angle_deg) <= 15
