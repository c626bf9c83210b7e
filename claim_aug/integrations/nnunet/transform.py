"""``ScarTransform``: a transform of batchgeneratorsv2, for the head of nnU-Net's training pipeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch

from claim_aug.adapters.insertion import SEEDS, insert
from claim_aug.adapters.keys import Keys, check_probability
from claim_aug.adapters.scan import Written
from claim_aug.errors import InputError
from claim_aug.integrations.source import make_scar_source
from claim_aug.optional import need
from claim_aug.text import as_code

base: Any = need("batchgeneratorsv2.transforms.base.basic_transform", "nnunet")


class ScarTransform(base.BasicTransform):
    """Places a scar in a patch and its segmentation; the first transform of a pipeline.

    It draws from NumPy's global state, as nnU-Net's workers seed that one and not PyTorch's: there, transforms that
    draw from PyTorch repeat each other in every worker.

    nnU-Net tells its transforms neither spacing nor orientation. What is in the patch has to do, so AHA segments are
    turned by an unknown angle unless the labels have an RV.

    Args:
        p: probability of a scar, 0-1. A patch that is passed over still gets its ``out_keys``.
        out_keys: names of further entries by content, ``"mask"`` (uint8: 0 none, 1 infarct, 2 MVO) and
            ``"parameters"`` (JSON).
        channel: number of the LGE channel of the image, from 0; needed where there are several, as others stay as they
            are.
        unusable: treatment of a patch that can hold no scar, such as one without a whole ring of wall: ``"keep"`` it as
            it is, or ``"raise"``.
        **synthesis_options: parameters of ``claim_aug.ScarSynthesizer``. A pool cannot know scans that nnU-Net has
            resampled.

    Raises:
        InputError: a parameter that does not exist; when called, a missing image or segmentation, or several channels
            of which none was named.
    """

    def __init__(
        self,
        p: float = 1.0,
        *,
        out_keys: Mapping[str, str] | None = None,
        channel: int | None = None,
        unusable: str = "keep",
        **synthesis_options: Any,
    ) -> None:
        super().__init__()
        self.p, self.synthesis_options = check_probability(p), synthesis_options
        self.source = make_scar_source(synthesis_options)
        if channel is not None and (isinstance(channel, bool) or not isinstance(channel, int) or channel < 0):
            msg = f"channel needs to be the number of the LGE channel, from 0, got {channel!r}"
            raise InputError(msg)
        self.channel = channel
        self.entries = Keys("image", "segmentation", out_keys or {}, unusable)

    def __repr__(self) -> str:
        more = {"out_keys": self.entries.out or None, "channel": self.channel, "unusable": self.entries.unusable}
        return as_code(self, p=self.p, **more, **self.synthesis_options)

    def get_parameters(self, **data: Any) -> dict[str, Any]:
        """One number for the gate and one seed, whatever comes of the gate."""
        wanted = np.random.random() < self.p  # noqa: NPY002  the state that nnU-Net seeds
        seed = int(np.random.randint(SEEDS))  # noqa: NPY002
        return {"seed": seed if wanted else None}

    def lge(self, channels: int) -> int:
        """The number of the LGE channel of an image.

        Raises:
            InputError: several channels of which none was named, or fewer than the one that was.
        """
        if self.channel is None and channels > 1:
            msg = f"the image has {channels} channels; say which one is LGE, from 0 (channel=1), as others show no scar"
            raise InputError(msg)
        number = self.channel or 0
        if number >= channels:
            msg = f"channel {number} is asked for, the image has {channels}, which count from 0"
            raise InputError(msg)
        return number

    def apply(self, data_dict: dict[str, Any], **params: Any) -> dict[str, Any]:
        """A new dictionary with the new scar."""
        image, segmentation = self.entries.fetch(data_dict)
        # The first channel holds the labels, others come from a previous stage; -1 is padding.
        labels = segmentation[:1]
        lge = self.lge(len(image))
        written: Written = insert(
            self.source,
            [image[lge : lge + 1]],
            labels.clamp(min=0),
            seed=params["seed"],
            unusable=self.entries.unusable,
        )
        new = torch.where(labels < 0, labels, written.labels)
        others = torch.cat([image[:lge], written.images[0], image[lge + 1 :]])
        pair = {"image": others, "segmentation": torch.cat([new, segmentation[1:]])}
        return data_dict | pair | self.entries.beside(written)
