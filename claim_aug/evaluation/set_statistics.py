"""Numbers of one set of scars, and of one set against another. All take (synthetic, real) and give one number.

A statistic is NaN where the sets do not hold what it needs, such as two neighbouring slices with scar.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from claim_aug.anatomy.aha import SEGMENTS
from claim_aug.evaluation.manifold import frechet_distance, kernel_distance
from claim_aug.evaluation.resampling import Scars
from claim_aug.evaluation.scan_scar import APPEARANCE, DEPTHS
from claim_aug.evaluation.texture_distance import FEATURES, texture_distance
from claim_aug.evaluation.two_sample import concatenated, slice_table

Values = NDArray[np.float64]
NAN = float("nan")
#: Fewest scars that could be everywhere; our default.
FEWEST_SCANS = 8

#: Coronary territory of each segment in the AHA's default map (Cerqueira et al., Circulation 2002;105:539-542). Which
#: artery feeds a segment differs between patients, so this compares places, not arteries.
TERRITORY = {"LAD": (1, 2, 7, 8, 13, 14, 17), "RCA": (3, 4, 9, 10, 15), "LCX": (5, 6, 11, 12, 16)}


def column(scars: Scars, name: str) -> Values:
    """One number of every slice's appearance, what is not known left out."""
    found = np.concatenate([*(scar.appearance[:, APPEARANCE.index(name)] for scar in scars), np.empty(0)])
    return found[np.isfinite(found)]


def mean_of(values: Values) -> float:
    """Mean, NaN of nothing."""
    return float(values.mean()) if values.size else NAN


def wasserstein(one: Values, other: Values) -> float:
    """Wasserstein distance, NaN where a set is empty."""
    return float(stats.wasserstein_distance(one, other)) if one.size and other.size else NAN


def mean_dice(finder: str) -> Callable[[Scars, Scars], float]:
    """Mean Dice of the synthetic labels with what ``five_sd``, ``fwhm`` or ``segmenter`` finds."""
    return lambda synthetic, _: mean_of(np.array([one for scar in synthetic for one in getattr(scar.slices, finder)]))


def adherence_gap(synthetic: Scars, real: Scars) -> float:
    """Mean Dice of the segmenter in synthetic scar less that in real scar."""
    found = mean_dice("segmenter")
    return found(synthetic, real) - found(real, synthetic)


def burden_error(synthetic: Scars, _: Scars) -> float:
    """Mean absolute difference of the size that was drawn and the size that is labelled, %LV."""
    pairs = [(scar.burden_percent, scar.asked_burden_percent) for scar in synthetic]
    return mean_of(np.array([abs(found - asked) for found, asked in pairs if asked is not None]))


def brightness(synthetic: Scars, real: Scars) -> float:
    """Wasserstein distance of the intensities of infarct, SD over remote."""
    one, other = (
        np.concatenate([*(s.slices.every_intensity for s in scars), np.empty(0)]) for scars in (synthetic, real)
    )
    return wasserstein(one, other)


def over_blood(synthetic: Scars, real: Scars) -> float:
    """Wasserstein distance of the infarct's brightness relative to blood, where remote is 0 and blood 1."""
    return wasserstein(*(np.clip(column(scars, "over blood"), -5, 10) for scars in (synthetic, real)))


def texture_gap(synthetic: Scars, real: Scars) -> float:
    """Mean distance of six numbers of texture, in SD of the real set."""
    sets = [slice_table(scars)[0] for scars in (synthetic, real)]
    if min(map(len, sets)) < 2:
        return NAN
    first = APPEARANCE.index(FEATURES[0])
    return texture_distance(*(rows[:, first : first + len(FEATURES)] for rows in sets))["mean"]


def frechet(synthetic: Scars, real: Scars) -> float:
    """Fréchet distance of the ten numbers of how slices look, in SD of the real set."""
    sets = [slice_table(scars)[0] for scars in (synthetic, real)]
    return frechet_distance(*sets) if min(map(len, sets)) > len(APPEARANCE) else NAN


def seam(synthetic: Scars, real: Scars) -> float:
    """Median steepness of the border of synthetic over that of real scar."""
    one, other = (column(scars, "border") for scars in (synthetic, real))
    return float(np.median(one) / np.median(other)) if one.size and other.size else NAN


def profile(synthetic: Scars, real: Scars) -> float:
    """Root mean square difference of the median profiles from endocardium to epicardium, SD over remote."""
    middles = []
    for scars in (synthetic, real):
        rows = concatenated([scar.profiles for scar in scars], DEPTHS)
        known = [column[np.isfinite(column)] for column in rows.T]
        middles.append(np.array([np.median(column) if column.size else np.nan for column in known]))
    return float(np.sqrt(np.mean((middles[0] - middles[1]) ** 2)))


def neighbours(synthetic: Scars, real: Scars) -> float:
    """Mean Dice of the scars of neighbouring slices, synthetic less real."""
    one, other = ([scar.likeness for scar in scars if scar.likeness is not None] for scars in (synthetic, real))
    return mean_of(np.array(one)) - mean_of(np.array(other))


def kernel(synthetic: Scars, real: Scars) -> float:
    """Kernel distance of the features of a network, in SD of the real set."""
    one, other = (concatenated([scar.features for scar in scars], width(synthetic)) for scars in (synthetic, real))
    if min(len(one), len(other)) < 2 or not width(synthetic):
        return NAN
    scale = np.maximum(other.std(0), 1e-9)
    return kernel_distance(one / scale, other / scale)


def width(scars: Scars) -> int:
    """Number of features of a slice."""
    return max((scar.features.shape[1] for scar in scars if scar.features.ndim == 2), default=0)


def burden_ratio(synthetic: Scars, real: Scars) -> float:
    """Mean size of synthetic over that of real scar."""
    one, other = (mean_of(np.array([scar.burden_percent for scar in scars])) for scars in (synthetic, real))
    return one / other


def transmurality_gap(synthetic: Scars, real: Scars) -> float:
    """Wasserstein distance of the mean transmurality of scans, 0-1."""
    return wasserstein(*(np.array([scar.transmurality for scar in scars]) for scars in (synthetic, real)))


def segment_frequency(scars: Scars) -> Values:
    """Share of scans with scar in a twentieth of each segment or more, (17,); NaN where no stack reaches it."""
    rows = [list(scar.segment_percent.values()) for scar in scars if scar.anchored]
    percent = np.array(rows, np.float64).reshape(-1, len(SEGMENTS))  # NaN where a stack does not reach
    table = np.where(np.isfinite(percent), percent >= 5, np.nan)
    known = np.isfinite(table)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.where(known, table, 0).sum(0) / known.sum(0))


def segments_gap(synthetic: Scars, real: Scars) -> float:
    """Mean absolute difference of how often each segment holds scar, 0-1."""
    gap = np.abs(segment_frequency(synthetic) - segment_frequency(real))
    return mean_of(gap[np.isfinite(gap)])


def territory_shares(scars: Scars) -> Values:
    """Share of the scar that lies in each territory, (3,), mean over scans that are anchored."""
    shares = []
    for scar in scars:
        voxels = {one.segment: one.scar.voxels for one in scar.segments}
        own = np.array([sum(voxels[segment] for segment in segments) for segments in TERRITORY.values()], np.float64)
        if scar.anchored and own.sum():
            shares.append(own / own.sum())
    return np.mean(shares, axis=0) if shares else np.full(3, np.nan)


def territories_gap(synthetic: Scars, real: Scars) -> float:
    """Share of the scar that would need to change territory for both sets to be alike, 0-1."""
    return float(np.abs(territory_shares(synthetic) - territory_shares(real)).sum() / 2)


def mean_burden(synthetic: Scars, _: Scars) -> float:
    """Mean size of scar, %LV."""
    return mean_of(np.array([scar.burden_percent for scar in synthetic]))


def endocardium(synthetic: Scars, _: Scars) -> float:
    """Share of scarred sectors whose scar begins at the endocardium, 0-1, mean over scans."""
    return mean_of(np.array([scar.from_endocardium for scar in synthetic]))


def transmural_patients(synthetic: Scars, _: Scars) -> float:
    """Share of scans with a segment that is 76-100 % transmural, 0-1."""
    return mean_of(
        np.array([any(one.transmurality_class == "76-100" for one in scar.segments) for scar in synthetic], np.float64)
    )


def pairwise_dice(synthetic: Scars, _: Scars) -> float:
    """Mean Dice of two synthetic scars on the wall's coordinates; the same scan drawn twice is no pair."""
    if len(synthetic) < 2:
        return NAN
    flat = np.stack([scar.cells.ravel() for scar in synthetic]).astype(np.float32)
    names = np.array([scar.name for scar in synthetic])
    sizes = flat.sum(1)
    total = sizes[:, None] + sizes
    pairs = (names[:, None] != names) & (total > 0)
    return mean_of((2 * flat @ flat.T / np.maximum(total, 1))[pairs])


def pairwise_excess(synthetic: Scars, real: Scars) -> float:
    """Mean Dice of two synthetic scars less that of two real ones."""
    return pairwise_dice(synthetic, real) - pairwise_dice(real, synthetic)


def segments_covered(synthetic: Scars, _: Scars) -> float:
    """Share of the segments that scans reach in which at least one holds scar, 0-1; NaN of too few scans to say."""
    if sum(scar.anchored for scar in synthetic) < FEWEST_SCANS:
        return NAN
    frequency = segment_frequency(synthetic)
    return mean_of((frequency[np.isfinite(frequency)] > 0).astype(np.float64))


def feature_spread(synthetic: Scars, real: Scars) -> float:
    """Root mean square spread between scans of how their scar looks over that of the real set."""
    sets = (
        [scar.appearance[scar.complete].mean(0) for scar in scars if scar.complete.any()] for scars in (synthetic, real)
    )
    one, other = (np.array(rows) for rows in sets)
    if min(len(one), len(other)) < 2:
        return NAN
    scale = np.maximum(other.std(0), 1e-9)
    return float(np.sqrt(np.mean((one / scale).var(0))))


def largest_patient(synthetic: Scars, _: Scars) -> float:
    """Share of the synthetic scans that were made from the patient from whom most were."""
    names = [scar.patient for scar in synthetic]
    return max(map(names.count, names), default=NAN) / len(names) if names else NAN
