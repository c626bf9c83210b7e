"""Making a bank of scar textures from a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from claim_aug.anatomy import LabelScheme
from claim_aug.data.dataset import find_cases, read_stack
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import AnatomyError, InputError
from claim_aug.generators.bank import Bank, DonorPatch
from claim_aug.generators.bank_file import write_bank
from claim_aug.generators.donor import donor_patches
from claim_aug.synthesizer import check_image

SUFFIX = ".safetensors"


def build_bank(
    dataset: Path,
    out: Path,
    scheme: LabelScheme,
    *,
    overwrite: bool = False,
) -> tuple[Bank, list[str]]:
    """Unroll the labelled scars of a data set and write them as one safetensors file.

    Returns:
        The bank, and the cases that could not be read as a ventricle.

    Raises:
        InputError: no data set, a case without image, no scar, or ``out`` of another kind.
        LabelError: values outside the scheme.
        OutputError: ``out`` exists or cannot be written.
    """
    if out.suffix != SUFFIX:
        msg = f"{out} needs to end in {SUFFIX}"
        raise InputError(msg)
    if not overwrite:
        refuse_existing(out.parent, [out.name])
    found: list[DonorPatch] = []
    skipped = []
    for number, case in enumerate(find_cases(dataset)):
        if not case.images:
            msg = f"{case.name} of {dataset} has labels alone; a bank needs the images too, in Images/ or images/"
            raise InputError(msg)
        labels, image = read_stack(case.labels), read_stack(case.images).data
        try:
            anatomy = labels.unanchored(scheme)
            if anatomy.scar.any():
                check_image(image, labels.data)
                found += donor_patches(image[anatomy.box].astype(np.float64), anatomy, number)
        except AnatomyError:
            skipped.append(case.name)
        except InputError as error:
            msg = f"{case.name}: {error}"
            raise InputError(msg) from error
    if all(patch.mvo for patch in found):
        msg = f"{dataset} has no labelled scar that is large enough; is {scheme} the right label scheme?"
        raise InputError(msg)
    bank = Bank.of(found, source=dataset.name)
    with staged(out.parent) as stage:
        write_bank(bank, stage / out.name)
    return bank, skipped
