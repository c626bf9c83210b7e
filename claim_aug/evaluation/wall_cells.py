"""Scar on the wall's own coordinates, so that scars of different hearts can be laid on one another."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import slices_with
from claim_aug.evaluation.intensity import in_sd
from claim_aug.measures.remote import Image

#: Cells along the apicobasal, rotational and transmural coordinate; our default: some ten voxels of a scan each.
CELLS = (6, 36, 3)
#: Cells of a slice along the rotational and transmural coordinate; our default: a few voxels each.
SLICE_CELLS = (48, 4)

Cells = NDArray[np.bool_]


def wall_cells(mask: Mask, anatomy: LVAnatomy) -> Cells:
    """The cells of the wall of which a mask takes at least half, (6, 36, 3); a cell without wall holds none.

    Args:
        mask: mask of the scar in the anatomy's region, (I, J, K).
    """
    wall = anatomy.wall
    coordinates = (anatomy.apicobasal[wall], anatomy.rotational[wall] / 360, anatomy.transmural[wall])
    return halves(cell_index(coordinates, CELLS), mask[wall], CELLS)


def slice_cells(mask: Mask, anatomy: LVAnatomy) -> Cells:
    """The same of one slice, (36, 3)."""
    wall = anatomy.wall
    return halves(
        cell_index((anatomy.rotational[wall] / 360, anatomy.transmural[wall]), CELLS[1:]), mask[wall], CELLS[1:]
    )


def neighbour_likeness(mask: Mask, anatomy: LVAnatomy) -> float | None:
    """Mean Dice of the scars of neighbouring slices on the wall's coordinates, 0-1; ``None`` without two neighbours."""
    found = []
    indices = np.flatnonzero(mask.any(anatomy.orientation.in_plane))
    slices = [slice_cells(mask[part], heart) for heart, part in slices_with(mask, anatomy)]
    for here in range(len(indices) - 1):
        one, other = slices[here], slices[here + 1]
        if indices[here + 1] == indices[here] + 1 and one.any() and other.any():
            found.append(2 * (one & other).sum() / (one.sum() + other.sum()))
    return float(np.mean(found)) if found else None


def unrolled(image: Image, anatomy: LVAnatomy, mask: Mask) -> NDArray[np.float32] | None:
    """The scar of one slice, unrolled and turned so that its middle lies in the middle.

    Args:
        image: intensities of a region of one slice, (I, J, K), any units.
        anatomy: anatomy of the same slice.
        mask: mask of the scar, (I, J, K).

    Returns:
        Mean intensity of each cell of scar in SD over remote, (48, 4); NaN where there is none. ``None`` where there is
        no remote myocardium to compare with.
    """
    intensity = in_sd(image, anatomy)
    if intensity is None:
        return None
    angles = np.radians(anatomy.rotational[mask].astype(np.float64))
    middle = np.degrees(np.angle(np.exp(1j * angles).mean()))
    turned = ((anatomy.rotational[mask] - middle + 180) % 360) / 360
    index = cell_index((turned, anatomy.transmural[mask]), SLICE_CELLS)
    size = int(np.prod(SLICE_CELLS))
    counts, sums = np.bincount(index, minlength=size), np.bincount(index, intensity[mask], minlength=size)
    with np.errstate(invalid="ignore"):
        return (sums / counts).reshape(SLICE_CELLS).astype(np.float32)


def cell_index(coordinates: tuple[NDArray[np.floating], ...], cells: tuple[int, ...]) -> NDArray[np.intp]:
    """The number of the cell of each voxel, from coordinates of 0-1."""
    places = [
        np.clip((place * count).astype(np.intp), 0, count - 1) for place, count in zip(coordinates, cells, strict=True)
    ]
    return np.ravel_multi_index(places, cells)


def halves(index: NDArray[np.intp], scar: NDArray[np.bool_], cells: tuple[int, ...]) -> Cells:
    """The cells of which scar takes half or more."""
    size = int(np.prod(cells))
    wall, scarred = np.bincount(index, minlength=size), np.bincount(index[scar], minlength=size)
    return ((scarred > 0) & (2 * scarred >= wall)).reshape(cells)
