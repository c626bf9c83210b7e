"""The slices of a synthetic scan as small pictures, before and after, with outlines as paths."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import in_plane
from claim_aug.jobs.evaluate import JudgedScan
from claim_aug.plots.short_axis import Frame, display_limits, frames

#: Pixels along a side, and WebP's quality: 50 scans of eight slices stay below 5 MB.
SIZE, QUALITY = 160, 75


@dataclass(frozen=True)
class SheetSlice:
    """One slice.

    Attributes:
        title: words that say which slice it is.
        after, before: slice as a data URL; ``before`` is ``None`` where the scan it was made from is not known.
        paths: outlines as SVG path data by what is outlined: ``"wall"``, ``"old"``, ``"scar"``, ``"mvo"``.
        insertion: place of the anterior RV insertion, x and y in pixels; ``None`` where it is not known.
        assumed: what of the orientation is only assumed.
    """

    title: str
    after: str
    before: str | None
    paths: dict[str, str]
    insertion: tuple[float, float] | None
    assumed: str


@dataclass(frozen=True)
class Sheet:
    """A synthetic scan.

    Attributes:
        name: name of the scan.
        facts: what is known of it, by name, such as its burden.
        slices: slices that show the wall, from base to apex.
        first: number of the slice with the most scar.
    """

    name: str
    facts: dict[str, str]
    slices: tuple[SheetSlice, ...]
    first: int


def make_sheet(one: JudgedScan) -> Sheet:
    """The sheet of a scan that is being judged."""
    anatomy = one.anatomy
    after, before = one.image, one.before
    limits = display_limits(None if before is None else before[anatomy.box], after[anatomy.box], anatomy)
    shown = [int(index) for index in np.flatnonzero(in_plane(anatomy.wall, anatomy).any((1, 2)))]
    order = shown if anatomy.orientation.base == "first" else shown[::-1]
    old = np.zeros_like(anatomy.wall) if one.old is None else one.old
    masks = {"wall": anatomy.wall, "old": old, "scar": anatomy.scar & ~old, "mvo": anatomy.mvo & ~old}
    flat = one.scan.case.label_file.data.ndim == 2
    slices = tuple(
        make_slice(frame, after, before, anatomy, masks, limits)
        for frame in frames(anatomy, order, size=SIZE, rows_run_down=flat)
    )
    sizes = [int(in_plane(masks["scar"], anatomy)[index].sum()) for index in order]
    return Sheet(one.scar.name, facts(one), slices, int(np.argmax(sizes)))


def make_slice(
    frame: Frame,
    after: NDArray[Any],
    before: NDArray[Any] | None,
    anatomy: LVAnatomy,
    masks: dict[str, Mask],
    limits: tuple[float, float],
) -> SheetSlice:
    """One slice of a sheet."""
    return SheetSlice(
        frame.title,
        webp(frame.cut(after, anatomy), limits),
        None if before is None else webp(frame.cut(before, anatomy), limits),
        {name: path(frame.outlines(mask, anatomy)) for name, mask in masks.items()},
        frame.insertion,
        frame.assumed,
    )


def webp(plane: NDArray[np.float64], limits: tuple[float, float]) -> str:
    """A slice as the data URL of a WebP."""
    low, high = limits
    grey = np.clip(255 * (plane - low) / max(high - low, 1e-9), 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "WEBP", quality=QUALITY)
    return "data:image/webp;base64," + base64.b64encode(stream.getvalue()).decode("ascii")


def path(lines: Sequence[NDArray[np.float64]]) -> str:
    """Lines as the data of an SVG path, to a tenth of a pixel."""
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line[::2]) + "Z" for line in lines if len(line) > 3)


def facts(one: JudgedScan) -> dict[str, str]:
    """What is known of a scan: what was measured, and what was asked for."""
    scar, record = one.scar, one.scan.sidecar
    found: dict[str, Any] = {
        "made from": scar.patient,
        "burden": f"{scar.burden_percent:.1f} %LV",
        "transmurality": f"{scar.transmurality:.2f}",
        "generator": one.scan.generator,
        "territory": record.get("parameters", {}).get("prior", {}).get("territory"),
        "seed": record.get("seed"),
    }
    return {name: str(value) for name, value in found.items() if value is not None}
