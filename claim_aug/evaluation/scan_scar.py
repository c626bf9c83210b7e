"""The scar of one scan in numbers: all that a comparison of two sets needs, so that the scan itself can go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy, Mask
from claim_aug.anatomy.slices import slices_with
from claim_aug.errors import InputError
from claim_aug.evaluation.adherence import Segmenter
from claim_aug.evaluation.intensity import in_sd, scar_sd
from claim_aug.evaluation.scar_set import ScarSet
from claim_aug.evaluation.seam import border_ratio
from claim_aug.evaluation.texture_distance import texture
from claim_aug.evaluation.wall_cells import Cells, neighbour_likeness, unrolled, wall_cells
from claim_aug.measures.quantification import SegmentScar, segment_scars
from claim_aug.measures.remote import Image, remote_myocardium
from claim_aug.measures.shares import burden, extent, from_endocardium, transmurality

if TYPE_CHECKING:
    from claim_aug.evaluation.network_features import FeatureNetwork

#: Depths at which the profile from endocardium to epicardium is read.
DEPTHS = 5
#: Length of what describes how the scar of a slice looks: brightness, over blood, 6 of texture, border, profile.
APPEARANCE = ("brightness", "over blood", "fine", "coarse", "gradient", "spread", "lag 1", "lag 2", "border", "slope")


@dataclass(frozen=True)
class ScanScar:
    """What one scan's scar is like.

    Attributes:
        name: name of the scan.
        patient: name of the patient that the scan is of, or was made from.
        slices: metrics of each slice with scar.
        burden_percent: size of the scar, %LV.
        asked_burden_percent: size that was drawn for it, %LV; ``None`` where that is not recorded.
        extent: share of the wall's sectors that hold scar, 0-1.
        transmurality: mean share of the wall's depth that is scar, 0-1.
        from_endocardium: share of the scarred sectors whose scar begins at the endocardium, 0-1.
        segments: scar of each AHA segment, 1-17.
        anchored: whether the segments are where they say.
        cells: cells of the wall that are scar, (6, 36, 3) along the three coordinates.
        likeness: mean Dice of the scars of neighbouring slices, 0-1; ``None`` where no two neighbours hold scar.
        appearance: how the scar of each slice looks, (slices, 10), by ``APPEARANCE``; NaN where that is not known.
        profiles: mean intensity at five depths from endocardium to epicardium over that of the whole scar of the slice,
            in SD over remote, (slices, 5); NaN where there is no scar at a depth.
        unrolled: scar of each slice in its own frame, (slices, 48, 4), in SD over remote; NaN where there is none.
        features: features of a network for each slice, (slices, features); none where no network was given.
        changed_outside: number of voxels outside the scar that differ from the scan that it was made from; ``None``
            where that scan is not known.

    Example:
        >>> from claim_aug import LVAnatomy
        >>> from claim_aug.evaluation import ScanScar
        >>> from claim_aug.evaluation.scan_scar import measure_scar
        >>> from claim_aug.phantom import make_phantom
        >>> scan = make_phantom(1, scar=True, shape=(80, 80, 4))
        >>> heart = LVAnatomy.from_labels(scan.labels, "phantom", affine=scan.affine)
        >>> scar = measure_scar("Case_1", "Case_1", scan.image[heart.box], heart)
        >>> isinstance(scar, ScanScar), scar.profiles.shape[1]
        (True, 5)
    """

    name: str
    patient: str
    slices: ScarSet
    burden_percent: float
    asked_burden_percent: float | None
    extent: float
    transmurality: float
    from_endocardium: float
    segments: tuple[SegmentScar, ...]
    anchored: bool
    cells: Cells
    likeness: float | None
    appearance: NDArray[np.float64]
    profiles: NDArray[np.float64]
    unrolled: NDArray[np.float32]
    features: NDArray[np.float32]
    changed_outside: int | None = None

    def __post_init__(self) -> None:
        for value in vars(self).values():
            if isinstance(value, np.ndarray):
                value.setflags(write=False)  # one metric must not change what the next one sees

    @cached_property
    def complete(self) -> NDArray[np.bool_]:
        """Which slices have every number of their appearance, (slices,)."""
        return np.asarray(np.isfinite(self.appearance).all(1))

    @property
    def segment_percent(self) -> Mapping[int, float | None]:
        """Share of each segment that is scar, 0-100; ``None`` where the stack does not reach it."""
        return {one.segment: one.scar_percent for one in self.segments}


def measure_scar(
    name: str,
    patient: str,
    image: Image,
    anatomy: LVAnatomy,
    *,
    old: Mask | None = None,
    segment: Segmenter | None = None,
    features: FeatureNetwork | None = None,
    asked: float | None = None,
    changed_outside: int | None = None,
    crops: bool = False,
) -> ScanScar:
    """Measure the scar of one scan.

    Args:
        name: name of the scan.
        patient: name of the patient that the scan is of, or was made from.
        image: intensities of the anatomy's region, (I, J, K), any units.
        anatomy: ventricle with its labelled scar.
        old: mask of scar in the region that the scan had before, (I, J, K), which is not judged.
        segment: function that finds scar, as ``adherence`` takes it.
        features: function that gives features of each slice with scar.
        asked: size of the scar that was drawn for it, %LV.
        changed_outside: number of voxels outside the scar that differ from the scan that it was made from.
        crops: whether the crops of the slices are kept, for a network that compares them.

    Raises:
        InputError: a scan without scar that can be judged.
    """
    whole = anatomy
    if old is not None and old.any():
        # Old scar is no wall here: neither judged nor remote myocardium.
        anatomy = replace(anatomy, wall=anatomy.wall & ~old, infarct=anatomy.infarct & ~old, mvo=anatomy.mvo & ~old)
    scar = anatomy.scar
    if not scar.any():
        msg = f"the metrics judge scar, and {name} has none labelled; leave it out"
        raise InputError(msg)
    slices = ScarSet()
    slices.add(patient, image, anatomy, segment=segment)
    if not crops:
        slices.crops.clear()
    planes = [(image[part], heart) for heart, part in slices_with(scar, anatomy)]
    profiles = np.stack([depth_profile(plane, heart) for plane, heart in planes])
    flat = [unrolled(plane, heart, heart.scar) for plane, heart in planes]
    nothing = np.full((48, 4), np.nan, np.float32)
    return ScanScar(
        name=name,
        patient=patient,
        slices=slices,
        burden_percent=burden(scar, whole),
        asked_burden_percent=asked,
        extent=extent(scar, anatomy),
        transmurality=transmurality(scar, anatomy)[0],
        from_endocardium=from_endocardium(scar, anatomy),
        segments=segment_scars(anatomy),
        anchored=anatomy.anchor.known,
        cells=wall_cells(scar, anatomy),
        likeness=neighbour_likeness(scar, anatomy),
        appearance=np.stack([slice_appearance(*pair, profile) for pair, profile in zip(planes, profiles, strict=True)]),
        profiles=profiles,
        unrolled=np.stack([nothing if one is None else one for one in flat]),
        features=np.empty((0, 0), np.float32) if features is None else features(image, anatomy),
        changed_outside=changed_outside,
    )


def slice_appearance(plane: Image, heart: LVAnatomy, profile: NDArray[np.float64]) -> NDArray[np.float64]:
    """How the scar of one slice looks, (10,), by ``APPEARANCE``; NaN where that cannot be said."""
    unknown = np.full(6, np.nan)
    values = scar_sd(plane, heart, heart.infarct)
    grain, border = texture(plane, heart, heart.infarct), border_ratio(plane, heart, heart.scar)
    return np.array(
        [
            values.mean() if values.size else np.nan,
            over_blood(plane, heart),
            *(unknown if grain is None else grain),
            np.nan if border is None else border,
            profile[0] - profile[2],
        ]
    )


def over_blood(plane: Image, heart: LVAnatomy) -> float:
    """Mean relative intensity of the infarct of one slice: 0 is remote, 1 the blood pool; NaN where unknown."""
    remote = remote_myocardium(plane, heart)
    if remote is None or not heart.infarct.any() or not heart.cavity.any():
        return float("nan")
    contrast = float(np.median(plane[heart.cavity])) - remote.mean
    # Blood as dark as remote myocardium gives no scale.
    return float(plane[heart.infarct].mean() - remote.mean) / contrast if abs(contrast) > remote.sd else float("nan")


def depth_profile(plane: Image, heart: LVAnatomy) -> NDArray[np.float64]:
    """Mean intensity of the infarct of one slice at five depths over its whole, in SD over remote, (5,)."""
    intensity = in_sd(plane, heart)
    if intensity is None or not heart.infarct.any():
        return np.full(DEPTHS, np.nan)
    values = intensity[heart.infarct]
    depth = np.clip((heart.transmural[heart.infarct] * DEPTHS).astype(np.intp), 0, DEPTHS - 1)
    counts, sums = np.bincount(depth, minlength=DEPTHS), np.bincount(depth, values, minlength=DEPTHS)
    with np.errstate(invalid="ignore"):
        return np.asarray(sums / counts - values.mean())
