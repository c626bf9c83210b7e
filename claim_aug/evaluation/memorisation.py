"""Whether synthetic scar is a copy of real scar: it is compared in its own frame, wherever in the wall it lies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from claim_aug.evaluation.resampling import Scars

Values = NDArray[np.float64]

#: Cells that two scars are shifted along the wall against one another.
SHIFTS = range(-2, 3)
#: Fewest cells that two scars share, and least share of the cells of both; our default: less says nothing.
FEWEST_CELLS, LEAST_OVERLAP = 12, 0.5
#: A copy is so many times more like a real scar than any real scar is like that of another patient; our default.
MARGIN = 1.25
#: Least likeness of a copy, however few real patients there are to compare: correlation 0.95 over 45 cells.
LEAST = 12.0


@dataclass(frozen=True)
class Copy:
    """A synthetic slice that is a copy of a real one.

    Attributes:
        synthetic, real: names of the scans.
        slice_index: number of the slice among those of the synthetic scan that show scar, from 0.
        correlation: correlation of both scars, -1 to 1.
    """

    synthetic: str
    real: str
    slice_index: int
    correlation: float


@dataclass(frozen=True)
class Memorisation:
    """How near synthetic scars are to real ones.

    Attributes:
        nearest: likeness of each synthetic slice to the real slice nearest to it, (synthetic slices,).
        real_nearest: the same of each real slice to those of other patients, (real slices,).
        limit: likeness above which a slice is a copy.
        copies: synthetic slices that are copies.
    """

    nearest: Values
    real_nearest: Values
    limit: float
    copies: tuple[Copy, ...]


def likeness(one: NDArray[np.float32], other: NDArray[np.float32]) -> tuple[Values, Values]:
    """How alike the scars of slices are, each with each.

    The likeness is Fisher's z of their correlation over the cells that both hold, times the root of the number of
    cells: how little chance could do it. 0 where they overlap too little.

    Args:
        one, other: unrolled scars, (slices, 48, 4), NaN where there is none.

    Returns:
        Likeness and correlation, (slices of one, slices of other) each.
    """
    best, correlation = (np.zeros((len(one), len(other))) for _ in range(2))
    first, first_mask = filled(one)
    for shift in SHIFTS:
        second, second_mask = filled(np.roll(other, shift, axis=1))
        shared = first_mask @ second_mask.T
        either = first_mask.sum(1)[:, None] + second_mask.sum(1) - shared
        enough = (shared >= FEWEST_CELLS) & (shared >= LEAST_OVERLAP * either)
        count = np.maximum(shared, 1)
        mean, other_mean = first @ second_mask.T / count, first_mask @ second.T / count
        spread = first**2 @ second_mask.T / count - mean**2
        other_spread = first_mask @ (second**2).T / count - other_mean**2
        product = first @ second.T / count - mean * other_mean
        found = product / np.sqrt(np.maximum(spread * other_spread, 1e-12))
        found = np.where(enough, np.clip(found, -1, 1), 0)
        score = np.arctanh(np.minimum(found, 0.9999)) * np.sqrt(np.maximum(shared - 3, 0))
        better = score > best
        best, correlation = np.where(better, score, best), np.where(better, found, correlation)
    return best, correlation


def filled(scars: NDArray[np.float32]) -> tuple[Values, Values]:
    """Values and mask of unrolled scars, (slices, cells) each; 0 where there is no scar."""
    flat = scars.reshape(len(scars), -1).astype(np.float64)
    mask = np.isfinite(flat)
    values = np.where(mask, flat, 0)
    mean = values.sum(1) / np.maximum(mask.sum(1), 1)
    return np.where(mask, values - mean[:, None], 0), mask.astype(np.float64)


def memorisation(synthetic: Scars, real: Scars) -> Memorisation:
    """Compare every synthetic slice with every real one, and real slices with those of other patients."""
    ours, theirs = (np.concatenate([scar.unrolled for scar in scars]) for scars in (synthetic, real))
    names = [[scar.name for scar in scars for _ in scar.unrolled] for scars in (synthetic, real)]
    indices = [index for scar in synthetic for index in range(len(scar.unrolled))]
    patients = np.array([scar.patient for scar in real for _ in scar.unrolled])
    found, correlation = likeness(ours, theirs)
    among_real = np.where(patients[:, None] != patients, likeness(theirs, theirs)[0], 0)
    limit = max(MARGIN * float(among_real.max(initial=0)), LEAST)
    copies = tuple(
        Copy(names[0][row], names[1][column], indices[row], float(correlation[row, column]))
        for row, column in enumerate(found.argmax(1))
        if found[row, column] > limit
    )
    return Memorisation(found.max(1), among_real.max(1), limit, copies)
