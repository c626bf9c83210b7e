"""``synthesizer(subject)``: a torchio Subject or a dictionary, told apart without importing a framework."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from typing import Any

from claim_aug.adapters.insertion import SEEDS, insert
from claim_aug.adapters.keys import IMAGE_KEYS, LABEL_KEYS, Keys, first_of
from claim_aug.adapters.scan import CopiesBatch, ScarSource
from claim_aug.adapters.subjects import into_subject, into_subjects, sole
from claim_aug.errors import InputError


def call(source: ScarSource, data: Any) -> Any:
    """The subject with a scar, of the type that came; the input stays as it is.

    The seed is drawn from PyTorch's random state, which its DataLoader seeds in every worker.

    Args:
        data: subject, a ``torchio.Subject`` (or ``SubjectsBatch``) with one image and one label map, or a dictionary
            with an image under ``image``, ``img`` or ``lge`` and labels under ``label``, ``labels``, ``mask``, ``seg``
            or ``segmentation``; optionally ``affine``, 4x4, where the image carries none.

    Raises:
        InputError: data of another type, or a subject whose image or label map is not clear.
    """
    torchio: Any = sys.modules.get("torchio")
    if torchio is not None and isinstance(data, torchio.Subject):
        image, label = sole({name: data[name] for name in data if isinstance(data[name], torchio.Image)}, torchio)
        return into_subject(source, copy.deepcopy(data), Keys(image, label), draw_seed())
    if torchio is not None and isinstance(data, getattr(torchio, "SubjectsBatch", ())):
        # torchio 2 copies once, at the head of a Compose, and says so.
        batch: Any = copy.deepcopy(data) if not isinstance(source, CopiesBatch) or source.copy else data
        image, label = sole({name: images[0] for name, images in batch.images.items()}, torchio)
        return into_subjects(source, batch, Keys(image, label), [draw_seed() for _ in range(batch.batch_size)])
    if isinstance(data, Mapping):
        return into_mapping(source, data)
    msg = f"a synthesizer takes a torchio Subject or a dictionary with image and label, got {type(data).__name__}"
    raise InputError(msg)


def draw_seed() -> int:
    """A seed from PyTorch's random state."""
    import torch

    return int(torch.randint(0, SEEDS, (1,)).item())


def into_mapping(source: ScarSource, data: Mapping[str, Any]) -> dict[str, Any]:
    """A dictionary of arrays or tensors; keys that are not looked at are kept."""
    image, label = first_of(data, IMAGE_KEYS, "an image"), first_of(data, LABEL_KEYS, "a label map")
    written = insert(source, [data[image]], data[label], affine=data.get("affine"), seed=draw_seed())
    return dict(data) | {image: written.images[0], label: written.labels}
