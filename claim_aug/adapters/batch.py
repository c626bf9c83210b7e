"""Scars on a whole batch in the main process: where a diffusion generator belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from claim_aug.adapters.arrays import affine_of, stacked
from claim_aug.adapters.call import draw_seed
from claim_aug.adapters.insertion import SEEDS
from claim_aug.adapters.keys import IMAGE_KEYS, LABEL_KEYS, Keys, check_probability, first_of
from claim_aug.adapters.scan import Scan, SyntheticSample, Written
from claim_aug.errors import AnatomyError, EmptyScarError, InputError


@dataclass(frozen=True)
class AugmentedBatch:
    """A batch with scars, and how they came about.

    Attributes:
        batch: new batch, with the entries and types of the one that came.
        scans: elements as they were read.
        written: elements with their scar; the ``sample`` of an element without new scar is ``None``.
    """

    batch: dict[str, Any]
    scans: list[Scan]
    written: list[Written]


def augment_batch(
    source: Any,
    batch: Mapping[str, Any],
    *,
    image_key: str | None = None,
    label_key: str | None = None,
    p: float = 1.0,
    seed: int | None = None,
    out_keys: Mapping[str, str] | None = None,
    unusable: str = "raise",
) -> dict[str, Any]:
    """A new batch with scars; the one that came stays as it is.

    Args:
        source: ``ScarSynthesizer`` that makes the scars.
        batch: dictionary with images (B, C, *grid) and labels (B, 1, *grid), tensors on any device or arrays; or,
            as torchio's loader collates them, dictionaries with these under ``"data"``. ``affine``, (B, 4, 4), is used
            where it is there.
        image_key: entry that holds the images; found by its usual names by default.
        label_key: entry that holds the labels; found by its usual names by default.
        p: probability of a scar, 0-1, for each element by itself.
        seed: seed of the whole batch; drawn from PyTorch's random state by default.
        out_keys: names under which ``"mask"`` (uint8: 0 none, 1 infarct, 2 MVO) and ``"parameters"`` (one JSON text
            per element) are added.
        unusable: treatment of an element that can hold no scar: ``"raise"``, or ``"keep"`` it as it is.

    Raises:
        InputError: entries that are missing or do not fit.
    """
    keys = keys_of(batch, image_key, label_key, out=dict(out_keys or {}), unusable=unusable)
    return augment_elements(source, batch, keys, p=p, seed=seed).batch


def augment_elements(
    source: Any, batch: Mapping[str, Any], keys: Keys, *, p: float, seed: int | None
) -> AugmentedBatch:
    """As ``augment_batch``, and what was made of each element beside it."""
    image, label = keys.fetch(batch)
    images, labels = data_of(image), data_of(label)
    check_batch(images, labels)
    rng = np.random.default_rng(draw_seed() if seed is None else seed)
    chosen = rng.random(len(images)) < check_probability(p)
    seeds = [int(s) if c else None for s, c in zip(rng.integers(SEEDS, size=len(images)), chosen, strict=True)]
    affines = affines_of(batch, image, images)
    scans = [Scan.from_arrays([one], its, affine) for one, its, affine in zip(images, labels, affines, strict=True)]
    samples = sample_all(source, scans, seeds, keys.unusable)
    written = [scan.written(sample) for scan, sample in zip(scans, samples, strict=True)]
    extra = [keys.beside(one) for one in written]
    done = dict(batch) | {
        keys.image: with_data(image, collated([one.images[0] for one in written])),
        keys.label: with_data(label, collated([one.labels for one in written])),
        **{name: collated([one[name] for one in extra]) for name in keys.out.values()},
    }
    return AugmentedBatch(done, scans, written)


def keys_of(batch: Mapping[str, Any], image_key: str | None, label_key: str | None, **settings: Any) -> Keys:
    """Which entries of a batch are images and labels: those that are named, else those with the usual names.

    Raises:
        InputError: a batch without images or labels, or one that is no dictionary.
    """
    if not isinstance(batch, Mapping):
        msg = f"a batch needs to be a dictionary such as {{'image': ..., 'label': ...}}, got {type(batch).__name__}"
        raise InputError(msg)
    return Keys(
        image_key or first_of(batch, IMAGE_KEYS, "an image", "name it with image_key="),
        label_key or first_of(batch, LABEL_KEYS, "a label map", "name it with label_key="),
        **settings,
    )


def sample_all(
    source: Any, scans: Sequence[Scan], seeds: Sequence[int | None], unusable: str
) -> list[SyntheticSample | None]:
    """A sample for every scan that has a seed and can hold a scar."""
    ready: dict[int, dict[str, Any]] = {}
    for number, (scan, seed) in enumerate(zip(scans, seeds, strict=True)):
        try:
            if seed is not None:
                image = scan.arguments["image"][0]
                anatomy = source.anatomy(scan.labels, affine=scan.affine, image=image)
                ready[number] = scan.arguments | {"anatomy": anatomy}
        except AnatomyError:
            if unusable == "raise":
                raise
    chosen = [seeds[number] for number in ready]
    try:
        samples: list[SyntheticSample | None] = list(source.sample_many(list(ready.values()), seeds=chosen))
    except EmptyScarError:
        if unusable == "raise":
            raise
        samples = [sample_or_none(source, *pair) for pair in zip(ready.values(), chosen, strict=True)]
    found = dict(zip(ready, samples, strict=True))
    return [found.get(number) for number in range(len(scans))]


def sample_or_none(source: Any, scan: Mapping[str, Any], seed: int | None) -> SyntheticSample | None:
    """A sample, or nothing where no scar can be placed."""
    try:
        return source.sample(**scan, seed=seed)
    except EmptyScarError:
        return None


def data_of(entry: Any) -> Any:
    """The tensor of an entry; torchio's loader keeps it in a dictionary."""
    return entry["data"] if isinstance(entry, Mapping) else entry


def with_data(entry: Any, data: Any) -> Any:
    """The entry with another tensor."""
    return dict(entry) | {"data": data} if isinstance(entry, Mapping) else data


def affines_of(batch: Mapping[str, Any], entry: Any, images: Any) -> list[Any]:
    """One affine for each element, or ``None``."""
    given = entry.get("affine") if isinstance(entry, Mapping) else batch.get("affine")
    if given is None:
        return [affine_of(image) for image in images]
    return list(given)


def check_batch(images: Any, labels: Any) -> None:
    """Refuse what is no pair of batches."""
    shapes = tuple(getattr(images, "shape", ())), tuple(getattr(labels, "shape", ()))
    if min(map(len, shapes)) < 3 or shapes[0][0] != shapes[1][0]:
        msg = f"a batch needs images (B, C, *grid) and labels (B, 1, *grid), got {shapes[0]} and {shapes[1]}"
        raise InputError(msg)


def collated(values: list[Any]) -> Any:
    """Elements stacked along a new first axis; texts stay a list."""
    return values if isinstance(values[0], str) else stacked(values)
