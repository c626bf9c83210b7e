"""Windows pasted into a batch, so that a gradient goes from the batch to the windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.slices import in_plane
from claim_aug.generators.diffusion.painting import PaintedWindows
from claim_aug.generators.diffusion.window import MIDDLE, SPREAD
from claim_aug.joint.splines import PAD, coefficients, taps


@dataclass(frozen=True)
class ScarVoxels:
    """Every voxel of generated scar in a batch, in each channel, and the windows that its intensity comes from.

    Attributes:
        windows: painted windows with a gradient, in the network's units, (windows, 1, size, size).
        voxel: index of each voxel into the flattened batch of images, (voxels,).
        index: indices into the windows' flattened spline coefficients, (voxels, 16).
        weight: weights of the coefficients at ``index``, (voxels, 16).
        remote: intensity of remote myocardium in the voxel's slice, and what the scan's sharpness and noise change
            there, in the image's units, (voxels,).
        contrast: intensity of blood above remote in the voxel's slice, in the image's units, (voxels,).
        noise: SD of the scan's noise in relative intensity, (voxels,).
        infarct: whether the voxel is infarct and not MVO, (voxels,).
    """

    windows: Tensor
    voxel: Tensor
    index: Tensor
    weight: Tensor
    remote: Tensor
    contrast: Tensor
    noise: Tensor
    infarct: Tensor

    @classmethod
    def from_windows(cls, painted: Mapping[int, Sequence[PaintedWindows]], shape: Sequence[int]) -> ScarVoxels:
        """The voxels of a batch's scars.

        Args:
            painted: painted windows of each channel, by the element of the batch that got a scar.
            shape: shape of the batch of images, (B, C, *grid).
        """
        columns: list[list[NDArray[np.generic]]] = [[] for _ in range(7)]
        windows = [channel.windows for channels in painted.values() for channel in channels]
        count = 0
        for element, channels in painted.items():
            for number, channel in enumerate(channels):
                start = (element * shape[1] + number) * int(np.prod(shape[2:]))
                tissue, anatomy = channel.prepared.tissue, channel.prepared.job.anatomy
                plain = channel.prepared.paste_windows(channel.windows[:, 0].detach().float().cpu().numpy())
                acquired = in_plane(channel.prepared.acquired(plain) - plain, anatomy)
                for slice_index, slice_ in channel.prepared.slices.items():
                    planar, size = np.argwhere(slice_.scar), slice_.roi.size
                    index, weight = taps(slice_.roi.pixels(planar.T.astype(np.float64)), size)
                    ones = np.ones(len(planar))
                    row = (
                        start + flat_index(planar, slice_index, anatomy),
                        index + count * (size + 2 * PAD) ** 2,
                        weight,
                        tissue.remote[slice_index] + acquired[slice_index][slice_.scar],
                        ones * tissue.contrast[slice_index],
                        ones * slice_.noise,
                        ~slice_.mvo[slice_.scar],
                    )
                    for column, values in zip(columns, row, strict=True):
                        column.append(values)
                    count += 1
        tensors = [torch.from_numpy(np.concatenate(column)) for column in columns]
        device = windows[0].device
        parts = ((one.float() if one.is_floating_point() else one).to(device) for one in tensors)
        return cls(torch.cat(windows), *parts)

    def relative_intensity(self) -> Tensor:
        """Relative intensity of the voxels, (voxels,), remote 0 and blood 1, with the windows' gradient."""
        with torch.autocast(self.windows.device.type, enabled=False):  # 16 bits would be off by 1 % of its contrast
            flat = coefficients(self.windows.float()).flatten()
        return MIDDLE + SPREAD * (flat[self.index] * self.weight).sum(1)

    def composite(self, image: Tensor, relative_intensity: Tensor) -> Tensor:
        """A copy of the images (B, C, *grid) with the scar in it; all else is the same bit for bit.

        Whole numbers become floats, as no gradient goes through them.
        """
        image = image if image.is_floating_point() else image.float()
        values = (self.remote + self.contrast * relative_intensity).to(image)
        return image.flatten().index_put((self.voxel.to(image.device),), values).reshape(image.shape)


def flat_index(planar: NDArray[np.intp], slice_index: int, anatomy: LVAnatomy) -> NDArray[np.intp]:
    """Index into a scan's flattened grid of places in a slice of its region, (voxels, 2) rows and columns."""
    region = np.insert(planar, anatomy.orientation.through_plane, slice_index, axis=1)
    corner = [side.start for side in anatomy.box]
    return np.ravel_multi_index(tuple((region + corner).T), anatomy.grid_shape)
