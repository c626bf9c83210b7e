"""What a run over a data set would do: its cases, what becomes of their scar, and how many samples of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np

from claim_aug.anatomy import LabelScheme
from claim_aug.data.case import Case, no_anchor_warning
from claim_aug.data.dataset_json import named_scheme, read_dataset_json
from claim_aug.data.input_layouts import DataSet, find_dataset
from claim_aug.data.sample_files import OutputLayout, ends_of_slices, written_suffix
from claim_aug.errors import InputError
from claim_aug.jobs.runs.job import Job, jobs_of

NO_IMAGE = "it has labels alone; a scan is needed to put scar into"
KINDS = ("all", "normal", "scarred")


@dataclass(frozen=True)
class Plan:
    """The cases of a run.

    Attributes:
        dataset: data set that they are from.
        cases: cases that are used.
        bad_cases: reasons why others cannot be used, by their names.
        scarred: names of the cases with scar; ``None`` where nobody looked.
        passed_over: number of cases that were not asked for.
    """

    dataset: DataSet
    cases: tuple[Case, ...]
    bad_cases: Mapping[str, str] = field(default_factory=dict)
    scarred: frozenset[str] | None = None
    passed_over: int = 0

    def jobs(self, per_case: int, seed: int, layout: OutputLayout) -> list[Job]:
        """The jobs of the run, in their order."""
        return list(jobs_of(self.cases, per_case, seed, real=layout.real))


def plan_run(
    path: Path,
    scheme: LabelScheme,
    *,
    channel: str | None = None,
    only: str = "*",
    kind: str = "all",
    count_scarred: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> Plan:
    """Find the cases of a data set that are to be used.

    Args:
        path: folder of the data set, or a CSV of pairs.
        scheme: label scheme of the label maps.
        channel: number or name of the LGE channel in nnU-Net's layout; by default the one that is called LGE.
        only: pattern of names as in a shell, such as ``"Case_P*"``.
        kind: name of the cases that are used: ``"all"``, ``"normal"`` without scar, or ``"scarred"``.
        count_scarred: whether label maps are read even where all cases are used, to count those with scar.
        advance: function that is called after each label map.

    Raises:
        InputError: what is no data set, an unknown kind, or no case that was asked for.
    """
    if kind not in KINDS:
        msg = f"--cases needs to be one of {', '.join(KINDS)}, got {kind!r}"
        raise InputError(msg)
    dataset = find_dataset(path, channel)
    asked = [case for case in dataset.cases if fnmatchcase(case.name, only)]
    bad = {name: reason for name, reason in dataset.lacking.items() if fnmatchcase(name, only)}
    bad |= {case.name: NO_IMAGE for case in asked if not case.image_paths and case.name not in bad}
    usable = [case for case in asked if case.name not in bad]
    if not asked:
        some = ", ".join(case.name for case in dataset.cases[:3])
        msg = f"{path} has no case whose name is like {only!r}; its cases are called {some}, ..."
        raise InputError(msg)
    if not usable and set(bad.values()) == {NO_IMAGE}:
        msg = f"{path} was read as {dataset.layout}: no case has an image, which is needed to put scar into"
        raise InputError(msg)
    scarred = None
    if count_scarred or kind != "all":
        found = {}
        for case in usable:
            try:
                found[case.name] = has_scar(case, scheme)
            except InputError as error:
                bad[case.name] = str(error)
            advance()
        scarred = frozenset(name for name, yes in found.items() if yes)
        usable = [case for case in usable if case.name in found]
        usable = [case for case in usable if kind == "all" or (case.name in scarred) == (kind == "scarred")]
        if not usable and not bad:
            msg = f"{path} has no case that is {kind}, by the label scheme {scheme}"
            raise InputError(msg)
    return Plan(dataset, tuple(usable), bad, scarred, len(dataset.cases) - len(usable) - len(bad))


def has_scar(case: Case, scheme: LabelScheme) -> bool:
    """Whether a case is labelled with infarct or MVO."""
    with no_anchor_warning():
        return bool(np.isin(replace(case).labels, [*scheme.infarct, *scheme.mvo]).any())


def scheme_of(dataset: Path) -> str | None:
    """The label scheme that nnU-Net's ``dataset.json`` of a folder spells; ``None`` where it spells none."""
    labels = read_dataset_json(dataset).get("labels") if dataset.is_dir() else None
    return named_scheme(labels) if isinstance(labels, dict) else None


def tables_of(
    layout: OutputLayout, scheme: LabelScheme, cases: Sequence[Case]
) -> Callable[[Iterable[Mapping[str, Any]]], Mapping[str, Any]]:
    """A function from the rows of a complete run to the JSON files that its layout has beside it."""
    ending = written_suffix(cases[0].image_paths[0]) if cases and cases[0].image_paths else ".nii.gz"
    known = {case.name: case for case in cases}

    def tables(rows: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
        names: dict[bool, dict[str, str]] = {True: {}, False: {}}
        for row in rows:
            for end in ends_of_slices(known.get(row["case"], Case(row["case"], ()))):
                names[row["synthetic"]][row["name"] + end] = row["case"]
        return layout.tables(names[False], names[True], scheme, ending)

    return tables
