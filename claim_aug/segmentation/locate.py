"""Where the left ventricle is in a scan that nobody labelled."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import ndimage
from torch import nn

from claim_aug.anatomy.roi import Roi
from claim_aug.errors import AnatomyError
from claim_aug.segmentation.predict import VIEWS, class_shares
from claim_aug.segmentation.unet import logits_of
from claim_aug.segmentation.windows import BACKGROUND, CAVITY, SIDE, SPACING, normalised

Planes = NDArray[np.float64]
#: Sizes of a pixel in mm that are tried where the scan does not say: those of LGE slices.
PIXELS = (0.9, 1.15, 1.4, 1.7, 2.1)
TYPICAL = (1.4, 1.4)
#: Times that windows are laid anew around what was found in them.
ROUNDS = 3
#: Slices of the stack's middle by which the ventricle is looked for in the first place.
MIDDLE = 3
#: Least area of a ventricle in a slice, mm2, and share of its cavity that the wall encloses in a slice that counts.
SMALLEST_MM2, CLOSED = 300.0, 0.7
#: Half of a gap in the wall that still counts as closed, in pixels of a window.
GAP = 3
#: Share of the slices of a scan that need to show a closed wall; fewer, and what was found is no ventricle.
FEWEST = 0.2
#: Places in a slice that are looked at more closely.
CANDIDATES = 2
#: Radius of a ventricle in mm, over which evidence for one is summed.
RADIUS_MM = 15.0


@dataclass(frozen=True)
class Located:
    """Where the ventricle lies.

    Attributes:
        windows: window around the ventricle for every slice.
        shown: mask of the slices that show the ventricle, (slices,).
        closed: share of each slice's cavity that its wall encloses, (slices,), 0-1.
        evidence: sum over slices of ``closed`` times the mean of the largest class share within the ventricle.
    """

    windows: tuple[Roi, ...]
    shown: NDArray[np.bool_]
    closed: NDArray[np.float64]
    evidence: float


def locate(network: nn.Module, planes: Planes, pixel: tuple[float, float] | None) -> Located:
    """Find the left ventricle.

    Args:
        network: segmenter from windows to logits.
        planes: intensities, (slices, rows, columns), any units.
        pixel: height and width of a pixel in mm; sizes that LGE slices have are tried where ``None``.

    Raises:
        AnatomyError: a scan in which too few slices show a closed wall.
    """
    start = max((len(planes) - MIDDLE) // 2, 0)
    middle = planes[start : start + MIDDLE]
    centres = _likely_centres(network, middle, np.array(TYPICAL if pixel is None else pixel))
    sizes = [np.array((size, size)) for size in PIXELS] if pixel is None else [np.array(pixel)]
    pairs = itertools.product(sizes, centres)
    size, centre = max(pairs, key=lambda pair: _around(network, middle, *pair).evidence)
    found = _around(network, planes, size, centre)
    count = int((found.closed >= CLOSED).sum())
    if count < max(1, FEWEST * len(planes)):
        msg = (
            f"no left ventricle was found: a closed wall shows in {count} of {len(planes)} slices; is it a short-axis "
            "LGE scan? Give its labels to say where the ventricle is"
        )
        raise AnatomyError(msg)
    return found


def _around(network: nn.Module, planes: Planes, pixel: NDArray[np.float64], centre: NDArray[np.float64]) -> Located:
    rois = [Roi(centre, np.diag(SPACING / pixel), SIDE) for _ in planes]
    for _ in range(ROUNDS):
        shares = class_shares(network, cut_planes(planes, rois), VIEWS[:1])
        ventricle = 1 - shares[:, BACKGROUND] > 0.5
        shown = ventricle.sum((1, 2)) * SPACING**2 > SMALLEST_MM2
        if not shown.any():
            break
        moves = np.array([_centre_of(mask) - (SIDE - 1) / 2 if mask.any() else (0, 0) for mask in ventricle])
        centres = np.array([roi.centre + roi.axes @ move for roi, move in zip(rois, moves, strict=True)])
        centres = _smooth(centres, shown)
        rois = [replace(roi, centre=own) for roi, own in zip(rois, centres, strict=True)]
    closed = np.array([_closed(share.argmax(0)) for share in shares]) * shown
    largest = shares.max(1)
    sure = (largest * ventricle).sum((1, 2)) / np.maximum(ventricle.sum((1, 2)), 1)
    return Located(tuple(rois), shown, closed, float((closed * sure).sum()))


def cut_planes(planes: Planes, rois: list[Roi] | tuple[Roi, ...]) -> NDArray[np.float32]:
    """A window of mean 0 and SD 1 for every slice, (slices, 1, side, side)."""
    cut = [
        normalised(ndimage.map_coordinates(plane, roi.voxels(), order=1, mode="nearest"))
        for plane, roi in zip(planes, rois, strict=True)
    ]
    return np.stack(cut)[:, None].astype(np.float32)


@torch.no_grad()
def _likely_centres(network: nn.Module, planes: Planes, pixel: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """The voxels around which the network sees most of a ventricle when it is shown whole slices."""
    whole = np.stack([ndimage.zoom(plane, pixel / SPACING, order=1) for plane in planes]).astype(np.float32)
    mean = ndimage.uniform_filter(whole, (0, SIDE, SIDE))
    spread = np.sqrt(np.maximum(ndimage.uniform_filter(whole**2, (0, SIDE, SIDE)) - mean**2, 0))
    windows = (whole - mean) / np.maximum(spread, 0.05 * max(float(whole.std()), 1e-6))
    rows, columns = (-size % 16 for size in windows.shape[1:])
    padded = np.pad(windows, ((0, 0), (0, rows), (0, columns)), mode="edge")
    device = next(network.parameters()).device
    chunks = torch.from_numpy(padded)[:, None].to(device).split(4)
    shares = torch.cat([logits_of(network, chunk).softmax(1) for chunk in chunks]).cpu().numpy()
    # Blood within muscle: a ventricle's middle has both around it, the RV and the aorta have blood alone.
    sigma = RADIUS_MM / SPACING
    blood = ndimage.gaussian_filter(shares[:, CAVITY].mean(0), sigma)
    muscle = ndimage.gaussian_filter(shares[:, CAVITY + 1 :].sum(1).mean(0), sigma)
    evidence = (blood * muscle)[: windows.shape[1], : windows.shape[2]]
    peaks = evidence == ndimage.maximum_filter(evidence, 2 * int(sigma) + 1)
    places = np.argwhere(peaks)[np.argsort(-evidence[peaks])][:CANDIDATES]
    return [np.asarray((place + 0.5) * SPACING / pixel - 0.5) for place in places]


def _centre_of(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Middle of the largest piece of a mask."""
    pieces, count = ndimage.label(mask)
    sizes = ndimage.sum_labels(mask, pieces, range(1, count + 1))
    places = np.argwhere(pieces == 1 + int(np.argmax(sizes)))
    return np.asarray((places.min(0) + places.max(0)) / 2)


def _smooth(centres: NDArray[np.float64], shown: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Centres on a line through the stack where a slice strays from it by more than a window's quarter."""
    index = np.arange(len(centres))
    kept = np.stack([np.interp(index, index[shown], centres[shown, axis]) for axis in range(2)], 1)
    middle = np.median(kept[shown], axis=0)
    far = np.linalg.norm(kept - middle, axis=1) > 1.5 * np.median(np.linalg.norm(kept - middle, axis=1)) + 8
    kept[far] = middle
    return kept


def _closed(classes: NDArray[Any]) -> float:
    """Share of the cavity that the wall encloses in a window's classes, 0-1."""
    cavity, wall = classes == CAVITY, classes > CAVITY
    bridged = ndimage.binary_closing(np.pad(wall, GAP), iterations=GAP)[GAP:-GAP, GAP:-GAP]
    inside = ndimage.binary_fill_holes(bridged) & ~wall
    return float((inside & cavity).sum() / cavity.sum()) if cavity.sum() * SPACING**2 > 80 else 0.0
