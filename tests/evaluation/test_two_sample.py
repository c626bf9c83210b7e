"""The classifier sees no patient twice, and agrees with the AUC of its scores."""

from dataclasses import replace

import numpy as np
import pytest

from claim_aug.evaluation.two_sample import dealt, slice_table, two_sample_auc, with_squares


def changed(scars, change):
    return [replace(scar, appearance=change(scar.appearance)) for scar in scars]


def test_brighter_scar_is_told_apart_and_equal_scar_is_not(synthetic, real):
    bright = np.array([20.0, *[0] * 9])
    assert two_sample_auc(changed(synthetic, lambda rows: rows + bright), real) > 0.95
    assert 0.2 < two_sample_auc(synthetic, real) < 0.8


def test_scar_that_varies_less_is_told_apart(synthetic, real):
    middle = np.median(slice_table(real)[0], axis=0)
    assert two_sample_auc(changed(real, lambda rows: middle + 0.05 * (rows - middle)), real) > 0.8


def test_the_area_is_that_of_scikit_learn_s_classifier_and_curve(synthetic, real):
    linear, metrics = (pytest.importorskip(f"sklearn.{name}") for name in ("linear_model", "metrics"))
    (one, first), (other, second) = slice_table(synthetic), slice_table(real)
    table, kind = np.concatenate([one, other]), np.repeat([1, 0], [len(one), len(other)])
    fold = dealt(kind, np.concatenate([first, second]), 4)
    scores = np.empty(len(table))
    for number in range(4):
        test = fold == number
        features = with_squares((table - table[~test].mean(0)) / table[~test].std(0))
        model = linear.RidgeClassifier(alpha=10.0, class_weight="balanced").fit(features[~test], kind[~test])
        scores[test] = model.decision_function(features[test])
    assert two_sample_auc(synthetic, real) == pytest.approx(metrics.roc_auc_score(kind, scores))


def test_a_patient_is_in_one_fold_and_every_fold_has_both_kinds(synthetic, real):
    names = np.array([scar.patient for scar in [*synthetic, *real] for _ in range(3)])
    kind = np.repeat([1, 0], [3 * len(synthetic), 3 * len(real)])
    fold = dealt(kind, names, 4)
    assert all(len(set(fold[names == name])) == 1 for name in names)
    assert all(set(kind[fold == number]) == {0, 1} for number in range(4))


def test_what_belongs_to_a_patient_alone_does_not_help(real):
    """Each patient's slices are marked, in both sets by chance: whoever sees the patient again would know."""
    rng = np.random.default_rng(0)
    marks = {scar.patient: rng.normal(0, 5, 10) for scar in real}
    sets = [[replace(s, appearance=s.appearance * 0 + marks[s.patient]) for s in real] for _ in range(2)]
    assert two_sample_auc(*sets) == pytest.approx(0.5, abs=0.01)


def test_one_patient_is_too_few(real):
    assert np.isnan(two_sample_auc(real[:1], real))
