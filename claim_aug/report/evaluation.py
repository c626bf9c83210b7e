"""An evaluation as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from claim_aug.evaluation.metric import Evaluation


def as_json(evaluation: Evaluation) -> dict[str, Any]:
    """Everything that an evaluation holds, the verdict first."""
    return {"verdict": evaluation.verdict, "sentence": evaluation.sentence, **asdict(evaluation)}
