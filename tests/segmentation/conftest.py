"""What tests of the segmenter share: windows made from nothing, and those of phantoms."""

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.phantom import make_phantom
from claim_aug.segmentation.windows import INFARCT, SIDE, Windows, class_map, cut_windows, join_windows


def noise_windows(count, *, scarred):
    """Windows of noise, every one with scar or none."""
    images = np.random.default_rng(0).standard_normal((count, 1, SIDE, SIDE), dtype=np.float32)
    classes = np.zeros((count, SIDE, SIDE), np.uint8)
    classes[:, 20:30, 20:30] = INFARCT if scarred else 1
    return Windows(images, classes)


@pytest.fixture(scope="session")
def hearts():
    """Regions and ventricles of two phantoms, the second with scar and MVO."""
    found = []
    for seed in range(2):
        scan = make_phantom(seed, scar=bool(seed), mvo=True, shape=(96, 96, 4))
        anatomy = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine, spacing=scan.spacing)
        found.append((scan.image[anatomy.box].astype(float), anatomy))
    return found


@pytest.fixture(scope="session")
def windows(hearts):
    return join_windows(cut_windows(region, class_map(anatomy), anatomy) for region, anatomy in hearts)
