"""Checks of a transform in a framework: what decides its scars."""

from __future__ import annotations

import pickle

import numpy as np

from claim_aug.testing.framework_base import FrameworkSuite, same


class RandomnessTests(FrameworkSuite):
    """Seeds, workers and copies."""

    __test__ = False

    def test_the_frameworks_seed_decides_the_result(self) -> None:
        """The framework's own way of seeding gives the same scars again.

        A training is repeated by one seed, not by one for each library.
        """
        transform, results = self.form.transform(), []
        for seed in (1, 1, 2):
            self.form.seed(transform, seed)
            results.append(self.made(transform))
        self.must(same(results[0], results[1]), "one seed gave two results")
        self.must(not same(results[0], results[2]), "two seeds gave one result")

    def test_the_random_state_moves_on_equally_whatever_comes_of_the_gate(self) -> None:
        """A subject that is passed over draws as many random numbers as one that gets a scar.

        Otherwise a change of the probability changes all that is drawn after it.
        """
        results = []
        for p in (0, 1):
            first, second = self.gated(p), self.form.transform()
            self.form.seed(first, 1)
            self.form.seed(second, 1)
            self.form.hand_on(first, second)
            self.form.run(first, self.form.data())
            results.append(self.made(second))
        self.must(same(*results), "what follows depends on the gate")

    def test_two_calls_differ(self) -> None:
        """Each call makes another scar.

        Otherwise the augmentation is one image more, not as many as there are epochs.
        """
        transform = self.form.transform()
        self.must(not same(self.made(transform), self.made(transform)), "two calls made one scar")

    def test_two_workers_never_repeat_each_other(self) -> None:
        """In two workers of a data loader, no scar comes twice.

        Workers are copies; with copies of one random state they make the same scars, and half of them is lost.
        """
        found = self.epoch(self.form.transform(), workers=2, length=8)
        self.must(len({labels.tobytes() for labels in found}) == 8, "scars come twice")

    def test_a_seed_gives_the_same_epoch_again(self) -> None:
        """One seed gives the same epoch again, with and without workers.

        A run that cannot be repeated cannot be compared.
        """
        transform = self.form.transform()
        for workers in (0, 2):
            first, second = (self.epoch(transform, workers=workers, seed=5) for _ in range(2))
            self.must(all(map(np.array_equal, first, second)), f"with {workers} workers, one seed gave two epochs")

    def test_it_is_small_when_pickled_and_works_after(self) -> None:
        """The transform takes less than 10 kB when it is pickled, and its copy makes the same scars.

        It goes to each worker so; networks and scans do not go with it.
        """
        transform = self.form.transform()
        self.form.run(transform, self.form.data())
        packed = pickle.dumps(transform)
        self.must(len(packed) < 10_000, f"it takes {len(packed)} bytes")
        again, found = pickle.loads(packed), []  # of our own making, a moment ago
        for one in (transform, again):
            self.form.seed(one, 4)
            found.append(self.made(one))
        self.must(same(*found), "the copy makes another scar")
