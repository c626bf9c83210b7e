"""One case, many scars: the work behind ``claim-aug generate``."""

from __future__ import annotations

import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.data.case import Case
from claim_aug.data.provenance import COMMENT
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.jobs.nnunet import LAYOUTS, Folders, add_real_case, renumbered, write_tables
from claim_aug.jobs.sidecar import run_record, sidecar
from claim_aug.synthesizer import ScarSample, ScarSynthesizer

#: Rows of the preview: enough to judge, few enough to read.
PREVIEWED = 6


@dataclass(frozen=True)
class Files:
    """Names of one sample's files, relative to the output folder."""

    image: Path
    labels: Path
    sidecar: Path

    @classmethod
    def of(cls, case: Case, replica: int, folders: Folders) -> Files:
        """``images/<case>_scar000.nii.gz`` and its companions."""
        name = sample_name(case, replica)
        return cls(
            Path(folders.images) / (name + folders.channel + case.image_file.suffix),
            Path(folders.labels) / (name + case.label_file.suffix),
            Path("sidecars") / (name + ".json"),
        )


def sample_name(case: Case, replica: int) -> str:
    """Name of one sample, without a suffix."""
    return f"{case.name}_scar{replica:03d}"


def picture_of(case: Case) -> Path:
    """The preview of a case's samples."""
    return Path("previews") / f"{case.name}.png"


def sample_seed(seed: int, case: str, replica: int) -> int:
    """Seed of one sample, independent of what else is generated and in which order."""
    return int(np.random.SeedSequence([seed, zlib.crc32(case.encode()), replica]).generate_state(1)[0])


def generate_case(
    case: Case,
    synthesizer: ScarSynthesizer,
    anatomy: LVAnatomy,
    out: Path,
    *,
    count: int,
    seed: int,
    request: Mapping[str, Any] | None = None,
    files: Sequence[Path] = (),
    preview: bool = True,
    overwrite: bool = False,
    layout: str = "plain",
    advance: Callable[[], None] = lambda: None,
) -> list[ScarSample]:
    """Write ``count`` samples with label maps, sidecars and a preview to ``out``, all or none.

    Args:
        request: what was asked for, recorded in every sidecar.
        files: what else was read, such as a mask or a bank; their hashes are recorded too.
        layout: ``"plain"``, or ``"nnunet"``, which adds the scan itself to a data set of nnU-Net with its samples.

    Returns:
        The samples of the preview, at most ``PREVIEWED``.

    Raises:
        ClaimAugError: an impossible sample, files that exist, or an output that cannot be written.
    """
    picture = picture_of(case)
    named = [Files.of(case, replica, LAYOUTS[layout]) for replica in range(count)]
    if not overwrite:
        refuse_existing(out, [str(name) for names in named for name in vars(names).values()] + [str(picture)])
    run = run_record(case, synthesizer, request or {}, files)
    shown: list[ScarSample] = []
    samples = iter_samples(case, synthesizer, anatomy, count=count, seed=seed)
    first = next(samples)  # a request that cannot be met ends here, before any folder is made
    old = obsolete(case, out, LAYOUTS[layout], count, preview=preview) if overwrite else []
    with staged(out, old) as stage:
        for replica, sample in enumerate(itertools.chain([first], samples)):
            labels = renumbered(sample.labels, synthesizer.labels) if layout == "nnunet" else sample.labels
            write_sample(stage, named[replica], case, sample.image, labels, sidecar(run, sample, replica))
            if len(shown) < PREVIEWED:
                shown.append(sample)
            advance()
        if layout == "nnunet":
            add_real_case(stage, case, synthesizer.labels)
            names = [sample_name(case, replica) for replica in range(count)]
            write_tables(stage, out, case, synthesizer.labels, names)
        if preview:
            from claim_aug.plots.preview import draw_preview

            (stage / picture).parent.mkdir()
            draw_preview(case.image_file.data, shown, stage / picture, title=case.name)
    return shown


def obsolete(case: Case, out: Path, folders: Folders, count: int, *, preview: bool) -> list[Path]:
    """What a longer run of the case left, and its preview where none is drawn: of samples that are no more."""
    files = [] if preview else [out / picture_of(case)]
    for replica in itertools.count(count):
        own = [out / name for name in vars(Files.of(case, replica, folders)).values()]
        if not any(path.exists() for path in own):
            break
        files += own
    return files


def iter_samples(
    case: Case, synthesizer: ScarSynthesizer, anatomy: LVAnatomy, *, count: int, seed: int
) -> Iterator[ScarSample]:
    """The samples of a case, each a pure function of the seed, the case's name and its number."""
    for replica in range(count):
        yield synthesizer.sample(
            case.image_file.data, case.label_file.data, seed=sample_seed(seed, case.name, replica), anatomy=anatomy
        )


def write_sample(
    stage: Path, names: Files, case: Case, image: NDArray[Any], labels: NDArray[Any], record: Mapping[str, Any]
) -> None:
    """Image, labels and sidecar of one sample."""
    for name in vars(names).values():
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
    case.image_file.write(stage / names.image, image, COMMENT)
    case.label_file.write(stage / names.labels, labels, COMMENT)
    (stage / names.sidecar).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
