"""Making a pool: many scars for every scan of a data set, ready to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from claim_aug.anatomy import LVAnatomy
from claim_aug.data.case import Case
from claim_aug.data.claim import claims_out
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.data.provenance import plain
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError, OutputError
from claim_aug.jobs.generate import sample_seed
from claim_aug.pool.file import SUFFIX, open_patient, write_patient
from claim_aug.pool.patient import Patient, collect
from claim_aug.sample import ScarSample
from claim_aug.synthesizer import ScarSynthesizer
from claim_aug.text import differences


@claims_out
def build_pool(
    dataset: Path,
    out: Path,
    synthesizer: ScarSynthesizer,
    *,
    count: int,
    seed: int,
    request: Mapping[str, Any] | None = None,
    channel: str | None = None,
    overwrite: bool = False,
    skipped: Skipped | None = None,
    advance: Callable[[], None] = lambda: None,
) -> tuple[list[str], Skipped]:
    """Write ``count`` scars of every case to ``out``, one file per case; a case is there whole or not at all.

    A pool that was cut off is gone on with: cases that are there, made with the same request, are not made again.

    Args:
        dataset: folder of images and label maps.
        out: folder to write to.
        synthesizer: synthesizer that makes the scars.
        count: number of scars of each case.
        seed: base seed; each scar has a seed of its own.
        request: options that were asked for, kept in every file.
        channel: number or name of the LGE channel in nnU-Net's layout; by default the one that is called LGE.
        overwrite: whether files that exist are replaced.
        skipped: errors that are passed over; by default all of a single case.
        advance: function that is called after every scar.

    Returns:
        Names of the cases of the pool, and the cases that could not be used.

    Raises:
        ClaimAugError: a folder without a data set, a case without image, an impossible request, files that exist, or an
            output that cannot be written.
    """
    skipped = Skipped(InputError) if skipped is None else skipped
    cases = find_cases(dataset, images_for="a pool", channel=channel, on_error=skipped)
    asked = plain({"labels": str(synthesizer.labels), "seed": seed} | dict(request or {}))
    there = [] if overwrite else [case for case in cases if (out / (case.name + SUFFIX)).exists()]
    if len(there) == len(cases):
        refuse_existing(out, [case.name + SUFFIX for case in there])
    for case in there:
        check_same(out / (case.name + SUFFIX), asked, count)
        for _ in range(count):
            advance()
    written = [case.name for case in there]
    missing = [case for case in cases if case.name not in written]
    for case, anatomy in iter_cases(missing, synthesizer.labels, on_error=skipped):
        with skipped.passing_over(case):
            patient = render(case, anatomy, synthesizer, count, seed, asked, advance)
            with staged(out) as stage:
                write_patient(patient, stage / (case.name + SUFFIX))
            written.append(case.name)
    if not written:
        skipped.refuse_all(len(skipped))
    return written, skipped


def check_same(path: Path, asked: Mapping[str, Any], count: int) -> None:
    """Refuse to go on with a pool whose scars were made with another request.

    Raises:
        OutputError: a file of another request; what differs is named.
    """
    kept = open_patient(path)
    before = {**kept.about.request, "count": len(kept.seed)}
    now = {**asked, "count": count}
    if differ := differences(before, now):
        msg = f"{path} is of another pool: {', '.join(differ)}; choose another folder, or add --overwrite"
        raise OutputError(msg)


def render(
    case: Case,
    anatomy: LVAnatomy,
    synthesizer: ScarSynthesizer,
    count: int,
    seed: int,
    request: dict[str, Any],
    advance: Callable[[], None],
) -> Patient:
    """All scars of one case."""
    image = case.image
    assert image is not None

    def samples() -> Iterator[ScarSample]:
        for replica in range(count):
            # The same seeds as those of claim-aug generate, so the same scars.
            own = sample_seed(seed, case.name, replica)
            yield synthesizer.sample(image, case.labels, seed=own, anatomy=anatomy)
            advance()

    return collect(case.name, image, case.labels, anatomy.orientation.through_plane, samples(), request)
