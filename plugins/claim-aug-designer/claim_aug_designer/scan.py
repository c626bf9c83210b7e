"""An opened scan: its files, its ventricle, and how it is displayed."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug import LVAnatomy, ScarSample, ScarSynthesizer, sample_seed, scar_report
from claim_aug.cli import Orientation
from claim_aug.data import Case
from claim_aug.errors import ClaimAugWarning
from claim_aug.priors import TERRITORIES, territory_segments
from claim_aug_designer.design import Design
from claim_aug_designer.display import Display

#: Marks a voxel of the wall that has scar already, beside its segment.
SCARRED = 128


@dataclass(frozen=True)
class Scan:
    """A scan that scar is designed in.

    Attributes:
        case: files of the scan.
        scheme: label scheme of its labels, as the user named it.
        orientation: knowledge of the orientation, as options of the command line.
        anatomy: ventricle of the scan.
        display: display of the scan.
        notes: sentences that a person should know of the scan.
    """

    case: Case
    scheme: str
    orientation: Orientation
    anatomy: LVAnatomy
    display: Display
    notes: tuple[str, ...] = ()

    @classmethod
    def from_files(cls, image: Path, labels: Path, scheme: str, orientation: Orientation) -> Scan:
        """Read and check a scan.

        Raises:
            ClaimAugError: a scan that cannot be used.
        """
        with kept_warnings() as notes:
            case = Case.from_files(image, labels)
            anatomy = case.ventricle(scheme, **orientation.keywords())
        display = Display.of_anatomy(anatomy, rows_run_down=case.label_file.data.ndim == 2)
        return cls(case, scheme, orientation, anatomy, display, tuple(notes))

    def synthesizer(self, design: Design) -> ScarSynthesizer:
        """The synthesizer that makes what was asked for.

        Raises:
            ClaimAugError: options that clash or are out of range.
        """
        return ScarSynthesizer(
            design.prior, design.generator, labels=self.scheme, existing=design.existing, **design.parameters()
        )

    def seed(self, design: Design) -> int:
        """The seed of the one sample that the command line makes of this case."""
        return sample_seed(design.seed, self.case.name, 0)

    def sample(self, design: Design) -> tuple[ScarSample, list[str]]:
        """The scan with the scar that was asked for, and what was warned of; nothing is written.

        Raises:
            ClaimAugError: a request that cannot be met.
        """
        with kept_warnings() as notes:
            sample = self.synthesizer(design).sample(
                self.case.image_file.data, self.case.label_file.data, seed=self.seed(design), anatomy=self.anatomy
            )
        return sample, notes

    @cached_property
    def description(self) -> dict[str, Any]:
        """Everything that a page needs of a scan but its voxels, ready for JSON."""
        anatomy, display = self.anatomy, self.display
        segments = scar_report(self.case.image_file.data, anatomy)["segments"]
        return {
            "case": self.case.name,
            "scheme": self.scheme,
            "shape": list(display.stack(np.empty(anatomy.grid_shape, bool)).shape),
            "pixel_mm": display.pixel_mm(),
            "slice_mm": float(anatomy.spacing[anatomy.orientation.through_plane]),
            "titles": display.titles(),
            "heart": display.heart(),
            "wall": display.outlines(anatomy.on_grid(anatomy.wall)),
            "old_scar": display.outlines(anatomy.on_grid(anatomy.scar)),
            "scarred": bool(anatomy.scar.any()),
            "anchored": anatomy.anchor.known,
            "assumed": display.layout.assumed,
            "segments": {number: row["name"] for number, row in segments.items() if row["voxels"]},
            "territories": {name: territory_segments(name) for name in TERRITORIES},
            "notes": [*self.notes, *self.more_notes()],
        }

    def more_notes(self) -> Iterator[str]:
        """What a person should know of the scan and nothing warns of."""
        if self.anatomy.scar.any():
            share = 100 * self.anatomy.scar.sum() / self.anatomy.wall_voxels
            yield f"the scan has scar already, {share:.1f} %LV"
        if not self.anatomy.spacing_known:
            yield "the size of a voxel is not known: there are no mL and no grams"

    def voxels(self) -> bytes:
        """Intensities as float32, then the segment of each voxel of the wall as a byte (scarred ones with SCARRED)."""
        image = self.display.stack(self.case.image_file.data.astype(np.float32))
        segment = self.anatomy.segment + np.uint8(SCARRED) * self.anatomy.scar
        return image.tobytes() + self.display.stack(self.anatomy.on_grid(segment)).tobytes()


@contextmanager
def kept_warnings() -> Iterator[list[str]]:
    """Warnings of ours within the block, as sentences for the page."""
    found: list[str] = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield found
    found += sorted({str(one.message) for one in caught if issubclass(one.category, ClaimAugWarning)})
