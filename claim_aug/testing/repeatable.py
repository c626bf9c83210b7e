"""What is checked of whatever a plugin registers: what it gives follows from what it is given alone."""

from __future__ import annotations

import random
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

import numpy as np

from claim_aug.testing.suite import Suite


class RepeatableTests(Suite):
    """Checks of anything that a plugin registers."""

    __test__ = False

    def make(self) -> Any:
        """What is checked, new if it is made and not given."""
        raise NotImplementedError

    def tried(self, made: Any) -> tuple[Any, ...]:
        """What it gives when it is tried, as arrays and values that can be compared."""
        raise NotImplementedError

    def test_only_the_rng_that_is_given_is_drawn_from(self) -> None:
        """No global random state is used or moved on: not that of ``random``, of NumPy, or of PyTorch.

        Global state is shared with the user's training: using it makes results depend on what ran before, and moving
        it on changes the training.
        """
        made, found = self.make(), []
        for state in (11, 12):
            seed_everything(state)
            before = random_states()
            found.append(self.tried(made))
            self.must(equal(before, random_states()), "the global random state is another one after the call")
        self.must(equal(*found), "what it gives depends on the global random state")

    def test_nothing_warns_and_no_number_fails(self) -> None:
        """It is clean with warnings as errors and under ``numpy.errstate(all="raise")``.

        Users run with both. A division by zero that is passed over in silence becomes NaN in an image or a table.
        """
        with warnings.catch_warnings(), np.errstate(all="raise"):
            warnings.simplefilter("error")
            self.tried(self.make())

    def test_no_network_is_used(self) -> None:
        """No connection is opened.

        Hospitals work offline, and scans must not leave them.
        """
        with no_network():
            self.tried(self.make())


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
