"""``claim-aug generate``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from claim_aug.cli import options as opt
from claim_aug.errors import InputError

DEMO_CASE = "Case_demo"
RESERVED = {name: f"--{name}" for name in ("labels", "prior", "generator", "existing", "mask", "table")}
RESERVED["distributions"] = "--prior smile:FILE.json"


def add_to(app: typer.Typer) -> None:
    """Register the command."""
    app.command()(generate)


def generate(
    image: Annotated[Path | None, typer.Argument(help="LGE stack (.nii.gz, .nii) or grey slice (.png).")] = None,
    labels: Annotated[Path | None, typer.Argument(help="Its label map, on the same grid.")] = None,
    out: Annotated[Path | None, typer.Argument(help="Folder for images, labels, sidecars and previews.")] = None,
    count: Annotated[int, typer.Option("-n", "--count", min=1, max=1000, help="How many samples.")] = 10,
    prior: opt.Prior = "smile",
    generator: opt.Generator = "ddpm",
    seed: opt.Seed = 0,
    scheme: opt.Scheme = None,
    existing: opt.Existing = "keep",
    burden: Annotated[str | None, typer.Option(metavar="%LV", help="Scar size: 20, or a range 5,30.")] = None,
    transmurality: Annotated[str | None, typer.Option(metavar="0-1", help="Mean depth: 0.75, or 0.3,0.8.")] = None,
    extent: Annotated[str | None, typer.Option(metavar="0-1", help="Share of the wall's sectors with scar.")] = None,
    territory: Annotated[str | None, typer.Option(metavar="LAD|RCA|LCX", help="Coronary territory.")] = None,
    segments: Annotated[str | None, typer.Option(metavar="1,2,7,8", help="AHA segments.")] = None,
    preset: Annotated[str | None, typer.Option(metavar="acute|chronic", help="Clinical distribution.")] = None,
    grey_zone: Annotated[str | None, typer.Option(metavar="0-0.6", help="Grey rim as share of the scar.")] = None,
    mvo: Annotated[str | None, typer.Option(metavar="0-0.6", help="MVO as share of the scar.")] = None,
    brightness_ratio: Annotated[
        str | None,
        typer.Option(metavar="0.2-4", help="signal, transplant: scar over remote as a multiple of blood over remote."),
    ] = None,
    brightness_sd: Annotated[
        str | None, typer.Option(metavar="2-60", help="ddpm, latent: SD of remote by which scar is brighter.")
    ] = None,
    mask: Annotated[Path | None, typer.Option(help="Mask or label map to take the scar from (prior manual).")] = None,
    table: Annotated[Path | None, typer.Option(help="CSV of segment,transmurality (prior manual).")] = None,
    setting: opt.Setting = None,
    anterior_insertion: opt.AnteriorInsertion = None,
    through_plane: opt.ThroughPlane = None,
    base: opt.Base = None,
    winding: opt.Winding = None,
    require_anchor: opt.RequireAnchor = False,
    layout: Annotated[
        str, typer.Option(metavar="plain|nnunet", help="Folders and names: plain, or a data set of nnU-Net.")
    ] = "plain",
    demo: Annotated[bool, typer.Option("--demo", help="Use a phantom instead of a scan: generate --demo OUT.")] = False,
    preview: Annotated[bool, typer.Option(help="Draw OUT/previews/<case>.png.")] = True,
    overwrite: opt.Overwrite = False,
) -> None:
    """Put new scar into a scan: images, matching labels, sidecars and a preview."""
    from claim_aug.data.case import Case
    from claim_aug.data.regrid import read_mask_onto
    from claim_aug.jobs.generate import generate_case
    from claim_aug.synthesizer import ScarSynthesizer

    if layout not in ("plain", "nnunet"):
        msg = f"--layout needs to be plain or nnunet, got {layout!r}"
        raise InputError(msg)
    known = opt.orientation(anterior_insertion, through_plane, base, winding, require_anchor)
    given = {
        "burden": opt.number_or_range("burden", burden),
        "transmurality": opt.number_or_range("transmurality", transmurality),
        "extent": opt.number_or_range("extent", extent),
        "territory": territory,
        "preset": preset,
        "grey_zone": opt.number_or_range("grey-zone", grey_zone),
        "segments": opt.segment_list(segments),
        "mvo": opt.number_or_range("mvo", mvo),
        "brightness_ratio": opt.number_or_range("brightness-ratio", brightness_ratio),
        "brightness_sd": opt.number_or_range("brightness-sd", brightness_sd),
        "table": None if table is None else str(table),
    }
    parameters: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    parameters |= settings(setting or [])
    if (mask is not None or table is not None) and prior == "smile":
        prior = "manual"
    if demo:
        if labels or out or scheme or mask:
            msg = "--demo makes its own scan with its own labels: claim-aug generate --demo OUT"
            raise InputError(msg)
        out, scheme, case = image, "phantom", None
        opt.required(out=out)
    else:
        opt.required(image=image, labels=labels, out=out)
        case = Case.from_files(image, labels)  # type: ignore[arg-type]
        if mask is not None:
            parameters["mask"] = read_mask_onto(mask, case.label_file)
    synthesizer = ScarSynthesizer(prior, generator, labels=scheme or "emidec", existing=existing, **parameters)
    # The demo's phantom is written last, when nothing else can be wrong.
    case = case or Case.from_files(*demo_case(out, seed, overwrite))  # type: ignore[arg-type]
    anatomy = case.ventricle(synthesizer.labels, **known)
    request = {"seed": seed, "prior": prior, "generator": generator, "existing": existing, **parameters}
    if mask is not None:
        request["mask"] = mask.name
    arguments = (Path(spec.partition(":")[2]) for spec in (prior, generator))
    read = [path for path in (mask, table, *arguments) if path is not None]
    files = [file for path in read for file in (path, *sorted(path.glob("*.safetensors"))) if file.is_file()]
    with progress_bar() as progress:
        task = progress.add_task(case.name, total=count)
        samples = generate_case(
            case,
            synthesizer,
            anatomy,
            out,  # type: ignore[arg-type]
            request=request,
            files=files,
            count=count,
            seed=seed,
            preview=preview,
            overwrite=overwrite,
            layout=layout,
            advance=lambda: progress.advance(task),
        )
    report(case.name, samples, count, out)  # type: ignore[arg-type]
    opt.note_doubts(anatomy, synthesizer.labels)
    if layout == "nnunet" and not (out / "splits_final.json").exists():  # type: ignore[operator]
        typer.echo("note: splits_final.json is written when there are two real cases; generate from another one, too")


def demo_case(out: Path, seed: int, overwrite: bool) -> tuple[Path, Path]:
    """Image and labels of a healthy phantom on disk, in EMIDEC's layout, with an RV label."""
    from claim_aug.data.staging import refuse_existing, staged
    from claim_aug.phantom import make_phantom, write_emidec

    if not overwrite:
        refuse_existing(out, [f"phantom/{DEMO_CASE}"])
    with staged(out / "phantom") as stage:
        write_emidec(make_phantom(seed, scar=False), stage, DEMO_CASE)
    folder = out / "phantom" / DEMO_CASE
    return folder / "Images" / f"{DEMO_CASE}.nii.gz", folder / "Contours" / f"{DEMO_CASE}.nii.gz"


def settings(texts: list[str]) -> dict[str, Any]:
    """``name=value`` pairs; values are read as JSON where they can be."""
    import json

    pairs = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or name in RESERVED:
            why = f"; {name} is set by {RESERVED[name]}" if name in RESERVED else ""
            msg = f"--set needs NAME=VALUE of a prior or generator, got {text!r}{why}"
            raise InputError(msg)
        try:
            pairs[name] = json.loads(value)
        except json.JSONDecodeError:
            pairs[name] = value
    return pairs


def progress_bar(*more: Any) -> Any:
    """A bar on stderr, so that stdout stays for results; ``more`` columns stand before the time left."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), *more, TimeRemainingColumn())
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def report(case: str, samples: list[Any], count: int, out: Path) -> None:
    """What was written, and the first few samples."""
    from rich.console import Console
    from rich.table import Table

    title = f"{case}: {opt.counted(count, 'sample')}"
    title += f", the first {len(samples)}" if len(samples) < count else ""
    table = Table("sample", "burden %LV", "transmurality", "AHA segments", "MVO %", title=title)
    for index, sample in enumerate(samples):
        real = sample.parameters["realised"]
        cells = (real["transmurality_mean"], ", ".join(map(str, real["segments"])), real["mvo_percent_of_scar"])
        table.add_row(f"scar{index:03d}", f"{real['burden_percent']:.1f}", *map(str, cells))
    console = Console()
    console.print(table)
    notes = {sample.parameters["note"] for sample in samples if sample.parameters["note"]}
    for note in sorted(notes):
        console.print(f"note: {note}", markup=False, soft_wrap=True)
    console.print(f"written to {out}", markup=False, soft_wrap=True)
