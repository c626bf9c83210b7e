"""torchio 1: a random transform that draws a seed, and the transform of that seed, which the history keeps."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import torch

from claim_aug.adapters.insertion import SEEDS
from claim_aug.adapters.keys import Keys, check_probability
from claim_aug.adapters.scan import ScarSource
from claim_aug.adapters.subjects import into_subject
from claim_aug.integrations.source import make_scar_source
from claim_aug.optional import need
from claim_aug.text import as_code

transforms: Any = need("torchio.transforms", "torchio")
random: Any = need("torchio.transforms.augmentation", "torchio")

#: What torchio's own transforms take.
BASE = ("copy", "include", "exclude", "keep", "parse_input", "label_keys")


class SeededScar(transforms.Transform):
    """The scar of one seed: what is left in a subject's history, to be replayed.

    Everything it needs is a plain keyword, so that ``Subject.get_applied_transforms`` can build it again.
    """

    def __init__(
        self,
        seed: int | None,
        image_key: str,
        label_key: str,
        out_keys: Mapping[str, str] | None,
        unusable: str,
        synthesis_options: Mapping[str, Any],
        **base: Any,
    ) -> None:
        super().__init__(**base)
        self.seed, self.image_key, self.label_key = seed, image_key, label_key
        self.out_keys, self.unusable, self.synthesis_options = out_keys, unusable, dict(synthesis_options)
        self.args_names = ["seed", "image_key", "label_key", "out_keys", "unusable", "synthesis_options"]

    @cached_property
    def source(self) -> ScarSource:
        """Built when it is first used, or handed over by the random transform."""
        return make_scar_source(self.synthesis_options)

    def apply_transform(self, subject: Any) -> Any:
        """Write into the subject, which torchio has copied."""
        keys = Keys(self.image_key, self.label_key, self.out_keys or {}, self.unusable)
        return into_subject(self.source, subject, keys, self.seed)


class ScarSynthesizer(random.RandomTransform):
    """Places a scar in the left ventricle of a Subject, in its image and in its label map.

    Args:
        image_key, label_key: names of the image and of the label map.
        p: probability of a scar, 0-1. A subject that is passed over still gets its ``out_keys``, so that every batch
            collates.
        out_keys: names of further entries by content, ``"mask"`` (a LabelMap of new scar: 1 infarct, 2 MVO) and
            ``"parameters"`` (JSON).
        unusable: treatment of a subject that can hold no scar: ``"raise"``, or ``"keep"`` it as it is.
        **synthesis_options: parameters of ``claim_aug.ScarSynthesizer``, or ``pool``; and torchio's own ``copy``,
            ``include``, ``exclude``, ``keep``, ``parse_input`` and ``label_keys``.

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
        **synthesis_options: Any,
    ) -> None:
        base = {name: synthesis_options.pop(name) for name in BASE if name in synthesis_options}
        self.framework_options = dict(base)
        if "exclude" not in base:
            # For dictionaries of tensors, which do not say what is a label map.
            base = {"include": [image_key, label_key], "label_keys": [label_key]} | base
        super().__init__(**base)
        Keys(image_key, label_key, out_keys or {}, unusable)
        self.p = check_probability(p)
        self.image_key, self.label_key, self.out_keys, self.unusable = image_key, label_key, out_keys, unusable
        self.synthesis_options, self.source = synthesis_options, make_scar_source(synthesis_options)
        self.args_names = ["image_key", "label_key", "p", "out_keys", "unusable", *synthesis_options]

    def __repr__(self) -> str:
        names = ("image_key", "label_key", "p", "out_keys", "unusable")
        return as_code(
            self, **{name: getattr(self, name) for name in names}, **self.framework_options, **self.synthesis_options
        )

    def __getattr__(self, name: str) -> Any:
        # torchio reads the arguments it shows and exports as attributes.
        synthesis_options = vars(self).get("synthesis_options", {})
        if name in synthesis_options:
            return synthesis_options[name]
        raise AttributeError(name)

    def apply_transform(self, subject: Any) -> Any:
        """Draw, whatever ``p`` says, one number for the gate and one seed; then write."""
        wanted = torch.rand(1).item() < self.p
        seed = int(torch.randint(0, SEEDS, (1,)).item())
        seeded = SeededScar(
            seed if wanted else None, self.image_key, self.label_key, self.out_keys, self.unusable,
            self.synthesis_options,
            **self._get_base_args(),
        )  # fmt: skip
        seeded.source = self.source
        # Not called: that would copy the subject once more.
        result = seeded.apply_transform(subject)
        if wanted:
            seeded._add_transform_to_subject_history(result)
        return result
