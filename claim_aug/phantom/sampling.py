"""How the numbers of a phantom are drawn."""

from __future__ import annotations

import numpy as np

from claim_aug.errors import InputError
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.physics import null_time

#: In-plane field of view below which not even a small heart fits, mm.
SMALLEST_FIELD_MM = 70


def _grid(rng: np.random.Generator) -> tuple[tuple[int, int, int], tuple[float, float, float]]:
    """A matrix and spacing like EMIDEC's: 1.25-2 mm in-plane, 7-10 slices every 8-13 mm, 78-100 mm of heart."""
    in_plane = float(rng.uniform(1.25, 1.7) if rng.random() < 0.8 else rng.uniform(1.7, 2.0))
    between = float(rng.uniform(8, 13))
    slices = int(np.clip(round(rng.uniform(78, 100) / between), 7, 10))
    width, height = rng.uniform(250, 350), rng.uniform(330, 370)
    return (round(width / in_plane), round(height / in_plane), slices), (in_plane, in_plane, between)


def _normal(rng: np.random.Generator, mean: float, sd: float, low: float, high: float) -> float:
    return float(np.clip(rng.normal(mean, sd), low, high))


def sample_parameters(
    rng: np.random.Generator,
    *,
    shape: tuple[int, int, int] | None = None,
    spacing: tuple[float, float, float] | None = None,
) -> PhantomParameters:
    """Draw one phantom from clinical ranges.

    Heart sizes are adult: cavity radius 18-30 mm (the two EMIDEC cases at hand: 20 and 25 mm), wall 7.5-12 mm, RV free
    wall 2-4 mm, RV attached over 105-135 degrees (120 is the AHA model's nominal septum). Relaxation times follow
    the late post-contrast values of JCMR 15:11 and studylib 7769036 (myocardium 430-600 ms), blood 75-135 ms shorter
    (PMC2862561: 116-152 ms; here also less, to reach EMIDEC's weaker blood), acute and
    chronic infarct 250-425 ms, here kept near blood, as in 71 EMIDEC patients, where scar over remote is 0.8-1.25 times
    blood over remote. Two RR intervals at 55-85 beats/min between inversions. TI is set to null normal myocardium and
    is, on average, a little late. Noise and gain are those of EMIDEC's PSIR (air 2048 +- 55, fat 2700-3000).

    Args:
        rng: source of the randomness.
        shape: number of voxels (I, J, K), at least (48, 48, 3) and 70 mm in-plane; ``None`` draws one like EMIDEC's.
            The heart shrinks when the grid is too small for an adult's.
        spacing: distance between voxel centres along each axis, mm; ``None`` draws one like EMIDEC's.

    Raises:
        InputError: a grid too small for a heart.

    Example:
        >>> import numpy as np
        >>> from claim_aug.phantom import sample_parameters
        >>> parameters = sample_parameters(np.random.default_rng(0))
        >>> 430 <= parameters.t1_myocardium <= 600
        True
    """
    drawn_shape, drawn_spacing = _grid(rng)
    shape, spacing = shape or drawn_shape, spacing or drawn_spacing
    width, height, depth = (n * s for n, s in zip(shape, spacing, strict=True))
    if min(shape[:2]) < 48 or shape[2] < 3 or min(spacing) <= 0 or min(width, height) < SMALLEST_FIELD_MM:
        msg = f"a phantom needs at least (48, 48, 3) voxels and {SMALLEST_FIELD_MM} x {SMALLEST_FIELD_MM} mm in-plane"
        raise InputError(f"{msg}, got {shape} voxels of {spacing} mm")

    radius, wall = _normal(rng, 24, 3, 18, 30), _normal(rng, 9.5, 1.2, 7.5, 12)
    rv_depth, fat, muscle = rng.uniform(27, 37), rng.uniform(10, 26), rng.uniform(9, 14)
    epicardial_fat = float(rng.uniform(2, 4.5))
    drift = rng.normal(0, 0.03, 2)
    # Drift of the axis, breathing, contours that wobble by a tenth of the radius, and two voxels of air.
    slack = 0.5 * depth * abs(drift) + 4 + 0.1 * (radius + wall) + 2 * max(spacing[:2])
    small = min(
        1.0,
        width / (2 * (radius + wall + slack[0]) + rv_depth + 12),
        height / (3.2 * (radius + wall) + 2 * slack[1] + 22),
    )
    radius, wall, rv_depth, epicardial_fat = small * radius, small * wall, small * rv_depth, small * epicardial_fat
    outer = radius + wall

    # Room the heart takes on each side of its axis; whatever is left goes to the chest wall, then to air.
    left, right, up, down = outer + rv_depth, outer, outer, 1.25 * outer
    fat = max(3.0 * small, min(fat, width - slack[0] - left - right - muscle - 10))
    front = left + epicardial_fat + muscle + fat
    furthest = width - right - slack[0]
    x = float(np.clip(rng.uniform(0.4, 0.5) * width, min(front + 4, furthest), furthest))
    y = float(np.clip(rng.uniform(0.42, 0.52) * height, up + slack[1], height - down - slack[1]))
    room = np.array([x - left, width - x - right, y - up, height - y - down]) - 12 - slack.repeat(2)
    border = rng.uniform(0, 0.12, 4) * (width, width, height, height) * (rng.random(4) < 0.4)
    border = np.floor(np.clip(border, 0, np.maximum(room, 0)) / np.repeat(spacing[:2], 2)).astype(int)

    top = (shape[2] - 1) * spacing[2]
    past_base = shape[2] >= 7 and rng.random() < 0.3
    base = top + spacing[2] * (rng.uniform(-0.6, -0.4) if past_base else rng.uniform(0.35, 0.8))
    apex = rng.uniform(-0.9, 0.45) * min(spacing[2], 0.2 * base)

    t1_myocardium = _normal(rng, 500, 40, 430, 600)
    t1_blood = t1_myocardium - rng.uniform(75, 135)
    repetition = 2 * 60000 / rng.uniform(55, 85)
    axes = rng.uniform(130, 150), rng.uniform(185, 215)
    return PhantomParameters(
        shape=shape,
        spacing=spacing,
        slice_thickness=min(spacing[2], float(rng.uniform(6, 10))),
        zero_border=(int(border[0]), int(border[1]), int(border[2]), int(border[3])),
        breathing=tuple((float(a), float(b)) for a, b in rng.normal(0, 0.8, (shape[2], 2)).clip(-2, 2)),
        lv_centre=(x, y),
        long_axis_drift=(float(drift[0]), float(drift[1])),
        apex=float(apex),
        base=float(base),
        lv_radius=radius,
        wall_thickness=wall,
        ellipticity=float(rng.uniform(0, 0.06)),
        ellipse_deg=float(rng.uniform(0, 180)),
        wobble=float(rng.uniform(0.012, 0.03)),
        papillary_radius=(float(rng.uniform(0.14, 0.25) * radius), float(rng.uniform(0.14, 0.25) * radius)),
        papillary_phi=(float(rng.normal(285, 10)), float(rng.normal(195, 10))),
        septum_deg=_normal(rng, 160, 9, 135, 185),
        rv_attachment_deg=_normal(rng, 120, 7, 105, 135),
        rv_depth=float(rv_depth),
        rv_apex=float(apex + rng.uniform(0.05, 0.2) * (base - apex)),
        rv_wall=float(rng.uniform(2, 4) * small),
        rv_skew=float(rng.uniform(0.2, 0.6)),
        trabeculation=float(rng.uniform(0.1, 0.35)),
        body_semi_axes=(float(axes[0]), float(axes[1])),
        body_centre=(float(axes[0] - front), float(rng.uniform(45, 75))),
        body_tilt_deg=_normal(rng, 0, 6, -12, 12),
        cage_semi_axes=(float(rng.uniform(84, 96)), float(rng.uniform(88, 108))),
        skin_fat=float(fat),
        chest_muscle=float(muscle),
        epicardial_fat=epicardial_fat,
        diaphragm=float(outer + small * rng.uniform(-2, 4)),
        t1_myocardium=t1_myocardium,
        t1_blood=float(t1_blood),
        t1_scar=float(max(t1_blood - rng.uniform(10, 50), 260)),
        t1_mvo=float(t1_myocardium * rng.uniform(1.0, 1.15)),
        t1_fat=float(rng.uniform(240, 280)),
        t1_muscle=float(t1_myocardium * rng.uniform(0.92, 1.06)),
        t1_liver=float(t1_blood * rng.uniform(0.93, 1.05)),
        inversion_time=null_time(t1_myocardium, repetition_time=float(repetition)) + _normal(rng, 14, 9, -5, 35),
        repetition_time=float(repetition),
        psir=bool(rng.random() < 0.75),
        gain=float(rng.uniform(1900, 2500)),
        coil_shading=float(rng.uniform(0.1, 0.45)),
        noise=float(rng.uniform(0.013, 0.024)),
        resolution=(float(rng.uniform(0.65, 0.85)), float(rng.uniform(0.55, 0.8))),
        seed=int(rng.integers(2**31)),
    )
