"""A folder of phantoms: the work behind ``claim-aug phantom``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from claim_aug.anatomy import LabelScheme
from claim_aug.anatomy.orientation import thickest_axis
from claim_aug.data.claim import claims_out
from claim_aug.data.dataset import find_images
from claim_aug.data.output_layouts import label_numbers, write_json
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.phantom import Phantom, make_phantom, wide_phantom, write_emidec, write_nnunet
from claim_aug.phantom.sampling import SMALLEST_FIELD_MM

LAYOUTS = ("emidec", "nnunet")
SCHEME = LabelScheme.parse("phantom")


@dataclass(frozen=True)
class Grid:
    """The grid of a scan, slices along the last axis.

    Attributes:
        shape: number of voxels, (I, J, K).
        spacing: distance between voxel centres along each axis, mm.
    """

    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]


def read_grids(dataset: Path) -> list[Grid]:
    """The grids of a data set's scans.

    Raises:
        InputError: a folder without scans, scans without a spacing, or none that a heart fits into.
    """
    grids = []
    for case in find_images(dataset):
        file = case.image_files[0]
        if file.spacing is None or file.data.ndim != 3:
            continue
        axis = thickest_axis(file.data.shape, file.spacing)
        order = [*(other for other in range(3) if other != axis), axis]
        shape = [int(file.data.shape[place]) for place in order]
        spacing = [float(file.spacing[place]) for place in order]
        fits = min(shape[:2]) >= 48 and shape[2] >= 3
        if fits and min(shape[0] * spacing[0], shape[1] * spacing[1]) >= SMALLEST_FIELD_MM:
            grids.append(Grid((shape[0], shape[1], shape[2]), (spacing[0], spacing[1], spacing[2])))
    if not grids:
        msg = f"{dataset} has no stack of at least 48 x 48 x 3 voxels and {SMALLEST_FIELD_MM} mm whose spacing is known"
        raise InputError(msg)
    return grids


@claims_out
def make_phantoms(
    out: Path,
    count: int,
    seed: int,
    *,
    scar: bool | None = None,
    wide: bool = False,
    layout: str = "emidec",
    like: Path | None = None,
    overwrite: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> None:
    """Write phantoms, all or none.

    Args:
        out: folder for the cases.
        count: number of phantoms.
        seed: base seed; each phantom has a seed of its own.
        scar: whether all phantoms have scar or none; by default half of them have.
        wide: whether anatomy and appearance are drawn far wider than patients'.
        layout: names of files and folders, ``"emidec"`` or ``"nnunet"``.
        like: folder of scans whose grids the phantoms have; ``None`` for the phantom's own.
        overwrite: whether cases that exist are replaced.
        advance: function that is called after every phantom.

    Raises:
        ClaimAugError: an unknown layout, a folder without scans, cases that exist, or an output that cannot be written.
    """
    if layout not in LAYOUTS:
        msg = f"--layout needs to be {' or '.join(LAYOUTS)}, got {layout!r}"
        raise InputError(msg)
    grids: Sequence[Grid | None] = [None] if like is None else read_grids(like)
    names = [f"Case_{index:03d}" for index in range(count)]
    write = write_emidec if layout == "emidec" else write_nnunet
    if not overwrite:
        refuse_existing(out, names if layout == "emidec" else ["dataset.json"])
    with staged(out) as stage:
        for index, name in enumerate(names):
            own = int(np.random.SeedSequence([seed, index]).generate_state(1)[0])
            write(phantom_on(grids[own % len(grids)], own, wide=wide, scar=scar), stage, name)
            advance()
        if layout == "nnunet":
            labels = label_numbers(SCHEME)
            table = {"channel_names": {"0": "LGE"}, "labels": labels, "numTraining": count, "file_ending": ".nii.gz"}
            write_json(stage / "dataset.json", table)


def phantom_on(grid: Grid | None, seed: int, *, wide: bool, scar: bool | None) -> Phantom:
    """The phantom of a seed, on a grid or on one of its own."""
    make = wide_phantom if wide else make_phantom
    return make(seed, scar=scar) if grid is None else make(seed, scar=scar, shape=grid.shape, spacing=grid.spacing)
