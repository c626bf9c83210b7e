"""An evaluation and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from claim_aug.data.output_layouts import write_json
from claim_aug.data.provenance import plain
from claim_aug.data.staging import refuse_existing, staged
from claim_aug.evaluation.metric import Evaluation
from claim_aug.jobs.evaluate import evaluate_folders
from claim_aug.report.evaluation import as_json

JSON, PAGE = "evaluation.json", "report.html"


def evaluate_and_write(
    synthetic: Path, real: Path | None, out: Path | None, *, overwrite: bool = False, **options: Any
) -> Evaluation:
    """Judge a set and write ``evaluation.json``.

    Args:
        synthetic, real: arguments of ``evaluate_folders``.
        out: folder to write to; ``None`` to write nothing.
        overwrite: whether files that exist are replaced.
        **options: keywords of ``evaluate_folders``.

    Raises:
        ClaimAugError: folders that cannot be judged, files that exist, or a folder that cannot be written.
    """
    if out is None:
        return evaluate_folders(synthetic, real, **options).evaluation
    if not overwrite:
        refuse_existing(out, (JSON, PAGE))
    found = evaluate_folders(synthetic, real, **options)
    with staged(out) as stage:
        write_json(stage / JSON, plain(as_json(found.evaluation)))
    return found.evaluation
