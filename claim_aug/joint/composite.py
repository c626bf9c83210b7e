"""Windows pasted into a batch, so that a gradient goes from the batch to the windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from claim_aug.anatomy import LVAnatomy
from claim_aug.generators.base import RenderJob
from claim_aug.generators.diffusion.window import MIDDLE, SPREAD, Slice
from claim_aug.joint.splines import PAD, coefficients, taps
from claim_aug.measures.tissue import Tissue


@dataclass(frozen=True)
class Painted:
    """One channel of one scan that got a scar: what its windows are cut from and go back into."""

    job: RenderJob
    tissue: Tissue
    pieces: dict[int, Slice]


@dataclass(frozen=True)
class Places:
    """Where the windows of a batch go; all have one entry for each voxel of scar in each channel.

    Attributes:
        voxel: index into the flattened batch of images, (voxels,).
        index, weight: into the windows' flattened spline coefficients, (voxels, 16).
        remote, contrast: of the voxel's slice, in the image's units, (voxels,).
        noise: SD of the scan's noise, in heights, (voxels,).
        infarct: whether it is infarct and not MVO, (voxels,).
    """

    voxel: Tensor
    index: Tensor
    weight: Tensor
    remote: Tensor
    contrast: Tensor
    noise: Tensor
    infarct: Tensor

    def heights(self, pictures: Tensor) -> Tensor:
        """Heights of the voxels, (voxels,), remote 0 and blood 1, from windows (windows, 1, size, size)."""
        with torch.autocast(pictures.device.type, enabled=False):  # in 16 bits scar would be off by 1 % of its contrast
            flat = coefficients(pictures.float()).flatten()
        return MIDDLE + SPREAD * (flat[self.index] * self.weight).sum(1)

    def composite(self, image: Tensor, heights: Tensor) -> Tensor:
        """A copy of the images (B, C, *grid) with the scar in it; all else is the same bit for bit.

        Whole numbers become floats, as no gradient goes through them.
        """
        image = image if image.is_floating_point() else image.float()
        values = (self.remote + self.contrast * heights).to(image)
        return image.flatten().index_put((self.voxel.to(image.device),), values).reshape(image.shape)


def places_of(
    painted: Sequence[Painted], elements: Sequence[int], shape: Sequence[int], device: torch.device
) -> Places:
    """Where the windows of a batch's scars go.

    Args:
        painted: one for each channel of each element that got a scar.
        elements: which elements of the batch these are, in the same order, without their channels.
        shape: of the batch of images, (B, C, *grid).
    """
    columns: list[list[NDArray[np.generic]]] = [[] for _ in range(7)]
    channels = shape[1]
    window = 0
    for number, one in enumerate(painted):
        element, channel = elements[number // channels], number % channels
        start = (element * channels + channel) * int(np.prod(shape[2:]))
        for slice_number, piece in one.pieces.items():
            planar = np.argwhere(piece.scar)
            size = piece.roi.size
            index, weight = taps(piece.roi.pixels(planar.T.astype(np.float64)), size)
            count = np.ones(len(planar))
            row = (
                start + in_grid(planar, slice_number, one.job.anatomy),
                index + window * (size + 2 * PAD) ** 2,
                weight,
                count * one.tissue.remote[slice_number],
                count * one.tissue.contrast[slice_number],
                count * piece.noise,
                ~piece.mvo[piece.scar],
            )
            for column, values in zip(columns, row, strict=True):
                column.append(values)
            window += 1
    tensors = [torch.from_numpy(np.concatenate(column)) for column in columns]
    return Places(*((one.float() if one.is_floating_point() else one).to(device) for one in tensors))


def in_grid(planar: NDArray[np.intp], slice_number: int, anatomy: LVAnatomy) -> NDArray[np.intp]:
    """Index into the flattened grid of a scan of places in a slice of its region, (voxels, 2)."""
    across = anatomy.orientation.through_plane
    region = np.insert(planar, across, slice_number, axis=1)
    corner = [side.start for side in anatomy.box]
    return np.ravel_multi_index(tuple((region + corner).T), anatomy.grid_shape)
