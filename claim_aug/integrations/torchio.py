"""``ScarSynthesizer`` as a transform of torchio, for whichever major version is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from claim_aug.optional import need

MAJOR = int(need("torchio", "torchio").__version__.partition(".")[0])

if TYPE_CHECKING:
    ScarSynthesizer: Any
elif MAJOR < 2:
    from claim_aug.integrations.torchio_v1 import ScarSynthesizer
else:
    from claim_aug.integrations.torchio_v2 import ScarSynthesizer

__all__ = ["ScarSynthesizer"]
