"""One case, many scars: the work behind ``claim-aug generate``."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.data.case import Case, unstacked
from claim_aug.data.claim import claims_out
from claim_aug.data.output_layouts import PLAIN, write_json
from claim_aug.data.provenance import COMMENT
from claim_aug.data.sample_files import OutputLayout, SampleFiles, sample_name
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.jobs.sidecar import run_record, sidecar
from claim_aug.sample import ScarSample
from claim_aug.synthesizer import ScarSynthesizer

#: Rows of the preview: enough to judge, few enough to read.
PREVIEWED = 6


def sample_seed(seed: int, case: str, replica: int, attempt: int = 0) -> int:
    """Seed of one sample that ``claim-aug generate`` makes, independent of what else is made and in which order.

    Args:
        seed: base seed of the run.
        case: name of the case.
        replica: number of the sample among those of the case, from 0.
        attempt: number of times that the sample was drawn before and not kept.

    Example:
        >>> sample_seed(0, "Case_P001", 0) == sample_seed(0, "Case_P001", 1)
        False
    """
    again = [attempt] if attempt else []
    return int(np.random.SeedSequence([seed, zlib.crc32(case.encode()), replica, *again]).generate_state(1)[0])


@claims_out
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
    layout: OutputLayout = PLAIN,
    advance: Callable[[], None] = lambda: None,
) -> list[ScarSample]:
    """Write samples of a case with label maps, sidecars and a preview to ``out``, all or none.

    Args:
        case: scan and its labels.
        synthesizer: synthesizer that makes the scars.
        anatomy: ventricle of the case.
        out: folder to write to.
        count: number of samples, from 1.
        seed: base seed; each sample has a seed of its own, see ``sample_seed``.
        request: options that the user gave, recorded in every sidecar.
        files: other files that were read, such as a mask or a bank; their hashes are recorded too.
        preview: whether the first ``PREVIEWED`` samples are plotted.
        overwrite: whether files that exist are replaced, and those that a longer run of the case left removed.
        layout: names of the files and folders, and what is written beside the samples.
        advance: function that is called after every sample.

    Returns:
        First samples, at most ``PREVIEWED``.

    Raises:
        ClaimAugError: an impossible sample, files that exist, or an output that cannot be written.
    """
    picture = Path("previews") / f"{case.name}.png"
    named = [layout.files(case, sample_name(case, replica)) for replica in range(count)]
    if not overwrite:
        refuse_existing(out, [str(path) for names in named for path in names.paths] + [str(picture)])
    run = run_record(case, synthesizer, request or {}, files)
    first_samples: list[ScarSample] = []
    seeds = [sample_seed(seed, case.name, replica) for replica in range(count)]
    samples = (
        synthesizer.sample(case.image_file.data, case.label_file.data, seed=own, anatomy=anatomy) for own in seeds
    )
    first = next(samples)  # a request that cannot be met ends here, before any folder is made
    obsolete = [*left_by_longer_run(case, out, layout, count), *([] if preview else [out / picture])]
    with staged(out, obsolete if overwrite else []) as stage:
        for replica, sample in enumerate(itertools.chain([first], samples)):
            record = sidecar(run, sample, replica)
            write_sample(stage, named[replica], case, sample, layout, synthesizer.labels, record)
            if len(first_samples) < PREVIEWED:
                first_samples.append(sample)
            advance()
        layout.finish(stage, out, case, synthesizer.labels, count)
        if preview:
            from claim_aug.plots.preview import plot_preview

            (stage / picture).parent.mkdir()
            plot_preview(case.image_file.data, first_samples, stage / picture, title=case.name)
    return first_samples


def left_by_longer_run(case: Case, out: Path, layout: OutputLayout, count: int) -> list[Path]:
    """The files of samples from number ``count`` on that lie in ``out``."""
    found: list[Path] = []
    for replica in itertools.count(count):
        files = [out / name for name in layout.files(case, sample_name(case, replica)).paths]
        if not any(path.exists() for path in files):
            return found
        found += files
    return found


def write_sample(
    stage: Path,
    files: SampleFiles,
    case: Case,
    sample: ScarSample,
    layout: OutputLayout,
    scheme: LabelScheme,
    record: Mapping[str, Any],
) -> None:
    """Write images, label maps and sidecar of one sample."""
    for name in files.paths:
        (stage / name).parent.mkdir(parents=True, exist_ok=True)
    for file, image in unstacked(sample.image, case.image_files):
        file.write(stage / files.images[file.path], image, COMMENT)
    for file, labels in unstacked(layout.renumber(sample.labels, scheme), case.label_files):
        file.write(stage / files.labels[file.path], labels, COMMENT)
    if files.sidecar:
        write_json(stage / files.sidecar, record)
