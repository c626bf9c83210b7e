"""What ``claim-aug generate`` says of a data set: the plan before, the summary after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from claim_aug.cli import console

if TYPE_CHECKING:
    from claim_aug.cli.generate_request import Request
    from claim_aug.jobs.runs.summary import Summary


def tell_stop(name: str, *, quiet: bool) -> None:
    """Say that the end was asked for."""
    if not quiet:
        console.print_line(f"{name}: the samples in hand are finished first; once more to end at once", "yellow")


def print_plan(asked: Request, per_case: int) -> None:
    """Say how the data set was understood and what is done."""
    plan, cases = asked.plan, len(asked.plan.cases)
    console.print_line(f"layout: {plan.dataset.layout}, {console.counted(cases, 'case')}")
    console.print_line(f"labels: {asked.synthesizer.labels}{' (from dataset.json)' if asked.spelled else ''}")
    if plan.scarred is None:
        what = "cases that have scar already"
    else:
        scarred = sum(case.name in plan.scarred for case in plan.cases)
        what = f"{scarred} of {console.counted(cases, 'case')} with scar already"
    treated = {"keep": "it is kept and added to", "replace": "it is replaced", "refuse": "the case is refused"}
    console.print_line(f"{what}: {treated[asked.scar.existing]} (--existing)")
    if plan.passed_over:
        console.print_line(f"not asked for: {console.counted(plan.passed_over, 'case')}")
    for name, reason in plan.bad_cases.items():
        console.print_line(f"cannot be used: {name}: {reason}")
    if plan.cases:
        example = asked.layout.files(plan.cases[0], f"{plan.cases[0].name}_scar000", asked.root).paths[0]
        scans = f" and {console.counted(cases, 'scan')} as they are" if asked.layout.real else ""
        console.print_line(f"to make: {console.counted(cases * per_case, 'sample')}, such as {example}{scans}")


def print_summary(summary: Summary) -> None:
    """Print what became of a run as a table."""
    import numpy as np

    rows = [
        ("samples made", f"{summary.made} in {summary.seconds:.0f} s ({summary.samples_per_second:.2f} per second)")
    ]
    if summary.there:
        rows.append(("there already, and whole", f"{summary.there}"))
    if summary.burdens:
        new, total = np.percentile(np.array(summary.burdens), (25, 50, 75), axis=0).T
        rows += [
            (title, " / ".join(f"{value:.1f}" for value in quartiles))
            for title, quartiles in (("new scar %LV, quartiles", new), ("old and new scar %LV, quartiles", total))
        ]
        names = {"none": "without scar", "keep": "with scar, kept", "replace": "with scar, replaced"}
        rows += [(f"samples of scans {names[kind]}", f"{count}") for kind, count in sorted(summary.treated.items())]
    rows += [(f"drawn again: {reason}", f"{count}") for reason, count in summary.redrawn.most_common()]
    if summary.unanchored:
        rows.append(("cases whose AHA segments are not anchored", f"{len(summary.unanchored)}"))
    if summary.warned:
        rows.append(("cases with warnings, see manifest.jsonl", f"{len(summary.warned)}"))
    console.print_table("what was made", ("", ""), rows)
    if summary.warned:
        case, warning = next(iter(summary.warned.items()))
        console.print_line(f"note: a warning, that of {case}: {warning}")


def ends(summary: Summary) -> Mapping[str, Any]:
    """The summary of a run as the last event."""
    return {
        "made": summary.made,
        "there": summary.there,
        "total": summary.total,
        "seconds": round(summary.seconds, 2),
        "redrawn": dict(summary.redrawn),
        "bad_cases": summary.bad_cases,
        "failed": summary.failed,
        "stopped": summary.stopped,
    }
