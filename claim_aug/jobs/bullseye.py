"""The bull's-eye of one case or a set of cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from claim_aug._version import __version__
from claim_aug.anatomy import LabelScheme
from claim_aug.data.case import Case, stem
from claim_aug.data.dataset import Skipped, find_cases, iter_cases, warn_unanchored
from claim_aug.data.input_layouts import PAIRED_FOLDERS
from claim_aug.data.pairs import beside
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.measures.quantification import SegmentScar, segment_scars
from claim_aug.measures.segment_means import MEASURES, scar_counts, segment_means
from claim_aug.plots.bullseye import ENDS, plot_bullseye_figure

#: Where a label map's image is, by the name of the label map's folder.
IMAGES_BESIDE = {"Contours": "Images", **dict(PAIRED_FOLDERS)}


def write_bullseye(
    labels: Sequence[Path],
    out: Path,
    scheme: LabelScheme,
    *,
    image: Path | None,
    show: str,
    known: Mapping[str, Any],
    overwrite: bool,
    skipped: Skipped | None = None,
) -> Skipped:
    """Draw what ``show`` names over all cases as a PNG.

    Args:
        labels: paths of label maps, and of folders of them.
        out: PNG file to write.
        scheme: label scheme of the label maps.
        image: path of the scan of a single label map, to find the RV in; ``None`` where there is none.
        show: name of a measure of ``MEASURES``.
        known: knowledge of the orientation of every case, as keywords of ``LVAnatomy.from_labels``.
        overwrite: whether a picture that exists is replaced.
        skipped: errors that are passed over; by default all of a single case among others.

    Returns:
        Cases that could not be used.

    Raises:
        InputError: an unknown measure, an ``out`` that is no PNG, no label maps, one that cannot be read (it is named),
            or an image for more than one.
        OutputError: an ``out`` that exists or cannot be written.
    """
    if show not in MEASURES:
        msg = f"--show needs to be one of {', '.join(MEASURES)}, got {show!r}"
        raise InputError(msg)
    if image is not None and (len(labels) > 1 or labels[0].is_dir()):
        msg = f"--image is the scan of one label map, got {' and '.join(map(str, labels))}; leave it away"
        raise InputError(msg)
    cases = [case for path in labels for case in (find_cases(path) if path.is_dir() else [single(path, image)])]
    check_picture(out, cases, overwrite=overwrite)
    read, segments, unanchored = [], [], []
    skipped = Skipped(InputError) if skipped is None else skipped
    # Only of a case that stands alone the warning says which options would anchor it.
    for case, anatomy in iter_cases(cases, scheme, on_error=skipped, warn=len(cases) == 1, **known):
        read.append(case)
        segments.append(segment_scars(anatomy))
        if not anatomy.anchor.known:
            unanchored.append(case.name)
    skipped.refuse_all(len(cases))
    if len(read) > 1:
        warn_unanchored(unanchored, len(read))
    with staged(out.parent, name=out.name) as stage:
        draw(stage / out.name, read, segments, show=show, unanchored=len(unanchored))
    return skipped


def draw(
    path: Path, cases: Sequence[Case], segments: Sequence[Sequence[SegmentScar]], *, show: str, unanchored: int
) -> None:
    """Write the picture of what was read."""
    measure, many = MEASURES[show], len(cases) > 1
    values = segment_means(segments, measure)
    largest = max(values.values())
    unit = f"{'mean ' if many and show != 'counts' else ''}% of {measure.whole}"
    of_cases = f" in {unanchored} of {len(cases)} cases" if many else ""
    plot_bullseye_figure(
        path,
        values,
        title=f"{f'{len(cases)} cases' if many else f'{cases[0].name} (1 case)'}: {measure.name}, {unit}",
        measure=f"{measure.name}, {unit}",
        warning=f"unanchored{of_cases}: turned by an unknown angle" if unanchored else "",
        highest=100 if measure.bounded else next(end for end in ENDS if largest <= end),
        digits=int(largest < ENDS[1]),
        texts=count_texts(segments) if show == "counts" else None,
        description=f"AHA bull's-eye ({show}) by claim-aug {__version__}",
    )


def count_texts(segments: Sequence[Sequence[SegmentScar]]) -> dict[int, str]:
    """Number and percent of cases with scar; of how many where not every stack reaches the segment."""
    return {
        segment: f"{count if of == len(segments) else f'{count} of {of}'}\n{100 * count / of:.0f} %"
        for segment, (count, of) in scar_counts(segments).items()
        if of
    }


def check_picture(out: Path, cases: Sequence[Case], *, overwrite: bool) -> None:
    """Refuse a picture of another kind, one that is there, and one in place of a label map, before any work.

    Raises:
        InputError: a picture that is no PNG, or one in place of a label map.
        OutputError: a picture that exists.
    """
    if out.suffix.lower() != ".png":
        msg = f"the picture needs to end in .png, got {out}; give the label maps first and the picture last"
        raise InputError(msg)
    if out.resolve() in {path.resolve() for case in cases for path in case.label_paths}:
        msg = f"{out} is one of the label maps; give the picture another name"
        raise InputError(msg)
    if not overwrite:
        refuse_existing(out.parent, [out.name])


def single(path: Path, image: Path | None) -> Case:
    """A case of one label map, with its image where none is given and the layout says where that is.

    Raises:
        InputError: a label map whose image the layout's folder lacks.
    """
    if image is not None:
        return Case(stem(path), (path,), (image,))
    folder = IMAGES_BESIDE.get(path.parent.name)
    if folder is None or not path.is_file():
        return Case(stem(path), (path,))
    pair = beside(path, path.parents[1] / folder)
    if pair.lacking:
        raise InputError(pair.lacking)
    return Case(stem(path), (path,), (pair.image,) if pair.image else ())
