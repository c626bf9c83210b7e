"""What nnU-Net's ``dataset.json`` says of a data set: its channels, its file ending, its labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claim_aug.anatomy.labels import TISSUES
from claim_aug.data.strict_json import read_json
from claim_aug.errors import InputError

#: Names that data sets give to tissues beside our own.
NAMES = {
    "background": r"background|bg",
    "cavity": r"(lv|left.?ventric\w*)?[ _-]*(cavity|blood.?pool|blood|lumen)|lv|lvbp|lvc",
    "myocardium": r"(lv|normal|healthy|left.?ventric\w*)?[ _-]*(myo|myocard\w*)|lvm|lvmyo",
    "infarct": r"(myocardial[ _-]*)?infarct\w*|scar\w*|fibrosis|mi|lge",
    "mvo": r"mvo|no[ _-]?reflow|microvascular[ _-]obstruction",
    "rv": r"(rv|right.?ventric\w*)[ _-]*(cavity|blood.?pool|blood)?|rvbp|rvc",
}


def read_dataset_json(dataset: Path) -> dict[str, Any]:
    """The ``dataset.json`` of a folder; empty where there is none.

    Raises:
        InputError: a ``dataset.json`` that cannot be read.
    """
    path = dataset / "dataset.json"
    if not path.is_file():
        return {}
    try:
        table = read_json(path)
    except (OSError, ValueError) as error:
        msg = f"{path} cannot be read as nnU-Net's dataset.json: {error}"
        raise InputError(msg) from error
    if not isinstance(table, dict):
        msg = f"{path} cannot be read as nnU-Net's dataset.json: it is no object with names"
        raise InputError(msg)
    return table


def named_scheme(labels: Mapping[str, Any]) -> str | None:
    """The label scheme that names of labels spell; ``None`` where one of the names is no tissue's.

    Args:
        labels: label values by name, as nnU-Net's ``dataset.json`` has them.

    Example:
        >>> named_scheme({"background": 0, "LV": 1, "Myo": 2, "scar": 3})
        'background=0,cavity=1,myocardium=2,infarct=3'
    """
    values: dict[str, list[str]] = {}
    for name, value in labels.items():
        tissue = next((tissue for tissue in TISSUES if re.fullmatch(NAMES[tissue], name.strip(), re.IGNORECASE)), None)
        if tissue is None or isinstance(value, bool) or not isinstance(value, int):
            return None
        values.setdefault(tissue, []).append(str(value))
    return ",".join(f"{tissue}={'+'.join(own)}" for tissue, own in values.items()) or None
