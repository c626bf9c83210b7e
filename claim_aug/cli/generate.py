"""``claim-aug generate``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.cli.config import source_of
from claim_aug.cli.generate_options import DataSetOptions, OutputOptions, ScarOptions
from claim_aug.cli.generate_set import generate_set
from claim_aug.cli.groups import Orientation
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug.data.case import Case
    from claim_aug.sample import ScarSample

DEMO_CASE = "Case_demo"


def generate(
    context: typer.Context,
    scan: Annotated[
        Path | None,
        typer.Argument(
            metavar="IMAGE|DATASET",
            help="LGE stack (.nii.gz, .nii) or grey slice (.png); or a folder of scans, or a CSV of pairs.",
        ),
    ] = None,
    labels: Annotated[
        Path | None,
        typer.Argument(metavar="[LABELS]", help="Label map of the one scan, on the same grid.", show_default=False),
    ] = None,
    out: Annotated[Path | None, typer.Argument(help="Folder for images, labels, sidecars and previews.")] = None,
    *,
    demo: Annotated[bool, opt.scan(None, "Use a phantom as the scan: generate --demo OUT.", "--demo")] = False,
    scar: ScarOptions,
    orientation: Orientation,
    output: OutputOptions,
    data: DataSetOptions,
) -> None:
    """Put new scar into a scan, or into every scan of a data set; write images, matching labels and sidecars."""
    from claim_aug.data.case import Case
    from claim_aug.data.regrid import read_mask_onto
    from claim_aug.jobs.generate import generate_case

    if scan is not None and not demo and (scan.is_dir() or scan.suffix.lower() == ".csv"):
        out = set_output(scan, labels, out, given=source_of(context, "out") == "COMMANDLINE")
        generate_set(context, scan, out, scar, orientation, output, data)
        return
    data.refuse_for_one_scan(context)
    settings, known, parameters = output.keywords(), orientation.keywords(), scar.parameters()
    scar = scar.with_prior()
    if demo:
        case, out, scar = demo_case(scan, labels, out, scar, output)
    else:
        image, labels, out = opt.require_arguments(image=scan, labels=labels, out=out)
        case = Case.from_files(image, labels, output.name)
    if scar.mask:
        parameters["mask"] = read_mask_onto(scar.mask, case.label_file)
    synthesizer = scar.synthesizer(parameters)
    anatomy = case.ventricle(synthesizer.labels, **known)
    request = {"seed": output.seed} | scar.request(parameters)
    with console.progress_bar(case.name, output.count) as advance:
        samples = generate_case(
            case, synthesizer, anatomy, out, request=request, files=scar.files(), advance=advance, **settings
        )
    print_samples(case.name, samples, output.count)
    console.print_written(out)
    console.print_checks(anatomy, synthesizer.labels)
    if missing := settings["layout"].missing(out):
        console.print_line(f"note: {missing}")


def set_output(dataset: Path, second: Path | None, third: Path | None, *, given: bool) -> Path:
    """The output folder of a data set, which is the second argument, or the one in a file of options.

    Raises:
        InputError: no output, one within the data set, or a third argument.
    """
    if second is not None and third is not None and given:
        msg = f"{dataset} is a data set, whose labels lie in it; leave {second} away: claim-aug generate DATASET OUT"
        raise InputError(msg)
    (out,) = opt.require_arguments(out=second or third)
    if out.resolve().is_relative_to(dataset.resolve()):
        msg = f"{out} lies within the data set {dataset}, whose cases its files could be taken for; give another OUT"
        raise InputError(msg)
    return out


def demo_case(
    image: Path | None, labels: Path | None, out: Path | None, scar: ScarOptions, output: OutputOptions
) -> tuple[Case, Path, ScarOptions]:
    """Write a healthy phantom with an RV label as the case, in EMIDEC's layout; a wrong option is refused before.

    Returns:
        The case, the output folder (the command's first argument), and the options with the phantom's label scheme.
    """
    from claim_aug.data.case import Case
    from claim_aug.data.staging import refuse_existing, staged
    from claim_aug.phantom import make_phantom, write_emidec

    if labels or out or scar.mask or scar.scheme != opt.SCHEME:
        msg = "--demo makes its own scan with its own labels: claim-aug generate --demo OUT"
        raise InputError(msg)
    (out,) = opt.require_arguments(out=image)
    scar = replace(scar, scheme="phantom")
    scar.synthesizer(scar.parameters())
    if not output.overwrite:
        refuse_existing(out, [f"phantom/{DEMO_CASE}"])
    with staged(out / "phantom") as stage:
        write_emidec(make_phantom(output.seed, scar=False), stage, DEMO_CASE)
    images, contours = (out / "phantom" / DEMO_CASE / part / f"{DEMO_CASE}.nii.gz" for part in ("Images", "Contours"))
    return Case.from_files(images, contours), out, scar


def print_samples(case: str, samples: list[ScarSample], count: int) -> None:
    """Print a row for each of the first few samples, and the requests that could not be met."""
    title = f"{case}: {console.counted(count, 'sample')}"
    title += f", the first {len(samples)}" if len(samples) < count else ""
    rows = []
    for index, sample in enumerate(samples):
        real = sample.parameters["realised"]
        cells = (real["transmurality_mean"], ", ".join(map(str, real["segments"])), real["mvo_percent_of_scar"])
        rows.append((f"scar{index:03d}", f"{real['burden_percent']:.1f}", *map(str, cells)))
    console.print_table(title, ("sample", "burden %LV", "transmurality", "AHA segments", "MVO %"), rows)
    for note in sorted({sample.parameters["note"] for sample in samples if sample.parameters["note"]}):
        console.print_line(f"note: {note}")
