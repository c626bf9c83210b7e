"""The labelled ventricles of a data set, one after another: what banks and networks learn from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from claim_aug.anatomy import LabelScheme, LVAnatomy
from claim_aug.data.checks import check_image
from claim_aug.data.dataset import Stack, find_cases, read_case
from claim_aug.errors import AnatomyError, InputError


@dataclass(frozen=True)
class Labelled:
    """A case: its image and labels, (I, J, K), and the ventricle that they show."""

    name: str
    image: NDArray[Any]
    labels: Stack
    anatomy: LVAnatomy

    @property
    def region(self) -> NDArray[np.float64]:
        """The image around the ventricle, as the anatomy has it."""
        return self.image[self.anatomy.box].astype(np.float64)


def labelled_cases(dataset: Path, scheme: LabelScheme, skipped: list[str], *, purpose: str) -> Iterator[Labelled]:
    """The cases of a folder in which a ventricle can be read; names of the others are added to ``skipped``.

    Args:
        purpose: what needs the images, for the error.

    Raises:
        InputError: no data set, a case without image, or an image that does not fit.
        LabelError: values outside the scheme.
    """
    for case in find_cases(dataset):
        labels, image = read_case(case)
        if image is None:
            msg = f"{case.name} of {dataset} has labels alone; {purpose} needs the images too, in Images/ or images/"
            raise InputError(msg)
        try:
            with naming(case.name):
                anatomy = labels.unanchored(scheme)
                check_image(image, labels.data)
        except AnatomyError:
            skipped.append(case.name)
        else:
            yield Labelled(case.name, image, labels, anatomy)


@contextmanager
def naming(case: str) -> Iterator[None]:
    """What is wrong with a case's input says whose it is."""
    try:
        yield
    except InputError as error:
        msg = f"{case}: {error}"
        raise type(error)(msg) from error
