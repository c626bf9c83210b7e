"""``claim-aug reading``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug.evaluation.reading import Proportion, ReadingScore


def make(
    synthetic: Annotated[Path, typer.Argument(help="Folder of synthetic scans.")],
    real: Annotated[Path, typer.Argument(help="Folder of real scans with labelled scar.")],
    out: Annotated[Path, typer.Argument(help="Folder for reading.html and key.json.")],
    *,
    count: Annotated[int, opt.output("N", "Slices, half of them synthetic.", "-n", "--count", min=4, max=400)] = 40,
    scheme: opt.SyntheticLabels = None,
    real_labels: opt.RealLabels = None,
    seed: opt.Seed = 0,
    overwrite: opt.Overwrite = False,
) -> None:
    """Make a blind reading: a page with shuffled real and synthetic slices, and the key to it."""
    from claim_aug.report.reading import KEY, PAGE, make_reading

    make_reading(
        synthetic, real, out, count=count, seed=seed, overwrite=overwrite, labels=scheme, real_labels=real_labels
    )
    console.print_written(out / PAGE)
    console.print_line(f"keep {out / KEY} from the readers; claim-aug reading score takes it with their answers")


def score(
    key: Annotated[Path, typer.Argument(help="The key.json of the reading.")],
    answers: Annotated[list[Path], typer.Argument(help="Files that the readers saved.")],
    *,
    figure: Annotated[Path | None, opt.output("FILE", "Plot the scores as a PNG.", "--figure")] = None,
    as_json: opt.Json = False,
    overwrite: opt.Overwrite = False,
) -> None:
    """Score a blind reading: accuracy, sensitivity and AUC of each reader, and their agreement."""
    from claim_aug.data.provenance import plain
    from claim_aug.data.staging import refuse_existing, staged
    from claim_aug.evaluation.reading import score_reading
    from claim_aug.jobs.reading import read_answers, read_key

    if figure is not None and figure.suffix.lower() != ".png":
        msg = f"--figure needs a file that ends in .png, got {figure}"
        raise InputError(msg)
    if figure is not None and not overwrite:
        refuse_existing(figure.parent, [figure.name])
    reading, kinds = read_key(key)
    read = [read_answers(path, reading, kinds) for path in answers]
    names = [name for name, _ in read]
    if len(set(names)) < len(names):
        msg = f"two files are of one reader ({', '.join(sorted(names))}); give each reader's answers once"
        raise InputError(msg)
    found = score_reading(kinds, dict(read))
    if figure is not None:
        from claim_aug.report.reading import plot_reading

        with staged(figure.parent, name=figure.name) as stage:
            plot_reading(found, stage / figure.name)
    if as_json:
        agreement = [{"readers": list(pair), "kappa": value} for pair, value in found.kappa.items()]
        readers = [vars(one) | {name: vars(getattr(one, name)) for name in PROPORTIONS} for one in found.readers]
        console.print_json(plain({"readers": readers, "agreement": agreement}))
        return
    print_score(found)
    if figure is not None:
        console.print_written(figure)


PROPORTIONS = ("accuracy", "sensitivity", "specificity", "auc")


def print_score(found: ReadingScore) -> None:
    """Print a row per reader, and how far each two agree."""
    rows = [
        (one.reader, str(one.slices), *(shown(getattr(one, name)) for name in PROPORTIONS), f"{one.p:.2g}")
        for one in found.readers
    ]
    columns = ("reader", "slices", "accuracy (95 %)", "sensitivity", "specificity", "AUC", "p of guessing")
    console.print_table("blind reading: 0.5 is guessing", columns, rows)
    for (one, other), value in found.kappa.items():
        words = "cannot be compared: both call all slices the same" if value is None else f"agree by kappa {value:.2f}"
        console.print_line(f"{one} and {other} {words}")


def shown(share: Proportion) -> str:
    """A share with its interval."""
    return f"{share.value:.2f} ({share.low:.2f}-{share.high:.2f})"
