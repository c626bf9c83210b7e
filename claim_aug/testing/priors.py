"""``PriorTests``: what every mask prior keeps."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from claim_aug.border import wrong_mask
from claim_aug.errors import ClaimAugError
from claim_aug.priors import MaskPrior
from claim_aug.testing.backends import SEEDS, BackendTests
from claim_aug.testing.repeatable import equal, sentence
from claim_aug.testing.ventricles import Scan, full_scan, scans


class PriorTests(BackendTests):
    """Checks of a mask prior, for a subclass that says how it is made.

    Attributes:
        factory: class of the prior, or a function that makes it (in a class body, ``staticmethod(function)``).
        options: keyword options that it is made with.
        expected_failures: reason for each check, by name, that is known to fail; one that passes then is a failure.

    Example:
        >>> from claim_aug.priors.blobs import RandomPrior
        >>> from claim_aug.testing import PriorTests, run_suite
        >>> class TestRandom(PriorTests):
        ...     factory = RandomPrior
        ...     options = {"burden": 10}
        >>> {result.outcome for result in run_suite(TestRandom)}
        {'passed'}
    """

    __test__ = False

    def outcome(self, backend: MaskPrior, seed: int) -> tuple[Any, ...]:
        """The scar of the healthy ventricle."""
        return parts(backend, scans()[0], seed)

    def test_a_scar_lies_in_the_healthy_wall_of_any_scan(self) -> None:
        """Infarct and MVO are boolean, of the region's shape, disjoint, and within ``anatomy.healthy``.

        Anything else is a label map that no heart has; it is refused when a sample is made. A scan that cannot hold
        such a scar may be refused with a ``ClaimAugError``.
        """
        prior = self.make()
        for scan in scans():
            for seed in SEEDS:
                try:
                    mask = prior.sample(scan.anatomy, np.random.default_rng(seed))
                except ClaimAugError:
                    continue
                wrong = wrong_mask(mask, scan.anatomy)
                self.must(not wrong, f"in {scan.name}, seed {seed}: {wrong}")

    def test_a_healthy_ventricle_gets_a_scar(self) -> None:
        """In a healthy ventricle whose RV insertion is known, there is always a scar.

        A sample without scar is an error, and ends a run.
        """
        prior = self.make()
        for seed in SEEDS:
            mask = prior.sample(scans()[0].anatomy, np.random.default_rng(seed))
            self.must(mask.scar.any(), f"seed {seed} gave no voxel of scar")

    def test_a_wall_without_room_is_refused_in_words(self) -> None:
        """Where no healthy myocardium is left, a ``ClaimAugError`` says so, or the scar is empty.

        A traceback from within NumPy tells a user nothing.
        """
        scan = full_scan()
        try:
            mask = self.make().sample(scan.anatomy, np.random.default_rng(0))
        except ClaimAugError:
            return
        except Exception as error:
            self.fail(f"{scan.name} ended in {sentence(error)}")
        self.must(not mask.scar.any(), f"{scan.name} got a scar")

    def test_the_ventricle_is_not_changed(self) -> None:
        """No array of the ventricle is written into.

        One ventricle serves many samples, and is remembered from epoch to epoch.
        """
        anatomy = copy.deepcopy(scans()[0].anatomy)
        self.make().sample(anatomy, np.random.default_rng(1))
        for name, before in vars(scans()[0].anatomy).items():
            if isinstance(before, np.ndarray):
                self.must(np.array_equal(before, getattr(anatomy, name)), f"anatomy.{name} was written into")

    def test_scans_do_not_change_each_other(self) -> None:
        """A scan's scar is the same, alone or among others.

        One object serves all scans of a batch. What it keeps of one would show in the next, and be another patient's.
        """
        prior, (one, other, *_) = self.make(), scans()
        alone = [parts(self.make(), scan, 1) for scan in (one, other)]
        for order in ((one, other), (other, one)):
            found = [parts(prior, scan, 1) for scan in order]
            expected = alone if order[0] is one else alone[::-1]
            self.must(all(map(equal, found, expected)), "a scan's scar depends on the scan before it")

    def test_threads_do_not_disturb_each_other(self) -> None:
        """Scars that are made in threads are those that are made one by one.

        Data loaders with threads share the object.
        """
        prior = self.make()
        seeds = [*SEEDS, *SEEDS]
        with ThreadPoolExecutor(3) as threads:
            together = list(threads.map(lambda seed: self.outcome(prior, seed), seeds))
        self.must(all(map(equal, together, [self.outcome(prior, seed) for seed in seeds])), "threads gave other scars")


def parts(prior: MaskPrior, scan: Scan, seed: int) -> tuple[Any, ...]:
    """A scar as arrays and parameters."""
    mask = prior.sample(scan.anatomy, np.random.default_rng(seed))
    return mask.infarct, mask.mvo, mask.grey_zone, mask.note, dict(mask.params)
