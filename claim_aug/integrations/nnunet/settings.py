"""What the trainer hands to its transform: from the environment, and the label scheme from ``dataset.json``."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any

from claim_aug.anatomy.labels import TISSUES
from claim_aug.data.channels import lge_channel
from claim_aug.data.dataset_json import named_scheme
from claim_aug.errors import InputError

VARIABLE = "CLAIM_AUG_NNUNET"
#: One patch in two gets a scar, where nothing else is asked for; our default.
P = 0.5


def read_settings(labels: Mapping[str, Any], channels: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Keywords of ``ScarTransform``.

    Args:
        labels: label values by name, as in ``dataset.json``. Where the names are those of tissues here (``cavity``,
            ``myocardium``, ``infarct``, ...) they are the label scheme; ``claim-aug generate --layout nnunet`` names
            them so.
        channels: names of the channels by number, as in ``dataset.json``; ``None`` where there is one.

    Raises:
        InputError: a ``CLAIM_AUG_NNUNET`` that is no JSON object, labels whose meaning is not given, or
            several channels of which none is called LGE.
    """
    text = os.environ.get(VARIABLE, "{}")
    try:
        given = json.loads(text)
    except ValueError:
        given = None
    if not isinstance(given, dict):
        msg = f'{VARIABLE} needs a JSON object such as {{"p": 0.3, "labels": "emidec"}}, got {text!r}'
        raise InputError(msg)
    if channels is not None and len(channels) > 1:
        given["channel"] = lge_channel(channels, given.get("channel"), "dataset.json")
    if "labels" in given:
        return {"p": P} | given
    scheme = named_scheme(labels)
    if scheme is None:
        msg = (
            f"dataset.json has the labels {', '.join(labels)}, which are not named {', '.join(TISSUES)}; "
            f'say what they mean, such as {VARIABLE}=\'{{"labels": "cavity=1,myocardium=2,infarct=3"}}\''
        )
        raise InputError(msg)
    return {"p": P} | given | {"labels": scheme}
