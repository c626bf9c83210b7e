"""Scans in, label maps with scar and maps of confidence out: the work behind ``claim-aug segment``."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug._version import __version__
from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.anatomy.orientation import thickest_axis
from claim_aug.data.case import Case, unstacked
from claim_aug.data.claim import claims_out
from claim_aug.data.output_layouts import write_json
from claim_aug.data.provenance import plain, sha256, versions
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import AnatomyError, InputError
from claim_aug.jobs.quantify import amounts, quantify_case
from claim_aug.segmentation.folder import WEIGHTS
from claim_aug.segmentation.scan import Segmentation, segment_scan, segment_wall, to_labels
from claim_aug.segmentation.segmenter import Segmenter
from claim_aug.segmentation.windows import INFARCT, MVO

COMMENT = f"Segmented by claim-aug {__version__}; for research only, not for diagnosis"
TABLE = "segmented.csv"
FOLDERS = ("labels", "confidence", "reports")


@dataclass(frozen=True)
class SegmentedCase:
    """What was found in a case.

    Attributes:
        labels: label map in the values of the scheme, (I, J, K); what a given label map says outside of the wall stays.
        confidence: share that the network gives to scar, (I, J, K) float32, 0-1.
        report: numbers of ``quantify`` and their provenance, ready for JSON.
    """

    labels: NDArray[Any]
    confidence: NDArray[np.float32]
    report: dict[str, Any]


def segment_case(
    segmenter: Segmenter, case: Case, scheme: LabelScheme, *, through_plane: int | None = None, **known: Any
) -> SegmentedCase:
    """Segment one case: within its labelled wall, or anywhere where it has no labels.

    Args:
        segmenter: segmenter of this package.
        case: scan with or without labels of its ventricle.
        scheme: label scheme of the labels that are read and written.
        through_plane: axis across slices; the one with the thickest slices by default.
        **known: knowledge of the orientation, as keywords of ``LVAnatomy.from_labels``.

    Raises:
        AnatomyError: a case in which no ventricle is labelled or found.
        InputError: files that cannot be read.
    """
    if case.label_paths:
        anatomy = case.ventricle(scheme, through_plane=through_plane, **known)
        assert case.image is not None
        found = segment_wall(segmenter, case.image, anatomy)
        labels = relabelled(case.labels, found, anatomy, scheme)
    else:
        image, file = case.image, case.image_files[0]
        assert image is not None
        axis = thickest_axis(image.shape, file.spacing) if through_plane is None else through_plane
        found = segment_scan(segmenter, image, file.spacing, through_plane=axis)
        labels = to_labels(found.classes, scheme)
        try:
            anatomy = read_found(labels, case, scheme, through_plane=axis, **known)
        except AnatomyError as error:
            msg = f"what was found is no left ventricle ({error}); give its labels to say where it is"
            raise AnatomyError(msg) from error
    scar = {"infarct": found.classes == INFARCT, "mvo": found.classes == MVO}
    anatomy = replace(anatomy, **{tissue: mask[anatomy.box] for tissue, mask in scar.items()})
    report = {"ventricle": "found" if found.located else "labelled", **quantify_case(case, anatomy)}
    return SegmentedCase(labels, found.confidence, plain(report))


def read_found(labels: NDArray[Any], case: Case, scheme: LabelScheme, **known: Any) -> LVAnatomy:
    """The ventricle that was found, anchored in the image where it can be."""
    file = case.image_files[0]
    one = len(case.image_files) == 1
    affine, spacing = (file.affine, file.spacing) if one else (None, None)
    image = case.image
    if file.data.ndim == 2 and one:
        labels, image = labels[..., 0], None if image is None else image[..., 0]
        known["through_plane"] = None
    return LVAnatomy.from_labels(labels, scheme, affine=affine, spacing=spacing, image=image, **known)


def relabelled(labels: NDArray[Any], found: Segmentation, anatomy: LVAnatomy, scheme: LabelScheme) -> NDArray[Any]:
    """The label map that was given, with the scar that was found in place of the scar that it had."""
    result = labels.copy()
    scar = anatomy.on_grid(anatomy.scar)
    result[scar] = scheme.myocardium[0]
    values = to_labels(found.classes, scheme)
    new = (found.classes == INFARCT) | (found.classes == MVO)
    result[new] = values[new]
    return result


@claims_out
def segment_cases(
    segmenter: Segmenter,
    cases: Sequence[Case],
    out: Path,
    scheme: LabelScheme,
    *,
    source: Path,
    overwrite: bool = False,
    skipped: Callable[[Case, InputError], None] | None = None,
    advance: Callable[[], None] = lambda: None,
    **known: Any,
) -> list[dict[str, Any]]:
    """Segment cases and write label maps, maps of confidence, reports and a table of all to ``out``, all or none.

    Args:
        segmenter: segmenter of this package.
        cases: scans, with labels of their ventricle or without.
        out: folder to write to.
        scheme: label scheme of the labels that are read and written.
        source: folder of the segmenter, whose weights are named in every report.
        overwrite: whether files that exist are replaced.
        skipped: function that is called with a case that cannot be segmented; without it the error ends the run.
        advance: function that is called after every case.
        **known: keywords of ``segment_case``.

    Returns:
        Reports of the cases that were segmented, in their order.

    Raises:
        ClaimAugError: a case that cannot be segmented, files that exist, or an output that cannot be written.
    """
    if not overwrite:
        names = [str(Path(folder) / name) for case in cases for folder, name in files_of(case)]
        refuse_existing(out, [*names, TABLE])
    run = {
        "RESEARCH": "This segmentation was made by a network. It is for research only and not for diagnosis.",
        "software": versions(),
        "segmenter": {
            "folder": source.name,
            "sha256": sha256(source / WEIGHTS),
            "caution": segmenter.caution,
            "wall_caution": segmenter.wall_caution,
            "smallest": segmenter.smallest,
        },
        "scheme": str(scheme),
    }
    reports = []
    with staged(out) as stage:
        for folder in FOLDERS:
            (stage / folder).mkdir()
        for case in cases:
            case = replace(case)  # its voxels are let go with it
            try:
                done = segment_case(segmenter, case, scheme, **known)
            except InputError as error:
                if skipped is None:
                    raise
                skipped(case, error)
            else:
                report = {**run, "inputs": inputs_of(case), **done.report}
                write_case(stage, case, done, report)
                reports.append(report)
            advance()
        if not reports:
            msg = "no case could be segmented; nothing was written"
            raise InputError(msg)
        write_table(stage / TABLE, reports)
    return reports


def files_of(case: Case) -> Iterator[tuple[str, str]]:
    """Folder and name of every file that is written for a case."""
    for path in case.image_paths:
        yield from ((folder, path.name) for folder in FOLDERS[:2])
    yield FOLDERS[2], f"{case.name}.json"


def inputs_of(case: Case) -> dict[str, str]:
    """The files that were read, with their hashes."""
    return {f"{path.parent.name}/{path.name}": sha256(path) for path in (*case.image_paths, *case.label_paths)}


def write_case(stage: Path, case: Case, done: SegmentedCase, report: Mapping[str, Any]) -> None:
    """Label maps and maps of confidence beside each other, slice by slice where the case is one of slices."""
    for folder, values in zip(FOLDERS[:2], (done.labels, done.confidence), strict=True):
        for file, part in unstacked(values, case.image_files):
            file.write_map(stage / folder / file.path.name, part, COMMENT)
    write_json(stage / FOLDERS[2] / f"{case.name}.json", report)


def write_table(path: Path, reports: Sequence[Mapping[str, Any]]) -> None:
    """A row for every case: scar, infarct and MVO."""
    rows = [{"case": report["case"], "ventricle": report["ventricle"], **amounts(report)} for report in reports]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
