"""What a lesion-diffusion model is made of, in numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

KINDS = ("ddpm", "latent")
#: Groups of a group normalisation; divides every width.
GROUPS = 8
#: No size or width is larger: a config may come from anywhere.
LARGEST = 4096
#: Nor has a network more scales or blocks.
DEEPEST = 16


@dataclass(frozen=True)
class ModelConfig:
    """Everything that is needed to build a model before its weights are read.

    Attributes:
        kind: kind of the generator: ``"ddpm"``, which works on pixels, or ``"latent"``, which works on the codes of an
            autoencoder.
        spacing: side of a window's pixel in mm.
        size: number of pixels along a window's side; divisible by 2 once for each halving of the U-Net.
        widths: number of channels at each scale of the U-Net, finest first.
        layers: number of residual blocks at each scale.
        factor: number of pixels along a code's side: 1 for ``ddpm``, 2 or 4 for ``latent``.
        codes: number of channels of the code.
        codec_widths: number of channels at each scale of the autoencoder, finest first; one scale more than it halves.
    """

    kind: str = "ddpm"
    spacing: float = 1.25
    size: int = 64
    widths: tuple[int, ...] = (32, 64, 96, 128)
    layers: int = 1
    factor: int = 1
    codes: int = 1
    codec_widths: tuple[int, ...] = ()

    @classmethod
    def from_kind(cls, kind: str, **changes: Any) -> ModelConfig:
        """The defaults of a kind, with some fields changed."""
        if kind == "latent":
            return replace(cls(kind, widths=(64, 96, 128), factor=2, codes=4, codec_widths=(32, 64)), **changes)
        return replace(cls(kind), **changes)

    def to_json(self) -> dict[str, Any]:
        """As it is written into ``config.json``."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> ModelConfig:
        """As it was written.

        Raises:
            ValueError: a field that is missing, unknown or impossible.
        """
        if set(record) != {field.name for field in fields(cls)}:
            msg = f"its model needs the fields {', '.join(field.name for field in fields(cls))}"
            raise ValueError(msg)
        values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
        config = cls(**values)
        if not possible(config):
            msg = "its model has impossible numbers"
            raise ValueError(msg)
        return config


def possible(config: ModelConfig) -> bool:
    """Whether a network can be built of these numbers."""
    widths = (*config.widths, *config.codec_widths)
    whole = (config.size, config.layers, config.factor, config.codes, *widths)
    if not 0 < len(config.widths) <= DEEPEST or len(config.codec_widths) > DEEPEST:
        return False
    if not all(type(number) is int and 0 < number <= LARGEST for number in whole) or config.layers > DEEPEST:
        return False
    if config.kind not in KINDS or not math.isfinite(config.spacing) or config.spacing <= 0:
        return False
    if any(width % GROUPS for width in widths) or config.size % (config.factor * 2 ** (len(config.widths) - 1)):
        return False
    if config.kind == "ddpm":
        return (config.factor, config.codes, config.codec_widths) == (1, 1, ())
    return config.factor > 1 and config.factor == 2 ** (len(config.codec_widths) - 1)
