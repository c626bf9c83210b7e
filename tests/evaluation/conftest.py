"""Sets of phantoms' scars, as an evaluation sees them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from claim_aug import LVAnatomy
from claim_aug.evaluation.evaluate_sets import evaluate_sets
from claim_aug.evaluation.scan_scar import measure_scar
from claim_aug.phantom import make_phantom

#: Phantoms of each set.
COUNT = 12


@pytest.fixture(scope="session")
def read_scan():
    """``read_scan(seed)`` gives image of the region and ventricle of a phantom with scar."""

    def read(seed):
        scan = make_phantom(seed, scar=True, shape=(80, 80, 5), spacing=(1.7, 1.7, 12.0))
        heart = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine, spacing=scan.spacing)
        return scan.image[heart.box].astype(np.float64), heart

    return read


@pytest.fixture(scope="session")
def scans(read_scan):
    """Two sets of phantoms of the same kind: name, image and ventricle of each."""
    return {
        kind: [(f"{kind}{seed}", *read_scan(seed)) for seed in range(first, first + COUNT)]
        for kind, first in (("real", 0), ("synthetic", 100))
    }


@pytest.fixture(scope="session")
def measured():
    """``measured(scans)`` gives the scars of scans; ``change(image, heart)`` gives another image and ventricle."""

    def measure(scans, change=lambda image, heart: (image, heart), **more):
        return [measure_scar(name, name, *change(image, heart), **more) for name, image, heart in scans]

    return measure


@pytest.fixture(scope="session")
def real(scans, measured):
    return measured(scans["real"])


@pytest.fixture(scope="session")
def synthetic(scans, measured):
    return measured(scans["synthetic"])


@pytest.fixture(scope="session")
def judge():
    """``judge(synthetic, real)`` gives the metrics by name, by few draws."""

    def judged(synthetic, real, **more):
        metrics, _ = evaluate_sets(synthetic, real, resamples=10, permutations=40, **more)
        return {metric.name: metric for metric in metrics}

    return judged


@pytest.fixture(scope="session")
def with_scar():
    """``with_scar(heart, mask)`` gives the ventricle with another scar, all infarct."""
    return lambda heart, mask: replace(heart, infarct=mask & heart.wall, mvo=np.zeros_like(mask))
