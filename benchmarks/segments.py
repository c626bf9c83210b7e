"""How many myocardial voxels get the AHA segment that they should have.

    python benchmarks/segments.py
    python benchmarks/segments.py --acdc FOLDER      # with folders patient101/patient101_frame01_gt.nii.gz

First, percent of the wall that gets the segment that a phantom has by construction, as it is and after turning or
flipping the arrays. Then, of hearts with an RV label, percent of the wall on which the package agrees with segments
that are computed here by another method (``segments_by_horns``): once with the septum between both RV insertions, as
Cerqueira et al. have it (Circulation 2002;105:539-542), and once with a septum of 120 degrees from the anterior one.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug import LabelScheme, LVAnatomy
from claim_aug.anatomy.aha import aha_segment
from claim_aug.data.voxels import read_voxels
from claim_aug.phantom import make_phantom

Turn = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]
#: RV this close to the ventricle shows where it is attached; farther away its free wall bulges beyond the insertions.
ATTACHED_MM = 10.0


def turned(degrees: float) -> Turn:
    """Rotation within the slices, nearest neighbour."""
    return lambda array: ndimage.rotate(array, degrees, axes=(0, 1), order=0, reshape=False)


TURNS: dict[str, Turn] = {
    "as it is": lambda array: array,
    **{f"turned by {degrees}": turned(degrees) for degrees in (30, 60, 90, 180)},
    "flipped in-plane and through-plane": lambda array: array[::-1, :, ::-1],
    "axes permuted": lambda array: array.transpose(2, 0, 1),
}


def agreement(labels: NDArray[np.uint8], truth: NDArray[np.uint8], affine: NDArray[np.float64] | None) -> float:
    """Percent of the wall whose segment is the true one."""
    found = LVAnatomy.from_labels(labels, "phantom", affine=affine)
    wall = truth > 0
    return 100 * float((found.on_grid(found.segment)[wall] == truth[wall]).mean())


def segments_by_horns(anatomy: LVAnatomy) -> NDArray[np.uint8]:
    """AHA segments 1-16 slice by slice, from masks alone, (I, J, K) with slices last; 0 where a slice shows no RV.

    In each slice the insertions are where the RV's horns end: the outermost directions, seen from the middle of the
    ventricle, of the RV close to it. The septum between them is halved, the free wall quartered; apical walls are
    centred on the septum's middle. Slices with a cavity are cut into thirds. Only which way segments run and which end
    is basal are the package's own findings.
    """
    pixel = np.array(anatomy.spacing[:2])
    shown = np.flatnonzero(anatomy.cavity.any((0, 1)))
    order = shown if anatomy.orientation.base == "first" else shown[::-1]
    result = np.zeros(anatomy.wall.shape, np.uint8)
    for place, index in enumerate(order):
        wall, rv = anatomy.wall[..., index], anatomy.rv[..., index]
        ventricle = wall | anatomy.cavity[..., index]
        near = rv & (ndimage.distance_transform_edt(~ventricle, sampling=pixel) < ATTACHED_MM)
        if not near.any():
            continue
        middle = np.argwhere(ventricle).mean(0)

        def direction(mask: NDArray[np.bool_], middle: NDArray[np.float64] = middle) -> NDArray[np.float64]:
            rows, columns = ((np.argwhere(mask) - middle) * pixel).T
            return anatomy.orientation.winding * np.degrees(np.arctan2(columns, rows))

        there = direction(near)
        towards = np.degrees(np.angle(np.exp(1j * np.radians(there)).mean()))
        spread = (there - towards + 180) % 360 - 180
        first, septum = towards + spread.min(), np.ptp(spread)
        around = (direction(wall) - first) % 360
        free = (around - septum) / (360 - septum)
        if 3 * place < 2 * len(order):
            septal, segments = np.where(around < septum / 2, 2, 3), np.array([4, 5, 6, 1])
            found = np.where(around < septum, septal, segments[np.clip(4 * free, 0, 3).astype(int)])
            result[wall, index] = found + (6 if 3 * place >= len(order) else 0)
        else:
            quarter = (around - septum / 2 + 45) % 360 // 90
            result[wall, index] = np.array([14, 15, 16, 13])[quarter.astype(int)]
    return result


def with_nominal_septum(anatomy: LVAnatomy) -> NDArray[np.uint8]:
    """The package's segments as they would be were the inferior insertion not known."""
    anchor, winding = anatomy.anchor, anatomy.orientation.winding
    start = anchor.first_segment_deg(winding)
    assert start is not None
    assert anchor.angle_deg is not None
    around = (anatomy.rotational + winding * (start - anchor.angle_deg)) % 360
    return np.where(anatomy.wall, aha_segment(around, anatomy.apicobasal), 0)


def hearts(count: int, acdc: Path | None) -> Iterator[tuple[str, LVAnatomy]]:
    """Phantoms and patients with an RV label, slices last."""
    for seed in range(count):
        phantom = make_phantom(seed, scar=False, shape=(176, 176, 9), spacing=(1.5, 1.5, 10.0))
        yield "phantoms", LVAnatomy.from_labels(phantom.labels, "phantom", affine=phantom.affine)
    for path in sorted(acdc.glob("patient*/*_gt.nii.gz")) if acdc else []:
        file = read_voxels(path)
        yield "ACDC", LVAnatomy.from_labels(file.data, LabelScheme.parse("acdc"), spacing=file.spacing)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=40, help="number of phantoms")
    parser.add_argument("--acdc", type=Path, help="folder of ACDC's patients")
    arguments = parser.parse_args()
    count = arguments.n
    warnings.simplefilter("ignore")
    phantoms = [make_phantom(seed, scar=False, shape=(176, 176, 9), spacing=(1.5, 1.5, 10.0)) for seed in range(count)]
    print(f"| array                              | mean | worst of {count} |\n|---|---|---|")
    for name, turn in TURNS.items():
        shares = [agreement(turn(phantom.labels), turn(phantom.segments), None) for phantom in phantoms]
        print(f"| {name:34} | {np.mean(shares):.1f} | {min(shares):.1f} |")
    print("\n| hearts | stacks | both insertions, % | worst | 120 degrees, % | worst |\n|---|---|---|---|---|---|")
    agreed: dict[str, list[tuple[float, float]]] = {}
    for name, anatomy in hearts(count, arguments.acdc):
        other = segments_by_horns(anatomy)
        told = other > 0
        both = (anatomy.segment, with_nominal_septum(anatomy))
        agreed.setdefault(name, []).append(tuple(100 * float((own == other)[told].mean()) for own in both))
    for name, pairs in agreed.items():
        septum, nominal = np.array(pairs).T
        figures = (septum.mean(), septum.min(), nominal.mean(), nominal.min())
        print(f"| {name} | {len(pairs)} | {' | '.join(f'{value:.1f}' for value in figures)} |")


if __name__ == "__main__":
    main()
