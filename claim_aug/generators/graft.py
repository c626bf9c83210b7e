"""Which donor a scar gets, and its patches laid into those of the host."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.generators.bank import Bank, Sizes
from claim_aug.generators.texture import Patch, Values, look_up

#: A donor is drawn among this share of the bank, those of the most similar size, but at least among so many.
SIMILAR, FEWEST = 0.2, 6
#: How much likeness in contrast to noise counts against likeness in size; tried on EMIDEC.
CONTRAST_WEIGHT = 2.0
#: A texture is stretched along the wall by no more than this; beyond, part of it is used, or it goes on mirrored.
STRETCH = 1.6
#: Texture is shifted along the wall by up to this share of its length, so that no two scars look alike.
SHIFT = 0.1


@dataclass(frozen=True)
class Lay:
    """Which patch of the bank goes into a patch of the host, and which part of it: from ``start``, ``share`` long."""

    patch: int
    start: float
    share: float


@dataclass(frozen=True)
class Graft:
    """One donor's patches for a scar.

    Attributes:
        donor: number of the donor in the bank.
        mirrored: whether its textures run the other way round the wall.
        lays: one for each patch of the host.
    """

    donor: int
    mirrored: bool
    lays: tuple[Lay, ...]


def sample_graft(
    bank: Bank, host: Sequence[Patch], rng: np.random.Generator, *, mvo: bool, noise: float, prefer: int | None = None
) -> Graft:
    """Draw a donor of similar size, and patches of it; ``prefer`` a donor where it has some of this kind."""
    donors, sizes = bank.sizes(mvo)
    if prefer is not None and prefer in donors:
        donor = prefer
    else:
        near = np.argsort(unlike(sizes, host, noise), kind="stable")[: max(FEWEST, round(SIMILAR * donors.size))]
        donor = int(rng.choice(donors[near]))
    rows = np.flatnonzero((bank.mvo == mvo) & (bank.donor == donor))
    planes = matching_planes(np.unique(bank.plane[rows]), np.unique([patch.plane for patch in host]), rng)
    lays = []
    for patch in host:
        here = rows[bank.plane[rows] == planes[patch.plane]]
        length, thickness = bank.length[here], bank.thickness[here]
        row = int(here[np.argmin(far(length, patch.length) + far(thickness, patch.thickness))])
        lays.append(Lay(row, *part_of(patch.length / float(bank.length[row]), rng)))
    return Graft(donor, bool(rng.random() < 0.5), tuple(lays))


def unlike(donors: Sizes, host: Sequence[Patch], noise: float) -> Values:
    """How much donors differ from the host, (donors,): in logarithms of length, thickness, slices, and noise."""
    length, thickness = (float(np.median([getattr(patch, name) for patch in host])) for name in ("length", "thickness"))
    planes = len({patch.plane for patch in host})
    # Where blood stands out far above remote, scar is rarely brighter than blood; where blood is nulled too, it is.
    contrast = far(donors.noise, max(noise, 1e-6))
    alike = far(donors.length, length) + far(donors.thickness, thickness)
    return CONTRAST_WEIGHT * contrast + alike + 0.3 * far(donors.planes, planes)


def far(values: NDArray[Any], value: float) -> Values:
    """Distance in logarithms."""
    return np.abs(np.log(values.astype(np.float64) / value))


def matching_planes(donor: NDArray[np.int32], host: NDArray[np.intp], rng: np.random.Generator) -> dict[int, int]:
    """A donor's slice for each of the host's: neighbours for neighbours, spread out where the donor has fewer."""
    spare = donor.size - host.size
    if spare >= 0:
        chosen = donor[int(rng.integers(spare + 1)) :][: host.size]
    else:
        chosen = donor[np.rint(np.linspace(0, donor.size - 1, host.size)).astype(int)]
    if rng.random() < 0.5:
        chosen = chosen[::-1]
    return {int(plane): int(taken) for plane, taken in zip(host, chosen, strict=True)}


def part_of(ratio: float, rng: np.random.Generator) -> tuple[float, float]:
    """Start and length of the part of a texture for a host ``ratio`` times as long as the donor."""
    share = ratio / float(np.clip(ratio, 1 / STRETCH, STRETCH))
    shift = float(rng.uniform(-SHIFT, SHIFT))
    return max(float(rng.uniform(0, 1 - share)), 0.0) + shift if share < 1 else shift, share


def grafted(bank: Bank, graft: Graft, host: Sequence[Patch], shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Normalised intensity at the voxels of the host's patches, of the region's ``shape``; 0 elsewhere."""
    result = np.zeros(shape)
    for patch, lay in zip(host, graft.lays, strict=True):
        along = 1 - patch.position if graft.mirrored else patch.position
        texture = bank.texture[lay.patch].astype(np.float32)
        result[patch.voxels] = look_up(texture, patch.depth, lay.start + lay.share * along)
    return result
