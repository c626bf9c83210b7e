"""What is checked of priors and generators alike: parameters, pickling, and what they may not touch."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from claim_aug.errors import ClaimAugError
from claim_aug.plugins.documented import options_of
from claim_aug.testing.repeatable import RepeatableTests, equal

#: Seeds with which scars are made; few, as networks are checked, too.
SEEDS = (0, 1, 2)


class BackendTests(RepeatableTests):
    """Checks of a prior or a generator, whatever it makes.

    Attributes:
        factory: class of the backend, or a function that makes it (in a class body, ``staticmethod(function)``).
        options: keyword options that it is made with.
    """

    __test__ = False
    factory: ClassVar[Callable[..., Any]]
    options: ClassVar[Mapping[str, Any]] = {}

    def make(self, **changes: Any) -> Any:
        """A new backend, with some options changed."""
        return type(self).factory(**{**self.options, **changes})

    def outcome(self, backend: Any, seed: int) -> tuple[Any, ...]:
        """What a backend makes of one scan, as arrays and parameters that can be compared."""
        raise NotImplementedError

    def tried(self, made: Any) -> tuple[Any, ...]:
        """What a backend makes of one scan with a few seeds."""
        return tuple(self.outcome(made, seed) for seed in SEEDS)

    def test_a_seed_gives_the_same_scar_again(self) -> None:
        """The same seed gives the same scar, whatever was made before it.

        A scar that cannot be made again cannot be checked, and a training that used it cannot be repeated. State that
        is kept between calls also makes the workers of a data loader disagree.
        """
        backend = self.make()
        first = self.outcome(backend, 1)
        self.outcome(backend, 2)
        self.must(equal(self.outcome(backend, 1), first), "one object gave two scars for one seed")
        self.must(equal(self.outcome(self.make(), 1), first), "two objects gave two scars for one seed")

    def test_other_seeds_give_other_scars(self) -> None:
        """Seeds give different scars.

        A backend that seeds itself gives every patient the same scar, and an augmentation without variety. Of one that
        is meant to draw nothing, expect this check to fail.
        """
        backend = self.make()
        found = [self.outcome(backend, seed) for seed in SEEDS]
        self.must(not all(equal(found[0], other) for other in found[1:]), f"seeds {SEEDS} all gave the same scar")

    def test_it_can_be_pickled(self) -> None:
        """The object can be pickled, and makes the same scar then.

        Workers of a data loader get a copy of it by pickling wherever processes are spawned.
        """
        backend = self.make()
        again = pickle.loads(pickle.dumps(backend))  # of our own making, a moment ago
        self.must(equal(self.outcome(again, 1), self.outcome(backend, 1)), "the copy makes another scar")

    def test_what_was_drawn_is_ready_for_json(self) -> None:
        """``params`` holds numbers, texts, lists and dictionaries, and no NaN.

        They are written into the sidecar beside each image, the record of how it was made.
        """
        params = self.outcome(self.make(), 1)[-1]
        try:
            json.dumps(params, allow_nan=False)
        except (TypeError, ValueError) as error:
            self.fail(f"params {params!r} cannot be written as JSON: {error}")

    def test_every_parameter_is_documented(self) -> None:
        """Each keyword parameter has an entry in the ``Args`` of the docstring.

        Those entries are what ``claim-aug plugins`` and ``claim-aug generate --help`` show a user.
        """
        missing = [one.name for one in options_of(type(self).factory) if not one.meaning]
        self.must(not missing, f"no entry under Args for {', '.join(missing)}")

    def test_values_beyond_the_documented_ranges_are_refused(self) -> None:
        """A value outside a documented range, such as ``0.1-100``, is refused with a ``ClaimAugError`` at once.

        Otherwise a slip such as percent for a share is found in the middle of a run, or never.
        """
        for option in options_of(type(self).factory):
            if option.range is not None:
                low, high = option.range
                for value in (low - 1, high + 1):
                    try:
                        self.make(**{option.name: value})
                    except ClaimAugError:
                        continue
                    self.fail(f"{option.name}={value:g} is taken, though {low:g}-{high:g} is documented")
