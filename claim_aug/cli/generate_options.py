"""Options of ``claim-aug generate``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from claim_aug.cli import options as opt
from claim_aug.cli.config import source_of
from claim_aug.cli.executors import Workers
from claim_aug.cli.groups import Synthesis
from claim_aug.errors import InputError

#: Options that take a number, which is fixed, or a range to draw from.
AMOUNTS = ("burden", "transmurality", "extent", "mvo", "grey_zone", "brightness_ratio", "brightness_sd")


#: Most samples of one case: more would be a slip, and take all memory before the first is made.
MOST = 100_000


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

    def with_prior(self) -> ScarOptions:
        """The same with the prior that a mask or a table needs, where none was named."""
        return replace(self, prior="manual") if (self.mask or self.table) and self.prior == "smile" else self

    def files(self) -> list[Path]:
        """The files beside the scan that the options name: mask, table, fitted prior, bank, or a model's weights."""
        arguments = (name.partition(":")[2] for name in (self.prior, self.generator))
        paths = [Path(path) for path in (self.mask, self.table, *arguments) if path]
        return [file for path in paths for file in (path, *sorted(path.glob("*.safetensors"))) if file.is_file()]


@dataclass(frozen=True)
class OutputOptions:
    """How many samples are written, and how."""

    count: Annotated[
        int,
        opt.output(
            "N", "How many samples; of a data set, of each case.", "-n", "--count", "--per-case", min=1, max=MOST
        ),
    ] = 10
    seed: opt.Seed = 0
    layout: Annotated[
        str,
        opt.output(
            "plain|nnunet|same|flat|...",
            "Folders and names: images/ beside labels/, a data set of nnU-Net, as the input has them, one folder, or a "
            "plugin's.",
        ),
    ] = "plain"
    name: Annotated[
        str | None, opt.output("TEXT", "Name of the case, where files of several patients are named alike.")
    ] = None
    preview: Annotated[
        bool | None,
        opt.output(
            None,
            "Draw the first samples into OUT/previews/CASE.png; by default of a scan, not of a data set.",
            "--preview/--no-preview",
        ),
    ] = None
    overwrite: opt.Overwrite = False

    def keywords(self) -> dict[str, Any]:
        """Keywords of ``generate_case``, the layout as an object."""
        from claim_aug.data.registered_output_layouts import find_output_layout

        own = {name: value for name, value in vars(self).items() if name != "name"}
        return own | {"layout": find_output_layout(self.layout), "preview": self.preview is not False}


@dataclass(frozen=True)
class DataSetOptions(Workers):
    """Which cases of a data set are used, and who does the work."""

    only: Annotated[str, opt.dataset("GLOB", "Cases by name, such as 'Case_P*'.")] = "*"
    cases: Annotated[str, opt.dataset("all|normal|scarred", "Cases by whether they are labelled with scar.")] = "all"
    channel: opt.Channel = None
    dry_run: Annotated[bool, opt.dataset(None, "Show what would be done, and write nothing.", "--dry-run")] = False
    redraws: Annotated[
        int, opt.dataset("N", "How often a sample that fails the quality gate is drawn again.", min=0, max=100)
    ] = 3
    fail_fast: opt.FailFast = False
    shard: Annotated[str | None, opt.dataset("K/N", "Do part K of N alone, such as 3/16.")] = None
    quiet: Annotated[bool, opt.dataset(None, "Print warnings and errors alone.", "--quiet")] = False
    as_json: Annotated[bool, opt.dataset(None, "Print events as lines of JSON.", "--json")] = False

    def refuse_for_one_scan(self, context: typer.Context) -> None:
        """Refuse options that one scan has no use for.

        Raises:
            InputError: such an option; it is named.
        """
        for name in vars(self):
            if source_of(context, name) == "COMMANDLINE":
                msg = f"--{name.replace('_', '-').replace('as-json', 'json')} is of a data set: "
                msg += "claim-aug generate DATASET OUT"
                raise InputError(msg)
