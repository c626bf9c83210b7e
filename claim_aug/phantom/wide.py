"""Domain-randomised phantoms to learn from: anatomy and appearance are drawn far wider than patients'."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.errors import AnatomyError
from claim_aug.fields import smooth_field
from claim_aug.phantom import acquisition, heart
from claim_aug.phantom.look_alikes import look_alikes
from claim_aug.phantom.model import Phantom, averaged, lay_out
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.phantom.sampling import sample_parameters
from claim_aug.phantom.scar import read_ventricle
from claim_aug.phantom.tissues import Tissue
from claim_aug.phantom.wide_appearance import Appearance, displaced, sample_appearance, scar_intensity
from claim_aug.priors.blobs import RandomPrior
from claim_aug.priors.smile import SmilePrior

#: Field of view around the heart in mm, and slices of a phantom.
FIELD_MM, SLICES = 135.0, 5
#: Blood above remote, as a share of a fully recovered signal; only its ratio to noise counts.
CONTRAST = 0.15


def phantom_region(rng: np.random.Generator, *, scar: bool = True) -> tuple[NDArray[np.float64], LVAnatomy]:
    """The region around the ventricle of a phantom, (I, J, K), and its anatomy, with an infarct where asked for."""
    parameters, anatomy = sample_heart(rng, scar=scar)
    return render(parameters, sample_appearance(rng), *scar_of(anatomy), rng)[anatomy.box].astype(np.float64), anatomy


def wide_phantom(
    seed: int,
    *,
    scar: bool | None = None,
    shape: tuple[int, int, int] | None = None,
    spacing: tuple[float, float, float] | None = None,
) -> Phantom:
    """Make a phantom to learn from: appearance and anatomy are drawn far wider than ``make_phantom`` draws them.

    It covers a field of 135 mm around the heart in five slices, with pixels of 0.8 to 2.2 mm, where no grid is given.

    Args:
        seed: number that all randomness follows from; the same seed and arguments give the same bytes.
        scar: whether there is an infarct; ``None`` tosses a coin.
        shape: number of voxels (I, J, K), at least (48, 48, 3) and 70 mm in-plane.
        spacing: distance between voxel centres along each axis, mm.

    Raises:
        InputError: a grid too small for a heart.

    Example:
        >>> from claim_aug.phantom import wide_phantom
        >>> phantom = wide_phantom(0, scar=True)
        >>> phantom.image.shape[2], bool((phantom.labels == 3).any())
        (5, True)
    """
    rng = np.random.default_rng(seed)
    coin = rng.random() < 0.5
    p, anatomy = sample_heart(rng, scar=coin if scar is None else scar, shape=shape, spacing=spacing)
    infarct, mvo = scar_of(anatomy)
    image = render(p, sample_appearance(rng), infarct, mvo, rng)
    scene = lay_out(p, np.random.default_rng(p.seed), scar=infarct, mvo=mvo)
    affine = np.diag([*p.spacing, 1.0])
    return Phantom(image, scene.labels, p.spacing, affine, scene.segments, p.anterior_insertion_deg, p)


def scar_of(anatomy: LVAnatomy) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Infarct and MVO in the phantom's own grid, (I, J, K)."""
    return anatomy.on_grid(anatomy.infarct), anatomy.on_grid(anatomy.mvo)


def sample_heart(
    rng: np.random.Generator, *, scar: bool, field_mm: float = FIELD_MM, **grid: Any
) -> tuple[PhantomParameters, LVAnatomy]:
    """What to build, and its ventricle."""
    while True:
        parameters = sample_geometry(rng, field_mm, **grid)
        healthy = heart.labels(heart.slice_coordinates(parameters))
        try:
            anatomy = read_ventricle(healthy, parameters)
            if not scar:
                return parameters, anatomy
            prior = sample_prior(rng)
            mask = prior.sample(anatomy, rng)
        except AnatomyError:  # a heart of a few voxels, now and then
            continue
        return parameters, replace(anatomy, infarct=mask.infarct, mvo=mask.mvo)


def sample_prior(rng: np.random.Generator) -> SmilePrior | RandomPrior:
    """Where scar is drawn from: territories as a rule, at times most of the wall, or anywhere in it."""
    if rng.random() < 0.2:
        return RandomPrior(burden=(1, 30))
    return SmilePrior(burden=(1, 40) if rng.random() < 0.85 else (40, 70))


def sample_geometry(
    rng: np.random.Generator,
    field_mm: float = FIELD_MM,
    *,
    shape: tuple[int, int, int] | None = None,
    spacing: tuple[float, float, float] | None = None,
) -> PhantomParameters:
    """A heart that is thinner, thicker, rounder or more irregular than adults have, on a grid of 0.8 to 2.2 mm if
    none is given."""
    pixel = float(np.exp(rng.uniform(np.log(0.8), np.log(2.2))))
    side = round(field_mm / pixel)
    drawn = (pixel, pixel, float(rng.uniform(6, 13)))
    parameters = sample_parameters(rng, shape=shape or (side, side, SLICES), spacing=spacing or drawn)
    return replace(
        parameters,
        wall_thickness=parameters.wall_thickness * float(rng.uniform(0.65, 1.4)),
        wobble=parameters.wobble * float(rng.uniform(0.5, 2)),
        ellipticity=float(rng.uniform(0, 0.12)),
        resolution=(float(rng.uniform(0.5, 1.0)), float(rng.uniform(0.5, 1.0))),
        coil_shading=float(rng.uniform(0, 0.7)),
        slice_thickness=min(parameters.spacing[2], float(rng.uniform(4, 10))),
        blood_in_wall=float(rng.uniform(0, 0.8)),
        fat_in_wall=float(rng.uniform(0, 0.8)),
        mitral_tilt=(float(rng.normal(0, 0.25)), float(rng.normal(0, 0.25))),
    )


def render(
    parameters: PhantomParameters,
    appearance: Appearance,
    infarct: NDArray[np.bool_],
    mvo: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """The phantom's image, (I, J, K), with scar about where the labels say."""
    p = parameters
    wall = heart.slice_coordinates(p).wall
    real = displaced(infarct | mvo, wall, appearance.scar.ragged, rng)
    obstructed = displaced(mvo, wall, appearance.scar.ragged, rng) & real
    scene = lay_out(p, np.random.default_rng(p.seed), scar=real, mvo=obstructed)
    of_scar, of_mvo = scar_intensity(real & ~obstructed, obstructed, wall, appearance.scar, p.spacing[0], rng)
    intensity = np.array(appearance.intensity, np.float32)
    signal = averaged(intensity[scene.tissue])
    scale = appearance.mottle_mm / p.spacing[0]
    signal = signal + appearance.mottle * smooth_field(p.shape, (scale, scale, 0.5), rng)
    for tissue, own in ((Tissue.SCAR, of_scar), (Tissue.MVO, of_mvo)):
        signal += averaged((scene.tissue == tissue).astype(np.float32)) * own
    signal += look_alikes(p, appearance.look_alikes, rng)
    shaded = (signal + appearance.floor) * acquisition.coil(p, scene.x, scene.y, rng)
    shaded += appearance.look_alikes.ghost * np.roll(shaded, appearance.look_alikes.ghost_shift, (0, 1))
    scanner = replace(p, noise=CONTRAST * appearance.noise, psir=appearance.psir, gain=2000.0, zero_border=(0, 0, 0, 0))
    return acquisition.acquire((CONTRAST * shaded).astype(np.float32), scanner, rng)
