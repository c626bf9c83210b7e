"""``claim-aug generate``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from claim_aug.cli import console
from claim_aug.cli import options as opt
from claim_aug.cli.groups import Orientation, Synthesis
from claim_aug.errors import InputError

if TYPE_CHECKING:
    from claim_aug.data.case import Case
    from claim_aug.sample import ScarSample

DEMO_CASE = "Case_demo"
#: Options that take a number, which is fixed, or a range to draw from.
AMOUNTS = ("burden", "transmurality", "extent", "mvo", "grey_zone", "brightness_ratio", "brightness_sd")


@dataclass(frozen=True)
class ScarOptions(Synthesis):
    """What scar is made with, and where, how much and how bright it is."""

    burden: Annotated[str | None, opt.where("%LV", "Scar in percent of LV mass: 20, or a range 5,30.")] = None
    transmurality: Annotated[
        str | None, opt.where("0-1", "Mean share of the wall's depth that is scar: 0.75, or 0.3,0.8.")
    ] = None
    extent: Annotated[str | None, opt.where("0-1", "Share of the wall's sectors that hold scar.")] = None
    territory: Annotated[str | None, opt.where("LAD|RCA|LCX", "Coronary territory.")] = None
    segments: Annotated[str | None, opt.where("1,2,7,8", "AHA segments that scar may not leave.")] = None
    levels: Annotated[
        str | None,
        opt.where("basal,mid,apical,apex", "Levels that scar may not leave; with others, what all leave."),
    ] = None
    preset: Annotated[str | None, opt.where("acute|chronic", "Age of the infarct that scars are drawn for.")] = None
    mvo: Annotated[str | None, opt.where("0-0.6", "MVO as share of the scar.")] = None
    grey_zone: Annotated[str | None, opt.where("0-0.6", "Grey zone as share of the scar.")] = None
    mask: Annotated[Path | None, opt.where("FILE", "Mask or label map with the scar (prior manual).")] = None
    table: Annotated[Path | None, opt.where("CSV", "Transmurality by segment to fill in (prior manual).")] = None
    brightness_ratio: Annotated[
        str | None, opt.looks("0.2-4", "Scar over remote as a multiple of blood over remote (signal, transplant).")
    ] = None
    brightness_sd: Annotated[str | None, opt.looks("2-60", "Scar over remote in SD of remote (ddpm, latent).")] = None

    def parameters(self) -> dict[str, Any]:
        """Parameters of prior and generator that were given, by name; a mask needs the scan and is not among them."""
        given = {name: opt.parse_number_or_range(name, getattr(self, name)) for name in AMOUNTS} | {
            "territory": self.territory,
            "segments": opt.parse_numbers("segments", self.segments, "AHA segments such as 1,2,7,8", int),
            "levels": self.levels,
            "preset": self.preset,
            "table": None if self.table is None else str(self.table),
        }
        return {name: value for name, value in given.items() if value is not None} | super().parameters()

    def request(self, parameters: dict[str, Any]) -> dict[str, Any]:
        """What was asked for, a mask by the name of its file."""
        return super().request(parameters) | ({} if self.mask is None else {"mask": self.mask.name})

    def files(self) -> list[Path]:
        """The files beside the scan that the options name: mask, table, fitted prior, bank, or a model's weights."""
        arguments = (name.partition(":")[2] for name in (self.prior, self.generator))
        paths = [Path(path) for path in (self.mask, self.table, *arguments) if path]
        return [file for path in paths for file in (path, *sorted(path.glob("*.safetensors"))) if file.is_file()]


@dataclass(frozen=True)
class OutputOptions:
    """How many samples are written, and how."""

    count: Annotated[int, opt.output("N", "How many samples.", "-n", "--count", min=1, max=1000)] = 10
    seed: opt.Seed = 0
    layout: Annotated[str, opt.output("plain|nnunet", "Folders and names: plain, or a data set of nnU-Net.")] = "plain"
    name: Annotated[
        str | None, opt.output("TEXT", "Name of the case, where files of several patients are named alike.")
    ] = None
    preview: Annotated[bool, opt.output(None, "Draw the first samples into OUT/previews/CASE.png.")] = True
    overwrite: opt.Overwrite = False

    def keywords(self) -> dict[str, Any]:
        """Keywords of ``generate_case``, the layout as an object."""
        from claim_aug.data.output_layouts import find_layout

        own = {name: value for name, value in vars(self).items() if name != "name"}
        return own | {"layout": find_layout(self.layout)}


def generate(
    image: Annotated[Path | None, typer.Argument(help="LGE stack (.nii.gz, .nii) or grey slice (.png).")] = None,
    labels: Annotated[Path | None, typer.Argument(help="Label map of the stack or slice, on the same grid.")] = None,
    out: Annotated[Path | None, typer.Argument(help="Folder for images, labels, sidecars and previews.")] = None,
    *,
    demo: Annotated[bool, opt.scan(None, "Use a phantom as the scan: generate --demo OUT.", "--demo")] = False,
    scar: ScarOptions,
    orientation: Orientation,
    output: OutputOptions,
) -> None:
    """Put new scar into a scan and write images, matching labels, sidecars and a preview."""
    from claim_aug.data.case import Case
    from claim_aug.data.regrid import read_mask_onto
    from claim_aug.jobs.generate import generate_case

    settings, known, parameters = output.keywords(), orientation.keywords(), scar.parameters()
    if (scar.mask or scar.table) and scar.prior == "smile":
        scar = replace(scar, prior="manual")
    if demo:
        case, out, scar = demo_case(image, labels, out, scar, output)
    else:
        image, labels, out = opt.require_arguments(image=image, labels=labels, out=out)
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
