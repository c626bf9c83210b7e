"""torchio's Subject, of either major version, and the batch that version 2 hands from transform to transform."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from claim_aug.adapters.insertion import insert
from claim_aug.adapters.keys import Keys, listed
from claim_aug.adapters.scan import ScarSource
from claim_aug.errors import InputError


def into_subject(source: ScarSource, subject: Any, keys: Keys, seed: int | None) -> Any:
    """Put a scar into a Subject, in place; without a seed only the entries that were asked for are added."""
    torchio: Any = sys.modules["torchio"]
    image, label = keys.fetch(subject)
    written = insert(source, [image.data], label.data, affine=image.affine, seed=seed, unusable=keys.unusable)
    if seed is not None:
        image.set_data(written.images[0])
        label.set_data(written.labels)
    for name, value in keys.beside(written).items():
        if isinstance(value, str):
            subject[name] = value
        else:
            subject.add_image(torchio.LabelMap(tensor=value, affine=label.affine), name)
    return subject


def into_subjects(source: ScarSource, batch: Any, keys: Keys, seeds: Sequence[int | None]) -> Any:
    """Put scars into the subjects of a ``SubjectsBatch`` of torchio 2, in place, each from its own seed."""
    import torch

    torchio: Any = sys.modules["torchio"]
    images, labels = keys.fetch(batch.images)
    written = [
        insert(source, [image], label, affine=affine, seed=seed, unusable=keys.unusable)
        for image, label, affine, seed in zip(images.data, labels.data, images.affines, seeds, strict=True)
    ]
    images.data = torch.stack([one.images[0] for one in written])
    labels.data = torch.stack([one.labels for one in written])
    for name in keys.out.values():
        values = [keys.beside(one)[name] for one in written]
        if isinstance(values[0], str):
            batch.metadata[name] = values
        else:
            affines = [affine.clone() for affine in labels.affines]
            batch.images[name] = torchio.ImagesBatch(torch.stack(values), affines, image_class=torchio.LabelMap)
    return batch


def sole(images: Mapping[str, Any], torchio: Any) -> tuple[str, str]:
    """The names of the only image and the only label map.

    Raises:
        InputError: more or fewer images or label maps than one of each.
    """
    labels = [name for name, image in images.items() if isinstance(image, torchio.LabelMap)]
    others = [name for name in images if name not in labels]
    if len(labels) != 1 or len(others) != 1:
        msg = (
            f"the subject needs one ScalarImage and one LabelMap, it has {listed(others)} and {listed(labels)}; "
            "say which with claim_aug.integrations.torchio.ScarSynthesizer(image_key=, label_key=)"
        )
        raise InputError(msg)
    return others[0], labels[0]
