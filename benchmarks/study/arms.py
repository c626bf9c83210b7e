"""The arms of the study: what is added to the real slices, and how it is made of an arm's own patients alone."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from claim_aug import ScarSynthesizer
from claim_aug.errors import EmptyScarError
from claim_aug.generators.bank import Bank
from claim_aug.generators.bank_file import write_bank
from claim_aug.generators.bank_patches import bank_patches
from claim_aug.phantom import phantom_windows
from claim_aug.priors.fit import fit, measure
from claim_aug.priors.manual import ManualPrior
from claim_aug.segmentation.augment import SCARRED
from claim_aug.segmentation.windows import INFARCT, Windows, join_windows, wall_slices
from study.data import SCHEME, Patient, windows_of
from study.joint import tuned

#: Where synthetic scar is put: into normals (the paper's N'), into patients with scar (P'), or both; or exactly
#: where those patients have theirs (R), which is then painted anew.
SOURCES = {"N": (False,), "P": (True,), "NP": (False, True), "R": (True,)}
#: Options that say how slices are mixed, not how they are made.
MIXING = ("ratio", "fade", "scarred", "least")


@dataclass(frozen=True)
class Arm:
    """One way of training, as ``name`` or ``generator:source`` with options after ``@``.

    Attributes:
        text: as it was asked for; names its files.
        generator: ``plain`` (no augmentation), ``usual``, ``carve``, a generator of the package, or ``joint``.
        model: folder of a trained model, with ``{fold}`` and ``{size}`` for those of the run; the shipped one if empty.
        source: see ``SOURCES``.
        ratio: share of synthetic slices in a batch.
        fade: share of the steps, at the end, over which that falls to nothing.
        scarred: share of a batch's real slices that is drawn from those with scar; the others are drawn from all.
        least: pixels of scar in a synthetic slice that has any; those with less are left away.
        distributions: ``clinical``, or ``fitted`` to the arm's patients.
        weight: of ``joint``: of the segmenter's loss in the generator's.
        options: more parameters of ``ScarSynthesizer``; of phantoms, ``count`` and the share ``healthy``.
    """

    text: str
    generator: str
    model: str = ""
    source: str = "NP"
    ratio: float = 0.3
    fade: float = 0.0
    scarred: float = SCARRED
    least: float = 0.0
    distributions: str = "clinical"
    weight: float = 1.0
    options: str = "{}"

    @classmethod
    def parse(cls, text: str) -> Arm:
        """From ``ddpm:NP@ratio=0.3@distributions=fitted@model=FOLDER``; what mixes follows the last kind."""
        generator, source, given = spelled(text.rpartition("+")[2])
        known = {name: given.pop(name) for name in ("model", "distributions") if name in given}
        numbers = {name: float(given.pop(name, getattr(cls, name))) for name in (*MIXING, "weight")}
        options = json.dumps({name: json.loads(value) for name, value in given.items()})
        return cls(text, generator, source=source or cls.source, options=options, **numbers, **known)

    @property
    def synthetic(self) -> bool:
        return self.generator not in ("plain", "usual")

    @property
    def by_patient(self) -> bool:
        """Whether a patient's synthetic slices are the same, whichever patients are learnt from beside it."""
        learns = self.generator in ("phantom", "carve", "transplant", "joint") or self.distributions == "fitted"
        return not learns and "{" not in self.model

    @property
    def parts(self) -> list[Arm]:
        """The kinds of synthetic slices that it mixes: ``phantom+ddpm:P`` has two, in equal shares."""
        kinds = [kind.split("@") for kind in self.text.split("+")] if self.synthetic else []
        return [Arm.parse("@".join(part for part in kind if part.split("=")[0] not in MIXING)) for kind in kinds]


def spelled(kind: str) -> tuple[str, str, dict[str, str]]:
    """Generator, source and options of one kind of slices."""
    head, *pairs = kind.split("@")
    generator, _, source = head.partition(":")
    return generator, source, dict(pair.split("=", 1) for pair in pairs)


def recipients(arm: Arm, learn: Sequence[Patient]) -> list[Patient]:
    """The patients that get scar."""
    return [patient for patient in learn if patient.scarred in SOURCES[arm.source]]


def synthesised(arm: Arm, learn: Sequence[Patient], copies: int, seed: int, scratch: Path) -> Windows:
    """Windows with synthetic scar, made of the patients that the arm learns from.

    Args:
        copies: how often each patient gets a scar.
        scratch: folder for a bank or for fitted distributions.
    """
    if arm.generator == "phantom":
        options = {"count": 400, "healthy": 1 / 3} | json.loads(arm.options)
        return phantom_windows(range(options["count"]), healthy=options["healthy"])
    if arm.generator == "carve":
        return carved(join_windows(windows_of(patient) for patient in learn), copies, np.random.default_rng(seed))
    generator, options = backend(arm, learn, seed, scratch), prior(arm, learn, scratch)
    parts = [painted(generator, options, arm, patient, copies, seed) for patient in recipients(arm, learn)]
    return join_windows(itertools.chain.from_iterable(parts))


def painted(
    generator: str, options: dict[str, Any], arm: Arm, patient: Patient, copies: int, seed: int
) -> Iterator[Windows]:
    """The slices of a patient that new scar reached, copy by copy."""
    if arm.source == "R":
        options = {**options, "existing": "replace"}
    where = ManualPrior(mask=patient.labels, labels=SCHEME) if arm.source == "R" else "smile"
    synthesizer = ScarSynthesizer(where, generator, labels=SCHEME, **options)
    for copy in range(copies):
        own = int(np.random.SeedSequence((seed, patient.number, copy)).generate_state(1)[0])
        try:
            sample = synthesizer.sample(patient.image, patient.labels, seed=own, anatomy=patient.anatomy)
        except EmptyScarError:
            continue
        reached = sample.changed.any((0, 1))[patient.anatomy.box[2]][wall_slices(patient.anatomy)]
        if reached.any():
            yield windows_of(patient, sample.image, sample.labels).select(reached)


def backend(arm: Arm, learn: Sequence[Patient], seed: int, scratch: Path) -> str:
    """The generator, with a bank or a training of these patients where it needs one."""
    if arm.generator == "joint":
        tuned(f"ddpm:{arm.model}" if arm.model else "ddpm", learn, seed, scratch / "tuned", weight=arm.weight)
        return f"ddpm:{scratch / 'tuned'}"
    if arm.generator == "transplant":
        patches = [
            patch
            for number, patient in enumerate(learn)
            if patient.scarred
            for patch in bank_patches(patient.image[patient.anatomy.box].astype(np.float64), patient.anatomy, number)
        ]
        path = scratch / "bank.safetensors"
        write_bank(Bank.from_patches(patches, source="patients of the arm"), path)
        return f"transplant:{path}"
    return f"{arm.generator}:{arm.model}" if arm.model else arm.generator


def prior(arm: Arm, learn: Sequence[Patient], scratch: Path) -> dict[str, Any]:
    """Parameters of the synthesizer, with distributions fitted to these patients where asked for."""
    options: dict[str, Any] = json.loads(arm.options)
    if arm.distributions == "fitted":
        path = scratch / "scars.json"
        fit([measure(patient.anatomy) for patient in learn if patient.scarred], source="patients of the arm").save(path)
        options["distributions"] = str(path)
    return options


def carved(real: Windows, copies: int, rng: np.random.Generator) -> Windows:
    """Scar cut out of one slice with some of its surroundings and pasted into another.

    As CarveMix (Zhang et al., MICCAI 2021), the margin is drawn: from half the lesion's depth inside to all of it
    outside. Windows are centred on the ventricle, so scar lands where it was.
    """
    sources, made = np.flatnonzero(real.scarred), []
    for recipient in np.repeat(np.arange(len(real)), copies):
        source = int(rng.choice(sources))
        scar = real.classes[source] >= INFARCT
        inside, outside = ndimage.distance_transform_edt(scar), ndimage.distance_transform_edt(~scar)
        depth = float(inside.max())
        region = (outside - inside) <= rng.uniform(-depth / 2, depth)
        image, classes = real.images[recipient].copy(), real.classes[recipient].copy()
        image[:, region], classes[region] = real.images[source][:, region], real.classes[source][region]
        made.append(Windows(image[None], classes[None]))
    return join_windows(made)
