"""Whose texture a scar gets: a source patient of the bank, and which of its patches go where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.generators.bank import Bank, Sizes
from claim_aug.generators.texture import Patch, Values, look_up

#: A source patient is drawn among this share of the bank, those of the most similar size, but at least among so many.
SIMILAR, FEWEST = 0.2, 6
#: How much likeness in contrast to noise counts against likeness in size; tried on EMIDEC.
CONTRAST_WEIGHT = 2.0
#: A texture is stretched along the wall by no more than this; beyond, part of it is used, or it goes on mirrored.
STRETCH = 1.6
#: Texture is shifted along the wall by up to this share of its length, so that no two scars look alike.
SHIFT = 0.1


@dataclass(frozen=True)
class Placement:
    """What goes into one patch of the recipient.

    Attributes:
        patch: index of the patch in the bank.
        start: place along the patch at which the part that is used begins, as share of the patch's length.
        share: length of the part that is used, as share of the patch's length.
    """

    patch: int
    start: float
    share: float


@dataclass(frozen=True)
class PatchAssignment:
    """The patches of one source patient for one scar.

    Attributes:
        source_patient: number of the patient in the bank.
        mirrored: whether the textures run the other way round the wall.
        placements: placement for each patch of the recipient, in their order.
    """

    source_patient: int
    mirrored: bool
    placements: tuple[Placement, ...]


def assign_patches(
    bank: Bank, recipient: Sequence[Patch], rng: np.random.Generator,
    *, mvo: bool, noise: float, prefer: int | None = None,
) -> PatchAssignment:  # fmt: skip
    """Draw a source patient whose scar is of similar size, and patches of it.

    Args:
        bank: bank of textures.
        recipient: patches of the scar that is painted.
        mvo: whether patches of MVO are wanted, or else of infarct.
        noise: SD of the recipient's noise in relative intensity.
        prefer: source patient that is taken where it has patches of this kind.
    """
    patients, sizes = bank.sizes(mvo)
    if prefer is not None and prefer in patients:
        patient = prefer
    else:
        order = np.argsort(unlikeness(sizes, recipient, noise), kind="stable")
        patient = int(rng.choice(patients[order[: max(FEWEST, round(SIMILAR * patients.size))]]))
    rows = np.flatnonzero((bank.mvo == mvo) & (bank.source_patient == patient))
    planes = matching_planes(np.unique(bank.plane[rows]), np.unique([patch.plane for patch in recipient]), rng)
    placements = []
    for patch in recipient:
        here = rows[bank.plane[rows] == planes[patch.plane]]
        length, thickness = bank.length[here], bank.thickness[here]
        row = int(here[np.argmin(log_distance(length, patch.length) + log_distance(thickness, patch.thickness))])
        placements.append(Placement(row, *part_of(patch.length / float(bank.length[row]), rng)))
    return PatchAssignment(patient, bool(rng.random() < 0.5), tuple(placements))


def unlikeness(sizes: Sizes, recipient: Sequence[Patch], noise: float) -> Values:
    """How much source patients differ from the recipient in length, thickness, slices and noise, (patients,)."""
    length, thickness = (
        float(np.median([getattr(patch, name) for patch in recipient])) for name in ("length", "thickness")
    )
    planes = len({patch.plane for patch in recipient})
    # Where blood stands out far above remote, scar is rarely brighter than blood; where blood is nulled too, it is.
    contrast = log_distance(sizes.noise, max(noise, 1e-6))
    alike = log_distance(sizes.length, length) + log_distance(sizes.thickness, thickness)
    return CONTRAST_WEIGHT * contrast + alike + 0.3 * log_distance(sizes.planes, planes)


def log_distance(values: NDArray[Any], value: float) -> Values:
    """Distance of values to a value in natural logarithms."""
    return np.abs(np.log(values.astype(np.float64) / value))


def matching_planes(source: NDArray[np.int32], recipient: NDArray[np.intp], rng: np.random.Generator) -> dict[int, int]:
    """The source patient's slice for each of the recipient's: neighbours for neighbours, spread out where it has fewer.

    Args:
        source: indices of the source patient's slices, ascending.
        recipient: indices of the recipient's slices, ascending.
    """
    spare = source.size - recipient.size
    if spare >= 0:
        chosen = source[int(rng.integers(spare + 1)) :][: recipient.size]
    else:
        chosen = source[np.rint(np.linspace(0, source.size - 1, recipient.size)).astype(int)]
    if rng.random() < 0.5:
        chosen = chosen[::-1]
    return {int(plane): int(taken) for plane, taken in zip(recipient, chosen, strict=True)}


def part_of(ratio: float, rng: np.random.Generator) -> tuple[float, float]:
    """Start and length of the part of a texture that a recipient ``ratio`` times as long as the texture gets."""
    share = ratio / float(np.clip(ratio, 1 / STRETCH, STRETCH))
    shift = float(rng.uniform(-SHIFT, SHIFT))
    return max(float(rng.uniform(0, 1 - share)), 0.0) + shift if share < 1 else shift, share


def assigned_texture(
    bank: Bank, assignment: PatchAssignment, recipient: Sequence[Patch], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Relative intensity at the voxels of the recipient's patches, of the region's shape; 0 elsewhere."""
    result = np.zeros(shape)
    for patch, placement in zip(recipient, assignment.placements, strict=True):
        along = 1 - patch.position if assignment.mirrored else patch.position
        texture = bank.texture[placement.patch].astype(np.float32)
        result[patch.voxels] = look_up(texture, patch.depth, placement.start + placement.share * along)
    return result
