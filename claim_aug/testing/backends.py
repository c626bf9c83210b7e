"""What is checked of priors and generators alike: parameters, pickling, and what they may not touch."""

from __future__ import annotations

import json
import pickle
import random
import socket
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from unittest import mock

import numpy as np

from claim_aug.errors import ClaimAugError
from claim_aug.plugins.documented import options_of
from claim_aug.testing.suite import Suite

#: Seeds with which scars are made; few, as networks are checked, too.
SEEDS = (0, 1, 2)


class BackendTests(Suite):
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

        A backend that seeds itself gives every patient the same scar, and an augmentation without variety.
        """
        backend = self.make()
        found = [self.outcome(backend, seed) for seed in SEEDS]
        self.must(not all(equal(found[0], other) for other in found[1:]), f"seeds {SEEDS} all gave the same scar")

    def test_only_the_rng_that_is_given_is_drawn_from(self) -> None:
        """No global random state is used or moved on: not that of ``random``, of NumPy, or of PyTorch.

        Global state is shared with the user's training: using it makes results depend on what ran before, and moving
        it on changes the training.
        """
        backend, found = self.make(), []
        for state in (11, 12):
            seed_everything(state)
            before = random_states()
            found.append(self.outcome(backend, 1))
            self.must(equal(before, random_states()), "the global random state is another one after the call")
        self.must(equal(*found), "the scar depends on the global random state")

    def test_it_can_be_pickled(self) -> None:
        """The object can be pickled, and makes the same scar then.

        Workers of a data loader get a copy of it by pickling wherever processes are spawned.
        """
        backend = self.make()
        again = pickle.loads(pickle.dumps(backend))  # of our own making, a moment ago
        self.must(equal(self.outcome(again, 1), self.outcome(backend, 1)), "the copy makes another scar")

    def test_nothing_warns_and_no_number_fails(self) -> None:
        """It is clean with warnings as errors and under ``numpy.errstate(all="raise")``.

        Users run with both. A division by zero that is passed over in silence becomes NaN in an image.
        """
        with warnings.catch_warnings(), np.errstate(all="raise"):
            warnings.simplefilter("error")
            backend = self.make()
            for seed in SEEDS:
                self.outcome(backend, seed)

    def test_no_network_is_used(self) -> None:
        """No connection is opened.

        Hospitals work offline, and scans must not leave them.
        """
        with no_network():
            self.outcome(self.make(), 1)

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


def equal(one: Any, other: Any) -> bool:
    """Whether two outcomes are the same, bit for bit."""
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray):
        return np.array_equal(one, other, equal_nan=one.dtype.kind == "f" == other.dtype.kind)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    return type(one) is type(other) and repr(one) == repr(other)  # where equality would part NaN from NaN


def random_states() -> tuple[Any, ...]:
    """The global random states of Python, NumPy and, where it is loaded, PyTorch."""
    _, keys, position, *gauss = np.random.get_state()  # noqa: NPY002  the global state is what this is about
    states = (random.getstate(), keys, position, tuple(gauss))
    torch = sys.modules.get("torch")
    return states if torch is None else (*states, torch.get_rng_state().numpy())


def seed_everything(seed: int) -> None:
    """Set the global random states."""
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002  the global state is what this is about
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed)


@contextmanager
def no_network() -> Iterator[None]:
    """Refuse connections while code runs."""

    def refuse(*_: Any, **__: Any) -> None:
        msg = "a connection was opened"
        raise AssertionError(msg)

    with mock.patch.object(socket.socket, "connect", refuse), mock.patch.object(socket, "getaddrinfo", refuse):
        yield


def sentence(error: BaseException) -> str:
    """An error as one line."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
