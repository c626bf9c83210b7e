"""What belongs to the ventricle and what does not: parts left out, gaps closed, scar in impossible places refused."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from claim_aug.anatomy.box import bounds
from claim_aug.anatomy.labels import LabelScheme, Mask, Tissues, fitting_schemes
from claim_aug.errors import LabelError, LabelWarning

#: Structure of the eight neighbours of a pixel, and of the twenty-six of a voxel.
AROUND = np.ones((3, 3), np.bool_)
#: Widest gap between cavity and wall that counts as cavity, pixels.
GAP = 3
ALL_AROUND = np.ones((3, 3, 3), np.bool_)
#: Neighbours within a slice of a stack with slices first: four of them, and all eight.
IN_PLANE = ndimage.generate_binary_structure(2, 1)[None]
IN_PLANE_SQUARE = np.pad(AROUND[None], ((1, 1), (0, 0), (0, 0)))
#: Healthy wall lies half its thickness from the cavity on average; a septum is up to three times as thick as a thin
#: free wall, and contours are drawn to some millimetres.
THICKER, SLACK_MM = 3.0, 10.0
#: Share of the scar too far from the cavity from which labels are taken for another scheme's, or for interpolated ones.
MISPLACED = 0.1
#: Share of the cavity outside the ventricle that is worth a warning.
RIM = 0.02


def without_islands(tissues: Tissues) -> Tissues:
    """The tissues without parts of wall that touch no cavity, or of cavity that touch no wall; they are counted.

    Parts belong together where at most two voxels lie between them, so a gap between cavity and wall does not matter.
    """
    ventricle = tissues.cavity | tissues.wall
    if ndimage.label(ventricle[bounds(ventricle)], ALL_AROUND)[1] == 1:
        return tissues
    part = bounds(ventricle, (2, 2, 2))
    near = ndimage.binary_dilation(ventricle[part], ALL_AROUND)
    components, count = ndimage.label(near, ALL_AROUND)
    if count < 2:
        return tissues
    whole = np.intersect1d(components[tissues.cavity[part]], components[tissues.wall[part]])
    if not whole.size:
        return tissues
    belongs = np.zeros_like(ventricle)
    belongs[part] = np.isin(components, whole)
    return left_out(tissues, ventricle & ~belongs, "lie in pieces that hold no cavity with a wall around it")


def left_out(tissues: Tissues, voxels: Mask, reason: str) -> Tissues:
    """The tissues without some voxels, with a warning that counts them."""
    if not voxels.any():
        return tissues
    warnings.warn(
        f"{int(voxels.sum())} labelled voxels {reason}; they are left out of the ventricle", LabelWarning, stacklevel=5
    )
    kept = {name: mask & ~voxels for name, mask in vars(tissues).items() if name != "rv"}
    return replace(tissues, **kept)


def filled(tissues: Tissues, across: int) -> Tissues:
    """The tissues with unlabelled pixels between cavity and wall as cavity: what lies inside is inside.

    That is what the wall encloses at most ``GAP`` pixels from the cavity (more would hide a wrong label scheme), and,
    where the ring is open, a gap of one or two pixels.

    Args:
        tissues: masks of the region, (I, J, K).
        across: array axis across slices.
    """
    part = bounds(tissues.cavity | tissues.wall)
    blood, muscle, rv = (
        np.pad(np.moveaxis(mask[part], across, 0), ((0, 0), (GAP, GAP), (GAP, GAP)))
        for mask in (tissues.cavity, tissues.wall, tissues.rv)
    )
    whole = blood | muscle
    near = ndimage.binary_dilation(blood, IN_PLANE_SQUARE)
    some = (near & ~whole & ~rv).any((1, 2))  # in most slices nothing lies between
    if not some.any():
        return tissues
    near, whole = near[some], whole[some]
    closing = ndimage.binary_erosion(ndimage.binary_dilation(whole, IN_PLANE_SQUARE), IN_PLANE_SQUARE)
    hollow = ndimage.binary_fill_holes(whole | (closing & near), IN_PLANE)
    inside = hollow & ~muscle[some] & ~rv[some]
    inside &= ndimage.binary_dilation(blood[some], IN_PLANE_SQUARE, GAP)
    cavity = tissues.cavity.copy()
    layers = np.moveaxis(cavity[part], across, 0)
    layers[some] |= inside[:, GAP:-GAP, GAP:-GAP]
    return replace(tissues, cavity=cavity)


def in_place(
    tissues: Tissues, across: int, spacing: Sequence[float], scheme: LabelScheme, labels: ArrayLike
) -> Tissues:
    """The tissues without scar that lies too far from the cavity, and without rims of cavity around the wall.

    Interpolated labels have such rims: between 0 and 5 lie 1, 2, 3 and 4.

    Args:
        tissues: masks of the region, (I, J, K).
        across: array axis across slices.
        spacing: size of a voxel along each axis, mm.
        scheme: label scheme that the tissues were read with, for the error.
        labels: label map, for the error.

    Raises:
        LabelError: scar of which a good part lies too far away.
    """
    part = bounds(tissues.cavity | tissues.wall)
    cavity, wall, scar = (np.moveaxis(mask[part], across, 0) for mask in (tissues.cavity, tissues.wall, tissues.scar))
    if not scar.any() and ndimage.label(cavity, IN_PLANE_SQUARE)[1] == int(cavity.any((1, 2)).sum()):
        return tissues  # one component of cavity in each slice, and no scar: nothing can be out of place
    blood = np.stack([largest_component(plane) for plane in cavity])
    pixel = [size for axis, size in enumerate(spacing) if axis != across]
    stray = scar & ~near_cavity(blood, wall & ~scar, pixel) if scar.any() else scar
    if stray.sum() > MISPLACED * scar.sum():
        others = (
            ", ".join(name for name in fitting_schemes(np.unique(labels).tolist()) if name != scheme.name)
            or "cavity=VALUE,..."
        )
        msg = (
            f"{int(stray.sum())} of {int(scar.sum())} voxels of scar lie outside of the wall (scheme {scheme}); do the "
            f"labels follow another scheme ({others}), or were they interpolated?"
        )
        raise LabelError(msg)
    rim = cavity & ~blood
    if rim.sum() > RIM * cavity.sum():
        rim &= ~np.stack([np.asarray(ndimage.binary_fill_holes(plane)) for plane in wall | blood])
    outside = np.zeros_like(tissues.wall)
    outside[part] = np.moveaxis(stray | (rim if rim.sum() > RIM * cavity.sum() else False), 0, across)
    return left_out(tissues, outside, "lie around the ventricle, not in it (were the labels interpolated?)")


def near_cavity(blood: Mask, healthy: Mask, pixel: Sequence[float]) -> Mask:
    """Where the wall may be: at most so far from the cavity; everywhere in slices without one, (slices, rows, columns).

    Args:
        blood, healthy: masks of the cavity proper and of the wall without scar, (slices, rows, columns).
        pixel: size of a pixel, mm.
    """
    shown = np.flatnonzero(blood.any((1, 2)))
    distance = np.zeros(blood.shape)
    distance[shown] = [ndimage.distance_transform_edt(~blood[index], sampling=pixel) for index in shown]
    known = distance[shown][healthy[shown]]
    return distance <= (THICKER * float(np.median(known)) + SLACK_MM if known.size else np.inf)


def largest_component(cavity: Mask) -> Mask:
    """The largest component of a slice's cavity, thin rims aside; (rows, columns)."""
    thick = ndimage.binary_opening(cavity, AROUND)
    components, count = ndimage.label(thick if thick.any() else cavity, AROUND)
    if count < 2:
        return cavity if not thick.any() else cavity & ndimage.binary_dilation(thick, AROUND)
    largest = components == 1 + np.argmax(np.bincount(components.ravel())[1:])
    return cavity & ndimage.binary_dilation(largest, AROUND)
