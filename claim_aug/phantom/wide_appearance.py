"""The appearance of a phantom's tissues when everything is drawn far wider than any scanner shows it.

A generator that is trained on these has to read contrast, noise and sharpness off the slice itself (domain
randomisation; SynthSeg, Billot et al., Med Image Anal 2023;86:102789, does the same for segmentation).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.fields import smooth_field
from claim_aug.phantom.look_alikes import LookAlikes, sample_look_alikes
from claim_aug.phantom.tissues import Tissue

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class ScarAppearance:
    """The appearance of one scar; intensity is that above remote, as a multiple of blood above remote.

    Attributes:
        brightness_ratio: intensity of the inner infarct. EMIDEC's patients have 0.55-2.1, here 0.35-3.2.
        mvo_ratio: intensity of MVO, as a share of the infarct's.
        mottle: relative spread of the scar's texture.
        sizes: scales of that texture, mm.
        rim: share of the intensity that is lost towards living wall. There is no rim towards blood, where scar is as
            bright as inside in patients.
        rim_mm: depth over which the rim fades in, mm.
        tilt: relative change of the intensity across the scar, in a direction of its own.
        holes: share of the scar that is as healthy as remote.
        ragged: distance between the scar and its label, at most, in pixels.
    """

    brightness_ratio: float
    mvo_ratio: float
    mottle: float
    sizes: tuple[float, ...]
    rim: float
    rim_mm: float
    tilt: float
    holes: float
    ragged: float


@dataclass(frozen=True)
class Appearance:
    """The appearance of a whole phantom, in multiples of what blood usually has above remote.

    Attributes:
        intensity: intensity of every :class:`Tissue`: remote 0, blood 1 or, where blood is nulled, about 0.
        mottle: spread of the texture of everything.
        mottle_mm: scale of that texture, mm.
        noise: standard deviation of the noise.
        floor: signal of remote; near 0 a magnitude image is on its noise floor.
        psir: whether the sign is kept.
        scar: appearance of the scar.
        look_alikes: brightness of the healthy wall that is no scar.
    """

    intensity: tuple[float, ...]
    mottle: float
    mottle_mm: float
    noise: float
    floor: float
    psir: bool
    scar: ScarAppearance
    look_alikes: LookAlikes


def sample_appearance(rng: np.random.Generator) -> Appearance:
    """Draw an intensity for every tissue, and noise from hardly any to a third of the contrast."""
    blood = 1.0 if rng.random() < 0.9 else float(rng.uniform(-0.3, 0.5))  # dark-blood sequences null it
    ranges = {
        Tissue.AIR: (-1.5, -0.2), Tissue.FAT: (0.3, 5.0), Tissue.MUSCLE: (-0.5, 0.6), Tissue.CORTICAL_BONE: (-1.5, 0.0),
        Tissue.MARROW: (0.0, 3.0), Tissue.LUNG: (-1.5, 0.2), Tissue.VESSEL: (0.5, 2.0), Tissue.LIVER: (-0.3, 1.5),
        Tissue.SPLEEN: (0.0, 1.5), Tissue.KIDNEY: (0.3, 2.0), Tissue.STOMACH_CONTENT: (-1.0, 3.0),
        Tissue.BOWEL: (-0.5, 2.0), Tissue.PERICARDIUM: (-1.2, 0.3),
    }  # fmt: skip
    intensity = dict.fromkeys(Tissue, 0.0) | {tissue: float(rng.uniform(*ends)) for tissue, ends in ranges.items()}
    intensity |= {Tissue.BLOOD: blood}
    return Appearance(
        intensity=tuple(intensity[tissue] for tissue in Tissue),
        mottle=float(rng.uniform(0, 0.15)),
        mottle_mm=float(np.exp(rng.uniform(np.log(1.5), np.log(10)))),
        noise=float(np.exp(rng.uniform(np.log(0.03), np.log(0.33)))),
        floor=float(rng.uniform(0, 1.5)),
        psir=bool(rng.random() < 0.6),
        scar=sample_scar(rng),
        look_alikes=sample_look_alikes(rng),
    )


def sample_scar(rng: np.random.Generator) -> ScarAppearance:
    """Draw a scar from faint to brighter than fat, from smooth to patchy, from sharp to one that fades out."""
    return ScarAppearance(
        brightness_ratio=float(np.clip(np.exp(rng.normal(np.log(1.25), 0.42)), 0.35, 3.2)),
        mvo_ratio=float(rng.uniform(-0.2, 0.8)),
        mottle=float(0.03 + 0.37 * rng.beta(1, 2)),
        sizes=tuple(float(size) for size in np.exp(rng.uniform(np.log(1.2), np.log(9), rng.integers(1, 4)))),
        rim=float(rng.uniform(0, 0.7) if rng.random() < 0.7 else 0),
        rim_mm=float(rng.uniform(1, 4)),
        tilt=float(rng.uniform(-0.4, 0.4)),
        holes=float(rng.uniform(0, 0.35) if rng.random() < 0.2 else 0),
        ragged=float(rng.uniform(0, 1.5)),
    )


def displaced(scar: Mask, wall: Mask, pixels: float, rng: np.random.Generator) -> Mask:
    """Find where scar really is when its label (I, J, K) is up to so many pixels off."""
    if pixels == 0 or not scar.any():
        return scar
    width = (0.6 + 0.5 * pixels, 0.6 + 0.5 * pixels, 0)
    # A share of the wall, not of all around: a thread of dark wall between scar and blood would give scar away.
    of_wall = ndimage.gaussian_filter(wall.astype(np.float32), width)
    soft = ndimage.gaussian_filter(scar.astype(np.float32), width) / np.maximum(of_wall, 1e-3)
    ragged = soft + 0.2 * pixels * smooth_field(scar.shape, (1.5, 1.5, 0.3), rng)
    near = ndimage.binary_dilation(scar, np.ones((3, 3, 1), bool), iterations=int(np.ceil(pixels)))
    return np.asarray((ragged > rng.uniform(0.35, 0.6)) & wall & near)


def scar_intensity(
    scar: Mask, mvo: Mask, wall: Mask, appearance: ScarAppearance, pixel: float, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Compute the intensity of infarct and of MVO, (I, J, K) each; ``wall`` holds both, ``pixel`` is in mm."""
    living = np.pad(wall & ~(scar | mvo), ((0, 0), (0, 0), (1, 1)), constant_values=True)  # never nowhere
    depth = ndimage.distance_transform_edt(~living, sampling=(pixel, pixel, 1e3))[..., 1:-1]
    rim = 1 - appearance.rim * np.exp(-(depth - pixel / 2) / appearance.rim_mm)
    fields = [smooth_field(scar.shape, (size / pixel, size / pixel, 0.5), rng) for size in appearance.sizes]
    texture = sum(fields) / np.sqrt(len(fields))
    direction = rng.uniform(0, 2 * np.pi)
    rows, columns = np.meshgrid(*(np.linspace(-1, 1, size) for size in scar.shape[:2]), indexing="ij")
    slope = appearance.tilt * 2 * (np.cos(direction) * rows + np.sin(direction) * columns)[..., None]
    infarct = appearance.brightness_ratio * np.clip(rim * (1 + appearance.mottle * texture + slope), 0.05, 2.5)
    if appearance.holes:
        field = smooth_field(scar.shape, (2.5 / pixel, 2.5 / pixel, 0.4), rng)
        infarct = np.where(field < np.quantile(field, appearance.holes), 0.2 * infarct, infarct)
    obstructed = appearance.brightness_ratio * appearance.mvo_ratio * (1 + 0.5 * appearance.mottle * texture)
    return infarct.astype(np.float32), obstructed.astype(np.float32)
