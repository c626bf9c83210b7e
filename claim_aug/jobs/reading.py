"""Slices for a blind reading: chosen, shuffled, and all made alike; and its answers read."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from claim_aug.anatomy import LabelScheme
from claim_aug.anatomy.slices import in_plane
from claim_aug.data.case import no_anchor_warning
from claim_aug.data.dataset import Skipped, iter_cases
from claim_aug.data.scan_set import LabelledScan, read_scan_set
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError
from claim_aug.evaluation.reading import CONFIDENCES, REAL, SYNTHETIC, Answer
from claim_aug.fingerprint import fingerprint
from claim_aug.plots.short_axis import display_limits, frames

KEY_FORMAT, ANSWER_FORMAT = "claim-aug reading key 1", "claim-aug reading answers 1"
#: Pixels along a side of a slice.
SIZE = 320


@dataclass(frozen=True)
class ReadingSlice:
    """A slice of a reading.

    Attributes:
        kind: ``"real"`` or ``"synthetic"``.
        scan: name of the scan.
        title: words that say which slice of the scan it is.
        image: slice as a WebP file's bytes.
    """

    kind: str
    scan: str
    title: str
    image: bytes


def choose_slices(
    synthetic: Path,
    real: Path,
    count: int,
    seed: int,
    *,
    labels: LabelScheme | str | None = None,
    real_labels: LabelScheme | str | None = None,
) -> list[ReadingSlice]:
    """As many synthetic as real slices in random order: the one with the most scar of each scan, scans drawn at random.

    All are cut and scaled alike, and their files are padded to one size.

    Args:
        synthetic, real: folders of labelled scans with scar.
        count: number of slices, even, from 4.
        seed: seed of the draw and of the order.
        labels, real_labels: label schemes, as in ``evaluate_folders``.

    Raises:
        InputError: an odd or too small count, or too few scans with scar.
    """
    if count < 4 or count % 2:
        msg = f"-n needs an even number from 4, half of it synthetic, got {count}"
        raise InputError(msg)
    rng = np.random.default_rng(seed)
    theirs = read_scan_set(synthetic, labels)
    sets = {SYNTHETIC: theirs, REAL: read_scan_set(real, real_labels or labels or theirs[0].scheme)}
    found = []
    for kind, scans in sets.items():
        order = [scans[place] for place in rng.permutation(len(scans))]
        own = first_slices(kind, order, count // 2)
        if len(own) < count // 2:
            folder = synthetic if kind == SYNTHETIC else real
            msg = f"{folder} has {len(own)} scans with scar, {count // 2} are needed; give more, or -n {2 * len(own)}"
            raise InputError(msg)
        found += own
    longest = max(len(one.image) for one in found)
    padded = [ReadingSlice(one.kind, one.scan, one.title, one.image.ljust(longest, b"\0")) for one in found]
    return [padded[place] for place in rng.permutation(len(padded))]


def first_slices(kind: str, scans: Sequence[LabelledScan], count: int) -> list[ReadingSlice]:
    """The slice with the most scar of each scan, until there are enough."""
    found: list[ReadingSlice] = []
    for scan in scans:
        with no_anchor_warning():
            for case, anatomy in iter_cases([scan.case], scan.scheme, on_error=Skipped(), warn=False):
                if anatomy.scar.any() and len(found) < count:
                    index = int(in_plane(anatomy.scar, anatomy).sum((1, 2)).argmax())
                    flat = case.label_file.data.ndim == 2
                    (frame,) = frames(anatomy, [index], size=SIZE, rows_run_down=flat)
                    assert case.image is not None
                    limits = display_limits(None, case.region(anatomy), anatomy)
                    grey = np.clip(255 * (frame.cut(case.image, anatomy) - limits[0]) / (limits[1] - limits[0]), 0, 255)
                    found.append(ReadingSlice(kind, case.name, frame.title, encoded(grey.astype(np.uint8))))
    return found


def encoded(grey: Any) -> bytes:
    """A slice as WebP without loss: what compression takes away could tell both kinds from one another."""
    stream = io.BytesIO()
    Image.fromarray(grey).save(stream, "WEBP", lossless=True)
    return stream.getvalue()


def data_url(image: bytes) -> str:
    """A WebP as a data URL."""
    return "data:image/webp;base64," + base64.b64encode(image).decode("ascii")


def number(place: int) -> str:
    """The number of a slice in a reading, from its place."""
    return f"{place + 1:03d}"


def reading_key(slices: Sequence[ReadingSlice], seed: int) -> dict[str, Any]:
    """The key of a reading, ready for JSON; ``reading`` is the name by which answers belong to it."""
    name = fingerprint(*(one.image for one in slices))
    truth = {
        number(place): {"kind": one.kind, "scan": one.scan, "slice": one.title} for place, one in enumerate(slices)
    }
    return {"format": KEY_FORMAT, "reading": name, "seed": seed, "slices": truth}


def read_key(path: Path) -> tuple[str, dict[str, str]]:
    """Name of the reading, and kind of each slice by its number.

    Raises:
        InputError: a file that is no key.
    """
    try:
        record = read_json(path)
        if record["format"] != KEY_FORMAT:
            raise KeyError("format")
        kinds = {str(name): str(one["kind"]) for name, one in record["slices"].items()}
        if not kinds or not set(kinds.values()) <= {REAL, SYNTHETIC}:
            raise ValueError("kind")
        return str(record["reading"]), kinds
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        msg = f"{path} is not the key.json of a claim-aug reading make"
        raise InputError(msg) from error


def read_answers(path: Path, reading: str, kinds: dict[str, str]) -> tuple[str, dict[str, Answer]]:
    """Name of the reader, and answer of each slice by its number.

    Raises:
        InputError: a file that is no reader's, or of another reading.
    """
    try:
        record = read_json(path)
        if record["format"] != ANSWER_FORMAT:
            raise KeyError("format")
        found = {str(one["slice"]): Answer(str(one["called"]), int(one["confidence"])) for one in record["answers"]}
        bad = [a for a in found.values() if a.called not in (REAL, SYNTHETIC) or a.confidence not in CONFIDENCES]
        if bad or len(found) != len(record["answers"]):
            raise ValueError("answer")
        name, own = str(record["reader"]) or path.stem, str(record["reading"])
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        msg = f"{path} holds no answers that a page of claim-aug reading make saved"
        raise InputError(msg) from error
    if own != reading or not set(found) <= set(kinds):
        msg = f"{path} has the answers of another reading ({own}); the key is of {reading}"
        raise InputError(msg)
    return name, found
