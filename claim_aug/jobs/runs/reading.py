"""A case as its samples need it: voxels, ventricle, intensities, and the hashes of its files."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from claim_aug.anatomy import LVAnatomy
from claim_aug.data.case import Case
from claim_aug.data.dataset import iter_cases
from claim_aug.errors import ClaimAugError, ClaimAugWarning, InputError
from claim_aug.jobs.sidecar import run_record
from claim_aug.measures.tissue import Tissue, measure
from claim_aug.plugins.guard import in_words
from claim_aug.synthesizer import ScarSynthesizer


@dataclass(frozen=True)
class OpenCase:
    """A case that was read.

    Attributes:
        case: case with its voxels.
        image: intensities, (I, J, K).
        labels: label values, (I, J, K).
        anatomy: ventricle of the case.
        tissue: intensities of its tissues.
        record: facts that the sidecars of its samples share.
        warned: warnings that reading it gave.
    """

    case: Case
    image: NDArray[Any]
    labels: NDArray[Any]
    anatomy: LVAnatomy
    tissue: Tissue
    record: dict[str, Any]
    warned: tuple[str, ...]


class CaseReader:
    """Reads cases, and keeps the last one, as a case's samples follow one another.

    Args:
        synthesizer: synthesizer of the run.
        known: knowledge of the orientation, as keywords of ``LVAnatomy.from_labels``.
        request: options that were asked for.
        files: files beside the scans that were read.
    """

    def __init__(
        self, synthesizer: ScarSynthesizer, known: Mapping[str, Any], request: Mapping[str, Any], files: Sequence[Path]
    ) -> None:
        self.synthesizer, self.known, self.request, self.files = synthesizer, known, request, files
        self.last: tuple[Case, OpenCase | str] | None = None

    def read(self, case: Case) -> OpenCase | str:
        """The case, or the reason why it cannot be used."""
        if self.last is None or self.last[0] != case:
            self.last = None  # its voxels go before those of the next come
            try:
                self.last = case, self.opened(case)
            except ClaimAugError as error:
                self.last = case, str(error)
            except Exception as error:  # one damaged file must not end a run of thousands
                self.last = case, in_words(error)
        return self.last[1]

    def opened(self, case: Case) -> OpenCase:
        """The case with all that its samples need.

        Raises:
            ClaimAugError: a case that cannot be used.
        """
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", ClaimAugWarning)
            ((whole, anatomy),) = iter_cases([case], self.synthesizer.labels, on_error=reraise, **self.known)
            assert whole.image is not None
            tissue = measure(whole.region(anatomy), anatomy)
        record = run_record(whole, self.synthesizer, self.request, self.files)
        warned = tuple(dict.fromkeys(str(one.message) for one in caught if issubclass(one.category, ClaimAugWarning)))
        return OpenCase(whole, whole.image, whole.labels, anatomy, tissue, record, warned)


def reraise(case: Case, error: InputError) -> None:
    """Raise the error as it is: whoever gets it knows the case."""
    raise error
