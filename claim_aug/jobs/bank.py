"""Making a bank of scar textures from a data set."""

from __future__ import annotations

from pathlib import Path

from claim_aug.anatomy import LabelScheme
from claim_aug.data.dataset import Skipped, find_cases, iter_cases
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.generators.bank import Bank, BankPatch
from claim_aug.generators.bank_file import write_bank
from claim_aug.generators.bank_patches import bank_patches

SUFFIX = ".safetensors"


def build_bank(
    dataset: Path,
    out: Path,
    scheme: LabelScheme,
    *,
    channel: str | None = None,
    overwrite: bool = False,
    skipped: Skipped | None = None,
) -> tuple[Bank, Skipped]:
    """Unroll the labelled scars of a data set and write them as one safetensors file.

    Args:
        dataset: folder of images and label maps.
        out: file to write.
        scheme: label scheme of the data set.
        channel: number or name of the LGE channel in nnU-Net's layout; by default the one that is called LGE.
        overwrite: whether a file that exists is replaced.
        skipped: errors that are passed over; by default all of a single case.

    Returns:
        The bank, and the cases that could not be used.

    Raises:
        InputError: a folder without a data set, a case without image, no scar, or an ``out`` of another kind.
        LabelError: values outside the scheme.
        OutputError: an ``out`` that exists or cannot be written.
    """
    if out.suffix != SUFFIX:
        msg = f"{out} needs to end in {SUFFIX}"
        raise InputError(msg)
    if not overwrite:
        refuse_existing(out.parent, [out.name])
    found: list[BankPatch] = []
    skipped = Skipped(InputError) if skipped is None else skipped
    cases = find_cases(dataset, images_for="a bank", channel=channel, on_error=skipped)
    readable = iter_cases(cases, scheme, on_error=skipped, look_in_image=False, warn=False)
    for number, (case, anatomy) in enumerate(readable):
        if anatomy.scar.any():
            with skipped.passing_over(case):
                found += bank_patches(case.region(anatomy), anatomy, number)
    skipped.refuse_all(len(cases))
    if all(patch.mvo for patch in found):
        msg = f"{dataset} has no labelled scar that is large enough; is {scheme} the right label scheme?"
        raise InputError(msg)
    bank = Bank.from_patches(found, source=dataset.name)
    with staged(out.parent, name=out.name) as stage:
        write_bank(bank, stage / out.name)
    return bank, skipped
