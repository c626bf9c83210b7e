"""torchio 2: the seeds are the parameters, one for each subject of the batch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from claim_aug.adapters.insertion import SEEDS
from claim_aug.adapters.keys import Keys, check_probability
from claim_aug.adapters.subjects import into_subjects
from claim_aug.integrations.source import make_scar_source
from claim_aug.optional import need
from claim_aug.text import as_code

torchio: Any = need("torchio", "torchio")


class ScarSynthesizer(torchio.Transform):
    """Places a scar in the left ventricle of a Subject, or of each of a batch, in its image and in its label map.

    Args:
        image_key, label_key: names of the image and of the label map.
        p: probability of a scar, 0-1, for each subject by itself. A subject that is passed over still gets its
            ``out_keys``.
        out_keys: names of further entries by content, ``"mask"`` (a LabelMap of new scar: 1 infarct, 2 MVO) and
            ``"parameters"`` (JSON).
        unusable: treatment of a subject that can hold no scar: ``"raise"``, or ``"keep"`` it as it is.
        copy, per_instance, include, exclude: arguments of every transform of torchio.
        **synthesis_options: parameters of ``claim_aug.ScarSynthesizer``, or ``pool``.

    Raises:
        InputError: a parameter that does not exist; when called, a subject without the image or the label map.
    """

    def __init__(
        self,
        image_key: str = "image",
        label_key: str = "label",
        *,
        p: float = 1.0,
        out_keys: Mapping[str, str] | None = None,
        unusable: str = "raise",
        copy: bool = True,
        per_instance: bool = True,
        include: list[str] | None = None,
        exclude: list[str] | None = None,
        **synthesis_options: Any,
    ) -> None:
        super().__init__(p=check_probability(p), copy=copy, per_instance=per_instance, include=include, exclude=exclude)
        self.image_key, self.label_key, self.out_keys, self.unusable = image_key, label_key, out_keys, unusable
        self.synthesis_options, self.source = synthesis_options, make_scar_source(synthesis_options)
        self.keys  # noqa: B018  a wrong setting is an error now

    def __repr__(self) -> str:
        names = ("image_key", "label_key", "p", "out_keys", "unusable", "copy", "per_instance", "include", "exclude")
        return as_code(self, **{name: getattr(self, name) for name in names}, **self.synthesis_options)

    @property
    def keys(self) -> Keys:
        """What is read and written."""
        return Keys(self.image_key, self.label_key, self.out_keys or {}, self.unusable)

    def _per_instance_p_active(self, batch: Any) -> bool:
        # The gate is in make_params for one subject too: torchio's own would pass over the entries asked for.
        return True

    def make_params(self, batch: Any) -> dict[str, Any]:
        """One gate and one seed for each subject, or one for all."""
        count = batch.batch_size if self.per_instance else 1
        kept = (torch.rand(count) < self.p).tolist() * (batch.batch_size // count)
        seeds = torch.randint(0, SEEDS, (count,)).tolist() * (batch.batch_size // count)
        return {
            "seeds": [seed if keep else None for seed, keep in zip(seeds, kept, strict=True)],
            "_batch_size": batch.batch_size,
            "_batched_keys": ["seeds"],
            "_keep": kept,
        }

    def apply_transform(self, batch: Any, params: dict[str, Any]) -> Any:
        """Write into the batch; ``seeds`` is a list, or the one seed that a subject's history keeps."""
        seeds = params["seeds"]
        return into_subjects(self.source, batch, self.keys, seeds if isinstance(seeds, list) else [seeds])

    def to_hydra(self) -> dict[str, Any]:
        """torchio's configuration, with this class and the synthesizer's parameters."""
        target = {"_target_": "claim_aug.integrations.torchio.ScarSynthesizer"}
        return dict(super().to_hydra()) | target | self.synthesis_options
