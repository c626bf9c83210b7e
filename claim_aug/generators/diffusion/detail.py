"""The detail of a scan that is too fine for a window's pixels, measured beside the scar and put onto it."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.roi import cut_splines
from claim_aug.anatomy.slices import in_plane
from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.window import Slice
from claim_aug.measures.grain import Grain, measure_grain
from claim_aug.measures.remote import middle_of_wall


def lost_in_windows(job: RenderJob, slices: Mapping[int, Slice]) -> Grain:
    """The grain of what remote myocardium and blood lose on their way into the windows and back, in the scan's units.

    It is nothing where the scan's pixels are larger than the window's, and most of the noise where they are far
    smaller.

    Args:
        job: scan and scar to render.
        slices: slices with scar by their index in the region.
    """
    heart = job.anatomy
    across = heart.orientation.through_plane
    inside = ndimage.binary_erosion(heart.cavity, np.expand_dims(ndimage.generate_binary_structure(2, 1), across))
    even = (heart.healthy & ~job.mask.scar & middle_of_wall(heart)) | inside
    lost, measured = np.zeros_like(job.image), np.zeros_like(even)
    for index, slice_ in slices.items():
        where = in_plane(even, heart)[index]
        plane: NDArray[np.float64] = in_plane(job.image, heart)[index]
        window = cut_splines(ndimage.spline_filter(plane, mode="nearest"), slice_.roi)
        in_plane(lost, heart)[index][where] = plane[where] - slice_.roi.back(window, where)
        in_plane(measured, heart)[index][where] = True
    return measure_grain(lost, measured, across)
