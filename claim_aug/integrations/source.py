"""The parameters of the synthesizer as the parameters of every form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from claim_aug.adapters.scan import ScarSource
from claim_aug.errors import InputError
from claim_aug.pool import ScarPool
from claim_aug.synthesizer import ScarSynthesizer


def make_scar_source(synthesis_options: Mapping[str, Any]) -> ScarSource:
    """Where a form takes its scars from.

    Args:
        synthesis_options: parameters of ``ScarSynthesizer`` by name; or ``pool`` alone, a folder that
            ``claim-aug pool build`` made.

    Raises:
        InputError: ``pool`` beside other parameters, which it has from when it was built, or a parameter that is
            refused.
    """
    given = {name: value for name, value in synthesis_options.items() if value is not None}
    pool = given.pop("pool", None)
    if pool is None:
        return ScarSynthesizer(**given)
    if given:
        msg = f"pool has its scars from when it was built; leave {', '.join(given)} away, or pool"
        raise InputError(msg)
    return ScarPool(pool)
