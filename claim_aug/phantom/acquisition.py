"""From tissue to scanner units: inversion recovery, texture, partial volume, coil, k-space, noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from claim_aug.fields import smooth_field
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.phantom.tissues import Tissue
from claim_aug.physics import inversion_recovery

Array = NDArray[np.float32]

PSIR_OFFSET = 2048.0
LARGEST = 4095.0


def tissue_signal(parameters: PhantomParameters) -> tuple[Array, Array]:
    """Signal of each :class:`Tissue` relative to full recovery, and the relative strength of its texture."""
    p = parameters
    # tissue: (proton density, T1 in ms, texture)
    table = {
        Tissue.AIR: (0.0, 1000.0, 0.0),
        Tissue.FAT: (0.95, p.t1_fat, 0.02),
        Tissue.MUSCLE: (0.9, p.t1_muscle, 0.03),
        Tissue.CORTICAL_BONE: (0.1, 600.0, 0.0),
        Tissue.MARROW: (0.5, p.t1_fat * 1.1, 0.03),
        Tissue.LUNG: (0.2, p.t1_blood, 0.012),
        Tissue.VESSEL: (0.95, p.t1_blood * 0.85, 0.02),
        Tissue.LIVER: (0.85, p.t1_liver, 0.015),
        Tissue.SPLEEN: (0.9, p.t1_blood * 1.06, 0.01),
        Tissue.KIDNEY: (0.95, p.t1_blood * 0.8, 0.05),
        Tissue.STOMACH_CONTENT: (0.6, 700.0, 0.09),
        Tissue.BOWEL: (0.8, p.t1_liver, 0.06),
        Tissue.PERICARDIUM: (0.5, p.t1_muscle, 0.0),
        Tissue.MYOCARDIUM: (1.0, p.t1_myocardium, 0.018),
        Tissue.BLOOD: (1.0, p.t1_blood, 0.016),
        Tissue.SCAR: (1.0, p.t1_scar, 0.04),
        Tissue.MVO: (1.0, p.t1_mvo, 0.02),
    }
    density, t1, texture = np.array([table[tissue] for tissue in Tissue]).T
    recovery = inversion_recovery(t1, inversion_time=p.inversion_time, repetition_time=p.repetition_time)
    return (density * recovery).astype(np.float32), texture.astype(np.float32)


def coil(parameters: PhantomParameters, x: Array, y: Array, rng: np.random.Generator) -> Array:
    """Sensitivity of the surface coil, 1 at the heart, higher towards the chest wall on the left, (I, J, K)."""
    p = parameters
    lumps = smooth_field(x.shape, (45 / p.spacing[0], 45 / p.spacing[1], 3), rng)
    fall = np.exp(-p.coil_shading * (x + 0.2 * y) / 100 + 0.04 * lumps)
    return np.asarray(np.clip(fall, 0.4, 1.8), np.float32)


def k_space_window(shape: tuple[int, int], resolution: tuple[float, float]) -> Array:
    """Share of each spatial frequency that was measured: a rectangle with soft edges, (I, J)."""
    profiles = []
    for size, share in zip(shape, resolution, strict=True):
        frequency = abs(fft.fftfreq(size)) * 2 / share
        profiles.append(0.5 + 0.5 * np.cos(np.pi * np.clip((frequency - 0.55) / 0.55, 0, 1)))
    return np.asarray(np.outer(*profiles), np.float32)


def acquire(signal: Array, parameters: PhantomParameters, rng: np.random.Generator) -> Array:
    """Scanner units 0-4095 (whole numbers) of a signal that coil and partial volume have already shaped, (I, J, K).

    Noise is added in both channels before k-space is cut, so it is as smooth as an interpolated scan's: Gaussian in
    the phase-sensitive image, Rician in the magnitude image.
    """
    p = parameters
    window = k_space_window(p.shape[:2], p.resolution)
    # Cutting k-space averages noise away; what is left should have the standard deviation asked for.
    sigma = p.noise / float(np.sqrt(np.mean(window**2)))
    noise = rng.standard_normal((2, *p.shape), dtype=np.float32) * np.float32(sigma)
    channels = (signal + noise[0]) + 1j * noise[1]
    image = fft.ifft2(fft.fft2(channels, axes=(0, 1)) * window[..., None], axes=(0, 1))
    scaled = PSIR_OFFSET + p.gain * image.real if p.psir else p.gain * abs(image)
    low_x, high_x, low_y, high_y = p.zero_border
    measured = np.zeros_like(scaled)
    seen = np.s_[low_x : p.shape[0] - high_x, low_y : p.shape[1] - high_y]
    measured[seen] = scaled[seen]
    return np.asarray(np.clip(np.rint(measured), 0, LARGEST), np.float32)
