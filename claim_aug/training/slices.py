"""What a generator learns from: every slice with labelled scar of a data set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.anatomy.slices import in_plane
from claim_aug.data.case import naming
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.errors import AnatomyError, InputError
from claim_aug.generators.diffusion.control_histogram import Controls, histogram
from claim_aug.generators.diffusion.window import Slice, take_slice
from claim_aug.measures.tissue import measure
from claim_aug.priors import ScarMask
from claim_aug.priors.smile import SmilePrior

#: Less scar in a slice is mostly edge.
FEWEST_VOXELS = 6
#: Every so manieth patient shows healthy wall, too: a quarter of all slices.
HEALTHY_EVERY = 2


@dataclass(frozen=True)
class TrainingSlice:
    """A slice with scar, or with a part of its healthy wall that the network learns to paint as it is.

    Attributes:
        slice_: slice as the network sees it, its scar in place.
        infarct: relative intensity of the voxels to be painted, (voxels,): of the infarct, none where all scar is MVO.
        patient: name of the patient.
        area: area to be painted, mm².
        remote: whether it is healthy wall: scar and remote myocardium are two values of one control histogram.
    """

    slice_: Slice
    infarct: NDArray[np.float64]
    patient: str
    area: float
    remote: bool = False


class HasPatient(Protocol):
    """Anything of a patient."""

    @property
    def patient(self) -> str: ...


OfPatient = TypeVar("OfPatient", bound=HasPatient)


def read_slices(
    dataset: Path, scheme: LabelScheme, *, spacing: float, size: int
) -> tuple[list[TrainingSlice], list[str]]:
    """The slices with scar of every case of a folder, and the cases in which no ventricle can be read.

    Raises:
        InputError: a folder without a data set, a case without image, or no labelled scar.
        LabelError: values outside the scheme.
    """
    found: list[TrainingSlice] = []
    skipped = Skipped()
    cases = find_cases(dataset, images_for="training")
    for number, (case, anatomy) in enumerate(
        iter_cases(cases, scheme, on_error=skipped, look_in_image=False, warn=False)
    ):
        if anatomy.scar.any():
            with naming(case.name):
                region = case.region(anatomy)
                found += slices_of(region, anatomy, case.name, spacing=spacing, size=size)
                if number % HEALTHY_EVERY == 0:
                    rng = np.random.default_rng(number)
                    found += remote_slices(region, anatomy, case.name, rng, spacing=spacing, size=size)
    if not found:
        msg = f"{dataset} has no labelled scar to learn from; is {scheme} the right label scheme?"
        raise InputError(msg)
    return found, skipped


def slices_of(
    image: NDArray[np.float64],
    anatomy: LVAnatomy,
    patient: str,
    *,
    spacing: float,
    size: int,
    mask: ScarMask | None = None,
) -> Iterator[TrainingSlice]:
    """The slices of one region, (I, J, K), in which ``mask``, by default its own scar, has something to paint."""
    tissue = measure(image, anatomy)
    mask = mask or ScarMask(anatomy.infarct, anatomy.mvo)
    pixel = float(np.prod([anatomy.spacing[axis] for axis in anatomy.orientation.in_plane]))
    for index, scar in enumerate(in_plane(mask.scar, anatomy)):
        if scar.sum() < FEWEST_VOXELS:
            continue
        slice_ = take_slice(image, mask, anatomy, tissue, index, spacing=spacing, size=size)
        places, splines = np.argwhere(in_plane(mask.infarct, anatomy)[index]).T, slice_.relative_intensity
        infarct = ndimage.map_coordinates(splines, places, order=3, mode="nearest", prefilter=False)
        yield TrainingSlice(slice_, infarct, patient, float(scar.sum()) * pixel)


def remote_slices(
    image: NDArray[np.float64],
    anatomy: LVAnatomy,
    patient: str,
    rng: np.random.Generator,
    *,
    spacing: float,
    size: int,
) -> Iterator[TrainingSlice]:
    """Slices with healthy wall where a scar of ``smile`` would fit, for a network that is to heal, too."""
    try:
        place = SmilePrior().sample(anatomy, rng)
    except AnatomyError:  # hardly any healthy wall is left
        return
    mask = ScarMask(place.scar, np.zeros_like(place.scar))
    for example in slices_of(image, anatomy, patient, spacing=spacing, size=size, mask=mask):
        yield replace(example, remote=True)


def controls_of(slices: Iterable[TrainingSlice]) -> Controls:
    """The control histograms of a training set's scar; slices of MVO alone have none.

    Raises:
        InputError: slices of MVO alone.
    """
    usable = [one for one in slices if one.infarct.size and not one.remote]
    if not usable:
        msg = "there is no infarct to learn from, MVO alone; is it the right label scheme?"
        raise InputError(msg)
    names = sorted({one.patient for one in usable})
    return Controls(
        np.stack([histogram(one.infarct) for one in usable]),
        np.array([names.index(one.patient) for one in usable], np.int32),
        np.array([one.area for one in usable], np.float32),
        np.array([one.slice_.noise for one in usable], np.float32),
    )


def split(slices: list[OfPatient], share: float, seed: int) -> tuple[list[OfPatient], list[OfPatient]]:
    """Slices to learn from and slices to validate on, by patient: a patient is in one of them only.

    Raises:
        InputError: a share outside 0-0.5, or too few patients to have one for validation.
    """
    if not 0 <= share <= 0.5:
        msg = f"the share of patients for validation needs to be within 0-0.5, got {share}"
        raise InputError(msg)
    names = sorted({one.patient for one in slices})
    count = max(round(share * len(names)), 1) if share else 0
    if count >= len(names):
        msg = f"validation needs patients of its own, got {len(names)}; give more, or say --validation 0"
        raise InputError(msg)
    validation = set(np.random.default_rng(seed).permutation(names)[:count].tolist())
    return [one for one in slices if one.patient not in validation], [
        one for one in slices if one.patient in validation
    ]
