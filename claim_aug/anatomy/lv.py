"""The left ventricle of one scan, in the scan's own grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from claim_aug.anatomy.aha import NOMINAL_SEPTUM_DEG, SEGMENTS, aha_segment
from claim_aug.anatomy.anchor import Anchor
from claim_aug.anatomy.anchoring import Landmark, find_anchor
from claim_aug.anatomy.box import Box, bounds
from claim_aug.anatomy.cleaning import filled, in_place, without_islands
from claim_aug.anatomy.labels import LabelScheme, Mask, Tissues
from claim_aug.anatomy.orientation import End, Orientation, enclosed, find_orientation
from claim_aug.anatomy.reading import (
    check_affine,
    check_spacing,
    in_region,
    nominal_spacing,
    region,
    region_of,
    scheme_tissues,
)
from claim_aug.anatomy.reports import report_orientation, report_size
from claim_aug.anatomy.wall import angle_around, apicobasal_coordinate, cavity_centres, transmural_coordinate

Volume = NDArray[np.float32]

#: Specific gravity of myocardium in g/mL, the value cardiac MR reports use (SCMR post-processing 2020).
MYOCARDIAL_DENSITY = 1.05
#: Most that an anchor can be trusted where a mirrored array would look the same.
UNTOLD = 0.5
#: Two slices may lie anywhere along the heart.
FEWEST_SLICES = 3
#: A ring that leaves more of the cavity open than this is not counted by the thirds of the long axis.
CLOSED = 0.9


@dataclass(frozen=True)
class LVAnatomy:
    """Coordinates of the myocardial wall in a region of interest around the left ventricle.

    Every array covers the region ``box`` of a 3-D grid of ``grid_shape`` (2-D labels count as one slice) and keeps the
    grid's axes; outside the wall the coordinates are 0. ``on_grid`` puts an array back into the whole grid.

    Attributes:
        transmural: transmural coordinate, 0 at the endocardium to 1 at the epicardium.
        rotational: rotational coordinate, degrees in [0, 360) from the anterior RV insertion towards the septum; from
            the first in-plane axis where the anchor is not known.
        apicobasal: apicobasal coordinate, 0 at the base to 1 at the apex.
        segment: AHA segment of each voxel, 1-17; 0 outside the wall.
        wall, cavity, infarct, mvo, rv: mask of each tissue; ``wall`` includes infarct and MVO.
        orientation: array axes and directions of the stack.
        anchor: place of the anterior RV insertion, and its source.
        apicobasal_known: whether basal, mid and apical thirds mean anything: not in fewer than three slices, nor where
            nothing tells base from apex. A single slice counts as mid.
        spacing: size of a voxel along each axis, mm; where the scan's is not known, the size that makes the heart
            average.
        spacing_known: whether volumes and masses mean anything.
        box: place of the region in the scan's grid, a slice per axis.
        grid_shape: shape of the scan's grid, (I, J, K).

    Example:
        >>> from claim_aug import LVAnatomy
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(7, scar=False, shape=(80, 80, 4))
        >>> anatomy = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine, spacing=scan.spacing)
        >>> anatomy.anchor.source
        'rv_label'
        >>> anatomy.on_grid(anatomy.segment).shape
        (80, 80, 4)
    """

    transmural: Volume
    rotational: Volume
    apicobasal: Volume
    segment: NDArray[np.uint8]
    wall: Mask
    cavity: Mask
    infarct: Mask
    mvo: Mask
    rv: Mask
    orientation: Orientation
    anchor: Anchor
    apicobasal_known: bool
    spacing: tuple[float, float, float]
    spacing_known: bool
    box: Box
    grid_shape: tuple[int, ...]

    @classmethod
    def from_labels(
        cls,
        labels: ArrayLike,
        scheme: LabelScheme | str = "emidec",
        *,
        affine: ArrayLike | None = None,
        spacing: Sequence[float] | None = None,
        through_plane: int | None = None,
        base: End | None = None,
        anterior_insertion: Landmark | None = None,
        winding: int | None = None,
        image: ArrayLike | None = None,
        require_anchor: bool = False,
    ) -> LVAnatomy:
        """Read the ventricle off a label map, (I, J) or (I, J, K).

        Args:
            labels: whole numbers of the scheme, (I, J) or (I, J, K).
            scheme: label scheme: a ``LabelScheme``, a name, or ``"cavity=1,myocardium=2,infarct=3"``.
            affine: 4x4 matrix from voxels to mm, for the handedness of the array, and the spacing where it is not
                given.
            spacing: size of a voxel in mm per axis.
            through_plane, base, winding: orientation as in ``Orientation``; found in the data where not given.
            anterior_insertion: angle of the anterior RV insertion in degrees, as in ``Anchor``, or a point in voxels.
            image: image on the labels' grid, in which the RV is looked for where it is not labelled.
            require_anchor: whether a ventricle that cannot be anchored is refused.

        Raises:
            LabelError: values outside the scheme.
            AnatomyError: no myocardium, no cavity, or too little of either; no anchor where one is required.
        """
        flat = np.ndim(labels) == 2
        scheme = LabelScheme.parse(scheme)
        tissues = without_islands(scheme_tissues(labels, scheme))
        affine = None if affine is None else check_affine(affine)
        known = spacing is not None or affine is not None
        voxel = check_spacing(spacing, affine, flat=flat) if known else nominal_spacing(tissues, through_plane)
        box = region(tissues, voxel)
        tissues = Tissues(**{name: mask[box] for name, mask in vars(tissues).items()})
        orientation = find_orientation(
            tissues,
            voxel,
            affine=affine,
            through_plane=through_plane,
            base=base,
            winding=winding,
            picture=flat and affine is None,
        )
        across = orientation.through_plane
        tissues = filled(in_place(tissues, across, voxel, scheme, labels), across)
        centres = cavity_centres(np.moveaxis(tissues.cavity, across, 0), np.moveaxis(tissues.wall, across, 0))
        anchor = find_anchor(
            tissues,
            centres,
            orientation,
            voxel,
            landmark=in_region(anterior_insertion, box, np.shape(labels)),
            image=None if image is None else region_of(image, np.shape(labels), box),
            affine=affine,
        )
        if not orientation.winding_known and anchor.source != "landmark":
            anchor = replace(anchor, confidence=min(anchor.confidence, UNTOLD))
        report_orientation(anchor, orientation, require_anchor, looked=image is not None)
        coordinates = wall_coordinates(tissues, orientation, voxel, centres, anchor)
        anatomy = cls(
            **coordinates,
            **vars(tissues),
            orientation=orientation,
            anchor=anchor,
            apicobasal_known=orientation.base_found
            and int(tissues.cavity.any(orientation.in_plane).sum()) >= FEWEST_SLICES,
            spacing=voxel,
            spacing_known=known,
            box=box,
            grid_shape=np.shape(labels) if not flat else (*np.shape(labels), 1),
        )
        if anatomy.voxel_ml is not None:
            shown = int(anatomy.wall.any(orientation.in_plane).sum())
            report_size(anatomy.wall_voxels * anatomy.voxel_ml, anatomy.spacing, several=shown >= FEWEST_SLICES)
        return anatomy

    def __repr__(self) -> str:
        mass = "" if self.mass_g is None else f", {self.mass_g:.1f} g"
        anchor = f"anchor={self.anchor.source!r} ({self.anchor.confidence:.2f})"
        return f"LVAnatomy({self.grid_shape}, {self.wall_voxels} voxels of wall{mass}, {anchor})"

    @property
    def scar(self) -> Mask:
        """Infarct and MVO that the scan already has."""
        return self.infarct | self.mvo

    @property
    def healthy(self) -> Mask:
        """Wall without scar: where new scar may grow."""
        return self.wall & ~self.scar

    @property
    def wall_voxels(self) -> int:
        """Size of the whole wall, the reference of every burden."""
        return int(self.wall.sum())

    @property
    def voxel_ml(self) -> float | None:
        """Volume of a voxel, ``None`` where the spacing is not known."""
        return float(np.prod(self.spacing)) / 1000 if self.spacing_known else None

    @property
    def mass_g(self) -> float | None:
        """LV mass in grams, ``None`` where the spacing is not known."""
        return None if self.voxel_ml is None else self.wall_voxels * self.voxel_ml * MYOCARDIAL_DENSITY

    @property
    def slice_index(self) -> NDArray[np.intp]:
        """Index across slices of every voxel of the region."""
        return np.broadcast_to(
            np.expand_dims(np.arange(self.wall.shape[self.orientation.through_plane]), self.orientation.in_plane),
            self.wall.shape,
        )

    def tight(self) -> tuple[LVAnatomy, Box]:
        """The same ventricle without room around it, and the part of the region that it is."""
        part = bounds(self.wall | self.cavity)
        return self.cut(part), part

    def cut(self, part: Box) -> LVAnatomy:
        """A part of the region, its coordinates as they are; ``part`` has a start and a stop on every axis."""
        layers = {name: value[part] for name, value in vars(self).items() if isinstance(value, np.ndarray)}
        box = tuple(slice(b.start + p.start, b.start + p.stop) for b, p in zip(self.box, part, strict=True))
        return replace(self, **layers, box=box)  # type: ignore[arg-type]

    def healed(self) -> LVAnatomy:
        """The same ventricle without its scar."""
        nothing = np.zeros_like(self.wall)
        return replace(self, infarct=nothing, mvo=nothing)

    def on_grid(self, region: NDArray[Any]) -> NDArray[Any]:
        """An array of the region in the scan's whole grid, zero elsewhere."""
        whole = np.zeros(self.grid_shape, region.dtype)
        whole[self.box] = region
        return whole

    def segment_voxels(self, mask: Mask | None = None) -> dict[int, int]:
        """Voxels of each AHA segment, of the wall or of ``mask`` within it."""
        counts = np.bincount(self.segment[self.wall if mask is None else mask & self.wall], minlength=18)
        return {segment: int(counts[segment]) for segment in SEGMENTS}


def wall_coordinates(
    tissues: Tissues,
    orientation: Orientation,
    spacing: tuple[float, float, float],
    centres: NDArray[np.float64],
    anchor: Anchor,
) -> dict[str, NDArray[Any]]:
    """Transmural, rotational and apicobasal coordinate and AHA segment of every voxel.

    Args:
        centres: cavity centres, (slices, 2) in pixels.
    """
    across = orientation.through_plane
    cavity, wall = (np.moveaxis(mask, across, 0) for mask in (tissues.cavity, tissues.wall))
    pixel = (spacing[orientation.in_plane[0]], spacing[orientation.in_plane[1]])
    start = anchor.first_segment_deg(orientation.winding) or 0.0
    index, *pixels = np.nonzero(wall)
    turned = (orientation.winding * (angle_around(centres[index], tuple(pixels), pixel) - start)) % 360
    closed: Mask = np.array(cavity.any((1, 2)))
    closed[closed] = enclosed(tissues, across) >= CLOSED
    apicobasal = apicobasal_coordinate(
        cavity, wall, closed, centres, (spacing[across], *pixel), base_first=orientation.base == "first"
    )
    part = bounds(cavity | wall)
    transmural = np.zeros(wall.shape, np.float32)
    transmural[part] = [transmural_coordinate(*planes, pixel) for planes in zip(cavity[part], wall[part], strict=True)]
    beyond: Mask = ~np.any(cavity, axis=(1, 2))
    septum = anchor.septum_extent_deg or NOMINAL_SEPTUM_DEG
    level, cap = (np.broadcast_to(values, wall.shape)[wall] for values in (apicobasal, beyond[:, None, None]))
    rotational, segment = np.zeros(wall.shape, np.float32), np.zeros(wall.shape, np.uint8)
    rotational[wall] = turned
    segment[wall] = aha_segment(turned, level, cap=cap, septum=septum)
    layers: dict[str, NDArray[Any]] = {
        "transmural": transmural,
        "rotational": rotational,
        "apicobasal": np.where(wall, apicobasal, 0).astype(np.float32),
        "segment": segment,
    }
    return {name: np.ascontiguousarray(np.moveaxis(layer, 0, across)) for name, layer in layers.items()}
