"""What a lesion-diffusion model is made of, in numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

KINDS = ("ddpm", "latent")


@dataclass(frozen=True)
class ModelConfig:
    """Everything that is needed to build a model before its weights are read.

    Attributes:
        kind: ``"ddpm"`` works on pixels, ``"latent"`` on the codes of an autoencoder.
        spacing: mm of a window's pixel.
        size: pixels of a window's side; divisible by the network's halvings.
        widths: channels of the U-Net from its finest level to its coarsest.
        layers: residual blocks of a level.
        factor: pixels of a code's side: 1 for ``ddpm``, 2 or 4 for ``latent``.
        codes: channels of the code.
        codec_widths: channels of the autoencoder's levels, one level more than it halves.
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
    def of(cls, kind: str, **changes: Any) -> ModelConfig:
        """The defaults of a kind."""
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
            ValueError: a field is missing, unknown or impossible.
        """
        if set(record) != {field.name for field in fields(cls)}:
            msg = f"its model needs the fields {', '.join(field.name for field in fields(cls))}"
            raise ValueError(msg)
        values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in record.items()}
        config = cls(**values)
        whole = (config.size, config.layers, config.factor, config.codes, *config.widths, *config.codec_widths)
        if config.kind not in KINDS or config.spacing <= 0 or not all(isinstance(n, int) and n > 0 for n in whole):
            msg = "its model has impossible numbers"
            raise ValueError(msg)
        return config
