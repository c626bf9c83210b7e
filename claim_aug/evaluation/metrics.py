"""What is measured of a synthetic set: each number, what is fine, and what its verdict says."""

from __future__ import annotations

from dataclasses import dataclass

from claim_aug.evaluation import set_statistics as of
from claim_aug.evaluation.resampling import Statistic
from claim_aug.evaluation.two_sample import two_sample_auc

GROUPS = ("background", "leakage", "memorisation", "adherence", "realism", "anatomy", "diversity")
INFINITE = float("inf")


@dataclass(frozen=True)
class Definition:
    """One number of a set, and what is fine.

    Attributes:
        name: name of the number, as in ``--require``.
        group: group that it belongs to, of ``GROUPS``.
        statistic: function of the synthetic and the real set.
        sentence: words with ``{value}`` for what was found.
        advice: what to look at again where it is not fine.
        fine: range that is fine; what chance alone gives between real and synthetic is fine, too.
        fatal: range outside of which the set is not for use; ``None`` where no value is that bad.
        needs_real: whether it compares with a real set.
        tested: whether a value that is not fine is excused where another draw of patients would be, though there is no
            real set to change patients with.
        varies: whether it has an interval over patients.

    Example:
        >>> from claim_aug.evaluation import Definition
        >>> def smallest(synthetic, real):
        ...     return min(scar.burden_percent for scar in synthetic)
        >>> words = "the smallest scar takes {value:.1f} %LV"
        >>> Definition("smallest", "diversity", smallest, words, "small scars", (0.5, 5), needs_real=False).fine
        (0.5, 5)
    """

    name: str
    group: str
    statistic: Statistic
    sentence: str
    advice: str
    fine: tuple[float, float]
    fatal: tuple[float, float] | None = None
    needs_real: bool = True
    tested: bool = False
    varies: bool = True


#: Ranges are our default unless a source is named. Those of brightness and frechet rest on random halves of 24 EMIDEC
#: patients, of which 19 of 20 keep to 0.34 SD and 1.54 SD (benchmarks/evaluation.py --halves 20).
DEFINITIONS = (
    Definition(
        "adherence", "adherence", of.mean_dice("fwhm"),
        "the labels agree with what FWHM finds in the image, Dice {value:.2f}",
        "whether the image shows the scar that the labels say", (0.5, 1), (0.2, 1), needs_real=False,
    ),
    Definition(
        "adherence_5sd", "adherence", of.mean_dice("five_sd"),
        "the labels agree with what 5 SD over remote finds, Dice {value:.2f}",
        "how bright scar is over remote", (0.1, 1), needs_real=False,
    ),
    Definition(
        "adherence_net", "adherence", of.mean_dice("segmenter"),
        "the labels agree with what the segmenter finds, Dice {value:.2f}",
        "whether a segmenter sees the scar", (0.3, 1), (0.05, 1), needs_real=False,
    ),
    Definition(
        "adherence_gap", "adherence", of.adherence_gap,
        "the Dice of the segmenter in synthetic scar differs from that in real scar by {value:+.2f}",
        "whether synthetic scar is harder to find than real scar", (-0.1, 1),
    ),
    Definition(
        "burden_error", "adherence", of.burden_error,
        "the labelled size differs by {value:.2f} %LV from the size asked for",
        "whether scars have the size that was asked for", (0, 1.0), (0, 10), needs_real=False,
    ),
    Definition(
        "brightness", "realism", of.brightness,
        "brightness differs by {value:.2f} SD of remote", "how bright scar is over remote", (0, 0.4),
    ),
    Definition(
        "blood", "realism", of.over_blood,
        "brightness relative to blood differs by {value:.2f}", "how bright scar is beside blood", (0, 0.25),
    ),
    Definition(
        "texture", "realism", of.texture_gap,
        "texture differs by {value:.2f} SD of the real set", "the texture of scar", (0, 0.5),
    ),
    Definition(
        "seam", "realism", of.seam,
        "the border is {value:.2f} times as steep as that of real scar", "the border of scar", (0.8, 1.25),
    ),
    Definition(
        "profile", "realism", of.profile,
        "the profile from endocardium to epicardium differs by {value:.2f} SD of remote",
        "how scar fades through the wall", (0, 0.5),
    ),
    Definition(
        "neighbours", "realism", of.neighbours,
        "the Dice of the scars of neighbouring slices differs from that of real scar by {value:+.2f}",
        "how scar goes on from slice to slice", (-0.1, 0.1),
    ),
    Definition(
        "frechet", "realism", of.frechet,
        "the Fréchet distance of ten numbers of its looks is {value:.2f} SD", "what the other numbers of realism say",
        (0, 1.6),
    ),
    Definition(
        "kernel", "realism", of.kernel,
        "the kernel distance of a network's features is {value:.1f}", "what a network sees in scar", (-INFINITE, 1.0),
    ),
    Definition(
        "auc", "realism", two_sample_auc,
        "a classifier tells synthetic from real scar with AUC {value:.2f}",
        "what gives synthetic scar away", (0, 0.7),
    ),
    Definition(
        "burden", "anatomy", of.burden_ratio,
        "scar is {value:.2f} times as large as in the real set", "the size of scar", (0.75, 1.33),
    ),
    Definition(
        "transmurality", "anatomy", of.transmurality_gap,
        "transmurality differs by {value:.2f}", "the depth of scar", (0, 0.1),
    ),
    Definition(
        "territories", "anatomy", of.territories_gap,
        "{value:.0%} of the scar lies in another territory than in the real set", "where scar lies", (0, 0.15),
    ),
    Definition(
        "segments", "anatomy", of.segments_gap,
        "segments hold scar more or less often than in the real set, by {value:.0%} on average",
        "which segments hold scar", (0, 0.15),
    ),
    # Lowest and highest mean of the cohorts: 8 +- 8 (no MVO, PMC2948162) and 26.4 +- 12.0 %LV (with VT, Rubenstein).
    Definition(
        "burden_cohorts", "anatomy", of.mean_burden,
        "scar takes {value:.1f} %LV on average; cohorts have 8 to 26 (PMC2948162; Rubenstein 2013)",
        "the size of scar", (8, 26.4), (0.5, 60), needs_real=False, tested=True,
    ),
    # Necrosis begins in the endocardium and moves outwards (PMC2948162).
    Definition(
        "endocardium", "anatomy", of.endocardium,
        "{value:.0%} of the scarred sectors begin at the endocardium, where infarcts do (PMC2948162)",
        "whether these scars are meant to be infarcts", (0.8, 1), needs_real=False, tested=True,
    ),
    # 31 % in NSTEMI, 78 % in STEMI (Med Sci Monit 933220).
    Definition(
        "transmural", "anatomy", of.transmural_patients,
        "{value:.0%} of the scans have a transmural segment; 31 to 78 % of patients do (Med Sci Monit 933220)",
        "how many scars are transmural", (0.31, 0.78), needs_real=False, tested=True,
    ),
    Definition(
        "pair_dice", "diversity", of.pairwise_dice,
        "two synthetic scars overlap by Dice {value:.2f}", "whether scars differ from one another", (0, 0.4),
        (0, 0.9), needs_real=False,
    ),
    Definition(
        "pair_excess", "diversity", of.pairwise_excess,
        "the Dice of two synthetic scars differs from that of two real ones by {value:+.2f}",
        "whether scars differ as much as real ones", (-1, 0.1),
    ),
    Definition(
        "segments_hit", "diversity", of.segments_covered,
        "scar lies in {value:.0%} of the segments that the scans reach", "segments that never hold scar", (0.8, 1),
        needs_real=False,
    ),
    Definition(
        "spread", "diversity", of.feature_spread,
        "how scar looks varies {value:.2f} times as much as in the real set", "how much scars vary in their looks",
        (0.67, 1.5),
    ),
    Definition(
        "largest_share", "diversity", of.largest_patient,
        "{value:.0%} of the scans were made from one patient", "how many patients scars were made from", (0, 0.5),
        needs_real=False, varies=False,
    ),
)  # fmt: skip
