"""A sample as the page shows it: the voxels that changed, outlines, and numbers."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any

import numpy as np

from claim_aug import LVAnatomy, ScarSample
from claim_aug.anatomy.lv import MYOCARDIAL_DENSITY
from claim_aug.data.provenance import plain
from claim_aug.jobs.quantify import rule_row, segment_row, totals
from claim_aug.measures.quantification import quantify
from claim_aug.plots.preview import display_limits, masks, region
from claim_aug_designer.scan import Scan


def show(scan: Scan, sample: ScarSample, notes: list[str]) -> dict[str, Any]:
    """Everything that a page needs of a sample, ready for JSON."""
    display, anatomy = scan.display, sample.anatomy
    before, after = (region(image, anatomy) for image in (scan.case.image_file.data, sample.image))
    changed = np.flatnonzero(display.stack(sample.changed))
    values = display.stack(sample.image).ravel()[changed].astype(np.float32)
    kinds = display.stack(sample.infarct.astype(np.uint8) + 2 * sample.mvo.astype(np.uint8)).ravel()[changed]
    outlined = masks(sample)
    said = [note for note in (sample.parameters["note"], *notes) if note]
    return {
        "changed": packed(changed.astype(np.uint32)),
        "values": packed(values),
        "kinds": packed(kinds),  # 0 healed, 1 infarct, 2 MVO
        "limits": list(display_limits(before, after, anatomy)),
        "outlines": {
            "infarct": display.outlines(anatomy.on_grid(outlined["new infarct"])),
            "mvo": display.outlines(anatomy.on_grid(outlined["new MVO"])),
            "old": display.outlines(anatomy.on_grid(outlined["scar that was there"])),
        },
        "numbers": numbers(sample),
        "notes": list(dict.fromkeys(said)),
        "sample_seed": sample.seed,
    }


def packed(array: np.ndarray) -> str:
    """The bytes of an array in base64, little end first."""
    return base64.b64encode(array.astype(array.dtype.newbyteorder("<")).tobytes()).decode("ascii")


def numbers(sample: ScarSample) -> dict[str, Any]:
    """What was drawn and what came of it, of the whole ventricle, per segment, and by intensity rules."""
    anatomy = scarred(sample)
    measured = quantify(region(sample.image, sample.anatomy).astype(np.float64), anatomy)
    real = dict(sample.parameters["realised"])
    millilitres = real["scar_ml"]
    real["scar_g"] = None if millilitres is None else millilitres * MYOCARDIAL_DENSITY
    return plain(
        {
            "realised": real,
            "drawn": {name: sample.parameters[name] for name in ("prior", "generator")},
            "totals": totals(measured),
            "segments": {one.segment: segment_row(one) for one in measured.segments},
            "rules": {rule.name: rule_row(rule) for rule in measured.rules},
        }
    )


def scarred(sample: ScarSample) -> LVAnatomy:
    """The ventricle with the scar of the sample, old and new."""
    anatomy = sample.anatomy
    healed, infarct, mvo = (region(mask, anatomy) for mask in (sample.healed, sample.infarct, sample.mvo))
    return replace(
        anatomy,
        infarct=(anatomy.infarct & ~healed & ~mvo) | infarct,
        mvo=(anatomy.mvo & ~healed & ~infarct) | mvo,
    )
