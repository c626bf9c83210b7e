"""A sample as the page shows it: the voxels that changed, outlines, and numbers."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug import LVAnatomy, ScarSample, scar_report
from claim_aug.plots import display_limits
from claim_aug_designer.scan import Scan


def show(scan: Scan, sample: ScarSample, notes: list[str]) -> dict[str, Any]:
    """Everything that a page needs of a sample, ready for JSON."""
    display, anatomy = scan.display, sample.anatomy
    before, after = (region(image, anatomy) for image in (scan.case.image_file.data, sample.image))
    changed, image, infarct, mvo = (
        array.reshape(anatomy.grid_shape) for array in (sample.changed, sample.image, sample.infarct, sample.mvo)
    )
    voxels = np.nonzero(changed)
    old = anatomy.on_grid(anatomy.scar) & ~sample.healed.reshape(anatomy.grid_shape)
    said = [note for note in (sample.parameters["note"], *notes) if note]
    return {
        "changed": packed(display.places[voxels]),
        "values": packed(image[voxels].astype(np.float32)),
        "kinds": packed(infarct[voxels] + np.uint8(2) * mvo[voxels]),  # 0 healed, 1 infarct, 2 MVO
        "limits": list(display_limits(before, after, anatomy)),
        "outlines": {
            "infarct": display.outlines(sample.infarct | sample.mvo),
            "mvo": display.outlines(sample.mvo),
            "old": display.outlines(old),
        },
        "numbers": numbers(sample),
        "notes": list(dict.fromkeys(said)),
        "sample_seed": sample.seed,
    }


def packed(array: np.ndarray) -> str:
    """The bytes of an array in base64, little end first."""
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode("ascii")


def numbers(sample: ScarSample) -> dict[str, Any]:
    """What came of the request, and scar of the whole ventricle, per segment, and by intensity rules."""
    report = scar_report(sample.image, scarred(sample))
    real, mass = dict(sample.parameters["realised"]), sample.anatomy.mass_g
    real["scar_g"] = None if mass is None else mass * real["burden_percent"] / 100
    return {"realised": real, **{name: report[name] for name in ("totals", "segments", "rules")}}


def region(volume: NDArray[Any], anatomy: LVAnatomy) -> NDArray[Any]:
    """The part of a volume of the scan that the anatomy's arrays cover."""
    return volume.reshape(anatomy.grid_shape)[anatomy.box]


def scarred(sample: ScarSample) -> LVAnatomy:
    """The ventricle with the scar of the sample, old and new."""
    anatomy = sample.anatomy
    healed, infarct, mvo = (region(mask, anatomy) for mask in (sample.healed, sample.infarct, sample.mvo))
    return replace(
        anatomy,
        infarct=(anatomy.infarct & ~healed & ~mvo) | infarct,
        mvo=(anatomy.mvo & ~healed & ~infarct) | mvo,
    )
