"""``claim-aug pool``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.cli.executors import Workers, executor_of
from claim_aug.cli.groups import Synthesis
from claim_aug.errors import InputError


def build(
    dataset: opt.Dataset,
    out: Annotated[Path, typer.Argument(help="Folder to write, one file per case, for pool=OUT.")],
    *,
    scar: Synthesis,
    work: Workers,
    count: Annotated[int, opt.output("N", "How many scars per case.", "-n", "--count", min=1, max=10000)] = 32,
    seed: opt.Seed = 0,
    channel: opt.Channel = None,
    fail_fast: opt.FailFast = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Make many scars for every scan of a data set, to be drawn while training."""
    from claim_aug.data.dataset import Skipped
    from claim_aug.data.input_layouts import find_dataset
    from claim_aug.jobs.pool import build_pool

    parameters = scar.parameters()
    synthesizer, request = scar.synthesizer(parameters), scar.request(parameters)
    with console.progress_bar(str(dataset), count * len(find_dataset(dataset, channel).cases)) as advance:
        written, skipped = build_pool(
            dataset,
            out,
            synthesizer,
            count=count,
            seed=seed,
            request=request,
            channel=channel,
            overwrite=overwrite,
            skipped=Skipped(() if fail_fast else InputError),
            executor=executor_of(work, scar.generator, quiet=False),
            advance=advance,
        )
    scars, cases = console.counted(count, "scar"), console.counted(len(written), "case")
    console.print_line(f"{scars} of each of {cases} written to {out}")
    console.end_with_failures(skipped.reasons)
