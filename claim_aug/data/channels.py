"""Which channel of a data set is the LGE image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from claim_aug.data.dataset_json import read_dataset_json
from claim_aug.errors import InputError

#: How nnU-Net ends the name of an image.
CHANNEL = re.compile(r".+_(?P<number>\d{4})")
#: What LGE is called: late gadolinium enhancement, delayed enhancement, phase-sensitive inversion recovery.
LGE = re.compile(r"(?<![a-z])(lge|psir|de|gd|dge|ce|late.?gad.*|delayed.?enh.*)(?![a-z])", re.IGNORECASE)


def lge_channel(names: Mapping[str, Any], asked: str | int | None, where: str) -> int:
    """The number of the LGE channel among those of a data set.

    Args:
        names: names of the channels by their number, as in nnU-Net's ``dataset.json``.
        asked: number or name of the channel that the user named; ``None`` where its name is to tell.
        where: name of the data set, for the error.

    Raises:
        InputError: no channel of that name, or several channels of which not one alone is called LGE.
    """
    known = {int(number): str(name) for number, name in names.items()}
    if asked is None:
        found = [number for number, name in known.items() if LGE.search(name)] if len(known) > 1 else list(known)
    else:
        found = [number for number, name in known.items() if str(asked).lower() in (str(number), name.lower())]
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{number} {name}" for number, name in known.items())
    what = f"no channel {asked!r}" if asked is not None else "no channel, or more than one, that is called LGE"
    msg = f"{where} has {what}; it has {listed}. Say which one is (channel, --channel), or call it LGE in dataset.json"
    raise InputError(msg)


def channel_names(dataset: Path) -> dict[str, Any]:
    """The names of a data set's channels, as its ``dataset.json`` has them; empty where there is none.

    Raises:
        InputError: a ``dataset.json`` that cannot be read.
    """
    table = read_dataset_json(dataset)
    try:
        names = table.get("channel_names", table.get("modality", {}))
        return {str(int(number)): name for number, name in dict(names).items()}
    except (ValueError, TypeError) as error:
        msg = f"{dataset / 'dataset.json'} cannot be read as nnU-Net's dataset.json: {error}"
        raise InputError(msg) from error
