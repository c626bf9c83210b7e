"""How large, how wide and how deep a mask is in the wall."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask


def burden(mask: Mask, anatomy: LVAnatomy) -> float:
    """Share of the LV wall that the mask covers, in percent of its voxels, hence of its mass."""
    return 100 * float(mask.sum()) / anatomy.wall_voxels


def sectors(anatomy: LVAnatomy) -> NDArray[np.intp]:
    """Sector of 6 degrees of every voxel of the wall, counted through all slices; outside the first of the slice."""
    sector = 60 * anatomy.slice_index
    sector[anatomy.wall] += (anatomy.rotational[anatomy.wall] // 6).astype(np.intp)
    return sector


def extent(scar: Mask, anatomy: LVAnatomy) -> float:
    """Share of the wall's 6-degree sectors, over all slices, that hold scar, 0-1."""
    sector = sectors(anatomy)
    scarred, wall = (np.count_nonzero(np.bincount(sector[mask])) for mask in (scar & anatomy.wall, anatomy.wall))
    return scarred / wall


def transmurality(scar: Mask, anatomy: LVAnatomy) -> tuple[float, float]:
    """Mean and peak share of the wall's depth that is scar, over the scarred 6-degree sectors of all slices.

    The peak is the 95th percentile: one sector of two voxels is not a transmural infarct.
    """
    sector = sectors(anatomy)
    wall = np.bincount(sector[anatomy.wall])
    scarred = np.bincount(sector[scar & anatomy.wall], minlength=wall.size)
    share = scarred[scarred > 0] / wall[scarred > 0]
    return (float(share.mean()), float(np.percentile(share, 95))) if share.size else (0.0, 0.0)


def from_endocardium(scar: Mask, anatomy: LVAnatomy, within: float = 0.15) -> float:
    """Share of the scarred sectors whose scar begins at the first voxels under the endocardium, 0-1.

    Args:
        scar: mask of the scar in the region, (I, J, K), with at least one voxel.
        anatomy: ventricle of the scar.
        within: depth that counts as the first voxels, as a share of the wall's thickness, 0-1.
    """
    sector = sectors(anatomy)
    first = np.full((2, int(sector.max()) + 1), np.inf)
    for row, mask in zip(first, (anatomy.wall, scar), strict=True):
        np.minimum.at(row, sector[mask], anatomy.transmural[mask])
    scarred = np.isfinite(first[1])
    return float((first[1] <= first[0] + within)[scarred].mean())
