"""A phantom from its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from claim_aug.errors import InputError
from claim_aug.fields import smooth_field
from claim_aug.phantom import acquisition, heart
from claim_aug.phantom.parameters import PhantomParameters
from claim_aug.phantom.sampling import sample_parameters
from claim_aug.phantom.scar import draw_scar
from claim_aug.phantom.tissue_map import paint_heart, paint_surroundings
from claim_aug.phantom.torso import paint_torso

Mask = NDArray[np.bool_]
Scalar = TypeVar("Scalar", bound=np.generic)

_PLANES = np.array([-1, 0, 1]) / 3  # of the slice thickness: three planes are averaged into a slice


@dataclass(frozen=True)
class Phantom:
    """A synthetic LGE short-axis stack with its truth; arrays are (I, J, K), slice 0 at the apex.

    Attributes:
        image: intensity as float32, whole scanner units 0-4095; PSIR lies on an offset of 2048.
        labels: label map as uint8: 0 background, 1 LV cavity, 2 normal myocardium, 3 infarct, 4 MVO, 5 RV cavity.
        spacing: distance between voxel centres along each axis, mm.
        affine: matrix from voxel index to mm, 4x4, with the spacing on its diagonal.
        segments: AHA segment 1-17 of the myocardium (labels 2, 3, 4) as uint8, 0 elsewhere.
        anterior_insertion_deg: direction of the anterior RV insertion from the cavity's centre, degrees from array
            axis 0 towards axis 1 in mm, (-180, 180].
        parameters: numbers that it was built from.

    Example:
        >>> from claim_aug.phantom import Phantom, make_phantom
        >>> phantom = make_phantom(1, scar=True, shape=(80, 80, 4))
        >>> isinstance(phantom, Phantom), phantom.image.shape, int(phantom.segments.max())
        (True, (80, 80, 4), 17)
    """

    image: NDArray[np.float32]
    labels: NDArray[np.uint8]
    spacing: tuple[float, float, float]
    affine: NDArray[np.float64]
    segments: NDArray[np.uint8]
    anterior_insertion_deg: float
    parameters: PhantomParameters


@dataclass(frozen=True)
class Scene:
    """A phantom before any signal: ``labels``, ``segments`` (I, J, K); ``tissue`` in three planes a slice, (I, J, 3 K),
    values of :class:`Tissue`; place ``x``, ``y`` in mm."""

    labels: NDArray[np.uint8]
    segments: NDArray[np.uint8]
    tissue: NDArray[np.uint8]
    x: NDArray[np.float32]
    y: NDArray[np.float32]


def build(parameters: PhantomParameters, *, scar: Mask | None = None, mvo: Mask | None = None) -> Phantom:
    """Render a phantom; equal arguments give equal bytes.

    Args:
        parameters: numbers of the heart, the body and the scan.
        scar: mask of the infarct, (I, J, K); what lies outside the myocardium is ignored.
        mvo: mask of the microvascular obstruction, (I, J, K); it need not be part of ``scar``.

    Raises:
        InputError: a mask of another shape than the phantom's.

    Example:
        >>> import numpy as np
        >>> from claim_aug.phantom import build, sample_parameters
        >>> parameters = sample_parameters(np.random.default_rng(0), shape=(64, 64, 3))
        >>> everywhere = np.ones(parameters.shape, bool)
        >>> sorted(set(build(parameters, scar=everywhere).labels.flat) - {0, 5})
        [np.uint8(1), np.uint8(3)]
    """
    p, rng = parameters, np.random.default_rng((parameters.seed, 2))
    scene = lay_out(p, rng, scar=scar, mvo=mvo)
    intensity, texture = acquisition.tissue_signal(p)
    mottle = 0.7 * smooth_field(p.shape, (1.5, 1.5, 0.5), rng) + 0.7 * smooth_field(p.shape, (5, 5, 0.8), rng)
    signal = averaged(intensity[scene.tissue]) + averaged(texture[scene.tissue]) * mottle
    image = acquisition.acquire(signal * acquisition.coil(p, scene.x, scene.y, rng), p, rng)
    affine = np.diag([*p.spacing, 1.0])
    return Phantom(image, scene.labels, p.spacing, affine, scene.segments, p.anterior_insertion_deg, p)


def lay_out(
    parameters: PhantomParameters, rng: np.random.Generator, *, scar: Mask | None = None, mvo: Mask | None = None
) -> Scene:
    """Which tissue is where, before any signal; arguments as in ``build``."""
    p = parameters
    for name, mask in (("scar", scar), ("mvo", mvo)):
        if mask is not None and mask.shape != p.shape:
            raise InputError(f"{name} has shape {mask.shape}, the phantom {p.shape}")
    middle = heart.slice_coordinates(p)
    labels = heart.labels(middle)
    segments = heart.segments(middle, p.rv_attachment_deg)
    if scar is not None:
        labels[(segments > 0) & scar] = 3
    if mvo is not None:
        labels[(segments > 0) & mvo] = 4

    body = paint_surroundings(paint_torso(p, middle.x, middle.y, middle.from_apex, rng), middle, p, rng)
    z = np.arange(p.shape[2])[:, None] * p.spacing[2] + _PLANES * p.slice_thickness
    planes = heart.coordinates(p, z.ravel(), np.repeat(p.breathing, len(_PLANES), axis=0))
    fine_scar, fine_mvo = (None if mask is None else _finer(mask) for mask in (scar, mvo))
    tissue = paint_heart(_finer(body), planes, p, scar=fine_scar, mvo=fine_mvo, rng=rng)
    return Scene(labels, segments, tissue, middle.x, middle.y)


def _finer(slices: NDArray[Scalar]) -> NDArray[Scalar]:
    return np.repeat(slices, len(_PLANES), axis=2)


def averaged(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Slices, (I, J, K), from the planes within them."""
    return np.asarray(planes.reshape(*planes.shape[:2], -1, len(_PLANES)).mean(axis=3), np.float32)


def make_phantom(
    seed: int,
    *,
    scar: bool | None = None,
    mvo: bool | None = None,
    shape: tuple[int, int, int] | None = None,
    spacing: tuple[float, float, float] | None = None,
) -> Phantom:
    """Make a phantom from one number.

    Args:
        seed: number that all randomness follows from; the same seed and arguments give the same bytes.
        scar: whether there is an infarct; ``None`` tosses a coin.
        mvo: whether the infarct has microvascular obstruction; ``None`` leaves it to the prior. Without an infarct
            there is none.
        shape: number of voxels (I, J, K); ``None`` draws one like EMIDEC's.
        spacing: distance between voxel centres, mm; ``None`` draws one like EMIDEC's.

    Raises:
        InputError: a grid too small for a heart.

    Example:
        >>> from claim_aug.phantom import make_phantom
        >>> phantom = make_phantom(3, scar=True, mvo=True)
        >>> phantom.image.ndim, sorted(int(label) for label in set(phantom.labels.flat))
        (3, [0, 1, 2, 3, 4, 5])
    """
    rng = np.random.default_rng(seed)
    parameters = sample_parameters(rng, shape=shape, spacing=spacing)
    coin = rng.random() < 0.5
    if not (coin if scar is None else scar):
        return build(parameters)
    healthy = heart.labels(heart.slice_coordinates(parameters))
    infarct, obstructed = draw_scar(healthy, parameters, rng, mvo=mvo)
    return build(parameters, scar=infarct, mvo=obstructed)
