"""The control histogram: how bright the scar of a slice is to be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.errors import InputError

Histogram = NDArray[np.float32]

#: As CLAIM's: 16 bins. Theirs span a crop's own range; these are relative intensities, the last ones open.
BINS = 16
EDGES = np.linspace(-0.5, 3.5, BINS + 1)
MIDDLES = (EDGES[1:] + EDGES[:-1]) / 2
#: The patient whose brightness a scar takes after is drawn among this share of the training patients, those of most
#: similar contrast to noise:
#: where blood stands far above remote, scar is rarely brighter than blood.
SIMILAR, FEWEST = 0.2, 6
#: In relative intensity; a scan without noise is like those with the least.
LEAST_NOISE = 1e-4
#: SD of a scar's intensities over their mean, where a single brightness is asked for; median of 48 EMIDEC patients.
RELATIVE_SPREAD = 0.31

#: No control: the network paints what it finds likely.
NONE = np.zeros(BINS, np.float32)


@dataclass(frozen=True)
class Controls:
    """The histograms of a training set, one a slice.

    Attributes:
        histogram: control histograms, (slices, ``BINS``), each of sum 1.
        source_patient: number of the patient of each slice, (slices,).
        area: area of the scar in mm², (slices,).
        noise: SD of the scan's noise in relative intensity, (slices,).
    """

    histogram: Histogram
    source_patient: NDArray[np.int32]
    area: NDArray[np.float32]
    noise: NDArray[np.float32]

    def draw(self, noise: float, rng: np.random.Generator) -> int:
        """A patient, among those whose noise is most like this scan's."""
        patients, first = np.unique(self.source_patient, return_index=True)
        own = np.maximum(self.noise[first], LEAST_NOISE)
        near = np.argsort(abs(np.log(own / max(noise, LEAST_NOISE))), kind="stable")
        return int(patients[rng.choice(near[: max(FEWEST, round(SIMILAR * patients.size))])])

    def histogram_of(self, source_patient: int, area: float) -> Histogram:
        """The histogram of the patient's slice whose scar is most alike in size, (``BINS``,)."""
        own = np.flatnonzero(self.source_patient == source_patient)
        return np.asarray(self.histogram[own[np.argmin(abs(self.area[own] - area))]])


def histogram(relative_intensity: ArrayLike) -> Histogram:
    """Share of voxels in each bin, (``BINS``,); ``NONE`` of no voxels."""
    values = np.clip(relative_intensity, EDGES[0], EDGES[-1])
    counts = np.histogram(values, EDGES)[0]
    return (counts / max(counts.sum(), 1)).astype(np.float32)


def mean_of(shares: ArrayLike) -> float:
    """Mean relative intensity of what a histogram counts."""
    return float(np.dot(MIDDLES, np.asarray(shares)))


def histogram_around(relative_intensity: float) -> Histogram:
    """The histogram of scar of this mean, as a multiple of blood above remote."""
    spread = max(RELATIVE_SPREAD * relative_intensity, 0.15)
    shares = np.exp(-0.5 * ((MIDDLES - min(relative_intensity, MIDDLES[-1])) / spread) ** 2)
    return (shares / shares.sum()).astype(np.float32)


def check_histogram(values: ArrayLike) -> Histogram:
    """A histogram that a user gives, brought to sum 1.

    Raises:
        InputError: anything but ``BINS`` numbers from 0, not all zero.
    """
    try:
        array = np.asarray(values, np.float32)
    except (TypeError, ValueError):
        array = np.empty(0, np.float32)
    if array.shape != (BINS,) or not np.isfinite(array).all() or (array < 0).any() or not array.any():
        bins = f"one for each bin of relative intensity {EDGES[0]:g} to {EDGES[-1]:g}"
        msg = f"histogram needs {BINS} numbers from 0, {bins}, got {values!r}"
        raise InputError(msg)
    return np.asarray(array / array.sum())
