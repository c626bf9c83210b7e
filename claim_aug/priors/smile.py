"""``smile``: ischaemic scar placed by coronary territory and AHA segment."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from claim_aug.anatomy import LVAnatomy
from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.errors import EmptyScarError, InputError, RequestWarning
from claim_aug.priors.base import ScarMask
from claim_aug.priors.distributions import PRESETS, ScarDistributions
from claim_aug.priors.growth import (
    CLOSE_ENOUGH,
    Profile,
    Sectors,
    Target,
    find_profile,
    grey_zone_rim,
    mvo_region,
    tidy,
)
from claim_aug.priors.places import check_levels, common_segments, unusual
from claim_aug.priors.ranges import Range, check_range, check_segments, clash, draw, ends, shown
from claim_aug.priors.requested import IN_TERRITORY, as_note, missed_burden, unmet_shares
from claim_aug.priors.territories import check_territory, draw_segments
from claim_aug.priors.wavefront import Front, Origin, arrival, mid_wall_radius, survey

#: How often growing is aimed anew at the depth that is wanted.
TRIES = 3


@dataclass(frozen=True)
class SmileParameters:
    """Everything ``smile`` draws for one scar.

    Attributes:
        burden: size of the scar in percent of LV mass, 0-100.
        target: wanted mean transmurality or extent.
        max_depth: depth at the centre of the front, as share of the wall's thickness; above 1 it passes the epicardium.
        territory: culprit artery; ``None`` where segments were given, or neither artery nor anchor is known.
        front: place and shape of the infarct.
        mvo, grey_zone: shares of the scar that are MVO and grey zone, 0-1.
    """

    burden: float
    target: Target
    max_depth: float
    territory: str | None
    front: Front
    mvo: float
    grey_zone: float


class SmilePrior:
    """Grows one ischaemic scar from the endocardium in the territory of a coronary artery.

    A number is fixed, a pair is a range, ``None`` is the clinical distribution, or that of ``distributions``.

    Args:
        distributions: distributions to draw from, or a JSON file of ``claim-aug prior fit``; clinical where not given.
        preset: clinical distributions by name, ``"acute"`` (may have MVO, the default) or ``"chronic"`` (smaller,
            thinner, no MVO), instead of ``distributions``.
        burden: size of the scar in percent of LV mass, 0.1-100.
        transmurality: mean share of the wall's depth over the scarred sectors, 0.05-1.
        extent: share of the wall's sectors that are scarred, 0.01-1. Size is extent times transmurality, so two of the
            three give the third.
        territory: culprit artery, ``"LAD"``, ``"RCA"`` or ``"LCX"``; at least four fifths of the scar lie in the
            segments that it feeds in most people.
        segments: AHA segments that the scar may not leave, 1-17.
        levels: levels that the scar may not leave: ``"basal"``, ``"mid"``, ``"apical"`` and ``"apex"``, some of them or
            text such as ``"mid,apical"``. Of territory, segments and levels, what all leave counts.
        mvo: share of the scar that is microvascular obstruction, 0-0.6.
        grey_zone: share of the scar that is grey zone at its rim, 0-0.6.

    Raises:
        InputError: a parameter out of range, or two that clash.
    """

    def __init__(
        self,
        distributions: ScarDistributions | str | Path | None = None,
        *,
        preset: str | None = None,
        burden: Range = None,
        transmurality: Range = None,
        extent: Range = None,
        territory: str | None = None,
        segments: Iterable[int] | None = None,
        levels: Iterable[str] | str | None = None,
        mvo: Range = None,
        grey_zone: Range = None,
    ) -> None:
        if preset not in (None, *PRESETS):
            msg = f"preset needs to be one of {', '.join(PRESETS)}, got {preset!r}"
            raise InputError(msg)
        if preset is not None and distributions is not None:
            raise clash("preset", preset, "distributions", distributions, "a fitted prior has its own")
        if isinstance(distributions, (str, Path)):
            distributions = ScarDistributions.load(distributions)
        self.distributions = distributions or PRESETS[preset or "acute"]
        self.burden = check_range("burden", burden, 0.1, 100)
        self.transmurality = check_range("transmurality", transmurality, 0.05, 1)
        self.extent = check_range("extent", extent, 0.01, 1)
        self.territory = check_territory(territory)
        self.segments, self.levels = check_segments(segments), check_levels(levels)
        self.places = common_segments(self.territory, self.segments, self.levels)
        self.mvo = check_range("mvo", mvo, 0, 0.6)
        self.grey_zone = check_range("grey_zone", grey_zone, 0, 0.6)
        self._refuse_clashes(preset)
        if self.burden is not None and ends(self.burden)[1] < 1:
            low = shown(self.burden)
            warnings.warn(
                f"burden {low} is {low} %LV, hardly a voxel of scar; burden is in percent of LV mass, a fifth is 20",
                RequestWarning,
                stacklevel=3,
            )

    def _refuse_clashes(self, preset: str | None) -> None:
        size, depth, extent = self.burden, self.transmurality, self.extent
        if size is not None and depth is not None and extent is not None:
            msg = "burden, transmurality and extent clash: size is extent times transmurality, so give two of them"
            raise InputError(msg)
        for name, share in (("transmurality", depth), ("extent", extent)):
            if size is not None and share is not None and ends(size)[0] > 100 * ends(share)[1]:
                raise clash("burden", size, name, share, f"at most {100 * ends(share)[1]:g} %LV can be reached")
        if preset == "chronic" and self.mvo is not None and ends(self.mvo)[1] > 0:
            raise clash("preset", preset, "mvo", self.mvo, "MVO is found in acute infarcts only")
        if self.mvo is not None and self.grey_zone is not None and ends(self.mvo)[0] + ends(self.grey_zone)[0] > 0.9:
            raise clash("mvo", self.mvo, "grey_zone", self.grey_zone, "together they leave less than a tenth of scar")

    def sample(self, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
        """Draw the parameters of a scar, then grow it."""
        inner, part = anatomy.tight()
        parameters = self.sample_parameters(inner, rng)
        mask = apply(parameters, inner, rng)
        if self.territory and inner.anchor.known and not parameters.front.strict:
            inside = np.isin(inner.segment[mask.scar], self.places or ())
            if inside.mean() < IN_TERRITORY:  # the front ran out of the territory: keep it in
                parameters = replace(parameters, front=replace(parameters.front, strict=True))
                mask = apply(parameters, inner, rng)
        note = as_note([shortfall(parameters, mask, inner), *self.unmet(mask, inner)])
        return replace(mask, note=note).placed(anatomy.wall.shape, part)

    def unmet(self, mask: ScarMask, anatomy: LVAnatomy) -> list[str]:
        """What was asked for beside the burden and is not there."""
        found = unmet_shares(
            mask,
            anatomy,
            transmural=self.transmurality,
            wide=self.extent,
            mvo=self.mvo,
            grey_zone=self.grey_zone,
        )
        if self.territory and not anatomy.anchor.known:
            found.append(f"territory {self.territory} was wanted, but without an anchor nobody knows where it is")
        odd = unusual(self.territory, self.places)
        return [*found, odd] if odd else found

    def sample_parameters(self, anatomy: LVAnatomy, rng: np.random.Generator) -> SmileParameters:
        """Size and depth first, then place and shape, then what is inside."""
        allowed = self.allowed(anatomy)
        if allowed and not anatomy.healthy[np.isin(anatomy.segment, allowed)].any():
            msg = f"no healthy myocardium of this scan lies in AHA segments {list(allowed)}"
            raise EmptyScarError(msg)
        size, target = self._draw_size(rng)
        culprit = self.distributions.draw_territory(rng)
        territory = self.territory or (None if self.segments else culprit)
        fed = draw_segments(territory or "LAD", rng)
        if allowed:
            here = set(fed) & set(allowed) if self.segments is None and self.territory is None else set(allowed)
            room = anatomy.healthy[np.isin(anatomy.segment, tuple(here))].any()
            fed = tuple(sorted(here)) if room and anatomy.anchor.known else allowed
        elif not anatomy.anchor.known:
            # Nobody knows where the artery is; always the same wall would be a bias.
            territory, fed = self.territory, tuple(SEGMENTS)
        front = Front(
            sources=draw_sources(fed, target.area(size), self.distributions, anatomy, rng),
            elongation=float(np.exp(rng.normal(0, 0.4))),
            drift=float(rng.normal(0, 0.3)),
            raggedness=float(rng.uniform(0, 0.12)),
            roughness=float(rng.uniform(0.1, 0.3)),
            jitter=float(rng.uniform(0, 0.28)),
            unlabelled_endocardium=float(self.distributions.unlabelled_endocardium * rng.uniform(0, 2)),
            segments=fed,
            strict=self.segments is not None or self.levels is not None,
        )
        mvo = draw(self.mvo, lambda rng: self.distributions.draw_mvo(size, rng), rng)
        grey = min(draw(self.grey_zone, self.distributions.draw_grey_zone, rng), 0.9 - mvo)
        return SmileParameters(size, target, draw_max_depth(target, rng), territory, front, mvo, grey)

    def allowed(self, anatomy: LVAnatomy) -> tuple[int, ...] | None:
        """The segments that the scar is to be in; an artery is nowhere where there is no anchor."""
        return self.places if anatomy.anchor.known else common_segments(None, self.segments, self.levels)

    def _draw_size(self, rng: np.random.Generator) -> tuple[float, Target]:
        """Burden, and the transmurality or extent that goes with it; redrawn where they would need more than a wall."""
        for _ in range(50):
            depth = draw(self.transmurality, lambda _: 0.0, rng)
            extent = draw(self.extent, lambda _: 0.0, rng)
            size = 100 * depth * extent or draw(self.burden, self.distributions.draw_burden, rng)
            depth = depth or (0.0 if extent else self.distributions.draw_transmurality(size, rng))
            if size <= 100 * (extent or depth):
                break
        requested = self.transmurality is not None or self.extent is not None
        return size, Target(None if extent else depth, extent or None, requested)


def apply(parameters: SmileParameters, anatomy: LVAnatomy, rng: np.random.Generator) -> ScarMask:
    """Grow the scar to its size and depth, then set MVO and grey zone apart."""
    wanted = max(1, round(parameters.burden / 100 * anatomy.wall_voxels))
    terrain, sectors_ = survey(parameters.front, anatomy, rng), Sectors.from_anatomy(anatomy)
    target, profile = parameters.target, Profile(parameters.max_depth, 2.0)
    for _ in range(TRIES):
        profile, chosen = find_profile(terrain, profile, wanted, target, sectors_)
        time = arrival(terrain, terrain.log_depth_left(profile.max_depth), profile.taper)
        scar = tidy(time, int(chosen.sum()), anatomy)
        missing = parameters.target.missing_in(scar[anatomy.healthy], sectors_)
        if abs(missing) < CLOSE_ENOUGH or chosen.sum() < wanted:
            break
        target = target.moved(missing)  # tidying takes thin fringes away; aim that much beside
    mvo = mvo_region(scar, time, parameters.mvo, anatomy)
    grey = grey_zone_rim(scar & ~mvo, scar, time, parameters.grey_zone, anatomy)
    params = {"prior": "smile"} | asdict(parameters) | {"profile": asdict(profile)}
    return ScarMask(scar & ~mvo, mvo, params, grey_zone=grey)


def shortfall(parameters: SmileParameters, mask: ScarMask, anatomy: LVAnatomy) -> str | None:
    """Why the burden that was wanted is not there, or ``None`` where it is."""
    reached = missed_burden(parameters.burden, mask, anatomy)
    if reached is None:
        return None
    room = f"AHA segments {list(parameters.front.segments)}" if parameters.front.strict else "the healthy wall"
    target = parameters.target
    depth = f" at transmurality {target.transmurality:.2f}" if target.requested and target.transmurality else ""
    return f"burden {parameters.burden:.1f} %LV was wanted, {reached:.1f} %LV is what {room} can hold{depth}"


def draw_max_depth(target: Target, rng: np.random.Generator) -> float:
    """Depth at the centre, in walls.

    Nearly all of 48 EMIDEC patients are transmural somewhere; a scar asked for as subendocardial is so everywhere.
    """
    if target.requested and target.transmurality:
        return float(np.clip(target.transmurality * rng.uniform(1.4, 2.4), 0.1, 1.4))
    return float(rng.uniform(0.95, 1.5))


def draw_sources(
    segments: tuple[int, ...],
    area: float,
    distributions: ScarDistributions,
    anatomy: LVAnatomy,
    rng: np.random.Generator,
) -> tuple[Origin, ...]:
    """A main source in the segments, and islands that start later and beside it.

    Args:
        area: share of the wall's surface that the scar will take, 0-1.

    Raises:
        EmptyScarError: no healthy myocardium is left.
    """
    weights = np.isin(anatomy.segment, segments) * anatomy.healthy
    if distributions.segments:
        weights = weights * np.array([0.0, *distributions.segments])[anatomy.segment]
    candidates = np.flatnonzero(weights if weights.any() else anatomy.healthy)
    if candidates.size == 0:
        msg = "there is no healthy myocardium left for new scar; existing=replace takes its place"
        raise EmptyScarError(msg)
    chances = weights.flat[candidates] if weights.any() else np.ones(candidates.size)
    voxel = rng.choice(candidates, p=chances / chances.sum())
    rotational, slice_index = (
        float(anatomy.rotational.flat[voxel]),
        float(anatomy.slice_index.flat[voxel] + rng.uniform(-0.5, 0.5)),
    )
    radius = mid_wall_radius(anatomy)
    gap = anatomy.spacing[anatomy.orientation.through_plane]
    # Radius of the scar if it were a disc on the unrolled wall: islands lie beside it, whatever its size.
    scale = float(np.sqrt(2 * area * gap * radius.sum()))
    islands = tuple(
        Origin(
            rotational=float(
                (rotational + rng.choice([-1, 1]) * min(np.degrees(rng.uniform(1.4, 2.2) * scale / radius.max()), 170))
                % 360
            ),
            slice_index=float(slice_index + rng.normal(0, 1)),
            delay=float(rng.uniform(0.3, 0.8) * scale),
        )
        for _ in range(distributions.draw_islands(rng))
    )
    return (Origin(rotational, slice_index), *islands)
