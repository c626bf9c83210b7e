"""A folder of synthetic scans, judged: the work behind ``claim-aug evaluate``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy, Mask
from claim_aug.data.case import Case, no_anchor_warning
from claim_aug.data.dataset import Skipped, iter_cases
from claim_aug.data.leaks import leaked_scans
from claim_aug.data.provenance import sha256, versions
from claim_aug.data.scan_set import LabelledScan, read_scan_set
from claim_aug.errors import InputError
from claim_aug.evaluation.adherence import Segmenter
from claim_aug.evaluation.background import background_change
from claim_aug.evaluation.evaluate_sets import evaluate_sets
from claim_aug.evaluation.memorisation import Memorisation
from claim_aug.evaluation.metric import Evaluation
from claim_aug.evaluation.network_features import FeatureNetwork, scar_features, wall_segmenter
from claim_aug.evaluation.registered_metrics import registered_metrics
from claim_aug.evaluation.resampling import RESAMPLES
from claim_aug.evaluation.scan_scar import ScanScar, measure_scar
from claim_aug.generators.healing import bright_about
from claim_aug.jobs.set_provenance import SetProvenance, set_provenance
from claim_aug.optional import need
from claim_aug.segmentation.folder import SHIPPED, read_segmenter

#: Fewer patients than this leave wide intervals; our default.
FEW_PATIENTS = 8


@dataclass(frozen=True)
class JudgedScan:
    """A synthetic scan while it is judged, with what it was made from.

    Attributes:
        scan: scan of the folder.
        image: intensities, (I, J, K).
        anatomy: ventricle with its labelled scar.
        before: intensities of the scan that it was made from, (I, J, K); ``None`` where that is not known.
        old: mask of the scar that this scan had before, (I, J, K) of the region; ``None`` where that is not known.
        scar: numbers of the scar.
    """

    scan: LabelledScan
    image: NDArray[Any]
    anatomy: LVAnatomy
    before: NDArray[Any] | None
    old: Mask | None
    scar: ScanScar


@dataclass(frozen=True)
class SetEvaluation:
    """An evaluation with what it rests on.

    Attributes:
        evaluation: all metrics, and the verdict.
        synthetic, real: scars of both sets.
        nearest: comparison of each synthetic slice with the nearest real one; ``None`` without a real set.
        provenance: what the synthetic set was made of.
    """

    evaluation: Evaluation
    synthetic: tuple[ScanScar, ...]
    real: tuple[ScanScar, ...]
    nearest: Memorisation | None
    provenance: SetProvenance


def evaluate(synthetic: str | Path, real: str | Path | None = None, **options: Any) -> Evaluation:
    """Judge a folder of synthetic scans; needs the extra ``evaluate``.

    Args:
        synthetic: folder that ``claim-aug generate`` wrote, or any folder of images and labels.
        real: folder of labelled real scans to compare with, such as those that were generated from.
        **options: keywords of ``evaluate_folders``.

    Raises:
        InputError: folders without labelled scans, or without scar.
        MissingDependencyError: scikit-learn, where it is not installed.

    Example:
        >>> from claim_aug import evaluate
        >>> from claim_aug.phantom import make_phantom, write_emidec
        >>> for seed in range(2):
        ...     _ = write_emidec(make_phantom(seed, scar=True, shape=(80, 80, 4)), "scans", f"Case_{seed}")
        >>> found = evaluate("scans", labels="phantom", segmenter=None, draws=20)
        >>> found["burden_cohorts"].group
        'anatomy'
    """
    return evaluate_folders(Path(synthetic), None if real is None else Path(real), **options).evaluation


def evaluate_folders(
    synthetic: Path,
    real: Path | None = None,
    *,
    labels: LabelScheme | str | None = None,
    real_labels: LabelScheme | str | None = None,
    validation: Path | None = None,
    segmenter: Path | None = SHIPPED,
    seed: int = 0,
    draws: int = RESAMPLES,
    on_scan: Callable[[JudgedScan], None] = lambda scan: None,
    progress: Callable[[str, int], Callable[[], None]] = lambda name, total: lambda: None,
) -> SetEvaluation:
    """Judge a folder of synthetic scans, one scan after another.

    Args:
        synthetic: folder that ``claim-aug generate`` wrote, or any folder of images and labels.
        real: folder of labelled real scans to compare with.
        labels: label scheme of the synthetic scans; by default what their sidecars say, else EMIDEC's.
        real_labels: label scheme of the real scans; that of the synthetic ones by default.
        validation: patients to validate on: a folder of scans, nnU-Net's ``splits_final.json``, or a text file.
        segmenter: folder of the segmenter that looks for the scar; ``None`` for none.
        seed: seed of the draws of patients.
        draws: number of draws of patients for each interval, and for what chance gives.
        on_scan: function that is called with each synthetic scan, before its voxels are let go.
        progress: function that takes a name and a total, and gives the function that is called after each step.

    Raises:
        InputError: folders without labelled scans, or without scar.
        MissingDependencyError: scikit-learn, where it is not installed.
        PluginError: a metric of a plugin that is none, or that fails.
    """
    check_libraries()
    definitions = registered_metrics()
    scans = read_scan_set(synthetic, labels)
    theirs = [] if real is None else read_scan_set(real, real_labels or labels or scans[0].scheme)
    leaks = leaked_scans(synthetic, scans, validation)
    tools = judges(segmenter)
    skipped = Skipped()
    step = progress("real scans", len(theirs))
    sources, real_scars = {}, []
    for scan in theirs:
        sources[sha256(scan.case.image_paths[0])] = scan
        real_scars += [scar for _, _, scar in judged(scan, tools, skipped)]
        step()
    step = progress("synthetic scans", len(scans))
    scars = []
    for scan in scans:
        for one in judged_synthetic(scan, sources, tools, skipped):
            on_scan(one)
            scars.append(one.scar)
        step()
    for name, folder, found in (("synthetic", synthetic, scars), ("real", real, real_scars)):
        if not found and folder is not None:
            msg = f"{folder} has no {name} scan with labelled scar; check its label scheme (--labels)"
            raise InputError(msg)
    step = progress("metrics", len(definitions))
    with need("threadpoolctl", "evaluate").threadpool_limits(1):  # thousands of small matrices: threads only wait
        metrics, nearest = evaluate_sets(
            scars,
            real_scars,
            definitions=definitions,
            leaks=leaks,
            seed=seed,
            resamples=draws,
            permutations=draws,
            advance=step,
        )
    sets = {"synthetic": scars, "real": real_scars}
    evaluation = Evaluation(
        synthetic=synthetic.name,
        real=None if real is None else real.name,
        scans={name: len(part) for name, part in sets.items()},
        slices={name: sum(len(scar.unrolled) for scar in part) for name, part in sets.items()},
        patients={name: len({scar.patient for scar in part}) for name, part in sets.items()},
        metrics=metrics,
        findings=tuple(findings(scars, leaks, nearest)),
        notes=tuple(notes(sets, skipped, len(scans), compared=real is not None)),
        about={
            "seed": seed,
            "segmenter": "none" if segmenter is None else "the start" if segmenter == SHIPPED else segmenter.name,
            "labels": str(scans[0].scheme),
            "generators": sorted({scan.generator for scan in scans if scan.generator}),
            "software": versions(),
        },
    )
    return SetEvaluation(evaluation, tuple(scars), tuple(real_scars), nearest, set_provenance(synthetic, scans))


def check_libraries() -> None:
    """Refuse to begin without what the metrics need in the end.

    Raises:
        MissingDependencyError: scikit-learn, where it is not installed.
    """
    need("sklearn", "evaluate")


def judges(folder: Path | None) -> dict[str, Any]:
    """What looks for scar and what sees features, from a segmenter's folder, as keywords of ``measure_scar``."""
    if folder is None:
        return {}
    segmenter = read_segmenter(folder)
    find: Segmenter = wall_segmenter(segmenter)
    features: FeatureNetwork = scar_features(segmenter.network)
    return {"segment": find, "features": features}


def judged(
    scan: LabelledScan, tools: dict[str, Any], skipped: Skipped, **more: Any
) -> Iterator[tuple[Case, LVAnatomy, ScanScar]]:
    """The case, the ventricle and the scar of a scan; none where it has no scar, or no ventricle can be read."""
    for case, anatomy in ventricles(scan, skipped):
        if anatomy.scar.any():
            yield case, anatomy, measure_scar(case.name, scan.patient, case.region(anatomy), anatomy, **tools, **more)


def judged_synthetic(
    scan: LabelledScan, sources: dict[str, LabelledScan], tools: dict[str, Any], skipped: Skipped
) -> Iterator[JudgedScan]:
    """A synthetic scan, compared with what it was made from where that is in the real set."""
    source = sources.get(scan.source_hash or "")
    for case, anatomy in ventricles(scan, skipped):
        before, old, changed = None, None, None
        assert case.image is not None
        if source is not None:
            origin = replace(source.case)
            before = origin.image
            was = source.scheme.read(origin.labels).scar
            now = scan.scheme.read(case.labels).scar
            assert before is not None
            meant = now | was
            if scan.sidecar.get("parameters", {}).get("existing") == "replace":  # heals the wall about old scar, too
                meant |= anatomy.on_grid(bright_about(was[anatomy.box], anatomy)).reshape(meant.shape)
            changed = background_change(before, case.image, meant).voxels
            old = (was & now & (before == case.image))[anatomy.box]
        if (anatomy.scar & ~(old if old is not None else np.False_)).any():
            scar = measure_scar(
                case.name, scan.patient, case.region(anatomy), anatomy, old=old, asked=scan.asked_burden,
                changed_outside=changed, **tools,
            )  # fmt: skip
            yield JudgedScan(scan, case.image, anatomy, before, old, scar)


def ventricles(scan: LabelledScan, skipped: Skipped) -> Iterator[tuple[Case, LVAnatomy]]:
    """The ventricle of a scan, with what its sidecar knows of the orientation."""
    recorded = scan.sidecar.get("anatomy", {})
    known = {name: recorded.get("orientation", {}).get(name) for name in ("through_plane", "base", "winding")}
    if recorded.get("anchor", {}).get("source") == "landmark":
        known["anterior_insertion"] = recorded["anchor"]["angle_deg"]
    with no_anchor_warning():
        yield from iter_cases([scan.case], scan.scheme, on_error=skipped, warn=False, **known)


def findings(scars: Sequence[ScanScar], leaks: Sequence[str] | None, nearest: Memorisation | None) -> Iterator[str]:
    """What was found of single scans."""
    for scar in scars:
        if scar.changed_outside:
            yield f"{scar.name}: {scar.changed_outside} voxels outside the scar differ from the scan it was put into"
    for name in leaks or ():
        yield f"{name}: made from a patient to validate on"
    for copy in nearest.copies if nearest else ():
        place = f"{copy.synthetic}, slice {copy.slice_index + 1} of those with scar"
        yield f"{place}: a copy of {copy.real}, correlation {copy.correlation:.2f}"


def notes(
    sets: Mapping[str, Sequence[ScanScar]], skipped: Sequence[str], scans: int, *, compared: bool
) -> Iterator[str]:
    """What limits the evaluation.

    Args:
        sets: scars of both sets.
        skipped: names of the scans in which no ventricle could be read.
        scans: number of scans of the synthetic folder.
        compared: whether there is a real set.
    """
    if missing := scans - len(sets["synthetic"]):
        yield f"{missing} of {scans} synthetic scans show no new scar, or no ventricle, and were not judged."
    if not compared:
        yield "There is no real set (--real), so realism, memorisation and the background were not judged."
    if skipped:
        yield f"No ventricle could be read from {', '.join(skipped)}."
    few = [name for name, part in sets.items() if 0 < len({scar.patient for scar in part}) < FEW_PATIENTS]
    if few:
        which = " set and the ".join(few)
        yield f"The {which} set: fewer than {FEW_PATIENTS} patients, so intervals are wide and chance explains much."
    turned = sum(not scar.anchored for part in sets.values() for scar in part)
    if turned:
        yield f"{turned} scans are unanchored: they count in no number of segments and territories."
