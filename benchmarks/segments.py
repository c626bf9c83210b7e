"""How many myocardial voxels get the AHA segment that a phantom has by construction, however the array is turned.

    python benchmarks/segments.py

Percent of the wall over phantoms with an RV label, as they are and after turning or flipping the arrays.
"""

from __future__ import annotations

import argparse
import warnings
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug import LVAnatomy
from claim_aug.phantom import make_phantom

Turn = Callable[[NDArray[np.uint8]], NDArray[np.uint8]]


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-n", type=int, default=40, help="number of phantoms")
    count = parser.parse_args().n
    warnings.simplefilter("ignore")
    phantoms = [make_phantom(seed, scar=False, shape=(176, 176, 9), spacing=(1.5, 1.5, 10.0)) for seed in range(count)]
    print(f"| array                              | mean | worst of {count} |\n|---|---|---|")
    for name, turn in TURNS.items():
        shares = [agreement(turn(phantom.labels), turn(phantom.segments), None) for phantom in phantoms]
        print(f"| {name:34} | {np.mean(shares):.1f} | {min(shares):.1f} |")


if __name__ == "__main__":
    main()
