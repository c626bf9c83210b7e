"""``ScarSynthesizer`` as a 2-D transform of albumentations 2.0 (MIT), or of AlbumentationsX where that is installed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import numpy as np

from claim_aug.adapters.arrays import is_tensor
from claim_aug.adapters.insertion import SEEDS, insert
from claim_aug.adapters.keys import Keys, check_probability
from claim_aug.adapters.scan import Written
from claim_aug.adapters.workers import SeededInProcess
from claim_aug.errors import InputError
from claim_aug.integrations.source import make_scar_source
from claim_aug.optional import need
from claim_aug.text import as_code

# albumentations asks the network for newer versions when it is imported, unless told not to.
os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")
base: Any = need("albumentations", "albumentations")
#: AlbumentationsX refuses classes with the hook of albumentations 2.0, and draws from an object that it hands over.
IS_X = hasattr(base.BasicTransform, "sample_parameters")


class ScarSynthesizer(base.DualTransform, SeededInProcess):
    """Places a scar in a short-axis slice and its mask, in one step.

    The image is (H, W) or (H, W, C), the mask (H, W) or (H, W, 1). Nothing else is changed: no boxes, no key points.
    With albumentations 2.0 pass ``worker_init_fn=claim_aug.seed_worker`` to the ``DataLoader``: without it every worker
    makes the same scars.

    Args:
        image_key, label_key: names of the image and of the mask.
        p: probability of a scar, 0-1. A slice that is passed over still gets its ``out_keys``, so that every batch
            collates.
        out_keys: names of further entries by content, ``"mask"`` (uint8: 0 none, 1 infarct, 2 MVO) and
            ``"parameters"`` (JSON).
        unusable: treatment of a slice that can hold no scar: ``"raise"``, or ``"keep"`` it as it is.
        **synthesis_options: parameters of ``claim_aug.ScarSynthesizer``, or ``pool``.

    Raises:
        InputError: a parameter that does not exist; when called, a missing image or mask.
    """

    _targets = (base.core.transforms_interface.Targets.IMAGE, base.core.transforms_interface.Targets.MASK)

    def __init__(
        self,
        image_key: str = "image",
        label_key: str = "mask",
        *,
        p: float = 1.0,
        out_keys: Mapping[str, str] | None = None,
        unusable: str = "raise",
        **synthesis_options: Any,
    ) -> None:
        super().__init__(p=check_probability(p))
        self.image_key, self.label_key, self.out_keys, self.unusable = image_key, label_key, out_keys, unusable
        self.synthesis_options, self.source = synthesis_options, make_scar_source(synthesis_options)
        self.entries = Keys(image_key, label_key, out_keys or {}, unusable)
        self.seeded()

    def set_random_state(self, *args: Any, **settings: Any) -> None:
        """Take the random state of a pipeline, and remember in which process."""
        super().set_random_state(*args, **settings)
        self.seeded()

    def set_random_seed(self, seed: int | None) -> None:
        """Seed it, and remember in which process."""
        super().set_random_seed(seed)
        self.seeded()

    if IS_X:

        def sample_parameters(self, params: Any, data: Any, targets: Any, sampling: Any) -> Any:
            """The seed is all that is drawn."""
            self.warn_of_repeats()
            seed = int(sampling.random_generator.integers(SEEDS))
            return base.core.transform_params.SampledParams(params={"seed": seed})

    else:

        def get_params(self) -> dict[str, Any]:
            """The seed is all that is drawn, and all that a replay needs."""
            self.warn_of_repeats()
            return {"seed": int(self.random_generator.integers(SEEDS))}

    def __call__(self, *args: Any, force_apply: bool = False, **data: Any) -> dict[str, Any]:
        """A new dictionary with the new scar."""
        result = super().__call__(*args, force_apply=force_apply, **data)
        if set(self.entries.out.values()) <= set(result):
            return result
        return result | self.entries.beside(self.written(result, None))

    def apply_with_params(self, params: Any, *args: Any, **data: Any) -> dict[str, Any]:
        """Image and mask together, from the seed."""
        drawn = params.params if IS_X else params
        written = self.written(data, drawn["seed"])
        image = channels_last(written.images[0], data[self.image_key])
        pair = {self.image_key: image, self.label_key: written.labels.reshape(data[self.label_key].shape)}
        return data | pair | self.entries.beside(written)

    def written(self, data: Mapping[str, Any], seed: int | None) -> Written:
        """The slice with the scar of a seed, channels first."""
        image, mask = self.entries.fetch(data)
        if is_tensor(image) or is_tensor(mask):
            msg = "the picture or the mask is a tensor already; put ToTensorV2 after the scar, as the last transform"
            raise InputError(msg)
        plane = mask[..., 0] if np.ndim(mask) == 3 and np.shape(mask)[-1] == 1 else mask
        first = np.moveaxis(image, -1, 0) if np.ndim(image) == 3 else image
        return insert(self.source, [first], plane, seed=seed, unusable=self.unusable)

    def __repr__(self) -> str:
        return as_code(self, **self.get_transform_init_args(), p=self.p)

    def get_transform_init_args(self) -> dict[str, Any]:
        """For ``to_dict``: every argument of ``__init__``, the synthesizer's among them."""
        form = {name: getattr(self, name) for name in ("image_key", "label_key", "out_keys", "unusable")}
        return form | self.synthesis_options


def channels_last(image: Any, given: Any) -> Any:
    """(H, W, C) from (C, H, W), where that is how it came."""
    return np.ascontiguousarray(np.moveaxis(image, 0, -1)) if np.ndim(given) == 3 else image
