"""What is asked for of a data set, from options on the command line or in a file."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from claim_aug.cli.generate_options import DataSetOptions, OutputOptions, ScarOptions

if TYPE_CHECKING:
    from claim_aug.data.sample_files import OutputLayout
    from claim_aug.jobs.runs.plan import Plan
    from claim_aug.synthesizer import ScarSynthesizer

Group = TypeVar("Group")


@dataclass(frozen=True)
class Request:
    """What is asked for of a data set.

    Attributes:
        dataset: folder of the data set, or a CSV of pairs.
        scar: options of scar, with what follows from the data set.
        synthesizer: synthesizer that makes the scars.
        plan: cases that are used.
        layout: layout of the output.
        spelled: whether the label scheme is from ``dataset.json``.
    """

    dataset: Path
    scar: ScarOptions
    synthesizer: ScarSynthesizer
    plan: Plan
    layout: OutputLayout
    spelled: bool

    @property
    def root(self) -> Path:
        """Folder that the paths of the cases are in."""
        return self.dataset if self.dataset.is_dir() else self.dataset.parent

    def keywords(self, seed: int) -> dict[str, Any]:
        """Keywords of ``Sampling`` and ``generate_dataset`` that decide what comes out."""
        request = {"seed": seed} | self.scar.request(self.scar.parameters())
        return {"layout": self.layout, "root": self.root, "request": request, "files": tuple(self.scar.files())}


def requested(
    dataset: Path, scar: ScarOptions, output: OutputOptions, data: DataSetOptions, *, scheme_given: bool
) -> Request:
    """The options read, and the cases of the data set found."""
    from claim_aug.data.registered_output_layouts import find_output_layout
    from claim_aug.jobs.runs.plan import plan_run, scheme_of

    scar = scar.with_prior()
    spelled = None if scheme_given else scheme_of(dataset)
    scar = replace(scar, scheme=spelled or scar.scheme)
    synthesizer = scar.synthesizer(scar.parameters())
    plan = plan_run(
        dataset, synthesizer.labels, channel=data.channel, only=data.only, kind=data.cases, count_scarred=data.dry_run
    )
    return Request(dataset, scar, synthesizer, plan, find_output_layout(output.layout), spelled is not None)


def from_settings(group: type[Group], settings: dict[str, Any]) -> Group:
    """A group of options as a file has them, by their long names; the default of what it leaves out.

    Args:
        group: dataclass whose fields are options.
        settings: options by their names.
    """
    hints = get_type_hints(group, include_extras=True)
    found = {}
    for field in fields(group):  # type: ignore[arg-type]
        option = hints[field.name].__metadata__[0]
        flags = [str(flag).partition("/")[0] for flag in (option.default, *(option.param_decls or ()))]
        long = [flag.removeprefix("--") for flag in flags if flag.startswith("--")]
        name = max(long, key=len) if long else field.name.replace("_", "-")
        if name in settings:
            value = settings[name]
            found[field.name] = Path(value) if "Path" in str(hints[field.name].__origin__) else value
    return group(**found)
