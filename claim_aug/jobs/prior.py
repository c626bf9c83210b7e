"""Fitting a prior to a data set."""

from __future__ import annotations

from pathlib import Path

from claim_aug.anatomy import LabelScheme
from claim_aug.data.dataset import Skipped, find_cases, iter_cases, warn_unanchored
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.errors import InputError
from claim_aug.priors.distributions import ScarDistributions
from claim_aug.priors.fit import ScarMeasures, fit, measure


def fit_prior(
    dataset: Path,
    out: Path,
    scheme: LabelScheme,
    *,
    overwrite: bool = False,
    skipped: Skipped | None = None,
) -> tuple[ScarDistributions, int, Skipped]:
    """Fit ``smile`` to the scars of a data set and write the distributions as JSON.

    Where there are images too, the RV is looked for in them, so that segments and territories can be learned.

    Args:
        dataset: folder of label maps, with or without images.
        out: file to write.
        scheme: label scheme of the data set.
        overwrite: whether a file that exists is replaced.
        skipped: errors that are passed over; by default all of a single case.

    Returns:
        The distributions, the number of cases with scar, and the cases that could not be used.

    Raises:
        InputError: a folder without a data set, or too few scars.
        LabelError: values outside the scheme.
        OutputError: an ``out`` that exists or cannot be written.
    """
    if not overwrite:
        refuse_existing(out.parent, [out.name])
    scars: list[ScarMeasures] = []
    skipped, unanchored = Skipped(InputError) if skipped is None else skipped, []
    cases = find_cases(dataset, on_error=skipped)
    for case, anatomy in iter_cases(cases, scheme, on_error=skipped, warn=False):
        if anatomy.scar.any():
            scars.append(measure(anatomy))
        if not anatomy.anchor.known:
            unanchored.append(case.name)
    skipped.refuse_all(len(cases))
    warn_unanchored(unanchored, len(cases))
    distributions = fit(scars, source=f"{len(scars)} scars of {dataset.name}")
    with staged(out.parent, name=out.name) as stage:
        distributions.save(stage / out.name)
    return distributions, len(scars), skipped
