"""Everything that is drawn at random for one phantom, and nothing else."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class PhantomParameters:
    """One phantom in numbers.

    Example:
        >>> import numpy as np
        >>> from dataclasses import replace
        >>> from claim_aug.phantom import PhantomParameters, build, sample_parameters
        >>> parameters = sample_parameters(np.random.default_rng(0), shape=(64, 64, 3))
        >>> isinstance(parameters, PhantomParameters)
        True
        >>> build(replace(parameters, psir=False)).image.shape
        (64, 64, 3)

    Lengths are mm, times ms, angles degrees from array axis 0 (``x``) towards axis 1 (``y``) unless a comment says
    otherwise. On the screen (``imshow(slice.T)``) ``x`` runs right and ``y`` down, as in EMIDEC. ``z`` is zero in the
    middle of slice 0, next to the apex, and grows towards the base.
    """

    # grid
    shape: tuple[int, int, int]
    spacing: tuple[float, float, float]  # centre to centre
    slice_thickness: float  # at most spacing[2]; the rest is gap
    zero_border: tuple[int, int, int, int]  # voxels without data: low x, high x, low y, high y
    breathing: tuple[tuple[float, float], ...]  # (x, y) shift of heart and diaphragm in each slice

    # left ventricle
    lv_centre: tuple[float, float]  # of the cavity, in the middle of the stack, from the centre of voxel (0, 0)
    long_axis_drift: tuple[float, float]  # mm in x and y per mm towards the base
    apex: float  # z of the cavity's tip
    base: float  # z of the mitral plane; slices above it show the atria
    lv_radius: float  # of the cavity at the base
    wall_thickness: float  # at the base
    ellipticity: float  # half the relative difference of the axes
    ellipse_deg: float
    wobble: float  # relative irregularity of the contours
    papillary_radius: tuple[float, float]
    papillary_phi: tuple[float, float]  # from the anterior insertion towards the septum

    # right ventricle
    septum_deg: float  # from the cavity's centre to the middle of the septum
    rv_attachment_deg: float  # between the two insertions
    rv_depth: float  # septum to free wall
    rv_apex: float  # z of the tip
    rv_wall: float
    rv_skew: float  # how much more it bulges to the inferior side, relative
    trabeculation: float  # share of the outer cavity that is muscle

    # body
    body_semi_axes: tuple[float, float]
    body_centre: tuple[float, float]  # from the centre of the cavity
    body_tilt_deg: float
    cage_semi_axes: tuple[float, float]  # of the lungs and what lies between them
    skin_fat: float
    chest_muscle: float
    epicardial_fat: float
    diaphragm: float  # below the centre of the cavity at mid-stack

    # signal
    t1_myocardium: float
    t1_blood: float
    t1_scar: float
    t1_mvo: float
    t1_fat: float
    t1_muscle: float
    t1_liver: float
    inversion_time: float
    repetition_time: float
    psir: bool  # signed signal on an offset of 2048; else magnitude
    gain: float  # scanner units of a fully recovered signal
    coil_shading: float  # relative fall of the sensitivity over 10 cm from the front to the back
    noise: float  # standard deviation of each channel, relative to a fully recovered signal
    resolution: tuple[float, float]  # share of k-space that was measured, along x and y

    seed: int  # of every random field: contours, texture, vessels, noise

    # where tissue is not quite where the labels say
    blood_in_wall: float = 0.0  # mm that blood reaches beyond the labelled endocardium, between trabeculae
    fat_in_wall: float = 0.0  # mm that fat or RV blood reaches within the labelled epicardium
    mitral_tilt: tuple[float, float] = (0.0, 0.0)  # mm in z per mm in x and y: basal slices cut the mitral plane

    @property
    def anterior_insertion_deg(self) -> float:
        """Direction of the anterior RV insertion from the cavity's centre, in (-180, 180]."""
        angle = self.septum_deg + self.rv_attachment_deg / 2
        return 180 - (180 - angle) % 360

    @property
    def lv_outer_radius(self) -> float:
        """Epicardial radius at the base in mm."""
        return self.lv_radius + self.wall_thickness

    def axis_at(self, z: float) -> tuple[float, float]:
        """Where the long axis meets the plane ``z`` (mm from the centre of voxel (0, 0)), breathing left out."""
        rise = z - (self.shape[2] - 1) * self.spacing[2] / 2
        return (
            math.fsum((self.lv_centre[0], rise * self.long_axis_drift[0])),
            math.fsum((self.lv_centre[1], rise * self.long_axis_drift[1])),
        )
