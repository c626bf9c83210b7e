"""From a front to a mask: as large and as deep as wanted, with its MVO and its grey zone."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane_sigma
from claim_aug.measures.shares import sectors
from claim_aug.priors.wavefront import Terrain, Vector, arrival

#: Tapers between which a profile is sought: a thin spike, and nearly a box.
SHARPEST, FULLEST = 0.35, 24.0
#: Numbers of depths and tapers that are tried.
DEPTHS, TAPERS = 5, 9
#: Error of transmurality or extent that is not worth a deeper front.
CLOSE_ENOUGH = 0.01
#: Parts smaller than this share of the wall are noise of the front, not islands of necrosis.
SMALLEST_ISLAND = 0.003


@dataclass(frozen=True)
class Sectors:
    """The wall cut into sectors of 6 degrees.

    Attributes:
        here: sector of each healthy voxel, (voxels,).
        wall: number of voxels of the wall in each sector, (sectors,).
    """

    here: NDArray[np.intp]
    wall: NDArray[np.intp]

    @classmethod
    def from_anatomy(cls, anatomy: LVAnatomy) -> Sectors:
        """The sectors of a ventricle."""
        sector = sectors(anatomy)
        return cls(sector[anatomy.healthy], np.bincount(sector[anatomy.wall], minlength=int(sector.max()) + 1))


@dataclass(frozen=True)
class Target:
    """What is wanted of the depth of a scar whose size is given.

    Attributes:
        transmurality: mean share of the wall's depth over the scarred sectors, 0-1; ``None`` where extent is the
            target.
        extent: share of all sectors that are scarred, 0-1; ``None`` where transmurality is the target.
        requested: whether the target was asked for, so that size gives way to it, or only drawn.
    """

    transmurality: float | None
    extent: float | None
    requested: bool

    def missing_in(self, chosen: NDArray[np.bool_], sectors_: Sectors) -> float:
        """How far a scar is from deep enough; negative where it is too deep.

        Args:
            chosen: mask of the scar among the healthy voxels, (voxels,).
            sectors_: sectors of the ventricle.
        """
        scarred = np.bincount(sectors_.here[chosen], minlength=sectors_.wall.size)
        here = scarred > 0
        if self.extent is not None:
            return float(here.sum() / (sectors_.wall > 0).sum() - self.extent)
        mean = float((scarred[here] / sectors_.wall[here]).mean()) if here.any() else 0.0
        return (self.transmurality or 0.0) - mean

    def moved(self, missing: float) -> Target:
        """The same target, that much deeper."""
        if self.extent is not None:
            return replace(self, extent=max(self.extent - missing, 0.01))
        return replace(self, transmurality=float(np.clip((self.transmurality or 0) + missing, 0.02, 1)))

    def area(self, size: float) -> float:
        """Share of the wall's surface that a scar of ``size`` %LV takes, 0-1."""
        return min(self.extent or size / 100 / max(self.transmurality or 1, 0.05), 1)


def earliest(time: Vector, voxels: int) -> NDArray[np.bool_]:
    """The ``voxels`` voxels that the front reaches first, fewer where it never reaches so many."""
    chosen = np.zeros(time.size, bool)
    if voxels < time.size:
        chosen[np.argpartition(time, voxels)[:voxels]] = True
    else:
        chosen[:] = True
    return chosen & np.isfinite(time)


@dataclass(frozen=True)
class Profile:
    """Depth of a front over its lateral distance ``u``: ``max_depth * (1 - u ** taper)``.

    Attributes:
        max_depth: depth at the centre of the front, as share of the wall's thickness, above 0; it may pass 1.
        taper: exponent of the lateral distance, above 0: small for a spike, large for a plateau.
    """

    max_depth: float
    taper: float


def find_profile(
    terrain: Terrain, start: Profile, voxels: int, target: Target, sectors_: Sectors
) -> tuple[Profile, NDArray[np.bool_]]:
    """The profile with which the target comes true, and the scar that it makes as a choice among the healthy voxels.

    With its size given, a scar is the deeper the narrower it is, and the narrower the fuller its profile, so the taper
    is found by bisection; a depth at which no taper will do is raised, or lowered where the room is filled too deep. A
    target that was only drawn gives way where the front would not find enough voxels; one that was asked for does not.

    Args:
        start: profile to begin with; its ``max_depth`` is kept if it can be.
        voxels: number of voxels of the scar.
    """
    best = (np.inf, start, np.zeros(sectors_.here.size, bool))
    max_depth = start.max_depth
    for _ in range(DEPTHS):
        low, high = np.log(SHARPEST), np.log(FULLEST)
        middle, head = np.log(start.taper), terrain.log_depth_left(max_depth)
        for _ in range(TAPERS):
            chosen = earliest(arrival(terrain, head, float(np.exp(middle))), voxels)
            missing = target.missing_in(chosen, sectors_)
            found = int(chosen.sum())
            short = found < voxels and not target.requested
            if abs(missing) + short < best[0]:
                best = (abs(missing) + short, Profile(max_depth, float(np.exp(middle))), chosen)
            deeper = short or missing > 0
            low, high = (middle, high) if deeper else (low, middle)
            middle = (low + high) / 2
            if best[0] < CLOSE_ENOUGH / 2:
                return best[1], best[2]
        if best[0] < CLOSE_ENOUGH or not (deeper or found < voxels):
            break
        max_depth *= 1.5 if deeper else 0.8
    return best[1], best[2]


def on_region(chosen: NDArray[np.bool_], anatomy: LVAnatomy) -> Mask:
    """A choice among the healthy voxels as a mask of the region."""
    mask = np.zeros(anatomy.wall.shape, bool)
    mask[anatomy.healthy] = chosen
    return mask


def without_small_parts(mask: Mask, smallest: int = 4) -> Mask:
    """The mask without parts of fewer than ``smallest`` voxels, unless nothing else is left."""
    parts, count = ndimage.label(mask, np.ones((3,) * mask.ndim))
    sizes = np.bincount(parts.ravel(), minlength=count + 1)
    sizes[0] = 0
    return mask & (sizes[parts] >= min(smallest, sizes.max()))


def tidy(time: Vector, voxels: int, anatomy: LVAnatomy) -> Mask:
    """The scar of that many voxels, drawn as a reader would: no small parts, no pinholes, no single-pixel fringes.

    Voxels are taken by their arrival and by how many of their in-plane neighbours have been reached; what small parts
    held is taken up by the rest.
    """
    inside = anatomy.healthy
    square = [1 if axis == anatomy.orientation.through_plane else 3 for axis in range(3)]
    around = np.maximum(ndimage.uniform_filter(inside.astype(np.float32), square), 1e-6)[inside]
    scar = on_region(earliest(time, voxels), anatomy)
    company = ndimage.uniform_filter(scar.astype(np.float32), square)[inside] / around
    order = np.empty(time.size)
    order[np.argsort(time, kind="stable")] = np.arange(time.size) / max(voxels, 1)
    order = np.where(np.isfinite(time), order - 2 * company, np.inf)
    smooth = on_region(earliest(order, voxels), anatomy)
    kept = without_small_parts(smooth, max(4, round(SMALLEST_ISLAND * anatomy.wall_voxels)))
    order[(smooth & ~kept)[inside]] = np.inf
    return on_region(earliest(order, voxels), anatomy)


def mvo_region(scar: Mask, time: Vector, share: float, anatomy: LVAnatomy) -> Mask:
    """MVO: the earliest ``share`` of the scar that a rim of infarct parts from everything else.

    Microvascular obstruction sits in the core of the infarct and does not reach healthy tissue, the blood or the
    epicardium (clinical reading of JCMR 14:66).
    """
    if not share:
        return np.zeros_like(scar)
    rim = np.ones([1 if axis == anatomy.orientation.through_plane else 3 for axis in range(3)], bool)
    cross = ndimage.generate_binary_structure(3, 1)
    inner = ndimage.binary_erosion(scar, rim) & ~ndimage.binary_dilation(anatomy.wall & ~scar, cross)
    # Dense neighbourhoods first, so that the core is one body rather than the ragged line of earliest voxels.
    density = ndimage.gaussian_filter(inner.astype(np.float32), in_plane_sigma(anatomy, 4.0))[anatomy.healthy]
    order = np.where(inner[anatomy.healthy], time - 2 * np.log(np.maximum(density, 1e-3)), np.inf)
    return without_small_parts(on_region(earliest(order, round(share * scar.sum())), anatomy))


def grey_zone_rim(infarct: Mask, scar: Mask, time: Vector, share: float, anatomy: LVAnatomy) -> Mask:
    """Grey zone: the latest ``share`` of the scar, the rim where living and dead cells mix.

    About a third to two fifths of an infarct at 3T (Zhang 2016, jmri.25285: 39.0 %LV with it, 24.4 without).
    """
    candidates = infarct[anatomy.healthy]
    order = np.where(candidates, -time, np.inf)
    return on_region(earliest(order, round(share * scar.sum())), anatomy)
