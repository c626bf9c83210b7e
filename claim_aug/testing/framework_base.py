"""What the checks of frameworks share: the form, and what a transform makes of it."""

from __future__ import annotations

import unittest
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from claim_aug.adapters.workers import seed_worker
from claim_aug.errors import ClaimAugError
from claim_aug.testing.forms import Arrays, Form, HasProbability
from claim_aug.testing.suite import Suite


class FrameworkSuite(Suite):
    """A form, and what is done with it.

    Attributes:
        form: form of the framework's data and of our transform in it.
    """

    __test__ = False
    form: ClassVar[Form]

    def setUp(self) -> None:
        if not self.form.installed:
            raise unittest.SkipTest(f"{self.form.framework} is not installed")

    def gated(self, p: float, **settings: Any) -> Any:
        """The transform with a probability; the check is skipped where it has none."""
        if not isinstance(self.form, HasProbability):
            raise unittest.SkipTest("it has no probability of its own")
        return self.form.transform(**{self.form.p: p}, **settings)

    def made(self, transform: Any) -> Arrays:
        """Image and labels that a transform makes of a new subject."""
        return self.form.arrays(self.form.run(transform, self.form.data()))

    def message(self, transform: Any, data: Any) -> str:
        """Our message for data that cannot be used."""
        raised = self.error(self.form.compose([transform]), data)
        ours = [error for error in chain(raised) if isinstance(error, ClaimAugError)]
        self.must(ours, f"no ClaimAugError says what is wrong, but {raised!r}")
        return str(ours[0])

    def error(self, transform: Any, data: Any) -> Exception:
        """What a transform raises for data that cannot be used."""
        try:
            self.form.run(transform, data)
        except Exception as error:
            return error
        return self.fail("data that cannot be used are taken")

    def refused(self, settings: dict[str, Any]) -> None:
        """Fail unless a transform with these settings cannot be made."""
        try:
            self.form.transform(**settings)
        except ClaimAugError:
            return
        self.fail(f"{settings} is taken")

    def epoch(self, transform: Any, *, workers: int, seed: int = 0, length: int = 6) -> list[NDArray[Any]]:
        """Label maps of an epoch through PyTorch's own loader, in order."""
        import torch

        torch.manual_seed(seed)
        self.form.seed(transform, seed)
        samples: Any = Samples(self.form, transform, length)
        loader = torch.utils.data.DataLoader(samples, num_workers=workers, worker_init_fn=seed_worker)
        return [batch[0].numpy() for batch in loader]


class Samples:
    """The same subject again and again, through a transform; its items are tensors, which each loader collates.

    Args:
        form: form of the framework.
        transform: transform of each item.
        length: number of items.
        read: function from a subject to an item; its label map where not given.
    """

    def __init__(self, form: Form, transform: Any, length: int, *, read: Callable[[Any], Any] | None = None) -> None:
        self.form, self.transform, self.length, self.read = form, transform, length, read

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index: int) -> Any:
        import torch

        if index >= self.length:
            raise IndexError(index)
        data = self.form.run(self.transform, self.form.data())
        return self.read(data) if self.read else torch.from_numpy(self.form.arrays(data)[1].astype(np.int64))


def same(first: Arrays, second: Arrays) -> bool:
    """Whether two pairs of image and labels are equal, bit for bit."""
    return all(one.dtype == two.dtype and np.array_equal(one, two) for one, two in zip(first, second, strict=True))


def chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and what caused it: MONAI wraps what its transforms raise."""
    while error is not None:
        yield error
        error = error.__cause__
