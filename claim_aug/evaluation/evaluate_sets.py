"""All metrics of a synthetic set, from the scars of its scans and of a real set's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from claim_aug.evaluation.manifold import NEIGHBOURS, Manifold, manifold
from claim_aug.evaluation.memorisation import Memorisation, memorisation
from claim_aug.evaluation.metric import Metric, ends, in_words, judge, known
from claim_aug.evaluation.metrics import DEFINITIONS, GROUPS, Definition
from claim_aug.evaluation.resampling import (
    CHANCE,
    PERMUTATIONS,
    RESAMPLES,
    Scars,
    bootstrap_interval,
    interval,
    permutation_null,
)
from claim_aug.evaluation.set_statistics import NAN, width
from claim_aug.evaluation.two_sample import concatenated

#: What precision, recall, density and coverage of the features of a network say, and from where on that is fine; our
#: default. Density is 1 where both sets are alike, and larger where synthetic scar keeps to what is common.
STRANGE, LACKING = "slices that look like no real one", "looks that real scar has and synthetic scar lacks"
MANIFOLD = {
    "precision": ("{value:.0%} of the synthetic slices look as a real one may", STRANGE, 0.6),
    "density": ("synthetic slices lie {value:.2f} times as densely among real ones as real ones do", STRANGE, 0.5),
    "recall": ("{value:.0%} of the real slices lie within what synthetic ones show", LACKING, 0.4),
    "coverage": ("{value:.0%} of the real slices have a synthetic one nearby", LACKING, 0.6),
}  # fmt: skip
#: Permutations of the metrics that compare every slice with every other one.
FEW_PERMUTATIONS = 40


def evaluate_sets(
    synthetic: Scars,
    real: Scars,
    *,
    definitions: Sequence[Definition] = DEFINITIONS,
    leaks: Sequence[str] | None = None,
    seed: int = 0,
    resamples: int = RESAMPLES,
    permutations: int = PERMUTATIONS,
    advance: Callable[[], None] = lambda: None,
) -> tuple[tuple[Metric, ...], Memorisation | None]:
    """Every metric, by group, and the comparison of each slice with the nearest real one.

    Args:
        synthetic, real: scars of both sets; the real set may be empty.
        definitions: metrics of the scars of both sets.
        leaks: names of synthetic scans that were made from a patient to validate on; ``None`` where nobody said which
            patients these are.
        seed: seed of the draws of patients.
        resamples: number of draws for each interval.
        permutations: number of times that patients change sets.
        advance: function that is called after each metric.
    """
    nearest = memorisation(synthetic, real) if synthetic and real else None
    found = [background_metric(synthetic), leak_metric(leaks, len(synthetic)), copy_metric(nearest)]
    for number, definition in enumerate(definitions):
        rng = np.random.default_rng((seed, number))
        found.append(measure(definition, synthetic, real, rng, resamples, permutations))
        advance()
    found += manifold_metrics(synthetic, real, np.random.default_rng((seed, len(DEFINITIONS))), resamples)
    return tuple(sorted(found, key=lambda metric: GROUPS.index(metric.group))), nearest


def measure(
    definition: Definition,
    synthetic: Scars,
    real: Scars,
    rng: np.random.Generator,
    resamples: int,
    permutations: int,
) -> Metric:
    """One metric with its interval, its null and its verdict."""
    value = definition.statistic(synthetic, real) if synthetic and (real or not definition.needs_real) else NAN
    if np.isnan(value):
        no_real = definition.needs_real and not real
        missing = "there is no real set to compare with" if no_real else "the scans do not hold what it needs"
        return Metric(definition.name, definition.group, None, sentence=f"Not judged: {missing}.")
    low, high, chance, p = NAN, NAN, None, None
    if definition.varies:
        low, high = bootstrap_interval(definition.statistic, synthetic, real, rng, resamples)
    if definition.needs_real:
        null = permutation_null(definition.statistic, synthetic, real, rng, permutations)
        chance, p = interval(null, CHANCE), float((1 + (null >= value).sum()) / (1 + len(null)))
    verdict = judge(value, definition.fine, definition.fatal, chance)
    if verdict == "look again" and definition.tested and low <= definition.fine[1] and high >= definition.fine[0]:
        verdict = "too few to tell"  # another draw of patients could lie within the range
    words = in_words(definition.sentence.format(value=value), verdict, definition.advice)
    return Metric(
        definition.name, definition.group, value, known(low), known(high), chance, p, verdict, words,
        definition.advice, ends(definition.fine),
    )  # fmt: skip


def background_metric(synthetic: Scars) -> Metric:
    """Voxels that changed outside the scar, over the scans whose source is known."""
    counts = [scar.changed_outside for scar in synthetic if scar.changed_outside is not None]
    if not counts:
        why = "Not judged: none of the scans that these were made from is in the real set."
        return Metric("changed", "background", None, sentence=why)
    total, some = sum(counts), f"in {len(counts)} of {len(synthetic)} scans, whose source is known"
    words = f"{total} voxels outside the scar differ from the scan that it was put into, {some}"
    verdict = judge(total, (0, 0), (0, 0), None)
    return Metric("changed", "background", float(total), verdict=verdict, sentence=in_words(words, verdict, ""))


def leak_metric(leaks: Sequence[str] | None, count: int) -> Metric:
    """Synthetic scans that were made from a patient to validate on."""
    if leaks is None:
        why = "Not judged: --validation was not given, so it is not known which patients are validated on."
        return Metric("leaks", "leakage", None, sentence=why)
    words = f"{len(leaks)} of {count} scans were made from a patient to validate on"
    verdict = judge(len(leaks), (0, 0), (0, 0), None)
    return Metric("leaks", "leakage", float(len(leaks)), verdict=verdict, sentence=in_words(words, verdict, ""))


def copy_metric(nearest: Memorisation | None) -> Metric:
    """Share of the synthetic slices that are copies of a real scar; the interval is Wilson's."""
    if nearest is None:
        return Metric("copies", "memorisation", None, sentence="Not judged: there is no real set to compare with.")
    count, size = len(nearest.copies), len(nearest.nearest)
    share, z = count / size, 1.96
    middle = (share + z**2 / (2 * size)) / (1 + z**2 / size)
    half = z / (1 + z**2 / size) * np.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    words = f"{count} of {size} synthetic slices are copies of a real scar"
    verdict, advice = judge(share, (0, 0), (0, 0.5), None), "the scars that are copies"
    return Metric(
        "copies", "memorisation", share, float(max(middle - half, 0.0)), float(middle + half),
        verdict=verdict, sentence=in_words(words, verdict, advice), advice=advice,
    )  # fmt: skip


def manifold_metrics(synthetic: Scars, real: Scars, rng: np.random.Generator, resamples: int) -> Iterator[Metric]:
    """Precision, recall, density and coverage of a network's features.

    Intervals draw patients, but keep the manifold: points that are drawn twice would have no distance.
    """
    sizes = [sum(len(scar.features) for scar in scars) for scars in (synthetic, real)]
    if min(sizes) <= NEIGHBOURS or not width(synthetic):
        for name in MANIFOLD:
            yield Metric(name, "realism", None, sentence="Not judged: there are too few slices, or no real set.")
        return
    kinds = [
        np.concatenate([np.full(len(scar.features), scar.patient) for scar in scars]) for scars in (synthetic, real)
    ]
    patients = {"precision": kinds[0], "density": kinds[0], "recall": kinds[1], "coverage": kinds[1]}
    points = laid_out(synthetic, real)
    nulls = {
        name: permutation_null(
            lambda one, other, name=name: float(getattr(laid_out(one, other), name).mean()),  # type: ignore[misc]
            synthetic, real, rng, FEW_PERMUTATIONS,
        )
        for name in MANIFOLD
    }  # fmt: skip
    for name, (sentence, advice, least) in MANIFOLD.items():
        values = getattr(points, name)
        value = float(values.mean())
        low, high = interval(means_of_drawn(values, patients[name], rng, resamples))
        chance = interval(nulls[name], CHANCE)
        verdict = judge(value, (least, np.inf), None, (chance[0], np.inf))
        words = in_words(sentence.format(value=value), verdict, advice)
        fine = (least, None)
        yield Metric(name, "realism", value, known(low), known(high), chance, None, verdict, words, advice, fine)


def laid_out(synthetic: Scars, real: Scars) -> Manifold:
    """Both sets' features, in SD of the real set, laid on one another."""
    ours, theirs = (concatenated([scar.features for scar in scars], width(synthetic)) for scars in (synthetic, real))
    scale = np.maximum(theirs.std(0), 1e-9)
    return manifold(ours / scale, theirs / scale)


def means_of_drawn(
    values: NDArray[np.float64], patients: NDArray[np.str_], rng: np.random.Generator, count: int
) -> NDArray[np.float64]:
    """The mean when patients are drawn anew, (count,)."""
    _, index = np.unique(patients, return_inverse=True)
    sums, sizes = np.bincount(index, values), np.bincount(index)
    draws = rng.integers(len(sizes), size=(count, len(sizes)))
    return np.asarray(sums[draws].sum(1) / sizes[draws].sum(1))
