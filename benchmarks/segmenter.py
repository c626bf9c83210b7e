"""A small U-Net that segments scar, trained on real scans alone: what it finds in a painted scan is its adherence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from monai.losses import DiceCELoss
from monai.networks.nets import UNet
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy.slices import in_plane
from claim_aug.data.dataset import find_cases, iter_cases
from claim_aug.evaluation.adherence import Segmenter

#: Side of the picture that the network sees, and the share of a region that it shows: the ventricle and a little more.
SIDE, SHARE = 64, 0.66
STEPS, BATCH = 600, 16

Picture = NDArray[np.float32]


def middle(shape: tuple[int, ...]) -> tuple[slice, ...]:
    """The middle of a region."""
    rims = [round(size * (1 - SHARE) / 2) for size in shape]
    return tuple(slice(rim, size - rim) for rim, size in zip(rims, shape, strict=True))


def resized(plane: NDArray[np.floating]) -> Picture:
    """The middle of a slice's region as a square picture."""
    cut = plane[middle(plane.shape)]
    return ndimage.zoom(cut, np.array([SIDE, SIDE]) / cut.shape, order=1, grid_mode=True, mode="nearest")


def standard(plane: NDArray[np.floating]) -> Picture:
    """The picture of a region, of zero mean and unit spread."""
    picture = resized(plane)
    return ((picture - picture.mean()) / picture.std().clip(1e-6)).astype(np.float32)


def read_pictures(dataset: Path) -> tuple[Picture, Picture]:
    """Pictures and scar of every slice of a data set that shows the ventricle, (slices, 1, side, side) each."""
    pictures, scars = [], []
    for case, anatomy in iter_cases(find_cases(dataset), "emidec", look_in_image=False, warn=False):
        region = in_plane(case.region(anatomy), anatomy)
        for plane, wall, scar in zip(
            region, *(in_plane(m, anatomy) for m in (anatomy.wall, anatomy.scar)), strict=True
        ):
            if wall.any():
                pictures.append(standard(plane))
                scars.append((resized(scar.astype(np.float64)) > 0.5).astype(np.float32))
    return np.stack(pictures)[:, None], np.stack(scars)[:, None]


def train_segmenter(dataset: Path, *, seed: int = 0) -> Segmenter:
    """Learn from a folder of labelled scans; the answer finds scar in a region of one slice, (I, J, K)."""
    pictures, scars = (torch.from_numpy(array) for array in read_pictures(dataset))
    rng = np.random.default_rng(seed)
    torch.manual_seed(seed)
    network = UNet(2, 1, 1, channels=(16, 32, 64, 96), strides=(2, 2, 2), num_res_units=1, norm="BATCH")
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 5e-3, total_steps=STEPS)
    loss_of = DiceCELoss(sigmoid=True)
    for _ in range(STEPS):
        chosen = rng.choice(len(pictures), BATCH)
        both = torch.cat([pictures[chosen], scars[chosen]], 1)
        both = torch.rot90(both.flip(-1) if rng.random() < 0.5 else both, int(rng.integers(4)), (-2, -1))
        picture = both[:, :1] * float(rng.uniform(0.8, 1.25)) + float(rng.normal(0, 0.2))
        loss = loss_of(network(picture), both[:, 1:])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
    network.eval()

    @torch.no_grad()
    def segment(image: NDArray[np.float64]) -> NDArray[np.bool_]:
        across = int(np.argmin(image.shape))
        plane = np.moveaxis(image, across, 0)[0]
        picture = torch.from_numpy(standard(plane))[None, None]
        found = torch.stack([unturned(network(turned(picture, turn)), turn) for turn in range(4)]).mean(0)
        mask = np.zeros(plane.shape, np.bool_)
        size = np.array(mask[middle(plane.shape)].shape)
        back = ndimage.zoom(found[0, 0].numpy(), size / SIDE, order=1, grid_mode=True, mode="nearest")
        mask[middle(plane.shape)] = back > 0
        return np.expand_dims(mask, across)

    return segment


def turned(picture: torch.Tensor, turn: int) -> torch.Tensor:
    return torch.rot90(picture, turn, (-2, -1))


def unturned(picture: torch.Tensor, turn: int) -> torch.Tensor:
    return torch.rot90(picture, -turn, (-2, -1))
