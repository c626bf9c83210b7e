"""The heart in front of the body: fat around it, blood, muscle, papillaries, trabeculae."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from claim_aug.fields import smooth_field
from claim_aug.phantom.heart import HeartCoordinates
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.phantom.tissues import Tissue

Mask = NDArray[np.bool_]
Tissues = NDArray[np.uint8]


def paint_surroundings(
    body: Tissues, heart: HeartCoordinates, parameters: PhantomParameters, rng: np.random.Generator
) -> Tissues:
    """The body with epicardial fat, pericardium and the outflow tract where the heart will be.

    Args:
        body: map of :class:`Tissue` values without a heart, (I, J, n).
        heart: coordinates in the same planes.
        parameters: the phantom.
        rng: source of the fat's thickness.
    """
    p = parameters
    tissue: Tissues = body.copy()
    uneven = smooth_field(body.shape, (12 / p.spacing[0], 12 / p.spacing[1], 1.3), rng)
    vessel, lumen = _outflow_tract(heart, p)
    # A straight edge, blurred, falls to 0.16 one sigma away and stays high in a notch: fat fills the grooves.
    sigma = 1.8 * p.epicardial_fat
    near = ndimage.gaussian_filter(
        (heart.whole | vessel).astype(np.float32), (sigma / p.spacing[0], sigma / p.spacing[1], 0), mode="constant"
    )
    # More of it over the right ventricle and towards the apex.
    rv_side = 0.5 + 0.5 * np.cos(np.radians(heart.phi - p.rv_attachment_deg / 2))
    edge = 0.40 - 0.2 * rv_side**2 - 0.1 * np.clip(1 - 2 * heart.from_apex, 0, 1) + 0.12 * uneven
    edge = np.clip(edge, 0.1, 0.5)
    tissue[near > edge - 0.07] = Tissue.PERICARDIUM
    tissue[near > edge] = Tissue.FAT
    tissue[vessel] = Tissue.PERICARDIUM
    tissue[lumen] = Tissue.BLOOD
    return tissue


def paint_heart(
    body: Tissues,
    heart: HeartCoordinates,
    parameters: PhantomParameters,
    *,
    scar: Mask | None,
    mvo: Mask | None,
    rng: np.random.Generator,
) -> Tissues:
    """The body with the ventricles in it, and the atria above the mitral plane.

    Args:
        body: map of :class:`Tissue` values, (I, J, n).
        heart: coordinates in the same planes.
        parameters: the phantom.
        scar: mask of the infarct, (I, J, n).
        mvo: mask of the microvascular obstruction, (I, J, n).
        rng: source of the trabeculae.
    """
    p, from_apex = parameters, heart.from_apex
    tissue: Tissues = body.copy()
    grain = smooth_field(body.shape, (2.2 / p.spacing[0], 2.2 / p.spacing[1], 2), rng)
    labelled_epi, heart = heart.epi, _with_uneven_borders(heart, p)

    tissue[heart.whole] = Tissue.MYOCARDIUM
    tissue[(heart.radius >= heart.epi) & (heart.radius < labelled_epi)] = Tissue.FAT
    towards_free_wall = np.clip((heart.radius - heart.epi) / np.maximum(heart.rv_inner - heart.epi, 1), 0, 1)
    muscle_share = p.trabeculation * towards_free_wall**4 * (1.6 - 1.2 * from_apex)
    tissue[heart.rv & (heart.rv_inner > labelled_epi) & (grain < 2.8 - 8 * muscle_share)] = Tissue.BLOOD
    tissue[heart.cavity & ~_muscle_in_cavity(heart, p, grain)] = Tissue.BLOOD
    if scar is not None:
        tissue[heart.wall & scar] = Tissue.SCAR
    if mvo is not None:
        tissue[heart.wall & mvo] = Tissue.MVO

    left = heart.radius < heart.endo + 0.4 * (heart.epi - heart.endo)
    right = (heart.radius > heart.epi) & (heart.radius < heart.rv_inner)
    tilt = heart.x * np.float32(p.mitral_tilt[0]) + heart.y * np.float32(p.mitral_tilt[1])
    above = from_apex + tilt / np.float32(p.base - p.apex) > 1
    tissue[(left | right) & above] = Tissue.BLOOD  # the atria have thin walls
    return tissue


def _with_uneven_borders(heart: HeartCoordinates, p: PhantomParameters) -> HeartCoordinates:
    """The ventricle with blood and fat within its labelled borders, more here and less there."""
    if not (p.blood_in_wall or p.fat_in_wall):
        return heart
    rng = np.random.default_rng((p.seed, 3))
    scale = (4 / p.spacing[0], 4 / p.spacing[1], 2)
    depths = [np.clip(0.6 + smooth_field(heart.radius.shape, scale, rng), 0, 2) for _ in range(2)]
    third = (heart.epi - heart.endo) / 3
    endo = heart.endo + np.minimum(p.blood_in_wall * depths[0], third)
    return replace(heart, endo=endo, epi=heart.epi - np.minimum(p.fat_in_wall * depths[1], third))


def _muscle_in_cavity(heart: HeartCoordinates, p: PhantomParameters, grain: NDArray[np.float32]) -> Mask:
    """The two papillary muscles, free at mid-ventricle and merged with the wall below, and a ragged inner border."""
    inside = heart.endo - heart.radius < (1.3 * grain - 0.8) * (1.6 - heart.from_apex)
    rise = np.clip((heart.from_apex - 0.12) / 0.1, 0, 1) * np.clip((0.72 - heart.from_apex) / 0.12, 0, 1)
    for radius, phi in zip(p.papillary_radius, p.papillary_phi, strict=True):
        angle = np.radians(p.anterior_insertion_deg - phi)
        reach = heart.endo.max(axis=(0, 1)) - radius * (0.5 + 1.6 * heart.from_apex)
        distance = np.hypot(heart.x - reach * np.float32(np.cos(angle)), heart.y - reach * np.float32(np.sin(angle)))
        inside |= distance < radius * rise * (1 + 0.35 * grain)
    return inside


def _outflow_tract(heart: HeartCoordinates, p: PhantomParameters) -> tuple[Mask, Mask]:
    """The right ventricle's outflow tract beside the anterior insertion in the basal planes: with wall, lumen."""
    direction = np.radians(p.anterior_insertion_deg) + 0.2
    away = 1.24 * p.lv_outer_radius
    distance = np.hypot(heart.x - np.float32(away * np.cos(direction)), heart.y - np.float32(away * np.sin(direction)))
    radius = 0.42 * p.lv_outer_radius * np.clip((heart.from_apex - 0.72) / 0.2, 0, 1)
    return distance < radius + 1.5 * (radius > 0), distance < radius
