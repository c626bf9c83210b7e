"""Every metric over the scars of many scans, collected slice by slice."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.slices import slices_with
from claim_aug.errors import InputError
from claim_aug.evaluation.adherence import Segmenter, adherence
from claim_aug.evaluation.crops import Crop, lv_crop
from claim_aug.evaluation.intensity import Values, scar_sd
from claim_aug.measures.remote import Image


@dataclass
class ScarSet:
    """What one set of scars shows.

    Slices are judged one by one, because each may have its own scale of intensity. A slice without enough remote
    myocardium counts in none of the lists that need it, so their lengths differ.

    Attributes:
        intensities: intensities of infarct, in SD over remote, (voxels,) of each slice.
        five_sd, fwhm, segmenter: Dice of each slice's label with what each of these finds, 0-1.
        crops: image and share of scar of every slice with scar, (2, size, size).
        patients: name of the patient of each crop.
    """

    intensities: list[Values] = field(default_factory=list)
    five_sd: list[float] = field(default_factory=list)
    fwhm: list[float] = field(default_factory=list)
    segmenter: list[float] = field(default_factory=list)
    crops: list[Crop] = field(default_factory=list)
    patients: list[str] = field(default_factory=list)

    def add(self, patient: str, image: Image, anatomy: LVAnatomy, *, segment: Segmenter | None = None) -> None:
        """Judge every slice with scar.

        Args:
            image: intensities of the anatomy's region, (I, J, K), any units, real or with synthetic scar.
            anatomy: anatomy with the scar that the image shows or should show.
            segment: function that finds scar, as ``adherence`` takes it, on regions of one slice.

        Raises:
            InputError: an anatomy without scar.
        """
        if not anatomy.scar.any():
            msg = f"the metrics judge scar, and {patient} has none labelled; leave it out"
            raise InputError(msg)
        for heart, part in slices_with(anatomy.scar, anatomy):
            plane = image[part]
            self.intensities.append(scar_sd(plane, heart, heart.infarct))
            found = adherence(plane, heart, heart.infarct, heart.mvo, segment=segment)
            for scores, score in (
                (self.five_sd, found.five_sd),
                (self.fwhm, found.fwhm),
                (self.segmenter, found.segmenter),
            ):
                if score is not None:
                    scores.append(score)
            self.crops.append(lv_crop(plane, heart, heart.scar))
            self.patients.append(patient)

    @property
    def every_intensity(self) -> NDArray[np.float64]:
        """Intensities of all slices, (voxels,)."""
        return np.concatenate([*self.intensities, np.empty(0)])
