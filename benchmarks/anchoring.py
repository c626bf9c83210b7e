"""How far the RV insertion found in the image lies from the one its withheld label gives, on phantoms and on ACDC.

    python benchmarks/anchoring.py

Errors in degrees of the scans where it was found; rho is Spearman's correlation of confidence with error, below 0 where
confidence is honest. ACDC is read from CLAIM_AUG_REALDATA (default ../shared/data) where that is.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import nibabel as nib
import numpy as np
from numpy.typing import NDArray
from scipy import ndimage, stats

from claim_aug.anatomy.anchor import anchor_from_rv, turn_between
from claim_aug.anatomy.labels import SCHEMES, Mask, Tissues
from claim_aug.anatomy.rv_search import find_rv
from claim_aug.anatomy.wall import angle_around, cavity_centres
from claim_aug.phantom import make_phantom
from claim_aug.phantom.acquisition import PSIR_OFFSET

Array = NDArray[np.float64]
WINDING = -1  # of the phantoms, and of ACDC as it is stored


@dataclass(frozen=True)
class Stack:
    """A scan, slices first; ``truth`` is the angle that the RV label gives, ``zero`` the value of no signal."""

    image: Array
    tissues: Tissues
    spacing: tuple[float, float]
    truth: float
    zero: float = 0.0

    @property
    def centres(self) -> Array:
        return cavity_centres(self.tissues.cavity, self.tissues.wall)

    @property
    def ventricle(self) -> Mask:
        return self.tissues.cavity | self.tissues.wall

    @property
    def blood(self) -> float:
        return float(np.median(self.image[self.tissues.cavity]))

    @property
    def contrast(self) -> float:
        return self.blood - float(np.median(self.image[self.tissues.wall & ~self.tissues.scar]))


def read_stack(image: NDArray[np.generic], labels: NDArray[np.generic], scheme: str, spacing: Iterable[float]) -> Stack:
    planes, values = np.moveaxis(np.asarray(image, np.float64), 2, 0), np.moveaxis(labels, 2, 0)
    tissues = SCHEMES[scheme].read(values)
    row, column = list(spacing)[:2]
    pixel = (float(row), float(column))
    truth = anchor_from_rv(
        tissues.rv, tissues.wall, cavity_centres(tissues.cavity, tissues.wall), pixel, winding=WINDING
    ).angle_deg
    assert truth is not None
    return Stack(planes, tissues, pixel, truth)


def dark_rv(stack: Stack, rng: np.random.Generator) -> Array:
    """RV blood 20-60 % of the contrast darker than LV blood."""
    inside = ndimage.gaussian_filter(stack.tissues.rv.astype(float), (0, 0.7, 0.7))
    return stack.image - rng.uniform(0.2, 0.6) * stack.contrast * inside


def noisy(stack: Stack, rng: np.random.Generator) -> Array:
    """Noise of a third of the contrast on top."""
    return stack.image + rng.normal(0, abs(stack.contrast) / 3, stack.image.shape)


def bright_liver(stack: Stack, rng: np.random.Generator) -> Array:
    """All that lies beyond the inferior insertion, from 5 mm off the wall outwards, at the level of blood."""
    image = stack.image.copy()
    for plane, ventricle, rv, centre in zip(image, stack.ventricle, stack.tissues.rv, stack.centres, strict=True):
        away = ndimage.distance_transform_edt(~(ventricle | rv), sampling=stack.spacing) > 5
        along = WINDING * (angle_around(centre, np.nonzero(away), stack.spacing) - stack.truth) % 360
        liver = np.zeros_like(away)
        liver[away] = (along > 115) & (along < 200)
        plane[liver] = stack.blood + rng.normal(0, 0.1 * abs(stack.contrast), int(liver.sum()))
    return image


def shaded(stack: Stack, rng: np.random.Generator) -> Array:
    """A coil's ramp in a direction drawn by chance, from 40 % more to 40 % less signal across the field of view."""
    rows, columns = (np.linspace(-1, 1, size) for size in stack.image.shape[1:])
    angle = rng.uniform(0, 2 * np.pi)
    return stack.zero + (stack.image - stack.zero) * (
        1 + 0.4 * (np.cos(angle) * rows[:, None] + np.sin(angle) * columns)
    )


def no_rv(stack: Stack, rng: np.random.Generator) -> Array:
    """Nothing but dark lung round the ventricle: to be left unanchored."""
    lung = stack.blood - 1.3 * stack.contrast + rng.normal(0, 0.3 * abs(stack.contrast), stack.image.shape)
    return np.where(stack.ventricle, stack.image, lung)


VARIANTS: dict[str, Callable[[Stack, np.random.Generator], Array]] = {
    "as it is": lambda stack, rng: stack.image,
    "dark RV": dark_rv,
    "noisy": noisy,
    "bright liver": bright_liver,
    "coil shading": shaded,
    "dark, noisy, bright liver": lambda stack, rng: noisy(
        replace(stack, image=bright_liver(replace(stack, image=dark_rv(stack, rng)), rng)), rng
    ),
    "no RV at all": no_rv,
}


def row(name: str, stacks: Iterable[Stack]) -> str:
    """One line of the table."""
    errors, confidences, seconds = [], [], []
    for stack in stacks:
        masks = stack.tissues
        start = time.perf_counter()
        anchor = find_rv(
            stack.image, masks.cavity, masks.wall, masks.scar, stack.centres, stack.spacing, winding=WINDING
        )
        seconds.append(time.perf_counter() - start)
        if anchor.angle_deg is not None:
            errors.append(abs(float(turn_between(np.array(anchor.angle_deg), stack.truth))))
            confidences.append(anchor.confidence)
    middle, high, worst = np.percentile(errors, [50, 90, 100]) if errors else (np.nan,) * 3
    rho = stats.spearmanr(confidences, errors)[0] if len(errors) > 2 else np.nan
    return (
        f"| {name:35} | {len(seconds):3} | {len(errors) / len(seconds):5.2f} | {middle:6.1f} | {high:6.1f} "
        f"| {worst:6.1f} | {rho:5.2f} | {np.median(seconds):7.3f} |"
    )


def acdc(folder: Path) -> list[Stack]:
    """Both frames of the ACDC patient, or nothing where the folder is not there."""
    stacks = []
    for truth in sorted(folder.glob("acdc/*/*_gt.nii.gz")):
        scan, labels = (nib.Nifti1Image.from_filename(str(truth).replace("_gt", kind)) for kind in ("", "_gt"))
        stacks.append(read_stack(np.asarray(scan.dataobj), np.asarray(labels.dataobj), "acdc", scan.header.get_zooms()))
    return stacks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phantoms", type=int, default=40)
    count = parser.parse_args().phantoms
    phantoms = [make_phantom(seed) for seed in range(count)]
    stacks = [
        replace(
            read_stack(phantom.image, phantom.labels, "phantom", phantom.spacing),
            zero=PSIR_OFFSET if phantom.parameters.psir else 0.0,
        )
        for phantom in phantoms
    ]
    print(f"| {'scans':35} | n   | found | median | 90th   | worst  | rho   | seconds |")
    print(f"|{'-' * 37}|-----|-------|--------|--------|--------|-------|---------|")
    for name, variant in VARIANTS.items():
        changed = (
            replace(stack, image=variant(stack, np.random.default_rng(seed))) for seed, stack in enumerate(stacks)
        )
        print(row(f"phantoms, {name}", changed), flush=True)
    real = acdc(Path(os.environ.get("CLAIM_AUG_REALDATA", Path(__file__).parents[2] / "shared" / "data")))
    print(row("ACDC, label withheld", real) if real else "ACDC is not here: set CLAIM_AUG_REALDATA")


if __name__ == "__main__":
    main()
