"""The priors: one for each pattern, all with the same options."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict

import numpy as np

from claim_aug import LVAnatomy, ScarMask
from claim_aug.errors import EmptyScarError
from claim_aug.priors import Range, check_range, check_segments, draw
from claim_aug_nonischemic import patterns
from claim_aug_nonischemic.growth import Focus, distance, nearest_voxels

#: Share of the room in its layer that a scar takes at most, where its size is drawn and not asked for.
MOST_OF_ROOM = 0.8
#: Angle between both RV insertions over the septum, where only one is known: two segments of 60 degrees.
NOMINAL_SEPTUM_DEG = 120.0


class PatternPrior:
    """Late enhancement in one layer of the wall.

    A number is fixed, a pair is a range, ``None`` is what the disease is known for.

    Args:
        burden: size of the scar in percent of LV mass, 0.1-60.
        segments: AHA segments that the scar may not leave, 1-17.
        depth: middle of the layer, transmural coordinate, 0-1 from the endocardium to the epicardium.
        thickness: thickness of the layer as a share of the wall's, 0.1-2; what lies beyond the wall is cut off.

    Raises:
        InputError: a parameter out of range.
    """

    pattern: patterns.Pattern

    def __init__(
        self,
        *,
        burden: Range = None,
        segments: Iterable[int] | None = None,
        depth: Range = None,
        thickness: Range = None,
    ) -> None:
        self.burden = check_range("burden", burden, 0.1, 60)
        self.segments = check_segments(segments)
        self.depth = check_range("depth", depth, 0, 1)
        self.thickness = check_range("thickness", thickness, 0.1, 2)

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """Draw size and foci, then let them grow to the size."""
        pattern, segments = self.pattern, self.segments or self.typical_segments(anatomy)
        allowed = anatomy.healthy & np.isin(anatomy.segment, segments)
        if not allowed.any():
            msg = f"no healthy myocardium of this scan lies in AHA segments {list(segments)}; segments= names others"
            raise EmptyScarError(msg)
        size = draw(self.burden, lambda rng: rng.uniform(*pattern.burden), rng)
        foci = self.draw_foci(anatomy, allowed, rng)
        distances = distance(anatomy, foci, pattern.length, pattern.raggedness, rng)
        room = 100 * int((allowed & np.isfinite(distances)).sum()) / anatomy.wall_voxels
        if room == 0:
            msg = f"no voxel of AHA segments {list(segments)} lies in a layer as thin; a larger thickness= has some"
            raise EmptyScarError(msg)
        wanted = size if self.burden is not None else min(size, MOST_OF_ROOM * room)
        infarct = nearest_voxels(distances, allowed, max(1, round(wanted / 100 * anatomy.wall_voxels)))
        params = {
            "prior": pattern.name,
            "burden": wanted,
            "segments": list(segments),
            "foci": [asdict(f) for f in foci],
        }
        return ScarMask(infarct, np.zeros_like(infarct), params, self.note(wanted, room, segments, anatomy))

    def typical_segments(self, anatomy: LVAnatomy) -> tuple[int, ...]:
        """The segments that the disease is known for."""
        return self.pattern.segments

    def draw_foci(self, anatomy: LVAnatomy, allowed: np.ndarray, rng: np.random.Generator) -> tuple[Focus, ...]:
        """Foci at voxels of the segments, each in a layer of its own."""
        if self.pattern.foci is None:
            return (self.focus(None, 0.0, rng),)
        low, high = self.pattern.foci
        voxels = rng.choice(np.flatnonzero(allowed), rng.integers(low, high + 1))
        return tuple(
            self.focus(float(anatomy.rotational.flat[voxel]), float(anatomy.slice_index.flat[voxel]), rng)
            for voxel in voxels
        )

    def focus(self, rotational: float | None, slice_index: float, rng: np.random.Generator) -> Focus:
        """A focus at a place, its layer drawn."""
        depth = draw(self.depth, lambda rng: rng.uniform(*self.pattern.depth), rng)
        thickness = draw(self.thickness, lambda rng: rng.uniform(*self.pattern.thickness), rng)
        return Focus(rotational, slice_index, float(depth), float(thickness))

    def note(self, wanted: float, room: float, segments: Iterable[int], anatomy: LVAnatomy) -> str | None:
        """What was asked for and is not there."""
        found = []
        if wanted > room + 100 / anatomy.wall_voxels:
            found.append(
                f"burden {wanted:.1f} %LV was wanted, the layer holds {room:.1f} %LV in AHA segments {list(segments)}"
            )
        if not anatomy.anchor.known and self.pattern.foci is not None:
            found.append("the anterior RV insertion is not known, so segments are turned by an unknown angle")
        return "; ".join(found) or None


class DilatedPrior(PatternPrior):
    """A stripe in the middle of the septum, as in dilated cardiomyopathy."""

    pattern = patterns.DILATED


class InsertionPrior(PatternPrior):
    """Enhancement where the right ventricle inserts, as in hypertrophic cardiomyopathy."""

    pattern = patterns.INSERTION

    def draw_foci(self, anatomy: LVAnatomy, allowed: np.ndarray, rng: np.random.Generator) -> tuple[Focus, ...]:
        """Foci at the anterior insertion, the inferior one, or both, in slices of the allowed segments."""
        insertions = [0.0, anatomy.anchor.septum_extent_deg or NOMINAL_SEPTUM_DEG]
        count = int(rng.integers(self.pattern.foci[0], self.pattern.foci[1] + 1)) if self.pattern.foci else 1
        chosen = rng.permutation(insertions)[:count]
        middle = float(rng.choice(anatomy.slice_index[allowed]))
        return tuple(self.focus(float(angle), middle, rng) for angle in chosen)


class PatchyPrior(PatternPrior):
    """Patches where the wall is thickest, as in hypertrophic cardiomyopathy."""

    pattern = patterns.PATCHY

    def typical_segments(self, anatomy: LVAnatomy) -> tuple[int, ...]:
        """The thickest basal or mid segment and those beside it.

        Segments of one third of the heart subtend equal angles, so the wall is thickest in that with most voxels.
        """
        counts = anatomy.segment_voxels()
        thickest = max(self.pattern.segments, key=lambda segment: counts[segment])
        first = 1 if thickest <= 6 else 7  # the first segment of the thickest one's third
        return tuple(sorted(first + (thickest - first + step) % 6 for step in (-1, 0, 1)))


class MyocarditisPrior(PatternPrior):
    """Foci at the epicardium of the lateral wall, as in myocarditis."""

    pattern = patterns.MYOCARDITIS


class SarcoidPrior(PatternPrior):
    """Patches at any depth of the basal and mid septum, as in sarcoidosis."""

    pattern = patterns.SARCOID


class FabryPrior(PatternPrior):
    """Enhancement in the middle of the basal inferolateral wall, as in Fabry disease."""

    pattern = patterns.FABRY


class AmyloidPrior(PatternPrior):
    """Enhancement at the endocardium all round, as in amyloidosis."""

    pattern = patterns.AMYLOID
