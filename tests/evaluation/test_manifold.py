"""Features laid on one another, against the definitions written out."""

import numpy as np
import pytest

from claim_aug.errors import MissingDependencyError
from claim_aug.evaluation.manifold import frechet_distance, kernel_distance, manifold

RNG = np.random.default_rng(0)
ONE, OTHER = RNG.normal(0, 1, (40, 3)), RNG.normal(0.3, 1, (50, 3))


def gap(one, other):
    return np.linalg.norm(one - other)


def test_manifold_metrics_are_as_their_papers_define_them():
    radii = {id(points): [sorted(gap(a, b) for b in points)[5] for a in points] for points in (ONE, OTHER)}
    found = manifold(ONE, OTHER)
    inside = [[gap(a, b) <= radius for b, radius in zip(OTHER, radii[id(OTHER)], strict=True)] for a in ONE]
    assert found.precision.tolist() == [float(any(row)) for row in inside]
    assert found.density == pytest.approx([sum(row) / 5 for row in inside])
    recall = [any(gap(a, b) <= radius for a, radius in zip(ONE, radii[id(ONE)], strict=True)) for b in OTHER]
    assert found.recall.tolist() == [float(one) for one in recall]
    coverage = [min(gap(a, b) for a in ONE) <= radius for b, radius in zip(OTHER, radii[id(OTHER)], strict=True)]
    assert found.coverage.tolist() == [float(one) for one in coverage]


def test_sets_far_from_one_another_share_nothing():
    found = manifold(ONE + 100, OTHER)
    assert found.precision.sum() == found.recall.sum() == found.coverage.sum() == found.density.sum() == 0


def test_a_set_that_keeps_to_one_place_is_dense_and_covers_little():
    found = manifold(OTHER[:1] + RNG.normal(0, 0.01, (40, 3)), OTHER)
    assert found.precision.mean() > 0.9
    assert found.coverage.mean() < 0.3
    assert found.recall.mean() < 0.3


def test_the_kernel_distance_is_the_mean_over_pairs():
    def kernel(a, b):
        return (a @ b / 3 + 1) ** 3

    within = [
        np.mean([kernel(a, b) for i, a in enumerate(points) for j, b in enumerate(points) if i != j])
        for points in (ONE, OTHER)
    ]
    across = np.mean([kernel(a, b) for a in ONE for b in OTHER])
    assert kernel_distance(ONE, OTHER) == pytest.approx(sum(within) - 2 * across)
    assert kernel_distance(ONE[::2], ONE[1::2]) < kernel_distance(ONE, OTHER + 1)


def test_the_frechet_distance_of_gaussians_is_known():
    assert frechet_distance(ONE, ONE) == pytest.approx(0, abs=1e-4)
    scale = np.linalg.norm(2 / ONE.std(0))
    assert frechet_distance(ONE + 2, ONE) == pytest.approx(scale, rel=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of what MONAI asks of SciPy
def test_the_frechet_distance_is_that_of_monai():
    torch, fid = pytest.importorskip("torch"), pytest.importorskip("monai.metrics.fid")
    turned = OTHER @ np.array([[1, 0.5, 0], [0, 2, 0.3], [0.1, 0, 0.7]])
    scaled = [torch.from_numpy((points - turned.mean(0)) / turned.std(0)) for points in (ONE, turned)]
    assert frechet_distance(ONE, turned) ** 2 == pytest.approx(float(fid.get_fid_score(*scaled)), rel=1e-4)


def test_without_scikit_learn_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "sklearn.metrics", None)
    with pytest.raises(MissingDependencyError, match=r'pip install "claim-aug\[evaluate\]"'):
        manifold(ONE, OTHER)
